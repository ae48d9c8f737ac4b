"""What a model asks of who has never heard of it: a page of plain words, a few controls on a scenario of the library.

Words are the room's: `ask_nav` and `ask_title` (the question), `ask_lead`, `ask_sum` (what is read off, in a sentence),
`control_X` and `help_X` of each control, `choice_X`, `term_X` and `means_X` of each term, the keys of `assumes`, `ground_X`
of what it rests on, and `named_X` for the scenario's own names X of shocks and arms.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

_NONE: Mapping[str, Any] = MappingProxyType({})

GROUNDS = ("fact", "computed", "memory", "judgement")
"""What a number rests on: a source that was read, such sources worked out, general knowledge nobody has checked, an
assumption."""


class Ground(NamedTuple):
    """Numbers of one kind, what they rest on, and how many they are; of a single one its value and range.

    Attributes
    ----------
    what : str
        Key of the room's words, `ground_X`, else of any title.
    kind : {"fact", "computed", "memory", "judgement"}
        What they rest on.
    source : str
        What is said of it, as the data have it.
    numbers : int
        How many they are.
    value, low, high : float, optional
        Of a single one: the value used, and the ends of what it may be.
    unit : str
        "share" is told in per cent; anything else stands after the number.
    drawn : bool
        Whether the model draws it by itself over its range, or over ranges of their own where they are several.

    Examples
    --------
    >>> Ground("learning_rate", "fact", "IrwinKlenow1994").numbers
    1
    """

    what: str
    kind: str
    source: str
    numbers: int = 1
    value: float | None = None
    low: float | None = None
    high: float | None = None
    unit: str = ""
    drawn: bool = False

    @property
    def assumed(self) -> bool:
        """True where nobody has read or computed it."""
        return self.kind in GROUNDS[2:]


@dataclass(frozen=True)
class Knob:
    """One thing that may be moved.

    Attributes
    ----------
    name : str
        Key of its words.
    into : str
        Where it stands in the scenario, "/" between the steps: a key, or `key=value` for the entry of a list that has it.
    low, high : float
        Ends of what it may be, as people read it.
    scale : float
        What is read over what is written: 100 for per cent, negative where the contrary is asked.
    choices : tuple of str
        Where it is a choice.
    whole : bool
        Whether it is a whole number, such as a year.
    start : float, optional
        Where it starts, as people read it; by default where the scenario has it.
    writes : tuple
        What each choice writes, by default its own name; None leaves the key out.

    Examples
    --------
    >>> tools = Knob("tools", "shock/name=controls/decoupling/channel=tools/size", 0, 100, 100)
    >>> tools.steps[1], tools.written(40)
    ('name=controls', 0.4)
    """

    name: str
    into: str
    low: float = 0.0
    high: float = 100.0
    scale: float = 1.0
    choices: tuple[str, ...] = ()
    whole: bool = False
    start: float | None = None
    writes: tuple[Any, ...] = ()

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps of `into`."""
        return tuple(self.into.split("/"))

    def chosen(self, written: Any) -> str:
        """The choice that writes what the scenario has; the first where none does."""
        return self.choices[self.writes.index(written)] if written in self.writes else str(written or self.choices[0])

    def write(self, into: Any, key: Any, value: Any) -> None:
        """Write into the scenario what people gave."""
        if not self.choices:
            into[key] = self.written(value)
            return
        told = self.writes[self.choices.index(value)] if self.writes else value
        if told is None:
            into.pop(key, None)
        else:
            into[key] = told

    def shown(self, written: float) -> float:
        """A number of the scenario as people read it."""
        return float(f"{written * self.scale:.10g}") + 0.0  # no minus before zero

    def written(self, shown: float) -> float | int:
        """A number that people gave, as the scenario has it."""
        value = float(f"{shown / self.scale:.12g}") + 0.0
        return int(value) if self.whole else value


@dataclass(frozen=True)
class Asking:
    """A page of a model for those who have never heard of it.

    Attributes
    ----------
    scenario : str
        The scenario of the library it starts from.
    controls : tuple of Knob
        What may be moved, in order.
    terms : tuple of str
        Words explained, each with `term_X` and `means_X`.
    assumes : tuple of str
        Keys of sentences that say what is assumed, in place of the scenario's own.
    without : tuple of str
        Parts of the scenario that are left out, where the model draws by itself or time is short; "/" between steps.
    also : mapping
        What is added to the scenario: tables are merged, lists made longer.

    Examples
    --------
    >>> asking = Asking("chips-2035", (Knob("tools", "shock/name=controls/decoupling/channel=tools/size"),))
    >>> [c.name for c in asking.controls]
    ['tools']
    """

    scenario: str
    controls: tuple[Knob, ...]
    terms: tuple[str, ...] = ()
    assumes: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    also: Mapping[str, Any] = field(default_factory=lambda: _NONE)

    def words(self) -> tuple[str, ...]:
        """All words it needs of its room."""
        named = (f"{k}_{c.name}" for c in self.controls for k in ("control", "help"))
        chosen = (f"choice_{x}" for c in self.controls for x in c.choices)
        explained = (f"{k}_{t}" for t in self.terms for k in ("term", "means"))
        return ("ask_nav", "ask_title", "ask_lead", "ask_sum", *named, *chosen, *explained, *self.assumes)

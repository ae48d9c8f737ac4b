"""What a model asks of who has never heard of it: a page of plain words, a few controls on a scenario of the library.

Words are the room's: `ask_nav` and `ask_title` (the question), `ask_lead`, `ask_sum` (what is read off, in a sentence),
`control_X` and `help_X` of each control, `choice_X`, `term_X` and `means_X` of each term, the keys of `assumes`, `ground_X`
of what it rests on, and `named_X` for the scenario's own names X of shocks and arms.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

GROUNDS = ("fact", "computed", "memory", "judgement")
"""What a number rests on: a source that was read, such sources worked out, general knowledge nobody has checked, an
assumption."""


class Ground(NamedTuple):
    """Numbers of one kind, what they rest on, and how many they are.

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

    Examples
    --------
    >>> Ground("learning_rate", "fact", "IrwinKlenow1994").numbers
    1
    """

    what: str
    kind: str
    source: str
    numbers: int = 1


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

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps of `into`."""
        return tuple(self.into.split("/"))

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
        Parts of the scenario that are left out, where the model draws by itself or time is short.
    rests_on : callable, optional
        (parameters): what its numbers rest on, a `Ground` a kind and source.

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
    rests_on: Callable[[Any], tuple[Ground, ...]] | None = None

    def words(self) -> tuple[str, ...]:
        """All words it needs of its room."""
        named = (f"{k}_{c.name}" for c in self.controls for k in ("control", "help"))
        chosen = (f"choice_{x}" for c in self.controls for x in c.choices)
        explained = (f"{k}_{t}" for t in self.terms for k in ("term", "means"))
        return ("ask_nav", "ask_title", "ask_lead", "ask_sum", *named, *chosen, *explained, *self.assumes)

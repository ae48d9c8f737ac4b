"""What every edit is: one frozen record, which a file, the command line and Python all write.

    [[shock]]                                   tariff = { from = "CHN", to = "USA", add = 0.25 }
    --edit "tariff from=CHN to=USA add=0.25"    xh.edits.Tariff("CHN", "USA", add=0.25)

Letters: r origin, s destination, i good, j industry. Shares and changes are ratios (0.1 = ten percent); a dose λ is 0 for
nothing and 1 for the edit as written. Selections name regions as `Geography.select` does ("CN-GD", "YRD", "CHN",
"provinces", "foreign", "A+B", "!X") and sectors as `Sectors.select` does ("C26", "goods", "electronics").
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, ValidationError

from xunhuan.data.accounts import Accounts
from xunhuan.data.records import Percent, Strict, parts, told
from xunhuan.errors import BadInput, XunhuanError


@dataclass(frozen=True)
class Names:
    """Marks a field that names places of a table."""

    of: Literal["regions", "sectors"]


def _joined(names: str | tuple[str, ...]) -> str | tuple[str, ...]:
    """Names as one text, so that a list and what the command line writes are one edit."""
    return names if isinstance(names, str) or any("+" in n for n in names) else "+".join(names)


NameText = Annotated[str, Field(min_length=1)]
_Selection = Annotated[NameText | Annotated[tuple[NameText, ...], Field(min_length=1)], AfterValidator(_joined)]
RegionNames = Annotated[_Selection, Names("regions")]
SectorNames = Annotated[_Selection, Names("sectors")]


SEEN = 3.0
"""Shares beyond which a size is asked about again: the tariffs of 2025 reached 1.45."""


@dataclass(frozen=True)
class Wrong:
    """One thing that is wrong with an edit on a table: the field ("" for the whole), what, and what would be right."""

    field: str
    what: str
    fix: str = ""

    def __str__(self) -> str:
        return f"{self.field + ': ' if self.field else ''}{self.what}{f' ({self.fix})' if self.fix else ''}"


@cache
def _selections(kind: type[Edit]) -> tuple[tuple[str, str, str], ...]:
    out = []
    for name, f in kind.model_fields.items():
        marks = [a for a in (*f.metadata, *parts(f.annotation)) if isinstance(a, Names)]
        if marks:
            out.append((name, f.alias or name, marks[0].of))
    return tuple(out)


class Edit(Strict):
    """Base of all edits: a change of one kind on a selection of places.

    A kind of edit of one's own is a subclass with a `kind` and fields; the models that read it give it its meaning.

    Attributes
    ----------
    kind : str
        What files and the command line call it.
    lasting : bool
        Whether it holds for good; others are in force for a period of days.
    by_years : bool
        Whether it comes in over years, which only models that have years read.
    answers : bool
        Whether it can only answer a shock, so that a scenario has it under role = "policy".
    handed : bool
        Whether only models write it, one for the next: no file, form or command does.
    linear : tuple of str
        Fields that a dose multiplies; without one there are no doses.
    amount : str
        Field that the number of a short form fills; without one there is no short form.

    Raises
    ------
    BadInput
        Listing every field that is missing, unknown or out of range.

    Examples
    --------
    >>> class Rain(Edit):
    ...     kind = "rain"
    ...     linear = ("days",)
    ...     regions: RegionNames
    ...     days: float
    >>> print(Rain("AT-N", days=10).dosed(0.5))
    rain regions=AT-N days=5
    """

    kind: ClassVar[str] = ""
    lasting: ClassVar[bool] = True
    by_years: ClassVar[bool] = False
    answers: ClassVar[bool] = False
    handed: ClassVar[bool] = False
    linear: ClassVar[tuple[str, ...]] = ()
    amount: ClassVar[str] = ""

    def __init__(self, *args: Any, **data: Any) -> None:
        names = [name for name, _, _ in self.selections()]
        if len(args) > len(names):
            told_first = f"at most {len(names)} values without a name ({', '.join(names)})" if names else "names only"
            raise BadInput(f"{type(self).__name__} takes {told_first}", fix="name the others, as in change=0.1")
        given = dict(zip(names, args, strict=False))
        twice = [n for n, label, _ in self.selections() if n in given and (n in data or label in data)]
        if twice:
            raise BadInput(f"{type(self).__name__} is given {twice[0]} twice", fix="give it once")
        given |= data
        try:
            super().__init__(**given)
        except ValidationError as e:
            raise BadInput(f"this is no {self.kind or 'edit'}", items=told(e, type(self), given)) from None

    # Records inside records are checked without this, so that a file's errors are collected with their places.
    __init__.__pydantic_base_init__ = True  # type: ignore[attr-defined]

    def check(self, acc: Accounts) -> tuple[Wrong, ...]:
        """All that is wrong with the edit on a table, nearest names included; nothing is computed."""
        out = []
        for name, label, of in self.selections():
            try:
                chosen = getattr(self, name)
                if of == "sectors":
                    acc.sectors.select(chosen)
                else:
                    acc.geography.select(chosen, acc.home)
            except XunhuanError as e:
                out.append(Wrong(label, e.what, e.fix))
        return tuple(out)

    def implausible(self) -> tuple[Wrong, ...]:
        """Shares beyond all that was seen, such as per cent written as a ratio: 25 is 2,500%."""
        out = []
        for name, f in type(self).model_fields.items():
            value = getattr(self, name)
            if Percent in (*f.metadata, *parts(f.annotation)) and isinstance(value, float) and abs(value) > SEEN:
                out.append(
                    Wrong(f.alias or name, f"{value:g} is {value:,.0%}", f"{value:g}% is written {value / 100:g}")
                )
        return tuple(out)

    @property
    def period(self) -> tuple[float, float] | None:
        """Days in force, first and last; None of an edit that is not one of days."""
        return None

    @classmethod
    def selections(cls) -> tuple[tuple[str, str, str], ...]:
        """Fields that name places: name, as a file writes it, and "regions" or "sectors"."""
        return _selections(cls)

    def dosed(self, size: float) -> Self:
        """The edit at a dose λ = size. Raises BadInput where it has none."""
        if size == 1:
            return self
        if not self.linear:
            raise BadInput(f"{self.kind} has no dose of {size:g}", fix="a dose of 1")
        return self.model_copy(update={name: getattr(self, name) * size for name in self.linear})

    @classmethod
    def amounts(cls, text: str) -> dict[str, Any]:
        """What the end of a short form stands for: a number, per cent signs allowed. Raises BadInput."""
        return {cls.amount: as_number(text)}

    def describe(self) -> str:
        """One line, as the command line writes it: `tariff from=CHN to=USA add=0.25`; defaults are left out."""
        words = [self.kind]
        for name, f in type(self).model_fields.items():
            value = getattr(self, name)
            if f.is_required() or value != f.default:
                words.append(f"{f.alias or name}={_word(value)}")
        return " ".join(words)

    def __str__(self) -> str:
        return self.describe()


def as_number(text: str) -> float:
    """A number people wrote, per cent signs allowed. Raises BadInput."""
    try:
        return float(text[:-1]) / 100 if text.endswith("%") else float(text)
    except ValueError:
        raise BadInput(f"{text!r} is not a number", fix="for instance 0.25, -10%") from None


def _word(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple) and not isinstance(value[0], str):
        return "/".join(_word(v) for v in value)
    if isinstance(value, float):
        return f"{value:g}" if float(f"{value:g}") == value else repr(value)
    text = "+".join(value) if isinstance(value, tuple) else str(value)
    if not any(c in text for c in " \t\r\n,'\"\\="):
        return text
    inside = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{inside}"'


class Directed(Edit):
    """From origin to destination, in sectors."""

    origin: RegionNames = Field(alias="from")
    destination: RegionNames = Field(alias="to")
    sectors: SectorNames = "all"


class Local(Edit):
    """On regions and sectors."""

    regions: RegionNames
    sectors: SectorNames = "all"

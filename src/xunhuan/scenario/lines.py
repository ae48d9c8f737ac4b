"""A shock of a scenario: named lines of edits, of every kind that some model reads."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Annotated, Any, Literal, NamedTuple, Self

from pydantic import AfterValidator, ConfigDict, Field, create_model, model_validator

from xunhuan.data.records import LISTED, NotNegative, Strict
from xunhuan.models import registry
from xunhuan.models.edits.base import Edit


def _plain(name: str) -> str:
    """Names are joined by " + " and may become names of files."""
    if re.search(r"[+/\\\x00-\x1f]", name):
        raise ValueError("must not hold a plus, a slash or a line break")
    return name


Name = Annotated[str, Field(min_length=1, max_length=60), AfterValidator(_plain)]


class ShockLine(NamedTuple):
    """One edit of a shock: its key, its position among the lines of that key, and the edit."""

    kind: str
    position: int
    edit: Edit


class ShockLines(Strict):
    """A named group of edits; their order does not matter.

    role  "policy" for what answers a shock; labels and figures depend on it, and some kinds of edits are nothing else
    size  dose of the whole: 1 as written, 0 nothing; each kind of edit says what a dose of it is
    plausible  false where sizes beyond all that was seen are meant, and not per cent written as ratios

    Keys of edits come from the models there are: `lines_schema` gives the record that a file is checked by.
    """

    name: Name
    note: str = ""
    role: Literal["shock", "policy"] = "shock"
    size: NotNegative = 1.0
    plausible: bool = True

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not any(self.lines()):
            raise ValueError(f"the shock changes nothing: give at least one of {', '.join(registry.edits())}")
        return self

    @model_validator(mode="after")
    def _answering(self) -> Self:
        helps = list(dict.fromkeys(line.kind for line in self.lines() if line.edit.answers))
        if helps and self.role != "policy":
            raise ValueError(
                f'{", ".join(helps)} can only answer a shock: give this one role = "policy", apart from shocks'
            )
        return self

    def lines(self) -> Iterator[ShockLine]:
        """Every edit with its key and position."""
        for kind in type(self).model_fields:
            value = getattr(self, kind)
            if isinstance(value, tuple):
                yield from (ShockLine(kind, k, e) for k, e in enumerate(value) if isinstance(e, Edit))

    def edits(self, dose: float = 1.0) -> tuple[Edit, ...]:
        """The edits at `dose` times the shock's own. Raises BadInput where an edit has no such dose."""
        size = self.size * dose
        return () if size == 0 else tuple(line.edit.dosed(size) for line in self.lines())


def lines_schema(shocks: Iterable[Mapping[str, Any]] = ()) -> type[ShockLines]:
    """The record of a shock with a key for every kind of edit.

    shocks  of a result: kinds that no model here reads are kept as they are written
    """
    known = registry.edits()
    strange = {k: as_written(k) for s in shocks for k in s if k not in known and k not in ShockLines.model_fields}
    return _schema(tuple((known | strange).items()))


@lru_cache(32)
def as_written(kind: str) -> type[Edit]:
    """An edit of a model that is not here: its values are kept and mean nothing."""

    class Written(Edit):
        """Any values."""

        model_config = ConfigDict(extra="allow")

    Written.kind = kind
    return Written


@lru_cache(8)
def _schema(kinds: tuple[tuple[str, type[Edit]], ...]) -> type[ShockLines]:
    fields: dict[str, Any] = {kind: (Annotated[tuple[edit, ...], LISTED], ()) for kind, edit in kinds}  # type: ignore[valid-type]
    return create_model("Shock", __base__=ShockLines, **fields)

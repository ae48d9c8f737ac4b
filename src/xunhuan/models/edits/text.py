"""Edits as the command line writes them: `tariff from=CHN to=USA sectors=goods add=0.25`; what `Edit.describe` gives back."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from xunhuan.data.records import parts
from xunhuan.errors import BadInput, UnknownName
from xunhuan.models.edits.base import Edit, Names

_COMMA = re.compile(r",(?=\s*\w+\s*=)")


def parse_edit(text: str, kinds: Mapping[str, type[Edit]]) -> Edit:
    """An edit from one line: its kind, then name=value pairs apart by spaces or commas.

    Values are numbers ("0.25", "25%"), names ("CN-GD", "USA+TWN", in quotes where they hold spaces), true or false (a name
    alone is true), or numbers with slashes between them. Raises BadInput, UnknownName with the nearest names.

    >>> from xunhuan.models.edits import Tariff
    >>> print(parse_edit("tariff from=CHN to=USA add=25%", {"tariff": Tariff}))
    tariff from=CHN to=USA add=0.25
    """
    kind, _, rest = text.strip().partition(" ")
    if kind not in kinds:
        raise UnknownName.of("edit", kind, kinds)
    return parse_fields(kinds[kind], rest)


def parse_fields(kind: type[Edit], text: str) -> Edit:
    """An edit of a known kind from its name=value pairs. Raises BadInput listing all that is wrong."""
    given: dict[str, Any] = {}
    for word in _words(text):
        name, equals, value = word.partition("=")
        given[name.strip()] = value.strip() if equals else "true"
    return kind(**{name: _value(kind, name, value) for name, value in given.items()})


def _words(text: str) -> list[str]:
    try:
        return shlex.split(_COMMA.sub(" ", text))
    except ValueError as e:
        raise BadInput(f"{text!r} cannot be read: {e}", fix="close the quotes") from e


def _value(kind: type[BaseModel], name: str, text: str) -> Any:
    """A value as the field wants it; what cannot be made so is left for the record to refuse."""
    field = next((f for n, f in kind.model_fields.items() if name in (n, f.alias)), None)
    if field is None:
        return text
    inside = [*parts(field.annotation), *field.metadata]
    if any(isinstance(m, Names) for m in inside):
        return text
    if bool in inside:
        return {"true": True, "false": False}.get(text.lower(), text)
    if "/" in text:
        return tuple(_number(x) for x in text.split("/"))
    return _number(text) if float in inside or int in inside else text


def _number(text: str) -> Any:
    try:
        return float(text[:-1]) / 100 if text.endswith("%") else float(text)
    except ValueError:
        return text

"""Edits as the command line writes them, `tariff from=CHN to=USA add=0.25`, which is what `Edit.describe` gives back."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from typing import Any, get_origin

from pydantic import BaseModel

from xunhuan.data.records import parts
from xunhuan.errors import BadInput, UnknownName
from xunhuan.models.edits.base import Edit, Names, as_number

_PAIR = re.compile(r"^(?P<a>.+?)(?P<arrow><->|<-|->)(?P<b>[^:]+)(?::(?P<sectors>[^:]+))?(?::(?P<value>[^:]+))?$")
_FULL = re.compile(r"\s*\w+\s*=")
_MARK = re.compile(r"""("(?:[^"\\]|\\.)*"|'[^']*')|,(?=\s*\w+\s*=)|\s*(=)(?:\s+(?!\w+\s*=))?""")
"""What stands in quotes; a comma between pairs; an equals sign with the spaces around it."""


def parse_edits(kind: type[Edit], text: str) -> tuple[Edit, ...]:
    """Edits of a known kind, in full (`from=CHN to=USA add=0.25`) or in short: `USA<-CHN:goods:+0.25`, `CN-GD:C26:0.1`.

    Short forms: TO<-FROM:SECTORS:NUMBER, or FROM->TO, A<->B both ways; REGIONS:SECTORS:NUMBER; sectors may be left out.
    Raises BadInput listing all that is wrong.

    >>> from xunhuan.models.edits import Tariff
    >>> [str(e) for e in parse_edits(Tariff, "USA<-CHN:+25%")]
    ['tariff from=CHN to=USA add=0.25']
    """
    if _FULL.match(text) or not kind.amount:
        return (parse_fields(kind, text),)
    if "origin" in kind.model_fields:
        return _directed(kind, text)
    parts_of = [x.strip() for x in text.split(":")]
    most = 3 if "sectors" in kind.model_fields else 2
    if not 2 <= len(parts_of) <= most:
        raise BadInput(f"{text!r} cannot be read", fix=f"for instance CN-GD{':C26' if most == 3 else ''}:0.1")
    sectors = {"sectors": parts_of[1]} if len(parts_of) == 3 else {}
    return (kind(regions=parts_of[0], **sectors, **kind.amounts(parts_of[-1])),)


def _directed(kind: type[Edit], text: str) -> tuple[Edit, ...]:
    found = _PAIR.match(text.strip())
    if not found:
        raise BadInput(f"{text!r} cannot be read", fix='for instance "USA<-CHN:goods:+0.25"')
    a, b, sectors, value = (found[k].strip() if found[k] else "" for k in ("a", "b", "sectors", "value"))
    if not value:  # TO<-FROM:VALUE
        sectors, value = "", sectors
    if not value:
        raise BadInput(f"{text!r} has no number", fix='for instance "USA<-CHN:goods:+0.25"')
    rest = kind.amounts(value) | ({"sectors": sectors} if sectors else {})
    if found["arrow"] == "->":
        return (kind(origin=a, destination=b, **rest),)
    if found["arrow"] == "<-":
        return (kind(origin=b, destination=a, **rest),)
    if "both_ways" in kind.model_fields:
        return (kind(origin=b, destination=a, both_ways=True, **rest),)
    return kind(origin=b, destination=a, **rest), kind(origin=a, destination=b, **rest)


def parse_edit(text: str, kinds: Mapping[str, type[Edit]]) -> Edit:
    """An edit from one line: its kind, then name=value pairs apart by spaces or commas.

    Values are numbers ("0.25", "25%"), names ("CN-GD", "USA+TWN", in quotes where they hold spaces), true or false (a name
    alone is true), or numbers with slashes between them. Raises BadInput, UnknownName with the nearest names.

    >>> from xunhuan.models.edits import Tariff
    >>> print(parse_edit("tariff from=CHN to=USA add=25%", {"tariff": Tariff}))
    tariff from=CHN to=USA add=0.25
    """
    kind, *rest = text.split(maxsplit=1) or [""]
    if kind not in kinds:
        raise UnknownName.of("edit", kind, kinds)
    return parse_fields(kinds[kind], *rest)


def parse_fields(kind: type[Edit], text: str = "") -> Edit:
    """An edit of a known kind from its name=value pairs. Raises BadInput listing all that is wrong."""
    given: dict[str, Any] = {}
    for word in _words(text):
        name, equals, value = word.partition("=")
        if name in given:
            raise BadInput(f"{name} is given twice", fix=f"give it once, or two lines of {kind.kind}")
        given[name] = value if equals else "true"
    return kind(**{name: _value(kind, name, value) for name, value in given.items()})


def _words(text: str) -> list[str]:
    """Words apart by spaces, or by commas before the next pair; quotes hold together what is in them."""
    try:
        return shlex.split(_MARK.sub(lambda m: m[1] or m[2] or " ", text))
    except ValueError:
        raise BadInput(f"{text!r} cannot be read: a quote is not closed", fix="close the quotes") from None


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
    if float not in inside and int not in inside:
        return text
    number = _number(text)
    if "/" in text or (isinstance(number, float) and any(get_origin(p) is tuple for p in inside)):
        return tuple(_number(x) for x in text.split("/"))
    return number


def _number(text: str) -> Any:
    try:
        return as_number(text)
    except BadInput:
        return text

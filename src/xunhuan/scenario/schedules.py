"""Lines of a shock from a csv that the scenario names: a tariff schedule, or a table of edits of several kinds.

    tariff = "schedule.csv"     a row a line, columns as the edit's fields: from, to, sectors, set
    lines = "shocks.csv"        the same with a column kind

What is empty is left out, as a key that is not written.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_origin

from xunhuan.data.records import parts
from xunhuan.errors import BadInput, ForeignFile, Problems, nearest
from xunhuan.models import registry
from xunhuan.models.edits.base import Edit, Names

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*%?")
_FLAGS = {"true": True, "false": False}
LINES = "lines"
"""Key of a table of several kinds."""


def is_csv(text: str) -> bool:
    """Whether a text names such a file."""
    return Path(text.strip()).suffix.lower() in (".csv", ".tsv")


def with_schedules(data: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """A scenario's data with the rows of every csv that its shocks name in the place of its name.

    folder  where the file lies that names them. Raises BadInput listing what is wrong with rows, ForeignFile.
    """
    shocks = data.get("shock")
    if isinstance(shocks, Mapping):
        told: Any = {n: _filled(s, folder) if isinstance(s, Mapping) else s for n, s in shocks.items()}
    elif isinstance(shocks, list):
        told = [_filled(s, folder) if isinstance(s, Mapping) else s for s in shocks]
    else:
        return dict(data)
    return {**data, "shock": told}


def _filled(shock: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    kinds, out = registry.edits(), {}
    more: dict[str, list[dict[str, Any]]] = {}
    for key, value in shock.items():
        if key == LINES and isinstance(value, str):
            for kind, row in rows_of_csv(folder / value, kinds):
                more.setdefault(kind, []).append(row)
        elif key in kinds and isinstance(value, str) and is_csv(value):
            out[key] = [row for _, row in rows_of_csv(folder / value, {key: kinds[key]})]
        else:
            out[key] = value
    for kind, rows in more.items():
        here = out.get(kind, [])
        out[kind] = [*([here] if isinstance(here, Mapping) else here), *rows]
    return out


def rows_of_csv(path: Path, kinds: Mapping[str, type[Edit]]) -> list[tuple[str, dict[str, Any]]]:
    """Kind and fields of every row of a csv. Raises BadInput listing what is wrong, ForeignFile."""
    if not path.is_file():
        raise BadInput(f"there is no file {path.name!r}", where=str(path), fix="check the path in the shock")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as e:
        raise ForeignFile("the file is not in UTF-8", where=str(path), fix="save it as CSV UTF-8") from e
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    found = csv.DictReader(lines, delimiter="\t" if lines and "\t" in lines[0] else ",")
    found.fieldnames = [c.strip() for c in found.fieldnames or []]
    _check_columns(list(found.fieldnames), kinds, path)
    several, p = "kind" in found.fieldnames, Problems("the table of edits cannot be read")
    out = []
    for number, row in enumerate(found, start=2):
        if None in row:
            p.add(f"line {number}: has more cells than there are columns")
            continue
        kind = (row.pop("kind", "") or "").strip() if several else next(iter(kinds))
        if kind not in kinds:
            near = nearest(kind, list(kinds))
            p.add(f"line {number}: {kind!r} is no kind of edit" + (f"; did you mean {near[0]}?" if near else ""))
            continue
        fields = _fields(kinds[kind])
        given = {c: (v or "").strip() for c, v in row.items() if (v or "").strip()}
        out.append((kind, {c: _value(fields.get(c, False), v) for c, v in given.items()}))
    if not out and not p:
        p.add("there is no row")
    p.raise_if(where=str(path))
    return out


def _check_columns(names: list[str], kinds: Mapping[str, type[Edit]], path: Path) -> None:
    """Raise BadInput where a column is no field, or the kind of the edits is not told."""
    if "kind" not in names and len(kinds) > 1:
        raise BadInput("the table has no column kind", where=str(path), fix="one of " + ", ".join(kinds))
    known = {c for k in kinds.values() for c in _fields(k)} | {"kind"}
    p = Problems("the table of edits cannot be read")
    for c in (c for c in names if c not in known):
        near = nearest(c, sorted(known))
        right = f"did you mean {near[0]}?" if near else f"known: {', '.join(sorted(known))}"
        p.add(f"column {c!r} is unknown; {right}")
    p.raise_if(where=str(path))


def _fields(kind: type[Edit]) -> dict[str, bool]:
    """Fields of a kind as files write them, and whether they hold names alone."""
    out = {}
    for name, f in kind.model_fields.items():
        marks = [*f.metadata, *parts(f.annotation)]
        plain = any(isinstance(a, Names) for a in marks) or not any(a in (float, int, bool) for a in marks)
        out[f.alias or name] = plain and not any(get_origin(a) is tuple and float in parts(a) for a in marks)
    return out


def _value(names: bool, text: str) -> Any:
    """What a cell stands for: names as they are, else a number (per cent signs allowed), true or false, or a word."""
    if names:
        return text
    if _NUMBER.fullmatch(text):
        return float(text.rstrip("% ")) / 100 if text.endswith("%") else float(text)
    return _FLAGS.get(text.casefold(), text)

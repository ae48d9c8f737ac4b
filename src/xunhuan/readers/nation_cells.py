"""The cells of one nation's table by the labels of its rows and columns, from the wide files of the OECD and of others."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from xunhuan.data.arrays import Array
from xunhuan.errors import BadInput, Problems
from xunhuan.readers.archives import year_in
from xunhuan.readers.sheet import open_csv, open_sheet, sheet_names
from xunhuan.readers.square import CellLabel

_OWN = ("VALU", "TXS", "TLS", "OUT", "EXPO", "TTL", "VA", "D1", "B", "P", "D2")
"""How labels begin that only the table of home-made use has."""


@dataclass(frozen=True, eq=False)
class NationCells:
    """Home-made and imported use by label of row and column; `imported` is None where the table does not tell it apart.

    by_isic  whether numbers that are sectors' labels are ISIC's divisions, as the OECD's are
    """

    rows: list[str]
    columns: list[str]
    home: Array
    imported: dict[CellLabel, float] | None
    nation: str | None
    year: int | None
    unit: str
    told: tuple[str, ...] = ()
    by_isic: bool = False


_MADE = r"^(TTL|DOM|IMP)_(?=\w*\d|[A-Z]$|[A-Z]_)"
"""What the OECD puts before the code of a good: of all use, of home-made, of imported."""


def label_key(label: str, divisions: bool = False) -> str:
    """A label without what the houses put before a code; D01 is division 01 where `divisions`, as D11 is wages elsewhere."""
    bare = re.sub(rf"{_MADE}|^CPA_", "", label.split(":")[0].strip())
    bare = re.sub(r"^D(?=\d{2,3}[A-Z]?(T\d+)?$)", "", bare) if divisions else bare
    return re.sub(r"(?<=\d)-(?=\d)", "T", bare)


def wide_cells(path: Path, sheet: str | None, nation: str | None) -> NationCells:
    """The cells of a wide file; of the OECD's files of domestic and of imported use together, or else of their totals.

    Raises BadInput naming the file that is missing and cells that hold no number.
    """
    found = re.fullmatch(r"([A-Za-z]{3})(\d{4})(dom|imp|ttl)", path.stem)
    if found is None:
        rows, columns, values = _wide(path, sheet)
        sheets = [] if sheet or path.suffix.lower() == ".csv" else sheet_names(path)
        read = (f"sheet {sheets[0]!r} is read, the first of {len(sheets)}",) if len(sheets) > 1 else ()
        return NationCells(rows, columns, values, None, nation, year_in(path.stem), "million of currency", read)
    economy, when = found[1].upper(), int(found[2])
    beside = {k: path.with_name(f"{found[1]}{found[2]}{k}{path.suffix}") for k in ("dom", "imp", "ttl")}
    if beside["dom"].is_file() and beside["imp"].is_file():
        rows, columns, values = _with_totals(beside["dom"], beside["ttl"])
        of_rows, of_columns, brought = _wide(beside["imp"], None)
        at = (
            (r, c, v) for r, line in zip(of_rows, brought, strict=True) for c, v in zip(of_columns, line, strict=True)
        )
        imported = {(r, c): float(v) for r, c, v in at}
        told = _unlike(beside["imp"].name, (rows, of_rows), (columns, of_columns))
        return NationCells(rows, columns, values, imported, economy, when, "million USD", told, by_isic=True)
    if not beside["ttl"].is_file():
        raise BadInput(
            f"beside {path.name} lies no {beside['imp' if found[3] == 'dom' else 'dom'].name}",
            where=str(path),
            fix="domestic and imported use come in two files: put both in one folder, or give the file of totals (ttl)",
        )
    rows, columns, values = _wide(beside["ttl"], None)
    return NationCells(rows, columns, values, None, economy, when, "million USD", by_isic=True)


def _unlike(name: str, *sides: tuple[list[str], list[str]]) -> tuple[str, ...]:
    """What is said where the table of imported use does not run over the labels of the other."""
    out = []
    for home, brought in sides:
        if missing := [x for x in home if x and x not in brought and not x.upper().startswith(_OWN)]:
            out.append(f"{name} has no {', '.join(missing)}: nothing of it is imported")
        if [x for x in home if x in brought] != [x for x in brought if x in home]:
            out.append(f"{name} has its labels in another order")
    return tuple(out)


def _with_totals(path: Path, totals: Path) -> tuple[list[str], list[str], Array]:
    """Domestic use, with the rows of value added and output of the table of totals where they stand there alone."""
    rows, columns, values = _wide(path, None)
    if not totals.is_file() or any(r.upper() == "VALU" for r in rows):
        return rows, columns, values
    names, heads, more = _wide(totals, None)
    below = [k for k, r in enumerate(names) if r not in rows and r not in heads]
    place = {h: k for k, h in enumerate(heads)}
    extra = np.array([[more[k, place[c]] if c in place else 0.0 for c in columns] for k in below])
    return [*rows, *(names[k] for k in below)], columns, np.concatenate([values, extra.reshape(len(below), -1)])


def _wide(path: Path, sheet: str | None) -> tuple[list[str], list[str], Array]:
    """Labels of rows and columns and the numbers of a csv or a sheet."""
    if path.suffix.lower() == ".csv":
        grid = open_csv(path)
    else:
        grid = open_sheet(path, re.escape(sheet or sheet_names(path)[0].strip()), "the table")
    sides = [grid.text(r, 0) for r in range(1, grid.shape[0])], [grid.text(0, c) for c in range(1, grid.shape[1])]
    oecd = any(re.match(_MADE, x) for x in sides[0])
    rows, columns = ([label_key(x, oecd) for x in labels] for labels in sides)
    p = Problems("labels are missing or there twice")
    for what, labels in (("row", rows), ("column", columns)):
        p.items += [f"{what} {x}" for x in dict.fromkeys(labels) if x and labels.count(x) > 1]
    spare = [(r, c) for r, x in enumerate(rows, 1) for c in range(1, len(columns) + 1) if not x]
    spare += [(r, c) for c, x in enumerate(columns, 1) for r in range(1, len(rows) + 1) if not x]
    p.items += [f"{grid.where(r, c)}: {t!r} without a label" for r, c in dict.fromkeys(spare) if (t := grid.text(r, c))]
    while rows and not rows[-1]:
        rows.pop()
    while columns and not columns[-1]:
        columns.pop()
    p.raise_if(BadInput, where=str(path), fix="one row and one column for each label")
    return rows, columns, grid.numbers(slice(1, 1 + len(rows)), slice(1, 1 + len(columns)))

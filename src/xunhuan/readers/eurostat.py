"""National input-output tables of Eurostat in its long form: data flows naio_10_cp1700 and naio_10_cp1750 as csv."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from xunhuan.data.economies import economy_of
from xunhuan.errors import BadInput, Problems
from xunhuan.readers.bounds import COLUMNS_READ, WHOLE_READ, usable
from xunhuan.readers.lines import CsvLines, parsing
from xunhuan.readers.nation_cells import NationCells, label_key

if TYPE_CHECKING:
    import pandas as pd

_COLUMNS = {
    "row": (r"(ind|prd)_ava", "ind_ava or prd_ava"), "column": (r"(ind|prd)_use", "ind_use or prd_use"),
    "value": ("OBS_VALUE", "OBS_VALUE"), "geo": ("geo", "geo"), "time": ("TIME_PERIOD", "TIME_PERIOD"),
    "unit": ("unit", "unit"), "flow": ("stk_flow", "stk_flow"),
}  # fmt: skip
_EURO = "MIO_EUR"
_AT_HOME = r"P6.*|T.*|P2.*"
"""Users that imported use need not have: exports and totals."""


def is_long(path: Path) -> bool:
    """Whether a csv is in this form, by its first line."""
    with open(path, "rb") as f:
        return b"stk_flow" in f.readline(1 << 16)


def long_cells(path: Path, nation: str | None, year: int | None) -> NationCells:
    """The cells of one economy, year and unit, those asked for or alone in the file; million EUR where it has them.

    Raises BadInput naming columns that are missing, what the file holds more than one of, and lines without a number.
    """
    import pandas as pd

    with open(path, "rb") as raw:
        lines = CsvLines(raw, str(path), COLUMNS_READ, WHOLE_READ)
        with parsing(str(path), lines=lines):
            whole = pd.read_csv(lines.reader(), dtype=str, keep_default_na=False, encoding="utf-8-sig", index_col=False)
    lines.check()
    whole.columns = [c.split(":")[0].strip() for c in whole.columns]
    found = {k: next((c for c in whole.columns if re.fullmatch(p, c)), "") for k, (p, _) in _COLUMNS.items()}
    p = Problems("a long table of Eurostat lacks columns")
    p.items = [said for k, (_, said) in _COLUMNS.items() if not found[k]]
    p.raise_if(BadInput, where=str(path), fix="download the data flow as csv with codes")
    table = pd.DataFrame({k: whole[c].str.split(":").str[0].str.strip() for k, c in found.items() if k != "value"})
    table["value"] = whole[found["value"]]
    table["geo"] = table["geo"].map(economy_of)
    table = _one(table, nation, year, path)
    lacking = table["value"].isin([":", ""])
    value = pd.to_numeric(table["value"].where(~lacking, "0"), errors="coerce")
    p = Problems("lines hold no number")
    p.items = [f"line {int(k) + 2}: {table.loc[k, 'value']!r}" for k in value.index[~usable(value.to_numpy())]]
    p.raise_if(BadInput, where=str(path), fix="a number with a decimal point in every line")
    keys = pd.DataFrame({"flow": table["flow"], **{k: table[k].map(label_key) for k in ("row", "column")}})
    p = Problems("cells are given twice")
    p.items = [f"line {int(k) + 2}: {' '.join(keys.loc[k])}" for k in keys.index[keys.duplicated()]]
    p.raise_if(BadInput, where=str(path), fix="one line for each cell of a table, a year and a unit")
    found_cells = _cells(table.assign(value=value), path)
    if not lacking.any():
        return found_cells
    first = int(np.flatnonzero(whole[found["value"]].isin([":", ""]))[0]) + 2
    said = f"{lacking.sum():,} cells are not available or confidential (empty or :), first in line {first}, and 0"
    return replace(found_cells, told=(said, *found_cells.told))


def _one(table: pd.DataFrame, nation: str | None, year: int | None, path: Path) -> pd.DataFrame:
    p = Problems("the file holds more than one table")
    asked = {"geo": nation and economy_of(nation), "time": year and str(year)}
    asked["unit"] = _EURO if (table["unit"] == _EURO).any() else None
    for k, want in asked.items():
        table = table[table[k] == want] if want else table
        if len(there := sorted(set(table[k]))) != 1:
            p.add(f"{_COLUMNS[k][1]}: {', '.join(there[:8]) or 'nothing that is asked'}")
        elif k == "time" and not re.fullmatch(r"[12]\d{3}", there[0]):
            p.add(f"TIME_PERIOD: {there[0]!r} is no year")
    p.raise_if(BadInput, where=str(path), fix="say which with --nation and --year, or download one alone")
    return table


def _cells(table: pd.DataFrame, path: Path) -> NationCells:
    strange = sorted(set(table["flow"]) - {"TOTAL", "DOM", "IMP"})
    if strange:
        said = ", ".join(map(repr, strange[:8]))
        raise BadInput(f"stk_flow holds {said}", where=str(path), fix="it is DOM, IMP or TOTAL in every line")
    part = {f: table[table["flow"] == f] for f in ("TOTAL", "DOM", "IMP")}
    apart = len(part["DOM"]) > 0 and len(part["IMP"]) > 0
    if not apart and not len(part["TOTAL"]):
        there = ", ".join(sorted(set(table["flow"])))
        raise BadInput(f"stk_flow holds {there}", where=str(path), fix="download DOM and IMP, or TOTAL")
    rows, columns = (list(dict.fromkeys(map(label_key, table[k]))) for k in ("row", "column"))
    at = [{x: k for k, x in enumerate(a)} for a in (rows, columns)]
    values = np.zeros((len(rows), len(columns)))
    # Value added and output are rows of the total alone; of use, what is home-made counts where it is told apart.
    for name in ("TOTAL", "DOM") if apart else ("TOTAL",):
        for r, c, v in part[name][["row", "column", "value"]].itertuples(index=False):
            values[at[0][label_key(r)], at[1][label_key(c)]] = v
    imported = None
    if apart:
        lines = part["IMP"][["row", "column", "value"]].itertuples(index=False)
        imported = {(label_key(r), label_key(c)): float(v) for r, c, v in lines}
    first = table.iloc[0]
    unit = "million EUR" if first["unit"] == _EURO else str(first["unit"])
    told = tuple(
        said
        for flow, words in (("DOM", "home-made"), ("IMP", "imported"))
        if apart
        for said in _listed(part, flow, words)
    )
    return NationCells(rows, columns, values, imported, str(first["geo"]), int(first["time"]), unit, told)


def _listed(part: dict[str, pd.DataFrame], flow: str, words: str) -> Iterator[str]:
    """What is said of cells of use that no line gives; users of home-made use are those of imported use too."""
    home, one = (
        {(label_key(r), label_key(c)) for r, c in part[x][["row", "column"]].to_numpy()} for x in ("DOM", flow)
    )
    goods, users = {r for r, _ in home}, {c for _, c in home if not re.fullmatch(_AT_HOME, c)}
    missing = len(goods) * len(users) - sum(r in goods and c in users for r, c in one)
    if missing:
        yield f"{missing:,} cells of {words} use are not in the file, and 0"

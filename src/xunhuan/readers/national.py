"""One nation's input-output table in an open rest of the world: the OECD's national tables, Eurostat's, and plain ones.

Wide (csv or workbook): the first row and the first column hold labels; a sector is what labels a row and a column. Other
columns are final use, exports (EXPO, P6, export), imports by good (IMPO, P7, import) or totals, other rows value added,
imports by user (import, IMP) or totals. OECD: CCCYYYYdom.csv with CCCYYYYimp.csv beside it, or CCCYYYYttl.csv, rows DOM_,
IMP_ or TTL_. Long, as Eurostat's data flows naio_10_cp1700 and naio_10_cp1750 come in csv: columns geo, TIME_PERIOD, unit,
stk_flow (DOM, IMP, TOTAL), ind_ava or prd_ava, ind_use or prd_use, OBS_VALUE.

Imports of a good are told apart by user where the table does; else each user takes the good from abroad in the one share.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from xunhuan.data.arrays import Array, ratio
from xunhuan.data.classification import Sectors
from xunhuan.data.economies import REST_OF_WORLD, economy_of, known_economies, world_of
from xunhuan.data.isic import with_section
from xunhuan.data.sector_lists import of_house, of_isic
from xunhuan.errors import BadInput, Problems
from xunhuan.readers.archives import year_in
from xunhuan.readers.blocks import Blocks, Imported, close
from xunhuan.readers.ceads import by_good, with_rest
from xunhuan.readers.sheet import open_csv, open_sheet, sheet_names
from xunhuan.readers.square import Label

FILE = r"[a-z]{3}\d{4}(dom|imp|ttl)\.csv|naio_10_.*\.csv"
_EXPORT = r"expo|p6|exports?|ex|出口"
_IMPORT = r"impo|p7|imports?|im|imp|进口"
_OUTPUT = r"output|p1|out|gross output|total output|total inputs?|go|ti|x|总产出|总投入"
_TOTAL = r"ttl_int_fnl|int_fnl|p2.*|tu|tfu|tfd|ttl.*|total.*|tii|tiu|tva|b1g|p2_adj|.*合计|ts_bp"
_NAMES = {
    "hfce": "household", "p3_s14": "household", "npish": "nonprofit", "p3_s15": "nonprofit", "ggfc": "government",
    "p3_s13": "government", "gfcf": "fixed_capital", "p51g": "fixed_capital", "invnt": "inventory", "p5m": "inventory",
    "p52_p53": "inventory", "valu": "value_added", "va": "value_added", "d1": "compensation", "d29x39": "net_production_tax",
    "b2a3g": "operating_surplus", "d21x31": "taxes_on_products", "txs_int_fnl": "taxes_on_products",
    "txs_imp_fnl": "taxes_on_products_abroad", "tls": "taxes_on_products", "dpabr": "purchases_abroad",
    "cons_abr": "purchases_abroad", "cons_nonres": "purchases_by_non_residents",
}  # fmt: skip
_NOT_ADDED = r"p3|p5|p3_s1|p5_s1|p6_.*|p51|p52|p53|cons_nonres_total"


def read_national(
    path: Path,
    year: int | None = None,
    sheet: str | None = None,
    tolerance: float = 0.02,
    nation: str | None = None,
    unit: str | None = None,
) -> Imported:
    """One nation's table, the rest of the world an open region.

    nation  its ISO 3166-1 code, where the file does not tell it · unit  such as "million EUR", where it does not

    Raises BadInput naming what the table lacks and cells that hold no number, UnbalancedAccounts past `tolerance`.
    """
    cells = _read(path, sheet, nation, year)
    nation = nation or cells.nation
    year = year or cells.year
    p = Problems("the file does not tell all that is needed")
    if nation is None:
        p.add("which nation it is of: give it with --nation, such as CHN")
    if year is None:
        p.add("its year: give it with --year")
    p.raise_if(BadInput, where=str(path))
    assert nation is not None
    assert year is not None
    unit = unit or cells.unit
    return close(_blocks(cells, path, economy_of(nation), year, unit), tolerance)


@dataclass(frozen=True, eq=False)
class _Cells:
    """Home-made and imported use by label of row and column; `imported` is None where the table does not tell it apart."""

    rows: list[str]
    columns: list[str]
    home: Array
    imported: dict[Label, float] | None
    total: bool
    nation: str | None
    year: int | None
    unit: str


def _key(label: str) -> str:
    """A label without what the houses put before a code."""
    bare = re.sub(r"^(TTL|DOM|IMP)_(?=\w*\d|[A-Z]$|[A-Z]_)", "", label.split(":")[0].strip())
    bare = re.sub(r"^(CPA_|D(?=\d\dT?\d*$))", "", bare)
    return re.sub(r"(?<=\d)-(?=\d)", "T", bare)


def _read(path: Path, sheet: str | None, nation: str | None, year: int | None) -> _Cells:
    if not path.is_file():
        raise BadInput(f"there is no file {path.name!r}", where=str(path), fix="check the path")
    found = re.fullmatch(r"([A-Za-z]{3})(\d{4})(dom|imp|ttl)", path.stem)
    if found is None:
        if path.suffix.lower() == ".csv" and _is_long(path):
            return _long(path, nation, year)
        rows, columns, values = _wide(path, sheet)
        return _Cells(rows, columns, values, None, False, nation, year_in(path.stem), "million of currency")
    economy, when = found[1].upper(), int(found[2])
    beside = {k: path.with_name(f"{found[1]}{found[2]}{k}{path.suffix}") for k in ("dom", "imp", "ttl")}
    if beside["dom"].is_file() and beside["imp"].is_file():
        rows, columns, values = _wide(beside["dom"], None)
        others = _wide(beside["imp"], None)
        if beside["ttl"].is_file() and not any(re.fullmatch("valu", r, re.IGNORECASE) for r in rows):
            # Value added and output may stand in the table of totals alone.
            more = _wide(beside["ttl"], None)
            below = [k for k, r in enumerate(more[0]) if r not in rows and r not in more[1]]
            at = [more[1].index(c) if c in more[1] else -1 for c in columns]
            extra = np.array([[more[2][k, c] if c >= 0 else 0.0 for c in at] for k in below]).reshape(
                len(below), len(columns)
            )
            rows, values = [*rows, *(more[0][k] for k in below)], np.concatenate([values, extra])
        imported = {
            (r, c): float(v)
            for r, line in zip(others[0], others[2], strict=True)
            for c, v in zip(others[1], line, strict=True)
        }
        return _Cells(rows, columns, values, imported, False, economy, when, "million USD")
    if not beside["ttl"].is_file():
        raise BadInput(
            f"beside {path.name} lies no {beside['imp'].name if 'dom' in path.stem else beside['dom'].name}",
            where=str(path),
            fix="domestic and imported use come in two files: put both in one folder, or give the file of totals (ttl)",
        )
    rows, columns, values = _wide(beside["ttl"], None)
    return _Cells(rows, columns, values, None, True, economy, when, "million USD")


def _wide(path: Path, sheet: str | None) -> tuple[list[str], list[str], Array]:
    """Labels of rows and columns and the numbers of a csv or a sheet."""
    if path.suffix.lower() == ".csv":
        grid = open_csv(path)
    else:
        grid = open_sheet(path, re.escape(sheet or sheet_names(path)[0].strip()), "the table")
    rows = [_key(grid.text(r, 0)) for r in range(1, grid.shape[0])]
    columns = [_key(grid.text(0, c)) for c in range(1, grid.shape[1])]
    while rows and not rows[-1]:
        rows.pop()
    while columns and (not columns[-1] or columns[-1].startswith("Unnamed")):
        columns.pop()
    return rows, columns, grid.numbers(slice(1, 1 + len(rows)), slice(1, 1 + len(columns)))


def _is_long(path: Path) -> bool:
    with open(path, "rb") as f:
        return b"stk_flow" in f.readline(1 << 16)


def _long(path: Path, nation: str | None, year: int | None) -> _Cells:
    """Eurostat's long form: one economy, year and unit, told by what is asked or alone in the file."""
    import pandas as pd

    frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    frame.columns = [c.split(":")[0].strip() for c in frame.columns]
    names = {
        k: next((c for c in frame.columns if re.fullmatch(p, c)), None)
        for k, p in (
            ("row", r"(ind|prd)_ava"),
            ("column", r"(ind|prd)_use"),
            ("value", "OBS_VALUE"),
            ("geo", "geo"),
            ("time", "TIME_PERIOD"),
            ("unit", "unit"),
        )
    }
    p = Problems("a long table of Eurostat lacks columns")
    p.items = [
        f"{k} ({n})"
        for k, n in (
            ("row", "ind_ava or prd_ava"),
            ("column", "ind_use or prd_use"),
            ("value", "OBS_VALUE"),
            ("geo", "geo"),
            ("time", "TIME_PERIOD"),
            ("unit", "unit"),
        )
        if names[k] is None
    ]
    p.raise_if(BadInput, where=str(path), fix="download the data flow as csv with codes")
    frame = frame.assign(**{c: frame[c].str.split(":").str[0].str.strip() for c in frame.columns})
    asked = {"geo": nation and economy_of(nation), "time": year and str(year), "unit": None}
    for k, want in asked.items():
        column = names[k]
        said = frame[column].map(economy_of) if k == "geo" else frame[column]
        if want:
            frame, said = frame[said == want], said[said == want]
        if k == "unit" and "MIO_EUR" in set(said):
            frame = frame[said == "MIO_EUR"]
        elif len(set(said)) != 1:
            p.add(f"{column} holds {', '.join(sorted(set(said))[:8]) or 'nothing that is asked'}")
    p.raise_if(BadInput, where=str(path), fix="say which with --nation and --year, or download one alone")
    value = pd.to_numeric(frame[names["value"]].replace({":": "0", "": "0"}), errors="coerce")
    for k in value.index[value.isna()][:20]:
        p.add(f"line {k + 2}: {frame.loc[k, names['value']]!r} is not a number")
    p.raise_if(BadInput, where=str(path))
    flows = frame["stk_flow"].unique().tolist()
    home = "DOM" if "DOM" in flows and "IMP" in flows else "TOTAL"
    part = {f: frame["stk_flow"] == f for f in flows}
    if home not in part:
        raise BadInput(f"stk_flow holds {', '.join(flows)}", where=str(path), fix="download DOM and IMP, or TOTAL")
    keys = frame[names["row"]].map(_key), frame[names["column"]].map(_key)
    # Value added and output are rows of the total alone.
    rows, columns = (list(dict.fromkeys(k)) for k in keys)
    at = [{x: k for k, x in enumerate(a)} for a in (rows, columns)]
    values = np.zeros((len(rows), len(columns)))
    for f in ("TOTAL", home):
        if f in part:
            for r, c, v in zip(keys[0][part[f]], keys[1][part[f]], value[part[f]], strict=True):
                values[at[0][r], at[1][c]] = v
    imported = (
        {
            (r, c): float(v)
            for r, c, v in zip(keys[0][part["IMP"]], keys[1][part["IMP"]], value[part["IMP"]], strict=True)
        }
        if home == "DOM"
        else None
    )
    unit = "million EUR" if frame[names["unit"]].iloc[0] == "MIO_EUR" else frame[names["unit"]].iloc[0]
    return _Cells(
        rows,
        columns,
        values,
        imported,
        home == "TOTAL",
        economy_of(frame[names["geo"]].iloc[0]),
        int(frame[names["time"]].iloc[0]),
        unit,
    )


def _fits(pattern: str, label: str) -> bool:
    return re.fullmatch(pattern, label.strip(), re.IGNORECASE) is not None


def _blocks(t: _Cells, path: Path, nation: str, year: int, unit: str) -> Blocks:
    sums = rf"{_OUTPUT}|{_TOTAL}|{_NOT_ADDED}"
    codes = tuple(
        x for x in dict.fromkeys(t.rows) if x and x in t.columns and not _fits(rf"{sums}|{_IMPORT}|{_EXPORT}", x)
    )
    r, c = ({x: k for k, x in enumerate(a)} for a in (t.rows, t.columns))
    beside = [x for x in dict.fromkeys(t.columns) if x and x not in codes]
    below = [x for x in dict.fromkeys(t.rows) if x and x not in codes]
    export = next((x for x in beside if _fits(_EXPORT, x)), None)
    by_kind = next((x for x in beside if _fits(_IMPORT, x)), None)
    by_user = next((x for x in below if _fits(_IMPORT, x)), None)
    finals = [x for x in beside if not _fits(rf"{sums}|{_EXPORT}|{_IMPORT}", x)]
    paid = [x for x in below if not _fits(rf"{sums}|{_IMPORT}", x)]
    p = Problems("the table lacks a part")
    if len(codes) < 2:
        p.add("no two sectors label both a row and a column")
    if not finals:
        p.add("no column of final use")
    if export is None:
        p.add("no column of exports (EXPO, P6 or export)")
    if t.imported is None and by_kind is None and by_user is None:
        p.add("no imports: a column by good (IMPO, P7 or import), a row by user (import), or a table of imported use")
    p.raise_if(BadInput, where=str(path), fix="labels stand in the first row and the first column")
    assert export is not None
    rows, users, buyers = [r[x] for x in codes], [c[x] for x in codes], [c[x] for x in finals]
    z, final, sold = t.home[np.ix_(rows, users)], t.home[np.ix_(rows, buyers)], t.home[rows, c[export]]
    if t.imported is not None:
        brought = [np.array([[t.imported.get((i, x), 0.0) for x in names] for i in codes]) for names in (codes, finals)]
        again = np.array([t.imported.get((i, export), 0.0) for i in codes])
        notes = ["imports are told apart by good and user"]
        if again.any():
            sold = sold.copy()
            notes.append("goods that are imported and exported again are left out")
    elif by_kind is not None:
        share = ratio(np.abs(t.home[rows, c[by_kind]]), np.maximum(z, 0).sum(1) + np.maximum(final, 0).sum(1))
        brought = [share[:, None] * a for a in (z, final)]
        z, final = z - brought[0], final - brought[1]
        notes = ["the table gives imports by good: all users take a good from abroad in one share"]
        if (share > 1).any():
            over = ", ".join(codes[k] for k in np.flatnonzero(share > 1)[:8])
            p.add(f"imports are more than is used at home: {over}")
            p.raise_if(
                BadInput, where=str(path), fix="take goods that are only passed through out of imports and exports"
            )
    else:
        line = t.home[r[by_user or ""]]
        brought = [by_good(a[None, :, None, :], line[at][None])[:, 0] for a, at in ((z, users), (final, buyers))]
        notes = ["the table gives imports by user: each user's are spread over goods like its home-made inputs"]
    made = next((x for x in below if _fits(_OUTPUT, x)), None)
    output = t.home[r[made], users] if made is not None else z.sum(1) + final.sum(1) + sold
    value_added, components = _value_added(t, r, users, paid, output - z.sum(0) - brought[0].sum(0))
    whole_z, whole_f = with_rest(
        z[None, :, None], final[None, :, None], brought[0][:, None], brought[1][:, None], sold[None]
    )
    k, known = len(codes), known_economies().get(nation)
    return Blocks(
        geography=world_of((nation, REST_OF_WORLD), shut=(REST_OF_WORLD,)),
        sectors=_sectors(codes),
        categories=tuple(_NAMES.get(x.casefold(), x) for x in finals),
        components=components,
        intermediate=whole_z,
        final=whole_f,
        value_added=np.stack([value_added, np.zeros_like(value_added)]),
        output=np.stack([output, whole_z[1].sum((1, 2)) + whole_f[1].sum((1, 2))]),
        year=year,
        currency=unit.split()[-1],
        unit=unit,
        name=f"{nation.lower()}-{year}",
        title=f"{known.name_en if known else nation} {year}: {k} sectors in an open rest of the world",
        source=f"as the file {path.name} holds it",
        notes=tuple(notes),
    )


def _value_added(
    t: _Cells, r: dict[str, int], users: list[int], paid: list[str], rest: Array
) -> tuple[Array, tuple[str, ...]]:
    """Rows of value added j v; what is left of output where the table has none."""
    if not paid:
        return rest[:, None], ("value_added",)
    names = [_NAMES.get(x.casefold(), x) for x in paid]
    return np.stack([t.home[r[x], users] for x in paid], axis=1), tuple(names)


def _sectors(codes: tuple[str, ...]) -> Sectors:
    isic = tuple(with_section(x) for x in codes)
    return of_isic(codes, isic) if all(isic) else of_house(Sectors(codes), "icio2023", "icio2025", "figaro64")

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
from xunhuan.data.isic import classes, with_section
from xunhuan.data.sector_lists import of_house, of_isic
from xunhuan.errors import BadInput, Problems
from xunhuan.readers.blocks import Blocks, Imported, close
from xunhuan.readers.ceads import by_good, with_rest
from xunhuan.readers.eurostat import is_long, long_cells
from xunhuan.readers.nation_cells import NationCells, wide_cells

_EXPORT = r"expo|p6|exports?|ex|出口"
_IMPORT = r"impo|p7|imports?|im|imp|进口"
_OUTPUT = r"output|p1|out|gross output|total output|total inputs?|go|ti|x|总产出|总投入"
_TOTAL = r"ttl_int_fnl|int_fnl|p2.*|tu|tfu|tfd|ttl.*|total.*|tii|tiu|tva|b1g|p2_adj|.*合计|ts_bp"
_VISITORS = "purchases_by_non_residents"
"""As a column they are exports, which the houses give apart."""
_NAMES = {
    "hfce": "household", "p3_s14": "household", "npish": "nonprofit", "p3_s15": "nonprofit", "ggfc": "government",
    "p3_s13": "government", "gfcf": "fixed_capital", "p51g": "fixed_capital", "invnt": "inventory", "p5m": "inventory",
    "p52_p53": "inventory", "valu": "value_added", "va": "value_added", "d1": "compensation", "d29x39": "net_production_tax",
    "b2a3g": "operating_surplus", "d21x31": "taxes_on_products", "txs_int_fnl": "taxes_on_products",
    "txs_imp_fnl": "taxes_on_products_abroad", "tls": "taxes_on_products", "dpabr": "purchases_abroad",
    "cons_abr": "purchases_abroad", "cons_nonres": _VISITORS,
}  # fmt: skip
_BOUGHT = (
    "household",
    "nonprofit",
    "government",
    "fixed_capital",
    "inventory",
    "purchases_abroad",
    _VISITORS,
)
"""What is bought for final use; the last two may be rows too."""
_ROUNDED = 0.01
"""Share by which imports of a good may exceed its use: tables of one decimal have goods that are all imported."""
_NOT_ADDED = r"p3|p5|p3_s1|p5_s1|p6_.*|p51|cons_nonres_total"
_WITHIN = {
    "d11": "d1", "d12": "d1", "p51c": "b2a3g", "b2a3n": "b2a3g", "b2g": "b2a3g", "b3g": "b2a3g", "b2n": "b2a3g",
    "b3n": "b2a3g", "d21": "d21x31", "d31": "d21x31", "d29": "d29x39", "d39": "d29x39", "p52": "p5m", "p53": "p5m",
}  # fmt: skip
"""Transactions of the national accounts that are a part of another, which a table may give beside it."""


def read_nation(
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
    if not path.is_file():
        raise BadInput(f"there is no file {path.name!r}", where=str(path), fix="check the path")
    long = path.suffix.lower() == ".csv" and is_long(path)
    cells = long_cells(path, nation, year) if long else wide_cells(path, sheet, nation)
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


def _fits(pattern: str, label: str) -> bool:
    return re.fullmatch(pattern, label.strip(), re.IGNORECASE) is not None


@dataclass(frozen=True, eq=False)
class _Parts:
    """What labels are: sectors, final categories, rows of value added; export, imports by good and by user, output; idle:
    rows without a number.
    """

    sectors: tuple[str, ...]
    finals: list[str]
    paid: list[str]
    exports: tuple[str, ...]
    by_good: str | None
    by_user: str | None
    output: str | None
    idle: tuple[str, ...]


def _parts(t: NationCells, path: Path) -> _Parts:
    """Sort the labels. Raises BadInput naming what the table lacks."""
    sums = rf"{_OUTPUT}|{_TOTAL}|{_NOT_ADDED}"
    rows, columns = ([x for x in dict.fromkeys(a) if x] for a in (t.rows, t.columns))
    sectors = tuple(x for x in rows if x in columns and not _fits(rf"{sums}|{_IMPORT}|{_EXPORT}", x))
    beside, below = ([x for x in a if x not in sectors] for a in (columns, rows))
    exports = tuple(x for x in beside if _fits(_EXPORT, x))[:1]
    brought = next((x for x in beside if _fits(_IMPORT, x)), None)
    by_user = next((x for x in below if _fits(_IMPORT, x)), None)
    there = {x.casefold() for x in (*beside, *below)}
    beside, below = ([x for x in a if _WITHIN.get(x.casefold()) not in there] for a in (beside, below))
    finals = [x for x in beside if not _fits(rf"{sums}|{_EXPORT}|{_IMPORT}", x)]
    # Exports lie in the first category; which is first is no matter of how columns stand.
    order = list(_NAMES)
    finals.sort(key=lambda x: order.index(x.casefold()) if x.casefold() in order else len(order))
    p = Problems("the table lacks a part")
    if len(sectors) < 2:
        p.add("no two sectors label both a row and a column")
    if not finals:
        p.add("no column of final use")
    if not exports:
        p.add("no column of exports (EXPO, P6 or export)")
    if t.imported is None and brought is None and by_user is None:
        p.add("no imports: a column by good (IMPO, P7 or import), a row by user (import), or a table of imported use")
    wrong = [x for x in finals if _NAMES.get(x.casefold(), "household") not in _BOUGHT]
    wrong += [x for x in below if _NAMES.get(x.casefold(), "") in _BOUGHT[:5]]
    p.items += [f"{x} labels a row where it should a column, or the other way" for x in wrong]
    p.items += t.told if p.items else ()
    p.raise_if(BadInput, where=str(path), fix="labels stand in the first row and the first column")
    made = next((x for x in below if _fits(_OUTPUT, x)), None)
    paid = [x for x in below if not _fits(rf"{sums}|{_IMPORT}", x)]
    _refuse_earning(t, finals, paid, path)
    idle = tuple(x for x in paid if x.casefold() not in _NAMES and not t.home[t.rows.index(x)].any())
    paid = [x for x in paid if x not in idle]
    exports += tuple(x for x in finals if _NAMES.get(x.casefold()) == _VISITORS)
    return _Parts(sectors, [x for x in finals if x not in exports], paid, exports, brought, by_user, made, idle)


def _refuse_earning(t: NationCells, finals: list[str], paid: list[str], path: Path) -> None:
    """Raise BadInput where a column of final use earns value added: it is a sector's, whose row has another label."""
    earned = [t.rows.index(x) for x in paid if not _NAMES.get(x.casefold(), "").startswith(("taxes", "purchases"))]
    p = Problems("columns without a row of their label earn value added")
    p.items = [x for x in finals if earned and np.abs(t.home[earned, t.columns.index(x)]).max() > 0]
    p.raise_if(BadInput, where=str(path), fix="a sector has one label, over its column and beside its row")


def _imports(t: NationCells, k: _Parts, z: Array, final: Array, path: Path) -> tuple[list[Array], bool, str]:
    """Imports by good and user, i j and i f; whether `z` and `final` hold them too; and how they were found."""
    r, c = ({x: n for n, x in enumerate(a)} for a in (t.rows, t.columns))
    if t.imported is not None:
        found = [
            np.array([[t.imported.get((i, x), 0.0) for x in names] for i in k.sectors])
            for names in (k.sectors, k.finals)
        ]
        again = any(t.imported.get((i, x), 0.0) for i in k.sectors for x in k.exports)
        left = "; goods that are imported and exported again are left out" if again else ""
        return found, False, f"imports are told apart by good and user{left}"
    if k.by_good is not None:
        brought = np.abs(t.home[[r[x] for x in k.sectors], c[k.by_good]])
        share = ratio(brought, np.maximum(z, 0).sum(1) + np.maximum(final, 0).sum(1))
        p = Problems("imports are more than is used at home")
        p.items = [k.sectors[n] for n in np.flatnonzero(share > 1 + _ROUNDED)]
        p.raise_if(BadInput, where=str(path), fix="take goods that are only passed through out of imports and exports")
        said = "the table gives imports by good: all users take a good from abroad in one share"
        if (whole := np.flatnonzero(share > 1)).size:
            goods = ", ".join(k.sectors[n] for n in whole)
            said += (
                f"; of {goods} imports are a little more than is used, as rounding makes it: all of the use is taken"
            )
        return [np.minimum(share, 1)[:, None] * a for a in (z, final)], True, said
    line = t.home[r[k.by_user or ""]]
    uses = (z, [c[x] for x in k.sectors]), (final, [c[x] for x in k.finals])
    found = [by_good(a[None, :, None, :], line[at][None])[:, 0] for a, at in uses]
    return found, False, "the table gives imports by user: each user's are spread over goods like its home-made inputs"


def _blocks(t: NationCells, path: Path, nation: str, year: int, unit: str) -> Blocks:
    k = _parts(t, path)
    r, c = ({x: n for n, x in enumerate(a)} for a in (t.rows, t.columns))
    rows, users, buyers = [r[x] for x in k.sectors], [c[x] for x in k.sectors], [c[x] for x in k.finals]
    z, final = t.home[np.ix_(rows, users)], t.home[np.ix_(rows, buyers)]
    sold = t.home[np.ix_(rows, [c[x] for x in k.exports])].sum(1)
    brought, inside, said = _imports(t, k, z, final, path)
    visitors = ("purchases by non-residents are exports",) if len(k.exports) > 1 else ()
    if inside:
        z, final = z - brought[0], final - brought[1]
    output = t.home[r[k.output], users] if k.output is not None else z.sum(1) + final.sum(1) + sold
    value_added, components = _value_added(t, r, users, k.paid, output - z.sum(0) - brought[0].sum(0))
    whole_z, whole_f = with_rest(
        z[None, :, None], final[None, :, None], brought[0][:, None], brought[1][:, None], sold[None]
    )
    known, n = known_economies().get(nation), len(k.sectors)
    return Blocks(
        geography=world_of((nation, REST_OF_WORLD), shut=(REST_OF_WORLD,)),
        sectors=_sectors(k.sectors, t.by_isic),
        categories=tuple(_NAMES.get(x.casefold(), x) for x in k.finals),
        components=components,
        intermediate=whole_z,
        final=whole_f,
        value_added=np.stack([value_added, np.zeros_like(value_added)]),
        output=np.stack([output, whole_z[1].sum((1, 2)) + whole_f[1].sum((1, 2))]),
        year=year,
        currency=unit.split()[-1],
        unit=unit,
        name=f"{nation.lower()}-{year}",
        title=f"{known.name_en if known else nation} {year}: {n} sectors in an open rest of the world",
        source=f"as the file {path.name} holds it",
        notes=(said, *visitors, *t.told, *(f"row {x} holds no number and is not read" for x in k.idle)),
    )


def _value_added(
    t: NationCells, r: dict[str, int], users: list[int], paid: list[str], rest: Array
) -> tuple[Array, tuple[str, ...]]:
    """Rows of value added j v; what is left of output where the table has none."""
    if not paid:
        return rest[:, None], ("value_added",)
    names = [_NAMES.get(x.casefold(), x) for x in paid]
    return np.stack([t.home[r[x], users] for x in paid], axis=1), tuple(names)


def _sectors(codes: tuple[str, ...], by_isic: bool) -> Sectors:
    """Numbers are ISIC's where the house says so alone, letters where numbers follow some: anyone counts 01, 02 or A, B."""
    known = of_house(Sectors(codes), "icio2023", "icio2025", "figaro64")
    # Eurostat divides real estate in two, imputed rents apart, which ISIC does not.
    whole = [re.sub(r"^L68[AB]$", "L68", x) for x in codes]
    isic = tuple((with_section(x) if by_isic else "") or (x if classes(x) else "") for x in whole)
    told = all(isic) and re.search(r"\d", "".join(codes))
    return of_isic(codes, isic) if told and not known.listed else known

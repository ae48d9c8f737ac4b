"""Interprovincial tables of China that tell firms apart by owner: provinces x 42 sectors x 3 owners, 1997-2017.

The publication [ChenGao2023] says what the tables hold: intermediate use by province, sector and owner (D domestic, H Hong
Kong, Macao or Taiwan, F foreign), imports, final use (consumption and capital formation) by province, exports, value
added. It does not fix where these stand in a file. So nothing is taken by place: every row and column is what its label
says (`labels`, `wide`), and a table whose labels leave something open is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from xunhuan.data.arrays import Array, ratio
from xunhuan.data.classification import Sectors
from xunhuan.data.geography import Geography
from xunhuan.data.sector_lists import isic_of
from xunhuan.data.store import load
from xunhuan.errors import BadInput, Problems
from xunhuan.readers.archives import other_years
from xunhuan.readers.blocks import Blocks, Imported, close
from xunhuan.readers.ceads import by_good, with_rest
from xunhuan.readers.labels import MADE_OF, OWNERS, Lexicon
from xunhuan.readers.order import said_of_order, said_of_orders
from xunhuan.readers.own_names import own_names
from xunhuan.readers.provinces import one_nation
from xunhuan.readers.wide import Key, Ownership, Wide, grid, read_wide

YEARS = (1997, 2002, 2007, 2012, 2017)
"""Benchmark years of China's tables within 1997-2017."""
LIST_TABLES = ("china-2017", "china-2012")
"""Tables whose sector lists a file may use."""
AS_GIVEN = "as given"
"""In place of a unit: values stay as they are, for those who need their proportions alone."""

_PER_UNIT = (
    (r"(100|hundred) ?million|10\^8|亿", 1.0),
    (r"million|10\^6|百万", 1e-2),
    (r"(10|ten)[ ,]?(000|thousand)|10\^4|万", 1e-4),
    (r"thousand|1[, ]?000|10\^3|千", 1e-5),
    (r"\b(yuan|cny|rmb)\b|元", 1e-8),
)
"""10^8 CNY per unit, by how units are written; the first that fits holds."""
_MONEY = re.compile(r"yuan|cny|rmb|元", re.IGNORECASE)
_NOTES = (
    "bilateral flows between provinces are the compilers' estimates, VAT invoices among their sources",
    "where the file gives imports by user, not by good, each user's are spread over goods like its home-made inputs",
)


def read_ipio(
    path: Path,
    year: int | None = None,
    sheet: str | None = None,
    tolerance: float = 0.01,
    like: Geography | None = None,
    lists: Sequence[Sectors] | None = None,
    unit: str | None = None,
    ownership: Ownership = "sum",
    progress: Callable[[str], None] | None = None,
    names: Path | None = None,
) -> Imported:
    """An interprovincial table with owners [ChenGao2023], or one without; provinces one nation, the ROW open.

    like       the provinces, by default those of china-2017       lists  sector lists by whose names a file may go
    unit       such as "10^4 CNY", where the file does not tell it; values become 10^8 CNY
    names      a csv that says what odd names are (columns name, is)
    ownership  "sum" adds the owners up; "apart" makes each sector as many kinds as there are owners

    Raises BadInput listing rows, columns and cells that are missing, twice or unknown, ForeignFile for a cut file,
    UnbalancedAccounts past `tolerance`.
    """
    if ownership not in ("sum", "apart"):
        raise BadInput(f"ownership is sum or apart, not {ownership!r}", where=str(path))
    places, lists = like or load(LIST_TABLES[0]).geography, tuple(lists or (load(t).sectors for t in LIST_TABLES))
    lexicon = Lexicon(places, lists, own_names(names, places, lists))
    name, rows = grid(path, sheet, year)
    wide = read_wide(path, rows, lexicon, ownership, progress)
    sectors = _sectors(wide, lexicon, path)
    plan = _plan(wide, sectors, lexicon, ownership, path)
    year = year or _year((name, path.stem, *wide.texts), path)
    per = _per_unit(unit, wide.texts, path)
    blocks = _blocks(wide, plan, year, per, "as the file gives it" if unit == AS_GIVEN else "10^8 CNY")
    if unit != AS_GIVEN:
        _check_size(blocks, path)
    told = [f"{n!r} is read as {said}, as the file of names says" for n, said in lexicon.own.items()]
    told += [*other_years(year, sheet=name, file=path.stem)]
    for written in wide.texts:
        told += other_years(year, text=written) if len(_years(written)) == 1 and _years(written) <= set(YEARS) else ()
    return close(replace(blocks, notes=(*blocks.notes, *dict.fromkeys(told), *_order(wide))), tolerance)


def _order(wide: Wide) -> Iterator[str]:
    """What is said of labels out of order."""
    provinces = {}
    for side, kind in (("row", "use"), ("column", "use"), ("column", "final"), ("row", "import")):
        found = [(place, key[1:]) for (at, key), place in wide.there.items() if at == side and key[0] == kind]
        yield from said_of_order([place for place, _ in found], [key for _, key in found])
        if kind != "import":
            provinces[f"provinces in {side}s of {kind}"] = list(dict.fromkeys(key[0] for _, key in found))
    yield from said_of_orders(**provinces)


@dataclass(frozen=True)
class _Plan:
    """The axes of a table whose labels are whole, and what it calls final use and value added."""

    geography: Geography
    provinces: tuple[str, ...]
    sectors: Sectors
    kinds: tuple[tuple[str, str], ...]
    categories: tuple[str, ...]
    components: tuple[str, ...]

    def users(self) -> list[Key]:
        """Keys of industries, province by province."""
        return [("use", p, *kind) for p in self.provinces for kind in self.kinds]

    def finals(self) -> list[Key]:
        """Keys of final use, province by province."""
        return [("final", p, c) for p in self.provinces for c in self.categories]


def _sectors(wide: Wide, lexicon: Lexicon, path: Path) -> Sectors:
    """The list whose names the rows bear; numbers beside the names must be that list's."""
    named = dict.fromkeys(k[2] for k in wide.rows if k[0] == "use")
    found = lexicon.list_of(tuple(named))
    if found is None:
        best = max(lexicon.lists, key=lambda x: len(set(x.names_en) & set(named)))
        p = Problems("the sectors are not those of a known list, or provinces are missing")
        p.items = [f"{c}: no row of its sectors" for c in _closed(lexicon) if c not in {k[1] for k in wide.rows}]
        p.items += [f"{n!r} is missing" for n in best.names_en if n not in named]
        p.items += [f"{n!r} is not in it" for n in named if n not in best.names_en]
        p.raise_if(BadInput, where=str(path), fix="bring the table to the official 42 sectors of 2012 or 2017, by name")
        raise AssertionError("a list has all names and no more")
    official = {int(c): n for c, n in zip(found.codes, found.names_en, strict=True)}
    if set(wide.numbers) <= set(official):
        p = Problems("numbers and names of sectors do not agree")
        p.items = [
            f"number {k} is {n!r} in the file, {official[k]!r} in the list"
            for k, n in sorted(wide.numbers.items())
            if official[k] != n
        ]
        p.raise_if(BadInput, where=str(path), fix="put the names in the order of the numbers, or leave the numbers out")
    return found


def _finest(total: str, have: set[str]) -> list[str]:
    """What a total is made of, as fine as the table has it; the total itself where it has no part."""
    parts = [x for p in MADE_OF.get(total, ()) for x in _finest(p, have)]
    return parts or ([total] if total in have else [])


def _plan(wide: Wide, sectors: Sectors, lexicon: Lexicon, ownership: Ownership, path: Path) -> _Plan:
    """Check that nothing is missing; every gap is listed."""
    provinces = _closed(lexicon)
    owners = wide.owners if wide.owners and ownership == "apart" else ("",)
    kinds = tuple((s, o) for s in sectors.names_en for o in owners)
    have = {k[2] for k in wide.columns if k[0] == "final"}
    items = {k[1] for k in wide.rows if k[0] == "item"}
    categories, components = _finest("final_use", have), _finest("value_added", items)
    plan = _Plan(lexicon.geography, provinces, _kinds(sectors, owners), kinds, tuple(categories), tuple(components))
    p = Problems("the table is not whole")
    full = [("use", c, s, o) for c in provinces for s in sectors.names_en for o in wide.owners or ("",)]
    for side in ("row", "column"):
        _gaps(p, side, full, wide)
    _gaps(p, "column", plan.finals(), wide)
    if not categories:
        p.add("no column of final use")
    if not components:
        p.add("no row of value added")
    if ("item", "export") not in wide.columns:
        p.add("no column of exports")
    if ("item", "import") in wide.columns or not any(k[0] == "import" or k == ("item", "import") for k in wide.rows):
        p.add("no rows of imports by user" + ("" if ("item", "import") not in wide.columns else ", only a column"))
    p.raise_if(
        BadInput, where=str(path), fix="the file may be cut off, or lacks a part: get it again, or add what is missing"
    )
    return plan


def _closed(lexicon: Lexicon) -> tuple[str, ...]:
    g = lexicon.geography
    return tuple(c for c, o in zip(g.codes, g.is_open, strict=True) if not o)


def _gaps(p: Problems, side: str, wanted: Sequence[Key], wide: Wide) -> None:
    """List what is missing, a province that lacks everything as one."""
    missing = [k for k in wanted if (side, k) not in wide.there]
    for province in dict.fromkeys(k[1] for k in missing):
        mine = [k for k in missing if k[1] == province]
        what = "final use" if mine[0][0] == "final" else "sectors"
        if len(mine) == sum(k[1] == province for k in wanted):
            p.add(f"{province}: no {side} of its {what}")
        else:
            p.items += [f"{province}: no {side} of {' '.join(x for x in k[2:] if x)}" for k in mine]


def _kinds(sectors: Sectors, owners: Sequence[str]) -> Sectors:
    """The list, or each sector once for each owner: codes 02-D, 02-H, 02-F, groups of owners beside the list's own."""
    if tuple(owners) == ("",):
        return sectors
    codes = [f"{c}-{o}" for c in sectors.codes for o in owners]
    groups = {g: tuple(f"{c}-{o}" for c in members for o in owners) for g, members in sectors.groups.items()}
    zh = {"D": "内资", "H": "港澳台资", "F": "外资"}
    return Sectors(
        codes=tuple(codes),
        names_en=tuple(f"{n}, {OWNERS[o]}" for n in sectors.names_en for o in owners),
        names_zh=tuple(f"{n}({zh[o]})" for n in sectors.names_zh for o in owners),
        groups=groups | {f"owner_{o}": tuple(c for c in codes if c.endswith(f"-{o}")) for o in owners},
        isic=tuple(i for i in isic_of(sectors) for _ in owners),
    )


def _year(written: Sequence[str], path: Path) -> int:
    """The year that the sheet, the file's name or else a text of the file names alone."""
    for t in written:
        found = _years(t)
        if len(found) == 1:
            return found.pop()
    fix = f"give it with --year, one of {', '.join(map(str, YEARS))}"
    raise BadInput("the file does not tell its year", where=str(path), fix=fix)


def _years(text: str) -> set[int]:
    return {int(y) for y in re.findall(r"(?<!\d)(19\d\d|20[012]\d)(?!\d)", text)}


def _per_unit(unit: str | None, texts: Sequence[str], path: Path) -> float:
    """10^8 CNY per unit of the file, from what is asked or what the file says."""
    if unit == AS_GIVEN:
        return 1.0
    said = [t for t in texts if _MONEY.search(t)] if unit is None else [unit]
    found = {t: next(v for pattern, v in _PER_UNIT if re.search(pattern, t, re.IGNORECASE)) for t in said if _unit(t)}
    if len(set(found.values())) != 1:
        raise BadInput(
            "the file does not tell its unit" if unit is None else f"{unit!r} is no unit of Chinese money",
            items=[repr(t) for t in found], where=str(path), fix='give it with --unit, such as "10^4 CNY"',
        )  # fmt: skip
    return next(iter(found.values()))


def _unit(written: str) -> bool:
    return bool(_MONEY.search(written)) and any(re.search(p, written, re.IGNORECASE) for p, _ in _PER_UNIT)


def _blocks(wide: Wide, plan: _Plan, year: int, per: float, unit: str) -> Blocks:
    """The parts of the table in the order of the plan, with the rest of the world as one open region."""
    n, k, f = len(plan.provinces), len(plan.kinds), len(plan.categories)
    users, finals = plan.users(), plan.finals()
    places = [wide.columns[c] for c in users], [wide.columns[c] for c in finals]
    body = wide.values[[wide.rows[r] for r in users]] * per
    z, final = body[:, places[0]].reshape(n, k, n, k), body[:, places[1]].reshape(n, k, n, f)

    def row(key: Key, at: int) -> Array:
        return wide.values[wide.rows[key], places[at]].reshape(n, -1) * per

    import_z, import_f = _imports(wide, plan, z, row, 0), _imports(wide, plan, final, row, 1)
    export = body[:, wide.columns["item", "export"]].reshape(n, k)
    whole_z, whole_f = with_rest(z, final, import_z, import_f, export)
    made = z.sum((2, 3)) + final.sum((2, 3)) + export
    if ("item", "output") in wide.columns:
        made = body[:, wide.columns["item", "output"]].reshape(n, k)
    value_added = np.stack([row(("item", c), 0) for c in plan.components], axis=2)
    return Blocks(
        geography=one_nation(plan.provinces, plan.geography)[0],
        sectors=plan.sectors,
        categories=plan.categories,
        components=plan.components,
        intermediate=whole_z,
        final=whole_f,
        value_added=np.concatenate([value_added, np.zeros((1, k, len(plan.components)))]),
        output=np.concatenate([made, whole_z[n].sum((1, 2))[None] + whole_f[n].sum((1, 2))[None]]),
        year=year,
        currency="CNY",
        unit=unit,
        name=f"ipio-{year}" + ("-owners" if len(plan.sectors) > len({s for s, _ in plan.kinds}) else ""),
        title=f"China {year}, interprovincial table by owner of firms: {n} provinces, {k} sectors",
        source="Chen et al. (2023), Scientific Data 10, doi 10.1038/s41597-023-02183-2, as the file read holds it",
        notes=_NOTES,
    )


def _imports(wide: Wide, plan: _Plan, home: Array, row: Callable[[Key, int], Array], at: int) -> Array:
    """Imports by good and user, i s u: as the file gives them, or each user's total spread like its home-made inputs.

    Goods that the file gives without owner are spread over kinds like the user's home-made inputs of the good.
    """
    if not any(key[0] == "import" for key in wide.rows):
        return by_good(home, row(("item", "import"), at))
    names = list(dict.fromkeys(s for s, _ in plan.kinds))
    zero = np.zeros(home.shape[2:])
    goods = np.stack([row(("import", s), at) if ("import", s) in wide.rows else zero for s in names])
    owners = len(plan.kinds) // len(names)
    bought = np.maximum(home.sum(0), 0.0).reshape(len(names), owners, *home.shape[2:])
    all_users = bought.sum((2, 3), keepdims=True)
    like_all = ratio(all_users, all_users.sum(1, keepdims=True), 1 / owners)
    share = np.where(bought.sum(1, keepdims=True) > 0, ratio(bought, bought.sum(1, keepdims=True)), like_all)
    return np.asarray((share * goods[:, None]).reshape(len(plan.kinds), *home.shape[2:]))


def _check_size(b: Blocks, path: Path) -> None:
    """Refuse a unit that makes the nation ten times what the official table of the year is, or a tenth."""
    if f"china-{b.year}" not in LIST_TABLES or len(b.geography) != len(load(LIST_TABLES[0]).geography):
        return
    official, found = float(load(f"china-{b.year}").gdp.sum()), float(b.value_added.sum())
    if found <= 0 or not 0.3 < found / official < 3:
        raise BadInput(
            f"value added sums to {found:.4g} x 10^8 CNY; that of China in {b.year} is {official:.4g}",
            where=str(path), fix='the unit is another: give it with --unit, such as "10^4 CNY"',
        )  # fmt: skip

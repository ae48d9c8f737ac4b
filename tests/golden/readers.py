"""What is asked of the readers: files of every house read whole and spoiled, names, forms of numbers, odd workbooks."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

from tests.fuzz.foreign import FIXTURES, Case, case, fixture
from tests.golden.readers_parts import parts
from tests.golden.readers_plain import PLAIN_CASES
from tests.golden.reading import china, each, grid_of, in_folder, outcome, put, seen_of
from tests.golden.seen import Cases, Thing
from tests.helpers import houses, official, owned
from xunhuan.data.classification import Sectors
from xunhuan.data.geography import Geography
from xunhuan.data.sector_lists import sector_list
from xunhuan.data.store import load
from xunhuan.errors import XunhuanError
from xunhuan.readers import FORMATS, _detected, read
from xunhuan.readers.ipio import read_ipio
from xunhuan.readers.labels import Lexicon
from xunhuan.readers.provinces import listed_sectors, one_nation
from xunhuan.readers.sheet import open_sheet
from xunhuan.readers.workbooks import scanned

SPOILED: dict[str, tuple[int, ...]] = {
    "adb": (33, 41, 60, 62, 65, 66),
    "emerging": (4, 15, 23, 35, 39, 55, 60, 62, 64, 65, 66, 69, 70, 72, 73, 74),
    "eora26": (4, 40, 58, 60, 61, 64, 65, 66, 69, 70),
    "eurostat": (4, 26, 43, 47, 57, 60, 61, 67, 68),
    "exiobase-ixi": (13, 15, 20, 27, 34, 36, 50, 57, 60, 61, 62, 64),
    "figaro": (17, 26, 29, 51, 60, 61, 62, 64, 65, 66, 67),
    "figaro-flat": (0, 41, 48),
    "gloria": (17, 60, 62, 65, 66, 69, 70, 71),
    "gtap": (2, 17, 24, 32, 39, 43, 51, 60, 62, 64, 65, 66, 67, 68, 69, 71, 72, 73, 74, 77, 78),
    "icio": (21,),
    "icio-csv": (18, 60, 61, 62, 64, 65, 66, 67),
    "icio-divided": (5, 60, 61, 62, 64, 65, 66),
    "ipio-csv": (5, 27, 33),
    "ipio-lines": (15, 18, 29, 33, 44),
    "national": (17, 18, 30, 61, 62, 64, 65, 66),
    "national-all": (18, 36, 44, 60, 61, 62, 64),
    "national-book": (22, 26, 29, 47, 60, 62, 65),
    "regional": (18, 25, 26),
    "tabular": (15, 36, 40),
    "wiod2016-csv": (7, 17, 18, 60, 61),
}
"""Cases of `tests.fuzz.foreign` by fixture: those of some thousand that together run the most lines in the least time, and
a few that take none."""
FLAT = "icioiRow,icioiCol,refArea,rowIi,counterpartArea,colIi,obsValue\n"
NOWHERE = Path("/no/such/folder")
HOW: dict[str, Any] = {"like": owned.PLACES, "lists": (owned.GOODS,)}


def _house(name: str) -> Iterator[Thing]:
    """A fixture as its house writes it, then spoiled."""
    made = fixture(name)
    yield name, in_folder(lambda f: made.run(Case(name, "", 0, "same", made.files).write(f)))
    heads = {n: b.split(b"\n", 1)[0] + b"\n" if n.endswith((".csv", ".txt")) else b for n, b in made.files.items()}
    if heads != made.files:
        yield "heads alone", in_folder(lambda f: made.run(Case(name, "", 0, "same", heads).write(f)))
    for seed in SPOILED.get(name, ()):
        one = case(seed, (name,))
        yield f"{one.way} {seed}", in_folder(lambda f, one=one: made.run(one.write(f)))


def _places() -> Geography:
    return china().geography


# Options


def _written(name: str, folder: Path) -> Path:
    _, write, finals = houses.WRITERS[name]
    return write(houses.world(finals), folder)


def _renamed(name: str, file: str, folder: Path, **options: Any) -> object:
    """A fixture under another file name."""
    path = _written(name, folder)
    return read(path.rename(path.with_name(file)), houses.WRITERS[name][0], **options)


def _option(name: str, **options: Any) -> Callable[[Path], object]:
    return lambda f: read(_written(name, f), houses.WRITERS[name][0], **options)


def _options() -> Iterator[Thing]:
    yield from each({
        "the other year": _option("icio", year=2021), "no year": _option("icio"), "no such year": _option("icio", year=1999),
        "divided": _option("icio-divided", divided=True), "of no part": _option("icio", year=2022, divided=True),
        "tolerance": _option("icio-divided", tolerance=1e-30), "strange": _option("adb", unit="CNY", divided=True),
        "no lines": lambda f: read(put(f, flatfile=FLAT) / "flatfile.csv", "figaro", year=2022),
        "edition of 2016": lambda f: read(houses.icio_2016(houses.world(6), f), divided=True),
        "edition of 2016 whole": lambda f: read(houses.icio_2016(houses.world(6), f), name="mine"),
        "another sheet": _option("adb", sheet="Legend"), "no sheet": _option("adb", sheet="no"),
        "another year": _option("adb", year=2019), "year of figaro": _option("figaro", year=2010),
        "year of emerging": _option("emerging", year=2019), "year of eora": _option("eora26", year=2010),
        "year of gloria": _option("gloria", year=2010), "year of gtap": _option("gtap", year=2010),
        "year of exiobase": _option("exiobase-ixi", year=2010),
        "nation": _option("national", nation="KEN", unit="billion KES"),
        "no nation": _option("national", nation="Kenia"), "year of eurostat": _option("eurostat", year=2018),
    })  # fmt: skip
    for name, file in {
        "figaro": "m.csv", "adb": "a.xlsx", "emerging": "e.mat", "eora26": "e", "gloria": "g", "gtap": "g.har",
        "exiobase-ixi": "e", "icio-divided": "i.csv", "national": "n.csv",
    }.items():  # fmt: skip
        yield f"{name} without a year", in_folder(partial(_renamed, name, file))
    for name in (*(f for f in FORMATS if f not in ("ceads", "ipio")), "adbb"):
        yield f"no file {name}", in_folder(lambda f, name=name: read(f / "no file.x", name))
    official_names = (
        "WIOT09_ROW_Sep12.xlsx", "wiot2014.csv", "WIOT2014_Oct16_ROW.xlsb", "2018_SML.csv", "1995-2000_sml.zip",
        "ICIO2021_2018.csv", "CEADs MRIO 2012.xlsx", "ADB MRIO.xlsx", "ipio 2012.xls", "matrix_eu-ic-io_x.csv",
        "EMERGING_V2_2015_m.mat", "IOT_2011_pxp.zip", "Eora26_2015_pp", "GLORIA_MRIOs_57_2014", "x.har", "fin2018dom.csv",
        "naio_10_cp1700.csv", "x.toml", "x.nc", "x.xyz",
    )  # fmt: skip
    for name in official_names:
        yield f"named {name}", outcome(lambda f, name=name: _detected(f / name).name, NOWHERE)


# Provinces


def _ceads(
    folder: Path,
    change: Callable[[official.Grid], object] = lambda _: None,
    sheet: str = "Table_2018_English Version",
    names: tuple[str, ...] = ("Beijing", "Guangdong"),
    **options: Any,
) -> object:
    goods = sector_list("cn42-2012").sectors.names_en[:3]
    grid = official.ceads_grid(official.known_provinces(names), goods, 2018)
    change(grid)
    path = official.write_workbook(folder / "MRIO.xlsx", {sheet: grid})
    return FORMATS["ceads"](path, like=_places(), **options)


def _provinces() -> Iterator[Thing]:
    two = official.known_provinces(("Beijing", "Guangdong"))
    late = official.ceads_late(two, official.known_provinces(("北京", "广东")))

    def cell(row: int, column: int, value: object) -> Callable[[official.Grid], object]:
        return lambda grid: grid[row].__setitem__(column, value)

    below = [None, "CO2 emissions [Mt]", "CO2", 1, 2, 3, 4, 5, 6]
    yield from each({
        "early": lambda f: read(official.write_workbook(f / "MRIO 2017.xlsx", official.ceads_early(two)), "ceads"),
        "late": lambda f: read(official.write_workbook(f / "MRIO 2019.xlsx", late), "ceads"),
        "chinese sheet": lambda f: FORMATS["ceads"](official.write_workbook(f / "MRIO.xlsx", late), sheet="Table_2020"),
        "satellite": lambda f: _ceads(f, lambda g: g.extend([below, [None, "energy", "EN", 1, "x", 2], [None] * 3])),
        "right of it": lambda f: _ceads(f, lambda g: g[7].extend([None, 3.0, 2.0])),
        "no name": lambda f: _ceads(f, cell(7, 0, None)), "another name": lambda f: _ceads(f, cell(1, 6, "Hebei")),
        "another code": lambda f: _ceads(f, cell(8, 2, "03")), "code of a column": lambda f: _ceads(f, cell(3, 4, "05")),
        "another final": lambda f: _ceads(f, cell(3, 11, "FU104")), "no output": lambda f: _ceads(f, cell(3, 23, "GG")),
        "no import": lambda f: _ceads(f, cell(10, 2, "IX")), "twice": lambda f: _ceads(f, cell(11, 2, "IM")),
        "by its name": lambda f: _ceads(f, cell(12, 1, "VA002")), "a word": lambda f: _ceads(f, cell(5, 5, "n/a")),
        "no year": lambda f: _ceads(f, cell(0, 0, "Table"), "Table"), "no such sheet": lambda f: _ceads(f, sheet="Tab"),
        "tight": lambda f: _ceads(f, tolerance=1e-3), "misspelt": lambda f: _ceads(f, names=("Beijin", "Guangdongg")),
        "strangers": lambda f: _ceads(f, names=("Aaa", "Guangdong")),
        "alike": lambda f: _ceads(f, names=("北京", "Beijing")),
        "own names": lambda f: _own(f, "name,is\nPeking,Beijing\nCanton,广东\n"),
        "own names wrong": lambda f: _own(f, "name,is\nPeking,Beijng\nCanton,\nA,Beijing\nA,Tianjin\n"),
        "own names of another form": lambda f: _own(f, "a,b\nPeking,Beijing\n"),
    })  # fmt: skip
    like = _places()
    every = [n for n, o in zip(like.names_en, like.is_open, strict=True) if not o]
    odd = [*every]
    odd[3], odd[20], odd[28] = "Shanxii", "Hunan", "Qing hai sheng"
    for name, names in {
        "every": every, "by their place": odd, "out of order": every[::-1], "some": ["Shanxii", "Hebei", "Heibei", "湖南省"],
        "near": ["Guangdng", "Xinjang", "Ningxi"], "twice": ["Hebei", "河北"], "none": ["X", "Y"],
    }.items():  # fmt: skip
        yield f"places {name}", outcome(lambda _, n=names: one_nation(n, like, {"X": "Hainan"}), NOWHERE)
    yield "places of nobody", one_nation(["A", "B"], None)
    lists = ("cn42-2012", "cn42-2017")
    for name in lists:
        sectors = sector_list(name).sectors
        for k, lost in enumerate((0, 3, 5)):
            names = tuple(
                f"odd {n}" if at < lost else n for at, n in enumerate(sectors.names_zh if k == 1 else sectors.names_en)
            )
            found, said = listed_sectors(Sectors(sectors.codes, names), lists, {"odd 0": "Textile"})
            yield f"{name} {lost}", (found, said)
        swapped = (sectors.names_en[1], sectors.names_en[0], *sectors.names_en[2:])
        yield f"{name} swapped", listed_sectors(Sectors(sectors.codes, swapped), lists)
    lexicon = Lexicon(like, tuple(sector_list(n).sectors for n in lists), {"Peking": "Beijing"})
    labels = (
        "",
        "7",
        "123",
        "Peking",
        "Beijing_Coal mining_D",
        "CN-BJ|02|F",
        "Tibet/Construction",
        "广东省",
        "内资",
        "外资企业",
        "Hong Kong, Macao and Taiwan",
        "Export",
        "进口",
        "总产出",
        "Value added",
        "Rural household",
        "Beijing_Tianjin",
        "a_b",
        "Beijing-Export",
        "inventory",
        "Total",
        "Total final use",
        "capital",
        "Beijing_",
        "_D",
        "Inner Mongolia Autonomous Region",
    )
    yield "labels", [lexicon.one(x) for x in labels]
    yield "list of", [lexicon.list_of(x) for x in (sector_list("cn42-2017").sectors.names_en[::-1], ("a",), ())]
    yield "known", (lexicon.known_provinces(), lexicon.known_sectors())


def _own(folder: Path, text: str) -> object:
    """A workbook of odd names, read with a file of the user's that says what they are."""
    goods = sector_list("cn42-2012").sectors.names_en[:3]
    grid = official.ceads_grid(official.known_provinces(("Peking", "Canton")), goods, 2018)
    path = official.write_workbook(put(folder, own=text) / "MRIO 2018.xlsx", {"Table": grid})
    return FORMATS["ceads"](path, like=_places(), names=folder / "own.csv")


# Tables by owner


def _ipio(change: Callable[[official.Grid], object] = lambda _: None, file: str = "IPIO 2017.csv", joined: bool = False,
          **options: Any) -> Callable[[Path], object]:  # fmt: skip
    def work(folder: Path) -> object:
        grid = owned.joined(owned.known()) if joined else owned.merged(owned.known())
        grid = change(grid) or grid
        path = folder / file
        if path.suffix == ".xlsx":
            official.write_workbook(path, {"a 2012": grid, "b 2017": grid})
        else:
            with open(path, "w", encoding="utf-8", newline="") as f:
                csv.writer(f).writerows(grid)
        told: list[str] = []
        found = read_ipio(path, **{**HOW, "progress": told.append, **options})
        return [seen_of(found, folder), told]

    return work


def _long(folder: Path) -> object:
    """How far reading has come is told by the line of the file."""
    told: list[str] = []
    like = china()
    w = owned.known(31, 7)
    part = owned.Owned(w.z[:, :, :1, :, :, :1], w.f[:, :, :1], w.import_z[..., :1], w.import_f, w.export[:, :, :1],
                       w.paid[..., :1], w.output[:, :, :1])  # fmt: skip
    seven = Sectors(like.sectors.codes[:7], like.sectors.names_en[:7], like.sectors.names_zh[:7])
    path = folder / "t.csv"
    with open(path, "w", encoding="utf-8", newline="") as f:
        csv.writer(f).writerows(owned.joined(part, like.geography, seven))
    try:
        read_ipio(path, like=like.geography, lists=(seven,), year=2017, unit="元", progress=told.append, tolerance=9.0)
    except XunhuanError as refused:
        told.append(str(refused).replace(f"{folder}/", ""))
    return told


def _owners() -> Iterator[Thing]:
    with patch("xunhuan.readers.ipio.load", cache(load)):
        yield from _owned()


def _owned() -> Iterator[Thing]:
    def gone(text: str) -> Callable[[official.Grid], object]:
        """Without rows and columns of a label."""

        def change(grid: official.Grid) -> official.Grid:
            columns = [c for c in range(max(map(len, grid))) if not any(c < len(r) and r[c] == text for r in grid[:4])]
            return [[r[c] for c in columns if c < len(r)] for r in grid if text not in r[:3]]

        return change

    def at(row: int, column: int, value: object) -> Callable[[official.Grid], object]:
        return lambda g: g[row].__setitem__(column, value)

    def words(grid: official.Grid) -> None:
        for row, column, value in ((5, 6, "n/a"), (6, 7, "1_0"), (9, 9, "１２"), (7, 8, True), (8, 5, "1,090.50")):
            grid[row][column] = value

    blank: official.Grid = [["x"]]
    yield from each(
        {
            "sum": _ipio(),
            "apart": _ipio(ownership="apart"),
            "joined": _ipio(joined=True, year=2012, unit="million yuan"),
            "joined apart": _ipio(joined=True, ownership="apart", year=2012, unit="10^8 CNY"),
            "as given": _ipio(unit="as given"),
            "neither": _ipio(ownership="both"),
            "bushels": _ipio(unit="bushels"),
            "another year": _ipio(year=2012),
            "year of a text": _ipio(lambda g: [["2012"], *g]),
            "no year": _ipio(at(0, 0, "单位:万元"), "IPIO.csv"),
            "two units": _ipio(lambda g: [["million yuan"], *g]),
            "no unit": _ipio(at(0, 0, "2017")),
            "in a book": _ipio(file="IPIO.xlsx"),
            "by its year": _ipio(file="IPIO.xlsx", year=2017),
            "by its name": _ipio(file="IPIO.xlsx", sheet="a 2012"),
            "no sheet": _ipio(file="IPIO.xlsx", sheet="c"),
            "no export": _ipio(gone("出口")),
            "no output": _ipio(gone("总产出")),
            "no consumption": _ipio(gone("最终消费")),
            "no investment": _ipio(gone("资本形成总额")),
            "no pay": _ipio(gone("劳动者报酬")),
            "no import": _ipio(gone("进口")),
            "no owner": _ipio(gone("内资")),
            "no good": _ipio(gone("建筑"), ownership="apart"),
            "fifteen lines over it": _ipio(lambda g: blank * 10 + g),
            "fourteen": _ipio(lambda g: blank * 11 + g),
            "sixteen": _ipio(lambda g: blank * 12 + g),
            "seventeen": _ipio(lambda g: blank * 13 + g),
            "columns before": _ipio(lambda g: [["", "", *r] for r in g]),
            "a number before": _ipio(lambda g: [[k, *r] for k, r in enumerate(g)]),
            "eleven before": _ipio(lambda g: [[""] * 8 + r for r in g]),
            "twelve before": _ipio(lambda g: [[""] * 9 + r for r in g]),
            "a column without a label": _ipio(
                lambda g: [[*r[:5], 7 if len(r) > 9 and k > 3 else "", *r[5:]] for k, r in enumerate(g)]
            ),
            "columns after": _ipio(lambda g: [[*r, "", 3.0] if len(r) > 9 and k > 3 else r for k, r in enumerate(g)]),
            "cut": _ipio(lambda g: [*g[:8], g[8][:20], *g[9:12], g[12][:-1], *g[13:]]),
            "words": _ipio(words),
            "no province": _ipio(at(4, 0, "北金")),
            "no good known": _ipio(at(4, 1, "煤碳")),
            "swapped": _ipio(lambda g: [*g[:4], g[5], g[4], *g[6:]]),
            "twice": _ipio(lambda g: [*g[:6], g[5], *g[6:]]),
            "off by a percent": _ipio(at(4, 3, 9e4)),
            "off by more": _ipio(at(4, 3, 9e9)),
            "tight": _ipio(at(4, 3, 300.0), tolerance=1e-5),
            "loose": _ipio(at(4, 3, 9e4), tolerance=0.9),
            "numbered": _ipio(
                lambda g: [["", *r] if k == 0 or k > 18 else [2 - k % 2, *r] for k, r in enumerate(g)],
                joined=True,
                unit="元",
                year=2017,
            ),
            "of another kind": lambda f: read_ipio(_kept(f / "a.mat")),
            "long": _long,
        }
    )


def _kept(path: Path) -> Path:
    """A file that is there."""
    path.write_bytes(b"MATLAB 5.0")
    return path


# Sheets


def _sheets() -> Iterator[Thing]:
    """One table in workbooks with cells merged, far off, empty, in error."""
    import openpyxl

    def book(change: Callable[[Any], object]) -> Callable[[Path], object]:
        def work(folder: Path) -> object:
            made = openpyxl.Workbook()
            sheet = made.active
            for k in range(5):
                sheet.append([f"r{k}", *(10 * k + c for c in range(4))])
            change(sheet)
            made.save(folder / "a.xlsx")
            found, seen = open_sheet(folder / "a.xlsx", "Sheet", "a test"), scanned(folder / "a.xlsx", "Sheet")
            out: list[object] = [grid_of(found), seen]
            for rows, columns in ((slice(0, 5), slice(1, 5)), (slice(0, 9), slice(1, 5)), (slice(0, 3), slice(0, 2))):
                out.append(outcome(lambda _, r=rows, c=columns: found.numbers(r, c), folder))
            return out

        return work

    def cells(**values: object) -> Callable[[Any], object]:
        return lambda s: [s.__setitem__(at, v) for at, v in values.items()]

    yield from each(
        {
            "plain": book(cells()),
            "merged numbers": book(lambda s: s.merge_cells("B2:C3")),
            "merged labels": book(lambda s: s.merge_cells("A1:A3")),
            "merged over": book(lambda s: s.merge_cells("A2:B2")),
            "merged at the end": book(lambda s: s.merge_cells("D4:H9")),
            "error": book(cells(C3="#DIV/0!", D5="#N/A")),
            "formula": book(cells(C3="=1+1")),
            "words": book(cells(B2="x", C3=" 5 ", D4="1,090.5", E5=True, B1="1_0")),
            "beyond": book(cells(H3=4, B9=3)),
            "below": book(cells(C12="x")),
            "empty": book(cells(B2=None, C3="", D4="  ")),
            "huge": book(cells(B2=1e40)),
            "date": book(cells(B2=__import__("datetime").date(2020, 1, 2))),
            "whole": book(cells(B2=3.0, C2=2.5)),
            "two sheets": lambda f: open_sheet(
                official.write_workbook(f / "a.xlsx", {"Sheet": [["a"]], "sheet ": [["b"]]}), "sheet", "a test"
            ),
            "no sheet": lambda f: open_sheet(
                official.write_workbook(f / "a.xlsx", {"A": [["a"]], "B": [["b"]]}), "C.*", "a test"
            ),
        }
    )


CASES: Cases = {
    **{name: partial(_house, name) for name in FIXTURES if name not in ("wiod2016", "ceads-shared")},
    "options": _options,
    "provinces": _provinces,
    "owners": _owners,
    **PLAIN_CASES,
    "parts": parts,
    "sheets": _sheets,
}

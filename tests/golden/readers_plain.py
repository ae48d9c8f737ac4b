"""What is asked of readers of plain tables, lists and lines: forms of numbers, mapping files, guesses, odd workbooks."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tests.golden.reading import china, each, grid_of, in_folder, outcome, put
from tests.golden.seen import Cases, Thing
from tests.helpers import old_books, owned
from xunhuan.errors import XunhuanError
from xunhuan.readers import read
from xunhuan.readers.bounds import text_number
from xunhuan.readers.flows import _of_accounts, read_flows
from xunhuan.readers.guess import guess_mapping
from xunhuan.readers.ipio import read_ipio
from xunhuan.readers.labels import Lexicon
from xunhuan.readers.lines import CsvLines
from xunhuan.readers.plain import CsvForm, numbers_of
from xunhuan.readers.regional import read_regional
from xunhuan.readers.sheet import open_csv
from xunhuan.readers.tabular import read_tabular
from xunhuan.readers.workbooks import scanned

MAP = """name = "small"
year = 2018
currency = "USD"
unit = "million USD"
[regions]
file = "regions.csv"
nation = "country"
[sectors]
file = "sectors.csv"
"""
PLAIN = {
    "regions": "code,country,population,name_en\nr,N,8,Are\nq,N,5,Queue\nw,W,3,Double\n",
    "sectors": "code,groups,isic\ng,goods,C26\nh,services market,G\n",
    "flow": "origin,destination,sector,value,rate\n"
    + "".join(
        f"{a},{b},{i},{5 + 3 * k},0.{k}\n"
        for k, (a, b, i) in enumerate((a, b, i) for a in "rqw" for b in "rqw" for i in "gh")
    ),
    "use": "region,sector,industry,value\n"
    + "".join(
        f"{a},{i},{j},{2 + k}\n" for k, (a, i, j) in enumerate((a, i, j) for a in "rqw" for i in "gh" for j in "gh")
    ),
    "moves": "window,origin,destination,value\n2015-2020,r,q,2\n2010-2015,q,r,1\n",
}
SECTIONS = "".join(f'[{part}]\nfile = "{part}.csv"\n' for part in ("flow", "use", "final", "value_added"))


def _balanced_rest() -> dict[str, str]:
    """Final use and value added that make rows and columns of the flows and uses add up."""
    flow, use = np.zeros((3, 3, 2)), np.zeros((3, 2, 2))
    for row in csv.DictReader(PLAIN["flow"].splitlines()):
        flow["rqw".index(row["origin"]), "rqw".index(row["destination"]), "gh".index(row["sector"])] = float(
            row["value"]
        )
    for row in csv.DictReader(PLAIN["use"].splitlines()):
        use["rqw".index(row["region"]), "gh".index(row["sector"]), "gh".index(row["industry"])] = float(row["value"])
    final, paid = flow.sum(0) - use.sum(2), flow.sum(1) - use.sum(1)
    cells = [("rqw"[s], "gh"[i]) for s in range(3) for i in range(2)]
    return {
        "final": "region,sector,category,value\n"
        + "".join(f"{s},{i},all,{x}\n" for (s, i), x in zip(cells, final.ravel(), strict=True)),
        "value_added": "region,industry,component,value\n"
        + "".join(f"{s},{i},wages,{x}\n" for (s, i), x in zip(cells, paid.ravel(), strict=True)),
    }


def _tabular(head: str = MAP, sections: str = SECTIONS, **texts: str) -> Callable[[Path], object]:
    return lambda f: read_tabular(put(f, map=head + sections, **{**PLAIN, **_balanced_rest(), **texts}) / "map.toml")


def _german(text: str) -> str:
    """Numbers with a decimal comma, cells apart by semicolons."""
    rows = [line.split(",") for line in text.splitlines()]
    return "\n".join(";".join(c.replace(".", ",") if k else c for c in row) for k, row in enumerate(rows)) + "\n"


def _tables() -> Iterator[Thing]:
    wide = "region,sector,g,h\n" + "".join(
        f"{s},{i},{2 + 4 * a + 2 * b},{3 + 4 * a + 2 * b}\n" for a, s in enumerate("rqw") for b, i in enumerate("gh")
    )
    by_user = "origin,sector,destination,industry,value\n" + "".join(
        f"{a},{i},{b},{j},{1 + k % 7}\n" for k, (a, i, b, j) in enumerate(
            (a, i, b, j) for a in "rqw" for i in "gh" for b in "rqw" for j in "gh"))  # fmt: skip
    z = np.array([1 + k % 7 for k in range(36)], dtype=float).reshape(3, 2, 3, 2)
    finals = "origin,sector,destination,category,value\n" + "".join(
        f"{a},{i},{b},all,{4 + k}\n"
        for k, (a, i, b) in enumerate((a, i, b) for a in "rqw" for i in "gh" for b in "rqw")
    )
    f = np.array([4 + k for k in range(18)], dtype=float).reshape(3, 2, 3)
    paid = z.sum((2, 3)) + f.sum(2) - z.sum((0, 1))
    pay = "region,industry,component,value\n" + "".join(
        f"{'rqw'[s]},{'gh'[j]},wages,{paid[s, j]}\n" for s in range(3) for j in range(2)
    )
    parts = "".join(f'[{part}]\nfile = "{part}.csv"\n' for part in ("intermediate", "final_by_origin", "value_added"))
    much = SECTIONS.replace('"flow.csv"\n', '"flow.csv"\ntariff = "rate"\n').replace(
        '"use.csv"\n', '["use.csv", "more.csv"]\nwhere = { region = ["r", "q", "w"] }\n'
    )
    much = much.replace('"final.csv"\n', '"final.csv"\nunlisted = "skip"\nwide = "category"\n')
    much += '[migration]\nfile = "moves.csv"\nsource = "a census"\n'
    rest = _balanced_rest()
    as_wide = SECTIONS.replace('"use.csv"\n', '"use.csv"\nwide = "industry"\n')
    german = '[form]\ndecimal = ","\nseparator = ";"\nmissing = ["-"]\n'
    wrong = '[form]\ndecimal = "x"\nthousands = "y"\nseparator = "ab"\nencoding = "zip"\n'
    yield from each(
        {
            "plain": _tabular(),
            "by user": _tabular(sections=parts, intermediate=by_user, final_by_origin=finals, value_added=pay),
            "both": _tabular(
                sections=SECTIONS + parts.split("[value")[0], intermediate=by_user, final_by_origin=finals
            ),
            "much at once": _tabular(
                'notes = ["a", "b"]\n' + MAP,
                much,
                more="region,sector,industry,value\nx,g,g,4\n",
                final=rest["final"].replace("category,value", "all").replace("all,", "") + "x,g,7\n",
            ),
            "wide": _tabular(sections=as_wide, use=wide),
            "wide with values": _tabular(sections=as_wide),
            "twice": _tabular(use=PLAIN["use"] + "r,g,g,4\n", flow=PLAIN["flow"] + "r,q,k,4,0\n"),
            "where nothing": _tabular(sections=SECTIONS.replace('"use.csv"\n', '"use.csv"\nwhere = { kind = "a" }\n')),
            "no home": _tabular('home = "X"\n' + MAP),
            "list": _tabular(MAP.replace("[sectors]\n", '[sectors]\nlist = "m"\n')),
            "german": _tabular(sections=german + SECTIONS, **{k: _german(v) for k, v in {**PLAIN, **rest}.items()}),
            "form wrong": _tabular(sections=wrong + SECTIONS),
            "form alike": _tabular(sections='[form]\ndecimal = ","\nthousands = ","\nmissing = 3\n' + SECTIONS),
            "short": _tabular(sectors="code,groups\ng\nh,a,b\n"),
            "no part": _tabular(sections=SECTIONS.split("[value")[0]),
            "unknown": _tabular(use=PLAIN["use"].replace("r,g", "rr,g"), flow=PLAIN["flow"].replace("q,w", "q,W")),
            "region twice": _tabular(regions=PLAIN["regions"] + "r,N,8,Are\n"),
            "no regions": _tabular(regions="code,country\n"),
            "off": _tabular(value_added=pay),
            "faults": _tabular(
                "notes = 3\nfoo = 3\n" + MAP.replace("2018", '"2018"'),
                SECTIONS.replace('"use.csv"', '3\nwhere = 3\nwide = "moon"\nunlisted = "keep"\nregion = 7'),
            ),
        }
    )
    cells = (
        ("1,002", "x"),
        ("1.002,5", "x"),
        ("3,25", "x"),
        ("1,002.5", "x"),
        ("1 002", "x"),
        ("..", "x"),
        ("1,002", "23,400"),
        ("1.002,5", "3,25"),
        ("3,25", "4,5"),
        ("1,002.5", "3"),
        ("1 002", "3 400.5"),
        ("1.002", "5.400,5"),
        ("..", "-"),
        ("..", "3"),
        ("", "1"),
        ("x", "1,5"),
        ("1e3", "1e31"),
        ("５", "5"),
        ("1.002.003", "2"),
        ("+1,5", "-2"),
    )
    forms = (CsvForm(), CsvForm(decimal=",", thousands="."), CsvForm(thousands=",", missing=("..",)))
    yield "numbers", [[numbers_of(pd.Series(c), form) for form in forms] for c in cells]
    for name, texts in {
        "wide": {**PLAIN, **rest, "use": wide},
        "named otherwise": {
            "z_2015": PLAIN["use"].replace("region,sector,industry", "country,row,col"), "odd": "a,b\nx,y\nx,z\n",
            "trade": PLAIN["flow"].replace("origin", "exporter"), "countries": PLAIN["regions"].replace("code", "iso"),
        },
        "absent": {"use": PLAIN["use"].replace(",2\n", ",..\n"), "final": rest["final"].replace("sector", "部门")},
        "wide final": {
            "final": "region,sector,households,state\nr,g,1,2\n", "regions": PLAIN["regions"],
            "va": 'region,industry,wages,rent\nr,g,"1,5","2,5"\n',
        },
        "none": {},
    }.items():  # fmt: skip

        def guessed(f: Path, texts: dict[str, str] = texts) -> str:
            (f / "in").mkdir()
            return guess_mapping(sorted(put(f / "in", **texts).glob("*.csv")), f / "in")

        yield f"guess {name}", in_folder(guessed)
    yield from _regions()


REGIONAL = {
    "regions": "code,name_en,population\nN,North,10\nS,South,20\n",
    "sectors": "code,name_en,isic\ng,goods,C26\nh,services,G\n",
    "output": "region,sector,value\nN,g,50\nN,h,30\nS,g,20\nS,h,60\n",
    "final": "region,sector,category,value\nN,g,c,20\nS,h,d,30\n",
    "distance": "origin,destination,value\nN,N,1\nN,S,100\nS,S,2\n",
    "outflow": "region,sector,value\nN,g,5\nS,h,6\n",
    "inflow": "region,sector,value\nS,g,4\nN,h,7\n",
    "merged": "source,target\nC01,g\nC02,g\nC03,h\n",
}


def _regional(keys: str = "own = 0.6\n", without: tuple[str, ...] = (), **texts: str) -> Callable[[Path], object]:
    parts = [p for p in {**REGIONAL, **texts} if p not in without]
    body = 'name = "mine"\nnation = "FIN"\nyear = 2014\nunit = "million EUR"\n' + keys
    body += "".join(f'[{p}]\nfile = "{p}.csv"\n' for p in parts)
    return lambda f: read_regional(put(f, map=body, **{**REGIONAL, **texts}) / "map.toml")


def _regions() -> Iterator[Thing]:
    picked = "region,sector,category,value\nN,g,d,20\nS,h,c,30\n"
    every = 'decay = 10\nown = 1\nhauling = "least"\ntitle = "t"\nsource = "s"\ntable = "x"\n'
    output, distance = REGIONAL["output"].replace("50", "-50"), REGIONAL["distance"].replace("N,S,100\n", "")
    yield from each(
        {
            "regions": _regional(every, final=picked),
            "out of range": _regional("own = 1.5\ndecay = -1\n"),
            "no size": _regional(without=("output",)),
            "one way": _regional(without=("inflow",)),
            "hauling": _regional('hauling = "flown"\n'),
            "fewer": _regional(without=("merged", "outflow", "inflow", "distance")),
            "below 0": _regional(output=output),
            "no distance": _regional(distance=distance),
            "merged otherwise": _regional(merged="source,target\nC01,g\nC02,k\n"),
            "merged of what": _regional(merged="a,b\nC01,g\n"),
        }
    )


# Lists of flows, lines, odd workbooks


def _flows(text: str) -> Callable[[Path], object]:
    return lambda f: read_flows(put(f, held=text) / "held.csv", china())


def _held(folder: Path) -> object:
    """Flows of a table of provinces, and of one with a province and a sector that are not known."""
    with open(folder / "IPIO 2017.csv", "w", encoding="utf-8", newline="") as f:
        csv.writer(f).writerows(owned.merged(owned.known()))
    how: dict[str, Any] = {"like": owned.PLACES, "lists": (owned.GOODS,), "unit": "as given"}
    acc = read_ipio(folder / "IPIO 2017.csv", **how).accounts
    lexicon = Lexicon(china().geography, (china().sectors, owned.GOODS))
    names = replace(acc.geography, codes=("CN-BJ", "X", "CN-NM", "ROW"), names_en=("Beijing", "Hubai", "N", "R"))
    goods = replace(acc.sectors, names_en=("Coal mining", "Fishery"), names_zh=("", "x"), codes=("01", "xx"), groups={})
    odd = acc.replace(geography=replace(names, names_zh=("北京", "x", "", "")), sectors=goods)
    return [outcome(lambda f, a=a: _of_accounts(a, lexicon, f / "held.nc", ""), folder) for a in (acc, odd)]


def _lines(text: bytes, most: int = 50, whole: int = 4000, size: int = 7) -> Callable[[Path], object]:
    """A text taken piece by piece."""

    def work(folder: Path) -> object:
        with open(folder / "a.csv", "wb") as f:
            f.write(text)
        with open(folder / "a.csv", "rb") as f:
            lines = CsvLines(f, "a.csv", most, whole)
            read_all = b"".join(iter(lambda: lines.take(size), b""))
        said = (
            len(read_all),
            lines.first,
            lines.line,
            lines.inside,
            lines.short,
            lines.long,
            lines.quoted,
            lines.head("utf-8"),
        )
        try:
            lines.check()
        except XunhuanError as refused:
            return [said, str(refused)]
        return [said]

    return work


def _forms() -> Iterator[Thing]:
    row = "a,b,c\n1,2,3\n"
    many = row + "1,2,3\n" * 300
    yield from each(
        {
            "flows": _flows(
                "origin,destination,sector,value\nBeijing,河北,Construction,3\nCN-GD,Beijing,Construction,4\n广东,天津,28,2.5\n"
            ),
            "flows abroad": _flows(
                "Origin,destination,sector,value,x\nBeijing,Rest of the world,28,3,1\nHebei,Beijing,Construction,4,2\n\n"
            ),
            "flows wrong": _flows(
                "origin,destination,sector,value\nBejing,Hebei,Constructon,x\nHebei,Tianjin,Construction,-3\n"
            ),
            "flows twice": _flows(
                "origin,destination,sector,value\nBeijing,Hebei,Construction,3\n北京,Hebei,Construction,1\n"
            ),
            "flows short": _flows(
                "origin,destination,sector,value\nBeijing,Hebei,Construction\nHebei,Beijing,Construction,1,2\n"
            ),
            "flows without": _flows("origin,destination,sector\nBeijing,Hebei,Construction\n"),
            "flows held": _held,
            "flows nowhere": lambda f: read_flows(f / "x.csv", china()),
            "lines": _lines(row.encode()),
            "lines end early": _lines(b"a,b,c\n1,2\n1,2,3\n\n1"),
            "lines go on": _lines(b"a,b\n1,2,3\n1,2\n1,2,3,4\n"),
            "lines quoted": _lines(b'a,b\n"1,2",3\n1\n'),
            "lines of windows": _lines(b"a,b\r\n1,2\r\n\r\n1\r\n"),
            "semicolons": _lines(b"a;b\n1;2\n"),
            "tabs": _lines(b"a\tb\n1\t2\n"),
            "bars": _lines(b"a|b\n"),
            "one column": _lines(b"a\n1\n2\n"),
            "utf-16": _lines("a,b\n".encode("utf-16")),
            "latin": _lines("a,b\n1,2\né,3\n".encode("latin-1")),
            "letters apart": _lines("a,b\né,中\n".encode(), size=1),
            "too many": _lines(b"1," * 49 + b"\n"),
            "as many": _lines(b"1," * 48 + b"1\n"),
            "one more": _lines(b"1," * 50 + b"\n"),
            "without end": _lines(b"1\n" * 2001),
            "just so long": _lines(b"1\n" * 2000),
            "deep": _lines((many + "1,2\n" + "1,2,3\n" * 20 + "1,2,3,4\n" + "1,2\n").encode(), size=64),
            "thirty short": _lines(b"a,b,c\n" + b"1,2\n" * 30),
            "thirty long": _lines(b"a,b,c\n" + b"1,2,3,4\n" * 30),
            "a csv": lambda f: grid_of(open_csv(put(f, a='a,a,\n1,2,\n"x, y",NA,3\n') / "a.csv")),
            "deep in a csv": lambda f: grid_of(open_csv(put(f, a=many + "1,2\n") / "a.csv")),
            "long in a csv": lambda f: grid_of(open_csv(put(f, a=many + "1,2,3,4\n") / "a.csv")),
            "empty csv": lambda f: grid_of(open_csv(put(f, a="") / "a.csv")),
            "numbers of a csv": lambda f: open_csv(put(f, a="a,b\n1,2\n,x\n1e40,5\n") / "a.csv").numbers(
                slice(1, 4), slice(0, 2)
            ),
            "cut csv": lambda f: open_csv(put(f, a="a,b\n1,2\n") / "a.csv").numbers(slice(1, 4), slice(0, 2)),
            "xlsb": lambda f: [
                scanned(old_books.xlsb(f / "a.xlsb", more), "Table")
                for more in (b"", bytes((0, 7, 15, 23, 29, 36, 42, 43)))
            ],
            "xls": lambda f: [scanned(old_books.xls(f / "a.xls"), n) for n in ("Table", "Other")],
            "ods": lambda f: scanned(old_books.ods(f / "a.ods"), "T"),
            "ods of another": lambda f: scanned(old_books.ods(f / "a.ods"), "x"),
            "xls cut": lambda f: _cut(old_books.xls(f / "a.xls"), 700),
            "xls cut more": lambda f: _cut(old_books.xls(f / "a.xls"), 1600),
        }
        | {
            f"held {k}": partial(_no_book, body)
            for k, body in enumerate(
                (
                    b"",
                    b"<html><table>",
                    b"\xef\xbb\xbf <!DOCTYPE x>",
                    b"a,b\n1,2\n",
                    b"a;b\n",
                    b"ab",
                    old_books.OLE + bytes(99) + "EncryptedPackage".encode("utf-16-le"),
                    old_books.OLE + bytes(99) + "_VBA_PROJECT".encode("utf-16-le"),
                    b"PK\3\4" + bytes(100),
                )
            )
        }
    )
    written = (
        "1,090.00",
        "-1,234,567",
        "2e3",
        "1,5",
        "1,500",
        "",
        "+3.",
        ".5",
        "1e31",
        "1e30",
        "-1e31",
        "１",
        "1,23,456.0",
        "1_0",
        "0x1",
        "--5",
        "5e",
        "1,234.5e3",
    )

    def number(x: str) -> object:
        try:
            return text_number(x)
        except ValueError as wrong:
            return f"no number: {wrong}"

    yield "numbers", [number(x) for x in written]


def _cut(path: Path, size: int) -> object:
    path.write_bytes(path.read_bytes()[:size])
    return scanned(path, "Table")


def _no_book(body: bytes, folder: Path) -> object:
    (folder / "ADB-MRIO-2024.xlsx").write_bytes(body)
    return read(folder / "ADB-MRIO-2024.xlsx", "adb")


PLAIN_CASES: Cases = {"plain tables": _tables, "other forms": _forms}

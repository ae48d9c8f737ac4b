"""What readers ask of each other: keys of names, places of cells, orders of labels, lines of numbers, header arrays."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np

from tests.golden.reading import in_folder, outcome
from tests.golden.seen import Thing
from tests.helpers.houses import har_header
from xunhuan.readers.archives import other_years, year_in
from xunhuan.readers.har import read_har
from xunhuan.readers.labels import name_key, province_key
from xunhuan.readers.naming import bare_name, listed_by_names
from xunhuan.readers.nation_cells import label_key
from xunhuan.readers.order import said_of_order, said_of_orders, strayed
from xunhuan.readers.sheet import text
from xunhuan.readers.streams import number_lines, text_lines
from xunhuan.readers.workbooks import column_letters, column_number


def parts() -> Iterator[Thing]:
    """Each asked by itself."""
    names = (
        "Mining & Washing of coals.",
        "mine",
        "mines",
        "gas",
        "as",
        "s",
        "Gases and oils",
        "农、林、牧、渔业",
        "业",
        "Class",
        "bus",
    )
    yield "names", [(name_key(x), bare_name(x), label_key(x), label_key(x, True)) for x in names]
    places = (
        "Nei Mongol",
        "Beijing Shi",
        "内蒙古自治区",
        "Shi",
        "省",
        "shanxi-province",
        "CN-GD",
        "Xinjiang Autonomous Region",
    )
    yield "places", [province_key(x) for x in places]
    keys = (
        "TTL_01",
        "DOM_10T12: food",
        "IMP_01",
        "CPA_A01",
        "D01",
        "D11",
        "D10T12",
        "D24A",
        "10-12",
        "C10-C12",
        "D1234",
        " x ",
    )
    yield "keys", [(label_key(x), label_key(x, True)) for x in keys]
    yield (
        "columns",
        [(column_letters(k), column_number(column_letters(k).encode())) for k in (0, 1, 25, 26, 51, 701, 702, 16383)],
    )
    yield "texts", [text(x) for x in (None, float("nan"), 3.0, 3.5, 1e20, True, " a \n b ", "", 0, -2.0)]
    yield (
        "years",
        [year_in(x, "2019") for x in ("1949", "1950", "2049", "2050", "x2018", "12018", "2018x", "20180", "1999 2003")],
    )
    yield "other years", other_years(2018, a="2018", b="1999", c="x", d="2003 2018")
    lists = (["Wheat", "Paddy rice"], ["Wheat", "wheat"], ["Wheat", "x"], ["X"])
    yield "by names", [listed_by_names(n, "exiobase3-ixi", "exiobase3-pxp") for n in lists]
    grid = [(a, b) for a in "ABC" for b in "xy"]
    moved = (
        [grid[k] for k in (0, 3, 2, 1, 4, 5)],
        grid[::-1],
        grid[:-1],
        [*grid, grid[0]],
        [(b, a) for b in "xy" for a in "ABC"],
    )
    yield "orders", [strayed(x) for x in (grid, *moved, [])]
    yield "said", [list(said_of_order([f"p{k}" for k in range(len(x))], x)) for x in moved]
    yield (
        "said twice",
        list(said_of_orders(rows=("A", "B", "C"), columns=("A", "C", "B"), parts=("A", "B"), ends=("A", "B", "C"))),
    )
    tabs = (
        b"a\tb\t1\t2\n",
        b"a\tb\t1\t\n",
        b"a\tb\t\t2\t\t\n",
        b"a\tb\t1\tx\n",
        b"a\tb\t1,5\t1_0\n",
        b"a\tb\t1\n",
        b"a\tb\t1\t2\t3\n",
        b"\xef\xbb\xbfa\tb\t1\t2",
        b"\xe9\tb\t1e3\t-2\n",
        b"a\tb\t1e31\t2\n",
        b"a\tb\tnan\tinf\n",
        b"\n",
        b"",
    )
    for k, line in enumerate(tabs):
        yield (
            f"line {k}",
            outcome(lambda _, b=line: list(number_lines(BytesIO(b), "\t", 2, 2, "t.txt", 5)), Path("/no")),
        )
    yield "labels", text_lines(BytesIO(b'"a"\t b \n\n"c" \td\n'), "\t", "t.txt")
    full, sets = np.arange(1.0, 7.0).reshape(2, 3), (("COMM", ("a", "b")), ("REG", ("x", "y", "z")))
    ends = np.where((full > 1) & (full < 6), 0.0, full)
    arrays = {"FULL": har_header("ABCD", full, sets), "ENDS": har_header("ABCD", ends, sets, True)}
    arrays |= {"NONE": har_header("ABCD", 0 * ends, sets, True), "TWO": har_header("EFGH", full, sets) + arrays["FULL"]}
    at = arrays["ENDS"].rindex(np.array([1, 6], dtype="<i4").tobytes())
    for name, wrong in (("below", (0, 6)), ("beyond", (1, 7)), ("last", (5, 6))):
        arrays[name] = arrays["ENDS"][:at] + np.array(wrong, dtype="<i4").tobytes() + arrays["ENDS"][at + 8 :]
    arrays |= {"cut": arrays["FULL"][:-9], "cut at a record": arrays["FULL"][:-4], "nothing": b""}
    for name, body in arrays.items():

        def array(f: Path, body: bytes = body) -> object:
            (f / "a.har").write_bytes(body)
            found = read_har(f / "a.har", frozenset({"ABCD", "IJKL"}))
            return {n: (x.values, x.elements) for n, x in found.items()}

        yield f"array {name}", in_folder(array)

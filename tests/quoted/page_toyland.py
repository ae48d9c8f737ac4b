"""docs/toyland.md: the sums by hand."""

from __future__ import annotations

import functools

import numpy as np

from tests.quoted.common import bare, number, percents
from tests.quoted.quotes import quote
from xunhuan.data.accounts import Accounts
from xunhuan.data.toyland import toyland
from xunhuan.measures import circulation

PAGE = "docs/toyland.md"
NAMES = ("AT-N", "AT-E", "AT-S", "BOR")
ROW = "| {n} " * 4
BODY = " ".join(f"| {name} {ROW}| {{n}} |" for name in NAMES)
"""A row for each region, with its sum."""


@functools.cache
def one_good() -> Accounts:
    return toyland().aggregate(sectors={"ALL": ("FAR", "MAN", "SER")})


def whole(values: np.ndarray) -> list[str]:
    return [number(float(x)) for x in np.ravel(values)]


def fine(values: np.ndarray, digits: int = 3) -> list[str]:
    return [f"{x:.{digits}f}" for x in np.ravel(values)]


@functools.cache
def parts() -> dict[str, np.ndarray]:
    """The numbers of the page by its own letters, from the books alone."""
    acc = one_good()
    flow, inputs, added = acc.flow[:, :, 0], acc.use.sum(axis=(1, 2)), acc.value_added.sum(axis=(1, 2))
    output, bought = flow.sum(1), flow.sum(0)
    share = flow / bought
    a = share * (inputs / output)
    y = share * (bought - inputs)  # by column, the region whose final use it is
    rounds = [y[:, 0]]
    for _ in range(2):
        rounds.append(a @ rounds[-1])
    made = np.linalg.solve(np.eye(len(a)) - a, y)
    value = (added / output)[:, None] * made
    return {
        "flow": flow, "output": output, "bought": bought, "inputs": inputs, "added": added, "share": share, "a": a,
        "rounds": np.array(rounds), "made": made[:, 0], "value": value, "y": y[:, 0],
    }  # fmt: skip


@quote(
    PAGE,
    f"{BODY} | bought {ROW}| |",
    f"| of it inputs {ROW}| |",
    f"| of it final {ROW}| |",
    f"| value added {ROW}| |",
)
def books() -> list[str]:
    p = parts()
    body = np.column_stack([p["flow"], p["output"]])
    return [*whole(body), *whole(np.array([p["bought"], p["inputs"], p["bought"] - p["inputs"], p["added"]]))]


@quote(PAGE, "y = ({n}, {n}, {n}, {n}).", "| y " + ROW, "| Ay " + ROW, "| A²y " + ROW, "| sum " + ROW)
def rounds() -> list[str]:
    p = parts()
    return [*fine(p["y"]), *fine(p["rounds"]), *fine(p["made"])]


@quote(PAGE, "Value added in AT-N's final use: ({n}, {n}, {n}, {n})", f"| GDP | |---|--:|--:|--:|--:|--:| {BODY}")
def matrix() -> list[str]:
    p = parts()
    rows = [word for k in range(4) for word in (*fine(p["value"][k]), *whole(p["added"][k]))]
    return [*fine(p["value"][:, 0]), *rows]


@quote(
    PAGE,
    "of AT-N's GDP of {n}, **own** {n} ({n}%), **inter** {n} + {n} = {n} ({n}%), **external** {n} ({n}%)",
    "of AT-N's final use of {n}, value added {n} at home ({n}%), {n} in the other provinces ({n}%), {n} abroad ({n}%)",
)
def read() -> list[str]:
    own = circulation(one_good(), "AT-N")
    origin = circulation(one_good(), "AT-N", definition="origin")
    p = parts()
    row, column, total = p["value"][0], p["value"][:, 0], p["added"][0]
    first, second = ([float(ds[c].item()) for c in ("own", "inter", "external")] for ds in (own, origin))
    a, b = (list(map(bare, percents(x, 1))) for x in (first, second))
    inter, away = row[1] + row[2], column[1] + column[2]
    return [
        *whole(total), *fine(row[0]), a[0], *fine(row[1:3]), *fine(inter), a[1], *fine(row[3]), a[2],
        *whole(column.sum()), *fine(column[0]), b[0], *fine(away), b[1], *fine(column[3]), b[2],
    ]  # fmt: skip


@quote(
    PAGE,
    "Columns: {n} bought = {n} inputs + {n} final. Rows: {n} output = {n} inputs + {n} value added.",
    "Final use of AT-N is {n}, bought from",
    "v[r] = value added / output: {n}/{n} = {n}, and so on.",
    "which sums to {n}, its final use",
)
def sums() -> list[str]:
    p = parts()
    bought, inputs, output, added = (whole(p[k][0])[0] for k in ("bought", "inputs", "output", "added"))
    final = whole(p["bought"][0] - p["inputs"][0])[0]
    rate = fine(p["added"][0] / p["output"][0], 6)[0]
    return [bought, inputs, final, output, inputs, added, final, added, output, rate, *whole(p["value"][:, 0].sum())]

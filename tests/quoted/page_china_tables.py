"""docs/china-tables.md."""

from __future__ import annotations

import functools
import math
from dataclasses import replace

import numpy as np
import pandas as pd

from tests.evidence.china import LU
from tests.helpers.raw import raw_folder
from tests.quoted.common import CIRCUITS, accounts, bare, grouped, inputs, log, means, named, number, percent, shares
from tests.quoted.quotes import quote
from xunhuan.build.provinces import DECAY
from xunhuan.data.accounts import Accounts
from xunhuan.data.balance import gravity_fill
from xunhuan.data.identities import identity_residuals
from xunhuan.faces.rounding import adding
from xunhuan.measures import circulation

PAGE, TABLE = "docs/china-tables.md", "china-2017"
STEPS = (
    "0 error column",
    "1 transit",
    "1 re-exports",
    "2 own share",
    "3 national totals",
    "3 negative use",
    "4 national trade",
    "5 own use",
)


@functools.cache
def totals() -> dict[str, float]:
    """Sums over provinces and goods of the finished table, 10^8 CNY, by the quantities of the log."""
    acc = accounts(TABLE)
    inside = acc.flow[:-1, :-1].sum()
    own = np.einsum("ppi->", acc.flow[:-1, :-1])
    found = {
        "output": acc.output[:-1].sum(), "export": acc.flow[:-1, -1].sum(), "import": acc.flow[-1, :-1].sum(),
        "own use": own, "outflow": inside - own, "inflow": inside - own, "gdp": acc.gdp[:-1].sum(),
    }  # fmt: skip
    found |= {c: acc.final[:-1, :, k].sum() for k, c in enumerate(acc.categories)}
    found |= {c: acc.value_added[:-1, :, k].sum() for k, c in enumerate(acc.components)}
    return {k: float(v) for k, v in found.items()}


def sourced(*quantities: str) -> float:
    """The same sums in the source: the table's, less all that the log changed."""
    changed = sum(grouped(TABLE, step, q)[1] for q in quantities for step in STEPS)
    return sum(totals()[q] for q in quantities) - changed


def row(step: str, *quantities: str, cells: bool = True) -> list[str]:
    """Cells, net change and share of the source, per cent."""
    n, change = grouped(TABLE, step, *quantities)
    share = abs(change) / sourced(*quantities)
    return [*([number(n)] if cells else []), _signed(change), bare(percent(share, 1))]


def _signed(x: float) -> str:
    return ("+" if x > 0 else "") + number(x)


VALUE_ADDED = ("compensation", "depreciation", "net_production_tax", "operating_surplus")


@quote(
    PAGE,
    "| 0 error column | error (Shandong, Chongqing) | {n} | {n} | {n} % of output |",
    "| 1 transit | outflow | {n} | {n} | {n} % |",
    "| | export | {n} | {n} | {n} % |",
    "| | inflow and import | {n} | {n} | {n} % |",
    "| 2 own share | λ clipped or filled | {n} | | |",
    "| 3 national totals | output | {n} | {n} | {n} % |",
    "| | value added | | {n} | {n} % |",
    "| | fixed capital formation | {n} | {n} | {n} % |",
    "| | stocks | {n} | {n} | {n} % |",
    "| 3 negative use | stocks moved between provinces (one good) | {n} | {n} ({n} gross) |",
    "| 4 national trade | export | {n} | {n} | {n} % |",
    "| | import | | {n} | {n} % |",
    "| 5 own use | outflow | {n} | {n} | {n} % |",
)
def corrections() -> list[str]:
    cells, error = grouped(TABLE, "0 error column", "error")
    stocks, moved = grouped(TABLE, "3 negative use", "inventory")
    rows = log(TABLE)[lambda f: f["step"] == "3 negative use"]
    return [
        number(cells), _signed(error), bare(percent(abs(error) / sourced("output"), 1)),
        *row("1 transit", "outflow"), *row("1 transit", "export"), *row("1 transit", "inflow", "import"),
        number(grouped(TABLE, "2 own share", "own share")[0]),
        *row("3 national totals", "output"), *row("3 national totals", *VALUE_ADDED, cells=False),
        *row("3 national totals", "fixed_capital"), *row("3 national totals", "inventory"),
        number(stocks), number(moved), number(float(rows["change"].abs().sum())),
        *row("4 national trade", "export"), *row("4 national trade", "import", cells=False), *row("5 own use", "outflow"),
    ]  # fmt: skip


CALLED = {
    "Repair of machinery": "machinery repair",
    "Oil and gas extraction": "oil and gas",
    "Research and development": "R&D",
}
"""Short names of sectors."""


@quote(
    PAGE,
    "Output is cut most in {t} ({n} %), {t} ({n} %) and {t} ({n} %), raised most in {t} ({n} %) and {t} ({n} %).",
)
def scaled() -> list[str]:
    rows = log(TABLE)
    rows = rows[(rows["step"] == "3 national totals") & (rows["quantity"] == "output")]
    sums = rows.groupby("sector")[["before", "change"]].sum()
    change = (100 * sums["change"] / sums["before"]).sort_values()
    names = dict(zip(accounts(TABLE).sectors.codes, accounts(TABLE).sectors.names_en, strict=True))
    told = [*change.index[:3], *change.index[:-3:-1]]
    return [w for c in told for w in (CALLED.get(names[c], names[c].lower()), _signed(float(change[c])))]


@quote(PAGE, "The largest relative residual of any identity is below {t}.\n")
def residual() -> list[str]:
    worst = max(float(np.max(r)) for r, _ in identity_residuals(accounts(TABLE)).values())
    return [f"1e{math.ceil(math.log10(3 * worst))}"]  # with room: rounding is the machine's


@quote(PAGE, "Transit is Chongqing ({n}) and Beijing ({n}) above all")
def transit() -> list[str]:
    rows = log(TABLE)
    rows = rows[(rows["step"] == "1 transit") & rows["quantity"].isin(["outflow", "export"])]
    left = -rows.groupby("region")["change"].sum()
    return [number(left[code]) for code in ("CN-CQ", "CN-BJ")]


@quote(
    PAGE,
    "After the build Σ own use = {n}, trade between provinces {n}, exports {n}, imports {n}, GDP {n}.",
)
def sums() -> list[str]:
    return [number(totals()[k]) for k in ("own use", "outflow", "export", "import", "gdp")]


@quote(
    PAGE,
    "| `china-2017` | {n} | {n} | {n} |",
    "| `china-2017-reported` | {n} | {n} | {n} |",
    "| `china-2017-least` (least cross-hauling) | {n} | {n} | {n} |",
    "| `china-2017-most` (most cross-hauling) | {n} | {n} | {n} |",
    "| [LuJiangyuan2022], 31 provinces x 42 sectors, 2017 | {n} | {n} | {n} |",
    "| `china-2012-reported` | {n} | {n} | {n} |",
    "| `china-2012` | {n} | {n} | {n} |",
)
def simple_means() -> list[str]:
    lu = [float(LU[c]) / 100 for c in CIRCUITS]
    tables = (TABLE, f"{TABLE}-reported", f"{TABLE}-least", f"{TABLE}-most")
    rows = [means(t, 0) for t in tables] + [lu, means("china-2012-reported", 0), means("china-2012", 0)]
    return [f"{x:.3f}" for r in rows for x in adding(r, 3)]


@quote(
    PAGE,
    "Largest external shares 2017: {t} {n}, {t} {n}, {t} {n}, {t} {n}; then {t} {n}. Weighted "
    "by GDP: own {n}, inter {n}, external {n}.",
)
def largest() -> list[str]:
    external = shares(TABLE)["external"].to_series().sort_values(ascending=False)
    top = zip((name for name, _ in named(TABLE, 5)), external.head(5), strict=True)
    return [
        *(word for name, x in top for word in (name, f"{x:.3f}")),
        *(f"{x:.3f}" for x in adding(means(TABLE, -1), 3)),
    ]


@quote(
    PAGE,
    "The log shows where the room is: {n} of the {n} of reported outflow was cut as transit in step 1, and {n} more",
)
def room() -> list[str]:
    cut = [number(abs(grouped(TABLE, step, "outflow")[1])) for step in ("1 transit", "5 own use")]
    return [cut[0], number(sourced("outflow")), cut[1]]


@quote(PAGE, "without cross-hauling (`least`) {n} of the remaining {n} would be enough")
def least() -> list[str]:
    acc = accounts("china-2017-least")
    inside = acc.flow[:-1, :-1]
    return [number(float(inside.sum() - np.einsum("ppi->", inside))), number(totals()["outflow"])]


@functools.cache
def filled(decay: float) -> Accounts:
    """The table with partners by another decay of distance; every total stays."""
    acc = accounts(TABLE)
    inside, place = acc.flow[:-1, :-1].copy(), np.arange(acc.R - 1)
    own = inside[place, place].copy()
    inside[place, place] = 0
    km = pd.read_csv(raw_folder() / "china_province_distance_km.csv", index_col=0)
    codes = list(acc.geography.codes[:-1])
    new = gravity_fill(inside.sum(1), inside.sum(0), km.loc[codes, codes].to_numpy(), decay).require("the fill").copy()
    new[place, place] = own
    flow = acc.flow.copy()
    flow[:-1, :-1] = new
    return replace(acc, flow=flow)


@quote(
    PAGE,
    "With {n} or {n} in place of {n} the simple means stay within {n} points and no province's share moves by more than "
    "{n}; yet {n} to {n}% of the trade between provinces changes partner ({n} and {n} of {n}), and what Guangdong sends "
    "Hunan goes from {n} to {n} and {n}.",
)
def decay() -> list[str]:
    acc, ends = accounts(TABLE), (1.0, 2.0)
    trade = totals()["outflow"]
    moved = [float(np.abs(filled(d).flow - acc.flow).sum() / 2) for d in ends]
    base = shares(TABLE)
    found = [circulation(filled(d)) for d in ends]
    mean = max(
        float(abs(f["mean"].sel(weighting="simple") - base["mean"].sel(weighting="simple")).max()) for f in found
    )
    most = max(float(abs(f[c] - base[c]).max()) for f in found for c in CIRCUITS)
    at = acc.geography.codes.index("CN-GD"), acc.geography.codes.index("CN-HN")
    sent = [number(float(a.flow[at].sum())) for a in (acc, *map(filled, ends))]
    up = [str(math.ceil(1000 * x) / 10) for x in (mean, most)]
    part = [number(100 * x / trade) for x in moved]
    return [*map(str, ends), acc.extra["decay"], *up, *part, *map(number, moved), number(trade), *sent]


@quote(
    PAGE,
    "Against the later revised figures Tianjin is {n}% higher, Jilin {n}%, Heilongjiang {n}%, Hebei {n}%, Shandong {n}%; "
    "Yunnan is {n}% lower.",
)
def revised() -> list[str]:
    acc = accounts(TABLE)
    later = pd.read_csv(raw_folder() / "china_provinces.csv", index_col="iso")[f"gdp_{acc.year}_1e8cny"]
    gap = pd.Series(acc.gdp[:-1], acc.geography.codes[:-1]) / later - 1
    return [number(100 * abs(gap[c])) for c in ("CN-TJ", "CN-JL", "CN-HL", "CN-HE", "CN-SD", "CN-YN")]


@quote(PAGE, "{n} of exports and {n} of imports become domestic, net.")
def unsplit() -> list[str]:
    return [number(abs(grouped("china-2012", "0 unsplit trade", q)[1])) for q in ("export", "import")]


@quote(
    PAGE,
    "| imports of a good shared alike by all users | {n} | {n} |",
    "| 31 provinces with their own cost structures, the nation's import shares | {n} | {n} |",
    "| the provinces' own import shares | {n} | {n} |",
)
def steps_to_the_nation() -> list[str]:
    rows = log(TABLE)
    rows = rows[rows["step"] == "check: value added absorbed abroad"]
    change = rows.groupby("quantity")["change"].sum()
    after = rows.groupby("quantity")["after"].sum()
    order = (
        "imports shared alike by all users", "31 provinces, import shares of the nation", "import shares of the provinces",
    )  # fmt: skip
    return [
        word for q in order for word in (("+" if change[q] > 0 else "") + number(change[q], 1), number(after[q], 1))
    ]


@quote(PAGE, "The difference to the official table that is left is {n}, or {n}%.")
def left() -> list[str]:
    rows = log(TABLE)
    rows = rows[rows["step"] == "check: value added absorbed abroad"]
    official = float(rows[rows["quantity"] == "imports shared alike by all users"]["before"].sum())
    gap = float(rows["change"].sum())
    return [number(gap, 1), number(100 * gap / official, 1)]


@quote(PAGE, "{n} provinces, {n} sectors, one open rest of the world")
def size() -> list[str]:
    return [str(accounts(TABLE).R - 1), str(accounts(TABLE).S)]


@quote(PAGE, "`acc.draw(k)` makes the k-th of {n} versions")
def versions() -> list[str]:
    return [str(accounts(TABLE).draws)]


@quote(
    PAGE,
    "| 6 | Partners by gravity, distance^{n}, fitted to the margins by RAS, nothing to oneself | x[r,s,i] = ρ d^{n} σ |",
    "The decay of {n} was fitted on",
)
def gravity() -> list[str]:
    return [f"−{DECAY:g}", f"−{DECAY:g}", f"{DECAY:g}"]


@quote(PAGE, "the official table reports {n} more imports than its uses take up ({n} of them electronics)")
def unused_imports() -> list[str]:
    unused = inputs()[2017].control.unused_import
    (electronics,) = (k for k, n in enumerate(accounts(TABLE).sectors.names_en) if n == "Electronics")
    return [number(float(unused.sum()), 1), number(float(unused[electronics]), 1)]


@quote(
    PAGE,
    "agrees with the literature to {n} points and hardly depends on step 5: between the two limits it moves by {n} points.",
)
def near_the_literature() -> list[str]:
    apart = 100 * means(TABLE, 0)[-1] - float(LU["external"])
    limits = [100 * means(f"{TABLE}-{k}", 0)[-1] for k in ("most", "least")]
    return [str(math.ceil(10 * abs(apart)) / 10), number(limits[0] - limits[1], 1)]


@quote(PAGE, "| official non-competitive table, imports known by user | | {n} |")
def official() -> list[str]:
    rows = log(TABLE)
    rows = rows[rows["step"] == "check: value added absorbed abroad"]
    return [number(float(rows[rows["quantity"] == "imports shared alike by all users"]["before"].sum()), 1)]


@quote(PAGE, "The national statistical discrepancy ({n}) is part of stocks.")
def discrepancy() -> list[str]:
    return [number(float(inputs()[2012].control.discrepancy.sum()))]


@quote(PAGE, "*Chongqing* exports {n} in the source of 2012 and {n} in that of 2017.")
def chongqing() -> list[str]:
    found = [inputs()[y].tables for y in (2012, 2017)]
    return [number(float(t.export[t.regions.index("CN-CQ")].sum())) for t in found]

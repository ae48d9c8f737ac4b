"""docs/world-table.md."""

from __future__ import annotations

from importlib import resources

import pandas as pd

from tests.quoted.common import accounts, bare, log, number, percent, shares
from tests.quoted.quotes import quote
from xunhuan.measures import supply

PAGE, TABLE = "docs/world-table.md", "world-2017"
BRIDGE = "bridge: domestic share of GDP by absorption"
CONTROL = "China: OECD totals are the control"


def rows(step: str) -> pd.DataFrame:
    return log(TABLE)[lambda f: f["step"] == step]


@quote(PAGE, "`world-2017`: the {n} provinces of China and {n} economies, {n} sectors ({n} goods, {n} services)")
def size() -> list[str]:
    acc = accounts(TABLE)
    provinces, goods = shares(TABLE).sizes["region"], len(acc.sectors.groups["goods"])
    return [str(x) for x in (provinces, acc.R - provinces, acc.S, goods, acc.S - goods)]


@quote(PAGE, "with its build log of {n} rows")
def log_rows() -> list[str]:
    return [number(len(log(TABLE)))]


@quote(PAGE, "On average {n}% of intermediate use moves between cells ({n}% at best, {n}% in {t}).")
def moved() -> list[str]:
    f = rows("2020 coefficients fitted to 2017")
    f = f[f["quantity"] == "intermediate use moved between cells"].set_index("region")
    part = f["change"] / f["before"]
    name = accounts(TABLE).geography.name(part.idxmax()).removesuffix(" Darussalam")
    return [*(bare(percent(x, 1)) for x in (part.mean(), part.min())), bare(percent(part.max())), name]


@quote(
    PAGE,
    "the OECD has {n}% more textiles, less service output and, above all, lower imports of electronics ({n} against {n} "
    "thousand million USD)",
    "lists all {n} differences",
)
def control() -> list[str]:
    f = rows(CONTROL).set_index(["sector", "quantity"])
    cloth, chips = f.loc[("C13T15", "output")], f.loc[("C26", "import")]
    numbers = (100 * (cloth["after"] / cloth["before"] - 1), chips["after"] / 1e3, chips["before"] / 1e3, len(f))
    return [number(float(x)) for x in numbers]


@quote(PAGE, "or where one end is the ROW ({n}% of goods trade)", "{n} pairs take WIOD's instead")
def tariffs() -> list[str]:
    food = log(TABLE)["step"] == "tariffs: food rates above 0.5"
    return [bare(percent(float(rows("tariffs: source")["after"].iloc[0]))), number(int(food.sum()))]


@quote(PAGE, "Korea levies {n}% on China's farm goods")
def farm_goods() -> list[str]:
    acc = accounts(TABLE)
    at = [k for k, nation in enumerate(acc.geography.nation) if nation == acc.home]
    to, good = acc.geography.codes.index("KOR"), acc.sectors.codes.index("A01T03")
    bought = acc.flow[at, to, good]
    return [number(100 * float((acc.tariff[at, to, good] * bought).sum() / bought.sum()))]


@quote(PAGE, "are the component `input_tariff` of value added ({n}% of world GDP)")
def duties() -> list[str]:
    acc = accounts(TABLE)
    part = acc.value_added[..., acc.components.index("input_tariff")].sum() / acc.value_added.sum()
    return [bare(percent(float(part), 2))]


@quote(
    PAGE,
    "China's domestic share of GDP by absorption is {n}% in `china-2017` and {n}% here.",
    "| 42 sectors made 32 | {n} |",
    "| export of goods per GDP: OECD instead of official | {n} |",
    "| export of services per GDP | {n} |",
    "| domestic content of exports: imports, use and trade refitted | {n} |",
    "| value added that comes home in imports, invisible in an open table | {n} |",
    "| together | {n} |",
)
def bridge() -> list[str]:
    f = rows(BRIDGE).set_index("quantity")
    order = (
        "classification", "export of goods per GDP", "export of services per GDP", "domestic content of exports",
        "value added returned home",
    )  # fmt: skip
    ends = f.loc[order[0], "before"], f.loc[order[-1], "after"]
    points = [100 * float(f.loc[q, "change"]) for q in order]
    points.append(100 * (float(ends[1]) - float(ends[0])))
    return [*(bare(percent(float(x), 1)) for x in ends), *(("+" if x > 0 else "") + number(x, 2) for x in points)]


@quote(
    PAGE,
    "China's domestic share of GDP fell from {n}% in {n} to {n}% in {n}, rose to {n}% in {n} and {n}% in {n}, and was {n}% "
    "in {n}. Series of different sources do not join: OECD is {n} points above WIOD in {n}, the year they share.",
)
def history() -> list[str]:
    f = pd.read_parquet(str(resources.files("xunhuan") / "tables" / "history.parquet"))
    f = f[(f["measure"] == "circulation") & (f["nation"] == "CHN")]
    wiod, oecd = (f[f["source"] == s].set_index("year")["domestic"] for s in ("wiod", "oecd"))
    low = int(wiod.idxmin())
    turns = (
        (wiod, int(wiod.loc[:low].idxmax())), (wiod, low), (wiod, int(wiod.loc[low:].idxmax())),
        (oecd, int(oecd.idxmax())), (oecd, int(oecd.index.max())),
    )  # fmt: skip
    (shared,) = set(wiod.index) & set(oecd.index)
    told = [word for series, year in turns for word in (bare(percent(float(series[year]))), str(year))]
    return [*told, number(100 * float(oecd[shared] - wiod[shared]), 1), str(shared)]


@quote(PAGE, "China made {n}% of the components it used in 2020")
def components() -> list[str]:
    made = supply(accounts("china-detailed-2020"), "CHN", sectors="electronic_components")["domestic"].item()
    return [bare(percent(made))]

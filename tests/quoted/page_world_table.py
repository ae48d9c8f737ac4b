"""docs/world-table.md."""

from __future__ import annotations

import functools
from collections.abc import Callable
from importlib import resources

import numpy as np
import pandas as pd

import xunhuan as xh
from tests.evidence.china import LU
from tests.helpers.raw import raw_folder
from tests.quoted.common import CIRCUITS, accounts, at_point, bare, log, means, number, percent, shares
from tests.quoted.quotes import quote
from xunhuan.build import builder, lists
from xunhuan.build.components import CHIPS_PART, PROVINCE_LOG_ODDS, WORTH_LOG_ODDS, chip_machines, component_facts
from xunhuan.build.duties import IMPLAUSIBLE
from xunhuan.build.foreign import LEAST_VALUE_ADDED
from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import INPUT_DUTIES
from xunhuan.data.division import Division
from xunhuan.measures import circulation, exposure, supply
from xunhuan.scenario.layers import read_layers

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
    points = [100 * float(f.loc[q, "change"]) for q in order[1:]]
    points.append(100 * (float(ends[1]) - float(ends[0])))
    return [*(bare(percent(float(x), 1)) for x in ends), *(("+" if x > 0 else "") + number(x, 2) for x in points)]


@quote(
    PAGE,
    "China's domestic share of GDP fell from {n}% in {n} to {n}% in {n}, rose to {n}% in {n} and {n}% in {n}, and was {n}% "
    "in {n}. Series of different sources do not join: OECD is {n} points above WIOD in {n}, the year they share.",
)
def history() -> list[str]:
    f = history_table()
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


YEARS = ("world-2017", "world-2020", "world-2022")


def by_year(found: Callable[[Accounts], float]) -> list[str]:
    return [number(100 * found(accounts(name)), 1) for name in YEARS]


@quote(
    PAGE,
    "| Guangdong, own, % of GDP by absorption | {n} | {n} | {n} |",
    "| Guangdong, other provinces | {n} | {n} | {n} |",
    "| Guangdong, external | {n} | {n} | {n} |",
    "| Guangdong, external by origin | {n} | {n} | {n} |",
    "| Guangdong, external forward | {n} | {n} | {n} |",
    "| China, external by absorption | {n} | {n} | {n} |",
    "| China, external by origin | {n} | {n} | {n} |",
    "| China, external forward | {n} | {n} | {n} |",
    "| China, foreign inputs at face value, % of inputs | {n} | {n} | {n} |",
    "| China, foreign inputs looked through | {n} | {n} | {n} |",
    "| provinces, simple mean, external by absorption | {n} | {n} | {n} |",
)
def later_years() -> list[str]:
    out = []
    for circuit in CIRCUITS:
        out += by_year(lambda acc, c=circuit: shares(acc.name)[c].sel(region="CN-GD").item())
    for place, definitions in (("CN-GD", ("origin", "forward")), ("CHN", ("absorption", "origin", "forward"))):
        border = "nation" if place == "CHN" else "region"
        for definition in definitions:
            out += by_year(
                lambda acc, p=place, d=definition, b=border: circulation(acc, p, definition=d, border=b)[
                    "external"
                ].item()
            )
    for kind in ("face", "look"):
        out += by_year(lambda acc, k=kind: exposure(acc, region="CHN", border="nation")[k].item())
    return out + [number(100 * means(name, 0)[2], 1) for name in YEARS]


@quote(
    PAGE,
    "| `rcep` | {n} | {n} | {n} |",
    "| `us-tariffs-2018-2020`, both sides | {n} | {n} | {n} |",
    "| `national-market` | {n} | {n} | {n} |",
    "| `yrd-integration` | {n} | {n} | {n} |",
)
def welfare_by_year() -> list[str]:
    """What the long run makes of scenarios on each of the three tables: their last arm, at the point."""
    out = []
    for name, digits in (("rcep", 3), ("us-tariffs-2018-2020", 2), ("national-market", 2), ("yrd-integration", 2)):
        data = {k: v for k, v in read_layers(name).data.items() if k != "compare"}
        for table in YEARS:
            found = at_point({**data, "base": table, "model": {"trade": data["model"]["trade"]}})["welfare"]
            out.append(number(100 * float(found.sel(place="CHN").isel(arm=-1)), digits))
    return out


WU = {"CN-GD": "43", "CN-JS": "34"}
"""Value added that the nation's exports bring a province, per cent of its GDP, 2007.   [WuLiLei2016], table 4"""


@quote(
    PAGE,
    "[LuJiangyuan2022] has a simple mean of {n}% external",
    "{n}% of GDP in Guangdong and {n}% in Jiangsu",
)
def published() -> list[str]:
    return [LU["external"], WU["CN-GD"], WU["CN-JS"]]


# --- lists, bounds, years --------------------------------------------------------------------------------------------------


def listed(name: str) -> pd.DataFrame:
    return pd.read_csv(lists.data_file(name), comment="#", dtype=str)


@quote(
    PAGE,
    "and the Chinese {n} sectors share.",
    "| cn42_to_common.csv | {n} Chinese sectors | {n} common sectors |",
    "| oecd28_to_common.csv | {n} goods and services as one | {n} goods and SERVICES |",
    "| oecd45_to_common.csv | {n} sectors |",
    "| wiod50_to_common.csv | WIOD 2014, {n} sectors |",
    "| wiod50_services_to_oecd45.csv | WIOD services | the {n} services of OECD-45 |",
    "the outputs y_k of the {n} services solve",
    "| {n} sectors made {n} | {n} |",
)
def sector_lists() -> list[str]:
    acc = accounts(TABLE)
    china, oecd28, oecd45, wiod = (
        str(listed(f"{name}_to_common.csv")["source"].nunique()) for name in ("cn42", "oecd28", "oecd45", "wiod50")
    )
    made = set(listed("oecd28_to_oecd45.csv")["target"])
    services = str(len(set(listed("oecd45_to_common.csv")["source"]) - made))
    goods = str(len(acc.sectors.groups["goods"]))
    mended = rows(BRIDGE).set_index("quantity").loc["classification", "change"]
    change = ("+" if mended > 0 else "") + number(100 * float(mended), 2)
    return [
        china, china, str(acc.S), str(int(oecd28) - 1), goods, oecd45, wiod, services, services, china, str(acc.S), change,
    ]  # fmt: skip


@quote(
    PAGE,
    "Flows between {n} economies by good are the OECD's of 2017",
    "EU (the {n} of 2017)",
    "| {n} economies, {n} industries, WIOD 2013 release |",
    "| {n} economies, {n} sectors: step 1 for each year |",
    "| official non-competitive tables, {n} sectors |",
    "| official tables of {n} to {n} sectors |",
)
def sizes() -> list[str]:
    acc, found = accounts(TABLE), history_table().groupby("source")["nation"].nunique()
    every = xh.tables().set_index("name")["sectors"]
    detailed = every[every.index.str.startswith("china-detailed")]
    wiod = wiod_tables()[-1]
    return [
        str(found["oecd"]), str(len(acc.geography.clusters["EU"])), str(found["wiod"]), str(wiod.S), str(found["oecd"]),
        str(acc.S), str(every["china-national-2017"]), str(detailed.min()), str(detailed.max()),
    ]  # fmt: skip


@functools.cache
def history_table() -> pd.DataFrame:
    return pd.read_parquet(str(resources.files("xunhuan") / "tables" / "history.parquet"))


@functools.cache
def wiod_tables() -> list[Accounts]:
    """Every year of the World Input-Output Database, from the raw files."""
    return [builder(f"wiod-{year}")(raw_folder(), lambda _: None)[0][0] for year in range(1995, 2012)]


@quote(PAGE, "so rows miss their output by up to {n} million")
def whole_millions() -> list[str]:
    return [
        number(max(float(np.abs(acc.final[..., acc.categories.index("discrepancy")]).max()) for acc in wiod_tables()))
    ]


@quote(PAGE, "the published import column is {n}% (2017), {n}% (2018) and {n}% (2020) higher.")
def import_columns() -> list[str]:
    out = []
    for year in (2017, 2018, 2020):
        moved = log(f"china-national-{year}")[lambda f: f["step"] == "imports by use"]
        total = float(accounts(f"china-national-{year}").flow[1, 0].sum())
        out.append(bare(percent(-float(moved["change"].sum()) / total, 1)))
    return out


@quote(
    PAGE,
    "Value added per output is at least {n}% in the seed",
    "Food rates above {n}% in the OECD file are simple means",
)
def bounds() -> list[str]:
    return [bare(percent(LEAST_VALUE_ADDED)), bare(percent(IMPLAUSIBLE))]


# --- electronic components -------------------------------------------------------------------------------------------------

APART = "world-2017-components"


def division() -> Division:
    post = accounts(APART).posterior
    assert post is not None
    assert post.division is not None
    return post.division


@quote(PAGE, "(each industry's total stays; {n} million USD of {n} thousand million move)")
def duties_moved() -> list[str]:
    apart, whole = accounts(APART), accounts(TABLE)
    at = whole.components.index(INPUT_DUTIES)
    before, after = (x.value_added[:, :, at].sum() for x in (whole, apart))
    return [number(abs(after - before)), number(before / 1e3)]


@quote(PAGE, "components are {n}%, {n}%, {n}% and {n}% of C26 in the official table of 149 sectors")
def official_shares() -> list[str]:
    return [bare(percent(float(x), 1)) for x in division().national]


@quote(
    PAGE,
    "a tenth of components ({n} to {n}%) is made where chips are",
    "the rest as all of C26 and near its users; log odds drawn with a spread of {n}",
    "equal per output in both, log odds drawn with a spread of {n}",
)
def spreads() -> list[str]:
    assert CHIPS_PART[1] == 0.1
    return [number(100 * CHIPS_PART[0]), number(100 * CHIPS_PART[2]), f"{PROVINCE_LOG_ODDS:g}", f"{WORTH_LOG_ODDS:g}"]


@quote(
    PAGE,
    "worked out from published figures for {n} of {n}, which make {n}% of the others' components",
    "judgement for the rest, a middle of {n}%, {n} to {n}%",
    "customs of China, by origin, for {n}",
)
def evidence() -> list[str]:
    acc, facts = accounts(APART), component_facts()
    known = facts[(facts["side"] != "to_home") & (facts["basis"] != "assumed")]["economy"]
    away = [k for k, n in enumerate(acc.geography.nation) if n != acc.home]
    made = acc.output[:, acc.sectors.index("C261")]
    part = made[[acc.geography.index(c) for c in known]].sum() / made[away].sum()
    rest = facts[facts["economy"] == "*"].iloc[0]
    shares_ = [bare(percent(float(rest[k]))) for k in ("mid", "low", "high")]
    customs = int((facts["side"] == "to_home").sum())
    return [str(len(known)), str(len(away)), bare(percent(float(part))), *shares_, str(customs)]


@quote(
    PAGE,
    *(f"| {code} | {{n}}% | {{n}} to {{n}}% |" for code in ("USA", "JPN", "NLD", "KOR", "TWN")),
)
def machines() -> list[str]:
    found = chip_machines(accounts(APART))[["mid", "low", "high"]]
    return [bare(percent(float(x))) for c in ("USA", "JPN", "NLD", "KOR", "TWN") for x in found.loc[c]]


@quote(PAGE, "Alone it costs China {n}% of real income in `chip-embargo`, {n} to {n}% over the range")
def machines_alone() -> list[str]:
    """The scenario's long run with nothing banned but machines, without draws."""
    layers = read_layers("chip-embargo")
    data = {k: layers.data[k] for k in ("title", "base")} | {"measure": {"sectors": {}}}
    data["model"] = {"trade": layers.data["model"]["trade"]}
    found = chip_machines(accounts(APART))
    lost = []
    for k in ("mid", "low", "high"):
        edits = [{"from": c, "to": "CHN", "sectors": "C28", "cut": float(x)} for c, x in found[k].items()]
        shock = [{"name": "machines", "trade_cost": edits}]
        answer = at_point({**data, "shock": shock})["real_income"]
        lost.append(-float(answer.sel(arm="machines", place="CHN")))
    return [bare(percent(float(x), 3)) for x in lost]

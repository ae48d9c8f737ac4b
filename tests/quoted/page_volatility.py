"""docs/volatility.md: couplings, volatility at given prices, risk when prices answer."""

from __future__ import annotations

import functools

import numpy as np
import pandas as pd
import xarray as xr

import xunhuan as xh
from tests.helpers.raw import raw_folder
from tests.quoted.common import accounts, number
from tests.quoted.quotes import quote
from xunhuan.data.accounts import Accounts
from xunhuan.data.markets import growth_of_markets
from xunhuan.faces.series import history
from xunhuan.measures.markets import risk
from xunhuan.models.edits import TradeCost
from xunhuan.scenario.layers import layers_of

PAGE = "docs/volatility.md"
TABLE, GUANGDONG, HOME = "world-2017", "CN-GD", "CHN"
COUNTED: dict[str, dict[str, str]] = {
    "dollars": {},
    "dollars, without 2020 and 2021": {"years": "!2020+2021"},
    "yuan": {"currency": "CNY"},
}


def tenths(x: float) -> str:
    """Per cent with a digit, without its sign of per cent."""
    return number(100 * float(x), 1)


@functools.cache
def volatility(counted: str = "dollars", region: str | None = GUANGDONG, by: str = "region") -> xr.Dataset:
    return xh.measures.volatility(accounts(TABLE), region, by=by, **COUNTED[counted])


@functools.cache
def pair() -> pd.DataFrame:
    return history("coupling", HOME, partner="USA").set_index("table")


@quote(
    PAGE,
    "rose to {n}% of its income in 2006 and was {n}% in 2011 by WIOD; by OECD flows it was {n}% in 2011 and {n}% in 2022",
    "The other way it went from {n}% in 1995 to {n}% in 2011 and {n}% in 2022",
    "So the asymmetry fell from {n} in 1995 to {n} in 2022",
)
def coupled() -> list[str]:
    p = pair()
    wiod = p[p["source"] == "wiod"]["kappa"]
    assert wiod.idxmax() == "wiod-2006"
    there = [tenths(p["kappa"][t]) for t in ("wiod-2006", "wiod-2011", "oecd-2011", "oecd-2022")]
    back = [tenths(p["back"][t]) for t in ("wiod-1995", "wiod-2011", "oecd-2022")]
    return [*there, *back, number(p["asymmetry"]["wiod-1995"]), number(p["asymmetry"]["oecd-2022"], 1)]


def row(counted: str) -> list[str]:
    ds = volatility(counted).isel(region=0)
    return [
        tenths(ds[n]) for n in ("sd", "sd_from", "sd_to", "part_abroad", "abroad_alone", "all_home", "spread", "least")
    ]


@quote(
    PAGE,
    "2012 to 2022 unless said; {n}% of its income is absorbed abroad",
    *(f"| {name} | {{n}} ({{n}}–{{n}}) | {{n}} | {{n}} | {{n}} | {{n}} | {{n}} |" for name in COUNTED),
)
def guangdong() -> list[str]:
    return [tenths(volatility()["kappa_abroad"].item()), *(x for name in COUNTED for x in row(name))]


@quote(
    PAGE,
    "markets abroad, {n}% of its income, make {n}% of its volatility in dollars",
    "Of them the United States are first with {n}%",
    "its final demand varies by {n}% in yuan in the OECD flows, the bureau's own GDP of the provinces by {n}%",
    "With that in its place the mix varies by {n}%",
    "**Spreading over the world by size changes little** ({n} to {n})",
    "by {n}% a year in Guangdong, {n}% in Zhejiang, {n}% in Tibet",
)
def parts() -> list[str]:
    one = volatility().isel(region=0)
    share = volatility(by="partner")["part_share"].isel(region=0).drop_sel(partner=HOME)
    assert share.idxmax("partner").item() == "USA"
    _, growth = growth_of_markets(accounts(TABLE), "oecd", currency="CNY")
    home = growth[:, accounts(TABLE).geography.nations.index(HOME)].copy()
    official, kappa = bureau(), volatility(by="partner")["kappa"].values
    for name in COUNTED:  # as the page says of each
        assert volatility(name)["all_home"].item() > volatility(name)["sd"].item()
    growth[:, accounts(TABLE).geography.nations.index(HOME)] = official
    mix = risk(kappa, growth).sd[0]
    assert tenths(mix) == tenths(official.std(ddof=1))
    all_of_them = volatility(region=None)["abroad_alone"]
    assert [all_of_them.idxmax().item(), all_of_them.idxmin().item()] == [GUANGDONG, "CN-XZ"]
    return [
        tenths(one["kappa_abroad"]), number(100 * float(one["part_abroad"] / one["sd"])), tenths(share.max()),
        tenths(home.std(ddof=1)), tenths(official.std(ddof=1)), tenths(mix), tenths(one["sd"]), tenths(one["spread"]),
        *(tenths(all_of_them.sel(region=r)) for r in (GUANGDONG, "CN-ZJ", "CN-XZ")),
    ]  # fmt: skip


def bureau() -> np.ndarray:
    """Growth of the sum of the provinces' GDP, revised, 2012 to 2022."""
    rows = pd.read_csv(raw_folder() / "regional" / "provincial_gdp_revised_2006_2024.csv")
    total = rows.groupby("year")["gdp_1e8cny"].sum()
    return np.log(total).diff().loc[2012:2022].to_numpy()


@functools.cache
def decoupled() -> TradeCost:
    """The bans of the library's scenario."""
    line = next(s for s in layers_of("full-decoupling").data["shock"] if s["name"] == "decoupling")["trade_cost"]
    return TradeCost(**line)


@functools.cache
def after() -> Accounts:
    return xh.respond(accounts(TABLE), decoupled()).accounts


@quote(PAGE, "the accounts after) {n}% are absorbed abroad, sd is {n}%, the part abroad {n}.")
def under_decoupling() -> list[str]:
    ds = xh.measures.volatility(after(), GUANGDONG).isel(region=0)
    return [tenths(ds[n]) for n in ("kappa_abroad", "sd", "part_abroad")]


@functools.cache
def answered(by: str, *regions: str) -> xr.Dataset:
    return xh.market_risk(accounts(TABLE), list(regions), by=by)


@quote(
    PAGE,
    "hangs on markets abroad with {n}% at given prices and with {n}% when prices answer",
    "with the United States it is {n}% and {n}%",
    "lose: {n}%, as it sells little abroad",
    "would move Guangdong's real income by {n}% a year, against {n}% at given prices",
    "κ with markets abroad is {n}%.",
)
def when_prices_answer() -> list[str]:
    ds = answered("region", GUANGDONG, "CN-GZ")
    each = answered("partner", GUANGDONG).sel(region=GUANGDONG, partner="USA")
    cut = xh.market_risk(accounts(TABLE), GUANGDONG, edits=decoupled()).isel(region=0)
    one = volatility().isel(region=0)
    mine = ds.sel(region=GUANGDONG)
    return [
        tenths(one["kappa_abroad"]), tenths(mine["kappa_abroad"]), tenths(each["kappa_given"]), tenths(each["kappa"]),
        tenths(ds["kappa_abroad"].sel(region="CN-GZ")), tenths(mine["abroad_alone"]), tenths(one["abroad_alone"]),
        tenths(cut["kappa_abroad"]),
    ]  # fmt: skip

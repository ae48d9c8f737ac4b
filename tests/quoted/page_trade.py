"""docs/trade.md."""

from __future__ import annotations

import functools
import math
from statistics import NormalDist

import jax.numpy as jnp
import numpy as np
import pandas as pd
import xarray as xr

from tests.evidence import nafta
from tests.helpers.raw import raw_folder
from tests.quoted.common import accounts, at_point, bare, number, signed
from tests.quoted.quotes import quote
from xunhuan.data.classification import Sectors
from xunhuan.models.model import Shock
from xunhuan.models.trade import TradeParameters
from xunhuan.models.trade.elasticities import ASSUMED, HIGHEST, HORIZONS, UNIFORM, bundled, set_elasticities
from xunhuan.models.trade.errors import SPREAD
from xunhuan.models.trade.solve import primitives_of, problem
from xunhuan.models.trade.stability import NEAR, leading
from xunhuan.scenario.layers import read_layers

PAGE = "docs/trade.md"
SHORT, LONG = float(HORIZONS["short"] or 0), UNIFORM["BLP"]


@quote(PAGE, "NAFTA gives Mexico {n} percent by the split and {n} percent exactly")
def mexico() -> list[str]:
    found = nafta.first_order_welfare(), nafta.exact_welfare()
    return [bare(signed(float(next(iter(three))) / 100, 2)) for three in found]


@quote(
    PAGE,
    "Trade answers a tariff slowly: {n} within a year, about {n} (1.75–2.25) after 7 to 10 years",
    "pattern by sector of the set: {n} in the first year, when contracts and capacity stand; {n} after about three years",
    "all but BLP lie above that paper's {n} (FGO {n}, CP {n}, LL {n})",
)
def horizons() -> list[str]:
    goods = bundled("weights")
    sectors = Sectors(tuple(goods["sector"]))
    levels = {
        name: float(np.average(set_elasticities(sectors, name).values, weights=goods["weight"]))
        for name in ("FGO", "CP", "LL")
    }
    assert min(levels.values()) > LONG
    medium = float(HORIZONS["medium"] or 0)
    return [
        f"{SHORT:g}", f"{LONG:g}", f"{SHORT:g}", f"{medium:.2f}", f"{LONG:g}", *(f"{x:.1f}" for x in levels.values()),
    ]  # fmt: skip


@quote(
    PAGE,
    "the same on the full sample: petroleum {n}, in `CP` {n} |",
    "| `U4` | one number, {n} |",
    "| `BLP` | one number, {n} |",
)
def sets() -> list[str]:
    oil = bundled("estimates").query("source == 'Petroleum'").set_index("set")["theta"]
    return [f"{oil['CP-full']:.2f}", f"{oil['CP']:.2f}", f"{UNIFORM['U4']:g}", f"{UNIFORM['BLP']:g}"]


@quote(
    PAGE,
    "FGO's {n} is an estimate on the goods that are classed to",
    "on newer sector lists ({n}, {n}, {n}) are likewise on stamps, books and plans. The {n} of the other sets is the "
    "compiler's filler.",
)
def services() -> list[str]:
    """What the compilations write in for services, and the estimates of services on a newer list: postal, publishing,
    professional."""
    compiled = pd.read_csv(raw_folder() / "trade_elasticities_oecd28.csv", index_col="sector").loc["SERVICES"]
    newer = pd.read_csv(raw_folder() / "trade_elasticities_fontagne.csv", index_col="icio2025")["epsilon_icio"]
    (filler,) = set(compiled.drop("FGO"))
    return [
        f"{compiled['FGO']:g}", *(number(float(newer[c]), 1) for c in ("H53", "J58T60", "M")), f"{filler:.1f}",
    ]  # fmt: skip


@functools.cache
def loss(scenario: str, arm: str, theta: float) -> float:
    """Change of welfare in China with so large an elasticity of services, no draws."""
    layers = read_layers(scenario)
    trade = {**layers.data["model"]["trade"], "theta": {"services": theta}}
    keep = {k: v for k, v in layers.data.items() if k not in ("compare", "uncertainty", "model")}
    data = {**keep, "model": {"trade": trade}, "measure": {"sectors": {}}, "arms": {arm: [arm]}}
    data["shock"] = [s for s in layers.data["shock"] if s["name"] == arm]
    return float(at_point(data)["welfare"].sel(arm=arm, place="CHN"))


@quote(
    PAGE,
    "the model puts **{n}** in, for every set alike",
    "or {n} ([LashkaripourLugovskyy2023, p. 2795], σ = {n}). It matters where services trade: China's loss from full "
    "decoupling is {n}% with {n}, {n}% with {n}, {n}% with {n}; that from the chip embargo {n}, {n} and {n}%.",
)
def where_services_trade() -> list[str]:
    tried = (ASSUMED, HIGHEST, UNIFORM["BLP"])
    apart = [bare(signed(loss("full-decoupling", "decoupling", x), 1)) for x in tried]
    chips = [bare(signed(loss("chip-embargo", "embargo", x), 2)) for x in tried]
    told = [word for share, x in zip(apart, tried, strict=True) for word in (share, f"{x:g}")]
    return [f"{ASSUMED:g}", f"{HIGHEST:g}", f"{HIGHEST + 1:g}", *told, *chips]


@quote(PAGE, "lognormal with median {n} and {n}% of it below {n}.")
def assumed() -> list[str]:
    below = NormalDist(0, SPREAD).cdf(math.log(HIGHEST / ASSUMED))
    return [f"{ASSUMED:g}", f"{100 * below:.1f}", f"{HIGHEST:g}"]


WEST = ("USA", "CAN", "EU", "JPN", "KOR")


@functools.cache
def _lost(deficits: str) -> dict[str, str]:
    """What China loses alone, at trade costs of seven times and without the West, per cent of real income."""
    dearer = {
        "alone": ("foreign", {"ban": True}),
        "dear": ("foreign", {"change": 6.0}),
        "west": (list(WEST), {"ban": True}),
    }
    shocks = [
        {
            "name": n,
            "plausible": False,
            "trade_cost": [{"from": "CHN", "to": who, **how}, {"from": who, "to": "CHN", **how}],
        }
        for n, (who, how) in dearer.items()
    ]
    data = {
        "title": "Cut off", "base": "world-2017", "shock": shocks, "arms": {n: [n] for n in dearer},
        "model": {"trade": {"deficits": deficits}}, "measure": {"sectors": {}},
    }  # fmt: skip
    found = at_point(data)["real_income"].sel(place="CHN")
    return {n: f"{-100 * float(found.sel(arm=n)):.1f}" for n in dearer}


@quote(
    PAGE,
    "China alone loses {n}% so, but {n}% where trade costs seven times as much and the surplus must still be shipped; with "
    "`own_share` {n}%.",
    "that of the barriers: {n}% without the USA, Canada, the EU, Japan and Korea, {n}% at seven times, {n}% alone.",
)
def cut_off() -> list[str]:
    plain, own, zero = (_lost(k) for k in ("world_share", "own_share", "zero"))
    return [plain["alone"], plain["dear"], own["dear"], zero["west"], zero["dear"], zero["alone"]]


def _rho(parameters: TradeParameters) -> float:
    """The leading eigenvalue in the base of world-2017."""
    acc = accounts("world-2017")
    task = problem(acc, primitives_of(acc, Shock(), parameters), parameters)
    return float(leading(task, jnp.asarray(task.start)).rho)


@quote(
    PAGE,
    "unstable (ρ = {n}) and refused",
    "ρ > {n} in the base or at the answer: a note",
    "alone, {n} is ρ without economies of scale; it is {n} at ψ = {n}, {n} at {n} and {n} at {n}, where ψθ is {n}.",
)
def stability() -> list[str]:
    theta = set_elasticities(accounts("world-2017").sectors, "FGO")[0]
    at = accounts("world-2017").sectors.codes.index("C26")
    steps = (0.09, 0.11, 0.12)
    rho = [_rho(TradeParameters(scale={"C26": psi})) for psi in steps]
    said = [f"{rho[0]:.2f}", f"{steps[0]:g}", f"{rho[1]:.3f}", f"{steps[1]:g}", f"{rho[2]:.2f}", f"{steps[2]:g}"]
    whole = _rho(TradeParameters(elasticities="LL", scale="LL"))
    return [f"{whole:.2f}", f"{NEAR:g}", f"{_rho(TradeParameters()):.2f}", *said, f"{steps[2] * theta[at]:.2f}"]


@functools.cache
def yielded() -> xr.DataArray:
    """Change of China's real income on each arm of the scenario of institutional costs."""
    return at_point(read_layers("institutional-costs").data)["real_income"].sel(place="CHN")


@quote(
    PAGE,
    "raise China's real income by {n}% if they were burnt, and by {n}% if they were somebody's income; taxes and fees cut "
    "likewise, by {n}%.",
)
def institutional_costs() -> list[str]:
    return [number(100 * float(yielded().sel(arm=arm)), 2) for arm in ("burnt", "collected", "taxes and fees")]

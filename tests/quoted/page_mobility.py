"""docs/trade.md, people who move."""

from __future__ import annotations

import functools
import math

import numpy as np

from tests.helpers.raw import raw_folder
from tests.quoted.common import at_point, bare, number, percent
from tests.quoted.quotes import quote
from xunhuan.build.migration import gravity
from xunhuan.data.migration import Migration
from xunhuan.data.store import load
from xunhuan.models.trade import TradeParameters
from xunhuan.models.trade.calibrate import calibrate
from xunhuan.scenario.layers import read_layers

PAGE = "docs/trade.md"


@quote(PAGE, "mobile or free inside nations, with κ = {n} [TombeZhu2019]")
def elasticity() -> list[str]:
    return [f"{TradeParameters().mobility:g}"]


@functools.cache
def base(window: str) -> tuple[Migration, np.ndarray, np.ndarray]:
    """Moves, people by origin and shares of them, of China's provinces on `world-2017`."""
    acc = load("world-2017")
    home = np.array([n == "CHN" for n in acc.geography.nation])
    economy = calibrate(acc, labour="mobile", window=window).economy
    moves = acc.geography.moves
    assert moves is not None
    return moves, np.asarray(economy.people)[home], np.asarray(economy.moves)[np.ix_(home, home)]


@quote(PAGE, "between provinces of China {n}% had moved over 2015-2020, {n}% over 2010-2015")
def who_moved() -> list[str]:
    found = []
    for window in ("2015-2020", "2010-2015"):
        _, people, share = base(window)
        found.append(bare(percent(float(people @ (1 - np.diag(share)) / people.sum()), 1)))
    return found


@quote(PAGE, "at the moves of 2015-2020, window upon window, where one was is half forgotten after {n} to {n} years")
def half_way() -> list[str]:
    """From the median to the slowest of the parts that a distribution over provinces has."""
    parts = np.sort(np.abs(np.linalg.eigvals(base("2015-2020")[2])))[:-1]
    return [f"{5 * math.log(2) / -math.log(x):.0f}" for x in (float(np.median(parts)), parts[-1])]


@quote(PAGE, "a year on the border being of the window that ends with it ({t} for 2017, {t} for 2012)")
def default_window() -> list[str]:
    moves = base("2015-2020")[0]
    return [moves.window(2017), moves.window(2012)]


@quote(
    PAGE,
    "| window | distance, −δ | border | moved, million | |---|---|---|---| {t} Distance weighs less from window to window",
)
def table_of_gravity() -> list[str]:
    rows = gravity(raw_folder())
    assert (np.diff(rows["distance"]) < 0).all()
    assert (rows["border"].abs() < 2 * rows["border_se"]).all()
    lines = [
        f"| {r.window} | {number(-r.distance, 2)} ({r.distance_se:.2f}) | {r.border:.2f} ({r.border_se:.2f}) "
        f"| {r.movers:.1f} |"
        for r in rows.itertuples()
    ]
    return ["\n".join(lines)]


ASKED = (("immobile", ""), ("mobile", ""), ("mobile", "2010-2015"), ("mobile", "2005-2010"), ("free", ""))


@quote(
    PAGE,
    "| the chip embargo under `labour` | immobile | mobile, 2015-2020 | 2010-2015 | 2005-2010 | free | "
    "|---|--:|--:|--:|--:|--:| {t} ## Several equilibria",
)
def table_of_embargo() -> list[str]:
    arm, layers = "embargo", read_layers("chip-embargo")
    keep = {k: v for k, v in layers.data.items() if k not in ("compare", "uncertainty", "model")}
    keep["shock"] = [s for s in layers.data["shock"] if s["name"] == arm]
    columns = []
    for labour, window in ASKED:
        trade = {**layers.data["model"]["trade"], "labour": labour, "window": window}
        data = {**keep, "model": {"trade": trade}, "measure": {"sectors": {}}, "arms": {arm: [arm]}}
        d = at_point(data).sel(arm=arm)
        people = d["population"].sel(place=[p for p in d["place"].values if str(p).startswith("CN-")])
        columns.append([float(d[n].sel(place="CHN")) for n in ("welfare", "real_income")] + [float(abs(people).max())])
    names = ("welfare of China's people, %", "real income of China, %", "population of the province that moves most, %")
    lines = [
        f"| {name} | " + " | ".join(bare(percent(column[k], 3)) for column in columns) + " |"
        for k, name in enumerate(names)
    ]
    return ["\n".join(lines)]

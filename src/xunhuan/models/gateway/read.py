"""What is read off routes and gateways, each number between the two ends of distance; its tables for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array, ratio
from xunhuan.data.places import Places, places
from xunhuan.models.model import Numbers, Quantity, Readings, Response, ResponseTable

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

_PLACE, _GATE = ("place",), ("gateway",)
PARTNERS_TOLD = 8
"""Economies abroad that are told by name where trade is told by region, gateway and economy."""

QUANTITIES = (
    Quantity("routed_income", "share", _PLACE, "exact change of real income under the changes of trade cost that routes "
             "bring, I'/(I P) − 1; between freight cost and cost that falls with distance as trade does",
             "CaliendoParro2015", better=1, headline=True, picture="land", points=("gateway_trade",), kept=True, ends=True),
    Quantity("routed_income_freight", "share", _PLACE, "the same where ways cost what carrying costs", "CaliendoParro2015",
             better=1),
    Quantity("routed_income_gravity", "share", _PLACE, "the same where ways cost what the fall of trade with distance "
             "says", "CaliendoParro2015", better=1),
    Quantity("route_cost", "share", _PLACE, "mean change of what a place's trade with all others costs on its way, "
             "tolls included: Σ flow ln d̂ / Σ flow", "AllenArkolakis2022", better=-1, headline=True, kept=True, ends=True),
    Quantity("trade_stuck", "share", ("home_place",), "share of goods trade with abroad that is stuck while gateways are "
             "closed for days, after what others can carry", better=-1, headline=True, picture="land",
             points=("gateway_trade",), kept=True, ends=True),
    Quantity("stuck_by_spare", "share", ("spare_elsewhere",), "the same of home at other spare capacity of open gateways",
             better=-1, picture="curve", ends=True),
    Quantity("stuck_none_spare", "share", (), "the same of home where nothing is to spare", better=-1, ends=True),
    Quantity("stuck_most_spare", "share", (), "the same of home at the most spare capacity that is told", better=-1,
             ends=True),
    Quantity("fee_income", "value", _PLACE, "collected from trade that passes, at the base's trade", better=1, ends=True),
    Quantity("others_through", "share", _PLACE, "bridge by route: share of the other home regions' goods trade with abroad "
             "that passes gateways of the place", "FanLuLuo2023", rest=None, kept=True, picture="land",
             points=("gateway_trade",), ends=True),
    Quantity("own_through", "share", _PLACE, "gateway by route: share of the place's own goods trade with abroad that "
             "passes gateways of its own", "FanLuLuo2023", rest=None, kept=True, ends=True),
    Quantity("set_others", "share", ("gate_set",), "share of goods trade with abroad of home regions outside a set that "
             "passes gateways of the set", "FanLuLuo2023", rest=None, kept=True, picture="bars", ends=True),
    Quantity("set_own", "share", ("gate_set",), "share of goods trade with abroad of home regions in a set that passes "
             "gateways of the set", "FanLuLuo2023", rest=None, kept=True, ends=True),
    Quantity("gateway_trade", "value", _GATE, "goods trade that passes a gateway, both ways", "FanLuLuo2023", rest=None,
             kept=True, picture="bars", ends=True),
    Quantity("gateway_change", "share", _GATE, "change of the goods trade that passes a gateway, at the base's trade",
             ends=True),
    Quantity("passed_share", "share", ("home_place", "gateway"), "share of a place's goods trade with abroad by gateway",
             "FanLuLuo2023", rest=None, picture="heat", ends=True),
    Quantity("gateway_partner", "value", ("gateway", "route_partner"), "goods trade that passes a gateway by economy abroad",
             rest=None, ends=True),
    Quantity("route_streams", "value", ("route_home", "gateway", "route_group"), "goods trade of a region at home by "
             "gateway and economy abroad, both ways; the largest of these, and all others as one", rest=None,
             picture="flows", ends=True),
    Quantity("gateway_concentration", "index", (), "Herfindahl index of goods trade by gateway, 0 to 1", rest=None,
             ends=True),
    Quantity("route_modes", "share", ("route_mode",), "shares of ways of carrying in goods trade among home regions: by "
             "road alone, with rail, with water, with both", rest=None, picture="bars"),
    Quantity("mean_freight", "share", (), "mean cost of carrying goods among home regions, "
             "share of their value where they come from: Σ flow (e^x − 1) / Σ flow", rest=None),
)  # fmt: skip


def read(acc: Accounts, response: Response | None, places: Places) -> Readings:
    """Numbers of an answer by quantity; without an answer there are no routes."""
    if response is None:
        return {}
    d = response.detail
    home = [acc.geography.codes.index(c) for c in d["home"].values]
    members = places.member[:, home]
    inside = members[places.home_index]
    out: dict[str, Numbers] = {}
    if "real_income_hat" in d:
        base = np.nan_to_num(d["income_base"].to_numpy())
        hat = np.nan_to_num(d["real_income_hat"].to_numpy())
        income = places.share(base * hat, np.broadcast_to(base, hat.shape)) - 1
        out["routed_income"] = _between(income, _PLACE)
        if len(income) > 1:
            out |= {f"routed_income_{e}": Numbers(_PLACE, x) for e, x in zip(d["end"].values, income, strict=True)}
    out["route_cost"] = _between(np.stack([_cost(acc, d, e, places) for e in range(len(d["end"]))]), _PLACE)
    passes, before = d["passes"].to_numpy(), d["passes_before"].to_numpy()
    gate = {"gateway": list(d["gateway"].values)}
    stuck = d["stuck_by_end"].to_numpy().max(1, initial=0.0)
    traded = before.sum(2)
    out["trade_stuck"] = _between(ratio((stuck * traded) @ inside.T, traded @ inside.T), ("home_place",))
    if d.sizes["period"]:
        by_spare = d["stuck_by_spare"].to_numpy()
        out["stuck_by_spare"] = _between(
            by_spare, ("spare_elsewhere",), {"spare_elsewhere": _percent(d["spare_elsewhere"])}
        )
        out |= {f"stuck_{n}_spare": _between(by_spare[:, k], ()) for n, k in (("none", 0), ("most", -1))}
    out["fee_income"] = _between(places.sum(d["fee"].to_numpy()), _PLACE)
    region = np.array([acc.geography.codes.index(c) for c in d["gateway_region"].values])
    others, own = _through(passes, members, places.member[:, region])
    out |= {"others_through": _between(others, _PLACE), "own_through": _between(own, _PLACE)}
    out |= _sets(acc, d, passes, home, region)
    out["gateway_trade"] = _between(passes.sum(1), _GATE, gate)
    out["gateway_change"] = _between(ratio(passes.sum(1), before.sum(1), 1.0) - 1, _GATE, gate)
    by_place = np.einsum("ph,ehg->epg", inside, passes)
    out["passed_share"] = _between(ratio(by_place, by_place.sum(2, keepdims=True)), ("home_place", "gateway"), gate)
    partner = {**gate, "route_partner": list(d["abroad"].values)}
    out["gateway_partner"] = _between(d["partner"].to_numpy(), ("gateway", "route_partner"), partner)
    out["route_streams"] = _streams(d)
    shares = ratio(passes.sum(1), passes.sum((1, 2))[:, None])
    out["gateway_concentration"] = _between((shares**2).sum(1), ())
    out["route_modes"] = Numbers(("route_mode",), d["modes"].to_numpy(), {"route_mode": list(d["route_mode"].values)})
    out["mean_freight"] = Numbers((), d["freight"].to_numpy())
    return out


def _percent(shares: xr.DataArray) -> list[float]:
    return [round(100 * float(s), 6) for s in shares]


def _streams(d: xr.Dataset) -> Numbers:
    """h g k: the economies abroad that trade most, alike in every arm at the base's trade, and all others as one."""
    flow = d["streams"].to_numpy()
    largest = np.argsort(-d["streams"].to_numpy().sum((0, 1, 2)), kind="stable")[:PARTNERS_TOLD]
    rest = np.delete(flow, largest, axis=3).sum(3, keepdims=True)
    names = [str(c) for c in d["abroad"].values[largest]] + ["route_rest"]
    coords = {"route_home": list(d["home"].values), "gateway": list(d["gateway"].values), "route_group": names}
    return _between(
        np.concatenate([flow[..., largest], rest], axis=3), ("route_home", "gateway", "route_group"), coords
    )


def _between(ends: Array, axes: tuple[str, ...], coords: dict[str, list[Any]] | None = None) -> Numbers:
    """Numbers with the ends of distance, first axis, as their interval and the mean in its middle."""
    low, high = (ends.min(0), ends.max(0)) if len(ends) > 1 else (None, None)
    return Numbers(axes, ends.mean(0), coords or {}, low, high)


def _cost(acc: Accounts, d: xr.Dataset, e: int, places: Places) -> Array:
    """Σ flow ln d̂ / Σ flow of trade with all others, by place, tolls included."""
    change = np.log(d["cost_by_end"].to_numpy()[e] * (1 + d["toll"].to_numpy().sum(0)))
    out = []
    for member in places.member:
        mine = member > 0
        away = mine[:, None] != mine[None]
        whole = acc.flow[away].sum()
        out.append(float((acc.flow[away] * change[away]).sum() / whole) if whole > 0 else 0.0)
    return np.array(out)


def _through(passes: Array, members: Array, holds: Array) -> tuple[Array, Array]:
    """Bridge and gateway by route: of the other home regions' trade and of the place's own, what passes gateways of the
    place; end p."""
    own_trade = np.einsum("ph,ehg,pg->ep", members, passes, holds)
    others = np.einsum("ph,ehg,pg->ep", 1 - members, passes, holds)
    total = passes.sum(2)
    return ratio(others, total @ (1 - members).T), ratio(own_trade, total @ members.T)


def _sets(acc: Accounts, d: xr.Dataset, passes: Array, home: list[int], region: Array) -> dict[str, Numbers]:
    """The same of the sets of regions that were asked for."""
    names = [str(n) for n in d["gate_set"].values] if "gate_set" in d else []
    if not names:
        return {}
    chosen = [
        np.isin(np.arange(acc.R), acc.geography.select(str(s), acc.home)).astype(float) for s in d["chosen"].values
    ]
    both = [_through(passes, c[None, home], c[None, region]) for c in chosen]
    coords = {"gate_set": names}
    found = {"set_others": np.concatenate([o for o, _ in both], 1), "set_own": np.concatenate([s for _, s in both], 1)}
    return {k: _between(v, ("gate_set",), coords) for k, v in found.items()}


def gateways_told(acc: Accounts, response: Response, top: int) -> pd.DataFrame:
    """Gateways by what passes them, with the ends of distance."""
    import pandas as pd

    d = response.detail
    passes, before = (d[k].to_numpy().sum(1) for k in ("passes", "passes_before"))
    share = 100 * passes / passes.sum(1, keepdims=True)
    frame = pd.DataFrame({"gateway": d["gateway"].values, "name": d["gateway_name"].values})
    frame["region"] = d["gateway_region"].values
    frame["value"] = passes.mean(0)
    frame["share"] = share.mean(0)
    for k, end in enumerate(d["end"].values):
        frame[f"share_{end}"] = share[k]
    frame["change"] = 100 * (ratio(passes.sum(0), before.sum(0), 1.0) - 1)
    frame = frame.sort_values("value", ascending=False).reset_index(drop=True)
    frame = frame.head(top) if top else frame
    told = "value: goods trade both ways, {unit}; share: % of all that passes; change: % against the base's network"
    frame.attrs["money"] = {"value": acc.unit}
    frame.attrs["notes"] = [f"{told.format(unit=acc.unit)}, at the base's trade."]
    return frame


def provinces_told(acc: Accounts, response: Response, top: int) -> pd.DataFrame:
    """Home regions: the gateway most of their trade passes, what their trade costs more, their real income at either end."""
    import pandas as pd

    d = response.detail
    passes = d["passes"].to_numpy().mean(0)
    share = ratio(passes, passes.sum(1, keepdims=True))
    home = list(d["home"].values)
    at = [acc.geography.codes.index(c) for c in home]
    frame = pd.DataFrame({"region": home, "name": [acc.geography.name(c) for c in home]})
    frame["first_gateway"] = d["gateway"].values[share.argmax(1)]
    frame["gateway_name"] = d["gateway_name"].values[share.argmax(1)]
    frame["its_share"] = 100 * share.max(1)
    frame["concentration"] = (share**2).sum(1)
    moves: dict[str, Array] = {}
    if "real_income_hat" in d:
        moves["real_income"] = 100 * (d["real_income_hat"].to_numpy()[:, at] - 1)
    if d.sizes["period"]:
        moves["stuck"] = 100 * d["stuck_by_end"].to_numpy().max(1)
    for name, ends in moves.items():
        for end, values in zip(d["end"].values, ends, strict=True):
            frame[f"{name}_{end}"] = values
    if moves:  # the most affected first
        size = np.abs(list(moves.values())[-1]).max(0)
        frame = frame.iloc[np.argsort(-size, kind="stable")].reset_index(drop=True)
    frame = frame.head(top) if top else frame
    if len(home) > 1:
        frame.attrs["nation"] = _nation_told(acc, response, frame)
    told = [
        "its_share: % of goods trade with abroad; concentration: Herfindahl index over gateways; real_income: % change "
        "at either end of distance."
    ]
    if moves:
        first = {"real_income": "Largest change of real_income first", "stuck": "Largest part stuck first"}[
            list(moves)[-1]
        ]
        told.append(f"{first}, at either end of distance; the nation above its regions.")
    if "stuck" in moves:
        waits = "stuck: % of goods trade with abroad that waits while gateways are closed for days"
        told.append(f"{waits}, at either end of distance.")
    frame.attrs["notes"] = told
    return frame


def _nation_told(acc: Accounts, response: Response, frame: pd.DataFrame) -> pd.DataFrame:
    """The home nation's row of that table, of all its regions' trade and income together."""
    import pandas as pd

    d = response.detail
    passes = d["passes"].to_numpy().mean(0).sum(0)
    share = ratio(passes, passes.sum())
    first = int(share.argmax())
    row: dict[str, object] = {"region": acc.home, "name": acc.geography.name(acc.home)}
    row |= {"first_gateway": d["gateway"].values[first], "gateway_name": d["gateway_name"].values[first]}
    row |= {"its_share": 100 * share[first], "concentration": (share**2).sum()}
    at = places(acc)
    numbers = read(acc, response, at)
    for k, end in enumerate(map(str, d["end"].values)):
        if (found := numbers.get(f"routed_income_{end}", numbers.get("routed_income"))) is not None:
            row[f"real_income_{end}"] = 100 * float(found.values[at.index(acc.home)])
        if d.sizes["period"]:
            traded = d["passes_before"].to_numpy().sum(2)[k]
            row[f"stuck_{end}"] = 100 * float((d["stuck_by_end"].to_numpy().max(1)[k] * traded).sum() / traded.sum())
    return pd.DataFrame([row]).reindex(columns=frame.columns)


ROUTE_TABLES: dict[str, ResponseTable] = {"region": provinces_told, "gateway": gateways_told}
"""Tables by name, the first by default."""

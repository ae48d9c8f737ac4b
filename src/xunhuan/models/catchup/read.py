"""What is read off the years of an industry; its tables for people, in which no share stands without its price and cost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array
from xunhuan.data.places import Places
from xunhuan.errors import BadInput
from xunhuan.models.catchup.industry import IndustryFile, industry
from xunhuan.models.model import Numbers, Quantity, Readings, Response, ResponseTable

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

_BESIDE = ("price_then", "cost_then")
_LOW, _HIGH = 0.05, 0.95
RUNGS = ("rung_frontier", "rung_home", "rung_ceiling")
_READING, _YEAR = ("reading",), ("year",)

QUANTITIES = (
    Quantity("target_reached", "date", (), "year in which home's share in its own market reaches the target, by the "
             "target's definition, straight in log odds between years", "IrwinKlenow1994", better=-1, headline=True,
             rest=None, beside=("share_then", *_BESIDE)),
    Quantity("share_then", "share", (), "home's share in the target's year, by the target's definition",
             "EatonKortum2002", better=1, headline=True, rest=None, beside=_BESIDE),
    Quantity("price_then", "ratio", (), "price of the good at home in the target's year, over what it would be had "
             "nothing been cut", "EatonKortum2002", better=-1, headline=True, rest=None),
    Quantity("cost_then", "bn USD", (), "cost in the target's year: what buyers at home pay more than had nothing "
             "been cut, and what pushes beyond history's pace would cost as a subsidy of what is made at home",
             better=-1, headline=True, rest=None),
    Quantity("behind_then", "generations", (), "generations behind the frontier in the target's year", better=-1,
             headline=True, rest=None),
    Quantity("sales_response", "elasticity", (), "elasticity of home sales of home-owned producers in their exports, "
             "through what they and their rivals learn", "IrwinKlenow1994", better=1, headline=True, rest=None),
    Quantity("target_share", "share", (), "share of home's own market that is asked for", rest=None),
    Quantity("readings_then", "share", _READING, "the five readings of self-sufficiency in the target's year: owned "
             "at home, made at home, designed at home, home's share of use and output over use of the official table",
             rest=None, kept=True, picture="bars", beside=_BESIDE),
    Quantity("readings_now", "share", _READING, "the same five in the file's first year: one country, one year",
             rest=None),
    Quantity("reached_by_reading", "date", _READING, "year in which each reading reaches the target share", rest=None,
             kept=True, picture="table", beside=_BESIDE),
    Quantity("share_path", "share", (*_READING, "year"), "readings of self-sufficiency by year", "EatonKortum2002",
             rest=None, kept=True, picture="fan", points=("share_published", "share_held_out", "share_aimed_at"),
             beside=_BESIDE),
    Quantity("share_published", "share", (*_READING, "year_published"), "shares as published that the pace of history "
             "passes through", rest=None),
    Quantity("share_held_out", "share", (*_READING, "year_held_out"), "shares as published that the room has not seen",
             rest=None),
    Quantity("share_aimed_at", "share", (*_READING, "year_aimed_at"), "shares that somebody announced as a target",
             rest=None),
    Quantity("good_price_path", "ratio", _YEAR, "price of the good at home over what it would be had nothing been "
             "cut, by year", "EatonKortum2002", rest=None, kept=True, picture="fan"),
    Quantity("cost_path", "bn USD", _YEAR, "cost of each year: what buyers pay more, and what pushes would cost as a "
             "subsidy", rest=None, kept=True),
    Quantity("import_path", "bn USD", _YEAR, "spending on the good from abroad, by year", rest=None),
    Quantity("ladder", "generations", ("rung", "year"), "newest generation in volume at the frontier and at home, 0 = "
             "frontier of the first year, and the ceiling under controls of tools", rest=None, kept=True,
             picture="fan", points=("ladder_published",)),
    Quantity("ladder_published", "generations", ("rung", "year_made"), "generations as firms made them in volume",
             rest=None),
    Quantity("served_then", "share", ("seller", "vintage"), "who serves demand for each generation behind the "
             "frontier in the target's year", rest=None, picture="stack"),
    Quantity("stage_then", "share", ("stage",), "share of each stage of inputs bought at home in the target's year; "
             "the least is the bottleneck", "ArkolakisCostinotRodriguezClare2012", rest=None, picture="bars"),
    Quantity("look_through_then", "share", (), "owned at home less what is made of inputs from abroad, in the "
             "target's year", rest=None),
    Quantity("out_of_reach_then", "share", (), "part of demand in the target's year that nobody left can serve at any "
             "price", rest=None),
    Quantity("channel_effect", "share", ("channel_cut",), "what each cut and push alone does to the share of the "
             "target's year, what they do together beyond that, and the whole", picture="steps", beside=_BESIDE),
    Quantity("lever_needed", "1", ("lever",), "value of each lever that alone brings the target about, all else "
             "central; none where no value in its range does", rest=None, picture="table", beside=("push_over_history",)),
    Quantity("push_over_history", "ratio", (), "push that alone brings the target about, over the pace of history",
             rest=None),
    Quantity("lever_price", "ratio", ("lever",), "price of the good in the target's year with the lever at that value",
             rest=None, picture="table"),
    Quantity("lever_cost", "bn USD", ("lever",), "cost of the target's year with the lever at that value", rest=None,
             picture="table"),
    Quantity("year_surface", "date", ("cut_dose", "push_rate"), "year in which the target is reached, by dose of what "
             "is cut and push in log points a year", rest=None, picture="heat"),
    Quantity("catchup_income", "share", ("place",), "exact change of real income in the last year of the path, where "
             "the whole table is run along", "CaliendoParro2015", better=1, rest=None, picture="map"),
    Quantity("catchup_output", "share", ("place",), "change of the volume of the sector's output in the last year of "
             "the path, where the whole table is run along", "CaliendoParro2015", rest=None),
)  # fmt: skip


def read(acc: Accounts, response: Response | None, places: Places) -> Readings:
    """Numbers of an answer by quantity; a response of None has none, since without an answer there are no years."""
    if response is None:
        return {}
    d, path = response.detail, response.path
    assert path is not None
    found = industry(d.attrs["industry"])
    if "curve" in d.attrs:
        return {
            "price_then": _drawn(d["price_then"], ()),
            "good_price_path": _drawn(path["price_ratio"], _YEAR, {"year": path["year"].to_numpy()}),
        }
    names = {"reading": [str(x) for x in d["reading"].to_numpy()]}
    year = {"year": path["year"].to_numpy()}
    definition, shares = d.attrs["definition"], _stacked(path, names["reading"])
    out = {
        "target_reached": _drawn(d["target_year"].sel(reading=definition), ()),
        "share_then": _drawn(d["readings_then"].sel(reading=definition), ()),
        "target_share": Numbers((), np.asarray(float(d.attrs["share"]))),
        "price_then": _drawn(d["price_then"], ()), "cost_then": _drawn(d["cost_then"], ()),
        "behind_then": _drawn(d["gap_then"], ()), "sales_response": _drawn(d["sales_response"], ()),
        "readings_then": _drawn(d["readings_then"], _READING, names),
        "reached_by_reading": _drawn(d["target_year"], _READING, names),
        "readings_now": _of_draws(shares[:, :, 0], _READING, names),
        "share_path": _of_draws(shares, ("reading", "year"), {**names, **year}),
        "good_price_path": _drawn(path["price_ratio"], _YEAR, year), "cost_path": _drawn(path["cost"], _YEAR, year),
        "import_path": _drawn(path["imports"], _YEAR, year), "ladder": _ladder(path, year),
        "look_through_then": _drawn(d["look_through_then"], ()), "out_of_reach_then": _drawn(d["shortage_then"], ()),
        "stage_then": _drawn(d["stage_then"], ("stage",), {"stage": list(d["stage"].to_numpy())}),
    }  # fmt: skip
    return out | _published(found, names["reading"]) | _central(d) | _regional(acc, d, places)


def _drawn(values: xr.DataArray, axes: tuple[str, ...], coords: Mapping[str, object] | None = None) -> Numbers:
    """The central draw, and the ends of the 90% interval over the others."""
    ordered = values.to_numpy() if values.dims == ("draw", *axes) else values.transpose("draw", *axes).to_numpy()
    return _of_draws(ordered, axes, {k: v for k, v in (coords or {}).items() if k in axes})


def _of_draws(ordered: Array, axes: tuple[str, ...], coords: Mapping[str, object]) -> Numbers:
    """The same of an array with draws first."""
    if len(ordered) < 3:
        return Numbers(axes, ordered[0], coords)
    low, high = quantiles(ordered[1:])
    return Numbers(axes, ordered[0], coords, low, high)


def quantiles(sample: Array) -> tuple[Array, Array]:
    """Ends of the 90% interval over the first axis. A year that never comes is later than all others: no draw is left out,
    and where the end falls among those it is infinite."""
    ordered = np.sort(sample, axis=0)
    n = len(ordered) - 1
    return ordered[int(np.floor(_LOW * n))], ordered[int(np.ceil(_HIGH * n))]


def _stacked(path: xr.Dataset, names: list[str]) -> Array:
    """Readings by draw, reading and year."""
    return np.stack([path[n].transpose("draw", "year").to_numpy() for n in names], axis=1)


def _ladder(path: xr.Dataset, year: Mapping[str, object]) -> Numbers:
    """Frontier, home and, where tools are cut, the ceiling."""
    gap, top, ceiling = (path[n].transpose("draw", "year").to_numpy() for n in ("gap", "top", "ceiling"))
    return _of_draws(np.stack([top + gap, top, ceiling], axis=1), ("rung", "year"), {"rung": list(RUNGS), **year})


def _published(found: IndustryFile, names: list[str]) -> dict[str, Numbers]:
    """Shares as published, a reading down, years across; generations as made."""
    out = {}
    kinds = {
        "published": [p for p in found.published if p.fitted],
        "held_out": [p for p in found.published if not p.fitted and p.kind != "target"],
        "aimed_at": [p for p in found.published if p.kind == "target"],
    }
    for kind, rows in kinds.items():
        years = sorted({p.year for p in rows})
        values = np.full((len(names), len(years)), np.nan)
        for p in rows:
            if p.reading in names:
                values[names.index(p.reading), years.index(p.year)] = p.share
        if years:
            axis = f"year_{kind}"
            out[f"share_{kind}"] = Numbers(("reading", axis), values, {"reading": names, axis: years})
    firms = {found.frontier_firm: "rung_frontier", "frontier": "rung_frontier", found.home_firm: "rung_home"}
    made = [g for g in found.generations if g.firm in firms]
    if made:
        zero = max(
            (g.generation for g in made if firms[g.firm] == "rung_frontier" and g.year <= found.start), default=0.0
        )
        years_made = sorted({g.year for g in made})
        values = np.full((len(RUNGS), len(years_made)), np.nan)
        for g in made:
            values[RUNGS.index(firms[g.firm]), years_made.index(g.year)] = g.generation - zero
        coords = {"rung": list(RUNGS), "year_made": years_made}
        out["ladder_published"] = Numbers(("rung", "year_made"), values, coords)
    return out


def _central(d: xr.Dataset) -> dict[str, Numbers]:
    """What is worked out for the central draw alone, where it was."""
    if "channel_effect" not in d:
        return {}
    at = {n: [str(x) for x in d[n].to_numpy()] for n in ("lever", "step", "seller")}
    return {
        "channel_effect": Numbers(("channel_cut",), d["channel_effect"].to_numpy(), {"channel_cut": at["step"]}),
        "lever_needed": Numbers(("lever",), d["lever_value"].to_numpy(), {"lever": at["lever"]}),
        "push_over_history": Numbers((), np.asarray(_push_needed(d))),
        "lever_price": Numbers(("lever",), d["lever_price"].to_numpy(), {"lever": at["lever"]}),
        "lever_cost": Numbers(("lever",), d["lever_cost"].to_numpy(), {"lever": at["lever"]}),
        "served_then": Numbers(("seller", "vintage"), d["vintages_then"].to_numpy(),
                               {"seller": at["seller"], "vintage": d["vintage"].to_numpy()}),
        "year_surface": Numbers(("cut_dose", "push_rate"), d["year_surface"].to_numpy(),
                                {n: d[n].to_numpy() for n in ("cut_dose", "push_rate")}),
    }  # fmt: skip


def _push_needed(d: xr.Dataset) -> float:
    """The push that alone is enough, over the pace of history; nan where none is, it is no lever, or history has no pace."""
    named, pace = [str(x) for x in d["lever"].to_numpy()], float(d["pace"])
    return float(d["lever_value"][named.index("extra_push")]) / pace if "extra_push" in named and pace else float("nan")


def _regional(acc: Accounts, d: xr.Dataset, places: Places) -> dict[str, Numbers]:
    """Real income and the sector's output by place, where the whole table was run along."""
    if "income_hat" not in d:
        return {}
    base = {n: np.nan_to_num(d[f"{n}_base"].to_numpy()) for n in ("income", "output")}
    change = {n: places.share(b * np.nan_to_num(d[f"{n}_hat"].to_numpy()), b) - 1 for n, b in base.items()}
    return {f"catchup_{n}": Numbers(("place",), x) for n, x in change.items()}


# Tables for people


def _cell(numbers: Numbers, k: int | None = None) -> tuple[float, float, float]:
    """Value, low and high of a number."""

    def pick(x: Array | None) -> float:
        return float("nan") if x is None else float(x if k is None else x[k])

    return pick(np.asarray(numbers.values)), pick(numbers.low), pick(numbers.high)


def _numbers(acc: Accounts, response: Response) -> Readings:
    from xunhuan.data.places import places

    if "curve" in response.detail.attrs:
        raise BadInput("a price on given output has no shares", where="--by", fix="give --by year")
    return read(acc, response, places(acc))


def by_reading(acc: Accounts, response: Response, top: int) -> pd.DataFrame:
    """The five readings side by side: now, in the target's year, when the target is reached; price and cost in every row."""
    import pandas as pd

    if "curve" in response.detail.attrs:
        return by_year(acc, response, top)
    n, a = _numbers(acc, response), response.detail.attrs
    price, cost = _cell(n["price_then"])[0], _cell(n["cost_then"])[0]
    rows = []
    for k, name in enumerate(n["readings_now"].coords["reading"]):
        then, when = _cell(n["readings_then"], k), _cell(n["reached_by_reading"], k)
        rows.append({
            "reading": name, f"in_{a['start']}": 100 * float(n["readings_now"].values[k]), f"in_{a['by']}": 100 * then[0],
            "low": 100 * then[1], "high": 100 * then[2], "reached": _year(when[0]), "from": _year(when[1]),
            "to": _year(when[2]), "price": price, "cost": cost,
        })  # fmt: skip
    out = pd.DataFrame(rows)
    out.attrs["notes"] = [*_told(n, response), *_levers_told(n)]
    out.attrs["money"] = {"cost": response.detail.attrs["unit"]}
    return out


def _year(x: float) -> str:
    return "" if np.isnan(x) else "later" if np.isinf(x) else f"{x:.0f}"


def _told(n: Readings, response: Response) -> list[str]:
    """What the columns are, and the answer in numbers."""
    a = response.detail.attrs
    price, cost, gap, more = (_cell(n[k]) for k in ("price_then", "cost_then", "behind_then", "sales_response"))
    return [
        f"Shares of home's own market, per cent; low, high: 90% interval in {a['by']}; reached: year of "
        f"{100 * a['share']:g}%, "
        "with the interval from .. to; later: after the last year looked at.",
        f"price: of the good in {a['by']}, over what it would be had nothing been cut{_span(price)}. cost: of that year, "
        f"{a['unit']}, what buyers pay more and what pushes would cost as a subsidy{_span(cost)}.",
        f"Generations behind in {a['by']}: {gap[0]:.2g}{_span(gap)}. Home sales change by {more[0]:+.3f}% per percent "
        "of exports, "
        f"through learning{_span(more)}.",
    ]


def _span(x: tuple[float, float, float]) -> str:
    low, high = f"{x[1]:.3g}", f"{x[2]:.3g}"
    return "" if np.isnan(x[1]) or low == high == f"{x[0]:.3g}" else f" (90% interval {low} to {high})"


_LEVERS = {
    "extra_push": "extra push", "cut_trade": "imports cut", "cut_know": "knowledge cut", "cut_tools": "tools cut",
    "learning_rate": "learning rate", "knowledge_spillover": "knowledge spillover",
}  # fmt: skip
"""Levers as a sentence names them."""


def _levers_told(n: Readings) -> list[str]:
    """What each lever alone would have to be."""
    if "lever_needed" not in n:
        return []
    said = []
    for k, name in enumerate(n["lever_needed"].coords["lever"]):
        value, price, cost = (float(n[q].values[k]) for q in ("lever_needed", "lever_price", "lever_cost"))
        told = (
            f"{value:.3g}, price {price:.3g}, cost {cost:.3g} bn USD"
            if np.isfinite(value)
            else "not with this lever alone"
        )
        said.append(f"{_LEVERS.get(name, name)} {told}")
    return [f"What would have to be true, each lever alone: {'; '.join(said)}."]


def by_year(acc: Accounts, response: Response, top: int) -> pd.DataFrame:
    """Year by year: readings, generations behind, price and cost; all years where `top` is 0."""
    import pandas as pd

    assert response.path is not None
    path = response.path.isel(draw=0)
    years = path["year"].to_numpy().astype(str)  # a date, not a quantity
    if "curve" in response.detail.attrs:
        out = pd.DataFrame(
            {"year": years, "price": path["price"].to_numpy(), "against_free": path["price_ratio"].to_numpy()}
        )
        out.attrs["notes"] = ["price: over that of the first year; against_free: over the price had nothing been cut."]
        return out
    names = [str(x) for x in response.detail["reading"].to_numpy()]
    columns = {n: 100 * path[n].to_numpy() for n in names}
    out = pd.DataFrame({
        "year": years, **columns, "behind": path["gap"].to_numpy(), "price": path["price_ratio"].to_numpy(),
        "cost": path["cost"].to_numpy(), "imports": path["imports"].to_numpy(),
    })  # fmt: skip
    out.attrs["notes"] = [
        f"Shares of home's own market, per cent. behind: generations. price: over what it would be had nothing been cut. "
        "cost, "
        f"imports: {response.detail.attrs['unit']}.",
    ]
    out.attrs["money"] = dict.fromkeys(("cost", "imports"), response.detail.attrs["unit"])
    step = 1 if not top or len(out) <= top else int(np.ceil(len(out) / top))
    return pd.DataFrame(out.iloc[::step]).reset_index(drop=True) if step > 1 else out


def by_lever(acc: Accounts, response: Response, top: int) -> pd.DataFrame:
    """What each lever alone would have to be for the target, with the price of the good and the cost of the year."""
    import pandas as pd

    n = _numbers(acc, response)
    levers = n["lever_needed"].coords["lever"]
    out = pd.DataFrame(
        {"lever": levers}
        | {c: n[q].values for c, q in (("needed", "lever_needed"), ("price", "lever_price"), ("cost", "lever_cost"))}
    )
    there = bool(response.detail["lever_idle"])
    found = "not needed" if there else "found"
    out.attrs["money"] = {"cost": response.detail.attrs["unit"]}
    out.insert(1, "answer", [found if np.isfinite(x) else "not with this lever alone" for x in out["needed"]])
    pace = float(response.detail["pace"])
    out.attrs["notes"] = [
        "Extra push: log points a year beyond history's pace, which is "
        f"{pace:.4f}; imports, knowledge and tools cut: share cut; learning rate, knowledge spillover: the figure itself; "
        "all else central. not needed: the target is met in its year as things stand.",
    ]
    return out


TABLES_TOLD: dict[str, ResponseTable] = {"reading": by_reading, "year": by_year, "lever": by_lever}

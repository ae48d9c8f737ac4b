"""A price that learns from given output: what it costs to learn from one's own alone."""

from __future__ import annotations

import numpy as np
import xarray as xr

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array
from xunhuan.errors import BadInput, UnknownName
from xunhuan.models.catchup.acting import aimed_at, from_whom
from xunhuan.models.catchup.industry import IndustryFile, Made
from xunhuan.models.catchup.learning import experience_curve, price_by_experience
from xunhuan.models.catchup.parameters import CatchupParameters
from xunhuan.models.edits import Decoupling
from xunhuan.models.model import Response, Shock, Status

HISTORY = "hist"
"""Scenario of a curve that holds what was."""


def slope(found: IndustryFile, nation: str) -> float:
    """β of a nation: as the file gives it, else by least squares on its history.

    >>> from xunhuan.models.catchup.industry import industry
    >>> slope(industry("solar"), "USA")
    -0.440907
    """
    given = found.curve_slopes.get(nation)
    return fitted_slope(found, nation) if given is None else given.value


def fitted_slope(found: IndustryFile, nation: str) -> float:
    """β by least squares on a nation's history: price on effective stock and price of the main input [Helveston2022]."""
    rows = [r for r in found.curve if r.nation == nation and r.scenario == HISTORY and r.price and r.input_price]
    first = rows[0].world
    stock = first + np.cumsum([0.0, *(r.made + r.other for r in rows[1:])])
    price, inputs = (np.array([float(getattr(r, n) or np.nan) for r in rows]) for n in ("price", "input_price"))
    return experience_curve(stock, price, inputs)[1]


def rows_of(found: IndustryFile, nation: str, pathway: str) -> list[Made]:
    """Rows of a nation and a scenario, by year. Raises UnknownName."""
    nations = list(dict.fromkeys(r.nation for r in found.curve))
    if nation not in nations:
        raise UnknownName.of("nation of the curve", nation, nations)
    pathways = list(dict.fromkeys(r.scenario for r in found.curve if r.scenario != HISTORY))
    chosen = pathway or pathways[0]
    if chosen not in pathways:
        raise UnknownName.of("pathway", chosen, pathways)
    return sorted((r for r in found.curve if r.nation == nation and r.scenario == chosen), key=lambda r: r.year)


def projected(acc: Accounts, shock: Shock, p: CatchupParameters, found: IndustryFile) -> Response:
    """Prices along given output, with the flow of knowledge cut as the shock says, and without.

    Raises BadInput where edits of other channels are given, UnknownName for a nation or pathway that the curve has not.
    """
    nation = p.scenario_nation or acc.home
    rows = rows_of(found, nation, p.pathway)
    t = np.array([r.year for r in rows])
    first = int(t[0])
    left: Array = np.ones(len(t))
    for e in shock.edits:
        if not isinstance(e, Decoupling) or e.channel != "know":
            raise BadInput(
                f"a price on given output reads knowledge that is cut, not `{e}`",
                fix="give decoupling with channel = know",
            )
        home = acc if nation == acc.home else acc.replace(home=nation)
        left = left * (1 - aimed_at(home, found, e.destination) * from_whom(home, found, e) * e.strength(t, first))
    made, other = (np.array([getattr(r, n) for r in rows[1:]]) for n in ("made", "other"))
    b = slope(found, nation)
    price = price_by_experience(rows[0].world, made, other, 1 - left[1:], b)
    free = price_by_experience(rows[0].world, made, other, np.zeros(len(made)), b)
    years = xr.DataArray(t, dims="year")
    path = xr.Dataset(
        {"price": (("year", "draw"), price[:, None]), "price_ratio": (("year", "draw"), (price / free)[:, None])},
        coords={"year": years, "draw": [0]},
    )
    at = min(p.target.by, int(t[-1])) - first
    detail = xr.Dataset({"price_then": ("draw", (price / free)[at : at + 1])}, coords={"draw": [0]})
    detail.attrs = {
        "industry": p.industry, "by": first + at, "start": first, "unit": found.unit, "nation": nation, "slope": b,
        "home": acc.home, "curve": 1, "citation": ["Helveston2022"],
    }  # fmt: skip
    notes = (f"{found.title[0]}, {nation}, pathway {rows[0].scenario}: what is made is given, only its price answers",)
    return Response(acc, detail, Status(iterations=len(made), message=f"{len(made)} years from {first}"), path, notes)

"""Risk of markets when all prices answer: the gradient against solved shocks, parts, closed forms, what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import xunhuan as xh
from xunhuan.data.accounts import Accounts
from xunhuan.measures.actors import partition
from xunhuan.models.model import Shock
from xunhuan.scenario.market_risk import able, income_slopes

pytestmark = [pytest.mark.twin, pytest.mark.slow]

TOYS = pd.DataFrame({"ATL": [100, 104, 108, 113], "BOR": [100, 110, 99, 115]}, index=[1997, 1998, 1999, 2000])
STEP = 1e-4


def solved(toy: Accounts, nation: str, before: tuple = ()) -> np.ndarray:
    """Percent of real income by percent of growth of a nation, from two answers of the model."""
    members = [k for k, n in enumerate(toy.geography.nation) if n == nation]
    size = toy.value_added[members].sum() / toy.output[members].sum()
    ends = []
    for sign in (1, -1):
        edit = xh.edits.Productivity(nation, change=float(np.exp(sign * STEP * size)) - 1)
        answer = xh.respond(toy, [*before, edit], tolerance=1e-12)
        ends.append(np.log(answer.detail["real_income_hat"].values))
    return (ends[0] - ends[1]) / (2 * STEP)


def base_income(acc: Accounts) -> np.ndarray:
    nothing = xh.edits.Productivity("BOR", change=0.0)
    return np.asarray(xh.respond(acc, nothing).detail["income_base"].values)


@pytest.mark.parametrize("before", [(), (xh.edits.TradeCost("BOR", "ATL", change=0.2),)], ids=["base", "dearer"])
def test_couplings_are_those_of_small_shocks(toy: Accounts, before: tuple) -> None:
    ds = xh.market_risk(toy, "all", by="partner", edits=before, demand=TOYS, tolerance=1e-12)
    for nation in ("ATL", "BOR"):
        assert ds["kappa"].sel(partner=nation).values == pytest.approx(solved(toy, nation, before), abs=1e-6)


def test_all_markets_growing_by_a_percent_make_the_world_a_percent_richer(toy: Accounts) -> None:
    """Without duties, weighted by income: Hulten's theorem for the world, whoever gets it.   [Hulten1978]"""
    free = toy.replace(tariff=np.zeros_like(toy.tariff))
    model, codes = able(), list(toy.geography.codes)
    kappa = income_slopes(free, partition(free, codes), model, Shock(), model.parameters())
    income = base_income(free)
    assert kappa.sum(axis=1) @ income == pytest.approx(income.sum(), rel=1e-6)


def test_parts_add_up_and_stand_beside_those_at_given_prices(toy: Accounts) -> None:
    ds = xh.market_risk(toy, demand=TOYS)
    each = xh.market_risk("toyland", by="partner", demand=TOYS)
    assert (ds["part_home"] + ds["part_abroad"]).values == pytest.approx(ds["sd"].values, rel=1e-12)
    assert each["part"].sum("partner").values == pytest.approx(ds["sd"].values, rel=1e-12)
    given = xh.measures.volatility(toy, by="partner", demand=TOYS)["kappa"]
    assert each["kappa_given"].values == pytest.approx(given.values, rel=1e-12)
    assert (each["kappa"].sel(partner="BOR") < given.sel(partner="BOR")).all()


def test_a_cluster_has_the_mean_of_its_members_by_income(toy: Accounts) -> None:
    rows = xh.market_risk(toy, ["AT-N", "AT-E"], by="partner", demand=TOYS)["kappa"]
    cluster = xh.market_risk(toy, "COAST", by="partner", demand=TOYS)["kappa"]
    members = toy.geography.clusters["COAST"]
    assert set(members) == {"AT-N", "AT-E"}
    weight = base_income(toy)[:2]
    mean = (weight[:, None] * rows.values).sum(axis=0) / weight.sum()
    assert cluster.values[0] == pytest.approx(mean, rel=1e-6)


def test_what_is_refused(toy: Accounts) -> None:
    with pytest.raises(xh.errors.BadInput, match="a market whose books are not kept has no productivity"):
        xh.market_risk(toy.restrict("ATL"), demand=TOYS.rename(columns={"BOR": "ROW"}))
    with pytest.raises(xh.errors.UnknownName, match="unknown model with slopes 'propagation'"):
        xh.market_risk(toy, model="propagation", demand=TOYS)
    with pytest.raises(xh.errors.BadInput, match="unknown grouping 'month'"):
        xh.market_risk(toy, by="month", demand=TOYS)
    with pytest.raises(xh.errors.BadInput, match="parameters are not valid"):
        xh.market_risk(toy, demand=TOYS, theta=-1.0)

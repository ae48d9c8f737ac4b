"""Coupling and volatility: parts add up, one market is its own risk, names and units, what bundled series are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from xunhuan import measures
from xunhuan.data.accounts import Accounts
from xunhuan.data.markets import chosen_years, final_demand, growth_of_markets, in_currency, kept, kept_pairs
from xunhuan.faces.series import history
from xunhuan.measures.markets import least_risk, risk

pytestmark = pytest.mark.identity

TOYS = pd.DataFrame({"ATL": [100, 104, 108, 113], "BOR": [100, 110, 99, 115]}, index=[1997, 1998, 1999, 2000])


def test_couplings_of_a_region_add_to_one_and_turn_round(toy: Accounts) -> None:
    ds = measures.coupling(toy, "all")
    assert ds["kappa"].sum("partner").values == pytest.approx(1.0, abs=1e-12)
    assert ds["back"].values == pytest.approx(ds["kappa"].values.T, rel=1e-12)
    assert (ds["asymmetry"] * ds["asymmetry"].values.T).values == pytest.approx(1.0, rel=1e-12)
    assert np.diag(ds["asymmetry"].values) == pytest.approx(1.0, rel=1e-12)
    assert ds["kappa"].attrs["unit"] == "1"


def test_mean_intensity_over_the_world_is_one(toy: Accounts) -> None:
    """Weighted by GDP of the row and size of the market, as all value added is absorbed somewhere."""
    ds = measures.coupling(toy, "all")
    gdp = toy.value_added.sum(axis=(1, 2))
    size = (ds["kappa"] / ds["intensity"]).values[0]
    assert size.sum() == pytest.approx(1.0, rel=1e-12)
    mean = np.einsum("p,pf,f->", gdp / gdp.sum(), ds["intensity"].values, size)
    assert mean == pytest.approx(1.0, rel=1e-12)


def test_coupling_is_what_circulation_absorbs(toy: Accounts) -> None:
    kappa = measures.coupling(toy)["kappa"]
    turns = measures.circulation(toy)
    assert kappa.sel(partner="BOR").values == pytest.approx(turns["external"].values, rel=1e-12)
    cluster = measures.coupling(toy, "COAST")["kappa"]
    assert cluster.sel(partner="COAST").item() == pytest.approx(measures.circulation(toy, "COAST")["own"].item())


def test_parts_of_volatility_add_to_it(toy: Accounts) -> None:
    ds = measures.volatility(toy, demand=TOYS)
    each = measures.volatility(toy, by="partner", demand=TOYS)
    assert (ds["part_home"] + ds["part_abroad"]).values == pytest.approx(ds["sd"].values, rel=1e-12)
    assert each["part"].sum("partner").values == pytest.approx(ds["sd"].values, rel=1e-12)
    assert each["part_share"].sum("partner").values == pytest.approx(1.0, rel=1e-12)
    assert each["kappa"].sum("partner").values == pytest.approx(1.0, rel=1e-12)
    assert each["kappa"].sel(partner="BOR").values == pytest.approx(ds["kappa_abroad"].values)


def test_one_market_is_its_own_risk(toy: Accounts) -> None:
    ds = measures.volatility(toy, demand=TOYS)
    growth = np.log(TOYS).diff().dropna()
    assert ds["all_home"].values == pytest.approx(growth["ATL"].std(), rel=1e-12)
    assert ds["abroad_alone"].values == pytest.approx((ds["kappa_abroad"] * growth["BOR"].std()).values, rel=1e-12)
    assert np.isnan(ds["spread"].values).all()  # one market abroad cannot be spread
    same = TOYS.assign(BOR=TOYS["ATL"])
    assert measures.volatility(toy, demand=same)["sd"].values == pytest.approx(growth["ATL"].std(), rel=1e-12)


def test_units_of_demand_do_not_matter_and_labels_do(toy: Accounts) -> None:
    a = measures.volatility(toy, demand=TOYS)
    b = measures.volatility(toy, demand=TOYS * [7.0, 0.1])
    c = measures.volatility(toy, demand=TOYS.rename(columns={"ATL": "BOR", "BOR": "ATL"}))
    assert b["sd"].values == pytest.approx(a["sd"].values, rel=1e-12)
    assert np.abs(c["sd"].values / a["sd"].values - 1).min() > 0.1


def test_the_least_risk_is_no_more_than_that_of_any_other_mix(world: Accounts) -> None:
    _, growth = growth_of_markets(world, "oecd")
    fixed = np.zeros(growth.shape[1])
    home = world.geography.nations.index("CHN")
    fixed[home] = 0.7
    free = np.arange(growth.shape[1]) != home
    least = least_risk(fixed, 0.3, growth, free)
    assert least.sum() == pytest.approx(0.3, rel=1e-12)
    assert (least >= 0).all()
    assert least[home] == 0
    rng = np.random.default_rng(3)
    others = rng.dirichlet(np.full(int(free.sum()), 0.1), size=400) * 0.3
    rows = np.tile(fixed, (400, 1))
    rows[:, free] += others
    assert risk((fixed + least)[None], growth).sd[0] <= risk(rows, growth).sd.min()
    assert not least_risk(fixed, 0.0, growth, free).any()


def test_volatility_of_provinces_lies_between_its_bounds(world: Accounts) -> None:
    ds = measures.volatility(world)
    assert (ds["least"] <= ds["sd"] + 1e-12).all()
    assert (ds["least"] <= ds["spread"] + 1e-12).all()
    assert (ds["sd_from"] < ds["sd_to"]).all()
    assert (ds["sd"] < ds["sd_to"]).all()


def test_a_nation_made_of_economies_has_their_demand(world: Accounts) -> None:
    joined = world.regroup("PAIR", ["DEU", "FRA"])
    years, growth = growth_of_markets(joined, "oecd")
    frame = final_demand("oecd")
    at = joined.geography.nations.index("PAIR")
    assert years == list(range(2012, 2023))
    assert growth[:, at] == pytest.approx(np.log(frame["DEU"] + frame["FRA"]).diff().dropna().to_numpy(), rel=1e-12)


def test_an_open_region_is_all_the_world_outside(china: Accounts) -> None:
    _, growth = growth_of_markets(china, "oecd")
    frame = final_demand("oecd")
    outside = frame.drop(columns="CHN").sum(axis=1)
    at = china.geography.nations.index("ROW")
    assert growth[:, at] == pytest.approx(np.log(outside).diff().dropna().to_numpy(), rel=1e-12)
    assert np.isnan(measures.volatility(china, "CN-GD")["spread"].item())


def test_another_currency_adds_one_rate_to_every_market(world: Accounts) -> None:
    _, dollars = growth_of_markets(world, "oecd")
    _, yuan = growth_of_markets(world, "oecd", currency="CNY")
    rate = yuan - dollars
    assert np.ptp(rate, axis=1).max() < 1e-12
    assert np.abs(rate).max() > 0.02
    frame = final_demand("oecd")
    assert in_currency(frame, "USD") is frame


def test_years_are_chosen_as_said() -> None:
    known = list(range(2012, 2023))
    assert chosen_years("all", known) == known
    assert chosen_years("2012-2019+2022", known) == [*range(2012, 2020), 2022]
    assert chosen_years("!2020+2021", known) == [*range(2012, 2020), 2022]


def test_a_file_is_read_as_a_frame_is(toy: Accounts, tmp_path: Path) -> None:
    path = tmp_path / "demand.csv"
    TOYS.rename_axis("year").to_csv(path)
    a, b = measures.volatility(toy, demand=TOYS), measures.volatility(toy, demand=str(path))
    assert a["sd"].values.tolist() == b["sd"].values.tolist()
    assert str(path) in b.attrs["weighting"]


def test_bundled_couplings_are_the_measure_s_of_every_pair() -> None:
    rows = kept_pairs()
    assert not rows[["kappa", "back", "name_en", "partner_name_zh"]].isna().any().any()
    outward = rows.groupby(["table", "nation"])["kappa"].sum()
    turns = kept("circulation").set_index(["table", "nation"])["external"]
    assert outward.to_numpy() == pytest.approx(turns.reindex(outward.index).to_numpy(), abs=1e-6)


def test_history_of_a_pair_names_its_partner_either_way(world: Accounts) -> None:
    frame = history("coupling", "CHN", partner="United States")
    assert set(frame["partner"]) == {"USA"}
    assert list(dict.fromkeys(frame["source"])) == ["wiod", "oecd", "world"]
    at = frame.set_index("table").loc["world-2017"]
    mine = measures.coupling(world, "CHN", border="nation").sel(partner="USA")
    assert at["kappa"] == pytest.approx(mine["kappa"].item(), rel=1e-12)

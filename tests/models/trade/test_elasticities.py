"""Elasticity sets against the files of their sources: values, standard errors, horizons, draws."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import truncnorm

from xunhuan.build.elasticities import trade_weights, write_elasticities
from xunhuan.data.accounts import Accounts
from xunhuan.data.classification import Sectors
from xunhuan.data.sector_lists import sector_list, sector_lists
from xunhuan.errors import BadInput
from xunhuan.models import registry
from xunhuan.models.trade import TradeParameters
from xunhuan.models.trade.elasticities import (
    AFTER_A_DECADE,
    ASSUMED,
    HIGHEST,
    SETS,
    SETS_PUBLISHED,
    UNIFORM,
    WITHIN_A_YEAR,
    bundled,
    set_elasticities,
)
from xunhuan.models.trade.errors import WITH_ERRORS, drawn_by_error, estimates, set_scale, standard_errors

pytestmark = pytest.mark.textbook

COMMON = sector_list("common").sectors
FREE = np.full(len(COMMON), np.inf)


def at(values: np.ndarray, code: str) -> float:
    return float(values[COMMON.codes.index(code)])


@pytest.fixture(scope="module")
def ll(raw: Path) -> pd.DataFrame:
    return pd.read_csv(raw / "regional/elast_lashkaripour_lugovskyy_2023.csv").set_index("sector")


@pytest.fixture(scope="module")
def cp(raw: Path) -> pd.DataFrame:
    return pd.read_csv(raw / "regional/elast_caliendo_parro.csv").set_index("sector")


def test_the_bundled_files_are_what_the_build_makes(raw: Path, tmp_path: Path) -> None:
    made = write_elasticities(raw, tmp_path)
    here = Path(str(__import__("xunhuan.models.trade", fromlist=["x"]).__file__)).parent / "data"
    assert {p.name for p in made} == {p.name for p in here.iterdir()} - {"substitution.csv"}  # written by hand
    for path in made:
        assert path.read_bytes() == (here / path.name).read_bytes(), path.name


def test_goods_of_the_oecds_list_have_each_its_own(raw: Path) -> None:
    """Wood and paper, ships and trains apart, with the source's sign turned; its services, and coal, are not estimated."""
    source = pd.read_csv(raw / "trade_elasticities_fontagne.csv").set_index("icio2025")["epsilon_icio"]
    sectors = sector_list("icio2025").sectors
    found = set_elasticities(sectors, "FGO-ICIO")
    goods = [c for c in sectors.groups["goods"] if not np.isnan(source.get(c, np.nan))]
    at_goods = [sectors.codes.index(c) for c in goods]
    np.testing.assert_allclose(found.values[at_goods], -source[goods], atol=1e-6)
    assert found.estimated.sum() == len(goods)
    assert "FGO-ICIO" in SETS
    assert "FGO-ICIO" not in SETS_PUBLISHED


def test_electronics_of_lashkaripour_and_lugovskyy(ll: pd.DataFrame) -> None:
    row = ll.loc["Electrical & Optical Equipment"]
    assert row["theta_sigma_minus_1"] == 1.235
    assert row["scale_mu"] == 0.552
    for code in ("C26", "C27"):
        assert at(set_elasticities(COMMON, "LL").values, code) == row["theta_sigma_minus_1"]
        assert at(standard_errors(COMMON, "LL"), code) == row["se_theta"]
        assert at(set_scale(COMMON, "LL"), code) == row["scale_mu"]
    assert at(set_scale(COMMON, "LL"), "K") == 0.0, "constant returns in services, as the paper normalises"


def test_petroleum_of_both_samples_of_caliendo_and_parro(cp: pd.DataFrame) -> None:
    """64.85 is the published 99% sample, 51.08 the full one."""
    row = cp.loc["Petroleum"]
    for name, sample, published in (("CP", "99", 64.85), ("CP-full", "full", 51.08)):
        assert round(at(set_elasticities(COMMON, name).values, "C19"), 2) == published
        assert at(set_elasticities(COMMON, name).values, "C19") == row[f"theta_{sample}"]
        assert at(standard_errors(COMMON, name), "C19") == row[f"se_{sample}"]


def test_their_own_forty_sectors_take_their_own_estimates(cp: pd.DataFrame) -> None:
    table = bundled("elasticities_cp40").set_index("sector")
    plain = {c.casefold().rstrip("."): c for c in table.index}
    for name, row in cp.iterrows():
        code = plain[str(name).casefold().rstrip(".")]
        assert table.loc[code, "CP"] == row["theta_99"]
        full = table.loc[code, "CP-full"]
        assert full == row["theta_full"] or (np.isnan(full) and np.isnan(row["theta_full"])), "Medical has none"


def test_an_aggregated_sector_weighs_errors_as_it_weighs_estimates(raw: Path, cp: pd.DataFrame) -> None:
    """C20T22 is chemicals twice (C20, C21) and plastic (C22), by world trade; different estimates are independent."""
    trade = trade_weights(raw)[["C20", "C21", "C22"]]
    w = np.array([trade["C20"] + trade["C21"], trade["C22"]]) / trade.sum()
    theta, error = (cp.loc[["Chemicals", "Plastic"], f"{k}_99"].to_numpy() for k in ("theta", "se"))
    assert at(set_elasticities(COMMON, "CP").values, "C20T22") == pytest.approx(w @ theta, abs=1e-6)
    assert at(standard_errors(COMMON, "CP"), "C20T22") == pytest.approx(np.sqrt(((w * error) ** 2).sum()), abs=1e-6)


@pytest.mark.parametrize("name", WITH_ERRORS)
@pytest.mark.parametrize("known", ["oecd28", "cp40"])
def test_estimates_and_weights_give_the_columns(name: str, known: str) -> None:
    table = bundled(f"elasticities_{known}").set_index("sector")
    mix = bundled("mixes")
    made = mix[(mix["list"] == known) & (mix["set"] == name)].merge(bundled("estimates"), on=["set", "source"])
    summed = (made["weight"] * made["theta"]).groupby(made["sector"]).sum()
    np.testing.assert_allclose(summed.reindex(table.index), table[name], atol=2e-6)


@pytest.mark.parametrize("known", sector_lists())
def test_no_set_has_an_estimate_for_services(known: str) -> None:
    """Nor for what its paper leaves out: the numbers written in by the compiler are gone from every list."""
    sectors = sector_list(known).sectors
    services = set(sectors.groups["services"])
    for name in set(SETS) - set(UNIFORM):
        found = set_elasticities(sectors, name)
        assert not services & {c for c, e in zip(sectors.codes, found.estimated, strict=True) if e}
        np.testing.assert_array_equal(found.values[~found.estimated], ASSUMED)
    note = TradeParameters().trade_elasticities(sectors)[1]
    assert "services: assumed 4 in the long run" in note
    assert f"ISIC of sector list {known!r}" in note


def test_a_sector_is_the_mean_of_the_goods_it_holds_by_world_trade() -> None:
    """By hand: B07T09 and C20T22 of the goods that the file of estimates names, weighted by the file of trade."""
    theta, trade = (bundled(n).set_index("sector") for n in ("elasticities_oecd28", "weights"))
    for code, goods in {"B07T09": ["B07", "B08", "B09"], "C20T22": ["C20", "C21", "C22"]}.items():
        for name in ("FGO", "CP", "LL", "IS"):
            w, t = trade.loc[goods, "weight"].to_numpy(), theta.loc[goods, name].to_numpy()
            assert at(set_elasticities(COMMON, name).values, code) == pytest.approx((w @ t) / w.sum(), rel=1e-12)


def test_what_is_given_need_not_be_known() -> None:
    """Elasticities of sectors that no list knows can be given; one that is not is still asked for."""
    sectors = Sectors(("01", "02"), ("Steel", "Cars"))
    theta, _ = TradeParameters(theta={"01": 3.0, "02": 5.0}).trade_elasticities(sectors)
    assert theta.tolist() == [3.0, 5.0]
    with pytest.raises(BadInput, match="no elasticity of set 'FGO' is known for these sectors") as e:
        TradeParameters(theta={"01": 3.0}).trade_elasticities(sectors)
    assert e.value.items == ("02 (Cars)",)
    assert "--isic 03=C" in e.value.fix


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize(
    ("horizon", "level"), [("short", WITHIN_A_YEAR), ("medium", (WITHIN_A_YEAR * AFTER_A_DECADE) ** 0.5)]
)
def test_a_horizon_is_the_level_of_its_paper_and_the_pattern_of_the_set(
    raw: Path, name: str, horizon: str, level: float
) -> None:
    """[BoehmLevchenkoPandalaiNayar2023]: 0.76 within a year, 2 in the long run, as the mean over traded goods."""
    trade = trade_weights(raw).drop("SERVICES")
    goods = Sectors(tuple(trade.index))
    theta = TradeParameters.model_validate({"elasticities": name, "horizon": horizon}).trade_elasticities(goods)[0]
    assert np.average(theta, weights=trade) == pytest.approx(level, rel=1e-6)
    own = TradeParameters(elasticities=name).trade_elasticities(goods)[0]
    np.testing.assert_allclose(theta / theta[0], own / own[0], rtol=1e-12)


@pytest.mark.slow
def test_draws_are_the_truncated_normals_of_each_estimate(ll: pd.DataFrame) -> None:
    numbers = (np.arange(4000) + 0.5) / 4000
    draws = np.array([drawn_by_error(COMMON, "LL", u, FREE) for u in numbers])
    for code, sector in (("C26", "Electrical & Optical Equipment"), ("C19", "Petroleum"), ("C28", "Machinery")):
        theta, error = ll.loc[sector, ["theta_sigma_minus_1", "se_theta"]]
        exact = truncnorm(-theta / error, np.inf, loc=theta, scale=error)
        mine = draws[:, COMMON.codes.index(code)]
        assert mine.mean() == pytest.approx(exact.mean(), abs=4 * exact.std() / np.sqrt(len(numbers)))
        assert mine.std() == pytest.approx(exact.std(), rel=0.06)
    of = {c: draws[:, COMMON.codes.index(c)] for c in ("C26", "C27", "C28", "A01T03", "B06", "F", "K")}
    np.testing.assert_array_equal(of["C26"], of["C27"])
    np.testing.assert_array_equal(of["A01T03"], of["B06"])
    np.testing.assert_array_equal(of["F"], of["K"])
    for other in ("C28", "A01T03", "F"):
        assert abs(np.corrcoef(of["C26"], of[other])[0, 1]) < 4 / np.sqrt(len(numbers))
    assert np.mean(of["F"] < HIGHEST) == pytest.approx(0.975, abs=0.01)
    assert np.median(of["F"]) == pytest.approx(ASSUMED, rel=0.05)


@pytest.mark.slow
def test_draws_stay_where_theory_holds(world: Accounts) -> None:
    """θ above 0 where the error is larger than the estimate; ψθ at most 1 where there are economies of scale."""
    move = next(u for u in registry.find("trade").uncertain if u.errors is not None).errors
    assert move is not None
    numbers = (np.arange(200) + 0.5) / 200
    for p in (TradeParameters(elasticities="CP"), TradeParameters(elasticities="LL", scale="LL", nest_ratio=1.05)):
        psi = p.scale_elasticities(world.sectors)
        for u in numbers:
            got = move(p, u, world)
            theta = got.trade_elasticities(world.sectors)[0]
            assert (theta > 0).all()
            assert (psi * theta * p.nest_ratio <= 1 + 1e-12).all()
            got.check(world.sectors)
    again = [move(TradeParameters(elasticities="CP"), 0.3, world).theta for _ in range(2)]
    assert again[0] == again[1]


def test_a_draw_keeps_the_level_of_the_horizon_and_what_is_overridden(world: Accounts) -> None:
    move = next(u for u in registry.find("trade").uncertain if u.errors is not None).errors
    assert move is not None
    long = move(TradeParameters(elasticities="LL"), 0.4, world).trade_elasticities(world.sectors)[0]
    p = TradeParameters(elasticities="LL", horizon="short", theta={"C26": 3.0})
    short = move(p, 0.4, world).trade_elasticities(world.sectors)[0]
    k = world.sectors.codes.index("C26")
    assert short[k] == 3.0
    point = (
        TradeParameters(elasticities="LL", horizon=h).trade_elasticities(world.sectors)[0] for h in ("short", "long")
    )
    ratio = np.divide(*point)
    np.testing.assert_allclose(np.delete(short / long, k), np.delete(ratio, k), rtol=1e-12)


@pytest.mark.parametrize("nest", [0.8, 1.5])
def test_drawn_scale_stops_where_equilibria_would_be_many(toy: Accounts, nest: float) -> None:
    """ψ f, held at 1/θ of the steeper nest."""
    (scale,) = (u for u in registry.find("trade").uncertain if u.name == "scale")
    p = TradeParameters(theta={"FAR": 2.0, "MAN": 4.0, "SER": 8.0}, scale={"FAR": 0.3, "MAN": 0.1}, nest_ratio=nest)
    for factor in (1.0, 1.2, 2.1):
        steep = np.array([2.0, 4.0, 8.0]) * max(nest, 1.0)
        got = scale.move(p, factor, toy).scale_elasticities(toy.sectors)
        assert got == pytest.approx(np.minimum(factor * np.array([0.3, 0.1, 0.0]), 1 / steep))
    assert (got[:2] == 1 / steep[:2]).tolist() == [True, nest > 1]


def test_scale_of_a_set_goes_with_elasticities_that_allow_it(world: Accounts) -> None:
    TradeParameters(elasticities="LL", scale="LL").check(world.sectors)
    with pytest.raises(BadInput) as e:
        TradeParameters(scale="LL").check(world.sectors)
    assert any(item.startswith("C26: ψ = 0.552, θ = 5.14") for item in e.value.items)


def test_scale_of_a_mixed_sector_keeps_its_product_with_theta(raw: Path, ll: pd.DataFrame) -> None:
    """ψθ of C20T22 is the mean of its estimates' products, chemicals twice and rubber and plastic."""
    trade = trade_weights(raw)[["C20", "C21", "C22"]]
    w = np.array([trade["C20"] + trade["C21"], trade["C22"]]) / trade.sum()
    theta, psi = (ll.loc[["Chemicals", "Rubber & Plastic"], k].to_numpy() for k in ("theta_sigma_minus_1", "scale_mu"))
    product = at(set_scale(COMMON, "LL") * set_elasticities(COMMON, "LL").values, "C20T22")
    assert product == pytest.approx(w @ (theta * psi), abs=1e-5)


def test_sets_without_errors_say_which_have_some() -> None:
    with pytest.raises(BadInput, match="the elasticity set FGO has no standard errors") as e:
        drawn_by_error(COMMON, "FGO", 0.5, FREE)
    assert e.value.fix == "sets with some: CP, CP-full, LL"
    with pytest.raises(BadInput, match="the elasticity set CP has no scale elasticities"):
        estimates(COMMON, "CP", "scale")

"""world-2017-components: adds up to world-2017 in every version, and China's totals are the official table's."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from xunhuan.build import builder, lists
from xunhuan.build.components import (
    CHIP_SECTOR,
    DIVIDED,
    DIVIDED_INTO,
    chip_machines,
    component_facts,
    divide_components,
    divided_sectors,
    official,
)
from xunhuan.build.history import build_detailed, build_national
from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import INPUT_DUTIES, duties_on_inputs
from xunhuan.data.classification import Concordance
from xunhuan.data.division import meet, odds_of
from xunhuan.data.identities import identity_residuals
from xunhuan.data.store import load, load_log, save
from xunhuan.errors import BadInput, UnknownName
from xunhuan.faces.cli import main
from xunhuan.models.model import Shock
from xunhuan.models.propagation import PropagationParameters
from xunhuan.models.propagation.ratings import criticality, inventory_days, shelf_days
from xunhuan.models.trade import TradeParameters, respond

pytestmark = pytest.mark.identity

CLOSE = {"rtol": 1e-9, "atol": 1e-6}


@pytest.fixture(scope="module")
def apart() -> Accounts:
    return load("world-2017-components")


def added(acc: Accounts) -> Accounts:
    return acc.aggregate(sectors={DIVIDED: DIVIDED_INTO})


def home_of(acc: Accounts) -> np.ndarray:
    return np.array([n == acc.home for n in acc.geography.nation])


def same_when_added(parts: Accounts, whole: Accounts) -> None:
    both = added(parts)
    assert both.sectors.codes == whole.sectors.codes
    for name in ("flow", "use", "final", "tariff"):
        np.testing.assert_allclose(getattr(both, name), getattr(whole, name), err_msg=name, **CLOSE)
    np.testing.assert_allclose(both.value_added.sum(2), whole.value_added.sum(2), **CLOSE)
    assert max(float(r.max()) for r, _ in identity_residuals(parts).values()) < 1e-9
    duties = parts.value_added[:, :, parts.components.index(INPUT_DUTIES)]
    np.testing.assert_allclose(duties, duties_on_inputs(parts.flow, parts.tariff, parts.use), **CLOSE)


def test_both_parts_add_up_to_the_undivided_table(apart, world) -> None:
    same_when_added(apart, world)


@pytest.mark.parametrize("k", [0, 63, 127])
def test_versions_add_up_to_the_versions_of_the_undivided_table(apart, world, k) -> None:
    assert apart.draws == world.draws
    same_when_added(apart.draw(k), world.draw(k))


def test_versions_differ_in_what_is_stated_and_not_in_what_is_official(apart) -> None:
    g, home = apart.sectors.index(CHIP_SECTOR), home_of(apart)
    versions = [apart.draw(k) for k in range(4)]
    foreign = np.array([v.output[~home, g].sum() for v in versions])
    china = np.array([v.output[home, g].sum() for v in versions])
    assert foreign.std() / foreign.mean() > 0.01
    np.testing.assert_allclose(china, apart.output[home, g].sum(), rtol=1e-9)
    assert np.ptp([v.output[apart.geography.index("CN-SC"), g] for v in versions]) > 0.1 * apart.output[home, g].mean()
    assert versions[2].draws == 0
    assert versions[2].extra["version"] == "2"


def totals(acc: Accounts, g: int) -> np.ndarray:
    home = home_of(acc)
    flow, value_added = acc.flow[:, :, g], acc.value_added[:, g].sum(1)
    sold, bought = flow[np.ix_(home, ~home)].sum(), flow[np.ix_(~home, home)].sum()
    return np.array([flow[home].sum(), sold, bought, value_added[home].sum()])


@pytest.mark.parametrize("version", [None, 5])
def test_chinas_totals_are_shares_of_the_official_table(raw, apart, world, version) -> None:
    """Output, export, import and value added of components in C26, straight from the table of 149 sectors."""
    d, _ = build_detailed(raw, 2017)
    whole, first = d.sectors.select("electronics"), d.sectors.select("electronic_components")
    values = [d.output[0], d.flow[0, 1], d.flow[1, 0], d.value_added[0].sum(1)]
    expected = [v[first].sum() / v[whole].sum() for v in values]
    parts = apart if version is None else apart.draw(version)
    undivided = world if version is None else world.draw(version)
    found = totals(parts, parts.sectors.index(CHIP_SECTOR)) / totals(undivided, undivided.sectors.index(DIVIDED))
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_users_of_components_are_near_the_official_ones(raw, apart, world) -> None:
    """Shares of components by user move by one factor in odds a province, so they keep their order and place."""
    _, users, _ = official(world, raw)
    g, home = apart.sectors.index(CHIP_SECTOR), home_of(apart)
    use = apart.use[home].sum(0)
    found = use[g] / use[g : g + 2].sum(0)
    official_ = users[: apart.S]
    assert np.corrcoef(found, official_)[0, 1] > 0.95
    assert found[g] > found[g + 1] > found[apart.sectors.index("F")]


def test_stated_shares_of_other_economies_are_met_where_totals_allow(apart, world) -> None:
    log = load_log("world-2017-components")
    rows = log[log["step"] == "components: stated share"].set_index("region")
    facts = component_facts()
    stated = facts[(facts["side"] != "to_home") & (facts["economy"] != "*")].set_index("economy")
    np.testing.assert_allclose(rows.loc[stated.index, "before"], stated["mid"])
    np.testing.assert_allclose(rows.loc[stated.index, "after"], stated["mid"], atol=1e-3)
    g, k = apart.sectors.index(CHIP_SECTOR), apart.geography.index("TWN")
    exports = apart.output[k, g] - apart.flow[k, k, g], world.output[k, g] - world.flow[k, k, g]
    assert exports[0] / exports[1] == pytest.approx(float(stated.loc["TWN", "mid"]))


def test_the_facts_say_what_they_rest_on() -> None:
    facts = component_facts()
    assert set(facts["basis"]) == {"published", "inferred", "assumed"}
    assert ((facts["low"] <= facts["mid"]) & (facts["mid"] <= facts["high"])).all()
    assert facts["source"].str.len().min() > 0
    assert facts.loc[facts["basis"] != "assumed", "year"].notna().all()


def test_149_sectors_add_up_to_the_42_of_the_national_table(raw) -> None:
    detailed, national = build_detailed(raw, 2017)[0], build_national(raw, 2017)[0]
    to = Concordance.read(lists.data_file("cn149_to_cn42_2017.csv")).matrix(detailed.sectors.codes, lists.CN42)
    np.testing.assert_allclose(detailed.output[0] @ to, national.output[0], rtol=1e-6)


@pytest.mark.slow
def test_the_bundled_table_is_what_the_builder_makes(raw, apart, world, tmp_path: Path) -> None:
    """To rounding: products of matrices end in another bit on another kind of processor, which a digest would tell."""
    made, _ = divide_components(world, raw)
    assert (made.notes, made.geography.codes, made.sectors) == (apart.notes, apart.geography.codes, apart.sectors)
    assert made.posterior is not None
    assert apart.posterior is not None
    for one, other in (
        (made, apart),
        (made.posterior, apart.posterior),
        (made.posterior.division, apart.posterior.division),
    ):
        for f in fields(other):
            value = getattr(other, f.name)
            if isinstance(value, np.ndarray) and value.dtype.kind in "fiu":
                np.testing.assert_allclose(getattr(one, f.name), value, rtol=1e-12, atol=0, err_msg=f.name)
    again = load(save(made, tmp_path / "again.nc"))
    np.testing.assert_array_equal(again.draw(7).flow, made.draw(7).flow)


def test_c26_names_both_parts_and_each_room_takes_them(apart, world) -> None:
    assert [apart.sectors.codes[k] for k in apart.sectors.select("C26")] == list(DIVIDED_INTO)
    assert [world.sectors.codes[k] for k in world.sectors.select("C26")] == ["C26"]
    for group, members in world.sectors.groups.items():
        parts = [c for m in members for c in (DIVIDED_INTO if m == DIVIDED else (m,))]
        assert [apart.sectors.codes[k] for k in apart.sectors.select(group)] == parts
    g = world.sectors.index(DIVIDED)
    for elasticities in ("FGO", "CP", "LL", "BLP"):
        p = TradeParameters(elasticities=elasticities)
        theta, whole = (p.trade_elasticities(x.sectors)[0] for x in (apart, world))
        np.testing.assert_array_equal(theta, np.insert(whole, g, whole[g]))
    q = PropagationParameters()
    twice = np.insert(np.arange(world.S), g, g)
    for rated in (inventory_days, shelf_days):
        whole = rated(world.sectors, q)
        np.testing.assert_array_equal(rated(apart.sectors, q), whole[np.ix_(*[twice] * whole.ndim)])
    np.testing.assert_array_equal(criticality(apart.sectors, q), criticality(world.sectors, q)[np.ix_(twice, twice)])
    assert all(apart.sectors.names_zh)
    assert len(set(apart.sectors.names_en)) == apart.S


@pytest.mark.slow
def test_no_shock_gives_the_table_and_a_version_back(apart) -> None:
    for table in (apart, apart.draw(1)):
        out = respond(table, Shock())
        assert out.status.converged
        np.testing.assert_allclose(out.accounts.flow, table.flow, rtol=1e-9, atol=1e-9 * table.flow.max())


def test_machines_of_the_scenario_are_the_stated_shares(world) -> None:
    from xunhuan.scenario.layers import read_layers

    (shock,) = (s for s in read_layers("chip-embargo").data["shock"] if s["name"] == "embargo")
    cuts = {e["from"]: e["cut"] for e in shock["trade_cost"] if e["sectors"] == "C28"}
    found = chip_machines(world)["mid"]
    assert cuts == {c: pytest.approx(round(float(found[c]), 2)) for c in found.index}


@pytest.mark.parametrize("total", [0.0, 3.0, 9.99])
def test_odds_move_by_one_factor_until_a_total_is_met(total) -> None:
    """Twin: the factor found by hand."""
    cells, share = np.array([[4.0, 6.0]]), np.array([0.2, 0.5])
    out = meet(cells, odds_of(share)[None], np.array([total]))
    assert out.sum() == pytest.approx(total, rel=1e-13)
    if total > 0:
        odds = out[0] / (cells[0] - out[0]) / (share / (1 - share))
        assert odds[0] == pytest.approx(odds[1], rel=1e-9)


def test_what_cannot_be_divided_is_refused(raw, toy, apart) -> None:
    with pytest.raises(BadInput, match="the table has no sector C26 to divide"):
        divide_components(toy, raw)
    with pytest.raises(BadInput, match="the table has no sector C26 to divide"):
        divide_components(apart, raw)
    with pytest.raises(BadInput, match="sourcing by user"):
        divide_components(load("china-national-2017").replace(sectors=_named(load("china-national-2017"))), raw)


def _named(acc: Accounts):
    from xunhuan.data.classification import Sectors

    codes = tuple("C26" if c == "20" else c for c in acc.sectors.codes)
    return Sectors(codes)


def test_names_on_the_other_table_are_told(capsys, world) -> None:
    with pytest.raises(UnknownName, match=r"unknown sector 'C261'\n  fix: did you mean C26"):
        world.sectors.select("C261")
    assert main(["build", "world-2017-components"]) == 2
    assert "world-2017-components is built from raw files" in capsys.readouterr().err


def test_raw_files_that_are_missing_are_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as e:
        builder("world-2017-components")(tmp_path, lambda message: None)
    assert "china_national_io_detailed_2017.nc" in e.value.items
    assert "chips/fabs_by_city.csv" in e.value.items


def test_the_list_keeps_its_order(world) -> None:
    made = divided_sectors(world.sectors)
    k = world.sectors.index(DIVIDED)
    assert made.codes == (*world.sectors.codes[:k], *DIVIDED_INTO, *world.sectors.codes[k + 1 :])

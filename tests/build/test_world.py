"""The world tables against their sources: totals, nesting, tariffs, the bridge from china-2017; concordances; history."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from xunhuan.build import builder, lists
from xunhuan.build.bridge import reclassify, value_added_content
from xunhuan.build.later import BROUGHT, GDP_FILE, INDUSTRIES_FILE, at_year
from xunhuan.build.nested import province_shares
from xunhuan.build.world import build_later
from xunhuan.data.opened import open_dataset
from xunhuan.data.store import load, load_log
from xunhuan.measures import circulation

pytestmark = pytest.mark.identity

YEARS = (2017, 2020, 2022)
CONCORDANCES = {
    "cn42_to_common": lists.cn42_matrix,
    "oecd28_to_common": lists.oecd28_matrix,
    "oecd28_to_oecd45": lists.oecd28_to_45_matrix,
    "wiod50_to_common": lists.wiod50_matrix,
}


@pytest.fixture(scope="module")
def oecd(raw):
    """OECD flows in the common goods and SERVICES (year r s i), with the economies."""
    ds = open_dataset(raw / "oecd_icio_flows.nc")
    flow = {year: ds["flow"].sel(year=year).values.astype(float) @ lists.oecd28_matrix() for year in YEARS}
    return [str(c) for c in ds["origin"].values], flow


@pytest.fixture(scope="module")
def worlds(world):
    return {2017: world} | {year: load(f"world-{year}") for year in YEARS[1:]}


def to_nations(world):
    """Matrix regions x OECD economies of 2017 in the order of the world's nations."""
    n = world.geography.nations
    out = np.zeros((world.R, len(n)))
    out[np.arange(world.R), world.geography.nation_index] = 1.0
    return n, out


def coarse(world):
    """World flows between nations in the common goods and services as one."""
    nations, to = to_nations(world)
    flow = np.einsum("rsi,rn,sm->nmi", world.flow, to, to, optimize=True)
    k = len(lists.goods())
    return nations, np.concatenate([flow[..., :k], flow[..., k:].sum(2, keepdims=True)], axis=2)


@pytest.mark.parametrize("name", CONCORDANCES)
def test_concordances_are_complete_and_add_up(name) -> None:
    m = CONCORDANCES[name]()
    assert np.allclose(m.sum(1), 1, rtol=0, atol=1e-12)
    assert (m.sum(0) > 0).all()
    assert lists.concordance(name).rows["reason"].str.len().min() > 8


def test_concordances_of_services() -> None:
    m = lists.wiod_services_matrix()
    service = np.array([c[0] not in "ABC" for c in lists.WIOD50])
    assert np.allclose(m.sum(1), service)
    full = lists.oecd45_matrix()
    assert np.allclose(full.sum(1), 1)
    goods = dict.fromkeys(lists.concordance("oecd28_to_oecd45").rows["target"])
    assert lists.OECD45[:22] == tuple(c for c in goods if c != lists.SERVICES)


@pytest.mark.parametrize("year", YEARS)
def test_flows_between_economies_are_the_oecds(worlds, oecd, year) -> None:
    codes, expected = oecd
    nations, found = coarse(worlds[year])
    order = [codes.index(n) for n in nations]
    expected = expected[year][np.ix_(order, order)]
    assert np.allclose(found, expected, rtol=1e-9, atol=1e-6)
    assert np.allclose(found.sum(1), expected.sum(1), rtol=1e-9)  # output by economy and good
    assert np.allclose(found.sum(0), expected.sum(0), rtol=1e-9)  # absorption


def test_provinces_keep_their_shares_of_each_sector(world, china) -> None:
    common = reclassify(china)
    p, q = china.geography.select("provinces"), world.geography.select("provinces")
    assert [china.geography.codes[k] for k in p] == [world.geography.codes[k] for k in q]
    for table in (common, world):
        assert (table.output[: len(p)].sum(0) > 0).all()
    shares = [t.output[k] / t.output[k].sum(0) for t, k in ((common, p), (world, q))]
    assert np.allclose(*shares, rtol=1e-9)
    rates = [t.value_added[k].sum(2) / np.maximum(t.output[k], 1e-9) for t, k in ((common, p), (world, q))]
    assert np.allclose(*rates, rtol=1e-7, atol=1e-9)


def test_provinces_of_later_years_grow_as_their_accounts_do(worlds, china, raw) -> None:
    """Against the raw files: GDP in all, and shares of one province in another within an industry."""
    gdp = pd.read_csv(raw / "regional" / GDP_FILE).pivot_table(index="province", columns="year", values="gdp_1e8cny")
    mine = pd.read_csv(raw / "regional" / INDUSTRIES_FILE).set_index(["year", "province"])
    base = province_shares(china)
    after, _, log = at_year(raw, base, 2022, None)
    steps = {2020: (2017, 2020), 2022: (2020, 2022)}
    for year, (a, b) in steps.items():
        f = log[(log["step"] == BROUGHT.format(year)) & (log["quantity"] == "GDP growth")].set_index("region")
        expected = gdp[b] / gdp[a]
        assert np.allclose(f["before"], expected[f.index], rtol=1e-12)
        assert np.ptp(f["after"] / f["before"]) < 1e-9  # all by the one factor between the bases
    # Construction is one sector and one industry: shares follow it, but for the factor of the province's fit.
    i = base.sectors.index("27")
    p, q = (base.codes.index(c) for c in ("CN-GD", "CN-GX"))
    j = base.sectors.index("30")

    def odds(x, k):
        return x.output[p, k] / x.output[q, k]

    grown = (odds(after, i) / odds(after, j)) / (odds(base, i) / odds(base, j))

    def by(name):
        v = mine[name]
        return (v[2022, "CN-GD"] / v[2019, "CN-GD"]) / (v[2022, "CN-GX"] / v[2019, "CN-GX"])

    assert grown == pytest.approx(by("construction") / by("hotels_restaurants"), rel=1e-9)


def test_what_later_years_are_is_said(worlds) -> None:
    for year in YEARS[1:]:
        acc = worlds[year]
        assert f"2017 structure at {year} totals" in acc.title
        assert any(f"2017 structure at {year} totals" in n for n in acc.notes)
        assert {f"provinces: brought to {y}" for y in YEARS[1:] if y <= year} <= set(load_log(acc.name)["step"])
        assert acc.draws == worlds[2017].draws


@pytest.mark.slow
def test_partner_shares_can_be_the_nations(world, raw) -> None:
    ((acc, log),) = builder("world-2017")(raw, lambda _: None, partners="national")
    assert acc.extra["partners"] == "national"
    assert not log["step"].str.startswith("provinces: partners").any()
    p = acc.geography.select("provinces")
    abroad = acc.geography.select("foreign")
    for block in (acc.flow[np.ix_(p, abroad)], acc.flow[np.ix_(abroad, p)].transpose(1, 0, 2)):
        total = block.sum(1, keepdims=True)
        nation = block.sum(0) / np.maximum(block.sum((0, 1)), 1e-12)
        share = np.divide(block, total, out=np.zeros_like(block), where=total > 0)
        assert np.allclose(share, np.where(total > 0, nation, 0.0), atol=1e-9)
    # The prior moves who trades with whom abroad, and with it the duties inside value added; nothing else.
    for ends in ((p, p), (abroad, abroad)):
        assert np.allclose(acc.flow[np.ix_(*ends)], world.flow[np.ix_(*ends)], rtol=1e-12)
    for name in ("use", "final", "tariff"):
        assert np.allclose(getattr(acc, name), getattr(world, name), rtol=1e-12)
    assert np.allclose(acc.output, world.output, rtol=1e-9)
    assert np.allclose(acc.absorption, world.absorption, rtol=1e-9)
    assert np.allclose(acc.value_added.sum(2), world.value_added.sum(2), rtol=1e-9)
    assert np.allclose(acc.flow[p].sum(0), world.flow[p].sum(0), rtol=1e-9)
    assert np.allclose(acc.flow[:, p].sum(1), world.flow[:, p].sum(1), rtol=1e-9)


def test_tariffs(world) -> None:
    t = world.tariff
    assert not t[world.geography.same_nation].any()
    assert not t[..., world.sectors.select("services")].any()
    eu = world.geography.select("EU")
    assert not t[np.ix_(eu, eu)].any()
    food = world.sectors.index("C10T12")
    usa = world.geography.index("USA")
    assert t[:, usa, food].max() < 0.5  # the OECD file has 0.92 for a simple mean with tobacco
    p, foreign = world.geography.select("provinces"), world.geography.select("foreign")
    assert np.ptp(t[np.ix_(foreign, p)], axis=1).max() == 0.0


def test_duties_on_inputs_are_in_value_added(world) -> None:
    duty = world.value_added[:, :, world.components.index("input_tariff")]
    for s, j in ((world.geography.index("CN-GD"), world.sectors.index("C26")), (world.geography.index("USA"), 5)):
        by_hand = sum(
            world.use[s, i, j] * (world.flow[:, s, i] @ world.tariff[:, s, i]) / world.absorption[s, i]
            for i in range(world.S)
            if world.absorption[s, i] > 0
        )
        assert duty[s, j] == pytest.approx(by_hand, rel=1e-12)
    below = np.argwhere(world.value_added.sum(2) < duty)
    # Hainan's car makers lost money in the official table itself.
    assert [(world.geography.codes[s], world.sectors.codes[j]) for s, j in below] == [("CN-HI", "C29_30")]


def test_bridge_from_the_national_table(world, china) -> None:
    log = load_log("world-2017")
    rows = log[log["step"].str.startswith("bridge")]

    def domestic(acc) -> float:
        ds = circulation(acc, region="CHN", border="nation")
        return float(ds["own"].sel(region="CHN"))

    # Both ends are computed by another room of the house, on the tables as bundled.
    assert rows["before"].iloc[0] == pytest.approx(domestic(china), abs=1e-10)
    assert rows["after"].iloc[-1] == pytest.approx(domestic(world), abs=1e-10)
    assert rows["before"].iloc[1:].to_numpy() == pytest.approx(rows["after"].iloc[:-1].to_numpy())
    assert rows["change"].sum() == pytest.approx(domestic(world) - domestic(china), abs=1e-10)
    # The middle of the bridge, from tables of its own.
    assert rows["after"].iloc[0] == pytest.approx(domestic(reclassify(china)), abs=1e-10)
    assert rows["after"].iloc[3] == pytest.approx(domestic(world.restrict("CHN")), abs=1e-10)


def test_value_added_content_against_the_inverse(toy) -> None:
    inside = np.array([n == toy.home for n in toy.geography.nation])
    r, s = toy.R, toy.S
    share = toy.flow / toy.absorption[None]
    a = np.einsum("rsi,sij,sj->risj", share, toy.use, 1 / toy.output).reshape(r * s, r * s)
    v = np.where(inside[:, None], toy.value_added.sum(2) / toy.output, 0).reshape(-1)
    expected = np.linalg.solve(np.eye(r * s) - a.T, v).reshape(r, s)
    assert np.allclose(value_added_content(toy, inside), expected, rtol=1e-10)


@pytest.mark.slow
def test_rebuilding_gives_the_bundled_tables(worlds, china, raw) -> None:
    (built, log), *_ = builder("world-2017")(raw, lambda _: None)
    later = build_later(raw, china, YEARS[-1])  # by way of the year before
    for year, (acc, rows) in {2017: (built, log), YEARS[-1]: later}.items():
        for name in ("flow", "use", "final", "value_added", "tariff"):
            a, b = getattr(acc, name), getattr(worlds[year], name)
            assert np.abs(a - b).max() <= 1e-8 * np.abs(b).max(), name
        assert len(rows) == len(load_log(acc.name))


def test_names_and_clusters(world) -> None:
    g = world.geography
    assert all(g.names_en)
    assert all(g.names_zh)
    assert [g.codes[k] for k in g.select("GBA")] == ["CN-GD", "HKG"]
    assert len(g.select("EU")) == 28
    assert len(g.select("ASEAN")) == 10
    assert len(g.select("RCEP")) == 31 + len(g.select("RCEP_partners"))
    assert all(any("\u4e00" <= c <= "\u9fff" for c in name) for name in (*g.names_zh, *world.sectors.names_zh))


def test_wiod_is_the_source_with_rows_closed(raw) -> None:
    ((acc, log),) = builder("wiod-2011")(raw, lambda _: None)
    ds = open_dataset(raw / "wiod2013" / "wiod_2011.nc")
    assert np.array_equal(acc.sourcing.intermediate, ds["intermediate"].values)
    assert np.array_equal(acc.sourcing.final[..., :5], ds["final"].values)
    assert np.allclose(acc.output, ds["output"].values, rtol=1e-12, atol=1e-6)
    assert log["change"].abs().max() < 120  # million USD, of rows up to trillions
    assert acc.geography.codes[-1] == "ROW"


@pytest.mark.parametrize("year", [2017, 2018, 2020])
def test_national_tables_agree_with_the_detailed_ones(year) -> None:
    fine, wide = load(f"china-detailed-{year}"), load(f"china-national-{year}")
    assert fine.gdp[0] == pytest.approx(wide.gdp[0], rel=1e-9)
    assert fine.output[0].sum() == pytest.approx(wide.output[0].sum(), rel=1e-9)
    parts = fine.sectors.select("electronics")
    assert fine.output[0, parts].sum() == pytest.approx(
        wide.output[0, wide.sectors.select("electronics")].sum(), rel=1e-9
    )
    assert len(fine.sectors.select("electronic_components")) == 1


@pytest.mark.parametrize("name", ["wiod-1995", "oecd-2022"])
def test_bundled_history_is_what_the_raw_data_give(raw, name) -> None:
    from xunhuan.data.markets import kept

    ((acc, _),) = builder(name)(raw, lambda _: None)
    rows = kept("circulation").pipe(lambda d: d[d["table"] == name]).set_index("nation")
    ds = circulation(acc, region=list(acc.geography.nations), border="nation")
    assert list(rows.index) == list(acc.geography.nations)
    assert np.allclose(rows["domestic"], ds["own"] + ds["inter"], atol=1e-9)
    assert np.allclose(rows["domestic"] + rows["external"], 1, atol=1e-9)


def test_history_orders_sources_and_years() -> None:
    from xunhuan.faces.series import history

    frame = history("circulation", "CHN", years=(2010, 2020))
    assert isinstance(frame, pd.DataFrame)
    assert list(dict.fromkeys(frame["source"]))[:2] == ["wiod", "oecd"]
    assert frame["year"].between(2010, 2020).all()
    assert {"world-2017", "china-2012", "china-national-2020"} <= set(frame["table"])
    assert frame["domestic"].between(0.7, 0.95).all()

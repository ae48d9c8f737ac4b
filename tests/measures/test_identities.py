"""Identities of the measures: shares sum to one, terms add to exports, chains add to GDP, labels matter."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from tests.helpers.heads import unexplained
from xunhuan import measures
from xunhuan.data.accounts import Accounts, Sourcing
from xunhuan.data.opened import open_dataset
from xunhuan.data.store import save_dataset
from xunhuan.faces.commands.measuring import measure_notes
from xunhuan.measures import circulation, exports, table
from xunhuan.measures.circuits import CIRCULATION_DEFINITIONS
from xunhuan.measures.leontief import solve_left
from xunhuan.measures.stocks import without_stocks
from xunhuan.measures.system import system_of
from xunhuan.symbols import SYMBOLS

pytestmark = pytest.mark.identity

BM = ("bm-source", "bm-sink")
MEMO = {
    "two_sided",
    "pure_backward",
    "exports",
    "davax",
    "ref",
    "vax",
    "dc",
    "fc",
    "gvc",
    "gvc_forward",
    "gvc_backward",
}


def by_user(acc: Accounts, seed: int = 3) -> Accounts:
    """The same table where users differ in whom they buy from: purchases moved between two users, sums unchanged."""
    rng = np.random.default_rng(seed)
    share = acc.flow / np.where(acc.absorption > 0, acc.absorption, 1.0)
    inter = np.einsum("rsi,sij->risj", share, acc.use)
    final = np.einsum("rsi,sif->risf", share, acc.final)
    for s in range(acc.R):
        for i in range(acc.S):
            moved = 0.3 * min(inter[0, i, s, 0], inter[1, i, s, 1]) * rng.uniform()
            inter[0, i, s, 0] -= moved
            inter[1, i, s, 0] += moved
            inter[0, i, s, 1] += moved
            inter[1, i, s, 1] -= moved
    return acc.replace(sourcing=Sourcing(inter, final))


@pytest.fixture(params=["factored", "by user", "open"])
def acc(request: pytest.FixtureRequest, toy: Accounts) -> Accounts:
    return {
        "factored": toy,
        "by user": by_user(toy),
        "open": toy.restrict("ATL"),
    }[request.param]


@pytest.mark.parametrize("definition", list(CIRCULATION_DEFINITIONS))
@pytest.mark.parametrize("border", ["region", "nation"])
def test_circulation_is_additive_at_every_grain(acc: Accounts, definition: str, border: str) -> None:
    whole = circulation(acc, definition=definition, border=border)
    total = next(iter(whole.data_vars))
    parts = whole.own + whole.inter + whole.external
    assert parts.values == pytest.approx(1.0, abs=1e-12)
    sector = circulation(acc, definition=definition, by="sector", border=border)
    assert sector[total].sum("sector").values == pytest.approx(whole[total].values, rel=1e-12)
    assert (sector[total] * sector.external).sum("sector").values == pytest.approx(
        (whole[total] * whole.external).values, rel=1e-10, abs=1e-10
    )
    partner = circulation(acc, definition=definition, by="partner", border=border)
    assert partner.value.sum("partner").values == pytest.approx(whole[total].values, rel=1e-12)
    for circuit in ("own", "inter", "external"):
        split = partner.value.where(partner.circuit == circuit, 0.0).sum("partner")
        assert split.values == pytest.approx((whole[total] * whole[circuit]).values, rel=1e-10, abs=1e-10)


@pytest.mark.parametrize("definition", ["absorption", "forward"])
def test_totals_are_gdp_and_origin_is_final_use(acc: Accounts, definition: str) -> None:
    at_home = acc.geography.select("provinces")
    assert circulation(acc, definition=definition).gdp.values == pytest.approx(acc.gdp[at_home], rel=1e-12)
    final = acc.final.sum(axis=(1, 2))[at_home]
    assert circulation(acc, definition="origin").final_use.values == pytest.approx(final, rel=1e-12)


def test_external_of_provinces_adds_to_the_nation(acc: Accounts) -> None:
    provinces, nation = circulation(acc), circulation(acc, region="ATL")
    assert float((provinces.gdp * provinces.external).sum()) == pytest.approx(
        float((nation.gdp * nation.external).sum()), rel=1e-12
    )


def test_a_cluster_of_everyone_at_home_is_the_nation(toy: Accounts) -> None:
    for definition in CIRCULATION_DEFINITIONS:
        union = circulation(toy, definition=definition, region="AT-N+AT-E+AT-S")
        nation = circulation(toy, definition=definition, border="nation").sel(region="ATL")
        assert union.external.item() == pytest.approx(nation.external.item(), rel=1e-12)


def test_what_stays_in_the_cluster_is_own_to_it(toy: Accounts) -> None:
    pair = circulation(toy, by="partner")
    cluster = circulation(toy, region="COAST")
    own = float(pair.value.sel(region=["AT-N", "AT-E"], partner=["AT-N", "AT-E"]).sum())
    assert cluster.own.item() * cluster.gdp.item() == pytest.approx(own, rel=1e-12)


def test_means_are_simple_and_weighted(toy: Accounts) -> None:
    ds = circulation(toy, region=["provinces", "COAST"])
    lone = ds.isel(region=slice(0, 3))
    assert ds["mean"].sel(weighting="simple", circuit="own").item() == pytest.approx(float(lone.own.mean()))
    weighted = float((lone.own * lone.gdp).sum() / lone.gdp.sum())
    assert ds["mean"].sel(weighting="gdp-weighted", circuit="own").item() == pytest.approx(weighted)


def test_forward_parts_add_up_and_returned_is_within_complex(acc: Accounts) -> None:
    ds = circulation(acc, definition="forward")
    for way in ("inter", "external"):
        parts = ds[f"traditional_{way}"] + ds[f"simple_{way}"] + ds[f"complex_{way}"]
        assert parts.values == pytest.approx(ds[way].values, abs=1e-14)
    assert (ds.returned <= ds.complex_inter + ds.complex_external + 1e-15).all()
    assert (ds.returned > 0).all()


def test_absorbed_at_home_is_own_forward_plus_returned(acc: Accounts) -> None:
    """What p absorbs of its own value never left it or came back: own by absorption = own forward + returned."""
    absorption, forward = circulation(acc), circulation(acc, definition="forward")
    assert absorption.own.values == pytest.approx((forward.own + forward.returned).values, rel=1e-12)


def test_transposed_flows_change_the_answer(toy: Accounts) -> None:
    """Origin and destination are like axes; a measure that mixes them up would not notice."""
    a, b = circulation(toy), circulation(toy, definition="origin")
    assert np.abs(a.own.values - b.own.values).min() > 1e-3
    trade = measures.value_added_trade(toy, "all").value.values
    assert np.abs(trade - trade.T)[np.triu_indices(4, 1)].min() > 0.1


@pytest.mark.parametrize("method", list(exports.METHODS))
@pytest.mark.parametrize("region", ["provinces", "COAST", "ATL", "HARBOUR"])
def test_terms_add_to_exports(toy: Accounts, method: str, region: str) -> None:
    for acc in (toy, by_user(toy)):
        ds = measures.export_decomposition(acc, region, method=method)
        terms = [ds[n] for n in ds.data_vars if n not in MEMO]
        assert len(terms) == {"kww": 9, "wwz": 16}.get(method, 4)
        assert sum(t.values for t in terms) == pytest.approx(ds.exports.values, rel=1e-12)
        assert min(float(t.min()) for t in terms) >= -1e-12  # rounding where there is no third actor


@pytest.mark.parametrize("method", ["bm-source", "bm-sink", "wwz"])
@pytest.mark.parametrize("by", ["partner", "sector"])
def test_finer_decompositions_add_to_the_total(acc: Accounts, method: str, by: str) -> None:
    total = measures.export_decomposition(acc, method=method)
    finer = measures.export_decomposition(acc, method=method, by=by)
    for name in total.data_vars:
        assert finer[name].sum(by).values == pytest.approx(total[name].values, rel=1e-11, abs=1e-11)


def test_decompositions_agree_where_theory_says_so(acc: Accounts) -> None:
    source, sink = (measures.export_decomposition(acc, method=m) for m in BM)
    for name in ("exports", "dva", "vax", "ref", "ddc", "fva", "fdc"):
        assert source[name].values == pytest.approx(sink[name].values, rel=1e-10), name
    kww = measures.export_decomposition(acc, method="kww")
    domestic = sum(kww[n] for n in list(kww.data_vars)[1:6])
    assert domestic.values == pytest.approx(source.dva.values, rel=1e-11)
    assert kww.t6_double_home.values == pytest.approx(source.ddc.values, rel=1e-10)
    returned = kww.t4_returned_final + kww.t5_returned_inputs
    assert returned.values == pytest.approx(source.ref.values, rel=1e-10)
    wwz = measures.export_decomposition(acc, method="wwz")
    assert (wwz.rdv_int + wwz.rdv_fin + wwz.rdv_fin2).values == pytest.approx(source.ref.values, rel=1e-10)
    forward = circulation(acc, definition="forward")
    left = (forward.gdp * (1 - forward.own)).values
    assert source.dva.values == pytest.approx(left, rel=1e-11)
    assert source.ref.values == pytest.approx((forward.gdp * forward.returned).values, rel=1e-10)
    absorbed = circulation(acc)
    assert source.vax.values == pytest.approx((absorbed.gdp * (1 - absorbed.own)).values, rel=1e-10)


def test_trade_in_value_added_adds_to_gdp_and_mirrors(acc: Accounts) -> None:
    ds = measures.value_added_trade(acc)
    assert ds.value.sum("partner").values == pytest.approx(circulation(acc).gdp.values, rel=1e-12)
    provinces = list(ds.region.values)
    square = ds.balance.sel(partner=provinces).values
    assert square == pytest.approx(-square.T, abs=1e-10)
    sector = measures.value_added_trade(acc, by="sector")
    assert sector.value.sum("sector").values == pytest.approx(ds.value.values, rel=1e-12)


def test_forward_participation_is_the_forward_split(acc: Accounts) -> None:
    p, f = measures.participation(acc), circulation(acc, definition="forward")
    assert p.forward_simple.values == pytest.approx((f.simple_inter + f.simple_external).values, rel=1e-12)
    assert p.forward.values == pytest.approx((p.forward_simple + p.forward_complex).values, rel=1e-12)
    assert (p.backward_complex > 0).all()
    vs = measures.export_decomposition(acc)
    assert p.vs.values == pytest.approx((vs.fc / vs.exports).values, rel=1e-11)


def test_world_value_chains_forward_and_backward_are_one(toy: Accounts) -> None:
    """Every unit that crosses a border as an input is someone's forward and someone's backward participation."""
    for acc in (toy, by_user(toy)):
        p = measures.participation(acc, "all")
        made = system_of(acc).y.sum(axis=(1, 2))  # final goods by maker
        assert float((p.forward * acc.gdp).sum()) == pytest.approx(float((p.backward * made).sum()), rel=1e-12)


def test_gateways_account_for_all_that_leaves_the_nation(acc: Accounts) -> None:
    ds = measures.gateways(acc)
    nation = circulation(acc, definition="forward", region="ATL")
    assert float(ds.value.sum()) == pytest.approx(nation.gdp.item() * nation.external.item(), rel=1e-11)
    assert (ds.bridge >= ds.gateway - 1e-14).all()
    others = ds.value.sum("region")
    for k, p in enumerate(ds.region.values):
        rest = float(others.sum() - others.sel(origin=p))
        ship = float(ds.value.sel(region=p).sum() - ds.value.sel(region=p, origin=p))
        assert ds.gateway.values[k] == pytest.approx(ship / rest, rel=1e-12)


def test_extraction_of_everything_leaves_the_home_chain(toy: Accounts) -> None:
    ds = measures.extraction(toy, "all", origin="all", destination="all")
    forward = circulation(toy, definition="forward", region="all")
    assert ds.gdp_after.values == pytest.approx((forward.gdp * forward.own).values, rel=1e-11)


def test_substitution_keeps_the_size_of_the_world(acc: Accounts) -> None:
    """Purchases are moved, not lost: the world's value added stays; what an open region sold comes on top."""
    seller = acc.geography.codes[-1]
    ds = measures.extraction(acc, "all", origin=seller, destination="ATL", sectors="goods", substitution=True)
    plain = measures.extraction(acc, "all", origin=seller, destination="ATL", sectors="goods")
    home = ["AT-N", "AT-E", "AT-S"]
    assert (ds.gdp_loss.sel(region=home) < 0).all()
    if acc.geography.open:
        assert plain.gdp_loss.values == pytest.approx(0.0, abs=1e-10)
    else:
        assert float(ds.gdp_loss.sum()) == pytest.approx(0.0, abs=1e-9)
        assert (plain.gdp_loss > 0).all()


def test_exposure_parts_and_weights(acc: Accounts) -> None:
    region = measures.exposure(acc)
    partner = measures.exposure(acc, by="partner")
    assert partner.look.sum("partner").values == pytest.approx(1.0)
    abroad = [c for c in partner.partner.values if c not in ("AT-N", "AT-E", "AT-S")]
    for name in ("face", "look"):
        assert partner[name].sel(partner=abroad).sum("partner").values == pytest.approx(region[name].values)
    assert region.hhi_face.values == pytest.approx(1.0)  # one foreign nation
    worst = measures.chokepoints(acc)
    assert worst.weight.sum("rank").values == pytest.approx(1.0)
    assert (worst.score.diff("rank") <= 0).all()
    assert (worst.supplier != "").all()


def test_reliance_of_industries_adds_up_to_that_of_the_region(acc: Accounts) -> None:
    """Purchases of all industries are the region's; looked through, those behind its final goods are."""
    region, each = measures.exposure(acc), measures.exposure(acc, by="industry")
    pairs = measures.exposure(acc, by="industry-partner")
    assert pairs.face.sum("partner").values == pytest.approx(1.0)
    assert pairs.look.sum("partner").values == pytest.approx(1.0)
    abroad = [c for c in pairs.partner.values if c not in ("AT-N", "AT-E", "AT-S")]
    for name in ("face", "look"):
        assert pairs[name].sel(partner=abroad).sum("partner").values == pytest.approx(each[name].values)
    bought = acc.use[:3].sum(axis=1)
    assert (each.face.values * bought).sum(axis=1) / bought.sum(axis=1) == pytest.approx(region.face.values)
    sys = system_of(acc)
    behind = (solve_left(sys.operator, np.ones_like(sys.output)) - 1.0)[:3] * sys.y[:3].sum(axis=2)
    assert (each.look.values * behind).sum(axis=1) / behind.sum(axis=1) == pytest.approx(region.look.values)
    # What is hidden over all production is never below zero: every tier is in the look-through.
    assert (each.look_of_production >= each.face_of_production).all()
    for code in acc.sectors.codes:
        alone = measures.exposure(acc, industries=code)
        for name in ("face", "look", "hhi_look", "look_inter"):
            assert alone[name].values == pytest.approx(each[name].sel(industry=code).values)
        partner = measures.exposure(acc, by="partner", industries=code)
        assert partner.look.values == pytest.approx(pairs.look.sel(industry=code).values)


def test_the_border_of_nations_makes_provinces_one_supplier(acc: Accounts) -> None:
    narrow, wide = (measures.exposure(acc, "ATL", by="industry", border=b) for b in ("region", "nation"))
    assert wide.face.values == pytest.approx(narrow.face.values)
    assert wide.face_inter.values == pytest.approx(0.0)
    assert (wide.supplier == acc.geography.nations[-1]).all()
    assert wide.supplier_share.values == pytest.approx(wide.look.values)  # one foreign nation


def test_stocks_taken_up_by_users_leave_output_and_the_mean_place_of_the_world(acc: Accounts) -> None:
    """x = A'x + y' again, so stages to final use and from value added have one mean [AntrasChor2018, 2.3]."""
    category = acc.categories[1]
    sys = without_stocks(acc, category)
    assert sys.operator.apply(sys.output[:, :, None])[:, :, 0] + sys.y.sum(axis=2) == pytest.approx(sys.output)
    if not acc.geography.open:
        ds = measures.linkages(acc, "all", by="sector", stocks=category)
        weight = acc.output
        assert float((ds.upstreamness.values * weight).sum()) == pytest.approx(
            float((ds.backward.values * weight).sum())
        )


def test_no_change_in_stocks_corrects_nothing(acc: Accounts) -> None:
    empty = np.zeros((*acc.final.shape[:2], 1))
    more = {"final": np.concatenate([acc.final, empty], axis=2), "categories": (*acc.categories, "stocks")}
    if acc.sourcing is not None:
        cells = np.concatenate([acc.sourcing.final, np.zeros((*acc.sourcing.final.shape[:3], 1))], axis=3)
        more["sourcing"] = Sourcing(acc.sourcing.intermediate, cells)
    still = acc.replace(**more)
    plain, corrected = measures.linkages(acc), measures.linkages(still, stocks="stocks")
    for name in plain.data_vars:
        assert corrected[name].values == pytest.approx(plain[name].values, rel=1e-12)
    assert f"in 0 of {acc.R} regions" in corrected.attrs["definition"]


def test_structure_of_a_whole_nation_is_neutral(toy: Accounts) -> None:
    whole = measures.structure(toy, "ATL", by="sector")
    assert whole.lq.values == pytest.approx(1.0)
    assert np.isnan(measures.structure(toy, "ATL").krugman.item())
    pair = measures.structure(toy, by="partner")
    assert pair.unido.sel(region="AT-N", partner="AT-N").item() == pytest.approx(1.0)
    assert pair.complementarity.sum("partner").values == pytest.approx(1.0)
    spread = measures.duplication(toy)
    assert ((spread.duplication > 0) & (spread.duplication <= 1)).all()


def test_head_ries_is_symmetric_and_blind_to_size(toy: Accounts) -> None:
    cost = measures.head_ries(toy, "all").cost.values
    assert cost == pytest.approx(cost.T)
    assert np.diag(cost) == pytest.approx(0.0)


def test_linkages_average_to_one(toy: Accounts) -> None:
    ds = measures.linkages(toy, "all", by="sector")
    assert float(ds.backward_normal.mean()) == pytest.approx(1.0)
    weight = toy.output
    # The world's output per unit of final use is the mean upstreamness by final use and by output alike.
    assert float((ds.backward.values * system_of(toy).y.sum(axis=2)).sum()) == pytest.approx(weight.sum())
    assert (measures.propagation_length(toy, "all").apl >= 1.0).all()


@pytest.mark.parametrize("users", [False, True])
@pytest.mark.parametrize("of", ["share", "value"])
def test_structural_decomposition_adds_to_the_change(toy: Accounts, users: bool, of: str) -> None:
    after = _grown(toy)
    before = by_user(toy) if users else toy
    after = by_user(after, seed=5) if users else after
    ds = measures.structural_decomposition(before, after, ["provinces", "COAST"], of=of)
    assert ds.contribution.sum("factor").values == pytest.approx(ds.change.values, abs=1e-12 if of == "share" else 1e-9)
    then = circulation(after, region=["provinces", "COAST"])
    scale = then.gdp.values if of == "value" else 1.0
    assert ds.after.sel(circuit="own").values == pytest.approx(then.own.values * scale, rel=1e-11)
    same = measures.structural_decomposition(before, before, of=of)
    assert np.abs(same.contribution.values).max() < 1e-13


def _grown(acc: Accounts) -> Accounts:
    """A later year: Borea buys 20 percent more Atlas goods for final use, made from the same recipes."""
    z = np.einsum("rsi,sij->risj", acc.flow / acc.absorption, acc.use)
    y = np.einsum("rsi,sif->risf", acc.flow / acc.absorption, acc.final)
    y[:3, :, 3] *= 1.2
    a = z / acc.output
    size = acc.R * acc.S
    x = np.linalg.solve(np.eye(size) - a.reshape(size, size), y.sum(axis=(2, 3)).ravel()).reshape(acc.R, acc.S)
    z = a * x
    flow = z.sum(axis=3).transpose(0, 2, 1) + y.sum(axis=3).transpose(0, 2, 1)
    added = acc.value_added / acc.output[:, :, None] * x[:, :, None]
    return acc.replace(
        flow=flow, use=z.sum(axis=0).transpose(1, 0, 2), final=y.sum(axis=0).transpose(1, 0, 2), value_added=added,
        year=2001,
    )  # fmt: skip


DEMAND = pd.DataFrame({"ATL": [100, 104, 108, 113], "BOR": [100, 110, 99, 115]}, index=[1997, 1998, 1999, 2000])


JOBS = pd.DataFrame({"region": ["ATL", "BOR"], "sector": ["all", "MAN"], "jobs [1000]": [900.0, 300.0]})


def every_measure(toy: Accounts) -> dict[str, list[xr.Dataset]]:
    """Results of every public measure, by each of its definitions and groupings."""
    ways = {
        "circulation": [*({"definition": d} for d in CIRCULATION_DEFINITIONS), {"by": "sector"}, {"by": "partner"}],
        "export_decomposition": [*({"method": m} for m in exports.METHODS), {"by": "sector"}],
        "structure": [{}, {"by": "sector"}, {"by": "partner"}],
        "exposure": [{}, *({"by": b} for b in ("sector", "partner", "industry", "industry-partner"))],
        "extraction": [{"origin": "BOR", "destination": "ATL"}],
        "volatility": [{"demand": DEMAND}],
        "embodied": [{"satellite": JOBS}, {"satellite": JOBS, "definition": "forward", "by": "partner"}],
        **{key: [{}, {"by": "sector"}] for key in ("supply", "import_content", "linkages", "value_added_trade")},
    }
    return {
        name: [
            getattr(measures, name)(*[toy] * (2 if name == "structural_decomposition" else 1), **options)
            for options in ways.get(name, [{}])
        ]
        for name in measures.SOURCES
    }


def test_every_measure_says_what_it_is(toy: Accounts) -> None:
    for name, results in every_measure(toy).items():
        for ds in results:
            assert ds.attrs["definition"]
            assert ds.attrs["weighting"]
            assert ds.attrs["unit"] == "million SHL"
            assert ds.attrs["notes"] == ["fictional"]
            assert all(v.attrs["unit"] for v in ds.data_vars.values())
            assert [n for n in ds.data_vars if n not in SYMBOLS] == []
            frame = table(ds)
            assert len(frame) > 0
            named = {str(n): v.attrs["symbol"] for n, v in ds.data_vars.items() if "symbol" in v.attrs}
            assert unexplained(frame.columns, headings=named) == []
            assert next(iter(frame.columns)) in ("region", "sector")
        said = dict.fromkeys(key for ds in results for key in ds.attrs["citation"])
        assert tuple(said) == measures.SOURCES[name]


@pytest.mark.slow
def test_a_measure_reads_the_same_after_a_file(toy: Accounts, tmp_path: Path) -> None:
    """Lists of strings in the attributes survive netCDF, which gives one string back alone and none as numbers."""
    plain = toy.replace(notes=())
    for name, results in every_measure(plain).items():
        for k, ds in enumerate(results):
            back = open_dataset(save_dataset(ds, tmp_path / f"{name}-{k}.nc"))
            pd.testing.assert_frame_equal(table(back), table(ds))
            assert measure_notes(back) == measure_notes(ds)


def test_sectors_chosen_add_up_to_all(acc: Accounts) -> None:
    """What a selection counts of value adds over a partition of the sectors to what all sectors count."""
    for definition in CIRCULATION_DEFINITIONS:
        whole = circulation(acc, definition=definition, by="partner").value
        parts = [circulation(acc, definition=definition, by="partner", sectors=s).value for s in ("goods", "SER")]
        assert sum(p.values for p in parts) == pytest.approx(whole.values, rel=1e-12, abs=1e-12)
        total = "final_use" if definition == "origin" else "gdp"
        one = circulation(acc, definition=definition, sectors="SER")
        cell = circulation(acc, definition=definition, by="sector", sectors="SER")
        assert one[total].values == pytest.approx(cell[total].values[:, 0], rel=1e-12)
        assert one.inter.values == pytest.approx(cell.inter.values[:, 0], rel=1e-12)
    for measure, name in ((measures.value_added_trade, "value"), (measures.export_decomposition, "dva")):
        parts = [measure(acc, sectors=s)[name].values for s in ("goods", "SER")]
        assert sum(parts) == pytest.approx(measure(acc)[name].values, rel=1e-11)


def test_home_looks_from_another_nation_or_a_cluster_made_one(toy: Accounts) -> None:
    """HARBOUR holds a province and the foreign economy: made a nation, its two trade inside."""
    made = toy.regroup("HARBOUR", ("AT-S", "BOR"))
    seen = circulation(toy, home="HARBOUR")
    assert list(seen.region.values) == ["AT-S", "BOR"]
    for name in ("own", "inter", "external"):
        assert seen[name].values == pytest.approx(circulation(made)[name].values, rel=1e-14)
    assert list(measures.linkages(toy, home="BOR").region.values) == ["BOR"]
    assert measures.gateways(toy, home="HARBOUR").gateway.values == pytest.approx(
        measures.gateways(made).gateway.values
    )


def test_rows_come_in_the_order_asked_for(toy: Accounts) -> None:
    asked = ["COAST", "AT-S", "BOR", "AT-N"]
    for definition in CIRCULATION_DEFINITIONS:
        assert list(circulation(toy, definition=definition, region=asked).region.values) == asked
    assert list(measures.exposure(toy, ["COAST", "AT-S"]).region.values) == ["COAST", "AT-S"]


def test_sixteen_terms_fold_into_nine(acc: Accounts) -> None:
    """The mapping of Wang-Wei-Zhu's terms into Koopman-Wang-Wei's [WangWeiZhu2013, table E2]."""
    fold = {
        "t1_dva_final": ["dva_fin"],
        "t2_dva_inputs": ["dva_int", "dva_intrex_i1"],
        "t3_dva_third": ["dva_intrex_f", "dva_intrex_i2"],
        "t4_returned_final": ["rdv_fin", "rdv_fin2"],
        "t5_returned_inputs": ["rdv_int"],
        "t6_double_home": ["ddc_fin", "ddc_int"],
        "t7_fva_final": ["mva_fin", "ova_fin"],
        "t8_fva_inputs": ["mva_int", "ova_int"],
        "t9_double_foreign": ["mdc", "odc"],
    }
    for region in ("provinces", "COAST", "ATL"):
        nine, sixteen = (measures.export_decomposition(acc, region, method=m) for m in ("kww", "wwz"))
        for one, many in fold.items():
            assert sum(sixteen[n].values for n in many) == pytest.approx(nine[one].values, rel=1e-10), one


def test_mean_border_effect_is_geometric_and_weighted_by_output(toy: Accounts) -> None:
    ds = measures.border_effect(toy)
    logs, weight = np.log(ds.effect.values), toy.output.sum(axis=1)[:3]
    assert ds.mean_effect.values == pytest.approx(np.exp([logs.mean(), np.average(logs, weights=weight)]))
    mixed = measures.border_effect(toy, "all")  # Borea, a nation of one region, has no border effect
    assert np.isnan(mixed.effect.sel(region="BOR"))
    assert mixed.mean_effect.values == pytest.approx(ds.mean_effect.values)


def test_a_good_drawn_wholly_from_stock_keeps_the_account_of_value(china: Accounts) -> None:
    """Guangxi's textiles of 2017 come out of stock: no flow, but users; their inputs must not vanish."""
    assert ((china.absorption == 0.0) & (china.use.sum(axis=2) > 0.0)).any()
    content = system_of(china).content.sum(axis=2)
    assert np.abs(content - 1.0)[china.output > 0.0].max() < 1e-10
    places = china.geography.select("provinces")
    origin = circulation(china, definition="origin")
    assert np.allclose(origin.final_use.values, china.final.sum(axis=(1, 2))[places], rtol=1e-10)


def test_value_per_output_without_stocks_by_loops(toy: Accounts) -> None:
    """v = 1 − Σ k A over what is bought; nothing where books are not kept or nothing is made."""
    flow, use, final, added = (a.copy() for a in (toy.flow, toy.use, toy.final, toy.value_added))
    use[3], added[3], flow[3, 3] = 0.0, 0.0, 0.0
    final[3] = flow[:, 3].sum(0)[:, None] * [0.75, 0.25]
    acc = toy.replace(flow=flow, use=use, final=final, value_added=added,
                      geography=replace(toy.geography, open=frozenset({"BOR"})))  # fmt: skip
    sys = without_stocks(acc, acc.categories[1])
    into = sum(acc.flow[:, s] * (final[s, :, 1] / acc.absorption[s]) for s in range(4))
    k = acc.output / (acc.output - into)
    for s in range(4):
        for j in range(3):
            paid = sum(
                k[r, i] * acc.flow[r, s, i] / acc.absorption[s, i] * use[s, i, j] for r in range(4) for i in range(3)
            )
            expected = 1 - paid / acc.output[s, j] if s < 3 else 0.0
            assert sys.v[s, j] == pytest.approx(expected, abs=1e-12)

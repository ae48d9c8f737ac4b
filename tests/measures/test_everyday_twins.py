"""Perimeters, origins of trade, satellites, multipliers, paths and prices against explicit inverses and loops."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest

from tests.helpers.printed import accounts, leather, miller_blair
from xunhuan.data.accounts import Accounts
from xunhuan.measures import (
    circulation,
    embodied,
    export_decomposition,
    multipliers,
    price_model,
    structural_paths,
    value_added_origin,
)
from xunhuan.measures.hypothetical import redirected
from xunhuan.measures.system import system_of

pytestmark = pytest.mark.twin

METHODS = ("bm-source", "bm-sink")


def uneven() -> Accounts:
    """Three regions, two goods, sourcing by user: no two axes of one length but r and s."""
    rng = np.random.default_rng(3)
    return accounts(rng.uniform(1, 9, (3, 2, 3, 2)), rng.uniform(5, 30, (3, 2, 3)), ("A", "B", "C"))


def system(acc: Accounts) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """A as a matrix, its inverse, v by place and exports r i s."""
    sys = system_of(acc)
    a = sys.operator.dense()
    traded = sys.operator.inputs(sys.output) + sys.y
    return a, np.linalg.inv(np.eye(len(a)) - a), sys.v.ravel(), traded


def cut_of(acc: Accounts, perimeter: str, s: int, i: int, r: int) -> np.ndarray:
    """True where A sells across the perimeter of the flow of good i from s to r."""
    n = acc.R * acc.S
    seller, good = np.divmod(np.arange(n), acc.S)
    buyer = seller
    out = (seller == s)[:, None] & (buyer != s)[None, :]
    if perimeter in ("sector", "self"):
        out &= (good == i)[:, None]
    if perimeter in ("bilateral", "self"):
        out &= (buyer == r)[None, :]
    return out


@pytest.mark.parametrize("perimeter", ["exporter", "bilateral", "sector", "self"])
@pytest.mark.parametrize("table", ["toyland", "uneven"])
def test_perimeters_are_worlds_with_links_cut(toy: Accounts, table: str, perimeter: str) -> None:
    """First crossings by the inverse of the cut world; crossings again by what the whole flow calls for."""
    acc = toy if table == "toyland" else uneven()
    a, b, v, exports = system(acc)
    S = acc.S
    source, sink = (
        export_decomposition(acc, "all", by="sector-partner", method=m, perimeter=perimeter) for m in METHODS
    )
    for s, i, r in product(range(acc.R), range(S), range(acc.R)):
        if s == r:
            continue
        cut = cut_of(acc, perimeter, s, i, r)
        world = np.linalg.inv(np.eye(len(a)) - np.where(cut, 0.0, a))
        e, k, own = exports[s, i, r], s * S + i, slice(s * S, s * S + S)
        dva, ours = e * (v[own] @ world[own, k]), e * (v[own] @ b[own, k])
        fva, whole = e * (v @ world[:, k]) - dva, e * (v @ b[:, k])
        at = (s, i, r)
        assert [source[n].values[at] for n in ("dva", "ddc", "fva", "fdc")] == pytest.approx(
            [dva, ours - dva, fva, whole - ours - fva], abs=1e-10
        )
        flow = np.zeros((acc.R, S))
        goods = [i] if perimeter in ("sector", "self") else range(S)
        partners = [r] if perimeter in ("bilateral", "self") else [q for q in range(acc.R) if q != s]
        flow[s, list(goods)] = exports[s][np.ix_(list(goods), partners)].sum(axis=1)
        back = (np.where(cut, a, 0.0) @ np.diag(world @ flow.ravel()))[k].reshape(acc.R, S)[r].sum()
        assert sink["ddc"].values[at] == pytest.approx(back * (v[own] @ b[own, k]), abs=1e-10)
        assert sink["dva"].values[at] == pytest.approx(ours - back * (v[own] @ b[own, k]), abs=1e-10)


def test_foreign_value_is_counted_once_in_the_world(toy: Accounts) -> None:
    """Whether where it first or last leaves a country it is foreign to; exporters may be sets of regions."""
    other = next(c for c in toy.geography.codes if c not in toy.geography.clusters["COAST"] and c != "BOR")
    sets = ["COAST", other, "BOR"]
    for acc, region, border in ((toy, None, "nation"), (toy, sets, "region"), (uneven(), "all", "region")):
        both = [export_decomposition(acc, region, border=border, perimeter="world", method=m) for m in METHODS]
        assert both[0].fva.sum().item() == pytest.approx(both[1].fva.sum().item(), rel=1e-12)
        once, again = both[0].fva.sum().item(), export_decomposition(acc, region, border=border).fva.sum().item()
        # Between two, what is foreign to one is home to the other: nothing can be counted twice.
        assert once == pytest.approx(again, rel=1e-12) if both[0].sizes["region"] == 2 else once < again
        for ds in both:
            assert (ds.dva + ds.ddc + ds.fva + ds.fdc).values == pytest.approx(ds.exports.values)


def test_a_set_of_regions_has_the_perimeters_of_one(toy: Accounts) -> None:
    """Source and sink agree by partner at the border of two, and in all at the exporter's; and the cut world inverted."""
    for perimeter in ("bilateral", "exporter"):
        by = [export_decomposition(toy, "COAST", by="partner", method=m, perimeter=perimeter) for m in METHODS]
        axis = [] if perimeter == "bilateral" else ["partner"]
        for term in ("dva", "ddc", "fva", "fdc"):
            assert by[0][term].sum(axis).values == pytest.approx(by[1][term].sum(axis).values, abs=1e-10)
    a, _, v, exports = system(toy)
    places = [toy.geography.codes.index(c) for c in toy.geography.clusters["COAST"]]
    coast, bor = np.concatenate([np.r_[3 * p : 3 * p + 3] for p in places]), np.r_[9:12]
    cut = a.copy()
    cut[np.ix_(coast, bor)] = 0.0
    world = np.linalg.inv(np.eye(12) - cut)
    sent = exports[places, :, 3].ravel()
    got = export_decomposition(toy, "COAST", by="partner", perimeter="bilateral").dva.sel(partner="BOR").item()
    assert got == pytest.approx(v[coast] @ world[np.ix_(coast, coast)] @ sent)


def test_two_sided_and_pure_parts_are_all_of_value_chains() -> None:
    ds = export_decomposition(leather(), "all", by="sector-partner")
    parts = ds.davax + ds.gvc_forward + ds.two_sided + ds.pure_backward
    assert parts.values == pytest.approx(ds.exports.values, abs=1e-12)
    assert (ds.two_sided + ds.pure_backward).values == pytest.approx(ds.gvc_backward.values, abs=1e-12)


@pytest.mark.parametrize("trade", ["exports", "imports"])
def test_origins_of_trade_by_the_inverse(toy: Accounts, trade: str) -> None:
    a, b, v, exports = system(toy)
    crossing = exports * (1 - np.eye(4))[:, None]
    ways = ("region", "partner", "industry-partner", "sector")
    got = {by: value_added_origin(toy, "all", by=by, trade=trade) for by in ways}
    for p in range(4):
        e = np.zeros((4, 3))
        e += crossing[:, :, p] if trade == "imports" else 0.0
        e[p] += crossing[p].sum(axis=1) if trade == "exports" else 0.0
        place = np.arange(12) // 3 == p
        cut = np.where(place[:, None] & ~place if trade == "exports" else ~place[:, None] & place, 0.0, a)
        value, once = v * (b @ e.ravel()), v * (np.linalg.inv(np.eye(12) - cut) @ e.ravel())
        assert got["industry-partner"].value.values[p] == pytest.approx(value.reshape(4, 3).T)
        assert got["partner"].once.values[p] == pytest.approx(once.reshape(4, 3).sum(axis=1))
        assert got["region"].own.values[p] == pytest.approx(value.reshape(4, 3)[p].sum())
        assert got["region"][trade].values[p] == pytest.approx(e.sum())
    assert got["sector"].others.sum("sector").values == pytest.approx(got["region"].others.values)
    if trade == "exports":
        ds = export_decomposition(toy, "all")
        assert got["region"].own_once.values == pytest.approx(ds.dva.values)
        assert got["region"].others_once.values == pytest.approx(ds.fva.values)
        assert got["region"].others.values == pytest.approx(ds.fc.values)


@pytest.mark.parametrize("definition", ["absorption", "origin", "forward"])
def test_a_satellite_of_value_added_gives_circulation(toy: Accounts, definition: str) -> None:
    cells = [(r, i, toy.value_added[k, j].sum()) for k, r in enumerate(toy.geography.codes)
             for j, i in enumerate(toy.sectors.codes)]  # fmt: skip
    rows = pd.DataFrame(cells, columns=["region", "sector", "added [million SHL]"])
    for by, region in (("region", ["AT-N", "COAST"]), ("sector", "AT-S"), ("group", "AT-S"), ("partner", "BOR")):
        ours = embodied(toy, region, by=by, satellite=rows, definition=definition)
        plain = circulation(toy, region, by=by, definition=definition)
        for name in ("value", "share") if by == "partner" else ("own", "inter", "external"):
            assert ours[name].values == pytest.approx(plain[name].values)
        if by != "partner":
            assert ours["per_value"].values == pytest.approx(1.0)


def test_rows_for_several_cells_are_shared_out(toy: Accounts) -> None:
    """By value added or output; what is embodied anywhere is what the rows hold; a row may be in ISIC."""
    rows = pd.DataFrame({"region": ["ATL", "BOR"], "sector": ["FAR+MAN", "all"], "t": [70.0, 30.0], "jobs": [1, 2]})
    for spread in ("value_added", "output"):
        ds = embodied(toy, "all", satellite=rows, of="t", spread=spread)
        assert ds.total.sum().item() == pytest.approx(100.0)
    unit = rows.rename(columns={"t": "t [Mt]", "jobs": "jobs [persons]"})
    for of in ("t", "t [Mt]"):
        ds = embodied(toy, "all", satellite=unit, of=of)
        assert ds.total.sum().item() == pytest.approx(100.0)
        assert ds.total.attrs["unit"] == "Mt"
    size = toy.value_added.sum(axis=2)
    ds = embodied(toy, "AT-N", by="sector", satellite=rows, of="t", definition="absorption")
    assert ds.total.values[0] == pytest.approx([*(70 * size[0, :2] / size[:3, :2].sum()), 0.0])
    known = toy.replace(sectors=toy.sectors.__class__(toy.sectors.codes, isic=("A", "C", "G")))
    told = pd.DataFrame({"region": ["all"], "sector": ["A_B"], "t": [10.0]})
    assert embodied(known, "all", satellite=told).total.sum().item() == pytest.approx(10.0)


def test_multipliers_by_the_inverse_of_miller_and_blair() -> None:
    acc = miller_blair()
    a, b, v, _ = system(acc)
    ds = multipliers(acc, "all", by="sector-partner", amount=100.0)
    assert ds.output.values[0] == pytest.approx(100 * b.reshape(2, 3, 2, 3)[:, :, 0].sum(axis=1).T)
    assert ds.value_added.sum("partner").values[0] == pytest.approx(100.0)
    bought = a.reshape(2, 3, 2, 3)[1, :, 0].sum(axis=0) @ b.reshape(2, 3, 2, 3)[0, :, 0]
    assert ds.imports.values[0, :, 1] == pytest.approx(100 * bought)
    assert ds.imports.values[0, :, 0] == pytest.approx(0.0)
    told = multipliers(acc, "L", by="region")
    y = system_of(acc).y.sum(axis=2)[0]
    assert told.output.item() == pytest.approx((b[:, :3] @ (y / y.sum())).sum())
    assert told.value_added_own.item() == pytest.approx(v[:3] @ b[:3, :3] @ (y / y.sum()))


def test_every_chain_above_the_bound_is_found_and_the_rest_is_what_is_left_out() -> None:
    acc = uneven()
    a, b, v, _ = system(acc)
    y = system_of(acc).y[:, :, 1].ravel()
    total = v @ b @ y
    ds = structural_paths(acc, "B", least=0.004)
    expected: list[float] = []
    layer = [((k,), y[k]) for k in range(6)]
    for _ in range(9):  # deeper than any chain above the bound goes
        expected += [amount * v[at[-1]] for at, amount in layer if amount * v[at[-1]] >= 0.004 * total]
        layer = [
            ((*at, k), a[k, at[-1]] * amount) for at, amount in layer for k in range(6) if a[k, at[-1]] * amount > 1e-3
        ]
    value = ds.value.values[0]
    assert value == pytest.approx(sorted(expected, reverse=True))
    assert max(ds.stages.values[0]) < 9
    assert ds.left_out.item() == pytest.approx(total - sum(expected))
    assert ds.total.item() == pytest.approx(total)


def test_leontief_and_ghosh_are_two_readings_of_one_model(toy: Accounts) -> None:
    """Ghosh's inverse written out: Δx' = Δw' (I − H)^-1 and Δπ = (I − H)^-1 Δd, H = x̂^-1 Z."""
    a, b, _, _ = system(toy)
    x = toy.output.ravel()
    ghosh = np.linalg.inv(np.eye(12) - a * x / x[:, None])
    at = np.r_[3:6]
    wages = toy.value_added[1, :, toy.components.index("wages")]
    pushed = {m: price_model(toy, "all", by="sector", origin="AT-E", component="wages", change=0.2, model=m)
              for m in ("leontief-price", "ghosh-quantity")}  # fmt: skip
    prices = (0.2 * wages / x[at]) @ b[at]
    assert pushed["leontief-price"]["relative"].values.ravel() == pytest.approx(prices)
    assert pushed["ghosh-quantity"]["value"].values.ravel() == pytest.approx(0.2 * wages @ ghosh[at])
    y = system_of(toy).y.sum(axis=2).ravel()
    pulled = {m: price_model(toy, "all", by="sector", origin="AT-E", change=0.2, model=m)
              for m in ("leontief-quantity", "ghosh-price")}  # fmt: skip
    assert pulled["leontief-quantity"]["value"].values.ravel() == pytest.approx(b[:, at] @ (0.2 * y[at]))
    assert pulled["ghosh-price"]["relative"].values.ravel() == pytest.approx(ghosh[:, at] @ (0.2 * y[at] / x[at]))
    everywhere = price_model(toy, "all", origin="all", change=0.1)
    assert everywhere["relative"].values == pytest.approx(0.1)  # all costs by a tenth: all prices by a tenth
    assert everywhere["final_prices"].values == pytest.approx(0.1)


@pytest.mark.parametrize("method", METHODS)
def test_of_two_nations_a_border_with_the_other_is_the_border(toy: Accounts, method: str) -> None:
    """The partner of several regions is one: what crosses to it first is what leaves first."""
    one, other = (
        export_decomposition(toy, "BOR", by="sector-partner", border="nation", method=method, perimeter=p)
        for p in ("bilateral", "exporter")
    )
    for term in ("dva", "ddc", "fva", "fdc"):
        assert one[term].values == pytest.approx(other[term].values, abs=1e-10)


def test_what_nobody_left_at_home_makes_is_made_where_it_is_bought() -> None:
    """Two regions of a nation and one abroad, which alone sells the second good; its sales to the first are cut."""
    goods = np.array([[[1.0, 2.0, 0], [0, 0, 0]], [[3, 4, 0], [0, 0, 0]], [[5, 6, 7], [8, 9, 10]]])  # r i s
    cut = np.zeros((3, 3, 2), dtype=bool)
    cut[2, 0] = True
    home = np.array([[True, True, False], [True, True, False], [False, False, True]])
    found = redirected(goods, cut, home)
    assert found[:, 0].tolist() == [[1 + 5 * 1 / 4, 2, 0], [3 + 5 * 3 / 4, 4, 0], [0, 6, 7]]
    assert found[:, 1].tolist() == [[8, 0, 0], [0, 0, 0], [0, 9, 10]]

"""Slow loops against fast code, dense against factored, direct against sweeps, pymrio on WIOD 2011."""

from __future__ import annotations

from itertools import permutations, product
from pathlib import Path

import numpy as np
import pytest

from xunhuan.data import memory
from xunhuan.data.accounts import Accounts, Sourcing
from xunhuan.errors import NotConverged
from xunhuan.measures import (
    circulation,
    export_decomposition,
    exposure,
    extraction,
    gateways,
    leontief,
    linkages,
    propagation_length,
    structural_decomposition,
    value_added_trade,
)
from xunhuan.measures.actors import nations, singles
from xunhuan.measures.decomposition import FACTORS
from xunhuan.measures.exports import Exporters
from xunhuan.measures.leontief import _alone, _sweeps, solution, solve_left, solve_right
from xunhuan.measures.operators import Dense, Factored
from xunhuan.measures.system import system_of

pytestmark = pytest.mark.twin


def dense_inverse(acc: Accounts) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """A, B, v, y cell by cell from flows and uses, with plain loops: axes r i s j, r i s j, r i, r i d."""
    R, S = acc.R, acc.S
    a, y = np.zeros((R, S, R, S)), np.zeros((R, S, R))
    for r, i, s in product(range(R), range(S), range(R)):
        bought = sum(acc.flow[q, s, i] for q in range(R))
        share = acc.flow[r, s, i] / bought
        y[r, i, s] = share * acc.final[s, i].sum()
        for j in range(S):
            a[r, i, s, j] = share * acc.use[s, i, j] / acc.flow[s, :, j].sum()
    b = np.linalg.inv(np.eye(R * S) - a.reshape(R * S, R * S)).reshape(R, S, R, S)
    v = np.array([[acc.value_added[s, j].sum() / acc.flow[s, :, j].sum() for j in range(S)] for s in range(R)])
    return a, b, v, y


def test_absorption_and_origin_loop_twin(toy: Accounts) -> None:
    _, b, v, y = dense_inverse(toy)
    trade = np.zeros((4, 4))
    for p, i, r, k, d in product(range(4), range(3), range(4), range(3), range(4)):
        trade[p, d] += v[p, i] * b[p, i, r, k] * y[r, k, d]
    assert value_added_trade(toy, "all").value.values == pytest.approx(trade, rel=1e-12)
    absorption, origin = circulation(toy), circulation(toy, definition="origin")
    for p in range(3):
        inter = [q for q in range(3) if q != p]
        assert absorption.own.values[p] * trade[p].sum() == pytest.approx(trade[p, p])
        assert absorption.inter.values[p] * trade[p].sum() == pytest.approx(trade[p, inter].sum())
        assert origin.inter.values[p] * trade[:, p].sum() == pytest.approx(trade[inter, p].sum())
        assert origin.external.values[p] * trade[:, p].sum() == pytest.approx(trade[3, p])


def test_forward_loop_twin(toy: Accounts) -> None:
    a, b, v, y = dense_inverse(toy)
    inverse = [np.linalg.inv(np.eye(3) - a[p, :, p, :]) for p in range(4)]
    x = np.einsum("risj,sjd->ri", b, y)
    got = circulation(toy, definition="forward")
    for p in range(3):
        local = inverse[p] @ y[p, :, p]
        gdp = v[p] @ x[p]
        assert got.own.values[p] == pytest.approx(v[p] @ local / gdp)
        for way, partners in (("inter", [q for q in range(3) if q != p]), ("external", [3])):
            traditional = sum(v[p] @ inverse[p] @ y[p, :, q] for q in partners)
            simple = sum(v[p] @ inverse[p] @ a[p, :, q] @ inverse[q] @ y[q, :, q] for q in partners)
            complex_ = sum(v[p] @ inverse[p] @ a[p, :, q] @ x[q] for q in partners) - simple
            assert got[f"traditional_{way}"].values[p] == pytest.approx(traditional / gdp)
            assert got[f"simple_{way}"].values[p] == pytest.approx(simple / gdp)
            assert got[f"complex_{way}"].values[p] == pytest.approx(complex_ / gdp)
        back = sum(
            v[p] @ inverse[p] @ a[p, :, q] @ np.einsum("isj,sj->i", b[q], y[:, :, p]) for q in range(4) if q != p
        )
        assert got.returned.values[p] == pytest.approx(back / gdp)


KWW = ("t1_dva_final", "t2_dva_inputs", "t3_dva_third", "t4_returned_final", "t5_returned_inputs", "t6_double_home",
       "t7_fva_final", "t8_fva_inputs", "t9_double_foreign")  # fmt: skip


def test_koopman_wang_wei_loop_twin(toy: Accounts) -> None:
    """The nine sums as the paper writes them, block by block."""
    a, b, v, y = dense_inverse(toy)
    local = [np.linalg.inv(np.eye(3) - a[p, :, p, :]) for p in range(4)]
    x = np.einsum("risj,sjd->ri", b, y)
    sent = np.array([[y[s, :, r] + a[s, :, r] @ x[r] if r != s else np.zeros(3) for r in range(4)] for s in range(4)])
    total = sent.sum(axis=1)
    got = export_decomposition(toy, "all", method="kww")
    for s in range(4):
        others = [r for r in range(4) if r != s]

        def vb(t: int, r: int) -> np.ndarray:
            return v[t] @ b[t, :, r]

        foreign = sum(vb(t, s) for t in others)
        terms = [
            sum(vb(s, s) @ y[s, :, r] for r in others),
            sum(vb(s, r) @ y[r, :, r] for r in others),
            sum(vb(s, r) @ y[r, :, t] for r in others for t in others if t != r),
            sum(vb(s, r) @ y[r, :, s] for r in others),
            sum(vb(s, r) @ a[r, :, s] @ local[s] @ y[s, :, s] for r in others),
            sum(vb(s, r) @ a[r, :, s] @ local[s] @ total[s] for r in others),
            sum(foreign @ y[s, :, r] for r in others),
            sum(foreign @ a[s, :, r] @ local[r] @ y[r, :, r] for r in others),
            sum(foreign @ a[s, :, r] @ local[r] @ total[r] for r in others),
        ]
        assert [float(got[n][s]) for n in KWW] == pytest.approx(terms, rel=1e-11)


def test_borin_mancini_loop_twin(toy: Accounts) -> None:
    """With the exporter's sales of inputs cut out of A and the whole inverse taken again, partner by partner."""
    a, b, v, y = dense_inverse(toy)
    x = np.einsum("risj,sjd->ri", b, y)
    source, sink = (export_decomposition(toy, "all", method=m, by="partner") for m in ("bm-source", "bm-sink"))
    for s in range(4):
        cut = a.copy()
        for r in range(4):
            if r != s:
                cut[s, :, r] = 0
        bs = np.linalg.inv(np.eye(12) - cut.reshape(12, 12)).reshape(4, 3, 4, 3)
        local = np.linalg.inv(np.eye(3) - a[s, :, s])
        others = [t for t in range(4) if t != s]
        sent = {r: y[s, :, r] + a[s, :, r] @ x[r] for r in others}
        total = sum(sent.values())
        demand = np.einsum("risj,sj->ri", bs, y[:, :, s])
        for r in others:
            again = a[s, :, r] @ bs[r, :, s] @ total
            foreign, once = sum(v[t] @ b[t, :, s] for t in others), sum(v[t] @ bs[t, :, s] for t in others)
            expected = {
                "dva": (v[s] @ local @ sent[r], v[s] @ b[s, :, s] @ (sent[r] - again)),
                "ddc": (v[s] @ (b[s, :, s] - local) @ sent[r], v[s] @ b[s, :, s] @ again),
                "fva": (once @ sent[r], foreign @ (sent[r] - again)),
                "fdc": ((foreign - once) @ sent[r], foreign @ again),
                "davax": tuple(
                    k @ (y[s, :, r] + a[s, :, r] @ np.linalg.inv(np.eye(3) - a[r, :, r]) @ y[r, :, r])
                    for k in (v[s] @ local, v[s] @ b[s, :, s])
                ),
                "ref": (
                    v[s] @ local @ a[s, :, r] @ np.einsum("isj,sj->i", b[r], y[:, :, s]),
                    v[s] @ b[s, :, s] @ a[s, :, r] @ demand[r],
                ),
            }
            for name, (one, two) in expected.items():
                assert float(source[name][s, r]) == pytest.approx(one, rel=1e-10), name
                assert float(sink[name][s, r]) == pytest.approx(two, rel=1e-10), name


@pytest.mark.parametrize("goods", [(0, 1, 2), (1,)])
def test_reliance_by_using_industry_loop_twin(toy: Accounts, goods: tuple[int, ...]) -> None:
    """Supplier by supplier and good by good; a set of regions is its members weighted by output."""
    a, b, _, _ = dense_inverse(toy)
    sectors = "+".join(toy.sectors.codes[k] for k in goods)
    got = exposure(toy, ["AT-S", "COAST"], by="industry", sectors=sectors)
    pairs = exposure(toy, ["AT-S", "COAST"], by="industry-partner", sectors=sectors)
    for g, members in enumerate(([2], [0, 1])):
        for j in range(3):
            face, look, made = np.zeros(4), np.zeros(4), np.zeros(4)
            for s, q, i in product(members, range(4), goods):
                same = float((q, i) == (s, j))
                face[q] += toy.output[s, j] * a[q, i, s, j]
                look[q] += toy.output[s, j] * (b[q, i, s, j] - same)
                made[q] += toy.output[s, j] * b[q, i, s, j]
            inter = [q for q in range(3) if q not in members]
            for name, sums in (("face", face), ("look", look)):
                cell = got.isel(region=g, industry=j)
                assert float(cell[name]) == pytest.approx(sums[3] / sums.sum(), rel=1e-12)
                assert float(cell[f"{name}_inter"]) == pytest.approx(sums[inter].sum() / sums.sum(), rel=1e-12)
                assert float(cell[f"{name}_of_production"]) == pytest.approx(sums[3] / made.sum(), rel=1e-12)
                pair = pairs[name].isel(region=g, industry=j)
                assert float(pair.sel(partner="BOR")) == pytest.approx(sums[3] / sums.sum(), rel=1e-12)
                other = "COAST" if members == [2] else "AT-S"
                assert float(pair.sel(partner=other)) == pytest.approx(sums[inter].sum() / sums.sum(), rel=1e-12)


@pytest.mark.parametrize("users", [False, True])
def test_net_inventories_loop_twin(toy: Accounts, users: bool) -> None:
    """Cells of the table multiplied one by one, stages summed round by round: 1 F/Y + 2 AF/Y + 3 AAF/Y + ..."""
    acc = _by_user(toy) if users else toy
    R, S = acc.R, acc.S
    z, f = np.zeros((R, S, R, S)), np.zeros((R, S))
    for r, i in product(range(R), range(S)):
        if acc.sourcing is not None:
            parts = acc.sourcing.final[r, i].sum(axis=0)
        else:
            parts = sum(acc.flow[r, s, i] / acc.flow[:, s, i].sum() * acc.final[s, i] for s in range(R))
        stock, output = parts[1], acc.output[r, i]
        f[r, i] = parts[0] * output / (output - stock)
        for s, j in product(range(R), range(S)):
            bought = acc.flow[r, s, i] / acc.flow[:, s, i].sum() * acc.use[s, i, j]
            if acc.sourcing is not None:
                bought = acc.sourcing.intermediate[r, i, s, j]
            z[r, i, s, j] = bought * output / (output - stock)
    a = (z / acc.output).reshape(R * S, R * S)
    step, up = f.ravel(), np.zeros(R * S)
    for stage in range(1, 200):
        up += stage * step
        step = a @ step
    got = linkages(acc, "all", by="sector", stocks=acc.categories[1])
    assert got.upstreamness.values.ravel() == pytest.approx(up / acc.output.ravel(), rel=1e-10)
    down, share = np.zeros(R * S), (1.0 - a.sum(axis=0)) * acc.output.ravel()
    ghosh = z.reshape(R * S, R * S) / acc.output.ravel()[:, None]
    for stage in range(1, 200):
        down += stage * share
        share = share @ ghosh
    assert got.backward.values.ravel() == pytest.approx(down / acc.output.ravel(), rel=1e-10)


def _by_user(toy: Accounts) -> Accounts:
    """The table with sourcing told for every user: two users of Northmark swap whom they buy from."""
    share = toy.flow / toy.absorption
    z = np.einsum("rsi,sij->risj", share, toy.use)
    final = np.einsum("rsi,sif->risf", share, toy.final)
    moved = 0.2 * min(z[0, 1, 0, 0], z[1, 1, 0, 2])
    z[0, 1, 0, [0, 2]] += [-moved, moved]
    z[1, 1, 0, [0, 2]] += [moved, -moved]
    return toy.replace(sourcing=Sourcing(z, final))


def test_gateway_loop_twin(toy: Accounts) -> None:
    a, _, v, y = dense_inverse(toy)
    home = a[:3, :, :3].reshape(9, 9)
    inverse = np.linalg.inv(np.eye(9) - home).reshape(3, 3, 3, 3)
    out = y[:3, :, 3] + np.einsum("rij,j->ri", a[:3, :, 3], toy.output[3])
    ship = np.einsum("pi,pigj,gj->pg", v[:3], inverse, out)
    got = gateways(toy)
    assert got.value.values == pytest.approx(ship.T, rel=1e-11)
    for g in range(3):
        rest = [p for p in range(3) if p != g]
        without = np.linalg.inv(np.eye(6) - a[np.ix_(rest, range(3), rest)].reshape(6, 6)).reshape(2, 3, 2, 3)
        around = np.einsum("pi,pigj,gj->", v[rest], without, out[rest])
        assert got.bridge.values[g] == pytest.approx(1 - around / ship[rest].sum(), rel=1e-10)


def test_propagation_length_loop_twin(toy: Accounts) -> None:
    """Stage by stage: Σ_k k v A^k f / Σ_k v A^k f."""
    a, _, v, y = dense_inverse(toy)
    f = np.zeros((4, 3, 4))
    for d in range(4):
        f[d, :, d] = y[d].sum(axis=1)
    top, bottom, carried = np.zeros((4, 4)), np.zeros((4, 4)), f
    for k in range(1, 200):
        carried = np.einsum("risj,sjd->rid", a, carried)
        reached = np.einsum("ri,rid->rd", v, carried)
        top, bottom = top + k * reached, bottom + reached
    assert propagation_length(toy, "all").apl.values == pytest.approx(top / bottom, rel=1e-12)


def test_extraction_loop_twin(toy: Accounts) -> None:
    a, _, v, y = dense_inverse(toy)
    for s in range(3):
        for i in (0, 1):
            y[3, i, s] = 0
            a[3, i, s, :] = 0
    x = np.linalg.solve(np.eye(12) - a.reshape(12, 12), y.sum(axis=2).ravel()).reshape(4, 3)
    got = extraction(toy, "all", origin="BOR", destination="ATL", sectors="goods")
    assert got.gdp_after.values == pytest.approx((v * x).sum(axis=1), rel=1e-12)


def test_structural_decomposition_is_the_mean_over_all_orders(toy: Accounts, later: Accounts) -> None:
    """720 orders of changing six factors one at a time, each step measured."""
    got = structural_decomposition(toy, later, "AT-N")
    worlds: dict[tuple[int, ...], np.ndarray] = {}

    def own(chosen: tuple[int, ...]) -> np.ndarray:
        if chosen not in worlds:
            pick = [(toy, later)[c] for c in chosen]
            tech, inputs, finals, mix, level, rate = pick
            pi_in, pi_fin = inputs.flow / inputs.absorption, finals.flow / finals.absorption
            goods = mix.final.sum(2) / mix.final.sum((1, 2))[:, None] * level.final.sum((1, 2))[:, None]
            a = np.einsum("rsi,sij->risj", pi_in, tech.use / tech.output[:, None, :]).reshape(12, 12)
            x = np.linalg.solve(np.eye(12) - a, np.einsum("rsi,si->ris", pi_fin, goods).reshape(12, 4))
            v = (rate.value_added.sum(2) / rate.output).reshape(12, 1)
            by = (v * x).reshape(4, 3, 4).sum(axis=1)[0]
            worlds[chosen] = np.array([by[0], by[1] + by[2], by[3]]) / by.sum()
        return worlds[chosen]

    total = np.zeros((3, len(FACTORS)))
    orders = list(permutations(range(len(FACTORS))))
    for order in orders:
        state = [0] * len(FACTORS)
        for k in order:
            before = own(tuple(state))
            state[k] = 1
            total[:, k] += own(tuple(state)) - before
    assert got.contribution.values[0] == pytest.approx(total / len(orders), abs=1e-13)
    assert got.after.values[0] == pytest.approx(own((1,) * 6), abs=1e-13)


@pytest.fixture(scope="module")
def later(toy: Accounts) -> Accounts:
    """Toyland with its regions' books shuffled: another balanced table with every factor different."""
    order = [2, 0, 1, 3]
    return toy.replace(
        flow=toy.flow[np.ix_(order, order)],
        use=toy.use[order],
        final=toy.final[order],
        value_added=toy.value_added[order],
        year=2001,
    )


def random_factored(seed: int, regions: int, sectors: int) -> Factored:
    rng = np.random.default_rng(seed)
    share = rng.lognormal(size=(regions, regions, sectors))
    share[np.arange(regions), np.arange(regions)] *= regions
    share /= share.sum(axis=0)
    recipe = rng.lognormal(size=(regions, sectors, sectors))
    recipe *= rng.uniform(0.3, 0.8, size=(regions, 1, sectors)) / recipe.sum(axis=1, keepdims=True)
    return Factored(share, recipe)


@pytest.mark.parametrize("left", [False, True])
def test_factored_dense_direct_and_sweeps_agree(left: bool) -> None:
    """Large enough that the factored form sweeps, with more columns than one processor takes."""
    op = random_factored(1, 40, 20)
    twin = Dense(op.dense().reshape(40, 20, 40, 20))
    y = np.random.default_rng(2).normal(size=(40, 20, 40))
    found = solution(op, y, left=left)
    assert found.sweeps > 0
    assert found.residual < 1e-13
    direct = (np.eye(800) - op.dense()).T if left else np.eye(800) - op.dense()
    expected = np.linalg.solve(direct, y.reshape(800, 40)).reshape(y.shape)
    assert found.x == pytest.approx(expected, rel=1e-10, abs=1e-12)
    by_lu = solution(twin, y, left=left)
    assert by_lu.sweeps == 0
    assert by_lu.x == pytest.approx(expected, rel=1e-10, abs=1e-12)
    few = solution(twin, y[:, :, 0], left=left)
    assert few.x == pytest.approx(expected[:, :, 0], rel=1e-10, abs=1e-12)


def test_slow_chains_alternating_ones_and_lone_regions_are_solved() -> None:
    """Leaps follow moves that hardly fall and those that change sign; without trade each region is its own system."""
    op = random_factored(9, 30, 16)
    y = np.random.default_rng(10).uniform(size=(30, 16, 3))
    slow = Factored(op.share, op.coefficient * (0.995 / op.coefficient.sum(axis=1).max()))
    turned = Factored(op.share * np.where(np.eye(30)[:, :, None] > 0, 1.0, -1.0), op.coefficient)
    lone = op.masked(np.eye(30))
    for one, swept in ((slow, True), (turned, True), (lone, False)):
        expected = np.linalg.solve(np.eye(480) - one.dense(), y.reshape(480, 3)).reshape(y.shape)
        x, sweeps, _ = (_sweeps if swept else _alone)(one, y, False, None, 1e-13)
        assert x == pytest.approx(expected, rel=1e-9)
        assert (sweeps > 0) == swept
    assert not lone.crosses
    assert solve_left(lone, y) == pytest.approx(np.einsum("pij,pik->pjk", lone.local_inverse, y))


@pytest.mark.parametrize("left", [False, True])
def test_sweeps_in_single_precision_set_right_give_the_same(left: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    op, cut = random_factored(13, 20, 10), np.arange(8) % 20
    y = np.random.default_rng(14).lognormal(0, 6, size=(20, 10, 8))  # from 1e-9 to 1e9
    double = [solution(op, y, left=left, cut=c) for c in (None, cut)]
    seen: set[object] = set()
    each = Factored.sweep
    monkeypatch.setattr(Factored, "sweep", lambda *a: seen.add(a[1].dtype) or each(*a))
    monkeypatch.setattr(Factored, "prefers_direct", lambda *a: False)
    monkeypatch.setattr(leontief, "_REFINED", 1)
    for c, whole in zip((None, cut), double, strict=True):
        found = solution(op, y, left=left, cut=c)
        assert found.x == pytest.approx(whole.x, rel=1e-9, abs=1e-13 * whole.x.max())
        assert (found.x / np.abs(y).max((0, 1))) == pytest.approx(whole.x / np.abs(y).max((0, 1)), rel=1e-11, abs=1e-13)
        assert found.residual < 1e-14
    assert seen == {np.dtype(np.float32)}
    with pytest.raises(NotConverged):
        solution(Factored(op.share, op.coefficient * 3.0), y, left=left)
    assert np.dtype(np.float64) in seen  # which decides that there is no answer


@pytest.mark.parametrize(
    ("regions", "columns", "widths"),
    [
        (421, 421, {210, 211}),
        (111, 111, {55, 56}),
        (421, 1000, {250}),
        (111, 1000, {125}),
        (40, 7, {7}),
        (4, 100, {16, 17}),
    ],
)
def test_parts_repay_reading_the_matrices_and_are_dealt_out(regions: int, columns: int, widths: set[int]) -> None:
    op = Factored(np.zeros((regions, 1, 32)), np.zeros((regions, 32, 1)))
    parts = leontief._parts(op, columns)
    assert [k for p in parts for k in range(p.start, p.stop)] == list(range(columns))
    assert {p.stop - p.start for p in parts} == widths


@pytest.mark.parametrize("refined", [1, 10**9])
def test_the_residual_told_is_that_of_the_answer(refined: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sweeps tell the residual they measured last; nothing of it may be older than the answer."""
    op, cut = random_factored(17, 20, 10), np.arange(40) % 20
    y = np.random.default_rng(18).uniform(size=(20, 10, 40))
    y /= y.max((0, 1))
    monkeypatch.setattr(Factored, "prefers_direct", lambda *a: False)
    monkeypatch.setattr(leontief, "_REFINED", refined)
    for tolerance in (1e-13, 1e-6):
        told = solution(op, y, cut=cut, tolerance=tolerance)
        parts = leontief._parts(op, 40)
        assert told.residual == max(op.residual(y[..., p], told.x[..., p], False, cut[p]) for p in parts) > 0.0


def test_wide_systems_take_fewer_columns_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    op = random_factored(11, 20, 12)
    y = np.random.default_rng(12).normal(size=(20, 12, 150))
    whole = solution(op, y, left=True, cut=np.arange(150) % 20)
    widths: list[int] = []
    monkeypatch.setattr(leontief, "_HELD", 1.0)
    each = Factored.sweep
    monkeypatch.setattr(Factored, "sweep", lambda *a: widths.append(a[1].shape[2]) or each(*a))
    few = solution(op, y, left=True, cut=np.arange(150) % 20)
    assert {15, 16} >= set(widths)
    assert few.x == pytest.approx(whole.x, rel=1e-11, abs=1e-13)


def test_no_digit_depends_on_free_memory_processors_or_what_was_asked_before(monkeypatch: pytest.MonkeyPatch) -> None:
    op, told = random_factored(11, 40, 20), "MemTotal: 8000000 kB\nMemAvailable: {} kB\n"
    y = np.random.default_rng(12).normal(size=(40, 20, 70))
    monkeypatch.delenv("XUNHUAN_MEMORY", raising=False)
    monkeypatch.setattr(memory, "ALWAYS", 0.0)  # memory is asked for whatever the size
    found = []
    for free, processors in ((10, 1), (7_000_000, 2), (500_000, 5)):
        monkeypatch.setattr(memory, "_text", lambda path, f=free: told.format(f) if path.name == "meminfo" else "")
        monkeypatch.setattr(leontief, "_processors", lambda n=processors: n)
        fresh = Factored(op.share, op.coefficient)
        found.append((solution(fresh, y).x.tobytes(), fresh.prefers_direct(70), fresh.prefers_direct(10**4)))
        monkeypatch.setattr(memory, "_text", lambda path: "")
        assert fresh.inverse.shape == (800, 800)  # LU factors are there from here on
        assert solution(fresh, y).x.tobytes() == found[-1][0]
    assert found == [(found[0][0], False, True)] * 3


@pytest.mark.parametrize("form", ["factored", "dense"])
@pytest.mark.parametrize("left", [False, True])
def test_cut_columns_equal_masked_systems(form: str, left: bool) -> None:
    op = random_factored(4, 7, 3)
    used = op if form == "factored" else Dense(op.dense().reshape(7, 3, 7, 3))
    y = np.random.default_rng(5).uniform(size=(7, 3, 7))
    got = solution(used, y, left=left, cut=np.arange(7)).x
    for k in range(7):
        keep = np.ones((7, 7))
        keep[k] = 0
        keep[k, k] = 1
        one = (solve_left if left else solve_right)(used.masked(keep), y[:, :, k])
        assert got[:, :, k] == pytest.approx(one, rel=1e-11)


def test_severed_nation_equals_masked_system(toy: Accounts) -> None:
    """An actor of several regions keeps what its regions sell each other."""
    e = Exporters(system_of(toy), nations(toy))
    y = np.random.default_rng(6).uniform(size=(4, 3, 2))
    keep = np.ones((4, 4))
    keep[:3, 3] = 0
    assert e.severed(y)[:, :, 0] == pytest.approx(solve_right(system_of(toy).operator.masked(keep), y[:, :, 0]))


def test_inputs_of_both_forms_agree() -> None:
    op = random_factored(7, 5, 3)
    twin = Dense(op.dense().reshape(5, 3, 5, 3))
    rng = np.random.default_rng(8)
    one, each = rng.uniform(size=(5, 3)), rng.uniform(size=(5, 3, 5))
    assert op.inputs(one) == pytest.approx(twin.inputs(one))
    assert op.inputs(each) == pytest.approx(twin.inputs(each))
    assert op.inputs(one).sum(axis=2) == pytest.approx(op.apply(one[:, :, None])[:, :, 0])
    assert op.inputs(each)[2] == pytest.approx(op.inputs(each[:, :, 2])[2])


def test_uniform_sourcing_by_user_gives_the_factored_numbers(toy: Accounts) -> None:
    share = toy.flow / toy.absorption
    known = toy.replace(
        sourcing=Sourcing(np.einsum("rsi,sij->risj", share, toy.use), np.einsum("rsi,sif->risf", share, toy.final))
    )
    for definition in ("absorption", "origin", "forward"):
        a, b = circulation(toy, definition=definition), circulation(known, definition=definition)
        for name in a.data_vars:
            assert b[name].values == pytest.approx(a[name].values, rel=1e-11), name


def test_an_economy_that_eats_itself_is_refused() -> None:
    sound = random_factored(3, 40, 20)
    with pytest.raises(NotConverged, match="the Leontief system was not solved: residual"):
        solve_right(Factored(sound.share, 4.0 * sound.coefficient), np.ones((40, 20, 40)))


def test_partitions(toy: Accounts) -> None:
    assert singles(toy).size == 4
    assert nations(toy).codes == ("ATL", "BOR")
    assert nations(toy).circuit.tolist() == [[0, 0, 0, 2], [0, 0, 0, 2], [0, 0, 0, 2], [2, 2, 2, 0]]
    assert singles(toy).circuit[0].tolist() == [0, 1, 1, 2]


def test_pymrio_agrees_on_wiod_2011(raw: Path) -> None:
    """Leontief system and footprint accounts of pymrio.calc_all, to 1e-9."""
    pymrio = pytest.importorskip("pymrio", reason="pymrio is a test dependency")
    import pandas as pd

    from xunhuan.build.history import build_wiod

    acc, _ = build_wiod(raw, 2011)
    rows = pd.MultiIndex.from_product([acc.geography.codes, acc.sectors.codes], names=["region", "sector"])
    assert acc.sourcing is not None
    size = acc.R * acc.S
    final = pd.MultiIndex.from_product([acc.geography.codes, acc.categories], names=["region", "category"])
    io = pymrio.IOSystem(
        Z=pd.DataFrame(acc.sourcing.intermediate.reshape(size, size), index=rows, columns=rows),
        Y=pd.DataFrame(acc.sourcing.final.reshape(size, -1), index=rows, columns=final),
    )
    added = pd.DataFrame(acc.value_added.sum(axis=2).reshape(1, -1), index=["va"], columns=rows)
    added.index.name = "stressor"
    io.va = pymrio.Extension("va", F=added)
    io.calc_all()
    ours = value_added_trade(acc, "all")
    footprint = io.va.D_cba.T.groupby(level="region", sort=False).sum()["va"]
    assert ours.value.sum("region").values == pytest.approx(footprint.loc[list(ours.partner.values)].values, rel=1e-9)
    exported = io.va.D_exp.T.groupby(level="region", sort=False).sum()["va"]
    mine = ours.value.sum("partner") - np.diag(ours.value.values)
    assert mine.values == pytest.approx(exported.loc[list(ours.region.values)].values, rel=1e-9)
    x = solve_right(system_of(acc).operator, system_of(acc).y.sum(axis=2))
    assert x.ravel() == pytest.approx(io.x["indout"].to_numpy(), rel=1e-9, abs=1e-6)

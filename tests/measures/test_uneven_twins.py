"""Measures by loops over single cells, on books where every axis has its own length and no two cells are equal."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import pairwise, product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize

from tests.helpers.uneven import NATION, REGIONS, SECTORS, cells, uneven
from xunhuan import measures
from xunhuan.measures.perimeters import _undone
from xunhuan.measures.versions import home_shares

pytestmark = pytest.mark.twin

ROWS = {"A2": [1], "A1+A3": [0, 2], "B1": [3], "C1": [5]}
"""Rows asked for: a set among them is one actor."""
PARTNERS = {**ROWS, "B2": [4], "D1": [6]}
N, S = len(REGIONS), len(SECTORS)
GOODS = {"all": [0, 1, 2, 3, 4], "s1+s4": [1, 4]}
BOTH = pytest.mark.parametrize("by_user", [False, True], ids=["alike", "by-user"])
SOME = pytest.mark.parametrize("sectors", list(GOODS))


@dataclass(frozen=True, eq=False)
class World:
    """Everything cell by cell: axes r i s j (z, a, b), r i s (y), r i (x, v, made)."""

    z: np.ndarray
    y: np.ndarray
    x: np.ndarray
    v: np.ndarray
    a: np.ndarray
    b: np.ndarray

    @property
    def made(self) -> np.ndarray:
        """Final goods by maker, r i."""
        return self.y.sum(2)


@cache
def world(by_user: bool) -> World:
    acc = uneven(by_user)
    z, y = cells(acc)
    x = np.array([[sum(acc.flow[r, s, i] for s in range(N)) for i in range(S)] for r in range(N)])
    v = np.array([[sum(acc.value_added[r, i]) / x[r, i] for i in range(S)] for r in range(N)])
    a = z / x[None, None]
    return World(z, y, x, v, a, inverse(a))


def inverse(a: np.ndarray) -> np.ndarray:
    """(I − A)^-1 of A r i s j, of any regions."""
    n = a.shape[0] * a.shape[1]
    return np.linalg.inv(np.eye(n) - a.reshape(n, n)).reshape(a.shape)


def inside(p: list[int]) -> list[int]:
    """Regions of the nation of p that are not in p."""
    return [q for q in range(N) if NATION[q] == NATION[p[0]] and q not in p]


def abroad(p: list[int]) -> list[int]:
    return [q for q in range(N) if NATION[q] != NATION[p[0]]]


def value(ds: Any, name: str, **at: Any) -> float:
    return float(ds[name].sel(**at))


@SOME
@pytest.mark.parametrize("of", ["value_added", "output"])
def test_structure(sectors: str, of: str) -> None:
    acc, goods, w = uneven(), GOODS[sectors], world(False)
    x = (w.v * w.x if of == "value_added" else w.x)[:, goods]
    by = {b: measures.structure(acc, list(ROWS), by=b, sectors=sectors, of=of) for b in ("region", "sector", "partner")}

    def share(members: list[int]) -> np.ndarray:
        return x[members].sum(0) / x[members].sum()

    def alike(p: np.ndarray, q: np.ndarray) -> float:
        return sum(p * q) / np.sqrt(sum(p**2) * sum(q**2))

    for code, p in ROWS.items():
        nation = [*p, *inside(p)]
        for k, i in enumerate(goods):
            at = {"region": code, "sector": SECTORS[i]}
            assert value(by["sector"], "lq", **at) == pytest.approx(share(p)[k] / share(nation)[k])
            assert value(by["sector"], "share", **at) == pytest.approx(share(p)[k])
            assert value(by["sector"], "part", **at) == pytest.approx(x[p, k].sum() / x[nation, k].sum())
        assert value(by["region"], "hhi", region=code) == pytest.approx(sum(share(p) ** 2))
        if rest := inside(p):
            assert value(by["region"], "krugman", region=code) == pytest.approx(sum(abs(share(p) - share(rest))))
            assert value(by["region"], "unido", region=code) == pytest.approx(alike(share(p), share(rest)))
        else:
            assert np.isnan(value(by["region"], "krugman", region=code))
            assert np.isnan(value(by["region"], "unido", region=code))
        for other, q in PARTNERS.items():
            at = {"region": code, "partner": other}
            assert value(by["partner"], "krugman", **at) == pytest.approx(sum(abs(share(p) - share(q))), abs=1e-12)
            assert value(by["partner"], "unido", **at) == pytest.approx(alike(share(p), share(q)))


@BOTH
@SOME
def test_complementarity_is_who_supplies_the_row(by_user: bool, sectors: str) -> None:
    w, goods = world(by_user), GOODS[sectors]
    ds = measures.structure(uneven(by_user), list(ROWS), by="partner", sectors=sectors)
    for (code, p), (other, q) in product(ROWS.items(), PARTNERS.items()):
        bought = sum(w.z[r, i, s].sum() for r in q for i in goods for s in p)
        every = sum(w.z[r, i, s].sum() for r in range(N) for i in goods for s in p)
        assert value(ds, "complementarity", region=code, partner=other) == pytest.approx(bought / every)


@SOME
def test_duplication(sectors: str) -> None:
    w = world(False)
    ds = measures.duplication(uneven(), "A", sectors=sectors)
    x = (w.v * w.x)[:3]
    for i in GOODS[sectors]:
        part, mass = x[:, i] / x[:, i].sum(), x.sum(1) / x.sum()
        at = {"sector": SECTORS[i]}
        assert value(ds, "duplication", **at) == pytest.approx(1 - 0.5 * sum(abs(part - mass)))
        assert value(ds, "concentration", **at) == pytest.approx(sum(part**2))
        assert value(ds, "effective", **at) == pytest.approx(1 / sum(part**2))
        assert value(ds, "specialised", **at) == sum(x[r, i] / x[r].sum() > x[:, i].sum() / x.sum() for r in range(3))


@SOME
@pytest.mark.parametrize("by", ["region", "sector"])
def test_cross_hauling(sectors: str, by: str) -> None:
    flow, goods = uneven().flow, GOODS[sectors]
    ds = measures.cross_hauling(uneven(), list(ROWS), by=by, sectors=sectors)
    for code, p in ROWS.items():

        def between(o: list[int], d: list[int], i: int) -> float:
            return sum(flow[r, s, i] for r in o for s in d)

        for some in [[i] for i in goods] if by == "sector" else [goods]:
            sent, taken = ([between(p, inside(p), i) for i in some], [between(inside(p), p, i) for i in some])  # fmt: skip
            both = sum(min(o, t) for o, t in zip(sent, taken, strict=True))
            could = sum(min(o, t) + between(p, p, i) for o, t, i in zip(sent, taken, some, strict=True))
            made, used = (
                sum(between(p, list(range(N)), i) for i in some),
                sum(between(list(range(N)), p, i) for i in some),
            )
            at = {"region": code} | ({"sector": SECTORS[some[0]]} if by == "sector" else {})
            expected = {"output": made, "outflow": sum(sent) / made, "inflow": sum(taken) / used,
                        "overlap": both / could, "local": 1 - both / could}  # fmt: skip
            assert {n: value(ds, n, **at) for n in expected} == pytest.approx(expected)


def between(flow: np.ndarray, actors: dict[str, list[int]]) -> np.ndarray:
    """Flows r s between actors."""
    return np.array([[flow[np.ix_(p, q)].sum() for q in actors.values()] for p in actors.values()])


@SOME
def test_trade_costs_and_borders(sectors: str) -> None:
    acc, theta = uneven(), 5.0
    flow = between(acc.flow[:, :, GOODS[sectors]].sum(2), PARTNERS)
    pi = flow / flow.sum(0)
    cost = measures.head_ries(acc, list(ROWS), sectors=sectors, theta=theta)
    border = measures.border_effect(acc, list(ROWS), sectors=sectors, theta=theta)
    free = {(k, j): np.sqrt(pi[k, j] * pi[j, k] / (pi[k, k] * pi[j, j])) for k, j in product(range(6), range(6))}
    effects = []
    for k, (code, p) in enumerate(ROWS.items()):
        logs = {}
        for j, other in enumerate(PARTNERS):
            at = {"region": code, "partner": other}
            assert value(cost, "freeness", **at) == pytest.approx(free[k, j])
            assert value(cost, "cost", **at) == pytest.approx(free[k, j] ** (-1 / theta) - 1)
        for side, regions in (("in", inside(p)), ("out", abroad(p))):
            at_side = [j for j, q in enumerate(PARTNERS.values()) if set(q) <= set(regions)]
            trade = {j: flow[k, j] + flow[j, k] for j in at_side}
            logs[side] = (
                sum(trade[j] * np.log(free[k, j]) for j in at_side) / sum(trade.values()) if at_side else np.nan
            )
        expected = {"freeness_inside": np.exp(logs["in"]), "freeness_abroad": np.exp(logs["out"]),
                    "effect": np.exp(logs["in"] - logs["out"]), "home_bias": np.exp(-logs["in"]),
                    "tariff_equivalent": np.exp((logs["in"] - logs["out"]) / theta) - 1}  # fmt: skip
        assert {n: value(border, n, region=code) for n in expected} == pytest.approx(expected, nan_ok=True)
        effects.append((expected["effect"], world(False).x[p].sum()))
    known = [(np.log(e), weight) for e, weight in effects if np.isfinite(e)]
    assert len(known) == 3
    mean = border["mean_effect"]
    assert float(mean.sel(weighting="simple")) == pytest.approx(np.exp(np.mean([e for e, _ in known])))
    weighted = sum(e * k for e, k in known) / sum(k for _, k in known)
    assert float(mean.sel(weighting="output-weighted")) == pytest.approx(np.exp(weighted))


def behind(w: World, p: list[int], users: list[int]) -> dict[str, np.ndarray]:
    """Inputs q i behind the users of p: as bought, and all that was made for their final goods."""
    made = np.zeros((N, S))
    for s, j in product(p, users):
        made[s, j] = w.made[s, j]
    face = sum(w.z[:, :, s, j] for s in p for j in users)
    return {"face": np.asarray(face), "look": np.einsum("qisj,sj->qi", w.b, made) - made}


def nations_of(a: np.ndarray, p: list[int]) -> dict[str, float]:
    """What nations abroad of p supply, of amounts by region."""
    return {n: sum(a[q] for q in abroad(p) if NATION[q] == n) for n in dict.fromkeys(NATION[q] for q in abroad(p))}


@BOTH
@SOME
@pytest.mark.parametrize("users", [[0, 1, 2, 3, 4], [0, 2]])
def test_exposure(by_user: bool, sectors: str, users: list[int]) -> None:
    acc, w, goods = uneven(by_user), world(by_user), GOODS[sectors]
    words = "+".join(SECTORS[j] for j in users)
    by = {b: measures.exposure(acc, list(ROWS), by=b, sectors=sectors, industries=words)
          for b in ("region", "sector", "partner")}  # fmt: skip
    for code, p in ROWS.items():
        for some in [*([i] for i in goods), goods]:
            at = {"region": code} | ({} if some is goods else {"sector": SECTORS[some[0]]})
            ds = by["region" if some is goods else "sector"]
            for name, a in behind(w, p, users).items():
                q = a[:, some].sum(1)
                parts = np.array(list(nations_of(q, p).values()))
                assert value(ds, name, **at) == pytest.approx(q[abroad(p)].sum() / q.sum())
                assert value(ds, f"{name}_inter", **at) == pytest.approx(q[inside(p)].sum() / q.sum())
                assert value(ds, f"hhi_{name}", **at) == pytest.approx(sum((parts / parts.sum()) ** 2))
                if some is goods:
                    for other, members in PARTNERS.items():
                        pair = value(by["partner"], name, region=code, partner=other)
                        assert pair == pytest.approx(q[members].sum() / q.sum())
            assert value(ds, "hidden", **at) == pytest.approx(value(ds, "look", **at) - value(ds, "face", **at))


@BOTH
@SOME
def test_exposure_of_industries_names_the_largest_foreign_supplier(by_user: bool, sectors: str) -> None:
    acc, w, goods = uneven(by_user), world(by_user), GOODS[sectors]
    ds = measures.exposure(acc, list(ROWS), by="industry", sectors=sectors)
    for (code, p), j in product(ROWS.items(), range(S)):
        at = {"region": code, "industry": SECTORS[j]}
        face = sum(w.a[:, goods, s, j].sum(1) * w.x[s, j] for s in p)
        look = sum(w.b[:, goods, s, j].sum(1) * w.x[s, j] for s in p)
        made = look.copy()
        for s in p:
            look[s] -= w.x[s, j] * (j in goods)
        for name, q in (("face", face), ("look", look)):
            parts = np.array(list(nations_of(q, p).values()))
            assert value(ds, name, **at) == pytest.approx(parts.sum() / q.sum())
            assert value(ds, f"hhi_{name}", **at) == pytest.approx(sum((parts / parts.sum()) ** 2))
            assert value(ds, f"{name}_of_production", **at) == pytest.approx(parts.sum() / made.sum())
        assert value(ds, "hidden", **at) == pytest.approx(value(ds, "look", **at) - value(ds, "face", **at))
        most = max(nations_of(look, p).items(), key=lambda kv: kv[1])
        assert ds["supplier"].sel(**at).item() == most[0]
        assert value(ds, "supplier_share", **at) == pytest.approx(most[1] / look.sum())


@BOTH
@pytest.mark.parametrize("valuation", ["face", "look"])
def test_chokepoints(by_user: bool, valuation: str) -> None:
    acc, w = uneven(by_user), world(by_user)
    ds = measures.chokepoints(acc, list(ROWS), valuation=valuation)
    for code, p in ROWS.items():
        a = behind(w, p, list(range(S)))[valuation]
        rows = []
        for i in range(S):
            sold = nations_of(a[:, i], p)
            concentration = sum((k / sum(sold.values())) ** 2 for k in sold.values())
            mix = acc.use[:, i] / acc.use.sum(1)
            weight = sum(acc.value_added[s, j].sum() * mix[s, j] for s in p for j in range(S))
            weight /= acc.value_added[p].sum()
            reliance = sum(sold.values()) / a[:, i].sum()
            main = max(sold.items(), key=lambda kv: kv[1])
            rows.append((reliance * concentration * weight, reliance, concentration, weight, main[1] / a[:, i].sum(),
                         main[0], SECTORS[i]))  # fmt: skip
        rows.sort(reverse=True)
        seen = ds.sel(region=code)
        for k, name in enumerate(("score", "reliance", "concentration", "weight", "supplier_share")):
            assert seen[name].values == pytest.approx([r[k] for r in rows]), name
        assert seen["supplier"].values.tolist() == [r[5] for r in rows]
        assert seen["sector"].values.tolist() == [r[6] for r in rows]


@BOTH
@SOME
def test_trade_in_value_added(by_user: bool, sectors: str) -> None:
    acc, w = uneven(by_user), world(by_user)
    pair = measures.value_added_trade(acc, list(ROWS), sectors=sectors)
    good = measures.value_added_trade(acc, list(ROWS), by="sector", sectors=sectors)
    per = np.einsum("oi,oisj,sjd->oid", w.v, w.b, w.y)  # o i d
    gdp, goods = (w.v * w.x).sum(1), GOODS[sectors]
    couple = measures.coupling(acc, list(ROWS), sectors=sectors)
    theirs = per[:, goods].sum(1)
    for (code, p), (other, q) in product(ROWS.items(), PARTNERS.items()):
        sent, back = theirs[np.ix_(p, q)].sum(), theirs[np.ix_(q, p)].sum()
        at = {"region": code, "partner": other}
        assert value(pair, "value", **at) == pytest.approx(sent)
        assert value(pair, "share", **at) == pytest.approx(sent / gdp[p].sum())
        assert value(pair, "balance", **at) == pytest.approx(sent - back, abs=1e-12)
        kappa, mirrored = sent / theirs[p].sum(), back / theirs[q].sum()
        expected = {"kappa": kappa, "back": mirrored, "asymmetry": kappa / mirrored,
                    "intensity": kappa / (w.y[:, :, q].sum() / w.y.sum())}  # fmt: skip
        assert {n: value(couple, n, **at) for n in expected} == pytest.approx(expected)
        for i in goods:
            assert value(good, "value", sector=SECTORS[i], **at) == pytest.approx(per[p, i][:, q].sum())
            assert value(good, "share", sector=SECTORS[i], **at) == pytest.approx(per[p, i][:, q].sum() / gdp[p].sum())


def block(w: World, p: list[int]) -> np.ndarray:
    """The inverse of the block of p alone, r i s j."""
    return inverse(w.a[np.ix_(p, range(S), p, range(S))])


@BOTH
def test_participation(by_user: bool) -> None:
    acc, w = uneven(by_user), world(by_user)
    ds = measures.participation(acc, list(ROWS))
    actors = list(PARTNERS.values())
    local = [block(w, p) for p in actors]
    sent = [sum(w.z[p, :, q].sum(2) + w.y[p][:, :, q] for q in range(N) if q not in p) for p in actors]
    for k, (code, p) in enumerate(ROWS.items()):
        others = [o for o in range(len(actors)) if o != k]
        gdp, forward = (w.v * w.x)[p].sum(), np.einsum("ri,risj->sj", w.v[p], local[k])
        simple = whole = once = 0.0
        for o in others:
            q = actors[o]
            out = w.a[np.ix_(p, range(S), q, range(S))]
            whole += np.einsum("ri,risj,sj", forward, out, w.x[q])
            at_home = np.einsum("risj,sj->ri", local[o], w.y[np.ix_(q, range(S), q)].sum(2))
            simple += np.einsum("ri,risj,sj", forward, out, at_home)
            theirs = np.einsum("ri,risj->sj", w.v[q], local[o])
            mine = np.einsum("risj,sj->ri", local[k], w.y[np.ix_(p, range(S), p)].sum(2))
            once += np.einsum("ri,risj,sj", theirs, w.a[np.ix_(q, range(S), p, range(S))], mine)
        made = w.made[p].sum()
        backward = made - (forward * w.made[p]).sum()
        rest = [r for r in range(N) if r not in p]
        foreign = np.einsum("ri,risj,sj", w.v[rest], w.b[np.ix_(rest, range(S), p, range(S))], sent[k])
        ours = sum(
            np.einsum("ri,risj,sj", w.v[p], w.b[np.ix_(p, range(S), actors[o], range(S))], sent[o]) for o in others
        )
        expected = {
            "forward": whole / gdp, "forward_simple": simple / gdp, "forward_complex": (whole - simple) / gdp,
            "backward": backward / made, "backward_simple": once / made, "backward_complex": (backward - once) / made,
            "vs": foreign / sent[k].sum(), "vs1": ours / sent[k].sum(),
        }  # fmt: skip
        assert {n: value(ds, n, region=code) for n in expected} == pytest.approx(expected)


@BOTH
@pytest.mark.parametrize(("substitution", "both_ways"), [(False, False), (False, True), (True, False), (True, True)])
def test_extraction(by_user: bool, substitution: bool, both_ways: bool) -> None:
    """B and a province of A stop buying s1 and s4 of C and a second province of A: cell by cell, the system solved again."""
    acc, w = uneven(by_user), world(by_user)
    origin, destination, goods = [5, 1], [3, 4, 0], [1, 4]
    cut = {(r, s) for r in origin for s in destination} | ({(s, r) for r in origin for s in destination}
                                                          if both_ways else set())  # fmt: skip
    a, y = w.a.copy(), w.y.copy()
    for s, i in product(range(N), goods):
        gone = [r for r in range(N) if (r, s) in cut]
        kin = [r for r in range(N) if NATION[r] == NATION[s]]
        for cell in [a[:, i, s, j] for j in range(S)] + [y[:, i, s]]:
            lost = sum(cell[r] for r in gone)
            for r in gone:
                cell[r] = 0.0
            pool = sum(cell[r] for r in kin)
            if substitution:
                for r in kin:
                    cell[r] += cell[r] / pool * lost
    x = np.einsum("risj,sj->ri", inverse(a), y.sum(2))
    ds = measures.extraction(
        acc,
        list(ROWS),
        origin="C+A2",
        destination="B+A1",
        sectors="s1+s4",
        substitution=substitution,
        both_ways=both_ways,
    )
    for code, p in ROWS.items():
        gdp, after = (w.v * w.x)[p].sum(), (w.v * x)[p].sum()
        expected = {"gdp": gdp, "gdp_after": after, "gdp_loss": gdp - after, "gdp_loss_share": (gdp - after) / gdp}
        assert {n: value(ds, n, region=code) for n in expected} == pytest.approx(expected, rel=1e-9)


@BOTH
@SOME
@pytest.mark.parametrize("by", ["region", "sector"])
def test_linkages(by_user: bool, sectors: str, by: str) -> None:
    acc, w = uneven(by_user), world(by_user)
    ds = measures.linkages(acc, list(ROWS), by=by, sectors=sectors)
    back = w.b.sum((0, 1))
    up = np.einsum("risj,sj->ri", w.b, w.x) / w.x
    for code, p in ROWS.items():
        local = block(w, p).sum((0, 1))
        for some in [[j] for j in GOODS[sectors]] if by == "sector" else [GOODS[sectors]]:
            weight = w.x[np.ix_(p, some)]

            def mean(a: np.ndarray, weight: np.ndarray = weight) -> float:
                return (a * weight).sum() / weight.sum()

            b, u = mean(back[np.ix_(p, some)]), mean(up[np.ix_(p, some)])
            expected = {"backward": b, "local": mean(local[:, some]), "spillover": b - mean(local[:, some]),
                        "upstreamness": u, "backward_normal": b / back.mean(), "forward_normal": u / up.mean()}  # fmt: skip
            at = {"region": code} | ({"sector": SECTORS[some[0]]} if by == "sector" else {})
            assert {n: value(ds, n, **at) for n in expected} == pytest.approx(expected)


@BOTH
def test_stages_between_sets(by_user: bool) -> None:
    acc, w = uneven(by_user), world(by_user)
    ds = measures.propagation_length(acc, list(ROWS))
    for (code, p), (other, q) in product(ROWS.items(), PARTNERS.items()):
        f = np.zeros((N, S))
        f[q] = w.made[q]
        top = bottom = 0.0
        for k in range(1, 120):
            f = np.einsum("risj,sj->ri", w.a, f)
            top, bottom = top + k * (w.v * f)[p].sum(), bottom + (w.v * f)[p].sum()
        assert value(ds, "apl", region=code, partner=other) == pytest.approx(top / bottom)
        assert value(ds, "linkage", region=code, partner=other) == pytest.approx(bottom)


@pytest.mark.parametrize("perimeter", ["exporter", "bilateral", "sector", "self", "world"])
@pytest.mark.parametrize("method", ["bm-source", "bm-sink"])
def test_an_exporter_alone_has_the_row_it_has_among_all(method: str, perimeter: str) -> None:
    """Few exporters of many are worked out by their own columns, all by the whole inverse."""
    acc, own = uneven(), {"method": method, "perimeter": perimeter, "by": "partner"}
    every, one = (measures.export_decomposition(acc, r, **own) for r in ("all", "A2"))
    for name in ("exports", "dva", "ddc", "fva", "fdc"):
        assert one[name].sel(region="A2").values == pytest.approx(every[name].sel(region="A2").values, abs=1e-10), name


def test_loops_that_come_back_whole_are_undone_exactly() -> None:
    """rows (I + loop)^-1 where a series would not end."""
    rng = np.random.default_rng(4)
    loop, rows = rng.uniform(0, 0.9, (2, 4, 4)), rng.uniform(1, 2, (2, 3, 4))
    got = _undone(loop, rows)
    for b in range(2):
        assert got[b] == pytest.approx(rows[b] @ np.linalg.inv(np.eye(4) + loop[b]), rel=1e-12)


@BOTH
@SOME
@pytest.mark.parametrize("definition", ["absorption", "origin"])
def test_circulation(by_user: bool, sectors: str, definition: str) -> None:
    """Value of maker p absorbed in d, or of origin o in what p finally buys of a good: own, inter, external, by partner."""
    acc, w, goods = uneven(by_user), world(by_user), GOODS[sectors]
    by = {b: measures.circulation(acc, list(ROWS), by=b, sectors=sectors, definition=definition)
          for b in ("region", "sector", "partner")}  # fmt: skip
    if definition == "absorption":
        cube = np.einsum("oi,oisj,sjd->oid", w.v, w.b, w.y)  # p, sector that adds the value, absorber
    else:
        cube = np.einsum("oi,oisj,sjd->djo", w.v, w.b, w.y)  # p, final good bought, origin of the value
    total = "gdp" if definition == "absorption" else "final_use"
    for code, p in ROWS.items():
        for some in [*([i] for i in goods), goods]:
            ds = by["region" if some is goods else "sector"]
            at = {"region": code} | ({} if some is goods else {"sector": SECTORS[some[0]]})
            seen = cube[np.ix_(p, some)].sum((0, 1))
            assert value(ds, total, **at) == pytest.approx(seen.sum())
            for name, q in (("own", p), ("inter", inside(p)), ("external", abroad(p))):
                assert value(ds, name, **at) == pytest.approx(seen[q].sum() / seen.sum())
        for other, q in ((c, [k]) for k, c in enumerate(REGIONS)):
            at = {"region": code, "partner": other}
            assert value(by["partner"], "value", **at) == pytest.approx(seen[q].sum())
            assert value(by["partner"], "share", **at) == pytest.approx(seen[q].sum() / seen.sum())
            kind = "own" if set(q) <= set(p) else "inter" if set(q) <= set(inside(p)) else "external"
            assert by["partner"]["circuit"].sel(**at).item() == kind
    mean = by["region"]["mean"]
    single = [(cube[np.ix_(p, goods)].sum((0, 1)), p) for p in ROWS.values() if len(p) == 1]
    for k, pick in enumerate((lambda p: p, inside, abroad)):
        shares = np.array([seen[pick(p)].sum() / seen.sum() for seen, p in single])
        sizes = np.array([seen.sum() for seen, _ in single])
        assert mean.values[:, k] == pytest.approx([shares.mean(), (shares * sizes).sum() / sizes.sum()])


@BOTH
def test_forward_circulation(by_user: bool) -> None:
    """The first border value crosses, to whom and as what; a set has one border around it, others are regions."""
    w = world(by_user)
    ds = measures.circulation(uneven(by_user), list(ROWS), definition="forward")
    for code, p in ROWS.items():
        actors = [p, *([q] for q in range(N) if q not in p)]
        local = [block(w, q) for q in actors]
        forward, gdp = np.einsum("ri,risj->sj", w.v[p], local[0]), (w.v * w.x)[p].sum()
        kinds, ways = ("traditional", "simple", "complex"), ("inter", "external")
        expected = {f"{kind}_{way}": 0.0 for kind in kinds for way in ways}
        returned = 0.0
        for o, q in enumerate(actors):
            if o == 0:
                continue
            way = "inter" if set(q) <= set(inside(p)) else "external"
            out = w.a[np.ix_(p, range(S), q, range(S))]
            home = np.einsum("risj,sj->ri", local[o], w.y[np.ix_(q, range(S), q)].sum(2))
            simple = np.einsum("ri,risj,sj", forward, out, home)
            expected[f"traditional_{way}"] += (forward * w.y[np.ix_(p, range(S), q)].sum(2)).sum()
            expected[f"simple_{way}"] += simple
            expected[f"complex_{way}"] += np.einsum("ri,risj,sj", forward, out, w.x[q]) - simple
            returned += np.einsum("ri,risj,sjtl,tl", forward, out, w.b[q], w.y[:, :, p].sum(2))
        expected["own"] = (forward * w.y[np.ix_(p, range(S), p)].sum(2)).sum()
        expected["returned"] = returned
        assert {n: value(ds, n, region=code) * gdp for n in expected} == pytest.approx(expected)
        for way in ways:
            parts = sum(expected[f"{kind}_{way}"] for kind in kinds)
            assert value(ds, way, region=code) * gdp == pytest.approx(parts)


@BOTH
def test_sixteen_terms(by_user: bool) -> None:
    """As the paper writes them, exporter s, partner r, t and u others [WangWeiZhu2013, table A2]."""
    w, every = world(by_user), range(N)
    ds = measures.export_decomposition(uneven(by_user), "all", method="wwz", by="partner")
    L = [inverse(w.a[np.ix_([p], range(S), [p], range(S))])[0, :, 0] for p in every]
    a, b, v, y = w.a, w.b, w.v, w.y
    sent = np.array([sum(w.z[s, :, r].sum(1) + y[s, :, r] for r in every if r != s) for s in every])
    for s, r in ((0, 1), (1, 0), (2, 5), (5, 3), (6, 0)):
        rest = [t for t in every if t not in (s, r)]
        first, own = v[s] @ L[s], v[s] @ b[s, :, s]
        mine, other = v[r] @ b[r, :, s], sum(v[t] @ b[t, :, s] for t in rest)
        A, later, home = a[s, :, r], a[s, :, r] @ L[r] @ sent[r], a[s, :, r] @ L[r] @ y[r, :, r]
        third = sum(b[r, :, t] @ sum(y[t, :, u] for u in every if u not in (s, t)) for t in rest)
        expected = {
            "dva_fin": own @ y[s, :, r], "dva_int": first @ A @ b[r, :, r] @ y[r, :, r],
            "dva_intrex_i1": first @ A @ sum(b[r, :, t] @ y[t, :, t] for t in rest),
            "dva_intrex_f": first @ A @ b[r, :, r] @ sum(y[r, :, t] for t in rest),
            "dva_intrex_i2": first @ A @ third,
            "rdv_int": first @ A @ b[r, :, s] @ y[s, :, s], "rdv_fin": first @ A @ b[r, :, r] @ y[r, :, s],
            "rdv_fin2": first @ A @ sum(b[r, :, t] @ y[t, :, s] for t in rest),
            "ddc_fin": first @ A @ b[r, :, s] @ sum(y[s, :, t] for t in every if t != s),
            "ddc_int": (own - first) @ A @ w.x[r],
            "mva_fin": mine @ y[s, :, r], "mva_int": mine @ home, "mdc": mine @ later,
            "ova_fin": other @ y[s, :, r], "ova_int": other @ home, "odc": other @ later,
        }  # fmt: skip
        at = {"region": REGIONS[s], "partner": REGIONS[r]}
        assert {n: value(ds, n, **at) for n in expected} == pytest.approx(expected, abs=1e-12)
        assert value(ds, "exports", **at) == pytest.approx(sum(expected.values()))


@BOTH
def test_exports_in_value_chains(by_user: bool) -> None:
    """What only adds up: vax, dc, fc and the three of value chains, of both ways of counting."""
    for method in ("bm-source", "bm-sink"):
        d = measures.export_decomposition(uneven(by_user), "all", method=method, by="partner")
        d = {n: d[n].values for n in d.data_vars}
        expected = {
            "vax": d["dva"] - d["ref"], "dc": d["dva"] + d["ddc"], "fc": d["fva"] + d["fdc"],
            "gvc": d["exports"] - d["davax"],
            "gvc_forward": d["dva"] - d["davax"], "gvc_backward": d["exports"] - d["dva"],
        }  # fmt: skip
        for name, a in expected.items():
            assert d[name] == pytest.approx(a, abs=1e-10), name


@BOTH
def test_gateways_of_sets(by_user: bool) -> None:
    """Chains inside A to what leaves A; a set of its provinces is one."""
    w, home = world(by_user), [0, 1, 2]
    ds = measures.gateways(uneven(by_user), ["A2", "A1+A3"])
    away = [q for q in range(N) if q not in home]
    out = w.y[home][:, :, away].sum(2) + w.z[home][:, :, away].sum((2, 3))
    inner = inverse(w.a[np.ix_(home, range(S), home, range(S))])
    ship = np.einsum("pi,pigj,gj->pg", w.v[home], inner, out)  # origin, gateway
    actors = {"A2": [1], "A1+A3": [0, 2]}
    for code, g in actors.items():
        rest = [p for p in home if p not in g]
        at = {"region": code}
        assert value(ds, "exports", **at) == pytest.approx(out[g].sum())
        assert value(ds, "gateway", **at) == pytest.approx(ship[np.ix_(rest, g)].sum() / ship[rest].sum())
        assert value(ds, "own_share", **at) == pytest.approx(ship[np.ix_(g, g)].sum() / ship[:, g].sum())
        around = np.einsum("pi,pigj,gj", w.v[rest], inverse(w.a[np.ix_(rest, range(S), rest, range(S))]), out[rest])
        assert value(ds, "bridge", **at) == pytest.approx(1 - around / ship[rest].sum())
        for other, o in actors.items():
            assert value(ds, "value", origin=other, **at) == pytest.approx(ship[np.ix_(o, g)].sum())


@BOTH
@pytest.mark.parametrize("border", ["region", "nation"])
def test_supply_and_import_content(by_user: bool, border: str) -> None:
    """What lies outside the place, or outside its nation, is imported."""
    acc, w, goods = uneven(by_user), world(by_user), [1, 4]
    rows = {"A2": [1], "A1+A3": [0, 2], "B1": [3]} if border == "region" else {"A": [0, 1, 2], "B": [3, 4]}
    made = measures.supply(acc, list(rows), sectors="s1+s4", border=border)
    by = {
        b: measures.import_content(acc, list(rows), by=b, sectors="s1+s4", border=border) for b in ("region", "sector")
    }
    for code, p in rows.items():
        rest = [q for q in range(N) if q not in p]
        whole = [w.z[:, goods][:, :, p].sum((1, 2, 3)), w.y[:, goods][:, :, p].sum((1, 2))]
        both, at = whole[0] + whole[1], {"region": code}
        assert value(made, "used", **at) == pytest.approx(both.sum())
        assert value(made, "imported", **at) == pytest.approx(both[rest].sum())
        for name, a in (("domestic", both), ("domestic_intermediate", whole[0]), ("domestic_final", whole[1])):
            assert value(made, name, **at) == pytest.approx(a[p].sum() / a.sum())
        bought = w.z[np.ix_(rest, goods, p, range(S))].sum((0, 1))  # s j
        every = w.z[:, goods][:, :, p].sum((0, 1))
        through = np.einsum("sj,sjtl->tl", bought / w.x[p], block(w, p)) * w.x[p]
        for some in [*([j] for j in range(S)), list(range(S))]:
            ds = by["region" if len(some) > 1 else "sector"]
            cell = at | ({} if len(some) > 1 else {"sector": SECTORS[some[0]]})
            size = w.x[p][:, some].sum()
            expected = {"imported": bought[:, some].sum(), "direct": bought[:, some].sum() / size,
                        "through": through[:, some].sum() / size,
                        "share": bought[:, some].sum() / every[:, some].sum()}  # fmt: skip
            assert {n: value(ds, n, **cell) for n in expected} == pytest.approx(expected)


def test_volatility() -> None:
    """Markets are nations: each column from the list of growths itself."""
    acc, w = uneven(), world(False)
    rng = np.random.default_rng(9)
    walk = np.exp(np.cumsum(rng.normal(0.03, 0.05, (9, 4)), axis=0))
    level = pd.DataFrame(walk, columns=list("ABCD"), index=range(1990, 1999))
    growth = np.diff(np.log(level.to_numpy()), axis=0)
    ds, by = (measures.volatility(acc, list(ROWS), by=b, demand=level) for b in ("region", "partner"))
    nation = np.array([[n == m for m in "ABCD"] for n in NATION], dtype=float)
    cube = np.einsum("oi,oisj,sjd->od", w.v, w.b, w.y) @ nation  # p, market
    size = w.y.sum((0, 1)) @ nation

    def sd(weights: np.ndarray) -> float:
        return float(np.std(growth @ weights, ddof=1))

    draw = np.random.default_rng(20).integers(0, 8, size=(2000, 8))
    for code, p in ROWS.items():
        kappa, own = cube[p].sum(0) / cube[p].sum(), nation[p[0]]
        out, at = kappa * (1 - own), {"region": code}
        part = kappa * (np.cov(growth.T) @ kappa) / sd(kappa)
        market = (1 - own) * size / ((1 - own) * size).sum()
        ends = np.quantile([np.std(growth[k] @ kappa, ddof=1) for k in draw], [0.05, 0.95])
        expected = {
            "sd": sd(kappa), "sd_from": ends[0], "sd_to": ends[1], "part_home": (part * own).sum(),
            "part_abroad": (part * (1 - own)).sum(), "abroad_alone": sd(out), "kappa_abroad": out.sum(), "all_home": sd(own),
            "spread": sd(kappa * own + out.sum() * market),
        }  # fmt: skip
        assert {n: value(ds, n, **at) for n in expected} == pytest.approx(expected)
        free = np.flatnonzero(1 - own)

        def variance(x: np.ndarray, free: np.ndarray = free, kept: np.ndarray = kappa * own) -> float:
            weights = kept.copy()
            weights[free] += x
            return 1e4 * sd(weights) ** 2

        found = minimize(variance, out[free], bounds=[(0, None)] * 3, method="SLSQP", tol=1e-13,
                         constraints={"type": "eq", "fun": lambda x, whole=out.sum(): x.sum() - whole})  # fmt: skip
        assert value(ds, "least", **at) == pytest.approx(np.sqrt(found.fun / 1e4), rel=1e-5)
        for m in range(4):
            cell = at | {"partner": "ABCD"[m]}
            told = {"part": part[m], "part_share": part[m] / sd(kappa), "kappa": kappa[m],
                    "sd_market": np.std(growth[:, m], ddof=1)}  # fmt: skip
            assert {n: value(by, n, **cell) for n in told} == pytest.approx(told)


@BOTH
def test_chains_are_named_by_their_links(by_user: bool) -> None:
    w = world(by_user)
    ds = measures.structural_paths(uneven(by_user), ["A2"], least=0.02).isel(region=0)
    y, total = w.y[:, :, 1], np.einsum("oi,oisj,sj", w.v, w.b, w.y[:, :, 1])
    told = [(str(p), float(v)) for p, v in zip(ds["path"].values, ds["value"].values, strict=True)]
    assert len(told) > 3
    for path, amount in told:
        links = [(REGIONS.index(a), SECTORS.index(b)) for a, b in (x.split(":") for x in path.split(" < "))]
        expected = y[links[0]]
        for buyer, seller in pairwise(links):
            expected *= w.a[(*seller, *buyer)]
        assert amount == pytest.approx(expected * w.v[links[-1]]), path
    assert ds["share"].values == pytest.approx([a / total for _, a in told])
    assert ds["found"].item() == pytest.approx(sum(a for _, a in told))


@BOTH
def test_origins_and_multipliers_of_sets(by_user: bool) -> None:
    acc, w = uneven(by_user), world(by_user)
    ds = measures.value_added_origin(acc, list(ROWS), trade="exports")
    told = measures.multipliers(acc, list(ROWS), amount=10.0)
    for code, p in ROWS.items():
        rest = [q for q in range(N) if q not in p]
        e = np.zeros((N, S))
        e[p] = w.y[p][:, :, rest].sum(2) + w.z[p][:, :, rest].sum((2, 3))
        by = w.v * np.einsum("risj,sj->ri", w.b, e)
        expected = {"exports": e.sum(), "own": by[p].sum(), "others": by[rest].sum(), "own_part": by[p].sum() / e.sum(),
                    "others_part": by[rest].sum() / e.sum()}  # fmt: skip
        assert {n: value(ds, n, region=code) for n in expected} == pytest.approx(expected)
        f = np.zeros((N, S))
        f[p] = 10.0 * w.made[p] / w.made[p].sum()
        made = np.einsum("risj,sj->ri", w.b, f)
        inputs = np.einsum("risj,sj->r", w.a[:, :, p], made[p])
        expected = {"output": made.sum(), "output_own": made[p].sum(), "value_added": 10.0,
                    "value_added_own": (w.v * made)[p].sum(), "imports": inputs[rest].sum()}  # fmt: skip
        assert {n: value(told, n, region=code) for n in expected} == pytest.approx(expected)


def test_versions_of_a_table_are_of_its_home(toy: Any) -> None:
    """Shares by version are known where versions move all of home's regions, and from no other home."""
    assert home_shares(uneven()) is None
    assert home_shares(toy.replace(home="BOR")) is None
    seen = home_shares(toy)
    assert seen is not None
    for k in (0, 5):
        drawn = measures.circulation(toy.draw(k))
        for c, name in enumerate(("own", "inter", "external")):
            assert seen[k, :, c] == pytest.approx(drawn[name].values, rel=1e-6)


def test_groups_of_sectors_are_their_sectors_together() -> None:
    """A group's change is its sectors' by output; its exports are theirs added up; by region and sets of regions."""
    acc, w = uneven(), world(False)
    groups = {"goods": [0, 1, 2, 3], "services": [4]}
    by = {b: measures.price_model(acc, list(ROWS), by=b, origin="B", change=0.3) for b in ("sector", "group", "region")}
    sold = {b: measures.export_decomposition(acc, list(ROWS), by=b) for b in ("sector", "group")}
    cost = np.zeros((N, S))
    cost[[3, 4]] = 0.3 * w.v[[3, 4]]
    price = np.einsum("ri,risj->sj", cost, w.b)
    for code, p in ROWS.items():
        for group, some in {**groups, **{c: [k] for k, c in enumerate(SECTORS)}, "": list(range(S))}.items():
            kind = "group" if group in groups else "sector" if group else "region"
            at = {"region": code} | ({kind: group} if group else {})
            x = w.x[np.ix_(p, some)]
            assert value(by[kind], "value", **at) == pytest.approx((price[np.ix_(p, some)] * x).sum())
            assert value(by[kind], "relative", **at) == pytest.approx((price[np.ix_(p, some)] * x).sum() / x.sum())
        bought = w.y[:, :, p].sum(2)
        assert value(by["region"], "final_prices", region=code) == pytest.approx((bought * price).sum() / bought.sum())
        for group, some in groups.items():
            for name in ("exports", "dva", "fva"):
                parts = [value(sold["sector"], name, region=code, sector=SECTORS[i]) for i in some]
                assert value(sold["group"], name, region=code, group=group) == pytest.approx(sum(parts))

"""Pieces of a scenario's arithmetic by hand or by loops, each without a run: brackets, batches, sharing, markets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import permutations
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from tests.data.test_cities import own_file
from tests.helpers.uneven import uneven
from xunhuan.data.accounts import Accounts
from xunhuan.data.places import places
from xunhuan.errors import BadInput, Problems
from xunhuan.measures import circulation
from xunhuan.measures.actors import partition
from xunhuan.models.model import Numbers, Quantity, Shock
from xunhuan.scenario import compare, worth
from xunhuan.scenario.assess import headline_values, headlines
from xunhuan.scenario.bench import _association, _filled, _outcomes, _own_intervals
from xunhuan.scenario.check import _check_uncertain, _split, prepare
from xunhuan.scenario.choices import _numbers
from xunhuan.scenario.design import RESAMPLES, indices, quantile
from xunhuan.scenario.ensemble import Plan, _batches
from xunhuan.scenario.layers import Layers, read_layers
from xunhuan.scenario.market_risk import income_slopes
from xunhuan.scenario.observe import View, nation_trade, reliance_at, stack
from xunhuan.scenario.scenario import Circulation, Distribution, Measure

pytestmark = pytest.mark.textbook

TOY = Path(__file__).parents[1] / "scenarios" / "toy.toml"


def test_offsets_by_hand() -> None:
    shock, policy = np.array([-0.02, -0.04, -5e-5]), np.array([0.01, -0.02, 0.01])
    gross, net = compare.offset(shock, policy, np.array([-0.005, -0.03, 0.0]))
    assert gross == pytest.approx([0.75, 0.25, np.nan], nan_ok=True)
    assert net == pytest.approx([0.25, 0.75, np.nan], nan_ok=True)


def _straight(slopes: list[float], limit: float = 100.0) -> tuple[Callable[[float], np.ndarray], list[float]]:
    """W = −1 + slope × size by place, and the sizes asked for; beyond the limit an edit cannot be."""
    asked: list[float] = []

    def w(size: float) -> np.ndarray:
        asked.append(size)
        if size > limit:
            raise BadInput("no rate is so high")
        return -1 + np.array(slopes) * size

    return w, asked


def test_sizes_grow_until_all_are_whole() -> None:
    every = np.arange(2)
    w, asked = _straight([3.0, 1.5])
    assert compare._grid(w, 8.0, every) == 8.0
    assert asked == [0.25, 0.5, 1.0]
    w, asked = _straight([3.0, 0.01])
    assert compare._grid(w, 3.0, every) == 3.0
    assert asked == [0.25, 0.5, 1.0, 2.0, 3.0]
    w, asked = _straight([3.0, 0.01], limit=1.5)
    assert compare._grid(w, 8.0, every) == 1.0
    assert compare._grid(w, 8.0, every[:0]) == 8.0, "nobody is hurt"
    tried: list[float] = []

    def bent(size: float) -> np.ndarray:
        tried.append(size)
        return np.array([0.1 - (size - 0.5) ** 2, size - 1])  # the first is whole at 0.5, and not any more at 1

    assert compare._grid(bent, 8.0, every) == 8.0
    assert tried == [0.25, 0.5, 1.0]


def test_brackets_close_on_the_root_of_their_place() -> None:
    """W = (size/2)^power − 1 crosses 0 at 2 from below, for one place of two."""
    for power in (1.0, 6.0):
        known: dict[float, np.ndarray] = {}

        def w(size: float, known: dict[float, np.ndarray] = known, power: float = power) -> np.ndarray:
            known[size] = np.array([-5.0, (size / 2) ** power - 1])
            return known[size]

        for size in (0.0, 1.0, 4.0, 8.0):
            w(size)
        root, answer = compare._close(w, known, 1, 1e-9)
        assert answer == compare.FOUND
        assert root == pytest.approx(2.0, rel=1e-8)
        assert len(known) < 40
        assert compare._close(w, known, 0, 1e-9)[1] == compare.NONE
    blank = {0.0: np.array([-1.0]), 1.0: np.array([1.0]), 2.0: np.array([np.nan])}
    found = compare._close(lambda size: np.array([np.nan]), blank, 0, 1e-9)
    assert np.isnan(found[0])
    assert found[1] == compare.UNKNOWN


def test_places_that_are_asked_for(toy: Accounts) -> None:
    bench: Any = SimpleNamespace(base=toy, view=SimpleNamespace(places=places(toy)))
    codes = places(toy).codes
    wanted: list[tuple[Any, list[str]]] = [
        ("home", ["AT-N", "AT-E", "AT-S", "ATL"]), ("ATL", ["ATL"]), ("AT-E", ["AT-E"]), ("BOR", ["BOR"]),
        (("AT-S", "ATL"), ["AT-N", "AT-E", "AT-S", "ATL"]), ("provinces", ["AT-N", "AT-E", "AT-S"]),
    ]  # fmt: skip
    for asked, expected in wanted:
        assert [codes[k] for k in compare._places(bench, asked)] == expected, asked


@pytest.mark.parametrize(("count", "plan", "sizes"), [
    (10, Plan(workers=1, batch=4), [4, 4, 2]), (10, Plan(workers=1), [2] * 5), (200, Plan(workers=2), [16] * 12 + [8]),
    (64, Plan(workers=4), [4] * 16), (3, Plan(workers=2), [1] * 3),
])  # fmt: skip
def test_draws_are_cut_in_batches(count: int, plan: Plan, sizes: list[int]) -> None:
    rows: list[tuple[int, dict[str, float | str]]] = [(k, {"x": float(k)}) for k in range(count)]
    found = _batches(rows, plan)
    assert [len(b) for b in found] == sizes
    assert [row for b in found for row in b] == rows


def test_what_members_are_worth_by_all_orders() -> None:
    table = np.random.default_rng(4).normal(size=16)
    expected = np.zeros(4)
    for order in permutations(range(4)):
        inside = 0
        for k in order:
            expected[k] += (table[inside | 1 << k] - table[inside]) / 24
            inside |= 1 << k
    np.testing.assert_allclose(worth.shapley(lambda s: float(table[s]), 4), expected, rtol=1e-12)
    drawn = worth.drawn_orders(4, 7, 1)
    steps = [[table[sum(1 << j for j in o[: o.index(k) + 1])] - table[sum(1 << j for j in o[: o.index(k)])]
              for k in range(4)] for o in drawn]  # fmt: skip
    mean, error = worth.sampled_shapley(lambda s: float(table[s]), drawn)
    np.testing.assert_allclose(mean, np.mean(steps, 0))
    np.testing.assert_allclose(error, np.std(steps, 0, ddof=1) / np.sqrt(7))
    assert sorted(map(sorted, drawn)) == [[0, 1, 2, 3]] * 7


def test_payments_that_leave_all_alike() -> None:
    """g = g0 + T / I: T = I (ḡ − g0) at once; where payments move prices it takes more steps and ends alike."""
    first, income = np.array([-0.03, -0.01, -0.06]), np.array([2.0, 5.0, 1.0])
    mean = first @ income / income.sum()
    for bent in (0.0, 0.3):
        paid, g = worth.equalised(
            lambda t, b=bent: first + (t + b * (t - t.mean()) ** 3) / income, first, income, 1e-10
        )
        assert np.abs(g - g @ income / income.sum()).max() <= 1e-10
        if not bent:
            np.testing.assert_allclose(paid, income * (mean - first))
    who = worth.payments(np.array([-3.0, 1.0, 2.0, -1.0, 0.0]))
    for p, owed in ((0, 3.0), (3, 1.0)):
        assert who[p].tolist() == pytest.approx([0, owed / 3, 2 * owed / 3, 0, 0])
    assert who.sum() == pytest.approx(4.0)


def test_sales_between_nations_and_reliance_by_loops() -> None:
    acc = uneven()
    g, nations = acc.geography, acc.geography.nations
    for a, seller in enumerate(nations):
        for b, buyer in enumerate(nations):
            sold = sum(acc.flow[r, s].sum() for r in range(acc.R) for s in range(acc.R)
                       if (g.nation[r], g.nation[s]) == (seller, buyer))  # fmt: skip
            assert nation_trade(acc)[a, b] == pytest.approx(sold)
    at = places(acc)
    for k, code in enumerate(at.codes):
        inside = [s for s in range(acc.R) if code in (g.codes[s], g.nation[s])]
        foreign = whole = 0.0
        for s in inside:
            for i in range(acc.S):
                for r in range(acc.R):
                    bought = acc.flow[r, s, i] / acc.flow[:, s, i].sum() * acc.use[s, i].sum()
                    whole += bought
                    foreign += bought * (g.nation[r] != g.nation[s])
        assert reliance_at(acc, at)[k] == pytest.approx(foreign / whole)


def test_percent_of_income_by_percent_of_a_market() -> None:
    """κ = VA/X of the market times the slopes of its industries, whatever model gives them."""
    acc = uneven()
    g, slope = acc.geography, np.random.default_rng(2).normal(size=(acc.R, acc.R, acc.S))
    told: list[tuple[int, int]] = []

    def slopes(_: Accounts, names: str, shock: Shock, parameters: object) -> xr.Dataset:
        own = slope[[g.codes.index(c) for c in names.split("+")]].sum(0)
        return xr.Dataset({"productivity": (("region", "sector"), own)})

    model: Any = SimpleNamespace(slopes=slopes)
    view = partition(acc, ["A2", "C1", "B1+B2"])
    found = income_slopes(acc, view, model, Shock(), None, lambda *x: told.append(x))
    assert told == [(1, 3), (2, 3), (3, 3)]
    for k, group in enumerate(view.groups):
        for m, n in enumerate(g.nations):
            of = [r for r in range(acc.R) if g.nation[r] == n]
            size = acc.value_added[of].sum() / acc.output[of].sum()
            moved = sum(slope[p, r].sum() for p in group.members for r in of)
            assert found[k, m] == pytest.approx(size * moved, rel=1e-12)


def test_quantiles_by_their_formulas() -> None:
    u = np.array([0.05, 0.25, 0.6, 0.95])
    np.testing.assert_allclose(quantile(Distribution(low=2.0, high=5.0), u), 2 + 3 * u)
    low, mode, high = 1.0, 2.0, 6.0
    left = low + np.sqrt(u * (high - low) * (mode - low))
    right = high - np.sqrt((1 - u) * (high - low) * (high - mode))
    np.testing.assert_allclose(
        quantile(Distribution(low=low, mode=mode, high=high), u), np.where(left <= mode, left, right)
    )
    assert quantile(("a", "b", "c"), np.array([0.1, 0.34, 0.66, 0.67, 0.99])).tolist() == ["a", "b", "b", "c", "c"]
    assert quantile("own", u).tolist() == u.tolist()


def test_indices_by_their_formulas() -> None:
    """Saltelli's estimators, and 1.645 standard deviations over resamples of the points."""
    n, count = 64, 3
    u: Any = SimpleNamespace(draws=n, seed=9, quantities=lambda: dict.fromkeys("abc"))
    values = np.random.default_rng(5).normal(size=n * (count + 2)) + np.repeat(np.arange(n) % 5, count + 2)
    by_point = values.reshape(n, count + 2)

    def by_hand(rows: np.ndarray) -> tuple[list[float], list[float]]:
        y = by_point[rows] - by_point[rows][:, [0, -1]].mean()
        a, b, v = y[:, 0], y[:, -1], y[:, [0, -1]].var()
        first = [float((b * (y[:, 1 + q] - a)).mean() / v) for q in range(count)]
        return first, [float(((a - y[:, 1 + q]) ** 2).mean() / (2 * v)) for q in range(count)]

    first, total, first_wide, total_wide = indices(u, values)
    np.testing.assert_allclose(np.stack([first, total]), by_hand(np.arange(n)), rtol=1e-9)
    picked = np.random.default_rng(9).integers(n, size=(RESAMPLES, n))
    again = np.array([by_hand(rows) for rows in picked])
    np.testing.assert_allclose(np.stack([first_wide, total_wide]), 1.6448536 * again.std(0, ddof=1), rtol=1e-6)
    assert np.isnan(np.stack(indices(u, np.full(len(values), 2.0)))).all()
    values[3] = np.nan
    assert np.isnan(np.stack(indices(u, values))).all()


def test_numbers_of_home_on_each_arm() -> None:
    place, arm = ["A", "ATL"], ["base", "x", "y"]
    data = xr.Dataset({"w": (("arm", "place"), np.arange(6.0).reshape(3, 2)),
                       "omega": (("place",), np.array([7.0, 8.0]), {"arm": "y"})}, {"place": place, "arm": arm})  # fmt: skip
    both: Any = SimpleNamespace(offset=object())
    assert list(_numbers(data, "w", "ATL", both)) == [("w", "x", 3.0), ("w", "y", 5.0), ("omega", "y", 8.0)]
    none: Any = SimpleNamespace(offset=None)
    assert list(_numbers(data, "w", "ATL", none)) == [("w", "x", 3.0), ("w", "y", 5.0)]
    assert list(_numbers(data, "w", "BOR", both)) == []


def test_rank_correlations_by_their_formulas() -> None:
    x, y = np.array([3.0, 1.0, 4.0, 1.5, 9.0, 2.6]), np.array([2.0, -1.0, 7.0, 0.0, 8.0, np.inf])
    apart = [3 - 3, 1 - 1, 4 - 4, 2 - 2, 5 - 5]  # ranks of the five with an answer
    assert _association("factor", x, y) == pytest.approx(1 - 6 * sum(d**2 for d in apart) / (5 * 24))
    y[2] = -3.0
    apart = [3 - 4, 1 - 2, 4 - 1, 2 - 3, 5 - 5]
    assert _association("factor", x, y) == pytest.approx(1 - 6 * sum(d**2 for d in apart) / (5 * 24))
    assert np.isnan(_association("errors", x, y))
    for flat in (_association("factor", x, np.full(6, 2.0)), _association("factor", np.full(6, 2.0), y),
                 _association("factor", x[:2], y[:2])):  # fmt: skip
        assert np.isnan(flat)
    assert np.isfinite(_association("factor", x[:3], y[:3]))
    names = np.array(list("aababba"), dtype=object)
    ranks = {"a": [1.0, 3.0, 4.0], "b": [2.0, 6.0, 5.0]}  # of 10 30 20 40 60 50, the last without an answer
    within = sum(sum((r - np.mean(of)) ** 2 for r in of) for of in ranks.values()) / (6 - 2)
    expected = max(0.0, 1 - within / np.var([1, 2, 3, 4, 5, 6], ddof=1)) ** 0.5
    found = _association("choice", names, np.array([10.0, 30.0, 20.0, 40.0, 60.0, 50.0, np.nan]))
    assert found == pytest.approx(expected)
    assert found > 0.2
    assert np.isnan(_association("choice", names[:3], np.array([1.0, 2.0, 3.0])))


def test_draws_without_an_answer_leave_no_outcome() -> None:
    labels = pd.DataFrame({"variable": ["w", "w"], "quantity": ["welfare"] * 2, "arm": ["x", "y"], "place": ["A", "A"]})
    found = _outcomes(labels, np.array([[1.0, 2.0], [np.nan, np.nan], [np.inf, 4.0]]))
    assert found["draw"].tolist() == [0, 0, 2, 2]
    assert found["arm"].tolist() == ["x", "y"] * 2
    assert found["value"].tolist() == [1.0, 2.0, np.inf, 4.0]
    assert "variable" not in found
    assert _filled(np.array([[np.nan, 1.0, np.inf], [np.nan, np.nan, 2.0]])).tolist()[0] == pytest.approx(
        [0, 1, np.nan], nan_ok=True)  # fmt: skip


def test_intervals_that_models_give_stand_where_their_numbers_do(toy: Accounts) -> None:
    """Arms stacked, an arm without numbers left blank; the summary's rows find their ends by arm and place."""
    view, n = View(toy, Measure()), len(places(toy).codes)
    q = Quantity("w", "share", ("place",), "gain", headline=True)
    x = np.arange(n) / 100
    arms = {
        "base": {"w": Numbers(("place",), 0 * x)},
        "cut": {"w": Numbers(("place",), x, {}, x - 0.5, x + 0.5)},
        "none": {},
    }
    data = stack(view, arms, {"w": (q, "trade")})
    assert data["w"].dims == ("arm", "place")
    assert np.isnan(data["w"].sel(arm="none")).all()
    for end, by in (("low", -0.5), ("high", 0.5)):
        np.testing.assert_allclose(data[f"w_{end}"].sel(arm="cut"), x + by)
        assert np.isnan(data[f"w_{end}"].sel(arm="base")).all()
        assert "headline" not in data[f"w_{end}"].attrs
    rows = pd.DataFrame({"variable": "w", "arm": ["cut", "base", "cut"], "place": ["BOR", "BOR", "AT-E"],
                         "low": np.nan, "high": np.nan})  # fmt: skip
    found = _own_intervals(rows, data)
    k, j = places(toy).codes.index("BOR"), places(toy).codes.index("AT-E")
    assert found["low"].tolist() == pytest.approx([x[k] - 0.5, np.nan, x[j] - 0.5], nan_ok=True)
    assert found["high"].tolist() == pytest.approx([x[k] + 0.5, np.nan, x[j] + 0.5], nan_ok=True)


@pytest.mark.parametrize("definition", ["absorption", "origin", "forward"])
def test_circulation_of_the_nation_is_its_regions_added_up(toy: Accounts, definition: Any) -> None:
    view = View(toy, Measure(circulation=Circulation(definition=definition)))
    shares = view.accounts(toy)["circulation"].values
    ds = circulation(toy, ["AT-N", "AT-E", "AT-S"], definition=definition)
    for m, name in enumerate(("own", "inter", "external")):
        np.testing.assert_allclose(shares[:3, m], ds[name])
        whole = toy.final.sum((1, 2)) if definition == "origin" else toy.gdp
        assert shares[3, m] == pytest.approx(sum(whole[r] * shares[r, m] for r in range(3)) / whole[:3].sum())
    assert len(shares) == 4


def test_draws_of_a_table_need_versions_of_it() -> None:
    bench = prepare(read_layers(TOY))
    u = bench.scenario.uncertainty
    assert u is not None
    assert u.table
    several, one = Problems(""), Problems("")
    _check_uncertain(bench, u, several)
    assert not several
    _check_uncertain(replace(bench, base=bench.base.replace(posterior=None)), u, one)
    assert len(one.items) == 1
    assert "its draws would change nothing: the table toyland has one version" in one.items[0]


def test_shares_of_cities_lie_beside_the_scenario(toy: Accounts, tmp_path: Path) -> None:
    own_file(tmp_path, {"X": (0.6, 0.1, 0.5), "Y": (0.4, 0.9, 0.5)})
    data = {"split": {"AT-N": "cities.csv"}, "uncertainty": {"table": True}}
    p = Problems("")
    found = _split(toy, Layers("here", data, (), tmp_path), p)
    assert not p
    assert found.R == toy.R + 1
    _split(toy, Layers("elsewhere", data, (), tmp_path.parent), p)
    assert len(p.items) == 1
    assert p.items[0].startswith("split.AT-N: ")
    left = Problems("")
    assert _split(toy, Layers("nothing", {}, (), None), left) is toy
    _split(toy, Layers("here", {**data, "uncertainty": {}}, (), tmp_path), left)
    assert [i[:40] for i in left.items] == ["split: what cities sell each other is ass"[:40]]


def test_every_headline_number_has_its_labels() -> None:
    """The quantity is the place on a further axis where there is one; what rests is left out of the base."""
    rng = np.random.default_rng(8)
    sizes = {"arm": 2, "place": 3, "home_place": 2, "circuit": 3, "sales": 2, "demand": 2}
    coords = {d: [f"{d}{k}" for k in range(n)] for d, n in sizes.items()} | {"arm": ["base", "cut"]}
    head = {"headline": 1}

    def some(*dims: str, **told: Any) -> tuple[tuple[str, ...], np.ndarray, dict[str, Any]]:
        return dims, rng.normal(size=[sizes[d] for d in dims]), head | told

    data = xr.Dataset({"gain": some("arm", "place", rest=0.0), "kinds": some("arm", "home_place", "circuit"),
                       "boost": some("home_place", "sales", "demand", arm="cut"),
                       "other": some("arm", "place", headline=0)}, coords)  # fmt: skip
    rows, values = headlines(data)
    np.testing.assert_array_equal(headline_values(data), values)
    expected = {}
    for p in coords["place"]:
        expected["gain", "gain", "cut", p, "", "", ""] = float(data["gain"].sel(arm="cut", place=p))
    for h in coords["home_place"]:
        for c in coords["circuit"]:
            for arm in ("base", "cut"):
                expected["kinds", c, arm, h, c, "", ""] = float(data["kinds"].sel(arm=arm, home_place=h, circuit=c))
        for s in coords["sales"]:
            for d in coords["demand"]:
                expected["boost", "boost", "cut", h, "", s, d] = float(
                    data["boost"].sel(home_place=h, sales=s, demand=d)
                )
    assert list(rows.columns) == ["variable", "quantity", "arm", "place", "circuit", "sales", "demand"]
    assert dict(zip(rows.itertuples(index=False, name=None), values, strict=True)) == expected
    assert len(rows) == len(expected) == 3 + 12 + 8

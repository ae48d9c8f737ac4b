"""Tables and sentences of the short run, cuts, ratings given by hand and what is drawn: by loops, or by hand."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from tests.helpers.uneven import uneven
from xunhuan.data.accounts import Accounts
from xunhuan.models.edits import Capacity
from xunhuan.models.model import Response, Shock
from xunhuan.models.propagation import PropagationParameters, respond, respond_many
from xunhuan.models.propagation.economy import economy
from xunhuan.models.propagation.links import cuts
from xunhuan.models.propagation.model import MODEL
from xunhuan.models.propagation.path import _main_input, taken_in_proportion
from xunhuan.models.propagation.ratings import bundled_days, criticality, inventory_days, shelf_days, spread_of_days

pytestmark = pytest.mark.twin

PARTS = ("loss", "loss_direct", "loss_inputs", "loss_demand", "unmet_demand")


@pytest.fixture(scope="module")
def out(toy: Accounts) -> Response:
    p = PropagationParameters(horizon_days=40.0, record_days=5.0, inventory_days=4.0, criticality="leontief",
                              rationing="proportional", substitution=False)  # fmt: skip
    return respond(
        toy,
        Shock(
            (
                Capacity("AT-N", "MAN", loss=0.9, end=25),
                Capacity("AT-E", loss=0.3, end=9),
                Capacity("AT-E", "FAR", loss=0.9, end=30),
                Capacity("BOR", "FAR", loss=0.8, end=30),
            )
        ),
        p,
    )


def _view(name: str, acc: Accounts, out: Response, top: int = 0) -> pd.DataFrame:
    return MODEL.views[name](acc, out, top)


def test_totals_by_region_and_by_sector(toy: Accounts, out: Response) -> None:
    d, names = out.detail, {"region": toy.geography.codes, "sector": toy.sectors.codes}
    for view, other in (("region", "sector"), ("sector", "region")):
        frame = _view(view, toy, out)
        assert sorted(frame[view]) == sorted(names[view])
        assert (np.diff(frame["loss"]) <= 0).all()
        assert len(_view(view, toy, out, 2)) == 2
        for row in frame.to_dict("records"):
            at = {view: row[view]}
            for part in PARTS:
                assert row[part] == pytest.approx(sum(float(d[part].sel({**at, other: o})) for o in names[other]))
            rest = sum(float(d["base_value_added"].sel({**at, other: o})) for o in names[other])
            assert row["loss_share"] == pytest.approx(row["loss"] / rest)
    regions = _view("region", toy, out)
    assert dict(zip(regions["region"], regions["name"], strict=True)) == {
        c: toy.geography.name(c) for c in toy.geography.codes
    }
    nation = regions.attrs["nation"].iloc[0]
    home = d.sel(region=list(toy.geography.codes[:3]))
    assert nation["region"] == "ATL"
    assert nation["loss"] == pytest.approx(float(home["loss"].sum()))
    assert nation["loss_share"] == pytest.approx(float(home["loss"].sum() / home["base_value_added"].sum()))


def test_industries_and_what_stopped_them(toy: Accounts, out: Response) -> None:
    frame, d, codes = _view("industry", toy, out), out.detail, toy.sectors.codes
    assert len(frame) == 12
    assert (np.diff(frame["loss"]) <= 0).all()
    for row in frame.to_dict("records"):
        cell = d.sel(region=row["region"], sector=row["sector"])
        lost = [float(cell["loss_by_input"].sel(input=i)) for i in codes]
        assert row["stopped_by"] == (codes[int(np.argmax(lost))] if max(lost) > 0 else "")
        for name in ("loss", "lowest", "first_week", "recovery"):
            assert row[name] == pytest.approx(float(cell[name]), nan_ok=True)
    assert len(_view("industry", toy, out, 5)) == 5


def test_bottlenecks_by_loops(toy: Accounts, out: Response) -> None:
    d = out.detail
    lost = d["loss_by_input"].transpose("region", "sector", "input").to_numpy()
    cells = sorted(((lost[k], k) for k in np.ndindex(lost.shape) if lost[k] > 0), reverse=True)
    frame = _view("bottleneck", toy, out)
    assert len(frame) == len(cells) > 3
    for row, (size, (s, j, i)) in zip(frame.to_dict("records"), cells, strict=True):
        assert row["loss"] == pytest.approx(size)
        assert row["share"] == pytest.approx(size / lost.sum())
        assert (row["region"], row["sector"], row["input"]) == (
            toy.geography.codes[s], toy.sectors.codes[j], toy.sectors.codes[i])  # fmt: skip
        assert row["recovery"] == pytest.approx(float(d["recovery"][s, j]), nan_ok=True)
        assert row["first_week"] == pytest.approx(float(d["first_week"][s, j]), nan_ok=True)
    assert len(_view("bottleneck", toy, out, 3)) == 3


def test_courses_of_the_worst_places(toy: Accounts, out: Response) -> None:
    assert out.path is not None
    frame, lost = _view("path", toy, out, 2), out.detail["loss"].sum("sector")
    worst = sorted(toy.geography.codes, key=lambda c: -float(lost.sel(region=c)))[:2]
    assert list(frame.columns) == ["day", *worst]
    made, rate = out.path["output"].to_numpy(), toy.value_added.sum(2) / toy.output
    for code in worst:
        r = toy.geography.codes.index(code)
        for t, level in enumerate(frame[code]):
            now = sum(made[t, r, j] * rate[r, j] for j in range(3))
            assert level == pytest.approx(now / (toy.value_added[r].sum() / 365))
    assert list(frame["day"]) == [5.0 * (k + 1) for k in range(8)]


def test_sentences_beside_a_table(toy: Accounts, out: Response) -> None:
    d = out.detail
    whole = {k: float(d[k].sum()) for k in PARTS[:4]}
    share = 100 * whole["loss"] / (toy.value_added.sum() * 40 / 365)
    notes = _view("region", toy, out).attrs["notes"]
    assert notes[0].startswith(
        f"Value added lost in 40 days, all regions together: {whole['loss']:.4g} {toy.unit}, {share:.3f}% of the"
    )
    assert f"at rest, {share * 40 / 365:.3f}% of a year's; to the shock itself {whole['loss_direct']:.4g}" in notes[0]
    assert f"inputs {whole['loss_inputs']:.4g}, for missing orders {whole['loss_demand']:.4g}" in notes[0]
    assert out.path is not None
    rate, made = toy.value_added.sum(2) / toy.output, out.path["output"].to_numpy()
    level = [(made[t, :3] * rate[:3]).sum() / (toy.value_added[:3].sum() / 365) for t in range(8)]
    low = int(np.argmin(level))
    moves = "flat" if abs(level[-1] - level[-2]) < 1e-4 else "recovering" if level[-1] > level[-2] else "still falling"
    assert notes[1] == (f"At the end value added of ATL is {moves}, at {100 * level[-1]:.2f}% of its level at rest; lowest "
                        f"{100 * level[low]:.2f}%, day {5 * (low + 1)}.")  # fmt: skip


@pytest.mark.parametrize("by", ["link", "good", "supplier"])
def test_cuts_by_loops(by: str) -> None:
    """Nations abroad and regions of the destination's own nation sell to two regions of it, not to themselves."""
    acc = uneven()
    g, to = acc.geography, ("A1", "A2")
    value: dict[tuple[str, str], float] = {}
    for r, code in enumerate(g.codes):
        name = code if g.nation[r] == "A" else g.nation[r]
        for i, good in enumerate(acc.sectors.codes[:3]):
            bought = sum(acc.flow[r, g.codes.index(s), i] for s in to if s != code)
            value[name, good] = value.get((name, good), 0.0) + bought
    sellers, goods = list(dict.fromkeys(n for n, _ in value)), acc.sectors.codes[:3]
    if by == "good":
        value = {("+".join(sellers), c): sum(value[n, c] for n in sellers) for c in goods}
    elif by == "supplier":
        value = {(n, "+".join(goods)): sum(value[n, c] for c in goods) for n in sellers}
    expected = sorted(value.items(), key=lambda kv: -kv[1])
    for most in (0, 2):
        found = cuts(acc, by, "all", "A1+A2", "s0+s1+s2", most)
        assert [(c.supplier, c.good) for c in found] == [k for k, _ in expected[: most or None]]
        assert [c.value for c in found] == pytest.approx([v for _, v in expected[: most or None]])


def test_draws_one_after_the_other_are_runs(toy: Accounts) -> None:
    shocks = [Shock((Capacity("AT-N", "MAN", loss=x, end=5),)) for x in (0.2, 0.6)]
    draws = [PropagationParameters(horizon_days=14.0, record_days=7.0, inventory_days=d) for d in (3.0, 6.0)]
    for many, shock, p in zip(respond_many(toy, shocks, draws, booked=False), shocks, draws, strict=True):
        assert many.detail.identical(respond(toy, shock, p).detail)


def test_what_is_given_comes_before_what_is_rated(toy: Accounts) -> None:
    of = toy.sectors
    p = PropagationParameters(critical_shares={"FAR": {"MAN": 0.3}, "goods": {"SER": 0.7}}, inventory_days={"MAN": 8.0},
                              inventory_scale={"FAR": 2.0, "MAN": 0.01}, shelf_days={"FAR": 5.0})  # fmt: skip
    rated = criticality(of, PropagationParameters())
    expected = rated.copy()
    expected[0, 1], expected[:2, 2] = 0.3, 0.7  # input, industry
    np.testing.assert_array_equal(criticality(of, p), expected)
    all_but = PropagationParameters(criticality="leontief", critical_shares={"SER": {"goods": 0.2}})
    assert criticality(of, all_but).tolist() == [[1, 1, 1], [1, 1, 1], [0.2, 0.2, 1]]
    days = inventory_days(of, p)
    kept = bundled_days(of, p.inventory_set)
    np.testing.assert_allclose(days[:, 0], 2 * kept[:, 0])
    np.testing.assert_allclose(days[:, 1], p.step_days)  # 0.08 of a day is held to a step
    np.testing.assert_allclose(days[:, 2], kept[:, 2])
    assert shelf_days(of, p).tolist() == [5.0, np.inf, np.inf]
    alike = inventory_days(of, PropagationParameters(inventory_days=6.0, inventory_scale={"SER": 0.5}))
    np.testing.assert_allclose(alike, [[6, 6, 3]] * 3)


def _drawn(name: str) -> Any:
    return next(u for u in MODEL.uncertain if u.name == name)


def test_factors_and_choices_that_are_drawn(toy: Accounts) -> None:
    p = PropagationParameters(inventory_scale=1.5, substitution=True)
    move: Callable[..., PropagationParameters] = _drawn("inventories").move
    assert move(p, 2.0, toy).inventory_scale == 3.0
    assert move(move(p, 1, toy), 0.5, toy).inventory_scale == 0.75
    by = PropagationParameters(inventory_scale={"FAR": 2.0, "MAN": 0.5})
    assert move(by, 3.0, toy).inventory_scale == {"FAR": 6.0, "MAN": 1.5}
    errors = [_drawn("inventories").errors(by, u, toy).inventory_scale for u in np.linspace(0.001, 0.999, 400)]
    log = np.log([[e[c] for c in toy.sectors.codes] for e in errors]) - np.log([2.0, 0.5, 1.0])
    np.testing.assert_allclose(log.std(0), spread_of_days(toy.sectors), rtol=0.12)
    np.testing.assert_allclose(log.mean(0), 0, atol=0.15 * spread_of_days(toy.sectors).max())
    speed = _drawn("substitution_speed").move
    for factor in (0.5, 2.0):
        left = (1 - p.elasticity_year / p.elasticity_long) ** factor
        assert speed(p, factor, toy).elasticity_year == pytest.approx(p.elasticity_long * (1 - left))
    assert speed(p, 1, toy) == p
    chosen = _drawn("criticality_rule")
    assert chosen.move(p, "", toy) == p
    assert chosen.move(p, "linear", toy).criticality == "linear"
    assert set(chosen.choices) >= {"leontief", "linear"}
    for name, idle in (("inventory_set", PropagationParameters(inventory_days=3.0)),
                       ("substitution_speed", PropagationParameters(substitution=False))):  # fmt: skip
        assert _drawn(name).idle(idle)
        assert _drawn(name).idle(p) is None


def test_the_main_input_is_the_one_whose_want_cost_most() -> None:
    """Input, region, industry; -1 where no input was short, however little was lost for another."""
    stopped = np.array([[[0.1, 0.0], [2.0, 0.3]], [[0.2, 0.0], [1.0, 0.4]], [[0.05, 0.0], [3.0, 0.0]]])
    books: Any = SimpleNamespace(stopped=stopped)
    assert _main_input(books).tolist() == [[1, -1], [2, 1]]


@pytest.mark.parametrize(("days", "steps"), [(0.2, 1), (0.8, 2), (10.4, 21)])
def test_shares_are_revised_after_whole_steps_and_at_least_one(toy: Accounts, days: float, steps: int) -> None:
    p = PropagationParameters(step_days=0.5, revise_days=days)
    rules = economy(toy, p).rules
    assert rules.revise_steps == steps
    assert rules.revised == pytest.approx(min(1.0, steps * 0.5 * p.substitution_rate))


@pytest.mark.parametrize(
    ("service", "good", "rule", "said"),
    [
        (6.0, 0.3, "ratings", "compare `criticality=ratings_ignored`, `criticality=linear`"),
        (6.0, 0.3, "ratings_ignored", "compare `criticality=linear`"),
        (6.0, 0.3, "linear", ""),
        (1.0, 6.0, "ratings", ""),
        (0.05, 0.0, "ratings", ""),
    ],
)
def test_a_survey_taken_in_proportion_is_said_where_a_service_stands_first(
    toy: Accounts, service: float, good: float, rule: str, said: str
) -> None:
    """Of the home nation alone, by part of its own value added; BOR loses everything and counts for nothing."""
    lost = np.zeros((4, 3, 3))  # region, sector, input
    lost[:2, 2, 1], lost[:2, 2, 2], lost[0, 0, 1] = service / 2, 0.1 * service, good
    lost[3, :, 0] = 100.0
    made = np.array([[10.0, 500.0, 100.0]] * 4)
    detail = xr.Dataset(
        {"loss_by_input": (("region", "sector", "input"), lost), "base_value_added": (("region", "sector"), made)}
    )
    found = taken_in_proportion(toy, detail, PropagationParameters(criticality=rule))  # type: ignore[arg-type]
    assert len(found) == bool(said)
    assert all(
        n.startswith("sector SER loses the largest part of itself for missing inputs, sector MAN above all")
        for n in found
    )
    assert all(n.endswith(said) for n in found)

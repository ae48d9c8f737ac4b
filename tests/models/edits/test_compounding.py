"""Edits of one cell compound whatever their order, doses are doses of the parts, and ranges hold for what comes out."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import fields, replace
from itertools import permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.models.edits.strategies import LASTING, TIMED
from xunhuan.data.accounts import Accounts
from xunhuan.data.toyland import toyland
from xunhuan.errors import BadInput
from xunhuan.models.edits import (
    Capacity,
    Decoupling,
    DemandShift,
    Edit,
    ExportTax,
    FinalDemand,
    Link,
    MobilityCost,
    Orders,
    Productivity,
    Stock,
    Subsidy,
    Tariff,
    TradeCost,
    Wedge,
)
from xunhuan.models.edits.primitives import Primitives, Theta, elastic_primitives, primitives
from xunhuan.models.model import Shock
from xunhuan.models.propagation.economy import economy
from xunhuan.models.propagation.parameters import PropagationParameters
from xunhuan.models.propagation.state import Pressure
from xunhuan.models.propagation.timeline import pressure, timeline

pytestmark = pytest.mark.identity

TOY = toyland()
THETA = Theta(np.array([2.5, 4.0, 6.0]), np.array([3.5, 5.0, 6.5]))
DAYS = PropagationParameters(horizon_days=63)
MANY = settings(max_examples=60, deadline=None, derandomize=True)


def of(*edits: Edit) -> Primitives:
    return primitives(TOY, Shock(edits), THETA)


def tried(*edits: Edit) -> Primitives | set[str]:
    """The primitives, or the lines that the refusal names."""
    try:
        return of(*edits)
    except BadInput as e:
        return set(re.findall(r"`([^`]+)`", " ".join(e.items)))


def same(a: Primitives, b: Primitives) -> None:
    for f in fields(Primitives):
        np.testing.assert_allclose(getattr(a, f.name), getattr(b, f.name), rtol=1e-12, atol=1e-15, err_msg=f.name)


@MANY
@given(st.lists(LASTING, min_size=2, max_size=3))
def test_the_order_of_lasting_edits_does_not_matter(edits: list[Edit]) -> None:
    """Equal arrays, or refused with the same lines named."""
    first = tried(*edits)
    assert first, "a refusal names the lines"
    for order in permutations(edits):
        again = tried(*order)
        if isinstance(first, set):
            assert again == first
        else:
            assert isinstance(again, Primitives)
            same(again, first)


@MANY
@given(LASTING)
def test_a_dose_of_one_is_the_edit_and_of_nought_is_nothing(edit: Edit) -> None:
    assert edit.dosed(1.0) == edit
    assert isinstance(tried(edit), Primitives) or tried(edit) == {str(edit)}
    none = of(edit.dosed(0.0))
    np.testing.assert_array_equal(none.wedge, none.wedge_base)  # what a table holds is there at every dose
    same(replace(none, wedge=none.wedge / none.wedge_base, wedge_base=np.ones_like(none.wedge)), of())


@MANY
@given(LASTING, st.sampled_from([0.25, 0.5, 0.8]))
def test_a_dose_moves_ratios_as_powers_and_rates_in_straight_lines(edit: Edit, size: float) -> None:
    """d̂(λ) = d̂^λ where d̂ is finite; a ban is a cut of λ; rates t₀ + λ (t' − t₀). A part of a rate in range is in range."""
    whole = tried(edit)
    if isinstance(whole, set):
        return
    part, base = of(edit.dosed(size)), of()
    for name in ("trade_cost", "productivity", "final_demand", "mobility_cost"):
        full, got = getattr(whole, name), getattr(part, name)
        finite = np.isfinite(full)
        np.testing.assert_allclose(got[finite], full[finite] ** size, rtol=1e-12, err_msg=name)
        if not finite.all():
            theta = THETA.at(TOY, np.ix_(range(TOY.R), range(TOY.R), range(TOY.S)))
            np.testing.assert_allclose(got[~finite], ((1 - size) ** (-1 / theta))[~finite], rtol=1e-12)
    np.testing.assert_array_equal(part.wedge_base, whole.wedge_base)
    np.testing.assert_allclose(part.wedge / part.wedge_base, (whole.wedge / whole.wedge_base) ** size, rtol=1e-12)
    for name in ("tariff", "subsidy", "export_tax", "transfer"):
        old, full = getattr(base, name), getattr(whole, name)
        np.testing.assert_allclose(getattr(part, name), old + size * (full - old), rtol=1e-12, atol=1e-15, err_msg=name)


@MANY
@given(LASTING, LASTING, st.sampled_from([0.25, 0.5]))
def test_the_dose_of_a_pair_is_that_of_its_parts(one: Edit, two: Edit, size: float) -> None:
    """Ratios of the pair are the products of the parts', rates add up: t − t₀ = Σ of what each adds, where neither sets
    or multiplies what the other moves."""
    pair = tried(one.dosed(size), two.dosed(size))
    if isinstance(pair, set):
        return
    a, b, base = of(one.dosed(size)), of(two.dosed(size)), of()
    for name in ("trade_cost", "productivity", "final_demand", "mobility_cost", "wedge_base", "wedge"):
        np.testing.assert_allclose(getattr(pair, name), getattr(a, name) * getattr(b, name), rtol=1e-12, err_msg=name)
    rates = ["subsidy", "export_tax", "transfer"]
    if not any(isinstance(e, Tariff) and e.add is None for e in (one, two)):
        rates.append("tariff")
    for name in rates:
        moved = getattr(a, name) + getattr(b, name) - getattr(base, name)
        np.testing.assert_allclose(getattr(pair, name), moved, rtol=1e-12, atol=1e-15, err_msg=name)


def test_rates_of_a_cell_add_up_and_ratios_multiply() -> None:
    p = of(Subsidy("AT-N", "MAN", rate=0.05), Subsidy("ATL", "goods", rate=0.1))
    assert p.subsidy[0].tolist() == pytest.approx([0.1, 0.15, 0.0])
    assert p.subsidy[1].tolist() == pytest.approx([0.1, 0.1, 0.0])
    p = of(ExportTax("BOR", "ATL", "FAR", rate=0.2), ExportTax("BOR", "AT-E", "FAR", rate=-0.05))
    assert p.export_tax[3, :3, 0].tolist() == pytest.approx([0.2, 0.15, 0.2])
    p = of(Tariff("BOR", "ATL", "MAN", add=0.1), Tariff("BOR", "AT-S", "MAN", add=0.02))
    assert p.tariff[3, :3, 1].tolist() == pytest.approx([0.15, 0.15, 0.17])
    p = of(TradeCost("BOR", "ATL", "MAN", change=0.1), TradeCost("BOR", "AT-N", change=0.5))
    assert p.trade_cost[3, :3, 1].tolist() == pytest.approx([1.65, 1.1, 1.1])
    p = of(
        Productivity("AT-N", change=0.1),
        Productivity("ATL", "FAR", change=-0.2),
        MobilityCost("AT-N", change=0.5),
        MobilityCost("ATL", change=0.1),
        FinalDemand("BOR", change=0.2),
        FinalDemand("all", "MAN", change=1.0),
    )
    assert p.productivity[0].tolist() == pytest.approx([0.88, 1.1, 1.1])
    assert p.mobility_cost.tolist() == pytest.approx([1.65, 1.1, 1.1, 1.0])
    assert p.final_demand[3].tolist() == pytest.approx([1.2, 2.4, 1.2])


def test_a_tariff_is_set_then_multiplied_then_added_to_whatever_the_order() -> None:
    """t' = (s + (t₀ − s)(1 − w)) m + a: t₀ = 0.05, halfway to 0.25 is 0.15, doubled 0.3, 0.1 on top 0.4."""
    edits = (
        Tariff("BOR", "ATL", "MAN", set=0.25, part=0.5),
        Tariff("BOR", "ATL", multiply=2.0),
        Tariff("BOR", "ATL", add=0.1),
    )
    for order in permutations(edits):
        np.testing.assert_allclose(of(*order).tariff[3, :3, 1], 0.4, rtol=1e-15)


def test_a_rate_set_twice_to_one_value_is_that_value_and_to_two_is_refused() -> None:
    one, again = Tariff("BOR", "ATL", "MAN", set=0.3, part=0.5), Tariff("BOR", "AT-N", "MAN", set=0.3, part=0.5)
    p = of(one, again)  # halfway twice is three quarters of the way
    assert p.tariff[3, :3, 1].tolist() == pytest.approx([0.2375, 0.175, 0.175])
    p = of(Tariff("BOR", "ATL", "MAN", set=0.3), Tariff("BOR", "AT-N", "MAN", set=0.3))
    assert p.tariff[3, :3, 1].tolist() == pytest.approx([0.3, 0.3, 0.3], rel=1e-15)
    other, third = Tariff("BOR", "AT-N", "all", set=0.1), Tariff("BOR", "AT-E", "goods", set=0.2)
    for order in permutations((one, other, third)):
        with pytest.raises(BadInput) as e:
            of(*order)
        assert len(e.value.items) == 2
        assert "is set to 0.1 and 0.3 (set a rate once, or use add and multiply)" in e.value.items[0]
        assert "the tariff of BOR->AT-E MAN is set to 0.2 and 0.3" in e.value.items[1]
        for k, wrong in ((0, other), (1, third)):
            assert f"`{one}`" in e.value.items[k]
            assert f"`{wrong}`" in e.value.items[k]


@pytest.mark.parametrize(
    ("edits", "told"),
    [
        ((Subsidy("AT-N", "MAN", rate=0.6), Subsidy("ATL", rate=0.5)),
         "`subsidy regions=AT-N sectors=MAN rate=0.6` and `subsidy regions=ATL rate=0.5`: the subsidy of AT-N MAN would be "
         "1.1 (rates must lie below 1)"),
        ((ExportTax("BOR", "ATL", "FAR", rate=-0.7), ExportTax("BOR", "all", rate=-0.4)),
         "`export_tax from=BOR to=ATL sectors=FAR rate=-0.7` and `export_tax from=BOR to=all rate=-0.4`: the export tax "
         "of BOR->AT-N FAR would be -1.1, as in 2 more cells (rates must lie above -1)"),
        ((Tariff("BOR", "ATL", "MAN", add=-0.04), Tariff("BOR", "ATL", add=-0.03)),
         "`tariff from=BOR to=ATL sectors=MAN add=-0.04` and `tariff from=BOR to=ATL add=-0.03`: the tariff of BOR->AT-N "
         "MAN would be -0.02, as in 2 more cells (rates must be 0 or more)"),
    ],
)  # fmt: skip
def test_ranges_are_checked_on_the_sum_naming_the_lines(edits: tuple[Edit, ...], told: str) -> None:
    for one in edits:
        assert isinstance(tried(one), Primitives), "each alone is in range"
    with pytest.raises(BadInput) as e:
        of(*edits)
    assert e.value.items == (told,)
    assert isinstance(tried(*(x.dosed(0.5) for x in edits)), Primitives), "half of both is in range"


@pytest.mark.parametrize(
    ("edits", "told"),
    [
        ((Productivity("AT-N", "MAN", change=1e308),) * 2, "the productivity of AT-N MAN would be"),
        ((TradeCost("AT-N", "AT-E", "MAN", change=1e308),) * 2, "the trade cost of AT-N->AT-E MAN would be"),
        ((Subsidy("AT-N", "MAN", rate=-1e308),) * 2, "the subsidy of AT-N MAN would be"),
        ((Wedge("AT-N", "MAN", rate=0.2, rebated=0.0, part=5e5),), "the productivity of AT-N MAN would be"),
        ((Wedge("AT-N", "MAN", rate=0.1, to=0.2, part=5e5),), "the wedge of AT-N MAN would be"),
    ],
)
def test_what_no_number_can_hold_is_told_and_no_ban(edits: tuple[Edit, ...], told: str) -> None:
    with pytest.raises(BadInput, match=f"{told} more than a number can hold .take smaller changes"):
        primitives(toyland(), Shock(edits))
    ban = TradeCost("AT-N", "AT-E", "MAN", ban=True)
    both = Shock((ban, TradeCost("AT-N", "AT-E", "MAN", change=1e308)))
    assert np.isinf(primitives(toyland(), both).trade_cost[0, 1, 1])


def test_what_one_edit_makes_good_is_not_told() -> None:
    """A tariff below 0 by one line and lifted by another is in range."""
    p = of(Tariff("BOR", "ATL", "MAN", add=-0.1), Tariff("BOR", "ATL", "MAN", add=0.2))
    assert p.tariff[3, :3, 1].tolist() == pytest.approx([0.15] * 3)


def test_edits_that_make_no_sense_on_the_table_are_told_together() -> None:
    with pytest.raises(BadInput, match="the shock cannot be applied") as e:
        of(Tariff("AT-N", "AT-E", add=0.1), Productivity("AT-Q", "MANN", change=0.1), TradeCost("BOR", "BOR", ban=True),
           Subsidy("AT-N", rate=0.7), Subsidy("AT-N", rate=0.7))  # fmt: skip
    assert e.value.items == (
        "`tariff from=AT-N to=AT-E add=0.1`: the tariff touches no pair of different nations (name another origin or "
        "destination)",
        "`productivity regions=AT-Q sectors=MANN change=0.1`: regions: unknown region 'AT-Q' (did you mean AT-S, AT-N, "
        "AT-E?)",
        "`productivity regions=AT-Q sectors=MANN change=0.1`: sectors: unknown sector 'MANN' (did you mean MAN?)",
        "`trade_cost from=BOR to=BOR ban=true`: the trade cost touches no pair of different regions (name another origin "
        "or destination)",
        "`subsidy regions=AT-N rate=0.7` and `subsidy regions=AT-N rate=0.7`: the subsidy of AT-N FAR would be 1.4, as in 2 "
        "more cells (rates must lie below 1)",
    )


def test_what_has_no_dose_says_so() -> None:
    ban = TradeCost("BOR", "ATL", ban=True)
    with pytest.raises(BadInput, match=r"a ban has no dose of 1\.5\n  fix: a dose of 1 at most"):
        ban.dosed(1.5)

    class Whole(Edit):
        kind = "whole"

    assert Whole().dosed(1.0) == Whole()
    with pytest.raises(BadInput, match=r"whole has no dose of 0\.5\n  fix: a dose of 1"):
        Whole().dosed(0.5)


def test_a_cut_at_a_large_dose_is_a_ban() -> None:
    """1 − (1 − cut)^λ is 1 to the last digit."""
    all_but_cut = TradeCost("BOR", "ATL", "MAN", cut=0.9).dosed(40.0)
    same(of(all_but_cut), of(TradeCost("BOR", "ATL", "MAN", ban=True)))


def test_barriers_told_by_sales_need_elasticities() -> None:
    edits = (TradeCost("BOR", "ATL", cut=0.5), TradeCost("ATL", "ATL", best=0.2), DemandShift("ATL", "BOR", shift=0.1))
    with pytest.raises(BadInput) as e:
        primitives(TOY, Shock(edits))
    assert [item.partition("`: ")[2] for item in e.value.items] == [
        "a partial ban needs trade elasticities (run it with the trade model)",
        "costs down to the best pairs need trade elasticities (run it with the trade model)",
        "a shift of demand needs trade elasticities (run it with the trade model)",
    ]
    assert np.isfinite(of(*edits).trade_cost).all()
    same(primitives(TOY, Shock((edits[0].dosed(0.0), TradeCost("BOR", "ATL", ban=True).dosed(0.0)))), of())
    plain = Shock((Subsidy("AT-N", rate=0.05),))
    asked = [elastic_primitives(TOY, shock, THETA)[1] for shock in (plain, plain, Shock(edits), Shock(edits))]
    assert asked == [False, False, True, True], "the second time it is kept"


def test_amounts_that_cannot_be() -> None:
    for kind in (FinalDemand, Orders):
        with pytest.raises(BadInput, match="exactly one of change, amount"):
            kind("BOR")
    with pytest.raises(BadInput, match="exactly one of change, amount"):
        FinalDemand("BOR", change=0.1, amount=3)
    (wrong,) = FinalDemand("BOR", amount=-1e5).check(TOY)
    assert (
        str(wrong)
        == f"amount: -100000 is all that is bought there or more (above -{TOY.final[3].sum():.3g} million SHL)"
    )
    bought = TOY.final[3].sum() * 30 / 365
    (wrong,) = Orders("BOR", amount=-1e5).check(TOY)
    assert str(wrong) == f"amount: -100000 is {-1e5 / bought:.3g} times what is bought there in those days (-1 to 1000)"


def flat(p: Pressure) -> dict[str, np.ndarray]:
    """A pressure as whole arrays."""
    rest = np.ones((TOY.S, TOY.R, TOY.R))
    room, tilt = np.full(rest.shape, np.inf), rest.copy()
    if p.cells is not None and p.room is not None:
        room[p.cells] = p.room
    if p.tilted is not None and p.tilt is not None:
        tilt[p.tilted] = p.tilt
    target = np.ones((TOY.R, TOY.S)) if p.target is None else p.target
    return {"capacity": p.capacity, "demand": p.demand, "target": target, "room": room, "tilt": tilt}


def pressures(*edits: Edit) -> list[dict[str, np.ndarray]]:
    tl, _ = timeline(TOY, Shock(edits), economy(TOY, DAYS), DAYS)
    return [flat(pressure(tl, k)) for k in range(DAYS.steps)]


def able(*edits: Edit) -> bool:
    return not any(e.check(TOY) for e in edits)


@pytest.mark.slow
@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.lists(TIMED, min_size=2, max_size=3))
def test_the_order_of_timed_edits_does_not_matter(edits: list[Edit]) -> None:
    if not able(*edits):
        return
    first = pressures(*edits)
    for order in permutations(edits):
        for a, b in zip(pressures(*order), first, strict=True):
            for name in a:
                np.testing.assert_allclose(a[name], b[name], rtol=1e-12, err_msg=name)


@pytest.mark.slow
@settings(max_examples=40, deadline=None, derandomize=True)
@given(TIMED)
def test_a_timed_dose_of_one_is_the_edit_and_of_nought_is_nothing(edit: Edit) -> None:
    assert edit.dosed(1.0) == edit
    if not able(edit):
        return
    for name, rest in pressures()[0].items():
        for now in pressures(edit.dosed(0.0)):
            free = np.isinf(now[name]) | (now[name] == rest)
            # A link throttled by nothing carries what it carries at rest.
            assert free.all() or name == "room", name


@pytest.mark.slow
@settings(max_examples=40, deadline=None, derandomize=True)
@given(TIMED, TIMED)
def test_overlapping_timed_edits_multiply_what_each_leaves(one: Edit, two: Edit) -> None:
    if not able(one, two):
        return
    tl, _ = timeline(TOY, Shock((one, two)), economy(TOY, DAYS), DAYS)
    rest = tl.at_rest
    for a, b, both in zip(pressures(one), pressures(two), pressures(one, two), strict=True):
        for name in ("capacity", "demand", "target", "tilt"):
            np.testing.assert_allclose(both[name], a[name] * b[name], rtol=1e-12, err_msg=name)
        left = [np.where(np.isinf(x["room"]), 1.0, x["room"] / np.where(rest > 0, rest, 1.0)) for x in (a, b, both)]
        np.testing.assert_allclose(left[2], left[0] * left[1], rtol=1e-12)


LAWS: dict[object, Callable[[float], float]] = {
    "none": lambda u: 0.0,
    "linear": lambda u: max(1 - u, 0.0),
    "exponential": lambda u: math.exp(-3 * u),
    "logistic": lambda u: (math.tanh(2.5 - 5 * min(u, 1.0)) / math.tanh(2.5) + 1) / 2,  # σ(2x) is (1 + tanh x) / 2
    (0.2, 0.5): lambda u: 1 - 0.4 * u if u < 0.5 else 0.8 - 0.6 * (min(u, 1.0) - 0.5),
}


@pytest.mark.parametrize("law", LAWS, ids=str)
def test_what_is_lost_comes_back_as_the_law_says(law: Any) -> None:
    cut = Capacity("AT-N", loss=0.5, start=2, end=10, recovery=law, recovery_days=20 if law != "none" else 0)
    days = np.array([0.0, 1.9, 2.0, 9.9, 10.0, 14.0, 20.0, 25.0, 29.0, 30.0, 44.0])
    want = [0.0 if d < 2 else 1.0 if d < 10 else LAWS[law]((d - 10) / 20) for d in days]
    np.testing.assert_allclose(cut.strength(days), want, rtol=1e-12, atol=1e-15)


def test_years_bring_a_cut_in_evenly_or_at_once() -> None:
    years = np.array([2019, 2021, 2022, 2024, 2026, 2030])
    for ramp in (0.0, 5.0):
        cut = Decoupling("BOR", "ATL", channel="tools", size=0.6, start=2022, ramp=ramp)
        want = [0.6 * (float(y >= 2022) if not ramp else min(max((y - 2022) / ramp, 0.0), 1.0)) for y in years]
        np.testing.assert_allclose(cut.strength(years, 2000), want, rtol=1e-15)
    assert Decoupling("BOR", "ATL", channel="tools", size=0.6).strength(years, 2021).tolist()[2] == pytest.approx(0.06)


def test_timed_doses_by_hand() -> None:
    assert Capacity("AT-N", loss=0.6).dosed(0.5).loss == pytest.approx(0.3)
    assert Capacity("AT-N", loss=0.6).dosed(4.0).loss == 1.0
    assert Link("AT-N", "BOR").dosed(0.25).loss == 0.25
    assert Orders("BOR", change=-0.4).dosed(2.0).change == -0.8
    assert Orders("BOR", change=-0.4).dosed(3.0).change == -1.0
    assert Orders("BOR", change=0.4).dosed(3.0).change == pytest.approx(1.2)
    assert Stock("BOR", factor=4.0).dosed(0.5).factor == 2.0


def test_lasting_edits_press_from_the_first_day(toy: Accounts) -> None:
    now = pressures(Productivity("AT-N", "MAN", change=-0.3), TradeCost("BOR", "AT-E", "FAR", ban=True),
                    FinalDemand("BOR", change=0.1))  # fmt: skip
    for k in (0, 40):
        assert now[k]["capacity"][0].tolist() == pytest.approx([1.0, 0.7, 1.0])
        assert now[k]["demand"][3].tolist() == pytest.approx([1.1] * 3)
        assert now[k]["room"][0, 3, 1] == 0
        assert np.isinf(now[k]["room"]).sum() == now[k]["room"].size - 1

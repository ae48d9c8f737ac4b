"""The room: what it reads off tables and shocks, what it hands on, and that nothing lost changes nothing."""

from __future__ import annotations

import numpy as np
import pytest

import xunhuan as xh
from xunhuan.build.capital import CAPITAL_TABLE, capital_earned
from xunhuan.data.accounts import Accounts
from xunhuan.data.classification import Sectors
from xunhuan.data.places import places
from xunhuan.data.records import changed
from xunhuan.data.store import load
from xunhuan.errors import BadInput
from xunhuan.models.conversion.answer import capital_of_output, respond
from xunhuan.models.conversion.assumed import Assumed, assumed
from xunhuan.models.conversion.edits import Certification, Exhibition, Help, SubsidyHomeSales
from xunhuan.models.conversion.firms import mixed_sales, pure_recovery
from xunhuan.models.conversion.handing import hands_on, orders_read
from xunhuan.models.conversion.parameters import ASSUMED_NAMES, ConversionParameters
from xunhuan.models.conversion.read import read
from xunhuan.models.conversion.told import CONVERSION_VIEWS
from xunhuan.models.edits import Orders, OriginOrders, OriginShift, UsedUp
from xunhuan.models.edits.by_origin import read_cells
from xunhuan.models.model import Edit, Response, Shock

pytestmark = pytest.mark.identity

GONE = Orders("foreign", "manufacturing", origin="CHN", change=-1.0, start=0, end=182)
JIANGSU = Certification("CN-JS", fee=-0.5, lag_weeks=-4.0)
PLAIN = ConversionParameters(draws=0)


@pytest.fixture(scope="module")
def world() -> Accounts:
    return load("world-2017")


@pytest.fixture(scope="module")
def alone(world: Accounts) -> Response:
    return respond(world, Shock((GONE,)), PLAIN)


def by_hand(acc: Accounts, region: str, sector: str, change: float, p: ConversionParameters) -> tuple[float, float]:
    """Lost and gained in a cell at a year's rates, once sales have started, with plain numbers."""
    g, i = acc.geography, acc.sectors.index(sector)
    r = g.codes.index(region)
    inside = [k for k, n in enumerate(g.nation) if n == acc.home]
    outside = [k for k, n in enumerate(g.nation) if n != acc.home]
    final = np.maximum(acc.final, 0).sum(2)[:, i] / acc.absorption[:, i]
    exports, home = acc.flow[r, outside, i].sum(), acc.flow[r, inside, i].sum()
    lost = -change * sum(acc.flow[r, s, i] * min(final[s], 1.0) for s in outside)
    earned = capital_earned(load(CAPITAL_TABLE)).set_index("sector")
    stands = {"C26": ["20", "21"]}[sector]  # electronics and instruments of the list of 42
    share = earned["capital"][stands].sum() / earned["output"][stands].sum()
    omega = share / (1 - share)
    mixed, sells = exports * (1 - p.pure_share), home * p.exporters_share
    after = mixed_sales(mixed / (mixed + sells), lost / exports, p.demand_elasticity, omega)
    return mixed * (1 - float(after.abroad)) + lost * p.pure_share, sells * (float(after.home) - 1)


def test_a_cell_is_what_plain_numbers_give(world: Accounts, alone: Response) -> None:
    d = alone.detail.isel(draw=0).sel(region="CN-GD", sector="C26")
    lost, mixed = by_hand(world, "CN-GD", "C26", -1.0, PLAIN)
    half, selling = 0.5, 1 - 8 / 26
    assert float(d["lost_mixed"] + d["lost_pure"]) == pytest.approx(half * lost, rel=2e-6)
    assert float(d["mixed"]) == pytest.approx(half * selling * mixed, rel=1e-5)
    pure = alone.detail.isel(draw=0)
    per = (pure["pure"].sum() / pure["lost_pure"].sum() / selling).item()
    assert per == pytest.approx(float(pure_recovery(20.0, 1.1, 0.35, 1.0)), rel=2e-2)  # x* differs by good


def test_what_capital_earns_is_the_account_s_own() -> None:
    acc = load(CAPITAL_TABLE)
    parts = [acc.components.index(c) for c in ("depreciation", "operating_surplus")]
    goods = acc.sectors.select("manufacturing")
    earned, output = acc.value_added[acc.closed][:, goods][:, :, parts].sum(), acc.output[acc.closed][:, goods].sum()
    assert earned / output / (1 - earned / output) == pytest.approx(0.1053, abs=5e-4)
    made = capital_earned(acc)
    np.testing.assert_allclose(capital_of_output(acc.sectors), made["capital"] / made["output"], rtol=1e-6)


def test_what_capital_earns_follows_isic_and_not_codes() -> None:
    """Numbers alone are no list; the list of 2012 has building where that of 2017 has trade."""
    assert np.isnan(capital_of_output(Sectors(("28", "29")))).all()
    of = dict(zip(load(CAPITAL_TABLE).sectors.codes, capital_of_output(load(CAPITAL_TABLE).sectors), strict=True))
    old = load("china-2012").sectors
    mine = dict(zip(old.codes, capital_of_output(old), strict=True))
    assert mine["28"] == pytest.approx(of["27"], rel=1e-9)


def test_nothing_lost_changes_nothing(world: Accounts) -> None:
    r = respond(world, Shock(()), PLAIN)
    assert r.accounts.digest == world.digest
    assert hands_on(r) == ()
    numbers, rest = read(world, r, places(world)), read(world, None, places(world))
    for name in rest:
        assert not np.asarray(numbers[name].values).any()
        assert not np.asarray(rest[name].values).any()
    helped = respond(world, Shock((JIANGSU,)), PLAIN)
    assert hands_on(helped) == ()
    assert helped.notes == ("no firm at home loses orders of these goods from abroad",)


def test_what_is_handed_on_in_weeks_is_what_was_gained_less_what_others_lose(world: Accounts, alone: Response) -> None:
    edits = hands_on(alone)
    assert edits[0] == GONE == orders_read(alone)[0]
    more = [e for e in edits if isinstance(e, OriginOrders)]
    assert [(e.start, e.end) for e in more] == [(56.0, 182.0)]
    assert not [e for e in edits if isinstance(e, OriginShift | UsedUp)]
    d = alone.detail.isel(draw=0)
    final = {(r, s): float(d["final_home"].sel(region=r, sector=s)) for r, s, _ in read_cells(more[0].cells)}
    added = sum(change * final[r, s] for r, s, change in read_cells(more[0].cells))
    gained = (d["mixed"] + d["pure"]).to_numpy() / 0.5 / (1 - 8 / 26)
    # Where no final user at home buys the good yet, its sales cannot be a change of anything, though others lose by them.
    told = gained[d["final_home"].to_numpy() > 0].sum()
    assert told / gained.sum() > 0.999
    assert added == pytest.approx(told - assumed()["crowding"].value * gained.sum(), rel=1e-9)


def test_only_what_policy_adds_is_handed_on_for_good(world: Accounts, alone: Response) -> None:
    r = respond(world, Shock((GONE, JIANGSU, SubsidyHomeSales("CN-GD", budget=1e9))), PLAIN)
    starts = sorted(e.start for e in hands_on(r) if isinstance(e, OriginOrders))
    assert starts == [28.0, 56.0]
    (shift,) = (e for e in hands_on(r) if isinstance(e, OriginShift))
    assert {c[0] for c in read_cells(shift.cells)} == {"CN-JS", "CN-GD"}
    used = {e.regions: e.value for e in hands_on(r) if isinstance(e, UsedUp)}
    rate = 6.7518  # yuan a dollar of 2017, bundled
    assert used["CN-GD"] == pytest.approx(2 * 1e9 / 1e6 / rate, rel=1e-9)
    g, goods = world.geography, world.sectors.select("manufacturing")
    home = world.flow[g.codes.index("CN-GD")][g.select("CHN", "CHN")][:, goods].sum(0)
    codes = [world.sectors.codes[k] for k in goods]
    added = sum(c * home[codes.index(s)] for r_, s, c in read_cells(shift.cells) if r_ == "CN-GD")
    d, before = r.detail.isel(draw=0).sel(region="CN-GD"), alone.detail.isel(draw=0).sel(region="CN-GD")
    gained = float((d["mixed"] + d["pure"] - before["mixed"] - before["pure"]).sum())
    assert added == pytest.approx(gained / 0.5 / (1 - 8 / 26), rel=1e-9)
    everything = respond(world, Shock((GONE,)), ConversionParameters(draws=0, feed="all"))
    assert len([e for e in hands_on(everything) if isinstance(e, OriginShift)]) == 1
    assert any("counts a fall of price as a gain of technology" in n for n in everything.notes)


def test_help_reads_as_its_numbers_say(world: Accounts, alone: Response) -> None:
    where = places(world)
    js = [where.codes[k] for k in where.home_index].index("CN-JS")
    cheaper = respond(world, Shock((GONE, Certification("CN-JS", fee=-0.5))), PLAIN)
    n = read(world, cheaper, where)
    entered = np.asarray(n["firms_turned"].values)[js]
    # x* falls by the fee's part of the cost of entry, and firms by its tail: 15% of costs, (1 − .15)^(−1.1).
    before = np.asarray(read(world, alone, where)["firms_turned"].values)[js]
    assert entered / before == pytest.approx(0.85**-1.1, rel=1e-9)
    there = np.asarray(n["sold_at_home"].values)[js], np.asarray(read(world, alone, where)["sold_at_home"].values)[js]
    assert (float(n["sold_where_helped"].values), float(n["sold_there_alone"].values)) == pytest.approx(
        there, rel=1e-12
    )
    assert "sold_where_helped" not in read(world, alone, where)
    quicker = respond(world, Shock((GONE, Certification("CN-JS", lag_weeks=-4.0))), PLAIN)
    n = read(world, quicker, where)
    assert np.asarray(n["help_spent"].values)[js] == 0
    assert np.isnan(np.asarray(n["help_per_unit"].values)[js])
    # Sales of mixed exporters start four weeks sooner, no more; those of pure ones also since more find it worth while.
    d, base = quicker.detail.isel(draw=0).sel(region="CN-JS"), alone.detail.isel(draw=0).sel(region="CN-JS")
    assert float(d["mixed"].sum() / base["mixed"].sum()) == pytest.approx(22 / 18, rel=1e-12)
    assert float(d["pure"].sum() / base["pure"].sum()) == pytest.approx((22 / 18) ** 1.1, rel=1e-12)
    stands = respond(world, Shock((GONE, Exhibition("CN-AH", stands=100, cost=2e5))), PLAIN)
    n = read(world, stands, where)
    ah = [where.codes[k] for k in where.home_index].index("CN-AH")
    assert np.asarray(n["firms_turned"].values)[ah] - np.asarray(read(world, alone, where)["firms_turned"].values)[
        ah
    ] == (pytest.approx(100, rel=1e-9))


def test_intervals_lie_around_the_middle_and_tables_say_them(world: Accounts) -> None:
    p = ConversionParameters(draws=48, per_yuan={"budget": 2e8, "regions": "CN-GD"})  # type: ignore[arg-type]
    r = respond(world, Shock((GONE,)), p)
    n = read(world, r, places(world))
    for name in ("sold_at_home", "recovered_per_unit", "sold_at_home_by_kind"):
        x = n[name]
        assert x.low is not None
        assert x.high is not None
        assert (x.low < x.high).all()
    assert n["recovered_per_unit"].coords["instrument"] == [
        "certification", "exhibition", "subsidy_converts", "subsidy_exporters"
    ]  # fmt: skip
    assert np.asarray(n["best_mix"].values).sum() == pytest.approx(1, abs=1e-9)
    told = CONVERSION_VIEWS["instrument"](world, r, 0).set_index("instrument")["best_mix"].dropna()
    assert told.to_dict() == pytest.approx(
        {k: 100 * v for k, v in zip(n["best_mix"].coords["mixed_instrument"], n["best_mix"].values, strict=True)}
    )
    for view in CONVERSION_VIEWS.values():
        frame = view(world, r, 5)
        assert 0 < len(frame) <= 5
        assert frame.attrs["notes"]
    again = respond(world, Shock((GONE,)), p)
    np.testing.assert_array_equal(again.detail["pure"], r.detail["pure"])


def test_spread_evenly_fewer_firms_find_entry_worth_while(world: Accounts) -> None:
    half = GONE.model_copy(update={"change": -0.19})
    found = [
        float(respond(world, Shock((half,)), ConversionParameters(draws=0, spread=s)).detail["pure"].sum())
        for s in ("whole", "even")
    ]
    assert found[1] < found[0]


def test_in_the_long_run_mixed_exporters_gain_nothing(world: Accounts) -> None:
    d = respond(world, Shock((GONE,)), ConversionParameters(draws=0, horizon="long")).detail
    assert abs(float(d["mixed"].sum())) < 1e-9
    assert float(d["pure"].sum()) > 0


def test_drawn_figures_are_the_file_s() -> None:
    assert set(ASSUMED_NAMES) == set(assumed())
    for name, a in assumed().items():
        assert getattr(ConversionParameters(), name) == a.value
        u = (np.arange(2000) + 0.5) / 2000
        x = a.at(u)
        assert a.low < x.min() < x.max() < a.high
        assert (np.diff(x) > 0).all()


@pytest.mark.parametrize(
    ("edits", "said"),
    [
        ((Orders("foreign", origin="CHN", change=0.1),), "the change must be below 0"),
        ((GONE, SubsidyHomeSales("CN-GD", budget=1e9), SubsidyHomeSales("CN-GD", budget=1e9, on="exporters")),
         "firms of some of its regions have one already"),
        ((GONE, Exhibition("USA", stands=5)), "names no region of CHN"),
        ((GONE, SubsidyHomeSales("CN-XZ", budget=1e15)), "larger than home sales could take"),
    ],
)  # fmt: skip
def test_what_cannot_be_says_so(world: Accounts, edits: tuple[Edit, ...], said: str) -> None:
    with pytest.raises(BadInput) as e:
        respond(world, Shock(edits), PLAIN)
    assert said in str(e.value)


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"demand_elasticity": 1.0}, "must be more than 1"), ({"firm_tail": 1.0}, "must be more than 1"),
        ({"convexity": -0.1}, "must be 0 or more"), ({"home_potential": -0.1}, "must be 0 or more"),
        ({"pure_share": 1.0}, "must be less than 1"), ({"per_yuan": {"budget": 0.0}}, "must be more than 0"),
        ({"per_yuan": {"budget": 1e9, "instruments": ["exhibition", "exhibition"]}}, "once at most"),
        ({"per_yuan": {"budget": 1e15}}, "larger than all costs of entry"),
        ({"currency": "XYZ", "per_yuan": {"budget": 1e9}}, "no rate of XYZ"),
    ],
)  # fmt: skip
def test_parameters_that_cannot_be_say_so(parameters: dict[str, object], said: str) -> None:
    with pytest.raises(BadInput) as e:
        xh.respond("world-2017", GONE, model="conversion", draws=0, **parameters)
    assert said in str(e.value)


def test_help_is_a_policy_and_says_what_is_wrong_with_it() -> None:
    for made, said in (
        (lambda: Certification("CN-JS", fee=0.5), "must be 0 or less"),
        (lambda: Certification("CN-JS", lag_weeks=4), "must be 0 or less"),
        (lambda: Exhibition("CN-AH", stands=0), "must be more than 0"),
        (lambda: SubsidyHomeSales("CN-AH", budget=-1), "must be more than 0"),
    ):  # fmt: skip
        with pytest.raises(BadInput) as e:
            made()
        assert said in str(e.value)
    shock = {"name": "help", "certification": {"regions": "CN-JS", "fee": -0.5}}
    orders = {"name": "gone", "orders": {"regions": "foreign", "origin": "CHN", "change": -1.0}}
    with pytest.raises(BadInput) as e:
        xh.run({"title": "?", "base": "world-2017", "shock": [orders, shock], "model": {"conversion": {}}})
    assert 'certification can only answer a shock: give this one role = "policy"' in str(e.value)
    assert issubclass(Certification, Help)


def test_cells_without_exports_are_nothing_and_toyland_does_without_rates(toy: Accounts) -> None:
    shock = Orders("BOR", "MAN", origin="ATL", change=-1.0, end=182)
    r = xh.respond(toy, shock, model="conversion", convexity=0.1, draws=0)
    assert float(r.detail["pure"].sum()) > 0
    assert np.isnan(r.detail["converts"]).all()
    assert any("firms are not counted" in n for n in r.notes)
    empty = toy.flow.copy()
    moved = empty[:3, 3, 1].copy()
    empty[:3, 3, 1] = 0
    empty[:3, :3, 1] += np.diag(moved)
    final = toy.final.copy()
    final[:3, 1, 0] += moved
    final[3, 1, 0] -= moved.sum()
    none = respond(toy.replace(flow=empty, final=final), Shock((shock,)), ConversionParameters(convexity=0.1, draws=0))
    for name in ("mixed", "pure", "lost_mixed", "lost_pure"):
        assert np.isfinite(none.detail[name]).all()
        assert not none.detail[name].any()
    unknown = toy.replace(sectors=Sectors(("1", "2", "3")[: toy.S]))
    with pytest.raises(BadInput, match="it is not known what capital earns in these sectors"):
        respond(unknown, Shock((Orders("BOR", "2", origin="ATL", change=-1.0, end=182),)), changed(PLAIN, sectors="2"))


def test_a_cell_has_one_seller(toy: Accounts) -> None:
    for edit in (OriginShift("BOR", cells="ATL:MAN:0.1"), OriginOrders("BOR", cells="ATL:MAN:0.1")):
        (wrong,) = edit.check(toy)
        assert (wrong.what, wrong.fix) == ("ATL is 3 regions, a cell has one seller", "give each region its own cell")


def test_a_range_must_hold_its_value() -> None:
    with pytest.raises(ValueError, match="must lie between"):
        Assumed(value=3.0, low=1.0, high=2.0, kind="judgement", source="x")
    with pytest.raises(ValueError, match="begins above 0"):
        Assumed(value=1.0, low=0.0, high=2.0, scale="log", kind="judgement", source="x")

"""Partners by province: margins, closed forms and a slow twin of the split; distances; the prior against statements."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest

from xunhuan.build import builder, lists
from xunhuan.build.partner_evidence import WEIGHTS, compared, fit, left_out, margins, resampled, statements
from xunhuan.build.partners import BORDER, CHOICE, ELASTICITY, WEIGHT, draw_prior
from xunhuan.build.reach import measure, reach
from xunhuan.data.partners import Reach, national_split, partner_split, place_split
from xunhuan.data.store import load_log
from xunhuan.errors import BadInput, UnknownName

pytestmark = pytest.mark.identity


@pytest.fixture(scope="module")
def small():
    """Three provinces, two partners in three places, two goods and a service: sent, bought, export, imported, reach."""
    rng = np.random.default_rng(4)
    sent, bought = rng.uniform(1, 9, (2, 3, 3))
    shares = rng.uniform(1, 5, (2, 3, 2))
    export = sent.sum(0)[:, None] * (shares[0] / shares[0].sum(1, keepdims=True))
    imported = (bought.sum(0)[:, None] * (shares[1] / shares[1].sum(1, keepdims=True))).T
    near = Reach(
        places=("a", "b", "c"),
        economy=np.array([0, 1, 1]),
        share=np.array([1.0, 0.25, 0.75]),
        km=np.array([[100.0, 900.0, 2000.0], [700.0, 300.0, 1500.0], [1200.0, 800.0, 400.0]]),
        border=np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 1.0]]),
    )
    return sent, bought, export, imported, near


def slow(total, by_place, km, border, delta, beta):
    """The doubly constrained fill of one good by loops, to exhaustion."""
    n, m = km.shape
    x = [[km[p][q] ** -delta * np.exp(beta * border[p][q]) for q in range(m)] for p in range(n)]
    for _ in range(4000):
        for q in range(m):
            s = sum(x[p][q] for p in range(n))
            for p in range(n):
                x[p][q] *= by_place[q] / s
        for p in range(n):
            s = sum(x[p])
            x[p] = [v * total[p] / s for v in x[p]]
    return np.array(x)


@pytest.mark.twin
def test_the_split_is_the_slow_one(small) -> None:
    sent, bought, export, imported, near = small
    out, into = partner_split(*small[:4], near, goods=2, elasticity=1.3, border=2.0, weight=0.6)
    alike, alike_in = national_split(*small[:4])
    for i in range(2):
        for found, plain, total, nation in (
            (out[:, :, i], alike[:, :, i], sent[:, i], export[i]),
            (into[:, :, i].T, alike_in[:, :, i].T, bought[:, i], imported[:, i]),
        ):
            places = slow(total, nation[near.economy] * near.share, near.km, near.border, 1.3, 2.0)
            filled = np.stack([places[:, 0], places[:, 1] + places[:, 2]], axis=1)
            assert np.allclose(found, 0.4 * plain + 0.6 * filled, rtol=1e-10)
    assert np.array_equal(out[:, :, 2], alike[:, :, 2])  # a service


@pytest.mark.parametrize("point", [(1.0, 4.0, 0.75), (3.0, 5.0, 1.0), (0.0, 0.0, 1.0), (2.5, 4.5, 0.5)])
def test_margins_are_met_to_the_last_digits(world, point) -> None:
    b = margins(world)
    elasticity, border, weight = point
    out, into = partner_split(
        b.sent, b.bought, b.export, b.imported, b.reach, goods=b.goods,
        elasticity=elasticity, border=border, weight=weight,
    )  # fmt: skip
    assert np.allclose(out.sum(1), b.sent, rtol=1e-12, atol=1e-9)
    assert np.allclose(out.sum(0), b.export.T, rtol=1e-12, atol=1e-9)
    assert np.allclose(into.sum(0), b.bought, rtol=1e-12, atol=1e-9)
    assert np.allclose(into.sum(1), b.imported, rtol=1e-12, atol=1e-9)
    assert min(out.min(), into.min()) >= 0


def test_without_distance_and_borders_it_is_the_nations_shares(small) -> None:
    plain = national_split(*small[:4])
    for options in ({"elasticity": 0.0, "border": 0.0, "weight": 1.0}, {"weight": 0.0}):
        for a, b in zip(partner_split(*small, goods=3, **(CHOICE | options)), plain, strict=True):
            assert np.allclose(a, b, rtol=1e-12)


def test_two_by_two_has_a_closed_form() -> None:
    # Margins all 1: x = [[a, 1-a], [1-a, a]], and the odds (a / (1-a))² are those of the seed, here e^β · 2^δ twice over.
    near = Reach(("a", "b"), np.array([0, 1]), np.ones(2), np.array([[1.0, 2.0], [2.0, 1.0]]), np.eye(2))
    one = np.ones((2, 1))
    out, into = partner_split(one, one, one.T, one, near, goods=1, elasticity=1.5, border=0.7, weight=1.0)
    odds = np.exp(0.7) * 2**1.5
    assert out[0, 0, 0] == pytest.approx(odds / (1 + odds), rel=1e-12)
    assert into[1, 0, 0] == pytest.approx(1 / (1 + odds), rel=1e-12)


def test_no_trade_stays_none(small) -> None:
    sent, bought, export, imported, near = (np.array(x) if isinstance(x, np.ndarray) else x for x in small)
    export[0] = [export[0].sum(), 0.0]
    sent[1, 1] = 0.0
    export[1] *= sent[:, 1].sum() / export[1].sum()
    out, _ = partner_split(sent, bought, export, imported, near, goods=2, **CHOICE)
    assert not out[:, 1, 0].any()
    assert not out[1, :, 1].any()
    assert np.allclose(out.sum(1), sent, rtol=1e-12)


def test_draws_lie_in_their_ranges() -> None:
    made = pd.DataFrame([draw_prior(np.random.default_rng(k)) for k in range(200)])
    for name, (low, _, high) in {"elasticity": ELASTICITY, "border": BORDER, "weight": WEIGHT}.items():
        assert made[name].between(low, high).all()
        assert made[name].std() > 0.1 * (high - low)


def test_distances_are_what_the_raw_files_give(raw) -> None:
    bundled = pd.read_csv(lists.data_file("partner_reach.csv"), comment="#", keep_default_na=False)
    again = pd.read_csv(io.StringIO(measure(raw).to_csv(index=False)), keep_default_na=False)
    pd.testing.assert_frame_equal(bundled, again)


def test_distances_by_hand(raw) -> None:
    """Tibet has one city in the file: its way to Almaty is that of a great circle by road; to Brazil by the best port."""
    cities, gates, sea = (
        pd.read_csv(raw / "transport" / f"{n}.csv") for n in ("cn_cities", "gateways", "sea_distance")
    )
    (lhasa,) = cities[cities["province"] == "CN-XZ"].itertuples()

    def km(lon, lat):
        a, b = (np.array([np.cos(np.radians(y)) * np.cos(np.radians(x)), np.cos(np.radians(y)) * np.sin(np.radians(x)),
                          np.sin(np.radians(y))]) for x, y in ((lhasa.lon, lhasa.lat), (lon, lat)))  # fmt: skip
        return 6371 * np.arccos(a @ b)

    near = reach(["CN-XZ"], ["KAZ", "BRA"])
    by_place = dict(zip(near.places, near.km[0], strict=True))
    assert by_place["Almaty"] == pytest.approx(1.25 * km(76.95, 43.25), abs=1)
    water = gates[gates["mode"].isin(["sea", "entrepot"])].itertuples()
    over = sea[sea["economy"] == "BRA"].set_index("gateway")
    assert by_place["Santos"] == pytest.approx(min(1.25 * km(g.lon, g.lat) + over.sea_km[g.code] for g in water), abs=1)


def test_places_add_up_and_borders_are_near(world) -> None:
    b = margins(world)
    assert np.allclose(np.bincount(b.reach.economy, b.reach.share), 1.0)
    assert (b.reach.km > 0).all()
    names = {c for place, c in zip(b.reach.border.T, b.reach.places, strict=True) if place.any()}
    assert names == {"Almaty", "Vladivostok", "Moscow", "Hanoi", "Saigon", "Yangon", "Vientiane", "Bishkek",
                     "Ulaanbaatar", "Pyongyang"}  # fmt: skip


@pytest.mark.error
def test_what_has_no_distances_is_named() -> None:
    with pytest.raises(BadInput, match=r"no distances to partners(.|\n)*CN-ZZ(.|\n)*ATLANTIS"):
        reach(["CN-ZZ"], ["USA", "ATLANTIS"])


@pytest.mark.error
def test_options_of_a_build_are_looked_at_first(tmp_path) -> None:
    with pytest.raises(BadInput, match="china-2012 is built without --partners"):
        builder("china-2012")(tmp_path, lambda _: None, partners="national")
    with pytest.raises(UnknownName, match="unknown partners 'nation'"):
        builder("world-2017")(tmp_path, lambda _: None, partners="nation")


def test_statements_can_be_checked(world) -> None:
    rows = statements()
    assert rows["share"].between(0, 1, inclusive="neither").all()
    assert rows["source"].str.len().min() > 5
    assert set(rows["way"]) == {"trade", "export", "import"}
    assert set(rows["province"]) <= set(world.geography.codes)
    assert rows["national"].notna().eq(rows["national_source"].notna()).all()
    assert not rows.duplicated(["province", "period", "way", "partner", "within"]).any()


@pytest.mark.slow
def test_the_prior_foretells_provinces_it_has_not_seen(world) -> None:
    """Leave one province out: parameters fitted on the others; mean absolute log error below the national shares'."""
    found = {w: left_out(world, w) for w in WEIGHTS}
    error = {w: np.average(v["prior"], weights=v["size"]) for w, v in found.items()}
    best = found[WEIGHT[1]]
    assert min(error, key=error.__getitem__) == WEIGHT[1]
    assert error[WEIGHT[1]] == pytest.approx(0.392, abs=5e-4)
    assert np.average(best["national"], weights=best["size"]) == pytest.approx(0.716, abs=5e-4)
    assert len(best) == 21
    assert (best["prior"] < best["national"]).sum() == 14


def test_the_parameters_are_those_the_statements_choose(world) -> None:
    points = fit(world)
    best = points[points["weight"] == WEIGHT[1]].iloc[0]
    assert (best["elasticity"], best["border"]) == (ELASTICITY[1], BORDER[1])
    ends = resampled(world).quantile([0.05, 0.95])
    assert tuple(ends["elasticity"]) == (ELASTICITY[0], ELASTICITY[2])
    assert tuple(ends["border"]) == (BORDER[0], BORDER[2])


def test_evidence_does_not_depend_on_the_partners_of_the_table(world) -> None:
    """Margins alone enter: a table with the nation's shares gives the same comparison."""
    b = margins(world)
    out, into = national_split(b.sent, b.bought, b.export, b.imported)
    p, d = world.geography.select("provinces"), world.geography.select("foreign")
    flow = world.flow.copy()
    flow[np.ix_(p, d)], flow[np.ix_(d, p)] = out, into
    for column in ("by_nation", "by_prior"):
        assert np.allclose(compared(world)[column], compared(world.replace(flow=flow))[column], rtol=1e-9)


def test_what_is_said_is_read_off_the_table(world) -> None:
    """The reading of a statement by hand: Heilongjiang's exports to Russia, no national share published."""
    rows = compared(world)
    mine = rows[(rows["province"] == "CN-HL") & (rows["way"] == "export") & (rows["partner"] == "RUS")].iloc[0]
    abroad = world.geography.select("foreign")
    goods = world.flow[world.geography.index("CN-HL"), abroad][:, : len(lists.goods())].sum(1)
    share = goods[list(abroad).index(world.geography.index("RUS"))] / goods.sum()
    assert mine["by_prior"] == pytest.approx(share, rel=1e-9)
    assert mine["by_nation"] < 0.03 < mine["share"] < mine["by_prior"]


def test_the_bundled_table_holds_the_prior_and_says_so(world) -> None:
    b = margins(world)
    expected = partner_split(b.sent, b.bought, b.export, b.imported, b.reach, goods=b.goods, **CHOICE)
    p, d = world.geography.select("provinces"), world.geography.select("foreign")
    for found, made in zip((world.flow[np.ix_(p, d)], world.flow[np.ix_(d, p)]), expected, strict=True):
        assert np.allclose(found, made, rtol=1e-9, atol=1e-6)
    assert world.extra["partners"] == "prior"
    assert "partners of a province are a prior from distance and gateways, not data" in world.notes
    log = load_log("world-2017")
    moved = log[log["step"] == "provinces: partners by distance and borders"]
    assert moved["change"].abs().min() >= 1.0
    # What one province gains another loses: by partner the changes cancel but for those too small for the log.
    assert moved.groupby("quantity")["change"].sum().abs().max() < len(p)
    kazakhstan = moved[(moved["region"] == "CN-XJ") & (moved["quantity"] == "export: KAZ")].iloc[0]
    place = world.geography.index("CN-XJ"), world.geography.index("KAZ")
    assert kazakhstan["after"] == pytest.approx(world.flow[place].sum(), rel=1e-9)


def test_places_inside_a_partner_add_up_to_it(small) -> None:
    sent, bought, export, imported, near = small
    out, _ = place_split(sent, bought, export, imported, near, goods=2, elasticity=1.0, border=1.0)
    assert np.allclose(out.sum(0), (export[:2, near.economy] * near.share).T, rtol=1e-12)

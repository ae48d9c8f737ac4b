"""Regions split into cities: exact under addition, others untouched, limits around the assumed, mixes from a file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import xunhuan as xh
from tests.helpers.raw import NoRaw, raw_folder
from xunhuan.data.accounts import Accounts
from xunhuan.data.cities import SAME_MIX, city_shares, split_region
from xunhuan.data.store import load, save
from xunhuan.data.ways import Wall
from xunhuan.errors import BadInput, UnknownName
from xunhuan.faces import words
from xunhuan.faces.reading import Reading
from xunhuan.faces.telling import draws
from xunhuan.measures.circuits import absorbed_shares
from xunhuan.measures.versions import split_shares
from xunhuan.models.edits import Platform, Tariff
from xunhuan.models.edits.primitives import primitives
from xunhuan.models.model import Shock

pytestmark = pytest.mark.identity

FIELDS = ("flow", "use", "final", "value_added", "tariff")


@pytest.fixture(scope="module")
def china() -> Accounts:
    return load("china-2017")


@pytest.fixture(scope="module")
def guangdong() -> Accounts:
    return load("world-2017").split("CN-GD")


def own_file(folder: Path, shares: dict[str, tuple[float, float, float]]) -> str:
    """Cities of a fictional region, each with its part of farming, manufacturing and services."""
    rows = ["city,sector,share,name_en,name_zh,lon,lat,population"]
    for k, (city, parts) in enumerate(shares.items()):
        rows += [f"{city},{s},{x},{city} town,,{100 + k},{30 + k % 2},10"
                 for s, x in zip(("FAR", "MAN", "SER"), parts, strict=True)]  # fmt: skip
    (folder / "cities.csv").write_text("\n".join(rows), encoding="utf-8")
    return str(folder / "cities.csv")


def flows_inside(acc: Accounts, region: str) -> np.ndarray:
    at = [acc.geography.codes.index(c) for c in acc.geography.clusters[region]]
    return acc.flow[np.ix_(at, at)].sum(2)


def crossing(acc: Accounts, region: str = "CN-GD") -> float:
    """Part of the region's own flow that crosses a city line."""
    own = flows_inside(acc, region)
    return float(1 - np.trace(own) / own.sum())


@pytest.mark.parametrize("inner", ["gravity", "least", "most"])
def test_cities_add_up_to_their_region_and_nothing_else_moves(china: Accounts, inner: str) -> None:
    out = china.split("CN-GD", inner=inner)  # type: ignore[arg-type]
    again = out.aggregate(regions={"CN-GD": out.geography.clusters["CN-GD"]})
    assert again.geography.codes == china.geography.codes
    for name in FIELDS:
        a, b = getattr(again, name), getattr(china, name)
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-12 * np.abs(b).max())
    others = [k for k, c in enumerate(out.geography.codes) if c not in out.geography.clusters["CN-GD"]]
    before = [china.geography.codes.index(out.geography.codes[k]) for k in others]
    np.testing.assert_array_equal(out.flow[np.ix_(others, others)], china.flow[np.ix_(before, before)])
    for name in ("use", "final", "value_added"):
        np.testing.assert_array_equal(getattr(out, name)[others], getattr(china, name)[before])


def test_every_province_can_be_split_one_after_another(china: Accounts) -> None:
    """Identities are checked at birth of every table."""
    out = china
    for code in china.geography.codes[:31]:
        out = out.split(code)
    assert out.R == 286 + 1
    assert len(out.geography.clusters["YRD41"]) == 41
    assert "YRD41" not in china.split("CN-AH").geography.clusters
    assert "GBA11" not in china.split("CN-GD").geography.clusters  # Hong Kong is in no table of China alone
    assert out.draws == china.draws == 128
    assert float(out.gdp.sum()) == pytest.approx(float(china.gdp.sum()), rel=1e-12)


def test_the_bay_area_s_nine_are_as_large_as_officially_told(guangdong: Accounts) -> None:
    try:
        from xunhuan.build.places import BAY_GDP, bay_gdp, places_list

        known = bay_gdp(raw_folder())
    except NoRaw as e:
        pytest.skip(str(e))
    assert float(known.sum()) == pytest.approx(74_953.26, abs=5e-3)
    assert round(100 * float(known.sum()) / BAY_GDP, 1) == 81.8
    made = places_list(raw_folder())
    assert len(made) == 286
    mine = made[made["province"] == "CN-GD"]
    assert float((mine["industry"] + mine["services"]).sum()) == pytest.approx(BAY_GDP, rel=1e-12)
    g = guangdong.geography
    nine = [g.codes.index(c) for c in g.clusters["GBA9"]]
    every = [g.codes.index(c) for c in g.clusters["CN-GD"]]
    # Farming, which the nine do little of, and industry's own weight keep it from the official share by a point.
    assert 100 * guangdong.gdp[nine].sum() / guangdong.gdp[every].sum() == pytest.approx(81.8, abs=2.0)


def test_what_is_assumed_lies_between_what_the_books_allow(guangdong: Accounts) -> None:
    world = load("world-2017")
    least, most = (crossing(world.split("CN-GD", inner=i)) for i in ("least", "most"))  # type: ignore[arg-type]
    assert least < crossing(guangdong) < most
    drawn = [crossing(guangdong.draw(k)) for k in range(0, 128, 16)]
    assert least < min(drawn) < crossing(guangdong) < max(drawn) < most
    assert guangdong.draw(5).draws == 0
    assert guangdong.draw(5).extra["version"] == "5"
    free = split_region(world, "CN-GD", wall=Wall(0.0, 0.0))
    row = flows_inside(free, "CN-GD").sum(1)
    assert crossing(free) > max(drawn)
    assert np.isfinite(row).all()
    with pytest.raises(BadInput, match="no version 128"):
        guangdong.draw(128)


def test_cities_alike_move_alike_and_as_their_region(toy: Accounts, tmp_path: Path) -> None:
    """Cities of one mix without a border between them are the region cut in pieces."""
    file = own_file(tmp_path, {"A-1": (0.5, 0.5, 0.5), "A-2": (0.3, 0.3, 0.3), "A-3": (0.2, 0.2, 0.2)})
    pieces = split_region(toy, "AT-N", file, wall=Wall(0.0, 0.0))
    duty = Tariff("BOR", "ATL", add=0.2)
    whole = xh.respond(toy, duty).detail["real_income_hat"].to_series()
    parts = xh.respond(pieces, duty).detail["real_income_hat"].to_series()
    for city in ("A-1", "A-2", "A-3"):
        assert parts[city] == pytest.approx(whole["AT-N"], abs=1e-8)
    for other in ("AT-E", "AT-S", "BOR"):
        assert parts[other] == pytest.approx(whole[other], abs=1e-8)


def test_a_file_gives_each_city_a_mix_and_division_of_labour_is_then_told(toy: Accounts, tmp_path: Path) -> None:
    file = own_file(tmp_path, {"A-1": (0.8, 0.1, 0.5), "A-2": (0.2, 0.9, 0.5)})
    out = toy.split("AT-N", file)
    at = out.geography.select("AT-N")
    np.testing.assert_allclose(out.output[at] / toy.output[0], [[0.8, 0.1, 0.5], [0.2, 0.9, 0.5]], rtol=1e-12)
    assert out.extra[SAME_MIX] == ""
    pair = xh.measures.structure(out, ["A-1", "A-2"], by="partner")
    assert float(pair["krugman"].max()) > 0.3


@pytest.mark.parametrize("by", ["region", "partner", "sector"])
def test_division_of_labour_among_cities_of_one_mix_is_refused(guangdong: Accounts, by: str) -> None:
    with pytest.raises(BadInput, match="no city mix is given"):
        xh.measures.structure(guangdong, ["Shenzhen", "Guangzhou"], by=by)
    with pytest.raises(BadInput, match="no city mix is given"):
        xh.measures.duplication(guangdong, "GBA9")
    # One city against the nation, or a province, is told.
    assert float(xh.measures.structure(guangdong, ["Shenzhen", "CN-ZJ"])["krugman"].min()) > 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("city,sector\nShenzhen,C26", "column share is missing"),
        ("city,sector,share\nShenzhen,C26,-1", "Shenzhen, C26: the share must be 0 or more"),
        ("city,sector,share\nShenzhen,C26,1\nShenzhen,C26,1", "is told twice"),
        ("city,sector,share\nShenzen,C26,1", "did you mean Shenzhen"),
        ("city,sector,share\nShenzhen,C99,1", "C99"),
        ("city,sector,share\nShenzhen,C26,0", "no city makes C26"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "mix.csv").write_text(text, encoding="utf-8")
    with pytest.raises((BadInput, UnknownName)) as e:
        city_shares(load("world-2017"), "CN-GD", tmp_path / "mix.csv")
    assert said in str(e.value)


def test_what_cannot_be_split_says_so(toy: Accounts, china: Accounts, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no cities are known of AT-N"):
        toy.split("AT-N")
    with pytest.raises(BadInput, match="there is no file"):
        china.split("CN-GD", str(tmp_path / "none.csv"))
    with pytest.raises(BadInput) as e:
        china.split("ROW", inner="half", border=-1.0)  # type: ignore[arg-type]
    assert e.value.items == (
        "ROW is open: it has no books to split", "inner: 'half' is none of gravity, least, most",
        "border: must be 0 or more (given: -1)",
    )  # fmt: skip
    (tmp_path / "bare.csv").write_text("city,sector,share\nX,MAN,1", encoding="utf-8")
    with pytest.raises(BadInput, match="the file lacks name_en, name_zh, lon, lat, population"):
        toy.split("AT-N", str(tmp_path / "bare.csv"))


def test_a_split_table_is_kept_without_its_versions(toy: Accounts, tmp_path: Path) -> None:
    out = toy.split("AT-N", own_file(tmp_path, {"A-1": (0.5, 0.5, 0.5), "A-2": (0.5, 0.5, 0.5)}))
    kept = load(str(save(out, tmp_path / "split.nc")))
    assert kept.digest == out.digest
    assert (out.draws, kept.draws) == (toy.draws, 0)


def test_a_scenario_splits_and_never_tells_cities_without_bounds(tmp_path: Path) -> None:
    file = own_file(tmp_path, {"A-1": (0.5, 0.4, 0.5), "A-2": (0.5, 0.6, 0.5)})
    park = {"name": "park", "role": "policy", "platform": {"between": ["A-1 town", "BOR"], "cost": -0.1}}
    data = {"title": "?", "base": "toyland", "split": {"AT-N": file}, "shock": [park], "model": {"trade": {}}}
    with pytest.raises(BadInput) as e:
        xh.run(data)
    assert "told with bounds alone; give uncertainty.table = true" in str(e.value)
    r = xh.run({**data, "uncertainty": {"draws": 4, "table": True}})
    told = r.numbers(variable="real_income", arm="park").set_index("place")
    assert {"A-1", "A-2"} <= set(told.index)
    assert (told.loc[["A-1", "A-2"], "low"] < told.loc[["A-1", "A-2"], "high"]).all()
    assert told.loc["A-1", "value"] > told.loc["A-2", "value"]
    for lang in ("en", "zh"):
        assert words.of(lang)("draws_of_cities_and_regions") in draws(Reading(r, lang)), "intervals say what they cover"
    with pytest.raises(BadInput, match=r"split\.CN-GX"):
        xh.run({**data, "split": {"CN-GX": "cities"}})


def test_what_is_not_split_keeps_its_intervals(toy: Accounts, tmp_path: Path) -> None:
    """Of other regions, the nation, and the region as the sum of its cities: versions add up to those of the whole table."""
    out = toy.split("AT-N", own_file(tmp_path, {"A-1": (0.5, 0.4, 0.5), "A-2": (0.5, 0.6, 0.5)}))
    n = 4
    assert out.draws == toy.draws
    again = out.draw(3).aggregate(regions={"AT-N": ("A-1", "A-2")})
    for name in FIELDS:
        np.testing.assert_allclose(getattr(again, name), getattr(toy.draw(3), name), rtol=1e-12, atol=1e-9)
    for asked, border in (("AT-E", "region"), ("AT-N", "region"), ("ATL", "nation")):
        one, two = (
            xh.measures.intervals(xh.measures.circulation, t, asked, border=border, draws=n) for t in (toy, out)
        )
        for v in ("own", "inter", "external"):
            ends = [f"{v}{e}" for e in ("", "_low", "_median", "_high")]
            assert (ends[1] in one) == (ends[1] in two)
            for end in (e for e in ends if e in one):
                np.testing.assert_allclose(two[end].values, one[end].values, rtol=1e-9, atol=1e-12)
    told = xh.measures.intervals(xh.measures.circulation, out, "A-1+A-2", draws=n)
    assert (told["own_low"] < told["own_high"]).all()
    assert (told["external_low"] < told["external_high"]).all()


def test_where_the_whole_has_no_versions_only_cities_have_intervals(toy: Accounts, tmp_path: Path) -> None:
    file = own_file(tmp_path, {"A-1": (0.5, 0.4, 0.5), "A-2": (0.5, 0.6, 0.5)})
    out = toy.replace(posterior=None).split("AT-N", file)
    told = xh.measures.intervals(xh.measures.circulation, out, draws=8)
    low = told["own_low"].to_series()
    assert low[["A-1", "A-2"]].notna().all()
    assert low[["AT-E", "AT-S"]].isna().all()
    assert told.attrs["draws_of"] == "cities"


def test_provinces_beside_cities_have_the_table_s_own_versions(guangdong: Accounts) -> None:
    """What the whole table keeps of its versions is what those of the split table give."""
    world = load("world-2017")
    kept = split_shares(guangdong, 64)
    assert kept is not None
    home = guangdong.geography.select("provinces", home="CHN")
    codes = [guangdong.geography.codes[k] for k in home]
    beside = np.array([c in world.geography.codes for c in codes])
    assert beside.sum() == 30
    assert np.isfinite(kept[:, beside]).all()
    assert np.isfinite(kept[:, ~beside]).all((1, 2)).sum() == 2
    found = absorbed_shares(guangdong.draw(5), home)[0]
    np.testing.assert_allclose(kept[5, beside], found[beside], atol=1e-6)


def test_a_platform_is_between_two_places(toy: Accounts) -> None:
    park = Platform(between=("AT-S", "BOR"), sectors="SER", cost=-0.19, productivity=0.21)
    p = primitives(toy, Shock((park.dosed(0.5),)))
    assert p.trade_cost[2, 3, 2] == pytest.approx(0.9)
    assert p.trade_cost[3, 2, 2] == pytest.approx(0.9)
    assert (p.trade_cost != 1).sum() == 2
    np.testing.assert_allclose(p.productivity[[2, 3], 2], 1.1)
    for between, said in (
        ("AT-S", "names 1 places"),
        (("AT-S", "AT-S"), "the two places are one"),
        (("AT-S", "X"), "X"),
    ):
        (wrong,) = Platform(between=between, cost=-0.1).check(toy)
        assert said in str(wrong)

"""What a table's sectors are is told by a declared list, by codes and names together, or by ISIC; never by numbers alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from xunhuan.data.accounts import Accounts
from xunhuan.data.classification import Sectors
from xunhuan.data.economies import cluster_titles, known_economies, world_of
from xunhuan.data.geography import chinese_titles
from xunhuan.data.isic import classes, divisions, is_isic
from xunhuan.data.sector_lists import declared, isic_of, known_as, list_digest, of_isic, sector_list, sector_lists
from xunhuan.data.store import load, open_accounts, save
from xunhuan.errors import BadInput, UnknownName
from xunhuan.models.propagation.ratings import members
from xunhuan.models.trade.elasticities import set_elasticities

pytestmark = pytest.mark.textbook

_FIGARO = sector_list("figaro64").sectors

JAPAN = (
    "Agriculture", "Mining", "Manufacturing", "Construction", "Electricity, gas and water", "Trade", "Finance and insurance",
    "Real estate", "Transport", "Information", "Public administration", "Services", "Other",
)  # fmt: skip
THIRTEEN = Sectors(tuple(f"{k + 1:02d}" for k in range(13)), JAPAN)


def test_numbers_that_another_list_has_too_are_not_taken_for_it() -> None:
    """Thirteen sectors as a statistics office numbers them: 03 is manufacturing, not oil; 06 trade, not food."""
    assert known_as(THIRTEEN) is None
    assert set(isic_of(THIRTEEN)) == {""}
    with pytest.raises(BadInput, match="no elasticity") as e:
        set_elasticities(THIRTEEN, "FGO")
    assert e.value.items[2] == "03 (Manufacturing)"
    with pytest.raises(BadInput, match="sectors that no ISIC division can be found for") as e:
        members(THIRTEEN)
    assert e.value.items[5] == "06 (Trade)"


@pytest.mark.parametrize(
    "codes", [("A", "B", "C"), ("c1", "c2"), ("D01T03", "D05T06"), ("C01T05", "C10T14"), ("1", "2")]
)
def test_letters_alone_and_other_editions_are_not_read_as_isic(codes: tuple[str, ...]) -> None:
    """Bare letters may be anybody's; D01T03 and C01T05 are other editions', their numbers not the section's."""
    assert not is_isic(codes)
    assert set(isic_of(Sectors(codes))) == {""}


def test_what_a_user_says_is_what_sectors_are() -> None:
    told = replace(THIRTEEN, isic=("A", "B", "C", "F", "D+E", "G", "K", "L", "H", "J", "O", "M_N", "S"))
    by_hand = Sectors(("B", "G45"))  # mining and trade, in ISIC's own codes
    assert members(told)[1] == members(by_hand)[0]
    assert set(members(by_hand)[1]) < set(members(told)[5])
    found = dict(zip(told.names_en, set_elasticities(told, "FGO").estimated.tolist(), strict=True))
    assert [n for n, there in found.items() if there] == ["Agriculture", "Mining", "Manufacturing"]


@pytest.mark.parametrize(
    ("code", "isic"), [("24", "C33"), ("28", "F"), ("30", "H"), ("33", "K"), ("36", "M71T72+M74T75")]
)
def test_the_chinese_list_of_2012_is_not_that_of_2017(code: str, isic: str) -> None:
    table = load("china-2012").sectors
    k = table.codes.index(code)
    assert known_as(table) is sector_list("cn42-2012")
    assert isic_of(table)[k] == isic
    assert divisions(isic_of(load("china-2017").sectors)[k]) != divisions(isic)


def test_every_list_places_every_sector(subtests: pytest.Subtests) -> None:
    """Each sector has ISIC and a parent that shares some of it; no two lists have one digest; codes and names tell each."""
    common = {c: classes(c) for c in sector_list("common").sectors.codes}
    for name, x in sector_lists().items():
        with subtests.test(name):
            s = x.sectors
            assert known_as(Sectors(s.codes, s.names_en)) is x
            assert set(s.names_en).isdisjoint(s.codes) or name == "cp40"
            assert all(s.isic)
            for isic, parents in zip(s.isic, x.common, strict=True):
                assert {c for c, held in common.items() if held & classes(isic)} == set(parents)
            assert len(members(s)) == len(s)
    assert len({x.digest for x in sector_lists().values()}) == len(sector_lists())


@pytest.mark.parametrize("name", ["icio2023", "icio2025", "wiod2016", "figaro64", "common"])
def test_lists_in_isic_hold_every_division_once(name: str) -> None:
    isic = sector_list(name).sectors.isic
    assert sum(len(classes(i)) for i in isic) == len(frozenset().union(*map(classes, isic)))
    assert is_isic(isic)
    held = frozenset().union(*map(divisions, isic))
    assert held >= frozenset().union(*(divisions(f"{x}") for x in "ABCDEFGHIJKLMNOPQRST"))


def test_a_declared_list_gives_what_the_table_lacks() -> None:
    bare = declared(Sectors(("C26", "K")), "icio2025")
    assert bare.names_en == ("Computer, electronic and optical products", "Financial and insurance activities")
    assert bare.groups["electronics"] == ("C26",)
    assert (bare.listed, bare.isic) == ("icio2025", ("C26", "K"))
    assert declared(Sectors(("28",), ("Building",)), "cn42-2012").names_en == ("Building",), "own wording stays"


def test_a_list_that_is_not_the_tables_is_refused() -> None:
    with pytest.raises(BadInput, match="the sectors are not those of the list cn42-2017") as e:
        declared(Sectors(("28", "99"), ("Construction", "Other")), "cn42-2017")
    assert e.value.items == ("'28' is named 'Construction', which in it is '27'", "'99' is not in it")
    with pytest.raises(UnknownName, match="cn42-2012"):
        declared(Sectors(("28",)), "cn42-2013")
    with pytest.raises(BadInput, match="not valid") as e:
        Sectors(("28",), isic=("construction",))
    assert "'28': 'construction' is not ISIC Rev.4" in e.value.items[0]


def test_sums_of_sectors_hold_what_their_parts_are(toy: Accounts) -> None:
    china = load("china-2012").aggregate(sectors={"MAT": ("22", "23"), "RD": ("35", "36")})
    at = dict(zip(china.sectors.codes, isic_of(china.sectors), strict=True))
    assert (at["MAT"], at["28"]) == ("C32+E38", "F")
    assert at["RD"] == "N77T82+M69T70+M71T72+M74T75"
    one = toy.aggregate(sectors={"GOOD": ("FAR", "MAN")})
    assert isic_of(one.sectors)[0] == "A+C"


def test_a_file_keeps_list_and_isic(toy: Accounts, tmp_path) -> None:
    told = replace(toy, sectors=replace(toy.sectors, isic=("A", "C", "G"), listed=""))
    again = open_accounts(save(told, tmp_path / "told.nc"))
    assert again.sectors == told.sectors
    common = load("world-2017").sectors
    assert list_digest(common) == sector_list("common").digest


def test_economies_are_those_of_the_bundled_tables_and_more() -> None:
    """Names and clusters agree with the world table's; codes of other houses are theirs alone."""
    world = load("world-2017").geography
    known, titles = known_economies(), chinese_titles()
    for code, en, zh in zip(world.codes, world.names_en, world.names_zh, strict=True):
        if not code.startswith("CN-") and code in known:
            assert (known[code].name_en, known[code].name_zh) == (en, titles.get(code, zh))
            held = {c for c, m in world.clusters.items() if code in m and c in cluster_titles()}
            assert held <= set(known[code].clusters), code
    assert len({e.adb for e in known.values()}) == len(known)
    assert len({e.iso2 for e in known.values()}) == len(known)
    assert {c for e in known.values() for c in e.clusters} == set(cluster_titles())
    made = world_of(("CHN", "X1"), ("CHN", "CHN"), named={"X1": ("One", "一")})
    assert (made.names_zh, made.nation_names["CHN"]) == (("中国", "一"), ("China", "中国"))
    assert made.clusters["RCEP"] == ("CHN", "X1")


def test_sectors_known_by_isic_alone_have_names_and_groups() -> None:
    made = of_isic(("10T12", "49"), ("C10T12", "H49"))
    assert made.groups["manufacturing"] == ("10T12",)
    assert made.groups["services"] == made.groups["market_services"] == ("49",)
    assert made.names_zh == tuple(s.names_zh[s.codes.index(c)] for s, c in ((_FIGARO, "C10T12"), (_FIGARO, "H49")))

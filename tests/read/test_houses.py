"""Files of every house, in its exact layout, come back with the numbers written into them, and run through every room."""

from __future__ import annotations

import csv
import re
import shutil
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

from tests.helpers import houses, official, owned
from tests.read import room
from xunhuan.data.sector_lists import isic_of
from xunhuan.data.store import load, save
from xunhuan.errors import BadInput, ForeignFile, UnbalancedAccounts
from xunhuan.faces.cli import main
from xunhuan.faces.web.pages import circulation, profile
from xunhuan.faces.web.state import selected
from xunhuan.readers import FORMATS, read
from xunhuan.readers.blocks import Imported
from xunhuan.readers.ipio import read_ipio
from xunhuan.readers.workbooks import scanned

pytestmark = pytest.mark.textbook

SUMS = ("emerging", "exiobase-ixi", "exiobase-pxp", "eora26", "gloria", "gtap")
NATIONS = {"national": "CHN", "eurostat": "FIN"}
YEARS = {
    "icio": 2022, "icio-divided": 2018, "figaro": 2022, "figaro-flat": 2022, "adb": 2024, "emerging": 2023, "gloria": 2019,
    "exiobase-ixi": 2020, "exiobase-pxp": 2020, "eora26": 2017, "gtap": 2017, "national": 2018, "eurostat": 2019,
    "ceads": 2018,
}  # fmt: skip


def written(name: str, folder: Path) -> tuple[Path, dict[str, int]]:
    """The fixture of a house, and the year where it holds several."""
    path = houses.WRITERS[name][1](houses.world(houses.WRITERS[name][2]), folder)
    return path, {"year": 2022} if name == "icio" else {}


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Imported]:
    """Each fixture read once, its format told by its name."""
    found: dict[str, Imported] = {}

    def get(name: str) -> Imported:
        if name not in found:
            path, options = written(name, tmp_path_factory.mktemp(name))
            found[name] = read(path, **options)
        return found[name]

    return get


@pytest.mark.parametrize("name", [n for n in houses.WRITERS if n in YEARS and n not in (*NATIONS, "ceads")])
def test_numbers_come_back(name: str, imported: Callable[[str], Imported]) -> None:
    """Flows, uses, final use and value added of a world; every identity held, so nothing was changed."""
    w, found = houses.world(houses.WRITERS[name][2]), imported(name)
    acc = found.accounts
    assert len(found.changes) == 0
    assert acc.year == YEARS[name]
    assert (acc.sourcing is None) == (name in SUMS)
    assert acc.geography.codes[:2] == ("CHN", "USA")
    assert acc.geography.names_zh[:2] == ("中国", "美国")
    assert acc.geography.clusters["BRICS"] == ("CHN",)
    assert all(isic_of(acc.sectors))
    closed = slice(0, 2 if name == "eora26" else 3)
    near = {"rtol": 1e-6 if name == "gtap" else 1e-12}
    flow, use, final = w.z.sum(3) + w.f.sum(3), w.z.sum(0).transpose(1, 0, 2), w.f.sum(0).transpose(1, 0, 2)
    np.testing.assert_allclose(acc.flow[:2, closed], flow.transpose(0, 2, 1)[:2, closed], **near)
    np.testing.assert_allclose(acc.value_added[closed].sum(2), (w.value_added + w.taxes)[closed], **near)
    np.testing.assert_allclose(acc.use[closed].sum(1), use[closed].sum(1), **near)
    if name != "eora26":  # its rest of the world says no goods, by hand below
        np.testing.assert_allclose(acc.use[closed], use[closed], **near)
        np.testing.assert_allclose(acc.final[closed].sum(2), final[closed].sum(2), **near)


def test_categories_and_components_have_our_names(imported: Callable[[str], Imported]) -> None:
    w, acc = houses.world(), imported("figaro").accounts
    named = dict(zip(acc.components, np.moveaxis(acc.value_added, 2, 0), strict=True))
    np.testing.assert_array_equal(named["taxes_on_products"], w.taxes)
    np.testing.assert_array_equal(named["compensation"], w.value_added)
    assert acc.categories == ("government", "household", "nonprofit", "fixed_capital", "inventory")
    flat = imported("figaro-flat").accounts
    assert flat.digest == acc.digest, "the two forms are one table"
    named = imported("exiobase-ixi").accounts.components
    assert named == ("taxes_on_products", "compensation", "operating_surplus")


def test_a_rest_that_says_no_goods_is_spread_like_other_purchases(imported: Callable[[str], Imported]) -> None:
    w, acc = houses.world(), imported("eora26").accounts
    assert acc.geography.open == {"ROW"}
    own = w.z[:2].sum(0)[:, 0, 1]  # what the second industry of China buys of the two countries
    rest = w.z[2].sum(0)[0, 1]
    np.testing.assert_allclose(acc.use[0, :, 1], own + rest * own / own.sum(), rtol=1e-12)
    np.testing.assert_allclose(acc.flow[2, 0].sum(), w.z[2, :, 0].sum() + w.f[2, :, 0].sum(), rtol=1e-12)
    assert not acc.use[2].any()


def test_duties_are_rates_on_basic_values(imported: Callable[[str], Imported]) -> None:
    acc = imported("gtap").accounts
    away = ~np.eye(3, dtype=bool)
    np.testing.assert_allclose(acc.tariff[away], 0.1, rtol=1e-5)
    assert not acc.tariff[~away].any()
    assert acc.components == ("lab", "capital", "taxes_and_margins")


@pytest.mark.parametrize("name", NATIONS)
def test_a_nation_in_an_open_rest_of_the_world(name: str, imported: Callable[[str], Imported]) -> None:
    w, acc = houses.world(), imported(name).accounts
    assert (acc.geography.codes, acc.geography.open) == ((NATIONS[name], "ROW"), {"ROW"})
    np.testing.assert_allclose(acc.use[0], w.z[:, :, 0].sum(0), rtol=1e-12)
    np.testing.assert_allclose(acc.flow[1, 0], (w.z[1:, :, 0].sum((0, 2)) + w.f[1:, :, 0].sum((0, 2))), rtol=1e-12)
    np.testing.assert_allclose(acc.output[0], w.output[0], rtol=1e-12)
    np.testing.assert_allclose(acc.value_added[0].sum(1), (w.value_added + w.taxes)[0], rtol=1e-12)
    assert acc.unit == ("million USD" if name == "national" else "million EUR")


def test_files_of_totals_workbooks_and_imports_by_user(tmp_path: Path) -> None:
    """The OECD's ttl holds imported use too, and imports by good; a workbook of one nation may have them by user alone."""
    w = houses.world()
    acc = read(houses.nation_in_all(w, tmp_path), "national").accounts
    assert (acc.geography.codes, acc.year, acc.unit) == (("CHN", "ROW"), 2018, "million USD")
    used = w.z[:, :, 0].sum(0), w.f[:, :, 0].sum(0)
    brought = w.z[1:, :, 0].sum((0, 2)) + w.f[1:, :, 0].sum((0, 2))
    share = brought / (used[0].sum(1) + used[1].sum(1))
    np.testing.assert_allclose(acc.use[0], used[0], rtol=1e-12)
    np.testing.assert_allclose(acc.flow[1, 0], brought, rtol=1e-12)
    np.testing.assert_allclose(acc.sourcing.intermediate[1, :, 0], share[:, None] * used[0], rtol=1e-12)
    np.testing.assert_allclose(acc.output[0], w.output[0], rtol=1e-12)
    np.testing.assert_allclose(acc.flow[0, 1], w.output[0] + brought - used[0].sum(1) - used[1].sum(1), rtol=1e-12)
    assert isic_of(acc.sectors) == ("A01", "C24A", "C302T309", "G45T47")
    assert acc.sectors.groups["goods"] == ("01", "24A", "302T309")
    assert "purchases by non-residents are exports" in acc.notes
    lines = [["x", "A", "B", "household", "export", "output"], ["A", 10, 20, 45, 5, 80], ["B", 30, 40, 50, 20, 140],
             ["imports", 8, 12, 20], ["wages", 32, 68]]  # fmt: skip
    book = official.write_workbook(tmp_path / "mine.xlsx", {"uses": lines})
    acc = read(book, "national", nation="KEN", year=2019, unit="million KES").accounts
    np.testing.assert_allclose(acc.sourcing.intermediate[1, :, 0], [[2, 4], [6, 8]], rtol=1e-12)
    np.testing.assert_allclose(acc.sourcing.final[1, :, 0, 0], [20 * 45 / 95, 20 * 50 / 95], rtol=1e-12)
    assert (acc.gdp[0], acc.output[0].tolist()) == (100, [80, 140])
    assert any("each user's are spread over goods" in n for n in acc.notes)


def test_a_plain_table_with_imports_by_good(tmp_path: Path) -> None:
    """Competitive: every user takes the share of a good that comes from abroad. Two sectors, by hand."""
    lines = ["x,A,B,household,export,import,output", "A,10,20,65,5,-20,80", "B,30,40,90,20,-40,140",
             "wages,25,50,,,,", "surplus,15,30,,,,"]  # fmt: skip
    (tmp_path / "mine.csv").write_text("\n".join(lines), encoding="utf-8")
    acc = read(tmp_path / "mine.csv", "national", nation="KEN", year=2019, unit="million KES").accounts
    share = np.array([20 / 95, 40 / 160])
    np.testing.assert_allclose(acc.flow[1, 0], [20, 40], rtol=1e-12)
    np.testing.assert_allclose(acc.sourcing.intermediate[1, :, 0], share[:, None] * [[10, 20], [30, 40]], rtol=1e-12)
    assert acc.flow[0, 1].tolist() == [5, 20]
    assert (acc.currency, acc.geography.names_zh[0], acc.components) == ("KES", "肯尼亚", ("wages", "surplus"))
    with pytest.raises(BadInput, match="does not tell all that is needed") as e:
        read(tmp_path / "mine.csv", "national")
    assert e.value.items == (
        "which nation it is of: give it with --nation, such as CHN",
        "its year: give it with --year",
    )


def test_divided_economies_are_regions_of_one_nation(tmp_path: Path, imported: Callable[[str], Imported]) -> None:
    w = houses.world(6)
    path = houses.icio_divided(w, tmp_path)
    apart, folded = read(path, divided=True).accounts, imported("icio-divided").accounts
    assert apart.geography.codes == ("USA", "VNM", "CN1", "CN2")
    assert apart.geography.nation == ("USA", "VNM", "CHN", "CHN")
    assert apart.geography.names_zh[2:] == ("中国（非加工出口）", "中国（加工出口）")
    np.testing.assert_allclose(apart.output[2:], np.array([[0.75], [0.25]]) * w.output[0], rtol=1e-12)
    np.testing.assert_allclose(apart.final[2:], np.array([0.75, 0.25])[:, None, None] * folded.final[0], rtol=1e-12)
    with_both = apart.flow[2:, 2:].sum((0, 1)), apart.flow[:2, 2:].sum(1)
    np.testing.assert_allclose(with_both[0], folded.flow[0, 0], rtol=1e-12)
    np.testing.assert_allclose(with_both[1], folded.flow[1:, 0], rtol=1e-12)


def test_the_edition_of_2016(tmp_path: Path) -> None:
    """HFCE_CHN in the place of CHN_HFCE, category by category; one row of value added with taxes; China in four."""
    w = houses.world(6)
    path = houses.icio_2016(w, tmp_path)
    found, apart = read(path), read(path, divided=True).accounts
    acc = found.accounts
    assert len(found.changes) == 0
    assert (acc.geography.codes, acc.year, acc.categories) == (("CHN", "USA", "VNM"), 2011, official.ICIO_FINAL)
    np.testing.assert_allclose(acc.sourcing.intermediate, w.z, rtol=1e-12)
    np.testing.assert_allclose(acc.sourcing.final, w.f, rtol=1e-12)
    assert acc.components == ("value_added",)
    np.testing.assert_allclose(acc.gdp, (w.value_added + w.taxes).sum(1), rtol=1e-12)
    assert not any(isic_of(acc.sectors)), "codes of the third revision are not taken for the fourth's"
    assert apart.geography.names_en[2:] == ("China CN1", "China CN2", "China CN3", "China CN4")
    np.testing.assert_allclose(apart.output[2], w.output[0] / 2, rtol=1e-12)


def bomb(name: str, times: int, says: int | None = None) -> bytes:
    """A zip of one file of so many times 64 MiB of zeros, which says of itself that it holds so many bytes."""
    part = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = part.compress(bytes(64 << 20)) + part.flush(zlib.Z_FULL_FLUSH)
    packed = block * times + part.flush()
    size = (64 << 20) * times if says is None else says
    raw = name.encode()
    sizes = struct.pack("<5H3I2H", 20, 0, 8, 0, 33, 0, len(packed), size, len(raw), 0)
    lone = b"PK\3\4" + sizes + raw + packed
    entry = b"PK\1\2" + struct.pack("<H", 20) + sizes + bytes(14) + raw
    return lone + entry + b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(entry), len(lone), 0)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of the user's own tables."""
    return tmp_path_factory.mktemp("tables")


def brought(name: str, file: Path, table: str, home: str, folder: Path) -> list[list[str]]:
    """Commands that bring a fixture's file in under a name.

    That of ipio has three provinces and two sectors, whose lists the reader is given; with its own: `test_ipio`.
    """
    if name == "ipio":
        with open(folder / "ipio.csv", "w", encoding="utf-8", newline="") as f:
            csv.writer(f).writerows(owned.merged(owned.known()))
        found = read_ipio(folder / "ipio.csv", like=owned.PLACES, lists=(owned.GOODS,), year=2017, unit="10^4 CNY")
        save(found.accounts, file)
        return [["relabel", str(file), "-o", str(file), "--isic", "01=B05,02=F", "--name", table]]
    path, options = written(name, folder)
    given = [x for k, v in options.items() for x in (f"--{k}", str(v))]
    lines = [["import", houses.WRITERS[name][0], str(path), "-o", str(file), "--home", home, "--name", table, *given]]
    if name == "ceads":  # four sectors of the list's 42, which only the user can know
        lines.append(["relabel", table, "-o", str(file), "--list", "cn42-2012", "--name", table])
    return lines


@pytest.mark.parametrize("name", room.TYPES)
def test_the_room(name: str, shelf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    """From the file to check, measures, both models, a scenario of the library, the report and the laboratory; which fixture
    goes through what, and why that is enough, is said in `room`."""
    monkeypatch.setenv("XUNHUAN_TABLES", str(shelf))
    table, home = f"room-{name}", NATIONS.get(name, "CHN")
    for line in brought(name, shelf / f"{table}.nc", table, home, tmp_path):
        assert main(line) == 0, (line, capsys.readouterr())
    acc = load(table)
    assert acc.home == home
    assert room.type_of(acc) == room.TYPES[name]
    away = "ROW" if "ROW" in acc.geography.codes else "USA"
    blow = f"regions={home},sectors=goods,loss=0.5,start=2,end=6"
    page = tmp_path / "page.html"
    of = {
        "check": ["check", table],
        "circulation": ["circulation", table, "--home", home],
        "va-trade": ["value-added-trade", table, "--top", "2"],
        "exports": ["exports", table],
        "propagate": ["propagate", table, "--capacity", blow, "--horizon-days", "14"],
        "simulate": ["simulate", table, "--tariff", f"{home}<-{away}:goods:0.1", "--set",
                     "labour=" + ("immobile" if name == "ipio" else "mobile")],  # its places know no people
        "scenario": ["run", "institutional-costs", "--set", f"base={table}", "--no-draws", "--no-choices", "-o",
                     str(tmp_path / "result")],
        "report": ["report", table, "-o", str(page)],
    }  # fmt: skip
    for step in room.steps(name):
        assert step == "web" or main(of[step]) == 0, (step, capsys.readouterr())
    assert not page.exists() or acc.geography.name(home) in page.read_text(encoding="utf-8")
    seen = selected("/", f"?table={table}&region={acc.geography.codes[0]}&share=external")
    assert 0 <= circulation.sentence_of(seen)[2] <= 100
    assert profile.profile(seen)


def test_parts_beside_their_whole_and_goods_that_are_all_imported(tmp_path: Path) -> None:
    """Eurostat's rows D11, of D1, and the like are not added twice; what is all imported may be a little more than is used.

    Two products by hand; the labels are those of Hungary's table of 2020, whose GDP the reader met to the forint.
    """
    head = ["", "CPA_A01", "CPA_L68A", "P3_S14", "P52", "P5M", "P6", "P7"]
    lines = [head, ["CPA_A01", 4, 1, 5, 1, 2, 0, -12.05], ["CPA_L68A", 2, 10, 80, 0, 0, 8, 0],
             ["D1", -3, 50], ["D11", -2, 40], ["B2A3G", -3.05, 30], ["P51C", 1, 9], ["D21X31", 0, 9],
             ["P1", -0.05, 100]]  # fmt: skip
    lines = [[*line, *[0] * (8 - len(line))] for line in lines]
    (tmp_path / "t.csv").write_text("\n".join(",".join(map(str, x)) for x in lines), encoding="utf-8")
    with pytest.raises(UnbalancedAccounts):  # an output below 0 is none
        read(tmp_path / "t.csv", "national", nation="HUN", year=2020, unit="million HUF")
    lines[3][1:3], lines[5][1:3], lines[8][1:3] = [-3, 50], [-3, 30], [0, 100]
    (tmp_path / "t.csv").write_text("\n".join(",".join(map(str, x)) for x in lines), encoding="utf-8")
    found = read(tmp_path / "t.csv", "national", nation="HUN", year=2020, unit="million HUF")
    acc = found.accounts
    assert acc.components == ("compensation", "operating_surplus", "taxes_on_products")
    assert acc.categories[:2] == ("household", "inventory")
    assert acc.flow[:, 0, 0].tolist() == [0, 12]
    assert "of A01 imports are a little more than is used" in acc.notes[0]
    assert isic_of(acc.sectors) == ("A01", "L68")
    lines[1][7] = -12.2
    (tmp_path / "t.csv").write_text("\n".join(",".join(map(str, x)) for x in lines), encoding="utf-8")
    with pytest.raises(BadInput, match="imports are more than is used at home"):
        read(tmp_path / "t.csv", "national", nation="HUN", year=2020, unit="million HUF")


def test_numbers_of_a_plain_table_are_nobodys_list(tmp_path: Path) -> None:
    """01 and 02 are divisions where the OECD writes them; a plain table's may be any list's."""
    lines = ["x,01,02,household,export,import,output", "01,10,20,65,5,-20,80", "02,30,40,90,20,-40,140",
             "wages,40,80,,,,"]  # fmt: skip
    (tmp_path / "mine.csv").write_text("\n".join(lines), encoding="utf-8")
    acc = read(tmp_path / "mine.csv", "national", nation="KEN", year=2019, unit="million KES").accounts
    assert not any(isic_of(acc.sectors))


def test_every_format_has_a_fixture_in_the_room() -> None:
    assert {kind for kind, *_ in houses.WRITERS.values()} | {"ipio"} == set(FORMATS)
    assert set(room.TYPES) == {*houses.WRITERS, "ipio"}
    assert set(room.TRIED) == set(room.TYPES.values()), "of every type one goes through all"
    assert all(set(room.steps(name)) == {*room.CHEAP, *room.DEAR} for name in room.TRIED.values())


@pytest.mark.error
class TestRefused:
    """What is wrong is named by file, line, column or cell, with what would be right; nothing is guessed."""

    def test_labels_that_are_missing_are_all_told(self, tmp_path: Path) -> None:
        path = houses.figaro(houses.world(), tmp_path)
        text = path.read_text(encoding="utf-8").replace("CN_C26", "CN_C27").split("\n")
        path.write_text("\n".join(text).replace("CN_C27", "CN_C26", 1), encoding="utf-8")
        with pytest.raises(BadInput, match="the table is not whole") as e:
            read(path)
        assert "there is no row CN C26" in e.value.items
        assert "there is no column CN C27" in e.value.items

    def test_a_field_that_is_no_number_is_told_by_line_and_column(self, tmp_path: Path) -> None:
        out = houses.exiobase(houses.world(), tmp_path)
        z = (out / "Z.txt").read_text(encoding="utf-8").split("\n")
        cells = z[4].split("\t")
        cells[5], cells[7] = "1,5", "n/a"
        (out / "Z.txt").write_text("\n".join([*z[:4], "\t".join(cells), *z[5:]]), encoding="utf-8")
        with pytest.raises(BadInput, match="fields that must hold numbers hold text") as e:
            read(out)
        assert e.value.items == ("line 5, column 6: '1,5'", "line 5, column 8: 'n/a'")
        (out / "Z.txt").write_text("\n".join(z[:9]), encoding="utf-8")
        with pytest.raises(BadInput, match="ends after 6 rows, the other goes on"):
            read(out)

    def test_sheets_without_codes(self, tmp_path: Path) -> None:
        path = official.write_workbook(tmp_path / "ADB-MRIO-2020.xlsx", {"ADB MRIO 2020": [["nothing"], [1, 2]]})
        with pytest.raises(BadInput, match="no row of codes c1, c2"):
            read(path)

    def test_data_sets_that_do_not_fit(self, tmp_path: Path) -> None:
        path = houses.emerging(houses.world(3), tmp_path)
        with h5py.File(path, "a") as file:
            del file["mrio/X"], file["mrio/va"]
            file["mrio/va"] = np.zeros((1, 5))
        with pytest.raises(BadInput, match="data sets are missing") as e:
            read(path)
        assert e.value.items == ("there is no data set 'X'",)
        path.write_bytes(path.read_bytes()[:3000])
        with pytest.raises(ForeignFile, match="truncated or not MATLAB"):
            read(path)

    def test_har_files_that_are_cut_or_lack_a_header(self, tmp_path: Path) -> None:
        path = houses.gtap(houses.world(3), tmp_path)
        whole = path.read_bytes()
        path.write_bytes(whole[: len(whole) // 2])
        with pytest.raises(ForeignFile, match="truncated or no header-array file"):
            read(path)
        path.write_bytes(whole.replace(b"VDPB", b"VXPB"))
        with pytest.raises(BadInput) as e:
            read(path)
        assert e.value.items == ("there is no VDPB or VDPM",)

    def test_another_table_under_a_name_does_not_balance(self, tmp_path: Path) -> None:
        out = houses.gloria(houses.world(), tmp_path)
        v = next(out.glob("*_V-*"))
        tenfold = re.sub(r"(\d+)\.", r"\g<1>0.", v.read_text(encoding="utf-8"))
        v.write_text(tenfold, encoding="utf-8")
        with pytest.raises(UnbalancedAccounts, match="columns"):
            read(out)

    def test_zips_and_folders_are_looked_at_before_they_are_read(self, tmp_path: Path) -> None:
        path = houses.icio(houses.world(6), tmp_path)
        with pytest.raises(BadInput, match=r"more than one file for a table: 2021_SML\.csv, 2022_SML\.csv"):
            read(path)
        with pytest.raises(BadInput, match="there is no file for a table of 2016"):
            read(path, year=2016)
        with zipfile.ZipFile(path, "a") as z:
            link = zipfile.ZipInfo("2020_SML.csv")
            link.external_attr = 0o120777 << 16
            z.writestr(link, "/etc/passwd")
        with pytest.raises(BadInput, match="the archive holds links"):
            read(path, year=2022)
        path.write_bytes(path.read_bytes()[:200])
        with pytest.raises(ForeignFile, match="truncated or not a zip"):
            read(path, year=2022)
        out = houses.exiobase(houses.world(), tmp_path)
        shutil.move(out / "Y.txt", tmp_path / "elsewhere.txt")
        (out / "Y.txt").symlink_to(tmp_path / "elsewhere.txt")
        with pytest.raises(BadInput, match="a link leads out of the folder"):
            read(out)

    def test_a_file_that_unpacks_beyond_reason(self, tmp_path: Path) -> None:
        """Zeros packed a thousandfold: refused unread where the zip says so, cut off where it says another size."""
        path = tmp_path / "2016-2022_SML.zip"
        path.write_bytes(bomb("2022_SML.csv", 33))
        assert path.stat().st_size < 3 << 20
        with pytest.raises(BadInput, match=r"the file holds 2\.1 GiB; at most 2 are read"):
            read(path)
        path.write_bytes(bomb("2022_SML.csv", 33, says=1000))
        with pytest.raises(ForeignFile, match="the archive is damaged"):
            read(path)

    def test_a_binary_sheet_that_reaches_too_far(self, tmp_path: Path) -> None:
        """A cell (2, a number) of the last column in the last row."""
        path = tmp_path / "WIOT2014_Nov16_ROW.xlsb"
        row, cell = struct.pack("<I", 1_048_575), struct.pack("<II", 16_383, 0) + bytes(4)
        with zipfile.ZipFile(path, "w") as z:
            z.writestr("xl/worksheets/sheet1.bin", b"\x81\x01\x00" + b"\x00\x04" + row + bytes([2, len(cell)]) + cell)
        with pytest.raises(BadInput, match="cell of row 1,048,576 lies far beyond any table"):
            scanned(path, "2014")

    def test_macros(self, tmp_path: Path) -> None:
        path = houses.adb(houses.world(), tmp_path)
        with zipfile.ZipFile(path, "a") as z:
            z.writestr("xl/vbaProject.bin", b"\0")
        with pytest.raises(BadInput, match="the workbook holds macros"):
            read(path)

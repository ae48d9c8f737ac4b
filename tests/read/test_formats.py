"""Files in official layouts come back with the numbers that were written into them."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from tests.helpers import official
from xunhuan.data.store import load, open_accounts
from xunhuan.readers import FORMATS, Reader, read, reader
from xunhuan.readers.blocks import DISCREPANCY

pytestmark = pytest.mark.textbook

COUNTRIES = ("AUS", "ROM", "RoW")


def check_blocks(found, w) -> None:
    acc = found.accounts
    assert np.array_equal(acc.sourcing.intermediate, w.z)
    assert np.array_equal(acc.sourcing.final, w.f)
    assert np.array_equal(acc.output, w.output)
    assert np.array_equal(acc.value_added[:, :, 0], w.value_added)
    assert np.array_equal(acc.value_added[:, :, 1], w.taxes)
    assert set(found.changes["step"]) == {"kept as they are"}
    stocks = found.changes[found.changes["quantity"].str.contains("stocks")]
    assert stocks["before"].tolist() == [-7.0]


@pytest.mark.parametrize("release", ["wiod2013", "wiod2016"])
@pytest.mark.parametrize("numbers", ["in each country", "through the table"])
def test_wiod_workbooks(tmp_path, release, numbers) -> None:
    w = official.known(COUNTRIES, 35 if release == "wiod2013" else 56, 5)
    sheets = getattr(official, release)(w, 2009)
    if numbers == "through the table":  # and columns in another order than rows: codes settle the place
        for grid in sheets.values():
            for k, row in enumerate(grid[6:]):
                row[3] = f"r{k + 1}"
            grid[5][4:] = [f"c{k + 1}" for k in range(len(grid[5]) - 4)]
            for row in grid[2:]:
                row[4], row[5] = row[5], row[4]
            if release == "wiod2013":
                names = {"r61": "taxes less subsidies on products", "r62": "Cif/ fob adjustments on exports",
                         "r63": "Direct purchases abroad by residents", "r65": "Value added at basic prices",
                         "r64": "Purchases on the domestic territory by non-residents",
                         "r66": "International Transport Margins", "r69": "Output at basic prices"}  # fmt: skip
                for row in grid:
                    row[:2] = [None, names[row[0]]] if row[0] in names else row[:2]
    path = official.write_workbook(tmp_path / "WIOT_ROW.xlsx", sheets)
    found = reader(release)(path)
    check_blocks(found, w)
    acc = found.accounts
    assert acc.geography.codes == ("AUS", "ROU", "ROW")
    assert acc.geography.names_zh[1] == "罗马尼亚"
    assert (acc.year, acc.unit, acc.sectors.codes[1], acc.sectors.names_en[1]) == (2009, "million USD", "I2", "name 2")
    assert acc.categories == ("household", "nonprofit", "government", "fixed_capital", "inventory")


def test_wiod_2016_data_frame(tmp_path) -> None:
    w = official.known(COUNTRIES, 56, 5)
    path = official.wiod2016_csv(w, tmp_path / "wiot.csv")
    found = reader("wiod2016")(path)
    check_blocks(found, w)
    assert found.accounts.year == 2014


def test_wiod_2016_of_stata(tmp_path) -> None:
    w = official.known(COUNTRIES, 56, 5)
    frame = pd.read_csv(official.wiod2016_csv(w, tmp_path / "wiot.csv"))
    frame["TOT"] = 0.0
    frame = frame.rename(columns={c: f"v{c}" for c in frame.columns[5:-1]})
    for c in frame.select_dtypes("str"):
        frame[c] = frame[c].astype(object)
    frame.to_stata(tmp_path / "WIOT2014_October16_ROW.dta", write_index=False)
    found = read(tmp_path / "WIOT2014_October16_ROW.dta", "wiod2016")
    check_blocks(found, w)
    assert found.accounts.year == 2014


def test_wiod_2016_saved_by_r(tmp_path) -> None:
    pyreadr = pytest.importorskip("pyreadr")
    w = official.known(COUNTRIES, 56, 5)
    frame = pd.read_csv(official.wiod2016_csv(w, tmp_path / "wiot.csv"))
    pyreadr.write_rdata(str(tmp_path / "wiot.RData"), frame, df_name="wiot")
    check_blocks(reader("wiod2016")(tmp_path / "wiot.RData"), w)


@pytest.mark.parametrize("codes", [("A01_02", "C26", "T"), ("A01", "C24A", "C302T309", "T")])  # editions 2023, 2025
def test_oecd_csv(tmp_path, codes) -> None:
    w = official.known(("AUS", "CHN", "ROW"), len(codes), 6)
    found = reader("icio")(official.icio_csv(w, tmp_path / "2018_SML.csv", codes))
    check_blocks(found, w)
    assert found.accounts.year == 2018
    assert found.accounts.sectors.codes == codes
    assert found.accounts.categories == official.ICIO_FINAL


@pytest.fixture(params=["early", "late"])
def ceads(request, tmp_path):
    names = ("北京", "广东") if request.param == "early" else ("Beijing", "Guangdong")
    p = official.known_provinces(names)
    if request.param == "early":
        sheets = official.ceads_early(p)
    else:
        sheets = official.ceads_late(p, official.known_provinces(("北京", "广东")))
    path = official.write_workbook(tmp_path / "MRIO.xlsx", sheets)
    return p, reader("ceads")(path, like=load("china-2017").geography)


def test_ceads_workbooks(ceads) -> None:
    p, found = ceads
    acc = found.accounts
    assert acc.geography.codes == ("CN-BJ", "CN-GD", "ROW")
    assert acc.geography.nation == ("CHN", "CHN", "ROW")
    assert np.allclose(acc.output[:2] * 1e4, p.output, rtol=1e-12)
    assert np.allclose(acc.sourcing.intermediate[:2, :, :2] * 1e4, p.z, rtol=1e-12)
    assert np.allclose(acc.flow[:2, 2] * 1e4, p.export, rtol=1e-12)
    assert np.allclose(acc.gdp[:2] * 1e4, p.value_added.sum((1, 2)), rtol=1e-12)
    assert acc.unit == "10^8 CNY"


def test_ceads_errors_column_becomes_a_category(ceads) -> None:
    p, found = ceads
    closed = found.changes[found.changes["step"] == "rows closed"]
    assert found.accounts.categories[-1] == DISCREPANCY
    assert sorted(np.round(closed["change"] * 1e4)) == sorted(p.errors[p.errors != 0].tolist())


def test_ceads_imports_are_spread_like_home_made_inputs(ceads) -> None:
    p, found = ceads
    z = found.accounts.sourcing.intermediate * 1e4
    assert np.allclose(z[2, :, :2].sum(0), p.imports_z, rtol=1e-12)
    # By hand: the second sector of the first province.
    home = p.z.sum(0)[:, 0, 1]
    assert np.allclose(z[2, :, 0, 1], home / home.sum() * p.imports_z[0, 1], rtol=1e-12)


MAPPING = """
name = "small"
year = 2018
currency = "USD"
unit = "million USD"
[regions]
file = "regions.csv"
code = "region"
nation = "country"
[sectors]
file = "sectors.csv"
code = "sector"
[flow]
file = "flow.csv"
origin = "from"
destination = "to"
[use]
file = "use.csv"
[final]
file = "final.csv"
[value_added]
file = "va.csv"
"""


def write_small(folder) -> None:
    """Two regions of one nation, one sector; r sells 6 to itself and 4 to q, q sells 5 to itself and 3 to r."""
    files = {
        "map.toml": MAPPING,
        "regions.csv": "region,country\nr,N\nq,N\n",
        "sectors.csv": "sector,groups\ng,goods\n",
        "flow.csv": "from,to,sector,value\nr,r,g,6\nr,q,g,4\nq,q,g,5\nq,r,g,3\n",
        "use.csv": "region,sector,industry,value\nr,g,g,2\nq,g,g,3\n",
        "final.csv": "region,sector,category,value\nr,g,all,7\nq,g,all,6\n",
        "va.csv": "region,industry,component,value\nr,g,wages,8\nq,g,wages,5\n",
    }
    for name, content in files.items():
        (folder / name).write_text(content, encoding="utf-8")


def test_tabular_flow_form(tmp_path) -> None:
    write_small(tmp_path)
    acc = reader("tabular")(tmp_path / "map.toml").accounts
    assert acc.flow[0, 1, 0] == 4
    assert acc.output[:, 0].tolist() == [10, 8]
    assert acc.gdp.tolist() == [8, 5]
    assert acc.sectors.groups == {"goods": ("g",)}


def test_tabular_moves(tmp_path) -> None:
    """Moves lie as origin and destination; of a nation the file does not tell of nothing is known."""
    write_small(tmp_path)
    (tmp_path / "map.toml").write_text(MAPPING + '[migration]\nfile = "moves.csv"\n', encoding="utf-8")
    (tmp_path / "regions.csv").write_text("region,country,population\nr,N,8\nq,N,5\n", encoding="utf-8")
    (tmp_path / "moves.csv").write_text(
        "window,origin,destination,value\n2015-2020,r,q,2\n2010-2015,q,r,1\n", encoding="utf-8"
    )
    moves = reader("tabular")(tmp_path / "map.toml").accounts.geography.moves
    assert moves.windows == ("2010-2015", "2015-2020")
    assert moves.persons.tolist() == [[[0, 0], [1, 0]], [[0, 2], [0, 0]]]


def test_tabular_by_user(tmp_path) -> None:
    write_small(tmp_path)
    old = MAPPING[MAPPING.index("[flow]") : MAPPING.index("[value_added]")]
    new = '[intermediate]\nfile = "z.csv"\n[final_by_origin]\nfile = "f.csv"\n'
    (tmp_path / "map.toml").write_text(MAPPING.replace(old, new), encoding="utf-8")
    (tmp_path / "z.csv").write_text(
        "origin,sector,destination,industry,value\nr,g,r,g,2\nq,g,q,g,1\nr,g,q,g,2\n", encoding="utf-8"
    )
    (tmp_path / "f.csv").write_text(
        "origin,sector,destination,category,value\nr,g,r,all,4\nr,g,q,all,2\nq,g,q,all,4\nq,g,r,all,3\n",
        encoding="utf-8",
    )
    acc = reader("tabular")(tmp_path / "map.toml").accounts
    assert acc.sourcing.intermediate[0, 0, 1, 0] == 2
    assert acc.flow[:, :, 0].tolist() == [[6, 4], [3, 5]]


def test_import_command_saves_what_it_read(tmp_path, capsys) -> None:
    from xunhuan.faces.cli import main

    w = official.known(("AUS", "ROW"), 3, 6)
    path = official.icio_csv(w, tmp_path / "2019_SML.csv", ("A01", "C26", "T"))
    out = tmp_path / "mine.nc"
    assert main(["import", "icio", str(path), "-o", str(out), "--name", "mine"]) == 0
    acc = open_accounts(out)
    assert acc.name == "mine"
    assert np.array_equal(acc.sourcing.intermediate, w.z)
    assert "falls in stocks" in capsys.readouterr().out
    write_small(tmp_path)
    said = {"en": "Nothing in map.toml was changed.", "zh": "map.toml没有任何改动。"}
    for lang, words in said.items():
        assert main(["--lang", lang, "import", "tabular", str(tmp_path / "map.toml"), "-o", str(out)]) == 0
        told = capsys.readouterr().out
        assert told.startswith(words)
        assert "┏" not in told


@pytest.mark.parametrize(
    ("file", "format"),
    [
        ("WIOT05_ROW_Sep12.xlsx", "wiod2013"),
        ("WIOT2014_Nov16_ROW.xlsb", "wiod2016"),
        ("WIOT2014_October16_ROW.RData", "wiod2016"),
        ("wiot.csv", "wiod2016"),
        ("2018_SML.csv", "icio"),
        ("China MRIO 2017.xlsx", "ceads"),
        ("map.toml", "tabular"),
    ],
)
def test_a_name_tells_its_format(file, format, monkeypatch) -> None:
    """The official names of each house's files, and only one format for each."""
    kinds = [f.name for f in FORMATS.values() if re.fullmatch(f.files, file, flags=re.IGNORECASE)]
    assert kinds == [format]
    asked = []
    monkeypatch.setattr(Reader, "__call__", lambda self, path, **options: asked.append((self.name, options)))
    read(file, tolerance=0.5)
    read("anything", format)
    assert [name for name, _ in asked] == [format, format]
    assert asked[0][1]["tolerance"] == 0.5
    assert ("like" in asked[0][1]) == (format == "ceads")


def test_read_gives_what_the_reader_gives_under_a_name(tmp_path) -> None:
    w = official.known(("AUS", "CHN", "ROW"), 3, 6)
    path = official.icio_csv(w, tmp_path / "2018_SML.csv", ("A01_02", "C26", "T"))
    found, plain = read(path, name="mine"), reader("icio")(path)
    assert (found.accounts.name, plain.accounts.name) == ("mine", "icio-2018")
    assert found.accounts.digest == plain.accounts.digest
    pd.testing.assert_frame_equal(found.changes, plain.changes)

"""What a user says of a table, in Python, in files and on the command line, is what elasticities and ratings follow."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from xunhuan.data.accounts import Accounts
from xunhuan.data.classification import Sectors
from xunhuan.data.relabelling import relabel
from xunhuan.data.sector_lists import isic_of
from xunhuan.data.store import load, open_accounts, save
from xunhuan.errors import BadInput, UnknownName
from xunhuan.faces.cli import main
from xunhuan.models.propagation.ratings import members
from xunhuan.models.trade.elasticities import set_elasticities

pytestmark = pytest.mark.identity


@pytest.fixture
def numbered(toy: Accounts) -> Accounts:
    """Toyland with sectors under numbers, and no groups."""
    return toy.replace(sectors=Sectors(("01", "02", "03"), ("Farming", "Manufacturing", "Services")))


def test_labels_move_no_number(numbered: Accounts) -> None:
    told = relabel(numbered, isic={"01": "A", "Manufacturing": "C26"}, groups={"goods": "01+02"}, home="BOR")
    for name in ("flow", "use", "final", "value_added", "tariff"):
        assert np.array_equal(getattr(told, name), getattr(numbered, name))
    assert told.sectors.groups["goods"] == ("01", "02")
    assert (told.home, told.sectors.isic) == ("BOR", ("A", "C26", ""))


def test_a_posterior_stays() -> None:
    table = load("china-2017")
    assert relabel(table, clusters={"GREAT": "YRD+JJJ"}).posterior is table.posterior


def test_files_and_the_command_line_say_the_same(numbered: Accounts, tmp_path: Path, capsys) -> None:
    """`xunhuan relabel` by options, and by a file, as in Python; then the long and the short run know the sectors."""
    path = save(numbered, tmp_path / "n.nc")
    (tmp_path / "s.csv").write_text(
        "code,isic,groups,name_zh\n01,A,goods,农业\n02,C26,goods chips,制造业\n03,G+K,,\n", encoding="utf-8"
    )
    (tmp_path / "r.csv").write_text("code,clusters,population\nAT-E,COAST,1.5\nAT-S,COAST,\n", encoding="utf-8")
    assert main(["relabel", str(path), "-o", str(tmp_path / "a.nc"), "--isic", "01=A,02=C26", "--isic", "03=G+K",
                 "--group", "goods=01+02", "--group", "chips=02", "--cluster", "COAST=AT-E+AT-S"]) == 0  # fmt: skip
    assert main(["relabel", str(path), "-o", str(tmp_path / "b.nc"), "--sectors", str(tmp_path / "s.csv"),
                 "--regions", str(tmp_path / "r.csv"), "--name", "b"]) == 0  # fmt: skip
    a, b = open_accounts(tmp_path / "a.nc"), open_accounts(tmp_path / "b.nc")
    assert (a.sectors.isic, a.sectors.groups) == (b.sectors.isic, b.sectors.groups)
    assert a.geography.clusters["COAST"] == b.geography.clusters["COAST"] == ("AT-E", "AT-S")
    assert (b.name, b.sectors.names_zh, b.geography.population[1]) == ("b", ("农业", "制造业", "Services"), 1.5)
    twin = Sectors(("A", "C26", "G_K"))
    assert members(b.sectors) == members(twin)
    assert set_elasticities(b.sectors, "FGO").values.tolist() == set_elasticities(twin, "FGO").values.tolist()
    assert "ISIC as the table gives it" in capsys.readouterr().out


def test_what_nothing_tells_is_said(numbered: Accounts, tmp_path: Path, capsys) -> None:
    path = save(numbered, tmp_path / "n.nc")
    assert main(["relabel", str(path), "-o", str(tmp_path / "a.nc"), "--isic", "01=A"]) == 0
    assert "Nothing tells the ISIC of 02, 03." in capsys.readouterr().out
    assert isic_of(open_accounts(tmp_path / "a.nc").sectors) == ("A", "", "")


def test_lists_are_shown(capsys) -> None:
    assert main(["lists"]) == 0
    assert "cn42-2012" in capsys.readouterr().out
    assert main(["lists", "cn42-2012"]) == 0
    assert "Wholesale and retail trade" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("sector,isic\n01,A\n", "the file's columns are sector, isic"),
        ("code,isic\n09,A\n", "sectors that the table does not have"),
    ],
)
def test_files_of_another_kind(numbered: Accounts, tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "s.csv").write_text(text)
    with pytest.raises(BadInput, match=said):
        relabel(numbered, sectors=tmp_path / "s.csv")


def test_words_that_are_not_there(numbered: Accounts, tmp_path: Path, capsys) -> None:
    with pytest.raises(UnknownName, match="unknown sector 'STEEL'"):
        relabel(numbered, isic={"STEEL": "C24"})
    with pytest.raises(BadInput, match=r"there is no file 'none\.csv'"):
        relabel(numbered, regions=tmp_path / "none.csv")
    (tmp_path / "r.csv").write_text("code,population\nAT-E,many\n")
    with pytest.raises(BadInput, match="population is not a number") as e:
        relabel(numbered, regions=tmp_path / "r.csv")
    assert e.value.items == ("AT-E: 'many'",)
    assert main(["relabel", "toyland", "-o", str(tmp_path / "a.nc"), "--isic", "01"]) == 2
    assert "--isic '01' is not NAME=VALUE" in capsys.readouterr().err


def test_isic_that_is_said_of_all_sectors_says_their_groups(toy: Accounts) -> None:
    """Models ask for goods and services; a table that says what its sectors are need not say that too."""
    bare = toy.replace(sectors=Sectors(toy.sectors.codes, ("Farming", "Making", "Serving")))
    assert bare.sectors.names_zh == bare.sectors.names_en, "a name in one language beats a code"
    a, b, c = toy.sectors.codes
    told = relabel(bare, isic={a: "A", b: "C", c: "G"}, groups={"mine": c}).sectors
    assert (told.groups["goods"], told.groups["manufacturing"], told.groups["mine"]) == ((a, b), (b,), (c,))
    assert "goods" not in relabel(bare, isic={a: "A"}).sectors.groups, "said of some, it would leave out the others"

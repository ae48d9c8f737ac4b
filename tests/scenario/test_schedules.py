"""Shocks whose lines stand in a csv, and amounts in the table's unit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import xunhuan as xh
from xunhuan.data.accounts import Accounts
from xunhuan.data.classification import Sectors
from xunhuan.data.store import save
from xunhuan.data.toyland import toyland
from xunhuan.errors import BadInput, Problems
from xunhuan.faces.cli import main
from xunhuan.faces.speaking import speak
from xunhuan.models.edits import FinalDemand, Orders, Tariff, TradeCost
from xunhuan.models.edits.primitives import Ledger, Theta, elastic_primitives, primitives
from xunhuan.models.model import Shock
from xunhuan.models.propagation.ratings import criticality, inventory_days, shelf_days
from xunhuan.scenario.check import prepare
from xunhuan.scenario.layers import read_layers
from xunhuan.scenario.schedules import _value

pytestmark = pytest.mark.identity

HEAD = 'title = "x"\nbase = "toyland"\n[[shock]]\nname = "duties"\n'
SCHEDULE = "\ufefffrom,to,sectors,add,set\nBOR,ATL,MAN,10%,\n# a remark\nBOR,AT-S,FAR,,0.2\nAT-N,BOR,MAN+FAR,0.05,\n"
LINES = """tariff = [
  { from = "BOR", to = "ATL", sectors = "MAN", add = 0.1 },
  { from = "BOR", to = "AT-S", sectors = "FAR", set = 0.2 },
  { from = "AT-N", to = "BOR", sectors = "MAN+FAR", add = 0.05 },
]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "schedule.csv").write_text(SCHEDULE, encoding="utf-8")
    (tmp_path / "named.toml").write_text(HEAD + 'tariff = "schedule.csv"\n', encoding="utf-8")
    (tmp_path / "written.toml").write_text(HEAD + LINES, encoding="utf-8")
    (tmp_path / "mixed.csv").write_text(
        "kind\tfrom\tto\tregions\tsectors\tadd\tamount\tban\n"
        "tariff\tBOR\tATL\t\tMAN\t0.1\t\t\nfinal_demand\t\t\tBOR\tgoods\t\t20\t\n"
        "trade_cost\tBOR\tAT-N\t\tSER\t\t\ttrue\n",
        encoding="utf-8",
    )
    return tmp_path


def test_a_schedule_is_what_its_lines_would_be(folder: Path) -> None:
    named, written = (prepare(read_layers(folder / f"{n}.toml")).scenario for n in ("named", "written"))
    assert named.shock == written.shock
    over = prepare(read_layers(folder / "written.toml", [folder / "named.toml"])).scenario
    assert over.shock == written.shock
    beside = prepare(read_layers(folder / "written.toml", (), [f"shock.duties.tariff = {folder / 'schedule.csv'}"]))
    assert beside.scenario.shock == written.shock


def test_a_table_of_several_kinds(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "many.toml").write_text(HEAD + 'lines = "mixed.csv"\ntariff = { from = "BOR", to = "ATL", add = 0.2 }\n')
    edits = prepare(read_layers(folder / "many.toml")).scenario.shock[0].edits()
    wanted = {Tariff("BOR", "ATL", add=0.2), Tariff("BOR", "ATL", sectors="MAN", add=0.1),
              FinalDemand("BOR", "goods", amount=20), TradeCost("BOR", "AT-N", "SER", ban=True)}  # fmt: skip
    assert set(edits) == wanted
    assert (
        main(["simulate", "toyland", "--edit", str(folder / "mixed.csv"), "--tariff", str(folder / "schedule.csv")])
        == 0
    )
    said = capsys.readouterr().out
    assert "tariff from=AT-N to=BOR sectors=MAN+FAR add=0.05" in said
    assert "Customs duties a year, million SHL: ATL " in said


WRONG = {
    "form,to\nBOR,ATL\n": "column 'form' is unknown; did you mean from?",
    "from,to,add\nBOR,ATL,0.1,3\n": "line 2: has more cells than there are columns",
    "kind,to\ntarif,ATL\n": "line 2: 'tarif' is no kind of edit; did you mean tariff?",
    "from,to\n": "there is no row",
}


@pytest.mark.parametrize("text", WRONG)
def test_what_is_wrong_with_a_schedule(folder: Path, text: str) -> None:
    (folder / "schedule.csv").write_text(text, encoding="utf-8")
    with pytest.raises(BadInput) as e:
        read_layers(folder / "named.toml")
    assert e.value.items == (WRONG[text],)
    assert str(folder / "schedule.csv") in str(e.value)


def test_a_row_that_cannot_be_is_told_with_its_place(folder: Path) -> None:
    (folder / "schedule.csv").write_text("from,to,add\nBOR,ATL,0.1\nBORE,ATL,-10\n", encoding="utf-8")
    with pytest.raises(BadInput) as e:
        prepare(read_layers(folder / "named.toml"))
    assert any(item.startswith("shock[0].tariff[1].from: unknown region 'BORE'") for item in e.value.items)
    (folder / "named.toml").write_text(HEAD + 'tariff = "other.csv"\n', encoding="utf-8")
    with pytest.raises(BadInput, match=r"there is no file 'other.csv'"):
        read_layers(folder / "named.toml")


def test_primitives_are_worked_out_once_where_elasticities_do_not_matter(toy: Accounts) -> None:
    ones = np.ones(toy.S)
    plain, asked = Shock((Tariff("BOR", "ATL", add=0.1),)), Shock((TradeCost("BOR", "ATL", cut=0.5),))
    assert primitives(toy, plain) is primitives(toy, plain, Theta(ones, ones))
    first, second = (primitives(toy, asked, Theta(k * ones, k * ones)) for k in (1.0, 2.0))
    assert first.trade_cost.max() == pytest.approx(2.0)
    assert second.trade_cost.max() == pytest.approx(np.sqrt(2.0))
    assert elastic_primitives(toy, asked, Theta(ones, ones))[1]
    other = Shock((Tariff("BOR", "ATL", add=0.2),))
    assert primitives(toy, other).tariff[3, 0, 0] == pytest.approx(toy.tariff[3, 0, 0] + 0.2)


def test_an_amount_is_spread_as_buyers_buy(toy: Accounts) -> None:
    final = toy.final.sum(axis=2)
    ledger = Ledger(toy)
    FinalDemand("BOR+AT-N", "MAN+SER", amount=30).apply(ledger)
    ratio = ledger.close(Problems("x")).final_demand
    assert ((ratio - 1) * final).sum() == pytest.approx(30.0)
    assert np.ptp(ratio[np.ix_([0, 3], [1, 2])]) == pytest.approx(0.0)
    assert (ratio[1:3] == 1).all()
    half = FinalDemand("BOR+AT-N", "MAN+SER", amount=30).dosed(0.5)
    assert str(half) == "final_demand regions=BOR+AT-N sectors=MAN+SER amount=15"


def test_orders_of_an_amount_are_as_much_in_all(toy: Accounts) -> None:
    """demand a day = base / 365: over 73 days a fifth of a year is bought."""
    of_all = Orders("BOR", "MAN", start=0, end=73, amount=2.0).apply(toy)[0]
    assert of_all.kind == "demand"
    assert of_all.change * toy.final[3, 1].sum() / 5 == pytest.approx(2.0)
    from_one = Orders("BOR", "MAN", origin="AT-N", start=0, end=73, amount=-0.1).apply(toy)[0]
    assert from_one.kind == "tilt"
    assert from_one.change * toy.final[3, 1].sum() * toy.share[0, 3, 1] / 5 == pytest.approx(-0.1)


def test_values_by_sector_from_a_csv_for_a_list_of_ones_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Sectors that nothing is known of: all that a model lacks is given in files, in a scenario or on the command line."""
    toy = toyland()
    save(replace(toy, name="own", sectors=Sectors(("S1", "S2", "S3"), ("this", "that", "other"))), tmp_path / "own.nc")
    (tmp_path / "days.csv").write_text("sector,days\nS1,5\nS2+S3,9\n")
    (tmp_path / "keeps.csv").write_text("# days that a good keeps\nsector;days\nS3;2\n".replace(";", "\t"))
    (tmp_path / "critical.csv").write_text("input,S1,S2+S3\nS1,1,0\nS2,0.5,50%\nS3,0,1\n")
    (tmp_path / "theta.csv").write_text("sector,theta\nall,4\nS2,6\n")
    text = (
        HEAD.replace('"toyland"', repr(str(tmp_path / "own.nc")))
        + 'tariff = { from = "BOR", to = "ATL", sectors = "all", add = 0.1 }\n'
    )
    rooms = '[model.propagation]\ncritical_shares = "critical.csv"\nshelf_days = "keeps.csv"\n'
    (tmp_path / "own.toml").write_text(f'{text}{rooms}[model.trade]\ntheta = "theta.csv"\n')
    made = prepare(
        read_layers(tmp_path / "own.toml", (), [f"model.propagation.inventory_days={tmp_path / 'days.csv'}"])
    )
    p, theta = made.parameters["propagation"], made.parameters["trade"].trade_elasticities(made.base.sectors)[0]
    assert theta.tolist() == [4, 6, 4]
    np.testing.assert_array_equal(criticality(made.base.sectors, p), [[1, 0, 0], [0.5, 0.5, 0.5], [0, 1, 1]])
    np.testing.assert_array_equal(inventory_days(made.base.sectors, p), np.outer(np.ones(3), [5, 9, 9]))
    np.testing.assert_array_equal(shelf_days(made.base.sectors, p), [np.inf, np.inf, 2])
    line = ["propagate", str(tmp_path / "own.nc"), "--horizon-days", "14", "--capacity", "regions=BOR,loss=0.5,end=6"]
    assert main(line) == 2
    assert "give critical_shares, inventory_days and shelf_days" in capsys.readouterr().err
    for name, file in (("inventory-days", "days"), ("shelf-days", "keeps"), ("critical-shares", "critical")):
        line += [f"--{name}", str(tmp_path / f"{file}.csv")]
    assert main(line) == 0
    (tmp_path / "days.csv").write_text("sector,days\nS1,long\n")
    assert main(line) == 2
    assert "line 2: 'long' is no number" in capsys.readouterr().err


def test_values_in_a_table_inside_a_models_own(tmp_path: Path) -> None:
    """Needs of a game of cities, by stage, from a csv: in the file and on the command line; a model's name is no file."""
    (tmp_path / "needs.csv").write_text("stage,bn USD\nlogic,12.5\nmemory,4\n")
    text = 'title = "x"\nbase = "toyland"\n[model.rivalry.cities]\nindustry = "chips"\nneed = "needs.csv"\n'
    (tmp_path / "file.toml").write_text(text)
    (tmp_path / "bare.toml").write_text(text.replace('"needs.csv"', '"catchup"'))
    needs = {"logic": 12.5, "memory": 4.0}

    def cities(file: str, *settings: str) -> dict[str, Any]:
        found = read_layers(tmp_path / file, (), list(settings)).data["model"]["rivalry"]["cities"]
        return dict(found)

    assert cities("file.toml") == {"industry": "chips", "need": needs}
    assert cities("bare.toml")["need"] == "catchup"
    assert cities("bare.toml", f"model.rivalry.cities.need={tmp_path / 'needs.csv'}")["need"] == needs


def test_python_warns_of_sizes_that_the_command_line_asks_about() -> None:
    with pytest.warns(UserWarning, match=r"tariff: add: 25 is 2,500% \(25% is written 0.25\)"):
        xh.respond("toyland", xh.edits.Tariff("BOR", "ATL", add=25))
    speak("zh")
    with pytest.warns(UserWarning, match="25即2,500%（25%写作0.25"):
        xh.respond("toyland", "tariff from=BOR to=ATL add=25")


def test_sizes_beyond_all_that_was_seen_are_asked_about(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """25 is 2,500 per cent: more likely per cent written as a ratio, unless one says that it is meant."""
    file = tmp_path / "far.toml"
    file.write_text(HEAD + 'tariff = { from = "BOR", to = "ATL", sectors = "MAN", add = 25 }\n')
    with pytest.raises(BadInput, match="scenario has errors") as e:
        prepare(read_layers(file))
    said = "shock[0].tariff.add: 25 is 2,500%; 25% is written 0.25; if it is meant, plausible = false in the shock"
    assert e.value.items == (said,)
    assert prepare(read_layers(file, (), ["shock.duties.plausible=false"])).scenario.shock[0].edits()[0].add == 25
    line = ["propagate", "toyland", "--orders", "regions=BOR,sectors=MAN,change=4,end=6", "--horizon-days", "14"]
    assert main(line) == 2
    assert "change: 4 is 400% (4% is written 0.04; if it is meant, --yes)" in capsys.readouterr().err
    assert main([*line, "--yes"]) == 0


def test_a_cell_is_what_is_written_in_it() -> None:
    cells = {"TRUE": True, "false": False, "Yes": "Yes", "12": 12.0, "-2.5%": -0.025, "1e3": 1000.0, "C26": "C26"}
    for text, value in cells.items():
        assert (_value(False, text), _value(True, text)) == (value, text)

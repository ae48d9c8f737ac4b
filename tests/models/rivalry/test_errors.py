"""What is refused, by the text of the message; what the command line says."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import xunhuan as xh
from tests.helpers.games import three_nations, two_nations
from xunhuan.data.accounts import Accounts
from xunhuan.data.places import places
from xunhuan.errors import BadInput, ForeignFile, UnknownName
from xunhuan.faces.cli import main
from xunhuan.models.edits import Duplication
from xunhuan.models.rivalry.command import RivalryOptions, rivalry_posed
from xunhuan.models.rivalry.industry import read_industry
from xunhuan.models.rivalry.minds import Minds
from xunhuan.models.rivalry.model import hands_on
from xunhuan.models.rivalry.parameters import Cities, Provinces
from xunhuan.models.rivalry.provinces import board
from xunhuan.models.rivalry.read import by_city, read
from xunhuan.models.rivalry.settle import blocks_of, game_of, settle_cities
from xunhuan.models.rivalry.shares import coalitions

pytestmark = pytest.mark.error

HEAD = "city,field,value,low,high,kind,source\n"


def _file(folder: Path, *rows: str) -> str:
    path = folder / "cities.csv"
    path.write_text("# mine\n" + HEAD + "".join(f"{r}\n" for r in rows), encoding="utf-8")
    return str(path)


def test_all_that_is_wrong_with_a_file_of_cities_is_told_at_once(tmp_path: Path) -> None:
    rows = ("A,enginers,5,,,fact,me", "A,engineers,0,,,fact,me", "A,design,x,,,fact,me", "A,lat,10,,,guess,me",
            "A,lon,10,,,fact,", "A,lon,11,,,fact,me", "A,mature,2,3,1,judgement,me", "A,memory,1,2,,judgement,me",
            "A,advanced,-1,,,fact,me")  # fmt: skip
    with pytest.raises(BadInput) as e:
        read_industry(_file(tmp_path, *rows))
    said = "\n".join(e.value.items)
    for text in (
        "cities.csv:3: unknown field 'enginers'; did you mean engineers?",
        "engineers of A must be above 0, not 0",
        "design of A is no number: 'x'",
        "lat of A rests on 'guess'; choose fact, memory, judgement",
        "lon of A has no source; say where it is from, or what was assumed",
        "lon of A is given twice",
        "mature of A must lie between low (3) and high (1), it is 2",
        "memory of A has one end of a range; give low and high, or neither",
        "advanced of A must not be negative, it is -1",
        "city A: packaging, equipment, materials missing",
        "a race needs two cities or more",
    ):
        assert text in said


def test_a_file_of_ones_own_is_played(tmp_path: Path, toy: Accounts) -> None:
    fields = {"lat": 30, "lon": 120, "engineers": 40, "design": 5, "mature": 1, "advanced": 0, "memory": 0, "packaging": 1,
              "equipment": 0.2, "materials": 0.2}  # fmt: skip
    rows = [f"{c},{f},{v + k * (f == 'lat')},,,judgement,mine" for k, c in enumerate("AB") for f, v in fields.items()]
    source = _file(tmp_path, *rows)
    r = xh.respond(
        toy, [], model="rivalry", cities={"industry": source, "coalitions": [["A", "B"]], "need": {"materials": 0.5}}
    )
    assert r.detail["city"].values.tolist() == ["A", "B"]
    assert r.status.converged
    industry = read_industry(source)
    assert len(industry.judged()) > 2
    rich = Minds(np.zeros(2), np.zeros(2), np.zeros(2), np.full(2, 1e6))
    paid = settle_cities(Cities(need={"materials": 0.5}), industry, rich)
    assert (paid.told.lines == paid.plan.lines).all(), "whoever is offered enough keeps to the plan"
    built = (paid.game.line * paid.plan.lines).sum(0)
    short = [max(float(n - m), 0.0) for n, m in zip(paid.game.need, built, strict=True)]
    names = ", ".join(f"{k} {x:.1f}" for k, x in zip(industry.stages, short, strict=True) if x > 1e-9)
    said = [n.partition("bn USD a year: ")[2] for n in r.notes if n.startswith("the plan imports")]
    assert said == ([names] if names else [])
    cost = r.detail["national_cost"].sel(play=["rivalry", "plan"]).values
    (handed,) = hands_on(r)
    assert isinstance(handed, Duplication)
    assert (handed.factor, handed.industry) == (pytest.approx(cost[0] / cost[1]), tmp_path.name)


def test_draws_of_cells_give_intervals_of_what_the_race_costs(tmp_path: Path, toy: Accounts) -> None:
    fields = {"lat": 30, "lon": 120, "engineers": 40, "design": 5, "mature": 1, "advanced": 0, "memory": 0, "packaging": 1,
              "equipment": 0.2, "materials": 0.2}  # fmt: skip
    wide = {"engineers": ",10,90,judgement,mine"}
    rows = [f"{c},{f},{v}{wide.get(f, ',,,judgement,mine')}" for c in "AB" for f, v in fields.items()]
    industry = read_industry(_file(tmp_path, *rows))
    asked = {"industry": str(tmp_path), "coalitions": [["A", "B"]], "most_lines": 3, "draws": 3}
    r = xh.respond(toy, [], model="rivalry", cities=asked)
    alone = [
        settle_cities(Cities.model_validate({**asked, "draws": 0, "draw": u}), industry) for u in (1 / 6, 0.5, 5 / 6)
    ]
    want = {"price_of_anarchy": [s.anarchy(s.told) for s in alone],
            "rivalry_loss": [s.anarchy(s.told) * s.cost - s.cost for s in alone],
            "stability_cost": [s.stability.total for s in alone]}  # fmt: skip
    found = read(toy, r, places(toy))
    for name, values in want.items():
        got = found[name]
        assert got.low is not None
        assert got.high is not None
        np.testing.assert_allclose([got.low[-1], got.high[-1]], np.quantile(values, (0.05, 0.95)), atol=1e-9)
    assert len(set(want["rivalry_loss"])) > 1
    said = by_city(toy, r, 0).attrs["notes"][-1]
    assert said.startswith("Over 3 draws of the cells that have a range, 90% intervals: price of anarchy ")
    assert not any(n.startswith("Over") for n in by_city(
        toy, xh.respond(toy, [], model="rivalry", cities={**asked, "draws": 0}), 0).attrs["notes"])  # fmt: skip


def test_files_that_are_none(tmp_path: Path) -> None:
    (tmp_path / "cities.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(ForeignFile, match="this is no file of cities or stages"):
        read_industry(str(tmp_path))
    with pytest.raises(BadInput, match=r"there is no file 'x\.csv'"):
        read_industry(str(tmp_path / "x.csv"))
    with pytest.raises(UnknownName, match="unknown industry 'chip'") as e:
        read_industry("chip")
    assert "chips" in e.value.fix


def test_games_that_cannot_be_played(toy: Accounts) -> None:
    with pytest.raises(BadInput) as e:
        game_of(read_industry("chips"), Cities(need={"desing": 10.0}))
    assert e.value.items == ("need.desing: unknown stage 'desing'; did you mean design?",)
    with pytest.raises(BadInput) as e:
        blocks_of(read_industry("chips"), Cities(coalitions=(("Wuxi", "Wuhn"), ("Wuxi",))))
    assert e.value.items == (
        "coalitions[0]: unknown city 'Wuhn'; did you mean Wuhan?",
        "coalitions[1]: Wuxi is named twice",
    )
    with pytest.raises(BadInput, match="13 players have 8,191 coalitions"):
        coalitions(13)
    with pytest.raises(BadInput) as e:
        board(toy, Provinces.model_validate({"players": ["AT-N", "ATL", "XX"], "control": {"sectors": "MAN"}}))
    assert e.value.what == "the players cannot be read"
    assert "players[1]: ATL has AT-N, which AT-N has already" in e.value.items
    assert any("players[2]: unknown region 'XX'" in i for i in e.value.items)
    with pytest.raises(BadInput, match="a rivalry needs two players"):
        board(toy, Provinces.model_validate({"players": ["AT-N"], "control": {"sectors": "MAN"}}))


def test_a_control_that_moves_nobody_and_a_player_without_output() -> None:
    inside = two_nations(0.8, inside=True)
    with pytest.raises(BadInput, match="this control lets nobody move: no player sells abroad anything") as e:
        board(inside, Provinces.model_validate({"control": {"sectors": "X", "instrument": "export_tax"}}))
    assert e.value.fix == "choose a subsidy, or other sectors"
    three = three_nations()
    flow = three.flow * (np.array([1, 1, 0])[:, None, None] + 1e-9)
    idle = replace(three, flow=flow, final=flow.sum(0)[..., None], value_added=flow.sum(1)[..., None])
    at = board(idle, Provinces.model_validate({"players": ["A", "B", "C"], "control": {"sectors": "X"}}))
    assert (at.players, at.dropped) == (("A", "B"), ("C",))


def test_economies_of_scale_without_a_stable_base_are_refused_before_anybody_plays(toy: Accounts) -> None:
    control = {"sectors": "MAN"}
    with pytest.raises(BadInput, match=r"unstable under these economies of scale|ψθ") as e:
        xh.respond(toy, [], model="rivalry", provinces={"control": control, "scale": 0.9})
    assert e.value.fix


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({}, "no game is played: give at least one of provinces, cities, nations"),
        ({"cities": {"compliance": 2}}, "cities.compliance[0]: must be 1 or less (given: 2)"),
        ({"cities": {"compliance": [0.5, 0.5]}}, "cities.compliance: compliance names a value twice"),
        ({"cities": {"learning_rate": 0.7}}, "cities.learning_rate: must be 0.6 or less (given: 0.7)"),
        ({"provinces": {"control": {"sectors": "MAN", "low": -1.0}}},
         "provinces.control: low (-1) must lie below high (0.05), both between -1 and 1"),
        ({"provinces": {"control": {"sectors": "MAN"}, "own_bill": 1.5}}, "provinces.own_bill: must be 1 or less"),
        ({"provinces": {"control": {"sectors": "MAN"}, "promotion": -0.1}}, "provinces.promotion: must be 0 or more"),
        ({"cities": {"spillover": -0.1}}, "cities.spillover: must be 0 or more"),
        ({"nations": {"theta": 0}}, "nations.theta: must be more than 0"),
        ({"provinces": {"control": {"sectors": "MAN", "low": 0.1, "high": 0.0}}},
         "provinces.control: low (0.1) must lie below high (0), both between -1 and 1"),
        ({"provinces": {"control": {"instrument": "tariff", "sectors": "MAN"}}},
         "provinces.control: a tariff is 0 or more, low is -0.05"),
        ({"provinces": {"control": {"instrument": "quota", "sectors": "MAN"}}},
         "provinces.control.instrument: 'quota' is not one of the choices"),
    ],
)  # fmt: skip
def test_parameters_out_of_range(parameters: dict[str, object], said: str) -> None:
    with pytest.raises(BadInput) as e:
        xh.respond("toyland", [], model="rivalry", **parameters)
    assert any(i.startswith(said) for i in e.value.items), e.value.items


def test_the_command_line_s_players_are_all_or_those_named() -> None:
    for players, want in ((("provinces",), "provinces"), (("clusters",), "clusters"), (("A",), ("A",)),
                          (("provinces", "A"), ("provinces", "A"))):  # fmt: skip
        asked = rivalry_posed(RivalryOptions(game="toyland", players=players, sectors="MAN", low=-0.1))
        assert asked.table == "toyland"
        assert asked.values == {"provinces": {"players": want, "control": {"sectors": "MAN", "low": -0.1}}}
    assert rivalry_posed(RivalryOptions(game="cities", industry="chips")).values == {"cities": {"industry": "chips"}}


def test_the_command_line_plays_cities(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    out = tmp_path / "curve.json"
    assert (
        main(
            [
                "rivalry",
                "cities",
                "chips",
                "--compliance",
                "0,1",
                "--by",
                "compliance",
                "--format",
                "json",
                "-o",
                str(out),
            ]
        )
        == 0
    )
    rows = json.loads(out.read_text(encoding="utf-8"))
    assert [r["city_compliance"] for r in rows] == [0.0, 1.0]
    assert rows[0]["price_of_anarchy"] > rows[1]["price_of_anarchy"] >= 1
    assert main(["rivalry", "cities", "chips", "--promotion", "-1"]) == 2
    assert "promotion: must be 0 or more (given: -1.0)" in capsys.readouterr().err
    assert main(["rivalry", "cities", "chips", "--by", "province"]) == 2
    assert "provinces did not play" in capsys.readouterr().err

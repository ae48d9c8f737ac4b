"""Which rooms the house takes in, from where, and what it says of those it does not."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import create_model

import xunhuan as xh
from tests.helpers import rooms
from xunhuan.data.records import Strict
from xunhuan.errors import BadInput, UnknownName
from xunhuan.models import registry
from xunhuan.models.asking import Ground, Knob
from xunhuan.models.edits import Edit, Subsidy
from xunhuan.models.edits.base import RegionNames
from xunhuan.models.model import Model, Quantity, Shock, Status, Uncertain
from xunhuan.models.quantities import PictureKind
from xunhuan.scenario import compare
from xunhuan.scenario.lines import ShockLines
from xunhuan.scenario.observe import MEASURES
from xunhuan.scenario.scenario import Uncertainty, schema

pytestmark = pytest.mark.error

REPOSITORY = Path(__file__).parents[2]
WEATHER = rooms.WEATHER


def test_the_own_rooms_are_found_lasting_ones_first() -> None:
    found = list(registry.models())
    assert found[0] == registry.DEFAULT
    assert found.index("trade") < found.index("propagation")
    assert registry.find("trade").name == "trade"
    with pytest.raises(UnknownName, match=r"unknown model 'trad'\n  fix: did you mean trade\?"):
        registry.find("trad")


def test_a_room_is_in_the_house_while_it_is_registered() -> None:
    before, kinds = list(registry.models()), list(registry.edits())
    with registry.registered(WEATHER):
        now = list(registry.models())
        assert [n for n in now if n != "weather"] == before
        assert now.index("trade") < now.index("weather") < now.index("propagation")
        assert set(registry.edits()) - set(kinds) == {"rain"}
        assert "rain" in schema().model_fields["shock"].annotation.__args__[0].model_fields  # type: ignore[union-attr]
        with pytest.raises(ValueError, match="out of the block"):
            raise ValueError("out of the block")
    assert list(registry.models()) == before
    assert list(registry.edits()) == kinds


def test_a_block_that_fails_leaves_no_room_behind() -> None:
    with pytest.raises(RuntimeError, match="inside"), registry.registered(WEATHER):
        raise RuntimeError("inside")
    assert "weather" not in registry.models()


class OtherSubsidy(Edit):
    """A kind whose name is taken."""

    kind = "subsidy"

    regions: RegionNames


class Nameless(Edit):
    """A kind without a name."""


def quantity(name: str, unit: str = "share") -> Quantity:
    return Quantity(name, unit, ("place",), "x")


def uncertain(name: str) -> Uncertain[Any]:
    return Uncertain(name, lambda p, factor, acc: p, lambda p: None)


@pytest.mark.parametrize(
    ("model", "told"),
    [
        (replace(WEATHER, name="trade"), "there is a model of this name; choose another"),
        (replace(WEATHER, quantities=(quantity("harvest", "shar"),)),
         "quantity harvest: unknown unit 'shar'; did you mean share?"),
        (replace(WEATHER, quantities=(quantity("harvest", "bushels"),)),
         "quantity harvest: unknown unit 'bushels'; known units: "),
        (replace(WEATHER, quantities=(quantity("real_income"),)),
         "quantity real_income: the model 'trade' has one of this name; prefix it"),
        (replace(WEATHER, quantities=(quantity("gdp"),)), "quantity gdp: the house's own name; choose another"),
        (replace(WEATHER, quantities=(quantity("omega"),)), "quantity omega: the house's own name; choose another"),
        (replace(WEATHER, quantities=(quantity("a"), quantity("a"))), "quantity a: is there twice"),
        (replace(WEATHER, uncertain=(uncertain("mobility"),)),
         "uncertain mobility: the model 'trade' has one of this name; prefix it"),
        (replace(WEATHER, uncertain=(uncertain("draws"),)), "uncertain draws: the house's own name; choose another"),
        (replace(WEATHER, reads=(OtherSubsidy,)),
         "edit subsidy: xunhuan.models.edits.lasting.Subsidy has this kind; choose another"),
        (replace(WEATHER, reads=(Nameless,)), "edit Nameless: has no kind"),
        (replace(WEATHER, reads=(type("Size", (Edit,), {"kind": "size"}),)),
         "edit size: the house's own name; choose another"),
        (replace(WEATHER, parameters=create_model("P", __base__=Strict, after=(str, ""))),
         "parameter after: the house's own name; choose another"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told(model: Model[Any], told: str) -> None:
    with pytest.raises(BadInput, match="does not fit the house") as e, registry.registered(model):
        pass
    assert len(e.value.items) == 1
    assert e.value.items[0].startswith(told)
    assert registry.models().get("weather") is None


def test_all_that_does_not_fit_is_told_at_once() -> None:
    model = replace(WEATHER, quantities=(quantity("loss"), quantity("b", "x")), reads=(OtherSubsidy,))
    with pytest.raises(BadInput, match="the model 'weather' does not fit the house") as e, registry.registered(model):
        pass
    assert [item.split(":")[0] for item in e.value.items] == ["quantity b", "quantity loss", "edit subsidy"]


def test_a_kind_that_is_shared_is_no_second_kind() -> None:
    with registry.registered(replace(WEATHER, reads=(rooms.Rain, Subsidy))):
        assert registry.edits()["subsidy"] is Subsidy


def test_the_houses_own_names_are_all_of_them() -> None:
    """The registry cannot import what it reserves names for; this holds the two together."""
    own = {
        "parameter": {"after", "shocks"},
        "edit": set(ShockLines.model_fields),
        "uncertain": set(Uncertainty.model_fields),
    }
    for what, names in own.items():
        assert set(registry.RESERVED[what]) == names
    numbers = {q.name for q in MEASURES} | set(compare.COMPARISONS)
    assert set(registry.RESERVED["quantity"]) >= numbers


def package(folder: Path, name: str, code: str, room: str = "MODEL") -> None:
    """A package with a room, as an installer leaves it."""
    (folder / f"{name}.py").write_text(code, encoding="utf-8")
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text(f"[xunhuan.models]\n{name} = {name}:{room}\n", encoding="utf-8")


def python(folder: Path, code: str) -> str:
    """What a fresh interpreter prints that has these packages."""
    path = os.pathsep.join([str(folder), str(REPOSITORY), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_room_of_another_package_runs_a_scenario(tmp_path: Path) -> None:
    package(tmp_path, "almanac", "from tests.helpers.rooms import WEATHER as MODEL\n")
    code = """
from xunhuan.models import registry
from xunhuan.faces.laboratory import run as run_scenario
print("weather" in registry.models())
shock = {"name": "rain", "rain": {"regions": "AT-N", "days": 8}}
data = {"title": "x", "base": "toyland", "shock": [shock], "model": {"weather": {"growth": 0.05}}}
r = run_scenario(data | {"uncertainty": {"draws": 3, "growth": {"low": 0.9, "high": 1.1}}})
print(round(float(r.headline("harvest", "rain", "ATL")["value"]), 12), int(r.headline("harvest", "rain", "ATL")["draws"]))
"""
    assert python(tmp_path, code).splitlines() == ["True", "0.4 3"]


ASK = """
from xunhuan.errors import XunhuanError
from xunhuan.models import registry
for _ in range(2):
    try:
        print(*registry.models())
    except XunhuanError as e:
        print(type(e).__name__)
        print(e)
"""


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("import nothing_of_this_name\n", [
            "XunhuanError", "the room 'almanac' cannot be opened: No module named 'nothing_of_this_name'",
            "  where: almanac:MODEL", "  fix: mend or remove the package"]),
        ("1 / 0\n", ["XunhuanError", "the room 'almanac' cannot be opened: division by zero",
                     "  where: almanac:MODEL", "  fix: mend or remove the package"]),
        ("OTHER = 1\n", ["XunhuanError", "the room 'almanac' cannot be opened: module 'almanac' has no attribute 'MODEL'",
                         "  where: almanac:MODEL", "  fix: mend or remove the package"]),
        ("MODEL = 'weather'\n", ["BadInput", "almanac:MODEL is not a Model", "  where: entry point xunhuan.models",
                                 "  fix: name the record itself"]),
        ("from dataclasses import replace\nfrom tests.helpers.rooms import *\nMODEL = replace(WEATHER, name='trade')\n", [
            "BadInput", "the model 'trade' does not fit the house", "  - there is a model of this name; choose another",
            "  fix: docs: how to add a room, in CONTRIBUTING.md"]),
    ],
    ids=["import", "raises", "absent", "no model", "taken"],
)  # fmt: skip
def test_a_broken_room_is_told_every_time(tmp_path: Path, code: str, told: list[str]) -> None:
    """Twice: what was half found is not taken for all there is."""
    package(tmp_path, "almanac", code)
    assert python(tmp_path, ASK).splitlines() == told * 2


def test_every_record_is_whole() -> None:
    pictures = set(get_args(PictureKind))
    assert pictures >= {"map", "bars", "lines", "none"}
    for model in registry.models().values():
        assert model.quantities, model.name
        assert {q.picture for q in model.quantities} <= pictures
        assert all(issubclass(e, Edit) for e in model.reads)


def test_two_that_ask_first_at_the_same_time_both_get_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server's first requests come together: the rooms are opened once, and no thread sees half of them."""
    wanted, opened = list(registry.models()), registry.register
    monkeypatch.setattr(registry, "_known", {})
    monkeypatch.setattr(registry, "_found", False)
    taken: list[str] = []

    def slowly(model: Model[Any]) -> None:
        time.sleep(0.001)
        taken.append(model.name)
        opened(model)

    monkeypatch.setattr(registry, "register", slowly)
    with ThreadPoolExecutor(8) as pool:
        found = [list(each) for each in pool.map(lambda _: registry.models(), range(8))]
    assert found == [wanted] * 8
    assert sorted(taken) == sorted(wanted)


GIVEN: dict[str, Any] = {
    "rivalry": {"provinces": {"control": {"sectors": "MAN", "low": -0.3, "high": 0.3}, "scale": 0.04}}
}


@pytest.mark.parametrize("name", sorted(registry.models()))
def test_what_is_not_drawn_moves_nothing(name: str) -> None:
    """Every uncertain quantity, moved by what stands for "as the scenario says", leaves the parameters as they are."""
    model = registry.find(name)
    p, acc = model.parameters(**GIVEN.get(name, {})), xh.toyland()
    for u in model.uncertain:
        assert u.move(p, u.rest, acc) == p, u.name


def test_what_a_room_leaves_unsaid() -> None:
    """Whatever need not be written of an answer, a number, what is drawn or what may be moved, is what its page says."""
    ended, number = Status(), Quantity("crop", "value", ("place",), "harvest lost")
    assert (ended.outcome, ended.iterations, ended.residual, ended.tolerance) == ("converged", 0, 0, 0)
    assert (ended.message, ended.worst, Shock().edits, Shock().name) == ("", "", (), "")
    assert not any((number.headline, number.kept, number.ends, number.opens))
    assert (number.better, number.rest, number.picture, number.source) == (0, 0, "none", "")
    drawn = Uncertain("soil", lambda p, x, acc: p, lambda p: None)
    assert (drawn.low, drawn.zero, drawn.level, drawn.choices, drawn.errors) == (0, True, False, (), None)
    knob, ground = Knob("tools", "a/b"), Ground("soil", "fact", "")
    assert (knob.low, knob.high, knob.scale, knob.whole, knob.start) == (0, 100, 1, False, None)
    assert (ground.numbers, ground.drawn, ground.value) == (1, False, None)
    silent = {f.name: f.default for f in fields(Model)}
    assert (silent["horizon"], silent["evolves"], silent["command"], silent["shown"]) == ("long", False, "", ())

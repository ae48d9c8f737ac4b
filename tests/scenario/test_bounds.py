"""Scenario files beyond all sense: depth, size, numbers, files below files, days after the end; one test a kind."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_origin

import pytest
from pydantic import BaseModel, ValidationError

import xunhuan as xh
from xunhuan.data.records import Strict, parts
from xunhuan.errors import BadInput, Problems
from xunhuan.models import registry
from xunhuan.models.propagation.parameters import RUN_STEPS, RUN_WINDOWS
from xunhuan.scenario.check import prepare, validate
from xunhuan.scenario.layers import layers_of, read_layers

pytestmark = pytest.mark.error

TOY = Path(__file__).parents[1] / "scenarios" / "toy.toml"


def toy(old: str = "", new: str = "", head: str = "") -> bytes:
    content = TOY.read_text(encoding="utf-8")
    assert old in content
    return (head + content.replace(old, new, 1)).encode()


BROKEN = {
    "deep lists": (toy(head=f"x = {'[' * 20_000}{']' * 20_000}\n"), "lie too deep in one another"),
    "deep tables": (toy(head=f"x = {'{a=' * 900}1{'}' * 900}\n"), "lie too deep in one another"),
    "long keys": (toy(head=f"{'.'.join(['a'] * 100_000)} = 1\n"), "lie too deep in one another"),
    "digits": (toy("draws = 8", f"draws = {'9' * 5000}"), "a whole number has too many digits"),
    "64 bits": (toy("draws = 8", f"draws = {2**63}"), r"uncertainty\.draws: is beyond the whole numbers"),
    "size": (toy(head="# " + "x" * 2**20 + "\n"), "too large to be written by hand"),
    "horizon": (toy("42.0", "1e9"), rf"horizon_days \(1e\+09\) is more than {RUN_STEPS:,} steps"),
    "windows": (toy("42.0", "10000.0\nrecord_days = 1"), rf"record_days \(1\) is more than {RUN_WINDOWS:,} times"),
    "step": (toy("42.0", "42.0\nstep_days = 5e-324"), "step_days: must be 0.001 or more"),
    "stocks": (toy("42.0", "42.0\ninventory_days = 1e308"), "inventory_days: must be 36525 or less"),
    "iterations": (toy('labour = "mobile"', f'labour = "mobile"\nmax_iterations = {2**62}'), "must be 100000 or less"),
    "days": (toy("end = 28", "end = 43"), r"shock\[0\]\.link\.end: the period ends on day 43, the run on day 42"),
    "goods": (toy("reinforcement = {}", 'reinforcement = { sectors = "chips" }'),
              r"compare\.reinforcement\.sectors: unknown sector 'chips'"),
    "nations": (toy(head='nations = "CHN"\n'), "nations: must be a table, not 'CHN'"),
    "members": (toy(head="nations = { A = [1] }\n"), r"nations\.A\[0\]: must be a text, not 1"),
    "names": (toy('base = "toyland"', f'base = "{"a" * 5000}.nc"'), "there is no file"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_beyond_all_sense_is_refused(name: str, tmp_path: Path) -> None:
    content, text = BROKEN[name]
    (tmp_path / "s.toml").write_bytes(content)
    with pytest.raises(BadInput, match=text):
        prepare(read_layers(tmp_path / "s.toml"))


def test_data_from_python_have_the_same_bounds() -> None:
    with pytest.raises(BadInput, match="beyond the whole numbers"):
        layers_of({"title": "x", "model": {"trade": {"max_iterations": 2**70}}})


def test_a_byte_order_mark_is_none_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_bytes(b"\xef\xbb\xbf" + TOY.read_bytes())
    assert read_layers(tmp_path / "s.toml").data == read_layers(TOY).data


def test_files_below_files_are_read_once_and_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from xunhuan.scenario import layers

    seen: list[str] = []
    read = layers.read_toml
    monkeypatch.setattr(layers, "read_toml", lambda path: seen.append(path.name) or read(path))
    for name, below in {"a": "bc", "b": "d", "c": "d"}.items():
        said = ", ".join(f'"{b}.toml"' for b in below)
        (tmp_path / f"{name}.toml").write_text(f'extends = [{said}]\nquestion = "{name}"\n', encoding="utf-8")
    (tmp_path / "d.toml").write_bytes(TOY.read_bytes())
    assert read_layers(tmp_path / "a.toml").data["question"] == "a"
    assert sorted(seen) == ["a.toml", "b.toml", "c.toml", "d.toml"]
    for k in range(12):
        said = ", ".join([f'"{k + 1}.toml"'] * 30)
        (tmp_path / f"{k}.toml").write_text(f"extends = [{said}]\n", encoding="utf-8")
    with pytest.raises(BadInput, match="scenario files extend too many others"):
        read_layers(tmp_path / "0.toml")


def _numbers(record: type[BaseModel]) -> list[str]:
    """Fields of a record that hold numbers and nothing else, as files write them."""
    out = []
    for name, f in record.model_fields.items():
        inside = [a for a in parts(f.annotation) if a in (int, float, str, bool) or get_origin(a) is not None]
        kinds = {a for a in inside if a in (int, float, str, bool)}
        if kinds and kinds <= {int, float} and not any(get_origin(a) in (tuple, dict) for a in inside):
            out.append(f.alias or name)
    return out


RECORDS: dict[str, type[BaseModel]] = {
    **{f"model.{m.name}": m.parameters for m in registry.models().values()}, **registry.edits(),
}  # fmt: skip


@pytest.mark.parametrize("name", RECORDS)
@pytest.mark.parametrize("given", [True, "1"])
def test_no_record_takes_true_or_a_text_for_a_number(name: str, given: Any) -> None:
    record = RECORDS[name]
    assert issubclass(record, Strict)
    wanted = _numbers(record)
    try:
        record.model_validate(dict.fromkeys(wanted, given))
        refused: set[Any] = set()
    except ValidationError as e:
        refused = {x["loc"][0] for x in e.errors() if x["type"] in ("float_type", "int_type")}
    assert refused == {*wanted}


@pytest.mark.parametrize("place", ["size", "draws", "seed", "steps", "shift", "low", "plausible", "date"])
def test_nor_does_a_scenario(place: str) -> None:
    line = {"from": "BOR", "to": "ATL", "change": 0.1}
    wrong: Any = 1 if place == "plausible" else True
    data: dict[str, Any] = {
        "title": "x", "base": "toyland",
        "shock": [{"name": "dear", "trade_cost": line, **({place: wrong} if place in ("size", "plausible") else {})}],
        "compare": {"frontier": {"shock": "dear", **({"steps": wrong} if place == "steps" else {})},
                    "reinforcement": {"shift": wrong} if place == "shift" else {}},
        "uncertainty": {"shock": {"dear": {"low": wrong if place == "low" else 0.5, "high": 2.0}},
                        **({place: wrong} if place in ("draws", "seed") else {})},
        **({"date": wrong} if place == "date" else {}),
    }  # fmt: skip
    p = Problems("")
    assert validate(data, p) is None
    assert [i for i in p.items if f"{place}: must be " in i] == p.items, p.items


def test_an_edit_in_python_neither() -> None:
    with pytest.raises(BadInput, match="change: must be a number, not true"):
        xh.edits.TradeCost("BOR", "ATL", change=True)

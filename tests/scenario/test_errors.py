"""What is wrong with a scenario is told at once, with its path and the nearest valid name."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from xunhuan.data.accounts import Accounts
from xunhuan.data.store import save
from xunhuan.data.toyland import toyland
from xunhuan.errors import BadInput, ForeignFile, UnknownName
from xunhuan.models import registry
from xunhuan.scenario import compare
from xunhuan.scenario.check import prepare
from xunhuan.scenario.layers import Layers, library, merge, read_layers, setting

pytestmark = pytest.mark.error

TOY = Path(__file__).parents[1] / "scenarios" / "toy.toml"

FULL_OF_ERRORS = """
title = "x"
base = "toyland"
colour = 1
[[shock]]
name = "a"
trade_cost = { from = "BORE", to = "ATL", sectors = "goods and", ban = true }
[[shock]]
name = "b"
tariff = [ { from = "BOR", to = "ATL", set = 0.1, add = 0.2 }, { form = "BOR", to = "ATL", set = -1 } ]
[model.trade]
horizn = "long"
labour = "mobil"
[model.trad]
"""


def layers(text: str) -> Layers:
    return Layers("test", tomllib.loads(text), (), None)


def problems(text: str) -> list[str]:
    with pytest.raises(BadInput) as e:
        prepare(layers(text))
    return list(e.value.items)


def test_all_errors_at_once_with_path_and_nearest_name() -> None:
    found = problems(FULL_OF_ERRORS)
    for text in (
        "shock[1].tariff[0]: give exactly one of set, add, multiply",
        "shock[1].tariff[1].from: is missing",
        "shock[1].tariff[1].form: unknown key; did you mean from?",
        "shock[1].tariff[1].set: must be 0 or more (given: -1)",
        "model.trade.horizn: unknown key; did you mean horizon?",
        "model.trade.labour: 'mobil' is not one of the choices; did you mean mobile?",
        "model.trad: unknown model 'trad'; did you mean trade?",
        "shock[0].trade_cost.from: unknown region 'BORE'; did you mean Borea, BOR?",
    ):
        assert text in found
    assert any(x.startswith("colour: unknown key; known keys: title, question") for x in found)
    assert any(
        x.startswith("shock[0].trade_cost.sectors: unknown sector 'goods and'; did you mean goods") for x in found
    )


HEAD = 'title = "x"\nbase = "toyland"\n[[shock]]\nname = "a"\n'
FINE = HEAD + 'trade_cost = { from = "BOR", to = "ATL", change = 0.1 }\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEAD, "shock[0]: the shock changes nothing: give at least one of trade_cost"),
        (HEAD + 'trade_cost = { from = "BOR", to = "ATL" }', "give exactly one of change, ban, cut, best"),
        (HEAD + 'tariff = { from = "AT-N", to = "AT-S", set = 0.1 }', "touches no pair of different nations"),
        (HEAD + 'trade_cost = { from = "BOR", to = "BOR", ban = true }', "touches no pair of different regions"),
        (HEAD + 'tariff = { from = "BOR", to = "ATL", add = -0.5 }',
         "shock[0] (a): `tariff from=BOR to=ATL add=-0.5`: the tariff of BOR->AT-N FAR would be -0.43, as in 5 more cells "
         "(rates must be 0 or more)"),
        (HEAD + 'capacity = { regions = "AT-N", loss = 0.5 }', "no model given reads capacity (models: trade)"),
        (HEAD + 'link = { from = "BOR", to = "ATL", start = 30, end = 10 }', "end (10) must lie after start (30)"),
        (HEAD + 'link = { from = "BOR", to = "ATL", end = 40 }\n[model.propagation]\nhorizon_days = 28',
         "shock[0].link.end: the period ends on day 40, the run on day 28; lengthen horizon_days or end it sooner"),
        (HEAD + 'gateway_closed = { gateways = "X", end = 40 }\n[model.gateway]\n[model.propagation]\nafter = "gateway"\n'
         "horizon_days = 28", "shock[0].gateway_closed.end: the period ends on day 40, the run on day 28"),
        (HEAD + 'decoupling = { from = "BOR", to = "ATL", channel = "know", size = 0.5, start = 2060 }\n[model.catchup]',
         "shock[0].decoupling.start: it begins in 2060, the years asked for end in 2050; give more years or begin sooner"),
        (HEAD + 'push = { regions = "ATL", rate = 0.1, end = 2060 }\n[model.catchup]',
         "shock[0].push.end: it ends in 2060, the years asked for in 2050; give more years or end it sooner"),
        (HEAD + 'push = { regions = "ATL", rate = 0.1, start = 1990, end = 2000 }\n[model.catchup]',
         "shock[0].push.end: it ends in 2000, before the years asked for, which begin in 2020; end it later"),
        (FINE + '[compare]\noffset = { shock = "b", policy = "a" }', "unknown shock 'b'; choose one of: a"),
        (FINE + '[arms]\nbase = ["a"]', "arms.base: 'base' is the arm where nothing happens"),
        (FINE + "[uncertainty]\ndraws = 4", "uncertainty: nothing is uncertain"),
        (FINE + "[uncertainty]\nmobility = { low = 2, high = 1 }", "low (2) must lie below high (1)"),
        (FINE + "[uncertainty]\nmobility = { low = 1 }", "give relative_sd, or low and high (and mode)"),
        (FINE + "[uncertainty]\ntable = 1", "uncertainty.table: must be true or false, not 1"),
        (FINE + "[uncertainty]\ncross_hauling = { low = 0 }", "uncertainty.cross_hauling: unknown key"),
        (FINE + '[uncertainty]\ndesign = "sobol"\ndraws = 12\nmobility = { relative_sd = 0.2 }', "needs a power of two"),
        (FINE + "[uncertainty]\nshock.b = { low = 0, high = 1 }", "uncertainty.shock.b: unknown shock 'b'"),
        (FINE + '[uncertainty]\nmodels = ["tade"]\nmobility = { relative_sd = 0.2 }', "'tade' is not one of"),
        (FINE + "[model]", "model: no model is given; known models: trade, "),
        (FINE + "[model.trade]\nscale = 0.9", "ψθ ="),
        (FINE.replace('name = "a"', 'name = "a/b"'), "shock[0].name: must not hold a plus, a slash or a line break"),
        (FINE.replace('name = "a"', 'name = ""'), "shock[0].name: must not be empty"),
        (FINE.replace('base = "toyland"', 'base = "toyland"\nbase_digest = "12xy"'),
         "base_digest: is the beginning of a digest, 12 to 64 hexadecimal digits (given: '12xy')"),
        (HEAD + 'tariff = { from = "BOR", to = "ATL", add = "0.1" }', "shock[0].tariff.add: must be a number, not '0.1'"),
        (HEAD + 'tariff = { from = "BOR", to = "ATL", add = true }', "shock[0].tariff.add: must be a number, not true"),
        (HEAD + 'tariff = { from = 3, to = "ATL", add = 0.1 }', "shock[0].tariff.from: must be a text or a list, not 3"),
        (HEAD + 'tariff = 3', "shock[0].tariff: must be a table or a list of tables, not 3"),
        (HEAD + 'trade_cost = { from = "BOR", to = "ATL", ban = 1 }', "trade_cost.ban: must be true or false, not 1"),
        (HEAD + 'capacity = { regions = "AT-N", loss = 0.5, recovery = "linaer", recovery_days = 3 }',
         "shock[0].capacity.recovery: 'linaer' is not one of the choices; did you mean linear? (or a list)"),
        (FINE + '[uncertainty]\nmobility = { relative_sd = "0.2" }',
         "uncertainty.mobility.relative_sd: must be a number, not '0.2'"),
        (FINE + '[uncertainty]\nmobility = 0.2', "uncertainty.mobility: must be a table, not 0.2"),
        (FINE + "[uncertainty]\ndraws = 2.5\nmobility = { relative_sd = 0.2 }",
         "uncertainty.draws: must be a whole number, not 2.5"),
        (FINE + '[model.trade]\ntheta = "high"', "model.trade.theta: must be a table or a number, not 'high'"),
        (FINE + "[model.trade]\ntheta = { MAN = -1 }", "model.trade.theta.MAN: must be more than 0 (given: -1)"),
        (FINE + 'size = -1.0\n', "shock[0].size: must be 0 or more (given: -1.0)"),
        (FINE + 'size = 1.5\ntariff = { from = "BOR", to = "ATL", multiply = 0.0 }',
         "shock[0] (a) at size 1.5: `tariff from=BOR to=ATL multiply=-0.5`: the tariff of BOR->AT-N FAR would be -0.035"),
        (FINE.replace("toyland", "toylant"), "base: unknown table 'toylant'; did you mean toyland?"),
        (FINE.replace('base = "toyland"', 'base = "toyland"\nhome = "ATT"'), "home: unknown nation 'ATT'; did you"),
        (
            FINE.replace('base = "toyland"', 'base = "toyland"\nbase_digest = "0123456789ab"'),
            "base_digest: the table 'toyland' has moved",
        ),
    ],
)  # fmt: skip
def test_each_error_is_told(text: str, said: str) -> None:
    found = problems(text)
    assert any(said in item for item in found), found


def test_a_digest_that_holds_is_accepted() -> None:
    digest = prepare(layers(FINE)).base.answer_digest
    text = FINE.replace('base = "toyland"', f'base = "toyland"\nbase_digest = "{digest[:12]}"')
    assert prepare(layers(text)).base.answer_digest == digest


@pytest.mark.parametrize(
    "moved",
    [
        lambda t: replace(t, geography=replace(t.geography, population=(*t.geography.population[:-1], 7.0))),
        lambda t: replace(t, geography=replace(t.geography, clusters={**t.geography.clusters, "COAST": ("AT-E",)})),
        lambda t: replace(t, sectors=replace(t.sectors, groups={**t.sectors.groups, "goods": ("MAN",)})),
        lambda t: replace(t, sectors=replace(t.sectors, isic=("", "C26", ""))),
        lambda t: replace(t, sectors=replace(t.sectors, names_en=("Farming", "Services", "Manufacturing"))),
    ],
    ids=["population", "clusters", "groups", "isic", "names"],
)
def test_a_pin_holds_all_that_answers_depend_on(tmp_path: Path, moved: Callable[[Accounts], Accounts]) -> None:
    """The numbers are the same in both tables, and a file pinned on the one is refused on the other."""
    table = toyland()
    for name, t in (("a", table), ("b", moved(table))):
        save(t, tmp_path / f"{name}.nc")
    pin = f'base_digest = "{table.answer_digest}"'
    texts = [FINE.replace('base = "toyland"', f'base = "{tmp_path / name}.nc"\n{pin}') for name in "ab"]
    assert prepare(layers(texts[0])).base.answer_digest == table.answer_digest
    assert any("base_digest: the table" in item and "has moved" in item for item in problems(texts[1]))
    assert moved(table).digest == table.digest
    plain = FINE.replace('base = "toyland"', f'base = "toyland"\nbase_digest = "{table.digest}"')
    assert any("its numbers are those pinned" in item for item in problems(plain))


def test_names_and_files() -> None:
    with pytest.raises(UnknownName, match=r"unknown scenario 'chip-embrago'\n  fix: did you mean chip-embargo"):
        read_layers("chip-embrago")
    with pytest.raises(BadInput, match=r"there is no scenario file 'none\.toml'"):
        read_layers("none.toml")
    assert "chip-embargo" in library()


def test_broken_files(tmp_path: Path) -> None:
    bad = tmp_path / "bad.toml"
    bad.write_text("title = ", encoding="utf-8")
    with pytest.raises(BadInput, match="not valid TOML"):
        read_layers(bad)
    bad.write_bytes(b"title = '\xff\xfe'")
    with pytest.raises(ForeignFile, match="not UTF-8"):
        read_layers(bad)
    bad.write_text('extends = "bad.toml"', encoding="utf-8")
    with pytest.raises(BadInput, match="extend one another in a circle"):
        read_layers(bad)
    with pytest.raises(BadInput, match="'x' is not KEY=VALUE"):
        setting("x")


def test_layers_override_in_order_and_say_so(tmp_path: Path) -> None:
    upper = tmp_path / "upper.toml"
    upper.write_text('extends = "' + str(TOY) + '"\n[model.trade]\nhorizon = "short"\n', encoding="utf-8")
    over = tmp_path / "over.toml"
    over.write_text(
        '[[shock]]\nname = "integration"\nsize = 2.0\n[model.trade]\nhorizon = "medium"\n', encoding="utf-8"
    )
    got = read_layers(upper, [over], ["uncertainty.draws=4", "shock.embargo.size = 0.5"])
    assert [str(o) for o in got.log] == [
        "model.trade.horizon: (nothing) -> 'short' (upper.toml)",
        "shock[integration].size: (nothing) -> 2.0 (over.toml)",
        "model.trade.horizon: 'short' -> 'medium' (over.toml)",
        "uncertainty.draws: 8 -> 4 (--set uncertainty.draws=4)",
        "shock[embargo].size: (nothing) -> 0.5 (--set shock.embargo.size = 0.5)",
    ]
    bench = prepare(got)
    assert bench.scenario.shocks()["embargo"].size == 0.5
    assert bench.scenario.shocks()["integration"].size == 2.0


def test_merge_leaves_its_input_alone() -> None:
    base: dict[str, Any] = {"shock": [{"name": "a", "size": 1.0}], "b": {"c": 1}}
    log: list[Any] = []
    merge(base, {"shock": [{"name": "a", "size": 2.0}], "b": {"c": 2}}, "x", log)
    assert base == {"shock": [{"name": "a", "size": 1.0}], "b": {"c": 1}}
    assert len(log) == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "mobility = { relative_sd = 0.2 }",
            "uncertainty.mobility: its draws would change nothing: people do not move",
        ),
        ("scale = { relative_sd = 0.2 }", "uncertainty.scale: its draws would change nothing"),
        ("inventories = { relative_sd = 0.2 }", "uncertainty.inventories: its draws would change nothing"),
    ],
)
def test_draws_that_would_change_nothing_are_refused(text: str, said: str) -> None:
    found = problems(FINE + "[uncertainty]\n" + text)
    assert any(said in item for item in found), found


def test_a_ban_is_not_drawn_beyond_itself() -> None:
    text = FINE.replace("change = 0.1", "ban = true") + "[uncertainty]\nshock.a = { low = 0.5, high = 1.2 }"
    said = "; low and high must give a dose of 1 at most"
    assert problems(text) == [f"uncertainty.shock.a: a ban has no dose of 1.2{said}"]
    endless = text.replace("low = 0.5, high = 1.2", "relative_sd = 0.1")
    assert problems(endless) == [f"uncertainty.shock.a: a ban has no dose of 2{said}"]


def test_arms_are_checked_together() -> None:
    """Two shocks that each can be, but not at once."""
    text = (
        FINE.replace("trade_cost = {", "tariff = {").replace("change = 0.1", "set = 0.1")
        + '[[shock]]\nname = "b"\ntariff = { from = "BOR", to = "AT-N", set = 0.2 }\n'
    )
    together = (
        "arm 'a + b': `tariff from=BOR to=ATL set=0.1` and `tariff from=BOR to=AT-N set=0.2`: the tariff of BOR->AT-N FAR "
        "is set to 0.1 and 0.2, as in 1 more cell (set a rate once, or use add and multiply)"
    )
    assert problems(text) == [together]
    assert prepare(layers(text + '[arms]\none = ["a"]\ntwo = ["b"]\n')).scenario.all_arms().keys() == {"one", "two"}


def test_a_scenario_without_shocks() -> None:
    assert problems('title = "x"\nbase = "toyland"\nshock = []') == [
        "there is no shock: add [[shock]] with a name and an edit"
    ]


def test_reinforcement_needs_a_model_that_says_what_is_shipped(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = prepare(read_layers(TOY))
    mute = replace(registry.find("trade"), read=lambda acc, response, places: {})
    monkeypatch.setitem(registry._known, "trade", mute)
    with pytest.raises(BadInput) as e:
        compare.reinforcement(bench)
    assert e.value.what == "the model trade does not say what is shipped"
    assert (e.value.where, e.value.fix) == ("compare.reinforcement", "leave it out")


def test_a_shift_beyond_what_buyers_spend_elsewhere_is_refused() -> None:
    with pytest.raises(BadInput) as e:
        compare.reinforcement(prepare(read_layers(TOY, settings=["compare.reinforcement.shift=0.4"])))
    assert "demand cannot shift by 0.4: they spend so little elsewhere that " in e.value.items[0]

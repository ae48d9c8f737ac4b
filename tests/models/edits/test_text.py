"""An edit written as a line, a table of a file or in Python is one edit; what cannot be read is told."""

from __future__ import annotations

import re
import tomllib
from typing import Literal, get_origin

import pytest
import tomli_w
from hypothesis import given, settings
from hypothesis import strategies as st

import xunhuan.models.conversion.edits as helps
import xunhuan.models.rivalry.edits as minds
from tests.models.edits.strategies import EVERY
from xunhuan.data.records import parts
from xunhuan.errors import BadInput, UnknownName
from xunhuan.models import edits, registry
from xunhuan.models.edits import Capacity, DemandShift, Edit, MobilityCost, Orders, Stock, Subsidy, Tariff, TradeCost
from xunhuan.models.edits.text import parse_edit, parse_edits
from xunhuan.models.gateway import edits as gates

pytestmark = pytest.mark.twin

KINDS = registry.edits()
MANY = settings(max_examples=300, deadline=None, derandomize=True)
NAMES = st.text(st.sampled_from("aB 北,='\"\\.-!éσ\t"), min_size=1, max_size=8).filter(lambda s: "+" not in s)


@MANY
@given(EVERY)
def test_a_line_reads_back_as_the_edit(edit: Edit) -> None:
    assert parse_edit(str(edit), KINDS) == edit
    assert parse_edit(str(edit).replace(" ", ", ").replace(", ", " ", 1), KINDS) == edit, "commas between pairs"


@MANY
@given(NAMES, NAMES, st.floats(-0.9, 1e6))
def test_any_name_and_number_reads_back(origin: str, sector: str, change: float) -> None:
    edit = TradeCost(origin, ("x", "y"), sector, change=change)
    assert parse_edit(str(edit), KINDS) == edit


@pytest.mark.parametrize(
    ("edit", "line"),
    [
        (Tariff("CHN", "USA", add=0.25), "tariff from=CHN to=USA add=0.25"),
        (Tariff(("CHN", "HKG"), "USA", "all", set=0.1, part=0.5), "tariff from=CHN+HKG to=USA sectors=all set=0.1 part=0.5"),
        (TradeCost("New York", 'a "b"', ban=True, both_ways=True), 'trade_cost from="New York" to="a \\"b\\"" ban=true '
         "both_ways=true"),
        (Capacity("广东", loss=1 / 3, end=1.5, recovery=(0.2, 1.0), recovery_days=7),
         "capacity regions=广东 end=1.5 recovery=0.2/1 recovery_days=7 loss=0.3333333333333333"),
        (Capacity("AT-N", loss=0.5, recovery=(0.25,), recovery_days=7),
         "capacity regions=AT-N recovery=0.25 recovery_days=7 loss=0.5"),
        (MobilityCost("AT-N", change=-0.05), "mobility_cost regions=AT-N change=-0.05"),
        (Orders("BOR", origin="ATL", change=-1), "orders regions=BOR origin=ATL change=-1"),
    ],
)  # fmt: skip
def test_lines_by_hand(edit: Edit, line: str) -> None:
    assert str(edit) == line
    assert parse_edit(line, KINDS) == edit


@pytest.mark.parametrize(
    "line",
    [
        "tariff from=CHN to=USA add=0.25",
        "  tariff   from=CHN  to=USA add=25%",
        "tariff\tfrom = CHN, to = USA, add = 25%",
        "tariff from='CHN' to=\"USA\" add=0.25 sectors=goods part=1",
        "tariff origin=CHN destination=USA add=0.25",
    ],
)
def test_many_ways_to_write_one_edit(line: str) -> None:
    assert parse_edit(line, KINDS) == Tariff("CHN", "USA", add=0.25)


@pytest.mark.parametrize(
    ("kind", "text", "made"),
    [
        (Tariff, "USA<-CHN:goods:+25%", [Tariff("CHN", "USA", "goods", add=0.25)]),
        (Tariff, "USA<-CHN:0.25", [Tariff("CHN", "USA", set=0.25)]),
        (Tariff, "USA<-CHN:goods:=0.25", [Tariff("CHN", "USA", set=0.25)]),
        (Tariff, "CHN->USA:x2", [Tariff("CHN", "USA", multiply=2.0)]),
        (Tariff, "CHN -> USA : all : -0.01", [Tariff("CHN", "USA", "all", add=-0.01)]),
        (Tariff, "USA<->CHN:goods:+0.1", [Tariff("CHN", "USA", add=0.1), Tariff("USA", "CHN", add=0.1)]),
        (TradeCost, "CHN<->USA:C26:-10%", [TradeCost("USA", "CHN", "C26", change=-0.1, both_ways=True)]),
        (TradeCost, "CHN<-USA+TWN:ban", [TradeCost("USA+TWN", "CHN", ban=True)]),
        (Subsidy, "CN-GD:C26:0.1", [Subsidy("CN-GD", "C26", rate=0.1)]),
        (Subsidy, "CN-GD:5%", [Subsidy("CN-GD", rate=0.05)]),
        (MobilityCost, "CN-GD:-0.05", [MobilityCost("CN-GD", change=-0.05)]),
        (Tariff, "from=CHN to=USA add=0.1", [Tariff("CHN", "USA", add=0.1)]),
        (Capacity, "regions=AT-N,loss=0.5", [Capacity("AT-N", loss=0.5)]),
    ],
)
def test_short_forms(kind: type[Edit], text: str, made: list[Edit]) -> None:
    assert list(parse_edits(kind, text)) == made


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("", "unknown edit ''"),
        ("tarif from=CHN", "unknown edit 'tarif'\n  fix: did you mean tariff?"),
        ("tariff from=CHN to=USA", "this is no tariff\n  - give exactly one of set, add, multiply"),
        ("tariff from=CHN ad=0.1", "this is no tariff\n  - to: is missing\n  - ad: unknown key; did you mean add?"),
        ("tariff from=CHN to=USA set=high", "set: must be a number, not 'high'"),
        ("tariff from=CHN to=USA set=-1", "set: must be 0 or more (given: -1.0)"),
        ("tariff from=CHN to= set=0.1", "to: must not be empty"),
        ("tariff from=CHN to=USA add=0.1 add=0.2", "add is given twice\n  fix: give it once, or two lines of tariff"),
        ('tariff from="CHN to=USA', "'from=\"CHN to=USA' cannot be read: a quote is not closed\n  fix: close the quotes"),
        ("tariff CHN USA 0.1", "CHN: unknown key; known keys: from, to, sectors, set, add, multiply, part"),
        ("tariff from to=USA add=0.1 colour", "colour: unknown key"),
        ("trade_cost from=a to=b ban=yes", "ban: must be true or false, not 'yes'"),
        ("capacity regions=a loss=0.5 recovery=quick recovery_days=2", "recovery: 'quick' is not one of the choices;"),
        ("capacity regions=a loss=0.5 recovery=0.5/x recovery_days=2", "recovery[1]: must be a number, not 'x'"),
        ("capacity regions=a loss=nan", "loss: must be a finite number (given: nan)"),
        ("stock regions=a factor=1e9", "factor: must be 1000 or less (given: 1000000000.0)"),
    ],
)  # fmt: skip
def test_lines_that_cannot_be_read(line: str, told: str) -> None:
    with pytest.raises(BadInput) as e:
        parse_edit(line, KINDS)
    assert told in str(e.value)


@pytest.mark.parametrize(
    ("kind", "text", "told"),
    [
        (
            Tariff,
            "USA-CHN:goods:0.1",
            "'USA-CHN:goods:0.1' cannot be read\n  fix: for instance \"USA<-CHN:goods:+0.25\"",
        ),
        (Tariff, "USA<-CHN", "'USA<-CHN' has no number"),
        (Tariff, "USA<-CHN:goods:high", "'high' is not a number\n  fix: for instance 0.25, -10%"),
        (Tariff, "USA<-CHN:goods:a:0.1", "cannot be read"),
        (Subsidy, "0.1", "'0.1' cannot be read\n  fix: for instance CN-GD:C26:0.1"),
        (Subsidy, "a:b:c:0.1", "'a:b:c:0.1' cannot be read"),
        (MobilityCost, "a:b:0.1", "'a:b:0.1' cannot be read\n  fix: for instance CN-GD:0.1"),
        (Subsidy, "AT-N:2", "rate: must be less than 1 (given: 2.0)"),
        (Capacity, "AT-N:0.5", "AT-N:0.5: unknown key"),
        (Stock, "AT-N", "regions: is missing"),
    ],
)
def test_short_forms_that_cannot_be_read(kind: type[Edit], text: str, told: str) -> None:
    with pytest.raises(BadInput) as e:
        parse_edits(kind, text)
    assert told in str(e.value)


def test_values_without_a_name_are_places() -> None:
    with pytest.raises(BadInput, match="Stock takes at most 2 values without a name") as e:
        Stock("AT-N", "FAR", 3.0)  # type: ignore[call-arg]
    assert "regions, sectors" in e.value.what
    assert Orders("BOR", "MAN", "AT-N", change=-1.0).origin == "AT-N"
    for twice in ("origin", "from"):
        with pytest.raises(BadInput, match="Tariff is given origin twice"):
            Tariff("CHN", "USA", add=0.1, **{twice: "CHN"})
    with pytest.raises(BadInput, match="origin"):
        parse_edit("tariff from=CHN origin=CHN to=USA add=0.1", KINDS)


SAMPLES: tuple[Edit, ...] = (
    TradeCost("A", "B", "X", cut=0.5, both_ways=True),
    Tariff("A", ("B", "C"), multiply=2),
    edits.Productivity("A", change=0.1),
    edits.FinalDemand("A", change=-0.1),
    Subsidy("A", rate=0.1),
    edits.ExportTax("A", rate=0.1),
    MobilityCost("A", change=0.1),
    DemandShift("A", "B", shift=0.01, compensated=False),
    edits.Wedge("A", "X", rate=0.1, to=0.02, rebated=0.5, per="output", most=0.5),
    edits.Transfer("A", ("B", "C"), share=0.01),
    gates.Line(via=("A", "B"), line_kind="fast mixed", speed=200, opened=2025),
    gates.GatewayClosed(gateways=("A", "B"), start=1, end=9),
    gates.GatewayOnly(gateways="A"),
    gates.GatewayFee(gateways="A", change=0.01, rebated=0.5, collector="B"),
    gates.GatewayCapacity(gateways="A", change=0.5),
    gates.Way(gateways="A", destination="B", days=-2),
    gates.Online(sectors="X", share=0.25),
    Capacity("A", loss=0.5, recovery=(0.5, 1.0), recovery_days=3),
    Stock("A", factor=2.0),
    Orders("A", origin="B", change=-0.5, recovery="linear", recovery_days=2),
    edits.Link("A", "B", start=3, end=9),
    edits.Gateway("A", "X"),
    edits.Destruction("A", "X", loss=0.2, start=3, mix="X:0.5+Y:0.5"),
    edits.Destruction("A", value=7.5, rebuild_days=30),
    edits.Decoupling("A", "B", channel="tools", size=0.5, start=2022, ramp=5),
    edits.Push("A", rate=0.02, industry="chips", start=2021, end=2040),
    edits.Duplication("A", factor=1.3),
    edits.Need("A", value=180.0, industry="chips", year=2035),
    edits.OriginShift("A", cells="B:X:0.05+C:X:1e-05+C:Y:-0.02", part=0.5),
    edits.OriginOrders("A", cells="B:X:0.05+C:Y:-0.02", start=3, end=9),
    edits.UsedUp("A", value=7.5),
    edits.Platform(between=("A", "B"), sectors="X", cost=-0.05),
    helps.Certification("A", fee=-0.5, lag_weeks=-4),
    helps.Exhibition("A", stands=100, cost=2e5),
    helps.SubsidyHomeSales("A", budget=1e9, on="exporters"),
    minds.Compliance("A", weight=0.5),
    minds.Promotion("A", weight=0.1),
    minds.OwnBill("A", add=-0.5),
    minds.Privilege("A", worth=4.0),
)


@pytest.mark.parametrize("kind", [*KINDS.values(), DemandShift], ids=lambda k: k.kind)
def test_every_kind_is_whole(kind: type[Edit]) -> None:
    """Called after its class, described, with a schema, and the same edit after a round trip through a file."""
    assert kind.kind == re.sub(r"(?<=[a-z])(?=[A-Z])", "_", kind.__name__).lower()
    assert kind.__doc__
    assert kind.__doc__ != Edit.__doc__
    assert kind.__doc__.strip()[0].isupper()
    schema = kind.model_json_schema(by_alias=True)
    assert set(schema["required"]) == {f.alias or n for n, f in kind.model_fields.items() if f.is_required()}
    assert schema["additionalProperties"] is False
    mine = [e for e in SAMPLES if type(e) is kind]
    assert mine, f"no sample of {kind.kind}"
    for edit in mine:
        text = tomli_w.dumps(edit.model_dump(mode="json", by_alias=True, exclude_none=True))
        again = kind.model_validate(tomllib.loads(text))
        assert again == edit
        assert tomli_w.dumps(again.model_dump(mode="json", by_alias=True, exclude_none=True)) == text
        assert hash(again) == hash(edit)
        assert parse_edit(str(edit), KINDS | {kind.kind: kind}) == edit


@MANY
@given(EVERY)
def test_any_edit_is_the_same_after_a_file(edit: Edit) -> None:
    text = tomli_w.dumps(edit.model_dump(mode="json", by_alias=True, exclude_none=True))
    assert type(edit).model_validate(tomllib.loads(text)) == edit


def _numbers(kind: type[Edit]) -> list[str]:
    kinds = {n: {x for x in parts(f.annotation) if isinstance(x, type)} for n, f in kind.model_fields.items()}
    several = {
        n for n, f in kind.model_fields.items() if any(get_origin(x) in (tuple, Literal) for x in parts(f.annotation))
    }
    return [n for n, of in kinds.items() if float in of and n not in several]


@pytest.mark.parametrize("wrong", [True, False, "0.1", "", [0.1], {"a": 0.1}], ids=repr)
@pytest.mark.parametrize("kind", [k for k in KINDS.values() if k is not gates.GatewayOnly], ids=lambda k: k.kind)
def test_booleans_and_texts_are_no_numbers(kind: type[Edit], wrong: object) -> None:
    sample = next(e for e in SAMPLES if type(e) is kind)
    assert _numbers(kind)  # an edit without a number says so above
    for name in _numbers(kind):
        with pytest.raises(BadInput) as e:
            kind(**{**sample.model_dump(exclude_none=True), name: wrong})
        shown = {True: "true", False: "false"}[wrong] if isinstance(wrong, bool) else repr(wrong)
        shown = "a list" if isinstance(wrong, list) else "a table" if isinstance(wrong, dict) else shown
        assert f"{name}: must be a number, not {shown}" in e.value.items


@pytest.mark.parametrize("wrong", [1, 0, "true", 1.0], ids=repr)
def test_numbers_and_texts_are_neither_true_nor_false(wrong: object) -> None:
    for name in ("ban", "both_ways", "include_own"):
        with pytest.raises(BadInput, match=f"{name}: must be true or false, not {wrong!r}"):
            TradeCost("A", "B", change=0.1, **{name: wrong})  # type: ignore[arg-type]


def test_names_are_texts() -> None:
    for wrong, told in ((3, "origin: must be a text or a list, not 3"), (("A", 3), "origin[1]: must be a text, not 3"),
                        ((), "origin: needs at least 1 of them"), (("A", ""), "origin[1]: must not be empty (given: '')"),
                        (None, "origin: must be a text or a list, not None")):  # fmt: skip
        with pytest.raises(BadInput) as e:
            Tariff(wrong, "B", add=0.1)  # type: ignore[arg-type]
        assert e.value.items == (told,)


def test_a_list_of_names_is_their_union() -> None:
    assert Tariff(("CHN", "HKG"), "USA", add=0.1) == Tariff("CHN+HKG", "USA", add=0.1)
    plus = "Food + drink"  # one name of a sector: it cannot be told from a union once joined
    assert Tariff("CHN", "USA", (plus, "X"), add=0.1).sectors == (plus, "X")


def test_kinds_are_known_by_name() -> None:
    with pytest.raises(UnknownName, match="unknown edit 'capasity'\n  fix: did you mean capacity"):
        parse_edit("capasity regions=a", KINDS)
    lasting = [k.lasting for k in KINDS.values()]
    assert lasting == sorted(lasting, reverse=True), "lasting ones first"

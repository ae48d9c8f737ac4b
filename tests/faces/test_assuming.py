"""What numbers rest on that nobody has measured: every figure by name and source, in both languages."""

from __future__ import annotations

import re

import pytest

from xunhuan.faces import words
from xunhuan.models import registry
from xunhuan.models.model import Ground

pytestmark = pytest.mark.house

ASKED = {
    "gateway": {},
    "conversion": {},
    "catchup": {},
    "rivalry": {"provinces": {"control": {"sectors": "goods"}, "own_bill": 0.5}, "cities": {}},
}


def grounds(room: str) -> list[Ground]:
    model = registry.find(room)
    assert model.rests_on is not None
    kinds = frozenset(e.kind for e in model.reads)
    return [g for g in model.rests_on(model.parameters.model_validate(ASKED[room]), kinds) if g.assumed]


@pytest.mark.parametrize("room", sorted(ASKED))
def test_assumed_figures_have_names_and_sources_in_chinese(room: str) -> None:
    found = grounds(room)
    assert len(found) > 5
    for g in found:
        name = words.of_room(room, f"ground_{g.what}", "zh") or words.title(g.what, "zh")
        said = words.in_language(g.source, "zh")
        for text in (name, said):
            assert re.search("[\u4e00-\u9fff]", text), f"{room}: {g.what}: {text}"


def test_the_game_of_provinces_tells_its_parameters() -> None:
    by = {g.what: g for g in grounds("rivalry")}
    assert {"rate_low", "rate_high", "obedience", "promotion", "own_bill", "scale", "keep", "haul"} <= {*by}
    assert (by["own_bill"].value, by["own_bill"].source) == (0.5, "set by the one who asks")
    assert (by["city_promotion"].low, by["city_promotion"].high) == (0.0, 0.2)

"""The laboratory's words are whole in both languages, and its files ask nobody else for anything."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

import xunhuan.faces.web as web
from xunhuan.data.arrays import CIRCUITS
from xunhuan.faces import words
from xunhuan.faces.figures import style
from xunhuan.faces.web import state
from xunhuan.faces.web.parts import SCALES, colour, contrast, ink_for
from xunhuan.models import registry
from xunhuan.scenario.layers import library

pytestmark = pytest.mark.house

HERE = Path(web.__file__).parent
CODE = "\n".join(p.read_text(encoding="utf-8") for p in sorted(HERE.rglob("*.py")))


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("key", sorted(words.catalogue()))
def test_a_text_is_in_both_languages(key: str) -> None:
    english, chinese = words.catalogue()[key]
    assert english
    assert chinese or english == " "  # Chinese puts no space between sentences
    assert fields(chinese) <= fields(english) | {"money"}
    assert english.count("#") == chinese.count("#")
    assert not re.search(r"[\u4e00-\u9fff]", english)


def test_every_text_asked_for_is_there() -> None:
    asked = set(re.findall(r"""\bt\(\s*"(\w+)"[,)]""", CODE))
    made = {f"say_{d}_{c}" for d in state.DEFINITIONS for c in CIRCUITS}
    made |= {f"key_{d}_{c}" for d in state.DEFINITIONS for c in CIRCUITS}
    made |= {f"{stem}_{d}" for d in state.DEFINITIONS for stem in ("definition", "explain", "partners")}
    made |= set(state.PAGES.values()) | {f"library_{n}" for n in library()}
    made |= {f"kind_{k}" for k in registry.edits()}
    rooms = set().union(*(m.words for m in registry.models().values()))
    assert sorted(asked - set(words.catalogue())) == []
    assert sorted(made - set(words.catalogue()) - rooms) == []
    known = set(words.catalogue()) | rooms
    fields = {(kind, f.alias or n) for kind, k in registry.edits().items() for n, f in k.model_fields.items()}
    assert sorted((k, f) for k, f in fields if not {f"field_{k}_{f}", f"field_{f}"} & known) == []


def test_nothing_comes_from_elsewhere() -> None:
    for file in (HERE / "assets").iterdir():
        assert not re.search(r"https?://|//cdn|@import|url\(", file.read_text(encoding="utf-8")), file.name


@pytest.mark.parametrize("circuit", CIRCUITS)
def test_words_on_tiles_can_be_read_on_every_colour(circuit: str) -> None:
    """WCAG AA: 4.5 to 1."""
    for k in range(101):
        ground = colour(k / 100, SCALES[circuit])
        assert contrast(ink_for(ground), ground) >= 4.5, (k, ground)
    for ground, ink in ((style.OWN, "#ffffff"), (style.INTER, style.INK), (style.EXTERNAL, "#ffffff")):
        assert contrast(ground, ink) >= 4.5

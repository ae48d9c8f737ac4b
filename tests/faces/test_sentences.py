"""What models say beside their numbers is said in Chinese too."""

from __future__ import annotations

import re

import pytest

import xunhuan as xh
from xunhuan.data.accounts import Accounts
from xunhuan.faces import words

pytestmark = pytest.mark.house


@pytest.mark.parametrize("model", ["catchup", "rivalry"])
def test_what_a_model_says_beside_its_numbers_is_said_in_chinese_too(world: Accounts, model: str) -> None:
    """Sentences of rooms: every one of an answer's own has its Chinese, with what stands in its holes."""
    own = {"catchup": {"draws": 0}, "rivalry": {"cities": {"compliance": [0.0, 1.0]}}}[model]
    notes = xh.respond(world, [], model=model, **own).notes
    said = [words.in_language(n, "zh") for n in notes]
    assert len(notes) >= 6
    assert [n for n, zh in zip(notes, said, strict=True) if n == zh] == []
    assert all("{" not in zh for zh in said)
    assert any("境内制造" in zh for zh in said) is (model == "catchup")


def test_the_longer_of_two_sentences_is_not_taken_for_the_shorter() -> None:
    said = "keep to the coordinated rates for their privilege: A; find it too little: B, C"
    assert words.in_language(said, "zh") == "因所获特权而遵守协调费率：A；认为特权过少：B、C"


def test_sentences_have_the_same_holes_in_both_languages() -> None:
    every = [words.catalogue(), *(m.words for m in xh.models().values())]
    pairs = [said for w in every for key, said in w.items() if key.startswith(("posterior_", "says_"))]
    assert len(pairs) > 30
    for english, chinese in pairs:
        assert sorted(re.findall(r"\{\w+\}", english)) == sorted(re.findall(r"\{\w+\}", chinese)), english

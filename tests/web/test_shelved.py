"""A draft of one table while the address asks for another: the address wins; the draft is kept, offered, brought along."""

from __future__ import annotations

from typing import Any

import pytest

from xunhuan.faces.web import shelved
from xunhuan.faces.web.draft import start_of
from xunhuan.faces.web.pages import scenario
from xunhuan.faces.web.state import selected

pytestmark = pytest.mark.house


def at(table: str, **more: str) -> Any:
    return selected("/scenario", "?" + "&".join(f"{k}={v}" for k, v in {"table": table, **more}.items()))


def test_the_address_wins_and_the_draft_is_offered() -> None:
    here, there = at("toyland"), at("china-2012")
    mine = {**start_of(here), "title": "mine"}
    kept = {**shelved.draft_meant(None, here), "data": mine}
    assert shelved.draft_meant(kept, here)["data"] == mine
    asked = shelved.draft_meant(kept, there)
    assert asked["data"] == start_of(there)
    assert [(x["table"], x["data"]) for x in shelved.elsewhere(asked, there)] == [("toyland", mine)]
    assert shelved.brought_along(asked, "toyland", there) == mine
    # Back on its own table it is the draft again, and nothing is left of the other, which was not changed.
    assert shelved.draft_meant(asked, here) == {**kept, "others": []}
    # A scenario of the library is another question; what is one's own waits for its address there too.
    library = at("toyland", scenario="rcep")
    between = shelved.draft_meant(kept, library)
    assert between["data"] == start_of(library)
    assert shelved.elsewhere(between, library) == []
    assert shelved.draft_meant(between, here)["data"] == mine


def test_what_was_not_changed_leaves_nothing_behind() -> None:
    here, there = at("toyland", lang="zh"), at("china-2012")
    assert shelved.draft_meant(shelved.draft_meant(None, here), there)["others"] == []
    # Nor does what a browser makes up, or what lay on a table that is gone.
    bad = [[], {"table": "gone", "home": "", "origin": "", "data": {}}, {"table": "toyland", "data": {}}]
    assert shelved.draft_meant({"origin": 1, "data": [], "others": bad}, there)["others"] == []
    many = [{"table": "toyland", "home": "ATL", "origin": str(k), "data": {}} for k in range(9)]
    assert [x["origin"] for x in shelved.others({"others": many})] == ["5", "6", "7", "8"]


@pytest.mark.parametrize(("lang", "said"), [("en", "Bring it to this table"), ("zh", "带到本表")])
def test_the_page_offers_it(lang: str, said: str) -> None:
    here, there = at("toyland", lang=lang), at("china-2012", lang=lang)
    kept = {**shelved.draft_meant(None, here), "data": {**start_of(here), "title": "mine"}}
    page = str(scenario.left_elsewhere(shelved.draft_meant(kept, there), there))
    assert said in page
    assert "toyland" in page
    assert scenario.left_elsewhere(kept, here) == []

"""Drafts of a tab: the one worked on, and those left on other tables or under other scenarios, which wait under their names.

The address says which draft is meant. What was changed for one table is not carried over to another unasked, for its names
may mean nothing there, and it is not lost either: it is offered, to go back to or to bring along.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xunhuan.faces.web import draft as drafts
from xunhuan.faces.web import lookups
from xunhuan.faces.web.calls import MANY, count, formed
from xunhuan.faces.web.draft import Draft
from xunhuan.faces.web.state import LANGUAGES, Selection
from xunhuan.models import registry

LEFT_AT_MOST = 4
"""Drafts left elsewhere that a tab keeps; the oldest goes first."""
Left = dict[str, Any]
"""table, home and origin (a scenario of the library, "" for one's own) of a draft, and its data."""


def _is(left: Any) -> bool:
    """Whether a record that a browser sent back is a draft left somewhere that is still there."""
    if not isinstance(left, Mapping) or not isinstance(left.get("data"), Mapping):
        return False
    texts = all(isinstance(left.get(k), str) for k in ("table", "home", "origin"))
    return texts and left["table"] in lookups.table_names()


def others(kept: Any) -> list[Left]:
    """The drafts left elsewhere, oldest first."""
    found = kept.get("others") if isinstance(kept, Mapping) else None
    return [dict(x) for x in found if _is(x)][-LEFT_AT_MOST:] if isinstance(found, list) else []


def set_aside(kept: Any) -> Draft:
    """Quantities that a draft drew before their models were switched off, as it drew them."""
    found = kept.get("aside") if isinstance(kept, Mapping) else None
    known = {u.name for m in registry.models().values() for u in m.uncertain}
    small = isinstance(found, Mapping) and count(found) <= MANY
    return {str(k): v for k, v in found.items() if k in known} if isinstance(found, Mapping) and small else {}


def draft_meant(kept: Any, selection: Selection) -> dict[str, Any]:
    """The draft that an address means, and those left elsewhere.

    kept  what the tab held; where that was a draft of another table or scenario that had been changed, it is left there
    """
    here = {"table": selection.table, "origin": selection.scenario}
    now = {**here, "home": selection.home}
    # A tab may hold what an earlier edition of the laboratory wrote, which had no table.
    held = {**now, **kept} if isinstance(kept, Mapping) and isinstance(kept.get("data"), Mapping) else None
    left = others(kept)
    if held is not None and all(held.get(k) == v for k, v in here.items()):
        return {**now, "data": held["data"], "others": left, **_aside_of(kept)}
    if held is not None and _changed(held):
        left = [x for x in left if not _alike(x, held)] + [
            {k: held[k] for k in ("table", "home", "origin", "data")} | _aside_of(held)
        ]
    mine = next((x for x in left if _alike(x, here)), None)
    data = drafts.start_of(selection) if mine is None else mine["data"]
    return {**now, "data": data, "others": [x for x in left if x is not mine][-LEFT_AT_MOST:], **_aside_of(mine)}


def _aside_of(kept: Any) -> dict[str, Draft]:
    found = set_aside(kept)
    return {"aside": found} if found else {}


def elsewhere(kept: Any, selection: Selection) -> list[Left]:
    """Drafts of the same question on other tables, newest first."""
    same = [x for x in others(kept) if x["origin"] == selection.scenario and x["table"] != selection.table]
    return same[::-1]


def brought_along(kept: Any, table: str, selection: Selection) -> Draft | None:
    """A copy of the draft of another table, to be worked on here; None where there is none."""
    return next((formed(x["data"]) for x in elsewhere(kept, selection) if x["table"] == table), None)


def _alike(left: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return all(left.get(k) == other.get(k) for k in ("table", "origin"))


def _changed(held: Mapping[str, Any]) -> bool:
    """Whether a draft differs from what its address opens, in either language."""
    if not _is(held):
        return False
    homes = [h.code for h in lookups.homes(held["table"])]
    home = held["home"] if held["home"] in homes else homes[0]
    at = {"table": held["table"], "home": home, "scenario": held["origin"]}
    return dict(held["data"]) not in [drafts.start_of(Selection(**at, lang=lang)) for lang in LANGUAGES]

"""Answers kept as they were sent: what depends on the address alone is worked out and written once for all visitors.

Drawing a page takes ten milliseconds and sending a kept one less than one, which is what a hundred visitors wait for.
"""

from __future__ import annotations

import threading
from collections.abc import Hashable
from typing import Any

from cachetools import LRUCache
from flask import Flask, Response, g, has_app_context, request

from xunhuan.faces.web import lookups
from xunhuan.faces.web.calls import CALL
from xunhuan.faces.web.jobs import Pool
from xunhuan.faces.web.security import visitor

HELD_BYTES = 64 << 20
"""How much is kept; what was asked for longest ago goes first."""
_OF_ADDRESS = {"url", "frame", "focus", "view", "pictures-of", "bridge-of"}
"""Parts of a page that follow from its address."""
_ALONE = ("/", "/tables")
"""Pages that neither runs nor drafts change."""


def keep_answers(server: Flask, pool: Pool) -> None:
    """Send what is kept, and keep what is sent. Comes after the checks of who asks and what."""
    kept: LRUCache[Hashable, bytes] = LRUCache(HELD_BYTES, getsizeof=len)
    lock = threading.Lock()

    @server.before_request
    def known() -> Response | None:
        g.asked = _key(pool) if request.path == CALL else None
        if g.asked is None:
            return None
        with lock:
            found = kept.get(g.asked)
        if found is None:
            return None
        g.asked = None
        return Response(found, mimetype="application/json")

    @server.after_request
    def keep(response: Response) -> Response:
        if g.get("asked") is not None and response.status_code == 200 and not g.get("passing"):
            with lock:
                kept[g.asked] = response.get_data()
        return response


def not_to_be_kept() -> None:
    """What is being answered is not to be kept: it failed, or is not all there yet."""
    if has_app_context():
        g.passing = True


def _key(pool: Pool) -> Hashable | None:
    """What an answer depends on; None where that is more than can be told from outside."""
    body = request.get_json()
    inputs, states = body["inputs"], body.get("state", [])
    flat = [*inputs, *states]
    if any(isinstance(p, list) for p in flat) or not {str(p["id"]) for p in inputs} <= _OF_ADDRESS:
        return None
    values = {f"{p['id']}.{p['property']}": p.get("value") for p in flat}
    draft = values.pop("draft.data", None)
    if not {k.split(".")[0] for k in values} <= _OF_ADDRESS:
        return None
    path, search = values.get("url.pathname") or "/", values.get("url.search") or ""
    runs = _runs(path, search, draft, pool)
    return None if runs is None else (body["output"], path, search, lookups.table_names(), runs)


def _runs(path: str, search: str, draft: Any, pool: Pool) -> Hashable | None:
    """What of the runs a page shows."""
    if path in _ALONE:
        return 0
    if draft is not None:
        return None
    if path != "/results" and "run=" not in search:
        return pool.ended
    return None if pool.busy else (pool.version, visitor())

"""What pages of a table will show, worked out ahead of who asks for it."""

from __future__ import annotations

import logging
import threading

from xunhuan.faces.web import lookups

_BEGUN = threading.Lock()
_ASKED: dict[tuple[str, str], None] = {}
_READY: set[tuple[str, str]] = set()


def warm(table: str, home: str) -> None:
    """Compute what the pages of a table need, ahead of its first visitor: what is looked at first comes first."""
    for definition in ("absorption", "origin", "forward"):
        for by in ("region", "sector", "partner"):
            lookups.measured(table, home, definition, by)
        if definition == "absorption":
            lookups.nation_history(home, definition)
    lookups.bridges(table, home)
    lookups.crossings(table, home)


def ready(table: str, home: str) -> bool:
    """Whether all that pages of a large table show is there; of one that is not, it is begun, and this one says no.

    Tables come one after another, so that who looks at many does not hold up who looks at one.
    """
    if not lookups.takes_long(table, home):
        return True
    with _BEGUN:
        there, begun = (table, home) in _READY, bool(_ASKED)
        if not there and (table, home) not in _ASKED:
            _ASKED[table, home] = None
            if not begun:
                threading.Thread(target=_warm_asked, name="warm", daemon=True).start()
    return there


def _warm_asked() -> None:
    while True:
        with _BEGUN:
            if not _ASKED:
                return
            asked = next(iter(_ASKED))
        try:
            warm(*asked)
        except Exception:  # who looks at it is told by the page
            logging.getLogger(__name__).exception("ahead of its visitors: %s", asked)
        with _BEGUN:
            _ASKED.pop(asked, None)
            _READY.add(asked)  # or it failed, and pages that ask for it say how

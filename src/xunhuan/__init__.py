"""Xunhuan (循环, circulation): a laboratory for dual-circulation economies.

>>> import xunhuan as xh
>>> acc = xh.toyland()
>>> acc.home
'ATL'
>>> xh.measures.circulation(acc, "AT-N")["own"].values.round(3).tolist()
[0.704]
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xunhuan import measures as measures
    from xunhuan import models as models
    from xunhuan.build.processing_tables import split_processing as split_processing
    from xunhuan.data.accounts import Accounts as Accounts
    from xunhuan.data.catalogue import add_table as add_table
    from xunhuan.data.catalogue import tables as tables
    from xunhuan.data.relabelling import relabel as relabel
    from xunhuan.data.store import load as load
    from xunhuan.data.store import load_log as load_log
    from xunhuan.data.store import save as save
    from xunhuan.data.toyland import toyland as toyland
    from xunhuan.faces import figures as figures
    from xunhuan.faces.laboratory import LabResult as Result  # noqa: F401
    from xunhuan.faces.laboratory import cite as cite
    from xunhuan.faces.laboratory import market_risk as market_risk
    from xunhuan.faces.laboratory import open_folder as open  # noqa: F401
    from xunhuan.faces.laboratory import respond as respond
    from xunhuan.faces.laboratory import run as run
    from xunhuan.models import edits as edits
    from xunhuan.readers import read as read
    from xunhuan.scenario.coalition import coalition as coalition

__version__ = "0.1.0"

# Nothing is imported before it is asked for: JAX and xarray are slow to start. Names -> where they live; a room is a
# module itself. No module of this folder has a name of _PUBLIC: once imported it would take that name's place.
_PUBLIC = {
    "Accounts": "xunhuan.data.accounts",
    "Result": "xunhuan.faces.laboratory",
    "add_table": "xunhuan.data.catalogue",
    "cite": "xunhuan.faces.laboratory",
    "coalition": "xunhuan.scenario.coalition",
    "load": "xunhuan.data.store",
    "load_log": "xunhuan.data.store",
    "market_risk": "xunhuan.faces.laboratory",
    "open": "xunhuan.faces.laboratory",
    "read": "xunhuan.readers",
    "relabel": "xunhuan.data.relabelling",
    "respond": "xunhuan.faces.laboratory",
    "run": "xunhuan.faces.laboratory",
    "save": "xunhuan.data.store",
    "split_processing": "xunhuan.build.processing_tables",
    "tables": "xunhuan.data.catalogue",
    "toyland": "xunhuan.data.toyland",
}
_ROOMS = {
    "edits": "xunhuan.models.edits",
    "figures": "xunhuan.faces.figures",
    "measures": "xunhuan.measures",
    "models": "xunhuan.models",
}
_THERE = {"open": "open_folder", "Result": "LabResult"}
"""Names that would hide one of Python's own where they are defined."""

__all__ = [*_PUBLIC, *_ROOMS, "__version__"]


def _speak() -> None:
    """Let what shows itself at a prompt speak the language of the machine, or of XUNHUAN_LANG."""
    from xunhuan.data.brief import said_by
    from xunhuan.faces.speaking import in_my_words, meaning_in_my_words

    said_by(in_my_words, meaning_in_my_words)


def __getattr__(name: str) -> Any:
    if name in _ROOMS:
        return importlib.import_module(_ROOMS[name])
    if name in _PUBLIC:
        _speak()
        return getattr(importlib.import_module(_PUBLIC[name]), _THERE.get(name, name))
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)

"""Xunhuan (循环, circulation): a laboratory for dual-circulation economies.

>>> import xunhuan as xh
>>> acc = xh.toyland()
>>> acc.home
'ATL'
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xunhuan.data.accounts import Accounts as Accounts
    from xunhuan.data.store import load as load
    from xunhuan.data.store import save as save
    from xunhuan.data.toyland import toyland as toyland
    from xunhuan.measures.circulation import circulation as circulation
    from xunhuan.measures.supply import import_content as import_content
    from xunhuan.measures.supply import supply as supply
    from xunhuan.scenario.record import open_result as open_result

__version__ = "0.1.0"

# Name -> module. Nothing is imported before it is asked for: JAX and xarray are slow to start.
_PUBLIC = {
    "Accounts": "xunhuan.data.accounts",
    "border_effect": "xunhuan.measures.integration",
    "chokepoints": "xunhuan.measures.exposure",
    "circulation": "xunhuan.measures.circulation",
    "duplication": "xunhuan.measures.structure",
    "export_decomposition": "xunhuan.measures.exports",
    "exposure": "xunhuan.measures.exposure",
    "extraction": "xunhuan.measures.extraction",
    "gateways": "xunhuan.measures.gvc",
    "head_ries": "xunhuan.measures.integration",
    "import_content": "xunhuan.measures.supply",
    "linkages": "xunhuan.measures.linkages",
    "participation": "xunhuan.measures.gvc",
    "propagation_length": "xunhuan.measures.linkages",
    "structural_decomposition": "xunhuan.measures.decomposition",
    "structure": "xunhuan.measures.structure",
    "value_added_trade": "xunhuan.measures.gvc",
    "load": "xunhuan.data.store",
    "load_log": "xunhuan.data.store",
    "save": "xunhuan.data.store",
    "supply": "xunhuan.measures.supply",
    "open_result": "xunhuan.scenario.record",
    "table": "xunhuan.measures.labels",
    "toyland": "xunhuan.data.toyland",
}

__all__ = [*_PUBLIC, "__version__"]


def __getattr__(name: str) -> Any:
    if name in _PUBLIC:
        return getattr(importlib.import_module(_PUBLIC[name]), name)
    raise AttributeError(f"module 'xunhuan' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)

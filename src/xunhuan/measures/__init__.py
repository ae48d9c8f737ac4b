"""The measures: each takes accounts and gives a labelled Dataset with its definition, weighting, unit and sources.

All are called alike, `measure(acc, region=None, *, by="region", sectors="all", border="region", home=None, ...)`; a
measure has those of the options that mean something for it, and its own after them. `acc` is a table's accounts, its
name or its file. `table` makes a flat table of any of them, `SOURCES` says what each rests on. Letters: r origin region,
i supplying sector, s destination region, j using sector; units are the table's.

>>> import xunhuan as xh
>>> ds = xh.measures.circulation("toyland", "COAST")
>>> round(float(ds["external"].item()), 3)
0.087
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from xunhuan.measures.sources import SOURCES

if TYPE_CHECKING:
    from xunhuan.measures.circuits import circulation as circulation
    from xunhuan.measures.crossing import cross_hauling as cross_hauling
    from xunhuan.measures.decomposition import structural_decomposition as structural_decomposition
    from xunhuan.measures.demand import multipliers as multipliers
    from xunhuan.measures.domestic import import_content as import_content
    from xunhuan.measures.domestic import supply as supply
    from xunhuan.measures.exports import export_decomposition as export_decomposition
    from xunhuan.measures.gvc import gateways as gateways
    from xunhuan.measures.gvc import participation as participation
    from xunhuan.measures.gvc import value_added_trade as value_added_trade
    from xunhuan.measures.hypothetical import extraction as extraction
    from xunhuan.measures.integration import border_effect as border_effect
    from xunhuan.measures.integration import head_ries as head_ries
    from xunhuan.measures.labels import table as table
    from xunhuan.measures.markets import coupling as coupling
    from xunhuan.measures.markets import volatility as volatility
    from xunhuan.measures.paths import structural_paths as structural_paths
    from xunhuan.measures.price_models import price_model as price_model
    from xunhuan.measures.satellites import embodied as embodied
    from xunhuan.measures.specialisation import duplication as duplication
    from xunhuan.measures.specialisation import structure as structure
    from xunhuan.measures.stages import linkages as linkages
    from xunhuan.measures.stages import propagation_length as propagation_length
    from xunhuan.measures.suppliers import chokepoints as chokepoints
    from xunhuan.measures.suppliers import exposure as exposure
    from xunhuan.measures.trade_origin import value_added_origin as value_added_origin
    from xunhuan.measures.versions import intervals as intervals

# Name -> module. No module has the name of a measure: once imported it would take the measure's place here.
_PUBLIC = {
    "border_effect": "integration",
    "chokepoints": "suppliers",
    "circulation": "circuits",
    "coupling": "markets",
    "cross_hauling": "crossing",
    "duplication": "specialisation",
    "embodied": "satellites",
    "export_decomposition": "exports",
    "exposure": "suppliers",
    "extraction": "hypothetical",
    "gateways": "gvc",
    "head_ries": "integration",
    "import_content": "domestic",
    "intervals": "versions",
    "linkages": "stages",
    "multipliers": "demand",
    "participation": "gvc",
    "price_model": "price_models",
    "propagation_length": "stages",
    "structural_decomposition": "decomposition",
    "structural_paths": "paths",
    "structure": "specialisation",
    "supply": "domestic",
    "table": "labels",
    "value_added_origin": "trade_origin",
    "value_added_trade": "gvc",
    "volatility": "markets",
}

__all__ = ["SOURCES", *_PUBLIC]


def __getattr__(name: str) -> Any:
    if name in _PUBLIC:
        return getattr(importlib.import_module(f"{__name__}.{_PUBLIC[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)

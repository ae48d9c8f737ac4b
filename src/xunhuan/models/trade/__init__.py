"""Long-run general equilibrium in exact changes. The parts that compute import JAX and switch it to 64-bit."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xunhuan.models.trade.answer import respond as respond
    from xunhuan.models.trade.batch import respond_many as respond_many
    from xunhuan.models.trade.marginal import gradient as gradient
    from xunhuan.models.trade.parameters import TradeParameters as TradeParameters

_HERE = {
    "TradeParameters": "parameters", "gradient": "marginal", "respond": "answer",
    "respond_many": "batch",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    if name in _HERE:
        return getattr(importlib.import_module(f"xunhuan.models.trade.{_HERE[name]}"), name)
    raise AttributeError(f"module 'xunhuan.models.trade' has no attribute {name!r}")

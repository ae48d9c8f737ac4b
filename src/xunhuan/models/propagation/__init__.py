"""The first weeks and months: how a shock travels through inventories, orders and critical inputs."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xunhuan.models.propagation.links import sweep as sweep
    from xunhuan.models.propagation.parameters import PropagationParameters as PropagationParameters
    from xunhuan.models.propagation.path import activity as activity
    from xunhuan.models.propagation.path import bottlenecks as bottlenecks
    from xunhuan.models.propagation.run import Run as Run
    from xunhuan.models.propagation.run import open_state as open_state
    from xunhuan.models.propagation.run import respond as respond
    from xunhuan.models.propagation.run import respond_many as respond_many
    from xunhuan.models.propagation.run import save_state as save_state
    from xunhuan.models.propagation.run import simulate as simulate
    from xunhuan.models.propagation.run import with_stocks as with_stocks

_HERE = {
    "PropagationParameters": "parameters", "activity": "path", "bottlenecks": "path", "Run": "run", "open_state": "run",
    "sweep": "links", "respond": "run", "respond_many": "run", "save_state": "run", "simulate": "run", "with_stocks": "run",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    if name in _HERE:
        return getattr(importlib.import_module(f"xunhuan.models.propagation.{_HERE[name]}"), name)
    raise AttributeError(f"module 'xunhuan.models.propagation' has no attribute {name!r}")

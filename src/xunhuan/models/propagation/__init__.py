"""The first weeks and months: how a shock travels through inventories, orders and critical inputs.

`respond(accounts, shock, parameters)` runs the model; `PropagationParameters` says what may be set and why.
"""

from xunhuan.models.propagation.parameters import PropagationParameters
from xunhuan.models.propagation.path import activity, bottlenecks
from xunhuan.models.propagation.run import (
    Run,
    losses_many,
    open_state,
    respond,
    save_state,
    simulate,
    with_stocks,
)

__all__ = [
    "PropagationParameters",
    "Run",
    "activity",
    "bottlenecks",
    "losses_many",
    "open_state",
    "respond",
    "save_state",
    "simulate",
    "with_stocks",
]

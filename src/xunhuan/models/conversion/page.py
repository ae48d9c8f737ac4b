"""The room's page for those who have never heard of it."""

from __future__ import annotations

from typing import Any

from xunhuan.models.conversion.assumed import assumed
from xunhuan.models.conversion.parameters import ASSUMED_NAMES
from xunhuan.models.model import Asking, Ground, Knob


def figure_grounds(p: Any) -> tuple[Ground, ...]:
    """Figures by what they rest on; one that the asker set rests on the asker."""
    out = []
    for name in ASSUMED_NAMES:
        a = assumed()[name]
        own = getattr(p, name) != a.value
        out.append(Ground(name, "judgement" if own else a.kind, "set by the one who asks" if own else a.source))
    return tuple(out)


CONVERSION_PAGE = Asking(
    scenario="jiangsu-twelve-measures",
    controls=(
        Knob("orders_cut", "shock/name=orders cancelled/orders/0/change", 1, 100, -100),
        Knob("fee_cut", "shock/name=twelve measures/certification/0/fee", 0, 100, -100),
        Knob("weeks_sooner", "shock/name=twelve measures/certification/0/lag_weeks", 0, 8, -1),
        Knob("weeks_waited", "model/conversion/lag_weeks", 0, 26),
        Knob("never_sold_home", "model/conversion/pure_share", 0, 90, 100),
    ),
    terms=("mixed_term", "pure_term", "entry_term", "taken_term", "interval_term"),
    assumes=("assume_figures", "assume_match", "assume_credit", "assume_firm"),
    without=("uncertainty", "compare"),
    rests_on=figure_grounds,
)

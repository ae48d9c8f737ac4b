"""The room's page for those who have never heard of it."""

from __future__ import annotations

import numpy as np

from xunhuan.models.conversion.assumed import assumed
from xunhuan.models.conversion.parameters import ASSUMED_NAMES, ConversionParameters
from xunhuan.models.model import Asking, Ground, Knob

_UNITS = dict.fromkeys(("pure_share", "exporters_share", "stand_reach", "fee_part", "crowding"), "share")
"""Of figures that are told in per cent."""


def figure_grounds(p: ConversionParameters, kinds: frozenset[str]) -> tuple[Ground, ...]:
    """Figures by what they rest on; one that the asker set rests on the asker."""
    out = []
    for name in ASSUMED_NAMES:
        a = assumed()[name]
        value = getattr(p, name)
        kind, source = ("judgement", "set by the one who asks") if value != a.value else (a.kind, a.source)
        low, high = a.at(np.array([0.0, 1.0]), value).tolist()
        out.append(
            Ground(name, kind, source, value=value, low=low, high=high, unit=_UNITS.get(name, ""), drawn=p.draws > 0)
        )
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
)

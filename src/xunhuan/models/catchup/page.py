"""The room's page for those who have never heard of it: what may be moved, what is explained, what the numbers rest on."""

from __future__ import annotations

import math
from collections.abc import Iterator

from xunhuan.models.catchup.industry import IndustryFile, industry
from xunhuan.models.catchup.parameters import CatchupParameters
from xunhuan.models.model import Asking, Ground, Knob

_KINDS = {"read": "fact"}


def industry_grounds(p: CatchupParameters, kinds: frozenset[str]) -> tuple[Ground, ...]:
    """Figures of the industry's file by what they rest on."""
    return tuple(_grounds(industry(p.industry), p.draws > 0))


def _grounds(found: IndustryFile, draws: bool) -> Iterator[Ground]:
    for name, fact in (found.facts.named() if found.facts else {}).items():
        low, high = (fact.low, fact.high) if fact.spread is None else _spread(fact.value, fact.spread)
        drawn = draws and fact.drawn and fact.ranged
        kind = _KINDS.get(fact.evidence, fact.evidence)
        yield Ground(name, kind, fact.source, value=fact.value, low=low, high=high, drawn=drawn)
    for what in ("stages", "suppliers", "ages", "published", "generations"):
        told = [(r.evidence, r.source) for r in getattr(found, what)]
        for evidence, source in dict.fromkeys(told):
            yield Ground(what, _KINDS.get(evidence, evidence), source, told.count((evidence, source)))


def _spread(value: float, sd: float) -> tuple[float, float]:
    """Ends of the 90% interval of a number whose logarithm has a standard deviation."""
    return value * math.exp(-1.645 * sd), value * math.exp(1.645 * sd)


_CUT = "shock/name=controls/decoupling/channel={}/size"
CATCHUP_PAGE = Asking(
    scenario="chips-2035",
    controls=(
        Knob("cut_tools", _CUT.format("tools"), scale=100),
        Knob("cut_knowledge", _CUT.format("know"), scale=100),
        Knob("push_pace", "shock/name=push/push/0/rate", 0, 10, 100),
        Knob("goal_share", "model/catchup/target/share", 1, 99, 100),
        Knob("goal_reading", "model/catchup/target/definition", choices=("made_in", "owned_by", "designed_by")),
        Knob("goal_year", "model/catchup/target/by", 2025, 2060, whole=True),
    ),
    terms=("made_or_owned", "price_beside", "behind", "tools_cut", "push_term", "interval_term"),
    assumes=("assume_judged", "assume_history", "assume_still", "assume_politics"),
    without=("uncertainty", "compare"),  # the room draws by itself, and a page answers one question
)

"""What belongs beside the numbers: what rests on judgement, how history is met, what is not in the room."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from xunhuan.models.catchup.outcome import Worked

_LIMITS = (
    "shares published by consultancies are read from press copies; foundry output is valued at wafer prices, so what is "
    "made at home is understated",
    "history pins down only the product of the elasticity and the pace; intervals are of parameters, not of politics: a "
    "change of regime moves the pace",
    "national wealth, security and the environment are not among the costs; there is no market for capital, no price set by "
    "a firm, nothing is smuggled or stockpiled",
    "the readings by who designs and of the official table are carried on by arithmetic: no model of design or of a whole "
    "sector stands behind them",
)


def beside_answer(o: Worked) -> tuple[str, ...]:
    """Notes of an answer."""
    target = o.parameters.target
    asked = f"the target: {100 * target.share:g}% {target.definition} by {target.by}"
    return (asked, *_judged(o), *_history(o), *_LIMITS)


def _judged(o: Worked) -> Iterator[str]:
    """Figures without evidence, by kind."""
    words = {"judgement": "judgement, not evidence", "memory": "figures nobody has read in a source"}
    for kind, told in words.items():
        mine = [f"{name.replace('_', ' ')} ({why})" for name, evidence, why in o.industry.judged() if evidence == kind]
        if mine:
            yield f"rests on {told}: {'; '.join(mine)}"


def _history(o: Worked) -> Iterator[str]:
    """How the path by history alone meets what was published after the start, which it has not seen."""
    start, last = o.industry.start, len(o.history.price) - 1
    found = {"made_in": o.history.made_in, "owned_by": o.history.owned_by}
    rows = [p for p in o.industry.published if not p.fitted and p.kind != "target" and start < p.year <= start + last
            and p.reading in found]  # fmt: skip
    if rows:
        told = (
            f"{p.reading} {p.year} {100 * p.share:.1f}% ({p.publisher or 'published'}, {p.kind}; here "
            f"{100 * float(np.asarray(found[p.reading])[p.year - start, 0]):.1f}%)"
            for p in rows
        )
        yield f"held out, against history alone: {', '.join(told)}"

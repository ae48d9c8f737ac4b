"""Whether the two cycles boost each other, in sentences: with demand alone shifted, then what could turn the sign."""

from __future__ import annotations

from collections.abc import Iterator

from xunhuan.faces import spelling, words
from xunhuan.faces.reading import Reading
from xunhuan.faces.told import Number
from xunhuan.scenario.compare import MARKETS, SHIPPED

CROSS = tuple((sales, demand) for sales in MARKETS for demand in MARKETS if sales != demand)[::-1]
"""Sales and demand of the other market: demand at home first."""


def said_of_reinforcement(reading: Reading) -> list[str]:
    """The answer with its signs and intervals, then the same with cheaper inputs and with economies of scale, and what the
    model leaves out; nothing where it was not asked for or has no answer."""
    name = "reinforcement"
    if name not in reading.quantities or reading.home not in reading.data["home_place"].values:
        return []
    found = [reading.number(name, sales=s, demand=d) for s, d in CROSS]
    return [words.of(reading.lang)("next").join(_said(reading, found))] if all(n.known for n in found) else []


def _said(reading: Reading, found: list[Number]) -> Iterator[str]:
    t = words.of(reading.lang)
    signs = [_sign(n) for n in found]
    verdict = {(1, 1): "yes", (-1, -1): "no"}.get(
        (signs[0], signs[1]), "open" if 0 in signs and -1 not in signs else "part"
    )
    clauses = [
        t(f"reinforced_{demand}", does=t(f"reinforced_does_{sign % 3}", sales=t(f"reinforced_sales_{sales}")),
          value=spelling.whole(n.value, 2, plus=True), within=_within(reading, n))
        for (sales, demand), n, sign in zip(CROSS, found, signs, strict=True)
    ]  # fmt: skip
    yield t(f"reinforced_is_{verdict}", first=clauses[0], second=clauses[1])
    channels = reading.data["channel"].values.astype(str).tolist() if "channel" in reading.data.coords else []
    for channel in channels:
        here = [reading.number("reinforcement_by_channel", channel=channel, sales=s, demand=d).value for s, d in CROSS]
        first, second = (spelling.whole(x, 2, plus=True) for x in here)
        yield t(f"reinforced_with_{channel}", first=first, second=second)
    model = reading.quantities[SHIPPED].model if SHIPPED in reading.quantities else ""
    yield words.of_room(model, "not_in_model", reading.lang)


def _sign(n: Number) -> int:
    """1 or -1; 0 where the interval holds 0, so that the sign is not known."""
    if n.spans and n.low <= 0 <= n.high:
        return 0
    return 1 if n.value > 0 else -1


def _within(reading: Reading, n: Number) -> str:
    t = words.of(reading.lang)
    if not n.spans:
        return ""
    low, high = (spelling.whole(x, 2, plus=True) for x in (n.low, n.high))
    return t("reinforced_within", interval=t("from_to", low=low, high=high))

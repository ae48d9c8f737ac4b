"""What the room takes for granted: figures that nobody measured, their ranges, and what is said of them."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from xunhuan.data.ways import GENERAL
from xunhuan.models.asking import Ground
from xunhuan.models.gateway.edits import GatewayClosed, Line, Online
from xunhuan.models.gateway.ground import targets_file
from xunhuan.models.gateway.network import HOME_MODES, OUTER_MODES, network
from xunhuan.models.gateway.parameters import GatewayParameters

_ORDER = "an order of magnitude from general knowledge; half to twice as much is as likely"
_OWN = "set by the one who asks"
_USUAL = GatewayParameters()


def route_grounds(p: GatewayParameters, kinds: frozenset[str]) -> tuple[Ground, ...]:
    """What numbers rest on, as far as it matters to edits of some kinds."""
    return (*_goods(p), *_ways(p), *_choices(p), *_of_edits(p, kinds), *_targets(p))


def _figure(name: str, value: float, usual: float, low: float, high: float, source: str, unit: str = "") -> Ground:
    kind = "memory" if source.startswith(_ORDER) else "judgement"
    kind, source = (kind, source) if value == usual else ("judgement", _OWN)
    return Ground(name, kind, source, value=value, low=low, high=high, unit=unit)


def _goods(p: GatewayParameters) -> Iterator[Ground]:
    for c in p.value:
        value = p.value_of(c)
        yield _figure(f"value_{c}", value, _USUAL.value.get(c, value), value / 2, value * 2, _ORDER)
    for c in p.day:
        day = p.day_of(c)
        yield _figure(f"day_{c}", day, _USUAL.day.get(c, day), day / 2, day * 2, _ORDER, "share")


def _ways(p: GatewayParameters) -> Iterator[Ground]:
    modes = (*HOME_MODES, *OUTER_MODES)
    for m in modes:
        rate = p.mode(m).rate_of(GENERAL)
        yield _figure(f"rate_{m}", rate, _USUAL.mode(m).rate_of(GENERAL), rate / 2, rate * 2, _ORDER)
    same = all(p.mode(m) == _USUAL.mode(m) for m in modes)
    kind, source = ("memory", _ORDER) if same else ("judgement", _OWN)
    yield Ground("handling", kind, source, 3 * len(modes))


def _choices(p: GatewayParameters) -> Iterator[Ground]:
    spread = "between what routes of exporters show and what makes one port take all; no estimate for these gateways"
    v = p.route_spread
    yield _figure("route_spread", v, _USUAL.route_spread, v / 2, v * 2, spread)
    j = p.mode_spread
    yield _figure("mode_spread", j, _USUAL.mode_spread, j / 2, j * 2, "no estimate; moves shares of modes, not costs")
    told = "none by default: what a queue costs at these gateways nobody has published"
    yield _figure("congestion", p.congestion, _USUAL.congestion, 0.0, 0.1, told)


def _of_edits(p: GatewayParameters, kinds: frozenset[str]) -> Iterator[Ground]:
    if Line.kind in kinds:
        told = "assumed; results of passenger lines are linear in it"
        yield _figure("hour", p.hour, _USUAL.hour, p.hour / 2, p.hour * 2, told, "share")
        yield _figure("freed", p.freed, _USUAL.freed, 0.0, 1.0, "none by default; assumed", "share")
    if GatewayClosed.kind in kinds:
        yield _figure(
            "spare", p.spare, _USUAL.spare, 0.0, 0.3, "capacity beyond traffic is in no source found", "share"
        )
    if Online.kind in kinds:
        now = "near the part of retail sales that was online in 2017; of all goods no figure"
        yield _figure("online_now", p.online_now, _USUAL.online_now, 0.05, 0.3, now, "share")
        far = (
            "of trade between nations 65% of the effect of distance vanishes on an online platform [Lendle et al. 2016]"
        )
        yield _figure("online_distance", p.online_distance, _USUAL.online_distance, 0.3, 0.9, far, "share")


def _targets(p: GatewayParameters) -> Iterator[Ground]:
    """Shares that gateways are fitted to, by the status the file gives them."""
    path = targets_file(p, network(p.network))
    if path is None or not path.is_file():
        return
    found = pd.read_csv(path)
    status = found["status"] if "status" in found else pd.Series(["assumed"] * len(found))
    read = int((status == "read").sum())
    if read:
        yield Ground("targets", "fact", "container throughput by port", read)
    if read < len(found):
        told = "an assumed part of the least port whose throughput is known"
        yield Ground("targets", "judgement", told, len(found) - read)

"""Gateways: the network, the fit to targets, congestion, and a whole answer, on world-2017.

    python benchmarks/bench_gateway.py [--repeat 3]

Seconds of this process, the shortest of some runs.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

from xunhuan.data.store import load
from xunhuan.models.gateway.answer import respond
from xunhuan.models.gateway.edits import GatewayClosed, Line
from xunhuan.models.gateway.ground import based, forget, ground, stretch, targets_of
from xunhuan.models.gateway.parameters import GatewayParameters
from xunhuan.models.gateway.routes import costs
from xunhuan.models.model import Shock
from xunhuan.models.trade.parameters import TradeParameters


def best(work: Callable[[], object], repeat: int) -> float:
    """Shortest of some runs, seconds of this process, so that a busy machine counts less."""
    times = []
    for _ in range(repeat):
        begun = time.process_time()
        work()
        times.append(time.process_time() - begun)
    return min(times)


def main(repeat: int) -> None:
    acc, p = load("world-2017"), GatewayParameters(distance="freight")
    theta = TradeParameters().elasticities_of(acc.sectors)
    g = ground(acc, p, theta)
    abroad = tuple(acc.geography.codes[k] for k in g.abroad)
    x = costs(g.net, p, abroad)
    kappa, shock = stretch(g, x, "freight"), Shock((GatewayClosed(gateways="SHA+PVG"),))
    targets = targets_of(p, g.net)
    queue = p.model_copy(update={"congestion": 0.05})
    respond(acc, shock, p, theta)
    plain = best(lambda: respond(acc, shock, p, theta), repeat)
    respond(acc, shock, queue, theta)
    both = p.model_copy(update={"distance": "both", "congestion": 0.05, "income": False})
    days, line = GatewayClosed(gateways="SHA+PVG", end=30), Line(via="Guangzhou+Foshan+Zhanjiang", kind="fast mixed")

    def whole() -> None:
        """Three arms at both ends of distance, with nothing at hand; the long run is not asked."""
        forget()
        for edit in (GatewayClosed(gateways="SHA+PVG"), days, line):
            respond(acc, Shock((edit,)), both, theta)

    lines = (
        ("network, all modes and classes", best(lambda: costs(g.net, p, abroad), repeat)),
        ("fit of gateways to targets", best(lambda: based(g, x, kappa, targets), repeat)),
        ("an answer at one end, base at hand", plain),
        ("congestion beyond it", best(lambda: respond(acc, shock, queue, theta), repeat) - plain),
        ("a whole scenario: a port shut for good under congestion, for days, a line; both ends", best(whole, repeat)),
    )
    for (what, seconds), goal in zip(lines, (0.5, 0.5, 3.0, 1.0, 3.0), strict=True):
        print(f"{what:86s} {seconds:6.2f} s  goal {goal} s, {'met' if seconds <= goal else 'MISSED'}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=3)
    main(parser.parse_args().repeat)

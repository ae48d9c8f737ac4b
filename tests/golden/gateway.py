"""What is asked of the gateway room."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import xarray as xr

from tests.golden.seen import HERE, Cases, Thing, answered, asked, lends, recorded, shocked, tried
from xunhuan.data.places import places
from xunhuan.data.toyland import toyland
from xunhuan.models import registry
from xunhuan.models.gateway.answer import respond
from xunhuan.models.gateway.network import great_circle_km, network
from xunhuan.models.gateway.parameters import GatewayParameters
from xunhuan.models.gateway.ports import choice
from xunhuan.models.gateway.routes import distance_slope, link_use, online, spectral_radius
from xunhuan.models.model import Response, Shock, Status

PORTS = str(HERE / "ports")
LINE = 'line via=Alder+Birch+Cedar kind="fast mixed"'
ROAD = "line via=Cedar+Elm kind=road"
PEOPLE = 'line via=Alder+Elm+Fir kind="high-speed passenger" speed=310'
LATER = "line via=Birch+Fir kind=river opened=2015"
SHUT = "gateway_closed gateways=SP"
DAYS = "gateway_closed gateways=NP+EA start=10 end=45"
ONLY = "gateway_only gateways=NP+WB"
FEE = "gateway_fee gateways=NP change=0.03"
MORE = "gateway_fee gateways=NP+WB change=0.015"
BACK = "gateway_fee gateways=SP change=0.02 rebated=0.4 collector=AT-S"
ROOM = "gateway_capacity gateways=WB change=0.5"
LESS = "gateway_capacity gateways=SP change=-0.4"
WAY = "way gateways=SP to=BOR days=3 time=0.2 cost=0.01"
ONLINE = "online sectors=MAN share=0.35"
CASE = {"network": PORTS, "income": False, "people": "services", "fee_service": "SER", "sets": {"two": "AT-N+AT-S"}}


def ask(*edits: str, **values: object) -> Iterator[Thing]:
    return asked("gateway", toyland(), *edits, **CASE | values)


def _bare() -> Iterator[Thing]:
    room, acc = registry.models()["gateway"], toyland()
    yield from recorded("gateway")
    yield "rest", tried(room.read, acc, None, places(acc))
    net = network(PORTS)
    yield "network", (net.cities, net.gateways, net.edges, net.goods, net.classes, net.inner)
    yield "then", net.in_year(1995).edges
    for what, name in (
        ("city", "榆城"),
        ("gateway", "North Port"),
        ("gateway", "北港"),
        ("city", "Eln"),
        ("gateway", "x"),
    ):
        yield f"find {name}", tried(net.find, what, name)
    yield (
        "far",
        great_circle_km(
            np.array([10.0, 11.0]), np.array([50.0, 2.0]), np.array([13.0, -70.0]), np.array([51.0, -30.0])
        ),
    )
    yield "choice", choice(np.array([[0.1, 0.3, 0.2], [0.5, np.inf, 0.4]]), 9.0)
    A = np.array([[0.0, 0.3, 0.1], [0.2, 0.0, 0.25], [0.05, 0.15, 0.0]])
    yield "logit", (spectral_radius(A), link_use(A, 0, 2))
    x = np.array([[0.0, 0.2, 0.5], [0.2, 0.0, 0.4], [0.5, 0.4, 0.0]])
    yield "distance", distance_slope(x, 10 + 900 * x**1.2)
    yield "online", online(0.1, 0.4, 1 + 3 * x, 1.3, 4.0)
    for lent in ("city_ways", "listed_city_ways"):
        for k, values in enumerate((CASE, CASE | {"distance": "freight"}, {"network": "transport-2017"})):
            if k < 2 or lent == "city_ways":
                yield f"{lent} {k}", tried(lambda w=lent, v=values: room.lends[w](acc, GatewayParameters(**v)))  # type: ignore[misc]


def _income() -> Iterator[Thing]:
    """Real income at both ends of distance, by somebody's long run."""
    room, acc = registry.models()["gateway"], toyland()

    def lent(shock: Shock, start: np.ndarray | None, booked: bool = True) -> tuple[Response, np.ndarray]:
        size = np.array([sum(len(str(e)) % 97 for e in shock.edits) / 1e4 * (r + 1) for r in range(acc.R)])
        ended = Status("max_iterations" if size[0] > 0.008 else "converged", 3, 0.1, 0.2, "ended")
        detail = xr.Dataset({"real_income_hat": ("region", 1 + size), "income_base": ("region", acc.gdp)})
        return Response(acc, detail, ended), size

    for name, edits in (("line", (LINE, FEE)), ("none", ()), ("shut", (SHUT, ONLINE))):
        p = GatewayParameters(**CASE | {"income": True})
        response = respond(acc, shocked(*edits), p, elasticities=lends("elasticities", acc), long_run=lent)
        for what, thing in answered(room, acc, response):
            if name == "line" or what in ("status", "notes") or "income" in what:
                yield f"{name} {what}", thing


def _refused() -> Iterator[Thing]:
    wrong: dict[str, tuple[tuple[str, ...], dict[str, object]]] = {
        "no network": ((), {"network": "transport-2071"}),
        "no folder": ((), {"network": str(HERE / "race")}),
        "all shut": (("gateway_closed gateways=NP+SP+EA+WB",), {}),
        "no gateway": (("gateway_fee gateways=XX change=0.1",), {}),
        "no city": (("line via=Alder+Ulm",), {}),
        "twice": (("line via=Alder+Birch+Alder",), {}),
        "no economy": (("way gateways=NP to=AT-N days=2",), {}),
        "not there": (("way gateways=NP+WB to=BOR days=-90",), {}),
        "late": ((LATER,), {"until": 2010}),
        "in time": ((LATER,), {"until": 2015}),
        "collector": (("gateway_fee gateways=NP change=0.02 collector=ZZ rebated=0.5",), {}),
        "online": (("online share=0.05",), {}),
        "targets": ((), {"targets": str(HERE / "ports" / "goods.csv")}),
        "no targets": ((), {"targets": "none"}),
        "sets": ((), {"sets": {"wrong": "QQ"}}),
        "both": ((SHUT, ONLY), {}),
        "goods": ((), {"goods": "all"}),
    }  # fmt: skip
    for name, (edits, values) in wrong.items():
        for what, thing in ask(*edits, **values):
            if what in (
                "refused",
                "status",
                "notes",
                "read refused",
                "detail cost_hat",
                "hands on",
                "rests on",
                "detail passes",
            ):
                yield f"{name} {what}", thing


CASES: Cases = {
    "record": _bare,
    "history": ask,
    "lines": lambda: ask(LINE, ROAD, PEOPLE, LATER, freed=0.5, hour=0.03),
    "gates": lambda: ask(SHUT, FEE, MORE, WAY, ROOM, congestion=0.2),
    "days": lambda: ask(DAYS, BACK, LESS, spare=0.05, targets="none", distance="freight"),
    "only": lambda: ask(ONLY, ONLINE, FEE, BACK, distance="gravity", route_spread=60.0, unit_value=0.5, time_cost=2.0,
                        distance_effect=1.1, mode_spread=20.0),
    "logit": lambda: ask(LINE, SHUT, route="logit", route_spread=400.0, year=1995),
    "income": _income,
    "refused": _refused,
}  # fmt: skip

"""What is asked of the catch-up room."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import xarray as xr

from tests.golden.seen import HERE, Cases, Thing, answered, asked, recorded, shocked, tried
from tests.helpers.uneven import uneven
from xunhuan.data.accounts import Accounts
from xunhuan.data.places import places
from xunhuan.data.store import load
from xunhuan.data.toyland import toyland
from xunhuan.models import registry
from xunhuan.models.catchup.command import CatchupOptions, catchup_posed
from xunhuan.models.catchup.diffusion import gain_from_openness
from xunhuan.models.catchup.draws import values_drawn
from xunhuan.models.catchup.industry import industry
from xunhuan.models.catchup.learning import duplication_penalty, experience_curve, own_weight, price_by_experience
from xunhuan.models.catchup.projection import fitted_slope, slope
from xunhuan.models.model import Response, Shock, Status

WIDGETS = str(HERE / "widgets.toml")
CUTS = (
    "decoupling from=foreign to=provinces channel=tools size=0.8 start=2022 ramp=3",
    "decoupling from=BOR to=AT-N channel=know size=0.5 start=2021 ramp=1",
    "decoupling from=foreign to=provinces channel=leave size=0.4 start=2023",
    "decoupling from=BOR to=provinces channel=trade size=0.3 start=2024 ramp=2",
)
PUSH = "push regions=AT-N+AT-E rate=0.03 start=2021 end=2027"
HELPS = (
    PUSH,
    "push regions=provinces rate=0.02 start=2024",
    "duplication regions=provinces factor=1.3",
)
WALLS = (
    "trade_cost from=BOR to=provinces change=0.2",
    "tariff from=BOR to=AT-S add=0.1 sectors=MAN",
)
CASE = {"industry": WIDGETS, "years": (2020, 2032), "draws": 6, "target": {"share": 0.5, "by": 2029}}


def ask(*edits: str, acc: Accounts | None = None, **values: object) -> Iterator[Thing]:
    return asked("catchup", acc or toyland(), *edits, **CASE | values)


def _bare() -> Iterator[Thing]:
    room = registry.models()["catchup"]
    yield from recorded("catchup")
    yield "rest", tried(room.read, toyland(), None, places(toyland()))
    for k, (name, nation) in enumerate((("solar", "CHN"), ("solar", "USA"), ("solar", "DEU"))):
        yield f"slope {k}", (slope(industry(name), nation), tried(fitted_slope, industry(name), nation))
    yield "openness", [gain_from_openness(own, 0.4, n) for own in (0.3, 0.9) for n in (2, 5)]
    yield "producers", (own_weight(3.0, 0.4), duplication_penalty(np.array([1.0, 4.0]), 0.2, 0.15))
    made = np.array([1.0, 3.0, 2.0])
    yield "price", price_by_experience(2.0, made, 2 * made + 1, np.array([0.0, 0.3, 0.6]), 0.3)
    yield (
        "curve",
        experience_curve(
            np.array([1.0, 2.0, 5.0, 9.0]), np.array([9.0, 7.0, 4.0, 3.0]), np.array([1.0, 1.2, 0.9, 1.3])
        ),
    )
    facts = industry(WIDGETS).facts
    assert facts is not None
    yield "drawn", values_drawn(facts.named(), 5, 3)
    yield "file", industry(WIDGETS)


def _lent(shock: Shock, start: np.ndarray | None, booked: bool = True) -> tuple[Response, np.ndarray]:
    """A long run by rule of thumb: output and income follow the edits' sizes."""
    acc = toyland()
    moved = np.ones((acc.R, acc.S))
    for e in shock.edits:
        text = str(e)
        size = float(getattr(e, "change", None) or getattr(e, "cut", None) or getattr(e, "add", None) or 0.5)
        for r, code in enumerate(acc.geography.codes):
            moved[r, 1 + len(text) % 2] *= 1 + size * (0.5 if code in text else 0.03 * (r + 1))
    state = np.full(3, len(shock.edits), float) + (0 if start is None else 0.1 * start)
    ended = Status("converged" if "2025" not in shock.name else "max_iterations", 5, 0.1, 0.2, f"ended {shock.name}")
    income = moved.mean(1) + state[0] / 100
    found = {
        "output_hat": (("region", "sector"), moved),
        "real_income_hat": ("region", income),
        "income_base": ("region", acc.gdp),
    }
    detail = xr.Dataset(found)
    return Response(acc, detail, ended, notes=(f"{len(shock.edits)} edits, {booked}, {state.sum():.4f}",)), state


def _around() -> Iterator[Thing]:
    """The same learning around an equilibrium that somebody lends."""
    room, acc = registry.models()["catchup"], toyland()
    for name, edits in (("alone", ()), ("cut", (*CUTS, *HELPS[:1], *WALLS)), ("ban", (CUTS[3].replace("0.3", "1"),))):
        p = room.parameters(**CASE | {"engine": "trade", "draws": 2, "years": (2020, 2026)})
        response = room.respond(acc, shocked(*edits, name=name), p, long_run=_lent)
        for what, thing in answered(room, acc, response):
            if name == "cut" or what in ("status", "notes") or "hat" in what or "income" in what or "hands" in what:
                yield f"{name} {what}", thing


SHARE = "decoupling from=USA to=CHN channel=trade size=0.3 start=2023"


def _chips() -> Iterator[Thing]:
    tools = "decoupling from=USA+JPN to=CHN channel=tools size=0.7 start=2022 ramp=5"
    return asked(
        "catchup",
        load("world-2017"),
        tools,
        SHARE,
        "push regions=CN-SH rate=0.02 start=2021",
        draws=3,
        years=(2020, 2040),
    )


def _many() -> Iterator[Thing]:
    """Draws of a scenario, all at once."""
    room, acc = registry.models()["catchup"], toyland()
    shocks = [shocked(*CUTS, HELPS[0]), shocked(HELPS[1]), shocked(WALLS[0], CUTS[0].replace("0.8", "0.2"))]
    given = [room.parameters(**CASE | {"draws": 0} | more) for more in ({"gap_now": 1.4}, {}, {"pace_factor": 1.5})]
    assert room.respond_many is not None
    for k, response in enumerate(room.respond_many(acc, shocks, given)):
        yield f"{k} response", (response.status, response.notes)
        yield f"{k} detail", response.detail
        yield f"{k} path", response.path
        yield f"{k} read", room.read(acc, response, places(acc))


def _curve() -> Iterator[Thing]:
    cut = "decoupling from=foreign to=USA channel=know size=0.6 start=2021 ramp=4"
    more = {"industry": "solar", "scenario_nation": "USA", "pathway": "sus_dev", "target": {"by": 2028}, "draws": 3}
    for name, edits, values in (
        ("usa", (cut,), more),
        ("home", (cut.replace("USA", "CHN"),), more | {"scenario_nation": "", "pathway": ""}),
        ("late", (cut,), more | {"target": {"by": 2090}}),
        ("nobody", (), more | {"scenario_nation": "FRA"}),
        ("never", (), more | {"pathway": "hot"}),
        ("pushed", ("push regions=CHN rate=0.1",), more),
    ):
        for what, thing in asked("catchup", load("world-2017"), *edits, **values):  # type: ignore[arg-type]
            yield f"{name} {what}", thing


def _told(o: CatchupOptions) -> object:
    q = catchup_posed(o)
    return q.table, q.values, [str(e) for e in q.edits]


def _posed() -> Iterator[Thing]:
    """What its own command takes."""
    right = {"industry": "chips", "tools": 0.9, "know": 0.2, "trade": 0.1, "leave": 0.3, "push": 0.02}
    for target in ("70%:2035", "owned_by:0.4:2040", "0.6", "a:b:c:d", "0.5:soon", None):
        for years in ("2020:2050", "2020", None):
            said = CatchupOptions(**right, target=target, years=years, table="toyland")
            yield (
                f"{target} {years}",
                tried(lambda o=said: (lambda q: (q.table, q.values, [str(e) for e in q.edits]))(catchup_posed(o))),
            )
    yield "wrong", tried(catchup_posed, CatchupOptions(industry="x", tools=4, push=-3, years="a:b", target="x"))


def _refused() -> Iterator[Thing]:
    wrong: dict[str, tuple[tuple[str, ...], dict[str, object]]] = {
        "home": ((), {"industry": "chips"}),
        "engine": ((), {"figure": 1}),
        "late": (("push regions=provinces rate=0.1 start=2040", PUSH.replace("2027", "2019").replace("2021", "2015")), {}),
        "beyond": ((PUSH.replace("2027", "2090"),), {}),
        "years": ((), {"years": (2019, 2030)}),
        "span": ((), {"years": (2020, 2020)}),
        "target": ((), {"target": {"by": 2020}}),
        "far": ((), {"target": {"by": 2400}}),
        "memory": ((), {"draws": 100_000, "years": (2020, 2300)}),
        "facts": ((), {"learning_rate": 3.0, "gap_now": -1.0}),
        "market": ((), {"home_growth": 0.3, "world_growth": 0.01}),
        "abroad": (("push regions=BOR rate=0.1",), {}),
        "both": (("decoupling from=AT-E to=AT-N channel=know size=0.4",), {}),
        "owner": (("push regions=provinces rate=0.1 industry=chips",), {}),
        "pace": ((), {"good_elasticity": 0.01}),
        "whose": (("duplication regions=BOR factor=1.2",), {}),
    }  # fmt: skip
    for name, (edits, values) in wrong.items():
        for what, thing in ask(*edits, **{"draws": 0} | values):
            if what in ("refused", "status", "notes"):
                yield f"{name} {what}", thing
    for what, thing in asked("catchup", uneven(), **CASE):
        if what in ("refused", "status"):
            yield f"uneven {what}", thing


CASES: Cases = {
    "record": _bare,
    "history": ask,
    "cut": lambda: ask(*CUTS, *HELPS),
    "walls": lambda: ask(*WALLS, CUTS[0], HELPS[0], target={"share": 0.35, "definition": "owned_by", "by": 2026,
                                                             "levers": ("push", "learning_rate")}, draws=0),
    "met": lambda: ask(HELPS[1], target={"share": 0.05, "definition": "designed_by", "by": 2034}, draws=2, exported=2.0,
                       world_growth=0.08, price_of_anarchy=1.2, seed=2),
    "ideas": lambda: ask(*CUTS[:2], law="diffusion", idea_strength=0.5, producers=5.0, draws=3, pace_factor=0.7),
    "chips": _chips,
    "curve": _curve,
    "around": _around,
    "many": _many,
    "command": _posed,
    "refused": _refused,
}  # fmt: skip

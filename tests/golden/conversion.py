"""What is asked of the conversion room."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, partial

import numpy as np

from tests.golden.seen import Cases, Thing, asked, recorded, shocked
from tests.helpers.uneven import uneven
from xunhuan.data.accounts import Accounts
from xunhuan.data.classification import Sectors
from xunhuan.data.places import places
from xunhuan.data.sector_lists import sector_list
from xunhuan.data.store import load
from xunhuan.models import registry
from xunhuan.models.conversion.answer import capital_of_output
from xunhuan.models.conversion.assumed import assumed
from xunhuan.models.conversion.firms import first_yuan, mixed_recovery, pure_recovery

GONE = "orders regions=foreign sectors=manufacturing origin=A1+A2 change=-0.6 start=10 end=200"
MORE = "orders regions=B1+C1 sectors=s1 origin=A change=-0.9 start=20 end=90 recovery=linear recovery_days=40"
SOLD = "orders regions=D1 sectors=s2 origin=A3 amount=-0.5 start=0 end=60"
LESS = "certification regions=A1 fee=-0.4 lag_weeks=-3"
LATER = "certification regions=A1+A2 fee=-0.3 lag_weeks=-1"
STANDS = "exhibition regions=A2 stands=400 cost=90000"
TOO = "exhibition regions=A1 stands=300"
PAID = "subsidy_home_sales regions=A1 budget=2e9 on=exporters"
AGAIN = "subsidy_home_sales regions=A1 budget=1e9 on=exporters"
TURNED = "subsidy_home_sales regions=A2 budget=5e8"
RISE = "subsidy_home_sales regions=A3 budget=3e8 on=increments"


@cache
def books(by_user: bool = False, **changed: object) -> Accounts:
    """Uneven books whose sectors say what they are, in billions of dollars."""
    acc = uneven(by_user)
    codes = acc.sectors.codes
    groups = {"goods": codes[:4], "manufacturing": codes[:3], "services": codes[4:]}
    sectors = Sectors(codes, groups=groups, isic=("C10T12", "C26+C27", "C13T15", "B", "G"))
    return acc.replace(**{"sectors": sectors, "currency": "USD", "unit": "bn USD", "year": 2017, **changed})  # type: ignore[arg-type]


def _bare() -> Iterator[Thing]:
    room = registry.models()["conversion"]
    yield from recorded("conversion")
    for name, numbers in room.read(books(), None, places(books())).items():
        yield f"rest {name}", numbers


def _compared(*instruments: str, **values: object) -> Iterator[Thing]:
    p = {"per_yuan": {"budget": 7e8, "instruments": instruments, "regions": "A1+A2"}, "draws": 9} | values
    return asked("conversion", books(), GONE, MORE, **p)


def _others() -> Iterator[Thing]:
    """Sums in the table's own currency, in one without a rate, and where money is asked about."""
    for k, (currency, table) in enumerate(
        (("SHL", "SHL"), ("CNY", "SHL"), ("USD", "CNY"), ("USD", "USD"), ("EUR", "USD"))
    ):
        acc = books(currency=table, unit=("thousand", "10^8", "million", "10^4", "heap")[k] + " " + table)
        for name, thing in asked("conversion", acc, GONE, draws=0, currency=currency):
            if name in ("refused", "status", "notes", "detail converts", "detail spent", "view place 0"):
                yield f"{currency} {table} {name}", thing
        for name, thing in asked("conversion", acc, GONE, LESS, draws=0, currency=currency):
            if name in ("refused", "status", "detail converts", "detail spent"):
                yield f"{currency} {table} helped {name}", thing


def _refused() -> Iterator[Thing]:
    wrong = {
        "grow": (["orders regions=foreign change=0.2"], {}),
        "grow in all": (["orders regions=foreign amount=3"], {}),
        "twice": ([GONE, "subsidy_home_sales regions=A1+A2 budget=1e8", PAID], {}),
        "two stands": ([GONE, TOO, "exhibition regions=A1+A3 stands=3"], {}),
        "abroad": ([GONE, "certification regions=B1 fee=-0.2"], {}),
        "budget abroad": ([GONE], {"per_yuan": {"budget": 1e8, "regions": "C1"}}),
        "nothing lost there": ([MORE.replace("origin=A", "origin=A1")], {"per_yuan": {"budget": 1e8, "regions": "A3"}}),
        "dear entry": ([GONE], {"per_yuan": {"budget": 1e13, "instruments": ["certification"], "regions": "A1"}}),
        "dear rate": ([GONE, "subsidy_home_sales regions=A1 budget=1e16"], {}),
        "nothing to pay on": ([MORE.replace("origin=A", "origin=A1"), TURNED], {}),
        "none": ([LESS], {}),
        "nobody": ([], {"per_yuan": {"budget": 1e8}}),
    }
    for name, (edits, values) in wrong.items():
        for what, thing in asked("conversion", books(), *edits, **{"draws": 0} | values):
            if what in ("refused", "status", "notes", "hands on"):
                yield f"{name} {what}", thing


def _china() -> Iterator[Thing]:
    """A table of the list that says what capital earns."""
    some = {"status", "notes", "detail mixed", "detail converts", "read sold_at_home", "read firms_turned"}
    acc = load("china-2017")
    for name, thing in asked(
        "conversion", acc, "orders regions=foreign sectors=manufacturing change=-0.3 end=100", draws=0
    ):
        if name in some:
            yield name, thing


def _alone() -> Iterator[Thing]:
    """What no answer needs: recoveries by formula, first units of money, doses, figures by probability."""
    x = np.array([[0.3], [0.8]]), np.array([0.2, 0.6, 0.9])
    yield "mixed recovery", mixed_recovery(x[0], x[1], 4.0, 0.5)
    yield "first yuan", first_yuan(x[1] + 2, 0.4, 1.3, x[0])
    yield "pure recovery", pure_recovery(np.array([0.2, 1.0, 3.0, np.inf]), 1.4, 0.7, x[0] - 0.3)
    yield "doses", [str(e.dosed(d)) for e in shocked(LESS, STANDS, PAID, SOLD).edits for d in (0.5, 1.0, 4.0)]
    yield "figures", [a.at(np.array([0.0, 0.2, 0.5, 0.9, 1.0]), m) for a in assumed().values() for m in (None, 2.0)]
    yield "capital", capital_of_output(sector_list("cn42-2017").sectors)


CASES: Cases = {
    "alone": _alone,
    "record": _bare,
    "drawn": lambda: asked("conversion", books(), GONE, MORE, SOLD, draws=7),
    "helped": lambda: asked("conversion", books(), GONE, MORE, LESS, LATER, STANDS, TOO, PAID, AGAIN, TURNED, RISE, draws=5),
    "by user": lambda: asked("conversion", books(True), GONE, MORE, LESS, draws=0, spread="even", feed="all", convexity=0.7),
    "long": lambda: asked("conversion", books(), GONE, SOLD, TURNED, draws=3, horizon="long", lag_weeks=12, seed=3,
                          pure_share=0.5, demand_elasticity=1.4, firm_tail=1.05, stand_reach=0.9, crowding=0.95,
                          entry_size=0.4, reach_curvature=0.0),
    "late": lambda: asked("conversion", books(), SOLD, LESS, draws=2, lag_weeks=30),
    "little": lambda: asked("conversion", books(), GONE, STANDS, draws=4, home_potential=0.001, exporters_share=0.01),
    "all three": partial(_compared, "certification", "subsidy_home_sales", "exhibition", spread="even"),
    "two": partial(_compared, "subsidy_home_sales", "certification"),
    "fees": partial(_compared, "certification"),
    "stands": partial(_compared, "exhibition", stand_cost=6e6),
    "money": _others,
    "refused": _refused,
    "china": _china,
}  # fmt: skip

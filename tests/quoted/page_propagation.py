"""docs/propagation.md."""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchmarks.bench_propagation import CASES, DAYS, START, equal_settings, production
from tests.helpers.halves import CHINA, HUBEI, NEAR, TOYLAND, losses
from tests.quoted.common import accounts, number
from tests.quoted.quotes import quote
from xunhuan.models.edits import Capacity
from xunhuan.models.propagation import PropagationParameters
from xunhuan.models.propagation.parameters import DAYS_A_YEAR
from xunhuan.models.propagation.ratings import FOLDER

PAGE = "docs/propagation.md"
GIVEN = PropagationParameters()


@quote(
    PAGE,
    "Rates are per day (the table's year over {n}).",
    "α overproduction, which creeps to {n} under scarcity",
    "λ = −ln(1 − ε_year/ε_long)/{n}, so that after a year the part ε_year/ε_long = {n} of the way is gone",
    "a window's mean output lies below {n} of the base",
    "until every later window is at least {n};",
    "the first {n} days are booked.",
)
def parameters() -> list[str]:
    year = f"{DAYS_A_YEAR:g}"
    part = GIVEN.elasticity_year / GIVEN.elasticity_long
    values = (GIVEN.overproduction_max, DAYS_A_YEAR, part, GIVEN.below, GIVEN.recovered)
    return [year, *(f"{x:g}" for x in values), year]


@quote(PAGE, "Recovery laws: linear, exponential ({n}% at recovery_days)")
def recovery() -> list[str]:
    """What is made good of a loss when the recovery days are over."""
    loss = Capacity("AT-N", loss=1.0, start=0, end=1, recovery="exponential", recovery_days=1)
    return [f"{100 * (1 - loss.strength(np.array([2.0])).item()):.0f}"]


@quote(PAGE, "ratings of industry analysts (IHS Markit) for {n} industries")
def rated() -> list[str]:
    return [str(len(pd.read_csv(FOLDER / "criticality.csv", comment="#")))]


def moved(table: str, *shocks: object, **given: object) -> float:
    """Largest change of annual losses by half the step, per cent."""
    both = [losses(accounts(table), s, **given) for s in shocks]
    return 100 * max(abs(half / whole - 1) for whole, half in both)


@quote(
    PAGE,
    "half the step changes annual losses by less than {n}% ({n}% on Toyland; {n}% on china-2017 for a lockdown and a halved "
    "import of electronics).",
    "losses depend on small things (half the step moved them by {n}% on china-2017)",
    "With {n}% of Hubei shut for {n} days that multiplies the loss",
)
def halves() -> list[str]:
    toyland = max(moved("toyland", TOYLAND, rationing=rule) for rule in ("proportional", "final_last"))
    (shut,) = HUBEI.of(Capacity)
    return [
        f"{100 * NEAR:g}", f"{toyland:.2f}", f"{moved('china-2017', CHINA, HUBEI):.1f}",
        f"{moved('china-2017', HUBEI, rationing='proportional'):.0f}", f"{100 * shut.loss:g}", f"{shut.end - shut.start:g}",
    ]  # fmt: skip


def lost(name: str) -> str:
    """Output lost on Toyland in a case of the benchmark, four digits."""
    (case,) = (c for c in CASES if c[0].startswith(name))
    path = production(*case[1:4])
    total = float((accounts("toyland").output.ravel() / DAYS_A_YEAR - path).sum())
    return number(total, 4 if total < 1 else 2)


@quote(
    PAGE,
    "a loss of capacity of AT-N's manufacturing, {n} days.",
    "One rule changed at a time, a loss of {n}% for {n} days:",
    "orders expect last output | {n} /",
    "switched on at scarcity ζ = 0 | {n} / 0.7010 (loss of {n}%, {n} days)",
    "ψ = {n} of the target | {n} /",
    "gap never negative | {n} /",
    "use at current orders | {n} /",
    "of all suppliers | {n} /",
    "by orders | {n} /",
    "| proportional | {n} /",
)
def against_boario() -> list[str]:
    by_name = {c[0]: c for c in CASES}
    _, size, until, _, _ = by_name["equal rules, stocks bind"]
    _, small, soon, _, _ = by_name["equal rules, stocks do not bind"]
    rest = ("orders below", "target stocks", "shortfalls", "needs", "industries before")
    return [
        str(DAYS), f"{100 * size:g}", str(until - START), lost("equal rules, stocks bind"), lost("overproduction"),
        f"{100 * small:g}", str(soon - START), f"{equal_settings()['caution']:g}", lost("stocks used"), *map(lost, rest),
    ]  # fmt: skip

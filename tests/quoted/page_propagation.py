"""docs/propagation.md."""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchmarks.bench_propagation import CASES, DAYS, REBUILT, START, equal_settings, production, rebuilding
from tests.helpers.halves import CHINA, HUBEI, NEAR, TOYLAND, losses
from tests.quoted.common import accounts, number
from tests.quoted.quotes import quote
from xunhuan.models.edits import Capacity, TradeCost
from xunhuan.models.model import Shock
from xunhuan.models.propagation import PropagationParameters, respond_many, sweep
from xunhuan.models.propagation.parameters import DAYS_A_YEAR
from xunhuan.models.propagation.ratings import FOLDER, bundled_days
from xunhuan.scenario.layers import read_layers

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


def lost_here(name: str) -> str:
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
        str(DAYS), f"{100 * size:g}", str(until - START),
        lost_here("equal rules, stocks bind"), lost_here("overproduction"),
        f"{100 * small:g}", str(soon - START), f"{equal_settings()['caution']:g}", lost_here("stocks used"),
        *map(lost_here, rest),
    ]  # fmt: skip


@quote(
    PAGE,
    "from the day after | {n} / 1.266 (loss of {n}%)",
    "..., stocks bind | as in the first row | | {n} / 104.47 (loss of {n}%)",
)
def rebuilt() -> list[str]:
    return [word for loss, digits in zip(REBUILT, (3, 2), strict=True)
            for word in (number(rebuilding(loss)["output_lost"], digits), f"{100 * loss:g}")]  # fmt: skip


@quote(PAGE, "| `beijing` | {n} days in industry")
def beijing() -> list[str]:
    acc = accounts("world-2017")
    return [number(float(bundled_days(acc.sectors, "beijing")[0, acc.sectors.codes.index("C26")]), 1)]


CHANGES: tuple[dict[str, object], ...] = (
    {}, {"inventory_set": "ons"}, {"inventory_set": "beijing"}, {"inventory_set": "colon"}, {"inventory_set": "juhel"},
    {"inventory_scale": 0.5}, {"inventory_scale": 2.0}, {"criticality": "ratings_critical"},
    {"criticality": "ratings_ignored"}, {"criticality": "leontief"}, {"criticality": "linear"}, {"substitution": False},
    {"elasticity_year": GIVEN.elasticity_long * (1 - (1 - GIVEN.elasticity_year / GIVEN.elasticity_long) ** 2)},
    {"reorder": "all"}, {"allotment": "orders"}, {"caution": 0.8}, {"rationing": "proportional"},
    {"rationing": "home_first"}, {"restock_days": GIVEN.restock_days / 3}, {"restock_days": GIVEN.restock_days * 6},
    {"overproduction_max": 1.0}, {"slack": 0.1}, {"target": "demand"},
)  # fmt: skip


@quote(
    PAGE,
    "| nothing | {n} |",
    "| stocks: `ons`; `beijing`; `colon`; `juhel` | {n}; {n}; {n}; {n} |",
    "| stocks halved; doubled | {n}; {n} |",
    "| important inputs critical; ignored | {n}; {n} |",
    "| every input critical; none (linear) | {n}; {n} |",
    "| no substitution; twice as fast | {n}; {n} |",
    "| shortfalls asked of all suppliers | {n} |",
    "| arrivals shared by orders | {n} |",
    "| output cut before stocks are used up (`caution`) | {n} |",
    "| rationing alike; own nation first | {n}; {n} |",
    "| restocking three times as fast; a sixth | {n}; {n} |",
    "| no overproduction | {n} |",
    "| a tenth of capacity spare | {n} |",
    "| target stocks follow demand | {n} |",
)
def hangs_on() -> list[str]:
    data = read_layers("chip-embargo").data
    acc = accounts(data["base"])
    given = {k: v for k, v in data["model"]["propagation"].items() if k != "shocks"}
    lines = next(s for s in data["shock"] if s["name"] == "embargo")["trade_cost"]
    ban = Shock(tuple(TradeCost.model_validate(line) for line in lines))
    many = [PropagationParameters.model_validate({**given, **changes}) for changes in CHANGES]
    home = np.array([n == acc.home for n in acc.geography.nation])
    whole = float(acc.gdp[home].sum()) * given["horizon_days"] / DAYS_A_YEAR
    answers = respond_many(acc, [ban] * len(many), many, booked=False)
    return [number(100 * float(r.detail["loss"].to_numpy()[home].sum()) / whole, 2) for r in answers]


SWEPT = 90.0


@quote(
    PAGE,
    "cut for {n} days (in steps of two), percent of China's value added of those days:",
    "| rank by value, `ratings`, `leontief` | hangs on |\n|---|---|--:|--:|--:|--:|---|---|\n{t}\n\nThe largest link",
)
def single_links() -> list[str]:
    p = PropagationParameters(horizon_days=SWEPT, step_days=2, record_days=SWEPT)
    rows = sweep(accounts("world-2017"), p, days=SWEPT, links=10).to_dict("records")
    return [f"{SWEPT:g}", "\n".join(
        f"| {r['supplier']} | {r['good']} | {r['value'] / 1000:.1f} | {100 * r['loss_ratings']:.2f} | "
        f"{r['multiplier_ratings']:.2f} | {100 * r['loss_leontief']:.2f} | {r['value_rank']}, {r['rank_ratings']}, "
        f"{r['rank_leontief']} | {' in '.join(filter(None, (r['input'], r['industry']))) or '–'} |" for r in rows
    )]  # fmt: skip

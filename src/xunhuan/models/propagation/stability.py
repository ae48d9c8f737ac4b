"""Whether the table at rest stays there: how fast a small loss grows by itself, and what would keep it from growing.

Rest is a fixed point of the step under every setting, but not always one that is come back to. Near it the step is a map
that scales with the deviation, linear in each of a few cones (capacity binds upward and not downward, a surplus is not
destocked where that is off), so that a deviation that is stepped and scaled back comes to grow by one factor a step: the
largest eigenvalue of the step along losses.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from threading import Lock
from typing import Any

import numpy as np
from cachetools import LRUCache

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array
from xunhuan.data.records import changed
from xunhuan.errors import BadInput
from xunhuan.models.edits.demand import DAYS_A_YEAR
from xunhuan.models.propagation.economy import Machine, at_rest, economy
from xunhuan.models.propagation.kernel import input_limit, step
from xunhuan.models.propagation.parameters import PropagationParameters
from xunhuan.models.propagation.state import Pressure, State

SMALL = 1e-6
"""Relative size to which deviations are scaled back: far above rounding, far below any other kink of the step."""
JOLT = 1e-3
"""Jolts of a deviation on its way, as a part of it."""
STARTS = 3
"""Deviations that are tried where stocks bind at rest, the worst of which counts: there most of them stand still."""
WINDOW_DAYS = 14.0
"""Days over which a growth is averaged, in whole revisions of shares: deviations may swing."""
LONGEST_DAYS = 2 * DAYS_A_YEAR
WINDOWS_ALIKE, SETTLED = 4, 3e-4
"""So many windows on end whose growths a day, in logarithms, are as near as that tell how it goes on, unless it grows."""
STANDING, FALLING = 1e-4, -1e-3
"""Growth a day that is none. Where stocks bind at rest a deviation may stand still for long and grow then: there only one
that falls is believed."""
GONE, GROWN = 1e-5, 1e5
"""A deviation that has come to this part of its largest size is gone, one past this multiple of its first is not."""
_MOVED = ("output", "wanted", "expected", "stock")
LIMIT = 2.0 ** (1.0 / DAYS_A_YEAR)
"""RestGrowth a day that is taken for stable at most: a deviation that does not double within a year is none to speak of."""


@dataclass(frozen=True)
class RestGrowth:
    """How a small loss of output everywhere goes on by itself.

    a_day  factor a day by which it grows in the long run: the largest eigenvalue of the step, to the power of 1/step; 0
           where none is needed to tell that it shrinks
    steps  steps it took to find
    """

    a_day: float
    steps: int

    @property
    def stable(self) -> bool:
        """True where it does not double within a year."""
        return bool(self.a_day <= LIMIT)

    @property
    def doubles(self) -> float:
        """Days in which it doubles; inf where it does not grow."""
        return float(np.log(2.0) / np.log(self.a_day)) if self.a_day > 1 else np.inf


def stable_by_form(e: Machine) -> bool:
    """True where settings leave nothing by which a loss could grow, so that no steps are needed to tell.

    Targets that do not move ask for what a stock lacks and for no more, and stocks beyond a step's use stop no industry,
    so that orders fall with output along the recipes alone, whose eigenvalues are below 1, and gaps close by 1/τ.
    """
    return e.rules.target == "base" and not _binds(e)


def _binds(e: Machine) -> bool:
    """Whether at rest some industry has no more inputs than it uses, so that what its stocks lack it does not produce."""
    rest = e.rest.output
    binds = input_limit(e.stocks.target, e) <= np.where(np.isfinite(e.production.capacity), e.production.capacity, rest)
    return bool((binds & (rest > 0)).any())


def growth(e: Machine, seed: int = 0) -> RestGrowth:
    """Growth of a deviation at rest, by stepping it and scaling it back until it is settled.

    The deviation begins as a random small one of output, orders and stocks, up and down (`seed`), and is jolted a little
    now and then, so that a way in which it grows is found though it stands still in others.
    """
    rest, still = at_rest(e), Pressure(np.ones_like(e.rest.output), np.ones_like(e.rest.final))
    rng, window = np.random.default_rng(seed), _window(e)
    state = _jolted(rest, rng, SMALL)
    last, sums = _size(state, rest), [0.0]
    while not _settled(sums, e):
        state, _ = step(state, e, still)
        size = _size(state, rest)
        if size < SMALL * GONE:
            return RestGrowth(0.0, len(sums))
        sums.append(sums[-1] + float(np.log(size / last)))
        state, last = _scaled(state, rest, SMALL / size), SMALL
        if len(sums) % window == 0:
            state = _jolted(state, rng, JOLT * SMALL)
            last = _size(state, rest)
    half = len(sums) // 2
    return RestGrowth(float(np.exp((sums[-1] - sums[half]) / ((len(sums) - 1 - half) * e.step_days))), len(sums) - 1)


def _jolted(state: State, rng: np.random.Generator, by: float) -> State:
    moved = {name: getattr(state, name) for name in _MOVED}
    return replace(state, **{k: v * (1.0 + by * rng.uniform(-1.0, 1.0, v.shape)) for k, v in moved.items()})


def _window(e: Machine) -> int:
    return e.rules.revise_steps * max(1, round(WINDOW_DAYS / (e.rules.revise_steps * e.step_days)))


def _settled(sums: list[float], e: Machine) -> bool:
    """Whether the logarithms of a deviation's size, one a step, tell how it goes on.

    It has grown or shrunk by much, or for some windows on end it has not grown, at the same rate; or time is up.
    """
    taken, window = len(sums) - 1, _window(e)
    if sums[-1] > np.log(GROWN) or taken * e.step_days >= LONGEST_DAYS:
        return True
    if taken % window or taken < (WINDOWS_ALIKE + 1) * window:
        return False
    rates = np.diff(sums[-1 - WINDOWS_ALIKE * window :: window]) / (window * e.step_days)
    least = FALLING if _binds(e) else STANDING
    return bool(rates.max() - rates.min() < SETTLED and rates.max() < least) or bool(
        sums[-1] - max(sums) < np.log(GONE)
    )


def _size(state: State, rest: State) -> float:
    """Largest relative deviation of output, orders and stocks; of cells that count for something."""
    return max(_apart(getattr(state, name), getattr(rest, name)) for name in _MOVED)


def _apart(now: Array, base: Array) -> float:
    counts = base > 1e-9 * base.max()
    return float(np.abs(now[counts] / base[counts] - 1.0).max())


def _scaled(state: State, rest: State, factor: float) -> State:
    """The state with its deviation from rest times a factor; debts are 0 at rest."""
    moved: dict[str, Any] = {}
    for f in fields(State):
        if f.name not in ("step", "indebted", "debt", "outstanding"):
            base = getattr(rest, f.name)
            moved[f.name] = np.maximum(base + factor * (getattr(state, f.name) - base), 0.0)
    return replace(state, debt=state.debt * factor, **moved)


_found: LRUCache[tuple[str, str], RestGrowth] = LRUCache(256)
_lock = Lock()
_IDLE = {"horizon_days", "record_days", "below", "recovered", "unstable"}
"""Parameters that the rest state does not hang on."""


def growth_at_rest(accounts: Accounts, p: PropagationParameters, e: Machine | None = None) -> RestGrowth:
    """Growth of a deviation on a table under settings; found once for each table and settings of a process."""
    machine = e or economy(accounts, p)
    if stable_by_form(machine):
        return RestGrowth(0.0, 0)
    key = (accounts.answer_digest, p.model_dump_json(exclude=_IDLE))
    with _lock:
        if key in _found:
            return _found[key]
    tries = (growth(machine, seed) for seed in range(STARTS if _binds(machine) else 1))
    found = next(tries)
    for other in tries:
        found = found if not found.stable or other.a_day < found.a_day else other
    with _lock:
        _found[key] = found
    return found


def check_rest(accounts: Accounts, p: PropagationParameters, e: Machine) -> None:
    """Raise BadInput where the table does not stay at rest under these settings, saying what would be stable."""
    if p.unstable:
        return
    found = growth_at_rest(accounts, p, e)
    if found.stable:
        return
    given = [f"{k} = {v!r}" for k, v in p.model_dump(exclude_defaults=True, exclude=_IDLE).items()]
    ways = _stable_ways(accounts, p)
    fix = f"stable is: {'; '.join(ways)}" if ways else "take other stocks or a longer restock_days"
    raise BadInput(
        f"at rest a small loss grows {found.a_day:.3g} times a day by itself and doubles in {found.doubles:.2g} days: what "
        "a run gave would be this instability, not the shock",
        where=f"{accounts.name}, model.propagation: {', '.join(given) or 'the defaults'}",
        fix=f"{fix}; unstable = true runs it nevertheless and says so",
    )


def _stable_ways(accounts: Accounts, p: PropagationParameters) -> list[str]:
    """Settings that would be stable, one changed at a time: the shortest expectation tried, and any other."""
    out: list[str] = []
    for change in _ways(p):
        (name, value), *_ = change.items()
        if not any(way.startswith(name) for way in out) and growth_at_rest(accounts, changed(p, **change)).stable:
            out.append(f"{name} = {value!r}".replace("'", '"'))
    return out


def _ways(p: PropagationParameters) -> Iterator[dict[str, Any]]:
    if p.target == "demand":
        yield {"target": "base"}
        yield from ({"expect_days": days} for days in (30.0, 60.0, 90.0, 180.0, 365.0) if days > p.expect_days)
    elif p.rationing != "final_last":
        yield {"rationing": "final_last"}
    if p.inventory_days is not None:
        yield {"inventory_days": max(p.step_days, 1.0)}

"""Which single link matters most: each of the largest cut for some days, ranked by the value added that is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from xunhuan.data.accounts import Accounts
from xunhuan.data.records import changed
from xunhuan.errors import BadInput, UnknownName
from xunhuan.models.edits.demand import DAYS_A_YEAR
from xunhuan.models.edits.timed import Link
from xunhuan.models.model import Shock
from xunhuan.models.propagation.parameters import PropagationParameters
from xunhuan.models.propagation.run import packed, simulate

BY = ("link", "good", "supplier")
RULES = ("ratings", "leontief")
"""Criticality rules that are told side by side: what analysts rate, and every input."""
_Progress = Callable[[int, int], None]


class Cut(NamedTuple):
    """A link that is cut: supplier and good as selections, value a year; of the table's unit."""

    supplier: str
    good: str
    value: float


class Cost(NamedTuple):
    """Value added lost in a run, by home and by everyone, and what of it hangs on which cell of the matrix."""

    home: float
    everyone: float
    input: str
    industry: str


def buyers(accounts: Accounts, destination: str) -> NDArray[np.intp]:
    """Positions of a destination, "home" the home nation."""
    return accounts.geography.select(accounts.home if destination == "home" else destination, accounts.home)


def cuts(accounts: Accounts, by: str, origin: str, destination: str, sectors: str, most: int) -> list[Cut]:
    """The largest links by value from suppliers to a destination.

    A supplier is a nation abroad, or a region of the destination's own nation; goods are sectors. by "good": all suppliers
    of a good together, "supplier": all goods of a supplier. Deliveries of a region to itself are no link.
    """
    if by not in BY:
        raise UnknownName.of("kind of link", by, BY)
    g, acc = accounts.geography, accounts
    to = buyers(acc, destination)
    own = {g.nation[s] for s in to}
    units: dict[str, list[int]] = {}
    for r in g.select(origin, acc.home):
        units.setdefault(g.codes[r] if g.nation[r] in own else g.nation[r], []).append(int(r))
    flow = acc.flow.copy()
    flow[np.arange(acc.R), np.arange(acc.R)] = 0.0
    goods = acc.sectors.select(sectors)
    bought = flow[:, to].sum(1)[:, goods]
    value = np.array([bought[members].sum(0) for members in units.values()])
    names, codes = list(units), [acc.sectors.codes[i] for i in goods]
    everyone, whole = "+".join(names), "+".join(codes)
    if by == "good":
        found = [Cut(everyone, code, float(v)) for code, v in zip(codes, value.sum(0), strict=True)]
    elif by == "supplier":
        found = [Cut(name, whole, float(v)) for name, v in zip(names, value.sum(1), strict=True)]
    else:
        found = [Cut(n, c, float(value[a, b])) for a, n in enumerate(names) for b, c in enumerate(codes)]
    found = sorted((c for c in found if c.value > 0), key=lambda c: -c.value)[: most or None]
    if not found:
        raise BadInput(f"no link from {origin} to {destination} carries anything", fix="name other regions or sectors")
    return found


def cost(accounts: Accounts, edit: Link, parameters: PropagationParameters) -> Cost:
    """What a cut costs."""
    p = parameters
    d = packed(accounts, simulate(accounts, Shock((edit,)), p, with_flows=False), p, booked=False).detail
    lost = np.nan_to_num(d["loss"].sum("sector").to_numpy())
    at_home = np.array([n == accounts.home for n in accounts.geography.nation])
    cell = d["loss_by_input"].to_numpy()[at_home].sum(0)  # industry, input
    j, i = np.unravel_index(int(cell.argmax()), cell.shape)
    codes = accounts.sectors.codes
    named = (codes[i], codes[j]) if cell[j, i] > 0 else ("", "")
    return Cost(float(lost[at_home].sum()), float(lost.sum()), *named)


def sweep(
    accounts: Accounts,
    parameters: PropagationParameters | None = None,
    *,
    by: str = "link",
    origin: str = "foreign",
    destination: str = "home",
    sectors: str = "all",
    days: float = 90.0,
    links: int = 100,
    rules: Sequence[str] = RULES,
    workers: int = 1,
    progress: _Progress | None = None,
) -> pd.DataFrame:
    """Cut each of the largest links for some days, one at a time, and rank them by the value added that home loses.

    loss = Σ v (x̄ − x) over the days of the cut · multiplier = loss / (value × days / 365), value added lost per value not
    delivered

    One row a link, the costliest first under the first rule: supplier, good, value (a year's deliveries), value_rank; for
    each rule K: loss_K (share of home's value added of the same days), lost_K (value, home), lost_everyone_K, multiplier_K,
    rank_K; input and industry: the cell of the criticality matrix on which most of the loss hangs under the first rule,
    empty where no industry stood still for want of an input.

    by           "link" a supplier and a good, "good" of all suppliers, "supplier" with all goods
    origin       suppliers: nations abroad, or regions of the destination's own nation one by one
    destination  buyers, as one; "home" is the home nation
    links        so many of the largest by value; 0: all · workers: processes, 0 one a core

    Raises BadInput, UnknownName; NotConverged as a run does.

    >>> from xunhuan.data.toyland import toyland
    >>> found = sweep(toyland(), by="good", days=60)
    >>> found[["good", "value_rank", "rank_ratings", "rank_leontief"]].values.tolist()
    [['MAN', 1, 1, 1], ['FAR', 3, 2, 2], ['SER', 2, 3, 3]]
    """
    p = changed(parameters or PropagationParameters(), horizon_days=float(days), record_days=float(days))
    g, home = accounts.geography, accounts.home
    found = cuts(accounts, by, origin, destination, sectors, links)
    to = "+".join(g.codes[s] for s in buyers(accounts, destination))
    edits = [Link.model_validate({"from": c.supplier, "to": to, "sectors": c.good, "end": days}) for c in found]
    tasks = [(e, changed(p, criticality=rule)) for rule in rules for e in edits]
    costs: list[Cost] = []
    for one in _worked(accounts, tasks, workers):
        costs.append(one)
        if progress is not None:
            progress(len(costs), len(tasks))
    n, part = len(found), days / DAYS_A_YEAR
    at_home = np.array([k == home for k in g.nation])
    rest = float(accounts.gdp[at_home].sum()) * part
    out = pd.DataFrame({
        "supplier": [c.supplier if by != "good" else origin for c in found],
        "good": [c.good if by != "supplier" else sectors for c in found], "value": [c.value for c in found],
    })  # fmt: skip
    out["value_rank"] = _rank(out["value"])
    for k, rule in enumerate(rules):
        mine = costs[k * n : (k + 1) * n]
        out[f"loss_{rule}"] = [c.home / rest for c in mine]
        out[f"lost_{rule}"] = [c.home for c in mine]
        out[f"lost_everyone_{rule}"] = [c.everyone for c in mine]
        out[f"multiplier_{rule}"] = out[f"lost_{rule}"] / (out["value"] * part)
        out[f"rank_{rule}"] = _rank(out[f"lost_{rule}"])
    out["input"], out["industry"] = [c.input for c in costs[:n]], [c.industry for c in costs[:n]]
    return out.sort_values(f"rank_{rules[0]}", kind="stable").reset_index(drop=True)


def _rank(values: pd.Series[float]) -> pd.Series[int]:
    return values.rank(ascending=False, method="first").astype(int)


_table: list[Accounts] = []
"""The table of a worker process."""


def _begin(accounts: Accounts) -> None:
    _table[:] = [accounts]


def _one(task: tuple[Link, PropagationParameters]) -> Cost:
    return cost(_table[0], *task)


def _worked(accounts: Accounts, tasks: list[tuple[Link, PropagationParameters]], workers: int) -> Iterator[Cost]:
    """Costs in the order of the tasks, in this process or over several."""
    if workers == 1 or len(tasks) < 4:
        yield from (cost(accounts, *task) for task in tasks)
        return
    pool = ProcessPoolExecutor(workers or None, get_context("spawn"), _begin, (accounts,))
    with pool:
        yield from pool.map(_one, tasks, chunksize=2)


def as_told(accounts: Accounts, parameters: PropagationParameters, **given: object) -> tuple[pd.DataFrame, list[str]]:
    """`sweep` with names and the notes that belong beside it, shares in per cent, for the command line."""
    frame = sweep(accounts, parameters, **given)  # type: ignore[arg-type]
    days = given.get("days", 90.0)
    for column in [c for c in frame if str(c).startswith("loss_")]:
        frame[column] *= 100
    notes = [
        f"Each link cut alone from day 0 to day {days:g}; losses of the same {days:g} days.",
        f"value: a year's deliveries, {accounts.unit}. loss: % of {accounts.home}'s value added of the {days:g} days; lost, "
        f"lost_everyone: value added, {accounts.unit}; multiplier: value added of {accounts.home} lost per value not "
        "delivered.",
        "input, industry: the cell of the criticality matrix on which most of the loss hangs, by the first rule.",
        "Users of a region buy a good from one pool of suppliers: a link to one industry alone cannot be cut.",
    ]
    first = next(str(c) for c in frame if str(c).startswith("lost_everyone_"))
    frame.attrs["money"] = {c: accounts.unit for c in map(str, frame) if c == "value" or c.startswith("lost")}
    frame.attrs["hidden"] = [c for c in map(str, frame) if c.startswith("lost_") and c != first]
    return frame, notes

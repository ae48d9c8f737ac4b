"""The games as the house wants them: accounts, a shock and what is borrowed, to a response."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from xunhuan.data.accounts import Accounts
from xunhuan.errors import BadInput, Problems
from xunhuan.models.edits import Need
from xunhuan.models.edits.yearly import industry_named
from xunhuan.models.model import Response, Shock, Status
from xunhuan.models.rivalry.cities import LOSS_PARTS, national_cost, parts_of_loss, payoffs, use_of_capacity
from xunhuan.models.rivalry.industry import read_industry
from xunhuan.models.rivalry.minds import minds_of
from xunhuan.models.rivalry.parameters import Cities, RivalryParameters
from xunhuan.models.rivalry.provinces import kept_play
from xunhuan.models.rivalry.settle import CityAnswer, RaceDrawn, settle_cities, settle_drawn
from xunhuan.models.rivalry.told import notes_of_provinces, of_provinces, status_of_provinces, war

if TYPE_CHECKING:
    import xarray as xr

    from xunhuan.models.slopes import Lender

PLAYS = ("plan", "rivalry")
"""The nation's plan, and where players end who look to themselves."""


def respond(accounts: Accounts, shock: Shock, parameters: RivalryParameters, slopes: Lender | None = None) -> Response:
    """Play the games that parameters name, on the ground that lasting edits make.

    slopes  lent by a long-run model: `models.slopes.Lender`
    Accounts are those of the provinces' equilibrium where they play, else the table's. An answer that is no equilibrium, or
    one of several, says so in the status.

    Raises BadInput, NotConverged.
    """
    import xarray as xr

    made: list[xr.Dataset] = []
    ended: list[Status] = []
    notes: list[str] = []
    new, minds = accounts, minds_of(accounts, shock)
    if parameters.provinces is not None:
        if slopes is None:
            raise BadInput("provinces play in a long run that another model lends",
                           fix="ask through xunhuan.respond or a scenario")  # fmt: skip
        played = kept_play(accounts, shock, parameters.provinces, slopes, minds)
        new = played.accounts
        made.append(of_provinces(played))
        ended.append(status_of_provinces(played))
        notes += notes_of_provinces(played, parameters.provinces)
    if parameters.cities is not None:
        industry = read_industry(parameters.cities.industry)
        codes = list(accounts.geography.codes)
        home = [industry.text(c, "province") for c in industry.cities]
        at_home = np.array([n == accounts.home for n in accounts.geography.nation])
        at = minds.at([codes.index(h) if h in codes else None for h in home], at_home)
        asked = (parameters.cities, industry, at, handed(shock, parameters.cities))
        s = settle_cities(*asked)
        made.append(_of_cities(s, settle_drawn(*asked) if parameters.cities.draws else None))
        ended.append(_status(s))
        notes += _notes(s)
        lost = [c for c, h in zip(industry.cities, home, strict=True) if h not in codes]
        if lost and not minds.still:
            notes.append(
                f"in no region of {accounts.name}, so touched by edits of all regions at home alone: {', '.join(lost)}"
            )
    if parameters.nations is not None:
        data, status, note = war(accounts, parameters.nations)
        made.append(data)
        ended.append(status)
        notes.append(note)
    attrs = {"model": "rivalry", "parameters": parameters.model_dump_json()}
    if parameters.cities is not None:
        attrs["industry"] = parameters.cities.industry
    return Response(
        new, xr.merge(made, compat="no_conflicts", join="outer").assign_attrs(attrs), _worst(ended), notes=tuple(notes)
    )


def handed(shock: Shock, p: Cities) -> float | None:
    """What cities are to make in all, bn USD a year, where edits say so; needs of several edits add up.

    Raises BadInput where the parameters wait for a model that hands none on, and where needs are of another industry.
    """
    needs = shock.of(Need)
    problems = Problems("the cities' need cannot be read")
    if isinstance(p.need, str) and not needs:
        problems.add(
            f"need: {p.need!r} hands none on; write after = {p.need!r} under [model.rivalry], or needs by stage"
        )
    if not isinstance(p.need, str) and p.need and needs:
        problems.add(f"need: by stage here, and in all by `{needs[0]}`; give one of them")
    for e in needs:
        if industry_named(e.industry) != industry_named(p.industry):
            problems.add(
                f"`{e}`: is of {e.industry!r}, the cities' industry is {p.industry!r}; name the same one twice"
            )
    problems.raise_if(BadInput)
    return sum(e.value for e in needs) if needs else None


def _worst(ended: list[Status]) -> Status:
    """One status of several games: the first that failed, else the first; what each says, in order."""
    told = next((s for s in ended if not s.converged), ended[0])
    return Status(told.outcome, sum(s.iterations for s in ended), told.residual, told.tolerance,
                  "; ".join(s.message for s in ended), told.worst)  # fmt: skip


def _of_cities(s: CityAnswer, drawn: RaceDrawn | None = None) -> xr.Dataset:
    """Results of the cities' game, bn USD a year, by city, stage, play, φ, block; and by draw where there are any."""
    import xarray as xr

    g, lines = s.game, np.stack([s.plan.lines, s.told.lines])
    own = np.stack([payoffs(g, k).sum(1) for k in lines])
    cost = np.array([national_cost(g, k).sum() for k in lines])
    data = {
        "lines": (("play", "city", "stage"), lines),
        "capacity": (("play", "city", "stage"), lines * g.line),
        "city_payoff": (("play", "city"), own),
        "national_cost": (("play",), cost),
        "use_of_capacity": (("play", "stage"), np.stack([use_of_capacity(g, k) for k in lines])),
        "loss": (("part",), parts_of_loss(g, s.told.lines, s.plan.lines)),
        "anarchy": (("city_compliance",), np.array([s.anarchy(r) for r in s.races])),
        "payment": (("block",), s.stability.payments),
        "temptation": (("city",), s.tempted),
        "obeyed": (("city",), s.told.obeyed),
        "orders": (("order",), s.orders / s.cost),
        "need": (("stage",), g.need),
        "by_level": (("level",), np.array([x for _, x in s.levels]) / s.cost),
    }  # fmt: skip
    data |= {} if drawn is None else {f"{n}_drawn": (("city_draw",), x) for n, x in drawn._asdict().items()}
    coords = {
        "play": list(PLAYS), "city": list(s.industry.cities), "stage": list(s.industry.stages), "part": list(LOSS_PARTS),
        "city_compliance": list(s.compliance), "block": list(s.blocks), "level": [n for n, _ in s.levels],
        "province": ("city", [s.industry.text(c, "province") for c in s.industry.cities]),
        "city_zh": ("city", [s.industry.text(c, "name_zh") for c in s.industry.cities]),
        "stage_zh": ("stage", [s.industry.text(k, "name_zh") for k in s.industry.stages]),
    }  # fmt: skip
    return xr.Dataset(data, coords=coords)


def _status(s: CityAnswer) -> Status:
    """Whether every race is an equilibrium."""
    rounds = sum(r.rounds for r in s.races)
    bad = next(((p, r) for p, r in zip(s.compliance, s.races, strict=True) if r.outcome != "settled"), None)
    if bad is not None:
        outcome, why = ("cycle", "come round to where they were") if bad[1].outcome == "cycle" else (
            "max_iterations", "still move")  # fmt: skip
        gain = f"one would still gain {bad[1].gain:.2g} bn USD"
        said = f"cities {why} after {bad[1].rounds} rounds at compliance {bad[0]:g}; {gain}"
        return Status(outcome, rounds, bad[1].gain, 0.0, said)  # type: ignore[arg-type]
    gap = f"plan proven within {s.plan.gap:.2g} of the least cost" + ("" if s.plan.whole else ", its limit of time hit")
    said = f"cities settled in {s.told.rounds} rounds, best responses exact: nobody gains by moving; {gap}"
    return Status("converged" if s.plan.whole else "max_iterations", rounds, 0.0, 0.0, said)


def _notes(s: CityAnswer) -> list[str]:
    low, high = float(s.orders.min() / s.cost), float(s.orders.max() / s.cost)
    own = s.anarchy(s.told)
    out = [f"who moves first: over {len(s.orders)} other orders the price of anarchy is {min(low, own):.4f} to "
           f"{max(high, own):.4f}"]  # fmt: skip
    if s.compliance[-1] == 1.0:
        end = s.anarchy(s.races[-1])
        out.append(f"from no lines at all even full compliance ends {end - 1:.2%} above the plan: best responses one by one "
                   "do not find it")  # fmt: skip
    if (short := (s.game.need - (s.game.line * s.plan.lines).sum(0)).clip(0)).max() > 1e-9:
        names = ", ".join(f"{k} {x:.1f}" for k, x in zip(s.industry.stages, short, strict=True) if x > 1e-9)
        out.append(f"the plan imports what it cannot make more cheaply, bn USD a year: {names}")
    binding = ["+".join(s.blocks[k] for k in c) for c in s.stability.binding]
    if binding:
        out.append(f"least payments keep every coalition in the plan; those that bind: {', '.join(binding)}")
    out.append("not in the nation's cost: national wealth, security, the environment; no capital market, no prices set by "
               "firms, nothing smuggled or stockpiled")  # fmt: skip
    counts: dict[str, int] = {}
    for cell in s.industry.cells.values():
        counts[cell.kind] = counts.get(cell.kind, 0) + 1
    told = ", ".join(f"{n} of {kind}" for kind, n in counts.items())
    out.append(f"the file of cities is stylised: {told}; own share of the bill, profit kept, promotion, engineers and the "
               "years of experience are judgement")  # fmt: skip
    return out

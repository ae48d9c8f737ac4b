"""Results of the games of provinces and nations, labelled, with how they ended and what belongs beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from xunhuan.data.accounts import Accounts
from xunhuan.errors import BadInput
from xunhuan.models.model import Status
from xunhuan.models.rivalry.game import FLAT, GameEquilibrium
from xunhuan.models.rivalry.parameters import Provinces, TariffGame
from xunhuan.models.rivalry.provinces import Played
from xunhuan.models.rivalry.tariffs import nash_tariffs

if TYPE_CHECKING:
    import xarray as xr

LEFT_OUT = (
    "rates fall on all output or trade of a sector; a nation's payoff is its real income, without wealth, security or the "
    "environment; no capital market, no prices set by firms; no estimate exists of what output is worth to careers"
)
"""What the provinces' game leaves out, told beside every answer."""
GOODS_THETA = 4.0
"""Trade elasticity of all goods where none is given [SimonovskaWaugh2014]."""


def of_provinces(s: Played) -> xr.Dataset:
    """Results of the provinces' game by region, sector, play and φ."""
    import xarray as xr

    acc = s.accounts
    codes, sectors = list(acc.geography.codes), list(acc.sectors.codes)
    stake = np.flatnonzero(s.board.controls.stake)
    rate = np.full((2, acc.R, len(stake)), np.nan)
    for k, x in enumerate((s.coordinated, s.nash[0].x)):
        for c, (regions, on) in enumerate(zip(s.board.controls.regions, s.board.controls.sectors, strict=True)):
            at = int(np.flatnonzero(stake == on.argmax())[0])
            rate[k, regions, at] = x[c]
    more, alike = s.duplication()
    data = {
        "rate": (("play", "region", "stake"), rate),
        "welfare": (("play", "region"), s.welfare[::-1]),
        "bill": (("play", "region"), s.bill[::-1]),
        "income_base": (("region",), s.slopes.income),
        "counted": (("region",), s.weight),
        "transfer": (("region",), s.transfers),
        "asked": (("region",), s.asked),
        "keeps": (("region",), s.keeps),
        "national_income": (("province_compliance",), np.expm1(s.nation)),
        "loss_of_income": ((), s.loss), "balance": ((), s.balance), "more_places": ((), more), "more_alike": ((), alike),
    }  # fmt: skip
    coords = {"play": ["plan", "rivalry"], "region": codes, "stake": [sectors[i] for i in stake],
              "province_compliance": list(s.compliance)}  # fmt: skip
    return xr.Dataset(data, coords=coords)


def status_of_provinces(s: Played) -> Status:
    """Whether every rate profile is a proved equilibrium, of an economy that has one."""
    steps = sum(e.steps for e in s.nash)
    bad = next(((phi, e) for phi, e in zip(s.compliance, s.nash, strict=True) if e.outcome != "converged"), None)
    if bad is not None:
        phi, e = bad
        return Status(e.outcome, steps, e.flat, FLAT, f"provinces at compliance {phi:g}: {_why(s, e)}")
    if not s.status.converged:
        return Status(s.status.outcome, steps, s.status.residual, s.status.tolerance, f"provinces: {s.status.message}")
    e = s.nash[0]
    apart = max((d for d in e.starts if np.isfinite(d)), default=float("nan"))
    said = (
        f"provinces: Nash in {steps} steps; none of {e.tried} deviations tried pays; {len(e.starts)} other starts end "
        f"within {apart:.1g} of a rate; coordinated in {s.gradients} gradients"
    )
    return Status("converged", steps, e.flat, FLAT, said)


def _why(s: Played, e: GameEquilibrium) -> str:
    if e.outcome == "no_equilibrium":
        b = e.best
        region, sector = s.board.cell[b.control]
        return f"not an equilibrium: {s.board.players[b.player]} would gain by a rate of {b.to:.2%} on {sector} in {region}"
    if e.outcome == "cycle":
        return "no set of players takes what it is offered and stays with it"
    if e.outcome == "several":
        return f"other starts end {max(d for d in e.starts if np.isfinite(d)):.2%} of a rate apart"
    return f"an own slope of {e.flat:.2g} is left after {e.steps} steps"


def notes_of_provinces(s: Played, p: Provinces) -> list[str]:
    """What belongs beside the provinces' numbers."""
    out = []
    if s.board.dropped:
        out.append(f"without output of the sectors, so not playing: {', '.join(s.board.dropped)}")
    felt = s.kappa[s.board.home]
    if felt.min() < 1:
        least, most = float(felt.min()), float(felt.max())
        part = f"{least:.0%}" if least == most else f"between {least:.0%} and {most:.0%}"
        out.append(f"players feel {part} of the bill; the accounts charge each all of its own")
    x = s.nash[0].x
    bound = int(((x <= p.control.low + 1e-9) | (x >= p.control.high - 1e-9)).sum())
    if bound:
        out.append(
            f"{bound} of {len(x)} rates lie at a bound ({p.control.low:+.0%}, {p.control.high:+.0%})".replace(
                "(-", "(−"
            ).replace(", -", ", −")
        )
    if s.offers:
        o = s.offers[0]
        took, left = ([n for n, w in zip(s.board.players, which, strict=True) if w]
                      for which in (o.obeyed, np.isfinite(o.tempted) & ~o.obeyed))  # fmt: skip
        said = [f"{words}: {', '.join(names)}" for words, names in (
            ("keep to the coordinated rates for their privilege", took), ("find it too little", left)) if names]  # fmt: skip
        out.append("; ".join(said))
    if len(s.compliance) > 1 or s.phi.max() > 0:
        out.append("compliance is a weight in players' minds, not a theory of why they obey")
    return [*out, LEFT_OUT]


def war(acc: Accounts, p: TariffGame) -> tuple[xr.Dataset, Status, str]:
    """The tariff war of all nations by formula, on goods and services. Raises BadInput on a table with open regions."""
    import xarray as xr

    if not acc.closed.all():
        raise BadInput("a tariff war needs the books of every nation", where=acc.name, fix="take a world table")
    g = acc.geography
    of = (np.arange(len(g.nations))[:, None] == g.nation_index).astype(float)
    bought = np.maximum(acc.flow, 0.0)
    flow, duty = (np.einsum("nsi,ms->nmi", np.tensordot(of, a, 1), of) for a in (bought, bought * acc.tariff))
    tariff = np.divide(duty, flow, out=np.zeros_like(flow), where=flow > 0)
    found = nash_tariffs(flow, tariff, np.full(acc.S, p.theta or GOODS_THETA))
    data = {"nash_tariff": (("nation",), found.tariff), "war_welfare": (("nation",), found.welfare - 1)}
    text = f"nations: tariffs by formula in {found.iterations} iterations"
    status = Status("converged" if found.converged else "max_iterations", found.iterations, found.residual, 1e-10, text)
    note = (
        "nations' tariffs are by a formula without inputs, against balanced trade; with inputs, let nations be players"
    )
    return xr.Dataset(data, coords={"nation": list(g.nations)}), status, note

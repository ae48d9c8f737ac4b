"""The catch-up room's record: an industry whose costs fall with experience, under partial decoupling."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from xunhuan.data.accounts import Accounts
from xunhuan.data.records import changed
from xunhuan.models.catchup.command import CatchupOptions, catchup_posed
from xunhuan.models.catchup.industry import industry
from xunhuan.models.catchup.page import CATCHUP_PAGE, industry_grounds
from xunhuan.models.catchup.parameters import CatchupParameters
from xunhuan.models.catchup.ranges import at_probability
from xunhuan.models.catchup.read import QUANTITIES, TABLES_TOLD, read
from xunhuan.models.edits import (
    Decoupling,
    Duplication,
    Edit,
    ExportTax,
    Need,
    Productivity,
    Push,
    Tariff,
    TradeCost,
)
from xunhuan.models.edits.text import parse_edit
from xunhuan.models.edits.yearly import industry_named
from xunhuan.models.model import LongRun, Model, Response, Shock, Short, Uncertain, words_beside

_DRAWN = (
    "learning_rate", "knowledge_spillover", "forgetting", "good_elasticity", "home_growth", "gap_now", "frontier_cadence",
    "gap_closing", "tool_ceiling", "ceiling_rise",
)  # fmt: skip
"""Figures that scenarios can draw, in their own units or by the ranges of the industry's file."""


def _respond(
    accounts: Accounts, shock: Shock, parameters: CatchupParameters, long_run: LongRun | None = None
) -> Response:
    """Years of an industry; see `answer.respond`."""
    from xunhuan.models.catchup.answer import respond as solved

    return solved(accounts, shock, parameters, long_run)


def respond_many(
    accounts: Accounts, shocks: Sequence[Shock], parameters: Sequence[CatchupParameters], *, booked: bool = True
) -> Iterable[Response]:
    """Many draws of one industry; see `answer.respond_many`."""
    from xunhuan.models.catchup.answer import respond_many as solved

    return solved(accounts, shocks, parameters)


def hands_on(response: Response) -> tuple[Edit, ...]:
    """For the model that comes after: productivity of the sector at home against history alone, the barriers that were read
    and are in no accounts yet, and what home must make in the target's year."""
    a = response.detail.attrs
    if "curve" in a:
        return ()
    out: list[Edit] = []
    if not a.get("booked"):
        change = float(response.detail["productivity"][0]) - 1
        out += (
            [Productivity(regions="provinces", sectors=str(a["sector"]), change=change)] if abs(change) > 1e-12 else []
        )
        kinds = {e.kind: e for e in (TradeCost, Tariff, Productivity, ExportTax)}
        out += [parse_edit(text, kinds) for text in str(a["edits"]).split("\n") if text]
    return (
        *out,
        Need(
            regions="provinces",
            value=float(a["value_by"]),
            industry=industry_named(str(a["industry"])),
            year=int(a["by"]),
        ),
    )


def _level(name: str) -> Uncertain[CatchupParameters]:
    """A figure drawn in its own unit; "own": by the range of the industry's file."""

    def move(p: CatchupParameters, value: Any, acc: Accounts) -> CatchupParameters:
        return p if value == "" else changed(p, **{name: float(value)})

    def errors(p: CatchupParameters, number: float, acc: Accounts) -> CatchupParameters:
        fact = p.facts(industry(p.industry))[name]
        return changed(p, **{name: float(at_probability(fact, np.array(number)))}) if fact.ranged else p

    return Uncertain(name, move, _no_market, level=True, errors=errors)


def _no_market(p: CatchupParameters) -> str | None:
    return "the industry has a price on given output, no market" if industry(p.industry).facts is None else None


def _pace(p: CatchupParameters, factor: float, acc: Accounts) -> CatchupParameters:
    """The pace of history times a factor."""
    return p if factor == 1 else changed(p, pace_factor=p.pace_factor * factor)


def _own_pace(p: CatchupParameters, number: float, acc: Accounts) -> CatchupParameters:
    """The pace of history by the spread its file gives."""
    facts = industry(p.industry).facts
    if facts is None or facts.home_pace.spread is None:
        return p
    fact = facts.home_pace.model_copy(update={"value": 1.0})
    return _pace(p, float(at_probability(fact, np.array(number))), acc)


MODEL: Model[CatchupParameters] = Model(
    name="catchup",
    parameters=CatchupParameters,
    reads=(Decoupling, Push, Duplication, TradeCost, Tariff),
    respond=_respond,
    read=read,
    quantities=QUANTITIES,
    uncertain=(*map(_level, _DRAWN), Uncertain("home_pace", _pace, _no_market, zero=False, errors=_own_pace)),
    respond_many=respond_many,
    hands_on=hands_on,
    point=lambda p: changed(p, draws=0),
    evolves=True,
    borrows=lambda p: ("long_run",) if p.engine == "trade" else (),
    views=TABLES_TOLD,
    command="catchup",
    short=Short(CatchupOptions, catchup_posed, whole=True),
    shown=("engine", "law"),
    sources=("IrwinKlenow1994", "Helveston2022", "EatonKortum2002", "BueraOberfield2020", "Benkard2000"),
    words=words_beside("xunhuan.models.catchup"),
    size=lambda acc, p: 0.5 if p.engine == "market" else 6.0,
    asking=CATCHUP_PAGE,
    rests_on=industry_grounds,
)

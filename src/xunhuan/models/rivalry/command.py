"""The short form of the command line: `xunhuan rivalry cities chips`, `xunhuan rivalry world-2017 --sectors C26`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from xunhuan.data.records import Finite, NotNegative, Share, Strict
from xunhuan.models.model import Posed

BASE = "world-2017"
"""Table of the games that need none of their own."""


class RivalryOptions(Strict):
    """What the command takes.

    game         "cities" and an industry (chips, or a CSV file), or a table whose provinces play
    industry     bundled name or file of the cities' game
    sectors      on whose goods provinces choose rates
    instrument   what they choose: subsidy, export_tax or tariff
    players      provinces, clusters, or regions and clusters with commas
    foreign      nations that play beside them, with commas
    compliance   φ, one run each, with commas: part of a player's mind that is the nation's
    promotion    χ, weight of output beside money or real income
    own_bill     part of the bill that players pay themselves
    low, high    bounds of the rate
    decoupling   λ of the cities' game, part of foreign experience cut off
    draws        of the cities' game, over the cells of its file that have a range: 90% intervals of what the race costs
    """

    game: str
    industry: str | None = None
    sectors: str | None = None
    instrument: str | None = None
    players: tuple[str, ...] | None = None
    foreign: tuple[str, ...] | None = None
    compliance: Annotated[tuple[Finite, ...], Field(min_length=1)] | None = None
    promotion: NotNegative | None = None
    own_bill: Share | None = None
    low: Finite | None = None
    high: Finite | None = None
    decoupling: Share | None = None
    draws: int | None = None


def rivalry_posed(o: RivalryOptions) -> Posed:
    """The table and what [model.rivalry] would hold; the parameters themselves say what cannot be."""
    given = {k: v for k, v in o.model_dump(exclude={"game"}).items() if v is not None}
    if o.game == "cities":
        return Posed(BASE, {"cities": given})
    control = {k: given.pop(k) for k in ("instrument", "sectors", "low", "high") if k in given}
    players = given.get("players")
    if players is not None and len(players) == 1 and players[0] in ("provinces", "clusters"):
        given["players"] = players[0]
    return Posed(o.game, {"provinces": {**given, "control": control}})

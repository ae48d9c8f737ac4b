"""Edits of what players look at: how much of the nation's mind is theirs, what output is worth to them, who pays, what is
given for obedience."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from xunhuan.data.records import Finite, Percent, Positive, Share
from xunhuan.models.edits.base import Edit, RegionNames


class Compliance(Edit):
    """Part φ of the mind of players in `regions` that is the nation's.

    U = (1 − φ) own payoff + φ nation's payoff; of several edits the largest φ holds, and never less than the run's own.

    Parameters
    ----------
    regions : str or list of str
        Regions: codes, nations, clusters, "provinces", "foreign", "A+B", "!X"; cities go by their province.
    weight : float
        φ, from 0 to 1: 1 obeys. At a dose λ it is λ φ.

    Raises
    ------
    BadInput
        Listing every field that is missing, unknown or out of range.

    Examples
    --------
    >>> print(Compliance("CN-GD", weight=0.5).dosed(0.5))
    compliance regions=CN-GD weight=0.25
    """

    kind = "compliance"
    linear = ("weight",)
    amount = "weight"

    regions: RegionNames
    weight: Share


class Promotion(Edit):
    """Weight χ added to what output is worth to leaders in `regions` beside money.

    χ' = max(χ + Σ_k weight_k, 0). Cities: on a unit of sales. Provinces: on ln volume of the sectors, beside ln real income.

    Parameters
    ----------
    regions : str or list of str
        Regions: codes, nations, clusters, "provinces", "foreign", "A+B", "!X"; cities go by their province.
    weight : float
        Added to χ, pure number; at a dose λ it is λ times as much.

    Raises
    ------
    BadInput
        Listing every field that is missing, unknown or out of range.

    Examples
    --------
    >>> print(Promotion("CHN", weight=0.1))
    promotion regions=CHN weight=0.1
    """

    kind = "promotion"
    linear = ("weight",)
    amount = "weight"

    regions: RegionNames
    weight: Finite


class OwnBill(Edit):
    """Share added to the part of the bill that players in `regions` pay themselves, the rest being other people's money.

    κ' = min(max(κ + Σ_k add_k, 0), 1)

    Parameters
    ----------
    regions : str or list of str
        Regions: codes, nations, clusters, "provinces", "foreign", "A+B", "!X"; cities go by their province.
    add : float
        Added to the share, from −1 to 1; at a dose λ it is λ times as much.

    Raises
    ------
    BadInput
        Listing every field that is missing, unknown or out of range.

    Examples
    --------
    >>> print(OwnBill("CHN", add=-0.5))
    own_bill regions=CHN add=-0.5
    """

    kind = "own_bill"
    linear = ("add",)
    amount = "add"

    regions: RegionNames
    add: Annotated[float, Field(ge=-1, le=1), Percent]


class Privilege(Edit):
    """A transfer or a right worth so much a year, given to each player in `regions` that plays its part in the plan.

    U(plan) + worth against the best U without: a gateway, a quota, a grant, in return for obedience. A city keeps to the
    plan's lines, a province to the coordinated rates, where that is no less. Nobody is charged for it.

    Parameters
    ----------
    regions : str or list of str
        Regions: codes, nations, clusters, "provinces", "foreign", "A+B", "!X"; cities go by their province.
    worth : float
        What it is worth to each player, bn a year, above 0: of USD to a city, of the table's currency to a player of
        regions, which has the sum of what its regions are given. At a dose λ it is λ times as much.

    Raises
    ------
    BadInput
        Listing every field that is missing, unknown or out of range.

    Examples
    --------
    >>> print(Privilege("CN-GD", worth=4.0))
    privilege regions=CN-GD worth=4
    """

    kind = "privilege"
    linear = ("worth",)
    amount = "worth"

    regions: RegionNames
    worth: Positive


MINDS: tuple[type[Edit], ...] = (Compliance, Promotion, OwnBill, Privilege)
"""Edits of players' minds; all other edits are the ground on which they play."""


def amount_of(e: Edit) -> Any:
    """The number of an edit of minds."""
    return getattr(e, e.amount)

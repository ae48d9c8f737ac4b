"""Edits of what helps firms that lost orders abroad: certification, exhibitions, subsidies on home sales."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field

from xunhuan.data.records import Percent, Positive
from xunhuan.models.edits.base import Edit, RegionNames

On = Literal["converts", "exporters", "increments"]


class Help(Edit):
    """What helps firms of `regions` sell at home; a policy, which answers a shock and is none.

    Raises
    ------
    BadInput
        Listing every field that is missing, unknown or out of range.

    Examples
    --------
    >>> Help.answers, Certification.answers
    (True, True)
    """

    answers = True

    regions: RegionNames


class Certification(Help):
    """Certification in `regions` is made cheaper or quicker.

    F' = F (1 + φ fee),   L' = max(L + lag_weeks, 0)        φ: part of the cost of entry F that is certification

    The fee comes out of the public budget, for every firm that converts; quicker costs nothing. Fees of several edits
    multiply what each leaves, weeks add up; at a dose λ both are λ times, the fee at most all of it.

    Parameters
    ----------
    regions : str or list of str
        Regions: codes, nations, clusters, "provinces", "foreign", "A+B", "!X".
    fee : float, default 0
        Change of the fee as a share, from −1 to 0: −0.5 is half of it.
    lag_weeks : float, default 0
        Weeks added to the wait before home sales start, 0 or less.

    Raises
    ------
    BadInput
        Listing every field that is missing, unknown or out of range.

    Examples
    --------
    >>> print(Certification("CN-JS", fee=-0.5, lag_weeks=-4).dosed(0.5))
    certification regions=CN-JS fee=-0.25 lag_weeks=-2
    """

    kind = "certification"

    fee: Annotated[float, Field(ge=-1, le=0), Percent] = 0.0
    lag_weeks: Annotated[float, Field(le=0, allow_inf_nan=False)] = 0.0

    def dosed(self, size: float) -> Self:
        """The edit at a dose, no more than the whole fee."""
        if size == 1:
            return self
        return self.model_copy(update={"fee": max(self.fee * size, -1.0), "lag_weeks": self.lag_weeks * size})


class Exhibition(Help):
    """Stands at exhibitions for firms of `regions` that lost orders and do not sell at home yet, the largest first.

    H' = H + n h Σ_{J firms} lost        n part of the home market a stand reaches, J stands

    Stands of several edits add up; at a dose λ there are λ times as many.

    Parameters
    ----------
    regions : str or list of str
        Regions: codes, nations, clusters, "provinces", "foreign", "A+B", "!X".
    stands : float
        How many, above 0.
    cost : float, optional
        Public money a stand, in the model's currency; by default the model's own figure.

    Raises
    ------
    BadInput
        Listing every field that is missing, unknown or out of range.

    Examples
    --------
    >>> print(Exhibition("CN-AH", stands=5000, cost=2e5))
    exhibition regions=CN-AH stands=5000 cost=200000
    """

    kind = "exhibition"
    linear = ("stands",)
    amount = "stands"

    stands: Positive
    cost: Positive | None = None


class SubsidyHomeSales(Help):
    """A subsidy ad valorem on home sales of firms of `regions`, at the rate at which a budget is spent.

    t Σ sales(t) = budget        sales of converts, of all exporters, or beyond what all exporters would sell without it

    Sums of several edits of one kind add up; at a dose λ the budget is λ times.

    Parameters
    ----------
    regions : str or list of str
        Regions: codes, nations, clusters, "provinces", "foreign", "A+B", "!X".
    budget : float
        Public money over the time that orders are lost, in the model's currency, above 0.
    on : {"converts", "exporters", "increments"}, default "converts"
        Whose sales: pure exporters that turn home; all exporters, those who sold at home before too; or increments alone,
        which nobody can audit, so that it is an upper bound.

    Raises
    ------
    BadInput
        Listing every field that is missing, unknown or out of range.

    Examples
    --------
    >>> print(SubsidyHomeSales("CN-AH", budget=1e9, on="exporters").dosed(2.0))
    subsidy_home_sales regions=CN-AH budget=2e+09 on=exporters
    """

    kind = "subsidy_home_sales"
    linear = ("budget",)
    amount = "budget"

    budget: Positive
    on: On = "converts"


HELPS: tuple[type[Help], ...] = (Certification, Exhibition, SubsidyHomeSales)
"""Edits that help firms; orders are what they answer."""

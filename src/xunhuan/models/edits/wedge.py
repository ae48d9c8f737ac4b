"""Wedges between price and cost that a table already holds: markups, and institutional costs of which a part is burnt."""

from __future__ import annotations

from typing import Annotated, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from xunhuan.data.arrays import Array, ratio
from xunhuan.data.records import NotNegative, NotNegativeRate, Percent, Share
from xunhuan.models.edits.cells import Cellwise
from xunhuan.models.edits.primitives import Ledger
from xunhuan.models.edits.table import earned_per_output


class Wedge(Cellwise):
    """Wedge between price and cost that the table holds at `rate` and that changes to the rate `to`.

    p[r,j] = (1 + τ) c = (1 + m) (1 + b) c,   b = (1 − rebated) τ,   1 + m' = (1 + m)^(1 − part) (1 + m_to)^part, b' too

    A markup (rebated 1) is paid to owners in the region: part m/(1+m) of output is their income, inside value added, and
    no cost [BaqaeeFarhi2020]. Of an institutional cost the part `rebated` goes to whoever in the region collects it and
    the rest is inputs and labour burnt: Â = (1 + b) / (1 + b'), so that at rebated 0 its end is a rise of productivity by
    τ. τ r j, pure number: rate, as a share of cost; where `per` is output, a share of output, τ = rate / (1 − rate), and
    where it is value_added τ = rate v / (1 − rate v), v r j value added per output. What the table holds does not move it:
    with `to` equal to `rate` nothing happens. Wedges of a cell multiply. At a dose λ part is λ part.

    Parameters
    ----------
    regions : str or list of str
        Regions: codes, nations, clusters, "provinces", "foreign", "A+B", "!X".
    sectors : str or list of str, default "all"
        Industries: codes, names, groups, "A+B", "!X".
    rate : float
        Wedge in the base, 0 or more: 0.2 is a price 20 per cent above cost.
    to : float, default 0
        Wedge that it changes to, 0 or more.
    rebated : float, default 1
        Share of the wedge that is somebody's income in the region, 0 to 1; the rest is burnt.
    per : {"cost", "output", "value_added"}, default "cost"
        What `rate` and `to` are shares of: cost, output or value added of the industry in the base.
    most : float, optional
        Largest share of value added that the wedge may be, 0 to 1; above it both rates are lowered in proportion. Without
        it a cell whose factors would be left nothing is refused.
    part : float, default 1
        Share of the way from `rate` to `to`, in logs.

    Raises
    ------
    BadInput
        Listing every field that is missing, unknown or out of range; on a table where wedges take all of value added.

    Examples
    --------
    >>> import xunhuan as xh
    >>> fair = Wedge("AT-N", "manufacturing", rate=0.1)
    >>> print(fair)
    wedge regions=AT-N sectors=manufacturing rate=0.1
    >>> print(fair.dosed(0.5))
    wedge regions=AT-N sectors=manufacturing rate=0.1 part=0.5
    >>> r = xh.respond("toyland", [fair])
    >>> r.detail["output_hat"].sel(region="AT-N").values.round(3).tolist()
    [0.922, 1.229, 0.897]
    """

    kind = "wedge"
    amount = "rate"
    linear = ("part",)

    rate: NotNegativeRate
    to: NotNegativeRate = 0.0
    rebated: Share = 1.0
    per: Literal["cost", "output", "value_added"] = "cost"
    most: Annotated[float, Field(gt=0, lt=1), Percent] | None = None
    part: NotNegative = 1.0

    @model_validator(mode="after")
    def _below_all(self) -> Self:
        if self.per != "cost" and max(self.rate, self.to) >= 1:
            raise ValueError(f"rate and to must be less than 1 where they are shares of {self.per.replace('_', ' ')}")
        return self

    def dosed(self, size: float) -> Self:
        """The edit at a dose."""
        return self if size == 1 else self.model_copy(update={"part": self.part * size})

    def apply(self, ledger: Ledger) -> None:
        """Write the wedge before and after, and what is burnt, where there is output. Raises BadInput."""
        acc, cells = ledger.acc, self.cells(ledger.acc)
        here = (acc.closed[:, None] & (acc.output > 0))[cells]
        share = np.maximum(earned_per_output(acc), 0.0)[cells]
        scale = np.ones(share.shape)
        if self.most is not None:
            paid = _of_output(self.rate, self.per, share)
            scale = np.minimum(1.0, ratio(self.most * share, paid, 1.0))
        before, after = (self._over_cost(rate, share, scale) for rate in (self.rate, self.to))
        burnt, burnt_end = (1 + (1 - self.rebated) * tau for tau in (before, after))
        earned, earned_end = (1 + before) / burnt, (1 + after) / burnt_end
        with np.errstate(over="ignore"):  # the ledger says of what is too much whose it is
            end = {
                "wedge": earned * (earned_end / earned) ** self.part,
                "productivity": (burnt / burnt_end) ** self.part,
            }
        for name, value in {"wedge_base": earned, **end}.items():
            ledger.times(name, cells, np.where(here, value, 1.0), self)

    def _over_cost(self, rate: float, share: Array, scale: Array) -> Array:
        """τ of a rate, cells; scale: how much of it is kept, of what is paid per output."""
        paid = scale * _of_output(rate, self.per, share)
        return paid / (1 - paid)


def _of_output(rate: float, per: str, share: Array) -> Array:
    """What is paid per unit of output at a rate; share: value added per output."""
    if per == "value_added":
        return rate * share
    return np.full(share.shape, rate if per == "output" else rate / (1 + rate))

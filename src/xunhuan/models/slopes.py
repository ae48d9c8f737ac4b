"""What derivatives say: which barriers cost most; and the measures of a model as a function of rates that players choose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from xunhuan.data.arrays import Array

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from xunhuan.data.accounts import Accounts
    from xunhuan.models.model import Shock, Status

Instrument = Literal["subsidy", "export_tax", "tariff"]
SHARPEST = 1e-9
"""Error of derivatives, share of the largest, below which none is sought."""
SLOPES_OF = ("ln W", "ln y", "bill")
"""What `Slopes` gives by region: ln real income against the base; ln volume of the sectors at stake, new / old; the bill for
subsidies less what taxes bring, share of income."""


@dataclass(frozen=True, eq=False)
class Controls:
    """Rates that somebody chooses, on top of what a shock makes of them.

    instrument  c, what each is: a production subsidy; an export tax on sales to other nations; a tariff on purchases there
    regions     c r, True where the rate is levied · sectors: c i, True on its goods
    stake       i, True for the sectors whose volume is measured
    """

    instrument: tuple[Instrument, ...]
    regions: NDArray[np.bool_]
    sectors: NDArray[np.bool_]
    stake: NDArray[np.bool_]


class Effects(NamedTuple):
    """Measures at some rates, m r, in the order of `SLOPES_OF`, and their derivatives in each rate, m r c."""

    value: Array
    slope: Array


class Slopes(Protocol):
    """A model's measures as a smooth function of rates; what it solved before is where it starts from."""

    @property
    def income(self) -> Array:
        """Base income by region, r, value."""
        ...

    @property
    def output(self) -> Array:
        """Base output by region and sector, r i, value."""
        ...

    @property
    def known(self) -> tuple[Array, ...]:
        """What the last answer leaves for the next to start from; nothing before any."""
        ...

    def afresh(self, known: tuple[Array, ...] = ()) -> Slopes:
        """The same measures, as one knows them who was asked nothing but what is given: what is `known` somewhere."""
        ...

    def __call__(self, x: Array, accuracy: float = SHARPEST) -> Effects:
        """Measures and derivatives at rates x, c. Raises NotConverged where there is no equilibrium.

        accuracy  error of derivatives, share of the largest: a step on the way needs less than the last
        """
        ...

    def bends(self, x: Array, mixing: Array, owner: NDArray[np.intp], accuracy: float = SHARPEST) -> Array:
        """Payoffs U[p] = Σ mixing[p] m: second derivatives c c of each rate's owner's, in that rate and in every rate.

        mixing  p m r · owner c, row of mixing · accuracy as of slopes, of the state's own derivatives. Raises NotConverged.
        """
        ...

    def values(self, x: Array) -> Array:
        """Measures alone at many rates, n c: n m r, nan where there is no equilibrium."""
        ...

    def climb(self, x: Array, weight: Array) -> tuple[float, Array]:
        """Σ_r weight[r] ln real income at rates x and its gradient, c. Raises NotConverged."""
        ...

    def settled(self, x: Array) -> tuple[Accounts, Array, Status]:
        """At rates x: the accounts, volumes of output r i (new / old), and whether this is the only equilibrium."""
        ...


class Lender(Protocol):
    """Makes `Slopes` of a model's own answer to a shock and some controls; returns: ψ by sector where its own parameters
    give none. Of the shock it reads the edits it knows."""

    def __call__(self, shock: Shock, controls: Controls, returns: Mapping[str, float]) -> Slopes:
        """The measures of these controls, on the ground that the shock makes."""
        ...


def costliest_barriers(slopes: xr.Dataset, n: int = 20, own: bool = False) -> pd.DataFrame:
    """The trade costs whose fall by one percent would raise the measure most, in percent, largest first.

    slopes  what `gradient` gave · n rows · own: a region's sales to itself too
    Columns origin, destination, sector, gain.
    """
    gain = -slopes["trade_cost"]
    if not own:
        gain = gain.where(slopes["origin"] != slopes["destination"], 0.0)
    table = gain.rename("gain").to_dataframe().reset_index()
    return table.sort_values("gain", ascending=False, kind="stable").head(n).reset_index(drop=True)

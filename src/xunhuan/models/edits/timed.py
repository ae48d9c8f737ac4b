"""Edits in force for a period of days: what they change, and how strongly on each day.

Overlapping edits multiply what each leaves: 0.5 and 0.5 leave 0.25, whatever their order.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Annotated, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array
from xunhuan.data.records import NotNegative, Positive, Share
from xunhuan.models.edits.base import Directed, Edit, Local, Wrong

Law = Literal["none", "linear", "exponential", "logistic"]


@dataclass(frozen=True, eq=False)
class Effect:
    """What a timed edit does while in force: places, and the full change it makes there as a share.

    kind   "capacity" (r i), "demand" and "target" (s i), "link" (i r s), or "tilt", final demand by origin (i r s)
    where  positions in an array of those axes
    change a share: one for all or one a position; of a tilt an array of shares over those places, which broadcasts
    """

    kind: Literal["capacity", "demand", "target", "link", "tilt"]
    where: tuple[NDArray[np.intp], ...]
    change: float | Array


class Timed(Edit):
    """Base of edits in force for a period of days.

    strength f(t) = 1 from start until before end, else 0;  edits of one cell multiply what each leaves, in any order

    Parameters
    ----------
    start, end : float, default 0 and 30
        Days in force, from start until before end, counted from 0 at the start of a run.

    Raises
    ------
    BadInput
        Listing every field that is missing, unknown or out of range.

    Examples
    --------
    >>> class Strike(Timed):
    ...     kind = "strike"
    ...     def apply(self, acc: Accounts) -> tuple[Effect, ...]:
    ...         return (Effect("capacity", (np.arange(acc.R), np.zeros(acc.R, int)), 0.5),)
    >>> Strike(start=2, end=5).strength(np.array([1.0, 2.0, 4.9, 5.0])).tolist()
    [0.0, 1.0, 1.0, 0.0]
    """

    lasting = False

    start: NotNegative = 0.0
    end: Positive = 30.0

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.end <= self.start:
            raise ValueError(f"end ({self.end:g}) must lie after start ({self.start:g})")
        return self

    @property
    def period(self) -> tuple[float, float] | None:
        """Days in force."""
        return self.start, self.end

    def strength(self, t: Array) -> Array:
        """Strength in [0, 1] at day t: 1 from start to end, 0 before and after."""
        return np.where((t >= self.start) & (t < self.end), 1.0, 0.0)

    @abstractmethod
    def apply(self, acc: Accounts) -> tuple[Effect, ...]:
        """What the edit does on a table while in force. Raises BadInput where it makes no sense there."""

    def check(self, acc: Accounts) -> tuple[Wrong, ...]:
        """As every edit, and whether it touches anything."""
        wrongs = super().check(acc)
        if wrongs or any(e.where[0].size for e in self.apply(acc)):
            return wrongs
        return (
            Wrong("", "the edit touches no link that carries anything", "name another origin, destination or sector"),
        )


class Fading(Timed):
    """A timed edit whose effect fades after `end` over `recovery_days`.

    recovery  "none": at once; "linear", "exponential" (95% made good after recovery_days), "logistic" (half made good at
              half time), or a list of shares made good at equal steps of recovery_days
    """

    recovery: Law | Annotated[tuple[Share, ...], Field(min_length=1)] = "none"
    recovery_days: NotNegative = 0.0

    @model_validator(mode="after")
    def _lasts(self) -> Self:
        if self.recovery != "none" and not self.recovery_days > 0:
            raise ValueError("a recovery needs recovery_days > 0: give the days it takes")
        return self

    def strength(self, t: Array) -> Array:
        """Strength at day t: 1 from start to end, then what the recovery law leaves, 0 before.

        u = (t − end)/recovery_days.  none: 0.  linear: 1 − u.  exponential: e^(−3u) (95% made good at u = 1).
        logistic: (σ(5 − 10u) − σ(−5)) / (σ(5) − σ(−5)), half made good at u = ½.  A curve (c_1 ... c_n): c_k of the loss is
        made good at u = k/n, straight lines between.

        >>> cut = Link("a", "b", start=0, end=10, recovery="linear", recovery_days=20)
        >>> cut.strength(np.array([-1.0, 5.0, 20.0, 31.0])).tolist()
        [0.0, 1.0, 0.5, 0.0]
        """
        law, days = self.recovery, self.recovery_days
        u = np.clip((t - self.end) / days, 0.0, None) if days > 0 else np.zeros_like(t)
        inside = np.minimum(u, 1.0)
        if isinstance(law, tuple):
            after = 1.0 - np.interp(inside, np.linspace(0, 1, len(law) + 1), [0.0, *law])
        elif law == "linear":
            after = 1.0 - inside
        elif law == "exponential":
            after = np.exp(-3.0 * u)
        elif law == "logistic":
            low, high = 1 / (1 + np.exp(5.0)), 1 / (1 + np.exp(-5.0))
            after = (1 / (1 + np.exp(10.0 * inside - 5.0)) - low) / (high - low)
        else:
            after = np.zeros_like(t)
        return np.where(t < self.start, 0.0, np.where(t < self.end, 1.0, after))


def places_of(
    acc: Accounts, regions: str | tuple[str, ...], sectors: str | tuple[str, ...]
) -> tuple[NDArray[np.intp], ...]:
    """Positions of regions and sectors in an array of those axes."""
    return tuple(np.ix_(acc.geography.select(regions, acc.home), acc.sectors.select(sectors)))


def _links(acc: Accounts, mask: NDArray[np.bool_], loss: float) -> tuple[Effect, ...]:
    """A throttled link for every cell r s i of the mask that carries something."""
    return (Effect("link", tuple(np.nonzero((mask & (acc.flow > 0)).transpose(2, 0, 1))), -loss),)


class _Loss(Fading):
    """A share that is lost; at a dose λ min(1, λ loss)."""

    loss: Share = 1.0

    def dosed(self, size: float) -> Self:
        """The edit at a dose."""
        return self.model_copy(update={"loss": min(self.loss * size, 1.0)})


class Capacity(_Loss, Local):
    """Production capacity of `sectors` in `regions` falls by the share `loss`.

    capacity[r,j] = base × Π_k (1 − loss_k f_k(t))        over edits k in force, f their strength on day t, 0 to 1

    At a dose λ the loss is min(1, λ loss).

    Parameters
    ----------
    regions : str or list of str
        Regions: codes, nations, clusters, "provinces", "foreign", "A+B", "!X".
    sectors : str or list of str, default "all"
        Industries: codes, names, groups, "A+B", "!X".
    start, end : float, default 0 and 30
        Days in force, from start until before end, counted from 0 at the start of a run.
    recovery : str or tuple of float, default "none"
        How it fades after the end: "none", at once; "linear"; "exponential", 95% made good after recovery_days;
        "logistic", half made good at half time; or shares made good at equal steps of recovery_days.
    recovery_days : float, default 0
        Days that the recovery takes, above 0 where there is one.
    loss : float
        Share of capacity lost, 0 to 1.

    Raises
    ------
    BadInput
        Listing every field that is missing, unknown or out of range,
        or that the edit ends before it starts or recovers in no time.

    Examples
    --------
    >>> import xunhuan as xh
    >>> closed = Capacity("AT-N", loss=0.5)
    >>> print(closed)
    capacity regions=AT-N loss=0.5
    >>> r = xh.respond("toyland", closed, model="propagation", horizon_days=56)
    >>> r.detail["loss"].sum("sector").round(1).values.tolist()  # value added, million shells
    [19.1, 0.4, 0.8, 0.3]
    """

    kind = "capacity"

    loss: Share

    def apply(self, acc: Accounts) -> tuple[Effect, ...]:
        """Capacity left."""
        return (Effect("capacity", places_of(acc, self.regions, self.sectors), -self.loss),)


class Link(_Loss, Directed):
    """Deliveries from `from` to `to` fall by the share `loss`.

    room[r,s,i] = flow at rest × Π_k (1 − loss_k f_k(t))        over edits k in force, f their strength on day t, 0 to 1

    What a region delivers to itself is left alone. At a dose λ the loss is min(1, λ loss).

    Parameters
    ----------
    origin : str or list of str
        Regions that deliver, `from` in a file: codes, nations, clusters, "provinces", "foreign", "A+B", "!X".
    destination : str or list of str
        Regions that receive, `to` in a file; named alike.
    sectors : str or list of str, default "all"
        Goods: codes, names, groups, "A+B", "!X".
    start, end : float, default 0 and 30
        Days in force, from start until before end, counted from 0 at the start of a run.
    recovery : str or tuple of float, default "none"
        How it fades after the end: "none", at once; "linear"; "exponential", 95% made good after recovery_days;
        "logistic", half made good at half time; or shares made good at equal steps of recovery_days.
    recovery_days : float, default 0
        Days that the recovery takes, above 0 where there is one.
    loss : float, default 1
        Share lost, 0 to 1; 1 is a cut.

    Raises
    ------
    BadInput
        Listing every field that is missing, unknown or out of range,
        or that the edit ends before it starts or recovers in no time.

    Examples
    --------
    >>> import xunhuan as xh
    >>> cut = Link("BOR", "ATL", end=14)
    >>> print(cut)
    link from=BOR to=ATL end=14
    >>> r = xh.respond("toyland", cut, model="propagation", horizon_days=56)
    >>> r.detail["loss"].sum("sector").round(1).values.tolist()  # value added, million shells
    [0.1, 0.1, 0.2, 4.3]
    """

    kind = "link"

    def apply(self, acc: Accounts) -> tuple[Effect, ...]:
        """Links throttled, a region's own left alone."""
        g, mask = acc.geography, np.zeros((acc.R, acc.R, acc.S), dtype=bool)
        mask[np.ix_(g.select(self.origin, acc.home), g.select(self.destination, acc.home),
                    acc.sectors.select(self.sectors))] = True  # fmt: skip
        mask[np.arange(acc.R), np.arange(acc.R)] = False
        return _links(acc, mask, self.loss)


class Gateway(_Loss, Local):
    """All trade of `regions` with abroad, both ways, falls by the share `loss`.

    room[r,s,i] = flow at rest × Π_k (1 − loss_k f_k(t))        over edits k in force, f their strength on day t, 0 to 1

    r or s one of the regions, the other in another nation. At a dose λ the loss is min(1, λ loss).

    Parameters
    ----------
    regions : str or list of str
        Regions: codes, nations, clusters, "provinces", "foreign", "A+B", "!X".
    sectors : str or list of str, default "all"
        Goods: codes, names, groups, "A+B", "!X".
    start, end : float, default 0 and 30
        Days in force, from start until before end, counted from 0 at the start of a run.
    recovery : str or tuple of float, default "none"
        How it fades after the end: "none", at once; "linear"; "exponential", 95% made good after recovery_days;
        "logistic", half made good at half time; or shares made good at equal steps of recovery_days.
    recovery_days : float, default 0
        Days that the recovery takes, above 0 where there is one.
    loss : float, default 1
        Share lost, 0 to 1; 1 is a cut.

    Raises
    ------
    BadInput
        Listing every field that is missing, unknown or out of range,
        or that the edit ends before it starts or recovers in no time.

    Examples
    --------
    >>> import xunhuan as xh
    >>> port = Gateway("ATL", loss=0.5)
    >>> print(port)
    gateway regions=ATL loss=0.5
    >>> r = xh.respond("toyland", port, model="propagation", horizon_days=56)
    >>> r.detail["loss"].sum("sector").round(1).values.tolist()  # value added, million shells
    [2.0, 1.7, 2.7, 4.5]
    """

    kind = "gateway"

    def apply(self, acc: Accounts) -> tuple[Effect, ...]:
        """Links with abroad throttled, both ways."""
        g, mask = acc.geography, np.zeros((acc.R, acc.R, acc.S), dtype=bool)
        inside, everywhere, sectors = (
            g.select(self.regions, acc.home),
            np.arange(acc.R),
            acc.sectors.select(self.sectors),
        )
        mask[np.ix_(inside, everywhere, sectors)] = True
        mask[np.ix_(everywhere, inside, sectors)] = True
        return _links(acc, mask & ~g.same_nation[:, :, None], self.loss)


class Stock(Timed, Local):
    """Target stocks of inputs `sectors` held by industries of `regions` are multiplied by `factor`.

    target[s,i] = base × Π_k (1 + (factor_k − 1) f_k(t))        over edits k, f 1 while in force, else 0

    At a dose λ the factor is factor^λ.

    Parameters
    ----------
    regions : str or list of str
        Regions: codes, nations, clusters, "provinces", "foreign", "A+B", "!X".
    sectors : str or list of str, default "all"
        Inputs: codes, names, groups, "A+B", "!X".
    start, end : float, default 0 and 30
        Days in force, from start until before end, counted from 0 at the start of a run.
    factor : float
        Ratio to the target at rest, 0 to 1000: 0.5 is half the days of use.

    Raises
    ------
    BadInput
        Listing every field that is missing, unknown or out of range,
        or that the edit ends before it starts.

    Examples
    --------
    >>> import xunhuan as xh
    >>> lean = Stock("ATL", "goods", factor=0.1)
    >>> print(lean)
    stock regions=ATL sectors=goods factor=0.1
    >>> r = xh.respond("toyland", lean, model="propagation", horizon_days=56)
    >>> r.detail["loss"].sum("sector").round(1).values.tolist()  # value added, million shells
    [5.5, 4.4, 6.5, 1.5]
    """

    kind = "stock"

    factor: Annotated[float, Field(ge=0, le=1e3)]

    def dosed(self, size: float) -> Self:
        """The edit at a dose."""
        return self.model_copy(update={"factor": self.factor**size})

    def apply(self, acc: Accounts) -> tuple[Effect, ...]:
        """Target stocks."""
        return (Effect("target", places_of(acc, self.regions, self.sectors), self.factor - 1),)

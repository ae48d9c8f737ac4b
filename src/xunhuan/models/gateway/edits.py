"""What can be done to a network: lines, gateways closed or alone or dearer, capacity, ways on, sales online."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from xunhuan.data.records import Change, Finite, NotNegative, Percent, Positive, Share
from xunhuan.models.edits.base import Edit, RegionNames, SectorNames

PASSENGER = "high-speed passenger"
"""Class of lines that carry people and no goods."""
FAST = "fast mixed"
"""Class of lines that carry both, goods faster than elsewhere."""
REGULAR = "regular"
"""Class of roads that are no expressways, dearer and slower."""
_Place = Annotated[str, Field(min_length=1)]


def _listed(names: str | tuple[str, ...]) -> str:
    """Names as one text, so that a list and what the command line writes are one edit."""
    return names if isinstance(names, str) else "+".join(names)


PlaceNames = Annotated[_Place | Annotated[tuple[_Place, ...], Field(min_length=1)], AfterValidator(_listed)]
LineKind = Literal["road", "conventional", "fast mixed", "high-speed passenger", "river"]


def split_places(names: str | tuple[str, ...]) -> list[str]:
    """Single names of a list or of what the command line writes."""
    return [n.strip() for n in _listed(names).split("+")]


class Line(Edit):
    """A line built along cities, which goods take where it is cheaper, or people where it is faster.

    km[k,l] great circle times the mode's detour;  of a passenger line:  d̂[r,s,i] = e^(−hour Δh[r,s])

    for services people travel for; h hours between cities, the fewest by road or rail; r s means over cities by weight and
    nearness. A line of goods never makes a way dearer.

    Parameters
    ----------
    via : list of str
        Two cities or more in order, by code, English or Chinese name; "A+B+C" on the command line.
    line_kind : {"road", "conventional", "fast mixed", "high-speed passenger", "river"}, `kind` in a file
        What it is; passenger lines carry no goods.
    speed : float, optional
        Of trains, km an hour: by default 120, 200, 350 by kind of railway.
    opened : int, optional
        Year it opens; one after the year looked at (the parameter `until`) does nothing.

    Raises
    ------
    BadInput
        Listing every field that is missing, unknown or out of range, or a city given twice.

    Examples
    --------
    >>> print(Line(via=["Guangzhou", "Foshan", "Zhanjiang"], kind="fast mixed"))
    line via=Guangzhou+Foshan+Zhanjiang kind="fast mixed"
    """

    kind = "line"

    via: PlaceNames
    line_kind: LineKind = Field(default="conventional", alias="kind")
    speed: Positive | None = None
    opened: Annotated[int, Field(ge=1800, le=2200)] | None = None

    @model_validator(mode="after")
    def _two(self) -> Self:
        names = split_places(self.via)
        if len(names) < 2:
            raise ValueError("a line needs two cities or more, in order")
        twice = [n for k, n in enumerate(names) if n in names[:k]]
        if twice:
            raise ValueError(f"a line passes a city once: {twice[0]} is given twice")
        return self

    @property
    def pace(self) -> float:
        """Speed of its trains, km an hour."""
        return self.speed or {FAST: 200.0, PASSENGER: 350.0}.get(self.line_kind, 120.0)


class _OnGateways(Edit):
    """On gateways of the network."""

    gateways: PlaceNames


class GatewayClosed(_OnGateways):
    """Gateways closed, for good or for some days.

    for good    z[g] = ∞;  one city alone: d̂ = (1 − Σ_{g closed} π_g)^(−1/V)
    for days    stuck = Σ_{g closed} π_g flow − Σ_h ok_h divert_h,  ok_h = min(1, spare T_h / Σ divert_h)

    π shares of gateways · V pure number, spread of the choice · T traffic · spare, ratio, capacity beyond it. What is
    stuck is handed to the short run.

    Parameters
    ----------
    gateways : str or list of str
        Gateways by code, English or Chinese name, "A+B".
    start, end : float, optional
        Days closed, from start until before end; without an end for good.

    Raises
    ------
    BadInput
        Listing every field that is missing, unknown or out of range, or that it ends before it starts.

    Examples
    --------
    >>> print(GatewayClosed(gateways=["SHA", "PVG"], end=30))
    gateway_closed gateways=SHA+PVG end=30
    """

    kind = "gateway_closed"

    start: NotNegative = 0.0
    end: Positive | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.end is not None and self.end <= self.start:
            raise ValueError(f"end ({self.end:g}) must lie after start ({self.start:g})")
        if self.end is None and self.start:
            raise ValueError("start goes with end")
        return self

    @property
    def period(self) -> tuple[float, float] | None:
        """Days closed; None for good."""
        return None if self.end is None else (self.start, self.end)


class GatewayOnly(_OnGateways):
    """All trade with abroad passes these gateways: every other one is closed for good.

    z[g] = ∞  for every g that is not named

    Parameters
    ----------
    gateways : str or list of str
        Gateways that stay open, by code, English or Chinese name, "A+B".

    Raises
    ------
    BadInput
        Listing every field that is missing, unknown or out of range.

    Examples
    --------
    >>> print(GatewayOnly(gateways="CAN"))
    gateway_only gateways=CAN
    """

    kind = "gateway_only"


class GatewayFee(_OnGateways):
    """What passing a gateway costs changes by a share of value.

    z'[g] = z[g] + change;  collected = Σ flow π'_g (1 − e^(−change)), income of who collects, the part `rebated` of it

    Parameters
    ----------
    gateways : str or list of str
        Gateways by code, English or Chinese name, "A+B".
    change : float
        Change as a share of value, in log points: 0.01 is one per cent dearer.
    rebated : float, optional
        Share of it that is somebody's income, 0 to 1, and the rest is burnt: 1 of a fee by default, 0 of what becomes
        cheaper, which saves resources.
    collector : str, default ""
        Code of the region whose income it is; by default each gateway's own.

    Raises
    ------
    BadInput
        Listing every field that is missing, unknown or out of range, or that a cheaper way is somebody's income.

    Examples
    --------
    >>> print(GatewayFee(gateways="CAN", change=0.02))
    gateway_fee gateways=CAN change=0.02
    """

    kind = "gateway_fee"
    linear: ClassVar[tuple[str, ...]] = ("change",)

    change: Annotated[float, Field(gt=-1, lt=5), Percent]
    rebated: Share | None = None
    collector: str = ""

    @model_validator(mode="after")
    def _saved(self) -> Self:
        if self.change < 0 and self.rebated:
            raise ValueError("what becomes cheaper is nobody's income: leave rebated out, or give a subsidy of its own")
        return self

    @property
    def part(self) -> float:
        """Share of it that is income."""
        return self.rebated if self.rebated is not None else float(self.change > 0)


class GatewayCapacity(_OnGateways):
    """Capacity of gateways changes, which matters where traffic congests.

    z'[g] = z[g] + λ ln( T'_g / (T_g (1 + change)) )

    Parameters
    ----------
    gateways : str or list of str
        Gateways by code, English or Chinese name, "A+B".
    change : float
        Change as a share, above -1.

    Raises
    ------
    BadInput
        Listing every field that is missing, unknown or out of range.

    Examples
    --------
    >>> print(GatewayCapacity(gateways="CAN", change=1.0).dosed(0.5))
    gateway_capacity gateways=CAN change=0.41421356237309515
    """

    kind = "gateway_capacity"

    change: Change

    def dosed(self, size: float) -> Self:
        """The edit at a dose."""
        return self.model_copy(update={"change": (1 + self.change) ** size - 1})


class Way(_OnGateways):
    """Ways from gateways on to economies abroad become cheaper or faster, or the reverse.

    x'[g,s] = x[g,s] + cost + day[c] (days + time D[g,s])

    D days that the way takes.

    Parameters
    ----------
    gateways : str or list of str
        Gateways by code, English or Chinese name, "A+B"; or a mode: "sea", "land", "air", "entrepot".
    destination : str or list of str, `to` in a file
        Economies abroad.
    days : float, default 0
        Change of the days it takes.
    time : float, default 0
        Change of the days it takes, as a share of them, above -1.
    cost : float, default 0
        Change of the cost, share of value.

    Raises
    ------
    BadInput
        Listing every field that is missing, unknown or out of range, or that nothing changes.

    Examples
    --------
    >>> print(Way(gateways="ALA", to="KAZ", days=-2))
    way gateways=ALA to=KAZ days=-2
    """

    kind = "way"
    linear: ClassVar[tuple[str, ...]] = ("days", "time", "cost")

    destination: RegionNames = Field(alias="to")
    days: Finite = 0.0
    time: Annotated[float, Field(gt=-1, lt=5), Percent] = 0.0
    cost: Annotated[float, Field(gt=-1, lt=5), Percent] = 0.0

    @model_validator(mode="after")
    def _some(self) -> Self:
        if self.days == 0 and self.time == 0 and self.cost == 0:
            raise ValueError("give days, time or cost")
        return self


class Online(Edit):
    """A share of goods is sold online, where distance weighs less.

    d̂[r,s,i] = { [(1−o') + o' ρ^(εχ)] / [(1−o) + o ρ^(εχ)] }^(−1/θ)

    between regions at home, their own included · o and o' share online before and after · ρ distance over the buyers' mean,
    ratio · ε effect of distance on trade · χ part of it that vanishes online · θ i trade elasticity.

    Parameters
    ----------
    sectors : str or list of str, default "goods"
        Goods: codes, names, groups, "A+B", "!X".
    share : float
        Share sold online, 0 to 1.

    Raises
    ------
    BadInput
        Listing every field that is missing, unknown or out of range.

    Examples
    --------
    >>> print(Online(share=0.25))
    online share=0.25
    """

    kind = "online"

    sectors: SectorNames = "goods"
    share: Share


EDITS: tuple[type[Edit], ...] = (Line, GatewayClosed, GatewayOnly, GatewayFee, GatewayCapacity, Way, Online)
"""All that the room reads."""

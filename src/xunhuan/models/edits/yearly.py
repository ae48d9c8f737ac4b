"""Edits by years: what is cut off, pushed or wasted from a year on, and how strongly in each year.

Lasting edits hold at once and for good, timed ones for days; these come in over years. Cuts of one channel multiply what
each leaves, rates of a push add up, whatever their order.
"""

from __future__ import annotations

from pathlib import PurePath
from typing import Annotated, ClassVar, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array
from xunhuan.data.records import NotNegative, Positive, Rate, Share
from xunhuan.models.edits.base import Edit, RegionNames, Wrong

Channel = Literal["know", "trade", "tools", "leave"]
CHANNELS: tuple[Channel, ...] = ("know", "trade", "tools", "leave")
"""What can be cut: knowledge, sales of the good, tools and other inputs, plants that foreign owners hold."""
Year = Annotated[int, Field(ge=1, le=3000)]


def industry_named(text: str) -> str:
    """What an industry is called by all models: the name it is bundled under, or of its files.

    >>> industry_named("chips"), industry_named("mine/widgets.toml"), industry_named("mine/widgets-cities.csv")
    ('chips', 'widgets', 'widgets')
    """
    path = PurePath(text)
    name = path.parent.name if path.name == "cities.csv" else path.stem if path.suffix else path.name
    return (name or path.stem).removesuffix("-cities")


class Yearly(Edit):
    """Base of edits that come in over years.

    Parameters
    ----------
    start : int, optional
        First year in force; by default the year the model begins with.

    Raises
    ------
    BadInput
        Listing every field that is missing, unknown or out of range.

    Examples
    --------
    >>> class Rot(Yearly):
    ...     kind = "rot"
    >>> Rot().by_years, Rot(start=2022).since(2020)
    (True, 2022)
    """

    by_years: ClassVar[bool] = True

    start: Year | None = None

    def since(self, first: int) -> int:
        """The first year in force, where a model begins with the year `first`."""
        return first if self.start is None else self.start


class _Between(Edit):
    """From origin to destination."""

    origin: RegionNames = Field(alias="from")
    destination: RegionNames = Field(alias="to")


class _On(Edit):
    """On regions."""

    regions: RegionNames


class Decoupling(Yearly, _Between):
    """One channel between `from` and `to` is cut by the share `size`, over `ramp` years.

    λ[t] = size · min(max(t − start, 0) / ramp, 1),   1 − λ = Π_k (1 − λ_k) over the edits k of a channel [Helveston2022]

    λ share, t year. Channels: know, experience made abroad that no longer reaches home; trade, sales of the good; tools,
    inputs it is made with; leave, foreign owners' plants at home. At a dose x the size is min(1, x size).

    Parameters
    ----------
    origin : str or list of str
        Regions that are cut off from, `from` in a file: codes, nations, clusters, "provinces", "foreign", "A+B", "!X".
    destination : str or list of str
        Regions that are cut off, `to` in a file; named alike.
    start : int, optional
        Year after which it begins to bite; by default the year the model begins with.
    channel : {"know", "trade", "tools", "leave"}
        What is cut.
    size : float
        Share that is cut at the end, 0 to 1.
    ramp : float, default 10
        Years until it is whole; 0 is at once, from the start year on.

    Raises
    ------
    BadInput
        Listing every field that is missing, unknown or out of range.

    Examples
    --------
    >>> cut = Decoupling("foreign", "CHN", channel="tools", size=0.9, start=2022, ramp=5)
    >>> print(cut)
    decoupling from=foreign to=CHN start=2022 channel=tools size=0.9 ramp=5
    >>> cut.strength(np.array([2022, 2023, 2040]), 2020).round(3).tolist()
    [0.0, 0.18, 0.9]
    """

    kind = "decoupling"

    channel: Channel
    size: Share
    ramp: NotNegative = 10.0

    def dosed(self, size: float) -> Self:
        """The edit at a dose."""
        return self.model_copy(update={"size": min(self.size * size, 1.0)})

    def strength(self, years: Array, first: int) -> Array:
        """λ in each year, where the model begins with the year `first`."""
        gone = np.asarray(years, dtype=float) - self.since(first)
        if self.ramp == 0:
            return np.where(gone >= 0, self.size, 0.0)
        return np.asarray(self.size * np.clip(gone / self.ramp, 0.0, 1.0))

    def check(self, acc: Accounts) -> tuple[Wrong, ...]:
        """As every edit, and whether anybody is cut off from others."""
        wrongs = super().check(acc)
        if wrongs:
            return wrongs
        g = acc.geography
        origin, destination = (set(g.select(x, acc.home).tolist()) for x in (self.origin, self.destination))
        if not origin - destination:
            return (Wrong("", "nobody is cut off from anybody else", "name another origin or destination"),)
        return ()


class Push(Yearly, _On):
    """Costs of an industry in `regions` fall by `rate` a year beyond what learning does, from `start` to `end`.

    ĉ ← ĉ e^(−Σ_t rate),   rates of the edits of a region add up; at a dose x the rate is x rate

    rate log points a year, t year. What it takes (cheaper capital, subsidies, talent) is not told apart.

    Parameters
    ----------
    regions : str or list of str
        Regions: codes, nations, clusters, "provinces", "foreign", "A+B", "!X".
    start : int, optional
        Year it begins after; by default the year the model begins with.
    rate : float
        Log points a year: 0.02 is two per cent; below 0 a drag.
    industry : str, default ""
        Name of the industry; by default whichever the model is of.
    end : int, optional
        Its last year; by default the model's.

    Raises
    ------
    BadInput
        Listing every field that is missing, unknown or out of range, or that the push ends before it starts.

    Examples
    --------
    >>> push = Push("CHN", rate=0.02, start=2021, end=2023)
    >>> print(push)
    push regions=CHN start=2021 rate=0.02 end=2023
    >>> push.rates(np.array([2021, 2022, 2023, 2024]), 2020).tolist()
    [0.0, 0.02, 0.02, 0.0]
    """

    kind = "push"
    linear = ("rate",)

    rate: Rate
    industry: str = ""
    end: Year | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.start is not None and self.end is not None and self.end <= self.start:
            raise ValueError(f"end ({self.end}) must lie after start ({self.start})")
        return self

    def rates(self, years: Array, first: int) -> Array:
        """Log points by which each year's costs lie below those of the year before."""
        t = np.asarray(years)
        inside = t > self.since(first)
        if self.end is not None:
            inside = inside & (t <= self.end)
        return np.where(inside, self.rate, 0.0)


class Duplication(Edit):
    """Of what is spent on an industry in `regions`, `factor` times as much is needed as with one plan for all.

    push left = push / factor,   factors of several edits multiply; at a dose x factor^x

    factor pure number, the price of anarchy: cost where each place builds for itself over that of the plan.

    Parameters
    ----------
    regions : str or list of str
        Regions: codes, nations, clusters, "provinces", "foreign", "A+B", "!X".
    factor : float
        Pure number, 1 or more.
    industry : str, default ""
        Name of the industry; by default whichever the model is of.

    Raises
    ------
    BadInput
        Listing every field that is missing, unknown or out of range.

    Examples
    --------
    >>> twice = Duplication("CHN", factor=1.44)
    >>> print(twice.dosed(0.5))
    duplication regions=CHN factor=1.2
    """

    kind = "duplication"
    by_years = True

    regions: RegionNames
    factor: Annotated[float, Field(ge=1, allow_inf_nan=False)]
    industry: str = ""

    def dosed(self, size: float) -> Self:
        """The edit at a dose."""
        return self.model_copy(update={"factor": self.factor**size})


class Need(Edit):
    """What places of `regions` are to make of an industry's goods in a year: one model's answer, another's task.

    value is an amount, not a change: those of several edits add up; at a dose x it is x value

    Parameters
    ----------
    regions : str or list of str
        Regions: codes, nations, clusters, "provinces", "foreign", "A+B", "!X".
    value : float
        A year, at the prices of what is imported, in the unit of the industry's own file.
    industry : str
        Name of the industry.
    year : int
        Which year.

    Raises
    ------
    BadInput
        Listing every field that is missing, unknown or out of range.

    Examples
    --------
    >>> print(Need("CHN", value=180.0, industry="chips", year=2035))
    need regions=CHN value=180 industry=chips year=2035
    """

    kind = "need"
    by_years = True
    linear = ("value",)

    regions: RegionNames
    value: Positive
    industry: Annotated[str, Field(min_length=1)]
    year: Year

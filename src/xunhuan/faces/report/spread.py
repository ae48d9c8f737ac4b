"""What the versions of a table leave open, for the report on its circulation: intervals, and how sure differences are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import xarray as xr

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import CIRCUITS, Array
from xunhuan.faces import spelling, words
from xunhuan.faces.figures import shares
from xunhuan.measures.versions import home_shares, mean_shares, with_shares

SURE = 0.95
"""Part of the versions in which one region must lie above another for a difference to be called sure."""
_ENDS = (0.05, 0.95)


@dataclass(frozen=True)
class Pair:
    """Two regions, by place, of which the first is above the second.

    common  part of what their intervals span together that lies in both · often  versions in which it is above
    """

    above: int
    below: int
    common: float
    often: int


@dataclass(frozen=True, eq=False)
class ShareSpread:
    """Shares of home's regions in every version of the table.

    region  circulation by absorption, with intervals · seen  k region circuit
    """

    region: xr.Dataset
    seen: Array

    @cached_property
    def ends(self) -> Array:
        """Low and high of every share: end region circuit."""
        return np.asarray(np.quantile(self.seen, _ENDS, axis=0))

    @cached_property
    def mean_ends(self) -> Array:
        """The same of the means over regions, simple and by GDP: end weighting circuit."""
        return np.asarray(np.quantile(mean_shares(self.region, self.seen), _ENDS, axis=0))

    def outside(self) -> Array:
        """Where the table's own share lies outside its interval: region circuit."""
        mine = np.stack([self.region[c].values for c in CIRCUITS], axis=1)
        return np.asarray((mine < self.ends[0]) | (mine > self.ends[1]))

    def pair(self) -> Pair | None:
        """Of the pairs that differ surely in own share, the one whose intervals have most in common; None without any."""
        own, (low, high) = self.seen[:, :, 0], self.ends[:, :, 0]
        best: Pair | None = None
        for a in range(own.shape[1]):
            often = (own[:, [a]] > own).sum(0)
            both = np.minimum(high[a], high) - np.maximum(low[a], low)
            common = both / (np.maximum(high[a], high) - np.minimum(low[a], low))
            common[often < SURE * len(own)] = 0.0
            b = int(np.argmax(common))
            if common[b] > (best.common if best else 0.0):
                best = Pair(a, b, float(common[b]), int(often[b]))
        return best


def spread_of(acc: Accounts, region: xr.Dataset) -> ShareSpread | None:
    """The spread of home's shares, None where the table has no versions of them."""
    seen = home_shares(acc)
    return None if seen is None else ShareSpread(with_shares(region, seen), seen)


def said(parts: Sequence[float], ends: Array | None, lang: str, digits: int = 1) -> list[str]:
    """The three shares in words, with their intervals where there are ends, the first named as such."""
    if ends is None:
        return spelling.percents(parts, digits)
    t = words.of(lang)
    keys = ("interval_named", "interval_beside", "interval_beside")
    return [t(k, value=v, interval=i) for k, (v, i) in zip(keys, spelling.within(parts, ends, digits), strict=True)]


def paragraphs(
    acc: Accounts, spread: ShareSpread, bounds: tuple[xr.Dataset, xr.Dataset] | None, places: str, lang: str
) -> list[str]:
    """What intervals are, how sure differences are, and what the limits are, in a language."""
    t = words.of(lang)
    out = [t("sure_what", n=len(spread.seen)), _pair_said(acc, spread, places, lang)]
    if bounds is not None:
        ends = [ds["mean"].isel(weighting=-1) for ds in bounds]
        spans = {}
        for c in CIRCUITS:
            low, high = (spelling.percent(v, 1) for v in sorted(float(e.sel(circuit=c)) for e in ends))
            spans[c] = t("from_to", low=low, high=high)
        out.append(t("sure_bounds", **spans))
    return [p for p in out if p]


def _pair_said(acc: Accounts, spread: ShareSpread, places: str, lang: str) -> str:
    """How much surer a difference is than two intervals suggest, by an example; empty without one."""
    t, pair = words.of(lang), spread.pair()
    if pair is None:
        return ""
    own, (low, high) = spread.region["own"].values, spread.ends[:, :, 0]
    codes = [str(c) for c in spread.region["region"].values]
    told = {}
    for key, k in (("a", pair.above), ("b", pair.below)):
        told[key] = acc.geography.name(codes[k], lang)
        told[f"v{key}"] = t("interval_beside", value=spelling.percent(own[k]), interval=spelling.span(low[k], high[k]))
    gap = spread.seen[:, pair.above, 0] - spread.seen[:, pair.below, 0]
    ends = [spelling.whole(100 * x, 1) for x in np.quantile(gap, _ENDS)]
    middle = spelling.whole(100 * (own[pair.above] - own[pair.below]), 1)
    difference = t("sure_points", value=middle, interval="–".join(ends))
    return t("sure_pair", places=places, **told, common=spelling.percent(pair.common), k=pair.often, n=len(spread.seen),
             difference=difference)  # fmt: skip


def reported_said(acc: Accounts, here: xr.Dataset, reported: xr.Dataset, lang: str) -> str:
    """How far regions' outflow over output runs as reported, and in the table."""
    values: dict[str, str] = {}
    for tail, ds in (("", reported), ("_here", here)):
        ratio = ds["outflow"].values
        for end, k in (("low", int(ratio.argmin())), ("high", int(ratio.argmax()))):
            values[f"{end}{tail}"] = spelling.percent(float(ratio[k]))
            values[f"{end}est{tail}"] = acc.geography.name(str(ds["region"].values[k]), lang)
    return words.of(lang)("sure_reported", table=reported.attrs["table"], **values)


def limit_spans(bounds: tuple[xr.Dataset, xr.Dataset], circuit: str) -> dict[str, str]:
    """The limits of a circuit's share by region, as printed: one number where they are printed alike."""
    out = {}
    for code, (least, most) in shares.limit_frame(*bounds, circuit).iterrows():
        alike = spelling.percent(least) == spelling.percent(most)
        out[str(code)] = spelling.percent(most) if alike else spelling.span(least, most)
    return out

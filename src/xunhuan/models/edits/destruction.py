"""Capital destroyed, and the demand to rebuild it."""

from __future__ import annotations

import re
from typing import Annotated, Self

import numpy as np
from pydantic import AfterValidator, model_validator

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array, ratio
from xunhuan.data.records import NotNegative, Positive, Share
from xunhuan.errors import XunhuanError
from xunhuan.models.edits.base import Local, Wrong

INVESTMENT = ("fixed_capital", "investment", "gfcf", "gross_fixed_capital_formation")
"""What tables call their category of gross fixed capital formation."""
_PART = re.compile(r"([^:+]+):([0-9]*\.?[0-9]+)")


def _mixed(text: str) -> str:
    if text and not all(_PART.fullmatch(part) for part in text.split("+")):
        raise ValueError('is a list of goods with their weights, as in "F:0.7+C28:0.3"')
    return text


class Destruction(Local):
    """A share or a value of the capital of `sectors` in `regions` is destroyed on day `start`, and rebuilt.

    capacity[r,j] = base × (1 − D[r,j] / K[r,j]),  K = capital_ratio × value added of a year

    demand to rebuild, a day: goods mix[s,i] × Σ_j D[s,j] / rebuild_days, beside final demand and rationed like it;  what is
    delivered is rebuilt, industries of a region alike  [Hallegatte2008; Hallegatte2013]. Destroyed = rebuilt + outstanding.
    At a dose λ the share is min(1, λ loss), the value λ value.

    Parameters
    ----------
    regions : str or list of str
        Regions: codes, nations, clusters, "provinces", "foreign", "A+B", "!X".
    sectors : str or list of str, default "all"
        Industries: codes, names, groups, "A+B", "!X".
    loss : float, optional
        Share of capital destroyed, 0 to 1; this or `value`.
    value : float, optional
        Capital destroyed, all of it together, in the table's unit; spread over regions and industries as capital is.
    start : float, default 0
        Day of the destruction, counted from 0 at the start of a run.
    rebuild_days : float, default 60
        Part of what is outstanding that is asked for a day is one over this: after three times as long, 5% are left to ask
        for; 60 days as [Juhel2024].
    capital_ratio : float, default 4
        Capital over value added of a year, years; 4 as [Juhel2024].
    mix : str, default ""
        Goods that rebuild and their weights, "F:0.7+C28:0.3"; "" takes the table's fixed capital formation, region by
        region.

    Raises
    ------
    BadInput
        Listing every field that is missing, unknown or out of range, or that not one of loss and value is given.

    Examples
    --------
    >>> import xunhuan as xh
    >>> quake = Destruction("AT-N", "MAN", loss=0.3)
    >>> print(quake)
    destruction regions=AT-N sectors=MAN loss=0.3
    >>> r = xh.respond("toyland", quake, model="propagation", horizon_days=56)
    >>> d = r.detail[["destroyed", "rebuilt", "outstanding"]].sum().round(1)
    >>> [float(d[k]) for k in d]  # million shells
    [194.4, 69.4, 125.0]
    """

    kind = "destruction"
    lasting = False

    loss: Share | None = None
    value: Positive | None = None
    start: NotNegative = 0.0
    rebuild_days: Positive = 60.0
    capital_ratio: Positive = 4.0
    mix: Annotated[str, AfterValidator(_mixed)] = ""

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.loss is None) == (self.value is None):
            raise ValueError("give loss, a share of capital, or value, in the table's unit, not both")
        return self

    def dosed(self, size: float) -> Self:
        """The edit at a dose."""
        if self.loss is not None:
            return self.model_copy(update={"loss": min(self.loss * size, 1.0)})
        assert self.value is not None
        return self.model_copy(update={"value": self.value * size})

    def capital(self, acc: Accounts) -> Array:
        """Capital of the industries concerned, k × value added, axes r j, 0 elsewhere."""
        out = np.zeros((acc.R, acc.S))
        where = np.ix_(acc.geography.select(self.regions, acc.home), acc.sectors.select(self.sectors))
        out[where] = np.maximum(acc.value_added.sum(2)[where], 0.0) * self.capital_ratio
        out[~acc.closed] = 0.0
        return out

    def share(self, acc: Accounts) -> Array:
        """Share of capital destroyed, axes r j; of a value, the same everywhere: value / Σ K."""
        capital = self.capital(acc)
        part = self.loss if self.value is None else self.value / max(float(capital.sum()), 1e-300)
        return np.where(capital > 0, part or 0.0, 0.0)

    def goods(self, acc: Accounts) -> Array:
        """Goods needed per unit of capital rebuilt, mix s i; of a region without fixed capital formation, its nation's.

        Goods that a region buys nowhere are left out.
        """
        if self.mix:
            mix = np.zeros((acc.R, acc.S))
            for name, weight in _PART.findall(self.mix):
                mix[:, acc.sectors.select(name)] += float(weight)
        else:
            mix = np.maximum(acc.final[:, :, [_investment(acc)]].sum(2), 0.0)
            same = acc.geography.same_nation.astype(float)
            mix = np.where(mix.sum(1, keepdims=True) > 0, mix, same @ mix)
        mix = mix * (acc.flow.sum(0) > 0)
        return np.asarray(ratio(mix, mix.sum(1, keepdims=True)))

    def check(self, acc: Accounts) -> tuple[Wrong, ...]:
        """As every edit; whether there is capital, enough of it, and goods to rebuild it with."""
        wrongs = super().check(acc)
        for name, _ in _PART.findall(self.mix):
            try:
                acc.sectors.select(name)
            except XunhuanError as e:
                wrongs += (Wrong("mix", e.what, e.fix),)
        if not self.mix and _investment(acc) < 0:
            fix = 'give mix, as in "F:0.7+C28:0.3"'
            wrongs += (Wrong("mix", "the table has no category of fixed capital formation", fix),)
        if wrongs:
            return wrongs
        whole = float(self.capital(acc).sum())
        if whole == 0:
            return (Wrong("", "no industry of these regions and sectors has capital", "name others"),)
        if self.value is not None and self.value > whole:
            return (
                Wrong("value", f"{self.value:g} is more than the capital there, {whole:g} {acc.unit}", "give less"),
            )
        hit = self.share(acc).any(1)
        bare = [acc.geography.codes[k] for k in np.flatnonzero(hit & ~self.goods(acc).any(1))]
        what = f"no good of the mix is bought in {', '.join(bare)}"
        return (Wrong("mix", what, "name goods that are bought there"),) if bare else ()


def _investment(acc: Accounts) -> int:
    """Position of the category of fixed capital formation, −1 where there is none."""
    found = [k for k, name in enumerate(acc.categories) if name.lower() in INVESTMENT]
    return found[0] if found else -1

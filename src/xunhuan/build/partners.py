"""Who each province trades with abroad: a prior from distance and borders, between margins that are data.

Letters: p province, d destination and o origin abroad, l place of a partner (see `reach`), i good. What a province sells
and buys abroad, and what the nation trades with each partner, are given and met exactly; who trades with whom is modelled.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from xunhuan.build.reach import Reach
from xunhuan.data.arrays import Array, ratio

ELASTICITY = (0.75, 1.0, 2.5)
"""Trade's elasticity in distance, its sign dropped: 5th percentile, choice and 95th percentile over samples of the provinces
whose trade is known (see partner_evidence). In trade between nations it is about 1 [Hinz2017] [DisdierHead2008]."""

BORDER = (3.0, 4.0, 4.5)
"""Log of how much more a province trades with a partner across a crossing of its own: likewise."""

WEIGHT = (0.5, 0.75, 1.0)
"""Weight of the gravity fill against the nation's shares: the middle is what foretells best a province left out."""

SMALL = 1.0
"""Changes below this, million USD, are left out of the log."""

_SWEEPS = 2000
_MET = 1e-12


def partner_split(
    sent: Array,
    bought: Array,
    export: Array,
    imported: Array,
    reach: Reach,
    *,
    goods: int,
    elasticity: float = ELASTICITY[1],
    border: float = BORDER[1],
    weight: float = WEIGHT[1],
) -> tuple[Array, Array]:
    """Exports p d i and imports o p i of each province by partner.

    x[p,d,i] = (1 − w) e[p,i] E[i,d] / E[i] + w Σ_{l of d} u[p,i] km[p,l]^(−δ) e^(β b[p,l]) v[l,i]        [Wilson1967]
    with u, v such that Σ_d x = e[p,i] and Σ_p x = E[i,d], both exactly; imports alike, with their own u and v

    sent p i, bought p i, a province's exports e and imports · export i d, imported o i, the nation's E, one unit with them
    reach km and borders b · goods, the first sectors that distance tells of: services keep the nation's shares (w = 0)
    elasticity δ, border β >= 0, weight w in [0, 1]

    A partner with zero trade stays at zero; a wider range of δ and β than (0, 3) and (0, 5) may not meet the margins.
    """
    plain = _national(sent, export), _national(bought, imported.T)
    if weight == 0:
        return plain[0], plain[1].transpose(1, 0, 2)
    out = place_split(sent, bought, export, imported, reach, goods=goods, elasticity=elasticity, border=border)
    mixed = []
    for national, placed in zip(plain, out, strict=True):
        national = national.copy()
        partner = np.zeros((len(reach.places), national.shape[1]))
        partner[np.arange(len(partner)), reach.economy] = 1.0
        filled = np.matmul(partner.T, placed)
        national[:, :, :goods] += weight * (filled - national[:, :, :goods])
        mixed.append(national)
    return mixed[0], mixed[1].transpose(1, 0, 2)


def place_split(
    sent: Array,
    bought: Array,
    export: Array,
    imported: Array,
    reach: Reach,
    *,
    goods: int,
    elasticity: float,
    border: float,
) -> tuple[Array, Array]:
    """The fill of `partner_split` before places are added up to partners, goods alone: exports and imports, p l i."""
    row = np.concatenate([sent[:, :goods].T, bought[:, :goods].T])
    nation = np.concatenate([export[:goods], imported.T[:goods]])
    column = nation[:, reach.economy] * reach.share
    seed = (reach.km / reach.km.mean()) ** -elasticity * np.exp(border * reach.border)
    fitted = _fill(seed, row, column).transpose(1, 2, 0)
    return fitted[:, :, :goods], fitted[:, :, goods:]


def draw_prior(rng: np.random.Generator) -> dict[str, float]:
    """One draw of what `partner_split` takes by name: triangular over the ranges above, each apart from the others."""
    ranges = {"elasticity": ELASTICITY, "border": BORDER, "weight": WEIGHT}
    return {name: float(rng.triangular(*ends)) for name, ends in ranges.items()}


def _national(total: Array, by_partner: Array) -> Array:
    """Every province with the nation's partner shares: total p i, by_partner i d -> p d i."""
    return np.asarray(np.einsum("pi,id->pdi", total, ratio(by_partner, by_partner.sum(1)[:, None])))


def _fill(seed: Array, row: Array, column: Array) -> Array:
    """Matrices k p l with a common seed p l and margins k p and k l, which add up alike.

    Factors u and v alternate; what rounding leaves is shared out at the end so that both margins hold to the last digits.
    """
    u = np.ones_like(row)
    v = column
    for _ in range(_SWEEPS):
        v = ratio(column, u @ seed)
        reached = v @ seed.T
        off = np.abs(u * reached - row).max()
        u = ratio(row, reached)
        if off <= _MET * row.max():
            break
    out = np.asarray(u[:, :, None] * seed * v[:, None, :])
    left = column - out.sum(1)
    return np.asarray(out + ratio(row, row.sum(1)[:, None])[:, :, None] * left[:, None, :])


def national_split(sent: Array, bought: Array, export: Array, imported: Array) -> tuple[Array, Array]:
    """Exports p d i and imports o p i with the nation's partner shares of each good for every province."""
    return _national(sent, export), _national(bought, imported.T).transpose(1, 0, 2)


def moved(
    before: tuple[Array, Array], after: tuple[Array, Array], provinces: tuple[str, ...], partners: tuple[str, ...]
) -> pd.DataFrame:
    """What the prior moved: rows of a build log by province and partner, all sectors, million USD."""
    parts = []
    for what, axis, old, new in (("export", (0, 1), before[0], after[0]), ("import", (1, 0), before[1], after[1])):
        a, b = (x.sum(2).transpose(axis) for x in (old, new))
        p, d = np.nonzero(np.abs(b - a) >= SMALL)
        parts.append(
            pd.DataFrame(
                {
                    "step": "provinces: partners by distance and borders",
                    "region": np.array(provinces)[p],
                    "sector": "all",
                    "quantity": f"{what}: " + pd.Series(np.array(partners)[d]),
                    "before": a[p, d],
                    "after": b[p, d],
                    "unit": "million USD",
                    "note": "a prior, not data: before, the nation's partner shares",
                }
            )
        )
    return pd.concat(parts, ignore_index=True)

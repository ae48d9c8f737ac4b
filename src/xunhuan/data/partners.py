"""Who each region of a nation trades with abroad: a prior from distance and borders, between margins that are data.

Letters: p region, d destination and o origin abroad, l place of a partner, i good. What a region sells and buys abroad, and
what the nation trades with each partner, are given and met exactly; who trades with whom is modelled.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xunhuan.data.arrays import Array, ratio

_SWEEPS = 2000
_MET = 1e-12


@dataclass(frozen=True, eq=False)
class Reach:
    """Provinces and the places that stand for their partners.

    places    names, axis l             economy  index of the partner in the list asked for, axis l
    share     part of the partner's trade, axis l; adds up to 1 by partner
    km        p l, > 0                  border   p l, 1 where p has a crossing open to goods, else 0
    """

    places: tuple[str, ...]
    economy: Array
    share: Array
    km: Array
    border: Array


def partner_split(
    sent: Array,
    bought: Array,
    export: Array,
    imported: Array,
    reach: Reach,
    *,
    goods: int,
    elasticity: float,
    border: float,
    weight: float,
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

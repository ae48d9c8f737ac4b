"""Why a nation's domestic share of GDP differs between a national table and the world table made from it.

Letters: r origin, s destination, i good, j using industry, n home nation. Shares are of GDP, by absorption.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from xunhuan.build import lists
from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array, Mask, ratio
from xunhuan.errors import NotConverged


def value_added_content(acc: Accounts, home: Mask, tolerance: float = 1e-13) -> Array:
    """Value added of the regions `home` in a unit of good i made in r, axes r i.

    m[s,j] = v[s,j] + Σ_i a[s,i,j] Σ_r π[r,s,i] m[r,i]        [MillerBlair2009, ch. 2: m' = v'(I − A)^-1]

    with v value added per output where s is home, else 0; a use per output; π sourcing shares. Solved by
    iteration on flows x use. Raises NotConverged.
    """
    output = acc.output
    per = ratio(acc.closed[:, None].astype(float), output)
    v = np.where(home[:, None], acc.value_added.sum(2) * per, 0.0)
    share = acc.share
    coefficient = acc.use * per[:, None, :]
    m = v
    for _ in range(2000):
        # Σ_r π m by good is a batched product; the good comes first so that BLAS does it.
        bought = np.matmul(share.transpose(2, 1, 0), m.T[:, :, None])[:, :, 0].T
        new = v + np.matmul(bought[:, None, :], coefficient)[:, 0, :]
        if float(np.abs(new - m).max()) < tolerance:
            return np.asarray(new)
        m = new
    raise NotConverged("value added content did not settle", where=acc.name)


@dataclass(frozen=True)
class Split:
    """What makes up 1 − domestic share of a nation whose exports never return.

    domestic share of GDP · gdp, table's unit · export i per GDP · content i, home value added per export
    """

    domestic: float
    gdp: float
    export: Array
    content: Array


def domestic_share(acc: Accounts, home: str) -> float:
    """Share of the nation's GDP that its own final demand absorbs.

    D = Σ_{s∈n} Σ_i (Σ_r π[r,s,i] m[r,i]) Σ_f final[s,i,f] / GDP_n
    """
    inside = np.array([n == home for n in acc.geography.nation])
    m = value_added_content(acc, inside)
    bought = np.einsum("rsi,ri->si", acc.share[:, inside], m)
    return float((bought * acc.final[inside].sum(2)).sum() / acc.gdp[inside].sum())


def open_split(acc: Accounts, home: str) -> Split:
    """`Split` of a nation whose partners are one open region: D = 1 − Σ_i content[i] export[i]."""
    inside = np.array([n == home for n in acc.geography.nation])
    m = value_added_content(acc, inside)
    sent = acc.flow[inside][:, ~inside].sum(1)
    gdp = float(acc.gdp[inside].sum())
    total = sent.sum(0)
    content = ratio((sent * m[inside]).sum(0), total)
    return Split(1 - float(content @ total) / gdp, gdp, total / gdp, content)


def bridge(national: Accounts, reclassified: Accounts, world: Accounts, home: str) -> pd.DataFrame:
    """Steps from the domestic share of the national table to that of the world table; they add up exactly.

    classification      the 42 sectors made the common sectors
    export of goods     OECD exports per GDP in the place of the official ones, goods; and services
    domestic content    home value added per unit exported, by good: import totals, use and trade refitted
    returned            value added that leaves and comes home in imports, which an open table cannot see
    """
    first = open_split(national, home).domestic
    a, b = open_split(reclassified, home), open_split(world.restrict(home), home)
    goods = world.sectors.select("goods")
    is_goods = np.isin(np.arange(world.S), goods)
    change = -a.content * (b.export - a.export)
    steps = [
        ("classification", a.domestic - first),
        ("export of goods per GDP", float(change[is_goods].sum())),
        ("export of services per GDP", float(change[~is_goods].sum())),
        ("domestic content of exports", -float((b.content - a.content) @ b.export)),
        ("value added returned home", domestic_share(world, home) - b.domestic),
    ]
    level, rows = first, []
    for name, by in steps:
        rows.append(
            {
                "step": "bridge: domestic share of GDP by absorption", "region": home, "sector": "all",
                "quantity": name, "before": level, "after": level + by, "unit": "share of GDP",
                "note": f"from {national.name} to {world.name}",
            }
        )  # fmt: skip
        level += by
    return pd.DataFrame(rows)


def reclassify(table: Accounts) -> Accounts:
    """A 42-sector national table in the common sectors; every identity holds as before."""
    to = lists.cn42_matrix()
    flow = table.flow @ to
    return Accounts(
        flow=flow,
        use=np.einsum("ik,sij,jl->skl", to, table.use, to, optimize=True),
        final=np.einsum("ik,sif->skf", to, table.final),
        value_added=np.einsum("jl,sjv->slv", to, table.value_added),
        tariff=np.zeros_like(flow),
        geography=table.geography,
        sectors=lists.common_sectors(),
        categories=table.categories,
        components=table.components,
        year=table.year,
        currency=table.currency,
        unit=table.unit,
        name=f"{table.name}-common",
        home=table.home,
    )

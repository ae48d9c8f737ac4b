"""Provinces with the structures of 2017 brought to the totals of a later year.

Growth is taken on one basis, never levels across two: provincial GDP as revised after the fifth census says how a
province grew against the others, nine industries say it by sector, trade by customs says it of exports and imports. A
national table of the year, where there is one, says what each sector makes and uses; else the nation's sectors grow as
the provinces' industries together and how things are made stays.

Letters: p, q province, i good, j using industry, f final category, g group of categories, k industry of provincial accounts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from xunhuan.build.china_raw import NationalControl, read_by_province, read_control
from xunhuan.build.lists import CN42, data_file
from xunhuan.build.log import Log
from xunhuan.build.nested import ProvinceShares
from xunhuan.data.arrays import Array, ratio
from xunhuan.data.balance import gras
from xunhuan.data.posterior import Posterior, Reports

INDUSTRIES_FILE = "provincial_gdp_by_industry_2019_2024.csv"
GDP_FILE = "provincial_gdp_revised_2006_2024.csv"
TRADE_FILE = "provincial_trade_total_2016_2024.csv"
FIRST = 2019
"""First year of provincial accounts by industry on the revised basis; before it a province grows alike in all of them."""

MOST_VALUE_ADDED = 0.97
"""Largest value added per output of a province's sector: a sector buys something."""

BROUGHT_FROM: dict[int, int] = {2020: 2017, 2022: 2020}
"""Years provinces are brought to, and the year they are brought from."""
NATIONAL = (2020,)
"""Those with an official table of the nation."""

BROUGHT = "provinces: brought to {}"


@dataclass(frozen=True)
class Growth:
    """Growth between two years, a factor: made p i, by province and sector; gdp p, in all; trade p, with abroad."""

    years: tuple[int, int]
    made: Array
    gdp: Array
    trade: Array


def read_growth(raw: Path, years: tuple[int, int], regions: tuple[str, ...]) -> Growth:
    """Growth of provinces between two years, in the 42 sectors.

    made[p,i] = (GDP[p,t1] / GDP[p,t0]) (V[p,k(i),t] / V[p,k(i),t1]),  t1 = max(t0, 2019)

    with V the value added of the industry that sector i is of. Raises BadInput, ForeignFile.
    """
    start, end = years
    middle = max(start, FIRST)
    gdp = read_by_province(raw, GDP_FILE, years, regions, "gdp_1e8cny")[..., 0]
    before = read_by_province(raw, GDP_FILE, (start, middle), regions, "gdp_1e8cny")[..., 0]
    of = pd.read_csv(data_file("cn42_to_industries.csv"), dtype=str).set_index("sector")["industry"].to_dict()
    names = tuple(dict.fromkeys(of.values()))
    value = read_by_province(raw, INDUSTRIES_FILE, (middle, end), regions, *names)
    place = [names.index(of[c]) for c in CN42]
    made = (value[1] / value[0])[:, place] * (before[1] / before[0])[:, None]
    trade = read_by_province(raw, TRADE_FILE, years, regions, "trade_total_1e8cny")[..., 0]
    return Growth(years, made, gdp[1] / gdp[0], trade[1] / trade[0])


def brought(shares: ProvinceShares, growth: Growth, control: NationalControl | None, log: Log) -> ProvinceShares:
    """Shares of provinces in a later year: rows of 42 sectors, unit as before; every step is logged.

    1. Value added: GRAS of V[p,i] made[p,i] to the provinces' GDP, V[p] gdp[p] scaled to the nation's, and to the nation's
       value added by sector.
    2. Output: X[p,i] made[p,i] times the fit's factor of the province, scaled to the nation's output by sector.
    3. Use and final use grow with their users, and are scaled to what the national table has of i in j, and of i in each
       group of categories; a fall in stocks is shared out by output.
    4. Exports and imports grow with the province's trade, and are scaled to the nation's.

    Trade between provinces keeps its shares, which the nest fits to the new margins. Raises Infeasible, NotConverged.
    """
    step = BROUGHT.format(growth.years[1])
    national = _nation(shares, growth, control)
    value_added, row = _value_added(shares, growth, national.value_added)
    output = shares.output * growth.made * row[:, None]
    output = output * ratio(national.output, output.sum(0))
    most = MOST_VALUE_ADDED * output
    if (value_added > most).any():
        log.record(step, "value added", value_added, np.minimum(value_added, most), note="a sector buys something")
        value_added = np.minimum(value_added, most)
    grown = ratio(output, shares.output)
    use = _to_total(shares.use * grown[:, None, :], national.use, output)
    final = _final(shares.final * growth.gdp[:, None, None], national, output)
    abroad = [
        _to_total(x * growth.trade[:, None], total, output)
        for x, total in ((shares.export, national.export), (shares.imported, national.import_))
    ]
    new = replace(
        shares, output=output, export=abroad[0], imported=abroad[1], use=use, final=final, value_added=value_added
    )
    _record(log, step, shares, new, growth)
    return new


def _nation(shares: ProvinceShares, growth: Growth, control: NationalControl | None) -> NationalControl:
    """The official table of the year, or the nation's sectors grown as the provinces' industries together."""
    if control is not None:
        return control
    by = (shares.output * growth.made).sum(0) / shares.output.sum(0)
    trade = float((shares.export.sum(1) @ growth.trade) / shares.export.sum())
    gdp = float((shares.value_added.sum(1) @ growth.gdp) / shares.value_added.sum())
    return NationalControl(
        output=shares.output.sum(0) * by,
        export=shares.export.sum(0) * trade,
        import_=shares.imported.sum(0) * trade,
        use=shares.use.sum(0) * by,
        final=shares.final.sum(0) * gdp,
        value_added=(shares.value_added.sum(0) * by)[:, None],
        groups=tuple((f,) for f in range(len(shares.categories))),
        unused_import=np.zeros(len(by)),
        discrepancy=np.zeros(len(by)),
        source="",
    )


def _value_added(shares: ProvinceShares, growth: Growth, national: Array) -> tuple[Array, Array]:
    """Value added p i of the later year, and the fit's factor of each province."""
    column = national.sum(1)
    row = shares.value_added.sum(1) * growth.gdp
    row = row * (column.sum() / row.sum())
    fit = gras(shares.value_added * growth.made, row, column, names=(shares.codes, shares.sectors))
    fit.require("value added of the provinces")
    return fit.matrix, fit.row


def _to_total(value: Array, total: Array, weight: Array) -> Array:
    """Values p i ... scaled to a total i ..., shared out by weight p i where no province has any."""
    whole = value.sum(0)
    by = weight / weight.sum(0)
    by = by.reshape(*by.shape, *(1 for _ in range(value.ndim - 2)))
    return np.asarray(np.where(whole > 0, value * ratio(total, whole), by * total))


def _final(grown: Array, national: NationalControl, output: Array) -> Array:
    """Final use p i f whose groups of categories have the nation's totals; stocks, of either sign, go by output."""
    out = np.zeros_like(grown)
    for g, members in enumerate(national.groups):
        part = grown[..., list(members)]
        total = national.final[:, g]
        by = ratio(part, part.sum((0, 2))[None, :, None]) if (part >= 0).all() else np.zeros_like(part)
        none = by.sum((0, 2)) <= 0
        by[..., 0] = np.where(none, output / output.sum(0), by[..., 0])
        out[..., list(members)] = by * total[None, :, None]
    return out


def _record(log: Log, step: str, old: ProvinceShares, new: ProvinceShares, growth: Growth) -> None:
    """What became of output, value added, exports and imports of every province and sector, and of GDP in all."""
    start, end = growth.years
    note = f"structure of {start}, growth to {end} of provincial accounts, scaled to the nation"
    for name, a, b in (
        ("output", old.output, new.output), ("value added", old.value_added, new.value_added),
        ("export", old.export, new.export), ("import", old.imported, new.imported),
    ):  # fmt: skip
        log.record(step, name, a, b, note=note)
    for p, code in enumerate(old.codes):
        pairs = (
            ("GDP growth", float(growth.gdp[p]), float(new.value_added[p].sum() / old.value_added[p].sum())),
            ("trade growth", float(growth.trade[p]), float(_abroad(new)[p] / _abroad(old)[p])),
        )
        for name, source, ours in pairs:
            log.total(step, name, source, ours, region=code, unit="factor", note="before: the source's, on one basis")


def _abroad(s: ProvinceShares) -> Array:
    return np.asarray(s.export.sum(1) + s.imported.sum(1))


def reports_at(post: Posterior, old: ProvinceShares, new: ProvinceShares, unused: Array) -> Posterior:
    """The versions of 2017's reports at the later year's totals: what provinces report grows as the totals do."""
    r = post.reports
    sold, bought = new.export.sum(0), new.imported.sum(0)
    left = new.output.sum(0) - sold + bought
    wanted = _used(new) * ratio(left, _used(new).sum(0))  # a year without a national table need not balance
    made, used = ratio(new.output, old.output), ratio(wanted, _used(old))
    reports = Reports(
        export=r.export * ratio(new.export, old.export),
        import_=r.import_ * ratio(new.imported, old.imported),
        outflow=r.outflow * made,
        inflow=r.inflow * used,
        reported=r.reported * made,
        output=new.output,
        used=wanted,
        sold=sold,
        bought=bought,
        unused=unused,
    )
    return replace(post, reports=reports)


def _used(s: ProvinceShares) -> Array:
    return np.asarray(s.use.sum(2) + s.final.sum(2))


def in_common(shares: ProvinceShares, to: Array, sectors: tuple[str, ...]) -> ProvinceShares:
    """Shares in a coarser list; `to` axes source, target, its rows adding up to 1."""
    return replace(
        shares,
        sectors=sectors,
        output=shares.output @ to,
        export=shares.export @ to,
        imported=shares.imported @ to,
        use=np.einsum("ik,pij,jl->pkl", to, shares.use, to, optimize=True),
        final=np.einsum("ik,pif->pkf", to, shares.final),
        value_added=shares.value_added @ to,
        trade=shares.trade @ to,
    )


def at_year(
    raw: Path, base: ProvinceShares, year: int, post: Posterior | None
) -> tuple[ProvinceShares, Posterior | None, pd.DataFrame]:
    """Shares of 2017 in a year of `BROUGHT_FROM`, step by step; the versions at its totals; and the log.

    Raises BadInput, ForeignFile, Infeasible, NotConverged.
    """
    path = [year]
    while path[-1] in BROUGHT_FROM and BROUGHT_FROM[path[-1]] in BROUGHT_FROM:
        path.append(BROUGHT_FROM[path[-1]])
    log = Log(base.codes, base.sectors, base.unit)
    for end in reversed(path):
        growth = read_growth(raw, (BROUGHT_FROM[end], end), base.codes)
        control = read_control(raw, end) if end in NATIONAL else None
        new = brought(base, growth, control, log)
        if post is not None:
            unused = control.unused_import if control is not None else post.reports.unused
            post = reports_at(post, base, new, unused)
        base = new
    return base, post, log.frame()

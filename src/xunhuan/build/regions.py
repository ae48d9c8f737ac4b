"""Regions of any nation inside its table: tables of regions in, accounts of the nation or the world with regions out.

The pipeline is that of the bundled provincial tables (`provinces`): transit off, national totals by sector, own use,
trade by distance; the nation's cells are divided and nothing else moves. Letters: r region, i good, j industry, f final
category, v value-added component, d partner (another nation, or the open rest).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import cast

import numpy as np
import pandas as pd

from xunhuan.build import Announce
from xunhuan.build.china_raw import NationalControl, ProvincialTables
from xunhuan.build.flows import flows_from
from xunhuan.build.log import Log
from xunhuan.build.national_check import log_national_check
from xunhuan.build.provinces import DECAY, Hauling, ProvincialBooks, provincial_books, provincial_flows
from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import INPUT_DUTIES, Array, duties_on_inputs, ratio
from xunhuan.data.geography import Geography
from xunhuan.data.partners import national_split
from xunhuan.data.posterior import own_use
from xunhuan.data.regional import RegionalTables
from xunhuan.errors import BadInput, Problems, UnknownName, nearest

FROM_NATION = "0 not given"
_VALUES = ("output", "export", "outflow", "import_", "inflow", "use", "final", "value_added")


@dataclass(frozen=True)
class _Whole:
    """The nation's table with the nation as one region, at `home`, in the regions' sectors; and its places before."""

    acc: Accounts
    home: int
    before: Geography


def build_nested(given: RegionalTables, nation: Accounts, progress: Announce) -> tuple[Accounts, pd.DataFrame]:
    """Accounts in which a nation is divided into its regions, and the log of all that took.

    given   what is known of the regions      nation  a national table (the nation and an open rest) or a world's

    Added up over the regions the result is the nation's table again, cell by cell. Raises BadInput listing what does not
    fit, UnknownName, Infeasible, NotConverged, UnbalancedAccounts.
    """
    whole = _whole(given, nation)
    progress("tables of the regions")
    control = control_of(whole, given)
    log = Log(given.geography.codes, given.sectors.codes, nation.unit)
    if given.unit not in ("", nation.unit):
        given = _in_unit(given, control, log)
    tables = tables_of(given, whole.acc, control, log)
    hauling = cast(Hauling, given.hauling)
    books = provincial_books(tables, control, log, regions=("",) * len(given.geography), hauling=hauling)
    progress("trade between regions")
    flow = _inside(given, books)
    log_national_check(books, flow, control, log)
    acc = _assemble(given, whole, books, flow)
    return acc, log.frame()


def _whole(given: RegionalTables, nation: Accounts) -> _Whole:
    g = nation.geography
    if given.nation not in g.nation:
        raise UnknownName.of("nation", given.nation, g.nations, where=nation.name)
    p = Problems(f"the regions do not fit {nation.name}")
    for c in given.geography.codes:
        if c in g.codes and g.nation[g.codes.index(c)] != given.nation:
            p.add(f"{c!r} is the code of another region there")
    found = {c for members in given.merged.values() for c in members}
    for c in given.merged and sorted(found ^ set(nation.sectors.codes)):
        p.add(f"[merged]: {c!r} is {'not a sector' if c in found else 'a sector that goes nowhere'} of {nation.name}")
    if not given.merged:
        for c in given.sectors.codes:
            if c not in nation.sectors.codes:
                near = nearest(c, nation.sectors.codes)
                p.add(f"sector {c!r} is not one of {nation.name}" + (f"; did you mean {near[0]!r}?" if near else ""))
        p.items += [
            f"sector {c!r} of {nation.name} is missing" for c in nation.sectors.codes if c not in given.sectors.codes
        ]
    p.raise_if(
        BadInput, where=given.name, fix="name the sectors alike, or say in [merged] which there make up one here"
    )
    members = [c for c, n in zip(g.codes, g.nation, strict=True) if n == given.nation]
    if any(c in g.open for c in members):
        raise BadInput(f"{given.nation} is an open region of {nation.name}: it has no books", where=nation.name)
    # One region of that name, and sectors in the order of the regions' list.
    sectors = given.merged or {c: (c,) for c in given.sectors.codes}
    lone = {given.nation: members} if members != [given.nation] else {}
    acc = nation.aggregate(regions=lone, sectors={k: v for k, v in sectors.items() if v != (k,)})
    order = [acc.sectors.codes.index(c) for c in given.sectors.codes]
    acc = _ordered(acc, given, order)
    return _Whole(acc, acc.geography.codes.index(given.nation), g)


def _ordered(acc: Accounts, given: RegionalTables, order: list[int]) -> Accounts:
    """The table with its sectors in another order and under the regions' names."""
    return acc.replace(
        flow=acc.flow[..., order], use=acc.use[:, order][:, :, order], final=acc.final[:, order],
        value_added=acc.value_added[:, order], tariff=acc.tariff[..., order], sectors=given.sectors, sourcing=None,
        posterior=None,
    )  # fmt: skip


def control_of(whole: _Whole, given: RegionalTables) -> NationalControl:
    """The nation's totals. Final use is by category where the regions have the nation's, else in all; value added alike."""
    acc, h = whole.acc, whole.home
    away = [k for k in range(acc.R) if k != h]
    same = given.final is None or given.categories == acc.categories
    n = len(acc.categories if same else given.categories)
    alike = given.value_added is None or given.components == acc.components
    return NationalControl(
        output=acc.output[h],
        export=acc.flow[h, away].sum(0),
        import_=acc.flow[away, h].sum(0),
        use=acc.use[h],
        final=acc.final[h] if same else acc.final[h].sum(1, keepdims=True),
        value_added=acc.value_added[h] if alike else acc.value_added[h].sum(1, keepdims=True),
        groups=tuple((k,) for k in range(n)) if same else (tuple(range(n)),),
        unused_import=np.zeros(acc.S),
        discrepancy=np.zeros(acc.S),
        source=acc.source,
        nation=given.nation,
    )


def tables_of(given: RegionalTables, nation: Accounts, control: NationalControl, log: Log) -> ProvincialTables:
    """Tables of all regions: what is not given has the nation's structure, and is logged."""
    alike = given.value_added is None or control.value_added.shape[1] == len(given.components)
    value_added = given.value_added if alike or given.value_added is None else given.value_added.sum(2, keepdims=True)
    output = given.output
    if output is None:
        parts = [
            x.sum(1) if k == "use" else x.sum(2) for k, x in (("use", given.use), ("va", value_added)) if x is not None
        ]
        output = sum(parts[1:], parts[0])
        # One side of the costs alone is a weight: the nation's ratio makes it output.
        if len(parts) == 1:
            output = output * ratio(control.output, output.sum(0))
    if given.use is None or value_added is None:
        output = output * ratio(control.output, output.sum(0))
    share = ratio(output, output.sum(0))
    use = _or_nation(given.use, output[:, None, :] * ratio(control.use, control.output), "use", log)
    per = ratio(control.value_added, control.output[:, None])
    value_added = _or_nation(value_added, output[..., None] * per, "value added", log)
    income = value_added.sum((1, 2)) / value_added.sum()
    final = _or_nation(given.final, income[:, None, None] * control.final, "final use", log)
    wanted = use.sum(2) + final.sum(2)
    export = _or_nation(given.export, share * control.export, "export", log)
    import_ = _or_nation(given.import_, ratio(wanted, wanted.sum(0)) * control.import_, "import", log)
    outflow, inflow = _trade_at_home(given, output - export, wanted - import_)
    left = output - wanted - export - outflow + import_ + inflow
    names = given.components if alike else ("value added",)
    return ProvincialTables(
        regions=given.geography.codes, source=given.source, output=output, export=export, outflow=outflow, import_=import_,
        inflow=inflow, error=left, use=use, final=final, value_added=value_added,
        categories=nation.categories if given.final is None else given.categories,
        components=nation.components if given.value_added is None else names,
    )  # fmt: skip


def _in_unit(given: RegionalTables, control: NationalControl, log: Log) -> RegionalTables:
    """What is given in the nation's unit, at the ratio of total outputs (inputs, value added): only proportions count."""
    pairs = {
        "output": (_made(given), control.output),
        "use": (given.use, control.use),
        "value added": (given.value_added, control.value_added),
    }
    name, before, after = next((k, float(x.sum()), float(y.sum())) for k, (x, y) in pairs.items() if x is not None)
    if before <= 0:
        raise BadInput(f"{name} of the regions is 0 in all", where=given.name, fix="look at the files' numbers")
    rate = after / before
    note = f"{rate:.6g} {log.unit} for one {given.unit}, the ratio of totals"
    unit = f"{given.unit} before, {log.unit} after"
    log.total("0 unit", name, before, after, region=control.nation, unit=unit, note=note)
    known = {k: getattr(given, k) for k in _VALUES}
    return replace(given, **{k: rate * x for k, x in known.items() if x is not None})


def _made(given: RegionalTables) -> Array | None:
    """Output r i, where it is given or follows from costs."""
    if given.output is None and given.use is not None and given.value_added is not None:
        return np.asarray(given.use.sum(1) + given.value_added.sum(2))
    return given.output


def _or_nation(given: Array | None, nation: Array, what: str, log: Log) -> Array:
    """What is given, else the nation's structure; the log has the second."""
    if given is not None:
        return given
    plain = nation if nation.ndim == 2 else nation.sum(2)
    log.record(FROM_NATION, what, np.zeros_like(plain), plain, note="not given: the nation's structure by sector")
    return nation


def _trade_at_home(given: RegionalTables, supply: Array, demand: Array) -> tuple[Array, Array]:
    """Outflow and inflow r i: as given, from the trade given, by the share of own use, or at its most."""
    if given.outflow is not None and given.inflow is not None:
        return given.outflow, given.inflow
    if given.trade is not None:
        own = np.einsum("rri->ri", given.trade)
        could = np.minimum(given.trade.sum(1), given.trade.sum(0))
        overlap = 1 - np.clip(ratio(own, could, 1.0), 0.0, 1.0)
    else:
        overlap = np.full_like(supply, 0.0 if given.own is None else 1 - given.own)
    supply, demand = np.maximum(supply, 0.0), np.maximum(demand, 0.0)
    own = own_use(supply, demand, overlap)
    return supply - own, demand - own


def _inside(given: RegionalTables, books: ProvincialBooks) -> Array:
    """Trade inside the nation r s i: the trade given on the books' margins, else by distance."""
    if given.trade is not None:
        return flows_from(given.trade, books.supply, books.demand, books.own).flow
    n = len(given.geography)
    km = np.ones((n, n)) if given.distance is None else given.distance
    return provincial_flows(books, km, given.geography.codes, DECAY if given.decay is None else given.decay)


def _assemble(given: RegionalTables, whole: _Whole, books: ProvincialBooks, inside: Array) -> Accounts:
    """The nation's row and column divided among its regions; nothing else moves."""
    acc, h, n = whole.acc, whole.home, len(given.geography)
    away = np.array([k for k in range(acc.R) if k != h])
    size = n + len(away)
    flow, tariff = np.zeros((size, size, acc.S)), np.zeros((size, size, acc.S))
    flow[n:, n:], tariff[n:, n:] = acc.flow[np.ix_(away, away)], acc.tariff[np.ix_(away, away)]
    sent, into = national_split(books.export, books.import_, acc.flow[h, away].T, acc.flow[away, h])
    flow[:n, :n], flow[:n, n:], flow[n:, :n] = inside, sent, into
    tariff[:n, n:], tariff[n:, :n] = acc.tariff[h, away][None], acc.tariff[away, h][:, None]
    categories, final = _final(given, whole, books, away)
    use = np.concatenate([books.use, acc.use[away]])
    value_added = np.concatenate([_components(given, whole, books), acc.value_added[away]])
    if INPUT_DUTIES in acc.components and len(acc.components) > 1:
        _with_duties(value_added, acc.components, duties_on_inputs(flow, tariff, use), n)
    known = given.hauling if given.outflow is not None or given.trade is not None else _guess(given)
    return Accounts(
        flow=flow, use=use, final=final, value_added=value_added, tariff=tariff,
        geography=_geography(given, whole, away), sectors=given.sectors, categories=categories,
        components=acc.components, year=acc.year, currency=acc.currency, unit=acc.unit, name=given.name,
        title=given.title or f"{given.nation} in {n} regions inside {acc.name}, {acc.year}",
        source="; ".join(x for x in (given.source, acc.source) if x),
        notes=(*_notes(given, known, acc.name, acc.year), *given.told, *acc.notes), home=given.nation,
        extra={"base": acc.name, "hauling": known},
    )  # fmt: skip


def _guess(given: RegionalTables) -> str:
    return f"own {given.own:g}" if given.own is not None else "least" if given.hauling == "reported" else given.hauling


def _notes(given: RegionalTables, known: str, name: str, year: int) -> tuple[str, ...]:
    bilateral = (
        "who sells to whom inside the nation is the trade given, fitted to the margins"
        if given.trade is not None
        else "flows between regions are estimates: shares of distance fitted to what each region sends and takes"
        if given.distance is not None
        else "flows between regions are estimates: no distance was given, all regions are as near"
    )
    own = {
        "reported": "",
        "least": "a bound, not an estimate: regions use all they can of their own goods",
        "most": "a bound, not an estimate: regions use only what they must of their own goods",
    }.get(known, f"regions use {given.own:.0%} of what they could use of their own: an assumption" if given.own else "")
    parts = ("use", "final", "value_added", "export", "import_")
    lacks = [k.rstrip("_").replace("_", " ") for k in parts if getattr(given, k) is None]
    nation = f"{', '.join(lacks)} of regions have the nation's structure" if lacks else ""
    alike = "a region's partners abroad are the nation's, by sector"
    late = f"the regions are of {given.year}, the nation of {year}: its totals with their shares" if given.year else ""
    late = late if given.year != year else ""
    return tuple(x for x in (bilateral, own, late, nation, alike, f"regions add up to {given.nation} of {name}") if x)


def _final(given: RegionalTables, whole: _Whole, books: ProvincialBooks, away: Array) -> tuple[tuple[str, ...], Array]:
    """Categories and final use of all: the regions' own beside the table's where they differ."""
    acc = whole.acc
    if given.final is None or given.categories == acc.categories:
        return acc.categories, np.concatenate([books.final, acc.final[away]])
    more = tuple(c for c in acc.categories if c not in given.categories)
    categories = (*given.categories, *more)
    out = np.zeros((len(books.output) + len(away), acc.S, len(categories)))
    n = len(books.output)
    out[:n, :, : len(given.categories)] = books.final
    out[n:, :, [categories.index(c) for c in acc.categories]] = acc.final[away]
    return categories, out


def _components(given: RegionalTables, whole: _Whole, books: ProvincialBooks) -> Array:
    """Value added of regions in the table's components: the nation's shares by industry where the regions have others."""
    acc, h = whole.acc, whole.home
    if books.value_added.shape[2] == len(acc.components):
        return books.value_added
    total = acc.value_added[h].sum(1)
    share = ratio(acc.value_added[h], total[:, None], 1 / len(acc.components))
    return np.asarray(books.value_added.sum(2)[..., None] * share)


def _with_duties(value_added: Array, components: tuple[str, ...], duty: Array, n: int) -> None:
    """Puts the regions' own duties on inputs into their component; each industry's total stays."""
    at = components.index(INPUT_DUTIES)
    rest = next(k for k in range(len(components)) if k != at)
    more = duty[:n] - value_added[:n, :, at]
    value_added[:n, :, at] += more
    value_added[:n, :, rest] -= more


def _geography(given: RegionalTables, whole: _Whole, away: Array) -> Geography:
    """The regions first, then the table's others; clusters that had the nation have its regions."""
    g = whole.acc.geography
    keep, mine = g.take(away.tolist()), given.geography
    codes = mine.codes
    clusters = _clusters(given, whole.before)
    known = dict(g.nation_names)
    at = g.codes.index(given.nation)
    known.setdefault(given.nation, (g.names_en[at] or given.nation, g.names_zh[at] or given.nation))
    for code, en, zh in zip(keep.codes, keep.names_en, keep.names_zh, strict=True):
        known.setdefault(code, (en or code, zh or code))
    return replace(
        keep,
        codes=(*codes, *keep.codes),
        nation=((given.nation,) * len(codes) + keep.nation),
        names_en=(*mine.names_en, *keep.names_en),
        names_zh=(*mine.names_zh, *keep.names_zh),
        clusters=clusters,
        nation_names=known,
        population=(*mine.population, *keep.population),
        tile=(*mine.tile, *keep.tile),
        migration=None,
    )


def _clusters(given: RegionalTables, before: Geography) -> dict[str, tuple[str, ...]]:
    """The table's clusters: the nation's part is the same regions where these are there, all regions where it was whole."""
    whole = [c for c, n in zip(before.codes, before.nation, strict=True) if n == given.nation]
    codes, out = given.geography.codes, {}
    for name, members in before.clusters.items():
        part = [c for c in members if c in whole]
        others = tuple(c for c in members if c not in whole)
        if set(part) <= set(codes):
            out[name] = members
        elif set(part) == set(whole):
            out[name] = (*codes, *others)
    return out

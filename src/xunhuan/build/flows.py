"""A table of China's provinces whose trade inside the nation is that of a file a user holds.

The books of a built table stay: output, export, import, use, final use and value added of every province and good.
What the file says of a good is taken from it in proportions: how much of what it could use a province does use of its
own, and to whom it sends the rest. Letters: r origin, s destination province, i good.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from xunhuan.build import Announce, builder, check_raw
from xunhuan.build.log import SILENT, Log
from xunhuan.data.arrays import Array, Mask, ratio
from xunhuan.data.balance import Balanced, ras, self_trade
from xunhuan.data.flows import HeldFlows
from xunhuan.errors import BadInput, Infeasible, Problems, nearest

if TYPE_CHECKING:
    from xunhuan.data.accounts import Accounts
from xunhuan.data.comparing import bundled_pairs

LENT = 1e-6
"""Weight of proportional trade where the file has none and the margins need some."""

SWEEPS = 20_000
"""Sweeps a good may take on the file's own zeros before the even seed comes in."""

TAKEN, CHECK = "7 given flows", "check: given flows"
ESTIMATED = "bilateral flows between provinces are estimates"
"""How the note begins that tables of provinces have, and that no longer holds with given flows."""

TABLES: Mapping[str, int] = {"china-2017": 2017, "china-2012": 2012, "world-2017": 2017}
"""Tables that can be built with given flows, and their years."""


@dataclass(frozen=True)
class Taken:
    """Trade inside the nation, fitted to the books; axes as in the module.

    flow    r s i, own use on the diagonal, unit of the books
    known   r i, own shares that are the file's (elsewhere it has no trade of the good to tell it from)
    lent    r s i, cells the file has at 0 that had to be given trade, above a tenth of a yuan
    usable  share of the file's trade between provinces that lies where both ends trade in the books
    moved   share of the trade between provinces that is with another partner than in the file
    """

    flow: Array
    known: Mask
    lent: Mask
    usable: float
    moved: float


def flows_from(given: Array, supply: Array, demand: Array, own: Array) -> Taken:
    """Fit given flows to the books of provinces.

    λ[r,i] = G[r,r,i] / min(Σ_s G[r,s,i], Σ_q G[q,r,i]);   x[r,r,i] = λ[r,i] min(S[r,i], D[r,i]),
    x[r,s,i] = ρ[r,i] G[r,s,i] σ[s,i] for s ≠ r,   Σ_s x = S[r,i],   Σ_r x = D[s,i]      [MillerBlair2009, 7.4]

    given   r s i  G, the file's flows, any unit, >= 0
    supply  r i    S, output less export, unit of the books     demand  r i  D, use less import
    own     r i    own use in the books, which stays in proportion where the file does not tell

    What a province would have to sell to itself becomes own use, as in the books. Where G has zeros that the margins
    cannot bear, these cells take part with a weight of 1e-6 of proportional trade. Raises Infeasible, NotConverged.
    """
    supply, demand = np.maximum(supply, 0.0), np.maximum(demand, 0.0)
    place = np.arange(len(supply))
    kept = given[place, place]
    could, allowed = np.minimum(given.sum(1), given.sum(0)), np.minimum(supply, demand)
    # A file without any own use tells partners only.
    known = (could > 0) & bool(kept.any())
    share = np.where(known, ratio(kept, could), ratio(own, allowed))
    new = np.clip(share, 0.0, 1.0) * allowed
    new = np.minimum(new + self_trade(supply - new, demand - new), allowed)
    sent, got = supply - new, demand - new
    between = given * ~np.eye(len(supply), dtype=bool)[..., None]
    flow, lent = np.zeros_like(given), np.zeros(given.shape, dtype=bool)
    for i in range(given.shape[2]):
        flow[..., i], lent[..., i] = _partners(between[..., i], sent[:, i], got[:, i])
    total, wanted = between.sum((0, 1)), flow.sum((0, 1))
    both = (sent > 0)[:, None] & (got > 0)[None]
    alike = np.minimum(flow, between * ratio(wanted, total)).sum()
    usable = float((between * both).sum() / total.sum()) if total.sum() > 0 else 0.0
    moved = 1.0 - float(alike / wanted.sum()) if wanted.sum() > 0 else 0.0
    flow[place, place] = new
    lent &= flow > SILENT
    return Taken(flow, known, lent, usable, max(moved, 0.0))


def _partners(seed: Array, sent: Array, got: Array) -> tuple[Array, Mask]:
    """One good's trade between provinces, r s, and the cells without a seed that had to be given one."""
    total = float(sent.sum())
    if total == 0 or got.sum() == 0:
        return np.zeros_like(seed), np.zeros(seed.shape, dtype=bool)
    open_ = _may_trade(sent, got)
    seed = np.where(open_, seed, 0.0)
    even = np.where(open_, np.outer(sent, got) / total, 0.0)
    plain = seed * (total / seed.sum()) if seed.sum() > 0 else seed
    fitted = _fitted(plain, sent, got)
    if fitted is not None:
        return fitted, np.zeros(seed.shape, dtype=bool)
    empty = (seed == 0) & (even > 0)
    whole = ras(np.where(empty, LENT * even, plain), sent, got, max_iterations=10 * SWEEPS)
    return whole.require("trade between provinces"), empty


def _may_trade(sent: Array, got: Array) -> NDArray[np.bool_]:
    """Pairs r s that can trade at all: nobody with itself, and all with a province that is on one side of all trade."""
    total = sent.sum()
    between = ~np.eye(len(sent), dtype=bool)
    hub = sent + got >= total * (1 - 1e-12)
    return between & (hub[:, None] | hub[None]) if hub.any() else between


def _fitted(seed: Array, sent: Array, got: Array) -> Array | None:
    """RAS on the file's own zeros; None where they cannot bear the margins."""
    try:
        fit: Balanced = ras(seed, sent, got, max_iterations=SWEEPS)
    except Infeasible:
        return None
    return fit.matrix if fit.converged else None


def with_flows(acc: Accounts, log: pd.DataFrame, given: HeldFlows) -> tuple[Accounts, pd.DataFrame]:
    """A table of provinces with the trade inside its nation taken from a file; its log goes on.

    The new table is named after the old one with `-flows`; notes and `extra` say what was taken from which file.
    Raises BadInput where provinces or sectors are not those of the table, Infeasible, NotConverged.
    """
    value = _like(given, acc)
    p, open_ = np.flatnonzero(acc.closed), np.flatnonzero(~acc.closed)
    inside = np.ix_(p, p)
    old = acc.flow[inside]
    abroad = acc.flow[np.ix_(p, open_)].sum(1), acc.flow[np.ix_(open_, p)].sum(0)
    supply, demand = acc.output[p] - abroad[0], acc.use[p].sum(2) + acc.final[p].sum(2) - abroad[1]
    own = np.einsum("rri->ri", old)
    taken = flows_from(value, supply, demand, own)
    flow = acc.flow.copy()
    flow[inside] = taken.flow
    codes = tuple(acc.geography.codes[k] for k in p)
    more = Log(codes, acc.sectors.codes, acc.unit)
    _record(more, old, value, taken, given)
    # What the build checked of the old flows no longer describes this table.
    kept = log[~log["step"].str.startswith("check")]
    told = _told(old, value, taken, given, acc.name)
    new = replace(
        acc,
        flow=flow,
        name=f"{acc.name}-flows",
        title=f"{acc.title.split(':')[0]}: {len(p)} provinces, {acc.S} sectors, trade between provinces of {given.file}",
        source=f"{acc.source}; flows: {given.title}",
        notes=(*told, *_other_notes(acc)),
        extra={"base": acc.name, **origin(given)},
        posterior=None,
    )
    return new, pd.concat([kept, more.frame()], ignore_index=True)


def _other_notes(acc: Accounts) -> tuple[str, ...]:
    estimated = () if acc.posterior is None else acc.posterior.notes
    return tuple(n for n in acc.notes if not n.startswith(ESTIMATED) and n not in estimated)


def origin(given: HeldFlows) -> dict[str, str]:
    """Which file the flows are from, for a table's `extra`."""
    return {"flows": given.title, "flows_file": given.file, "flows_sha256": given.digest}


def _like(given: HeldFlows, acc: Accounts) -> Array:
    """The file's flows in the table's order of provinces and its list of sectors, r s i."""
    wanted = [c for c, closed in zip(acc.geography.codes, acc.closed, strict=True) if closed]
    p = Problems(f"the provinces of {given.file} are not those of {acc.name}")
    for code in wanted:
        if code not in given.regions:
            p.add(f"{code} is missing")
    for code in given.regions:
        if code not in wanted:
            near = nearest(code, wanted)
            p.add(f"{code} is not one of them" + (f"; did you mean {near[0]}?" if near else ""))
    p.raise_if(BadInput, where=given.file, fix=f"give flows between the {len(wanted)} provinces")
    at = [given.regions.index(c) for c in wanted]
    return np.asarray(given.value[np.ix_(at, at)] @ _to_list(given, acc))


def _to_list(given: HeldFlows, acc: Accounts) -> Array:
    """Which of the file's goods make up a good of the table, k i; by name, as the numbers differ between years.

    A good that one list parts and the other joins has the flows of the whole in each part: proportions are what counts.
    """
    have, want = given.sectors.names_en, acc.sectors.names_en
    pairs = {(n, n) for n in have} | set(bundled_pairs("cn42-2012", "cn42-2017") or ())
    pairs |= {(b, a) for a, b in pairs}
    out: Array = np.array([[(k, i) in pairs for i in want] for k in have], dtype=np.float64)
    p = Problems(f"the sectors of {given.file} are not those of {acc.name}")
    for k in np.flatnonzero(out.sum(1) == 0):
        near = nearest(have[k], want)
        p.add(f"{have[k]!r} is not known" + (f"; did you mean {near[0]!r}?" if near else ""))
    p.items += [f"{want[i]!r} is missing" for i in np.flatnonzero(out.sum(0) == 0)]
    p.raise_if(BadInput, where=given.file, fix=f"name the sectors as in {acc.name}, or as in the official list of 2012")
    return out


def _record(log: Log, old: Array, value: Array, taken: Taken, given: HeldFlows) -> None:
    """The log: what own use, outflow and inflow became, and by province how open it was and is."""
    new = taken.flow
    note = f"shares of {given.file} on the books' margins"
    before, after = _sides(old), _sides(new)
    for k, name in enumerate(("own use", "outflow", "inflow")):
        log.record(TAKEN, name, before[k], after[k], note=note)
    n = int((~taken.known).sum())
    if n:
        shares = [ratio(s[0], np.minimum(s[0] + s[1], s[0] + s[2])) for s in (_sides(value), after)]
        log.record(
            TAKEN, "own share without a source", np.where(taken.known, shares[1], shares[0]), shares[1], unit="ratio",
            note="the file has no trade of the good here: the share of the table before",
        )  # fmt: skip
    lent = np.where(taken.lent, new, 0.0).sum(1)
    note = f"{int(taken.lent.sum())} cells that are 0 in the file take part, or the margins could not be met"
    log.record(TAKEN, "trade lent", np.zeros_like(lent), lent, note=note)
    for name, how in (("outflow per sale to the nation", openness), ("overlap of outflow and inflow", overlap)):
        pair = zip(log.regions, how(value), how(new), strict=True)
        for region, given_, ours in pair:
            log.total(CHECK, name, given_, ours, region=region, unit="ratio", note="before: the file")


def _sides(flow: Array) -> tuple[Array, Array, Array]:
    """Own use, outflow and inflow, each r i."""
    own = np.einsum("rri->ri", flow)
    return own, flow.sum(1) - own, flow.sum(0) - own


def openness(flow: Array) -> Array:
    """Outflow over what a province sells in the nation, its own use included, r, ratio; flow r s i."""
    own, sent, _ = _sides(flow)
    return ratio(sent.sum(1), (own + sent).sum(1))


def overlap(flow: Array) -> Array:
    """Σ_i min(outflow, inflow) / Σ_i min(supply, demand) of a province, r, ratio: how far it hauls both ways."""
    own, sent, got = _sides(flow)
    return ratio(np.minimum(sent, got).sum(1), np.minimum(own + sent, own + got).sum(1))


def _told(old: Array, value: Array, taken: Taken, given: HeldFlows, name: str) -> tuple[str, ...]:
    """What was taken and how far it went, in words for notes and the screen."""
    n = taken.known.size
    level = [f"{float(_sides(f)[1].sum() / f.sum()):.1%}" for f in (value, taken.flow, old)]
    lines = [
        f"trade between provinces and their use of their own goods are those of {given.file} ({given.title}; "
        f"sha256 {given.digest[:12]}), good by good in proportions; margins and all else are those of {name}",
        f"{taken.usable:.1%} of the file's trade between provinces lies where the books have trade; own shares are the "
        f"file's in {int(taken.known.sum())} of {n} cells, of {name} in the rest",
        f"to meet the margins {taken.moved:.1%} of the trade between provinces is with another partner than in the file",
        f"trade between provinces per sale to the nation: {level[0]} in the file, {level[1]} here, {level[2]} in {name}",
    ]
    if taken.lent.any():
        lines.append(
            f"{int(taken.lent.sum())} pairs without trade in the file were lent some, or margins could not be met"
        )
    if given.negative:
        lines.append(f"{given.negative} negative flows of the file (falls in stocks) were taken as 0")
    return tuple(lines)


def national_name(name: str, file: str) -> str:
    """The table of China's provinces that one of `TABLES` rests on. Raises BadInput where it is none of them."""
    if name not in TABLES:
        fix = f"--flows goes with {', '.join(TABLES)}"
        raise BadInput(f"{name} has no trade between provinces to take from a file", where=file, fix=fix)
    return f"china-{TABLES[name]}"


def build_with_flows(
    name: str, raw: Path | None, progress: Announce, given: HeldFlows
) -> tuple[Accounts, pd.DataFrame]:
    """A table of `TABLES` with given flows: from the raw files, or (China's tables) from the bundled table.

    Raises BadInput where the table has no provinces, or needs raw files that are not given.
    """
    base_name, world = national_name(name, given.file), name.startswith("world")
    if raw is not None:
        check_raw(raw, builder(name).files)
    elif world:
        raise BadInput(f"{name} is built from raw files", fix="give their folder with --raw DIR (see DATA.md)")
    progress("the provinces of China")
    base, log = _base(base_name, TABLES[name], raw)
    national, log = with_flows(base, log, given)
    if raw is None or not world:
        return national, log
    progress("the world around them")
    told = tuple(n for n in national.notes if n not in base.notes)
    table, more = _world(raw, national, given, told)
    return table, pd.concat([log[log["step"].isin([TAKEN, CHECK])], more], ignore_index=True)


def _base(name: str, year: int, raw: Path | None) -> tuple[Accounts, pd.DataFrame]:
    from xunhuan.data.store import load, load_log

    bundled = load(name)
    if raw is None:
        return bundled, load_log(name)
    from xunhuan.build.china import build_table
    from xunhuan.build.china_raw import read_inputs

    # Where the file does not tell, own shares are those of the bundled table's posterior mean.
    return build_table(read_inputs(raw, year), "harmonised", bundled.posterior)


def _world(raw: Path, national: Accounts, given: HeldFlows, told: tuple[str, ...]) -> tuple[Accounts, pd.DataFrame]:
    from xunhuan.build.world import build_world

    acc, log = build_world(raw, national)
    new = replace(
        acc,
        name=f"{acc.name}-flows",
        title=f"{acc.title}, trade between provinces of {given.file}",
        source=f"{acc.source}; flows: {given.title}",
        notes=(*told, *_other_notes(acc)),
        extra={**acc.extra, "base": acc.name, **origin(given)},
    )
    return new, log

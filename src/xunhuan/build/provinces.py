"""From provincial tables and national totals to consistent provincial books (docs/china-tables.md).

Pure functions on arrays; every change of a source number goes to the log. Axes: r province, i good,
j industry, f final category, v value-added component. Unit of all values: that of the tables (10^8 CNY).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from xunhuan.build.china_raw import NationalControl, ProvincialTables
from xunhuan.build.log import Log
from xunhuan.data.arrays import Array, ratio
from xunhuan.data.balance import gras, own_bounds, share_out
from xunhuan.data.posterior import Reports, own_use, reexports, trade_at_home, without_transit
from xunhuan.errors import Infeasible

DECAY = 1.44
"""Distance elasticity of inter-regional trade, fitted on the official 8-region table of 2007 (R² 0.86)."""

DUST = 1e-6
"""Values of the source up to this size (100 yuan in 10^8 CNY) are rounding."""

Hauling = Literal["harmonised", "reported", "least", "most"]
"""How much provinces use of their own: with bureaus' habits of reporting taken off, as their tables say, or a bound (least
or most cross-hauling)."""

REEXPORT = 0.5
"""Share of the nation's re-exports taken off provinces' exports and imports in the harmonised tables: the middle of what is
possible, see `Posterior`."""


@dataclass(frozen=True)
class ProvincialBooks:
    """Books of all provinces that add up to the nation by sector, before flows are given partners.

    output, export, import_   r i        use  r i j        final  r i f        value_added  r j v
    own_share  r i   share of min(supply, demand) that stays at home, ratio
    own        r i   what a province uses of its own goods
    outflow    r i   what it sends to other provinces        inflow  r i   what it takes from them

    supply = output - export = own + outflow;  demand = Σ use + Σ final - import_ = own + inflow
    """

    output: Array
    export: Array
    import_: Array
    use: Array
    final: Array
    value_added: Array
    own_share: Array
    own: Array
    outflow: Array
    inflow: Array

    @property
    def total_use(self) -> Array:
        """Intermediate and final use of a good, r i."""
        return np.asarray(self.use.sum(2) + self.final.sum(2))

    @property
    def supply(self) -> Array:
        """Output less exports, r i."""
        return np.asarray(self.output - self.export)

    @property
    def demand(self) -> Array:
        """Use less imports, r i."""
        return np.asarray(self.total_use - self.import_)


def provincial_books(
    tables: ProvincialTables,
    control: NationalControl,
    log: Log,
    *,
    regions: tuple[str, ...] = (),
    hauling: Hauling = "reported",
    overlap: Array | None = None,
) -> ProvincialBooks:
    """Provincial books under the national control; `regions` are the macro-regions, for trade left unsplit.

    overlap  p i, cross-hauling shares 1 − λ that take the place of those reported

    Raises Infeasible where a national total cannot be shared out.
    """
    tables = cleaned(tables, regions, log)
    tables = cut_transit(tables, log)
    share = own_share(tables, log)
    if overlap is not None:
        tables = cut_reexports(tables, control, log)
    output = _scaled(tables.output, control.output)
    log.record("3 national totals", "output", tables.output, output)
    use, value_added = fit_costs(tables, output, control, log)
    final = fit_final(tables, use, output, control, log)
    export, import_ = fit_trade(tables, output, use.sum(2) + final.sum(2), control, log)
    zero = np.zeros_like(output)
    books = ProvincialBooks(
        output, export, import_, use, final, value_added, share, own=zero, outflow=zero, inflow=zero
    )
    books = fill_own_share(books, log)
    if overlap is not None:
        note = "the bureau's habit of reporting taken off: the posterior mean, see Posterior"
        log.record("2 reporting", "own share", books.own_share, 1 - overlap, unit="ratio", note=note)
        books = replace(books, own_share=1 - overlap)
    books = settle_own(books, hauling, log)
    note = "own share times what supply and demand allow; what is left is traded"
    log.record("5 own use", "outflow", tables.outflow, books.outflow, note=note)
    log.record("5 own use", "inflow", tables.inflow, books.inflow, note=note)
    return books


def cleaned(t: ProvincialTables, macro: tuple[str, ...], log: Log) -> ProvincialTables:
    """Step 0: the tables without the error column, foreign and domestic trade apart; `macro` are the macro-regions."""
    return split_trade(drop_error(t, log), macro, log)


def drop_error(t: ProvincialTables, log: Log) -> ProvincialTables:
    """Leave out the error column, and values that are rounding of the source itself (below 100 yuan)."""
    log.record("0 error column", "error", t.error, np.zeros_like(t.error), note="left out: supply is output")
    output, inflow = (np.where(x > DUST, x, 0.0) for x in (t.output, t.inflow))
    for name, before, after in (("output", t.output, output), ("inflow", t.inflow, inflow)):
        log.record("0 error column", name, before, after, note="below 100 yuan or negative by rounding")
    return replace(t, error=np.zeros_like(t.error), output=output, inflow=inflow)


def split_trade(t: ProvincialTables, macro: tuple[str, ...], log: Log) -> ProvincialTables:
    """Split trade that a table reports in one column into foreign and domestic.

    A province with no outflow or no export at all reports the two together. Each good is split as in the
    other provinces of its macro-region, taken together (of the nation where these trade none of it).
    """
    no_domestic = (t.outflow.sum(1) <= DUST) & (t.export.sum(1) > DUST)
    no_foreign = (t.export.sum(1) <= DUST) & (t.outflow.sum(1) > DUST)
    unsplit = no_domestic | no_foreign
    if not unsplit.any():
        return t
    new = {k: getattr(t, k).copy() for k in ("export", "outflow", "import_", "inflow")}
    for r in np.flatnonzero(unsplit):
        alike = ~unsplit & (np.array(macro) == macro[r])
        for foreign, domestic in (("export", "outflow"), ("import_", "inflow")):
            f, d = getattr(t, foreign), getattr(t, domestic)
            near, far = f[alike].sum(0) + d[alike].sum(0), f[~unsplit].sum(0) + d[~unsplit].sum(0)
            whole = ratio(f[~unsplit].sum(0), np.maximum(far, 0.0))
            share = np.where(near > 0, ratio(f[alike].sum(0), near), whole)
            both = f[r] + d[r]
            new[foreign][r], new[domestic][r] = share * both, (1 - share) * both
    note = "the source does not split foreign and domestic trade; shares of the macro-region's other provinces"
    split = replace(t, export=new["export"], outflow=new["outflow"], import_=new["import_"], inflow=new["inflow"])
    _log_trade(log, "0 unsplit trade", t, split, note)
    return split


def cut_transit(t: ProvincialTables, log: Log) -> ProvincialTables:
    """Step 1: goods that only pass through. No province sends out more than it makes.

    T = max(0, export + outflow - output) leaves export and outflow, and import and inflow, in proportion.
    """
    export, outflow, import_, inflow = without_transit(t.export, t.outflow, t.import_, t.inflow, t.output)
    new = replace(t, export=export, outflow=outflow, import_=import_, inflow=inflow)
    _log_trade(log, "1 transit", t, new, "export + outflow above output")
    return new


def cut_reexports(t: ProvincialTables, control: NationalControl, log: Log) -> ProvincialTables:
    """Step 1b: the share REEXPORT of the nation's re-exports leaves exports and imports, where provinces have both."""
    off = REEXPORT * reexports(t.export, t.import_, control.unused_import)
    new = replace(t, export=t.export - off, import_=t.import_ - off)
    _log_trade(log, "1 re-exports", t, new, "goods imported and exported again, half of them")
    return new


def reports_of(t: ProvincialTables, books: ProvincialBooks, control: NationalControl) -> Reports:
    """What the versions of a table start from; `t` as `cleaned` gives it."""
    return Reports(
        export=t.export,
        import_=t.import_,
        outflow=t.outflow,
        inflow=t.inflow,
        reported=t.output,
        output=books.output,
        used=books.total_use,
        sold=control.export,
        bought=control.import_,
        unused=control.unused_import,
    )


def _log_trade(log: Log, step: str, old: ProvincialTables, new: ProvincialTables, note: str) -> None:
    for k in ("export", "outflow", "import_", "inflow"):
        log.record(step, k.rstrip("_"), getattr(old, k), getattr(new, k), note=note)


def own_share(t: ProvincialTables, log: Log) -> Array:
    """Step 2: share of what a province could use of its own goods that it does use, r i; nan where undefined.

    λ = (output - export - outflow) / min(output - export, use - import), clipped to [0, 1]
    """
    could = np.minimum(t.output - t.export, t.use.sum(2) + t.final.sum(2) - t.import_)
    own = t.output - t.export - t.outflow
    raw = ratio(own, np.where(could > DUST, could, 0.0), np.nan)
    share = np.clip(raw, 0.0, 1.0)
    log.record("2 own share", "own share", np.nan_to_num(raw), np.nan_to_num(share), unit="ratio", note="clipped")
    return share


def fit_costs(t: ProvincialTables, output: Array, control: NationalControl, log: Log) -> tuple[Array, Array]:
    """Step 3a: inputs and value added of each industry, to provincial output and to national inputs by kind.

    For each industry j a GRAS over provinces x (goods, value-added components): rows sum to output[r,j],
    columns to the national use[i,j] and value_added[j,v].
    """
    scale = ratio(output, t.output)
    z = np.moveaxis(t.use * scale[:, None, :], 2, 0)  # j r i
    v = np.moveaxis(t.value_added * scale[:, :, None], 1, 0)  # j r v
    seed = np.concatenate([z, v], axis=2)
    target = np.concatenate([control.use.T, control.value_added], axis=1)  # j (i v)
    seed, lacking = _give_national_structure(seed, target, output.T)
    fit = gras(seed, output.T, target).require("inputs of the industries")
    goods = t.use.shape[1]
    use, value_added = np.moveaxis(fit[..., :goods], 0, 2), np.moveaxis(fit[..., goods:], 0, 1)
    note = f"{lacking} national cells that no province reports were given the national cost structure"
    log.record("3 national totals", "intermediate use of the good", t.use.sum(2), use.sum(2), note=note)
    log.record("3 national totals", "intermediate inputs of the industry", t.use.sum(1), use.sum(1), note=note)
    for k, name in enumerate(t.components):
        log.record("3 national totals", name, t.value_added[..., k], value_added[..., k])
    return use, value_added


def _give_national_structure(seed: Array, target: Array, output: Array) -> tuple[Array, int]:
    """Seed a national cell that no province has (by sign) in proportion to output; count such cells."""
    missing = (target > 0) & ~(seed > 0).any(1) | (target < 0) & ~(seed < 0).any(1)
    given = output[:, :, None] * ratio(target, output.sum(1)[:, None])[:, None, :]
    return np.where(missing[:, None, :], given, seed), int(missing.sum())


def fit_final(t: ProvincialTables, use: Array, output: Array, control: NationalControl, log: Log) -> Array:
    """Step 3b: final use by category, to the national total of each group of categories.

    Each good and group by one GRAS multiplier over provinces and categories. A total whose sign no province
    has is shared out by output. Stocks may fall, but not below what makes total use of the good negative.
    """
    final = np.zeros_like(t.final)
    for g, members in enumerate(control.groups):
        part = t.final[..., list(members)]
        for i in range(part.shape[1]):
            final[:, i, list(members)] = _fit_total(part[:, i], float(control.final[i, g]), output[:, i])
    for k, name in enumerate(t.categories):
        log.record("3 national totals", name, t.final[..., k], final[..., k])
    return _keep_use_positive(final, use.sum(2), log)


def _fit_total(part: Array, total: float, weight: Array) -> Array:
    """One row of GRAS: x = ρ P - N / ρ with Σ x = total; by weight where no cell has the total's sign."""
    plus, minus = np.maximum(part, 0.0), np.maximum(-part, 0.0)
    p, n = plus.sum(), minus.sum()
    root = np.sqrt(total**2 + 4 * p * n)
    if total == 0 and (p == 0 or n == 0):
        return np.zeros_like(part)
    if (total > 0 and p == 0) or (total < 0 and n == 0):
        by = np.zeros_like(part)
        by[:, -1] = total * weight / weight.sum()
        return by
    rho = (total + root) / (2 * p) if total >= 0 else 2 * n / (root - total)
    return np.asarray(rho * plus - minus / rho)


def _keep_use_positive(final: Array, intermediate: Array, log: Log) -> Array:
    """Raise a fall in stocks that exceeds all other use, and take it from the other provinces' stocks."""
    stock = final[..., -1]
    room = intermediate + final[..., :-1].sum(2) + stock  # total use
    if (room >= 0).all():
        return final
    lift = np.maximum(-room, 0.0)
    give = np.maximum(room, 0.0)
    short = lift.sum(0) > give.sum(0) * (1 + 1e-9)
    if short.any():
        raise Infeasible("national use of a good is negative", items=[f"sector {k}" for k in np.flatnonzero(short)])
    new = stock + lift - ratio(give, give.sum(0)) * lift.sum(0)
    log.record("3 negative use", "inventory", stock, new, note="total use of a good would be below zero")
    out = final.copy()
    out[..., -1] = new
    return out


def fit_trade(
    t: ProvincialTables, output: Array, total_use: Array, control: NationalControl, log: Log
) -> tuple[Array, Array]:
    """Step 4: exports within output and imports within use, to the national totals of each good."""
    export, import_ = np.zeros_like(output), np.zeros_like(output)
    for i in range(output.shape[1]):
        export[:, i] = share_out(float(control.export[i]), t.export[:, i], output[:, i])
        import_[:, i] = share_out(float(control.import_[i]), t.import_[:, i], total_use[:, i])
    log.record("4 national trade", "export", t.export, export)
    log.record("4 national trade", "import", t.import_, import_)
    log.record(
        "4 national trade",
        "import",
        control.import_ + control.unused_import,
        control.import_,
        region=control.nation,
        note="imports in the official table that no use takes up (re-exports and error), left out",
    )
    log.record(
        "3 national totals",
        "inventory",
        control.final[:, -1] - control.discrepancy,
        control.final[:, -1],
        region=control.nation,
        note="statistical discrepancy of the official table, put into stocks",
    )
    return export, import_


def fill_own_share(books: ProvincialBooks, log: Log) -> ProvincialBooks:
    """Where step 2 has no answer (nothing made or used in the source), take the nation's mean of the good."""
    known, could = np.isfinite(books.own_share), np.minimum(books.supply, books.demand)
    weight = np.where(known, could, 0.0)
    share = np.where(known, books.own_share, 0.0)
    filled = np.where(known, share, ratio((share * weight).sum(0), np.maximum(weight.sum(0), 0.0)))
    log.record(
        "2 own share",
        "own share",
        share,
        np.where(could > 0, filled, share),
        unit="ratio",
        note="undefined in the source; the nation's mean of the good",
    )
    return replace(books, own_share=filled)


def settle_own(books: ProvincialBooks, hauling: Hauling, log: Log) -> ProvincialBooks:
    """Step 5: own use and what is left to trade between provinces; no province trades with itself.

    own = λ min(supply, demand), or the bound asked for; what it would have to sell itself becomes own.
    """
    supply, demand = np.maximum(books.supply, 0.0), np.maximum(books.demand, 0.0)
    least, most = own_bounds(supply, demand)
    plain = books.own_share * most
    if hauling in ("least", "most"):
        own = most if hauling == "least" else least
        log.record("5 own use", "own use", plain, own, note=f"bound: {hauling} cross-hauling")
    else:
        own = own_use(supply, demand, 1 - books.own_share)
        log.record("5 own use", "own use", plain, own, note="would have to trade with itself")
    return replace(books, own=own, outflow=supply - own, inflow=demand - own)


def provincial_flows(books: ProvincialBooks, distance: Array, names: tuple[str, ...], decay: float = DECAY) -> Array:
    """Step 6: flows between provinces, r s i: own use on the diagonal, the rest by gravity.

    Raises NotConverged.
    """
    return trade_at_home(
        np.maximum(books.supply, 0.0), np.maximum(books.demand, 0.0), books.own, distance, decay, names=names
    )


def _scaled(part: Array, total: Array) -> Array:
    """Parts r i in the same proportions with another total i."""
    return np.asarray(part * ratio(total, np.maximum(part.sum(0), 0.0)))

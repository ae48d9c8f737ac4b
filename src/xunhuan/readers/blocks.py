"""From the blocks every multi-regional table has to accounts, and a list of what had to be changed on the
way.

Letters: r origin, i good, s destination, j using industry, f final category, v value-added component.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from xunhuan.data.accounts import Accounts, Sourcing
from xunhuan.data.arrays import Array
from xunhuan.data.classification import Sectors
from xunhuan.data.geography import Geography
from xunhuan.data.store import LOG_COLUMNS
from xunhuan.errors import Problems, UnbalancedAccounts

DISCREPANCY = "discrepancy"
"""Final category and value-added component that hold what the file's rows and columns miss of output."""
ROUNDING = 1e-12
"""Gaps up to this share of output come of changing units, and are none."""


@dataclass(frozen=True)
class Imported:
    """Accounts read from a foreign file, and every change made to its numbers (columns of a build log).

    satellite  rows of the file that no account holds, such as emissions: region, sector and a column of numbers each
    """

    accounts: Accounts
    changes: pd.DataFrame
    satellite: pd.DataFrame | None = None


@dataclass(frozen=True)
class Sums:
    """A table's flows and uses where it is too large to keep who buys where.

    flow r s i · use s i j, without what is below 0 · final s i f · moved r s i, what intermediate use holds below 0
    """

    flow: Array
    use: Array
    final: Array
    moved: Array


@dataclass(frozen=True)
class Blocks:
    """A table as its file gives it, by user or, where it is too large for that, in sums.

    intermediate r i s j · final r i s f · value_added s j v · output r i (of closed regions), one unit
    """

    geography: Geography
    sectors: Sectors
    categories: tuple[str, ...]
    components: tuple[str, ...]
    value_added: Array
    output: Array
    year: int
    currency: str
    unit: str
    name: str
    title: str
    source: str
    intermediate: Array | None = None
    final: Array | None = None
    sums: Sums | None = None
    notes: tuple[str, ...] = ()
    tariff: Array | None = None
    changes: Sequence[dict[str, object]] = field(default_factory=tuple)


def close(b: Blocks, tolerance: float = 0.01) -> Imported:
    """Make the identities of a file's blocks hold, and say what that took.

    1. An intermediate cell below 0 moves to the final category `discrepancy` of the same origin and
    destination. 2. Output less the row sum goes to `discrepancy` in the producing region.
    3. Output less inputs and value added goes to a component `discrepancy`.
    Falls in stocks and negative net taxes stay; they are counted. Of a table in sums a flow below 0 becomes 0, and what it
    lacked `discrepancy`.

    Raises UnbalancedAccounts, naming the worst cells, where the gaps of rows or columns pass `tolerance` of
    total output: then the file is not what its layout says.
    """
    sums, z = _summed(b)
    closed = ~b.geography.is_open
    # By user a fall in stocks may outweigh the rest of a flow; in sums nothing could say whose it is.
    below = np.minimum(sums.flow, 0.0) if z is None else np.zeros((1, 1, 1))
    rows = b.output - sums.flow.sum(1) + below.sum(1)
    columns = b.output - sums.use.sum(1) - b.value_added.sum(2)
    rows, columns = (np.where(closed[:, None], gap, 0.0) for gap in (rows, columns))
    rows, columns = (np.where(np.abs(gap) > ROUNDING * np.abs(b.output), gap, 0.0) for gap in (rows, columns))
    _refuse(b, rows, columns, tolerance)
    used = sums.use.sum(2)
    log = _Changes(b, list(b.changes))
    log.cells("negative intermediate use", "intermediate use", used + sums.moved.sum(0), used)
    log.cells(
        "flows below 0", "use, all origins", below.sum(0) if below.any() else np.zeros_like(used), np.zeros_like(used)
    )
    log.cells("rows closed", "final use, discrepancy", np.zeros_like(rows), rows)
    log.cells("columns closed", "value added, discrepancy", np.zeros_like(columns), columns)
    final = sums.final if b.final is None else b.final
    log.count("kept as they are", "falls in stocks and other negative final use", final)
    log.count("kept as they are", "negative value added", b.value_added)
    return Imported(_accounts(b, sums, z, below, rows, columns), log.frame())


def _summed(b: Blocks) -> tuple[Sums, Array | None]:
    """The sums of a table, and intermediate use r i s j without what is below 0 where the table knows it."""
    if b.intermediate is None or b.final is None:
        if b.sums is None:
            raise ValueError("blocks need intermediate and final use, or sums")
        return b.sums, None
    z = np.maximum(b.intermediate, 0.0)
    by_origin = np.asarray(b.intermediate.sum(3).transpose(0, 2, 1) + b.final.sum(3).transpose(0, 2, 1))
    moved = np.minimum(b.intermediate, 0.0).sum(3).transpose(0, 2, 1)
    return Sums(by_origin, z.sum(0).transpose(1, 0, 2), b.final.sum(0).transpose(1, 0, 2), moved), z


def _accounts(b: Blocks, sums: Sums, z: Array | None, below: Array, rows: Array, columns: Array) -> Accounts:
    n = len(b.geography)
    here = np.arange(n)
    flow, final, categories, sourcing = sums.flow - below, sums.final, b.categories, None
    flow[here, here] += rows
    extra = sums.moved.sum(0) - below.sum(0) + rows
    if sums.moved.any() or below.any() or rows.any():
        final, categories = np.concatenate([final, extra[..., None]], axis=2), (*categories, DISCREPANCY)
    if z is not None and b.final is not None:
        whose = b.final
        if len(categories) > len(b.categories):
            by_origin = sums.moved.transpose(0, 2, 1).copy()
            by_origin[here, :, here] += rows
            whose = np.concatenate([whose, by_origin[..., None]], axis=3)
        sourcing = Sourcing(z, whose)
        flow = np.einsum("risj->rsi", z) + np.einsum("risf->rsi", whose)
        final = whose.sum(0).transpose(1, 0, 2)
    value_added, components = b.value_added, b.components
    if columns.any():
        value_added = np.concatenate([value_added, columns[..., None]], axis=2)
        components = (*components, DISCREPANCY)
    return Accounts(
        flow=flow,
        use=sums.use,
        final=final,
        value_added=value_added,
        tariff=np.zeros_like(flow) if b.tariff is None else b.tariff,
        geography=b.geography,
        sectors=b.sectors,
        categories=categories,
        components=components,
        year=b.year,
        currency=b.currency,
        unit=b.unit,
        name=b.name,
        title=b.title,
        source=b.source,
        notes=b.notes,
        sourcing=sourcing,
    )


def _refuse(b: Blocks, rows: Array, columns: Array, tolerance: float) -> None:
    total = float(np.abs(b.output).sum()) or 1.0
    p = Problems("the file does not balance")
    for what, gap in (("rows (output less uses)", rows), ("columns (output less inputs and value added)", columns)):
        size = float(np.abs(gap).sum()) / total
        if size > tolerance:
            worst = np.argsort(np.abs(gap), axis=None)[::-1][:3]
            cells = [np.unravel_index(int(k), gap.shape) for k in worst]
            named = ", ".join(f"{b.geography.codes[r]}/{b.sectors.codes[i]} ({gap[r, i]:.6g})" for r, i in cells)
            p.add(f"{what}: gaps sum to {size:.2%} of output, worst {named}")
    p.raise_if(UnbalancedAccounts, where=b.name, fix=f"gaps below {tolerance:.2%}, or give --tolerance")


@dataclass
class _Changes:
    b: Blocks
    rows: list[dict[str, object]]

    def cells(self, step: str, quantity: str, before: Array, after: Array) -> None:
        """One row a cell that changed, axes r i."""
        for r, i in np.argwhere(before != after):
            self._add(step, self.b.geography.codes[r], self.b.sectors.codes[i], quantity, before[r, i], after[r, i])

    def count(self, step: str, quantity: str, a: Array) -> None:
        """One row on all negative cells that stay."""
        below = np.minimum(a, 0.0)
        if below.any():
            note = f"{int((below < 0).sum())} cells"
            self._add(step, "all", "all", quantity, below.sum(), below.sum(), note)

    def _add(
        self, step: str, region: str, sector: str, quantity: str, before: float, after: float, note: str = ""
    ) -> None:
        change = float(after) - float(before)
        values = (step, region, sector, quantity, float(before), float(after), change, self.b.unit, note)
        self.rows.append(dict(zip(LOG_COLUMNS, values, strict=True)))

    def frame(self) -> pd.DataFrame:
        """The changes as one table."""
        return pd.DataFrame(self.rows, columns=list(LOG_COLUMNS))

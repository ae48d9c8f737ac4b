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
    """Accounts read from a foreign file, and every change made to its numbers (columns of a build log)."""

    accounts: Accounts
    changes: pd.DataFrame


@dataclass(frozen=True)
class Blocks:
    """A table as its file gives it.

    intermediate r i s j · final r i s f · value_added s j v · output r i (of closed regions), one unit
    """

    geography: Geography
    sectors: Sectors
    categories: tuple[str, ...]
    components: tuple[str, ...]
    intermediate: Array
    final: Array
    value_added: Array
    output: Array
    year: int
    currency: str
    unit: str
    name: str
    title: str
    source: str
    notes: tuple[str, ...] = ()
    tariff: Array | None = None
    changes: Sequence[dict[str, object]] = field(default_factory=tuple)


def close(b: Blocks, tolerance: float = 0.01) -> Imported:
    """Make the identities of a file's blocks hold, and say what that took.

    1. An intermediate cell below 0 moves to the final category `discrepancy` of the same origin and
    destination. 2. Output less the row sum goes to `discrepancy` in the producing region.
    3. Output less inputs and value added goes to a component `discrepancy`.
    Falls in stocks and negative net taxes stay; they are counted.

    Raises UnbalancedAccounts, naming the worst cells, where the gaps of rows or columns pass `tolerance` of
    total output: then the file is not what its layout says.
    """
    closed = ~b.geography.is_open
    z, moved = np.maximum(b.intermediate, 0.0), np.minimum(b.intermediate, 0.0).sum(3)
    rows = b.output - z.sum((2, 3)) - b.final.sum((2, 3)) - moved.sum(2)
    paid = z.sum((0, 1)) + b.value_added.sum(2)
    columns = np.where(closed[:, None], b.output - paid, 0.0)
    rows = np.where(closed[:, None], rows, 0.0)
    rows, columns = (np.where(np.abs(gap) > ROUNDING * np.abs(b.output), gap, 0.0) for gap in (rows, columns))
    _refuse(b, rows, columns, tolerance)
    n = len(b.geography)
    extra = moved.copy()
    extra[np.arange(n), :, np.arange(n)] += rows
    final, categories = b.final, b.categories
    if extra.any():
        final, categories = np.concatenate([b.final, extra[..., None]], axis=3), (*b.categories, DISCREPANCY)
    value_added, components = b.value_added, b.components
    if columns.any():
        value_added = np.concatenate([b.value_added, columns[..., None]], axis=2)
        components = (*b.components, DISCREPANCY)
    log = _Changes(b, list(b.changes))
    log.cells("negative intermediate use", "intermediate use", b.intermediate.sum((0, 1)), z.sum((0, 1)))
    log.cells("rows closed", "final use, discrepancy", np.zeros_like(rows), rows)
    log.cells("columns closed", "value added, discrepancy", np.zeros_like(columns), columns)
    log.count("kept as they are", "falls in stocks and other negative final use", b.final)
    log.count("kept as they are", "negative value added", b.value_added)
    return Imported(_accounts(b, z, final, categories, value_added, components), log.frame())


def _accounts(
    b: Blocks, z: Array, final: Array, categories: tuple[str, ...], value_added: Array, components: tuple[str, ...]
) -> Accounts:
    flow = np.einsum("risj->rsi", z) + np.einsum("risf->rsi", final)
    return Accounts(
        flow=flow,
        use=z.sum(0).transpose(1, 0, 2),
        final=final.sum(0).transpose(1, 0, 2),
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
        sourcing=Sourcing(z, final),
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

"""The build log: every change made to a number of the source, so that nothing is corrected in silence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from xunhuan.data.store import LOG_COLUMNS

SILENT = 1e-9
"""Changes up to this size (a tenth of a yuan in 10^8 CNY) are rounding and not listed."""


@dataclass
class Log:
    """Corrections in the order they were made.

    regions, sectors  labels of the axes r and i of what is recorded
    unit              unit of the amounts
    """

    regions: Sequence[str]
    sectors: Sequence[str]
    unit: str
    rows: list[pd.DataFrame] = field(default_factory=list)

    def record(
        self,
        step: str,
        quantity: str,
        before: ArrayLike,
        after: ArrayLike,
        *,
        note: str = "",
        region: str | None = None,
        unit: str | None = None,
    ) -> None:
        """List the cells that differ between two arrays with axes r i (or i alone, of one named region)."""
        old, new = np.broadcast_arrays(np.asarray(before, dtype=float), np.asarray(after, dtype=float))
        regions = self.regions if region is None else [region]
        old, new = old.reshape(len(regions), -1), new.reshape(len(regions), -1)
        r, i = np.nonzero(np.abs(new - old) > SILENT)
        if r.size == 0:
            return
        frame = {
            "step": step,
            "region": np.asarray(regions, dtype=object)[r],
            "sector": np.asarray(self.sectors, dtype=object)[i],
            "quantity": quantity,
            "before": old[r, i],
            "after": new[r, i],
            "change": new[r, i] - old[r, i],
            "unit": unit or self.unit,
            "note": note,
        }
        self.rows.append(pd.DataFrame(frame, columns=list(LOG_COLUMNS)))

    def total(
        self, step: str, quantity: str, before: float, after: float, *, region: str, unit: str, note: str = ""
    ) -> None:
        """List one number of a region that is of all its sectors together."""
        values = (step, region, "all", quantity, before, after, after - before, unit, note)
        self.rows.append(pd.DataFrame([values], columns=list(LOG_COLUMNS)))

    def frame(self) -> pd.DataFrame:
        """All corrections as one table."""
        if not self.rows:
            return pd.DataFrame(columns=list(LOG_COLUMNS))
        return pd.concat(self.rows, ignore_index=True)


def summary(log: pd.DataFrame) -> pd.DataFrame:
    """What each step changed: cells, net change, gross change and the largest single one, by quantity."""
    if log.empty:
        return pd.DataFrame(columns=["step", "quantity", "cells", "net", "gross", "largest", "unit"])
    sized = log.assign(size=log["change"].abs())
    by = sized.groupby(["step", "quantity", "unit"], sort=False)
    out = by.agg(cells=("change", "size"), net=("change", "sum"), gross=("size", "sum"), largest=("size", "max"))
    return out.reset_index()[["step", "quantity", "cells", "net", "gross", "largest", "unit"]]

"""What the gradient of a measure in every primitive says: which barriers cost most."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr


def costliest_barriers(slopes: xr.Dataset, n: int = 20, own: bool = False) -> pd.DataFrame:
    """The trade costs whose fall by one percent would raise the measure most, in percent, largest first.

    slopes  what `gradient` gave · n rows · own: a region's sales to itself too
    Columns origin, destination, sector, gain.
    """
    gain = -slopes["trade_cost"]
    if not own:
        gain = gain.where(slopes["origin"] != slopes["destination"], 0.0)
    table = gain.rename("gain").to_dataframe().reset_index()
    return table.sort_values("gain", ascending=False, kind="stable").head(n).reset_index(drop=True)

"""What tables there are: labels of every file that can be loaded, the numbers left on disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xunhuan.data.store import known_tables

if TYPE_CHECKING:
    import pandas as pd


def tables() -> pd.DataFrame:
    """The tables that `load` knows by name, bundled ones first.

    Returns
    -------
    pandas.DataFrame
        A row a table: name, title, year, regions and sectors (numbers of them, r and i), unit, versions (how many
        `Accounts.draw` can make), home, digest (its first twelve digits).

    Raises
    ------
    OSError
        Where a file of the folders cannot be read.

    Examples
    --------
    >>> frame = tables().set_index("name")
    >>> frame.loc["toyland", ["title", "unit", "home"]].tolist()
    ['Toyland, a fictional world of two nations', 'million SHL', 'ATL']
    """
    import h5netcdf
    import pandas as pd

    rows = []
    for name, path in known_tables().items():
        with h5netcdf.File(path, "r") as f:
            a, d = dict(f.attrs), f.dimensions
            versions = d["version_axis_k"].size if "version_axis_k" in d else 0
            rows.append({
                "name": name, "title": a["title"], "year": int(a["year"]), "regions": d["region"].size,
                "sectors": d["sector"].size, "unit": a["unit"], "versions": versions,
                "home": a["home"], "digest": str(a["digest"])[:12],
            })  # fmt: skip
    return pd.DataFrame(rows)

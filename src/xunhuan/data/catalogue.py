"""What tables there are: labels of every file that can be loaded, the numbers left on disk."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from xunhuan.data.store import atomic_path, known_tables, open_accounts, save, user_folder
from xunhuan.errors import BadInput

if TYPE_CHECKING:
    import pandas as pd


def tables() -> pd.DataFrame:
    """The tables that `load` knows by name, bundled ones first.

    Returns
    -------
    pandas.DataFrame
        A row a table: name, title, year, regions and sectors (numbers of them, r and i), unit, versions (how many
        `Accounts.draw` can make), home, digest (`Accounts.digest`, of numbers and labels; its first twelve digits).

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


def add_table(path: str | Path, name: str = "") -> Path:
    """Copy an accounts file to the user's tables, where it is found by name, and is called by it.

    They lie in the folders of $XUNHUAN_TABLES, apart as in $PATH, else in the user's data folder; the first takes it.

    Parameters
    ----------
    path : str or Path
        A file that `save` wrote.
    name : str
        What it will be called; by default what the file is called.

    Returns
    -------
    Path
        The copy.

    Raises
    ------
    BadInput
        Where the name is taken or none.
    ForeignFile, UnbalancedAccounts
        For a file of another kind, or a table that does not balance: it is not added.

    Examples
    --------
    >>> import os, tempfile
    >>> import xunhuan as xh
    >>> before = os.environ.get("XUNHUAN_TABLES")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     os.environ["XUNHUAN_TABLES"] = folder
    ...     made = xh.add_table(xh.save(xh.toyland(), folder + "/toys.nc"), "my-toyland")
    ...     mine = xh.load("my-toyland")
    >>> mine.name, mine.gdp.tolist()
    ('my-toyland', [461.0, 514.0, 489.0, 426.0])
    >>> _ = os.environ.pop("XUNHUAN_TABLES") if before is None else os.environ.update(XUNHUAN_TABLES=before)
    """
    path, name = Path(path), name or Path(path).stem
    acc = open_accounts(path)
    if not re.fullmatch(r"[\w.+-]+", name) or name.startswith("."):
        raise BadInput(f"{name!r} is no name of a table", fix="letters, digits, hyphens")
    if name in known_tables():
        where = str(known_tables()[name])
        raise BadInput(f"there is a table {name!r}", where=where, fix="give another --name, or remove that file")
    folder = user_folder()
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{name}.nc"
    if acc.name != name:  # answers say the name that the table is asked by
        return save(acc.replace(name=name), target)
    with atomic_path(target) as tmp:
        shutil.copyfile(path, tmp)
    return target

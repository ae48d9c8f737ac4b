"""Measures of large tables on disk: worked out once for a table, then read by every server that shows it.

They lie in the user's cache folder, each under a digest of the table, of what is measured, and of the code that measures;
what was not looked at for longest goes first.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable
from functools import cache
from importlib import resources
from pathlib import Path

import xarray as xr
from platformdirs import user_cache_path

from xunhuan.data.accounts import Accounts
from xunhuan.data.opened import open_dataset
from xunhuan.data.store import save_dataset, strings
from xunhuan.errors import XunhuanError

HELD_ON_DISK = 256 << 20
"""Bytes that measures may take."""
_LISTS = ("citation", "notes", "columns")
"""Attributes that are lists, which netCDF gives back as something else where they are short."""


def folder() -> Path:
    """Where they lie."""
    return user_cache_path("xunhuan", False) / "measured"


def kept_on_disk(acc: Accounts, what: str, make: Callable[[], xr.Dataset]) -> xr.Dataset:
    """A measure as it was kept, else made and kept. A file that cannot be read is made anew, one that cannot be written is
    done without.

    what  what is measured, in words that differ where numbers do
    """
    path = folder() / f"{_name(acc, what)}.nc"
    if path.is_file():
        with contextlib.suppress(XunhuanError, OSError, ValueError, KeyError):
            found = _as_made(open_dataset(path))
            path.touch()  # looked at now
            return found
    made = make()
    with contextlib.suppress(XunhuanError, OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        save_dataset(made, path)
        _bound(path.parent)
    return made


def _name(acc: Accounts, what: str) -> str:
    """A digest of all that a measure and what is said beside it depend on."""
    told = (acc.answer_digest, acc.name, acc.title, acc.source, acc.notes, acc.home, what, _code())
    return hashlib.sha256(repr(told).encode()).hexdigest()[:40]


@cache
def _code() -> str:
    """A digest of the code that measures."""
    h = hashlib.sha256()
    for package in ("xunhuan.measures", "xunhuan.data"):
        for file in sorted(resources.files(package).iterdir(), key=lambda f: f.name):
            if file.name.endswith(".py"):
                h.update(file.read_bytes())
    return h.hexdigest()


def _as_made(ds: xr.Dataset) -> xr.Dataset:
    """A dataset that was read, its words and lists of the kinds that measures give."""
    ds = ds.assign_coords({k: v.astype(str) for k, v in ds.coords.items() if v.dtype.kind == "O"})
    ds = ds.assign({k: v.astype(str) for k, v in ds.data_vars.items() if v.dtype.kind == "O"})
    ds.attrs |= {k: strings(ds.attrs[k]) for k in _LISTS if k in ds.attrs}
    ds.attrs |= {"year": int(ds.attrs["year"])}
    return ds


def _bound(where: Path) -> None:
    """Remove what was not looked at for longest, until the rest is small enough."""
    files = sorted(((f.stat().st_mtime, f.stat().st_size, f) for f in where.glob("*.nc")), reverse=True)
    total = 0
    for _, size, file in files:
        total += size
        if total > HELD_ON_DISK:
            file.unlink(missing_ok=True)

"""netCDF files read into memory: what is wrong with one is told in our words, and nothing larger than it is read of it."""

from __future__ import annotations

import contextlib
import hashlib
import mmap
import os
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from xunhuan.errors import BadInput, ForeignFile

if TYPE_CHECKING:
    import h5py
    import xarray as xr

_PACKED = 1100
"""The closest that netCDF packs, bytes into one: what says that it holds more is damaged."""
_HEAP = b"GCOL\x01\x00\x00\x00"
_SMALL = 2**24
"""Bytes up to which that does not matter: what is nowhere written is all one value."""
_MOST = 2**33
"""Largest array that is read, bytes."""
NUMBER_KINDS = ("flow", "use", "final", "value_added", "tariff", "intermediate_by_origin", "final_by_origin")
"""Variables that the digest of a table's numbers is of."""
_SAID = ("digest", "rest_digest", "posterior_digest")


def open_dataset(path: str | Path) -> xr.Dataset:
    """Read a netCDF file into memory. Raises BadInput where absent, ForeignFile where truncated or of another kind."""
    import h5py
    import xarray as xr

    with opening(path) as file:
        check_heap(file)
        with h5py.File(file) as f:
            check_arrays(f)
        with xr.open_dataset(file, engine="h5netcdf") as ds:
            return ds.load()


def open_arrays(path: str | Path) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Variables and attributes of a netCDF file of ours as plain arrays, ten times as fast as through a Dataset.

    Raises BadInput where absent, ForeignFile where truncated, of another kind or with labels changed since it was written.
    """
    import h5py

    with opening(path) as file:
        check_heap(file)
        with h5py.File(file) as f:
            values, attrs = _arrays(f)
    if attrs.get("rest_digest", "") and str(attrs["rest_digest"]) != digest_of_rest(values, attrs):
        raise ForeignFile("the labels do not match the digest stored with them", where=str(path),
                          fix="build or import it again")  # fmt: skip
    return values, attrs


def digest_of_rest(values: Mapping[str, np.ndarray], attrs: Mapping[str, Any]) -> str:
    """SHA-256 of labels, posterior and attributes of a file, hexadecimal: of what the digest of its numbers leaves out."""
    h = hashlib.sha256()
    for name in sorted(values.keys() - {*NUMBER_KINDS}):
        v = np.asarray(values[name])
        if v.dtype.kind in "OUS":
            h.update(repr((name, v.shape, [str(x) for x in v.ravel()])).encode(errors="replace"))
        else:
            h.update(repr((name, v.shape)).encode() + np.ascontiguousarray(v, dtype="<f8").tobytes())
    h.update(repr(sorted((k, str(v)) for k, v in attrs.items() if k not in _SAID and not k.startswith("_"))).encode())
    return h.hexdigest()


def _arrays(f: h5py.File) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Variables and attributes of a file whose arrays can be read."""
    import h5py

    check_arrays(f)
    held = {k: v for k, v in f.items() if not _only_an_axis(v)}
    values = {k: v.asstr()[()] if h5py.check_string_dtype(v.dtype) else v[()] for k, v in held.items()}
    attrs = {k: v.item() if isinstance(v, np.ndarray) and v.size == 1 else v for k, v in f.attrs.items()}
    return values, attrs


def _only_an_axis(d: h5py.Dataset) -> bool:
    """Whether it is what the format writes for an axis without labels."""
    return bytes(d.attrs.get("NAME", b"")).startswith(b"This is a netCDF dimension but not a netCDF variable")


def check_heap(path: Path) -> None:
    """Raise ValueError where a heap of texts is damaged: HDF5 would walk through one that leads nowhere for ever.

    A heap begins with GCOL, version 1, three zeros and its size; then objects follow, each with its number (2 bytes), count
    (2), four zeros, size (8) and content up to a multiple of 8. Number 0 is what is left and the last.
    """
    with path.open("rb") as f, mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ) as m:
        at = m.find(_HEAP)  # as files are written, never inside packed numbers: seven bytes must agree
        while at >= 0:
            end = at + struct.unpack_from("<Q", m, at + 8)[0]
            if end > len(m):
                raise ValueError("a heap of texts ends after the file")
            here = at + 16
            while here + 16 <= end:
                number, size = struct.unpack_from("<H6xQ", m, here)
                if number == 0 and here + size != end:
                    raise ValueError("a heap of texts is damaged")
                here += size if number == 0 else 16 + -(-size // 8) * 8
            if here > end:
                raise ValueError("a heap of texts is damaged")
            at = m.find(_HEAP, at + 16)


def check_arrays(f: h5py.File) -> None:
    """Raise ValueError for what is no array of the file's own, and for an array that says it is larger than it can be."""
    import h5py
    from h5py import h5d, h5l

    for name, d in f.items():
        link = f.id.links.get_info(name.encode())
        if link.type != h5l.TYPE_HARD or not isinstance(d, h5py.Dataset):
            raise ValueError(f"{name} is no array")
        how = d.id.get_create_plist()
        if how.get_layout() == h5d.VIRTUAL or how.get_external_count():
            raise ValueError(f"{name} lies in another file")
        if d.shape is None or (d.dtype.kind not in "fiub" and h5py.check_string_dtype(d.dtype) is None):
            raise ValueError(f"{name} holds neither numbers nor names")
        size = d.nbytes
        if size > _SMALL and size > min(_MOST, _PACKED * d.id.get_storage_size()):
            raise ValueError(f"{name} says it holds {size:,} bytes")


@contextlib.contextmanager
def opening(path: str | Path) -> Iterator[Path]:
    """A file to be read; what goes wrong in reading it is told in our words."""
    path = Path(path)
    if os.path.isdir(path):
        raise BadInput("this is a folder, not a file", where=str(path), fix="name a netCDF file in it")
    if not os.path.isfile(path):
        raise BadInput(f"there is no file {path.name!r}", where=str(path), fix="check the path")
    try:
        yield path
    except Exception as e:  # whatever the libraries of the format raise
        raise ForeignFile(
            "the file is truncated or not netCDF", where=str(path), fix="build, import or download it again"
        ) from e

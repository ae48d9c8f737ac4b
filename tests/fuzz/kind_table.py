"""Tables in netCDF: what stands in them changed by one who knows the format, and bytes changed by one who does not."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable
from pathlib import Path
from random import Random

import h5py
import numpy as np

from tests.fuzz.harness import Input, Kind, write
from tests.fuzz.values import TEXTS, change_bytes
from xunhuan.data.accounts import Accounts, Sourcing
from xunhuan.data.store import open_accounts, save
from xunhuan.data.toyland import toyland
from xunhuan.measures import circulation

FILE = "t.nc"


def _sourced(acc: Accounts) -> Accounts:
    """The table as one that knows where each user buys."""
    shared = acc.share.transpose(0, 2, 1)[..., None]
    parts = Sourcing(shared * acc.use.transpose(1, 0, 2)[None], shared * acc.final.transpose(1, 0, 2)[None])
    return acc.replace(sourcing=parts)


def _saved(acc: Accounts) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        return save(acc, Path(folder) / FILE).read_bytes()


SEEDS = {"toyland": _saved(toyland()), "by user": _saved(_sourced(toyland()))}
NUMBERS = (np.nan, np.inf, -np.inf, -1.0, 0.0, 1e308, -1e308, 5e-324, 1e15)
PROSE = ("clusters", "nation_names", "sector_groups", "sector_isic", "notes", "extra")
"""Attributes that hold JSON."""
JSON = (
    "", "{", "null", "[]", "{}", "1", '"x"', "[" * 3000 + "]" * 3000, '{"a": 1}', '{"a": null}', '{"a": ["x"]}',
    '{"a": {"b": []}}', "[1, 2]", "[null]", "NaN", "9" * 5000, '{"ATL": []}', '{"goods": ["FAR", "FAR"]}',
)  # fmt: skip


def _arrays(f: h5py.File) -> list[str]:
    """Names of what still is an array of the file, and no giant."""
    mine = [n for n in f if isinstance(f.get(n, getlink=True), h5py.HardLink) and isinstance(f[n], h5py.Dataset)]
    return [n for n in mine if f[n].shape is not None and f[n].size < 10**5]


def _cells(rng: Random, f: h5py.File, name: str) -> None:
    """Some numbers of an array made others."""
    d = f[name]
    if d.dtype.kind not in "fi" or not d.size:
        return
    values = d[()]
    for _ in range(rng.choice([1, 3])):
        at = tuple(rng.randrange(n) for n in values.shape)
        values[at] = rng.choice(NUMBERS) if d.dtype.kind == "f" else rng.choice([-1, 0, 1, 2**31 % 127])
    d[...] = values


def _shape(rng: Random, f: h5py.File, name: str) -> None:
    """An array of another shape; of some nothing is stored, however large they say they are."""
    old = f[name]
    shape, dtype = list(old.shape), old.dtype
    del f[name]
    how = rng.randrange(6)
    if how == 0:
        f.create_dataset(name, shape=tuple(n + 1 for n in shape), dtype=dtype)
    elif how == 1:
        f.create_dataset(name, shape=(*reversed(shape), 2), dtype=dtype)
    elif how == 2:
        f.create_dataset(name, shape=(), dtype=dtype)
    elif how == 3:
        f.create_dataset(name, shape=(0,) * max(1, len(shape)), dtype=dtype)
    elif how == 4:
        n = rng.choice([10**4, 10**6, 10**9, 2**40])
        f.create_dataset(name, shape=(n,) * max(1, len(shape) if n < 10**5 else 1), dtype=dtype, chunks=True)
    else:
        f[name] = h5py.Empty(dtype)


def _type(rng: Random, f: h5py.File, name: str) -> None:
    """An array of another type, or something that is no array."""
    shape = f[name].shape
    del f[name]
    how = rng.randrange(9)
    text = h5py.string_dtype()
    if how == 0:
        f.create_dataset(name, data=np.full(shape, rng.choice(TEXTS).replace("\x00", ""), dtype=object), dtype=text)
    elif how == 1:
        f.create_dataset(name, data=np.zeros(shape, dtype=rng.choice(["i1", "u8", "f2", "c16", "?", "S3", "V7"])))
    elif how == 2:
        f.create_dataset(name, data=np.zeros(shape, dtype=[("a", "f8"), ("b", "i4")]))
    elif how == 3:
        f.create_dataset(name, shape=shape, dtype=h5py.ref_dtype)
    elif how == 4:
        f.create_dataset(name, shape=shape, dtype=h5py.vlen_dtype(np.dtype("f8")))
    elif how == 5:
        f.create_group(name)
    elif how == 6:
        f[name] = h5py.SoftLink(rng.choice(["/nowhere", f"/{name}", "/"]))
    elif how == 7:
        f[name] = h5py.ExternalLink(rng.choice(["none.nc", FILE, "/etc/passwd"]), "/flow")
    else:
        f.create_dataset(name, data=np.full(shape, b"\xff\xfe", dtype=object), dtype=text)


def _labels(rng: Random, f: h5py.File, name: str) -> None:
    """Labels twice, empty, strange or of another axis."""
    texts = [n for n in _arrays(f) if h5py.check_string_dtype(f[n].dtype) and f[n].ndim == 1 and f[n].size]
    if not texts:
        return
    name = rng.choice(texts)
    values = list(f[name][()])
    values[rng.randrange(len(values))] = rng.choice([values[0], *(t.replace("\x00", "").encode() for t in TEXTS)])
    f[name][...] = values


def _dropped(rng: Random, f: h5py.File, name: str) -> None:
    del f[name]


def _renamed(rng: Random, f: h5py.File, name: str) -> None:
    other = rng.choice([*f, "x"])
    held = f[name][()] if other != name else None
    if other in f and held is not None:
        del f[other]
    if held is not None and not isinstance(held, h5py.Empty):
        f[other] = held


def _attribute(rng: Random, f: h5py.File, name: str) -> None:
    key = rng.choice([k for k in f.attrs if not k.startswith("_NC")])
    how = rng.random()
    if how < 0.2:
        del f.attrs[key]
    elif key in PROSE and how < 0.8:
        f.attrs[key] = rng.choice(JSON)
    else:
        f.attrs[key] = rng.choice(
            [0, -1, 1e308, np.nan, "", "x", True, np.zeros(3), np.zeros(0), b"\xff\xfe", h5py.Empty("f8"), "2017.5",
             2**63 - 1, *(t.replace("\x00", "")[:60_000] for t in TEXTS)]
        )  # fmt: skip


CHANGES: list[Callable[[Random, h5py.File, str], None]] = [
    _cells, _cells, _shape, _type, _labels, _dropped, _renamed, _attribute, _attribute, _attribute,
]  # fmt: skip


def changed(rng: Random, seed: bytes) -> bytes:
    """A netCDF file with one to three changes in what it holds."""
    held = io.BytesIO(seed)
    with h5py.File(held, "r+") as f:
        if "rest_digest" in f.attrs and rng.random() < 0.8:
            del f.attrs["rest_digest"]  # as in files of before there was one: else all ends there
        for _ in range(rng.randint(1, 3)):
            whole = _arrays(f)
            if whole:
                rng.choice(CHANGES)(rng, f, rng.choice(whole))
    return held.getvalue()


def mutate(rng: Random) -> Input:
    """What a table holds, changed."""
    return changed(rng, SEEDS[rng.choice(list(SEEDS))])


def mutate_bytes(rng: Random) -> Input:
    """Bytes of a table, changed."""
    return bytes_changed(rng, SEEDS[rng.choice(list(SEEDS))])


def bytes_changed(rng: Random, seed: bytes) -> bytes:
    """Single bits and bytes, fields of a length, torn blocks; most where the format keeps its books."""
    if rng.random() < 0.2:
        return change_bytes(rng, seed)
    out = bytearray(seed)
    marks = [m for sign in _MARKS for m in _found(seed, sign)]
    for _ in range(rng.choice([1, 1, 2, 8])):
        at = rng.randrange(len(out)) if rng.random() < 0.4 else min(len(out) - 9, rng.choice(marks) + rng.randrange(48))
        size = rng.choice([1, 1, 2, 4, 8])
        out[at : at + size] = rng.choice([b"\x00", b"\xff", b"\x01", rng.randbytes(1)]) * size
    return bytes(out)


_MARKS = (b"\x89HDF", b"TREE", b"SNOD", b"HEAP", b"GCOL", b"OHDR", b"OCHK", b"FRHP", b"FHDB", b"BTHD", b"BTLF", b"BTIN")
"""Where blocks of the format begin."""


def _found(content: bytes, sign: bytes) -> list[int]:
    out, at = [], content.find(sign)
    while at >= 0:
        out.append(at)
        at = content.find(sign, at + 1)
    return out


def call(given: Input, folder: Path) -> None:
    """Open and measure, as every command on a table begins."""
    acc = open_accounts(write(given, folder, FILE))
    assert len(acc.answer_digest) == 64
    if acc.gdp.sum() > 0:
        circulation(acc)


KINDS = (Kind("table", SEEDS, mutate, call), Kind("table-bytes", SEEDS, mutate_bytes, call))

"""EMERGING V2: 245 economies x 133 sectors in a MATLAB file (HDF5), read one destination at a time into flows and uses.

Data sets z (intermediate), f (final), va, X (output) and country_list, sector_list and final_list, all at the top or in one
group. MATLAB keeps columns together, so a destination's columns are rows of the data set; other writers turn
the matrix. Which way it lies is told by which way it balances.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from xunhuan.data.arrays import Array
from xunhuan.data.classification import Sectors
from xunhuan.data.economies import economy_of, world_of
from xunhuan.data.opened import check_heap
from xunhuan.data.sector_lists import of_house, sector_list
from xunhuan.errors import BadInput, ForeignFile, Problems
from xunhuan.readers.archives import year_in
from xunhuan.readers.blocks import Blocks, Imported, close
from xunhuan.readers.bounds import LOOSE, usable
from xunhuan.readers.streams import Adder

if TYPE_CHECKING:
    import h5py

_LARGEST = 400 * 200
"""Economies times sectors of the largest table that is read."""
_CATEGORIES = ("household", "government", "capital")
_PACKED = 1100
"""The closest that HDF5 packs, bytes into one."""
_LISTS = ("country_list", "sector_list", "final_list")
_NAMES = {"z": ("z", "Z"), "f": ("f", "F"), "va": ("va", "VA"), "X": ("X", "x")}


def read_emerging(path: Path, year: int | None = None, sheet: str | None = None, tolerance: float = 0.01) -> Imported:
    """A year of EMERGING; million USD, who buys where within a destination is not kept.

    Raises BadInput for data sets that are missing or do not fit each other and cells that are no numbers, ForeignFile for a
    file that is not HDF5, UnbalancedAccounts past `tolerance`.
    """
    import h5py

    if not path.is_file():
        raise BadInput(f"there is no file {path.name!r}", where=str(path), fix="check the path")
    year = year or year_in(path.stem)
    if year is None:
        raise BadInput("the file's name does not tell its year", where=str(path), fix="give it with --year")
    try:
        check_heap(path)
        with h5py.File(path, "r") as file:
            b = _blocks(_parts(file, path), path, year)
    except (OSError, KeyError, RuntimeError, ValueError, TypeError) as e:  # what HDF5 says of damage
        raise ForeignFile(
            "the file is truncated or not MATLAB's of version 7.3 (HDF5)", where=str(path), fix="download it again"
        ) from e
    return close(b, tolerance)


@dataclass(frozen=True, eq=False)
class _Parts:
    """Data sets and labels: economies, sectors and final categories as the file has them, "" where it has none."""

    z: h5py.Dataset
    final: Array
    value_added: Array
    output: Array
    economies: tuple[str, ...]
    sectors: tuple[str, ...]
    categories: tuple[str, ...]


def _parts(file: h5py.File, path: Path) -> _Parts:
    import h5py

    groups: list[Any] = [file, *(g for k, g in file.items() if k != "#refs#" and isinstance(g, h5py.Group))]
    group = next((g for g in groups if any(n in g for n in _NAMES["z"])), file)
    found = {k: next((group[n] for n in names if n in group), None) for k, names in _NAMES.items()}
    p = Problems("data sets are missing or do not fit each other")
    p.items = [f"there is no data set {k!r}" for k, d in found.items() if d is None]
    p.raise_if(BadInput, where=str(path), fix="give EMERGING_V2_YYYY_m.mat as published")
    p.items = [f"{k} is not a matrix of numbers" for k, d in found.items() if not _is_matrix(d)]
    p.items += [f"{name} is no list of names" for name in _LISTS if name in group and not _is_list(group[name])]
    p.raise_if(BadInput, where=str(path), fix="give EMERGING_V2_YYYY_m.mat as published")
    z, f, va, x = (d for d in found.values() if d is not None)
    total = int(z.shape[0])
    lists = [_strings(group, name) for name in _LISTS]
    economies, sectors = lists[0], lists[1]
    if not sectors:
        known = sector_list("emerging").sectors
        sectors = known.codes if total % len(known) == 0 else ()
    if not 0 < total <= _LARGEST:
        p.add(f"z has {total} rows; at most {_LARGEST} are read")
    if z.shape != (total, total):
        p.add(f"z is {z.shape[0]} x {z.shape[1]}, not square")
    p.items += [
        f"{name} has {t!r} twice"
        for name, x_ in zip(_LISTS, lists, strict=True)
        for t in sorted({t for t in x_ if x_.count(t) > 1})
    ]
    if not sectors or total % len(sectors):
        p.add(f"z has {total} rows, no multiple of {len(sectors)} sectors")
    n = total // max(len(sectors), 1)
    if economies and len(economies) != n:
        p.add(f"z has rows for {n} economies; country_list has {len(economies)}")
    if not economies:
        p.add("there is no country_list")
    if total not in f.shape or f.size % max(total * n, 1) or f.size > 50 * total * n:
        p.add(f"f is {' x '.join(map(str, f.shape))}, which does not fit {n} economies and {total} rows")
    p.items += [
        f"{k} has {d.size} numbers for {total}"
        for k, d in (("va", va), ("X", x))
        if d.size % max(total, 1) or not 0 < d.size <= 50 * total
    ]
    p.raise_if(BadInput, where=str(path), fix="give EMERGING_V2_YYYY_m.mat as published, labels included")
    bought = np.asarray(f[()], dtype=np.float64)
    bought = bought if bought.shape[0] == total and bought.shape[1] != total else bought.T
    worth = np.asarray(va[()], dtype=np.float64)
    made = np.asarray(x[()], dtype=np.float64)
    for k, a in (("f", bought), ("va", worth), ("X", made)):
        p.items += (
            [f"{k}: {int((~usable(a)).sum())} cells are not finite numbers, or larger than any"]
            if not usable(a).all()
            else []
        )
    p.raise_if(BadInput, where=str(path), fix="a number in every cell")
    worth = worth.reshape(-1, total).sum(0) if worth.shape[-1] == total else worth.reshape(total, -1).sum(1)
    return _Parts(z, bought, worth, made.reshape(-1)[:total], economies, sectors, lists[2])


def _is_matrix(found: Any) -> bool:
    import h5py

    if not (isinstance(found, h5py.Dataset) and found.ndim == 2 and found.dtype.kind in "fiu"):
        return False
    # What says that it holds far more than is written is empty, and would be walked through for ever.
    return bool(found.nbytes <= max(LOOSE, _PACKED * found.id.get_storage_size()))


def _characters(found: Any) -> Any:
    """The characters of one name. Raises ValueError for what is longer than any."""
    if found.size > 1000:
        raise ValueError("a name without end")
    return found[()]


def _is_list(found: Any) -> bool:
    """A data set of texts or of references to texts, no longer than any list."""
    import h5py

    names = isinstance(found, h5py.Dataset) and found.size is not None and found.size <= _LARGEST
    return names and (h5py.check_ref_dtype(found.dtype) is not None or found.dtype.kind in "SOU")


def _strings(group: Any, name: str) -> tuple[str, ...]:
    """A list of texts: references to characters, as MATLAB writes cells, or texts."""
    import h5py

    if name not in group:
        return ()
    found = group[name]
    if h5py.check_ref_dtype(found.dtype) is not None:
        return tuple(
            "".join(chr(int(c)) for c in np.asarray(_characters(group.file[r])).reshape(-1) if c).strip()
            for r in found[()].reshape(-1)
        )
    return tuple((x.decode() if isinstance(x, bytes) else str(x)).strip() for x in np.asarray(found[()]).reshape(-1))


def _blocks(t: _Parts, path: Path, year: int) -> Blocks:
    n, k = len(t.economies), len(t.sectors)
    f = t.final.shape[1] // n
    turned = _by_destination(t, n, k)
    adder = Adder(n, k, f, str(path))
    for s in range(n):
        here = slice(s * k, (s + 1) * k)
        z = np.asarray(t.z[here].T if turned else t.z[:, here], dtype=np.float64)
        bad = np.argwhere(~usable(z))
        if bad.size:
            p = Problems("cells are not finite numbers")
            p.items = [
                f"z of {t.economies[int(r) // k]} {t.sectors[int(r) % k]} to {t.economies[s]} {t.sectors[int(c)]}"
                for r, c in bad[:50]
            ]
            p.raise_if(BadInput, where=str(path))
        adder.buyer(s, z.reshape(n, k, k), t.final[:, s * f : (s + 1) * f].reshape(n, k, f))
    named = len(t.categories) == f
    return Blocks(
        geography=world_of(tuple(map(economy_of, t.economies))),
        sectors=_sectors(t.sectors),
        categories=t.categories
        if named
        else _CATEGORIES
        if f == len(_CATEGORIES)
        else tuple(f"final_{c + 1}" for c in range(f)),
        components=("value_added",),
        value_added=t.value_added.reshape(n, k, 1),
        output=t.output.reshape(n, k),
        sums=adder.sums(),
        year=year,
        currency="USD",
        unit="million USD",
        name=f"emerging-{year}",
        title=f"EMERGING input-output table {year}: {n} economies, {k} sectors",
        source="EMERGING V2 (Huo et al. 2022, Journal of Industrial Ecology 26, doi 10.1111/jiec.13264), CC BY 4.0",
        notes=(
            "who buys where within an economy is not kept: all its users source alike",
            "rows of the file are " + ("destinations" if turned else "origins") + ", as it balances",
        ),
    )


def _by_destination(t: _Parts, n: int, k: int) -> bool:
    """Whether rows of the data set are what a destination's industries buy, by which way the largest economy balances."""
    s = int(np.argmax(t.output.reshape(n, k).sum(1)))
    here = slice(s * k, (s + 1) * k)
    beside = np.asarray(t.z[here], dtype=np.float64).sum(1)
    bought, sold = beside + t.value_added[here], beside + t.final[here].sum(1)
    return bool(np.abs(bought - t.output[here]).sum() <= np.abs(sold - t.output[here]).sum())


def _sectors(labels: Sequence[str]) -> Sectors:
    """The list's codes by the numbers that labels begin with (HS chapters 1 to 98, 99 to 135 beside them)."""
    known = sector_list("emerging").sectors
    if tuple(labels) == known.codes:
        return known
    numbers = [re.match(r"(?:HS)?0*(\d{1,3})\b", x) for x in labels]
    codes = tuple(number_code(int(m[1])) if m else "" for m in numbers)
    if all(codes) and len(set(codes)) == len(codes):
        return of_house(Sectors(codes), "emerging")
    return Sectors(tuple(labels))


def number_code(number: int) -> str:
    """Code of the list by the number of the files: 1 to 98 chapters of the HS, then energy, then services; "" for others."""
    codes = sector_list("emerging").sectors.codes
    chapters = [c for c in codes if c.startswith("HS")]
    if number < 99:
        return f"HS{number:02d}" if f"HS{number:02d}" in chapters else ""
    beside = codes[len(chapters) :]
    return beside[number - 99] if number - 99 < len(beside) else ""

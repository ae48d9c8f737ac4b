"""EXIOBASE 3 as published: a folder or zip of IOT_YYYY_ixi or IOT_YYYY_pxp, read line by line into flows and uses.

Z.txt (or A.txt, whose columns are then taken times output) and Y.txt: two header rows, region and sector or category, then
one with the names of the label columns; two label columns, tabs between. x.txt: region, sector, output. F.txt in
factor_inputs, value_added or satellite: rows of what is paid for labour, capital and taxes among others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np

from xunhuan.data.arrays import Array
from xunhuan.data.economies import economy_of, world_of
from xunhuan.errors import BadInput, Problems
from xunhuan.readers.archives import Archive, archive, other_years, year_in
from xunhuan.readers.blocks import Blocks, Imported, close
from xunhuan.readers.bounds import STREAMED, text_number
from xunhuan.readers.naming import listed_by_names
from xunhuan.readers.streams import Adder, in_step, number_lines, text_lines

_REST = {
    "WA": ("Rest of Asia and Pacific", "亚太其他地区"),
    "WL": ("Rest of America", "美洲其他地区"),
    "WE": ("Rest of Europe", "欧洲其他地区"),
    "WF": ("Rest of Africa", "非洲其他地区"),
    "WM": ("Rest of Middle East", "中东其他地区"),
}
_COMPONENTS = (
    ("compensation", r"compensation of employees.*"),
    ("net_production_tax", r"other net taxes on production.*"),
    ("taxes_on_products", r"taxes less subsidies on products purchased.*"),
    ("operating_surplus", r"operating surplus.*"),
)
_CATEGORIES = (
    ("household", r".*by households.*"),
    ("nonprofit", r".*non-?profit.*"),
    ("government", r".*by government.*"),
    ("fixed_capital", r"gross fixed capital.*"),
    ("inventory", r"changes in inventories.*"),
    ("valuables", r"changes in valuables.*"),
    ("export", r"exports.*"),
)
_Pair = tuple[str, str]


def read_exiobase(path: Path, year: int | None = None, sheet: str | None = None, tolerance: float = 0.01) -> Imported:
    """A year of EXIOBASE 3, industries or products; million EUR, who buys where within a region is not kept.

    Raises BadInput naming file, line and column, ForeignFile for damaged archives, UnbalancedAccounts past `tolerance`.
    """
    files = archive(path)
    year = year or year_in(path.stem, *files.names[:1])
    if year is None:
        raise BadInput("the folder's name does not tell its year", where=str(path), fix="give it with --year")
    scale = files.has(r"A\.txt") and not files.has(r"Z\.txt")
    rows, output = _output(files)
    regions, names = _lists(rows, path)
    n, k = len(regions), len(names)
    with _open(files, r"A\.txt" if scale else r"Z\.txt") as z, _open(files, r"Y\.txt") as y:
        _same(z.columns, rows, z, "column")
        finals = tuple(dict.fromkeys(c for _, c in y.columns))
        _same(y.columns, [(r, c) for r in regions for c in finals], y, "column")
        adder, f = Adder(n, k, len(finals), str(path)), len(finals)
        times = output if scale else np.ones(n * k)
        lines = in_step(
            number_lines(z.stream, "\t", 2, n * k, z.where, z.lines + 1),
            number_lines(y.stream, "\t", 2, n * f, y.where, y.lines + 1),
            f"{z.where}, {y.where}",
        )
        seen = 0
        for (label, line), (other, bought) in lines:
            if seen >= n * k or tuple(label) != rows[seen] or tuple(other) != rows[seen]:
                wanted = " ".join(rows[seen]) if seen < n * k else "no more rows"
                raise BadInput(
                    f"expected {wanted}, found {' '.join(label)} and {' '.join(other)}", where=f"{z.where}, {y.where}",
                    fix="rows run as in x.txt; give the folder as published",
                )  # fmt: skip
            adder.seller(*divmod(seen, k), (line * times).reshape(n, k), bought.reshape(n, f))
            seen += 1
        if seen < n * k:
            raise BadInput(
                f"{seen} rows for {n * k}", where=f"{z.where}, {y.where}", fix="the file is cut off: download it again"
            )
    value_added, components = _paid(files, rows)
    sectors = listed_by_names(names, "exiobase3-ixi", "exiobase3-pxp")
    codes = tuple(r if r in _REST else economy_of(r) for r in regions)
    b = Blocks(
        geography=world_of(codes, named=_REST),
        sectors=sectors,
        categories=tuple(_named(c, _CATEGORIES) or c for c in finals),
        components=components,
        value_added=value_added.reshape(n, k, -1),
        output=output.reshape(n, k),
        sums=adder.sums(),
        year=year,
        currency="EUR",
        unit="million EUR",
        name=f"exiobase-{year}",
        title=f"EXIOBASE 3 input-output table {year}: {n} regions, {k} sectors",
        source="EXIOBASE 3 (Stadler et al. 2018, Journal of Industrial Ecology 22, doi 10.1111/jiec.12715)",
        notes=(
            "who buys where within a region is not kept: all its users source alike",
            *other_years(year, folder=path.stem, file=(files.names or [""])[0]),
        ),
    )
    return close(b, tolerance)


def _lists(rows: list[tuple[str, str]], path: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Regions and sectors of the rows of output."""
    regions, names = (tuple(dict.fromkeys(x[k] for x in rows)) for k in (0, 1))
    if rows != [(r, i) for r in regions for i in names]:
        raise BadInput(
            "x.txt does not run region by region over one list of sectors",
            where=str(path),
            fix="give the folder as published",
        )
    return regions, names


@dataclass(frozen=True)
class _Open:
    """A file past its header: the stream, its name for messages, labels of its columns, lines read."""

    stream: IO[bytes]
    where: str
    columns: list[_Pair]
    lines: int


@contextmanager
def _open(files: Archive, pattern: str, labels: int = 2) -> Iterator[_Open]:
    """A file of the archive, its header read. Raises BadInput where it has none."""
    name = files.find(pattern, pattern.replace("\\", ""))
    where = f"{files.path}/{name}"
    with files.open(name, STREAMED) as stream:
        head = [stream.readline(1 << 24).decode("utf-8-sig", "replace").rstrip("\r\n").split("\t") for _ in range(3)]
        if any(len(h) <= labels for h in head):
            raise BadInput("the first three lines are no header", where=where, fix="give the file as published")
        columns = [(a.strip(), b.strip()) for a, b in zip(head[0][labels:], head[1][labels:], strict=False)]
        yield _Open(stream, where, columns, len(head))


def _same(found: list[_Pair], wanted: list[_Pair], file: _Open, what: str) -> None:
    p = Problems(f"{what}s are not those of x.txt")
    for at, (have, want) in enumerate(zip(found, wanted, strict=False)):
        if have != want:
            p.add(f"{what} {at + 1}: expected {' '.join(want)}, found {' '.join(have)}")
    if len(found) != len(wanted):
        p.add(f"{len(found)} {what}s for {len(wanted)}")
    p.raise_if(BadInput, where=file.where, fix="give the files of one table")


def _output(files: Archive) -> tuple[list[_Pair], Array]:
    """Labels and output of x.txt."""
    name = files.find(r"x\.txt", "output")
    where = f"{files.path}/{name}"
    with files.open(name) as stream:
        lines = text_lines(stream, "\t", where)
    p, rows, out = Problems("lines cannot be read"), [], []
    for number, line in enumerate(lines[1:], 2):
        try:
            rows.append((line[0], line[1]))
            out.append(text_number(line[2]))
        except (IndexError, ValueError):
            p.add(f"line {number}: expected region, sector and a number, found {' '.join(line)[:60]!r}")
    if not rows:
        p.add("there is no line of output")
    p.raise_if(BadInput, where=where, fix="give the file as published")
    return rows, np.array(out)


def _named(written: str, names: tuple[tuple[str, str], ...]) -> str:
    return next((n for n, pattern in names if re.fullmatch(pattern, written.strip(), re.IGNORECASE)), "")


def _paid(files: Archive, rows: list[_Pair]) -> tuple[Array, tuple[str, ...]]:
    """What industries pay beside inputs, by component; a row Total stands for its parts. Raises BadInput without any."""
    folders = [
        n for n in files.names if re.search(r"(^|/)(factor_inputs|value_added|satellite)/F\.txt$", n, re.IGNORECASE)
    ]
    if not folders:
        raise BadInput(
            "there is no F.txt of value added",
            where=str(files.path),
            fix="it lies in factor_inputs, value_added or satellite",
        )
    name = min(folders, key=lambda n: ("satellite" in n, "value_added" in n))
    found: dict[str, dict[str, Array]] = {}
    with _open(Archive(files.path, (name,), files.packed), r"F\.txt", 1) as file:
        _same(file.columns, rows, file, "column")
        for (label,), line in number_lines(file.stream, "\t", 1, len(rows), file.where, file.lines + 1):
            if component := _named(label, _COMPONENTS):
                parts = found.setdefault(component, {})
                if label in parts:
                    fix = "one line for each of what industries pay"
                    raise BadInput(f"the row {label} is there twice", where=file.where, fix=fix)
                parts[label] = line
    if not found:
        raise BadInput(
            "no row is of compensation, operating surplus or taxes",
            where=f"{files.path}/{name}",
            fix="give the file as published",
        )
    out = []
    for parts in found.values():
        whole = [v for n, v in parts.items() if n.strip().lower().endswith(": total")]
        out.append(whole[0] if whole else np.sum(list(parts.values()), axis=0))
    return np.stack(out, axis=1), tuple(found)

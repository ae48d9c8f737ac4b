"""Tables to the terminal or a file in the format asked for, and progress that is quiet when nobody watches."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from xunhuan.faces.formats import (
    FILES_ONLY,
    as_markup,
    as_records,
    ends_in,
    format_of_file,
    without_endless,
    write_file,
)
from xunhuan.faces.formats import Format as Format
from xunhuan.faces.speaking import in_my_words, language_spoken
from xunhuan.faces.wrapping import broken_into_lines

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

_T = TypeVar("_T")


FormatOption = Annotated[Format, typer.Option("--format", help="How the table is written; of a file, its suffix says.")]
OutputOption = Annotated[Path | None, typer.Option("-o", "--output", help="Write to this file instead of the screen.")]
AccountsOption = Annotated[
    Path, typer.Option("-o", "--output", help="Accounts file to write (.nc).", callback=ends_in(".nc"))
]


def console(stderr: bool = False) -> Console:
    """A rich console on standard output, or standard error for what is not the answer."""
    from rich.console import Console

    width = None if sys.stdout.isatty() else 160
    return Console(stderr=stderr, width=width, soft_wrap=not sys.stdout.isatty())


def emit(
    df: pd.DataFrame,
    format: Format = Format.table,
    output: Path | None = None,
    *,
    title: str = "",
    notes: Sequence[str] = (),
    digits: int = 4,
) -> None:
    """Print or write `df` (index is not written; reset it first).

    The suffix of a file settles its format. table: with title and notes (definition, weighting, source) under it, as md
    and tex; csv: full digits, in a file with the mark that Excel needs to read UTF-8; json: records; parquet, xlsx and
    dta: files only. Title and notes of csv and json go to standard error, so that no number comes without its definition,
    and into the metadata of a parquet file, a sheet of a workbook.

    Raises BadInput where the folder is missing, the suffix is no format, or what is no text has no file.
    """
    from xunhuan.data.store import atomic_path

    format = format_of_file(format, output)
    if output is None and format is Format.table:
        df, notes = _without_blank_intervals(df, notes)
    df, notes = without_endless(df, notes, format)
    screen = output is None and format is Format.table
    df, title, notes = _in_words(df, title, notes, read=format in _READ, screen=screen)
    if output is None:
        sys.stdout.write(_text(df, format, title, notes, digits))
        _beside(format, title, notes)
        return
    with atomic_path(output) as tmp:
        if format in FILES_ONLY:  # in memory first: what writes them leaves files open where a disk is full
            made = io.BytesIO()
            write_file(df, format, made, title, notes)
            tmp.write_bytes(made.getbuffer())
        else:
            marked = "utf-8-sig" if format is Format.csv else "utf-8"
            tmp.write_text(_text(df, format, title, notes, digits), encoding=marked)
    _beside(format, title, notes)
    console(stderr=True).print(in_my_words(f"wrote {output}"))


def save_text(output: Path, text: str, *endings: str) -> None:
    """Write a text that is no table to a file, and say so.

    Raises BadInput for a suffix that is none of `endings`, before anything is written.
    """
    from xunhuan.data.store import write_text

    write_text(ends_in(*endings)(output) or output, text)
    console(stderr=True).print(in_my_words(f"wrote {output}"))


def _in_words(
    df: pd.DataFrame, title: str, notes: Sequence[str], read: bool, screen: bool
) -> tuple[pd.DataFrame, str, Sequence[str]]:
    """A table with title and notes in the language spoken; where people read it its headings, words and the size of its
    money too, never where programs do. On the screen one name of each thing."""
    from xunhuan.faces import headings, money

    df = headings.one_name(df) if screen else df
    if language_spoken() == "en":
        return df, title, notes
    # Beside a file for programs, units are told as its numbers are in them.
    title, *notes = (in_my_words(said, filed=not read) for said in (title, *notes))
    if read:
        df = money.frame_counted(df)
        df = money.rows_counted(df, _ROWS_OF_MONEY) if "unit" in df else df
        df, notes = headings.headed(df, notes)
    return df, title, notes


_ROWS_OF_MONEY = ("value", "median", "low", "high", "net", "gross", "change", "before", "after", "imported", "used")
"""Columns of numbers in the unit that the row names."""
_READ = (Format.table, Format.md, Format.tex)
"""Formats that people read; programs read the others, and want the same names in every language."""
_ENDS = ("median", "low", "high")
"""What columns of intervals are called, or end in."""


def _without_blank_intervals(df: pd.DataFrame, notes: Sequence[str]) -> tuple[pd.DataFrame, Sequence[str]]:
    """A table for the screen without its columns of intervals where no row has one, and a note that says so."""
    ends = [
        k
        for k, c in enumerate(map(str, df.columns))
        if c in _ENDS or c == "90%" or c.endswith(tuple(f"_{e}" for e in _ENDS))
    ]
    blank = [k for k in ends if (df.iloc[:, k].isna() | (df.iloc[:, k] == "–")).all()]
    if not blank or df.empty:
        return df, notes
    kept = df.iloc[:, [k for k in range(df.shape[1]) if k not in blank]]
    kept.attrs = {**df.attrs, "written": tuple(w for w in df.attrs.get("written", ()) if w in kept.columns)}
    return kept, [*notes, NO_INTERVAL]


NO_INTERVAL = "No intervals: nothing that is uncertain here moves these numbers, or it was not drawn."


def _beside(format: Format, title: str, notes: Sequence[str]) -> None:
    if format not in (Format.table, Format.md, Format.tex):
        sys.stderr.write("".join(f"{line}\n" for line in (title, *notes) if line))


def _text(df: pd.DataFrame, format: Format, title: str, notes: Sequence[str], digits: int) -> str:
    if format is Format.csv:
        return str(df.to_csv(index=False))
    if format is Format.json:
        return as_records(df) + "\n"
    if format in (Format.md, Format.tex):
        numeric, cells = _cells(df, digits)
        under = (
            "\n".join(notes) if format is Format.md else "\n".join(f"% {line}" for n in notes for line in n.split("\n"))
        )
        above = f"**{title}**\n\n" if format is Format.md and title else f"% {title}\n" if title else ""
        return f"{above}{as_markup([str(c) for c in df.columns], cells, numeric, format)}\n\n{under}\n"
    return _rich(df, title, notes, digits)


def _cells(df: pd.DataFrame, digits: int) -> tuple[list[bool], list[list[str]]]:
    """Which columns are numbers, and every cell as text."""
    written = df.attrs.get("written", ())  # numbers that are texts already, each with its own digits
    numeric = [df[name].dtype.kind in "fiu" or name in written for name in df.columns]
    places = [_places(df[name], digits) for name in df.columns]
    return numeric, [[cell(v, d) for v, d in zip(row, places, strict=True)] for row in df.itertuples(index=False)]


def _rich(df: pd.DataFrame, title: str, notes: Sequence[str], digits: int) -> str:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    tty = sys.stdout.isatty()
    buffer = io.StringIO()
    # Off a terminal a table keeps its full width, so that a pipe never cuts a number, unless COLUMNS asks for another.
    asked = os.environ.get("COLUMNS", "")
    narrow = tty or asked.isdigit()
    c = Console(file=buffer, force_terminal=tty, width=None if tty else int(asked) if narrow else 10_000)
    numeric, cells = _cells(df, digits)
    size = _sizes([str(x) for x in df.columns], cells)
    tight = {n: _TIGHT for n in range(len(size)) if not numeric[n]} if df.attrs.get("tight") else {}
    columns, named = [str(x) for x in df.columns], df.attrs.get("named", ())
    whole = [list(range(len(size)))] if tight else _blocks(columns, numeric, cells, c.width, named)
    if title:  # over the table's edge where it is longer
        said = broken_into_lines(title, c.width) if narrow else title
        c.print(said, style="table.title", highlight=False, markup=False)
    for block in whole:
        table = Table(header_style="bold")
        fits = _fitted(block, size, c.width, tight)
        for n, width in fits:
            table.add_column(
                escape(str(df.columns[n])), justify="right" if numeric[n] else "left", width=width, overflow="fold"
            )
        shown = [n for n, _ in fits]
        for row in cells:
            table.add_row(*(escape(row[n]) for n in shown))
        c.print(table)
        if left := [str(df.columns[n]) for n in block if n not in shown]:
            between = ", " if language_spoken() == "en" else "、"
            said = in_my_words(f"Not on this screen: {between.join(left)}. Whole in a file, -o FILE.csv.")
            c.print(broken_into_lines(said, c.width), style="dim", highlight=False)
    for note in notes:
        c.print(broken_into_lines(note, c.width) if narrow else note, style="dim", highlight=False, markup=False)
    return buffer.getvalue()


WRAPPED, _LINES_AT_MOST = 24, 8
"""Characters that a text keeps of a line where a screen is short of room, and lines that it may take: a text that is longer
is left out of the screen, whole, never cut."""


def _sizes(columns: list[str], cells: list[list[str]]) -> list[int]:
    """Characters that each column asks for."""
    from rich.cells import cell_len

    return [max(cell_len(c), *(cell_len(row[n]) for row in cells), 1) for n, c in enumerate(columns)]


_TIGHT = 12
"""The same of a table marked `tight`, none of whose columns is of use without the others."""


def _fitted(
    block: list[int], size: list[int], width: int, tight: Mapping[int, int] = MappingProxyType({})
) -> list[tuple[int, int]]:
    """Columns that a screen has room for, and how wide: what comes first, and numbers and short words, whole; texts in
    lines; what finds no room, or would take too many lines, is left out. tight: so few characters a line of these.

    >>> _fitted([0, 1, 2, 3], [21, 80, 4, 500], 60), _fitted([0, 1], [21, 30], 80)
    ([(0, 21), (1, 25), (2, 4)], [(0, 21), (1, 30)])
    >>> _fitted([0, 1, 2], [35, 7, 16], 50, {0: 14})
    [(0, 17), (1, 7), (2, 16)]
    """
    least = {n: size[n] if n == block[0] or size[n] <= WRAPPED else WRAPPED for n in block}
    least |= {n: min(size[n], tight[n]) for n in block if n in tight}
    kept, used = list[int](), 1
    for n in block:
        if not kept or used + least[n] + 3 <= width:
            kept, used = [*kept, n], used + least[n] + 3
    room, wide = max(width - used, 0), {n: least[n] for n in kept}
    for n in kept if tight else sorted(kept, key=lambda n: size[n]):
        more = min(size[n] - wide[n], room)
        wide[n], room = wide[n] + more, room - more
    if long := [n for n in kept if size[n] > _LINES_AT_MOST * wide[n]]:
        return _fitted([n for n in block if n != long[-1]], size, width, tight)
    return [(n, wide[n]) for n in kept]


def _blocks(
    columns: list[str], numeric: list[bool], cells: list[list[str]], width: int, named: Sequence[str] = ()
) -> list[list[int]]:
    """Columns of each part of a table that is wider than the screen: the keys again in every part, by code alone, and names
    in the first. A table whose long texts find room in lines is one part."""
    size = [n + 3 for n in _sizes([str(c) for c in columns], cells)]
    every = list(range(len(columns)))
    if sum(size) + 1 <= width or not cells or len(_fitted(every, [n - 3 for n in size], width)) == len(every):
        return [every]
    lead = numeric.index(True) if True in numeric else len(columns)
    keys = [n for n in range(lead) if n == 0 or columns[n] not in named]
    room = width - 1 - sum(size[n] for n in keys)
    if 2 * room < width:  # long texts: one table that wraps reads better than parts that repeat them
        return [every]
    blocks: list[list[int]] = []
    used = room + 1
    for n in (n for n in every if n not in keys):
        if used + size[n] > room:
            blocks.append([*keys])
            used = 0
        blocks[-1].append(n)
        used += size[n]
    return blocks or [every]


def _places(column: pd.Series, digits: int) -> int:
    """Decimals for a whole column: large values need fewer, whole numbers none."""
    import numpy as np

    if column.dtype.kind == "f" and (column.isna() | (column % 1 == 0) | np.isinf(column)).all():
        return 0
    if column.dtype.kind != "f" or not (size := column.abs().replace(np.inf, np.nan).max()) >= 100:
        return digits
    return min(digits, 0 if size >= 1e5 else 1)


def cell(value: object, digits: int) -> str:
    """A value of a table as text."""
    if isinstance(value, float):
        if value != value:
            return "–"
        if value in (float("inf"), -float("inf")):
            return "∞" if value > 0 else "−∞"
        if value and abs(value) < 10.0**-digits and digits > 1:
            return f"{value:.2e}"
        shown = f"{value:,.{digits}f}"
        return shown if shown.strip("-0.,") else shown.lstrip("-")  # nothing has no sign
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return "" if value is None else str(value)


@contextmanager
def working(message: str) -> Iterator[Callable[[str], None]]:
    """Show a spinner on standard error while the block runs, when it is a terminal; gives what changes its message."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    with console(stderr=True).status(in_my_words(message)) as shown:
        yield lambda said: shown.update(in_my_words(said))


@contextmanager
def counting(message: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on standard error that is told (done, all), when it is a terminal."""
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from rich.progress import Progress

    with Progress(console=console(stderr=True), transient=True) as bar:
        task = bar.add_task(in_my_words(message), total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def track(items: Iterable[_T], message: str, total: int | None = None) -> Iterator[_T]:
    """Iterate with a progress bar on standard error, when it is a terminal."""
    if not sys.stderr.isatty():
        yield from items
        return
    from rich.progress import track as rich_track

    yield from rich_track(items, description=in_my_words(message), total=total, console=console(stderr=True))


def cut_said(shown: int, whole: int) -> list[str]:
    """That a screen shows so many rows of all, where it leaves some out.

    >>> cut_said(20, 21), cut_said(3, 3)
    (['Shown: 20 of 21 rows; --top 0, or a file by -o, has all.'], [])
    """
    return [f"Shown: {shown} of {whole} rows; --top 0, or a file by -o, has all."] if shown < whole else []


def counted_for_me(frame: pd.DataFrame) -> pd.DataFrame:
    """A table for the screen with its money as readers of the language spoken count it."""
    from xunhuan.faces import money

    return frame if language_spoken() == "en" else money.frame_counted(frame)


def folded(frame: pd.DataFrame) -> pd.DataFrame:
    """A table for the screen: the two ends of an interval in one column after its number.

    >>> import pandas as pd
    >>> folded(pd.DataFrame({"own": [0.5], "own_low": [0.41], "own_high": [0.625]})).iloc[0].to_dict()
    {'own': 0.5, 'own 90%': '0.410–0.625'}
    """
    out = frame
    for low in [c for c in frame.columns if str(c).endswith("_low")]:
        name = str(low).removesuffix("_low")
        if name in frame and f"{name}_high" in frame:
            ends = zip(frame[low], frame[f"{name}_high"], strict=True)
            out = out.assign(**{low: [f"{a:.3f}–{b:.3f}" if a == a else "" for a, b in ends]})
            out = out.drop(columns=f"{name}_high").rename(columns={low: f"{name} 90%"})
    return out

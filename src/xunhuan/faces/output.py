"""Tables to the terminal or a file in the format asked for, and progress that is quiet when nobody watches."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from xunhuan.errors import BadInput

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

T = TypeVar("T")


class Format(StrEnum):
    """How a table is written."""

    table = "table"
    csv = "csv"
    json = "json"
    parquet = "parquet"


FormatOption = Annotated[Format, typer.Option("--format", help="How the table is written.")]
OutputOption = Annotated[Path | None, typer.Option("-o", "--output", help="Write to this file instead of the screen.")]


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

    table    rich table with title and notes (definition, weighting, source) under it
    csv      full digits; json: records; parquet: a file is required

    Raises BadInput where the folder is missing or parquet has no file.
    """
    from xunhuan.data.store import atomic_path

    if format is Format.parquet and output is None:
        raise BadInput("parquet is not text", fix="give a file with -o FILE")
    if output is None:
        sys.stdout.write(_text(df, format, title, notes, digits))
        return
    with atomic_path(output) as tmp:
        if format is Format.parquet:
            df.to_parquet(tmp, index=False)
        else:
            tmp.write_text(_text(df, format, title, notes, digits), encoding="utf-8")
    console(stderr=True).print(f"wrote {output}")


def _text(df: pd.DataFrame, format: Format, title: str, notes: Sequence[str], digits: int) -> str:
    if format is Format.csv:
        return str(df.to_csv(index=False))
    if format is Format.json:
        return str(df.to_json(orient="records", force_ascii=False, indent=1, double_precision=15)) + "\n"
    return _rich(df, title, notes, digits)


def _rich(df: pd.DataFrame, title: str, notes: Sequence[str], digits: int) -> str:
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title or None, title_justify="left", header_style="bold")
    numeric = [df[c].dtype.kind in "fiu" for c in df.columns]
    for name, is_number in zip(df.columns, numeric, strict=True):
        table.add_column(str(name), justify="right" if is_number else "left", no_wrap=is_number)
    places = [_places(df[c], digits) for c in df.columns]
    for row in df.itertuples(index=False):
        table.add_row(*(_cell(v, d) for v, d in zip(row, places, strict=True)))
    tty = sys.stdout.isatty()
    buffer = io.StringIO()
    # Off a terminal a table keeps its full width, so that a pipe never cuts a number.
    c = Console(file=buffer, force_terminal=tty, width=None if tty else 200)
    c.print(table)
    for note in notes:
        c.print(note, style="dim", highlight=False)
    return buffer.getvalue()


def _places(column: pd.Series, digits: int) -> int:
    """Decimals for a whole column: large values need fewer."""
    if column.dtype.kind != "f" or not (size := column.abs().max()) >= 100:
        return digits
    return min(digits, 0 if size >= 1e5 else 1)


def _cell(value: object, digits: int) -> str:
    from rich.markup import escape

    if isinstance(value, float):
        if value != value:
            return "–"
        if value and abs(value) < 10.0**-digits and digits > 1:
            return f"{value:.2e}"
        return f"{value:,.{digits}f}"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return escape("" if value is None else str(value))


@contextmanager
def working(message: str) -> Iterator[None]:
    """Show a spinner on standard error while the block runs, when it is a terminal."""
    if not sys.stderr.isatty():
        yield
        return
    with console(stderr=True).status(message):
        yield


def track(items: Iterable[T], message: str, total: int | None = None) -> Iterator[T]:
    """Iterate with a progress bar on standard error, when it is a terminal."""
    if not sys.stderr.isatty():
        yield from items
        return
    from rich.progress import track as rich_track

    yield from rich_track(items, description=message, total=total, console=console(stderr=True))

"""Formats of a table's file: the suffix of its name settles which, and what each needs is written here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from xunhuan.errors import BadInput

if TYPE_CHECKING:
    import pandas as pd


class Format(StrEnum):
    """How a table is written."""

    table = "table"
    csv = "csv"
    json = "json"
    parquet = "parquet"
    xlsx = "xlsx"
    dta = "dta"
    md = "md"
    tex = "tex"


FILES_ONLY = (Format.parquet, Format.xlsx, Format.dta)
"""Formats that are no text."""
_STATAS_OWN = frozenset({
    "NULL", "aggregate", "array", "boolean", "break", "byte", "case", "catch", "class", "colvector",
    "complex", "const", "continue", "default", "delegate", "delete", "do", "double", "else", "eltypedef",
    "end", "enum", "explicit", "export", "external", "float", "for", "friend", "function", "global", "goto",
    "if", "in", "inline", "int", "local", "long", "pragma", "protected", "quad", "rowvector", "short",
    "typedef", "typename", "using", "virtual", "with",
})  # fmt: skip
"""Words that are no names in Stata."""
_SUFFIXES = {".txt": Format.table, **{f".{f}": f for f in Format if f is not Format.table}}


def format_of_file(format: Format, output: Path | None) -> Format:
    """The format of a file: what its suffix says.

    Raises BadInput for a suffix that is no format, for another format asked for beside it, and without a file for one that
    is no text.

    >>> format_of_file(Format.table, Path("a.xlsx")).value, format_of_file(Format.json, Path("a")).value
    ('xlsx', 'json')
    """
    if output is None:
        if format in FILES_ONLY:
            raise BadInput(f"{format.value} is not text", fix="give a file with -o FILE")
        return format
    found = _SUFFIXES.get(output.suffix.lower())
    if found is None and output.suffix and format is Format.table:
        known = ", ".join(_SUFFIXES)
        raise BadInput(f"{output.suffix} is no format", where=str(output), fix=f"name the file with one of {known}")
    if found is not None and format not in (Format.table, found):
        fix = f"leave out --format, or name the file .{format.value}"
        raise BadInput(f"the file's name says {found.value} and --format {format.value}", where=str(output), fix=fix)
    return found or format


def write_file(df: pd.DataFrame, format: Format, path: Path | BinaryIO, title: str, notes: Sequence[str]) -> None:
    """Write what is no text: parquet, xlsx or dta, the title and notes inside the file.

    Raises ValueError for a format that is text, which `faces.output.emit` writes.
    """
    if format not in FILES_ONLY:
        raise ValueError(f"{format.value} is text: faces.output.emit writes it")
    if format is Format.parquet:
        df.attrs |= {"title": title, "notes": list(notes)}
        df.to_parquet(path, index=False)
    elif format is Format.xlsx:
        _workbook(df, path, title, notes)
    else:
        _stata(df, path, title)


FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a text begins with that a spreadsheet would work out."""


def as_text(df: pd.DataFrame) -> pd.DataFrame:
    """A table whose texts a spreadsheet leaves alone: an apostrophe stands before what it would take for a formula.

    For files of comma-separated values that people open in one; files for programs keep their texts as they are.

    >>> import pandas as pd
    >>> as_text(pd.DataFrame({"arm": ["=HYPERLINK(1)", "cut"], "value": [-1.0, 2.0]}))["arm"].tolist()
    ["'=HYPERLINK(1)", 'cut']
    """

    def plain(value: Any) -> Any:
        return f"'{value}" if isinstance(value, str) and value.startswith(FORMULAS) else value

    out = df.rename(columns=plain)
    texts = [c for c in out.columns if out[c].dtype.kind not in "iufbM"]
    return out.assign(**{c: out[c].map(plain) for c in texts})


def _workbook(df: pd.DataFrame, path: Path | BinaryIO, title: str, notes: Sequence[str]) -> None:
    """A workbook of two sheets: the table, and its title and notes."""
    from openpyxl import Workbook
    from openpyxl.cell.cell import WriteOnlyCell
    from openpyxl.styles import Font

    def shown(value: Any) -> str | float | None:
        plain = value.item() if hasattr(value, "item") else value
        return None if plain is None or plain != plain else plain if isinstance(plain, int | float) else str(plain)

    book = Workbook(write_only=True)
    sheet, about = book.create_sheet("table"), book.create_sheet("notes")
    sheet.freeze_panes = "A2"

    def cells(page: Any, row: Iterable[Any]) -> list[Any]:
        made = [WriteOnlyCell(page, value=shown(v)) for v in row]
        for cell in made:
            if isinstance(cell.value, str):
                cell.data_type = "s"  # one that begins with = would be a formula
        return made

    head = cells(sheet, map(str, df.columns))
    for cell in head:
        cell.font = Font(bold=True)
    sheet.append(head)
    for row in df.itertuples(index=False):
        sheet.append(cells(sheet, row))
    for line in (title, *notes):
        about.append(cells(about, [line]))
    book.save(path)


def _stata(df: pd.DataFrame, path: Path | BinaryIO, title: str) -> None:
    """A dataset of Stata 14 and later; names that it does not take are changed, and their own are the variables' labels."""
    names: dict[str, str] = {}
    for column in map(str, df.columns):
        plain = re.sub(r"\W", "_", column)[:28]
        plain = f"_{plain}" if not re.match(r"[^\W\d]", plain) else plain
        plain = f"{plain}_" if plain in _STATAS_OWN else plain
        names[column] = plain if plain not in names.values() else f"{plain[:25]}_{len(names)}"
    out = df.rename(columns=names)
    for name in out.columns:
        if out[name].dtype.kind == "b":
            out[name] = out[name].astype("int8")
        elif out[name].dtype.kind not in "iuf":
            out[name] = out[name].map(lambda v: "" if v is None or v != v else str(v)).astype(object)
        elif out[name].dtype.kind in "iu":
            out[name] = out[name].astype("float64" if abs(out[name]).max() > 2**31 - 100 else "int32")
    labels = {names[c]: c[:80] for c in names}
    long = [n for n in out if out[n].dtype == object and out[n].str.len().max() > 500]
    out.to_stata(
        path, write_index=False, version=118, data_label=title[:80], variable_labels=labels, convert_strl=long or None
    )


def as_markup(head: Sequence[str], rows: Sequence[Sequence[str]], numeric: Sequence[bool], format: Format) -> str:
    """A table in Markdown or LaTeX.

    >>> print(as_markup(["a", "b"], [["x_1", "2"]], [False, True], Format.tex))
    \\begin{tabular}{lr}
    \\hline
    a & b \\\\
    \\hline
    x\\_1 & 2 \\\\
    \\hline
    \\end{tabular}
    """
    if format is Format.md:
        lines = [[c.replace("|", "\\|") for c in r] for r in (head, *rows)]
        ruled = [lines[0], ["--:" if n else "---" for n in numeric], *lines[1:]]
        return "\n".join(f"| {' | '.join(r)} |" for r in ruled)
    plain = [[re.sub(r"([&%$#_{}])", r"\\\1", c) for c in r] for r in (head, *rows)]
    body = [f"{' & '.join(r)} \\\\" for r in plain]
    kind = "".join("r" if n else "l" for n in numeric)
    return "\n".join(
        [f"\\begin{{tabular}}{{{kind}}}", "\\hline", body[0], "\\hline", *body[1:], "\\hline", "\\end{tabular}"]
    )

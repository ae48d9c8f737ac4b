"""Formats of a table's file: the suffix of its name settles which, and what each needs is written here."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from math import inf, isfinite
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
_STRINGS = re.compile(r"str\d+|strL|_(all|b|coef|cons|n|N|pi|pred|rc|r|se|skip|uniform)")
"""Its kinds of text and its own variables, which are none either."""
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


def ends_in(*endings: str) -> Callable[[Path | None], Path | None]:
    """A check of a file's name for what is written in one form only: raises BadInput for a suffix of another.

    >>> ends_in(".nc")(Path("a.nc")) == Path("a.nc"), ends_in(".nc")(Path("a")) == Path("a")
    (True, True)
    """

    def checked(path: Path | None) -> Path | None:
        if path is not None and path.suffix and path.suffix.lower() not in endings:
            raise BadInput(
                f"what is written is no {path.suffix}",
                where=str(path),
                fix=f"name the file with one of {', '.join(endings)}",
            )
        return path

    return checked


def write_file(df: pd.DataFrame, format: Format, path: Path | BinaryIO, title: str, notes: Sequence[str]) -> None:
    """Write what is no text: parquet, xlsx or dta, the title and notes inside the file.

    Raises ValueError for a format that is text, which `faces.output.emit` writes.
    """
    if format not in FILES_ONLY:
        raise ValueError(f"{format.value} is text: faces.output.emit writes it")
    df, notes = without_endless(df, notes, format)
    if format is Format.parquet:
        df.attrs |= {"title": title, "notes": list(notes)}
        df.to_parquet(path, index=False)
    elif format is Format.xlsx:
        _workbook(df, path, title, notes)
    else:
        _stata(df, path, title)


def without_endless(df: pd.DataFrame, notes: Sequence[str], format: Format) -> tuple[pd.DataFrame, Sequence[str]]:
    """A table that a file of this format can hold: json, xlsx and dta know no infinite numbers, which are missing there, and
    a note says so.

    >>> import pandas as pd
    >>> table, notes = without_endless(pd.DataFrame({"a": [1.0, float("inf")], "b": [1, 2]}), ["Note."], Format.dta)
    >>> notes[1], table["a"].tolist()
    ('Missing in this file, since dta has no infinite numbers: a.', [1.0, nan])
    """
    if format not in (Format.json, Format.xlsx, Format.dta):
        return df, notes
    endless = [c for c in df.columns if df[c].dtype.kind == "f" and (df[c].abs() == inf).any()]
    if not endless:
        return df, notes
    told = f"Missing in this file, since {format.value} has no infinite numbers: {', '.join(map(str, endless))}."
    return df.assign(**{c: df[c].mask(df[c].abs() == inf) for c in endless}), [*notes, told]


def as_records(df: pd.DataFrame) -> str:
    """A table in JSON, a record a row, every number with all its digits; what is missing or infinite is null.

    >>> import pandas as pd
    >>> print(as_records(pd.DataFrame({"name": ["江苏"], "a": [1.2345678901234e-12], "b": [float("nan")]})))
    [
     {
      "name": "江苏",
      "a": 1.2345678901234e-12,
      "b": null
     }
    ]
    """

    def plain(value: Any) -> Any:
        value = value.item() if hasattr(value, "item") else value
        if isinstance(value, float):
            return value if isfinite(value) else None
        return value if value is None or isinstance(value, bool | int | str) else str(value)

    rows = df.itertuples(index=False, name=None)
    told = [{str(c): plain(v) for c, v in zip(df.columns, row, strict=True)} for row in rows]
    return json.dumps(told, ensure_ascii=False, indent=1)


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


_SHEET = (1_048_576, 16_384)
"""Rows and columns of a sheet (Microsoft, "Excel specifications and limits")."""
_NO_CHARACTERS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
"""What no text of a workbook may hold."""


def _workbook(df: pd.DataFrame, path: Path | BinaryIO, title: str, notes: Sequence[str]) -> None:
    """A workbook of two sheets: the table, and its title and notes."""
    if len(df) >= _SHEET[0] or df.shape[1] > _SHEET[1]:
        raise BadInput(
            f"a sheet holds {_SHEET[0] - 1:,} rows and {_SHEET[1]:,} columns, not {len(df):,} and {df.shape[1]:,}",
            where=str(path), fix="name the file .csv or .parquet",
        )  # fmt: skip
    from openpyxl import Workbook
    from openpyxl.cell.cell import WriteOnlyCell
    from openpyxl.styles import Font

    def shown(value: Any) -> str | float | None:
        plain = value.item() if hasattr(value, "item") else value
        if plain is None or plain != plain:
            return None
        return plain if isinstance(plain, int | float) else _NO_CHARACTERS.sub("", str(plain))

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
        plain = f"{plain}_" if plain in _STATAS_OWN or _STRINGS.fullmatch(plain) else plain
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


_TEX = str.maketrans({
    **{c: f"\\{c}" for c in "&%$#_{}"}, "\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}", "\n": " ", "−": "$-$", "×": r"$\times$",
    "·": r"$\cdot$",
    "≤": r"$\leq$", "≥": r"$\geq$", "→": r"$\to$", "∞": r"$\infty$", "Σ": r"$\Sigma$", "Ω": r"$\Omega$", "ω": r"$\omega$",
    "σ": r"$\sigma$", "θ": r"$\theta$", "λ": r"$\lambda$", "Δ": r"$\Delta$",
})  # fmt: skip
"""Signs that LaTeX takes for its own, or that its own fonts lack."""
_MD = str.maketrans({"|": "\\|", "\n": " ", "<": "&lt;"})


def as_markup(head: Sequence[str], rows: Sequence[Sequence[str]], numeric: Sequence[bool], format: Format) -> str:
    """A table in Markdown or LaTeX, every cell as it is: signs that either takes for its own are written so that they show.

    >>> print(as_markup(["a", "b"], [["x_1", "2"], ["[y] ~ <z>", "-3"]], [False, True], Format.tex))
    \\begin{tabular}{lr}
    \\hline
    a & b \\\\
    \\hline
    x\\_1 & 2 \\\\
    {}[y] \\textasciitilde{} \\textless{}z\\textgreater{} & $-$3 \\\\
    \\hline
    \\end{tabular}
    """
    if format is Format.md:
        lines = [[c.translate(_MD) for c in r] for r in (head, *rows)]
        ruled = [lines[0], ["--:" if n else "---" for n in numeric], *lines[1:]]
        return "\n".join(f"| {' | '.join(r)} |" for r in ruled)
    signed = [[re.sub("^-", "−", c) if n else c for c, n in zip(r, numeric, strict=True)] for r in rows]
    plain = [[c.translate(_TEX) for c in r] for r in (head, *signed)]
    # A row that begins with [ or * would be read as an option of the line break before it.
    body = [re.sub(r"^(?=[\[*])", "{}", " & ".join(r)) + r" \\" for r in plain]
    kind = "".join("r" if n else "l" for n in numeric)
    return "\n".join(
        [f"\\begin{{tabular}}{{{kind}}}", "\\hline", body[0], "\\hline", *body[1:], "\\hline", "\\end{tabular}"]
    )

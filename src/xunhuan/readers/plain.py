"""Csv as programs of all kinds save it: what is not declared is found out where it can be told for certain, and said.

A file may be UTF-8, UTF-16 or GBK, with commas, semicolons, tabs or bars between cells. How numbers are written is never
guessed: decimal commas, marks of thousands and words for missing values are declared, or the file is refused with what
to declare.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from xunhuan.data.arrays import Array
from xunhuan.errors import BadInput, ForeignFile, Problems, nearest
from xunhuan.readers.bounds import COLUMNS_READ, WHOLE_READ, usable
from xunhuan.readers.lines import parsing

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_MARKS = (",", ".", " ", "'", "\u00a0", "\u202f")
ABSENT = ("", "-", "–", "—", ".", "..", "...", "…", ":", "x", "NA", "N/A", "n/a", "#N/A", "nan", "NaN", "null")
"""What programs and offices write for a value that is not there; taken as such only where declared."""


@dataclass(frozen=True)
class CsvForm:
    """How a csv is written.

    encoding   "" to find out: UTF-8, UTF-16 with its mark, GBK      separator  "" to find out
    decimal    "." or ","     thousands  mark between thousands, "" for none     missing  words taken as 0
    """

    encoding: str = ""
    separator: str = ""
    decimal: str = "."
    thousands: str = ""
    missing: tuple[str, ...] = ()


_KEYS = tuple(CsvForm.__dataclass_fields__)


def declared_form(given: Mapping[str, Any], base: CsvForm, p: Problems, where: str) -> CsvForm:
    """A form with the keys of a section of a mapping file in the place of `base`'s; what is wrong goes to `p`."""
    told = {k: given[k] for k in _KEYS if k in given}
    if "missing" in told:
        words = told["missing"]
        told["missing"] = tuple(words) if isinstance(words, list) else (words,)
    for key, value in told.items():
        if not all(isinstance(v, str) for v in (value if key == "missing" else (value,))):
            p.add(f"{where}: {key} must be text")
            return base
    form = replace(base, **told)
    if form.encoding:
        try:
            "".encode(form.encoding)
        except (LookupError, ValueError):
            p.add(f"{where}: encoding {form.encoding!r} is not known; say utf-8, utf-16, gbk, latin-1 ...")
    if len(form.separator) > 1:
        p.add(f"{where}: separator {form.separator!r} must be one character")
    if form.decimal not in (".", ","):
        p.add(f'{where}: decimal must be "." or ","')
    if form.thousands and form.thousands not in _MARKS:
        p.add(f"{where}: thousands must be one of {', '.join(map(repr, _MARKS[:4]))}")
    if form.thousands and form.thousands == form.decimal:
        p.add(f"{where}: decimal and thousands are both {form.decimal!r}")
    return form


def read_plain(path: Path, form: CsvForm) -> tuple[pd.DataFrame, str]:
    """A csv as text cells, and how it was read where that was found out and is not UTF-8 with commas.

    Raises BadInput where it is no file or too large, ForeignFile where encoding or separator cannot be told.
    """
    if path.is_symlink() or not path.is_file():
        raise BadInput(f"{path.name!r} is no plain file", where=str(path), fix="name a csv")
    if path.stat().st_size > WHOLE_READ:
        raise BadInput("the file is above 2 GB", where=str(path), fix="divide it, or take the years that are needed")
    raw = path.read_bytes()
    encoding = form.encoding or _encoding(raw, path)
    try:
        text = raw.decode(encoding).removeprefix("\ufeff")
    except UnicodeError as e:
        raise ForeignFile(
            f"the file is not {encoding}", where=str(path), fix='say encoding = "..." in the mapping file'
        ) from e
    separator = form.separator or _separator(text)
    if max((line.count(separator) for line in text.split("\n")), default=0) >= COLUMNS_READ:
        raise BadInput(f"a line holds more than {COLUMNS_READ:,} cells", where=str(path), fix="name a csv of a table")
    read = f"{_name(encoding)} with {SEPARATORS.get(separator, repr(separator))}"
    fix = 'say separator = ";" (or "\\t", ",") and encoding = "..." in the mapping file if it is another'
    with parsing(str(path), f"the file is not a csv: it was read as {read}", fix):
        options: dict[str, Any] = {"dtype": str, "keep_default_na": False, "skipinitialspace": True, "index_col": False}
        frame = pd.read_csv(io.StringIO(text), sep=separator, **options)
    frame.columns = frame.columns.str.strip()
    _refuse_short(text, separator, path)
    found = [_name(encoding)] if not form.encoding and encoding != "utf-8-sig" else []
    found += [f"{SEPARATORS[separator]} between cells"] if not form.separator and separator != "," else []
    return frame, f"{path.name} was read as {' with '.join(found)}" if found else ""


def _refuse_short(text: str, separator: str, path: Path) -> None:
    """Raise ForeignFile naming lines of fewer cells than the first: the parser takes what they lack for empty."""
    if '"' in text:  # cells between quotes may hold the mark, or lines
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True)
        cells = [(rows.line_num, len(row)) for row in rows if row]
    else:
        lines = text.split("\n")
        cells = [(n, line.count(separator) + 1) for n, line in enumerate(lines, start=1) if line.strip()]
    most = cells[0][1] if cells else 0
    p = Problems("lines end early")
    p.items = [f"line {n}: {k} cells for {most}" for n, k in cells if k < most]
    p.raise_if(ForeignFile, where=str(path), fix="the file may be cut off; each line has as many cells as the first")


def _encoding(raw: bytes, path: Path) -> str:
    """UTF-16 by its mark, else UTF-8 where it holds, else GBK where each pair of high bytes is a character of GB 2312."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    for name in ("utf-8-sig", "gb2312"):
        try:
            text = raw.decode(name)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return "gbk" if name == "gb2312" else name
    fix = 'say encoding = "gb18030", "utf-16-le", "latin-1" ... in the mapping file'
    raise ForeignFile("the file is neither UTF-8, UTF-16 with its mark, nor GBK", where=str(path), fix=fix)


def _name(encoding: str) -> str:
    return {"utf-8-sig": "UTF-8", "utf-16": "UTF-16", "gbk": "GBK"}.get(encoding, encoding)


def _separator(text: str) -> str:
    """The mark that the first line has most of outside quotes; a comma where it has none."""
    head = re.sub(r'"[^"]*"', "", text.split("\n", 1)[0])
    return max(SEPARATORS, key=head.count)


def numbers_of(cells: pd.Series, form: CsvForm) -> tuple[Array, np.ndarray, str]:
    """Numbers of text cells (nan where there is none), which are declared missing, and what to declare of the rest."""
    text = cells.str.strip()
    missing = text.isin(form.missing).to_numpy()
    plain = text
    if form.thousands:
        mark, dot = re.escape(form.thousands), re.escape(form.decimal)
        grouped = text.str.fullmatch(rf"[+-]?\d{{1,3}}(?:{mark}\d{{3}})+(?:{dot}\d*)?(?:[eE][+-]?\d+)?")
        plain = text.where(~grouped, text.str.replace(form.thousands, "", regex=False))
    if form.decimal == ",":
        plain = plain.where(plain.str.count(",") <= 1, "?").where(~plain.str.contains(".", regex=False), "?")
        plain = plain.str.replace(",", ".", regex=False)
    out = pd.to_numeric(plain, errors="coerce").to_numpy(dtype=float)
    out = np.where(usable(out) & ~missing & text.map(str.isascii).to_numpy(dtype=bool), out, np.nan)
    odd = text[np.isnan(out) & ~missing]
    return out, missing, _hint(odd, form) if len(odd) else ""


def _hint(odd: pd.Series, form: CsvForm) -> str:
    """What to write into the mapping file for cells that are no numbers as declared."""
    if (words := [w for w in dict.fromkeys(odd) if w in ABSENT]) and odd.isin(ABSENT).all():
        return f"say missing = [{', '.join(repr(w) for w in words)}] in the mapping file to take them as 0".replace(
            "'", '"'
        )
    rest = odd[~odd.isin(ABSENT)]
    fix = "say {} in the mapping file if they are written so"
    if form.decimal == "." and rest.str.fullmatch(r"[+-]?[1-9]\d{0,2},\d{3}").all():
        return fix.format('thousands = "," (or decimal = ",": these cells read either way)')
    if form.decimal == "." and rest.str.fullmatch(r"[+-]?\d+(?:\.\d{3})*,\d+").all():
        return fix.format('decimal = ","' + (', thousands = "."' if rest.str.contains(".", regex=False).any() else ""))
    if rest.str.fullmatch(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?").all():
        return fix.format('thousands = ","')
    if rest.str.fullmatch(r"[+-]?\d{1,3}(?:[ '\u00a0\u202f]\d{3})+(?:[.,]\d*)?").all():
        return fix.format('thousands = " " (the mark between thousands)')
    if form.decimal == "," and rest.str.fullmatch(r"[+-]?\d{1,3}(?:\.\d{3})+(?:,\d*)?").all():
        return fix.format('thousands = "."')
    return ""


def unknown_label(label: str, known: Mapping[str, int]) -> str:
    """The nearest known label, as a question."""
    near = nearest(label, known)
    return f"; did you mean {near[0]!r}?" if near else ""

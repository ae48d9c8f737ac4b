"""Workbooks spoiled: cells and sheets, and the XML beneath them."""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from collections.abc import Callable
from typing import Any

import openpyxl
from openpyxl.utils import get_column_letter

from tests.fuzz.spoiled import Files, Rng, Spoil, Ways, flipped, sheet_grid


def _book(change: Callable[[Any, Rng], None]) -> Spoil:
    def spoil(files: Files, name: str, rng: Rng) -> None:
        book = openpyxl.load_workbook(io.BytesIO(files[name]))
        change(book, rng)
        out = io.BytesIO()
        book.save(out)
        files[name] = out.getvalue()

    return spoil


def _main(book: Any) -> Any:
    return max(book.worksheets, key=lambda s: s.max_row * s.max_column)


def _sheet_grid(files: Files, name: str, rng: Rng, change: Callable[[list[list[str]], Rng], None]) -> None:
    def whole(book: Any, rng: Rng) -> None:
        sheet = _main(book)
        was = [list(r) for r in sheet.iter_rows(values_only=True)]
        rows = [["" if x is None else str(x) for x in row] for row in was]
        change(rows, rng)
        sheet.delete_rows(1, sheet.max_row)
        for r, row in enumerate(rows, 1):
            for c, x in enumerate(row, 1):
                if x != "":
                    clean = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "", x)[:32767]
                    cell = sheet.cell(r, c, float(x) if re.fullmatch(r"-?\d{1,15}(\.\d+)?(e-?\d{1,3})?", x) else clean)
                    if isinstance(cell.value, str) and cell.data_type not in ("e", "f"):
                        cell.data_type = "s"

    _book(whole)(files, name, rng)


def _place(sheet: Any, rng: Rng) -> str:
    return f"{get_column_letter(rng.randint(5, max(5, sheet.max_column)))}{rng.randint(8, max(8, sheet.max_row))}"


def _stray(book: Any, rng: Rng) -> None:
    sheet = _main(book)
    row = rng.choice((sheet.max_row + 3, 5_000, 60_000, 1_048_576))
    column = rng.choice((1, sheet.max_column + 3, 500, 16_384))
    sheet.cell(row, column, rng.choice(("x", 1, None, 0.5)))


def _formula(book: Any, rng: Rng) -> None:
    sheet = _main(book)
    sheet[_place(sheet, rng)] = rng.choice(
        ("=1+1", "=SUM(A1:XFD1048576)", "=[1]Other!A1", "=", '=HYPERLINK("http://x")')
    )


def _odd_value(book: Any, rng: Rng) -> None:
    sheet = _main(book)
    cell = sheet[_place(sheet, rng)]
    value = rng.choice(
        (True, datetime.date(2020, 1, 1), datetime.time(3), datetime.timedelta(days=3), "#N/A", "text", "１２")
    )
    cell.value = value
    if value == "#N/A":
        cell.data_type = "e"


def _merged(book: Any, rng: Rng) -> None:
    sheet = _main(book)
    a, b = (rng.randint(1, sheet.max_row) for _ in range(2))
    c, d = (rng.randint(1, sheet.max_column) for _ in range(2))
    sheet.merge_cells(start_row=min(a, b), end_row=max(a, b), start_column=min(c, d), end_column=max(c, d))


def _hidden(book: Any, rng: Rng) -> None:
    sheet = _main(book)
    sheet.row_dimensions[rng.randint(1, sheet.max_row)].hidden = True
    sheet.column_dimensions["F"].hidden = True
    if len(book.worksheets) > 1 and rng.random() < 0.5:
        book.worksheets[0].sheet_state = rng.choice(("hidden", "veryHidden"))


def _sheets(book: Any, rng: Rng) -> None:
    sheet = _main(book)
    how = rng.randrange(6)
    if how == 0:
        book.create_sheet("empty", 0)
    elif how == 1:
        sheet.title = rng.choice(("x", "Table_2018", "数据", "Table ", "a'b", "<&>", "Legend"))
    elif how == 2:
        book.copy_worksheet(sheet)
    elif how == 3:
        book.create_sheet("only")
        book.remove(sheet)
    elif how == 4:
        book.create_chartsheet("chart", 0)
    else:
        sheet.delete_rows(1, sheet.max_row)


def _line_in(book: Any, rng: Rng) -> None:
    sheet = _main(book)
    rng.choice((sheet.insert_rows, sheet.insert_cols, sheet.delete_rows, sheet.delete_cols))(rng.randint(1, 12))


def again(raw: bytes, inside: Callable[[str, bytes], bytes | None], store: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip with parts changed; None leaves one out."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as z, zipfile.ZipFile(out, "w", store) as to:
        for name in z.namelist():
            body = inside(name, z.read(name))
            if body is not None:
                to.writestr(name, body)
    return out.getvalue()


def _xml(change: Callable[[bytes, Rng], bytes], part: str = r"xl/worksheets/sheet\d+\.xml") -> Spoil:
    def spoil(files: Files, name: str, rng: Rng) -> None:
        files[name] = again(files[name], lambda n, b: change(b, rng) if re.fullmatch(part, n) else b)

    return spoil


def _first(pattern: bytes, to: bytes | Callable[[re.Match[bytes]], bytes], body: bytes, rng: Rng) -> bytes:
    """The pattern changed at one random place."""
    found = list(re.finditer(pattern, body))
    if not found:
        return body
    m = rng.choice(found)
    new = to(m) if callable(to) else to
    return body[: m.start()] + new + body[m.end() :]


def _dimension(body: bytes, rng: Rng) -> bytes:
    to = rng.choice((b"A1:XFD1048576", b"A1", b"A1:A1", b"B9999999:ZZZ1", b"", b"x", b"A0:A0", b"A1:ZZZZZZ99999999999"))
    return re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="' + to + b'"', body)


def _reference(body: bytes, rng: Rng) -> bytes:
    to = rng.choice((
        b"XFD1048576", b"A0", b"", b"ZZZZZ99999999999", b"1", b"A", b"-1", b"A1", b"A1048577", b"XFE1", b"a1",
        b"A4294967296",
        b"AAAAAAAAAAAAAAAA1", b"C100000", b"ZZ300000",
    ))  # fmt: skip
    return _first(rb'(<c\b[^>]*\br=)"[A-Z]+\d+"', lambda m: m[1] + b'"' + to + b'"', body, rng)


def _row_reference(body: bytes, rng: Rng) -> bytes:
    to = rng.choice((b"1048576", b"0", b"", b"99999999999", b"-1", b"1", b"x", b"4294967297", b"500000"))
    return _first(rb'(<row\b[^>]*?\br=)"\d+"', lambda m: m[1] + b'"' + to + b'"', body, rng)


def _no_references(body: bytes, rng: Rng) -> bytes:
    which = rng.choice((rb' r="[A-Z]+\d+"', rb'(?<=<row) r="\d+"'))
    return re.sub(which, b"", body)


def _merge_all(body: bytes, rng: Rng) -> bytes:
    ref = rng.choice(
        (b"A1:XFD1048576", b"E8:XFD1048576", b"A1", b"", b"A0:B0", b"E8:ZZZZ9999999", b"B2:A1", b"E8:E1048576")
    )
    merges = b'<mergeCells count="4000000000"><mergeCell ref="' + ref + b'"/></mergeCells>'
    return body.replace(b"</sheetData>", b"</sheetData>" + merges, 1)


def _text_index(body: bytes, rng: Rng) -> bytes:
    to = rng.choice((b"99999999", b"-1", b"x", b"4294967296", b"", b"1.5"))
    return _first(rb'(t="s"[^>]*><v>)\d+(?=</v>)', lambda m: m[1] + to, body, rng)


def _value(body: bytes, rng: Rng) -> bytes:
    to = rng.choice(
        (b"1e400", b"nan", b"x", b"", b"1,5", b"&#0;", b"&a;", b"<x/>", b"]]>", b"9" * 500, b"0x1F", b" 5 ", b"1d5")
    )
    return _first(rb"(<v>)[\d.]+(?=</v>)", lambda m: m[1] + to, body, rng)


def _cell_type(body: bytes, rng: Rng) -> bytes:
    to = rng.choice((b"b", b"e", b"str", b"inlineStr", b"d", b"s", b"zz", b""))
    return _first(rb'(<c\b[^>]*\bt=)"\w*"', lambda m: m[1] + b'"' + to + b'"', body, rng)


def _lol(body: bytes, rng: Rng) -> bytes:
    del rng
    names = "".join(f'<!ENTITY l{k + 1} "{f"&l{k};" * 10}">' for k in range(9))
    dtd = f'<!DOCTYPE worksheet [<!ENTITY l0 "lollollollol">{names}]>'.encode()
    return _first(
        rb"(<v>)[\d.]+(?=</v>)", lambda m: m[1] + b"&l9;", re.sub(rb"(<worksheet)", dtd + rb"\1", body, count=1), Rng(1)
    )


def _prefixed(body: bytes, rng: Rng) -> bytes:
    del rng
    body = re.sub(rb"<(/?)(?=[a-zA-Z])", rb"<\1x:", body)
    return body.replace(b"xmlns=", b"xmlns:x=", 1)


def _bomb(body: bytes, rng: Rng) -> bytes:
    how = rng.randrange(4)
    if how == 0:
        return body.replace(b"</sheetData>", b" " * 60_000_000 + b"</sheetData>")
    if how == 1:
        return body.replace(
            b"</sheetData>", b"".join(b'<row r="%d"/>' % k for k in range(1000, 700_000)) + b"</sheetData>"
        )
    if how == 2:
        cells = b"".join(b'<c r="A%d"><v>0</v></c>' % k for k in range(300, 300_000))
        return body.replace(b"</sheetData>", b'<row r="300">' + cells + b"</row></sheetData>")
    return body.replace(b"</sheetData>", b'<row r="300">' + b"<c/>" * 2_000_000 + b"</row></sheetData>")


def _part_gone(files: Files, name: str, rng: Rng) -> None:
    with zipfile.ZipFile(io.BytesIO(files[name])) as z:
        gone = rng.choice(z.namelist())
    files[name] = again(files[name], lambda n, b: None if n == gone else b)


def _part_cut(files: Files, name: str, rng: Rng) -> None:
    with zipfile.ZipFile(io.BytesIO(files[name])) as z:
        part = rng.choice(z.namelist())
    files[name] = again(files[name], lambda n, b: b[: rng.randrange(len(b) + 1)] if n == part else b)


def _part_bytes(files: Files, name: str, rng: Rng) -> None:
    with zipfile.ZipFile(io.BytesIO(files[name])) as z:
        part = rng.choice(z.namelist())
    files[name] = again(files[name], lambda n, b: flipped(b, rng) if n == part else b)


def _shared(body: bytes, rng: Rng) -> bytes:
    how = rng.randrange(4)
    if how == 0:
        return re.sub(rb'(uniqueCount|count)="\d+"', rb'\1="4294967295"', body)
    if how == 1:
        return re.sub(rb"<si>.*?</si>", b"", body, count=1)
    if how == 2:
        return body.replace(b"</sst>", b"<si><t>" + b"x" * 30_000_000 + b"</t></si></sst>")
    return body.replace(b"<t>", b"<r><t>", 1)


def _styles(body: bytes, rng: Rng) -> bytes:
    return rng.choice((
        re.sub(rb'numFmtId="\d+"', b'numFmtId="14"', body), re.sub(rb'numFmtId="\d+"', b'numFmtId="x"', body),
        body.replace(b"<cellXfs", b"<cellXfsX"), b"",
    ))  # fmt: skip


BOOK: Ways = {
    "a stray cell": ("same", _book(_stray)),
    "a formula": ("heard", _book(_formula)),
    "an odd value": ("heard", _book(_odd_value)),
    "merged": ("heard", _book(_merged)),
    "hidden": ("same", _book(_hidden)),
    "sheets": ("same", _book(_sheets)),
    "a line put in or out": ("heard", _book(_line_in)),
    "dimension": ("same", _xml(_dimension)),
    "reference": ("heard", _xml(_reference)),
    "row reference": ("heard", _xml(_row_reference)),
    "no references": ("same", _xml(_no_references)),
    "merge all": ("heard", _xml(_merge_all)),
    "index of a text": ("heard", _xml(_text_index)),
    "value": ("heard", _xml(_value)),
    "kind of a cell": ("heard", _xml(_cell_type)),
    "entities": ("heard", _xml(_lol)),
    "prefixed": ("same", _xml(_prefixed)),
    "bomb": ("same", _xml(_bomb)),
    "shared texts": ("heard", _xml(_shared, r"xl/sharedStrings\.xml")),
    "styles": ("heard", _xml(_styles, r"xl/styles\.xml")),
    "list of sheets": ("heard", _xml(lambda b, rng: flipped(b, rng), r"xl/workbook\.xml")),
    "links of sheets": (
        "heard",
        _xml(lambda b, rng: re.sub(rb'Target="[^"]*"', rng.choice((b'Target="../../x"', b'Target=""',
        b'Target="worksheets/sheet9.xml"')), b),
             r"xl/_rels/workbook\.xml\.rels"),
    ),
    "part gone": ("heard", _part_gone),
    "part cut": ("heard", _part_cut),
    "part's bytes": ("free", _part_bytes),
}  # fmt: skip


sheet_grid.append(_sheet_grid)

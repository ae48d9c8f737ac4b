"""Files a visitor can take away. Names and digests are looked up, never joined into a path unread."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pandas as pd
from flask import Flask, Response, request, send_file

from xunhuan.data.store import load_log
from xunhuan.errors import ForeignFile, UnknownName, XunhuanError
from xunhuan.faces import words
from xunhuan.faces.figures.numbers import figure_numbers
from xunhuan.faces.formats import Format, as_text, write_file
from xunhuan.faces.web import alone, lookups, state
from xunhuan.faces.web.jobs import Pool
from xunhuan.faces.web.security import REPORT_POLICY
from xunhuan.scenario.shape import read_frame

_FILES = ("scenario.toml", "summary.parquet", "summary.csv", "report.html", "manifest.json", "result.nc")
"""What can be taken from a result."""
_CHARTS = ("csv", "xlsx")
"""Formats of a picture's numbers."""
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_DIGEST = re.compile(r"[0-9a-f]{12,64}")


def add_routes(server: Flask, pool: Pool) -> None:
    """Add the routes."""

    @server.get("/download/circulation.csv")
    def circulation() -> Response:
        from xunhuan.measures import table

        selection = state.selected("/", request.query_string.decode("utf-8", "replace"))
        if selection.problems:
            return _absent(*selection.problems)
        ds = lookups.measured(selection.table, selection.home, selection.definition, "region")
        return _csv(table(ds), f"circulation-{selection.table}-{selection.definition}.csv")

    @server.get("/download/chart.<kind>")
    def chart(kind: str) -> Response:
        return _chart(kind, pool)

    @server.get("/download/log/<name>.csv")
    def log(name: str) -> Response:
        try:
            return _csv(load_log(name), f"{name}-log.csv")
        except UnknownName as e:
            return _absent(str(e))

    @server.get("/download/result/<digest>/<name>")
    def result(digest: str, name: str) -> Response:
        if not _DIGEST.fullmatch(digest) or not pool.shows(digest):
            return _absent(words.of(_lang())("no_such_run"))
        if name not in _FILES:
            return _absent(str(UnknownName.of("file of a result", name, _FILES)))
        folder = pool.results / digest
        if name == "summary.csv":
            try:
                return _csv(read_frame(folder / "summary.parquet"), f"{digest[:12]}-{name}")
            except ForeignFile as damaged:
                return _absent(str(damaged))
        look = name == "report.html" and "look" in request.args
        if not (folder / name).is_file():
            return _absent(str(UnknownName.of("file of a result", name, [f for f in _FILES if (folder / f).is_file()])))
        if look and _lang() == "zh":
            written = (folder / "manifest.json").stat().st_mtime_ns
            try:
                told = Response(_report(folder, written), mimetype="text/html")
            except XunhuanError as damaged:
                return _absent(str(damaged))
            told.headers["Content-Security-Policy"] = REPORT_POLICY
            return told
        answer = send_file(folder / name, as_attachment=not look, download_name=f"{digest[:12]}-{name}", max_age=0)
        if look:
            answer.headers["Content-Security-Policy"] = REPORT_POLICY
        return answer


def _chart(kind: str, pool: Pool) -> Response:
    """The numbers of one picture of the page that the address says, its path under `at`."""
    asked = state.selected(request.args.get("at"), request.query_string.decode("utf-8", "replace"))
    if kind not in _CHARTS:
        return _absent(str(UnknownName.of("format", kind, _CHARTS)))
    if asked.problems:
        return _absent(*asked.problems)
    try:
        found = alone.picture_alone(asked, pool)
    except XunhuanError as e:
        return _absent(str(e))
    if found is None:
        return _absent(words.of(_lang())("no_such_picture"))
    frame = figure_numbers(found.figure)
    name = re.sub(r"[^\w-]", "-", request.args.get("name", "")[:80] or asked.only, flags=re.ASCII)
    if kind == "csv":
        return _csv(frame, f"{name}.csv")
    book = io.BytesIO()
    write_file(frame, Format.xlsx, book, found.title, [request.url])
    headers = {"Content-Disposition": f'attachment; filename="{name}.xlsx"'}
    return Response(book.getvalue(), mimetype=_XLSX, headers=headers)


@lookups.once(8)
def _report(folder: Path, written: int) -> str:
    """The report on a result in Chinese; the file beside the numbers is in English."""
    from xunhuan.faces.report import scenario_report
    from xunhuan.scenario.record import open_result

    return scenario_report(open_result(folder), "zh")


def _lang() -> str:
    return "zh" if request.args.get("lang") == "zh" else "en"


def _absent(*said: str) -> Response:
    """There is no such thing, and what there is."""
    text = "".join(f"{words.in_language(line, _lang())}\n" for told in said for line in told.splitlines())
    return Response(text, 404, mimetype="text/plain")


def _csv(frame: pd.DataFrame, name: str) -> Response:
    """A file for spreadsheets: the mark at its start tells them that Chinese names are UTF-8, and no text is a formula."""
    text = "\ufeff" + as_text(frame).to_csv(index=False)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, mimetype="text/csv", headers=headers)

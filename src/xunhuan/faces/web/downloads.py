"""Files a visitor can take away. Names and digests are looked up, never joined into a path unread."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
from flask import Flask, Response, abort, request, send_file

from xunhuan.data.store import load_log
from xunhuan.errors import ForeignFile, UnknownName
from xunhuan.faces.web import lookups, state
from xunhuan.faces.web.jobs import Pool
from xunhuan.faces.web.security import REPORT_POLICY
from xunhuan.scenario.shape import read_frame

_FILES = ("scenario.toml", "summary.parquet", "summary.csv", "report.html", "manifest.json", "result.nc")
"""What can be taken from a result."""
_DIGEST = re.compile(r"[0-9a-f]{12,64}")


def add_routes(server: Flask, pool: Pool) -> None:
    """Add the routes."""

    @server.get("/download/circulation.csv")
    def circulation() -> Response:
        from xunhuan.measures import table

        selection = state.selected("/", request.query_string.decode("utf-8", "replace"))
        ds = lookups.measured(selection.table, selection.home, selection.definition, "region")
        return _csv(table(ds), f"circulation-{selection.table}-{selection.definition}.csv")

    @server.get("/download/log/<name>.csv")
    def log(name: str) -> Response:
        try:
            return _csv(load_log(name), f"{name}-log.csv")
        except UnknownName:
            abort(404)

    @server.get("/download/result/<digest>/<name>")
    def result(digest: str, name: str) -> Response:
        if not _DIGEST.fullmatch(digest) or name not in _FILES or not pool.has(digest):
            abort(404)
        folder = pool.results / digest
        if name == "summary.csv":
            try:
                return _csv(read_frame(folder / "summary.parquet"), f"{digest[:12]}-{name}")
            except ForeignFile:
                abort(404)
        look = name == "report.html" and "look" in request.args
        if not (folder / name).is_file():
            abort(404)
        if look and request.args.get("lang") == "zh":
            written = (folder / "manifest.json").stat().st_mtime_ns
            told = Response(_report(folder, written), mimetype="text/html")
            told.headers["Content-Security-Policy"] = REPORT_POLICY
            return told
        answer = send_file(folder / name, as_attachment=not look, download_name=f"{digest[:12]}-{name}", max_age=0)
        if look:
            answer.headers["Content-Security-Policy"] = REPORT_POLICY
        return answer


@lookups.once(8)
def _report(folder: Path, written: int) -> str:
    """The report on a result in Chinese; the file beside the numbers is in English."""
    from xunhuan.faces.report import scenario_report
    from xunhuan.scenario.record import open_result

    return scenario_report(open_result(folder), "zh")


def _csv(frame: pd.DataFrame, name: str) -> Response:
    # The mark at the start tells spreadsheets that the names in Chinese are UTF-8.
    text = "﻿" + frame.to_csv(index=False)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, mimetype="text/csv", headers=headers)

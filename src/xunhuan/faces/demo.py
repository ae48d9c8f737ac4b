"""`make demo`: the provinces' circulation with its report, then the lead scenario with its intervals."""

from __future__ import annotations

from pathlib import Path

import typer

from xunhuan.faces.output import Format, emit

TABLE = "china-2017"


def provinces(folder: Path) -> Path:
    """Print own, inter and external circulation of the provinces; write the report on it into `folder`.

    Returns the report's path. Raises OSError where the folder cannot be written.
    """
    from xunhuan.data.store import load, write_text
    from xunhuan.faces.commands.measuring import measure_notes
    from xunhuan.faces.report.circulation import CirculationReport
    from xunhuan.measures import table

    report = CirculationReport(load(TABLE))
    ds = report.found.region
    title = f"Circulation by absorption: {TABLE}, {ds.attrs['year']}"
    emit(table(ds), Format.table, title=title, notes=measure_notes(ds), digits=3)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{TABLE}.html"
    write_text(path, report.html())
    typer.echo(f"report: {path}\n")
    return path

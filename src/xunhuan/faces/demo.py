"""`make demo`: the provinces' circulation with its report, then the lead scenario with its intervals."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from xunhuan.faces.output import Format, emit
from xunhuan.faces.rounding import adding
from xunhuan.faces.speaking import in_my_words

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from xunhuan.scenario.record import Result

TABLE = "china-2017"


_SHOWN = 5
"""Places shown of those most and of those least turned abroad."""


def provinces(folder: Path) -> Path:
    """Print in a sentence and a short table how the provinces' GDP is carried; write the report on it into `folder`.

    Returns the report's path. Raises OSError where the folder cannot be written.
    """
    from xunhuan.data.store import load, write_text
    from xunhuan.faces.commands.measuring import folded
    from xunhuan.faces.report.circulation import CirculationReport
    from xunhuan.measures import table

    report = CirculationReport(load(TABLE))
    ds = report.found.region
    frame = folded(table(ds).sort_values("external", ascending=False, kind="stable"))
    frame = frame.drop(columns=[c for c in frame if c == "name_zh"])
    left = len(frame) - 2 * _SHOWN
    notes = [
        f"The {_SHOWN} provinces most and the {_SHOWN} least turned abroad; {left} more and intervals are in the report.",
        f"All of them: xunhuan circulation {TABLE}",
    ]
    typer.echo(f"{_said(ds)}\n")
    title = f"Whose demand carries the provinces: {TABLE}, {ds.attrs['year']}"
    emit(_ends(frame), Format.table, title=title, notes=notes, digits=3)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{TABLE}.html"
    write_text(path, report.html())
    typer.echo(in_my_words(f"report: {path}") + "\n")
    return path


def _said(ds: xr.Dataset) -> str:
    """The answer in a sentence: the provinces' mean by GDP, and where abroad weighs most."""
    own, inter, away = adding([100 * float(x) for x in ds["mean"].isel(weighting=-1)], 1)
    most = ds["external"].to_series().nlargest(3)
    names = dict(zip(ds["region"].values.astype(str), ds["name_en"].values.astype(str), strict=True))
    places = ", ".join(f"{names[str(c)]} ({100 * x:.0f}%)" for c, x in most.items())
    return (
        f"In {ds.attrs['year']} the GDP of {ds.sizes['region']} provinces rested {own:.1f}% on their own final demand, "
        f"{inter:.1f}% on the other provinces' and {away:.1f}% on the rest of the world's, most in {places}."
    )


def _ends(frame: pd.DataFrame) -> pd.DataFrame:
    """The first and the last rows of a table, as many of each."""
    import pandas as pd

    return pd.concat([frame.head(_SHOWN), frame.tail(_SHOWN)], ignore_index=True)


def places_hit(result: Result) -> None:
    """Print the nation and the regions that the first arm hits most, by the number that the answer weighs, in every arm."""
    import pandas as pd

    from xunhuan.faces.compared import quantity_weighed
    from xunhuan.faces.reading import Reading

    reading = Reading(result)
    q = quantity_weighed(reading) or reading.main
    if q is None:
        return
    arms = reading.arms_of(q)
    order = reading.frame(q, arms[0], ("home",)).sort_values("value", kind="stable")["region"].head(_SHOWN)
    frame = pd.DataFrame(
        {"region": c, "name": reading.name(c), **{a: reading.show(reading.number(q, c, a), q) for a in arms}}
        for c in (reading.home, *order)
    )
    frame.attrs["written"] = arms
    emit(
        frame,
        Format.table,
        title=f"{reading.titled(q)}: the nation, and the {_SHOWN} regions hit most under “{arms[0]}”",
    )

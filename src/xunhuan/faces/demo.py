"""`make demo`: the provinces' circulation with its report, then the lead scenario with its intervals."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from xunhuan.data.arrays import CIRCUITS
from xunhuan.faces.output import Format, emit
from xunhuan.faces.speaking import in_my_words, language_spoken
from xunhuan.faces.spelling import percents, within

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from xunhuan.data.arrays import Array
    from xunhuan.faces.report.spread import ShareSpread
    from xunhuan.scenario.record import Result

TABLE = "china-2017"


_SHOWN = 5
"""Places shown of those most and of those least turned abroad."""


def provinces(folder: Path) -> Path:
    """Print in a sentence and a short table how the provinces' GDP is carried; write the report on it into `folder`.

    Returns the report's path. Raises OSError where the folder cannot be written.
    """
    from xunhuan.data.store import load, write_text
    from xunhuan.faces.report.circulation import CirculationReport

    report = CirculationReport(load(TABLE))
    spread = report.found.spread
    ds = report.found.region if spread is None else spread.region
    typer.echo(in_my_words(_said(ds, None if spread is None else spread.mean_ends[:, -1])) + "\n")
    notes = [
        f"The {_SHOWN} provinces most and the {_SHOWN} least turned abroad; {ds.sizes['region'] - 2 * _SHOWN} more are in "
        "the report.",
        *(["In brackets: 90% intervals over versions of the table."] if spread is not None else []),
        f"All of them: xunhuan circulation {TABLE}",
    ]
    title = f"Whose demand carries the provinces, per cent of GDP: {TABLE}, {ds.attrs['year']}"
    emit(_ends(ds, spread), Format.table, title=title, notes=notes)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{TABLE}.html"
    write_text(path, report.html())
    typer.echo(in_my_words(f"report: {path}") + "\n")
    return path


def _said(ds: xr.Dataset, ends: Array | None) -> str:
    """The answer in a sentence: the provinces' mean by GDP with its intervals, and where abroad weighs most."""
    from xunhuan.faces.report.spread import said

    own, inter, away = said([float(x) for x in ds["mean"].isel(weighting=-1)], ends, "en")
    most = ds["external"].to_series().nlargest(3)
    names = _names(ds)
    places = ", ".join(f"{names[str(c)]} ({100 * x:.0f}%)" for c, x in most.items())
    return (
        f"In {ds.attrs['year']} the GDP of {ds.sizes['region']} provinces rested {own} on their own final demand, "
        f"{inter} on the other provinces' and {away} on the rest of the world's, most in {places}."
    )


def _names(ds: xr.Dataset) -> dict[str, str]:
    """Names of regions by their codes, in the language of the command line."""
    return dict(zip(map(str, ds["region"].values), map(str, ds[f"name_{language_spoken()}"].values), strict=True))


def _ends(ds: xr.Dataset, spread: ShareSpread | None) -> pd.DataFrame:
    """The regions most and those least turned abroad, as many of each: shares in per cent with their intervals."""
    import numpy as np
    import pandas as pd

    order = np.argsort(-ds["external"].to_numpy(), kind="stable")
    rows, names = list[dict[str, str]](), list(_names(ds).values())
    for k in (*order[:_SHOWN], *order[-_SHOWN:]):
        parts = [float(ds[c][k]) for c in CIRCUITS]
        told = percents(parts, 1) if spread is None else [f"{x} ({i})" for x, i in within(parts, spread.ends[:, k], 1)]
        shown = (x.replace("%", "") for x in told)
        row = {"region": str(ds["region"].values[k]), "name": names[k]}
        row |= {str(c): x for c, x in zip(CIRCUITS, shown, strict=True)}
        rows.append(row)
    frame = pd.DataFrame(rows)
    frame.attrs["written"] = CIRCUITS
    return frame


def places_hit(result: Result) -> None:
    """Print the nation and the regions that the first arm hits most, by the number that the answer weighs, in every arm."""
    import pandas as pd

    from xunhuan.faces import words
    from xunhuan.faces.compared import quantity_weighed
    from xunhuan.faces.reading import Reading

    reading = Reading(result, language_spoken())
    q = quantity_weighed(reading) or reading.main
    if q is None:
        return
    arms = reading.arms_of(q)
    order = reading.frame(q, arms[0], ("home",)).sort_values("value", kind="stable")["region"].head(_SHOWN)
    frame = pd.DataFrame(
        {
            "region": c,
            "name": reading.name(c),
            **{reading.say(a): reading.show(reading.number(q, c, a), q) for a in arms},
        }
        for c in (reading.home, *order)
    )
    frame.attrs["written"] = [reading.say(a) for a in arms]
    emit(
        frame,
        Format.table,
        title=words.of(reading.lang)("places_hit", what=reading.titled(q), n=_SHOWN, arm=reading.say(arms[0])),
    )

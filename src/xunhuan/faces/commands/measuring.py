"""What the commands that print a measure share: the table, its options, the definition beside the numbers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xunhuan.errors import BadInput
from xunhuan.faces.output import Format

if TYPE_CHECKING:
    import xarray as xr

    from xunhuan.data.accounts import Accounts

Table = Annotated[str, typer.Argument(help="A bundled table (see `xunhuan tables`) or an accounts file.")]
Regions = Annotated[
    list[str] | None,
    typer.Option(
        "--region",
        "-r",
        help="Region, cluster (YRD), nation or A+B, repeated for more; by default the home nation's provinces.",
    ),
]
Nations = Annotated[
    list[str] | None,
    typer.Option("--nation", help="Make regions one nation and look from it: NAME=CODE,CODE,..."),
]
Border = Annotated[str, typer.Option("--border", help="Whose borders count: region or nation.")]
Top = Annotated[int | None, typer.Option("--top", help="Show only so many rows.")]


def open_table(table: str, nation: list[str] | None = None) -> Accounts:
    """The table, regrouped as --nation says. Raises BadInput for a --nation that cannot be read."""
    from xunhuan.data.store import load

    acc = load(table)
    for text in nation or []:
        name, _, members = text.partition("=")
        codes = [c.strip() for c in members.split(",") if c.strip()]
        if not name.strip() or not codes:
            fix = "for instance --nation EU=DEU,FRA,ITA"
            raise BadInput(f"--nation {text!r} is not NAME=CODE,CODE,...", fix=fix)
        acc = acc.regroup(name.strip(), codes)
    return acc


def show(ds: xr.Dataset, title: str, format: Format, output: Path | None, top: int | None = None) -> None:
    """Print or write a measure with its definition, weighting, unit and sources beside it."""
    from xunhuan.faces.output import emit
    from xunhuan.measures.labels import table

    frame = table(ds)
    if top is not None:
        frame = frame.head(top)
    heading = f"{title}: {ds.attrs['table']}, {ds.attrs['year']}"
    emit(frame, format, output, title=heading, notes=notes(ds))


def notes(ds: xr.Dataset) -> list[str]:
    """Lines that belong beside the numbers."""
    a = {str(k): str(v) for k, v in ds.attrs.items()}
    lines = [f"Definition: {a['definition']}.", f"Weighting: {a['weighting']}."]
    if "mean" in ds:
        for w in ds["weighting"].values:
            row = ds["mean"].sel(weighting=w)
            parts = ", ".join(f"{c} {float(row.sel(circuit=c)):.4f}" for c in row["circuit"].values)
            lines.append(f"Mean over the single regions shown, {w}: {parts}.")
    lines.append(f"Values in {a['unit']}. Source: {a['citation']}.")
    return lines + [f"Note: {n}." for n in a.get("notes", "").split("; ") if n]

"""What the commands that print a measure share: the table, its options, the definition beside the numbers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xunhuan.faces.completing import named_tables
from xunhuan.faces.output import Format, cut_said, folded
from xunhuan.faces.rounding import adding

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from xunhuan.data.accounts import Accounts

TableArgument = Annotated[
    str,
    typer.Argument(help="A bundled table (see `xunhuan tables`) or an accounts file.", autocompletion=named_tables),
]
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
Top = Annotated[
    int | None,
    typer.Option(
        "--top",
        min=0,
        help="Only so many rows of each region, those largest in the first number; of a ranking, so many ranks; 0 for all.",
    ),
]
Draws = Annotated[
    int | None,
    typer.Option("--draws", help="Versions of the table for 90% intervals; 0 for none. See `xunhuan tables`."),
]
RANKS = 10
"""Ranks of each region that a screen shows unless --top says otherwise."""


def with_draws(
    measure: Callable[..., xr.Dataset], accounts: list[Accounts], options: dict[str, Any], draws: int | None
) -> xr.Dataset:
    """A measure of tables, with intervals over versions of the one table where asked for or known."""
    from xunhuan.faces.output import counting
    from xunhuan.measures.versions import intervals, with_known

    if draws:
        with counting("versions of the table") as progress:
            return intervals(measure, accounts[0], draws=draws, progress=progress, **options)
    ds = measure(*accounts, **options)
    ds.attrs["versions"] = accounts[0].draws if len(accounts) == 1 else 0
    plain = measure.__name__ == "circulation" and draws is None and all(options[k] == v for k, v in _PLAIN.items())
    return with_known(accounts[0], ds) if plain else ds


_PLAIN = {"by": "region", "sectors": "all", "border": "region", "home": None, "definition": "absorption"}
"""Options of circulation that the intervals which tables keep were worked out with."""


def show(
    ds: xr.Dataset, title: str, format: Format, output: Path | None, top: int | None = None, acc: Accounts | None = None
) -> None:
    """Print or write a measure with its definition, weighting, unit and sources beside it; names by those of the table."""
    from xunhuan.data.store import strings
    from xunhuan.faces.headings import names_known
    from xunhuan.faces.output import counted_for_me, emit
    from xunhuan.measures import table

    screen = format is Format.table and output is None
    frame, cut = table(ds), list[str]()
    if "rank" in ds.dims:
        frame, cut = first_ranks(frame, top if top is not None else RANKS if screen else 0)
    elif top:
        frame, cut = topmost(frame, strings(ds.attrs["columns"]), top)
    frame.attrs["money"] = {str(n): str(v.attrs.get("unit", "")) for n, v in ds.data_vars.items()}
    if screen:
        frame = folded(counted_for_me(frame))
    frame.attrs["headings"] = {str(n): str(v.attrs.get("symbol", n)) for n, v in ds.data_vars.items()}
    frame.attrs["known"] = names_known(acc) if acc is not None else {}
    heading = f"{title}: {ds.attrs['table']}, {ds.attrs['year']}"
    emit(frame, format, output, title=heading, notes=[*cut, *measure_notes(ds)])


def first_ranks(frame: pd.DataFrame, ranks: int) -> tuple[pd.DataFrame, list[str]]:
    """So many ranks of each region, 0 for all; in words, what was left out.

    >>> import pandas as pd
    >>> three = pd.DataFrame({"region": ["A", "A", "B"], "rank": [1, 2, 1]})
    >>> first_ranks(three, 1)[0].to_numpy().tolist(), first_ranks(three, 1)[1]
    ([['A', 1], ['B', 1]], ['Shown: 2 of 3 rows; --top 0, or a file by -o, has all.'])
    >>> len(first_ranks(three, 0)[0]), first_ranks(three, 5)[1]
    (3, [])
    """
    kept = frame[frame["rank"] <= ranks].reset_index(drop=True) if ranks else frame
    return kept, cut_said(len(kept), len(frame))


def topmost(frame: pd.DataFrame, columns: list[str], top: int) -> tuple[pd.DataFrame, list[str]]:
    """So many rows of each region, those with the largest first number first, by size where signs differ; in words, which.

    Regions stay in their order, or are themselves ranked where each has one row. A row without the number comes last, and a
    region is no partner of its own.

    >>> import pandas as pd
    >>> two = pd.DataFrame({"region": ["A", "A", "A", "B"], "partner": ["A", "B", "C", "A"], "value": [9.0, 1.0, 3.0, 2.0]})
    >>> shown, said = topmost(two, ["value"], 1)
    >>> shown.to_numpy().tolist(), said
    ([['A', 'C', 3.0], ['B', 'A', 2.0]], ['Shown: the largest by value of each region, itself left out.'])
    """
    numbers = [c for c in columns if c in frame and frame[c].dtype.kind in "fi"]
    if not numbers or "region" not in frame:
        return frame.head(top), [f"Shown: the first {top}."]
    by, several = numbers[0], bool(frame["region"].duplicated().any())
    itself = frame["partner"] == frame["region"] if "partner" in frame and several else frame["region"].isna()
    left = frame[~itself]
    ordered = left.sort_values(by, ascending=False, key=abs, kind="stable")
    many = f"{top} largest" if top > 1 else "largest"
    if not several:
        return ordered.head(top), [f"Shown: the {many} by {by}."]
    place = {r: k for k, r in enumerate(dict.fromkeys(frame["region"]))}
    best = ordered.groupby("region", sort=False).head(top)
    best = best.sort_values("region", key=lambda r: r.map(place), kind="stable")
    return best, [f"Shown: the {many} by {by} of each region{', itself left out' if itself.any() else ''}."]


_NOT_DRAWN = "Intervals: none of these numbers were drawn; --draws {n} works them out over versions of the table."
_ONE_VERSION = "Intervals: none, since nothing is known of how uncertain this table is."


def measure_notes(ds: xr.Dataset) -> list[str]:
    """Lines that belong beside the numbers of a measure."""
    from xunhuan.data.store import strings
    from xunhuan.faces.speaking import language_spoken
    from xunhuan.faces.words import caveat

    a = ds.attrs
    lines = [caveat(a["partners"], language_spoken())] if "partners" in a else []
    lines += [f"Definition: {a['definition']}.", f"Weighting: {a['weighting']}."]
    lines += [f"Sectors: {_chosen(a['sectors'])}."] if "sectors" in a else []
    lines += [f"Using industries: {_chosen(a['industries'])}."] if "industries" in a else []
    lines += _mean_lines(ds)
    if "draws_of" in a:
        lines.append(f"Intervals: 90%, over {a['draws']} versions of what the cities of a split region sell each other. "
                     "Other regions have none: these versions leave their own trade as it is.")  # fmt: skip
    elif "draws" in a:
        lines.append(f"Intervals: 90%, over {a['draws']} versions of what the nation's regions sell each other.")
    elif a.get("versions", 0) > 1:
        lines.append(_NOT_DRAWN.format(n=min(64, a["versions"])))
    elif "inter" in strings(a["columns"]) or "circuit" in ds.coords:
        lines.append(_ONE_VERSION)
    method = " ".join(f"[{key}]" for key in strings(a["citation"]))
    lines.append(f"{_values_in(ds, strings(a['columns']))}Method: {method}.")
    lines.append(f"Table: {a['table']}. Source: {a['source']}.")
    return lines + [f"Note: {n}." for n in strings(a["notes"])]


def _chosen(sectors: str) -> str:
    """A choice of sectors as it is written, in Chinese with what its groups are."""
    from xunhuan.faces.headings import group_named
    from xunhuan.faces.speaking import language_spoken

    return sectors if language_spoken() == "en" else "+".join(map(group_named, sectors.split("+")))


def _mean_lines(ds: xr.Dataset) -> list[str]:
    lines = []
    for w in ds["weighting"].values if "weighting" in ds else ():
        if "mean" in ds and ds.sizes.get("region", 0) > 1:  # of one region the mean is its row
            row = ds.sel(weighting=w)
            parts = ", ".join(f"{c} {x:.4f}{_ends_of_mean(row, c)}" for c, x in _rounded(row))
            lines.append(f"Mean over the single regions shown, {w}: {parts}.")
        if "mean_effect" in ds:
            effect = float(ds["mean_effect"].sel(weighting=w))
            lines.append(f"Mean effect over the regions shown, geometric, {w}: {effect:.4g}.")
    return lines


def _rounded(row: xr.Dataset) -> list[tuple[str, float]]:
    """The means of one weighting, rounded so that they add up."""
    values = adding([float(x) for x in row["mean"]], 4)
    return list(zip(map(str, row["circuit"].values), values, strict=True))


def _ends_of_mean(row: xr.Dataset, circuit: str) -> str:
    """The interval of a mean in brackets, as a table writes it; empty where it was not drawn."""
    if "mean_low" not in row:
        return ""
    low, high = (float(row[f"mean_{end}"].sel(circuit=circuit)) for end in ("low", "high"))
    return f" ({low:.3f}–{high:.3f})"


def _values_in(ds: xr.Dataset, columns: list[str]) -> str:
    """The unit of the columns that have one, all others being ratios."""
    units: dict[str, list[str]] = {}
    for name in columns:
        units.setdefault(str(ds[name].attrs["unit"]), []).append(name)
    ratios = bool(units.pop("1", []))
    if len(units) == 1 and not ratios:
        return f"Values in {next(iter(units))}. "
    said = [f"{', '.join(names)} in {unit}" for unit, names in units.items()]
    return f"Units: {'; '.join([*said, *(['the rest ratios'] if ratios and said else [])]) or 'ratios'}. "

"""`xunhuan tables` and `xunhuan check`: what tables there are, what they hold, and whether they balance."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xunhuan.errors import BadInput
from xunhuan.faces.completing import named_tables
from xunhuan.faces.output import Format, FormatOption, OutputOption, emit
from xunhuan.faces.speaking import in_my_words, language_spoken

if TYPE_CHECKING:
    from xunhuan.data.accounts import Accounts


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("tables")(_tables)
    app.command("check")(_check)


def _tables(
    table: Annotated[
        str | None,
        typer.Argument(help="Show one table: regions, or its build log with --log.", autocompletion=named_tables),
    ] = None,
    log: Annotated[bool, typer.Option("--log", help="Show the corrections made when the table was built.")] = False,
    add: Annotated[
        Path | None, typer.Option("--add", help="Copy this accounts file (.nc) to your tables, to be found by name.")
    ] = None,
    name: Annotated[str, typer.Option("--name", help="What the table that is added will be called.")] = "",
    format: FormatOption = Format.table,
    output: OutputOption = None,
) -> None:
    """List the tables that can be named, or show one of them.

    Your own tables lie in the folders of $XUNHUAN_TABLES, apart as in $PATH; the first takes what is built or added.
    """
    if add is not None:
        from xunhuan.data.catalogue import add_table

        made = add_table(add, name)
        typer.echo(in_my_words(f"Added {made.stem}: {made}."))
    elif name:
        raise BadInput("--name goes with --add", fix="for instance --add mine.nc --name mine")
    elif table is None:
        _list(format, output)
    elif log:
        from xunhuan.data.store import load_log

        df = load_log(table)
        emit(df, format, output, title=f"Build log of {table}", notes=[f"{len(df)} corrections"])
    else:
        _one(table, format, output)


def _list(format: Format, output: OutputOption) -> None:
    from xunhuan.data.catalogue import tables

    frame = tables().drop(columns="digest")  # what answers depend on has another, told where a table is opened
    notes = ["One in full, with the digest that results and `cite` give: xunhuan tables NAME"]
    emit(frame.assign(year=frame["year"].astype(str)), format, output, title="Tables", notes=notes)  # 2017, not 2,017


def _one(table: str, format: Format, output: OutputOption) -> None:
    import numpy as np
    import pandas as pd

    from xunhuan.data.store import load
    from xunhuan.measures import cross_hauling

    acc = load(table)
    g = acc.geography
    crossed = cross_hauling(acc, [c for c, shut in zip(g.codes, acc.closed, strict=True) if shut])
    df = pd.DataFrame({
        "region": g.codes, "name_en": g.names_en, "name_zh": [g.name(c, "zh") for c in g.codes], "nation": g.nation,
        "open": np.where(g.is_open, "open", ""), "gdp": acc.gdp, "output": acc.output.sum(1),
    })  # fmt: skip
    if len(set(g.nation)) < len(g.codes) - len(g.open):  # some nation has several regions
        shares = crossed[["outflow", "overlap"]].to_dataframe()[["outflow", "overlap"]].reindex(g.codes)
        df = df.assign(outflow=shares["outflow"].to_numpy(), overlap=shares["overlap"].to_numpy())
    between = ", " if language_spoken() == "en" else "、"
    notes = [
        f"{acc.title}.",
        f"Year {acc.year}, values in {acc.unit}.",
        f"Source: {acc.source}.",
        f"sectors: {between.join(acc.sectors.codes)}; groups: {between.join(acc.sectors.groups)}",
        f"clusters: {between.join(f'{k} = ' + '+'.join(v) for k, v in g.clusters.items())}",
        *_versions(acc),
        *acc.notes,
        f"digest {acc.answer_digest}",
    ]
    df.attrs["money"] = dict.fromkeys(("gdp", "output"), acc.unit)
    emit(df, format, output, title=acc.name, notes=notes, digits=3)


def _versions(acc: Accounts) -> list[str]:
    """What the columns of trade between regions mean, and how many versions there are of it."""
    lines = ["outflow: sent to the nation's other regions over output; overlap: of what could be both sent and taken, the "
             "part that is, see `xunhuan cross-hauling`"]  # fmt: skip
    if acc.posterior is not None:
        said = [in_my_words(n) for n in (acc.posterior.title, *acc.posterior.notes)]
        after = "; " if language_spoken() == "en" else "；"
        lines.append(after.join([in_my_words(f"versions: {acc.draws}"), *said]))
    return lines


def _check(
    source: Annotated[str, typer.Argument(help="Name or netCDF file of a table, or name or TOML file of a scenario.")],
    format: FormatOption = Format.table,
    output: OutputOption = None,
) -> None:
    """Check a table's accounting identities, or a scenario against its table and models, without running it."""
    from xunhuan.scenario.layers import library

    if source.endswith(".toml") or source in library():
        _check_scenario(source)
        return
    _check_table(source, format, output)


def _check_scenario(source: str) -> None:
    """Say what a scenario would run. Raises BadInput listing all that is wrong with it."""
    from xunhuan.scenario.check import prepare
    from xunhuan.scenario.layers import read_layers

    layers = read_layers(source)
    bench = prepare(layers)
    s = bench.scenario
    draws = s.uncertainty.draws if s.uncertainty else 0
    typer.echo(in_my_words(
        f"{layers.name} is whole; table: {bench.base.name}; shocks: {len(s.shock)}; arms: {len(s.all_arms())}; "
        f"models: {', '.join(bench.order)}; draws: {draws}"
    ))  # fmt: skip


def _check_table(table: str, format: Format, output: Path | None) -> None:
    import pandas as pd

    from xunhuan.data.identities import TOLERANCE, identity_residuals
    from xunhuan.data.store import load

    acc = load(table)  # refuses what does not balance
    rows = [
        {"identity": name, "cells": residual.size, "largest_residual": float(residual.max())}
        for name, (residual, _) in identity_residuals(acc).items()
    ]
    notes = [
        f"residuals relative to the gross size of the terms; refused above {TOLERANCE:g}",
        f"digest {acc.answer_digest}",
    ]
    emit(pd.DataFrame(rows), format, output, title=f"{acc.name}: balanced", notes=notes)

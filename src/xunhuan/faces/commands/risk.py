"""`xunhuan market-risk`: how much real income varies with markets when everything answers."""

from __future__ import annotations

from typing import Annotated

import typer

from xunhuan.faces.commands.measuring import Nations, Regions, TableArgument, Top, show
from xunhuan.faces.opening import open_table
from xunhuan.faces.output import Format, FormatOption, OutputOption, counting

_By = Annotated[str, typer.Option("--by", help="region or partner.")]
_Model = Annotated[str, typer.Option("--model", help="The model asked; one that has slopes.")]
_Edit = Annotated[list[str] | None, typer.Option("--edit", help="A line of edits in force; repeatable.")]
_Set = Annotated[list[str] | None, typer.Option("--set", help="A parameter of the model, NAME=VALUE; repeatable.")]
_Demand = Annotated[
    str, typer.Option("--demand", help="Final demand by year: oecd, wiod or a file with a column year.")
]
_Years = Annotated[str, typer.Option("--years", help="Years of growth: all, 2012-2019, 2012-2019+2022, !2020.")]
_Currency = Annotated[str, typer.Option("--currency", help="What growth is counted in: USD or CNY.")]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("market-risk")(_market_risk)


def _market_risk(
    table: TableArgument,
    region: Regions = None,
    by: _By = "region",
    model: _Model = "",
    edit: _Edit = None,
    set_: _Set = None,
    demand: _Demand = "oecd",
    years: _Years = "all",
    currency: _Currency = "USD",
    nation: Nations = None,
    top: Top = None,
    format: FormatOption = Format.table,
    output: OutputOption = None,
) -> None:
    """How much real income varies with each market when prices, wages and trade answer."""
    from xunhuan.faces.commands.respond import parameters, read_edits, settings
    from xunhuan.models.model import Shock
    from xunhuan.scenario.market_risk import able, risk_of_markets

    found = able(model)
    edits = read_edits(edit, {}, found) if edit else ()
    p, acc = parameters(found, settings(set_ or [])), open_table(table, nation)
    with counting("regions") as progress:
        ds = risk_of_markets(
            acc, region or None, found, Shock(edits), p,
            by=by, demand=demand, years=years, currency=currency, progress=progress,
        )  # fmt: skip
    show(ds, "Market risk", format, output, top, acc)

"""`xunhuan circulation`: own, inter and external circulation of regions."""

from __future__ import annotations

from typing import Annotated

import typer

from xunhuan.faces.commands.measuring import Border, Nations, Regions, Table, open_table, show
from xunhuan.faces.output import Format, FormatOption, OutputOption

Definition = Annotated[str, typer.Option("--definition", "-d", help="absorption, origin or forward.")]
By = Annotated[str, typer.Option("--by", help="region, sector or partner.")]


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command("circulation")
    def command(
        table: Table,
        definition: Definition = "absorption",
        region: Regions = None,
        by: By = "region",
        nation: Nations = None,
        border: Border = "region",
        format: FormatOption = Format.table,
        output: OutputOption = None,
    ) -> None:
        """Share of GDP that turns on a region's own market, on its nation's other regions, and abroad."""
        from xunhuan.measures.circulation import circulation

        ds = circulation(open_table(table, nation), definition, region or None, by, border=border)
        show(ds, f"Circulation by {definition}", format, output)

"""`xunhuan split-processing`: a table with its processing exporters apart, saved as accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from xunhuan.faces.commands.measuring import TableArgument
from xunhuan.faces.output import AccountsOption, Format, FormatOption, emit, working

if TYPE_CHECKING:
    import pandas as pd

    from xunhuan.data.accounts import Accounts


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command("split-processing")
    def command(
        table: TableArgument,
        output: AccountsOption,
        draw: Annotated[
            int | None, typer.Option(help="Number of a draw from the ranges of the shares; their middle if not given.")
        ] = None,
        format: FormatOption = Format.table,
    ) -> None:
        """Set processing exporters apart from all other production, and save the table.

        For tables of China's official 42 sectors, by province or national; measures then run on the file. Shares of
        processing trade by sector are mostly judgement: see `xunhuan docs processing`.
        """
        from xunhuan.build.processing_tables import split_processing
        from xunhuan.data.store import load, save

        acc = load(table)
        with working(f"splitting {acc.name}"):
            apart = split_processing(acc, draw=draw)
            save(apart, output)
        notes = (
            f"Exporters of {acc.name} apart: {apart.extra['split']}.",
            "Values in " + acc.unit + "; the rest per unit of the processing industry's output, home regions together.",
            *(f"Note: {n}." for n in apart.notes),
            f"Wrote {output}.",
        )
        emit(_industries(apart), format, title=f"Processing industries of {acc.name}", notes=notes)


def _industries(acc: Accounts) -> pd.DataFrame:
    """Each processing industry: what it exports, and what of that is imported inputs, home-made inputs, value added."""
    import numpy as np
    import pandas as pd

    home = np.array([n == acc.home for n in acc.geography.nation])
    at = acc.sectors.select("processing")
    made = acc.output[home][:, at].sum(0)
    assert acc.sourcing is not None
    bought = acc.sourcing.intermediate[:, :, home][..., at].sum((1, 2))  # r j
    out = pd.DataFrame({
        "industry": [acc.sectors.codes[k] for k in at],
        "name_en": [acc.sectors.names_en[k] for k in at],
        "name_zh": [acc.sectors.names_zh[k] for k in at],
        "exports": made,
        "imported_inputs": bought[~home].sum(0) / made,
        "home_inputs": bought[home].sum(0) / made,
        "value_added": acc.value_added[home][:, at].sum((0, 2)) / made,
    })  # fmt: skip
    out.attrs["money"] = {"exports": acc.unit}
    return out

"""Commands for the measures other than circulation, one each; every one takes clusters and nations as
regions.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from xunhuan.faces.commands.measuring import Border, Nations, Regions, Table, Top, open_table, show
from xunhuan.faces.output import Format, FormatOption, OutputOption

Sectors = Annotated[str, typer.Option("--sectors", "-s", help="Sectors or groups: electronics, C26+C27, !services.")]
Theta = Annotated[float, typer.Option("--theta", help="Trade elasticity.")]
Of = Annotated[str, typer.Option("--of", help="value_added or output.")]
Valuation = Annotated[str, typer.Option("--valuation", help="face (purchases) or look (every tier of suppliers).")]


def _by(*choices: str) -> object:
    return typer.Option("--by", help=f"{', '.join(choices[:-1])} or {choices[-1]}.")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    commands: dict[str, Callable[..., None]] = {
        "va-trade": va_trade,
        "participation": participation,
        "exports": exports,
        "gateways": gateways,
        "exposure": exposure,
        "chokepoints": chokepoints,
        "extraction": extraction,
        "structure": structure,
        "duplication": duplication,
        "linkages": linkages,
        "propagation-length": propagation_length,
        "trade-costs": trade_costs,
        "border-effect": border_effect,
        "decompose": decompose,
    }
    for name, command in commands.items():
        app.command(name)(command)


def va_trade(
    table: Table,
    region: Regions = None,
    by: Annotated[str, _by("region", "sector")] = "region",
    border: Border = "region",
    nation: Nations = None,
    top: Top = None,
    format: FormatOption = Format.table,
    output: OutputOption = None,
) -> None:
    """Value added of regions absorbed in each partner's final demand."""
    from xunhuan.measures.gvc import value_added_trade

    ds = value_added_trade(open_table(table, nation), region or None, by, border)
    show(ds, "Value added in trade", format, output, top)


def participation(
    table: Table,
    region: Regions = None,
    border: Border = "region",
    nation: Nations = None,
    format: FormatOption = Format.table,
    output: OutputOption = None,
) -> None:
    """Forward and backward participation in value chains, simple and complex; VS and VS1."""
    from xunhuan.measures.gvc import participation as measure

    show(measure(open_table(table, nation), region or None, border), "Participation", format, output)


def exports(
    table: Table,
    method: Annotated[str, typer.Option("--method", "-m", help="bm-source, bm-sink, kww or wwz.")] = "bm-source",
    region: Regions = None,
    by: Annotated[str, _by("region", "partner", "sector")] = "region",
    border: Border = "region",
    nation: Nations = None,
    top: Top = None,
    format: FormatOption = Format.table,
    output: OutputOption = None,
) -> None:
    """Gross exports by whose value they hold and what is counted twice."""
    from xunhuan.measures.exports import export_decomposition

    ds = export_decomposition(open_table(table, nation), method, region or None, by, border)
    show(ds, f"Exports ({method})", format, output, top)


def gateways(
    table: Table,
    region: Regions = None,
    nation: Nations = None,
    format: FormatOption = Format.table,
    output: OutputOption = None,
) -> None:
    """Part of the other regions' export value added that a region ships, or that passes through it."""
    from xunhuan.measures.gvc import gateways as measure

    show(measure(open_table(table, nation), region or None), "Gateways and bridges", format, output)


def exposure(
    table: Table,
    region: Regions = None,
    by: Annotated[str, _by("region", "sector", "partner")] = "region",
    nation: Nations = None,
    top: Top = None,
    format: FormatOption = Format.table,
    output: OutputOption = None,
) -> None:
    """Reliance on foreign inputs at face value and looked through, and how few nations supply them."""
    from xunhuan.measures.exposure import exposure as measure

    show(measure(open_table(table, nation), region or None, by), "Exposure", format, output, top)


def chokepoints(
    table: Table,
    region: Regions = None,
    valuation: Valuation = "look",
    nation: Nations = None,
    top: Annotated[int, typer.Option("--top", help="Worst goods shown for each region.")] = 10,
    format: FormatOption = Format.table,
    output: OutputOption = None,
) -> None:
    """Goods ranked by foreign reliance x supplier concentration x weight in GDP."""
    from xunhuan.measures.exposure import chokepoints as measure

    ds = measure(open_table(table, nation), region or None, valuation).isel(rank=slice(0, max(top, 1)))
    show(ds, f"Chokepoints ({valuation})", format, output)


def extraction(
    table: Table,
    origin: Annotated[str, typer.Option("--from", help="Regions whose sales stop.")],
    destination: Annotated[str, typer.Option("--to", help="Regions that no more buy them.")],
    sectors: Sectors = "all",
    substitution: Annotated[
        bool, typer.Option("--substitution", help="The buyers' own nation supplies instead.")
    ] = False,
    both_ways: Annotated[bool, typer.Option("--both-ways", help="Cut the way back too.")] = False,
    region: Regions = None,
    nation: Nations = None,
    top: Top = None,
    format: FormatOption = Format.table,
    output: OutputOption = None,
) -> None:
    """GDP lost when links between regions are taken out (hypothetical extraction)."""
    from xunhuan.measures.extraction import extraction as measure

    acc = open_table(table, nation)
    ds = measure(
        acc, origin, destination, sectors, substitution=substitution, both_ways=both_ways, region=region or "all"
    )
    show(ds, "Extraction", format, output, top)


def structure(
    table: Table,
    region: Regions = None,
    by: Annotated[str, _by("region", "sector", "pair")] = "region",
    of: Of = "value_added",
    nation: Nations = None,
    top: Top = None,
    format: FormatOption = Format.table,
    output: OutputOption = None,
) -> None:
    """Specialisation, location quotients, likeness and complementarity of regions."""
    from xunhuan.measures.structure import structure as measure

    show(measure(open_table(table, nation), region or None, by, of), "Structure", format, output, top)


def duplication(
    table: Table,
    sectors: Sectors = "all",
    region: Annotated[
        list[str] | None, typer.Option("--region", "-r", help="Regions compared; YRD stands for its members.")
    ] = None,
    of: Of = "value_added",
    nation: Nations = None,
    format: FormatOption = Format.table,
    output: OutputOption = None,
) -> None:
    """How far regions of a nation or cluster do the same, industry by industry."""
    from xunhuan.measures.structure import duplication as measure

    ds = measure(open_table(table, nation), sectors, of, region or "provinces")
    show(ds, "Duplication", format, output)


def linkages(
    table: Table,
    region: Regions = None,
    by: Annotated[str, _by("sector", "region")] = "sector",
    border: Border = "region",
    nation: Nations = None,
    top: Top = None,
    format: FormatOption = Format.table,
    output: OutputOption = None,
) -> None:
    """Backward and forward linkage, upstreamness and downstreamness."""
    from xunhuan.measures.linkages import linkages as measure

    show(measure(open_table(table, nation), region or None, by, border), "Linkages", format, output, top)


def propagation_length(
    table: Table,
    region: Regions = None,
    border: Border = "region",
    nation: Nations = None,
    top: Top = None,
    format: FormatOption = Format.table,
    output: OutputOption = None,
) -> None:
    """Average number of stages between a region's value added and a partner's final goods."""
    from xunhuan.measures.linkages import propagation_length as measure

    ds = measure(open_table(table, nation), region or None, border)
    show(ds, "Average propagation length", format, output, top)


def trade_costs(
    table: Table,
    region: Regions = None,
    theta: Theta = 4.0,
    sectors: Sectors = "all",
    border: Border = "region",
    nation: Nations = None,
    top: Top = None,
    format: FormatOption = Format.table,
    output: OutputOption = None,
) -> None:
    """Trade costs that flows imply (Head-Ries), ad valorem."""
    from xunhuan.measures.integration import head_ries

    ds = head_ries(open_table(table, nation), region or None, theta, sectors, border)
    show(ds, "Implied trade costs", format, output, top)


def border_effect(
    table: Table,
    region: Regions = None,
    theta: Theta = 4.0,
    sectors: Sectors = "all",
    nation: Nations = None,
    format: FormatOption = Format.table,
    output: OutputOption = None,
) -> None:
    """How much more freely regions trade inside their nation than across its border."""
    from xunhuan.measures.integration import border_effect as measure

    ds = measure(open_table(table, nation), region or None, theta, sectors)
    show(ds, "Border effect", format, output)


def decompose(
    before: Annotated[str, typer.Argument(help="Table of the first year.")],
    after: Annotated[str, typer.Argument(help="Table of the last year, same regions and sectors.")],
    region: Regions = None,
    of: Annotated[str, typer.Option("--of", help="share (of GDP) or value.")] = "share",
    border: Border = "region",
    format: FormatOption = Format.table,
    output: OutputOption = None,
) -> None:
    """What moved circulation between two tables: technology, sourcing, demand, value-added rates."""
    from xunhuan.measures.decomposition import structural_decomposition

    ds = structural_decomposition(open_table(before), open_table(after), region or None, of, border)
    show(ds, "Structural decomposition", format, output)

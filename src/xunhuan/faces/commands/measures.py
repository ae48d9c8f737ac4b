"""A command for every measure: its name, its options and their defaults are those of the function in Python.

Signatures stand here as data, since the functions' own would have to be imported for every `--help`; a house test holds
the two equal.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer

from xunhuan.faces.commands.measuring import Draws, Nations, Regions, TableArgument, Top, show, with_draws
from xunhuan.faces.opening import open_table
from xunhuan.faces.output import Format, FormatOption, OutputOption


def _option(kind: Any, flag: str, text: str, *short: str) -> Any:
    return Annotated[kind, typer.Option(flag, *short, help=text)]


def _words(flag: str, *choices: str) -> Any:
    return _option(str, flag, f"{', '.join(choices[:-1])} or {choices[-1]}.")


_OPTIONS: dict[str, tuple[Any, Any]] = {
    "region": (Regions, None),
    "sectors": (_option(str, "--sectors", "Sectors or groups: electronics, C26+C27, !services.", "-s"), "all"),
    "border": (_option(str, "--border", "Whose borders count: region or nation."), "region"),
    "home": (_option(str | None, "--home", "Nation, or cluster made one, to look from."), None),
}
"""What means the same for all measures: annotation and default."""


@dataclass(frozen=True)
class _Command:
    """A measure as a command.

    title: above its numbers · help: what it is, in a line · by: words of --by, none where it has no such option ·
    shared: which of the other common options it has · own: its own options · tables: its arguments
    """

    title: str
    help: str
    by: tuple[str, ...] = ()
    shared: tuple[str, ...] = ("sectors", "border", "home")
    own: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    tables: Mapping[str, Any] = field(default_factory=lambda: {"table": TableArgument})

    @property
    def options(self) -> dict[str, tuple[Any, Any]]:
        """Annotation and default of every option that is a parameter of the function, in its order."""
        by = {"by": (_words("--by", *self.by), "region")} if self.by else {}
        return {"region": _OPTIONS["region"], **by, **{k: _OPTIONS[k] for k in self.shared}, **self.own}


_SIZE = {"of": (_option(str, "--of", "value_added or output."), "value_added")}
_SATELLITE = {
    "satellite": (_option(Path | None, "--satellite", "csv with region, sector and numbers: jobs, CO2 [Mt]."), None),
    "of": (_option(str, "--of", "Column of the satellite, where it has several."), ""),
}
_THETA = {"theta": (_option(float, "--theta", "Trade elasticity."), 4.0)}

_COMMANDS = {
    "circulation": _Command(
        "Circulation by {definition}",
        "Share of GDP that turns on a region's own market, on its nation's other regions, and abroad.",
        by=("region", "sector", "group", "partner"),
        own={"definition": (_option(str, "--definition", "absorption, origin or forward.", "-d"), "absorption")},
    ),
    "value_added_trade": _Command(
        "Value added in trade",
        "Value added of regions absorbed in each partner's final demand.",
        by=("region", "sector"),
    ),
    "participation": _Command(
        "Participation",
        "Forward and backward participation in value chains, simple and complex; VS and VS1.",
        shared=("border", "home"),
    ),
    "export_decomposition": _Command(
        "Exports ({method})",
        "Gross exports by whose value they hold and what is counted twice.",
        by=("region", "partner", "sector", "group", "sector-partner"),
        own={
            "method": (_option(str, "--method", "bm-source, bm-sink, kww or wwz.", "-m"), "bm-source"),
            "perimeter": (_words("--perimeter", "exporter", "self", "bilateral", "sector", "world"), "exporter"),
        },
    ),
    "value_added_origin": _Command(
        "Origin of value added in {trade}",
        "Value in gross exports or imports by the region and the industry that added it; the OECD's names beside ours.",
        by=("region", "partner", "sector", "industry", "industry-partner"),
        own={
            "trade": (_option(str, "--trade", "exports or imports."), "exports"),
            "counterpart": (
                _option(str, "--counterpart", "Sold to or bought from: regions, A+B, !X."),
                "all",
            ),
        },
    ),
    "multipliers": _Command(
        "Multipliers",
        "Output, value added and imports that final demand for a region's goods calls for, by where they arise.",
        by=("region", "sector", "partner", "sector-partner"),
        own={
            "amount": (_option(float, "--amount", "Final demand for each row, in the table's unit."), 1.0),
            **_SATELLITE,
        },
    ),
    "embodied": _Command(
        "Embodied, by {definition}",
        "Jobs, emissions or energy of a csv behind final use: footprints and embodied flows, by every definition.",
        by=("region", "sector", "group", "partner"),
        own={
            **_SATELLITE,
            "satellite": (_SATELLITE["satellite"][0], inspect.Parameter.empty),
            "definition": (_option(str, "--definition", "origin, absorption or forward.", "-d"), "origin"),
            "spread": (
                _option(str, "--spread", "A row for several cells is shared out by value_added or output."),
                "value_added",
            ),
        },
    ),
    "structural_paths": _Command(
        "Structural paths",
        "Single chains of suppliers behind the final goods a region buys, largest first, and how much is left out.",
        shared=("sectors", "border", "home"),
        own={"least": (_option(float, "--least", "Smallest chain, as a share of the whole."), 0.001), **_SATELLITE},
    ),
    "price_model": _Command(
        "Price model ({model})",
        "What dearer primary inputs, or more final demand, make of prices and output: Leontief's and Ghosh's models.",
        by=("region", "sector", "group"),
        shared=("sectors", "home"),
        own={
            "origin": (_option(str, "--origin", "Regions where it begins; home for the home nation's."), "home"),
            "industries": (_option(str, "--industries", "Sectors where it begins, as --sectors."), "all"),
            "change": (_option(float, "--change", "Change as a share: 0.1 is ten per cent more."), 0.1),
            "component": (
                _option(str, "--component", "Component of value added, or category of final use; several with +."),
                "all",
            ),
            "model": (
                _option(str, "--model", "leontief-price, ghosh-quantity, leontief-quantity or ghosh-price.", "-m"),
                "leontief-price",
            ),
        },
    ),
    "gateways": _Command(
        "Gateways and bridges",
        "Part of the other regions' export value added that a region ships, or that passes through it.",
        shared=("home",),
    ),
    "exposure": _Command(
        "Exposure",
        "Reliance on foreign inputs at face value and looked through, and how few nations supply them.",
        by=("region", "sector", "partner", "industry", "industry-partner"),
        own={"industries": (_option(str, "--industries", "Using industries or groups, as --sectors."), "all")},
    ),
    "chokepoints": _Command(
        "Chokepoints ({valuation})",
        "Goods ranked by foreign reliance x supplier concentration x weight in GDP.",
        own={"valuation": (_option(str, "--valuation", "face (purchases) or look (every tier)."), "look")},
    ),
    "extraction": _Command(
        "Extraction",
        "GDP lost when links between regions are taken out (hypothetical extraction).",
        shared=("sectors", "home"),
        own={
            "origin": (_option(str, "--origin", "Regions whose sales stop."), inspect.Parameter.empty),
            "destination": (_option(str, "--destination", "Regions that no more buy them."), inspect.Parameter.empty),
            "substitution": (_option(bool, "--substitution", "The buyers' own nation supplies instead."), False),
            "both_ways": (_option(bool, "--both-ways", "Cut the way back too."), False),
        },
    ),
    "structure": _Command(
        "Structure",
        "Specialisation, location quotients, likeness and complementarity of regions.",
        by=("region", "sector", "partner"),
        own=_SIZE,
    ),
    "duplication": _Command(
        "Duplication",
        "How far regions of a nation or cluster do the same, industry by industry; YRD stands for its members.",
        shared=("sectors", "home"),
        own=_SIZE,
    ),
    "linkages": _Command(
        "Linkages",
        "Backward and forward linkage, upstreamness and downstreamness.",
        by=("region", "sector"),
        own={
            "stocks": (
                _option(str | None, "--stocks", "Final categories that hold changes in stocks: inventory."),
                None,
            ),
        },
    ),
    "propagation_length": _Command(
        "Average propagation length",
        "Average number of stages between a region's value added and a partner's final goods.",
        shared=("border", "home"),
    ),
    "head_ries": _Command(
        "Implied trade costs",
        "Trade costs that flows imply (Head-Ries), ad valorem.",
        own=_THETA,
    ),
    "border_effect": _Command(
        "Border effect",
        "How much more freely regions trade inside their nation than across its border.",
        shared=("sectors", "home"),
        own=_THETA,
    ),
    "cross_hauling": _Command(
        "Cross-hauling",
        "How much of the same goods a place both sends to and takes from the rest of its nation; outflow over output.",
        by=("region", "sector"),
        shared=("sectors", "home"),
    ),
    "coupling": _Command(
        "Coupling",
        "How much of a region's income hangs on each market, and the market's on the region's.",
    ),
    "volatility": _Command(
        "Volatility",
        "How much a region's income varies with its markets, whose part that is, and what others would do.",
        by=("region", "partner"),
        own={
            "demand": (
                _option(str, "--demand", "Final demand by year: oecd, wiod or a file with a column year."),
                "oecd",
            ),
            "years": (_option(str, "--years", "Years of growth: all, 2012-2019, 2012-2019+2022, !2020."), "all"),
            "currency": (_option(str, "--currency", "What growth is counted in: USD or CNY."), "USD"),
        },
    ),
    "supply": _Command(
        "Domestic supply",
        "Domestic share of the use of goods, in all uses and in intermediate and final use apart.",
        by=("region", "sector"),
    ),
    "import_content": _Command(
        "Import content",
        "Imports of a kind of good that industries use per unit of output, direct and through home-made inputs.",
        by=("region", "sector"),
    ),
    "structural_decomposition": _Command(
        "Structural decomposition",
        "What moved circulation between two tables: technology, sourcing, demand, value-added rates.",
        shared=("border", "home"),
        own={
            "of": (_option(str, "--of", "share (of GDP) or value."), "share"),
            "concordance": (
                _option(
                    Path | None, "--concordance", "csv with source and target, or isic, where lists of sectors differ."
                ),
                None,
            ),
        },
        tables={
            "first": Annotated[str, typer.Argument(help="Table of the first year.")],
            "last": Annotated[str, typer.Argument(help="Table of the last year, same regions.")],
        },
    ),
}
"""By the name of the measure."""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for name, command in _COMMANDS.items():
        app.command(name.replace("_", "-"))(_callback(name, command))


def _callback(measure: str, command: _Command) -> Callable[..., None]:
    """The function behind a command, with the signature that its options are read off."""
    arguments = {name: (kind, inspect.Parameter.empty) for name, kind in command.tables.items()}
    shown = {
        "nation": (Nations, None),
        **({"draws": (Draws, None)} if len(arguments) == 1 else {}),
        "top": (Top, None),
        "format": (FormatOption, Format.table),
        "output": (OutputOption, None),
    }

    def run(**given: Any) -> None:
        from xunhuan import measures

        options = {name: given[name] for name in command.options} | {"region": given["region"] or None}
        accounts = [open_table(given[name], given["nation"]) for name in arguments]
        ds = with_draws(getattr(measures, measure), accounts, options, given.get("draws"))
        show(ds, command.title.format(**given), given["format"], given["output"], given["top"], accounts[0])

    every = {**arguments, **command.options, **shown}
    run.__doc__ = command.help
    run.__annotations__ = {name: kind for name, (kind, _) in every.items()}
    keyword = inspect.Parameter.KEYWORD_ONLY
    parameters = [inspect.Parameter(n, keyword, default=d, annotation=k) for n, (k, d) in every.items()]
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return run

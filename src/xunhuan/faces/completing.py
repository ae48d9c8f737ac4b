"""Names that the shell completes: those a word of the command line may be, in the order of their lists."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xunhuan.data.accounts import Accounts


def _beginning(names: Iterable[str], incomplete: str) -> list[str]:
    return [n for n in names if n.startswith(incomplete)]


def named_tables(incomplete: str) -> list[str]:
    """Tables that can be named.

    >>> named_tables("toy")
    ['toyland']
    """
    from xunhuan.data.store import known_tables

    return _beginning(known_tables(), incomplete)


def named_scenarios(incomplete: str) -> list[str]:
    """Scenarios of the library.

    >>> named_scenarios("chip-")
    ['chip-embargo']
    """
    from xunhuan.scenario.layers import library

    return _beginning(library(), incomplete)


def named_models(incomplete: str) -> list[str]:
    """Models there are, and `all`."""
    from xunhuan.models import registry

    return _beginning([*registry.models(), "all"], incomplete)


def named_pages(incomplete: str) -> list[str]:
    """Pages of the documentation.

    >>> named_pages("tuto")
    ['tutorial', 'tutorial.zh']
    """
    from xunhuan.faces.manual import manual_pages

    return _beginning(manual_pages(), incomplete)


def named_terms(incomplete: str) -> list[str]:
    """Terms of the glossary, by their keys."""
    from xunhuan.faces.glossary import terms

    return _beginning((t.key for t in terms().values()), incomplete)


def named_measures(incomplete: str) -> list[str]:
    """Measures by the names of their commands.

    >>> named_measures("circ")
    ['circulation']
    """
    from xunhuan.faces.rooms import ROOMS

    return _beginning(ROOMS["measures"], incomplete)


def named_sources(incomplete: str) -> list[str]:
    """What has sources to cite: tables, measures, models."""
    from xunhuan.data.store import known_tables
    from xunhuan.models import registry

    return [
        *_beginning(known_tables(), incomplete),
        *named_measures(incomplete),
        *_beginning(registry.models(), incomplete),
    ]


def named_bases(incomplete: str) -> list[str]:
    """Tables and scenarios of the library, which can both be checked."""
    return [*named_tables(incomplete), *named_scenarios(incomplete)]


def named_lists(incomplete: str) -> list[str]:
    """Sector lists, and the list of economies."""
    from xunhuan.data.sector_lists import sector_lists

    return _beginning([*sector_lists(), "economies"], incomplete)


def named_regions(table: str, incomplete: str) -> list[str]:
    """Codes of a table's regions, clusters and nations, the last of those joined by "+" or commas.

    >>> named_regions("toyland", "AT-N+BO"), named_regions("no such table", "A")
    (['AT-N+BOR'], [])
    """
    acc = _opened(table)
    if acc is None:
        return []
    g = acc.geography
    return _last_of(dict.fromkeys((*g.codes, *g.clusters, *g.nation, "provinces", "foreign", "all")), incomplete)


def named_sectors(table: str, incomplete: str) -> list[str]:
    """Codes and groups of a table's sectors, the last of those joined by "+" or commas.

    >>> named_sectors("toyland", "good")
    ['goods']
    """
    acc = _opened(table)
    return [] if acc is None else _last_of(dict.fromkeys((*acc.sectors.codes, *acc.sectors.groups)), incomplete)


def _opened(table: str) -> Accounts | None:
    from xunhuan.data.store import load
    from xunhuan.errors import XunhuanError

    try:
        return load(table)
    except XunhuanError:
        return None


def _last_of(names: Iterable[str], incomplete: str) -> list[str]:
    before, joined, last = re.fullmatch(r"(?s)(.*?)([+,!]?)([^+,!]*)", incomplete).groups()  # type: ignore[union-attr]
    return [f"{before}{joined}{n}" for n in _beginning(names, last)]


_OF_REGIONS = {"region", "origin", "destination", "target", "members", "partner", "home"}
_OF_SECTORS = {"sectors", "industries", "retaliation"}
_ARGUMENTS: dict[str, Callable[[str], list[str]]] = {
    "check source": named_bases, "models name": named_models, "cite what": named_sources, "figure source": named_tables,
    "lists name": named_lists, "structural-decomposition first": named_tables, "structural-decomposition last": named_tables,
}  # fmt: skip
_CHOICES = re.compile(r"([\w-]+(?:, [\w-]+)*) or ([\w-]+)\.")


def completes(command: Any) -> None:
    """Let a command offer names where its own declaration says nothing: regions and sectors of the table on its line,
    models, and words that the help of an option lists.
    """
    for param in command.params:
        if param._custom_shell_complete is None and (offers := _offers(command.name, param)) is not None:
            param._custom_shell_complete = offers


def _offers(command: str, param: Any) -> Callable[[Any, Any, str], list[str]] | None:
    if (named := _ARGUMENTS.get(f"{command} {param.name}")) is not None:
        return lambda ctx, _, incomplete: named(incomplete)
    if param.name in _OF_REGIONS:
        return lambda ctx, _, incomplete: named_regions(_table_of(ctx), incomplete)
    if param.name in _OF_SECTORS:
        return lambda ctx, _, incomplete: named_sectors(_table_of(ctx), incomplete)
    if param.name == "model" and command != "price-model":
        return lambda ctx, _, incomplete: named_models(incomplete)
    if (told := _CHOICES.fullmatch(getattr(param, "help", None) or "")) is not None:
        return lambda ctx, _, incomplete: _beginning([*told[1].split(", "), told[2]], incomplete)
    return None


def _table_of(ctx: Any) -> str:
    """The table that a line asks, of the two of a comparison the first; a line that ends in an option is not yet parsed."""
    given = [ctx.params.get(name) for name in ("table", "first", "source")]
    return str(next((t for t in (*given, *ctx.args) if t), "world-2017"))

"""Names that the shell completes: those a word of the command line may be, in the order of their lists."""

from __future__ import annotations

from collections.abc import Iterable


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
    ['tutorial']
    """
    from xunhuan.faces.manual import manual_pages

    return _beginning(manual_pages(), incomplete)


def named_terms(incomplete: str) -> list[str]:
    """Terms of the glossary, by their keys."""
    from xunhuan.faces.glossary import terms

    return _beginning((t.key for t in terms().values()), incomplete)

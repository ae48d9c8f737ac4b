"""Tables as options name them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xunhuan.errors import BadInput

if TYPE_CHECKING:
    from xunhuan.data.accounts import Accounts


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

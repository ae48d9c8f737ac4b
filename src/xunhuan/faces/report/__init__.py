"""Reports: one self-contained HTML file that reads like a short paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xunhuan.data.accounts import Accounts


def circulation_report(acc: Accounts) -> str:
    """The HTML of a table's circulation report: answer, maps, flows, bounds, tables, definitions, sources.

    Needs neither network nor browser; the same table and versions give the same bytes. Raises BadInput where the
    home nation has only one region.
    """
    from xunhuan.faces.report.circulation import circulation_report as made

    return made(acc)

"""docs/trade.md."""

from __future__ import annotations

from tests.evidence import nafta
from tests.quoted.common import bare, signed
from tests.quoted.quotes import quote

PAGE = "docs/trade.md"


@quote(PAGE, "NAFTA gives Mexico {n} percent by the split and {n} percent exactly")
def mexico() -> list[str]:
    found = nafta.first_order_welfare(), nafta.exact_welfare()
    return [bare(signed(float(next(iter(three))) / 100, 2)) for three in found]

"""docs/tutorial.md: what is said about its examples."""

from __future__ import annotations

import functools

import xunhuan as xh
from tests.quoted.common import accounts, bare, percent
from tests.quoted.quotes import quote
from xunhuan.scenario.record import Result

PAGE = "docs/tutorial.md"


@functools.cache
def without_draws() -> Result:
    """The question of the page with nothing uncertain."""
    data = {
        "title": "Chips and the home market",
        "base": "world-2017",
        "shock": [
            {
                "name": "embargo",
                "trade_cost": {
                    "from": ["USA", "TWN", "KOR", "JPN", "NLD"],
                    "to": "CHN",
                    "sectors": "electronics",
                    "ban": True,
                },
            },
            {"name": "market", "trade_cost": {"from": "CHN", "to": "CHN", "sectors": "goods", "change": -0.05}},
        ],
        "model": {"trade": {"labour": "mobile"}},
        "measure": {"sectors": {}},
        "compare": {"offset": {"shock": "embargo", "policy": "market"}},
    }
    return xh.run(data)


@quote(PAGE, "Load the nested world of 2017 ({n} provinces, {n} economies, {n} sectors)")
def size() -> list[str]:
    acc = accounts("world-2017")
    provinces = sum(n == acc.home for n in acc.geography.nation)
    return [str(x) for x in (provinces, acc.R - provinces, acc.S)]


@quote(PAGE, "The embargo costs China about {n}% of real income.")
def cost() -> list[str]:
    return [bare(percent(-without_draws().headline("real_income", "embargo", "CHN")["value"], 1))]


@quote(PAGE, "net of that (net Ω), it makes good about {n}% of the loss")
def net() -> list[str]:
    return [bare(percent(without_draws().headline("omega_net", "embargo + market", "CHN")["value"]))]

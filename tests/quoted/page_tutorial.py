"""docs/tutorial.md: what is said about its examples."""

from __future__ import annotations

import functools

import xunhuan as xh
from tests.quoted.common import LEAST, accounts, bare, percent, signed
from tests.quoted.quotes import quote
from xunhuan.scenario.record import Result

PAGE = "docs/tutorial.md"
MARKET = -0.05


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
            {"name": "market", "trade_cost": {"from": "CHN", "to": "CHN", "sectors": "goods", "change": MARKET}},
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


@quote(PAGE, "The embargo costs people in China about {n}% of welfare.")
def cost() -> list[str]:
    return [bare(percent(-without_draws().headline("welfare", "embargo", "CHN")["value"], 1))]


@quote(PAGE, "net of that (net Ω), it makes good about {n}% of the loss")
def net() -> list[str]:
    return [bare(percent(without_draws().headline("omega_net", "embargo + market", "CHN")["value"]))]


@quote(PAGE, "trade in goods between its provinces becomes {n}% cheaper")
def cheaper() -> list[str]:
    return [bare(percent(-MARKET))]


@quote(PAGE, "Use {n} draws or more for numbers you quote.")
def least() -> list[str]:
    return [str(LEAST)]


@quote(PAGE, "the same numbers under each published set, from {n} to {n}%, where even the sign of net Ω changes.")
def over_all_sets() -> list[str]:
    rows = without_draws().choices
    net = rows.query("variable == 'omega_net'")["value"]
    assert net.min() < 0 < net.max(), "the page says that the sign of net Ω changes"
    value = rows.query("variable == 'welfare' and arm == 'embargo'")["value"]
    return [bare(signed(float(x), 1)) for x in (value.max(), value.min())]

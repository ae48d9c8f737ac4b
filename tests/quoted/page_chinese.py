"""Chinese pages of rooms: their numbers come out of what works out the English pages'."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tests.quoted import page_gateways as gateways
from tests.quoted.quotes import quote

SAID: dict[str, tuple[tuple[str, Callable[[], Iterable[str]]], ...]] = {
    "gateways": (
        ("省际货物的运输成本为货值的{n}%。", gateways.carrying),
        ("上海港承担中国对境外货物贸易的{n}%至{n}%。", gateways.shanghai),
        ("中国的实际收入损失{n}%至{n}%，广东也受损：{n}%至{n}%。", gateways.one_gateway),
        ("| 省际运输成本 | 货值的{n}% |", gateways.carrying_again),
        ("| 同上，铁路绕行多七分之一 | 货值的{n}% |", gateways.longer),
        ("| 相关系数：运费端{n}，引力端{n} |", gateways.unfitted),
        ("其他口岸毫无余力 | 受阻：{n}%至{n}% |", gateways.stuck_all),
        ("| 其他口岸有一成余力 | 受阻：{n}%至{n}% |", gateways.stuck_most),
        ("| 有三成余力 | 受阻：{n}%至{n}% |", gateways.stuck_some),
        ("| {n}%：运输占壁垒的{n}%，", gateways.traders),
        ("按运费端使广东的实际收入增加{n}%，按引力端增加{n}%。", gateways.line_all),
        ("居民服务{n}%；省内货物{n}%至{n}%；与外省 及境外交易的货物{n}%至{n}%。", gateways.line_parts),
        ("得{n}%；同一口径在此处为{n}%至{n}%。", gateways.line_other),
        ("使湛江增加{n}%，茂名{n}%，阳江{n}%；那项 独立测算为{n}%、{n}%与{n}%：", gateways.line_cities),
        ("来自外省的比重由{n}%升至{n}%与{n}%", gateways.apart_reported),
        ("Huang印出的是{n}%与{n}%。", gateways.published),
        ("统一口径的表则升至{n}%与{n}%。", gateways.apart_harmonised),
    ),
}
"""Sentences of a page, and what fills them."""

for _page, _sentences in SAID.items():
    for _sentence, _work in _sentences:
        quote(f"docs/{_page}.zh.md", _sentence)(_work)

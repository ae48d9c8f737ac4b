"""Chinese pages of rooms: their numbers come out of what works out the English pages'."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from tests.quoted import page_conversion as conversion
from tests.quoted import page_gateways as gateways
from tests.quoted.quotes import quote


def per_yuan() -> list[str]:
    """Home sales per yuan by instrument, each with its interval."""
    found = conversion.asked()["recovered_per_unit"]
    return [x for k in range(4) for x in conversion.spans(found, k, 1.0, 1)]


def shops() -> list[str]:
    """What a shop may cost, behind the ω it is told for."""
    first, omega, second, other, sigma = conversion.shops()
    return [omega, first, other, second, sigma]


def sold_before() -> list[str]:
    """Past sales abroad in units of ten thousand yuan."""
    told = conversion.sold_before()
    return [x if k % 2 == 0 else f"{100 * float(x):.0f}" for k, x in enumerate(told)]


def old_train() -> list[str]:
    """Hours by the old railway, and of what month and day they were told."""
    hours, day = gateways.line_old_train()
    return [hours, "7", day]


Said = tuple[tuple[str, Callable[[], Iterable[str]]], ...]

SAID: dict[str, Said] = {
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
        ("| 另一项独立测算 | {n}% | {n}% | {n}% |", gateways.line_other_cities),
        ("| 本程序，2017年的铁路 | {n}% | {n}% | {n}% |", gateways.line_cities),
        ("| 此前没有任何铁路 | {n}% | {n}% | {n}% |", gateways.line_first),
        ("| 2024年的铁路，含2018年开通的线路 | {n}% | {n}% | {n}% |", gateways.line_later),
        ("| 一年期的贸易弹性 | {n}% | {n}% | {n}% |", gateways.line_short),
        ("| 城市之间按距离分配 | {n}% | {n}% | {n}% |", gateways.line_by_distance),
        ("2017年阳江走公路到广州需{n}小时，可省{n}小时；湛江走既有铁路需{n}小时，可省{n}小时：", gateways.line_hours),
        ("既有铁路到湛江实际需{n}小时（《中国日报》2018年{n}月{n}日）", old_train),
        ("来自外省的比重由{n}%升至{n}%与{n}%", gateways.apart_reported),
        ("Huang印出的是{n}%与{n}%。", gateways.published),
        ("统一口径的表则升至{n}%与{n}%。", gateways.apart_harmonised),
    ),
    "conversion": (
        ("全部制造业的ω为{n}。", conversion.convexity),
        ("在境内卖出所失的{n}%（{n}%至{n}%），含等待；内销开始之后为{n}%（{n}%至{n}%）。", conversion.sold),
        ("原先即有内销的企业得回所失的{n}%， 原先没有的得回{n}%。", conversion.by_kind),
        ("ω = {n}时三者为{n}、{n}与{n}：", conversion.first),
        (
            "认证{n}（{n}至{n}），展会{n}（{n}至{n}）， 补贴转内销者{n}（{n}至{n}），补贴全部出口企业{n}（{n}至{n}）。",
            per_yuan,
        ),
        ("最佳分配把{n}%用于补贴转内销者，", conversion.mix),
        ("争取到{n}家企业，补贴转内销者争取到{n}家：", conversion.firms),
        ("境内其他卖方失去{n}%（{n}%至{n}%），", conversion.taken),
        (
            "对广东产品的需求增加{n}%，按长期模型，境内其他地区失去的相当于广东所得的： "
            "短期贸易弹性下{n}%，长期贸易弹性下{n}%。",
            conversion.crowded_out,
        ),
        ("ω = {n}时{n}元，ω = {n}时{n}元：六百万元的利润分摊到七家店，σ = {n} |", shops),
        ("h = {n}，至少{n}万元；h = {n}时{n}万元，h = {n}时{n}万元 |", sold_before),
        ("转向境内的占{n}%，", conversion.turned),
    ),
}
"""Sentences of a page, and what fills them."""


def put(said: Mapping[str, Said]) -> None:
    """Register sentences by the page they stand on, named without its endings."""
    for page, sentences in said.items():
        for sentence, work in sentences:
            quote(f"docs/{page}.zh.md", sentence)(work)


put(SAID)

"""Chinese pages of the long run, the short run and cities: their numbers come out of what works out the English pages'."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.quoted import page_mobility as mobility
from tests.quoted import page_substitution as substitution
from tests.quoted import page_trade as trade
from tests.quoted.page_chinese import Said, put

WORDS = {
    "embargo, China": "禁运，中国", "stop, Germany": "断供，德国", "duty, China": "关税，中国", "| long |": "| 长期 |",
    "| short |": "| 短期 |", "welfare of China's people, %": "中国居民福利，%", "real income of China, %": "中国实际收入，%",
    "population of the province that moves most, %": "变动最大的省份的人口，%",
}  # fmt: skip
"""Heads of rows of the English pages."""


def part(work: Callable[[], list[str]], *at: int) -> Callable[[], list[str]]:
    """Some of what fills an English sentence, in the order of the Chinese one."""
    return lambda: [work()[k] for k in at]


def rows(work: Callable[[], list[str]]) -> Callable[[], list[str]]:
    """A table, its rows headed in Chinese."""

    def told() -> list[str]:
        text = work()[0]
        for english, chinese in WORDS.items():
            text = text.replace(english, chinese)
        return [text]

    return told


SAID: Mapping[str, Said] = {
    "trade": (
        ("使墨西哥按分解得{n}%，精确值为 {n}%，", trade.mexico),
        ("一年之内为{n}，七至十年之后约为{n}[BoehmLevchenkoPandalaiNayar2023]。", part(trade.horizons, 0, 1)),
        (
            "第一年{n}，合同与产能都来不及变；约三年为{n}，",
            part(trade.horizons, 2, 3),
        ),
        ("除BLP之外都高于该文的{n} （FGO {n}，CP {n}，LL {n}）", part(trade.horizons, 4, 5, 6, 7)),
        ("κ = {n}[TombeZhu2019]，见", mobility.elasticity),
        ("这样的基期不稳定（ρ = {n}），", part(trade.stability, 0)),
        ("基期或结果处ρ > {n}：加附注", part(trade.stability, 1)),
        (
            "没有规模经济的ρ为{n}；ψ = {n}时为{n}，{n}时为{n}，{n}时为{n}，此时ψθ为{n}。",
            part(trade.stability, 2, 4, 3, 6, 5, 8, 7, 9),
        ),
        ("中国单独隔绝只损失{n}%，", part(trade.cut_off, 0)),
        ("则损失{n}%；用`own_share`为{n}%。", part(trade.cut_off, 1, 2)),
        ("日本与韩国时损失{n}%，七倍成本时{n}%，单独隔绝时{n}%。", part(trade.cut_off, 3, 4, 5)),
        (
            "中国的实际收入 提高{n}%；若是某人的收入，则提高{n}%；税费同样削减，提高{n}%。",
            trade.institutional_costs,
        ),
        ("2015-2020年为{n}%，2010-2015年为{n}%。", mobility.who_moved),
        ("要{n}至{n}年，原居何处才忘掉一半", mobility.half_way),
        ("（2017年的表取{t}，2012年的表取{t}）", mobility.default_window),
        (
            "| 窗口 | 距离，−δ | 相邻 | 迁移，百万人 | |---|---|---|---| {t} 距离的作用逐个窗口减弱",
            mobility.table_of_gravity,
        ),
        (
            "| 芯片禁运，按`labour` | 不迁移 | 迁移，2015-2020 | 2010-2015 | 2005-2010 | 自由迁移 | "
            "|---|--:|--:|--:|--:|--:| {t} ## 多重均衡",
            rows(mobility.table_of_embargo),
        ),
        ("| | 期限 | unit | low | lowest | high | |---|---|--:|--:|--:|--:| {t} 禁运即", rows(substitution.losses)),
        ("使损失最多扩大为{n}倍。", part(substitution.losses, 1)),
        (
            "（`lowest`）与θ = {n}，此处为{n}%；用柯布—道格拉斯 为{n}%；用FGO的θ为{n}%。",
            part(substitution.germany, 0, 1, 2, 3),
        ),
        ("| | 期限 | 相同 | 各自 | |---|---|--:|--:| {t} （欧盟进口", rows(substitution.by_user)),
        ("（欧盟进口俄罗斯产品的价格为{n}倍；", part(substitution.by_user, 1)),
        ("关税提高{n}个百分点。）", part(substitution.by_user, 2)),
        ("石油制品{n}，在`CP`中为{n} |", part(trade.sets, 0, 1)),
        ("| `U4` | 一个数，{n} |", part(trade.sets, 2)),
        ("| `BLP` | 一个数，{n} |", part(trade.sets, 3)),
        ("FGO的{n}是对归入", part(trade.services, 0)),
        (
            "工程的估计（{n}、{n}、{n}）同样是邮票、书籍与图纸的。其他集合的{n}是编者的填充值。",
            part(trade.services, 1, 2, 3, 4),
        ),
        ("模型对各集合一律填入**{n}**，", part(trade.where_services_trade, 0)),
        ("也有人假定为{n}（[LashkaripourLugovskyy2023, p. 2795]，σ = {n}）", part(trade.where_services_trade, 1, 2)),
        (
            "取{n}时为{n}%， 取{n}时为{n}%，取{n}时为{n}%；芯片禁运则为{n}%、{n}%与{n}%。",
            part(trade.where_services_trade, 4, 3, 6, 5, 8, 7, 9, 10, 11),
        ),
        ("中位数{n}，{n}%小于{n}。", trade.assumed),
    ),
}
"""Sentences of a page, and what fills them."""

put(SAID)

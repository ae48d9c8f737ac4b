"""Chinese pages of markets, processing trade and partners: their numbers come out of what works out the English ones."""

from __future__ import annotations

from collections.abc import Mapping

from tests.quoted import page_partners as partners
from tests.quoted import page_processing as processing
from tests.quoted import page_volatility as volatility
from tests.quoted.page_chinese import Said, put
from tests.quoted.page_chinese_runs import part
from tests.quoted.quotes import worked

COUNTED = ("美元", "美元，略去2020与2021年", "人民币")


def official() -> list[str]:
    """Exports of 2012 and what of them is home value added, in hundreds of millions of dollars."""
    value, exports, *_ = worked(processing.published)
    return [f"{10 * float(x.replace(',', '')):.1f}" for x in (exports, value)]


SAID: Mapping[str, Said] = {
    "volatility": (
        (
            "在2006年升至{n}%，2011年为{n}%；按OECD的流量，2011年为{n}%，2022年为{n}%。",
            part(volatility.coupled, 0, 1, 2, 3),
        ),
        ("反方向则从1995年的{n}%升至2011年的{n}%，2022年为{n}%。", part(volatility.coupled, 4, 5, 6)),
        ("不对称程度因此从1995年的{n}降到2022年的{n}，", part(volatility.coupled, 7, 8)),
        ("其收入的{n}%在境外吸收。", part(volatility.guangdong, 0)),
        *(
            (
                f"| {name} | {{n}} ({{n}}–{{n}}) | {{n}} | {{n}} | {{n}} | {{n}} | {{n}} |",
                part(volatility.guangdong, *range(1 + 8 * k, 9 + 8 * k)),
            )
            for k, name in enumerate(COUNTED)
        ),
        ("境外市场占其收入的{n}%，以美元计却只占其波动的{n}%，其中美国居首，占{n}%。", part(volatility.parts, 0, 1, 2)),
        (
            "以人民币计波动{n}%，而统计部门的各省地区生产总值之和波动{n}%；改用后者，现有组合波动{n}%，",
            part(volatility.parts, 3, 4, 5),
        ),
        ("（由{n}到{n}）：", part(volatility.parts, 6, 7)),
        ("每年使收入波动广东{n}%、浙江{n}%、西藏{n}%。", part(volatility.parts, 8, 9, 10)),
        ("有{n}%在境外吸收，sd为{n}%，境外部分为{n}。", volatility.under_decoupling),
        (
            "价格不变时为{n}%，价格调整后为{n}%；其中系于美国的分别为{n}%与{n}%。",
            part(volatility.when_prices_answer, 0, 1, 2, 3),
        ),
        ("贵州反而受损：{n}%，", part(volatility.when_prices_answer, 4)),
        ("每年使广东的实际收入波动{n}%，价格不变时为{n}%。", part(volatility.when_prices_answer, 5, 6)),
        ("κ对境外市场为{n}%。", part(volatility.when_prices_answer, 7)),
    ),
    "processing": (
        ("加工产品的境内含量误差至多{n}； 不作拆分时误差为{n}至{n}。", processing.known_economy),
        (
            "2017年出口{n}（{n}至{n}），2012年{n}（{n}至{n}）；进口{n}与{n} |",
            part(processing.levels, *range(8)),
        ),
        ("高于海关的份额（2017年{n}），因为表中的出口按生产者价格，为海关价值的{n}%，", part(processing.levels, 8, 9)),
        ("从所挣的{n}%降为{n}%，", processing.guangdong),
        ("官方：{n}亿美元中的{n}亿[ShenDanyang2014]", official),
        ("[ShenDanyang2014] | {n} | {n}（{n}至{n}） | {n} |", part(processing.published, 2, 3, 4, 5, 6)),
        ("| 同上，由三十一个省份算得 | {n} | {n} | {n} |", part(processing.published, 7, 8, 9)),
        ("近0.60 | 2012年为{n} | {n} |", part(processing.published, 10, 11)),
        ("规划偏高{n}。", part(processing.published, 13)),
        ("`china-detailed-2012`为{n}。", part(processing.published, 14)),
    ),
    "partners": (
        ("至多移动{n}百万美元（中国合计{n}，总额{n}）。", partners.duties),
        ("公路乘以{n}）", partners.roads),
        ("后者占世界其他地区贸易的{n}%，", partners.beside_china),
        ("（海关与报刊，{n}条，涉及{n}个省份，{n}至{n}年）", partners.counts),
        ("先验的误差为{n}，全国份额的误差为{n}， w = {n} 是{n}、{n}、{n}与{n}之中最好的。", partners.foretold),
        ("| δ 距离 | {n} | {n} | {n} |", part(partners.ranges, 0, 1, 2)),
        ("| β 边界 | {n} | {n} | {n} |", part(partners.ranges, 3, 4, 5)),
        ("贸易为e^{n} = {n}倍 |", part(partners.ranges, 6, 7)),
        ("| w 引力 | {n} | {n} | {n} |", part(partners.ranges, 8, 9, 10)),
        ("本省口岸的伙伴{n}条，误差{n}，全国份额为{n}；其余{n}条，{n}对{n}，", partners.by_border),
        ("只用边界（δ = 0）拟合误差为{n}，只用距离（β = 0）为{n}，两者并用为{n}。", partners.alone),
        ("| 全国份额的误差 | 先验的误差 |\n|---|--:|---|--:|--:|\n{t}\n\n## 每一条数字", partners.each_province),
        ("（占其与欧盟贸易的{n}%）", part(partners.weak, 0)),
        ("偏高（{n}，公布为{n}）：", part(partners.weak, 1, 2)),
        ("偏小（{n}，公布为{n}）。", part(partners.weak, 3, 4)),
    ),
}
"""Sentences of the Chinese pages, and what fills them."""

put(SAID)

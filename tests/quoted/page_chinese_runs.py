"""Chinese pages of the long run, the short run and cities: their numbers come out of what works out the English pages'."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from tests.quoted import page_cities as cities
from tests.quoted import page_mobility as mobility
from tests.quoted import page_propagation as propagation
from tests.quoted import page_substitution as substitution
from tests.quoted import page_trade as trade
from tests.quoted.page_chinese import Said, put
from tests.quoted.quotes import worked

Work = Callable[[], Iterable[str]]

WORDS = {
    "embargo, China": "禁运，中国", "stop, Germany": "断供，德国", "duty, China": "关税，中国", "| long |": "| 长期 |",
    "| short |": "| 短期 |", "welfare of China's people, %": "中国居民福利，%", "real income of China, %": "中国实际收入，%",
    "population of the province that moves most, %": "变动最大的省份的人口，%",
}  # fmt: skip
"""Heads of rows of the English pages."""


def part(work: Work, *at: int) -> Callable[[], list[str]]:
    """Some of what fills an English sentence, in the order of the Chinese one."""
    return lambda: [worked(work)[k] for k in at]


def rows(work: Work) -> Callable[[], list[str]]:
    """A table, its rows headed in Chinese."""

    def told() -> list[str]:
        text = worked(work)[0]
        for english, chinese in WORDS.items():
            text = text.replace(english, chinese)
        return [text]

    return told


def links() -> list[str]:
    """The table of single links, what each hangs on as input and industry; values in 亿, a tenth of the English unit."""
    rows = [row.split(" | ") for row in worked(propagation.single_links)[1].replace(" in ", "／").split("\n")]
    return ["\n".join(" | ".join([*r[:2], f"{10 * float(r[2].replace(',', '')):,.0f}", *r[3:]]) for r in rows)]


def changed(n: int) -> tuple[int, ...]:
    """Places of the answers that hang on one thing more, in the order of the English table."""
    sizes = (1, 4, 2, 2, 2, 2, 1, 1, 1, 2, 2, 1, 1, 1)
    first = sum(sizes[:n])
    return tuple(range(first, first + sizes[n]))


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
    "propagation": (
        ("各比率以日计（表的年值除以{n}）", part(propagation.parameters, 0)),
        ("逐渐升至{n}；", part(propagation.parameters, 1)),
        ("λ = −ln(1 − ε_year/ε_long)/{n}的速度", part(propagation.parameters, 2)),
        ("一年之后走完ε_year/ε_long = {n}的路程", part(propagation.parameters, 3)),
        ("时段平均产出首次低于基期的{n}的那一周", part(propagation.parameters, 4)),
        ("到此后各时段都不低于{n}为止", part(propagation.parameters, 5)),
        ("超过一年的，记前{n}天。", part(propagation.parameters, 6)),
        ("指数（恢复天数时达{n}%）", propagation.recovery),
        ("行业分析师对{n}个行业的评级", propagation.rated),
        ("工业{n}天，其余同", propagation.beijing),
        ("| 不改 | {n} |", part(propagation.hangs_on, *changed(0))),
        ("| 库存：`ons`；`beijing`；`colon`；`juhel` | {n}; {n}; {n}; {n} |", part(propagation.hangs_on, *changed(1))),
        ("| 库存减半；加倍 | {n}; {n} |", part(propagation.hangs_on, *changed(2))),
        ("| 重要投入视为关键；忽略 | {n}; {n} |", part(propagation.hangs_on, *changed(3))),
        ("| 一切投入皆关键；皆不关键（线性） | {n}; {n} |", part(propagation.hangs_on, *changed(4))),
        ("| 没有替代；快一倍 | {n}; {n} |", part(propagation.hangs_on, *changed(5))),
        ("| 未到货者向所有供应方再订 | {n} |", part(propagation.hangs_on, *changed(6))),
        ("| 到货按订单分享 | {n} |", part(propagation.hangs_on, *changed(7))),
        ("| 库存用尽之前即减产（`caution`） | {n} |", part(propagation.hangs_on, *changed(8))),
        ("| 配给一视同仁；本国优先 | {n}; {n} |", part(propagation.hangs_on, *changed(9))),
        ("| 补库存快三倍；六分之一 | {n}; {n} |", part(propagation.hangs_on, *changed(10))),
        ("| 没有超产 | {n} |", part(propagation.hangs_on, *changed(11))),
        ("| 一成产能闲置 | {n} |", part(propagation.hangs_on, *changed(12))),
        ("| 目标库存随需求变动 | {n} |", part(propagation.hangs_on, *changed(13))),
        ("最大的十条链路，各切断{n}天（步长两天）", part(propagation.single_links, 0)),
        (
            "| 按价值、`ratings`、`leontief`的名次 | 系于 |\n|---|---|--:|--:|--:|--:|---|---|\n{t}\n\n最大的链路",
            links,
        ),
        (
            "全年损失的变化小于{n}%（Toyland为{n}%；`china-2017`上一次封控与电子产品进口减半为{n}%）。",
            part(propagation.halves, 0, 1, 2),
        ),
        ("（步长减半使`china-2017`的损失变动{n}%）", part(propagation.halves, 3)),
        ("湖北的产能关闭{n}%、历时{n}天，", part(propagation.halves, 4, 5)),
    ),
    "cities": (
        ("官方为全省的{n}%；拆分后的表中为{n}%。", cities.nine),
        ("表中取θ = {n}、b = {n}， 于是广东自销的{n}%跨越市界。", cities.assumed),
        ("省际贸易随距离的衰减（{n}）相当：多数货物的κ为{n}，散货为{n}。", cities.steep),
        ("账目允许的最少为{n}%，最多为{n}%。", cities.limits),
        ("多数货物平均为货值的{n}%，最多{n}%：", cities.near),
        ("| 跨越市界 | {n}% | {n}% |", cities.crossing_either_way),
        ("| 广州：本地、省际、境外 | {n}、{n}、{n}% | {n}、{n}、{n}% |", cities.guangzhou),
        ("| 深圳 | {n}、{n}、{n}% | {n}、{n}、{n}% |", cities.shenzhen),
        ("| 湛江 | {n}、{n}、{n}% | {n}、{n}、{n}% |", cities.zhanjiang),
        ("| 阳江 | {n}、{n}、{n}% | {n}、{n}、{n}% |", cities.yangjiang),
        ("此边界下 有{n}%跨越市界。", cities.crossing_elsewhere),
        ("各版本抽取b（0至{n}）与κ（从运输成本到引力）：{n}%至{n}%跨越市界。", cities.versions),
        (
            "江门的实际收入增加{n}%（{n}%至{n}%），深圳增加{n}%（{n}%至{n}%），圈外的阳江失去{n}%（{n}%至{n}%）：",
            cities.gains,
        ),
    ),
}
"""Sentences of a page, and what fills them."""

put(SAID)

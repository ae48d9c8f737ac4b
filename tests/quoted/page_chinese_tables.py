"""Chinese pages of tables and Toyland: their numbers come out of what works out the English pages'."""

from __future__ import annotations

from tests.quoted import page_china_tables as china
from tests.quoted import page_parameters as parameters
from tests.quoted import page_readers as readers
from tests.quoted import page_toyland as toyland
from tests.quoted.common import accounts
from tests.quoted.page_chinese import Said, put
from tests.quoted.page_chinese_runs import Work, part
from tests.quoted.quotes import quote, worked

CALLED = {
    "machinery repair": "机械修理", "electrical equipment": "电气设备", "instruments": "仪器仪表",
    "oil and gas": "石油和天然气", "R&D": "研发",
}  # fmt: skip
"""Sectors by the names that the English page has for them."""
TOLD = {
    "world by user": "世界，按使用者", "world in flows": "世界，流量", "open rest": "开放的其余地区", "duties": "有关税",
    "nation in an open rest": "开放世界中的一国", "provinces in an open rest": "开放世界中的各省", "yes": "是",
}  # fmt: skip
"""Cells of the matrix of formats."""


def scaled() -> list[str]:
    """Sectors whose output is scaled most, and by how much."""
    told = worked(china.scaled)
    return [CALLED.get(w, w) for w in told]


def largest() -> list[str]:
    """Provinces with the largest external shares by their Chinese names, then the means by GDP."""
    told, g = worked(china.largest), accounts(china.TABLE).geography
    chinese = dict(zip(g.names_en, g.names_zh, strict=True))
    return [chinese.get(w, w) for w in told]


def matrix() -> list[str]:
    """What each format goes through, without the head: a page has its own."""
    said = []
    for line in worked(readers.matrix)[0].splitlines()[2:]:
        cells = [c.strip() for c in line.strip("|").split("|")]
        said.append("| " + " | ".join(_cell(c) for c in cells) + " |")
    return ["\n".join(said)]


def _cell(text: str) -> str:
    if text in TOLD or text.startswith("`"):
        return TOLD.get(text, text)
    if text.startswith("as "):
        return f"同{text.removeprefix('as ')}"
    return "，".join(TOLD[p] for p in text.split(", "))


def every(work: Work, *sentences: str) -> None:
    """Register sentences of the Chinese page of provinces that one working fills one after another."""
    quote("docs/china-tables.zh.md", *sentences)(lambda: worked(work))


every(
    china.corrections,
    "| 误差（山东、重庆） | {n} | {n} | 产出的{n}% |",
    "过境 | 省际流出 | {n} | {n} | {n}% |",
    "| | 出口 | {n} | {n} | {n}% | | | 省际流入",
    "| | 省际流入与进口 | {n} | {n} | {n}% |",
    "| λ截断或填补 | {n} | | |",
    "全国总量 | 产出 | {n} | {n} | {n}% |",
    "| | 增加值 | | {n} | {n}% |",
    "| | 固定资本形成 | {n} | {n} | {n}% |",
    "| | 存货 | {n} | {n} | {n}% |",
    "| 在省份之间移动的存货（一种产品） | {n} | {n}（总额{n}） |",
    "全国贸易 | 出口 | {n} | {n} | {n}% |",
    "| | 进口 | | {n} | {n}% |",
    "自用 | 省际流出 | {n} | {n} | {n}% |",
)
every(
    china.simple_means,
    "| `china-2017` | {n} | {n} | {n} |",
    "| `china-2017-reported` | {n} | {n} | {n} |",
    "| `china-2017-least`（对流最少） | {n} | {n} | {n} |",
    "| `china-2017-most`（对流最多） | {n} | {n} | {n} |",
    "| [LuJiangyuan2022]，同样的省份与部门，2017年 | {n} | {n} | {n} |",
    "| `china-2012-reported` | {n} | {n} | {n} |",
    "| `china-2012` | {n} | {n} | {n} |",
)
every(
    china.steps_to_the_nation,
    "| 进口由各使用者按同一比例分摊 | {n} | {n} |",
    "| 各省份用自己的成本结构，采用全国进口比例 | {n} | {n} |",
    "| 各省份自己的进口比例 | {n} | {n} |",
)
every(china.gravity, "距离^{n}，用RAS拟合到各合计，对自身为零 | x[r,s,i] = ρ d^{n} σ |", "衰减{n}由2007年")

SAID: dict[str, Said] = {
    "china-tables": (
        ("：{n}个省份、{n}个部门、一个开放的世界其他地区", china.size),
        ("`acc.draw(k)`给出{n}个版本中的第k个。", china.versions),
        ("官方表所报进口比其使用所需多{n}亿元（其中电子产品{n}亿元）", china.unused_imports),
        ("过境首推重庆（{n}亿元）与北京（{n}亿元），", china.transit),
        ("产出下调最多的是{t}（{n}%）、{t}（{n}%）与{t}（{n}%），上调最多的是{t}（{n}%）与{t}（{n}%）。", scaled),
        ("自用合计{n}亿元，省际贸易{n}亿元，出口{n}亿元，进口{n}亿元，生产总值{n}亿元。", china.sums),
        ("各恒等式的最大相对残差低于{t}。", china.residual),
        ("天津高{n}%，吉林{n}%，黑龙江{n}%，河北{n}%，山东{n}%；云南低{n}%。", china.revised),
        (
            "2017年国际循环比重最大的是{t}{n}、{t}{n}、{t}{n}、{t}{n}，其后为{t}{n}。"
            "按地区生产总值加权：本地循环{n}，省际循环{n}，国际循环{n}。",
            largest,
        ),
        (
            "与文献相差不到{n}个百分点，几乎不取决于第五步：在两个界限之间只变动{n}个百分点。",
            china.near_the_literature,
        ),
        ("上报的省际流出{n}亿元中，{n}亿元在第一步作为过境剔除，另有{n}亿元", part(china.room, 1, 0, 2)),
        ("余下的{n}亿元中{n}亿元即已足够。", part(china.least, 1, 0)),
        (
            "以{n}或{n}代替{n}，简单平均变动不超过{n}个百分点，任何省份的比重变动不超过{n}个百分点；但有{n}%至{n}%的省际贸易"
            "换了伙伴（{n}亿元中的{n}亿元与{n}亿元），广东运往湖南的由{n}亿元变为{n}亿元与{n}亿元。",
            part(china.decay, 0, 1, 2, 3, 4, 5, 6, 9, 7, 8, 10, 11, 12),
        ),
        ("| 官方非竞争型表，进口按使用者区分 | | {n} |", china.official),
        ("与官方表余下的差额为{n}亿元，即{n}%。", china.left),
        ("出口中的{n}亿元与进口中的{n}亿元（净额）转为省际。", china.unsplit),
        ("全国统计误差（{n}亿元）计入存货。", china.discrepancy),
        ("*重庆*的出口在2012年的资料中为{n}亿元，在2017年的资料中为{n}亿元，", china.chongqing),
    ),
    "readers": (
        (f"| web | 情景 | 报告 | |{' --- |' * 11} {{t}} 各格式如下：", matrix),
        ("超过容许值（产出的{n}%；CEADs为{n}%，取自其自身的限度）", part(parameters.tolerances, 0, 1)),
        ("超过产出的{n}%即拒绝，", part(parameters.tolerances, 2)),
    ),
    "toyland": (
        (f"{toyland.BODY} | 购买 {toyland.ROW}| |", part(toyland.books, *range(24))),
        (f"| 其中投入 {toyland.ROW}| |", part(toyland.books, *range(24, 28))),
        (f"| 其中最终使用 {toyland.ROW}| |", part(toyland.books, *range(28, 32))),
        (f"| 增加值 {toyland.ROW}| |", part(toyland.books, *range(32, 36))),
        ("y = ({n}, {n}, {n}, {n})。", part(toyland.rounds, *range(4))),
        (f"| y {toyland.ROW}", part(toyland.rounds, *range(4, 8))),
        (f"| Ay {toyland.ROW}", part(toyland.rounds, *range(8, 12))),
        (f"| A²y {toyland.ROW}", part(toyland.rounds, *range(12, 16))),
        (f"| 合计 {toyland.ROW}", part(toyland.rounds, *range(16, 20))),
        ("最终使用中的增加值：({n}, {n}, {n}, {n})，", part(toyland.matrix, *range(4))),
        (f"| 生产总值 | |---|--:|--:|--:|--:|--:| {toyland.BODY}", part(toyland.matrix, *range(4, 24))),
        (
            "AT-N的生产总值{n}中，**本地循环** {n}（{n}%），**省际循环** {n} + {n} = {n}（{n}%），"
            "**国际循环** {n}（{n}%）。",
            part(toyland.read, *range(9)),
        ),
        (
            "AT-N的最终使用{n}中，本地增加值{n}（{n}%），境内其他省份{n}（{n}%），境外{n}（{n}%）。",
            part(toyland.read, *range(9, 16)),
        ),
        ("列：购买{n} = 投入{n} + 最终使用{n}。行：产出{n} = 投入{n} + 增加值{n}。", part(toyland.sums, *range(6))),
        ("AT-N的最终使用为{n}，按π购自", part(toyland.sums, 6)),
        ("v[r] = 增加值／产出：{n}/{n} = {n}，其余类推。", part(toyland.sums, 7, 8, 9)),
        ("合计{n}，正是其最终使用", part(toyland.sums, 10)),
    ),
}

put(SAID)

"""Data dictionary: what each named quantity is, its unit and its axes. Drives labels, docs and reports.

Index letters: r origin region, i supplying sector, s destination region, j using industry, f final-demand category,
v value-added component, n nation, t time. `value` stands for the currency unit of the table.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Symbol:
    """One quantity. `source` is the raw field or bib key it comes from, empty where it is computed here."""

    name: str
    title: str
    title_zh: str
    unit: str
    axes: str
    source: str = ""


def _table(rows: tuple[tuple[str, str, str, str, str, str], ...]) -> dict[str, Symbol]:
    return {r[0]: Symbol(*r) for r in rows}


SYMBOLS: dict[str, Symbol] = _table((
    ("flow", "Bilateral flow at basic prices", "双边流量", "value", "r s i", "table"),
    ("use", "Intermediate use, all origins", "中间使用", "value", "s i j", "table"),
    ("final", "Final use, all origins", "最终使用", "value", "s i f", "table"),
    ("value_added", "Value added by component", "增加值", "value", "s j v", "table"),
    ("tariff", "Tariff rate on basic value", "关税率", "rate", "r s i", "table"),
    ("output", "Gross output", "总产出", "value", "r i", ""),
    ("absorption", "Total use of a good", "总使用", "value", "s i", ""),
    ("gdp", "Gross domestic product at basic prices", "地区生产总值", "value", "s", ""),
    ("own", "Own circulation", "区内循环", "share", "s", ""),
    ("inter", "Inter-provincial circulation", "省际循环", "share", "s", ""),
    ("external", "External circulation", "国际循环", "share", "s", ""),
    ("domestic", "Made or absorbed at home", "国内部分", "share", "n i", ""),
    ("imported", "Bought abroad", "进口", "value", "n i", ""),
    ("direct", "Imports per unit of output", "直接进口含量", "ratio", "j", ""),
    ("through", "Imports per unit of output, through home-made inputs", "完全进口含量", "ratio", "j", ""),
    ("population", "Population", "人口", "10^4 persons", "s", "table"),
    ("trade_cost", "Change in iceberg trade cost, new / old", "贸易成本变化", "ratio", "r s i", ""),
    ("productivity", "Change in productivity, new / old", "生产率变化", "ratio", "r i", ""),
    ("final_demand", "Change in final demand, new / old", "最终需求变化", "ratio", "s i", ""),
    ("subsidy", "Production subsidy, share of output value", "生产补贴", "rate", "r i", ""),
    ("export_tax", "Export tax, share of producer price", "出口税", "rate", "r s i", ""),
    ("mobility_cost", "Change in the cost of living in a region, new / old", "迁移成本变化", "ratio", "s", ""),
    ("orders", "Orders received, per day", "收到的订单", "value", "t r i", "Pichler2022"),
    ("demand", "Final demand, per day", "最终需求", "value", "t s i", ""),
    ("met", "Final demand met, per day", "已满足的最终需求", "value", "t s i", ""),
    ("stock", "Stocks of a good held by industries", "库存", "value", "t s i", "Hallegatte2013"),
    ("bottleneck", "Input that stops an industry", "瓶颈投入", "position", "t s j", "Pichler2022"),
    ("lost_to_inputs", "Output lost because inputs ran out, per day", "因投入短缺损失的产出", "value", "t s j", ""),
    ("loss", "Value added lost over a run", "增加值损失", "value", "s j", "Hallegatte2013"),
    ("loss_direct", "Value added lost to the shock itself", "直接损失", "value", "s j", ""),
    ("loss_inputs", "Value added lost because inputs ran out", "投入短缺损失", "value", "s j", ""),
    ("loss_demand", "Value added lost for lack of orders", "订单不足损失", "value", "s j", ""),
    ("unmet_demand", "Final demand not met", "未满足的最终需求", "value", "s i", ""),
    ("first_week", "First week below a share of base output", "首次低于阈值的周", "week", "s j", ""),
    ("recovery", "Days until output is back", "恢复天数", "day", "s j", ""),
    ("lowest", "Lowest output of a window, relative to base", "最低产出比", "ratio", "s j", ""),
))  # fmt: skip
"""Every named quantity a user can meet, by name."""


def title(name: str, language: str = "en") -> str:
    """Label of a quantity for figures and tables; the name itself where it is not in the dictionary."""
    symbol = SYMBOLS.get(name)
    if symbol is None:
        return name
    return symbol.title if language == "en" else symbol.title_zh

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


@dataclass(frozen=True)
class Unit:
    """A unit that quantities are told in. `percent`: a ratio that people read in per cent."""

    name: str
    title: str
    title_zh: str
    percent: bool = False


UNITS: dict[str, Unit] = {u[0]: Unit(*u) for u in (
    ("share", "%", "%", True), ("rate", "%", "%", True), ("ratio", "", ""), ("index", "", ""), ("1", "", ""),
    ("elasticity", "", ""), ("dose", "", ""), ("value", "", ""), ("value a day", "a day", "每天"),
    ("bn USD", "bn USD", "十亿美元"),
    ("price", "", ""), ("position", "", ""), ("label", "", ""), ("regions", "regions", "个地区"),
    ("stages", "stages", "级"), ("generations", "generations", "代"), ("day", "days", "天"), ("week", "weeks", "周"),
    ("year", "years", "年"), ("count", "", ""), ("persons", "persons", "人"), ("10^4 persons", "10^4 persons", "万人"),
    ("jobs", "jobs", "个岗位"), ("km", "km", "公里"), ("t", "t", "吨"), ("t CO2", "t CO2", "吨二氧化碳"),
    ("kWh", "kWh", "千瓦时"),
)}  # fmt: skip
"""Every unit there is. "value" stands for the currency unit of the table."""


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
    ("domestic_intermediate", "Made at home, of intermediate use", "中间使用的国内部分", "share", "n i",
     "HummelsIshiiYi2001"),
    ("domestic_final", "Made at home, of final use", "最终使用的国内部分", "share", "n i", "HummelsIshiiYi2001"),
    ("used", "Used, all uses", "使用总额", "value", "n i", ""),
    ("imported", "Bought abroad", "进口", "value", "n i", ""),
    ("direct", "Imports per unit of output", "直接进口含量", "ratio", "j", ""),
    ("through", "Imports per unit of output, through home-made inputs", "完全进口含量", "ratio", "j", ""),
    ("outflow", "Sent to the nation's other regions, of output", "省际流出占总产出", "share", "s", ""),
    ("inflow", "Taken from the nation's other regions, of use", "省际流入占总使用", "share", "s", ""),
    ("overlap", "Overlap of what is sent and taken (cross-hauling)", "双向流动重叠率", "share", "s", "Kronenberg2009"),
    ("local", "Local share of what could be local", "本地自给率", "share", "s", "Kronenberg2009"),
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
    ("final_use", "Final use", "最终使用总额", "value", "s", ""),
    ("traditional_inter", "Final goods to other regions of the nation", "省际最终品贸易", "share", "s", "WangWeiYuZhu2017"),
    ("traditional_external", "Final goods sold abroad", "出口最终品贸易", "share", "s", "WangWeiYuZhu2017"),
    ("simple_inter", "Inputs used up in another region of the nation", "省际简单价值链", "share", "s", "WangWeiYuZhu2017"),
    ("simple_external", "Inputs used up in the buyer's economy abroad", "国际简单价值链", "share", "s", "WangWeiYuZhu2017"),
    ("complex_inter", "Inputs that travel on, sold first inside the nation",
     "省际复杂价值链", "share", "s", "WangWeiYuZhu2017"),
    ("complex_external", "Inputs that travel on, sold first abroad", "国际复杂价值链", "share", "s", "WangWeiYuZhu2017"),
    ("returned", "Value added that left and is absorbed at home", "返回增加值", "share", "s", "WangWeiYuZhu2017"),
    ("mean", "Mean over single regions", "平均", "share", "", ""),
    ("circuit", "Own, inter or external", "循环类别", "label", "r s", ""),
    ("value", "Value of what the measure counts", "数值", "value", "r s", ""),
    ("share", "Share of the row's total", "份额", "share", "r s", ""),
    ("balance", "Value-added trade balance with the partner", "增加值贸易差额", "value", "r s", "JohnsonNoguera2012"),
    ("forward", "Forward participation in value chains", "前向参与度", "share", "s", "WangWeiYuZhu2017"),
    ("forward_simple", "Forward participation, simple chains", "简单前向参与度", "share", "s", "WangWeiYuZhu2017"),
    ("forward_complex", "Forward participation, complex chains", "复杂前向参与度", "share", "s", "WangWeiYuZhu2017"),
    ("backward", "Backward participation, or backward linkage", "后向参与度（关联）", "share", "s", "WangWeiYuZhu2017"),
    ("backward_simple", "Backward participation, simple chains", "简单后向参与度", "share", "s", "WangWeiYuZhu2017"),
    ("backward_complex", "Backward participation, complex chains", "复杂后向参与度", "share", "s", "WangWeiYuZhu2017"),
    ("vs", "Others' value in exports", "垂直专业化（VS）", "share", "s", "HummelsIshiiYi2001"),
    ("vs1", "Own value in others' exports, per unit of own exports",
     "垂直专业化（VS1）", "ratio", "s", "HummelsIshiiYi2001"),
    ("exports", "Gross exports over the actor's border", "总出口", "value", "s", ""),
    ("gateway", "Part of the others' export value added shipped here", "门户指数", "share", "s", ""),
    ("bridge", "Part of the others' export value added passing through here", "桥梁指数", "share", "s", ""),
    ("own_share", "Own part in the national value added shipped", "自有增加值占比", "share", "s", ""),
    ("davax", "Value added absorbed by the direct importer", "直接进口国吸收的增加值", "value", "s", "BorinMancini2023"),
    ("ref", "Value added exported and absorbed at home (reflection)", "返回国内的增加值", "value", "s", "BorinMancini2023"),
    ("dva", "Domestic value added in exports", "出口国内增加值", "value", "s", "BorinMancini2023"),
    ("ddc", "Domestic double counting", "国内重复计算", "value", "s", "BorinMancini2023"),
    ("fva", "Foreign value added in exports", "出口国外增加值", "value", "s", "BorinMancini2023"),
    ("fdc", "Foreign double counting", "国外重复计算", "value", "s", "BorinMancini2023"),
    ("vax", "Value added absorbed abroad", "增加值出口", "value", "s", "JohnsonNoguera2012"),
    ("dc", "Domestic content of exports", "出口国内含量", "value", "s", "BorinMancini2023"),
    ("fc", "Foreign content of exports", "出口国外含量", "value", "s", "BorinMancini2023"),
    ("gvc", "Exports that cross more than one border", "价值链相关出口", "value", "s", "BorinMancini2023"),
    ("gvc_forward", "Value-chain exports, forward", "前向价值链出口", "value", "s", "BorinMancini2023"),
    ("gvc_backward", "Value-chain exports, backward", "后向价值链出口", "value", "s", "BorinMancini2023"),
    ("t1_dva_final", "Domestic value added in final exports", "最终品出口国内增加值", "value", "s", "KoopmanWangWei2014"),
    ("t2_dva_inputs", "In inputs absorbed by the importer", "中间品出口被进口国吸收", "value", "s", "KoopmanWangWei2014"),
    ("t3_dva_third", "In inputs sent on to third parties", "中间品再出口第三方", "value", "s", "KoopmanWangWei2014"),
    ("t4_returned_final", "Returned in final imports", "以最终品返回", "value", "s", "KoopmanWangWei2014"),
    ("t5_returned_inputs", "Returned in imported inputs", "以中间品返回", "value", "s", "KoopmanWangWei2014"),
    ("t6_double_home", "Double counted, home value", "国内价值重复计算", "value", "s", "KoopmanWangWei2014"),
    ("t7_fva_final", "Foreign value in final exports", "最终品出口国外增加值", "value", "s", "KoopmanWangWei2014"),
    ("t8_fva_inputs", "Foreign value in exported inputs", "中间品出口国外增加值", "value", "s", "KoopmanWangWei2014"),
    ("t9_double_foreign", "Double counted, foreign value", "国外价值重复计算", "value", "s", "KoopmanWangWei2014"),
    ("dva_fin", "Domestic value added in final exports", "最终品出口国内增加值", "value", "s", "WangWeiZhu2013"),
    ("dva_int", "In inputs absorbed by the direct importer",
     "直接进口方吸收的中间品增加值", "value", "s", "WangWeiZhu2013"),
    ("dva_intrex_i1", "In inputs sent on as inputs, absorbed in third parties",
     "转出口中间品由第三方吸收", "value", "s", "WangWeiZhu2013"),
    ("dva_intrex_f", "In inputs sent on as final goods", "转出口最终品", "value", "s", "WangWeiZhu2013"),
    ("dva_intrex_i2", "In inputs sent on as inputs, then final goods to others",
     "转出口中间品后以最终品再出口", "value", "s", "WangWeiZhu2013"),
    ("rdv_int", "Returned home as inputs", "以中间品返回本国", "value", "s", "WangWeiZhu2013"),
    ("rdv_fin", "Returned home as final goods from the importer", "由进口方以最终品返回", "value", "s", "WangWeiZhu2013"),
    ("rdv_fin2", "Returned home as final goods from third parties", "由第三方以最终品返回", "value", "s", "WangWeiZhu2013"),
    ("ddc_fin", "Domestic double counting, from final exports",
     "最终品出口引致的国内重复计算", "value", "s", "WangWeiZhu2013"),
    ("ddc_int", "Domestic double counting, from exported inputs",
     "中间品出口引致的国内重复计算", "value", "s", "WangWeiZhu2013"),
    ("mva_fin", "Importer's value in final exports", "最终品出口中进口方增加值", "value", "s", "WangWeiZhu2013"),
    ("mva_int", "Importer's value in exported inputs", "中间品出口中进口方增加值", "value", "s", "WangWeiZhu2013"),
    ("ova_fin", "Third parties' value in final exports", "最终品出口中第三方增加值", "value", "s", "WangWeiZhu2013"),
    ("ova_int", "Third parties' value in exported inputs", "中间品出口中第三方增加值", "value", "s", "WangWeiZhu2013"),
    ("mdc", "Importer's value double counted", "进口方价值重复计算", "value", "s", "WangWeiZhu2013"),
    ("odc", "Third parties' value double counted", "第三方价值重复计算", "value", "s", "WangWeiZhu2013"),
    ("face", "Foreign part of inputs, by purchases",
     "国外投入依赖度（账面）", "share", "s", "BaldwinFreemanTheodorakopoulos2023"),
    ("face_inter", "Other regions' part of inputs, by purchases",
     "省际投入依赖度（账面）", "share", "s", "BaldwinFreemanTheodorakopoulos2023"),
    ("hhi_face", "Concentration of foreign suppliers, by purchases",
     "国外供应商集中度（账面）", "index", "s", "Hirschman1964"),
    ("look", "Foreign part of inputs, every tier",
     "国外投入依赖度（穿透）", "share", "s", "BaldwinFreemanTheodorakopoulos2023"),
    ("look_inter", "Other regions' part of inputs, every tier",
     "省际投入依赖度（穿透）", "share", "s", "BaldwinFreemanTheodorakopoulos2023"),
    ("hhi_look", "Concentration of foreign suppliers, every tier",
     "国外供应商集中度（穿透）", "index", "s", "Hirschman1964"),
    ("hidden", "Hidden exposure, look-through less face value",
     "隐性依赖", "share", "s", "BaldwinFreemanTheodorakopoulos2023"),
    ("sector", "Sector", "部门", "label", "", ""),
    ("sector_name", "Sector's name", "部门名称", "label", "", ""),
    ("score", "Chokepoint score", "卡点得分", "index", "s i", ""),
    ("reliance", "Foreign part of the good's supply", "国外依赖度", "share", "s i", "BaldwinFreemanTheodorakopoulos2023"),
    ("concentration", "Concentration (Herfindahl-Hirschman)", "集中度", "index", "s i", "Hirschman1964"),
    ("weight", "Good's weight in inputs, industries by value added", "增加值权重", "share", "s i", ""),
    ("supplier", "Main foreign supplier", "主要国外供应方", "label", "s i", ""),
    ("supplier_share", "Main foreign supplier's part", "主要供应方份额", "share", "s i", ""),
    ("gdp_after", "GDP with the links taken out", "抽取后的地区生产总值", "value", "s", ""),
    ("gdp_loss", "GDP lost with the links taken out", "生产总值损失", "value", "s", "DietzenbacherLinden1997"),
    ("gdp_loss_share", "GDP lost, share", "生产总值损失率", "share", "s", "DietzenbacherLinden1997"),
    ("krugman", "Krugman specialisation index, 0 to 2", "克鲁格曼专业化指数", "index", "s", "Krugman1991"),
    ("unido", "UNIDO similarity of structures, 0 to 1", "产业结构相似系数", "index", "s", "UNIDO1979"),
    ("hhi", "Concentration of sectors", "部门集中度", "index", "s", "Hirschman1964"),
    ("lq", "Location quotient", "区位商", "ratio", "s i", ""),
    ("part", "Region's part of the nation's sector", "占全国部门比重", "share", "s i", ""),
    ("complementarity", "Partner's part in the region's inputs", "互补度", "share", "r s", ""),
    ("duplication", "Duplication of an industry over regions, 0 to 1", "产业同构度", "index", "i", "Hoover1936"),
    ("effective", "Number of equal regions of the same concentration", "等效地区数", "regions", "i", "Hirschman1964"),
    ("specialised", "Regions with a location quotient above 1", "专业化地区数", "regions", "i", ""),
    ("local", "Backward linkage inside the border", "区内后向关联", "ratio", "s j", "MillerBlair2009"),
    ("spillover", "Backward linkage on other regions", "溢出关联", "ratio", "s j", "MillerBlair2009"),
    ("upstreamness", "Stages to final use", "上游度", "stages", "r i", "AntrasChor2018"),
    ("backward_normal", "Backward linkage over its mean", "影响力系数", "ratio", "s j", "Rasmussen1956"),
    ("forward_normal", "Forward linkage over its mean", "感应度系数", "ratio", "r i", "Rasmussen1956"),
    ("apl", "Average propagation length", "平均传导步长", "stages", "r s", "DietzenbacherRomeroBosma2005"),
    ("linkage", "Value added behind the partner's final goods", "关联强度", "value", "r s", "DietzenbacherRomeroBosma2005"),
    ("cost", "Implied trade cost, ad valorem", "隐含贸易成本", "rate", "r s", "HeadRies2001"),
    ("freeness", "Freeness of trade", "贸易自由度", "index", "r s", "HeadRies2001"),
    ("effect", "Border effect", "边界效应", "ratio", "s", "McCallum1995"),
    ("tariff_equivalent", "Tariff equivalent of the border", "边界的关税当量", "rate", "s", "McCallum1995"),
    ("freeness_inside", "Freeness of trade inside the nation", "国内贸易自由度", "index", "s", "HeadRies2001"),
    ("freeness_abroad", "Freeness of trade abroad", "对外贸易自由度", "index", "s", "HeadRies2001"),
    ("home_bias", "Own trade over trade with the rest of the nation", "本地偏好", "ratio", "s", "HeadRies2001"),
    ("mean_effect", "Geometric mean of border effects", "平均边界效应", "ratio", "", ""),
    ("before", "Circulation in the first table", "基期循环", "share", "s", ""),
    ("after", "Circulation in the last table", "报告期循环", "share", "s", ""),
    ("change", "Change between the tables", "变化", "share", "s", ""),
    ("contribution", "Part of the change due to a factor", "因素贡献", "share", "s", "DietzenbacherLos1998"),
    ("real_income_hat", "Real income, new / old, exact", "实际收入变化", "ratio", "s", "CaliendoParro2015"),
    ("real_income_per_head_hat", "Real income per head, new / old", "人均实际收入变化", "ratio", "s", "TombeZhu2019"),
    ("real_wage_hat", "Real wage, new / old", "实际工资变化", "ratio", "s", "CaliendoParro2015"),
    ("wage_hat", "Wage, new / old", "工资变化", "ratio", "s", "CaliendoParro2015"),
    ("consumer_price_hat", "Consumer prices, new / old", "消费价格变化", "ratio", "s", "CaliendoParro2015"),
    ("population_hat", "Population, new / old", "人口变化", "ratio", "s", "TombeZhu2019"),
    ("income", "Final spending, new", "最终支出", "value", "s", ""),
    ("income_base", "Final spending in the base", "基期最终支出", "value", "s", ""),
    ("factor_income", "Factor income, new", "要素收入", "value", "s", ""),
    ("duties", "Import duties, all uses", "关税收入", "value", "s", ""),
    ("export_tax_revenue", "Export taxes collected", "出口税收入", "value", "s", ""),
    ("subsidies", "Production subsidies paid", "生产补贴支出", "value", "s", ""),
    ("exports_hat", "Sales to other regions, new / old", "调出变化", "ratio", "s", ""),
    ("imports_hat", "Purchases from other regions, new / old", "调入变化", "ratio", "s", ""),
    ("terms_of_trade", "Terms of trade, first order", "贸易条件效应", "share", "s", "CaliendoParro2015"),
    ("volume_of_trade", "Volume of trade, first order", "贸易量效应", "share", "s", "CaliendoParro2015"),
    ("direct_trade_cost", "Direct effect of trade costs, first order", "贸易成本直接效应", "share", "s", ""),
    ("direct_productivity", "Direct effect of productivity, first order", "生产率直接效应", "share", "s", ""),
    ("price_hat", "Price of a good, new / old", "价格变化", "ratio", "s i", "CaliendoParro2015"),
    ("cost_hat", "Producer price, new / old", "生产者价格变化", "ratio", "r i", "CaliendoParro2015"),
    ("output_hat", "Volume of output, new / old", "产量变化", "ratio", "r i", ""),
    ("employment_hat", "Employment, new / old", "就业变化", "ratio", "r i", ""),
    ("trade", "Bilateral trade, new", "双边贸易", "value", "r s", ""),
    ("trade_base", "Bilateral trade in the base", "基期双边贸易", "value", "r s", ""),
    ("theta", "Trade elasticity", "贸易弹性", "ratio", "i", "CaliendoParro2015"),
))  # fmt: skip
"""Every named quantity a user can meet, by name."""


def symbol_title(name: str, language: str = "en") -> str:
    """Label of a quantity for figures and tables; the name itself where it is not in the dictionary."""
    symbol = SYMBOLS.get(name)
    if symbol is None:
        return name
    return symbol.title if language == "en" else symbol.title_zh

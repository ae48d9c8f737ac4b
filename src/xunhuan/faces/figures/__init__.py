"""Figures shared by reports, notebooks and the web lab.

Every function takes labelled data (a measure's Dataset, or a frame with region, name_en, name_zh) and a language
("en", "zh", "both"), and returns a `plotly.graph_objects.Figure` that fits any width.

tile_map, tile_maps            regions as squares, no boundaries; one, or several on one scale (before and after)
land_map                       places by their outlines, circles at points, lines
circulation_maps               external, inter and own shares as three tile maps
circulation_bars               stacked own, inter and external shares
circulation_ternary            the same as points between three corners
circulation_intervals          one circuit's share and its interval, a row a region
interval_rows                  any number and its interval, the same
circulation_before_after       one circuit's share before and after
cluster_groups, partner_matrix the data of the next two, from `circulation(by="partner")`
cluster_flows, cluster_matrix  who absorbs whose value added: ribbons, grid
stream_ribbons                 from where, through what, to whom: ribbons over three columns
trade_diversion                trade won and lost by partner
waterfall                      shock, policies, net
winners_losers                 relative changes by region or sector
sensitivity, rank_bars         Sobol indices; rank correlations over draws
frontier_curves                a curve per policy
time_lines                     lines over time
link_dots                      losses by link, a dot a rule
paired_bars                    the same number in two cases, a colour each
lollipops                      dots on stems: who gains, who pays
weight_curve                   a number as a weight runs along

>>> import xunhuan as xh
>>> from xunhuan.measures import circulation
>>> fig = circulation_bars(circulation(xh.toyland()), language="zh")
>>> [trace.name for trace in fig.data]
['本地', '境内其他地区', '境外']
"""

from xunhuan.faces.figures.effects import frontier_curves, rank_bars, sensitivity, time_lines, waterfall, winners_losers
from xunhuan.faces.figures.flows import (
    cluster_flows,
    cluster_groups,
    cluster_matrix,
    partner_matrix,
    trade_diversion,
)
from xunhuan.faces.figures.land import land_map
from xunhuan.faces.figures.links import link_dots
from xunhuan.faces.figures.maps import circulation_maps, tile_map, tile_maps
from xunhuan.faces.figures.players import lollipops, paired_bars, weight_curve
from xunhuan.faces.figures.shares import (
    circulation_bars,
    circulation_before_after,
    circulation_intervals,
    circulation_ternary,
    interval_rows,
)
from xunhuan.faces.figures.streams import stream_ribbons
from xunhuan.faces.spelling import Language

__all__ = [
    "Language",
    "circulation_bars",
    "circulation_before_after",
    "circulation_intervals",
    "circulation_maps",
    "circulation_ternary",
    "cluster_flows",
    "cluster_groups",
    "cluster_matrix",
    "frontier_curves",
    "interval_rows",
    "land_map",
    "link_dots",
    "lollipops",
    "paired_bars",
    "partner_matrix",
    "rank_bars",
    "sensitivity",
    "stream_ribbons",
    "tile_map",
    "tile_maps",
    "time_lines",
    "trade_diversion",
    "waterfall",
    "weight_curve",
    "winners_losers",
]

"""Edits: what can be changed in an economy, each written once for files, command line and Python.

>>> print(Tariff("CHN", "USA", add=0.25))
tariff from=CHN to=USA add=0.25
"""

from xunhuan.models.edits.base import Edit
from xunhuan.models.edits.by_origin import OriginOrders, OriginShift, UsedUp
from xunhuan.models.edits.demand import FinalDemand, Orders
from xunhuan.models.edits.destruction import Destruction
from xunhuan.models.edits.handed import LinkLosses, Routes
from xunhuan.models.edits.lasting import ExportTax, MobilityCost, Productivity, Subsidy, Tariff, TradeCost
from xunhuan.models.edits.platform import Platform
from xunhuan.models.edits.primitives import Lasting
from xunhuan.models.edits.shift import DemandShift
from xunhuan.models.edits.timed import Capacity, Gateway, Link, Stock, Timed
from xunhuan.models.edits.transfer import Transfer
from xunhuan.models.edits.wedge import Wedge
from xunhuan.models.edits.yearly import Decoupling, Duplication, Need, Push, Yearly

__all__ = [
    "Capacity",
    "Decoupling",
    "DemandShift",
    "Destruction",
    "Duplication",
    "Edit",
    "ExportTax",
    "FinalDemand",
    "Gateway",
    "Lasting",
    "Link",
    "LinkLosses",
    "MobilityCost",
    "Need",
    "Orders",
    "OriginOrders",
    "OriginShift",
    "Platform",
    "Productivity",
    "Push",
    "Routes",
    "Stock",
    "Subsidy",
    "Tariff",
    "Timed",
    "TradeCost",
    "Transfer",
    "UsedUp",
    "Wedge",
    "Yearly",
]

"""The room's page for those who have never heard of it: a gateway that is shut, a line that is built."""

from __future__ import annotations

from xunhuan.models.model import Asking, Knob

_SHUT = "shock/name=gateways shut/gateway_closed/0/{}"
_LINE = "shock/name=line built/line/0/{}"
_WEST = ("Guangzhou", "Foshan", "Zhaoqing", "Yunfu", "Yangjiang", "Maoming", "Zhanjiang")
_SOUTH = ("Chongqing", "Zunyi", "Guiyang", "Hechi", "Nanning", "Qinzhou")
_RIVER = ("Shanghai", "Nanjing", "Hefei", "Wuhan", "Yichang", "Chongqing", "Chengdu")

GATEWAY_PAGE = Asking(
    scenario="shanghai-shut-2022",
    controls=(
        Knob("which_gateway", _SHUT.format("gateways"), choices=("shanghai", "ningbo", "shenzhen", "guangzhou", "qingdao",
             "pearl", "west"), writes=(["SHA", "PVG"], ["NGB"], ["SZX"], ["CAN"], ["TAO"], ["SZX", "CAN", "ZUH", "HKA"],
             ["ALA"])),
        Knob("how_long", _SHUT.format("end"), choices=("days_10", "days_30", "days_90", "for_good"),
             writes=(10, 30, 90, None)),
        Knob("to_spare", "model/gateway/spare", 0, 100, 100),
        Knob("which_line", _LINE.format("via"), choices=("line_west", "line_south", "line_river"),
             writes=(list(_WEST), list(_SOUTH), list(_RIVER))),
        Knob("what_line", _LINE.format("kind"), choices=("people", "goods"),
             writes=("high-speed passenger", "fast mixed")),
    ),
    terms=("gateway_term", "ends_term", "stuck_term", "dearer_term", "income_term"),
    assumes=("assume_costs", "assume_fitted", "assume_spare", "assume_still"),
    without=("uncertainty", "model/propagation", "places"),  # the ends of distance are the interval, and it answers at once
    also={
        "shock": [{"name": "line built", "role": "policy", "line": [{"via": list(_WEST), "kind": "high-speed passenger"}]}],
        "arms": {"line built": ["line built"], "shut": ["gateways shut"]},
        "model": {"gateway": {"income": True}},
    },
)  # fmt: skip
"""Its page, on the scenario of the port that is shut, with a line beside it."""

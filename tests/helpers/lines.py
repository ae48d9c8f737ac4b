"""Lines laid on the bundled network."""

from __future__ import annotations

from itertools import pairwise

from xunhuan.data.arrays import Array
from xunhuan.models.gateway.network import great_circle_km, network, with_line
from xunhuan.models.gateway.people import hours


def hours_by(way: tuple[str, ...], year: int = 2017) -> tuple[Array, Array]:
    """Hours between cities before and after a line for people at 350 km an hour, a b each."""
    net = network("transport-2017").in_year(year)
    at = net.cities.set_index("city")
    ends = [(a, b, float(great_circle_km(at.lon[a], at.lat[a], at.lon[b], at.lat[b]))) for a, b in pairwise(way)]
    return hours(net, 1.25, 1.0), hours(with_line(net, ends, "rail", "high-speed passenger", 350.0), 1.25, 1.0)

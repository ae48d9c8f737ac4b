"""A line between cities of a split table: who saves hours by it, and what lines there were before."""

from __future__ import annotations

import numpy as np
import pytest

from tests.golden.gateway import PORTS
from tests.helpers.lines import hours_by
from xunhuan.data.geography import Geography
from xunhuan.models.gateway.network import network, split_with
from xunhuan.models.gateway.parameters import GatewayParameters
from xunhuan.models.gateway.ways import city_ways

pytestmark = pytest.mark.identity

WAY = ("Guangzhou", "Foshan", "Jiangmen", "Yangjiang", "Maoming", "Zhanjiang")


def test_where_a_railway_was_before_less_is_saved() -> None:
    """Zhanjiang had an old railway, Yangjiang none before 2018: a kilometre to Yangjiang saves more in 2017, not in 2024."""
    names = network("transport-2017").cities["city"].tolist()
    a, near, far = (names.index(c) for c in ("Guangzhou", "Yangjiang", "Zhanjiang"))
    saved = {}
    for year in (2017, 2024):
        old, new = hours_by(WAY, year)
        assert (new <= old + 1e-12).all()
        saved[year] = (old - new)[a, [near, far]] / new[a, [near, far]]
        np.testing.assert_allclose(old, old.T, atol=1e-12)
    assert saved[2017][0] > 1.5 * saved[2017][1]
    assert saved[2024][0] == pytest.approx(saved[2024][1], rel=0.25)


def test_the_line_of_2018_is_in_the_network_from_its_year() -> None:
    net = network("transport-2017")
    for year, there in ((2017, False), (2018, True)):
        edges = net.in_year(year).edges
        rows = edges[(edges["from"] == "Yangjiang") & (edges["mode"] == "rail")]
        assert bool(len(rows)) is there
        assert set(rows["class"]) <= {"high-speed passenger"}


def test_ways_between_cities_are_of_a_year() -> None:
    """Alder and Elm have a railway since 1990, Cedar and Fir one for people since 2005, which 1995 leaves out."""
    every, before, after = (city_ways(GatewayParameters(network=PORTS, year=y)).cost for y in (None, 1995, 2010))
    np.testing.assert_array_equal(after, every)
    assert (before >= every - 1e-12).all()
    assert not np.array_equal(before, every)


def test_cities_of_a_split_region_keep_what_is_known_of_them() -> None:
    """AT-N in two: Birch is a place of the table, Alder, which the table lacks, stays the region's. By region, as before."""
    net = network(PORTS)
    geography = Geography(
        codes=("BI", "AT-N2", "AT-E", "AT-S", "BOR"), nation=("ATL", "ATL", "ATL", "ATL", "BOR"),
        names_en=("Birch", "Rest", "East", "South", "Borealis"), names_zh=("桦城", "其他", "东岛", "南谷", "北国"),
        clusters={"AT-N": ("BI", "AT-N2")},
    )  # fmt: skip
    split = split_with(net, geography)
    assert list(split.cities) == list(net.cities)
    assert split.cities["city"].tolist() == ["Cedar", "Alder", "Elm", "Fir", "Birch"]
    assert split.cities["region"].tolist() == ["AT-E", "AT-N", "AT-S", "AT-S", "BI"]
    assert split.cities.index.tolist() == [0, 1, 2, 3, 4]
    assert split.gateways["region"].tolist() == ["AT-N", "AT-S", "AT-E", "AT-S"]

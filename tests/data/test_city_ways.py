"""What keeps cities apart: the cost of ways on a network, distance without one, and that it is said which was taken."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import xunhuan as xh
from tests.data.test_cities import own_file
from tests.helpers.ports import CITIES, EDGES, toy_network
from xunhuan.data.accounts import Accounts
from xunhuan.data.cities import BY_DISTANCE, BY_NETWORK, CityBorders, city_shares, split_region
from xunhuan.data.store import load
from xunhuan.data.ways import CityWays, Wall, listed_ways, write_city_ways
from xunhuan.errors import BadInput, ForeignFile
from xunhuan.faces.words import in_language
from xunhuan.models.gateway.parameters import GatewayParameters
from xunhuan.models.gateway.ways import city_ways
from xunhuan.scenario.check import prepare
from xunhuan.scenario.layers import Layers

pytestmark = pytest.mark.twin

CITY_THETA, EFFECT = 4.0, 1.44


def two_cities(folder: Path) -> str:
    """Alder and Birch of the toy network, with unlike parts of what their region makes."""
    text = "city,sector,share,name_en,name_zh,lon,lat,population\n" + "".join(
        f"{code},{s},{x},{name},,{lon},{lat},10\n"
        for code, name, lon, lat, parts in (("A", "Alder", 10.0, 52.0, (0.8, 0.6, 0.5)),
                                            ("B", "Birch", 11.0, 51.5, (0.2, 0.4, 0.5)))
        for s, x in zip(("FAR", "MAN", "SER"), parts, strict=True)
    )  # fmt: skip
    (folder / "two.csv").write_text(text, encoding="utf-8")
    return str(folder / "two.csv")


def odds(acc: Accounts, region: str) -> np.ndarray:
    """ln x_ab x_ba / (x_aa x_bb), a b i: no margins move it, so that it is the seed's."""
    at = [acc.geography.codes.index(c) for c in acc.geography.clusters[region]]
    x = np.log(np.maximum(acc.flow[np.ix_(at, at)], 1e-300))
    own = np.einsum("aai->ai", x)
    return np.asarray(x + x.swapaxes(0, 1) - own[:, None] - own[None, :])


def test_cities_trade_by_the_cost_of_ways() -> None:
    """RAS keeps odds: they must be e^(−2θ(κx + b)), with x as the gateway room has it and κ from freight to gravity."""
    pull = 0.3
    split = split_region(load("world-2017"), "CN-GD", wall=Wall(0.3, pull))
    ways = city_ways(GatewayParameters(year=2017))
    names = split.geography.clusters["CN-GD"]
    at = [next(k for k, n in enumerate(ways.names) if split.geography.name(c, "zh") in n) for c in names]
    found = odds(split, "CN-GD")
    for sector, name in (("A01T03", "bulk"), ("C26", "fine"), ("C28", "general"), ("F", "general")):
        c = ways.classes.index(name)
        x, gravity = ways.cost[c][np.ix_(at, at)], EFFECT / (CITY_THETA * ways.slope[c])
        kappa = 1 + pull * (gravity - 1)
        asked = -2 * CITY_THETA * (kappa * x + 0.3 * (1 - np.eye(len(at))))
        np.testing.assert_allclose(found[:, :, split.sectors.index(sector)], asked, rtol=1e-5, atol=1e-7)


def test_slopes_are_those_of_costs_on_the_logarithm_of_distance_between_provinces() -> None:
    """Least squares by numpy over pairs of provinces, means of exponentials in loops."""
    from xunhuan.models.gateway.network import great_circle_km, network

    ways, net = city_ways(GatewayParameters(year=2017)), network("transport-2017")
    cities = net.cities
    of = {r: np.flatnonzero(cities["region"] == r) for r in dict.fromkeys(cities["region"])}
    weight, lon, lat = (cities[c].to_numpy(float) for c in ("weight", "lon", "lat"))
    costs, logs = [], []
    for r, mine in of.items():
        for s, yours in of.items():
            if r != s:
                w = np.outer(weight[mine] / weight[mine].sum(), weight[yours] / weight[yours].sum())
                x = ways.cost[0][np.ix_(mine, yours)]
                costs.append(-np.log((w * np.exp(-CITY_THETA * x)).sum()) / CITY_THETA)
                km = great_circle_km(lon[mine][:, None], lat[mine][:, None], lon[yours], lat[yours])
                logs.append(np.log((w * km).sum()))
    assert ways.slope[0] == pytest.approx(np.polyfit(logs, costs, 1)[0], rel=1e-9)


def test_the_list_is_what_the_network_gives(tmp_path: Path) -> None:
    """`xunhuan build city-ways` writes what is bundled."""
    lists = Path(str(xh.__file__)).parent / "data" / "lists"
    (tmp_path / "cities_CHN.csv").write_bytes((lists / "cities_CHN.csv").read_bytes())
    for made in write_city_ways(city_ways(GatewayParameters(year=2017)), "CHN", 2017, tmp_path):
        mine, bundled = (pd.read_csv(f, comment="#") for f in (made, lists / made.name))
        pd.testing.assert_frame_equal(mine, bundled, rtol=1e-5)
    listed = listed_ways("CHN")
    assert listed is not None
    assert len(listed.names) == 280  # six regions are one city
    assert listed_ways("ATL") is None


def test_a_network_of_one_s_own_is_taken_and_said(toy: Accounts, tmp_path: Path) -> None:
    file, folder = two_cities(tmp_path), tmp_path / "net"
    folder.mkdir()
    network = toy_network(folder)
    shock = [{"name": "tax", "tariff": {"from": "BOR", "to": "ATL", "add": 0.1}}]
    data = {"title": "?", "base": "toyland", "split": {"AT-N": file}, "shock": shock,
            "uncertainty": {"draws": 4, "table": True}, "model": {"gateway": {"network": network}, "trade": {}}}  # fmt: skip
    base = prepare(Layers("net", data, (), None)).base
    ways = city_ways(GatewayParameters(network=network))
    assert base.extra[BY_NETWORK] == "AT-N"
    assert BY_DISTANCE not in base.extra
    kappa = 1 + 0.5 * (EFFECT / (CITY_THETA * ways.slope[0]) - 1)
    x = ways.cost[0][[n[0] for n in ways.names].index("Alder"), [n[0] for n in ways.names].index("Birch")]
    np.testing.assert_allclose(odds(base, "AT-N")[0, 1], -2 * CITY_THETA * (kappa * x + 0.35), rtol=1e-9)
    assert f"by the cost of ways on {network} and a border of 0.35" in base.notes[-1]
    assert "交通网络" in in_language(base.notes[-1], "zh")
    del data["model"]["gateway"]  # type: ignore[attr-defined]
    plain = prepare(Layers("net", data, (), None)).base
    assert plain.extra[BY_DISTANCE] == "AT-N"
    assert "by distance, for want of a network" in plain.notes[-1]
    assert "按距离" in in_language(plain.notes[-1], "zh")
    shares = city_shares(toy, "AT-N", file)
    d = shares.distance
    asked = -0.72 * (2 * np.log(d[0, 1]) - np.log(d[0, 0]) - np.log(d[1, 1])) - 2 * CITY_THETA * 0.35
    np.testing.assert_allclose(odds(plain, "AT-N")[0, 1], asked, rtol=1e-9)
    assert plain.draw(3).notes[-1].startswith("cities of AT-N")


def test_where_a_network_does_not_do_distance_is_taken(toy: Accounts, tmp_path: Path) -> None:
    file = two_cities(tmp_path)

    def taken(**files: str) -> Accounts:
        (tmp_path / "net").mkdir(exist_ok=True)
        return toy.split(
            "AT-N", file, ways=city_ways(GatewayParameters(network=toy_network(tmp_path / "net", **files)))
        )

    assert BY_NETWORK in taken().extra
    lacking = CITIES.replace("Birch,桦城市", "Beech,榉城市"), EDGES.replace("Birch", "Beech")
    assert BY_DISTANCE in taken(cities=lacking[0], edges=lacking[1]).extra
    lonely = EDGES.replace("Alder,Birch,road,90,,\n", "").replace("Alder,Elm,rail,450,1990,conventional\n", "")
    assert BY_DISTANCE in taken(edges=lonely.replace("NP,SP,coast,900,,\n", "")).extra
    one = CITIES.replace("AT-E", "AT-N").replace(
        "AT-S", "AT-N"
    )  # one region: no cost falls with distance between regions
    assert BY_DISTANCE in taken(cities=one).extra
    assert BY_DISTANCE in load("china-2017").split("CN-HI", ways="distance").extra
    with pytest.raises(BadInput, match="ways: 'road' is none of network, distance"):
        toy.split("AT-N", file, ways="road")  # type: ignore[arg-type]
    with pytest.raises((BadInput, ForeignFile)):
        city_ways(GatewayParameters(network=str(tmp_path / "nowhere")))


def test_what_versions_are_told_apart_by(toy: Accounts, tmp_path: Path) -> None:
    """Their digest knows ways and the whole's versions; their rank follows what is sold across borders."""
    file = own_file(tmp_path, {"A-1": (0.5, 0.4, 0.5), "A-2": (0.5, 0.6, 0.5)})
    out = toy.split("AT-N", file)
    cut = out.posterior
    assert isinstance(cut, CityBorders)
    far = CityWays(
        "far", (("A-1",), ("A-2",)), ("general",), (), np.array([[[0.0, 0.1], [0.1, 0.0]]]), np.array([0.05])
    )
    others = (replace(cut, ways={"AT-N": far}), replace(cut, whole=toy.replace(posterior=None)))
    assert len({cut.digest, *(o.digest for o in others)}) == 3
    bare = toy.replace(posterior=None).split("AT-N", file)
    assert isinstance(bare.posterior, CityBorders)
    assert (len(cut), len(bare.posterior)) == (toy.draws, 64)
    alike = toy.replace(posterior=None).split(
        "AT-N", own_file(tmp_path, {"A-1": (0.4, 0.4, 0.4), "A-2": (0.6, 0.6, 0.6)})
    )
    for table, close in ((alike, 1e-9), (bare, 0.2)):  # one sum over goods is exact where cities have one mix
        assert isinstance(table.posterior, CityBorders)
        rank, crosses = [], []
        for k in range(0, 64, 16):
            own = table.draw(k).flow[:2, :2].sum(2)
            rank.append(table.posterior.trade(k))
            crosses.append((own.sum() - np.trace(own)) / toy.output[:3].sum())
        np.testing.assert_allclose(rank, crosses, rtol=close)
        assert (np.argsort(rank) == np.argsort(crosses)).all()
    assert toy.posterior is not None
    own = cut.trade(2) - toy.posterior.trade(2)
    assert 0 < own < 0.2

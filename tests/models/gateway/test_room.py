"""The room on Toyland's two ports: nothing changes when nothing does, what is handed on, what is wrong."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import xunhuan as xh
from tests.helpers.ports import CITIES, EDGES, GATEWAYS, toy_network
from xunhuan.data.accounts import Accounts
from xunhuan.errors import BadInput, ForeignFile, Infeasible, XunhuanError
from xunhuan.faces.words import in_language
from xunhuan.models import registry
from xunhuan.models.edits.handed import LinkLosses, Routes
from xunhuan.models.gateway import edits
from xunhuan.models.gateway.acting import acts
from xunhuan.models.gateway.answer import _assumed, _moved
from xunhuan.models.gateway.ground import resting
from xunhuan.models.gateway.network import network
from xunhuan.models.gateway.parameters import GatewayParameters
from xunhuan.models.gateway.read import read
from xunhuan.models.gateway.routes import edge_weights
from xunhuan.models.model import Response, Shock
from xunhuan.scenario.lend import lent, responded

pytestmark = pytest.mark.identity

HANDED = registry.find("gateway").hands_on


@pytest.fixture(scope="module")
def toy() -> Accounts:
    return xh.toyland()


@pytest.fixture(scope="module")
def net(tmp_path_factory: pytest.TempPathFactory) -> str:
    return toy_network(tmp_path_factory.mktemp("ports"))


def asked(acc: Accounts, net: str, *shock: object, **parameters: object) -> Response:
    model = registry.find("gateway")
    values = {"network": net, "income": False, "people": "services", "fee_service": "SER", **parameters}
    return responded(model, acc, Shock(tuple(shock)), model.parameters(**values))  # type: ignore[arg-type]


def test_a_way_on_costs_its_days_and_no_less_than_nothing(toy: Accounts, net: str) -> None:
    """x' = x + cost + day (days + time D), of the gateway that is named alone, and 0 where that falls below."""
    asks = {"network": net, "income": False, "distance": "freight", "people": "services", "fee_service": "SER"}
    p = registry.find("gateway").parameters(**asks)
    rest = resting(toy, p, lent("elasticities", toy))  # type: ignore[arg-type]
    g, x = rest.ground, rest.costs
    assert g.net.gateways["gateway"].tolist() == ["NP", "SP"]
    for own in ({"days": 3.0, "time": 0.5, "cost": 0.02}, {"time": -0.25}, {"cost": -0.9}):
        new = _moved(g, acts(g, Shock((edits.Way(gateways="SP", to="BOR", **own),))), x)
        for c, name in enumerate(g.net.classes):
            old, days = x.outer[c], x.outer_days[c]
            more = own.get("cost", 0.0) + p.day_of(name) * (own.get("days", 0.0) + own.get("time", 0.0) * days[1])
            assert new.outer[c][0] == pytest.approx(old[0])
            assert new.outer[c][1] == pytest.approx(np.maximum(old[1] + more, 0.0))
            assert abs(new.outer[c][1] - old[1]).min() > 1e-4
    assert max(a[1].max() for a in new.outer) == 0


def test_nothing_changes_when_nothing_does(toy: Accounts, net: str) -> None:
    r = asked(toy, net)
    assert (r.detail["cost_by_end"].values == 1).all()
    assert HANDED is not None
    assert HANDED(r) == ()
    assert r.accounts is toy
    dear = asked(toy, net, edits.GatewayFee(gateways="NP", change=0.0), congestion=0.1)
    assert np.abs(dear.detail["cost_by_end"].values - 1).max() < 1e-9


@pytest.mark.parametrize("distance", ["freight", "gravity"])
def test_closing_never_helps_and_a_line_never_hurts(toy: Accounts, net: str, distance: str) -> None:
    shut = asked(toy, net, edits.GatewayClosed(gateways="South Port"), distance=distance).detail["cost"].values
    assert (shut >= 1 - 1e-12).all()
    assert shut[2, 3, 0] > shut[0, 3, 0] >= 1
    assert shut[0, 3, 0] > 1 or distance == "gravity"  # there the north takes its own port for certain
    line = asked(toy, net, edits.Line(via=["Cedar", "榆城"], kind="road"), distance=distance)
    made = line.detail["cost"].values
    assert (made <= 1 + 1e-12).all()
    assert made[1, 2, 1] < 0.9999


def test_the_order_of_cities_changes_nothing(toy: Accounts, net: str, tmp_path: Path) -> None:
    head, *rows = CITIES.strip().splitlines()
    other = toy_network(tmp_path, cities="\n".join([head, *reversed(rows)]) + "\n")
    shock = edits.GatewayClosed(gateways="SP")
    one, two = (asked(toy, n, shock).detail["cost_by_end"].values for n in (net, other))
    assert one == pytest.approx(two, rel=1e-13)


def test_one_city_alone_pays_the_closed_form(toy: Accounts, tmp_path: Path) -> None:
    """With one city a region and no fit, d̂ = (1 − share)^(−1/V)."""
    keep = "\n".join(r for r in CITIES.splitlines() if r[:5] not in ("Birch", "Fir,1"))
    roads = "from,to,mode,km\nAlder,Cedar,road,200\nCedar,Elm,road,350\nAlder,NP,road,120\nElm,SP,road,110\n"
    outer = "NP,BOR,ocean,2000\nSP,BOR,ocean,1700\n"
    folder = toy_network(tmp_path, cities=keep + "\n", edges=roads + outer)
    before = asked(toy, folder, distance="freight", route_spread=20.0)
    r = asked(toy, folder, edits.GatewayClosed(gateways="SP"), distance="freight", route_spread=20.0)
    part = before.detail["passes"].values[0]
    share = part / part.sum(1, keepdims=True)
    for h, code in enumerate(before.detail["home"].values):
        k = toy.geography.codes.index(str(code))
        assert r.detail["cost"].values[k, 3, :2] == pytest.approx((1 - share[h, 1]) ** (-1 / 20), rel=1e-10)


def test_bridge_and_gateway_add_up(toy: Accounts, net: str) -> None:
    from xunhuan.data.places import places

    r = asked(toy, net, sets={"both": "AT-N+AT-S"})
    found, at = read(toy, r, places(toy)), {c: k for k, c in enumerate(places(toy).codes)}
    shares = found["passed_share"].values
    assert shares.sum(1) == pytest.approx(1, abs=1e-12)
    assert found["own_through"].values[at["AT-N"]] == pytest.approx(shares[0, 0], abs=1e-12)
    assert found["own_through"].values[at["ATL"]] == pytest.approx(1, abs=1e-12)
    assert found["set_others"].values == pytest.approx([1], abs=1e-12)
    q = found["own_through"]
    assert q.low is not None
    assert q.high is not None
    assert (q.low <= q.values + 1e-15).all()
    assert (q.values <= q.high + 1e-15).all()


def test_a_fee_is_a_toll_and_what_melts(toy: Accounts, net: str) -> None:
    """Burnt or somebody's income, what buyers pay at given incomes is the same; the toll is the port's region's."""
    burnt = asked(toy, net, edits.GatewayFee(gateways="NP", change=0.03, rebated=0.0)).detail
    fee = asked(toy, net, edits.GatewayFee(gateways="NP", change=0.03)).detail
    assert list(fee["collector"].values) == ["AT-N"]
    for e in range(2):
        one = asked(toy, net, edits.GatewayFee(gateways="NP", change=0.03), distance=str(fee["end"].values[e])).detail
        paid = one["cost"].values * (1 + one["toll"].values.sum(0))
        assert paid == pytest.approx(burnt["cost_by_end"].values[e], rel=1e-12)
        passed = asked(toy, net, distance=str(fee["end"].values[e])).detail["passes"].values
        assert 0 < one["fee"].values[0, 0] < np.expm1(0.03) * passed[0, :, 0].sum() * (1 + 1e-9)


def test_it_hands_routes_to_trade_and_losses_to_the_short_run(toy: Accounts, net: str) -> None:
    assert HANDED is not None
    r = asked(
        toy, net, edits.GatewayClosed(gateways="SP", start=5, end=20), edits.GatewayFee(gateways="NP", change=0.02)
    )
    routes, losses = HANDED(r)
    assert isinstance(routes, Routes)
    assert isinstance(losses, LinkLosses)
    assert (losses.start, losses.end) == (5, 20)
    assert losses.loss.values[:3, :3].max() == 0
    assert 0 < losses.loss.values[2, 3, 0] <= 1
    long = xh.respond(toy, routes)
    assert long.detail["tolls"].values[0] > 0
    assert long.accounts.gdp.sum() == pytest.approx(toy.gdp.sum(), rel=1e-9)
    short = xh.respond(toy, losses, model="propagation", horizon_days=56)
    assert float(short.detail["loss"].sum()) > 0


def test_real_income_is_that_of_the_model_that_comes_after(toy: Accounts, net: str) -> None:
    assert HANDED is not None
    shock = edits.GatewayClosed(gateways="SP")
    r = asked(toy, net, shock, income=True, distance="freight")
    after = xh.respond(toy, HANDED(r)[0])
    assert r.detail["real_income_hat"].values[0] == pytest.approx(after.detail["real_income_hat"].values, abs=1e-8)


def test_less_to_spare_more_is_stuck(toy: Accounts, net: str) -> None:
    shut = edits.GatewayClosed(gateways="SP", end=30)
    lost = [asked(toy, net, shut, spare=s).detail["stuck_by_end"].values.sum() for s in (0.0, 0.1, 0.5, 9.0)]
    assert lost == sorted(lost, reverse=True)
    assert lost[0] > lost[-1] == pytest.approx(0, abs=1e-9)
    d = asked(toy, net, shut, spare=0.3).detail
    traded = d["passes_before"].values.sum(2)
    whole = (d["stuck_by_end"].values[:, 0] * traded).sum(1) / traded.sum(1)
    along = d["stuck_by_spare"].values
    assert along[:, -1] == pytest.approx(whole, rel=1e-10)
    assert (np.diff(along, axis=1) <= 0).all()


def test_a_passenger_line_carries_no_goods(toy: Accounts, net: str) -> None:
    line = edits.Line(via=["Alder", "Cedar", "Fir"], kind="high-speed passenger")
    cost = asked(toy, net, line).detail["cost"].values
    assert (cost[:, :, :2] == 1).all()
    assert cost[0, 1, 2] < 1
    assert (cost[3] == 1).all()
    twice = asked(toy, net, line, hour=0.02).detail["cost"].values
    assert np.log(twice) == pytest.approx(2 * np.log(cost), abs=1e-12)
    assert (asked(toy, net, edits.Line(via=["Alder", "Cedar"], opened=2050), until=2030).detail["cost"] == 1).all()


def test_online_brings_the_far_nearer(toy: Accounts, net: str) -> None:
    cost = asked(toy, net, edits.Online(share=0.4)).detail["cost"].values
    assert cost[0, 2, 0] < 1 < cost[0, 0, 0]
    assert (cost[3] == 1).all()
    assert (asked(toy, net, edits.Online(share=0.15)).detail["cost"] == 1).all()


@pytest.mark.parametrize(
    ("shock", "said"),
    [
        (edits.GatewayClosed(gateways="North Prt"), "unknown gateway 'North Prt'.*North Port .北港."),
        (edits.GatewayClosed(gateways="北巷"), "unknown gateway '北巷'.*北港"),
        (edits.Line(via=["Aldre", "Cedar"]), "unknown city 'Aldre'.*Alder"),
        (edits.Line(via=["Alder", "雪松"], kind="road"), ""),
        (edits.Line(via=["Aldre", "雪公", "Elmm"]), "'Aldre'.*'雪公'.*雪松.*'Elmm'.*Elm"),
        (edits.Way(gateways="NP", to="NOWHERE", days=1), "NOWHERE"),
    ],
)
def test_unknown_names_have_near_ones(toy: Accounts, net: str, shock: object, said: str) -> None:
    if not said:
        asked(toy, net, shock)
        return
    with pytest.raises(BadInput) as e:
        asked(toy, net, shock)
    assert __import__("re").search(said, " ".join(e.value.items))
    assert all("没有名为" in in_language(item, "zh") for item in e.value.items)


def test_several_wrongs_are_told_at_once(toy: Accounts, net: str) -> None:
    with pytest.raises(BadInput) as e:
        asked(toy, net, edits.GatewayOnly(gateways="XX+YY"), edits.Line(via=["Q", "Alder"]))
    assert len(e.value.items) == 3
    assert e.value.items[0].startswith("`gateway_only gateways=XX+YY`: unknown gateway 'XX'")


def test_closing_all_ways_names_the_goods(toy: Accounts, net: str) -> None:
    with pytest.raises(Infeasible) as e:
        asked(toy, net, edits.GatewayClosed(gateways="NP+SP"))
    assert "FAR, Farming (农业): to or from BOR" in e.value.items
    assert all("往来" in in_language(item, "zh") for item in e.value.items)
    assert in_language(e.value.what, "zh") != e.value.what


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (lambda: edits.Line(via=["Alder"]), "two cities"),
        (lambda: edits.Line(via=["Alder", "Elm", "Alder"]), "Alder is given twice"),
        (lambda: edits.Online(share=1.5), "must be 1 or less"),
        (lambda: edits.GatewayClosed(gateways="NP", start=5, end=2), "must lie after start"),
        (lambda: edits.GatewayFee(gateways="NP", change=-0.01, rebated=0.5), "cheaper is nobody's income"),
        (lambda: edits.Way(gateways="NP", to="BOR"), "give days, time or cost"),
    ],
)
def test_edits_refuse_what_makes_no_sense(made: object, said: str) -> None:
    with pytest.raises(BadInput, match="is no") as e:
        made()  # type: ignore[operator]
    assert said in " ".join(e.value.items)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"cities": "city,lon,lat\nA,1,2\n"}, "lacks region, weight"),
        ({"edges": EDGES + "Alder,Nowhere,road,5,,\n"}, "Nowhere is in no list"),
        ({"edges": EDGES + "Alder,Birch,canal,5,,\n"}, "unknown mode canal"),
        ({"edges": EDGES.replace("390", "-1")}, "line 4: km must be a number of 0 or more"),
        ({"gateways": GATEWAYS.replace("SP,South", "NP,South")}, "gateway given twice: NP"),
        ({"edges": EDGES + "Alder,Birch,road,5,,,,\n"}, "edges.csv: is no table of commas in UTF-8"),
        ({"gateways": ""}, "gateways.csv: is no table of commas in UTF-8"),
    ],
)
def test_files_say_what_is_wrong(tmp_path: Path, files: dict[str, str], said: str) -> None:
    with pytest.raises(ForeignFile) as e:
        network(toy_network(tmp_path, **files))
    assert said in " ".join(e.value.items)


def test_a_network_of_elsewhere_says_which_columns_are_needed(toy: Accounts) -> None:
    with pytest.raises(BadInput) as e:
        asked(toy, "transport-2017")
    assert "cities.csv: city, region" in " ".join(e.value.items)
    with pytest.raises(XunhuanError, match="neither bundled nor a folder"):
        asked(toy, "transport-2018")


def test_targets_are_read_and_met(toy: Accounts, net: str, tmp_path: Path) -> None:
    path = tmp_path / "targets.csv"
    rows = "".join(
        f"general,{w},{g},{s}\n" for w in ("export", "import") for g, s in (("NP", 0.7), ("South Port", 0.3))
    )
    path.write_text("class,way,gateway,share\n" + rows, encoding="utf-8")
    passes = asked(toy, net, targets=str(path)).detail["passes"].values.sum(1)
    assert passes / passes.sum(1, keepdims=True) == pytest.approx(np.array([[0.7, 0.3]] * 2), abs=2e-3)
    path.write_text(
        "class,way,gateway,share\ngeneral,export,Nord,0.5\nwhole,export,NP,2\ngeneral,export,NP,half\n",
        encoding="utf-8",
    )
    with pytest.raises(BadInput) as e:
        asked(toy, net, targets=str(path))
    assert len(e.value.items) == 3


def test_a_regular_road_is_dearer_and_slower(tmp_path: Path) -> None:
    """An expressway costs the part `regular_road` of it, at a speed as much higher: so does the whole of a way by road."""
    regular = "\n".join(f"{x}regular" if ",road," in x else x for x in EDGES.splitlines())
    usual, slow = (network(toy_network(folder, edges=text)) for folder, text in
                   ((tmp_path / "a", EDGES), (tmp_path / "b", regular)) if not folder.mkdir())  # fmt: skip
    p = registry.find("gateway").parameters()
    for name in ("general", "bulk"):
        fast, dear = (edge_weights(n, p, name)["road"][0] for n in (usual, slow))
        assert fast.size
        assert np.allclose(fast, 0.8 * dear, rtol=1e-14, atol=0)
    cheaper = registry.find("gateway").parameters(regular_road=1.0)
    assert np.array_equal(
        edge_weights(slow, cheaper, "general")["road"][0], edge_weights(usual, p, "general")["road"][0]
    )


def test_a_region_split_into_cities_has_their_ways(toy: Accounts, net: str, tmp_path: Path) -> None:
    """Cities of the network are the table's by name, each gateway is the nearest one's, and all trade passes as before."""
    rows = ["city,sector,share,name_en,name_zh,lon,lat,population"]
    rows += [f"AT-N-{k},{s},{x},{city},,{10 + k},52,10" for k, (city, x) in enumerate((("Alder", 0.75), ("Birch", 0.25)))
             for s in toy.sectors.codes]  # fmt: skip
    (tmp_path / "north.csv").write_text("\n".join(rows), encoding="utf-8")
    cut = toy.split("AT-N", str(tmp_path / "north.csv"))
    whole, d = asked(toy, net).detail, asked(cut, net).detail
    assert {*d["home"].values} == {"AT-N-0", "AT-N-1", *[c for c in whole["home"].values if c != "AT-N"]}
    assert d["gateway_region"].values.tolist() == ["AT-N-0", "AT-S"]
    assert d["passes"].sum().item() == pytest.approx(whole["passes"].sum().item(), rel=1e-9)
    line = asked(cut, net, edits.Line(via=["Alder", "Birch"], kind="road")).detail["cost"].values
    assert line[0, 1, 0] < 0.9999
    shut = asked(cut, net, edits.GatewayClosed(gateways="NP")).detail["cost"].sel(origin=["AT-N-0", "AT-N-1"])
    assert (shut.sel(destination="BOR")[:, :2] > 1).all()


def test_what_is_said_of_observed_shares(toy: Accounts) -> None:
    """A network has a file of them or not, and a user gives his own, the network's, or none."""

    def said(targets: str, file: Path | None) -> list[str]:
        ground: Any = SimpleNamespace(net=SimpleNamespace(targets=file), acc=toy, home=[0, 1, 2], abroad=[3])
        notes = _assumed(ground, GatewayParameters().model_copy(update={"targets": targets}))
        return [what for what in ("are not fitted", "are fitted to shares of containers") if what in "".join(notes)]

    unfitted, fitted = ["are not fitted"], ["are fitted to shares of containers"]
    assert [said("none", None), said("network", None), said("mine.csv", None)] == [unfitted, unfitted, []]
    assert [said(t, Path("targets.csv")) for t in ("none", "network", "mine.csv")] == [unfitted, fitted, []]

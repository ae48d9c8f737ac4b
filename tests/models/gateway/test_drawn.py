"""The land of the room's pictures, and its ribbons, on Toyland's two ports; one of them has the code of a nation."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

import xunhuan as xh
from tests.helpers.ports import EDGES, GATEWAYS, toy_network
from xunhuan.faces.captions import caption_of
from xunhuan.faces.figures.land import _placed_names
from xunhuan.faces.reading import Reading
from xunhuan.faces.report.scenario import ScenarioReport
from xunhuan.faces.report.scenario_tables import grids
from xunhuan.faces.telling import arm_sentence
from xunhuan.models import registry
from xunhuan.models.gateway import edits
from xunhuan.models.model import Shock

pytestmark = pytest.mark.identity

OUTLINE = """region,part,lon,lat
AT-N,0,9,51
AT-N,0,12,51
AT-N,0,10,53
AT-E,0,12,51
AT-E,0,14,51
AT-E,0,13,52
AT-S,0,10,47
AT-S,0,13,47
AT-S,0,11,49
"""


@pytest.fixture(scope="module")
def net(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The northern port is called ATL, as the nation is."""
    gateways, edges = (text.replace("NP,", "ATL,").replace(",NP,", ",ATL,") for text in (GATEWAYS, EDGES))
    return toy_network(tmp_path_factory.mktemp("drawn"), gateways=gateways, edges=edges, outline=OUTLINE)


@pytest.fixture(scope="module")
def result(net: str) -> xh.Result:
    """A port shut for days, and a line."""
    scenario: dict[str, Any] = {
        "title": "Ports", "question": "?", "base": "toyland", "measure": {}, "places": ["Southvale"],
        "shock": [{"name": "shut", "gateway_closed": {"gateways": "ATL", "start": 0, "end": 30}},
                  {"name": "line", "line": {"via": ["Cedar", "Elm"], "kind": "road"}}],
        "arms": {"shut": ["shut"], "built": ["line"]},
        "model": {"gateway": {"network": net, "income": False, "people": "services", "fee_service": "SER"}},
    }  # fmt: skip
    return xh.run(scenario)


def test_the_land_shows_what_a_shock_closes_and_builds(net: str) -> None:
    model = registry.find("gateway")
    assert model.land is not None
    p = model.parameters(network=net)
    late = edits.Line(via=["Cedar", "Elm", "Fir"], kind="road", opened=2040)
    shock = Shock((edits.GatewayOnly(gateways="South Port"), late))
    found = model.land(xh.toyland(), p, shock)
    assert found is not None
    assert found.points.set_index("point")["shut"].to_dict() == {"ATL": True, "SP": False}
    built = found.lines[found.lines["new"]]
    assert list(zip(built["lon"], built["lat"], strict=True)) == [
        (13.0, 51.0),
        (11.0, 48.0),
        (11.0, 48.0),
        (12.5, 48.5),
    ]
    assert found.lines[~found.lines["new"]]["lon"].tolist() == [10.0, 11.0], "the railway Alder-Elm"
    sooner = model.land(xh.toyland(), model.parameters(network=net, until=2030), shock)
    assert sooner is not None
    assert not sooner.lines["new"].any()


def test_streams_add_up_to_what_passes(result: xh.Result) -> None:
    d = result.data.sel(arm="built")
    assert np.allclose(d["route_streams"].sum(("route_home", "route_group")), d["gateway_trade"], rtol=1e-12, atol=0)
    by_region = d["route_streams"].sum("route_group")
    share = (by_region / by_region.sum("gateway")).transpose("route_home", "gateway")
    told = d["passed_share"].sel(home_place=list(d["route_home"].values))
    assert np.allclose(share, told, rtol=1e-12, atol=0)


def test_maps_and_ribbons_stand_in_the_report(result: xh.Result) -> None:
    reading = Reading(result)
    album = ScenarioReport(result).album()
    assert [k for k in album if k.startswith(("land", "flows"))] == [
        "land-trade-stuck-1", "land-others-through", "flows-route-streams"]  # fmt: skip
    assert all(album[k].narrow is not None for k in ("land-others-through", "flows-route-streams"))
    assert "Crosses are closed" in album["land-trade-stuck-1"].caption
    assert "粗线" in caption_of(Reading(result, "zh"), reading.quantity("others_through"), "built")
    assert reading.label("gateway", "ATL") == "North Port"
    assert reading.label("home_place", "ATL") != "North Port"
    assert {"North Port", "South Port"} <= {*album["flows-route-streams"].wide.data[0].node.label}
    heat = album["heat-passed-share-1"].wide.data[0]
    assert next(iter(heat.y)) == reading.name("AT-N")
    assert list(heat.x) == ["North Port", "South Port"]
    assert "placed-route_streams" in ScenarioReport(result)._context()["tables"]  # type: ignore[operator]


def test_ends_are_called_ends_and_an_arm_is_told_by_what_moves_in_it(result: xh.Result) -> None:
    """Nothing is drawn, so that no number may be called a 90% interval; real income is not worked out, and stands still."""
    for lang, said in (("en", "between two ends"), ("zh", "两端之间")):
        told = arm_sentence(Reading(result, lang), "shut")  # type: ignore[arg-type]
        assert said in told
        assert "90%" not in told
    told = arm_sentence(Reading(result), "shut")
    assert "if other gateways have nothing to spare" in told
    south = Reading(result).number("trade_stuck", "AT-S", "shut")
    assert f"Goods trade with abroad that is stuck: Southvale {100 * south.value:.2f}% (" in told
    built = arm_sentence(Reading(result), "built")
    assert "on its way" in built


def test_what_is_assumed_is_the_first_table(result: xh.Result) -> None:
    tables = grids(Reading(result))
    assert next(iter(tables)) == "assumed"
    assert tables["assumed"].number == 1
    rows = {r.cells[0]: r.cells for r in tables["assumed"].rows}
    assert rows["spare capacity of open gateways, of traffic"][1:3] == ["10%", "0–30%"]
    assert rows["cost of an hour of travel, of a market service"][1:3] == ["1%", "0.5–2%"]
    assert not any("online" in what for what in rows), "nothing is sold online here"
    chinese = {r.cells[0] for r in grids(Reading(result, "zh"))["assumed"].rows}
    assert len(chinese) == len(rows)
    assert "开放口岸的余力占吞吐量" in chinese


def test_names_on_a_map_keep_clear_of_each_other() -> None:
    at = pd.DataFrame({"lon": [10.0, 10.2, 10.4, 30.0], "lat": [50.0, 50.0, 50.0, 45.0],
                       "label": ["Northern Port", "Middle Port", "Southern Port", "Away"]})  # fmt: skip
    land = pd.DataFrame({"lon": [0.0, 40.0], "lat": [40.0, 60.0]})
    names, sides = _placed_names(at, np.array([20.0, 16.0, 12.0, 10.0]), land)
    assert names[0] == "Northern Port"
    assert names[3] == "Away"
    assert len(set(sides[:3])) == len([n for n in names[:3] if n]), "each on a side of its own"

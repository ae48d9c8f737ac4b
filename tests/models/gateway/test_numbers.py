"""What is read of an answer, number by number in plain loops, and answers at random against every way listed."""

from pathlib import Path

import numpy as np
import pytest

import xunhuan as xh
from tests.helpers.ports import EDGES, GATEWAYS, toy_network
from tests.outside.gates import WAYS, apart_from_ways, drawn_network
from xunhuan.data.accounts import Accounts
from xunhuan.data.places import places
from xunhuan.models import registry
from xunhuan.models.gateway import edits
from xunhuan.models.gateway.read import gateways_told, provinces_told, read
from xunhuan.models.model import Response, Shock
from xunhuan.scenario.lend import responded

pytestmark = pytest.mark.twin

MODEL = registry.find("gateway")
THIRD = {"gateways": GATEWAYS + "CH,Cedar Port,雪松港,AT-E,sea,14.0,51.0\n",
         "edges": EDGES + "Cedar,CH,road,60,,\nCH,BOR,ocean,2100,,\n"}  # fmt: skip
"""A third port beside the two."""


OUTLINE = "region,part,lon,lat\nAT-N,0,9,51\nAT-N,0,12,51\nAT-N,0,10,53\n"


@pytest.fixture(scope="module")
def acc() -> Accounts:
    return xh.toyland()


@pytest.fixture(scope="module")
def moved(acc: Accounts, tmp_path_factory: pytest.TempPathFactory) -> Response:
    network = toy_network(tmp_path_factory.mktemp("three"), **THIRD)
    p = MODEL.parameters(network=network, income=False, people="services", fee_service="SER", sets={"south": "AT-S"})
    return responded(MODEL, acc, Shock((edits.GatewayFee(gateways="NP", change=0.02),)), p)


@pytest.mark.parametrize("seed", [1, 3, 6, 7, 9, 13])
def test_answers_are_those_of_all_ways_listed(seed: int, tmp_path: Path) -> None:
    assert apart_from_ways(seed, tmp_path) < WAYS
    assert drawn_network(3)[0]["congestion"] * drawn_network(3)[0]["fee"] > 0
    what = drawn_network(seed)[0]
    assert (what["route"] == "logit") == (seed in {1, 7})
    assert (what["distance"] == "gravity") == (seed in {1, 9})
    assert any(what["targets"])  # shares that were seen, one way or both


def test_what_passes_is_told_by_gateway(acc: Accounts, moved: Response) -> None:
    d, found = moved.detail, read(acc, moved, places(acc))
    E, H, G = d["passes"].shape
    assert (E, H, G) == (2, 3, 3)
    change, whole, of_all = np.zeros((E, G)), np.zeros((E, G)), np.zeros((E, G))
    for e in range(E):
        for g in range(G):
            after, before = (sum(float(d[n][e, h, g]) for h in range(H)) for n in ("passes", "passes_before"))
            change[e, g], whole[e, g] = after / before - 1, after
        of_all[e] = whole[e] / whole[e].sum()
    told = {"gateway_change": change, "gateway_trade": whole, "gateway_concentration": (of_all**2).sum(1)}
    for name, by_end in told.items():
        n = found[name]
        assert n.low is not None
        assert n.high is not None
        for got, here in ((n.values, by_end.mean(0)), (n.low, by_end.min(0)), (n.high, by_end.max(0))):
            assert got == pytest.approx(here, rel=1e-12, abs=1e-14), name
    assert change[0, 0] < -0.01
    frame = gateways_told(acc, moved, 0).set_index("gateway")
    for g, code in enumerate(d["gateway"].values):
        both = [sum(float(d[n][e, h, g]) for e in range(E) for h in range(H)) for n in ("passes", "passes_before")]
        assert frame.loc[code, "change"] == pytest.approx(100 * (both[0] / both[1] - 1), rel=1e-12, abs=1e-12)
        assert frame.loc[code, "value"] == pytest.approx(whole[:, g].mean(), rel=1e-12)
        assert frame.loc[code, "share"] == pytest.approx(100 * of_all[:, g].mean(), rel=1e-12)
    assert list(frame["value"]) == sorted(frame["value"], reverse=True)
    assert len(gateways_told(acc, moved, 2)) == 2


def test_who_passes_whose_gateways(acc: Accounts, moved: Response) -> None:
    """Bridge and gateway by route: of the others' trade and of a place's own what passes its gateways, by loops."""
    d, found, at = moved.detail, read(acc, moved, places(acc)), {c: k for k, c in enumerate(places(acc).codes)}
    homes, owners, passes = d["home"].values, d["gateway_region"].values, d["passes"].to_numpy()
    for name in ("AT-N", "AT-E", "AT-S"):
        mine, others = np.zeros((2, 2)), np.zeros((2, 2))
        for e, h, g in np.ndindex(*passes.shape):
            kept = mine if homes[h] == name else others
            kept[e] += passes[e, h, g] * np.array([owners[g] == name, True])
        assert found["own_through"].values[at[name]] == pytest.approx((mine[:, 0] / mine[:, 1]).mean(), rel=1e-12)
        share = (others[:, 0] / others[:, 1]).mean()
        assert found["others_through"].values[at[name]] == pytest.approx(share, rel=1e-12)
        if name == "AT-S":
            assert found["set_others"].values == pytest.approx([share], rel=1e-12)
            assert 0.01 < share < 0.9


def test_every_line_that_is_built_is_drawn(acc: Accounts, tmp_path: Path) -> None:
    assert MODEL.land is not None
    lines = (edits.Line(via=["Cedar", "Elm"], kind="road"), edits.Line(via=["Alder", "Fir"], kind="road"))
    found = MODEL.land(acc, MODEL.parameters(network=toy_network(tmp_path, outline=OUTLINE)), Shock(lines))
    assert found is not None
    assert found.lines[found.lines["new"]]["lon"].tolist() == [13.0, 11.0, 10.0, 12.5]


def test_the_nation_stands_above_its_regions(acc: Accounts, tmp_path: Path) -> None:
    """Its first gateway, share and what is stuck are of all its regions' trade together; its income of their incomes."""
    p = MODEL.parameters(network=toy_network(tmp_path, **THIRD), people="services", fee_service="SER")
    shut = edits.GatewayClosed(gateways="NP", start=0, end=30)
    answer = responded(MODEL, acc, Shock((shut,)), p)
    d, frame = answer.detail, provinces_told(acc, answer, 0)
    row = frame.attrs["nation"].iloc[0]
    assert list(frame.attrs["nation"].columns) == list(frame.columns)
    assert row["region"] == acc.home
    E, H, G = d["passes"].shape
    by_gate = [sum(float(d["passes"][e, h, g]) for e in range(E) for h in range(H)) for g in range(G)]
    first = max(range(G), key=by_gate.__getitem__)
    assert row["first_gateway"] == str(d["gateway"].values[first])
    assert row["its_share"] == pytest.approx(100 * by_gate[first] / sum(by_gate))
    for e, end in enumerate(map(str, d["end"].values)):
        traded = [float(d["passes_before"][e, h].sum()) for h in range(H)]
        stuck = [float(d["stuck_by_end"][e, :, h].max()) for h in range(H)]
        wanted = 100 * sum(a * b for a, b in zip(traded, stuck, strict=True)) / sum(traded)
        assert row[f"stuck_{end}"] == pytest.approx(wanted)
        home = [acc.geography.codes.index(str(c)) for c in d["home"].values]
        base = [float(d["income_base"][k]) for k in home]
        gained = [float(d["real_income_hat"][e, k]) * b for k, b in zip(home, base, strict=True)]
        assert row[f"real_income_{end}"] == pytest.approx(100 * (sum(gained) / sum(base) - 1), abs=1e-9)

"""Kernels of routes and ports: closed forms, twins, envelopes."""

import itertools

import networkx
import numpy as np
import pytest

from xunhuan.errors import BadInput
from xunhuan.models.gateway import ports, routes
from xunhuan.models.gateway.network import KEEPS, Graph, layered, network, shortest
from xunhuan.models.gateway.parameters import GatewayParameters

pytestmark = pytest.mark.textbook

V = 8.0
TRIANGLE = Graph(np.array([0, 1, 0]), np.array([1, 2, 2]), np.log([1.2, 1.1, 1.5]), 3, 3, 3)


def ring(t: dict[tuple[int, int], float]) -> np.ndarray:
    A = np.zeros((3, 3))
    for (k, m), x in t.items():
        A[k, m] = x**-V
    return A


BOTH = {(0, 1): 1.2, (1, 0): 1.2, (1, 2): 1.1, (2, 1): 1.1, (0, 2): 1.5, (2, 0): 1.5}


def test_choice_at_every_node_on_a_triangle() -> None:
    tau = np.exp(routes.logit_ways(TRIANGLE, V))
    assert tau[0, 2] == pytest.approx(1.2188041765696, rel=1e-12)
    assert tau[0, 1] == pytest.approx(1.1405865207111, rel=1e-12)
    A = ring(BOTH)
    assert routes.spectral_radius(A) == pytest.approx(0.537577, abs=5e-7)
    use = routes.link_use(A, 0, 2)
    assert use[0, 1] == pytest.approx(0.8166858079330, rel=1e-12)
    assert use[0, 2] == pytest.approx(0.2725212935109, rel=1e-12)
    shut = Graph(TRIANGLE.low[:2], TRIANGLE.high[:2], TRIANGLE.cost[:2], 3, 3, 3)
    change = np.exp(routes.logit_ways(shut, V)[0, 2] - routes.logit_ways(TRIANGLE, V)[0, 2])
    assert change == pytest.approx(1.0409443609386, rel=1e-12)


def test_choice_at_every_node_adds_up_all_walks() -> None:
    """τ^(−V) is the sum over walks of any number of links of the product of t^(−V)."""
    A, walks = ring(BOTH), np.eye(3)
    total = walks.copy()
    for _ in range(80):  # the radius is .54: what is left is below 1e-20
        walks = walks @ A
        total += walks
    assert np.exp(-V * routes.logit_ways(TRIANGLE, V)[0, 1:]) == pytest.approx(total[0, 1:], rel=1e-12)


def test_use_of_a_link_is_the_slope_of_cost() -> None:
    """One way of one link dearer: d ln τ / d ln t = how often it is used."""
    step = 1e-6

    def cost(t12: float) -> float:
        B = np.linalg.inv(np.eye(3) - ring({**BOTH, (0, 1): t12}))
        return float(-np.log(B[0, 2]) / V)

    slope = (cost(1.2 * np.exp(step)) - cost(1.2 * np.exp(-step))) / (2 * step)
    assert slope == pytest.approx(routes.link_use(ring(BOTH), 0, 2)[0, 1], rel=1e-7)


def test_choice_at_every_node_refuses_circles_and_says_what_would_do() -> None:
    cheap = Graph(TRIANGLE.low, TRIANGLE.high, TRIANGLE.cost / 20, 3, 3, 3)
    with pytest.raises(BadInput, match="spectral radius is 1") as e:
        routes.logit_ways(cheap, V)
    enough = float(e.value.fix.split("above ")[1].split(",")[0])
    assert np.isfinite(routes.logit_ways(cheap, enough * 1.01)).all()


def test_two_ports() -> None:
    one = ports.choice(np.array([0.05, 0.06]), 120.0)
    assert one.share == pytest.approx([0.7685247835, 0.2314752165], abs=1e-10)
    left = ports.choice(np.array([np.inf, 0.06]), 120.0)
    assert np.exp(left.cost - one.cost) == pytest.approx(1.0122686707, abs=1e-10)


def test_closing_any_set_of_gateways_is_the_closed_form() -> None:
    z = np.random.default_rng(3).uniform(0.02, 0.12, 3)
    one = ports.choice(z, 120.0)
    for n in (1, 2):
        for shut in itertools.combinations(range(3), n):
            closed = z.copy()
            closed[list(shut)] = np.inf
            want = (1 - one.share[list(shut)].sum()) ** (-1 / 120.0)
            assert np.exp(ports.choice(closed, 120.0).cost - one.cost) == pytest.approx(want, rel=1e-12)


def test_traffic_is_the_slope_of_what_all_trade_costs() -> None:
    rng = np.random.default_rng(5)
    stream = ports.Streams(rng.uniform(1, 3, 7), rng.uniform(0.02, 0.1, (7, 4)))
    total, cross = ports.traffic([stream], np.zeros((1, 4)), 90.0)
    step = 1e-6
    for g in range(4):
        f = np.zeros((1, 4))
        f[0, g] = step
        up, down = (float(stream.flow @ ports.choice(stream.z + s * f, 90.0).cost) for s in (1, -1))
        assert (up - down) / (2 * step) == pytest.approx(total[g], rel=1e-6)
        moved = (ports.traffic([stream], f, 90.0)[0] - ports.traffic([stream], -f, 90.0)[0]) / (2 * step)
        assert moved == pytest.approx(-90.0 * cross[:, g], rel=1e-5, abs=1e-7)


def test_two_equal_ports_of_which_one_closes_under_congestion() -> None:
    before = ports.Streams(np.array([1.0]), np.array([[0.05, 0.05]]))
    base, _ = ports.traffic([before], np.zeros((1, 2)), 120.0)
    shut = before._replace(z=np.array([[np.inf, 0.05]]))
    u = ports.congested([shut], np.zeros((1, 2)), base * [0, 1], 0.05, 120.0)
    change = ports.choice(shut.z + u, 120.0).cost - ports.choice(before.z, 120.0).cost
    assert np.exp(change[0]) == pytest.approx(2 ** (0.05 + 1 / 120), rel=1e-10)
    assert np.exp(change[0]) == pytest.approx(1.0412621525, abs=1e-10)


def test_congestion_agrees_with_damped_steps() -> None:
    rng = np.random.default_rng(8)
    streams = [ports.Streams(rng.uniform(0, 3, 30), rng.uniform(0, 0.2, (30, 5))) for _ in range(2)]
    none = np.zeros((2, 5))
    base, _ = ports.traffic(streams, none, 120.0)
    shut = [s._replace(z=np.where(np.arange(5) == 1, np.inf, s.z)) for s in streams]
    u = ports.congested(shut, none, np.where(np.arange(5) == 1, 0.0, base), 0.08, 120.0)
    twin = np.zeros(5)
    for _ in range(4000):
        total, _ = ports.traffic(shut, none + twin, 120.0)
        want = np.where(np.arange(5) == 1, 0.0, 0.08 * np.log(np.where(total > 0, total, 1.0) / base))
        twin += (want - twin) / (1 + 120 * 0.08)
    assert u == pytest.approx(twin, abs=1e-9)


def test_fit_to_targets() -> None:
    rng = np.random.default_rng(9)
    stream = ports.Streams(rng.uniform(0, 3, 60), rng.uniform(0, 0.1, (60, 5)))
    target = np.array([0.5, 0.2, np.nan, 0.2, 0.1])
    f = ports.fitted(stream, target, 120.0)
    total, _ = ports.traffic([stream], f[None], 120.0)
    known = np.isfinite(target)
    assert total[known] / total[known].sum() == pytest.approx(target[known], abs=1e-10)
    assert target[known] @ f[known] == pytest.approx(0, abs=1e-12)
    assert f[2] == 0
    own, _ = ports.traffic([stream], np.zeros((1, 5)), 120.0)
    assert np.abs(ports.fitted(stream, own / own.sum(), 120.0)).max() < 1e-12


def test_fit_to_targets_where_choices_are_all_but_certain() -> None:
    """Six gateways of which each city takes one alone, so that all of Newton's first steps are flat."""
    rng = np.random.default_rng(9)
    stream = ports.Streams(rng.uniform(1, 3, 60), rng.uniform(0, 9.0, (60, 6)))
    target = np.array([0.3, 0.3, 0.2, 0.1, 0.05, 0.05])
    f = ports.fitted(stream, target, 240.0)
    total, _ = ports.traffic([stream], f[None], 240.0)
    assert total / total.sum() == pytest.approx(target, abs=1e-10)


def test_least_cost_is_that_of_all_paths() -> None:
    rng = np.random.default_rng(4)
    pairs = np.array([p for p in itertools.combinations(range(6), 2) if rng.random() < 0.6])
    graph = Graph(pairs[:, 0], pairs[:, 1], rng.uniform(0.1, 1, len(pairs)), 6, 6, 6)
    cost = np.full((6, 6), np.inf)
    cost[graph.low, graph.high] = cost[graph.high, graph.low] = graph.cost
    found = shortest(graph)
    for a, b in itertools.permutations(range(6), 2):
        ways = (
            sum(cost[x, y] for x, y in itertools.pairwise((a, *mid, b)))
            for n in range(5)
            for mid in itertools.permutations(set(range(6)) - {a, b}, n)
        )
        assert found[a, b] == pytest.approx(min(ways), rel=1e-12)


def test_least_cost_on_the_bundled_network_is_that_of_networkx() -> None:
    """Over road, rail and water, from three cities."""
    p = GatewayParameters()
    net = network("transport-2017").in_year(2017)
    graph = layered(net, routes.edge_weights(net, p, "general"), KEEPS[-1])
    twin = networkx.Graph()
    twin.add_weighted_edges_from(zip(graph.low.tolist(), graph.high.tolist(), graph.cost.tolist(), strict=True))
    found = shortest(graph)
    for start in (0, graph.sources // 2, graph.sources - 1):
        cost = networkx.single_source_dijkstra_path_length(twin, start)
        want = [cost.get(k, np.inf) for k in range(graph.ends)]
        assert found[start] == pytest.approx(want, rel=1e-12, abs=1e-12)


def test_a_network_of_modes_counts_only_if_it_beats_those_it_holds() -> None:
    """Carrying costs what the cheapest network costs: to choose among ways to a near place is no gain."""
    x = np.array([[[0.10]], [[0.10]], [[0.09]], [[0.09]]])
    cost, part = routes.mode_choice(x, 60.0)
    want = np.exp(-60 * np.array([0.10, 0.09]))
    assert cost[0, 0] == 0.09
    assert part[:, 0, 0] == pytest.approx([want[0] / want.sum(), 0, want[1] / want.sum(), 0], abs=1e-12)


@pytest.mark.parametrize(("ratio", "want"), [(3.0, 0.9738779938), (1 / 3, 1.0148576649), (1.0, 1.0)])
def test_online(ratio: float, want: float) -> None:
    assert routes.online(0.15, 0.25, np.array(ratio), 1.44 * 0.65, 5.0) == pytest.approx(want, abs=1e-10)


def test_stuck_falls_with_what_others_have_to_spare() -> None:
    rng = np.random.default_rng(2)
    z = rng.uniform(0, 0.05, (20, 4))
    flow = rng.uniform(1, 2, 20)
    closed = np.array([True, False, False, False])
    before, after = ports.choice(z, 120.0).share, ports.choice(np.where(closed, np.inf, z), 120.0).share
    spares = (0.0, 0.1, 0.3, 10.0, 1e6)
    lost = [ports.stuck(flow, before, after, closed, s)[0].sum() for s in spares]
    assert ports.stuck(flow, before, after, closed, 0.0, spares)[1] == pytest.approx(lost, rel=1e-12, abs=1e-9)
    assert lost[0] == pytest.approx(flow @ before[:, 0], rel=1e-12)
    assert lost == sorted(lost, reverse=True)
    assert lost[-1] == pytest.approx(0, abs=1e-9)

"""Accounts: identities at birth and after every reshaping, on Toyland and on random balanced tables."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xunhuan.data.accounts import Accounts, Sourcing
from xunhuan.data.classification import Sectors
from xunhuan.data.geography import Geography
from xunhuan.data.identities import identity_residuals
from xunhuan.data.toyland import FINAL, FLOW, USE, VALUE_ADDED, toyland

pytestmark = pytest.mark.identity


def random_sourced(seed: int, R: int = 5, S: int = 3, F: int = 2) -> Accounts:
    """A random table with sourcing by user, balanced by construction: value added is what output leaves."""
    rng = np.random.default_rng(seed)
    z = rng.uniform(0.1, 1.0, (R, S, R, S))
    f = rng.uniform(1.0, 4.0, (R, S, R, F)) + 2.0
    flow = z.sum(3).transpose(0, 2, 1) + f.sum(3).transpose(0, 2, 1)
    use, final = z.sum(0).transpose(1, 0, 2), f.sum(0).transpose(1, 0, 2)
    va = (flow.sum(1) - use.sum(1))[:, :, None] * rng.dirichlet([2, 1], (R, S))
    return Accounts(
        flow=flow, use=use, final=final, value_added=va, tariff=rng.uniform(0, 0.1, (R, R, S)),
        geography=Geography(tuple(f"R{k}" for k in range(R)), ("N", "N", "N", "M0", "M1")),
        sectors=Sectors(tuple(f"S{k}" for k in range(S))), categories=("c", "i"), components=("w", "k"),
        year=2000, currency="X", unit="X", sourcing=Sourcing(z, f),
    )  # fmt: skip


def test_toyland_is_asymmetric_on_purpose(toy: Accounts) -> None:
    for cells in (FLOW, USE, FINAL, VALUE_ADDED):
        flat = np.array(cells).ravel()
        assert len(set(flat.tolist())) == flat.size
    assert len({toy.R, toy.S, len(toy.categories), len(toy.components)}) == 4


def test_toyland_balances_exactly(toy: Accounts) -> None:
    for residual, _ in identity_residuals(toy).values():
        assert residual.max() == 0.0
    assert toy.gdp.sum() == toy.final.sum()


def test_arrays_cannot_be_written(toy: Accounts) -> None:
    with pytest.raises(ValueError, match="read-only"):
        toy.flow[0, 0, 0] = 1.0


def test_a_callers_array_stays_writable() -> None:
    mine = np.array(FLOW, dtype=float)
    toyland().replace(flow=mine)
    mine[0, 0, 0] += 1.0
    assert toyland().flow[0, 0, 0] == FLOW[0][0][0]


def test_aggregate_adds_up(toy: Accounts) -> None:
    big = toy.aggregate({"COASTAL": ("AT-N", "AT-E")}, {"GDS": ("FAR", "MAN")})
    assert big.geography.codes == ("COASTAL", "AT-S", "BOR")
    assert big.gdp.tolist() == [461.0 + 514.0, 489.0, 426.0]
    assert big.flow[0, 0, 0] == sum(toy.flow[r, s, i] for r in (0, 1) for s in (0, 1) for i in (0, 1))
    # duties paid do not change
    assert (big.flow * big.tariff).sum() == pytest.approx((toy.flow * toy.tariff).sum(), rel=1e-14)


def test_aggregation_in_two_steps_is_aggregation_in_one(toy: Accounts) -> None:
    once = toy.aggregate({"A": ("AT-N", "AT-E")}, {"GDS": ("FAR", "MAN")})
    twice = toy.aggregate(regions={"A": ("AT-N", "AT-E")}).aggregate(sectors={"GDS": ("FAR", "MAN")})
    assert once.digest == twice.digest


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_reshaping_keeps_identities_with_sourcing(seed: int) -> None:
    acc = random_sourced(seed)
    small = acc.aggregate({"AB": ("R0", "R3")}, {"X": ("S1", "S2")})
    assert small.sourcing is not None
    assert small.gdp.sum() == pytest.approx(acc.gdp.sum(), rel=1e-13)
    kept = acc.restrict(["R1", "R3"])
    assert kept.geography.open == {"ROW"}
    assert kept.gdp[:2].tolist() == acc.gdp[[1, 3]].tolist()
    for table in (small, kept):
        for residual, _ in identity_residuals(table).values():
            assert residual.max() < 1e-12


def test_restrict_turns_the_rest_into_one_open_region(toy: Accounts) -> None:
    home = toy.restrict("ATL")
    assert home.geography.codes[-1] == "ROW"
    assert home.flow[0, -1].tolist() == toy.flow[0, 3].tolist()
    assert home.final[-1, :, 0].tolist() == toy.flow[:3, 3].sum(0).tolist()
    assert home.flow[-1, -1].sum() == 0.0


def test_regroup_changes_who_is_home_and_nothing_else(toy: Accounts) -> None:
    coast = toy.regroup("COAST2", ("AT-N", "BOR"))
    assert coast.home == "COAST2"
    assert coast.geography.nation == ("COAST2", "ATL", "ATL", "COAST2")
    assert coast.flow is toy.flow or (coast.flow == toy.flow).all()


@pytest.mark.parametrize(
    ("expr", "codes"),
    [
        ("AT-N", ["AT-N"]), ("Northmark", ["AT-N"]), ("北境", ["AT-N"]), ("ATL", ["AT-N", "AT-E", "AT-S"]),
        ("provinces", ["AT-N", "AT-E", "AT-S"]), ("foreign", ["BOR"]), ("HARBOUR", ["AT-S", "BOR"]),
        ("AT-S+AT-N", ["AT-N", "AT-S"]), ("!AT-E", ["AT-N", "AT-S", "BOR"]), ("all+!ATL", ["BOR"]),
        ("Atlas", ["AT-N", "AT-E", "AT-S"]),
    ],
)  # fmt: skip
def test_region_selections(toy: Accounts, expr: str, codes: list[str]) -> None:
    assert [toy.geography.codes[k] for k in toy.geography.select(expr)] == codes


def test_sector_selections(toy: Accounts) -> None:
    assert toy.sectors.select("goods").tolist() == [0, 1]
    assert toy.sectors.select("制造业+SER").tolist() == [1, 2]
    assert toy.sectors.select("!SER").tolist() == [0, 1]


def test_clusters_answer_to_their_names_in_both_languages(china: Accounts, world: Accounts) -> None:
    for acc in (china, world):
        g = acc.geography
        assert all(g.name(c) != c or c in ("Africa", "ASEAN", "Europe", "Oceania") for c in g.clusters)
        delta = g.select("YRD").tolist()
        assert g.select("长三角").tolist() == delta
        assert g.select("yangtze river delta").tolist() == delta

"""Measures against closed forms and tables by hand. Published results are in tests/evidence."""

from __future__ import annotations

import numpy as np
import pytest

from tests.helpers.printed import LEATHER_FINAL, LEATHER_INPUTS, MB_INPUTS, MB_OUTPUT, accounts, leather, miller_blair
from xunhuan.data.accounts import Accounts, Sourcing
from xunhuan.data.classification import Sectors
from xunhuan.data.geography import Geography
from xunhuan.measures import (
    border_effect,
    export_decomposition,
    exposure,
    head_ries,
    linkages,
    participation,
    propagation_length,
    structure,
    value_added_trade,
)
from xunhuan.measures.specialisation import likeness

pytestmark = pytest.mark.textbook


def test_backward_linkage_is_the_column_sum_of_miller_and_blair() -> None:
    ds = linkages(miller_blair(), "all", by="sector")
    inverse = np.linalg.inv(np.eye(5) - MB_INPUTS.reshape(6, 6)[:5, :5] / MB_OUTPUT.reshape(6)[:5])
    assert ds.backward.values[0] == pytest.approx(inverse.sum(axis=0)[:3])
    local = np.linalg.inv(np.eye(3) - MB_INPUTS[0, :, 0] / MB_OUTPUT[0]).sum(axis=0)
    assert ds.local.values[0] == pytest.approx(local)
    assert ds.upstreamness.values[0, 0] == pytest.approx((inverse @ MB_OUTPUT.reshape(6)[:5])[0] / 1000)
    assert np.isnan(ds.backward.values[1, 2])  # makes nothing


def test_chain_of_one_sector_has_closed_forms() -> None:
    """A one-good world that uses a of its output: upstreamness 1/(1−a); stages from value added 1/(1−a)."""
    z = np.array([[60.0]]).reshape(1, 1, 1, 1)
    acc = accounts(z, np.array([[[40.0]]]), ("ONE",))
    assert linkages(acc, "all").upstreamness.item() == pytest.approx(1 / 0.4)
    # L = 2.5, H = L (L − 1): H / (L − 1) = L   [DietzenbacherRomeroBosma2005]
    assert propagation_length(acc, "all").apl.item() == pytest.approx(2.5)


def test_stocks_taken_up_by_the_one_user_have_a_closed_form() -> None:
    """Of 100 made 60 are inputs, 30 are consumed, 10 stocked: a = 60/100 · 100/(100 − 10), stages 1/(1−a) = 3."""
    acc = accounts(np.array([[60.0]]).reshape(1, 1, 1, 1), np.array([[[40.0]]]), ("ONE",))
    cells = np.array([30.0, 10.0])
    told = acc.replace(
        final=cells[None, None],
        categories=("consumption", "inventory"),
        sourcing=Sourcing(z_of(acc), cells[None, None, None]),
    )
    ds = linkages(told, "all", stocks="inventory")
    assert ds.upstreamness.item() == pytest.approx(3.0)
    assert ds.backward.item() == pytest.approx(3.0)
    assert linkages(told, "all").upstreamness.item() == pytest.approx(2.5)
    assert "in 1 of 1 regions" in ds.attrs["definition"]


def z_of(acc: Accounts) -> np.ndarray:
    assert acc.sourcing is not None
    return acc.sourcing.intermediate


def test_reliance_of_one_industry_by_hand() -> None:
    """A uses .2 of its own and .3 of B per unit, B .1 of A and .4 of its own: |I − A| = .8·.6 − .3·.1 = .45.

    Column of B for A: (.6, .3)/.45 = (4/3, 2/3). At face value .3/.5; looked through 2/3 of (1/3 + 2/3); of all
    production 2/3 of 2, and .3 of 2.
    """
    z = np.array([[20.0, 10.0], [30.0, 40.0]]).reshape(2, 1, 2, 1)
    y = np.array([[[50.0, 20.0]], [[10.0, 20.0]]])
    ds = exposure(accounts(z, y, ("A", "B")), "A", by="industry")
    assert ds.face.item() == pytest.approx(0.6)
    assert ds.look.item() == pytest.approx(2 / 3)
    assert ds.hidden.item() == pytest.approx(2 / 3 - 0.6)
    assert ds.look_of_production.item() == pytest.approx(1 / 3)
    assert ds.face_of_production.item() == pytest.approx(0.15)
    assert ds.supplier.item() == "B"


def test_leather_exports_are_those_of_the_table() -> None:
    ds = export_decomposition(leather(), "all", method="kww")
    assert ds.exports.sel(region="ARG").item() == pytest.approx(
        LEATHER_INPUTS[0, :, 1:].sum() + LEATHER_FINAL[0, :, 1:].sum()
    )


def test_vertical_specialisation_without_feedback() -> None:
    """Hummels, Ishii, Yi: where a country's inputs hold none of its own exports, VS = u A_M (I − A_D)^-1 e."""
    z = np.zeros((2, 2, 2, 2))
    z[0, :, 0] = [[10, 20], [5, 10]]  # domestic inputs of A
    z[1, :, 0] = [[4, 6], [3, 2]]  # its imports; B buys only final goods
    y = np.array([[[50.0, 20.0], [30.0, 45.0]], [[5.0, 10.0], [5.0, 10.0]]])
    acc = accounts(z, y, ("A", "B"))
    x = z[0].sum(axis=(1, 2)) + y[0].sum(axis=1)
    vs = np.ones(2) @ (z[1, :, 0] / x) @ np.linalg.inv(np.eye(2) - z[0, :, 0] / x) @ y[0, :, 1]
    got = participation(acc, ["A"])
    assert got.vs.item() == pytest.approx(vs / y[0, :, 1].sum())
    assert got.vs1.item() == 0.0


def test_value_added_exports_equal_exports_without_imported_inputs() -> None:
    z = np.zeros((2, 1, 2, 1))
    y = np.array([[[70.0, 30.0]], [[20.0, 80.0]]])
    value = value_added_trade(accounts(z, y, ("A", "B")), "all").value.values
    assert value == pytest.approx(np.array([[70.0, 30.0], [20.0, 80.0]]))


def test_head_ries_cost_of_a_symmetric_world() -> None:
    """Two equal regions with import share m: τ = (m/(1−m))^(−1/θ)   [HeadRies2001]."""
    y = np.array([[[75.0, 25.0]], [[25.0, 75.0]]])
    acc = accounts(np.zeros((2, 1, 2, 1)), y, ("A", "B"))
    assert head_ries(acc, ["A"], theta=5.0).cost.sel(partner="B").item() == pytest.approx(3.0**0.2 - 1)


def test_border_effect_of_a_known_gravity_world() -> None:
    """flow = size x size x freeness: the effect is the ratio of the two freenesses, whatever the sizes."""
    free = np.array([[1, 0.4, 0.1], [0.4, 1, 0.1], [0.1, 0.1, 1]])
    size = np.array([3.0, 5.0, 11.0])
    flow = (size[:, None] * size[None] * free)[:, :, None]
    acc = Accounts(
        flow=flow,
        use=np.zeros((3, 1, 1)),
        final=flow.sum(axis=0)[:, :, None],
        value_added=flow.sum(axis=1)[:, :, None],
        tariff=np.zeros((3, 3, 1)),
        geography=Geography(codes=("A", "B", "F"), nation=("N", "N", "F")),
        sectors=Sectors(("g",)),
        categories=("c",),
        components=("va",),
        year=2000,
        currency="USD",
        unit="million USD",
    )
    ds = border_effect(acc, theta=2.0)
    assert ds.effect.values == pytest.approx([4.0, 4.0])
    assert ds.tariff_equivalent.values == pytest.approx([1.0, 1.0])
    assert ds.home_bias.values == pytest.approx([2.5, 2.5])


def test_location_quotients_and_krugman_by_hand(toy: Accounts) -> None:
    """Value added of Toyland: 152 162 147 / 141 206 167 / 139 184 166."""
    ds = structure(toy, by="sector")
    assert ds.lq.values[0, 0] == pytest.approx((152 / 461) / (432 / 1464))
    assert ds.part.values[1, 1] == pytest.approx(206 / 552)
    krugman = abs(152 / 461 - 280 / 1003) + abs(162 / 461 - 390 / 1003) + abs(147 / 461 - 333 / 1003)
    assert structure(toy).krugman.values[0] == pytest.approx(krugman)


def test_unido_similarity_is_the_cosine() -> None:
    assert likeness(np.array([3.0, 4.0]), np.array([4.0, 3.0])) == pytest.approx(24 / 25)
    assert likeness(np.array([1.0, 0.0]), np.array([0.0, 1.0])) == 0.0

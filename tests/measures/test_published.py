"""Measures against published tables and closed forms; each names its table."""

from __future__ import annotations

import numpy as np
import pytest

from xunhuan.data.accounts import Accounts, Sourcing
from xunhuan.data.classification import Sectors
from xunhuan.data.geography import Geography
from xunhuan.measures import (
    border_effect,
    export_decomposition,
    head_ries,
    linkages,
    participation,
    propagation_length,
    structure,
    value_added_trade,
)
from xunhuan.measures.actors import partition
from xunhuan.measures.exports import Exporters, wwz
from xunhuan.measures.leontief import solve_left, solve_right
from xunhuan.measures.operators import Dense
from xunhuan.measures.specialisation import likeness
from xunhuan.measures.system import system_of

pytestmark = pytest.mark.textbook


def accounts(z: np.ndarray, y: np.ndarray, codes: tuple[str, ...], by_user: bool = True) -> Accounts:
    """Accounts of inputs z (r i s j) and final goods y (r i s)."""
    flow = z.sum(axis=3).transpose(0, 2, 1) + y.transpose(0, 2, 1)
    added = flow.sum(axis=1) - z.sum(axis=(0, 1))
    return Accounts(
        flow=flow,
        use=z.sum(axis=0).transpose(1, 0, 2),
        final=y.sum(axis=0).T[:, :, None],
        value_added=added[:, :, None],
        tariff=np.zeros_like(flow),
        geography=Geography(codes=codes, nation=codes),
        sectors=Sectors(tuple(f"s{k}" for k in range(z.shape[1]))),
        categories=("final",),
        components=("value_added",),
        year=2005,
        currency="USD",
        unit="million USD",
        sourcing=Sourcing(z, y[..., None]) if by_user else None,
    )


# Two regions, L with three sectors and M with two (its third is empty).   [MillerBlair2009, ch. 3, two-region example]
MB_INPUTS = np.zeros((2, 3, 2, 3))
MB_INPUTS[0, :, 0] = [[150, 500, 50], [200, 100, 400], [300, 500, 50]]
MB_INPUTS[0, :, 1, :2] = [[25, 75], [200, 100], [60, 40]]
MB_INPUTS[1, :2, 0] = [[75, 100, 60], [50, 25, 25]]
MB_INPUTS[1, :2, 1, :2] = [[200, 250], [150, 100]]
MB_OUTPUT = np.array([[1000, 2000, 1000], [1200, 800, 0]])
# Leontief inverse as printed, rows and columns L1 L2 L3 M1 M2.   [MillerBlair2009, ch. 3]
MB_INVERSE = [
    [1.4234, 0.4652, 0.2909, 0.1917, 0.3041],
    [0.6346, 1.4237, 0.6707, 0.4092, 0.4558],
    [0.6383, 0.5369, 1.3363, 0.2501, 0.3108],
    [0.2672, 0.2000, 0.1973, 1.3406, 0.5473],
    [0.1468, 0.0908, 0.0926, 0.2155, 1.2538],
]


def miller_blair() -> Accounts:
    final = MB_OUTPUT - MB_INPUTS.sum(axis=(2, 3))
    y = np.zeros((2, 3, 2))
    y[np.arange(2), :, np.arange(2)] = final
    return accounts(MB_INPUTS, y, ("L", "M"))


def test_interregional_inverse_of_miller_and_blair() -> None:
    inverse = solve_right(system_of(miller_blair()).operator, np.eye(6).reshape(2, 3, 6)).reshape(6, 6)[:5, :5]
    assert inverse == pytest.approx(np.array(MB_INVERSE), abs=5.1e-5)


def test_two_sector_inverse_of_miller_and_blair() -> None:
    """[MillerBlair2009, sec. 2.3.1]: Z = [[150, 500], [200, 100]], x = (1000, 2000)."""
    op = Dense((np.array([[150.0, 500], [200, 100]]) / [1000, 2000]).reshape(1, 2, 1, 2))
    inverse = solve_right(op, np.eye(2).reshape(1, 2, 2)).reshape(2, 2)
    assert inverse == pytest.approx(np.array([[1.254, 0.330], [0.264, 1.122]]), abs=5.1e-4)
    assert solve_left(op, np.ones((1, 2)))[0] == pytest.approx(inverse.sum(axis=0))


def test_backward_linkage_is_the_column_sum_of_miller_and_blair() -> None:
    ds = linkages(miller_blair(), "all", by="sector")
    assert ds.backward.values[0] == pytest.approx(np.array(MB_INVERSE).sum(axis=0)[:3], abs=3e-4)
    local = np.linalg.inv(np.eye(3) - MB_INPUTS[0, :, 0] / MB_OUTPUT[0]).sum(axis=0)
    assert ds.local.values[0] == pytest.approx(local)
    assert ds.upstreamness.values[0, 0] == pytest.approx((np.linalg.inv(np.eye(5) - _five()) @ _output())[0] / 1000)
    assert np.isnan(ds.backward.values[1, 2])  # makes nothing


def _output() -> np.ndarray:
    return MB_OUTPUT.reshape(6)[:5].astype(float)


def _five() -> np.ndarray:
    return MB_INPUTS.reshape(6, 6)[:5, :5] / _output()


def test_chain_of_one_sector_has_closed_forms() -> None:
    """A one-good world that uses a of its output: upstreamness 1/(1−a); stages from value added 1/(1−a)."""
    z = np.array([[60.0]]).reshape(1, 1, 1, 1)
    acc = accounts(z, np.array([[[40.0]]]), ("ONE",))
    assert linkages(acc, "all").upstreamness.item() == pytest.approx(1 / 0.4)
    # L = 2.5, H = L (L − 1): H / (L − 1) = L   [DietzenbacherRomeroBosma2005]
    assert propagation_length(acc, "all").apl.item() == pytest.approx(2.5)


# The "leather" example that decompr ships and prints: Argentina, Turkey, Germany x three sectors.
LEATHER_INPUTS = np.array(
    [
        [16.1, 5.1, 1.8, 3.2, 4.3, 0.4, 3.1, 2.8, 4.9],
        [2.4, 8.0, 3.2, 0.1, 3.2, 1.6, 1.2, 3.9, 11.5],
        [0.9, 0.5, 4.0, 0.0, 0.1, 0.3, 0.0, 0.4, 0.5],
        [1.1, 1.9, 0.2, 18.0, 13.2, 6.1, 9.0, 3.1, 8.9],
        [0.3, 2.8, 0.1, 6.1, 28.1, 6.3, 2.1, 2.5, 25.6],
        [0.0, 0.1, 0.3, 4.1, 3.2, 8.9, 0.2, 0.0, 1.8],
        [1.2, 4.2, 0.3, 4.1, 1.2, 0.6, 29.0, 19.5, 17.9],
        [1.3, 1.1, 0.0, 3.2, 4.8, 2.6, 5.1, 29.1, 24.1],
        [2.1, 1.4, 3.0, 4.1, 3.1, 3.9, 11.3, 8.1, 51.3],
    ]
).reshape(3, 3, 3, 3)
LEATHER_FINAL = np.array(
    [
        [21.5, 6.1, 8.4],
        [16.2, 1.9, 5.1],
        [11.0, 0.5, 0.8],
        [7.5, 29.5, 14.2],
        [8.9, 24.9, 16.9],
        [1.2, 18.5, 4.9],
        [9.2, 17.9, 51.2],
        [7.9, 10.1, 38.5],
        [25.1, 35.2, 68.4],
    ]
).reshape(3, 3, 3)
WWZ_NAMES = [
    "dva_fin", "dva_int", "dva_intrex_i1", "dva_intrex_f", "dva_intrex_i2", "rdv_int", "rdv_fin",
    "rdv_fin2", "ova_fin", "mva_fin", "ova_int", "mva_int", "ddc_fin",
]  # fmt: skip
# Printed by decompr for its leather data (bquast/decompr, post "leather data set", 2015), thirteen of sixteen terms.
WWZ_PRINTED = {
    ("ARG", 0, "TUR"): [
        5.4744354, 2.6813686, 1.13634407, 1.40930027, 0.504931544, 0.168614730, 0.70568372, 0.347019751,
        0.41126356, 0.21430105, 0.19588405, 0.10207118, 0.064864146,
    ],
    ("TUR", 1, "DEU"): [
        13.7238725, 12.0058480, 0.62802955, 3.90680904, 0.127367338, 0.950059562, 5.57979048, 0.074151999,
        1.43574094, 1.74038658, 1.24831079, 1.51318619, 0.597136653,
    ],
    ("DEU", 2, "ARG"): [
        16.9168288, 2.3746384, 0.18110921, 0.25997068, 0.039006620, 0.436904740, 0.42764724, 0.084238072,
        5.26294538, 2.92022578, 0.77714301, 0.43120969, 0.314861124,
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def leather() -> Accounts:
    return accounts(LEATHER_INPUTS, LEATHER_FINAL, ("ARG", "TUR", "DEU"))


@pytest.mark.parametrize(("place", "printed"), list(WWZ_PRINTED.items()))
def test_wang_wei_zhu_terms_of_the_leather_example(leather: Accounts, place: tuple, printed: list) -> None:
    codes = leather.geography.codes
    exporter, sector, partner = codes.index(place[0]), place[1], codes.index(place[2])
    terms = dict(wwz(Exporters(system_of(leather), partition(leather, "all").actors)))
    got = [terms[name][exporter, sector, partner] for name in WWZ_NAMES]
    assert got == pytest.approx(printed, abs=6e-8, rel=2e-8)


def test_leather_exports_are_those_of_the_table(leather: Accounts) -> None:
    ds = export_decomposition(leather, "all", method="kww")
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


def test_borin_mancini_domestic_value_is_what_decompr_prints_for_argentina(leather: Accounts) -> None:
    """Sub-totals that decompr prints for Argentina's three sectors: eight domestic terms, the last three returned."""
    printed = np.array([
        [13.0130022, 7.7869640, 1.54935955, 3.48153856, 0.689074047, 0.409964582, 2.11195132, 0.431602581],
        [5.4174515, 8.0558948, 1.05937911, 3.55947452, 0.475450753, 0.396856764, 2.31640701, 0.273611074],
        [0.9189510, 0.4656839, 0.05391133, 0.18168696, 0.024265939, 0.019151040, 0.11214239, 0.013786703],
    ])  # fmt: skip
    for method in ("bm-source", "bm-sink"):
        got = export_decomposition(leather, "ARG", method=method)
        assert got.dva.item() == pytest.approx(printed.sum(), abs=2e-7)
        assert got.ref.item() == pytest.approx(printed[:, 5:].sum(), abs=2e-7)
        assert got.vax.item() == pytest.approx(printed[:, :5].sum(), abs=2e-7)
    by_sector = export_decomposition(leather, "ARG", method="wwz", by="sector")
    assert by_sector.dva_fin.values[0] == pytest.approx(printed[:, 0], abs=1e-7)
    assert by_sector.rdv_int.values[0] == pytest.approx(printed[:, 5], abs=1e-8)

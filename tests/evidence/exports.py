"""Value added in exports."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable

import numpy as np
import xarray as xr

from tests.evidence.rows import evidence
from tests.helpers import printed
from xunhuan.measures import export_decomposition, value_added_trade
from xunhuan.measures.actors import partition
from xunhuan.measures.exports import Exporters, wwz
from xunhuan.measures.leontief import solve_right
from xunhuan.measures.system import System, system_of

LEATHER = "the leather example of decompr"
POST = 'as decompr prints it (bquast/decompr, post "leather data set", 2015)'
TESTS = "tests of decompr (test_leontief.R)"
TERMS = (
    "dva_fin", "dva_int", "dva_intrex_i1", "dva_intrex_f", "dva_intrex_i2", "rdv_int", "rdv_fin",
    "rdv_fin2", "ova_fin", "mva_fin", "ova_int", "mva_int", "ddc_fin",
)  # fmt: skip
"""Thirteen of the sixteen terms, in decompr's order."""
PRINTED = {
    "Argentina's agriculture to Turkey": (
        (0, 0, 1),
        "5.4744354 2.6813686 1.13634407 1.40930027 0.504931544 0.168614730 0.70568372 0.347019751 "
        "0.41126356 0.21430105 0.19588405 0.10207118 0.064864146",
    ),
    "Turkey's textiles to Germany": (
        (1, 1, 2),
        "13.7238725 12.0058480 0.62802955 3.90680904 0.127367338 0.950059562 5.57979048 0.074151999 "
        "1.43574094 1.74038658 1.24831079 1.51318619 0.597136653",
    ),
    "Germany's transport equipment to Argentina": (
        (2, 2, 0),
        "16.9168288 2.3746384 0.18110921 0.25997068 0.039006620 0.436904740 0.42764724 0.084238072 "
        "5.26294538 2.92022578 0.77714301 0.43120969 0.314861124",
    ),
}
ARGENTINA = np.array([
    [13.0130022, 7.7869640, 1.54935955, 3.48153856, 0.689074047, 0.409964582, 2.11195132, 0.431602581],
    [5.4174515, 8.0558948, 1.05937911, 3.55947452, 0.475450753, 0.396856764, 2.31640701, 0.273611074],
    [0.9189510, 0.4656839, 0.05391133, 0.18168696, 0.024265939, 0.019151040, 0.11214239, 0.013786703],
])  # fmt: skip
"""Domestic terms of Argentina's three sectors as decompr prints their sub-totals; the last three return home."""


@functools.cache
def system() -> System:
    return system_of(printed.leather())


@functools.cache
def terms() -> dict[str, np.ndarray]:
    return dict(wwz(Exporters(system(), partition(printed.leather(), "all").actors)))


def thirteen(place: tuple[int, int, int]) -> Callable[[], list[float]]:
    def work() -> list[float]:
        return [float(terms()[name][place]) for name in TERMS]

    return work


for name, (place, digits) in PRINTED.items():
    evidence(f"Thirteen terms of {name}, {LEATHER}", "WangWeiZhu2013", f"table E1; {POST}", digits)(thirteen(place))


@functools.cache
def argentina(method: str) -> xr.Dataset:
    return export_decomposition(printed.leather(), "ARG", method=method)


def totals(method: str) -> Callable[[], Iterable[float]]:
    return lambda: [argentina(method)[term].item() for term in ("dva", "ref", "vax")]


for method, way in (("bm-source", "where it first leaves"), ("bm-sink", "where it last leaves")):
    evidence(
        f"Argentina's domestic value added counted {way}, its returned and its absorbed part, {LEATHER}",
        "BorinMancini2023",
        f"sums of Wang-Wei-Zhu terms {POST}",
        " ".join(f"{x:.6f}" for x in (ARGENTINA.sum(), ARGENTINA[:, 5:].sum(), ARGENTINA[:, :5].sum())),
    )(totals(method))


@evidence(
    f"The eight domestic terms of Argentina's three sectors, {LEATHER}",
    "WangWeiZhu2013",
    f"sub-totals {POST}",
    " ".join(f"{x:.6f}" for x in ARGENTINA.ravel()),
)
def argentina_by_sector() -> np.ndarray:
    ds = export_decomposition(printed.leather(), "ARG", method="wwz", by="sector")
    return np.stack([ds[term].values[0] for term in TERMS[:8]], axis=1)


@evidence(
    f"Value added of Argentina's agriculture in its own exports, of Germany's transport equipment likewise, {LEATHER}",
    "QuastKummritz2015",
    TESTS,
    "28.52278 34.74381",
    why="34.743815, cut where it is rounded here",
    within=1e-5,
)
def leontief_exports() -> list[float]:
    inverse = solve_right(system().operator, np.eye(9).reshape(3, 3, 9)).reshape(9, 9)
    abroad = terms()["exports"].sum(axis=2).reshape(9)
    found = system().origin.reshape(9)[:, None] * inverse * abroad
    return [found[0, 0], found[8, 8]]


@evidence(
    f"The same in their output, {LEATHER}",
    "QuastKummritz2015",
    TESTS,
    "66.75361799 96.78316785",
)
def leontief_output() -> list[float]:
    inverse = solve_right(system().operator, np.eye(9).reshape(3, 3, 9)).reshape(9, 9)
    found = system().origin.reshape(9)[:, None] * inverse * system().output.reshape(9)
    return [found[0, 0], found[8, 8]]


@evidence(
    f"Value added of Argentina's agriculture in Argentina's final demand, of Germany's in Turkey's, {LEATHER}",
    "QuastKummritz2015",
    TESTS,
    "24.3345824 23.6841309",
)
def leontief_final() -> list[float]:
    value = value_added_trade(printed.leather(), "all", by="sector").value
    at = {"sector": "s0"}
    return [value.sel(region=o, partner=d, **at).item() for o, d in (("ARG", "ARG"), ("DEU", "TUR"))]


VIGNETTE = "digits of the introduction of gvcAnalyzer"
WHOLE = "its table is in whole numbers that miss their sums by up to 5, which the program leaves and accounts close"


@functools.cache
def four() -> xr.Dataset:
    return export_decomposition(printed.four(), "all", method="bm-source")


@evidence(
    "Domestic and foreign value added in exports and both double counted, four economies",
    "BorinMancini2023",
    VIGNETTE,
    "2144685.3 8288.9498 341856.18 1346.25971 424505.3 249.2700 72383.77 46.17244 "
    "660082.5 637.2357 94197.73 92.00585 2767872.8 13273.2642 94653.40 456.62833",
    why=WHOLE,
    within=3.0,
)
def four_exporters() -> np.ndarray:
    return np.stack([four()[k].values for k in ("dva", "ddc", "fva", "fdc")], axis=1)


@evidence(
    "The same of China's exports to India, by source",
    "BorinMancini2023",
    VIGNETTE,
    "77542.28 300.136 12376.79 48.74709 90268",
    why=WHOLE,
    within=0.1,
)
def china_to_india() -> list[float]:
    ds = export_decomposition(printed.four(), "CHN", method="bm-source", by="partner").sel(region="CHN", partner="IND")
    return [ds[k].item() for k in ("dva", "ddc", "fva", "fdc", "exports")]


@evidence(
    "Share of exports in global value chains: China, India, Japan, the rest",
    "Bhusal2025",
    VIGNETTE,
    "0.1756661 0.1785146 0.1837284 0.1904535",
    why=WHOLE,
    within=1e-6,
)
def chains() -> np.ndarray:
    return (four().gvc / four().exports).values


@evidence(
    "The same of China's exports to India, counted once at the border between the two",
    "BorinMancini2023",
    VIGNETTE,
    "77838.34 4.075798 12424.87 0.6656287 90268",
    why=WHOLE,
    within=0.1,
)
def china_to_india_alone() -> list[float]:
    ds = export_decomposition(printed.four(), "CHN", by="partner", perimeter="bilateral").sel(
        region="CHN", partner="IND"
    )
    return [ds[k].item() for k in ("dva", "ddc", "fva", "fdc", "exports")]


@evidence(
    "China's exports to India absorbed there, pure forward, two-sided and pure backward",
    "BorinManciniTaglioni2025",
    VIGNETTE,
    "69106.63 8435.702 1403.456 11322.22",
    why=WHOLE,
    within=0.1,
)
def two_sides() -> list[float]:
    ds = export_decomposition(printed.four(), "CHN", by="partner").sel(region="CHN", partner="IND")
    return [ds[k].item() for k in ("davax", "gvc_forward", "two_sided", "pure_backward")]


@evidence(
    "Pure forward, two-sided and pure backward exports of China, India, Japan and the rest",
    "BorinManciniTaglioni2025",
    VIGNETTE,
    "87002.55 14403.632 337087.75 16075.58 2975.461 69703.75 43789.81 6550.941 88376.04 439409.60 17276.110 91107.23",
    why=WHOLE,
    within=2.0,
)
def two_sides_of_all() -> np.ndarray:
    return np.stack([four()[k].values for k in ("gvc_forward", "two_sided", "pure_backward")], axis=1)

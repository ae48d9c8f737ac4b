"""Toyland, a fictional world of small integers for docs, tests and hand calculation.

Two nations, Atlas with three provinces and Borea with none; three sectors; asymmetric on purpose: no two cells of an
array are equal and every axis has its own length (4 regions, 3 sectors, 2 final categories, 5 components).
"""

from __future__ import annotations

import numpy as np

from xunhuan.data.accounts import Accounts
from xunhuan.data.classification import Sectors
from xunhuan.data.geography import Geography
from xunhuan.data.migration import Migration
from xunhuan.data.posterior import STEPS, Posterior, Reports

FLOW = [  # r s i
    [[157, 199, 150], [3, 7, 12], [23, 31, 28], [14, 16, 20]],
    [[9, 36, 5], [147, 209, 151], [19, 8, 33], [6, 1, 35]],
    [[15, 34, 32], [26, 21, 30], [156, 158, 146], [18, 27, 29]],
    [[13, 11, 4], [2, 25, 10], [22, 17, 24], [203, 113, 173]],
]
USE = [  # s i j
    [[6, 26, 38], [8, 28, 3], [31, 37, 22]],
    [[4, 14, 5], [7, 18, 33], [29, 16, 19]],
    [[36, 17, 21], [30, 27, 15], [10, 12, 35]],
    [[23, 25, 20], [13, 9, 11], [34, 24, 32]],
]
FINAL = [  # s i f
    [[75, 49], [158, 83], [60, 41]],
    [[101, 54], [170, 34], [100, 39]],
    [[95, 51], [89, 53], [145, 29]],
    [[118, 55], [104, 20], [117, 50]],
]
VALUE_ADDED = [  # s j v
    [[56, 55, 21, 18, 2], [59, 39, 38, 14, 12], [49, 34, 30, 28, 6]],
    [[61, 26, 24, 22, 8], [60, 53, 48, 42, 3], [52, 51, 37, 16, 11]],
    [[46, 44, 29, 15, 5], [57, 47, 41, 20, 19], [58, 54, 35, 10, 9]],
    [[50, 40, 32, 31, 17], [45, 27, 25, 7, 4], [43, 36, 33, 23, 13]],
]
TARIFF_PERCENT_ATLAS = [7, 5, 2]  # on goods from Borea, by sector; one rate for all provinces
TARIFF_PERCENT_BOREA = [4, 9, 1]  # on goods from Atlas
MOVED = {  # o d, 10^4 persons who moved between provinces of Atlas in a window
    "1990-1995": [[0, 2, 4], [1, 0, 3], [5, 7, 0]],
    "1995-2000": [[0, 6, 1], [2, 0, 5], [3, 8, 0]],
}
DISTANCE = [[60, 300, 500], [300, 80, 420], [500, 420, 90]]  # between provinces of Atlas, km
TOY_VERSIONS = 16


def toyland() -> Accounts:
    """The accounts of Toyland: flow r s i, use s i j, final s i f, value_added s j v, million shells.

    Returns
    -------
    Accounts
        Four regions, of them three provinces of Atlas (ATL); three sectors, two final categories, five components.

    Examples
    --------
    >>> import xunhuan as xh
    >>> acc = xh.toyland()
    >>> acc.geography.codes, acc.gdp.tolist()
    (('AT-N', 'AT-E', 'AT-S', 'BOR'), [461.0, 514.0, 489.0, 426.0])
    """
    tariff = np.zeros((4, 4, 3))
    tariff[3, :3] = np.array(TARIFF_PERCENT_ATLAS) / 100
    tariff[:3, 3] = np.array(TARIFF_PERCENT_BOREA) / 100
    return Accounts(
        flow=np.array(FLOW, dtype=float),
        use=np.array(USE, dtype=float),
        final=np.array(FINAL, dtype=float),
        value_added=np.array(VALUE_ADDED, dtype=float),
        tariff=tariff,
        geography=Geography(
            codes=("AT-N", "AT-E", "AT-S", "BOR"),
            nation=("ATL", "ATL", "ATL", "BOR"),
            names_en=("Northmark", "Eastholm", "Southvale", "Borea"),
            names_zh=("北境", "东岛", "南谷", "北国"),
            clusters={"COAST": ("AT-N", "AT-E"), "HARBOUR": ("AT-S", "BOR")},
            nation_names={"ATL": ("Atlas", "阿特拉斯"), "BOR": ("Borea", "北国")},
            population=(40.0, 55.0, 65.0, 90.0),
            tile=((0, 0), (1, 0), (0, 1), None),
            migration=Migration(tuple(MOVED), np.array(list(MOVED.values()), dtype=float), "invented").take(
                range(3), 1
            ),
        ),
        sectors=Sectors(
            ("FAR", "MAN", "SER"),
            ("Farming", "Manufacturing", "Services"),
            ("农业", "制造业", "服务业"),
            {
                "goods": ("FAR", "MAN"),
                "services": ("SER",),
                "agriculture": ("FAR",),
                "manufacturing": ("MAN",),
            },
        ),
        categories=("consumption", "investment"),
        components=("wages", "mixed_income", "profit", "rent", "net_tax"),
        year=2000,
        currency="SHL",
        unit="million SHL",
        name="toyland",
        title="Toyland, a fictional world of two nations",
        source="Invented for this project; no resemblance to any economy is meant",
        notes=("fictional",),
        home="ATL",
        posterior=_posterior(),
    )


def _posterior() -> Posterior:
    """Sixteen versions of what Atlas' provinces sell each other, about what they do sell each other."""
    flow = np.array(FLOW, dtype=float)
    inside, export, import_ = flow[:3, :3], flow[:3, 3], flow[3, :3]
    own = np.einsum("ppi->pi", inside)
    outflow, inflow = inside.sum(1) - own, inside.sum(0) - own
    output, used = flow[:3].sum(1), flow[:, :3].sum(0)
    mean = np.minimum(outflow, inflow) / np.minimum(output - export, used - import_)
    rng = np.random.default_rng(TOY_VERSIONS)
    odds = mean / (1 - mean) * np.exp(0.4 * rng.standard_normal((TOY_VERSIONS, *mean.shape)))
    none = np.zeros(3)
    return Posterior(
        regions=np.arange(3),
        reports=Reports(
            export, import_, outflow, inflow, output, output, used, export.sum(0), import_.sum(0), unused=none
        ),
        overlap=np.rint(STEPS * odds / (1 + odds)).astype(np.uint8),
        mean=mean,
        decay=rng.uniform(1.0, 2.0, TOY_VERSIONS),
        distance=np.array(DISTANCE, dtype=float),
        tilt=np.zeros((TOY_VERSIONS, 2, 3)),
        reexport=np.zeros(TOY_VERSIONS),
        to=np.zeros((0, 0)),
        title=f"{TOY_VERSIONS} versions of what the provinces of Atlas sell each other",
        notes=("fictional",),
    )

"""Small tables that textbooks and programs print, as accounts."""

from __future__ import annotations

import numpy as np

from xunhuan.data.accounts import Accounts, Sourcing
from xunhuan.data.classification import Sectors
from xunhuan.data.geography import Geography


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


def miller_blair() -> Accounts:
    """The two-region table of Miller and Blair."""
    final = MB_OUTPUT - MB_INPUTS.sum(axis=(2, 3))
    y = np.zeros((2, 3, 2))
    y[np.arange(2), :, np.arange(2)] = final
    return accounts(MB_INPUTS, y, ("L", "M"))


# The "leather" example that decompr ships and prints: Argentina, Turkey, Germany x three sectors.   [QuastKummritz2015]
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


def leather() -> Accounts:
    """decompr's example."""
    return accounts(LEATHER_INPUTS, LEATHER_FINAL, ("ARG", "TUR", "DEU"))


# Germany 1995, six groups of products, million euros: domestic inputs, output, value added, persons in thousands.
# [Eurostat2008, table 15.4, p. 482; read in the R package iotables, data-raw/Beutel_15_4.csv]
GERMANY_INPUTS = np.array(
    [
        [1131, 25480, 1, 607, 710, 762],
        [7930, 304584, 64167, 41082, 11981, 30360],
        [426, 7334, 3875, 5296, 23457, 9155],
        [3559, 72717, 14190, 74399, 10835, 21008],
        [3637, 96115, 31027, 65755, 193176, 34223],
        [1552, 14986, 1747, 11225, 15058, 22070],
    ],
    dtype=float,
)
GERMANY_OUTPUT = np.array([43910, 1079446, 245606, 540063, 692487, 508918], dtype=float)
GERMANY_ADDED = np.array([21664, 395022, 115624, 311407, 415426, 365017], dtype=float)
GERMANY_PERSONS = np.array([1096, 8381, 3236, 9251, 4258, 10206], dtype=float)


def germany() -> Accounts:
    """The table as one closed region, whose output beyond domestic inputs is final."""
    z = GERMANY_INPUTS[None, :, None, :]
    return accounts(z, (GERMANY_OUTPUT - GERMANY_INPUTS.sum(axis=1))[None, :, None], ("DEU",))


# China, India, Japan and the rest x primary, manufacturing, services.   [Bhusal2025, bm_toy_Z, bm_toy_Y]
FOUR_INPUTS = np.array(
    [
        [626827, 1682594, 363894, 10, 200, 11, 177, 2497, 317, 2268, 7845, 2067],
        [713370, 7322172, 3517258, 1355, 24925, 10013, 936, 34601, 24772, 40956, 538606, 384884],
        [470519, 2409193, 3742703, 261, 3010, 5082, 239, 6203, 16596, 7846, 69399, 137725],
        [233, 823, 77, 50749, 228682, 90268, 11, 456, 18, 839, 2765, 606],
        [1072, 8184, 3446, 30384, 449020, 257218, 83, 1433, 1465, 8652, 56627, 46667],
        [433, 3375, 5121, 45650, 246046, 536956, 37, 1087, 3354, 3836, 22814, 101087],
        [34, 63, 9, 1, 2, 1, 12370, 51250, 14832, 146, 316, 181],
        [4517, 66100, 20148, 198, 4000, 1604, 21433, 838033, 539650, 6797, 113575, 53296],
        [2210, 24432, 11682, 127, 1533, 1455, 26395, 510082, 1424574, 4593, 54531, 91956],
        [35366, 362062, 51983, 540, 94409, 12658, 1485, 74621, 47749, 1308904, 2678542, 924794],
        [39162, 487737, 149790, 3744, 54785, 25021, 2151, 78414, 50492, 792616, 7838464, 5770025],
        [23845, 166533, 132921, 2932, 28556, 52104, 1889, 43596, 105388, 1212030, 6109071, 27391532],
    ],
    dtype=float,
).reshape(4, 3, 4, 3)
FOUR_FINAL = np.array(
    [
        [583475, 33, 551, 8736],
        [3075366, 37183, 85776, 838217],
        [9668949, 8185, 19595, 175101],
        [206, 260056, 25, 2175],
        [3133, 555368, 1885, 107713],
        [11127, 1592015, 3174, 93146],
        [23, 1, 42571, 276],
        [31948, 5466, 788887, 157818],
        [16348, 2438, 3725184, 77185],
        [18998, 3358, 4811, 1888910],
        [192930, 65056, 99225, 10582672],
        [211269, 68896, 81780, 46852365],
    ],
    dtype=float,
).reshape(4, 3, 4)


def four() -> Accounts:
    """gvcAnalyzer's example."""
    return accounts(FOUR_INPUTS, FOUR_FINAL, ("CHN", "IND", "JPN", "ROW"))

"""Incomes that hang on a market."""

from __future__ import annotations

import numpy as np

from tests.evidence.rows import evidence
from xunhuan.data.markets import kept_pairs

PLACE = "abstract: about one point each in 2009-2011, China's final expenditure growing by 11.9% a year"
GROWTH = 11.9
"""Of China's final expenditure, per cent a year, as the abstract has it."""


@evidence(
    "What China's demand added to growth of GDP in Taiwan, Malaysia, Korea, points a year", "Chung2020", PLACE, "1 1 1"
)
def growth_from_china() -> np.ndarray:
    """κ with China in the OECD flows of 2011, times the growth."""
    rows = kept_pairs()
    rows = rows[(rows["table"] == "oecd-2011") & (rows["partner"] == "CHN")].set_index("nation")
    return GROWTH * rows.loc[["TWN", "MYS", "KOR"], "kappa"].to_numpy()

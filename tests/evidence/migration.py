"""Moves between China's provinces."""

from __future__ import annotations

from tests.evidence.rows import evidence
from xunhuan.data.store import load

TO_BEIJING = {
    "CN-TJ": 67355, "CN-HE": 864387, "CN-SX": 225032, "CN-NM": 103355, "CN-LN": 155032, "CN-JL": 104774, "CN-HL": 194387,
    "CN-SH": 26581, "CN-JS": 110839, "CN-ZJ": 58065, "CN-AH": 165935, "CN-FJ": 45290, "CN-JX": 80581, "CN-SD": 348129,
    "CN-HA": 467355, "CN-HB": 168903, "CN-HN": 94839, "CN-GD": 68452, "CN-GX": 31419, "CN-HI": 7935, "CN-CQ": 82129,
    "CN-SC": 150839, "CN-GZ": 42258, "CN-YN": 54968, "CN-XZ": 2774, "CN-SN": 105097, "CN-GS": 97871, "CN-QH": 9935,
}  # fmt: skip
"""Persons who had moved to Beijing in 2010-2015, by origin."""


@evidence(
    "Moved to Beijing in 2010-2015 from 28 provinces, persons",
    "QiAbelMuttarakLiu2017",
    "data of the figure, read at gist.github.com/guyabel/c24d990abc2c692f2b63747ee42909eb",
    " ".join(map(str, TO_BEIJING.values())),
)
def moved_to_beijing() -> list[float]:
    g = load("world-2017").geography
    assert g.moves is not None
    over = g.moves.over("2010-2015")
    return [1e4 * float(over[g.codes.index(c), g.codes.index("CN-BJ")]) for c in TO_BEIJING]

"""Small interprovincial tables with owners, in layouts a file may have, from numbers the tests know.

The publication fixes what the tables hold, not where: the same numbers are written in several ways.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tests.helpers.official import Grid
from xunhuan.data.classification import Sectors
from xunhuan.data.geography import Geography

OWNERS = ("D", "H", "F")
FINALS = (("consumption", "最终消费"), ("gross capital formation", "资本形成总额"))
PAID = (("Compensation of employees", "劳动者报酬"), ("Operating surplus", "营业盈余"))
PLACES = Geography(
    codes=("CN-BJ", "CN-SN", "CN-NM", "ROW"),
    nation=("CHN", "CHN", "CHN", "ROW"),
    names_en=("Beijing", "Shaanxi", "Inner Mongolia", "Rest of the world"),
    names_zh=("北京", "陕西", "内蒙古", "世界其他地区"),
    open=frozenset({"ROW"}),
)
GOODS = Sectors(
    codes=("01", "02"), names_en=("Coal mining", "Construction"), names_zh=("煤炭采选产品", "建筑"),
    groups={"goods": ("01",)},
)  # fmt: skip


@dataclass(frozen=True)
class Owned:
    """A balanced table in 10^4 CNY, by province p q, sector i j, owner o u, category c and component v.

    z p i o q j u · f p i o q c · import_z i q j u · import_f i q c · export and output p i o · paid v q j u
    """

    z: np.ndarray
    f: np.ndarray
    import_z: np.ndarray
    import_f: np.ndarray
    export: np.ndarray
    paid: np.ndarray
    output: np.ndarray


def known(provinces: int = 3, goods: int = 2, seed: int = 3) -> Owned:
    """Whole numbers; what rows sell is what columns pay."""
    rng = np.random.default_rng(seed)
    n, k, o = provinces, goods, len(OWNERS)
    z = rng.integers(0, 90, (n, k, o, n, k, o)).astype(float)
    f = rng.integers(1, 900, (n, k, o, n, 2)).astype(float)
    f[..., 0] += 90 * n * k * o  # sales leave room for inputs and payments
    import_z = rng.integers(0, 30, (k, n, k, o)).astype(float)
    import_f = rng.integers(0, 300, (k, n, 2)).astype(float)
    export = rng.integers(0, 500, (n, k, o)).astype(float)
    output = z.sum((3, 4, 5)) + f.sum((3, 4)) + export
    left = output - z.sum((0, 1, 2)) - import_z.sum(0)
    paid = np.stack([np.floor(left * 0.6), left - np.floor(left * 0.6)])
    return Owned(z, f, import_z, import_f, export, paid, output)


def merged(w: Owned, places: Geography = PLACES, goods: Sectors = GOODS, by_good: bool = True) -> Grid:
    """Chinese; a title with the unit, a row each for province, sector and owner, written at the start of a block alone."""
    n, k, o = w.export.shape
    provinces, names = places.names_zh[:n], goods.names_zh
    owners = ("内资", "港澳台资", "外资")
    blank: list[object] = ["", "", ""]
    ends = [(p, i, u) for p in range(n) for i in range(k) for u in range(o)]
    tops: Grid = [["中国省际投入产出表 2017 单位:万元"], list(blank), list(blank), list(blank)]
    for p, i, u in ends:
        tops[1].append(provinces[p] if i == u == 0 else "")
        tops[2].append(names[i] if u == 0 else "")
        tops[3].append(owners[u])
    for p in range(n):
        for c, (_, zh) in enumerate(FINALS):
            tops[1].append(provinces[p] if c == 0 else "")
            tops[2].append(zh)
            tops[3].append("")
    for label in ("出口", "总产出"):
        tops[1].append("")
        tops[2].append(label)
        tops[3].append("")
    rows: Grid = []
    for p, i, u in ends:
        label = [provinces[p] if i == u == 0 else "", names[i] if u == 0 else "", owners[u]]
        rows.append([*label, *w.z[p, i, u].ravel(), *w.f[p, i, u].ravel(), w.export[p, i, u], w.output[p, i, u]])
    if by_good:
        for i in range(k):
            top = "进口" if i == 0 else ""
            rows.append([top, names[i], "", *w.import_z[i].ravel(), *w.import_f[i].ravel(), "", ""])
    else:
        rows.append(["", "进口", "", *w.import_z.sum(0).ravel(), *w.import_f.sum(0).ravel(), "", ""])
    for v, (_, zh) in enumerate(PAID):
        rows.append(["增加值" if v == 0 else "", zh, "", *w.paid[v].ravel(), *[""] * (2 * n + 2)])
    rows.append(["", "总投入", "", *w.output.ravel(), *[""] * (2 * n + 2)])
    rows.append(["注:数据按当年生产者价格计算"])
    return [*tops, *rows]


def joined(w: Owned, places: Geography = PLACES, goods: Sectors = GOODS) -> Grid:
    """English; one label a row and column, Beijing_Coal mining_D, and imports by user alone."""
    n, k, o = w.export.shape
    ends = [
        f"{places.names_en[p]}_{goods.names_en[i]}_{OWNERS[u]}" for p in range(n) for i in range(k) for u in range(o)
    ]
    finals = [f"{places.names_en[p]}_{en}" for p in range(n) for en, _ in FINALS]
    rows: Grid = [["", *ends, *finals, "Export", "Total output"]]
    cells = zip(
        ends, w.z.reshape(n * k * o, -1), w.f.reshape(n * k * o, -1), w.export.ravel(), w.output.ravel(), strict=True
    )
    rows += [[label, *z, *f, e, x] for label, z, f, e, x in cells]
    rows.append(["Imports", *w.import_z.sum(0).ravel(), *w.import_f.sum(0).ravel(), "", ""])
    for v, (en, _) in enumerate(PAID):
        rows.append([en, *w.paid[v].ravel(), *[""] * (2 * n + 2)])
    rows.append(["Total input", *w.output.ravel(), *[""] * (2 * n + 2)])
    return rows

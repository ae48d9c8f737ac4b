"""What capital earns of output by industry, from the national account's own components: how convex costs are.

data/capital_shares.csv of the conversion room: list, sector, share; lists "cn42" and "common", whose sectors are put
together by the OECD-28 sectors that both stand for.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from xunhuan.data.accounts import Accounts
from xunhuan.data.store import atomic_path, load

CAPITAL_TABLE = "china-2017"
CAPITAL = ("depreciation", "operating_surplus")
_HERE = Path(__file__).parent / "data"
_HEADER = (
    "# What capital earns, depreciation and operating surplus, over output, share; of {table}, by sector of a list. One\n"
    "# of 'common' is the sum of those that stand for the same OECD-28 sectors. By `xunhuan build capital`.\n"
)


def capital_shares(acc: Accounts) -> pd.DataFrame:
    """a[j] = Σ_s (depreciation + operating surplus) / Σ_s output, by list and sector: list, sector, share."""
    parts = [acc.components.index(c) for c in CAPITAL]
    earned = acc.value_added[acc.closed][:, :, parts].sum((0, 2))
    output = acc.output[acc.closed].sum(0)
    known = pd.read_csv(_HERE / "sectors_to_oecd28.csv", comment="#", dtype=str)
    mine = known[known["list"] == "cn42"].set_index("source")["target"].str.split().map(set)
    common = known[known["list"] == "common"].set_index("source")["target"].str.split().map(set)
    rows = [("cn42", c, e / o) for c, e, o in zip(acc.sectors.codes, earned, output, strict=True)]
    for code, stands in common.items():
        at = np.array([bool(mine[c] & stands) for c in acc.sectors.codes])
        rows.append(("common", str(code), earned[at].sum() / output[at].sum()))
    return pd.DataFrame(rows, columns=["list", "sector", "share"])


def write_capital(raw: Path, folder: Path) -> list[Path]:
    """Write the shares; `raw` is not needed, the table is bundled."""
    path = folder / "capital_shares.csv"
    with atomic_path(path) as temporary:
        text = capital_shares(load(CAPITAL_TABLE)).to_csv(index=False, float_format="%.6f", lineterminator="\n")
        temporary.write_text(_HEADER.format(table=CAPITAL_TABLE) + text, encoding="utf-8")
    return [path]

"""What capital earns of output by industry, from the national account's own components: how convex costs are.

data/capital_shares.csv of the conversion room, by sector of the table's list: sector, capital, output.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from xunhuan.data.accounts import Accounts
from xunhuan.data.store import atomic_path, load

CAPITAL_TABLE = "china-2017"
CAPITAL = ("depreciation", "operating_surplus")
_HEADER = (
    "# What capital earns, depreciation and operating surplus, and output, {unit}, of {table}, by sector of its list\n"
    "# cn42-2017. By `xunhuan build capital`.\n"
)


def capital_earned(acc: Accounts) -> pd.DataFrame:
    """Σ_s (depreciation + operating surplus) and Σ_s output, by sector of the table: sector, capital, output."""
    parts = [acc.components.index(c) for c in CAPITAL]
    earned = acc.value_added[acc.closed][:, :, parts].sum((0, 2))
    output = acc.output[acc.closed].sum(0)
    return pd.DataFrame({"sector": list(acc.sectors.codes), "capital": earned, "output": output})


def write_capital(raw: Path, folder: Path) -> list[Path]:
    """Write the shares; `raw` is not needed, the table is bundled."""
    path = folder / "capital_shares.csv"
    acc = load(CAPITAL_TABLE)
    with atomic_path(path) as temporary:
        text = capital_earned(acc).to_csv(index=False, float_format="%.4f", lineterminator="\n")
        temporary.write_text(_HEADER.format(table=CAPITAL_TABLE, unit=acc.unit) + text, encoding="utf-8")
    return [path]

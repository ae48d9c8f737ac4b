"""Facts on single industries, from collected figures with their sources, as industry files of the catch-up room hold them.

chips/published.csv    shares as published: year, reading, share, whether estimate, forecast or target, held out or not
chips/generations.csv  when a firm made a generation in volume
chips/ages.csv         share of demand by age of the generation
solar/curve.csv        panels added by nation and by others, price, by scenario [Helveston2022]
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from xunhuan.build import check_raw
from xunhuan.data.store import atomic_path

FILES = (
    "chips/china_ic_self_sufficiency.csv",
    "chips/node_timeline.csv",
    "chips/demand_by_age.csv",
    "chips/solar_learning.csv",
)
_HERE = Path(__file__).parent / "data"
TAIL = 0.75
"""Demand for each older generation over that for the one after it, among those the source puts together: an assumption."""
TAIL_AGES = 7
FITTED = (2010, 2020)
"""Years whose shares the pace of history is fitted on; other estimates are held out."""
FROM_MEMORY = "[M]"
"""Marks a figure of the collection that nobody read in a source."""


def published(raw: Path) -> pd.DataFrame:
    """Shares as published, one a row: year, reading, share, kind, fitted (1 or 0), publisher, source."""
    found = pd.read_csv(raw / FILES[0])
    more = pd.read_csv(_HERE / "industry_facts.csv")
    rows = []
    for row in found.to_dict("records"):
        for column, reading in (("made_in_share", "made_in"), ("owned_share", "owned_by")):
            if np.isfinite(row[column]):
                kind = "target" if "target" in row["kind"] else str(row["kind"]).split()[0]
                rows.append([int(row["year"]), reading, row[column], kind, row["publisher"], row["source"]])
    frame = pd.concat([pd.DataFrame(rows, columns=list(more.columns)), more])
    fitted = frame["year"].isin(FITTED) & (frame["kind"] == "estimate") & (frame["reading"] == "made_in")
    frame.insert(4, "fitted", fitted.astype(int))
    return frame.sort_values(["reading", "year", "kind"], kind="stable").reset_index(drop=True)


def generations(raw: Path) -> pd.DataFrame:
    """When firms made generations in volume: node, index (rising), firm, year, kind, evidence, source."""
    found = pd.read_csv(raw / FILES[1])
    forecast = found["quality"].str.contains("forecast")
    memory = found["source"].str.contains(FROM_MEMORY, regex=False)
    return pd.DataFrame({
        "node": found["node"], "generation": found["index"], "firm": found["firm"], "year": found["year"],
        "kind": np.where(forecast, "forecast", "estimate"), "evidence": np.where(memory, "memory", "read"),
        "source": found["quality"] + "; " + found["source"].str.replace(f"{FROM_MEMORY} ", "", regex=False),
    })  # fmt: skip


def ages(raw: Path) -> pd.DataFrame:
    """Share of demand by age: the newest as published, what the source puts together spread by `TAIL`."""
    found = pd.read_csv(raw / FILES[2])
    newest, rest = found.iloc[:-1], found.iloc[-1]
    weights = TAIL ** np.arange(TAIL_AGES)
    spread = float(rest["share_of_value"]) * weights / weights.sum()
    first = str(newest.iloc[0]["source"])
    rows = [
        (int(r["age_generations"]), float(r["share_of_value"]), "read",
         f"{r['what']}; one foundry's revenue by node as a proxy; "
         f"{first if r['source'] == 'same' else r['source']}")
        for r in newest.to_dict("records")
    ]  # fmt: skip
    begin = int(rest["age_generations"])
    told = f"{rest['what']}: {rest['share_of_value']:g} in all, spread with a ratio of {TAIL:g}, an assumption"
    rows += [(begin + k, round(float(x), 6), "judgement", told) for k, x in enumerate(spread)]
    out = pd.DataFrame(rows, columns=["age", "share", "evidence", "source"])
    out.loc[out.index[-1], "share"] = round(1 - float(out["share"].iloc[:-1].sum()), 6)
    return out


def curve(raw: Path) -> pd.DataFrame:
    """Panels added and prices: nation, scenario, year, made, other, world (stock), input_price, price, source."""
    found = pd.read_csv(raw / FILES[3])
    names = {"added_nation_kw": "made", "added_other_kw": "other", "world_cum_kw": "world", "silicon_usd_kg": "input_price",
             "module_price_per_kw_local": "price"}  # fmt: skip
    return found.rename(columns=names)[["nation", "scenario", "year", *names.values(), "source"]]


def write_industries(raw: Path, folder: Path) -> list[Path]:
    """Write the files into `folder`. Raises BadInput where a raw file is missing."""
    check_raw(raw, FILES)
    made = {
        "chips/published.csv": published(raw), "chips/generations.csv": generations(raw), "chips/ages.csv": ages(raw),
        "solar/curve.csv": curve(raw),
    }  # fmt: skip
    out = []
    for name, frame in made.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_path(path) as tmp:
            frame.to_csv(tmp, index=False)
        out.append(path)
    return out

"""A measure of one nation, region or cluster through every table that has it, year by year."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from xunhuan.data.arrays import CIRCUITS
from xunhuan.data.markets import KEPT, PAIR_LABELS, PAIR_NUMBERS, PAIRS, kept, kept_pairs
from xunhuan.errors import BadInput, UnknownName

if TYPE_CHECKING:
    import pandas as pd

    from xunhuan.build import Builder
    from xunhuan.data.accounts import Accounts

BY_YEAR = ("wiod", "oecd", "china-national", "china-detailed", "china", "world")
"""Stems of the tables that make a history, in the order their lines are drawn."""


def circulation_rows(acc: Accounts, nation: str, sectors: str, definition: str = "absorption") -> pd.DataFrame:
    """Domestic and external share of a nation ("all": of every nation), with GDP or final demand."""
    import numpy as np

    from xunhuan.measures import circulation

    if nation == "all":
        shut = {n for n, c in zip(acc.geography.nation, acc.closed, strict=True) if not c}
        region: list[str] = [n for n in acc.geography.nations if n not in shut]
    else:
        region = [nation]
    border = "nation" if nation in (*acc.geography.nations, "all") else "region"
    ds = circulation(acc, region, border=border, definition=definition)
    total = ds.attrs["columns"][0]  # GDP, or the final demand whose origin is told
    frame = ds[[total, *CIRCUITS]].to_dataframe().reset_index()
    frame["domestic"] = np.asarray(frame["own"] + frame["inter"])
    frame = frame.rename(columns={"region": "nation", total: "total"})
    return frame[["nation", "name_en", "name_zh", "total", "domestic", "external"]]


def supply_rows(acc: Accounts, nation: str, sectors: str) -> pd.DataFrame:
    """Domestic share of what the nation uses of the selected goods, as one good."""
    import pandas as pd

    from xunhuan.measures import supply

    ds = supply(acc, nation, sectors=sectors).isel(region=0)
    domestic = float(ds["domestic"])
    row = {"nation": nation, "sectors": sectors, "total": float(ds["used"])}
    return pd.DataFrame([{**row, "domestic": domestic, "external": 1 - domestic}])


def content_rows(acc: Accounts, nation: str, sectors: str) -> pd.DataFrame:
    """Import content of each using industry of the nation, of the selected goods."""
    from xunhuan.measures import import_content

    ds = import_content(acc, nation, by="sector", sectors=sectors)
    frame = ds.isel(region=0, drop=True).to_dataframe().reset_index()
    frame = frame.sort_values("imported", ascending=False, kind="stable")
    frame.insert(0, "nation", nation)
    frame.insert(1, "sectors", sectors)
    return frame


def coupling_rows(acc: Accounts, nation: str, sectors: str) -> pd.DataFrame:
    """Coupling of the nation ("all": of every nation) with every other, where the table has it and them."""
    from xunhuan.measures import coupling, table

    inside = nation in (*acc.geography.nations, "all")
    ds = coupling(acc, None if nation == "all" else nation, border="nation" if inside else "region")
    frame = table(ds).rename(columns={"region": "nation"})
    return frame[frame["nation"] != frame["partner"]]


def _origin_rows(acc: Accounts, nation: str, sectors: str) -> pd.DataFrame:
    return circulation_rows(acc, nation, sectors, "origin")


HISTORIES: dict[str, tuple[Callable[[Accounts, str, str], pd.DataFrame], str]] = {
    "circulation": (circulation_rows, "share of GDP absorbed at home (domestic) and abroad (external)"),
    "origin": (_origin_rows, "share of final demand whose value was added at home (domestic) and abroad (external)"),
    "supply": (supply_rows, "share of the use of the selected goods that is made at home (domestic) and imported"),
    "content": (content_rows, "imports of the selected goods by using industry, per unit of its output"),
    "coupling": (
        coupling_rows,
        "percent of income by percent of the partner's final demand (kappa), and the other way (back)",
    ),
}
"""What can be followed through time: the rows one table gives, and the definition in a line."""


def stem(name: str) -> str:
    """The source a table's name stands for; empty where it is none of those that come by year.

    >>> stem("china-national-2017"), stem("china-2017-least")
    ('china-national', '')
    """
    found = re.fullmatch(r"(.+)-(\d{4})", name)
    return found.group(1) if found and found.group(1) in BY_YEAR else ""


def _tables(raw: Path | None) -> Iterator[tuple[str, Callable[[], Accounts]]]:
    """Every table that comes by year, with how to get it: known ones, and all others from `raw` if it is
    given.
    """
    from xunhuan.data.store import known_tables, load

    known = [n for n in known_tables() if stem(n)]
    for name in known:
        yield name, partial(load, name)
    if raw is None:
        return
    from xunhuan.build import BUILDERS

    for name, builder in BUILDERS.items():
        if stem(name) and name not in known:
            yield name, partial(_built, builder, raw)


def _built(builder: Builder, raw: Path) -> Accounts:
    return builder(raw, _silent)[0][0]


def _silent(message: str) -> None:
    """Progress nobody is shown."""


def history(
    measure: str,
    nation: str,
    sectors: str = "all",
    years: tuple[int, int] = (0, 9999),
    raw: Path | None = None,
    follow: Callable[[Iterable[str]], Iterable[str]] = iter,
    partner: str = "",
) -> pd.DataFrame:
    """A measure of `nation` by source and year, in every table that knows the nation and the sectors.

    raw     folder of raw files: tables not built yet are made from it on the way
    follow  wraps the names of the tables worked through, for a progress bar
    partner of couplings, the one shown, by code or name; "" for all

    Columns source, table, year, then the measure's own. Raises BadInput for an unknown measure and where no
    year is found, UnknownName where no table knows the nation or the sectors.
    """
    import pandas as pd

    if measure not in HISTORIES:
        raise BadInput(f"unknown measure {measure!r}", fix=f"choose {', '.join(HISTORIES)}")
    if partner and measure != "coupling":
        raise BadInput(f"the history of {measure} has no partners", fix="leave the partner out, or ask for coupling")
    rows = kept_pairs() if measure == "coupling" else kept(measure)
    if len(rows):
        called = rows[["nation", "name_en", "name_zh"]].isin([nation]).any(axis=1)
        rows = rows[called | (nation == "all")]
    ways = {n: get for n, get in _tables(raw) if n not in set(rows.get("table", ())) and _within(n, years)}
    parts, unknown = [rows], None
    for name in follow(ways):
        try:
            parts.append(_rows(ways[name](), measure, nation, sectors))
        except UnknownName as e:
            unknown = e
    out = pd.concat([p for p in parts if len(p)], ignore_index=True) if any(len(p) for p in parts) else pd.DataFrame()
    if out.empty and unknown is not None:
        raise unknown
    out = _with(out, partner) if partner and len(out) else out
    out = out[out["year"].between(*years)] if len(out) else out
    if out.empty:
        raise BadInput(f"no table between {years[0]} and {years[1]}", fix="widen the years, or give --raw DIR")
    order = out["source"].map({s: k for k, s in enumerate(BY_YEAR)})
    return out.assign(_order=order).sort_values(["_order", "year"], kind="stable").drop(columns="_order")


def _with(rows: pd.DataFrame, partner: str) -> pd.DataFrame:
    """Rows of one partner. Raises UnknownName."""
    called = rows[["partner", "partner_name_en", "partner_name_zh"]].isin([partner]).any(axis=1)
    if not called.any():
        raise UnknownName.of("partner", partner, dict.fromkeys(map(str, rows["partner"])))
    return rows[called]


def keep(raw: Path, folder: Path) -> list[Path]:
    """Write the rows that are bundled: circulation, origin and couplings of every nation in the WIOD and OECD years."""
    import pandas as pd

    from xunhuan.build import BUILDERS, check_raw
    from xunhuan.data.store import atomic_path

    builders = [b for name, b in BUILDERS.items() if stem(name) in ("wiod", "oecd")]
    check_raw(raw, tuple(dict.fromkeys(file for b in builders for file in b.files)))
    parts, pairs = [], []
    for builder in builders:
        acc = _built(builder, raw)
        parts += [_rows(acc, m, "all", "all").assign(measure=m) for m in ("circulation", "origin")]
        pairs.append(_rows(acc, "coupling", "all", "all")[["source", "table", "year", "nation", "partner", *_SINGLE]])
    files = {KEPT: pd.concat(parts, ignore_index=True)}
    files[PAIRS] = pd.concat(pairs, ignore_index=True).astype(_SINGLE)
    for name, frame in files.items():
        with atomic_path(folder / name) as tmp:
            frame.to_parquet(tmp, index=False, compression="zstd")
    return [folder / name for name in files]


_SINGLE = {"kappa": "float32"}
"""What of couplings is bundled, the rest follows, and how exactly."""


def _within(name: str, years: tuple[int, int]) -> bool:
    return years[0] <= int(name.rsplit("-", 1)[1]) <= years[1]


def _rows(acc: Accounts, measure: str, nation: str, sectors: str) -> pd.DataFrame:
    rows = HISTORIES[measure][0](acc, nation, sectors)
    rows.insert(0, "source", stem(acc.name))
    rows.insert(1, "table", acc.name)
    rows.insert(2, "year", acc.year)
    if measure == "coupling":  # ratios, and nothing to add a unit to
        return rows[[*PAIR_LABELS, *PAIR_NUMBERS]]
    rows["unit"] = acc.unit
    return rows

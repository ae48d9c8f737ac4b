"""Markets over time: what each economy spends on final goods year by year, and how it grows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, Union

import numpy as np

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array
from xunhuan.data.store import bundled_folder
from xunhuan.errors import BadInput

if TYPE_CHECKING:
    import pandas as pd

KEPT = "history.parquet"
"""Bundled results for tables too large to bundle: circulation and origin of every nation, WIOD and OECD
years.
"""
RATE_FILE = "exchange_rates.csv"
"""Bundled: units of other currencies for a US dollar, average of the year, as statistical yearbooks have them."""
PAIRS = "couplings.parquet"
"""Bundled: coupling of every nation with every other in the WIOD and OECD years, in single precision."""
DEMANDS = ("oecd", "wiod")
"""Bundled series of final demand, nominal million USD: OECD flows 2011 to 2022, WIOD 1995 to 2011."""
Demand: TypeAlias = Union[str, "pd.DataFrame"]
"""The name of a bundled series; a file; or a frame of final demand, a row a year (its index) and a column a nation."""


def kept(measure: str) -> pd.DataFrame:
    """Bundled rows of a measure; empty where none are."""
    import pandas as pd

    path = bundled_folder() / KEPT
    rows = pd.read_parquet(path) if path.is_file() else pd.DataFrame({"measure": []})
    return rows[rows["measure"] == measure].drop(columns="measure").reset_index(drop=True)


def kept_pairs() -> pd.DataFrame:
    """Bundled couplings: source, table, year, nation, partner with names, kappa, back, asymmetry, intensity; or empty."""
    import pandas as pd

    path = bundled_folder() / PAIRS
    if not path.is_file():
        return pd.DataFrame()
    rows = pd.read_parquet(path).astype({"kappa": float})
    named = kept("circulation").drop_duplicates("nation", keep="last").set_index("nation")[["name_en", "name_zh"]]
    for who, prefix in (("nation", ""), ("partner", "partner_")):
        rows = rows.join(named.add_prefix(prefix), on=who)
    other = rows.set_index(["table", "partner", "nation"])["kappa"]
    rows["back"] = other.reindex(pd.MultiIndex.from_frame(rows[["table", "nation", "partner"]])).to_numpy()
    size = kept("origin").set_index(["table", "nation"])["total"]
    world = size.groupby(level="table").transform("sum")
    part = (size / world).reindex(pd.MultiIndex.from_frame(rows[["table", "partner"]])).to_numpy()
    return rows.assign(asymmetry=rows["kappa"] / rows["back"], intensity=rows["kappa"] / part)[
        [*PAIR_LABELS, *PAIR_NUMBERS]
    ]


PAIR_LABELS = (
    "source", "table", "year", "nation", "name_en", "name_zh", "partner", "partner_name_en", "partner_name_zh",
)  # fmt: skip
PAIR_NUMBERS = ("kappa", "back", "asymmetry", "intensity")


def final_demand(demand: Demand) -> pd.DataFrame:
    """Final demand by year (index) and nation (columns).

    A file has a column `year` and one for every nation by its code, in any unit that does not change from year to year.
    Raises BadInput for what is no such series.
    """
    import pandas as pd

    if isinstance(demand, pd.DataFrame):
        return _checked(demand, "demand")
    if demand in DEMANDS:
        rows = kept("origin")
        rows = rows[rows["source"] == demand]
        return rows.pivot_table(index="year", columns="nation", values="total", sort=False)
    path = Path(demand)
    if path.suffix.lower() not in (".csv", ".parquet") or not path.is_file():
        fix = f"choose {' or '.join(DEMANDS)}, or a .csv or .parquet file with a column year and one for every nation"
        raise BadInput(f"no series of demand is called {demand!r}", fix=fix)
    frame = pd.read_csv(path) if path.suffix.lower() == ".csv" else pd.read_parquet(path)
    if "year" not in frame:
        raise BadInput("the series of demand has no column year", where=str(path))
    return _checked(frame.set_index("year"), str(path))


def _checked(frame: pd.DataFrame, where: str) -> pd.DataFrame:
    """A series as it must be: years that follow each other, numbers above 0. Raises BadInput."""
    frame = frame.sort_index()
    years = [int(y) for y in frame.index]
    if years != list(range(years[0], years[0] + len(years))) or len(years) < 4:
        raise BadInput("demand needs four years or more without a gap", items=[str(y) for y in years], where=where)
    wrong = [str(c) for c in frame if not (frame[c].map(np.isreal).all() and (frame[c] > 0).all())]
    if wrong:
        raise BadInput("demand must be a number above 0 in every year", items=wrong, where=where)
    return frame


def chosen_years(years: str, known: list[int]) -> list[int]:
    """Years of growth that a text names: "all", "2012-2019", "2012-2019+2022", "!2020" (all but). Raises BadInput.

    >>> chosen_years("!2020", [2018, 2019, 2020, 2021])
    [2018, 2019, 2021]
    """
    text = years.strip()
    if text == "all":
        return known
    named = set(_named(text.removeprefix("!"), known))
    out = [y for y in known if (y in named) != text.startswith("!")]
    if len(out) < 3:
        raise BadInput(f"{len(out)} years of growth are too few", where=f"years {years}", fix="take three or more")
    return out


def _named(text: str, known: list[int]) -> Iterator[int]:
    for part in text.split("+"):
        found = re.fullmatch(r"\s*(\d{4})(?:-(\d{4}))?\s*", part)
        span = range(int(found[1]), int(found[2] or found[1]) + 1) if found else range(0)
        if not set(span) & set(known):
            fix = f"growth is known of {known[0]} to {known[-1]}; for instance {known[0]}-{known[-2]}, or !{known[-1]}"
            raise BadInput(f"no years of growth are {part.strip()!r}", where=f"years {text}", fix=fix)
        yield from span


def in_currency(frame: pd.DataFrame, currency: str) -> pd.DataFrame:
    """A series in US dollars turned into another currency at each year's average rate. Raises BadInput."""
    import pandas as pd

    if currency == "USD":
        return frame
    rates = pd.read_csv(bundled_folder() / RATE_FILE).set_index("year")
    if currency not in rates:
        raise BadInput(f"no exchange rates are known of {currency!r}", fix=f"choose USD, {', '.join(map(str, rates))}")
    lost = [str(y) for y in frame.index if y not in rates.index]
    if lost:
        what = f"the exchange rate of {currency} is known of {rates.index[0]} to {rates.index[-1]}"
        raise BadInput(what, items=lost, fix="take USD, or a series in the currency wanted")
    return frame.mul(rates[currency].loc[frame.index], axis=0)


def growth_of_markets(
    acc: Accounts, demand: Demand, years: str = "all", currency: str = "USD"
) -> tuple[list[int], Array]:
    r"""Growth of the final demand of each nation of a table, and the years it is of.

    g[t,n] = ln D[t,n] − ln D[t−1,n]

    D t n, the nation's own column, or the sum of its regions', in `currency`. An open region stands for all the columns that
    no other nation of the table has. Returns years, and growth of axes t n, log points a year.

    Raises BadInput naming the nations that the series does not have.
    """
    frame = in_currency(final_demand(demand), currency)
    geo = acc.geography
    columns: dict[str, list[str]] = {}
    for n in geo.nations:
        members = [c for c, of in zip(geo.codes, geo.nation, strict=True) if of == n]
        if n in frame and not set(members) & geo.open:
            columns[n] = [n]
        elif set(members) <= set(frame.columns) and not set(members) & geo.open:
            columns[n] = members
    taken = {c for some in columns.values() for c in some}
    for n in geo.nations:
        if n not in columns and any(c in geo.open for c, of in zip(geo.codes, geo.nation, strict=True) if of == n):
            columns[n] = [str(c) for c in frame.columns if c not in taken]
    lost = [n for n in geo.nations if not columns.get(n)]
    if lost:
        fix = "give a series that has them: a column year and one for every nation"
        raise BadInput("the growth of some markets is not known", items=lost, where=acc.name, fix=fix)
    level = np.stack([frame[columns[n]].sum(axis=1).to_numpy(dtype=float) for n in geo.nations], axis=1)
    known = [int(y) for y in frame.index][1:]
    wanted = chosen_years(years, known)
    return wanted, np.diff(np.log(level), axis=0)[np.isin(known, wanted)]

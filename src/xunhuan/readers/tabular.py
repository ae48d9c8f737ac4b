"""A plain form any program can write: long csv tables, and a mapping file (TOML) that says what they hold.

    name = "my-table"                 # and title, source, notes if wanted
    year = 2018
    currency = "USD"
    unit = "million USD"
    home = "AAA"                      # optional: the nation looked at

    [regions]                         # csv with one row a region
    file = "regions.csv"
    code = "region"                   # column names; nation, name_en, name_zh, open (0/1) and population
    are optional
    nation = "country"

    [sectors]
    file = "sectors.csv"
    code = "sector"                   # name_en, name_zh, groups (words apart by blanks) and isic (as C26, C17T18+C32)
    list = "wiod2016"                 # are optional, and so is the list that the codes are of (`xunhuan lists`)

    [flow]                            # who buys from whom: axes r s i
    file = "flow.csv"
    origin = "from"
    destination = "to"
    sector = "good"
    value = "value"
    tariff = "rate"                   # optional column

    [use]                             # columns region, sector, industry, value
    [final]                           # columns region, sector, category, value
    [value_added]                     # columns region, industry, component, value

    [migration]                       # optional: who moved between regions of a nation, population's unit
                                      # columns window ("2015-2020"), origin, destination, value; who stayed is left out

    [form]                            # optional: how the files are written; a section may say otherwise for itself
    encoding = "gbk"                  # UTF-8, UTF-16 and GBK are found out, as is what stands between cells
    separator = ";"
    decimal = ","
    thousands = "."
    missing = ["", "-", ".."]         # words taken as 0, and said

A wide file says whose labels its columns are: `wide = "industry"`. `file` may be a list of files, whose values add up.
`where = { item = "use" }` keeps some rows, `unlisted = "skip"` leaves out rows whose labels no list has.

A table that knows sourcing by user gives [intermediate] (origin, sector, destination, industry, value) and
[final_by_origin] (origin, sector, destination, category, value) in the place of flow, use and final. A
column need not be named where it already has the name of the axis.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array
from xunhuan.data.geography import Geography
from xunhuan.data.migration import Migration
from xunhuan.data.store import LOG_COLUMNS
from xunhuan.errors import BadInput
from xunhuan.readers.blocks import Blocks, Imported, close
from xunhuan.readers.mapped import Mapped, read_mapping

AXES = {
    "flow": ("origin", "destination", "sector"),
    "use": ("region", "sector", "industry"),
    "final": ("region", "sector", "category"),
    "value_added": ("region", "industry", "component"),
    "intermediate": ("origin", "sector", "destination", "industry"),
    "final_by_origin": ("origin", "sector", "destination", "category"),
    "migration": ("window", "origin", "destination"),
}
REQUIRED = ("name", "year", "currency", "unit", "regions", "sectors", "value_added")
OPTIONAL = ("title", "source", "notes", "home", *AXES)


def read_tabular(path: Path, year: int | None = None, sheet: str | None = None, tolerance: float = 0.01) -> Imported:
    """Accounts from long csv tables named by a mapping file.

    Flow form must balance as it is (to the tolerance of Accounts); by-user form is closed like the other
    formats.
    Raises BadInput with every faulty line of a file at once: unknown labels with their nearest names,
    values that are not numbers, cells given twice; ForeignFile for files that are no csv or TOML.
    """
    m = _mapping(path)
    geography, sectors = m.geography(), m.sectors()
    categories, components = m.labels("category"), m.labels("component")
    names = {
        "origin": geography.codes,
        "destination": geography.codes,
        "region": geography.codes,
        "sector": sectors.codes,
        "industry": sectors.codes,
        "category": categories,
        "component": components,
        "window": tuple(sorted(m.labels("window"))),
    }
    arrays = {part: m.array(part, names) for part in AXES if part in m}
    value_added = arrays["value_added"]
    if "migration" in arrays:
        geography = replace(geography, migration=_moves(m, geography, names["window"], arrays["migration"]))
    rates = "flow" in arrays and "tariff" in m.columns("flow")
    tariff = m.array("flow", names, "tariff") if rates else np.zeros_like(arrays.get("flow", np.zeros(0)))
    common: dict[str, Any] = {
        "geography": geography, "sectors": sectors, "categories": categories, "components": components,
        "year": year or int(m.content["year"]), "currency": str(m.content["currency"]),
        "unit": str(m.content["unit"]), "name": str(m.content["name"]), "title": str(m.content.get("title", "")),
        "source": str(m.content.get("source", "")), "notes": (*m.content.get("notes", ()), *m.told),
    }  # fmt: skip
    if "intermediate" in arrays:
        z, f = arrays["intermediate"], arrays["final_by_origin"]
        output = np.where(geography.is_open[:, None], z.sum((2, 3)) + f.sum((2, 3)), z.sum((0, 1)) + value_added.sum(2))
        return close(Blocks(intermediate=z, final=f, value_added=value_added, output=output, **common), tolerance)
    accounts = Accounts(
        flow=arrays["flow"],
        use=arrays["use"],
        final=arrays["final"],
        value_added=value_added,
        tariff=tariff,
        home=str(m.content.get("home", "")),
        **common,
    )
    return Imported(accounts, pd.DataFrame(columns=list(LOG_COLUMNS)))


def _mapping(path: Path) -> Mapped:
    m, p = read_mapping(path, AXES, REQUIRED, OPTIONAL)
    keys = m.content.keys()
    plain, by_user = {"flow", "use", "final"} & keys, {"intermediate", "final_by_origin"} & keys
    if bool(plain) == bool(by_user) or len(plain) in (1, 2) or len(by_user) == 1:
        p.add("give either flow, use and final, or intermediate and final_by_origin")
    p.raise_if(BadInput, where=str(path), fix="see `xunhuan docs readers`")
    return m


def _moves(m: Mapped, g: Geography, windows: tuple[str, ...], persons: Array) -> Migration:
    """Moves within the nations that the file tells of; of others nothing is known."""
    told = (persons.sum((0, 2)) + persons.sum((0, 1)) > 0) @ (g.nation_index[:, None] == np.arange(len(g.nations)))
    known = g.same_nation & (told[g.nation_index] > 0)
    return Migration(windows, np.where(known, persons, np.nan), str(m.section("migration").get("source", "")))

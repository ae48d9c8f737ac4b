"""The bundled tables of China's provinces: china-2017 and china-2012 harmonised, as reported, and the bounds of 2017.

The recipe and its measured corrections are in docs/china-tables.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from xunhuan.build import Announce
from xunhuan.build.china_raw import (
    CATEGORIES,
    COMPONENTS,
    UNIT,
    ChinaInputs,
    read_both,
)
from xunhuan.build.log import Log
from xunhuan.build.national_check import log_national_check
from xunhuan.build.provinces import DECAY, Hauling, ProvincialBooks, provincial_books, provincial_flows
from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array
from xunhuan.data.posterior import Posterior

_NOTES = (
    "bilateral flows between provinces are estimates: official tables give each province's totals only",
    "imports of a good are shared alike by all users in a province, where the official table knows them by user",
    "provincial tables are scaled to the national table by sector, every change is in the build log",
    "values are at current producer prices, imports include duties, so the table carries no tariff rates",
    "provinces as first published with the tables: later revisions of provincial GDP are not in them",
)
NOTES_HAULING: dict[Hauling, tuple[str, ...]] = {
    "harmonised": (),
    "reported": (
        "what provinces use of their own is as their bureaus report: net in some, gross in others, so that own shares of "
        "provinces do not compare; the harmonised table takes the habits off",
    ),
    "least": ("a bound, not an estimate: provinces use all they can of their own goods",),
    "most": ("a bound, not an estimate: provinces use only what they must of their own goods",),
}
HAULING_TITLES: dict[Hauling, str] = {
    "harmonised": "estimated trade between provinces, reports harmonised",
    "reported": "estimated trade between provinces, as reported",
    "least": "least cross-hauling between provinces",
    "most": "most cross-hauling between provinces",
}
NOTES_2012 = (
    "Hubei, Qinghai and Inner Mongolia report foreign and domestic trade in one column, which is split by good as "
    "in the other provinces of their macro-region",
    "there is no national table of 2012 with imports by user here: all users share them alike",
    "the statistical discrepancy of the national table of 2012 is in the category inventory",
    "sector names are those of the official list of 2012, the source numbers its sectors only",
    "exports of Chongqing are 101 in the source of 2012, 3488 in that of 2017, kept as published",
)


def books_of(
    inputs: ChinaInputs, hauling: Hauling = "reported", posterior: Posterior | None = None
) -> tuple[ProvincialBooks, Log]:
    """Provincial books of a year that add up to the nation, and the log of all corrections.

    These are the provincial shares other builders start from. Raises Infeasible, NotConverged.
    """
    log = Log(inputs.tables.regions, inputs.sectors.codes, UNIT)
    overlap = None if posterior is None else posterior.mean
    books = provincial_books(inputs.tables, inputs.control, log, regions=inputs.macro, hauling=hauling, overlap=overlap)
    return books, log


def build_table(
    inputs: ChinaInputs, hauling: Hauling, posterior: Posterior | None = None
) -> tuple[Accounts, pd.DataFrame]:
    """One balanced table and its log; a harmonised one is the mean of its posterior."""
    books, log = books_of(inputs, hauling, posterior)
    flow = provincial_flows(books, inputs.distance, inputs.tables.regions)
    log_national_check(books, flow, inputs.control, log)
    suffix = "" if hauling == "harmonised" else f"-{hauling}"
    kind = HAULING_TITLES[hauling]
    flows, use, final, value_added = _with_rest(books, flow)
    accounts = Accounts(
        flow=flows,
        use=use,
        final=final,
        value_added=value_added,
        tariff=np.zeros_like(flows),
        geography=inputs.geography,
        sectors=inputs.sectors,
        categories=CATEGORIES,
        components=COMPONENTS,
        year=inputs.year,
        currency="CNY",
        unit=UNIT,
        name=f"china-{inputs.year}{suffix}",
        title=f"China {inputs.year}: 31 provinces, 42 sectors, {kind}",
        source=f"{inputs.control.source}; {inputs.tables.source}",
        notes=(
            *_NOTES,
            *NOTES_HAULING[hauling],
            *(() if posterior is None else posterior.notes),
            *(NOTES_2012 if inputs.year == 2012 else ()),
        ),
        home="CHN",
        extra={"decay": str(DECAY), "hauling": hauling},
        posterior=posterior,
    )
    return accounts, log.frame()


def _with_rest(books: ProvincialBooks, flow: Array) -> tuple[Array, Array, Array, Array]:
    """Flow, use, final and value added with the rest of the world as one open region, last."""
    r, i = books.output.shape
    whole = np.zeros((r + 1, r + 1, i))
    whole[:r, :r], whole[:r, r], whole[r, :r] = flow, books.export, books.import_
    bought = np.zeros((1, i, len(CATEGORIES)))
    bought[0, :, 0] = books.export.sum(0)  # what an open region buys has no category; it stands in the first
    return (
        whole,
        np.concatenate([books.use, np.zeros((1, i, i))]),
        np.concatenate([books.final, bought]),
        np.concatenate([books.value_added, np.zeros((1, i, len(COMPONENTS)))]),
    )


def _build(
    raw: Path, year: int, kinds: tuple[Hauling, ...], progress: Announce, given: Mapping[str, str]
) -> list[tuple[Accounts, pd.DataFrame]]:
    from xunhuan.build.harmonise.provinces import posteriors
    from xunhuan.build.harmonise.truth import beliefs

    believed = beliefs(**given)
    progress("reading the provincial and national tables")
    inputs = read_both(raw)
    posterior = posteriors(inputs, progress, believed)[year]
    out = []
    for hauling in kinds:
        progress(f"balancing: {hauling}")
        out.append(build_table(inputs[year], hauling, posterior if hauling == "harmonised" else None))
    return out


def build_china_2017(raw: Path, progress: Announce, **given: str) -> list[tuple[Accounts, pd.DataFrame]]:
    """china-2017, china-2017-reported, china-2017-least and china-2017-most, each with its log."""
    return _build(raw, 2017, ("harmonised", "reported", "least", "most"), progress, given)


def build_china_2012(raw: Path, progress: Announce, **given: str) -> list[tuple[Accounts, pd.DataFrame]]:
    """china-2012 and china-2012-reported, each with its log."""
    return _build(raw, 2012, ("harmonised", "reported"), progress, given)

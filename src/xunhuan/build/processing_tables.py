"""China's national tables with processing exporters apart, and the same split of any of China's 42-sector tables."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from xunhuan.build.china_raw import CATEGORIES, COMPONENTS, UNIT, china_sectors, read_control_2012
from xunhuan.build.history import build_national, national_accounts
from xunhuan.build.log import Log
from xunhuan.build.processing import split
from xunhuan.build.processing_shares import JUDGED, Shares, share_table, shares_of
from xunhuan.data.accounts import Accounts
from xunhuan.errors import BadInput

NOTES = (
    "processing industries (codes ending in :P) sell abroad only; what they use is an estimate, near their part in output",
    "shares of processing trade by sector are judgement but for five published ones of imports; see docs/processing.md",
)
_SPLIT = "exporters apart"


def split_processing(acc: Accounts, shares: Shares | None = None, *, draw: int | None = None) -> Accounts:
    r"""Set processing exporters apart from all other production, by least squares.

    min Σ (z − z⁰)² / z⁰ + Σ (v − v⁰)² / v⁰   under the sums of the table and of processing trade
    [KoopmanWangWei2012] [KoopmanWangWei2013, eq. 5.21-5.24]

    z s i j inputs by kind of user and by origin (home-made, imported), v s j value added, unit of the table; every letter
    and sum stands with `xunhuan.build.processing.split`.

    Parameters
    ----------
    acc : Accounts
        A table; without `shares` one of China with the official 42 sectors, of 2012 or 2017: national or by province.
    shares : Shares, optional
        Part of exports (r i) and of imports (i) that is processing trade, from 0 to 1; by default those of the data file
        for the table's year, most of them judgement.
    draw : int, optional
        Number of a draw from the ranges of the data file, in place of their middle.

    Returns
    -------
    Accounts
        The table with an industry more, code ending in ":P", for each that processes, and sourcing by user. Groups hold
        both kinds; `ordinary` and `processing` name them. `extra["split"]` says how the solver ended.

    Raises
    ------
    BadInput
        For shares outside 0 to 1, for `draw` beside `shares`, and sectors that the data file does not know.
    UnknownName
        For a year without shares.
    Infeasible
        Naming sectors and margins where processing trade does not fit into the table.
    NotConverged
        Where the solver ends without an answer.

    Examples
    --------
    >>> import xunhuan as xh
    >>> apart = xh.split_processing(xh.load("china-national-2017"))
    >>> apart.S, [c for c in apart.sectors.codes if c.endswith(":P")][-4:]
    (61, ['20:P', '21:P', '22:P', '23:P'])
    >>> float(apart.flow[0, 0, apart.sectors.select("processing")].sum())  # sold at home
    0.0
    """
    if shares is not None and draw is not None:
        raise BadInput("shares of your own are not drawn", where="draw", fix="give shares or draw")
    known = shares_of(acc, draw) if shares is None else shares
    apart = split(acc, known.exports, known.imports).accounts
    return replace(apart, notes=(*acc.notes, *(NOTES if shares is None else NOTES[:1])), name=f"{acc.name}-apart")


def build_processing(raw: Path, year: int) -> tuple[Accounts, pd.DataFrame]:
    """The national table of a year with processing exporters apart, and a log of what was split off.

    2017 starts from the official non-competitive table, imports by user kept; 2012 from the detailed competitive one added
    up to 42 sectors, where all users share imports alike before the split.
    """
    base = build_national(raw, year)[0] if year == 2017 else national_2012(raw)
    shares = shares_of(base)
    done = split(base, shares.exports, shares.imports)
    log = Log(("CHN",), base.sectors.codes, UNIT)
    rows = share_table(year).set_index(["side", "sector"])
    for side, share, trade in (
        ("exports", shares.exports[0], base.flow[0, 1]), ("imports", shares.imports, base.flow[1, 0]),
    ):  # fmt: skip
        bases = [str(rows["basis"].get((side, c), JUDGED)) for c in base.sectors.codes]
        for basis in dict.fromkeys(bases):
            of = np.array([b == basis for b in bases])
            log.record(_SPLIT, f"processing {side}", np.zeros_like(trade), np.where(of, share * trade, 0.0),
                       note=f"share: {basis}", region="CHN")  # fmt: skip
    accounts = replace(
        done.accounts,
        name=f"china-processing-{year}",
        title=f"China {year}: official national table, 42 sectors, processing exporters apart",
        notes=(*base.notes, *NOTES, f"split of exporters: {done.programme.told}"),
    )
    return accounts, log.frame()


def national_2012(raw: Path) -> Accounts:
    """The competitive table of 2012 added up to the 42 sectors of the provinces: one region and the ROW."""
    c = read_control_2012(raw)
    S = len(c.output)
    flow, final, use = np.zeros((2, 2, S)), np.zeros((2, S, len(CATEGORIES))), np.zeros((2, S, S))
    flow[0, 0], flow[0, 1], flow[1, 0] = c.output - c.export, c.export, c.import_
    final[0], final[1, :, 0], use[0] = c.final, c.export, c.use
    return national_accounts(
        flow=flow,
        use=use,
        final=final,
        value_added=c.value_added,
        sectors=china_sectors(2012),
        categories=CATEGORIES,
        components=COMPONENTS,
        year=2012,
        name="china-national-2012",
        title="China 2012, official competitive table, 42 sectors",
        notes=(
            "all users of a good are taken to import alike before the split",
            "producer prices; imports include duties",
        ),
    )

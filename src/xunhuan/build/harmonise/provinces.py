"""What the bureaus of a nation's regions report over several years, harmonised: the posterior of each year's table.

Letters: t year, p region, i good of a year's list, k version.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from xunhuan.build import Announce
from xunhuan.build.china_raw import ChinaInputs
from xunhuan.build.harmonise.gibbs import Kept, sample
from xunhuan.build.harmonise.overlap import Overlap, covariates, overlap_share
from xunhuan.build.harmonise.truth import Beliefs, HomeMargins, Truth, truth
from xunhuan.build.log import Log
from xunhuan.build.provinces import ProvincialBooks, cleaned, provincial_books, reports_of
from xunhuan.data.classification import Sectors
from xunhuan.data.posterior import STEPS, Posterior

VERSIONS, CHAINS, SEED = 128, 4, 2017
SMALLEST = 1.0
"""Cells below this size, 10^8 CNY, are not looked at."""
DECAY_RANGE = (1.0, 2.0)
"""Range of the decay of trade with distance; 1.44 was fitted on the official 8-region table of 2007."""
TILT = 0.5
"""Standard deviation of the logarithm by which transit is rather exports than outflow: judgement."""
JOINED = {"Waste recycling": "Other manufacturing", "Technical services": "Research and development"}
"""Goods that one year's list tells apart and the other does not: each with the one it is joined to."""

HARMONISED_NOTES = (
    "what provinces both send and take is a posterior mean: bureaus' habits of reporting are taken off",
    "how far provinces differ in truth, and the level of trade between them, rest on outside evidence and judgement",
    "net trade of provinces is as reported; where it is a habit too, own shares are too high",
)


def common_goods(lists: Sequence[Sectors]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Good of the common list, and kind (0 goods, 1 services), of each good of each list; axes t i.

    Lists are in one order once what JOINED names stands with its partner.
    """
    group, kind = [], []
    for s in lists:
        whole = [n not in JOINED for n in s.names_en]
        group.append(np.cumsum(whole) - 1)
        goods = s.select("goods")
        kind.append(np.where(np.isin(np.arange(len(s)), goods), 0, 1))
    return np.stack(group), np.stack(kind)


def observe(inputs: Sequence[ChinaInputs], books: Sequence[ProvincialBooks]) -> Overlap:
    """Overlaps as reported, one run. Shares are of the raw tables, covariates of the balanced books.

    A province that a year's source gives one column of trade says nothing in that year.
    """
    share, size, seen, x = [], [], [], []
    for given, book in zip(inputs, books, strict=True):
        log = Log(given.tables.regions, given.sectors.codes, "")
        t = cleaned(given.tables, given.macro, log)
        whole = (t.export == given.tables.export).all(1) & (t.outflow == given.tables.outflow).all(1)
        c, m = overlap_share(t.output - t.export, t.use.sum(2) + t.final.sum(2) - t.import_, t.outflow, t.inflow)
        share.append(np.nan_to_num(c))
        size.append(m)
        seen.append((m > SMALLEST) & np.isfinite(c) & whole[:, None])
        x.append(covariates(book.supply, book.demand, book.value_added.sum((1, 2)), given.distance))
    mask, z = np.stack(seen), np.stack(x)
    group, kind = common_goods([g.sectors for g in inputs])
    return Overlap(np.stack(share)[None], mask[None], np.stack(size), z - z[mask].mean(0), group, kind)


def chains(data: Overlap, count: int) -> Overlap:
    """The same reports for several runs of the sampler."""
    return Overlap(
        np.repeat(data.share, count, 0), np.repeat(data.seen, count, 0), data.size, data.x, data.group, data.kind
    )


def plain_books(given: ChinaInputs) -> ProvincialBooks:
    """A year's books with λ as reported: output, use and margins are those of the harmonised table."""
    log = Log(given.tables.regions, given.sectors.codes, "")
    return provincial_books(given.tables, given.control, log, regions=given.macro)


def sampled(
    inputs: Sequence[ChinaInputs],
    books: Sequence[ProvincialBooks],
    *,
    sweeps: int = 1700,
    beliefs: Beliefs | None = None,
) -> tuple[Overlap, Kept, Truth]:
    """Reports, the kept sweeps and the draws of the truth. The last year is the one levels anchor on."""
    data = observe(inputs, books)
    rng = np.random.default_rng(SEED)
    kept = sample(chains(data, CHAINS), rng, sweeps=sweeps, warm=min(500, sweeps // 3), every=10)
    last = books[-1]
    level = HomeMargins(last.supply, last.demand, float(last.output.sum()))
    return data, kept, truth(kept, data, level, rng, beliefs)


def posteriors(
    inputs: Mapping[int, ChinaInputs], progress: Announce | None = None, beliefs: Beliefs | None = None
) -> dict[int, Posterior]:
    """The posterior of each year's table; version k is the same state of the world in all of them."""
    years = sorted(inputs)
    books = [plain_books(inputs[y]) for y in years]
    if progress is not None:
        progress("harmonising what the provinces report (about half a minute)")
    believed = beliefs or Beliefs()
    _, _, found = sampled([inputs[y] for y in years], books, beliefs=believed)
    rng = np.random.default_rng(SEED + 1)
    chosen = rng.permutation(len(found.level))[:VERSIONS]
    spread = (rng.permutation(VERSIONS) + rng.random(VERSIONS)) / VERSIONS
    decay = DECAY_RANGE[0] + (DECAY_RANGE[1] - DECAY_RANGE[0]) * spread
    reexport = (rng.permutation(VERSIONS) + rng.random(VERSIONS)) / VERSIONS
    out = {}
    for t, (year, book) in enumerate(zip(years, books, strict=True)):
        given = inputs[year]
        log = Log(given.tables.regions, given.sectors.codes, "")
        tables = cleaned(given.tables, given.macro, log)
        overlap = found.overlap[:, t]
        n = len(tables.regions)
        post = Posterior(
            regions=np.arange(n),
            reports=reports_of(tables, book, given.control),
            overlap=np.rint(STEPS * overlap[chosen]).astype(np.uint8),
            mean=overlap.mean(0),
            decay=decay,
            distance=given.distance,
            tilt=TILT * rng.standard_normal((VERSIONS, 2, n)),
            reexport=reexport,
            to=np.zeros((0, 0)),
            title=f"{VERSIONS} versions of what the provinces sell each other",
            notes=HARMONISED_NOTES,
        )
        out[year] = replace(post, notes=(*HARMONISED_NOTES, _level(post, believed)))
    return out


def _level(post: Posterior, given: Beliefs) -> str:
    """The level of trade over the versions and what is believed, for a table's notes."""
    low, high = np.quantile([post.trade(k) for k in range(len(post))], [0.05, 0.95])
    outside = (
        "no outside totals" if given.trade is None else "outside totals " + " to ".join(f"{x:.1%}" for x in given.trade)
    )
    return (
        f"trade between provinces is {low:.1%} to {high:.1%} of output in nine of ten versions ({outside}; true differences "
        f"between places {np.exp(given.tau[0]):.2f}, sd of logits)"
    )

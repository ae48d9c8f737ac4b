"""docs/harmonised.md."""

from __future__ import annotations

import functools
from dataclasses import replace

import numpy as np
from scipy.stats import spearmanr

from tests.build.union import effects, union
from tests.evidence.china import LU
from tests.helpers.reports import AGREED, COVERED, systematic, too_much
from tests.quoted.common import CIRCUITS, accounts, enough, inputs, number
from tests.quoted.quotes import quote
from xunhuan.build.china import build_table
from xunhuan.build.china_raw import ChinaInputs
from xunhuan.build.harmonise.gibbs import Kept
from xunhuan.build.harmonise.overlap import HIGH, LOW, Overlap
from xunhuan.build.harmonise.provinces import DECAY_RANGE, TILT, plain_books, sampled
from xunhuan.build.harmonise.truth import MOST_OF_PLACE, Beliefs, HomeMargins, truth
from xunhuan.build.provinces import DECAY
from xunhuan.data.arrays import Array
from xunhuan.data.posterior import Posterior
from xunhuan.faces.rounding import adding
from xunhuan.measures import cross_hauling
from xunhuan.measures.circuits import absorbed_shares

PAGE, TABLE = "docs/harmonised.md", "china-2017"


def posterior(table: str = TABLE) -> Posterior:
    found = accounts(table).posterior
    assert found is not None
    enough(len(found))
    return found


@functools.cache
def own(table: str) -> Array:
    """Own, inter and external shares of the provinces, axes p circuit."""
    return absorbed_shares(accounts(table), np.arange(31))[0]


def interval(x: Array, digits: int = 1) -> list[str]:
    """Ends of a 90% interval, per cent."""
    return [f"{100 * v:.{digits}f}" for v in np.quantile(x, [0.05, 0.95])]


@quote(PAGE, "with its 90% interval over all {n} versions; provinces")
def versions() -> list[str]:
    return [str(len(posterior()))]


@quote(
    PAGE, "| | outflow rep. | harm. | overlap rep. | harm. | own rep. | harm. | low | high |\n"
    "|---|--:|--:|--:|--:|--:|--:|--:|--:|\n{t}\n\nOver all provinces"
)  # fmt: skip
def provinces() -> list[str]:
    """Outflow ratio and overlap as reported and harmonised, own share as reported, harmonised with interval; every
    province, those that report the most overlap first."""
    codes = accounts(TABLE).geography.codes
    crossed = {k: cross_hauling(accounts(f"{TABLE}{k}")) for k in ("-reported", "")}
    known, rows = posterior().known["circulation"], []
    reported = crossed["-reported"]["overlap"].to_series()
    for code in reported.sort_values(ascending=False, kind="stable").index:
        p, cells = codes.index(code), [code]
        for name in ("outflow", "overlap"):
            cells += [f"{float(crossed[k][name].sel(region=code)):.2f}" for k in ("-reported", "")]
        cells += [f"{100 * own(f'{TABLE}{k}')[p, 0]:.1f}" for k in ("-reported", "")]
        rows.append(f"| {' | '.join([*cells, *interval(known[:, p, 0])])} |")
    assert len(rows) == len(known[0])
    return ["\n".join(rows)]


@quote(
    PAGE,
    "Simple means over provinces, 2017: own {n}% [{n}, {n}], inter {n}% [{n}, {n}], external {n}% [{n}, {n}]; as "
    "reported {n}, {n} and {n}.",
    "2012: own {n}% [{n}, {n}], inter {n}% [{n}, {n}], external {n}% [{n}, {n}].",
)
def means() -> list[str]:
    out: list[str] = []
    for year in (2017, 2012):
        name = f"china-{year}"
        known = posterior(name).known["circulation"].mean(1)
        for k, x in enumerate(adding([100 * v for v in own(name).mean(0)], 1)):
            out += [f"{x:.1f}", *interval(known[:, k])]
        if year == 2017:
            out += [f"{x:.1f}" for x in adding([100 * v for v in own(f"{name}-reported").mean(0)], 1)]
    return out


@quote(
    PAGE,
    "Trade between provinces is {n}% of output in the table, and {n} to {n}% in nine of ten versions; as reported it is "
    "{n}%.",
)
def level() -> list[str]:
    every = np.array([posterior().trade(k) for k in range(len(posterior()))])

    def part(name: str) -> float:
        acc = accounts(name)
        inside = acc.flow[:31, :31]
        return float((inside.sum() - np.einsum("ppi->", inside)) / acc.output[:31].sum())

    return [f"{100 * part(TABLE):.1f}", *interval(every), f"{100 * part(f'{TABLE}-reported'):.1f}"]


@quote(
    PAGE,
    "Jilin's own share fell by {n} points between 2012 and 2017 as reported; harmonised it moves by {n} [{n}, {n}].",
    "the mean absolute change of a province is {n} points as reported and {n} harmonised",
)
def jilin() -> list[str]:
    p = accounts(TABLE).geography.codes.index("CN-JL")
    reported, found = ((own(f"china-2017{k}") - own(f"china-2012{k}"))[:, 0] for k in ("-reported", ""))
    change = (posterior().known["circulation"] - posterior("china-2012").known["circulation"])[:, p, 0]
    ends = [number(float(x), 1) for x in 100 * np.quantile(change, [0.05, 0.95])]
    mean = [f"{100 * np.abs(x).mean():.1f}" for x in (reported, found)]
    return [f"{-100 * reported[p]:.1f}", number(100 * found[p], 1), *ends, *mean]


@quote(PAGE, "P({t}) = {n}")
def order() -> list[str]:
    known, codes = posterior().known["circulation"], accounts(TABLE).geography.codes
    a, b = codes.index("CN-SD"), codes.index("CN-CQ")
    return ["own share of Shandong > of Chongqing", f"{(known[:, a, 0] > known[:, b, 0]).mean():.2f}"]


@quote(PAGE, "the middle width of a province's 90% interval is {n} points for own, {n} for inter and {n} for external")
def widths() -> list[str]:
    low, high = np.quantile(posterior().known["circulation"], [0.05, 0.95], axis=0)
    return [f"{100 * x:.1f}" for x in np.median(high - low, axis=0)]


# --- sensitivity -----------------------------------------------------------------------------------------------------------


@functools.cache
def sampling() -> tuple[ChinaInputs, HomeMargins, Overlap, Kept, Array]:
    """The sampler once more, and outflow over output as the bureaus report it."""
    given = [inputs()[y] for y in sorted(inputs())]
    books = [plain_books(x) for x in given]
    data, kept, _ = sampled(given, books)
    last, t = books[-1], given[-1].tables
    return (
        given[-1],
        HomeMargins(last.supply, last.demand, float(last.output.sum())),
        data,
        kept,
        t.outflow.sum(1) / t.output.sum(1),
    )


def _narrow(middle: float) -> tuple[float, float]:
    """Outside totals about one figure, sd of the log 0.1."""
    return float(middle * np.exp(-0.1645)), float(middle * np.exp(0.1645))


def cases() -> dict[str, Beliefs]:
    """What is believed, by the name of its row: narrow priors on either side, each outside total alone, none."""
    given = Beliefs()
    assert given.trade is not None
    tau = {f"τ_u {x:g}": replace(given, tau=(float(np.log(x)), given.tau[1])) for x in (0.25, 0.85)}
    outside = {f"outside {100 * x:.1f}%": replace(given, trade=_narrow(x)) for x in given.trade}
    return {"as built": given, **tau, **outside, "no outside totals": replace(given, trade=None)}


@quote(
    PAGE, "| | own | inter | external | Shandong | Chongqing | Shaanxi | Jilin | rank corr. |\n"
    "|---|--:|--:|--:|--:|--:|--:|--:|--:|\n{t}\n\n## How"
)  # fmt: skip
def sensitivity() -> list[str]:
    given, books, data, kept, ratio = sampling()
    codes, rows = accounts(TABLE).geography.codes, []
    size = np.maximum(np.minimum(books.supply, books.demand), 0.0)
    for name, case in cases().items():
        found = truth(kept, data, books, np.random.default_rng(4), case)
        mean = found.overlap[:, 1].mean(0)
        shares, _ = absorbed_shares(build_table(given, "harmonised", replace(posterior(), mean=mean))[0], np.arange(31))
        cells = [f"{x:.1f}" for x in adding([100 * v for v in shares.mean(0)], 1)]
        cells += [f"{100 * shares[codes.index(f'CN-{c}'), 0]:.0f}" for c in ("SD", "CQ", "SN", "JL")]
        local = 1 - (found.overlap[:, 1] * size).sum(2) / size.sum(1)
        rank = number(float(np.median([spearmanr(x, ratio)[0] for x in local])), 2)
        rows.append(f"| {' | '.join([name, *cells, rank])} |")
    return ["\n".join(rows)]


@quote(
    PAGE,
    "sd of the good {n} [{n}, {n}]; of lasting effects {n} [{n}, {n}], passing {n} [{n}, {n}], cells {n} [{n}, {n}], "
    "noise {n} [{n}, {n}]; "
    "κ {n} [{n}, {n}]; slope in the share of the good {n} [{n}, {n}]; γ {n} [{n}, {n}].",
)
def parameters() -> list[str]:
    _, _, _, kept, _ = sampling()
    every = [kept.sd[n] for n in ("good", "lasting", "passing", "cell", "noise")]
    every += [kept.kappa, kept.beta[..., 0], kept.gamma]
    return [number(float(v), 2) for x in every for v in np.quantile(x, [0.5, 0.05, 0.95])]


@quote(PAGE, "The model sends and takes {n}% too much in all")
def too_much_in_all() -> list[str]:
    _, _, data, kept, _ = sampling()
    drawn = systematic(kept, data, 1, np.random.default_rng(5))
    return [number(100 * (too_much(data, drawn, 1) - 1))]


# --- what goes in ----------------------------------------------------------------------------------------------------------


@quote(
    PAGE,
    "differ by τ = {n} (sd of the effect of a member on logit c, good and size given), {n} economies in the world by {n}; "
    "the provinces' lasting effects by {n}.",
    "τ_u is lognormal about {n} and is *not* updated",
    "Of the variance of members ρ = {n} lasts from 2006 to 2011, of cells ρ_w = {n}.",
)
def places() -> list[str]:
    world, given = accounts("world-2017"), Beliefs()
    abroad = [c for c, n in zip(world.geography.codes, world.geography.nation, strict=True) if n != world.home]
    members, all_ = (effects(union(world, m))[0].std(ddof=1) for m in (world.geography.clusters["EU"], abroad))
    lasting = float(np.median(sampling()[3].sd["lasting"]))
    return [
        f"{members:.2f}", str(len(abroad)), f"{all_:.2f}", f"{lasting:.2f}", f"{np.exp(given.tau[0]):g}",
        *(f"{x:g}" for x in given.persist),
    ]  # fmt: skip


@quote(
    PAGE,
    "known for {n} < c < {n}, bounded beyond",
    "k = min({n}, ρτ_u²/τ_b²)",
    "| level | K ~ N(0, {n}²) times",
    "R̂ of every province and of the level is below {n} (tested)",
    "intervals cover {n} to {n}%)",
)
def bounds() -> list[str]:
    known = [LOW, HIGH, MOST_OF_PLACE, Beliefs().level, AGREED]
    return [*(f"{x:g}" for x in known), *(f"{100 * x:.0f}" for x in COVERED)]


@quote(
    PAGE,
    "trade between provinces is about {n}% of output in the tables of Li, Yang and Huang, and {n}% of sales on "
    "value-added-tax invoices",
    "the decay of trade with distance ({n} to {n}; {n} in the table)",
    "(log odds of sd {n}, judgement;",
)
def drawn() -> list[str]:
    outside = Beliefs().trade
    assert outside is not None
    return [*(f"{100 * x:.1f}" for x in outside), *(f"{x:g}" for x in (*DECAY_RANGE, DECAY, TILT))]


@quote(PAGE, "[LuJiangyuan2022] has {n}, {n} and {n} for 2017, inside all three.")
def published() -> list[str]:
    known = posterior().known["circulation"].mean(1)
    low, high = np.quantile(100 * known, [0.05, 0.95], axis=0)
    lu = [float(LU[c]) for c in CIRCUITS]
    assert ((low < lu) & (lu < high)).all(), "the page says that Lu's shares lie inside the intervals"
    return [LU[c] for c in CIRCUITS]

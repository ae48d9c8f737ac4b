"""docs/harmonised.md."""

from __future__ import annotations

import functools
from dataclasses import replace

import numpy as np
from scipy.stats import spearmanr

from tests.quoted.common import accounts, inputs, number
from tests.quoted.quotes import quote
from xunhuan.build.china import ChinaInputs, build_table
from xunhuan.build.harmonise.gibbs import Kept
from xunhuan.build.harmonise.overlap import Overlap
from xunhuan.build.harmonise.provinces import plain_books, sampled
from xunhuan.build.harmonise.truth import Beliefs, HomeMargins, truth
from xunhuan.data.arrays import Array
from xunhuan.data.posterior import Posterior
from xunhuan.faces.rounding import adding
from xunhuan.measures import cross_hauling
from xunhuan.measures.circuits import absorbed_shares

PAGE, TABLE = "docs/harmonised.md", "china-2017"
SHOWN = ("CN-CQ", "CN-SN", "CN-BJ", "CN-JL", "CN-SH", "CN-HL", "CN-GZ", "CN-SD", "CN-QH", "CN-HB", "CN-SC", "CN-FJ",
         "CN-JS", "CN-GD", "CN-ZJ")  # fmt: skip


def posterior(table: str = TABLE) -> Posterior:
    found = accounts(table).posterior
    assert found is not None
    return found


@functools.cache
def own(table: str) -> Array:
    """Own, inter and external shares of the provinces, axes p circuit."""
    return absorbed_shares(accounts(table), np.arange(31))[0]


def interval(x: Array, digits: int = 1) -> list[str]:
    """Ends of a 90% interval, per cent."""
    return [f"{100 * v:.{digits}f}" for v in np.quantile(x, [0.05, 0.95])]


@quote(PAGE, *(f"| {code} | {{n}} | {{n}} | {{n}} | {{n}} | {{n}} | {{n}} | {{n}} | {{n}} |" for code in SHOWN))
def provinces() -> list[str]:
    """Outflow ratio and overlap as reported and harmonised, own share as reported, harmonised with interval."""
    codes = accounts(TABLE).geography.codes
    crossed = {k: cross_hauling(accounts(f"{TABLE}{k}")) for k in ("-reported", "")}
    known = posterior().known["circulation"]
    out = []
    for code in SHOWN:
        p = codes.index(code)
        for name in ("outflow", "overlap"):
            out += [f"{float(crossed[k][name].sel(region=code)):.2f}" for k in ("-reported", "")]
        out += [f"{100 * own(f'{TABLE}{k}')[p, 0]:.1f}" for k in ("-reported", "")]
        out += interval(known[:, p, 0])
    return out


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


CASES: dict[str, Beliefs] = {
    "as built": Beliefs(),
    "τ_u 0.25": Beliefs(tau=(float(np.log(0.25)), 0.35)),
    "τ_u 0.85": Beliefs(tau=(float(np.log(0.85)), 0.35)),
    "outside 19.5%": Beliefs(trade=_narrow(0.195)),
    "outside 38.2%": Beliefs(trade=_narrow(0.382)),
    "no outside totals": Beliefs(trade=None),
}


@quote(PAGE, *(f"| {case} | {{n}} | {{n}} | {{n}} | {{n}} | {{n}} | {{n}} | {{n}} | {{n}} |" for case in CASES))
def sensitivity() -> list[str]:
    given, books, data, kept, ratio = sampling()
    codes, out = accounts(TABLE).geography.codes, []
    size = np.maximum(np.minimum(books.supply, books.demand), 0.0)
    for case in CASES.values():
        found = truth(kept, data, books, np.random.default_rng(4), case)
        mean = found.overlap[:, 1].mean(0)
        shares, _ = absorbed_shares(build_table(given, "harmonised", replace(posterior(), mean=mean))[0], np.arange(31))
        out += [f"{x:.1f}" for x in adding([100 * v for v in shares.mean(0)], 1)]
        out += [f"{100 * shares[codes.index(f'CN-{c}'), 0]:.0f}" for c in ("SD", "CQ", "SN", "JL")]
        local = 1 - (found.overlap[:, 1] * size).sum(2) / size.sum(1)
        out.append(number(float(np.median([spearmanr(x, ratio)[0] for x in local])), 2))
    return out


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

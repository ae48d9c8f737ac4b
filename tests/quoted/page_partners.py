"""docs/partners.md: the prior of partners beside what customs offices say."""

from __future__ import annotations

import functools

import numpy as np
import pandas as pd

from tests.quoted.common import accounts, bare, number, percent
from tests.quoted.quotes import quote
from xunhuan.build import lists
from xunhuan.build.partner_evidence import WEIGHTS, compared, fit, left_out, margins
from xunhuan.build.partners import BORDER, ELASTICITY, WEIGHT
from xunhuan.build.reach import ROAD
from xunhuan.data.arrays import Array, ratio
from xunhuan.data.partners import national_split

PAGE, TABLE = "docs/partners.md", "world-2017"
PLACES = "partner_places.csv"


@functools.cache
def rows() -> pd.DataFrame:
    """Every statement, with its weight (statements about one partner of a province weigh one together)."""
    found = compared(accounts(TABLE))
    pair = found["province"] + " " + found["partner"]
    return found.assign(size=1 / pair.map(pair.value_counts()))


@functools.cache
def outside() -> pd.DataFrame:
    """Each province foretold by the others."""
    return left_out(accounts(TABLE))


def error(of: pd.DataFrame, column: str) -> str:
    return f"{np.average(np.abs(np.log(of[column] / of['share'])), weights=of['size']):.2f}"


def two(x: float) -> str:
    return f"{x:.2f}"


@quote(PAGE, "within value added move by at most {n} million USD in a province and industry (China's by {n} in {n})")
def duties() -> list[str]:
    acc = accounts(TABLE)
    b = margins(acc)
    p, d = acc.geography.select("provinces"), acc.geography.select("foreign")
    flow = acc.flow.copy()
    flow[np.ix_(p, d)], flow[np.ix_(d, p)] = national_split(b.sent, b.bought, b.export, b.imported)

    def paid(flows: Array) -> Array:
        """Duties on the inputs of the provinces, p j."""
        rate = ratio((flows * acc.tariff).sum(0), flows.sum(0))
        return np.asarray(np.einsum("sij,si->sj", acc.use, rate)[p])

    here, alike = paid(acc.flow), paid(flow)
    return [number(float(x)) for x in (np.abs(here - alike).max(), abs((here - alike).sum()), here.sum())]


@quote(PAGE, "weighted by population, times {n} for roads)")
def roads() -> list[str]:
    return [f"{ROAD:g}"]


@quote(PAGE, "These have {n}% of the rest of the world's trade")
def beside_china() -> list[str]:
    places = pd.read_csv(lists.data_file(PLACES), comment="#").set_index(["economy", "place"])["share"]
    return [bare(percent(1 - float(places[("ROW", "rest")]), 1))]


@quote(PAGE, "(customs offices and the press, {n} of {n} provinces, {n} to {n})")
def counts() -> list[str]:
    years = rows()["period"].str[:4]
    return [str(len(rows())), str(rows()["province"].nunique()), years.min(), years.max()]


@quote(
    PAGE,
    "by that test the prior's error is {n}, the national shares' {n}, and w = {n} is the best of {n}, {n}, {n} and {n}.",
)
def foretold() -> list[str]:
    tried = {w: left_out(accounts(TABLE), w) for w in WEIGHTS}
    errors = {w: float(np.average(f["prior"], weights=f["size"])) for w, f in tried.items()}
    best = min(errors, key=errors.__getitem__)
    national = float(np.average(outside()["national"], weights=outside()["size"]))
    return [two(errors[best]), two(national), f"{best:g}", *(f"{w:g}" for w in WEIGHTS)]


@quote(
    "docs/world-table.md",
    "on provinces it has not seen with an error of {n}, where the nation's shares have {n};",
)
def foretold_there() -> list[str]:
    return foretold()[:2]


@quote(
    PAGE,
    "| δ distance | {n} | {n} | {n} |",
    "| β border | {n} | {n} | {n} | a crossing of one's own: e^{n} = {n} times the trade",
    "| w gravity | {n} | {n} | {n} |",
)
def ranges() -> list[str]:
    delta, beta, weight = ([f"{x:g}" for x in three] for three in (ELASTICITY, BORDER, WEIGHT))
    return [*delta, *beta, beta[1], number(float(np.exp(BORDER[1]))), *weight]


@quote(
    PAGE,
    "partners across a province's own crossing, {n} statements, error {n} against {n}; everywhere else, {n} statements, "
    "{n} against {n}, so hardly better",
)
def by_border() -> list[str]:
    acc, b = accounts(TABLE), margins(accounts(TABLE))
    g = acc.geography
    foreign = np.setdiff1d(np.arange(acc.R), g.select("provinces"))
    code = [g.codes[foreign[e]] for e in b.reach.economy]

    def crossing(province: str, partner: str) -> bool:
        """Whether a place of the partner lies across a crossing of the province's own."""
        parts = partner.split("+")
        inside = {g.codes[k] for part in parts if part not in b.reach.places for k in g.select(part)}
        near = b.reach.border[b.provinces.index(province)] > 0
        named = [place in parts or c in inside for place, c in zip(b.reach.places, code, strict=True)]
        return bool((near & np.array(named)).any())

    mine = np.array([crossing(r.province, r.partner) for r in rows().itertuples()])
    out = []
    for part in (rows()[mine], rows()[~mine]):
        out += [str(len(part)), error(part, "by_prior"), error(part, "by_nation")]
    return out


@quote(PAGE, "Borders alone (δ = 0) fit with {n}, distance alone (β = 0) with {n}, both with {n}.")
def alone() -> list[str]:
    points = fit(accounts(TABLE))
    points = points[points["weight"] == WEIGHT[1]]
    parts = points[points["elasticity"] == 0], points[points["border"] == 0], points
    return [two(part["error"].min()) for part in parts]


@quote(
    PAGE, "| province | statements | δ, β of the others | error of the nation's shares | error of the prior |\n"
    "|---|--:|---|--:|--:|\n{t}\n\n## Every statement"
)  # fmt: skip
def each_province() -> list[str]:
    return [
        "\n".join(
            f"| {r.province} | {r.statements} | {r.elasticity:g}, {r.border:g} | {r.national:.2f} | {r.prior:.2f} |"
            for r in outside().itertuples()
        )
    ]


@quote(
    PAGE, "| province | period | of | partner | said | China | by nation | prior |\n|---|---|---|---|--:|--:|--:|--:|\n"
    "{t}\n\nNot compared:"
)  # fmt: skip
def each_statement() -> list[str]:
    lines = []
    for r in rows().itertuples():
        partner = r.partner + (f" in {r.within}" if r.within else "")
        china = "" if np.isnan(r.national) else f"{r.national:.3f}"
        lines.append(
            f"| {r.province} | {r.period} | {r.way} | {partner} | {r.share:.3f} | {china} | {r.by_nation:.3f} | "
            f"{r.by_prior:.3f} |"
        )
    return ["\n".join(lines)]


def found(province: str, way: str, partner: str) -> pd.Series:
    """The last statement of a province on a partner."""
    return rows().query("province == @province and way == @way and partner == @partner").iloc[-1]


@quote(
    PAGE,
    "Jilin's German cars ({n}% of its trade with the EU)",
    "*exports* to Russia come out too high ({n}, said {n})",
    "too small for Inner Mongolia ({n}, said {n})",
)
def weak() -> list[str]:
    russia, mongolia = found("CN-HL", "export", "RUS"), found("CN-NM", "trade", "Ulaanbaatar")
    cars = bare(percent(found("CN-JL", "trade", "EU")["share"]))
    return [cars, *(two(x) for f in (russia, mongolia) for x in (f["by_prior"], f["share"]))]

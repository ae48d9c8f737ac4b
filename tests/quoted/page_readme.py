"""README.md."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from tests.quoted.common import accounts, bare, enough, in_words, means, named, number, percents, shares, signed
from tests.quoted.quotes import quote
from xunhuan.faces.reading import Reading
from xunhuan.faces.spelling import percent
from xunhuan.scenario import bench
from xunhuan.scenario.check import prepare
from xunhuan.scenario.choices import by_choice
from xunhuan.scenario.layers import Layers, read_layers
from xunhuan.scenario.record import Result

PAGE, TABLE, WORLD = "README.md", "china-2017", "world-2017"
BOTH = "embargo + integration"


def three(weighting: int) -> Iterator[str]:
    return map(bare, percents(means(TABLE, weighting), 1))


@quote(
    PAGE,
    "In {n} the GDP of the {n} provinces rested {n}% (90% interval {n} to {n}) on the province's own final demand, {n}% "
    "({n} to {n}) on the other provinces' and {n}% ({n} to {n}) on the rest of the world's (weighted by GDP; simple mean "
    "{n}, {n}, {n}; intervals over {n} versions of the table).",
)
def provinces() -> list[str]:
    acc = accounts(TABLE)
    post = acc.posterior
    assert post is not None
    home = np.array([n == acc.home for n in acc.geography.nation])
    every = np.average(post.known["circulation"], axis=1, weights=acc.gdp[home])  # versions have the table's own GDP
    ends = 100 * np.quantile(every, [0.05, 0.95], axis=0).T
    told = zip(three(-1), ends, strict=True)
    shares_ = [word for share, (low, high) in told for word in (share, f"{low:.1f}", f"{high:.1f}")]
    return [str(acc.year), str(shares(TABLE).sizes["region"]), *shares_, *three(0), str(enough(len(post)))]


@quote(PAGE, "Abroad weighs most in {t} ({n}%), {t} ({n}%), {t} ({n}%) and {t} ({n}%).")
def most_abroad() -> list[str]:
    return [word for name, share in named(TABLE, 4) for word in (name, bare(share))]


@quote(PAGE, "of every $100 Guangdong earned in 2017, ${n} came from buyers abroad")
def guangdong() -> list[str]:
    return [bare(percent(shares(WORLD)["external"].sel(region="CN-GD").item()))]


@quote(PAGE, "the nested world of {n} ({n} provinces, {n} economies, {n} sectors)")
def size_of_the_world() -> list[str]:
    acc = accounts(read_layers("chip-embargo").data["base"])
    provinces_ = sum(n == acc.home for n in acc.geography.nation)
    return [str(x) for x in (acc.year, provinces_, acc.R - provinces_, acc.S)]


@quote(PAGE, "China's {n} provinces in the world of {n} are the built-in case")
def built_in() -> list[str]:
    return [size_of_the_world()[k] for k in (1, 0)]


@quote(PAGE, "goods trade between provinces becomes {n}% cheaper.")
def cheaper() -> list[str]:
    (policy,) = (s for s in read_layers("chip-embargo").data["shock"] if s.get("role") == "policy")
    return [number(-100 * policy["trade_cost"]["change"])]


@functools.cache
def chips() -> Result:
    """The lead scenario with its draws; measures and comparisons that this page does not quote are left out."""
    return bench.run_layers(_trimmed(), choices=False)


@functools.cache
def chosen() -> pd.DataFrame:
    """The long run of the lead scenario under each of its choices: the embargo alone, for no other arm is quoted of them."""
    layers = _trimmed()
    alone = {k: v for k, v in layers.data.items() if k not in ("compare", "uncertainty")}
    alone |= {"shock": [s for s in alone["shock"] if s["name"] == "embargo"], "arms": {"embargo": ["embargo"]}}
    found = by_choice(prepare(replace(layers, data=alone)).only({"trade"}))
    assert found is not None
    return found


def _trimmed() -> Layers:
    layers = read_layers("chip-embargo")
    trimmed = {"measure": {"sectors": {}}, "compare": {"offset": layers.data["compare"]["offset"]}}
    return replace(layers, data={**layers.data, **trimmed})


def told(quantity: str, arm: str, digits: int, share: bool = True) -> list[str]:
    """Estimate, low and high of China, without the sign of per cent."""
    h = chips().headline(quantity, arm, "CHN")
    return [bare(signed(h[k], digits)) if share else number(h[k], digits) for k in ("value", "low", "high")]


@quote(PAGE, "Long run, labour mobile inside China, {n} draws of")
def draws() -> list[str]:
    return [str(enough(chips().manifest["draws"]["total"]))]


@quote(
    PAGE,
    "| welfare, embargo | {n}% | {n} to {n}% |",
    "| welfare, embargo and integration | {n}% | {n} to {n}% |",
    "| Ω, how many times the loss is made good | {n} | {n} to {n} |",
    "| net Ω, beyond the policy's own gain | {n} | {n} to {n} |",
    "| value added lost in the first half-year, embargo (short run), of that half-year's | {n}% | {n} to {n}% |",
    "| the same, of a whole year's; {t} at its end | {n}% | {n} to {n}% |",
)
def answer() -> list[str]:
    return [
        *told("welfare", "embargo", 2),
        *told("welfare", BOTH, 2),
        *told("omega", BOTH, 1, share=False),
        *told("omega_net", BOTH, 2, share=False),
        *lost("loss"),
        Reading(chips()).show(Reading(chips()).number("course", arm="embargo"), "course"),
        *lost("loss_year"),
    ]


def lost(quantity: str) -> list[str]:
    """Estimate, low and high of what the short run loses, without the sign of per cent."""
    h = chips().headline(quantity, "embargo", "CHN")
    return [bare(percent(h[k], 2)) for k in ("value", "low", "high")]


@quote(PAGE, "only {n}% of the loss is made good *because of* the embargo")
def because() -> list[str]:
    return [bare(percent(chips().headline("omega_net", BOTH, "CHN")["value"]))]


@quote(PAGE, "embargo costs {n} to {n}%, and {n}% where inputs hardly replace each other; the report has both tables)")
def where_inputs_do_not_replace_each_other() -> list[str]:
    rows = chosen()
    rows = rows.query("of == 'substitution_set' and variable == 'welfare' and arm == 'embargo' and place == 'CHN'")
    (low,) = rows.query("choice == 'low' and outcome == 'converged'")["value"]
    return [*over_all_sets()[1:], bare(percent(-float(low), 2))]


@quote(PAGE, "(over all {t} published sets the")
def published_sets() -> list[str]:
    return over_all_sets()[:1]


def over_all_sets() -> list[str]:
    rows = chosen()
    rows = rows.query("of == 'elasticity_set' and variable == 'welfare' and arm == 'embargo' and place == 'CHN'")
    assert (rows["outcome"] == "converged").all()
    return [in_words(len(rows)), *(bare(percent(-float(x), 2)) for x in (rows["value"].max(), rows["value"].min()))]

"""From a scenario to a result: the nominal pass, the draws, intervals and indices, the headline table, the manifest."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from scipy import stats

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array
from xunhuan.data.caveats import partners_guessed, picks_partners
from xunhuan.measures.versions import only_cities
from xunhuan.models import registry
from xunhuan.scenario import compare, ensemble
from xunhuan.scenario.arithmetic import checks
from xunhuan.scenario.assess import Assessment, as_labelled, assess, headlines, require, unflatten
from xunhuan.scenario.check import prepare
from xunhuan.scenario.choices import by_choice
from xunhuan.scenario.design import design, indices, sample_rows
from xunhuan.scenario.layers import Layers
from xunhuan.scenario.record import FORMAT, Result, check_place, digest_of_run, parts_folder, versions, work_folder
from xunhuan.scenario.run import Bench, Memo
from xunhuan.scenario.scenario import Distribution, Drawn, Uncertainty
from xunhuan.scenario.shares import moves_of_shares, share_levels
from xunhuan.scenario.spread import Plan, spread_over

LEVELS = {"median": 0.5, "low": 0.05, "high": 0.95}
"""Quantiles over draws that stand beside a headline: the median and the ends of the 90% interval."""


def run_layers(
    layers: Layers,
    out: Path | None = None,
    plan: Plan = Plan(workers=1),
    progress: Callable[[str, int, int], None] | None = None,
    choices: bool = True,
) -> Result:
    """Run a scenario as read by `layers.read`; with `out`, finished draws, and tasks that other processes work, are kept
    beside it until it is written. Without `choices` the headline is not worked out under each choice that a model leaves
    open, which can be half of the time.

    Raises BadInput listing all that is wrong with the scenario; NotConverged where an arm has no answer.
    """
    if out is not None:
        check_place(out)
    with spread_over(plan, None if out is None else parts_folder(out)):
        return _run_layers(layers, out, plan, progress, choices)


def _run_layers(
    layers: Layers, out: Path | None, plan: Plan, progress: Callable[[str, int, int], None] | None, choices: bool
) -> Result:
    begun, started = time.perf_counter(), datetime.now(UTC)
    bench = prepare(layers)
    memo: Memo = {}
    nominal = assess(bench, memo=memo)
    require(nominal)
    data, (labels, values) = nominal.data, headlines(nominal.data)
    summary = _own_intervals(_summary(bench, data, labels, values), data)
    by_chosen = by_choice(bench, nominal, memo) if choices else None
    memo.clear()
    draws: pd.DataFrame | None = None
    outcomes: pd.DataFrame | None = None
    ended: dict[str, int] = {}
    moves: Array | None = None
    u = bench.scenario.uncertainty
    if u is not None:
        rows = design(u, bench.base.draws)
        worked = _draws(bench, rows, out, plan, progress)
        drawn = _drawn_labels(bench, labels)
        numbers = ensemble.matrix(worked, int(drawn.sum()))
        sample, moves = numbers[sample_rows(u)], moves_of_shares(bench)
        levels = _levels(bench, labels[drawn], sample, moves)
        summary = _with_intervals(summary, drawn, sample, levels)
        for level, ends in levels.items():
            data = unflatten(data, labels[drawn].reset_index(drop=True), ends, level)
        data, summary = _versions_alone(bench, labels, drawn, moves, data, summary)
        data = _sensitivity(data, bench, u, rows, labels[drawn], numbers)
        draws = rows.reset_index().assign(outcome=worked["outcome"], message=worked["message"])
        outcomes = _outcomes(*_told_first(data, labels[drawn], numbers))
        ended = {str(k): int(n) for k, n in worked["outcome"].value_counts().sort_index().items()}
    summary = _headlines_alone(summary, data)
    clock = {"started": started.isoformat(), "seconds": time.perf_counter() - begun}
    manifest = _manifest(layers, bench, nominal, ended, clock)
    manifest["draws"]["versions"] = 0 if moves is None else len(moves)
    data.attrs = {k: manifest[k] for k in ("format", "name", "digest")} | {
        "title": bench.scenario.title, "table": bench.base.name, "unit": bench.base.unit, "home": bench.base.home,
    }  # fmt: skip
    return Result(bench.scenario, data, summary, manifest, draws, outcomes, by_chosen)


def _draws(
    bench: Bench, rows: pd.DataFrame, out: Path | None, plan: Plan, progress: Callable[[str, int, int], None] | None
) -> pd.DataFrame:
    import tempfile

    def tell(done: int, total: int) -> None:
        if progress is not None:
            progress("draws", done, total)

    if out is not None:
        folder = work_folder(out, ensemble.draws_digest(bench))
        return ensemble.draw_all(bench, rows, folder, plan, tell)
    with tempfile.TemporaryDirectory(prefix="xunhuan-") as folder_name:
        return ensemble.draw_all(bench, rows, Path(folder_name), plan, tell)


def _drawn_labels(bench: Bench, labels: pd.DataFrame) -> NDArray[np.bool_]:
    """Which headlines the draws give: those of models that are drawn, and what is read off or compared by them."""
    kept = ensemble.drawn(bench).parameters

    def given(variable: str) -> bool:
        if variable in compare.COMPARISONS:
            return bench.gain is not None and bench.gain[0] in kept
        return (bench.quantities[variable][1] or bench.settled) in kept

    known = {v: given(v) for v in labels["variable"].unique()}
    return labels["variable"].map(known).to_numpy(dtype=bool)


def _summary(bench: Bench, data: xr.Dataset, labels: pd.DataFrame, values: Array) -> pd.DataFrame:
    """The headline table, places with names."""
    names = bench.view.places.frame()
    out = labels.merge(names, on="place", how="left", sort=False)
    out["value"] = values
    for level in LEVELS:
        out[level] = np.nan
    out["unit"] = [data[v].attrs["unit"] for v in labels["variable"]]
    return out


def _own_intervals(summary: pd.DataFrame, data: xr.Dataset) -> pd.DataFrame:
    """Intervals that models give by themselves, in place of none."""
    out = summary.copy()
    for variable, at in out.groupby("variable", sort=False).indices.items():
        for end in ("low", "high"):
            name = f"{variable}_{end}"
            if name not in data:
                continue
            rows, dims = out.iloc[at], data[name].dims
            column = {d: "place" if d == "home_place" else d for d in dims}
            where = {
                d: xr.DataArray([as_labelled(data, str(d), x) for x in rows[c]], dims="row")
                for d, c in column.items() if c in rows
            }  # fmt: skip
            out.loc[out.index[at], end] = data[name].sel(where).to_numpy()
    return out


def _headlines_alone(summary: pd.DataFrame, data: xr.Dataset) -> pd.DataFrame:
    """Rows of the summary that are headlines, without columns that none of them has."""
    told = summary["variable"].map({v: bool(data[v].attrs.get("headline")) for v in summary["variable"].unique()})
    if told.all():
        return summary
    out = summary[told].reset_index(drop=True)
    blank = [c for c in out.columns if c in data.dims and c not in ("arm", "place") and (out[c] == "").all()]
    return out.drop(columns=blank)


def _told_first(data: xr.Dataset, labels: pd.DataFrame, numbers: Array) -> tuple[pd.DataFrame, Array]:
    """Labels and numbers of headlines alone."""
    told = (
        labels["variable"]
        .map({v: bool(data[v].attrs.get("headline")) for v in labels["variable"].unique()})
        .to_numpy(bool)
    )
    return labels[told].reset_index(drop=True), numbers[:, told]


def _levels(bench: Bench, labels: pd.DataFrame, sample: Array, moves: Array | None) -> dict[str, Array]:
    """Median and ends of every number that is drawn; of shares with what versions of the table leave open, where known."""
    out = {level: _quantile(sample, q) for level, q in LEVELS.items()}
    if moves is not None:
        for level, (at, ends) in share_levels(labels, sample, moves, bench.view.home, LEVELS).items():
            out[level][at] = ends
    return out


def _versions_alone(
    bench: Bench,
    labels: pd.DataFrame,
    drawn: NDArray[np.bool_],
    moves: Array | None,
    data: xr.Dataset,
    summary: pd.DataFrame,
) -> tuple[xr.Dataset, pd.DataFrame]:
    """Shares of a model that draws leave at its point, with the interval that versions of the table alone give them."""
    mine = ~drawn & (labels["variable"] == "circulation").to_numpy()
    if moves is None or not mine.any():
        return data, summary
    told, point = labels[mine].reset_index(drop=True), summary["value"].to_numpy(float)[None, mine]
    out, rows = summary.copy(), np.flatnonzero(mine)
    for level, (at, ends) in share_levels(told, point, moves, bench.view.home, LEVELS).items():
        every = np.full(len(told), np.nan)
        every[at] = ends
        out.loc[out.index[rows], level] = every
        data = unflatten(data, told, every, level)
    return data, out


def _with_intervals(
    summary: pd.DataFrame, drawn: NDArray[np.bool_], sample: Array, levels: dict[str, Array]
) -> pd.DataFrame:
    out = summary.copy()
    for level, ends in levels.items():
        out.loc[drawn, level] = ends
    counts = np.zeros(len(out), dtype=np.int64)
    counts[drawn] = (~np.isnan(sample)).sum(0)
    return out.assign(draws=counts)


def _quantile(sample: Array, q: float) -> Array:
    """Quantile over draws (first axis) of those with an answer; nan where fewer than half have one, an interval of what is
    left would mislead. What is infinite counts: a date that is later than all others."""
    enough = (~np.isnan(sample)).sum(0) * 2 >= len(sample)
    out = np.full(sample.shape[1], np.nan)
    endless = np.isinf(sample).any(0)
    plain = enough & ~endless
    if plain.any():
        out[plain] = np.nanquantile(sample[:, plain], q, axis=0)
    if (enough & endless).any():
        # Between the largest finite one and an infinite one there is nothing to weigh.
        out[enough & endless] = np.nanquantile(sample[:, enough & endless], q, axis=0, method="nearest")
    return out


def _outcomes(labels: pd.DataFrame, numbers: Array) -> pd.DataFrame:
    """Headline numbers of the draws with an answer, one a row; words repeat, so they are categories."""
    answered = np.flatnonzero(np.isfinite(numbers).any(1))
    out = pd.DataFrame({"draw": np.repeat(answered, len(labels))})
    for column in (c for c in labels.columns if c != "variable"):
        out[column] = pd.Categorical(np.tile(labels[column].to_numpy(), len(answered)))
    return out.assign(value=numbers[answered].ravel())


def _sensitivity(
    data: xr.Dataset, bench: Bench, u: Uncertainty, rows: pd.DataFrame, labels: pd.DataFrame, numbers: Array
) -> xr.Dataset:
    """Which uncertainty matters: Spearman rank correlations, and Sobol indices where the design allows them, of the home
    nation's headlines."""
    home = bench.base.home
    known = _filled(numbers)
    # What does not move with the draws differs by rounding only; its sensitivity is not a number.
    moves = np.nanstd(known, axis=0) > 1e-9 * np.nanmax(np.abs(known), axis=0)
    headline = labels["variable"].map({v: bool(data[v].attrs.get("headline")) for v in labels["variable"].unique()})
    chosen = np.flatnonzero(labels["place"].isin([home, ""]).to_numpy() & moves & headline.to_numpy(bool))
    if not chosen.size:
        return data
    sample = sample_rows(u)
    sizes = [_sizes(q, rows[q.column].to_numpy(), bench.base) for q in u.quantities()]
    rank = np.array([
        [_association(q.of, x[sample], numbers[sample, k]) for k in chosen]
        for x, q in zip(sizes, u.quantities(), strict=True)
    ])  # fmt: skip
    picked = labels.iloc[chosen].reset_index(drop=True)
    dims = ("uncertain", "headline")
    told: dict[str, Any] = {f"headline_{c}": ("headline", picked[c].to_numpy(dtype=str)) for c in picked.columns}
    of: dict[str, Any] = {"uncertain_of": ("uncertain", [q.of for q in u.quantities()])}
    names = [q.name for q in u.quantities()]
    data = data.assign_coords(uncertain=np.arange(len(names)), uncertain_name=("uncertain", names), **of, **told)
    text = (
        "Spearman rank correlation over draws with an answer; of a choice the correlation ratio; none of errors of many; "
        "of the table with its trade between regions over output"
    )
    data["rank_correlation"] = (dims, rank, {"definition": text, "unit": "1"})
    if u.design == "sobol":
        found = np.array([indices(u, numbers[:, k]) for k in chosen])  # headline, kind, uncertain
        texts = {
            "sobol_first": "first-order Sobol index", "sobol_total": "total Sobol index",
            "sobol_first_half": "half-width of the 90% bootstrap interval of the first-order index",
            "sobol_total_half": "half-width of the 90% bootstrap interval of the total index",
        }  # fmt: skip
        for k, (name, text) in enumerate(texts.items()):
            data[name] = (dims, found[:, k, :].T, {"definition": text, "unit": "1"})
    return data


def _sizes(q: Drawn, values: Array, base: Accounts) -> Array:
    """What a quantity's values are ranked by: themselves, of a table's versions what regions sell each other."""
    if q.of != "table" or base.posterior is None:
        return values
    return np.array([base.posterior.trade(int(k)) for k in values])


def _filled(numbers: Array) -> Array:
    """Numbers with columns that are nan throughout set to 0, so that their spread is 0 rather than a warning."""
    ended = np.where(np.isinf(numbers), np.nan, numbers)
    return np.where(np.isfinite(ended).any(0), ended, 0.0)


def _association(kind: str, x: NDArray[Any], y: Array) -> float:
    """How much a number moves with what is drawn; nan for errors of many at once, which one number only picks."""
    if kind == "choice":
        return _between(x, y)
    return float("nan") if kind == "errors" else _rank(x, y)


def _between(x: NDArray[Any], y: Array) -> float:
    """Correlation ratio of the ranks of y with a choice x, 0 to 1, without sign: √(1 − MS within / MS total), at least 0."""
    good = np.isfinite(y)
    ranks, names = stats.rankdata(y[good]), x[good]
    kinds = np.unique(names.astype(str))
    if len(ranks) <= len(kinds) + 1 or np.ptp(ranks) == 0 or len(kinds) < 2:
        return float("nan")
    within = sum(float(((ranks[names == k] - ranks[names == k].mean()) ** 2).sum()) for k in kinds)
    return float(np.sqrt(max(0.0, 1 - within / (len(ranks) - len(kinds)) / ranks.var(ddof=1))))


def _rank(x: Array, y: Array) -> float:
    good = np.isfinite(y)
    if good.sum() < 3 or np.ptp(y[good]) == 0 or np.ptp(x[good]) == 0:
        return float("nan")
    return float(stats.spearmanr(x[good], y[good]).statistic)


def partners_asked(bench: Bench) -> str:
    """How the base's partners by region were guessed, where a shock names some regions abroad and not others; else empty."""
    shocks = bench.scenario.shocks()
    chosen = [
        getattr(e, n) for s in shocks.values() for e in s.edits(1.0) for n, _, of in e.selections() if of == "regions"
    ]
    return partners_guessed(bench.base) if picks_partners(bench.base, chosen) else ""


def _assumed(bench: Bench, name: str) -> list[dict[str, Any]]:
    """What a model's numbers rest on that nobody has read or computed, with the ranges that draws of the scenario give."""
    rests_on, u = registry.find(name).rests_on, bench.scenario.uncertainty
    if rests_on is None:
        return []
    kinds = frozenset(line.kind for s in bench.scenario.shock for line in s.lines())
    levels = {q.name for q in registry.find(name).uncertain if q.level}
    drawn = {} if u is None else {q.name: d for q, d in u.quantities().items() if isinstance(d, Distribution)}
    out = []
    for g in (g for g in rests_on(bench.parameters[name], kinds) if g.assumed):
        d = drawn.get(g.what)
        if d is not None and d.low is not None and g.value is not None:
            size = 1.0 if g.what in levels else g.value
            g = g._replace(low=d.low * size, high=d.support()[1] * size)
        out.append(g._replace(drawn=g.drawn or d is not None)._asdict())
    return out


def _manifest(
    layers: Layers, bench: Bench, nominal: Assessment, ended: dict[str, int], clock: dict[str, Any]
) -> dict[str, Any]:
    """What made the numbers. Only `clock` differs between two runs of the same inputs."""
    status = {
        arm: {m: {"outcome": s.outcome, "iterations": s.iterations, "residual": s.residual, "tolerance": s.tolerance,
                  "message": s.message} for m, s in by_model.items()}
        for arm, by_model in nominal.status.items()
    }  # fmt: skip
    return {
        "format": FORMAT,
        "name": layers.name,
        "digest": digest_of_run(bench.scenario, bench.base),
        "base": {
            "name": bench.base.name,
            "digest": bench.base.answer_digest,
            "year": bench.base.year,
            "unit": bench.base.unit,
            "source": bench.base.source,
            "notes": list(bench.base.notes),
            "posterior": "" if bench.base.posterior is None else bench.base.posterior.digest,
            "partners": partners_asked(bench),
            "cities_only": only_cities(bench.base) is not None,
        },
        "models": {m: p.model_dump(mode="json") for m, p in bench.parameters.items()},
        "cited": {m: list(registry.find(m).cited) for m in bench.parameters},
        "after": bench.after,
        "assumed": {m: assumed for m in bench.order if (assumed := _assumed(bench, m))},
        "status": status,
        "draws": {
            "outcomes": ended,
            "total": sum(ended.values()),
            "digest": ensemble.draws_digest(bench),
        },
        "first_order": checks(bench),
        "notes": list(nominal.notes),
        "overrides": [str(o) for o in layers.log],
        "versions": versions(),
        "python": ".".join(map(str, sys.version_info[:3])),
        "clock": clock,
    }

"""The figures of a scenario report, from the numbers of its result."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from xunhuan.faces import figures
from xunhuan.faces.figures import style
from xunhuan.faces.report.page import Album
from xunhuan.faces.report.reading import Reading

PARTNERS = 12
LINES = 6
INPUTS = 12


def album(reading: Reading) -> Album:
    """Every figure the result has numbers for, in the order of the page."""
    out = Album()
    if reading.long:
        _effect(reading, out)
        _maps(reading, out, "real_income", "Change of real income")
        _winners(reading, out)
    if "frontier_real_income" in reading.data:
        _frontier(reading, out)
    if "trade" in reading.data:
        _diversion(reading, out)
    if "circulation" in reading.data:
        _circulation(reading, out)
    if reading.short:
        _short_run(reading, out)
    _sensitivity(reading, out)
    return out


def waterfall_steps(reading: Reading) -> pd.DataFrame:
    """Effect on the home nation's real income: shock, policy alone, what they do to each other, net."""
    assert reading.offset is not None
    shock, policy, both = (reading.number("real_income", reading.home, a) for a in reading.offset)
    rows = [
        (f"“{reading.offset[0]}”", shock.value, shock.low, shock.high),
        (f"“{reading.offset[1]}” alone", policy.value, policy.low, policy.high),
        ("interaction", both.value - shock.value - policy.value, np.nan, np.nan),
        ("net", both.value, both.low, both.high),
    ]
    out = pd.DataFrame(rows, columns=["name", "value", "low", "high"]).assign(step=lambda f: f["name"])
    return out if np.isfinite(both.low) else out.drop(columns=["low", "high"])


def _effect(reading: Reading, out: Album) -> None:
    if reading.offset is None:
        return
    steps = waterfall_steps(reading)
    home = reading.name(reading.home)
    drawn = " Whiskers are 90% intervals; the interaction has none of its own." if "low" in steps else ""
    out.add(
        "waterfall",
        figures.waterfall(steps, axis="change of real income"),
        f"Real income of {home}: the shock, the policy alone, what the two do to each other, and the net.{drawn}",
        "Waterfall from the shock over the policy to the net effect",
    )


def _maps(reading: Reading, out: Album, variable: str, what: str, arms: list[str] | None = None) -> None:
    arms = reading.told if arms is None else arms
    if reading.geography is None or len(reading.home_regions) < 2 or not arms:
        return
    maps = {a: _series(reading, variable, a) for a in arms}
    reach = [float(np.nanmax(np.abs(m))) for m in maps.values()]
    # One scale for all, unless it would wash one of them out.
    shared = style.spread(reach) if max(reach) < 4 * min(reach) else None
    scale = "" if shared or len(arms) == 1 else " Each map has its own colour scale."
    for k, (arm, values) in enumerate(maps.items()):
        key = f"{what.lower()}, against the base"
        fig = figures.tile_map(values, reading.geography, scale="change", language="both", limits=shared, key=key)
        caption = f"{what} under “{arm}”." + (scale if k else "")
        out.add(f"map-{variable.replace('_', '-')}-{k + 1}", fig, caption, f"Tile map: {caption}")


def _series(reading: Reading, variable: str, arm: str) -> pd.Series:
    frame = reading.frame(variable, arm, ("home",)).set_index("region")
    sign = -1.0 if variable == "loss" else 1.0
    return sign * frame["value"]


def _winners(reading: Reading, out: Album) -> None:
    home = reading.name(reading.home)
    for kind, top, who in (("home", 40, f"regions of {home}"), ("foreign", 20, "other economies")):
        frame = reading.frame("real_income", reading.main, (kind,))
        if len(frame) < 2:
            continue
        tail = ", the ten largest gains and losses" if len(frame) > top else ""
        out.add(
            f"winners-{kind}",
            figures.winners_losers(frame, language="both", top=top, axis="change of real income"),
            f"Winners and losers under “{reading.main}”: {who}{tail}. {_whiskers(frame)}",
            f"Change of real income, {who}",
        )


def _whiskers(frame: pd.DataFrame) -> str:
    return "Whiskers are 90% intervals." if "low" in frame else ""


def _diversion(reading: Reading, out: Album) -> None:
    home, unit = reading.name(reading.home), str(reading.data["trade"].attrs["unit"])
    for buys, key, what in ((True, "imports", "purchases from"), (False, "exports", "sales to")):
        frame = reading.partners(reading.shocked, buys)
        if len(frame) < 1:
            continue
        out.add(
            f"diversion-{key}",
            figures.trade_diversion(frame, language="both", unit=unit, top=PARTNERS),
            f"Trade diversion under “{reading.shocked}”: {home}’s {what} each partner, change in value and in per cent"
            f"{f'; the {PARTNERS} largest gains and losses' if len(frame) > PARTNERS else ''}.",
            f"Change of {home}’s {what} partners",
        )


def _circulation(reading: Reading, out: Album) -> None:
    if len(reading.home_regions) < 2:
        return
    before, after = reading.circulation("base"), reading.circulation(reading.main)
    for circuit in ("external", "own"):
        out.add(
            f"circulation-{circuit}",
            figures.circulation_before_after(before, after, language="both", circuit=circuit),
            f"{reading.circuits[circuit]}, in the base and under “{reading.main}”; largest change on top.",
            f"Share {style.word(circuit)} before and after, one row a region",
        )


def _frontier(reading: Reading, out: Album) -> None:
    d = reading.data
    curves = {}
    for policy in d["policy"].values.astype(str):
        cut = d[["frontier_reliance", "frontier_real_income"]].sel(policy=policy, place=reading.home)
        columns = {"external": cut["frontier_reliance"].values, "real_income": cut["frontier_real_income"].values}
        curve = pd.DataFrame({"degree": d["degree"].values, **columns})
        curves["no policy" if policy == "none" else f"with “{policy}”"] = curve
    fig = figures.frontier(curves, x_title="foreign share of inputs", y_title="change of real income")
    out.add(
        "frontier",
        fig,
        f"{reading.name(reading.home)} as the shock goes from nothing to its whole in {d.sizes['degree'] - 1} equal steps: "
        "what is given up against how much less it relies on foreign inputs.",
        "Frontier: real income against external reliance, one curve per policy",
    )


def _sensitivity(reading: Reading, out: Album) -> None:
    d = reading.data
    if "headline" not in d.coords:
        return
    wanted = [f"omega | {reading.main} | {reading.home}", f"real_income | {reading.main} | {reading.home}",
              f"loss | {reading.main} | {reading.home}"]  # fmt: skip
    known = d["headline"].values.astype(str)
    for k, headline in enumerate([h for h in wanted if h in known][:2]):
        what = headline.split(" | ")[0].replace("omega", "Ω").replace("_", " ")
        fig, how = _shares_of_variance(reading, headline)
        out.add(
            f"sensitivity-{k + 1}", fig, f"What the uncertainty of {what} comes from: {how}.", f"Sensitivity of {what}"
        )


def _shares_of_variance(reading: Reading, headline: str) -> tuple[go.Figure, str]:
    """Sobol indices where the design gave them, else rank correlations; and what they are in words."""
    cut = reading.data.sel(headline=headline)
    parameters = [quantity(q) for q in reading.data["quantity"].values.astype(str)]
    if "sobol_total" in cut and np.isfinite(cut["sobol_total"].values).any():
        columns = {"first": "sobol_first", "total": "sobol_total", "first_conf": "sobol_first_half",
                   "total_conf": "sobol_total_half"}  # fmt: skip
        frame = pd.DataFrame({"parameter": parameters, **{k: cut[v].values for k, v in columns.items()}})
        return figures.sensitivity(frame), "first-order and total Sobol indices with 90% bootstrap intervals"
    frame = pd.DataFrame({"parameter": parameters, "value": cut["rank_correlation"].values})
    return figures.rank_bars(frame), "rank correlation over draws"


def quantity(name: str) -> str:
    """An uncertain quantity in words."""
    return f"size of “{name[6:]}”" if name.startswith("shock ") else name.replace("_", " ")


def _short_run(reading: Reading, out: Album) -> None:
    d, home, arms = reading.data, reading.name(reading.home), _short_arms(reading)
    if "path" in d and arms:
        lines = {f"“{a}”": d["path"].sel(arm=a, place=reading.home).to_series() - 1 for a in arms}
        fig = figures.time_lines(lines, axis="output against rest")
        note = " Other arms differ in nothing that the short run reads." if len(arms) < len(reading.arms) else ""
        caption = f"Output of {home} under {' and '.join(lines)}, against its level at rest.{note}"
        out.add("path", fig, caption, "Output over time, one line an arm")
    if "sector_path" in d:
        _sector_lines(reading, out)
    if "stopped_by" in d:
        _stopped(reading, out)
    _maps(
        reading,
        out,
        "loss",
        "Value added lost in the period",
        [a for a in arms if a in (reading.shocked, reading.main)],
    )


def _sector_lines(reading: Reading, out: Album) -> None:
    cut = reading.data["sector_path"].sel(arm=reading.short_arm)
    worst = cut.min("t").to_series().sort_values(kind="stable").index[:LINES]
    english = reading.data["sector_en"].to_series()
    lines = {str(english[s]): cut.sel(sector=s).to_series() - 1 for s in worst}
    caption = f"The sectors of {reading.name(reading.home)} hit hardest under “{reading.short_arm}”."
    out.add(
        "sectors-path", figures.time_lines(lines, axis="output against rest"), caption, "Output of sectors over time"
    )


def _stopped(reading: Reading, out: Album) -> None:
    frame = stopped(reading)
    if len(frame) < 2:  # a single input is told in words
        return
    out.add(
        "stopped-by",
        figures.winners_losers(frame, axis="value added lost, share of the year’s"),
        f"Which missing inputs stopped production under “{reading.short_arm}”: value added lost for want of each.",
        "Value added lost by missing input",
    )


def _short_arms(reading: Reading) -> list[str]:
    """Arms the short-run model tells apart: those it ran, each once where two have the same path."""
    kept: list[str] = []
    for arm in reading.arms:
        loss = reading.data["loss"].sel(arm=arm)
        same = any(bool(np.allclose(loss, reading.data["loss"].sel(arm=k), rtol=0, atol=1e-12)) for k in kept)
        if bool(np.isfinite(loss).all()) and not same:
            kept.append(arm)
    return kept


def stopped(reading: Reading) -> pd.DataFrame:
    """Missing inputs that stopped production at home in the short run, largest loss first: sector, names, value (< 0)."""
    d = reading.data
    lost = (
        d["stopped_by"].sel(arm=reading.short_arm).to_series().sort_values(ascending=False, kind="stable").head(INPUTS)
    )
    lost = lost[lost > 0]
    names = {c: d[f"sector_{c[-2:]}"].to_series()[lost.index].to_numpy() for c in ("name_en", "name_zh")}
    return pd.DataFrame({"sector": lost.index, "value": -lost.to_numpy(), **names})

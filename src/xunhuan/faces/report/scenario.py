"""The report on a scenario's result: question, answer with its interval, figures, tables, how the solvers ended."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from xunhuan.faces import bibliography
from xunhuan.faces.figures import style
from xunhuan.faces.report import scenario_pictures, scenario_tables
from xunhuan.faces.report.page import Album, formula, render, sentence
from xunhuan.faces.report.reading import ARMS_TOLD, Number, Reading
from xunhuan.scenario.record import Result

"""How many arms the answer tells, where there is no comparison."""

RELATION = (
    "The short run follows deliveries day by day with prices and suppliers as they were: stocks run down, what lacks a "
    "critical input stands still. Its loss happens once and is a share of one year’s value added. The long run has no days: "
    "prices, suppliers and, where the scenario says so, people have moved, and its change of real income recurs every year. "
    "The two answer different questions from the same table and must not be added."
)


@dataclass(frozen=True, eq=False)
class ScenarioReport:
    """The report on one result."""

    result: Result

    @property
    def name(self) -> str:
        """What its file is called."""
        return str(self.result.manifest["name"])

    @cached_property
    def reading(self) -> Reading:
        """Its numbers as the report quotes them."""
        return Reading(self.result)

    def album(self) -> Album:
        """Its figures by key, in order."""
        return scenario_pictures.album(self.reading)

    def html(self) -> str:
        """The whole page."""
        citations = bibliography.of_scenario(self.result.scenario)
        return render("scenario.html.j2", self._context(), citations)

    def _context(self) -> dict[str, object]:
        reading, s, m = self.reading, self.result.scenario, self.result.manifest
        base = m["base"]
        return {
            "kicker": f"Scenario report · {m['name']} · {base['name']}", "title": s.title, "title_zh": "",
            "question": s.question, "answer": answer(reading), "answer_zh": answer_zh(reading),
            "pictures": self.album(), "tables": scenario_tables.tables(reading), "reasoning": sentence(s.reasoning),
            "assumptions": [sentence(a) for a in s.assumptions], "date": s.date, "relation": RELATION if reading.long and
            reading.short else "", "long": reading.long, "short": reading.short, "offset": reading.offset,
            "definitions": _definitions(reading), "notes": [sentence(n) for n in (*base["notes"], *m["notes"])],
            "draws": _draws(self.result), "stopped": _stopped(reading),
            "overrides": m["overrides"], "home": reading.name(reading.home),
            "sources": [sentence(x) for x in (s.source, base["source"]) if x], "cite": "xunhuan cite .",
            "made_from": f"{base['name']}, digest {str(base['digest'])[:16]}; result {str(m['digest'])[:16]}",
        }  # fmt: skip


def answer(reading: Reading) -> str:
    """The answer in a sentence or three, computed."""
    home = reading.name(reading.home)
    if reading.offset is None:
        return " ".join(_plainly(reading, arm) for arm in reading.arms[-ARMS_TOLD:])
    shock, policy, both = reading.offset
    hit, net = (reading.number("real_income", reading.home, a) for a in (shock, both))
    text = f"On its own, “{shock}” changes {home}’s real income by {hit.change()}{_within(hit)}. "
    text += f"With “{policy}” beside it the change is {net.change()}{_within(net)}. "
    omega, extra = (reading.number(v, reading.home) for v in ("omega", "omega_net"))
    if not np.isfinite(omega.value):
        return text + "The shock alone takes too little for an offset to mean anything."
    text += f"The policy makes good {_share(omega)} the loss. "
    return text + f"Counting only what goes beyond the policy’s gain without the shock, it is {_share(extra)} the loss."


def answer_zh(reading: Reading) -> str:
    """The same in Chinese."""
    home = reading.name(reading.home, "zh")
    if reading.offset is None:
        return "".join(_plainly_zh(reading, arm) for arm in reading.arms[-ARMS_TOLD:])
    shock, policy, both = reading.offset
    hit, net = (reading.number("real_income", reading.home, a) for a in (shock, both))
    text = f"仅有“{shock}”时，{home}实际收入变动{hit.change()}{_within_zh(hit)}；"
    text += f"同时实施“{policy}”时为{net.change()}{_within_zh(net)}。"
    omega, extra = (reading.number(v, reading.home) for v in ("omega", "omega_net"))
    if not np.isfinite(omega.value):
        return text
    return (
        text + f"政策抵消了{100 * omega.value:.0f}%的损失；扣除政策本身即可带来的收益后为{_minus(100 * extra.value)}%。"
    )


def _effects(reading: Reading, arm: str) -> tuple[Number | None, Number | None]:
    """Change of real income and value added lost at home in an arm; None where its model does not run."""
    found = []
    for variable, there in (("real_income", reading.long), ("loss", reading.short)):
        n = reading.number(variable, reading.home, arm) if there else None
        found.append(n if n is not None and np.isfinite(n.value) else None)
    return found[0], found[1]


def _plainly(reading: Reading, arm: str) -> str:
    """What an arm does, in a sentence."""
    income, lost = _effects(reading, arm)
    parts = []
    if income is not None:
        parts.append(
            f"changes {reading.name(reading.home)}’s real income by {income.change()}{_within(income)}, every year"
        )
    if lost is not None:
        whose = "" if parts else f"{reading.name(reading.home)} "
        share = f"{style.percent(lost.value, 2)} of a year’s value added{_within(lost, signed=False)}"
        parts.append(f"costs {whose}{share} in the period, once")
    return f"“{arm}” {' and '.join(parts) or 'has no number at home: the models asked do not read its edits'}."


def _plainly_zh(reading: Reading, arm: str) -> str:
    income, lost = _effects(reading, arm)
    home = reading.name(reading.home, "zh")
    parts = []
    if income is not None:
        parts.append(f"使{home}实际收入每年变动{income.change()}{_within_zh(income)}")
    if lost is not None:
        parts.append(f"使{home}在此期间一次性损失全年增加值的{style.percent(lost.value, 2)}{_within_zh(lost, False)}")
    return f"“{arm}”{'，并'.join(parts) or '没有结果：所用模型不读取其改动'}。"


def _within(n: Number, signed: bool = True) -> str:
    inside = n.interval(signed=signed)
    return f" (90% interval {inside})" if inside else ""


def _within_zh(n: Number, signed: bool = True) -> str:
    inside = n.interval(signed=signed)
    return f"（90%区间{inside.replace(' to ', '至')}）" if inside else ""


def _share(n: Number) -> str:
    """A multiple of the loss: "31% (90% interval 12% to 60%) of", or times where it is large."""
    times = abs(n.value) >= 3

    def show(x: float) -> str:
        return f"{x:.1f}".replace("-", "−") if times else f"{_minus(100 * x)}%"

    inside = f" (90% interval {show(n.low)} to {show(n.high)})" if np.isfinite(n.low) and np.isfinite(n.high) else ""
    return f"{show(n.value)} times{inside}" if times else f"{show(n.value)}{inside} of"


def _minus(x: float) -> str:
    return style.whole(x)


def _definitions(reading: Reading) -> list[tuple[str, object]]:
    titles = {"omega": "Ω, offset", "omega_net": "net Ω", "gdp": "GDP"}
    out: list[tuple[str, object]] = []
    for name, variable in reading.data.data_vars.items():
        text = str(variable.attrs.get("definition", "")).strip().split("\n\n")[0]
        if text and not str(name).endswith(("_median", "_low", "_high", "_answer", "_half")):
            out.append((titles.get(str(name), str(name).replace("_", " ")), formula(text)))
    return out


def _draws(result: Result) -> str:
    """How the draws were made and ended, in words; empty without draws."""
    u = result.scenario.uncertainty
    if u is None:
        return ""
    ended, total = result.manifest["draws"]["outcomes"], result.manifest["draws"]["total"]
    made = ", ".join(f"{n:,} {how}" for how, n in ended.items())
    design = "a Latin hypercube" if u.design == "latin-hypercube" else "a Sobol (Saltelli) design"
    what = ", ".join(scenario_pictures.quantity(q) for q in u.quantities())
    return (
        f"Intervals are the 5th to 95th percentiles over draws of {what}: {total:,} runs in {design}, seed {u.seed}; "
        f"{made}. "
        "They say what these inputs leave open, not whether the model’s form is right."
    )


def _stopped(reading: Reading) -> str:
    """What production stopped for, in a sentence; empty where nothing did or the short run was not asked."""
    if "stopped_by" not in reading.data:
        return ""
    frame = scenario_pictures.stopped(reading)
    if frame.empty:
        return f"Under “{reading.short_arm}” no industry at home stood still for want of an input."
    first = frame.iloc[0]
    what = str(first["name_en"])
    share = style.percent(-float(first["value"]), 2)
    return (
        f"Under “{reading.short_arm}” the input whose lack stops most is {what[:1].lower()}{what[1:]}: industries waiting "
        f"for it lose {share} of a year’s value added."
    )

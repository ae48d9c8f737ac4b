"""The tables of a scenario report."""

from __future__ import annotations

import numpy as np

from xunhuan.faces.figures import style
from xunhuan.faces.report.page import Grid, Row, numbered
from xunhuan.faces.report.reading import Number, Reading
from xunhuan.scenario.compare import BREAK_EVEN_WORDS, FOUND, SALES
from xunhuan.scenario.scenario import Shock


def tables(reading: Reading) -> dict[str, Grid]:
    """Every table the result has numbers for, numbered in the order of the page."""
    d = reading.data
    made = {"shocks": _shocks(reading), "headlines": _headlines(reading)}
    if reading.long and len(reading.home_regions) > 1:
        made["regions"] = _regions(reading)
    if "break_even" in d:
        made["break_even"] = _break_even(reading)
    if "reinforcement" in d:
        made["reinforcement"] = _reinforcement(reading)
    if "output" in d:
        made["sectors"] = _sectors(reading)
    if reading.long and reading.short:
        made["horizons"] = _horizons(reading)
    made["endings"] = _endings(reading)
    made["models"] = _models(reading)
    return numbered(made)


def _shocks(reading: Reading) -> Grid:
    rows = []
    for shock in reading.result.scenario.shock:
        rows.append(Row([f"“{shock.name}”", shock.role, "; ".join(_lines(shock)), shock.note]))
    head = ["Name", "Role", "What changes", "Note"]
    if not any(row.cells[-1] for row in rows):
        head, rows = head[:-1], [Row(row.cells[:-1]) for row in rows]
    return Grid(head, rows, "What the scenario changes.", words=head[1:])


def _lines(shock: Shock) -> list[str]:
    """Each edit of a shock in words, defaults left out."""
    out = []
    for kind, _, line in shock.lines():
        said = line.model_dump(by_alias=True, exclude_none=True, exclude_defaults=True)
        parts = [f"{k.replace('_', ' ')} {_plain(v)}" for k, v in said.items()]
        out.append(f"{kind.replace('_', ' ')}: {', '.join(parts)}")
    return out


def _plain(value: object) -> str:
    if value is True:
        return "yes"
    if isinstance(value, list | tuple):
        return "+".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def _cell(n: Number, signed: bool = True, digits: int = 2) -> str:
    if not np.isfinite(n.value):
        return "–"
    shown = n.change(digits) if signed else style.percent(n.value, digits)
    inside = n.interval(digits, signed) if n.high > n.low else ""
    return f"{shown} ({inside})" if inside else shown


def _headlines(reading: Reading) -> Grid:
    home, arms = reading.home, ["base", *reading.arms]
    lines: list[tuple[str, str, dict[str, str], bool]] = []
    if reading.long:
        lines += [("Real income", "real_income", {}, True), ("Real income per head", "real_income_per_head", {}, True)]
    if reading.short:
        lines.append(("Value added lost in the period", "loss", {}, False))
    if "reliance" in reading.data:
        lines.append(("Foreign share of inputs", "reliance", {}, False))
    if "circulation" in reading.data and home in reading.data["home_place"].values.astype(str):
        lines += [(label, "circulation", {"circuit": c}, False) for c, label in reading.circuits.items()]
    rows = []
    for label, variable, at, signed in lines:
        numbers = [(a, reading.number(variable, home, a, **at)) for a in arms]
        rows.append(Row([label, *(_cell(n, signed and a != "base") for a, n in numbers)]))
    drawn = ", with 90% intervals" if reading.result.draws is not None else ""
    caption = f"{reading.name(home)} in every arm{drawn}."
    return Grid(["", *arms], rows, caption)


def _regions(reading: Reading) -> Grid:
    chosen = reading.told
    omega = "omega" in reading.data
    frames = {a: reading.frame("real_income", a, ("home",)).set_index("region") for a in chosen}
    order = frames[chosen[0]].sort_values("value", kind="stable").index
    rows = []
    for code in order:
        cells = [reading.name(code, "both"), *(_cell(reading.number("real_income", code, a)) for a in chosen)]
        if omega:
            cells += [_times(reading.number(v, code)) for v in ("omega", "omega_net")]
        rows.append(Row(cells))
    head = ["Region 地区", *chosen] + (["Ω", "net Ω"] if omega else [])
    caption = (
        f"Change of real income by region of {reading.name(reading.home)}, hardest hit first. Ω: share of the loss made "
        "good, net Ω: the part beyond the policy’s gain without the shock; a dash where the shock takes almost nothing."
    )
    return Grid(head, rows, caption if omega else caption.split(" Ω:")[0])


def _times(n: Number) -> str:
    if not np.isfinite(n.value):
        return "–"
    text = f"{style.whole(100 * n.value)}%"
    if np.isfinite(n.low) and np.isfinite(n.high):
        text += f" ({style.whole(100 * n.low)} to {style.whole(100 * n.high)})"
    return text


def _break_even(reading: Reading) -> Grid:
    d = reading.data
    rows = []
    for code in d["place"].values.astype(str):
        answer = int(d["break_even_answer"].sel(place=code))
        asked = np.isfinite(d["break_even"].sel(place=code)) or (
            code in {*reading.home_regions, reading.home} and answer != 3
        )
        if asked:
            n = reading.number("break_even", code)
            inside = f" ({n.low:.2f} to {n.high:.2f})" if np.isfinite(n.low) and np.isfinite(n.high) else ""
            size = f"{n.value:.2f}{inside}" if answer == FOUND else "–"
            rows.append(Row([reading.name(code, "both"), size, BREAK_EVEN_WORDS[answer]], strong=code == reading.home))
    largest = float(d["break_even"].attrs.get("largest", np.nan))
    caption = f"Size of the policy that makes each place whole (1 = as written), sought up to {largest:g}."
    return Grid(["Place 地区", "Size", "Answer"], rows, caption, words=("Answer",), small=True)


def _reinforcement(reading: Reading) -> Grid:
    pairs = [(s, b) for s in SALES for b in SALES]
    rows = []
    places = [reading.home, *reading.home_regions]
    known = set(reading.data["home_place"].values.astype(str))
    for code in [p for p in dict.fromkeys(places) if p in known]:
        cells = []
        for s, b in pairs:
            n = reading.number("reinforcement", code, sales=s, demand=b)
            value, low, high = (style.whole(x, 2, plus=True) for x in (n.value, n.low, n.high))
            inside = f" ({low} to {high})" if np.isfinite(n.low) and np.isfinite(n.high) else ""
            cells.append(f"{value}{inside}" if np.isfinite(n.value) else "–")
        rows.append(Row([reading.name(code, "both"), *cells], strong=code == reading.home))
    head = ["Place 地区", *(f"{s} sales, {b} demand" for s, b in pairs)]
    caption = (
        "Do the two cycles boost each other? Elasticity of shipped volume in demand. Positive off the diagonal: more "
        "demand in one market lifts sales in the other too; negative: they compete for the same workers and inputs."
    )
    return Grid(head, rows, caption)


def _sectors(reading: Reading) -> Grid:
    frame = reading.sectors().sort_values(reading.main, kind="stable")
    arms = reading.told
    rows = [
        Row([r["name_en"], r["name_zh"], f"{r['base']:,.0f}", *(style.signed(r[a], 1) for a in arms)])
        for r in frame.to_dict("records")
    ]
    unit = style.unit(str(reading.data["output"].attrs["unit"]))
    caption = (
        f"Output of {reading.name(reading.home)} by sector: value in the base, and its change; hardest hit first. Values "
        "are at the prices of each arm, with world GDP as the measure."
    )
    return Grid(["Sector", "部门", f"Base, {unit}", *arms], rows, caption, words=("部门",), optional=("部门",))


def _horizons(reading: Reading) -> Grid:
    rows = []
    for arm in reading.arms:
        short, long = (reading.number(v, reading.home, arm) for v in ("loss", "real_income"))
        rows.append(Row([f"“{arm}”", _cell(Number(-short.value, -short.high, -short.low)), _cell(long)]))
    caption = (
        f"{reading.name(reading.home)} by horizon. Short run: value added lost or gained in the period, share of a year’s. "
        "Long run: change of real income."
    )
    head = ["", "Short run, once", "Long run, every year"]
    return Grid(head, rows, caption, small=True)


def _endings(reading: Reading) -> Grid:
    rows = []
    for arm, by_model in reading.result.manifest["status"].items():
        for model, s in by_model.items():
            residual = f"{s['residual']:.1e}" if s["tolerance"] else "–"
            rows.append(
                Row([f"“{arm}”", model, s["outcome"].replace("_", " "), f"{s['iterations']:,}", residual, s["message"]])
            )
    caption = "How the solvers ended. The short run steps through time and has no residual to close."
    head = ["Arm", "Model", "Outcome", "Iterations", "Residual", "Message"]
    return Grid(head, rows, caption, words=("Model", "Outcome", "Message"))


def _models(reading: Reading) -> Grid:
    rows = []
    for model, parameters in reading.result.manifest["models"].items():
        for name, value in parameters.items():
            if value is not None and value != {} and value != []:
                text = f"{len(value)} values" if isinstance(value, dict | list) and len(value) > 6 else _plain(value)
                rows.append(Row([model, name.replace("_", " "), text]))
    caption = "Parameters of the models, defaults included."
    return Grid(["Model", "Parameter", "Value"], rows, caption, words=("Parameter", "Value"), small=True)

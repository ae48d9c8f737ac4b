"""docs/trade.md: what takes the place of what, and each user its own sources."""

from __future__ import annotations

import functools

import pandas as pd

from tests.evidence import nested
from tests.evidence.world import wiod
from tests.quoted.common import accounts
from tests.quoted.quotes import quote
from xunhuan.data.places import places
from xunhuan.faces.bibliography import references_by_key
from xunhuan.models.edits import Edit, Tariff, TradeCost
from xunhuan.models.model import Shock
from xunhuan.models.trade import TradeParameters, respond
from xunhuan.models.trade.elasticities import bundled
from xunhuan.models.trade.model import MODEL
from xunhuan.models.trade.substitution import SUBSTITUTIONS, substitution_set
from xunhuan.scenario.layers import read_layers

PAGE = "docs/trade.md"
NAMES = {"value_added": "factors and inputs", "input": "among inputs", "consumption": "consumption"}
SHOCKS = {
    "embargo, China": ("embargo", "CHN", {"labour": "mobile"}),
    "stop, Germany": ("stop", "DEU", {"deficits": "own_share"}),
}


def _rows() -> pd.DataFrame:
    return bundled("substitution")


@quote(
    PAGE,
    "| set | factors and inputs, η | among inputs, ε | consumption, ε_c | source | horizon |\n"
    "|---|--:|--:|--:|---|---|\n{t}\n\nEvidence,",
)
def sets() -> list[str]:
    lines = []
    for name in SUBSTITUTIONS:
        s, rows = substitution_set(name), _rows().query("set == @name")
        how = ", ".join(dict.fromkeys(h for h in rows["horizon"] if isinstance(h, str))) or "none"
        keys = "; ".join(f"[{k}]{_mark(rows, k)}" for k in s.sources)
        lines.append(f"| `{name}` | {s.value_added:g} | {s.input:g} | {s.consumption:g} | {keys} | {how} |")
    return ["\n".join(lines)]


def _mark(rows: pd.DataFrame, key: str) -> str:
    return "" if rows.query("source == @key")["first_hand"].all() else "\\*"


@quote(
    PAGE,
    "| elasticity | value | range | what | horizon | source |\n|---|--:|---|---|---|---|\n{t}\n\nShort-run estimates",
)
def evidence() -> list[str]:
    lines = []
    for row in _rows()[_rows()["set"] != "unit"].itertuples():
        value = f"{row.value:g}" if row.value == row.value else ""
        ends = [f"{x:g}" for x in (row.low, row.high) if x == x]
        span = " to ".join(ends) if len(ends) == 2 else f"up to {ends[0]}" if ends else ""
        mark = "" if row.first_hand else "\\*"
        lines.append(f"| {NAMES[row.nest]} | {value} | {span} | {row.object} | {row.horizon} | [{row.source}]{mark} |")
    assert {r.source for r in _rows().itertuples()} <= set(references_by_key())
    return ["\n".join(lines)]


@functools.cache
def change(what: str, substitution: str, horizon: str) -> float:
    """Change of real income of the one who loses, share."""
    kind, at, given = SHOCKS[what]
    if kind == "embargo":
        layers = read_layers("chip-embargo").data
        world = accounts(layers["base"])
        made = next(s for s in layers["shock"] if s["name"] == kind)["trade_cost"]
        edits = [
            TradeCost(m["from"], m["to"], m["sectors"], **{k: m[k] for k in ("ban", "cut") if k in m}) for m in made
        ]
    else:
        world, edits = accounts("world-2017"), [TradeCost("RUS", "EU", "energy", ban=True)]
    p = TradeParameters(substitution=substitution, horizon=horizon, **given)
    out = respond(world, Shock(tuple(edits)), p)
    assert out.status.converged, out.status.message
    where = places(world)
    return float(MODEL.read(world, out, where)["real_income"].values[where.index(at)])


def _percent(x: float, digits: int = 2) -> str:
    return f"{100 * x:.{digits}f}".replace("-", "−")


@quote(
    PAGE,
    "| | horizon | unit | low | lowest | high |\n|---|---|--:|--:|--:|--:|\n{t}\n\nThe embargo is",
    "low elasticities multiply the loss by up to {n} ({t}: `{t}` against `unit`)",
)
def losses() -> list[str]:
    lines = [
        f"| {what} | {horizon} | " + " | ".join(_percent(change(what, s, horizon)) for s in SUBSTITUTIONS) + " |"
        for what in SHOCKS
        for horizon in ("long", "short")
    ]
    ratio = {(w, s): change(w, s, "short") / change(w, "unit", "short") for w in SHOCKS for s in ("low", "lowest")}
    return ["\n".join(lines), f"{max(ratio.values()):.1f}", *max(ratio, key=ratio.__getitem__)]


@quote(
    PAGE,
    "their elasticities (`lowest`) and θ = {n}, it is {n}% here; with Cobb-Douglas {n}%; with FGO's θ {n}%.",
    "output and 10% less of it at an elasticity of 0.04, is {n}% by their program",
)
def germany() -> list[str]:
    lost = [-nested.stop(*which)["DEU"] for which in (("lowest", nested.THEIRS), ("unit", nested.THEIRS), ("lowest",))]
    return [f"{nested.THEIRS:g}", *(f"{x:.2f}" for x in lost), nested.PUBLISHED_ENERGY[0].replace("-", "−")]


BY_USER: dict[str, tuple[Edit, str]] = {
    "stop, Germany": (nested.COST, "DEU"),
    "embargo, China": (TradeCost(["USA", "TWN", "KOR", "JPN", "NLD"], "CHN", "c14", ban=True), "CHN"),
    "duty, China": (Tariff("CHN", "USA", "goods", add=0.25), "CHN"),
}


def _by_user(what: str, horizon: str, sourcing: str) -> str:
    edit, at = BY_USER[what]
    out = respond(wiod(2008), Shock((edit,)), TradeParameters(horizon=horizon, sourcing=sourcing))
    assert out.status.converged, out.status.message
    return _percent(float(out.detail["real_income_hat"].sel(region=at)) - 1)


@quote(
    PAGE,
    "| | horizon | alike | by user |\n|---|---|--:|--:|\n{t}\n\n(Russian imports",
    "(Russian imports of the EU {n} times as dear; `c14`",
    "a duty of {n} points more of the USA",
)
def by_user() -> list[str]:
    lines = [
        f"| {what} | {horizon} | {_by_user(what, horizon, 'alike')} | {_by_user(what, horizon, 'by_user')} |"
        for what in BY_USER
        for horizon in ("long", "short")
    ]
    duty = BY_USER["duty, China"][0]
    assert isinstance(duty, Tariff)
    assert duty.add is not None
    return ["\n".join(lines), f"{1 + (nested.COST.change or 0):g}", f"{100 * duty.add:g}"]

"""Rooms that answer at once: a long run by shares of what is bought, one that drifts by itself, and days after it.

They stand in the place of the real ones, so that everything a scenario makes of answers can be looked at in a moment.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Literal

import numpy as np
import xarray as xr

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array
from xunhuan.data.places import Places
from xunhuan.data.records import Strict
from xunhuan.errors import BadInput
from xunhuan.models import registry
from xunhuan.models.edits import Capacity, Lasting, Link
from xunhuan.models.edits.primitives import Theta, primitives
from xunhuan.models.model import (
    FirstOrder,
    Ground,
    Model,
    Numbers,
    Quantity,
    Readings,
    Response,
    Shock,
    Status,
    Uncertain,
)

YEARS = (2001, 2002, 2004)


class Quick(Strict):
    """slope  how much of a change of cost is felt · form: whether large ones are felt less · most: largest before it fails
    twist  drawn in its own unit · scale: whether more is felt"""

    slope: float = 1.0
    form: Literal["plain", "bent"] = "plain"
    most: float = 0.6
    twist: float = 0.1
    scale: float = 0.0
    until: float = 99.0
    exact: bool = False

    def fits(self, edit: Any) -> tuple[Any, ...]:
        return ()


class Days(Strict):
    """harm  share of a loss that is felt a day · last: days"""

    harm: float = 0.3
    last: float = 20.0

    def fits(self, edit: Any) -> tuple[Any, ...]:
        from xunhuan.models.edits.base import Wrong

        late = edit.period is not None and edit.period[0] >= self.last
        return (Wrong("start", f"day {edit.period[0]:g} is after the last", "sooner"),) if late else ()


def _felt(acc: Accounts, shock: Shock, p: Quick) -> tuple[Array, Array]:
    """Gain by region, and what it ships by region, market and sector, as prices move."""
    theta = Theta(np.full(acc.S, 3.0), np.full(acc.S, 4.0))
    made = primitives(acc, Shock(tuple(e for e in shock.edits if isinstance(e, Lasting))), theta)
    lower = made.productivity[:, None, :] / made.trade_cost
    bought = (acc.flow * (lower - 1)).sum((0, 2)) / acc.flow.sum((0, 2))
    paid = (acc.flow * (made.tariff - acc.tariff)).sum((0, 2)) / acc.flow.sum((0, 2))
    w = p.slope * (bought - 0.2 * paid) + made.transfer / acc.absorption.sum(1) + p.scale * bought**2
    w = np.tanh(2 * w) / 2 if p.form == "bent" else w
    shipped = acc.flow * lower**2
    return w * (1 + p.twist), shipped


def _grown(acc: Accounts, k: float) -> Accounts:
    return acc.replace(
        **{n: (1 + k) * getattr(acc, n) for n in ("flow", "use", "final", "value_added")}, posterior=None
    )


def _answer(acc: Accounts, shock: Shock, p: Quick) -> Response:
    w, shipped = _felt(acc, shock, p)
    if not np.isfinite(w).all() or np.abs(w).max() > p.most:
        return Response(acc, xr.Dataset({"w": ("r", w), "shipped": (("r", "s", "i"), shipped)}),
                        Status("diverged", 7, 0.3, 1e-9, "it went away"))  # fmt: skip
    notes = ("much moved",) if np.abs(w).max() > 0.01 else ()
    data = xr.Dataset({"w": ("r", w), "shipped": (("r", "s", "i"), shipped)})
    return Response(_grown(acc, 0.3 * float(w.mean())), data, Status("converged", 3, 1e-12, 1e-9), notes=notes)


def _many(acc: Accounts, shocks: Iterable[Shock], given: Iterable[Quick], booked: bool = True) -> Iterator[Response]:
    for s, p in zip(shocks, given, strict=True):
        r = _answer(acc, s, p)
        yield r if booked else replace(r, accounts=acc)


def _read(acc: Accounts, response: Response | None, at: Places) -> Readings:
    data = _answer(acc, Shock(), Quick()).detail if response is None else response.detail
    w, shipped = data["w"].to_numpy(), data["shipped"].to_numpy()
    gdp, same = acc.gdp, acc.geography.same_nation
    by = [np.where(same[..., None], shipped, 0.0), np.where(same[..., None], 0.0, shipped)]
    sold = np.stack([x.sum(1) for x in by], axis=1)
    home = at.member[at.home_index]
    gain = at.share(w * gdp, gdp)
    path = np.stack([gain * k / 3 for k in (1, 2, 3)], axis=1)
    return {
        "real_income": Numbers(("place",), gain),
        "price_of_all": Numbers(("place",), 1 - gain),
        "felt_at_home": Numbers((), np.asarray(float((w * gdp)[at.home_index[0]]))),
        "gain_path": Numbers(("place", "year"), path, {"year": YEARS}, path - 0.01, path + 0.02),
        "kept_beside": Numbers(("kindx", "place"), np.stack([gain, -gain]), {"kindx": ["up", "down"]}),
        "shipped": Numbers(("home_place", "market", "sector"), np.einsum("pr,rms->pms", home, sold),
                           {"market": ["domestic", "external"]}),
    }  # fmt: skip


QUANTITIES = (
    Quantity("real_income", "share", ("place",), "gain", "Shapley1953", better=1, headline=True),
    Quantity("price_of_all", "index", ("place",), "price", rest=1.0, told_with=("tariff",), beside=("felt_at_home",)),
    Quantity("felt_at_home", "value", (), "felt", headline=True, better=1),
    Quantity("gain_path", "share", ("place", "year"), "gain by year", headline=True, better=-1, picture="fan"),
    Quantity("kept_beside", "share", ("kindx", "place"), "both ways", kept=True, points=("real_income", "gain_path")),
    Quantity("shipped", "value", ("home_place", "market", "sector"), "shipped", rest=None),
)  # fmt: skip


def _slope(p: Quick, x: Any, acc: Accounts) -> Quick:
    if x > 5:
        raise BadInput("too steep", fix="less")
    return p.model_copy(update={"slope": p.slope * x})


def _first(acc: Accounts, shock: Shock, p: Quick, at: Places) -> FirstOrder | None:
    w, _ = _felt(acc, shock, p)
    if not shock.of(Lasting):  # type: ignore[type-abstract]
        return None
    return FirstOrder("real_income", "felt", at.share(acc.gdp, acc.absorption.sum(1)), at.share(w * acc.gdp, acc.gdp))


UNCERTAIN = (
    Uncertain("steepness", _slope, lambda p: "it is exact" if p.exact else None, low=0.1, zero=False,
              errors=lambda p, x, acc: p.model_copy(update={"slope": p.slope * (0.5 + x)})),
    Uncertain("bending", lambda p, x, acc: p.model_copy(update={"form": x or p.form}),
              lambda p: None if p.slope else "nothing is felt", choices=("plain", "bent"), parameter="form"),
    Uncertain("twisting", lambda p, x, acc: p if x == "" else p.model_copy(update={"twist": x}), lambda p: None, level=True),
)  # fmt: skip
LONG = Model[Quick](
    "trade", Quick, (*registry.find("trade").reads, Link), _answer, _read, QUANTITIES, UNCERTAIN,
    hands_on=lambda r: tuple(Capacity(c, loss=min(float(max(-x, 0)), 1.0), start=2.0, end=9.0)
                             for c, x in zip(r.accounts.geography.codes, r.detail["w"].to_numpy(),
                                 strict=True) if x < -1e-9),
    respond_many=_many, comparable=lambda acc, s, p: p.model_copy(update={"twist": 0.2}) if any(
        getattr(e, "ban", False) for e in s.edits) else p,
    first_order=_first, point=lambda p: p.model_copy(update={"until": 1.0}),
    constant_returns=lambda p: p.model_copy(update={"scale": 0.0}) if p.scale else None,
    rests_on=lambda p, kinds: (
        Ground("slope", "judgement", "nobody", 1, p.slope, 0.5, 2.0, "share"),
        Ground("steepness", "memory", "somebody", 1, 2.0, 1.0, 3.0), Ground("twisting", "judgement", "me", 1, 0.1),
        Ground("table", "fact", "the books", 9), Ground("kinds", "computed", "+".join(sorted(kinds)), 3)),
    sources=("Shapley1953", "Hulten1978"),
)  # fmt: skip


def _drifting(acc: Accounts, shock: Shock, p: Quick) -> Response:
    r = _answer(acc, shock, p)
    return replace(r, detail=r.detail.assign(w=r.detail["w"] + 0.03), status=replace(r.status, message="drifts"))


def _read_drift(acc: Accounts, response: Response | None, at: Places) -> Readings:
    return {"drift_gain": _read(acc, response, at)["real_income"]}


DRIFT = Model[Quick](
    "drift", Quick, LONG.reads, _drifting, _read_drift,
    (Quantity("drift_gain", "share", ("place",), "gain with the drift", better=1, headline=True),),
    evolves=True, at_rest=lambda acc, p: _grown(acc, 0.01),
)  # fmt: skip
LATER = Model[Quick](
    "later", Quick, LONG.reads, _answer, lambda acc, r, at: {"later_gain": _read(acc, r, at)["real_income"]},
    (Quantity("later_gain", "share", ("place",), "gain after it", better=1, headline=True),),
)  # fmt: skip


def _lost(acc: Accounts, shock: Shock, p: Days) -> Response:
    t = np.arange(0.0, p.last, 5.0)
    loss = np.zeros((acc.R, len(t)))
    for e in shock.of(Capacity):
        loss[e.apply(acc)[0].where[0].ravel()] += p.harm * e.loss * e.strength(t)
    for e in shock.of(Link):
        loss[acc.geography.select(e.destination, acc.home)] += 0.1 * p.harm * e.loss * e.strength(t)
    return Response(acc, xr.Dataset({"loss": (("r", "t"), loss)}, coords={"t": t}), Status(iterations=len(t)))


def _read_days(acc: Accounts, response: Response | None, at: Places) -> Readings:
    data = _lost(acc, Shock(), Days()).detail if response is None else response.detail
    x = np.stack([at.share(c * acc.gdp, acc.gdp) for c in data["loss"].to_numpy().T], axis=1)
    return {
        "days_lost": Numbers(("place",), x.sum(1)),
        "loss_path": Numbers(("place", "t"), x, {"t": data["t"].to_numpy()}),
    }


SHORT = Model[Days](
    "propagation", Days, (Capacity, Link), _lost, _read_days,
    (Quantity("days_lost", "share", ("place",), "lost", better=-1, headline=True),
     Quantity("loss_path", "share", ("place", "t"), "lost by day", better=-1)),
    (Uncertain("harmfulness", lambda p, x, acc: p.model_copy(update={"harm": p.harm * x}), lambda p: None),),
    horizon="short",
)  # fmt: skip


@contextmanager
def pretending() -> Iterator[None]:
    """A house in which these rooms are all there is."""
    registry.models()
    before = dict(registry._known)
    registry._known.clear()
    registry._known.update({m.name: m for m in (LONG, DRIFT, LATER, SHORT)})
    try:
        yield
    finally:
        registry._known.clear()
        registry._known.update(before)

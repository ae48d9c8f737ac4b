"""The only module that knows all models: which there are, what they read, and how a scenario's arms are run."""

from __future__ import annotations

import importlib
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from pydantic import BaseModel, ValidationError

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array
from xunhuan.errors import BadInput
from xunhuan.models.contract import Response, Shock, Status
from xunhuan.scenario.edits import Elasticities, edits
from xunhuan.scenario.observe import Readings, View
from xunhuan.scenario.scenario import LONG, SHORT, Scenario


class Respond(Protocol):
    """A model: accounts and a shock to a response."""

    def __call__(self, accounts: Accounts, shock: Shock, parameters: Any) -> Response: ...


@dataclass(frozen=True)
class Model:
    """A model by the modules of its parameters and of its `respond`, imported when first used.

    horizon  "long": lasting edits · "short": edits in force for days
    """

    horizon: str
    parameters_at: tuple[str, str]
    respond_at: tuple[str, str]

    @property
    def parameters(self) -> type[BaseModel]:
        """Its parameters, a pydantic model."""
        module, name = self.parameters_at
        return getattr(importlib.import_module(module), name)  # type: ignore[no-any-return]

    @property
    def respond(self) -> Respond:
        """The function itself."""
        module, name = self.respond_at
        return getattr(importlib.import_module(module), name)  # type: ignore[no-any-return]

    @property
    def reads(self) -> tuple[str, ...]:
        """Keys of edits it reads."""
        return LONG if self.horizon == "long" else SHORT


MODELS: dict[str, Model] = {
    "trade": Model(
        "long",
        ("xunhuan.models.trade.parameters", "TradeParameters"),
        ("xunhuan.models.trade", "respond"),
    ),
    "propagation": Model(
        "short",
        ("xunhuan.models.propagation.parameters", "PropagationParameters"),
        ("xunhuan.models.propagation", "respond"),
    ),
}


@dataclass(frozen=True)
class Draw:
    """One draw of what is uncertain; factors are ratios, 1 = as the scenario says.

    position  of the base between least (0) and most (1) cross-hauling, 0.5 = as bundled
    """

    trade_elasticity: float = 1.0
    mobility: float = 1.0
    scale: float = 1.0
    inventories: float = 1.0
    position: float = 0.5
    shock: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, values: Mapping[str, float]) -> Draw:
        """From quantities by the names `Uncertainty.quantities` gives them."""
        named = {k: v for k, v in values.items() if not k.startswith("shock ")}
        if "cross_hauling" in named:
            named["position"] = named.pop("cross_hauling")
        return cls(**named, shock={k[6:]: v for k, v in values.items() if k.startswith("shock ")})


NOMINAL = Draw()


@dataclass(frozen=True, eq=False)
class Bench:
    """A scenario ready to run: its table, its models' parameters, and one draw of what is uncertain."""

    scenario: Scenario
    base: Accounts
    parameters: Mapping[str, BaseModel]
    draw: Draw = NOMINAL

    @cached_property
    def view(self) -> View:
        """What is read off the arms."""
        return View(self.base, self.scenario.measure)

    @cached_property
    def theta(self) -> Elasticities | None:
        """Trade elasticities of this draw, None where no long-run model runs."""
        p = self.parameters.get("trade")
        if p is None:
            return None
        between = np.asarray(p.trade_elasticities(self.base.sectors)[0])  # type: ignore[attr-defined]
        return Elasticities(tuple(between), tuple(between * p.nest_ratio))  # type: ignore[attr-defined]

    def models(self, horizon: str) -> tuple[str, ...]:
        """Names of the scenario's models of a horizon."""
        return tuple(m for m in self.parameters if MODELS[m].horizon == horizon)

    def shock(self, doses: Mapping[str, float]) -> Shock:
        """The shocks named, each at its dose, with the draw's factor on its size."""
        by_name = self.scenario.shocks()
        lines: tuple[Any, ...] = ()
        for name, dose in doses.items():
            lines += edits(by_name[name], dose * self.draw.shock.get(name, 1.0), self.theta)
        return Shock(lines, " + ".join(doses))

    def long_run(self, shock: Shock) -> Response:
        """The long-run response to the lasting edits of a shock. Raises BadInput as the model does, or without one."""
        names = self.models("long")
        if not names:
            raise BadInput("the scenario has no long-run model", fix="add [model.trade]")
        return self.respond(names[0], replace(shock, edits=shock.long_run))

    def respond(self, model: str, shock: Shock) -> Response:
        """What a model of the scenario makes of a shock. Raises BadInput, NotConverged as the model does."""
        return MODELS[model].respond(self.base, shock, self.parameters[model])

    def varied(self, draw: Draw, bounds: Bounds | None = None) -> Bench:
        """The same bench under a draw: parameters, table and sizes moved. Raises BadInput where a draw cannot be."""
        base = self.base if bounds is None else bounds.at(draw.position)
        moved = {name: vary(p, draw, base) for name, p in self.parameters.items()}
        return Bench(self.scenario, base, moved, draw)


def vary(p: BaseModel, draw: Draw, acc: Accounts) -> BaseModel:
    """Parameters of a model under a draw; a model takes the factors it has a parameter for.

    θ and ψ are multiplied sector by sector; ψθ may not pass 1, and where it would ψ is held at 1/θ.
    """
    if "inventory_scale" in type(p).model_fields:
        scale = p.inventory_scale * draw.inventories  # type: ignore[attr-defined]
        return _changed(p, {"inventory_scale": scale})
    changes: dict[str, Any] = {}
    theta = np.asarray(p.trade_elasticities(acc.sectors)[0])  # type: ignore[attr-defined]
    if draw.trade_elasticity != 1:
        theta = theta * draw.trade_elasticity
        changes["theta"] = dict(zip(acc.sectors.codes, theta.tolist(), strict=True))
    psi = np.asarray(p.scale_elasticities(acc.sectors))  # type: ignore[attr-defined]
    if psi.any() and (draw.scale != 1 or draw.trade_elasticity != 1):
        steepest = theta * max(1.0, p.nest_ratio)  # type: ignore[attr-defined]
        changes["scale"] = dict(
            zip(acc.sectors.codes, np.minimum(psi * draw.scale, 1 / steepest).tolist(), strict=True)
        )
    if draw.mobility != 1:
        changes["mobility"] = p.mobility * draw.mobility  # type: ignore[attr-defined]
    return _changed(p, changes)


def _changed(p: BaseModel, changes: Mapping[str, Any]) -> BaseModel:
    """Parameters with some values changed, validated again. Raises BadInput."""
    try:
        return type(p).model_validate({**p.model_dump(), **changes})
    except ValidationError as e:
        first = e.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise BadInput(
            f"a draw gives {place} = {first.get('input')!r}: {first['msg']}", fix="narrow its distribution"
        ) from e


@dataclass(frozen=True, eq=False)
class Bounds:
    """A table between the least and the most trade among the provinces that their margins allow."""

    base: Accounts
    least: Array
    most: Array

    def at(self, position: float) -> Accounts:
        """The table at a position: 0 least, 0.5 as it is, 1 most; flows inside the nation move along straight lines.

        The identities are linear in flows, so every table between balanced tables balances.
        """
        if position == 0.5:
            return self.base
        far = self.least if position < 0.5 else self.most
        w = abs(2 * position - 1)
        return self.base.replace(flow=(1 - w) * self.base.flow + w * far)


@dataclass(frozen=True, eq=False)
class Arm:
    """One arm that was run: its readings and how the solvers ended."""

    readings: Readings
    status: dict[str, Status]
    seconds: float
    notes: tuple[str, ...] = ()
    days: Array | None = None


Memo = dict[tuple[str, Shock], tuple[Readings, Status, tuple[str, ...], Array | None]]
"""Answers of models by name and the edits they were given, so that arms that differ elsewhere share them."""


def run_arm(bench: Bench, doses: Mapping[str, float], full: bool = True, memo: Memo | None = None) -> Arm:
    """Run an arm through the models of the scenario and read its numbers.

    No doses is the base, which needs no run. A model that reads none of the arm's edits has nothing to say on it.
    """
    memo = {} if memo is None else memo
    readings: Readings = {}
    status: dict[str, Status] = {}
    notes: list[str] = []
    days = None
    begun = time.perf_counter()
    shock = bench.shock(doses) if doses else None
    for name in bench.parameters:
        if shock is None:
            readings |= _read(bench, name, None, full)
            continue
        mine = Shock(shock.long_run if MODELS[name].horizon == "long" else shock.timed)
        if not mine.edits:
            continue
        if (name, mine) not in memo:
            response = bench.respond(name, mine)
            said = tuple(n for n in str(response.detail.attrs.get("notes", "")).split("\n") if n)
            t = None if response.path is None else response.path["t"].to_numpy()
            memo[name, mine] = (_read(bench, name, response, full), response.status, said, t)
        found, status[name], said, t = memo[name, mine]
        readings |= found
        notes += said
        days = t if t is not None else days
    return Arm(readings, status, time.perf_counter() - begun, tuple(dict.fromkeys(notes)), days)


def _read(bench: Bench, name: str, response: Response | None, full: bool) -> Readings:
    """Readings of a model's answer, None for the base."""
    if MODELS[name].horizon == "long":
        return bench.view.long_run(response, full)
    readings = bench.view.short_run(response, full)
    if not any(MODELS[m].horizon == "long" for m in bench.scenario.model):
        # No long run: the accounts are the year as the short-run model books it.
        readings |= bench.view.accounts(bench.base if response is None else response.accounts, full)
    return readings


def arms(scenario: Scenario) -> dict[str, dict[str, float]]:
    """Every arm with the dose of each of its shocks; the first is the base, with none."""
    out: dict[str, dict[str, float]] = {"base": {}}
    return out | {name: dict.fromkeys(members, 1.0) for name, members in scenario.all_arms().items()}


def check_reads(scenario: Scenario) -> list[str]:
    """Problems: shocks none of whose edits any model of the scenario reads."""
    out = []
    for k, shock in enumerate(scenario.shock):
        kinds = {kind for kind, *_ in shock.lines()}
        read = {kind for m in scenario.model if m in MODELS for kind in MODELS[m].reads}
        if not kinds & read:
            models = ", ".join(scenario.model) or "none"
            out.append(f"shock[{k}] ({shock.name}): no model given reads {', '.join(sorted(kinds))} (models: {models})")
    return out

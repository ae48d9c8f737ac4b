"""How a scenario's arms are run: each model on the edits it reads, one after another where they are chained."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from pydantic import BaseModel

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array
from xunhuan.errors import BadInput, nearest
from xunhuan.models import registry
from xunhuan.models.edits.base import Edit
from xunhuan.models.expecting import expecting
from xunhuan.models.model import Model, Numbers, Quantity, Response, Shock, Status
from xunhuan.scenario.lend import responded
from xunhuan.scenario.observe import MEASURES, View
from xunhuan.scenario.scenario import Drawn, Scenario, schema_of


@dataclass(frozen=True)
class Draw:
    """One draw of what is uncertain; factors are ratios, 1 = as the scenario says.

    factor    by name of a model's uncertain quantity; the name chosen where it is a choice · shock: on a shock's size
    number    by name of what is drawn by the model's own errors: the number that picks the draw
    version   of the base, None = the base itself
    """

    factor: Mapping[str, float | str] = field(default_factory=dict)
    version: int | None = None
    shock: Mapping[str, float] = field(default_factory=dict)
    number: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, values: Mapping[Drawn, Any]) -> Draw:
        """From drawn quantities."""
        by: dict[str, dict[str, Any]] = {kind: {} for kind in ("model", "choice", "errors", "table", "shock")}
        for q, v in values.items():
            by[q.of][q.name] = v
        version = by["table"].get("table")
        return cls(by["model"] | by["choice"], None if version is None else int(version), by["shock"], by["errors"])


NOMINAL = Draw()


@dataclass(frozen=True, eq=False)
class Bench:
    """A scenario ready to run: its table, parameters of the models that run, one draw of what is uncertain, and parameters
    of models that only lend."""

    scenario: Scenario
    base: Accounts
    parameters: Mapping[str, BaseModel]
    draw: Draw = NOMINAL
    lenders: Mapping[str, BaseModel] = field(default_factory=dict)

    def only(self, models: Collection[str]) -> Bench:
        """The bench where only some models run; the others lend what they lend as before."""
        kept = {m: p for m, p in self.parameters.items() if m in models}
        return replace(self, parameters=kept, lenders={**self.lenders, **self.parameters})

    @property
    def others(self) -> Mapping[str, BaseModel]:
        """Parameters of every model of the scenario, those that run as they run."""
        return {**self.lenders, **self.parameters}

    def __reduce__(self) -> tuple[Any, ...]:
        """For another process: the scenario's record is made anew there, of the models there are."""
        told = (self.scenario.resolved(), self.base, dict(self.parameters), self.draw, dict(self.lenders))
        return _bench_of, told

    @cached_property
    def view(self) -> View:
        """What is read off the arms."""
        return View(self.base, self.scenario.measure, frozenset(n for n in self.order if self.evolves(n)))

    @cached_property
    def after(self) -> dict[str, str]:
        """Models that come after another."""
        return self.scenario.after()

    @cached_property
    def order(self) -> tuple[str, ...]:
        """The models that run, each after the one it comes after."""
        return tuple(n for n in chain_order(self.scenario) if n in self.parameters)

    @cached_property
    def settled(self) -> str:
        """The model whose accounts measures read: the first lasting one that no other lasting one comes after; of
        short-run models, where there are no others, likewise."""
        lasting = [n for n in self.scenario.model if registry.find(n).horizon == "long"]
        among = lasting or list(self.scenario.model)
        followed = {self.after[n] for n in among if n in self.after}
        return next(n for n in among if n not in followed)

    @cached_property
    def gain(self) -> tuple[str, Quantity] | None:
        """Model and quantity that comparisons weigh: the first gain by place that some model of the scenario gives."""
        return gain_of(self.scenario)

    @cached_property
    def gain_at_base(self) -> Array | None:
        """What is weighed where nothing is asked, by place; None where it rests."""
        if self.gain is None or not self.evolves(self.gain[0]):
            return None
        return np.asarray(weighed(self, {})[1][self.gain[1].name].values)

    @cached_property
    def traced(self) -> tuple[str, Quantity] | None:
        """Model and quantity that a frontier follows."""
        return traced_of(self.scenario)

    @cached_property
    def quantities(self) -> dict[str, tuple[Quantity, str]]:
        """Everything that is read off an arm, with the model it is of; headlines of models come first."""
        mine = {q.name: (q, n) for n in self.order for q in registry.find(n).quantities}
        return mine | {q.name: (q, "") for q in MEASURES}

    def rest(self, name: str) -> Accounts:
        """The accounts where nothing happens, as a model has them under its parameters: what its answers are changes of."""
        acc = self.rest(self.after[name]) if name in self.after else self.base
        at_rest = registry.find(name).at_rest
        if at_rest is None:
            return acc
        with expecting(many=True):
            return at_rest(acc, self.parameters[name])

    def evolves(self, name: str) -> bool:
        """Whether something happens to a model's accounts without any edit: by itself, or by one it comes after."""
        return registry.find(name).evolves or (name in self.after and self.evolves(self.after[name]))

    def edits(self, name: str, doses: Mapping[str, float]) -> tuple[Edit, ...]:
        """What a model reads of the shocks named, each at its dose and the draw's factor on its size.

        Of a shock that says its own days a short-run model reads those alone: its lasting edits are the long run's. A model
        whose table names shocks reads no others.
        """
        model, by_name, out = registry.find(name), self.scenario.shocks(), []
        heeded = self.scenario.heeded(name)
        for shock, dose in ((s, d) for s, d in doses.items() if s in heeded):
            lines = by_name[shock].edits(dose * self.draw.shock.get(shock, 1.0))
            timed = [e for e in lines if not e.lasting]
            mine = timed if model.horizon == "short" and timed else lines
            out += [e for e in mine if isinstance(e, model.reads)]
        return tuple(out)

    def varied(self, draw: Draw) -> Bench:
        """The same bench under a draw: parameters, table and sizes moved. Raises BadInput where a draw cannot be."""
        base = self.base if draw.version is None else _version(self.base, draw.version)
        return Bench(self.scenario, base, {n: _moved(n, p, draw, base) for n, p in self.parameters.items()}, draw)


def _bench_of(resolved: Mapping[str, Any], *rest: Any) -> Bench:
    return Bench(schema_of(resolved).model_validate(resolved), *rest)


@lru_cache(16)
def _version(base: Accounts, k: int) -> Accounts:
    return base.draw(k)


def _moved(name: str, p: BaseModel, draw: Draw, acc: Accounts) -> BaseModel:
    for u in registry.find(name).uncertain:
        value: Any = draw.number.get(u.name, draw.factor.get(u.name, u.rest))
        change = u.errors if u.errors is not None and u.name in draw.number else u.move
        try:
            p = change(p, value, acc)
        except BadInput as e:
            said = value if isinstance(value, str) else f"{value:g}"
            what = f"a draw of {said} of {u.name} gives parameters of {name} that cannot be"
            raise BadInput(what, items=e.items or (e.what,), fix=e.fix) from e
    return p


def chain_order(scenario: Scenario) -> tuple[str, ...]:
    """Models of a scenario, each after the one it comes after. Raises BadInput naming a circle or a model not there."""
    after, out = scenario.after(), []
    for name in scenario.model:
        line: list[str] = []
        while name not in out and name not in line:
            line.append(name)
            if name not in after:
                break
            if after[name] not in scenario.model:
                near = nearest(after[name], [n for n in scenario.model if n != name])
                fix = f"did you mean {near[0]}?" if near else f"add [model.{after[name]}]"
                raise BadInput(f"{after[name]!r} is not a model of the scenario", where=f"model.{name}.after", fix=fix)
            name = after[name]
        if name in line and name in after:
            circle = " after ".join([*line[line.index(name) :], name])
            raise BadInput(f"models come after one another in a circle: {circle}", where=f"model.{name}.after",
                           fix="remove one `after`")  # fmt: skip
        out += [n for n in reversed(line) if n not in out]
    return tuple(out)


def gain_of(scenario: Scenario) -> tuple[str, Quantity] | None:
    """Model and quantity that comparisons of a scenario weigh; None where no model of it gives a gain by place."""
    known = registry.models()
    return next(((n, q) for n in scenario.model if n in known for q in _gains(known[n])), None)


def _gains(model: Model[Any]) -> list[Quantity]:
    """Gains by place against nothing happening; a model to which something happens by itself gives none."""
    found = model.quantities if not model.evolves else ()
    return [q for q in found if q.change and q.better > 0 and q.axes == ("place",)]


def traced_of(scenario: Scenario) -> tuple[str, Quantity] | None:
    """Model and quantity that a frontier follows: what comparisons weigh, else the first number told of the nation."""
    known = registry.models()
    found = ((n, q) for n in scenario.model if n in known for q in known[n].quantities)
    return gain_of(scenario) or next(((n, q) for n, q in found if q.headline and q.axes in ((), ("place",))), None)


Asked = tuple[str, tuple[Edit, ...], Any]
"""What a model was asked: its name, its edits, and what the one before it was asked."""


@dataclass(frozen=True, eq=False)
class Answer:
    """A model's answer as kept: its numbers, how it ended, its notes; the response where another model comes after."""

    numbers: Mapping[str, Numbers]
    status: Status
    notes: tuple[str, ...]
    response: Response | None = None


Memo = dict[Asked, Answer]
"""Answers by what was asked, so that arms that differ elsewhere share them."""


@dataclass(frozen=True, eq=False)
class Arm:
    """One arm that was run: its readings and how the solvers ended."""

    readings: Mapping[str, Numbers]
    status: dict[str, Status]
    seconds: float
    notes: tuple[str, ...] = ()


def run_arm(bench: Bench, doses: Mapping[str, float], full: bool = True, memo: Memo | None = None) -> Arm:
    """Run an arm through the models of the scenario and read its numbers.

    No doses is the base, which needs no run but by models in which something happens by itself. A model that reads none of
    the arm's edits has nothing to say on it.
    """
    memo = {} if memo is None else memo
    readings: dict[str, Numbers] = {}
    status: dict[str, Status] = {}
    notes: list[str] = []
    begun = time.perf_counter()
    for name in bench.order:
        if not doses and _rests(bench, name, memo, full):
            rest = bench.rest(name)
            readings |= registry.find(name).read(rest, None, bench.view.places)
            readings |= bench.view.accounts(rest, full) if name == bench.settled else {}
            continue
        asked = ask(bench, name, doses, memo, full)
        if asked is not None:
            found = memo[asked]
            readings |= found.numbers
            status[name] = found.status
            notes += found.notes
    return Arm(readings, status, time.perf_counter() - begun, tuple(dict.fromkeys(notes)))


def _rests(bench: Bench, name: str, memo: Memo, full: bool) -> bool:
    """Whether nothing happens to a model where nothing is asked: it does not evolve, and one that it comes after hands
    on nothing and leaves the table as it is."""
    if registry.find(name).evolves:
        return False
    before = bench.after.get(name)
    if before is None or _rests(bench, before, memo, full):
        return True
    acc, asked = posed(bench, name, {}, memo, full)
    return acc is bench.base and not asked[1]


def ask(bench: Bench, name: str, doses: Mapping[str, float], memo: Memo, full: bool = True) -> Asked | None:
    """See that the memo holds a model's answer on an arm; what it was asked, None where it reads nothing of it."""
    acc, asked = posed(bench, name, doses, memo, full)
    if not asked[1] and asked[2] is None and not registry.find(name).evolves:
        return None
    if asked not in memo:
        with expecting(many=True):
            response = responded(registry.find(name), acc, Shock(asked[1]), bench.parameters[name], bench.others)
        memo[asked] = as_kept(bench, acc, name, response, full)
    return asked


def posed(
    bench: Bench, name: str, doses: Mapping[str, float], memo: Memo, full: bool = False
) -> tuple[Accounts, Asked]:
    """The accounts a model begins with on an arm, and what it is asked there; the memo then holds what comes before it."""
    before = ask(bench, bench.after[name], doses, memo, full) if name in bench.after else None
    acc, handed = _handed(bench, name, before, memo)
    return acc, (name, _unspent(bench.edits(name, doses), before) + handed, before)


def _unspent(edits: tuple[Edit, ...], before: Asked | None) -> tuple[Edit, ...]:
    """Edits that no model before has read: what one has read is in the accounts it ends with, and would count twice."""
    while before is not None:
        edits = tuple(e for e in edits if e not in before[1])
        before = before[2]
    return edits


def _handed(bench: Bench, name: str, before: Asked | None, memo: Memo) -> tuple[Accounts, tuple[Edit, ...]]:
    """The accounts a model begins with, and those edits handed to it that it reads."""
    earlier = None if before is None else memo[before].response
    if before is None or earlier is None:
        return bench.base, ()
    hands_on = registry.find(before[0]).hands_on
    given = () if hands_on is None else hands_on(earlier)
    return earlier.accounts, tuple(e for e in given if isinstance(e, registry.find(name).reads))


def as_kept(bench: Bench, acc: Accounts, name: str, response: Response, full: bool) -> Answer:
    """What is kept of a response: its numbers, and the whole where another model comes after."""
    numbers = dict(registry.find(name).read(acc, response, bench.view.places))
    if name == bench.settled:
        numbers |= bench.view.accounts(response.accounts, full)
    return Answer(numbers, response.status, response.notes, response if name in bench.after.values() else None)


def weighed(
    bench: Bench, doses: Mapping[str, float], extra: tuple[Edit, ...] = (), of: str = ""
) -> tuple[Response, Mapping[str, Numbers]]:
    """Response and readings of the model that comparisons weigh, or of the model `of`, on an arm and further edits.

    Raises BadInput as the models do, or where no model of the scenario gives a gain.
    """
    name, acc, edits = _posed(bench, doses, of)
    model = registry.find(name)
    with expecting(many=True):
        response = responded(model, acc, Shock(edits + extra), bench.parameters[name], bench.others)
    return response, model.read(acc, response, bench.view.places)


def _posed(bench: Bench, doses: Mapping[str, float], of: str = "") -> tuple[str, Accounts, tuple[Edit, ...]]:
    """The model that comparisons weigh, or `of`, the accounts it begins with on an arm, and its edits there."""
    if bench.gain is None and not of:
        raise BadInput("no model of the scenario gives a gain to compare", fix=f"add one of {', '.join(givers())}")
    name = of or (bench.gain[0] if bench.gain is not None else "")
    acc, asked = posed(bench, name, doses, {})
    return name, acc, asked[1]


def comparable(bench: Bench, arms: Iterable[Mapping[str, float]], of: str = "") -> tuple[Bench, str]:
    """The bench with parameters of the weighed model, or of the model `of`, under which its answers on some arms, and on
    parts of them, compare.

    Returns it with what has changed, in words; the bench itself and no words where they compare as they are. Raises as
    `weighed`.
    """
    for doses in arms:
        name, acc, edits = _posed(bench, doses, of)
        own, fit = bench.parameters[name], registry.find(name).comparable
        new = own if fit is None else fit(acc, Shock(edits), own)
        if new != own:
            told = ", ".join(f"{k} = {v}" for k, v in new if getattr(own, k) != v)
            return replace(bench, parameters={**bench.parameters, name: new}), f"{name} with {told}"
    return bench, ""


def givers() -> list[str]:
    """Models that give a gain by place."""
    return [f"[model.{m.name}]" for m in registry.models().values() if _gains(m)]


def arms(scenario: Scenario) -> dict[str, dict[str, float]]:
    """Every arm with the dose of each of its shocks; the first is the base, with none."""
    out: dict[str, dict[str, float]] = {"base": {}}
    return out | {name: dict.fromkeys(members, 1.0) for name, members in scenario.all_arms().items()}


def unread(scenario: Scenario) -> list[tuple[int, str]]:
    """Shocks none of whose edits any model of the scenario reads: position and what is wrong."""
    known = registry.models()
    out = []
    for k, shock in enumerate(scenario.shock):
        heeding = [m for m in scenario.model if m in known and shock.name in scenario.heeded(m)]
        read = {e.kind for m in heeding for e in known[m].reads}
        kinds = {line.kind for line in shock.lines()}
        if not kinds & read:
            models = ", ".join(scenario.model) or "none"
            out.append((k, f"no model given reads {', '.join(sorted(kinds))} (models: {models})"))
    return out

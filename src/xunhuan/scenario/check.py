"""From plain data to a bench ready to run; everything that is wrong is found and told at once.

Each problem has its path in the file and, where a name is wrong, the nearest valid one.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, ValidationError

from xunhuan.data.accounts import Accounts
from xunhuan.data.records import told
from xunhuan.data.store import known_tables, load
from xunhuan.errors import BadInput, Problems, UnknownName, XunhuanError
from xunhuan.models import registry
from xunhuan.models.edits.base import Edit, Wrong
from xunhuan.models.edits.primitives import Lasting, Theta, primitives
from xunhuan.models.model import Shock
from xunhuan.scenario.layers import Layers
from xunhuan.scenario.lend import split_by
from xunhuan.scenario.lines import ShockLines, lines_schema
from xunhuan.scenario.run import Bench, Draw, chain_order, gain_of, givers, traced_of, unread
from xunhuan.scenario.scenario import Compare, Drawn, Scenario, Uncertainty, schema

Table = Callable[[str], Accounts]
IF_MEANT = "if it is meant, plausible = false in the shock"
"""How what is told of a size beyond all that was seen ends; other faces offer the same in their own way."""


def prepare(layers: Layers, table: Table = load) -> Bench:
    """The scenario checked against its table and models, ready to run. Raises BadInput listing every problem.

    table  how a base is found by its name or path
    """
    where = layers.name if layers.folder is None else str(layers.folder / f"{layers.name}.toml")
    p = Problems("the scenario has errors")
    scenario = validate(layers.data, p)
    base = _base(layers, table, p)
    parameters = _parameters(layers.data.get("model", {registry.DEFAULT: {}}), p)
    if base is not None:
        for k, shock in _whole_shocks(layers.data):
            check_shock(base, shock, f"shock[{k}]", p)
        _check_model_tables(base, parameters, p)
    if scenario is not None:
        _check_names(scenario, base, p)
        _check_heeded(scenario, p)
        _check_periods(scenario, parameters, p)
        for k, text in unread(scenario):
            p.add(f"shock[{k}] ({scenario.shock[k].name}): {text}")
    p.raise_if(where=where, fix=f"`xunhuan docs scenarios` lists every key{_written_for(layers)}")
    assert scenario is not None
    assert base is not None
    bench = Bench(scenario, base, parameters)
    _check_doses(bench, p)
    if scenario.uncertainty is not None:
        _check_uncertain(bench, scenario.uncertainty, p)
    p.raise_if(where=where)
    return bench


def _written_for(layers: Layers) -> str:
    """Which base a scenario was written for, where another was set over it, and the like of that base where there is one."""
    old, new = next(((str(o.old), str(o.new)) for o in layers.log if o.path == "base" and o.old is not None), ("", ""))
    if not old:
        return ""
    like = [n for n in known_tables() if n.startswith(f"{new}-") and old.endswith(n.removeprefix(new))]
    other = f"; {like[0]} is of the same kind" if like else ""
    return f"; it is written for {old}, and another base may lack its sectors or regions{other}"


def validate(data: Mapping[str, Any], p: Problems) -> Scenario | None:
    """The scenario, or None with every problem noted."""
    try:
        return schema().model_validate(data)
    except ValidationError as e:
        for text in told(e, schema(), data):
            p.add(text)
        return None


def _base(layers: Layers, table: Table, p: Problems) -> Accounts | None:
    """The table, as pinned and regrouped, or None with the problem noted."""
    name = layers.data.get("base")
    if not isinstance(name, str) or not name:
        return None
    beside = None if layers.folder is None else layers.folder / name
    try:
        acc = table(str(beside) if beside is not None and Path(name).suffix and os.path.isfile(beside) else name)
    except XunhuanError as e:
        p.add(f"base: {e.what}" + (f"; {e.fix}" if e.fix else ""))
        return None
    pinned = layers.data.get("base_digest", "")
    if isinstance(pinned, str) and pinned and not acc.answer_digest.startswith(pinned):
        same = " (its numbers are those pinned; population, groups, clusters and names count too)"
        p.add(f"base_digest: the table {name!r} has moved: {acc.answer_digest[:12]} here, {pinned[:12]} pinned"
              f"{same if acc.digest.startswith(pinned) else ''}; check what changed, then pin the new digest")  # fmt: skip
    acc = _split(acc, layers, p)
    nations = layers.data.get("nations", {})
    for nation, members in nations.items() if isinstance(nations, Mapping) else ():
        if not isinstance(members, list | tuple) or not all(isinstance(m, str) for m in members):
            continue  # said where the file is validated
        try:
            acc = acc.regroup(nation, members)
        except XunhuanError as e:
            p.add(f"nations.{nation}: {e.what}" + (f"; {e.fix}" if e.fix else ""))
    home = layers.data.get("home", "")
    if isinstance(home, str) and home and home != acc.home:
        if home not in acc.geography.nations:
            error = UnknownName.of("nation", home, acc.geography.nations)
            p.add(f"home: {error.what}; {error.fix}")
        else:
            acc = acc.replace(home=home)
    _looked_at(acc, layers.data.get("places", ()), p)
    return acc


def _looked_at(acc: Accounts, named: object, p: Problems) -> None:
    """Note regions asked about that the table does not have."""
    for name in named if isinstance(named, list | tuple) else ():
        try:
            acc.geography.index(str(name))
        except XunhuanError as e:
            p.add(f"places: {e.what}" + (f"; {e.fix}" if e.fix else ""))


def _split(acc: Accounts, layers: Layers, p: Problems) -> Accounts:
    """The table with regions made their cities, whose numbers are never told without bounds."""
    asked, u, given = layers.data.get("split", {}), layers.data.get("uncertainty"), layers.data.get("model", {})
    named: dict[str, str] = {}
    for region, shares in asked.items() if isinstance(asked, Mapping) else ():
        if not isinstance(shares, str) or not shares:
            continue  # said where the file is validated
        beside = None if layers.folder is None else layers.folder / shares
        named[region] = str(beside) if beside is not None and os.path.isfile(beside) else shares
    models = given if isinstance(given, Mapping) else {}
    try:
        acc = split_by(acc, named, models) if named else acc
    except XunhuanError:
        acc = _split_each(acc, named, models, p)
    if asked and not (isinstance(u, Mapping) and u.get("table") is True):
        p.add("split: what cities sell each other is assumed, so that their numbers are told with bounds alone; "
              "give uncertainty.table = true and draws")  # fmt: skip
    return acc


def _split_each(acc: Accounts, named: Mapping[str, str], models: Mapping[str, Any], p: Problems) -> Accounts:
    """The regions that can be split, each by itself, and what is wrong with the others."""
    for region, shares in named.items():
        try:
            acc = split_by(acc, {region: shares}, models)
        except XunhuanError as e:
            told = "; ".join(e.items) if e.items else e.what
            p.add(f"split.{region}: {told}" + (f"; {e.fix}" if e.fix else ""))
    return acc


def _parameters(given: Any, p: Problems) -> dict[str, BaseModel]:
    """Parameters of each model, validated by the model itself."""
    out: dict[str, BaseModel] = {}
    if not isinstance(given, Mapping):
        return out
    if not given:
        p.add(f"model: no model is given; known models: {', '.join(registry.models())}")
    for name, values in given.items():
        try:
            kind = registry.find(str(name)).parameters
        except UnknownName as error:
            p.add(f"model.{name}: {error.what}; {error.fix}")
            continue
        own = (
            {k: v for k, v in values.items() if k not in registry.RESERVED["parameter"]}
            if isinstance(values, Mapping)
            else values
        )
        try:
            out[name] = kind.model_validate(own)
        except ValidationError as e:
            for text in told(e, kind, own, f"model.{name}"):
                p.add(text)
    return out


def _check_model_tables(base: Accounts, parameters: Mapping[str, BaseModel], p: Problems) -> None:
    """Problems of parameters that name sectors or depend on the table."""
    for name, given in parameters.items():
        check = getattr(given, "check", None)
        if check is None:
            continue
        try:
            check(base.sectors)
        except XunhuanError as e:
            for item in e.items or (e.what,):
                p.add(f"model.{name}: {item}" + (f"; {e.fix}" if e.fix else ""))


def _whole_shocks(data: Mapping[str, Any]) -> list[tuple[int, ShockLines]]:
    """Shocks that are valid by themselves, so that their names are checked even where others are broken."""
    out = []
    shocks = data.get("shock", [])
    for k, raw in enumerate(shocks if isinstance(shocks, list) else []):
        try:
            out.append((k, lines_schema().model_validate(raw)))
        except ValidationError:
            continue
    return out


def check_shock(base: Accounts, shock: ShockLines, place: str, p: Problems) -> None:
    """Problems of each edit of a shock on the table."""
    for at, edit in _placed(shock, place):
        for w in edit.check(base):
            p.add(_said(at, w))
        for w in edit.implausible() if shock.plausible else ():
            p.add(f"{at}.{w.field}: {w.what}; {w.fix}; {IF_MEANT}")


def _placed(shock: ShockLines, place: str) -> list[tuple[str, Edit]]:
    """Edits of a shock with the places where they are written."""
    lines = list(shock.lines())
    kinds = [line.kind for line in lines]
    return [(f"{place}.{kind}[{k}]" if kinds.count(kind) > 1 else f"{place}.{kind}", e) for kind, k, e in lines]


def _said(at: str, w: Wrong) -> str:
    return f"{at}{'.' + w.field if w.field else ''}: {w.what}" + (f"; {w.fix}" if w.fix else "")


def _check_periods(scenario: Scenario, parameters: Mapping[str, BaseModel], p: Problems) -> None:
    """Edits that a model reads, or is handed, and its parameters have no room for, such as days after its end."""
    for name, given in parameters.items():
        fits = getattr(given, "fits", None)
        if fits is None or name not in scenario.model:
            continue
        # What a model before it reads by days it hands on as days.
        before = [m for m in _before(scenario, name) if registry.find(m).hands_on is not None]
        for k, shock in enumerate(scenario.shock):
            for at, edit in _placed(shock, f"shock[{k}]"):
                own = shock.name in scenario.heeded(name) and isinstance(edit, registry.find(name).reads)
                handed = edit.period is not None and any(
                    shock.name in scenario.heeded(m) and isinstance(edit, registry.find(m).reads) for m in before
                )
                try:
                    wrongs = fits(edit) if own or handed else ()
                except XunhuanError:  # said where the parameters are looked at
                    continue
                for w in wrongs:
                    p.add(_said(at, w))


def _before(scenario: Scenario, name: str) -> list[str]:
    """Models that a model comes after, the nearest first."""
    after, out = scenario.after(), list[str]()
    while name in after and after[name] in scenario.model and after[name] not in out:
        name = after[name]
        out.append(name)
    return [m for m in out if m in registry.models()]


def _check_doses(bench: Bench, p: Problems) -> None:
    """Problems of every shock at its own dose, then of every arm: what their edits amount to together."""
    alone = {}
    for k, shock in enumerate(bench.scenario.shock):
        size = "" if shock.size == 1 else f" at size {shock.size:g}"
        try:
            mine = [e for e in shock.edits() if isinstance(e, Lasting) and not e.check(bench.base)]
            alone[shock.name] = tuple(mine)
            _ranges(bench.base, mine)
        except XunhuanError as e:
            for item in e.items or (e.what + (f"; {e.fix}" if e.fix else ""),):
                p.add(f"shock[{k}] ({shock.name}){size}: {item}")
    if p:
        return
    for arm, members in bench.scenario.all_arms().items():
        try:
            _ranges(bench.base, [e for name in dict.fromkeys(members) for e in alone[name]])
        except XunhuanError as e:
            for item in e.items:
                p.add(f"arm {arm!r}: {item}")


def _ranges(base: Accounts, edits: Sequence[Lasting]) -> None:
    """Raise BadInput where edits together leave the range. Ranges do not depend on elasticities, so any will do."""
    ones = np.ones(base.S)
    primitives(base, Shock(tuple(edits)), Theta(ones, ones))


def _check_uncertain(bench: Bench, u: Uncertainty, p: Problems) -> None:
    """Problems of quantities whose draws would change nothing, or could not be."""
    drawn = {m: b for m, b in bench.parameters.items() if u.models is None or m in u.models}
    for q in u.quantities():
        if q.of == "table" and not bench.base.draws:
            p.add(f"uncertainty.{q.name}: its draws would change nothing: the table {bench.base.name} has one version; "
                  "`xunhuan tables` shows those that have more")  # fmt: skip
        if q.of in ("model", "choice", "errors"):
            name, idle = next(
                (m.name, x.idle) for m in registry.models().values() for x in m.uncertain if x.name == q.name
            )
            why = idle(drawn[name]) if name in drawn else f"the model {name} is not drawn"
            if why is not None:
                p.add(f"uncertainty.{q.name}: its draws would change nothing: {why}")
            elif q.of == "errors":
                for said in _without_errors(bench, u, name, q):
                    p.add(f"uncertainty.{q.name}: {said}")
    for name, d in u.shock.items():
        shock = bench.scenario.shocks()[name]
        low, high = (1.0, 2.0) if d.low is None else d.support()
        try:
            # An edit that has no such dose says so.
            _ = shock.edits(low), shock.edits(high)
        except XunhuanError as e:
            p.add(f"uncertainty.shock.{name}: {e.what}; low and high must give {e.fix}")


def _without_errors(bench: Bench, u: Uncertainty, model: str, q: Drawn) -> list[str]:
    """Why parameters of a model cannot be drawn by errors of their own, under each choice that is drawn with them."""
    mine = {x.name for x in registry.find(model).uncertain}
    choices = {c: d for c, d in u.quantities().items() if isinstance(d, tuple) and c.name in mine}
    said = []
    for chosen in product(*choices.values()):
        values: dict[Drawn, float | str] = {**dict(zip(choices, chosen, strict=True)), q: 0.5}
        try:
            bench.varied(Draw.of(values))
        except BadInput as e:
            said.append("; ".join([*(e.items or (e.what,)), *([e.fix] if e.fix else [])]))
    return list(dict.fromkeys(said))


def _check_heeded(scenario: Scenario, p: Problems) -> None:
    """Problems of the shocks that models' tables name."""
    for name, values in scenario.model.items():
        named = values.get("shocks")
        if named is None:
            continue
        if not isinstance(named, list | tuple) or not named or not all(isinstance(s, str) for s in named):
            p.add(f'model.{name}.shocks: is a list of names of shocks, as in ["embargo"]')
            continue
        for one in (s for s in named if s not in scenario.shocks()):
            error = UnknownName.of("shock", one, tuple(scenario.shocks()))
            p.add(f"model.{name}.shocks: {error.what}; {error.fix}")


def _check_names(scenario: Scenario, base: Accounts | None, p: Problems) -> None:
    """Problems of names of shocks in arms, comparisons and uncertainty, of models, and of regions to be made whole."""
    names = [s.name for s in scenario.shock]
    for name in sorted({n for n in names if names.count(n) > 1}):
        p.add(f"shock: the name {name!r} is given twice")
    c, u = scenario.compare, scenario.uncertainty
    used = [(f"arms.{arm}", n) for arm, members in scenario.arms.items() for n in members]
    for kind in ("offset", "break_even"):
        line = getattr(c, kind)
        if line is not None:
            used += [(f"compare.{kind}.shock", line.shock), (f"compare.{kind}.policy", line.policy)]
    if c.frontier is not None:
        used += [("compare.frontier.shock", c.frontier.shock)]
        used += [("compare.frontier.policies", n) for n in c.frontier.policies]
    if u is not None:
        used += [(f"uncertainty.shock.{n}", n) for n in u.shock]
        for m in u.models or ():
            if m not in scenario.model:
                p.add(f"uncertainty.models: {m!r} is not one of the scenario's models ({', '.join(scenario.model)})")
    for place, name in used:
        if name not in names:
            error = UnknownName.of("shock", name, names)
            p.add(f"{place}: {error.what}; {error.fix}")
    if "base" in scenario.arms:
        p.add("arms.base: 'base' is the arm where nothing happens; choose another name")
    try:
        chain_order(scenario)
    except BadInput as e:
        p.add(f"{e.where}: {e.what}; {e.fix}")
    if gain_of(scenario) is None:
        traced = traced_of(scenario) is not None
        for kind in ("offset", "break_even", "reinforcement", *(() if traced else ("frontier",))):
            if getattr(c, kind) is not None:
                p.add(f"compare.{kind}: needs a model that gives a gain; add {' or '.join(givers())}")
    if base is not None:
        _check_selected(c, base, p)


def _check_selected(c: Compare, base: Accounts, p: Problems) -> None:
    """Problems of regions and sectors that comparisons name."""
    asked: list[tuple[str, Callable[[], object]]] = []
    if c.break_even is not None and c.break_even.regions != "home":
        made_whole = c.break_even.regions
        asked.append(("break_even.regions", lambda: base.geography.select(made_whole, base.home)))
    if c.reinforcement is not None:
        shifted = c.reinforcement.sectors
        asked.append(("reinforcement.sectors", lambda: base.sectors.select(shifted)))
    for place, select in asked:
        try:
            select()
        except BadInput as e:
            p.add(f"compare.{place}: {e.what}; {e.fix}")

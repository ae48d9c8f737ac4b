"""From plain data to a bench ready to run; everything that is wrong is found and told at once.

Each problem has its path in the file and, where a name is wrong, the nearest valid one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from xunhuan.data.accounts import Accounts
from xunhuan.data.store import load
from xunhuan.errors import BadInput, Problems, UnknownName, XunhuanError, nearest
from xunhuan.models.contract import Shock as Edits
from xunhuan.models.contract import TimedEdit, primitives
from xunhuan.scenario import edits
from xunhuan.scenario.layers import Layers
from xunhuan.scenario.lines import Shock, Strict
from xunhuan.scenario.run import MODELS, Bench, check_reads
from xunhuan.scenario.scenario import Scenario, Uncertainty

Location = tuple[int | str, ...]


Table = Callable[[str], Accounts]


def prepare(layers: Layers, table: Table = load) -> Bench:
    """The scenario checked against its table and models, ready to run. Raises BadInput listing every problem.

    table  how a base is found by its name or path
    """
    where = layers.name if layers.folder is None else str(layers.folder / f"{layers.name}.toml")
    p = Problems("the scenario has errors")
    scenario = validate(layers.data, p)
    base = _base(layers, table, p)
    parameters = _parameters(layers.data.get("model", {"trade": {}}), p)
    if base is not None:
        for k, shock in _whole_shocks(layers.data):
            check_shock(base, shock, f"shock[{k}]", p)
        _check_model_tables(base, parameters, p)
    if scenario is not None:
        _check_names(scenario, base, p)
        for text in check_reads(scenario):
            p.add(text)
    p.raise_if(where=where, fix="docs/scenarios.md lists every key")
    assert scenario is not None
    assert base is not None
    bench = Bench(scenario, base, parameters)
    for k, shock in enumerate(scenario.shock):
        _check_doses(bench, shock, k, p)
    if scenario.uncertainty is not None:
        _check_uncertain(bench, scenario.uncertainty, p)
    p.raise_if(where=where)
    return bench


def validate(data: Mapping[str, Any], p: Problems) -> Scenario | None:
    """The scenario, or None with every problem noted."""
    try:
        return Scenario.model_validate(data)
    except ValidationError as e:
        for text in tell(e, Scenario, data):
            p.add(text)
        return None


def tell(e: ValidationError, model: type[BaseModel], data: Any, prefix: str = "") -> list[str]:
    """Each error as "path: what is wrong; what would be right"."""
    out = []
    for item in e.errors(include_url=False):
        place = _path(item["loc"], data, prefix)
        kind, given = item["type"], item.get("input")
        if kind == "extra_forbidden":
            names = _keys_at(model, item["loc"][:-1])
            near = nearest(str(item["loc"][-1]), names)
            right = f"did you mean {', '.join(near)}?" if near else f"known keys: {', '.join(names)}"
            out.append(f"{place}: unknown key; {right}")
        elif kind == "missing":
            out.append(f"{place}: is missing")
        elif kind == "literal_error":
            expected = str(item.get("ctx", {}).get("expected", "")).replace(" or ", ", ")
            valid = [v.strip("'") for v in expected.split(", ")]
            near = nearest(str(given), valid)
            right = f"did you mean {near[0]}?" if near else f"choose {', '.join(valid)}"
            out.append(f"{place}: {given!r} is not one of the choices; {right}")
        else:
            text = item["msg"].removeprefix("Value error, ")
            shown = f" (given: {given!r})" if isinstance(given, str | int | float | bool) else ""
            out.append(f"{place}: {text[:1].lower()}{text[1:]}{shown}" if place else text)
    return out


def _path(loc: Location, data: Any, prefix: str) -> str:
    """Location as the user wrote it: a single table in the place of a list of tables has no number."""
    out, here = prefix, data
    for part in loc:
        if isinstance(part, int):
            if isinstance(here, Mapping):
                continue
            out += f"[{part}]"
            here = here[part] if isinstance(here, list | tuple) and part < len(here) else None
        elif str(part) in ("str", "tuple[str, ...]", "float", "[key]"):
            continue  # branches of a union
        else:
            out += f".{part}" if out else str(part)
            here = here.get(part) if isinstance(here, Mapping) else None
    return out


def _keys_at(model: type[BaseModel], loc: Location) -> list[str]:
    """Keys the record at a location accepts."""
    here: type[BaseModel] | None = model
    for part in loc:
        if here is not None and isinstance(part, str):
            fields = {f.alias or n: f for n, f in here.model_fields.items()}
            if part in fields:
                here = _record(fields[part].annotation)
    return [] if here is None else [f.alias or n for n, f in here.model_fields.items()]


def _record(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for inner in get_args(annotation):
        found = _record(inner)
        if found is not None:
            return found
    return None


def _base(layers: Layers, table: Table, p: Problems) -> Accounts | None:
    """The table, as pinned and regrouped, or None with the problem noted."""
    name = layers.data.get("base")
    if not isinstance(name, str) or not name:
        return None
    beside = None if layers.folder is None else layers.folder / name
    try:
        acc = table(str(beside) if beside is not None and Path(name).suffix and beside.is_file() else name)
    except XunhuanError as e:
        p.add(f"base: {e.what}" + (f"; {e.fix}" if e.fix else ""))
        return None
    pinned = layers.data.get("base_digest", "")
    if isinstance(pinned, str) and pinned and not acc.digest.startswith(pinned):
        p.add(f"base_digest: the table {name!r} has moved: {acc.digest[:12]} here, {pinned[:12]} pinned; "
              "check what changed, then pin the new digest")  # fmt: skip
    nations = layers.data.get("nations", {})
    for nation, members in nations.items() if isinstance(nations, Mapping) else ():
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
    return acc


def _parameters(given: Any, p: Problems) -> dict[str, BaseModel]:
    """Parameters of each model, validated by the model itself."""
    out: dict[str, BaseModel] = {}
    if not isinstance(given, Mapping):
        return out
    if not given:
        p.add(f"model: no model is given; known models: {', '.join(MODELS)}")
    for name, values in given.items():
        if name not in MODELS:
            error = UnknownName.of("model", str(name), MODELS)
            p.add(f"model.{name}: {error.what}; {error.fix}")
            continue
        kind = MODELS[name].parameters
        try:
            out[name] = kind.model_validate(values)
        except ValidationError as e:
            for text in tell(e, kind, values, f"model.{name}"):
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


def _whole_shocks(data: Mapping[str, Any]) -> list[tuple[int, Shock]]:
    """Shocks that are valid by themselves, so that their names are checked even where others are broken."""
    out = []
    shocks = data.get("shock", [])
    for k, raw in enumerate(shocks if isinstance(shocks, list) else []):
        try:
            out.append((k, Shock.model_validate(raw)))
        except ValidationError:
            continue
    return out


REGIONS = ("origin", "destination", "regions")


def check_shock(base: Accounts, shock: Shock, place: str, p: Problems) -> None:
    """Problems of every selection in a shock, then of each edit on the table."""
    for kind, k, line in shock.lines():
        many = len(getattr(shock, kind)) > 1
        at = f"{place}.{kind}[{k}]" if many else f"{place}.{kind}"
        if _check_selections(base, line, at, p):
            # What needs elasticities is tried with the whole shock, once its models are known.
            needs = getattr(line, "best", None) is not None or getattr(line, "cut", None) is not None
            made = None if needs else edits.edit(kind, line)
            if made is not None and not isinstance(made, TimedEdit):
                try:
                    primitives(base, Edits((made,)))
                except XunhuanError as e:
                    p.add(f"{at}: {(e.items or (e.what,))[0].split('): ', 1)[-1]}")


def _check_selections(base: Accounts, line: Strict, at: str, p: Problems) -> bool:
    good = True
    for name, f in type(line).model_fields.items():
        if name not in (*REGIONS, "sectors"):
            continue
        try:
            if name == "sectors":
                base.sectors.select(getattr(line, name))
            else:
                base.geography.select(getattr(line, name), base.home)
        except XunhuanError as e:
            p.add(f"{at}.{f.alias or name}: {e.what}" + (f"; {e.fix}" if e.fix else ""))
            good = False
    return good


def _check_doses(bench: Bench, shock: Shock, k: int, p: Problems) -> None:
    """Problems of a whole shock at its own dose."""
    try:
        lines = edits.edits(shock, 1.0, bench.theta)
        primitives(bench.base, Edits(tuple(e for e in lines if not isinstance(e, TimedEdit))))
    except XunhuanError as e:
        p.add(f"shock[{k}] ({shock.name}): {(e.items or (e.what,))[0]}")


def _check_uncertain(bench: Bench, u: Uncertainty, p: Problems) -> None:
    """Problems of quantities whose draws would change nothing, or could not be."""
    drawn = {m: b for m, b in bench.parameters.items() if u.models is None or m in u.models}
    long = next((b for m, b in drawn.items() if MODELS[m].horizon == "long"), None)
    idle = {
        "trade_elasticity": (long is None, "no long-run model is drawn"),
        "mobility": (getattr(long, "labour", "") != "mobile", 'people do not move; set model.trade.labour = "mobile"'),
        "scale": (not getattr(long, "scale", 0.0), "there are no economies of scale; set model.trade.scale"),
        "inventories": (not any("inventory_scale" in type(b).model_fields for b in drawn.values()),
                        "no short-run model is drawn"),
        "cross_hauling": (len(bench.view.home) < 2, "the home nation has one region"),
    }  # fmt: skip
    for name, (nothing, why) in idle.items():
        if getattr(u, name) is not None and nothing:
            p.add(f"uncertainty.{name}: its draws would change nothing: {why}")
    for name, d in u.shock.items():
        most = d.support()[1] * bench.scenario.shocks()[name].size
        if most > 1 and any(line.ban for line in bench.scenario.shocks()[name].trade_cost):
            p.add(f"uncertainty.shock.{name}: a ban has no dose above 1; give low and high with high at most 1")


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
    if any(MODELS[m].horizon == h for h in ("long",) for m in scenario.model if m in MODELS) is False:
        for kind in ("offset", "break_even", "frontier", "reinforcement"):
            if getattr(c, kind) is not None:
                p.add(f"compare.{kind}: needs a long-run model; add [model.trade]")
    if base is not None and c.break_even is not None and c.break_even.regions != "home":
        try:
            base.geography.select(c.break_even.regions, base.home)
        except BadInput as e:
            p.add(f"compare.break_even.regions: {e.what}; {e.fix}")

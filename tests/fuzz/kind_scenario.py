"""Scenario files: values, keys and tables of right ones changed, and what surrounds them."""

from __future__ import annotations

import copy
import json
import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import tomli_w

from tests.fuzz.harness import Input, Kind, write
from tests.fuzz.values import VALUES, Raw, change_bytes
from xunhuan.data.accounts import Accounts
from xunhuan.data.store import load
from xunhuan.scenario.check import prepare
from xunhuan.scenario.layers import library, read_layers

FILE = "s.toml"
TOY = Path(__file__).parents[1] / "scenarios" / "toy.toml"
SEEDS = {
    name: path.read_bytes()
    for name, path in {"toy": TOY, **library()}.items()
    # Seconds on the world's table; what they hold is in the others.
    if name not in ("bay-area-cities", "chip-embargo", "electronics-embargo", "orders-cancelled-2020")
}


def text(data: Mapping[str, Any]) -> str:
    """Plain data as TOML, a key a line; `Raw` as it stands."""
    return "".join(f"{json.dumps(k)} = {_inline(v)}\n" for k, v in data.items())


def _inline(value: Any) -> str:
    if isinstance(value, Raw):
        return str(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{json.dumps(k)} = {_inline(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_inline, value)) + "]"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else tomli_w.dumps({"x": value})[4:].strip()


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place inside plain data."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [p for k, v in inner for p in ((*at, k), *places(v, (*at, k)))]


def _in(data: Any, at: tuple[Any, ...]) -> Any:
    for k in at:
        data = data[k]
    return data


def _value(rng: Random, data: dict[str, Any], at: tuple[Any, ...]) -> None:
    _in(data, at[:-1])[at[-1]] = rng.choice(VALUES)


def _scaled(rng: Random, data: dict[str, Any], at: tuple[Any, ...]) -> None:
    """A number anywhere in the file at another size or sign."""
    numbers = [p for p in places(data) if type(_in(data, p)) in (int, float)]
    if numbers:
        p = rng.choice(numbers)
        made = _in(data, p) * rng.choice([-1, 0, 1e-9, 0.5, 10, 1e3, 1e6, 1e9, 1e18, 1e150])
        _in(data, p[:-1])[p[-1]] = int(made) if type(_in(data, p)) is int else made


def _dropped(rng: Random, data: dict[str, Any], at: tuple[Any, ...]) -> None:
    del _in(data, at[:-1])[at[-1]]


def _moved(rng: Random, data: dict[str, Any], at: tuple[Any, ...]) -> None:
    """What stands at one place copied to another."""
    other = rng.choice(places(data))
    _in(data, at[:-1])[at[-1]] = copy.deepcopy(_in(data, other))


def _renamed(rng: Random, data: dict[str, Any], at: tuple[Any, ...]) -> None:
    here = _in(data, at[:-1])
    if isinstance(here, dict):
        known = [p[-1] for p in places(data) if isinstance(p[-1], str)]
        other = rng.choice([*known, f"{at[-1]}x", str(at[-1])[:-1], "", "a.b", "é\n", "__class__"])
        here[other] = here.pop(at[-1])


def _wrapped(rng: Random, data: dict[str, Any], at: tuple[Any, ...]) -> None:
    here = _in(data, at[:-1])
    here[at[-1]] = rng.choice([lambda v: [v], lambda v: {"x": v}, lambda v: [v] * 300, lambda v: str(v)])(here[at[-1]])


def _borrowed(rng: Random, data: dict[str, Any], at: tuple[Any, ...]) -> None:
    """A table of another scenario laid over this one's."""
    other = tomllib.loads(SEEDS[rng.choice(list(SEEDS))].decode())
    key = rng.choice([k for k in other if k not in ("title", "question")])
    if isinstance(other[key], dict) and isinstance(data.get(key), dict):
        data[key] |= other[key]
    else:
        data[key] = other[key]


CHANGES: list[Callable[[Random, dict[str, Any], tuple[Any, ...]], None]] = [
    _value, _value, _value, _scaled, _scaled, _dropped, _moved, _renamed, _wrapped, _borrowed,
]  # fmt: skip


def mutate(rng: Random) -> Input:
    """One to three changes to a scenario, or to its letters, or to files around it."""
    seed = SEEDS[rng.choice(["toy", rng.choice(list(SEEDS))])]
    if (drawn := rng.random()) < 0.15:
        return change_bytes(rng, seed)
    if drawn < 0.25:
        return _several(rng, seed)
    data = tomllib.loads(seed.decode())
    for _ in range(rng.randint(1, 3)):
        if not (found := places(data)):
            break
        at = rng.choice(found)
        if not isinstance(_in(data, at[:-1]), str):
            rng.choice(CHANGES)(rng, data, at)
    return text(data).encode("utf-8", errors="surrogatepass")


def _several(rng: Random, seed: bytes) -> Input:
    """Files that extend one another, or name rows of a csv."""
    data = tomllib.loads(seed.decode())
    if rng.random() < 0.5:
        wide, deep = rng.choice([(1, 30), (2, 20), (30, 6), (300, 2), (1, 2), (3, 3)])
        names = [f"{k}.toml" for k in range(deep)]
        files = {
            n: text({"extends": [after] * wide}).encode() for n, after in zip(names, [*names[1:], ""], strict=True)
        }
        files[names[-1]] = rng.choice([seed, b"", change_bytes(rng, seed), text({"extends": [FILE]}).encode()])
        return {**files, FILE: text({"extends": names[0], **data}).encode()}
    shock, rows = rng.choice(data["shock"]), b"kind,from,to,sectors,change\ntrade_cost,BOR,ATL,goods,0.1\n"
    shock["lines"] = "rows.csv"
    return {FILE: text(data).encode(), "rows.csv": change_bytes(rng, rows)}


@cache
def _table(name: str) -> Accounts:
    return load(name)


def call(given: Input, folder: Path) -> None:
    """Read and check, as `xunhuan run` does before it runs."""
    write(given, folder, FILE)
    bench = prepare(read_layers(folder / FILE), _known)
    tomli_w.dumps(bench.scenario.resolved())


def _known(name: str | Path) -> Accounts:
    """Tables that come with the package are read once."""
    return _table(str(name)) if str(name) in ("toyland", "world-2017") else load(name)


KINDS = (Kind("scenario", SEEDS, mutate, call),)

"""Everything that is seen of an answer, as one line a thing: a digest of its words, and two weighted sums of its numbers.

Kept in a small file a room, so that a change of any number, label, unit, order or sentence is told. They are the numbers as
they were, which says that something moved and not what is right: closed forms, loops and published tables say that.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import xarray as xr
from pydantic import BaseModel

from tests.helpers.heads import unexplained
from xunhuan.data.accounts import Accounts
from xunhuan.data.places import places
from xunhuan.errors import BadInput, XunhuanError
from xunhuan.models import registry
from xunhuan.models.edits.text import parse_edit
from xunhuan.models.model import Model, Response, Shock, Status
from xunhuan.scenario.lend import lent, responded

HERE = Path(__file__).parent
SMALL = 1e-3
"""Numbers of this size and larger count by how much they change in proportion, smaller ones by the difference."""
WITHIN = 1e-7
"""Of the sums: machines differ by less, whatever changes an answer by more."""
STEPS = r"\d+ (iterations|evaluations|steps)"
Thing = tuple[str, object]
Cases = Mapping[str, Callable[[], Iterable[Thing]]]


class Seen(NamedTuple):
    """A digest of words, and two weighted sums of numbers with the size of their terms."""

    words: str
    sums: tuple[float, float]
    size: float


def seen(thing: object) -> Seen:
    """What is seen of anything."""
    words: list[str] = []
    numbers: list[np.ndarray] = []
    _read(thing, words, numbers)
    x = np.concatenate(numbers) if numbers else np.zeros(0)
    words.append("".join("n" if np.isnan(v) else "+" if v > 0 else "-" for v in x[~np.isfinite(x)]))
    words.append(",".join(map(str, np.flatnonzero(~np.isfinite(x)))))
    y = np.sign(x) * np.log1p(np.abs(np.where(np.isfinite(x), x, 0.0)) / SMALL)
    y = np.where(np.isfinite(x), y, 0.0)
    k = np.arange(1, len(y) + 1)
    a, b = (float(((0.5 + (k * irrational) % 1) * y).sum()) for irrational in (0.6180339887498949, 1.4142135623730951))
    digest = hashlib.sha256("\x1f".join(words).encode()).hexdigest()[:10]
    return Seen(digest, (a, b), float(np.abs(y).sum()))


def _read(thing: object, words: list[str], numbers: list[np.ndarray]) -> None:
    def each(things: Iterable[tuple[object, object]]) -> None:
        for name, part in things:
            words.append(str(name))
            _read(part, words, numbers)

    if isinstance(thing, (bool, np.bool_, str, type(None))):
        words.append(re.sub(STEPS, r"\1", str(thing)).replace(f"{HERE}/", ""))
    elif isinstance(thing, (int, float, np.number)):
        numbers.append(np.array([float(thing)]))
    elif isinstance(thing, (np.ndarray, pd.Index)):
        x = np.asarray(thing)
        words.append(str(x.shape))
        if x.dtype.kind in "biuf":
            numbers.append(x.astype(float).ravel())
        else:
            each((k, v) for k, v in enumerate(x.ravel().tolist()))
    elif isinstance(thing, pd.DataFrame):
        each(
            [
                ("index", thing.index.to_numpy()),
                *((c, thing[c].to_numpy()) for c in thing),
                ("attrs", dict(thing.attrs)),
            ]
        )
    elif isinstance(thing, xr.Dataset):
        parts = {**thing.data_vars, **thing.coords}
        each((f"{n} {parts[n].dims}", parts[n].to_numpy()) for n in sorted(map(str, parts)))
        each(sorted((str(n), dict(parts[n].attrs)) for n in parts))
        _read(dict(thing.attrs), words, numbers)
    elif isinstance(thing, Accounts):
        each((n, getattr(thing, n)) for n in ("flow", "use", "final", "value_added", "tariff"))
        each((n, getattr(thing, n)) for n in ("unit", "year", "currency", "home", "name", "sourcing"))
    elif isinstance(thing, Status):
        each([("outcome", thing.outcome), ("message", thing.message), ("tolerance", thing.tolerance)])
    elif isinstance(thing, Mapping):
        each(thing.items())
    elif isinstance(thing, BaseModel):
        each([(type(thing).__name__, ""), *((n, getattr(thing, n)) for n in type(thing).model_fields)])
    elif is_dataclass(thing):
        each((f.name, getattr(thing, f.name)) for f in fields(thing))
    elif isinstance(thing, tuple) and hasattr(thing, "_fields"):
        each(zip(thing._fields, thing, strict=True))
    elif isinstance(thing, (set, frozenset)):
        each(enumerate(sorted(thing, key=str)))
    elif isinstance(thing, Iterable):
        each(enumerate(thing))
    elif isinstance(thing, BaseException):
        words.append(str(thing).replace(f"{HERE}/", ""))
    elif isinstance(thing, Path):
        words.append(thing.name)
    elif callable(thing):
        words.append("a function")
    elif type(thing).__name__ == "PydanticUndefinedType":
        words.append("needed")
    else:
        raise TypeError(f"not known how a {type(thing).__name__} is seen")


def tried(work: Callable[..., object], *given: object, **named: object) -> object:
    """What comes of a call, or why it is refused."""
    try:
        return work(*given, **named)
    except XunhuanError as refused:
        return refused


def shocked(*edits: str, name: str = "") -> Shock:
    """A shock of edits, each in a line."""
    kinds = registry.edits()
    return Shock(tuple(parse_edit(e, kinds) for e in edits), name)


def asked(
    room: str, acc: Accounts, *edits: str, others: Mapping[str, BaseModel] | None = None, rows: int = 2, **values: Any
) -> Iterator[Thing]:
    """All that the record of a room says of a question: the answer, what is read off it, tables, what is handed on."""
    model = registry.models()[room]
    try:
        p, shock = model.parameters(**values), shocked(*edits, name="asked")
        response = responded(model, acc, shock, p, others or {})
    except (BadInput, ValueError) as refused:
        yield "refused", str(refused)
        return
    yield from answered(model, acc, response, rows)
    yield from beside(model, acc, shock, p)


def answered(model: Model[Any], acc: Accounts, response: Response, rows: int = 2) -> Iterator[Thing]:
    """What there is to see of an answer."""
    yield "status", response.status
    if response.accounts is not acc:
        yield "accounts", response.accounts
    for which, data in (("detail", response.detail), ("path", response.path)):
        if data is not None:
            for name in data.data_vars:
                yield f"{which} {name}", data[[name]].drop_attrs(deep=False)
            yield f"{which} attrs", {k: v for k, v in data.attrs.items() if k not in ("edits_digest",)}
    yield "notes", response.notes
    read = tried(model.read, acc, response, places(acc))
    for name, numbers in read.items() if isinstance(read, dict) else [("refused", read)]:
        yield f"read {name}", numbers
    for name, view in model.views.items():
        for k in (0, rows):
            table = tried(view, acc, response, k)
            if isinstance(table, (BadInput, pd.DataFrame)):
                yield f"view {name} {k}", table
                columns = () if isinstance(table, BadInput) else (c for c in table if c not in acc.geography.codes)
                assert unexplained(columns, model.name) == [], (
                    f"{model.name}: nothing says what these columns of {name} are"
                )
    if model.hands_on is not None:
        yield "hands on", tried(lambda: [str(e) for e in model.hands_on(response)])  # type: ignore[misc]


def beside(model: Model[Any], acc: Accounts, shock: Shock, p: Any) -> Iterator[Thing]:
    """What the record says of parameters and a shock beside the answer."""
    kinds = frozenset(e.kind for e in shock.edits)
    if model.rests_on is not None:
        yield "rests on", tried(lambda: [tuple(g) for g in model.rests_on(p, kinds)])  # type: ignore[misc]
    if model.first_order is not None:
        yield "first order", tried(model.first_order, acc, shock, p, places(acc))
    for name in ("point", "constant_returns", "borrows"):
        made = getattr(model, name)
        if made is not None:
            yield name, tried(made, p)
    if model.comparable is not None:
        yield "comparable", tried(model.comparable, acc, shock, p)
    if model.size is not None:
        yield "size", tried(model.size, acc, p)
    if model.land is not None:
        yield "land", tried(model.land, acc, p, shock)
    moved = []
    for u in model.uncertain:
        moved += [u.idle(p), u.rest]
        for x in u.choices or ((0.8, 1.7) if not u.level else (0.3,)):
            moved.append(tried(u.move, p, x, acc))
        if u.errors is not None and u.idle(p) is None:
            moved.append(tried(u.errors, p, 0.3, acc))
    if moved:
        yield "moved", moved


def recorded(room: str) -> Iterator[Thing]:
    """What the record of a room says whatever is asked: how each number is told, drawn, ranked."""
    model = registry.models()[room]
    yield "quantities", [(q.name, q.unit, q.axes, q.source, q.better, q.headline, q.rest, q.picture, q.points, q.beside,
                          q.kept, q.ends, q.opens, q.told_with, q.change, q.loss) for q in model.quantities]  # fmt: skip
    yield "uncertain", [(u.name, u.low, u.zero, u.choices, u.parameter, u.level, u.rest) for u in model.uncertain]
    yield "record", (model.horizon, model.evolves, sorted(model.lends), list(model.views), model.command, model.shown,
                     model.cited, [e.kind for e in model.reads])  # fmt: skip
    if model.asking is not None:
        yield "page", model.asking
    if model.short is not None:
        yield "command", (model.short.arguments, model.short.whole, _usual(model.short.options))
    yield "usual", _usual(model.parameters)


def _usual(kind: type[BaseModel]) -> dict[str, object]:
    return {n: f.get_default(call_default_factory=True) for n, f in kind.model_fields.items()}


def lends(what: str, acc: Accounts, **others: BaseModel) -> Any:
    """What a room lends by a name."""
    return lent(what, acc, others)


@cache
def kept(room: str) -> dict[str, dict[str, Seen]]:
    """What is kept of a room, by case and thing."""
    out: dict[str, dict[str, Seen]] = {}
    with (HERE / f"{room}.csv").open(encoding="utf-8") as text:
        for case, what, words, a, b in csv.reader(text):
            out.setdefault(case, {})[what] = Seen(words, (float(a), float(b)), 0.0)
    return out


def moved(room: str, cases: Cases, case: str) -> list[str]:
    """What is no longer seen as it was; empty where nothing moved."""
    was, out = dict(kept(room)[case]), []
    for what, thing in cases[case]():
        now, before = seen(thing), was.pop(what, None)
        if before is None:
            out.append(f"{what}: is new")
        elif now.words != before.words:
            out.append(f"{what}: words or places moved")
        elif not np.allclose(now.sums, before.sums, rtol=0, atol=WITHIN * (1e-2 + now.size)):
            out.append(f"{what}: {before.sums} -> {now.sums}")
    return out + [f"{what}: is gone" for what in was]


def write(room: str, cases: Cases) -> None:
    """Keep what is seen now."""
    with (HERE / f"{room}.csv").open("w", encoding="utf-8", newline="") as text:
        out = csv.writer(text, lineterminator="\n")
        for case, make in cases.items():
            for what, thing in make():
                now = seen(thing)
                out.writerow([case, what, now.words, *(f"{x:.10g}" for x in now.sums)])

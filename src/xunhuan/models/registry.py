"""Which models there are: the rooms of this folder, and those that other packages bring.

A room here is a package with a module `model` that holds `MODEL`. A room elsewhere is named by its package under the entry
point "xunhuan.models", which gives the `Model` itself. `register` adds one in this process only.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import pkgutil
import threading
from collections.abc import Iterable, Iterator
from functools import cache
from importlib import metadata
from typing import Any

from xunhuan.errors import BadInput, Problems, UnknownName, XunhuanError, nearest
from xunhuan.models.edits.base import Edit
from xunhuan.models.model import Model
from xunhuan.symbols import UNITS

GROUP = "xunhuan.models"
RESERVED: dict[str, tuple[str, ...]] = {
    "parameter": ("after", "shocks"),
    "edit": ("name", "note", "role", "size", "plausible"),
    "uncertain": ("draws", "seed", "design", "shock", "table", "models"),
    "quantity": ("gdp", "reliance", "circulation", "trade", "output", "omega", "omega_net", "break_even",
                 "break_even_answer", "reinforcement", "reinforcement_by_channel", "frontier_gain",
                 "frontier_reliance", "rank_correlation", "sobol_first", "sobol_total", "sobol_first_half",
                 "sobol_total_half"),
}  # fmt: skip
"""Names that are the house's own: keys of [model.NAME], of a shock and of [uncertainty]; numbers that need no model."""
SHARED_AXES = ("place", "home_place", "region", "sector", "t")
"""Axes of numbers that mean the same for every model; others are a model's own, since their labels differ."""
DEFAULT = "trade"
"""The model asked where none is named."""
_known: dict[str, Model[Any]] = {}
_found = False
_finding = threading.RLock()
"""Held while rooms are opened: a server's first two requests come together. Opening a room may ask for models again."""


def models() -> dict[str, Model[Any]]:
    """Every model by name, lasting ones first.

    Returns
    -------
    dict of str to Model
        By name, with its record: parameters, edits it reads, quantities it gives, sources.

    Raises
    ------
    BadInput
        Where a room of another package does not fit the house.
    XunhuanError
        Where it cannot be opened.

    Examples
    --------
    >>> list(models())[0]
    'trade'
    """
    global _found
    if not _found:
        with _finding:
            if not _found:
                for model in (*_rooms(), *_elsewhere()):
                    if _known.get(model.name) is not model:
                        register(model)
                _found = True
    own = _own()
    return dict(sorted(_known.items(), key=lambda item: _place(item[1], own)))


def _place(model: Model[Any], own: list[str]) -> tuple[bool, bool, bool, str]:
    """Where a model stands: lasting ones first, the one asked by default before others, the house's own before guests."""
    return model.horizon != "long", model.name != DEFAULT, model.name not in own, model.name


def find(name: str) -> Model[Any]:
    """A model by name.

    Parameters
    ----------
    name : str
        As `models` has it.

    Returns
    -------
    Model
        Its record.

    Raises
    ------
    UnknownName
        With the nearest names.

    Examples
    --------
    >>> find("trade").horizon
    'long'
    """
    known = models()
    if name not in known:
        raise UnknownName.of("model", name, known)
    return known[name]


def edits() -> dict[str, type[Edit]]:
    """Every kind of edit that some model reads and people write, lasting ones first.

    Returns
    -------
    dict of str to type of Edit
        By kind, as a file writes it.

    Examples
    --------
    >>> edits()["tariff"].__name__
    'Tariff'
    """
    kinds = {e.kind: e for m in models().values() for e in m.reads if not e.handed}
    return dict(sorted(kinds.items(), key=lambda item: not item[1].lasting))


def register(model: Model[Any]) -> None:
    """Take a model into the house, in this process only.

    Parameters
    ----------
    model : Model
        Its record.

    Raises
    ------
    BadInput
        Listing all that does not fit: names that are taken, units that are unknown.

    Examples
    --------
    >>> register(find("trade"))  # doctest: +IGNORE_EXCEPTION_DETAIL
    Traceback (most recent call last):
    xunhuan.errors.BadInput: the model 'trade' does not fit the house
    """
    problems = Problems(f"the model {model.name!r} does not fit the house")
    if model.name in _known:
        problems.add("there is a model of this name; choose another")
    for q in model.quantities:
        if q.unit not in UNITS:
            problems.add(f"quantity {q.name}: unknown unit {q.unit!r}; {_choice(q.unit, UNITS)}")
    for what, mine in _names(model).items():
        for name in dict.fromkeys(mine):
            if mine.count(name) > 1:
                problems.add(f"{what} {name}: is there twice")
            if name in RESERVED.get(what, ()):
                problems.add(f"{what} {name}: the house's own name; choose another")
            for other in _known.values():
                if what in ("quantity", "uncertain", "axis") and name in _names(other)[what]:
                    problems.add(f"{what} {name}: the model {other.name!r} has one of this name; prefix it")
    for kind in model.reads:
        same = {e.kind: e for m in _known.values() for e in m.reads}.get(kind.kind, kind)
        if not kind.kind:
            problems.add(f"edit {kind.__name__}: has no kind")
        elif same is not kind:
            problems.add(f"edit {kind.kind}: {same.__module__}.{same.__qualname__} has this kind; choose another")
    problems.raise_if(fix="docs: how to add a room, in CONTRIBUTING.md")
    _known[model.name] = model


def _names(model: Model[Any]) -> dict[str, list[str]]:
    """What a model gives names to."""
    return {
        "quantity": [q.name for q in model.quantities], "uncertain": [u.name for u in model.uncertain],
        "edit": [e.kind for e in model.reads], "parameter": list(model.parameters.model_fields),
        "axis": sorted({a for q in model.quantities for a in q.axes} - set(SHARED_AXES)),
    }  # fmt: skip


def _choice(name: str, valid: Iterable[str]) -> str:
    near = nearest(name, valid)
    return f"did you mean {', '.join(near)}?" if near else f"known units: {', '.join(valid)}"


@contextlib.contextmanager
def registered(model: Model[Any]) -> Iterator[None]:
    """A model in the house while the block runs.

    Parameters
    ----------
    model : Model
        Its record.

    Returns
    -------
    context manager
        Takes the model out again at its end, whatever happens in the block.

    Raises
    ------
    BadInput
        As `register`.

    Examples
    --------
    >>> from dataclasses import replace
    >>> mine = replace(find("trade"), name="mine", quantities=(), uncertain=())
    >>> with registered(mine):
    ...     "mine" in models()
    True
    >>> "mine" in models()
    False
    """
    models()
    register(model)
    try:
        yield
    finally:
        del _known[model.name]


@cache
def _own() -> list[str]:
    """Folders beside this file with a record in them."""
    package = importlib.import_module("xunhuan.models")
    folders = [m.name for m in pkgutil.iter_modules(package.__path__) if m.ispkg]
    return [name for name in folders if importlib.util.find_spec(f"{package.__name__}.{name}.model")]


def _rooms() -> Iterator[Model[Any]]:
    for name in _own():
        yield importlib.import_module(f"xunhuan.models.{name}.model").MODEL


def _elsewhere() -> Iterator[Model[Any]]:
    for point in metadata.entry_points(group=GROUP):
        try:
            found = point.load()
        except Exception as e:  # whatever a package of somebody else does at import
            fix = "mend or remove the package"
            raise XunhuanError(f"the room {point.name!r} cannot be opened: {e}", where=point.value, fix=fix) from e
        if not isinstance(found, Model):
            raise BadInput(f"{point.value} is not a Model", where=f"entry point {GROUP}", fix="name the record itself")
        yield found

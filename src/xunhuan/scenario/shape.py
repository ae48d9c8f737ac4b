"""What a result's folder must hold, so that whoever reads it can rely on it: the manifest, tables and arrays, by shape."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
import xarray as xr
from pydantic import ConfigDict, ValidationError

from xunhuan.data.caveats import Guessed
from xunhuan.data.records import Strict, told
from xunhuan.data.written import check_plain
from xunhuan.errors import ForeignFile
from xunhuan.symbols import UNITS

AGAIN = "run the scenario again"


class _Open(Strict):
    """A record that may hold more."""

    model_config = ConfigDict(extra="allow")


class _Base(_Open):
    """The table."""

    name: str
    digest: str
    year: int
    unit: str
    source: str
    notes: tuple[str, ...]
    posterior: str
    partners: Literal[""] | Guessed = ""
    cities_only: bool = False


class _Ended(_Open):
    """How a solver ended."""

    outcome: str
    iterations: int
    residual: float
    tolerance: float
    message: str


class _Drawn(_Open):
    """How the draws ended."""

    outcomes: Mapping[str, int]
    total: int
    digest: str


class _Assumed(_Open):
    """What numbers rest on that nobody has read."""

    what: str
    kind: str
    source: str
    numbers: int
    value: float | None
    low: float | None
    high: float | None
    unit: str
    drawn: bool


class _FirstOrder(_Open):
    """A check of an arm by a model's own arithmetic."""

    arm: str
    model: str
    quantity: str
    what: str
    share: float
    change: float


class _Versions(_Open):
    """Of the package, and of the libraries beside it."""

    xunhuan: str


class _Clock(_Open):
    """When it was made."""

    started: str
    seconds: float


class Manifest(_Open):
    """What made a result's numbers."""

    format: str
    name: str
    digest: str
    base: _Base
    models: Mapping[str, Mapping[str, Any]]
    cited: Mapping[str, tuple[str, ...]]
    after: Mapping[str, str] = {}
    assumed: Mapping[str, tuple[_Assumed, ...]] = {}
    status: Mapping[str, Mapping[str, _Ended]]
    draws: _Drawn
    first_order: tuple[_FirstOrder, ...] = ()
    notes: tuple[str, ...]
    overrides: tuple[str, ...]
    versions: _Versions
    clock: _Clock
    files: Mapping[str, str]


def read_manifest(path: Path, format: str) -> dict[str, Any]:
    """The manifest of a result's folder. Raises ForeignFile where it is of another format or shape."""
    where = str(path.parent)
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as e:
        raise ForeignFile(f"the result cannot be read: {e}", where=where, fix=AGAIN) from e
    if not isinstance(found, dict) or found.get("format") != format:
        raise ForeignFile("the manifest is not of a Xunhuan result", where=where, fix=f"its format is {format!r}")
    check_plain(found, where)
    try:
        Manifest.model_validate(found)
    except ValidationError as e:
        raise _other(told(e, Manifest, found), where) from e
    return found


def _other(items: list[str], where: str) -> ForeignFile:
    return ForeignFile("the result is of another shape than results have", where=where, items=items, fix=AGAIN)


_CELL = ("variable", "quantity", "arm", "place")
_OF_PLACES = ("name_en", "name_zh", "kind")
"""Texts of places, which a number of no place has none of."""
_TEXTS = {*_CELL, *_OF_PLACES, "unit", "of", "choice", "outcome", "message"}
_ALWAYS = {
    "summary": (*_CELL, *_OF_PLACES, "value", "median", "low", "high", "unit"),
    "draws": ("draw", "outcome", "message"),
    "outcomes": ("draw", "quantity", "arm", "place", "value"),
    "choices": ("of", "choice", "chosen", "variable", "arm", "place", "value", "unit", "outcome", "message"),
}
"""Columns of each table that are always there; others are texts or numbers."""


def read_frame(path: Path) -> pd.DataFrame:
    """A table of a result. Raises ForeignFile where it is no Parquet or lacks a column of its kind."""
    import pyarrow

    name = path.stem
    try:
        frame = pd.read_parquet(path)
    except (
        pyarrow.ArrowException,
        OSError,
        ValueError,
        KeyError,
        TypeError,
    ) as e:  # what pandas and Arrow raise of bytes
        what = f"{path.name} is truncated or not Parquet"
        raise ForeignFile(what, where=str(path.parent), fix=AGAIN) from e
    items = [f"{path.name}: column {c} is missing" for c in _ALWAYS[name] if c not in frame]
    for c in (c for c in _ALWAYS[name] if c in frame):
        said = frame[c].dropna() if c in _OF_PLACES else frame[c]
        if c in _TEXTS and not all(isinstance(x, str) for x in said.unique()):
            items.append(f"{path.name}: column {c} holds no texts")
        elif c not in _TEXTS and not pd.api.types.is_numeric_dtype(frame[c]):
            items.append(f"{path.name}: column {c} holds no numbers")
        elif c == "value" and np.abs(frame[c].replace([np.inf, -np.inf], 0.0)).max() > _LARGEST:
            items.append(f"{path.name}: column {c} holds numbers of no size")
    if items:
        raise _other(items, str(path.parent))
    return frame


def check_data(data: xr.Dataset, summary: pd.DataFrame, choices: pd.DataFrame | None, where: str) -> None:
    """Raise ForeignFile where arrays and tables of a result do not speak of the same places, arms and quantities."""
    items = list(_odd(data))
    if not items:
        items = list(_apart(data, summary, "summary"))
        items += [] if choices is None else _apart(data, choices, "choices")
        if choices is not None and choices.duplicated(["of", "choice", "variable", "arm"]).any():
            items.append("choices.parquet: a choice has two lines of one quantity and arm")
    if items:
        raise _other(items, where)


_LARGEST = 1e100
_LABELS = ("place", "arm", "name_en", "name_zh", "kind")


def _odd(data: xr.Dataset) -> Iterator[str]:
    for name in (*_LABELS, "at_home"):
        axes = ("arm",) if name == "arm" else ("place",)
        if name not in data.variables or data[name].dims != axes:
            yield f"result.nc: {name} is missing, or not along {axes[0]}"
        elif name in _LABELS and not all(isinstance(x, str) for x in data[name].values.tolist()):
            yield f"result.nc: {name} holds no texts"
    if "place" not in data.variables:
        return
    for name in ("title", "table", "unit", "home"):
        if not isinstance(data.attrs.get(name), str):
            yield f"result.nc: {name} is no text"
    for axis in ("exporter", "importer"):
        if axis in data.coords and data.attrs.get("home") not in data[axis].values.tolist():
            yield f"result.nc: {axis} lacks the home nation"
    places = data["place"].values.tolist()
    if "home_place" in data.coords and not {*data["home_place"].values.tolist()} <= {*places}:
        yield "result.nc: home_place is not among the places"
    # A region whose books are not kept makes something too, but is no place.
    kinds = data["kind"].values.tolist() if "kind" in data.variables else []
    kept = {p for p, kind in zip(places, kinds, strict=False) if kind == "region"}
    if "region" in data.coords and not kept <= {*data["region"].values.tolist()}:
        yield "result.nc: region lacks some of the places"
    for variable, v in data.data_vars.items():
        if "headline" in v.attrs:
            yield from (f"result.nc: {variable}: {said}" for said in _odd_quantity(data, v))


def _odd_quantity(data: xr.Dataset, v: xr.DataArray) -> Iterator[str]:
    if v.dtype.kind not in "fiub":
        yield "holds no numbers"
    for key in ("headline", "better", "value"):
        if not isinstance(v.attrs.get(key), int | float | np.integer | np.floating):
            yield f"{key} is no number"
    if v.attrs.get("unit") not in UNITS and not v.attrs.get("value"):
        yield "its unit is none that is known"
    for key in ("definition", "model", "picture"):
        if not isinstance(v.attrs.get(key, ""), str):
            yield f"{key} is no text"
    for axis in v.dims:
        if axis not in data.coords or len(set(data[axis].values.tolist())) < data.sizes[axis]:
            yield f"{axis} has no labels, or one twice"


def _apart(data: xr.Dataset, frame: pd.DataFrame, name: str) -> Iterator[str]:
    known = {
        "variable": {str(n) for n, v in data.data_vars.items() if "headline" in v.attrs},
        "arm": {*data["arm"].values.tolist(), ""},
        "place": {*data["place"].values.tolist(), ""},
    }
    for column, valid in known.items():
        strange = sorted(set(frame[column]) - valid)
        if strange:
            yield f"{name}.parquet: {column} {strange[0]!r} is not in result.nc"

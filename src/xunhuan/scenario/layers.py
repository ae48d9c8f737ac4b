"""Scenario files in layers: the library, files that extend others, overlays in order, and a log of what replaced what."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

from xunhuan.data.written import check_plain, read_toml, toml_of
from xunhuan.errors import BadInput, UnknownName
from xunhuan.scenario.schedules import with_schedules

DEPTH = 8
"""How many files may extend one another, one the other."""
MENTIONS = 64
"""How often a scenario and the files below it may name another that they extend."""


@dataclass(frozen=True)
class Override:
    """One value that a later layer replaced: where in the file, what it was, what it is, and which layer said so."""

    path: str
    old: Any
    new: Any
    by: str

    def __str__(self) -> str:
        before = "(nothing)" if self.old is None else repr(self.old)
        return f"{self.path}: {before} -> {self.new!r} ({self.by})"


@dataclass(frozen=True)
class Layers:
    """Plain data of a scenario after all layers, with its name, folder and log of overrides."""

    name: str
    data: Mapping[str, Any]
    log: tuple[Override, ...]
    folder: Path | None

    def __post_init__(self) -> None:
        check_plain(self.data, self.name)


def library_folder() -> Path:
    """Folder of the scenarios that come with the package."""
    return Path(str(resources.files("xunhuan") / "scenarios"))


def library() -> dict[str, Path]:
    """Bundled scenarios by name."""
    return {f.stem: f for f in sorted(library_folder().glob("*.toml"))}


def read_layers(source: str | Path, overlays: Iterable[str | Path] = (), settings: Iterable[str] = ()) -> Layers:
    """A scenario by library name or path, with overlay files and `key = value` settings laid over it in order.

    A file's own `extends = [...]` names what it is laid over. Raises UnknownName, BadInput, ForeignFile.
    """
    path = _find(source)
    log: list[Override] = []
    data = _Below(log).read(path)
    for overlay in overlays:
        other = _find(overlay)
        data = merge(data, with_schedules(read_toml(other), other.parent), other.name, log)
    for text in settings:
        data = merge(data, setting(text), f"--set {text}", log)
    data = with_schedules(data, Path())
    return Layers(path.stem, data, tuple(log), path.parent)


def layers_of(
    source: str | Path | Mapping[str, Any], overlays: Iterable[str | Path] = (), settings: Iterable[str] = ()
) -> Layers:
    """A scenario by library name, path or plain data. Raises as `read_layers`, BadInput for layers over data."""
    if not isinstance(source, Mapping):
        return read_layers(source, overlays, settings)
    source = with_schedules(source, Path())
    if list(overlays) or list(settings):
        raise BadInput("overlays and settings go with a file or a library name", fix="change the data itself")
    return Layers("scenario", source, (), None)


def _find(source: str | Path) -> Path:
    """The file of a library name or a path. Raises UnknownName with the nearest names, BadInput."""
    path = Path(source)
    if path.suffix == ".toml" or os.path.isfile(path):
        if not os.path.isfile(path):
            raise BadInput(f"there is no scenario file {path.name!r}", where=str(path), fix="check the path")
        return path
    known = library()
    if str(source) not in known:
        raise UnknownName.of("scenario", str(source), known)
    return known[str(source)]


@dataclass
class _Below:
    """Files that extend one another, each read once.

    log  of what replaced what · data  by file, with all below it · mentions  of files so far
    """

    log: list[Override]
    data: dict[Path, dict[str, Any]] = field(default_factory=dict)
    mentions: int = 0

    def read(self, path: Path, above: tuple[Path, ...] = ()) -> dict[str, Any]:
        """A file laid over those it extends. `above`: files on the way to it."""
        here = path.resolve()
        if here in self.data:
            return self.data[here]
        if here in above:
            raise BadInput("scenario files extend one another in a circle", where=str(path), fix="remove one `extends`")
        if len(above) > DEPTH:
            raise BadInput("scenario files extend one another too often", where=str(path), fix=f"at most {DEPTH} times")
        own = with_schedules(read_toml(path), path.parent)
        below = own.pop("extends", [])
        names = [below] if isinstance(below, str) else below
        if not (isinstance(names, list) and all(isinstance(n, str) for n in names)):
            raise BadInput("`extends` is a name or a list of names", where=str(path))
        self.mentions += len(names)
        if self.mentions > MENTIONS:
            raise BadInput("scenario files extend too many others", where=str(path), fix=f"at most {MENTIONS}")
        data: dict[str, Any] = {}
        for name in names:
            beside = path.parent / name
            lower = self.read(beside if os.path.isfile(beside) else _find(name), (*above, here))
            data = merge(data, lower, name, self.log) if data else lower
        self.data[here] = merge(data, own, path.name, self.log) if names else own
        return self.data[here]


def merge(
    base: Mapping[str, Any], over: Mapping[str, Any], by: str, log: list[Override], path: str = ""
) -> dict[str, Any]:
    """`over` laid on `base`: tables key by key, shocks by name, anything else replaced; replacements are logged.

    >>> log = []
    >>> merge({"a": 1, "b": {"c": 2}}, {"b": {"c": 3}}, "x.toml", log)
    {'a': 1, 'b': {'c': 3}}
    >>> print(log[0])
    b.c: 2 -> 3 (x.toml)
    """
    out = dict(base)
    for key, new in over.items():
        place = f"{path}.{key}" if path else key
        old = out.get(key)
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            out[key] = merge(old, new, by, log, place)
        elif place == "shock" and isinstance(old, list) and isinstance(new, list | Mapping):
            out[key] = _merge_shocks(old, _named(new), by, log)
        else:
            out[key] = new
            if old != new:
                log.append(Override(place, old, new, by))
    return out


def _named(new: Any) -> list[Any]:
    """Shocks as a list; `shock.NAME.key = value` of a setting gives a table by name."""
    if isinstance(new, Mapping):
        return [{"name": name, **rest} if isinstance(rest, Mapping) else rest for name, rest in new.items()]
    return list(new)


def _merge_shocks(old: list[Any], new: list[Any], by: str, log: list[Override]) -> list[Any]:
    out = list(old)
    names = [x.get("name") if isinstance(x, Mapping) else None for x in out]
    for shock in new:
        name = shock.get("name") if isinstance(shock, Mapping) else None
        if name is not None and name in names:
            k = names.index(name)
            out[k] = merge(out[k], shock, by, log, f"shock[{name}]")
        else:
            out.append(shock)
            log.append(Override(f"shock[{name}]", None, shock, by))
    return out


def setting(text: str) -> dict[str, Any]:
    """`key = value` with dots in the key as plain data; a value that is not TOML is taken as text.

    >>> setting("uncertainty.draws=8")
    {'uncertainty': {'draws': 8}}
    >>> setting("model.trade.horizon = short")
    {'model': {'trade': {'horizon': 'short'}}}

    Raises BadInput where there is no `=` or the key is not one.
    """
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise BadInput(f"{text!r} is not KEY=VALUE", fix="for instance uncertainty.draws=64")
    for attempt in (value, _quoted(value)):
        try:
            return toml_of(f"{key} = {attempt}", f"--set {key.strip()}")
        except BadInput as e:
            if not isinstance(e.__cause__, ValueError):
                raise
    raise BadInput(f"{key.strip()!r} is not a key", fix='names with spaces in quotes: shock."a b".size=2')


def _quoted(value: str) -> str:
    inside = value.strip().replace("\\", "\\\\").replace('"', '\\"')
    return f'"{inside}"'

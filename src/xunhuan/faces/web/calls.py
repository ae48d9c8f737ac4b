"""What a browser sends, looked at before a page sees it: the shape of a call, and that of a draft.

A page's own scripts send nothing else, so a call of another shape is refused as a whole. A draft may hold anything: what a
form cannot show is left out of the form, and the check of the scenario says what is wrong with it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from dash._utils import split_callback_id
from dash.exceptions import DependencyException
from flask import Flask, Response, abort, make_response, request

from xunhuan.models import registry

CALL = "/_dash-update-component"
_ALL = ["ALL"]
_LONGEST_LIST = 500
"""Parts of a page that one call may name of a kind."""
_KINDS: Mapping[str, tuple[type, ...]] = {
    "pathname": (str,), "search": (str,), "n_clicks": (int,), "n_intervals": (int,), "checked": (bool,), "id": (dict,),
}  # fmt: skip
"""What a property may hold besides nothing; others hold what a visitor typed, which a draft's check reads."""
_HELD: Mapping[str, tuple[type, ...]] = {"draft": (dict,), "frame": (str,), "focus": (str,), "view": (str,)}
"""What the stores that pages read may hold."""
NUMBERS = (1e-9, 1e12)
"""Sizes between which a number of a draft lies, zero apart."""
DEEPEST, MANY = 12, 4000
"""Tables and lists one inside another, and values, that a draft may have."""


def refuse_others(server: Flask, known: Mapping[str, Any]) -> None:
    """Answer 400 to what is no call of the app's own pages, `known` by their outputs, and 404 to a script there is not."""

    @server.before_request
    def look() -> None:
        if request.path == CALL:
            if request.method != "POST":
                abort(405)
            if not _is_call(known):
                abort(make_response("This is no call of the laboratory's pages.\n", 400))

    @server.errorhandler(DependencyException)
    def absent(_: DependencyException) -> Response:
        return make_response("There is no such file.\n", 404)


def _is_call(known: Mapping[str, Any]) -> bool:
    try:
        body = request.get_json(silent=True)
    except RecursionError:
        return False
    if not isinstance(body, dict):
        return False
    output = body.get("output")
    if not isinstance(output, str) or "callback" not in known.get(output, {}):
        return False
    spec, wanted = known[output], split_callback_id(output)  # type: ignore[no-untyped-call]
    several = isinstance(wanted, list)
    parts = [body.get(k) for k in ("outputs", "inputs", "state")]
    given = [parts[0] if several else [parts[0]], parts[1], parts[2] or []]
    specs = [wanted if several else [wanted], spec["inputs"], spec["state"]]
    changed = body.get("changedPropIds", [])
    told = isinstance(changed, list) and all(isinstance(c, str) for c in changed)
    return told and all(_are(g, s) for g, s in zip(given, specs, strict=True))


def _are(given: Any, specs: list[dict[str, str]]) -> bool:
    """Whether parts of a page are those that a callback declares, in order."""
    return isinstance(given, list) and len(given) == len(specs) and all(map(_is_part, given, specs))


def _is_part(given: Any, spec: Mapping[str, str]) -> bool:
    name = str(spec["id"])
    if not name.startswith("{"):
        return _is_one(given, name, spec["property"])
    pattern = json.loads(name)
    if _ALL not in pattern.values():
        return _is_one(given, pattern, spec["property"])
    return (
        isinstance(given, list)
        and len(given) <= _LONGEST_LIST
        and all(_is_one(g, None, spec["property"]) and _meets(g["id"], pattern) for g in given)
    )


def _meets(id: Any, pattern: Mapping[str, Any]) -> bool:
    if not isinstance(id, dict) or id.keys() != pattern.keys():
        return False
    return all(isinstance(v, str | int) and (pattern[k] == _ALL or pattern[k] == v) for k, v in id.items())


def _is_one(given: Any, id: Any, property: str) -> bool:
    """Whether this is one property of one part of a page; of any where id is None."""
    if not isinstance(given, dict) or given.get("property", property) != property or "id" not in given:
        return False
    if id is not None and given["id"] != id:
        return False
    held = _HELD.get(str(id)) if property == "data" else _KINDS.get(property)
    return held is None or given.get("value") is None or isinstance(given["value"], held)


def out_of_bounds(value: Any, place: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    """Place and value of every number of a draft that lies outside NUMBERS."""
    if depth > DEEPEST:
        return
    if isinstance(value, Mapping):
        for k, v in value.items():
            yield from out_of_bounds(v, f"{place}.{k}" if place else str(k), depth + 1)
    elif isinstance(value, list):
        for k, v in enumerate(value):
            yield from out_of_bounds(v, f"{place}[{k}]", depth + 1)
    elif isinstance(value, int | float) and value and not NUMBERS[0] <= abs(value) <= NUMBERS[1]:
        yield place, value


def count(value: Any, depth: int = 0) -> int:
    """Values in a draft, tables and lists among them; more than may be where it is too deep."""
    if depth > DEEPEST:
        return MANY + 1
    inside = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return 1 + sum(count(v, depth + 1) for v in inside)


def formed(draft: Any) -> dict[str, Any]:
    """What a form can show of a draft: texts, tables and lists where they belong, the rest left out."""
    if not isinstance(draft, Mapping) or count(draft) > MANY:
        return {}
    out = {k: v for k, v in draft.items() if k not in _FORMED}
    for key, form in _FORMED.items():
        made = _as(draft.get(key), form)
        if made is not None:
            out[key] = made
    return out


_EVERY = "*"
_FORMED: Mapping[str, Any] = {
    "title": str, "shock": [{"name": str, "role": str, "size": float}], "model": {_EVERY: {}},
    "compare": {_EVERY: {}, "offset": {_EVERY: str}}, "uncertainty": {}, "nations": {_EVERY: [str]}, "measure": {_EVERY: {}},
}  # fmt: skip
"""Parts of a draft that the form goes into. A table without keys here is any table; "*": what each of its parts is."""


def _as(value: Any, form: Any) -> Any:
    """A value with what does not have the form left out; None where nothing of it has."""
    if isinstance(form, type):
        kind = (int, float) if form is float else form
        return value if isinstance(value, kind) and not (form is float and isinstance(value, bool)) else None
    if isinstance(form, list):
        if isinstance(value, Mapping) and isinstance(form[0], Mapping):
            value = [value]
        items = [_as(v, form[0]) for v in value] if isinstance(value, list) else None
        return None if items is None else [v for v in items if v is not None]
    if not isinstance(value, Mapping):
        return None
    edits: dict[str, Any] = {kind: [{}] for kind in registry.edits()} if "role" in form else {}
    found = {k: (v, {**edits, **form}.get(k, form.get(_EVERY))) for k, v in value.items()}
    made = {k: v if inner is None else _as(v, inner) for k, (v, inner) in found.items()}
    return {k: v for k, v in made.items() if v is not None}

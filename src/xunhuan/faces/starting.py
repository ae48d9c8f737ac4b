"""A scenario file begun: its parts in order, with a line of comment on each in the reader's language."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from xunhuan.data.store import load
from xunhuan.errors import BadInput, Problems
from xunhuan.faces import words
from xunhuan.models import registry
from xunhuan.models.edits.base import Edit
from xunhuan.models.edits.text import parse_edit
from xunhuan.scenario.check import prepare
from xunhuan.scenario.layers import layers_of, merge, setting

_SPREAD = {"relative_sd": 0.25}
"""How far a drawn quantity is off, until the reader says better."""


@dataclass(frozen=True)
class Beginning:
    """What a new scenario is asked to hold; edits as the command line writes them."""

    edits: Sequence[str]
    policies: Sequence[str] = ()
    base: str = "world-2017"
    models: Sequence[str] = (registry.DEFAULT,)
    draws: int = 0
    title: str = ""
    question: str = ""
    settings: Sequence[str] = field(default=())
    meant: bool = False


def edit_of(text: str, base: str) -> Edit:
    """An edit that a table can take. Raises BadInput with all that is wrong, nearest names included."""
    made = parse_edit(text, registry.edits())
    if wrong := made.check(load(base)):
        raise BadInput(f"`{text}` does not fit {base}", items=[str(w) for w in wrong])
    return made


def data_of(asked: Beginning, lang: Literal["en", "zh"] = "en") -> dict[str, Any]:
    """The scenario as plain data, checked as a run checks it. Raises BadInput listing all that is wrong."""
    t, p = words.of(lang), Problems("the shock cannot be read")
    sides: dict[str, list[Edit]] = {}
    for side, texts in (("shock", asked.edits), ("policy", asked.policies)):
        sides[side] = []
        for text in texts:
            try:
                sides[side].append(edit_of(text, asked.base))
            except BadInput as e:
                wrong = "; ".join(filter(None, [*(e.items or [e.what]), e.fix]))
                p.add(f"--{'edit' if side == 'shock' else side} {text}: {wrong}")
    p.raise_if()
    if not sides["shock"]:
        raise BadInput("no shock is given", fix="give --edit, of the kinds " + ", ".join(_kinds(asked.models)))
    names = {side: t(f"begin_name_{side}") for side in sides}
    told = "; ".join(str(e) for e in (*sides["shock"], *sides["policy"]))
    data: dict[str, Any] = {"title": asked.title or told}
    data |= {"question": asked.question} if asked.question else {}
    data |= {"base": asked.base, "shock": [_shock(names[s], s, e, asked.meant) for s, e in sides.items() if e]}
    data["model"] = {name: {} for name in asked.models}
    if sides["policy"]:
        data["compare"] = {"offset": {"shock": names["shock"], "policy": names["policy"]}}
    for text in asked.settings:
        data = merge(data, setting(text), f"--set {text}", [])
    if asked.draws:
        data["uncertainty"] = {"draws": asked.draws, "seed": 7, **_drawn(data)}
    prepare(layers_of(data))
    return data


def _kinds(models: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(e.kind for m in models for e in registry.find(m).reads if not e.handed))


def _shock(name: str, role: str, edits: Sequence[Edit], meant: bool) -> dict[str, Any]:
    lines: dict[str, list[Any]] = {}
    for e in edits:
        lines.setdefault(e.kind, []).append(e.model_dump(mode="json", by_alias=True, exclude_defaults=True))
    beyond = meant and any(e.implausible() for e in edits)
    head: dict[str, Any] = {"name": name, **({"role": role} if role != "shock" else {})}
    head |= {"plausible": False} if beyond else {}
    return head | {kind: found[0] if len(found) == 1 else found for kind, found in lines.items()}


def _drawn(data: Mapping[str, Any]) -> dict[str, Any]:
    """Every factor that the models can draw and that would change something, and the table where it has versions."""
    bench = prepare(layers_of(data))
    found: dict[str, Any] = {"table": True} if bench.base.posterior is not None else {}
    for name in bench.order:
        for u in registry.find(name).uncertain:
            if not u.choices and not u.level and u.idle(bench.parameters[name]) is None:
                found[u.name] = _SPREAD
    return found


def as_toml(data: Mapping[str, Any], lang: Literal["en", "zh"] = "en") -> str:
    """A scenario's plain data as a file, each part under a comment.

    >>> print(as_toml({"title": "Rain", "shock": [{"name": "wet", "rain": {"days": 2.0}}]}).splitlines()[-1])
    rain = { days = 2.0 }
    """
    t = words.of(lang)
    out = [f"# {line}" for line in t("begin_head").split("\n")]
    for key, value in data.items():
        if not isinstance(value, Mapping | list):
            out += [f"\n# {t(f'begin_{key}')}"] if key == "base" else []
            out.append(f"{_key(key)} = {_value(value)}")
    for shock in data.get("shock", ()):
        side = "policy" if shock.get("role") == "policy" else "shock"
        out += [f"\n# {t(f'begin_{side}')}", "[[shock]]", *(f"{_key(k)} = {_value(v)}" for k, v in shock.items())]
    for name, given in data.get("model", {}).items():
        title = words.first_of(registry.find(name), lang)
        out += [f"\n# {t('begin_model', model=title, name=name)}", f"[model.{_key(name)}]"]
        out += [f"{_key(k)} = {_value(v)}" for k, v in given.items()]
    for key, given in data.items():
        if isinstance(given, Mapping) and key != "model":
            comment = [f"\n# {t(f'begin_{key}')}"] if key in ("compare", "uncertainty") else [""]
            out += [*comment, f"[{_key(key)}]", *(f"{_key(k)} = {_value(v)}" for k, v in given.items())]
    return "\n".join(out) + "\n"


def _key(name: str) -> str:
    return name if name.replace("_", "").replace("-", "").isascii() and " " not in name else _value(name)


def _value(value: Any) -> str:
    """A value as TOML writes it on one line."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(k)} = {_value(v)}" for k, v in value.items()) + " }" if value else "{}"
    if isinstance(value, list | tuple):
        inside = [_value(v) for v in value]
        return f"[{', '.join(inside)}]" if sum(map(len, inside)) < 90 else "[\n    " + ",\n    ".join(inside) + ",\n]"
    return json.dumps(value, ensure_ascii=False)

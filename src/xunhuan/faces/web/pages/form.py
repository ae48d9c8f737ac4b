"""The scenario form, built from the registry: every edit some model reads gets its fields, with names to choose from."""

from __future__ import annotations

import json
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import dash_mantine_components as dmc
from dash import html
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from xunhuan.data.records import Percent, parts
from xunhuan.faces import words
from xunhuan.faces.web import lookups
from xunhuan.faces.web.draft import Draft, models_of
from xunhuan.faces.web.offered import region_names, sector_names
from xunhuan.faces.web.parts import CHOICES_LISTED, aria, by_any_name, by_name
from xunhuan.faces.web.state import Selection
from xunhuan.models import registry
from xunhuan.models.edits.base import Names
from xunhuan.models.model import Model, Uncertain

OFFERED = 3
"""Parameters offered of a model that does not say which; the others keep their defaults or what the library says."""


def form(draft: Draft, selection: Selection, set_aside: Collection[str] = ()) -> list[Any]:
    """All fields of a draft.

    set_aside  names of quantities that were drawn and belong to models switched off since
    """
    t = words.of(selection.lang)
    called = _called(draft, selection)
    shocks = [_shock(k, s, selection, called) for k, s in enumerate(draft.get("shock", []))]
    return [
        _text("title", draft.get("title", ""), t("field_title")),
        *shocks,
        html.Div(
            [
                html.Button(t("add_shock"), id=act("add-shock"), className="button", type="button"),
                html.Button(t("start_over"), id=act("start-over"), className="button", type="button"),
            ],
            className="adders shape",
        ),
        html.Fieldset([html.Legend(t("models")), *(_model(m, draft, selection) for m in registry.models().values())]),
        html.Fieldset([html.Legend(t("compare")), _compare(draft, selection)]),
        html.Fieldset(
            [html.Legend(t("uncertainty")), *_aside(set_aside, selection.lang), _uncertainty(draft, selection)]
        ),
    ]


def act(what: str, shock: int = -1, kind: str = "", line: int = -1) -> dict[str, Any]:
    """Identity of a button that changes the draft's shape."""
    return {"act": what, "shock": shock, "kind": kind, "line": line}


def _called(draft: Draft, selection: Selection) -> dict[str, str]:
    """What shocks of a library scenario are called in the language of the page, beside their names, which are written."""
    title = str(draft.get("title", ""))
    return words.arms_in_chinese(selection.scenario, title) if selection.lang == "zh" else {}


def _shock(k: int, shock: Mapping[str, Any], selection: Selection, called: Mapping[str, str]) -> html.Fieldset:
    t = words.of(selection.lang)
    name = str(shock.get("name", ""))
    told = called.get(name, name)
    lines = [
        _line(k, kind, n, line, selection) for kind in registry.edits() for n, line in enumerate(shock.get(kind, []))
    ]
    roles = [("shock", t("choice_shock")), ("policy", t("choice_policy"))]
    head = html.Div(
        [
            _text(f"shock/{k}/name", name, t("field_name")),
            _choice(f"shock/{k}/role", shock.get("role", "shock"), t("field_role"), roles),
            _number(f"shock/{k}/size", shock.get("size", 1), t("field_size"), 1),
            *_checks_sizes(k, shock, t("field_plausible")),
            html.Button(
                t("drop"),
                id=act("drop-shock", k),
                className="plain-button",
                type="button",
                **aria(label=t("drop_what", what=told)),
            ),
        ],
        className="fields head",
    )
    return html.Fieldset(
        [html.Legend(told or t("new_shock", n=k + 1)), head, *lines, _adders(k, selection.lang)], className="shock"
    )


def _checks_sizes(k: int, shock: Mapping[str, Any], label: str) -> list[html.Div]:
    """Where it has been said whether a shock's sizes are held against all that was seen, the switch of that."""
    if "plausible" not in shock:
        return []
    return [_flag(f"shock/{k}/plausible", label, bool(shock["plausible"]))]


def _adders(k: int, lang: str) -> html.Details:
    t = words.of(lang)

    def row(title: str, lasting: bool) -> html.Div:
        buttons = [
            html.Button(f"+ {_kind(kind, lang)}", id=act("add", k, kind), className="plain-button", type="button")
            for kind, edit in registry.edits().items()
            if edit.lasting == lasting
        ]
        return html.Div([html.H3(title), html.Div(buttons, className="adders")], className="adders-of")

    return html.Details([html.Summary(t("add")), row(t("lasting"), True), row(t("passing"), False)])


def _kind(kind: str, lang: str) -> str:
    return words.either(f"kind_{kind}", lang, kind.replace("_", " "))


def _line(k: int, kind: str, n: int, line: Mapping[str, Any], selection: Selection) -> html.Div:
    t = words.of(selection.lang)
    at = f"shock/{k}/{kind}/{n}"
    fields = [
        field(f"{at}/{f.alias or name}", f.alias or name, f, line.get(f.alias or name), selection, kind=kind)
        for name, f in registry.edits()[kind].model_fields.items()
        if _askable(f)
    ]
    title = _kind(kind, selection.lang)
    remove = html.Button(
        "×",
        id=act("drop", k, kind, n),
        className="plain-button remove",
        type="button",
        title=t("drop"),
        **aria(label=t("drop_what", what=title)),
    )
    return html.Div(
        [html.Div([html.H3(title), remove], className="line-head"), html.Div(fields, className="fields")],
        className="line",
    )


def _marks(info: FieldInfo) -> list[Any]:
    """Markers of a field, and all that its annotation holds."""
    return [*info.metadata, *parts(info.annotation)]


def _alternatives(annotation: Any) -> Iterator[Any]:
    """What a value may be, markers left out."""
    if get_origin(annotation) is Annotated:
        yield from _alternatives(get_args(annotation)[0])
    elif get_origin(annotation) in (Union, UnionType):
        for a in get_args(annotation):
            yield from _alternatives(a)
    else:
        yield annotation


def _asked(info: FieldInfo) -> str:
    """How a field is asked for: "regions", "sectors", "flag", "choice", "number", "text"; empty where a form cannot."""
    named = next((m.of for m in _marks(info) if isinstance(m, Names)), "")
    if named:
        return named
    can = list(_alternatives(info.annotation))
    kinds = {"flag": bool in can, "choice": any(get_origin(a) is Literal for a in can)}
    kinds |= {"number": float in can or int in can, "text": str in can}
    return next((kind for kind, holds in kinds.items() if holds), "")


def _askable(info: FieldInfo) -> bool:
    return bool(_asked(info))


def field(
    path: str, name: str, info: FieldInfo, value: Any, selection: Selection, room: str = "", kind: str = ""
) -> Any:
    """The input a field of a record asks for: names, a switch, a choice, a text or a number.

    room  the model whose parameter it is, and whose words come first · kind: of the edit whose field it is
    """

    def said(key: str, otherwise: str) -> str:
        return words.of_room(room, key, selection.lang, words.either(key, selection.lang, otherwise))

    asked = _asked(info)
    # One name can be a place in one edit and a number in another: what is asked for comes first.
    label = said(f"field_{name}_{asked}", said(f"field_{name}", _fallback(name, info, selection.lang, room)))
    label = said(f"field_{kind}_{name}", label) if kind else label
    shown = value if value is not None or info.is_required() else info.get_default(call_default_factory=True)
    if asked in ("regions", "sectors"):
        return _names(path, asked, shown, label, selection)
    if asked == "flag":
        return _flag(path, label, bool(shown))
    if asked == "choice":
        choices = [c for a in _alternatives(info.annotation) if get_origin(a) is Literal for c in get_args(a)]
        return _choice(path, str(shown), label, [(str(c), said(f"choice_{c}", str(c))) for c in choices])
    if asked == "text":
        several = isinstance(shown, list | tuple) and all(isinstance(x, str) for x in shown)
        text = "+".join(shown) if several else str(shown) if isinstance(shown, str | int | float) else ""
        return _text(path, text, label)
    return _number(path, shown, label, 100 if Percent in _marks(info) else 1)


def _fallback(name: str, info: FieldInfo, lang: str, room: str) -> str:
    """A field without words of its own: what its room calls it elsewhere, else its name; the sign of what is in per cent."""
    said = words.of_room(room, name, lang, words.in_language(name.replace("_", " "), lang))
    return f"{said}{words.of(lang)('comma') + '%' if Percent in _marks(info) else ''}"


def _text(path: str, value: str, label: str) -> dmc.TextInput:
    return dmc.TextInput(
        id=_id(path, TEXT), value=value, label=label, size="sm", inputProps={"maxLength": 200}, className="text"
    )


def _choice(path: str, value: str, label: str, choices: list[tuple[str, str]]) -> dmc.Select:
    data = [{"value": v, "label": w} for v, w in choices]
    widest = max((sum(2 if c > "\u2e80" else 1 for c in w) for _, w in choices), default=0)
    return dmc.Select(
        id=_id(path, TEXT), value=value, label=label, data=data, allowDeselect=False, **CHOICES_LISTED,
        className="wide" if widest > _FITS else "",
    )  # fmt: skip


def _flag(path: str, label: str, on: bool) -> html.Div:
    return html.Div(dmc.Switch(id={"flag": path}, label=label, checked=on, size="sm"), className="flag")


def _number(path: str, value: Any, label: str, scale: int) -> dmc.NumberInput:
    told = isinstance(value, int | float) and abs(value) < 1 / sys.float_info.epsilon
    shown = float(f"{value * scale:.10g}") if told else ""
    return dmc.NumberInput(id=_id(path, scale), value=shown, label=label, size="sm", decimalScale=6, hideControls=True)


TEXT = 0
"""The scale of a field that holds no number; what is typed into others is read as one by assets/lab.js."""
_FITS = 19
"""Letters that a choice one column wide shows."""


def _id(path: str, scale: int) -> dict[str, Any]:
    return {"field": path, "scale": scale}


def _names(path: str, of: str, value: Any, label: str, selection: Selection) -> html.Div:
    chosen = value.split("+") if isinstance(value, str) else value if isinstance(value, list | tuple) else []
    chosen = [w.strip() for w in chosen if isinstance(w, str)]
    known = (
        sector_names(selection.table, selection.lang)
        if of == "sectors"
        else region_names(selection.table, selection.home, selection.lang)
    )
    listed = {k["value"] for group in known for k in group["items"]}
    extra = [{"value": w, "label": w} for w in chosen if w not in listed]
    data = [*known, {"group": "…", "items": extra}] if extra else known
    geo = lookups.accounts_of(selection.table, selection.home).geography
    found_by = by_name(selection.lang) if of == "sectors" else by_any_name(geo, selection.lang)
    choice = dmc.MultiSelect(
        id=_id(path, TEXT), value=chosen, label=label, data=data, searchable=True, limit=60, filter=found_by,
        hidePickedOptions=True, maxDropdownHeight=280, **CHOICES_LISTED,
    )  # fmt: skip
    return html.Div(choice, className="names")


def _model(model: Model[Any], draft: Draft, selection: Selection) -> html.Div:
    chosen, name = models_of(draft), model.name
    spaced = name.replace("_", " ")
    title = model.words.get("title", (spaced, spaced))[selection.lang == "zh"]
    switch = dmc.Switch(id={"model": name}, label=title, checked=name in chosen, size="sm")
    if name not in chosen:
        return html.Div(switch, className="model")
    fields = model.parameters.model_fields
    shown = model.shown or tuple(n for n, f in fields.items() if _askable(f))[:OFFERED]
    inside = _inside(f"model/{name}", model.parameters, chosen[name], shown, selection, name)
    return html.Div([switch, *inside], className="model")


def _others(
    path: str, record: type[BaseModel], given: Mapping[str, Any], shown: Sequence[str], selection: Selection, room: str
) -> tuple[list[str], list[Any]]:
    """Fields that a form can ask for beside those shown at once, folded away."""
    known = record.model_fields
    stands = {n: given.get(n, f.get_default(call_default_factory=True)) for n, f in known.items() if n not in shown}
    others = [n for n, v in stands.items() if _askable(known[n]) and not _tiny(v) and _held_by_input(known[n], v)]
    if not others:
        return [], []
    inputs = [field(f"{path}/{n}", n, known[n], given.get(n), selection, room) for n in others]
    title = html.Summary(words.of(selection.lang)("every_field"))
    return others, [html.Details([title, html.Div(inputs, className="fields")])]


def _held_by_input(info: FieldInfo, value: Any) -> bool:
    """Whether an input shows a value as it is: one that does not would write another into the draft."""
    return _asked(info) in ("number", "regions", "sectors") if value is None else _fits(info, value)


def _tiny(value: Any) -> bool:
    """Smaller than what an input of a number shows."""
    return isinstance(value, float) and 0 < abs(value) < 1e-5


def _inside(
    path: str, record: type[BaseModel], given: Mapping[str, Any], shown: Sequence[str], selection: Selection, room: str
) -> list[Any]:
    """A record's fields: `shown` as inputs, records it holds as frames of their own; then in words what is given and cannot
    be shown, and what is not given and cannot be added."""
    t, fields = words.of(selection.lang), record.model_fields
    shown = [p for p in shown if _fits(fields[p], given.get(p))]
    inputs = [field(f"{path}/{p}", p, fields[p], given.get(p), selection, room) for p in shown]
    held = {n: r for n, f in fields.items() if (r := _held(f)) is not None}
    frames = [_frame(f"{path}/{n}", n, r, given[n], selection, room) for n, r in held.items()
              if isinstance(given.get(n), Mapping)]  # fmt: skip
    others, folded = _others(path, record, given, shown, selection, room)
    kept = [f"{n} = {json.dumps(v, ensure_ascii=False)}" for n, v in given.items()
            if n not in (*shown, *others) and not (n in held and isinstance(v, Mapping))]  # fmt: skip
    absent = [_said(n, selection.lang, room) for n in held if given.get(n) is None and fields[n].default is None]
    lines = [html.P(t("not_given", what=t("list").join(absent)), className="sub small")] if absent else []
    if kept:  # as a file has it
        written = [part for one in kept for part in (t("list"), html.Code(one))][1:]
        before, after = t("cannot_show", what="\0").split("\0")
        lines.insert(0, html.P([before, *written, after], className="sub small"))
    return [html.Div(inputs, className="fields"), *folded, *frames, *lines]


def _frame(path: str, name: str, record: type[BaseModel], given: Any, selection: Selection, room: str) -> html.Fieldset:
    """A record that a parameter holds: all its fields that a form can ask for."""
    shown = [n for n, f in record.model_fields.items() if _askable(f)]
    return html.Fieldset(
        [html.Legend(_said(name, selection.lang, room)), *_inside(path, record, given, shown, selection, room)]
    )


def _said(name: str, lang: str, room: str) -> str:
    key = f"field_{name}"
    return words.of_room(room, key, lang, words.either(key, lang, words.in_language(name.replace("_", " "), lang)))


def _held(info: FieldInfo) -> type[BaseModel] | None:
    """The record that a field holds; None where it holds something plain."""
    can = _alternatives(info.annotation)
    return next((a for a in can if isinstance(a, type) and issubclass(a, BaseModel)), None)


def _fits(info: FieldInfo, value: Any) -> bool:
    """Whether the input of a field can hold a value: of those that may be a word or a list, a form asks for the word."""
    asked = _asked(info)
    if value is None or asked in ("regions", "sectors"):
        return True
    if asked == "flag":
        return isinstance(value, bool)
    return isinstance(value, str) if asked in ("choice", "text") else isinstance(value, int | float)


OFFSET = ("shock", "policy")
"""The two sides of an offset."""


def offset_id(name: str) -> dict[str, Any]:
    """Identity of the field of one side of the offset. Dash takes no dots in the ids it writes to."""
    return _id(f"compare/offset/{name}", TEXT)


def shock_names(draft: Draft, lang: str) -> list[dict[str, str]]:
    """What a side of the offset can be: nothing, or one of the draft's shocks by its present name, a library's as told."""
    given = [str(s["name"]) for s in draft.get("shock", []) if isinstance(s, Mapping) and s.get("name")]
    none = {"value": "", "label": words.of(lang)("compare_none")}
    called = words.arms_in_chinese("", str(draft.get("title", ""))) if lang == "zh" else {}
    return [none, *({"value": n, "label": called.get(n, n)} for n in dict.fromkeys(given))]


def _compare(draft: Draft, selection: Selection) -> html.Div:
    t = words.of(selection.lang)
    offset = draft.get("compare", {}).get("offset", {})
    inputs = []
    for name in OFFSET:
        choice = _choice(f"compare/offset/{name}", str(offset.get(name, "")), t(f"field_{name}"), [])
        choice.data = shock_names(draft, selection.lang)
        inputs.append(choice)
    return html.Div([html.P(t("compare_offset"), className="sub"), html.Div(inputs, className="fields")])


def _drawable(draft: Draft) -> list[Uncertain[Any]]:
    """Uncertain quantities the form offers: of every model chosen the first, and those the draft draws as it does."""
    chosen, given = models_of(draft), draft.get("uncertainty", {})
    found = []
    for model in registry.models().values():
        for k, u in enumerate(u for u in model.uncertain if not u.choices):
            asked = given.get(u.name)
            if (k == 0 and model.name in chosen and not isinstance(asked, str)) or (
                isinstance(asked, Mapping) and "relative_sd" in asked
            ):
                found.append(u)
    return found


def _aside(names: Collection[str], lang: str) -> list[html.P]:
    """What is drawn no more because its model is off."""
    t = words.of(lang)
    said = t("list").join(words.title(name, lang) for name in names)
    return [html.P(t("set_aside", what=said), className="sub small", role="status")] if said else []


def _uncertainty(draft: Draft, selection: Selection) -> html.Div:
    t = words.of(selection.lang)
    given = draft.get("uncertainty", {})
    spreads = []
    for u in _drawable(draft):
        label = t("field_relative_sd", what=words.title(u.name, selection.lang))
        asked = given.get(u.name)
        spread = asked.get("relative_sd") if isinstance(asked, Mapping) else None
        spreads.append(_number(f"uncertainty/{u.name}/relative_sd", spread, label, 100))
    draws = _number("uncertainty/draws", given.get("draws"), t("field_draws"), 1)
    return html.Div([*spreads, draws], className="fields")

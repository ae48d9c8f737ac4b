"""The scenario form, built from the schema: every edit the schema knows gets its fields, with names to choose from."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Literal, get_args, get_origin

import dash_mantine_components as dmc
from dash import html
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from xunhuan.faces import words
from xunhuan.faces.web import lookups
from xunhuan.faces.web.draft import Draft
from xunhuan.faces.web.parts import aria
from xunhuan.faces.web.state import Selection
from xunhuan.scenario.run import MODELS
from xunhuan.scenario.scenario import LONG, SHORT, Shock

PER_CENT = ("change", "cut", "best", "closing", "set", "add", "rate", "loss", "relative_sd")
"""Fields that hold ratios and are shown in per cent."""
REGIONS = ("from", "to", "origin", "regions")
PARAMETERS = {"trade": ("horizon", "labour", "deficits"), "propagation": ("horizon_days", "criticality", "rationing")}
"""Parameters of each model that the form offers; the others keep their defaults or what the library says."""


@lru_cache(1)
def kinds() -> dict[str, type[BaseModel]]:
    """Key of every edit -> its record, read off the schema."""
    found = {}
    for name in (*LONG, *SHORT):
        record = next(
            a for a in _inside(Shock.model_fields[name].annotation) if isinstance(a, type) and issubclass(a, BaseModel)
        )
        found[name] = record
    return found


def _inside(annotation: Any) -> list[Any]:
    out = [annotation]
    for a in get_args(annotation):
        out += _inside(a)
    return out


def form(draft: Draft, selection: Selection) -> list[Any]:
    """All fields of a draft."""
    t = words.of(selection.lang)
    shocks = [_shock(k, s, selection) for k, s in enumerate(draft.get("shock", []))]
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
        html.Fieldset([html.Legend(t("models")), *(_model(m, draft, selection) for m in MODELS)]),
        html.Fieldset([html.Legend(t("compare")), _compare(draft, selection)]),
        html.Fieldset([html.Legend(t("uncertainty")), _uncertainty(draft, selection)]),
    ]


def act(what: str, shock: int = -1, kind: str = "", line: int = -1) -> dict[str, Any]:
    """Identity of a button that changes the draft's shape."""
    return {"act": what, "shock": shock, "kind": kind, "line": line}


def _shock(k: int, shock: Mapping[str, Any], selection: Selection) -> html.Fieldset:
    t = words.of(selection.lang)
    name = str(shock.get("name", ""))
    lines = [_line(k, kind, n, line, selection) for kind in kinds() for n, line in enumerate(shock.get(kind, []))]
    roles = [("shock", t("choice_shock")), ("policy", t("choice_policy"))]
    head = html.Div(
        [
            _text(f"shock/{k}/name", name, t("field_name")),
            _choice(f"shock/{k}/role", shock.get("role", "shock"), t("field_role"), roles),
            _number(f"shock/{k}/size", shock.get("size", 1), t("field_size"), 1),
            html.Button(
                t("drop"),
                id=act("drop-shock", k),
                className="plain-button",
                type="button",
                **aria(label=t("drop_what", what=name)),
            ),
        ],
        className="fields head",
    )
    return html.Fieldset(
        [html.Legend(name or t("new_shock", n=k + 1)), head, *lines, _adders(k, selection.lang)], className="shock"
    )


def _adders(k: int, lang: str) -> html.Details:
    t = words.of(lang)

    def row(title: str, names: tuple[str, ...]) -> html.Div:
        buttons = [
            html.Button(f"+ {t(f'kind_{kind}')}", id=act("add", k, kind), className="plain-button", type="button")
            for kind in names
        ]
        return html.Div([html.H4(title), html.Div(buttons, className="adders")])

    return html.Details([html.Summary(t("add")), row(t("lasting"), LONG), row(t("passing"), SHORT)])


def _line(k: int, kind: str, n: int, line: Mapping[str, Any], selection: Selection) -> html.Div:
    t = words.of(selection.lang)
    at = f"shock/{k}/{kind}/{n}"
    fields = [
        field(f"{at}/{f.alias or name}", f.alias or name, f, line.get(f.alias or name), selection)
        for name, f in kinds()[kind].model_fields.items()
    ]
    title = t(f"kind_{kind}")
    remove = html.Button(
        "×",
        id=act("drop", k, kind, n),
        className="plain-button remove",
        type="button",
        title=t("drop"),
        **aria(label=t("drop_what", what=title)),
    )
    return html.Div(
        [html.Div([html.H4(title), remove], className="line-head"), html.Div(fields, className="fields")],
        className="line",
    )


def field(path: str, name: str, info: FieldInfo, value: Any, selection: Selection) -> Any:
    """The input a field of the schema asks for: names, a switch, a choice or a number."""
    t = words.of(selection.lang)
    label = t(f"field_{name}") if words.known(f"field_{name}") else name
    default = None if info.is_required() else info.default
    shown = default if value is None else value
    if name in REGIONS or name == "sectors":
        return _names(path, name, shown, label, selection)
    annotation = info.annotation
    if annotation is bool:
        return html.Div(dmc.Switch(id={"flag": path}, label=label, checked=bool(shown), size="sm"), className="flag")
    choices = [c for a in _inside(annotation) if get_origin(a) is Literal for c in get_args(a)]
    if choices:
        words = [(str(c), t(f"choice_{c}") if words.known(f"choice_{c}") else str(c)) for c in choices]
        return _choice(path, str(shown), label, words)
    return _number(path, shown, label, 100 if name in PER_CENT else 1)


def _text(path: str, value: str, label: str) -> dmc.TextInput:
    return dmc.TextInput(
        id=_id(path), value=value, label=label, size="sm", inputProps={"maxLength": 200}, className="text"
    )


def _choice(path: str, value: str, label: str, choices: list[tuple[str, str]]) -> dmc.Select:
    data = [{"value": v, "label": w} for v, w in choices]
    return dmc.Select(
        id=_id(path), value=value, label=label, data=data, size="sm", allowDeselect=False, checkIconPosition="right"
    )


def _number(path: str, value: Any, label: str, scale: int) -> dmc.NumberInput:
    shown = "" if not isinstance(value, int | float) else float(f"{value * scale:.10g}")
    return dmc.NumberInput(id=_id(path, scale), value=shown, label=label, size="sm", decimalScale=6, hideControls=True)


def _id(path: str, scale: int = 1) -> dict[str, Any]:
    return {"field": path, "scale": scale}


def _names(path: str, name: str, value: Any, label: str, selection: Selection) -> html.Div:
    words = value.split("+") if isinstance(value, str) else list(value or [])
    words = [w.strip() for w in words]
    known = (
        sector_names(selection.table, selection.lang)
        if name == "sectors"
        else region_names(selection.table, selection.home, selection.lang)
    )
    listed = {k["value"] for group in known for k in group["items"]}
    extra = [{"value": w, "label": w} for w in words if w not in listed]
    data = [*known, {"group": "…", "items": extra}] if extra else known
    none = words.of(selection.lang)("nothing_found")
    choice = dmc.MultiSelect(
        id=_id(path), value=words, label=label, data=data, size="sm", searchable=True, limit=60, maxDropdownHeight=280,
        hidePickedOptions=True, nothingFoundMessage=none,
    )  # fmt: skip
    return html.Div(choice, className="names")


@lookups.once(32)
def region_names(table: str, home: str, lang: str) -> list[dict[str, Any]]:
    """Names a selection of regions accepts, in groups: words, nations and clusters, regions, economies."""
    t = words.of(lang)
    geo = lookups.accounts(table, home).geography
    sets = [n for n in geo.nations if geo.nation.count(n) > 1] + list(geo.clusters)
    taken = {"all", "provinces", "foreign", *sets}
    groups = {
        t("words"): [("all", t("word_all")), ("provinces", t("word_provinces")), ("foreign", t("word_foreign"))],
        t("groups"): [(c, _set_name(geo.name(c, lang), c, lang)) for c in dict.fromkeys(sets)],
        t("places"): [(c, geo.name(c, lang)) for c in geo.codes if c not in taken],
    }
    return _grouped(groups)


def _set_name(name: str, code: str, lang: str) -> str:
    return name if name != code else lookups.bloc(code)[lang == "zh"]


@lookups.once(32)
def sector_names(table: str, lang: str) -> list[dict[str, Any]]:
    """Names a selection of sectors accepts: groups, then sectors."""
    t = words.of(lang)
    s = lookups.accounts(table).sectors
    groups = [("all", t("word_all"))] + [
        (g, t(f"sectors_{g}") if words.known(f"sectors_{g}") else g) for g in s.groups if g not in s.codes
    ]
    names = s.names_zh if lang == "zh" else s.names_en
    return _grouped(
        {
            t("groups"): groups,
            t("sectors"): list(zip(s.codes, (f"{n} ({c})" for c, n in zip(s.codes, names, strict=True)), strict=True)),
        }
    )


def _grouped(groups: Mapping[str, list[tuple[str, str]]]) -> list[dict[str, Any]]:
    return [{"group": g, "items": [{"value": v, "label": w} for v, w in items]} for g, items in groups.items()]


def _model(name: str, draft: Draft, selection: Selection) -> html.Div:
    t = words.of(selection.lang)
    chosen = draft.get("model", {"trade": {}})
    switch = dmc.Switch(id={"model": name}, label=t(f"model_{name}"), checked=name in chosen, size="sm")
    if name not in chosen:
        return html.Div(switch, className="model")
    fields = MODELS[name].parameters.model_fields
    inputs = [field(f"model/{name}/{p}", p, fields[p], chosen[name].get(p), selection) for p in PARAMETERS[name]]
    return html.Div([switch, html.Div(inputs, className="fields")], className="model")


OFFSET = ("shock", "policy")
"""The two sides of an offset."""


def offset_id(name: str) -> dict[str, Any]:
    """Identity of the field of one side of the offset. Dash takes no dots in the ids it writes to."""
    return _id(f"compare/offset/{name}")


def shock_names(draft: Draft, lang: str) -> list[dict[str, str]]:
    """What a side of the offset can be: nothing, or one of the draft's shocks by its present name."""
    given = [str(s["name"]) for s in draft.get("shock", []) if isinstance(s, Mapping) and s.get("name")]
    none = {"value": "", "label": words.of(lang)("compare_none")}
    return [none, *({"value": n, "label": n} for n in dict.fromkeys(given))]


def _compare(draft: Draft, selection: Selection) -> html.Div:
    t = words.of(selection.lang)
    offset = draft.get("compare", {}).get("offset", {})
    inputs = []
    for name in OFFSET:
        choice = _choice(f"compare/offset/{name}", str(offset.get(name, "")), t(f"field_{name}"), [])
        choice.data = shock_names(draft, selection.lang)
        inputs.append(choice)
    return html.Div([html.P(t("compare_offset"), className="sub"), html.Div(inputs, className="fields")])


def _uncertainty(draft: Draft, selection: Selection) -> html.Div:
    t = words.of(selection.lang)
    u = draft.get("uncertainty", {})
    spread = u.get("trade_elasticity", {}).get("relative_sd")
    return html.Div(
        [
            _number("uncertainty/trade_elasticity/relative_sd", spread, t("field_relative_sd"), 100),
            _number("uncertainty/draws", u.get("draws"), t("field_draws"), 1),
        ],
        className="fields",
    )

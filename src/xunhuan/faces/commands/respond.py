"""`xunhuan respond`, what a model makes of some edits; its short forms, a command a model; and `xunhuan barriers`."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args, get_origin

import typer

from xunhuan.data.records import described, parts
from xunhuan.errors import BadInput, NotConverged, Problems, UnknownName
from xunhuan.faces import words
from xunhuan.faces.commands.measuring import Nations, TableArgument
from xunhuan.faces.formats import ends_in
from xunhuan.faces.headings import names_known, table_said
from xunhuan.faces.opening import open_table
from xunhuan.faces.output import Format, FormatOption, OutputOption, cut_said, emit, working
from xunhuan.faces.speaking import in_my_words, language_spoken
from xunhuan.models import registry

if TYPE_CHECKING:
    import pandas as pd
    from pydantic import BaseModel
    from pydantic.fields import FieldInfo

    from xunhuan.data.accounts import Accounts
    from xunhuan.models.edits import Edit
    from xunhuan.models.model import Model, Posed, Response, ResponseTable, Short

Given = list[str] | None
Edits = Annotated[
    Given, typer.Option("--edit", help='A line of edits: "tariff from=CHN to=USA sectors=goods add=0.25"; repeatable.')
]
Settings = Annotated[Given, typer.Option("--set", help="A parameter of the model, NAME=VALUE; repeatable.")]
By = Annotated[
    str, typer.Option("--by", help="Which table of the answer; the first by default, a wrong name lists them.")
]
_Top = Annotated[
    int | None,
    typer.Option(
        "--top",
        min=0,
        help="Rows shown of each kind, most affected first; 0 = all. By default 20 on a screen, all in a file.",
    ),
]
_ROWS = 20
_MARKS = {": ": "：", ".": "。", ", or ": "，或", " Default ": "默认"}
_SENTENCE = re.compile(r"(?<!e\.g)\. |。")
_Yes = Annotated[bool, typer.Option("--yes", help="Sizes beyond 300% are meant, and not per cent written as ratios.")]
PathFile = Annotated[
    Path | None,
    typer.Option("--path", help="Also write the path along time to this netCDF file.", callback=ends_in(".nc")),
]
Booked = Annotated[
    Path | None,
    typer.Option("--accounts", help="Also write the accounts of the answer (netCDF).", callback=ends_in(".nc")),
]


def register(app: typer.Typer) -> None:
    """Add the commands, a short form of `_respond` for every model that has one."""
    app.command("respond")(_respond)
    app.command("barriers")(barriers)
    for model in registry.models().values():
        if model.command:
            app.command(model.command)(short_form(model))


def _respond(
    table: TableArgument,
    model: Annotated[str, typer.Option("--model", help="The model asked.")] = registry.DEFAULT,
    edit: Edits = None,
    set_: Settings = None,
    by: By = "",
    top: _Top = None,
    yes: _Yes = False,
    path: PathFile = None,
    accounts: Booked = None,
    nation: Nations = None,
    format: FormatOption = Format.table,
    output: OutputOption = None,
) -> None:
    """What a model makes of some edits of a table: the places changed most."""
    found = registry.find(model)
    edits = read_edits(edit, {}, found, yes=yes)
    answer(found, open_table(table, nation), edits, parameters(found, settings(set_ or [])), by, top, path, accounts,
           format, output)  # fmt: skip


def read_edits(
    lines: Given, short: Mapping[str, Given], model: Model[Any], more: tuple[Edit, ...] = (),
    yes: bool = False,
) -> tuple[Edit, ...]:  # fmt: skip
    """The edits that --edit and the options of kinds amount to, after `more`. Raises BadInput collecting all that cannot be
    read, and where there are none though nothing happens without."""
    from xunhuan.models.edits.text import parse_edit, parse_edits
    from xunhuan.scenario.schedules import is_csv, rows_of_csv

    kinds = {e.kind: e for e in model.reads if not e.handed}
    edits: list[Edit] = list(more)
    problems = Problems("the shock cannot be read")
    for flag, text in [("edit", t) for t in lines or []] + [(k, t) for k, texts in short.items() for t in texts or []]:
        try:
            if is_csv(text):
                known = registry.edits() if flag == "edit" else {flag: kinds[flag]}
                made = tuple(known[kind](**row) for kind, row in rows_of_csv(Path(text), known))
            else:
                made = (parse_edit(text, registry.edits()),) if flag == "edit" else parse_edits(kinds[flag], text)
            model.refuse_unread(made)
            edits += made
            for w in (w for e in made for w in e.implausible() if not yes):
                problems.add(f"--{flag.replace('_', '-')} {text}: {w.field}: {w.what} ({w.fix}; if it is meant, --yes)")
        except BadInput as e:
            why = "; ".join(e.items) or e.what
            problems.add(f"--{flag.replace('_', '-')} {text}: {why}" + (f" ({e.fix})" if e.fix else ""))
    problems.raise_if()
    if not edits and not model.evolves:
        raise BadInput("no shock is given", fix=f"give --edit, of the kinds {', '.join(kinds)}")
    return tuple(edits)


def settings(texts: list[str]) -> dict[str, Any]:
    """NAME=VALUE pairs as plain data. Raises BadInput."""
    from xunhuan.scenario.layers import setting

    out: dict[str, Any] = {}
    for text in texts:
        try:
            out |= setting(text)
        except BadInput as e:
            raise BadInput(e.what, where="--set", fix="for instance --set labour=mobile") from None
    return out


def parameters(model: Model[Any], given: Mapping[str, Any]) -> BaseModel:
    """Parameters of a model. Raises BadInput listing every value that cannot be, with the nearest names."""
    return validated(model.parameters, given, "--set")


def validated(record: type[BaseModel], given: Mapping[str, Any], where: str) -> BaseModel:
    """A record of what was given. Raises BadInput listing every value that cannot be, with the nearest names."""
    from pydantic import ValidationError

    from xunhuan.data.records import told
    from xunhuan.scenario.schedules import with_values

    given = with_values(record, given, Path())
    try:
        made: BaseModel = record.model_validate(given)
    except ValidationError as e:
        items = told(e, record, given)
        raise BadInput("the model's parameters are not valid", where=where, items=items) from None
    return made


def answer(
    model: Model[Any], acc: Accounts, edits: tuple[Edit, ...], p: BaseModel, by: str, top: int | None, path: Path | None,
    accounts: Path | None, format: Format, output: Path | None,
) -> None:  # fmt: skip
    """Solve and print one view of the answer. Raises NotConverged after printing, where it is none."""
    from xunhuan.data.caveats import partners_guessed, picks_partners
    from xunhuan.data.store import save, save_dataset
    from xunhuan.models.model import Shock
    from xunhuan.scenario.lend import responded

    views = dict(model.views) or {"place": places_view(model)}
    if by and by not in views:
        raise UnknownName.of("view", by, views, where="--by")
    with working("solving"):
        response = responded(model, acc, Shock(edits), p)
    if path is not None:
        if response.path is None:
            raise BadInput(f"the model {model.name} has no path along time", where="--path", fix="leave it out")
        save_dataset(response.path, path)
    if accounts is not None:
        save(response.accounts, accounts)
    frame, cut = _view(
        views[by or next(iter(views))], acc, response, edits, top, output is None and format is Format.table
    )
    chosen = [getattr(e, n) for e in edits for n, _, of in e.selections() if of == "regions"]
    said = words.caveat(partners_guessed(acc), language_spoken())
    notes = [said] if said and picks_partners(acc, chosen) else []
    frame.attrs["room"] = model.name
    if output is None and format is Format.table:
        _name_places(frame, acc, response)
    notes += [*cut, *frame.attrs.pop("notes", []), f"Solver: {response.status.message or response.status.outcome}."]
    notes += [f"Note: {n}." for n in (*response.notes, *acc.notes)]
    each = "; " if language_spoken() == "en" else "；"
    emit(
        frame,
        format,
        output,
        title=f"{table_said(acc)}{each.join(map(str, edits)) or words.first_of(model, language_spoken())}",
        notes=notes,
    )
    if not response.status.converged:
        raise NotConverged("the numbers above are not an answer", where=response.status.message)


def _name_places(frame: pd.DataFrame, acc: Accounts, response: Response) -> None:
    """Names of places, sectors and what else the answer names twice (`X_name`, `X_name_zh`), in the language spoken."""
    named = [c for c in frame.columns if str(c).endswith("name")]
    if language_spoken() == "en" or not named:
        return
    known = names_known(acc)
    for c in (c for c in response.detail.coords if f"{c}_zh" in response.detail.coords):
        both = (response.detail[n].to_numpy().astype(str) for n in (c, f"{c}_zh"))
        known |= dict(zip(*both, strict=True))
    for c in named:
        frame[c] = [known.get(str(v), v) for v in frame[c]]


def _view(
    view: ResponseTable, acc: Accounts, response: Response, edits: tuple[Edit, ...], top: int | None, screen: bool
) -> tuple[pd.DataFrame, list[str]]:
    """A table of an answer, whole in a file and cut on a screen, and what is said of the cut."""
    import pandas as pd

    from xunhuan.faces.shown import first_rows

    rows = _ROWS if screen and top is None else top or 0
    frame = view(acc, response, 0)
    units = frame.attrs.get("money", {})
    notes, nation = frame.attrs.pop("notes", []), frame.attrs.pop("nation", None)
    said = list[str]()
    if screen and nation is not None:
        frame = pd.concat([nation, frame], ignore_index=True)
    if rows and screen and "region" in frame and frame["region"].is_unique:
        frame, said = first_rows(frame, acc, edits, rows)
    elif rows:
        whole = len(frame)
        frame = view(acc, response, rows)
        frame.attrs.pop("nation", None)
        notes = frame.attrs.pop("notes", notes)
        said = cut_said(len(frame), whole)
    frame.attrs |= {"notes": notes, "money": units}
    return frame, said if screen else []


def places_view(model: Model[Any]) -> Callable[[Accounts, Response, int], pd.DataFrame]:
    """The table of a model without views: its headlines by place, those that move most first."""

    def view(acc: Accounts, response: Response, top: int) -> pd.DataFrame:
        from xunhuan.data.places import places
        from xunhuan.symbols import UNITS

        at = places(acc)
        numbers, frame = model.read(acc, response, at), at.frame()
        known = [q for q in model.quantities if q.axes == ("place",)]
        for q in known:
            frame[q.name] = numbers[q.name].values * (100 if UNITS[q.unit].percent else 1)
        if known:
            frame = frame.reindex(frame[known[0].name].abs().sort_values(ascending=False, kind="stable").index)
        units = {
            q: "%" if UNITS[q.unit].percent else acc.unit if q.unit == "value" else UNITS[q.unit].title for q in known
        }
        out = (frame.head(top) if top else frame).drop(columns=["name_zh"]).reset_index(drop=True)
        out.attrs["money"] = {q.name: acc.unit if q.unit == "value" else q.unit for q in known}
        out.attrs["notes"] = [f"{q.name}{f', {u}' if u else ''}: {q.definition}." for q, u in units.items()]
        return out

    return view


def _several(f: FieldInfo, text: str | None) -> Any:
    """The value a text stands for, by the kind of its field: a list with commas, a number, a text. Raises BadInput."""
    from xunhuan.models.edits.base import as_number

    if text is None:
        return None
    kinds = list(parts(f.annotation))
    number = float in kinds or int in kinds
    if any(get_origin(k) is tuple for k in kinds):
        return tuple(as_number(t) if number else t.strip() for t in text.split(","))
    return as_number(text) if number else text


def short_form(model: Model[Any]) -> Callable[..., None]:
    """A command of one model: its table as the argument, options for every kind of edit it reads and for every parameter,
    by their names; or what its `short` says."""
    short = model.short
    own = {} if short is None else short.options.model_fields
    whole = short is None or short.whole
    fields = {n: f for n, f in model.parameters.model_fields.items() if whole and n not in own}
    kinds = {e.kind: e for e in model.reads if not e.handed and whole and e.kind not in own}

    def command(**given: Any) -> None:
        posed = _posed(model, short, given)
        lines = {k: given[f"edit_{k}"] for k in kinds}
        asked = {n: _plain(n, f, given[f"p_{n}"]) for n, f in fields.items()}
        values = {n: v for n, v in asked.items() if v is not None} | settings(given.get("set_") or [])
        edits = read_edits(given["edit"], lines, model, posed.edits, given["yes"])
        made = validated(model.parameters, {**values, **posed.values}, "--set" if whole else model.command)
        answer(model, open_table(posed.table, given["nation"]), edits, made, given["by"], given["top"], given["path"],
               given["accounts"], given["format"], given["output"])  # fmt: skip

    command.__doc__ = f"{words.first_of(model, language_spoken())}: `respond --model {model.name}` in short."
    made = [*_own_options(short), *_options(model, kinds, fields)]
    made += [
        p.replace(kind=inspect.Parameter.KEYWORD_ONLY)
        for n, p in inspect.signature(_respond, eval_str=True).parameters.items()
        if n not in ("table", "model") and (whole or n != "set_")
    ]
    command.__signature__ = inspect.Signature(made)  # type: ignore[attr-defined]
    command.__annotations__ = {p.name: p.annotation for p in made}
    return command


def _posed(model: Model[Any], short: Short | None, given: Mapping[str, Any]) -> Posed:
    """What a command asks by its own arguments and options. Raises BadInput."""
    from xunhuan.models.model import Posed

    if short is None:
        return Posed(given["table"])
    plain = {n: _several(f, given[f"o_{n}"]) for n, f in short.options.model_fields.items()}
    return short.pose(validated(short.options, {n: v for n, v in plain.items() if v is not None}, model.command))


def _own_options(short: Short | None) -> list[inspect.Parameter]:
    """Arguments and options by the record of a short form; the table where there is none."""
    positional = inspect.Parameter.POSITIONAL_OR_KEYWORD
    if short is None:
        return [inspect.Parameter("table", positional, annotation=TableArgument)]
    told, made = described(short.options), []
    for name, f in short.options.model_fields.items():
        about, default = " ".join(told.get(name, "").split()), inspect.Parameter.empty if f.is_required() else None
        if f.is_required() or name in short.arguments:
            argument = typer.Argument(help=about, metavar=name.upper())
            kind: Any = Annotated[str if f.is_required() else str | None, argument]
            made.append(inspect.Parameter(f"o_{name}", positional, annotation=kind, default=default))
        else:
            made.append(_option(f"o_{name}", name, about, str | None))
    return sorted(made, key=lambda p: p.kind)


def _option(name: str, flag: str, about: str, kind: Any = Given) -> inspect.Parameter:
    option = typer.Option(f"--{flag.replace('_', '-')}", help=about)
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=Annotated[kind, option], default=None)


def _options(
    model: Model[Any], kinds: Mapping[str, type[Edit]], fields: Mapping[str, FieldInfo]
) -> list[inspect.Parameter]:
    """Options by kinds of edits and by parameters."""
    told = described(model.parameters)
    made = [_option(f"edit_{k}", k, _of_edit(e)) for k, e in kinds.items()]
    return [*made, *(_option(f"p_{n}", n, _help(f, told.get(n, ""))) for n, f in fields.items())]


def _mark(text: str) -> str:
    """What joins parts of a help, in the language of the command line."""
    return text if language_spoken() == "en" else _MARKS[text]


def _of_edit(e: type[Edit]) -> str:
    """What an edit is, the first sentence of its docstring, and how it is written."""
    first = in_my_words(" ".join((e.__doc__ or "").split("\n\n")[0].split()).split("; ")[0])
    return f"{first.rstrip('.。')}{_mark(': ')}{_example(e)}"


def _example(e: type[Edit]) -> str:
    names = [f.alias or n for n, f in e.model_fields.items()]
    full = " ".join(f"{n}=..." for n in names[: max(3, sum(f.is_required() for f in e.model_fields.values()))])
    if not e.amount:
        return full
    if "origin" in e.model_fields:
        return f"TO<-FROM:SECTORS:NUMBER{_mark(', or ')}{full}"
    return f"REGIONS{':SECTORS' if 'sectors' in e.model_fields else ''}:NUMBER{_mark(', or ')}{full}"


def _help(f: FieldInfo, about: str) -> str:
    """What a parameter is, in a sentence, with its choices before and its default after."""
    choices = [str(c) for a in parts(f.annotation) if get_origin(a) is Literal for c in get_args(a)]
    first = _SENTENCE.split(in_my_words(" ".join(about.split())), maxsplit=1)[0].rstrip(".")
    default = str(f.default).lower() if isinstance(f.default, bool) else f.default
    given = f"{_mark(' Default ')}{default}{_mark('.')}" if default not in (None, "") else ""
    return f"{', '.join(choices)}{_mark(': ') if choices else ''}{first}{_mark('.')}{given}"


def _plain(name: str, f: FieldInfo, texts: Given) -> Any:
    """The value an option gives: as the parameter's kind asks, SECTORS=NUMBER pairs, or a csv of these. Raises BadInput."""
    from xunhuan.models.edits.base import as_number
    from xunhuan.scenario.schedules import is_csv

    if not texts:
        return None
    if len(texts) == 1 and is_csv(texts[0]):
        return texts[0]
    if any("=" in t for t in texts):
        return {k.strip(): as_number(v.strip()) for k, _, v in (t.partition("=") for t in texts)}
    if len(texts) > 1:
        raise BadInput(
            f"--{name.replace('_', '-')} is given {len(texts)} times", fix="give it once, or SECTORS=NUMBER pairs"
        )
    kinds = list(parts(f.annotation))
    if bool in kinds:
        return {"true": True, "false": False}.get(texts[0], texts[0])
    return as_number(texts[0]) if float in kinds or int in kinds else texts[0]


def barriers(
    table: TableArgument,
    region: Annotated[str, typer.Argument(help="Region, cluster or nation whose real income counts.")],
    model: Annotated[str, typer.Option("--model", help="The model asked; one that has slopes.")] = "",
    set_: Settings = None,
    nation: Nations = None,
    top: Annotated[
        int | None, typer.Option("--top", min=0, help="Rows shown; 0 = all. By default 20 on a screen, all in a file.")
    ] = None,
    format: FormatOption = Format.table,
    output: OutputOption = None,
) -> None:
    """Which trade costs cost a region most: gain in its real income, percent, per percent off each."""
    from xunhuan.models.model import Shock
    from xunhuan.models.slopes import costliest_barriers

    able = {m.name: m for m in registry.models().values() if m.slopes is not None}
    if model and model not in able:
        raise UnknownName.of("model with slopes", model, able)
    found = able[model or next(iter(able))]
    assert found.slopes is not None
    p, acc = parameters(found, settings(set_ or [])), open_table(table, nation)
    with working("solving"):
        slopes = found.slopes(acc, region, Shock(), p)
    note = "gain: percent of real income per percent fall of the iceberg cost, at the base equilibrium."
    sources = f"Elasticities: {slopes.attrs['elasticities']}."
    title = f"{acc.name}: costliest barriers of {region}"
    every, screen = (
        costliest_barriers(slopes, int(slopes["trade_cost"].size)),
        format is Format.table and output is None,
    )
    many = _ROWS if screen and top is None else top or len(every)
    frame = every.head(many)
    frame.attrs["room"] = found.name
    emit(frame, format, output, title=title, notes=[*cut_said(len(frame), len(every)), note, sources], digits=5)

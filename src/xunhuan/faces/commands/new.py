"""`xunhuan new`: a scenario file begun, from flags or by asking."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xunhuan.errors import BadInput, XunhuanError
from xunhuan.faces.completing import named_models, named_tables
from xunhuan.faces.speaking import error_said, in_my_words, language_spoken

if TYPE_CHECKING:
    from xunhuan.faces.starting import Beginning


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("new")(_new)


def _new(
    file: Annotated[Path, typer.Argument(help="The file to write, NAME.toml.")],
    edit: Annotated[
        list[str] | None,
        typer.Option("--edit", help='What happens: "tariff from=CHN to=USA sectors=goods add=0.25"; repeatable.'),
    ] = None,
    policy: Annotated[
        list[str] | None, typer.Option("--policy", help="What is done about it, in the same words; repeatable.")
    ] = None,
    base: Annotated[
        str, typer.Option("--base", help="A bundled table or an accounts file.", autocompletion=named_tables)
    ] = "world-2017",
    model: Annotated[
        list[str] | None,
        typer.Option(
            "--model", help="A model that answers; repeatable. By default trade.", autocompletion=named_models
        ),
    ] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="KEY=VALUE of the scenario, such as model.trade.labour=mobile.")
    ] = None,
    draws: Annotated[int, typer.Option("--draws", min=0, help="Draws for intervals; 0 for none.")] = 0,
    title: Annotated[str, typer.Option("--title", help="Its title; by default what happens.")] = "",
    question: Annotated[str, typer.Option("--question", help="The question, for the report.")] = "",
    yes: Annotated[
        bool, typer.Option("--yes", help="Sizes beyond 300% are meant, and not per cent written as ratios.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
) -> None:
    """Begin a scenario file, from flags or by asking: commented, checked against its table and models."""
    from xunhuan.data.store import write_text
    from xunhuan.faces.starting import Beginning, as_toml, data_of
    from xunhuan.models import registry

    if file.suffix != ".toml":
        raise BadInput("a scenario file ends in .toml", where=str(file), fix=f"{file.name}.toml")
    if file.exists() and not force:
        raise BadInput("the file is there already", where=str(file), fix="another name, or --force")
    begun = Beginning(
        edit or (), policy or (), base, model or (registry.DEFAULT,), draws, title, question, set_ or (), yes
    )
    if not begun.edits and sys.stdin.isatty():
        begun = _asked(begun)
    lang = language_spoken()
    write_text(file, as_toml(data_of(begun, lang), lang))
    typer.echo(in_my_words(f"wrote {file}"))
    typer.echo(in_my_words(f"Run it: xunhuan run {file}"))


def _asked(begun: Beginning) -> Beginning:
    """What the flags leave open, asked line by line; what cannot be is asked again."""
    from dataclasses import replace
    from functools import partial

    from xunhuan.data.store import load
    from xunhuan.faces import words
    from xunhuan.faces.starting import data_of, edit_of
    from xunhuan.models import registry

    t, lang = words.of(language_spoken()), language_spoken()

    def fits(text: str, side: int) -> str:
        """An edit that a run would take beside those before it: told now, while its line can still be written anew."""
        if not text and not sides[0]:
            raise BadInput("no shock is given")
        if text:
            text = str(edit_of(text, base))
            edits, policies = ([*s, text] if k == side else s for k, s in enumerate(sides))
            tried = replace(
                begun, edits=edits, policies=policies if side else (), base=base, models=(model,), settings=()
            )
            data_of(replace(tried, draws=0), lang)
        return text

    base = _until(t("begin_ask_base"), begun.base, lambda text: (load(text), text)[1])
    between, open_, close = (", ", " (", ")") if lang == "en" else ("、", "（", "）")
    told = between.join(f"{m.name}{open_}{words.first_of(m, lang)}{close}" for m in registry.models().values())
    model = _until(t("begin_ask_model", models=told), begun.models[0], lambda text: registry.find(text).name)
    kinds = between.join(e.kind for e in registry.find(model).reads if not e.handed)
    sides: list[list[str]] = [[], list(begun.policies)]
    for side, ask in enumerate((t("begin_ask_edit", kinds=kinds), t("begin_ask_policy"))):
        while line := _until(ask, "", partial(fits, side=side)):
            sides[side].append(line)
            ask = t("begin_ask_more")
    draws = _until(t("begin_ask_draws"), str(begun.draws or 64), _whole)
    title = begun.title or typer.prompt(t("begin_ask_title"), default="", show_default=False)
    return replace(begun, edits=sides[0], policies=sides[1], base=base, models=(model,), draws=int(draws), title=title)


def _whole(text: str) -> str:
    if not text.isdigit():
        raise BadInput(f"{text!r} is not a number", fix="for instance 64, or 0")
    return text


def _until(ask: str, default: str, right: Callable[[str], str]) -> str:
    """An answer that `right` takes, else its message and the question again."""
    while True:
        given = typer.prompt(ask, default=default, show_default=bool(default)).strip()
        try:
            return right(given)
        except XunhuanError as e:
            typer.echo(error_said(e), err=True)

"""`xunhuan explain`: what a term means, in English or Chinese."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from xunhuan.errors import BadInput
from xunhuan.faces.completing import named_terms
from xunhuan.faces.output import save_text


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("explain")(_explain)


def _explain(
    term: Annotated[
        str | None,
        typer.Argument(help="A term in English or Chinese; left out, all are listed.", autocompletion=named_terms),
    ] = None,
    all_of_them: Annotated[bool, typer.Option("--all", help="The whole glossary as a page in both languages.")] = False,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Write the page to this file.")] = None,
) -> None:
    """Say what a term means, in English or Chinese: `xunhuan explain 省际循环`."""
    from xunhuan.faces import explaining, glossary
    from xunhuan.faces.speaking import language_spoken

    lang = language_spoken()
    if output is not None and not all_of_them:
        raise BadInput("one term is printed, not written to a file", fix="give --all with -o")
    if all_of_them:
        if output is None:
            typer.echo(explaining.as_page(), nl=False)
        else:
            save_text(output, explaining.as_page(), ".md", ".txt")
        return
    if term is None:
        for t in glossary.terms().values():
            typer.echo(f"{t.key:<18} {t.title(lang)}")
        return
    other = "en" if lang == "zh" else "zh"
    for k, found in enumerate(explaining.entries(term)):
        brackets = "（{}）" if lang == "zh" else " ({})"
        typer.echo("\n" * (k > 0) + found.title(lang) + brackets.format(found.title(other)))
        for said in (found.meaning(lang), *found.details(lang)):
            typer.echo(said)

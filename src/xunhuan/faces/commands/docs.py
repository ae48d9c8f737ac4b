"""`xunhuan docs`: the documentation that comes with the package."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from xunhuan.faces.completing import named_pages
from xunhuan.faces.output import Format, FormatOption, OutputOption, emit, save_text
from xunhuan.faces.speaking import language_spoken


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("docs")(_docs)


def _docs(
    page: Annotated[
        str | None, typer.Argument(help="A page, such as howto; left out, all are listed.", autocompletion=named_pages)
    ] = None,
    browser: Annotated[bool, typer.Option("--open", help="Show the pages in a browser.")] = False,
    format: FormatOption = Format.table,
    output: OutputOption = None,
) -> None:
    """List the pages of the documentation, print one, or show them in a browser; no network is asked."""
    from xunhuan.faces import manual

    if browser:
        _browse(page)
    elif page is not None:
        _print(manual.manual_page(page, language_spoken()).text, output)
    else:
        import pandas as pd

        rows = [{"page": p.name, "title": p.title} for p in manual.manual_pages().values()]
        notes = ["Print one: xunhuan docs PAGE", "All in a browser: xunhuan docs --open"]
        frame = pd.DataFrame(rows)
        frame.attrs["quoted"] = ("page", "title")
        emit(frame, format, output, title="Pages", notes=notes)


def _print(text: str, output: Path | None) -> None:
    from xunhuan.faces.output import console

    if output is not None:
        save_text(output, text, ".md", ".txt")
    elif sys.stdout.isatty():
        from rich.markdown import Markdown

        screen = console()
        with screen.pager(styles=True):
            screen.print(Markdown(text))
    else:
        typer.echo(text, nl=False)


def _browse(page: str | None) -> None:
    import webbrowser

    from platformdirs import user_cache_path

    from xunhuan import __version__
    from xunhuan.faces import manual

    asked = manual.manual_page(page or manual.FIRST_PAGE, language_spoken()).name
    made = manual.write_manual(user_cache_path("xunhuan") / f"docs-{__version__}").with_name(f"{asked}.html")
    typer.echo(made.as_uri())
    webbrowser.open(made.as_uri())

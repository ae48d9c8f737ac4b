"""`xunhuan report`, `figure` and `cite`: what was found as a page, as image files, and the sources as BibTeX."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from xunhuan.errors import BadInput, UnknownName
from xunhuan.faces.commands.measuring import Nations
from xunhuan.faces.completing import named_tables
from xunhuan.faces.output import Format, FormatOption, OutputOption, console, emit, save_text, working
from xunhuan.faces.speaking import in_my_words

if TYPE_CHECKING:
    from xunhuan.faces.report.page import Album

_ENDINGS = (".html", ".htm", ".pdf")
"""How files of a report end."""
_Source = Annotated[
    str,
    typer.Argument(
        help="A table, bundled or an accounts file, or the folder of a result.", autocompletion=named_tables
    ),
]

_Lang = Annotated[str, typer.Option("--lang", help="Language of the page: en or zh; by default the command line's.")]


def _lang(said: str) -> Literal["en", "zh"]:
    from xunhuan.faces.speaking import language_spoken

    if said not in ("", "en", "zh"):
        raise BadInput(f"unknown language {said!r}", fix="choose en or zh")
    return language_spoken() if not said else "zh" if said == "zh" else "en"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("report")(_report)
    app.command("figure")(_figure)
    app.command("cite")(_cite)


def _report(
    source: _Source,
    nation: Nations = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="FILE.html or .pdf; by default NAME.html, in short NAME-brief.pdf."),
    ] = None,
    brief: Annotated[
        bool, typer.Option("--brief", help="One sheet: the answer, its first figure and numbers.")
    ] = False,
    lang: _Lang = "",
) -> None:
    """Write one self-contained HTML page: the answer, figures, tables, definitions, sources."""
    from xunhuan.data.store import write_text
    from xunhuan.faces.figures.export import write_page
    from xunhuan.faces.report import open_source

    if output is not None and output.suffix.lower() not in _ENDINGS:
        raise BadInput(f"a report is not written as {output.suffix or 'a file without suffix'}", where=str(output),
                       fix=f"name the file with one of {', '.join(_ENDINGS)}")  # fmt: skip
    with working(f"writing the report on {source}"):
        page = open_source(source, nation, _lang(lang))
        path = output or Path(f"{page.name}-brief.pdf" if brief else f"{page.name}.html")
        html = page.brief() if brief else page.html()
        if path.suffix.lower() == ".pdf":
            write_page(html, path, sheets=int(brief))
        else:
            write_text(path, html)
    console(stderr=True).print(in_my_words(f"wrote {path}"))


def _figure(
    source: _Source,
    name: Annotated[str | None, typer.Argument(help="Figure to draw, or all; left out, they are listed.")] = None,
    nation: Nations = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="FILE.png, .svg or .pdf; for all, a folder.")
    ] = None,
    kind: Annotated[str, typer.Option("--image", help="png, svg or pdf, where -o does not say.")] = "png",
    width: Annotated[int, typer.Option(min=200, max=4000, help="Width in pixels.")] = 1000,
    scale: Annotated[float, typer.Option(min=0.5, max=8, help="Dots of a PNG per pixel.")] = 2.0,
    lang: _Lang = "",
) -> None:
    """Draw figures of a report as image files, with the Chromium or Chrome on this machine."""
    from xunhuan.faces.report import open_source

    if name is None and output is not None:
        raise BadInput(
            "no figure is named", where=str(output), fix=f"xunhuan figure {source} lists them; all draws each"
        )
    page = open_source(source, nation, _lang(lang))
    album = page.album()
    if name is None:
        _list(page.name, album)
        return
    if name != "all" and name not in album:
        raise UnknownName.of("figure", name, ["all", *album], where=page.name)
    _draw(album, page.name, name, output, kind, width, scale)


def _list(source: str, album: Album) -> None:
    import pandas as pd

    rows = [{"figure": key, "shows": p.alt} for key, p in album.items()]
    emit(
        pd.DataFrame(rows),
        title=f"Figures of {source}",
        notes=["draw one with: xunhuan figure SOURCE FIGURE -o FILE.png"],
    )


def _draw(album: Album, source: str, name: str, output: Path | None, kind: str, width: int, scale: float) -> None:
    from xunhuan.faces.figures.export import write_image
    from xunhuan.faces.output import track

    if name == "all":
        folder = output or Path(f"{source}-figures")
        if folder.suffix:
            raise BadInput(
                "all figures go to a folder", where=str(folder), fix="give -o FOLDER, and --image png, svg or pdf"
            )
        folder.mkdir(parents=True, exist_ok=True)
        files = {key: folder / f"{key}.{kind}" for key in album}
    else:
        files = {name: output or Path(f"{source}-{name}.{kind}")}
    for key, path in track(files.items(), "drawing figures", total=len(files)):
        write_image(album[key].wide, path, width=width, scale=scale)
        console(stderr=True).print(in_my_words(f"wrote {path}"))


def _cite(
    what: Annotated[
        str | None, typer.Argument(help="A table, a result's folder, a measure, a model or a key; left out: all keys.")
    ] = None,
    format: FormatOption = Format.table,
    output: OutputOption = None,
) -> None:
    """Print the sources of a table, result, measure or model as BibTeX."""
    import sys

    import pandas as pd

    from xunhuan.faces import bibliography

    if what is None:
        rows = [{"key": r.key, "source": r.text} for r in bibliography.references_by_key().values()]
        emit(pd.DataFrame(rows), format, output, title="Sources")
        return
    text = "\n".join(bibliography.entries(what))
    if output is None:
        sys.stdout.write(text)
        return
    save_text(output, text, ".bib", ".txt")

"""`xunhuan sweep`: which single link of a table matters most."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xunhuan.errors import BadInput, UnknownName
from xunhuan.faces.commands.history import PICTURES
from xunhuan.faces.commands.measuring import Nations, TableArgument
from xunhuan.faces.commands.respond import Settings, parameters, settings
from xunhuan.faces.opening import open_table
from xunhuan.faces.output import Format, FormatOption, OutputOption, console, counting, cut_said, emit
from xunhuan.faces.speaking import in_my_words
from xunhuan.models import registry

if TYPE_CHECKING:
    import pandas as pd

    from xunhuan.data.accounts import Accounts


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("sweep")(_sweep)


def _sweep(
    table: TableArgument,
    by: Annotated[str, typer.Option("--by", help="link (a supplier and a good), good or supplier.")] = "link",
    origin: Annotated[
        str, typer.Option("--from", help="Suppliers: nations abroad, or provinces one by one.")
    ] = "foreign",
    destination: Annotated[str, typer.Option("--to", help="Buyers, taken as one.")] = "home",
    sectors: Annotated[str, typer.Option("--sectors", help="Goods: codes, names, groups.")] = "all",
    days: Annotated[float, typer.Option("--days", help="Days that each link is cut, and that losses are of.")] = 90.0,
    links: Annotated[int, typer.Option("--links", help="So many of the largest links by value; 0 = all.")] = 100,
    model: Annotated[str, typer.Option("--model", help="The model asked; one that sweeps.")] = "",
    set_: Settings = None,
    workers: Annotated[int, typer.Option("--workers", help="Processes; 0 takes one a core.")] = 0,
    picture: Annotated[
        Path | None, typer.Option(help="Draw the rows shown to this .html, .png, .svg or .pdf file.")
    ] = None,
    language: Annotated[str, typer.Option(help="Language of the picture: en or zh.")] = "en",
    nation: Nations = None,
    top: Annotated[int, typer.Option("--top", min=0, help="Rows shown on a screen and drawn; 0 = all.")] = 20,
    format: FormatOption = Format.table,
    output: OutputOption = None,
) -> None:
    """Which single link matters most: each of the largest cut for some days, ranked by the value added lost."""
    if picture is not None and picture.suffix.lower() not in PICTURES:
        raise BadInput(f"a picture cannot be {picture.suffix!r}", fix=f"name it {', '.join(PICTURES)}")
    if language not in ("en", "zh"):
        raise BadInput(f"unknown language {language!r}", fix="choose en or zh")
    able = {m.name: m for m in registry.models().values() if m.sweep is not None}
    if model and model not in able:
        raise UnknownName.of("model that sweeps", model, able)
    found = able[model or next(iter(able))]
    assert found.sweep is not None
    p, acc = parameters(found, settings(set_ or [])), open_table(table, nation)
    with counting("cutting links") as tell:
        frame, notes = found.sweep(acc, p, by=by, origin=origin, destination=destination, sectors=sectors, days=days,
                                   links=links, workers=workers, progress=tell)  # fmt: skip
    shown = frame.head(top) if top else frame
    if picture is not None:
        _draw(acc, shown, by, picture, language)
    title = f"{acc.name}, {acc.year}: links from {origin} to {destination} cut one by one for {days:g} days"
    screen = shown.drop(columns=frame.attrs.pop("hidden", []))
    screen.attrs["room"] = found.name
    if format is Format.table and output is None:
        emit(screen, title=title, notes=[*cut_said(len(shown), len(frame)), *notes])
    else:
        emit(frame, format, output, title=title, notes=notes)


def _draw(acc: Accounts, frame: pd.DataFrame, by: str, picture: Path, language: str) -> None:
    from xunhuan.data.store import atomic_path
    from xunhuan.faces import words
    from xunhuan.faces.figures import link_dots

    losses = {str(c)[5:]: c for c in frame if str(c).startswith("loss_")}
    t = words.of(language)
    series = {words.either(f"choice_{rule}", language, rule): frame[c] / 100 for rule, c in losses.items()}
    rows = [_label(acc, row["supplier"], row["good"], by, language) for row in frame.to_dict("records")]
    figure = link_dots(rows, series, language="zh" if language == "zh" else "en", title=t("on_sweep"))
    with atomic_path(picture) as tmp:
        if picture.suffix.lower() == ".html":
            tmp.write_text(figure.to_html(include_plotlyjs=True, full_html=True), encoding="utf-8")
        else:
            tmp.write_bytes(figure.to_image(format=picture.suffix.lower()[1:], width=900, height=figure.layout.height))
    console(stderr=True).print(in_my_words(f"wrote {picture}"))


def _label(acc: Accounts, supplier: str, good: str, by: str, language: str) -> str:
    """What a link is called: its supplier, its good or both."""
    lang = "zh" if language == "zh" else "en"
    codes = acc.sectors.codes
    names = acc.sectors.names_zh if lang == "zh" else acc.sectors.names_en
    goods = names[codes.index(good)] or good if good in codes else good
    who = acc.geography.name(supplier, lang) if supplier in (*acc.geography.codes, *acc.geography.nations) else supplier
    return {"good": goods, "supplier": who}.get(by, f"{who} · {goods}")

"""`xunhuan history`: a measure of one nation by year, as a table and as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xunhuan.errors import BadInput
from xunhuan.faces.output import Format, FormatOption, OutputOption, console, cut_said, emit, track
from xunhuan.faces.speaking import in_my_words

if TYPE_CHECKING:
    import pandas as pd

PICTURES = (".html", ".png", ".svg", ".pdf")
DRAWN = {
    "circulation": "share of GDP absorbed at home",
    "origin": "share of final demand whose value was added at home",
    "supply": "share of use made at home",
}
"""What the line of a picture shows."""


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command("history")
    def command(
        measure: Annotated[str, typer.Option(help="circulation, origin, supply, content or coupling.")] = "circulation",
        nation: Annotated[str, typer.Option(help='Nation, region or cluster; "all" for every nation.')] = "CHN",
        partner: Annotated[str, typer.Option(help="Of coupling: with whom, by code or name; all by default.")] = "",
        sectors: Annotated[str, typer.Option(help="Goods, for supply and content: electronics, C26, ...")] = "all",
        first: Annotated[int, typer.Option("--from", help="First year.")] = 0,
        last: Annotated[int, typer.Option("--to", help="Last year.")] = 9999,
        raw: Annotated[Path | None, typer.Option("--raw", help="Folder of raw files, for years not built yet.")] = None,
        picture: Annotated[
            Path | None, typer.Option(help="Draw the domestic share to this .html, .png, .svg or .pdf file.")
        ] = None,
        language: Annotated[str, typer.Option(help="Language of the picture: en or zh.")] = "en",
        top: Annotated[
            int, typer.Option(help="Industries, or partners, shown on the screen of each table; 0 = all.")
        ] = 10,
        format: FormatOption = Format.table,
        output: OutputOption = None,
    ) -> None:
        """Domestic and external share by year, one series for each source.

        Sources differ in sectors and in how imports are given to users: compare years inside one, not across.
        """
        from xunhuan.faces.series import HISTORIES, history

        if picture is not None and picture.suffix.lower() not in PICTURES:
            raise BadInput(f"a picture cannot be {picture.suffix!r}", fix=f"name it {', '.join(PICTURES)}")
        frame = history(
            measure,
            nation,
            sectors,
            (first, last),
            raw,
            lambda names: track(list(names), "reading the tables"),
            partner,
        )
        notes = (
            f"Definition: {HISTORIES[measure][1]}.",
            "Series of different sources are not comparable: their sectors and their treatment of imports differ.",
        )
        shown = _short(frame, top) if format is Format.table and output is None else frame
        cut = cut_said(len(shown), len(frame))
        emit(shown, format, output, title=f"History of {measure}, {nation}", notes=[*cut, *notes])
        if picture is not None:
            _draw(frame, picture, f"{_named(frame, nation)}: {DRAWN.get(measure, measure)}", language)


def _short(frame: pd.DataFrame, top: int) -> pd.DataFrame:
    """What fits a screen: years as they are written, the largest rows of each table."""
    hidden = [c for c in ("nation", "sectors") if c in frame]
    if frame["nation"].iloc[0] != frame["nation"].iloc[-1]:
        hidden.remove("nation")
    if "kappa" in frame:
        order = {name: k for k, name in enumerate(dict.fromkeys(frame["table"]))}
        by_size = frame.sort_values("kappa", ascending=False, kind="stable")
        frame = by_size.sort_values("table", key=lambda names: names.map(order), kind="stable")
    largest = frame.groupby("table", sort=False).head(top) if top and {"imported", "kappa"} & set(frame) else frame
    return largest.drop(columns=hidden).assign(year=largest["year"].astype(str))


def _named(frame: pd.DataFrame, nation: str) -> str:
    names = frame.get("name_en")
    return str(names.dropna().iloc[0]) if names is not None and names.notna().any() else nation


def _draw(frame: pd.DataFrame, picture: Path, title: str, language: str) -> None:
    """Lines of the domestic share, written whole or not at all. Raises BadInput where there is no such
    share.
    """
    from xunhuan.data.store import atomic_path
    from xunhuan.faces.figures.history import history_lines

    if "domestic" not in frame or len(set(frame["nation"])) > 1:
        raise BadInput("a picture needs one nation and a domestic share", fix="choose one nation; not content")
    if language not in ("en", "zh"):
        raise BadInput(f"unknown language {language!r}", fix="choose en or zh")
    figure = history_lines(frame, "domestic", title=title, language="zh" if language == "zh" else "en")
    with atomic_path(picture) as tmp:
        if picture.suffix.lower() == ".html":
            tmp.write_text(figure.to_html(include_plotlyjs=True, full_html=True), encoding="utf-8")
        else:
            tmp.write_bytes(figure.to_image(format=picture.suffix.lower()[1:], width=900, height=420, scale=2))
    console(stderr=True).print(in_my_words(f"wrote {picture}"))

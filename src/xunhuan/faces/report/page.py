"""Assembly of a report: one HTML file with its figures' data and the drawing library inside it."""

from __future__ import annotations

import base64
import gzip
import itertools
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2
import numpy as np
from markupsafe import Markup, escape

from xunhuan.faces import bibliography, columns, glossary, words
from xunhuan.faces.spelling import chinese, chinese_stops

if TYPE_CHECKING:
    import plotly.graph_objects as go

HERE = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Picture:
    """A figure on the page: its wide form, and a narrow one where the wide one does not fit a telephone.

    id       HTML id, the same at every run · alt: what it shows, for those who do not see it
    caption  may hold markup
    """

    id: str
    number: int
    caption: str
    alt: str
    wide: go.Figure
    narrow: go.Figure | None = None
    lang: str = "en"

    @property
    def label(self) -> str:
        """What stands before the caption."""
        return words.of(self.lang)("figure_n", n=self.number)

    @cached_property
    def json(self) -> Markup:
        """The figure's data as JSON that cannot end a script element."""
        forms = {"wide": self.wide, "narrow": self.narrow}
        from xunhuan.faces.figures import style

        made = {k: json.loads(style.axes_folded(f).to_json()) for k, f in forms.items() if f is not None}
        for form in made.values():
            form["layout"].pop("template", None)  # "none": plotly.js's own defaults
        text = json.dumps(made, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        return Markup(text.replace("<", "\\u003c"))


@dataclass(frozen=True)
class Row:
    """A row of a table; `strong` for means and totals."""

    cells: Sequence[str]
    strong: bool = False


@dataclass(frozen=True)
class Grid:
    """A table on the page.

    words     headings of columns that hold words: they stand left, and wrap
    optional  headings of columns that a narrow window leaves out
    arms      what arms are called, in headings that are an arm's
    """

    head: Sequence[str]
    rows: Sequence[Row]
    caption: str = ""
    number: int = 0
    words: Sequence[str] = ()
    optional: Sequence[str] = ()
    small: bool = False
    lang: str = "en"
    arms: Sequence[str] = ()

    @property
    def label(self) -> str:
        """What stands before the caption."""
        return words.of(self.lang)("table_n", n=self.number)

    @property
    def classes(self) -> list[str]:
        """CSS classes of each column; words longer than a name wrap."""
        out = []
        for k, h in enumerate(self.head):
            long = max((len(row.cells[k]) for row in self.rows), default=0) > 24
            flags = {"text": k == 0 or h in self.words, "wrap": h in self.words and long, "opt": h in self.optional}
            out.append(" ".join(name for name, on in flags.items() if on))
        return out


def over(number: str, small: str) -> Markup:
    """A cell with something small under its number: an interval, or what else is said of the same thing."""
    return Markup("{}<small>{}</small>").format(number, small)


def formula(text: str) -> Markup:
    """A sentence whose indices stand below and above: "v_p B_p· y^d"; words with underscores stay as they are."""
    safe = str(escape(sentence(text)))
    safe = re.sub(r"(?<![\w])(GDP|[A-Za-zΣ])_([a-z]{1,2})(?![\w])", r"\1<sub>\2</sub>", safe)
    return Markup(re.sub(r"(?<![\w])([A-Za-z])\^(-?\w)(?![\w])", r"\1<sup>\2</sup>", safe))


def sentence(text: str) -> str:
    """A note as a sentence: capital and full stop."""
    text = text.strip()
    if not text:
        return ""
    if re.search("[\u4e00-\u9fff]", text):
        return text if text.endswith(("。", "？", "！")) else f"{text}。"
    text = "GDP" + text[3:] if text.startswith("gdp ") else text[:1].upper() + text[1:]
    return text if text.endswith((".", "?", "!")) else text + "."


class Album(dict[str, Picture]):
    """The pictures of a page by key, numbered in the order they are added."""

    def add(self, key: str, wide: go.Figure, caption: str, alt: str, narrow: go.Figure | None = None) -> None:
        """Append a picture; see `Picture`."""
        self[key] = Picture(f"fig-{key}", len(self) + 1, caption, alt, wide, narrow)

    def led_by(self, first: Picture | None) -> Album:
        """The same with one picture before the others, numbered anew."""
        order = sorted(self.items(), key=lambda p: p[1] is not first)
        return Album((k, replace(p, number=n)) for n, (k, p) in enumerate(order, 1))


FIRST_SCREEN = 540
"""Pixels that a figure may be high to end on a first screen of 768, under a title of two lines."""


def lowered_to_first_screen(picture: Picture | None) -> Picture | None:
    """A picture whose wide form is no higher than the first screen has room for: bars get thinner."""
    return None if picture is None else no_higher(picture, FIRST_SCREEN)


def no_higher(picture: Picture, most: int) -> Picture:
    """A picture whose wide form is at most so many pixels high."""
    if (picture.wide.layout.height or 0) <= most:
        return picture
    import plotly.graph_objects as go

    lower = go.Figure(picture.wide).update_layout(height=most)
    rows = max((len(t.y) for t in lower.data if t.type == "bar" and t.orientation == "h"), default=0)
    if rows:  # every bar keeps its name, smaller where they stand closer
        size = min(12, max(_LEAST_NAME, int(0.88 * (most - _BESIDE_BARS) / rows)))
        lower.update_yaxes(dtick=1, tickfont={"size": size})
        lower.update_layout(height=max(most, round(size / 0.88 * rows) + _BESIDE_BARS))
    return replace(picture, wide=lower)


_LEAST_NAME = 10
"""Pixels of letters beside bars, at least: a picture of more bars than have room for it is higher."""

_BESIDE_BARS = 72
"""Pixels above and below the bars of a figure."""


def numbered(tables: Mapping[str, Grid]) -> dict[str, Grid]:
    """The tables of a page with their numbers, in order."""
    return {k: replace(g, number=n + 1) for n, (k, g) in enumerate(tables.items())}


def without_blanks(grid: Grid) -> Grid:
    """A table without its columns of dashes, which its caption names.

    >>> made = without_blanks(Grid(["", "a", "b"], [Row(["x", "–", "1"])], "Numbers."))
    >>> made.head, made.rows[0].cells, made.caption
    (['', 'b'], ['x', '1'], 'Numbers. Left out, without a number in any row: a.')
    """
    blank = [k for k in range(1, len(grid.head)) if grid.rows and all(row.cells[k] == "–" for row in grid.rows)]
    if not blank:
        return grid
    t = words.of(grid.lang)
    said = t("left_out", which=t("list").join(str(grid.head[k]) for k in blank))
    caption = t("next").join(filter(None, (grid.caption, said)))
    rows = [replace(row, cells=[c for k, c in enumerate(row.cells) if k not in blank]) for row in grid.rows]
    return replace(grid, head=[h for k, h in enumerate(grid.head) if k not in blank], rows=rows, caption=caption)


def album_in(album: Album, say: Callable[[str], str], lang: str = "zh") -> Album:
    """The pictures of a page with their words as `say` says them, in a language."""
    made = Album()
    for key, p in album.items():
        wide, narrow = (None if f is None else figure_in(f, say) for f in (p.wide, p.narrow))
        caption, alt = (chinese_stops(say(s)) if lang == "zh" else say(s) for s in (p.caption, p.alt))
        made[key] = replace(p, caption=caption, alt=alt, wide=wide, narrow=narrow, lang=lang)
    return made


def figure_in(figure: go.Figure, say: Callable[[str], str]) -> go.Figure:
    """A figure whose words are as `say` says them, in Chinese: names, titles, what stands on it and what pointing at it
    shows."""
    import plotly.graph_objects as go

    def told(text: str, key: str) -> str:
        if key == "hovertemplate":  # what stands between its holes are names, and names of arms in quotes
            return chinese_stops(_QUOTED.sub(lambda m: say(m[0]), text))
        said = say(text) if key in _WORDS_OF_FIGURES else text
        return chinese_stops(said) if chinese(said) else said

    def walk(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {k: walk(v, str(k)) for k, v in value.items()}
        if isinstance(value, np.ndarray) and value.dtype.kind in "OU":
            value = value.tolist()
        if isinstance(value, list | tuple):
            return [walk(v, key) for v in value]
        return told(value, key) if isinstance(value, str) and key in _SAID_IN_FIGURES else value

    return go.Figure(walk(figure.to_dict()), skip_invalid=True)


_WORDS_OF_FIGURES = {"text", "name", "hovertext", "ticktext", "x", "y", "label", "valuesuffix"}
_SAID_IN_FIGURES = {*_WORDS_OF_FIGURES, "customdata", "hovertemplate"}
_QUOTED = re.compile("“[^”]+”")


def grid_in(grid: Grid, say: Callable[[str], str]) -> Grid:
    """A table whose words are as `say` says them, in Chinese; numbers and markup stay."""

    def plain(text: str) -> str:
        return text if isinstance(text, Markup) else say(text)

    head = [plain(h) for h in grid.head]
    at = dict(zip(grid.head, head, strict=True))
    rows = [replace(row, cells=[plain(c) for c in row.cells]) for row in grid.rows]
    told = replace(grid, head=head, rows=rows, caption=plain(grid.caption), lang="zh")
    return replace(told, words=[at.get(h, h) for h in grid.words], optional=[at.get(h, h) for h in grid.optional])


def render(
    template: str,
    context: Mapping[str, object],
    citations: Sequence[str],
    lang: str = "en",
    say: Callable[[str], str] = str,
) -> str:
    """The page of a template, with the references its citations name.

    say  what a sentence of the template is in the page's language

    The result depends on its inputs and the installed versions alone: no clock, no random ids.
    """
    from xunhuan import __version__

    shared = {
        "css": Markup(_read("style.css")), "javascript": Markup(_scripts()), "plotly": Markup(_plotly()),
        "version": __version__, "references": bibliography.references(citations), "lang": lang, "say": say,
    }  # fmt: skip
    made = _environment().get_template(template)
    read = _NEITHER_READ_NOR_DRAWN.sub("", made.render(**shared, **context, terms=[]))
    page = made.render(**shared, **context, terms=glossary.used(read, lang)) + "\n"
    return _with_contents(numbered_as_they_stand(page, lang))


BRIEF_ROWS = 8
"""Rows of the table of a page in short."""


def brief(
    context: Mapping[str, Any], table: Grid, citations: Sequence[str], lang: str, say: Callable[[str], str]
) -> str:
    """The page in short of a report's context: its first picture, the first rows of one table."""
    pictures = context["pictures"]
    shown = {"first": context.get("first") or next(iter(pictures.values()), None)}
    shown |= {"table": replace(table, rows=table.rows[:BRIEF_ROWS], number=1)}
    empty: dict[str, Any] = {"question": "", "draws": "", "average": None, "words": {}, "sources": []}
    return render("brief.html.j2", {**empty, **context, **shown}, citations, lang, say)


_NEITHER_READ_NOR_DRAWN = re.compile(
    r'<style\b.*?</style>|<script(?! type="application/json")[^>]*>.*?</script>', re.DOTALL
)
_TABLE = re.compile(r'id="table-(\d+)"><b>[^<]*</b>')
_FIGURE = re.compile(r"<figcaption><b>[^<]*</b>")


def numbered_as_they_stand(html: str, lang: str) -> str:
    """A page whose tables and figures are numbered as they stand on it.

    >>> numbered_as_they_stand('<p id="table-3"><b>Table 3.</b> <table aria-labelledby="table-3">', "en")
    '<p id="table-1"><b>Table 1.</b> <table aria-labelledby="table-1">'
    >>> numbered_as_they_stand("<figcaption><b>Figure 7.</b> Trade.", "en")
    '<figcaption><b>Figure 1.</b> Trade.'
    """
    t, new = words.of(lang), {old: n for n, old in enumerate(_TABLE.findall(html), 1)}
    html = re.sub(r'aria-labelledby="table-(\d+)"', lambda m: f'aria-labelledby="table-{new[m[1]]}"', html)
    html = _TABLE.sub(lambda m: f'id="table-{new[m[1]]}"><b>{t("table_n", n=new[m[1]])}</b>', html)
    figures = itertools.count(1)
    return _FIGURE.sub(lambda m: f"<figcaption><b>{t('figure_n', n=next(figures))}</b>", html)


_SECTION = re.compile(r'<section id="([^"]+)">\s*(?:<details[^>]*><summary>)?<h2>(.*?)</h2>', re.DOTALL)
_CONTENTS = re.compile(r'(<nav class="contents"[^>]*>)(</nav>)')


def _with_contents(html: str) -> str:
    """A page whose list of contents names its sections, as they stand on it."""
    found = ((at, re.sub(r"<span.*?</span>|<[^>]+>", "", said).strip()) for at, said in _SECTION.findall(html))
    links = "".join(f'<a href="#{at}">{said}</a> ' for at, said in found)
    return _CONTENTS.sub(lambda m: f"{m[1]}{links}{m[2]}", html, count=1)


def _tip(text: str, lang: str, head: bool = False, arms: Sequence[str] = ()) -> Markup:
    """The attribute that says what a heading means, of a column or of a row, where it is a term."""
    known = (columns.column_tip(text, lang) or glossary.tip("arm" if text in arms else "", lang)) if head else ""
    meaning = known or glossary.tip(text, lang)
    return Markup(' title="{}"').format(meaning) if meaning else Markup("")


def _coded(said: Any) -> Any:
    """Words in which what is to be typed stands between backticks, as a page shows them.

    >>> _coded("see `xunhuan docs` & more"), _coded(3)
    (Markup('see <code>xunhuan docs</code> &amp; more'), 3)
    """
    if isinstance(said, Markup) or not isinstance(said, str) or said.count("`") < 2:
        return said
    return Markup(re.sub("`([^`]+)`", r"<code>\1</code>", str(escape(said))))


@cache
def _environment() -> jinja2.Environment:
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        finalize=_coded,
    )
    made.globals["tip"] = _tip  # macros do not see a page's own words
    return made


def _scripts() -> str:
    """What draws the pictures, and what tells terms, which the laboratory shares."""
    return _read("figures.js") + (HERE.parents[1] / "web" / "assets" / "means.js").read_text(encoding="utf-8")


def _read(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


@cache
def _plotly() -> str:
    """The drawing library, compressed (4.8 to 2 MB), as text."""
    from plotly.offline import get_plotlyjs

    return base64.b64encode(gzip.compress(get_plotlyjs().encode(), 9, mtime=0)).decode()

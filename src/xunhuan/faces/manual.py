"""The pages of the documentation, as they come with the package."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from xunhuan.errors import BadInput, UnknownName

FIRST_PAGE = "index"
WANTED_FIRST = (
    "index", "index.zh", "tutorial", "tutorial.zh", "howto", "howto.zh", "measures", "measures.zh", "models", "scenarios",
    "scenarios.zh", "glossary",
)  # fmt: skip
"""Pages a reader wants first; the others follow by name."""
OF_THE_ROOT = ("CHANGELOG.md", "DATA.md", "CONTRIBUTING.md")
PAGE_LINK = re.compile(r'(href=")(?!https?:|#)(?:\.\./)?(?:docs/)?([\w.-]+?)\.md(#[^"]*)?(")', flags=re.I)


@dataclass(frozen=True)
class ManualPage:
    """A page of the documentation: what it is called, its file, and its first heading."""

    name: str
    path: Path
    title: str

    @property
    def text(self) -> str:
        """The page in Markdown."""
        return self.path.read_text(encoding="utf-8")


def manual_folder() -> Path:
    """Where the pages lie: in the package, or beside it in a checkout. Raises BadInput where neither has them."""
    import xunhuan

    package = Path(xunhuan.__file__).parent
    for place in (package / "docs", package.parents[1] / "docs"):
        if (place / f"{FIRST_PAGE}.md").is_file():
            return place
    raise BadInput(
        "the pages are not in this installation", where=str(package), fix="install xunhuan anew from its wheel"
    )


def manual_pages() -> dict[str, ManualPage]:
    """Every page by name, those wanted first at the top.

    >>> list(manual_pages())[:3]
    ['index', 'index.zh', 'tutorial']
    """
    there = manual_folder()
    beside = (there.parent / name for name in OF_THE_ROOT)  # in a wheel they are among the pages
    found = {p.stem.lower(): p for p in (*sorted(there.glob("*.md")), *beside) if p.is_file()}
    names = [*(n for n in WANTED_FIRST if n in found), *(n for n in found if n not in WANTED_FIRST)]
    return {n: ManualPage(n, found[n], _title(found[n])) for n in names}


def manual_page(asked: str, lang: str = "en") -> ManualPage:
    """The page of a name, in a language where it is there in that; its file's name and address will do too.

    Raises UnknownName with the nearest.

    >>> manual_page("docs/readers.md").name, manual_page("howto", "zh").name
    ('readers', 'howto.zh')
    """
    known = manual_pages()
    name = Path(asked.partition("#")[0]).name.lower().removesuffix(".md")
    if name not in known:
        raise UnknownName.of("page", asked, list(known))
    return known.get(f"{name}.{lang}", known[name])


def _title(path: Path) -> str:
    first = next((line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("# ")), path.stem)
    return first.removeprefix("# ").replace("`", "")


def heading_address(heading: str) -> str:
    """The address of a heading on its page, as GitHub makes it.

    >>> heading_address("Which share, and by `which` definition?")
    'which-share-and-by-which-definition'
    """
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def manual_html(name: str) -> str:
    """A page for a browser, with the list of all beside it; links between pages lead to one another."""
    from markdown_it import MarkdownIt

    reader = MarkdownIt("commonmark").enable("table")
    tokens = reader.parse(manual_page(name).text)
    for before, after in pairwise(tokens):
        if before.type == "heading_open":
            before.attrSet("id", heading_address(after.content))
    body = PAGE_LINK.sub(_local, reader.renderer.render(tokens, reader.options, {}))
    listed = "".join(f'<li><a href="{p.name}.html">{p.title}</a></li>' for p in manual_pages().values())
    lang = "zh" if name.endswith(".zh") else "en"
    return (
        f'<!doctype html><html lang="{lang}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{manual_page(name).title}</title><style>{PAGE_STYLE}</style><nav><ul>{listed}</ul></nav><main>{body}</main></html>\n"
    )


def _local(link: re.Match[str]) -> str:
    name = link[2].lower()
    return f"{link[1]}{FIRST_PAGE if name == 'readme' else name}.html{link[3] or ''}{link[4]}"


PAGE_STYLE = (
    "body{font:16px/1.55 system-ui,'Noto Sans CJK SC',sans-serif;margin:0;display:flex;color:#1a1a1a;background:#fff}"
    "nav{width:16rem;flex:none;font-size:.85rem;padding:1rem 0;height:100vh;overflow:auto;position:sticky;top:0}"
    "nav{background:#f6f7f9}"
    "nav ul{list-style:none;padding:0 1rem}nav li{margin:.35rem 0}main{max-width:56rem;padding:1rem 2rem;min-width:0}"
    "a{color:#1b5fa8}"
    "pre{background:#f6f7f9;padding:.8rem;overflow:auto}code{font-size:.9em}img{max-width:100%}table{border-collapse:collapse;"
    "display:block;overflow:auto}td,th{border-bottom:1px solid #ddd;padding:.3rem .6rem;vertical-align:top;text-align:left}"
    "@media(max-width:50rem){body{display:block}nav{position:static;height:auto;width:auto}}"
    "@media(prefers-color-scheme:dark){body{color:#e6e6e6;background:#16181c}nav,pre{background:#22252b}a{color:#7db3ee}"
    "td,th{border-color:#444}}"
)


def write_manual(there: Path) -> Path:
    """All pages as HTML in a folder, pictures beside them, whole or not at all; gives the first page."""
    import shutil

    from xunhuan.data.store import write_folder

    def page(name: str) -> Callable[[Path], object]:
        return lambda path: path.write_text(manual_html(name), encoding="utf-8")

    def beside(found: Path) -> Callable[[Path], object]:
        return lambda path: (shutil.copytree if found.is_dir() else shutil.copy)(found, path)

    others = [p for p in manual_folder().iterdir() if p.is_dir() or p.suffix == ".ipynb"]
    writers = {f"{name}.html": page(name) for name in manual_pages()} | {p.name: beside(p) for p in others}
    return write_folder(there, writers) / f"{FIRST_PAGE}.html"

"""What the site has beside the pages of docs: pages of the root, notebooks, names of the library, pictures drawn anew."""

from __future__ import annotations

import functools
import importlib
import json
import re
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from tests.site.cited import cited, sources

ROOT = Path(__file__).parents[2]
MOVED = {
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "DATA.md": "data.md",
    "README.md": "index.md",
}
"""Pages of the root, and where the site has them; the first page of the site is its own."""
ROOMS = {
    "index": "xunhuan",
    "measures": "xunhuan.measures",
    "edits": "xunhuan.models.edits",
    "figures": "xunhuan.faces.figures",
}
PLOTLY = "plotly.min.js"
FIGURE = re.compile(r"<!-- figure (\S+) (\S+) -->")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Every page that is none of the folder's."""
    made = {MOVED[name]: _moved((ROOT / name).read_text(encoding="utf-8")) for name in MOVED if name != "README.md"}
    made |= {f"{p.stem}-notebook.md": _notebook(p) for p in sorted((ROOT / "docs").glob("*.ipynb"))}
    made |= {f"api/{page}.md": _names(room) for page, room in ROOMS.items()}
    made["references.md"] = sources()
    for name, text in made.items():
        files.append(File.generated(config, name, content=text))
    return files


def on_page_markdown(markdown: str, page: Page, **_: Any) -> str:
    """Links lead to the site's own pages, citations to their sources; pictures stand where a page asks, in its language."""
    text = cited(re.sub(r"\]\(\.\./(\w+\.md)", lambda m: f"]({MOVED.get(m[1], '../' + m[1])}", markdown))
    if not FIGURE.search(text):
        return text
    lang = "zh" if page.file.src_uri.endswith(".zh.md") else "en"
    return f'<script src="../{PLOTLY}"></script>\n\n' + FIGURE.sub(lambda m: _figure(m[1], m[2], lang), text)


def on_post_build(config: MkDocsConfig) -> None:
    """The library that draws, once, from this machine: a page asks no other for it."""
    from plotly.offline import get_plotlyjs

    (Path(config.site_dir) / PLOTLY).write_text(get_plotlyjs(), encoding="utf-8")


def _moved(text: str) -> str:
    return re.sub(r"\]\(docs/", "](", text)


def _names(room: str) -> str:
    """Public names of a module, each from where it is defined."""
    module = importlib.import_module(room)
    lines = [f"# `{room}`", (module.__doc__ or "").split("\n\n")[0], ""]
    for name in module.__all__:
        thing = getattr(module, name)
        home, own = getattr(thing, "__module__", None), getattr(thing, "__qualname__", None)
        if home and own and home.startswith("xunhuan"):  # neither a module nor a constant
            lines += [f"::: {home}.{own}", ""]
    return "\n".join(lines)


def _notebook(path: Path) -> str:
    """A notebook as a page: its text, its code, and what came out."""
    parts = []
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        source = "".join(cell["source"])
        parts.append(source if cell["cell_type"] == "markdown" else f"```python\n{source}\n```")
        for out in cell.get("outputs", ()):
            data = out.get("data", {})
            parts.append(
                "".join(data["text/html"])
                if "text/html" in data
                else f"```text\n{''.join(data.get('text/plain', out.get('text', '')))}\n```"
            )
    return "\n\n".join(parts)


@functools.cache
def _album(source: str, lang: str) -> dict[str, Any]:
    from xunhuan.faces.report import open_source

    return dict(open_source(source, None, lang).album())


def _figure(source: str, name: str, lang: str) -> str:
    """A figure of a report, drawn now."""
    made = _album(source, lang)[name]
    forms = {"wide": made.wide, "narrow": made.narrow}
    if made.narrow is not None:  # a box that is not shown has no width to be drawn for
        forms["narrow"] = made.narrow.update_layout(autosize=False, width=340)
    drawn = "".join(
        f'<div class="{form}">{fig.to_html(full_html=False, include_plotlyjs=False, config={"responsive": True})}</div>'
        for form, fig in forms.items()
        if fig is not None
    )
    return f'<figure class="drawn">{drawn}<figcaption>{made.alt}</figcaption></figure>'

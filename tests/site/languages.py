"""The site in two languages: a menu in each, a switch that stays on the page, links that say when they lead to English."""

from __future__ import annotations

import logging
import re
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.nav import Link, Navigation, Section
from mkdocs.structure.pages import Page

log = logging.getLogger("mkdocs.hooks.languages")
CHINESE, ENGLISH_ONLY = ".zh.md", "（英文）"
BOTH = {"glossary.md", "references.md"}
"""Pages that say everything in both languages."""
TITLES = {
    "First hour": "第一个小时",
    "How to": "做法",
    "Measures": "度量",
    "Models": "模型",
    "Tables": "表",
    "Python": "Python",
    "About": "关于",
    "shares-notebook.md": "笔记本：各口径的比重",
    "tariff-notebook.md": "笔记本：一项关税及其把握",
    "nested.md": "自己的省份",
    "volatility.md": "波动",
    "harmonised.md": "统一口径的表",
    "world-table.md": "世界表",
    "partners.md": "贸易伙伴",
    "processing.md": "出口企业单列",
    "data.md": "数据与许可",
    "gallery.md": "图库",
    "api/index.md": "账户、运行与比较",
    "api/measures.md": "度量函数",
    "api/edits.md": "改动",
    "api/figures.md": "图函数",
    "evidence.md": "证据",
    "reliability.md": "可靠性",
    "speed.md": "速度与规模",
    "glossary.md": "术语表",
    "references.md": "文献",
    "changelog.md": "更新记录",
    "contributing.md": "参与开发",
}
"""What the Chinese menu calls what has no Chinese page of its own to name it."""
SHADES = ({"en": "Dark", "zh": "深色"}, {"en": "Light", "zh": "浅色"})
"""What the button of each palette offers."""
_LINK = re.compile(r"(?<!!)\[([^\]]*)\]\(((?:\.\./)?[\w./-]+?\.(?:md|ipynb))(#[^)]*)?\)(?!（英文)")

_navs: dict[str, Navigation] = {}


def is_chinese(name: str) -> bool:
    """Whether a page's file is of the Chinese pages."""
    return name.endswith(CHINESE)


def on_nav(nav: Navigation, **_: Any) -> Navigation:
    """The menu of the English pages, and beside it one of the Chinese; each page's neighbours are of its own language."""
    twins = {p.file.src_uri: p for p in nav.pages}
    chinese = [_in_chinese(item, twins) for item in nav.items if not _is_chinese_page(item)]
    english = [_in_english(item) for item in nav.items if not _is_chinese_page(item)]
    for lang, items in (("en", english), ("zh", chinese)):
        pages = [p for p in nav.pages if is_chinese(p.file.src_uri) == (lang == "zh")]
        for at, page in enumerate(pages):
            page.previous_page = pages[at - 1] if at else None
            page.next_page = pages[at + 1] if at + 1 < len(pages) else None
        _navs[lang] = Navigation(items, pages)
        _navs[lang].homepage = pages[0]
    return nav


def on_page_markdown(markdown: str, page: Page, files: Any, **_: Any) -> str:
    """A link from a Chinese page to one that is English says so. A Chinese page is linked where there is one."""
    name = page.file.src_uri
    if not is_chinese(name):
        return markdown

    def told(found: re.Match[str]) -> str:
        target = found[2].removeprefix("../")
        if is_chinese(target) or target in BOTH or "英文" in found[1] or found[1] == "English":
            return found[0]
        twin = target.replace(".md", CHINESE)
        if twin not in (name, target) and files.get_file_from_path(twin):
            log.warning(f"{name} links to {target}, which has {twin}; a link to the English page says 英文")
        return found[0] + ENGLISH_ONLY

    return _LINK.sub(told, markdown)


def on_page_context(context: dict[str, Any], page: Page, config: MkDocsConfig, nav: Navigation) -> dict[str, Any]:
    """What stands around a page is in the page's language, and its switch leads to the same page in the other."""
    name, pages = page.file.src_uri, {p.file.src_uri: p for p in nav.pages}
    lang = "zh" if is_chinese(name) else "en"
    english = name.replace(CHINESE, ".md")
    twin = pages.get(english.replace(".md", CHINESE))
    config.theme["language"] = lang
    for palette, names in zip(config.theme["palette"], SHADES, strict=True):
        palette["toggle"]["name"] = names[lang]
    config.extra["homepage"] = _navs[lang].homepage.url or "."
    config.extra["alternate"] = [
        {"name": "English", "link": pages[english].url or ".", "lang": "en"},
        {
            "name": "中文" if twin else "中文首页",
            "link": (twin or pages["index.zh.md"]).url,
            "lang": "zh",
        },
    ]
    return context | {"nav": _navs[lang]}


def _is_chinese_page(item: Any) -> bool:
    return isinstance(item, Page) and is_chinese(item.file.src_uri)


def _in_english(item: Any) -> Any:
    if isinstance(item, Section):
        item.children = [c for c in item.children if not _is_chinese_page(c)]
    return item


def _in_chinese(item: Any, twins: dict[str, Page]) -> Any:
    if isinstance(item, Section):
        made = Section(TITLES[item.title], [_in_chinese(c, twins) for c in item.children if not _is_chinese_page(c)])
        for child in made.children:
            child.parent = made
        return made
    name = item.file.src_uri
    if twin := twins.get(name.replace(".md", CHINESE)):
        return twin
    return Link(TITLES[name] + ("" if name in BOTH else ENGLISH_ONLY), item.url)

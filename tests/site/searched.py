"""Search in Chinese: text is cut into words at places the reader does not see, as the site's search wants it."""

from __future__ import annotations

import json
import re
import tomllib
from functools import cache
from importlib import resources
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig

CUT = "\u200b"
_RUN = re.compile(r"[\u4e00-\u9fff]+")


def on_post_build(config: MkDocsConfig) -> None:
    """The index of search anew, with its Chinese cut."""
    path = Path(config.site_dir) / "search" / "search_index.json"
    index = json.loads(path.read_text(encoding="utf-8"))
    for entry in index["docs"]:
        for field in ("title", "text"):
            entry[field] = _RUN.sub(lambda m: CUT + CUT.join(words(m[0])) + CUT, entry[field])
    path.write_text(json.dumps(index, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")


def words(run: str) -> list[str]:
    """Characters cut into the longest terms of the glossary, in order, and what lies between them.

    Between terms every character stands alone: a search for other words meets theirs one by one.

    >>> words("看省际循环的变化")
    ['看', '省际循环', '的', '变', '化']
    """
    known, longest = _terms()
    made, at = [], 0
    while at < len(run):
        size = next((n for n in range(min(longest, len(run) - at), 1, -1) if run[at : at + n] in known), 1)
        made.append(run[at : at + size])
        at += size
    return made


@cache
def _terms() -> tuple[frozenset[str], int]:
    text = (resources.files("xunhuan.faces") / "glossary.toml").read_text(encoding="utf-8")
    names = [n for term in tomllib.loads(text).values() for n in (term["zh"][0], *term.get("also", ()))]
    found = frozenset(n for n in names if _RUN.fullmatch(n) and len(n) > 1)
    return found, max(map(len, found))

"""Search in Chinese: text is cut into words at places the reader does not see, as the site's search wants it."""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter
from collections.abc import Iterable
from functools import cache
from importlib import resources
from itertools import pairwise
from math import log
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig

CUT = "\u200b"
_RUN = re.compile(r"[\u4e00-\u9fff]+")
_OFTEN, _BOUND = 4, 0.35


def on_post_build(config: MkDocsConfig) -> None:
    """The index of search anew, with its Chinese cut."""
    path = Path(config.site_dir) / "search" / "search_index.json"
    index = json.loads(path.read_text(encoding="utf-8"))
    fields = [(entry, field) for entry in index["docs"] for field in ("title", "text")]
    known = terms() | pairs(run for entry, field in fields for run in _RUN.findall(entry[field]))
    for entry, field in fields:
        entry[field] = _RUN.sub(lambda m: CUT + CUT.join(words(m[0], known)) + CUT, entry[field])
    path.write_text(json.dumps(index, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")


def words(run: str, known: frozenset[str]) -> list[str]:
    """Characters cut before the longest words that are known; what follows a word to the next goes with it.

    The search asks for beginnings, so a word is found with what hangs on it; a character by itself would stand in for every
    word it begins.

    >>> words("看省际循环的变化", frozenset({"省际", "省际循环", "变化"}))
    ['看', '省际循环的', '变化']
    """
    longest, made, at = max(map(len, known)), [""], 0
    while at < len(run):
        size = next((n for n in range(min(longest, len(run) - at), 1, -1) if run[at : at + n] in known), 1)
        if size > 1:
            made.append("")
        made[-1] += run[at : at + size]
        at += size
    return [w for w in made if w]


def pairs(runs: Iterable[str]) -> frozenset[str]:
    """Two characters that stand together oftener than chance: 4 times, and ln(p(ab) / p(a)p(b)) / −ln p(ab) above 0.35."""
    one: Counter[str] = Counter()
    two: Counter[str] = Counter()
    for run in runs:
        one.update(run)
        two.update(a + b for a, b in pairwise(run))
    n, m = one.total(), two.total()
    return frozenset(
        w for w, k in two.items()
        if k >= _OFTEN and log((k / m) / (one[w[0]] / n) / (one[w[1]] / n)) > -_BOUND * log(k / m)
    )  # fmt: skip


@cache
def terms() -> frozenset[str]:
    """Terms of the glossary in Chinese, under each of their names."""
    text = (resources.files("xunhuan.faces") / "glossary.toml").read_text(encoding="utf-8")
    names = (n for term in tomllib.loads(text).values() for n in (term["zh"][0], *term.get("also", ())))
    return frozenset(n for n in names if _RUN.fullmatch(n) and len(n) > 1)

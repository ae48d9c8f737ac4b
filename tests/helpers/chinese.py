"""What is English in what a reader of Chinese is told: neither names nor codes, nor what has no Chinese."""

from __future__ import annotations

import re
from collections.abc import Iterable

from xunhuan.faces import words

STAYS = re.compile(
    r"(?a)[0-9a-f]{12,}|（[\w]+）|^[\w-]+: |\w+: (?=[\d.]|general)"  # digests, codes of choices and of parameters
    r"|\bnetCDF\b|https?://\S+|github\.com\S*|docs/\S+|`[^`]*`|\b\w+(?:[-_.:][\w]+)+\b"  # addresses, files, codes of tables
    r"|\b[A-Z][\w’']*(?:[ ,]+(?:and|of|in|the|for|[A-Z][\w’':]*|\d[\d:–-]*))*"  # names of people, journals, programs
    r"|[A-Z]{2,}|\b[A-Za-z]\^?\w?\b(?:\[[^\]]*\])?"  # single letters of formulas
)
"""What is the same in both languages."""
ALLOWED = {
    "csv", "xunhuan", "logit", "cut", "flow", "use", "final", "output", "value", "added", "sd", "ln", "min", "max", "share",
    "toml", "inputs", "scale", "ypp", "common", "rcep", "toyland", "absorption", "origin", "forward", "low", "high", "unit",
    "lowest", "semimedia", "sinodefenceforum", "dva", "ddc", "fva", "fdc", "davax", "rdv", "mva", "ova", "mdc",
    "odc", "vax", "ref", "exp",
}  # fmt: skip
"""Names of columns, choices and formulas."""


def english(said: Iterable[str]) -> list[str]:
    """Texts with English words that are neither names nor codes, and those that could have been said in Chinese."""
    said = list(dict.fromkeys(said))
    missed = [t for t in said if not re.search("[\u4e00-\u9fff]", t) and words.in_language(t, "zh") != t]
    rest = {t: [w for w in re.findall(r"[A-Za-z]{3,}", STAYS.sub(" ", t)) if w.lower() not in ALLOWED] for t in said}
    plain = {t: left or re.findall(r"[A-Z][a-z]+ [a-z]{2,} [a-z]{2,}", t) for t, left in rest.items()}
    return [t for t, left in plain.items() if left or t in missed]

"""Citations as links to the page of sources: `[CaliendoParro2015, eq. 5]` says who and when, and leads there."""

from __future__ import annotations

import re

from xunhuan.faces.bibliography import Reference, references_by_key

_CODE = re.compile(r"(^```.*?^```|^ {4}\S[^\n]*|`[^`\n]+`)", re.M | re.S)
_BRACKET = re.compile(r"\[([^\[\]]*?)\](?![(\[])")
_KEY = re.compile(r"(?<![#\w/])[A-Z][A-Za-z0-9]*\d{4}[a-z]?\b")


def cited(markdown: str) -> str:
    """Text whose citations link to their source; code stays as it is.

    >>> cited("By steps [CaliendoParro2015, eq. 5], `[CaliendoParro2015]`.")
    'By steps \\\\[[Caliendo and Parro 2015][CaliendoParro2015], eq. 5\\\\], `[CaliendoParro2015]`.'
    """
    parts = _CODE.split(markdown)
    return "".join(part if i % 2 else _KEY.sub(_linked, _BRACKET.sub(_plain, part)) for i, part in enumerate(parts))


def sources() -> str:
    """The page of sources: each once, by what the reader sees, under the anchor of its key."""
    known = sorted(references_by_key().values(), key=lambda r: r.text.casefold())
    head = [
        "# Sources 文献",
        "What the pages and the program cite; `xunhuan cite KEY` prints the entry as BibTeX.",
        "各页与程序所引文献；`xunhuan cite KEY`给出BibTeX条目。",
    ]
    return "\n\n".join([*head, *(f"[](){{#{r.key}}}{r.text}{_address(r)} `{r.key}`" for r in known)])


def _plain(found: re.Match[str]) -> str:
    """Brackets around citations are brackets and no link's."""
    return rf"\[{found[1]}\]" if any(key in references_by_key() for key in _KEY.findall(found[1])) else found[0]


def _linked(found: re.Match[str]) -> str:
    source = references_by_key().get(found[0])
    return found[0] if source is None else f"[{_who(source)}][{source.key}]"


def _who(reference: Reference) -> str:
    """Authors and year, or the key where another source has the same."""
    by, _, rest = reference.text.partition(" (")
    said = f"{by} {rest.partition(')')[0]}"
    alike = sum(r.text.startswith(f"{by} ({rest.partition(')')[0]})") for r in references_by_key().values())
    return said if alike == 1 else reference.key


def _address(reference: Reference) -> str:
    return f" <{reference.url}>" if reference.url else ""

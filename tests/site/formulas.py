"""Docstrings as the site shows them: formulas keep their lines, citations lead to their sources."""

from __future__ import annotations

import re
from typing import Any

from griffe import Extension, Object

from tests.site.cited import cited

SECTION = re.compile(r"^(Parameters|Attributes|Returns|Raises|Examples)\n-+$", flags=re.M)


class Formulas(Extension):
    """Lines of a paragraph that holds a formula end where they end in the docstring."""

    def on_object(self, *, obj: Object, **_: Any) -> None:
        """A docstring's part before its sections."""
        if obj.docstring is None:
            return
        text = cited(obj.docstring.value)
        found = SECTION.search(text)
        at = found.start() if found else len(text)
        obj.docstring.value = "\n\n".join(map(_kept, text[:at].split("\n\n"))) + text[at:]


def _kept(paragraph: str) -> str:
    return paragraph.replace("\n", "  \n") if re.search(r"^\S+(?:\[.*?\])?(?: {2,}|.* = )", paragraph) else paragraph

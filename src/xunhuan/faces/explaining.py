"""What a name means, term or column: for `xunhuan explain`, and all of it as a page."""

from __future__ import annotations

from collections.abc import Iterable

from xunhuan.errors import UnknownName
from xunhuan.faces import glossary
from xunhuan.faces.columns import families, heading, rows_of_page
from xunhuan.faces.glossary import Term


def explain(name: str) -> Term:
    """The term of a name in either language, else the number of a model that is so called. Raises UnknownName with the
    nearest names.

    >>> explain("省际循环").title("en"), explain("cross-hauling").title("zh")
    ('Inter-provincial circulation', '重叠（对流）')
    >>> explain("customs duties").title("zh")
    '关税收入'
    """
    return entries(name)[0]


def entries(name: str) -> list[Term]:
    """Every entry of a name: the term, else the number of a model; and the column of tables that is so called where it is
    another thing. Raises UnknownName with the nearest names.

    >>> [t.title() for t in entries("forward")]
    ['Forward (definition)', 'Forward participation in value chains']
    """
    term, column = glossary.found(name), heading(name)
    if term is None and column is None:
        told = [n for t in glossary.terms().values() for n in (t.en[0], t.zh[0], *t.also)]
        raise UnknownName.of("term", name, [*told, *(c for f in families() for c in f.columns)])
    if term is None or column is None:
        return [t for t in (term, column) if t is not None]
    return [column] if term.en[1] in column.en[1] else [term, column]


def as_page(chosen: Iterable[Term] | None = None) -> str:
    """The glossary as Markdown, both languages side by side: the page of the docs."""
    rows = [f"| {t.en[0]} | {t.zh[0]} | {t.en[1]} | {t.zh[1]} |" for t in chosen or glossary.terms().values()]
    head = [
        "# Glossary 术语表",
        "",
        "Made by `xunhuan explain --all`; one entry is printed by `xunhuan explain`, in Chinese with `--lang zh` before it.",
        "",
        "| Term | 术语 | Meaning | 含义 |",
        "|---|---|---|---|",
    ]
    if chosen is not None:
        return "\n".join([*head, *rows]) + "\n"
    below = [
        "",
        "## Columns of tables 表中的列",
        "",
        "What the columns of tables hold, by families; `xunhuan explain COLUMN` tells one with its unit. Letters: see "
        "[measures](measures.md); B = (I − A)^-1, v value added per unit of output, y^d final demand of d.",
        "",
        "| Columns 列 | Family | 类别 | Meaning | 含义 | Formula 公式 | Source 出处 |",
        "|---|---|---|---|---|---|---|",
    ]
    return "\n".join([*head, *rows, *below, *rows_of_page()]) + "\n"

"""`xunhuan models`: which models there are, what each reads, takes and gives, and how edits are written."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xunhuan.data.records import described
from xunhuan.faces import words
from xunhuan.faces.output import Format, FormatOption, OutputOption, emit, save_text
from xunhuan.faces.speaking import in_my_words, language_spoken
from xunhuan.models import registry
from xunhuan.symbols import UNITS

if TYPE_CHECKING:
    from pydantic import BaseModel
    from pydantic.fields import FieldInfo

    from xunhuan.models.edits import Edit
    from xunhuan.models.model import Model, Uncertain


def _read(m: Model[Any]) -> list[str]:
    """Kinds of edits a model reads that people write."""
    return [e.kind for e in m.reads if not e.handed]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("models")(_models)


def _models(
    name: Annotated[str | None, typer.Argument(help="A model to tell of in full, or all; left out, a list.")] = None,
    format: FormatOption = Format.table,
    output: OutputOption = None,
) -> None:
    """List the models, or tell in full what one reads, takes and gives."""
    if name is None:
        import pandas as pd

        rows = [
            (
                m.name,
                words.first_of(m, language_spoken()),
                ", ".join(e.kind for e in m.reads if not e.handed),
                ", ".join(q.name for q in m.quantities),
            )
            for m in registry.models().values()
        ]
        frame = pd.DataFrame(rows, columns=["model", "title", "reads", "gives"])
        frame.attrs["names"] = ("model", "reads", "gives")  # what the next command asks for
        emit(frame, format, output, title="Models", notes=["In full: xunhuan models NAME"])
        return
    text = page() if name == "all" else "\n".join(_model(registry.find(name)))
    if output is None:
        typer.echo(text)
        return
    save_text(output, text + "\n", ".md", ".txt")


_BESIDE = re.compile(r"(;? {2,}|; )")
"""What parts a formula from the words beside it."""
_HEAD = (
    "Every model there is and every edit it reads, as their records say; `xunhuan models all -o docs/models.md` makes "
    "this page. How a model is added: [contributing](../CONTRIBUTING.md)."
)
_OF_EDITS = (
    "One record each, written alike in a file (`[[shock]]`), on the command line (`--edit`) and in Python: `trade_cost` "
    "is `xh.edits.TradeCost`. Lasting edits hold for good, timed ones for a period of days, others come "
    "in over years. Edits of one cell compound whatever their order: ratios multiply, rates add up. What a dose is, and "
    "which edits a model reads of a shock: [scenarios](scenarios.md#edits-of-a-shock)."
)


def page() -> str:
    """The page on every model and every edit, in Markdown, read off their records."""
    lines = [in_my_words("# Models and edits"), "", in_my_words(_HEAD), ""]
    for m in registry.models().values():
        lines += [*_model(m), ""]
    lines += [in_my_words("## Edits"), "", in_my_words(_OF_EDITS), ""]
    for e in registry.edits().values():
        lines += [*_edit(e), ""]
    return "\n".join(lines).rstrip()


def _model(m: Model[Any]) -> Iterator[str]:
    lang, say = language_spoken(), in_my_words
    yield f"## `{m.name}`{_colon()}{words.first_of(m, lang)}"
    yield ""
    read = _and().join(f"`{k}`" for k in _read(m))
    yield say(f"Reads: {read}. Sources: {_and().join(dict.fromkeys(m.sources)) or say('none named')}.")
    yield ""
    rows = [(f"`{q.name}`", _unit(q.unit), " ".join(q.axes), say(q.definition)) for q in m.quantities]
    yield from _grid(("gives", "unit", "axes", "definition"), rows)
    if m.uncertain:
        yield ""
        yield say(f"Can be drawn: {_and().join(map(_drawable, m.uncertain))}.")
    yield ""
    yield from _fields(m.parameters, "parameter")


def _unit(unit: str) -> str:
    return unit if language_spoken() == "en" else UNITS[unit].title_zh or in_my_words(unit)


def _and() -> str:
    return ", " if language_spoken() == "en" else "、"


def _colon() -> str:
    return ": " if language_spoken() == "en" else "："


def _drawable(u: Uncertain[Any]) -> str:
    """What can be drawn, and how where it is more than a factor."""
    if u.choices:
        between = ", " if language_spoken() == "en" else "、"  # choices stay as they are written
        return in_my_words(f"`{u.name}` (some of {between.join(f'`{c}`' for c in u.choices)})")
    how = ["in its own unit"] if u.level else ["a factor"] if u.errors is not None else []
    how += ['"own", by the errors or ranges of its source'] if u.errors is not None else []
    return in_my_words(f"`{u.name}`" + (f" ({', or '.join(how)})" if how else ""))


def _edit(e: type[Edit]) -> Iterator[str]:
    yield f"### `{e.kind}`"
    yield ""
    yield from _lead(e)
    readers = _and().join(f"`{m.name}`" for m in registry.models().values() if e in m.reads)
    how = in_my_words("By years." if e.by_years else "Lasting." if e.lasting else "Timed.")
    by = in_my_words(f"Read by {readers}." if readers else "Handed on to the model that comes after.")
    yield how + (" " if language_spoken() == "en" else "") + by
    yield ""
    yield from _fields(e, "field")


def _lead(e: type[Edit]) -> Iterator[str]:
    """What a docstring says before its sections: sentences, and formulas as they are set."""
    for part in inspect.cleandoc(e.__doc__ or "").split("\n\n"):
        if not part or part.startswith(("Parameters\n", "Raises\n", "Examples\n", ">>> ")):
            return
        formula = " = " in part and not part.rstrip().endswith(".")
        yield (
            "\n".join(f"    {_formula(line.strip())}" for line in part.splitlines())
            if formula
            else in_my_words(" ".join(part.split()))
        )
        yield ""


def _formula(line: str) -> str:
    """A line of a formula, what stands beside it in words said in the language of the command line."""
    return "".join(in_my_words(p) for p in _BESIDE.split(line))


def _fields(record: type[BaseModel], what: str) -> Iterator[str]:
    about = described(record)
    rows = [(f"`{f.alias or n}`", _default(f), in_my_words(about.get(n, ""))) for n, f in
            record.model_fields.items()]  # fmt: skip
    yield from _grid((what, "default", "what it is"), rows)


def _default(f: FieldInfo) -> str:
    return (
        in_my_words("required") if f.is_required() else in_my_words("none") if f.default is None else f"`{f.default}`"
    )


def _grid(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    for row in (tuple(map(in_my_words, head)), ("---",) * len(head), *rows):
        yield f"| {' | '.join(c.replace('|', chr(92) + '|') for c in row)} |"

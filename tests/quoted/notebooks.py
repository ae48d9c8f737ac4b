"""Notebooks of docs, run without Jupyter: every cell, and what comes out of its last line as a notebook keeps it.

`python -m tests.quoted.notebooks` writes their outputs anew; a test compares.
"""

from __future__ import annotations

import ast
import contextlib
import io
import json
from pathlib import Path
from typing import Any

from tests.quoted.quotes import ROOT

NOTEBOOKS = tuple(sorted((ROOT / "docs").glob("*.ipynb")))


def run(notebook: dict[str, Any]) -> dict[str, Any]:
    """The notebook with what its cells give now, all of them in one process, from the first."""
    space: dict[str, Any] = {}
    cells, count = [], 0
    for cell in notebook["cells"]:
        if cell["cell_type"] != "code":
            cells.append(cell)
            continue
        count += 1
        cells.append({**cell, "execution_count": count, "outputs": _outputs("".join(cell["source"]), space, count)})
    return {**notebook, "cells": cells}


def _outputs(source: str, space: dict[str, Any], count: int) -> list[dict[str, Any]]:
    tree, said, last = ast.parse(source), io.StringIO(), None
    tail = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    with contextlib.redirect_stdout(said):
        exec(compile(tree, "cell", "exec"), space)
        if tail is not None:
            last = eval(compile(ast.Expression(tail.value), "cell", "eval"), space)
    out: list[dict[str, Any]] = []
    if said.getvalue():
        out.append({"name": "stdout", "output_type": "stream", "text": said.getvalue().splitlines(keepends=True)})
    if last is not None:
        out.append({"data": _shown(last), "execution_count": count, "metadata": {}, "output_type": "execute_result"})
    return out


def _shown(thing: Any) -> dict[str, Any]:
    """A thing as a notebook keeps it: as text and, where it has one, as a table."""
    kept: dict[str, Any] = {"text/plain": repr(thing).splitlines(keepends=True)}
    if hasattr(thing, "_repr_html_"):
        kept["text/html"] = thing._repr_html_().splitlines(keepends=True)
    return kept


def written(notebook: dict[str, Any]) -> str:
    """A notebook as its file holds it."""
    return json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def read(path: Path) -> dict[str, Any]:
    """A notebook of a file."""
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


if __name__ == "__main__":
    for path in NOTEBOOKS:
        path.write_text(written(run(read(path))), encoding="utf-8")
        print(f"ran {path.name}")

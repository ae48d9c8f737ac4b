"""The house keeps its own rules: sizes, citations, symbols, bundled toyland, quick start without heavy imports."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import xunhuan
from xunhuan.data.accounts import Accounts
from xunhuan.data.store import load
from xunhuan.symbols import SYMBOLS

SRC = Path(xunhuan.__file__).parent
MODULES = sorted(SRC.rglob("*.py"))


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    doc = ast.get_docstring(node)
    assert node.end_lineno is not None
    return node.end_lineno - node.lineno + 1 - (len(doc.splitlines()) + 2 if doc else 0)


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(SRC)))
def test_rooms_are_small(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 450, f"{path} holds two ideas"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert _length(node) <= 60, f"{path.name}:{node.name} has {_length(node)} lines"


def test_public_functions_are_documented() -> None:
    silent = []
    for path in MODULES:
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if (
                isinstance(node, ast.FunctionDef | ast.ClassDef)
                and not node.name.startswith("_")
                and not ast.get_docstring(node)
            ):
                silent.append(f"{path.relative_to(SRC)}:{node.name}")
    assert silent == []


def bib_keys() -> set[str]:
    return set(re.findall(r"^@\w+\{(\w+),", (SRC / "refs.bib").read_text(encoding="utf-8"), flags=re.M))


def test_every_citation_is_in_the_bibliography() -> None:
    keys = bib_keys()
    cited: dict[str, str] = {}
    for path in MODULES:
        for key in re.findall(r"\[([A-Z][A-Za-z]+(?:19|20)\d\d)\b", path.read_text(encoding="utf-8")):
            cited[key] = path.name
    assert cited, "no equation cites a source"
    assert {k: v for k, v in cited.items() if k not in keys} == {}


def test_every_symbol_has_a_title_in_both_languages_and_a_unit() -> None:
    for name, symbol in SYMBOLS.items():
        assert symbol.title, name
        assert symbol.title_zh, name
        assert symbol.unit, name


def test_the_bundled_toyland_is_the_one_in_the_code(toy: Accounts) -> None:
    assert load("toyland").digest == toy.digest


def test_help_and_tables_start_without_jax_or_plotly() -> None:
    code = (
        "import sys; from xunhuan.faces.cli import assemble; assemble();"
        "print(sorted(m for m in ('jax', 'plotly', 'dash', 'distributed', 'xarray') if m in sys.modules))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_circulation_never_imports_jax() -> None:
    code = "import sys, xunhuan as xh; xh.measures.circulation(xh.toyland());print('jax' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "False"

"""The house keeps its own rules: sizes, citations, symbols, bundled toyland, quick start without heavy imports."""

from __future__ import annotations

import ast
import importlib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer

import xunhuan
from tests.helpers import licences
from xunhuan.data.accounts import Accounts
from xunhuan.data.store import load
from xunhuan.faces.rooms import ROOMS
from xunhuan.models import registry
from xunhuan.symbols import SYMBOLS

pytestmark = pytest.mark.house

SRC = Path(xunhuan.__file__).parent
MODULES = sorted(SRC.rglob("*.py"))
TESTS = Path(__file__).parents[1]
KINDS = {"textbook", "identity", "twin", "error", "regression", "house"}


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


def test_the_command_line_starts_without_its_rooms() -> None:
    """The list of commands needs none of them, one command's help only its own, and nothing that is slow to start; the list
    reads the models' records, which know numpy."""
    code = (
        "import sys; from xunhuan.faces.cli import main; main(sys.argv[1:]);"
        "slow = {'numpy', 'pandas', 'xarray', 'scipy', 'dask', 'jax', 'plotly', 'dash', 'duckdb'};"
        "rooms = {m.rsplit('.', 1)[1] for m in sys.modules if m.startswith('xunhuan.faces.commands.')};"
        "print(sorted(slow & set(sys.modules)), sorted(rooms - {'measuring', 'examples'}))"
    )
    told = (("--help", "['numpy'] []"), ("cite --help", "[] ['report']"), ("circulation --help", "[] ['measures']"))
    for words, said in told:
        out = subprocess.run([sys.executable, "-c", code, *words.split()], capture_output=True, text=True, check=True)
        assert "Usage: xunhuan" in out.stdout
        assert out.stdout.splitlines()[-1] == said


def test_the_list_of_commands_is_what_the_rooms_add() -> None:
    for room, told in ROOMS.items():
        app = typer.Typer()
        importlib.import_module(room if "." in room else f"xunhuan.faces.commands.{room}").register(app)
        added = typer.main.get_group(app).commands
        short = {m.command for m in registry.models().values() if m.command} if room == "respond" else set()
        assert list(told) == [name for name in added if name not in short], room
        for name, line in told.items():
            assert " ".join(added[name].help.split()).startswith(line.rstrip("."))
    folder = SRC / "faces" / "commands"
    assert {p.stem for p in folder.glob("*.py") if "def register(" in p.read_text(encoding="utf-8")} <= set(ROOMS)


def test_the_shell_completes_commands_and_their_options() -> None:
    for words, expected in (
        ("xunhuan circ", "circulation"),
        ("xunhuan circulation --defi", "--definition"),
        ("xunhuan report toyl", "toyland"),
    ):
        asked = {"_XUNHUAN_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
        out = subprocess.run(
            [sys.executable, "-m", "xunhuan.faces.cli"], env={**os.environ, **asked}, capture_output=True, text=True
        )
        assert out.stdout.split() == [expected]


def test_a_measure_imports_nothing_that_only_models_and_figures_need() -> None:
    command = [sys.executable, "-X", "importtime", "-m", "xunhuan.faces.cli", "circulation", "toyland"]
    out = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "Northmark" in out.stdout
    imported = {line.rsplit("|", 1)[-1].strip() for line in out.stderr.splitlines()}
    assert "xarray" in imported
    slow = {"scipy.stats", "dask.array", "distributed", "jax", "plotly", "dash", "duckdb", "pybtex"}
    assert slow & imported == set()


def test_one_answer_of_the_long_run_imports_neither_jax_nor_dask() -> None:
    code = (
        "import sys; from xunhuan.faces.cli import main; sys.argv[1:] = sys.argv[1].split(); done = main();"
        "slow = {'jax', 'dask', 'distributed', 'plotly', 'dash', 'duckdb', 'scipy.optimize', 'networkx'};"
        "print(done, sorted(n for n in slow if sys.modules.get(n)))"
    )
    asked = "simulate toyland --tariff BOR<-ATL:FAR:+0.25"
    out = subprocess.run([sys.executable, "-c", code, asked], capture_output=True, text=True, check=True)
    assert "Northmark" in out.stdout
    assert out.stdout.splitlines()[-1] == "0 []"


@pytest.mark.parametrize("path", sorted(TESTS.rglob("test_*.py")), ids=lambda p: str(p.relative_to(TESTS)))
def test_every_test_says_where_its_truth_comes_from(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    found = re.search(r"^pytestmark = (.*)$", text, flags=re.M)
    assert found is not None, f"{path.name} has no pytestmark"
    assert len(KINDS & set(re.findall(r"mark\.(\w+)", found[1]))) == 1, f"one of {sorted(KINDS)}, not {found[1]}"


def test_licences_of_all_dependencies_may_be_combined_with_ours() -> None:
    found = list(licences.rows())
    assert len(found) > 100
    assert [row for row in found if row[3] == "no"] == []
    assert not licences.compatible("MIT AND SSPL-1.0")

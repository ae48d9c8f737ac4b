"""The public library: names that stay what they are, one signature for all measures, the same words on the command
line, docstrings an editor can show, and every name defined once.
"""

from __future__ import annotations

import ast
import dataclasses
import importlib
import inspect
import pkgutil
import re
import textwrap
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

import xunhuan
from xunhuan import measures
from xunhuan.data import records
from xunhuan.data.accounts import Accounts
from xunhuan.faces import bibliography
from xunhuan.faces.cli import fetch
from xunhuan.faces.commands import listed
from xunhuan.models import model, registry

pytestmark = pytest.mark.house

SRC = Path(xunhuan.__file__).parent
COMMON = {"region": None, "by": "region", "sectors": "all", "border": "region", "home": None}
SHOWN = {"draws", "nation", "top", "format", "output", "help"}
"""Options that say how a result is shown or, --nation, which table it is of."""

PUBLIC: dict[str, Callable[..., Any]] = {
    **{name: getattr(measures, name) for name in measures.__all__ if name != "SOURCES"},
    **{
        f"xunhuan.{n}": getattr(xunhuan, n)
        for n in xunhuan.__all__
        if n != "__version__" and not inspect.ismodule(getattr(xunhuan, n))
    },
    **{f"Accounts.{n}": getattr(Accounts, n) for n in ("replace", "aggregate", "draw", "restrict", "regroup")},
    **{f"Result.{n}": f for n, f in inspect.getmembers(xunhuan.Result, inspect.isfunction) if n[0] != "_"},
    **{f"edits.{n}": getattr(xunhuan.edits, n) for n in xunhuan.edits.__all__},
    **{f"figures.{n}": getattr(xunhuan.figures, n) for n in xunhuan.figures.__all__ if n != "Language"},
    "models": type(xunhuan.models).__call__,
    **{f"registry.{n}": getattr(registry, n) for n in ("edits", "find", "models", "register", "registered")},
    **{
        f"model.{n}": getattr(model, n)
        for n in ("Model", "Numbers", "Quantity", "Response", "Shock", "Status", "Uncertain")
    },
}


@pytest.mark.parametrize("package", [xunhuan, measures], ids=lambda p: p.__name__)
def test_public_names_stay_what_they_are_once_everything_is_imported(package: Any) -> None:
    first = {name: getattr(package, name) for name in package.__all__}
    modules = [m.name for m in pkgutil.iter_modules(package.__path__)]
    for module in modules:
        importlib.import_module(f"{package.__name__}.{module}")
    assert {name: getattr(package, name) for name in package.__all__} == first
    assert sorted(package.__all__) == dir(package)
    rooms = {"measures", "models"} if package is xunhuan else set()  # these are the modules, or called as they are
    assert set(modules) & set(package.__all__) == rooms
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        package.nothing  # noqa: B018


def test_measures_are_not_at_the_top() -> None:
    assert set(measures.SOURCES) & set(xunhuan.__all__) == set()


@pytest.mark.parametrize("name", list(measures.SOURCES))
def test_measures_are_called_alike(name: str) -> None:
    """Tables, region, and by name the common options in one order with one default; then the measure's own."""
    parameters = inspect.signature(getattr(measures, name)).parameters
    tables = ["first", "last"] if name == "structural_decomposition" else ["acc"]
    assert list(parameters)[: len(tables) + 1] == [*tables, "region"]
    free = [n for n, p in parameters.items() if p.kind is p.POSITIONAL_OR_KEYWORD]
    assert free == [*tables, "region"]
    shared = {n: p.default for n, p in parameters.items() if n in COMMON}
    assert shared == {n: COMMON[n] for n in COMMON if n in shared}
    assert list(shared) == [n for n in COMMON if n in shared]
    assert "home" in shared
    assert {"regions", "place", "places", "nation", "sector", "partner"} & set(parameters) == set()


def test_sources_are_declared_for_every_measure_and_stand_in_the_bibliography() -> None:
    assert set(measures.SOURCES) == set(measures.__all__) - {"SOURCES", "intervals", "table"}
    for name, keys in measures.SOURCES.items():
        assert keys, name
        assert [k for k in keys if k not in bibliography.references_by_key()] == []
        cited = "".join(bibliography.entries(name))
        assert all(f"{{{key}," in cited for key in keys)
        assert bibliography.entries(name.replace("_", "-")) == bibliography.entries(name)


def _command(name: str) -> Any:
    return fetch(listed()[name][0], name)


@pytest.mark.parametrize("name", list(measures.SOURCES))
def test_a_command_has_the_options_of_its_function(name: str) -> None:
    command = _command(name.replace("_", "-"))
    parameters = inspect.signature(getattr(measures, name)).parameters
    options = {}
    for p in command.params:
        if p.param_type_name == "argument":
            assert p.name in parameters or p.name == "table"
        elif p.name not in SHOWN:
            assert f"--{p.name.replace('_', '-')}" in p.opts
            assert p.help
            options[p.name] = inspect.Parameter.empty if p.required else p.default
    tables = {"acc", "first", "last"}
    assert options == {n: p.default for n, p in parameters.items() if n not in tables}


def sections(doc: str) -> dict[str, str]:
    """Headed parts of a NumPy docstring; what stands before them under ""."""
    parts = re.split(r"^(\w+)\n-{3,}\n", inspect.cleandoc(doc), flags=re.M)
    return {"": parts[0], **dict(zip(parts[1::2], parts[2::2], strict=True))}


def described(section: str) -> list[str]:
    """Names that a Parameters section describes, in order; each must have a description under it."""
    names: list[str] = []
    for head, body in re.findall(r"^(\S[^\n]*)\n((?:[ ]+[^\n]*\n?|\n)+)", section.rstrip() + "\n", flags=re.M):
        assert body.strip(), head
        names += [n.strip(" *") for n in head.split(" : ")[0].split(",")]
    return names


def takes(of: Callable[..., Any]) -> list[str]:
    """Parameters of a function, fields of a record."""
    if isinstance(of, type) and issubclass(of, BaseModel):
        return list(of.model_fields)
    return [n for n in inspect.signature(of).parameters if n != "self"]


@pytest.mark.parametrize("name", list(PUBLIC))
def test_docstrings_say_parameters_returns_and_examples(name: str) -> None:
    """A record that people are given says its Attributes instead, and refuses nothing."""
    of = PUBLIC[name]
    found = sections(of.__doc__ or "")
    assert len(found[""].strip().splitlines()[0]) > 15
    given = dataclasses.is_dataclass(of) or hasattr(of, "_fields")
    held = given and "Parameters" not in found
    assert described(found.get("Attributes" if held else "Parameters", "")) == takes(of)
    if not inspect.isclass(of) and inspect.signature(of).return_annotation != "None":
        assert re.match(r"\S[^\n]*\n    \S", found["Returns"]), found["Returns"]
    assert ">>> " in found["Examples"]
    assert re.search(r"^(?!>>>|\.\.\.)\S", found["Examples"], flags=re.M), "an example shows what comes out"
    if takes(of) and not held:
        assert found["Raises"].strip()


def test_fields_of_edits_and_parameters_of_models_are_described_where_pages_and_help_look() -> None:
    kinds = [getattr(xunhuan.edits, n) for n in xunhuan.edits.__all__] + list(registry.edits().values())
    for record in (*kinds, *(m.parameters for m in registry.models().values())):
        told = records.described(record)
        assert set(told) == set(record.model_fields), record
        assert [n for n, text in told.items() if len(text) < 10 or "---" in text or ">>>" in text] == [], record
    directed = records.described(xunhuan.edits.Tariff)
    assert directed["origin"].startswith("Regions that sell")
    assert directed["destination"].startswith("Regions that buy")


def test_an_edit_is_told_in_one_sentence() -> None:
    """The first paragraph is its help on the command line and on the page of models."""
    for kind, edit in registry.edits().items():
        first = " ".join((edit.__doc__ or "").split("\n\n")[0].split())
        assert re.fullmatch(r"[A-Z][^.;]{30,140}\.", first), (kind, first)


@pytest.mark.parametrize("name", list(measures.SOURCES))
def test_docstrings_of_measures_keep_formula_letters_and_source(name: str) -> None:
    doc = getattr(measures, name).__doc__
    before = sections(doc)[""]
    for key in measures.SOURCES[name]:
        assert f"[{key}" in before, key
    assert re.search(r"=", before), "no formula"
    assert re.search(r"\b[rsijp] [rsij]\b|\[[rsijop]", before), "no index letters"
    assert re.search(r"unit of the table|ratio|rate|share", before + sections(doc)["Returns"]), "no unit"


TWICE = {
    "MODEL": "a room's record",
    "PAGE": "a page's record",
    "QUANTITIES": "what a room reads",
    "hands_on": "what a room hands to the one after it",
    "read": "by readers, and by a room",
    "register": "every module of commands is taken in by its own",
    "respond": "what a room answers, and xh.respond",
    "respond_many": "what a room answers to many draws",
}
"""Names that every room or page has by agreement."""


def _public(path: Path) -> list[str]:
    names: list[str] = []
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.append(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names += [n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name)]
    return [n for n in dict.fromkeys(names) if not n.startswith("_")]


def test_a_public_name_means_one_thing() -> None:
    where = defaultdict(list)
    for path in sorted(SRC.rglob("*.py")):
        for name in _public(path):
            where[name].append(path.relative_to(SRC).as_posix())
    assert {n: p for n, p in where.items() if len(p) > 1 and n not in TWICE} == {}
    assert [n for n in TWICE if len(where[n]) < 2] == [], "no longer twice: take them off the list"


def test_the_parser_of_docstrings_sees_what_is_missing() -> None:
    doc = textwrap.dedent("""
        One line.

        Parameters
        ----------
        a, b : int
            Two numbers.
        **rest
            Others.

        Returns
        -------
        int
            Their sum.
        """)
    assert described(sections(doc)["Parameters"]) == ["a", "b", "rest"]
    assert "Examples" not in sections(doc)

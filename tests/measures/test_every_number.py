"""Every number that a measure gives is worked out in another way too, by a closed form or by loops."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

import pytest

from tests.measures.test_identities import every_measure
from xunhuan import measures
from xunhuan.data.accounts import Accounts

pytestmark = pytest.mark.house

HERE = Path(__file__).parent
BY_OTHERS = {
    "embodied": {"circuit"},  # circulation's
    "chokepoints": {"sector_name"},
}
"""Columns that are no numbers."""


def words_of_twins() -> dict[str, set[str]]:
    """What the tests that are twins or closed forms of a measure speak of: names, attributes and strings."""
    found = defaultdict(set)
    for file in sorted(HERE.glob("test_*.py")):
        text = file.read_text(encoding="utf-8")
        if "pytest.mark.twin" not in text and "pytest.mark.textbook" not in text:
            continue
        constants = {}
        for node in ast.parse(text).body:
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                constants[node.targets[0].id] = _words(node.value)
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test"):
                words = _words(node)
                words = words.union(*(constants[w] for w in words if w in constants))
                for name in set(measures.SOURCES) & words:
                    found[name] |= words
    return found


def _words(tree: ast.AST) -> set[str]:
    seen = set()
    for n in ast.walk(tree):
        seen |= {n.id} if isinstance(n, ast.Name) else {n.attr} if isinstance(n, ast.Attribute) else set()
        seen |= {n.value} if isinstance(n, ast.Constant) and isinstance(n.value, str) else set()
    return seen


def test_every_number_of_a_measure_has_a_twin(toy: Accounts) -> None:
    spoken, missing = words_of_twins(), []
    for name, results in every_measure(toy).items():
        words = spoken[name] | BY_OTHERS.get(name, set())
        pieces = {w for w in words if w.startswith("_") or w.endswith("_")}  # of f"{name}_inter"
        for number in dict.fromkeys(str(n) for ds in results for n in ds.data_vars):
            if number not in words and not any(number.endswith(w) or number.startswith(w) for w in pieces):
                missing.append(f"{name}: {number}")
    assert not missing, "a twin on uneven books is wanted of these"

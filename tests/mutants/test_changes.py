"""What is drawn as a change of meaning changes the module."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutants.changes import changes

pytestmark = pytest.mark.identity


def test_arguments_that_are_one_do_not_change_places(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("def f(x, y):\n    return g(x, x) + g(x[0], y)\n", encoding="utf-8")
    drawn = [make() for make in changes(tmp_path, "a.py")]
    swapped = [c.after for c in drawn if c.kind == "arguments swapped"]
    assert swapped == ["return g(x, x) + g(y, x[0])"]
    assert {c.kind for c in drawn} == {"arguments swapped", "sign or ratio turned", "constant changed"}

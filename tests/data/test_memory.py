"""How much memory work may take, and what is said where it is not there."""

from __future__ import annotations

import pytest

from xunhuan.data import memory as room
from xunhuan.data.memory import in_words, memory, require
from xunhuan.errors import BadInput

pytestmark = pytest.mark.error


@pytest.mark.parametrize(
    ("told", "size"), [("4GB", 4e9), ("1.5 gb", 1.5e9), ("800M", 8e8), ("2GiB", 2e9), ("1234", 1234)]
)
def test_a_size_is_read(monkeypatch: pytest.MonkeyPatch, told: str, size: float) -> None:
    monkeypatch.setenv("XUNHUAN_MEMORY", told)
    assert memory() == size


@pytest.mark.parametrize("told", ["much", "-3GB", "0", "4 cats"])
def test_what_is_no_size_is_told(monkeypatch: pytest.MonkeyPatch, told: str) -> None:
    monkeypatch.setenv("XUNHUAN_MEMORY", told)
    with pytest.raises(BadInput, match=f"XUNHUAN_MEMORY is no size: '{told}'"):
        memory()


def test_by_default_it_is_what_the_machine_has_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XUNHUAN_MEMORY", raising=False)
    monkeypatch.setattr(
        room, "_text", lambda path: "MemTotal: 9 kB\nMemAvailable: 5 kB\n" if "meminfo" in str(path) else ""
    )
    assert memory() == 5 * 1024
    group = {"meminfo": "MemAvailable: 5 kB", "memory.max": "4000\n", "memory.current": "1500\n"}
    monkeypatch.setattr(room, "_text", lambda path: group[path.name])
    assert memory() == 2500  # of a container
    monkeypatch.setattr(room, "_text", lambda path: "")
    assert memory() == 4e9


def test_work_that_needs_more_is_refused_with_what_would_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XUNHUAN_MEMORY", "1GB")
    require(1e9, "the table", "take another")
    with pytest.raises(BadInput, match=r"the table needs 2\.5 GB of memory, and 1 GB are there") as refused:
        require(2.5e9, "the table", "take another")
    assert refused.value.fix == "take another; or raise XUNHUAN_MEMORY"
    assert in_words(12) == "12 B"

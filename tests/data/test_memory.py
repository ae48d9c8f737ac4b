"""How much memory work may take, and what is said where it is not there."""

from __future__ import annotations

from typing import cast

import numpy as np
import pytest

from tests.helpers.uneven import uneven
from xunhuan.data import memory as room
from xunhuan.data.memory import fits_always, in_words, memory, require_memory
from xunhuan.errors import BadInput
from xunhuan.measures.operators import Factored, Operator
from xunhuan.measures.system import System, _build
from xunhuan.models.trade.calibrate import spent_by_user

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


def test_what_is_done_is_decided_by_what_a_machine_has_and_not_by_what_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    """A quarter of the machine or of the container, unless it is told; a hundred million bytes always."""
    monkeypatch.delenv("XUNHUAN_MEMORY", raising=False)
    machine = {"meminfo": "MemTotal: 8000000 kB\nMemAvailable: 5 kB\n", "memory.max": "max", "memory.current": "7"}
    monkeypatch.setattr(room, "_text", lambda path: machine[path.name])
    assert fits_always(2_048_000_000)
    assert not fits_always(2_048_000_001)
    machine["memory.max"] = "1000000000"
    assert fits_always(250_000_000)
    assert not fits_always(250_000_001)
    machine["memory.max"] = "1000"
    assert fits_always(10**8)
    monkeypatch.setenv("XUNHUAN_MEMORY", "3GB")
    assert fits_always(3e9)
    assert not fits_always(3.1e9)


def test_work_that_needs_more_is_refused_with_what_would_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XUNHUAN_MEMORY", "1GB")
    require_memory(1e9, "the table", "take another")
    with pytest.raises(BadInput, match=r"the table needs 2\.5 GB of memory, and 1 GB are there") as refused:
        require_memory(2.5e9, "the table", "take another")
    assert refused.value.fix == "take another; or raise XUNHUAN_MEMORY"
    assert in_words(12) == "12 B"


def test_a_matrix_that_does_not_fit_is_swept_and_its_inverse_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """EMERGING's size by its shape alone: nothing of it is made."""
    shape = np.broadcast_to(0.0, (245, 245, 133)), np.broadcast_to(0.0, (245, 133, 133))
    large = Factored(*shape)
    monkeypatch.setenv("XUNHUAN_MEMORY", "20GB")
    assert large.prefers_direct(10**6)
    monkeypatch.setenv("XUNHUAN_MEMORY", "16GB")
    assert not large.prefers_direct(10**6)
    with pytest.raises(
        BadInput, match="the inverse of a system of 32585 industries needs 17 GB of memory, and 16 GB"
    ) as e:
        _ = large.inverse
    assert (
        e.value.fix
        == "ask for a measure that needs no inverse, such as bm-source in place of wwz; or raise XUNHUAN_MEMORY"
    )


def test_a_table_by_user_that_does_not_fit_is_refused_with_the_form_that_does(monkeypatch: pytest.MonkeyPatch) -> None:
    acc = uneven(by_user=True)
    monkeypatch.setattr(room, "ALWAYS", 0)
    monkeypatch.setenv("XUNHUAN_MEMORY", "1000")
    with pytest.raises(
        BadInput, match=r"the input matrix of .* by user needs 9\.8 kB of memory, and 1 kB are there"
    ) as e:
        _build(acc)
    assert "accounts.replace(sourcing=None)" in e.value.fix
    with pytest.raises(BadInput, match=r"trade of .* by user needs") as e:
        spent_by_user(acc)
    assert e.value.fix.startswith('sourcing = "alike"')
    _build(acc.replace(sourcing=None))


def test_a_measure_that_does_not_fit_is_refused_before_it_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XUNHUAN_MEMORY", "500MB")
    books = np.zeros((421, 32))
    asked = np.broadcast_to(0.0, (421, 32, 421))
    nobody = cast(Operator, None)
    system = System(nobody, books, asked, books, books)
    for measure in ("outputs", "content"):
        with pytest.raises(
            BadInput, match=r"421 regions x 32 sectors needs 590 MB of memory, and 500 MB are there"
        ) as e:
            getattr(system, measure)
        assert e.value.fix.startswith("add regions or sectors up first, `xunhuan aggregate`")

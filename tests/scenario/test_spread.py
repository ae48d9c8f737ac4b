"""Work in parts gives the same bits whoever works it, and goes on where it was broken off."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.helpers.apart import KINDS, PATIENCE, Changed, Strangers, equal, waits
from xunhuan.data.tasks import mapped, worked_by
from xunhuan.data.toyland import toyland
from xunhuan.errors import BadInput, XunhuanError
from xunhuan.scenario import sent, spread
from xunhuan.scenario.cluster import Cluster
from xunhuan.scenario.sent import Sent, Work, unpacked
from xunhuan.scenario.spread import Hands, Keeping, Plan

pytestmark = pytest.mark.twin


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[np.ndarray]]:
    """What this process finds, one task after another."""
    folder = tmp_path_factory.mktemp("here")
    return {kind: job(folder) for kind, job in KINDS.items()}


def by(hands: Hands, kind: str, files: Path, kept: Path | None = None) -> list[np.ndarray]:
    with worked_by(Keeping(hands, kept)):
        return KINDS[kind](files)


@pytest.mark.parametrize("kind", KINDS)
def test_strangers_find_the_same_bits_and_what_they_finished_is_not_worked_again(
    kind: str, here: dict[str, list[np.ndarray]], tmp_path: Path
) -> None:
    first, again = Strangers(), Strangers()
    assert equal(by(first, kind, tmp_path, tmp_path / "kept"), here[kind])
    assert first.worked > 1
    lost = sorted((tmp_path / "kept").glob("task-*.npz"))[::2]
    for file in lost:
        file.unlink()
    assert equal(by(again, kind, tmp_path, tmp_path / "kept"), here[kind])
    assert again.worked == len(lost) < first.worked


def test_what_is_shared_goes_to_each_process_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that lacks it asks; one that was replaced asks again."""
    told: list[bool] = []

    class Door:
        def start(self, work: Work, digest: str, whole: bytes | None, task: Any) -> None:
            told.append(whole is not None)
            self.asked = work, digest, whole, task

        def follow(self) -> Any:
            return spread._worked(lambda what: None, *self.asked)

    monkeypatch.setattr(spread, "_held", {})
    door: Any = Door()
    packed = Sent.of(np.arange(3.0))
    assert [float(spread._asked(door, np.multiply, packed, x).sum()) for x in (1.0, 2.0)] == [3.0, 6.0]
    assert told == [False, True, False]
    spread._held.clear()
    assert float(spread._asked(door, np.multiply, packed, 3.0).sum()) == 9.0
    assert told[3:] == [False, True]


def test_the_same_table_is_packed_alike_and_without_what_was_found_of_it() -> None:
    acc = toyland()
    before = Sent.of(acc)
    assert acc.answer_digest
    assert acc.absorption.sum() > 0
    assert Sent.of(acc).digest == before.digest == Sent.of(toyland()).digest
    again = unpacked(before.whole)
    assert again.answer_digest == acc.answer_digest
    assert again.posterior.digest == acc.posterior.digest  # type: ignore[union-attr]


def test_another_version_is_refused_before_it_reads_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = Sent.of(toyland())
    monkeypatch.setattr(sent, "_told_versions", lambda: {"xunhuan": "0.0.0"})
    with pytest.raises(BadInput, match="a worker has another version, or other files"):
        unpacked(packed.whole)


def test_a_block_has_hands_only_where_somebody_is_asked_for() -> None:
    told: list[str] = []

    def work(shared: int, task: int) -> tuple[np.ndarray, ...]:
        told.append(threading.current_thread().name)
        return (np.asarray(shared * task),)

    with spread.spread_over(Plan(workers=1)):
        assert [int(x) for (x,) in mapped(work, 2, [1, 2])] == [2, 4]
    assert set(told) == {threading.current_thread().name}


SCHEDULER = """
import asyncio
from distributed import Scheduler, Worker
async def main():
    async with Scheduler(host="127.0.0.1", port=0, dashboard_address="127.0.0.1:0") as s:
        async with Worker(s.address, nthreads=12):
            print(s.address, flush=True)
            await s.finished()
asyncio.run(main())
"""


@pytest.mark.cluster
def test_each_kind_goes_on_after_its_scheduler_was_killed(here: dict[str, list[np.ndarray]], tmp_path: Path) -> None:
    """All kinds at work on one scheduler, a task of each finished and the others not, when it is killed."""
    process = subprocess.Popen([sys.executable, "-c", SCHEDULER], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    address = process.stdout.readline().strip()
    said: dict[str, XunhuanError] = {}

    def ask(kind: str) -> None:
        hands = Cluster(address)
        try:
            by(Changed(hands, waits, tmp_path / f"{kind}-aside"), kind, tmp_path, tmp_path / kind)
        except XunhuanError as e:
            said[kind] = e
        finally:
            hands.close()

    threads = [threading.Thread(target=ask, args=(kind,), daemon=True) for kind in KINDS]
    try:
        for t in threads:
            t.start()
        until = time.monotonic() + PATIENCE
        while not all(list((tmp_path / k).glob("task-*")) for k in KINDS) and time.monotonic() < until:
            time.sleep(0.05)
    finally:
        process.kill()
        process.communicate()
    for t in threads:
        t.join(PATIENCE)
    assert {k: (e.what, e.where) for k, e in said.items()} == dict.fromkeys(
        KINDS, ("the Dask scheduler is gone", address)
    )
    for kind, found in here.items():
        kept, again, whole = len(list((tmp_path / kind).glob("task-*"))), Strangers(), Strangers()
        assert kept >= 1
        assert equal(by(again, kind, tmp_path, tmp_path / kind), found)
        by(whole, kind, tmp_path)
        assert again.worked == whole.worked - kept

"""Who works what can be worked apart: this process, some processes of this machine, or the workers of a Dask scheduler.

What tasks share is sent once to each process, and known there by its digest. A worker that dies costs its task, which
another takes. With a folder finished tasks are kept in it, so that the same command given again goes on where it was
broken off.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Protocol

import numpy as np

from xunhuan.data.store import atomic_path
from xunhuan.data.tasks import Parts, worked_by
from xunhuan.errors import XunhuanError
from xunhuan.scenario.cluster import Cluster
from xunhuan.scenario.sent import Sent, Work, digest_of_task, unpacked
from xunhuan.scenario.worker import Died, Tell, Worker

LIVES = 5
"""How often a task whose worker died is given to a new one before the run gives up."""


@dataclass(frozen=True)
class Plan:
    """How what can be worked apart is worked.

    workers    processes on this machine; 1 works in this process, 0 takes one a core for draws, fewer for few draws, and
               works the rest in this process
    scheduler  address of a Dask scheduler, such as "tcp://10.0.0.5:8786"; then workers is not used
    batch      draws in a batch; 0 chooses
    """

    workers: int = 0
    scheduler: str = ""
    batch: int = 0


class Hands(Protocol):
    """Who works tasks."""

    def coming(self, work: Work, sent: Sent, tasks: Sequence[Any]) -> Iterator[tuple[int, Any]]:
        """Position and answer of each task, as they come."""
        ...

    def close(self) -> None:
        """Let everybody go."""
        ...


class Processes:
    """So many processes of this machine, a thread to each; one that dies is replaced and its task given to the new one."""

    def __init__(self, count: int) -> None:
        self._have([Worker(_worked) for _ in range(count)])

    def _have(self, processes: list[Worker[Any]]) -> None:
        self._all = processes
        self._idle: SimpleQueue[Worker[Any]] = SimpleQueue()
        for each in processes:
            self._idle.put(each)

    def few(self, first: int, last: int) -> Processes:
        """Some of these processes, from the first to before the last."""
        out = Processes(0)
        out._have(self._all[first:last])
        return out

    def coming(self, work: Work, sent: Sent, tasks: Sequence[Any]) -> Iterator[tuple[int, Any]]:
        """Position and answer of each task, as they come. Raises what the work does; XunhuanError where they keep dying."""

        def one(k: int) -> tuple[int, Any]:
            mine = self._idle.get()
            try:
                for _ in range(LIVES):
                    with contextlib.suppress(Died):
                        return k, _asked(mine, work, sent, tasks[k])
            finally:
                self._idle.put(mine)
            fix = "give fewer --workers (memory?); finished batches are kept"
            raise XunhuanError(f"worker processes died {LIVES} times", fix=fix)

        # Each process keeps to its core: threads of several would fight over the same ones.
        alone = {"OMP_NUM_THREADS": "1", "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false"}
        with _environment(alone), ThreadPoolExecutor(len(self._all)) as threads:
            done = 0
            try:
                for f in as_completed([threads.submit(one, k) for k in range(len(tasks))]):
                    yield f.result()
                    done += 1
            finally:
                threads.shutdown(wait=False, cancel_futures=True)
                if done < len(tasks):  # what is still being worked is not waited for
                    self.close()

    def close(self) -> None:
        """End every process."""
        for each in self._all:
            each.close()


class _Lacking(Exception):
    """A process does not have what tasks share."""


def _asked(mine: Worker[Any], work: Work, sent: Sent, task: Any) -> Any:
    """A task's answer by a process, which is sent what tasks share if it lacks it."""
    mine.start(work, sent.digest, None, task)
    try:
        return mine.follow()
    except _Lacking:
        mine.start(work, sent.digest, sent.whole, task)
        return mine.follow()


_held: dict[str, Any] = {}
"""What tasks of a process share, by digest; the latest few."""
_HELD = 3


def _worked(tell: Tell, work: Work, digest: str, whole: bytes | None, task: Any) -> Any:
    if whole is not None:
        _held[digest] = unpacked(whole)
        for old in list(_held)[:-_HELD]:
            del _held[old]
    if digest not in _held:
        raise _Lacking
    return work(_held[digest], task)


@contextlib.contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    """Set environment variables that are not set, for processes started inside the block."""
    mine = {k: v for k, v in values.items() if k not in os.environ}
    os.environ.update(mine)
    try:
        yield
    finally:
        for k in mine:
            os.environ.pop(k, None)


_hands: ContextVar[tuple[Plan, Hands] | None] = ContextVar("hands", default=None)


@contextlib.contextmanager
def hands_of(plan: Plan, count: int) -> Iterator[Hands]:
    """Those who work by a plan: of the block that was opened for it, else so many processes of their own, for this block."""
    there = _hands.get()
    if there is not None and there[0] == plan:
        yield there[1]
        return
    hands: Hands = Cluster(plan.scheduler) if plan.scheduler else Processes(count)
    try:
        yield hands
    finally:
        hands.close()


@contextlib.contextmanager
def spread_over(plan: Plan, folder: Path | None = None) -> Iterator[None]:
    """A block whose frontiers, games, splits and draws are worked by a plan's processes or scheduler.

    folder  where finished tasks are kept, made if there are any; None keeps none
    """
    if not plan.scheduler and plan.workers < 2:
        yield
        return
    with hands_of(plan, plan.workers) as hands:
        before = _hands.set((plan, hands))
        try:
            with worked_by(Keeping(hands, folder)):
                yield
        finally:
            _hands.reset(before)


@dataclass(frozen=True)
class Keeping:
    """Tasks worked by some hands, with what is finished kept in a folder: an .npz of plain arrays a task, named by a digest
    of the work, what it shares and the task."""

    hands: Hands
    folder: Path | None

    def __call__(self, work: Callable[[Any, Any], Parts], shared: Any, tasks: Sequence[Any]) -> list[Parts]:
        sent = Sent.of(shared)
        files = [self._file(work, sent, task) for task in tasks]
        done = {k: found for k, f in enumerate(files) if (found := _found(f)) is not None}
        left = [k for k in range(len(tasks)) if k not in done]
        for at, parts in self.hands.coming(work, sent, [tasks[k] for k in left]) if left else ():
            done[left[at]] = parts
            if (file := files[left[at]]) is not None:
                _keep(file, parts)
        return [done[k] for k in range(len(tasks))]

    def _file(self, work: Callable[[Any, Any], Parts], sent: Sent, task: Any) -> Path | None:
        if self.folder is None:
            return None
        named = digest_of_task((work.__module__, work.__qualname__, sent.digest, task))
        return self.folder / f"task-{named[:32]}.npz"


def _found(file: Path | None) -> Parts | None:
    if file is None or not file.is_file():
        return None
    with np.load(file, allow_pickle=False) as kept:
        return tuple(kept[f"arr_{k}"] for k in range(len(kept.files)))


def _keep(file: Path, parts: Parts) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with atomic_path(file) as tmp, open(tmp, "wb") as f:
        np.savez(f, *parts)

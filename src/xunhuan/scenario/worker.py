"""A process that is kept from call to call, so that only its first waits for JAX to start and to compile.

    to the process     the arguments of a call
    from the process   ("told", what), any number of times; then ("gave", value) or ("raised", error)

The pipe belongs to this process alone: one that is killed leaves nothing locked, and others go on.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
import traceback
from collections.abc import Callable
from multiprocessing import connection, get_context, parent_process
from multiprocessing.context import SpawnProcess
from typing import Any, Generic, TypeVar

_T = TypeVar("_T")
Tell = Callable[[Any], None]
_LONGEST = 1e6
"""Seconds that a call may take where its caller does not say."""


class Died(Exception):
    """The process ended before its call did. `code` is its exit code; negative: the signal that ended it."""

    def __init__(self, code: int) -> None:
        super().__init__(f"signal {-code}" if code < 0 else f"exit code {code}")
        self.code = code


class TooLong(Exception):
    """The call took longer than it may, and its process was ended."""


def _unprepared() -> None:
    """A process that needs nothing before its first call."""


def _ignored(what: Any) -> None:
    """A caller that does not listen."""


class Worker(Generic[_T]):
    """One process, started when a call needs it. A single thread starts and follows calls; any thread may end them.

    task   what a call does: task(tell, *arguments); found by its name in the process, so of a module
    begin  called first in each new process · calls  after so many it is replaced, which bounds what libraries keep
    """

    def __init__(self, task: Callable[..., _T], begin: Callable[[], None] = _unprepared, calls: int = 1000) -> None:
        self.task, self.begin, self.calls = task, begin, calls
        self._process: SpawnProcess | None = None
        self._door: connection.Connection | None = None
        self._called = 0
        self._over = self._closed = False
        self._lock = threading.RLock()

    def start(self, *arguments: Any) -> None:
        """Give it a call; returns at once. Raises Died after `close`."""
        with self._lock:
            if self._closed:
                raise Died(self._drop())
            if self._process is None or self._over or self._called >= self.calls or not self._process.is_alive():
                self._renew()
            self._called += 1
            assert self._door is not None
            try:
                self._door.send(arguments)
            except OSError:  # it died this very moment
                self._renew()
                self._door.send(arguments)

    def follow(self, tell: Tell = _ignored, longest: float = _LONGEST) -> _T:
        """Pass on what the call tells until it ends; its value, or its error raised. Raises Died; TooLong, in seconds."""
        try:
            kind, what = self._hear(tell, longest)
        except (EOFError, OSError):
            raise Died(self._drop()) from None
        except TooLong:
            self._drop()
            raise
        if kind == "raised":
            raise what
        value: _T = what
        return value

    def _hear(self, tell: Tell, longest: float) -> tuple[str, Any]:
        assert self._door is not None
        until = time.monotonic() + longest
        while (left := until - time.monotonic()) > 0 and self._door.poll(left):
            kind, what = self._door.recv()
            if kind != "told":
                return kind, what
            tell(what)
        raise TooLong

    def end(self) -> None:
        """Kill the process and what it is doing; the next call has a new one."""
        with self._lock:
            self._over = True
            if self._process is not None:
                self._process.kill()

    def close(self) -> None:
        """End it for good and wait until it is gone."""
        with self._lock:
            self._closed = True
            self._drop()

    def _drop(self) -> int:
        """End the process and wait until it is gone; its exit code."""
        with self._lock:
            self.end()
            code = 0
            if self._process is not None:
                self._process.join()
                code = self._process.exitcode or 0
            self._process = None
            return code

    def _renew(self) -> None:
        self._drop()
        if self._door is not None:
            self._door.close()
        spawn = get_context("spawn")
        self._door, there = spawn.Pipe()
        self._process = spawn.Process(target=_serve, args=(there, self.task, self.begin), daemon=True)
        self._process.start()
        there.close()
        self._called, self._over = 0, False


def _serve(door: connection.Connection, task: Callable[..., object], begin: Callable[[], None]) -> None:
    """What the process does, until the pipe is closed or its parent is gone."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if hasattr(os, "setsid"):
        os.setsid()  # Ctrl-C is for the parent
    begin()
    with contextlib.suppress(EOFError, OSError):
        while True:
            arguments = door.recv()
            answer: tuple[str, object]
            try:
                answer = "gave", task(lambda what: door.send(("told", what)), *arguments)
            except Exception as e:
                e.add_note(traceback.format_exc())  # a traceback stays in its process
                answer = "raised", e
            door.send(answer)


def _end_with_parent() -> None:
    parent = parent_process()
    assert parent is not None
    connection.wait([parent.sentinel])  # however it ended
    os._exit(3)

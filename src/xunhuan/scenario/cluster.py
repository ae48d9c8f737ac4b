"""Tasks over a Dask cluster: who answers at an address, whether it has workers, and what is said where it is gone.

What tasks share goes to the scheduler once, as a task of its own, so that a worker has it from another, or anew where its
holders died. The scheduler gives a dead worker's task to another. Nothing here waits without an end: an address is asked
who it is before a client waits for it, and a scheduler without workers or without a word is given up, with what is
finished kept.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import sys
import time
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError
from typing import Any

from xunhuan.errors import BadInput, XunhuanError
from xunhuan.scenario.sent import Sent, Work, unpacked

ADDRESS = "give what the scheduler prints when it starts, for instance tcp://127.0.0.1:8786"
ANSWERS_WITHIN = 10.0
"""Seconds in which whoever listens at an address has to say that it is a scheduler."""
WORKERS_WITHIN = 60.0
"""Seconds for which a scheduler may be without workers."""
LOOK = 0.05
"""Seconds between two looks at the cluster while nothing comes."""
BATCHES_KEPT = "give the same command then: finished batches are kept"


class Cluster:
    """The workers of the scheduler at an address; it is asked who it is when there is first something to do.

    Raises BadInput where no scheduler answers there; XunhuanError where it has no workers, is gone, or they keep dying.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self._client: Any = None
        self._sent: dict[str, Any] = {}

    def coming(self, work: Work, sent: Sent, tasks: Sequence[Any]) -> Iterator[tuple[int, Any]]:
        """Position and answer of each task, as they come."""
        with _quiet():
            client = self._open()
            from distributed import as_completed
            from distributed.scheduler import KilledWorker

            try:
                with warnings.catch_warnings():
                    warnings.filterwarnings("ignore", message="Sending large graph")  # a table is large, and sent once
                    if sent.digest not in self._sent:
                        self._sent[sent.digest] = client.submit(unpacked, sent.whole, key=f"xunhuan-{sent.digest}")
                    shared = self._sent[sent.digest]
                    each = [client.submit(work, shared, task, pure=False, retries=2) for task in tasks]
                at = {future.key: k for k, future in enumerate(each)}
                with client.as_current():
                    coming = as_completed(each)  # type: ignore[no-untyped-call]
                for _ in tasks:
                    _await_one(client, coming, self.address)
                    future = next(coming)
                    yield at[future.key], future.result()
                    future.release()
            except KilledWorker as e:
                raise XunhuanError(
                    "workers of the Dask cluster keep dying", where=self.address,
                    fix=f"look at their memory; {BATCHES_KEPT}",
                ) from e  # fmt: skip
            except CancelledError as e:
                raise XunhuanError(
                    "the Dask scheduler is gone", where=self.address, fix=f"start it again; {BATCHES_KEPT}"
                ) from e

    def _open(self) -> Any:
        """The client, connected when it is first wanted."""
        if self._client is None:
            _reach(self.address)
            if sys.modules.get("dask", sys) is None:  # a command that had no use for it, until now
                del sys.modules["dask"]
            _ask(self.address)
            from distributed import Client

            # Not the process's own scheduler: what else uses Dask here, such as xarray, has nothing to do with it.
            self._client = Client(self.address, timeout=f"{ANSWERS_WITHIN:g}s", set_as_default=False)  # type: ignore[no-untyped-call]
        return self._client

    def close(self) -> None:
        """Leave the cluster; what was sent is forgotten there."""
        if self._client is not None:
            with _quiet(), contextlib.suppress(OSError, TimeoutError, RuntimeError):  # that has lost its scheduler
                self._client.close(timeout=2)


def _await_one(client: Any, coming: Any, address: str) -> None:
    """Wait until a batch is finished. Raises XunhuanError where the scheduler has had no workers for too long."""
    seen = time.monotonic()
    while not coming.has_ready():
        time.sleep(LOOK)
        if client.status != "running":
            raise CancelledError
        if client.scheduler_info().get("workers"):
            seen = time.monotonic()
        elif time.monotonic() - seen > WORKERS_WITHIN:
            raise XunhuanError(
                f"the Dask scheduler has had no workers for {WORKERS_WITHIN:g} seconds", where=address,
                fix=f"start some, `dask worker {address}`; {BATCHES_KEPT}",
            )  # fmt: skip


def _reach(address: str) -> None:
    """Raise BadInput where the address is not one, or nobody listens there; at once, before a client waits for it."""
    scheme, _, place = address.rpartition("://")
    host, _, port = place.rpartition(":")
    if scheme not in ("", "tcp", "tls", "ws", "wss") or not host or not port.isdigit():
        raise BadInput(f"{address!r} is not the address of a Dask scheduler", fix=ADDRESS)
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=ANSWERS_WITHIN).close()
    except (OSError, OverflowError) as e:
        raise BadInput(f"no Dask scheduler answers at {address!r}: {e}", fix=ADDRESS) from e


def _ask(address: str) -> None:
    """Raise BadInput where who listens at an address does not say that it is a scheduler."""
    from distributed.security import Security

    security: Any = Security()  # type: ignore[no-untyped-call]
    if address.startswith(("tls://", "wss://")) and not security.tls_ca_file:
        raise BadInput(
            f"{address!r} wants certificates, and none are set", where="distributed.comm.tls",
            fix="set DASK_DISTRIBUTED__COMM__TLS__CA_FILE, ..__TLS__CLIENT__CERT and ..__TLS__CLIENT__KEY",
        )  # fmt: skip
    try:
        kind = asyncio.run(asyncio.wait_for(_kind(address, security), 2 * ANSWERS_WITHIN))
    except (OSError, TimeoutError, ValueError, TypeError, EOFError) as e:
        raise BadInput(f"what listens at {address!r} is no Dask scheduler", fix=ADDRESS) from e
    if kind != "Scheduler":
        raise BadInput(f"what listens at {address!r} is a Dask {kind}, not a scheduler", fix=ADDRESS)


async def _kind(address: str, security: Any) -> str:
    """What listens at an address calls itself."""
    from distributed.comm.core import connect

    comm = await connect(address, timeout=ANSWERS_WITHIN, **security.get_connection_args("client"))  # type: ignore[no-untyped-call]
    try:
        await comm.write({"op": "identity", "reply": True})
        return str((await comm.read())["type"])
    finally:
        comm.abort()


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """What Dask logs while it loses a scheduler is said here in one line, and not by it in forty."""
    import distributed  # noqa: F401  which gives its loggers levels of their own

    logs = [logging.getLogger(n) for n in list(logging.root.manager.loggerDict) if n.split(".")[0] == "distributed"]
    before = [log.level for log in logs]
    for log in logs:
        log.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for log, level in zip(logs, before, strict=True):
            log.setLevel(level)

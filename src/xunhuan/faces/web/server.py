"""Start the laboratory: the folder, the pool, the app and the server around it."""

from __future__ import annotations

import logging
import os
import shutil
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from platformdirs import user_data_path

from xunhuan.errors import BadInput
from xunhuan.faces.web import ahead, lookups
from xunhuan.faces.web.app import make_app
from xunhuan.faces.web.jobs import Pool
from xunhuan.faces.web.security import Access, access, is_loopback, visitor
from xunhuan.scenario.record import open_result


@dataclass
class Laboratory:
    """A server that listens, and what it serves."""

    server: Any
    pool: Pool
    access: Access
    address: str

    def run(self) -> None:
        """Serve until interrupted (SIGINT or SIGTERM); runs are then ended and found again at the next start."""
        threading.Thread(target=_warm, name="warm", daemon=True).start()
        try:
            with interrupted_by(signal.SIGINT, signal.SIGTERM):  # also where a background shell has them ignored
                self.server.run()
        finally:
            self.pool.close()


@contextmanager
def interrupted_by(*ends: signal.Signals) -> Iterator[None]:
    """Signals that interrupt the block, again every second until that is heard: what is raised while an object is cleared
    away is lost. In the main thread alone, which is the one that hears them."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    for end in ends:
        signal.signal(end, _end)
    try:
        yield
    finally:
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_REAL, 0)


def _end(number: int, frame: object) -> None:
    if hasattr(signal, "setitimer"):
        signal.signal(signal.SIGALRM, signal.default_int_handler)
        signal.setitimer(signal.ITIMER_REAL, 1.0, 1.0)
    raise KeyboardInterrupt


def open_laboratory(host: str, port: int, folder: Path, workers: int = 1, private: bool = False) -> Laboratory:
    """Listen on host and port (0: any free one). Raises BadInput where the address or the folder cannot be had.

    private  each visitor has his own runs
    """
    from xunhuan.faces.web.doors import open_doors

    listening = _listen(host, port)
    port = int(listening.getsockname()[1])
    try:
        guard = access(host, port, private)
        pool = Pool(folder, workers=workers, who=visitor)
    except BadInput:
        listening.close()
        raise
    app = make_app(pool, guard)
    server = open_doors(app.server, listening)
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a full thread pool is ordinary here
    shown = f"[{host}]" if ":" in host else host
    address = f"http://{shown}:{port}/" + (f"?token={guard.token}" if guard.token else "")
    return Laboratory(server, pool, guard, address)


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket; its port is known before anything is served, so that Host headers can be checked."""
    is_loopback(host)  # an address, or a clear refusal
    try:
        return socket.create_server(
            (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=128
        )
    except OSError as e:
        raise BadInput(
            f"cannot listen on {host}:{port}: {e.strerror}", where="--port", fix="give another --port"
        ) from e


def results_folder() -> Path:
    """Where results are kept by default: $XUNHUAN_RESULTS, else in the user's data folder."""
    given = os.environ.get("XUNHUAN_RESULTS")
    return Path(given) if given else user_data_path("xunhuan", False) / "laboratory"


def take_in(made: Path, folder: Path) -> None:
    """Copy a result into a laboratory's folder, whole or not at all. Raises BadInput where it is none."""
    digest = open_result(made).digest
    there = folder / "results" / digest
    if there.exists():
        return
    there.parent.mkdir(parents=True, exist_ok=True)
    half = there.with_name(f".{digest}.tmp-{os.getpid()}")
    shutil.copytree(made, half)
    os.rename(half, there)


def _warm() -> None:
    table = lookups.default_table()
    ahead.warm(table, lookups.homes(table)[0].code)

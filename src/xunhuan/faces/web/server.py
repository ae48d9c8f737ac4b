"""Start the laboratory: the folder, the pool, the app and the server around it."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xunhuan.errors import BadInput
from xunhuan.faces.web import lookups
from xunhuan.faces.web.app import make_app
from xunhuan.faces.web.jobs import Pool
from xunhuan.faces.web.security import Access, access

THREADS = 8
"""Pages are read from caches; more threads than this only queue on two cores."""


@dataclass
class Laboratory:
    """A server that listens, and what it serves."""

    server: Any
    pool: Pool
    access: Access
    address: str

    def run(self) -> None:
        """Serve until interrupted; runs are then ended and found again at the next start."""
        threading.Thread(target=_warm, name="warm", daemon=True).start()
        try:
            self.server.run()
        finally:
            self.pool.close()


def open_laboratory(host: str, port: int, folder: Path, workers: int = 1) -> Laboratory:
    """Listen on host and port (0: any free one). Raises BadInput where the address or the folder cannot be had."""
    from waitress import create_server

    guard = access(host, port)
    pool = Pool(folder, workers=workers)
    app = make_app(pool, guard)
    try:
        server = create_server(
            app.server, host=host, port=port, threads=THREADS, ident=None, max_request_body_size=1 << 20,
            max_request_header_size=1 << 16, connection_limit=400, channel_timeout=60, cleanup_interval=15,
        )  # fmt: skip
    except OSError as e:
        pool.close()
        raise BadInput(
            f"cannot listen on {host}:{port}: {e.strerror}", where="--port", fix="give another --port"
        ) from e
    bound = int(server.effective_port)
    shown = f"[{host}]" if ":" in host else host
    address = f"http://{shown}:{bound}/" + (f"?token={guard.token}" if guard.token else "")
    return Laboratory(server, pool, guard, address)


def results_folder() -> Path:
    """Where results are kept by default: $XUNHUAN_RESULTS, else the XDG data folder."""
    if os.environ.get("XUNHUAN_RESULTS"):
        return Path(os.environ["XUNHUAN_RESULTS"])
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share") / "xunhuan" / "laboratory"


def _warm() -> None:
    table = lookups.default_table()
    lookups.warm(table, lookups.homes(table)[0].code)

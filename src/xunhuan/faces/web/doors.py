"""The server's doors: how many connections stand open, and how long one may take to say what it wants.

Nobody has shown a token before a whole request has come, so a connection that says nothing, or a byte a minute, must cost
nobody else anything: it is closed after a while, and at once where others want in.
"""

from __future__ import annotations

import time
from typing import Any

from flask import Flask
from waitress.channel import HTTPChannel
from waitress.server import create_server

OPEN = 200
"""Connections that stand open at once; one more closes that which has been idle longest."""
REQUEST = 10.0
"""Seconds a request may take to come whole, and a new connection to begin."""
IDLE = 60
"""Seconds a connection is kept for its next request."""
THREADS = 8
"""Pages are read from caches; more threads than this only queue on two cores."""
LARGEST_HEAD, LARGEST_BODY = 1 << 16, 1 << 20
"""Bytes of a request that are read before anything looks at it."""


class Caller(HTTPChannel):  # type: ignore[misc]
    """A connection that knows since when a request is awaited of it."""

    def __init__(self, server: Any, *rest: Any, **more: Any) -> None:
        self.awaited: float | None = time.monotonic()
        make_room(server)
        super().__init__(server, *rest, **more)

    def received(self, data: bytes) -> bool:
        """Read what has come; the clock of a request starts with its first byte."""
        if self.awaited is None:
            self.awaited = time.monotonic()
        done = bool(super().received(data))
        if self.request is None:
            self.awaited = None
        return done

    def late(self, now: float) -> bool:
        """True where a request has not come whole in its time."""
        return not self.requests and self.awaited is not None and now - self.awaited > REQUEST


def make_room(server: Any) -> None:
    """Close those idle longest where as many connections stand open as may."""
    several = list(server.active_channels.values())
    idle = sorted((c for c in several if not c.requests), key=lambda c: float(c.last_activity))
    for channel in idle[: max(len(several) + 1 - OPEN, 0)]:
        channel.handle_close()


def open_doors(app: Flask, listening: Any) -> Any:
    """A server of an app on a socket that listens."""
    server = create_server(
        app, sockets=[listening], threads=THREADS, ident=None, max_request_body_size=LARGEST_BODY,
        max_request_header_size=LARGEST_HEAD, connection_limit=2 * OPEN, channel_timeout=IDLE, cleanup_interval=1,
        asyncore_use_poll=True,
    )  # fmt: skip
    server.channel_class = Caller
    usual = server.maintenance

    def maintenance(now: float) -> None:
        usual(now)
        clock = time.monotonic()
        for channel in server.active_channels.values():
            if channel.late(clock):
                channel.will_close = True

    server.maintenance = maintenance
    return server

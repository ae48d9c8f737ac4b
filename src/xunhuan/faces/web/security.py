"""Who may talk to the laboratory, and what a browser may do with its pages.

On this machine only: any page the user has open elsewhere could post to a local server, so the Host and Origin
headers must name this server (DNS rebinding, cross-site requests). On a network: a token besides.
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from flask import Flask, Response, abort, g, has_request_context, make_response, redirect, request

from xunhuan.errors import BadInput

COOKIE, OWN_COOKIE = "xunhuan_token", "xunhuan_own"
_OWN = re.compile(r"[\w-]{43}", re.ASCII)
LARGEST_REQUEST = 256 * 1024
"""Bytes of a request body; the largest form sends a few kilobytes."""
LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Access:
    """Where the server listens and who gets in.

    hosts   host names a request may name, lower case, without port; empty: any, the token decides alone
    port    the port a request may name
    token   asked of every visitor; "" on loopback
    private  every browser has a token of its own besides, and its own runs
    """

    hosts: tuple[str, ...]
    port: int
    token: str = field(default="", repr=False)
    private: bool = False


def access(host: str, port: int, private: bool = False) -> Access:
    """What a listening address asks of visitors: nothing on loopback, a fresh token on any other.

    >>> access("127.0.0.1", 8050).token
    ''
    >>> len(access("0.0.0.0", 8050).token) >= 32
    True
    """
    if is_loopback(host):
        return Access((*LOOPBACK, *({host} - set(LOOPBACK))), port, private=private)
    return Access((), port, secrets.token_urlsafe(32), private)


def is_loopback(host: str) -> bool:
    """True where only programs on this machine can reach the address. Raises BadInput for a host name."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError as e:
        fix = "give an address of this machine such as 127.0.0.1 (only here) or 0.0.0.0 (the whole network)"
        raise BadInput(f"{host!r} is not an address to listen on", where="--host", fix=fix) from e


def guard(server: Flask, access: Access, scripts: Sequence[str] = ()) -> None:
    """Refuse strangers and set security headers on every answer; `scripts` are hashes of Dash's inline scripts."""
    server.config["MAX_CONTENT_LENGTH"] = LARGEST_REQUEST
    headers = _headers(scripts)

    @server.before_request
    def check() -> Response | None:
        _check_origin(access)
        answer = _check_token(access) if access.token else None
        if access.private and answer is None:
            g.own = request.cookies.get(OWN_COOKIE, "")
            if not _OWN.fullmatch(g.own):
                g.own, g.new = secrets.token_urlsafe(32), True
        return answer

    @server.after_request
    def seal(response: Response) -> Response:
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        if g.get("new"):
            _give(response, OWN_COOKIE, g.own)
        response.headers.pop("Server", None)
        return response


def visitor() -> str:
    """Who asks, by the token of its own that its browser holds; "" where all see all, and outside a request."""
    own = g.get("own", "") if has_request_context() else ""
    return hashlib.sha256(own.encode()).hexdigest()[:32] if own else ""


def _give(answer: Response, name: str, token: str) -> None:
    answer.set_cookie(name, token, httponly=True, samesite="Strict", max_age=30 * 24 * 3600)


def _check_origin(access: Access) -> None:
    name, port = _split(request.host)
    if access.hosts and (name not in access.hosts or port not in (access.port, None)):
        abort(make_response("This server answers to its own address only.\n", 421))
    origin = request.headers.get("Origin")
    cross = origin is not None and urlsplit(origin).netloc != request.host
    if cross or (request.method != "GET" and request.headers.get("Sec-Fetch-Site") == "cross-site"):
        abort(make_response("Requests from other sites are refused.\n", 403))


def _split(host: str) -> tuple[str, int | None]:
    parts = urlsplit(f"//{host}")
    try:
        return (parts.hostname or "").lower(), parts.port
    except ValueError:
        return "", None


def _check_token(access: Access) -> Response | None:
    """Let in who has the cookie; give it to who brings the token in the address, and take it out of sight."""
    given = request.args.get("token", "")
    if given and secrets.compare_digest(given.encode(), access.token.encode()):
        left = "&".join(p for p in request.query_string.decode().split("&") if not p.startswith("token="))
        answer = make_response(redirect(request.path + (f"?{left}" if left else ""), 303))
        _give(answer, COOKIE, access.token)
        answer.headers["Referrer-Policy"] = "no-referrer"
        return answer
    if secrets.compare_digest(request.cookies.get(COOKIE, "").encode(), access.token.encode()):
        return None
    text = "A token is needed: open the address printed where the server was started.\n"
    return make_response(text, 401, {"Content-Type": "text/plain; charset=utf-8"})


def _headers(scripts: Sequence[str]) -> dict[str, str]:
    # Mantine and Plotly write <style> elements, hence inline styles; scripts are files or known by hash.
    policy = {
        "default-src": "'none'",
        "script-src": " ".join(["'self'", *scripts]),
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self'",
        "connect-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    return {
        "Content-Security-Policy": "; ".join(f"{k} {v}" for k, v in policy.items()),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    }


REPORT_POLICY = (
    "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'unsafe-inline'; img-src data: blob:"
)
"""Policy of a self-contained report: its own scripts in an origin of its own, no network."""

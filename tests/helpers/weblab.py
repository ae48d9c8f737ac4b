"""A laboratory for tests: the real server in a process of its own, and a visitor who speaks as the browser does."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from xunhuan.faces.web.worker import TellJob
from xunhuan.faces.words import catalogue

PATIENCE = 300.0
"""Seconds after which something hangs: no verdict on speed, for the machine may be busy."""


@dataclass
class Server:
    """A running `xunhuan serve`."""

    process: subprocess.Popen[str]
    address: str
    reader: threading.Thread

    @property
    def port(self) -> int:
        found = re.search(r":(\d+)/", self.address)
        assert found is not None
        return int(found[1])

    def stop(self, how: int = signal.SIGINT) -> None:
        """End it; SIGKILL for a crash."""
        self.process.send_signal(how)
        self.process.wait(timeout=PATIENCE)
        self.reader.join(timeout=PATIENCE)
        if self.process.stdout is not None:
            self.process.stdout.close()


def start(folder: Path, *options: str, path: Path | None = None) -> Server:
    """Start the server on a free loopback port and wait until it says where it is.

    path  a folder of packages that it and its workers find too
    """
    command = [sys.executable, "-m", "xunhuan.faces.cli", "serve", "--port", "0", "--folder", str(folder), *options]
    env = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    if path is not None:
        env["PYTHONPATH"] = os.pathsep.join(p for p in (str(path), os.environ.get("PYTHONPATH", "")) if p)
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8", env=env)
    assert process.stdout is not None
    line = process.stdout.readline()
    found = re.search(r"http://\S+", line)
    if found is None:
        process.kill()
        raise AssertionError(f"the server did not start: {line!r}")
    reader = threading.Thread(target=process.stdout.read, daemon=True)
    reader.start()
    return Server(process, found[0], reader)


@contextlib.contextmanager
def serving(folder: Path, *options: str, path: Path | None = None) -> Iterator[Server]:
    """A server for the length of a block."""
    server = start(folder, *options, path=path)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.stop()


@dataclass
class Visitor:
    """Asks the server what a browser asks: the page's files once, then updates of its parts."""

    port: int
    times: list[tuple[str, float]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, body: Any = None, kind: str = "") -> tuple[int, bytes]:
        """One request; its time is kept under `kind`."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        data = None if body is None else json.dumps(body).encode()
        headers = {**self.headers, **({"Content-Type": "application/json"} if data else {})}
        begun = time.perf_counter()
        connection.request(method, path, data, headers)
        answer = connection.getresponse()
        content = answer.read()
        self.times.append((kind or path, time.perf_counter() - begun))
        connection.close()
        return answer.status, content

    def open(self) -> None:
        """Load the frame of the page."""
        for path in ("/", "/_dash-layout", "/_dash-dependencies"):
            status, _ = self.ask("GET", path, kind="load")
            assert status == 200, (path, status)

    def update(
        self, outputs: Sequence[str], path: str, query: dict[str, str], *extra: Any, kind: str = "update"
    ) -> Any:
        """One callback whose inputs follow from the address; `extra` goes before the address, as inputs do."""
        parts = [{"id": o.rsplit(".", 1)[0], "property": o.rsplit(".", 1)[1]} for o in outputs]
        search = f"?{urlencode(query)}" if query else ""
        where = [("url", "pathname", path), ("url", "search", search)]
        inputs = [{"id": i, "property": p, "value": v} for i, p, v in extra]
        state = [{"id": i, "property": p, "value": v} for i, p, v in where]
        if not inputs:
            inputs, state = state, []
        if "page.children" in outputs:
            state.append({"id": "draft", "property": "data", "value": None})
        body = {
            "output": outputs[0] if len(outputs) == 1 else f"..{'...'.join(outputs)}..",
            "outputs": parts[0] if len(outputs) == 1 else parts,
            "inputs": inputs, "state": state, "changedPropIds": [f"{inputs[0]['id']}.{inputs[0]['property']}"],
        }  # fmt: skip
        status, content = self.ask("POST", "/_dash-update-component", body, kind)
        assert status == 200, (status, content[:500])
        return json.loads(content)["response"]

    def page(self, path: str = "/", **query: str) -> Any:
        """The main part of a page."""
        got = self.update(["page.children"], path, query, ("frame", "data", path), kind="page")["page"]["children"]
        said = words(got)  # a page that fails answers 200 with a notice
        assert not any(problem in said for problem in catalogue()["page_problem"]), said[:500]
        return got

    def bar(self, path: str = "/", **query: str) -> Any:
        """What stands above the page."""
        return self.update(["bar.children", "foot.children"], path, query, kind="bar")["bar"]["children"]

    def choose(self, **query: str) -> Any:
        """Choose a region, definition or circuit on the circulation page."""
        outputs = [
            "said-before.children", "said-after.children", "spoken.children", "circuits.children", "moving-target.data",
            "moving.className", "map.children", "profile.children",
        ]  # fmt: skip
        return self.update(outputs, "/", query, ("focus", "data", "x"), kind="choose")

    def run(self, draft: Any, **query: str) -> str:
        """Run a scenario; returns the address of its result."""
        kept = [("run", "n_clicks", 1)]
        body_state = {"id": "draft", "property": "data", "value": {"origin": "", "data": draft}}
        where = [("url", "pathname", "/scenario"), ("url", "search", f"?{urlencode(query)}")]
        body = {
            "output": "..url.href...submitted.children..",
            "outputs": [{"id": "url", "property": "href"}, {"id": "submitted", "property": "children"}],
            "inputs": [{"id": i, "property": p, "value": v} for i, p, v in kept],
            "state": [body_state, *({"id": i, "property": p, "value": v} for i, p, v in where)],
            "changedPropIds": ["run.n_clicks"],
        }
        status, content = self.ask("POST", "/_dash-update-component", body, "run")
        assert status == 200, (status, content[:500])
        response = json.loads(content)["response"]
        return str(response["url"]["href"]) if "url" in response else json.dumps(response)


# Runs for the pool's process, here because that process finds them by name: one that says who it is and goes on, one
# that leaves half a result and is killed, one that succeeds, one that fails with the number of its process.
def sleeps(tell: TellJob, source: Path, out: Path) -> None:
    tell({"stage": str(os.getpid())})
    time.sleep(60)


def dies(tell: TellJob, source: Path, out: Path) -> None:
    half = out.with_name(f".{out.name}.tmp-1")
    half.mkdir()
    (half / "result.nc").write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)


def works(tell: TellJob, source: Path, out: Path) -> None:
    out.mkdir()
    (out / "manifest.json").write_text("{}")


def fails(tell: TellJob, source: Path, out: Path) -> None:
    tell({"stage": "draws", "done": 3, "of": 4})
    raise ArithmeticError(os.getpid())


def by_text(tell: TellJob, source: Path, out: Path) -> None:
    """The run that the scenario's text names."""
    {f.__name__: f for f in (sleeps, dies, works, fails)}[source.read_text()](tell, source, out)


def toy_scenario(points: float, name: str = "tariff") -> dict[str, Any]:
    """A small scenario on Toyland: Borea lays a tariff on Atlas."""
    line = {"from": ["ATL"], "to": ["BOR"], "sectors": ["goods"], "add": points}
    return {
        "title": f"Borea: {100 * points:g} points",
        "shock": [{"name": name, "tariff": [line]}],
        "model": {"trade": {}},
    }


def find(tree: Any, id: str) -> Any:
    """The component of an id in an answer, or None."""
    if isinstance(tree, dict):
        props = tree.get("props")
        if isinstance(props, dict) and props.get("id") == id:
            return tree
        for value in tree.values():
            got = find(value, id)
            if got is not None:
                return got
    elif isinstance(tree, list):
        for value in tree:
            got = find(value, id)
            if got is not None:
                return got
    return None


def words(tree: Any) -> str:
    """All text in an answer."""
    if isinstance(tree, str):
        return tree
    if isinstance(tree, dict):
        return words(tree.get("props", {}).get("children", "")) if "props" in tree else ""
    if isinstance(tree, list):
        return " ".join(words(v) for v in tree)
    return "" if tree is None else str(tree)

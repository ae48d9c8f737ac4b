"""Public tables: fetched from a server of the test's own, filed whole or not at all, refused with what to do by hand."""

from __future__ import annotations

import hashlib
import http.server
import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from xunhuan.data import public
from xunhuan.data.public import PublicTable, fetch_public, file_away, public_table, public_tables, recognised
from xunhuan.errors import BadInput, UnknownName
from xunhuan.faces.cli import main
from xunhuan.readers import FORMATS

pytestmark = pytest.mark.error

BODY = b"region,value\nA,1\n" * 5000
DIGEST = hashlib.sha256(BODY).hexdigest()


class Server(http.server.BaseHTTPRequestHandler):
    """Gives /whole, stops in the middle of /cut, turns /no away, never answers /slow in time."""

    asked: list[str]

    def do_GET(self) -> None:
        self.server.asked.append(self.path)  # type: ignore[attr-defined]
        if self.path == "/no":
            self.send_error(403)
            return
        if self.path == "/slow":
            self.server.wait.wait(5)  # type: ignore[attr-defined]
            return
        if self.path == "/garble":
            self.wfile.write(b"no answer of this protocol\r\n\r\n")
            return
        if self.path in ("/chunks", "/endless"):
            self.protocol_version = "HTTP/1.1"
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for _ in range(1 if self.path == "/chunks" else 50):
                try:
                    self.wfile.write(b"%x\r\n" % len(BODY) + BODY + b"\r\n")
                except OSError:
                    return
            self.close_connection = True
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY[: len(BODY) // 3] if self.path == "/cut" else BODY)

    def log_message(self, *_: object) -> None:
        """Nothing is logged."""


@pytest.fixture(scope="module")
def server() -> Iterator[http.server.ThreadingHTTPServer]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server) as s:
        s.asked, s.wait = [], threading.Event()  # type: ignore[attr-defined]
        threading.Thread(target=s.serve_forever, daemon=True).start()
        yield s
        s.wait.set()  # type: ignore[attr-defined]
        s.shutdown()


@pytest.fixture
def table(server: http.server.ThreadingHTTPServer) -> PublicTable:
    url = f"http://127.0.0.1:{server.server_port}/whole"
    return PublicTable(
        "toy", "A table", "toy table.csv", url, len(BODY), f"sha256:{DIGEST}", "", "CC0", "tabular", "https://x.org", ""
    )


def test_a_table_is_fetched_once_and_filed_whole(table, server, tmp_path) -> None:
    server.asked.clear()
    folder = tmp_path / "new" / "sources"
    done = fetch_public(table, folder)
    assert done.path.read_bytes() == BODY
    assert (done.sha256, done.known) == (DIGEST, True)
    assert fetch_public(table, folder) == done  # it is there, and right
    assert server.asked == ["/whole"]
    done.path.write_bytes(b"half")
    assert fetch_public(table, folder).path.read_bytes() == BODY
    assert sorted(f.name for f in folder.iterdir()) == ["toy table.csv"]
    unknown = fetch_public(replace(table, digest="", bytes=0, file="other.csv"), folder)
    assert (unknown.sha256, unknown.known) == (DIGEST, False)


@pytest.mark.parametrize(
    ("path", "change", "words"),
    [
        ("no", {}, "403"),
        ("cut", {}, "cut off after"),
        ("slow", {}, "could not be fetched"),
        ("garble", {}, "could not be fetched"),
        ("chunks", {}, "could not be fetched"),
        ("endless", {"bytes": 0, "digest": ""}, "bytes of the largest table"),
        ("whole", {"digest": f"sha256:{'0' * 64}"}, "not the one that is known"),
        ("whole", {"bytes": 7}, "goes past the 7 bytes"),
        ("whole", {"bytes": len(BODY) + 1}, "not the one that is known"),
        ("whole", {"url": "http://127.0.0.1:9/x"}, "could not be fetched"),
        ("whole", {"url": ""}, "address of the file is not known"),
    ],
    ids=[
        "refused",
        "cut off",
        "no answer",
        "no protocol",
        "cut in pieces",
        "without end",
        "another digest",
        "too long",
        "another size",
        "no network",
        "no address",
    ],
)
def test_what_cannot_be_fetched_leaves_nothing_and_says_what_to_do(
    table, tmp_path, path, change, words, monkeypatch
) -> None:
    monkeypatch.setattr(public, "MOST", 10 * len(BODY))
    bad = replace(table, **({"url": table.url.replace("whole", path)} | change))
    folder = tmp_path / "sources"
    with pytest.raises(BadInput) as e:
        fetch_public(bad, folder, timeout=0.3)
    said = str(e.value)
    assert words in said
    assert not folder.exists()
    if "bytes" not in change:
        for part in (bad.digest.replace(":", " "), str(folder), bad.url or bad.page, "--file"):
            assert part in said


def test_an_interrupted_fetch_leaves_nothing_and_the_next_one_begins_anew(table, server, tmp_path, monkeypatch) -> None:
    """Stopped by the user in the middle of the file: an old file stays, and nothing lies beside it."""
    folder = tmp_path / "sources"
    folder.mkdir()
    (folder / table.file).write_bytes(b"an older one")

    def stopped(*_: object) -> None:
        assert [f.name for f in folder.iterdir()] != [table.file]  # something is on its way
        raise KeyboardInterrupt

    with monkeypatch.context() as here:
        here.setattr(public.shutil, "disk_usage", stopped)
        with pytest.raises(KeyboardInterrupt):
            fetch_public(table, folder)
    assert {f.name: f.read_bytes() for f in folder.iterdir()} == {table.file: b"an older one"}
    assert fetch_public(table, folder).path.read_bytes() == BODY
    with monkeypatch.context() as here:
        here.setattr(public.shutil, "disk_usage", lambda _: SimpleNamespace(free=9))
        with pytest.raises(BadInput, match=f"the disk has room for 9 bytes, the file holds {len(BODY):,}"):
            fetch_public(replace(table, file="other.csv"), folder)
    assert [f.name for f in folder.iterdir()] == [table.file]


def test_a_file_got_by_hand_is_checked_and_filed(table, tmp_path) -> None:
    mine, folder = tmp_path / "Downloads.zip", tmp_path / "sources"
    mine.write_bytes(BODY)
    done = file_away(table, mine, folder)
    assert done.path == folder / table.file
    assert done.path.read_bytes() == mine.read_bytes() == BODY
    assert file_away(table, done.path, folder) == done
    mine.write_bytes(BODY + b"x")
    with pytest.raises(BadInput, match="not the one that is known"):
        file_away(table, mine, folder)
    assert done.path.read_bytes() == BODY


@pytest.mark.parametrize("algorithm", ["md5", "sha1"])
def test_a_digest_of_another_algorithm_is_held_to(table, tmp_path, algorithm, monkeypatch) -> None:
    """Zenodo publishes MD5, DataverseNL SHA-1: named, and checked as such."""
    mine, digest = tmp_path / "mine", hashlib.new(algorithm, BODY).hexdigest()
    other = replace(table, digest=f"{algorithm}:{digest}", digest_from="as its makers publish it")
    done = fetch_public(other, tmp_path / "sources")
    assert (done.sha256, done.known, fetch_public(other, tmp_path / "sources")) == (DIGEST, True, done)
    monkeypatch.setattr(public, "public_tables", lambda: {"toy": other})
    mine.write_bytes(BODY)
    assert recognised(mine) == other
    mine.write_bytes(BODY[:-1] + b"x")
    with pytest.raises(BadInput, match="not the one that is known") as e:
        file_away(other, mine, tmp_path / "sources")
    assert digest in str(e.value)
    assert f"{algorithm} {digest}, as its makers publish it" in public.by_hand(other, tmp_path)


def test_symbolic_links_are_refused(table, tmp_path) -> None:
    real, mine = tmp_path / "real", tmp_path / "mine"
    real.mkdir()
    mine.write_bytes(BODY)
    (tmp_path / "link").symlink_to(real)
    (real / table.file).symlink_to(tmp_path / "elsewhere")
    (tmp_path / "alias").symlink_to(mine)
    for run in (
        lambda: fetch_public(table, tmp_path / "link"),
        lambda: fetch_public(table, real),
        lambda: file_away(table, mine, real),
        lambda: file_away(table, tmp_path / "alias", tmp_path / "sources"),
        lambda: recognised(tmp_path / "alias"),
    ):
        with pytest.raises(BadInput, match=r"symbolic link|no plain file"):
            run()
    assert not (tmp_path / "elsewhere").exists()


def test_the_catalogue_and_the_command(tmp_path, capsys) -> None:
    for t in public_tables().values():
        assert t.title, t.name
        assert t.licence, t.name
        assert t.url.startswith("https://") or not t.url
        assert t.page.startswith("https://")
        algorithm, _, hexadecimal = t.digest.partition(":")
        size = {"sha256": 32, "sha1": 20, "md5": 16, "": 0}[algorithm]
        assert len(bytes.fromhex(hexadecimal)) == size, t.name
        assert bool(t.digest) == bool(t.digest_from), t.name
        assert Path(t.file).name == t.file
        named = re.fullmatch(FORMATS[t.format].files, t.file, re.IGNORECASE)
        assert named or "unpack it" in t.note, f"{t.name}: the reader {t.format} knows no file of this name"
    with pytest.raises(UnknownName, match="wiod-2016-r"):
        public_table("wiod-2016-s")
    assert main(["fetch"]) == 0
    assert "nothing was fetched" in capsys.readouterr().out
    odd = tmp_path / "odd.csv"
    odd.write_text("x")
    assert main(["fetch", "--file", str(odd), "-o", str(tmp_path)]) != 0
    assert "is none that is known" in capsys.readouterr().err
    year = tmp_path / "matrix_eu-ic-io_ind-by-ind_25ed_2020_v2.csv"
    year.write_text("x")
    assert main(["fetch", "--file", str(year), "-o", str(tmp_path / "filed")]) == 0
    said = capsys.readouterr().err
    assert hashlib.sha256(b"x").hexdigest() in said
    assert "not known beforehand" in said
    assert main(["fetch", "icio-2025-2016-2022", "--file", str(odd), "-o", str(tmp_path)]) != 0
    assert "46db55c4" in capsys.readouterr().err

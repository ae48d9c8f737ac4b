"""What the laboratory refuses, and what it says: strangers, bad addresses, bad drafts, full queues, crashed runs."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.helpers.weblab import by_text, sleeps, works
from xunhuan.errors import BadInput
from xunhuan.faces.web import draft, jobs, state
from xunhuan.faces.web.app import make_app
from xunhuan.faces.web.jobs import Job, Pool
from xunhuan.faces.web.parts import notice
from xunhuan.faces.web.security import LARGEST_REQUEST, Access, access
from xunhuan.faces.web.server import open_laboratory
from xunhuan.faces.web.spoken import spoken

pytestmark = pytest.mark.error

HERE = {"Host": "127.0.0.1:8050"}


def wait(pool: Pool, digest: str, *states: str) -> Job:
    until = time.monotonic() + 300  # no verdict on speed
    while time.monotonic() < until:
        job = pool.get(digest)
        if job is not None and job.state in states:
            return job
        time.sleep(0.02)
    raise AssertionError(f"{pool.get(digest)} did not become {states}")


@pytest.fixture
def client(tmp_path: Path) -> Iterator[FlaskClient]:
    pool = Pool(tmp_path, task=sleeps)
    yield make_app(pool, access("127.0.0.1", 8050)).server.test_client()
    pool.close()


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[tuple[FlaskClient, str]]:
    pool, door = Pool(tmp_path, task=sleeps), access("0.0.0.0", 8050)
    yield make_app(pool, door).server.test_client(), door.token
    pool.close()


def test_a_foreign_host_name_is_refused(client: FlaskClient) -> None:
    for host in ("evil.example:8050", "127.0.0.1:9999", "127.0.0.1.evil.example:8050"):
        answer = client.get("/", headers={"Host": host})
        assert (answer.status_code, answer.text) == (421, "This server answers to its own address only.\n")
    assert client.get("/", headers=HERE).status_code == 200


def test_another_site_cannot_post(client: FlaskClient) -> None:
    for extra in ({"Origin": "http://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
        answer = client.post("/_dash-update-component", json={}, headers={**HERE, **extra})
        assert (answer.status_code, answer.text) == (403, "Requests from other sites are refused.\n")


def test_a_request_has_a_largest_size(client: FlaskClient) -> None:
    body = b"{" + b" " * LARGEST_REQUEST + b"}"
    answer = client.post("/_dash-update-component", data=body, content_type="application/json", headers=HERE)
    assert answer.status_code == 413


def test_every_answer_carries_the_headers(client: FlaskClient) -> None:
    headers = client.get("/", headers=HERE).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["connect-src"] == "'self'"
    assert "unsafe" not in policy["script-src"]
    assert "http" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"


def test_no_token_no_entry(guarded: tuple[FlaskClient, str]) -> None:
    client, token = guarded
    for path in ("/", "/_dash-layout", "/assets/lab.js", "/?token=wrong", "/?token=%E4%B8%AD"):
        answer = client.get(path)
        assert answer.status_code == 401
        assert answer.text == "A token is needed: open the address printed where the server was started.\n"
    opened = client.get(f"/?table=toyland&token={token}")
    assert opened.status_code == 303
    assert opened.headers["Location"] == "/?table=toyland"
    cookie = opened.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert client.get("/").status_code == 200  # the cookie is in the client now


def test_only_addresses_are_listened_on(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"'lab\.example' is not an address to listen on"):
        open_laboratory("lab.example", 0, tmp_path)
    assert access("127.0.0.1", 1) == Access(("localhost", "127.0.0.1", "::1"), 1, "")
    assert access("127.0.0.2", 1).hosts[-1] == "127.0.0.2"
    assert access("192.168.7.7", 1).token != access("192.168.7.7", 1).token


def test_a_port_or_folder_in_use_is_told(tmp_path: Path) -> None:
    first = open_laboratory("127.0.0.1", 0, tmp_path / "a")
    port = int(first.address.rsplit(":", 1)[1].strip("/"))
    with pytest.raises(BadInput, match=f"cannot listen on 127\\.0\\.0\\.1:{port}"):
        open_laboratory("127.0.0.1", port, tmp_path / "b")
    with pytest.raises(BadInput, match="another laboratory is using this folder"):
        open_laboratory("127.0.0.1", 0, tmp_path / "a")
    first.pool.close()
    first.server.close()
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(BadInput, match="the results folder cannot be written"):
        Pool(blocked)


def test_an_address_that_names_nothing_says_what_is_near() -> None:
    selection = state.selected("/", "?table=toylnd&region=Nothmark&definition=absorbtion&run=../x&lang=fr&share=inter")
    told = "\n".join(selection.problems)
    assert "unknown table 'toylnd'" in told
    assert "did you mean toyland?" in told
    assert "did you mean absorption?" in told
    assert "run='../x' is not the digest of a result" in told
    assert "unknown language 'fr'" in told
    assert (selection.definition, selection.share, selection.run, selection.lang) == ("absorption", "inter", "", "en")
    outside = state.selected("/", "?table=toyland&region=Borea")
    assert "'Borea' does not lie in Atlas" in outside.problems[0]


def scenario(**changes: object) -> draft.Draft:
    line = {"from": ["ATL"], "to": ["BOR"], "sectors": ["goods"], "add": 0.1}
    return {"title": "t", "shock": [{"name": "s", "tariff": [line]}], "model": {"trade": {}}, **changes}


def problems(data: draft.Draft) -> str:
    return "\n".join(draft.checked(data, state.selected("/scenario", "?table=toyland")).problems)


def test_a_draft_is_told_what_the_command_line_would_say() -> None:
    wrong = scenario()
    wrong["shock"][0]["tariff"][0] = {"from": ["ATLL"], "to": ["BOR"], "sectors": ["good"], "set": -0.1}
    told = problems(wrong)
    assert "shock[0].tariff" in told
    assert "must be 0 or more" in told
    wrong["shock"][0]["tariff"][0]["set"] = 0.1
    told = problems(wrong)
    assert "shock[0].tariff.from: unknown region 'ATLL'; did you mean ATL" in told
    assert "shock[0].tariff.sectors: unknown sector" in told
    assert problems(scenario(title="")) == "title: is missing"
    assert problems(scenario()) == ""


def test_a_draft_cannot_name_a_file() -> None:
    data = draft.complete(
        scenario(base="/etc/passwd", extends=["../x.toml"]), state.selected("/scenario", "?table=toyland")
    )
    assert data["base"] == "toyland"
    assert "extends: unknown key" in problems(scenario(base="/etc/passwd", extends=["../x.toml"]))
    for model, place in (
        ({"catchup": {"industry": "/etc/x.csv"}}, "model.catchup.industry"),
        ({"rivalry": {"cities": {"industry": "../chips"}}}, "model.rivalry.cities.industry"),
        ({"gateway": {"network": "/etc"}}, "model.gateway.network"),
        ({"gateway": {"targets": "shares.csv"}}, "model.gateway.targets"),
    ):
        assert f"{place}: " in (told := problems(scenario(model={"trade": {}, **model}))), told
        assert "is a file or a folder" in told
    assert "is a file" not in problems(scenario(model={"trade": {}, "catchup": {"industry": "solar"}}))
    rows = scenario(model={"trade": {"theta": "/etc/x.csv"}})
    assert "model.trade.theta: must be a table or a number" in problems(rows)
    for csv in ({"tariff": "/etc/x.csv"}, {"lines": "/etc/x.csv"}):
        assert "must be a table" in (told := problems(scenario(shock=[{"name": "s"} | csv]))) or "unknown key" in told


def test_drafts_have_largest_sizes(monkeypatch: pytest.MonkeyPatch) -> None:
    many = scenario(uncertainty={"trade_elasticity": {"relative_sd": 0.2}, "draws": 100000})
    assert problems(many) == (
        "The laboratory in a browser is bounded: draws 100000, at most 1024. Use the command line for more."
    )
    assert "text 5000, at most 4000" in problems(scenario(title="x" * 5000))
    assert "shocks 9, at most 8" in problems(scenario(shock=scenario()["shock"] * 9))
    assert problems(scenario(model={"propagation": {"horizon_days": 365 * 40}})) == ""
    told = problems(scenario(model={"propagation": {"horizon_days": 1_000_000}}))
    assert "horizon_days (1e+06) is more than 20,000 steps of 1 days" in told
    with monkeypatch.context() as here:
        here.setitem(draft.MOST_ASKED, "seconds an answer", 3)
        told = problems(scenario(model={"propagation": {"horizon_days": 365 * 40}}))
        assert "seconds an answer 3.504, at most 3" in told
    nested = {"trade_elasticity": {"relative_sd": 0.2}, "draws": 512, "design": "sobol"}
    assert "draws 1536, at most 1024" in problems(scenario(uncertainty=nested))


def test_one_job_a_digest_and_a_bounded_queue(tmp_path: Path) -> None:
    pool = Pool(tmp_path, workers=1, limit=2, task=sleeps)
    first = pool.submit("a" * 64, "one", "")
    wait(pool, first.digest, "running")
    assert pool.submit("a" * 64, "one", "").digest == first.digest
    for name in "bc":
        pool.submit(name * 64, name, "")
    places = {j.title: j.position for j in pool.jobs()}
    assert places == {"one": 0, "b": 1, "c": 2}
    with pytest.raises(BadInput, match="2 runs are waiting already"):
        pool.submit("d" * 64, "d", "")
    pool.cancel("b" * 64)
    assert {j.title: j.position for j in pool.jobs()}["c"] == 1
    pool.cancel(first.digest)
    assert wait(pool, first.digest, "cancelled").error == ""
    wait(pool, "c" * 64, "running")
    pool.close()


def test_a_run_that_crashes_says_so_and_leaves_nothing(tmp_path: Path) -> None:
    pool = Pool(tmp_path, task=by_text)
    job = wait(pool, pool.submit("a" * 64, "dies", "dies").digest, "failed")
    assert job.error == "signal 9"
    assert list((tmp_path / "results").iterdir()) == []
    assert wait(pool, pool.submit("b" * 64, "the next", "works").digest, "done").error == ""
    pool.close()


def test_runs_share_a_process_until_it_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Kept from run to run; renewed after a death between two runs, after a cancelled one, and after so many."""
    monkeypatch.setattr(jobs, "RUNS", 3)
    pool = Pool(tmp_path, task=by_text)
    names = iter("0123456789abcdef")

    def process() -> int:
        job = wait(pool, pool.submit(next(names) * 64, "t", "fails").digest, "failed")
        assert (job.done, job.of, job.stage) == (3, 4, "")
        assert job.error.startswith("ArithmeticError: ")
        return int(job.error.split()[1])

    first = process()
    assert process() == first
    os.kill(first, signal.SIGKILL)
    kept = pool._workers[0]._process
    assert kept is not None
    kept.join(20)
    second = process()
    assert second != first
    running = wait(pool, pool.submit("e" * 64, "t", "sleeps").digest, "running")
    pool.cancel(running.digest)
    assert wait(pool, running.digest, "cancelled").error == ""
    third = [process() for _ in range(4)]
    assert third[0] == third[1] == third[2] != third[3]
    assert not {first, second} & set(third)
    pool.close()
    assert not Path(f"/proc/{third[3]}").exists()


def test_a_result_that_appears_while_its_run_is_cancelled_goes(tmp_path: Path) -> None:
    pool = Pool(tmp_path, task=sleeps)
    job = wait(pool, pool.submit("a" * 64, "t", "").digest, "running")
    works(print, tmp_path, tmp_path / "results" / job.digest)
    pool.cancel(job.digest)
    pool.close()
    assert job.digest not in {p.name.strip(".") for p in (tmp_path / "results").iterdir()}
    assert not pool.has(job.digest)


def test_a_run_may_not_last_for_ever(tmp_path: Path) -> None:
    pool = Pool(tmp_path, longest=0.3, task=sleeps)
    assert wait(pool, pool.submit("a" * 64, "slow", "").digest, "failed").error == "too long"
    pool.close()


def test_a_bad_scenario_fails_in_its_own_words(tmp_path: Path) -> None:
    pool = Pool(tmp_path)  # the real worker
    job = wait(pool, pool.submit("a" * 64, "bad", 'title = "x"\nbase = "toylnd"\n').digest, "failed")
    assert "unknown table 'toylnd'" in job.error
    pool.close()


def test_a_restart_finds_results_and_starts_again_what_it_broke_off(tmp_path: Path) -> None:
    pool = Pool(tmp_path, task=sleeps)
    wait(pool, pool.submit("a" * 64, "broken off", "").digest, "running")
    pool.submit("b" * 64, "was waiting", "")
    pool.close()
    left = json.loads((tmp_path / "jobs" / f"{'a' * 64}.json").read_text())
    assert left["state"] == "running"
    (tmp_path / "results" / f".{'a' * 64}.tmp-7").mkdir()
    again = Pool(tmp_path, task=works)
    for digest in ("a" * 64, "b" * 64):
        assert wait(again, digest, "done").share == 1.0
    assert sorted(p.name for p in (tmp_path / "results").iterdir()) == ["a" * 64, "b" * 64]
    again.close()
    third = Pool(tmp_path, task=sleeps)
    assert {j.state for j in third.jobs()} == {"done"}
    third.close()


def test_a_job_that_breaks_the_server_twice_is_not_tried_a_third_time(tmp_path: Path) -> None:
    for _ in range(2):
        pool = Pool(tmp_path, task=sleeps)
        if not pool.jobs():
            pool.submit("a" * 64, "heavy", "")
        wait(pool, "a" * 64, "running")
        pool.close()
    last = Pool(tmp_path, task=sleeps)
    job = last.get("a" * 64)
    assert job is not None
    assert (job.state, job.error) == ("failed", "interrupted")
    last.close()


def test_a_run_ends_with_its_server(tmp_path: Path) -> None:
    """Also where the server is killed and can say nothing."""
    code = (
        "import pathlib, sys, time; sys.path.insert(0, sys.argv[1]); from tests.helpers import weblab\n"
        "from xunhuan.faces.web.jobs import Pool\n"
        "if __name__ == '__main__':\n"
        "    pool = Pool(pathlib.Path(sys.argv[2]), task=weblab.sleeps)\n"
        "    pool.submit('a' * 64, 't', '')\n"
        "    while not pool.get('a' * 64).stage.isdigit(): time.sleep(0.02)\n"
        "    print(pool.get('a' * 64).stage, flush=True); time.sleep(60)\n"
    )
    (tmp_path / "server.py").write_text(code)
    command = [sys.executable, str(tmp_path / "server.py"), str(Path(__file__).parents[2]), str(tmp_path / "lab")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        run = Path(f"/proc/{int(server.stdout.readline())}")
        assert run.exists()
        server.kill()
    until = time.monotonic() + 20
    while run.exists() and time.monotonic() < until:
        time.sleep(0.02)
    assert not run.exists()


LOST = """
import os, signal, time
from xunhuan.faces.web.server import interrupted_by

class Heavy:
    def __del__(self):  # what is raised here nobody hears
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.2)

with interrupted_by(signal.SIGINT):
    try:
        Heavy()
        time.sleep(30)
        print("lost")
    except KeyboardInterrupt:
        print("heard")
"""


def test_an_interrupt_that_nobody_hears_is_sent_again() -> None:
    found = subprocess.run([sys.executable, "-c", LOST], capture_output=True, text=True, check=True, timeout=300)
    assert found.stdout == "heard\n"
    assert "KeyboardInterrupt" in found.stderr  # the first, ignored by the interpreter


def test_what_an_address_asks_for_in_vain_is_said_in_chinese() -> None:
    """Line by line, with what would be right."""
    problems = state.selected("/", "?table=toyland&region=AT-NN&lang=zh").problems
    said = str(spoken(notice(problems, "x"), "zh"))
    assert "没有名为“AT-NN”的地区" in said
    assert "改法：" in said
    assert "did you mean" not in said

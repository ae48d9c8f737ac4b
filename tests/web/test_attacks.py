"""The laboratory attacked: paths, methods, calls and drafts made by hand, doors held open, sizes, files, hostile names."""

from __future__ import annotations

import http.client
import io
import json
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.helpers.tabs import see, watched
from tests.helpers.weblab import Server, serving, sleeps, toy_scenario, works
from xunhuan.data.accounts import Accounts
from xunhuan.data.store import save
from xunhuan.faces import words
from xunhuan.faces.laboratory import run as run_scenario
from xunhuan.faces.report.circulation import CirculationReport
from xunhuan.faces.web import doors, draft, jobs, lookups, state
from xunhuan.faces.web.app import make_app
from xunhuan.faces.web.jobs import Pool
from xunhuan.faces.web.security import access, visitor
from xunhuan.faces.web.server import open_laboratory, take_in
from xunhuan.measures import circulation

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.error

HERE = {"Host": "127.0.0.1:8050"}
CALL = "/_dash-update-component"


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pool]:
    made = Pool(tmp_path_factory.mktemp("attacked"), task=sleeps, who=visitor)
    yield made
    made.close()


@pytest.fixture(scope="module")
def client(pool: Pool) -> FlaskClient:
    server = make_app(pool, access("127.0.0.1", 8050)).server
    return server.test_client()


PATHS = [
    "/..", "/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/%2e%2e%2fetc%2fpasswd", "/..%5c..%5cetc", "/%00", "/a%00b",
    "/assets/../app.py", "/assets/%2e%2e/app.py", "/assets/..%2f..%2fapp.py", "/assets/%00", "/assets//etc/passwd",
    "/static/../app.py", "/_dash-component-suites/dash/%00", "/_dash-component-suites/dash/../../x.js",
    "/_dash-component-suites/os/path.js", "/_dash-component-suites/dash/deps/%2e%2e/%2e%2e/x",
    "/_dash-component-suites/xunhuan/faces/web/app.py", "/download/result/../../etc/passwd",
    "/download/result/abcdefabcdef/%2e%2e%2fpasswd", "/download/result/ABCDEFABCDEF/report.html",
    "/download/result/abcdefabcdef/report.html", "/download/result/%00/report.html",
    f"/download/result/{'a' * 4000}/report.html", "/download/log/..%2f..%2ftables.csv", "/download/log/%2fetc%2fpasswd.csv",
    "/download/log/%00.csv", "/%ff%fe",
]  # fmt: skip


def test_no_path_leads_out(client: FlaskClient) -> None:
    assert len(set(PATHS)) == 28
    for path in PATHS:
        answer = client.get(path, headers=HERE)
        # A path that is no download at all is the page itself, which reads no file.
        assert answer.status_code == 404 or "react-entry-point" in answer.text, (path, answer.status_code)
        assert "root:" not in answer.text
        assert "import" not in answer.text.split("react-entry-point")[0]


def test_a_download_that_is_not_there_says_so(client: FlaskClient) -> None:
    for path, said in (
        ("circulation.csv?table=chinna-2017", "did you mean china-2017"),
        ("circulation.csv?table=toyland&region=Nowhere", "Nowhere"),
        ("circulation.csv?" + "&".join(f"a{k}=1" for k in range(50)), "more than 20 things"),
        ("chart.csv?at=/&only=nothing&table=toyland", "no picture of that name"),
        ("chart.csv?at=/&only=../../x&table=toyland&lang=zh", "没有这一名称的图形"),
        ("chart.pdf?at=/&only=ternary&table=toyland", "unknown format 'pdf'"),
        ("chart.csv?at=/nowhere&only=ternary", "unknown page '/nowhere'"),
        ("log/nowhere.csv", "unknown build log of table 'nowhere'"),
        ("log/nowhere.csv?lang=zh", "没有名为“nowhere”的"),
        (f"result/{'a' * 64}/report.html", "There is no such run here"),
    ):
        answer = client.get(f"/download/{path}", headers=HERE)
        assert (answer.status_code, answer.mimetype) == (404, "text/plain")
        assert said in answer.text


def test_the_numbers_of_a_picture_are_those_of_the_measure(client: FlaskClient, toy: Accounts) -> None:
    """By name, in the language of the page, where figures have passed through text; and as a workbook."""
    shares = circulation(toy)
    for lang, names in (("en", "name_en"), ("zh", "name_zh")):
        at = f"at=/&only=ternary&table=toyland&lang={lang}"
        answer = client.get(f"/download/chart.csv?{at}&name=a/b", headers=HERE)
        assert "a-b.csv" in answer.headers["Content-Disposition"]
        frame = pd.read_csv(io.StringIO(answer.text.removeprefix("\ufeff")))
        told = frame.pivot_table(values="value", index="label", columns="series", sort=False)
        for k, circuit in enumerate(("own", "inter", "external")):
            found = told.iloc[:, k].reindex(shares[names].to_numpy())
            np.testing.assert_allclose(found, shares[circuit], rtol=1e-12)
        book = client.get(f"/download/chart.xlsx?{at}", headers=HERE)
        read = pd.read_excel(io.BytesIO(book.data), engine="openpyxl")
        assert read["label"].tolist() == frame["label"].tolist()
        np.testing.assert_allclose(read["value"], frame["value"], rtol=1e-12)


def test_no_method_but_those_of_pages(client: FlaskClient) -> None:
    for path in ("/", "/scenario", "/_dash-layout", "/assets/lab.js", "/download/circulation.csv", CALL):
        for method in ("PUT", "DELETE", "PATCH", "TRACE", "GET" if path == CALL else "POST"):
            assert client.open(path, method=method, headers=HERE).status_code == 405, (path, method)


def part(id: Any, property: str, value: Any = None) -> dict[str, Any]:
    return {"id": id, "property": property, "value": value}


def call(client: FlaskClient, outputs: list[str], inputs: list[Any], state: list[Any], **more: Any) -> TestResponse:
    named = [part(*o.rsplit(".", 1)) for o in outputs]
    several = len(outputs) > 1
    body = {
        "output": f"..{'...'.join(outputs)}.." if several else outputs[0],
        "outputs": named if several else named[0], "inputs": inputs, "state": state, "changedPropIds": [], **more,
    }  # fmt: skip
    return client.post(CALL, json=body, headers=HERE)


def where(path: str = "/scenario", search: Any = "?table=toyland") -> list[Any]:
    return [part("url", "pathname", path), part("url", "search", search)]


def test_a_call_of_another_shape_is_refused(client: FlaskClient) -> None:
    kind = {"content_type": "application/json", "headers": HERE}
    for body in (b"", b"[]", b"null", b"{", b"[" * 100_000, b'{"output": 1}', b'{"output": "nope.children"}'):
        assert client.post(CALL, data=body, **kind).status_code == 400, body[:40]  # type: ignore[arg-type]
    bar = ["bar.children", "foot.children"]
    assert call(client, bar, where(), []).status_code == 200
    page = part("frame", "data", "x")
    for outputs, inputs, states in (
        (bar, where(search=7), []),
        (bar, where()[:1], []),
        (bar, where(), where()),
        (bar[:1], where(), []),
        (bar, [part("url", "pathname", "/"), part("page", "search", "")], []),
        (["page.children"], [page], [*where(), part("draft", "data", [1])]),
        (["page.children"], [{"id": "frame"}, 1], []),
    ):
        assert call(client, outputs, inputs, states).status_code == 400, (outputs, inputs)
    shape = ["form.children", "opened.data"]
    keys = {"act": "add", "kind": "tariff", "line": 0, "shock": 0}
    for buttons in (None, [None], [part({**keys, "more": 1}, "n_clicks")], [part(keys, "n_clicks", "x")]):
        assert call(client, shape, [buttons, []], [part("draft", "data", {}), *where()]).status_code == 400
    assert call(client, bar, where(), [], changedPropIds=[[1]]).status_code == 400


WRONG: list[Any] = [None, True, "x", [None], {"a": 1}, 5e-324, 10**30]


def crafted() -> Iterator[dict[str, Any]]:
    """Drafts with something of a wrong kind in one place."""
    base = toy_scenario(0.1)
    shock, line = base["shock"][0], base["shock"][0]["tariff"][0]
    for value in WRONG:
        for key in ("shock", "nations", "model", "uncertainty", "compare", "arms"):
            yield {**base, key: value}
        yield {**base, "shock": [{**shock, "tariff": value}]}
        yield {**base, "shock": [{**shock, "tariff": [{**line, "to": value}]}]}
        yield {**base, "model": {"propagation": {"step_days": value}}}
        yield {**base, "compare": {"frontier": {"shock": "tariff", "policies": value}}}
        yield {**base, "uncertainty": {"trade_elasticity": value}}
    deep: Any = 1
    for _ in range(400):
        deep = [deep]
    yield {**base, "arms": {"a": deep}}


def test_a_crafted_draft_is_drawn_and_told(client: FlaskClient, pool: Pool) -> None:
    """Whatever stands in a draft, the form is drawn and the check answers in words; what it lets through can be queued."""
    failed = {f"{words.catalogue()['page_problem'][0]}"}
    for data in crafted():
        kept = part("draft", "data", {"origin": "", "data": data})
        drawn = call(client, ["page.children"], [part("frame", "data", "x")], [*where(), kept])
        assert drawn.status_code == 200, data
        assert not [f for f in failed if f in drawn.text], data
        asked = call(client, ["url.href", "submitted.children"], [part("run", "n_clicks", 1)], [kept, *where()])
        assert asked.status_code == 200, data
    for job in pool.jobs():
        pool.cancel(job.digest)


def test_bounds_hold_for_what_a_run_would_read() -> None:
    def told(**changes: Any) -> str:
        selection = state.selected("/scenario", "?table=toyland")
        return "\n".join(draft.checked({**toy_scenario(0.1), **changes}, selection).problems)

    spread = {"trade_elasticity": {"relative_sd": 0.2}}
    assert told(uncertainty={**spread, "draws": "100000"})
    assert told(uncertainty={**spread, "draws": 512, "design": "sobol"}).startswith(
        "The laboratory in a browser is bounded"
    )
    assert told(uncertainty={**spread, "draws": 64}) == ""
    for days in ({"horizon_days": 10, "step_days": 1e-6}, {"horizon_days": 1e6, "step_days": 1}):
        assert told(model={"propagation": {**days, "record_days": 1}})
    many = [{"name": f"p{k}", "productivity": {"regions": "ATL", "change": 0.01}} for k in range(7)]
    shocks = [*toy_scenario(0.1)["shock"], *many]
    curve = {"shock": "tariff", "policies": ["p1", "p2"] * 150, "steps": 5}
    assert told(shock=shocks, compare={"frontier": curve})
    assert "model.trade.max_iterations: must be 0 or between" in told(model={"trade": {"max_iterations": 10**30}})
    assert "values" in told(arms={"a": [[[[["x"] * 50] * 50] * 2]]})


def test_a_run_is_bounded_in_memory(tmp_path: Path) -> None:
    pool = Pool(tmp_path, task=sleeps, largest=1)
    pool.submit("a" * 64, "large", "")
    until = time.monotonic() + 300
    while (job := pool.get("a" * 64)) is not None and job.state != "failed" and time.monotonic() < until:
        time.sleep(0.02)
    pool.close()
    assert job is not None
    assert (job.state, job.error) == ("failed", "too large")


def test_doors_held_open_keep_nobody_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Connections that begin a request and do not end it, more than may stand open; one that goes on byte by byte."""
    monkeypatch.setattr(doors, "OPEN", 20)
    monkeypatch.setattr(doors, "REQUEST", 1.0)
    laboratory = open_laboratory("127.0.0.1", 0, tmp_path)
    laboratory.pool.close()
    port = laboratory.access.port
    thread = threading.Thread(target=laboratory.server.run, daemon=True)
    thread.start()
    held = [socket.create_connection(("127.0.0.1", port)) for _ in range(60)]
    for one in held:
        one.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1")
    visitor = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
    for _ in range(3):  # kept open between requests
        visitor.request("GET", "/_dash-dependencies")
        answer = visitor.getresponse()
        assert (answer.status, answer.read()[:1]) == (200, b"[")
    slow = socket.create_connection(("127.0.0.1", port))
    slow.settimeout(0.1)
    begun = time.monotonic()
    ended = False
    while not ended:
        assert time.monotonic() - begun < 300
        try:
            slow.sendall(b"G")
            ended = slow.recv(1) == b""
        except TimeoutError:
            continue
        except OSError:
            ended = True
    assert time.monotonic() - begun >= 0.9
    for one in (*held, slow, visitor):
        one.close()
    laboratory.server.close()
    laboratory.server.task_dispatcher.shutdown()


def test_runs_that_came_to_nothing_leave_little(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "VAIN_KEPT", 5)
    pool = Pool(tmp_path, workers=0, limit=100)
    for k in range(30):
        pool.submit(f"{k:064x}", str(k), "x")
        pool.cancel(f"{k:064x}")
    pool.submit("f" * 64, "waits", "x")
    assert sorted(p.name for p in (tmp_path / "jobs").iterdir()) == [f"{'f' * 64}.json", f"{'f' * 64}.toml"]
    assert len(pool.jobs()) == 6
    pool.close()


FORMULA = "=HYPERLINK(1)"
HOSTILE = "<script>hit=1</script><img src=x onerror=hit=2>\"'{{7*7}}"


@pytest.fixture(scope="module")
def strange(toy: Accounts, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Accounts, Path]]:
    """A table whose places are called by a page's code, among the user's own, and a result on it with such a shock."""
    geo, folder = toy.geography, tmp_path_factory.mktemp("strange")
    names = tuple(f"{HOSTILE}{k}" for k in range(len(geo.codes)))
    called = replace(
        geo, names_en=names, names_zh=names, nation_names=dict.fromkeys(geo.nations, (HOSTILE, HOSTILE)),
    )  # fmt: skip
    table = toy.replace(name="strange", geography=called, source=HOSTILE)
    (folder / "tables").mkdir()
    save(table, folder / "tables" / "strange.nc")
    shocks = [("BOR", FORMULA), ("ATL", "<img src=x onerror=hit=3>")]
    asked = {
        "title": HOSTILE, "question": HOSTILE, "base": "strange", "model": {"propagation": {"horizon_days": 42}},
        "shock": [{"name": name, "orders": {"regions": r, "change": -0.2}} for r, name in shocks],
    }  # fmt: skip
    with pytest.MonkeyPatch.context() as here:
        here.setenv("XUNHUAN_TABLES", str(folder / "tables"))
        run_scenario({**asked, "assumptions": [HOSTILE]}, folder / "result")
        yield table, folder / "result"


def test_no_text_of_a_download_is_a_formula(strange: tuple[Accounts, Path], tmp_path: Path) -> None:
    take_in(strange[1], tmp_path)
    pool = Pool(tmp_path, task=works)
    (job,) = pool.jobs()  # found without a record
    assert (job.title, job.base, job.state) == (HOSTILE, "strange", "done")
    at = f"/download/result/{job.digest}/summary.csv"
    answer = make_app(pool, access("127.0.0.1", 8050)).server.test_client().get(at, headers=HERE)
    pool.close()
    assert answer.status_code == 200
    cells = pd.read_csv(io.StringIO(answer.text.removeprefix("\ufeff")))
    assert any(x.startswith(f"'{FORMULA}") for x in cells["arm"])
    texts = [x for c in cells if cells[c].dtype == object for x in cells[c].dropna()]
    assert not [x for x in texts if str(x).startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert cells["value"].dtype.kind == "f"  # numbers are as they were


def test_a_damaged_result_has_no_chinese_report_and_says_what_is_wrong(toy_result: Path, tmp_path: Path) -> None:
    take_in(toy_result, tmp_path)
    pool = Pool(tmp_path, task=works)
    (job,) = pool.jobs()
    (pool.results / job.digest / "result.nc").write_bytes(b"nothing")
    client = make_app(pool, access("127.0.0.1", 8050)).server.test_client()
    answer = client.get(f"/download/result/{job.digest}/report.html?look&lang=zh", headers=HERE)
    pool.close()
    assert answer.status_code == 404
    assert "result.nc" in answer.text


def test_each_visitor_has_runs_of_his_own(tmp_path: Path) -> None:
    pool = Pool(tmp_path, task=sleeps, who=visitor)
    server = make_app(pool, access("127.0.0.1", 8050, private=True)).server
    one, two = server.test_client(), server.test_client()
    for client in (one, two):
        cookie = client.get("/", headers=HERE).headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie
        assert "Set-Cookie" not in client.get("/", headers=HERE).headers

    def ask(client: FlaskClient) -> str:
        kept = part("draft", "data", {"origin": "", "data": toy_scenario(0.1)})
        answer = call(client, ["url.href", "submitted.children"], [part("run", "n_clicks", 1)], [kept, *where()])
        return str(answer.json["response"]["url"]["href"])  # type: ignore[index]

    def listed(client: FlaskClient, *cancelled: str) -> str:
        buttons = [part({"cancel": d}, "n_clicks", 1) for d in cancelled]
        changed = [f"{json.dumps(b['id'], separators=(',', ':'))}.n_clicks" for b in buttons]
        return call(
            client, ["runs.children", "shown.children", "known.data", "tick.disabled"],
            [part("tick", "n_intervals", 1), buttons], [part("known", "data"), *where("/results")], changedPropIds=changed,
        ).text  # fmt: skip

    said = toy_scenario(0.1)["title"]
    assert "/results?" in ask(one)
    digest = pool.jobs()[0].digest
    assert said in listed(one)
    assert said not in listed(two)
    assert said not in listed(two, digest)
    assert pool.jobs()[0].state in jobs.WAITING  # another's is not cancelled
    (pool.results / digest).mkdir()
    (pool.results / digest / "manifest.json").write_text("{}")
    at = f"/download/result/{digest}/manifest.json"
    for client, code in ((one, 200), (two, 404)):
        with client.get(at, headers=HERE) as answer:
            assert answer.status_code == code
    (pool.results / digest / "manifest.json").unlink()
    ask(two)
    assert said in listed(two)
    assert said not in listed(one, digest)
    assert pool.jobs()[0].state in jobs.WAITING  # the other still asks for it
    listed(two, digest)
    assert pool.jobs()[0].state == "cancelled"
    pool.close()


def test_a_kept_answer_is_the_one_worked_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pool = Pool(tmp_path, task=sleeps, who=visitor)  # its own: a run of another test that ends meanwhile is news
    client = make_app(pool, access("127.0.0.1", 8050)).server.test_client()
    names = lookups.table_names()  # the list is read anew every so often, and other tests have tables of their own

    def page(path: str, search: str = "?table=toyland") -> TestResponse:
        return call(
            client, ["page.children"], [part("frame", "data", "x")], [*where(path, search), part("draft", "data")]
        )

    monkeypatch.setattr(lookups, "table_names", lambda: names)
    first = {path: page(path) for path in ("/", "/tables", "/scenario")}
    with monkeypatch.context() as nothing:
        nothing.setattr(state, "selected", None)  # nothing is worked out
        again = {path: page(path) for path in first}
    for path, answer in first.items():
        assert again[path].data == answer.data
        assert again[path].headers["Content-Security-Policy"]
    pool.ended += 1  # what a scenario takes is learnt from runs
    monkeypatch.setattr(state, "selected", None)
    assert page("/").status_code == 200
    assert page("/scenario").status_code == 500
    pool.close()


@pytest.mark.browser
def test_hostile_names_are_only_names(browser: Browser, strange: tuple[Accounts, Path], tmp_path: Path) -> None:
    """Names of places, shocks and titles that are a page's own code are shown as they are: six pages, three reports."""
    table, result = strange
    with serving(tmp_path / "lab", "--show", str(result)) as server:
        _pages(browser, server)
    files = {"scenario": (result / "report.html").read_text(encoding="utf-8")}
    files |= {lang: CirculationReport(table, lang=lang).html() for lang in ("en", "zh")}
    page = browser.new_page()
    for name, html in files.items():
        (tmp_path / f"{name}.html").write_text(html, encoding="utf-8")
        page.goto((tmp_path / f"{name}.html").as_uri())
        page.wait_for_function("document.documentElement.dataset.drawn")
        assert page.evaluate(UNHURT), name
        assert "hit=1" in page.inner_text("body"), name
    page.close()


UNHURT = "window.hit === undefined && document.querySelector('img[src=x]') === null"


def _pages(browser: Browser, server: Server) -> None:
    with watched(browser, server) as (page, _):
        for path in (
            "",
            "scenario",
            "results",
            "tables",
            f"results?arm={FORMULA}",
            "?region=%3Cscript%3E&share=%22%3E",
        ):
            see(page, server, f"{path}{'&' if '?' in path else '?'}table=strange")
            page.wait_for_timeout(300)
            assert page.evaluate(UNHURT), path
            assert "hit=1" in page.inner_text("body"), path

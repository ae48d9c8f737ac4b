"""The tables a visitor takes away or reads are the command line's for the same question, number by number."""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from flask.testing import FlaskClient

from xunhuan.faces.cli import main
from xunhuan.faces.reading import Reading
from xunhuan.faces.web import lookups, state
from xunhuan.faces.web.app import make_app
from xunhuan.faces.web.jobs import Pool
from xunhuan.faces.web.pages import circulation, outcome
from xunhuan.faces.web.security import access
from xunhuan.scenario.record import Result, open_result

pytestmark = pytest.mark.twin

HERE = {"Host": "127.0.0.1:8050"}


@pytest.fixture(scope="module")
def result(toy_result: Path) -> Result:
    return open_result(toy_result)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory, result: Result, toy_result: Path) -> Iterator[FlaskClient]:
    pool = Pool(tmp_path_factory.mktemp("tables"))
    shutil.copytree(toy_result, pool.results / result.digest)
    pool.submit(result.digest, "toy", "")
    yield make_app(pool, access("127.0.0.1", 8050)).server.test_client()
    pool.close()


def taken(client: FlaskClient, path: str) -> pd.DataFrame:
    answer = client.get(f"/download/{path}", headers=HERE)
    assert answer.status_code == 200, answer.text
    return pd.read_csv(io.StringIO(answer.text.removeprefix("\ufeff")))


def printed(path: Path, *command: str) -> pd.DataFrame:
    assert main([*command, "-o", str(path)]) == 0
    return pd.read_csv(path)


@pytest.mark.parametrize("definition", state.DEFINITIONS)
def test_circulation_is_the_command_lines(client: FlaskClient, tmp_path: Path, definition: str) -> None:
    """The file of all regions, the tiles and the list of partners, under each definition."""
    said = printed(tmp_path / "c.csv", "circulation", "toyland", "--definition", definition)
    pd.testing.assert_frame_equal(taken(client, f"circulation.csv?table=toyland&definition={definition}"), said)
    by_partner = printed(tmp_path / "p.csv", "circulation", "toyland", "--definition", definition, "--by", "partner")
    for code, rows in by_partner.groupby("region"):
        listed = {p.place.code: p.share for p in lookups.partners("toyland", "ATL", definition, str(code))}
        other = rows[rows["partner"] != code].set_index("partner")["share"]
        assert listed == pytest.approx(other.to_dict(), abs=1e-15)
    for row in said.to_dict("records"):
        for circuit in ("own", "inter", "external"):
            query = f"?table=toyland&region={row['region']}&definition={definition}&share={circuit}"
            assert circulation.sentence_of(state.selected("/", query))[2] == pytest.approx(
                100 * row[circuit], abs=1e-12
            )


def near(text: str, value: float) -> bool:
    """Whether a text of a page is a number, to the digits it shows."""
    found = re.fullmatch(r"[+\u2212-]?([\d,]+)(?:\.(\d+))?(%?)", text)
    assert found is not None, text
    shown = float(found[0].replace("\u2212", "-").replace(",", "").rstrip("%"))
    return bool(abs(shown - value * (100 if found[3] else 1)) <= 0.5000001 * 10.0 ** -len(found[2] or ""))


def cells(part: Any) -> list[list[str]]:
    """Rows of the table in a part of a page."""
    table = next(p for p in part if hasattr(p, "children") and getattr(p, "className", "") == "scroll").children
    return [[str(c.children) for c in row.children] for row in table.children[-1].children]


def test_a_result_is_the_command_lines(client: FlaskClient, tmp_path: Path, result: Result) -> None:
    """The file of its summary, every number of the table on its page, and those its bars are drawn from."""
    assert result.path is not None
    said = printed(tmp_path / "s.csv", "query", str(result.path), "select * from summary")
    file = taken(client, f"result/{result.digest}/summary.csv")
    pd.testing.assert_frame_equal(file, said)
    reading = Reading(result, "en")
    arm = reading.arms[-1]
    at = f"at=/results&run={result.digest[:16]}&arm={arm}&only=winners-one"
    bars = taken(client, f"chart.csv?{at}")
    q = reading.drawn_of(arm)
    assert q is not None
    mine = said[(said["variable"] == q.name) & (said["arm"] == arm)].set_index("name_en")["value"]
    assert len(bars) >= 3
    np.testing.assert_allclose(bars["value"], mine.loc[bars["label"]], rtol=1e-12)
    selection = state.selected("/results", "?table=toyland")
    rows = cells(outcome._summary(reading, arm, selection))
    assert len(rows) > 10
    texts = said.select_dtypes(exclude="number").columns
    known = said[said["arm"] == arm].fillna(dict.fromkeys(texts, ""))
    by_row = {
        (outcome._row_title(reading, reading.quantity(r["variable"]), r), r["name_en"] or "–"): r["value"]
        for _, r in known.iterrows()
    }
    for title, place, shown, _ in rows:
        assert near(shown, by_row[title, place]), (title, place, shown)

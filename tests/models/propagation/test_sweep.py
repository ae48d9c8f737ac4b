"""Single links cut one by one: each is the run of that cut alone; ranks, shares and multipliers add up; messages."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from xunhuan.data.accounts import Accounts
from xunhuan.errors import BadInput, UnknownName
from xunhuan.faces.cli import main
from xunhuan.models.edits import Link
from xunhuan.models.model import Shock
from xunhuan.models.propagation import PropagationParameters, respond, sweep

pytestmark = pytest.mark.identity


@pytest.mark.twin
def test_each_row_is_the_run_of_its_cut_alone(toy: Accounts) -> None:
    found = sweep(toy, PropagationParameters(inventory_days=5), days=40, rules=("leontief", "linear"))
    home = ["AT-N", "AT-E", "AT-S"]
    assert set(found["supplier"]) == {"BOR"}
    for row in found.to_dict("records"):
        for rule in ("leontief", "linear"):
            p = PropagationParameters(horizon_days=40, record_days=40, inventory_days=5, criticality=rule)
            lost = respond(toy, Shock((Link("BOR", "ATL", row["good"], end=40),)), p).detail["loss"].sum("sector")
            ours, all_ = float(lost.sel(region=home).sum()), float(lost.sum())
            assert row[f"lost_{rule}"] == pytest.approx(ours, rel=1e-12)
            assert row[f"lost_everyone_{rule}"] == pytest.approx(all_, rel=1e-12)
            gdp = float(toy.gdp[:3].sum()) * 40 / 365
            assert row[f"loss_{rule}"] == pytest.approx(ours / gdp, rel=1e-12)
            delivered = toy.flow[3, :3, toy.sectors.codes.index(row["good"])].sum()
            assert row["value"] == pytest.approx(delivered, rel=1e-12)
            assert row[f"multiplier_{rule}"] == pytest.approx(ours / (delivered * 40 / 365), rel=1e-12)
    assert float(found["loss_leontief"].max()) > 1e-3


def test_ranks_are_of_what_they_stand_beside(toy: Accounts) -> None:
    found = sweep(toy, origin="provinces", destination="AT-S", days=30)
    assert set(found["supplier"]) == {"AT-N", "AT-E"}  # not AT-S to itself
    for rank, of in (("value_rank", "value"), ("rank_ratings", "lost_ratings"), ("rank_leontief", "lost_leontief")):
        order = found.sort_values(rank)
        assert list(order[rank]) == list(range(1, len(found) + 1))
        assert (np.diff(order[of]) <= 0).all()
    assert list(found["rank_ratings"]) == list(range(1, len(found) + 1))
    few = sweep(toy, origin="provinces", destination="AT-S", days=30, links=2)
    assert sorted(few["value"]) == sorted(found["value"].nlargest(2))


def test_kinds_of_link_carry_the_same_value(toy: Accounts) -> None:
    whole = float(toy.flow[3, :3].sum())
    for by in ("link", "good", "supplier"):
        assert float(sweep(toy, by=by, days=7)["value"].sum()) == pytest.approx(whole, rel=1e-12)


@pytest.mark.slow
@pytest.mark.twin
def test_processes_give_what_one_gives(toy: Accounts) -> None:
    one, two = (sweep(toy, days=28, workers=n) for n in (1, 2))
    pd.testing.assert_frame_equal(one, two)


@pytest.mark.error
def test_messages(toy: Accounts) -> None:
    with pytest.raises(UnknownName, match="unknown kind of link 'goods'"):
        sweep(toy, by="goods")
    with pytest.raises(BadInput, match="no link from AT-N to AT-N carries anything"):
        sweep(toy, origin="AT-N", destination="AT-N")


@pytest.mark.house
def test_command_writes_table_and_picture(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table, picture = tmp_path / "links.csv", tmp_path / "links.html"
    given = ["sweep", "toyland", "--by", "good", "--days", "30", "--workers", "1"]
    csv = ["--format", "csv"]
    assert main([*given, *csv, "-o", str(table), "--picture", str(picture), "--language", "zh"]) == 0
    found = pd.read_csv(table)
    assert set(found["good"]) == {"FAR", "MAN", "SER"}
    page = picture.read_text(encoding="utf-8")
    for said in ("切断单一链路", "所有投入"):
        assert said.encode("unicode_escape").decode() in page
    assert main([*given]) == 0
    assert "losses of the same 30 days" in capsys.readouterr().out
    assert main([*given, "--picture", "links.txt"]) == 2

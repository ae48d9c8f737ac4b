"""The command of the short run, on Toyland."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from xunhuan.data.accounts import Accounts
from xunhuan.data.opened import open_dataset
from xunhuan.data.store import open_accounts
from xunhuan.faces.cli import main
from xunhuan.models.edits import Capacity
from xunhuan.models.model import Response, Shock
from xunhuan.models.propagation import PropagationParameters, activity, bottlenecks, respond

pytestmark = pytest.mark.identity

QUAKE = "regions=AT-N,sectors=MAN,loss=0.9,start=0,end=60,recovery=0.2/0.8/1,recovery_days=30"


@pytest.fixture(scope="module")
def response(toy: Accounts) -> Response:
    shock = Shock((Capacity("AT-N", "MAN", loss=0.9, start=0, end=60, recovery=(0.2, 0.8, 1), recovery_days=30),))
    return respond(toy, shock, PropagationParameters(rationing="proportional", inventory_days=5))


def run(capsys: pytest.CaptureFixture[str], *args: str) -> list[dict[str, object]]:
    assert main(["propagate", "toyland", *args, "--format", "json"]) == 0
    return list(json.loads(capsys.readouterr().out))


def test_every_view_tells_the_same_run(capsys: pytest.CaptureFixture[str], tmp_path: Path, response: Response) -> None:
    common = ["--capacity", QUAKE, "--set", "rationing=proportional", "--set", "inventory_days=5"]
    files = ["--path", str(tmp_path / "p.nc"), "--accounts", str(tmp_path / "a.nc")]
    by_region = run(capsys, *common, *files)
    by_sector = run(capsys, *common, "--by", "sector")
    total = float(response.detail["loss"].sum())
    assert sum(float(r["loss"]) for r in by_region) == pytest.approx(total, rel=1e-12)  # type: ignore[arg-type]
    assert sum(float(r["loss"]) for r in by_sector) == pytest.approx(total, rel=1e-12)  # type: ignore[arg-type]
    assert main(["propagate", "toyland", *common, "--top", "1"]) == 0
    rows = [line.split("│")[1].strip() for line in capsys.readouterr().out.splitlines() if line.startswith("│")]
    assert rows == ["ATL", "AT-N", "BOR"]
    stops = run(capsys, *common, "--by", "bottleneck", "--top", "3")
    assert [s["input"] for s in stops] == bottlenecks(response.detail, 3)["input"].tolist()
    worst = run(capsys, *common, "--by", "industry", "--top", "1")[0]
    assert (worst["region"], worst["sector"]) == ("AT-N", "MAN")
    path = run(capsys, *common, "--by", "path", "--top", "2")
    assert float(path[0]["AT-N"]) == pytest.approx(activity(response.path)["AT-N"].iloc[0])  # type: ignore[arg-type]
    assert np.array_equal(open_dataset(tmp_path / "p.nc")["output"], response.path["output"])  # type: ignore[index]
    assert open_accounts(tmp_path / "a.nc").digest == response.accounts.digest


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ([], "no shock is given"),
        (["--capacity", "loss=0.5"], "regions: is missing"),
        (["--link", "origin=BOR,loss=1"], "to: is missing"),
        (["--capacity", "regions=AT-N,los=0.5"], "los: unknown key; did you mean loss?"),
        (["--capacity", "regions=AT-N,loss=much"], "loss: must be a number, not 'much'"),
        (["--capacity", "AT-N"], "AT-N: unknown key; known keys: regions, sectors"),
        (["--gateway", "regions=AT-Q"], "unknown region 'AT-Q'"),
        (["--gateway", "regions=AT-S", "--set", "rationing=lottery"], "choose proportional, final_last, home_first"),
        (["--gateway", "regions=AT-S", "--set", "ration=home_first"], "ration: unknown key; did you mean rationing"),
        (["--gateway", "regions=AT-S", "--set", "step_days"], "'step_days' is not KEY=VALUE"),
        (["--gateway", "regions=AT-S", "--by", "month"], "unknown view 'month'"),
        (["--gateway", "regions=AT-S,end=900"], "the period ends on day 900, the run on day 365"),
    ],
)
def test_bad_commands_say_why(capsys: pytest.CaptureFixture[str], args: list[str], message: str) -> None:
    assert main(["propagate", "toyland", *args]) == 2
    out = capsys.readouterr()
    assert message in out.err
    assert out.out == ""


def test_activity_by_hand(toy: Accounts, response: Response) -> None:
    path = response.path
    assert path is not None
    value = toy.value_added.sum(2) / toy.output
    expected = (path["output"].to_numpy()[5] * value)[1].sum() / (toy.gdp[1] / 365)
    assert activity(path).iloc[5]["AT-E"] == pytest.approx(expected)
    ratio = activity(path, over="region").iloc[5]["MAN"]
    assert ratio == pytest.approx(
        (path["output"].to_numpy()[5] * value)[:, 1].sum() / (toy.value_added[:, 1].sum() / 365)
    )

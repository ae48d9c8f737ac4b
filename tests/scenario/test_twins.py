"""Fast paths of scenarios against slow ones, published indices, and the same draws wherever they are worked."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.helpers.apart import KINDS, Changed, dies_once, equal
from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import implied_trade_cost
from xunhuan.data.places import places
from xunhuan.data.records import record_in
from xunhuan.data.store import load
from xunhuan.data.tasks import worked_by
from xunhuan.errors import BadInput, XunhuanError
from xunhuan.measures import exposure
from xunhuan.measures import head_ries as measured_head_ries
from xunhuan.models.edits import TradeCost
from xunhuan.models.edits.primitives import Theta, primitives
from xunhuan.models.model import Shock
from xunhuan.scenario import cluster, ensemble, spread
from xunhuan.scenario.check import prepare
from xunhuan.scenario.design import design, indices, quantile, sample_rows
from xunhuan.scenario.ensemble import draw_all
from xunhuan.scenario.layers import Layers, read_layers
from xunhuan.scenario.observe import reliance_at
from xunhuan.scenario.run import Bench
from xunhuan.scenario.scenario import Distribution, Uncertainty, schema
from xunhuan.scenario.sent import Sent, unpacked
from xunhuan.scenario.spread import Keeping, Plan

pytestmark = pytest.mark.twin

Job = tuple[Bench, pd.DataFrame]
TOY = Path(__file__).parents[1] / "scenarios" / "toy.toml"


def test_best_pairs_by_loops(toy: Accounts) -> None:
    theta = Theta(np.array([3.0, 5.0, 4.0]), np.array([6.0, 2.0, 4.0]))
    edit = TradeCost("ATL", "ATL", ("FAR", "MAN"), best=0.4, closing=0.5)
    got = primitives(toy, Shock((edit,)), theta).trade_cost
    expected = np.ones_like(got)
    for i in (0, 1):
        cost = {}
        for r in range(3):
            for s in range(3):
                if r != s:
                    ways = toy.flow[r, s, i] * toy.flow[s, r, i] / (toy.flow[r, r, i] * toy.flow[s, s, i])
                    cost[r, s] = ways ** (-1 / (2 * theta.within[i]))
        target = np.quantile(list(cost.values()), 0.4)
        for (r, s), d in cost.items():
            if d > target:
                expected[r, s, i] = (target / d) ** 0.5
    np.testing.assert_allclose(got, expected, rtol=1e-14)
    assert (got < 1).any()


def test_best_pairs_and_reliance_are_those_of_the_measures(toy: Accounts) -> None:
    """Costs good by good and face-value reliance, computed here on arrays, agree with the measures of the same name."""
    for k, code in enumerate(toy.sectors.codes):
        ours = implied_trade_cost(toy.flow[:, :, k], np.full((4, 4), 5.0))
        theirs = measured_head_ries(toy, list(toy.geography.codes), theta=5.0, sectors=code)["cost"].to_numpy() + 1
        np.testing.assert_allclose(ours[~np.eye(4, dtype=bool)], theirs[~np.eye(4, dtype=bool)], rtol=1e-12)
    at = places(toy)
    face = [float(exposure(toy, code)["face"].item()) for code in at.codes]
    np.testing.assert_allclose(reliance_at(toy, at), face, rtol=1e-12)


def test_reliance_is_one_formula_by_user_and_with_users_alike() -> None:
    """China's national table knows who buys where: its industries buy less abroad than the average of all users does.

    `exposure` reads the industries' own purchases. A scenario reads its base and its arms with users alike, as the models
    leave them; on a table without sourcing by user the two are one number.
    """
    acc = load("china-national-2017")
    assert acc.sourcing is not None
    z = acc.sourcing.intermediate.sum((1, 3))  # r s
    by_user = exposure(acc)["face"].item()
    assert by_user == pytest.approx(z[1, 0] / z[:, 0].sum(), rel=1e-12)
    alike = acc.replace(sourcing=None)
    at = places(acc)
    assert reliance_at(acc, at)[0] == pytest.approx(exposure(alike)["face"].item(), rel=1e-12)
    assert reliance_at(alike, at) == pytest.approx(reliance_at(acc, at), rel=1e-12)
    assert reliance_at(acc, at)[0] > by_user + 0.002


def uncertainty(**given: Any) -> Uncertainty:
    """What [uncertainty] of a file gives, with a key for every uncertain quantity there is."""
    record = record_in(schema().model_fields["uncertainty"].annotation)
    assert record is not None
    assert issubclass(record, Uncertainty)
    return record(**given)


def test_sobol_indices_of_a_product_by_hand() -> None:
    """Y = x1 x2, independent with means m and variances v: S_1 = v1 m2² / V, T_1 = (v1 m2² + v1 v2) / V [Saltelli2010]."""
    u = uncertainty(
        design="sobol", draws=1024, seed=3,
        mobility=Distribution(low=0.0, high=2.0), scale=Distribution(low=1.0, high=4.0),
    )  # fmt: skip
    d = design(u)
    first, total, *_ = indices(u, (d["mobility"] * d["scale"]).to_numpy())
    v1, v2, m1, m2 = 4 / 12, 9 / 12, 1.0, 2.5
    whole = v1 * m2**2 + v2 * m1**2 + v1 * v2
    np.testing.assert_allclose(first, [v1 * m2**2 / whole, v2 * m1**2 / whole], atol=0.02)
    np.testing.assert_allclose(total, [(v1 * m2**2 + v1 * v2) / whole, (v2 * m1**2 + v1 * v2) / whole], atol=0.02)
    assert len(sample_rows(u)) == 2 * u.draws


def test_a_latin_hypercube_draws_each_part_once_and_the_seed_fixes_it() -> None:
    u = uncertainty(draws=50, seed=5, mobility=Distribution(low=0.0, high=1.0), scale=Distribution(relative_sd=0.3))
    d = design(u)
    assert sorted(np.floor(d["mobility"] * 50).astype(int)) == list(range(50))
    pd.testing.assert_frame_equal(d, design(u))
    assert not d.equals(design(u.model_copy(update={"seed": 6})))


def test_distributions_have_their_moments() -> None:
    u = (np.arange(200_000) + 0.5) / 200_000
    lognormal = quantile(Distribution(relative_sd=0.25), u)
    assert np.median(lognormal) == pytest.approx(1.0, abs=1e-5)
    assert lognormal.std() / lognormal.mean() == pytest.approx(0.25, abs=1e-3)
    triangular = quantile(Distribution(low=1.0, mode=2.0, high=6.0), u)
    assert triangular.mean() == pytest.approx(3.0, abs=1e-4)


@pytest.fixture(scope="module")
def toy_draws() -> Job:
    bench = prepare(read_layers(TOY, settings=["uncertainty.draws=6"]))
    assert bench.scenario.uncertainty is not None
    return bench, design(bench.scenario.uncertainty)


@pytest.fixture(scope="module")
def here(toy_draws: Job, tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    return draw_all(*toy_draws, tmp_path_factory.mktemp("here"), Plan(workers=1, batch=2))


@pytest.fixture(scope="module")
def short_draws() -> Job:
    """Draws of the short run, for which nothing is compiled."""
    shut = {"name": "shut", "capacity": {"regions": "AT-N", "loss": 0.5, "end": 21}}
    data = {"title": "Shut", "base": "toyland", "shock": [shut], "model": {"propagation": {"horizon_days": 28}},
            "uncertainty": {"draws": 6, "seed": 3, "inventories": {"low": 0.5, "high": 1.5}, "table": True}}  # fmt: skip
    bench = prepare(Layers("shut", data, (), None))
    assert bench.scenario.uncertainty is not None
    return bench, design(bench.scenario.uncertainty, bench.base.draws)


def same(a: pd.DataFrame, b: pd.DataFrame) -> None:
    assert a["draw"].tolist() == b["draw"].tolist()
    assert a["outcome"].tolist() == b["outcome"].tolist() == ["converged"] * len(a)
    np.testing.assert_allclose(np.stack(a["values"]), np.stack(b["values"]), rtol=1e-9, atol=1e-12)


def test_finished_batches_are_not_worked_again(toy_draws: Job, here: pd.DataFrame, tmp_path: Path) -> None:
    bench, rows = toy_draws
    draw_all(bench, rows.iloc[:4], tmp_path, Plan(workers=1, batch=2))
    kept = {f.name: f.stat().st_mtime_ns for f in tmp_path.glob("batch-*.parquet")}
    assert len(kept) == 2
    told: list[tuple[int, int]] = []
    same(draw_all(bench, rows, tmp_path, Plan(workers=1, batch=1), lambda *x: told.append(x)), here)
    assert told == [(4, 6), (5, 6), (6, 6)]
    assert {n: (tmp_path / n).stat().st_mtime_ns for n in kept} == kept


@pytest.mark.slow
def test_processes_give_what_one_gives_and_a_dead_one_costs_only_its_batch(
    toy_draws, here: pd.DataFrame, tmp_path: Path
) -> None:  # type: ignore[no-untyped-def]
    bench, rows = toy_draws
    killed: list[int] = []

    def kill_one(done: int, total: int) -> None:
        if done >= 1 and not killed:
            victim = multiprocessing.active_children()[0]
            killed.append(victim.pid or 0)
            os.kill(victim.pid or 0, signal.SIGKILL)

    same(draw_all(bench, rows, tmp_path, Plan(workers=2, batch=1), kill_one), here)
    assert killed


@pytest.mark.slow
def test_workers_that_keep_dying_end_the_run(short_draws: Job, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bench, rows = short_draws
    monkeypatch.setattr(spread, "LIVES", 1)

    def kill_all(done: int, total: int) -> None:
        for victim in multiprocessing.active_children() if done else ():
            os.kill(victim.pid or 0, signal.SIGKILL)

    with pytest.raises(XunhuanError, match="worker processes died 1 times"):
        draw_all(bench, rows, tmp_path, Plan(workers=2, batch=1), kill_all)
    assert 1 <= len(list(tmp_path.glob("batch-*.parquet"))) < len(rows)
    assert multiprocessing.active_children() == []


def test_what_a_worker_refuses_is_told_here(short_draws: Job, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bench, rows = short_draws
    monkeypatch.setattr(ensemble, "draws_digest", lambda bench: "of another version")
    with pytest.raises(BadInput, match="a worker has another version, or other files"):
        draw_all(bench, rows, tmp_path, Plan(workers=2))
    assert multiprocessing.active_children() == []


def test_a_worker_needs_no_table_of_its_own(short_draws: Job, tmp_path: Path) -> None:
    """What is drawn goes to it whole, a table that lies nowhere with it."""
    bench, rows = short_draws
    other = replace(bench, base=bench.base.replace(tariff=bench.base.tariff + 0.1))
    here = draw_all(other, rows.iloc[:2], tmp_path / "here", Plan(workers=1))
    sent = Sent.of((ensemble.drawn(other), ensemble.draws_digest(other)))
    batch = [(int(k), dict(row)) for k, row in rows.iloc[:2].iterrows()]
    assert ensemble.work(unpacked(sent.whole), batch) == list(here.itertuples(index=False, name=None))


def test_draws_without_an_answer_are_counted(toy_draws: Job, tmp_path: Path) -> None:
    bench, rows = toy_draws
    bad = rows.iloc[:2].copy()
    bad.loc[0, "trade_elasticity"] = -1.0
    got = draw_all(bench, bad, tmp_path, Plan(workers=1))
    assert got["outcome"].tolist() == ["refused", "converged"]
    assert got["message"][0].startswith("a draw of -1 of trade_elasticity gives parameters of trade that cannot be")
    assert "theta.MAN: must be more than 0" in got["message"][0]
    assert np.isnan(ensemble.matrix(got, len(got["values"][1]))[0]).all()


def test_two_runs_do_not_share_a_work_folder(toy_draws: Job, tmp_path: Path) -> None:
    with (
        ensemble._held(tmp_path),
        pytest.raises(BadInput, match="another run is working on the same draws"),
    ):
        draw_all(*toy_draws, tmp_path, Plan(workers=1))


PATIENCE = 30.0
"""Seconds after which something hangs."""


@pytest.fixture
def silent() -> Iterator[str]:
    """A place where somebody listens and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        yield f"127.0.0.1:{door.getsockname()[1]}"


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("nonsense://x", "'nonsense://x' is not the address of a Dask scheduler"),
        ("127.0.0.1", "is not the address of a Dask scheduler"),
        ("tcp://127.0.0.1:1", "no Dask scheduler answers at 'tcp://127.0.0.1:1'"),
        ("tcp://SILENT", "what listens at 'tcp://127.0.0.1:[0-9]+' is no Dask scheduler"),
        ("tls://SILENT", "'tls://127.0.0.1:[0-9]+' wants certificates, and none are set"),
    ],
)
def test_no_scheduler_answers(
    toy_draws: Job, tmp_path: Path, address: str, said: str, silent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "ANSWERS_WITHIN", 0.5)
    began = time.monotonic()
    with pytest.raises(BadInput, match=said):
        draw_all(*toy_draws, tmp_path, Plan(scheduler=address.replace("SILENT", silent)))
    assert time.monotonic() - began < PATIENCE


SCHEDULER = """
import asyncio
from distributed import Scheduler
async def main():
    async with Scheduler(host="127.0.0.1", port=0, dashboard_address="127.0.0.1:0") as s:
        print(s.address, flush=True)
        await s.finished()
asyncio.run(main())
"""


@pytest.mark.cluster
def test_a_scheduler_without_workers_is_given_up_and_one_that_is_killed_is_said(
    toy_draws: Job, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = subprocess.Popen([sys.executable, "-c", SCHEDULER], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    address = process.stdout.readline().strip()
    kill = threading.Timer(1.0, process.kill)
    try:
        monkeypatch.setattr(cluster, "WORKERS_WITHIN", 0.3)
        with pytest.raises(XunhuanError, match=r"the Dask scheduler has had no workers for 0\.3 seconds") as e:
            draw_all(*toy_draws, tmp_path, Plan(scheduler=address))
        assert e.value.where == address
        assert "finished batches are kept" in e.value.fix
        monkeypatch.setattr(cluster, "WORKERS_WITHIN", PATIENCE)
        kill.start()
        with pytest.raises(XunhuanError, match="the Dask scheduler is gone"):
            draw_all(*toy_draws, tmp_path, Plan(scheduler=address))
    finally:
        kill.cancel()
        process.kill()
        process.communicate()


@pytest.mark.slow
@pytest.mark.cluster
def test_a_dask_cluster_survives_a_killed_worker(short_draws: Job, tmp_path: Path) -> None:
    """Two worker processes of a real cluster; one is killed while it works draws, and one at each other kind of task, which
    kills who works it first; all comes back, to the last bit where it is no matter of compiling."""
    from distributed import LocalCluster

    bench, rows = short_draws
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None, silence_logs=50
    ) as several:  # type: ignore[no-untyped-call]
        killed: list[int] = []

        def kill_one(done: int, total: int) -> None:
            if done >= 1 and not killed:
                pid = next(iter(several.workers.values())).process.process.pid
                killed.append(pid)
                os.kill(pid, signal.SIGKILL)

        got = draw_all(bench, rows, tmp_path, Plan(scheduler=several.scheduler_address, batch=1), kill_one)
        hands = cluster.Cluster(several.scheduler_address)
        for kind, job in KINDS.items():
            with worked_by(Keeping(Changed(hands, dies_once, tmp_path / kind), None)):
                there = job(tmp_path)
            assert equal(there, job(tmp_path)), kind
            assert (tmp_path / kind / "died").exists()
        hands.close()
    assert killed
    alone = draw_all(bench, rows, tmp_path / "alone", Plan(workers=1, batch=1))
    pd.testing.assert_frame_equal(got, alone, check_exact=True)

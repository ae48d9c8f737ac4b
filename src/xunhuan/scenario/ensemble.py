"""Draws of what is uncertain: in this process, over processes of this machine, or over a Dask cluster.

Draws are worked in batches. Each finished batch is a Parquet file in a work folder named by the scenario's digest, so
an interrupted run goes on where it stopped and loses at most the batches in flight; a worker that dies costs its batch,
which is given to another.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from filelock import FileLock, Timeout

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array
from xunhuan.data.store import atomic_path
from xunhuan.errors import BadInput, NotConverged
from xunhuan.models import registry
from xunhuan.models.expecting import expecting
from xunhuan.models.model import Model, Shock
from xunhuan.scenario.assess import assess, headline_values
from xunhuan.scenario.record import digest_of_run, versions
from xunhuan.scenario.run import Asked, Bench, Draw, Memo, arms, as_kept, posed
from xunhuan.scenario.sent import Sent, refuse_other_version
from xunhuan.scenario.spread import Plan, hands_of

Progress = Callable[[int, int], None]
_COLUMNS = ["draw", "outcome", "message", "values"]
_WORTH = 8
"""Draws that are worth a process of their own, where it is left open how many there are."""


def drawn(bench: Bench) -> Bench:
    """The bench as draws see it: only the models that are drawn, and those they come after."""
    u = bench.scenario.uncertainty
    if u is None or u.models is None:
        return bench
    wanted = set(u.models)
    for name in reversed(bench.order):
        if name in wanted and name in bench.after:
            wanted.add(bench.after[name])
    return bench.only(wanted)


_Values = Mapping[str, float | str]
_Batch = list[tuple[int, dict[str, float | str]]]
DrawRow = tuple[int, str, str, list[float]]
"""A draw's number, outcome, message and headline values."""


def worked(bench: Bench, rows: Sequence[tuple[int, _Values]]) -> Iterator[DrawRow]:
    """Outcome, message and headline values of some draws; a draw without an answer is said, not dropped."""
    assert bench.scenario.uncertainty is not None
    known = {q.column: q for q in bench.scenario.uncertainty.quantities()}
    benches: list[Bench | BadInput] = []
    for _, values in rows:
        try:
            benches.append(bench.varied(Draw.of({known[c]: v for c, v in values.items()})))
        except BadInput as e:
            benches.append(e)
    memos: list[Memo] = [{} for _ in rows]
    if not bench.scenario.uncertainty.table:
        answered_together([(b, m) for b, m in zip(benches, memos, strict=True) if isinstance(b, Bench)])
    for (k, _), b, memo in zip(rows, benches, memos, strict=True):
        try:
            if isinstance(b, BadInput):
                raise b
            done = assess(b, full=False, memo=memo)
        except BadInput as e:
            yield k, "refused", str(e).replace("\n", " "), []
        except NotConverged as e:
            yield k, "not converged", str(e).replace("\n", " "), []
        else:
            ended = "; ".join(done.failures)
            yield (
                k,
                "not converged" if ended else "converged",
                ended,
                [] if ended else headline_values(done.data).tolist(),
            )
        memo.clear()


def answered_together(draws: Sequence[tuple[Bench, Memo]]) -> None:
    """Put into the memos what models answer that take many draws of one table at once, also where that table is what a
    model before them ends with; what they refuse is left to the draw that asks for it."""
    if len(draws) < 2:
        return
    first = draws[0][0]
    for name in first.order:
        model = registry.find(name)
        if model.respond_many is None:
            continue
        booked = name == first.settled or name in first.after.values()
        for doses in arms(first.scenario).values():
            each = ((b, memo, _posed_to(b, name, doses, memo)) for b, memo in draws)
            by_table: dict[int, list[tuple[Bench, Memo, Accounts, Asked]]] = {}
            for b, memo, found in each:
                if found is not None and (found[1][1] or model.evolves) and found[1] not in memo:
                    by_table.setdefault(id(found[0]), []).append((b, memo, *found))
            for left in by_table.values():
                if len(left) > 1:
                    _batched(model, left, booked)


def _posed_to(bench: Bench, name: str, doses: Mapping[str, float], memo: Memo) -> tuple[Accounts, Asked] | None:
    """The accounts a model begins with on an arm, and what it is asked; None where a dose cannot be, or the model before it
    has no answer, which the draw says when its turn comes."""
    try:
        return posed(bench, name, doses, memo)
    except (BadInput, NotConverged):
        return None


def _batched(model: Model[Any], left: list[tuple[Bench, Memo, Accounts, Asked]], booked: bool) -> None:
    """Answers of many draws on one table into their memos; a draw that is refused is left out, the others go on."""
    assert model.respond_many is not None
    while left:
        acc, done = left[0][2], 0
        parameters, shocks = [b.parameters[model.name] for b, *_ in left], [Shock(asked[1]) for *_, asked in left]
        with contextlib.suppress(BadInput, NotConverged), expecting(many=True):
            answers = model.respond_many(acc, shocks, parameters, booked=booked)
            for (b, memo, _, asked), response in zip(left, answers, strict=True):
                memo[asked] = as_kept(b, acc, model.name, response, full=False)
                done += 1
        left = left[done + 1 :]


def work(shared: tuple[Bench, str], rows: Sequence[tuple[int, _Values]]) -> list[DrawRow]:
    """A batch of draws; runs in a worker. Raises BadInput where the worker's files or package are others."""
    bench, digest = shared
    refuse_other_version(draws_digest(bench) == digest)
    return list(worked(bench, rows))


def draws_digest(bench: Bench) -> str:
    """Digest of all that determines the draws: scenario, base and its posterior, files of one's own, version."""
    return digest_of_run(bench.scenario, bench.base, versions()["xunhuan"])


def draw_all(
    bench: Bench, design: pd.DataFrame, folder: Path, plan: Plan, progress: Progress | None = None
) -> pd.DataFrame:
    """All draws of a design, one row each: draw, outcome, message, values (in the order of `headlines`).

    folder  where finished batches lie, made if absent; batches found there are not worked again

    Raises BadInput where another run holds the folder or a worker does not fit; XunhuanError where workers keep dying.
    """
    digest = draws_digest(bench)
    folder.mkdir(parents=True, exist_ok=True)
    with _held(folder):
        done = _found(folder)
        todo = [int(k) for k in design.index if int(k) not in done]
        rows = [
            (k, {str(c): v if isinstance(v, str) else float(v) for c, v in zip(design.columns, row, strict=True)})
            for k, row in zip(todo, design.loc[todo].to_numpy(), strict=True)
        ]
        batches = _batches(rows, plan)
        ready = len(design) - len(todo)
        if progress is not None:
            progress(ready, len(design))
        for finished in _run(bench, digest, batches, plan):
            _keep(folder, finished)
            done |= {row[0]: row for row in finished}
            ready += len(finished)
            if progress is not None:
                progress(ready, len(design))
    return pd.DataFrame([done[int(k)] for k in design.index], columns=_COLUMNS)


def _batches(rows: _Batch, plan: Plan) -> list[_Batch]:
    size = plan.batch or max(1, min(16, len(rows) // (4 * max(1, plan.workers or _cores()))))
    return [rows[k : k + size] for k in range(0, len(rows), size)]


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


Rows = list[DrawRow]


def _run(bench: Bench, digest: str, batches: list[_Batch], plan: Plan) -> Iterator[Rows]:
    """Finished batches as they come."""
    if not batches:
        return
    few = -(-sum(map(len, batches)) // _WORTH)  # a process begins with compiling what this one has compiled
    workers = min(plan.workers or min(_cores(), few), len(batches))
    if workers == 1 and not plan.scheduler:
        here = drawn(bench)
        for batch in batches:
            yield list(worked(here, batch))
        return
    with hands_of(plan, workers) as hands:
        for _, rows in hands.coming(work, Sent.of((drawn(bench), digest)), batches):
            yield rows


@contextlib.contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Hold a work folder; the hold ends with the process, however it ends. Raises BadInput where another holds it."""
    lock = FileLock(folder / "lock")
    try:
        lock.acquire(timeout=0)
    except Timeout as e:
        fix = "wait for it, or give another -o"
        raise BadInput("another run is working on the same draws", where=str(folder), fix=fix) from e
    try:
        yield
    finally:
        lock.release()


def _found(folder: Path) -> dict[int, tuple[int, str, str, list[float]]]:
    """Draws of finished batches."""
    out: dict[int, tuple[int, str, str, list[float]]] = {}
    for f in sorted(folder.glob("batch-*.parquet")):
        for row in pd.read_parquet(f)[_COLUMNS].itertuples(index=False):
            out[int(row[0])] = (int(row[0]), str(row[1]), str(row[2]), [float(x) for x in row[3]])
    return out


def _keep(folder: Path, rows: Rows) -> None:
    name = f"batch-{min(r[0] for r in rows):06d}-{max(r[0] for r in rows):06d}.parquet"
    with atomic_path(folder / name) as tmp:
        pd.DataFrame(rows, columns=_COLUMNS).to_parquet(tmp, index=False)


def matrix(draws: pd.DataFrame, count: int) -> Array:
    """Values of all draws, axes draw headline; nan where a draw has no answer."""
    out = np.full((len(draws), count), np.nan)
    for k, (outcome, values) in enumerate(zip(draws["outcome"], draws["values"], strict=True)):
        if outcome == "converged":
            out[k] = values
    return out

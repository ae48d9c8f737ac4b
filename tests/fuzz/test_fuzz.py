"""Some hundred wrong inputs of every kind: each is read or refused in our words, within seconds and a gigabyte."""

from __future__ import annotations

import pytest

from tests.fuzz.harness import Job, Tally, kinds, worked

pytestmark = pytest.mark.error

CASES = {"scenario": 200, "run": 30, "table": 40, "table-bytes": 80, "result": 16, "reader": 100}
"""How many of each kind; `make fuzz` tries more. Kinds that are not named have few."""
FEW = 40


def test_wrong_inputs_are_read_or_refused() -> None:
    known = {name: k for name, k in kinds().items() if k.counts}
    assert CASES.keys() <= known.keys()
    tally = Tally()
    for ended in worked([j for name, k in known.items() for j in _jobs(name, len(k.seeds))]):
        tally.add(ended)
    assert not tally.bad, "\n".join(tally.told())
    for name in known:  # what is always refused tries nothing, and what never is changes nothing
        assert tally.counts[name, "ok"] > len(known[name].seeds), name
        assert tally.counts[name, "refused"] > CASES.get(name, FEW) / 5, name


def _jobs(name: str, seeds: int) -> list[Job]:
    return [Job(name, -seeds, seeds), Job(name, 0, CASES.get(name, FEW))]


def test_what_goes_wrong_is_told() -> None:
    """The harness itself: an exception, a loop without end, too much memory, a process that dies."""
    ended = {e.number: e.outcome for e in worked([Job("wrong", 0, 6)], seconds=1)}
    assert ended == {0: "ok", 1: "refused", 2: "traceback", 3: "hang", 4: "memory", 5: "crash"}

"""Work in parts for tests: small jobs of each kind, and hands that know nothing but what they are sent, die, or wait."""

from __future__ import annotations

import os
import pickle
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from tests.data.test_cities import own_file
from xunhuan.data.cities import split_regions
from xunhuan.data.tasks import Parts
from xunhuan.data.toyland import toyland
from xunhuan.models.rivalry.apart import nash_of_each
from xunhuan.models.rivalry.game import Bounds
from xunhuan.scenario.assess import assess
from xunhuan.scenario.check import prepare
from xunhuan.scenario.layers import Layers
from xunhuan.scenario.sent import Sent, Work, unpacked
from xunhuan.scenario.spread import Hands

PATIENCE = 60.0
"""Seconds after which something hangs."""


@dataclass
class Strangers:
    """Each task by one who has only what is sent, the last first. worked: how many."""

    worked: int = 0

    def coming(self, work: Work, sent: Sent, tasks: Sequence[Any]) -> Iterator[tuple[int, Any]]:
        for k in reversed(range(len(tasks))):
            self.worked += 1
            yield k, work(unpacked(sent.whole), pickle.loads(pickle.dumps(tasks[k])))

    def close(self) -> None:
        """Nobody is kept."""


@dataclass
class Changed:
    """Hands whose work is done through another function of the same shape, given a folder of its own."""

    hands: Hands
    through: Work
    folder: Path

    def coming(self, work: Work, sent: Sent, tasks: Sequence[Any]) -> Iterator[tuple[int, Any]]:
        self.folder.mkdir(exist_ok=True)
        given = Sent.of((str(self.folder), work, sent.whole))
        yield from self.hands.coming(self.through, given, list(enumerate(tasks)))

    def close(self) -> None:
        """Theirs to close who opened them."""


def dies_once(shared: tuple[str, Work, bytes], task: tuple[int, Any]) -> Parts:
    """Kill the process at the second task, the first time it is asked."""
    folder, work, whole = shared
    k, mine = task
    mark = Path(folder) / "died"
    if k == 1 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return work(unpacked(whole), mine)


def waits(shared: tuple[str, Work, bytes], task: tuple[int, Any]) -> Parts:
    """Do the first task; hold the others up for as long as anybody would wait."""
    _, work, whole = shared
    k, mine = task
    if k:
        time.sleep(PATIENCE)
    return work(unpacked(whole), mine)


@dataclass(frozen=True)
class Quadratic:
    """Games U_p = (a_p − Σ_q≠p b_pq x_q) x_p − b_pp x_p²/2, the g-th with a + g/10; one control each."""

    bend: np.ndarray
    aim: np.ndarray
    game: int = 0
    known: tuple[np.ndarray, ...] = ()

    @property
    def owner(self) -> np.ndarray:
        return np.arange(len(self.aim))

    @property
    def bounds(self) -> Bounds:
        return Bounds(np.full(len(self.aim), -0.5), np.full(len(self.aim), 0.5))

    @property
    def start(self) -> np.ndarray:
        return np.zeros(len(self.aim))

    def scale(self, game: int) -> np.ndarray:
        return np.ones(len(self.aim))

    def mind(self, game: int, known: tuple[np.ndarray, ...] = ()) -> Quadratic:
        return replace(self, game=game, known=known)

    def payoffs(self, x: np.ndarray, accuracy: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
        own, aim = np.diag(self.bend), self.aim + self.game / 10
        others = (self.bend - np.diag(own)) @ x
        slope = -self.bend * x[:, None]
        slope[np.diag_indices(len(x))] = aim - others - own * x
        return (aim - others) * x - 0.5 * own * x**2, slope

    def trials(self, many: np.ndarray) -> np.ndarray:
        return np.stack([self.payoffs(x)[0] for x in many])

    def bends(self, x: np.ndarray) -> np.ndarray:
        return -self.bend


def a_frontier(folder: Path) -> list[np.ndarray]:
    """Of a loss of capacity in the short run."""
    shut = {"name": "shut", "capacity": {"regions": "AT-N", "loss": 0.5, "end": 21}}
    data = {"title": "Shut", "base": "toyland", "shock": [shut], "model": {"propagation": {"horizon_days": 28}},
            "compare": {"frontier": {"shock": "shut", "steps": 4}}}  # fmt: skip
    done = assess(prepare(Layers("shut", data, (), None)))
    return [done.data[n].to_numpy() for n in ("frontier_gain", "frontier_reliance")]


def a_game(folder: Path) -> list[np.ndarray]:
    """Three players, three games."""
    table = Quadratic(np.array([[4.0, 1.0, 0.5], [-0.5, 3.0, 1.0], [0.2, 0.4, 5.0]]), np.array([0.1, -0.05, 0.02]))
    ends = [e for e, _ in nash_of_each(table, range(3))]
    assert [e.outcome for e in ends] == ["converged"] * 3
    for k, e in enumerate(ends):
        np.testing.assert_allclose(e.x, np.linalg.solve(table.bend, table.aim + k / 10), atol=1e-5)
    return [np.r_[e.x, e.best.gain, e.starts] for e in ends]


def a_split(folder: Path) -> list[np.ndarray]:
    """Two provinces of Toyland, of three cities and of two."""
    files = {}
    for region, cities in (("AT-N", "ABC"), ("AT-S", "DE")):
        (place := folder / region).mkdir(parents=True, exist_ok=True)
        files[region] = own_file(place, {c: (k + 1.0, 2.0, 3.0 - k / 2) for k, c in enumerate(cities)})
    acc = split_regions(toyland(), files)
    one_by_one = split_regions(split_regions(toyland(), {"AT-N": files["AT-N"]}), {"AT-S": files["AT-S"]})
    assert acc.answer_digest == one_by_one.answer_digest
    return [acc.flow, acc.use, acc.final, acc.value_added]


KINDS: dict[str, Callable[[Path], list[np.ndarray]]] = {"frontier": a_frontier, "game": a_game, "split": a_split}
"""A small job of each kind: what it gives, given a folder for its files."""


def equal(a: list[np.ndarray], b: list[np.ndarray]) -> bool:
    """Whether two answers are the same to the last bit."""
    return len(a) == len(b) and all(
        x.tobytes() == y.tobytes() and x.shape == y.shape for x, y in zip(a, b, strict=True)
    )

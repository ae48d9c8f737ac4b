"""A game's searches and its proof as tasks of their own: candidates, deviations that are tried, other starts.

A task begins from what it is given, never from what was asked before it, so that it does not matter who works it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from xunhuan.data.arrays import Array
from xunhuan.data.tasks import Parts, mapped
from xunhuan.models.rivalry.game import (
    Bends,
    Bounds,
    Climb,
    GameEquilibrium,
    Owners,
    Payoffs,
    Trials,
    after_moves,
    best_of,
    climb_alone,
    judged,
    moves_tried,
    other_starts,
)

BESIDE = 64
"""Deviations tried in one task."""
Known = tuple[NDArray[np.float64], ...]
"""What an answer leaves for the next to start from."""


class Mind(Protocol):
    """Payoffs of a game as somebody knows them who has learnt something."""

    @property
    def payoffs(self) -> Payoffs:
        """Controls to payoffs and slopes."""
        ...

    @property
    def trials(self) -> Trials:
        """Many controls to payoffs."""
        ...

    @property
    def bends(self) -> Bends:
        """Controls to how slopes turn."""
        ...

    @property
    def known(self) -> Known:
        """What has been learnt."""
        ...


class Games(Protocol):
    """Games that share players, controls and bounds and differ in payoffs; numbered."""

    @property
    def owner(self) -> Owners:
        """Player of each control, c."""
        ...

    @property
    def bounds(self) -> Bounds:
        """Of each control, c."""
        ...

    @property
    def start(self) -> Array:
        """Where searches begin, c."""
        ...

    def scale(self, game: int) -> Array:
        """What a rate of 1 is worth to its owner, c."""
        ...

    def mind(self, game: int, known: Known = ()) -> Mind:
        """The payoffs of a game, as one knows them who has learnt nothing but what is given."""
        ...


class _Search(NamedTuple):
    """A search in a game from a start, c, with what is known and how slopes bend there, c c, where they are known."""

    game: int
    start: Array
    known: Known = ()
    bent: Array | None = None


class _Proof(NamedTuple):
    """Moves tried from where a game's players end, controls n c, with what is known there."""

    game: int
    rows: Array
    known: Known


def _searched(table: Games, s: _Search) -> Parts:
    mind, scale = table.mind(s.game, s.known), table.scale(s.game)
    end = climb_alone(mind.payoffs, table.owner, table.bounds, s.start, scale, mind.bends, s.bent)
    return end.x, np.asarray(end.steps), np.asarray(end.flat), end.bent, *mind.known


def _tried(table: Games, p: _Proof) -> Parts:
    return (table.mind(p.game, p.known).trials(p.rows),)


def _end(parts: Parts) -> Climb:
    x, steps, flat, bent = parts[:4]
    return Climb(x, int(steps), float(flat), bent)


def nash_of_each(table: Games, games: Sequence[int]) -> list[tuple[GameEquilibrium, Known]]:
    """A Nash equilibrium of each game, each with its proof and its other starts, and what is known there (`game.nash`)."""
    first = mapped(_searched, table, [_Search(g, table.start) for g in games])
    ends = [(g, _end(parts), parts[4:]) for g, parts in zip(games, first, strict=True)]
    moves = [moves_tried(table.bounds, end.x) for _, end, _ in ends]
    proofs = [
        [_Proof(g, rows, known) for rows in _cut(after_moves(end.x, mine))]
        for (g, end, known), mine in zip(ends, moves, strict=True)
    ]
    aside = [
        [_Search(g, s, known, end.bent) for s in other_starts(table.bounds, table.start)] for g, end, known in ends
    ]
    values = iter(mapped(_tried, table, [p for each in proofs for p in each]))
    others = iter(mapped(_searched, table, [s for each in aside for s in each]))
    out = []
    for (g, end, known), mine, tries, starts in zip(ends, moves, proofs, aside, strict=True):
        value = np.concatenate([next(values)[0] for _ in tries])
        best = best_of(mine, value, table.owner, table.scale(g))
        out.append((judged(end, best, len(mine), [_end(next(others)) for _ in starts]), known))
    return out


def _cut(rows: Array) -> list[Array]:
    return [rows[k : k + BESIDE] for k in range(0, len(rows), BESIDE)]

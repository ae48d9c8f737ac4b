"""Cities that race, at random and in every option of theirs, held against the page's words in plain loops.

What a city looks at: keep (1 − c) X − share (f K + F [K>0]) + χ X, summed over who acts as one; φ of its mind is less the
nation's cost Σ (f K + F [K>0] + c X) + what is imported. Cost falls with experience, X is shared in proportion to capacity.
"""

from __future__ import annotations

from itertools import product

import numpy as np

from tests.helpers.games import small_game
from xunhuan.models.rivalry.cities import Game
from xunhuan.models.rivalry.plan import plan, plan_of_many
from xunhuan.models.rivalry.race import race

Row = tuple[int, ...]
PLAN = 0.04
"""By what share some profile may cost less than a plan where profiles are not listed: what its makers learn is guessed."""


def drawn_game(seed: int) -> tuple[Game, np.ndarray]:
    """A game with every number at random, and who acts as one."""
    rng = np.random.default_rng([seed, 7])
    g = small_game(seed, cities=3, stages=2, largest=2)
    c = g.C
    return g._replace(
        compliance=rng.choice([0.0, 0.3, 1.0]) * rng.uniform(0, 1, c), promotion=rng.uniform(0, 0.2, c),
        share=rng.uniform(0.1, 1, c), keep=rng.uniform(0.1, 0.6, c), reach=float(rng.uniform(1, 20)),
        spill=float(rng.choice([0.0, rng.uniform(0, 1)])), apart=float(rng.choice([0.0, rng.uniform(0, 1)])),
        slope=float(rng.uniform(0, 0.6)), haul=rng.uniform(1, 1.2, c),
    ), rng.choice([[0, 1, 2], [0, 0, 1], [0, 1, 0]])  # fmt: skip


def told_by_loops(g: Game, lines: list[Row]) -> tuple[list[float], float]:
    """What each city looks at, and the nation's cost."""
    looks, nation = [0.0] * len(lines), 0.0
    for k in range(len(g.line)):
        made = [g.line[k] * row[k] for row in lines]
        part = min(1.0, g.need[k] / sum(made)) if sum(made) else 0.0
        sold = [x * part for x in made]
        own = [g.experience[c, k] + g.reach * sold[c] / 2 for c in range(len(lines))]
        abroad = g.spill * (1 - g.apart) * g.foreign[k]
        at_start = max(
            (1 - g.spill) * g.experience[c, k] + g.spill * (sum(g.experience[:, k]) + g.foreign[k])
            for c in range(len(lines))
        )
        for c, row in enumerate(lines):
            known = (1 - g.spill) * own[c] + g.spill * sum(own) + abroad
            unit = g.unit[k] * g.haul[c] / (known / at_start) ** g.slope
            paid = g.capital[k] * row[k] + (g.fixed[k] if row[k] else 0.0)
            looks[c] += g.keep[c] * (1 - unit) * sold[c] - g.share[c] * paid + g.promotion[c] * sold[c]
            nation += paid + unit * sold[c]
        nation += max(g.need[k] - sum(made), 0.0)
    return looks, nation


def gain_in_cities(seed: int) -> tuple[str, float, float, float]:
    """How the race ends; the most a city gains by any other lines, more than 0 where it did not settle; by what share the
    plan is dearer than the cheapest profile, and that of sweeps, which larger games have."""
    g, blocks = drawn_game(seed)
    hundreds = [round(10 * h) for h in g.staff]
    rows = [
        [r for r in product(range(g.largest + 1), repeat=g.K) if np.dot(hundreds, r) <= np.floor(10 * e + 1e-9)]
        for e in g.engineers
    ]
    found = race(g, np.zeros((g.C, g.K), dtype=np.intp), blocks)
    end = [tuple(int(m) for m in row) for row in found.lines]

    def mind(c: int, lines: list[Row]) -> float:
        looks, nation = told_by_loops(g, lines)
        together = sum(looks[d] for d in range(g.C) if blocks[d] == blocks[c])
        return float((1 - g.compliance[c]) * together - g.compliance[c] * nation)

    most = max(mind(c, [*end[:c], row, *end[c + 1 :]]) - mind(c, end) for c in range(g.C) for row in rows[c])
    cheapest = min(told_by_loops(g, list(p))[1] for p in product(*rows))
    planned = [told_by_loops(g, [tuple(int(m) for m in row) for row in p.lines])[1] for p in (plan(g), plan_of_many(g))]
    return found.outcome, most, planned[0] / cheapest - 1, planned[1] / cheapest - 1

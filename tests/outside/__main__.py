"""Count what was drawn, answered and held against the outside, and the worst that was left; a table at the end."""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.outside.cities import PLAN, gain_in_cities
from tests.outside.drawn import SUMS, apart_from_loops, gain_by_moving, left_over, wrong
from tests.outside.firms import FIRMS, YEARS, apart_from_firms, apart_from_years
from tests.outside.gates import WAYS, apart_from_ways, drawn_network
from tests.outside.minds import drawn_minds, held_minds, wrong_minds
from xunhuan.errors import NotConverged


@dataclass
class Part:
    """One part: how its cases ended, the worst of each thing held, what is wrong, processor seconds."""

    name: str
    ended: Counter[str] = field(default_factory=Counter)
    worst: dict[str, float] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def note(self, what: str, value: float) -> None:
        """Keep the worst of a thing."""
        self.worst[what] = max(self.worst.get(what, 0.0), value)


def equilibria(part: Part, seed: int) -> None:
    """The long run against the page's equations."""
    left, behaviour, found = left_over(seed)
    part.ended["solved" if found else "said to have no answer"] += 1
    if bad := wrong(left):
        part.wrong.append(f"{behaviour}: {bad}")
    for name, value in left.items():
        part.note("left of a sum" if name in SUMS else "left of an equation", value)


def games(part: Part, seed: int) -> None:
    """Games of rates for real income against every move on a grid."""
    found = gain_by_moving(seed)
    part.ended["not settled, as said" if found is None else "settled"] += 1
    if found is not None:
        part.note("gained by a move", found[0])
        part.note("left of an equation", found[1])
        if found[0] > 1e-7 or found[1] > 1e-8:
            part.wrong.append(str(found))


def minds(part: Part, seed: int) -> None:
    """Games of other minds, plans, and obedience."""
    found, offered = held_minds(seed), bool(drawn_minds(seed).given.any())
    part.ended[f"{found.outcome}{', something offered' if offered else ''}"] += 1
    for name, value in (("gained by a move", found.alone), ("by moves of all", found.together),
                        ("left of an equation", found.left), ("asked otherwise", found.asked)):  # fmt: skip
        part.note(name, value)
    if wrong_minds(found):
        part.wrong.append(str(found))


def cities(part: Part, seed: int) -> None:
    """Races of cities and their plans against every profile."""
    ended, gain, plan, swept = gain_in_cities(seed)
    part.ended[ended] += 1
    part.note("gained by other lines", gain if ended == "settled" else 0.0)
    part.note("plan over the cheapest profile", abs(plan))
    part.note("of many cities", swept)
    if (ended == "settled") != (gain <= 1e-8) or abs(plan) > 1e-9 or not -1e-9 < swept < PLAN:
        part.wrong.append(f"{ended} {gain:.1e} {plan:.1e} {swept:.1e}")


def gateways(part: Part, seed: int) -> None:
    """Networks against every way."""
    what = drawn_network(seed)[0]
    try:
        with tempfile.TemporaryDirectory() as folder:
            apart = apart_from_ways(seed, Path(folder))
    except NotConverged:
        part.ended["said to have no answer"] += 1
        return
    part.ended[f"{what['route']}, {what['distance']}"] += 1
    part.note("from all ways", apart)
    if not apart < WAYS:
        part.wrong.append(f"{apart:.1e}")


def against(apart: Callable[[int], float], most: float) -> Callable[[Part, int], None]:
    """Of what has one number: how far it lies from loops or integrals."""

    def tried(part: Part, seed: int) -> None:
        found = apart(seed)
        part.ended["held"] += 1
        part.note("apart", found)
        if not found <= most:
            part.wrong.append(f"{found:.1e}")

    return tried


PARTS: dict[str, tuple[Callable[[Part, int], None], int]] = {
    "cities": (cities, 1), "gateways": (gateways, 1), "firms": (against(apart_from_firms, FIRMS), 1),
    "catch-up": (against(apart_from_years, YEARS), 1), "short runs": (against(apart_from_loops, 1e-11), 5),
    "equilibria": (equilibria, 1), "games": (games, 10), "minds": (minds, 20),
}  # fmt: skip
"""What is tried with a seed, and of how many seeds one."""


def worked(names: Sequence[str], first: int, n: int) -> list[Part]:
    """Every part in turn."""
    out = []
    for name in names:
        tried, each = PARTS[name]
        part, begun = Part(name), time.process_time()
        for seed in range(first, first + max(n // each, 1)):
            before = len(part.wrong)
            try:
                tried(part, seed)
            except Exception as e:  # a case that cannot be worked is a fault, and the others are worked
                part.ended["failed"] += 1
                part.wrong.append(f"{type(e).__name__}: {e}")
            part.wrong[before:] = [f"{name}, seed {seed}: {w}" for w in part.wrong[before:]]
        part.seconds = time.process_time() - begun
        out.append(part)
        print(line(part), flush=True)
    return out


def line(part: Part) -> str:
    """A part in a row of the table."""
    ended = ", ".join(f"{v} {k}" for k, v in sorted(part.ended.items()))
    worst = "; ".join(f"{k} {v:.1e}" for k, v in part.worst.items())
    return f"| {part.name} | {sum(part.ended.values())} | {ended} | {worst} | {len(part.wrong)} | {part.seconds:.0f} |"


def main() -> int:
    ask = argparse.ArgumentParser(prog="python -m tests.outside", description=__doc__)
    ask.add_argument("part", nargs="*", help=f"of {', '.join(PARTS)}; all by default")
    ask.add_argument("-n", type=int, default=100, help="cases; of games, minds and short runs a part of it")
    ask.add_argument("--first", type=int, default=0, help="the first seed")
    given = ask.parse_args()
    print("| part | cases | how they ended | the worst | wrong | processor s |\n|---|---|---|---|---|---|", flush=True)
    parts = worked(given.part or list(PARTS), given.first, given.n)
    bad = [w for p in parts for w in p.wrong]
    cases, seconds = sum(sum(p.ended.values()) for p in parts), sum(p.seconds for p in parts)
    print(f"| all | {cases} | | | {len(bad)} | {seconds:.0f} |")
    print("\n".join(bad) or "none is wrong")
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main())

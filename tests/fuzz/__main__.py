"""`python -m tests.fuzz [--cases N] [--first K] [KIND ...]`: counts by kind and outcome; `--show KIND:N` one case whole."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.fuzz.harness import Job, Tally, kinds, worked


def main() -> int:
    """Run the cases asked for; 1 where one went wrong."""
    asked = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    asked.add_argument("kind", nargs="*", help="kinds; all by default")
    asked.add_argument("--cases", type=int, default=1000, help="cases of each kind")
    asked.add_argument("--first", type=int, default=0, help="number of the first case")
    asked.add_argument("--show", metavar="KIND:N", help="work one case in this process, print its input and what comes")
    given = asked.parse_args()
    if given.show:
        return show(given.show)
    tally, begun = Tally(), time.monotonic()
    for name in given.kind or [k.name for k in kinds().values() if k.counts]:
        seeds = len(kinds()[name].seeds)
        for ended in worked([Job(name, -seeds, seeds), Job(name, given.first, given.cases)]):
            tally.add(ended)
    for line in (*tally.lines(), *tally.told()):
        print(line)
    print(f"{sum(tally.counts.values()):,} cases in {time.monotonic() - begun:,.0f} s")
    return 1 if tally.bad else 0


def show(asked: str) -> int:
    """One case: its input, then the traceback, or nothing."""
    name, _, number = asked.rpartition(":")
    kind = kinds()[name]
    given = list(kind.seeds.values())[-int(number) - 1] if int(number) < 0 else kind.case(int(number))
    for part, content in {"": given}.items() if isinstance(given, bytes) else given.items():
        print(f"--- {part} {len(content):,} bytes")
        print(content[:6000].decode(errors="replace"))
    with tempfile.TemporaryDirectory() as folder:
        kind.call(given, Path(folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())

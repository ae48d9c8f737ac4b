"""Make changes of meaning one at a time, so many in each room, drawn by a seed; say which the room's tests do not notice.

Those of known.toml change no answer, or none that tests should hold: they are counted apart, with the reason.
"""

from __future__ import annotations

import argparse
import random
import tomllib
from collections import Counter
from itertools import chain
from pathlib import Path

from tests.mutants.changes import Change, changes
from tests.mutants.judge import ROOT, load_others, rooms, verdicts


def main() -> None:
    ask = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    ask.add_argument("-n", type=int, default=10, help="how many changes are drawn in each room")
    ask.add_argument("--seed", type=int, default=1)
    ask.add_argument(
        "--room", action="append", help="data, readers, measures, scenario, models/trade, ...; by default all"
    )
    ask.add_argument("--out", type=Path, default=ROOT / "out" / "mutants")
    given = ask.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    load_others(given.out)
    told: dict[str, Counter[str]] = {}
    for room in given.room or rooms():
        every = [make for file in rooms()[room] for make in changes(ROOT, file)]
        random.Random(f"{given.seed} {room}").shuffle(every)
        drawn = [make() for make in every[: given.n]]
        known = [(c, f"known: {why}") for c in drawn if (why := reason(c))]
        tried = verdicts(room, [c for c in drawn if not reason(c)], given.out)
        told[room] = Counter()
        with (given.out / f"{room.replace('/', '-')}-seed-{given.seed}.txt").open("w", encoding="utf-8") as kept:
            for change, how in chain(known, tried):
                what = how.split()[0].rstrip(":")
                told[room][what] += 1
                text = f"{how}\n  {change.file}:{change.line} {change.kind}\n  - {change.before}\n  + {change.after}\n"
                print(text, file=kept, flush=True)
                if what in ("survives", "known"):
                    print(text, flush=True)
        print(f"{room}: {_said(told[room], len(every))}\n", flush=True)
    print(f"in all: {_said(sum(told.values(), Counter()))}")


def _said(told: Counter[str], of: int = 0) -> str:
    noticed, left = told["killed"] + told["hangs"], told["survives"]
    share = left / max(noticed + left, 1)
    return (f"{told.total()}{f' of {of}' if of else ''} changes: {noticed} noticed ({told['hangs']} by the clock), "
            f"{left} not noticed ({share:.1%}); {told['known']} more are known to change no answer")  # fmt: skip


def reason(change: Change) -> str:
    """Why a change is known to change no answer; "" where it is not."""
    known = tomllib.loads((Path(__file__).parent / "known.toml").read_text(encoding="utf-8"))["change"]
    here = (k for k in known if change.file.endswith(k["file"]))
    return next((k["why"] for k in here if k["before"] in change.before and k["after"] in change.after), "")


if __name__ == "__main__":
    main()

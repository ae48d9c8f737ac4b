"""Make changes of meaning one at a time, so many in each room, drawn by a seed; say which the room's tests do not notice.

Those of known.toml change no answer, or none that tests should hold: they are counted apart, with the reason.
"""

from __future__ import annotations

import argparse
import csv
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
    ask.add_argument(
        "--table", type=int, metavar="SEED", help="print what is kept of the draws of a seed, and draw nothing"
    )
    given = ask.parse_args()
    if given.table is not None:
        print(table(given.out, given.table))
        return
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
        _keep(given.out / f"counts-{given.seed}.csv", room, told[room])
        print(f"{room}: {_said(told[room], len(every))}\n", flush=True)
    print(f"in all: {_said(sum(told.values(), Counter()))}")


KEPT = ("killed", "hangs", "known", "survives")


def _keep(file: Path, room: str, told: Counter[str]) -> None:
    """Put a room's counts into the file of a seed, in place of what it says of the room."""
    counts = _counts(file) | {room: told}
    with file.open("w", encoding="utf-8", newline="") as text:
        out = csv.writer(text, lineterminator="\n")
        out.writerows([r, *(counts[r][k] for k in KEPT)] for r in counts)


def _counts(file: Path) -> dict[str, Counter[str]]:
    if not file.exists():
        return {}
    with file.open(encoding="utf-8") as text:
        return {r: Counter(dict(zip(KEPT, map(int, n), strict=True))) for r, *n in csv.reader(text)}


def table(out: Path, seed: int) -> str:
    """What is kept of the draws of a seed, as a table in Markdown, all rooms together in its last line."""
    counts = _counts(out / f"counts-{seed}.csv")
    lines = ["| room | changes | noticed | change no answer | not noticed | share |", "|---|---|---|---|---|---|"]
    for room, n in (*counts.items(), ("all", sum(counts.values(), Counter[str]()))):
        noticed, left = n["killed"] + n["hangs"], n["survives"]
        share = f"{left / max(noticed + left, 1):.0%}"
        lines.append(f"| {room} | {n.total()} | {noticed} | {n['known']} | {left} | {share} |")
    return "\n".join(lines)


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

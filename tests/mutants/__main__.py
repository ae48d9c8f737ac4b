"""Make changes of meaning one at a time, drawn by a seed, and say which the tests of their room do not notice.

Those of known.toml change no answer, or none that tests should hold: they are counted apart.
"""

from __future__ import annotations

import argparse
import random
import time
import tomllib
from collections import Counter
from pathlib import Path

from tests.mutants.changes import Change, changes
from tests.mutants.judge import ROOT, concerned, draw_map, load_others, rooms, verdict


def main() -> None:
    ask = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    ask.add_argument("-n", type=int, default=60, help="how many changes are drawn")
    ask.add_argument("--seed", type=int, default=1)
    ask.add_argument("--room", action="append", help="measures, scenario, models/trade, ...; by default all")
    ask.add_argument("--minutes", type=float, default=1e9, help="stop after so long")
    ask.add_argument("--out", type=Path, default=ROOT / "out" / "mutants")
    given = ask.parse_args()
    load_others()
    given.out.mkdir(parents=True, exist_ok=True)
    home = {f: room for room, files in rooms().items() if not given.room or room in given.room for f in files}
    every = [(f, make) for f in home for make in changes((ROOT / f).read_text(encoding="utf-8"))]
    random.Random(given.seed).shuffle(every)
    end, told = time.monotonic() + 60 * given.minutes, Counter[str]()
    with (given.out / f"seed-{given.seed}.txt").open("w", encoding="utf-8") as kept:
        for file, make in every[: given.n]:
            if time.monotonic() > end:
                break
            change, known = make(), draw_map(home[file], tuple(f for f in home if home[f] == home[file]), given.out)
            why = reason(file, change)
            how = f"known: {why}" if why else verdict(file, change.source, concerned(known, file, change.line))
            told[how.split()[0].rstrip(":")] += 1
            text = f"{how}\n  {file}:{change.line} {change.kind}\n  - {change.before}\n  + {change.after}\n"
            print(text, file=kept, flush=True)
            if how == "survives":
                print(text, flush=True)
    noticed, left = told["killed"] + told["hangs"], told["survives"]
    share = left / max(noticed + left, 1)
    print(f"{told.total()} of {len(every)} changes: {noticed} noticed ({told['hangs']} by the clock), {left} not noticed "
          f"({share:.1%}); {told['known']} more are known to change no answer")  # fmt: skip


def reason(file: str, change: Change) -> str:
    """Why a change is known to change no answer; "" where it is not."""
    known = tomllib.loads((Path(__file__).parent / "known.toml").read_text(encoding="utf-8"))["change"]
    here = (k for k in known if file.endswith(k["file"]))
    return next((k["why"] for k in here if k["before"] in change.before and k["after"] in change.after), "")


if __name__ == "__main__":
    main()

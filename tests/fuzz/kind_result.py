"""Result folders: manifests, tables and arrays of another shape, with sums that fit them and with sums that do not."""

from __future__ import annotations

import atexit
import hashlib
import io
import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pandas as pd

from tests.fuzz.harness import Input, Kind, write
from tests.fuzz.kind_scenario import places
from tests.fuzz.kind_table import bytes_changed, changed
from tests.fuzz.values import VALUES, Raw, change_bytes

SCENARIO = {
    "title": "Borea stops selling for a week",
    "base": "toyland",
    "shock": [
        {"name": "cut", "link": {"from": "BOR", "to": "ATL", "loss": 1.0, "end": 7}},
        {"name": "flood", "capacity": {"regions": "AT-N", "sectors": "MAN", "loss": 0.5, "end": 7}},
    ],
    "arms": {"cut": ["cut"], "both": ["cut", "flood"]},
    "model": {"propagation": {"horizon_days": 14}},
    "uncertainty": {"draws": 2, "inventories": {"relative_sd": 0.2}},
}


@cache
def _made() -> dict[str, bytes]:
    """The files of a result: the short run alone, which needs no compiling."""
    from xunhuan.scenario.bench import run_layers
    from xunhuan.scenario.layers import layers_of

    with tempfile.TemporaryDirectory() as folder:
        run_layers(layers_of(SCENARIO)).save(Path(folder) / "r")
        return {f.name: f.read_bytes() for f in sorted((Path(folder) / "r").iterdir())}


@cache
def _right() -> Path:
    """A folder with the result as it was made, for as long as this process."""
    place = Path(tempfile.mkdtemp(prefix="fuzz-right-"))
    atexit.register(shutil.rmtree, place, True)
    return write(_made(), place, "manifest.json")


class Seeds(Mapping[str, Input]):
    """Made when they are asked for: other kinds need none."""

    def __getitem__(self, name: str) -> Input:
        return _made()

    def __iter__(self) -> Iterator[str]:
        return iter(("short run",))

    def __len__(self) -> int:
        return 1


def mutate(rng: Random) -> Input:
    """One file of a result changed; of most the sums in the manifest are set right, as one would who means it."""
    files = dict(_made())
    name = rng.choice([*files, "manifest.json", "manifest.json"])
    files[name] = _changed(rng, name, files[name])
    if rng.random() < 0.1:
        del files[rng.choice(list(files))]
    if name != "manifest.json" and rng.random() < 0.8 and "manifest.json" in files:
        told = json.loads(files["manifest.json"])
        told["files"] = {n: hashlib.sha256(c).hexdigest() for n, c in files.items() if n in told["files"]}
        files["manifest.json"] = json.dumps(told).encode()
    return files


def _changed(rng: Random, name: str, content: bytes) -> bytes:
    if rng.random() < 0.25:
        return bytes_changed(rng, content) if name.endswith(".nc") else change_bytes(rng, content)
    if name.endswith(".json"):
        return _manifest(rng, json.loads(content))
    if name.endswith(".parquet"):
        return _frame(rng, pd.read_parquet(io.BytesIO(content)))
    if name.endswith(".nc"):
        return changed(rng, content)
    return change_bytes(rng, content)


def _manifest(rng: Random, told: Any) -> bytes:
    """A value of the manifest made another, dropped, renamed or wrapped."""
    for _ in range(rng.randint(1, 3)):
        found = places(told)
        if not found:
            break
        at = rng.choice([p for p in found if len(p) <= rng.randint(1, 4)] or found)
        here = told
        for k in at[:-1]:
            here = here[k]
        how = rng.randrange(5)
        if how == 0:
            del here[at[-1]]
        elif how == 1 and isinstance(here, dict):
            here[rng.choice(["x", "", "files", "status"])] = here.pop(at[-1])
        elif how == 2:
            here[at[-1]] = [here[at[-1]]]
        else:
            here[at[-1]] = rng.choice([v for v in VALUES if not isinstance(v, Raw)] + [None, [None], {"x": None}])
    return json.dumps(told, default=str).encode()


def _frame(rng: Random, frame: pd.DataFrame) -> bytes:
    """A column dropped, renamed, of another type; rows dropped, doubled; a number that is none."""
    column = rng.choice(list(frame.columns))
    how = rng.randrange(7)
    if how == 0:
        frame = frame.drop(columns=column)
    elif how == 1:
        frame = frame.rename(columns={column: rng.choice([c for c in (*frame.columns, "x") if c != column])})
        frame = frame.loc[:, ~frame.columns.duplicated()]
    elif how == 2:
        frame = frame.iloc[: rng.choice([0, 1])]
    elif how == 3:
        frame = pd.concat([frame, frame])
    elif how == 4:
        frame[column] = rng.choice(["x", 0, True, None, 1e308, -1])
    elif how == 5:
        frame[column] = frame[column].astype(str)
    else:
        frame = frame.sample(frac=1, random_state=rng.randrange(99))
        frame[column] = frame[column].where(np.arange(len(frame)) > 0, None)
    held = io.BytesIO()
    frame.to_parquet(held, index=False)
    return held.getvalue()


def call(given: Input, folder: Path) -> None:
    """Show it: when a run ends, as a page of the laboratory, beside a result that is right, as a report; ask it in SQL, and
    what it cites."""
    from xunhuan.faces.bibliography import entries
    from xunhuan.faces.commands.scenario import _ask, _ended, headline_table
    from xunhuan.faces.reading import Reading
    from xunhuan.faces.report import scenario_report
    from xunhuan.faces.report.scenario import answer_text
    from xunhuan.faces.web import state
    from xunhuan.faces.web.pages import outcome
    from xunhuan.scenario.record import open_result

    result = open_result(write(given, folder, "manifest.json"))
    answer_text(Reading(result))
    headline_table(result)
    _ended(result)
    outcome.one_result(folder, state.selected("/results", ""))
    size = sum(map(len, given.values() if isinstance(given, dict) else ()))
    pair = (folder, _right()) if size % 2 else (_right(), folder)
    outcome.two_results(*pair, state.selected("/results", "?lang=zh"))
    _ask(folder, "SELECT * FROM summary, draws LIMIT 1")
    entries(folder)
    if size % 8 == 0:  # it takes longest
        scenario_report(result)


KINDS = (Kind("result", Seeds(), mutate, call),)

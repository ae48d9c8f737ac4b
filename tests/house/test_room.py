"""The definition of done: a model of somebody else goes through every face, with no line of the package changed.

The room lies in a package of its own, found by its entry point alone; it has an edit, a quantity and an uncertain parameter,
and no words. CONTRIBUTING shows it. The report is in tests/faces/test_rooms.py, the browser in tests/web/test_room.py.
"""

from __future__ import annotations

import ast
import json
import os
import pkgutil
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import xunhuan as xh
from tests.helpers import room
from tests.helpers.plugin import installed
from xunhuan.data.accounts import Accounts
from xunhuan.models import registry

pytestmark = pytest.mark.house

SRC = Path(xh.__file__).parent
SCENARIO = """
title = "What rain does"
base = "toyland"
[[shock]]
name = "a wet spring"
rain = { regions = "AT-N", days = 10 }
[model.harvest]
[uncertainty]
draws = 2
soil = { low = 0.5, high = 1.5 }
"""


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the room's package, as an installer leaves it."""
    folder = installed(tmp_path_factory.mktemp("packages"), Path(str(room.__file__)))
    (folder / "rain.toml").write_text(SCENARIO, encoding="utf-8")
    return folder


def asked(packages: Path, *command: str) -> str:
    """What `python ...` says where the package is installed; it must end well."""
    paths = os.pathsep.join([str(packages), os.environ.get("PYTHONPATH", "")])
    environment = os.environ | {"PYTHONPATH": paths, "COLUMNS": "200"}
    done = subprocess.run([sys.executable, *command], capture_output=True, text=True, env=environment, cwd=packages)
    assert done.returncode == 0, done.stderr
    return done.stdout


ONE_AFTER_ANOTHER = """
import json, sys
from xunhuan.faces.cli import main
for words in json.loads(sys.argv[1]):
    assert main(words) == 0, words
    print(end="\x1e")
"""


def xunhuan(packages: Path, *lines: str) -> list[str]:
    """What the command line says to one line after another, all in one process: starting takes longer than answering."""
    said = asked(packages, "-c", ONE_AFTER_ANOTHER, json.dumps([shlex.split(line) for line in lines]))
    return said.split("\x1e")[:-1]


def wet(acc: Accounts, days: float) -> float:
    """The harvest of AT-N after some days of rain, by hand."""
    return float(acc.output[acc.geography.codes.index("AT-N"), 0]) * 0.01 * days


@pytest.mark.slow
def test_a_model_of_twenty_lines_is_asked_on_the_command_line(packages: Path, toy: Accounts) -> None:
    assert "rain" in asked(packages, "-m", "xunhuan.faces.cli", "models")
    line = "respond toyland --model harvest --edit 'rain regions=AT-N days=10' --format json"
    page, checked, whole, halved, cited = xunhuan(
        packages, "models harvest", "check rain.toml", line, f"{line} --set yield_per_day=0.005", "cite harvest"
    )
    assert "| `yield_per_day` | `0.01` | share of the first sector's output" in page
    assert "is whole" in checked
    rows, half = json.loads(whole), json.loads(halved)
    crop = {r["place"]: r["crop"] for r in rows}
    assert crop["AT-N"] == pytest.approx(wet(toy, 10), rel=1e-12)
    assert crop["ATL"] == pytest.approx(wet(toy, 10), rel=1e-12)
    assert half[0]["crop"] == pytest.approx(rows[0]["crop"] / 2, rel=1e-12)
    assert "@book{MillerBlair2009" in cited


@pytest.mark.slow
def test_it_runs_draws_and_leaves_a_report(packages: Path, toy: Accounts, tmp_path: Path) -> None:
    one, two = tmp_path / "run", tmp_path / "two"
    ensemble = f"ensemble rain.toml -o {two} --draws 2 --workers 2"
    said, _, cited = xunhuan(packages, f"run rain.toml -o {one} --no-draws", ensemble, f"cite {two}")
    assert "report:" in said
    assert "crop" in said
    assert "%" not in next(text for text in said.splitlines() if "crop" in text)
    summary = pd.read_parquet(two / "summary.parquet")
    mine = summary[(summary["quantity"] == "crop") & (summary["place"] == "AT-N") & (summary["arm"] == "a wet spring")]
    value, low, high = (float(mine[c].iloc[0]) for c in ("value", "low", "high"))
    assert value == pytest.approx(wet(toy, 10), rel=1e-12)
    assert 0.5 * value <= low < high <= 1.5 * value
    assert mine["unit"].iloc[0] == toy.unit
    assert "crop" in (two / "report.html").read_text(encoding="utf-8")
    assert "MillerBlair2009" in cited


def test_python_asks_it_by_name(packages: Path, toy: Accounts) -> None:
    code = (
        "import xunhuan as xh; r = xh.respond('toyland', 'rain regions=AT-N days=10', model='harvest');"
        "print(list(xh.models()), float(r.detail['crop'][0]), r.status.message)"
    )
    names, crop, message = asked(packages, "-c", code).strip().rsplit(" ", 2)
    assert {"trade", "rivalry", "catchup", "harvest", "propagation"} <= set(ast.literal_eval(names))
    assert float(crop) == pytest.approx(wet(toy, 10), rel=1e-12)
    assert message == "reaped"


def test_contributing_shows_this_room() -> None:
    page = (Path(__file__).parents[2] / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert Path(str(room.__file__)).read_text(encoding="utf-8").rstrip() in page


ROOMS = [m.name for m in pkgutil.iter_modules([str(SRC / "models")]) if m.ispkg and m.name != "edits"]
OWN = {
    "gateway": "an edit that throttles all trade of regions with abroad for days, and a measure by value added",
    "distance": "an ingredient of a table's posterior",
    "trade": "the quantity of trade between nations, read off any accounts; and the model asked where none is named",
    "max_iterations": "how a solver may end",
    "shipped": "what the reinforcement of the two cycles asks of any model",
    "loss": "a field of edits in force for days, and a symbol",
    "path": "of a file",
    "population": "of a region, in the table",
    "scale": "of a picture and of a number on a page",
}
"""Words of a room that are the house's too."""


def test_no_module_outside_a_room_names_it_or_what_is_its_own() -> None:
    models = registry.models()
    mine = {*ROOMS, *(q.name for m in models.values() for q in m.quantities)}
    mine |= {u.name for m in models.values() for u in m.uncertain}
    mine |= {n for m in models.values() for n in m.parameters.model_fields if "_" in n}  # one word alone says anything
    said = []
    for path in sorted(SRC.rglob("*.py")):
        place = path.relative_to(SRC)
        if (place.parts[:1] == ("models",) and place.parts[1] in ROOMS) or place.parts[0] == "build":
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and re.match(
                rf"xunhuan\.models\.({'|'.join(ROOMS)})\b", node.module or ""
            ):
                said.append(f"{place}:{node.lineno} imports {node.module}")
            if isinstance(node, ast.Constant) and node.value in mine - set(OWN):
                said.append(f"{place}:{node.lineno} says {node.value}")
    assert said == []


@pytest.mark.parametrize("name", ROOMS)
def test_a_room_imports_only_what_rooms_share(name: str) -> None:
    shared = {"model", "edits", "solvers", "slopes", "asking", "expecting"}
    for path in sorted((SRC / "models" / name).rglob("*.py")):
        for found in re.findall(r"(?:from|import) xunhuan\.models\.(\w+)", path.read_text(encoding="utf-8")):
            assert found in shared | {name}, f"{path.name} imports models.{found}"

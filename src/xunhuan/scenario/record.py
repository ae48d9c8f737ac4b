"""The folder a scenario leaves behind: as resolved, numbers, draws, and a manifest of what made them.

    scenario.toml     the scenario with every default written out
    result.nc         all numbers with their axes (variables below)
    summary.parquet   headline numbers, one a row, with median and interval
    draws.parquet     every draw: its quantities and how it ended (where something is uncertain)
    outcomes.parquet  every headline number of every draw that has an answer: draw, quantity, arm, place, value
    choices.parquet   the headline under each choice a model leaves open, such as published sets of parameters
    manifest.json     digests, versions, solvers' ends, overrides, sources; the only file that holds a clock
    report.html       the page on it, where the one who saves it brings a maker of pages

The same inputs give the same bytes in every file but the manifest, whose `clock` alone differs.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Any

import pandas as pd
import tomli_w
import xarray as xr

from xunhuan.data.accounts import Accounts
from xunhuan.data.brief import Brief, BriefRows, several
from xunhuan.data.opened import open_dataset
from xunhuan.data.records import own_files
from xunhuan.data.store import save_dataset, write_folder
from xunhuan.data.written import CSV, text_of, toml_of
from xunhuan.errors import BadInput, ForeignFile
from xunhuan.models import registry
from xunhuan.scenario.scenario import Scenario, schema_of
from xunhuan.scenario.shape import AGAIN, check_data, read_frame, read_manifest

FORMAT = "xunhuan-result-2"
_FILES = ("scenario.toml", "result.nc", "summary.parquet", "manifest.json")
LIBRARIES = ("numpy", "scipy", "xarray", "pandas", "jax", "h5netcdf", "pyarrow")


@dataclass(frozen=True, eq=False, repr=False)
class Result(Brief):
    """A scenario's numbers.

    scenario  as resolved
    data      Dataset; `arm` runs over "base" and the arms, `place` over regions and nations, `home_place` over those at
              home; with draws, X_median, X_low and X_high stand beside a headline X (median and 90% interval)
    summary   headline numbers: quantity, variable, arm, place, name_en, name_zh, kind, value, median, low, high, draws, unit
    draws     one row a draw: draw, quantities, outcome, message; None where nothing is uncertain
    outcomes  headline numbers of the draws: draw, quantity, arm, place, value
    choices   headline of home under each choice: of, choice, chosen, variable, arm, place, value, unit, outcome, message;
              None where no model leaves one open
    manifest  digests, versions, status of solvers, overrides, sources, clock
    path      folder it was read from, None where it was just made
    """

    scenario: Scenario
    data: xr.Dataset
    summary: pd.DataFrame
    manifest: Mapping[str, Any]
    draws: pd.DataFrame | None = None
    outcomes: pd.DataFrame | None = None
    choices: pd.DataFrame | None = None
    path: Path | None = field(default=None)

    def _brief(self) -> BriefRows:
        return _told(self)

    @property
    def digest(self) -> str:
        """Digest of base and scenario: equal digests, equal numbers."""
        return str(self.manifest["digest"])

    def save(self, out: str | Path, report: Callable[[Result], str] | None = None) -> Result:
        """Write the result's folder, whole or not at all; finished draws kept for it are forgotten.

        Parameters
        ----------
        out : str or Path
            Folder to write; a result there is replaced.
        report : callable, optional
            (result): the page, HTML, that goes beside the numbers.

        Returns
        -------
        Result
            As read from there.

        Raises
        ------
        BadInput
            Where something that is no result lies there; it is left alone.

        Examples
        --------
        >>> import tempfile, xunhuan as xh
        >>> line = {"from": "BOR", "to": "ATL", "change": 0.1}
        >>> r = xh.run({"title": "Dear imports", "base": "toyland", "shock": [{"name": "dear", "trade_cost": line}]})
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     r.save(folder + "/r").path.name
        'r'
        """
        out = Path(out)
        check_place(out)
        page: dict[str, Callable[[Path], object]] = {}
        if report is not None:
            page["report.html"] = lambda path: path.write_text(report(self), encoding="utf-8")
        write_folder(out, {**page, **_writers(self)})
        for kept in (work_folder(out, self.manifest["draws"]["digest"]), parts_folder(out)):
            shutil.rmtree(kept, ignore_errors=True)
        return open_result(out)

    def headline(self, quantity: str, arm: str, place: str) -> pd.Series[Any]:
        """One row of the summary.

        Parameters
        ----------
        quantity, arm, place : str
            Its columns of these names.

        Returns
        -------
        pandas.Series
            value, and where something is uncertain median, low and high (90% interval), by column.

        Raises
        ------
        BadInput
            Where there is none.

        Examples
        --------
        >>> import xunhuan as xh
        >>> line = {"from": "BOR", "to": "ATL", "change": 0.1}
        >>> r = xh.run({"title": "Dear imports", "base": "toyland", "shock": [{"name": "dear", "trade_cost": line}]})
        >>> round(float(r.headline("real_income", "dear", "ATL")["value"]), 4)
        -0.0051
        """
        s = self.summary
        found = s[(s["quantity"] == quantity) & (s["arm"] == arm) & (s["place"] == place)]
        if found.empty:
            raise BadInput(
                f"no headline {quantity!r} of arm {arm!r} at {place!r}", fix="see the summary for what there is"
            )
        return found.iloc[0]


def _told(result: Result) -> BriefRows:
    """A result in some lines: the question, how it was answered, the first number of home in every arm."""
    s, m = result.scenario, result.manifest
    rows = [("question", s.question)] if s.question else []
    drawn = sum((m.get("draws") or {}).get("outcomes", {}).values())
    rows += [("base", f"{s.base}; models {several(m['models'])}; {drawn or 'no'} draws")]
    rows += [_first_number(arm, found) for arm, found in _at_home(result)]
    ended = dict.fromkeys(str(e["outcome"]) for arm in m["status"].values() for e in arm.values())
    rows += [("ended", several(ended)), ("digest", result.digest[:12])]
    rows += [("folder", str(result.path))] if result.path is not None else []
    return f"Result: {s.title}", rows


def _at_home(result: Result) -> list[tuple[str, pd.DataFrame]]:
    """Headline rows of home, or of the first place there is, by arm; the base apart."""
    s = result.summary[result.summary["arm"] != "base"]
    nations = [p for p, kind in zip(s["place"], s["kind"], strict=True) if kind == "nation"]
    home = result.scenario.home or next(iter([*nations, *s["place"]]), "")
    return [(str(arm), rows) for arm, rows in s[s["place"] == home].groupby("arm", sort=False)]


def _first_number(arm: str, rows: pd.DataFrame) -> tuple[str, str]:
    first = rows.iloc[0]
    form = "{:+.2%}" if first["unit"] == "share" else "{:.4g} " + str(first["unit"])
    text = f"{first['place']} {first['quantity'].replace('_', ' ')} {form.format(first['value'])}"
    if first["low"] < first["high"]:
        text += f", 90% interval {form.format(first['low'])} to {form.format(first['high'])}"
    return arm, text


def digest_of_run(scenario: Scenario, base: Accounts, also: str = "") -> str:
    """SHA-256 of a scenario and of all that its numbers come from, hexadecimal: the table, its versions where draws take
    them, and files of one's own that models' parameters name.

    also  whatever else counts
    """
    u, post = scenario.uncertainty, base.posterior
    drawn = [post.digest] if u is not None and u.table and post is not None else []
    known = registry.models()
    named = [
        text for name, given in scenario.model.items() if name in known
        for _, text in own_files(known[name].parameters, given)
    ]  # fmt: skip
    own = [d for d in map(_digest_of_own, named) if d]
    told = [scenario.resolved(), " ".join([base.answer_digest, *drawn, *own, *filter(None, [also])])]
    return hashlib.sha256(json.dumps(told, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _digest_of_own(text: str) -> str:
    """SHA-256 of a file or folder and the tables beside it, which it may name; empty where there is none."""
    if not os.path.exists(text):
        return ""
    path = Path(text)
    beside = sorted((path if path.is_dir() else path.parent).glob("*.csv"))
    h = hashlib.sha256()
    for f in dict.fromkeys([path, *beside] if path.is_file() else beside):
        h.update(f.name.encode() + b"\0" + f.read_bytes())
    return h.hexdigest()


def versions() -> dict[str, str]:
    """Versions of this package and of the libraries that make numbers."""
    return {name: metadata.version(name) for name in ("xunhuan", *LIBRARIES)}


def _writers(result: Result) -> dict[str, Callable[[Path], object]]:
    """What writes each file of a result, the manifest comes last and names the others' digests."""
    sums: dict[str, str] = {}

    def noting(name: str, write: Callable[[Path], object]) -> Callable[[Path], object]:
        def run(path: Path) -> None:
            write(path)
            sums[name] = hashlib.sha256(path.read_bytes()).hexdigest()

        return run

    def manifest(path: Path) -> None:
        text = json.dumps({**result.manifest, "files": sums}, ensure_ascii=False, indent=1)
        path.write_text(text + "\n", encoding="utf-8")

    out = {
        "scenario.toml": lambda p: p.write_text(tomli_w.dumps(result.scenario.resolved()), encoding="utf-8"),
        "result.nc": lambda p: save_dataset(result.data, p),
        "summary.parquet": lambda p: result.summary.to_parquet(p, index=False),
    }
    for name, frame in (("draws", result.draws), ("outcomes", result.outcomes), ("choices", result.choices)):
        if frame is not None:
            out[f"{name}.parquet"] = partial(frame.to_parquet, index=False)
    done = {name: noting(name, write) for name, write in out.items()}
    return {**done, "manifest.json": manifest}


def work_folder(out: Path, digest: str) -> Path:
    """Where finished draws of a result lie until it is whole, beside the result."""
    return out.with_name(f".{out.name}.draws-{digest[:16]}")


def parts_folder(out: Path) -> Path:
    """Where finished tasks of a result lie until it is whole, beside the result."""
    return out.with_name(f".{out.name}.parts")


def check_place(out: Path) -> None:
    """Raise BadInput where something that is no result lies at the place a result is to be written."""
    if out.exists() and not (out / "manifest.json").is_file():
        raise BadInput(
            "there is something else at the place to write to", where=str(out), fix="give another folder with -o"
        )


def open_result(path: str | Path) -> Result:
    """Read a result folder, also where the room of a model of it is not installed.

    Raises BadInput where it is none, ForeignFile where a file is not what was written.
    """
    path = Path(path)
    missing = [f for f in _FILES if not (path / f).is_file()]
    if missing:
        what = "there is no such folder" if not path.is_dir() else f"the folder lacks {', '.join(missing)}"
        raise BadInput(f"this is not a result: {what}", where=str(path), fix="make one with `xunhuan run NAME -o DIR`")
    manifest = read_manifest(path / "manifest.json", FORMAT)
    written = toml_of(text_of(path / "scenario.toml", 4 * CSV), str(path))
    try:
        scenario = schema_of(written).model_validate(written)
    except ValueError as e:
        raise ForeignFile(f"the result cannot be read: {e}", where=str(path), fix=AGAIN) from e
    changed = [
        name
        for name, digest in manifest["files"].items()
        if not (path / name).is_file() or hashlib.sha256((path / name).read_bytes()).hexdigest() != digest
    ]
    if changed:
        raise ForeignFile(
            f"files were changed after they were written: {', '.join(changed)}", where=str(path), fix="run it again"
        )
    tables = {k: path / f"{k}.parquet" for k in ("draws", "outcomes", "choices")}
    drawn = {k: read_frame(f) for k, f in tables.items() if f.is_file()}
    data, summary = open_dataset(path / "result.nc"), read_frame(path / "summary.parquet")
    check_data(data, summary, drawn.get("choices"), str(path))
    return Result(
        scenario=scenario,
        data=data,
        summary=summary,
        manifest=manifest,
        path=path,
        **drawn,
    )

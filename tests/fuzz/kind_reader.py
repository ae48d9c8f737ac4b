"""Files of other houses, spoiled: refused, or read; and where what is read is another table, something is said."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from tests.fuzz.foreign import FIXTURES, Case, case, fixture
from tests.fuzz.harness import Kind

Labels = tuple[str, ...]
Told = tuple[dict[str, Any], object]
_AXES = {"flow": "rri", "use": "rii", "final": "rif", "value_added": "riv", "tariff": "rri"}


def told(found: Any) -> Told:
    """What a table says, in an order of its own, and what was said beside it."""
    if isinstance(found, str):  # a mapping file to be looked at by its reader
        return {}, found
    if not hasattr(found, "accounts"):
        return {k: v for k, v in vars(found).items() if k != "told" and not hasattr(v, "codes")} | {
            "regions": found.geography.codes,
            "goods": found.sectors.codes,
        }, found.told
    acc = found.accounts
    labels: dict[str, Labels] = {
        "r": acc.geography.codes, "i": acc.sectors.codes, "f": acc.categories, "v": acc.components,
    }  # fmt: skip
    order = {k: sorted(range(len(v)), key=v.__getitem__) for k, v in labels.items()}
    out: dict[str, Any] = {k: tuple(sorted(v)) for k, v in labels.items()}
    for name, axes in _AXES.items():
        out[name] = getattr(acc, name)[np.ix_(*(order[a] for a in axes))]
    out |= {
        "year": acc.year,
        "unit": acc.unit,
        "nation": sorted(zip(acc.geography.codes, acc.geography.nation, strict=True)),
    }
    changes = found.changes[["step", "region", "sector", "quantity"]]
    return out, (acc.notes, [tuple(x) for x in changes.itertuples(index=False)])


def differs(one: dict[str, Any], other: dict[str, Any]) -> str:
    """The first part in which two tables are not the same, "" for none."""
    if one.keys() != other.keys():
        return "parts"
    for name, a in one.items():
        b = other[name]
        if isinstance(a, np.ndarray):
            if not isinstance(b, np.ndarray) or a.shape != b.shape or not np.allclose(a, b, rtol=1e-9, atol=1e-9):
                return name
        elif a != b:
            return name
    return ""


@cache
def original(name: str) -> Told:
    """What the fixture itself is read as."""
    with TemporaryDirectory() as folder:
        path = Case(name, "", 0, "same", fixture(name).files).write(Path(folder))
        return told(fixture(name).run(path))


def outcome(one: Case, folder: Path) -> str:
    """What reading came to: same, said (another table, and something is said), free (a number is another), or silent."""
    found, said = told(fixture(one.fixture).run(one.write(folder)))
    table, before = original(one.fixture)
    part = differs(found, table)
    if not part:
        return "same"
    if said != before:
        return "said"
    return "free" if one.expect == "free" else f"silent in {part}"


def _packed(one: Case) -> dict[str, bytes]:
    return {"CASE": f"{one.fixture}\n{one.expect}".encode(), **one.files}


def _mutate(rng: Random) -> dict[str, bytes]:
    return _packed(case(rng.randrange(1 << 40)))


def _call(given: Any, folder: Path) -> None:
    files = dict(given)
    name, expect = files.pop("CASE").decode().split("\n")
    found = outcome(Case(name, "", 0, expect, files), folder)
    assert not found.startswith("silent"), f"{name} is read {found}"


KINDS = (Kind("reader", {n: _packed(Case(n, "", 0, "same", fixture(n).files)) for n in FIXTURES}, _mutate, _call),)

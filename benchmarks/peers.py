"""Other programs on the same table in the same run: each in a Python or R of its own, told by the command line.

A peer is a script beside this one. It is given a folder with the table by user, plain arrays of doubles, and prints one JSON
object: seconds of its processor by task, best of some, and numbers that are held against ours.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from xunhuan.data.accounts import Accounts

_HERE = Path(__file__).parent


def beside(command: list[str], script: str, acc: Accounts, *more: str) -> dict[str, Any]:
    """What a peer prints of a table by user. Raises RuntimeError with the last it said where it fails.

    Files: inter.bin (n n, row sells to column), final.bin (n s, by destination), shape.json: regions, sectors.
    """
    assert acc.sourcing is not None
    n = acc.R * acc.S
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        np.ascontiguousarray(acc.sourcing.intermediate.reshape(n, n)).tofile(folder / "inter.bin")
        np.ascontiguousarray(acc.sourcing.final.sum(3).reshape(n, acc.R)).tofile(folder / "final.bin")
        (folder / "shape.json").write_text(json.dumps({"regions": acc.R, "sectors": acc.S}))
        done = subprocess.run([*command, str(_HERE / script), name, *more], capture_output=True, text=True,
                              env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"})  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{script}: {(done.stderr.strip().splitlines() or ['no word'])[-1]}")
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))


def row(what: str, here: float, beside_us: str, peer: float) -> str:
    """A line of the table of peers in docs/speed.md, which a benchmark prints last: seconds here and of the peer."""
    return f"| {what} | {here:.3g} s | {beside_us}: {peer:.3g} s |"

"""Results that many tests read are made once a session, also where xdist divides it among workers."""

from __future__ import annotations

import fcntl
import hashlib
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """The session's folder `name`: the first to ask makes it, others wait for it. Readers copy what they change.

    `make` gets the path and must leave there the whole folder or none, as `write_folder` does.
    """
    base = factory.getbasetemp()
    root = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base  # a worker's base lies in the session's
    path = root / name
    if name in _MAKING:
        raise RuntimeError(f"{name} is asked for while it is made")  # its lock would wait for itself
    _MAKING.add(name)
    try:
        return _once(path, root / f"{name}.lock", make)
    finally:
        _MAKING.discard(name)


_MAKING: set[str] = set()


def _once(path: Path, lock_file: Path, make: Callable[[Path], object]) -> Path:
    with lock_file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            make(path)
    return path


def sampled_once(factory: pytest.TempPathFactory, sample: Callable[..., Any]) -> Callable[..., Any]:
    """`sample` that a session runs once for each of its inputs: the same reports are harmonised by many tests, and a chain
    takes ten seconds. The state of the random numbers, before and after, belongs to inputs and answer."""

    def kept(data: Any, rng: Any, **given: Any) -> Any:
        key = hashlib.sha256(pickle.dumps((data, rng.bit_generator.state, sorted(given.items())))).hexdigest()

        def make(path: Path) -> None:
            found = sample(data, rng, **given)
            part = path.with_suffix(".part")
            part.write_bytes(pickle.dumps((found, rng.bit_generator.state)))
            part.rename(path)

        found, rng.bit_generator.state = pickle.loads(once(factory, f"sampled-{key}", make).read_bytes())
        return found

    return kept

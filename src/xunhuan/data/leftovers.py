"""Names under which files and folders are made before they take their place, and what a killed process left of them.

    .NAME.tmp-HOST-PID-RANDOM    on its way to NAME          .NAME.old-HOST-PID-RANDOM    what NAME was, on its way out

A process that is killed cannot clean up after itself, so the next one does that writes beside it. It takes away only what
is named like this by a process of the same machine that no longer runs: what another machine writes into a shared folder
cannot be told to be dead, and stays.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import platform
import re
import secrets
import shutil
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Literal

_NAMED = re.compile(r"\..+\.(?:tmp|old)-([0-9a-f]{8})-(\d{1,10})-[0-9a-f]{8}")


@lru_cache(maxsize=1)
def host() -> str:
    """This machine, or this container of it, in eight letters: process numbers mean the same where it is the same.

    >>> len(host())
    8
    """
    try:
        space = str(os.stat("/proc/self/ns/pid").st_ino)
    except OSError:
        space = ""
    return hashlib.sha256(f"{platform.node()} {space}".encode()).hexdigest()[:8]


def half_made(path: Path, kind: Literal["tmp", "old"]) -> Path:
    """A name beside a path that no other process takes."""
    return path.with_name(f".{path.name}.{kind}-{host()}-{os.getpid()}-{secrets.token_hex(4)}")


@lru_cache(maxsize=256)
def clear(folder: Path) -> int:
    """Take away what processes of this machine that no longer run left half made in a folder; once a process and folder."""
    cleared = 0
    for each in folder.glob(".*-*-*-*"):
        named = _NAMED.fullmatch(each.name)
        if named is None or named[1] != host() or _runs(int(named[2])):
            continue
        if each.is_dir() and not each.is_symlink():
            shutil.rmtree(each, ignore_errors=True)
        else:
            each.unlink(missing_ok=True)
        cleared += 1
    return cleared


def _runs(pid: int) -> bool:
    """Whether a process of this machine runs; True where it cannot be told."""
    if os.name != "posix":  # elsewhere a signal of 0 is not a question
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


@contextlib.contextmanager
def told_where(path: Path) -> Iterator[None]:
    """What the machine refuses while something is written is told with the place it was for: a write does not know it."""
    try:
        yield
    except OSError as e:
        if e.filename is None or ".tmp-" in str(e.filename):
            e.filename = str(path)
        raise


def exchanged(a: Path, b: Path) -> bool:
    """Exchange two names in one step (Linux renameat2); False where the system cannot."""
    import ctypes

    try:
        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    return bool(renameat2(-100, os.fsencode(a), -100, os.fsencode(b), 2) == 0)

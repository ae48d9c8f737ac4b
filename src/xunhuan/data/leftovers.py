"""Names under which files and folders are made before they take their place, and what a killed process left of them.

    .NAME.tmp-HOST-PID-RANDOM    on its way to NAME          .NAME.old-HOST-PID-RANDOM    what NAME was, on its way out

A process that is killed cannot clean up after itself, so the next one does that writes beside it. It takes away only what
is named like this by a process of the same machine that no longer runs: what another machine writes into a shared folder
cannot be told to be dead, and stays.
"""

from __future__ import annotations

import hashlib
import os
import platform
import re
import secrets
import shutil
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


def beside(path: Path, kind: Literal["tmp", "old"]) -> Path:
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

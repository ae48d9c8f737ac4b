"""What tasks share, packed to be sent once: its bytes, their digest, and the version it was packed by."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from xunhuan.errors import BadInput
from xunhuan.scenario.record import versions

Work = Callable[[Any, Any], Any]
"""What is done: a module's function of what tasks share and of a task."""
_told_versions = cache(versions)


@dataclass(frozen=True)
class Sent:
    """whole  bytes of what tasks share · digest SHA-256 of them, hexadecimal"""

    whole: bytes
    digest: str

    @classmethod
    def of(cls, shared: Any) -> Sent:
        """Packed by this version."""
        whole = pickle.dumps((_told_versions(), pickle.dumps(shared)))
        return cls(whole, hashlib.sha256(whole).hexdigest())


def digest_of_task(task: Any) -> str:
    """SHA-256 of what a task is asked, hexadecimal: of numbers as they are, however they came to lie in memory."""
    h = hashlib.sha256()
    for piece in _pieces(task):
        h.update(len(piece).to_bytes(8, "little") + piece)
    return h.hexdigest()


def _pieces(value: Any) -> Iterator[bytes]:
    if isinstance(value, np.ndarray):
        yield f"{value.dtype.str} {value.shape}".encode()
        yield np.ascontiguousarray(value).tobytes()
    elif isinstance(value, tuple | list):
        yield f"{type(value).__name__} {len(value)}".encode()
        for part in value:
            yield from _pieces(part)
    elif isinstance(value, Mapping):
        yield from _pieces(tuple(value.items()))
    else:
        yield pickle.dumps(value)


def unpacked(whole: bytes) -> Any:
    """What was packed. Raises BadInput where it was by another version, before anything of it is read."""
    packed, shared = pickle.loads(whole)
    refuse_other_version(packed["xunhuan"] == _told_versions()["xunhuan"])
    return pickle.loads(shared)


def refuse_other_version(same: bool) -> None:
    """Raise BadInput where a worker is not as the one who asks."""
    if not same:
        fix = "install the same package on every worker, and files of your own under the same paths"
        raise BadInput("a worker has another version, or other files", fix=fix)

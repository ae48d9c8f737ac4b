"""Values that no one expects, and letters changed: what every mutator of texts draws from."""

from __future__ import annotations

import datetime
from random import Random
from typing import Any


class Raw(str):
    """Stands in a file as it is, without quotes."""


VALUES: tuple[Any, ...] = (
    True, False, 0, 1, -1, 0.5, -0.0, 2**31, 2**63 - 1, 10**9, 10**15, 1e308, -1e308, 5e-324, 1e5, 1e9, 100_000,
    Raw("inf"), Raw("-inf"), Raw("nan"), Raw(str(2**63)), Raw(str(10**30)), Raw("1" + "0" * 400), Raw("9" * 5000),
    Raw("1e400"), Raw("[" * 900 + "]" * 900), Raw("[" * 20_000 + "]" * 20_000), Raw("{a=" * 400 + "1" + "}" * 400),
    Raw("0x7fffffffffffffffffff"), Raw("07:32:00"), Raw("1979-05-27T07:32:00Z"),
    "", " ", "0.1", "true", "100000", "10%", "nan", "a" * 100_000, "\x00", "x\ny", "é中🙂\u202e", "../../etc/passwd",
    "/etc/passwd", "/dev/zero", ".", "a" * 5000 + ".csv", "rows.csv", "none.csv", "\x00.csv", ".nc", "base", "all", "home",
    "A+B", "+", "!", "!!", "!ATL", "BOR+", "provinces", "foreign", "goods", "toyland", "world-2017", "=1+1",
    "{0}", "%s", "ATL" + "+ATL" * 5000,
    [], {}, [[]], [{}], [None][:0], [1, "a"], [True], {"": ""}, {"x": {"y": {}}}, ["BOR"] * 3000, {"low": 0, "high": 1},
    {"relative_sd": 2}, {str(k): k for k in range(2000)}, datetime.date(2018, 1, 1),
)  # fmt: skip
"""Of every type and size: nothing, too much, the wrong kind, and what looks like a number, a name or a file."""


TEXTS = tuple(v for v in VALUES if type(v) is str)
"""Those that are texts."""


def change_bytes(rng: Random, content: bytes) -> bytes:
    """A file whose letters are changed: cut, torn, doubled, mixed up, or in another encoding."""
    how = rng.randrange(12)
    a, b = sorted(rng.randrange(len(content) + 1) for _ in range(2))
    if how == 0:
        return content[:a]
    if how == 1:
        return content[:a] + content[b:]
    if how == 2:
        return content[:b] + content[a:]
    if how == 3:
        return content[:a] + rng.randbytes(rng.choice([1, 4, 64])) + content[a:]
    if how == 4:
        return b"\xef\xbb\xbf" + content
    if how == 5:
        return content.decode(errors="replace").encode(
            rng.choice(["utf-16", "utf-16-be", "utf-32", "cp037"]), "replace"
        )
    if how == 6:
        return content.replace(b"\n", rng.choice([b"\r\n", b"\r", b"\n\n", b"\x00", b" "]))
    if how == 7:
        return (
            content[:a]
            + rng.choice([b"[" * 3000, b"{a=" * 400, b'"' * 3, b"\x00", b"[[x]]\n", b"9" * 5000])
            + content[a:]
        )
    if how == 8:
        return content + content
    if how == 9:
        return rng.choice([b"", b"\n", b"\x00" * 4096, b"PK\x03\x04" + content, b"\x89HDF\r\n\x1a\n" + content])
    bits = bytearray(content)
    for _ in range(rng.choice([1, 3, 20])):
        if bits:
            bits[rng.randrange(len(bits))] = rng.randrange(256)
    return bytes(bits)

"""The short form of the command line: `xunhuan catchup chips --tools 0.9 --know 0.5 --target 70%:2035`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xunhuan.data.records import Rate, Share, Strict
from xunhuan.errors import BadInput, Problems
from xunhuan.models.edits import Decoupling, Edit, Push
from xunhuan.models.edits.base import as_number
from xunhuan.models.edits.yearly import CHANNELS
from xunhuan.models.model import Posed


class CatchupOptions(Strict):
    """What the command takes beside edits and parameters by their names.

    industry  bundled name (chips, solar), or an industry file
    table     name of a bundled table, or a file; its home is the industry's
    tools     share of foreign tools cut off, over ten years
    know      share of foreign knowledge cut off, over ten years
    trade     share of the good from abroad cut off, over ten years
    leave     share of foreign-owned plants that leave, over ten years
    push      log points a year off costs at home beyond history's pace
    years     first and last year, FIRST:LAST: 2020:2050
    target    SHARE:YEAR, or DEFINITION:SHARE:YEAR: 70%:2035
    """

    industry: str
    table: str = "world-2017"
    tools: Share | None = None
    know: Share | None = None
    trade: Share | None = None
    leave: Share | None = None
    push: Rate | None = None
    years: str | None = None
    target: str | None = None


def catchup_posed(o: CatchupOptions) -> Posed:
    """Table, parameters and edits. Raises BadInput listing all that cannot be read."""
    problems = Problems("the options cannot be read")
    values: dict[str, Any] = {"industry": o.industry}
    for name, text, read in (("years", o.years, _years), ("target", o.target, _target)):
        try:
            values |= {} if text is None else {name: read(text)}
        except BadInput as e:
            problems.add(f"--{name} {text}: {e.what}; {e.fix}")
    problems.raise_if()
    sizes = {c: getattr(o, c) for c in CHANNELS}
    edits: list[Edit] = []
    for channel, size in sizes.items():
        if size is not None:
            said: dict[str, Any] = {"from": "foreign", "to": "provinces", "channel": channel, "size": size}
            edits.append(Decoupling(**said))
    edits += [] if o.push is None else [Push(regions="provinces", rate=o.push)]
    return Posed(o.table, values, tuple(edits))


def _target(text: str) -> Mapping[str, Any]:
    """SHARE, SHARE:YEAR or DEFINITION:SHARE:YEAR."""
    parts = text.split(":")
    if not 1 <= len(parts) <= 3:
        raise BadInput(f"{text!r} is no target", fix="for instance 70%:2035 or owned_by:50%:2040")
    named = {"definition": parts.pop(0)} if len(parts) == 3 else {}
    out: dict[str, Any] = {**named, "share": as_number(parts[0])}
    if len(parts) == 2:
        if not parts[1].isdigit():
            raise BadInput(f"{parts[1]!r} is no year", fix="for instance 70%:2035")
        out["by"] = int(parts[1])
    return out


def _years(text: str) -> tuple[int, int]:
    """FIRST:LAST."""
    first, _, last = text.partition(":")
    if not (first.isdigit() and last.isdigit()):
        raise BadInput(f"{text!r} is no span of years", fix="for instance 2020:2050")
    return int(first), int(last)

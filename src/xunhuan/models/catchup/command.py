"""The short form of the command line: `xunhuan catchup chips --tools 0.9 --know 0.5 --target 70%:2035`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from xunhuan.data.records import Finite, Strict
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
    tools: Finite | None = None
    know: Finite | None = None
    trade: Finite | None = None
    leave: Finite | None = None
    push: Finite | None = None
    years: str | None = None
    target: str | None = None


def catchup_posed(o: CatchupOptions) -> Posed:
    """Table, parameters and edits. Raises BadInput listing all that cannot be read."""
    problems = Problems("the options cannot be read")
    values: dict[str, Any] = {"industry": o.industry}
    edits: list[Edit] = []

    def read(name: str, given: Any, take: Callable[[Any], None]) -> None:
        try:
            if given is not None:
                take(given)
        except BadInput as e:
            shown = f"{given:g}" if isinstance(given, float) else given
            problems.add(f"--{name} {shown}: {'; '.join(e.items) or e.what}" + (f"; {e.fix}" if e.fix else ""))

    def cut(channel: str) -> Callable[[float], None]:
        said: dict[str, Any] = {"from": "foreign", "to": "provinces", "channel": channel}
        return lambda size: edits.append(Decoupling(**said, size=size))

    for channel in CHANNELS:
        read(channel, getattr(o, channel), cut(channel))
    read("push", o.push, lambda rate: edits.append(Push(regions="provinces", rate=rate)))
    read("years", o.years, lambda text: values.update(years=_years(text)))
    read("target", o.target, lambda text: values.update(target=_target(text)))
    problems.raise_if()
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

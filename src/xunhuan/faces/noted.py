"""Notes of a result with what they speak of by name."""

from __future__ import annotations

import re

from xunhuan.faces.reading import Reading

_SECTOR = re.compile(r"(\bsector |部门)([A-Z][A-Za-z0-9]*)")


def named(reading: Reading, note: str) -> str:
    """A note, in the reading's language, with its sectors, and a game's blocks and stages, by their names."""
    data = reading.data
    sectors = set(data["sector"].values.astype(str)) if "sector" in data.coords else set()
    said = _SECTOR.sub(lambda m: f"“{reading.label('sector', m[2])}”" if m[2] in sectors else m[0], reading.say(note))
    for axis in (a for a in ("block", "stage") if a in data.coords and (a == "block" or reading.lang == "zh")):
        for code in data[axis].values.astype(str):
            alone = rf"(?<![A-Za-z0-9_`.-]){re.escape(code)}(?![A-Za-z0-9_`.-])"
            said = re.sub(alone, reading.label(axis, code), said)
    return said

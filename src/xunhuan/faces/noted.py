"""Notes of a result with what they speak of by name."""

from __future__ import annotations

import re

from xunhuan.faces.reading import Reading

_REGION = re.compile(r"(?<![A-Za-z0-9-])[A-Z]{2,3}-[A-Z0-9]{1,3}(?![A-Za-z0-9-])")
_SECTOR = re.compile(r"(\bsector |部门)([A-Z][A-Za-z0-9]*)")


def note_in_names(reading: Reading, note: str) -> str:
    """A note, in the reading's language, with its sectors, and the blocks of a game, by their names."""
    data = reading.data
    sectors = set(data["sector"].values.astype(str)) if "sector" in data.coords else set()
    said = _SECTOR.sub(lambda m: f"“{reading.label('sector', m[2])}”" if m[2] in sectors else m[0], reading.say(note))
    said = _REGION.sub(lambda m: reading.name(m[0]), said)
    for code in data["block"].values.astype(str) if "block" in data.coords else ():
        alone = rf"(?<![A-Za-z0-9_`.-]){re.escape(code)}(?![A-Za-z0-9_`-]|\.\w)"
        said = re.sub(alone, reading.label("block", code), said)
    return re.sub("(?<=[\u4e00-\u9fff`]), ", "、", said) if reading.lang == "zh" else said

"""What each measure rests on: keys of refs.bib, the same that stand in the attributes of its result."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

DEFINITION_SOURCES: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "absorption": ("JohnsonNoguera2012",),
    "origin": ("JohnsonNoguera2012",),
    "forward": ("WangWeiYuZhu2017",),
})  # fmt: skip
"""Of `circulation`, by definition."""
METHOD_SOURCES: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "bm-source": ("BorinMancini2023", "BorinManciniTaglioni2025"),
    "bm-sink": ("BorinMancini2023",),
    "kww": ("KoopmanWangWei2014",),
    "wwz": ("WangWeiZhu2013",),
})  # fmt: skip
"""Of `export_decomposition`, by method."""


def _all(parts: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for keys in parts.values() for key in keys))


SOURCES: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "border_effect": ("McCallum1995", "HeadRies2001"),
    "chokepoints": ("BaldwinFreemanTheodorakopoulos2023", "Hirschman1964"),
    "circulation": _all(DEFINITION_SOURCES),
    "coupling": ("JohnsonNoguera2012", "KoPascha2014"),
    "cross_hauling": ("Kronenberg2009",),
    "duplication": ("Hoover1936", "Hirschman1964"),
    "embodied": ("MillerBlair2009", "WangWeiYuZhu2017"),
    "export_decomposition": _all(METHOD_SOURCES),
    "exposure": ("BaldwinFreemanTheodorakopoulos2023", "Hirschman1964"),
    "extraction": ("DietzenbacherLinden1997",),
    "gateways": ("KoopmanWangWei2014",),
    "head_ries": ("HeadRies2001", "Novy2013"),
    "import_content": ("HummelsIshiiYi2001",),
    "linkages": ("MillerBlair2009", "AntrasChor2018", "AntrasChorFallyHillberry2012", "Rasmussen1956"),
    "multipliers": ("MillerBlair2009",),
    "participation": ("WangWeiYuZhu2017", "HummelsIshiiYi2001"),
    "price_model": ("MillerBlair2009", "Dietzenbacher1997"),
    "propagation_length": ("DietzenbacherRomeroBosma2005",),
    "structural_decomposition": ("DietzenbacherLos1998", "Shorrocks2013"),
    "structural_paths": ("DefournyThorbecke1984",),
    "structure": ("Krugman1991", "UNIDO1979", "Hirschman1964"),
    "supply": ("HummelsIshiiYi2001",),
    "value_added_origin": ("OECD2021", "BorinMancini2023"),
    "value_added_trade": ("JohnsonNoguera2012",),
    "volatility": ("JohnsonNoguera2012", "Esposito2020", "ArdeleanLeonLedesmaPuzzello2022"),
})  # fmt: skip
"""Of every public measure, by its name."""

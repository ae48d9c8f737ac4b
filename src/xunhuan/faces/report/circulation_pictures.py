"""Pictures of the report on circulation: intervals and tile maps."""

from __future__ import annotations

from xunhuan.faces import figures, spelling
from xunhuan.faces.figures.maps import Scale
from xunhuan.faces.report.findings import Findings, Lang
from xunhuan.faces.report.page import Album


def add_intervals(found: Findings, album: Album, circuit: str, lang: Lang) -> None:
    """Regions ranked by a share, each with its interval."""
    assert found.spread is not None
    ends = found.bounds or (None, None)
    drawn = figures.circulation_intervals(found.spread.region, *ends, circuit=circuit, language=lang)
    thin = "" if found.bounds is None else " Thin lines are arithmetic limits, not intervals."
    caption = (
        f"{found.places.capitalize()} ranked by the share {spelling.word(circuit, lang)}: the estimate and its 90% "
        f"interval over {len(found.spread.seen)} versions of the table.{thin}"
    )
    alt = f"Estimate and 90% interval of the share {spelling.word(circuit, lang)}, one row a region, largest on top"
    album.add(f"intervals-{circuit}", drawn, caption, alt)


def add_maps(found: Findings, album: Album, lang: Lang) -> None:
    """A tile map a circuit."""
    captions: dict[Scale, str] = {
        "external": "GDP absorbed abroad. Tiles stand roughly where the places lie.",
        "inter": f"GDP absorbed in other {found.places}.",
        "own": "GDP absorbed where it is made.",
    }
    for circuit, caption in captions.items():
        key = f"{spelling.word(circuit, lang)}, {spelling.word('share_gdp', lang)}"
        values = found.region[circuit].to_series()
        fig = figures.tile_map(values, found.acc.geography, scale=circuit, language=lang, key=key)
        album.add(f"map-{circuit}", fig, caption, f"Tile map: {caption}")

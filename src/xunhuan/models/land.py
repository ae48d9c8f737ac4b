"""The land a model's pictures are drawn on: outlines of places, points, lines, as they are or as a shock makes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Land:
    """What a real map is drawn from; longitude and latitude in degrees.

    Attributes
    ----------
    outline : DataFrame
        region, part, lon, lat: corners of a place's polygons, in order.
    points : DataFrame
        point, name_en, name_zh, lon, lat, shut: where amounts are drawn as circles; `shut` where the shock closes it.
    lines : DataFrame
        line, new, lon, lat: corners of lines, in order; `new` where the shock builds it.

    Examples
    --------
    >>> import pandas as pd
    >>> square = pd.DataFrame({"region": "AT-N", "part": 0, "lon": [0, 1, 1, 0], "lat": [0, 0, 1, 1]})
    >>> ports = pd.DataFrame({"point": ["NP"], "name_en": ["North Port"], "name_zh": ["北港"], "lon": [1.0], "lat": [0.5],
    ...                       "shut": [False]})
    >>> Land(square, ports, pd.DataFrame(columns=["line", "new", "lon", "lat"])).points["name_en"].tolist()
    ['North Port']
    """

    outline: pd.DataFrame
    points: pd.DataFrame
    lines: pd.DataFrame

"""The land a model's pictures are drawn on: outlines of places, points, lines, as they are or as a shock makes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


def _no_spots() -> pd.DataFrame:
    import pandas as pd  # the list of commands starts without it

    return pd.DataFrame({"region": pd.Series(dtype=str), "lon": pd.Series(dtype=float), "lat": pd.Series(dtype=float)})


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
    spots : DataFrame, optional
        region, lon, lat: places without an outline, such as cities of a region that is split; drawn as coloured dots.
    chinese : mapping, optional
        What points and other places of the room, named in its edits, are called in Chinese.

    Examples
    --------
    >>> import pandas as pd
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
    spots: pd.DataFrame = field(default_factory=_no_spots)
    chinese: Mapping[str, str] = field(default_factory=dict)

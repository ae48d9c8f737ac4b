"""The room's page for those who have never heard of it: what may be moved, what is explained, what the numbers rest on."""

from __future__ import annotations

from collections.abc import Iterator

from xunhuan.models.model import Asking, Ground, Knob
from xunhuan.models.rivalry.industry import CITY_FIELDS, STAGE_FIELDS, read_industry
from xunhuan.models.rivalry.parameters import Cities, Provinces, RivalryParameters

_SALES = "sales_now"


_ASKED = "set by the one who asks"
_CITIES = (
    (
        "city_promotion",
        "promotion",
        (0.0, 0.2),
        "",
        "what a unit of sales is worth to a career beside money; no estimate",
    ),
    ("keep", "keep", None, "share", "the city's part of taxes on a profit; no figure by city"),
    ("years", "years", None, "", "2021 to 2035"),
    ("experience", "experience", None, "", "no estimate"),
    ("haul", "haul", None, "", "no estimate"),
    ("most_lines", "most_lines", None, "", "room in one city; no source"),
)
_PROVINCES = (
    ("promotion", "promotion", None, "", "none by default: no weight of output in a career is known in this unit"),
    ("own_bill", "own_bill", None, "share", "the whole by default; a part where the nation pays the rest"),
    ("scale", "scale", None, "", "economies of scale, where the long-run model's own parameters give none; no estimate for "
     "these players"),
)  # fmt: skip
"""By game: word, parameter, ends of what it may as well be, unit, what it rests on."""
_Row = tuple[str, str, tuple[float, float] | None, str, str]


def rivalry_grounds(p: RivalryParameters, kinds: frozenset[str]) -> tuple[Ground, ...]:
    """What the games that are played rest on: what regions choose by, what cities do, and numbers of the file of cities."""
    return (*_of_provinces(p.provinces), *_of_cities(p.cities))


def _figures(table: Provinces | Cities, rows: tuple[_Row, ...]) -> Iterator[Ground]:
    usual = {n: f.default for n, f in type(table).model_fields.items()}
    for what, name, ends, unit, told in rows:
        value = float(getattr(table, name))
        own = value != usual[name]
        low, high = (None, None) if own or ends is None else ends
        yield Ground(what, "judgement", _ASKED if own else told, value=value, low=low, high=high, unit=unit)


def _of_provinces(table: Provinces | None) -> Iterator[Ground]:
    """Parameters of the game of regions: rates they may choose, and what they mind beside real income."""
    if table is None:
        return
    for what, value in (("rate_low", table.control.low), ("rate_high", table.control.high)):
        yield Ground(what, "judgement", _ASKED, value=value, unit="share")
    yield Ground("obedience", "judgement", _ASKED, value=float(table.compliance[0]), unit="share")
    yield from _figures(table, _PROVINCES)


def _of_cities(table: Cities | None) -> Iterator[Ground]:
    """Parameters of the game of cities, and numbers of its file by field and what they rest on, the first source of each."""
    if table is None:
        return
    yield from _figures(table, _CITIES)
    found = read_industry(table.industry)
    told: dict[tuple[str, str], list[str]] = {}
    for (_, field), cell in found.cells.items():
        if field in (*CITY_FIELDS, *STAGE_FIELDS) or field in found.stages:
            told.setdefault((_SALES if field in found.stages else field, cell.kind), []).append(cell.source)
    for (what, kind), sources in told.items():
        yield Ground(what, kind, sources[0], len(sources))


RIVALRY_PAGE = Asking(
    scenario="great-leap",
    controls=(
        Knob("obeyed", "shock/name=obedience/compliance/0/weight", scale=100),
        Knob("others_pay", "shock/name=others' money/own_bill/0/add", scale=-100),
        Knob("career_cents", "shock/name=careers/promotion/0/weight", 0, 50, 100),
        Knob("draws_made", "uncertainty/draws", 0, 64, whole=True, start=8),
    ),
    terms=("plan_term", "race_term", "nash", "anarchy", "obedience_term", "idle"),
    assumes=("assume_stylised", "assume_shared", "assume_imports", "assume_obey"),
)

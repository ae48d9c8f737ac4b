"""The room's page for those who have never heard of it: what may be moved, what is explained, what the numbers rest on."""

from __future__ import annotations

from xunhuan.models.model import Asking, Ground, Knob
from xunhuan.models.rivalry.industry import CITY_FIELDS, STAGE_FIELDS, read_industry
from xunhuan.models.rivalry.parameters import RivalryParameters

_SALES = "sales_now"


def city_grounds(p: RivalryParameters, kinds: frozenset[str]) -> tuple[Ground, ...]:
    """Numbers of the file of cities by field and what they rest on, with the first source of each."""
    if p.cities is None:
        return ()
    found = read_industry(p.cities.industry)
    told: dict[tuple[str, str], list[str]] = {}
    for (_, field), cell in found.cells.items():
        if field in (*CITY_FIELDS, *STAGE_FIELDS) or field in found.stages:
            told.setdefault((_SALES if field in found.stages else field, cell.kind), []).append(cell.source)
    return tuple(Ground(what, kind, sources[0], len(sources)) for (what, kind), sources in told.items())


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

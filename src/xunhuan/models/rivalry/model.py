"""The rivalry's record: players of several levels, plan against race."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xunhuan.data.accounts import Accounts
from xunhuan.data.records import changed
from xunhuan.errors import BadInput
from xunhuan.models.edits import Duplication, Edit, Need
from xunhuan.models.edits.demand import FinalDemand
from xunhuan.models.edits.lasting import ExportTax, MobilityCost, Productivity, Subsidy, Tariff, TradeCost
from xunhuan.models.edits.transfer import Transfer
from xunhuan.models.edits.wedge import Wedge
from xunhuan.models.edits.yearly import industry_named
from xunhuan.models.model import Model, Response, Shock, Short, Uncertain, words_beside
from xunhuan.models.rivalry.command import RivalryOptions, rivalry_posed
from xunhuan.models.rivalry.edits import MINDS
from xunhuan.models.rivalry.industry import industry_words
from xunhuan.models.rivalry.page import RIVALRY_PAGE, rivalry_grounds
from xunhuan.models.rivalry.parameters import RivalryParameters
from xunhuan.models.rivalry.read import (
    QUANTITIES,
    by_block,
    by_cell,
    by_city,
    by_compliance,
    by_level,
    by_nation,
    by_province,
    by_stage,
    first_table,
    read,
)  # fmt: skip

if TYPE_CHECKING:
    from xunhuan.models.slopes import Lender

# What computes is imported when it runs.


def _respond(accounts: Accounts, shock: Shock, parameters: RivalryParameters, slopes: Lender | None = None) -> Response:
    """Plan against race; see `answer.respond`."""
    from xunhuan.models.rivalry.answer import respond as played

    return played(accounts, shock, parameters, slopes)


def hands_on(response: Response) -> tuple[Edit, ...]:
    """For the model that comes after: how much more the cities' race costs than one plan for all."""
    d = response.detail
    if "national_cost" not in d:
        return ()
    cost = d["national_cost"]
    anarchy = float(cost.sel(play="rivalry") / cost.sel(play="plan"))
    return (
        Duplication(regions="provinces", factor=max(anarchy, 1.0), industry=industry_named(str(d.attrs["industry"]))),
    )


def _factor(name: str, most: float) -> Any:
    """A move of a number of the cities' game by a factor, no further than it may be."""

    def move(p: RivalryParameters, factor: float, acc: Accounts) -> RivalryParameters:
        if factor == 1 or p.cities is None:
            return p
        return changed(p, cities=changed(p.cities, **{name: min(getattr(p.cities, name) * factor, most)}))

    return move


def _idle(p: RivalryParameters) -> str | None:
    return None if p.cities is not None else "no cities play; give [model.rivalry.cities]"


def _unmoved(p: RivalryParameters, factor: float, acc: Accounts) -> RivalryParameters:
    if factor != 1:
        raise BadInput("cells have ranges of their own, not a factor", fix='write "own"')
    return p


def _scale(p: RivalryParameters, factor: float, acc: Accounts) -> RivalryParameters:
    """Economies of scale of the sectors at stake, times a factor."""
    if factor == 1 or p.provinces is None:
        return p
    return changed(p, provinces=changed(p.provinces, scale=p.provinces.scale * factor))


def _no_provinces(p: RivalryParameters) -> str | None:
    return None if p.provinces is not None else "no provinces play; give [model.rivalry.provinces]"


def _cells(p: RivalryParameters, number: float, acc: Accounts) -> RivalryParameters:
    """Every cell of the file that has a range, drawn together."""
    return p if p.cities is None else changed(p, cities=changed(p.cities, draw=number, draws=0))


_WORDS = words_beside("xunhuan.models.rivalry")

MODEL: Model[RivalryParameters] = Model(
    name="rivalry",
    parameters=RivalryParameters,
    reads=(
        TradeCost,
        Tariff,
        Productivity,
        FinalDemand,
        Subsidy,
        ExportTax,
        MobilityCost,
        Wedge,
        Transfer,
        *MINDS,
        Need,
    ),
    respond=_respond,
    read=read,
    quantities=QUANTITIES,
    uncertain=(
        Uncertain("city_cells", _unmoved, _idle, errors=_cells),
        Uncertain("city_promotion", _factor("promotion", float("inf")), _idle),
        Uncertain("city_bill", _factor("own_bill", 1.0), _idle),
        Uncertain("city_learning", _factor("learning_rate", 0.6), _idle),
        Uncertain("stake_scale", _scale, _no_provinces),
    ),
    hands_on=hands_on,
    point=lambda p: p if p.cities is None else changed(p, cities=changed(p.cities, draws=0)),
    evolves=True,
    borrows=lambda p: ("slopes",) if p.provinces is not None else (),
    views={
        "players": first_table,
        "province": by_province,
        "nation": by_nation,
        "city": by_city,
        "stage": by_stage,
        "compliance": by_compliance,
        "level": by_level,
        "cell": by_cell,
        "block": by_block,
    },
    command="rivalry",
    short=Short(RivalryOptions, rivalry_posed, ("industry",)),
    sources=("KoutsoupiasPapadimitriou1999", "IrwinKlenow1994", "BachrachElkindMeir2009", "Lashkaripour2021"),
    words=_WORDS | industry_words(_WORDS),
    size=lambda acc, p: 30.0 if p.provinces is not None else 4.0,
    asking=RIVALRY_PAGE,
    rests_on=rivalry_grounds,
)

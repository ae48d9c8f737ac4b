"""What is read off an answer: quantities of the games, by place, city, stage, part, block and φ."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array
from xunhuan.data.places import Places
from xunhuan.errors import BadInput
from xunhuan.models.model import Numbers, Quantity, Readings, Response
from xunhuan.models.rivalry.industry import CELL_KINDS, read_industry

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

_HOME = ("home_place",)
CITIES = (
    Quantity("price_of_anarchy", "ratio", _HOME, "what the nation pays for its need in the cities' race, over what it pays "
             "in its plan, C(Nash) / C(plan)", "KoutsoupiasPapadimitriou1999", better=-1, headline=True, rest=None),
    Quantity("rivalry_loss", "bn USD", _HOME, "what the race costs the nation a year beyond its plan, C(Nash) − C(plan)",
             better=-1, headline=True),
    Quantity("stability_cost", "bn USD", _HOME, "least payments a year that keep every coalition of blocks in the plan: "
             "min Σ t, t ≥ 0, Σ_S (u + t) ≥ v(S)", "BachrachElkindMeir2009", better=-1, headline=True),
    Quantity("capacity_built", "bn USD", ("city", "play"), "capacity a year at import prices, Σ_k L K, in the plan and in "
             "the race", rest=None, picture="pairs"),
    Quantity("places_by_stage", "count", ("stage_built", "play"), "number of cities that have the stage", rest=None,
             picture="pairs"),
    Quantity("capacity_used", "share", ("stage_built", "play"), "sales over capacity, min(1, N / Σ L K)", rest=None,
             picture="pairs"),
    Quantity("anarchy_by_compliance", "ratio", ("city_compliance",), "price of anarchy where so much of each city's mind is "
             "the nation's", rest=None, picture="curve"),
    Quantity("anarchy_by_level", "ratio", ("level",), "price of anarchy where rivals are cities, provinces or blocks that "
             "act as one, and where all keep to the plan but the cities of one block", rest=None, picture="bars"),
    Quantity("loss_by_part", "bn USD", ("part",), "what the race costs beyond the plan: capital that stands idle, fixed "
             "costs, dearer units, imports", picture="bars"),
    Quantity("city_gain", "bn USD", ("city",), "what a city's leaders gain by the plan against the race, u(plan) − u(Nash)",
             better=1, picture="lollipops"),
    Quantity("obedience_price", "bn USD", ("city",), "least a city must be given to play its part where all others do: what "
             "it would gain by its best response", picture="lollipops"),
    Quantity("coalition_payment", "bn USD", ("block",), "least payment a year by block that keeps every coalition in",
             "BachrachElkindMeir2009", picture="lollipops"),
)  # fmt: skip
PROVINCES = (
    Quantity("played_income", "share", ("place",), "change of real income where players have settled on their rates, "
             "against no rates: I'/(I P̂) − 1", better=1, headline=True, picture="map"),
    Quantity("rivalry_income_loss", "share", _HOME, "real income lost to rivalry: Σ ω ln W(coordinated) − Σ ω ln W(Nash), ω "
             "base income", better=-1, headline=True),
    Quantity("coordinated_income", "share", ("place",), "change of real income at the rates that raise the nation's most, "
             "against no rates", better=1),
    Quantity("chosen_rate", "rate", (*_HOME, "stake", "play"), "rate that players choose on the sectors at stake: a "
             "subsidy, an export tax or a tariff", rest=None, picture="tiles"),
    Quantity("coordination_gain", "share", _HOME, "real income gained by coordination against rivalry", better=1,
             picture="lollipops"),
    Quantity("rivalry_transfer", "value", _HOME, "what a region must be given a year so that it does not lose by "
             "coordination: (W(Nash) − W(coordinated)) I where positive", rest=None, picture="lollipops"),
    Quantity("asked_for_obedience", "value", _HOME, "what a region that is offered a privilege would ask a year for keeping "
             "to the coordinated rates: what it would gain by its own best ones, others as they are", rest=None,
             picture="lollipops"),
    Quantity("duplication_ratio", "ratio", _HOME, "effective number of regions that make the goods at stake, 1/Σ s², in "
             "rivalry over coordinated", "Hirschman1964", rest=None),
    Quantity("income_by_compliance", "share", ("province_compliance",), "change of the nation's real income where so much "
             "of each player's mind is the nation's", rest=None, picture="curve"),
)  # fmt: skip
NATIONS = (
    Quantity("nash_tariff", "rate", ("place",), "tariff that is a nation's best against the others', one rate on all that "
             "comes from abroad", "Lashkaripour2021", headline=True, rest=None, picture="bars"),
    Quantity("tariff_war_income", "share", ("place",), "change of real income in the war of tariffs, against balanced trade",
             "Lashkaripour2021", better=1, headline=True, picture="bars"),
)  # fmt: skip
QUANTITIES = (*PROVINCES, *CITIES, *NATIONS)


def read(acc: Accounts, response: Response | None, places: Places) -> Readings:
    """Numbers of the games that were played; none where nothing happens, for then nobody plays."""
    if response is None:
        return {}
    d = response.detail
    out: dict[str, Numbers] = {}
    if "rate" in d:
        out |= _provinces(d, places)
    if "city" in d.dims:
        out |= _cities(d, places)
    if "nash_tariff" in d:
        known = [(places.codes.index(str(n)), k) for k, n in enumerate(d["nation"].values) if str(n) in places.codes]
        for name, of in (("nash_tariff", "nash_tariff"), ("tariff_war_income", "war_welfare")):
            values = np.full(len(places.codes), np.nan)
            values[[p for p, _ in known]] = d[of].to_numpy()[[k for _, k in known]]
            out[name] = Numbers(("place",), values)
    return out


def _provinces(d: xr.Dataset, places: Places) -> Mapping[str, Numbers]:
    """The provinces' numbers; a nation's income is its regions' added up."""
    at, codes = places.home_index, list(d["region"].values)
    income, welfare = d["income_base"].to_numpy(), d["welfare"].transpose("play", "region").to_numpy()
    # Places are of closed regions; an open one has no income.
    change = np.stack([places.share(income * np.exp(w), income) - 1 for w in welfare])
    planned, alone = change
    where = [codes.index(places.codes[k]) if places.codes[k] in codes else None for k in at]
    rate = d["rate"].transpose("region", "stake", "play").to_numpy()
    none = np.full(rate.shape[1:], np.nan)
    transfer = d["transfer"].to_numpy()
    return {
        "played_income": Numbers(("place",), alone),
        "coordinated_income": Numbers(("place",), planned),
        "rivalry_income_loss": of_nation(float(d["loss_of_income"]), places),
        "chosen_rate": Numbers((*_HOME, "stake", "play"), np.stack([none if k is None else rate[k] for k in where]),
                               {"stake": list(d["stake"].values), "play": list(d["play"].values)}),
        "coordination_gain": Numbers(_HOME, ((1 + planned) / (1 + alone) - 1)[at]),
        "rivalry_transfer": Numbers(_HOME, places.sum(transfer)[at]),
        "asked_for_obedience": Numbers(_HOME, _asked_by(d, codes, places)),
        "duplication_ratio": of_nation(float(d["more_places"]), places),
        "income_by_compliance": Numbers(("province_compliance",), d["national_income"].to_numpy(),
                                        {"province_compliance": list(d["province_compliance"].values)}),
    }  # fmt: skip


def _asked_by(d: xr.Dataset, codes: list[str], places: Places) -> Array:
    """What regions ask, by home place, nan where nothing is offered; the nation's is the sum of them."""
    asked = d["asked"].to_numpy()
    at = [places.codes[k] for k in places.home_index]
    out = np.array([asked[codes.index(c)] if c in codes else np.nan for c in at])
    out[-1] = asked[np.isfinite(asked)].sum() if np.isfinite(asked).any() else np.nan
    return out


def of_nation(value: float, places: Places, ends: tuple[float, float] | None = None) -> Numbers:
    """A number of the home nation alone, with the ends of its interval where there is one; nan at its regions."""

    def alone(x: float) -> Array:
        out = np.full(len(places.home_index), np.nan)
        out[-1] = x
        return out

    return Numbers(_HOME, alone(value), {}, *(map(alone, ends) if ends is not None else (None, None)))


def ends_drawn(d: xr.Dataset, of: str) -> tuple[float, float] | None:
    """Ends of the 90% interval over draws of the file's cells; None where none were made."""
    return None if f"{of}_drawn" not in d else (*map(float, np.quantile(d[f"{of}_drawn"].to_numpy(), (0.05, 0.95))),)  # type: ignore[return-value]


def _cities(d: xr.Dataset, places: Places) -> Mapping[str, Numbers]:
    cost = d["national_cost"]
    plan, race = float(cost.sel(play="plan")), float(cost.sel(play="rivalry"))
    city, play, stage = (list(d[k].values) for k in ("city", "play", "stage"))
    by_city = {"city": city, "play": play}
    by_stage = {"stage_built": stage, "play": play}
    own = d["city_payoff"]

    def across(x: xr.DataArray, *axes: str) -> Array:
        return np.asarray(x.transpose(*axes).to_numpy(), dtype=float)

    return {
        "price_of_anarchy": of_nation(race / plan, places, ends_drawn(d, "anarchy")),
        "rivalry_loss": of_nation(race - plan, places, ends_drawn(d, "loss")),
        "stability_cost": of_nation(float(d["payment"].sum()), places, ends_drawn(d, "payments")),
        "capacity_built": Numbers(("city", "play"), across(d["capacity"].sum("stage"), "city", "play"), by_city),
        "places_by_stage": Numbers(("stage_built", "play"), across((d["lines"] > 0).sum("city"), "stage", "play"), by_stage),
        "capacity_used": Numbers(("stage_built", "play"), across(d["use_of_capacity"], "stage", "play"), by_stage),
        "anarchy_by_compliance": Numbers(("city_compliance",), across(d["anarchy"], "city_compliance"),
                                         {"city_compliance": list(d["city_compliance"].values)}),
        "anarchy_by_level": Numbers(("level",), across(d["by_level"], "level"), {"level": list(d["level"].values)}),
        "loss_by_part": Numbers(("part",), across(d["loss"], "part"), {"part": list(d["part"].values)}),
        "city_gain": Numbers(("city",), across(own.sel(play="plan") - own.sel(play="rivalry"), "city"), {"city": city}),
        "obedience_price": Numbers(("city",), across(d["temptation"], "city"), {"city": city}),
        "coalition_payment": Numbers(("block",), across(d["payment"], "block"), {"block": list(d["block"].values)}),
    }  # fmt: skip


# Tables for people


def _asked(response: Response, of: str, game: str) -> xr.Dataset:
    """The detail where a game was played. Raises BadInput."""
    if of not in response.detail:
        raise BadInput(
            f"there is no such table: {game} did not play", where="--by", fix="ask for a table of a game that did"
        )
    return response.detail


def first_table(acc: Accounts, response: Response, top: int) -> pd.DataFrame:
    """The first game that was played: provinces, cities or nations."""
    d = response.detail
    if "rate" in d:
        return by_province(acc, response, top)
    return by_city(acc, response, top) if "lines" in d else by_nation(acc, response, top)


def by_province(acc: Accounts, response: Response, top: int) -> pd.DataFrame:
    """Players' regions: rates in rivalry and coordinated, real income, what must be moved."""
    import pandas as pd

    d = _asked(response, "rate", "provinces")
    rate = d["rate"].isel(stake=0)
    w = d["welfare"].copy(data=100 * np.expm1(d["welfare"].to_numpy()))
    frame = pd.DataFrame({
        "region": d["region"].values, "name": [acc.geography.name(c) for c in d["region"].values],
        "rate": 100 * rate.sel(play="rivalry").values, "coordinated_rate": 100 * rate.sel(play="plan").values,
        "real_income": w.sel(play="rivalry").values, "coordinated_income": w.sel(play="plan").values,
        "transfer": d["transfer"].values,
    })  # fmt: skip
    if np.isfinite(d["asked"]).any():
        frame["asked"], frame["keeps"] = d["asked"].values, d["keeps"].values
    frame = frame[np.isfinite(frame["rate"].to_numpy())]
    frame = pd.DataFrame(frame.reindex(frame["rate"].sort_values(ascending=False, kind="stable").index))
    out = pd.DataFrame(frame.head(top) if top else frame).reset_index(drop=True)
    out.attrs["notes"] = [
        f"Percent; transfer in {acc.unit}: what a region must be given so that it does not lose by coordination. Rates on "
        f"{d['stake'].values[0]}, in rivalry and coordinated; real income against no rates.",
        f"Real income lost to rivalry: {100 * float(d['loss_of_income']):.4f}% of the nation's; effective number of regions "
        f"that make it, in rivalry over coordinated: {float(d['more_places']):.3f}.",
    ]
    out.attrs["money"] = dict.fromkeys(("transfer", "asked"), acc.unit)
    if "asked" in out:
        out.attrs["notes"].append(
            f"asked, {acc.unit}: what a region that is offered a privilege would ask for keeping to the coordinated rates."
        )
    return out


def by_nation(acc: Accounts, response: Response, top: int) -> pd.DataFrame:
    """Nations: Nash tariffs and what the war does to real income, percent."""
    d = _asked(response, "nash_tariff", "nations")
    frame = 100 * d[["nash_tariff", "war_welfare"]].to_dataframe()
    frame = frame.rename(columns={"war_welfare": "real_income"}).sort_values("real_income", kind="stable").reset_index()
    out = (frame.head(top) if top else frame).reset_index(drop=True)
    out.attrs["notes"] = ["Percent. Tariffs by formula [Lashkaripour2021]; real income against balanced trade."]
    return out


def _between(d: xr.Dataset, of: str, digits: int) -> str:
    low, high = ends_drawn(d, of) or (np.nan, np.nan)
    return f"{low:.{digits}f} to {high:.{digits}f}"


def by_city(acc: Accounts, response: Response, top: int) -> pd.DataFrame:
    """Cities: capacity in the plan and in the race, what leaders gain by the plan, the price of their obedience."""
    import pandas as pd

    d = _asked(response, "lines", "cities")
    capacity, own = d["capacity"].sum("stage"), d["city_payoff"]
    frame = pd.DataFrame({
        "city": d["city"].values, "province": d["province"].values,
        "plan": capacity.sel(play="plan").values, "rivalry": capacity.sel(play="rivalry").values,
        "gain": (own.sel(play="plan") - own.sel(play="rivalry")).values, "obedience": d["temptation"].values,
    })  # fmt: skip
    if d["obeyed"].any():
        frame["obeyed"] = d["obeyed"].values
    frame = frame.reindex((frame["rivalry"] - frame["plan"]).sort_values(ascending=False, kind="stable").index)
    out = (frame.head(top) if top else frame).reset_index(drop=True)
    cost = d["national_cost"]
    plan, race = float(cost.sel(play="plan")), float(cost.sel(play="rivalry"))
    parts = ", ".join(
        f"{p.replace('_', ' ')} {x:+.1f}" for p, x in zip(d["part"].values, d["loss"].values, strict=True)
    )
    out.attrs["notes"] = [
        "bn USD a year. plan, rivalry: capacity in the nation's plan and in the race; gain: what a city's leaders gain by "
        "the plan; obedience: the least it must be given to play its part where all others do.",
        f"The race costs the nation {race:.1f} bn USD a year, its plan {plan:.1f}: price of anarchy {race / plan:.3f}; "
        f"beyond the plan: {parts}.",
        f"Least payments that keep every coalition in: {float(d['payment'].sum()):.1f} bn USD a year.",
    ]
    out.attrs["money"] = dict.fromkeys(("plan", "rivalry", "gain", "obedience"), "bn USD")
    if "city_draw" in d.dims:
        said = [_between(d, of, digits) for of, digits in (("anarchy", 3), ("loss", 1), ("payments", 1))]
        out.attrs["notes"].append(
            f"Over {d.sizes['city_draw']} draws of the cells that have a range, 90% intervals: price of anarchy {said[0]}; "
            f"beyond the plan {said[1]}, least payments {said[2]} bn USD a year."
        )
    return out


def by_compliance(acc: Accounts, response: Response, top: int) -> pd.DataFrame:
    """The price of anarchy by compliance."""
    d = _asked(response, "anarchy", "cities")
    out = d["anarchy"].to_dataframe("price_of_anarchy").reset_index()
    out.attrs["notes"] = [
        "compliance: part of each city's mind that is the nation's; price of anarchy: cost over the plan's."
    ]
    return out


def by_stage(acc: Accounts, response: Response, top: int) -> pd.DataFrame:
    """Stages: places that have each, capacity and its use, plan against race."""
    import pandas as pd

    d = _asked(response, "lines", "cities")
    places, capacity = (d["lines"] > 0).sum("city"), d["capacity"].sum("city")
    columns: dict[str, Any] = {"stage": d["stage"].values, "need": d["need"].values}
    for play in ("plan", "rivalry"):
        columns |= {f"places_{play}": places.sel(play=play).values, f"capacity_{play}": capacity.sel(play=play).values,
                    f"used_{play}": 100 * d["use_of_capacity"].sel(play=play).values}  # fmt: skip
    out = pd.DataFrame(columns)
    out.attrs["money"] = dict.fromkeys(("need", "capacity_plan", "capacity_rivalry"), "bn USD")
    out.attrs["notes"] = [
        "places: cities that have the stage; capacity, need: bn USD a year; used: percent of capacity."
    ]
    return out


def by_level(acc: Accounts, response: Response, top: int) -> pd.DataFrame:
    """The price of anarchy by who acts as one."""
    d = _asked(response, "by_level", "cities")
    out = d["by_level"].to_dataframe("price_of_anarchy").reset_index()
    out.attrs["notes"] = [
        "price of anarchy: cost over the plan's, where cities act apart, or all those of a province or of a block as one; "
        "only X: all keep to the plan but the cities of X, each for itself."
    ]
    return out


def by_cell(acc: Accounts, response: Response, top: int) -> pd.DataFrame:
    """Every cell of the file of cities and stages with what it rests on, what is no fact first."""
    import pandas as pd

    d = _asked(response, "lines", "cities")
    cells = read_industry(str(d.attrs["industry"])).cells
    rows = [(name, field, c.value, c.low, c.high, c.kind, c.source) for (name, field), c in cells.items()]
    frame = pd.DataFrame(rows, columns=["of", "field", "given", "low", "high", "kind", "source"])
    frame = frame.sort_values("kind", key=lambda s: s.map(list(CELL_KINDS[::-1]).index), kind="stable")
    out = pd.DataFrame(frame.head(top) if top else frame).reset_index(drop=True)
    counted = ", ".join(f"{n} of {k}" for k, n in frame["kind"].value_counts().items())
    out.attrs["notes"] = [
        f"{len(frame)} cells: {counted}. fact: a source was read; memory: general knowledge that was not checked; "
        "judgement: an assumption. low, high: the range it is drawn in."
    ]
    return out


def by_block(acc: Accounts, response: Response, top: int) -> pd.DataFrame:
    """Blocks that may leave together: least payments that keep every coalition of them in the plan."""
    d = _asked(response, "payment", "cities")
    out = d["payment"].to_dataframe("payment").reset_index()
    out.attrs["money"] = {"payment": "bn USD"}
    out.attrs["notes"] = ["payment: bn USD a year, the least that keeps every coalition of blocks in the plan."]
    return out

"""What is read off the long run: real income, people, shipments; and its table for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array
from xunhuan.data.places import Places
from xunhuan.data.places import places as found_places
from xunhuan.models.model import Numbers, Quantity, Readings, Response

if TYPE_CHECKING:
    import pandas as pd

_MARKETS = ("domestic", "external")
_PLACE = ("place",)

QUANTITIES = (
    Quantity("welfare", "share", _PLACE, "utility of the people of a place wherever they come to live, Û − 1, Û[o] = "
             "(Σ_d m[o,d] (V̂[d]/μ̂[o,d])^κ)^(1/κ); V real income per head, which Û is where nobody moves; a nation's is its "
             "people's, by what they spend in the base", "TombeZhu2019", better=1, headline=True),
    Quantity("real_income", "share", _PLACE, "exact change of real income, I'/(I P) − 1; a nation's is its regions' at base "
             "prices", "CaliendoParro2015", better=1, headline=True),
    Quantity("real_income_per_head", "share", _PLACE, "change of real income over population", "TombeZhu2019", better=1,
             headline=True, picture="map"),
    Quantity("population", "share", _PLACE, "change of population", "TombeZhu2019", headline=True),
    Quantity("shipped", "value", ("home_place", "market", "sector"), "goods shipped inside the nation, the own region "
             "included, and abroad, at base prices: Σ_s flow'[p,s,i] / ĉ[p,i]", rest=None),
    Quantity("customs_duties", "value", _PLACE, "customs duties a year on all that a place buys from abroad, at the prices "
             "of the answer: Σ_r Σ_i t[r,s,i] flow[r,s,i]", "CaliendoParro2015", rest=None, told_with=("tariff",)),
)  # fmt: skip


def read(acc: Accounts, response: Response | None, places: Places) -> Readings:
    """Numbers of an answer by quantity; None is the base, where nothing changes."""
    if response is None:
        zero = np.zeros(len(places.codes))
        out = {name: Numbers(_PLACE, zero) for name in ("welfare", "real_income", "real_income_per_head", "population")}
        return out | {"shipped": _shipped(acc, acc.flow, places), "customs_duties": _duties(acc, places)}
    d = response.detail
    income = real_income(response, places)
    hat = np.nan_to_num(d["population_hat"].to_numpy(), nan=1.0)[acc.closed]
    # Nobody leaves a nation in this model: its population stands still, whatever its regions' do.
    people = np.concatenate([hat, np.ones(len(places.codes) - len(hat))])
    cost = np.nan_to_num(d["cost_hat"].transpose("region", "sector").to_numpy(), nan=1.0)
    return {
        "welfare": Numbers(_PLACE, welfare(response, places)),
        "real_income": Numbers(_PLACE, income),
        "real_income_per_head": Numbers(_PLACE, (1 + income) / people - 1),
        "population": Numbers(_PLACE, people - 1),
        "shipped": _shipped(acc, response.accounts.flow / cost[:, None, :], places),
        "customs_duties": _duties(response.accounts, places),
    }


def real_income(response: Response, places: Places) -> Array:
    """Change of real income by place, ratio: Σ_s I_s (Î_s/P̂_s) / Σ_s I_s − 1 over the place's regions."""
    base = np.nan_to_num(response.detail["income_base"].to_numpy())
    hat = np.nan_to_num(response.detail["real_income_hat"].to_numpy())
    return places.share(base * hat, base) - 1


def welfare(response: Response, places: Places) -> Array:
    """Change of utility by place, ratio: Σ_o Y_o Û_o / Σ_o Y_o − 1 over the people o of the place's regions, Y what they
    spend in the base. Where nobody moves it is `real_income`."""
    base = np.nan_to_num(response.detail["people_income_base"].to_numpy())
    hat = np.nan_to_num(response.detail["utility_hat"].to_numpy())
    return places.share(base * hat, base) - 1


def _duties(acc: Accounts, places: Places) -> Numbers:
    return Numbers(_PLACE, places.sum((acc.flow * acc.tariff).sum(axis=(0, 2))))


def _shipped(acc: Accounts, volume: Array, places: Places) -> Numbers:
    inside = np.array([n == acc.home for n in acc.geography.nation])
    both = np.stack([volume[:, inside].sum(1), volume[:, ~inside].sum(1)])  # market r i
    summed = places.sum(both.transpose(0, 2, 1))[..., places.home_index]  # market i place
    return Numbers(("home_place", "market", "sector"), summed.transpose(2, 0, 1), {"market": _MARKETS})


def by_region(acc: Accounts, response: Response, top: int) -> pd.DataFrame:
    """Percent changes by region, home and abroad, most affected first; what belongs beside them in attrs["notes"]."""
    import pandas as pd

    d, g = response.detail, acc.geography
    at_home = np.array([n == acc.home for n in g.nation])
    columns = {
        "welfare": "utility_hat", "real_income": "real_income_hat", "real_income_per_head": "real_income_per_head_hat",
        "real_wage": "real_wage_hat", "prices": "consumer_price_hat", "exports": "exports_hat",
        "imports": "imports_hat", "population": "population_hat",
    }  # fmt: skip
    if (d["population_hat"].values[acc.closed] == 1).all():
        columns = {k: v for k, v in columns.items() if k not in ("welfare", "real_income_per_head", "population")}
    frame = pd.DataFrame({name: 100 * (d[var].values - 1) for name, var in columns.items()})
    frame["terms_of_trade"] = 100 * d["terms_of_trade"].values
    frame["volume_of_trade"] = 100 * d["volume_of_trade"].values
    frame.insert(0, "where", np.where(at_home, "home", "abroad"))
    frame.insert(0, "name", [g.name(c) for c in g.codes])
    frame.insert(0, "region", g.codes)
    nation = _nation(acc, response, frame) if sum(at_home & acc.closed) > 1 else None
    frame = frame[acc.closed]
    frame = frame.reindex(frame["real_income"].abs().sort_values(ascending=False, kind="stable").index)
    if top:
        frame = frame.groupby("where", sort=False, group_keys=False).head(top)
    order = frame["where"].map({"home": 0, "abroad": 1})
    out = frame.iloc[order.argsort(kind="stable")].reset_index(drop=True)
    if nation is not None:
        out = pd.concat([nation, out], ignore_index=True)
    out.attrs["notes"] = [
        "Percent changes, long-run equilibrium. real_income: exact, I'/(I P). Exports and imports: value, with every "
        "other region.",
        "terms_of_trade, volume_of_trade: first-order split, percent of base income [CaliendoParro2015].",
        f"Numeraire: {d.attrs['numeraire']}.",
        *_duties_told(acc, response),
    ]
    return out


def _nation(acc: Accounts, response: Response, frame: pd.DataFrame) -> pd.DataFrame:
    """The home nation's row: incomes as `read` has them, the split of first order by incomes; prices are of regions."""
    import pandas as pd

    at = found_places(acc)
    k, numbers = at.index(acc.home), read(acc, response, at)
    row = {n: 100 * float(numbers[n].values[k]) for n in _NATIONAL if n in frame}
    inside = [n == acc.home for n in acc.geography.nation]
    income = np.where(inside, np.nan_to_num(response.detail["income_base"].to_numpy()), 0.0)
    for n in ("terms_of_trade", "volume_of_trade"):
        row[n] = float((income * np.nan_to_num(frame[n].to_numpy())).sum() / income.sum())
    named = {"region": acc.home, "name": acc.geography.name(acc.home), "where": "nation"}
    return pd.DataFrame([named | row], columns=frame.columns).astype(frame.dtypes)


_NATIONAL = ("welfare", "real_income", "real_income_per_head", "population")


def _duties_told(acc: Accounts, response: Response) -> Iterator[str]:
    """Customs duties of the nations whose revenue moves most, home first, where a tariff was changed."""
    before = np.asarray((acc.flow * acc.tariff).sum(axis=(0, 2)))
    after = np.nan_to_num(response.detail["duties"].to_numpy())
    if np.array_equal(response.accounts.tariff, acc.tariff):
        return
    g = acc.geography
    old, new = (np.bincount(g.nation_index, a, len(g.nations)) for a in (before, after))
    moved = [
        k for k in np.argsort(-np.abs(new - old), kind="stable")[:5] if abs(new[k] - old[k]) > 1e-9 * max(1.0, old[k])
    ]
    told = sorted(moved, key=lambda k: g.nations[k] != acc.home)
    if told:
        said = ", ".join(f"{g.nations[k]} {new[k]:,.1f} (base {old[k]:,.1f})" for k in told)
        yield f"Customs duties a year, {acc.unit}: {said}."

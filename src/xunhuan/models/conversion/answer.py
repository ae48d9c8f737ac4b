"""The conversion room as the house wants it: accounts and a shock to a response."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from io import StringIO
from typing import Any, NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array, Index, ratio
from xunhuan.data.classification import Sectors
from xunhuan.data.isic import classes
from xunhuan.data.sector_lists import isic_of, known_as, sector_list
from xunhuan.data.store import bundled_folder
from xunhuan.errors import BadInput
from xunhuan.models.conversion.assumed import assumed
from xunhuan.models.conversion.comparing import Compared, instruments_compared
from xunhuan.models.conversion.edits import HELPS, Certification, Exhibition, Help, SubsidyHomeSales
from xunhuan.models.conversion.firms import mixed_sales, profit_share
from xunhuan.models.conversion.instruments import Firms, helped, stood, subsidy_rate
from xunhuan.models.conversion.orders import YEAR_OF_WEEKS, LostOrders, cells_of
from xunhuan.models.conversion.parameters import ASSUMED_NAMES, ConversionParameters
from xunhuan.models.edits import Orders
from xunhuan.models.model import Response, Shock, Status

_SCALES = {"10^8": 1e8, "10^4": 1e4, "million": 1e6, "bn": 1e9, "billion": 1e9, "thousand": 1e3}
"""How units of tables are written."""
_FEWEST = 1 / 26
"""Least part of the time left for home sales that a cost of entry is worked out at."""


def respond(accounts: Accounts, shock: Shock, parameters: ConversionParameters | None = None) -> Response:
    """What firms that lose orders abroad sell at home, and what help adds; equations in `firms` and `instruments`.

    accounts  any table with a home nation and somebody abroad; they come out as they went in
    detail    draw region sector: lost, gained and so on; draw 0 is central

    Raises BadInput for a shock or parameters that cannot be.
    """
    p = parameters or ConversionParameters()
    cells = cells_of(accounts, shock.of(Orders), p.sectors)
    figures = figures_drawn(p, p.draws if cells.lost.any() else 0)
    world = Question(accounts, cells, figures, p, _money(accounts, shock, p))
    alone = help_of(world, ())
    helps = tuple(e for e in shock.edits if isinstance(e, Help))
    with_help = help_of(world, helps)
    found = (
        None
        if p.per_yuan is None or not cells.lost.any()
        else instruments_compared(world.firms(), p, *_budget(world, p))
    )
    detail = _detail(world, alone, with_help, found)
    detail["helped"] = ("region", regions_helped(world, helps))
    detail.attrs |= {"edits": "\n".join(map(str, shock.of(Orders))), "feed": p.feed, "period": world.period,
                     "currency": p.currency, "lag": p.lag_weeks, "home": accounts.home}  # fmt: skip
    return Response(accounts, detail, Status(message=_ended(world)), notes=_notes(world, p, helps))


def figures_drawn(p: ConversionParameters, draws: int) -> dict[str, Array]:
    """Assumed figures by name, d 1, the central one first: a Latin hypercube over ranges around what the parameters say."""
    rng = np.random.default_rng(p.seed)
    out = {}
    for name in ASSUMED_NAMES:
        middle, known = float(getattr(p, name)), assumed()[name]
        values = np.full(draws + 1, middle)
        if draws:
            u = (rng.permutation(draws) + rng.random(draws)) / draws
            values[1:] = known.at(u, middle)
        out[name] = _bounded(name, values)[:, None]
    return out


def _bounded(name: str, values: Array) -> Array:
    """Draws around another middle stay where the parameter itself may be."""
    if name in ("demand_elasticity", "firm_tail"):
        return np.maximum(values, 1.0 + 1e-6)
    if name in ("pure_share", "exporters_share", "stand_reach", "fee_part", "crowding"):
        return np.minimum(values, 0.999 if name == "pure_share" else 1.0)
    return values


CAPITAL_LIST = "cn42-2017"
"""List of sectors by which it is known what capital earns."""


def capital_of_output(sectors: Sectors) -> Array:
    """a of each sector, what capital earns over output, by ISIC; nan where nothing tells what a sector is.

    a[j] = Σ_k o[j,k] capital[k] / Σ_k o[j,k] output[k],   o[j,k] the part of the classes of k, of the list, that j holds
    """
    listed = known_as(sectors)
    capital, output, held = _earned()
    if listed is not None and listed.name == CAPITAL_LIST:
        at = [listed.sectors.codes.index(c) for c in sectors.codes]
        return np.asarray((capital / output)[at])
    mine = [classes(i) if i else frozenset[int]() for i in isic_of(sectors)]
    part = np.array([[len(h & m) / len(h) for h in held] for m in mine])
    return ratio(part @ capital, part @ output, np.nan)


@cache
def _earned() -> tuple[Array, Array, tuple[frozenset[int], ...]]:
    """What capital earns, output, and the ISIC classes of each sector of the list."""
    import pandas as pd

    text = (resources.files("xunhuan.models.conversion") / "data" / "capital_shares.csv").read_text(encoding="utf-8")
    known = pd.read_csv(StringIO(text), comment="#", dtype={"sector": str})
    of = sector_list(CAPITAL_LIST).sectors
    held = dict(zip(of.codes, of.isic, strict=True))
    return (known["capital"].to_numpy(float), known["output"].to_numpy(float),
            tuple(classes(held[c]) for c in known["sector"]))  # fmt: skip


def convexity_of(acc: Accounts, cells: LostOrders, p: ConversionParameters) -> Array:
    """ω by sector: 0 in the long run, the parameter's, or a/(1 − a), a what capital earns over output.

    Raises BadInput naming sectors that nothing tells, where none is given.
    """
    if p.horizon == "long":
        return np.zeros(len(cells.sectors))
    if p.convexity is not None:
        return np.full(len(cells.sectors), p.convexity)
    share = capital_of_output(acc.sectors)[cells.sectors]
    if np.isnan(share).any():
        lost = [acc.sectors.codes[k] for k in np.asarray(cells.sectors)[np.isnan(share)]]
        raise BadInput("it is not known what capital earns in these sectors", where=acc.name, items=lost,
                       fix="give the table's list of sectors, or model.conversion.convexity")  # fmt: skip
    return np.asarray(share / (1 - share))


def money_per_value(acc: Accounts, currency: str) -> float:
    """Units of the currency in one unit of the table. Raises BadInput where no rate is known."""
    first = acc.unit.split()[0]
    scale = _SCALES.get(first, 1.0)
    if currency == acc.currency:
        return scale
    import pandas as pd

    rates = pd.read_csv(bundled_folder() / "exchange_rates.csv").set_index("year")
    if acc.currency == "USD" and currency in rates and acc.year in rates.index:
        return scale * float(rates[currency].loc[acc.year])
    if currency == "USD" and acc.currency in rates and acc.year in rates.index:
        return scale / float(rates[acc.currency].loc[acc.year])
    raise BadInput(f"no rate of {currency} to {acc.currency} is known of {acc.year}", where=acc.name,
                   fix=f'give model.conversion.currency = "{acc.currency}" and sums in it')  # fmt: skip


def _money(acc: Accounts, shock: Shock, p: ConversionParameters) -> float:
    """As `money_per_value`; nan where no sum of money is asked about and no rate is known, so that firms are not counted."""
    try:
        return money_per_value(acc, p.currency)
    except BadInput:
        if p.per_yuan is not None or any(isinstance(e, HELPS) for e in shock.edits):
            raise
        return float("nan")


@dataclass(frozen=True, eq=False)
class Question:
    """All that an answer is made of. money  units of the currency in one of the table, nan where nobody knows."""

    acc: Accounts
    cells: LostOrders
    figures: dict[str, Array]
    p: ConversionParameters
    money: float

    @property
    def unit(self) -> float:
        """Units of the currency in one of the table, 1 where sums stay in the table's."""
        return self.money if np.isfinite(self.money) else 1.0

    @property
    def period(self) -> float:
        """The time orders are lost over a year."""
        return self.cells.days / YEAR_OF_WEEKS

    def selling(self, less: Array | float = 0.0) -> Array:
        """Part of the time in which firms sell at home, max(1 − L/T, 0), with so many weeks fewer to wait."""
        weeks = self.cells.weeks
        if weeks <= 0:
            return np.zeros_like(self.figures["lag_weeks"] + less)
        return np.asarray(np.clip(1 - np.maximum(self.figures["lag_weeks"] + less, 0.0) / weeks, 0.0, 1.0))

    def omega(self) -> Array:
        """ω, d k."""
        own = np.tile(convexity_of(self.acc, self.cells, self.p), len(self.cells.regions))
        return np.asarray(own * self.figures["convexity_factor"])

    def firms(self, less: Array | float = 0.0) -> Firms:
        """Firms by draw and cell (regions down, sectors across, in one row), in money of the time orders are lost.

        less  weeks added to the wait by policy, 0 or less, k
        """
        f, c = self.figures, self.cells
        exports, home, lost = (x.ravel()[None] for x in (c.exports, c.home, c.lost))
        cut = np.divide(lost, exports, out=np.zeros_like(lost), where=exports > 0)
        mixed_out, mixed_home = exports * (1 - f["pure_share"]), home * f["exporters_share"]
        e = _part(mixed_out, mixed_out + mixed_home)
        omega, sigma = self.omega(), f["demand_elasticity"]
        pure = lost * f["pure_share"]
        profit, selling = profit_share(sigma, omega), self.selling(less)
        entry = f["entry_size"] * _mean(profit, pure) / profit * np.maximum(self.selling(), _FEWEST)
        even = self.p.spread == "even"
        entry = _over(entry, selling * cut if even else np.broadcast_to(selling, entry.shape))
        among = exports * f["pure_share"] * (lost > 0) if even else pure
        scale = self.unit * self.period
        return Firms(
            sigma, omega, f["firm_tail"], f["reach_curvature"], np.broadcast_to(f["home_potential"] * selling, entry.shape),
            entry, pure * scale, among * self.unit / f["firm_exports"] if np.isfinite(self.money) else 0 * among,
            mixed_home * scale * selling, e, np.broadcast_to(cut, e.shape), f["stand_reach"],
        )  # fmt: skip


def _part(a: Array, b: Array) -> Array:
    return np.asarray(np.divide(a, b, out=np.zeros(np.broadcast(a, b).shape), where=b > 0))


def _over(a: Array, b: Array) -> Array:
    return np.asarray(np.divide(a, b, out=np.full(np.broadcast(a, b).shape, np.inf), where=b > 0))


def _mean(x: Array, weight: Array) -> Array:
    """Weighted mean over cells, d 1; 1 where there is no weight."""
    total = weight.sum(1, keepdims=True)
    return np.asarray(np.divide((x * weight).sum(1, keepdims=True), total, out=np.ones_like(total), where=total > 0))


class Helped(NamedTuple):
    """Firms under some help, d k: home sales of pure and mixed exporters, by stands, firms, money; weeks less, k."""

    firms: Firms
    pure: Array
    mixed: Array
    stands: Array
    converts: Array
    spent: Array
    less: Array


def help_of(w: Question, helps: tuple[Help, ...]) -> Helped:
    """Home sales under some help. Raises BadInput where it cannot be."""
    fee, less = np.zeros(w.cells.lost.size), np.zeros(w.cells.lost.size)
    for e in (e for e in helps if isinstance(e, Certification)):
        at = _places(w, e)
        fee[at] = 1 - (1 - fee[at]) * (1 + e.fee)
        less[at] += e.lag_weeks
    f = w.firms(less[None])
    relief = w.figures["fee_part"] * fee
    rate = np.zeros_like(f.lost)
    plain = helped(f, relief)
    pure, mixed, firms, spent = plain.pure.copy(), plain.mixed.copy(), plain.firms.copy(), plain.fee.copy()
    taken = np.zeros(w.cells.lost.size, dtype=bool)
    for sub in _joined(helps):
        at = _places(w, sub)
        _refuse_twice(taken, at, sub)
        some = f.only(at)
        t = subsidy_rate(some, sub.budget, sub.on, relief[:, at])
        got = helped(some, relief[:, at], t, sub.on)
        pure[:, at], mixed[:, at], firms[:, at] = got.pure, got.mixed, got.firms
        spent[:, at] = got.fee + got.subsidy
        rate[:, at] = t
    stands = np.zeros_like(pure)
    busy = np.zeros(w.cells.lost.size, dtype=bool)
    for show in (e for e in helps if isinstance(e, Exhibition)):
        at = _places(w, show)
        _refuse_twice(busy, at, show)
        some = f.only(at)
        got_by = stood(some, show.stands, relief[:, at], rate[:, at])
        cost = w.figures["stand_cost"] if show.cost is None else show.cost
        stands[:, at] += got_by.sales
        firms[:, at] += got_by.stands
        spent[:, at] += got_by.stands * cost
    return Helped(f, pure, mixed, stands, firms, spent, less)


def _joined(helps: tuple[Help, ...]) -> list[SubsidyHomeSales]:
    """Subsidies on the same sales of the same regions as one."""
    out: dict[tuple[object, str], SubsidyHomeSales] = {}
    for e in (e for e in helps if isinstance(e, SubsidyHomeSales)):
        key = (e.regions, e.on)
        out[key] = e if key not in out else e.model_copy(update={"budget": out[key].budget + e.budget})
    return list(out.values())


def _refuse_twice(taken: NDArray[np.bool_], at: Index, e: Help) -> None:
    if taken[at].any():
        raise BadInput(f"`{e}`: firms of some of its regions have one already", fix="name each region in one of them")
    taken[at] = True


def _places(w: Question, e: Help) -> Index:
    """LostOrders of an edit, positions along k. Raises BadInput where it names nobody at home."""
    named = np.isin(w.cells.regions, w.acc.geography.select(e.regions, w.acc.home))
    if not named.any():
        raise BadInput(f"`{e}`: names no region of {w.acc.home}", fix="name regions of home, whose firms lost orders")
    return np.flatnonzero(np.repeat(named, len(w.cells.sectors)))


def regions_helped(w: Question, helps: tuple[Help, ...]) -> NDArray[np.bool_]:
    """Which regions whose firms lost orders some help is given to, r."""
    out = np.zeros(len(w.cells.regions), dtype=bool)
    for e in helps:
        out |= np.isin(w.cells.regions, w.acc.geography.select(e.regions, w.acc.home))
    return out


def _budget(w: Question, p: ConversionParameters) -> tuple[Index, Array, Index]:
    """LostOrders a compared budget is for, cost of a stand, and a label of those cells by sector."""
    assert p.per_yuan is not None
    named = np.isin(w.cells.regions, w.acc.geography.select(p.per_yuan.regions, w.acc.home))
    if not named.any():
        raise BadInput(
            f"per_yuan.regions: {p.per_yuan.regions} names no region of {w.acc.home}", fix="name regions of home"
        )
    at = np.flatnonzero(np.repeat(named, len(w.cells.sectors)))
    label = at % len(w.cells.sectors) if p.spread == "whole" else np.arange(len(at))
    return at, w.figures["stand_cost"], label


def _detail(w: Question, alone: Helped, now: Helped, found: Compared | None) -> xr.Dataset:
    """Labelled results, money back in values of the table."""
    g, s = w.acc.geography, w.acc.sectors
    f, cells = now.firms, w.cells
    abroad = mixed_sales(f.e, f.c, f.sigma, f.omega).abroad
    exports = cells.exports.ravel()[None] * w.period
    counted = 1.0 if np.isfinite(w.money) else np.nan
    lost_mixed = exports * (1 - w.figures["pure_share"]) * (1 - abroad) * (cells.lost.ravel() > 0)
    arrays = {
        "lost_mixed": lost_mixed, "lost_pure": f.lost / w.unit, "mixed": now.mixed / w.unit, "pure": now.pure / w.unit,
        "stands": now.stands / w.unit, "mixed_alone": alone.mixed / w.unit, "pure_alone": alone.pure / w.unit,
        "converts": counted * now.converts, "converts_alone": counted * alone.converts, "spent": now.spent / w.unit,
        "selling": w.selling(now.less[None]), "selling_alone": w.selling(),
    }  # fmt: skip
    shape = (-1, len(cells.regions), len(cells.sectors))
    at = ("region", "sector")
    data: dict[str, Any] = {
        n: (("draw", *at), np.broadcast_to(v, lost_mixed.shape).reshape(shape)) for n, v in arrays.items()
    }
    data |= {n: (at, getattr(cells, n)) for n in ("home", "final_home", "exports")}
    data["by_edit"] = (("edit", *at), cells.by_edit)
    data["less"] = (at, now.less.reshape(shape[1:]))
    data |= {n: (("draw",), w.figures[n][:, 0]) for n in ("crowding", "exporters_share")}
    coords = {"region": [g.codes[k] for k in cells.regions], "sector": [s.codes[k] for k in cells.sectors]}
    if found is not None:
        data |= found.data()
        coords |= {"instrument": list(found.names), "mixed_instrument": list(found.mixed_names)}
    return xr.Dataset(data, coords=coords)


def _ended(w: Question) -> str:
    if not w.cells.lost.any():
        return "no orders are lost abroad by firms of these sectors: nothing changes"
    return f"closed forms; {len(w.figures['crowding']) - 1} draws over assumed ranges"


def _notes(w: Question, p: ConversionParameters, helps: tuple[Help, ...]) -> tuple[str, ...]:
    if not w.cells.lost.any():
        return ("no firm at home loses orders of these goods from abroad",) if helps else ()
    out = ["conversion: shares, costs of entry and numbers of firms are assumed; intervals are over their ranges"]
    if p.feed == "all":
        out.append('feed = "all" counts a fall of price as a gain of technology: real income after it is too high')
    if any(isinstance(e, Certification) and e.lag_weeks < 0 for e in helps):
        out.append("quicker certification is counted as free, so what help gains per unit of money is too high")
    if not np.isfinite(w.money):
        out.append(f"firms are not counted: no rate of {p.currency} to {w.acc.currency} is known of {w.acc.year}")
    return tuple(out)

"""What is read off an answer: what is sold at home of what is lost, by place and good, by whom, at what public cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array
from xunhuan.data.places import Places
from xunhuan.models.conversion.handing import orders_read
from xunhuan.models.conversion.orders import WEEK
from xunhuan.models.model import Numbers, Quantity, Readings, Response

if TYPE_CHECKING:
    import xarray as xr

_LOW, _HIGH = 5.0, 95.0
_HOME = ("home_place",)
EXPORTERS = ("mixed_exporters", "pure_exporters", "all_exporters")
_STARTS = ("never_starts", "starts_as_stated", "starts_week_4", "starts_week_12")
_WEEKS = 156
"""Weeks that are shown at most."""
_BOOK = "AlmuniaAntrasLopezRodriguezMorales2021"

QUANTITIES = (
    Quantity("sold_at_home", "share", _HOME, "home sales gained over the time that orders are lost, over orders lost abroad",
             _BOOK, better=1, headline=True, rest=None,
             picture="map", beside=("help_gained", "help_per_unit", "home_sales_taken")),
    Quantity("sold_once_selling", "share", _HOME, "the same from the week in which home sales start, over what is lost from "
             "then on", _BOOK, better=1, headline=True, rest=None),
    Quantity("sold_at_home_by_kind", "share", ("exporter_kind",), "the same of firms that sold at home before, of those "
             "that did not, and of all, each over what it lost", "Arkolakis2010", better=1, rest=None, kept=True,
             picture="lollipops"),
    Quantity("sold_at_home_by_good", "share", ("sector",), "home sales gained over orders lost, by good, home nation", _BOOK,
             better=1, rest=None, picture="bars"),
    Quantity("sold_at_home_by_cell", "share", (*_HOME, "sector"), "home sales gained over orders lost, by place and good",
             _BOOK, better=1, rest=None),
    Quantity("sold_where_helped", "share", (), "home sales gained over orders lost abroad, in regions that help is given "
             "to, and all of them together", _BOOK, better=1, rest=None),
    Quantity("sold_there_alone", "share", (), "the same regions' without help", _BOOK, better=1, rest=None),
    Quantity("orders_lost", "value", _HOME, "sales abroad lost over the time that orders are lost, less what cheaper goods "
             "win back there", better=-1),
    Quantity("home_sales_gained", "value", _HOME, "home sales gained over that time", better=1),
    Quantity("home_sales_taken", "share", _HOME, "part of home sales gained that other sellers at home lose", better=-1,
             rest=None),
    Quantity("firms_turned", "count", _HOME, "firms without home sales before that have some", "Arkolakis2010", better=1),
    Quantity("help_spent", "value", _HOME, "public money spent on help", better=-1),
    Quantity("help_gained", "value", _HOME, "home sales gained by help, beyond what firms do by themselves", better=1),
    Quantity("help_per_unit", "ratio", _HOME, "home sales gained by help per unit of public money; none where none is spent",
             better=1, rest=None, kept=True),
    Quantity("recovered_per_unit", "ratio", ("instrument",), "home sales gained per unit of a budget, instrument by "
             "instrument", better=1, rest=None, kept=True, picture="lollipops", beside=("home_sales_taken",), opens=True),
    Quantity("taken_per_unit", "ratio", ("instrument",), "of these what other sellers at home lose", better=-1, rest=None,
             kept=True, picture="lollipops"),
    Quantity("firms_by_instrument", "count", ("instrument",), "firms won over by the budget, instrument by instrument",
             better=1, rest=None, kept=True, picture="bars"),
    Quantity("best_mix", "share", ("mixed_instrument",), "the split of the budget that gains most home sales at central "
             "figures", rest=None, picture="bars"),
    Quantity("best_mix_per_unit", "ratio", (), "home sales gained per unit of the budget in that split", rest=None),
    Quantity("increments_per_unit", "ratio", (), "home sales gained per unit of the budget by a subsidy on what is "
             "sold beyond what would be sold anyway: an upper bound, since nobody can audit that", better=1, rest=None,
             kept=True),
    Quantity("sales_along", "ratio", ("first_sales", "week_of_sales"), "sales of exporters at home and abroad over what "
             "they were, by when home sales start", rest=1.0, picture="fan"),
)  # fmt: skip


def read(acc: Accounts, response: Response | None, places: Places) -> Readings:
    """Numbers of an answer by quantity, with the 90% interval of the room's own draws; of None that nothing is lost."""
    at = places.home_index
    if response is None:
        rest = ("sold_at_home", "sold_once_selling", "orders_lost", "home_sales_gained", "firms_turned", "help_spent",
                "help_gained")  # fmt: skip
        return {n: Numbers(_HOME, np.zeros(len(at))) for n in rest}
    d = response.detail
    by = _Summed(d, places)
    lost, gained = by("lost_mixed", "lost_pure"), by("mixed", "pure", "stands")
    selling = by.weighted("selling", "lost_mixed", "lost_pure")
    alone = by("mixed_alone", "pure_alone")
    out = {
        "sold_at_home": _interval(_HOME, _share(gained, lost)),
        "sold_once_selling": _interval(_HOME, _share(gained, lost * selling)),
        "sold_at_home_by_kind": _interval(("exporter_kind",), _kinds(d), {"exporter_kind": list(EXPORTERS)}),
        "sold_at_home_by_good": _goods(acc, d),
        "sold_at_home_by_cell": _cells(acc, d, places),
        "orders_lost": _interval(_HOME, lost), "home_sales_gained": _interval(_HOME, gained),
        "home_sales_taken": _interval(_HOME, np.where(gained > 0, d["crowding"].to_numpy()[:, None], np.nan)),
        "firms_turned": _interval(_HOME, by("converts")), "help_spent": _interval(_HOME, by("spent")),
        "help_gained": _interval(_HOME, gained - alone),
        "help_per_unit": _interval(_HOME, _share(gained - alone, by("spent"), np.nan)),
        "sales_along": _along(response),
    }  # fmt: skip
    return out | _where_helped(d) | _compared(d)


class _Summed:
    """Sums by place of home, d p."""

    def __init__(self, d: xr.Dataset, places: Places) -> None:
        self.d = d
        regions = [str(r) for r in d["region"].to_numpy()]
        rows = places.member[places.home_index]
        closed = [c for c, k in zip(places.codes, places.kind, strict=True) if k == "region"]
        held = np.array([[bool(places.member[places.index(r)] @ row) for r in regions] for row in rows], dtype=float)
        assert set(regions) <= set(closed)
        self.member = held

    def __call__(self, *names: str) -> Array:
        """Variables added up over goods and over each place's regions."""
        return np.asarray(sum(self.d[n].to_numpy().sum(2) for n in names) @ self.member.T)

    def weighted(self, name: str, *by: str) -> Array:
        """A variable's mean by weights."""
        weight = np.sum([self.d[n].to_numpy() for n in by], axis=0)
        return _share((self.d[name].to_numpy() * weight).sum(2) @ self.member.T, weight.sum(2) @ self.member.T)


def _share(part: Array, whole: Array, none: float = 0.0) -> Array:
    return np.asarray(np.divide(part, whole, out=np.full(whole.shape, none), where=whole > 0))


def _interval(axes: tuple[str, ...], values: Array, coords: dict[str, list[str]] | None = None) -> Numbers:
    """The central draw and the ends of the 90% interval over the others."""
    if len(values) < 3:
        return Numbers(axes, values[0], coords or {})
    some = values[1:]
    bad = np.isnan(some).mean(0) > 0.5
    filled = np.where(np.isnan(some), np.nanmedian(np.where(bad, 0.0, some), axis=0), some)
    low, high = np.percentile(filled, [_LOW, _HIGH], axis=0)
    return Numbers(axes, values[0], coords or {}, np.where(bad, np.nan, low), np.where(bad, np.nan, high))


def _kinds(d: xr.Dataset) -> Array:
    """Shares of mixed, pure and all exporters, d kind."""
    total = {n: d[n].to_numpy().sum((1, 2)) for n in ("mixed", "pure", "stands", "lost_mixed", "lost_pure")}
    pure = total["pure"] + total["stands"]
    pairs = (
        (total["mixed"], total["lost_mixed"]),
        (pure, total["lost_pure"]),
        (total["mixed"] + pure, total["lost_mixed"] + total["lost_pure"]),
    )
    return np.stack([_share(a, b) for a, b in pairs], axis=1)


def _goods(acc: Accounts, d: xr.Dataset) -> Numbers:
    """By good of the whole table; 0 where the room does not look."""
    gained = sum(d[n].to_numpy().sum(1) for n in ("mixed", "pure", "stands"))
    lost = sum(d[n].to_numpy().sum(1) for n in ("lost_mixed", "lost_pure"))
    found = _share(np.asarray(gained), np.asarray(lost))
    out = np.zeros((len(found), acc.S))
    out[:, [acc.sectors.codes.index(str(c)) for c in d["sector"].to_numpy()]] = found
    return _interval(("sector",), out)


def _cells(acc: Accounts, d: xr.Dataset, places: Places) -> Numbers:
    """By place and good, central figures."""
    member = _Summed(d, places).member
    gained, lost = (
        np.asarray(sum(d[n].to_numpy()[0] for n in names))
        for names in (("mixed", "pure", "stands"), ("lost_mixed", "lost_pure"))
    )
    out = np.zeros((len(member), acc.S))
    out[:, [acc.sectors.codes.index(str(c)) for c in d["sector"].to_numpy()]] = _share(member @ gained, member @ lost)
    return Numbers((*_HOME, "sector"), out)


def _where_helped(d: xr.Dataset) -> dict[str, Numbers]:
    """What is sold at home of what is lost in regions that are helped, with help and without; nothing where none is."""
    at = d["helped"].to_numpy()
    if not at.any():
        return {}

    def total(*names: str) -> Array:
        return np.asarray(sum(d[n].to_numpy()[:, at].sum((1, 2)) for n in names))

    lost = total("lost_mixed", "lost_pure")
    return {
        "sold_where_helped": _interval((), _share(total("mixed", "pure", "stands"), lost)),
        "sold_there_alone": _interval((), _share(total("mixed_alone", "pure_alone"), lost)),
    }


def _compared(d: xr.Dataset) -> dict[str, Numbers]:
    """Instruments at one budget, where one was given."""
    if "per_yuan" not in d:
        return {}
    names = {"instrument": [str(x) for x in d["instrument"].to_numpy()]}
    gained, crowding = d["per_yuan"].to_numpy(), d["crowding"].to_numpy()[:, None]
    bound = {"increments_per_unit": _interval((), d["bound"].to_numpy())} if "bound" in d else {}
    mixed = {"mixed_instrument": [str(x) for x in d["mixed_instrument"].to_numpy()]}
    return bound | {
        "recovered_per_unit": _interval(("instrument",), gained, names),
        "taken_per_unit": _interval(("instrument",), gained * crowding, names),
        "firms_by_instrument": _interval(("instrument",), d["won_over"].to_numpy(), names),
        "best_mix": Numbers(("mixed_instrument",), d["mix"].to_numpy(), mixed),
        "best_mix_per_unit": Numbers((), np.asarray(float(d["mix_per_yuan"]))),
    }


def _along(response: Response) -> Numbers:
    """Sales of exporters week by week, home sales never starting, as stated, and from two weeks on."""
    d, a = response.detail, response.detail.attrs
    orders = orders_read(response)
    last = max((e.end + (e.recovery_days if e.recovery != "none" else 0.0) for e in orders), default=0.0)
    t = WEEK * np.arange(min(np.ceil(last / WEEK) + 2, _WEEKS))
    lost = d["by_edit"].to_numpy()  # n r i
    strength = np.stack([e.strength(t) for e in orders]) if orders else np.zeros((0, len(t)))
    once = d["selling"].to_numpy()[0] * a["period"]
    gain = sum(d[n].to_numpy()[0] for n in ("mixed", "pure", "stands"))
    rate = np.divide(gain, once, out=np.zeros(once.shape), where=once > 0)
    whole = lost.sum(0)
    parts = [np.divide(x, whole, out=np.zeros(whole.shape), where=whole > 0) for x in lost]
    won = np.array([(rate * part).sum() for part in parts])
    gone = lost.sum((1, 2))
    before = float(d["exports"].sum() + d["exporters_share"][0] * d["home"].sum())
    starts = (np.inf, float(a["lag"]), 4.0, 12.0)
    rows = [(-gone @ strength + (won @ strength) * (t >= WEEK * w)) / max(before, 1e-300) for w in starts]
    return Numbers(
        ("first_sales", "week_of_sales"),
        1 + np.stack(rows),
        {"first_sales": list(_STARTS), "week_of_sales": (t / WEEK).tolist()},
    )

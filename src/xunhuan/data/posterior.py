"""A table's other versions: what is uncertain in it, kept small, and the k-th table made from it.

What regions of a nation sell each other is not observed; a posterior says how far. Version k has its own overlaps (how
much of a good a region both sends to and takes from the others), its own decay of trade with distance, its own place of the
goods that only pass through, and of re-exports. Output, use, final use and value added of every region, and what the nation
trades with each partner, are the same in all versions, so every identity holds in each.

Letters: k version, p and q regions of the nation, i good, l good of a coarser list, d partner abroad.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from xunhuan.data import division as divisions
from xunhuan.data.arrays import INPUT_DUTIES, Array, Index, duties_on_inputs, ratio
from xunhuan.data.balance import gravity_fill, ras_off_diagonal, self_trade, share_out
from xunhuan.data.cities import CityBorders
from xunhuan.data.division import Division
from xunhuan.data.partners import Reach, national_split, partner_split
from xunhuan.errors import BadInput

if TYPE_CHECKING:
    from xunhuan.data.accounts import Accounts

STEPS = 255
"""Overlaps are kept as whole numbers of 1/255."""

EVEN = 1e-3
"""Weight of proportional trade in a seed of trade between regions, so that every margin can be met."""


@dataclass(frozen=True, eq=False)
class Reports:
    """What regions report, and the balanced totals that bind it; one unit.

    export, import_, outflow, inflow  p i   as reported      reported  p i   output as reported
    output, used                      p i   balanced output and total use
    sold, bought                      i     the nation's exports and imports
    unused                            i     imports of the nation that no use takes up: re-exports
    """

    export: Array
    import_: Array
    outflow: Array
    inflow: Array
    reported: Array
    output: Array
    used: Array
    sold: Array
    bought: Array
    unused: Array


def without_transit(
    export: Array, outflow: Array, import_: Array, inflow: Array, output: Array, tilt: Array | None = None
) -> tuple[Array, Array, Array, Array]:
    """Export, outflow, import and inflow, p i, without goods that only pass through: no region sends out more than it makes.

    T = max(0, E + O − X) leaves as T E e^z / (E e^z + O e^−z) off exports, the rest off outflow; what came in, M and I,
    likewise with its own z. tilt 2 p: z of sales and of purchases; 0, the default, is in proportion.
    """
    z = np.zeros((2, len(export))) if tilt is None else tilt
    through = np.maximum(export + outflow - output, 0.0)
    e, o = _cut(export, outflow, through, z[0])
    m, i = _cut(import_, inflow, np.minimum(through, import_ + inflow), z[1])
    return e, o, m, i


def _cut(abroad: Array, away: Array, through: Array, z: Array) -> tuple[Array, Array]:
    """Two columns less what passes through them, neither below 0."""
    a, b = abroad * np.exp(z)[:, None], away * np.exp(-z)[:, None]
    off = np.clip(through * ratio(a, a + b), np.maximum(through - away, 0.0), abroad)
    return abroad - off, np.maximum(away - (through - off), 0.0)


def reexports(export: Array, import_: Array, unused: Array) -> Array:
    """Re-exports of each region, p i: the nation's in proportion to what regions both export and import, min(E, M)."""
    both = np.minimum(export, import_)
    return np.asarray(np.minimum(ratio(both, both.sum(0)) * np.maximum(unused, 0.0), both))


def trade_abroad(r: Reports, tilt: Array | None = None, reexport: float = 0.0) -> tuple[Array, Array]:
    """Exports and imports of each region, p i, that add up to the nation's, within output and use.

    In proportion to what is reported without transit and without the share `reexport` of re-exports.
    """
    export, _, import_, _ = without_transit(r.export, r.outflow, r.import_, r.inflow, r.reported, tilt)
    off = reexport * reexports(export, import_, r.unused)
    parts = [
        (share_out(float(r.sold[i]), (export - off)[:, i], r.output[:, i]),
         share_out(float(r.bought[i]), (import_ - off)[:, i], r.used[:, i]))
        for i in range(len(r.sold))
    ]  # fmt: skip
    return np.stack([e for e, _ in parts], axis=1), np.stack([m for _, m in parts], axis=1)


def own_use(supply: Array, demand: Array, overlap: Array) -> Array:
    """What regions use of their own, p i: (1 − c) min(S, D), and what they would otherwise have to sell themselves."""
    most = np.minimum(supply, demand)
    own = (1 - overlap) * most
    return np.asarray(np.minimum(own + self_trade(supply - own, demand - own), most))


def trade_at_home(
    supply: Array, demand: Array, own: Array, distance: Array, decay: float, *, tolerance: float = 1e-13,
    names: Sequence[str] | None = None,
) -> Array:  # fmt: skip
    """Flows p q i within the nation: `own` on the diagonal, the rest by gravity.

    Raises Infeasible, NotConverged.
    """
    fill = gravity_fill(supply - own, demand - own, distance, decay, tolerance=tolerance, names=names)
    flow = fill.require("trade between regions").copy()
    place = np.arange(len(own))
    flow[place, place] = own
    return np.asarray(flow)


def nested_trade(given: Array, supply: Array, demand: Array) -> Array:
    """Trade within the nation at other totals: p q l from `given` in another table, supply p l and demand q l here.

    own[p,l] = λ[p,l] min(S, D), λ the same share as in the given table, and what a region would otherwise have to sell
    itself; the rest is RAS of the given trade between regions.

    Raises Infeasible, NotConverged.
    """
    supply, demand = np.maximum(supply, 0.0), np.maximum(demand, 0.0)
    place = np.arange(len(supply))
    seed = given.transpose(2, 0, 1).copy()
    could = np.minimum(seed.sum(2), seed.sum(1)).T
    kept = np.clip(ratio(seed[:, place, place].T, could, 1.0), 0.0, 1.0)
    own = own_use(supply, demand, 1 - kept)
    sent, bought = supply - own, demand - own
    seed[:, place, place] = 0.0
    even = np.einsum("pi,qi->ipq", sent, ratio(bought, sent.sum(0)))
    even[:, place, place] = 0.0
    seed = seed * ratio(sent.sum(0), seed.sum((1, 2)))[:, None, None] + EVEN * even
    out = ras_off_diagonal(seed, sent.T, bought.T).require("trade between regions").transpose(1, 2, 0).copy()
    out[place, place] = own
    return np.asarray(out)


@dataclass(frozen=True, eq=False)
class Abroad:
    """With whom abroad regions trade in each version, where that is a prior (`partner_split`).

    reach   where the regions and the partners' places lie; partners are the other regions of the table, in order
    goods   the first sectors that distance tells of · elasticity, border, weight  k
    """

    reach: Reach
    goods: int
    elasticity: Array
    border: Array
    weight: Array

    def split(self, k: int, sent: Array, bought: Array, export: Array, imported: Array) -> tuple[Array, Array]:
        """Exports p d i and imports o p i of version k."""
        return partner_split(
            sent, bought, export, imported, self.reach, goods=self.goods, elasticity=float(self.elasticity[k]),
            border=float(self.border[k]), weight=float(self.weight[k]),
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Posterior:
    """What the versions of a table are made of.

    regions   p         positions of the nation's regions in the table
    reports             what they report, in goods i and the unit of the source table
    overlap   k p i     255 c, whole numbers · mean  p i, c of the table itself: the posterior mean
    decay     k         of trade with distance · distance  p q, any unit
    tilt      k 2 p     see `without_transit` · reexport  k, share in [0, 1], see `trade_abroad`
    to        i l       the table's goods from the source's where they are coarser and its totals others, else empty
    abroad              with whom regions trade abroad; None: each with the nation's partners
    division            a sector of the source that the table has in two parts, drawn with each version; None: it has not
    known     by name   numbers of every version that were worked out before, k first
    title, notes        what it is, and what a reader must know
    """

    regions: Index
    reports: Reports
    overlap: np.ndarray
    mean: Array
    decay: Array
    distance: Array
    tilt: Array
    reexport: Array
    to: Array
    abroad: Abroad | None = None
    division: Division | None = None
    known: Mapping[str, Array] = field(default_factory=dict)
    title: str = ""
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.decay)

    @property
    def digest(self) -> str:
        """SHA-256 of all numbers that versions depend on, hexadecimal."""
        h = hashlib.sha256()
        for a in _arrays(self).values():
            h.update(repr(a.shape).encode() + np.ascontiguousarray(a, dtype="<f8").tobytes())
        return h.hexdigest()

    def home(self, k: int) -> tuple[Array, Array, Array]:
        """Version k in goods i of the source: flows p q i, exports p i, imports p i. Raises Infeasible, NotConverged."""
        r = self.reports
        export, import_ = trade_abroad(r, self.tilt[k], float(self.reexport[k]))
        supply, demand = np.maximum(r.output - export, 0.0), np.maximum(r.used - import_, 0.0)
        own = own_use(supply, demand, self.overlap[k] / STEPS)
        # Far closer than an identity is held to, and in half the sweeps.
        inside = trade_at_home(supply, demand, own, self.distance, float(self.decay[k]), tolerance=1e-11)
        return inside, export, import_

    def trade(self, k: int) -> float:
        """What version k's regions sell each other over output, in the source table: Σ c min(S, D) + Σ max(S − D, 0)."""
        r = self.reports
        export, import_ = trade_abroad(r, self.tilt[k], float(self.reexport[k]))
        supply, demand = np.maximum(r.output - export, 0.0), np.maximum(r.used - import_, 0.0)
        return float((supply - own_use(supply, demand, self.overlap[k] / STEPS)).sum() / r.output.sum())


def version(acc: Accounts, k: int) -> Accounts:
    """The k-th version of a table; see `Accounts.draw`."""
    post = acc.posterior
    of_cities = cast(object, post)
    if isinstance(of_cities, CityBorders):
        return of_cities.version(k)
    if post is None:
        fix = "take a table that has one, as `xunhuan tables` shows, or import more than one version of yours"
        raise BadInput(f"the table {acc.name!r} has no posterior: its other versions are not known", fix=fix)
    if not 0 <= k < len(post):
        raise BadInput(f"the table {acc.name!r} has no version {k}", fix=f"give 0 to {len(post) - 1}")
    if post.division is not None:
        found = version(divisions.joined_again(acc, post.division), k)
        out = divisions.divided(found, post.division, acc.sectors, k + 1)
        return replace(out, extra={**acc.extra, "version": str(k)})
    inside, export, import_ = post.home(k)
    if post.to.size:
        inside, export, import_ = _at_totals(acc, post, inside @ post.to, export @ post.to, import_ @ post.to)
    p = post.regions
    away = np.setdiff1d(np.arange(acc.R), p)
    flow = acc.flow.copy()
    flow[np.ix_(p, p)] = inside
    split = national_split if post.abroad is None else partial(post.abroad.split, k)
    sent, into = split(export, import_, acc.flow[np.ix_(p, away)].sum(0).T, acc.flow[np.ix_(away, p)].sum(1))
    flow[np.ix_(p, away)], flow[np.ix_(away, p)] = sent, into
    value_added = _with_duties(acc, flow) if INPUT_DUTIES in acc.components else acc.value_added
    extra = {**acc.extra, "version": str(k)}
    return replace(acc, flow=flow, value_added=value_added, sourcing=None, posterior=None, extra=extra)


def _with_duties(acc: Accounts, flow: Array) -> Array:
    """Value added s j v whose duties on inputs are those of new flows; each industry's total stays."""
    v = acc.value_added.copy()
    at = acc.components.index(INPUT_DUTIES)
    rest = next(n for n in range(len(acc.components)) if n != at)
    more = duties_on_inputs(flow, acc.tariff, acc.use) - v[:, :, at]
    v[:, :, at] += more
    v[:, :, rest] -= more
    return v


def _at_totals(
    acc: Accounts, post: Posterior, given: Array, export: Array, import_: Array
) -> tuple[Array, Array, Array]:
    """Flows within the nation, exports and imports at the table's own totals, from those of the source table."""
    p = post.regions
    away = np.setdiff1d(np.arange(acc.R), p)
    made, used = acc.output[p], acc.absorption[p]
    sold, bought = acc.flow[np.ix_(p, away)].sum((0, 1)), acc.flow[np.ix_(away, p)].sum((0, 1))
    sent, taken = share_out_all(export, sold, made), share_out_all(import_, bought, used)
    return nested_trade(given, made - sent, used - taken), sent, taken


def share_out_all(weight: Array, total: Array, limit: Array) -> Array:
    """Totals l shared out over regions by weight p l, none above its limit p l; by the limit where nothing has weight."""
    weight = np.where((weight.sum(0) <= 0) & (total > 0), limit, weight)
    return np.stack([share_out(float(t), weight[:, i], limit[:, i]) for i, t in enumerate(total)], axis=1)


_AXES = {
    "regions": "p", "overlap": "kpi", "mean": "pi", "decay": "k", "distance": "pq", "tilt": "kzp", "reexport": "k",
    "to": "il", "export": "pi", "import_": "pi", "outflow": "pi", "inflow": "pi", "reported": "pi", "output": "pi",
    "used": "pi", "sold": "i", "bought": "i", "unused": "i", "economy": "m", "share": "m", "km": "pm", "crossing": "pm",
    "elasticity": "k", "border": "k", "weight": "k", "goods": "",
    **{divisions.DIVISION_PREFIX + name: axes for name, axes in divisions.DIVISION_AXES.items()},
}  # fmt: skip
"""Axes of each array in a file, by letter."""
PREFIX = "version_"


def _arrays(post: Posterior) -> dict[str, np.ndarray]:
    """Every array that versions depend on, by its name in a file."""
    out = {f.name: getattr(post, f.name) for f in fields(post) if f.name in _AXES}
    out |= {f.name: getattr(post.reports, f.name) for f in fields(post.reports)}
    if post.abroad is not None:
        a, r = post.abroad, post.abroad.reach
        out |= {"economy": r.economy, "share": r.share, "km": r.km, "crossing": r.border, "goods": np.asarray(a.goods)}
        out |= {"elasticity": a.elasticity, "border": a.border, "weight": a.weight}
    return out if post.division is None else out | divisions.arrays(post.division)


def to_variables(post: Posterior) -> dict[str, tuple[tuple[str, ...], np.ndarray, dict[str, str]]]:
    """The posterior as variables of a netCDF file: dimensions, values, attributes."""
    out: dict[str, tuple[tuple[str, ...], np.ndarray, dict[str, str]]] = {}
    for name, values in _arrays(post).items():
        if values.size:
            out[PREFIX + name] = (tuple(f"{PREFIX}axis_{c}" for c in _AXES[name]), values, {})
    for name, values in post.known.items():
        dims = (f"{PREFIX}axis_k", *(f"{PREFIX}{name}_{n}" for n in range(1, values.ndim)))
        out[f"{PREFIX}known_{name}"] = (dims, values.astype(np.float32), {})
    return out


def from_variables(values: Mapping[str, np.ndarray], title: str, notes: tuple[str, ...]) -> Posterior | None:
    """The posterior in a file's variables, None where there is none. Raises KeyError where part of it is missing."""
    if PREFIX + "overlap" not in values:
        return None
    mine = {k.removeprefix(PREFIX): v for k, v in values.items() if k.startswith(PREFIX)}
    reports = Reports(**{f.name: mine[f.name] for f in fields(Reports)})
    own: dict[str, Any] = {f.name: mine[f.name] for f in fields(Posterior) if f.name in _AXES and f.name != "to"}
    known = {k.removeprefix("known_"): v.astype(np.float64) for k, v in mine.items() if k.startswith("known_")}
    to = mine.get("to", np.zeros((0, 0)))
    return Posterior(
        reports=reports, to=to, abroad=_abroad(mine), division=divisions.from_arrays(mine), known=known, title=title,
        notes=notes, **own,
    )  # fmt: skip


def _abroad(mine: Mapping[str, np.ndarray]) -> Abroad | None:
    """The prior of partners in a file's variables, None where there is none."""
    if "economy" not in mine:
        return None
    places = tuple(str(k) for k in range(len(mine["economy"])))
    reach = Reach(places, mine["economy"], mine["share"], mine["km"], mine["crossing"])
    return Abroad(reach, int(mine["goods"]), mine["elasticity"], mine["border"], mine["weight"])

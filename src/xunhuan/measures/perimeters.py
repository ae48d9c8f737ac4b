r"""Export terms of Borin and Mancini in every perimeter: crossed once it is value added, again it is double.

A perimeter cuts some sales of inputs A_P out of A. With B^P = (I − A + A_P)^-1 and B = B^P + B^P A_P B

    dva = v_s B^P E,  ddc = v_s (B − B^P) E,  fva = Σ_{t≠s} v_t B^P E,  fdc = Σ_{t≠s} v_t (B − B^P) E      [BorinMancini2023]

A_P = E_a A_ab E_b' has the rank of the exporter's goods, so that no world is solved anew: with G = A_ab B_ba

    B^P[:,a] = B[:,a] (I + G)^-1        and the part of E that crosses again is G (I + G)^-1 E

Everything here is of one exporter a, whose goods are k = (m i), members m of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from xunhuan.data.arrays import Array, Index
from xunhuan.measures.actors import Actors
from xunhuan.measures.exporters import Exporters
from xunhuan.measures.leontief import solve_left, solve_right
from xunhuan.measures.operators import Operator

PERIMETERS = ("exporter", "self", "bilateral", "sector", "world")
"""Whose border is crossed: the exporter's, the flow's own, exporter and partner's, the exporting sector's, anyone's."""
SELF = {"region": "exporter", "partner": "bilateral", "sector": "sector", "group": "sector", "sector-partner": "flow"}
"""The perimeter of a flow itself, by what flows are told by."""
CELLS_AT_ONCE = 4_000_000
"""Numbers in a batch of loops at most."""
SERIES_TERMS = 12
"""Terms after which a loop is undone by elimination."""


@dataclass(frozen=True, eq=False)
class Exporter:
    """One exporter.

    operator A · actors the partition · members its regions · into B[:,a] as s j k · exports k s, gross, to other actors
    own    k, own value in a unit of its goods, v_a B_aa · lone regions that are actors by themselves
    """

    operator: Operator
    actors: Actors
    members: Index
    into: Array
    exports: Array
    own: Array
    lone: Index

    @cached_property
    def code(self) -> int:
        """Position among the actors."""
        return int(self.actors.of[self.members[0]])

    @cached_property
    def again(self) -> Array:
        """I + Σ_s A_as B_sa over all others, = (I − A_aa) B_aa: matrix k k."""
        inside = self.into[self.members].reshape(len(self.own), -1)
        return np.asarray(inside - self.operator.among(self.members) @ inside, dtype=np.float64)

    @cached_property
    def loops(self) -> Array:
        """Of each good what comes back to it through each region, (A_as B_sa)[k,k]: axes s k; none through itself."""
        out = self.operator.looped(self.members, self.into)
        out[self.actors.of == self.code] = 0.0
        return out

    @cached_property
    def rows(self) -> Array:
        """Own and all value in a unit of its goods, two rows of k."""
        return np.stack([self.own, np.ones_like(self.own)])


def first_crossing(e: Exporter, perimeter: str) -> Array:
    """Own and all value that crosses for the first time per unit of the goods, v_a B^P and Σ_t v_t B^P: axes 2 k s or 1.

    perimeter  "exporter", "bilateral", "sector" or "flow"
    """
    if perimeter == "exporter":
        return np.asarray(np.linalg.solve(e.again.T, e.rows.T).T[:, :, None], dtype=np.float64)
    if perimeter == "sector":
        return np.asarray((e.rows / (1.0 + e.loops.sum(axis=0)))[:, :, None], dtype=np.float64)
    if perimeter == "flow":
        return e.rows[:, :, None] / (1.0 + e.actors.add(e.loops, 0)[e.actors.of].T)
    out = np.repeat(e.rows[:, :, None], len(e.into), axis=2)
    for regions, sales, needs in _partners(e):
        back = _undone(np.matmul(needs, sales), np.matmul(e.rows, sales))
        once = e.rows - np.matmul(back, needs)
        out[:, :, regions.ravel()] = once.repeat(regions.shape[1], axis=0).transpose(1, 2, 0)
    return out


def crossing_again(e: Exporter, perimeter: str) -> Array:
    """Part of exports that will cross the same perimeter again: axes k s, in their unit."""
    if perimeter == "exporter":
        turned = np.linalg.solve(e.again, e.exports.sum(axis=1))
        out = e.operator.sold_to(e.members, (e.into @ turned)[:, :, None])[:, :, 0]
        out[e.actors.of == e.code] = 0.0
        return out.T
    if perimeter == "sector":
        part = e.exports.sum(axis=1) / (1.0 + e.loops.sum(axis=0))
        return np.asarray(e.loops.T * part[:, None], dtype=np.float64)
    if perimeter == "flow":
        sent = e.actors.add(e.exports, 1)[:, e.actors.of]
        return e.loops.T * sent / (1.0 + e.actors.add(e.loops, 0)[e.actors.of].T)
    again = np.zeros(e.exports.shape)
    for regions, sales, needs in _partners(e):
        sent = e.exports[:, regions].sum(axis=2).T  # partner k
        met = np.matmul(needs, sent[:, :, None])[:, None, :, 0]
        turned = _undone(np.matmul(needs, sales).transpose(0, 2, 1), met)[:, 0]
        each = (sales * turned[:, None]).reshape(*sales.shape[:2], regions.shape[1], -1).sum(axis=3)
        again[:, regions.ravel()] = each.transpose(1, 0, 2).reshape(len(e.own), -1)
    return again


def _partners(e: Exporter) -> Iterator[tuple[Index, Array, Array]]:
    """The other actors, some at a time: their regions (partner, member), A_ab (partner k j) and B_ba (partner j k).

    With them (I + A_ab B_ba)^-1 = I − A_ab (I + B_ba A_ab)^-1 B_ba, whose inverse is of the smaller of the two sides.
    """
    k, size = len(e.own), e.into.shape[1]
    alone = e.lone[e.actors.of[e.lone] != e.code]
    many = max(1, CELLS_AT_ONCE // (k * size))
    for at in range(0, len(alone), many):
        regions = alone[at : at + many]
        yield regions[:, None], e.operator.sales(e.members, regions), e.into[regions]
    for code in set(e.actors.of.tolist()) - set(e.actors.of[e.lone].tolist()) - {e.code}:
        regions = np.flatnonzero(e.actors.of == code)
        sales = e.operator.sales(e.members, regions).transpose(1, 0, 2).reshape(1, k, -1)
        yield regions[None], sales, e.into[regions].reshape(1, -1, k)


def _undone(loop: Array, rows: Array) -> Array:
    """rows (I + loop)^-1 for stacks b k k and b r k: a short series where little comes back, which is as a rule."""
    total, term = rows.copy(), rows
    floor = 1e-16 * float(np.abs(rows).max())
    for _ in range(SERIES_TERMS):
        term = -np.matmul(term, loop)
        total += term
        if float(np.abs(term).max()) <= floor:
            return total
    eye = np.eye(loop.shape[1])
    return np.asarray(np.linalg.solve((loop + eye).transpose(0, 2, 1), rows.transpose(0, 2, 1)).transpose(0, 2, 1))


def terms_within(e: Exporters, exporters: list[Index], perimeter: str, *, sink: bool) -> Iterator[tuple[str, Array]]:
    """Exports and the four terms, axes r i s, of the exporters asked for; others' rows are 0.

    sink  counts where value crosses last, else where it crosses first. In the "world" perimeter foreign value is counted
    once in all of world trade, where it first leaves a country that it is foreign to, or where it last does; domestic
    value as in the exporter's.
    """
    border = "exporter" if perimeter == "world" else perimeter
    names = ("exports", "dva", "ddc", "fva", "fdc")
    out = {n: np.zeros(e.cross.exports.shape) for n in names}
    world = _foreign_once(e, sink) if perimeter == "world" else None
    for one in _each(e, exporters):
        m, own = one.members, one.own[:, None]
        if sink:
            once = one.exports - crossing_again(one, border)
            dva, fva = own * once, (1.0 - own) * once
        else:
            own_first, all_first = first_crossing(one, border)
            dva, fva = own_first * one.exports, (all_first - own_first) * one.exports
        if world is not None:
            fva = world[m].reshape(one.exports.shape)
        told = (one.exports, dva, own * one.exports - dva, fva, (1.0 - own) * one.exports - fva)
        for name, a in zip(names, told, strict=True):
            out[name][m] = a.reshape(len(m), -1, a.shape[1])
    yield from out.items()


def _each(e: Exporters, exporters: list[Index]) -> Iterator[Exporter]:
    """Every exporter with what the world makes for a unit of its goods."""
    operator, R, S = e.sys.operator, e.sys.operator.regions, e.sys.operator.sectors
    lone = np.flatnonzero(np.bincount(e.actors.of)[e.actors.of] == 1)
    goods = [(m[:, None] * S + np.arange(S)).ravel() for m in exporters]
    places = np.concatenate(goods)
    known = 2 * len(places) > R * S or "inverse" in vars(operator)
    if not known:
        unit = np.zeros((R * S, len(places)))
        unit[places, np.arange(len(places))] = 1.0
        columns = solve_right(operator, unit.reshape(R, S, -1)).reshape(R * S, -1)
        goods = np.split(np.arange(len(places)), np.cumsum([len(g) for g in goods])[:-1])
    else:
        columns = operator.inverse
    for m, here in zip(exporters, goods, strict=True):
        into = columns[:, here].reshape(R, S, len(here))
        exports, own = e.cross.exports[m].reshape(len(here), -1), e.own[m].ravel()
        yield Exporter(operator, e.actors, m, into, exports, own, lone)


def _foreign_once(e: Exporters, sink: bool) -> Array:
    """Foreign value in exports counted once in world trade: axes r i s.

    source  Σ_t v_t L_tt A_ts L_ss E, where it first leaves a country it is foreign to
    sink    Σ_t v_t B_ts (Y_sr + A_sr L_rr Y_rr), where it last does; and v_r B_rs A_sr L_rr Σ_q (Y_rq + A_rq L_qq Y_qq),
            what then leaves its own country once more
    """
    cross = e.cross
    if not sink:
        inside, outside = (e.sys.operator.masked(a) for a in (e.actors.inside, e.actors.outside))
        reach = cross.reach + (e.sys.origin - e.sys.v)  # an open region's goods are its own value
        once = solve_left(inside, outside.apply_left(reach[:, :, None])[:, :, 0])
        return once[:, :, None] * cross.exports
    used = cross.final + e.for_local
    inside = e.sys.operator.masked(e.actors.inside)
    home = e.sys.operator.inputs(solve_right(inside, used.sum(axis=2))) * e.outward
    partner = e.content[:, :, e.actors.of]
    return (1.0 - e.own)[:, :, None] * used + partner * home

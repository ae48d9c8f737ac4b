"""What stands behind the industries that use inputs: reliance of each, and on whom."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import CIRCUITS, Array, Index, ratio
from xunhuan.measures.actors import Actors, Partition
from xunhuan.measures.labels import Variables, group_sum
from xunhuan.measures.leontief import solve_left
from xunhuan.measures.system import System


@dataclass(frozen=True, eq=False)
class Using:
    """Goods counted behind what the industries of the chosen actors make, by supplier: axes p j q, unit of the table.

    face  purchases of inputs, Σ_i A[qi,pj] x[p,j]
    look  production of every tier, Σ_i (B − I)[qi,pj] x[p,j]
    made  the same with what the industry itself makes, Σ_i B[qi,pj] x[p,j]
    """

    face: Array
    look: Array
    made: Array


def using(sys: System, view: Partition, goods: Index, industries: Index) -> Using:
    """All three valuations; members of an actor are added up by their output."""
    counted = np.zeros((*sys.output.shape, len(sys.output)))
    place = np.arange(len(sys.output))
    counted[place[:, None], goods[None, :], place[:, None]] = 1.0
    made = solve_left(sys.operator, counted)

    def behind(unit: Array) -> Array:
        return group_sum(view.groups, unit * sys.output[:, :, None])[:, industries]

    return Using(behind(sys.operator.apply_left(counted)), behind(made - counted), behind(made))


def by_industry(used: Using, view: Partition, circuits: Array) -> Variables:
    """Parts by circuit, concentration and the main supplier: axes region industry. circuits: circuit q p, 1 or 0."""
    dims = ("region", "industry")
    out: dict[str, tuple[tuple[str, ...], Array]] = {}
    for name, a in (("face", used.face), ("look", used.look)):
        parts = ratio(np.einsum("cqp,pjq->cpj", circuits, a), a.sum(axis=2))
        nations = _abroad_by_nation(view.actors, a, circuits)[1]
        hhi = (ratio(nations, nations.sum(axis=2, keepdims=True)) ** 2).sum(axis=2)
        out |= {name: (dims, parts[2]), f"{name}_inter": (dims, parts[1]), f"hhi_{name}": (dims, hhi)}
    out["hidden"] = (dims, out["look"][1] - out["face"][1])
    abroad, every = circuits[CIRCUITS.index("external")], used.made.sum(axis=2)
    for name, a in (("face", used.face), ("look", used.look)):
        out[f"{name}_of_production"] = (dims, ratio(np.einsum("qp,pjq->pj", abroad, a), every))
    names, nations = _abroad_by_nation(view.actors, used.look, circuits)
    best = nations.argmax(axis=2)
    most = np.take_along_axis(nations, best[:, :, None], axis=2)[:, :, 0]
    out["supplier"] = (dims, np.where(most > 0.0, names[best], ""))
    out["supplier_share"] = (dims, ratio(most, used.look.sum(axis=2)))
    return out


def by_supplier(used: Using, view: Partition) -> Variables:
    """Part of each actor in the inputs of each industry: axes region industry partner."""
    dims = ("region", "industry", "partner")
    sums = {"face": view.actors.add(used.face, 2), "look": view.actors.add(used.look, 2)}
    return {n: (dims, ratio(a, a.sum(axis=2, keepdims=True))) for n, a in sums.items()}


def _abroad_by_nation(actors: Actors, a: Array, circuits: Array) -> tuple[Array, Array]:
    """Codes of nations, and what those abroad of p supply: axes p j n."""
    nation = np.array(actors.nation)[actors.of]
    names = list(dict.fromkeys(nation))
    member = np.array([[name == n for n in names] for name in nation], dtype=np.float64)
    abroad = circuits[CIRCUITS.index("external")]
    return np.array(names), np.einsum("pjq,qp,qn->pjn", a, abroad, member)


def industry_coords(acc: Accounts, industries: Index) -> dict[str, object]:
    """The chosen industries with both names as coordinates of an axis."""
    s = acc.sectors
    return {
        "industry": [s.codes[k] for k in industries],
        "industry_name_en": ("industry", [s.names_en[k] or s.codes[k] for k in industries]),
        "industry_name_zh": ("industry", [s.names_zh[k] or s.codes[k] for k in industries]),
    }

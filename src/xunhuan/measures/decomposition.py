"""Structural decomposition: what moved circulation between two tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product
from math import factorial
from pathlib import Path

import numpy as np
import xarray as xr

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import CIRCUITS, Array, ratio
from xunhuan.data.comparing import on_one_list
from xunhuan.errors import Problems
from xunhuan.measures.actors import Partition, check_word, looking_from, partitions, requested
from xunhuan.measures.labels import group_coords, labelled
from xunhuan.measures.leontief import solve_right
from xunhuan.measures.operators import Dense, Factored, Operator
from xunhuan.measures.sources import SOURCES
from xunhuan.measures.system import system_of
from xunhuan.measures.tables import of_two_tables

FACTORS = ("technology", "input_sourcing", "final_sourcing", "final_mix", "final_level", "value_added_rate")
"""a[s,i,j]; who supplies inputs; who supplies final goods; goods in final use; its size; value added per
output.
"""


@of_two_tables
def structural_decomposition(
    first: Accounts,
    last: Accounts,
    region: str | Iterable[str] | None = None,
    *,
    border: str = "region",
    home: str | None = None,
    of: str = "share",
    concordance: str | Path | None = None,
) -> xr.Dataset:
    r"""Change of circulation by absorption between two tables, by what changed.

    own_p = v_p B_pp· y^p and so on with B = (I − π a)^-1, y^d = π^f m^d Y^d. Factor k gives
    Δ_k = Σ_{K∌k} |K|! (n−|K|−1)! / n! [C(K∪k) − C(K)], C(K) with the factors in K from `last`, the rest
    from `first`: the mean over all n! orders of change [DietzenbacherLos1998] [Shorrocks2013]. Σ_k Δ_k is
    the change, exactly.

    a s i j, inputs per output; π r s i, who supplies inputs, π^f final goods; m s i, goods in final use; Y s, its size,
    unit of the table; v r i, value added per output. Each table is at its own prices.

    Parameters
    ----------
    first, last : Accounts, str or Path
        The tables, of the same regions, unit and home. Where their lists of sectors differ both are added up to sectors
        that both have, by a concordance that is stated, and the definition says so.
    region : str or list of str, optional
        Rows: regions by code or name, clusters, nations or unions "A+B", each an actor with one border around it;
        "provinces", "foreign" or "all" for each of theirs. By default the home nation's provinces.
    border : {"region", "nation"}
        Whose borders count: each actor's, or those of nations; then by default every nation is a row.
    home : str, optional
        Nation, or cluster made one, to look from, in place of the tables' home.
    of : {"share", "value"}
        Circulation as shares of GDP, or in the unit of the tables.
    concordance : str or Path, optional
        A csv with columns source and target, by code or name, or "isic", where sectors that share a class of ISIC are
        joined. By default that of the tables' lists, where one is bundled.

    Returns
    -------
    xarray.Dataset
        `contribution` (region, circuit, factor); `before`, `after`, `change` (region, circuit).

    Raises
    ------
    BadInput
        Where regions, unit or home differ; where sectors do and no concordance says how; for unknown words.
    UnknownName
        For regions or a home that are not there.

    Examples
    --------
    >>> import xunhuan as xh
    >>> toy = xh.toyland()
    >>> later = toy.replace(flow=2 * toy.flow, use=2 * toy.use, final=2 * toy.final, value_added=2 * toy.value_added)
    >>> ds = xh.measures.structural_decomposition(toy, later, "AT-N", of="value")
    >>> ds["change"].values.round(1).tolist()
    [[324.3, 91.0, 45.7]]
    >>> ds["contribution"].sel(factor="final_level").values.round(1).tolist()
    [[324.3, 91.0, 45.7]]
    """
    check_word("quantity", of, ("share", "value"))
    first, last = looking_from(first, home), looking_from(last, home)
    _comparable(first, last)
    first, last, by = on_one_list(first, last, concordance)
    seen = partitions(first, region, border)
    groups = [g for view in seen for g in view.groups]
    n = len(FACTORS)
    outcome = {chosen: _circuits(seen, absorbed, of) for chosen, absorbed in _worlds(first, last)}
    contribution = np.zeros((len(groups), len(CIRCUITS), n))
    for chosen, value in outcome.items():
        size = sum(chosen)
        for k in range(n):
            others = size - chosen[k]
            weight = factorial(others) * factorial(n - others - 1) / factorial(n)
            contribution[:, :, k] += (weight if chosen[k] else -weight) * value
    before, after = outcome[(0,) * n], outcome[(1,) * n]
    pair, three = ("region", "circuit"), ("region", "circuit", "factor")
    unit = "1" if of == "share" else first.unit
    names = ("before", "after", "change", "contribution")
    return labelled(
        first,
        dict(zip(names, ((pair, before), (pair, after), (pair, after - before), (three, contribution)), strict=True)),
        {**group_coords(groups), "circuit": list(CIRCUITS), "factor": list(FACTORS)},
        definition=f"change in circulation by absorption ({of}) from {first.name} {first.year} to {last.name} "
        f"{last.year}, by factor, mean over all orders; contributions add to the change" + (f"; {by}" if by else ""),
        weighting="shares of each region's own GDP" if of == "share" else "levels at each table's prices",
        citation=SOURCES["structural_decomposition"],
        columns=["contribution"],
        units=dict.fromkeys(names, unit),
    ).sel(region=[g.code for g in requested(first, region, border)])


def _comparable(before: Accounts, after: Accounts) -> None:
    p = Problems("the two tables cannot be compared")
    pairs = {
        "regions": (before.geography.codes, after.geography.codes),
        "nations": (before.geography.nation, after.geography.nation),
        "unit": (before.unit, after.unit),
        "home": (before.home, after.home),
        "sourcing by user": (before.sourcing is None, after.sourcing is None),
    }
    for what, (x, y) in pairs.items():
        if x != y:
            p.add(f"{what} differ: {_first_difference(x, y)}")
    p.raise_if(where=f"{before.name}, {after.name}", fix="aggregate both to the same regions")


def _first_difference(x: object, y: object) -> str:
    if isinstance(x, tuple) and isinstance(y, tuple):
        for a, b in zip(x, y, strict=False):
            if a != b:
                return f"{a!r} against {b!r}"
        return f"{len(x)} against {len(y)}"
    return f"{x!r} against {y!r}"


_Chosen = tuple[int, ...]


def _worlds(before: Accounts, after: Accounts) -> Iterator[tuple[_Chosen, Array]]:
    """Value added of r absorbed in d (axes r d) in each of the 2^6 worlds made of the two tables' factors."""
    parts = [_parts(before), _parts(after)]
    for tech, sourcing in product((0, 1), repeat=2):
        operator = _operator(before, parts[tech]["technology"], parts[sourcing]["input_sourcing"])
        for from_whom, mix, level in product((0, 1), repeat=3):
            final = parts[mix]["final_mix"] * parts[level]["final_level"][:, None]
            outputs = solve_right(operator, parts[from_whom]["final_sourcing"] * final.T[None])
            for rate in (0, 1):
                absorbed = np.einsum("ri,rid->rd", parts[rate]["value_added_rate"], outputs)
                yield (tech, sourcing, from_whom, mix, level, rate), absorbed


def _parts(acc: Accounts) -> dict[str, Array]:
    """The factors of one table; final_sourcing r i s, input_sourcing r s i or, with sourcing by user, r i s j."""
    sys = system_of(acc)
    final = acc.final.sum(axis=2)
    bought = sys.y.sum(axis=0).T  # s i
    if isinstance(sys.operator, Factored):
        technology, sourcing = sys.operator.coefficient, sys.operator.share
        final_sourcing = sourcing.transpose(0, 2, 1)
    else:
        cells = sys.operator.dense().reshape(acc.R, acc.S, acc.R, acc.S)
        technology = cells.sum(axis=0).transpose(1, 0, 2)  # s i j
        sourcing = ratio(cells, cells.sum(axis=0))
        final_sourcing = ratio(sys.y, bought.T)
    level = final.sum(axis=1)
    return {
        "technology": technology,
        "input_sourcing": sourcing,
        "final_sourcing": final_sourcing,
        "final_mix": ratio(final, level[:, None]),
        "final_level": level,
        "value_added_rate": sys.v,
    }


def _operator(acc: Accounts, technology: Array, sourcing: Array) -> Operator:
    if acc.sourcing is None:
        return Factored(sourcing, technology)
    return Dense(sourcing * technology.transpose(1, 0, 2)[None])


def _circuits(seen: list[Partition], absorbed: Array, of: str) -> Array:
    """Circulation of every group: axes region circuit."""
    rows = []
    for view in seen:
        kinds = [view.actors.circuit == k for k in range(len(CIRCUITS))]
        for g in view.groups:
            rows.append([float((absorbed * kind)[g.members].sum()) for kind in kinds])
    value = np.array(rows)
    return ratio(value, value.sum(axis=1, keepdims=True)) if of == "share" else value

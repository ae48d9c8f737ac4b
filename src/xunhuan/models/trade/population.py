"""Who lives where in the base, and where they came from."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array, ratio
from xunhuan.errors import BadInput, Problems


class Whereabouts(NamedTuple):
    """People by origin and where they live.

    people  o, any unit, one in a nation · moves o d, share of o's people who live in d, sums to 1 over d
    paying  o d, 1 where people of o would bear a cost of living in d
    notes   what to say of it, one line each
    """

    people: Array
    moves: Array
    paying: Array
    notes: tuple[str, ...]


def whereabouts(acc: Accounts, pool: Array, bill: Array, labour: str, window: str = "") -> Whereabouts:
    r"""The base of a choice of where to live, for one way of looking at it.

    mobile    N[o,d] persons moved over the window, N[d,d] = population[d] − Σ_{o≠d} N[o,d];  L̄[o] = Σ_d N[o,d],
              m = N / L̄. Σ_o m[o,d] L̄[o] is the population of the table, exactly. Who moves in bears the cost of d.
    free      m[o,d] = population[d] / Σ_d population: alike for all o, whoever lives in d bears its cost
    immobile  m = 1 on the diagonal

    pool p s, nations of several regions · bill s, factor income, which stands for a population nobody knows where `free`

    Raises BadInput where labour is mobile and nobody knows who moves or lives where, UnknownName for an unknown window.
    """
    live = _population(acc, pool, bill)
    moves, paying, people = np.eye(acc.R), np.zeros((acc.R, acc.R)), live.copy()
    notes: list[str] = []
    pools = [np.flatnonzero(row) for row in pool if row.any()]
    if labour == "mobile":
        _refuse_unknown(acc, pools)
    for inside in pools:
        at, size = np.ix_(inside, inside), len(inside)
        if labour == "free":
            moves[at], paying[at] = live[inside] / live[inside].sum(), 1.0
        elif labour == "mobile":
            there, said = _moved(acc, inside, window)
            people[inside] = there.sum(1)
            moves[at], paying[at] = ratio(there, there.sum(1)[:, None]), 1 - np.eye(size)
            notes.append(said)
    return Whereabouts(people, moves, paying, tuple(notes))


def _population(acc: Accounts, pool: Array, bill: Array) -> Array:
    """People by region: population where known for a whole pool, else factor income as if wages were equal."""
    people = np.array(acc.geography.population, dtype=np.float64)
    out = bill.copy()
    for members in pool:
        inside = members > 0
        if inside.any() and np.isfinite(people[inside]).all():
            out[inside] = people[inside]
    return out


def _refuse_unknown(acc: Accounts, pools: list[np.ndarray[tuple[int], np.dtype[np.intp]]]) -> None:
    g = acc.geography
    people, moved = np.array(g.population), g.moves
    problems = Problems("where people move is not known, so that labour cannot be mobile")
    for inside in pools:
        name = g.nation[inside[0]]
        if moved is None or np.isnan(moved.persons[:, inside][:, :, inside]).any():
            problems.add(f"{name}: moves between its regions")
        if np.isnan(people[inside]).any():
            problems.add(f"{name}: population of its regions")
    fix = 'give the table moves ([migration] of a plain table), or take labour = "free" or "immobile"'
    problems.raise_if(BadInput, where=acc.name, fix=fix)


def _moved(acc: Accounts, inside: np.ndarray[tuple[int], np.dtype[np.intp]], window: str) -> tuple[Array, str]:
    """Persons N o d of one nation, those who stayed on the diagonal, and what to say of them."""
    g = acc.geography
    assert g.moves is not None
    over = window or g.moves.window(acc.year)
    out = np.array(g.moves.over(over)[np.ix_(inside, inside)])
    people = np.array(g.population)[inside]
    came = out.sum(0)
    if (came > people).any():
        at = [g.codes[k] for k in inside[came > people]]
        raise BadInput(f"more people moved in over {over} than live there", where=acc.name, items=at)
    np.fill_diagonal(out, people - came)
    said = (
        f"people of {g.name(g.nation[inside[0]])} choose anew where to live, once: {came.sum() / people.sum():.1%} had "
        f"moved over {over}, the rest stayed"
    )
    return out, said

"""Elasticities of substitution between factors and inputs, among inputs, among goods consumed: sets and overrides."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

import numpy as np

from xunhuan.data.arrays import Array
from xunhuan.data.classification import Sectors
from xunhuan.models.trade.elasticities import bundled, sector_values

SUBSTITUTIONS = ("unit", "low", "lowest", "high")
NESTS = ("value_added", "input", "consumption")


class SubstitutionSet(NamedTuple):
    """A named set: its elasticities by nest, pure numbers, and their keys in refs.bib."""

    value_added: float
    input: float
    consumption: float
    sources: tuple[str, ...]


class SubstitutionValues(NamedTuple):
    """Elasticities of a table's industries, pure numbers: factors j, inputs j, consumption one number."""

    factors: Array
    inputs: Array
    consumption: float


@cache
def substitution_set(name: str) -> SubstitutionSet:
    """A set of `data/substitution.csv`.

    >>> substitution_set("low")
    SubstitutionSet(value_added=0.5, input=0.001, consumption=0.9, sources=('BaqaeeFarhi2019',))
    """
    rows = bundled("substitution").set_index("set").loc[name].set_index("nest").loc[list(NESTS)]
    value_added, inputs, consumption = map(float, rows["value"])
    return SubstitutionSet(value_added, inputs, consumption, tuple(dict.fromkeys(rows["source"])))


def substitution_values(
    sectors: Sectors,
    name: str,
    value_added: Mapping[str, float] | float | None,
    inputs: Mapping[str, float] | float | None,
    consumption: float | None,
) -> SubstitutionValues | None:
    """Elasticities of a set with what overrides it, by industry; None where all are 1, Cobb-Douglas.

    Raises BadInput for selections the sectors do not have.
    """
    base = substitution_set(name)
    factors, among = (
        sector_values(sectors, of, of if given is None else given, what)
        for of, given, what in (
            (base.value_added, value_added, "value_added_elasticity"), (base.input, inputs, "input_elasticity"),
        )
    )  # fmt: skip
    consumed = base.consumption if consumption is None else consumption
    if (factors == 1).all() and (among == 1).all() and consumed == 1:
        return None
    return SubstitutionValues(factors, among, consumed)


def substitution_told(name: str, values: SubstitutionValues | None) -> str:
    """In words, with sources; empty where all are 1."""
    if values is None:
        return ""

    def span(a: Array) -> str:
        low, high = float(np.min(a)), float(np.max(a))
        return f"{low:g}" if low == high else f"{low:g} to {high:g}"

    base = substitution_set(name)
    own = "" if _same(base, values) else ", with overrides"
    return (
        f"{name}{own}: {span(values.factors)} between factors and inputs, {span(values.inputs)} among inputs, "
        f"{values.consumption:g} in consumption [{'; '.join(base.sources)}]"
    )


def _same(base: SubstitutionSet, values: SubstitutionValues) -> bool:
    """Whether elasticities are those of a set."""
    same = (values.factors == base.value_added).all() and (values.inputs == base.input).all()
    return bool(same and values.consumption == base.consumption)

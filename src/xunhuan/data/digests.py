"""What a table is known by: digests of its numbers, and of all that answers depend on."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from xunhuan.data.accounts import Accounts


def digest_of_numbers(acc: Accounts) -> str:
    """SHA-256 of labels and numbers (not of prose), hexadecimal."""
    h = hashlib.sha256()
    g, s = acc.geography, acc.sectors
    labels = (g.codes, g.nation, sorted(g.open), s.codes, acc.categories, acc.components)
    h.update(repr((labels, acc.year, acc.currency, acc.unit, acc.home)).encode())
    arrays = [acc.flow, acc.use, acc.final, acc.value_added, acc.tariff]
    if acc.sourcing is not None:
        arrays += [acc.sourcing.intermediate, acc.sourcing.final]
    for a in arrays:
        h.update(np.ascontiguousarray(a, dtype="<f8").tobytes())
    return h.hexdigest()


def digest_of_all(acc: Accounts) -> str:
    """SHA-256 of all that answers depend on, hexadecimal.

    Numbers and labels as `digest_of_numbers` has them, names, what the sectors are in ISIC, groups, clusters, population and
    moves.
    """
    from xunhuan.data.sector_lists import isic_of

    g, s = acc.geography, acc.sectors
    sets = [sorted((k, tuple(v)) for k, v in x.items()) for x in (g.clusters, s.groups, g.nation_names)]
    people = [float(x).hex() for x in g.population]
    names = (g.names_en, g.names_zh, s.names_en, s.names_zh, isic_of(s))
    told = (acc.digest, names, sets, people, sorted(acc.extra.items()))
    h = hashlib.sha256(repr(told).encode())
    if g.moves is not None:
        h.update(repr(g.moves.windows).encode())
        h.update(np.ascontiguousarray(g.moves.persons, dtype="<f8").tobytes())
    return h.hexdigest()

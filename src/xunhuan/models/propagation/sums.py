"""Arithmetic that every module of the room shares."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import numpy as np

from xunhuan.data.arrays import Array, Index

_TILE = 1 << 16
"""Cells of an array i r s worked on at once: half a megabyte, which stays in the processor's cache."""


_LARGE = 1 << 20
"""Cells of an array from which it is worth keeping."""
_shelf: ContextVar[list[Array] | None] = ContextVar("shelf", default=None)


@contextmanager
def reusing() -> Iterator[None]:
    """A block in which large arrays that nobody holds any more are used again.

    The system gives and takes back memory of this size page by page, which takes longer than to write on it.
    """
    before = _shelf.set([])
    try:
        yield
    finally:
        _shelf.reset(before)


def room(shape: tuple[int, ...]) -> Array:
    """An array to be written on: one kept by `reusing` that nothing refers to, of as many cells, or a new one."""
    kept, cells = _shelf.get(), math.prod(shape)
    if kept is None or cells < _LARGE:
        return np.empty(shape)
    for k in range(len(kept)):
        # Two: the list, and the count's own argument. Every view of an array, however made, refers to it.
        if kept[k].size == cells and sys.getrefcount(kept[k]) <= 2:
            return kept[k].reshape(shape)
    kept.append(np.empty(cells))
    return kept[-1].reshape(shape)


def tiled(goods: Index, links: int) -> Iterator[tuple[slice, Index | slice]]:
    """A few goods at a time, each with so many links r s: their places among the goods given, and among all goods.

    What is worked out on the way is then read again from the cache and not from memory; a small table is one tile.
    """
    several = max(1, _TILE // max(links, 1))
    if len(goods) and several >= len(goods):
        yield slice(None), swept_run(goods)
        return
    for k in range(0, len(goods), several):
        part = goods[k : k + several]
        yield slice(k, k + len(part)), swept_run(part)


def as_large(room: Array, array: Array) -> Array:
    """An array to work in of another's size: the one that is at hand where it serves."""
    return room if room.shape == array.shape else np.empty_like(array)


def swept(goods: Index, array: Array) -> Index | slice:
    """Places of some goods along the first axis: a slice where they are all, for that reads and writes without a copy."""
    return slice(None) if len(goods) == len(array) else goods


def swept_run(places: Index) -> Index | slice:
    """Places as they are, or a slice where they follow each other."""
    run = len(places) > 0 and int(places[-1]) - int(places[0]) + 1 == len(places)
    return slice(int(places[0]), int(places[-1]) + 1) if run else places


def places_in(goods: Index, count: int) -> Index:
    """Where each of so many goods stands among some of them, −1 where it does not."""
    place = np.full(count, -1, dtype=np.intp)
    place[goods] = np.arange(len(goods))
    return place


def outer(fill: Array, pool: Array, into: Array | None = None) -> Array:
    """Σ_k φ[r,k] P[k,s] of arrays i k r and i k s, axes i r s, in the array given or a new one.

    BLAS takes columns that lie in rows of their own at half its speed, and one column slower still.
    """
    if fill.shape[1] == 1:
        return np.asarray(np.multiply(fill[:, 0, :, None], pool[:, 0, None, :], out=into))
    return np.asarray(np.matmul(np.ascontiguousarray(fill.transpose(0, 2, 1)), pool, out=into))


def over_origins(flow: Array) -> Array:
    """Σ_r of an array i r s, axes i s. By einsum: the same sum as numpy's own along a middle axis, a third faster."""
    return np.asarray(np.einsum("irs->is", flow))


def over_users(flow: Array) -> Array:
    """Σ_j of an array i s j, axes i s. A product with ones: numpy's own sum along a short axis is four times slower."""
    return np.asarray(np.matmul(flow, np.ones(flow.shape[2])))

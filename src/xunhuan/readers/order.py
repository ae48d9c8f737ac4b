"""The order of labels, which is all that stands beside columns of bare numbers: one that breaks it was perhaps moved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import permutations, product

Labelled = tuple[str, ...]


def strayed(labels: Sequence[Labelled]) -> tuple[int, Labelled] | None:
    """Position of the first label that breaks the order of the others, and the label that would stand there.

    Labels of several parts run block by block, whichever part changes fastest; None where these do, or are not every
    combination of their parts once.

    >>> strayed([("A", "x"), ("A", "y"), ("B", "x"), ("B", "y")]), strayed([("A", "x"), ("B", "x"), ("A", "y"), ("B", "y")])
    (None, None)
    >>> strayed([("A", "x"), ("B", "y"), ("B", "x"), ("A", "y"), ("C", "x"), ("C", "y")])
    (1, ('A', 'y'))
    """
    parts = [list(dict.fromkeys(x)) for x in zip(*labels, strict=True)]
    best: list[int] | None = None
    expected: list[Labelled] = []
    for order in permutations(range(len(parts))):
        wanted = [tuple(x[order.index(k)] for k in range(len(parts))) for x in product(*(parts[k] for k in order))]
        if len(wanted) != len(labels):
            return None
        broken = [k for k, (have, want) in enumerate(zip(labels, wanted, strict=True)) if have != want]
        if best is None or len(broken) < len(best):
            best, expected = broken, wanted
    return (best[0], expected[best[0]]) if best else None


def said_of_order(places: Sequence[str], labels: Sequence[Labelled]) -> Iterator[str]:
    """What is said where a label breaks the order; places name labels for people."""
    found = strayed(labels)
    if found is not None:
        k, wanted = found
        yield (
            f"{places[k]}: {' '.join(filter(None, labels[k]))} stands where {' '.join(filter(None, wanted))} would by the "
            "order of the others; labels are taken at their word"
        )


def said_of_orders(**first: Sequence[str]) -> Iterator[str]:
    """What is said where the same names run in another order in one place than in another.

    >>> list(said_of_orders(rows=("A", "B"), columns=("B", "A")))
    ['columns run in another order than rows (B before A); labels are taken at their word']
    """
    (where, order), *others = first.items()
    for other, names in others:
        if set(names) == set(order) and list(names) != list(order):
            a, b = next((x, y) for x, y in zip(names, order, strict=True) if x != y)
            yield f"{other} run in another order than {where} ({a} before {b}); labels are taken at their word"

"""Which rows of an answer by region a screen shows: home and its regions hit most, the partners named, then the rest."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from xunhuan.data.accounts import Accounts
from xunhuan.errors import XunhuanError
from xunhuan.faces.output import cut_said
from xunhuan.models.edits.base import Edit

MOST_NAMED = 12
"""Partners that a shock names beyond which they are a group, and shown by what they lose."""


def partners_named(acc: Accounts, edits: Iterable[Edit]) -> list[str]:
    """Regions abroad that the edits name one by one, in their order: those of a long list or of "all" are none.

    >>> from xunhuan.data.toyland import toyland
    >>> from xunhuan.models.edits import Tariff
    >>> partners_named(toyland(), [Tariff("BOR", "ATL", add=0.1)])
    ['BOR']
    """
    out: list[str] = []
    for e in edits:
        for name, _, of in e.selections():
            text = getattr(e, name)
            if of != "regions" or not isinstance(text, str) or text == "all":
                continue
            for part in [text] if "!" in text else text.split("+"):  # of USA+EU the one is named, the other a group
                try:
                    named = [acc.geography.codes[k] for k in acc.geography.select(part, acc.home)]
                except XunhuanError:
                    continue
                out += named if len(named) <= MOST_NAMED else []
    return [c for c in dict.fromkeys(out) if acc.geography.nation[acc.geography.codes.index(c)] != acc.home]


def first_rows(frame: pd.DataFrame, acc: Accounts, edits: Iterable[Edit], top: int) -> tuple[pd.DataFrame, list[str]]:
    """So many rows of the regions of home and half as many of others, in their order, with the partners that the edits name;
    and what was left out, in words.
    """
    g = acc.geography
    inside = {acc.home} | {c for c, n in zip(g.codes, g.nation, strict=True) if n == acc.home}
    home = frame["region"].isin(inside).to_numpy()
    named = frame["region"].isin(partners_named(acc, edits)).to_numpy()
    whole = (frame["region"] == acc.home).to_numpy()
    place = np.where(home, np.cumsum(home & ~whole), np.cumsum(~home & ~named))
    kept = whole | named & ~home | (place <= np.where(home, top, max(top // 2, 1)))
    order = np.argsort(np.where(home, 0, np.where(named, 1, 2)), kind="stable")
    out = frame.iloc[[k for k in order if kept[k]]].reset_index(drop=True)
    return out, cut_said(len(out), len(frame))

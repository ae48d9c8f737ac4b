"""What a result says of the choices a model leaves open, and the arithmetic that stands beside its answers."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd

from xunhuan.faces import spelling, words
from xunhuan.faces.reading import ARMS_TOLD, Reading
from xunhuan.faces.spelling import lowered
from xunhuan.faces.told import Number

OFFSET_RATIOS = ("omega", "omega_net")


def of_choice(reading: Reading) -> dict[str, pd.DataFrame]:
    """Rows of the choices by what is chosen; empty where no model leaves one open."""
    found = reading.choices
    return {} if found is None else {str(k): f for k, f in found.groupby("of", sort=False)}


def said_of_choices(reading: Reading) -> list[str]:
    """The range over each choice in a sentence, "" where it decides nothing; whether the sign of net Ω depends on it, and
    how many have no answer.
    """
    return [words.of(reading.lang)("next").join(_said(reading, of, f)) for of, f in of_choice(reading).items()]


def _said(reading: Reading, of: str, frame: pd.DataFrame) -> Iterator[str]:
    t = words.of(reading.lang)
    what = words.title(of, reading.lang)
    # An offset speaks of the shock, the policy and both; else the last arms are told.
    told = reading.offset or reading.arms[-ARMS_TOLD:]
    plain = frame[~frame["variable"].isin(OFFSET_RATIOS)]
    runs, title = [], ""
    for arm in told:
        part = plain[(plain["arm"] == arm) & plain["value"].notna()].sort_values("value")
        if len(part) < 2:
            continue
        q = reading.quantity(part["variable"].iloc[0])
        title = lowered(reading.title(q))
        low, high = part.iloc[0], part.iloc[-1]
        if reading.show(low["value"], q) == reading.show(high["value"], q):
            continue  # the choice decides nothing there
        runs.append(
            t("choices_run", arm=arm, low=reading.show(low["value"], q), low_at=_cited(low["choice"], reading.lang),
              high=reading.show(high["value"], q), high_at=_cited(high["choice"], reading.lang))
        )  # fmt: skip
    if runs:
        home, n = reading.name(reading.home), frame["choice"].nunique()
        yield t("choices_are", n=n, what=what, home=home, title=title, runs=t("list").join(runs))
    net = frame.loc[frame["variable"] == OFFSET_RATIOS[1], "value"].dropna()
    if len(net) > 1:
        key = "choices_sign" if net.min() < 0 < net.max() else "choices_same_sign"
        yield t(key, what=what, low=spelling.times(net.min()), high=spelling.times(net.max()))
    lost = frame.loc[frame["outcome"] != "converged", "choice"].nunique()
    if lost:
        yield t("choices_lost", n=lost)


_YEAR = re.compile(r" ?[(（](\d{4})[)）]")


def choice_called(choice: object, lang: str) -> str:
    """What a choice is called; what is to be typed where it has no name."""
    return words.either(f"choice_{choice}", lang, str(choice))


def _cited(choice: object, lang: str) -> str:
    """The same inside brackets: a year stands plain."""
    return _YEAR.sub(r" \1", choice_called(choice, lang))


def arithmetic(reading: Reading) -> list[str]:
    """The first-order check of each arm that has one, a sentence each: what is concerned, times by how much."""
    t, out = words.of(reading.lang), []
    for c in reading.result.manifest.get("first_order", ()):
        if c["quantity"] not in reading.quantities or c["arm"] not in reading.arms:
            continue
        q = reading.quantity(c["quantity"])
        n = reading.number(q, arm=c["arm"])
        concerned = words.of_room(c["model"], f"first_order_{c['what']}", reading.lang, c["what"])
        share, change = (
            f"{spelling.whole(100 * c[k], d)}%" for k, d in (("share", _digits(c["share"])), ("change", 1))
        )
        product = reading.show(Number(c["share"] * c["change"]), q)
        home = reading.name(reading.home)
        out.append(
            t("first_order", arm=c["arm"], what=concerned, share=share, home=home, change=change, product=product,
              value=reading.show(n, q) if n.known else "–")
        )  # fmt: skip
    return out


def _digits(share: float) -> int:
    """Digits of a share in per cent, two that tell."""
    return int(np.clip(1 - np.floor(np.log10(100 * share)), 1, 4))

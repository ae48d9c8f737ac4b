"""A result's comparisons as frames: the steps from shock to net effect, and the curves along the degree of a shock."""

from __future__ import annotations

import numpy as np
import pandas as pd

from xunhuan.faces import words
from xunhuan.faces.reading import Reading
from xunhuan.faces.spelling import lowered
from xunhuan.faces.told import Told


def quantity_weighed(reading: Reading) -> Told | None:
    """The quantity whose arms the offset compares; None where the result has none."""
    omega = reading.quantities.get("omega")
    return None if omega is None or reading.offset is None else reading.quantities.get(omega.weighs)


def steps(reading: Reading, place: str = "") -> pd.DataFrame:
    """From the shock over the policy alone and what the two do to each other to the net, at a place (home by default).

    name (in words), step, value and, with draws, low and high; the interaction has no interval of its own.
    """
    q = quantity_weighed(reading)
    assert q is not None
    assert reading.offset is not None
    t = words.of(reading.lang)
    shock, policy, both = (reading.number(q, place, a) for a in reading.offset)
    rows = [
        (t("quoted", name=reading.offset[0]), shock.value, shock.low, shock.high),
        (t("policy_alone", name=reading.offset[1]), policy.value, policy.low, policy.high),
        (t("interaction"), both.value - shock.value - policy.value, np.nan, np.nan),
        (t("net"), both.value, both.low, both.high),
    ]
    out = pd.DataFrame(rows, columns=["name", "value", "low", "high"]).assign(step=lambda f: f["name"])
    return out if both.spans else out.drop(columns=["low", "high"])


_RELIANCE = "frontier_reliance"


def reliance_moves(reading: Reading) -> bool:
    """Whether the accounts move along the frontier, so that reliance on abroad does."""
    return bool(np.isfinite(reading.data[_RELIANCE].to_numpy()).any())


def frontier_axis(reading: Reading) -> str:
    """What stands along a frontier: reliance on abroad, or where no accounts move the degree of the shock."""
    return lowered(reading.title("reliance")) if reliance_moves(reading) else words.of(reading.lang)("degree_of_shock")


def degrees(reading: Reading, place: str = "") -> tuple[Told, dict[str, pd.DataFrame]] | None:
    """The quantity that is gained or lost, and one curve a policy, its label in words: degree, external (reliance; the
    degree itself where no accounts move), gain. None where the result has no frontier.
    """
    name = next((n for n, q in reading.quantities.items() if "degree" in q.axes and q.weighs), None)
    if name is None:
        return None
    d, t, place = reading.data, words.of(reading.lang), place or reading.home
    curves = {}
    for policy in d["policy"].values.astype(str):
        gain, foreign = (d[v].sel(policy=policy, place=place).values for v in (name, _RELIANCE))
        foreign = foreign if reliance_moves(reading) else d["degree"].values
        label = t("no_policy") if policy == "none" else t("with_policy", name=policy)
        curves[label] = pd.DataFrame({"degree": d["degree"].values, "external": foreign, "gain": gain})
    return reading.quantities[reading.quantities[name].weighs], curves

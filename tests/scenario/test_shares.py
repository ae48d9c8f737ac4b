"""Intervals of shares where draws take no version of the table: what its versions leave open, and what draws do."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from xunhuan.data.arrays import CIRCUITS
from xunhuan.data.toyland import toyland
from xunhuan.measures import circulation
from xunhuan.scenario.bench import LEVELS, _versions_alone
from xunhuan.scenario.check import prepare
from xunhuan.scenario.layers import read_layers
from xunhuan.scenario.run import Bench
from xunhuan.scenario.shares import moves_of_shares, share_levels

pytestmark = pytest.mark.identity

TOY = Path(__file__).parents[1] / "scenarios" / "toy.toml"


def bench(*settings: str) -> Bench:
    return prepare(read_layers(TOY, settings=settings))


def test_the_base_has_the_intervals_of_its_versions() -> None:
    """Worked out version by version; a nation's by GDP."""
    acc, made = toyland(), bench("uncertainty.table=false")
    moves = moves_of_shares(made)
    assert moves is not None
    seen = [circulation(acc.draw(k)) for k in range(acc.draws)]
    shares = np.stack([np.stack([ds[c].values for c in CIRCUITS], axis=1) for ds in seen])
    nation = np.average(shares, axis=1, weights=circulation(acc)["gdp"].values)
    whole = np.concatenate([shares, nation[:, None]], axis=1)
    base = made.view.accounts(acc, full=False)["circulation"].values
    np.testing.assert_allclose(moves + base, whole, atol=1e-6)  # kept in single precision


def test_draws_and_versions_are_added_pair_by_pair() -> None:
    made = bench("uncertainty.table=false")
    moves, rng = moves_of_shares(made), np.random.default_rng(3)
    assert moves is not None
    labels = pd.DataFrame(
        [("circulation", p, c) for p in made.view.home for c in CIRCUITS] + [("gdp", "AT-N", "")],
        columns=["variable", "place", "circuit"],
    )
    sample = rng.normal(size=(5, len(labels)))
    sample[:3, 1] = np.nan  # most draws have no answer
    found = share_levels(labels, sample, moves, made.view.home, LEVELS)
    for level, q in LEVELS.items():
        at, ends = found[level]
        assert at.tolist() == [k for k in range(len(labels) - 1) if k != 1]
        for k, end in zip(at, ends, strict=True):
            p, c = divmod(k, len(CIRCUITS))
            pairs = [s + d for s in sample[:, k] for d in moves[:, p, c]]
            assert end == pytest.approx(np.quantile(pairs, q), rel=1e-12)


def test_shares_of_a_model_that_is_not_drawn_have_the_intervals_of_versions() -> None:
    """The point and what each version adds to it; what draws give already is left as it is."""
    made = bench("uncertainty.table=false")
    moves = moves_of_shares(made)
    assert moves is not None
    point = made.view.accounts(toyland(), full=False)["circulation"].values
    base = xr.DataArray(
        point[None],
        {"arm": ["base"], "home_place": list(made.view.home), "circuit": list(CIRCUITS)},
        ("arm", "home_place", "circuit"),
    )
    labels = pd.DataFrame(
        [("circulation", "base", p, c) for p in made.view.home for c in CIRCUITS],
        columns=["variable", "arm", "place", "circuit"],
    )
    summary = labels.assign(value=point.ravel(), **dict.fromkeys(LEVELS, np.nan))
    still = np.zeros(len(labels), dtype=bool)
    data, told = _versions_alone(made, labels, still, moves, xr.Dataset({"circulation": base}), summary)
    for level, q in LEVELS.items():
        by_hand = point + np.quantile(moves, q, axis=0)
        np.testing.assert_allclose(data[f"circulation_{level}"].values[0], by_hand, rtol=1e-12)
        np.testing.assert_allclose(told[level], by_hand.ravel(), rtol=1e-12)
    drawn, same = _versions_alone(made, labels, ~still, moves, xr.Dataset({"circulation": base}), summary)
    assert list(drawn) == ["circulation"]
    assert same is summary


@pytest.mark.parametrize("said", ["uncertainty.table=true", "measure.circulation.definition=origin"])
def test_nothing_is_added_where_draws_take_versions_or_by_another_definition(said: str) -> None:
    settings = (said,) if "table" in said else ("uncertainty.table=false", said)
    assert moves_of_shares(bench(*settings)) is None

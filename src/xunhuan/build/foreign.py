"""Books of whole economies: coefficients of 2020 fitted to the outputs and uses of a year.

Letters: s economy, i good, j using industry. Rows of a fitted matrix are the goods and
value added, its columns the industries and final use.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from xunhuan.build import lists
from xunhuan.build.oecd import YEAR, Raw, WorldFlows
from xunhuan.data.arrays import Array, ratio
from xunhuan.data.balance import ras

LEAST_VALUE_ADDED = 0.02
"""Smallest value added per output a seed may hold; the source has Italian refining at exactly 0."""
MEAN_STRUCTURE = 1e-6
"""Weight of the world's mean coefficients in each seed, so that a good unused in 2020 can be used in 2017."""


@dataclass(frozen=True)
class EconomyBooks:
    """Domestic books of each economy: use s i j, final s i, value_added s j, million USD."""

    codes: tuple[str, ...]
    use: Array
    final: Array
    value_added: Array
    log: pd.DataFrame


def economy_books(raw: Raw, flows: WorldFlows, coal_odds: Array, year: int = YEAR) -> EconomyBooks:
    """Books of the 81 economies that meet the outputs and uses of `flows` exactly.

    The seed is the 2020 coefficient of each economy times its 2017 output. Value added in total is the
    seed's, so final use in total is what the trade balance leaves: Σ_i F = GDP + imports − exports.
    coal_odds j, (coal per oil and gas used by j) / (the same of all users), of a table that tells them apart

    Raises Infeasible, NotConverged from the fit.
    """
    output, absorption = flows.flow.sum(1), flows.flow.sum(0)
    use, final, value_added = _seed(raw, flows, output, absorption, coal_odds)
    target = value_added.sum(1)
    expenditure = target + absorption.sum(1) - output.sum(1)
    final = final * (expenditure / final.sum(1))[:, None]
    n, k = output.shape
    seed = np.zeros((n, k + 1, k + 1))
    seed[:, :k, :k], seed[:, :k, k], seed[:, k, :k] = use, final, value_added
    codes = (*lists.common_sectors().codes, "total")
    fitted = ras(
        seed,
        np.concatenate([absorption, target[:, None]], axis=1),
        np.concatenate([output, expenditure[:, None]], axis=1),
        names=(codes, codes),
    ).require("books of the foreign economies")
    log = _log(year, flows.codes, value_added, fitted[:, k, :k], use, fitted[:, :k, :k])
    return EconomyBooks(flows.codes, fitted[:, :k, :k], fitted[:, :k, k], fitted[:, k, :k], log)


def _seed(
    raw: Raw, flows: WorldFlows, output: Array, absorption: Array, coal_odds: Array
) -> tuple[Array, Array, Array]:
    """Use s i j, final s i (any level) and value added s j of the 2020 coefficients at 2017 outputs."""
    to = lists.oecd45_matrix()
    use = np.einsum("ik,sij,sj,jl->skl", to, raw.input_share, flows.output45, to, optimize=True)
    value_added = np.einsum("sj,sj,jl->sl", raw.value_share, flows.output45, to)
    final = raw.final_share @ to
    use, final, value_added = _split_coal(use, final, value_added, output, absorption, coal_odds)
    # Rescaled to the outputs now known: the services of a few economies were moved.
    made = use.sum(1) + value_added
    level = np.where(made > 0, output / np.where(made > 0, made, 1.0), 0.0)
    use, value_added = use * level[:, None, :], value_added * level
    final = final * (absorption.sum(1) - use.sum((1, 2)))[:, None] / final.sum(1)[:, None]
    mean = use.sum(0) / output.sum(0)
    use = use + MEAN_STRUCTURE * mean[None] * output[:, None, :]
    final = final + MEAN_STRUCTURE * absorption
    return use, final, np.maximum(value_added, LEAST_VALUE_ADDED * output)


def _split_coal(
    use: Array, final: Array, value_added: Array, output: Array, absorption: Array, odds: Array
) -> tuple[Array, Array, Array]:
    """Divide coal from oil and gas: columns by output, rows by absorption times the odds of each user."""
    sectors = lists.common_sectors()
    c, o = sectors.index("B05"), sectors.index("B06")
    use, final, value_added = use.copy(), final.copy(), value_added.copy()
    both = output[:, c] + output[:, o]
    share = ratio(output[:, c], both, 0.5)
    use[:, :, o], use[:, :, c] = use[:, :, c] * (1 - share)[:, None], use[:, :, c] * share[:, None]
    value_added[:, o], value_added[:, c] = value_added[:, c] * (1 - share), value_added[:, c] * share
    weight = absorption[:, c, None] * odds
    part = weight / (weight + absorption[:, o, None])
    use[:, o], use[:, c] = use[:, c] * (1 - part), use[:, c] * part
    even = absorption[:, c] / (absorption[:, c] + absorption[:, o])
    final[:, o], final[:, c] = final[:, c] * (1 - even), final[:, c] * even
    return use, final, value_added


def coal_odds(use: Array) -> Array:
    """Odds of coal against oil and gas of user j, relative to all users, from use i j; 1 where it uses
    none.
    """
    sectors = lists.common_sectors()
    coal, oil = use[sectors.index("B05")], use[sectors.index("B06")]
    floor = 0.02 * (coal + oil)  # no user of the one is barred from the other
    odds = ratio(coal + floor, oil + floor, 1.0) / (coal.sum() / oil.sum())
    return np.where(coal + oil > 0, odds, 1.0)


def _log(year: int, codes: tuple[str, ...], va0: Array, va1: Array, use0: Array, use1: Array) -> pd.DataFrame:
    """Value added by industry before and after the fit, and how much use moved between cells by economy."""
    names, step = lists.common_sectors().codes, f"2020 coefficients fitted to {year}"
    grid = pd.MultiIndex.from_product([codes, names], names=["region", "sector"]).to_frame(index=False)
    grid = grid.assign(step=step, quantity="value added", before=va0.ravel(), after=va1.ravel())
    moved = pd.DataFrame(
        {
            "region": codes,
            "before": use0.sum((1, 2)),
            "after": use0.sum((1, 2)) + np.abs(use1 - use0).sum((1, 2)) / 2,
        }
    ).assign(step=step, quantity="intermediate use moved between cells", sector="all")
    return pd.concat([grid, moved]).assign(unit="million USD", note="RAS, margins: OECD outputs and uses of 2017")

"""The regions of a nation inside its totals: a world table's, or those of a national table.

Letters: p, q region, o, d partner abroad, i good, j using industry, f final category. ProvinceShares come from a table
of the nation with its regions, or from tables of them; totals are those they are laid into. Nothing foreign moves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array, ratio
from xunhuan.data.balance import gras
from xunhuan.data.partners import national_split
from xunhuan.data.posterior import nested_trade, share_out_all
from xunhuan.errors import BadInput

PartnerSplit = Callable[[Array, Array, Array, Array], tuple[Array, Array]]
"""(sent p i, bought p i, export i d, imported o i) -> export p d i, imported o p i."""


@dataclass(frozen=True)
class ProvinceShares:
    """A national table with provinces, in its own unit.

    output, export, imported p i · use p i j · final p i f · value_added p j · trade p q i (own use on the
    diagonal)
    """

    codes: tuple[str, ...]
    sectors: tuple[str, ...]
    categories: tuple[str, ...]
    unit: str
    output: Array
    export: Array
    imported: Array
    use: Array
    final: Array
    value_added: Array
    trade: Array


def province_shares(table: Accounts) -> ProvinceShares:
    """A table of regions and one open region cut into its parts. Raises BadInput where the open region is not one."""
    if int((~table.closed).sum()) != 1:
        raise BadInput("the national table needs one open region", where=table.name)
    p, w = np.flatnonzero(table.closed), int(np.flatnonzero(~table.closed)[0])
    return ProvinceShares(
        codes=tuple(table.geography.codes[k] for k in p),
        sectors=table.sectors.codes,
        categories=table.categories,
        unit=table.unit,
        output=table.output[p],
        export=table.flow[p, w],
        imported=table.flow[w, p],
        use=table.use[p],
        final=table.final[p],
        value_added=table.value_added[p].sum(2),
        trade=table.flow[np.ix_(p, p)],
    )


@dataclass(frozen=True)
class Nest:
    """Provinces that add up to their nation, in its unit.

    output p i · use p i j · final p i f · value_added p j · inside p q i · export p d i · imported o p i
    """

    output: Array
    use: Array
    final: Array
    value_added: Array
    inside: Array
    export: Array
    imported: Array
    log: pd.DataFrame


def nest(
    shares: ProvinceShares,
    output: Array,
    export: Array,
    imported: Array,
    partners: PartnerSplit = national_split,
    *,
    unit: str = "million USD",
    control: str = "OECD",
) -> Nest:
    """Divide a nation among its provinces.

    output i, export i d, imported o i: the nation's, in `unit`, from `control`
    1. Output by the provinces' shares of each sector; value added per output stays the province's.
    2. Use and final use: GRAS of the provinces' tables, rows to the nation's absorption, columns to inputs
       (output less value added) and to final use by category, which scales as a whole.
    3. Export and import by the provinces' shares, none above its output or use; `partners` says with whom,
    alike for all provinces if not given.
    4. Trade inside the nation: RAS of the given trade to output less export and use less import.

    Raises BadInput where a sector of the nation has no province, Infeasible or NotConverged from the fits.
    """
    missing = [c for c, a, b in zip(shares.sectors, shares.output.sum(0), output, strict=True) if a <= 0 < b]
    if missing:
        raise BadInput("no province makes these sectors", items=missing)
    made = shares.output * (output / shares.output.sum(0))
    rate = ratio(shares.value_added, shares.output)
    value_added = made * rate
    absorption = output - export.sum(1) + imported.sum(0)
    use, final = _uses(shares, made - value_added, absorption)
    wanted = use.sum(2) + final.sum(2)
    sent, log_e = _bounded(shares, "export", shares.export, export.sum(1), made, unit)
    bought, log_m = _bounded(shares, "import", shares.imported, imported.sum(0), wanted, unit)
    abroad = partners(sent, bought, export, imported)
    return Nest(
        output=made,
        use=use,
        final=final,
        value_added=value_added,
        inside=nested_trade(shares.trade, made - sent, wanted - bought),
        export=abroad[0],
        imported=abroad[1],
        log=pd.concat([_levels(shares, made, wanted, unit, control), log_e, log_m]),
    )


def _uses(shares: ProvinceShares, inputs: Array, absorption: Array) -> tuple[Array, Array]:
    """Use p i j and final p i f: rows the nation's absorption, columns the provinces' inputs and final
    use.
    """
    n, k, c = shares.final.shape
    spent = shares.final.sum(1)
    spent = spent * ((absorption.sum() - inputs.sum()) / spent.sum())
    seed = np.concatenate([shares.use, shares.final], axis=2).transpose(1, 0, 2).reshape(k, n * (k + c))
    column = np.concatenate([inputs, spent], axis=1).reshape(-1)
    names = shares.sectors
    labels = [f"{p} {u}" for p in shares.codes for u in (*names, *shares.categories)]
    fitted = gras(seed, absorption, column, names=(names, labels)).require("uses of the provinces")
    both = fitted.reshape(k, n, k + c).transpose(1, 0, 2)
    return both[:, :, :k], both[:, :, k:]


def _bounded(
    shares: ProvinceShares, what: str, weight: Array, total: Array, limit: Array, unit: str
) -> tuple[Array, pd.DataFrame]:
    """Share out the nation's trade p i by weight, no province above its limit; and what had to move.

    Where the national table has no such trade at all, the limit (output or use) is the weight.
    """
    out = share_out_all(weight, total, limit)
    none = (weight.sum(0) <= 0) & (total > 0)
    weight = np.where(none, limit, weight)
    plain = weight * ratio(total, weight.sum(0))
    names, bound = shares.sectors, "output" if what == "export" else "use"
    note = f"the share of the national {what} would pass a province's {bound}; the others take the rest"
    rows = [
        {
            "step": f"provinces: {what} bounded", "region": shares.codes[p], "sector": names[i],
            "quantity": what,
            "before": plain[p, i], "after": out[p, i], "unit": unit, "note": note,
        }
        for p, i in np.argwhere(np.abs(out - plain) > 1e-6 * np.maximum(plain, 1.0))
    ]  # fmt: skip
    note = f"the national table has no {what} of this sector; provinces take it in proportion to {bound}"
    rows += [
        {
            "step": f"provinces: {what} without shares", "region": "all", "sector": names[i],
            "quantity": what,
            "before": 0.0, "after": total[i], "unit": unit, "note": note,
        }
        for i in np.flatnonzero(none)
    ]  # fmt: skip
    return out, pd.DataFrame(rows)


def _levels(shares: ProvinceShares, made: Array, wanted: Array, unit: str, control: str) -> pd.DataFrame:
    """Output and use of each province and sector as given (its unit) and inside the totals."""
    pairs = {"output": (shares.output, made), "use": (shares.use.sum(2) + shares.final.sum(2), wanted)}
    cells = pd.MultiIndex.from_product([shares.codes, shares.sectors], names=["region", "sector"]).to_frame(index=False)
    return pd.concat(
        cells.assign(
            step="provinces: national shares of world totals", quantity=quantity, before=before.ravel(),
            after=after.ravel(), unit=f"{shares.unit} before, {unit} after",
            note=f"share of the province in the nation's sector times the {control} total",
        )
        for quantity, (before, after) in pairs.items()
    )  # fmt: skip

"""From an equilibrium back to balanced accounts at new values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from xunhuan.data.accounts import Accounts, Sourcing
from xunhuan.data.arrays import Array
from xunhuan.models.edits.primitives import TollRates
from xunhuan.models.model import Status
from xunhuan.models.trade.calibrate import Base
from xunhuan.models.trade.records import Equilibrium, Shift

WARNINGS = ("; ONE OF SEVERAL EQUILIBRIA", "; THE SOLVER DID NOT CONVERGE")
INPUT_TARIFF, EXPORT_TAX, SUBSIDY, TOLL = "input_tariff", "export_tax", "production_subsidy", "toll"


def flows(base: Base, z: Shift, out: Equilibrium) -> Array:
    """New flows r s i at the price the buyer pays before its tariff (export taxes included), unit of the table."""
    net: Array = np.asarray(out.share) * np.asarray(out.spending) / (1 + np.asarray(z.tariff))
    return np.asarray(net * base.unit, dtype=np.float64)


def accounts(
    acc: Accounts, base: Base, z: Shift, out: Equilibrium, rate: Array | float = 0.0, ended: Status = Status(),
    tolls: Sequence[TollRates] = (),
) -> Accounts:  # fmt: skip
    r"""Counterfactual accounts; world GDP is the base's, so values are in units of base world GDP.

    flow' = π' X' / (1+t');  use'[s,i,j] = (1 − duty rate) γ' (1+σ') Y';  final' = Σ_r flow' − Σ_j use', split by
    category as before;  value added' = Σ_s flow' − Σ_i use', export taxes and new subsidies as components of their own
    (what owners earn above cost stays in value added, as it was), input duties in "input_tariff" where the
    table has it, the rest split by component as before.

    A toll is a service of who collects it, bought by the industry that ships, and value added in a component of its own.

    rate  r j, of the new subsidies

    They balance by construction whatever the state of the search.
    """
    flow = flows(base, z, out)
    output = np.asarray(out.output) * base.unit
    subsidy = np.asarray(z.subsidy)
    absorbed = flow.sum(0)
    sourcing = None
    if out.purchases is None:
        bought = 1 - np.asarray(out.duty_rate)  # basic value per unit of purchaser value
        use = np.asarray(out.inputs) * ((1 + subsidy) * output)[:, None, :] * bought[:, :, None]
        use[~acc.closed] = 0.0
        final = _split(acc.final, acc.absorption - acc.use.sum(2), absorbed - use.sum(2), acc.absorption, absorbed)
    else:
        sourcing = purchases(acc, base, z, out)
        use, final = (np.einsum("risk->sik", a) for a in (sourcing.intermediate, sourcing.final))
    extra = {EXPORT_TAX: flow.sum(1) - output, SUBSIDY: -rate * output}
    duties = use_duties(use, out)
    if tolls:
        paid = collected(tolls, flow)
        extra[EXPORT_TAX] = extra[EXPORT_TAX] - sum(paid)
        extra[TOLL] = np.zeros((acc.R, acc.S))
        flow, use, final = flow.copy(), use.copy(), final.copy()
        for t, amount in zip(tolls, paid, strict=True):
            extra[TOLL][t.region, t.sector] += amount.sum()
            flow[t.region, :, t.sector] += amount.sum(1)
            use[:, t.sector] += np.where(acc.closed[:, None], amount, 0.0)
            final[:, t.sector, 0] += np.where(acc.closed, 0.0, amount.sum(1))
            if sourcing is not None:
                bought = sourcing.intermediate.copy()
                bought[t.region, t.sector] += np.where(acc.closed[:, None], amount, 0.0)
                sourcing = replace(sourcing, intermediate=bought)
    value_added, components = _value_added(acc, base, duties, flow.sum(1), use, extra)
    note = "counterfactual of the long-run trade model; values in units of the base's world GDP"
    return acc.replace(
        flow=flow, use=use, final=final, value_added=value_added, components=components, tariff=np.asarray(z.tariff),
        sourcing=sourcing, notes=(*acc.notes, note + WARNINGS[ended.outcome != "several"] * (not ended.converged)),
    )  # fmt: skip


def collected(tolls: Sequence[TollRates], flow: Array) -> list[Array]:
    """What each toll comes to on flows r s i at the price after tolls, by who ships which good, r i."""
    before = flow / (1 + np.sum([t.rate for t in tolls], axis=0))
    return [np.asarray((t.rate * before).sum(1)) for t in tolls]


def purchases(acc: Accounts, base: Base, z: Shift, out: Equilibrium) -> Sourcing:
    """Where each user buys at new values, before tariffs, unit of the table; final use of an origin split by category as
    before."""
    spent = np.asarray(out.purchases) * base.unit / (1 + np.asarray(z.tariff))[..., None]  # r s i u
    old = acc.sourcing.final if acc.sourcing is not None else np.zeros(0)
    before, after = old.sum(3), np.einsum("rsi->ris", spent[..., -1])
    return Sourcing(np.einsum("rsij->risj", spent[..., :-1]), _split(old, before, after, before, after))


def _split(parts: Array, old: Array, new: Array, old_size: Array, new_size: Array) -> Array:
    """Parts of a total (last axis) moved with it.

    In proportion where the parts do not nearly cancel; else each moves with `size` and the largest takes the rest.
    """
    gross, sum_old = np.abs(parts).sum(-1), parts.sum(-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        size = np.where(old_size > 0, new_size / old_size, 0.0)
        target = new + (sum_old - old) * size  # the base's own rounding is carried along, so no shock changes nothing
        plain = np.abs(sum_old) > 1e-3 * gross
        growth = np.where(plain, target / sum_old, size)
    out = parts * growth[..., None]
    rest = np.where(plain, 0.0, target - size * sum_old)
    largest = np.abs(parts).argmax(-1)[..., None]
    np.put_along_axis(out, largest, np.take_along_axis(out, largest, -1) + rest[..., None], -1)
    return np.asarray(out, dtype=np.float64)


def _value_added(
    acc: Accounts, base: Base, duties: Array, sold: Array, use: Array, extra: dict[str, Array]
) -> tuple[Array, tuple[str, ...]]:
    """New value added s j v and its component names."""
    total_old, total = acc.output - acc.use.sum(1), sold - use.sum(1)
    names = list(acc.components)
    kept: dict[str, Array] = {}
    if INPUT_TARIFF in names:
        old, new = base.duties, duties
        recorded = acc.value_added[:, :, names.index(INPUT_TARIFF)]
        kept[INPUT_TARIFF] = np.where(old > 0, recorded * new / np.where(old > 0, old, 1.0), new)
        total_old = total_old - recorded
        total = total - kept[INPUT_TARIFF]
    for name, amount in extra.items():
        amount = np.where(acc.closed[:, None] & (np.abs(amount) > 1e-9 * np.abs(sold)), amount, 0.0)
        if amount.any():
            total = total - amount
            if name in names:
                amount = amount + acc.value_added[:, :, names.index(name)]
                total_old = total_old - acc.value_added[:, :, names.index(name)]
                total = total - acc.value_added[:, :, names.index(name)]
            kept[name] = amount
    core = [k for k, n in enumerate(names) if n not in kept]
    total, total_old = (np.where(acc.closed[:, None], a, 0.0) for a in (total, total_old))
    split = _split(acc.value_added[:, :, core], total_old, total, acc.output, sold)
    split[~acc.closed] = 0.0
    columns: dict[str, Any] = {names[k]: split[:, :, c] for c, k in enumerate(core)} | kept
    order = [*names, *(n for n in kept if n not in names)]
    return np.stack([columns[n] for n in order], axis=-1), tuple(order)


def use_duties(use: Array, out: Equilibrium) -> Array:
    """Duties on inputs at new basic values `use` s i j; returns s j."""
    rate = np.asarray(out.duty_rate)
    rate = rate[:, :, None] if rate.ndim == 2 else rate[:, :, :-1]
    duties: Array = (use * (rate / (1 - rate))).sum(1)
    return duties

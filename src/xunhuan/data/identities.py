"""The identities of accounts: what must balance, by how much it misses, and the refusal that names the worst cells.

Letters as in `accounts`: r origin region, i supplying sector, s destination region, j using industry, f final category,
v value-added component.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from xunhuan.data.arrays import Array
from xunhuan.errors import Problems, UnbalancedAccounts

if TYPE_CHECKING:
    from xunhuan.data.accounts import Accounts

TOLERANCE = 1e-9
"""Largest residual of an identity, relative to the gross size of the terms it adds."""


def _worst(labels: Sequence[Sequence[str]], size: Array, n: int = 3) -> str:
    flat = np.argsort(np.nan_to_num(size, nan=np.inf).ravel())[::-1][:n]
    cells = []
    for k in flat:
        place = np.unravel_index(int(k), size.shape)
        if size[place] == 0:
            continue
        cells.append("/".join(axis[int(p)] for axis, p in zip(labels, place, strict=True)) + f" ({size[place]:.3g})")
    return ", ".join(cells)


_LARGEST = 1e100
"""Cells beyond this are no values in any unit, and their sums and products would not be finite."""
_SOUND = "flows, uses, output and tariffs are finite and not negative"


def check_values(acc: Accounts) -> None:
    """Raise UnbalancedAccounts naming the worst cells that are not finite, or negative where nothing may be."""
    codes, sec = acc.geography.codes, acc.sectors.codes
    axes: dict[str, tuple[Sequence[str], ...]] = {
        "flow": (codes, codes, sec),
        "use": (codes, sec, sec),
        "final": (codes, sec, acc.categories),
        "value_added": (codes, sec, acc.components),
        "tariff": (codes, codes, sec),
    }
    # With sourcing by user a fall in stocks can outweigh the rest of a bilateral flow.
    nonnegative = {"use", "tariff"} | ({"flow"} if acc.sourcing is None else set())
    p = Problems("the accounts hold impossible values")
    for name, labels in axes.items():
        a = getattr(acc, name)
        bad = ~np.isfinite(a)
        if bad.any():
            p.add(f"{name}: {int(bad.sum())} cells are not finite: {_worst(labels, bad.astype(float))}")
        beyond = np.where(bad, 0.0, np.abs(a))
        if (beyond > _LARGEST).any():
            p.add(f"{name}: {int((beyond > _LARGEST).sum())} cells are beyond {_LARGEST:g}: {_worst(labels, beyond)}")
        below = np.where(bad, 0.0, np.maximum(-a, 0.0))
        if name in nonnegative and below.any():
            p.add(f"{name}: {int((below > 0).sum())} cells are negative, worst by size: {_worst(labels, below)}")
    if acc.sourcing is not None:
        for name, b in (("intermediate", acc.sourcing.intermediate), ("final", acc.sourcing.final)):
            if not (b.min(initial=0.0) >= -_LARGEST and b.max(initial=0.0) <= _LARGEST):
                p.add(f"sourcing.{name}: cells are not finite, or beyond {_LARGEST:g}")
    p.raise_if(UnbalancedAccounts, where=acc.name, fix=_SOUND)  # sums of such cells mean nothing
    made = np.where(acc.closed[:, None], acc.output, 0.0)
    below = np.where(-made > TOLERANCE * max(float(np.abs(made).mean()), TOLERANCE), -made, 0.0)
    if below.any():
        p.add(f"output: {int((below > 0).sum())} cells are negative, worst by size: {_worst((codes, sec), below)}")
    p.raise_if(UnbalancedAccounts, where=acc.name, fix=_SOUND)


def identity_residuals(acc: Accounts) -> dict[str, tuple[Array, tuple[Sequence[str], ...]]]:
    """Relative residual of each identity with the labels of its axes.

    The residual is divided by the gross size of the terms (their absolute sum), floored at a millionth of the mean.
    """
    codes, sec = acc.geography.codes, acc.sectors.codes
    used = acc.use.sum(2) + acc.final.sum(2)
    gross_use = acc.use.sum(2) + np.abs(acc.final).sum(2)
    out: dict[str, tuple[Array, tuple[Sequence[str], ...]]] = {
        "use (Σ_r flow = Σ_j use + Σ_f final)": (_relative(acc.absorption - used, gross_use), (codes, sec)),
    }
    paid = acc.use.sum(1) + acc.value_added.sum(2)
    gross = acc.use.sum(1) + np.abs(acc.value_added).sum(2)
    cost = np.where(acc.closed[:, None], acc.output - paid, 0.0)
    out["cost (output = Σ_i use + Σ_v value_added)"] = (_relative(cost, gross), (codes, sec))
    if acc.sourcing is not None:
        z, f = acc.sourcing.intermediate, acc.sourcing.final
        both = np.einsum("risj->rsi", z) + np.einsum("risf->rsi", f)
        gross3 = np.einsum("risj->rsi", z) + np.einsum("risf->rsi", np.abs(f))
        out["sourcing (flow = its users' purchases)"] = (
            _relative(acc.flow - both, gross3),
            (codes, codes, sec),
        )
        out["sourcing (use = purchases from all origins)"] = (
            _relative(acc.use - z.sum(0).transpose(1, 0, 2), acc.use), (codes, sec, sec),
        )  # fmt: skip
        out["sourcing (final = purchases from all origins)"] = (
            _relative(acc.final - f.sum(0).transpose(1, 0, 2), np.abs(f).sum(0).transpose(1, 0, 2)),
            (codes, sec, acc.categories),
        )
    return out


def _relative(residual: Array, gross: Array) -> Array:
    floor = 1e-6 * float(gross.mean()) or 1.0
    return np.asarray(np.abs(residual) / (gross + floor), dtype=np.float64)


def check_identities(acc: Accounts, tolerance: float = TOLERANCE) -> None:
    """Raise UnbalancedAccounts listing every identity whose residual passes `tolerance`, with its worst cells."""
    p = Problems("the accounts do not balance")
    for name, (residual, labels) in identity_residuals(acc).items():
        over = residual > tolerance
        if over.any():
            p.add(f"{name}: {int(over.sum())} cells off, worst {_worst(labels, residual)}")
    shut = ~acc.closed
    if shut.any() and (acc.use[shut].any() or acc.value_added[shut].any() or acc.flow[np.ix_(shut, shut)].any()):
        p.add("an open region has intermediate use, value added or trade with an open region; it may only buy and sell")
    p.raise_if(
        UnbalancedAccounts,
        where=acc.name,
        fix=f"residuals below {tolerance:g} of the gross size of the terms",
    )

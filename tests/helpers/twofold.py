"""A small made-up economy whose split of exporters is known, and the table that hides it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xunhuan.data.accounts import Accounts, Sourcing
from xunhuan.data.classification import Sectors
from xunhuan.data.geography import Geography


@dataclass(frozen=True)
class Twofold:
    """Blocks dd, dp, md, mp i j, value added vd, vp j; the table without kinds; shares of exports and of imports."""

    dd: np.ndarray
    dp: np.ndarray
    md: np.ndarray
    mp: np.ndarray
    vd: np.ndarray
    vp: np.ndarray
    table: Accounts
    exports: np.ndarray
    imports: np.ndarray

    @property
    def domestic(self) -> np.ndarray:
        """Domestic value added per unit of ordinary and of processing exports, axes kind j; by hand.

        v_D (I − A_DD)⁻¹ and v_D (I − A_DD)⁻¹ A_DP + v_P    [KoopmanWangWei2013, eq. 5.12]
        """
        made = self.dd.sum(0) + self.md.sum(0) + self.vd
        sold = self.dp.sum(0) + self.mp.sum(0) + self.vp
        chain = self.vd / made @ np.linalg.inv(np.eye(len(made)) - self.dd / made)
        works = np.where(sold > 0, sold, np.inf)
        return np.stack([chain, chain @ (self.dp / works) + self.vp / works])


def twofold(dd: np.ndarray, dp: np.ndarray, md: np.ndarray, mp: np.ndarray, vd: np.ndarray, vp: np.ndarray, *,
            by_user: bool) -> Twofold:  # fmt: skip
    """The economy of these blocks: processors sell abroad only, a tenth of other output is exported, the rest final use."""
    n = len(vd)
    made, sold = dd.sum(0) + md.sum(0) + vd, dp.sum(0) + mp.sum(0) + vp
    ordinary = 0.1 * made
    home_final = made - dd.sum(1) - dp.sum(1) - ordinary
    assert (home_final > 0).all()
    foreign_final = np.full(n, 5.0)
    z, f = np.zeros((2, n, 2, n)), np.zeros((2, n, 2, 1))
    z[0, :, 0], z[1, :, 0] = dd + dp, md + mp
    f[0, :, 0, 0], f[1, :, 0, 0], f[0, :, 1, 0] = home_final, foreign_final, ordinary + sold
    flow = np.einsum("risj->rsi", z) + np.einsum("risf->rsi", f)
    table = Accounts(
        flow=flow, use=z.sum(0).transpose(1, 0, 2), final=f.sum(0).transpose(1, 0, 2),
        value_added=np.stack([vd + vp, np.zeros(n)])[..., None], tariff=np.zeros_like(flow),
        geography=Geography(codes=("LAND", "ROW"), nation=("LAND", "ROW"), open=frozenset({"ROW"})),
        sectors=Sectors(tuple("ABCD"[:n]), groups={"goods": tuple("ABCD"[:n])}),
        categories=("final",), components=("value_added",), year=2000, currency="SHL", unit="million SHL", home="LAND",
        sourcing=Sourcing(z, f) if by_user else None,
    )  # fmt: skip
    return Twofold(dd, dp, md, mp, vd, vp, table, sold / (ordinary + sold), mp.sum(1) / flow[1, 0])


def made_up(by_user: bool) -> Twofold:
    """Processors of B and C live on imports, of C above all; numbers are invented."""
    dd = np.array([[40.0, 60, 20, 20], [30, 90, 50, 30], [10, 40, 60, 20], [20, 60, 50, 60]])
    md = np.array([[4.0, 12, 6, 4], [6, 15, 14, 6], [3, 8, 20, 6], [1, 2, 3, 4]])
    dp = np.array([[0.0, 4, 2, 0], [0, 5, 6, 0], [0, 3, 8, 0], [0, 4, 9, 0]])
    mp = np.array([[0.0, 6, 3, 0], [0, 9, 12, 0], [0, 5, 45, 0], [0, 0, 0, 0]])
    return twofold(dd, dp, md, mp, np.array([150.0, 140, 90, 260]), np.array([0.0, 6, 14, 0]), by_user=by_user)


def of_the_form() -> Twofold:
    """Blocks that the programme's own answer has: the start times one plus prices of its sums, so it must find them."""
    z = np.array([[44.0, 70, 28, 24], [36, 104, 70, 36], [13, 43, 68, 26], [20, 64, 59, 60]])
    m = np.array([[4.0, 18, 9, 4], [6, 24, 26, 6], [3, 13, 65, 6], [1, 2, 3, 4]])
    v = np.array([150.0, 146, 104, 260])
    theta = np.array([0.0, 0.1, 0.3, 0.0])
    lift = np.array([0.5, 0.8, 1.0, 0.0])
    pull = theta * (1 - theta)
    wanted = (pull * m * lift[:, None]).sum(0)
    press = -np.divide(wanted, pull * (z.sum(0) + m.sum(0) + v), out=np.zeros(4), where=pull > 0)
    dp = theta * z * (1 + (1 - theta) * press)
    mp = theta * m * (1 + (1 - theta) * (lift[:, None] + press))
    vp = theta * v * (1 + (1 - theta) * press)
    return twofold(z - dp, dp, m - mp, mp, v - vp, vp, by_user=True)

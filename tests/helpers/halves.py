"""How far half the step moves annual losses of the short run, and on what that is tried."""

from __future__ import annotations

from xunhuan.data.accounts import Accounts
from xunhuan.models.edits import Capacity, Link
from xunhuan.models.model import Shock
from xunhuan.models.propagation import PropagationParameters, respond

NEAR = 0.01
"""Share of the losses that half the step may move."""
TOYLAND = Shock(
    (
        Capacity("AT-N", "MAN", loss=0.7, start=14, end=56, recovery="linear", recovery_days=28),
        Link("BOR", "ATL", "FAR", loss=0.8, start=28, end=84),
    )
)
CHINA = Shock((Link("ROW", "CHN", "20", loss=0.5, start=30, end=180),))
"""Half of the imports of electronics."""
HUBEI = Shock((Capacity("CN-HB", loss=0.6, start=30, end=106, recovery="linear", recovery_days=28),))


def losses(acc: Accounts, shock: Shock, **given: object) -> tuple[float, float]:
    """Annual losses at a step of a day and of half a day."""
    whole, half = (
        float(respond(acc, shock, PropagationParameters(step_days=dt, **given)).detail["loss"].sum())
        for dt in (1.0, 0.5)
    )
    return whole, half

"""What one model lends another as a function."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from xunhuan.models.model import Response, Shock
    from xunhuan.models.solvers import Vector


class LongRun(Protocol):
    """A long-run equilibrium that one model lends another: the table and the parameters are the lender's affair.

    Examples
    --------
    >>> import xunhuan as xh
    >>> from xunhuan.models.model import Shock
    >>> trade = xh.models()["trade"]
    >>> lent: LongRun = trade.lends["long_run"](xh.toyland(), trade.parameters())
    >>> response, state = lent(Shock(), None)
    >>> bool(response.accounts.flow.sum() == xh.toyland().flow.sum())
    True
    """

    def __call__(self, shock: Shock, start: Vector | None, booked: bool = True) -> tuple[Response, Vector]:
        """Answer to a shock, searched from a state of an earlier answer (None: from the base), and its own state.

        Without `booked` the accounts may be the base's, and details are `real_income_hat` and `output_hat` alone.
        """
        ...

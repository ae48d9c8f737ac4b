"""What a model says to first order, beside its exact answer."""

from __future__ import annotations

from typing import NamedTuple

from xunhuan.data.arrays import Array


class FirstOrder(NamedTuple):
    """A gain to first order, from the base table alone: so much of a place's income, times so much.

    Attributes
    ----------
    quantity : str
        Which quantity of the model it stands beside.
    what : str
        What the edits concern; the room's words `first_order_WHAT` say it ("trade concerned").
    share : array
        Of each place's income that they concern, ratio, axis place.
    change : array
        By how much it becomes cheaper or more, on average, ratio, axis place; their product is the gain.

    Examples
    --------
    >>> import numpy as np
    >>> f = FirstOrder("real_income", "traded", np.array([0.5]), np.array([0.05]))
    >>> (f.share * f.change).tolist()
    [0.025]
    """

    quantity: str
    what: str
    share: Array
    change: Array

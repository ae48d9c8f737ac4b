"""What a model that comes after is given: orders that were read, home sales by seller and good, what help uses up."""

from __future__ import annotations

import numpy as np

from xunhuan.data.arrays import Array
from xunhuan.models.conversion.orders import WEEK
from xunhuan.models.edits import Edit, Orders, OriginOrders, OriginShift, UsedUp
from xunhuan.models.edits.by_origin import cells_text
from xunhuan.models.edits.text import parse_edit
from xunhuan.models.model import Response

_LEAST = 1e-9
"""Changes below it are none."""


def orders_read(response: Response) -> tuple[Orders, ...]:
    """The orders that an answer rests on."""
    text = str(response.detail.attrs["edits"])
    found = (parse_edit(line, {Orders.kind: Orders}) for line in text.split("\n") if line)
    return tuple(e for e in found if isinstance(e, Orders))


def hands_on(response: Response) -> tuple[Edit, ...]:
    """Edits for the model that comes after, which reads what it can of them.

    In weeks: the orders themselves, and home final demand for what converts sell, less what others lose by it. For good:
    (1 + ΔH/H) of demand for what help adds alone, and the money it uses up; feed = "all": what firms do by themselves too.
    """
    return (*orders_read(response), *_weeks(response), *_for_good(response))


def _weeks(response: Response) -> tuple[Edit, ...]:
    """Home final demand by seller and good, an edit for each of the orders and each week in which sales start."""
    d, a = response.detail, response.detail.attrs
    rate = _rates(response, ("mixed", "pure", "stands"), "selling")
    taken = float(d["crowding"][0])
    final, less = d["final_home"].to_numpy(), d["less"].to_numpy()
    whole = d["by_edit"].to_numpy().sum(0)
    out: list[Edit] = []
    for e, part in zip(orders_read(response), d["by_edit"].to_numpy(), strict=True):
        mine = rate * np.divide(part, whole, out=np.zeros_like(whole), where=whole > 0)
        for weeks in np.unique(less):
            some = np.where(less == weeks, mine, 0.0)
            share = np.divide(final, final.sum(0), out=np.zeros_like(final), where=final.sum(0) > 0)
            change = np.divide(some - taken * some.sum(0) * share, final, out=np.zeros_like(final), where=final > 0)
            start = e.start + WEEK * max(float(a["lag"]) + float(weeks), 0.0)
            cells = _named(response, np.maximum(change, -0.999))
            if cells and start < e.end:
                more = OriginOrders(
                    regions=str(a["home"]), cells=cells, start=start, end=e.end, recovery=e.recovery,
                    recovery_days=e.recovery_days,
                )  # fmt: skip
                out.append(more)
    return tuple(out)


def _for_good(response: Response) -> tuple[Edit, ...]:
    d, a = response.detail, response.detail.attrs
    more = _rates(response, ("mixed", "pure", "stands"), "selling")
    if a["feed"] == "policy":
        more = more - _rates(response, ("mixed_alone", "pure_alone"), "selling_alone")
    home = d["home"].to_numpy()
    cells = _named(response, np.divide(more, home, out=np.zeros_like(home), where=home > 0))
    out: list[Edit] = [OriginShift(to=str(a["home"]), cells=cells)] if cells else []
    spent = d["spent"].to_numpy()[0].sum(1)
    for region, value in zip(d["region"].to_numpy(), spent, strict=True):
        if value > 0:
            out.append(UsedUp(regions=str(region), value=float(value / a["period"])))
    return tuple(out)


def _rates(response: Response, names: tuple[str, ...], selling: str) -> Array:
    """Home sales gained a year once they have started, r i, central figures."""
    d = response.detail
    time = d[selling].to_numpy()[0] * response.detail.attrs["period"]
    gained = np.asarray(sum(d[n].to_numpy()[0] for n in names))
    return np.asarray(np.divide(gained, time, out=np.zeros_like(gained), where=time > 0))


def _named(response: Response, change: Array) -> str:
    """LostOrders that change, by name."""
    d = response.detail
    regions, sectors = d["region"].to_numpy(), d["sector"].to_numpy()
    return cells_text(
        (str(regions[r]), str(sectors[i]), float(change[r, i])) for r, i in np.argwhere(np.abs(change) > _LEAST)
    )

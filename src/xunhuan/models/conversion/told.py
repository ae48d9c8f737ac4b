"""Tables of an answer for people: by place, by good, by instrument."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from xunhuan.data.accounts import Accounts
from xunhuan.data.places import places
from xunhuan.errors import BadInput
from xunhuan.models.conversion.read import read
from xunhuan.models.model import Numbers, Response, ResponseTable

if TYPE_CHECKING:
    import pandas as pd


def by_home_place(acc: Accounts, response: Response, top: int) -> pd.DataFrame:
    """Places of home: orders lost, sold at home with interval, firms, help."""
    import pandas as pd

    where = places(acc)
    n = read(acc, response, where)
    at = where.home_index
    frame = pd.DataFrame({
        "place": [where.codes[k] for k in at], "name": [where.names_en[k] for k in at],
        "lost": n["orders_lost"].values, **_span("sold_at_home", n["sold_at_home"], 100.0),
        "once_selling": 100 * n["sold_once_selling"].values, "firms": n["firms_turned"].values,
        "spent": n["help_spent"].values, "gained_by_help": n["help_gained"].values, "per_unit": n["help_per_unit"].values,
    })  # fmt: skip
    frame = frame[frame["lost"] > 0].sort_values("lost", ascending=False, kind="stable")
    out = pd.DataFrame(frame.head(top) if top else frame).reset_index(drop=True)
    out.attrs["money"] = dict.fromkeys(("lost", "spent", "gained_by_help"), acc.unit)
    out.attrs["notes"] = [
        f"lost, spent, gained_by_help: {acc.unit}, over the time that orders are lost. sold_at_home: home sales gained, per "
        "cent of what is lost, with its 90% interval; once_selling: from the week in which sales start. per_unit: home "
        "sales gained by help per unit spent.",
        _taken(n["home_sales_taken"]),
    ]
    return out


def by_product(acc: Accounts, response: Response, top: int) -> pd.DataFrame:
    """Goods: part of orders lost that is sold at home, home nation."""
    import pandas as pd

    n = read(acc, response, places(acc))["sold_at_home_by_good"]
    frame = pd.DataFrame({"sector": acc.sectors.codes, "name": acc.sectors.names_en, **_span("sold_at_home", n, 100.0)})
    frame = frame[frame["sold_at_home"] > 0].sort_values("sold_at_home", ascending=False, kind="stable")
    out = pd.DataFrame(frame.head(top) if top else frame).reset_index(drop=True)
    out.attrs["notes"] = ["Per cent of orders lost, with the 90% interval."]
    return out


def by_instrument(acc: Accounts, response: Response, top: int) -> pd.DataFrame:
    """Instruments at one budget: home sales per unit of money, what others lose, firms, the part in the best mix."""
    import pandas as pd

    if "per_yuan" not in response.detail:
        raise BadInput("no budget was given", where="--by", fix="give model.conversion.per_yuan, a table with a budget")
    n = read(acc, response, places(acc))
    names = n["recovered_per_unit"].coords["instrument"]
    mix = dict(zip(n["best_mix"].coords["mixed_instrument"], n["best_mix"].values, strict=True))
    out = pd.DataFrame({
        "instrument": names, **_span("recovered", n["recovered_per_unit"]), **_span("taken", n["taken_per_unit"]),
        "firms": n["firms_by_instrument"].values, "best_mix": [100 * mix.get(x, np.nan) for x in names],
    })  # fmt: skip
    budget, currency = float(response.detail["budget"]), response.detail.attrs["currency"]
    out.attrs["notes"] = [
        f"A budget of {budget:g} {currency} on one instrument alone. recovered: home sales gained per unit; taken: of them "
        "what other sellers at home lose; both with 90% intervals. firms: won over. best_mix: its part of the split that "
        f"gains most, per cent, which brings {float(n['best_mix_per_unit'].values):.3g} per unit.",
    ]
    if "increments_per_unit" in n:
        most = float(n["increments_per_unit"].values)
        out.attrs["notes"].append(
            f"A subsidy on increments alone would gain {most:.3g} per unit, an upper bound: nobody can audit what would "
            "have been sold anyway."
        )
    return out


def _span(name: str, n: Numbers, scale: float = 1.0) -> dict[str, object]:
    """A number and its interval as columns."""
    out: dict[str, object] = {name: scale * np.asarray(n.values)}
    if n.low is not None and n.high is not None:
        out |= {f"{name}_low": scale * n.low, f"{name}_high": scale * n.high}
    return out


def _taken(n: Numbers) -> str:
    value = np.asarray(n.values)[-1]
    if not np.isfinite(value):
        return "Nothing is gained, so nothing is taken from others."
    span = "" if n.low is None or n.high is None else f" ({100 * n.low[-1]:.0f} to {100 * n.high[-1]:.0f}%)"
    return f"Of what is gained other sellers at home lose {100 * value:.0f}%{span}."


CONVERSION_VIEWS: dict[str, ResponseTable] = {"place": by_home_place, "good": by_product, "instrument": by_instrument}

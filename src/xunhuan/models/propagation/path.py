"""The recorded path of a run, and what it says about each industry: when hit, by what, when recovered."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array, ratio
from xunhuan.models.propagation.booking import Books, scarcest
from xunhuan.models.propagation.economy import Machine
from xunhuan.models.propagation.parameters import PropagationParameters
from xunhuan.models.propagation.state import Flows, State
from xunhuan.models.propagation.sums import over_users


@dataclass(eq=False)
class Recorder:
    """Means over windows of `every` steps; the last window may be shorter."""

    every: int
    day: list[float] = field(default_factory=list)
    windows: list[dict[str, Array]] = field(default_factory=list)
    _sums: dict[str, Array] = field(default_factory=dict)
    _count: int = 0

    def add(self, before: State, after: State, flows: Flows, e: Machine, last: bool) -> None:
        """Take in one step."""
        wanted = np.minimum(flows.capacity, flows.asked)
        now = {
            "output": flows.output, "orders": flows.asked, "demand": flows.demand, "met": flows.met,
            "lost_to_inputs": wanted - flows.output,
        }  # fmt: skip
        for name, value in now.items():
            self._sums[name] = self._sums[name] + value if self._count else value.copy()
        self._count += 1
        if self._count == self.every or last:
            self._close(before, after, flows, e)

    def _close(self, before: State, after: State, flows: Flows, e: Machine) -> None:
        window = {name: value / self._count for name, value in self._sums.items()}
        window["stock"] = over_users(after.stock).T
        window["bottleneck"] = _bottleneck(before, flows, e)
        self.windows.append(window)
        self.day.append(after.step * e.step_days)
        self._count = 0

    def dataset(self, accounts: Accounts, p: PropagationParameters, e: Machine) -> xr.Dataset:
        """The path, dims t region sector; t is the day a window ends.

        output, orders, demand, met, lost_to_inputs are means per day, stock is a level, bottleneck an input's position;
        base (output at rest, per day) and value (value added per output) have no t.
        """
        unit = f"{accounts.unit} a day"
        meaning = {
            "output": ("production", unit),
            "orders": ("orders received from industries and final users", unit),
            "demand": ("final demand in the region", unit),
            "met": ("final demand met", unit),
            "lost_to_inputs": ("output lost because inputs ran out", unit),
            "stock": ("stocks of the good that industries of the region hold, end of window", accounts.unit),
            "bottleneck": (
                "position of the input that stopped the industry in the window's last step, -1 for none",
                "1",
            ),
        }
        dims = ("t", "region", "sector")
        data = {
            name: (dims, np.stack([w[name] for w in self.windows]), {"long_name": text, "unit": u})
            for name, (text, u) in meaning.items()
        }
        g, s = accounts.geography, accounts.sectors
        coords = {"t": ("t", np.array(self.day), {"unit": "day", "long_name": "day a window ends"}),
                  "region": list(g.codes), "sector": list(s.codes)}  # fmt: skip
        attrs = {"table": accounts.name, "year": accounts.year, "unit": accounts.unit, "step_days": p.step_days,
                 "window_days": self.every * p.step_days}  # fmt: skip
        out = xr.Dataset(data, coords=coords, attrs=attrs)
        out["bottleneck"] = out["bottleneck"].astype(np.int16)
        still = ("region", "sector")
        out["base"] = (still, e.rest.output, {"long_name": "production at rest", "unit": unit})
        out["value"] = (still, e.rest.value, {"long_name": "value added per output", "unit": "1"})
        return out


def _bottleneck(before: State, flows: Flows, e: Machine) -> Array:
    out = np.full(flows.output.shape, -1.0)
    short = flows.output < np.minimum(flows.capacity, flows.asked) * (1 - 1e-9)
    if short.any():
        s, j = np.nonzero(short)
        out[s, j] = scarcest(before, e, s, j)
    return out


def detail(
    accounts: Accounts, b: Books, e: Machine, path: xr.Dataset, p: PropagationParameters, outstanding: Array
) -> xr.Dataset:
    """Losses by cause, unmet demand, when each industry was hit, by what, and when it recovered; what was rebuilt.

    Losses of value added are v (x̄ − x) by cause, v the table's value added per output: what the industry did not earn at
    the table's recipe. The booked accounts differ by inputs an industry went without.
    """
    unit = accounts.unit
    rs, rsj = ("region", "sector"), ("region", "sector", "input")
    when = milestones(path, e.rest.output, p)
    base = e.rest.output * float(b.days[0])
    total = b.direct + b.inputs + b.demand
    stopped = b.stopped.transpose(1, 2, 0) * e.rest.value[:, :, None]
    data = {
        "loss": (rs, e.rest.value * total, _attrs("value added lost over the run", unit)),
        "loss_direct": (rs, e.rest.value * b.direct, _attrs("value added lost to the shock itself (capacity)", unit)),
        "loss_inputs": (rs, e.rest.value * b.inputs, _attrs("value added lost because inputs ran out", unit)),
        "loss_demand": (rs, e.rest.value * b.demand, _attrs("value added lost for lack of orders", unit)),
        "base_value_added": (rs, e.rest.value * base, _attrs("value added of the run at rest", unit)),
        "output_lost": (rs, total, _attrs("output lost over the run", unit)),
        "unmet_demand": (rs, b.asked_final - b.met, _attrs("final demand not met", unit)),
        "loss_by_input": (rsj, stopped, _attrs("value added lost because this input ran out", unit)),
        "stopped_by": (rs, _main_input(b), _attrs("position of the input that cost most output, -1 for none", "1")),
        **{name: (rs, *pair) for name, pair in when.items()},
    }
    if e.damage is not None:
        ran = e.damage.step < round(float(b.days[0]) / e.step_days)
        data |= {
            "destroyed": (rs, e.damage.value[ran].sum(0), _attrs("capital of the industry destroyed", unit)),
            "rebuilt": (rs, b.built, _attrs("goods delivered to rebuild capital, by good", unit)),
            "outstanding": (
                rs,
                outstanding.sum(0),
                _attrs("goods that rebuilding still lacks at the end, by good", unit),
            ),
        }
    coords = {"region": list(accounts.geography.codes), "sector": list(accounts.sectors.codes),
              "input": list(accounts.sectors.codes)}  # fmt: skip
    attrs = {
        "definition": "losses relative to the table at rest; loss = loss_direct + loss_inputs + loss_demand",
        "citation": ["Hallegatte2013", "Pichler2022"], "table": accounts.name, "year": accounts.year, "unit": unit,
        "run_days": float(b.days[0]),
    }  # fmt: skip
    return xr.Dataset(data, coords=coords, attrs=attrs)


def _attrs(text: str, unit: str) -> dict[str, str]:
    return {"long_name": text, "unit": unit}


def _main_input(b: Books) -> NDArray[np.int16]:
    most = b.stopped.max(axis=0)
    return np.where(most > 0, b.stopped.argmax(axis=0), -1).astype(np.int16)


def milestones(path: xr.Dataset, base: Array, p: PropagationParameters) -> dict[str, tuple[Array, dict[str, str]]]:
    """When each industry falls below `below` of its base output, its lowest point, and when it is back.

    first_week  number of the week (1 = days 0 to 7) of the first window whose mean lies below; nan if none
    lowest      smallest window mean, ratio to base
    recovery    days from that first window's end to the first window after which every mean is at least `recovered`;
                nan where never hit, inf where not recovered by the end of the run
    """
    t = path["t"].to_numpy()
    level = ratio(path["output"].to_numpy(), base, 1.0)
    hit = level < p.below
    ever = hit.any(axis=0)
    first = hit.argmax(axis=0)
    bad = level < p.recovered
    last_bad = len(t) - 1 - bad[::-1].argmax(axis=0)
    back = np.minimum(last_bad + 1, len(t) - 1)
    recovery = np.where(last_bad == len(t) - 1, np.inf, t[back] - t[first])
    week = np.ceil(t[first] / 7.0)
    nan = np.full(ever.shape, np.nan)
    return {
        "first_week": (np.where(ever, week, nan), _attrs(f"first week below {p.below:g} of base output", "week")),
        "lowest": (level.min(axis=0), _attrs("lowest output of a window, ratio to base", "1")),
        "recovery": (np.where(ever, recovery, nan), _attrs(f"days until output stays above {p.recovered:g}", "day")),
    }


def activity(path: xr.Dataset, over: Literal["sector", "region"] = "sector") -> pd.DataFrame:
    """Value added at the table's rates relative to rest, Σ v x / Σ v x̄ over sectors or over regions.

    A row a day that a window ends, a column a region (or sector); 1 = as at rest, nan where nothing is earned at rest.
    """
    left = "region" if over == "sector" else "sector"
    value = path["value"].to_numpy()
    axis = 1 if over == "sector" else 0
    now = (path["output"].to_numpy() * value).sum(axis=axis + 1)
    rest = (path["base"].to_numpy() * value).sum(axis=axis)
    day = pd.Index(path["t"].to_numpy(), name="day")
    return pd.DataFrame(ratio(now, rest, np.nan), index=day, columns=path[left].to_numpy())


def bottlenecks(detail: xr.Dataset, top: int = 20) -> pd.DataFrame:
    """Which input stopped whom: region, industry (sector), input, value added lost to it, its share of all such losses.

    Largest first; empty where no input ran out.
    """
    lost = detail["loss_by_input"].to_numpy()
    places = np.argsort(lost, axis=None, kind="stable")[::-1][:top]
    s, j, i = np.unravel_index(places, lost.shape)
    keep = lost[s, j, i] > 0
    s, j, i = s[keep], j[keep], i[keep]
    codes = detail["sector"].to_numpy()
    return pd.DataFrame({
        "region": detail["region"].to_numpy()[s], "sector": codes[j], "input": codes[i], "loss": lost[s, j, i],
        "share": lost[s, j, i] / (lost.sum() or 1.0), "first_week": detail["first_week"].to_numpy()[s, j],
        "recovery": detail["recovery"].to_numpy()[s, j],
    })  # fmt: skip


_TOLD = 1e-3
"""Of an industry's own value added: what is lost for want of inputs is spoken of from here on."""


def taken_in_proportion(accounts: Accounts, detail: xr.Dataset, p: PropagationParameters) -> tuple[str, ...]:
    """What must be said where, of the home nation's industries, a service loses most of itself for want of a good.

    The survey behind the ratings asked whether an industry could go on for two months without an input at all; the rule
    takes its answers in proportion, so that half of the computers missing stops half of education, which no one was asked.
    """
    groups = accounts.sectors.groups
    if not p.criticality.startswith("ratings") or p.critical_shares or "goods" not in groups:
        return ()
    home = np.array([n == accounts.home for n in accounts.geography.nation])
    lost = detail["loss_by_input"].transpose("region", "sector", "input").to_numpy()[home].sum(0)
    made = detail["base_value_added"].transpose("region", "sector").to_numpy()[home].sum(0)
    part = ratio(lost.sum(1), made)
    first = int(part.argmax())
    codes = accounts.sectors.codes
    wanted = int(lost[first].argmax())
    if part[first] < _TOLD or codes[first] in groups["goods"] or codes[wanted] not in groups["goods"]:
        return ()
    others = "/".join(f"`criticality={rule}`" for rule in ("ratings_ignored", "linear") if rule != p.criticality)
    said = (
        f"sector {codes[first]} loses the largest part of itself for missing inputs, sector {codes[wanted]} above all: a "
        "survey answered for two months without an input is applied in proportion, half of it missing stops half of the "
        f"industry; compare {others}"
    )
    return (said,)

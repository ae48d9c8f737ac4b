"""Bilateral flows of 81 economies in the common sectors: OECD flows of 2017 with their services divided.

Letters: r origin, s destination, i good, j using industry.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from xunhuan.build import lists
from xunhuan.data.arrays import Array
from xunhuan.data.opened import open_dataset
from xunhuan.errors import BadInput

YEAR = 2017
HOME_MADE = 0.1
"""Smallest share of a service's use that an economy makes itself; imports are that much smaller than use."""


@dataclass(frozen=True)
class Raw:
    """The OECD and WIOD files as arrays, in the order of the OECD economies (81).

    flow28, rate28    r s i, OECD 28 sectors: million USD, and tariff rate
    input_share       s i j, OECD 45 sectors, input per output of the user (2020); absent economies take ROW's
    value_share       s j, value added per output; final_share s i, of final use
    wiod_flow         r s i, WIOD 50 sectors, 2014, million USD; wiod_rate alike: WIOD economies in their
                      own order
    place             position in WIOD of each OECD economy, ROW's where WIOD has it not; named: True where
                      it has
    """

    codes: tuple[str, ...]
    flow28: Array
    rate28: Array
    input_share: Array
    value_share: Array
    final_share: Array
    absent: tuple[str, ...]
    wiod_flow: Array
    wiod_rate: Array
    wiod_codes: tuple[str, ...]
    place: NDArray[np.intp]
    named: NDArray[np.bool_]


def read_raw(raw: Path, year: int = YEAR) -> Raw:
    """Read the OECD flows of `year`, the OECD coefficients of 2020 and WIOD 2014 from the folder `raw`.

    Raises BadInput where a file or the year is missing, or its sectors are not those of the concordances.
    """
    flows = open_dataset(raw / "oecd_icio_flows.nc")
    if year not in flows["year"].values:
        raise BadInput(f"the OECD flows have no year {year}", where="oecd_icio_flows.nc", fix="choose 2011 to 2022")
    flows = flows.sel(year=year)
    coef = open_dataset(raw / "oecd_icio_2020_coefficients.nc")
    wiod = open_dataset(raw / "wiod_2014_calibrated.nc")
    for ds, expected, name in (
        (flows, lists.OECD28, "flows"),
        (coef, lists.OECD45, "coefficients"),
        (wiod, lists.WIOD50, "WIOD"),
    ):
        if tuple(str(x) for x in ds["sector"].values) != expected:
            raise BadInput(f"the sectors of the {name} file are not those of the concordances", where=str(raw))
    codes = tuple(str(x) for x in flows["origin"].values)
    known = [str(x) for x in coef["economy"].values]
    wiod_codes = tuple(str(x) for x in wiod["destination"].values)
    at = [known.index(c) if c in known else known.index("ROW") for c in codes]

    def ordered(name: str, *dims: str) -> Array:
        return np.asarray(coef[name].transpose(*dims).values, dtype=np.float64)[at]

    def bilateral(ds: object, name: str) -> Array:
        return np.asarray(ds[name].transpose("origin", "destination", "sector").values, dtype=np.float64)  # type: ignore[index]

    return Raw(
        codes=codes,
        flow28=bilateral(flows, "flow"),
        rate28=bilateral(flows, "tariff"),
        input_share=ordered("input_coefficient", "economy", "supplier", "sector"),
        value_share=ordered("value_added_share", "economy", "sector"),
        final_share=ordered("final_share", "economy", "sector"),
        absent=tuple(c for c in codes if c not in known),
        wiod_flow=bilateral(wiod, "flow"),
        wiod_rate=bilateral(wiod, "tariff"),
        wiod_codes=wiod_codes,
        place=np.array([wiod_codes.index(c if c in wiod_codes else "ROW") for c in codes], dtype=np.intp),
        named=np.array([c in wiod_codes and c != "ROW" for c in codes]),
    )


def service_shares(raw: Raw) -> Array:
    """Share of each of the 23 OECD services in services trade from r to s, axes r s k; sums to 1 over k.

    From WIOD 2014. An economy WIOD does not name takes the shares of WIOD's ROW; where both ends are such, or
    where WIOD has no services trade between the two, those of the imports of s.
    """
    flow = np.einsum("rsi,ik->rsk", raw.wiod_flow, lists.wiod_services_matrix())
    n = len(raw.wiod_codes)
    flow[np.arange(n), np.arange(n)] = 0.0
    imports = flow.sum(0)
    pair = flow[np.ix_(raw.place, raw.place)]
    total = pair.sum(2, keepdims=True)
    whole = np.broadcast_to(imports[raw.place][None], pair.shape)
    shares = np.where(total > 0, pair, whole)
    return np.asarray(shares / shares.sum(2, keepdims=True), dtype=np.float64)


def service_outputs(raw: Raw, exports: Array, imports: Array) -> Array:
    """Outputs of the 23 services, axes s k, from the balance of each service.

        y_k = Σ_g a[k,g] y_g + Σ_l a[k,l] y_l + φ_k F + X_k − M_k,   F such that Σ_k y_k is the OECD total

    with goods outputs y_g of the flows, coefficients a and final shares φ of 2020, exports X and imports M,
    s k.
    """
    goods = (raw.flow28 @ lists.oecd28_to_45_matrix()).sum(1)
    out = np.empty_like(exports)
    for s in range(len(raw.codes)):
        a = raw.input_share[s]
        inverse = np.linalg.inv(np.eye(23) - a[22:, 22:])
        fixed = inverse @ (a[22:, :22] @ goods[s, :22] + exports[s] - imports[s])
        slope = inverse @ raw.final_share[s, 22:]
        out[s] = fixed + slope * (goods[s, 22] - fixed.sum()) / slope.sum()
    return out


@dataclass(frozen=True)
class WorldFlows:
    """Flows of 81 economies: flow r s i in the common sectors; output45 s j in the OECD 45."""

    codes: tuple[str, ...]
    flow: Array
    output45: Array
    log: pd.DataFrame


def world_flows(raw: Raw, home: str = "", home_services: Array | None = None) -> WorldFlows:
    """Flows between 81 economies in the common sectors, million USD; by good and pair they add up to the
    OECD's.

    Services are divided by pair with WIOD's shares and at home with the outputs of `service_outputs`; those
    made and used in the nation `home` follow `home_services`, its official outputs by common service (any
    unit).
    """
    coarse = raw.flow28 @ lists.oecd28_matrix()
    k = len(lists.goods())
    own = np.arange(len(raw.codes))
    trade45 = service_shares(raw) * coarse[:, :, k, None]
    trade45[own, own] = 0.0
    outputs = service_outputs(raw, trade45.sum(1), trade45.sum(0))
    to_common = lists.oecd45_matrix()[22:, k:]
    trade, output = trade45 @ to_common, outputs @ to_common
    exports, imports = trade.sum(1), trade.sum(0)
    if home_services is not None:
        h = raw.codes.index(home)
        output[h] = home_services * output[h].sum() / home_services.sum()
    at_home, log = _home_made(raw.codes, output - exports, imports, coarse[own, own, k])
    flow = np.concatenate([coarse[:, :, :k], trade], axis=2)
    flow[own, own, k:] = at_home
    goods45 = (raw.flow28 @ lists.oecd28_to_45_matrix()).sum(1)[:, :22]
    return WorldFlows(raw.codes, flow, np.concatenate([goods45, np.maximum(outputs, 0.0)], axis=1), log)


def _home_made(codes: tuple[str, ...], solved: Array, imports: Array, total: Array) -> tuple[Array, pd.DataFrame]:
    """Services made and used at home, s k, at least a tenth of use each, adding up to `total`; and the
    changes.
    """
    floor = imports * HOME_MADE / (1 - HOME_MADE)
    low = solved < floor
    spare = np.where(low, 0.0, solved - floor)
    scale = (total - floor.sum(1)) / spare.sum(1)
    out = floor + spare * scale[:, None]
    names = lists.services()
    rows = [
        {
            "step": "services: a tenth of each is home-made", "region": codes[s], "sector": names[i],
            "quantity": "own use", "before": solved[s, i], "after": out[s, i], "unit": "million USD",
            "note": "2020 coefficients leave less use than WIOD's import shares; the other services give way",
        }
        for s, i in np.argwhere(low)
    ]  # fmt: skip
    return out, pd.DataFrame(rows)

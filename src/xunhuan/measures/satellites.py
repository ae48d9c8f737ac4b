"""Jobs, emissions, energy: a satellite of rows by region and sector, and what of it stands behind whose final use."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import CIRCUITS, Array, Index, ratio
from xunhuan.data.classification import Sectors
from xunhuan.data.isic import classes
from xunhuan.data.sector_lists import isic_of
from xunhuan.errors import BadInput, ForeignFile, Problems, XunhuanError
from xunhuan.measures.actors import check_word, looking_from, partitions, requested
from xunhuan.measures.circuits import cut_by_circuit, three_circuits
from xunhuan.measures.labels import group_coords, labelled, named_groups, region_coords, sector_coords
from xunhuan.measures.sources import SOURCES
from xunhuan.measures.system import system_of
from xunhuan.measures.tables import of_table

SPREADS = ("value_added", "output")
EMBODIED = {
    "origin": "what stands behind the final demand of p by where it arose: in p (own), in other regions of its nation "
    "(inter), abroad (external); Σ_o e_o B_o· y^p, the footprint; an open region's goods carry none",
    "absorption": "what arises in p by where it is absorbed at last: in p (own), in other regions of its nation (inter), "
    "elsewhere (external); Σ_d e_p B_p· y^d",
    "forward": "what arises in p by the first border it crosses: none (own, e L y_pp), to other regions of its nation "
    "(inter), abroad (external)",
}
"""What `embodied` counts, by definition of circulation."""
_UNIT = re.compile(r"(.*?)\s*[\[(](.*)[\])]\s*$")


@of_table
def embodied(
    acc: Accounts,
    region: str | Iterable[str] | None = None,
    *,
    by: str = "region",
    sectors: str | Iterable[str] = "all",
    border: str = "region",
    home: str | None = None,
    satellite: str | Path | pd.DataFrame,
    of: str = "",
    definition: str = "origin",
    spread: str = "value_added",
) -> xr.Dataset:
    r"""Jobs, emissions or energy behind final use, by every definition of circulation: footprints and embodied flows.

    origin      footprint: what arose in o for the final demand of p, e_o B_o· y^p          [MillerBlair2009, ch. 10]
    absorption  what arose in p by who absorbs it at last, e_p B_p· y^d
    forward     what arose in p by the first border it crosses, e_p L_p y_pp and e_p L_p (y_pq + A_pq x_q)
                [WangWeiYuZhu2017, eq. 5]

    e r i, satellite per unit of output; B = (I − A)^-1; L_p = (I − A_pp)^-1; y^d r i, final demand of d, unit of the table.
    They are `circulation` with e in the place of value added. An open region's satellite is not known: its goods
    carry none. What final users emit themselves is no part of it.

    Parameters
    ----------
    acc : Accounts, str or Path
        The table, or its name or file.
    region : str or list of str, optional
        Rows: regions by code or name, clusters, nations or unions "A+B", each an actor with one border around it;
        "provinces", "foreign" or "all" for each of theirs. By default the home nation's provinces.
    by : {"region", "sector", "group", "partner"}
        Axes region; region sector (that emits; for origin the final good bought); region group; or region partner
        (absorber, origin, or first buyer): embodied flows.
    sectors : str or list of str
        Sectors counted: codes, names, groups, "A+B", "!X".
    border : {"region", "nation"}
        Whose borders count: each actor's, or those of nations; then by default every nation is a row.
    home : str, optional
        Nation, or cluster made one, to look from, in place of the table's home.
    satellite : str, Path or pandas.DataFrame
        A csv with columns region, sector and one or more of numbers, their unit in brackets: "CO2 [Mt]". Regions and
        sectors by code, name, cluster, group, "A+B"; sectors also in ISIC ("C26"). Rows add up.
    of : str
        Column of numbers, where there are several.
    definition : {"origin", "absorption", "forward"}
        Whose numbers, and by what they are divided.
    spread : {"value_added", "output"}
        By what a row for several regions or sectors of the table is shared out among them.

    Returns
    -------
    xarray.Dataset
        `total` in the satellite's unit; `own`, `inter`, `external`, shares of it that sum to 1; `per_value`, total per unit
        of GDP, or of final use for origin. By partner `value` (the satellite's unit), `share` and `circuit`.

    Raises
    ------
    BadInput
        For unknown words, open regions, and what is wrong with the satellite, with its line.
    UnknownName
        For regions, sectors, a column or a home that are not there.

    Examples
    --------
    >>> import pandas as pd
    >>> import xunhuan as xh
    >>> jobs = pd.DataFrame({"region": ["ATL", "BOR"], "sector": ["all", "all"], "jobs [1000]": [900.0, 300.0]})
    >>> ds = xh.measures.embodied(xh.toyland(), "BOR", by="partner", satellite=jobs)
    >>> ds["value"].sel(region="BOR").values.round(1).tolist(), ds["value"].attrs["unit"]
    ([28.1, 23.8, 39.5, 222.0], '1000')
    """
    check_word("definition", definition, tuple(EMBODIED))
    check_word("grouping", by, ("region", "sector", "group", "partner"))
    acc = looking_from(acc, home)
    rate, unit = intensity_of(acc, satellite, of, spread)
    order = [g.code for g in requested(acc, region, border)]
    goods = acc.sectors.select(sectors)
    plain = system_of(acc)
    sys = replace(plain, v=rate, origin=rate)
    cuts = cut_by_circuit(sys, definition, partitions(acc, region, border), goods, partners=by == "partner")
    coords = group_coords([g for g, _ in cuts])
    dims: tuple[str, ...] = ("region",)
    if by == "partner":
        dims = ("region", "partner")
        value = np.stack([c.partners for _, c in cuts])
        kind = np.array(CIRCUITS)[np.stack([c.circuit for _, c in cuts])]
        told = {"value": value, "share": ratio(value, value.sum(axis=1, keepdims=True)), "circuit": kind}
        coords |= region_coords(acc, "partner")
    else:
        kinds = np.ones((1, len(goods)))
        if by != "region":
            named = (sector_coords(acc, goods), np.eye(len(goods))) if by == "sector" else named_groups(acc, goods)
            coords, kinds, dims = coords | named[0], named[1], ("region", by)
        parts = np.stack([kinds @ c.parts for _, c in cuts])
        size = cut_by_circuit(plain, definition, partitions(acc, region, border), goods, partners=False)
        against = np.stack([kinds @ c.parts for _, c in size]).sum(axis=-1)
        told = {"total": parts.sum(axis=-1)}
        three = three_circuits(ratio(parts, told["total"][..., None]))
        told |= {c: three[..., k] for k, c in enumerate(CIRCUITS)} | {"per_value": ratio(told["total"], against)}
        told = {n: a if by != "region" else a[:, 0] for n, a in told.items()}
    return labelled(
        acc,
        {name: (dims, a) for name, a in told.items()},
        coords,
        definition=f"embodied, by {definition}: {EMBODIED[definition]}",
        weighting="each share is of the row's own total",
        citation=SOURCES["embodied"],
        units={"total": unit, "value": unit, "per_value": f"{unit} per {acc.unit}"},
        sectors=sectors,
    ).sel(region=order)


def intensity_of(
    acc: Accounts, satellite: str | Path | pd.DataFrame, of: str = "", spread: str = "value_added"
) -> tuple[Array, str]:
    """Satellite per unit of output, axes r i, and its unit. Raises BadInput, ForeignFile, UnknownName."""
    amounts, unit = satellite_amounts(acc, satellite, of, spread)
    lost = (acc.output == 0.0) & (amounts != 0.0)
    if lost.any():
        r, i = np.argwhere(lost)[0]
        cell = f"{acc.geography.codes[r]} {acc.sectors.codes[i]}"
        raise BadInput(f"the satellite has {amounts[r, i]:g} in {cell}, which makes nothing", where=acc.name,
                       fix="give it to a sector that is in the table there")  # fmt: skip
    return ratio(amounts, acc.output), unit


def satellite_amounts(
    acc: Accounts, satellite: str | Path | pd.DataFrame, of: str = "", spread: str = "value_added"
) -> tuple[Array, str]:
    """Amounts by region and sector, axes r i, and their unit; rows for several cells are shared out."""
    check_word("spread", spread, SPREADS)
    frame, where = _rows_of(satellite)
    column, unit = _column(frame, of, where)
    size = acc.value_added.sum(axis=2) if spread == "value_added" else acc.output
    size = np.where(acc.closed[:, None], np.maximum(size, 0.0), 0.0)
    known, isic = acc.sectors, [classes(x) for x in isic_of(acc.sectors)]
    out, p = np.zeros(size.shape), Problems("the satellite cannot be read")
    places: dict[str, Index] = {}
    for line, (r, s, amount) in enumerate(zip(frame["region"], frame["sector"], frame[column], strict=True), start=2):
        try:
            if r not in places:
                places[r] = acc.geography.select(str(r), acc.home)
            cells = np.ix_(places[r], _sectors_of(str(s), known, isic))
        except XunhuanError as e:
            p.add(f"line {line}: {e.what}" + (f" ({e.fix})" if e.fix else ""))
            continue
        if not isinstance(amount, int | float) or not np.isfinite(amount):
            p.add(f"line {line}: {amount!r} is no number (leave out rows that are not known)")
            continue
        weight = size[cells]
        if weight.sum() <= 0.0 and amount:
            p.add(f"line {line}: nothing is made by {s} in {r}")
            continue
        out[cells] += amount * ratio(weight, weight.sum())
    p.raise_if(BadInput, where=where)
    return out, unit


def _sectors_of(text: str, known: Sectors, isic: list[frozenset[int]]) -> Index:
    """Sectors of a name of the table's, else of ISIC: those that lie wholly in what is named."""
    try:
        return known.select(text)
    except XunhuanError:
        wanted = classes(text)
        found = np.flatnonzero([bool(c) and c <= wanted for c in isic])
        if not wanted or not found.size:
            raise
        return found


def _rows_of(satellite: str | Path | pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """The rows of a satellite and where they are from."""
    if isinstance(satellite, pd.DataFrame):
        frame, where = satellite, "satellite"
    else:
        path = Path(satellite)
        if not path.is_file():
            raise BadInput(f"there is no file {path.name!r}", where=str(path), fix="check the path")
        try:
            frame = pd.read_csv(path, dtype={"region": str, "sector": str}, encoding="utf-8-sig", comment="#")
        except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as e:
            raise ForeignFile("the file is no csv in UTF-8", where=str(path), fix="save it as CSV UTF-8") from e
        where = str(path)
    missing = [c for c in ("region", "sector") if c not in frame]
    if missing:
        fix = "columns region, sector, and one or more of numbers"
        raise BadInput(f"the satellite has no column {' and '.join(missing)}", where=where, fix=fix)
    return frame, where


def _column(frame: pd.DataFrame, of: str, where: str) -> tuple[str, str]:
    """The column of numbers and its unit."""
    named = {}
    for c in frame.columns:
        if c not in ("region", "sector") and frame[c].dtype.kind in "fi":
            found = _UNIT.match(str(c))
            named[found[1] if found else str(c)] = (str(c), found[2] if found else str(c))
    if of in named:
        return named[of]
    if of in {c for c, _ in named.values()}:
        return next(x for x in named.values() if x[0] == of)
    if of or len(named) != 1:
        choice = ", ".join(named) or "none"
        raise BadInput(f"which column of the satellite: {choice}", where=where, fix="name one with of (--of)")
    return next(iter(named.values()))

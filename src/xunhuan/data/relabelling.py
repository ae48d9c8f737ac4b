"""What a user says of a table's sectors and regions: list, ISIC, groups, names, clusters; the numbers stay as they are."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from xunhuan.data.accounts import Accounts
from xunhuan.data.classification import Sectors
from xunhuan.data.geography import Geography
from xunhuan.data.sector_lists import declared, grouped, with_isic
from xunhuan.errors import BadInput, ForeignFile, Problems

_OF_SECTORS = ("code", "isic", "name_en", "name_zh", "groups")
_OF_REGIONS = ("code", "name_en", "name_zh", "clusters", "population")


def relabel(
    acc: Accounts,
    *,
    list: str = "",
    sectors: str | Path | None = None,
    regions: str | Path | None = None,
    isic: Mapping[str, str] | None = None,
    groups: Mapping[str, str] | None = None,
    clusters: Mapping[str, str] | None = None,
    home: str = "",
) -> Accounts:
    """The same table with more said of its sectors and regions.

    Trade elasticities, ratings of inputs, days of stock and shelf lives follow what is said here. What is given last counts:
    the list, then the files, then the mappings.

    Parameters
    ----------
    acc : Accounts
        The table.
    list : str
        Sector list that the codes are of, such as cn42-2012, icio2025 or wiod2016.
    sectors : str or Path, optional
        A csv with a column code, and any of isic, name_en, name_zh and groups (apart by blanks).
    regions : str or Path, optional
        A csv with a column code, and any of name_en, name_zh, clusters (apart by blanks) and population (10^4 persons).
    isic : mapping of str to str, optional
        ISIC Rev.4 by sector, written as codes are: {"03": "C", "05": "D+E"}.
    groups : mapping of str to str, optional
        Sectors of a group, joined by "+": {"electronics": "20+21"}.
    clusters : mapping of str to str, optional
        Regions of a cluster, joined by "+": {"EU": "DEU+FRA"}.
    home : str
        The nation looked at.

    Returns
    -------
    Accounts
        The table with these labels; flow r s i and all other arrays are the same.

    Raises
    ------
    UnknownName
        For sectors, regions or a list that are not there.
    BadInput
        For a list that is not the table's, ISIC that is none, and a file with other columns.

    Examples
    --------
    >>> import xunhuan as xh
    >>> told = xh.relabel(xh.toyland(), isic={"MAN": "C26"}, groups={"chips": "MAN"}, clusters={"COAST": "AT-E+AT-S"})
    >>> told.sectors.isic, told.sectors.groups["chips"], told.geography.clusters["COAST"]
    (('', 'C26', ''), ('MAN',), ('AT-E', 'AT-S'))
    """
    known = declared(acc.sectors, list) if list else acc.sectors
    known = _sectors(known, sectors) if sectors is not None else known
    known = with_isic(known, isic) if isic else known
    known = grouped(known) if isic or sectors is not None else known
    named = {g: tuple(known.codes[k] for k in known.select(of)) for g, of in (groups or {}).items()}
    known = replace(known, groups={**known.groups, **named})
    places = _regions(acc.geography, regions) if regions is not None else acc.geography
    held = {c: tuple(places.codes[k] for k in places.select(of, acc.home)) for c, of in (clusters or {}).items()}
    places = replace(places, clusters={**places.clusters, **held})
    return replace(acc, sectors=known, geography=places, home=home or acc.home)


def _rows(path: str | Path, columns: tuple[str, ...]) -> list[dict[str, str]]:
    """Rows of a csv whose columns are some of these. Raises BadInput, ForeignFile."""
    path = Path(path)
    if not path.is_file():
        raise BadInput(f"there is no file {path.name!r}", where=str(path), fix="check the path")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as e:
        raise ForeignFile("the file is not in UTF-8", where=str(path), fix="save it as CSV UTF-8") from e
    rows = csv.DictReader(text.splitlines())
    found = rows.fieldnames or []
    strange = [c for c in found if c not in columns]
    if "code" not in found or strange:
        raise BadInput(
            f"the file's columns are {', '.join(found)}", where=str(path), fix=f"columns: {', '.join(columns)}"
        )
    return [{k: (v or "").strip() for k, v in row.items()} for row in rows]


def _members(rows: list[dict[str, str]], column: str) -> dict[str, tuple[str, ...]]:
    out: dict[str, list[str]] = {}
    for row in rows:
        for word in row.get(column, "").split():
            out.setdefault(word, []).append(row["code"])
    return {k: tuple(v) for k, v in out.items()}


def _place(codes: tuple[str, ...], rows: list[dict[str, str]], path: str | Path, what: str) -> dict[str, int]:
    """Positions of the rows' codes. Raises BadInput naming those that the table lacks."""
    place = {c: k for k, c in enumerate(codes)}
    p = Problems(f"the file names {what} that the table does not have")
    for row in rows:
        if row["code"] not in place:
            p.add(row["code"])
    p.raise_if(BadInput, where=str(path))
    return place


def _filled(now: tuple[str, ...], rows: list[dict[str, str]], place: dict[str, int], column: str) -> tuple[str, ...]:
    out = [*now]
    for row in rows:
        if row.get(column):
            out[place[row["code"]]] = row[column]
    return tuple(out)


def _sectors(known: Sectors, path: str | Path) -> Sectors:
    rows = _rows(path, _OF_SECTORS)
    place = _place(known.codes, rows, path, "sectors")
    return replace(
        known,
        names_en=_filled(known.names_en, rows, place, "name_en"),
        names_zh=_filled(known.names_zh, rows, place, "name_zh"),
        groups={**known.groups, **_members(rows, "groups")},
        isic=_filled(known.isic or ("",) * len(known), rows, place, "isic"),
    )


def _regions(g: Geography, path: str | Path) -> Geography:
    rows = _rows(path, _OF_REGIONS)
    place = _place(g.codes, rows, path, "regions")
    p = Problems("population is not a number")
    people = [*g.population]
    for row in rows:
        if written := row.get("population", ""):
            try:
                people[place[row["code"]]] = float(written)
            except ValueError:
                p.add(f"{row['code']}: {written!r}")
    p.raise_if(BadInput, where=str(path))
    return replace(
        g,
        names_en=_filled(g.names_en, rows, place, "name_en"),
        names_zh=_filled(g.names_zh, rows, place, "name_zh"),
        clusters={**g.clusters, **_members(rows, "clusters")},
        population=tuple(people),
    )

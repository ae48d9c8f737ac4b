"""Foreign formats to accounts. Each reader returns the accounts and every change it made to the file's
numbers.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xunhuan.errors import BadInput, UnknownName

if TYPE_CHECKING:
    from xunhuan.readers.blocks import Imported


@dataclass(frozen=True)
class Reader:
    """A format: its name for the user, what it is, the names its files have, and where its reader lives.

    takes  options of its own, beside year, sheet and tolerance
    """

    name: str
    title: str
    files: str
    module: str
    function: str
    options: Mapping[str, Any] = field(default_factory=dict)
    takes: tuple[str, ...] = ()

    def __call__(self, path: str | Path, **options: Any) -> Imported:
        """Read a file. Raises BadInput, ForeignFile, UnbalancedAccounts."""
        run = getattr(importlib.import_module(f"xunhuan.readers.{self.module}"), self.function)
        result: Imported = run(Path(path), **self.options, **options)
        return result


FORMATS = {
    f.name: f
    for f in (
        Reader(
            "wiod2013",
            "World Input-Output Tables, 2013 release (WIOTyy_ROW_*.xlsx)",
            r"wiot\d\d_.*\.xlsx",
            "wiod",
            "read_wiod",
            {"release": "wiod2013"},
        ),
        Reader(
            "wiod2016",
            "World Input-Output Tables, 2016 release (workbook, or data frame as .RData, .dta or .csv)",
            r"wiot(\d{4}_.*\.(xls[bx]|rdata|dta)|.*\.csv)",
            "wiod",
            "read_wiod",
            {"release": "wiod2016"},
        ),
        Reader(
            "icio",
            "OECD Inter-Country Input-Output tables (YYYY_SML.csv, YYYY_EXT.csv, ICIOYYYY_YYYY.csv, or a zip of years)",
            r"\d{4}_(sml|ext)\.csv|\d{4}-\d{4}_(sml|ext)\.zip|icio\d{4}_\d{4}\.(csv|zip)",
            "icio",
            "read_icio",
            takes=("divided",),
        ),
        Reader(
            "ceads",
            "provincial MRIO workbooks of CEADs (.xlsx)",
            r"(?!adb).*(mrio|ceads).*\.xlsx",
            "ceads",
            "read_ceads",
            takes=("names",),
        ),
        Reader(
            "ipio",
            "interprovincial tables of China by owner of firms, 1997-2017 (Chen et al. 2023), found by their labels",
            r".*ipio.*\.(xls[xbm]?|csv)",
            "ipio",
            "read_ipio",
            takes=("unit", "ownership", "progress", "names"),
        ),
        Reader(
            "figaro",
            "FIGARO tables of Eurostat (matrix or flat csv, or zip)",
            r"(matrix|flatfile)_eu-ic-io_.*\.(csv|zip)",
            "figaro",
            "read_figaro",
        ),
        Reader(
            "adb",
            "Multiregional Input-Output tables of the Asian Development Bank (.xlsx)",
            r"adb[ _-]?mrio.*\.xls[xb]",
            "adb",
            "read_adb",
        ),
        Reader(
            "emerging",
            "EMERGING V2 (EMERGING_V2_YYYY_m.mat), into flows and uses",
            r"emerging_v\d.*\.mat",
            "emerging",
            "read_emerging",
        ),
        Reader(
            "exiobase",
            "EXIOBASE 3 (folder or zip IOT_YYYY_ixi, IOT_YYYY_pxp), into flows and uses",
            r"iot_\d{4}_(ixi|pxp)(\.zip)?",
            "exiobase",
            "read_exiobase",
        ),
        Reader(
            "eora26",
            "Eora26 (folder or zip Eora26_YYYY_bp), into flows and uses",
            r"eora26_\d{4}_[bp]p(\.zip)?",
            "eora",
            "read_eora",
        ),
        Reader(
            "gloria",
            "GLORIA (folder or zip of a year, its ReadMe beside), into flows and uses",
            r"gloria_mrios.*",
            "gloria",
            "read_gloria",
        ),
        Reader("gtap", "GTAP data base as header-array file (basedata.har)", r".*\.har", "gtap", "read_gtap"),
        Reader(
            "national",
            "one nation's table in an open rest of the world (OECD, Eurostat, plain csv or workbook)",
            r"[a-z]{3}\d{4}(dom|imp|ttl)\.csv|naio_10_.*\.csv",
            "national",
            "read_nation",
            takes=("nation", "unit"),
        ),
        Reader("tabular", "long csv tables with a mapping file (.toml)", r".*\.toml", "tabular", "read_tabular"),
    )
}


def reader(name: str) -> Reader:
    """The format of that name. Raises UnknownName with the nearest names."""
    if name not in FORMATS:
        raise UnknownName.of("format", name, FORMATS)
    return FORMATS[name]


def read(
    path: str | Path,
    format: str | None = None,
    *,
    year: int | None = None,
    sheet: str | None = None,
    tolerance: float | None = None,
    name: str = "",
    **options: Any,
) -> Imported:
    """Read a table of another house into accounts, checked, with every change that took.

    The accounts' arrays: flow r s i, use s i j, final s i f, value_added s j v, in the file's unit (CEADs: 10^8 CNY).

    Parameters
    ----------
    path : str or Path
        The file, or the folder where a table is many; for `tabular` its mapping file.
    format : str, optional
        A name of `xunhuan.readers.FORMATS`: wiod2013, wiod2016, icio, ceads, ipio, figaro, adb, emerging, exiobase, eora26,
        gloria, gtap, national or tabular. By default what the official name of the file or folder tells.
    year : int, optional
        Year, where the file does not tell it or holds several.
    sheet : str, optional
        Sheet, where it has another name than the official one.
    tolerance : float, optional
        Largest gap of rows or columns to accept, share of output; by default the format's own.
    name : str
        Name of the table; by default the format's own, such as icio-2018.
    **options
        What one format alone takes; for icio `divided`, whether parts of economies stay regions; for national `nation` and
        `unit`; for ipio `unit`, such as "10^4 CNY", `ownership`, "sum" or "apart", and `progress`, a
        function that is told how far reading has come; for ceads and ipio `names`, a csv of odd names (name, is).

    Returns
    -------
    Imported
        `accounts`, and `changes`: a row for every number changed (step, region, sector, quantity, before, after, change,
        unit, note); of ceads also `satellite`, rows that no account holds, such as CO2, by region and sector.

    Raises
    ------
    BadInput
        Where the name does not tell the format, for an option the format does not take, and naming the cell where the
        file departs from its layout.
    UnknownName
        For a format that is not there.
    ForeignFile
        For a file that is cut or of another kind.
    UnbalancedAccounts
        Where rows or columns miss output by more than the tolerance.

    Examples
    --------
    >>> import tempfile
    >>> lines = "label,AUS_A,CHN_A,AUS_HFCE,CHN_HFCE,OUT", "AUS_A,2,1,6,1,10", "CHN_A,1,4,2,13,20"
    >>> folder = tempfile.TemporaryDirectory()
    >>> path = Path(folder.name) / "2018_SML.csv"
    >>> _ = path.write_text("\\n".join([*lines, "TLS,1,2,0,0,0", "VA,6,13,0,0,0", "OUT,10,20,0,0,0"]))
    >>> found = read(path)
    >>> found.accounts.name, found.accounts.gdp.tolist(), len(found.changes)
    ('icio-2018', [7.0, 15.0], 0)
    >>> folder.cleanup()
    """
    path = Path(path)
    chosen = reader(format) if format is not None else _detected(path)
    strange = [k for k in options if k not in chosen.takes]
    if strange:
        fix = f"its options are year, sheet, tolerance{''.join(f', {k}' for k in chosen.takes)}"
        raise BadInput(f"the format {chosen.name} takes no {' and no '.join(strange)}", where=str(path), fix=fix)
    options |= {"year": year, "sheet": sheet}
    if tolerance is not None:
        options["tolerance"] = tolerance
    if chosen.name == "ceads":
        from xunhuan.data.store import load

        options["like"] = load("china-2017").geography  # names the provinces as the bundled tables do
    found = chosen(path, **options)
    return replace(found, accounts=replace(found.accounts, name=name)) if name else found


def _detected(path: Path) -> Reader:
    """The format whose files have such names. Raises BadInput."""
    for each in FORMATS.values():
        if re.fullmatch(each.files, path.name, flags=re.IGNORECASE):
            return each
    known = [f"{f.name}: {f.title}" for f in FORMATS.values()]
    fix = "name the format" if path.suffix != ".nc" else "accounts are loaded by their name or path"
    raise BadInput("the file's name does not tell its format", items=known, where=str(path), fix=fix)

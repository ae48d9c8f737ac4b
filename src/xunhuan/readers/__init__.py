"""Foreign formats to accounts. Each reader returns the accounts and every change it made to the file's
numbers.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xunhuan.errors import UnknownName

if TYPE_CHECKING:
    from xunhuan.readers.blocks import Imported


@dataclass(frozen=True)
class Format:
    """A format: its name for the user, what it is, and where its reader lives."""

    name: str
    title: str
    module: str
    function: str
    options: tuple[tuple[str, Any], ...] = ()

    def __call__(self, path: Path, **options: Any) -> Imported:
        """Read a file. Raises BadInput, ForeignFile, UnbalancedAccounts."""
        run = getattr(importlib.import_module(self.module), self.function)
        result: Imported = partial(run, **dict(self.options))(path, **options)
        return result


FORMATS = {
    f.name: f
    for f in (
        Format(
            "wiod2013",
            "World Input-Output Tables, 2013 release (WIOTyy_ROW_*.xlsx)",
            "xunhuan.readers.wiod",
            "read_wiod",
            (("release", "wiod2013"),),
        ),
        Format(
            "wiod2016",
            "World Input-Output Tables, 2016 release (workbook, or R data frame as .RData or .csv)",
            "xunhuan.readers.wiod",
            "read_wiod",
            (("release", "wiod2016"),),
        ),
        Format("icio", "OECD Inter-Country Input-Output tables (YYYY_SML.csv)", "xunhuan.readers.icio", "read_icio"),
        Format("ceads", "provincial MRIO workbooks of CEADs (.xlsx)", "xunhuan.readers.ceads", "read_ceads"),
        Format(
            "tabular",
            "long csv tables with a mapping file (.toml)",
            "xunhuan.readers.tabular",
            "read_tabular",
        ),
    )
}


def reader(name: str) -> Format:
    """The format of that name. Raises UnknownName with the nearest names."""
    if name not in FORMATS:
        raise UnknownName.of("format", name, FORMATS)
    return FORMATS[name]

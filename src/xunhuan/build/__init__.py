"""Builders of the bundled tables: raw sources in, balanced accounts and a log of every correction out."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from xunhuan.errors import BadInput, ForeignFile, Problems, UnknownName

if TYPE_CHECKING:
    import pandas as pd

    from xunhuan.data.accounts import Accounts

Announce = Callable[[str], None]


@dataclass(frozen=True)
class Builder:
    """One entry of `xunhuan build`.

    name    what the user asks for        tables  names of the tables it writes
    title   what it is, in a line         files   raw files it reads, relative to the raw folder
    module, function   where the work is done: function(raw, progress) -> [(accounts, log), ...]
    year    of a table that comes by year: its function takes (raw, year) and gives (accounts, log)
    options what its function can be told by name, and the words it takes, the usual first; none where it reads the word
    """

    name: str
    title: str
    tables: tuple[str, ...]
    files: tuple[str, ...]
    module: str
    function: str
    year: int | None = None
    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __call__(self, raw: Path, progress: Announce, **given: str) -> list[tuple[Accounts, pd.DataFrame]]:
        """Check the options and raw files, then build. Raises BadInput, UnknownName, ForeignFile, Infeasible,
        NotConverged.
        """
        for name, word in given.items():
            if name not in self.options:
                raise BadInput(f"{self.name} is built without --{name}", where=f"--{name}", fix="leave it out")
            if self.options[name] and word not in self.options[name]:
                raise UnknownName.of(name, word, self.options[name], where=f"--{name}")
        check_raw(raw, self.files)
        run = getattr(importlib.import_module(self.module), self.function)
        return list(run(raw, progress, **given)) if self.year is None else [run(raw, self.year)]


_SHARED = ("china_provinces.csv", "china_province_distance_km.csv")
_CHINA = (
    "china_provincial_io_2012.nc", "china_provincial_io_2017.nc", "china_national_io_2017.nc",
    "china_national_io_detailed_2012.nc", *_SHARED,
)  # fmt: skip
"""Both years of the provinces: their reports are harmonised together."""
_BELIEFS: Mapping[str, tuple[str, ...]] = {"tau": (), "outside": ()}
_WORLD = ("oecd_icio_flows.nc", "oecd_icio_2020_coefficients.nc", "wiod_2014_calibrated.nc")
_GROWTH = (
    "china_national_io_2020.nc", "regional/provincial_gdp_by_industry_2019_2024.csv",
    "regional/provincial_gdp_revised_2006_2024.csv", "regional/provincial_trade_total_2016_2024.csv",
)  # fmt: skip
"""What brings the provinces of 2017 to a later year."""

_COMPONENTS = ("china_national_io_detailed_2017.nc", "chips/fabs_by_city.csv", "chips/ic_output_by_province_2021.csv")

_PROCESSING = {2017: "china_national_io_2017.nc", 2012: "china_national_io_detailed_2012.nc"}
"""National table that exporters are set apart in, by year."""

_BY_YEAR = (
    ("wiod", "World Input-Output Table, 41 economies, 35 industries", "wiod2013/wiod_{year}.nc", "build_wiod",
     range(1995, 2012)),
    ("oecd", "81 economies, 32 sectors, OECD flows of the year with coefficients of 2020", "oecd_icio_flows.nc",
     "build_oecd", range(2011, 2023)),
    ("china-national", "China's official non-competitive table, 42 sectors", "china_national_io_{year}.nc",
     "build_national", (2017, 2018, 2020)),
    ("china-detailed", "China's official competitive table, electronic components apart",
     "china_national_io_detailed_{year}.nc", "build_detailed", (2012, 2017, 2018, 2020)),
)  # fmt: skip
"""Tables that come by year: stem of the name, title, raw file, function, years."""

BUILDERS: Mapping[str, Builder] = {
    b.name: b
    for b in (
        Builder(
            "china-2017",
            "31 provinces of China, 42 sectors, 2017: harmonised, as reported, and the bounds of trade between provinces",
            ("china-2017", "china-2017-reported", "china-2017-least", "china-2017-most"),
            _CHINA,
            "xunhuan.build.china",
            "build_china_2017",
            options=_BELIEFS,
        ),
        Builder(
            "china-2012",
            "31 provinces of China, 42 sectors, 2012: harmonised, and as reported",
            ("china-2012", "china-2012-reported"),
            _CHINA,
            "xunhuan.build.china",
            "build_china_2012",
            options=_BELIEFS,
        ),
        Builder(
            "world-2017",
            "31 provinces of China and 80 economies, 32 sectors, 2017",
            ("world-2017",),
            (*_CHINA, *_WORLD),
            "xunhuan.build.world",
            "build_world_2017",
            options={"partners": ("prior", "national"), **_BELIEFS},
        ),
        *(
            Builder(
                f"world-{year}",
                f"31 provinces of China and 80 economies, 32 sectors: 2017 structure at {year} totals",
                (f"world-{year}",),
                (*_CHINA, *_WORLD, *_GROWTH),
                "xunhuan.build.world",
                f"build_world_{year}",
                options={"partners": ("prior", "national"), **_BELIEFS},
            )
            for year in (2020, 2022)
        ),
        *(
            Builder(
                f"world-{year}-components",
                f"world-{year} with electronic components apart from the rest of C26, 33 sectors",
                (f"world-{year}-components",),
                (*_CHINA, *_WORLD, *(() if year == 2017 else _GROWTH), *_COMPONENTS),
                "xunhuan.build.components",
                f"build_components_{year}",
                options={"partners": ("prior", "national"), **_BELIEFS},
            )
            for year in (2017, 2020, 2022)
        ),
        *(
            Builder(
                f"china-processing-{year}",
                f"China's national table with processing exporters apart, 42 sectors, {year}",
                (f"china-processing-{year}",),
                (file,),
                "xunhuan.build.processing_tables",
                "build_processing",
                year,
            )
            for year, file in _PROCESSING.items()
        ),
        *(
            Builder(
                f"{stem}-{year}",
                f"{title}, {year}",
                (f"{stem}-{year}",),
                (file.format(year=year),),
                "xunhuan.build.history",
                function,
                year,
            )
            for stem, title, file, function, years in _BY_YEAR
            for year in years
        ),
    )
}


def builder(name: str) -> Builder:
    """The builder of that name. Raises UnknownName with the nearest names."""
    if name not in BUILDERS:
        raise UnknownName.of("table to build", name, BUILDERS)
    return BUILDERS[name]


def check_raw(raw: Path, files: tuple[str, ...]) -> None:
    """Look at every raw file before any work: present, and of the kind its name says.

    Raises BadInput listing all that are missing, ForeignFile listing all that cannot be read.
    """
    if not raw.is_dir():
        raise BadInput("the raw folder does not exist", where=str(raw), fix="give the folder with --raw DIR")
    missing = Problems(f"the raw folder lacks {{n}} of {len(files)} files")
    damaged = Problems("raw files are truncated or not what their names say")
    for name in files:
        path = raw / name
        if not path.is_file():
            missing.add(name)
        elif not _readable(path):
            damaged.add(name)
    missing.what = missing.what.format(n=len(missing.items))
    missing.raise_if(BadInput, where=str(raw), fix="add these files (DATA.md says where they come from)")
    damaged.raise_if(ForeignFile, where=str(raw), fix="fetch these files again")


def _readable(path: Path) -> bool:
    if path.suffix == ".nc":
        import h5py

        try:
            with h5py.File(path, "r") as f:
                return len(f) > 0
        except OSError:
            return False
    try:
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".geojson":
            return bool(json.loads(text)["features"])
    except (ValueError, KeyError):  # of which text that is no UTF-8 is one
        return False
    lines = text.splitlines()
    return len(lines) > 1 and "," in lines[0]

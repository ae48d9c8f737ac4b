"""The sector lists and economies of the world table, and the concordances between lists, as data files."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib import resources
from pathlib import Path

import numpy as np
import pandas as pd

from xunhuan.data.arrays import Array
from xunhuan.data.classification import Concordance, Sectors
from xunhuan.data.sector_lists import sector_list

SERVICES = "SERVICES"
"""The one sector that holds every service in the OECD flows."""

COAL_OIL = "B05_06"
"""Coal with oil and gas: one sector in the OECD coefficients, two in the OECD flows and the Chinese
tables.
"""


def data_file(name: str) -> Path:
    """Path of a data file of the builders."""
    return Path(str(resources.files("xunhuan.build") / "data" / name))


def cluster_names(clusters: Iterable[str]) -> dict[str, tuple[str, str]]:
    """English and Chinese names of clusters, by code; a cluster the list does not name is left out."""
    rows = pd.read_csv(data_file("cluster_names.csv"), dtype=str, comment="#").set_index("code")
    return {c: (str(rows.loc[c, "name_en"]), str(rows.loc[c, "name_zh"])) for c in clusters if c in rows.index}


def common_sectors() -> Sectors:
    """The 32 sectors of the world table with English and Chinese names and groups."""
    return sector_list("common").sectors


@cache
def economies() -> pd.DataFrame:
    """The 80 foreign economies: code, name_en, name_zh, clusters (a list of names)."""
    rows = pd.read_csv(data_file("economies.csv"), dtype=str, keep_default_na=False)
    rows["clusters"] = rows["clusters"].str.split()
    return rows


@cache
def concordance(name: str) -> Concordance:
    """A bundled concordance by file name without its ending, such as "cn42_to_common"."""
    return Concordance.read(data_file(f"{name}.csv"))


def _sources(name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(concordance(name).rows["source"]))


CN42, OECD28 = _sources("cn42_to_common"), _sources("oecd28_to_common")
OECD45, WIOD50 = _sources("oecd45_to_common"), _sources("wiod50_to_common")


def goods() -> tuple[str, ...]:
    """Codes of the common sectors that are goods, in order."""
    return common_sectors().groups["goods"]


def services() -> tuple[str, ...]:
    """Codes of the common sectors that are services, in order; they follow the goods."""
    return common_sectors().groups["services"]


def cn42_matrix() -> Array:
    """Chinese 42 -> common sectors, axes (source, target), rows sum to 1."""
    return concordance("cn42_to_common").matrix(CN42, common_sectors().codes)


def oecd28_matrix() -> Array:
    """OECD 28 -> common goods and SERVICES, axes (source, target), rows sum to 1."""
    return concordance("oecd28_to_common").matrix(OECD28, (*goods(), SERVICES))


def oecd28_to_45_matrix() -> Array:
    """OECD 28 -> the goods of OECD 45 and SERVICES, axes (source, target), rows sum to 1."""
    return concordance("oecd28_to_oecd45").matrix(OECD28, (*OECD45[:22], SERVICES))


def oecd45_matrix() -> Array:
    """OECD 45 -> common sectors with coal, oil and gas one: B05_06 in the place of B05, B06 left empty."""
    rows = concordance("oecd45_to_common")
    targets = [c for c in common_sectors().codes if c not in ("B05", "B06")]
    narrow = rows.matrix(OECD45, [*targets, COAL_OIL])
    out = np.zeros((len(OECD45), len(common_sectors())))
    for k, code in enumerate([*targets, "B05"]):
        out[:, common_sectors().index(code)] = narrow[:, k]
    return out


def wiod50_matrix() -> Array:
    """WIOD 50 -> common sectors, axes (source, target), rows sum to 1."""
    return concordance("wiod50_to_common").matrix(WIOD50, common_sectors().codes)


def wiod_services_matrix() -> Array:
    """WIOD 50 -> the 23 services of OECD 45, axes (source, target); rows of goods are 0, the others sum to
    1.
    """
    found = concordance("wiod50_services_to_oecd45")
    traded = [s for s in OECD45[22:] if s != "T"]  # no one trades the staff of households
    inside = [s for s in WIOD50 if s in set(found.rows["source"])]
    out = np.zeros((len(WIOD50), 23))
    narrow = found.matrix(inside, traded)
    rows = [WIOD50.index(s) for s in inside]
    out[np.ix_(rows, [OECD45[22:].index(s) for s in traded])] = narrow
    return out

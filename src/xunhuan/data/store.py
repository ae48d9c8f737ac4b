"""Accounts and results to and from netCDF: atomic writes, names by digest, the same file opens as plain xarray."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from platformdirs import user_data_path

from xunhuan.data.accounts import Accounts, Sourcing
from xunhuan.data.classification import Sectors
from xunhuan.data.geography import Geography
from xunhuan.data.leftovers import clear, exchanged, half_made, told_where
from xunhuan.data.migration import Migration
from xunhuan.data.opened import digest_of_rest, open_arrays
from xunhuan.data.posterior import Posterior, from_variables, to_variables
from xunhuan.errors import BadInput, ForeignFile, UnknownName

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

_FORMAT = "xunhuan-accounts-1"
LOG_COLUMNS = ("step", "region", "sector", "quantity", "before", "after", "change", "unit", "note")
"""Columns of a build log, and of the changes a reader makes: a row a number."""


def to_dataset(acc: Accounts) -> xr.Dataset:
    """The accounts as a labelled Dataset; dims origin, destination, region, sector, industry, category, component."""
    import xarray as xr

    g, s = acc.geography, acc.sectors
    codes = list(g.codes)
    data: dict[str, Any] = {
        "flow": (("origin", "destination", "sector"), acc.flow, {"unit": acc.unit, "long_name": "bilateral flow"}),
        "use": (("region", "sector", "industry"), acc.use, {"unit": acc.unit, "long_name": "intermediate use"}),
        "final": (("region", "sector", "category"), acc.final, {"unit": acc.unit, "long_name": "final use"}),
        "value_added": (
            ("region", "industry", "component"), acc.value_added, {"unit": acc.unit, "long_name": "value added"},
        ),
        "tariff": (
            ("origin", "destination", "sector"), acc.tariff, {"unit": "rate", "long_name": "tariff on basic value"},
        ),
    }  # fmt: skip
    if acc.sourcing is not None:
        data["intermediate_by_origin"] = (
            ("origin", "sector", "region", "industry"), acc.sourcing.intermediate, {"unit": acc.unit},
        )  # fmt: skip
        data["final_by_origin"] = (
            ("origin", "sector", "region", "category"), acc.sourcing.final, {"unit": acc.unit},
        )  # fmt: skip
    if isinstance(acc.posterior, Posterior):  # versions of a split table are made from the list of cities anew
        data |= to_variables(acc.posterior)
    if g.migration is not None:
        said = {"unit": "10^4 persons", "long_name": "lived in origin when the window began, and in destination now"}
        data["migration"] = (("window", "origin", "destination"), g.migration.persons, said)
    tile = np.array([t if t is not None else (-1, -1) for t in g.tile], dtype=np.int64).reshape(len(codes), 2)
    coords = {
        "origin": codes, "destination": codes, "region": codes,
        "sector": list(s.codes), "industry": list(s.codes),
        "category": list(acc.categories), "component": list(acc.components),
        "region_en": ("region", list(g.names_en)), "region_zh": ("region", list(g.names_zh)),
        "nation": ("region", list(g.nation)), "open": ("region", g.is_open.astype(np.int8)),
        "population": ("region", np.array(g.population, dtype=float), {"unit": "10^4 persons"}),
        "tile_column": ("region", tile[:, 0]), "tile_row": ("region", tile[:, 1]),
        "sector_en": ("sector", list(s.names_en)), "sector_zh": ("sector", list(s.names_zh)),
    }  # fmt: skip
    if g.migration is not None:
        coords["window"] = list(g.migration.windows)
    attrs = {
        "format": _FORMAT, "name": acc.name, "title": acc.title, "source": acc.source, "year": acc.year,
        "currency": acc.currency, "unit": acc.unit, "home": acc.home, "digest": acc.digest,
        "notes": json.dumps(acc.notes, ensure_ascii=False),
        "clusters": json.dumps(g.clusters, ensure_ascii=False),
        "nation_names": json.dumps(g.nation_names, ensure_ascii=False),
        "sector_groups": json.dumps(s.groups, ensure_ascii=False),
        "sector_list": s.listed,
        "sector_isic": json.dumps(s.isic),
        "extra": json.dumps(dict(acc.extra), ensure_ascii=False),
    }  # fmt: skip
    if g.migration is not None:
        attrs["migration_source"] = g.migration.source
    if isinstance(acc.posterior, Posterior):
        told = [acc.posterior.title, acc.posterior.notes]
        attrs |= {"posterior": json.dumps(told, ensure_ascii=False), "posterior_digest": acc.posterior.digest}
    out = xr.Dataset(data, coords=coords, attrs=attrs)
    return out.assign_attrs(rest_digest=digest_of_rest({str(k): v.values for k, v in out.variables.items()}, attrs))


def _accounts(values: Mapping[str, np.ndarray], attrs: Mapping[str, Any], where: str) -> Accounts:
    """Accounts from variables and attributes as `to_dataset` names them; identities are checked again.

    Raises ForeignFile where they are of another kind, UnbalancedAccounts where the numbers fail.
    """
    kind = attrs.get("format")
    if not isinstance(kind, str) or kind != _FORMAT:  # an array compares cell by cell
        raise ForeignFile(
            "this file does not hold Xunhuan accounts", where=where, fix=f"its format attribute is {_FORMAT!r}"
        )
    try:
        return _read(values, attrs)
    except BadInput as e:
        e.where = e.where or where
        raise
    except KeyError as e:
        raise ForeignFile(f"the accounts lack {e}", where=where, fix="build or import the table again") from e
    except (IndexError, ValueError, TypeError, OverflowError) as e:
        raise ForeignFile(
            f"the accounts cannot be read: {e}", where=where, fix="build or import the table again"
        ) from e


def _read(values: Mapping[str, np.ndarray], attrs: Mapping[str, Any]) -> Accounts:
    def text(name: str) -> tuple[str, ...]:
        return _texts(np.asarray(values[name]).tolist(), name)

    def record(name: str) -> dict[str, Any]:
        found = _plain(attrs[name])
        if not isinstance(found, dict):
            raise ValueError(f"{name} is no table of names")
        return found

    def lists(name: str) -> dict[str, tuple[str, ...]]:
        return {k: _texts(v, name) for k, v in record(name).items()}

    codes = text("region")
    tiles = zip(values["tile_column"].tolist(), values["tile_row"].tolist(), strict=True)
    geography = Geography(
        codes=codes,
        nation=text("nation"),
        names_en=text("region_en"),
        names_zh=text("region_zh"),
        open=frozenset(c for c, o in zip(codes, values["open"], strict=True) if o),
        clusters=lists("clusters"),
        nation_names={k: (v[0], v[1]) for k, v in lists("nation_names").items()},
        population=tuple(float(x) for x in values["population"]),
        tile=tuple((int(a), int(b)) if a >= 0 else None for a, b in tiles),
        migration=Migration(text("window"), values["migration"], str(attrs["migration_source"]))
        if "migration" in values
        else None,
    )
    sectors = Sectors(
        text("sector"), text("sector_en"), text("sector_zh"), lists("sector_groups"),
        _texts(_plain(attrs.get("sector_isic", "[]")), "sector_isic"), str(attrs.get("sector_list", "")),
    )  # fmt: skip
    sourcing = None
    if "intermediate_by_origin" in values:
        sourcing = Sourcing(values["intermediate_by_origin"], values["final_by_origin"])
    arrays = {k: values[k] for k in ("flow", "use", "final", "value_added", "tariff")}
    for a in arrays.values():
        a.flags.writeable = False  # owned by no one else from here on, so no copy is needed
    return Accounts(
        **arrays,
        geography=geography,
        sectors=sectors,
        categories=text("category"),
        components=text("component"),
        year=int(attrs["year"]),
        currency=str(attrs["currency"]),
        unit=str(attrs["unit"]),
        name=str(attrs["name"]),
        title=str(attrs["title"]),
        source=str(attrs["source"]),
        notes=_texts(_plain(attrs["notes"]), "notes"),
        home=str(attrs["home"]),
        sourcing=sourcing,
        extra={k: str(v) for k, v in record("extra").items()},
        posterior=from_variables(values, *_told(attrs)),
    )


def _told(attrs: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    """Title and notes of a posterior."""
    title, notes = _plain(attrs.get("posterior", '["", []]'))
    return str(title), _texts(notes, "posterior")


def _plain(text: Any) -> Any:
    """Plain data of JSON. Raises ValueError where it is none or lies too deep in one another."""
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("an attribute lies too deep in one another") from None


def _texts(found: Any, name: str) -> tuple[str, ...]:
    if not isinstance(found, list) or not all(isinstance(x, str) for x in found):
        raise ValueError(f"{name} is no list of names")
    return tuple(found)


def save(acc: Accounts, path: str | Path) -> Path:
    """Write accounts to netCDF, atomically.

    The file holds the arrays flow r s i, use s i j, final s i f, value_added s j v and tariff r s i with their labels and
    units, and opens as plain xarray.

    Parameters
    ----------
    acc : Accounts
        The table.
    path : str or Path
        The file; in a folder it gets the name NAME-DIGEST12.nc.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    BadInput
        Where the folder does not exist or cannot be written to; nothing is left behind then.

    Examples
    --------
    >>> import tempfile
    >>> import xunhuan as xh
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     again = xh.load(xh.save(xh.toyland(), folder))
    >>> again.digest == xh.toyland().digest
    True
    """
    path = Path(path)
    if path.is_dir():
        path = path / f"{acc.name}-{acc.digest[:12]}.nc"
    save_dataset(to_dataset(acc), path)
    return path


def save_dataset(ds: xr.Dataset, path: str | Path) -> Path:
    """Write a Dataset to compressed netCDF, atomically."""
    numeric = {
        k: {"zlib": True, "complevel": 5, "shuffle": True}
        for k, v in ds.data_vars.items()
        if v.dtype.kind in "fi" and v.ndim
    }
    with atomic_path(path) as tmp:
        # By way of memory: HDF5 that cannot write on because a disk is full takes the whole process with it.
        made = io.BytesIO()
        ds.to_netcdf(made, engine="h5netcdf", encoding=numeric)
        tmp.write_bytes(made.getbuffer())
    return Path(path)


def strings(value: object) -> list[str]:
    """A list of strings kept in an attribute; netCDF gives one string back as itself and none as an empty array.

    >>> strings("gdp"), strings(["gdp", "own"]), strings(np.array([]))
    (['gdp'], ['gdp', 'own'], [])
    """
    return [value] if isinstance(value, str) else [str(v) for v in np.atleast_1d(np.asarray(value, dtype=object))]


def open_accounts(path: str | Path) -> Accounts:
    """Read accounts from a netCDF file; a stored digest that does not match the numbers is refused.

    Raises BadInput, ForeignFile, UnbalancedAccounts.
    """
    values, attrs = open_arrays(path)
    acc = _accounts(values, attrs, str(path))
    if str(attrs.get("digest")) != acc.digest:
        raise ForeignFile(
            "the numbers do not match the digest stored with them",
            where=str(path),
            fix="build or import it again",
        )
    return acc


def bundled_folder() -> Path:
    """Folder of the tables that come with the package."""
    return Path(str(resources.files("xunhuan") / "tables"))


def user_folders() -> tuple[Path, ...]:
    """Folders of the user's own tables: those of $XUNHUAN_TABLES, apart as in $PATH, else one in the user's data folder."""
    given = [Path(x).expanduser() for x in os.environ.get("XUNHUAN_TABLES", "").split(os.pathsep) if x.strip()]
    return tuple(given) or (user_data_path("xunhuan", False) / "tables",)


def user_folder() -> Path:
    """The first of them, where tables that are built or added go."""
    return user_folders()[0]


def known_tables() -> dict[str, Path]:
    """Names of the tables that can be loaded, bundled ones first, with their files."""
    out: dict[str, Path] = {}
    for folder in (bundled_folder(), *user_folders()):
        if folder.is_dir():
            for f in sorted(folder.glob("*.nc")):
                out.setdefault(f.stem, f)
    return out


def load(name: str | Path) -> Accounts:
    """Accounts by name of a known table or by path of a netCDF file; identities and digest are checked.

    Parameters
    ----------
    name : str or Path
        A name that `xunhuan.tables` lists, or a file that `save` wrote.

    Returns
    -------
    Accounts
        The table: flow r s i, use s i j, final s i f, value_added s j v, in its own unit.

    Raises
    ------
    UnknownName
        With the nearest table names.
    BadInput, ForeignFile, UnbalancedAccounts
        For a file that is absent, of another kind, or does not balance.

    Examples
    --------
    >>> import xunhuan as xh
    >>> acc = xh.load("china-2017")
    >>> acc.R, acc.S, acc.unit, acc.home
    (32, 42, '10^8 CNY', 'CHN')
    """
    tables = known_tables()
    if str(name) in tables:
        return open_accounts(tables[str(name)])
    path = Path(name)
    if path.suffix or os.path.exists(path):
        return open_accounts(path)
    raise UnknownName.of("table", str(name), tables)


def load_log(name: str) -> pd.DataFrame:
    """The build log of a bundled table.

    Parameters
    ----------
    name : str
        Name of the table.

    Returns
    -------
    pandas.DataFrame
        A row for every correction made when it was built: step, region, sector, quantity, before, after, change, unit,
        note.

    Raises
    ------
    UnknownName
        Where the table has no log.

    Examples
    --------
    >>> import xunhuan as xh
    >>> [c for c in xh.load_log("china-2017") if c in ("step", "region", "sector", "change", "unit")]
    ['step', 'region', 'sector', 'change', 'unit']
    """
    import pandas as pd

    logs = {k: f.with_suffix(".log.parquet") for k, f in known_tables().items()}
    logs = {k: f for k, f in logs.items() if f.is_file()}
    if name not in logs:
        raise UnknownName.of("build log of table", name, logs)
    return pd.read_parquet(logs[name])


@contextlib.contextmanager
def atomic_path(path: str | Path) -> Iterator[Path]:
    """A temporary path beside `path`, renamed to it when the block ends well and removed when it does not."""
    path = Path(path)
    if not path.parent.is_dir():
        raise BadInput("the folder to write to does not exist", where=str(path.parent), fix="create it first")
    if path.is_dir():
        raise BadInput("a folder has this name", where=str(path), fix="name a file")
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise BadInput("the folder cannot be written to", where=str(path.parent), fix="choose another folder")
    clear(path.parent.absolute())
    tmp = half_made(path, "tmp")
    try:
        with told_where(path):
            yield tmp
            with open(tmp, "rb") as f:
                os.fsync(f.fileno())
            os.replace(tmp, path)
    finally:
        tmp.unlink(missing_ok=True)


def write_text(path: str | Path, text: str) -> None:
    """Write a text file atomically, UTF-8."""
    with atomic_path(path) as tmp:
        tmp.write_text(text, encoding="utf-8")


def write_folder(
    path: str | Path,
    writers: Mapping[str, Callable[[Path], object]] | Sequence[tuple[str, Callable[[Path], object]]],
) -> Path:
    """Write a folder of files so that readers see the old folder or the new one, never a mixture.

    `writers` gives each file's name and a function that writes it at a path. The files are made in a temporary
    folder beside `path` and moved into place at the end; an existing folder is replaced.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    clear(path.parent.absolute())
    tmp, old = half_made(path, "tmp"), half_made(path, "old")
    try:
        with told_where(path):
            tmp.mkdir()
            for name, write in dict(writers).items():
                write(tmp / name)
            _swap(tmp, path, old)
    finally:
        shutil.rmtree(tmp, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)
    return path


def _swap(tmp: Path, path: Path, old: Path) -> None:
    if not path.exists():
        with contextlib.suppress(OSError):
            os.rename(tmp, path)
            return
    if not exchanged(tmp, path):
        os.rename(path, old)
        os.rename(tmp, path)

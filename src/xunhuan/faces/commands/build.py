"""`xunhuan build`: every bundled file from its sources; tables with the log of every correction."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xunhuan.faces.output import Format, FormatOption, console, emit, working
from xunhuan.faces.speaking import in_my_words

if TYPE_CHECKING:
    import pandas as pd

    from xunhuan.data.accounts import Accounts


_Raw = Annotated[Path | None, typer.Option("--raw", help="Folder of the raw files (see DATA.md).")]
_Output = Annotated[
    Path | None, typer.Option("-o", "--output", help="Folder to write to; your own tables if not given.")
]
_Partners = Annotated[
    str | None,
    typer.Option("--partners", help="World tables: partners of a province by prior (distance, borders) or national."),
]
_Tau = Annotated[
    str | None, typer.Option("--tau", help="Tables of China: how far provinces differ in truth (sd of logits, 0.5).")
]
_Outside = Annotated[
    str | None,
    typer.Option("--outside", help="Tables of China: trade between provinces over output, LOW:HIGH or none."),
]
_Flows = Annotated[
    Path | None,
    typer.Option(
        "--flows",
        help="Take the trade between provinces from this file: an interprovincial table, a table saved as .nc, or "
        "a csv of origin, destination, sector, value (china-2017, china-2012, world-2017).",
    ),
]


_Regions = Annotated[
    Path | None,
    typer.Option(
        "--regions", help="nested: mapping file of the regions' tables or shares (see `xunhuan docs nested`)."
    ),
]
_Nation = Annotated[
    str | None,
    typer.Option(
        "--nation", help="nested: the table that has the nation, national or a world's: a name or a .nc file."
    ),
]


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command("build")
    def command(
        name: Annotated[str, typer.Argument(help="china-2017, china-2012, world-2020, elasticities, history, ...")],
        raw: _Raw = None,
        output: _Output = None,
        partners: _Partners = None,
        tau: _Tau = None,
        outside: _Outside = None,
        flows: _Flows = None,
        regions: _Regions = None,
        nation: _Nation = None,
        format: FormatOption = Format.table,
    ) -> None:
        """Build a table from raw sources: NAME.nc, and NAME.log.parquet with every correction made.

        All raw files are looked at before any work, and nothing is written unless every table balances. A
        summary of the corrections is printed.

        With --flows FILE the table is NAME-flows: margins stay, shares of own use and of partners are the file's. Needs
        no raw files for China's tables, whose bundled form is then taken.

        nested divides any nation of a table among its regions: --regions MAPPING.toml --nation TABLE.

        Also: elasticities (of trade, by sector list), history (of circulation, by nation and year), partners (distances of
        provinces to them), migration (moves between provinces, with a gravity equation fitted to them) and toyland.
        """
        from xunhuan.build import BUILDERS
        from xunhuan.errors import BadInput, UnknownName

        if name not in BUILDERS and name not in _FILES and name != NESTED:
            raise UnknownName.of("table to build", name, [*BUILDERS, *_FILES, NESTED])
        if name == NESTED or regions is not None or nation is not None:
            others = {"--raw": raw, "--partners": partners, "--tau": tau, "--outside": outside, "--flows": flows}
            _nested(name, regions, nation, output, format, [k for k, v in others.items() if v is not None])
            return
        told = {k: v for k, v in (("partners", partners), ("tau", tau), ("outside", outside)) if v is not None}
        if told and (name in _FILES or flows is not None):
            option = f"--{next(iter(told))}"
            beside = f"{name} with --flows" if flows is not None else name
            raise BadInput(f"{beside} is built without {option}", where=option, fix="leave it out")
        if flows is not None:
            _given(name, raw, output, flows, format)
            return
        if raw is None and name != "toyland":
            raise BadInput(f"{name} is built from raw files", fix="give their folder with --raw DIR (see DATA.md)")
        if name in _FILES:
            _files(name, raw or Path(), output)
        else:
            assert raw is not None
            _tables(name, raw, output, format, told)


def _tables(name: str, raw: Path, output: Path | None, format: Format, options: dict[str, str]) -> None:
    from xunhuan.build import builder

    folder = _folder(output)
    with working(f"building {name}"):
        made = [(_known(acc), log) for acc, log in builder(name)(raw, _tell, **options)]
    files = _write(made, folder)
    emit(_summaries(made), format, title=f"Corrections made for {name}", notes=_notes(made, files), digits=3)


def _known(acc: Accounts) -> Accounts:
    """The table with the circulation of its versions worked out, so that its intervals cost nothing later."""
    from dataclasses import replace

    from xunhuan.measures.versions import shares_by_version

    if acc.posterior is None:
        return acc
    _tell(f"circulation in {acc.draws} versions of {acc.name}")
    return replace(acc, posterior=replace(acc.posterior, known={"circulation": shares_by_version(acc)}))


NESTED = "nested"


def _nested(
    name: str, regions: Path | None, nation: str | None, output: Path | None, format: Format, others: list[str]
) -> None:
    """A nation's regions inside its table, by the mapping file."""
    from xunhuan.build.regions import build_nested
    from xunhuan.data.store import load
    from xunhuan.errors import BadInput
    from xunhuan.readers.regional import read_regional

    if name != NESTED or regions is None:
        raise BadInput(
            "--regions and --nation go with nested", fix="xunhuan build nested --regions MAPPING.toml --nation TABLE"
        )
    if others:
        raise BadInput(f"nested is built without {others[0]}", where=others[0], fix="leave it out")
    folder = _folder(output)
    with working(f"reading {regions.name}"):
        given = read_regional(regions)
    table = nation or given.table
    if not table:
        raise BadInput(
            "the nation's table is not named", where=str(regions), fix="give --nation TABLE, or table in the file"
        )
    with working(f"building {given.name}"):
        made = [build_nested(given, load(table), _tell)]
    files = _write(made, folder)
    told = [*made[0][0].notes[:5], *given.told, *_notes(made, files)]
    emit(
        _summaries(made), format, title=f"Corrections made for {given.name}", notes=list(dict.fromkeys(told)), digits=3
    )


def _given(name: str, raw: Path | None, output: Path | None, flows: Path, format: Format) -> None:
    """A table with the trade between provinces of a file; what was taken from it is said."""
    from xunhuan.build.flows import build_with_flows, national_name
    from xunhuan.data.store import load
    from xunhuan.readers.flows import read_flows

    base = national_name(name, flows.name)
    folder = _folder(output)
    with working(f"reading {flows.name}") as tell:
        given = read_flows(flows, load(base), tell)
    with working(f"building {name}-flows"):
        made = [build_with_flows(name, raw, _tell, given)]
    told = [n for n in made[0][0].notes if n not in load(base).notes]
    files = _write(made, folder)
    title = f"Corrections made for {made[0][0].name}"
    emit(_summaries(made), format, title=title, notes=[*told, *_notes(made, files)], digits=3)


def _files(name: str, raw: Path, output: Path | None) -> None:
    from xunhuan.errors import BadInput

    if output is None:
        fix = f"give -o FOLDER, in a checkout {_PLACES.get(name, 'src/xunhuan/tables')}"
        raise BadInput(f"{name} is read from the package alone", fix=fix)
    folder = _folder(output)
    with working(f"building {name}"):
        paths = _FILES[name](raw, folder)
    for path in paths:
        console(stderr=True).print(in_my_words(f"wrote {path}"))
    if name == "migration":
        from xunhuan.build.migration import gravity

        emit(gravity(raw), Format.table, title="Moves explained by distance and a common border", digits=3)


def _elasticities(raw: Path, folder: Path) -> list[Path]:
    from xunhuan.build.elasticities import write_elasticities

    return write_elasticities(raw, folder)


def _history(raw: Path, folder: Path) -> list[Path]:
    from xunhuan.faces.series import keep

    return keep(raw, folder)


def _partners(raw: Path, folder: Path) -> list[Path]:
    from xunhuan.build.reach import write_reach

    return write_reach(raw, folder)


def _migration(raw: Path, folder: Path) -> list[Path]:
    from xunhuan.build.migration import write_migration

    return write_migration(raw, folder)


def _industries(raw: Path, folder: Path) -> list[Path]:
    from xunhuan.build.industries import write_industries

    return write_industries(raw, folder)


def _cities(raw: Path, folder: Path) -> list[Path]:
    from xunhuan.build.city_facts import write_city_facts

    return write_city_facts(raw, folder)


def _capital(raw: Path, folder: Path) -> list[Path]:
    from xunhuan.build.capital import write_capital

    return write_capital(raw, folder)


def _place_list(raw: Path, folder: Path) -> list[Path]:
    from xunhuan.build.places import write_places

    return write_places(raw, folder)


def _transport(raw: Path, folder: Path) -> list[Path]:
    from xunhuan.build.transport import write_transport

    return write_transport(raw, folder)


def _city_ways(raw: Path, folder: Path) -> list[Path]:
    from xunhuan.data.toyland import toyland
    from xunhuan.data.ways import write_city_ways
    from xunhuan.models import registry

    year = 2017  # of the transport network that is bundled
    room = next(m for m in registry.models().values() if "listed_city_ways" in m.lends)
    found = room.lends["listed_city_ways"](toyland(), room.parameters(year=year))  # which hangs on no table
    return write_city_ways(found, "CHN", year, folder)


def _toyland(raw: Path, folder: Path) -> list[Path]:
    from xunhuan.data.store import save
    from xunhuan.data.toyland import toyland

    return [save(_known(toyland()), folder / "toyland.nc")]


_FILES = {
    "elasticities": _elasticities, "history": _history, "industries": _industries, "partners": _partners,
    "migration": _migration, "cities": _cities, "transport-2017": _transport, "capital": _capital, "places": _place_list,
    "city-ways": _city_ways, "toyland": _toyland,
}  # fmt: skip
"""Bundled files that are no tables with a log."""

_PLACES = {
    "elasticities": "src/xunhuan/models/trade/data", "industries": "src/xunhuan/models/catchup/data",
    "partners": "src/xunhuan/build/data", "migration": "src/xunhuan/data/lists", "cities": "src/xunhuan/models/rivalry/data",
    "capital": "src/xunhuan/models/conversion/data",
    "places": "src/xunhuan/data/lists", "city-ways": "src/xunhuan/data/lists",
    "transport-2017": "src/xunhuan/models/gateway/data",
}  # fmt: skip
"""Where those lie in a checkout that lie elsewhere than the tables."""


def _tell(message: str) -> None:
    """Say what is being done, where someone watches."""
    if sys.stderr.isatty():
        console(stderr=True).print(message, style="dim")


def _folder(output: Path | None) -> Path:
    from xunhuan.data.store import user_folder
    from xunhuan.errors import BadInput

    if output is None:
        folder = user_folder()
        folder.mkdir(parents=True, exist_ok=True)
        return folder
    if not output.is_dir():
        raise BadInput("the folder to write to does not exist", where=str(output), fix="create it first")
    return output


def _write(made: list[tuple[Accounts, pd.DataFrame]], folder: Path) -> list[Path]:
    """Write logs before tables, each atomically: a table that is there has its log."""
    from xunhuan.data.store import atomic_path, save

    files = []
    for accounts, log in made:
        with atomic_path(folder / f"{accounts.name}.log.parquet") as tmp:
            log.to_parquet(tmp, index=False, compression="zstd")
        files.append(save(accounts, folder / f"{accounts.name}.nc"))
    return files


def _summaries(made: list[tuple[Accounts, pd.DataFrame]]) -> pd.DataFrame:
    """Corrections by table, step and quantity; what tables have in common is told once."""
    import pandas as pd

    from xunhuan.build.log import summary

    parts = []
    for accounts, log in made:
        part = summary(log)
        part.insert(0, "table", accounts.name)
        parts.append(part)
    whole = pd.concat(parts, ignore_index=True)
    return whole[~whole.drop(columns="table").duplicated()].reset_index(drop=True)


def _notes(made: list[tuple[Accounts, pd.DataFrame]], files: list[Path]) -> list[str]:
    from xunhuan.data.identities import identity_residuals

    lines = []
    for (accounts, log), file in zip(made, files, strict=True):
        worst = max(float(residual.max()) for residual, _ in identity_residuals(accounts).values())
        lines.append(
            f"{accounts.name}: {len(log)} corrections, largest relative residual of an identity {worst:.1e}, "
            f"digest {accounts.digest[:12]}, written to {file}"
        )
    return lines

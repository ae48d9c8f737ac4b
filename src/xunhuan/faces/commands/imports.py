"""`xunhuan import`: a foreign table into accounts, with every change made on the way."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xunhuan.faces.formats import ends_in
from xunhuan.faces.output import Format, FormatOption, emit, working
from xunhuan.faces.speaking import in_my_words

if TYPE_CHECKING:
    from xunhuan.data.accounts import Accounts

HELP = (
    "wiod2013, wiod2016, icio, ceads, ipio, figaro, adb, emerging, exiobase, eora26, gloria, gtap, national or tabular."
)


_Unit = Annotated[
    str | None, typer.Option(help='ipio, national: unit, such as "10^4 CNY", where the file does not tell it.')
]
_Satellite = Annotated[
    Path | None, typer.Option(help="ceads: write rows that no account holds, such as CO2, to this csv, for embodied.")
]
_Divided = Annotated[
    bool, typer.Option("--divided", help="icio: keep divided parts of China and Mexico as regions of one nation.")
]


_Names = Annotated[
    Path | None,
    typer.Option(help="ceads, ipio: a csv that says what odd names of places and sectors are (columns name, is)."),
]


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command("import")
    def command(
        kind: Annotated[str, typer.Argument(metavar="FORMAT", help=HELP)],
        path: Annotated[list[Path], typer.Argument(help="The file or folder; for tabular, its mapping file.")],
        output: Annotated[
            Path, typer.Option("-o", "--output", help="Accounts file to write (.nc).", callback=ends_in(".nc", ".toml"))
        ],
        guess: Annotated[
            bool, typer.Option("--guess", help="tabular: write a mapping file (-o, .toml) for these csv files instead.")
        ] = False,
        year: Annotated[int | None, typer.Option(help="Year, where the file does not tell it or has several.")] = None,
        sheet: Annotated[str | None, typer.Option(help="Sheet, where it has another name.")] = None,
        tolerance: Annotated[
            float | None, typer.Option(help="Largest gap of rows or columns, share of output, to accept.")
        ] = None,
        unit: _Unit = None,
        nation: Annotated[
            str | None, typer.Option(help="national: whose table it is, such as CHN, where the file does not tell it.")
        ] = None,
        divided: _Divided = False,
        names: _Names = None,
        ownership: Annotated[
            str | None, typer.Option(help="ipio: sum (of the firms' owners, the default) or apart (sector by owner).")
        ] = None,
        home: Annotated[str, typer.Option(help="The nation looked at, by every later command.")] = "",
        name: Annotated[str, typer.Option(help="Name of the table; FORMAT-YEAR if not given.")] = "",
        changes: Annotated[
            Path | None,
            typer.Option(help="Write the full list of changes to this parquet file.", callback=ends_in(".parquet")),
        ] = None,
        satellite: _Satellite = None,
        format: FormatOption = Format.table,
    ) -> None:
        """Read a table from another house, check its identities and save it as accounts.

        What the identities needed is summed up on the screen by step; nothing is written if the file is
        wrong.
        """
        from xunhuan.data.relabelling import relabel
        from xunhuan.data.store import atomic_path, save
        from xunhuan.readers import read

        if guess:
            _guess(kind, path, output)
            return
        ends_in(".nc")(output)
        file = _one(path)
        with working(f"reading {file.name}") as tell:
            own: dict[str, Any] = {"unit": unit, "ownership": ownership, "nation": nation, "divided": divided or None}
            own |= {"names": names, "progress": tell if kind == "ipio" else None}
            given = {k: v for k, v in own.items() if v is not None}
            found = read(file, kind, year=year, sheet=sheet, tolerance=tolerance, name=name, **given)
            if satellite is not None:
                _satellite(found.satellite, satellite, file)
            accounts = relabel(found.accounts, home=home) if home else found.accounts
            save(accounts, output)
            if changes is not None:
                with atomic_path(changes) as tmp:
                    found.changes.to_parquet(tmp, index=False)
        _tell(found.changes, format, file.name, _said(accounts, output))


def _tell(changes: Any, format: Format, file: str, said: tuple[str, ...]) -> None:
    """The changes as a table; a sentence where there are none."""
    if changes.empty and format is Format.table:
        for line in (f"Nothing in {file} was changed.", *said):
            typer.echo(in_my_words(line))
        return
    emit(_summary(changes), format, title=f"Changes made to {file}", notes=said)


def _said(accounts: Accounts, output: Path) -> tuple[str, ...]:
    """What the table is, that it holds, and its notes."""
    return (
        f"{accounts.title or accounts.name}: {accounts.R} regions, {accounts.S} sectors, {accounts.year}, {accounts.unit}.",
        f"Identities hold to 1e-9. Wrote {output}.",
        *(f"Note: {n}." for n in accounts.notes),
    )


def _satellite(rows: Any, output: Path, file: Path) -> None:
    from xunhuan.data.store import write_text
    from xunhuan.errors import BadInput

    if rows is None:
        raise BadInput(
            "the file has no rows beside its accounts",
            where=str(file),
            fix="leave out --satellite, or give a csv of yours",
        )
    write_text(output, rows.to_csv(index=False))


def _one(paths: list[Path]) -> Path:
    from xunhuan.errors import BadInput

    if len(paths) > 1:
        raise BadInput("one file is imported at a time", where=str(paths[1]), fix="several go with tabular --guess")
    return paths[0]


def _guess(kind: str, paths: list[Path], output: Path) -> None:
    """Start a mapping file from csv files."""
    from xunhuan.data.store import write_text
    from xunhuan.errors import BadInput
    from xunhuan.faces.output import console
    from xunhuan.readers.guess import guess_mapping

    if kind != "tabular":
        raise BadInput(
            "--guess goes with tabular", where=kind, fix="xunhuan import tabular --guess FILES -o table.toml"
        )
    if output.suffix != ".toml" or output.exists():
        why = "is there already" if output.exists() else "is no mapping file"
        raise BadInput(f"{output.name!r} {why}", where=str(output), fix="give -o the name of a new .toml file")
    write_text(output, guess_mapping(paths, output.parent))
    said = f"wrote {output}: look at every line marked as a guess, fill in the rest, then import it"
    console(stderr=True).print(said, highlight=False, markup=False)


def _summary(changes: Any) -> Any:
    """By step and quantity: cells, net and gross change, largest; negatives that stay are counted in the
    note.
    """
    import pandas as pd

    if changes.empty:
        return pd.DataFrame(columns=["step", "quantity", "cells", "net", "gross", "unit", "note"])
    sized = changes.assign(gross=changes["change"].abs())
    by = sized.groupby(["step", "quantity", "unit", "note"], sort=False)
    out = by.agg(cells=("change", "size"), net=("change", "sum"), gross=("gross", "sum")).reset_index()
    return out[["step", "quantity", "cells", "net", "gross", "unit", "note"]]

"""`xunhuan fetch`: known public tables, got from their makers when asked, checked and filed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from xunhuan.faces.output import Format, FormatOption, console, emit, working


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command("fetch")
    def command(
        name: Annotated[str, typer.Argument(help="Name of a public table; without one, all that are known.")] = "",
        file: Annotated[
            Path | None, typer.Option("--file", help="A file you got yourself: it is checked and filed.")
        ] = None,
        output: Annotated[
            Path | None, typer.Option("-o", "--output", help="Folder to file it in; $XUNHUAN_SOURCES if not given.")
        ] = None,
        format: FormatOption = Format.table,
    ) -> None:
        """List public tables that are known, or get one from its makers, check it and file it.

        Nothing is fetched unless a name is given. Where the server turns programs away, or there is no network, the address,
        the digest and the folder are told: get the file in a browser and give it with --file.
        """
        from xunhuan.data.public import fetch_public, file_away, public_frame, public_table, recognised, sources_folder

        folder = output or sources_folder()
        if not name and file is None:
            notes = ("xunhuan fetch NAME gets one; nothing was fetched.", f"Files go to {folder}.")
            emit(public_frame(), format, title="Public tables", notes=notes, digits=1)
            return
        table = public_table(name) if name else recognised(file or Path())
        with working(f"fetching {table.name}" if file is None else f"checking {file.name}"):
            done = fetch_public(table, folder) if file is None else file_away(table, file, folder)
        said = [f"{table.title}: {done.path}", f"licence: {table.licence}"]
        unknown = "" if done.known else ": not known beforehand, so compare it with its makers' or others'"
        said += [f"sha256 {done.sha256}{unknown}"]
        said += [table.note] if "unpack" in table.note else []
        said += [f"next: xunhuan import {table.format} FILE -o TABLE.nc"]
        for line in said:
            console(stderr=True).print(line, highlight=False, markup=False, soft_wrap=True)

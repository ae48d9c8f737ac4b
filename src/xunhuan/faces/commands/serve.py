"""`xunhuan serve`: the laboratory in a browser."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from xunhuan.faces.speaking import in_my_words


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("serve")(serve)


def serve(
    host: Annotated[
        str, typer.Option("--host", help="Address to listen on. Any but this machine's own asks visitors for a token.")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="Port to listen on; 0 takes a free one.")
    ] = 8050,
    folder: Annotated[
        Path | None, typer.Option("--folder", help="Where scenarios and results are kept, by default your data folder.")
    ] = None,
    workers: Annotated[int, typer.Option("--workers", min=1, max=16, help="Runs at the same time.")] = 1,
    private: Annotated[
        bool,
        typer.Option("--private", help="Give each visitor a token of his own: he alone sees and cancels his runs."),
    ] = False,
    show: Annotated[
        list[Path] | None, typer.Option("--show", help="A result folder of `xunhuan run`, shown too. Can be repeated.")
    ] = None,
) -> None:
    """Open the laboratory on this machine; stop it with Ctrl-C. Results stay in the folder."""
    from xunhuan.faces.web.server import open_laboratory, results_folder, take_in

    place = folder or results_folder()
    inside = place.expanduser().resolve()
    for made in show or ():
        take_in(made, inside)
    laboratory = open_laboratory(host, port, inside, workers, private)
    typer.echo(in_my_words(f"The laboratory is open at {laboratory.address}"))
    typer.echo(in_my_words(f"Results are kept in {place}. Stop with Ctrl-C."))
    laboratory.run()

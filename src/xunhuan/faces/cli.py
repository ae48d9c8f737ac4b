"""The command line: `xunhuan`. Exit codes 0 ok, 1 failed, 2 bad input; errors go to standard error.

Modules of the rooms are imported by name here and import what is heavy only when their command runs.
"""

from __future__ import annotations

import importlib
import os
import sys
from typing import Annotated, Any

import typer

from xunhuan.errors import XunhuanError

ROOMS = (
    "tables", "measures", "build", "history", "imports", "propagate", "simulate", "report", "scenario",
    "serve",
)  # fmt: skip

# Typer carries its own copy of click from 0.26 on and used the package before: its exceptions are found by descent.
USAGE: type[Any] = next(c for c in typer.BadParameter.__mro__ if c.__name__ == "ClickException")

app = typer.Typer(
    name="xunhuan",
    help="A laboratory for dual-circulation economies: provinces inside a nation inside the world.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(value: bool) -> None:
    if value:
        from xunhuan import __version__

        typer.echo(f"xunhuan {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show it.")] = False,
) -> None:
    """A laboratory for dual-circulation economies."""


def assemble() -> typer.Typer:
    """The app with every room's commands registered."""
    if not app.registered_commands:
        for room in ROOMS:
            importlib.import_module(f"xunhuan.faces.commands.{room}").register(app)
    return app


def main(argv: list[str] | None = None) -> int:
    """Run the command line; the exit code is returned and, as a script, set."""
    command = typer.main.get_command(assemble())
    try:
        result = command.main(args=argv, prog_name="xunhuan", standalone_mode=False)
        return int(result) if isinstance(result, int) else 0
    except XunhuanError as e:
        print(f"error: {e}", file=sys.stderr)
        return e.exit_code
    except typer.Exit as e:
        return int(e.exit_code)
    except USAGE as e:
        e.show(file=sys.stderr)
        return 2
    except (KeyboardInterrupt, typer.Abort):
        print("interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as e:  # a full disk, a folder that vanished: what the machine refuses
        print(f"error: {e.strerror or e}\n  where: {e.filename or 'unknown'}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())

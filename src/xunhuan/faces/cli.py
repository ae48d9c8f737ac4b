"""The command line: `xunhuan`. Exit codes 0 ok, 1 failed, 2 bad input; errors go to standard error.

A room of `commands` is imported when one of its commands runs or shows its help; the list of all needs none of them.
"""

from __future__ import annotations

import codecs
import importlib
import io
import os
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from xunhuan.errors import XunhuanError
from xunhuan.faces.commands import FORMER, listed, short_forms
from xunhuan.faces.commands.examples import COMMAND_GROUPS, EXAMPLES, FIRST_LINES
from xunhuan.faces.helping import Context, over_lines, usage_said
from xunhuan.faces.speaking import error_said, in_my_words, language_spoken, speak

# Typer carries its own copy of click from 0.26 on and used the package before: its exceptions are found by descent.
USAGE: type[Any] = next(c for c in typer.BadParameter.__mro__ if c.__name__ == "ClickException")


class Rooms(TyperGroup):
    """All commands by name and help; the one that is asked for is fetched from its room.

    Which models have a command is looked up only where the list is shown or a name is none of the house's.
    """

    context_class = Context

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.rooms: dict[str, str] = {}
        self._take(listed())

    def _take(self, told: dict[str, tuple[str, str]]) -> None:
        self.rooms |= {name: room for name, (room, _) in told.items()}
        self.commands.update({name: TyperCommand(name, help=line) for name, (_, line) in told.items()})

    def list_commands(self, ctx: Any) -> list[str]:
        """Every name, those of models beside the command they are short for."""
        short = short_forms()
        self._take(short)
        names = [n for n in self.commands if n not in short]
        at = names.index("respond") + 1
        return [*names[:at], *short, *names[at:]]

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """The list of all, by what commands are for; a command that no group names comes last."""
        names, short = self.list_commands(ctx), list(short_forms())
        groups = {
            title: [x for n in told for x in ((n, *short) if n == "respond" else (n,))]
            for title, told in COMMAND_GROUPS.items()
        }
        groups["More"] = [n for n in names if not any(n in told for told in groups.values())]
        wide = max(map(len, names))
        for title, told in groups.items():
            room = formatter.width - 6 - wide
            rows = [(n.ljust(wide), _short(self.commands[n], room)) for n in told]
            if rows:
                with formatter.section(title):
                    formatter.write_dl(rows)
        with formatter.section("Examples"):
            for asks, line in FIRST_LINES:
                formatter.write(f"  # {in_my_words(asks)}\n  {line}\n")

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command itself in place of its name in the list."""
        args = [FORMER.get(args[0], args[0]), *args[1:]] if args else args
        if args and args[0] not in self.rooms:
            self._take(short_forms())
        name, told, rest = super().resolve_command(ctx, args)
        command = fetch(self.rooms[name], name) if name in self.rooms else told
        if command is not None and not any("--lang" in p.opts for p in command.params):
            rest = _spoken_after(rest)
        return name, command, rest


def _spoken_after(args: list[str]) -> list[str]:
    """What stands after a command without the language, which may be said there too."""
    for k, word in enumerate(args):
        if word == "--":
            break
        flag, equals, value = word.partition("=")
        if flag == "--lang" and (equals or k + 1 < len(args)):
            _language(value if equals else args[k + 1])
            return args[:k] + args[k + (1 if equals else 2) :]
    return args


def _short(command: Any, room: int) -> str:
    """What the list of all says of a command: in English so much as a line holds, in Chinese all, which is short."""
    return str(command.get_short_help_str(room)) if language_spoken() == "en" else str(command.help)


def fetch(room: str, name: str) -> Any:
    """A command from its room."""
    own = typer.Typer(rich_markup_mode=None)
    importlib.import_module(room).register(own)
    command = typer.main.get_group(own).commands[name]
    command.context_class = Context
    from xunhuan.faces.completing import completes

    completes(command)
    if name in EXAMPLES:
        lines = "\n  ".join(over_lines(EXAMPLES[name]))
        command.epilog = f"{in_my_words('Example:')}\n\n\b\n  {lines}"
    return command


app = typer.Typer(
    name="xunhuan",
    cls=Rooms,
    help="A laboratory for dual-circulation economies: provinces inside a nation inside the world.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(value: bool) -> None:
    if value:
        from xunhuan import __version__

        typer.echo(f"xunhuan {__version__}")
        raise typer.Exit


def _language(value: str) -> str:
    if value not in ("", "en", "zh"):
        raise typer.BadParameter(f"{value!r} is not one of 'en', 'zh'.")
    speak(value)
    return value


@app.callback()
def _root(
    lang: Annotated[
        str, typer.Option("--lang", callback=_language, is_eager=True, help="en or zh; by default what $LANG says.")
    ] = "",
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show it.")] = False,
) -> None:
    """A laboratory for dual-circulation economies."""


ROOM = "make room, or write to another place; what was there before is untouched"


PLAIN = {
    **dict.fromkeys("─━═–—−", "-"),
    **dict.fromkeys("│┃║", "|"),
    **dict.fromkeys("“”", '"'),
    "’": "'",
    "…": "...",
    "×": "x",
}


def in_like_letters(error: UnicodeError) -> tuple[str, int]:
    r"""What is written in the place of letters that an encoding has none for: like signs, frames of tables, else codes.

    >>> import codecs
    >>> codecs.register_error("plainly", in_like_letters)
    >>> "┃ 循 × 2 ┃".encode("ascii", "plainly")
    b'| \\u5faa x 2 |'
    """
    assert isinstance(error, UnicodeEncodeError)
    letters = error.object[error.start : error.end]
    frames = {c: "+" for c in letters if "\u2500" <= c <= "\u257f"} | PLAIN
    return "".join(frames.get(c, c.encode("ascii", "backslashreplace").decode()) for c in letters), error.end


def _speak_to_any() -> None:
    """Letters that the screen or a pipe has none for, as of a redirected console that is not in UTF-8, go out plainly."""
    codecs.register_error("plainly", in_like_letters)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.errors == "strict":
            stream.reconfigure(errors="plainly")


def main(argv: list[str] | None = None) -> int:
    """Run the command line; the exit code is returned and, as a script, set."""
    if argv is None:  # this process is ours alone
        # xarray asks of all it is given whether it is a Dask array, and takes a while to learn what one is. Where Dask is
        # wanted, `scenario.cluster` lets it in.
        sys.modules.setdefault("dask", None)  # type: ignore[arg-type]
        _speak_to_any()
    command = typer.main.get_command(app)
    try:
        result = command.main(args=argv, prog_name="xunhuan", standalone_mode=False)
        sys.stdout.flush()
        return int(result) if isinstance(result, int) else 0
    except XunhuanError as e:
        print(error_said(e), file=sys.stderr)
        return e.exit_code
    except typer.Exit as e:
        return int(e.exit_code)
    except USAGE as e:
        said = usage_said(e)
        e.show(file=sys.stderr) if said is None else print(said, file=sys.stderr)
        return 2
    except (KeyboardInterrupt, typer.Abort):
        print(in_my_words("interrupted"), file=sys.stderr)
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as e:  # a full disk, a folder that vanished: what the machine refuses
        refused = XunhuanError(e.strerror or str(e), where=str(e.filename or "standard output"), fix=ROOM)
        print(error_said(refused), file=sys.stderr)
        if e.filename is None:  # what is left to be written there cannot be
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


if __name__ == "__main__":
    sys.exit(main())

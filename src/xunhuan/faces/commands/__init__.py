"""What can be asked on the command line, told without importing what answers.

A room is a module here, or anywhere else by its full name, with `register(app)` that adds the commands told of it.
"""

from __future__ import annotations

from xunhuan.faces.rooms import ROOMS as ROOMS

FORMER = {
    "va-trade": "value-added-trade", "exports": "export-decomposition", "trade-costs": "head-ries",
    "decompose": "structural-decomposition",
}  # fmt: skip
"""Names that commands had, which still answer; the list of all shows the names that Python has too."""


def listed() -> dict[str, tuple[str, str]]:
    """Module and help of every command that rooms here bring, by name."""
    return {
        name: (room if "." in room else f"{__name__}.{room}", line)
        for room, commands in ROOMS.items()
        for name, line in commands.items()
    }


def short_forms() -> dict[str, tuple[str, str]]:
    """The same of every model that can be asked by a command of its own."""
    from xunhuan.faces.speaking import language_spoken
    from xunhuan.faces.words import first_of
    from xunhuan.models import registry

    return {
        m.command: (f"{__name__}.respond", first_of(m, language_spoken()))
        for m in registry.models().values()
        if m.command
    }

"""One run in a process of its own: `python -m xunhuan.faces.web.worker SCENARIO.toml RESULT`.

Says how far it is in lines of JSON on standard output; ends when its standard input closes, that is when the
server that started it is gone.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

from xunhuan.errors import XunhuanError


def main(source: Path, out: Path) -> int:
    """Run the scenario and write its result folder in one step."""
    say(stage="start")
    try:
        _run(source, out)
    except XunhuanError as e:
        say(error=str(e))
        return e.exit_code
    except MemoryError:
        say(error="out of memory")
        return 1
    except Exception as e:  # whatever it is, the visitor is told and nothing is left half done
        say(error=f"{type(e).__name__}: {e}")
        return 1
    return 0


def _run(source: Path, out: Path) -> None:
    from xunhuan.faces.recording import record
    from xunhuan.scenario.ensemble import Plan
    from xunhuan.scenario.layers import read

    say(stage="solve")
    layers = replace(read(source), name=source.stem[:12])
    record(layers, out, Plan(workers=1), lambda stage, done, total: say(stage=stage, done=done, of=total))


def say(**what: Any) -> None:
    """One line for the server."""
    print(json.dumps(what, ensure_ascii=False), flush=True)


def _end_with_server() -> None:
    # Not sys.stdin: its lock, held by this thread, would abort the interpreter at a normal end.
    while os.read(0, 1024):
        pass
    os._exit(3)


if __name__ == "__main__":
    os.nice(5)  # pages first
    threading.Thread(target=_end_with_server, daemon=True).start()
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))

"""Where the raw inputs lie."""

from __future__ import annotations

import os
from pathlib import Path

RAW = Path(os.environ.get("XUNHUAN_RAW", Path(__file__).parents[3] / "shared" / "data"))


class NoRaw(FileNotFoundError):
    """The raw inputs are not on this machine."""


def raw_folder() -> Path:
    """Folder of the raw inputs. Raises NoRaw where there is none."""
    if not RAW.is_dir():
        raise NoRaw(f"raw data are not at {RAW}; set XUNHUAN_RAW to their folder")
    return RAW

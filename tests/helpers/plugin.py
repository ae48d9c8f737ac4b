"""A package of somebody else, as an installer would leave it: a module, and metadata that name its entry point."""

from __future__ import annotations

from pathlib import Path

from xunhuan.models.registry import GROUP


def installed(folder: Path, source: Path, name: str = "elsewhere") -> Path:
    """Install a module as a package with a room; the folder, for PYTHONPATH or `sys.path`.

    source  file of the module, whose `MODEL` is the room · name: of the package
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.py").write_text(source.read_text(encoding="utf-8"), encoding="utf-8")
    about = folder / f"{name}-1.0.dist-info"
    about.mkdir(exist_ok=True)
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", encoding="utf-8")
    (about / "entry_points.txt").write_text(f"[{GROUP}]\n{name} = {name}:MODEL\n", encoding="utf-8")
    return folder

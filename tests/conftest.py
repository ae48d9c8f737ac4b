"""Shared fixtures: Toyland, bundled tables (skipped where not built), the raw data folder (skipped where absent)."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType

import pytest

from xunhuan.data.accounts import Accounts
from xunhuan.data.store import load
from xunhuan.data.toyland import toyland

RAW = Path(os.environ.get("XUNHUAN_RAW", Path(__file__).parents[2] / "shared" / "data"))


@pytest.fixture(scope="session")
def raw() -> Path:
    """Folder of the raw inputs."""
    if not RAW.is_dir():
        pytest.skip(f"raw data are not at {RAW}; set XUNHUAN_RAW to their folder")
    return RAW


@pytest.fixture(scope="session")
def toy() -> Accounts:
    return toyland()


@pytest.fixture(scope="session")
def china() -> Accounts:
    return load("china-2017")


@pytest.fixture(scope="session")
def world() -> Accounts:
    return load("world-2017")


@pytest.fixture(scope="session")
def official() -> ModuleType:
    """Writers of small files in the official layouts of other houses (tests/official.py)."""
    spec = importlib.util.spec_from_file_location("official", Path(__file__).parent / "official.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["official"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module

"""Shared fixtures: Toyland, bundled tables, the raw data folder (skipped where absent), results made once a session."""

from __future__ import annotations

import gc
import importlib
import os
import sys
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.helpers.browsing import chromium
from tests.helpers.kept import once, sampled_once
from tests.helpers.raw import NoRaw, raw_folder
from xunhuan.build.harmonise import provinces
from xunhuan.data.accounts import Accounts
from xunhuan.data.store import load
from xunhuan.data.toyland import toyland
from xunhuan.faces.cli import main
from xunhuan.faces.speaking import speak
from xunhuan.scenario.layers import read_layers

CHOSEN = {"chip-embargo", "chips-2035", "rcep"}
"""Scenarios of the library that are run under each choice of their models as well."""
TOY = Path(__file__).parent / "scenarios" / "toy.toml"
collect_ignore = ["site"]  # parts of the site's builder, which `make docs` runs
os.environ.pop("COLUMNS", None)  # readline, which pytest loads, gives workers a screen of 80 that nobody asked for
SLOW_PAGES = {"README.md", "tutorial.md", "scenarios.md", "processing.md", "propagation.md", "trade.md"}
"""Pages whose examples solve models for seconds."""

MANY_DRAWS = ("_that_come_out[README.md]", "docs/tutorial.md::tutorial.md")
"""Tests that solve a large table hundreds of times by one program: half of a minute and more."""
DEAREST = (
    *MANY_DRAWS, "[docs/cities.md]", "[docs/trade.md]", "[docs/propagation.md]", "_runs[subsidy-war]", "_runs[chip-embargo]",
    "fifty_visitors_and_five_runs", "::test_wrong_inputs_are_read_or_refused", "::test_it_runs_draws_and_leaves_a_report",
)  # fmt: skip
"""Tests of half a minute begin first, so that none is left alone at the end; so do long ones that would come last."""
ROOM = (20_000, 10, 5)
"""What is made between two looks for rings of objects: at Python's 700 they took a third of collecting and a tenth of tests
that compile."""
gc.set_threshold(*ROOM)

# The same examples everywhere, and no verdict on how long they take.
settings.register_profile("house", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.name in SLOW_PAGES:
            item.add_marker(pytest.mark.slow)
    items.sort(key=lambda item: not item.nodeid.endswith(DEAREST))


def pytest_collection_finish() -> None:
    """Tests and modules stay to the end: no look for rings goes over them again."""
    gc.collect()
    gc.freeze()


MAPS = 40_000
"""Memory maps of a process from which compiled programs are let go: each takes some, and at 65,530 the system gives no more
and the compiler falls over."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """A program that is run hundreds of times is optimised as for users, which halves its time; others are not: Makefile."""
    if not item.nodeid.endswith(MANY_DRAWS):
        return (yield)
    jax = importlib.import_module("xunhuan.models.compiling").jax
    before = jax.config.read("jax_disable_most_optimizations")
    jax.config.update("jax_disable_most_optimizations", False)
    try:
        return (yield)
    finally:
        jax.config.update("jax_disable_most_optimizations", before)
        jax.clear_caches()  # last digits may differ: no other test gets such a program, whichever worker runs it


@pytest.fixture(autouse=True)
def own_language() -> None:
    """Every test begins in the language of the machine, whatever a command spoke before it in the same process."""
    speak("")


@pytest.fixture(autouse=True, scope="module")
def room_for_programs() -> Iterator[None]:
    """Lets compiled programs go between modules where there are very many."""
    yield
    maps, jax = Path("/proc/self/maps"), sys.modules.get("jax")
    if jax is not None and maps.exists() and maps.read_bytes().count(b"\n") > MAPS:
        jax.clear_caches()


@pytest.fixture(scope="session", autouse=True)
def chains(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What bureaus report is harmonised once a session, however many tables are built of it."""
    with pytest.MonkeyPatch.context() as here:
        here.setattr(provinces, "sample", sampled_once(tmp_path_factory, provinces.sample))
        yield


@pytest.fixture(scope="session")
def raw() -> Path:
    """Folder of the raw inputs."""
    try:
        return raw_folder()
    except NoRaw as absent:
        pytest.skip(str(absent))


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
def browser() -> Iterator[Any]:
    """One Chromium for the session."""
    with chromium() as b:
        yield b


def command(*words: str) -> None:
    assert main(list(words)) == 0


@pytest.fixture(scope="session")
def toy_result(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder the command line writes for scenarios/toy.toml with four draws. To change it, copy it."""
    words = ("ensemble", str(TOY), "--draws", "4", "--workers", "1", "-o")
    return once(tmp_path_factory, "toy", lambda path: command(*words, str(path)))


@pytest.fixture(scope="session")
def library_result(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The folder the command line writes for a scenario of the library, without draws, or with few where it is never told
    without, and mostly without what each choice would give. To change it, copy it."""

    def made(name: str) -> Path:
        few = ("--set", "uncertainty.draws=4") if "split" in read_layers(name).data else ("--no-draws",)
        few += () if name in CHOSEN else ("--no-choices",)
        return once(tmp_path_factory, f"library-{name}", lambda path: command("run", name, *few, "-o", str(path)))

    return made

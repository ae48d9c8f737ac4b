"""docs/measures.md, docs/readers.md, docs/reports.md, docs/web.md: parameters of the program."""

from __future__ import annotations

import inspect
import math

from benchmarks import bench_web
from tests.quoted.quotes import quote
from xunhuan.faces.figures.style import LEGIBLE
from xunhuan.faces.web import answers, calls, doors
from xunhuan.faces.web.draft import MOST_ASKED
from xunhuan.faces.web.jobs import VAIN_KEPT, Pool
from xunhuan.faces.web.security import LARGEST_REQUEST
from xunhuan.faces.web.worker import LARGEST_RUN
from xunhuan.measures.decomposition import FACTORS
from xunhuan.measures.integration import THETA
from xunhuan.readers import blocks, ceads, ipio

MEASURES, READERS, REPORTS, WEB = (f"docs/{name}.md" for name in ("measures", "readers", "reports", "web"))


def default(function: object, name: str) -> float:
    """Default of a parameter."""
    return float(inspect.signature(function).parameters[name].default)  # type: ignore[arg-type]


@quote(MEASURES, "θ is {n} unless given.", "the mean over all {n} orders of change")
def measures() -> list[str]:
    return [f"{THETA:g}", str(math.factorial(len(FACTORS)))]


@quote(
    READERS,
    "more than the tolerance ({n}% of output; CEADs {n}%, its own limit)",
    "past {n}% of output the file is refused",
)
def tolerances() -> list[str]:
    return [f"{100 * default(f, 'tolerance'):g}" for f in (blocks.close, ceads.read_ceads, ipio.read_ipio)]


@quote(REPORTS, "has a contrast of at least {n} to 1")
def contrast() -> list[str]:
    return [f"{LEGIBLE:g}"]


@quote(
    WEB,
    "at most {n} wait.",
    "| shocks, edits in all | {n}, {n} |",
    "| values, tables and lists of a scenario | {n}, at most {n} deep |",
    "| draws (for Sobol designs: evaluations) | {n} |",
    "| points of a frontier, its policies | {n}, {n} |",
    "| one answer of a model, estimated | {n} seconds |",
    "| a run, estimated before it starts and measured while it goes on | {n} minutes |",
    "| memory of a run | {n} GiB (where the system tells) |",
    "| a request | {n} KiB, whole within {n} seconds |",
    "| connections open at once | {n}; one more closes that idle longest |",
    "the last {n} are remembered.",
    "kept as they were sent, {n} MiB of them",
)
def bounds() -> list[str]:
    most = MOST_ASKED
    values = (
        default(Pool, "limit"), most["shocks"], most["edits"], most["values"], calls.DEEPEST, most["draws"], most["steps"],
        most["policies"], most["seconds an answer"], most["seconds"] / 60, LARGEST_RUN / 2**30, LARGEST_REQUEST / 1024,
        doors.REQUEST, doors.OPEN, VAIN_KEPT, answers.HELD_BYTES / 2**20,
    )  # fmt: skip
    assert calls.NUMBERS == (1e-9, 1e12)  # as the page writes them
    return [f"{x:g}" for x in values]


@quote(
    WEB,
    "has {n} visitors browse for {n} seconds on loopback while {n} runs wait",
    "where the median of all updates is above {n} ms",
)
def busy() -> list[str]:
    asked = [default(bench_web.load, k) for k in ("visitors", "seconds", "runs")]
    return [*(f"{x:g}" for x in asked), f"{1000 * bench_web.LIMIT:g}"]

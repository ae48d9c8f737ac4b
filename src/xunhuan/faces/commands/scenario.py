"""`xunhuan run`, `xunhuan ensemble`, `xunhuan scenarios`, `xunhuan query`, `xunhuan demo`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from xunhuan.errors import BadInput
from xunhuan.faces.completing import named_scenarios
from xunhuan.faces.output import NO_INTERVAL, Format, FormatOption, OutputOption, cell, console, emit, working
from xunhuan.faces.speaking import in_my_words, language_spoken

if TYPE_CHECKING:
    import pandas as pd

    from xunhuan.scenario.layers import Layers
    from xunhuan.scenario.record import Result
    from xunhuan.scenario.spread import Plan

_Source = Annotated[
    str,
    typer.Argument(
        help="A scenario file, or a name of the library (see `xunhuan scenarios`).", autocompletion=named_scenarios
    ),
]
Folder = Annotated[Path | None, typer.Option("-o", "--output", help="Result folder; by default results/NAME.")]
Overlays = Annotated[
    list[Path] | None, typer.Option("--overlay", help="A file laid over the scenario; repeat for more, in order.")
]
_Settings = Annotated[
    list[str] | None, typer.Option("--set", help="KEY=VALUE laid on top, such as uncertainty.draws=32.")
]
Workers = Annotated[int, typer.Option("--workers", min=0, help="Processes; 0 takes one a core, for draws alone.")]
Batch = Annotated[int, typer.Option("--batch", min=0, help="Draws in a batch; 0 chooses.")]
Scheduler = Annotated[str, typer.Option("--scheduler", help="Address of a Dask scheduler, tcp://HOST:8786.")]
_Draws = Annotated[int | None, typer.Option("--draws", help="Draws, in place of the scenario's own.")]
NoDraws = Annotated[bool, typer.Option("--no-draws", help="Leave uncertainty out.")]

_NoChoices = Annotated[bool, typer.Option("--no-choices", help="Leave out the headline under each choice of a model.")]

Yes = Annotated[bool, typer.Option("--yes", help="Sizes beyond 300% are meant, and not per cent written as ratios.")]

LEAD = "chip-embargo"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("run")(_run_command)
    app.command("ensemble")(_ensemble)
    app.command("scenarios")(_scenarios)
    app.command("query")(_query)
    app.command("demo")(_demo)


def _run_command(
    scenario: _Source,
    folder: Folder = None,
    overlay: Overlays = None,
    set_: _Settings = None,
    workers: Workers = 0,
    scheduler: Scheduler = "",
    no_draws: NoDraws = False,
    no_choices: _NoChoices = False,
    yes: Yes = False,
) -> None:
    """Run a scenario: every arm, comparisons, intervals; writes a result folder and prints the headline numbers."""
    from xunhuan.scenario.spread import Plan

    layers = _layers(scenario, overlay, set_)
    if no_draws:
        layers = without_draws(layers)
    _run(_meant(layers) if yes else layers, folder, Plan(workers, scheduler), choices=not no_choices)


def _ensemble(
    scenario: _Source,
    folder: Folder = None,
    overlay: Overlays = None,
    set_: _Settings = None,
    draws: _Draws = None,
    workers: Workers = 0,
    scheduler: Scheduler = "",
    batch: Batch = 0,
) -> None:
    """Run a scenario's draws in batches, on this machine or a Dask cluster; an interrupted run goes on where it stopped."""
    from xunhuan.scenario.spread import Plan

    if draws is not None:
        set_ = [*(set_ or []), f"uncertainty.draws={draws}"]
    layers = _layers(scenario, overlay, set_)
    if "uncertainty" not in layers.data:
        raise BadInput("the scenario has no [uncertainty], so there is nothing to draw", fix="add it, or use `run`")
    _run(layers, folder, Plan(workers, scheduler, batch))


def _scenarios(format: FormatOption = Format.table, output: OutputOption = None) -> None:
    """The library of scenarios: name, title, base, what it asks and where its magnitudes come from."""
    emit(
        _catalogue(), format, output, title="Scenarios that come with the package", notes=["Run one: xunhuan run NAME"]
    )


def _query(
    result: Annotated[Path, typer.Argument(help="A result folder.")],
    sql: Annotated[str, typer.Argument(help="SQL over the tables summary, draws, outcomes, choices.")],
    format: FormatOption = Format.table,
    output: OutputOption = None,
) -> None:
    """Ask a result in SQL (DuckDB): summary, draws, outcomes and choices are its tables.

    summary has the headline numbers, draws what was drawn, outcomes what came out, choices the headline under each set.
    """
    emit(_ask(result, sql), format, output)


def _demo(folder: Folder = None, workers: Workers = 0) -> None:
    """The provinces' circulation with its report; then chips cut off against an opened home market, with intervals."""
    from xunhuan.faces.demo import places_hit, provinces
    from xunhuan.scenario.spread import Plan

    provinces(folder.parent if folder else Path("results"))
    _run(_layers(LEAD, None, None), folder, Plan(workers), places_hit)


def _layers(scenario: str, overlay: list[Path] | None, settings: list[str] | None) -> Layers:
    from xunhuan.scenario.layers import read_layers

    layers = read_layers(scenario, overlay or [], settings or [])
    for line in layers.log:
        console(stderr=True).print(in_my_words(f"override {line}"), highlight=False, markup=False)
    return layers


def without_draws(layers: Layers) -> Layers:
    """The same scenario with nothing uncertain."""
    from dataclasses import replace

    return replace(layers, data={k: v for k, v in layers.data.items() if k != "uncertainty"})


def _meant(layers: Layers) -> Layers:
    """The same scenario with every size taken as it is written."""
    from dataclasses import replace

    shocks = layers.data.get("shock", [])
    told = (
        [{**s, "plausible": False} if isinstance(s, dict) else s for s in shocks]
        if isinstance(shocks, list)
        else shocks
    )
    return replace(layers, data={**layers.data, "shock": told})


def _run(
    layers: Layers,
    folder: Path | None,
    plan: Plan,
    beside: Callable[[Result], None] | None = None,
    choices: bool = True,
) -> None:
    from xunhuan.faces.recording import record

    out = folder or Path("results") / layers.name
    with _progress() as tell:
        result = record(layers, out, plan, tell, choices)
    _say_answer(result)
    if beside is not None:
        beside(result)
    _show_result(result, out)


@contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None]]:
    """A bar over the draws on standard error, when it is a terminal."""
    if not sys.stderr.isatty():
        yield lambda stage, done, total: None
        return
    from rich.progress import Progress

    with Progress(console=console(stderr=True), transient=True) as bar:
        task = bar.add_task(in_my_words("solving the arms"), total=None)
        yield lambda stage, done, total: bar.update(task, description=in_my_words(stage), completed=done, total=total)


def _say_answer(result: Result) -> None:
    """Print the answer in a sentence or three."""
    from xunhuan.faces.reading import Reading
    from xunhuan.faces.report.scenario import answer_text

    if said := answer_text(Reading(result, language_spoken())):
        typer.echo(f"{said}\n")


def _show_result(result: Result, out: Path) -> None:
    """Print the headline numbers of the home nation, how the solvers ended and where the report lies."""
    frame = ends_in_brackets(headline_table(result, language_spoken()))
    emit(frame, title=result.scenario.title, notes=_ended(result), digits=2)
    typer.echo(in_my_words(f"report: {out / 'report.html'}"))


def headline_table(result: Result, lang: Literal["en", "zh"] = "en") -> pd.DataFrame:
    """Headline numbers of the home nation: each model's first, then measures and comparisons, with 90% intervals; written,
    since digits go by unit."""
    from xunhuan.faces.telling import headline_frame

    frame = headline_frame(result, lang)
    numbers = [c for c in ("value", "median", "low", "high") if c in frame]
    for c in numbers:
        frame[c] = [_written(x, unit, c != "value") for x, unit in zip(frame[c], frame["unit"], strict=True)]
    frame["unit"] = frame["unit"].replace({"date": "year"})
    frame.attrs["written"] = numbers
    return frame


def ends_in_brackets(frame: pd.DataFrame) -> pd.DataFrame:
    """Headline numbers for a screen: both ends of an interval in one column, so that none is shown without the other.

    The median stays in the result's summary.
    """
    out = frame.drop(columns=[c for c in ("median", "low", "high") if c in frame])
    if "low" in frame:
        ends = [
            "–" if "–" in (low, high) else f"[{low}, {high}]"
            for low, high in zip(frame["low"], frame["high"], strict=True)
        ]
        out.insert(list(out.columns).index("value") + 1, "90%", ends)
    out.attrs = {**frame.attrs, "written": ["value", "90%"], "tight": True}
    return out


_ROUNDING = 1e-9
"""What stays of sums that cancel, per cent or less."""


def _written(x: float, unit: str, end: bool) -> str:
    """A number by its unit: a year without commas, a ratio with a digit more; an end of an interval has no more digits."""
    from xunhuan.faces.telling import OF_LOSS

    if unit == "date" and x == x:
        return f"{x:.1f}" if x < float("inf") else in_my_words("later")
    digits = 3 if unit in ("ratio", OF_LOSS) else 2
    nothing = 0.5 * 10**-digits if unit == "%" or end else _ROUNDING  # beside numbers of so many digits
    return cell(0.0 if abs(x) < nothing else x, digits)


def _ended(result: Result) -> list[str]:
    """How the solvers and the draws ended, and what else belongs beside the numbers."""
    from xunhuan.faces.choosing import arithmetic, said_of_choices
    from xunhuan.faces.reading import Reading
    from xunhuan.faces.reinforced import said_of_reinforcement
    from xunhuan.faces.telling import offset_too_small, outcome, outside, passing, versions_told
    from xunhuan.faces.words import caveat

    m = result.manifest
    reading = Reading(result, language_spoken())
    say = reading.say
    lines = [said] if (said := caveat(m["base"].get("partners", ""), reading.lang)) else []
    form = "{arm}（{title}）：{said}" if reading.lang == "zh" else "{arm}: {name} {said}"
    lines += [
        form.format(arm=say(arm), title=reading.model(name), name=name,
                    said=say(s["message"] or outcome(reading, s["outcome"])))
        for arm, by in m["status"].items()
        for name, s in by.items()
    ]  # fmt: skip
    lines += [*arithmetic(reading), *filter(None, said_of_choices(reading)), *offset_too_small(reading)]
    lines += said_of_reinforcement(reading)
    lines += [said for model in reading.models for said in passing(reading, model)]
    if m["draws"]["total"]:
        ended = ", ".join(f"{n} {outcome(reading, how)}" for how, n in m["draws"]["outcomes"].items())
        lines.append(f"Draws: {m['draws']['total']} ({ended}). 90%: the interval that nine draws in ten lie in.")
        lines += filter(None, (versions_told(reading), outside(reading)))
    else:
        lines.append(NO_INTERVAL)
    lines.append(f"Base {m['base']['name']} {m['base']['digest'][:12]}; seconds {m['clock']['seconds']:.1f}.")
    return [*map(say, lines), *(say(f"Note: {n}.") for n in m["base"]["notes"][:1])]


def _catalogue() -> pd.DataFrame:
    """The library as a table."""
    import tomllib

    import pandas as pd

    from xunhuan.models import registry
    from xunhuan.scenario.layers import library

    rows = []
    for name, path in library().items():
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        models = ", ".join(data.get("model", {registry.DEFAULT: {}}))
        rows.append(
            (
                name,
                data.get("title", ""),
                data.get("base", ""),
                models,
                str(data.get("date", "")),
                data.get("source", ""),
            )
        )
    return pd.DataFrame(rows, columns=["name", "title", "base", "models", "date", "source"])


def _ask(folder: Path, sql: str) -> pd.DataFrame:
    """Rows of a query over a result. Raises BadInput where the folder is no result or the query cannot be answered."""
    import duckdb

    from xunhuan.scenario.record import open_result

    result = open_result(folder)
    tables = {"summary": result.summary, "draws": result.draws, "outcomes": result.outcomes,
              "choices": result.choices}  # fmt: skip
    with duckdb.connect(":memory:") as db, working("asking"):
        known = [f"{name} ({', '.join(map(str, t.columns))})" for name, t in tables.items() if t is not None]
        for name, table in tables.items():
            if table is not None:
                db.register(name, table)
        # The query sees these tables only: no files, no network.
        db.execute("SET enable_external_access = false")
        try:
            return db.execute(sql).df()
        except duckdb.Error as e:
            first = str(e).splitlines()[0]
            raise BadInput(f"the query cannot be answered: {first}", fix=f"tables: {'; '.join(known)}") from e

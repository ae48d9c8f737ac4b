"""What is asked of scenarios, of rooms that answer at once: every section of a file, what it is made of, what is refused."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache, wraps
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tests.golden.seen import Cases, Thing, tried
from tests.helpers.pretended import LONG, Days, Quick, pretending
from tests.helpers.uneven import uneven
from xunhuan.data.accounts import Accounts
from xunhuan.data.records import Strict
from xunhuan.data.store import load
from xunhuan.data.toyland import toyland
from xunhuan.errors import XunhuanError
from xunhuan.models import registry
from xunhuan.models.model import Numbers, Shock, Status
from xunhuan.scenario import (
    arithmetic,
    assess,
    bench,
    choices,
    coalition,
    compare,
    design,
    ensemble,
    lend,
    market_risk,
    run,
    schedules,
    worth,
)
from xunhuan.scenario import layers as files
from xunhuan.scenario.check import prepare
from xunhuan.scenario.layers import Layers
from xunhuan.scenario.observe import View, stack
from xunhuan.scenario.record import Result, check_place, digest_of_run, open_result, work_folder
from xunhuan.scenario.scenario import Circulation, Distribution, Measure, Scenario, Uncertainty, schema, schema_of

EMBARGO: dict[str, Any] = {
    "name": "embargo",
    "trade_cost": {"from": "BOR", "to": "ATL", "sectors": "MAN", "cut": 0.5},
    "link": {"from": "BOR", "to": "AT-S", "sectors": "MAN", "start": 3, "end": 16},
}
OPENING: dict[str, Any] = {
    "name": "opening",
    "role": "policy",
    "trade_cost": [
        {"from": "ATL", "to": "provinces", "sectors": "goods", "change": -0.05},
        {"from": "BOR", "to": "AT-N", "sectors": "SER", "change": -0.02},
    ],
}
TOLL: dict[str, Any] = {"name": "toll", "size": 0.5, "tariff": {"from": "BOR", "to": "ATL", "add": 0.1}}
BAN: dict[str, Any] = {"name": "ban", "trade_cost": {"from": "BOR", "to": "AT-E", "sectors": "FAR", "ban": True}}
WEIGHED = {"shock": "embargo", "policy": "opening"}
DRAWN: dict[str, Any] = {
    "draws": 7, "seed": 3, "table": True, "steepness": {"relative_sd": 0.3}, "bending": ["plain", "bent"],
    "twisting": {"low": 0.0, "high": 0.3, "mode": 0.1}, "shock": {"embargo": {"low": 0.4, "high": 1.1}},
}  # fmt: skip


def asked(*shocks: dict[str, Any], **more: Any) -> Layers:
    """A scenario as plain data."""
    return Layers("asked", {"title": "x", "base": "toyland", "shock": list(shocks)} | more, (), None)


@cache
def table(name: str) -> Accounts:
    """Tables by name, those of tests among them."""
    made = {"uneven": uneven, "open": lambda: toyland().restrict("ATL", "BOR")}
    return made[name]() if name in made else load(name)


def told(result: Result) -> Iterator[Thing]:
    """What there is to see of a result."""
    for name in result.data.variables:
        v = result.data[name]
        yield f"data {name}", (v.dims, v.to_numpy(), v.attrs)
    yield "attrs", {k: v for k, v in result.data.attrs.items() if k != "digest"}
    for column in result.summary:
        yield f"summary {column}", result.summary[column].to_numpy()
    for name in ("draws", "outcomes", "choices"):
        frame = getattr(result, name)
        if frame is not None:
            yield name, frame.astype({c: str for c in frame if isinstance(frame[c].dtype, pd.CategoricalDtype)})
    manifest = dict(result.manifest)
    manifest["draws"] = {k: v for k, v in manifest["draws"].items() if k != "digest"}
    for name in ("base", "models", "cited", "after", "assumed", "status", "draws", "first_order", "notes", "overrides"):
        yield f"manifest {name}", manifest[name]
    yield "manifest", [k for k in manifest if k != "files"]
    yield "brief", result._brief()[1][:-1]


def ran(*shocks: dict[str, Any], chosen: bool = False, **data: Any) -> Iterator[Thing]:
    """A scenario run, or why it is not."""
    said: list[tuple[str, int, int]] = []
    try:
        made = bench.run_layers(asked(*shocks, **data), progress=lambda *x: said.append(x), choices=chosen)
    except XunhuanError as e:
        yield "refused", str(e)
        return
    yield from told(made)
    yield "progress", said


def _some(things: Iterator[Thing], *names: str) -> Iterator[Thing]:
    return ((n, t) for n, t in things if n.startswith(names))


def pretended(work: Callable[[], Iterator[Thing]]) -> Callable[[], list[Thing]]:
    """The work in a house of rooms that answer at once."""

    @wraps(work)
    def done() -> list[Thing]:
        with pretending():
            return list(work())

    return done


def _whole() -> Iterator[Thing]:
    compare_all = {"offset": WEIGHED, "break_even": WEIGHED | {"regions": "ATL+AT-N"}, "reinforcement": {"shift": 0.02},
                   "frontier": {"shock": "embargo", "policies": ["opening"], "steps": 3}}  # fmt: skip
    yield from ran(EMBARGO, OPENING, chosen=True, title="All", question="Is it?", compare=compare_all, uncertainty=DRAWN,
                   model={"trade": {"scale": 0.5}, "propagation": {}})  # fmt: skip


def _sobol() -> Iterator[Thing]:
    u = {
        "draws": 4,
        "design": "sobol",
        "shock": {"embargo": {"low": 0.5, "high": 1.5}},
        "harmfulness": {"low": 0.9, "high": 1.1},
    }
    yield from ran(EMBARGO, uncertainty=u, model={"propagation": {}}, measure={"reliance": {}})
    own = {"draws": 4, "steepness": "own", "twisting": {"low": 0.0, "high": 4.0}}
    for name, thing in ran(EMBARGO, uncertainty=own, measure={"circulation": {"definition": "origin"}}):
        yield f"own {name}", thing
    part = {"draws": 4, "models": ["propagation"], "harmfulness": {"relative_sd": 0.3}}
    things = ran(EMBARGO, TOLL, uncertainty=part, model={"trade": {}, "propagation": {}}, compare={"offset": {
        "shock": "embargo", "policy": "toll"}})  # fmt: skip
    for name, thing in _some(things, "summary", "outcomes", "draws", "manifest draws"):
        yield f"part {name}", thing


def _chain() -> Iterator[Thing]:
    rooms = {"drift": {}, "trade": {"after": "drift", "twist": 0.2}, "propagation": {"after": "trade"},
             "later": {"shocks": ["toll"], "slope": 2.0}}  # fmt: skip
    arms = {"one": ["embargo"], "two": ["toll", "embargo"], "none": ["opening"]}
    yield from ran(EMBARGO, TOLL, OPENING, model=rooms, arms=arms, places=["BOR"], nations={"SEA": ["AT-S", "BOR"]},
                   compare={"offset": WEIGHED}, uncertainty={"draws": 3, "steepness": {"relative_sd": 0.2}})  # fmt: skip
    for k, (model, weighs) in enumerate((
        ({"drift": {}}, {"frontier": {"shock": "ban", "steps": 3}}),
        ({"later": {}, "drift": {"after": "later"}}, {"break_even": {"shock": "embargo", "policy": "opening"}}),
        ({"propagation": {}}, {"frontier": {"shock": "embargo", "steps": 4}}),
        ({"trade": {"scale": 0.2}}, {"frontier": {"shock": "ban", "policies": ["opening", "toll"], "steps": 3},
                                     "break_even": {"shock": "ban", "policy": "opening", "regions": "AT-E+BOR",
                                                    "largest": 3.0, "tolerance": 0.01}}),
        ({"trade": {"form": "bent"}}, {"break_even": {"shock": "toll", "policy": "opening", "largest": 0.2}}),
    )):  # fmt: skip
        things = ran(EMBARGO, BAN, OPENING, TOLL, model=model, compare=weighs, arms={"x": ["ban", "toll"]})
        for name, thing in _some(things, "refused", "data", "manifest status", "manifest notes", "manifest first"):
            yield f"{k} {name}", thing


def _failed() -> Iterator[Thing]:
    yield "no answer", list(ran(EMBARGO, model={"trade": {"most": 0.001}}))
    u = {"draws": 6, "steepness": {"low": 0.2, "high": 2.0}, "shock": {"embargo": {"low": 0.1, "high": 1.4}}}
    for name, thing in ran(EMBARGO, uncertainty=u, model={"trade": {"most": 0.08}}):
        yield name, thing
    much = {"draws": 5, "steepness": {"low": 0.2, "high": 8.0}}
    for name, thing in _some(
        ran(EMBARGO, OPENING, compare={"offset": WEIGHED}, uncertainty=much), "draws", "summary", "data rank"
    ):
        yield f"much {name}", thing
    rough = {"base": "uneven", "model": {"trade": {}}, "arms": {"a": ["cheap"]}}
    cheap = {"name": "cheap", "tariff": {"from": "B", "to": "A", "multiply": 0.5}}
    b = prepare(asked(cheap, **rough), table)
    done = assess.assess(b)
    yield "uneven", (done.data, done.status, done.notes, assess.headlines(done.data), done.failures)
    b = prepare(asked(EMBARGO, base="open"), table)
    yield "open", (tried(lambda: assess.assess(b).data), arithmetic.checks(b))


REFUSED: tuple[dict[str, Any], ...] = (
    {"shock": []}, {"base": "toyl"}, {"base": 3}, {"base_digest": "abc"}, {"base_digest": "0123456789ab"}, {"title": ""},
    {"home": "BORR"}, {"home": "BOR"}, {"places": ["AT-Q"]}, {"nations": {"SEA": ["AT-Q"]}}, {"nations": {"SEA": 3}},
    {"model": {}}, {"model": {"trad": {}}}, {"model": {"trade": {"slop": 1}}}, {"model": {"trade": {"after": "later"}}},
    {"model": {"trade": {"after": "later"}, "later": {"after": "trade"}}}, {"model": {"trade": {"shocks": []}}},
    {"model": {"trade": {"shocks": ["embarg"]}}}, {"model": {"propagation": {"last": 2.0}}}, {"model": {"propagation": {}}},
    {"model": {"trade": {}, "propagation": {"after": "trade", "last": 2.5}}}, {"arms": {"base": ["embargo"]}},
    {"arms": {"a": ["embarg"]}}, {"arms": {"a/b": ["embargo"]}}, {"compare": {"offset": {"shock": "embargo",
        "policy": "open"}}},
    {"compare": {"frontier": {"shock": "x", "policies": ["y"]}}}, {"compare": {"frontier": {"shock": "embargo",
        "steps": 1}}},
    {"compare": {"break_even": WEIGHED | {"regions": "AT-Q"}}}, {"compare": {"reinforcement": {"sectors": "Q",
        "shift": 0.7}}},
    {"compare": {"reinforcement": {"sectors": "Q"}}}, {"compare": {"offset": WEIGHED}, "model": {"propagation": {}}},
    {"compare": {"offset": WEIGHED, "frontier": {"shock": "embargo"}, "reinforcement": {}}, "model": {"drift": {}}},
    {"uncertainty": {}}, {"uncertainty": {"draws": 1, "table": True}}, {"uncertainty": {"steepness": {"low": 0.0,
        "high": 1.0}}},
    {"uncertainty": {"steepness": {"low": 2.0, "high": 1.0}}}, {"uncertainty": {"steepness": {"low": 1.0}}},
    {"uncertainty": {"steepness": {"mode": 1.0, "relative_sd": 1.0}}}, {"uncertainty": {"steepness": {"relative_sd": 3.0}}},
    {"uncertainty": {"steepness": {"low": 1.0, "high": 2.0, "mode": 3.0}}}, {"uncertainty": {"bending": ["plain"]}},
    {"uncertainty": {"bending": ["plain", "crooked"]}}, {"uncertainty": {"bending": ["plain", "bent", "bent"]}},
    {"uncertainty": {"twisting": {"relative_sd": 0.2}}}, {"uncertainty": {"harmfulness": {"low": -1.0, "high": 1.0}}},
    {"uncertainty": {"harmfulness": {"relative_sd": 0.2}}}, {"uncertainty": {"shock": {"embargo": {"low": -1.0,
        "high": 1.0}}}},
    {"uncertainty": {"shock": {"embarg": {"low": 0.5, "high": 1.0}}}}, {"uncertainty": {"shock": {"ban": {"low": 0.5,
        "high": 2.0}}}},
    {"uncertainty": {"table": True}, "base": "uneven"}, {"uncertainty": {"models": ["later"],
        "steepness": {"relative_sd": 0.2}}},
    {"uncertainty": {"steepness": {"relative_sd": 0.2}}, "model": {"trade": {"exact": True}}},
    {"uncertainty": {"design": "sobol", "draws": 6, "table": True}}, {"uncertainty": {"steepness": {"draws": 4, "seed": 9,
        "relative_sd": 0.2}}},
    {"split": {"AT-N": "cities"}}, {"split": {"AT-N": ""}}, {"date": True}, {"date": 2020},
        {"measure": {"circulation": {"definition": "x"}}},
    {"shock": [EMBARGO, EMBARGO]}, {"shock": [{"name": "a"}]}, {"shock": [{"name": "a", "size": -1, "tariff": {}}]},
    {"shock": [{"name": "a+b", "tariff": {"from": "BOR", "to": "ATL", "add": 0.1}}]},
    {"shock": [{"name": "a", "tariff": {"from": "BOR", "to": "ATL", "add": 25}}]},
    {"shock": [{"name": "a", "plausible": False, "tariff": {"from": "BOR", "to": "ATL", "add": 25}}]},
    {"shock": [{"name": "a", "size": 2.0, "trade_cost": {"from": "BOR", "to": "ATL", "ban": True}}]},
    {"shock": [{"name": "a", "tariff": [{"from": "BOR", "to": "ATL", "set": 0.1}, {"from": "BORR", "to": "AT-N",
        "set": 0.2}]}]},
    {"shock": [{"name": n, "tariff": {"from": "BOR", "to": "ATL", "set": x}} for n, x in (("a", 0.1), ("b", 0.2))]},
    {"shock": [{"name": n, "tariff": {"from": "BOR", "to": "ATL", "set": x}} for n, x in (("a", 0.1), ("b", 0.2))],
     "arms": {"c": ["a"], "d": ["b", "b"]}},
)  # fmt: skip


def _refused() -> Iterator[Thing]:
    for k, more in enumerate(REFUSED):
        layers = Layers("asked", asked(EMBARGO, OPENING, BAN).data | more, (), None)
        made = tried(prepare, layers, table)
        yield f"{k} {more}"[:90], made.scenario.resolved()["shock"] if isinstance(made, run.Bench) else made
    moved = Layers(
        "x", asked(EMBARGO).data | {"places": ["Q"]}, (files.Override("base", "toyland", "open", "y"),), None
    )
    yield "another base", tried(prepare, moved, table)


def _records() -> Iterator[Thing]:
    full = prepare(asked(EMBARGO, OPENING, TOLL, uncertainty=DRAWN, arms={"a": ["toll"]}, compare={"offset": WEIGHED}))
    s = full.scenario
    yield "resolved", s.resolved()
    yield "fields", {r.__name__: {n: (f.alias, f.is_required(), f.get_default(call_default_factory=True))
                                  for n, f in r.model_fields.items()} for r in (Scenario, Uncertainty, Distribution,
                                      schema())}  # fmt: skip
    yield (
        "arms",
        (s.all_arms(), run.arms(s), s.after(), s.given("trade"), s.heeded("trade"), run.unread(s), run.givers()),
    )
    yield (
        "asked",
        [[str(e) for e in s.asked(m, a).edits] for m in ("trade",) for a in ("base", "a", "embargo + opening")],
    )
    yield (
        "quantities",
        [(*tuple(q), q.column, d) for q, d in s.uncertainty.quantities().items()] if s.uncertainty else (),
    )
    yield (
        "bench",
        (full.order, full.settled, full.gain, full.traced, full.after, list(full.quantities), full.evolves("trade")),
    )
    yield (
        "sent",
        [
            x.scenario.resolved() if isinstance(x, run.Bench) else x
            for x in (full.__reduce__()[0](*full.__reduce__()[1]),)
        ],
    )
    few = full.only(["later"])
    yield "only", (list(few.parameters), list(few.others))
    for draw in (
        run.Draw({"steepness": 2.0, "bending": "bent"}, 3, {"embargo": 0.5}, {}),
        run.Draw(number={"steepness": 0.9}),
    ):
        v = full.varied(draw)
        yield (
            f"varied {draw.version}",
            (v.parameters, v.base.flow, [str(e) for e in v.edits("trade", {"embargo": 0.5})]),
        )
    yield "steep", tried(full.varied, run.Draw({"steepness": 6.0}))
    other = {"title": "y", "source": "z", "uncertainty": None, "base": "uneven", "model": {"trade": {"slope": 2.0}}}
    digests = [digest_of_run(full.scenario, full.base)] + [
        digest_of_run(full.scenario.model_copy(update={k: v}), full.base) for k, v in other.items()]  # fmt: skip
    digests += [digest_of_run(s, full.base, "more"), digest_of_run(s, full.base.draw(1)), digest_of_run(s, full.base)]
    yield "digests", [digests.index(d) for d in digests]
    odd = {
        "title": "x",
        "base": "toyland",
        "shock": [EMBARGO | {"strange": {"from": "a"}}],
        "uncertainty": {"odd": {"relative_sd": 1}},
    }
    yield "foreign", schema_of(odd).model_validate(odd).resolved()
    with tempfile.TemporaryDirectory() as name:
        out = Path(name) / "r"
        made = bench.run_layers(
            asked(EMBARGO, uncertainty={"draws": 2, "table": True}, model={"propagation": {}}, measure={}), out
        )
        kept = made.save(out, lambda r: r.summary.to_csv())
        yield "files", sorted(f.name for f in out.iterdir())
        yield (
            "opened",
            (
                kept.data,
                kept.summary,
                kept.draws,
                list(kept.manifest["files"]),
                kept._brief()[0],
                len(kept._brief()[1]),
            ),
        )
        yield (
            "headline",
            (kept.headline("days_lost", "embargo", "ATL").drop("median"), tried(kept.headline, "x", "y", "z")),
        )
        (out / "summary.parquet").unlink()
        said = [
            tried(open_result, out),
            tried(open_result, out / "no"),
            tried(check_place, Path(name)),
            work_folder(out, "abc" * 9),
        ]
        yield "not there", [str(x).replace(name, "") for x in said]
        (out / "report.html").unlink()


class _Row(Strict):
    """by  values by name"""

    by: Mapping[str, float]


class _Outer(Strict):
    """rows, one  records with values of their own"""

    rows: tuple[_Row, ...]
    one: _Row
    by: str = ""


def _written() -> Iterator[Thing]:
    """Files in layers, csv in place of lines and values."""
    head = 'title = "x"\nbase = "toyland"\n'
    texts = {
        "low.toml": head + '[[shock]]\nname = "a"\ntariff = "rates.csv"\n[model.trade]\nslope = 2.0\n',
        "up.toml": 'extends = "low.toml"\ntitle = "up"\n[[shock]]\nname = "a"\nsize = 0.5\n'
        '[[shock]]\nname = "b"\nlines = "lines.csv"\n',
        "over.toml": "[model.trade]\nslope = 3.0\n[uncertainty]\ndraws = 4\ntable = true\n",
        "round.toml": 'extends = ["round.toml"]\n', "number.toml": "extends = 3\n",
            "many.toml": f"extends = {['low.toml'] * 65}\n",
        "rates.csv": "from,to,add,sectors\nBOR,ATL,5%,MAN\nBOR, AT-N ,.1,\n",
        "lines.csv": "kind,from,to,change,ban\ntrade_cost,BOR,ATL,0.1,\ntrade_cost,BOR,AT-N,,true\n",
        "bad.csv": "kind,frm,to\nx,1,2\n", "worse.csv": "from,to,add\nBOR,ATL,1,2\n", "none.csv": "from,to,add\n",
            "void.csv": "",
        "kinds.csv": "kind,from,to,add\ntarif,BOR,ATL,0.1\ntariff,BOR,ATL,0.2\n",
        "values.csv": "sector,days\nMAN,3\nFAR, 5%\nSER,\n", "square.csv": "sector,MAN,FAR\nMAN,1,\nFAR,2,3e1\n",
        "wrong.csv": "sector,days\nMAN,x\nFAR,1,2\n", "thin.csv": "sector\nMAN\n",
    }  # fmt: skip
    texts |= {f"deep{k}.toml": f'extends = "deep{k + 1}.toml"\n' for k in range(11)}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file, text in texts.items():
            (folder / file).write_text(text)

        def said(x: object) -> object:
            return str(x).replace(name, "") if isinstance(x, BaseException) else x

        for k, (source, over, settings) in enumerate((
            ("up", ["over"], ["model.trade.slope=4", "shock.a.size=2", "home = BOR", "date=x y", "shock.c.note=z"]),
            ("low", [], ["uncertainty.draws=8"]), ("low", ["low", "up"], ["title"]), ("low", [], [" = 3"]), ("low", [],
                ["a b=3"]),
            ("round", [], []), ("number", [], []), ("many", [], []), ("deep0", [], []), ("deep3", [], []), ("gone", [], []),
        )):  # fmt: skip
            made = tried(files.read_layers, folder / f"{source}.toml", [folder / f"{o}.toml" for o in over], settings)
            yield (
                f"layers {k}",
                (made.name, made.data, [str(o) for o in made.log]) if isinstance(made, Layers) else said(made),
            )
        kinds = registry.edits()
        for file in ("rates", "lines", "bad", "worse", "none", "void", "kinds"):
            some = {"tariff": kinds["tariff"]} if file in ("rates", "worse", "none") else kinds
            yield f"rows {file}", said(tried(schedules.rows_of_csv, folder / f"{file}.csv", some))
        for file in ("values", "square", "wrong", "thin", "none"):
            yield f"values {file}", said(tried(schedules.values_of_csv, folder / f"{file}.csv"))
        by_name = {"shock": {"a": {"tariff": "rates.csv", "lines": "lines.csv", "trade_cost": {"from": "ATL"}}, "b": 3}}
        yield "by name", tried(schedules.with_schedules, by_name, folder)
        real = {
            "propagation": {"inventory_days": "values.csv", "critical_shares": " square.csv", "odd": "values.csv"},
            "x": 3,
        }
        given = {"rows": [{"by": "values.csv"}, {"by": {"a": 1}}], "one": {"by": "square.csv"}, "by": "values.csv"}
        yield "inside", tried(schedules.with_values, _Outer, given, folder)
        yield "no shock", tried(schedules.with_schedules, {"model": real}, folder)
    yield "over data", [tried(files.layers_of, {"title": "x"}, ["y"]), tried(files.layers_of, "electronics-embarg")]
    yield "csv", [schedules.is_csv(t) for t in ("a.CSV ", "b.tsv", "c.csv.gz", "d")]
    yield "library", list(files.library())


def _allied() -> Iterator[Thing]:
    found: list[tuple[int, int]] = []
    plain = replace(LONG, name="plain", respond_many=None)
    registry._known["plain"] = plain
    for k, (acc, who, target, sectors, more) in enumerate((
        ("toyland", ["AT-N", "AT-E"], "BOR", "MAN", {}),
        ("toyland", ["AT-N", "AT-E", "AT-S"], "BOR", "goods", {"measure": "cut=0.3", "direction": "both", "model": "plain"}),
        ("uneven", ["A2+A3", "B", "D1"], "C1", "s1+s2", {"measure": "change=20%", "retaliation": "s0", "slope": 0.5}),
        ("uneven", ["A", "B1"], "C1", "!s1", {"measure": "tariff=0.2", "direction": "imports", "share": False}),
        ("uneven", ["A", "B1"], "C1", "s3", {"direction": "imports", "retaliation": "s2", "model": "plain"}),
        ("uneven", [], "C1", "s3", {}), ("uneven", ["C1", "A1", "A", "Q"], "C1", "s3", {}), ("open", ["AT-N", "BOR"],
            "AT-S", "MAN", {}),
        ("uneven", [f"A{k % 3}" for k in range(41)], "C1", "s3", {}), ("toyland", ["AT-N"], "BOR", "MAN",
            {"measure": "ban=1"}),
        ("toyland", ["AT-N"], "BOR", "MAN", {"measure": "cut"}), ("toyland", ["AT-N"], "BOR", "MAN", {"direction": "up"}),
        ("toyland", ["AT-N"], "BOR", "MAN", {"measure": "tariff=0.1"}), ("toyland", ["AT-N"], "BOR", "MAN",
            {"measure": "cut=2"}),
        ("toyland", ["AT-N"], "BOR", "MAN", {"direction": "both", "retaliation": "FAR"}), ("toyland", ["AT-N"], "BOR",
            "MAN", {"most": 1e-9}),
        ("toyland", ["AT-N"], "BOR", "MAN", {"slop": 1.0}), ("toyland", ["AT-N"], "BOR", "MAN", {"model": "propagation"}),
        ("toyland", ["AT-N"], "BOR", "MAN", {"model": "drift"}),
    )):  # fmt: skip
        found.clear()
        try:
            made: object = coalition.coalition(
                table(acc), who, target, sectors, progress=lambda *x: found.append(x), **more
            )  # type: ignore[arg-type]
        except XunhuanError as e:
            made = str(e)
        yield f"{k} {more}", (made, list(found))
    few, coalition.FEW_PLAYERS = coalition.FEW_PLAYERS, 2
    try:
        for orders in (3, 1):
            yield (
                f"drawn {orders}",
                tried(coalition.coalition, uneven(), ["A1", "B", "D1"], "C1", "s1", orders=orders, share=False),
            )
    finally:
        coalition.FEW_PLAYERS = few
    v = [0.0, 1.0, 0.5, 2.0, 0.1, 1.5, 0.7, 4.0]
    yield "worth", (worth.shapley(v.__getitem__, 3), worth.drawn_orders(4, 3, 5), worth.along([2, 0, 1]),
        list(worth.whole_game(3)),
                    worth.sampled_shapley(v.__getitem__, [[0, 1, 2], [2, 0, 1], [1, 2, 0]]),
                        worth.payments(np.array([-1.0, -2.0, 2.5, 0.5])),
                    worth.payments(np.zeros(2)))  # fmt: skip
    weight = np.array([1.0, 3.0])
    yield (
        "equal",
        worth.equalised(
            lambda t: np.array([-0.2, -0.1]) + t / weight - t**2 / 90, np.array([-0.2, -0.1]), weight, 1e-9
        ),
    )
    yield (
        "never equal",
        tried(lambda: worth.equalised(lambda t: np.array([0.0, 1.0]), np.array([0.0, 1.0]), weight, 1e-9, 3)),
    )
    sl = replace(LONG, slopes=lambda acc, names, s, p: pd.DataFrame().to_xarray().assign(
        productivity=(("region", "sector"), acc.flow[acc.geography.select(names,
            acc.home)].sum(0) / acc.flow.sum())))  # fmt: skip
    from xunhuan.measures.actors import partition

    told_of: list[tuple[int, int]] = []
    kappa = market_risk.income_slopes(
        uneven(), partition(uneven(), None), sl, Shock(), Quick(), lambda *x: told_of.append(x)
    )
    yield (
        "slopes",
        (
            kappa,
            told_of,
            tried(market_risk.income_slopes, table("open"), partition(table("open"), None), sl, Shock(), Quick()),
        ),
    )
    yield "able", tried(market_risk.able, "trade")


def _pieces() -> Iterator[Thing]:
    for k, d in enumerate(
        (
            Distribution(relative_sd=0.4),
            Distribution(low=1, high=3),
            Distribution(low=1, high=3, mode=1.5),
            ("a", "b", "c"),
            "own",
        )
    ):
        yield (
            f"quantile {k}",
            (design.quantile(d, np.array([0.01, 0.3, 0.5, 0.99])), d.support() if isinstance(d, Distribution) else ""),
        )
    for kind in ("sobol", "latin-hypercube"):
        u = schema().model_validate(asked(EMBARGO, uncertainty=DRAWN | {"draws": 8, "design": kind}).data).uncertainty
        assert u is not None
        rows = design.design(u, 16)
        y = rows["steepness"].to_numpy() ** 2 + rows["shock.embargo"].to_numpy()
        yield kind, (rows, design.sample_rows(u), design.indices(u, y) if kind == "sobol" else "")
        if kind == "sobol":
            yield "flat", (design.indices(u, y * 0 + 3), design.indices(u, np.where(y == y[0], np.nan, y)))
    x, y = np.array([3.0, 1, 2, 5, 4, 7]), np.array([1.0, np.nan, 2, 8, np.inf, 5])
    names = np.array(["a", "b", "a", "b", "c", "a"])
    yield (
        "association",
        [
            bench._association(k, v, w)
            for k, v in (("model", x), ("choice", names), ("errors", x))
            for w in (y, x, x * 0, y * np.nan)
        ],
    )
    sample = np.array(
        [[1.0, np.nan, np.inf, 2], [2, np.nan, 3, np.nan], [5, 1, np.inf, np.nan], [9, 2, 4, np.nan], [7, np.nan, 1, 3]]
    )
    yield "intervals", [bench._quantile(sample, q) for q in bench.LEVELS.values()]
    for measure in ("absorption", "origin", "forward"):
        for name in ("uneven", "toyland", "open"):
            view = View(
                table(name), Measure(circulation=Circulation(definition=measure), reliance={}, trade={}, sectors={})
            )  # type: ignore[arg-type]
            acc = table(name)
            yield (
                f"view {measure} {name}",
                (view.accounts(acc), list(view.accounts(acc, False)), view.home, view.coords),
            )
    q = {"real_income": (LONG.quantities[0], "trade")}
    view = View(toyland(), Measure(), frozenset({"trade"}))
    arms = {"base": {}, "a": {"real_income": Numbers(("place",), np.arange(5.0))},
            "b": {"real_income": Numbers(("place",), np.ones(5), {}, np.zeros(5), np.full(5, 2.0))}}  # fmt: skip
    yield "stack", stack(view, arms, q)
    w = np.array([-0.02, -0.0004, 0.01, np.nan])
    yield "offset", (compare.offset(w, w[::-1], 2 * w), compare.beyond(w, None), compare.beyond(w, w[::-1]))
    b = prepare(asked(EMBARGO, OPENING, uncertainty=DRAWN))
    for plan in (ensemble.Plan(workers=1), ensemble.Plan(workers=3), ensemble.Plan(batch=5)):
        yield (
            f"batches {plan.workers} {plan.batch}",
            [len(x) for x in ensemble._batches([(k, {}) for k in range(97)], plan)],
        )
    rows = design.design(b.scenario.uncertainty, 16) if b.scenario.uncertainty else pd.DataFrame()
    said: list[tuple[int, int]] = []
    with tempfile.TemporaryDirectory() as name:
        plan = ensemble.Plan(workers=1, batch=2)
        first = ensemble.draw_all(b, rows.iloc[:3], Path(name), plan)
        again = ensemble.draw_all(b, rows, Path(name), plan, lambda *x: said.append(x))
        yield (
            "drawn",
            (
                first,
                again,
                said,
                sorted(f.name for f in Path(name).iterdir()),
                ensemble.matrix(again, len(again["values"][0])),
            ),
        )
    yield "drawn models", [list(ensemble.drawn(prepare(asked(EMBARGO, model=m, uncertainty={
        "models": [n], "steepness" if n == "trade" else "harmfulness": {"relative_sd": 0.1}}))).parameters) for m, n in (
        ({"trade": {}, "propagation": {"after": "trade"}}, "propagation"), ({"trade": {}, "later": {"after": "trade"}},
            "trade"))]  # fmt: skip
    yield (
        "chosen",
        choices.by_choice(
            prepare(asked(EMBARGO, OPENING, compare={"offset": WEIGHED}, model={"trade": {}, "later": {}}))
        ),
    )
    yield "unlike", tried(choices.by_choice, prepare(asked(EMBARGO, model={"later": {}})))
    yield "lent", (tried(lend.lent, "long_run", toyland()), lend.responded(LONG, toyland(), Shock(), Quick()).status)
    yield "days", (Days().model_dump(), Status())


CASES: Cases = {
    "whole": pretended(_whole),
    "sobol": pretended(_sobol),
    "chain": pretended(_chain),
    "failed": pretended(_failed),
    "refused": pretended(_refused),
    "records": pretended(_records),
    "written": pretended(_written),
    "allied": pretended(_allied),
    "pieces": pretended(_pieces),
}

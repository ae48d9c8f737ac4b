"""`xunhuan propagate`: the first weeks and months after a shock."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xunhuan.errors import BadInput, Problems, UnknownName
from xunhuan.faces.commands.measuring import TableArgument, open_table
from xunhuan.faces.output import Format, FormatOption, OutputOption

if TYPE_CHECKING:
    import pandas as pd

    from xunhuan.data.accounts import Accounts
    from xunhuan.models.contract import Edit, Response, Shock, TimedEdit
    from xunhuan.models.propagation import PropagationParameters

Given = list[str] | None
_Capacity = Annotated[
    Given,
    typer.Option("--capacity", help="Lost capacity: regions=CN-HB,loss=0.6,start=30,end=106[,recovery=linear,...]."),
]
Demand = Annotated[
    Given, typer.Option("--demand", help="Changed final demand: regions=foreign,sectors=goods,change=-0.3,...")
]
_Link = Annotated[
    Given, typer.Option("--link", help="Throttled link: origin=USA,destination=CHN,sectors=electronics,loss=1,...")
]
_Gateway = Annotated[Given, typer.Option("--gateway", help="Closed gateway: regions=CN-SH,loss=0.8,start=60,end=120.")]
_Stocks = Annotated[
    Given, typer.Option("--stockpile", help="Stockpiling: regions=CHN,sectors=electronics,factor=2,start=0,end=60.")
]
_Settings = Annotated[Given, typer.Option("--set", help="A parameter, NAME=VALUE: rationing=proportional; repeatable.")]
_By = Annotated[str, typer.Option("--by", help="region, sector, industry, bottleneck or path.")]
_Top = Annotated[int, typer.Option("--top", help="Rows shown of industries and bottlenecks.")]
PathFile = Annotated[Path | None, typer.Option("--path", help="Also write the path along time to this netCDF file.")]
Booked = Annotated[Path | None, typer.Option("--accounts", help="Also write the year as booked to this file.")]


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command("propagate")
    def command(
        table: TableArgument,
        capacity: _Capacity = None,
        demand: Demand = None,
        link: _Link = None,
        gateway: _Gateway = None,
        stockpile: _Stocks = None,
        set_: _Settings = None,
        by: _By = "region",
        top: _Top = 20,
        path: PathFile = None,
        accounts: Booked = None,
        format: FormatOption = Format.table,
        output: OutputOption = None,
    ) -> None:
        """How a shock travels through inventories, orders and critical inputs: losses by cause, who stops, when."""
        from xunhuan.data.store import save, save_dataset
        from xunhuan.faces.output import emit
        from xunhuan.models.propagation import respond

        if by not in VIEWS:
            raise UnknownName.of("view", by, VIEWS, where="--by")
        shock = read_shock({"capacity": capacity, "demand": demand, "link": link, "gateway": gateway,
                            "stockpile": stockpile})  # fmt: skip
        parameters = read_parameters(set_ or [])
        acc = open_table(table)
        with _bar("days") as progress:
            response = respond(acc, shock, parameters, progress=progress)
        if path is not None and response.path is not None:
            save_dataset(response.path, path)
        if accounts is not None:
            save(response.accounts, accounts)
        frame = VIEWS[by](acc, response, top)
        title = f"{'; '.join(e.describe() for e in shock.edits)}: {acc.name}, {acc.year}"
        emit(frame, format, output, title=title, notes=_notes(acc, response, parameters))


def read_shock(given: dict[str, Given]) -> Shock:
    """The shock that options such as --capacity regions=CN-HB,loss=0.6 name. Raises BadInput with all that is wrong."""
    from xunhuan.models import contract

    kinds: dict[str, type[contract.TimedEdit]] = {
        "capacity": contract.CapacityLoss, "demand": contract.DemandChange, "link": contract.LinkCut,
        "gateway": contract.GatewayClosure, "stockpile": contract.Stockpile,
    }  # fmt: skip
    p = Problems("the shock cannot be read")
    edits: list[contract.Edit] = []
    for option, texts in given.items():
        for text in texts or []:
            try:
                edits.append(_edit(kinds[option], text))
            except BadInput as e:
                p.add(f"--{option} {text}: {e.what}" + (f" ({e.fix})" if e.fix else ""))
    p.raise_if()
    if not edits:
        raise BadInput("no shock is given", fix="give at least one of " + ", ".join(f"--{k}" for k in kinds))
    return contract.Shock(tuple(edits))


def _edit(kind: type[TimedEdit], text: str) -> Edit:
    known = {f.name: f for f in fields(kind)}
    values: dict[str, object] = {}
    for part in filter(None, text.split(",")):
        name, equals, value = (x.strip() for x in part.partition("="))
        if not equals:
            raise BadInput(f"{part!r} is not NAME=VALUE")
        if name not in known:
            raise UnknownName.of("setting", name, known)
        values[name] = _value(name, value)
    missing = [n for n in ("regions", "origin", "destination") if n in known and n not in values
               and not (n == "origin" and "regions" in known)]  # fmt: skip
    if missing:
        raise BadInput(f"{' and '.join(missing)} must be given")
    return kind(**values)  # values are checked by the model


def _value(name: str, text: str) -> object:
    if name in ("regions", "origin", "destination", "sectors"):
        return text
    if name == "recovery":
        return tuple(_number(name, x) for x in text.split("/")) if "/" in text else text
    return _number(name, text)


def _number(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise BadInput(f"{name} = {text!r} is not a number") from None


def read_parameters(given: list[str]) -> PropagationParameters:
    """Parameters from NAME=VALUE texts. Raises BadInput with all that is wrong."""
    from pydantic import ValidationError

    from xunhuan.models.propagation import PropagationParameters

    values: dict[str, str] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals:
            raise BadInput(f"--set {text!r} is not NAME=VALUE", fix="for instance --set rationing=proportional")
        if name.strip() not in PropagationParameters.model_fields:
            raise UnknownName.of("parameter", name.strip(), PropagationParameters.model_fields, where="--set")
        values[name.strip()] = value.strip()
    try:
        return PropagationParameters.model_validate(values)
    except ValidationError as e:
        from xunhuan.scenario.check import tell

        items = tell(e, PropagationParameters, values)
        raise BadInput("the parameters cannot be used", where="--set", items=items) from None


@contextmanager
def _bar(what: str) -> Iterator[Callable[[int, int], None] | None]:
    """A progress bar on standard error that a run reports to; None where nobody watches."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.progress import Progress

    from xunhuan.faces.output import console

    with Progress(console=console(stderr=True), transient=True) as shown:
        task = shown.add_task(what, total=None)
        yield lambda done, total: shown.update(task, completed=done, total=total)


def _notes(acc: Accounts, r: Response, p: PropagationParameters) -> list[str]:
    """Lines that belong beside the numbers."""
    whole = {k: float(r.detail[k].sum()) for k in ("loss", "loss_direct", "loss_inputs", "loss_demand")}
    base = float(r.detail["base_value_added"].sum())
    lines = [
        f"Value added lost in {r.detail.attrs['run_days']:g} days: {whole['loss']:,.4g} {acc.unit}, "
        f"{100 * whole['loss'] / base:.3f}% of the same days at rest; to the shock itself {whole['loss_direct']:,.4g}, "
        f"for missing inputs {whole['loss_inputs']:,.4g}, for missing orders {whole['loss_demand']:,.4g}.",
        f"Definition: {r.detail.attrs['definition']}. Rationing {p.rationing}, criticality {p.criticality}.",
        f"Values in {acc.unit}. Source: {r.detail.attrs['citation']}.",
    ]
    return lines + [f"Note: {n}" for n in (*r.detail.attrs.get("notes", "").split("\n"), *acc.notes) if n]


def _named(frame: pd.DataFrame, acc: Accounts) -> pd.DataFrame:
    if "region" in frame:
        frame.insert(1, "name", [acc.geography.name(c) for c in frame["region"]])
    return frame


def _totals(over: str) -> Callable[[Accounts, Response, int], pd.DataFrame]:
    def view(acc: Accounts, r: Response, top: int) -> pd.DataFrame:
        columns = ["loss", "loss_direct", "loss_inputs", "loss_demand", "unmet_demand", "base_value_added"]
        frame = r.detail[columns].sum(over).to_dataframe().reset_index()
        frame["loss_share"] = frame["loss"] / frame.pop("base_value_added").where(lambda x: x > 0)
        return _named(frame.sort_values("loss", ascending=False, kind="stable").head(top), acc)

    return view


def _industries(acc: Accounts, r: Response, top: int) -> pd.DataFrame:
    columns = ["loss", "loss_direct", "loss_inputs", "loss_demand", "lowest", "first_week", "recovery", "stopped_by"]
    frame = r.detail[columns].to_dataframe().reset_index().sort_values("loss", ascending=False, kind="stable").head(top)
    codes = acc.sectors.codes
    frame["stopped_by"] = [codes[k] if k >= 0 else "" for k in frame["stopped_by"]]
    return _named(frame, acc)


def _bottlenecks(acc: Accounts, r: Response, top: int) -> pd.DataFrame:
    from xunhuan.models.propagation import bottlenecks

    return _named(bottlenecks(r.detail, top), acc)


def _path(acc: Accounts, r: Response, top: int) -> pd.DataFrame:
    from xunhuan.models.propagation import activity

    if r.path is None:
        raise BadInput("this response has no path")
    lost = r.detail["loss"].sum("sector")
    worst = lost["region"].to_numpy()[lost.to_numpy().argsort(kind="stable")[::-1][:top]]
    return activity(r.path)[list(worst)].reset_index()


VIEWS: dict[str, Callable[[Accounts, Response, int], pd.DataFrame]] = {
    "region": _totals("sector"),
    "sector": _totals("region"),
    "industry": _industries,
    "bottleneck": _bottlenecks,
    "path": _path,
}

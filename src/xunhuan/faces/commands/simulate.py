"""`xunhuan simulate`: what a tariff, an embargo or a cheaper road does in the long run; `xunhuan barriers`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xunhuan.errors import BadInput, NotConverged, Problems
from xunhuan.faces.commands.measuring import Nations, TableArgument, open_table
from xunhuan.faces.output import Format, FormatOption, OutputOption, emit, working

if TYPE_CHECKING:
    import pandas as pd

    from xunhuan.data.accounts import Accounts
    from xunhuan.models.contract import Edit, Response, Shock

PAIR = re.compile(r"^(?P<a>.+?)(?P<arrow><->|<-|->)(?P<b>[^:]+)(?::(?P<sectors>[^:]+))?(?::(?P<value>[^:]+))?$")


def _many(flag: str, text: str) -> Any:
    return typer.Option(flag, help=text)


_Tariffs = Annotated[
    list[str] | None, _many("--tariff", "TO<-FROM:SECTORS:RATE; +0.25 adds, 0.25 sets, x2 multiplies.")
]
Costs = Annotated[list[str] | None, _many("--trade-cost", "TO<-FROM:SECTORS:CHANGE, e.g. CHN<->CHN:goods:-0.1.")]
Bans = Annotated[list[str] | None, _many("--ban", "TO<-FROM:SECTORS, or A<->B:SECTORS both ways.")]
_ExportTaxes = Annotated[list[str] | None, _many("--export-tax", "FROM->TO:SECTORS:RATE.")]
Productivities = Annotated[list[str] | None, _many("--productivity", "REGIONS:SECTORS:CHANGE.")]
Demands = Annotated[list[str] | None, _many("--demand", "REGIONS:SECTORS:CHANGE of final demand.")]
_Subsidies = Annotated[list[str] | None, _many("--subsidy", "REGIONS:SECTORS:RATE on the value of output.")]
Moving = Annotated[list[str] | None, _many("--mobility-cost", "REGIONS:CHANGE of the cost of living there.")]
Horizon = Annotated[str, typer.Option("--horizon", help="short, medium or long trade elasticities.")]
Elasticity = Annotated[str, typer.Option("--elasticities", help="FGO, BSY, CP, GYY, LL, Shap, IS, U4 or BLP.")]
_Theta = Annotated[
    list[str] | None, typer.Option("--theta", help="Override elasticities: a number, or SECTORS=NUMBER, repeated.")
]
Labour = Annotated[str, typer.Option("--labour", help="immobile, or mobile inside each nation.")]
Mobility = Annotated[float, typer.Option("--mobility", help="Elasticity of population in real income per head.")]
_Nest = Annotated[float, typer.Option("--nest-ratio", help="Elasticity inside a nation / between nations.")]
_Scale = Annotated[list[str] | None, typer.Option("--scale", help="Economies of scale: a number, or SECTORS=NUMBER.")]
Deficits = Annotated[str, typer.Option("--deficits", help="zero, world_share or constant.")]
Transfers = Annotated[str, typer.Option("--transfers", help="Inside a nation: nation_share or as_deficits.")]
_Top = Annotated[int, typer.Option("--top", help="Regions shown at home and abroad, most affected first; 0 = all.")]
Save = Annotated[Path | None, typer.Option("--save", help="Also write the counterfactual accounts (netCDF).")]


def pair(text: str, flag: str, needs_value: bool) -> tuple[str, str, str, str, bool]:
    """Origin, destination, sectors, value and whether both ways, of one directed option. Raises BadInput."""
    found = PAIR.match(text.strip())
    if not found:
        raise BadInput(f"{flag} {text!r} cannot be read", fix=f'for instance {flag} "USA<-CHN:goods:+0.25"')
    a, b, arrow = found["a"].strip(), found["b"].strip(), found["arrow"]
    origin, destination = (a, b) if arrow == "->" else (b, a)
    sectors, value = (found["sectors"] or "").strip(), (found["value"] or "").strip()
    if needs_value and not value:  # TO<-FROM:VALUE, all goods
        sectors, value = "", sectors
    if needs_value and not value:
        raise BadInput(f"{flag} {text!r} has no number", fix=f'for instance {flag} "USA<-CHN:goods:+0.25"')
    return origin, destination, sectors, value, arrow == "<->"


def number(text: str, flag: str) -> float:
    """A number, percent signs allowed. Raises BadInput."""
    try:
        return float(text[:-1]) / 100 if text.endswith("%") else float(text)
    except ValueError:
        raise BadInput(f"{flag}: {text!r} is not a number", fix="for instance 0.25, -10%") from None


def tariff_edits(text: str) -> list[Edit]:
    """Edits of one --tariff."""
    from xunhuan.models.contract import Tariff

    origin, destination, sectors, value, both = pair(text, "--tariff", True)
    if value.startswith("x"):
        how = {"multiply": number(value[1:], "--tariff")}
    elif value[0] in "+-":
        how = {"add": number(value, "--tariff")}
    else:
        how = {"set": number(value.removeprefix("="), "--tariff")}
    ways = [(origin, destination)] + ([(destination, origin)] if both else [])
    return [Tariff(o, d, sectors or "goods", **how) for o, d in ways]


def cost_edits(text: str, ban: bool) -> list[Edit]:
    """Edits of one --trade-cost or --ban."""
    from xunhuan.models.contract import TradeCost

    flag = "--ban" if ban else "--trade-cost"
    origin, destination, sectors, value, both = pair(text, flag, not ban)
    change = None if ban else number(value, flag)
    return [TradeCost(origin, destination, sectors or "all", change=change, ban=ban, both_ways=both)]


def export_tax_edits(text: str) -> list[Edit]:
    """Edits of one --export-tax."""
    from xunhuan.models.contract import ExportTax

    origin, destination, sectors, value, _ = pair(text, "--export-tax", True)
    return [ExportTax(origin, destination, sectors or "all", rate=number(value, "--export-tax"))]


def cell_edits(kind: str, text: str) -> list[Edit]:
    """Edits of one option of the form REGIONS:SECTORS:NUMBER."""
    from xunhuan.models.contract import FinalDemand, MobilityCost, Productivity, Subsidy

    parts = [p.strip() for p in text.split(":")]
    if kind == "--mobility-cost":
        if len(parts) != 2:
            raise BadInput(f"{kind} {text!r} cannot be read", fix=f"for instance {kind} CN-BJ:-0.1")
        return [MobilityCost(parts[0], change=number(parts[1], kind))]
    if len(parts) not in (2, 3):
        raise BadInput(f"{kind} {text!r} cannot be read", fix=f"for instance {kind} CN-GD:C26:0.1")
    value, sectors = number(parts[-1], kind), parts[1] if len(parts) == 3 else "all"
    if kind == "--productivity":
        return [Productivity(parts[0], sectors, change=value)]
    if kind == "--demand":
        return [FinalDemand(parts[0], sectors, change=value)]
    return [Subsidy(parts[0], sectors, rate=value)]


def shock_of(options: dict[str, list[str] | None]) -> Shock:
    """The shock that the options amount to. Raises BadInput collecting every option that cannot be read."""
    from xunhuan.models.contract import Shock

    edits: list[Edit] = []
    problems = Problems("the shock cannot be read")
    for flag, texts in options.items():
        for text in texts or []:
            try:
                if flag == "--tariff":
                    edits += tariff_edits(text)
                elif flag in ("--trade-cost", "--ban"):
                    edits += cost_edits(text, flag == "--ban")
                elif flag == "--export-tax":
                    edits += export_tax_edits(text)
                else:
                    edits += cell_edits(flag, text)
            except BadInput as e:
                problems.add(e.what + (f" ({e.fix})" if e.fix else ""))
    problems.raise_if()
    return Shock(tuple(edits))


def by_selection(texts: list[str] | None, flag: str) -> Any:
    """A number, or a mapping from sector selections to numbers; None where nothing is given."""
    if not texts:
        return None
    if len(texts) == 1 and "=" not in texts[0]:
        return number(texts[0], flag)
    out = {}
    for text in texts:
        name, eq, value = text.partition("=")
        if not eq:
            raise BadInput(f"{flag} {text!r} is not SECTORS=NUMBER", fix=f"for instance {flag} electronics=3")
        out[name.strip()] = number(value, flag)
    return out


def trade_parameters(**given: Any) -> Any:
    """TradeParameters of what was given. Raises BadInput listing every value out of range."""
    from pydantic import ValidationError

    from xunhuan.models.trade import TradeParameters

    values = {k: v for k, v in given.items() if v is not None}
    try:
        return TradeParameters(**values)
    except ValidationError as e:
        from xunhuan.scenario.check import tell

        raise BadInput("the model's parameters are not valid", items=tell(e, TradeParameters, values)) from None


def result_table(acc: Accounts, response: Response, top: int) -> pd.DataFrame:
    """Percent changes by region, home and abroad, most affected first."""
    import numpy as np
    import pandas as pd

    d, g = response.detail, acc.geography
    at_home = np.array([n == acc.home for n in g.nation])
    columns = {
        "real_income": "real_income_hat", "real_income_per_head": "real_income_per_head_hat",
        "real_wage": "real_wage_hat", "prices": "consumer_price_hat", "exports": "exports_hat",
        "imports": "imports_hat", "population": "population_hat",
    }  # fmt: skip
    if (d["population_hat"].values[acc.closed] == 1).all():
        columns = {k: v for k, v in columns.items() if k not in ("real_income_per_head", "population")}
    frame = pd.DataFrame({name: 100 * (d[var].values - 1) for name, var in columns.items()})
    frame["terms_of_trade"] = 100 * d["terms_of_trade"].values
    frame["volume_of_trade"] = 100 * d["volume_of_trade"].values
    frame.insert(0, "where", np.where(at_home, "home", "abroad"))
    frame.insert(0, "name", [g.name(c) for c in g.codes])
    frame.insert(0, "region", g.codes)
    frame = frame[acc.closed]
    frame = frame.reindex(frame["real_income"].abs().sort_values(ascending=False, kind="stable").index)
    if top:
        frame = frame.groupby("where", sort=False, group_keys=False).head(top)
    order = frame["where"].map({"home": 0, "abroad": 1})
    return frame.iloc[order.argsort(kind="stable")].reset_index(drop=True)


def result_notes(response: Response) -> list[str]:
    """What belongs beside the numbers: definitions, elasticities, how the solver ended."""
    d = response.detail
    lines = [
        "Percent changes, long-run equilibrium. real_income: exact, I'/(I P). Exports and imports: value, with every "
        "other region.",
        "terms_of_trade, volume_of_trade: first-order split, percent of base income [CaliendoParro2015].",
        f"Elasticities: {d.attrs['elasticities']}. Numeraire: {d.attrs['numeraire']}. "
        f"Solver: {response.status.message}.",
    ]
    return lines + [f"Note: {n}." for n in d.attrs["notes"].split("\n") if n]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    _simulate(app)
    _barriers(app)


def _simulate(app: typer.Typer) -> None:
    @app.command("simulate")
    def simulate(
        table: TableArgument,
        tariff: _Tariffs = None,
        trade_cost: Costs = None,
        ban: Bans = None,
        export_tax: _ExportTaxes = None,
        productivity: Productivities = None,
        demand: Demands = None,
        subsidy: _Subsidies = None,
        mobility_cost: Moving = None,
        horizon: Horizon = "long",
        elasticities: Elasticity = "FGO",
        theta: _Theta = None,
        labour: Labour = "immobile",
        mobility: Mobility = 1.5,
        nest_ratio: _Nest = 1.0,
        scale: _Scale = None,
        deficits: Deficits = "world_share",
        transfers: Transfers = "nation_share",
        nation: Nations = None,
        top: _Top = 12,
        save: Save = None,
        format: FormatOption = Format.table,
        output: OutputOption = None,
    ) -> None:
        """Long-run effects of tariffs, trade costs, bans and the like: the regions hit most, at home and abroad."""
        shock = shock_of({
            "--tariff": tariff, "--trade-cost": trade_cost, "--ban": ban, "--export-tax": export_tax,
            "--productivity": productivity, "--demand": demand, "--subsidy": subsidy,
            "--mobility-cost": mobility_cost,
        })  # fmt: skip
        if not shock.edits:
            raise BadInput("no shock is given", fix='for instance --tariff "USA<-CHN:goods:+0.25"')
        acc = open_table(table, nation)
        with working("solving"):
            from xunhuan.models.trade import respond

            response = respond(acc, shock, trade_parameters(
                horizon=horizon, elasticities=elasticities, theta=by_selection(theta, "--theta"), labour=labour,
                mobility=mobility, nest_ratio=nest_ratio, scale=by_selection(scale, "--scale"), deficits=deficits,
                transfers=transfers,
            ))  # fmt: skip
        title = f"{acc.name}: " + "; ".join(e.describe() for e in shock.edits)
        emit(result_table(acc, response, top), format, output, title=title, notes=result_notes(response))
        if save is not None:
            from xunhuan.data.store import save as save_accounts

            save_accounts(response.accounts, save)
        if not response.status.converged:
            raise NotConverged("the numbers above are not an equilibrium", where=response.status.message)


def _barriers(app: typer.Typer) -> None:
    @app.command("barriers")
    def barriers(
        table: TableArgument,
        region: Annotated[str, typer.Argument(help="Region, cluster or nation whose real income counts.")],
        horizon: Horizon = "long",
        elasticities: Elasticity = "FGO",
        labour: Labour = "immobile",
        nation: Nations = None,
        top: Annotated[int, typer.Option("--top", help="Rows shown.")] = 20,
        format: FormatOption = Format.table,
        output: OutputOption = None,
    ) -> None:
        """Which trade costs cost a region most: gain in its real income, percent, per percent off each."""
        acc = open_table(table, nation)
        with working("solving"):
            from xunhuan.models.trade import costliest_barriers, gradient

            parameters = trade_parameters(horizon=horizon, elasticities=elasticities, labour=labour)
            slopes = gradient(acc, region, parameters=parameters)
        note = "gain: percent of real income per percent fall of the iceberg cost, at the base equilibrium."
        sources = f"Elasticities: {slopes.attrs['elasticities']}."
        title = f"{acc.name}: costliest barriers of {region}"
        emit(costliest_barriers(slopes, top), format, output, title=title, notes=[note, sources], digits=5)

"""The laboratory as Python imports it: ask a model, run a scenario, open a result, cite what stands behind it."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

from xunhuan.data.accounts import Accounts
from xunhuan.data.markets import Demand
from xunhuan.data.records import told
from xunhuan.data.store import load
from xunhuan.errors import BadInput
from xunhuan.faces.speaking import wrong_said
from xunhuan.models import registry
from xunhuan.models.edits.base import Edit
from xunhuan.models.edits.text import parse_edit
from xunhuan.models.model import Model, Response, Shock
from xunhuan.scenario import bench, record
from xunhuan.scenario.layers import layers_of
from xunhuan.scenario.lend import responded
from xunhuan.scenario.spread import Plan

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go
    import xarray as xr


class LabResult(record.Result):
    """A scenario's numbers, with its figures and its report.

    Attributes
    ----------
    scenario : Scenario
        As resolved, every default written out.
    data : xarray.Dataset
        All numbers. `arm` runs over "base" and the arms, `place` over regions and nations of several regions; each
        variable's attributes say its definition, unit and model. With draws, X_median, X_low and X_high (90% interval)
        stand beside a headline X.
    summary : pandas.DataFrame
        Headline numbers, one a row; see `numbers`.
    manifest : mapping
        Digests, versions, how the solvers ended, sources, clock.
    draws, outcomes : pandas.DataFrame or None
        What was drawn, and every headline number of every draw; None where nothing is uncertain.
    choices : pandas.DataFrame or None
        The headline of home under each choice a model leaves open, such as published sets; None where none does.
    path : Path or None
        Folder it was read from; None where it was just made.

    Examples
    --------
    >>> import xunhuan as xh
    >>> line = {"from": "BOR", "to": "ATL", "change": 0.1}
    >>> r = xh.run({"title": "Dear imports", "base": "toyland", "shock": [{"name": "dear", "trade_cost": line}]})
    >>> float(r.numbers(quantity="real_income", place="ATL")["value"].iloc[0].round(4))
    -0.0051
    >>> r.figures()[:2]
    ['map-real-income-per-head-1', 'winners-real-income-per-head-home']
    """

    def numbers(self, **at: str) -> pd.DataFrame:
        """Headline numbers, one a row.

        Parameters
        ----------
        **at : str
            Columns of `summary` and the values wanted: quantity, arm, place, circuit ...

        Returns
        -------
        pandas.DataFrame
            variable, quantity, arm, place, names, value, median, low, high (90% interval), unit; shares are fractions.

        Raises
        ------
        BadInput
            Where a column is unknown or nothing is left, with what there is.

        Examples
        --------
        >>> import xunhuan as xh
        >>> line = {"from": "BOR", "to": "ATL", "change": 0.1}
        >>> r = xh.run({"title": "Dear imports", "base": "toyland", "shock": [{"name": "dear", "trade_cost": line}]})
        >>> found = r.numbers(quantity="real_income", place="BOR")
        >>> found["arm"].tolist(), found["value"].round(3).tolist()
        (['dear'], [-0.014])
        """
        out = self.summary
        for column, value in at.items():
            if column not in out:
                raise BadInput(f"there is no column {column!r}", fix=f"choose one of {', '.join(out.columns)}")
            found = out[out[column] == value]
            if found.empty:
                some = ", ".join(dict.fromkeys(map(str, out[column])))
                raise BadInput(f"no headline has {column} = {value!r}", fix=f"there are: {some}")
            out = found
        return out.reset_index(drop=True)

    def figures(self) -> list[str]:
        """Names of the figures that can be drawn.

        Returns
        -------
        list of str
            For `figure`, in the order of the report.

        Examples
        --------
        >>> import xunhuan as xh
        >>> line = {"from": "BOR", "to": "ATL", "change": 0.1}
        >>> r = xh.run({"title": "Dear imports", "base": "toyland", "shock": [{"name": "dear", "trade_cost": line}]})
        >>> "winners-real-income-per-head-home" in r.figures()
        True
        """
        from xunhuan.faces.report.scenario import ScenarioReport

        return list(ScenarioReport(self).album())

    def figure(self, name: str) -> go.Figure:
        """A figure of the report.

        Parameters
        ----------
        name : str
            As `figures` lists it.

        Returns
        -------
        plotly.graph_objects.Figure
            For wide windows.

        Raises
        ------
        UnknownName
            With the nearest names.

        Examples
        --------
        >>> import xunhuan as xh
        >>> line = {"from": "BOR", "to": "ATL", "change": 0.1}
        >>> r = xh.run({"title": "Dear imports", "base": "toyland", "shock": [{"name": "dear", "trade_cost": line}]})
        >>> r.figure("winners-real-income-per-head-home").data[0].type
        'bar'
        """
        from xunhuan.errors import UnknownName
        from xunhuan.faces.report.scenario import ScenarioReport

        album = ScenarioReport(self).album()
        if name not in album:
            raise UnknownName.of("figure", name, album)
        return album[name].wide

    def report(self, path: str | Path) -> Path:
        """Write the report, one self-contained HTML file.

        Parameters
        ----------
        path : str or Path
            File to write; written whole or not at all.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        OSError
            Where the file cannot be written.

        Examples
        --------
        >>> import tempfile, xunhuan as xh
        >>> line = {"from": "BOR", "to": "ATL", "change": 0.1}
        >>> r = xh.run({"title": "Dear imports", "base": "toyland", "shock": [{"name": "dear", "trade_cost": line}]})
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     r.report(folder + "/dear.html").read_text(encoding="utf-8")[:15]
        '<!doctype html>'
        """
        from xunhuan.data.store import write_text
        from xunhuan.faces.report.scenario import ScenarioReport

        write_text(Path(path), ScenarioReport(self).html())
        return Path(path)


def _whole(result: record.Result) -> LabResult:
    return LabResult(**{f.name: getattr(result, f.name) for f in fields(record.Result)})


def run(
    source: str | Path | Mapping[str, Any],
    out: str | Path | None = None,
    *,
    overlays: Iterable[str | Path] = (),
    settings: Iterable[str] = (),
    workers: int = 1,
    scheduler: str = "",
) -> LabResult:
    """Run a scenario: every arm, comparisons, draws.

    Parameters
    ----------
    source : str, Path or mapping
        A name of the library, a file, or plain data as a file holds it.
    out : str or Path, optional
        Folder to write the result to, report included, as `xunhuan run -o` does.
    overlays, settings : iterable, optional
        Laid over it in order, as `--overlay` and `--set` do.
    workers : int, default 1
        Processes for draws, frontiers, games and splits; above 1 only from a script guarded by
        `if __name__ == "__main__"`.
    scheduler : str, optional
        Address of a Dask scheduler whose workers do the same, in place of processes.

    Returns
    -------
    Result
        Numbers, draws and manifest, with its figures and its report.

    Raises
    ------
    BadInput
        Listing all that is wrong.
    NotConverged
        Where an arm has no answer.

    Examples
    --------
    >>> import xunhuan as xh
    >>> shock = {"name": "dear imports", "trade_cost": {"from": "BOR", "to": "ATL", "change": 0.1}}
    >>> r = xh.run({"title": "Dear imports", "base": "toyland", "shock": [shock]})
    >>> sorted(set(r.summary["arm"]))
    ['base', 'dear imports']
    """
    layers = layers_of(source, overlays, settings)
    plan = Plan(workers, scheduler)
    if out is None:
        return _whole(bench.run_layers(layers, None, plan))
    from xunhuan.faces.recording import record as recorded

    return _whole(recorded(layers, Path(out), plan))


def open_folder(path: str | Path) -> LabResult:
    """Open a result folder.

    Parameters
    ----------
    path : str or Path
        What `xunhuan run -o` or `run(out=)` wrote.

    Returns
    -------
    Result
        As `run` gave it.

    Raises
    ------
    BadInput
        Where it is none.
    ForeignFile
        Where a file is not what was written.

    Examples
    --------
    >>> import tempfile, xunhuan as xh
    >>> shock = {"name": "dear imports", "trade_cost": {"from": "BOR", "to": "ATL", "change": 0.1}}
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     r = xh.run({"title": "Dear imports", "base": "toyland", "shock": [shock]}, folder + "/r")
    ...     xh.open(folder + "/r").digest == r.digest
    True
    """
    return _whole(record.open_result(path))


def respond(
    acc: Accounts | str, edits: Edit | str | Iterable[Edit | str], model: str = registry.DEFAULT, **parameters: Any
) -> Response:
    """What a model makes of some edits of a table.

    Parameters
    ----------
    acc : Accounts or str
        The table, or its name.
    edits : Edit, str, or several
        `xh.edits.Tariff("CHN", "USA", add=0.25)`, or the same as the command line writes it, "tariff from=CHN to=USA
        add=0.25". Their order does not matter.
    model : str, default "trade"
        One of `xh.models()`.
    **parameters
        The model's own, by name.

    Returns
    -------
    Response
        accounts (counterfactual, of the base's type and units), detail (labelled results), status (how the solver ended),
        path (along time, or None), notes.

    Raises
    ------
    BadInput
        Listing all that is wrong with edits or parameters.
    UnknownName
        For a model there is not, with the nearest names.

    Warns
    -----
    UserWarning, for sizes beyond 300%, such as `add=25` where 25% was meant.

    Examples
    --------
    >>> import xunhuan as xh
    >>> r = xh.respond("toyland", "tariff from=BOR to=ATL add=0.1", theta=4.0)
    >>> r.status.converged, float(r.detail["real_income_hat"].sel(region="BOR").round(3))
    (True, 0.99)
    """
    found = registry.find(model)
    lines = _lines(found, edits)
    made = _parameters(found, parameters)
    return responded(found, load(acc) if isinstance(acc, str) else acc, Shock(lines), made)


def _lines(model: Model[Any], edits: Edit | str | Iterable[Edit | str]) -> tuple[Edit, ...]:
    """The edits asked, with a warning for sizes that the command line asks about. Raises BadInput."""
    several = [edits] if isinstance(edits, Edit | str) else list(edits)
    lines = tuple(parse_edit(e, registry.edits()) if isinstance(e, str) else e for e in several)
    model.refuse_unread(lines)
    for e in lines:
        for w in e.implausible():
            warnings.warn(wrong_said(f"{e.kind}: {w.field}: {w.what} ({w.fix})"), stacklevel=3)
    return lines


def _parameters(model: Model[Any], given: Mapping[str, Any]) -> BaseModel:
    """Parameters of a model. Raises BadInput."""
    try:
        made: BaseModel = model.parameters.model_validate(dict(given))
    except ValidationError as e:
        raise BadInput("the model's parameters are not valid", items=told(e, model.parameters, given)) from None
    return made


def market_risk(
    acc: Accounts | str,
    region: str | Iterable[str] | None = None,
    *,
    by: str = "region",
    edits: Edit | str | Iterable[Edit | str] = (),
    model: str = "",
    demand: Demand = "oecd",
    years: str = "all",
    currency: str = "USD",
    **parameters: Any,
) -> xr.Dataset:
    r"""How much real income varies with each market when prices, wages and trade answer.

    sd_p = √(κ_p' Σ κ_p),   part[p,m] = κ[p,m] (Σ κ_p)_m / sd_p,   κ[p ← m] = (VA_m / X_m) Σ_{r∈m} Σ_j ∂ ln W_p / ∂ ln A[r,j]

    A market grows by productivity A, alike in all its industries, so that tastes stay as they are; by VA / X of it its value
    added grows one percent at given prices [Hulten1978]. The gradient is the model's own, exact, at the answer to `edits`.
    `xh.measures.volatility` has κ at given prices and shares: the first year rather than the long run.

    Parameters
    ----------
    acc : Accounts or str
        The table, or its name; books kept of every market.
    region : str or list of str, optional
        Rows: regions, clusters, nations or unions "A+B". By default the home nation's provinces.
    by : {"region", "partner"}
        Axes region; or region partner, every market.
    edits : Edit, str, or several
        What is in force, such as a decoupling; nothing by default.
    model : str, default ""
        One of `xh.models()` that has slopes; "" takes the first.
    demand : str or pandas.DataFrame
        Final demand by year and nation, as `xh.measures.volatility` takes it.
    years : str
        Years of growth: "all", "2012-2019", "2012-2019+2022", "!2020" (all but).
    currency : str
        What growth is counted in: "USD" or "CNY".
    **parameters
        The model's own, by name.

    Returns
    -------
    xarray.Dataset
        By region `sd`, with `sd_from` and `sd_to`, its 90% interval over resampled years; `part_home` and `part_abroad`,
        which add to it; `abroad_alone`; `kappa_abroad`. By partner `part`, `part_share`, `kappa`, `kappa_given`.

    Raises
    ------
    BadInput
        For what cannot be read, markets without books or without known growth.
    UnknownName
        For a region or model there is not, with the nearest names.
    NotConverged
        Where the model has no answer or no gradient.

    Examples
    --------
    >>> import pandas as pd, xunhuan as xh
    >>> y = pd.DataFrame({"ATL": [100, 104, 108, 113], "BOR": [100, 110, 99, 115]}, index=[1997, 1998, 1999, 2000])
    >>> ds = xh.market_risk("toyland", "AT-N", by="partner", demand=y).sel(region="AT-N", partner="BOR")
    >>> round(float(ds["kappa"]), 4), round(float(ds["kappa_given"]), 4)
    (0.0052, 0.0992)
    """
    from xunhuan.scenario.market_risk import able, risk_of_markets

    found = able(model)
    lines = _lines(found, edits)
    return risk_of_markets(
        load(acc) if isinstance(acc, str) else acc, region, found, Shock(lines), _parameters(found, parameters),
        by=by, demand=demand, years=years, currency=currency,
    )  # fmt: skip


def cite(what: str | Path | Accounts | record.Result) -> str:
    """The sources that something rests on, as BibTeX, this software among them.

    Parameters
    ----------
    what : str, Path, Accounts or Result
        A key of the bibliography; the name of a table, measure or model; a result, or its folder.

    Returns
    -------
    str
        BibTeX entries.

    Raises
    ------
    UnknownName
        With the nearest names.

    Examples
    --------
    >>> import xunhuan as xh
    >>> "CaliendoParro2015" in xh.cite("trade")
    True
    """
    from xunhuan.faces import bibliography

    return "\n".join(bibliography.entries(what))

"""What a model is: a function from accounts to accounts, in a room of one folder and one record; all the house asks."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from importlib import resources
from typing import TYPE_CHECKING, Any, Generic, Literal, Protocol, TypeVar

from pydantic import BaseModel

from xunhuan.data.accounts import Accounts
from xunhuan.data.brief import Brief, BriefRows, of_response
from xunhuan.data.places import Places
from xunhuan.errors import BadInput
from xunhuan.models.asking import Asking as Asking
from xunhuan.models.asking import Ground as Ground
from xunhuan.models.asking import Knob as Knob
from xunhuan.models.edits.base import Edit
from xunhuan.models.edits.shock import Shock as Shock
from xunhuan.models.first_order import FirstOrder as FirstOrder
from xunhuan.models.land import Land as Land
from xunhuan.models.quantities import Numbers as Numbers
from xunhuan.models.quantities import Quantity as Quantity
from xunhuan.models.quantities import Readings as Readings
from xunhuan.models.short import Posed as Posed
from xunhuan.models.short import Short as Short

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from xunhuan.models.solvers import Vector

Outcome = Literal[
    "converged", "max_iterations", "diverged", "nonfinite", "several", "cycle", "no_equilibrium", "unstable"
]
P = TypeVar("P", bound=BaseModel)


@dataclass(frozen=True)
class Status:
    """How a solver ended.

    Attributes
    ----------
    outcome : {"converged", "max_iterations", "diverged", "nonfinite", "several", "cycle", "no_equilibrium", "unstable"}
        "several": an equilibrium, but one of several, so that its numbers are no answer either; "cycle", "no_equilibrium":
        of a game, where players come round, or one gains by moving; "unstable": of a run where a small loss at rest grows.
    iterations : int
        Steps taken.
    residual : float
        Largest residual of the fixed point at the end, relative; 0 where there is none to close.
    tolerance : float
        What was asked for; 0 where there is no residual.
    message : str
        One line for people.
    worst : str
        The cell with the largest residual, in labels.

    Examples
    --------
    >>> import xunhuan as xh
    >>> status = xh.respond("toyland", "tariff from=BOR to=ATL add=0.1").status
    >>> status.outcome, status.residual <= status.tolerance
    ('converged', True)
    """

    outcome: Outcome = "converged"
    iterations: int = 0
    residual: float = 0.0
    tolerance: float = 0.0
    message: str = ""
    worst: str = ""

    @property
    def converged(self) -> bool:
        """True where the answer meets the tolerance and no other does."""
        return self.outcome == "converged"


@dataclass(frozen=True, eq=False, repr=False)
class Response(Brief):
    """What a model gives back.

    Attributes
    ----------
    accounts : Accounts
        Counterfactual accounts, of the base's type and units.
    detail : xarray.Dataset
        Labelled results: real income, prices, losses ...; attributes say definitions and units.
    status : Status
        How the solver ended; a response that did not converge says so here and in every report.
    path : xarray.Dataset, optional
        Results along time `t` (days) or `year`, where the model has time.
    notes : tuple of str
        What belongs beside the numbers, a sentence each.

    Examples
    --------
    >>> import xunhuan as xh
    >>> r = xh.respond("toyland", "tariff from=BOR to=ATL add=0.1")
    >>> r.accounts.unit, r.detail["real_income_hat"].dims, r.path
    ('million SHL', ('region',), None)
    """

    accounts: Accounts
    detail: xr.Dataset
    status: Status
    path: xr.Dataset | None = None
    notes: tuple[str, ...] = ()

    def _brief(self) -> BriefRows:
        ended = self.status.message or self.status.outcome
        return of_response(self.accounts, self.detail, ended, self.path, self.notes)


class LongRun(Protocol):
    """A long-run equilibrium that one model lends another: the table and the parameters are the lender's affair.

    Examples
    --------
    >>> import xunhuan as xh
    >>> trade = xh.models()["trade"]
    >>> lent: LongRun = trade.lends["long_run"](xh.toyland(), trade.parameters())
    >>> response, state = lent(Shock(), None)
    >>> bool(response.accounts.flow.sum() == xh.toyland().flow.sum())
    True
    """

    def __call__(self, shock: Shock, start: Vector | None, booked: bool = True) -> tuple[Response, Vector]:
        """Answer to a shock, searched from a state of an earlier answer (None: from the base), and its own state.

        Without `booked` the accounts may be the base's, and details are `real_income_hat` and `output_hat` alone.
        """
        ...


@dataclass(frozen=True)
class Uncertain(Generic[P]):
    """A quantity that can be drawn: a factor on parameters, errors of the model's own, or one of several choices.

    Attributes
    ----------
    name : str
        What [uncertainty] of a scenario calls it; no other model may have it.
    move : callable
        (parameters, value, accounts): parameters under a factor (pure number; 1 = as the scenario says) or a choice ("" = as
        the scenario says). All of a model's are moved in every draw, in their order, by 1 or "" where they are not drawn.
    idle : callable
        (parameters): why its draws would change nothing, or None.
    low : float
        Least factor that makes sense.
    zero : bool
        Whether `low` itself makes sense where it is 0.
    choices : tuple of str
        Where it is a choice: what there is to choose from, each of them a parameter value the model takes.
    parameter : str
        Where it is a choice: the parameter that is chosen.
    level : bool
        Whether what is drawn is the parameter itself, in its own unit, and not a factor on it; "" as the scenario says.
    errors : callable, optional
        (parameters, number, accounts): parameters drawn by the model's own errors; the number in (0, 1) picks the draw.

    Examples
    --------
    >>> import xunhuan as xh
    >>> [u.name for u in xh.models()["trade"].uncertain]
    ['elasticity_set', 'trade_elasticity', 'substitution_set', 'substitution_elasticity', 'mobility', 'scale']
    """

    name: str
    move: Callable[[P, Any, Accounts], P]
    idle: Callable[[P], str | None]
    low: float = 0.0
    zero: bool = True
    choices: tuple[str, ...] = ()
    parameter: str = ""
    level: bool = False
    errors: Callable[[P, float, Accounts], P] | None = None

    @property
    def rest(self) -> float | str:
        """What it is moved by where it is not drawn."""
        return "" if self.choices or self.level else 1.0


ResponseTable = Callable[[Accounts, Response, int], "pd.DataFrame"]
"""A table of a response for people: at most so many rows (0: all), most telling first."""


@dataclass(frozen=True)
class Model(Generic[P]):
    """A model: what it is called, takes, reads and gives, and the functions that do so.

    Attributes
    ----------
    name : str
        NAME of `[model.NAME]` in a scenario and of `respond(model=)`.
    parameters : type of BaseModel
        What `[model.NAME]` holds.
    reads : tuple of type of Edit
        Kinds of edits it reads, lasting or timed.
    respond : callable
        (accounts, shock, parameters) to a `Response`; with what it borrows as keyword arguments of those names.
    read : callable
        (accounts, response, places) to `Numbers` by name, all `quantities`; a response of None: nothing happens.
    quantities : tuple of Quantity
        What `read` gives, headlines first in the order they are told.
    uncertain : tuple of Uncertain
        What can be drawn.
    horizon : {"long", "short"}
        "long": an equilibrium that lasts, whose accounts measures read. "short": a year that passes, its accounts read where
        no lasting model runs; of a shock that says its own days it reads those alone.
    respond_many : callable, optional
        (accounts, shocks, parameters, booked=True): responses of many draws; without `booked` accounts may be the base's.
    hands_on : callable, optional
        (response): edits for the model that comes after.
    evolves : bool
        Whether something happens without any edit, so that the base is run too and a question may have none.
    lends : mapping of str to callable
        What other models may use of it, by name: (accounts, parameters) to what is lent. "long_run": a `LongRun`;
        "slopes": a `slopes.Lender`; "elasticities": a `Theta`.
    borrows : callable, optional
        (parameters): what it uses of other models, by those names.
    slopes : callable, optional
        (accounts, regions, shock, parameters): gradient of ln real income of a selection of regions in every primitive.
    at_rest : callable, optional
        (accounts, parameters): the accounts where nothing happens, of which every answer is a change. Raises NotConverged.
    comparable : callable, optional
        (accounts, shock, parameters): parameters under which answers to a shock and to parts of it compare.
    first_order : callable, optional
        (accounts, shock, parameters, places): the gain to first order, or None where the edits have no such figure.
    point : callable, optional
        (parameters): the same without draws of the model's own.
    constant_returns : callable, optional
        (parameters): the same without economies of scale, or None where they have none.
    views : mapping of str to callable
        Tables of a response by name, the first by default: (accounts, response, rows).
    command : str
        Short form of `xunhuan respond TABLE --model NAME` on the command line; "" for none.
    short : Short, optional
        What that command takes, where a table, edits and parameters by their names do not do.
    shown : tuple of str
        Parameters that forms offer.
    sources : tuple of str
        Keys in refs.bib.
    words : mapping of str to pair of str
        Key to (English, Chinese), as words.toml has them.
    sweep : callable, optional
        (accounts, parameters, **what): single links cut one by one, ranked by what they cost: a table and its notes.
    size : callable, optional
        (accounts, parameters): seconds one answer takes on one core, roughly.
    asking : Asking, optional
        Its page for those who have never heard of it.
    rests_on : callable, optional
        (parameters, kinds of edits asked): what its numbers rest on, a `Ground` each or a kind and source.
    land : callable, optional
        (accounts, parameters, shock): the `Land` its pictures are drawn on, or None.

    Examples
    --------
    >>> import xunhuan as xh
    >>> trade = xh.models()["trade"]
    >>> trade.horizon, [e.kind for e in trade.reads][:2], trade.quantity("real_income").unit
    ('long', ['trade_cost', 'tariff'], 'share')
    """

    name: str
    parameters: type[P]
    reads: tuple[type[Edit], ...]
    respond: Callable[..., Response]
    read: Callable[[Accounts, Response | None, Places], Readings]
    quantities: tuple[Quantity, ...]
    uncertain: tuple[Uncertain[P], ...] = ()
    horizon: Literal["long", "short"] = "long"
    respond_many: Callable[..., Iterable[Response]] | None = None
    hands_on: Callable[[Response], tuple[Edit, ...]] | None = None
    evolves: bool = False
    lends: Mapping[str, Callable[[Accounts, P], Any]] = field(default_factory=dict)
    borrows: Callable[[P], tuple[str, ...]] | None = None
    slopes: Callable[[Accounts, str, Shock, P], xr.Dataset] | None = None
    at_rest: Callable[[Accounts, P], Accounts] | None = None
    comparable: Callable[[Accounts, Shock, P], P] | None = None
    first_order: Callable[[Accounts, Shock, P, Places], FirstOrder | None] | None = None
    point: Callable[[P], P] | None = None
    constant_returns: Callable[[P], P | None] | None = None
    views: Mapping[str, ResponseTable] = field(default_factory=dict)
    command: str = ""
    short: Short | None = None
    shown: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    words: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    sweep: Callable[..., tuple[pd.DataFrame, list[str]]] | None = None
    size: Callable[[Accounts, P], float] | None = None
    asking: Asking | None = None
    rests_on: Callable[[P, frozenset[str]], tuple[Ground, ...]] | None = None
    land: Callable[[Accounts, P, Shock], Land | None] | None = None

    @property
    def cited(self) -> tuple[str, ...]:
        """Keys of all that the model and its quantities rest on."""
        return tuple(dict.fromkeys([*self.sources, *(q.source for q in self.quantities if q.source)]))

    def refuse_unread(self, edits: Iterable[Edit]) -> None:
        """Raise BadInput naming the edits of kinds that the model does not read, and those it does."""
        unread = [f"`{e}`" for e in edits if not isinstance(e, self.reads)]
        if unread:
            fix = f"it reads {', '.join(e.kind for e in self.reads if not e.handed)}"
            raise BadInput(f"the model {self.name} does not read {', '.join(unread)}", fix=fix)

    def quantity(self, name: str) -> Quantity:
        """A quantity by name. Raises KeyError."""
        return next(q for q in self.quantities if q.name == name)


def words_beside(package: str) -> dict[str, tuple[str, str]]:
    """The words of a room, from its words.toml: key = [English, Chinese]."""
    found = tomllib.loads((resources.files(package) / "words.toml").read_text(encoding="utf-8"))
    return {k: (en, zh) for k, (en, zh) in found.items()}

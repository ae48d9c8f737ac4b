"""Sanctions by a coalition: what target and members lose, what each member is worth, and how the cost could be shared."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ValidationError

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array
from xunhuan.data.places import Places, places
from xunhuan.data.records import told
from xunhuan.data.store import load
from xunhuan.errors import BadInput, NotConverged, Problems, XunhuanError
from xunhuan.models import registry
from xunhuan.models.edits.base import Edit, as_number
from xunhuan.models.edits.lasting import Tariff, TradeCost
from xunhuan.models.edits.table import final_spending
from xunhuan.models.edits.transfer import Transfer
from xunhuan.models.model import Model, Response, Shock
from xunhuan.scenario import worth

if TYPE_CHECKING:
    import xarray as xr

FEW_PLAYERS = 10
"""Members up to which every coalition is solved, 1,024 of them; above, orders of joining are drawn."""
MOST_MEMBERS = 40
"""Members that can be asked for."""
ALIKE = 1e-9
"""How near to each other the members' relative losses are after payments, share of income."""
Direction = Literal["exports", "imports", "both"]
_At = NDArray[np.intp]
_Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Sanction:
    """What members do to the target: the edits of any coalition.

    members, target, sectors  selections · measure, size: "ban", "cut", "change" or "tariff", and how much
    direction  of the flows hit, as members see them · retaliation: goods of the target's like answer, "" for none
    """

    members: tuple[str, ...]
    target: str
    sectors: str
    measure: str
    size: float
    direction: Direction
    retaliation: str

    def edits(self, inside: int) -> tuple[Edit, ...]:
        """The edits of a coalition; none of nobody."""
        who = "+".join(m for k, m in enumerate(self.members) if inside >> k & 1)
        if not who:
            return ()
        out = [self._edit(who, self.target, self.sectors)] if self.direction in ("exports", "both") else []
        out += [self._edit(self.target, who, self.sectors)] if self.direction in ("imports", "both") else []
        if self.retaliation:
            back = (self.target, who) if self.direction == "exports" else (who, self.target)
            out.append(self._edit(*back, self.retaliation))
        return tuple(out)

    def _edit(self, seller: str, buyer: str, sectors: str) -> Edit:
        given: dict[str, Any] = {"from": seller, "to": buyer, "sectors": sectors}
        if self.measure == "tariff":
            return Tariff(**given, add=self.size)
        given[self.measure] = True if self.measure == "ban" else self.size
        return TradeCost(**given)


def _sanction(members: Iterable[str], target: str, sectors: str, measure: str, direction: str, answer: str) -> Sanction:
    """A measure as people write it. Raises BadInput."""
    name, _, text = measure.partition("=")
    fix = "ban, cut=0.3, change=0.2 or tariff=0.25"
    if name not in ("ban", "cut", "change", "tariff") or bool(text) == (name == "ban"):
        raise BadInput(f"{measure!r} is not a measure", where="measure", fix=fix)
    if direction not in ("exports", "imports", "both"):
        raise BadInput(f"{direction!r} is not a direction", where="direction", fix="exports, imports or both")
    if name == "tariff" and direction != "imports":
        raise BadInput("a tariff is levied on what members buy", where="measure", fix='direction = "imports"')
    if answer and direction == "both":
        raise BadInput("where both ways are hit the target has no like answer", where="retaliation", fix="leave it out")
    made = Sanction(tuple(members), target, sectors, name, as_number(text) if text else 0.0, direction, answer)  # type: ignore[arg-type]
    made.edits(1)  # what the edits refuse is refused here
    return made


def _blocks(acc: Accounts, made: Sanction) -> tuple[list[_At], _At]:
    """Regions of each member and of the target. Raises BadInput listing all that is wrong with the coalition."""
    problems = Problems("this is no coalition")
    if not made.members:
        problems.add("it has no members")
    if len(made.members) > MOST_MEMBERS:
        problems.add(f"it has {len(made.members)} members; at most {MOST_MEMBERS} can be asked for")
    target = acc.geography.select(made.target, acc.home)
    sectors = acc.sectors.select(made.sectors)
    owner: dict[int, str] = dict.fromkeys((int(k) for k in target), "")
    out = []
    for m in made.members:
        try:
            mine = acc.geography.select(m, acc.home)
        except XunhuanError as e:
            problems.add(f"{m}: {e.what}" + (f" ({e.fix})" if e.fix else ""))
            continue
        taken = {owner[int(k)] for k in mine if int(k) in owner}
        if "" in taken:
            problems.add(f"{m}: the target {made.target} is inside the coalition")
        elif taken:
            problems.add(f"{m}: is in the coalition twice, as {', '.join(sorted(taken))}")
        if not acc.closed[mine].all():
            problems.add(f"{m}: is open, so that nothing can be said of its income")
        if not taken and not _trades(acc, made, mine, target, sectors):
            problems.add(f"{m}: has no trade with {made.target} in {made.sectors} that the measure could hit")
        owner |= dict.fromkeys((int(k) for k in mine), m)
        out.append(mine)
    if not acc.closed[target].all():
        problems.add(f"{made.target}: is open, so that nothing can be said of its income")
    problems.raise_if(BadInput, where=acc.name)
    return out, target


def _trades(acc: Accounts, made: Sanction, mine: _At, target: _At, sectors: _At) -> bool:
    sold, bought = (acc.flow[np.ix_(*ends, sectors)].sum() for ends in ((mine, target), (target, mine)))
    return bool({"exports": sold, "imports": bought, "both": sold + bought}[made.direction] > 0)


@dataclass(eq=False)
class CoalitionGame:
    """Every answer so far, by coalition.

    gains  by coalition: relative gain of each member, then of the target · notes: what belongs beside the last answer
    """

    acc: Accounts
    model: Model[Any]
    parameters: BaseModel
    made: Sanction
    blocks: list[_At]
    income: Array
    at: Places
    gains: dict[int, Array] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def solve(self, wanted: Iterable[int], progress: _Progress | None = None) -> None:
        """Solve the coalitions that are not known yet. Raises NotConverged naming the first without an answer."""
        left = [s for s in dict.fromkeys(wanted) if s not in self.gains]
        if 0 in left:  # nobody does nothing
            self.gains[0] = np.zeros(len(self.blocks))
            left.remove(0)
        shocks = [Shock(self.made.edits(s), self.named(s)) for s in left]
        for done, (s, out) in enumerate(zip(left, self._answers(shocks), strict=True)):
            self.gains[s] = self.read(out, self.named(s))
            self.notes = out.notes
            if progress is not None:
                progress(done + 1, len(left))

    def _answers(self, shocks: list[Shock]) -> Iterable[Response]:
        many = self.model.respond_many
        if many is not None:
            return many(self.acc, shocks, [self.parameters] * len(shocks), booked=False)
        return (self.model.respond(self.acc, s, self.parameters) for s in shocks)

    def named(self, inside: int) -> str:
        """Members of a coalition."""
        return "+".join(m for k, m in enumerate(self.made.members) if inside >> k & 1)

    def read(self, out: Response, who: str) -> Array:
        """Relative gain of each block: the model's own number where it is a place, else Σ I g / Σ I over its regions."""
        if not out.status.converged:
            raise NotConverged(f"the coalition {who} has no answer", where=out.status.message)
        numbers = self.model.read(self.acc, out, self.at)[_gain_of(self.model)].values
        g = np.full(self.acc.R, np.nan)
        g[self.acc.closed] = numbers[: int(self.acc.closed.sum())]  # places begin with the regions that keep books
        place = {frozenset(np.flatnonzero(m).tolist()): float(x) for m, x in zip(self.at.member, numbers, strict=True)}
        mean = [float((self.income[b] * g[b]).sum() / self.income[b].sum()) for b in self.blocks]
        return np.array([place.get(frozenset(b.tolist()), x) for b, x in zip(self.blocks, mean, strict=True)])

    def lost(self, inside: int) -> float:
        """What the target loses."""
        return -float(self.gains[inside][-1])

    def shared(self) -> tuple[Array, Array]:
        """Payments received under which all members of the whole coalition have the same gain, and these gains."""
        everyone = (1 << len(self.made.members)) - 1
        weight = np.array([self.income[b].sum() for b in self.blocks[:-1]])

        def gains(received: Array) -> Array:
            pay = worth.payments(received)
            who = self.made.members
            sums = [
                Transfer.model_validate({"from": who[p], "to": who[q], "value": float(pay[p, q])})
                for p, q in np.argwhere(pay > 0)
            ]
            shock = Shock((*self.made.edits(everyone), *sums))
            out = self.model.respond(self.acc, shock, self.parameters)
            return self.read(out, "with its payments")[:-1]

        return worth.equalised(gains, self.gains[everyone][:-1], weight, ALIKE)


def _gain_of(model: Model[Any]) -> str:
    """The first gain by place that a model gives. Raises BadInput where it gives none."""
    found = next((q.name for q in model.quantities if q.change and q.better > 0 and q.axes == ("place",)), None)
    if found is None:
        raise BadInput(f"the model {model.name} gives no gain by place", where="model", fix="ask another model")
    return found


def coalition(
    acc: Accounts | str,
    members: Iterable[str],
    target: str,
    sectors: str = "electronics",
    *,
    measure: str = "ban",
    direction: Direction = "exports",
    retaliation: str = "",
    share: bool = True,
    orders: int = 64,
    seed: int = 7,
    progress: _Progress | None = None,
    model: str = registry.DEFAULT,
    **parameters: Any,
) -> xr.Dataset:
    r"""What a coalition's sanctions cost target and members, what each member is worth, and payments that share the cost.

    v(S) = −ΔW/W of the target when the members S act;   worth_k = v(M) − v(M∖k),   alone_k = v({k}),
    shapley_k = Σ_{S ∌ k} |S|! (n−|S|−1)!/n! (v(S∪k) − v(S))                                            [Shapley1953]
    payments T, Σ T = 0, under which every member loses the same share of real income        [ChowdhryHinzKaminWanner2022]

    ΔW/W the model's gain by place, of several regions at base income. Up to 10 members all coalitions are solved; above,
    Shapley values are means over drawn orders of joining, with standard errors [CastroGomezTejada2009]. Payments are lump
    sums inside the model (`Transfer`); `first_order` is I_k (ḡ − g_k), what they would be if they moved no price.

    Parameters
    ----------
    acc : Accounts or str
        The table, or its name.
    members : iterable of str
        Members: codes, nations, clusters, "A+B" is one member; their order is that of `nested`.
    target : str
        Region, nation or cluster the measure is against.
    sectors : str, default "electronics"
        Goods: codes, names, groups, "A+B", "!X".
    measure : str, default "ban"
        "ban", "cut=0.3" (of sales at given prices), "change=0.2" (of trade cost), or "tariff=0.25" (points, on imports).
    direction : {"exports", "imports", "both"}
        Which trade is hit: what members sell to the target, what they buy from it, or both.
    retaliation : str, default ""
        Goods in which the target answers every member with the same measure the other way; none by default.
    share : bool, default True
        Whether payments are worked out.
    orders : int, default 64
        Orders of joining that are drawn where there are more than 10 members, 2 or more.
    seed : int, default 7
        Of these draws.
    progress : callable, optional
        Told (coalitions solved, all).
    model : str, default "trade"
        One of `xh.models()` that gives a gain by place.
    **parameters
        The model's own, by name.

    Returns
    -------
    xarray.Dataset
        By member, shares of real income: loss, loss_alone (if it acts alone), loss_outside (if the others act), alone,
        worth, shapley, shapley_error, nested (v of the members up to it), loss_shared; income, received and first_order in
        the table's unit; payment by payer and receiver, the table's unit; target_loss.

    Raises
    ------
    BadInput
        Listing all that is wrong: unknown names, a member twice, the target among the members, no trade to hit.
    NotConverged
        Where a coalition has no answer, or no payments are found.

    Examples
    --------
    >>> import xunhuan as xh
    >>> c = xh.coalition("toyland", ["AT-N", "AT-E"], "BOR", "MAN")
    >>> (100 * c["alone"]).round(3).values.tolist(), (100 * c["shapley"]).round(3).values.tolist()
    ([0.522, 0.032], [0.524, 0.034])
    >>> float(abs(c["loss_shared"] - c["loss_shared"][0]).max()) < 1e-8, float(abs(c["received"].sum())) < 1e-9
    (True, True)
    """
    table = load(acc) if isinstance(acc, str) else acc
    found = registry.find(model)
    made = _sanction(members, target, sectors, measure, direction, retaliation)
    blocks, aim = _blocks(table, made)
    game = _game(table, found, parameters, made, [*blocks, aim])
    n = len(made.members)
    drawn = [] if n <= FEW_PLAYERS else worth.drawn_orders(n, _several(orders), seed)
    game.solve(_wanted(n, drawn), progress)
    if drawn:
        value, error = worth.sampled_shapley(game.lost, drawn)
    else:
        value, error = worth.shapley(game.lost, n), np.zeros(n)
    return _dataset(game, value, error, game.shared() if share else None, len(drawn))


def _several(count: int) -> int:
    if count < 2:
        raise BadInput(f"{count} orders have no standard error", where="orders", fix="2 or more")
    return count


def _game(
    table: Accounts, found: Model[Any], given: dict[str, Any], made: Sanction, blocks: list[_At]
) -> CoalitionGame:
    _gain_of(found)
    found.refuse_unread(
        (*made.edits(1), Transfer.model_validate({"from": made.target, "to": made.target, "value": 0.0}))
    )
    try:
        p = found.parameters.model_validate(given)
    except ValidationError as e:
        raise BadInput("the model's parameters are not valid", items=told(e, found.parameters, given)) from None
    rest = table if found.at_rest is None else found.at_rest(table, p)
    return CoalitionGame(table, found, p, made, blocks, final_spending(rest), places(table))


def _wanted(n: int, drawn: list[list[int]]) -> list[int]:
    """The coalitions that are asked about: nested, alone, without each, and all or those of drawn orders."""
    everyone = (1 << n) - 1
    told_of = [*worth.along(range(n)), *(1 << k for k in range(n)), *(everyone & ~(1 << k) for k in range(n))]
    return [*told_of, *(s for o in drawn for s in worth.along(o))] if drawn else list(worth.whole_game(n))


SAYS = {
    "loss": "real income (welfare, where people move) the member loses when all act",
    "loss_alone": "real income it loses when it acts alone",
    "loss_outside": "real income it loses when all others act",
    "alone": "loss of the target when the member acts alone",
    "worth": "loss of the target that is due to the member: all act, less all but it act",
    "shapley": "the same averaged over all orders of joining [Shapley1953]",
    "shapley_error": "its standard error over drawn orders; 0 where it is exact",
    "nested": "loss of the target when the members up to this one act",
    "loss_shared": "real income the member loses after payments, alike for all",
}
"""Numbers by member, shares of real income."""


def _dataset(
    game: CoalitionGame, value: Array, error: Array, shared: tuple[Array, Array] | None, drawn: int
) -> xr.Dataset:
    import xarray as xr

    names, unit = list(game.made.members), game.acc.unit
    n = len(names)
    everyone = (1 << n) - 1
    g = game.gains
    own = range(n)
    by: dict[str, Any] = {
        "loss": -g[everyone][:-1],
        "loss_alone": [-g[1 << k][k] for k in own],
        "loss_outside": [-g[everyone & ~(1 << k)][k] for k in own],
        "alone": [game.lost(1 << k) for k in own],
        "worth": [game.lost(everyone) - game.lost(everyone & ~(1 << k)) for k in own],
        "shapley": value, "shapley_error": error,
        "nested": [game.lost(s) for s in worth.along(own)[1:]],
    }  # fmt: skip
    income = np.array([game.income[b].sum() for b in game.blocks])
    sums: dict[str, tuple[Any, str]] = {"income": (income[:-1], "final spending in the base")}
    ds = xr.Dataset(coords={"member": names})
    if shared is not None:
        received, gains = shared
        by["loss_shared"] = -gains
        gain = g[everyone][:-1]
        even = float(gain @ income[:-1] / income[:-1].sum())
        sums["received"] = (received, "paid to the member every year by the others, so that all lose alike")
        sums["first_order"] = (income[:-1] * (even - gain), "the same to first order: were payments to move no price")
        ds = ds.assign_coords(payer=names, receiver=names)
        text = "paid every year, each payer's sum over receivers by what they receive"
        ds["payment"] = (("payer", "receiver"), worth.payments(received), {"unit": unit, "definition": text})
    for name, numbers in by.items():
        ds[name] = ("member", np.asarray(numbers, dtype=float), {"unit": "share", "definition": SAYS[name]})
    for name, (numbers, text) in sums.items():
        ds[name] = ("member", numbers, {"unit": unit, "definition": text})
    ds["target_loss"] = ((), game.lost(everyone), {"unit": "share", "definition": "real income the target loses"})
    ds["target_income"] = ((), income[-1], {"unit": unit, "definition": "final spending of the target in the base"})
    first = " ".join(str(e) for e in game.made.edits(everyone))
    ds.attrs = {"table": game.acc.name, "unit": unit, "year": game.acc.year, "target": game.made.target, "edits": first,
                "model": game.model.name, "orders": drawn, "coalitions": len(g), "notes": [*game.notes, *game.acc.notes],
                "citation": ["ChowdhryHinzKaminWanner2022", "Shapley1953"]}  # fmt: skip
    return ds

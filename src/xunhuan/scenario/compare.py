"""Comparisons across arms: offset, break-even, frontier, and whether the two cycles boost each other.

W[p] is the gain of place p against the base that the scenario's models give first (real income), so W(0) = 0. Each
function runs what arms it needs and gives arrays over places; what cannot be said is nan, never a number over almost
nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from xunhuan.data.arrays import Array
from xunhuan.data.tasks import Parts, mapped
from xunhuan.errors import BadInput
from xunhuan.models import registry
from xunhuan.models.edits.shift import DemandShift
from xunhuan.models.model import Quantity
from xunhuan.scenario.observe import reliance_at
from xunhuan.scenario.run import Bench, comparable, weighed

HURT = 1e-4
"""Loss, as a share, below which a place counts as not hurt."""
TELLING = 5e-4
"""Loss, as a share, below which an offset says nothing: a ratio to almost nothing. Its value is nan there."""
SIZES = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
"""Doses of a policy that are tried for a change of sign."""

MARKETS = ("domestic", "external")
_PLACE = ("place",)
COMPARISONS = {q.name: q for q in (
    Quantity("omega", "share", _PLACE, "Ω = (W(shock+policy) - W(shock)) / (W(0) - W(shock)); not defined where the loss is "
             f"below {TELLING:g}", better=1, headline=True, rest=None),
    Quantity("omega_net", "share", _PLACE, "Ω less the policy's stand-alone gain over the loss: what the policy gives more "
             "because of the shock", better=1, headline=True, rest=None),
    Quantity("break_even", "dose", _PLACE, "dose of the policy that makes the place whole", headline=True, rest=None),
    Quantity("reinforcement", "elasticity", ("home_place", "sales", "demand"), "elasticity of shipped volume of sales in "
             "demand, by market; demand alone moves: buyers' price indices at base prices stand still, returns are constant",
             headline=True, rest=None),
    Quantity("reinforcement_by_channel", "elasticity", ("channel", "home_place", "sales", "demand"), "the same where demand "
             "comes with cheaper inputs (inputs), and with economies of scale (scale)", rest=None),
    Quantity("frontier_gain", "share", ("policy", "degree", "place"), "change of what is weighed", rest=None),
    Quantity("frontier_reliance", "share", ("policy", "degree", "place"), "foreign share of inputs", rest=None),
)}  # fmt: skip
"""Numbers that comparisons give."""
GAINED = "frontier_gain"
"""The gain along the frontier; in the unit of the quantity that is weighed."""
WEIGHED = ("omega", "omega_net", "break_even", GAINED)
"""Those that compare the quantity that is weighed; a result says which one that is."""


def offset(shock: Array, policy: Array, both: Array) -> tuple[Array, Array]:
    r"""How much of a shock's loss a policy makes good, gross and net of what the policy would give anyway.

    Ω[p] = (W(shock+policy) − W(shock)) / (W(0) − W(shock))
    net Ω[p] = (W(shock+policy) − W(shock) − (W(policy) − W(0))) / (W(0) − W(shock))

    shock, policy, both: W of the three arms, share, axis p. nan where the shock takes less than `TELLING`.
    Net Ω is the interaction alone: 0 where the policy gives the same with and without the shock.

    >>> offset(np.array([-0.02, 0.0]), np.array([0.01, 0.01]), np.array([-0.005, 0.01]))
    (array([0.75,  nan]), array([0.25,  nan]))
    """
    loss = -shock
    hurt = loss > TELLING
    safe = np.where(hurt, loss, 1.0)
    gain = both - shock
    return np.where(hurt, gain / safe, np.nan), np.where(hurt, (gain - policy) / safe, np.nan)


NOT_HURT, FOUND, NONE, UNKNOWN = 0, 1, 2, 3
BREAK_EVEN_WORDS = ("the shock does not hurt it", "found", "no size up to the largest makes it whole", "not solved")


@dataclass(frozen=True, eq=False)
class BreakEvenAnswer:
    """Policy size that makes each place whole.

    size     place, dose of the policy; nan where none exists or none is needed
    answer   place, position in BREAK_EVEN_WORDS
    largest  largest size that could be tried
    """

    size: Array
    answer: NDArray[np.int8]
    largest: float


def break_even(bench: Bench, known: Mapping[float, Array] | None = None) -> BreakEvenAnswer:
    """Smallest bracketed policy size λ with W(shock + λ policy) = 0, by place asked for.

    Sizes ¼, ½, 1, 2, ... are tried until every place has changed sign or the largest is reached, then each bracket is
    closed by interpolation until |W| is below `tolerance` of the loss. Places not asked for are nan.
    known: W by place at sizes already solved.
    """
    spec = bench.scenario.compare.break_even
    assert spec is not None
    known = dict(known or {})

    def w(size: float) -> Array:
        if size not in known:
            known[size] = gain(bench, {spec.shock: 1.0, spec.policy: size})
        return known[size]

    wanted = _places(bench, spec.regions)
    loss = w(0.0)
    largest = _grid(w, spec.largest, wanted[loss[wanted] < -HURT])
    size = np.full(len(loss), np.nan)
    answer = np.full(len(loss), UNKNOWN, dtype=np.int8)
    for p in wanted:
        if not np.isfinite(loss[p]):
            continue
        if loss[p] > -HURT:
            answer[p] = NOT_HURT
            continue
        size[p], answer[p] = _close(w, known, int(p), spec.tolerance * -loss[p])
    return BreakEvenAnswer(size, answer, largest)


def _grid(w: Callable[[float], Array], largest: float, hurt: NDArray[np.intp]) -> float:
    """Evaluate growing sizes until all that are hurt are whole; the largest tried or allowed (a ban or a rate has its
    limit)."""
    reached = 0.0
    whole = np.zeros(len(hurt), dtype=bool)
    for size in [*(s for s in SIZES if s < largest), largest]:
        if whole.all():
            return largest
        try:
            whole |= w(size)[hurt] >= 0
        except BadInput:
            return reached
        reached = size
    return reached


def _close(w: Callable[[float], Array], known: dict[float, Array], p: int, tolerance: float) -> tuple[float, int]:
    """Root of W[p] by false position on the points known so far, halving where it stalls."""
    for step in range(60):
        points = sorted((s, v[p]) for s, v in known.items() if np.isfinite(v[p]))
        bracket = next((k for k in range(1, len(points)) if points[k - 1][1] < 0 <= points[k][1]), None)
        if bracket is None:
            return np.nan, NONE
        (a, fa), (b, fb) = points[bracket - 1], points[bracket]
        at = a - fa * (b - a) / (fb - fa) if step % 3 < 2 else (a + b) / 2
        value = w(float(at))[p]
        if not np.isfinite(value):
            return np.nan, UNKNOWN
        if abs(value) <= tolerance or b - a <= 1e-12 * b:
            return float(at), FOUND
    return np.nan, UNKNOWN


def _places(bench: Bench, regions: str | tuple[str, ...]) -> NDArray[np.intp]:
    """Positions of the places asked for; "home" is the home nation with its regions."""
    at = bench.view.places
    if regions == "home":
        return at.home_index
    chosen = {bench.base.geography.codes[k] for k in bench.base.geography.select(regions, bench.base.home)}
    words = {regions} if isinstance(regions, str) else set(regions)
    nations = {c for c, kind in zip(at.codes, at.kind, strict=True) if kind == "nation" and c in words}
    if nations and nations == words:
        chosen = set()  # a nation's code alone asks for the nation, not for each of its regions
    return np.array([k for k, c in enumerate(at.codes) if c in chosen | nations], dtype=np.intp)


def beyond(w: Array, base: Array | None) -> Array:
    """Gains on top of those of the base, (1 + w) / (1 + base) − 1; as they are where the base has none."""
    return w if base is None else np.asarray((1 + w) / (1 + base) - 1)


def gain(bench: Bench, doses: Mapping[str, float]) -> Array:
    """W by place of one arm, share; nan where the solver did not converge. Raises BadInput as the shock does."""
    response, numbers = weighed(bench, doses)
    assert bench.gain is not None
    w = numbers[bench.gain[1].name].values
    w = beyond(w, bench.gain_at_base)
    return w if response.status.converged else np.full_like(w, np.nan)


@dataclass(frozen=True, eq=False)
class FrontierCurves:
    """The shock traced from nothing to its whole. What is one number of the nation stands at its place alone.

    degree  λ, dose of the shock · policies: "none" first
    gain, reliance  policy degree place, shares; nan where the solver did not converge
    note  what is not as on the arms, so that the points compare with each other; "" where all is
    """

    degree: Array
    policies: tuple[str, ...]
    gain: Array
    reliance: Array
    note: str = ""


def frontier(bench: Bench) -> FrontierCurves:
    """What is weighed and external reliance against the degree of decoupling, without policy and with each one.

    A ban of degree λ is the barrier that at given prices cuts sales by λ; other changes scale as each kind of edit says.
    Where the whole shock is of another kind than its parts (bans that cut the world in parts, say), the model is asked for
    parameters under which all points compare, the base among them; the ends are then not the arms.
    """
    spec = bench.scenario.compare.frontier
    assert spec is not None
    assert bench.traced is not None
    degree = np.linspace(0.0, 1.0, spec.steps)
    policies = ("none", *spec.policies)
    whole = [{spec.shock: 1.0} | ({} if p == "none" else {p: 1.0}) for p in policies]
    model, gained = bench.traced[0], bench.traced[1]
    point = registry.find(model).point
    if point is not None:
        bench = replace(bench, parameters={**bench.parameters, model: point(bench.parameters[model])})
    bench, changed = comparable(bench, whole, model)
    at = list(bench.view.places.codes).index(bench.base.home) if not gained.axes else slice(None)
    shape = (len(policies), len(degree), len(bench.view.places.codes))
    income, foreign = np.full(shape, np.nan), np.full(shape, np.nan)
    each = [(k, d) for k in range(len(policies)) for d in range(len(degree))]
    asked = [
        ({spec.shock: float(degree[d])} | ({} if k == 0 else {policies[k]: 1.0}), model, gained.name) for k, d in each
    ]
    base = bench.gain_at_base if bench.gain is not None else None
    for (k, d), (found, reliance) in zip(each, mapped(_point, bench, asked), strict=True):
        income[k, d, at] = beyond(found, base)
        foreign[k, d] = reliance
    if bench.gain is None:  # a model that gives no gain leaves the accounts as they are
        foreign[:] = np.nan
    note = (
        f"so that the points of the frontier compare, its base among them, they are those of {changed}"
        if changed
        else ""
    )
    return FrontierCurves(degree, policies, income, foreign, note)


def _point(bench: Bench, asked: tuple[Mapping[str, float], str, str]) -> Parts:
    """What a model gives of a quantity at some doses, and external reliance by place; nan where it did not converge."""
    doses, model, name = asked
    response, numbers = weighed(bench, doses, of=model)
    found = np.asarray(numbers[name].values)
    if not response.status.converged:
        return np.full_like(found, np.nan), np.full(len(bench.view.places.codes), np.nan)
    return found, reliance_at(response.accounts, bench.view.places)


def reinforcement(bench: Bench, compensated: bool = True, scale: bool = False) -> Array:
    r"""How domestic and external sales respond to demand at home and abroad, axes home_place sales demand.

    E[p,a,b] = ln(q'_a[p] / q_a[p]) / ln(1 + shift)

    q_domestic, q_external: what p ships inside its nation (itself included) and abroad, goods of the selection, volume
    at base prices Σ_si flow'[p,s,i] / ĉ[p,i]; q is the model's own answer to no shock, so that closures do not count.
    demand b: buyers at home (b = domestic) or abroad (external) come to want the share `shift` more of home's goods, and
    so much less of others' that their price indices at base prices stand still (`DemandShift`). Off the diagonal > 0
    both ways: the two cycles boost each other; < 0: they compete for the same workers and inputs, and what is not
    imported any more is not paid for by exports either. nan where nothing is sold, the solver did not converge, or the
    buyers' books are not kept: an open region buys nothing but home's goods, so that it cannot want more of them and less
    of others'.

    compensated  False: others' goods are wanted as before, so the buyers' inputs become cheaper with the shift
    scale        whether economies of scale, where the parameters have some, are at work; else returns are constant
    """
    spec = bench.scenario.compare.reinforcement
    assert spec is not None
    bench = bench if scale else _constant_returns(bench) or bench
    sectors = bench.base.sectors.select(spec.sectors)
    base = _volume(bench, (), sectors)
    out = np.full((*base.shape, len(MARKETS)), np.nan)
    for b, buyers in enumerate((bench.base.home, "foreign")):
        if not bench.base.closed[bench.base.geography.select(buyers, bench.base.home)].any():
            continue
        line = {"from": bench.base.home, "to": buyers, "sectors": spec.sectors, "shift": spec.shift}
        new = _volume(bench, (DemandShift.model_validate(line | {"compensated": compensated}),), sectors)
        good = (new > 0) & (base > 0)  # so not where either is nan
        out[:, :, b] = np.where(good, np.log(np.where(good, new / np.where(good, base, 1.0), 1.0)), np.nan)
    return np.asarray(out / np.log1p(spec.shift))


def reinforcement_by_channel(bench: Bench) -> dict[str, Array]:
    """What else carries demand from one market to the other: `reinforcement` by channel.

    inputs  returns are constant and the shift is not compensated: demand comes with cheaper inputs
    scale   the shift is compensated and economies of scale are at work; there where the parameters have some
    """
    out = {"inputs": reinforcement(bench, compensated=False)}
    return out if _constant_returns(bench) is None else out | {"scale": reinforcement(bench, scale=True)}


def _constant_returns(bench: Bench) -> Bench | None:
    """The same bench without economies of scale; None where there are none."""
    assert bench.gain is not None
    name = bench.gain[0]
    without = registry.find(name).constant_returns
    parameters = None if without is None else without(bench.parameters[name])
    return None if parameters is None else replace(bench, parameters={**bench.parameters, name: parameters})


def _volume(bench: Bench, edits: tuple[DemandShift, ...], sectors: NDArray[np.intp]) -> Array:
    """What home's places ship to each market after some edits, at base prices; nan without an answer."""
    response, numbers = weighed(bench, {}, edits)
    if SHIPPED not in numbers:
        assert bench.gain is not None
        what = f"the model {bench.gain[0]} does not say what is shipped"
        raise BadInput(what, where="compare.reinforcement", fix="leave it out")
    shipped = numbers[SHIPPED].values[..., sectors].sum(2)
    return shipped if response.status.converged else np.full_like(shipped, np.nan)


SHIPPED = "shipped"
"""The quantity that a model gives where it can say how sales respond: home_place market sector, at base prices."""

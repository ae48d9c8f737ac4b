"""Anderson-accelerated fixed points, 64-bit, with results as data and implicit derivatives, in JAX or plainly in numpy.

JAX is imported, and switched to 64-bit, when something is first compiled or derived: one answer needs neither.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, partial, wraps
from typing import TYPE_CHECKING, Any, NamedTuple, ParamSpec, TypeVar, cast

import numpy as np

from xunhuan.models.expecting import expected

__all__ = ["jax", "jnp", "xp"]  # for types they are imported, and would not be handed on

_P = ParamSpec("_P")
_T = TypeVar("_T")
_COMPILING = "xunhuan.models.compiling"


class _Late:
    """A module of JAX, imported when something of it is first asked for."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        found = getattr(getattr(importlib.import_module(_COMPILING), self._name), name)
        setattr(self, name, found)  # to be found at once from now on
        return found


if TYPE_CHECKING:
    import jax
    from jax import numpy as jnp

    JaxArray = jax.Array
else:
    jax, jnp, JaxArray = _Late("jax"), _Late("jnp"), Any
    if "jax" in sys.modules:  # who has imported JAX may make arrays of it before anything is compiled here
        importlib.import_module(_COMPILING)
Vector = JaxArray
Map = Callable[[Vector], Vector]

CONVERGED, MAX_ITERATIONS, DIVERGED, NONFINITE, AMBIGUOUS = 0, 1, 2, 3, 4
OUTCOMES = ("converged", "max_iterations", "diverged", "nonfinite", "several")
"""What `SolveInfo.outcome` means; "several": the answer meets the tolerance, but it is not the only one."""


_plain: ContextVar[bool] = ContextVar("plain", default=False)


_SMALL = 10_000
"""Numbers up to which loops of numpy's are over before it has laid out a product of matrices."""


def _einsum(subscripts: str, *arrays: Any) -> Any:
    """Of two arrays, over batches: numpy's own takes no matrix product unless told to."""
    if not _plain.get():
        return jnp.einsum(subscripts, *arrays)
    small = max(a.size for a in arrays) <= _SMALL
    return np.einsum(subscripts, *arrays, optimize=False if small else ["einsum_path", (0, 1)])


class _Arrays:
    """numpy within `plainly`, jax.numpy elsewhere."""

    def __getattribute__(self, name: str) -> Any:  # __getattr__ comes after a search that fails: six times as long
        if name == "einsum":
            return _einsum
        return getattr(np if _plain.get() else jnp, name)


if TYPE_CHECKING:
    from jax import numpy as xp
else:
    xp = _Arrays()
"""What equations are written with that are worked out both compiled and plainly: one source for both."""


@contextmanager
def plainly() -> Iterator[None]:
    """A block where `xp` is numpy, and loops and roots of this module are run as they stand. No tracing inside."""
    before = _plain.set(True)
    try:
        with np.errstate(all="ignore"):  # both branches of a `where` are worked out, as compiled programs do
            yield
    finally:
        _plain.reset(before)


class Options(NamedTuple):
    """How `fixed_point` works; those that shape the program are static, so a change of them compiles anew.

    tolerance       largest |g(x) − x| accepted, in the units of x
    max_iterations  evaluations of g allowed
    window          past steps the acceleration remembers
    growth          a residual this many times the best one so far is rejected: back to the best point
    ridge           Tikhonov weight of the small least squares, relative to its unit diagonal
    largest_step    longest move of any element in one iteration, in the units of x
    rejections      rejected steps after which the search is given up
    patience        iterations without a better point after which it is given up
    """

    tolerance: float = 1e-11
    max_iterations: int = 500
    window: int = 12
    growth: float = 8.0
    ridge: float = 1e-13
    largest_step: float = 3.0
    rejections: int = 25
    patience: int = 150


class SolveInfo(NamedTuple):
    """How a solve ended, as arrays so that it passes through jit and vmap.

    outcome     position in OUTCOMES
    iterations  evaluations of the map
    residual    largest |g(x) − x|
    worst       position in x of that largest residual
    """

    outcome: jax.Array
    iterations: jax.Array
    residual: jax.Array
    worst: jax.Array


class _State(NamedTuple):
    x: Vector
    last_x: Vector
    last_r: Vector
    best_x: Vector
    best_r: Vector
    best: jax.Array
    best_k: jax.Array
    steps: jax.Array  # differences of x, window n
    turns: jax.Array  # differences of r, window n
    filled: jax.Array
    has_last: jax.Array
    damping: jax.Array
    rejected: jax.Array
    finite: jax.Array
    k: jax.Array


def repeated(going: Callable[[Any], Any], on: Callable[[Any], Any], start: Any) -> Any:
    """Apply `on` while `going`: a loop of the compiled program, or within `plainly` one of Python's."""
    if not _plain.get():
        return jax.lax.while_loop(going, on, start)
    while going(start):
        start = on(start)
    return start


def _written(a: JaxArray, slot: JaxArray, row: Vector) -> JaxArray:
    """The array with one row in its place; within `plainly` the same array."""
    if not _plain.get():
        return a.at[slot].set(row)
    kept: Any = a
    kept[slot] = row
    return a


def _over_root(a: JaxArray) -> JaxArray:
    """a^(−1/2)."""
    return 1 / xp.sqrt(a) if _plain.get() else jax.lax.rsqrt(a)


def _mixing(turns: JaxArray, valid: JaxArray, residual: Vector, ridge: float) -> Vector:
    """Weights γ minimising |r − Σ_m γ_m Δr_m|² over valid rows, rows scaled to unit length, Tikhonov-regularised.

    turns window n · valid window · residual n · a row that is not valid gets weight 0.
    """
    gram = turns @ turns.T
    square = xp.where(valid, xp.diag(gram), 0.0)
    scale = xp.where(square > 0, _over_root(xp.where(square > 0, square, 1.0)), 0.0)
    unit = scale[:, None] * gram * scale + xp.diag(ridge + xp.where(scale > 0, 0.0, 1.0))
    weights: Vector = scale * xp.linalg.solve(unit, scale * (turns @ residual))
    return weights


def _capped(move: Vector, largest: float) -> Vector:
    longest = abs(move).max()
    return move * xp.minimum(1.0, largest / xp.where(longest > 0, longest, 1.0))


def _advance(options: Options, s: _State, r: Vector) -> _State:
    """From a point and its residual to the next point: accelerated, or back to the best one where r is bad.

    Rows of the history are written in place and counted by `filled`; a rejection only sets the count to 0, so the
    large arrays are never copied.
    """
    err = xp.max(xp.abs(r))
    good = xp.isfinite(err) & (err <= options.growth * s.best)
    better = good & (err < s.best)
    slot = s.filled % options.window
    steps = _written(s.steps, slot, xp.where(good, s.x - s.last_x, 0.0))
    turns = _written(s.turns, slot, xp.where(good, r - s.last_r, 0.0))
    filled = xp.where(good, s.filled + s.has_last, 0)
    mix = _mixing(turns, xp.arange(options.window) < filled, r, options.ridge)
    forward = s.x + _capped(r - mix @ steps - mix @ turns, options.largest_step)
    best_x, best_r = xp.where(better, s.x, s.best_x), xp.where(better, r, s.best_r)
    damping = xp.where(good, s.damping, s.damping / 2)
    back = best_x + damping * _capped(best_r, options.largest_step)
    return _State(
        x=xp.where(good, forward, back),
        last_x=xp.where(good, s.x, best_x), last_r=xp.where(good, r, best_r),
        best_x=best_x, best_r=best_r, best=xp.where(better, err, s.best), best_k=xp.where(better, s.k, s.best_k),
        steps=steps, turns=turns, filled=filled, has_last=good | xp.isfinite(s.best), damping=damping,
        rejected=s.rejected + ~good, finite=xp.isfinite(err), k=s.k + 1,
    )  # fmt: skip


def fixed_point(g: Map, x0: Vector, options: Options = Options()) -> tuple[Vector, SolveInfo]:
    r"""Solve g(x) = x by Anderson acceleration of type II [WalkerNi2011], safeguarded.

    x_{k+1} = x_k + r_k − (ΔX + ΔR) γ,   γ = argmin |r_k − ΔR γ|,   r = g(x) − x

    A residual that is not finite, or `growth` times the best so far, is rejected: the history is dropped and the
    search goes on from the best point with a plain step, halved at each rejection.

    g maps a vector to one of the same length · x0 first guess.
    Returns the best point and SolveInfo; never raises for a failed search, whose outcome says so. Within `plainly` the same
    in numpy.

    >>> x, info = fixed_point(jnp.cos, jnp.ones(1))
    >>> float(x[0]).__round__(10), OUTCOMES[int(info.outcome)]
    (0.7390851332, 'converged')
    """
    end = repeated(partial(_going, options), lambda s: _advance(options, s, g(s.x) - s.x), _start(x0, options))
    return end.best_x, _ended(options, end)


def fixed_points(g: Map, x0: JaxArray, options: Options = Options()) -> tuple[JaxArray, SolveInfo]:
    """Many fixed points side by side, each accelerated and safeguarded as `fixed_point` does one.

    g maps points c n, a row each, all at once, so that what rows share is read once · x0 c n, first guesses.
    All go on until the last has ended; each keeps its best. Returns the best points c n and SolveInfo by row.

    >>> x, info = fixed_points(jnp.cos, jnp.array([[1.0], [0.5]]))
    >>> [round(float(v), 10) for v in x[:, 0]]
    [0.7390851332, 0.7390851332]
    """
    advance = jax.vmap(partial(_advance, options))
    end = jax.lax.while_loop(
        lambda s: _going(options, s).any(),
        lambda s: advance(s, g(s.x) - s.x),
        jax.vmap(partial(_start, options=options))(x0),
    )
    return end.best_x, jax.vmap(partial(_ended, options))(end)


def _start(x0: Vector, options: Options) -> _State:
    n = x0.shape[0]
    rows = (options.window, n)  # of two arrays, since each is written on
    return _State(
        x=x0, last_x=x0, last_r=xp.zeros(n), best_x=x0, best_r=xp.zeros(n),
        best=xp.asarray(xp.inf), best_k=xp.asarray(0),
        steps=xp.zeros(rows), turns=xp.zeros(rows), filled=xp.asarray(0), has_last=xp.asarray(False),
        damping=xp.asarray(1.0), rejected=xp.asarray(0), finite=xp.asarray(True), k=xp.asarray(0),
    )  # fmt: skip


def _going(options: Options, s: _State) -> JaxArray:
    hopeful = (s.rejected < options.rejections) & (s.k - s.best_k < options.patience)
    return (s.best > options.tolerance) & (s.k < options.max_iterations) & hopeful


def _ended(options: Options, end: _State) -> SolveInfo:
    failed = xp.where(end.k >= options.max_iterations, MAX_ITERATIONS, xp.where(end.finite, DIVERGED, NONFINITE))
    outcome = xp.where(end.best <= options.tolerance, CONVERGED, failed)
    return SolveInfo(outcome, end.k, end.best, xp.argmax(xp.abs(end.best_r)))


def implicit_fixed_point(
    g: Map, x0: Vector, options: Options = Options(), adjoint: Options = Options(tolerance=1e-10, growth=1e6)
) -> tuple[Vector, SolveInfo]:
    r"""`fixed_point` with derivatives by the implicit function theorem: one linear solve each way.

    dx = (I − ∂g/∂x)^{-1} ∂g/∂p dp;  the transposed system serves reverse mode. Both are solved by the same
    accelerated iteration, dx ← ∂g/∂x dx + b, so a gradient in any number of parameters costs one more solve.

    g may close over traced parameters; jax.grad, jax.jvp and jax.vmap see through it. The first guess carries no
    derivative. SolveInfo is data without derivative.
    """

    def residual(x: Vector) -> Vector:
        return x - g(x)

    def solve(f: Map, x: Vector) -> tuple[Vector, SolveInfo]:
        root, info = fixed_point(lambda y: y - f(y), x, options)
        # custom_root gives its by-products tangents, which integers cannot have.
        return root, SolveInfo(*(part.astype(jnp.float64) for part in info))

    def invert(linear: Map, b: Vector) -> Vector:
        size = jnp.max(jnp.abs(b))
        unit = jnp.where(size > 0, size, 1.0)
        x, _ = fixed_point(lambda x: x + b / unit - linear(x), b / unit, adjoint._replace(largest_step=1e12))
        return x * unit

    def tangent(linear: Map, b: Vector) -> Vector:
        solved: Vector = jax.lax.custom_linear_solve(linear, b, invert, transpose_solve=invert)
        return solved

    root, info = jax.lax.custom_root(residual, jax.lax.stop_gradient(x0), solve, tangent, has_aux=True)
    outcome, iterations, size, worst = (jax.lax.stop_gradient(part) for part in info)
    return root, SolveInfo(outcome.astype(int), iterations.astype(int), size, worst.astype(int))


def root_of(
    f: Map, start: Vector, search: Callable[[Map, Vector], Vector], invert: Callable[[Map, Vector], Vector]
) -> Vector:
    """The root of f that `search` finds, with derivatives by the implicit function theorem; `invert` solves with ∂f/∂x."""
    if _plain.get():
        return search(f, start)
    found: Vector = jax.lax.custom_root(f, start, search, invert)
    return found


def solved_by_jacobian(linear: Map, b: Vector) -> Vector:
    """x of linear(x) = b, by the map's matrix."""
    solved: Vector = jnp.linalg.solve(jax.jacobian(linear)(jnp.zeros_like(b)), b)
    return solved


def held(x: Vector) -> Vector:
    """x as a constant: no derivative goes through it."""
    return x if _plain.get() else jax.lax.stop_gradient(x)


def compiled(*static: str) -> Callable[[Callable[_P, _T]], Callable[_P, _T]]:
    """A function that JAX compiles when it is first called; static: names of arguments that shape the program.

    What is compiled is kept between runs, see `compiling.use_compile_cache`.
    """

    def made(f: Callable[_P, _T]) -> Callable[_P, _T]:
        program = cache(lambda: _program(f, static))

        @wraps(f)
        def run(*args: _P.args, **kwargs: _P.kwargs) -> _T:
            return program()(*args, **kwargs)

        return run

    return made


def _program(f: Callable[_P, _T], static: tuple[str, ...]) -> Callable[_P, _T]:
    importlib.import_module(_COMPILING).use_compile_cache()
    program: Callable[_P, _T] = jax.jit(f, static_argnames=static)
    return program


def in_numpy(record: Any) -> Any:
    """A record of arrays, or of such records, with numpy's in the place of any other."""
    if record is None:
        return None
    if not isinstance(record, tuple):
        return np.asarray(record)
    parts = map(in_numpy, record)
    return type(record)(*parts) if hasattr(record, "_fields") else tuple(parts)


def array(values: Any) -> JaxArray:
    """Values as kernels take them, 64-bit: on JAX's device where JAX is in use or many answers are to come, which are worth
    compiling; else as they are, so that one answer does not wait for JAX."""
    if not (expected() or "jax" in sys.modules):
        return cast(Vector, np.asarray(values, dtype=np.float64))
    if not isinstance(values, np.ndarray) or values.dtype != np.float64:
        return jnp.asarray(values, dtype=np.float64)
    # JAX takes longer where it is told the type.
    return cast(Vector, jnp.asarray(values) if values.nbytes < _LARGE else jax.device_put(_aligned(values)))


_LARGE, _LINE = 2**22, 64
"""Bytes from which numpy asks the system for large pages; bytes at a multiple of which JAX takes an array where it is."""


def _aligned(a: Any) -> Any:
    """A copy of our own that JAX on a processor takes as it stands: one of JAX's would be on small pages, which take the
    system longer to hand out than numbers take to be written."""
    room = np.empty(a.nbytes + _LINE, dtype=np.uint8)
    start = -room.ctypes.data % _LINE
    copy = room[start : start + a.nbytes].view(np.float64).reshape(a.shape)
    copy[...] = a
    return copy

"""What every room leans on: searches for fixed points, the costliest barriers, what a page lets people move."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jax
import numpy as np
import pytest
import xarray as xr

from xunhuan.errors import BadInput
from xunhuan.models import compiling, registry
from xunhuan.models.asking import Ground, Knob
from xunhuan.models.edits import Capacity, Push, Tariff
from xunhuan.models.expecting import expected, expecting
from xunhuan.models.model import Quantity, Shock, Uncertain
from xunhuan.models.slopes import costliest_barriers
from xunhuan.models.solvers import (
    OUTCOMES,
    Options,
    fixed_point,
    fixed_points,
    held,
    plainly,
    xp,
)

pytestmark = pytest.mark.textbook


def searched(g: Any, x0: Any, **options: Any) -> tuple[Any, str, int, list[float]]:
    """Where a search in numpy ends, how, after how many evaluations, and the first number of each point that it saw."""
    seen = []

    def told(x: Any) -> Any:
        seen.append(float(x[0]))
        return g(x)

    with plainly():
        x, info = fixed_point(told, np.array(x0, dtype=float), Options(**options))
    assert int(info.iterations) == len(seen)
    return x, OUTCOMES[int(info.outcome)], len(seen), seen


def test_searches_end_as_they_should() -> None:
    cases: dict[str, Any] = {
        "converged": lambda x: 0.5 * x + 1,
        "nonfinite": lambda x: x * np.nan,
        "max_iterations": lambda x: x + 1.0 + 0.1 * np.sin(x),
    }
    for outcome, g in cases.items():
        _, ended, n, _ = searched(g, [1.0, 1.0], max_iterations=40)
        assert ended == outcome
        assert n == 40 or outcome != "max_iterations"
    _, ended, _, _ = searched(lambda x: np.exp(x) + 5, [1.0], max_iterations=2000, growth=1.5, largest_step=1e9)
    assert ended == "diverged"
    x, ended, n, _ = searched(lambda x: x + 1, [0.0], patience=30)  # no point is better than the first
    assert (ended, n, x.tolist()) == ("diverged", 30, [0.0])
    assert searched(lambda x: x, [3.0, 4.0])[1:3] == ("converged", 1)


def test_a_system_of_straight_lines_takes_as_many_steps_as_it_has_unknowns() -> None:
    """x = (I − A)^(−1) b: with n past steps the residual is nil [WalkerNi2011]; with one it takes far longer."""
    rng = np.random.default_rng(4)
    a, b = rng.normal(size=(5, 5)) / 2, rng.normal(size=5)
    want = np.linalg.solve(np.eye(5) - a, b)
    x, ended, n, _ = searched(lambda x: a @ x + b, np.zeros(5), growth=1e9, largest_step=1e9)
    np.testing.assert_allclose(x, want, rtol=1e-9)
    assert ended == "converged"
    assert n <= 5 + 3
    assert searched(lambda x: a @ x + b, np.zeros(5), growth=1e9, largest_step=1e9, window=1)[2] > 100
    with plainly():
        _, info = fixed_point(lambda x: x + np.array([0.1, 5.0, -9.0, 2.0]), np.zeros(4), Options(max_iterations=1))
    assert (float(info.residual), int(info.worst)) == (9.0, 2)


def test_steps_are_no_longer_than_allowed_and_shrink_where_they_fail() -> None:
    _, ended, _, seen = searched(lambda x: 0 * x + 10.0, [0.0], largest_step=3.0)
    assert ended == "converged"
    assert seen == pytest.approx([0.0, 3.0, 6.0, 9.0, 10.0])
    x, ended, _, seen = searched(lambda x: x + (1.0 if x[0] == 0 else 9.0), [0.0], rejections=4)
    assert ended == "diverged"
    assert seen == [0.0, 1.0, 0.5, 0.25, 0.125]  # a residual 9 times the best is more than 8 times
    assert x.tolist() == [0.0]
    _, _, _, seen = searched(lambda x: x + (1.0 if x[0] == 0 else 7.0), [0.0], max_iterations=3)
    assert seen[1:] != [1.0, 0.5], "a residual 7 times the best is borne"


def test_compiled_and_plain_searches_are_one() -> None:
    def g(x: Any) -> Any:
        return xp.cos(x * np.array([0.7, 0.9, 1.1]))

    starts = np.array([[1.0, 1.0, 1.0], [0.1, 2.0, 0.5]])
    together, infos = fixed_points(g, jax.numpy.asarray(starts), Options())
    for k, start in enumerate(starts):
        with plainly():
            x, info = fixed_point(g, start, Options())
        np.testing.assert_allclose(together[k], x, rtol=1e-10)
        assert OUTCOMES[int(infos.outcome[k])] == OUTCOMES[int(info.outcome)] == "converged"


def test_costliest_barriers_are_sorted_and_leave_own_sales_out() -> None:
    value = -np.arange(50.0).reshape(5, 5, 2)
    names = [f"R{k}" for k in range(5)]
    slopes = xr.Dataset({"trade_cost": (("origin", "destination", "sector"), value)},
                        {"origin": names, "destination": names, "sector": ["S0", "S1"]})  # fmt: skip
    every = sorted(((-value[r, s, i], f"R{r}", f"R{s}", f"S{i}") for r in range(5) for s in range(5) for i in range(2)),
                   reverse=True)  # fmt: skip
    for own in (False, True):
        want = [row for row in every if own or row[1] != row[2]]
        table = costliest_barriers(slopes, own=own)
        assert list(table.itertuples(index=False, name=None)) == [(*row[1:], row[0]) for row in want[:20]]
    assert len(costliest_barriers(slopes, 3)) == 3


def test_what_is_moved_is_written_as_the_scenario_has_it() -> None:
    share, year = Knob("share", "a/b", scale=-100), Knob("year", "a", whole=True)
    assert (share.shown(0.25), share.written(-25.0), str(share.shown(0.0))) == (-25.0, 0.25, "0.0")
    assert repr(year.written(2035.0)) == "2035"
    named = Knob("rule", "a", choices=("one", "two", "none"), writes=(1, 2, None))
    plain = Knob("rule", "a", choices=("one", "two"))
    assert [named.chosen(x) for x in (1, 2, None)] == ["one", "two", "none"]
    assert [plain.chosen(x) for x in ("two", None)] == ["two", "one"]
    for knob, given, left in ((named, "two", {"k": 2}), (named, "none", {}), (plain, "two", {"k": "two"}),
                              (share, 50, {"k": -0.5})):  # fmt: skip
        into: dict[str, Any] = {"k": 0}
        knob.write(into, "k", given)
        assert into == left
    assumed = [k for k in ("fact", "computed", "memory", "judgement") if Ground("x", k, "").assumed]
    assert assumed == ["memory", "judgement"]
    assert Ground("x", "fact", "").numbers == 1


def test_records_say_what_they_are() -> None:
    lasting, timed, yearly = Tariff("BOR", "ATL", add=0.1), Capacity("BOR", loss=0.2), Push("ATL", rate=0.1)
    shock = Shock((lasting,), "a") + Shock((timed, yearly)) + Shock((), "b")
    assert (shock.name, shock.lasting, shock.timed, shock.yearly) == ("a + b", (lasting,), (timed,), (yearly,))
    assert shock.of(Tariff, Push) == (lasting, yearly)
    kinds = [Quantity("q", "share", (), "x", better=b, rest=r) for b in (-1, 0, 1) for r in (0.0, 1.0, None)]
    assert [q.change for q in kinds] == [True, False, False] * 3
    assert [q.loss for q in kinds] == [True] + [False] * 8
    drawn = [
        Uncertain("u", lambda p, x, acc: p, lambda p: None, **k) for k in ({}, {"choices": ("a",)}, {"level": True})
    ]
    assert [u.rest for u in drawn] == [1.0, "", ""]
    assert {u.low for u in drawn} == {0.0}
    trade = registry.find("trade")
    trade.refuse_unread([lasting])
    with pytest.raises(
        BadInput, match=r"the model trade does not read `push [^`]*`\n  fix: it reads trade_cost, tariff"
    ):
        trade.refuse_unread([lasting, yearly])
    seen = []
    with expecting(many=True):
        with expecting(many=False):
            seen.append(expected())
        seen.append(expected())
    assert [*seen, expected()] == [False, True, None]


def test_a_constant_has_no_derivative() -> None:
    """d/dx of x · c with c = x held is c."""
    assert float(jax.grad(lambda x: x * held(x))(3.0)) == 3.0
    given = np.array([1.0, 2.0])
    with plainly():
        assert held(given) is given


def test_nothing_has_no_sign() -> None:
    """What is turned by a scale below 0 is shown, and written, as 0, never as -0."""
    turned = Knob("share", "a/b", scale=-100)
    assert [f"{x:g}" for x in (turned.shown(0.0), turned.written(0.0), turned.written(-0.0))] == ["0", "0", "0"]


def test_compiled_programs_are_kept_where_somebody_said_or_in_the_users_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: dict[str, Any] = {}
    config = SimpleNamespace(jax_compilation_cache_dir=str(tmp_path / "said"), update=told.__setitem__)
    monkeypatch.setattr(compiling, "_config", config)
    monkeypatch.setattr(compiling, "user_cache_path", lambda *_: tmp_path / "own")
    assert (compiling.use_compile_cache(), told) == (tmp_path / "said", {})
    config.jax_compilation_cache_dir = None
    assert compiling.use_compile_cache() == tmp_path / "own" / "jax"
    assert told["jax_compilation_cache_dir"] == str(tmp_path / "own" / "jax")
    assert (tmp_path / "own" / "jax").is_dir()

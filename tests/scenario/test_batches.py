"""Draws worked together give what draws worked one by one give, and one that is refused leaves the others alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.helpers import rooms
from xunhuan.models import registry
from xunhuan.scenario import bench as whole
from xunhuan.scenario import compare, ensemble
from xunhuan.scenario.assess import assess, headlines
from xunhuan.scenario.bench import LEVELS
from xunhuan.scenario.check import prepare
from xunhuan.scenario.design import design
from xunhuan.scenario.ensemble import DrawRow, drawn, worked
from xunhuan.scenario.layers import Layers
from xunhuan.scenario.run import Bench

pytestmark = pytest.mark.twin

CUT = {"from": "BOR", "to": "ATL", "sectors": "MAN", "cut": 0.6}
SHOCKS: list[dict[str, Any]] = [
    {
        "name": "embargo",
        "trade_cost": CUT,
        "link": {"from": "BOR", "to": "ATL", "sectors": "MAN", "start": 3, "end": 20},
    },
    {
        "name": "opening",
        "role": "policy",
        "trade_cost": {"from": "ATL", "to": "ATL", "sectors": "goods", "change": -0.05},
    },
]
LONG = {
    "draws": 6,
    "trade_elasticity": {"relative_sd": 0.2},
    "mobility": {"low": 0.5, "high": 1.5},
    "shock": {"embargo": {"low": 0.6, "high": 1.2}, "opening": {"low": 0.0, "high": 2.0}},
}
TIGHT = {"labour": "mobile", "tolerance": 1e-13}
"""An offset divides by a loss that may be small, and what the search leaves with it."""
SHORT = {"draws": 5, "inventories": {"relative_sd": 0.4}, "shock": {"embargo": {"low": 0.5, "high": 1.0}}}


def scenario(model: dict[str, Any], uncertainty: dict[str, Any], **more: Any) -> Layers:
    data = {"title": "x", "base": "toyland", "shock": SHOCKS, "model": model, "uncertainty": uncertainty}
    return Layers("test", data | more, (), None)


def rows_of(bench: Bench) -> tuple[pd.DataFrame, list[tuple[int, dict[str, float]]]]:
    assert bench.scenario.uncertainty is not None
    table = design(bench.scenario.uncertainty)
    return table, [(int(k), {str(c): float(v) for c, v in row.items()}) for k, row in table.iterrows()]  # type: ignore[call-overload]


def alone(bench: Bench, rows: list[tuple[int, dict[str, float]]], monkeypatch: pytest.MonkeyPatch) -> list[DrawRow]:
    """The draws, nothing worked together."""
    with monkeypatch.context() as m:
        m.setattr(ensemble, "answered_together", lambda draws: None)
        return list(worked(bench, rows))


@pytest.mark.parametrize(
    ("model", "uncertainty"),
    [
        ({"trade": TIGHT}, LONG),
        ({"propagation": {"horizon_days": 42.0}}, SHORT),
        ({"trade": TIGHT, "propagation": {"horizon_days": 42.0}}, LONG | SHORT),
    ],
    ids=["long", "short", "both"],
)
def test_together_is_one_by_one(
    model: dict[str, Any], uncertainty: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every headline number and its quantiles, to 1e-8."""
    compared = {"offset": {"shock": "embargo", "policy": "opening"}}
    compared = compared if "trade" in model else {}
    bench = drawn(prepare(scenario(model, uncertainty, compare=compared)))
    table, rows = rows_of(bench)
    calls: list[int] = []
    for name in model:
        _counted(name, calls, monkeypatch)
    together, single = list(worked(bench, rows)), alone(bench, rows, monkeypatch)
    assert max(calls) == len(rows), "they are worked together"
    assert [r[:3] for r in together] == [r[:3] for r in single]
    assert {r[1] for r in together} == {"converged"}
    a, b = (np.array([r[3] for r in found]) for found in (together, single))
    np.testing.assert_allclose(a, b, rtol=1e-8, atol=1e-10)
    for q in LEVELS.values():
        np.testing.assert_allclose(np.nanquantile(a, q, axis=0), np.nanquantile(b, q, axis=0), rtol=1e-8, atol=1e-10)
    assert np.nanmax(np.ptp(a, axis=0)) > 1e-3
    assert len(table) == len(rows)


@pytest.mark.parametrize("size", [1, 2, 5])
def test_a_draw_is_the_same_digits_whatever_it_is_worked_with(size: int) -> None:
    """The same inputs give the same bytes on two cores and on sixty, and after an interruption."""
    model = {"trade": {"labour": "mobile"}, "propagation": {"horizon_days": 42.0}}
    bench = drawn(prepare(scenario(model, LONG | SHORT)))
    _, rows = rows_of(bench)
    all_at_once = list(worked(bench, rows))
    parts = [row for k in range(0, len(rows), size) for row in worked(bench, rows[k : k + size])]
    assert parts == all_at_once


def _counted(name: str, calls: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """Note how many draws a model is given at once."""
    model = registry.find(name)
    engine = model.respond_many
    assert engine is not None

    def many(acc: Any, shocks: Any, parameters: Any, **rest: Any) -> Any:
        calls.append(len(shocks))
        return engine(acc, shocks, parameters, **rest)

    monkeypatch.setitem(registry._known, name, _with(model, respond_many=many))


def _with(model: Any, **changes: Any) -> Any:
    from dataclasses import replace

    return replace(model, **changes)


def test_a_refused_draw_does_not_spoil_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """θ below 0 is refused before the batch, a tariff below 0 inside it; neither is the first nor the last."""
    cheaper = {"name": "cheaper", "tariff": {"from": "BOR", "to": "ATL", "sectors": "FAR", "add": -0.02}}
    u = {"draws": 2, "trade_elasticity": {"relative_sd": 0.1}, "shock": {"cheaper": {"low": 0.5, "high": 3.0}}}
    data = {"title": "x", "base": "toyland", "shock": [cheaper], "model": {"trade": TIGHT}, "uncertainty": u}
    bench = drawn(prepare(Layers("test", data, (), None)))
    factors = [(1.1, 1.0), (-1.0, 1.0), (1.0, 2.0), (0.9, 4.0), (0.8, 0.5), (0.7, 5.0), (1.2, 1.5)]
    rows = [(k, {"trade_elasticity": f, "shock.cheaper": size}) for k, (f, size) in enumerate(factors)]
    calls: list[int] = []
    _counted("trade", calls, monkeypatch)
    together = list(worked(bench, rows))
    assert calls == [6, 3, 1], "the batch goes on behind each draw that is refused"
    single = alone(bench, rows, monkeypatch)
    good, bad = "converged", "refused"
    assert [r[1] for r in together] == [r[1] for r in single] == [good, bad, good, bad, good, bad, good]
    assert "the tariff of BOR->AT-N FAR would be -0.01" in together[3][2]
    for a, b in zip(together, single, strict=True):
        assert a[2] == b[2]
        np.testing.assert_allclose(a[3], b[3], rtol=1e-8, atol=1e-10)


RAINY = {
    "title": "x",
    "base": "toyland",
    "shock": [{"name": "rain", "rain": {"regions": "AT-N", "days": 4.0}}],
    "model": {"weather": {"growth": 0.05}},
    "uncertainty": {"draws": 5, "growth": {"low": 0.1, "high": 2.0}},
}


@pytest.mark.parametrize("refuse", [0.055, 0.021, 0.0])
def test_what_is_refused_in_a_batch_leaves_the_batch_before_and_after_it(refuse: float) -> None:
    """Draws grow by 5% × (1, 2, 0.5, 1.2, 0.4): those above `refuse` are refused with their reason, the rest answered,
    and none but the refused asked again one by one."""
    calls: list[int] = []
    factors = (1.0, 2.0, 0.5, 1.2, 0.4)
    with registry.registered(rooms.WEATHER):
        labels = headlines(assess(prepare(Layers("test", RAINY, (), None))).data)[0]
    with registry.registered(rooms.many(calls, refuse)):
        bench = prepare(Layers("test", RAINY, (), None))
        found = list(worked(bench, [(k, {"growth": f}) for k, f in enumerate(factors)]))
    bad = [0.05 * f > refuse for f in factors]
    assert [r[1] for r in found] == ["refused" if x else "converged" for x in bad]
    for f, no, row in zip(factors, bad, found, strict=True):
        if no:
            assert f"growth of {0.05 * f:g} is more than a field bears" in row[2]
        else:
            assert max(row[3]) > 0
            harvest = (labels["variable"] == "harvest") & (labels["arm"] == "rain")
            np.testing.assert_allclose(np.array(row[3])[harvest.to_numpy()], 4 * 0.05 * f, rtol=1e-12)
    # The batch goes on behind each draw that is refused.
    assert calls[0] == len(factors)
    ends = [len(factors) - 1 - k for k, x in enumerate(bad) if x]
    assert calls == [len(factors), *(n for n in ends if n > 0)]


def test_draws_of_a_chain_are_worked_together_where_they_begin() -> None:
    """The weather takes five at once; the mill after it finds each draw's own answer."""
    calls: list[int] = []
    with registry.registered(rooms.many(calls)), registry.registered(rooms.MILL):
        chain = {"weather": {"growth": 0.05}, "mill": {"after": "weather"}}
        bench = prepare(Layers("test", RAINY | {"model": chain}, (), None))
        table, rows = rows_of(bench)
        found = list(worked(bench, rows))
        labels = headlines(assess(bench).data)[0]
    at = labels[(labels["variable"] == "flour") & (labels["arm"] == "rain") & (labels["place"] == "ATL")].index[0]
    flour = np.array([r[3][at] for r in found])
    np.testing.assert_allclose(flour, 0.5 * 1464.0 * (1 + 0.2 * table["growth"].to_numpy()), rtol=1e-12)
    assert calls == [5]


def test_only_the_short_run_is_drawn_and_comparisons_keep_their_nominal_numbers() -> None:
    """Comparisons weigh the long run, which is not drawn: they are told without an interval; its shares keep the table's."""
    compared = {"offset": {"shock": "embargo", "policy": "opening"}, "reinforcement": {}}
    model = {"trade": {}, "propagation": {"horizon_days": 42.0}}
    result = whole.run_layers(scenario(model, SHORT | {"models": ["propagation"]}, compare=compared))
    s = result.summary
    assert set(s["variable"]) >= {"omega", "reinforcement", "loss", "real_income", "reliance"}
    short = {"loss", "loss_year"}
    mine = s["variable"].isin(short)
    assert (s.loc[mine, "draws"] == 5).all()
    assert s.loc[mine, ["median", "low", "high"]].notna().all().all()
    assert (s.loc[~mine, "draws"] == 0).all()
    shares = s["variable"] == "circulation"  # what versions of the table alone leave open
    assert s.loc[~mine & ~shares, ["median", "low", "high"]].isna().all().all()
    told = s[shares].dropna(subset=["low", "high"])
    assert {"own", "inter"} <= set(told["circuit"])
    assert ((told["low"] <= told["value"]) & (told["value"] <= told["high"])).all()
    assert s.loc[~mine & (s["variable"] != "omega"), "value"].notna().any()
    assert "loss_low" in result.data
    assert not [
        v for v in result.data.data_vars if str(v).startswith(("omega_", "real_income_")) and str(v).endswith("_low")
    ]
    assert result.outcomes is not None
    assert set(result.outcomes["quantity"]) == short
    moved = result.data["rank_correlation"]
    assert set(moved["headline_variable"].to_numpy()) == short
    made = set(compare.COMPARISONS) & {str(v) for v in result.data.data_vars}
    assert made == {"omega", "omega_net", "reinforcement", "reinforcement_by_channel"}


def test_a_model_that_is_not_drawn_cannot_be_uncertain() -> None:
    from xunhuan.errors import BadInput

    model = {"trade": {"labour": "mobile"}, "propagation": {"horizon_days": 42.0}}
    with pytest.raises(BadInput) as e:
        prepare(scenario(model, LONG | {"models": ["propagation"]}))
    assert "uncertainty.trade_elasticity: its draws would change nothing: the model trade is not drawn" in e.value.items

"""Draws of a model that comes after another: many at once give what one by one gives."""

from __future__ import annotations

import pytest

import xunhuan as xh
from xunhuan.scenario import ensemble
from xunhuan.scenario.check import prepare
from xunhuan.scenario.layers import Layers

pytestmark = pytest.mark.twin

DATA = {
    "title": "orders lost, sold at home", "base": "toyland",
    "shock": [{"name": "lost", "orders": {"regions": "BOR", "origin": "ATL", "change": -1.0, "end": 28}}],
    "model": {
        "conversion": {"sectors": "MAN", "convexity": 0.2, "lag_weeks": 1.0, "draws": 0},
        "propagation": {"after": "conversion", "horizon_days": 56.0, "step_days": 7.0},
    },
    "uncertainty": {"models": ["propagation"], "draws": 4, "seed": 3, "inventories": {"low": 0.5, "high": 2.0}},
}  # fmt: skip


def test_chained_draws_at_once_are_those_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = prepare(Layers("chained", DATA, (), None))
    rows = [(k, {"inventories": x}) for k, x in enumerate((0.5, 0.8, 1.3, 2.0))]
    batches: list[int] = []
    whole = ensemble._batched
    monkeypatch.setattr(
        ensemble, "_batched", lambda m, left, booked: (batches.append(len(left)), whole(m, left, booked))
    )
    together = list(ensemble.worked(bench, rows))
    assert batches == [4]
    apart = [next(iter(ensemble.worked(bench, [row]))) for row in rows]
    for one, other in zip(together, apart, strict=True):
        assert one[:3] == other[:3]
        assert one[3] == pytest.approx(other[3], rel=1e-9, abs=1e-15, nan_ok=True)
    assert together[0][3] != together[3][3]


def test_home_sales_lessen_what_the_short_run_loses() -> None:
    def lost(after: dict[str, str]) -> float:
        model = {**DATA["model"], "propagation": {**DATA["model"]["propagation"], **after}}  # type: ignore[dict-item]
        data = {**DATA, "model": model, "uncertainty": None}
        data.pop("uncertainty")
        if not after:
            data["model"]["propagation"].pop("after")  # type: ignore[index]
        r = xh.run(data)
        return float(r.numbers(variable="loss", arm="lost", place="ATL")["value"].iloc[0])

    alone, chained = lost({}), lost({"after": "conversion"})
    assert 0 < chained < alone

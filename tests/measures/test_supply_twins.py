"""Domestic share of use and import content against loops over single cells."""

from __future__ import annotations

import numpy as np
import pytest

from xunhuan.data.store import load
from xunhuan.errors import BadInput, UnknownName
from xunhuan.measures import import_content, supply

pytestmark = pytest.mark.twin


def test_supply_against_loops(toy) -> None:
    inside = [k for k, n in enumerate(toy.geography.nation) if n == toy.home]
    ds = supply(toy, toy.home, by="sector").isel(region=0)
    for i in range(toy.S):
        used = imported = 0.0
        for s in inside:
            for r in range(toy.R):
                used += toy.flow[r, s, i]
                imported += toy.flow[r, s, i] if r not in inside else 0.0
        assert float(ds["domestic"][i]) == pytest.approx(1 - imported / used, rel=1e-12)


def test_supply_of_users_who_buy_alike(china) -> None:
    """Goods of 2017 that users draw wholly from stock flow from nobody, yet are used; they count as made at home."""
    rest = china.geography.codes.index("ROW")
    inside = [k for k in range(china.R) if k != rest]
    assert ((china.absorption[inside] == 0) & (china.use[inside].sum(2) > 0)).any()
    for kind, name in ((china.use, "domestic_intermediate"), (china.final, "domestic_final")):
        imported = used = 0.0
        for s in inside:
            for i in range(china.S):
                bought = china.flow[:, s, i].sum()
                used += kind[s, i].sum()
                imported += china.flow[rest, s, i] / bought * kind[s, i].sum() if bought else 0.0
        assert supply(china, "CHN")[name].item() == pytest.approx(1 - imported / used, rel=1e-12)
    own = supply(china, "CN-BJ", by="sector").domestic
    assert set(own.values[(own == 1) | (own.round(12) == 0)]) <= {0.0, 1.0}  # shares of all and of nothing are exact


def test_import_content_against_the_inverse(toy) -> None:
    kind = toy.sectors.codes[1]
    inside = [k for k, n in enumerate(toy.geography.nation) if n == toy.home]
    n, k = len(inside), toy.S
    direct, inner = np.zeros(n * k), np.zeros((n * k, n * k))
    for b, s in enumerate(inside):
        for j in range(k):
            for i in range(k):
                for r in range(toy.R):
                    z = toy.flow[r, s, i] / toy.absorption[s, i] * toy.use[s, i, j]
                    if r in inside:
                        inner[inside.index(r) * k + i, b * k + j] += z / toy.output[s, j]
                    elif i == 1:
                        direct[b * k + j] += z / toy.output[s, j]
    through = np.linalg.solve(np.eye(n * k) - inner.T, direct).reshape(n, k)
    output = toy.output[inside]
    ds = import_content(toy, toy.home, by="sector", sectors=kind).isel(region=0)
    assert np.allclose(ds["through"], (through * output).sum(0) / output.sum(0), rtol=1e-10)
    assert np.allclose(ds["direct"], (direct.reshape(n, k) * output).sum(0) / output.sum(0), rtol=1e-12)


def test_sourcing_by_user_is_used() -> None:
    acc = load("china-national-2017")
    ds = supply(acc, "CHN", by="sector", sectors="electronics")
    assert not np.allclose(ds["domestic_intermediate"], ds["domestic_final"])
    plain = supply(acc.replace(sourcing=None), "CHN", by="sector", sectors="electronics")
    assert np.allclose(plain["domestic_intermediate"], plain["domestic_final"])
    assert np.allclose(plain["domestic"], ds["domestic"])


def test_electronic_components_of_the_detailed_table() -> None:
    acc = load("china-detailed-2018")
    ds = supply(acc, "CHN", sectors="electronic_components")
    k = acc.sectors.select("electronic_components")[0]
    assert ds["domestic"].item() == pytest.approx(1 - acc.flow[1, 0, k] / acc.absorption[0, k])
    content = import_content(acc, "CHN", by="sector", sectors="electronic_components")
    assert float(content["imported"].sum()) <= float(ds["imported"].sum())
    assert int(np.argmax(content["imported"].values[0])) in acc.sectors.select("electronics")


def test_errors(toy) -> None:
    with pytest.raises(UnknownName, match="unknown region"):
        supply(toy, "nowhere")
    acc = load("china-national-2017")
    with pytest.raises(BadInput, match="no books are kept for an open region"):
        import_content(acc, "ROW")

"""Coalitions of sanctions: what members are worth, and payments under which all lose alike."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

import xunhuan as xh
from xunhuan.data.accounts import Accounts
from xunhuan.data.places import places
from xunhuan.errors import BadInput, NotConverged
from xunhuan.faces.cli import main
from xunhuan.models.edits import Tariff, TradeCost, Transfer
from xunhuan.scenario import worth
from xunhuan.scenario.coalition import coalition

pytestmark = pytest.mark.identity

CLUB = ("AT-N", "AT-E", "AT-S")


def _gains(toy: Accounts, *edits: TradeCost | Tariff | Transfer) -> dict[str, float]:
    hat = xh.respond(toy, edits).detail["real_income_hat"]
    return dict(zip(toy.geography.codes, (hat - 1).values.tolist(), strict=True))


@pytest.mark.textbook
def test_shapley_values_of_the_glove_game() -> None:
    """One right glove and two left ones: 2/3, 1/6, 1/6, the standard example of [Shapley1953]'s value."""
    value = worth.shapley(lambda s: float(bool(s & 1) and bool(s & 6)), 3)
    np.testing.assert_allclose(value, [2 / 3, 1 / 6, 1 / 6], rtol=1e-14)


@pytest.mark.twin
def test_shapley_values_are_means_over_all_orders() -> None:
    table = np.random.default_rng(1).normal(size=32)
    table[0] = 0
    every = [list(o) for o in permutations(range(5))]
    exact = worth.shapley(lambda s: float(table[s]), 5)
    mean, error = worth.sampled_shapley(lambda s: float(table[s]), every)
    np.testing.assert_allclose(exact, mean, rtol=1e-12)
    assert exact.sum() == pytest.approx(table[31])
    drawn, told = worth.sampled_shapley(lambda s: float(table[s]), worth.drawn_orders(5, 400, 3))
    assert (abs(drawn - exact) < 4 * told).all()
    np.testing.assert_allclose(told, error * np.sqrt(120 / 400), rtol=0.2)
    assert drawn.sum() == pytest.approx(table[31]), "whatever the orders"


def test_losses_are_those_of_the_model_asked_coalition_by_coalition(toy: Accounts) -> None:
    c = coalition(toy, CLUB, "BOR", "MAN", share=False)
    assert c.attrs["coalitions"] == 8

    def loss(*members: str) -> dict[str, float]:
        return {k: -v for k, v in _gains(toy, TradeCost("+".join(members), "BOR", "MAN", ban=True)).items()}

    whole = loss(*CLUB)
    assert float(c["target_loss"]) == pytest.approx(whole["BOR"], abs=1e-12)
    np.testing.assert_allclose(c["loss"], [whole[m] for m in CLUB], atol=1e-12)
    for k, m in enumerate(CLUB):
        others = [x for x in CLUB if x != m]
        alone, without = loss(m), loss(*others)
        at = {n: float(c[n][k]) for n in c.data_vars if c[n].dims == ("member",)}
        assert at["alone"] == pytest.approx(alone["BOR"], abs=1e-12)
        assert at["loss_alone"] == pytest.approx(alone[m], abs=1e-12)
        assert at["loss_outside"] == pytest.approx(without[m], abs=1e-12)
        assert at["worth"] == pytest.approx(whole["BOR"] - without["BOR"], abs=1e-12)
    np.testing.assert_allclose(c["nested"], [loss(*CLUB[: k + 1])["BOR"] for k in range(3)], atol=1e-12)
    assert float(c["shapley"].sum()) == pytest.approx(float(c["target_loss"]), rel=1e-12)


@pytest.mark.parametrize("deficits", ["zero", "world_share", "own_share", "constant"])
def test_payments_make_all_lose_alike_and_sum_to_nothing(toy: Accounts, deficits: str) -> None:
    c = coalition(toy, CLUB, "BOR", "MAN", deficits=deficits)
    received, pay = c["received"].to_numpy(), c["payment"].to_numpy()
    np.testing.assert_allclose(c["loss_shared"], float(c["loss_shared"].mean()), atol=2e-9)
    assert abs(received.sum()) < 1e-9
    np.testing.assert_allclose(pay.sum(0) - pay.sum(1), received, atol=1e-12)
    assert (np.minimum(pay.sum(0), pay.sum(1)) == 0).all(), "nobody both pays and receives"
    assert (np.sign(received) == np.sign(c["first_order"])).all()
    np.testing.assert_allclose(received, c["first_order"], rtol=0.35)
    assert abs(received / c["first_order"].to_numpy() - 1).max() > 1e-3, "payments move prices"
    edits = [Transfer(CLUB[p], CLUB[q], value=pay[p, q]) for p, q in np.argwhere(pay > 0)]
    ban = TradeCost("+".join(CLUB), "BOR", "MAN", ban=True)
    hat = xh.respond(toy, [ban, *edits], deficits=deficits).detail["real_income_hat"].to_numpy()[:3]
    np.testing.assert_allclose(1 - hat, c["loss_shared"], atol=1e-12)


def test_measures_directions_and_retaliation(toy: Accounts) -> None:
    """Each as the model is asked by hand."""
    asked = {
        ("cut=0.5", "imports", ""): [TradeCost("BOR", "AT-N", "MAN", cut=0.5)],
        ("change=20%", "both", ""): [
            TradeCost("AT-N", "BOR", "MAN", change=0.2),
            TradeCost("BOR", "AT-N", "MAN", change=0.2),
        ],
        ("tariff=0.25", "imports", "FAR"): [
            Tariff("BOR", "AT-N", "MAN", add=0.25),
            Tariff("AT-N", "BOR", "FAR", add=0.25),
        ],
        ("change=0.1", "exports", "FAR"): [
            TradeCost("AT-N", "BOR", "MAN", change=0.1),
            TradeCost("BOR", "AT-N", "FAR", change=0.1),
        ],
    }
    for (measure, direction, answer), edits in asked.items():
        c = coalition(toy, ["AT-N"], "BOR", "MAN", measure=measure, direction=direction, retaliation=answer)  # type: ignore[arg-type]
        g = _gains(toy, *edits)
        assert float(c["target_loss"]) == pytest.approx(-g["BOR"], abs=1e-12)
        assert float(c["loss"][0]) == pytest.approx(-g["AT-N"], abs=1e-12)
        assert float(c["received"][0]) == 0


def test_a_member_may_be_several_regions(toy: Accounts) -> None:
    c = coalition(toy, ["AT-N+AT-E", "AT-S"], "BOR", "MAN", share=False)
    out = xh.respond(toy, TradeCost("ATL", "BOR", "MAN", ban=True)).detail
    income, hat = (out[n].to_numpy()[:2] for n in ("income_base", "real_income_hat"))
    assert float(c["loss"][0]) == pytest.approx(1 - (income * hat).sum() / income.sum(), abs=1e-12)
    assert float(c["income"][0]) == pytest.approx(income.sum())
    order = coalition(toy, ["AT-S", "AT-N+AT-E"], "BOR", "MAN", share=False)
    np.testing.assert_allclose(order["shapley"][::-1], c["shapley"], rtol=1e-12)
    assert abs(float(order["nested"][0] - c["nested"][0])) > 1e-6


def test_above_ten_members_orders_are_drawn(toy: Accounts, monkeypatch: pytest.MonkeyPatch) -> None:
    exact = coalition(toy, CLUB, "BOR", "MAN", share=False)
    monkeypatch.setattr("xunhuan.scenario.coalition.FEW_PLAYERS", 2)
    told: list[tuple[int, int]] = []
    c = coalition(
        toy, CLUB, "BOR", "MAN", share=False, orders=30, progress=lambda done, every: told.append((done, every))
    )
    assert c.attrs["orders"] == 30
    assert told[-1][0] == told[-1][1]
    assert (c["shapley_error"] > 0).all()
    assert (abs(c["shapley"] - exact["shapley"]) <= 4 * c["shapley_error"]).all()
    assert float(c["shapley"].sum()) == pytest.approx(float(exact["target_loss"]), rel=1e-12)
    for name in ("worth", "alone", "nested", "loss"):
        np.testing.assert_array_equal(c[name], exact[name])


@pytest.mark.error
@pytest.mark.parametrize(
    ("members", "given", "told"),
    [
        ([], {}, "it has no members"),
        (["AT-N", "AT-N"], {}, "AT-N: is in the coalition twice, as AT-N"),
        (["AT-N+AT-S", "AT-S"], {}, r"AT-S: is in the coalition twice, as AT-N\+AT-S"),
        (["AT-N", "BOR"], {}, "BOR: the target BOR is inside the coalition"),
        (["AT-N", "Nowhere"], {}, "Nowhere: unknown region"),
        (["AT-N"] * 41, {}, "it has 41 members; at most 40 can be asked for"),
        (["AT-N"], {"measure": "boycott"}, "'boycott' is not a measure"),
        (["AT-N"], {"measure": "ban=1"}, "'ban=1' is not a measure"),
        (["AT-N"], {"measure": "cut=2"}, "cut: must be less than 1"),
        (["AT-N"], {"measure": "tariff=0.1"}, "a tariff is levied on what members buy"),
        (["AT-N"], {"direction": "sideways"}, "'sideways' is not a direction"),
        (["AT-N"], {"direction": "both", "retaliation": "MAN"}, "the target has no like answer"),
        (["AT-N"], {"model": "propagation"}, "the model propagation gives no gain by place"),
        (["AT-N"], {"thets": 4}, "thets: unknown key; did you mean theta"),
    ],
)  # fmt: skip
def test_what_is_refused(toy: Accounts, members: list[str], given: dict[str, object], told: str) -> None:
    with pytest.raises(BadInput, match=told):
        coalition(toy, members, "BOR", **({"sectors": "MAN"} | given))  # type: ignore[arg-type]


@pytest.mark.error
def test_a_member_without_trade_in_the_good_is_named(toy: Accounts, world: Accounts) -> None:
    flow = toy.flow.copy()
    moved = flow[0, 3, 1]
    flow[0, 3, 1], flow[0, 0, 1] = 0.0, flow[0, 0, 1] + moved
    final = toy.final.copy()
    final[3, 1, 0], final[0, 1, 0] = final[3, 1, 0] - moved, final[0, 1, 0] + moved
    with pytest.raises(BadInput, match="AT-N: has no trade with BOR in MAN that the measure could hit"):
        coalition(toy.replace(flow=flow, final=final), ["AT-N", "AT-E"], "BOR", "MAN")
    with pytest.raises(BadInput, match="1 orders have no standard error"):
        coalition(world, [c for c in world.geography.codes if c[:3] not in ("CN-", "CHN")][:11], "CHN", orders=1)


@pytest.mark.error
def test_a_coalition_without_an_answer_is_named(toy: Accounts) -> None:
    with pytest.raises(NotConverged, match="the coalition AT-N"):
        coalition(toy, ["AT-N", "AT-E"], "BOR", "MAN", max_iterations=1)
    with pytest.raises(NotConverged, match="payments that share the cost"):
        worth.equalised(lambda t: -t / 10.0 + np.array([0.1, -0.1]), np.array([0.1, -0.1]), np.ones(2), 1e-12, most=3)


def test_the_command_says_what_python_says(toy: Accounts, capsys: pytest.CaptureFixture[str]) -> None:
    import io

    import pandas as pd

    line = [
        "coalition",
        "toyland",
        "--members",
        "AT-N, AT-E,AT-S",
        "--target",
        "BOR",
        "--sectors",
        "MAN",
        "--format",
        "csv",
    ]
    c = coalition(toy, CLUB, "BOR", "MAN", theta=4.0)
    tables = {}
    for by in ("member", "order", "payment"):
        assert main([*line, "--by", by, "--set", "theta=4"]) == 0
        said = capsys.readouterr()
        tables[by] = pd.read_csv(io.StringIO(said.out))
        assert f"The target BOR loses {100 * float(c['target_loss']):.3g}% of its real income" in said.err
    np.testing.assert_allclose(tables["member"]["shapley"], 100 * c["shapley"], rtol=1e-9)
    np.testing.assert_allclose(tables["member"]["received"], c["received"], rtol=1e-9)
    np.testing.assert_allclose(tables["member"]["received_share"], 100 * c["received"] / c["income"], rtol=1e-9)
    assert "shapley_error" not in tables["member"]
    np.testing.assert_allclose(tables["order"]["target_loses"], 100 * c["nested"], rtol=1e-9)
    np.testing.assert_allclose(tables["order"]["added"].sum(), 100 * float(c["target_loss"]), rtol=1e-9)
    np.testing.assert_allclose(tables["payment"]["paid"].sum(), float(c["payment"].sum()), rtol=1e-9)
    assert main([*line, "--by", "member", "--no-share"]) == 0
    assert "received" not in capsys.readouterr().out
    assert main([*line, "--by", "payment", "--no-share"]) == 2
    assert main([*line[:3], "AT-N,BOR", *line[4:]]) == 2
    assert "the target BOR is inside the coalition" in capsys.readouterr().err
    assert main([*line, "--by", "colour"]) == 2
    assert "unknown view 'colour'" in capsys.readouterr().err


def test_where_people_move_a_nation_loses_welfare(toy: Accounts) -> None:
    """A nation's number is the model's own: utility by who its people are, not by who lives in a region in the base."""
    ds = coalition(toy, ["BOR"], "ATL", "MAN", share=False, labour="mobile")
    out = xh.respond(toy, TradeCost("BOR", "ATL", "MAN", ban=True), labour="mobile")
    at = places(toy)
    numbers = xh.models()["trade"].read(toy, out, at)
    assert float(ds["target_loss"]) == pytest.approx(-float(numbers["welfare"].values[at.index("ATL")]), rel=1e-9)
    assert abs(float(ds["target_loss"]) + float(numbers["real_income"].values[at.index("ATL")])) > 1e-6

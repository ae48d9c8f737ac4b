"""Capital destroyed and rebuilt: nothing is rebuilt that was not destroyed and delivered; messages; closed forms."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import numpy as np
import pytest

from xunhuan.data.accounts import Accounts
from xunhuan.errors import BadInput
from xunhuan.models.edits import Destruction
from xunhuan.models.model import Shock
from xunhuan.models.propagation import PropagationParameters, open_state, respond, save_state, simulate
from xunhuan.models.propagation.economy import at_rest, economy
from xunhuan.models.propagation.kernel import step
from xunhuan.models.propagation.timeline import pressure, timeline

pytestmark = pytest.mark.identity

QUAKES = (
    Destruction("AT-N", "MAN", loss=0.6, start=5, rebuild_days=20),
    Destruction("ATL", "goods", value=30.0, start=12, rebuild_days=90, capital_ratio=3.0, mix="MAN:1+SER:3"),
)
LONG = PropagationParameters(horizon_days=730)


@pytest.mark.parametrize("rule", ["proportional", "final_last", "home_first"])
def test_destroyed_is_rebuilt_and_outstanding_at_every_step(toy: Accounts, rule: str) -> None:
    p = PropagationParameters(rationing=rule)
    e = economy(toy, p)
    tl, e = timeline(toy, Shock(QUAKES), e, p)
    assert e.damage is not None
    state, built = at_rest(e), 0.0
    for k in range(200):
        state, f = step(state, e, pressure(tl, k))
        built += float(f.built.sum())
        destroyed = float(e.damage.value[e.damage.step <= k].sum())
        assert built + float(state.outstanding.sum()) == pytest.approx(destroyed, rel=1e-12, abs=1e-12)
        assert (state.outstanding >= 0).all()
        assert (f.built >= 0).all()
    assert built > 0.5 * destroyed


def test_nothing_destroyed_changes_nothing(toy: Accounts) -> None:
    none = respond(toy, Shock((Destruction("AT-N", "MAN", loss=0.0),)))
    assert float(np.abs(none.detail["loss"]).max()) < 1e-12
    assert float(none.detail["destroyed"].sum()) == 0.0
    still = respond(toy, Shock())
    np.testing.assert_array_equal(none.path["output"], still.path["output"])
    assert "rebuilt" not in still.detail


def test_capital_comes_back_and_the_books_balance(toy: Accounts) -> None:
    r = respond(toy, Shock(QUAKES), LONG)
    d = r.detail
    assert float(d["outstanding"].sum()) < 0.02 * float(d["destroyed"].sum())
    level = r.path["output"].sel(region="AT-N", sector="MAN") / r.path["base"].sel(region="AT-N", sector="MAN")
    assert float(level.min()) < 0.75
    assert float(level[-1]) > float(level.min()) + 0.2  # some customers stay with the suppliers that stood in
    assert r.accounts.categories[-1] == "rebuilding"
    year = respond(toy, Shock(QUAKES))
    booked = float(year.accounts.final[:, :, -1].sum())
    assert booked == pytest.approx(float(year.detail["rebuilt"].sum()), rel=1e-12)


@pytest.mark.textbook
def test_ample_capacity_rebuilds_at_the_stated_rate(toy: Accounts) -> None:
    """Where all that is asked is served, outstanding falls by 1/τ of itself a day, B⁰ (1 − 1/τ)^t [Hallegatte2008]."""
    p = PropagationParameters(horizon_days=60, slack=1.0)
    r = respond(toy, Shock((Destruction("AT-N", "MAN", loss=0.01, rebuild_days=40),)), p)
    left = float(r.detail["outstanding"].sum()) / float(r.detail["destroyed"].sum())
    assert left == pytest.approx((1 - 1 / 40) ** 60, rel=1e-9)


def test_a_value_is_that_much_and_a_share_of_it_alike(toy: Accounts) -> None:
    by_value = Destruction("ATL", "goods", value=25.0)
    assert float((by_value.share(toy) * by_value.capital(toy)).sum()) == pytest.approx(25.0, rel=1e-12)
    share = float(by_value.share(toy).max())
    a, b = (respond(toy, Shock((e,))).detail["loss"] for e in (by_value, Destruction("ATL", "goods", loss=share)))
    np.testing.assert_allclose(a, b, rtol=1e-12)
    assert by_value.dosed(2.0).value == 50.0
    assert Destruction("ATL", loss=0.7).dosed(2.0).loss == 1.0


def test_stopped_and_resumed_is_one_run(toy: Accounts, tmp_path: Path) -> None:
    p = PropagationParameters(horizon_days=84)
    whole = simulate(toy, Shock(QUAKES), p)
    half = simulate(toy, Shock(QUAKES), p, until=42)
    rest = simulate(toy, Shock(QUAKES), p, start=open_state(save_state(half, tmp_path / "half.nc")))
    np.testing.assert_array_equal(whole.state.outstanding, rest.state.outstanding)
    np.testing.assert_array_equal(whole.books.built, rest.books.built)


@pytest.mark.error
@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (Destruction("AT-N", value=1e9), r"is more than the capital there, [\d.]+ million SHL"),
        (Destruction("AT-N", loss=0.1, mix="COAL:1"), "unknown sector 'COAL'"),
        (Destruction("AT-N", loss=0.1, start=400), "it happens on day 400, the run ends on day 365"),
    ],
)
def test_messages(toy: Accounts, edit: Destruction, said: str) -> None:
    with pytest.raises(BadInput, match="the shock cannot be applied") as e:
        respond(toy, Shock((edit,)))
    assert any(re.search(said, item) for item in e.value.items), e.value.items


@pytest.mark.error
def test_one_of_loss_and_value_and_a_mix_that_reads() -> None:
    with pytest.raises(BadInput) as e:
        Destruction("AT-N")
    assert "give loss, a share of capital, or value" in e.value.items[0]
    with pytest.raises(BadInput) as e:
        Destruction("AT-N", loss=0.1, mix="F=2")
    assert 'is a list of goods with their weights, as in "F:0.7+C28:0.3"' in e.value.items[0]


@pytest.mark.error
def test_a_table_without_fixed_capital_asks_for_a_mix(toy: Accounts) -> None:
    bare = dataclasses.replace(toy, categories=("consumption", "other"))
    with pytest.raises(BadInput) as e:
        respond(bare, Shock((Destruction("AT-N", loss=0.1),)))
    assert "the table has no category of fixed capital formation" in e.value.items[0]
    assert float(respond(bare, Shock((Destruction("AT-N", loss=0.1, mix="MAN:1"),))).detail["rebuilt"].sum()) > 0

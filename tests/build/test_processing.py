"""A table with processing exporters apart: it balances, adds up to what it was, and keeps what is known."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

import xunhuan as xh
from tests.helpers.twofold import made_up
from xunhuan.build import builder
from xunhuan.build.processing import rejoined, split
from xunhuan.build.processing_shares import INFERRED, JUDGED, PUBLISHED, province_table, share_table, shares_of
from xunhuan.data.accounts import Accounts
from xunhuan.data.identities import identity_residuals
from xunhuan.data.store import load_log
from xunhuan.errors import BadInput
from xunhuan.faces.cli import main

pytestmark = pytest.mark.identity

BASES = ("china-national-2017", "china-2017", "china-2012")
ARRAYS = ("flow", "use", "final", "value_added")


@pytest.fixture(scope="module", params=BASES)
def pair(request: pytest.FixtureRequest) -> tuple[Accounts, Accounts]:
    """A table, and the same with exporters apart."""
    acc = xh.load(request.param)
    return acc, xh.split_processing(acc)


def test_it_balances(pair: tuple[Accounts, Accounts]) -> None:
    assert max(r.max() for r, _ in identity_residuals(pair[1]).values()) < 1e-11
    assert pair[1].extra["split"].startswith("solved in ")


def test_kinds_add_up_to_the_table(pair: tuple[Accounts, Accounts]) -> None:
    acc, apart = pair
    back = rejoined(apart)
    assert back.sectors.codes == acc.sectors.codes
    for name in ARRAYS:
        np.testing.assert_allclose(getattr(back, name), getattr(acc, name), rtol=1e-9, atol=1e-7)
    if acc.sourcing is not None:
        np.testing.assert_allclose(back.sourcing.intermediate, acc.sourcing.intermediate, rtol=1e-9, atol=1e-7)
        np.testing.assert_allclose(back.sourcing.final, acc.sourcing.final, rtol=1e-9, atol=1e-7)


def test_processors_sell_abroad_what_they_were_given(pair: tuple[Accounts, Accounts]) -> None:
    acc, apart = pair
    home = acc.closed
    at = apart.sectors.select("processing")
    assert apart.flow[np.ix_(home, home)][:, :, at].max() == 0.0
    assert apart.flow[~home][:, :, at].max() == 0.0
    shares = shares_of(acc)
    old = [acc.sectors.codes.index(apart.sectors.codes[k].removesuffix(":P")) for k in at]
    wanted = (shares.exports[home] * acc.flow[home][:, ~home].sum(1)).sum(0)
    np.testing.assert_allclose(apart.output[home][:, at].sum(0), wanted[old], rtol=1e-7)
    assert wanted.sum() == pytest.approx(wanted[old].sum(), rel=1e-9)


def test_processors_use_the_processing_imports(pair: tuple[Accounts, Accounts]) -> None:
    acc, apart = pair
    home = acc.closed
    at = apart.sectors.select("processing")
    used = apart.sourcing.intermediate[~home][:, : acc.S][..., at].sum((0, 2, 3))
    np.testing.assert_allclose(used, shares_of(acc).imports * acc.flow[np.ix_(~home, home)].sum((0, 1)), rtol=1e-8,
                               atol=1e-6)  # fmt: skip


def test_processors_import_more_and_earn_less(pair: tuple[Accounts, Accounts]) -> None:
    _, apart = pair
    home = apart.closed

    def part(group: str) -> tuple[float, float]:
        at = apart.sectors.select(group)
        made = apart.output[home][:, at].sum()
        bought = apart.sourcing.intermediate[~home][:, :, home][..., at].sum()
        return bought / made, apart.value_added[home][:, at].sum() / made

    (p_imports, p_earned), (o_imports, o_earned) = part("processing"), part("ordinary")
    assert p_imports > 0.5 > 0.1 > o_imports
    assert p_earned < 0.15 < o_earned


def test_groups_hold_both_kinds() -> None:
    apart = xh.load("china-processing-2017")
    names = {apart.sectors.codes[k] for k in apart.sectors.select("electronics")}
    assert names == {"20", "21", "20:P", "21:P"}
    assert len(apart.sectors.select("ordinary")) == 42
    assert len(apart.sectors.select("ordinary+processing")) == apart.S == 61


def test_shares_of_nought_give_the_table_back() -> None:
    acc = xh.load("china-national-2017")
    done = split(acc, np.zeros(acc.S), np.zeros(acc.S))
    assert done.accounts is acc
    assert done.programme.converged


@pytest.mark.parametrize("by_user", [True, False])
def test_all_exports_can_be_processing(by_user: bool) -> None:
    truth = made_up(by_user)
    apart = split(truth.table, np.ones(4), truth.imports).accounts
    assert apart.S == 8
    assert apart.flow[0, 1, :4].max() == 0.0
    np.testing.assert_allclose(apart.output[0, 4:], truth.table.flow[0, 1], rtol=1e-12)
    for name in ARRAYS:
        np.testing.assert_allclose(getattr(rejoined(apart), name), getattr(truth.table, name), atol=1e-9)


def test_circulation_by_group_adds_up() -> None:
    apart = xh.load("china-processing-2017")
    by_sector = xh.measures.circulation(apart, by="sector")
    by_group = xh.measures.circulation(apart, by="group")
    whole = xh.measures.circulation(apart)
    for name in ("own", "external"):
        value = by_group[name] * by_group["gdp"]
        total = float((whole[name] * whole["gdp"]).item())
        assert float(value.sel(group=["ordinary", "processing"]).sum()) == pytest.approx(total, rel=1e-12)
        at = [apart.sectors.codes[k] for k in apart.sectors.select("electronics")]
        there = by_sector.sel(sector=at)
        assert float(value.sel(group="electronics").item()) == pytest.approx(float((there[name] * there["gdp"]).sum()))
    assert float(by_group["external"].sel(group="processing").item()) == pytest.approx(1.0)
    some = xh.measures.circulation(apart, by="group", sectors="electronics")
    assert float(some["gdp"].sel(group="processing").item()) == pytest.approx(
        float(by_sector["gdp"].sel(sector=["20:P", "21:P"]).sum())
    )
    forward = xh.measures.circulation(apart, by="group", definition="forward")
    assert float((forward["own"] + forward["external"]).sel(group="ordinary").item()) == pytest.approx(1.0)


def test_exports_by_group_add_up() -> None:
    apart = xh.load("china-processing-2017")
    whole = xh.measures.export_decomposition(apart, border="nation")
    kinds = xh.measures.export_decomposition(apart, border="nation", by="group").sel(group=["ordinary", "processing"])
    for name in ("exports", "dva", "fva", "gvc_backward"):
        assert float(kinds[name].sum()) == pytest.approx(float(whole[name].sum()), rel=1e-10)


def test_groups_need_groups(toy: Accounts) -> None:
    from dataclasses import replace

    from xunhuan.data.classification import Sectors

    bare = replace(toy, sectors=Sectors(toy.sectors.codes))
    for measure in (xh.measures.circulation, xh.measures.export_decomposition):
        with pytest.raises(BadInput, match="no named groups"):
            measure(bare, by="group")


@pytest.mark.parametrize("year", [2012, 2017])
def test_the_bundled_table_is_what_the_sources_give(raw: Path, year: int) -> None:
    ((acc, log),) = builder(f"china-processing-{year}")(raw, lambda message: None)
    bundled = xh.load(f"china-processing-{year}")
    for name in ARRAYS:
        np.testing.assert_allclose(getattr(bundled, name), getattr(acc, name), rtol=1e-9, atol=1e-7)
    # What rounding leaves is told too, and is another on another kind of processor.
    assert [re.sub(r"\d\.\de[-+]\d\d", "0", n) for n in bundled.notes] == [
        re.sub(r"\d\.\de[-+]\d\d", "0", n) for n in acc.notes
    ]
    assert any("judgement" in n for n in bundled.notes)
    assert len(load_log(bundled.name)) == len(log)
    exports = log[log["quantity"] == "processing exports"]["change"].sum()
    assert exports == pytest.approx(bundled.output[0, bundled.sectors.select("processing")].sum(), rel=1e-8)


@pytest.mark.parametrize("year", [2012, 2017])
def test_every_share_says_what_it_rests_on(year: int) -> None:
    rows = share_table(year)
    assert set(rows["basis"]) <= {PUBLISHED, INFERRED, JUDGED}
    assert (rows["low"] <= rows["mid"]).all()
    assert (rows["mid"] <= rows["high"]).all()
    assert not rows[["source", "note"]].isna().any().any()
    assert (rows.loc[rows["basis"] == JUDGED, "source"] == "judgement").all()
    assert rows.loc[rows["basis"] == PUBLISHED, "source"].str.contains("customs.gov.cn").all()
    assert (rows["basis"] == PUBLISHED).sum() == 5
    assert (province_table()["basis"] == INFERRED).all()


def test_drawn_shares_stay_in_reach_and_at_the_level() -> None:
    """The level of all goods is the row's; published rows stay in their range whatever the level."""
    acc = xh.load("china-2017")
    rows = share_table(2017)
    level = rows[rows["sector"] == "goods"].set_index("side")
    fixed = rows[(rows["side"] == "imports") & (rows["basis"] == PUBLISHED)]
    goods, home = acc.sectors.select("goods"), acc.closed
    seen = []
    for k in (None, *range(8)):
        shares = shares_of(acc, k)
        sold = acc.flow[np.ix_(home, ~home)].sum(1)
        part = (shares.exports[home] * sold)[:, goods].sum() / sold[:, goods].sum()
        assert level.loc["exports", "low"] <= part <= level.loc["exports", "high"]
        for c, low, high in fixed[["sector", "low", "high"]].itertuples(index=False):
            assert low <= shares.imports[acc.sectors.codes.index(c)] <= high
        seen.append(part)
    assert len(set(np.round(seen, 9))) == len(seen)
    np.testing.assert_array_equal(shares_of(acc, 3).exports, shares_of(acc, 3).exports)


def test_provinces_with_a_figure_lie_apart_from_the_nation() -> None:
    acc = xh.load("china-2017")
    shares = shares_of(acc)
    at = acc.sectors.codes.index("20")
    mean = shares_of(xh.load("china-national-2017")).exports[0, at]
    place = {c: shares.exports[acc.geography.codes.index(c), at] for c in ("CN-SC", "CN-FJ", "CN-HE")}
    assert place["CN-SC"] > mean > place["CN-FJ"]
    assert place["CN-HE"] == shares.exports[acc.geography.codes.index("CN-SX"), at]  # none has a figure


def test_the_command_saves_the_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["split-processing", "china-national-2017", "-o", str(tmp_path / "apart.nc"), "--draw", "2"]) == 0
    said = capsys.readouterr()
    assert "Electronics, processing exports" in said.out
    assert "solved in " in said.out + said.err
    assert "judgement" in said.out + said.err
    saved = xh.load(tmp_path / "apart.nc")
    assert saved.digest == xh.split_processing(xh.load("china-national-2017"), draw=2).digest
    assert saved.digest != xh.split_processing(xh.load("china-national-2017")).digest
    assert main(["circulation", str(tmp_path / "apart.nc"), "--by", "group", "--format", "csv"]) == 0
    assert "processing" in capsys.readouterr().out

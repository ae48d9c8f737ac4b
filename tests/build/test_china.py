"""The provincial tables against their sources: totals, the log, the bounds, and what the result must show."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linear_sum_assignment

import xunhuan as xh
from tests.evidence.china import LU
from xunhuan.build.china import books_of, build_table
from xunhuan.build.china_raw import ChinaInputs, ProvincialTables, read_inputs
from xunhuan.build.national_check import STEP, value_added_exported
from xunhuan.build.provinces import split_trade
from xunhuan.data.accounts import Accounts
from xunhuan.data.identities import identity_residuals
from xunhuan.data.store import load_log

pytestmark = pytest.mark.identity

Built = dict[str, tuple[Accounts, pd.DataFrame]]


@pytest.fixture(scope="module")
def inputs(raw: Path) -> dict[int, ChinaInputs]:
    return {year: read_inputs(raw, year) for year in (2012, 2017)}


@pytest.fixture(scope="module")
def built(inputs: dict[int, ChinaInputs]) -> Built:
    """Every table from its sources; the harmonised ones with the bundled posterior, which test_harmonise samples again."""
    tables = [build_table(inputs[2017], h) for h in ("reported", "least", "most")]
    tables.append(build_table(inputs[2012], "reported"))
    tables += [build_table(inputs[y], "harmonised", xh.load(f"china-{y}").posterior) for y in (2017, 2012)]
    return {acc.name: (acc, log) for acc, log in tables}


BOUNDED = ("china-2017", "china-2017-reported", "china-2017-least", "china-2017-most")
NAMES = (*BOUNDED, "china-2012", "china-2012-reported")


@pytest.mark.parametrize("name", NAMES)
def test_identities_close_to_rounding(built: Built, name: str) -> None:
    acc, _ = built[name]
    assert max(r.max() for r, _ in identity_residuals(acc).values()) < 1e-11
    assert acc.unit == "10^8 CNY"
    assert acc.geography.open == {"ROW"}


@pytest.mark.parametrize("name", NAMES)
def test_the_bundled_table_is_what_the_sources_give(built: Built, name: str) -> None:
    acc, log = built[name]
    bundled = xh.load(name)
    for array in ("flow", "use", "final", "value_added"):
        np.testing.assert_allclose(getattr(bundled, array), getattr(acc, array), rtol=1e-9, atol=1e-7)
    assert bundled.notes == acc.notes
    assert len(load_log(name)) == pytest.approx(len(log), rel=0.001)


@pytest.mark.parametrize("name", NAMES)
def test_provinces_add_up_to_the_nation(inputs: dict[int, ChinaInputs], built: Built, name: str) -> None:
    acc, _ = built[name]
    c = inputs[acc.year].control
    close = {"rtol": 1e-10, "atol": 1e-7}
    np.testing.assert_allclose(acc.output[:-1].sum(0), c.output, **close)
    np.testing.assert_allclose(acc.flow[:-1, -1].sum(0), c.export, **close)
    np.testing.assert_allclose(acc.flow[-1, :-1].sum(0), c.import_, **close)
    np.testing.assert_allclose(acc.use.sum(0), c.use, **close)
    np.testing.assert_allclose(acc.value_added.sum(0), c.value_added, **close)
    for g, members in enumerate(c.groups):
        np.testing.assert_allclose(acc.final[:-1][..., list(members)].sum((0, 2)), c.final[:, g], rtol=1e-10, atol=1e-6)


def changes(log: pd.DataFrame, quantity: str, acc: Accounts) -> np.ndarray:
    """Sum of logged changes of a quantity, r i."""
    rows = log[(log["quantity"] == quantity) & (log["region"] != "CHN") & ~log["step"].str.startswith("check")]
    grid = rows.pivot_table(index="region", columns="sector", values="change", aggfunc="sum")
    return grid.reindex(index=list(acc.geography.codes[:-1]), columns=list(acc.sectors.codes)).fillna(0).to_numpy()


@pytest.mark.parametrize("name", NAMES)
def test_source_plus_log_is_the_table_for_every_province_and_good(
    inputs: dict[int, ChinaInputs], built: Built, name: str
) -> None:
    """Nothing is corrected in silence: a cell's source value and its logged changes give its final value."""
    acc, log = built[name]
    t = inputs[acc.year].tables
    place = np.arange(acc.R - 1)
    inside = acc.flow[:-1, :-1].copy()
    inside[place, place] = 0
    found = {
        "output": (t.output, acc.output[:-1]),
        "export": (t.export, acc.flow[:-1, -1]),
        "import": (t.import_, acc.flow[-1, :-1]),
        "outflow": (t.outflow, inside.sum(1)),
        "inflow": (t.inflow, inside.sum(0)),
        "intermediate use of the good": (t.use.sum(2), acc.use[:-1].sum(2)),
        "intermediate inputs of the industry": (t.use.sum(1), acc.use[:-1].sum(1)),
    }
    found |= {c: (t.final[..., k], acc.final[:-1, :, k]) for k, c in enumerate(acc.categories)}
    found |= {c: (t.value_added[..., k], acc.value_added[:-1, :, k]) for k, c in enumerate(acc.components)}
    for quantity, (source, final) in found.items():
        np.testing.assert_allclose(source + changes(log, quantity, acc), final, rtol=1e-9, atol=1e-6, err_msg=quantity)


def test_transit_is_the_excess_of_sales_abroad_and_away_over_output(
    inputs: dict[int, ChinaInputs], built: Built
) -> None:
    t = inputs[2017].tables
    _, log = built["china-2017"]
    cut = -log[(log["step"] == "1 transit") & log["quantity"].isin(["export", "outflow"])]["change"].sum()
    assert cut == pytest.approx(np.maximum(t.export + t.outflow - t.output, 0).sum(), rel=1e-9)
    assert cut == pytest.approx(109958.73, abs=0.01)


def test_external_value_added_differs_from_the_official_table_by_what_is_logged(
    inputs: dict[int, ChinaInputs], built: Built
) -> None:
    """The sum over provinces against the official national table, by sector of origin, to the yuan."""
    c = inputs[2017].control
    assert c.domestic_use is not None
    official = value_added_exported(c.domestic_use, c.value_added.sum(1), c.output, c.export)
    for name in BOUNDED:
        acc, log = built[name]
        ds = xh.measures.circulation(acc, by="sector")
        external = (ds["gdp"] * ds["external"]).sum("region")
        steps = log[log["step"] == STEP].pivot_table(index="sector", values="change", aggfunc="sum")["change"]
        logged = steps.reindex(list(acc.sectors.codes)).fillna(0).to_numpy()
        np.testing.assert_allclose(external.values, official + logged, rtol=0, atol=1e-8)


def test_the_coast_depends_most_on_foreign_demand_and_the_bounds_hold_the_literature(built: Built) -> None:
    """Between the bounds lie the point and the means of Lu Jiangyuan (2022), which are in tests/evidence."""
    ds = xh.measures.circulation(built["china-2017"][0])
    share = ds[["own", "inter", "external"]].to_dataframe()[["own", "inter", "external"]]
    top = share["external"].sort_values(ascending=False).index[:4]
    assert set(top) == {"CN-GD", "CN-ZJ", "CN-JS", "CN-SH"}
    mean = share.mean()
    own, inter = (float(LU[circuit]) / 100 for circuit in ("own", "inter"))
    low, high = (
        xh.measures.circulation(built[k][0])["mean"].sel(weighting="simple").to_pandas()
        for k in ("china-2017-most", "china-2017-least")
    )
    assert low["own"] < own < high["own"]
    assert low["own"] < mean["own"] < high["own"]
    assert high["inter"] < inter < low["inter"]


def test_the_bounds_hold_in_every_province_and_good(built: Built) -> None:
    own = {k: np.einsum("ppi->pi", built[k][0].flow[:-1, :-1]) for k in BOUNDED}
    tiny = 1e-9 * own["china-2017-least"].max()
    assert (own["china-2017-most"] <= own["china-2017-reported"] + tiny).all()
    assert (own["china-2017-reported"] <= own["china-2017-least"] + tiny).all()
    for k in BOUNDED[1:]:
        np.testing.assert_allclose(built[k][0].output, built["china-2017"][0].output, rtol=1e-10, atol=1e-7)


def test_with_least_cross_hauling_no_good_is_both_sent_and_taken(built: Built) -> None:
    acc, _ = built["china-2017-least"]
    place = np.arange(acc.R - 1)
    inside = acc.flow[:-1, :-1].copy()
    inside[place, place] = 0
    assert np.minimum(inside.sum(1), inside.sum(0)).max() < 1e-6


def test_unsplit_trade_of_2012_keeps_its_sum_and_takes_the_neighbours_share(
    inputs: dict[int, ChinaInputs],
) -> None:
    t: ProvincialTables = inputs[2012].tables
    log = books_of(inputs[2012])[1]
    new = split_trade(t, inputs[2012].macro, log)
    np.testing.assert_allclose(new.export + new.outflow, t.export + t.outflow, atol=1e-9)
    touched = [r for k, r in enumerate(t.regions) if (new.export[k] != t.export[k]).any()]
    assert touched == ["CN-NM", "CN-HB", "CN-QH"]
    central = [t.regions.index(r) for r in ("CN-SX", "CN-AH", "CN-JX", "CN-HA", "CN-HN")]
    steel, hubei = 13, t.regions.index("CN-HB")
    share = t.export[central, steel].sum() / (t.export + t.outflow)[central, steel].sum()
    assert new.export[hubei, steel] == pytest.approx(share * t.export[hubei, steel])


def test_the_sector_names_of_2012_are_those_that_fit_the_cost_structures_best(
    inputs: dict[int, ChinaInputs],
) -> None:
    """The source numbers its sectors only. Matching provinces to the named national table finds the same order."""
    x = inputs[2012]
    prov = x.tables.use.sum(0) / x.tables.output.sum(0)
    nation = x.control.use / x.control.output
    profile_p, profile_n = np.vstack([prov, prov.T]), np.vstack([nation, nation.T])
    both = np.concatenate([prov, prov.T]), np.concatenate([nation, nation.T])
    unit = [b / np.linalg.norm(b, axis=0) for b in both]
    assert profile_p.shape == profile_n.shape
    _, match = linear_sum_assignment(-(unit[0].T @ unit[1]))
    assert match.tolist() == list(range(42))


def test_tiles_give_every_province_its_own_cell_and_keep_the_compass(built: Built) -> None:
    g = built["china-2017"][0].geography
    tiles = dict(zip(g.codes, g.tile, strict=True))
    cells = [t for t in tiles.values() if t is not None]
    assert len(cells) == len(set(cells)) == 31
    assert tiles["ROW"] is None

    def at(code: str) -> tuple[int, int]:
        cell = tiles[f"CN-{code}"]
        assert cell is not None
        return cell

    for north, south in (("HL", "JL"), ("BJ", "HE"), ("JS", "ZJ"), ("HN", "GD"), ("SC", "YN"), ("GD", "HI")):
        assert at(north)[1] < at(south)[1]
    for west, east in (("XJ", "GS"), ("XZ", "SC"), ("SN", "HA"), ("AH", "JS"), ("GX", "GD"), ("GS", "NX")):
        assert at(west)[0] < at(east)[0]

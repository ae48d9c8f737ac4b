"""The laboratory shows what the measures and the command line say: same numbers, same digests."""

from __future__ import annotations

import re

import numpy as np
import pytest
import xarray as xr

from xunhuan.data.accounts import Accounts
from xunhuan.faces.web import draft, lookups, state
from xunhuan.faces.web.pages import circulation as page
from xunhuan.faces.web.pages.pictures import played
from xunhuan.measures.circulation import circulation
from xunhuan.scenario.check import prepare
from xunhuan.scenario.layers import library, read
from xunhuan.scenario.record import scenario_digest


@pytest.mark.parametrize("name", sorted(library()))
def test_a_scenario_of_the_library_keeps_its_digest(name: str) -> None:
    """Opened in the form and sent unchanged it is the command line's scenario, so neither runs what the other has."""
    whole = prepare(read(name), lambda table: lookups.accounts(str(table)))
    selection = state.read("/scenario", f"?scenario={name}&table={whole.scenario.base}")
    checked = draft.check(draft.opened(selection), selection)
    assert checked.problems == ()
    assert checked.bench is not None
    digests = [scenario_digest(b.scenario, b.base.digest) for b in (whole, checked.bench)]
    assert digests[0] == digests[1]


@pytest.mark.parametrize("definition", state.DEFINITIONS)
def test_the_sentence_and_the_tiles_are_the_measure(toy: Accounts, definition: str) -> None:
    ds = circulation(toy, definition)
    for code in ("AT-N", "AT-E", "AT-S"):
        for circuit in state.CIRCUITS:
            query = f"?table=toyland&region={code}&definition={definition}&share={circuit}"
            _, _, number = page.sentence(state.read("/", query))
            assert number == pytest.approx(100 * float(ds[circuit].sel(region=code)), abs=1e-12)
    tiles = page._map(state.read("/", f"?table=toyland&definition={definition}&share=inter"))[0].children
    for tile in tiles:
        share = float(ds["inter"].sel(region=tile.id["to"]))
        assert tile.children[-1].children == f"{100 * share:.0f}"


def test_partners_and_sectors_add_up(toy: Accounts) -> None:
    for definition in state.DEFINITIONS:
        shares = lookups.shares("toyland", "ATL", definition)
        for code in lookups.home_regions("toyland", "ATL"):
            own, inter, external = shares.of(code)
            partners = lookups.partners("toyland", "ATL", definition, code)
            by_circuit = {c: sum(p.share for p in partners if p.circuit == c) for c in ("inter", "external")}
            assert by_circuit["inter"] == pytest.approx(inter, abs=1e-12)
            assert by_circuit["external"] == pytest.approx(external, abs=1e-12)
            sectors = lookups.sectors("toyland", "ATL", definition, code)
            assert sum(s.part[0] for s in sectors) == pytest.approx(own, abs=1e-12)
            assert sum(s.weight for s in sectors) == pytest.approx(1.0, abs=1e-12)


def test_a_bloc_of_economies_is_a_home(world: Accounts) -> None:
    """Germany seen from the Union: what other members absorb is inside, and the whole is what the measure says."""
    members = world.geography.clusters["EU"]
    union = world.replace(geography=world.geography.regroup("EU", members), home="EU")
    expected = circulation(union, region="DEU")
    found = lookups.shares("world-2017", "EU", "absorption").of("DEU")
    for share, circuit in zip(found, state.CIRCUITS, strict=True):
        assert share == pytest.approx(float(expected[circuit].item()), abs=1e-12)


def test_an_address_comes_back_as_it_was() -> None:
    query = (
        "?table=china-2017&home=CHN&region=CN-SC&definition=forward&share=inter&scenario=rcep&run=abcdefabcdef&lang=zh"
    )
    selection = state.read("/results", query)
    assert selection.problems == ()
    path, _, search = selection.address().partition("?")
    assert state.read(path, search) == selection
    assert sorted(re.split("[?&]", query)[1:]) == sorted(search.split("&"))


def test_the_film_shows_every_day(toy: Accounts) -> None:
    """Each frame carries the colours and the words of its own days."""
    path = xr.DataArray(
        np.array([[1.0, 0.9, 0.8], [0.95, 0.7, 0.99]]),
        coords={"t": [7.0, 14.0], "place": ["AT-N", "AT-E", "AT-S"]}, dims=("t", "place"),
    )  # fmt: skip
    fig = played(path, toy.geography, state.read("/results", "?table=toyland"))
    assert [f.name for f in fig.frames] == ["7", "14"]
    for k, frame in enumerate(fig.frames):
        heat, words = frame.data
        shown = [f"{100 * (v - 1):+.1f}%".replace("-", "−") for v in path[k].values if abs(v - 1) < 0.0995]
        assert len(frame.traces) == 2
        assert np.nanmin(np.array(heat.z, dtype=float)) == pytest.approx(float(path[k].min()) - 1)
        assert all(any(number in text for text in words.text) for number in shown if number != "+0.0%")
    assert [s.label for s in fig.layout.sliders[0].steps] == ["7", "14"]

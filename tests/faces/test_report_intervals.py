"""Intervals on a table's report: those of its versions, each beside the number it belongs to, which lies inside it."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import CIRCUITS, Array
from xunhuan.data.store import known_tables, load
from xunhuan.faces import spelling, words
from xunhuan.faces.report.circulation import CirculationReport, _regions
from xunhuan.faces.report.spread import ShareSpread, paragraphs
from xunhuan.measures import circulation, cross_hauling
from xunhuan.measures.versions import home_shares, kept_shares, with_known

pytestmark = pytest.mark.identity

CELL = re.compile(r"<td[^>]*>([\d.]+)%(†?)<small>([\d.]+)–([\d.]+)%</small></td>")
SAID = re.compile(r"([\d.]+)%(?: \(|（|, |，)(?:90% interval |90%区间)?([\d.]+)–([\d.]+)%")


def page(acc: Accounts) -> str:
    """The report's text without figures and the library that draws them."""
    return re.sub(r"<script.*?</script>", "", CirculationReport(acc).html(), flags=re.S)


def by_version(acc: Accounts) -> Array:
    """Shares in every version, measured one by one: k region circuit."""
    found = [circulation(acc.draw(k)) for k in range(acc.draws)]
    return np.stack([np.stack([ds[c].values for c in CIRCUITS], axis=1) for ds in found])


@pytest.mark.parametrize("name", ["china-2017", "world-2017", "toyland"])
def test_no_number_is_printed_outside_its_own_interval(name: str) -> None:
    html = page(load(name))
    regions = circulation(load(name)).sizes["region"]
    cells = CELL.findall(html)
    assert len(cells) == 3 * (regions + 2)  # every share of every region, and of both means
    for value, mark, low, high in cells:
        assert mark == ""
        assert float(low) <= float(value) <= float(high), (value, low, high)
    told = SAID.findall(html)
    places = min(4, regions)
    pairs = 4 * (name != "toyland")  # two regions compared, in two languages; no two of Toyland's differ surely
    assert len(told) == 2 * (3 + places) + 3 + pairs
    for value, low, high in told:
        assert float(low) <= float(value) <= float(high), (value, low, high)


@pytest.mark.slow
def test_intervals_are_quantiles_over_the_versions(toy: Accounts, china: Accounts) -> None:
    for acc, seen in ((toy, by_version(toy)), (china, china.posterior.known["circulation"])):  # type: ignore[union-attr]
        html = page(acc)
        ends = np.quantile(seen, [0.05, 0.95], axis=0)
        for k, code in enumerate(circulation(acc)["region"].values):
            row = re.search(rf"<td[^>]*>{code}</td>.*?</tr>", html, flags=re.S)
            assert row is not None
            printed = np.array([[float(x) for x in cell[2:]] for cell in CELL.findall(row[0])])
            assert np.abs(printed.T - 100 * ends[:, k]).max() <= 0.1  # an end may give way to a share rounded to add up
        gdp = circulation(acc)["gdp"].values
        mean = np.quantile(np.einsum("kpc,p->kc", seen, gdp / gdp.sum()), [0.05, 0.95], axis=0)
        answer = re.search(r'<p class="answer">(.*?)<span', html, flags=re.S)
        assert answer is not None
        first = np.array([[float(x) for x in m[1:]] for m in SAID.findall(answer[1])[:3]])
        assert np.abs(first.T - 100 * mean).max() <= 0.1


def test_a_number_outside_its_interval_is_marked_and_told(toy: Accounts) -> None:
    found = CirculationReport(toy).found
    assert found.spread is not None
    seen = found.spread.seen.copy()
    seen[:, 1] += [0.3, -0.15, -0.15]
    moved = _regions(replace(found, spread=ShareSpread(found.region, seen)))
    marked = [["†" in cell for cell in row.cells[3:6]] for row in moved.rows if row.cells[1] == "AT-E"]
    assert marked == [[True] * 3]
    assert "†: outside its interval" in moved.caption
    assert "†" not in _regions(found).caption


def test_the_example_is_the_surest_of_the_pairs_that_overlap(china: Accounts) -> None:
    seen = china.posterior.known["circulation"]  # type: ignore[union-attr]
    own, n = seen[:, :, 0], len(seen)
    low, high = np.quantile(own, [0.05, 0.95], axis=0)
    best = (0.0, -1, -1)
    for a in range(31):
        for b in range(31):
            if (own[:, a] > own[:, b]).mean() >= 0.95:
                common = (min(high[a], high[b]) - max(low[a], low[b])) / (max(high[a], high[b]) - min(low[a], low[b]))
                best = max(best, (float(common), a, b))
    region = circulation(china)
    pair = ShareSpread(region, seen).pair()
    assert pair is not None
    assert (pair.common, pair.above, pair.below) == pytest.approx(best)
    assert pair.often == int((own[:, pair.above] > own[:, pair.below]).sum()) < n
    a, b = (china.geography.codes[k] for k in (pair.above, pair.below))
    gap = spelling.whole(100 * float(region["own"].sel(region=a) - region["own"].sel(region=b)), 1)
    for lang, points in (("en", f"by {gap} points"), ("zh", f"相差{gap}个百分点")):
        text = paragraphs(china, ShareSpread(region, seen), None, "provinces", lang)[1]
        assert china.geography.name(a, lang) in text
        assert china.geography.name(b, lang) in text
        assert str(pair.often) in text
        assert points in text


def test_two_regions_alike_make_no_example(toy: Accounts) -> None:
    even = np.tile([0.5, 0.3, 0.2], (16, 3, 1)) + np.linspace(-0.1, 0.1, 16)[:, None, None]
    assert ShareSpread(circulation(toy), even).pair() is None


def test_trade_at_home_stands_beside_what_is_reported(china: Accounts) -> None:
    html = page(china)
    here, reported = cross_hauling(china), cross_hauling(load("china-2017-reported"))
    for code in ("CN-JL", "CN-SD"):
        row = re.search(rf"<td[^>]*>{code}</td>.*?</tr>", html, flags=re.S)
        assert row is not None
        for name in ("outflow", "overlap"):
            pair = [spelling.percent(float(ds[name].sel(region=code))) for ds in (here, reported)]
            assert f"{pair[0]}<small>{pair[1]}</small>" in row[0]
    assert "as reported" in html
    alone = page(load("world-2017"))  # has no table as reported
    assert "As reported" not in alone
    assert "as reported." not in re.sub(r"<ul>.*?</ul>", "", alone, flags=re.S)


def test_limits_are_called_limits(china: Accounts) -> None:
    html = page(china)
    assert "Thin lines are arithmetic limits, not intervals." in html
    assert "bounds" not in re.sub(r'(id="|href="#)bounds"', "", html)
    assert "limits" not in page(load("world-2017"))


@pytest.mark.slow
def test_another_home_has_its_own_versions(toy: Accounts, china: Accounts) -> None:
    """What the table keeps is of the nation it was made for: seen from a part of it the rest is abroad."""
    sea = toy.regroup("SEA", ["AT-N", "AT-E"])
    found = home_shares(sea)
    assert found is not None
    np.testing.assert_allclose(found, by_version(sea), atol=1e-7)  # single precision
    coast = china.regroup("YRD2", ["CN-SH", "CN-JS", "CN-ZJ"])
    assert kept_shares(coast) is None
    ds = circulation(coast)
    assert with_known(coast, ds) is ds
    assert home_shares(toy.regroup("BOTH", ["AT-S", "BOR"])) is None  # versions do not move Borea


def test_what_versions_say_of_themselves_is_there_in_chinese() -> None:
    said = {n for name in known_tables() if (p := load(name).posterior) is not None for n in p.notes}
    assert len(said) > 2
    for note in said:
        assert re.search("[\u4e00-\u9fff]", words.in_language(note, "zh")), note
        assert words.in_language(note, "en") == note
        assert re.findall(r"[\d.]+", words.in_language(note, "zh")) == re.findall(r"[\d.]+", note)

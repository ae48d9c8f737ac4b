"""Reports: the same bytes again, nothing from outside, the numbers of the measure; BibTeX of what was used."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.helpers.browsing import chromium_path, context, look
from xunhuan.data.accounts import Accounts
from xunhuan.data.store import load
from xunhuan.faces import bibliography, spelling, words
from xunhuan.faces.cli import main
from xunhuan.faces.compared import steps
from xunhuan.faces.reading import Reading
from xunhuan.faces.reinforced import CROSS, said_of_reinforcement
from xunhuan.faces.report import scenario_report
from xunhuan.faces.report.circulation import CirculationReport
from xunhuan.faces.report.scenario import ScenarioReport, answer_text
from xunhuan.measures import circulation
from xunhuan.scenario import layers
from xunhuan.scenario.record import Result, open_result

pytestmark = pytest.mark.identity


@pytest.fixture(scope="module")
def result(toy_result: Path) -> Result:
    return open_result(toy_result)


def outside(html: str) -> list[str]:
    """What a page would load: sources and style sheets that are not in it."""
    body = re.sub(r'<script type="text/plain" id="plotly">.*?</script>', "", html, flags=re.S)
    found = re.findall(r'<(?:link|img|script|iframe)[^>]*?(?:src|href)="([^"]*)"', body) + re.findall(
        r"url\(([^)]*)\)", body
    )
    return [u for u in found if not u.startswith("data:")]


def ids(html: str) -> list[str]:
    return re.findall(r'\bid="([^"]+)"', html)


def test_the_circulation_report_is_the_same_bytes_again(toy: Accounts) -> None:
    one = CirculationReport(toy).html()
    assert one == CirculationReport(load("toyland")).html()
    assert outside(one) == []
    assert len(ids(one)) == len(set(ids(one)))


def test_the_circulation_report_tells_the_numbers_of_the_measure(china: Accounts) -> None:
    html = CirculationReport(china).html()
    ds = circulation(china)
    for region in ("CN-GD", "CN-QH"):
        row = re.search(rf'<th scope="row">[^<]*</th><td[^>]*>{region}</td>.*?</tr>', html)
        assert row is not None
        shares = [float(ds[circuit].sel(region=region)) for circuit in ("own", "inter", "external")]
        assert re.findall(r"<td[^>]*>([\d.]+%)<small>", row[0])[:3] == spelling.percents(shares, 1)
    mean = ds["mean"].isel(weighting=-1)
    parts = spelling.percents([float(mean.sel(circuit=c)) for c in ("own", "inter", "external")], 1)
    assert re.search(re.escape(parts[2]) + r" \([\d.]+–[\d.]+%\) on the rest of the world’s", html)
    for note in china.notes:
        assert note[1:40].rstrip(".").replace("'", "&#39;") in html
    assert html.count('<th scope="row">') > 31
    assert "广东" in html


def test_the_scenario_report_is_the_same_bytes_again(result: Result) -> None:
    one = scenario_report(result)
    assert one == scenario_report(result)
    assert outside(one) == []
    assert len(ids(one)) == len(set(ids(one)))
    assert str(result.manifest["clock"]["started"]) not in one
    sections = "scenario headlines model-trade break-even frontier diversion circulation sectors model-propagation"
    for section in (*sections.split(), "horizons", "sensitivity", "definitions", "caveats", "ending", "sources"):
        assert f'<section id="{section}">' in one


def test_the_answer_calls_arms_by_their_names_in_the_library(result: Result, monkeypatch: pytest.MonkeyPatch) -> None:
    reading = Reading(result, "zh")
    called = {arm: f"甲{k}" for k, arm in enumerate(reading.arms)}
    monkeypatch.setattr(words, "arms_in_chinese", lambda *_: called)
    plain = answer_text(Reading(result, "en"))
    told = [c for arm, c in called.items() if f"“{arm}”" in plain]
    assert told
    assert all(f"“{c}”" in answer_text(reading) for c in told)


def test_the_answer_quotes_the_headlines_with_their_intervals(result: Result) -> None:
    html = scenario_report(result)
    row = result.headline("welfare", "embargo", "ATL")
    interval = f"90% interval {spelling.signed(float(row['low']))} to {spelling.signed(float(row['high']))}"
    assert f"Atlas’s welfare by {spelling.signed(float(row['value']))} ({interval})" in html


def test_the_page_says_whether_the_two_cycles_boost_each_other(result: Result) -> None:
    """One sentence with sign and interval, in both languages, then the channels; the table has the same numbers."""
    html = scenario_report(result)
    asked = "variable == 'reinforcement' and place == 'ATL' and sales == 'external' and demand == 'domestic'"
    row = result.summary.query(asked)
    value, low, high = (spelling.whole(float(row[c].iloc[0]), 2, plus=True) for c in ("value", "low", "high"))
    said = f"demand at home takes from sales abroad (E = {value}, 90% interval {low} to {high})"
    assert f"No: with demand alone shifted, {said}, and demand abroad takes from sales at home (E = " in html
    assert f"否：仅有需求转移时，国内需求挤占对外销售（E = {value}，90%区间{low}至{high}）；" in html
    assert f"{value} ({low} to {high})" in html
    inputs = result.data["reinforcement_by_channel"].sel(channel="inputs", home_place="ATL")
    cheaper = [spelling.whole(float(inputs.sel(sales=s, demand=d)), 2, plus=True) for s, d in CROSS]
    assert f"which is a gift of income, the two are {cheaper[0]} and {cheaper[1]}." in html
    assert "… with cheaper inputs" in html
    assert "… with economies of scale" not in html
    assert "Learning and the entry of firms are not in this model." in html


VERDICTS = {
    (1.0, 1.0): "Yes: with demand alone shifted, demand at home adds to sales abroad",
    (-1.0, -1.0): "No: with demand alone shifted, demand at home takes from sales abroad",
    (-1.0, 1.0): "No, not both ways: with demand alone shifted, demand at home takes from sales abroad",
    (0.0, 1.0): "It cannot be told: with demand alone shifted, demand at home has no certain sign for sales abroad",
    (0.0, -1.0): "No, not both ways: with demand alone shifted, demand at home has no certain sign for sales abroad",
}


@pytest.mark.parametrize("signs", VERDICTS)
def test_the_verdict_follows_the_signs(result: Result, signs: tuple[float, float]) -> None:
    """A sign that the interval leaves open is none; where there are no intervals the values have it."""
    data = result.data.copy(deep=True)
    for (sales, demand), sign in zip(CROSS, signs, strict=True):
        for name, value in (("", sign or 0.1), ("_low", sign - 0.2), ("_high", sign + 0.2)):
            data[f"reinforcement{name}"].loc[{"home_place": "ATL", "sales": sales, "demand": demand}] = value
    (said,) = said_of_reinforcement(Reading(replace(result, data=data)))
    assert said.startswith(VERDICTS[signs])
    bare = data.drop_vars(["reinforcement_low", "reinforcement_high"])
    (said,) = said_of_reinforcement(Reading(replace(result, data=bare)))
    assert "90%" not in said
    assert "certain" not in said


def test_the_circuits_of_the_nation_add_up_and_are_named(result: Result) -> None:
    """Own is absorption in the region that makes it, not in the nation; the three are the whole of GDP."""
    reading = Reading(result)
    parts = [reading.number("circulation", reading.home, "base", circuit=c).value for c in reading.circuits]
    assert sum(parts) == pytest.approx(1.0, abs=1e-12)
    html = scenario_report(result)
    for label in reading.circuits.values():
        assert label in html
    assert "GDP absorbed at home" not in html


def test_every_picture_of_the_album_is_on_the_page(result: Result) -> None:
    report = ScenarioReport(result)
    html = report.html()
    for key, picture in report.album().items():
        assert f'<figure id="fig-{key}">' in html, key
        assert f"<b>Figure {picture.number}.</b>" in html


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(layers.library()))
def test_the_report_of_a_library_scenario_is_whole(library_result: Callable[[str], Path], name: str) -> None:
    folder = library_result(name)
    html = (folder / "report.html").read_text(encoding="utf-8")
    assert outside(html) == []
    assert len(ids(html)) == len(set(ids(html)))
    figures = re.findall(r'<figure id="fig-', html)
    assert figures
    assert html.count("<b>Figure ") == len(figures)


def test_the_waterfall_adds_up_to_the_net(result: Result) -> None:
    found = steps(Reading(result))
    assert found["value"].iloc[:-1].sum() == pytest.approx(found["value"].iloc[-1], abs=1e-15)


def test_trade_diversion_reads_the_nations_purchases(result: Result) -> None:
    frame = Reading(result).partners("embargo", home_buys=True).set_index("partner")
    trade = result.data["trade"].sel(importer="ATL", exporter="BOR")
    assert frame.loc["BOR", "before"] == float(trade.sel(arm="base"))
    assert frame.loc["BOR", "after"] == float(trade.sel(arm="embargo"))
    assert frame.loc["BOR", "after"] < frame.loc["BOR", "before"]


def test_a_scenario_without_comparison_or_draws_reports_too(result: Result) -> None:
    from xunhuan.scenario.scenario import Compare

    one_arm = result.data.sel(arm=["base", "embargo"])
    kept = [v for v in ("real_income", "real_income_per_head", "reliance", "trade") if v in one_arm]
    scenario = result.scenario.model_copy(update={"compare": Compare(), "uncertainty": None})
    html = scenario_report(Result(scenario, one_arm[kept], result.summary, result.manifest))
    change = float(one_arm["real_income"].sel(arm="embargo", place="ATL"))
    assert f"“embargo” changes Atlas’s real income by {spelling.signed(change)}, every year." in html
    assert not any(
        f'<section id="{s}">' in html
        for s in ("model-propagation", "sensitivity", "break-even", "frontier", "horizons")
    )


def test_an_arm_that_only_one_horizon_reads_is_told_by_that_one(result: Result) -> None:
    from xunhuan.scenario.scenario import Compare

    data = result.data.sel(arm=["base", "integration", "embargo"]).copy(deep=True)
    data["real_income"].loc[{"arm": "embargo"}] = np.nan
    data["loss"].loc[{"arm": "integration"}] = np.nan
    kept = ["real_income", "real_income_per_head", "loss", "loss_year", "end_level", "course", "path", "sector_path",
            "stopped_by"]  # fmt: skip
    scenario = result.scenario.model_copy(update={"compare": Compare(), "uncertainty": None})
    html = scenario_report(Result(scenario, data[kept], result.summary, result.manifest))
    income = float(data["real_income"].sel(arm="integration", place="ATL"))
    lost = float(data["loss"].sel(arm="embargo", place="ATL"))
    assert f"“integration” changes Atlas’s real income by {spelling.signed(income)}, every year." in html
    year, end = (float(data[k].sel(arm="embargo", place="ATL")) for k in ("loss_year", "end_level"))
    assert lost == pytest.approx(year * 365 / 42, rel=1e-12)
    assert f"“embargo” costs Atlas {spelling.percent(lost, 2)} of the value added of the 42 days run, once: " in html
    assert f"{spelling.percent(year, 2)} of a year’s; at their end value added is recovering, at" in html
    assert f", at {spelling.percent(end, 2)} of its level at rest." in html
    assert "Change of real income per head under “integration”." in html
    assert "nan" not in re.sub(r"<script.*?</script>", "", html, flags=re.S)


def test_bibtex_is_read_whole() -> None:
    text = (Path(bibliography.__file__).parents[1] / "refs.bib").read_text(encoding="utf-8")
    assert len(bibliography.references_by_key()) == len(re.findall(r"^@\w+\{", text, flags=re.M))
    for r in bibliography.references_by_key().values():
        assert r.bibtex.count("{") == r.bibtex.count("}")
        assert "n.d." not in r.text
        assert "{" not in r.text
    hallegatte = bibliography.reference("Hallegatte2013")
    assert hallegatte.text.startswith("Hallegatte (2013). Modeling the Role of Inventories")
    assert hallegatte.url == "https://doi.org/10.1111/risa.12090"
    assert hallegatte.bibtex in text
    lines = [
        bibliography.reference(k).text for k in ("GiriYiYilmazkuday2021", "DietzenbacherRomeroBosma2005", "Juhel2024")
    ]
    assert "Sectoral Heterogeneity Matter? Journal of" in lines[0]
    assert lines[1].startswith("Dietzenbacher, Romero Luna and Bosma (2005).")
    assert lines[1].endswith("Estudios de Economía Aplicada 23(2): 405–422.")
    assert "BoARIO: A Python package implementing the ARIO" in lines[2]


def test_cite_names_what_a_measure_and_a_model_rest_on(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cite", "circulation"]) == 0
    out = capsys.readouterr().out
    assert "@software{xunhuan" in out
    assert "{WangWeiYuZhu2017," in out
    assert main(["cite", "propagation"]) == 0
    assert "{Hallegatte2013," in capsys.readouterr().out
    assert main(["cite", "toyland"]) == 0
    assert "@misc{xunhuan-toyland" in capsys.readouterr().out


def test_report_writes_one_file(tmp_path: Path, toy: Accounts) -> None:
    assert main(["report", "toyland", "-o", str(tmp_path / "toy.html")]) == 0
    assert [p.name for p in tmp_path.iterdir()] == ["toy.html"]
    assert (tmp_path / "toy.html").read_text(encoding="utf-8") == CirculationReport(toy).html()


def test_nations_made_on_the_way_are_reported(tmp_path: Path) -> None:
    out = tmp_path / "coast.html"
    assert main(["report", "toyland", "--nation", "SEA=AT-N,AT-E", "-o", str(out)]) == 0
    html = out.read_text(encoding="utf-8")
    assert "Whose demand carries SEA" in html
    assert np.all([code in html for code in ("AT-N", "AT-E")])


@pytest.mark.browser
def test_the_scenario_report_draws_itself(result: Result, toy_result: Path, browser: Any) -> None:
    for width in (1400, 390):
        seen = look(browser, toy_result / "report.html", width)
        # Under eight screens while folded; at the width of a small laptop the first figure ends on its first screen.
        assert seen.tall < 8 * (768 if width > 1000 else 844)
        assert width < 1000 or seen.first <= 768
        assert seen.listed
        assert seen.drawn == len(ScenarioReport(result).album())
        assert "On its own, “embargo” changes Atlas’s welfare" in seen.answer


_DRAWN = """() => [...document.querySelectorAll(".plot")].map((plot) => [
  plot.querySelector(".main-svg").clientWidth,
  plot.closest(".row")?.querySelectorAll(":scope > figure").length > 1,
  [...plot.querySelectorAll(".sankey-link")].every((e) => e.style.opacity === "1"),
])"""


@pytest.mark.browser
def test_a_sheet_is_the_same_from_every_window(toy_result: Path, browser: Any) -> None:
    """On paper a figure is as wide as the sheet or half of it, in the form for that width; ribbons are there at once."""
    sheets = []
    for width in (1400, 390):
        page = context(browser, viewport={"width": width, "height": 900}).new_page()
        page.goto((toy_result / "report.html").as_uri())
        page.wait_for_selector("html[data-drawn]", state="attached")
        before = page.evaluate(_DRAWN)
        page.evaluate("() => void dispatchEvent(new Event('beforeprint'))")
        sheets.append(page.evaluate(_DRAWN))
        page.evaluate("() => void dispatchEvent(new Event('afterprint'))")
        assert [w for w, *_ in page.evaluate(_DRAWN)] == [w for w, *_ in before]
        page.context.close()
    assert sheets[0] == sheets[1]
    assert {(w, beside) for w, beside, _ in sheets[0]} <= {(800, False), (383, True), (384, True)}
    assert all(there for *_, there in sheets[0])


@pytest.mark.browser
@pytest.mark.parametrize("source", ["toyland", ""], ids=["table", "result"])
def test_the_page_in_short_is_one_sheet(source: str, toy_result: Path, tmp_path: Path) -> None:
    """In the language that takes more room for each."""
    chromium_path()
    out = tmp_path / "brief.pdf"
    assert (
        main(["report", source or str(toy_result), "--brief", "--lang", "zh" if source else "en", "-o", str(out)]) == 0
    )
    assert re.findall(rb"/Count (\d+)", out.read_bytes()) == [b"1"]


def test_a_report_lists_its_contents_and_folds_what_is_looked_up(result: Result) -> None:
    html = ScenarioReport(result).html()
    nav = html[html.index('<nav class="contents"') : html.index("</nav>")]
    listed = re.findall(r'<a href="#([^"]+)">([^<]+)</a>', nav)
    assert [at for at, _ in listed] == re.findall(r'<section id="([^"]+)">', html)
    assert ("sources", "Sources") in listed
    assert html.index("<figure") < html.index("<nav")
    assert '<details class="fold" open><summary><h2>Definitions</h2>' in html

"""Whoever reads Chinese reads Chinese: reports, pages, the library's texts, errors; what stays English is named here."""

from __future__ import annotations

import html
import re
import tomllib
from collections.abc import Callable, Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from dash import dcc
from dash import html as parts
from dash.development.base_component import Component

import xunhuan as xh
from tests.helpers.chinese import english
from tests.helpers.heads import without_a_tip
from xunhuan.data.accounts import Accounts
from xunhuan.data.geography import other_names
from xunhuan.data.store import load_log
from xunhuan.errors import UnknownName
from xunhuan.faces import explaining, glossary, words
from xunhuan.faces.bibliography import references_by_key
from xunhuan.faces.cli import main
from xunhuan.faces.output import emit
from xunhuan.faces.report.circulation import CirculationReport
from xunhuan.faces.report.scenario import ScenarioReport
from xunhuan.faces.speaking import language_spoken, speak
from xunhuan.faces.web import state
from xunhuan.faces.web.alone import page_of
from xunhuan.faces.web.pages import circulation
from xunhuan.faces.web.spoken import MEANS, spoken
from xunhuan.scenario import layers
from xunhuan.scenario.record import open_result

pytestmark = pytest.mark.house


AS_FILED = re.compile("(?<![一二三四五六七八九数几])(?:百万|十亿)(?:美元|元)")
"""Units of money as files state them, in which nobody counts in Chinese."""


def texts(page: str) -> Iterator[str]:
    """What is read on a page: no scripts, no commands, no references, which are cited as they are."""
    body = re.sub(r"<(script|style|code|pre)\b.*?</\1>|<ol class=\"refs\".*?</ol>", "", page, flags=re.S)
    body = re.sub(r"</?(?:sub|sup|em|b)>", "", body)
    yield from (html.unescape(t).strip() for t in re.split(r"<[^>]+>", body))
    yield from map(html.unescape, re.findall(r'(?:aria-label|title)="([^"]*)"', body))


@pytest.mark.parametrize("name", ["rcep", "chip-embargo"])
def test_the_report_of_a_result_is_chinese(library_result: Callable[[str], Path], name: str) -> None:
    page = ScenarioReport(open_result(library_result(name)), "zh").html()
    assert '<html lang="zh-Hans">' in page
    assert english(texts(page)) == []
    assert list(without_a_tip(page)) == []
    assert AS_FILED.findall(page) == []


def test_the_report_of_a_table_is_chinese(toy: Accounts) -> None:
    page = CirculationReport(toy, lang="zh").html()
    assert english(t for t in texts(page) if t != "Toyland") == []
    assert list(without_a_tip(page)) == []


def test_english_is_found_where_it_is() -> None:
    said = [
        "各方案",
        "Sources",
        "hardest hit first",
        "Change of real income.",
        "Bown（2020，East Asian Economic Review）",
    ]
    assert english(iter(said)) == ["Sources", "hardest hit first", "Change of real income."]


def read(part: Any) -> Iterator[str]:
    """What is read on a page of the web, choices of its fields too; not files as written, nor what is marked as English."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, list | tuple):
        for p in part:
            yield from read(p)
    elif isinstance(part, dict):
        yield from read([part.get("group", ""), part.get("label", ""), part.get("items", [])])
    elif isinstance(part, Component) and not isinstance(part, parts.Code | parts.Pre | dcc.Store):
        if getattr(part, "lang", None) == "en":
            return
        for name in ("children", "title", "aria-label", "placeholder", "label", "description", "data", MEANS):
            value = getattr(part, name, None)
            yield from read(value) if name in ("children", "data") else [value] * isinstance(value, str)


def test_the_web_page_of_circulation_is_chinese() -> None:
    selection = state.selected("/circulation", "?table=toyland&lang=zh")
    page = spoken(circulation.PAGE.draw(selection, None, None), "zh")  # type: ignore[arg-type]
    assert english(read(page)) == []
    assert any(getattr(p, MEANS, None) == glossary.terms()["own"].meaning("zh") for p in _walk(page))


class _Idle:
    """A pool that has run nothing."""

    def jobs(self) -> list[Any]:
        return []

    past = jobs


def test_every_page_of_the_laboratory_is_chinese() -> None:
    """The form of every scenario of the library among them, and the questions before anything has been run."""
    asked = [f"{p}?" for p in state.pages() if p.startswith(f"/{state.ASK}")]
    told = [f"/scenario?scenario={name}" for name in layers.library()]
    for where in [*told, "/scenario?", "/results?", "/tables?table=china-2017", "/tables?table=world-2022", *asked]:
        path, _, search = where.partition("?")
        selection = state.selected(path, f"?lang=zh&{search}")
        page = spoken(page_of(selection).draw(selection, _Idle(), None), "zh")  # type: ignore[arg-type]
        assert english(read(page)) == [], where
        heads = [p for p in _walk(page) if isinstance(p, parts.Th) and getattr(p, "scope", "") == "col"]
        assert [h.children for h in heads if not hasattr(h.children, MEANS)] == [], where


def _walk(part: Any) -> Iterator[Component]:
    if isinstance(part, list | tuple):
        for p in part:
            yield from _walk(p)
    elif isinstance(part, Component):
        yield part
        yield from _walk(getattr(part, "children", None))


def test_every_text_of_the_library_has_its_chinese() -> None:
    own = tomllib.loads((resources.files("xunhuan.faces") / "library.toml").read_text(encoding="utf-8"))
    assert sorted(own) == sorted(layers.library())
    for name, path in layers.library().items():
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        pairs = zip(words.scenario_texts(raw), words.scenario_texts(own[name]), strict=True)
        assert [
            en for en, zh in pairs if bool(en) is not bool(zh) or (zh and not re.search("[\u4e00-\u9fff]", zh))
        ] == []
        named = {s["name"] for s in raw["shock"]} | set(raw.get("arms", ()))
        assert named <= set(words.arms_in_chinese(name)), name


def test_every_note_and_title_of_a_bundled_table_is_said_in_chinese(
    toy: Accounts, china: Accounts, world: Accounts
) -> None:
    for acc in (toy, china, world):
        said = [acc.title, acc.source, *acc.notes]
        assert [n for n in said if words.in_language(n, "zh") == n] == []


def test_every_step_and_quantity_of_a_build_log_is_said_in_chinese() -> None:
    logs = [load_log(t) for t in ("china-2012", "china-2017", "world-2017", "world-2017-components")]
    said = {str(x).replace("_", " ") for log in logs for x in (*log["step"].unique(), *log["quantity"].unique())}
    assert len(said) > 50
    assert [x for x in said if words.in_language(x, "zh") == x] == []


def test_every_definition_of_a_model_is_said_in_chinese() -> None:
    told = [q.definition.strip().split("\n\n")[0] for m in xh.models().values() for q in m.quantities]
    assert [d for d in told if words.in_language(d, "zh") == d] == []
    assert len(told) > 80


def test_what_the_catalogue_says_has_the_same_holes_in_both_languages() -> None:
    raw = tomllib.loads((resources.files("xunhuan.faces") / "sentences.toml").read_text(encoding="utf-8"))
    holes = re.compile(r"\{\w+\}")
    for english_, chinese in (pair for part in raw.values() for pair in part.items()):
        assert set(holes.findall(english_)) == set(holes.findall(chinese)), english_


def test_places_are_known_by_their_official_and_common_names(world: Accounts) -> None:
    g = world.geography
    for name, code in {"台湾": "TWN", "Taiwan": "TWN", "香港": "HKG", "Hong Kong": "HKG", "广东省": "CN-GD",
                       "广西壮族自治区": "CN-GX", "Nei Mongol": "CN-NM", "粤": "CN-GD",
                       "内蒙古自治区": "CN-NM", "Guangdong Province": "CN-GD"}.items():  # fmt: skip
        assert g.codes[g.index(name)] == code
        assert [g.codes[k] for k in g.select(f"{name}+USA")] == sorted((code, "USA"), key=g.codes.index)
    assert (g.name("HKG", "zh"), g.name("TWN", "zh")) == ("中国香港", "中国台湾")
    assert len(other_names()) > 60
    for name in ("澳门", "Macao", "Macau", "MAC"):  # in ROW, and no Malta
        with pytest.raises(UnknownName, match="has no row of its own in this table"):
            g.select(name)


def test_abroad_is_beyond_the_customs_border() -> None:
    every = [words.catalogue(), *(m.words for m in xh.models().values())]
    assert [k for w in every for k, (_, zh) in w.items() if "国外" in zh or "海外" in zh or zh == "摘要"] == []


def test_the_command_line_speaks_the_language_asked_for(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    try:
        assert main(["--lang", "zh", "circulation", "toyland"]) == 0
        said = capsys.readouterr().out
        assert "国际循环" in said
        assert english(said.replace("│", "\n").replace("┃", "\n").splitlines()[:4]) == []
        assert main(["--lang", "zh", "circulation", "toyland", "--region", "Notland"]) == 2
        assert capsys.readouterr().err.startswith("错误：没有名为“Notland”的地区")
        assert main(["explain", "省际循环"]) == 0
        assert "nation" in capsys.readouterr().out
    finally:
        speak("")
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.delenv("XUNHUAN_LANG", raising=False)
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    assert language_spoken() == "zh"


def test_what_is_shown_while_one_waits_is_chinese() -> None:
    """Every message of a spinner or a bar in the code of commands, a name in each of its holes."""
    told = re.compile(r'(?:working|counting|track)\((?:[^"\n]*, )?f?"([^"]+)"')
    code = [p.read_text(encoding="utf-8") for p in (Path(xh.__file__).parent / "faces" / "commands").glob("*.py")]
    said = {re.sub(r"\{[^}]*\}", "some.csv", m) for text in code for m in told.findall(text)}
    assert {"solving", "building some.csv", "reading some.csv"} <= said
    assert [s for s in [*said, "draws", "solving the arms"] if words.in_language(s, "zh") == s] == []


def test_columns_are_called_alike_in_a_table_and_under_it(capsys: pytest.CaptureFixture[str]) -> None:
    frame = pd.DataFrame({"region": ["A"], "gdp": [1.0]})
    speak("zh")
    try:
        emit(frame, notes=["Units: gdp in million USD; the rest ratios. Method: [X].", "Note: gdp of `gdp`."])
    finally:
        speak("")
    out = capsys.readouterr().out
    assert "地区生产总值以百万美元计" in out
    assert "`gdp`" in out


def test_a_name_of_two_measures_is_told_apart(toy: Accounts) -> None:
    """Names that two measures give to different things are told apart."""
    assert xh.measures.linkages(toy)["local"].attrs["long_name"] == "Backward linkage inside the border"
    assert xh.measures.cross_hauling(toy)["local"].attrs["long_name"] == "Local share of what could be local"
    assert xh.measures.value_added_origin(toy)["own"].attrs["long_name"] == "Own value in gross trade"


def test_a_term_is_found_by_any_of_its_names_and_stands_in_the_docs() -> None:
    assert explaining.explain("  net   OMEGA ").en == glossary.terms()["omega_net"].en
    with pytest.raises(UnknownName, match="term"):
        explaining.explain("no such thing")
    docs = Path(__file__).parents[2] / "docs" / "glossary.md"
    assert docs.read_text(encoding="utf-8") == explaining.as_page()


def test_what_is_wrong_is_chinese_to_its_end_and_keys_stay_as_they_are_written() -> None:
    said = {
        "shock[1].draws: is beyond the whole numbers there are, 64 bits": "shock[1].draws：超出整数范围（64位）",
        "arms.both, with a toll[0]: must be a text, not a list": "arms.both, with a toll[0]：须为文本，而非列表",
        "not valid TOML: Invalid value (at line 2, column 8)": "不是有效的TOML：取值无效（第2行第8列）",
        "shock[0] (cut): no model given reads link (models: x)": "shock[0]（cut）：所给模型均不读取link（模型：x）",
        "sheet 'T', cell K5: 'merged with a number'": "工作表“T”，单元格K5：与数字合并",
        "column W: CN-BJ capital is there twice, first in column V": "W列：CN-BJ capital出现了两次，首次在V列",
    }
    assert {english: words.wrong_in_language(english, "zh") for english in said} == said


def test_every_number_of_a_model_is_explained_and_terms_cite_what_is_in_the_bibliography() -> None:
    for q in (q for m in xh.models().values() for q in m.quantities):
        assert re.search("[\u4e00-\u9fff]", explaining.explain(q.name).meaning("zh")), q.name
    cited = {k for t in glossary.terms().values() for said in (t.en[1], t.zh[1])
             for keys in re.findall(r"\[([A-Z]\w+\d{4}\w*(?:; \w+)*)\]", said) for k in keys.split("; ")}  # fmt: skip
    assert {"BaqaeeFarhi2020", "MillerBlair2009"} <= cited <= set(references_by_key())
    assert [k for k, t in glossary.terms().items() if ("[" in t.en[1]) != ("[" in t.zh[1])] == []

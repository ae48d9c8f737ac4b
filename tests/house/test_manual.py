"""The documentation goes with the package: every page is in the site and in the wheel, what errors point to is a page, links
of the local copy lead somewhere, and the citation file says what the project says.
"""

from __future__ import annotations

import re
import tomllib
import webbrowser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

import xunhuan
from xunhuan.errors import UnknownName
from xunhuan.faces import manual
from xunhuan.faces.cli import main

pytestmark = pytest.mark.house

ROOT = Path(__file__).parents[2]
SRC = Path(xunhuan.__file__).parent
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_what_texts_point_to_is_a_page() -> None:
    named = re.compile(r"xunhuan docs (\w[\w.-]*)|docs/([\w-]+)\.md")
    lost = []
    for path in (*SRC.rglob("*.py"), *SRC.rglob("*.toml")):
        for found in named.findall(path.read_text(encoding="utf-8")):
            name = found[0] or found[1]
            if name not in manual.manual_pages() and name not in ("PAGE", "页名"):
                lost.append((path.name, name))
    assert lost == []


def test_errors_name_a_page_and_no_file_of_the_project() -> None:
    """A checkout's files are not in the wheel; docstrings may speak of them, what is raised may not."""
    raised = re.compile(r"fix=f?\"[^\"]*docs/\w+\.md|fix=f?\"see docs")
    assert [p.name for p in SRC.rglob("*.py") if raised.search(p.read_text(encoding="utf-8"))] == []


def test_every_page_is_in_the_site_and_in_the_wheel() -> None:
    site = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").partition("\nnav:\n")[2]
    nav = set(re.findall(r"[\w.-]+\.md", site))
    pages = {p.name for p in (ROOT / "docs").glob("*.md")}
    assert pages <= nav
    wheel = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert wheel["docs"] == "xunhuan/docs"
    assert all((ROOT / source).exists() for source in wheel)
    moved = {Path(place).stem for place in wheel.values() if place.endswith(".md")}
    assert set(manual.manual_pages()) == {p.removesuffix(".md") for p in pages} | moved


def test_a_page_is_printed_as_it_is(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["docs", "docs/howto.md"]) == 0
    assert capsys.readouterr().out == (ROOT / "docs" / "howto.md").read_text(encoding="utf-8")
    assert main(["docs", "howtoo"]) == 2
    assert "did you mean howto" in capsys.readouterr().err
    assert main(["--lang", "zh", "docs"]) == 0  # what the next command asks for is never put in other words
    listed = [line.split("│")[1].strip() for line in capsys.readouterr().out.splitlines() if line.startswith("│")]
    assert listed == list(manual.manual_pages())
    assert main(["--lang", "en", "docs", "-o", str(tmp_path / "pages.csv")]) == 0
    assert (tmp_path / "pages.csv").read_text(encoding="utf-8-sig").splitlines()[1] == "index,Xunhuan 循环"


def test_the_local_copy_opens_and_its_links_lead_somewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(webbrowser, "open", asked.append)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert main(["--lang", "zh", "docs", "--open"]) == 0
    assert asked == [capsys.readouterr().out.strip()]
    first = Path(asked[0].removeprefix("file://"))
    assert first.name == "index.zh.html"
    texts = {p.name: p.read_text(encoding="utf-8") for p in first.parent.glob("*.html")}
    assert set(texts) == {f"{name}.html" for name in manual.manual_pages()}
    broken = []
    for name, text in texts.items():
        for target, anchor in re.findall(r'href="([^":#]*)(?:#([^"]*))?"', text):
            there = texts.get(target or name, "")
            if not there and not (first.parent / target).exists():
                broken.append((name, target))
            elif anchor and f'id="{unquote(anchor)}"' not in there:
                broken.append((name, f"{target}#{anchor}"))
        broken += [(name, src) for src in re.findall(r'src="([^"]*)"', text) if not (first.parent / src).is_file()]
    assert broken == []


def test_the_citation_file_says_what_the_project_says() -> None:
    text = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    said = dict(re.findall(r'^([\w-]+): +"?([^"\n]*)"?$', text, flags=re.M))
    project = PROJECT["project"]
    assert said["cff-version"] == "1.2.0"
    assert said["version"] == project["version"] == xunhuan.__version__
    released = f"## {project['version']} (unreleased)" not in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert bool(re.fullmatch(r"20\d\d-[01]\d-[0-3]\d", said.get("date-released", ""))) == released
    assert said["license"] == project["license"]
    assert said.get("url") == project.get("urls", {}).get("Documentation")
    assert (
        said["title"] == f"Xunhuan: {project['description'][0].lower()}{project['description'].partition(':')[0][1:]}"
    )


def test_pages_for_a_browser_are_whole_or_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.html").write_text("as it was", encoding="utf-8")
    whole = manual.manual_html

    def ends_early(name: str) -> str:
        return whole(name if name == "index" else "nowhere")

    with monkeypatch.context() as here:
        here.setattr(manual, "manual_html", lambda name: "" if name == "index" else manual.manual_page("nowhere").name)
        with pytest.raises(UnknownName):
            manual.write_manual(tmp_path / "docs")
    assert [f.name for f in tmp_path.rglob("*")] == ["docs", "index.html"]
    first = manual.write_manual(tmp_path / "docs")
    assert first.read_text(encoding="utf-8") == manual.manual_html("index")
    assert [f.name for f in tmp_path.iterdir()] == ["docs"]

"""What README and the pages of docs say is there: the page of models, every command with its options, edits and tables,
names, links, files, and the examples that are not doctests. (Those run by themselves.)
"""

from __future__ import annotations

import functools
import pkgutil
import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest

import xunhuan
from tests.helpers import official
from xunhuan.faces.cli import fetch, main
from xunhuan.faces.commands import listed, respond, short_forms
from xunhuan.faces.commands.examples import COMMAND_GROUPS, EXAMPLES, FIRST_LINES
from xunhuan.scenario.check import prepare
from xunhuan.scenario.layers import layers_of, library, setting

pytestmark = pytest.mark.house

KNOWN = listed() | short_forms()
ROOT = Path(__file__).parents[2]
PAGES = {p.name: p.read_text(encoding="utf-8") for p in (ROOT / "README.md", ROOT / "DATA.md", *ROOT.glob("docs/*.md"))}
BLOCK = re.compile(r"```(\w+)\n(.*?)```", flags=re.S)
COMMAND = re.compile(r"^(?: {4})?(xunhuan .*)$|`(xunhuan [^`\n]*)`", flags=re.M)
YOURS = re.compile(r"[A-Z]+|results/.*|.*\.toml")
"""What a reader puts there: a name in capitals, a result of a run, a file."""


def commands() -> dict[str, list[str]]:
    """Command lines of the pages and of help, cut into words, each once; comments are left out."""
    lines = [a or b for text in PAGES.values() for a, b in COMMAND.findall(text)]
    lines += [*EXAMPLES.values(), *(line for _, line in FIRST_LINES)]
    cut = {line: shlex.split(line, comments=True)[1:] for line in dict.fromkeys(lines)}
    return {
        line: words[2:] if words[:1] == ["--lang"] else words for line, words in cut.items() if words != ["--version"]
    }


LINES = commands()
OUTLINES = {line for line, words in LINES.items() if len(words) == 1 or any(c in w for w in words for c in "[|")}
"""Lines that name a command or show what it takes, as `[--year Y]` and `region|sector` do."""
ASKED = [line for line, words in LINES.items() if words[0] in ("respond", "simulate", "propagate")]


@functools.cache
def command(name: str) -> Any:
    """A command, fetched once for all lines that use it."""
    return fetch(KNOWN[name][0], name)


def parsed(line: str) -> tuple[str, dict[str, Any]]:
    """A command and what its own parser makes of the words. Raises the parser's error."""
    name, *words = LINES[line]
    return name, command(name).make_context(name, words).params


@functools.cache
def tables_there() -> frozenset[str]:
    """Names of the tables, listed once: the list looks into every file."""
    return frozenset(xunhuan.tables()["name"])


@pytest.mark.parametrize(("lang", "page"), [("en", "models.md"), ("zh", "models.zh.md")])
def test_the_page_of_models_is_what_the_command_makes(lang: str, page: str, tmp_path: Path) -> None:
    assert main(["--lang", lang, "models", "all", "-o", str(tmp_path / page)]) == 0
    assert (tmp_path / page).read_text(encoding="utf-8") == PAGES[page], (
        f"make it anew: xunhuan --lang {lang} models all -o docs/{page}"
    )


LINK = re.compile(r"\]\(([\w-]+)(\.zh)?\.md(?:#[^)]*)?\)(（英文|，英文)?")


@pytest.mark.parametrize("page", [p for p in PAGES if p.endswith(".zh.md")])
def test_a_chinese_page_leads_to_chinese_pages(page: str) -> None:
    """Where there is none, or one says less, the link says that what follows is English; no other link does."""
    own = page.removesuffix(".zh.md")
    found = [m for m in LINK.finditer(PAGES[page]) if m[1] != own]
    assert [m[0] for m in found if not m[2] and not m[3] and f"{m[1]}.zh.md" in PAGES] == []
    assert [m[0] for m in found if m[2] and m[3]] == []


def test_every_command_has_a_group_and_an_example() -> None:
    assert sorted(name for names in COMMAND_GROUPS.values() for name in names) == sorted(listed())
    assert set(EXAMPLES) == set(listed())
    assert all(line.split()[1] == name for name, line in EXAMPLES.items())


def test_commands_are_found_in_the_pages() -> None:
    words = {name for name, *_ in LINES.values()}
    assert {"circulation", "simulate", "respond", "propagate", "barriers", "run", "query", "models", "check"} <= words
    assert len(ASKED) > 5
    assert set(ASKED) - OUTLINES


@pytest.mark.parametrize("line", LINES)
def test_commands_and_their_options_exist(line: str) -> None:
    name, *words = LINES[line]
    assert name in KNOWN, f"{name} is no command, or an earlier name of one"
    if line not in OUTLINES:
        parsed(line)
    known = {o for p in command(name).params for o in (*p.opts, *p.secondary_opts)}
    used = set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", " ".join(w.strip("[]") for w in words if " " not in w)))
    assert used <= known


@pytest.mark.parametrize("line", [line for line in LINES if line not in OUTLINES])
def test_tables_and_scenarios_that_commands_name_are_there(line: str) -> None:
    name, given = parsed(line)
    tables = tables_there()
    for key in ("table", "first", "last", "source", "scenario", "result"):
        value = str(given[key]) if isinstance(given.get(key), str | Path) else ""
        if value and not YOURS.fullmatch(value):
            assert value in tables | set(library()), f"{name} {value}"
    for text in given.get("set_") or ():
        assert setting(text)


@pytest.mark.parametrize("line", [line for line in ASKED if line not in OUTLINES])
def test_edits_and_parameters_of_commands_are_read(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(respond, "answer", lambda *given: asked.append(given))
    assert main(LINES[line]) == 0
    ((model, acc, edits, _, by, *_),) = asked
    assert [str(w) for e in edits for w in e.check(acc)] == []
    assert not by or by in model.views


@pytest.mark.slow
def test_queries_have_rows(toy_result: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = [words[2] for words in LINES.values() if words[0] == "query" and "..." not in words[2]]
    assert asked
    for sql in asked:
        assert main(["query", str(toy_result), sql.replace("'CHN'", "'ATL'"), "--format", "csv"]) == 0
        assert len(capsys.readouterr().out.splitlines()) > 1


def test_the_scenario_of_the_page_is_whole() -> None:
    blocks = [text for kind, text in BLOCK.findall(PAGES["scenarios.md"]) if kind == "toml"]
    assert len(blocks) > 1
    data: dict[str, Any] = {}
    for text in blocks:
        data |= tomllib.loads(text)
    bench = prepare(layers_of(data))
    assert bench.order == ("trade", "propagation")
    read = {n: {e.kind for e in bench.edits(n, {"chips": 1.0})} for n in bench.order}
    assert read == {"trade": {"trade_cost"}, "propagation": {"link"}}


PLAIN = [(page, text) for page, all_of_it in PAGES.items() for kind, text in BLOCK.findall(all_of_it)
         if kind == "python" and ">>>" not in text and page != "measures.md" and "gams" not in text]  # fmt: skip
"""Examples without what comes out; those of measures.md are in tests/measures/test_docs.py, and those for GAMS need its own
libraries."""


@pytest.mark.parametrize(("page", "text"), PLAIN, ids=[page for page, _ in PLAIN])
def test_plain_examples_run(page: str, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    official.icio_csv(official.known(("AUS", "CHN", "ROW"), 3, 6), Path("2018_SML.csv"), ("A01_02", "C26", "T"))
    exec(compile(text, page, "exec"), {})


def test_names_of_the_library_are_there() -> None:
    wrong = []
    for page, text in PAGES.items():
        dotted = [f"xunhuan.{n}" for n in re.findall(r"\bxh\.([A-Za-z_][\w.]*\w)", text) if "NAME" not in n]
        dotted += re.findall(r"(?<![\w/.])xunhuan(?:\.[A-Za-z_]\w*)+", text)
        for name in dict.fromkeys(dotted):
            try:
                pkgutil.resolve_name(name)
            except (AttributeError, ImportError):
                wrong.append((page, name))
    assert wrong == []


def anchors(text: str) -> set[str]:
    """Addresses of the headings of a page, as GitHub and MkDocs make them."""
    heads = re.findall(r"^#+ (.*)$", BLOCK.sub("", text), flags=re.M)
    return {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in heads}


def test_links_lead_somewhere() -> None:
    broken = []
    for page, text in PAGES.items():
        folder = ROOT if (ROOT / page).is_file() else ROOT / "docs"
        for target, anchor in re.findall(r"\]\(([^)#:\s]*)(?:#([^)\s]*))?\)", text):
            there = folder / (target or page)
            if not there.is_file() or (anchor and anchor not in anchors(there.read_text(encoding="utf-8"))):
                broken.append((page, target, anchor))
    assert broken == []


def test_files_of_the_project_are_where_pages_say() -> None:
    rooms = ("benchmarks", "build", "docs", "faces", "models", "tables", "tests")
    named = re.compile(rf"(?<![\w/.-])(?:{'|'.join(rooms)})/[\w/.-]*[\w/]")
    lost = []
    for page, text in PAGES.items():
        for path in dict.fromkeys(named.findall(text)):
            if not any((root / path).exists() for root in (ROOT, ROOT / "src" / "xunhuan")):
                lost.append((page, path))
    assert lost == []


def test_the_page_of_models_is_linked() -> None:
    assert "(docs/models.md)" in PAGES["README.md"]
    for page in ("scenarios.md", "trade.md", "propagation.md"):
        assert "(models.md" in PAGES[page]

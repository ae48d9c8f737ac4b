"""Help in Chinese leaves no sentence in English, what is wrong is said in Chinese with the names to be written left alone,
and the shell is offered what a word may be.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from rich.cells import cell_len

import xunhuan as xh
from xunhuan.data.records import described
from xunhuan.faces import words
from xunhuan.faces.cli import fetch, main
from xunhuan.faces.commands import listed, short_forms
from xunhuan.faces.commands.models import _lead
from xunhuan.faces.helping import lines_of_cells
from xunhuan.faces.speaking import speak
from xunhuan.models import registry

pytestmark = pytest.mark.house

KNOWN = listed() | short_forms()


@pytest.fixture
def chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    speak("")
    monkeypatch.setenv("XUNHUAN_LANG", "zh")


def chinese_of(text: str) -> bool:
    return bool(re.search("[\u4e00-\u9fff]", words.in_language(text, "zh"))) or not re.search("[A-Za-z]{3}", text)


def test_every_option_and_every_command_is_told_in_chinese() -> None:
    told = {}
    for name, (room, line) in listed().items():
        command = fetch(room, name)
        said = [
            line,
            *command.help.split("\n\n"),
            *(getattr(p, "help", None) or "" for p in command.params),
        ]
        told |= {" ".join(t.split()): name for t in said if t}
    assert len(told) > 200
    assert {t: name for t, name in told.items() if not chinese_of(t)} == {}


def test_every_parameter_and_edit_is_told_in_chinese() -> None:
    records: list[Any] = [m.parameters for m in registry.models().values()]
    records += [m.short.options for m in registry.models().values() if m.short is not None]
    records += registry.edits().values()
    told = {" ".join(t.split()): f"{r.__name__}.{n}" for r in records for n, t in described(r).items()}
    told |= {" ".join((e.__doc__ or "").split("\n\n")[0].split()): k for k, e in registry.edits().items()}
    assert len(told) > 250
    assert {t: at for t, at in told.items() if not chinese_of(t)} == {}


@pytest.mark.parametrize("command", ["propagate", "circulation", "rivalry"])
def test_a_page_of_help_is_chinese_and_fits_a_screen(
    command: str, chinese: None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([command, "--help"]) == 0
    page = capsys.readouterr().out
    assert page.startswith("用法：")
    assert "选项：" in page
    assert max(cell_len(line) for line in page.split("示例：")[0].splitlines()) <= 80
    assert re.findall(r"Usage|Options|Default|Show this|required|<str>|range>|Rows shown|Only so many", page) == []


def test_what_edits_say_of_themselves_is_chinese_whole(chinese: None) -> None:
    sentence = re.compile(r"(?:\b[a-z][a-z’'-]+,? ){3,}[a-z]{2,}")
    told = "\n".join(line for e in registry.edits().values() for line in _lead(e))
    assert [line for line in re.sub("`[^`]*`", "", told).splitlines() if sentence.search(line)] == []


def test_the_list_of_all_is_chinese(chinese: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    page = capsys.readouterr().out.split("示例")[0]
    rows = [line.split(maxsplit=1) for line in page.splitlines() if line.startswith("  ") and line[2:3].isalpha()]
    assert [r for r in rows if len(r) > 1 and r[0] in KNOWN and not re.search("[\u4e00-\u9fff]", r[1])] == []


WRONG = {
    "circulation": "请用“xunhuan circulation --help”查看说明。\n\n错误：缺少参数'table'。",
    "circulation toyland --region Nowhere": "没有名为“Nowhere”的地区",
    "circulation toyland --sectors foo": "请从中选择：FAR, MAN, SER, all, goods, services,",
    "circulation toyland --by foo": "没有名为“foo”的分组方式",
    "circulation toyland --top -1": "'--top'的值无效：应不小于0",
    "circulation toyland --fo 1": "没有选项--fo",
    "respond toyland --edit|tarif from=ATL to=BOR add=0.1": "没有名为“tarif”的改动（是否指tariff？）",
    "respond toyland --edit|tariff from=ATL to=BOR add=25": "25即2,500%（25%写作0.25；若确为本意，加--yes）",
    "respond toyland --edit|tariff from=ATL to=BOR add=0.1 --set labor=mobile": "labor：没有这个键；是否指labour？",
    "report toyland -o page.foo": "报告不能写成.foo",
    "nosuch": "没有命令'nosuch'。",
}


@pytest.mark.parametrize("line", WRONG)
def test_what_is_wrong_is_said_in_chinese(line: str, chinese: None, capsys: pytest.CaptureFixture[str]) -> None:
    before, _, edit = line.partition("|")
    edit, _, after = edit.partition(" --set ")
    given = [*before.split(), *([edit] if edit else []), *(["--set", after] if after else [])]
    assert main(given) == 2
    assert WRONG[line] in capsys.readouterr().err


@pytest.mark.parametrize(
    ("command", "option", "begun", "offered"),
    [
        ("circulation", "region", "AT-N+B", ["AT-N+BOR"]),
        ("circulation", "sectors", "goo", ["goods"]),
        ("circulation", "by", "p", ["partner"]),
        ("respond", "model", "pro", ["propagation"]),
        ("cite", "what", "circ", ["circulation"]),
        ("run", "scenario", "chip-", ["chip-embargo"]),
        ("check", "source", "toy", ["toyland"]),
        ("lists", "name", "econ", ["economies"]),
        ("barriers", "region", "COA", ["COAST"]),
    ],
)
def test_the_shell_is_offered_names(command: str, option: str, begun: str, offered: list[str]) -> None:
    made = fetch(KNOWN[command][0], command)
    ctx = made.make_context(command, ["toyland", "--region"], resilient_parsing=True)
    param = next(p for p in made.params if p.name == option)
    assert [item.value for item in param.shell_complete(ctx, begun)] == offered


def test_lines_of_chinese_are_no_wider_than_asked() -> None:
    text = "由`from`到`to`的贸易冰山成本：变化、禁止、削减销售、降至最优地区对，四者择一。REGIONS:SECTORS:NUMBER"
    for width in (24, 30, 47):
        lines = list(lines_of_cells(text, width))
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")
        assert max(map(cell_len, lines)) <= width
        assert not any(line[0] in "，。；：、" for line in lines)


def test_accounts_show_themselves_in_chinese(chinese: None) -> None:
    told = repr(xh.load("toyland"))
    assert told.startswith("账户toyland，2000年，百万SHL：玩具国")
    assert "  本国              ATL，3个地区" in told
    assert re.search('<th style="text-align:left"[^>]*>地区</th>', xh.load("toyland")._repr_html_())

"""A table of anybody's: who is credited, what its report says to run, and what is no balanced table."""

from __future__ import annotations

import html
import re
import shlex
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import xunhuan as xh
from xunhuan.data.accounts import Accounts
from xunhuan.data.store import load, save
from xunhuan.errors import UnbalancedAccounts
from xunhuan.faces.bibliography import table_entry
from xunhuan.faces.cli import main

pytestmark = pytest.mark.error


@pytest.fixture
def theirs(toy: Accounts, tmp_path: Path) -> Path:
    table = replace(toy, name="mine", title="My table", source="An office of statistics", year=2031)
    return save(table, tmp_path / "my table.nc")


def test_a_file_credits_its_own_source(theirs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cite", str(theirs)]) == 0
    first = capsys.readouterr().out.split("@software")[0]
    assert "@misc{mine," in first
    assert "An office of statistics" in first
    assert "Xunhuan developers" not in first
    assert "source not stated" in table_entry(replace(load(theirs), source=""))


def test_a_bundled_table_is_ours_and_one_under_its_name_is_not(toy: Accounts) -> None:
    assert "author = {{The Xunhuan developers}}" in table_entry(toy)
    other = toy.replace(flow=2 * toy.flow, use=2 * toy.use, final=2 * toy.final, value_added=2 * toy.value_added)
    assert "Xunhuan developers" not in table_entry(other)


def test_commands_of_a_files_report_run(theirs: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    """Every command on the page, as it stands there, from the folder where the page is; the line of Python too."""
    monkeypatch.chdir(theirs.parent)
    assert main(["report", theirs.name, "--nation", "SEA=AT-S,BOR", "-o", "page.html"]) == 0
    page = html.unescape(Path("page.html").read_text(encoding="utf-8"))
    code = "\n".join(re.findall(r"<code>(.*?)</code>", page, flags=re.DOTALL))
    lines = [x.strip() for x in re.split(r"\n|;", code) if x.strip().startswith("xunhuan ")]
    assert len(lines) == 4
    for line in lines:
        assert main(shlex.split(line)[1:]) == 0, line
    capsys.readouterr()
    python = next(x.strip() for x in code.splitlines() if x.startswith("xh."))
    assert eval(python, {"xh": xh})["own"].dims == ("region",)


def test_output_below_zero_is_no_balanced_table(toy: Accounts) -> None:
    """Every identity holds, and one output is −5: stocks were drawn down by more than was sold."""
    final, flow, value = (np.array(x) for x in (toy.final, toy.flow, toy.value_added))
    gone = float(toy.output[0, 0]) + 5.0
    final[0, 0, 0] -= gone
    flow[0, 0, 0] -= gone
    value[0, 0, 0] -= gone
    z, f = _by_user(toy)
    f[0, 0, 0, 0] -= gone
    with pytest.raises(UnbalancedAccounts, match="the accounts hold impossible values") as e:
        replace(toy, flow=flow, final=final, value_added=value, sourcing=xh.data.accounts.Sourcing(z, f))
    assert e.value.items == ("output: 1 cells are negative, worst by size: AT-N/FAR (5)",)


def _by_user(toy: Accounts) -> tuple[np.ndarray, np.ndarray]:
    share = toy.share
    return np.einsum("rsi,sij->risj", share, toy.use), np.einsum("rsi,sif->risf", share, toy.final)

"""`--flows` with a file that will not do: every label that does not fit, its nearest name, exit code 2, nothing written."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import xunhuan as xh
from tests.build.test_flows import as_list
from xunhuan.data.classification import Sectors
from xunhuan.data.flows import HeldFlows
from xunhuan.data.store import load_log, save
from xunhuan.errors import BadInput
from xunhuan.faces.cli import main
from xunhuan.readers.flows import read_flows

pytestmark = pytest.mark.error


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


def lines(tmp_path: Path) -> list[str]:
    return as_list(xh.load("china-2017"), tmp_path / "f.csv").read_text(encoding="utf-8").splitlines()


def refused(tmp_path: Path, content: list[str]) -> BadInput:
    path = tmp_path / "g.csv"
    path.write_text("\n".join(content), encoding="utf-8")
    with pytest.raises(BadInput) as e:
        read_flows(path, xh.load("china-2017"))
    return e.value


def test_labels_that_do_not_match_are_all_named(tmp_path: Path, out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "\n".join(lines(tmp_path)).replace("Guangdong", "Guangdonk").replace("Coal mining", "Coal minning")
    (tmp_path / "g.csv").write_text(text.replace("Hebei", "Hong Kong"), encoding="utf-8")
    assert main(["build", "china-2017", "--flows", str(tmp_path / "g.csv"), "-o", str(out)]) == 2
    said = capsys.readouterr().err
    assert "the list of flows does not fit" in said
    assert "- province 'Guangdonk' is not known; did you mean Guangdong" in said
    assert "- province 'Hong Kong' is not known" in said
    assert "- sector 'Coal minning' is not known; did you mean Coal mining" in said
    assert list(out.iterdir()) == []


def test_provinces_and_sectors_that_are_not_there(
    tmp_path: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = [x for x in lines(tmp_path) if "Tibet" not in x]
    (tmp_path / "g.csv").write_text("\n".join(kept), encoding="utf-8")
    assert main(["build", "china-2017", "--flows", str(tmp_path / "g.csv"), "-o", str(out)]) == 2
    said = capsys.readouterr().err
    assert "the provinces of g.csv are not those of china-2017\n  - CN-XZ is missing" in said
    kept = [x for x in lines(tmp_path) if "Finance" not in x and "Education" not in x]
    (tmp_path / "g.csv").write_text("\n".join(kept), encoding="utf-8")
    assert main(["build", "china-2017", "--flows", str(tmp_path / "g.csv"), "-o", str(out)]) == 2
    said = capsys.readouterr().err
    assert (
        "the sectors of g.csv are not those of china-2017\n  - 'Finance' is missing\n  - 'Education' is missing" in said
    )
    assert list(out.iterdir()) == []


def test_numbers_that_are_none_and_flows_twice(tmp_path: Path) -> None:
    good = lines(tmp_path)
    broken = [*good[:2], good[2].rsplit(",", 1)[0] + ",n/a", good[3].rsplit(",", 1)[0] + ",-5", *good[4:]]
    assert refused(tmp_path, broken).items == (
        "line 3, value: 'n/a' is not a number",
        "line 4, value: '-5' is below 0",
    )
    e = refused(tmp_path, [*good, good[1], good[5]])
    assert e.items == (
        f"line {len(good) + 1}: the flow is given twice",
        f"line {len(good) + 2}: the flow is given twice",
    )
    assert e.fix == "give each flow once"


def test_columns_of_a_list(tmp_path: Path) -> None:
    good = lines(tmp_path)
    e = refused(tmp_path, ["origin,destination,sector,amount", *good[1:]])
    assert e.what == "a list of flows needs the columns origin, destination, sector and value"
    assert e.items == ("value is missing",)


def test_lines_cut_off(tmp_path: Path) -> None:
    good = lines(tmp_path)
    e = refused(tmp_path, [*good[:5], "Beijing,Heb"])
    assert e.what == "lines have more or fewer cells than the first"
    assert e.items == ("line 6: 2 for 4",)


def test_tables_of_other_sectors_and_unknown_lists(tmp_path: Path) -> None:
    acc = xh.load("china-2017")
    with pytest.raises(BadInput, match="the file's table does not fit") as e:
        read_flows(save(xh.load("world-2017"), tmp_path / "w.nc"), acc)
    assert any("sector" in x for x in e.value.items)
    from xunhuan.build.flows import with_flows

    strange = HeldFlows(np.ones((31, 31, 1)), acc.geography.codes[:-1], Sectors(("Coal minning",)), "t", "f.csv", "0")
    with pytest.raises(BadInput, match=r"the sectors of f\.csv are not those of china-2017") as e:
        with_flows(acc, load_log("china-2017"), strange)
    assert e.value.items[0] == "'Coal minning' is not known; did you mean 'Coal mining'?"
    assert e.value.fix == "name the sectors as in china-2017, or as in the official list of 2012"


def test_tables_that_have_no_provinces_to_divide(tmp_path: Path, out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    as_list(xh.load("china-2017"), tmp_path / "f.csv")
    for name in ("oecd-2017", "china-2017-least"):
        assert main(["build", name, "--flows", str(tmp_path / "f.csv"), "-o", str(out)]) == 2
        said = capsys.readouterr().err
        assert "flows" in said or "unknown table to build" in said
    assert main(["build", "world-2017", "--flows", str(tmp_path / "f.csv"), "-o", str(out)]) == 2
    assert "world-2017 is built from raw files\n  fix: give their folder with --raw DIR" in capsys.readouterr().err
    assert main(["build", "china-2017", "--flows", str(tmp_path / "no.csv"), "-o", str(out)]) == 2
    assert "there is no file 'no.csv'" in capsys.readouterr().err
    assert main(["build", "china-2017", "--flows", str(tmp_path / "f.csv"), "-o", str(out / "no")]) == 2
    assert "the folder to write to does not exist" in capsys.readouterr().err
    raw = ["--raw", str(tmp_path)]
    assert main(["build", "china-2017", "--flows", str(tmp_path / "f.csv"), *raw, "-o", str(out)]) == 2
    assert "the raw folder lacks 6 of 6 files" in capsys.readouterr().err
    assert list(out.iterdir()) == []

"""The plain form as programs write it: encodings, separators, numbers, missing values, wide files, and mappings guessed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from xunhuan.data.accounts import Accounts
from xunhuan.errors import BadInput, ForeignFile, XunhuanError
from xunhuan.faces.cli import main
from xunhuan.readers.guess import guess_mapping
from xunhuan.readers.tabular import AXES, read_tabular

pytestmark = pytest.mark.twin

PARTS = ("flow", "use", "final", "value_added")
HEAD = 'name = "toy"\nyear = 2000\ncurrency = "SHL"\nunit = "million SHL"\nhome = "ATL"\n'
ZH = {"AT-N": "北境", "AT-E": "东岛", "AT-S": "南谷", "BOR": "北国"}


def written(
    toy: Accounts, folder: Path, *, form: str = "", encoding: str = "utf-8", sep: str = ",", number=str, wide=""
):
    """Toyland in csv files with Chinese codes of regions, and its mapping file."""
    codes = tuple(ZH[c] for c in toy.geography.codes)
    names = {
        "origin": codes, "destination": codes, "region": codes, "sector": toy.sectors.codes,
        "industry": toy.sectors.codes, "category": toy.categories, "component": toy.components,
    }  # fmt: skip

    def put(part: str, frame: pd.DataFrame) -> None:
        (folder / f"{part}.csv").write_bytes(frame.to_csv(index=False, sep=sep, lineterminator="\r\n").encode(encoding))

    put("regions", pd.DataFrame({"region": codes, "nation": toy.geography.nation}))
    put("sectors", pd.DataFrame({"sector": toy.sectors.codes, "name_en": toy.sectors.names_en}))
    lines = (
        HEAD
        + form
        + '[regions]\nfile = "regions.csv"\ncode = "region"\n[sectors]\nfile = "sectors.csv"\ncode = "sector"\n'
    )
    for part in PARTS:
        index = pd.MultiIndex.from_product([names[a] for a in AXES[part]], names=AXES[part])
        series = pd.Series([number(x) for x in getattr(toy, part).ravel()], index=index, name="value")
        frame = series.reset_index()
        if wide in AXES[part]:
            rest = [a for a in AXES[part] if a != wide]
            frame = frame.pivot_table("value", rest, wide, "first", sort=False).reset_index()
        put(part, frame)
        lines += f'[{part}]\nfile = "{part}.csv"\n' + (f'wide = "{wide}"\n' if wide in AXES[part] else "")
    (folder / "map.toml").write_text(lines, encoding="utf-8")
    return folder / "map.toml"


def same(acc: Accounts, toy: Accounts) -> None:
    for name in PARTS:
        assert np.array_equal(getattr(acc, name), getattr(toy, name)), name


def german(x: float) -> str:
    return f"{x:,.2f}".translate(str.maketrans(",.", ".,"))


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({}, ""),
        ({"encoding": "utf-8-sig"}, ""),
        ({"encoding": "utf-16", "sep": "\t"}, "flow.csv was read as UTF-16 with tabs between cells"),
        ({"encoding": "gbk", "wide": "industry"}, "flow.csv was read as GBK"),
        ({"encoding": "gb18030", "form": '[form]\nencoding = "gb18030"\n'}, ""),
        (
            {"sep": ";", "number": lambda x: german(1000 * x), "form": '[form]\ndecimal = ","\nthousands = "."\n'},
            "semicolons",
        ),
        ({"number": lambda x: f"{1000 * x:,.1f}", "form": '[form]\nthousands = ","\n', "wide": "destination"}, ""),
        ({"sep": "|", "number": lambda x: f"{x:.3e}", "form": '[form]\nseparator = "|"\n'}, ""),
    ],
)
def test_every_form_is_read_alike(toy, tmp_path, how, said) -> None:
    acc = read_tabular(written(toy, tmp_path, **how)).accounts
    factor = acc.flow.max() / toy.flow.max()
    assert factor in (1.0, 1000.0)
    for name in PARTS:
        assert np.array_equal(getattr(acc, name), factor * getattr(toy, name)), name
    assert any(said in n for n in acc.notes) if said else not any("was read" in n for n in acc.notes)


@pytest.mark.error
@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"sep": ";", "number": lambda x: f"{x:.2f}".replace(".", ",")}, 'decimal = ","'),
        ({"sep": ";", "number": lambda x: german(1000 * x)}, 'decimal = ",", thousands = "."'),
        ({"number": lambda x: f"{1000 * x:,.2f}"}, 'thousands = ","'),
        ({"number": lambda x: f"{1000 * x:,.0f}"}, "these cells read either way"),
        ({"number": lambda x: ".." if x == 157 else str(x)}, 'missing = [".."]'),
        ({"number": lambda x: "" if x == 157 else str(x)}, 'missing = [""]'),
        ({"encoding": "utf-16-le"}, "neither UTF-8, UTF-16 with its mark, nor GBK"),
        ({"form": '[form]\ndecimal = "."\nthousands = "."\nencoding = "utf-99"\n'}, "decimal and thousands are both"),
        ({"form": '[form]\nencoding = "ascii"\n'}, "the file is not ascii"),
    ],
)
def test_what_cannot_be_told_is_refused_with_what_to_declare(toy, tmp_path, how, words) -> None:
    with pytest.raises(XunhuanError) as e:
        read_tabular(written(toy, tmp_path, **how))
    assert isinstance(e.value, BadInput | ForeignFile)
    assert words in str(e.value)


def test_missing_values_are_taken_as_declared_and_said(toy, tmp_path) -> None:
    hidden = {0.0: ".."}
    lone = toy.replace(tariff=np.zeros_like(toy.tariff))
    form = '[form]\nmissing = ["..", "-"]\n'
    path = written(lone, tmp_path, form=form, number=lambda x: hidden.get(x, str(x)))
    (tmp_path / "use.csv").write_text((tmp_path / "use.csv").read_text() + "北境,FAR,OTHER,-\n")
    path.write_text(
        path.read_text(encoding="utf-8").replace('file = "use.csv"', 'file = "use.csv"\nunlisted = "skip"'), "utf-8"
    )
    flow = pd.read_csv(tmp_path / "flow.csv")
    flow["rate"] = ["-"] * len(flow)
    flow.to_csv(tmp_path / "flow.csv", index=False)
    path.write_text(path.read_text(encoding="utf-8").replace('"flow.csv"\n', '"flow.csv"\ntariff = "rate"\n'), "utf-8")
    acc = read_tabular(path).accounts
    same(acc, lone)
    assert f"[flow]: {len(flow)} cells '-' were taken as 0, as the mapping file says" in acc.notes


def test_values_of_several_files_add_up(toy, tmp_path) -> None:
    path = written(toy, tmp_path)
    (tmp_path / "more.csv").write_text("region,sector,industry,value\n北境,FAR,FAR,1\n", encoding="utf-8")
    use = pd.read_csv(tmp_path / "use.csv")
    use.loc[0, "value"] -= 1
    use.assign(kind="use").to_csv(tmp_path / "use.csv", index=False)
    both = path.read_text(encoding="utf-8").replace('file = "use.csv"', 'file = ["use.csv", "more.csv"]')
    path.write_text(both, encoding="utf-8")
    same(read_tabular(path).accounts, toy)
    kept = both.replace('["use.csv", "more.csv"]', '["use.csv", "more.csv"]\nwhere = { kind = "other" }')
    path.write_text(kept, encoding="utf-8")
    with pytest.raises(XunhuanError, match="use"):
        read_tabular(path)


def test_a_mapping_is_guessed_and_reads_once_filled_in(toy, tmp_path, capsys) -> None:
    written(toy, tmp_path, encoding="gbk", sep=";", number=lambda x: f"{x:.1f}".replace(".", ","), wide="industry")
    files = [str(f) for f in sorted(tmp_path.glob("*.csv"))]
    out = tmp_path / "guess.toml"
    line = ["import", "tabular", "--guess", *files, "-o", str(out)]
    assert main(line) == 0
    text = out.read_text(encoding="utf-8")
    assert {f"[{p}]  # guess" for p in (*PARTS, "regions", "sectors")} <= set(text.splitlines())
    with pytest.raises(BadInput, match="'year' is missing"):
        read_tabular(out)
    filled = HEAD.split("\n", 1)[1] + text
    out.write_text(filled, encoding="utf-8")
    same(read_tabular(out).accounts, toy)
    assert main(line) != 0  # a mapping file is not written over
    assert "is there already" in capsys.readouterr().err
    (tmp_path / "odd.csv").write_text("a,b\nx,y\nx,z\n")
    assert "# odd.csv: what it holds could not be told" in guess_mapping([tmp_path / "odd.csv"], tmp_path)


@pytest.mark.error
def test_every_fault_of_a_mapping_is_told_at_once(toy, tmp_path) -> None:
    path = written(toy, tmp_path)
    text = path.read_text(encoding="utf-8").replace("year = 2000", 'year = "2000"\nnotes = 3')
    odd = 'file = 3\nwhere = 3\nwide = "moon"\nunlisted = "keep"\nregion = 7\ncategories = [1]\nencoding = "zip"'
    path.write_text(text.replace('file = "use.csv"', odd), encoding="utf-8")
    with pytest.raises(BadInput) as e:
        read_tabular(path)
    for words in (
        "year must be a whole number", "notes must be a list", "[use] file must be", "[use] where must be", "'moon' is not",
        '[use] unlisted can only be "skip"', "[use] region must be text", "[use] categories must be",
    ):  # fmt: skip
        assert words in str(e.value)
    people = written(toy, tmp_path).read_text(encoding="utf-8")
    regions = pd.read_csv(tmp_path / "regions.csv").assign(population=["1,5", "", "2", "x"])
    regions.to_csv(tmp_path / "regions.csv", index=False)
    path.write_text(people, encoding="utf-8")
    with pytest.raises(BadInput, match="北境: '1,5'"):
        read_tabular(path)


@pytest.mark.error
def test_a_line_longer_than_the_first_is_named(toy: Accounts, tmp_path: Path) -> None:
    path = written(toy, tmp_path)
    sectors = tmp_path / "sectors.csv"
    sectors.write_text(sectors.read_text(encoding="utf-8") + "ZZZ,gas, water and power\n", encoding="utf-8")
    with pytest.raises(ForeignFile) as e:
        read_tabular(path)
    assert e.value.items == ("line 5 has 3 cells, the first line has 2",)

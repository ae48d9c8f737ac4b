"""Two tables are compared on a stated concordance of their lists only: the same codes may name other sectors."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from xunhuan.data.accounts import Accounts
from xunhuan.data.classification import Sectors
from xunhuan.data.comparing import on_one_list
from xunhuan.data.store import load
from xunhuan.errors import BadInput, UnknownName
from xunhuan.faces.cli import main
from xunhuan.measures import structural_decomposition

pytestmark = pytest.mark.twin


def by_name(acc: Accounts) -> Accounts:
    """China's 42 sectors under their own names, what the two lists part joined by hand."""
    joined = {
        "Other manufacturing": "other", "Waste recycling": "other", "Other manufacturing and waste recycling": "other",
        "Research and technical services": "research", "Research and development": "research",
        "Technical services": "research",
    }  # fmt: skip
    groups: dict[str, list[str]] = {}
    for code, name in zip(acc.sectors.codes, acc.sectors.names_en, strict=True):
        groups.setdefault(joined.get(name, name), []).append(code)
    return acc.aggregate(sectors=groups)


@pytest.fixture(scope="module")
def years() -> tuple[Accounts, Accounts]:
    return load("china-2012"), load("china-2017")


def test_the_documented_example_compares_sectors_of_one_name(years: tuple[Accounts, Accounts]) -> None:
    """28 is construction in one list and trade in the other: the answer is that of sectors matched by name."""
    got = structural_decomposition(*years, ["CN-GD", "CN-SC"])
    twin = structural_decomposition(*map(by_name, years), ["CN-GD", "CN-SC"])
    np.testing.assert_allclose(got["contribution"], twin["contribution"], atol=1e-12)
    assert "41 sectors that both lists have, by the concordance of cn42-2012 and cn42-2017" in got.attrs["definition"]
    bare = [replace(t, sectors=Sectors(t.sectors.codes)) for t in years]
    codes = structural_decomposition(*bare, ["CN-GD", "CN-SC"])
    assert float(abs(got["contribution"] - codes["contribution"]).max()) > 0.005, "codes as they stand say otherwise"


def test_sums_are_the_tables_own(years: tuple[Accounts, Accounts]) -> None:
    first, last, _ = on_one_list(*years)
    assert first.sectors.codes == last.sectors.codes
    for old, new in zip(years, (first, last), strict=True):
        np.testing.assert_allclose(new.gdp, old.gdp, rtol=1e-12)
        k = old.sectors.names_en.index("Construction")
        at = new.sectors.names_en.index("Construction")
        np.testing.assert_allclose(new.output[:, at], old.output[:, k], rtol=1e-12)
    assert first.sectors.codes[first.sectors.names_en.index("Construction")] == "27", "the last table's code"
    back = on_one_list(years[1], years[0])
    assert len(back[0].sectors) == len(first.sectors)


def test_unlike_lists_are_refused_with_the_way_out(toy: Accounts, tmp_path: Path, capsys) -> None:
    other = replace(toy, sectors=Sectors(toy.sectors.codes, ("Mining", "Manufacturing", "Services")))
    with pytest.raises(BadInput, match="the two tables have other sectors") as e:
        structural_decomposition(toy, other)
    assert e.value.items == ("FAR (Farming) against FAR (Mining)",)
    assert "--concordance FILE" in e.value.fix
    path = tmp_path / "c.csv"
    path.write_text("source,target,reason\nFarming,Mining,a test\n")
    ds = structural_decomposition(toy, other, concordance=path)
    assert float(abs(ds["change"]).max()) < 1e-12
    assert "3 sectors that both lists have, by the concordance c.csv" in ds.attrs["definition"]
    path.write_text("source,target\nFAR,MAN\n")
    with pytest.raises(BadInput, match="the concordance leaves sectors over") as e:
        structural_decomposition(toy, other, concordance=path)
    assert e.value.items == ("toyland: MAN (Manufacturing)", "toyland: FAR (Mining)")
    path.write_text("source,target\nFAR,STEEL\n")
    with pytest.raises(UnknownName, match="unknown sector 'STEEL'"):
        structural_decomposition(toy, other, concordance=path)
    path.write_text("a,b\n1,2\n")
    with pytest.raises(BadInput, match="lacks columns source and target"):
        structural_decomposition(toy, other, concordance=path)
    assert main(["structural-decomposition", "toyland", "toyland", "--concordance", str(tmp_path / "none.csv")]) == 2
    assert "there is no file 'none.csv'" in capsys.readouterr().err


def test_sectors_in_another_order_are_put_in_one(toy: Accounts) -> None:
    """By ISIC, with the last table's sectors turned round."""
    turn = [2, 0, 1]
    turned = toy.replace(
        flow=toy.flow[:, :, turn], use=toy.use[:, turn][:, :, turn], final=toy.final[:, turn],
        value_added=toy.value_added[:, turn], tariff=toy.tariff[:, :, turn], sectors=toy.sectors.take(turn),
    )  # fmt: skip
    later = turned.replace(**{k: 2 * getattr(turned, k) for k in ("flow", "use", "final", "value_added")})
    first, last, said = on_one_list(toy, later, "isic")
    np.testing.assert_allclose(last.use, 2 * first.use)
    assert said == "3 sectors that both lists have, by ISIC"
    with pytest.raises(BadInput, match="the two tables have other sectors"):
        on_one_list(toy, later)


def test_china_by_isic_joins_what_isic_does_not_part(years: tuple[Accounts, Accounts]) -> None:
    first, last, _ = on_one_list(*years, "isic")
    assert first.sectors.codes == last.sectors.codes
    assert {"16+17", "20+21", "24+25"} <= set(last.sectors.codes)

"""Messages of the data layer, by their text."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from xunhuan.data import store
from xunhuan.data.accounts import Accounts
from xunhuan.data.classification import Concordance, Sectors
from xunhuan.data.geography import Geography
from xunhuan.errors import BadInput, ForeignFile, UnbalancedAccounts, UnknownName
from xunhuan.faces.cli import main

pytestmark = pytest.mark.error


def test_unbalanced_accounts_name_every_identity_and_the_worst_cell(toy: Accounts) -> None:
    use = toy.use.copy()
    use[1, 2, 0] += 5.0
    with pytest.raises(UnbalancedAccounts) as e:
        toy.replace(use=use)
    text = str(e.value)
    assert "the accounts do not balance" in text
    assert "use (Σ_r flow = Σ_j use + Σ_f final): 1 cells off, worst AT-E/SER" in text
    assert "cost (output = Σ_i use + Σ_v value_added): 1 cells off, worst AT-E/FAR" in text


def test_nan_and_negative_cells_are_collected(toy: Accounts) -> None:
    flow, final = toy.flow.copy(), toy.final.copy()
    flow[0, 3, 1] = -2.0
    final[2, 0, 1] = np.nan
    with pytest.raises(UnbalancedAccounts) as e:
        toy.replace(flow=flow, final=final)
    assert "flow: 1 cells are negative, worst by size: AT-N/BOR/MAN (2)" in str(e.value)
    assert "final: 1 cells are not finite: AT-S/FAR/investment" in str(e.value)


def test_wrong_shapes_are_named(toy: Accounts) -> None:
    with pytest.raises(BadInput, match=r"use has shape \(4, 3, 2\), the labels say \(4, 3, 3\)"):
        toy.replace(use=toy.use[:, :, :2])


def test_unknown_region_has_neighbours(toy: Accounts) -> None:
    with pytest.raises(UnknownName, match=r"unknown region 'Eastholn'\n  fix: did you mean Eastholm"):
        toy.geography.select("Eastholn")


def test_an_empty_selection_is_refused(toy: Accounts) -> None:
    with pytest.raises(BadInput, match="names no region"):
        toy.geography.select("ATL+!ATL")


def test_open_and_closed_regions_do_not_add_up(toy: Accounts) -> None:
    with pytest.raises(BadInput, match="open and closed regions cannot be added up"):
        toy.restrict("ATL").aggregate(regions={"X": ("AT-N", "ROW")})


def test_a_member_of_two_groups_is_refused(toy: Accounts) -> None:
    with pytest.raises(BadInput, match="'AT-N' is in both 'X' and 'Y'"):
        toy.aggregate(regions={"X": ("AT-N", "AT-E"), "Y": ("AT-N",)})


def test_geography_and_sectors_check_themselves() -> None:
    with pytest.raises(BadInput, match="region codes are repeated"):
        Geography(("A", "A"), ("N", "N"))
    with pytest.raises(BadInput, match="names the unknown sector 'z'"):
        Sectors(("a", "b"), groups={"g": ("a", "z")})


def test_a_concordance_that_does_not_add_up_says_which_rows(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text("source,target,weight,reason\na,x,0.4,because\na,y,0.5,because\nb,x,1,\n")
    with pytest.raises(BadInput) as e:
        Concordance.read(path)
    assert "weights of 'a' sum to 0.9, not 1" in str(e.value)
    assert "row 4 (b) has no reason" in str(e.value)


@pytest.mark.parametrize("content", [b"", b"hello", None])
def test_truncated_and_foreign_files(toy: Accounts, tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "x.nc"
    store.save(toy, path)
    path.write_bytes(path.read_bytes()[:5000] if content is None else content)
    with pytest.raises(ForeignFile, match="truncated or not netCDF"):
        store.load(path)


def test_netcdf_of_another_kind(toy: Accounts, tmp_path: Path) -> None:
    import xarray as xr

    path = tmp_path / "x.nc"
    for said in ({}, {"format": np.zeros(0)}, {"format": np.zeros(3)}):
        store.save_dataset(xr.Dataset({"a": ("x", [1.0, 2.0])}, attrs=said), path)
        with pytest.raises(ForeignFile, match="does not hold Xunhuan accounts"):
            store.load(path)
    ds = store.to_dataset(toy)
    ds.attrs["digest"] = "0" * 64
    store.save_dataset(ds, path)
    with pytest.raises(ForeignFile, match="do not match the digest"):
        store.load(path)


def test_command_line_errors(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["check", "toylnd"]) == 2
    assert "error: unknown table 'toylnd'\n  fix: did you mean toyland?" in capsys.readouterr().err
    assert main(["check", str(tmp_path / "none.nc")]) == 2
    assert "there is no file 'none.nc'" in capsys.readouterr().err
    assert main(["tables", "toyland", "--format", "parquet"]) == 2
    assert "parquet is not text" in capsys.readouterr().err
    assert main(["tables", "toyland", "--format", "csv", "-o", str(tmp_path / "no" / "x.csv")]) == 2
    assert "the folder to write to does not exist" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_unknown_commands_and_options(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tabels"]) == 2
    assert "No such command 'tabels'" in capsys.readouterr().err
    assert main(["tables", "--formt", "csv"]) == 2
    assert "No such option: --formt" in capsys.readouterr().err
    assert main(["--help"]) == 0
    assert "circulation" in capsys.readouterr().out

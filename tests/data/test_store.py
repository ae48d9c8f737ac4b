"""The store: round trips, plain xarray, atomic files and folders under kill -9."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import h5py
import pytest
import xarray as xr

from xunhuan.data import catalogue, leftovers, store
from xunhuan.data.accounts import Accounts
from xunhuan.errors import ForeignFile

from .test_accounts import random_sourced

pytestmark = pytest.mark.identity


def test_round_trip_keeps_every_number_and_label(toy: Accounts, tmp_path: Path) -> None:
    for acc in (toy, random_sourced(3), toy.restrict("ATL")):
        path = store.save(acc, tmp_path / "a.nc")
        back = store.open_accounts(path)
        assert back.digest == acc.digest
        assert back.geography.clusters == acc.geography.clusters
        assert back.geography.tile == acc.geography.tile
        assert back.sectors == acc.sectors
        assert back.notes == acc.notes


def test_the_file_opens_as_plain_xarray(toy: Accounts, tmp_path: Path) -> None:
    path = store.save(toy, tmp_path)
    assert path.name == f"toyland-{toy.digest[:12]}.nc"
    with xr.open_dataset(path, engine="h5netcdf") as ds:
        assert float(ds["flow"].sel(origin="AT-S", destination="BOR", sector="MAN")) == 27.0
        assert ds["flow"].attrs["unit"] == "million SHL"


def test_the_same_accounts_make_the_same_bytes(toy: Accounts, tmp_path: Path) -> None:
    a = store.save(toy, tmp_path / "a.nc").read_bytes()
    assert store.save(toy, tmp_path / "b.nc").read_bytes() == a


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    store.write_text(path, "old")

    def fail() -> None:
        with store.atomic_path(path) as tmp:
            tmp.write_text("new")
            raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        fail()
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["x.txt"]


def test_what_killed_processes_left_goes_and_nothing_else(tmp_path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    here, dead = leftovers.host(), gone.pid
    half = [f".r.tmp-{here}-{dead}-0123abcd", f".r.old-{here}-{dead}-0123abcd", f".x.nc.tmp-{here}-{dead}-0123abcd"]
    stay = [
        f".r.tmp-{here}-{os.getpid()}-0123abcd", f".r.tmp-{'0' * 8}-{dead}-0123abcd", f".r.draws-{here}-{dead}-0123abcd",
        f".r.tmp-{dead}-0123abcd", "r",
    ]  # fmt: skip
    for name in (*half[:2], *stay):
        (tmp_path / name).mkdir()
        (tmp_path / name / "f").write_text("half")
    (tmp_path / half[2]).write_text("half")
    store.write_text(tmp_path / "new.txt", "new")
    assert sorted(f.name for f in tmp_path.iterdir()) == sorted([*stay, "new.txt"])


def test_a_full_disk_is_told_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No space left") as e, store.atomic_path(tmp_path / "x.txt"):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert e.value.filename == str(tmp_path / "x.txt")


FOLDER_WRITER = """
import sys, itertools
from pathlib import Path
from xunhuan.data.store import write_folder
for k in itertools.count():
    text = str(k) * 20000
    write_folder(sys.argv[1], {f"f{n}": lambda p: p.write_text(text) for n in range(4)})
    print(k, flush=True)
"""


@pytest.mark.slow
def test_a_killed_writer_leaves_a_whole_folder(tmp_path: Path) -> None:
    target = tmp_path / "result"
    for delay in (0.0, 0.013, 0.029, 0.041):
        p = subprocess.Popen([sys.executable, "-c", FOLDER_WRITER, str(target)], stdout=subprocess.PIPE)
        assert p.stdout is not None
        p.stdout.readline()
        p.stdout.readline()
        time.sleep(delay)
        os.kill(p.pid, signal.SIGKILL)
        p.wait()
        p.stdout.close()
        texts = {f.read_text() for f in target.iterdir()}
        assert len(list(target.iterdir())) == 4
        assert len(texts) == 1, "files of two runs are mixed"


def test_the_catalogue_says_what_loading_would(toy: Accounts) -> None:
    """Labels read without the numbers are those of the accounts."""
    frame = catalogue.tables()
    assert list(frame["name"]) == list(store.known_tables())
    for row in frame[frame["name"].isin(["toyland", "china-2017"])].itertuples():
        acc = store.load(row.name)
        assert (row.title, row.year, row.regions, row.sectors) == (acc.title, acc.year, acc.R, acc.S)
        assert (row.unit, row.home, row.digest) == (acc.unit, acc.home, acc.digest[:12])


def test_labels_changed_since_they_were_written_are_refused(toy: Accounts, tmp_path: Path) -> None:
    path = store.save(toy, tmp_path / "a.nc")
    with h5py.File(path, "r+") as f:
        f["population"][0] = 7.0
    with pytest.raises(ForeignFile, match="the labels do not match the digest stored with them"):
        store.open_accounts(path)


def test_what_a_library_would_walk_for_ever_is_seen_first(toy: Accounts, tmp_path: Path) -> None:
    """The heap of texts, with the number of an object made 0: HDF5 takes it for the free rest and goes nowhere."""
    path = store.save(toy, tmp_path / "a.nc")
    content = bytearray(path.read_bytes())
    at = content.find(b"GCOL\x01\x00\x00\x00") + 16
    content[at] = 0
    path.write_bytes(content)
    with pytest.raises(ForeignFile, match="truncated or not netCDF"):
        store.open_accounts(path)


@pytest.mark.parametrize("how", ["giant", "elsewhere", "link", "nothing"])
def test_only_arrays_of_the_file_no_larger_than_they_can_be(how: str, toy: Accounts, tmp_path: Path) -> None:
    path = store.save(toy, tmp_path / "a.nc")
    (tmp_path / "raw").write_bytes(b"x" * 800)
    with h5py.File(path, "r+") as f:
        del f["use"]
        if how == "giant":
            f.create_dataset("use", shape=(10**5, 10**5), dtype="f8", chunks=True)
        elif how == "elsewhere":
            f.create_dataset("use", shape=(100,), dtype="f8", external=[(str(tmp_path / "raw"), 0, 800)])
        elif how == "link":
            f["use"] = h5py.ExternalLink("b.nc", "/use")
        else:
            f["use"] = h5py.Empty("f8")
    with pytest.raises(ForeignFile, match="truncated or not netCDF"):
        store.open_accounts(path)

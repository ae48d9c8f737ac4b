"""Archives, header arrays, HDF5 and mapping files spoiled."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable

import h5py
import numpy as np

from tests.fuzz.spoiled import TEXT, Files, Rng, Spoil, Ways, flipped, raw_way


def _again(files: Files, name: str, change: Callable[[dict[str, bytes], zipfile.ZipFile], None]) -> None:
    with zipfile.ZipFile(io.BytesIO(files[name])) as z:
        parts = {n: z.read(n) for n in z.namelist()}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as to:
        change(parts, to)
        for n, body in parts.items():
            to.writestr(n, body)
    files[name] = out.getvalue()


def _archive(files: Files, name: str, rng: Rng) -> None:
    how = rng.randrange(11)

    def change(parts: dict[str, bytes], to: zipfile.ZipFile) -> None:
        some = rng.choice(list(parts))
        if how == 0:
            parts["../../" + some] = parts.pop(some)
        elif how == 1:
            parts["deep/" * 60 + some] = parts.pop(some)
        elif how == 2:
            to.writestr("copy/" + some, parts[some])
        elif how == 3:
            del parts[some]
        elif how == 4:
            link = zipfile.ZipInfo("link.csv")
            link.external_attr = 0o120777 << 16
            to.writestr(link, "/etc/passwd")
        elif how == 5:
            parts[some] = parts[some] + b"\n" * 80_000_000
        elif how == 6:
            parts.update({f"x{k}": b"" for k in range(12_000)})
        elif how == 7:
            parts["/abs/" + some] = parts.pop(some)
        elif how == 8:
            inner = io.BytesIO()
            with zipfile.ZipFile(inner, "w") as z:
                z.writestr(some, parts.pop(some))
            parts["inner.zip"] = inner.getvalue()
        elif how == 9:
            parts[some] = b"0," * 40_000_000
        else:
            parts["C:\\x\\" + some] = parts.pop(some)

    _again(files, name, change)


def _archive_lies(files: Files, name: str, rng: Rng) -> None:
    """Sizes, flags or ways of packing in the directory that are not so."""
    raw = bytearray(files[name])
    at = raw.rfind(b"PK\x01\x02")
    if at < 0:
        return
    how = rng.randrange(5)
    if how == 0:
        struct.pack_into("<I", raw, at + 24, rng.choice((1, 0xFFFFFFF0, 0)))
    elif how == 1:
        raw[at + 8] |= 1
    elif how == 2:
        struct.pack_into("<H", raw, at + 10, rng.choice((9, 12, 14, 98, 6)))
    elif how == 3:
        struct.pack_into("<I", raw, at + 42, rng.choice((7, 0xFFFFFF, 0)))
    else:
        struct.pack_into("<I", raw, at + 16, zlib.crc32(b"x"))
    files[name] = bytes(raw)


def _inside_text(files: Files, name: str, rng: Rng) -> None:
    """A text of the archive spoiled as texts are."""

    def change(parts: dict[str, bytes], _: zipfile.ZipFile) -> None:
        some = rng.choice([n for n in parts if n.endswith((".csv", ".txt"))])
        rng.choice(list(TEXT.values()))[1](parts, some, rng)

    _again(files, name, change)


ARCHIVE: Ways = {
    "archive": ("heard", _archive),
    "archive lies": ("heard", _archive_lies),
    "a text inside": ("free", _inside_text),
}
LIES: Ways = {"archive lies": ARCHIVE["archive lies"]}


def _records(raw: bytes) -> list[bytes]:
    out, at = [], 0
    while at < len(raw):
        (size,) = struct.unpack_from("<i", raw, at)
        out.append(raw[at + 4 : at + 4 + size])
        at += size + 8
    return out


def _har(change: Callable[[list[bytes], Rng], None]) -> Spoil:
    def spoil(files: Files, name: str, rng: Rng) -> None:
        records = _records(files[name])
        change(records, rng)
        files[name] = b"".join(struct.pack("<i", len(b)) + b + struct.pack("<i", len(b)) for b in records)

    return spoil


def _har_words(records: list[bytes], rng: Rng) -> None:
    """A whole number inside a record is another: sizes, ranks, counts."""
    k = rng.choice([k for k, b in enumerate(records) if len(b) >= 8])
    body = bytearray(records[k])
    at = rng.randrange(min(len(body) // 4, 40)) * 4
    struct.pack_into(
        "<i", body, min(at, len(body) - 4), rng.choice((0, 1, 2, 7, -1, 100, 2**31 - 1, -(2**31), 100_000))
    )
    records[k] = bytes(body)


def _har_swap(records: list[bytes], rng: Rng) -> None:
    a, b = (rng.randrange(len(records)) for _ in range(2))
    records[a], records[b] = records[b], records[a]


def _har_nan(records: list[bytes], rng: Rng) -> None:
    k = max(range(len(records)), key=lambda k: len(records[k]) * rng.random())
    body = bytearray(records[k])
    struct.pack_into("<f", body, len(body) - 4, rng.choice((float("nan"), float("inf"), -1e30, 1e38)))
    records[k] = bytes(body)


def _har_name(records: list[bytes], rng: Rng) -> None:
    k = rng.choice([k for k, b in enumerate(records) if len(b) == 4])
    records[k] = rng.choice((b"XXXX", b"VDFB", b"VXSB", b"    ", b"EVFB"))


HAR: Ways = {
    "words": ("free", _har(_har_words)),
    "records swapped": ("heard", _har(_har_swap)),
    "record gone": ("heard", _har(lambda r, rng: r.pop(rng.randrange(len(r))) and None)),
    "record twice": ("heard", _har(lambda r, rng: r.insert(rng.randrange(len(r)), r[rng.randrange(len(r))]))),
    "record cut": ("heard", _har(lambda r, rng: r.__setitem__(k := rng.randrange(len(r)), r[k][: len(r[k]) // 2]))),
    "not finite": ("heard", _har(_har_nan)),
    "another header": ("heard", _har(_har_name)),
}


def _hdf(change: Callable[[h5py.File, Rng], None]) -> Spoil:
    def spoil(files: Files, name: str, rng: Rng) -> None:
        body = io.BytesIO(files[name])
        with h5py.File(body, "r+") as file:
            change(file, rng)
        files[name] = body.getvalue()

    return spoil


_SETS = ("z", "f", "va", "X", "country_list", "sector_list", "final_list")


def _hdf_gone(file: h5py.File, rng: Rng) -> None:
    del file["mrio"][rng.choice(_SETS)]


def _hdf_shape(file: h5py.File, rng: Rng) -> None:
    group, name = file["mrio"], rng.choice(_SETS[:4])
    was = group[name][()]
    del group[name]
    group[name] = rng.choice((
        was.T, was.reshape(-1), was[:-1], np.zeros((0, 0)), np.array(3.0), was.astype("S8"), was.astype(complex), was[None],
        was.astype(np.int8), np.zeros(was.shape, dtype=bool),
    ))  # fmt: skip


def _hdf_huge(file: h5py.File, rng: Rng) -> None:
    group, name = file["mrio"], rng.choice(_SETS[:4])
    del group[name]
    size = rng.choice(((80_000, 80_000), (10**9,), (12, 10**7), (10**7, 12), (50_000, 50_000), (12, 12, 10**6)))
    group.create_dataset(name, size, dtype="f8", chunks=tuple(min(s, 64) for s in size))


def _hdf_lists(file: h5py.File, rng: Rng) -> None:
    group, name = file["mrio"], rng.choice(_SETS[4:])
    del group[name]
    if rng.random() < 0.3:
        group[name] = np.array([b"A", b"A", b"B"])
    elif rng.random() < 0.5:
        group.create_dataset(name, (10**8,), dtype="S8", chunks=(64,))
    else:
        group.create_dataset(name, (1, 3), dtype=h5py.ref_dtype)


def _hdf_value(file: h5py.File, rng: Rng) -> None:
    d = file["mrio"][rng.choice(_SETS[:4])]
    value = d[()]
    value.flat[rng.randrange(value.size)] = rng.choice((np.nan, np.inf, -np.inf, 1e308, -1e308))
    d[...] = value


def _hdf_ring(file: h5py.File, rng: Rng) -> None:
    group, name = file["mrio"], rng.choice(_SETS)
    del group[name]
    group[name] = rng.choice((h5py.SoftLink("/mrio/" + name), h5py.SoftLink("/nowhere"), h5py.ExternalLink("/etc/passwd",
    "/"),
                              h5py.SoftLink("/mrio")))  # fmt: skip


def _hdf_labels(file: h5py.File, rng: Rng) -> None:
    refs = file["mrio"][rng.choice(_SETS[4:])]
    value = refs[()]
    a, b = (rng.randrange(value.size) for _ in range(2))
    value.flat[a] = value.flat[b]
    refs[...] = value


HDF: Ways = {
    "a data set gone": ("heard", _hdf(_hdf_gone)),
    "another shape": ("heard", _hdf(_hdf_shape)),
    "beyond all size": ("heard", _hdf(_hdf_huge)),
    "lists": ("heard", _hdf(_hdf_lists)),
    "not finite": ("free", _hdf(_hdf_value)),
    "a ring": ("heard", _hdf(_hdf_ring)),
    "a label twice": ("heard", _hdf(_hdf_labels)),
}


def _gone(files: Files, name: str, rng: Rng) -> None:
    del rng
    del files[name]


def _nested(files: Files, name: str, rng: Rng) -> None:
    files[rng.choice(("deep/" * 40, "copy/", ".hidden/")) + name] = (
        files[name] if rng.random() < 0.5 else files.pop(name)
    )


def _toml(raw: bytes, rng: Rng) -> bytes:
    text = raw.decode("utf-8")
    lines = text.split("\n")
    k = rng.randrange(len(lines))
    value = rng.choice((
        "3", "-1", "true", "[]", "{}", '""', "nan", "1e400", "9" * 30, "9" * 5000, "1979-05-27", '"../../etc/passwd"',
        '"/dev/zero"', '["a", 3]',
        "[" * 3000 + "]" * 3000, "[[1]]", '{ a = 1 }', '"\\u0000"', '"."',
    ))  # fmt: skip
    how = rng.randrange(5)
    if how == 0:
        lines[k] = lines[k].split("=")[0] + f"= {value}"
    elif how == 1:
        key = rng.choice(("form", "wide", "where", "unlisted", "decimal", "separator", "thousands", "missing",
        "encoding", "home", "notes", "labels",
                          "merged", "own", "decay", "hauling", "categories", "components", "code", "value", "nation",
                          "open", "list"))  # fmt: skip
        lines.insert(k, f"{key} = {value}")
    elif how == 2:
        del lines[k]
    elif how == 3:
        lines.insert(k, lines[k])
    else:
        lines.insert(
            k, rng.choice(("[form]", "[[flow]]", "[migration]", "[tariff]", "[", "= 3", "\ufeff", "'''", "[a.b.c]"))
        )
    return "\n".join(lines).encode("utf-8")


MAPPING: Ways = {"mapping": ("free", raw_way(_toml)), "mapping's bytes": ("free", raw_way(flipped))}
FOLDER: Ways = {"a file gone": ("heard", _gone), "nested": ("same", _nested)}

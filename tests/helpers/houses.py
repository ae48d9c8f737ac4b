"""Small files in the layouts of other houses, from a world the tests know: three regions or two in an open rest.

None of the real files is at hand; layouts are those of public readers and of the houses' own descriptions.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

import h5py
import numpy as np

from tests.helpers import official
from tests.helpers.official import Known
from xunhuan.data.sector_lists import sector_list

Lines = list[list[object]]
ICIO = ("A01", "C26", "C29", "G")


def world(finals: int = 5, negative: bool = False) -> Known:
    """China, the United States and Viet Nam, four sectors; no fall in stocks unless asked, so that flows are positive."""
    w = official.known(("CHN", "USA", "VNM"), 4, finals)
    if not negative:
        w.f[0, 0, 0, -1] += 10.0
        w.output[0, 0] += 10.0
        w.value_added[0, 0] += 10.0
    w.taxes[:] = np.abs(w.taxes)
    w.value_added[:] = w.output - w.z.sum((0, 1)) - w.taxes
    return w


def _write(path: Path, lines: Lines, sep: str = ",") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        "\n".join(sep.join("" if x is None else str(x) for x in line) for line in lines) + "\n", encoding="utf-8"
    )
    return path


def _ends(w: Known, codes: Sequence[str]) -> list[tuple[str, str]]:
    return [(c, i) for c in w.countries for i in codes]


def icio(w: Known, folder: Path) -> Path:
    """The zip of two years; the other is another world."""
    other = official.known(w.countries, 4, 6, seed=8)
    with zipfile.ZipFile(folder / "2016-2022_SML.zip", "w", zipfile.ZIP_DEFLATED) as z:
        for year, one in ((2021, other), (2022, w)):
            path = official.icio_csv(one, folder / f"{year}_SML.csv", ICIO)
            z.write(path, path.name)
            path.unlink()
    return folder / "2016-2022_SML.zip"


def _divided(w: Known, parts: tuple[float, ...], codes: Sequence[str], final: str) -> tuple[list[str], list[str], dict]:
    """China made by CN1, CN2, ...: labels of rows, of final use, and the world's numbers in the file's economies."""
    n = len(w.countries)
    economies = [*w.countries, *(f"CN{k + 1}" for k in range(len(parts)))]
    part = np.zeros((len(economies), n))  # share of each economy of the file in what the known one makes
    part[1:n, 1:] = np.eye(n - 1)
    part[n:, 0] = parts
    found = {
        "z": np.einsum("ar,risj,bs->aibj", part, w.z, part),
        "f": np.einsum("ar,risf->aisf", part, w.f),
        **{name: part @ getattr(w, name) for name in ("output", "taxes", "value_added")},
    }
    labels = [f"{e}_{i}" for e in economies for i in codes]
    return labels, [final.format(e=e, c=c) for e in w.countries for c in official.ICIO_FINAL], found


def icio_divided(w: Known, folder: Path) -> Path:
    """The edition of 2021: China made by CN1 and CN2, taxes by economy, VALU, OUTPUT and TOTAL; no sector letters."""
    labels, finals, x = _divided(w, (0.75, 0.25), ("01T02", "26", "29", "45T47"), "{e}_{c}")
    m, out = len(labels), x["output"].reshape(-1)
    lines: Lines = [["", *labels, *finals, "TOTAL"]]
    lines += [[labels[q], *x["z"].reshape(m, m)[q], *x["f"].reshape(m, -1)[q], out[q]] for q in range(m)]
    zero = [0.0] * (len(finals) + 1)
    lines += [[f"{c}_TAXSUB", *(x["taxes"].reshape(-1) / len(w.countries)), *zero] for c in w.countries]
    lines += [["VALU", *x["value_added"].reshape(-1), *zero], ["OUTPUT", *out, *zero]]
    return _write(folder / "ICIO2021_2018.csv", lines)


def icio_2016(w: Known, folder: Path) -> Path:
    """The edition of 2016: China in four, final use category by category, value added and taxes in one row, DISC last."""
    codes = ("C01T05AGR", "C30T33XCEQ", "C34MTR", "C50T52WRT")
    labels, finals, x = _divided(w, (0.5, 0.25, 0.125, 0.125), codes, "{c}_{e}")
    m, f = len(labels), x["f"].swapaxes(2, 3)
    order = np.arange(len(finals)).reshape(len(w.countries), -1).T.reshape(-1)
    lines: Lines = [["", *labels, *(finals[k] for k in order), "DISC"]]
    lines += [[labels[q], *x["z"].reshape(m, m)[q], *f.reshape(m, -1)[q], 0.0] for q in range(m)]
    zero = [0.0] * (len(finals) + 1)
    paid = (x["value_added"] + x["taxes"]).reshape(-1)
    lines += [["VA+TAXSUB", *paid, *zero], ["OUT", *x["output"].reshape(-1), *zero]]
    return _write(folder / "ICIO2016_2011.csv", lines)


FIGARO = ("A01", "C26", "C29", "G46")
_FIGARO_FINAL = ("P3_S13", "P3_S14", "P3_S15", "P51G", "P5M")


def _figaro_parts(w: Known) -> tuple[list[str], list[str], list[tuple[str, np.ndarray]]]:
    iso2 = {"CHN": "CN", "USA": "US", "VNM": "FIGW1"}
    rows = [f"{iso2[c]}_{i}" for c, i in _ends(w, FIGARO)]
    finals = [f"{iso2[c]}_{x}" for c in w.countries for x in _FIGARO_FINAL]
    zero = 0 * w.taxes
    paid = [
        ("D21X31", w.taxes),
        ("OP_RES", zero),
        ("OP_NRES", zero),
        ("D1", w.value_added),
        ("D29X39", zero),
        ("B2A3G", zero),
    ]
    return rows, finals, paid


def figaro(w: Known, folder: Path) -> Path:
    """The matrix."""
    rows, finals, paid = _figaro_parts(w)
    m = len(rows)
    lines: Lines = [["rowLabels", *rows, *finals]]
    lines += [[rows[q], *w.z.reshape(m, m)[q], *w.f.reshape(m, -1)[q]] for q in range(m)]
    lines += [[f"W2_{name}", *v.reshape(-1), *[0.0] * len(finals)] for name, v in paid]
    return _write(folder / "matrix_eu-ic-io_ind-by-ind_25ed_2022_v2.csv", lines)


def figaro_flat(w: Known, folder: Path) -> Path:
    """The flat form, zipped, in no order, cells that are 0 left out."""
    rows, finals, paid = _figaro_parts(w)
    body = np.concatenate([w.z.reshape(len(rows), -1), w.f.reshape(len(rows), -1)], axis=1)
    cells = [(a, b, v) for a, line in zip(rows, body, strict=True) for b, v in zip([*rows, *finals], line, strict=True)]
    cells += [(f"W2_{name}", b, x) for name, v in paid for b, x in zip(rows, v.reshape(-1), strict=True)]
    lines: Lines = [["icioiRow", "icioiCol", "refArea", "rowIi", "counterpartArea", "colIi", "obsValue"]]
    for a, b, v in sorted(cells, key=lambda x: zlib.crc32(f"{x[0]} {x[1]}".encode()) % 97):
        if v or a.startswith("W2"):
            lines.append([a, b, *a.split("_", 1), *b.split("_", 1), v])
    path = _write(folder / "flatfile_eu-ic-io_ind-by-ind_25ed_2022.csv", lines)
    with zipfile.ZipFile(path.with_suffix(".zip"), "w", zipfile.ZIP_DEFLATED) as z:
        z.write(path, path.name)
    path.unlink()
    return path.with_suffix(".zip")


def adb(w: Known, folder: Path) -> Path:
    """Sheets Legend and the table; three header rows from row 5, first number in E8, the bank's own codes."""
    own = {"CHN": "PRC", "USA": "USA", "VNM": "VIE"}
    codes = [f"c{k + 1}" for k in range(4)]
    ends = [(own[c], i) for c, i in _ends(w, codes)]
    finals = [(own[c], f"F{x + 1}") for c in w.countries for x in range(5)]
    columns = [*ends, *finals]
    grid: Lines = [["ADB Multiregional Input-Output Table"], [], ["(millions of US$)"], []]
    grid += [[None] * 4 + [f"name {i}" for _, i in columns] + ["Total"]]
    grid += [[None] * 4 + [c for c, _ in columns] + ["ToT"], [None] * 4 + [i for _, i in columns] + [None]]
    m = len(ends)
    body = np.concatenate([w.z.reshape(m, m), w.f.reshape(m, -1), w.output.reshape(m, 1)], axis=1).tolist()
    grid += [[None, f"name {i}", c, i, *line] for (c, i), line in zip(ends, body, strict=True)]
    zero = 0 * w.taxes
    below = [
        ("r60", "Total intermediate consumption", w.z.sum((0, 1))), ("r99", "taxes less subsidies on products", w.taxes),
        ("r61", "Cif/ fob adjustments on exports", zero), ("r62", "Direct purchases abroad by residents", zero),
        ("r63", "Purchases on the domestic territory by non-residents", zero),
        ("r64", "Value added at basic prices", w.value_added), ("r65", "International Transport Margins", zero),
        ("r69", "Output at basic prices", w.output),
    ]  # fmt: skip
    grid += [[None, name, "ToT", code, *v.reshape(-1).tolist()] for code, name, v in below]
    sheets = {"Legend": [["c1", "Agriculture"]], "ADB MRIO 2024": grid}
    return official.write_workbook(folder / "ADB-MRIO72-2024_August 2025.xlsx", sheets)


EMERGING = ("01 Live animals", "85 Electrical machinery", "87 Vehicles", "112 Goods bought by travellers")


def emerging(w: Known, folder: Path) -> Path:
    """As MATLAB writes it: columns together, so that a matrix lies turned; lists as cells of characters."""
    path, m = folder / "EMERGING_V2_2023_m.mat", w.output.size
    with h5py.File(path, "w") as file:
        group = file.create_group("mrio")
        group.create_dataset("z", data=w.z.reshape(m, m).T, chunks=(4, m))
        group["f"] = w.f.reshape(m, -1).T
        group["va"], group["X"] = (w.value_added + w.taxes).reshape(1, m), w.output.reshape(1, m)
        for name, texts in (
            ("country_list", w.countries),
            ("sector_list", EMERGING),
            ("final_list", ("household", "government", "capital")),
        ):
            refs = group.create_dataset(name, (1, len(texts)), dtype=h5py.ref_dtype)
            for k, text in enumerate(texts):
                cell = file.create_dataset(
                    f"#refs#/{name}{k}", data=np.array([[ord(c)] for c in text], dtype=np.uint16)
                )
                refs[0, k] = cell.ref
    return path


EXIOBASE = ("Cultivation of wheat", "Manufacture of office machinery and computers (30)",
            "Manufacture of motor vehicles, trailers and semi-trailers (34)", "Construction (45)")  # fmt: skip
PRODUCTS = (
    "Wheat",
    "Office machinery and computers (30)",
    "Motor vehicles, trailers and semi-trailers (34)",
    "Construction work (45)",
)
_EXIO_FINAL = (
    "Final consumption expenditure by households",
    "Final consumption expenditure by non-profit organisations serving households (NPISH)",
    "Final consumption expenditure by government", "Gross fixed capital formation", "Changes in inventories",
)  # fmt: skip


_WAGES = "Compensation of employees; wages, salaries, & employers' social contributions"


def exiobase(w: Known, folder: Path, names: Sequence[str] = EXIOBASE, packed: bool = False) -> Path:
    """Z, Y, x and F.txt with two header rows and one of names; regions in two letters, one a rest."""
    out = folder / ("IOT_2020_pxp" if packed else "IOT_2020_ixi")
    own = dict(zip(w.countries, ("CN", "US", "WA"), strict=True))
    ends = [(own[c], i) for c, i in _ends(w, names)]
    finals = [(own[c], x) for c in w.countries for x in _EXIO_FINAL]
    m = len(ends)

    def table(labels: list[tuple[str, str]], body: np.ndarray) -> Lines:
        head: Lines = [["region", "", *(a for a, _ in labels)], ["sector", "", *(b for _, b in labels)]]
        return [
            *head,
            ["region", "sector", *[""] * len(labels)],
            *([*e, *line] for e, line in zip(ends, body, strict=True)),
        ]

    made = w.output.reshape(-1)
    if packed:
        _write(out / "A.txt", table(ends, w.z.reshape(m, m) / made), "\t")
    else:
        _write(out / "Z.txt", table(ends, w.z.reshape(m, m)), "\t")
    _write(out / "Y.txt", table(finals, w.f.reshape(m, -1)), "\t")
    _write(out / "x.txt", [["region", "sector", "indout"], *([*e, v] for e, v in zip(ends, made, strict=True))], "\t")
    rows = [
        ("Taxes less subsidies on products purchased: Total", w.taxes), ("Taxes on products purchased", 2 * w.taxes),
        (f"{_WAGES}: Low-skilled", 0.25 * w.value_added), (f"{_WAGES}: High-skilled", 0.25 * w.value_added),
        ("Operating surplus: Remaining net operating surplus", 0.5 * w.value_added),
        ("Employment: Low-skilled male", w.output),
    ]  # fmt: skip
    lines: Lines = [["region", *(a for a, _ in ends)], ["sector", *(b for _, b in ends)], ["stressor", *[""] * m]]
    _write(
        out / ("satellite" if packed else "factor_inputs") / "F.txt",
        lines + [[n, *v.reshape(-1)] for n, v in rows],
        "\t",
    )
    if not packed:
        return out
    with zipfile.ZipFile(out.with_suffix(".zip"), "w", zipfile.ZIP_DEFLATED) as z:
        for f in sorted(out.rglob("*.txt")):
            z.write(f, f"{out.name}/{f.relative_to(out)}")
    return out.with_suffix(".zip")


EORA = ("Agriculture", "Electrical and Machinery", "Transport Equipment", "Construction")


def eora(w: Known, folder: Path) -> Path:
    """Two countries and a rest of the world that has one sector, in which the third country is added up."""
    n, k, f = 2, 4, w.f.shape[3]
    sizes = np.array([*range(n * k), *[n * k] * k])
    z, y = np.zeros((n * k + 1, n * k + 1)), np.zeros((n * k + 1, 3 * f))
    full = w.z.reshape(3 * k, 3 * k)
    np.add.at(z, (sizes[:, None], sizes[None]), full)
    np.add.at(y, sizes, w.f.reshape(3 * k, -1))
    z[-1, -1] = 0.0
    y[-1, n * f :] = 0.0
    out = folder / "Eora26_2017_bp"
    _write(out / "Eora26_2017_bp_T.txt", z.tolist(), "\t")
    _write(out / "Eora26_2017_bp_FD.txt", y.tolist(), "\t")
    paid = np.zeros((6, n * k + 1))
    paid[0, :-1], paid[1, :-1] = w.value_added[:n].reshape(-1), w.taxes[:n].reshape(-1)
    _write(out / "Eora26_2017_bp_VA.txt", paid.tolist(), "\t")
    names = {"CHN": "China", "USA": "USA"}
    rows: Lines = [[names[c], c, "Industries", i, ""] for c in w.countries[:n] for i in EORA] + [
        ["ROW", "ROW", "Industries", "TOTAL", ""]
    ]
    finals = (
        "Household final consumption P.3h", "Non-profit institutions serving households P.3n",
        "Government final consumption P.3g", "Gross fixed capital formation P.51", "Changes in inventories P.52",
    )  # fmt: skip
    _write(out / "labels_T.txt", rows, "\t")
    _write(
        out / "labels_FD.txt", [[c, c, "Final Demand", x, ""] for c in (*w.countries[:n], "ROW") for x in finals], "\t"
    )
    paid_names = ("Compensation of employees D.1", "Taxes on production D.29", "Subsidies on production D.39",
                  "Net operating surplus B.2n", "Net mixed income B.3n", "Consumption of fixed capital K.1")  # fmt: skip
    _write(out / "labels_VA.txt", [["Primary Inputs", x, ""] for x in paid_names], "\t")
    return out


GLORIA = (
    "Growing wheat",
    "Computers; electronic products; optical and precision instruments",
    "Motor vehicles, trailers and semi-trailers",
    "Building construction",
)


_GLORIA_PAID = ("Compensation of employees D.1", "Taxes on production D.29", None, None, None)
_GLORIA_FINAL = (
    "Household final consumption P.3h", "Non-profit institutions serving households P.3n",
    "Government final consumption P.3g", "Gross fixed capital formation P.51", "Changes in inventories P.52",
)  # fmt: skip


def gloria(w: Known, folder: Path) -> Path:
    """Supply and use with industries that make one product each, so that the table of industries is the known one."""
    n, k, f = len(w.countries), 4, w.f.shape[3]
    t, y = np.zeros((n, 2, k, n, 2, k)), np.zeros((n, 2, k, n, f))
    for r in range(n):
        t[r, 0, :, r, 1] = np.diag(w.output[r])
    t[:, 1, :, :, 0], y[:, 1] = w.z, w.f
    v = np.zeros((n, 2, n, 2, k))
    for r in range(n):
        v[r, 0, r, 0], v[r, 1, r, 0] = w.value_added[r], w.taxes[r]
    out = folder / "GLORIA_MRIOs_59_2019"
    head = "20240110_120secMother_AllCountries_002"
    for part, a in (("T", t.reshape(2 * n * k, -1)), ("Y", y.reshape(2 * n * k, -1)), ("V", v.reshape(2 * n, -1))):
        _write(out / f"{head}_{part}-Results_2019_059_Markup001(full).csv", a.tolist())
    sheets: dict[str, Lines] = {
        "Regions": [
            ["Lfd_Nr", "Region_acronyms", "Region_names"],
            *([k, c, c.title()] for k, c in enumerate(w.countries, 1)),
        ],
        "Sectors": [["Lfd_Nr", "Sector_names"], *([k, x] for k, x in enumerate(GLORIA, 1))],
        "Value added and final demand": [
            ["Value_added_names", "Final_demand_names"],
            *([a, b] for a, b in zip(_GLORIA_PAID, _GLORIA_FINAL, strict=True)),
        ],
    }
    official.write_workbook(folder / "GLORIA_ReadMe_059.xlsx", sheets)
    return out


def _record(body: bytes) -> bytes:
    return struct.pack("<i", len(body)) + body + struct.pack("<i", len(body))


def _padded(text: str, size: int) -> bytes:
    return text.ljust(size).encode()


def har_header(name: str, values: np.ndarray, sets: Sequence[tuple[str, Sequence[str]]], sparse: bool = False) -> bytes:
    """A header of reals, full or sparse, in two pieces."""
    sizes = [*values.shape, *[1] * (7 - values.ndim)]
    kind = b"SPSE" if sparse else b"FULL"
    out = _record(_padded(name, 4))
    out += _record(b"    RE" + kind + _padded(f"{name} of a test", 70) + struct.pack("<8i", 7, *sizes))
    n = len(sets)
    info = b"    " + struct.pack("<3i", n, -1, n) + _padded(name, 12) + struct.pack("<i", -1)
    info += (
        b"".join(_padded(s, 12) for s, _ in sets) + b"k" * n + struct.pack(f"<{n}i", *[0] * n) + struct.pack("<i", 0)
    )
    out += _record(info)
    for elements in dict(sets).values():
        out += _record(
            b"    " + struct.pack("<3i", 1, len(elements), len(elements)) + b"".join(_padded(e, 12) for e in elements)
        )
    flat = values.flatten("F").astype("<f4")
    half = len(flat) // 2
    if sparse:
        at = np.flatnonzero(flat)
        out += _record(b"    " + struct.pack("<3i", len(at), 4, 4) + b" " * 80)
        return out + _record(
            b"    " + struct.pack("<3i", 1, len(at), len(at)) + (at + 1).astype("<i4").tobytes() + flat[at].tobytes()
        )
    out += _record(b"    " + struct.pack("<9i", 5, 7, *sizes))
    for more, part in ((3, flat[:half]), (1, flat[half:])):
        out += _record(b"    " + struct.pack("<15i", more + 1, *[1] * 14)) + _record(
            b"    " + struct.pack("<i", more) + part.tobytes()
        )
    return out


GTAP = ("pdr", "ele", "mvh", "otp")


def gtap(w: Known, folder: Path) -> Path:
    """Values at basic prices without transport; imports are bought with duties of a tenth, which firms pay to the state."""
    regions, goods = ("chn", "usa", "xoc"), GTAP
    here = np.arange(3)
    home_z, home_f = w.z[here, :, here], w.f[here, :, here]  # s i j and s i f
    abroad_z, abroad_f = 1.1 * (w.z.sum(0).transpose(1, 0, 2) - home_z), 1.1 * (w.f.sum(0).transpose(1, 0, 2) - home_f)
    exports = w.z.sum(3) + w.f.sum(3)  # r i s
    exports = exports.transpose(1, 0, 2).copy()
    exports[:, here, here] = 0.0
    c, a, r = ("COMM", goods), ("ACTS", goods), ("REG", regions)
    body = har_header("VDFB", home_z.transpose(1, 2, 0), (c, a, r)) + har_header(
        "VMFB", abroad_z.transpose(1, 2, 0), (c, a, r)
    )
    for k, name in enumerate(("P", "G", "I")):
        body += har_header(f"VD{name}B", home_f[:, :, k].T, (c, r)) + har_header(
            f"VM{name}B", abroad_f[:, :, k].T, (c, r)
        )
    body += har_header("VXSB", exports, (c, ("REG", regions), ("DST", regions)), sparse=True)
    body += har_header("VCIF", exports, (c, ("REG", regions), ("DST", regions)))
    body += har_header("VMSB", 1.1 * exports, (c, ("REG", regions), ("DST", regions)))
    labour = np.stack([0.5 * w.value_added, 0.25 * w.value_added]).transpose(0, 2, 1)
    body += har_header("EVFB", labour, (("ENDW", ("lab", "capital")), a, r))
    path = folder / "basedata_2017.har"
    path.write_bytes(body)
    return path


def nation(w: Known, folder: Path) -> Path:
    """OECD's two files of China in the known world: domestic and imported use, exports to all others."""
    codes = ("A01", "C26", "C29", "G")
    finals = ("HFCE", "NPISH", "GGFC", "GFCF", "INVNT")
    z, f = w.z[0, :, 0], w.f[0, :, 0]
    sold = w.output[0] - z.sum(1) - f.sum(1)
    brought, bought = w.z[1:, :, 0].sum(0), w.f[1:, :, 0].sum(0)
    head = ["", *codes, *finals, "EXPO"]
    home: Lines = [head, *([f"DOM_{i}", *z[k], *f[k], sold[k]] for k, i in enumerate(codes))]
    home += [
        ["VALU", *w.value_added[0], *[0] * 6],
        ["TXS_INT_FNL", *w.taxes[0], *[0] * 6],
        ["OUTPUT", *w.output[0], *[0] * 6],
    ]
    _write(
        folder / "CHN2018imp.csv", [head, *([f"IMP_{i}", *brought[k], *bought[k], 0.0] for k, i in enumerate(codes))]
    )
    return _write(folder / "CHN2018dom.csv", home)


def nation_in_all(w: Known, folder: Path) -> Path:
    """OECD's file of totals: use of home-made and imported goods together, exports, and imports of each good below 0.

    Labels as BEL2020ttl.csv of the edition of 2025 has them, a real file that was read: numbers with TTL_ before the row and
    D over the column. What visitors buy is a column of its own, here a tenth of what is sold abroad.
    """
    codes = ("01", "24A", "302T309", "45T47")
    z, f = w.z[:, :, 0].sum(0), w.f[:, :, 0].sum(0)
    brought = w.z[1:, :, 0].sum((0, 2)) + w.f[1:, :, 0].sum((0, 2))
    sold = w.output[0] + brought - z.sum(1) - f.sum(1)
    heads = ("HFCE", "NPISH", "GGFC", "GFCF", "INVNT", "CONS_NONRES", "EXPO", "IMPO")
    lines: Lines = [["", *(f"D{i}" for i in codes), *heads]]
    lines += [[f"TTL_{i}", *z[k], *f[k], sold[k] / 10, 0.9 * sold[k], -brought[k]] for k, i in enumerate(codes)]
    lines += [["TXS_INT_FNL", *w.taxes[0], *[0] * 8], ["VALU", *w.value_added[0], *[0] * 8]]
    return _write(folder / "CHN2018ttl.csv", [*lines, ["OUTPUT", *w.output[0], *[0] * 8]])


def eurostat(w: Known, folder: Path) -> Path:
    """The same nation in Eurostat's long form, in million EUR and another unit beside."""
    codes = ("CPA_A01", "CPA_C26", "CPA_C29", "CPA_G46")
    finals = ("P3_S14", "P3_S15", "P3_S13", "P51G", "P5M")
    z, f = w.z[0, :, 0], w.f[0, :, 0]
    cells: Lines = []
    sold = w.output[0] - z.sum(1) - f.sum(1)
    for i, row in enumerate(codes):
        for j, column in enumerate((*codes, *finals)):
            brought = np.concatenate([w.z[1:, i, 0].sum(0), w.f[1:, i, 0].sum(0)])[j]
            cells += [["DOM", row, column, np.concatenate([z[i], f[i]])[j]], ["IMP", row, column, brought]]
        cells += [["DOM", row, "P6", sold[i]], ["DOM", row, "TU", w.output[0, i]]]
    for row, v in (("D1", w.value_added[0]), ("D21X31", w.taxes[0]), ("P1", w.output[0])):
        cells += [["TOTAL", row, column, x] for column, x in zip(codes, v, strict=True)]
    lines: Lines = [["DATAFLOW", "freq", "unit", "stk_flow", "prd_ava", "prd_use", "geo", "TIME_PERIOD", "OBS_VALUE"]]
    lines += [
        ["ESTAT:NAIO_10_CP1700(1.0)", "A", u, a, b, c, "FI", 2019, d]
        for u in ("MIO_NAC", "MIO_EUR")
        for a, b, c, d in cells
    ]
    return _write(folder / "naio_10_cp1700_linear.csv", lines)


def ceads(w: Known, folder: Path) -> Path:
    """Two provinces in the open rest, four sectors of the list of 2012."""
    del w
    p = official.known_provinces(("Beijing", "Guangdong"), 4)
    names = sector_list("cn42-2012").sectors.names_en[:4]
    sheets: dict[str, Lines] = {"Table_2018_English Version": official.ceads_grid(p, names, 2018)}
    return official.write_workbook(folder / "MRIO 2018.xlsx", sheets)


def wiod(release: str) -> Callable[[Known, Path], Path]:
    """A release's workbook of two countries and all its industries, under the codes of its list."""

    def write(w: Known, folder: Path) -> Path:
        del w
        codes = sector_list(release).sectors.codes
        own = official.known(("CHN", "USA"), len(codes), 5)
        sheets = getattr(official, release)(own, 2009)
        for grid in sheets.values():
            for row in grid[6 : 6 + 2 * len(codes)]:
                row[:2] = [codes[int(str(row[0])[1:]) - 1], ""]
            grid[2][4 : 4 + 2 * len(codes)] = list(codes) * 2
        name = "WIOT09_ROW_Sep12.xlsx" if release == "wiod2013" else "WIOT2009_Nov16_ROW.xlsx"
        return official.write_workbook(folder / name, sheets)

    return write


def tabular(w: Known, folder: Path) -> Path:
    """Long csv in the flow form, sectors with their ISIC."""
    codes = ("crops", "chips", "cars", "shops")
    _write(folder / "regions.csv", [["code", "nation"], *([c, c] for c in w.countries)])
    isic = zip(
        codes, ("A01", "C26", "C29", "G"), ("agriculture", "electronics", "machinery", "market_services"), strict=True
    )
    groups = {"market_services": "services"}
    _write(
        folder / "sectors.csv",
        [["code", "isic", "groups"], *([c, i, f"{groups.get(g, 'goods')} {g}"] for c, i, g in isic)],
    )
    flow, use, final = w.z.sum(3) + w.f.sum(3), w.z.sum(0), w.f.sum(0)
    ends = list(np.ndindex(3, 4))
    name = w.countries
    _write(folder / "flow.csv", [["origin", "destination", "sector", "value"],
           *([name[r], name[s], codes[i], flow[r, i, s]] for r, i, s in np.ndindex(3, 4, 3))])  # fmt: skip
    _write(folder / "use.csv", [["region", "sector", "industry", "value"],
           *([name[s], codes[i], codes[j], use[i, s, j]] for i, s, j in np.ndindex(4, 3, 4))])  # fmt: skip
    _write(folder / "final.csv", [["region", "sector", "category", "value"],
           *([name[s], codes[i], "all", final[i, s].sum()] for s, i in ends)])  # fmt: skip
    paid = w.value_added + w.taxes
    _write(folder / "value_added.csv", [["region", "industry", "component", "value"],
           *([name[s], codes[j], "all", paid[s, j]] for s, j in ends)])  # fmt: skip
    parts = "".join(f'[{x}]\nfile = "{x}.csv"\n' for x in ("regions", "sectors", "flow", "use", "final", "value_added"))
    head = 'name = "mine"\nyear = 2021\ncurrency = "USD"\nunit = "million USD"\n'
    (folder / "mine.toml").write_text(head + parts, encoding="utf-8")
    return folder / "mine.toml"


WRITERS: dict[str, tuple[str, Callable[[Known, Path], Path], int]] = {
    "icio": ("icio", icio, 6),
    "icio-divided": ("icio", icio_divided, 6),
    "figaro": ("figaro", figaro, 5),
    "figaro-flat": ("figaro", figaro_flat, 5),
    "adb": ("adb", adb, 5),
    "emerging": ("emerging", emerging, 3),
    "exiobase-ixi": ("exiobase", exiobase, 5),
    "exiobase-pxp": ("exiobase", lambda w, folder: exiobase(w, folder, PRODUCTS, True), 5),
    "eora26": ("eora26", eora, 5),
    "gloria": ("gloria", gloria, 5),
    "gtap": ("gtap", gtap, 3),
    "national": ("national", nation, 5),
    "eurostat": ("national", eurostat, 5),
    "ceads": ("ceads", ceads, 5),
    "wiod2013": ("wiod2013", wiod("wiod2013"), 5),
    "wiod2016": ("wiod2016", wiod("wiod2016"), 5),
    "tabular": ("tabular", tabular, 5),
}
"""Format, writer and number of final categories of every fixture."""

"""Readers on files as large as the real ones: seconds and peak memory, each in a process of its own.

    python benchmarks/bench_readers.py icio|emerging|exiobase [--folder DIR]

The files are written first (numbers made up, sizes as published), into a folder that is kept where one is given.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import numpy as np

ICIO_FINAL = ("HFCE", "NPISH", "GGFC", "GFCF", "INVNT", "DPABR")


def write_icio(folder: Path) -> Path:
    """A zip of one year of 81 economies x 50 industries, as csv."""
    path = folder / "2016-2022_SML.zip"
    if path.exists():
        return path
    rng, n, k, f = np.random.default_rng(1), 81, 50, len(ICIO_FINAL)
    economies = [f"{chr(65 + e // 26)}{chr(65 + e % 26)}X" for e in range(n)]
    rows = [f"{e}_C{i:02d}" for e in economies for i in range(k)]
    columns = [*rows, *(f"{e}_{c}" for e in economies for c in ICIO_FINAL), "OUT"]
    body = np.round(rng.lognormal(0.0, 3.0, (n * k, n * (k + f))), 4)
    output = body.sum(1)
    paid = body[:, : n * k].sum(0)
    output += np.maximum(paid * 1.2 - output, 0)
    body[:, n * k] += output - body.sum(1)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z, z.open("2022_SML.csv", "w", force_zip64=True) as out:
        out.write((",".join(["V1", *columns]) + "\n").encode())
        for label, line, made in zip(rows, body, output, strict=True):
            out.write((",".join([label, *map(repr, line.tolist()), repr(float(made))]) + "\n").encode())
        tail = ",".join(["0"] * (n * f + 1))
        for label, values in (("TLS", 0 * paid), ("VA", output - paid), ("OUT", output)):
            out.write((",".join([label, *map(repr, values.tolist()), tail]) + "\n").encode())
    return path


def write_emerging(folder: Path) -> Path:
    """245 economies x 133 sectors as HDF5, chunked by columns as published."""
    import h5py

    path = folder / "EMERGING_V2_2023_m.mat"
    if path.exists():
        return path
    rng, n, k, f = np.random.default_rng(2), 245, 133, 3
    made = np.zeros(n * k)
    with h5py.File(path, "w") as h:
        z = h.create_dataset("z", (n * k, n * k), "f8", chunks=(k, n * k), compression="gzip", compression_opts=1)
        paid = np.zeros(n * k)
        for s in range(n):  # a destination's columns are rows of the file
            part = np.where(rng.random((k, n * k)) < 0.1, rng.exponential(1.0, (k, n * k)), 0.0)
            z[s * k : (s + 1) * k] = part
            made += part.sum(0)
            paid[s * k : (s + 1) * k] = part.sum(1)
        final = rng.exponential(1.0, (n * f, n * k))
        made += final.sum(0)
        h["f"], h["va"], h["X"] = final, (made - paid)[:, None], made[:, None]
        h["country_list"] = [f"R{r:03d}" for r in range(n)]
    return path


def write_exiobase(folder: Path) -> Path:
    """49 regions x 163 industries as text, Z a gigabyte."""
    path = folder / "IOT_2020_ixi"
    if (path / "x.txt").exists():
        return path
    path.mkdir(exist_ok=True)
    (path / "factor_inputs").mkdir(exist_ok=True)
    rng, n, k, f = np.random.default_rng(3), 49, 163, 7
    ends = [(f"R{r:02d}", f"S{i:03d}") for r in range(n) for i in range(k)]
    finals = [(f"R{r:02d}", f"F{c}") for r in range(n) for c in range(f)]
    made, paid = np.zeros(n * k), np.zeros(n * k)

    def head(labels: list[tuple[str, str]], lead: str) -> str:
        return "\n".join(lead + "\t".join(x[d] for x in labels) for d in (0, 1)) + "\n"

    with open(path / "Z.txt", "w") as out, open(path / "Y.txt", "w") as fin:
        out.write(head(ends, "\t\t") + "region\tsector" + "\t" * (n * k) + "\n")
        fin.write(head(finals, "\t\t") + "region\tsector" + "\t" * (n * f) + "\n")
        for j, end in enumerate(ends):
            line, bought = rng.exponential(1.0, n * k), rng.exponential(500.0, n * f)
            made[j] = line.sum() + bought.sum()
            paid += line
            out.write("\t".join([*end, *map(repr, line.tolist())]) + "\n")
            fin.write("\t".join([*end, *map(repr, bought.tolist())]) + "\n")
    with open(path / "factor_inputs" / "F.txt", "w") as out:
        out.write("region\t" + "\t".join(e[0] for e in ends) + "\nsector\t" + "\t".join(e[1] for e in ends) + "\n")
        out.write("stressor" + "\t" * (n * k) + "\n")
        out.write(
            "Operating surplus: Remaining net operating surplus\t" + "\t".join(map(repr, (made - paid).tolist())) + "\n"
        )
    (path / "x.txt").write_text(
        "region\tsector\tindout\n" + "".join(f"{a}\t{b}\t{float(v)!r}\n" for (a, b), v in zip(ends, made, strict=True))
    )
    return path


WRITERS = {"icio": write_icio, "emerging": write_emerging, "exiobase": write_exiobase}


def one(kind: str, path: str) -> None:
    """Read a file and say what it took."""
    from xunhuan.readers import read

    begun = time.perf_counter()
    acc = read(path, kind, tolerance=0.5).accounts
    took, most = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"{kind}: {acc.R} x {acc.S}, {took:.1f} s (CPU {time.process_time():.1f} s), peak {most:.2f} GiB")


def main() -> None:
    """Write, then read in a fresh process."""
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("kind", choices=list(WRITERS))
    p.add_argument("--folder", type=Path)
    p.add_argument("--read", help=argparse.SUPPRESS)
    a = p.parse_args()
    if a.read:
        return one(a.kind, a.read)
    with tempfile.TemporaryDirectory() as tmp:
        path = WRITERS[a.kind](a.folder or Path(tmp))
        subprocess.run([sys.executable, __file__, a.kind, "--read", str(path)], check=True)
    return None


if __name__ == "__main__":
    main()

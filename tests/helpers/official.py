"""Writers of small files in the official layouts, from numbers the tests know.

No official file is among the inputs: layouts follow their documentation and the public parsers of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import openpyxl

Grid = list[list[object]]


@dataclass(frozen=True)
class Known:
    """A small world: intermediate r i s j, final r i s f, value_added and taxes s j, output r i (all positive)."""

    countries: tuple[str, ...]
    industries: int
    z: np.ndarray
    f: np.ndarray
    value_added: np.ndarray
    taxes: np.ndarray
    output: np.ndarray


def known(countries: tuple[str, ...], industries: int, finals: int, seed: int = 5) -> Known:
    """A balanced world with one fall in stocks (last final category of the first cell), whole numbers."""
    rng = np.random.default_rng(seed)
    n, k = len(countries), industries
    z = rng.integers(0, 20, (n, k, n, k)).astype(float)
    f = rng.integers(1, 30, (n, k, n, finals)).astype(float)
    f[0, 0, 0, -1] = -7.0
    f[..., 0] += 12 * k * n
    output = z.sum((2, 3)) + f.sum((2, 3))
    paid = z.sum((0, 1))
    taxes = rng.integers(-3, 9, (n, k)).astype(float)
    return Known(countries, k, z, f, output - paid - taxes, taxes, output)


def write_workbook(path: Path, sheets: dict[str, Grid]) -> Path:
    """Write sheets cell by cell."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, grid in sheets.items():
        sheet = book.create_sheet(name)
        for row in grid:
            sheet.append(row)
    book.save(path)
    return path


def wiod_grid(w: Known, finals: tuple[int, ...], footer: tuple[tuple[str, np.ndarray], ...], year: int) -> Grid:
    """Rows 3 to 6 hold code, name, country and number of each column; columns A to D the same of each row."""
    n, k = len(w.countries), w.industries
    ends = [(c, i) for c in w.countries for i in range(1, k + 1)]
    wide = ends + [(c, f) for c in w.countries for f in finals]
    head: Grid = [[f"World Input-Output Table, {year}"], ["basic prices"]]
    head.append(["(industry-by-industry)", None, None, None, *[f"I{i}" for _, i in wide], "TOT"])
    head.append(["(millions of US$)", None, None, None, *[f"name {i}" for _, i in wide], "Total"])
    head.append([None, None, None, None, *[c for c, _ in wide], "TOT"])
    head.append([None, None, None, None, *[f"c{i}" for _, i in wide], "TOT"])
    body = np.concatenate([w.z.reshape(n * k, -1), w.f.reshape(n * k, -1), w.output.reshape(-1, 1)], axis=1)
    rows = [[f"I{i}", f"name {i}", c, f"c{i}", *line] for (c, i), line in zip(ends, body.tolist(), strict=True)]
    below = [[code, f"total {code}", "TOT", code, *values.reshape(-1).tolist()] for code, values in footer]
    return head + rows + below


def wiod2013(w: Known, year: int = 2011) -> dict[str, Grid]:
    """The 2013 release: totals r60 to r69 below, categories c37 to c42."""
    zero = np.zeros_like(w.taxes)
    footer = (
        ("r60", w.z.sum((0, 1))), ("r61", w.taxes), ("r62", zero), ("r63", zero), ("r64", zero),
        ("r65", w.value_added), ("r66", zero), ("r69", w.output),
    )  # fmt: skip
    return {f"WIOT_{year}": wiod_grid(w, (37, 38, 39, 41, 42), footer, year)}


def wiod2016(w: Known, year: int = 2014) -> dict[str, Grid]:
    """The 2016 release: totals by name, categories c57 to c61."""
    zero = np.zeros_like(w.taxes)
    footer = (
        ("II_fob", w.z.sum((0, 1))), ("TXSP", w.taxes), ("EXP_adj", zero), ("PURR", zero), ("PURNR", zero),
        ("VA", w.value_added), ("IntTTM", zero), ("GO", w.output),
    )  # fmt: skip
    return {str(year): wiod_grid(w, (57, 58, 59, 60, 61), footer, year)}


def wiod2016_csv(w: Known, path: Path, year: int = 2014) -> Path:
    """The data frame of the 2016 release: labels and year in five columns, then AUS1, ..., TOT."""
    grid = wiod2016(w, year)[str(year)]
    columns = [f"{c}{str(i)[1:]}" for c, i in zip(grid[4][4:-1], grid[5][4:-1], strict=True)]
    lines = [",".join(["IndustryCode", "IndustryDescription", "Country", "RNr", "Year", *columns, "TOT"])]
    for row in grid[6:]:
        number = str(row[3]).removeprefix("c")
        values = [*row[4:], *[""] * (len(columns) + 5 - len(row))]
        lines.append(",".join(str(x) for x in [row[0], row[1], row[2], number, year, *values[: len(columns)], ""]))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


ICIO_FINAL = ("HFCE", "NPISH", "GGFC", "GFCF", "INVNT", "DPABR")


def icio_csv(w: Known, path: Path, codes: tuple[str, ...]) -> Path:
    """YYYY_SML.csv: economy_industry labels, six final categories, rows TLS, VA, OUT, column OUT."""
    n, k = len(w.countries), w.industries
    ends = [f"{c}_{i}" for c in w.countries for i in codes]
    lines = [",".join(["V1", *ends, *[f"{c}_{f}" for c in w.countries for f in ICIO_FINAL], "OUT"])]
    body = np.concatenate([w.z.reshape(n * k, -1), w.f.reshape(n * k, -1), w.output.reshape(-1, 1)], axis=1)
    lines += [",".join([e, *map(str, row)]) for e, row in zip(ends, body.tolist(), strict=True)]
    tail = ["0"] * (n * len(ICIO_FINAL)) + [""]
    for name, values in (("TLS", w.taxes), ("VA", w.value_added), ("OUT", w.output)):
        lines.append(",".join([name, *map(str, values.reshape(-1).tolist()), *tail]))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


CEADS_FINAL = ("FU101", "FU102", "FU103", "FU201", "FU202")
CEADS_VALUE = ("VA001", "VA002", "VA003", "VA004")


@dataclass(frozen=True)
class KnownProvinces:
    """Two provinces, three sectors, 10^4 CNY: home-made z and f, imports by user, export, value added, errors."""

    names: tuple[str, ...]
    z: np.ndarray
    f: np.ndarray
    imports_z: np.ndarray
    imports_f: np.ndarray
    export: np.ndarray
    value_added: np.ndarray
    errors: np.ndarray
    output: np.ndarray


def known_provinces(names: tuple[str, ...], k: int = 3) -> KnownProvinces:
    """Rows miss output by the errors column, as in the source; columns add up exactly."""
    rng = np.random.default_rng(11)
    n = len(names)
    z = rng.integers(1, 30, (n, k, n, k)) * 1e4
    f = rng.integers(20, 60, (n, k, n, 5)) * 1e4
    f[0, 0, 0, 4] = -5e4
    export, errors = rng.integers(5, 25, (n, k)) * 1e4, np.zeros((n, k))
    errors[0, 0], errors[0, 2], errors[1, 1] = 1e4, -2e4, 3e4
    output = z.sum((2, 3)) + f.sum((2, 3)) + export + errors
    imports_z = rng.integers(1, 9, (n, k)) * 1e4
    imports_f = rng.integers(0, 4, (n, 5)) * 1e4
    rest = output - z.sum((0, 1)) - imports_z
    value_added = np.stack([rest * 0.5, rest * 0.1, rest * 0.15, rest * 0.25], axis=2)
    return KnownProvinces(names, z, f, imports_z, imports_f, export, value_added, errors, output)


def ceads_grid(p: KnownProvinces, sectors: tuple[str, ...], year: int) -> Grid:
    """Title, provinces at the start of blocks, sectors, codes; numbers from D5; totals to the right and below."""
    n, k = len(p.names), len(sectors)
    starts = [name if i == 0 else None for name in p.names for i in range(k)]
    codes = [f"{i + 1:02d}" for _ in p.names for i in range(k)]
    f_starts = [name if i == 0 else None for name in p.names for i in range(5)]
    tail = ("EX", "TFU", "ERR", "GO")
    head: Grid = [
        [f"China Multi-Regional Input-Output Table {year}"],
        [None, None, None, *starts, None, *f_starts, *[None] * 4],
        [None, None, None, *list(sectors) * n, "Total intermediate use", *list(CEADS_FINAL) * n, *tail],
        [None, None, None, *codes, "TIU", *list(CEADS_FINAL) * n, *tail],
    ]
    zz, ff = p.z.reshape(n * k, -1), p.f.reshape(n * k, -1)
    right = np.stack([p.export, p.f.sum((2, 3)) + p.export, p.errors, p.output], axis=2).reshape(n * k, 4)
    body = np.concatenate([zz, zz.sum(1, keepdims=True), ff, right], axis=1).tolist()
    names = list(sectors) * n
    rows = [[starts[i], names[i], codes[i], *body[i]] for i in range(n * k)]
    imports = [*p.imports_z.reshape(-1), p.imports_z.sum(), *p.imports_f.reshape(-1)]
    below: Grid = [[None, "Imports", "IM", *imports], [None, "Total inputs", "TII", *p.z.sum((0, 1)).reshape(-1)]]
    below += [[None, c, c, *p.value_added[:, :, v].reshape(-1)] for v, c in enumerate(CEADS_VALUE)]
    below += [[None, "Total value added", "TVA", *p.value_added.sum(2).reshape(-1)]]
    below += [[None, "Total input", "TI", *p.output.reshape(-1)]]
    return head + rows + below


def ceads_early(p: KnownProvinces, year: int = 2017) -> dict[str, Grid]:
    """The layout of 2012, 2015 and 2017: one table sheet with Chinese labels."""
    return {"说明": [["说明"]], f"Table_{year}": ceads_grid(p, ("农林牧渔", "制造业", "服务业"), year)}


def ceads_late(p: KnownProvinces, other: KnownProvinces, year: int = 2020) -> dict[str, Grid]:
    """The layout of 2018 and 2020: notes, lists, a Chinese and an English table sheet."""
    return {
        "Note": [["placeholder"]],
        "Sector ": [["No.", "行业", "Sector"], [1, "农林牧渔", "Agriculture"]],
        "Province": [["Order", "省份", "Province"], [1, "北京", "Beijing"]],
        f"Table_{year}": ceads_grid(other, ("农林牧渔", "制造业", "服务业"), year),
        f"Table_{year}_English Version": ceads_grid(p, ("Agriculture", "Manufacturing", "Services"), year),
    }

"""The file of an industry: its cities and stages, cell by cell with what each rests on; checked, drawn, replaced."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import NamedTuple

import numpy as np

from xunhuan.data.arrays import Array
from xunhuan.errors import BadInput, ForeignFile, Problems, UnknownName, nearest

CELL_KINDS = ("fact", "memory", "judgement")
"""What a cell rests on: a source that was read, general knowledge that was not checked, an assumption."""
CELL_COLUMNS = ("field", "value", "low", "high", "kind", "source")
STAGE_FIELDS = ("line", "capital", "fixed", "unit", "staff", "need", "foreign")
CITY_FIELDS = ("lat", "lon", "engineers")
_NAMES = {"city": ("name_zh", "province", "block"), "stage": ("name_zh",)}
_POSITIVE = ("line", "capital", "unit", "staff", "need", "engineers")


class Cell(NamedTuple):
    """A cell: its value as written, the range it is drawn in (nan where there is none), its kind and source."""

    value: str
    low: float
    high: float
    kind: str
    source: str


CellsByName = Mapping[tuple[str, str], Cell]
"""By name and field."""


@dataclass(frozen=True, eq=False)
class Industry:
    """Cities and stages with their cells.

    cities, stages  names, in the file's order · cells: of both, by name and field
    """

    name: str
    cities: tuple[str, ...]
    stages: tuple[str, ...]
    cells: CellsByName

    def text(self, name: str, field: str) -> str:
        """A cell that is no number; empty where there is none."""
        cell = self.cells.get((name, field))
        return "" if cell is None else cell.value

    def numbers(self, names: tuple[str, ...], field: str, number: float | None = None) -> Array:
        """A field of some cities or stages, as written or as a draw has it."""
        return np.array([self._number(n, field, number) for n in names])

    def sales(self, number: float | None = None) -> Array:
        """What cities sell now, c k, bn USD a year."""
        return np.array([[self._number(c, k, number) for k in self.stages] for c in self.cities])

    def _number(self, name: str, field: str, number: float | None) -> float:
        cell = self.cells[name, field]
        value = float(cell.value)
        if number is None or np.isnan(cell.low):
            return value
        # Every cell has its own stream, so that a cell more or less leaves the others' draws alone.
        seed = np.random.SeedSequence([int(number * 2**32), *f"{name}.{field}".encode()])
        return float(np.random.default_rng(seed).triangular(cell.low, value, cell.high))

    def judged(self) -> tuple[str, ...]:
        """Numbers that rest on no source that was read, as "city: fields"."""
        out: dict[str, list[str]] = {}
        for (name, field), cell in self.cells.items():
            if cell.kind != "fact" and field not in _NAMES["city"] and _is_number(cell.value) and float(cell.value):
                out.setdefault(name, []).append(field)
        return tuple(f"{name}: {', '.join(fields)}" for name, fields in out.items())


def read_industry(name: str) -> Industry:
    """An industry by the name it is bundled under, or by the path of its folder or of its file of cities.

    A folder holds cities.csv and, where stages differ from those bundled, stages.csv; NAME-cities.csv has NAME-stages.csv
    beside it. Raises UnknownName, ForeignFile, and BadInput listing every cell that is wrong.
    """
    return _checked(name, *_tables(name))


def bundled_industries() -> list[str]:
    """Industries that come with the package."""
    folder = resources.files("xunhuan.models.rivalry") / "data"
    return sorted(f.name.removesuffix("-cities.csv") for f in folder.iterdir() if f.name.endswith("-cities.csv"))


def industry_words(named: Mapping[str, tuple[str, str]]) -> dict[str, tuple[str, str]]:
    """Names of bundled cities and stages and of those who leave the plan alone, English and Chinese; named: of blocks."""
    out: dict[str, tuple[str, str]] = {}
    for name in bundled_industries():
        industry = read_industry(name)
        out |= {k: (k, industry.text(k, "name_zh") or k) for k in (*industry.cities, *industry.stages)}
        for b in dict.fromkeys(industry.text(c, "block") for c in industry.cities):
            en, zh = named.get(b, (b, b))
            out[f"only {b}"] = (f"only {en} leaves the plan", f"仅{zh}脱离规划")
    return out


def _tables(name: str) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    own = resources.files("xunhuan.models.rivalry") / "data"
    if name in bundled_industries():
        texts = ((own / f"{name}-{what}.csv").read_text(encoding="utf-8") for what in ("cities", "stages"))
        return tuple(_rows(text, f"{name}-{what}.csv") for text, what in zip(texts, _NAMES_FILES, strict=True))  # type: ignore[return-value]
    path = Path(name)
    if path.is_dir():
        path = path / "cities.csv"
    if not path.is_file():
        if path.suffix == ".csv":
            raise BadInput(f"there is no file {path.name!r}", where=str(path), fix="check the path")
        raise UnknownName.of("industry", name, bundled_industries())
    beside = path.with_name(path.name.replace("cities", "stages"))
    stages = (
        _text(beside)
        if beside != path and beside.is_file()
        else _text_of(own / f"{bundled_industries()[0]}-stages.csv")
    )
    return _rows(_text(path), path.name), _rows(stages, beside.name)


_NAMES_FILES = ("cities", "stages")


def _text_of(file: resources.abc.Traversable) -> str:
    return file.read_text(encoding="utf-8")


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as e:
        raise ForeignFile("the file is not UTF-8 text", where=str(path), fix="save it as UTF-8") from e


def _rows(text: str, file: str) -> list[dict[str, str]]:
    """Rows of a file by column, `line` added. Raises ForeignFile where the head is another's."""
    kept = [(n, line) for n, line in enumerate(text.splitlines(), 1) if line.strip() and not line.startswith("#")]
    head = [h.strip() for h in next(csv.reader([kept[0][1]]))] if kept else []
    if head[1:] != list(CELL_COLUMNS) or head[0] not in _NAMES:
        fix = f"the head is city,{','.join(CELL_COLUMNS)}, or stage,{','.join(CELL_COLUMNS)}"
        raise ForeignFile("this is no file of cities or stages", where=file, fix=fix)
    out = []
    for (n, _), row in zip(kept[1:], csv.reader(line for _, line in kept[1:]), strict=True):
        values = dict(zip(head, row, strict=False))
        out.append({"line": f"{file}:{n}", "of": head[0], "name": values.get(head[0], ""),
                    **{c: values.get(c, "").strip() for c in CELL_COLUMNS}})  # fmt: skip
    return out


def _checked(name: str, cities: list[dict[str, str]], stages: list[dict[str, str]]) -> Industry:
    p = Problems(f"the industry {name!r} has errors")
    places, kinds = (tuple(dict.fromkeys(r["name"] for r in rows)) for rows in (cities, stages))
    wanted = {"city": (*CITY_FIELDS, *kinds), "stage": STAGE_FIELDS}
    cells: dict[tuple[str, str], Cell] = {}
    for r in (*cities, *stages):
        at = (r["name"], r["field"])
        known = (*_NAMES[r["of"]], *wanted[r["of"]])
        if r["field"] not in known:
            near = nearest(r["field"], known)
            p.add(f"{r['line']}: unknown field {r['field']!r}; "
                  + (f"did you mean {near[0]}?" if near else f"known fields: {', '.join(known)}"))  # fmt: skip
        elif at in cells:
            p.add(f"{r['line']}: {r['field']} of {r['name']} is given twice")
        else:
            for said in _wrong(r, r["field"] in wanted[r["of"]]):
                p.add(f"{r['line']}: {r['field']} of {r['name']} {said}")
            cells[at] = Cell(r["value"], _float(r["low"]), _float(r["high"]), r["kind"], r["source"])
    for what, names in (("city", places), ("stage", kinds)):
        for one in names:
            lacks = [f for f in wanted[what] if (one, f) not in cells]
            if lacks:
                p.add(f"{what} {one}: {', '.join(lacks)} missing")
    if len(places) < 2:
        p.add("a race needs two cities or more")
    p.raise_if(fix="`xunhuan docs rivalry` shows the file")
    return Industry(Path(name).stem if Path(name).suffix else name, places, kinds, cells)


def _wrong(r: Mapping[str, str], number: bool) -> Iterator[str]:
    """All that is wrong with a row."""
    if r["kind"] not in CELL_KINDS:
        near = nearest(r["kind"], CELL_KINDS)
        yield f"rests on {r['kind']!r}; " + (f"did you mean {near[0]}?" if near else f"choose {', '.join(CELL_KINDS)}")
    if not r["source"]:
        yield "has no source; say where it is from, or what was assumed"
    if not number:
        if not r["value"]:
            yield "is empty"
        return
    if not _is_number(r["value"]):
        yield f"is no number: {r['value']!r}"
        return
    value, low, high = float(r["value"]), _float(r["low"]), _float(r["high"])
    if r["field"] in _POSITIVE and value <= 0:
        yield f"must be above 0, not {value:g}"
    elif r["field"] not in ("lat", "lon") and value < 0:
        yield f"must not be negative, it is {value:g}"
    if np.isnan(low) != np.isnan(high):
        yield "has one end of a range; give low and high, or neither"
    elif (not np.isnan(low) and not low <= value <= high) or low == high:
        yield f"must lie between low ({low:g}) and high ({high:g}), it is {value:g}"


def _is_number(text: str) -> bool:
    try:
        return bool(np.isfinite(float(text)))
    except ValueError:
        return False


def _float(text: str) -> float:
    return float(text) if _is_number(text) else float("nan")

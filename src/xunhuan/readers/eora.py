"""Eora26 as published: a folder or zip of Eora26_YYYY_bp_T.txt, _FD.txt and _VA.txt with labels_T.txt, labels_FD.txt and
labels_VA.txt (or an indices.zip beside them), read line by line into flows and uses.

Numbers lie apart by tabs, 1000 USD; labels are country, its code, kind and name. The last rows are a rest of the world with
one sector, statistical discrepancies among them: an open region, whose sales are spread over goods like each user's other
purchases.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from xunhuan.data.arrays import Array
from xunhuan.data.economies import REST_OF_WORLD, economy_of, known_economies, world_of
from xunhuan.errors import BadInput, Problems
from xunhuan.readers.archives import Archive, archive, other_years, year_in
from xunhuan.readers.blocks import Blocks, Imported, close
from xunhuan.readers.bounds import STREAMED, check_cells
from xunhuan.readers.naming import listed_by_names
from xunhuan.readers.order import said_of_order, said_of_orders
from xunhuan.readers.streams import Adder, in_step, number_lines, text_lines

_CATEGORIES = (
    ("household", "household final"), ("nonprofit", "non-profit"), ("government", "government final"),
    ("fixed_capital", "gross fixed"), ("inventory", "inventor"), ("acquisitions", "acquisitions"),
)  # fmt: skip
_COMPONENTS = (
    ("compensation", "compensation"), ("taxes_on_production", "taxes on production"),
    ("subsidies_on_production", "subsidies on production"), ("operating_surplus", "net operating"),
    ("mixed_income", "mixed income"), ("depreciation", "consumption of fixed"),
)  # fmt: skip


def read_eora(path: Path, year: int | None = None, sheet: str | None = None, tolerance: float = 0.05) -> Imported:
    """A year of Eora26; 1000 USD, who buys where within a country is not kept.

    Its rows and columns miss each other by some percent, which is why the tolerance is wider.

    Raises BadInput naming file and line, ForeignFile for damaged archives, UnbalancedAccounts past `tolerance`.
    """
    files = archive(path)
    numbers = [n.rsplit("/", 1)[-1] for n in files.names if re.search(r"_T\.txt$", n)]
    year = year or year_in(path.stem, *numbers)
    if year is None:
        raise BadInput("the file's name does not tell its year", where=str(path), fix="give it with --year")
    plan = _plan(files)
    n, k, f = len(plan.countries), len(plan.sectors), len(plan.categories)
    adder, output = Adder(n + 1, k, f, str(path)), np.zeros((n + 1, k))
    unsaid = np.zeros((n + 1, k)), np.zeros((n + 1, f))
    for at, line, bought in _lines(files, plan):
        z, final = plan.placed(line, bought)
        if at in plan.rest:
            # The rest of the world buys nothing from itself.
            unsaid[0][:n] += z[:n]
            unsaid[1][:n] += final[:n]
        else:
            r, i = divmod(plan.order[at], k)
            adder.seller(r, i, z, final)
            output[r, i] = z.sum() + final.sum()
    adder.unnamed(n, *unsaid)
    value_added, components = _paid(files, plan)
    names = [*plan.countries, REST_OF_WORLD]
    b = Blocks(
        geography=world_of(tuple(names), shut=(REST_OF_WORLD,), named=plan.named),
        sectors=listed_by_names(plan.sectors, "eora26"),
        categories=plan.categories,
        components=components,
        value_added=value_added,
        output=output,
        sums=adder.sums(),
        year=year,
        currency="USD",
        unit="1000 USD",
        name=f"eora26-{year}",
        title=f"Eora26 input-output table {year}: {n} countries, {k} sectors",
        source="Eora26 (Lenzen et al. 2013, Economic Systems Research 25, doi 10.1080/09535314.2013.769938)",
        notes=(
            "who buys where within a country is not kept: all its users source alike",
            "output is what a row sums to",
            *(
                f"labels_FD.txt: {c!r} is no category that is known"
                for c in plan.categories
                if c not in dict(_CATEGORIES)
            ),
            *(
                f"labels_VA.txt: {c!r} is no primary input that is known"
                for c in components
                if c not in dict(_COMPONENTS)
            ),
            "the rest of the world is open; its sales are spread over goods like each user's other purchases",
            *plan.strayed,
            *other_years(year, folder=path.stem, file=" ".join(numbers)),
        ),
    )
    return close(b, tolerance)


@dataclass(frozen=True, eq=False)
class _Plan:
    """Where things stand: columns of users s j, of buyers s f, and of the rest of the world.

    order  place of a row in the users, flattened · rest  rows and columns of the rest's only sector
    strayed  labels out of the order that the others keep, which is all that stands beside columns of bare numbers
    """

    countries: tuple[str, ...]
    named: dict[str, tuple[str, str]]
    sectors: tuple[str, ...]
    categories: tuple[str, ...]
    users: Array
    buyers: Array
    order: dict[int, int]
    rest: list[int]
    widths: tuple[int, int]
    strayed: tuple[str, ...]

    def placed(self, line: Array, bought: Array) -> tuple[Array, Array]:
        """A row by user s j and buyer s f, the open rest last; what its industries use is its final use."""
        n, k, f = len(self.countries), len(self.sectors), len(self.categories)
        z, final = np.zeros((n + 1, k)), np.zeros((n + 1, f))
        z[:n], final[: len(self.buyers)] = line[self.users], bought[self.buyers]
        final[n, 0] += line[self.rest].sum()
        return z, final


def _labels(files: Archive, what: str) -> list[list[str]]:
    """Lines of labels_T.txt and others, from indices.zip where they are not beside the numbers."""
    if not files.has(rf"labels_{what}\.txt"):
        beside = (files.path if files.path.is_dir() else files.path.parent) / "indices.zip"
        if beside.is_file():
            files = archive(beside)
    name = files.find(rf"labels_{what}\.txt", "labels")
    with files.open(name) as stream:
        return text_lines(stream, "\t", f"{files.path}/{name}")


def _plan(files: Archive) -> _Plan:
    rows, finals = _labels(files, "T"), _labels(files, "FD")
    p = Problems("labels are not as Eora26 has them")
    p.items = [f"labels_{what}.txt holds none" for what, lines in (("T", rows), ("FD", finals)) if not lines]
    p.raise_if(BadInput, where=str(files.path), fix="give the labels as published")
    for what, lines in (("T", rows), ("FD", finals)):
        p.items += [
            f"labels_{what}.txt, line {k}: expected country, code, kind and name"
            for k, x in enumerate(lines, 1)
            if len(x) < 4
        ]
    p.raise_if(BadInput, where=str(files.path), fix="give the labels as published")
    rest = [k for k, x in enumerate(rows) if x[1].upper() == REST_OF_WORLD]
    made = {(x[1], x[3]): k for k, x in enumerate(rows) if x[1].upper() != REST_OF_WORLD}
    p.items += [
        f"labels_{what}.txt, line {k}: {x[3]} of {x[1]} is there twice"
        for what, lines in (("T", rows), ("FD", finals))
        for k, x in _twice(lines)
    ]
    countries, sectors = (tuple(dict.fromkeys(x[k] for x in made)) for k in (0, 1))
    bought = {(x[1], x[3]): k for k, x in enumerate(finals)}
    categories = tuple(dict.fromkeys(x[3] for x in finals))
    for sizes in ((len(rows), len(countries), len(sectors)), (len(finals), len(countries), len(categories))):
        check_cells(sizes, str(files.path))
    users = [(c, i) for c in countries for i in sectors]
    buyers = [(c, x) for c in countries for x in categories]
    out = [c for c in dict.fromkeys(x[1] for x in finals) if c.upper() == REST_OF_WORLD]
    buyers += [(c, x) for c in out for x in categories]
    p.items += [f"labels_T.txt has no {i} of {c}" for c, i in users if (c, i) not in made]
    p.items += [f"labels_FD.txt has no {x} of {c}" for c, x in buyers if (c, x) not in bought]
    p.raise_if(BadInput, where=str(files.path), fix="every country has every sector and category")
    codes = tuple(map(economy_of, countries))
    first = {x[1]: x[0] for x in reversed(rows)}
    return _Plan(
        codes,
        {c: (first[o], first[o]) for c, o in zip(codes, countries, strict=True) if c not in known_economies()},
        sectors,
        tuple(_named(c, _CATEGORIES) for c in categories),
        np.array([made[x] for x in users]).reshape(len(countries), -1),
        np.array([bought[x] for x in buyers]).reshape(-1, len(categories)),
        {made[x]: k for k, x in enumerate(users)},
        rest,
        (len(rows), len(finals)),
        tuple(_order(rows, finals)),
    )


def _order(rows: list[list[str]], finals: list[list[str]]) -> Iterator[str]:
    """What is said of labels out of order."""
    countries = {}
    for what, lines in (("T", rows), ("FD", finals)):
        kept = [(k, x) for k, x in enumerate(lines, 1) if what == "FD" or x[1].upper() != REST_OF_WORLD]
        yield from said_of_order([f"labels_{what}.txt, line {k}" for k, _ in kept], [(x[1], x[3]) for _, x in kept])
        countries[f"countries in labels_{what}.txt"] = list(
            dict.fromkeys(x[1] for _, x in kept if x[1].upper() != REST_OF_WORLD)
        )
    yield from said_of_orders(**countries)


def _twice(lines: list[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """Lines, numbered from 1, whose country and name another has."""
    seen: set[tuple[str, str]] = set()
    for k, x in enumerate(lines, 1):
        if (x[1], x[3]) in seen and x[1].upper() != REST_OF_WORLD:
            yield k, x
        seen.add((x[1], x[3]))


def _lines(files: Archive, plan: _Plan) -> Iterator[tuple[int, Array, Array]]:
    """Position, intermediate and final use of each row. Raises BadInput where there are more or fewer than labels."""
    names = [files.find(rf"(eora26_\d{{4}}_[bp]p_)?{x}\.txt", x) for x in ("T", "FD")]
    where = [f"{files.path}/{x}" for x in names]
    count, wide = plan.widths
    with files.open(names[0], STREAMED) as z, files.open(names[1], STREAMED) as y:
        uses, finals = number_lines(z, "\t", 0, count, where[0]), number_lines(y, "\t", 0, wide, where[1])
        seen = 0
        for (_, line), (_, bought) in in_step(uses, finals, ", ".join(where)):
            if seen < count:
                yield seen, line, bought
            seen += 1
    if seen != count:
        raise BadInput(
            f"{seen} rows for {count} labels",
            where=f"{where[0]}, {where[1]}",
            fix="the file is cut off: download it again",
        )


def _named(written: str, names: tuple[tuple[str, str], ...]) -> str:
    return next((n for n, said in names if said in written.casefold()), written)


def _paid(files: Archive, plan: _Plan) -> tuple[Array, tuple[str, ...]]:
    """Primary inputs s j v and their names; none in the open rest."""
    said = [_named(next((t for t in reversed(x) if t), ""), _COMPONENTS) for x in _labels(files, "VA")]
    name = files.find(r"(eora26_\d{4}_[bp]p_)?VA\.txt", "primary inputs")
    where = f"{files.path}/{name}"
    with files.open(name) as stream:
        lines = [v for _, v in number_lines(stream, "\t", 0, plan.widths[0], where)]
    if len(lines) != len(said):
        raise BadInput(f"{len(lines)} rows for {len(said)} labels", where=where, fix="give the files of one table")
    names = tuple(dict.fromkeys(said))
    out = np.zeros((len(plan.countries) + 1, len(plan.sectors), len(names)))
    for n, line in zip(said, lines, strict=True):
        out[:-1, :, names.index(n)] += line[plan.users]
    return out, names

"""`xunhuan aggregate` and `xunhuan restrict`: a coarser or smaller table from a given one, saved as accounts."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xunhuan.errors import BadInput, ForeignFile
from xunhuan.faces.commands.measuring import TableArgument
from xunhuan.faces.output import AccountsOption
from xunhuan.faces.speaking import in_my_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from xunhuan.data.accounts import Accounts
    from xunhuan.data.arrays import Index

_Name = Annotated[str, typer.Option("--name", help="Name of the new table.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("aggregate")(_aggregate)
    app.command("restrict")(_restrict)


def _aggregate(
    table: TableArgument,
    output: AccountsOption,
    region: Annotated[
        list[str] | None, typer.Option("--region", "-r", help="Regions made one: NORTH=CN-BJ+CN-TJ+CN-HE; repeatable.")
    ] = None,
    sector: Annotated[
        list[str] | None, typer.Option("--sector", "-s", help="Sectors made one: GOODS=goods; repeatable.")
    ] = None,
    regions: Annotated[Path | None, typer.Option(help="csv with columns code and group, a row a region.")] = None,
    sectors: Annotated[Path | None, typer.Option(help="csv with columns code and group, a row a sector.")] = None,
    nations: Annotated[bool, typer.Option("--nations", help="Every nation made one region.")] = False,
    name: _Name = "",
) -> None:
    """Add up regions, sectors or both, and save the table; what no group names stays itself.

    Sourcing shares are those of the sums, so that measures that look through chains see the coarser table. Clusters and
    nations need no aggregation to be looked at as one: measures take them as they are.
    """
    from xunhuan.data.store import load

    acc = load(table)
    g, s = acc.geography, acc.sectors
    places = {n: tuple(c for c, m in zip(g.codes, g.nation, strict=True) if m == n) for n in g.nations if nations}
    places |= _groups(region, regions, lambda x: g.select(x, acc.home), g.codes, "region")
    goods = _groups(sector, sectors, s.select, s.codes, "sector")
    if not places and not goods:
        raise BadInput("nothing is to be added up", fix="--region NAME=A+B, --sector NAME=A+B, --nations, or a csv")
    _save(acc.aggregate(places, goods), output, name)


def _restrict(
    table: TableArgument,
    output: AccountsOption,
    region: Annotated[
        list[str], typer.Option("--region", "-r", help="Regions kept: code, name, cluster, nation, A+B; repeatable.")
    ],
    rest: Annotated[str, typer.Option("--rest", help="Code of the open region that all others become.")] = "ROW",
    name: _Name = "",
) -> None:
    """Keep the books of some regions only, all others one open region, and save the table."""
    from xunhuan.data.store import load

    acc = load(table)
    kept = [acc.geography.codes[k] for x in region for k in acc.geography.select(x, acc.home)]
    _save(acc.restrict(list(dict.fromkeys(kept)), rest), output, name)


def _groups(
    given: Iterable[str] | None, path: Path | None, select: Callable[[str], Index], codes: tuple[str, ...], kind: str
) -> dict[str, tuple[str, ...]]:
    """Members by group, of NAME=MEMBERS and of a csv."""
    out: dict[str, list[str]] = {}
    for text in given or ():
        name, sign, members = text.partition("=")
        if not sign or not name.strip() or not members.strip():
            raise BadInput(
                f"--{kind} {text!r} is not NAME=A+B", fix=f"for instance --{kind} BOTH={'+'.join(codes[:2])}"
            )
        out.setdefault(name.strip(), []).extend(codes[k] for k in select(members.strip()))
    for code, group in _rows(path) if path is not None else ():
        out.setdefault(group, []).extend(codes[k] for k in select(code))
    return {name: tuple(dict.fromkeys(m)) for name, m in out.items()}


def _rows(path: Path) -> list[tuple[str, str]]:
    """Code and group of every row of a csv. Raises BadInput, ForeignFile."""
    if not path.is_file():
        raise BadInput(f"there is no file {path.name!r}", where=str(path), fix="check the path")
    try:
        rows = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))
    except UnicodeDecodeError as e:
        raise ForeignFile("the file is not in UTF-8", where=str(path), fix="save it as CSV UTF-8") from e
    if not rows or not {"code", "group"} <= set(rows[0]):
        raise BadInput("the file has no columns code and group", where=str(path), fix="its first line: code,group")
    return [(r["code"].strip(), r["group"].strip()) for r in rows if (r["group"] or "").strip()]


def _save(acc: Accounts, output: Path, name: str) -> None:
    from xunhuan.data.store import save

    acc = replace(acc, name=name or output.stem)
    save(acc, output)
    typer.echo(in_my_words(f"{acc.name}: {acc.R} regions, {acc.S} sectors. Wrote {output}."))

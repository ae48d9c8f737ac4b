"""`xunhuan relabel` and `xunhuan lists`: what a table's sectors and regions are, and the lists that are known."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from xunhuan.errors import BadInput
from xunhuan.faces.commands.measuring import TableArgument
from xunhuan.faces.output import AccountsOption, Format, FormatOption, OutputOption, emit
from xunhuan.faces.speaking import in_my_words


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("relabel")(_label)
    app.command("lists")(_lists)


def _label(
    table: TableArgument,
    output: AccountsOption,
    list_: Annotated[str, typer.Option("--list", help="Sector list of the codes (see `xunhuan lists`).")] = "",
    sectors: Annotated[
        Path | None, typer.Option(help="csv with code and any of isic, name_en, name_zh, groups.")
    ] = None,
    regions: Annotated[
        Path | None, typer.Option(help="csv with code and any of name_en, name_zh, clusters, population.")
    ] = None,
    isic: Annotated[list[str] | None, typer.Option(help="ISIC Rev.4 of sectors: 03=C or 01=A,05=D+E.")] = None,
    group: Annotated[list[str] | None, typer.Option(help="Sectors of a group: electronics=20+21.")] = None,
    cluster: Annotated[list[str] | None, typer.Option(help="Regions of a cluster: EU=DEU+FRA.")] = None,
    home: Annotated[str, typer.Option(help="The nation looked at.")] = "",
    name: Annotated[str, typer.Option(help="Name of the table.")] = "",
) -> None:
    """Say what a table's sectors and regions are, and save it.

    Elasticities, ratings of inputs, stocks and shelf lives follow the sectors' ISIC; the numbers stay as they are.
    """
    from dataclasses import replace

    from xunhuan.data.relabelling import relabel
    from xunhuan.data.sector_lists import how_known, isic_of
    from xunhuan.data.store import load, save

    given = {"isic": _pairs("isic", isic), "groups": _pairs("group", group), "clusters": _pairs("cluster", cluster)}
    acc = relabel(load(table), list=list_, sectors=sectors, regions=regions, home=home, **given)
    acc = replace(acc, name=name) if name else acc
    save(acc, output)
    without = [c for c, i in zip(acc.sectors.codes, isic_of(acc.sectors), strict=True) if not i]
    typer.echo(in_my_words(f"{how_known(acc.sectors)}. Wrote {output}."))
    if without:
        typer.echo(in_my_words(f"Nothing tells the ISIC of {', '.join(without)}."))


def _pairs(option: str, texts: list[str] | None) -> dict[str, str]:
    """NAME=VALUE, apart by commas. Raises BadInput."""
    out = {}
    for text in (t for given in texts or [] for t in given.split(",")):
        key, sign, value = text.partition("=")
        if not sign or not key.strip() or not value.strip():
            raise BadInput(f"--{option} {text!r} is not NAME=VALUE", fix="for instance --isic 03=C")
        out[key.strip()] = value.strip()
    return out


def _lists(
    name: Annotated[str | None, typer.Argument(help="Show the sectors of one list.")] = None,
    format: FormatOption = Format.table,
    output: OutputOption = None,
) -> None:
    """List the sector lists that are known, or show the sectors of one; economies shows the economies and their clusters."""
    import pandas as pd

    from xunhuan.data.economies import known_economies
    from xunhuan.data.sector_lists import sector_list, sector_lists

    if name is None:
        rows = [(x.name, len(x.sectors), x.title, x.digest[:12]) for x in sector_lists().values()]
        emit(pd.DataFrame(rows, columns=["list", "sectors", "title", "digest"]), format, output, title="Sector lists")
        return
    if name == "economies":
        each = [(e.code, e.iso2, e.name_en, e.name_zh, " ".join(e.clusters)) for e in known_economies().values()]
        columns = ["code", "iso2", "name_en", "name_zh", "clusters"]
        emit(pd.DataFrame(each, columns=columns), format, output, title="Economies and their clusters")
        return
    x, s = sector_list(name), sector_list(name).sectors
    held = [" ".join(g for g, m in s.groups.items() if c in m) for c in s.codes]
    frame = pd.DataFrame({"code": s.codes, "name_en": s.names_en, "name_zh": s.names_zh, "isic": s.isic, "groups": held,
                          "common": [" ".join(c) for c in x.common]})  # fmt: skip
    emit(frame, format, output, title=f"{name}: {x.title}", notes=[f"Source: {x.source}.", f"Digest {x.digest}."])

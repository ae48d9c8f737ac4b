"""What is asked of tables: their books, what is made of them, how they are kept and named, and what is refused."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import pandas as pd
from pydantic import Field, ValidationError
from scipy.sparse import csr_array

from tests.golden.seen import Cases, Thing, tried
from tests.helpers.uneven import books as made_up
from tests.helpers.uneven import from_stocks, uneven
from xunhuan.data import balance, division, ways
from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Remembered, duties_on_inputs, freeness, implied_trade_cost, ratio
from xunhuan.data.brief import of_response, several
from xunhuan.data.catalogue import add_table
from xunhuan.data.caveats import partners_guessed, picks_partners
from xunhuan.data.cities import SAME_MIX, city_clusters, refuse_alike, regions_with_cities, split_region
from xunhuan.data.city_shares import city_shares
from xunhuan.data.classification import Concordance, Sectors
from xunhuan.data.comparing import a_count, bundled_pairs, on_one_list, same_list
from xunhuan.data.economies import cluster_titles, economy_of, known_economies, world_of
from xunhuan.data.geography import Geography
from xunhuan.data.identities import identity_residuals
from xunhuan.data.isic import classes, divisions, is_isic, with_section
from xunhuan.data.leftovers import clear, half_made
from xunhuan.data.markets import chosen_years, final_demand, growth_of_markets, in_currency
from xunhuan.data.memory import in_words
from xunhuan.data.migration import Migration
from xunhuan.data.partners import Reach, national_split, partner_split, place_split
from xunhuan.data.places import places
from xunhuan.data.posterior import Abroad, reexports, share_out_all, trade_abroad, without_transit
from xunhuan.data.programme import least_change, unmet
from xunhuan.data.records import LISTED, NotNegative, Positive, Rate, Share, Strict, changed, described, parts, told
from xunhuan.data.relabelling import relabel
from xunhuan.data.sector_lists import declared, grouped, how_known, isic_of, known_as, of_house, of_isic, sector_lists
from xunhuan.data.store import known_tables, load, open_accounts, save, strings, to_dataset, write_folder
from xunhuan.data.tasks import mapped, worked_by
from xunhuan.data.toyland import toyland
from xunhuan.data.written import check_plain, csv_cells, toml_of


def table(acc: Accounts) -> dict[str, object]:
    """All of a table, its places and names among it; digests, of which other machines have others, not."""
    g = acc.geography
    return {
        "books": acc, "geography": replace(g, migration=None), "moves": g.moves and vars(g.moves), "sectors": acc.sectors,
        "labels": (acc.categories, acc.components, acc.title, acc.source, acc.notes, dict(acc.extra), acc.draws),
        "sums": (acc.output, acc.absorption, acc.share, acc.gdp, acc.closed, acc.R, acc.S),
        "versions": acc.posterior and (acc.posterior.title, acc.posterior.notes),
    }  # fmt: skip


def kept(acc: object) -> object:
    """A table in all its parts; what else comes of a call as it is."""
    return table(acc) if isinstance(acc, Accounts) else acc


def _books() -> Iterator[Thing]:
    toy = toyland()
    for name, acc in (
        ("toyland", toy),
        ("uneven", uneven()),
        ("by user", uneven(True)),
        ("open", toy.restrict("ATL", "BOR")),
    ):
        yield name, table(acc)
        yield f"{name} residuals", {n: (x, labels) for n, (x, labels) in identity_residuals(acc).items()}
        yield f"{name} places", places(acc)
        p = places(acc)
        yield f"{name} sums", (p.sum(acc.gdp), p.share(acc.gdp, acc.absorption.sum(1) * 0), p.home_index, p.frame())
        yield f"{name} dataset", to_dataset(acc).drop_attrs(deep=False)
        yield f"{name} told", acc._brief()[1][:-1]
    for k, change in enumerate((
        {"flow": toy.flow * 1.1}, {"use": -toy.use}, {"final": toy.final[:, :2]}, {"value_added": toy.value_added * np.nan},
        {"tariff": toy.tariff - 1}, {"home": "X"}, {"final": toy.final + 1e-5}, {"use": toy.use * (1 + 1e-11)},
        {"categories": ("a",)}, {"components": ("a", "b", "c", "d", "input_tariff")},
        {"value_added": toy.value_added[:, :, ::-1]}, {"geography": toy.geography.take([3, 0, 1, 2])},
    )):  # fmt: skip
        made = tried(toy.replace, **change)
        yield f"changed {k}", kept(made)
    sourced = uneven(True)
    assert sourced.sourcing is not None
    yield "sourcing", tried(sourced.replace, sourcing=replace(sourced.sourcing, final=sourced.sourcing.final * 1.01))
    yield "sourcing shape", tried(sourced.replace, sourcing=replace(sourced.sourcing, final=sourced.sourcing.final[:2]))
    yield "from stocks", kept(tried(from_stocks))


def _reshaped() -> Iterator[Thing]:
    toy, u, user = toyland(), uneven(), uneven(True)
    shut = u.restrict("A+B2", "R")
    for name, make in {
        "regions": lambda: toy.aggregate({"COASTAL": ("AT-N", "AT-E")}),
        "both": lambda: u.aggregate({"AB": ("A1", "B1"), "Z": ("C1",)}, {"x": ("s1", "s3"), "y": ("s0",)}),
        "user": lambda: user.aggregate({"AB": ("A1", "A3")}, {"x": ("s1", "s3")}),
        "open": lambda: shut.aggregate({"A": ("A1", "A2", "A3")}, {"x": ("s0", "s1", "s2")}),
        "mixed": lambda: shut.aggregate({"A": ("A1", "R")}), "twice": lambda: u.aggregate({"a": ("A1",), "b": ("A1",)}),
        "name": lambda: u.aggregate({"A1": ("B1", "B2")}), "unknown": lambda: u.aggregate(sectors={"a": ("s9",)}),
        "restrict": lambda: u.restrict("B+!B2+C1", "rest"), "restrict user": lambda: user.restrict(["B1", "A"]),
        "restrict open": lambda: tried(shut.restrict, "R"), "taken": lambda: u.restrict("A", "A1"),
        "regroup": lambda: toy.regroup("SEA", ["AT-S", "BOR"], ("Sea", "海")), "regroup shut": lambda: shut.regroup("N",
            ["R"]),
        "regroup taken": lambda: toy.regroup("ATL", ["AT-S"]), "home": lambda: toy.replace(home="BOR"),
    }.items():  # fmt: skip
        yield name, kept(tried(make))
    g = toy.geography
    for expr in (
        "ATL",
        "provinces",
        "foreign",
        "COAST+BOR",
        "!AT-N",
        "all+!BOR",
        "Northmark",
        "东岛",
        " at-s ",
        "AT-Q",
        "!all",
        "HARBOUR",
        "北国",
    ):
        yield f"select {expr}", [tried(g.select, expr), tried(g.select, expr, "BOR"), tried(g.index, expr)]
    yield (
        "names",
        (
            [g.name(c, x) for c in ("AT-N", "ATL", "COAST", "Q", "BOR") for x in ("en", "zh")],
            g.known_names(),
            g.home,
            g.take([2, 0]),
        ),
    )
    real = Geography(("CN-BJ", "CN-GD", "USA", "DEU"), ("CHN", "CHN", "USA", "DEU"), clusters={"EU": ("DEU",)})
    yield (
        "real",
        (
            [tried(real.select, x) for x in ("China", "北京", "America", "EU", "Germany", "Guangdong")],
            real.name("CN-BJ", "zh"),
            real.nations,
        ),
    )
    for k, bad in enumerate(({"nation": ("a",)}, {"clusters": {"x": ("Q",)}}, {"open": frozenset("Q")}, {"codes": ("a",
        "a", "b", "c")},
                             {"migration": Migration(("2000-2005",), np.zeros((1, 2, 2)))})):  # fmt: skip
        yield f"bad {k}", tried(replace, g, **bad)
    s = toy.sectors
    for expr in ("MAN", "goods", "!MAN", "all", "Farming", "服务业+FAR", "goods+!FAR", "Q", "!all", " man "):
        yield f"sectors {expr}", [tried(s.select, expr), tried(s.index, expr), tried(s.select, [expr])]
    yield (
        "sectors",
        (
            s.known_names(),
            s.take([2, 1]),
            tried(Sectors, ("a", "a")),
            tried(Sectors, ("a",), ("x", "y")),
            tried(Sectors, ("a",), isic=("QQ",)),
            tried(Sectors, ("a",), groups={"g": ("b",)}),
            tried(Sectors, ("a",), isic=("C26", "F")),
        ),
    )
    yield "caveats", [(partners_guessed(a), picks_partners(a, [["B1"], "foreign"]), picks_partners(a, ["foreign",
        "A1"])) for a in (
        u, u.replace(extra={"partners": "prior", "partners_of": "A1 A2"}), u.replace(extra={"partners": "prior",
            "partners_of": "A1"}),
        u.replace(extra={"partners": "data", "partners_of": "A1 A2 A3"}))]  # fmt: skip
    m = u.geography.migration
    assert m is not None
    late = replace(m, windows=("1996-2001", "2005-2010"), persons=np.concatenate([m.persons, 2 * m.persons]))
    yield "moves", ([late.window(y) for y in (1990, 1998, 2002, 2004, 2020)], late.over("2005-2010"), tried(late.over,
        "2000-2001"),
                    late.take([3, 1], 1), late.merge(np.array([0, 0, 1, 1, 1, 2, 2]), 3), [tried(replace, m, **x) for x in (
                        {"windows": ("x",)}, {"persons": -m.persons}, {"persons": m.persons[0]})])  # fmt: skip


def _versions() -> Iterator[Thing]:
    toy = toyland()
    post = toy.posterior
    assert post is not None
    r = post.reports
    z = np.stack([np.array([0.2, -0.1, 0.3]), np.array([-0.3, 0.1, 0.05])])
    unused = 0.1 * np.minimum(r.export, r.import_).sum(0)
    tilted = replace(post, tilt=post.tilt + z, reexport=post.reexport + 0.5, reports=replace(r, unused=unused))
    reach = Reach(
        ("b1", "b2"),
        np.array([0, 0]),
        np.array([0.7, 0.3]),
        np.array([[100.0, 300], [200, 150], [400, 90]]),
        np.array([[1.0, 0], [0, 1], [0, 0]]),
    )
    k = len(post)
    abroad = replace(
        post, abroad=Abroad(reach, 2, np.linspace(0.5, 1.5, k), np.linspace(0, 1, k), np.linspace(1, 0, k))
    )
    for name, p in (("toyland", post), ("tilted", tilted), ("abroad", abroad)):
        acc = toy.replace(posterior=p)
        yield name, [kept(tried(acc.draw, n)) for n in (0, 5)]
        yield f"{name} trade", (p.trade(3), p.home(2), p.digest == post.digest, len(p))
    yield "to", kept(tried(toy.aggregate(sectors={"x": ("FAR", "SER")}).replace(
        posterior=replace(post, to=np.array([[1.0, 0], [0, 1], [1, 0]]))).draw, 1))  # fmt: skip
    yield "none", [tried(toy.draw, -1), tried(toy.draw, 16), tried(uneven().draw, 0)]
    passing = (r.export * 3, r.outflow * 2, r.import_, r.inflow, r.output)
    yield (
        "transit",
        (
            without_transit(*passing),
            without_transit(*passing, z),
            reexports(r.export, r.import_, unused),
            trade_abroad(replace(r, unused=unused), z, 0.4),
            share_out_all(r.export * [1, 0, 1], r.sold, r.output),
        ),
    )
    d = division.Division(
        place=np.asarray(1), regions=np.arange(3), national=np.array([0.4, 0.3, 0.5, 0.45]), users=np.linspace(0.2, 0.7, 6),
        inputs=np.array([0.3, 0.5, 0.4]), of_exports=np.array([0.0, 0, 0, 0.2]), made=np.array([[0.3, 0.4, 0.5, 0.6],
            [0.4, 0.4, 0.4, 0.5]]),
        sold=np.array([[np.nan] * 3 + [0.4], [np.nan] * 4]), worth=np.array([[0.1, 0, -0.1, 0.2], [0, 0.1, 0, 0.1]]),
        located=np.array([[0.1, 0.5, -0.2], [0, 0.2, 0.1]]), leaning=np.array([0.5, 0.8]),
    )  # fmt: skip
    four = Sectors(("FAR", "MA", "NU", "SER"))
    for h in (0, 1):
        yield f"divided {h}", kept(tried(division.divided, toy, d, four, h))
    made = tried(division.divided, toy, d, four, 0)
    if isinstance(made, Accounts):
        yield "joined", kept(tried(division.joined_again, made, d))
        whole = made.replace(posterior=replace(post, division=d))
        yield "drawn divided", (kept(tried(whole.draw, 0)), len(d), [*division.arrays(d)], division.from_arrays({}))
    with tempfile.TemporaryDirectory() as folder:
        back = open_accounts(
            save(
                toy.replace(posterior=replace(abroad, known={"x": np.arange(3.0 * k).reshape(k, 3)})),
                Path(folder) / "t.nc",
            )
        )
        assert back.posterior is not None
        yield (
            "kept",
            (back.draw(4).flow, back.posterior.known, back.posterior.digest == abroad.digest, back.posterior.title),
        )


def _cities() -> Iterator[Thing]:
    toy = toyland()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        head = "city,sector,share,name_en,name_zh,lon,lat,population\n"
        rows = [(c, s, x, 100 + 2 * k, 30 + k % 2, 10 + 5 * k) for k, (c, xs) in enumerate({
            "Port": (0.3, 0.4, 0.35), "Hill": (0.4, 0.25, 0.3), "Mill": (0.3, 0.35, 0.35)}.items()) for s,
                x in zip(("FAR", "MAN", "SER"), xs, strict=True)]  # fmt: skip
        (folder / "c.csv").write_text(
            head + "".join(f"{c},{s},{x},{c} town,{c}市,{a},{b},{n}\n" for c, s, x, a, b, n in rows)
        )
        own = str(folder / "c.csv")
        cost = np.array([[[0, 0.2, 0.5], [0.2, 0, 0.3], [0.5, 0.3, 0]], [[0, 0.1, 0.4], [0.1, 0, 0.2], [0.4, 0.2, 0]]])
        net = ways.CityWays("mine", (("Port", "P"), ("hill town",), ("Mill市",)), ("general", "bulk"), (("FAR", "bulk"),
            ("Q", "bulk")),
                            cost, np.array([0.3, 0.5]))  # fmt: skip
        for inner, border, how in (
            ("gravity", 0.35, "distance"),
            ("least", 0.0, net),
            ("most", 0.5, net),
            ("gravity", 0.8, net),
            ("gravity", 0.2, "network"),
        ):
            acc = tried(toy.split, "AT-E", own, inner, border, how)
            yield f"{inner} {border} {how if isinstance(how, str) else 'net'}", kept(acc)
            if isinstance(acc, Accounts) and acc.posterior is not None and border in (0.35, 0.8):
                p = acc.posterior
                yield (
                    f"versions {border}",
                    (
                        kept(acc.draw(3)),
                        p.trade(2),
                        len(p),
                        p.title,
                        p.notes,
                        tried(acc.draw, -1),
                        kept(tried(p.limit, "least")),
                    ),
                )  # type: ignore[attr-defined]
        two = toy.split(["AT-E"], own, "gravity", 0.3, net)
        yield "twice", [tried(two.split, x, own) for x in ("AT-S", "AT-E")]
        single = folder / "one.csv"
        single.write_text(head + "Only,MAN,1,Only,独,100,30,5\n")
        yield "one city", kept(tried(split_region, toy, "AT-N", str(single)))
        yield "shares", tried(city_shares, toy, "AT-E", own)
        for k, text in enumerate(("city,sector\na,b\n", head + "a,MAN,-1,a,a,1,1,1\n",
            head + "a,MAN,1,a,a,1,1,1\na,MAN,2,a,a,1,1,1\n",
                                  "city,sector,share\na,MAN,1\n", head + "a,Q,1,a,a,1,1,1\n",
                                      head + "a,MAN,0,a,a,1,1,1\n")):  # fmt: skip
            single.write_text(text)
            said = tried(toy.split, "AT-E", str(single))
            yield f"file {k}", str(said).replace(name, "") if isinstance(said, Exception) else kept(said)
        for k, (acc, region, more) in enumerate((
            (toy, "AT-E", {}), (toy, "AT-Q", {}), (uneven(True), "A1", {"shares": own}), (toy.restrict("ATL", "W"), "W",
                {"shares": own}),
            (toy, "AT-E", {"inner": "x", "border": -1.0, "ways": "y", "shares": own}), (toy, "AT-E", {"shares": "gone.csv"}),
        )):  # fmt: skip
            yield f"refused {k}", tried(acc.split, region, **more)
        seed = ways.apart(toy.sectors, net, (("P",), ("Hill town",), ("mill",)), np.ones((3, 3)) + np.arange(3))
        yield (
            "seed",
            (
                seed,
                seed.seed(ways.Wall()),
                ways.apart(toy.sectors, net, (("P",), ("x",)), np.eye(2) + 2).seed(ways.Wall(0.1, 0.4)),
            ),
        )
    marked = two.replace(extra={SAME_MIX: "AT-E"}, posterior=None)
    yield (
        "alike",
        [
            tried(refuse_alike, marked, groups, "it")
            for groups in ([np.array([1]), np.array([2])], [np.array([0]), np.array([2])])
        ],
    )
    yield (
        "lists",
        (sorted(regions_with_cities("CHN")), city_clusters("CHN")[:3], city_clusters("ATL"), ways.listed_ways("ATL")),
    )
    real = ways.listed_ways("CHN")
    assert real is not None
    yield (
        "ways",
        (
            real.network,
            real.classes,
            real.goods,
            real.slope,
            real.cost[:, :4, :4],
            real.among((("CN-GD-GZ",),)),
            len(real.names),
        ),
    )


def _kept_files() -> Iterator[Thing]:
    toy = toyland()
    with tempfile.TemporaryDirectory() as name, _tables_in(name):
        folder = Path(name)
        for k, acc in enumerate(
            (toy, uneven(True), toy.restrict("ATL", "R"), toy.replace(extra={"a": "b"}, posterior=None))
        ):
            path = save(acc, folder / f"t{k}.nc")
            back = open_accounts(path)
            yield f"round {k}", (table(back), back.digest == acc.digest, back.answer_digest == acc.answer_digest)
        others = (toy.replace(name="x"), toy.replace(year=2001), toy.replace(title="x"), toy.replace(notes=()),
            toy.replace(home="BOR"),
                  toy.replace(extra={"a": "b"}), toy.replace(sectors=replace(toy.sectors, groups={})), toy.replace(unit="x"),
                  toy.replace(geography=replace(toy.geography, population=(1.0, 2, 3, 4))),
                      toy.replace(geography=replace(toy.geography, clusters={})),
                  toy.replace(geography=replace(toy.geography, names_en=("a", "b", "c", "d"))),
                      toy.replace(tariff=toy.tariff * 1.01),
                  toy.replace(geography=replace(toy.geography, migration=None)), toy.replace(categories=("a",
                      "b")))  # fmt: skip
        yield "digests", [(a.digest == toy.digest, a.answer_digest == toy.answer_digest) for a in others]
        yield "tables", [n in known_tables() for n in ("t0", "toyland", "china-2017", "nothing")]
        yield "loaded", (table(load("t1")), table(load(folder / "t3.nc")), tried(load, "tt"), tried(load, "toylan"))
        mine = add_table(folder / "t1.nc", "mine")
        bad = [tried(add_table, folder / f"{f}.nc", n) for f, n in (("t1", "toyland"), ("no", ""), ("t1", "a b"))]
        yield (
            "added",
            (mine, [str(x).replace(name, "").replace(str(known_tables()["toyland"]), "toyland") for x in bad]),
        )
        (folder / "broken.nc").write_bytes(b"CDF\x01 nothing")
        yield "broken", str(tried(open_accounts, folder / "broken.nc")).replace(name, "")
        yield "gone", str(tried(open_accounts, folder / "none.nc")).replace(name, "")
        write_folder(folder / "out", {"a.txt": lambda p: p.write_text("1"), "b.txt": lambda p: p.write_text("2")})
        write_folder(folder / "out", {"a.txt": lambda p: p.write_text("3")})
        yield "folder", sorted((f.name, f.read_text()) for f in (folder / "out").iterdir())
        yield (
            "left",
            (
                clear(folder),
                half_made(folder / "x", "tmp").name.split("-")[0],
                strings("a"),
                strings(["a", 3]),
                strings(()),
            ),
        )
        files = {"long.csv": "a,b\n# c\n1,2\n\n3,4\n", "tab.tsv": "a\tb\n1\t2\n", "x.csv": "\ufeffa;b\n1;2\n"}
        for file, text in files.items():
            (folder / file).write_text(text, encoding="utf-8")
            yield file, tried(csv_cells, folder / file)
        (folder / "latin.csv").write_bytes(b"a\xff\n")
        yield "cells", [str(tried(csv_cells, folder / f)).replace(name, "") for f in ("latin.csv", "gone.csv")]
        toy_ways = folder / "demand.csv"
        toy_ways.write_text("year,ATL,BOR\n" + "".join(f"{2000 + k},{100 + k * k},{50 + 3 * k}\n" for k in range(6)))
        yield (
            "demand",
            (
                final_demand(str(toy_ways)),
                growth_of_markets(toy, str(toy_ways), "!2003"),
                growth_of_markets(toy.restrict("ATL", "R"), str(toy_ways)),
                tried(growth_of_markets, uneven(), str(toy_ways)),
                str(tried(final_demand, folder / "t0.nc")).replace(name, ""),
            ),
        )
        frame = pd.read_csv(toy_ways).set_index("year")
        yield (
            "demands",
            [tried(final_demand, x) for x in (frame.drop(2002), frame * -1, frame.iloc[:3], frame.iloc[::-1], "none")],
        )
        con = folder / "con.csv"
        other = toy.replace(sectors=Sectors(("A", "C", "G"), ("Growing", "Manufacturing", "Selling")), posterior=None)
        for text in (
            "source,target\nFAR,A\nSER,G\n",
            "source,target\nFAR,A\nSER,A\n",
            "source\nFAR\n",
            "source,target\nFAR,C\nSER,G\nSER,A\n",
        ):
            con.write_text(text)
            made = tried(on_one_list, toy, other, con)
            yield (
                f"on one list {text}",
                str(made).replace(name, "") if isinstance(made, Exception) else [kept(x) for x in made],
            )  # type: ignore[attr-defined]
        weights = folder / "w.csv"
        weights.write_text("source,target,weight,reason\na,x,0.4,r\na,y,0.6,r\nb,y,1,r\n")
        c = Concordance.read(weights)
        yield (
            "concordance",
            (
                c.rows,
                c.matrix(["a", "b"], ["x", "y"]),
                tried(c.matrix, ["a", "c"], ["x", "y"]),
                tried(c.matrix, ["a"], ["y"]),
            ),
        )
        (folder / "r.csv").write_text("code,name_en,clusters,population\nAT-N,North,X Y,7\nBOR,,Y,\n")
        (folder / "s.csv").write_text("code,isic,name_zh,groups\nFAR,A01T03,田,g h\nMAN,C,,g\nSER,,服,\n")
        yield "relabelled", [kept(tried(relabel, toy, **more)) for more in (
            {"regions": folder / "r.csv"}, {"sectors": folder / "s.csv"}, {"isic": {"MAN": "C", "FAR": "A", "SER": "G_S"},
                "home": "BOR"},
            {"groups": {"few": "MAN+SER"}, "clusters": {"out": "foreign"}}, {"list": "common"},
                {"list": "nothing"})]  # fmt: skip
        for text in ("name\nx\n", "code,population\nAT-N,x\n", "code\nQ\n"):
            con.write_text(text)
            yield f"regions {text}", str(tried(relabel, toy, regions=con)).replace(name, "")


class _tables_in:
    """A folder in which one's own tables lie, for a while."""

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def __enter__(self) -> None:
        self.before = os.environ.get("XUNHUAN_TABLES")
        os.environ["XUNHUAN_TABLES"] = self.folder

    def __exit__(self, *_: object) -> None:
        del os.environ["XUNHUAN_TABLES"]
        if self.before is not None:
            os.environ["XUNHUAN_TABLES"] = self.before


def _lists() -> Iterator[Thing]:
    for name, found in sector_lists().items():
        yield (
            f"list {name}",
            (found.title, found.source, found.sectors, found.common, isic_of(found.sectors), how_known(found.sectors)),
        )
    codes = (
        "C26",
        "A",
        "C10T12",
        "C24A",
        "C24B",
        "M_N",
        "C302T309",
        "R-U",
        "01",
        "",
        "C99",
        "D35+E36",
        "Z",
        "C30T28",
        "J62_J63+E38",
    )
    yield "isic", [(c, sorted(classes(c))[:3], len(classes(c)), sorted(divisions(c)), with_section(c)) for c in codes]
    yield (
        "sections",
        [
            (with_section(c), is_isic([c]))
            for c in ("10T12", "97", "24A", "302T309", "09T11", "35", "7", "98T99", "100")
        ],
    )
    yield "is isic", [is_isic(x) for x in (["A01T03", "C26"], ["A", "B"], ["C26", "C261"], ["01"], [])]
    icio = sector_lists()["icio2025"].sectors
    for k, s in enumerate((Sectors(("C26", "A01"), ("Electronics", "Farms")), Sectors(("1", "2")), icio.take([3, 1]),
        replace(icio, listed=""),
                           Sectors(("x", "y"), isic=("C26", "G")), Sectors(("x",), groups={"manufacturing": ("x",
                               )}))):  # fmt: skip
        told = known_as(s)
        yield (
            f"known {k}",
            (
                told and told.name,
                isic_of(s),
                how_known(s),
                grouped(s),
                tried(declared, s, "icio2025"),
                of_house(s, "common", "icio2025"),
            ),
        )
    yield "of isic", of_isic(("C26", "zz"), ("C26", "A01+A02"))
    yield (
        "pairs",
        [
            bundled_pairs(a, b)
            for a, b in (("cn42-2017", "cn42-2012"), ("cn42-2012", "cn42-2017"), ("icio2023", "common"))
        ],
    )
    yield (
        "same",
        [
            same_list(icio, icio),
            same_list(icio, replace(icio, names_en=icio.codes)),
            same_list(icio, icio.take([0])),
            a_count(1),
            a_count(2),
        ],
    )
    yield (
        "one list",
        [tried(on_one_list, toyland(), a, c) for a, c in ((uneven(), None), (uneven(), "isic"), (toyland(), None))],
    )
    known = known_economies()
    yield (
        "economies",
        ([(e.code, e.iso2, e.name_en, e.name_zh, e.clusters, e.adb) for e in known.values()], cluster_titles()),
    )
    yield (
        "economy",
        [economy_of(x, h) for x in ("UK", "el", "ROM", "WLD", "chn ", "PRC", "TAP", "xx", "DE") for h in ("", "adb")],
    )
    yield (
        "world",
        (
            world_of(["CHN", "DEU", "FRA"]),
            world_of(["CN-GD", "CN-BJ", "ROW"], ["CHN", "CHN", "ROW"], named={"CN-GD": ("G", "粤")}, shut=["ROW"]),
        ),
    )
    yield (
        "years",
        [
            tried(chosen_years, t, list(range(2010, 2021)))
            for t in ("all", "2011-2014", "!2012+2015-2016", "2011", "x", "1990", "2011+x")
        ],
    )
    frame = pd.DataFrame({"A": [1.0, 2.0]}, index=pd.Index([2016, 2017], name="year"))
    yield (
        "currency",
        [
            tried(in_currency, f, c)
            for f, c in ((frame, "USD"), (frame, "CNY"), (frame, "XXX"), (frame.set_axis([1850, 2017]), "CNY"))
        ],
    )
    yield (
        "written",
        [
            tried(toml_of, t, "here")
            for t in (
                "a = 1",
                "a = ",
                "a = " + "[" * 40 + "]" * 40,
                "a = 99999999999999999999",
                "a" + ".b" * 40 + " = 1",
            )
        ],
    )
    deep: object = 1
    for _ in range(33):
        deep = [deep]
    yield "plain", [tried(check_plain, {"a": {"b": x}}, "here") for x in (2**63, -(2**63), deep, [1, [2**64]])]
    yield "sizes", [in_words(x) for x in (3, 999, 1000, 7.6e6, 8.4e9, 3e12)]


def _sums() -> Iterator[Thing]:
    rng = np.random.default_rng(3)
    seed, zero = rng.uniform(1, 5, (4, 3)), np.array([[1.0, 0, 2], [0, 3, 0], [1, 1, 0], [2, 0, 1]])
    signed = seed - 3.0
    to = seed * rng.uniform(0.5, 2, (4, 3))
    for name, work, args in (
        ("ras", balance.ras, (seed, to.sum(1), to.sum(0))), ("zero", balance.ras, (zero, (zero * 2).sum(1),
            (zero * 2).sum(0))),
        ("gras", balance.gras, (signed, (signed * 1.1 + 0.2).sum(1), (signed * 1.1 + 0.2).sum(0))),
        ("few", lambda *a: balance.ras(*a, max_iterations=2), (seed, to.sum(1), to.sum(0))),
        ("stack", balance.ras, (np.stack([seed, 2 * seed]), np.stack([to.sum(1), to.sum(1)]), np.stack([to.sum(0),
            to.sum(0)]))),
        ("unequal", balance.ras, (seed, to.sum(1), to.sum(0) * 1.1)), ("negative", balance.ras, (-seed, to.sum(1),
            to.sum(0))),
        ("shape", balance.ras, (seed, to.sum(0), to.sum(1))), ("missing", balance.ras, (seed * np.nan, to.sum(1),
            to.sum(0))),
        ("blocked", balance.ras, ([[1.0, 0], [1, 1]], [5.0, 1], [3.0, 3])), ("sign", balance.gras, ([[1.0, -1], [1, 1]],
            [-5.0, 1], [-3.0, -1])),
        ("gravity", balance.gravity_fill, (to.sum(1)[:, None] * [1, 2.0], np.roll(to.sum(1), 1)[:, None] * [1, 2.0],
            1 + 9 * rng.uniform(size=(4, 4)), 1.2)),
        ("hub", balance.gravity_fill, ([[6.0], [2], [1], [1]], [[4.0], [3], [2], [1]], np.ones((4, 4)), 1.0)),
        ("too much", balance.gravity_fill, ([[9.0], [1], [1]], [[9.0], [1], [1]], np.ones((3, 3)), 1.0)),
    ):  # fmt: skip
        made = tried(work, *args)  # type: ignore[arg-type]
        yield name, replace(made, iterations=0, residual=0.0) if isinstance(made, balance.Balanced) else made
        if isinstance(made, balance.Balanced):
            yield f"{name} required", isinstance(tried(made.require, "it"), np.ndarray)
    s, d = np.array([[5.0, 1], [1, 4], [0, 2]]), np.array([[4.0, 2], [1, 1], [1, 4]])
    yield "own", (balance.self_trade(s, d), balance.own_bounds(s, d))
    yield (
        "share out",
        [tried(balance.share_out, t, [1.0, 2, 0, 4], [2.0, 6, 4, 3]) for t in (0.0, 5.0, 9.0, 12.0, 15.0, 16.0)],
    )
    a = csr_array(rng.integers(-1, 2, (3, 7)).astype(float))
    x = rng.uniform(0, 3, 7)
    for start in (np.ones(7), x + 0.5, np.array([1.0, 2, 3, 4, 5, 6, 7])):
        done = least_change(a, a @ x, start)
        yield f"programme {start[1]:g}", (done.x, done.converged)
    yield "unmet", (unmet(a, a @ x) > 1e-6, unmet(csr_array(np.array([[1.0, 1.0], [1.0, 1.0]])), np.array([1.0, 2.0])))
    yield (
        "ratio",
        (
            ratio(seed, zero),
            ratio(seed, zero, np.nan),
            ratio(3.0, 0.0, 2.0),
            freeness(seed[:3]),
            implied_trade_cost(seed[:3], 4.0),
        ),
    )
    yield "duties", duties_on_inputs(toyland().flow, toyland().tariff, toyland().use)
    asked = Remembered[str]()
    asked["a" * 300] = np.arange(2)
    asked["b"] = np.arange(3)
    yield "remembered", (list(asked), asked.get("c"))
    reach = Reach(
        ("m", "n", "o"),
        np.array([0, 0, 1]),
        np.array([0.6, 0.4, 1.0]),
        rng.uniform(50, 900, (4, 3)),
        np.array([[1.0, 0, 0], [0, 0, 1], [0, 0, 0], [1, 0, 1]]),
    )
    sent, bought = rng.uniform(1, 4, (4, 3)), rng.uniform(1, 4, (4, 3))
    export, imported = (
        rng.dirichlet([1, 2], 3) * sent.sum(0)[:, None],
        (rng.dirichlet([2, 1], 3) * bought.sum(0)[:, None]).T,
    )
    for w in (0.0, 0.6):
        yield (
            f"partners {w}",
            partner_split(sent, bought, export, imported, reach, goods=2, elasticity=1.1, border=0.5, weight=w),
        )
    yield (
        "by place",
        (
            place_split(sent, bought, export, imported, reach, goods=2, elasticity=0.7, border=0.3),
            national_split(sent, bought, export, imported),
        ),
    )
    told: list[int] = []

    def elsewhere(work: Callable[..., object], shared: object, tasks: object) -> list[object]:
        told.append(len(list(tasks)))  # type: ignore[call-overload]
        return [work(shared, t) for t in tasks]  # type: ignore[attr-defined]

    with worked_by(elsewhere):  # type: ignore[arg-type]
        yield "tasks", (mapped(_twice, 3.0, [1.0, 2.0]), mapped(_twice, 3.0, [1.0]), told)
    small = made_up(np.random.default_rng(5), ("A1", "A2", "B1"), 2, False)
    ds = to_dataset(small)[["flow", "final"]]
    yield (
        "told",
        (
            of_response(small, ds, "so", ds.isel(origin=0), ["n", "m"]),
            several("abcdefgh"),
            several("ab", 2),
            repr(toyland())[:300],
            re.sub(' title="[^"]*"', "", small._repr_html_())[
                :400
            ],  # once the package is used, labels say what they mean
        ),
    )


class _Inner(Strict):
    """depth  how deep · far: how far"""

    depth: Positive = 1.0
    far: Share | None = None


class _Asked(Strict):
    """A record of every kind of value.

    size, weight  what it is
    kind          one of two
    """

    size: int = Field(default=1, le=9, alias="big")
    weight: NotNegative | tuple[Share, ...] = 0.0
    kind: Literal["one", "two"] = "one"
    name: Annotated[str, Field(min_length=1, max_length=5)] = "x"
    inside: _Inner = _Inner()
    many: Annotated[tuple[_Inner, ...], LISTED] = ()
    by: Mapping[str, Rate] = Field(default_factory=dict)
    flag: bool = False


def _records() -> Iterator[Thing]:
    for given in (
        {"bigg": 1}, {"zzz": 1}, {"big": "1"}, {"big": True}, {"big": 10}, {"big": 1.5}, {"weight": -1}, {"weight": [0.5,
            2]},
        {"weight": "x"}, {"kind": "on"}, {"kind": "q"}, {"kind": 3}, {"name": ""}, {"name": "abcdef"}, {"name": 3},
            {"inside": 3},
        {"inside": {"dept": 1}}, {"inside": {"depth": 0}}, {"inside": {"far": float("nan")}}, {"many": {"depth": -1}},
        {"many": [{"depth": 1}, {"depth": -1, "far": 2}]}, {"many": 3}, {"by": {"a": "x"}}, {"by": 3}, {"flag": 1},
            {"flag": "true"},
        {"big": 2, "weight": [0.1], "many": {"depth": 3}, "by": {"a": 0.1}},
    ):  # fmt: skip
        try:
            made: object = _Asked.model_validate(given)
        except ValidationError as e:
            made = told(e, _Asked, given, "here")
        yield f"{given}", made
    yield "changed", [tried(changed, _Asked(), **x) for x in ({"weight": 0.5}, {"weight": -1.0, "kind": "q"})]
    yield "described", (described(_Asked), described(_Inner), [str(x) for x in parts(tuple[int, str])])


def _twice(shared: float, task: float) -> tuple[np.ndarray, ...]:
    return (np.asarray(shared * task),)


CASES: Cases = {
    "books": _books,
    "reshaped": _reshaped,
    "versions": _versions,
    "cities": _cities,
    "files": _kept_files,
    "lists": _lists,
    "sums": _sums,
    "records": _records,
}

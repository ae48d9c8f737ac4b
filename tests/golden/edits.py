"""What is asked of every kind of edit: its text, its doses, what it writes into books and days, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from tests.golden.seen import Cases, Thing, tried
from tests.helpers.uneven import from_stocks, uneven
from xunhuan.data.accounts import Accounts
from xunhuan.data.toyland import toyland
from xunhuan.errors import BadInput
from xunhuan.models import edits as room
from xunhuan.models import registry
from xunhuan.models.edits import (
    Destruction,
    Edit,
    Lasting,
    LinkLosses,
    Routes,
    Timed,
)
from xunhuan.models.edits.by_origin import cells_text, read_cells
from xunhuan.models.edits.handed import CellArray, Toll
from xunhuan.models.edits.primitives import Theta, elastic_primitives, primitives
from xunhuan.models.edits.table import earned_per_output, final_spending
from xunhuan.models.edits.text import parse_edit, parse_edits
from xunhuan.models.edits.yearly import industry_named
from xunhuan.models.model import Shock

ON_TOYLAND = (
    "trade_cost from=BOR to=AT-N+AT-E change=0.1 sectors=MAN",
    "trade_cost from=ATL to=BOR change=-0.2 both_ways=true",
    "trade_cost from=provinces to=provinces change=0.3 include_own",
    "trade_cost from=BOR to=ATL ban",
    "trade_cost from=BOR to=ATL cut=0.4 sectors=goods",
    "trade_cost from=provinces to=all best=0.25 closing=0.6",
    "tariff from=BOR to=ATL set=0.3",
    "tariff from=BOR to=ATL+AT-N set=0.02 part=0.25 sectors=all",
    "tariff from=all to=all add=0.05",
    "tariff from=ATL to=BOR multiply=1.5 sectors=MAN",
    "export_tax from=AT-S rate=0.04",
    "export_tax from=BOR to=AT-E rate=-0.1 sectors=FAR",
    "productivity regions=AT-N sectors=MAN change=0.1",
    "final_demand regions=BOR+AT-E sectors=goods change=0.2",
    "final_demand regions=AT-N amount=-12.5",
    "subsidy regions=AT-E sectors=MAN+SER rate=0.05",
    "mobility_cost regions=AT-S+AT-N change=0.25",
    "wedge regions=AT-N sectors=FAR rate=0.04",
    "wedge regions=all rate=0.3 to=0.1 per=value_added rebated=0.4 most=0.2",
    "wedge regions=BOR rate=0.2 to=0.05 per=output rebated=0 part=0.7",
    "transfer from=BOR to=AT-N+AT-E value=10",
    "transfer from=ATL to=BOR share=0.02",
    "origin_shift to=ATL cells=AT-N:MAN:0.21+AT-E:FAR:-0.19",
    "origin_shift to=BOR cells=Northmark:Manufacturing:0.21+BOR:FAR:0.1",
    "used_up regions=AT-N+AT-S value=7",
    "platform between=AT-S+BOR sectors=SER+MAN cost=-0.05 productivity=0.02",
    "demand_shift from=ATL to=BOR sectors=goods shift=0.03",
    "demand_shift from=BOR to=AT-N+AT-E shift=0.05 compensated=false",
    "capacity regions=AT-N+BOR loss=0.5 sectors=MAN start=3 end=17 recovery=linear recovery_days=9",
    "capacity regions=AT-E loss=1 end=1 recovery=linear recovery_days=0.75",
    "capacity regions=AT-E loss=1 end=1 recovery=logistic recovery_days=1",
    "capacity regions=COAST loss=0.7 recovery=0.2/0.5/0.9 recovery_days=12",
    "orders regions=BOR origin=ATL sectors=MAN change=-0.6 start=2 end=20 recovery=exponential recovery_days=5",
    "orders regions=AT-E sectors=SER+FAR change=0.3",
    "orders regions=AT-E+BOR amount=-3 end=12",
    "orders regions=AT-E origin=BOR+AT-N amount=0.7 sectors=MAN",
    "origin_orders regions=ATL cells=AT-N:MAN:0.05+AT-E:FAR:-0.02+BOR:MAN:-0.5 part=0.8 start=4",
    "link from=BOR+AT-N to=AT-S end=14 sectors=MAN+FAR loss=0.6 recovery=logistic recovery_days=10",
    "gateway regions=AT-S loss=0.4 start=6 end=22",
    "stock regions=ATL sectors=goods factor=0.4",
    "destruction regions=AT-E+BOR sectors=MAN+SER loss=0.2 start=8 capital_ratio=3",
    "destruction regions=AT-N value=40 rebuild_days=20 mix=MAN:0.7+SER:0.3",
    "decoupling from=BOR to=ATL channel=know size=0.6 ramp=4 start=2003",
    "decoupling from=BOR to=ATL channel=tools size=0.6 ramp=0",
    "push regions=ATL rate=0.03 start=2002 end=2005",
    "push regions=ATL rate=0.03 industry=chips",
    "duplication regions=BOR factor=1.4",
    "need regions=ATL value=3.5 industry=ships year=2010",
)
ON_UNEVEN = (
    "trade_cost from=A+B1 to=A2+B change=0.2 sectors=!s1",
    "trade_cost from=A1+A2 to=C1+D1 best=0.5",
    "trade_cost from=A to=all cut=0.3 sectors=s0+s3",
    "tariff from=B to=A set=0.11 part=0.6 sectors=s2",
    "export_tax from=A3 rate=0.07 sectors=s1+s4",
    "wedge regions=A1+B2 sectors=s1+s2 rate=0.2 to=0.05 per=value_added rebated=0.3",
    "final_demand regions=A1+C1 sectors=s3 amount=0.4",
    "orders regions=B origin=A sectors=s0+s2 amount=0.6 end=9",
    "demand_shift from=A to=C1+D1 sectors=s0+s2 shift=0.04",
    "transfer from=B to=A share=0.1",
    "destruction regions=B1+C1 sectors=s1+s2 loss=0.3",
    "gateway regions=A2+B1 sectors=s4",
    "platform between=A2+B1 sectors=s1+s2 cost=0.3",
    "origin_shift to=B cells=A1:s3:0.4+C1:s0:-0.2",
    "origin_orders regions=B cells=C1:s3:0.4+A1:s0:-0.2+A1:s3:0.1",
    "used_up regions=A2 value=0.5",
)
WRONG = (
    "trade_cost from=AT-N to=AT-E cut=1",
    "trade_cost from=AT-N to=AT-E cut=0",
    "tarif from=BOR to=ATL add=0.1",
    "tariff from=BOR to=ATL",
    "tariff from=BOR to=ATL set=0.1 add=0.2",
    "tariff from=BOR to=ATL add=0.1 part=0.5",
    "tariff from=BOR to=BOR add=0.1",
    "tariff from=BOR to=ATL set=0.1 part=2",
    "tariff from=BORR to=ATL sectors=MANN add=0.1",
    "tariff from=BOR to=ATL add=0.1 add=0.2",
    "tariff from=BOR to=ATL add=25",
    "tariff from=BOR to=ATL add=-0.9",
    "trade_cost from=AT-N to=AT-N change=0.1",
    "trade_cost from=BOR to=ATL best=0.5 both_ways",
    "trade_cost from=BOR to=ATL change=0.1 ban",
    "trade_cost from=BOR to=ATL change=-1",
    "subsidy regions=ATL rate=1",
    "export_tax from=AT-N to=AT-N rate=0.1",
    "wedge regions=ATL rate=1.2 per=output",
    "wedge regions=ATL rate=0.9 per=value_added",
    "wedge regions=ATL rate=5",
    "transfer from=BOR to=ATL",
    "transfer from=BOR to=ATL value=1 share=0.1",
    "final_demand regions=BOR",
    "final_demand regions=BOR amount=-9999",
    "orders regions=BOR amount=1e9",
    "orders regions=BOR change=0.1 amount=2",
    "capacity regions=BOR loss=1.2",
    "capacity regions=BOR loss=0.2 start=9 end=9",
    "capacity regions=BOR loss=0.2 recovery=linear",
    "link from=AT-N to=AT-N",
    "stock regions=BOR factor=2000",
    "platform between=AT-N",
    "platform between=AT-N+AT-N cost=0.1",
    "platform between=AT-N+ATLL cost=0.1",
    "platform between=AT-N+ATL cost=0.1",
    "used_up regions=AT-N value=1e6",
    "origin_shift to=ATL cells=ATL:MAN:0.1",
    "origin_shift to=ATL cells=AT-N:MAN",
    "origin_shift to=ATL cells=AT-N:MAN:-1",
    "origin_shift to=ATL cells=AT-N:MAN:1+AT-N:MAN:2",
    "origin_shift to=ATL cells=AT-N:MAN:-0.6 part=2",
    "origin_orders regions=ATL cells=AT-Q:MAN:0.1",
    "demand_shift from=ATL to=BOR shift=90",
    "demand_shift from=AT-N to=BOR shift=0.01",
    "decoupling from=ATL to=ATL channel=know size=0.5",
    "decoupling from=BOR to=ATL channel=air size=0.5",
    "push regions=ATL rate=0.1 start=2005 end=2005",
    "need regions=ATL value=1 year=2010",
    "destruction regions=ATL loss=0.1 value=2",
    "destruction regions=ATL",
    "destruction regions=ATL value=1e7",
    "destruction regions=ATL loss=0.1 mix=MAN",
    "destruction regions=ATL loss=0.1 mix=MANN:1",
    'tariff from="BOR to=ATL add=0.1',
)
SHORT = {
    "tariff": (
        "ATL<-BOR:goods:+0.25",
        "BOR->ATL:25%",
        "BOR<->ATL:MAN:x1.5",
        "from=BOR, to=ATL, add=5%",
        "BOR<-ATL:=0.1",
        "BOR:0.1",
        "ATL<-BOR",
        "ATL<-BOR:goods:much",
    ),
    "trade_cost": ("ATL<->BOR:MAN:ban", "AT-N->AT-E:-5%", "AT-N->AT-E:FAR:0.1"),
    "productivity": ("AT-N:MAN:0.1", "AT-N:-4%", "AT-N", "AT-N:MAN:FAR:1"),
    "mobility_cost": ("AT-N:0.2", "AT-N:MAN:0.2"),
    "wedge": ("ATL:SER:3%",),
    "transfer": ("from=BOR to=ATL value=3", "BOR->ATL:3"),
    "export_tax": ("AT-N->BOR:FAR:0.1",),
    "final_demand": ("BOR:0.1",),
}
BARE = (
    "final_demand regions=AT-N sectors=FAR amount=2",
    "orders regions=AT-N sectors=FAR amount=2",
    "destruction regions=AT-N loss=0.1",
    "destruction regions=AT-N loss=0.1 mix=FAR:1",
    "destruction regions=AT-N loss=0 mix=MAN:1",
    "used_up regions=AT-N value=3",
    "wedge regions=AT-N rate=0.1",
    "link from=AT-E to=AT-N sectors=FAR",
    "transfer from=AT-N to=BOR share=0.1",
)
NOWHERE = (
    "transfer from=Q to=BOR share=0.1",
    "decoupling from=Q to=BOR channel=know size=1",
    "final_demand regions=Q amount=1",
)
DAYS = np.concatenate([np.arange(0.0, 3.0, 0.25), np.arange(3.0, 60.0, 1.75)])
YEARS = np.arange(2000, 2012)


def elasticities(acc: Accounts, nested: bool = True) -> Theta:
    between = 3.0 + np.arange(acc.S)
    return Theta(between, between * (1 + 0.2 * nested))


def _kinds() -> dict[str, type[Edit]]:
    """Every kind, those that only programs write among them."""
    mine = (getattr(room, name) for name in room.__all__)
    return registry.edits() | {k.kind: k for k in mine if issubclass(k, Edit) and k.kind}


def effects(edit: Edit, acc: Accounts) -> Iterator[object]:
    """All that an edit tells and does on a table."""
    yield from (str(edit), type(edit).__name__, edit.period, edit.implausible(), edit.check(acc))
    yield from (tried(lambda size=size: str(edit.dosed(size))) for size in (0.0, 0.5, 1.0, 2.0))
    if isinstance(edit, Lasting):
        for theta in (elasticities(acc), elasticities(acc, False), None):
            yield tried(lambda theta=theta: _moved(acc, edit, theta))
    elif isinstance(edit, Timed):
        yield edit.strength(DAYS)
        yield tried(edit.apply, acc)
    elif isinstance(edit, Destruction):
        yield (edit.capital(acc), edit.share(acc), tried(edit.goods, acc) if not edit.check(acc) else "")
    for name in ("strength", "rates"):
        told = getattr(edit, name, None)
        if edit.by_years and told is not None:
            yield told(YEARS, 2001)


def _moved(acc: Accounts, edit: Edit, theta: Theta | None) -> dict[str, Any]:
    """What of the primitives is not as it was."""
    made, asked = elastic_primitives(acc, Shock((edit,), "asked"), theta)
    rest = primitives(acc, Shock())
    return {"asked": asked, "tolls": made.tolls} | {
        n: x for n, x in vars(made).items() if n != "tolls" and not np.array_equal(x, getattr(rest, n))
    }


def _each(acc: Accounts, lines: tuple[str, ...]) -> Iterator[Thing]:
    kinds = _kinds()
    for line in lines:
        yield line, tuple(effects(parse_edit(line, kinds), acc))


def _wrong() -> Iterator[Thing]:
    kinds, acc = _kinds(), toyland()
    for line in WRONG:
        made = tried(parse_edit, line, kinds)
        yield line, made if isinstance(made, BadInput) else tuple(effects(made, acc))  # type: ignore[arg-type]
    shut = open_abroad()
    for line in (
        "transfer from=BOR to=ATL value=3",
        "destruction regions=all loss=0.1",
        "wedge regions=all rate=0.05",
        "destruction regions=BOR loss=0.1 mix=MAN:1",
        "final_demand regions=BOR amount=2",
    ):
        yield f"open: {line}", tuple(effects(parse_edit(line, kinds), shut))
    bare = {"stocks": from_stocks(), "no capital": toyland().replace(categories=("a", "b"))}
    for name, books in bare.items():
        for line in BARE:
            yield f"{name}: {line}", tuple(effects(parse_edit(line, kinds), books))
        yield f"{name} as paid", (earned_per_output(books), final_spending(books))
    for line in NOWHERE:
        yield line, tuple(effects(parse_edit(line, kinds), acc))
    yield (
        "positions",
        [
            tried(lambda: room.Tariff("BOR", "ATL", "MAN", "FAR")),
            tried(lambda: room.Tariff("BOR", origin="ATL")),
            tried(lambda: room.Tariff(("BOR", "AT-N"), ["ATL"], add=0.1)),
        ],
    )


def open_abroad() -> Accounts:
    """Toyland whose other nation keeps no books."""
    return toyland().restrict("ATL", "BOR")


def _together() -> Iterator[Thing]:
    acc, kinds = toyland(), _kinds()
    for name, lines in {
        "all": [x for x in ON_TOYLAND if issubclass(kinds[x.split()[0]], Lasting) and "set=0.02" not in x],
        "set twice": [
            "tariff from=BOR to=ATL set=0.3",
            "tariff from=BOR to=AT-N+AT-E set=0.2",
            "tariff from=BOR to=AT-E set=0.1",
        ],
        "too low": ["tariff from=BOR to=ATL add=-0.5", "tariff from=BOR to=AT-N sectors=MAN add=-0.5"],
        "too high": [
            "subsidy regions=ATL rate=0.6",
            "subsidy regions=AT-N+BOR sectors=MAN rate=0.5",
            "export_tax from=AT-N rate=-0.7",
            "export_tax from=ATL sectors=FAR rate=-0.5",
        ],
        "whole": ["wedge regions=AT-N+AT-E rate=0.9 per=output", "wedge regions=AT-N rate=0.6"],
        "many wrongs": [
            "tariff from=QQ to=ATL add=1",
            "used_up regions=AT-N value=1e9",
            "capacity regions=AT-N loss=0.1",
            "trade_cost from=BOR to=ATL cut=0.5",
        ],
    }.items():
        shock = Shock(tuple(parse_edit(x, kinds) for x in lines), name)
        for theta in (elasticities(acc), None):
            yield f"{name} {theta is None}", tried(lambda t=theta, s=shock: vars(primitives(acc, s, t)))
        yield f"{name} parts", [[str(e) for e in x] for x in (shock.lasting, shock.timed, shock.yearly)]
    for books in (acc, uneven(), open_abroad()):
        yield f"table {books.name} {books.R} {books.closed.all()}", (earned_per_output(books), final_spending(books))


def _handed() -> Iterator[Thing]:
    acc = uneven()
    x = 1 + 0.01 * np.arange(acc.R * acc.R * acc.S, dtype=float).reshape(acc.R, acc.R, acc.S)
    toll = Toll(collector="B1", sector="s3", rate=CellArray(x / 100))
    for name, edit in {
        "routes": Routes(cost=CellArray(x), tolls=(toll, toll)),
        "wrong": Routes(cost=CellArray(x - 1)),
        "shape": Routes(cost=CellArray(x[:2])),
        "endless": Routes(cost=CellArray(x), tolls=(Toll(collector="A1", sector="s0", rate=CellArray(x * np.inf)),)),
        "losses": LinkLosses(loss=CellArray((x - 1) / 9), start=2, end=8),
        "too much": LinkLosses(loss=CellArray(x)),
        "lost shape": LinkLosses(loss=CellArray(x[:, :2])),
        "none": LinkLosses(loss=CellArray(x * 0)),
    }.items():
        yield name, tuple(effects(edit, acc)) if "shape" not in name else edit.check(acc)
    yield (
        "alike",
        [
            CellArray(x) == CellArray(x + 0),
            CellArray(x) == CellArray(x[:2]),
            CellArray(x) == 3,
            hash(CellArray(x)) == hash(CellArray(x + 0)),
            str(toll),
            CellArray(x).digest,
        ],
    )


def _texts() -> Iterator[Thing]:
    kinds = _kinds()
    for kind, texts in SHORT.items():
        yield kind, [tried(lambda t=t, k=kind: [str(e) for e in parse_edits(kinds[k], t)]) for t in texts]
    yield (
        "kinds",
        {n: (k.lasting, k.by_years, k.answers, k.handed, k.linear, k.amount, k.selections()) for n, k in kinds.items()},
    )
    yield (
        "fields",
        {n: {f: (v.alias, v.is_required(), v.default) for f, v in k.model_fields.items()} for n, k in kinds.items()},
    )
    yield "cells", (read_cells("A:b:0.1+C:e:-2e-1"), cells_text((("A", "b", 0.1), ("C", "d", 2.0))))
    yield (
        "industries",
        [industry_named(t) for t in ("chips", "/a/b/cities.csv", "x/y-cities.toml", "x/y", ".toml", "cities.csv")],
    )


CASES: Cases = {
    "toyland": lambda: _each(toyland(), ON_TOYLAND),
    "uneven": lambda: _each(uneven(), ON_UNEVEN),
    "by user": lambda: _each(uneven(True), ON_UNEVEN[:1] + ON_UNEVEN[5:9]),
    "wrong": _wrong,
    "together": _together,
    "handed": _handed,
    "texts": _texts,
}

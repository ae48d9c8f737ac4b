"""What is asked of the long run; few shapes, since a program is compiled for each."""

from __future__ import annotations

from collections.abc import Iterator

from tests.golden.seen import Cases, Thing, asked, recorded, shocked, tried
from tests.helpers.uneven import uneven
from xunhuan.data.classification import Sectors
from xunhuan.data.places import places
from xunhuan.data.toyland import toyland
from xunhuan.models import registry
from xunhuan.models.trade.elasticities import level, set_elasticities
from xunhuan.models.trade.parameters import TradeParameters
from xunhuan.models.trade.substitution import substitution_set, substitution_told, substitution_values

EVERY = (
    "trade_cost from=BOR to=AT-N change=0.1 sectors=MAN",
    "tariff from=BOR to=ATL add=0.1",
    "productivity regions=AT-N sectors=MAN change=0.1",
    "final_demand regions=BOR sectors=goods change=0.1",
    "subsidy regions=AT-E sectors=MAN rate=0.05",
    "export_tax from=AT-S to=foreign rate=0.03",
    "wedge regions=AT-N sectors=FAR rate=0.04",
    "transfer from=BOR to=AT-S value=10",
    "origin_shift to=ATL cells=AT-N:MAN:0.21+AT-E:FAR:-0.19",
    "used_up regions=AT-N value=7",
    "platform between=AT-S+BOR sectors=SER cost=-0.05",
)
BAN = ("trade_cost from=BOR to=ATL ban=true", "trade_cost from=ATL to=BOR ban=true")


def _bare() -> Iterator[Thing]:
    room, acc = registry.models()["trade"], toyland()
    yield from recorded("trade")
    yield "rest", tried(room.read, acc, None, places(acc))
    sectors = Sectors(("a", "b", "c", "d"), isic=("A01", "C26+C27", "C10T12", "G"), groups={"goods": ("a", "b", "c")})
    for name in ("FGO", "FGO-ICIO", "BSY", "CP", "CP-full", "GYY", "LL", "Shap", "IS", "U4", "BLP", "none"):
        yield f"set {name}", tried(set_elasticities, sectors, name)
        yield f"levels {name}", [tried(level, name, h) for h in ("short", "medium", "long")]
        p = TradeParameters(elasticities=name, theta={"a": 3.0}, nest_ratio=2.0, horizon="short")
        yield f"told {name}", tried(p.trade_elasticities, sectors)
        yield f"given {name}", tried(p.elasticities_of, sectors)
    for name in ("unit", "low", "lowest", "high"):
        values = substitution_values(sectors, name, {"b": 0.4}, None, 0.7)
        yield f"substitution {name}", (tried(substitution_set, name), values, substitution_told(name, values))
        yield f"substitution {name} as it is", tried(substitution_values, sectors, name, None, None, None)
    for scale in (0.1, "LL", {"b": 0.3}):
        p = TradeParameters(scale=scale)
        yield f"scale {scale}", (tried(p.scale_elasticities, sectors), tried(p.check, sectors))
    yield "too steep", tried(TradeParameters(scale=0.9, theta=4.0).check, sectors)


def _lent() -> Iterator[Thing]:
    """The long run, its slopes along rates, and many draws at once."""
    room, acc = registry.models()["trade"], toyland()
    lent = room.lends["long_run"](acc, TradeParameters())
    first, state = lent(shocked(EVERY[1]), None)
    again, _ = lent(shocked(EVERY[1], EVERY[2]), state, booked=False)
    yield "lent", (first.status, first.detail, again.detail, again.status)
    assert room.respond_many is not None
    shocks = [shocked(EVERY[0]), shocked(EVERY[2], EVERY[3]), shocked(EVERY[4])]
    given = [TradeParameters(theta=t) for t in (3.0, 4.0, 5.5)]
    for k, r in enumerate(room.respond_many(acc, shocks, given)):
        yield f"many {k}", (r.status, r.notes, r.detail, r.accounts)


CASES: Cases = {
    "record": _bare,
    "every": lambda: asked("trade", toyland(), *EVERY),
    "one": lambda: asked("trade", toyland(), EVERY[1], horizon="short", elasticities="CP", deficits="constant"),
    "none": lambda: asked("trade", toyland(), EVERY[2], max_iterations=2, transfers="as_deficits"),
    "zero": lambda: asked("trade", toyland(), EVERY[0], EVERY[5], deficits="zero", theta={"MAN": 6.0}),
    "ban": lambda: asked("trade", toyland(), *BAN, deficits="own_share"),
    "people": lambda: asked(
        "trade", toyland(), EVERY[2], "mobility_cost regions=AT-N change=0.1", labour="mobile", mobility=1.2
    ),
    "by user": lambda: asked("trade", uneven(True), "tariff from=B to=A add=0.1", sourcing="by_user"),
    "lent": _lent,
}

"""What is asked of the short run."""

from __future__ import annotations

from collections.abc import Iterator

from tests.golden.seen import Cases, Thing, asked, recorded, shocked, tried
from xunhuan.data.places import places
from xunhuan.data.toyland import toyland
from xunhuan.models import registry
from xunhuan.models.propagation.parameters import PropagationParameters

EVERY = (
    "capacity regions=AT-N loss=0.5 start=3 end=17 recovery=linear recovery_days=9",
    "orders regions=BOR origin=ATL sectors=MAN change=-0.6 start=2 end=20",
    "orders regions=AT-E sectors=SER change=0.3 start=5 end=15",
    "origin_orders regions=ATL cells=AT-N:MAN:0.05+AT-E:FAR:-0.02 start=4 end=18",
    "link from=BOR to=AT-S end=14 sectors=MAN",
    "gateway regions=AT-S loss=0.4 start=6 end=22",
    "stock regions=ATL sectors=goods factor=0.4",
    "destruction regions=AT-E sectors=MAN loss=0.2 start=8",
    "trade_cost from=BOR to=AT-N change=0.1",
    "tariff from=BOR to=AT-E add=0.05",
    "productivity regions=AT-S sectors=FAR change=-0.1",
    "final_demand regions=BOR sectors=goods change=0.1",
    "export_tax from=AT-N to=foreign rate=0.04",
)
CASE = {"horizon_days": 35, "record_days": 7}


def ask(*edits: str, **values: object) -> Iterator[Thing]:
    return asked("propagation", toyland(), *edits, **CASE | values)


def _bare() -> Iterator[Thing]:
    room, acc = registry.models()["propagation"], toyland()
    yield from recorded("propagation")
    yield "rest", tried(room.read, acc, None, places(acc))
    for k, p in enumerate(({}, {"substitution": False}, {"elasticity_year": 0.3, "step_days": 0.5})):
        made = PropagationParameters(**p)
        yield f"rate {k}", (made.steps, made.substitution_rate)
    for wrong in ({"elasticity_year": 3.0}, {"step_days": 20.0}, {"record_days": 1.5}, {"below": 1.0, "recovered": 0.5},
                  {"horizon_days": 30000.0}, {"horizon_days": 9000.0, "record_days": 1.0}):  # fmt: skip
        for what, thing in ask(**wrong):
            if what == "refused":
                yield f"{wrong}", thing


def _many() -> Iterator[Thing]:
    room, acc = registry.models()["propagation"], toyland()
    assert room.respond_many is not None
    shocks = [shocked(*EVERY[:2]), shocked(EVERY[4])]
    given = [PropagationParameters(**CASE | more) for more in ({}, {"inventory_scale": 0.5})]
    for k, r in enumerate(room.respond_many(acc, shocks, given)):
        yield f"many {k}", (r.status, r.notes, r.detail, r.path, r.accounts)
    assert room.sweep is not None
    yield "sweep", tried(room.sweep, acc, PropagationParameters(**CASE))


def _rules() -> Iterator[Thing]:
    """One choice after another, all that is told of each in a line or two."""
    for k, more in enumerate((
        {"criticality": "ratings_critical", "inventory_set": "ons"},
        {"criticality": "ratings_ignored", "inventory_set": "beijing"},
        {"criticality": "leontief", "inventory_set": "colon", "rationing": "proportional"},
        {"criticality": "linear", "inventory_set": "juhel", "rationing": "home_first"},
        {"critical_shares": {"MAN": {"SER": 0.7}}, "inventory_days": {"MAN": 5.0}, "inventory_scale": {"FAR": 0.5}},
        {"shelf_days": {"FAR": 4.0}, "inventory_days": 6.0, "target": "demand", "expect_days": 0.0, "unstable": True},
        {"destock": False, "reorder": "all", "allotment": "orders", "caution": 0.3, "restock_days": 20.0},
        {"overproduction_max": 1.5, "overproduction_days": 20.0, "slack": 0.05, "revise_days": 3.0, "shelf_days": {}},
        {"substitution": False, "below": 0.95, "recovered": 0.999, "inventory_days": 0.0},
        {"step_days": 0.5, "record_days": 3.5},
        {"target": "demand", "expect_days": 1.0, "inventory_scale": 3.0},
    )):  # fmt: skip
        for what, thing in ask(*EVERY[:2], EVERY[4], **more):
            if what in ("refused", "status", "notes", "detail loss", "accounts") or what.startswith("read"):
                yield f"{k} {what}", thing


CASES: Cases = {
    "record": _bare,
    "every": lambda: ask(*EVERY),
    "long": lambda: ask(EVERY[0], EVERY[4], horizon_days=70),
    "rules": _rules,
    "many": _many,
}

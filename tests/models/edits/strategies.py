"""Random edits of every kind on Toyland, for property tests."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from xunhuan.models.edits import (
    Capacity,
    Decoupling,
    Destruction,
    Duplication,
    Edit,
    ExportTax,
    FinalDemand,
    Gateway,
    Link,
    MobilityCost,
    Orders,
    Platform,
    Productivity,
    Push,
    Stock,
    Subsidy,
    Tariff,
    TradeCost,
    Transfer,
    Wedge,
)

REGIONS = st.sampled_from(["AT-N", "AT-E", "BOR", "ATL", "COAST", "HARBOUR", "provinces", "AT-N+BOR", "!AT-S", "all"])
SECTORS = st.sampled_from(["FAR", "MAN", "SER", "goods", "FAR+SER", "!MAN", "all"])
ABROAD = st.sampled_from([("ATL", "BOR"), ("BOR", "ATL"), ("AT-N", "BOR"), ("BOR", "AT-E+AT-S"), ("all", "all")])
PAIRS = st.sampled_from([("AT-N", "AT-E"), ("ATL", "ATL"), ("ATL", "BOR"), ("BOR", "COAST"), ("all", "all")])
CHANGE = st.floats(-0.6, 2.0).map(lambda x: round(x, 3))
SMALL = st.floats(-0.15, 0.3).map(lambda x: round(x, 3))
RATE = st.floats(0, 0.1).map(lambda x: round(x, 3))
PART = st.floats(0.05, 0.95).map(lambda x: round(x, 2))

WAYS = st.one_of(
    st.fixed_dictionaries({"change": CHANGE, "both_ways": st.booleans(), "include_own": st.booleans()}),
    st.just({"ban": True}),
    st.fixed_dictionaries({"cut": PART, "both_ways": st.booleans()}),
    st.fixed_dictionaries({"best": PART, "closing": PART}),
)
RATES = st.one_of(
    st.fixed_dictionaries({"set": st.sampled_from([0.0, 0.05, 0.3]), "part": st.sampled_from([0.5, 1.0])}),
    st.fixed_dictionaries({"add": SMALL}),
    st.fixed_dictionaries({"multiply": st.sampled_from([0.0, 0.5, 2.0])}),
)

TRADE_COST = st.builds(lambda p, s, w: TradeCost(*p, s, **w), PAIRS, SECTORS, WAYS)
TARIFF = st.builds(lambda p, s, w: Tariff(*p, s, **w), ABROAD, SECTORS, RATES)
EXPORT_TAX = st.builds(lambda p, s, x: ExportTax(*p, s, rate=x), PAIRS, SECTORS, st.floats(-0.6, 0.5))
SUBSIDY = st.builds(lambda r, s, x: Subsidy(r, s, rate=x), REGIONS, SECTORS, st.floats(-0.5, 0.7))
LASTING = st.one_of(
    TRADE_COST,
    TARIFF,
    EXPORT_TAX,
    SUBSIDY,
    st.builds(lambda r, s, x: Productivity(r, s, change=x), REGIONS, SECTORS, CHANGE),
    st.builds(lambda r, s, x: FinalDemand(r, s, change=x), REGIONS, SECTORS, CHANGE),
    st.builds(lambda r, x: MobilityCost(r, change=x), REGIONS, CHANGE),
    st.builds(lambda r, s, w: Wedge(r, s, **w), REGIONS, SECTORS, st.fixed_dictionaries({
        "rate": RATE, "to": RATE, "rebated": st.sampled_from([0.0, 0.4, 1.0]), "per": st.sampled_from(["cost", "output"]),
    })),
    st.builds(lambda b, s, c, x: Platform(b, s, cost=c, productivity=x),
              st.sampled_from(["AT-N+BOR", ("AT-S", "AT-E")]), SECTORS, SMALL, SMALL),
    st.builds(lambda p, x: Transfer(*p, **x), PAIRS, st.one_of(
        st.fixed_dictionaries({"value": st.floats(-9, 9)}), st.fixed_dictionaries({"share": SMALL}),
    )),
)  # fmt: skip


PERIOD = st.tuples(st.integers(0, 20), st.integers(1, 20)).map(
    lambda x: {"start": float(x[0]), "end": float(x[0] + x[1])}
)
RECOVERY = st.one_of(
    st.just({}),
    st.fixed_dictionaries({
        "recovery": st.one_of(
            st.sampled_from(["linear", "exponential", "logistic"]),
            st.lists(st.floats(0, 1).map(lambda x: round(x, 3)), min_size=1, max_size=3).map(tuple),
        ),
        "recovery_days": st.sampled_from([0.5, 7.0, 21.0]),
    }),
)  # fmt: skip


def _fading(made: Any, *places: Any, **amount: Any) -> st.SearchStrategy[Edit]:
    amounts = st.fixed_dictionaries(amount)
    return st.builds(lambda *a: made(*a[:-3], **a[-3], **a[-2], **a[-1]), *places, amounts, PERIOD, RECOVERY)


LOSS = st.floats(0, 1).map(lambda x: round(x, 3))
TIMED = st.one_of(
    _fading(Capacity, REGIONS, SECTORS, loss=LOSS),
    _fading(Orders, REGIONS, SECTORS, REGIONS, change=st.floats(-1, 1).map(lambda x: round(x, 3))),
    _fading(lambda p, s, **k: Link(*p, s, **k), PAIRS, SECTORS, loss=LOSS),
    _fading(Gateway, REGIONS, SECTORS, loss=LOSS),
    st.builds(lambda r, s, x, t: Stock(r, s, factor=x, **t), REGIONS, SECTORS, st.floats(0, 3), PERIOD),
)
DESTROYED = st.one_of(
    st.builds(lambda r, s, x, d: Destruction(r, s, loss=x, rebuild_days=d), REGIONS, SECTORS, PART, st.floats(1, 90)),
    st.builds(lambda r, x: Destruction(r, value=x, start=3, mix="MAN:0.4+SER:0.6"), REGIONS, st.floats(0.5, 5)),
)
YEARS = st.one_of(st.just({}), st.fixed_dictionaries({"start": st.integers(2000, 2050)}))
YEARLY = st.one_of(
    st.builds(
        lambda p, c, x, r, y: Decoupling(*p, channel=c, size=x, ramp=r, **y), ABROAD,
        st.sampled_from(["know", "trade", "tools", "leave"]), LOSS, st.sampled_from([0.0, 2.5, 10.0]), YEARS,
    ),
    st.builds(lambda r, x, y: Push(r, rate=x, **y), REGIONS, SMALL, YEARS),
    st.builds(lambda r, x: Duplication(r, factor=x), REGIONS, st.floats(1, 3).map(lambda x: round(x, 3))),
)  # fmt: skip
EVERY = st.one_of(LASTING, TIMED, DESTROYED, YEARLY)

"""What a table made of any house's file goes through, as a matrix: `python -m tests.read.room` prints it.

After `import` a table is its accounts, whatever house they came from: no command knows a house. What commands and models
take other ways for is the **type** of accounts: whether users of a good source alike, whether a region is open, whether the
nation looked at has several regions, whether there are duties. So every fixture goes through what is cheap, and of each type
one goes through what costs half a second: a scenario of the library and the report. `test_the_room` fails where a fixture's
accounts are of another type than is said here, so that no format can share with one that is unlike it.
"""

from __future__ import annotations

from xunhuan.data.accounts import Accounts

WORLD, FLOWS, REST, DUTIES = "world by user", "world in flows", "world in flows, open rest", "world in flows, duties"
NATION, PROVINCES = "nation in an open rest", "provinces in an open rest"
TYPES = {
    "icio": WORLD, "icio-divided": WORLD, "figaro": WORLD, "figaro-flat": WORLD, "adb": WORLD, "wiod2013": WORLD,
    "wiod2016": WORLD, "tabular": FLOWS, "emerging": FLOWS, "exiobase-ixi": FLOWS, "exiobase-pxp": FLOWS, "gloria": FLOWS,
    "eora26": REST, "gtap": DUTIES, "national": NATION, "eurostat": NATION, "ceads": PROVINCES, "ipio": PROVINCES,
}  # fmt: skip
"""Type of the accounts of each fixture."""
TRIED = {WORLD: "icio", FLOWS: "exiobase-ixi", REST: "eora26", DUTIES: "gtap", NATION: "national", PROVINCES: "ceads"}
"""The fixture of each type that goes through the dear steps."""
CHEAP = ("check", "circulation", "va-trade", "exports", "simulate", "propagate", "web")
DEAR = ("scenario", "report")


def type_of(acc: Accounts) -> str:
    """The type of accounts: what measures and models take other ways for."""
    shut = not acc.closed.all()
    if shut and (acc.sourcing is not None or acc.R == 2):
        return NATION if acc.geography.nation.count(acc.home) == 1 else PROVINCES
    if acc.sourcing is not None:
        return WORLD
    return REST if shut else DUTIES if acc.tariff.any() else FLOWS


def steps(name: str) -> tuple[str, ...]:
    """What a fixture goes through itself."""
    return CHEAP + (DEAR if TRIED[TYPES[name]] == name else ())


def matrix() -> list[list[str]]:
    """Head and a row a fixture: its type, then `yes`, or the fixture of its type that does it."""
    rows = [["fixture", "accounts", *CHEAP, *DEAR]]
    for name, kind in TYPES.items():
        done = steps(name)
        rows.append([f"`{name}`", kind, *("yes" if s in done else f"as `{TRIED[kind]}`" for s in (*CHEAP, *DEAR))])
    return rows


def written() -> str:
    """The matrix as a table of a page."""
    head, *rows = matrix()
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


if __name__ == "__main__":
    print(written())

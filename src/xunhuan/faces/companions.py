"""Tables that go with a table: what is reported, and the arithmetic limits of what regions sell each other."""

from __future__ import annotations

from xunhuan.data.accounts import Accounts
from xunhuan.data.cities import CityBorders
from xunhuan.data.store import known_tables, load

ENDINGS = ("reported", "least", "most")
"""What the name of a companion ends in: as bureaus report; with the least and with the most cross-hauling."""


def companion(acc: Accounts, ending: str) -> Accounts | None:
    """The known table NAME-ending, looked at as `acc` is; None where there is none of the same regions."""
    name = f"{acc.name}-{ending}"
    if name not in known_tables():
        return None
    found = load(name)
    alike = found.geography.codes == acc.geography.codes
    return found.replace(geography=acc.geography, home=acc.home) if alike else None


def limit_tables(acc: Accounts) -> tuple[Accounts, Accounts] | None:
    """The companions with the least and the most cross-hauling, where there are both; of a split table, among its cities."""
    cut: object = acc.posterior
    if isinstance(cut, CityBorders):
        return cut.limit("least").replace(home=acc.home), cut.limit("most").replace(home=acc.home)
    least, most = companion(acc, "least"), companion(acc, "most")
    return None if least is None or most is None else (least, most)

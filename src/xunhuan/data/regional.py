"""Tables of a nation's regions that a user holds, on their way from files to a table of the nation or the world."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from xunhuan.data.arrays import Array
from xunhuan.data.classification import Sectors
from xunhuan.data.geography import Geography

HAULINGS = ("reported", "least", "most")
"""How much regions use of their own: as outflow says, or a bound (least or most cross-hauling)."""


@dataclass(frozen=True, eq=False)
class RegionalTables:
    """What is known of regions; axes r region, i good, j industry, f category, v component; one unit. None: not known.

    output     r i, or any weights of a good: the nation's is shared out by them
    use        r i j, of all origins     final  r i f     value_added  r j v
    export, import_        r i, with other nations        outflow, inflow  r i, with the nation's other regions
    distance   r s, any unit             trade  r s i, who sends to whom inside the nation, own use on the diagonal
    own        share of min(supply, demand) that regions use of their own, where outflow does not tell
    hauling    one of `HAULINGS`         decay  elasticity of trade with distance, None: the builder's
    nation     code of the nation        merged the nation's sectors to be added up: code here -> codes there
    unit       of the arrays, "" for that of the nation's table
    year       of the tables, 0 where it is not said
    told       what a reader found out and must be said
    """

    name: str
    nation: str
    geography: Geography
    sectors: Sectors
    categories: tuple[str, ...]
    components: tuple[str, ...]
    output: Array | None = None
    use: Array | None = None
    final: Array | None = None
    value_added: Array | None = None
    export: Array | None = None
    import_: Array | None = None
    outflow: Array | None = None
    inflow: Array | None = None
    distance: Array | None = None
    trade: Array | None = None
    own: float | None = None
    hauling: str = "reported"
    decay: float | None = None
    merged: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    title: str = ""
    source: str = ""
    unit: str = ""
    year: int = 0
    told: tuple[str, ...] = ()
    table: str = ""
    """Name or file of the nation's table, where the mapping file says it."""

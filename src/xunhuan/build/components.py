"""Electronic components apart: sector C26 of a world table in two, ISIC 261 and 262 to 268.

What is used of components, by whom, and how they are made comes from China's official table of 149 sectors; how much of
C26 they are elsewhere from `component_shares.csv`, which says what each share rests on and how wide it is drawn.

Letters: s region, u user (industries, then final categories), i good, p province, h version (0 the table itself).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from xunhuan.build import lists
from xunhuan.build.history import build_detailed
from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array, ratio
from xunhuan.data.classification import Concordance, Sectors
from xunhuan.data.division import Division, divided
from xunhuan.data.store import LOG_COLUMNS
from xunhuan.errors import BadInput

DIVIDED = "C26"
CHIP_SECTOR, _REST = DIVIDED_INTO = ("C261", "C262T268")
"""ISIC Rev.4 group 261, electronic components and boards, and what is left of division 26."""
_YEAR = 2017
_FABS, _CIRCUITS = "chips/fabs_by_city.csv", "chips/ic_output_by_province_2021.csv"
CHIPS_PART = (0.05, 0.1, 0.2)
"""Share of China's components that is made where chips are, low, middle, high: judgement. Passive parts, boards and panels,
which are most of components, are spread as all electronics."""
PROVINCE_LOG_ODDS, WORTH_LOG_ODDS = 0.4, 0.3
"""Spread, sd of log odds, of components in a province's C26 about the nation's, and of value added about output."""
_LEANING = (0.5, 1.0, 1.5)
"""How far what a region's users buy shows in what is sold to it, low, middle, high: judgement."""
_SEED = 261
_NOTES = (
    "sector C26 is divided: China's output, export, import and use of components by its official table of 149 sectors",
    "components in C26 of other economies are stated shares, many of them assumed, and drawn with each version",
    "components of a province: its part of C26, a tenth by where chips are made; drawn",
)


def divide_components(table: Accounts, raw: Path) -> tuple[Accounts, pd.DataFrame]:
    """A world table with C26 in two, C261 and C262T268, and its log; with a posterior where the table has one.

    Shares of China are those of 2017 whatever the table's year.

    Raises BadInput for a table without C26 or with sourcing by user, or for raw files that are missing.
    """
    if DIVIDED not in table.sectors.codes:
        raise BadInput(
            f"the table has no sector {DIVIDED} to divide", where=table.name, fix="take a table such as world-2017"
        )
    if table.sourcing is not None:
        raise BadInput("a table that knows sourcing by user cannot be divided", where=table.name)
    division = _division(table, raw)
    sectors = divided_sectors(table.sectors)
    acc = divided(table, division, sectors)
    post = None if table.posterior is None else replace(table.posterior, division=division, known={})
    out = replace(
        acc, name=f"{table.name}-components", title=f"{table.title}, electronic components apart".replace(
            f"{table.S} sectors", f"{len(sectors)} sectors"),
        source=f"{table.source}; input-output table of China of 149 sectors, {_YEAR}; shares of components: DATA.md",
        notes=(*_NOTES, *table.notes), posterior=post,
    )  # fmt: skip
    return out, _log(table, out, division)


Built = list[tuple[Accounts, pd.DataFrame]]


def build_components_2017(raw: Path, progress: Callable[[str], None], **given: str) -> Built:
    """world-2017-components and its log, from the raw sources alone: world-2017 is built on the way."""
    return _build(2017, raw, progress, given)


def build_components_2020(raw: Path, progress: Callable[[str], None], **given: str) -> Built:
    """The same of world-2020, with the shares of 2017."""
    return _build(2020, raw, progress, given)


def build_components_2022(raw: Path, progress: Callable[[str], None], **given: str) -> Built:
    """The same of world-2022, with the shares of 2017."""
    return _build(2022, raw, progress, given)


def _build(year: int, raw: Path, progress: Callable[[str], None], given: dict[str, str]) -> Built:
    from xunhuan.build import world

    build = {2017: world.build_world_2017, 2020: world.build_world_2020, 2022: world.build_world_2022}[year]
    table, log = build(raw, progress, **given)[0]
    progress("electronic components apart")
    out, more = divide_components(table, raw)
    return [(out, pd.concat([log, more], ignore_index=True))]


def divided_sectors(sectors: Sectors) -> Sectors:
    """The list with C26 in two; groups that held it hold both, and a group C26 is both."""
    g = sectors.codes.index(DIVIDED)
    rows = pd.read_csv(lists.data_file("component_sectors.csv"), dtype=str)

    def put(names: tuple[str, ...], new: tuple[str, ...]) -> tuple[str, ...]:
        return (*names[:g], *new, *names[g + 1 :])

    groups = {
        name: tuple(c for m in members for c in (DIVIDED_INTO if m == DIVIDED else (m,)))
        for name, members in sectors.groups.items()
    }
    return Sectors(
        put(sectors.codes, DIVIDED_INTO),
        put(sectors.names_en, tuple(rows["name_en"])),
        put(sectors.names_zh, tuple(rows["name_zh"])),
        {**groups, DIVIDED: DIVIDED_INTO, "electronic_components": (CHIP_SECTOR,)},
    )


def _division(table: Accounts, raw: Path) -> Division:
    national, users, inputs = official(table, raw)
    facts = component_facts()
    versions = 1 if table.posterior is None else 1 + len(table.posterior)
    rng = np.random.default_rng(_SEED)
    home = np.array([n == table.home for n in table.geography.nation])
    made, sold = np.full((versions, table.R), 0.5), np.full((versions, table.R), np.nan)
    of_exports = np.zeros(table.R)
    own, to_home = _by_economy(facts[facts["side"] != "to_home"]), _by_economy(facts[facts["side"] == "to_home"])
    of_exports_too = set(facts.loc[facts["side"] == "exports", "economy"])
    for s, code in enumerate(table.geography.codes):
        if home[s]:
            continue
        of_exports[s] = code in of_exports_too
        made[:, s] = _triangles(*own.get(code, own["*"]), versions, rng)
        if code in to_home:
            sold[:, s] = _triangles(*to_home[code], versions, rng)
    worth = rng.normal(0.0, WORTH_LOG_ODDS, (versions, table.R))
    worth[0], worth[:, home] = 0.0, 0.0
    return Division(
        place=np.asarray(table.sectors.codes.index(DIVIDED)),
        regions=np.flatnonzero(home),
        national=national,
        users=users,
        inputs=inputs,
        of_exports=of_exports,
        made=made.round(4),
        sold=sold.round(4),
        worth=worth.round(4),
        located=_located(table, raw, versions, rng).round(4),
        leaning=_triangles(*_LEANING, versions, rng).round(4),
    )


def _by_economy(facts: pd.DataFrame) -> dict[str, tuple[float, float, float]]:
    """Low, middle and high by economy."""
    ends = facts[["low", "mid", "high"]].to_numpy(dtype=np.float64)
    return {str(c): (float(a), float(b), float(d)) for c, (a, b, d) in zip(facts["economy"], ends, strict=True)}


def _triangles(low: float, mid: float, high: float, versions: int, rng: np.random.Generator) -> Array:
    """The middle, then draws of a triangle."""
    return np.concatenate([[mid], rng.triangular(low, mid, high, versions - 1)])


def component_facts() -> pd.DataFrame:
    """Shares of components by economy: economy, side, low, mid, high, basis, year, source, note."""
    return pd.read_csv(lists.data_file("component_shares.csv"), comment="#")


def chip_machines(table: Accounts) -> pd.DataFrame:
    """Machines that make chips in what economies sell the home nation of C28: economy, low, mid, high, as shares."""
    rows = pd.read_csv(lists.data_file("chip_machines.csv"), comment="#").set_index("economy")
    home = np.array([n == table.home for n in table.geography.nation])
    flow = table.flow[:, home, table.sectors.index("C28")].sum(1)
    sales = np.array([flow[table.geography.index(code)] for code in rows.index])
    return rows[["low", "mid", "high"]].div(sales, axis=0)


def official(table: Accounts, raw: Path) -> tuple[Array, Array, Array]:
    """What China's official table says of components within C26, as shares: of the nation, of users u, of inputs i.

    The nation's are output, exports, imports and value added. Users without electronics in that table, and final categories
    it does not have, take the share of all of their kind.
    """
    detailed, _ = build_detailed(raw, _YEAR)
    to42 = Concordance.read(lists.data_file(f"cn149_to_cn42_{_YEAR}.csv"))
    to = to42.matrix(detailed.sectors.codes, lists.CN42) @ lists.cn42_matrix()
    to = to[:, [lists.common_sectors().codes.index(c) for c in table.sectors.codes]]
    whole = detailed.sectors.select("electronics")
    first = detailed.sectors.select("electronic_components")
    use, final = detailed.use[0], detailed.final[0]

    def share(values: Array) -> float:
        return float(values[first].sum() / values[whole].sum())

    value_added = detailed.value_added[0].sum(1)
    totals = (detailed.output[0], detailed.flow[0, 1], detailed.flow[1, 0], value_added)
    national = np.array([share(x) for x in totals])
    g = table.sectors.codes.index(DIVIDED)
    columns = np.insert(to, g, 0.0, axis=1)
    columns[first, g], columns[first, g + 1] = columns[first, g + 1], 0.0
    by_user, all_by_user = (use[k] @ columns for k in (first, whole))
    users = ratio(by_user.sum(0), all_by_user.sum(0), float(by_user.sum() / all_by_user.sum()))
    known = dict(zip(detailed.categories, final.T, strict=True))
    used = {c for c, values in known.items() if values[whole].sum() != 0}
    finals = [share(known[c] if c in used else final.sum(1)) for c in table.categories]
    inputs = ratio(use[:, first].sum(1) @ to, use[:, whole].sum(1) @ to, national[0])
    return national, np.concatenate([users, finals]), inputs


def _located(table: Accounts, raw: Path, versions: int, rng: np.random.Generator) -> Array:
    """Log odds h p of components in a province's C26, above the nation's: chips are made where wafers and circuits are.

    log((1 − ω) + ω chips[p] / x[p]) + ε,  chips: half by wafers a month (area), half by circuits counted
    x: the province's part of C26. ε is normal with sd PROVINCE_LOG_ODDS, ω a triangle; the table itself has their middle.
    """
    home = [s for s, n in enumerate(table.geography.nation) if n == table.home]
    codes = [table.geography.codes[s] for s in home]
    fabs, counted = pd.read_csv(raw / _FABS), pd.read_csv(raw / _CIRCUITS).set_index("region")["output_bn_units"]
    area = (fabs["wafer_inch"] ** 2 * fabs["kwpm_now"]).groupby(fabs["province"]).sum()
    wafers = area.reindex(codes).fillna(0.0).to_numpy()
    wafers = ratio(wafers, wafers.sum())
    named = counted.drop(table.home).reindex(codes).to_numpy() / counted[table.home]
    left = np.where(np.isnan(named), wafers, 0.0)
    circuits = np.where(np.isnan(named), ratio(left, left.sum()) * (1 - np.nansum(named)), named)
    output = table.output[home][:, table.sectors.codes.index(DIVIDED)]
    there = ratio((wafers + circuits) / 2, output / output.sum(), 1.0)
    chips = _triangles(*CHIPS_PART, versions, rng)[:, None]
    spread = rng.normal(0.0, PROVINCE_LOG_ODDS, (versions, len(home)))
    spread[0] = 0.0
    return np.asarray(np.log((1 - chips) + chips * there) + spread)


def _log(table: Accounts, out: Accounts, division: Division) -> pd.DataFrame:
    """What was divided, by region; for economies with a stated share, what it became once all totals were met."""
    g, home = int(division.place), np.isin(np.arange(table.R), division.regions)
    codes = np.array(table.geography.codes)
    frames = []
    for name, before, after in (
        ("output", table.output[:, g], out.output[:, g]),
        ("use", table.absorption[:, g], out.absorption[:, g]),
        ("value added", table.value_added[:, g].sum(1), out.value_added[:, g].sum(1)),
    ):
        frames.append(pd.DataFrame({"region": codes, "quantity": name, "before": before, "after": after}).assign(
            step="components apart from C26", unit=table.unit, note="all of C26 before, components after"))  # fmt: skip
    away = np.flatnonzero(~home)
    sales = np.where(division.of_exports > 0, 1.0, 0.0)[away]
    own = np.array([out.flow[s, s, g] for s in away])
    parent = np.array([table.flow[s, s, g] for s in away])
    found = ratio(out.output[away, g] - sales * own, table.output[away, g] - sales * parent)
    frames.append(pd.DataFrame({
        "region": codes[away], "quantity": np.where(sales > 0, "share of exports", "share of output"),
        "before": division.made[0, away], "after": found,
    }).assign(step="components: stated share", unit="ratio", note="stated before, with all totals met after"))  # fmt: skip
    log = pd.concat(frames, ignore_index=True).assign(sector=CHIP_SECTOR)
    return log.assign(change=log["after"] - log["before"])[list(LOG_COLUMNS)]

"""world-2017, -2020 and -2022: the 31 provinces of China and 80 economies, 32 sectors, million USD.

Step 1 builds whole economies from the OECD flows of the year (`oecd`, `foreign`), step 2 divides China among
its provinces (`nested`) and touches nothing foreign, step 3 lays tariffs (`duties`); `bridge` explains what
changed for China. Provinces of later years are those of 2017 brought to the year's totals (`later`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from xunhuan.build import lists
from xunhuan.build.bridge import bridge, reclassify
from xunhuan.build.china import build_table
from xunhuan.build.china_raw import read_both, read_geography
from xunhuan.build.duties import tariffs
from xunhuan.build.foreign import EconomyBooks, coal_odds, economy_books
from xunhuan.build.harmonise.provinces import posteriors
from xunhuan.build.harmonise.truth import beliefs
from xunhuan.build.history import build_national
from xunhuan.build.later import NATIONAL, at_year, in_common
from xunhuan.build.nested import Nest, PartnerSplit, ProvinceShares, nest, province_shares
from xunhuan.build.oecd import YEAR, WorldFlows, read_raw, world_flows
from xunhuan.build.partners import CHOICE, draw_prior, moved
from xunhuan.build.reach import reach
from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import INPUT_DUTIES, Array, duties_on_inputs
from xunhuan.data.geography import Geography
from xunhuan.data.partners import national_split, partner_split
from xunhuan.data.posterior import Abroad, Posterior
from xunhuan.data.store import LOG_COLUMNS

HOME = "CHN"
_NOTES = (
    "bilateral flows between provinces are estimates: no official table says where an outflow goes",
    "books of foreign economies are OECD coefficients of 2020 fitted to their outputs and uses of {year}",
    "services are divided with OECD coefficients of 2020 and WIOD import shares of 2014",
    "tariffs are of 2014 where WIOD names both ends, else simple means of {rates}; no duties of 2018 and after",
    "final use of foreign economies is not divided by category",
)
LATER = "2017 structure at {year} totals"
"""What the provinces of a later year are, as its title and notes say."""
_LATER_NOTES = (
    "the provinces have the 2017 structure at {year} totals: growth is official, by nine industries on the basis revised "
    "after the fifth census, and how things are made, what is kept at home and who trades with whom inside are of 2017",
    "a province's exports and imports grow alike, as its trade by customs does; no source has them apart",
)
_NATIONAL = {
    2020: "what China's sectors make and use is in proportion to the official table of 2020",
    2022: "no official table of 2022 is at hand: China's sectors grow from 2020 as the provinces' industries do",
}
PARTNERS = {
    "prior": "partners of a province are a prior from distance and gateways, not data",
    "national": "partner shares of a sector are the nation's for each province: no source gives them by province",
}
"""How the partners of a province are known, and what a reader must be told of it."""
_COMPONENTS = ("primary", INPUT_DUTIES)
UNDIVIDED = "undivided"


@dataclass(frozen=True)
class Inside:
    """What the world table takes of the home nation.

    shares    its provinces in the common sectors       geography  of the provinces
    national  the table of the nation that the bridge starts at; None: there is none of the year
    posterior its versions, in the source's sectors     log  of what was done to it
    """

    year: int
    shares: ProvinceShares
    geography: Geography
    national: Accounts | None
    posterior: Posterior | None
    source: str = "provincial input-output tables of China, 2017"
    log: pd.DataFrame | None = None


def build_world(raw: Path, national: Accounts, partners: str = "prior") -> tuple[Accounts, pd.DataFrame]:
    """The world table of 2017 and its build log, from the raw folder and the national table of the same year.

    partners  "prior": by distance and borders (`partners.partner_split`), "national": the nation's shares

    Raises BadInput for missing files or years, Infeasible or NotConverged from the fits, UnbalancedAccounts
    if the result did not balance.
    """
    shares = province_shares(reclassify(national))
    return _world(raw, Inside(YEAR, shares, national.geography, national, national.posterior), partners)


def build_later(raw: Path, base: Accounts, year: int, partners: str = "prior") -> tuple[Accounts, pd.DataFrame]:
    """The world table of 2020 or 2022: the provinces of 2017's national table `base` at the year's totals.

    Raises as `build_world`.
    """
    shares, posterior, log = at_year(raw, province_shares(base), year, base.posterior)
    inside = Inside(
        year=year,
        shares=in_common(shares, lists.cn42_matrix(), lists.common_sectors().codes),
        geography=read_geography(raw, "population_2020_1e4"),
        national=build_national(raw, year)[0] if year in NATIONAL else None,
        posterior=posterior,
        source="provincial input-output tables of China, 2017; GDP of provinces by industry and their trade; "
        "national table of 2020",
        log=log,
    )
    return _world(raw, inside, partners)


def _world(raw: Path, home: Inside, partners: str) -> tuple[Accounts, pd.DataFrame]:
    shares = home.shares
    source = read_raw(raw, home.year)
    flows = world_flows(source, HOME, shares.output.sum(0)[len(lists.goods()) :])
    books = economy_books(source, flows, coal_odds(shares.use.sum(0)), home.year)
    rates, rates_log = tariffs(source)
    h = source.codes.index(HOME)
    abroad = np.array([k for k in range(len(source.codes)) if k != h])
    codes = tuple(source.codes[a] for a in abroad)
    split = _split(partners, shares.codes, codes)
    inside = nest(shares, flows.flow[h].sum(0), flows.flow[h, abroad].T, flows.flow[abroad, h], split)
    acc = _assemble(home, flows, books, rates, inside, abroad)
    known = {"partners": partners, "partners_of": " ".join(shares.codes)}
    posterior = _posterior(home.posterior, partners, shares.codes, codes)
    acc = acc.replace(notes=(acc.notes[0], PARTNERS[partners], *acc.notes[1:]), extra=known, posterior=posterior)
    alike = national_split(inside.export.sum(1), inside.imported.sum(0), inside.export.sum(0).T, inside.imported.sum(1))
    used = books.log[books.log["region"] != HOME]  # the nation's own books are its provinces'
    logs = [] if home.log is None else [home.log]
    logs += [flows.log, used, inside.log, moved(alike, (inside.export, inside.imported), shares.codes, codes)]
    logs += [rates_log, _controls(shares, flows)]
    if home.national is not None:
        logs.append(bridge(home.national, reclassify(home.national), acc, HOME))
    return acc, pd.concat([x for x in logs if len(x)], ignore_index=True).pipe(_tidy)


def build_world_2017(
    raw: Path, progress: Callable[[str], None], partners: str = "prior", **given: str
) -> list[tuple[Accounts, pd.DataFrame]]:
    """world-2017 and its log, from the raw sources alone: the national table is built on the way."""
    return [build_world(raw, _provinces(raw, progress, given), partners)]


def build_world_2020(
    raw: Path, progress: Callable[[str], None], partners: str = "prior", **given: str
) -> list[tuple[Accounts, pd.DataFrame]]:
    """world-2020 and its log: provinces with the structure of 2017 at the totals of 2020."""
    return [build_later(raw, _provinces(raw, progress, given), 2020, partners)]


def build_world_2022(
    raw: Path, progress: Callable[[str], None], partners: str = "prior", **given: str
) -> list[tuple[Accounts, pd.DataFrame]]:
    """world-2022 and its log: the same at the totals of 2022."""
    return [build_later(raw, _provinces(raw, progress, given), 2022, partners)]


def _provinces(raw: Path, progress: Callable[[str], None], given: dict[str, str]) -> Accounts:
    """The harmonised table of the provinces of 2017, from the raw sources."""
    progress("the provinces of China")
    inputs = read_both(raw)
    national, _ = build_table(inputs[YEAR], "harmonised", posteriors(inputs, progress, beliefs(**given))[YEAR])
    progress("the world around them")
    return national


def _split(partners: str, provinces: tuple[str, ...], abroad: tuple[str, ...]) -> PartnerSplit:
    if partners == "national":
        return national_split
    return partial(
        partner_split, reach=reach(provinces, abroad), goods=len(lists.goods()), elasticity=CHOICE["elasticity"],
        border=CHOICE["border"], weight=CHOICE["weight"],
    )  # fmt: skip


def _posterior(
    found: Posterior | None, partners: str, provinces: tuple[str, ...], abroad: tuple[str, ...]
) -> Posterior | None:
    """The national table's posterior at the world's totals, its versions each with partners of their own."""
    if found is None:
        return None
    post = replace(found, to=lists.cn42_matrix())
    if partners == "national":
        return post
    rng = np.random.default_rng(YEAR)
    drawn = [draw_prior(rng) for _ in range(len(post))]
    by_version = {name: np.array([d[name] for d in drawn]) for name in CHOICE}
    return replace(post, abroad=Abroad(reach(provinces, abroad), len(lists.goods()), **by_version))


def _assemble(
    home: Inside,
    flows: WorldFlows,
    books: EconomyBooks,
    rates: Array,
    inside: Nest,
    abroad: NDArray[np.intp],
) -> Accounts:
    """Provinces first, then economies; the nation's tariffs for every province, none inside."""
    shares, year = home.shares, home.year
    n, k = len(shares.codes), len(lists.common_sectors())
    h = flows.codes.index(HOME)
    size = n + len(abroad)
    flow, tariff = np.zeros((size, size, k)), np.zeros((size, size, k))
    flow[:n, :n], flow[:n, n:], flow[n:, :n] = inside.inside, inside.export, inside.imported
    flow[n:, n:] = flows.flow[np.ix_(abroad, abroad)]
    tariff[:n, n:], tariff[n:, :n] = rates[h, abroad][None], rates[abroad, h][:, None]
    tariff[n:, n:] = rates[np.ix_(abroad, abroad)]
    categories = (*shares.categories, UNDIVIDED)
    final = np.zeros((size, k, len(categories)))
    final[:n, :, :-1], final[n:, :, -1] = inside.final, books.final[abroad]
    use = np.concatenate([inside.use, books.use[abroad]])
    value_added = np.concatenate([inside.value_added, books.value_added[abroad]])
    duty = duties_on_inputs(flow, tariff, use)
    return Accounts(
        flow=flow,
        use=use,
        final=final,
        value_added=np.stack([value_added - duty, duty], axis=2),
        tariff=tariff,
        geography=_geography(home.geography, tuple(flows.codes[a] for a in abroad)),
        sectors=lists.common_sectors(),
        categories=categories,
        components=_COMPONENTS,
        year=year,
        currency="USD",
        unit="million USD",
        name=f"world-{year}",
        title=f"Provinces of China in the world of {year}: 31 provinces, 80 economies, 32 sectors"
        + ("" if year == YEAR else f"; {LATER.format(year=year)}"),
        source=f"OECD Inter-Country Input-Output tables (flows of {year}, coefficients of 2020); WIOD 2014 "
        f"(services, tariffs); WITS/TRAINS (tariffs); {home.source}",
        notes=_notes(home),
        home=HOME,
    )


def _notes(home: Inside) -> tuple[str, ...]:
    """Notes of the table; those of a later year say first what its provinces are."""
    year = home.year
    later = () if year == YEAR else (*_LATER_NOTES, _NATIONAL[year])
    # The rates of 2022 in the source are those of 2021 again.
    told = (*later, *_NOTES)
    found = tuple(n.format(year=year, rates=min(year, 2021)) for n in told)
    own = () if home.posterior is None else home.posterior.notes
    return (found[len(later)], *found[: len(later)], *found[len(later) + 1 :], *own)


def _geography(home: Geography, abroad: tuple[str, ...]) -> Geography:
    """Provinces with their clusters, then the economies with theirs; GBA is Guangdong with Hong Kong."""
    rows = lists.economies().set_index("code").loc[list(abroad)]
    keep = home.take([k for k, c in enumerate(home.codes) if c not in home.open])
    clusters: dict[str, tuple[str, ...]] = dict(keep.clusters)
    for name in dict.fromkeys(c for cs in rows["clusters"] for c in cs):
        clusters[name] = tuple(code for code, cs in zip(rows.index, rows["clusters"], strict=True) if name in cs)
    clusters["GBA"] = ("CN-GD", *clusters["GBA"])
    clusters["RCEP_partners"] = clusters["RCEP"]
    clusters["RCEP"] = (*keep.codes, *clusters["RCEP"])
    names = {c: (en, zh) for c, en, zh in zip(rows.index, rows["name_en"], rows["name_zh"], strict=True)}
    n = len(abroad)
    return replace(
        keep,
        codes=(*keep.codes, *abroad),
        nation=(*keep.nation, *abroad),
        names_en=(*keep.names_en, *rows["name_en"]),
        names_zh=(*keep.names_zh, *rows["name_zh"]),
        clusters=clusters,
        nation_names={HOME: home.nation_names.get(HOME, ("China", "中国")), **names, **lists.cluster_names(clusters)},
        population=(*keep.population, *[float("nan")] * n),
        tile=(*keep.tile, *[None] * n),
    )


def _controls(shares: ProvinceShares, flows: WorldFlows) -> pd.DataFrame:
    """China's output, export and import by sector: official, at the ratio of total outputs, and OECD."""
    h, codes = flows.codes.index(HOME), lists.common_sectors().codes
    own = flows.flow[h, h]
    pairs = {
        "output": (shares.output.sum(0), flows.flow[h].sum(0)),
        "export": (shares.export.sum(0), flows.flow[h].sum(0) - own),
        "import": (shares.imported.sum(0), flows.flow[:, h].sum(0) - own),
    }
    rate = pairs["output"][1].sum() / pairs["output"][0].sum()
    return pd.concat(
        [
            pd.DataFrame({"sector": codes, "before": before * rate, "after": after}).assign(
                step="China: OECD totals are the control", region=HOME, quantity=quantity, unit="million USD",
                note=f"official value at {100 / rate:.4f} CNY per USD, the ratio of total outputs",
            )
            for quantity, (before, after) in pairs.items()
        ]
    )  # fmt: skip


def _tidy(log: pd.DataFrame) -> pd.DataFrame:
    out = log.assign(change=log["after"] - log["before"])
    return out[list(LOG_COLUMNS)]

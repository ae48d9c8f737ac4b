"""One balanced table of a year: bilateral flows times local use. Identities are checked at birth.

Index letters: r origin region, i supplying sector, s destination region, j using industry, f final category,
v value-added component.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from xunhuan.data.arrays import Array, ratio
from xunhuan.data.brief import Brief, BriefRows, of_accounts
from xunhuan.data.classification import Sectors
from xunhuan.data.digests import digest_of_all, digest_of_numbers
from xunhuan.data.geography import Geography
from xunhuan.data.identities import check_identities, check_values
from xunhuan.data.tasks import AsGiven
from xunhuan.errors import BadInput, Problems

if TYPE_CHECKING:
    from xunhuan.data.cities import Inner, WaysBy
    from xunhuan.data.posterior import Posterior


@dataclass(frozen=True, eq=False)
class Sourcing:
    """Where each user buys, for tables that know it; values in the table's unit.

    intermediate  r i s j, use of good i from region r by industry j of region s
    final         r i s f, final use of good i from region r in region s
    """

    intermediate: Array
    final: Array


@dataclass(frozen=True, eq=False, repr=False)
class Accounts(AsGiven, Brief):
    r"""A balanced table of a year in flows x use form; frozen, its identities checked at birth.

    Σ_r flow[r,s,i] = Σ_j use[s,i,j] + Σ_f final[s,i,f]            every s, i
    Σ_s flow[s',s,j] = Σ_i use[s',i,j] + Σ_v value_added[s',j,v]   every j, and s' that is not open

    to 1e-9 of the gross size of the terms. An open region buys exports and sells imports: its use and value added are
    0, its final use is what it buys. Inputs of a kind are sourced alike by all users of a region unless `sourcing` says
    otherwise.

    Parameters
    ----------
    flow : array, r s i
        Value of good i from r used in s, all uses, basic prices, `unit`.
    use : array, s i j
        Intermediate use of good i, all origins, by industry j, `unit`.
    final : array, s i f
        Final use of good i by category, `unit`; inventories may be negative.
    value_added : array, s j v
        Primary inputs by component, `unit`; net taxes may be negative.
    tariff : array, r s i
        Rate that s levies on i from r, on the flow at basic prices.
    geography : Geography
        Regions, their nations, clusters and names; which regions are open.
    sectors : Sectors
        Sectors, their groups and names.
    categories, components : tuple of str
        Labels of f and of v.
    year : int
        The year.
    currency, unit : str
        Currency, and the unit of all values: "CNY", "10^8 CNY".
    name, title, source : str
        What the table is called, its title, and where its numbers come from.
    notes : tuple of str
        What a reader must know beside its numbers.
    home : str
        The nation looked at; by default the one with most regions.
    sourcing : Sourcing, optional
        Where each user buys, for tables that know it.
    extra : mapping of str
        Further statements about the table.
    posterior : Posterior, optional
        What its other versions are made from, where what regions of the home nation sell each other is uncertain.

    Raises
    ------
    UnbalancedAccounts
        Listing every identity that fails, with its worst cells.
    BadInput
        For arrays that do not fit the labels, and a home that is no nation of the table.

    Examples
    --------
    >>> import xunhuan as xh
    >>> acc = xh.toyland()
    >>> acc.flow.shape, acc.use.shape, acc.final.shape, acc.value_added.shape
    ((4, 4, 3), (4, 3, 3), (4, 3, 2), (4, 3, 5))
    >>> acc.R, acc.S, acc.unit, acc.gdp.tolist()
    (4, 3, 'million SHL', [461.0, 514.0, 489.0, 426.0])
    """

    flow: Array
    use: Array
    final: Array
    value_added: Array
    tariff: Array
    geography: Geography
    sectors: Sectors
    categories: tuple[str, ...]
    components: tuple[str, ...]
    year: int
    currency: str
    unit: str
    name: str = "table"
    title: str = ""
    source: str = ""
    notes: tuple[str, ...] = ()
    home: str = ""
    sourcing: Sourcing | None = None
    extra: Mapping[str, str] = field(default_factory=dict)
    posterior: Posterior | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        for name in ("flow", "use", "final", "value_added", "tariff"):
            object.__setattr__(self, name, _frozen(getattr(self, name)))
        if self.sourcing is not None:
            s = Sourcing(_frozen(self.sourcing.intermediate), _frozen(self.sourcing.final))
            object.__setattr__(self, "sourcing", s)
        if not self.home:
            object.__setattr__(self, "home", self.geography.home)
        self._check_shapes()
        check_values(self)
        check_identities(self)

    def _check_shapes(self) -> None:
        R, S, F, V = len(self.geography), len(self.sectors), len(self.categories), len(self.components)
        expected = {
            "flow": (R, R, S), "use": (R, S, S), "final": (R, S, F), "value_added": (R, S, V), "tariff": (R, R, S),
        }  # fmt: skip
        p = Problems("the arrays do not fit the labels")
        for name, shape in expected.items():
            if getattr(self, name).shape != shape:
                p.add(f"{name} has shape {getattr(self, name).shape}, the labels say {shape}")
        if self.sourcing is not None:
            for name, shape4 in {"intermediate": (R, S, R, S), "final": (R, S, R, F)}.items():
                if getattr(self.sourcing, name).shape != shape4:
                    p.add(f"sourcing.{name} has shape {getattr(self.sourcing, name).shape}, not {shape4}")
        if self.home not in self.geography.nations:
            p.add(f"home nation {self.home!r} is not one of {', '.join(self.geography.nations)}")
        p.raise_if(BadInput, where=self.name)

    def _brief(self) -> BriefRows:
        return of_accounts(self)

    @property
    def R(self) -> int:
        """Number of regions, open ones included."""
        return len(self.geography)

    @property
    def S(self) -> int:
        """Number of sectors."""
        return len(self.sectors)

    @cached_property
    def closed(self) -> NDArray[np.bool_]:
        """True where the region keeps books, axis s."""
        return np.asarray(~self.geography.is_open, dtype=bool)

    @cached_property
    def output(self) -> Array:
        """Gross output Σ_s flow[r,s,i], axes r i; for an open region the imports it sells."""
        return _frozen(self.flow.sum(axis=1))

    @cached_property
    def absorption(self) -> Array:
        """Total use Σ_r flow[r,s,i], axes s i."""
        return _frozen(self.flow.sum(axis=0))

    @cached_property
    def share(self) -> Array:
        """Sourcing shares π[r,s,i] = flow / Σ_r flow, axes r s i; they sum to 1 over r, or to 0 where nothing is used.

        A good that a region draws wholly from its stocks (use, and no flow) is the region's own.
        """
        total = self.absorption
        out = ratio(self.flow, total)
        s, i = np.nonzero((total == 0) & (self.use.sum(2) != 0))
        out[s, s, i] = 1.0
        return _frozen(out)

    @cached_property
    def gdp(self) -> Array:
        """Gross domestic product Σ_jv value_added[s,j,v] at basic prices (production side), axis s."""
        return _frozen(self.value_added.sum(axis=(1, 2)))

    @cached_property
    def digest(self) -> str:
        """SHA-256 of labels and numbers (not of prose), hexadecimal."""
        return digest_of_numbers(self)

    @cached_property
    def answer_digest(self) -> str:
        """SHA-256 of all that answers depend on, hexadecimal; what `base_digest` pins.

        Numbers and labels as `digest` has them, names, what the sectors are in ISIC, groups, clusters, population and moves.
        """
        return digest_of_all(self)

    def replace(self, **changes: object) -> Accounts:
        """New accounts with some fields changed, checked again.

        Parameters
        ----------
        **changes
            Fields by name. Changing flow, use or final drops `sourcing` and `posterior` unless they are given too, other
            arrays and labels `posterior`.

        Returns
        -------
        Accounts
            The changed table; this one stays as it is.

        Raises
        ------
        UnbalancedAccounts, BadInput
            As for new accounts.

        Examples
        --------
        >>> import xunhuan as xh
        >>> xh.toyland().replace(home="BOR").home
        'BOR'
        """
        touched = {"flow", "use", "final"} & changes.keys()
        if touched and "sourcing" not in changes:
            changes["sourcing"] = None
        if (
            touched or {"value_added", "tariff", "geography", "sectors"} & changes.keys()
        ) and "posterior" not in changes:
            changes["posterior"] = None
        return replace(self, **changes)  # type: ignore[arg-type]

    @property
    def draws(self) -> int:
        """Number of versions `draw` can make; 0 for a table without a posterior."""
        return 0 if self.posterior is None else len(self.posterior)

    def draw(self, k: int) -> Accounts:
        """The k-th version of a table whose trade between regions is uncertain.

        Versions differ in what regions of the home nation sell each other, and in their shares of its exports and imports;
        output, use, final use, value added and the nation's trade by partner are the table's own. The table itself, which
        has no number, is made from the posterior mean.

        Parameters
        ----------
        k : int
            0 to `draws` − 1; the order is random.

        Returns
        -------
        Accounts
            A balanced table without a posterior of its own; `extra["version"]` holds k.

        Raises
        ------
        BadInput
            For a table without a posterior, and a number it does not have.

        Examples
        --------
        >>> import xunhuan as xh
        >>> table = xh.load("china-2017")
        >>> version = table.draw(3)
        >>> table.draws, bool(abs(version.gdp - table.gdp).max() < 1e-6), bool(abs(version.flow - table.flow).max() > 100)
        (128, True, True)
        """
        from xunhuan.data.posterior import version

        return version(self, k)

    def aggregate(
        self,
        regions: Mapping[str, Iterable[str]] | None = None,
        sectors: Mapping[str, Iterable[str]] | None = None,
    ) -> Accounts:
        """Add up regions, sectors or both; what no group names stays itself.

        Flows inside a group become the group's own flow; tariffs are weighted by flow. Sourcing shares are those of
        the sums, so measures that are not linear in the table (look-through, chains) see the coarser table.
        A group across nations takes its first member's nation.

        Parameters
        ----------
        regions, sectors : mapping of str to str, optional
            Codes of the groups, and of their members.

        Returns
        -------
        Accounts
            The coarser table, in the same unit.

        Raises
        ------
        UnknownName
            For members that are not there.
        BadInput
            For a member in two groups, or an open region among closed ones.

        Examples
        --------
        >>> import xunhuan as xh
        >>> one = xh.toyland().aggregate(regions={"ATLAS": ("AT-N", "AT-E", "AT-S")}, sectors={"GOOD": ("FAR", "MAN")})
        >>> one.geography.codes, one.sectors.codes, one.gdp.tolist()
        (('ATLAS', 'BOR'), ('GOOD', 'SER'), [1464.0, 426.0])
        """
        from xunhuan.data.reshape import aggregate

        return aggregate(self, regions or {}, sectors or {})

    def split(
        self, region: str | Sequence[str], shares: str = "cities", inner: Inner = "gravity", border: float = 0.35,
        ways: WaysBy = "network",
    ) -> Accounts:  # fmt: skip
        """The same table with one region as its cities, which add up to it again; or with several regions as theirs.

        Output and value added go by shares of people, industry and services; trade with others in proportion; what cities
        sell each other by what ways between them cost and an assumed border, in which versions (`draw`) differ.

        Parameters
        ----------
        region : str or sequence of str
            Region to split: its code or name; of several, one after another gives the same and takes longer.
        shares : str
            "cities", the bundled list, or a CSV with columns city, sector, share: a mix of industries of each city.
        inner : {"gravity", "least", "most"}
            What cities sell each other: by ways and border, or the least or most that their books allow.
        border : float
            Border between cities, log points of cost, 0 or more.
        ways : {"network", "distance"} or CityWays
            The cost of ways on the nation's bundled network, distance, or costs on a network of one's own
            (`models.gateway.ways.city_ways`). Distance, too, where a network lacks a city; `notes` say what was taken.

        Returns
        -------
        Accounts
            A table with more regions, in the same unit; the region's code names its cities as a cluster.

        Raises
        ------
        UnknownName
            For a region, city or sector that is not there.
        BadInput
            For an open region, a table with `sourcing`, a region without known cities, and what is wrong with a file.

        Examples
        --------
        >>> import xunhuan as xh
        >>> len(xh.load("china-2017").split("Guangdong").geography.clusters["GBA9"])
        9
        """
        from xunhuan.data.cities import split_regions
        from xunhuan.data.ways import Wall

        named = dict.fromkeys([region] if isinstance(region, str) else region, shares)
        return split_regions(self, named, inner=inner, wall=Wall(border), ways=dict.fromkeys(named, ways))

    def restrict(self, regions: str | Sequence[str], rest: str = "ROW") -> Accounts:
        """Keep the books of some regions only; all others become one open region.

        Trade among the others disappears; what they buy from and sell to the kept regions stays, so the identities
        of the kept regions hold unchanged.

        Parameters
        ----------
        regions : str or list of str
            Those to keep: codes, names, nations, clusters, "A+B", "!X".
        rest : str
            Code of the open region.

        Returns
        -------
        Accounts
            The smaller table, in the same unit; its GDP by region is unchanged.

        Raises
        ------
        UnknownName
            For regions that are not there.
        BadInput
            Where `rest` has the code of a kept region, or nothing is kept.

        Examples
        --------
        >>> import xunhuan as xh
        >>> nation = xh.toyland().restrict("ATL")
        >>> nation.geography.codes, nation.gdp.tolist()
        (('AT-N', 'AT-E', 'AT-S', 'ROW'), [461.0, 514.0, 489.0, 0.0])
        """
        from xunhuan.data.reshape import restrict

        return restrict(self, regions, rest)

    def regroup(self, name: str, members: Iterable[str], names: tuple[str, str] = ("", "")) -> Accounts:
        """The same table with some regions made one nation, which becomes home.

        Parameters
        ----------
        name : str
            Code of the nation.
        members : list of str
            Its regions: codes, names, nations or clusters.
        names : pair of str
            Its English and Chinese name.

        Returns
        -------
        Accounts
            The same numbers; only borders of nations move.

        Raises
        ------
        UnknownName
            For members that are not there.
        BadInput
            For an open region among them, and a name that another nation has.

        Examples
        --------
        >>> import xunhuan as xh
        >>> sea = xh.toyland().regroup("SEA", ["AT-S", "BOR"], ("The Sea", "海洋国"))
        >>> sea.home, sea.geography.nation
        ('SEA', ('ATL', 'ATL', 'SEA', 'SEA'))
        """
        return replace(self, geography=self.geography.regroup(name, members, names), home=name)


def _frozen(a: object) -> Array:
    out = np.array(a, dtype=np.float64, order="C", copy=not _is_frozen(a))
    out.flags.writeable = False
    return out


def _is_frozen(a: object) -> bool:
    return isinstance(a, np.ndarray) and a.dtype == np.float64 and a.flags.c_contiguous and not a.flags.writeable

"""Many draws on one table: what they have in common is worked out once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from xunhuan.data.accounts import Accounts
from xunhuan.models.edits.primitives import Primitives, elastic_primitives
from xunhuan.models.model import Response, Shock
from xunhuan.models.trade.answer import package
from xunhuan.models.trade.calibrate import Base
from xunhuan.models.trade.ownbase import OwnBase, own_base
from xunhuan.models.trade.parameters import TradeParameters
from xunhuan.models.trade.records import Shift
from xunhuan.models.trade.solve import KindOfBase, Problem, base_of, kind_of_base, problem
from xunhuan.models.trade.stability import conclude


class DrawTask(NamedTuple):
    """One draw: the base of its closure, its primitives, all arrays of its run, its parameters."""

    rest: OwnBase
    primitives: Primitives
    task: Problem
    parameters: TradeParameters


@dataclass(eq=False)
class Shared:
    """What draws on one table have in common: the base equilibrium, of each kind and by the wedges it holds, and the shock
    of the draw before, where elasticities have no part in it. The base that a closure has of its own is not:
    elasticities make it."""

    accounts: Accounts
    bases: dict[tuple[Accounts, KindOfBase, bytes], Base] = field(default_factory=dict)
    last: tuple[Shock | Primitives, Base, Primitives, Shift] | None = None

    def draw(self, shock: Shock | Primitives, own: TradeParameters) -> DrawTask:
        """One draw, ready for the kernel. Raises BadInput, Infeasible."""
        rest = own_base(self.accounts, own)
        acc = rest.accounts
        if self.last is not None and self.last[0] == shock:
            same, shifted = self.last[2:]
            base = self._base(acc, same, own)
            if base is self.last[1]:
                return DrawTask(rest, same, problem(acc, same, own, base, shifted), own)
        p, elastic = shock, False
        if isinstance(p, Shock):
            p, elastic = elastic_primitives(acc, p, own.elasticities_of(acc.sectors))
        task = problem(acc, p, own, self._base(acc, p, own))
        self.last = None if elastic else (shock, task.base, p, task.shift)
        return DrawTask(rest, p, task, own)

    def _base(self, acc: Accounts, p: Primitives, own: TradeParameters) -> Base:
        held = b"" if (p.wedge_base == 1).all() else p.wedge_base.tobytes()
        at = (acc, kind_of_base(own), held)
        if at not in self.bases:
            self.bases = {k: v for k, v in self.bases.items() if k[0] is acc and k[2] == b""}
            self.bases[at] = base_of(acc, own, p)
        return self.bases[at]


def respond_many(
    accounts: Accounts, shocks: Sequence[Shock | Primitives], parameters: Sequence[TradeParameters]
) -> Iterator[Response]:
    """Responses of many draws, in order, digit by digit as `respond` gives them one by one.

    shocks, parameters  one each a draw
    What draws have in common is worked out once. Each search starts from the base, so that a draw has the same digits
    whatever it is drawn with. Solving many at once on an accelerator gains nothing: what a draw takes beside the search is
    as long as the search there.

    Raises BadInput, Infeasible, NotConverged as `respond` does, at the draw that is wrong.
    """
    shared = Shared(accounts)
    for shock, own in zip(shocks, parameters, strict=True):
        draw = shared.draw(shock, own)
        found = conclude(draw.rest.accounts, draw.task, own)
        yield package(draw.rest, draw.primitives, draw.task, found, own)

"""What decompositions of exports share, for one partition of the world into actors."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from xunhuan.data.arrays import Array
from xunhuan.measures.actors import Actors
from xunhuan.measures.gvc import Crossing, crossing
from xunhuan.measures.leontief import solution
from xunhuan.measures.system import System


@dataclass(frozen=True, eq=False)
class Exporters:
    """What the decompositions share, for one partition."""

    sys: System
    actors: Actors

    @cached_property
    def cross(self) -> Crossing:
        """Trade over borders and local chains."""
        return crossing(self.sys, self.actors)

    @cached_property
    def outward(self) -> Array:
        """1 where r and s are different actors: axes r 1 s."""
        return self.actors.outside[:, None, :]

    @cached_property
    def content(self) -> Array:
        """Value of actor a in a unit of (r,i), Σ_{k∈a} v_k B_k,ri: axes r i a. Sums over a to 1."""
        return self.actors.add(self.sys.content, 2)

    @cached_property
    def own(self) -> Array:
        """Own content (v_s B_ss)[r,i]."""
        return self.content[np.arange(len(self.actors.of)), :, self.actors.of]

    @cached_property
    def for_local(self) -> Array:
        """Inputs exported that the buyer turns into final goods for itself at once, A_sr L_rr Y_rr: axes r i s."""
        return self.sys.operator.inputs(self.cross.local) * self.outward

    def inputs(self, x: Array) -> Array:
        """Inputs exported by r for the buyers' outputs x[d,j,a], a the actor of r: axes r i d."""
        return self.sys.operator.inputs(x[:, :, self.actors.of]) * self.outward

    def placed(self, goods: Array) -> Array:
        """A vector (r i) as one column per actor, holding the actor's own rows: axes r i a."""
        out = np.zeros((*goods.shape, self.actors.size))
        out[np.arange(len(goods)), :, self.actors.of] = goods
        return out

    def severed(self, y: Array, left: bool = False) -> Array:
        """B^{\\a} y_a: column a solved in a world where actor a sells no inputs across its border. Axes r i a."""
        out = np.empty(y.shape)
        members = [np.flatnonzero(self.actors.of == a) for a in range(self.actors.size)]
        lone = np.array([a for a, m in enumerate(members) if len(m) == 1], dtype=np.intp)
        if len(lone):
            cut = np.array([members[a][0] for a in lone], dtype=np.intp)
            out[:, :, lone] = solution(self.sys.operator, y[:, :, lone], left=left, cut=cut).x
        for a, m in enumerate(members):
            if len(m) > 1:
                keep = np.ones_like(self.actors.same, dtype=float)
                keep[np.ix_(m, self.actors.of != a)] = 0.0
                out[:, :, a] = solution(self.sys.operator.masked(keep), y[:, :, a], left=left).x
        return out

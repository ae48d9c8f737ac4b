"""The parts that bans cut the world into."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from xunhuan.models.trade.calibrate import _parts

pytestmark = pytest.mark.twin


@pytest.mark.parametrize("regions", [1, 2, 7, 60])
@pytest.mark.parametrize("links", [0.0, 0.4, 1.0, 3.0])
def test_parts_are_those_a_library_of_graphs_finds(regions: int, links: float) -> None:
    """Numbered by their first region; a link one way joins."""
    linked = np.random.default_rng(regions).uniform(size=(regions, regions)) < links / regions
    _, label = connected_components(csr_matrix(linked.astype(np.float64)), directed=False)
    assert (_parts(linked) == (label[None] == np.arange(regions)[:, None])).all()

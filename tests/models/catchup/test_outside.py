"""Industries and cuts at random against loops over years; more by `make outside`."""

from __future__ import annotations

import pytest

from tests.outside.firms import YEARS, apart_from_years

pytestmark = pytest.mark.twin


@pytest.mark.parametrize("seed", range(8))
def test_a_path_is_that_of_loops(seed: int) -> None:
    assert apart_from_years(seed) <= YEARS

"""Everything seen of a wide set of files that are read or refused, as it was when it was last looked at."""

from __future__ import annotations

import pytest

from tests.golden.readers import CASES
from tests.golden.seen import moved

pytestmark = pytest.mark.regression


@pytest.mark.parametrize("case", CASES)
def test_nothing_moved(case: str) -> None:
    """Where it was meant to: `make golden`, and look at the difference."""
    assert not moved("readers", CASES, case)

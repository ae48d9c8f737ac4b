"""Everything seen of a wide set of questions to tables, as it was when it was last looked at."""

from __future__ import annotations

import pytest

from tests.golden.data import CASES
from tests.golden.seen import moved

pytestmark = pytest.mark.regression


@pytest.mark.parametrize("case", CASES)
def test_nothing_moved(case: str) -> None:
    """Where it was meant to: `make golden`, and look at the difference."""
    assert not moved("data", CASES, case)

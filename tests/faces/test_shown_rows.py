"""Which rows a screen shows: partners that a shock names are there, those of a group by what they lose."""

from __future__ import annotations

import pandas as pd
import pytest

from xunhuan.data.store import load
from xunhuan.faces.shown import first_rows, partners_named
from xunhuan.models.edits import Orders

pytestmark = pytest.mark.identity


def test_a_partner_beside_a_group_is_named() -> None:
    world = load("world-2017")
    edits = [Orders("USA+EU", "goods", change=-0.3, end=90, origin="CHN")]
    assert partners_named(world, edits) == ["USA"]
    assert partners_named(world, [Orders("foreign+!USA", "goods", change=-0.3, end=90)]) == []
    codes = [world.home, *world.geography.codes]
    shown, said = first_rows(pd.DataFrame({"region": codes}), world, edits, 4)
    assert shown["region"].tolist()[:6] == [world.home, *world.geography.codes[:4], "USA"]
    assert said[0].startswith(f"Shown: {len(shown)} of {len(codes)} rows")

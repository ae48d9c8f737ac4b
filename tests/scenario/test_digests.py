"""What a result and its draws are known by: whatever answers depend on gives another digest, what they do not does not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.made_up import made_up, written
from xunhuan.data.accounts import Accounts
from xunhuan.scenario.record import digest_of_run
from xunhuan.scenario.scenario import Scenario, schema

pytestmark = pytest.mark.identity


def asked(**more: Any) -> Scenario:
    line = {"from": "BOR", "to": "ATL", "change": 0.1}
    plain = {"title": "Dear imports", "base": "toyland", "shock": [{"name": "dear", "trade_cost": line}]}
    return schema().model_validate(plain | more)


def test_people_groups_clusters_and_versions_count(toy: Accounts) -> None:
    g, s = toy.geography, toy.sectors
    drawn = asked(uncertainty={"draws": 2, "table": True})
    others = [
        replace(toy, geography=replace(g, population=(*g.population[:-1], 7.0))),
        replace(toy, geography=replace(g, clusters={**g.clusters, "COAST": ("AT-E",)})),
        replace(toy, sectors=replace(s, groups={**s.groups, "made": ("MAN",)})),
        replace(toy, posterior=None),
    ]
    assert all(o.digest == toy.digest for o in others)
    found = [digest_of_run(drawn, o) for o in (toy, *others)]
    assert len({*found}) == len(found)
    assert digest_of_run(asked(), toy) == digest_of_run(asked(), others[-1])  # nobody draws of them
    assert digest_of_run(drawn, toy) == digest_of_run(drawn, replace(toy, title="another"))


def test_files_of_ones_own_count(toy: Accounts, tmp_path: Path) -> None:
    path = Path(written(tmp_path, made_up()))
    mine = asked(model={"catchup": {"industry": str(path)}})
    before = digest_of_run(mine, toy)
    path.write_text(path.read_text(encoding="utf-8") + "\n# another\n", encoding="utf-8")
    assert digest_of_run(mine, toy) != before

"""What one model hands on and another reads: what is to be made, what a race costs, productivity; and bases that move."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import xunhuan as xh
from tests.helpers.made_up import made_up, written
from xunhuan.data.accounts import Accounts
from xunhuan.errors import BadInput
from xunhuan.faces.compared import degrees, frontier_axis
from xunhuan.faces.reading import Reading
from xunhuan.models import registry
from xunhuan.models.edits import Duplication, Need, Push
from xunhuan.models.model import Shock
from xunhuan.scenario.assess import against_base, assess
from xunhuan.scenario.check import prepare
from xunhuan.scenario.layers import Layers

pytestmark = pytest.mark.identity

CITIES = {"lat": 30, "lon": 120, "engineers": 900, "design": 2, "mature": 1, "advanced": 0.1, "memory": 0.1, "packaging": 1,
          "equipment": 0.2, "materials": 0.2}  # fmt: skip
TOGETHER = {"coalitions": [["A", "B"]]}
RACE = TOGETHER | {"need": {"design": 8.0}}
CAREERS = {"name": "careers", "promotion": {"regions": "ATL", "weight": 0.5}}
PUSH = {"name": "push", "role": "policy", "push": {"regions": "ATL", "rate": 0.03}}


@pytest.fixture(scope="module")
def industry(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """An industry of Toyland's own: its years, and its cities."""
    folder = tmp_path_factory.mktemp("widgets")
    rows = [f"{c},{f},{v * (1 + 0.1 * k)},,,judgement,mine" for k, c in enumerate("ABC") for f, v in CITIES.items()]
    cities = folder / "widgets-cities.csv"
    cities.write_text("\n".join(["city,field,value,low,high,kind,source", *rows]), encoding="utf-8")
    path = Path(written(folder, made_up()))
    return str(path), str(cities)


def posed(model: dict[str, Any], *shocks: dict[str, Any], **more: Any) -> Layers:
    data = {"title": "x", "base": "toyland", "shock": list(shocks), "model": model, "measure": {}, **more}
    return Layers("test", data, (), None)


def test_cities_are_to_make_what_the_industry_needs(industry: tuple[str, str], toy: Accounts) -> None:
    years, cities = industry
    model = {"catchup": {"industry": years, "draws": 0, "target": {"by": 2030}},
             "rivalry": {"after": "catchup", "cities": TOGETHER | {"industry": cities, "need": "catchup"}}}  # fmt: skip
    done = assess(prepare(posed(model, PUSH)))
    r = xh.respond(toy, [Push("ATL", rate=0.03)], model="catchup", industry=years, draws=0, target={"by": 2030})
    handed = registry.find("catchup").hands_on
    assert handed is not None
    (need,) = [e for e in handed(r) if isinstance(e, Need)]
    assert need.industry == "widgets"
    alone = xh.respond(toy, [need], model="rivalry", cities={"industry": cities, "coalitions": [["A", "B"]]})
    assert float(alone.detail["need"].sum()) == pytest.approx(need.value)
    here = float(done.data["price_of_anarchy"].sel(arm="push", home_place="ATL"))
    cost = alone.detail["national_cost"]
    assert here == pytest.approx(float(cost.sel(play="rivalry") / cost.sel(play="plan")), rel=1e-12)
    # The base has a need of its own, so a race of its own.
    assert float(done.data["price_of_anarchy"].sel(arm="base", home_place="ATL")) != here


def test_what_a_race_costs_puts_off_the_year(industry: tuple[str, str], toy: Accounts) -> None:
    years, cities = industry
    model = {"rivalry": {"cities": RACE | {"industry": cities, "promotion": 0.0, "own_bill": 1.0}},
             "catchup": {"after": "rivalry", "industry": years, "draws": 0, "target": {"by": 2030, "share": 0.5}},
             "trade": {"after": "catchup"}}  # fmt: skip
    d = assess(prepare(posed(model, CAREERS, PUSH, arms={"push": ["push"], "both": ["careers", "push"]}))).data
    anarchy = d["price_of_anarchy"].sel(home_place="ATL")
    # On Toyland cities that pay for themselves build too little, so that careers bring the race nearer to the plan.
    assert float(anarchy.sel(arm="push")) > float(anarchy.sel(arm="both")) > 1
    assert float(d["target_reached"].sel(arm="push")) > float(d["target_reached"].sel(arm="both"))
    for arm, edits in (("push", [Push("ATL", rate=0.03)]), ("both", [Push("ATL", rate=0.03)])):
        wasted = Duplication("ATL", factor=float(anarchy.sel(arm=arm)))
        r = xh.respond(
            toy, [*edits, wasted], model="catchup", industry=years, draws=0, target={"by": 2030, "share": 0.5}
        )
        assert float(d["target_reached"].sel(arm=arm)) == pytest.approx(
            float(r.detail["target_year"].sel(draw=0, reading="made_in"))
        )
    # The long run begins with what the years end with, and the base is one of its arms: it need not rest.
    w = d["real_income"]
    assert w.attrs["moving"] == 1
    assert float(w.sel(arm="both", place="ATL")) > float(w.sel(arm="base", place="ATL"))


def test_a_gain_is_weighed_against_a_base_that_moves(industry: tuple[str, str]) -> None:
    years, cities = industry
    model = {"rivalry": {"cities": RACE | {"industry": cities, "promotion": 0.2}},
             "catchup": {"after": "rivalry", "industry": written_with_pace(years), "draws": 0, "target": {"by": 2030}},
             "trade": {"after": "catchup"}}  # fmt: skip
    shock = {"name": "wall", "trade_cost": {"from": "BOR", "to": "ATL", "sectors": "FAR", "change": 0.3}}
    compare = {"offset": {"shock": "wall", "policy": "push"}}
    bench = prepare(posed(model, shock, PUSH, compare=compare))
    d = assess(bench).data
    assert bench.gain is not None
    w = d[bench.gain[1].name]
    base = w.sel(arm="base").to_numpy()
    assert np.abs(base).max() > 1e-6
    np.testing.assert_allclose((1 + against_base(w, "wall")) * (1 + base), 1 + w.sel(arm="wall").to_numpy(), rtol=1e-14)
    lost = -against_base(w, "wall")
    both = against_base(w, "wall + push")
    k = list(w["place"].values).index("ATL")
    if lost[k] > 1e-4:
        assert float(d["omega"][k]) == pytest.approx((both[k] + lost[k]) / lost[k])


def written_with_pace(path: str) -> str:
    """The same industry with a pace of history that a race divides."""
    place = Path(path).with_name("paced")
    place.mkdir(exist_ok=True)
    return written(place, made_up(home_pace={"value": 0.02}))


def test_a_frontier_follows_what_is_told_first(industry: tuple[str, str], tmp_path: Path) -> None:
    years, _ = industry
    cut = {"name": "cut", "decoupling": {"from": "foreign", "to": "ATL", "channel": "trade", "size": 0.5, "ramp": 3}}
    model = {"catchup": {"industry": years, "draws": 0, "years": [2020, 2060], "target": {"by": 2030, "share": 0.35}}}
    data = posed(
        model,
        cut,
        PUSH,
        arms={"cut": ["cut"]},
        compare={"frontier": {"shock": "cut", "policies": ["push"], "steps": 3}},
    ).data
    result = xh.run(data, tmp_path / "r")
    found = degrees(Reading(result))
    assert found is not None
    q, curves = found
    assert q.name == "target_reached"
    assert frontier_axis(Reading(result)) == "dose of the shock"
    alone, pushed = curves.values()
    assert alone["external"].tolist() == [0.0, 0.5, 1.0]
    first = float(result.data["target_reached"].sel(arm="base"))
    assert (alone["gain"].iloc[0] == first) or (np.isinf(first) and np.isinf(alone["gain"].iloc[0]))
    assert (pushed["gain"] <= alone["gain"]).all()
    assert float(result.data["target_reached"].sel(arm="cut")) == alone["gain"].iloc[-1]


@pytest.mark.parametrize(
    ("cities", "edits", "told"),
    [
        ({"need": "catchup"}, (), "hands none on; write after = 'catchup'"),
        ({"need": {"design": 3.0}}, (Need("ATL", value=5.0, industry="chips", year=2030),), "give one of them"),
        ({}, (Need("ATL", value=5.0, industry="solar", year=2030),), "is of 'solar', the cities' industry is 'chips'"),
    ],
)
def test_needs_that_cannot_be_are_told(
    cities: dict[str, Any], edits: tuple[Need, ...], told: str, toy: Accounts
) -> None:
    m = registry.find("rivalry")
    with pytest.raises(BadInput, match="need cannot be read") as e:
        m.respond(toy, Shock(edits), m.parameters(cities=cities))
    assert told in "; ".join(e.value.items)

"""What is asked of the rivalry room."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.golden.seen import HERE, Cases, Thing, answered, asked, beside, recorded, shocked, tried
from tests.helpers.uneven import uneven
from xunhuan.data.accounts import Accounts
from xunhuan.data.places import places
from xunhuan.data.toyland import toyland
from xunhuan.errors import BadInput
from xunhuan.models import registry
from xunhuan.models.model import Shock, Status
from xunhuan.models.rivalry.command import RivalryOptions, rivalry_posed
from xunhuan.models.rivalry.industry import read_industry
from xunhuan.models.slopes import SHARPEST, Controls, Effects

RACE = str(HERE / "race")


@dataclass
class Bent:
    """Measures that are quadratic in the rates, no two regions alike."""

    acc: Accounts
    controls: Controls
    more: float
    known: tuple[np.ndarray, ...] = ()

    def __post_init__(self) -> None:
        n, r = len(self.controls.instrument), self.acc.R
        rng = np.random.default_rng(n)
        self.first = rng.uniform(-0.02, 0.02, (3, r, n)) + self.more
        self.second = rng.uniform(-0.1, 0.1, (3, r, n, n)) - 0.8 * np.eye(n)
        self.second = (self.second + self.second.swapaxes(2, 3)) / 2
        for c in range(n):
            at = self.controls.regions[c]
            self.first[0, at, c] += 0.05 + 0.01 * c
            self.first[2, at, c] += 0.3

    @property
    def income(self) -> np.ndarray:
        return self.acc.gdp

    @property
    def output(self) -> np.ndarray:
        return self.acc.output

    def afresh(self, known: tuple[np.ndarray, ...] = ()) -> Bent:
        return Bent(self.acc, self.controls, self.more, known)

    def __call__(self, x: np.ndarray, accuracy: float = SHARPEST) -> Effects:
        value = self.first @ x + 0.5 * np.einsum("mrcd,c,d->mr", self.second, x, x)
        return Effects(value, self.first + self.second @ x)

    def bends(self, x: np.ndarray, mixing: np.ndarray, owner: np.ndarray, accuracy: float = SHARPEST) -> np.ndarray:
        each = np.einsum("pmr,mrcd->pcd", mixing, self.second)
        return each[owner, np.arange(len(owner))]

    def values(self, x: np.ndarray) -> np.ndarray:
        return np.stack([self(one).value for one in x])

    def climb(self, x: np.ndarray, weight: np.ndarray) -> tuple[float, np.ndarray]:
        got = self(x)
        return float(got.value[0] @ weight), weight @ got.slope[0]

    def settled(self, x: np.ndarray) -> tuple[Accounts, np.ndarray, Status]:
        volume = 1 + np.outer(np.arange(1, self.acc.R + 1), np.arange(2, self.acc.S + 2)) * float(x.sum()) / 100
        return self.acc, volume, Status("converged", 3, 0.1, 0.2, "one")


def _provinces(*edits: str, acc: Accounts | None = None, **values: Any) -> Iterator[Thing]:
    room, acc = registry.models()["rivalry"], acc or toyland()

    def lender(shock: Shock, controls: Controls, returns: Mapping[str, float]) -> Bent:
        return Bent(acc, controls, 0.003 * len(shock.edits) + sum(returns.values()) / 100)

    try:
        p, shock = room.parameters(provinces=values), shocked(*edits, name="asked")
        response = room.respond(acc, shock, p, slopes=lender)
    except (BadInput, ValueError) as refused:
        yield "refused", str(refused)
        return
    yield from answered(room, acc, response)
    yield from beside(room, acc, shock, p)


def _cities(*edits: str, **values: Any) -> Iterator[Thing]:
    return asked("rivalry", toyland(), *edits, cities={"industry": RACE} | values)


def _bare() -> Iterator[Thing]:
    room, acc = registry.models()["rivalry"], toyland()
    yield from recorded("rivalry")
    yield "rest", tried(room.read, acc, None, places(acc))
    yield "industry", read_industry(RACE)
    for k, said in enumerate((
        {"game": "cities", "industry": "chips", "draws": 3, "compliance": (0.2, 0.4)},
        {"game": "toyland", "sectors": "MAN", "players": ("clusters",), "instrument": "tariff", "low": 0.0, "high": 0.2},
        {"game": "toyland", "sectors": "MAN", "players": ("AT-N", "AT-S"), "foreign": ("BOR",), "own_bill": 0.5},
    )):  # fmt: skip
        posed = rivalry_posed(RivalryOptions(**said))
        yield f"posed {k}", (posed.table, posed.values, [str(e) for e in posed.edits])


def _refused() -> Iterator[Thing]:
    control = {"sectors": "MAN"}
    for name, edits, values in (
        ("nobody", (), {"players": ["QQ"], "control": control}),
        ("twice", (), {"players": ["AT-N", "COAST"], "control": control}),
        ("abroad", (), {"players": ["BOR"], "control": control}),
        ("foreign", (), {"foreign": ["ATL"], "control": control}),
        ("bounds", (), {"control": control | {"low": 0.1, "high": 0.0}}),
        ("weights", ("compliance regions=AT-N weight=0.9",), {"control": control, "compliance": [0.5]}),
        ("bill", ("own_bill regions=AT-N add=0.9",), {"control": control}),
        ("unknown", (), {"control": {"sectors": "XX"}}),
    ):
        for what, thing in _provinces(*edits, **values):
            if what in ("refused", "status", "notes"):
                yield f"{name} {what}", thing
    for name, edits, values in (
        ("coalition", (), {"coalitions": [["Alder", "Nowhere"]]}),
        ("need", (), {"need": {"frying": 3.0}}),
        ("industry", (), {"industry": "chipz"}),
        ("who", ("promotion regions=BOR weight=0.2",), {}),
        ("tariff", ("tariff from=BOR to=ATL add=0.1",), {}),
        ("much", ("compliance regions=ATL weight=0.8",), {"compliance": [0.5]}),
    ):
        for what, thing in _cities(*edits, **values):
            if what in ("refused", "status", "notes"):
                yield f"{name} {what}", thing


MINDED = ("compliance regions=AT-S weight=0.3", "promotion regions=AT-N weight=0.15", "own_bill regions=AT-E add=-0.2",
          "privilege regions=AT-S worth=0.6")  # fmt: skip
CONTROL = {"sectors": "manufacturing", "low": -0.1, "high": 0.1}
TARIFF = {"control": {"instrument": "tariff", "sectors": "goods", "low": 0.0}, "players": ["AT-N+AT-E", "AT-S"],
          "promotion": 0.2, "scale": 0.1}  # fmt: skip
SHARED = {"coalitions": [["Alder", "Elm"], ["Cedar", "Oak"]], "promotion": 0.2, "own_bill": 0.4, "keep": 0.5, "years": 9,
          "experience": 6, "learning_rate": 0.3, "spillover": 0.1, "haul": 0.0002, "capital_cost": 0.2}  # fmt: skip
CASES: Cases = {
    "record": _bare,
    "nations": lambda: asked("rivalry", toyland(), nations={}),
    "more nations": lambda: asked("rivalry", uneven(), nations={"theta": 5.5}),
    "provinces": lambda: _provinces(control=CONTROL, compliance=[0.0, 0.4, 1.0], promotion=0.05),
    "minds": lambda: _provinces(*MINDED, control=CONTROL | {"instrument": "export_tax"}, compliance=[0.2], own_bill=0.6,
                                foreign=["BOR"]),
    "clusters": lambda: _provinces("tariff from=BOR to=ATL add=0.1", **TARIFF),
    "seven": lambda: _provinces(acc=uneven(), control={"sectors": "s1+s3", "low": -0.02, "high": 0.03}, foreign=["B", "D"]),
    "cities": lambda: _cities(compliance=[0.0, 0.5, 1.0]),
    "drawn": lambda: _cities(draws=2, draw=0.3, coalitions="provinces", decoupling=0.3, need={"baking": 5.5}, most_lines=5),
    "leave": lambda: _cities(*MINDED[:3], "privilege regions=AT-N worth=2", **SHARED),
    "handed": lambda: _cities("need regions=ATL industry=race value=11 year=2030", need="catchup"),
    "refused": _refused,
}  # fmt: skip

"""A nation's regions inside its table: Toyland taken apart and built again, and what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from xunhuan.build.regions import build_nested
from xunhuan.data.accounts import Accounts
from xunhuan.data.store import open_accounts, save
from xunhuan.data.toyland import DISTANCE
from xunhuan.errors import BadInput
from xunhuan.faces.cli import main
from xunhuan.readers.regional import read_regional

pytestmark = pytest.mark.identity

ARRAYS = ("flow", "use", "final", "value_added")
PLACES = slice(0, 3)


def pieces(toy: Accounts, folder: Path, *parts: str, more: str = "", scale: float = 1.0) -> Path:
    """Toyland's provinces as csv files and a mapping file; all that is known of them but trade where no part is named."""
    codes, goods, flow = toy.geography.codes[:3], toy.sectors.codes, toy.flow
    inside = flow[PLACES, PLACES]
    own = np.einsum("rri->ri", inside)
    by = {"region": codes, "sector": goods}
    held = {
        "use": (toy.use[PLACES], by | {"industry": goods}),
        "final": (toy.final[PLACES], by | {"category": toy.categories}),
        "value_added": (toy.value_added[PLACES], {"region": codes, "industry": goods, "component": toy.components}),
        "output": (toy.output[PLACES], by),
        "export": (flow[PLACES, 3], by),
        "import": (flow[3, PLACES], by),
        "outflow": (inside.sum(1) - own, by),
        "inflow": (inside.sum(0) - own, by),
        "distance": (np.array(DISTANCE), {"origin": codes, "destination": codes}),
        "trade": (inside, {"origin": codes, "destination": codes, "sector": goods}),
    }
    named = parts or tuple(k for k in held if k != "trade")
    for k in named:
        values, axes = held[k]
        index = pd.MultiIndex.from_product(list(axes.values()), names=list(axes))
        pd.DataFrame({"value": scale * np.asarray(values).ravel()}, index=index).to_csv(folder / f"{k}.csv")
    pd.DataFrame({"code": codes, "name_en": toy.geography.names_en[:3]}).to_csv(folder / "regions.csv", index=False)
    pd.DataFrame({"code": goods}).to_csv(folder / "sectors.csv", index=False)
    sections = "".join(f'[{k}]\nfile = "{k}.csv"\n' for k in ("regions", "sectors", *named))
    (folder / "map.toml").write_text(f'name = "atlas"\nnation = "ATL"\n{more}{sections}', encoding="utf-8")
    return folder / "map.toml"


def built(toy: Accounts, path: Path, nation: Accounts | None = None) -> Accounts:
    return build_nested(read_regional(path), toy if nation is None else nation, lambda _: None)[0]


def adds_up(acc: Accounts, toy: Accounts) -> None:
    a, b = (x.aggregate(regions={"ATL": x.geography.codes[:3]}) for x in (acc, toy))
    for name in ARRAYS:
        assert np.allclose(getattr(a, name), getattr(b, name), rtol=1e-9, atol=1e-9), name


def test_toyland_taken_apart_is_built_again(toy, tmp_path, capsys) -> None:
    """With trade between the provinces every cell; without it all but who sells to whom; in another unit the same."""
    save(toy, tmp_path / "toy.nc")
    path = pieces(toy, tmp_path, "use", "final", "value_added", "export", "import", "outflow", "inflow", "trade")
    assert (
        main(["build", "nested", "--regions", str(path), "--nation", str(tmp_path / "toy.nc"), "-o", str(tmp_path)])
        == 0
    )
    assert "regions add up to ATL of toyland" in capsys.readouterr().out
    whole = open_accounts(tmp_path / "atlas.nc")
    for name in (*ARRAYS, "tariff"):
        assert np.allclose(getattr(whole, name), getattr(toy, name), rtol=1e-9, atol=1e-9), name
    assert whole.home == "ATL"
    assert whole.geography.clusters == toy.geography.clusters
    other = read_regional(pieces(toy, tmp_path, scale=7.5, more='unit = "shells"\nyear = 1999\n'))
    acc, log = build_nested(other, toy, lambda _: None)
    assert "the regions are of 1999, the nation of 2000: its totals with their shares" in acc.notes
    assert not log["step"].str.startswith(("1", "3", "4", "5")).any()  # in the nation's unit nothing is left to mend
    lean = ("use", "value_added", "outflow", "inflow")
    few = [
        built(toy, pieces(toy, tmp_path, *lean, scale=k, more=f'unit = "{unit}"\n'))
        for k, unit in ((1, "million SHL"), (9, "shells"))
    ]
    assert np.allclose(few[0].flow, few[1].flow, rtol=1e-9)  # what is not given does not mix units
    assert log.loc[log["step"] == "0 unit", "note"].item().startswith("0.133333 million SHL for one shells")
    for name in ("use", "final", "value_added", "tariff"):
        assert np.allclose(getattr(acc, name), getattr(toy, name), rtol=1e-9, atol=1e-9), name
    for x, y in ((acc, toy),):
        assert np.allclose(np.einsum("rri->ri", x.flow), np.einsum("rri->ri", y.flow), rtol=1e-9)
        assert np.allclose(x.flow.sum(1), y.flow.sum(1), rtol=1e-9)
        assert np.allclose(x.flow.sum(0), y.flow.sum(0), rtol=1e-9)


@pytest.mark.parametrize(
    ("parts", "more"),
    [(("output",), ""), (("value_added", "distance"), "own = 0.6\n"), (("use", "export"), 'hauling = "most"\n')],
    ids=["shares", "value added", "use"],
)
def test_what_is_not_known_is_the_nations(toy, tmp_path, parts, more) -> None:
    acc = built(toy, pieces(toy, tmp_path, *parts, more=more))
    adds_up(acc, toy)
    if "output" in parts:
        assert np.allclose(acc.output, toy.output, rtol=1e-9)
        share = acc.use[:3] / acc.output[:3, None]
        assert np.allclose(share, share[:1], rtol=1e-9)  # the nation's inputs per output
    if more.startswith("own"):
        inside = acc.flow[PLACES, PLACES]
        could = np.minimum(inside.sum(1), inside.sum(0))
        own = np.einsum("rri->ri", inside)
        assert (own >= 0.6 * could * (1 - 1e-9)).all()
        assert np.isclose(own, 0.6 * could).any()
    assert any("structure" in n for n in acc.notes)


def test_inside_a_national_table_and_in_fewer_sectors(toy, tmp_path) -> None:
    nation = toy.aggregate(regions={"ATL": toy.geography.codes[:3]}).restrict("ATL")
    adds_up(built(toy, pieces(toy, tmp_path), nation), toy.restrict("ATL"))
    path = pieces(toy, tmp_path, "use", "value_added", "outflow", "inflow")
    pd.DataFrame({"code": ["GOOD", "SER"]}).to_csv(tmp_path / "sectors.csv", index=False)
    pairs = pd.DataFrame({"source": ["FAR", "MAN", "SER"], "target": ["GOOD", "GOOD", "SER"]})
    for name in ("labels", "merged"):
        pairs.to_csv(tmp_path / f"{name}.csv", index=False)
        path.write_text(path.read_text() + f'[{name}]\nfile = "{name}.csv"\n')
    coarse = toy.aggregate(sectors={"GOOD": ("FAR", "MAN")})
    acc = built(toy, path)
    adds_up(acc, coarse)
    assert np.allclose(acc.use, coarse.use, rtol=1e-9)


@pytest.mark.error
def test_what_does_not_fit_is_said_at_once(toy, tmp_path) -> None:
    path = pieces(toy, tmp_path, "use", "outflow", more='hauling = "mostly"\nown = 2\nfoo = 1\n')
    with pytest.raises(BadInput) as e:
        read_regional(path)
    said = str(e.value)
    for words in ("give outflow and inflow, or neither", "hauling must be one of", "own must be", "'foo' is not known"):
        assert words in said
    km = pieces(toy, tmp_path, "use", "distance")
    rows = pd.read_csv(tmp_path / "distance.csv")
    rows[rows["value"] != 300].to_csv(tmp_path / "distance.csv", index=False)
    with pytest.raises(BadInput, match="AT-N to AT-E"):
        read_regional(km)
    low = rows.iloc[[k for k, (a, b) in enumerate(zip(rows["origin"], rows["destination"], strict=True)) if a < b]]
    low.to_csv(tmp_path / "distance.csv", index=False)
    assert read_regional(km)
    path = pieces(toy, tmp_path, "output", scale=-1.0)
    with pytest.raises(BadInput, match="output is below 0"):
        read_regional(path)
    path = pieces(toy, tmp_path, "output")
    pd.DataFrame({"code": ["FAR", "MAM", "SER"]}).to_csv(tmp_path / "sectors.csv", index=False)
    (tmp_path / "output.csv").write_text((tmp_path / "output.csv").read_text().replace("MAN", "MAM"))
    with pytest.raises(BadInput) as e:
        built(toy, path)
    assert "'MAM' is not one of toyland; did you mean 'MAN'" in str(e.value)
    assert "'MAN' of toyland is missing" in str(e.value)

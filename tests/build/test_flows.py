"""Trade between provinces from a file: what goes in comes out as far as the margins allow, and nothing else moves."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import xunhuan as xh
from xunhuan.build.flows import CHECK, TAKEN, flows_from, openness, overlap, with_flows
from xunhuan.data.accounts import Accounts
from xunhuan.data.flows import HeldFlows
from xunhuan.data.identities import identity_residuals
from xunhuan.data.store import load_log, open_accounts, save
from xunhuan.faces.cli import main
from xunhuan.readers.flows import read_flows

pytestmark = pytest.mark.identity


def inside(acc: Accounts) -> np.ndarray:
    """HeldFlows between the provinces, r s i."""
    return acc.flow[:-1, :-1]


def as_list(acc: Accounts, path: Path, factor: float = 1.0, names: str = "names_en") -> Path:
    """The flows as a user would write them: names, one row a flow that is not 0, and the trade abroad with them."""
    r, s, i = np.nonzero(acc.flow)
    g = np.array(getattr(acc.geography, names))
    good = np.array(getattr(acc.sectors, names) if names != "codes" else acc.sectors.codes)
    columns = {"origin": g[r], "destination": g[s], "sector": good[i], "value": factor * acc.flow[r, s, i]}
    pd.DataFrame(columns).to_csv(path, index=False)
    return path


def given(acc: Accounts, value: np.ndarray) -> HeldFlows:
    return HeldFlows(value, acc.geography.codes[:-1], acc.sectors, "a title", "f.csv", "0" * 64)


def close(a: np.ndarray, b: np.ndarray) -> bool:
    return bool(np.abs(a - b).max() <= 1e-9 * np.abs(b).max())


@pytest.mark.parametrize("names", ["names_en", "names_zh", "codes"])
@pytest.mark.parametrize("name", ["china-2017", "china-2012"])
def test_a_file_of_the_tables_own_flows_gives_them_back(tmp_path: Path, name: str, names: str) -> None:
    acc = xh.load(name)
    held = read_flows(as_list(acc, tmp_path / "f.csv", 7.0, names), acc)
    new, log = with_flows(acc, load_log(name), held)
    assert close(new.flow, acc.flow)
    assert not (log["step"] == TAKEN).any()
    assert len(log[log["step"] == CHECK]) == 2 * 31


def test_a_list_as_a_spreadsheet_in_china_writes_it(tmp_path: Path) -> None:
    acc = xh.load("china-2017")
    text = as_list(acc, tmp_path / "f.csv", names="names_zh").read_text(encoding="utf-8")
    (tmp_path / "g.csv").write_bytes("\r\n".join(x.replace(",", "\t") for x in text.splitlines()).encode("gbk"))
    one, two = (read_flows(tmp_path / n, acc) for n in ("f.csv", "g.csv"))
    assert np.array_equal(one.value, two.value)
    assert (one.regions, one.sectors.codes) == (two.regions, two.sectors.codes)


def test_the_bounds_come_back_on_the_books_of_the_reports() -> None:
    """The same margins with another share of own use: least cross-hauling gives the table `least`, to the last pair."""
    acc, least = xh.load("china-2017-reported"), xh.load("china-2017-least")
    new, log = with_flows(acc, load_log("china-2017-reported"), given(acc, inside(least)))
    assert close(new.flow, least.flow)
    moved = log[log["step"] == TAKEN].groupby("quantity")["change"].sum()
    old_own, new_own = (np.einsum("rri->", inside(x)) for x in (acc, least))
    assert moved["own use"] == pytest.approx(new_own - old_own, rel=1e-9)
    assert moved["outflow"] == pytest.approx(old_own - new_own, rel=1e-9)
    said = "\n".join(new.notes)
    assert "own shares are the file's in 1256 of 1302 cells, of china-2017-reported in the rest" in said
    assert "to meet the margins 0.0% of the trade" in said


def test_order_and_unit_of_the_file_do_not_count() -> None:
    acc = xh.load("china-2017")
    rng = np.random.default_rng(4)
    value = inside(acc) * rng.lognormal(0, 0.5, inside(acc).shape)
    one, _ = with_flows(acc, load_log("china-2017"), given(acc, value))
    p, k = rng.permutation(31), rng.permutation(42)
    codes = tuple(acc.geography.codes[j] for j in p)
    names = replace(acc.sectors, **{n: tuple(getattr(acc.sectors, n)[j] for j in k) for n in ("names_en", "names_zh")})
    other = HeldFlows(1e4 * value[np.ix_(p, p, k)], codes, names, "a title", "f.csv", "0" * 64)
    two, _ = with_flows(acc, load_log("china-2017"), other)
    assert close(two.flow, one.flow)
    assert not close(one.flow, acc.flow)


@pytest.mark.parametrize("factor", [0.2, 3.0])
def test_another_level_of_trade_moves_the_own_share(factor: float) -> None:
    """By hand for one cell, and nothing but flows moves; the balance holds."""
    acc = xh.load("china-2017")
    value = inside(acc).copy()
    between = ~np.eye(31, dtype=bool)
    value[between] *= factor
    new, _ = with_flows(acc, load_log("china-2017"), given(acc, value))
    for name in ("output", "use", "final", "value_added"):
        assert close(getattr(new, name), getattr(acc, name)), name
    assert close(new.flow[-1], acc.flow[-1])
    assert close(new.flow[:, -1], acc.flow[:, -1])
    assert max(r.max() for r, _ in identity_residuals(new).values()) < 1e-11
    r, i = acc.geography.index("CN-GD"), 11
    kept = value[r, r, i]
    share = kept / min(value[r, :, i].sum(), value[:, r, i].sum())
    supply = acc.output[r, i] - acc.flow[r, -1, i]
    demand = acc.use[r, i].sum() + acc.final[r, i].sum() - acc.flow[-1, r, i]
    assert new.flow[r, r, i] == pytest.approx(share * min(supply, demand), rel=1e-9)
    assert (openness(inside(new)).mean() > openness(inside(acc)).mean()) == (factor > 1)
    assert (overlap(inside(new)).mean() > overlap(inside(acc)).mean()) == (factor > 1)


def test_partners_are_those_of_the_file_where_the_margins_agree() -> None:
    """By hand: two provinces send, two take, each good once; what the file says of partners is the table's."""
    given_ = np.zeros((4, 4, 1))
    given_[:2, 2:, 0] = [[3.0, 1.0], [1.0, 3.0]]
    supply, demand = np.array([[40.0], [40.0], [0.0], [0.0]]), np.array([[0.0], [0.0], [40.0], [40.0]])
    taken = flows_from(given_, supply, demand, np.zeros((4, 1)))
    assert np.allclose(taken.flow[:2, 2:, 0], [[30.0, 10.0], [10.0, 30.0]], rtol=1e-12)
    assert (taken.usable, taken.moved) == (1.0, pytest.approx(0.0, abs=1e-12))
    # The margins ask for a pair that the file has at 0: it is lent what it takes, and counted.
    given_[:2, 2:, 0] = [[4.0, 0.0], [4.0, 0.0]]
    taken = flows_from(given_, supply, demand, np.zeros((4, 1)))
    assert np.allclose(taken.flow[:2, 2:, 0], [[20.0, 20.0], [20.0, 20.0]], rtol=1e-9)
    assert int(taken.lent.sum()) == 2
    assert taken.moved == pytest.approx(0.5, rel=1e-9)


def test_a_file_of_trade_alone_tells_partners_only() -> None:
    acc = xh.load("china-2017")
    value = inside(acc) * np.random.default_rng(2).lognormal(0, 0.5, inside(acc).shape)
    value[np.arange(31), np.arange(31)] = 0
    new, _ = with_flows(acc, load_log("china-2017"), given(acc, value))
    assert close(np.einsum("rri->ri", inside(new)), np.einsum("rri->ri", inside(acc)))
    assert not close(inside(new), inside(acc))
    assert "own shares are the file's in 0 of 1302 cells" in "\n".join(new.notes)


@pytest.mark.parametrize(("held", "table"), [("china-2012", "china-2017"), ("china-2017", "china-2012")])
def test_sectors_go_by_name_between_the_lists(tmp_path: Path, held: str, table: str) -> None:
    """By number, 25 of 2012 (electricity) would be gas of 2017; waste and other manufacturing are one in 2017."""
    acc, other = xh.load(table), xh.load(held)
    new, _ = with_flows(acc, load_log(table), read_flows(save(other, tmp_path / "held.nc"), acc))
    r, names = acc.geography.index("CN-SD"), acc.sectors.names_en

    def share(flow: np.ndarray, goods: list[int]) -> float:
        one = flow[:-1, :-1][..., goods].sum(2)
        return float(one[r, r] / min(one[r].sum(), one[:, r].sum()))

    pairs = {
        "china-2017": [("Electricity and heat", ["Electricity and heat"]),
                       ("Other manufacturing and waste recycling", ["Other manufacturing", "Waste recycling"]),
                       ("Technical services", ["Research and technical services"])],
        "china-2012": [("Research and technical services", ["Research and development", "Technical services"]),
                       ("Waste recycling", ["Other manufacturing and waste recycling"])],
    }  # fmt: skip
    for here, there in pairs[table]:
        want = share(other.flow, [other.sectors.names_en.index(n) for n in there])
        assert share(new.flow, [names.index(here)]) == pytest.approx(want, rel=1e-9), here


def test_source_plus_log_is_the_table(tmp_path: Path) -> None:
    """The log goes on: what the build changed and what the file changed give the new outflow and inflow."""
    acc = xh.load("china-2017")
    value = inside(acc) * np.random.default_rng(9).lognormal(0, 0.3, inside(acc).shape)
    new, log = with_flows(acc, load_log("china-2017"), given(acc, value))
    old = load_log("china-2017")
    for quantity, axis in (("outflow", 1), ("inflow", 0)):
        rows = [x[(x["quantity"] == quantity) & ~x["step"].str.startswith("check")]["change"].sum() for x in (old, log)]
        sums = [(inside(x).sum(axis) - np.einsum("rri->ri", inside(x))).sum() for x in (acc, new)]
        assert rows[1] - rows[0] == pytest.approx(sums[1] - sums[0], rel=1e-6)
    assert not log["step"].str.startswith("check: value added").any()


def test_the_command_writes_a_table_of_its_own_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    acc = xh.load("china-2017")
    held = as_list(acc, tmp_path / "f.csv")
    out = tmp_path / "out"
    out.mkdir()
    assert main(["build", "china-2017", "--flows", str(held), "-o", str(out)]) == 0
    assert sorted(p.name for p in out.iterdir()) == ["china-2017-flows.log.parquet", "china-2017-flows.nc"]
    made = open_accounts(out / "china-2017-flows.nc")
    assert made.name == "china-2017-flows"
    assert made.extra["flows_file"] == "f.csv"
    assert len(made.extra["flows_sha256"]) == 64
    assert made.notes[0].startswith("trade between provinces and their use of their own goods are those of f.csv")
    assert not any("bilateral flows between provinces are estimates" in n for n in made.notes)
    said = " ".join(capsys.readouterr().out.split())
    assert "100.0% of the file's trade between provinces lies where the books have trade" in said
    between = 1 - np.einsum("rri->", inside(acc)) / inside(acc).sum()
    assert f"{between:.1%} in the file, {between:.1%} here, {between:.1%} in china-2017" in said


def test_from_raw_files_the_same(raw: Path, tmp_path: Path) -> None:
    """The bundled table is what the raw files give, so both ways make one table."""
    held = save(xh.load("china-2017-least"), tmp_path / "held.nc")
    made = []
    for name, more in (("a", []), ("b", ["--raw", str(raw)])):
        (tmp_path / name).mkdir()
        assert main(["build", "china-2017", "--flows", str(held), *more, "-o", str(tmp_path / name)]) == 0
        made.append(open_accounts(tmp_path / name / "china-2017-flows.nc"))
    assert close(made[1].flow, made[0].flow)


@pytest.mark.slow
def test_the_world_round_them(raw: Path, tmp_path: Path) -> None:
    """Less trade between provinces in the file, less in the world table; nothing foreign moves."""
    held = save(xh.load("china-2017-least"), tmp_path / "held.nc")
    assert main(["build", "world-2017", "--flows", str(held), "--raw", str(raw), "-o", str(tmp_path)]) == 0
    made, world = open_accounts(tmp_path / "world-2017-flows.nc"), xh.load("world-2017")
    assert made.name == "world-2017-flows"
    assert made.extra["flows_file"] == "held.nc"
    assert "held.nc" in made.notes[0]
    assert close(made.flow[31:], world.flow[31:])
    assert close(made.flow[:31, 31:], world.flow[:31, 31:])
    assert openness(made.flow[:31, :31]).mean() < openness(world.flow[:31, :31]).mean() - 0.05


@pytest.mark.slow
def test_an_interprovincial_table_is_taken(tmp_path: Path) -> None:
    """The layout of interprovincial tables, in the unit of the file: the flows of the bundled table come back."""
    import csv

    acc = xh.load("china-2017")
    n, g, s = 31, acc.geography.names_zh, acc.sectors.names_zh
    flow, use, final = inside(acc), acc.use[:-1], acc.final[:-1].sum(2)
    total = use.sum(2) + final
    part = np.where(total > 0, 1 / np.where(total > 0, total, 1.0), 0.0)
    with open(tmp_path / "held.csv", "w", encoding="utf-8", newline="") as f:
        out = csv.writer(f)
        ends = [(r, i) for r in range(n) for i in range(42)]
        out.writerow(["", "", *(g[r] for r, _ in ends), *g[:n], "", ""])
        out.writerow(["", "", *(s[i] for _, i in ends), *["最终使用"] * n, "出口", "总产出"])
        for r, i in ends:
            x = flow[r, :, i] * part[:, i]
            z = x[:, None] * use[:, i]
            out.writerow([g[r], s[i], *z.ravel(), *(x * final[:, i]), acc.flow[r, -1, i], acc.output[r, i]])
        abroad = np.einsum("si,sij->sj", acc.flow[-1, :-1] * part, use)
        bought = (acc.flow[-1, :-1] * part * final).sum(1)
        out.writerow(["", "进口", *abroad.ravel(), *bought, "", ""])
        out.writerow(["", "增加值", *acc.value_added[:-1].sum(2).ravel(), *[""] * (n + 2)])
    new, _ = with_flows(acc, load_log("china-2017"), read_flows(tmp_path / "held.csv", acc))
    # Goods that leave stocks faster than they are used have no flow to split among users.
    whole = (total > 1e-6).all(0)
    assert whole.sum() >= 35
    assert np.allclose(inside(new)[..., whole], inside(acc)[..., whole], rtol=1e-6, atol=1e-5)

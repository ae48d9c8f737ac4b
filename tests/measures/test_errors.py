"""What the measures refuse, by message; and the circulation command, its columns, formats and exit codes."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from xunhuan import measures
from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import CIRCUITS
from xunhuan.data.public import public_tables
from xunhuan.data.store import known_tables, load
from xunhuan.errors import BadInput, UnknownName
from xunhuan.faces.cli import main
from xunhuan.faces.commands.measuring import measure_notes
from xunhuan.faces.output import _blocks
from xunhuan.faces.series import history
from xunhuan.faces.speaking import speak
from xunhuan.measures import circulation
from xunhuan.models import registry
from xunhuan.scenario.layers import library

pytestmark = pytest.mark.error

TOYS = pd.DataFrame({"ATL": [100, 104, 108, 113], "BOR": [100, 110, 99, 115]}, index=[1997, 1998, 1999, 2000])

ROWS = pd.DataFrame({"region": ["ATL", "BOR"], "sector": ["MAN", "chips"], "t": [1.0, 2.0]})
REFUSED: list[tuple[Callable[[Accounts], object], str]] = [
    (
        lambda a: circulation(a, definition="supply"),
        "unknown definition 'supply'\n  fix: choose absorption, origin, forward",
    ),
    (lambda a: circulation(a, by="month"), "unknown grouping 'month'\n  fix: choose region, sector, group, partner"),
    (lambda a: circulation(a, border="wall"), "unknown border 'wall'\n  fix: choose region or nation"),
    (lambda a: circulation(a, region=[]), "no region asked for"),
    (lambda a: circulation(a, region="AT-X"), "unknown region 'AT-X'\n  fix: did you mean"),
    (lambda a: circulation(a, home="ATK"), "unknown nation 'ATK'\n  where: toyland\n  fix: did you mean ATL?"),
    (lambda a: circulation(a.restrict("ATL"), region="ROW"), "no books are kept for an open region\n  - ROW"),
    (
        lambda a: measures.export_decomposition(a, method="hiy"),
        "unknown method 'hiy'\n  fix: choose bm-source, bm-sink, kww, wwz",
    ),
    (
        lambda a: measures.export_decomposition(a, method="kww", by="partner"),
        "Koopman-Wang-Wei terms are of total exports only",
    ),
    (lambda a: measures.export_decomposition(a, by="good"), "unknown grouping 'good'"),
    (lambda a: measures.exposure(a, ["AT-N", "COAST"]), "the regions asked for overlap\n  - AT-N\n  where: toyland"),
    (lambda a: measures.exposure(a, by="user"), "unknown grouping 'user'"),
    (lambda a: measures.chokepoints(a, valuation="deep"), "unknown valuation 'deep'\n  fix: choose face or look"),
    (
        lambda a: measures.participation(a, "COAST", border="nation"),
        "with nations as actors only nations can be chosen\n  - COAST",
    ),
    (lambda a: measures.participation(a, border="wall"), "unknown border 'wall'"),
    (lambda a: measures.value_added_trade(a, by="user"), "unknown grouping 'user'"),
    (lambda a: measures.gateways(a, "BOR"), "only regions of ATL can be its gateways\n  - BOR"),
    (
        lambda a: measures.extraction(a, origin="AT-N", destination="AT-N"),
        "the selection cuts no trade\n  where: AT-N to AT-N",
    ),
    (lambda a: measures.extraction(a, origin="BOR", destination="ATL", sectors="chips"), "unknown sector 'chips'"),
    (lambda a: measures.structure(a, by="user"), "unknown grouping 'user'"),
    (lambda a: measures.structure(a, of="jobs"), "unknown quantity 'jobs'\n  fix: choose value_added or output"),
    (lambda a: measures.duplication(a, region="AT-N"), "duplication compares two regions or more"),
    (lambda a: measures.linkages(a, by="user"), "unknown grouping 'user'"),
    (
        lambda a: measures.linkages(a, stocks="inventory"),
        "the table has no such final category to take changes in stocks from\n  - inventory\n  where: toyland\n"
        "  fix: name some of consumption, investment; where none of them holds changes in stocks leave the option out",
    ),
    (lambda a: measures.linkages(a, stocks=" + "), "the table has no such final category"),
    (
        lambda a: measures.linkages(a, stocks=["consumption", "investment"]),
        "nothing is left of final use without the categories named\n  - consumption\n  - investment\n  where: toyland\n"
        "  fix: name only those that hold changes in stocks",
    ),
    (lambda a: measures.exposure(a, by="industry", industries="chips"), "unknown sector 'chips'"),
    (lambda a: measures.coupling(a, ["AT-N", "COAST"]), "the regions asked for overlap\n  - AT-N"),
    (lambda a: measures.volatility(a, by="sector"), "unknown grouping 'sector'\n  fix: choose region or partner"),
    (
        lambda a: measures.volatility(a),
        "the growth of some markets is not known\n  - ATL\n  - BOR\n  where: toyland\n"
        "  fix: give a series that has them: a column year and one for every nation",
    ),
    (lambda a: measures.volatility(a, demand="imf"), "no series of demand is called 'imf'\n  fix: choose oecd or wiod, or"),
    (lambda a: measures.volatility(a, demand=TOYS[:3]), "demand needs four years or more without a gap"),
    (lambda a: measures.volatility(a, demand=TOYS.drop(1998)), "demand needs four years or more without a gap"),
    (lambda a: measures.volatility(a, demand=-TOYS), "demand must be a number above 0 in every year\n  - ATL\n  - BOR"),
    (
        lambda a: measures.volatility(a, demand=TOYS, years="1998"),
        "1 years of growth are too few\n  where: years 1998\n  fix: take three or more",
    ),
    (lambda a: measures.volatility(a, demand=TOYS, years="2020"), "no years of growth are '2020'\n  where: years 2020"),
    (lambda a: measures.volatility(a, demand=TOYS, years="now"), "no years of growth are 'now'"),
    (
        lambda a: measures.volatility(a, demand=TOYS, currency="SHL"),
        "no exchange rates are known of 'SHL'\n  fix: choose USD, CNY",
    ),
    (
        lambda a: measures.volatility(a, demand=TOYS, currency="CNY"),
        "the exchange rate of CNY is known of 2007 to 2022\n  - 1997",
    ),
    (lambda a: history("circulation", "CHN", partner="USA"), "the history of circulation has no partners"),
    (lambda a: history("coupling", "CHN", partner="USB"), "unknown partner 'USB'"),
    (lambda a: measures.head_ries(a, theta=0.0), "theta is 0.0\n  fix: give a trade elasticity above 0"),
    (lambda a: measures.border_effect(a, theta=-1.0), "theta is -1.0"),
    (
        lambda a: measures.export_decomposition(a, perimeter="wall"),
        "unknown perimeter 'wall'\n  fix: choose exporter, self, bilateral, sector, world",
    ),
    (lambda a: measures.export_decomposition(a, method="wwz", perimeter="self"), "wwz has no perimeters"),
    (lambda a: measures.value_added_origin(a, trade="both"), "unknown trade 'both'\n  fix: choose exports or imports"),
    (lambda a: measures.multipliers(a, amount=float("nan")), "the amount nan is no number"),
    (lambda a: measures.structural_paths(a, least=0.0), "the bound 0.0 is not above 0"),
    (lambda a: measures.price_model(a, model="gosh"), "unknown model 'gosh'"),
    (
        lambda a: measures.price_model(a, component="taxes"),
        "no component of value added of the table\n  - taxes\n  where: toyland\n  fix: those are wages,",
    ),
    (lambda a: measures.price_model(a, component="wages", model="ghosh-price"), "no category of final use of the table"),
    (lambda a: measures.embodied(a, satellite="no.csv"), "there is no file 'no.csv'"),
    (lambda a: measures.embodied(a, satellite=ROWS[["region", "t"]]), "the satellite has no column sector"),
    (lambda a: measures.embodied(a, satellite=ROWS, of="u"), "which column of the satellite: t"),
    (
        lambda a: measures.embodied(a, satellite=ROWS),
        "the satellite cannot be read\n  - line 3: unknown sector 'chips'",
    ),
    (
        lambda a: measures.embodied(a, satellite=ROWS[:1].assign(t=float("nan"))),
        "the satellite cannot be read\n  - line 2: nan is no number",
    ),
    (lambda a: measures.embodied(a, satellite=ROWS[:1], spread="area"), "unknown spread 'area'"),
    (lambda a: measures.structural_decomposition(a, a, of="jobs"), "unknown quantity 'jobs'"),
    (
        lambda a: measures.structural_decomposition(a, a.restrict("ATL")),
        "the two tables cannot be compared\n  - regions differ: 'BOR' against 'ROW'\n  - nations differ:",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("call", "message"), REFUSED, ids=[m.splitlines()[0] for _, m in REFUSED])
def test_what_is_refused(toy: Accounts, call: Callable[[Accounts], object], message: str) -> None:
    with pytest.raises(BadInput) as error:
        call(toy)
    assert str(error.value).startswith(message)
    assert error.value.exit_code == 2


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(list(words))
    out = capsys.readouterr()
    return code, out.out, out.err


def test_csv_has_the_promised_columns(capsys: pytest.CaptureFixture[str], tmp_path: Path, toy: Accounts) -> None:
    path = tmp_path / "c.csv"
    code, out, _ = run(capsys, "circulation", "toyland", "--by", "region", "--definition", "absorption",
                       "--format", "csv", "-o", str(path))  # fmt: skip
    assert (code, out) == (0, "")
    frame = pd.read_csv(path)
    assert list(frame.columns) == [
        "region",
        "name_en",
        "name_zh",
        "gdp",
        *(f"{c}{end}" for c in CIRCUITS for end in ("", "_low", "_high")),
    ]
    assert (frame.own + frame.inter + frame.external).to_numpy() == pytest.approx(1.0, abs=1e-12)
    assert frame.name_zh.tolist() == ["北境", "东岛", "南谷"]
    assert frame.own.to_numpy() == pytest.approx(circulation(toy).own.values, rel=1e-14)


def test_definition_weighting_and_both_means_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    for definition in ("absorption", "origin", "forward"):
        code, out, _ = run(capsys, "circulation", "toyland", "--definition", definition)
        assert code == 0
        flat = " ".join(out.split())
        assert f"Definition: circulation by {definition}:" in flat
        assert "Weighting: each share is of the row's own" in flat
        assert "Mean over the single regions shown, simple: own 0." in flat
        drawn = definition == "absorption"  # what the table keeps worked out
        assert ("Intervals: none of these numbers were drawn; --draws 16" in flat) is not drawn
        assert bool(re.search(r"simple: own 0\.\d{4} \(0\.\d{3}–0\.\d{3}\), inter", flat)) is drawn
        assert "-weighted: own 0." in flat


def test_json_parquet_regions_and_nation(capsys: pytest.CaptureFixture[str], tmp_path: Path, toy: Accounts) -> None:
    code, out, _ = run(
        capsys, "circulation", "toyland", "--region", "Northmark", "--region", "COAST", "--format", "json"
    )
    assert code == 0
    assert [row["region"] for row in json.loads(out)] == ["AT-N", "COAST"]
    path = tmp_path / "c.parquet"
    words = (
        "circulation",
        "toyland",
        "--nation",
        "SEA=AT-S,BOR",
        "--by",
        "partner",
        "--format",
        "parquet",
        "-o",
        str(path),
    )
    assert run(capsys, *words)[0] == 0
    frame = pd.read_parquet(path)
    assert set(frame.region) == {"AT-S", "BOR"}
    inter = frame[(frame.region == "AT-S") & (frame.circuit == "inter")]
    assert inter.partner.tolist() == ["BOR"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["circulation", "china-2071"], "unknown table 'china-2071'"),
        (["circulation", "toyland", "--region", "Borae"], "did you mean Borea, BOR?"),
        (["circulation", "toyland", "--nation", "SEA"], "--nation 'SEA' is not NAME=CODE,CODE,..."),
        (["circulation", "toyland", "--nation", "SEA=BOR,XX"], "unknown region 'XX'"),
        (["circulation", "toyland", "--definition", "income"], "unknown definition 'income'"),
        (["exposure", "toyland", "--region", "AT-N", "--region", "COAST"], "the regions asked for overlap"),
    ],
)
def test_bad_words_exit_2_and_say_why(capsys: pytest.CaptureFixture[str], words: list[str], message: str) -> None:
    code, out, err = run(capsys, *words)
    assert (code, out) == (2, "")
    assert message in err


@pytest.mark.parametrize(
    "words",
    [
        ["value-added-trade", "toyland", "--region", "COAST"],
        ["participation", "toyland", "--border", "nation"],
        ["export-decomposition", "toyland", "--method", "wwz", "--by", "sector"],
        ["gateways", "toyland", "--region", "COAST"],
        ["exposure", "toyland", "--by", "partner", "--top", "3"],
        ["exposure", "toyland", "--by", "industry", "--industries", "goods"],
        ["exposure", "toyland", "--by", "industry-partner", "--border", "nation", "--region", "ATL"],
        ["linkages", "toyland", "--stocks", "investment"],
        ["chokepoints", "toyland", "--region", "COAST", "--valuation", "face"],
        ["extraction", "toyland", "--origin", "BOR", "--destination", "ATL", "--sectors", "goods", "--substitution"],
        ["structure", "toyland", "--by", "partner"],
        ["duplication", "toyland", "--sectors", "goods"],
        ["linkages", "toyland", "--by", "sector"],
        ["propagation-length", "toyland"],
        ["head-ries", "toyland", "--theta", "5"],
        ["border-effect", "toyland", "--home", "ATL"],
        ["coupling", "toyland", "--region", "AT-N", "--top", "2"],
        ["supply", "toyland", "--region", "ATL", "--by", "sector"],
        ["import-content", "toyland", "--region", "ATL", "--sectors", "goods"],
        ["structural-decomposition", "toyland", "toyland", "--region", "COAST"],
    ],
    ids=lambda w: w[0],
)
def test_every_measure_has_a_command(capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    code, out, err = run(capsys, *words)
    assert (code, err) == (0, "")
    assert "Definition: " in out
    assert "Source: " in out


def test_top_shows_the_largest_first(capsys: pytest.CaptureFixture[str], toy: Accounts) -> None:
    _, out, err = run(capsys, "exposure", "toyland", "--by", "industry", "--industries", "goods")
    assert "Using industries: goods." in " ".join((out + err).split())


def test_volatility_and_market_risk_read_a_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "demand.csv"
    TOYS.rename_axis("year").to_csv(path)
    for name, sd in (("volatility", 0.0163), ("market-risk", None)):
        code, out, err = run(capsys, name, "toyland", "-r", "AT-N", "--demand", str(path), "--format", "json")
        assert code == 0
        assert "covariance of 3 years of growth, 1998-2000; the series" in err
        (row,) = json.loads(out)
        assert row["part_home"] + row["part_abroad"] == pytest.approx(row["sd"])
        assert sd is None or row["sd"] == pytest.approx(sd, abs=1e-4)
    (tmp_path / "wrong.csv").write_text("a,b\n1,2\n")
    code, _, err = run(capsys, "volatility", "toyland", "--demand", str(tmp_path / "wrong.csv"))
    assert code == 2
    assert "the series of demand has no column year" in err


def test_unknown_sector_in_extraction_names_neighbours(toy: Accounts) -> None:
    with pytest.raises(UnknownName, match="SER"):
        measures.extraction(toy, origin="BOR", destination="ATL", sectors="SERV")


def test_measures_do_not_reach_for_jax() -> None:
    code = "import sys, xunhuan as xh; xh.measures.circulation(xh.toyland()); print('jax' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_nothing_is_mutated(toy: Accounts) -> None:
    before = toy.digest, np.array(toy.flow)
    circulation(toy, definition="forward", region=["COAST", "provinces"])
    measures.export_decomposition(toy, "COAST", method="bm-sink")
    measures.extraction(toy, origin="BOR", destination="ATL", substitution=True)
    assert toy.flow == pytest.approx(before[1], abs=0)
    assert toy.digest == before[0]


def test_definition_goes_beside_numbers_that_are_not_a_printed_table(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, out, err = run(capsys, "circulation", "toyland", "--format", "csv")
    assert code == 0
    assert out.splitlines()[0].startswith("region,name_en,name_zh,gdp,own,own_low,own_high,inter,")
    assert "Definition: circulation by absorption" in err
    assert "Weighting: " in err
    code, _, err = run(capsys, "circulation", "toyland", "--format", "parquet", "-o", str(tmp_path / "c.parquet"))
    assert code == 0
    frame = pd.read_parquet(tmp_path / "c.parquet")
    assert any(line.startswith("Definition: ") for line in frame.attrs["notes"])
    assert "Method: [JohnsonNoguera2012]." in err


def test_a_wide_table_keeps_every_code_and_number_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "export-decomposition", "toyland", "--method", "wwz", "--by", "partner")
    row = next(line for line in out.splitlines() if "AT-N" in line and "BOR" in line)
    assert len([c for c in row.split("│") if c.strip()]) == 21  # four of codes and names, exports, sixteen terms
    assert "…" not in out


def test_a_table_wider_than_the_screen_is_cut_between_columns() -> None:
    columns = ["region", "name_en", *(f"term_{k}" for k in range(6))]
    cells = [["AT-N", "North of Atland", *["1,000.0"] * 6]]
    parts = _blocks(columns, [False, False, *[True] * 6], cells, 40, ("name_en",))
    assert all(part[0] == 0 for part in parts)  # the name is in the first part alone
    assert [n for part in parts for n in part[1:]] == list(range(1, 8))
    assert _blocks(columns, [False, False, *[True] * 6], cells, 400) == [list(range(8))]
    named = _blocks(columns[1:], [False, *[True] * 6], [row[1:] for row in cells], 40)
    assert all(part[0] == 0 for part in named)  # rows keep their name where nothing else tells them apart
    long = [["toyland", "A table with a very long title", *["1,000.0"] * 6]]
    assert _blocks(["table", "title", *columns[2:]], [False, False, *[True] * 6], long, 60) == [list(range(8))]


@pytest.mark.parametrize("width", [80, 120, 200])
@pytest.mark.parametrize("line", ["scenarios", "tables", "fetch", "models"])
def test_a_list_on_a_screen_begins_with_whole_names(line: str, width: int, monkeypatch, capsys) -> None:
    """What the next command asks for is never cut; what finds no room is named."""
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", str(width))
    _, out, _ = run(capsys, line)
    rows = [r for r in re.sub(r"\x1b\[[\d;]*m", "", out).splitlines() if r.startswith("│")]
    shown = {r.split("│")[1].strip() for r in rows} - {""}
    known = {"scenarios": library, "tables": known_tables, "fetch": public_tables, "models": registry.models}[line]()
    assert shown == set(known)
    assert "Not on this screen: " in out or width > 80


def test_notes_keep_their_semicolons_and_units_name_their_columns(toy: Accounts) -> None:
    noted = replace(toy, notes=("rates of 2014; no duties of 2018",))
    lines = measure_notes(measures.extraction(noted, origin="BOR", destination="ATL"))
    assert "Note: rates of 2014; no duties of 2018." in lines
    assert any(line.startswith("Units: gdp, gdp_after, gdp_loss in million SHL; the rest ratios.") for line in lines)


def test_a_folder_in_place_of_a_file_is_named(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, _, err = run(capsys, "check", str(tmp_path))
    assert code == 2
    assert "this is a folder, not a file" in err
    code, _, err = run(capsys, "circulation", "toyland", "--format", "csv", "-o", str(tmp_path))
    assert code == 2
    assert "a folder has this name" in err


def test_a_folder_that_cannot_be_written_to_is_refused(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.access", lambda *_: False)
    code, _, err = run(capsys, "circulation", "toyland", "--format", "csv", "-o", str(tmp_path / "c.csv"))
    assert code == 2
    assert "the folder cannot be written to" in err
    assert not list(tmp_path.iterdir())


def test_chinese_names_have_neighbours_too(capsys: pytest.CaptureFixture[str], china: Accounts) -> None:
    code, _, err = run(capsys, "circulation", "china-2017", "--region", "广冬")
    assert code == 2
    assert "广东" in err


TOPPED = [
    ["value-added-trade"], ["value-added-trade", "--by", "sector"], ["export-decomposition", "--by", "partner"],
    ["export-decomposition", "--by", "sector"], ["exposure", "--by", "sector"], ["exposure", "--by", "industry"],
    ["extraction", "--origin", "BOR", "--destination", "ATL"], ["structure", "--by", "sector"],
    ["structure", "--by", "partner"],
    ["linkages", "--by", "sector"], ["head-ries"], ["propagation-length"], ["cross-hauling", "--by", "sector"],
]  # fmt: skip


@pytest.mark.parametrize("words", TOPPED, ids=" ".join)
def test_top_is_of_each_region_by_the_number_shown(capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    """Against loops over the whole table: what is left out of a region is no larger than what is shown."""
    line = [
        words[0],
        "toyland",
        *words[1:],
        *([] if words[0] == "extraction" else ["--region", "AT-N", "--region", "AT-S"]),
    ]
    whole = pd.read_csv(StringIO(run(capsys, *line, "--format", "csv")[1]))
    _, out, err = run(capsys, *line, "--top", "2", "--format", "csv")
    shown = pd.read_csv(StringIO(out))
    by = re.search(r"by (\w+)", next(t for t in err.splitlines() if t.startswith("Shown: "))).group(1)  # type: ignore[union-attr]
    keys = [c for c in whole.columns if whole[c].dtype.kind not in "fi"]
    one_row = not whole["region"].duplicated().any()
    assert by in whole.columns
    for region in ["all"] if one_row else dict.fromkeys(whole["region"]):
        rows = whole if one_row else whole[whole["region"] == region]
        if "partner" in rows and not one_row:
            rows = rows[rows["partner"] != region]
        here = shown if one_row else shown[shown["region"] == region]
        sizes = sorted((abs(x) for x in rows[by] if x == x), reverse=True)[:2]
        assert [abs(x) for x in here[by] if x == x] == sizes, region
        assert set(map(tuple, here[keys].to_numpy())) <= set(map(tuple, rows[keys].to_numpy()))
    assert list(dict.fromkeys(shown["region"])) == (
        [*shown["region"]] if one_row else list(dict.fromkeys(whole["region"]))
    )


def test_the_largest_abroad_are_the_largest(capsys: pytest.CaptureFixture[str]) -> None:
    """By the world table: two nations each with their own largest partners, the nation itself no partner."""
    line = ["value-added-trade", "world-2017", "--border", "nation", "--region", "CHN", "--region", "VNM", "--top", "2"]
    shown = pd.read_csv(StringIO(run(capsys, *line, "--format", "csv")[1]))
    ds = measures.value_added_trade(load("world-2017"), ["CHN", "VNM"], border="nation")
    for region in ("CHN", "VNM"):
        row = ds["value"].sel(region=region)
        others = row.sel(partner=[p for p in row["partner"].values if p != region]).to_series().nlargest(2)
        assert shown.loc[shown["region"] == region, "partner"].tolist() == list(others.index)


def test_of_one_region_no_mean_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "circulation", "toyland", "--region", "AT-N")
    assert code == 0
    assert "Mean over" not in out


def test_the_language_may_be_said_after_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (("--lang", "zh"), ("--lang=zh",)):
        code, out, _ = run(capsys, "circulation", "toyland", *words)
        assert code == 0
        assert "最终需求口径" in out
    assert run(capsys, "circulation", "toyland", "--lang", "xx")[0] == 2
    speak("")

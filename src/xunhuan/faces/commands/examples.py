"""A line that runs for every command, for its help; and how commands are grouped in the list of all."""

from __future__ import annotations

COMMAND_GROUPS: dict[str, tuple[str, ...]] = {
    "Start here": ("demo", "docs", "explain", "serve", "tables", "scenarios", "models"),
    "Circulation and trade": (
        "circulation", "value-added-trade", "participation", "export-decomposition", "value-added-origin", "supply",
        "import-content", "history",
    ),
    "Dependence and risk": (
        "exposure", "chokepoints", "extraction", "coupling", "volatility", "market-risk", "gateways", "structural-paths",
    ),
    "Structure and integration": (
        "structure", "duplication", "linkages", "propagation-length", "head-ries", "border-effect", "cross-hauling",
        "structural-decomposition",
    ),
    "Multipliers, footprints, prices": ("multipliers", "embodied", "price-model"),
    "What if, in one line": ("respond", "barriers", "coalition", "sweep"),
    "What if, in a file": ("new", "check", "run", "ensemble", "query"),
    "Pages, pictures, sources": ("report", "figure", "cite"),
    "Tables of your own": (
        "import", "fetch", "relabel", "lists", "aggregate", "restrict", "split-processing", "build",
    ),
}  # fmt: skip
"""Commands in the list of all, by what they are for; those of models stand beside `respond`."""

FIRST_LINES = (
    ("whose demand carries Guangdong's GDP", "xunhuan circulation china-2017 --region CN-GD"),
    ("a tariff, in the long run", 'xunhuan simulate world-2017 --tariff "USA<-CHN:goods:+0.25"'),
    ("a scenario of the library, with its report", "xunhuan run us-tariffs-2025 -o results/tariffs"),
    ("how to, by question", "xunhuan docs howto"),
)
"""What the list of all shows: what it asks, and the line."""

EXAMPLES: dict[str, str] = {
    "tables": "xunhuan tables china-2017",
    "check": "xunhuan check chip-embargo",
    "circulation": "xunhuan circulation china-2017 --region CN-GD --region YRD --by partner --top 5",
    "value-added-trade": "xunhuan value-added-trade world-2017 --border nation --region CHN --top 5",
    "participation": "xunhuan participation world-2017 --border nation --region CHN",
    "export-decomposition": "xunhuan export-decomposition world-2017 --border nation --region CHN",
    "value-added-origin": "xunhuan value-added-origin world-2017 --region CN-GD --trade imports --top 5",
    "multipliers": "xunhuan multipliers china-2017 --region CN-GD --sectors electronics --amount 100 --top 5",
    "embodied": "xunhuan embodied TABLE --satellite JOBS.csv --of jobs",
    "structural-paths": "xunhuan structural-paths toyland --region BOR --least 0.01 --top 5",
    "price-model": "xunhuan price-model toyland --origin AT-E --component wages --change 0.1 --by sector",
    "gateways": "xunhuan gateways world-2017 --region YRD",
    "exposure": "xunhuan exposure world-2017 --region CN-GD",
    "chokepoints": "xunhuan chokepoints world-2017 --region CHN --top 5",
    "extraction": "xunhuan extraction world-2017 --origin CHN --destination USA --sectors electronics --region CN-GD",
    "structure": "xunhuan structure china-2017 --by partner --region CN-GD --top 5",
    "duplication": "xunhuan duplication china-2017 --sectors electronics --region YRD",
    "linkages": "xunhuan linkages china-2017 --region CN-GD --by sector --sectors electronics",
    "propagation-length": "xunhuan propagation-length world-2017 --region CN-GD --top 5",
    "head-ries": "xunhuan head-ries world-2017 --region CN-GD --sectors goods --top 5",
    "border-effect": "xunhuan border-effect world-2017 --region CN-GD --sectors goods --theta 5",
    "cross-hauling": "xunhuan cross-hauling china-2017 --region CN-GD",
    "coupling": "xunhuan coupling world-2017 --region CN-GD --top 5",
    "volatility": "xunhuan volatility world-2017 --region CN-GD --by partner --top 5",
    "supply": "xunhuan supply china-2017 --region CN-GD --sectors electronics",
    "import-content": "xunhuan import-content china-2017 --region CN-GD --sectors electronics",
    "structural-decomposition": "xunhuan structural-decomposition china-2012 china-2017 --region CN-GD",
    "build": "xunhuan build china-2017 --raw DIR",
    "split-processing": "xunhuan split-processing china-2017 -o FILE",
    "history": "xunhuan history --nation CHN",
    "import": "xunhuan import icio 2016-2022_SML.zip --year 2022 -o icio.nc",
    "fetch": "xunhuan fetch wiod-2016-r",
    "relabel": "xunhuan relabel china-2017 -o told.nc --list cn42-2017",
    "lists": "xunhuan lists economies",
    "aggregate": "xunhuan aggregate world-2017 -o coarse.nc --nations --sector GOODS=goods",
    "restrict": "xunhuan restrict world-2017 -o asia.nc --region CHN --region JPN+KOR",
    "models": "xunhuan models trade",
    "respond": 'xunhuan respond world-2017 --model trade --edit "tariff from=CHN to=USA sectors=goods add=0.25"',
    "barriers": "xunhuan barriers world-2017 CN-GD",
    "coalition": "xunhuan coalition world-2017 --members USA,JPN,KOR,TWN,NLD --target CHN --sectors electronics",
    "sweep": "xunhuan sweep world-2017 --by link --days 90 --top 20",
    "market-risk": "xunhuan market-risk world-2017 --region CN-GD --by partner --top 5",
    "report": "xunhuan report china-2017 -o report.html",
    "figure": "xunhuan figure china-2017 maps -o circulation.png",
    "cite": "xunhuan cite china-2017",
    "explain": "xunhuan explain 省际循环",
    "new": 'xunhuan new my.toml --edit "tariff from=CHN to=USA sectors=goods add=0.25" --draws 64',
    "docs": "xunhuan docs howto",
    "run": "xunhuan run chip-embargo -o results/chips",
    "ensemble": "xunhuan ensemble us-tariffs-2025 --draws 2000 --workers 8",
    "scenarios": "xunhuan scenarios --format csv",
    "query": 'xunhuan query results/chips "select * from summary" -o summary.csv',
    "demo": "xunhuan demo",
    "serve": "xunhuan serve --port 8050",
}
"""A line that runs as it stands, for the end of each command's help; words in capitals are yours."""

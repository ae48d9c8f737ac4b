"""Which commands the command line has, room by room, told without importing what answers."""

from __future__ import annotations

ROOMS: dict[str, dict[str, str]] = {
    "tables": {
        "tables": "List the tables that can be named, or show one of them.",
        "check": "Check a table's accounting identities, or a scenario against its table and models, without running it.",
    },
    "measures": {
        "circulation": "Share of GDP that turns on a region's own market, on its nation's other regions, and abroad.",
        "value-added-trade": "Value added of regions absorbed in each partner's final demand.",
        "participation": "Forward and backward participation in value chains, simple and complex; VS and VS1.",
        "export-decomposition": "Gross exports by whose value they hold and what is counted twice.",
        "value-added-origin": "Value in gross exports or imports by the region and the industry that added it.",
        "multipliers": "Output, value added and imports that final demand for a region's goods calls for.",
        "embodied": "Jobs, emissions or energy of a csv behind final use: footprints and embodied flows.",
        "structural-paths": "Single chains of suppliers behind the final goods a region buys, largest first.",
        "price-model": "What dearer primary inputs, or more final demand, make of prices and output.",
        "gateways": "Part of the other regions' export value added that a region ships, or that passes through it.",
        "exposure": "Reliance on foreign inputs at face value and looked through, and how few nations supply them.",
        "chokepoints": "Goods ranked by foreign reliance x supplier concentration x weight in GDP.",
        "extraction": "GDP lost when links between regions are taken out (hypothetical extraction).",
        "structure": "Specialisation, location quotients, likeness and complementarity of regions.",
        "duplication": "How far regions of a nation or cluster do the same, industry by industry.",
        "linkages": "Backward and forward linkage, upstreamness and downstreamness.",
        "propagation-length": "Average number of stages between a region's value added and a partner's final goods.",
        "head-ries": "Trade costs that flows imply (Head-Ries), ad valorem.",
        "border-effect": "How much more freely regions trade inside their nation than across its border.",
        "cross-hauling": "How much of the same goods a place both sends to and takes from the rest of its nation.",
        "coupling": "How much of a region's income hangs on each market, and the market's on the region's.",
        "volatility": "How much a region's income varies with its markets, whose part that is, and what others would do.",
        "supply": "Domestic share of the use of goods, in all uses and in intermediate and final use apart.",
        "import-content": "Imports of a kind of good that industries use per unit of output.",
        "structural-decomposition": "What moved circulation between two tables: technology, sourcing, demand.",
    },
    "build": {
        "build": "Build a table from raw sources: NAME.nc, and NAME.log.parquet with every correction made.",
    },
    "processing": {
        "split-processing": "Set processing exporters apart from all other production, and save the table.",
    },
    "history": {
        "history": "Domestic and external share by year, one series for each source.",
    },
    "imports": {
        "import": "Read a table from another house, check its identities and save it as accounts.",
    },
    "fetch": {
        "fetch": "List public tables that are known, or get one from its makers, check it and file it.",
    },
    "relabel": {
        "relabel": "Say what a table's sectors and regions are, and save it.",
        "lists": "List the sector lists that are known, or show the sectors of one.",
    },
    "reshape": {
        "aggregate": "Add up regions, sectors or both, and save the table; what no group names stays itself.",
        "restrict": "Keep the books of some regions only, all others one open region, and save the table.",
    },
    "models": {
        "models": "List the models, or tell in full what one reads, takes and gives.",
    },
    "respond": {
        "respond": "What a model makes of some edits of a table: the places changed most.",
        "barriers": "Which trade costs cost a region most: gain in its real income, percent, per percent off each.",
    },
    "coalition": {
        "coalition": "What a coalition's sanctions cost target and members, and what each is worth; who would pay whom.",
    },
    "sweep": {
        "sweep": "Which single link matters most: each of the largest cut for some days, ranked by the value added lost.",
    },
    "risk": {
        "market-risk": "How much real income varies with each market when prices, wages and trade answer.",
    },
    "report": {
        "report": "Write one self-contained HTML page: the answer, figures, tables, definitions, sources.",
        "figure": "Draw figures of a report as image files, with the Chromium or Chrome on this machine.",
        "cite": "Print the sources of a table, result, measure or model as BibTeX.",
    },
    "explain": {
        "explain": "Say what a term means, in English or Chinese: `xunhuan explain 省际循环`.",
    },
    "new": {
        "new": "Begin a scenario file, from flags or by asking: commented, checked against its table and models.",
    },
    "docs": {
        "docs": "List the pages of the documentation, print one, or show them in a browser; no network is asked.",
    },
    "scenario": {
        "run": "Run a scenario: every arm, comparisons, intervals; writes a result folder and prints the headline numbers.",
        "ensemble": "Run a scenario's draws in batches, on this machine or a Dask cluster.",
        "scenarios": "The library of scenarios: name, title, base, what it asks and where its magnitudes come from.",
        "query": "Ask a result in SQL (DuckDB): summary, draws, outcomes and choices are its tables.",
        "demo": "The provinces' circulation with its report; then chips cut off against an opened home market.",
    },
    "serve": {
        "serve": "Open the laboratory on this machine; stop it with Ctrl-C. Results stay in the folder.",
    },
}
"""Rooms in the order of `xunhuan --help`: their commands with the beginning of each one's help."""

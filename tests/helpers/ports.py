"""A network of Toyland: five cities, two ports, one economy abroad, in the files that a user writes."""

from pathlib import Path

CITIES = """city,name_zh,region,lon,lat,weight
Alder,桤城市,AT-N,10.0,52.0,3
Birch,桦城市,AT-N,11.0,51.5,1
Cedar,雪松市,AT-E,13.0,51.0,4
Elm,榆城市,AT-S,11.0,48.0,2
Fir,杉城市,AT-S,12.5,48.5,2
"""
GATEWAYS = """gateway,name,name_zh,region,mode,lon,lat
NP,North Port,北港,AT-N,sea,9.5,53.0
SP,South Port,南港,AT-S,sea,11.0,47.0
"""
EDGES = """from,to,mode,km,opened,class
Alder,Birch,road,90,,
Birch,Cedar,road,150,,
Birch,Elm,road,390,,
Cedar,Fir,road,280,,
Elm,Fir,road,125,,
Alder,Elm,rail,450,1990,conventional
Alder,NP,road,120,,
Elm,SP,road,110,,
NP,SP,coast,900,,
NP,BOR,ocean,2000,,
SP,BOR,ocean,1700,,
"""


def toy_network(folder: Path, **files: str) -> str:
    """Write the network into a folder, files by name in place of its own; the folder's name."""
    for name, text in {"cities": CITIES, "gateways": GATEWAYS, "edges": EDGES, **files}.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return str(folder)

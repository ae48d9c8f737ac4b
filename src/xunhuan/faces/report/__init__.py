"""Reports: one self-contained HTML file that reads like a short paper, and the figures in it.

Needs neither network nor browser; the same numbers and versions give the same bytes.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from xunhuan.faces.report.page import Album
    from xunhuan.scenario.record import Result


class Report(Protocol):
    """A report that can be written or have its figures drawn."""

    @property
    def name(self) -> str:
        """What its file is called."""
        ...

    def html(self) -> str:
        """The whole page."""
        ...

    def brief(self) -> str:
        """The page in short, to be printed on one sheet."""
        ...

    def album(self) -> Album:
        """Its figures by key, in order."""
        ...


def scenario_report(result: Result, lang: Literal["en", "zh"] = "en") -> str:
    """The HTML of the report on a scenario's result, in English or Chinese."""
    from xunhuan.faces.report.scenario import ScenarioReport

    return ScenarioReport(result, lang).html()


def open_source(source: str, nation: list[str] | None = None, lang: Literal["en", "zh"] = "en") -> Report:
    """The report on a table (by name or file) or on a result (by folder).

    nation  as the option --nation: makes regions of a table one nation. Raises what opening either raises.
    """
    from xunhuan.faces.opening import open_table
    from xunhuan.faces.report.circulation import CirculationReport

    if Path(source).is_dir():
        from xunhuan.faces.report.scenario import ScenarioReport
        from xunhuan.scenario.record import open_result

        return ScenarioReport(open_result(source), lang)
    return CirculationReport(open_table(source, nation), str(source), tuple(nation or ()), lang)

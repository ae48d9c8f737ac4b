"""Every choice of the catch-up room, validated, with unit and default; figures can be set over the file's."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from xunhuan.data.records import Finite, NotNegative, OwnFile, Part, Strict
from xunhuan.errors import BadInput, Problems
from xunhuan.models.catchup.industry import BOUNDS, Fact, IndustryFile, ShareReading, industry
from xunhuan.models.edits.base import Edit, Wrong
from xunhuan.models.edits.yearly import Year, Yearly

Lever = Literal["push", "trade", "know", "tools", "learning_rate", "knowledge_spillover"]
ALL_LEVERS: tuple[Lever, ...] = ("push", "trade", "know", "tools", "learning_rate", "knowledge_spillover")
MOST_YEARS = 200
MOST_CELLS = 1e7
"""Draws times years that fit in memory: some thirty numbers are kept of each."""
BEYOND = 80
"""Years after the start that are looked at for the year a target is reached, where the years asked for are fewer."""
SET = (
    "learning_rate", "knowledge_spillover", "forgetting", "producers", "good_elasticity", "home_growth", "gap_now",
    "frontier_cadence", "gap_closing", "tool_ceiling", "ceiling_rise", "idea_strength", "exported",
)  # fmt: skip
"""Figures of an industry file that a parameter of the same name sets."""


class Target(Strict):
    """What is asked for, and by which levers.

    share  of the home market, 0 to 1 · definition  made_in, owned_by or designed_by · by  year · levers  tried one by one
    """

    share: Part = 0.70
    definition: ShareReading = "made_in"
    by: Year = 2035
    levers: tuple[Lever, ...] = ALL_LEVERS

    @model_validator(mode="after")
    def _some(self) -> Self:
        if not self.levers:
            raise ValueError(f"no lever is given: choose from {', '.join(ALL_LEVERS)}")
        return self


class CatchupParameters(Strict):
    """Parameters of the catch-up room; see docs/catchup.md.

    >>> CatchupParameters(years=(2020, 2040)).engine
    'market'
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    industry: Annotated[str, Field(min_length=1), OwnFile()] = Field(
        default="chips", description="Name of a bundled industry (chips, solar) or path of an industry file."
    )
    years: tuple[Year, Year] | None = Field(
        default=None, description="First and last year; by default the file's start and thirty years on."
    )
    engine: Literal["market", "trade"] = Field(
        default="market",
        description="market, the default: the industry's own market, many draws at once. trade: the same learning "
        "around the long-run equilibrium of the whole table, one a year, with exact accounts.",
    )
    law: Literal["learning", "diffusion"] = Field(
        default="learning",
        description="learning, the default: costs fall with experience [IrwinKlenow1994]. diffusion: ideas come with what "
        "is bought from those who are better [BueraOberfield2020].",
    )
    target: Target = Field(default=Target(), description="Share, definition and year asked for, and the levers tried.")
    draws: Annotated[int, Field(ge=0, le=100_000)] = Field(
        default=1000, description="Draws over the ranges of the industry file, for intervals; 0 for none."
    )
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = Field(default=7, description="Of the draws.")
    scenario_nation: str = Field(
        default="", description="Of a file with a curve by nation: whose; by default the table's home."
    )
    pathway: str = Field(
        default="", description="Of a file with a curve: scenario of what is made; by default its first after history."
    )
    learning_rate: Finite | None = Field(default=None, description="Fall of cost when experience doubles, share.")
    knowledge_spillover: Finite | None = Field(
        default=None, description="Weight of another's unit in experience against one's own."
    )
    forgetting: Finite | None = Field(default=None, description="Share of experience lost a year.")
    producers: Finite | None = Field(
        default=None, description="Equal producers at home among whom experience is split."
    )
    good_elasticity: Finite | None = Field(default=None, description="Elasticity of shares in costs, pure number.")
    home_growth: Finite | None = Field(default=None, description="Growth of the home market, share a year.")
    world_growth: Finite | None = Field(default=None, description="Growth of the world's market; by default home's.")
    gap_now: Finite | None = Field(default=None, description="Generations behind at the start.")
    frontier_cadence: Finite | None = Field(default=None, description="Years a generation of the frontier takes.")
    gap_closing: Finite | None = Field(
        default=None, description="Share of the gap that closes a year, tools being open."
    )
    tool_ceiling: Finite | None = Field(
        default=None, description="Newest generation under controls of tools, 0 = frontier at the start."
    )
    ceiling_rise: Finite | None = Field(
        default=None, description="Generations a year by which home tools lift the ceiling."
    )
    idea_strength: Finite | None = Field(default=None, description="β of the law of diffusion.")
    exported: NotNegative | None = Field(
        default=None, description="What home-owned producers sell abroad, unit of the file."
    )
    pace_factor: NotNegative = Field(default=1.0, description="Factor on the pace of history, ratio.")
    price_of_anarchy: Annotated[float, Field(ge=1, allow_inf_nan=False)] = Field(
        default=1.0,
        description="Cost of reaching the same where each place builds for itself, over that of one plan; divides "
        "the pace and every push.",
    )

    def of_industry(self) -> IndustryFile:
        """The industry as its file has it. Raises as `industry.industry`."""
        return industry(self.industry)

    def facts(self, found: IndustryFile) -> dict[str, Fact]:
        """Figures of an industry with a market, those set here put over the file's.

        Raises BadInput listing those that are out of range.
        """
        assert found.facts is not None
        named = found.facts.named()
        problems = Problems("figures of the industry are out of range")
        for name in SET:
            value = getattr(self, name)
            if value is None:
                continue
            low, high = BOUNDS[name]
            if not low <= value <= high:
                problems.add(f"{name}: must lie between {low:g} and {high:g} (given: {value:g})")
            named[name] = Fact(value=value, drawn=False, evidence="judgement", source="set by the one who asks")
        problems.raise_if()
        return named

    def fits(self, edit: Edit) -> tuple[Wrong, ...]:
        """What is wrong with the years of an edit: it would begin after the last year asked for, or be over at the first."""
        if not isinstance(edit, Yearly) or (edit.start is None and getattr(edit, "end", None) is None):
            return ()
        found = self.of_industry()
        first, last = self.years or (found.start, found.start + 30)
        last = max(last, self.target.by) if found.facts is not None else last
        end = getattr(edit, "end", None)
        if edit.since(first) >= last:
            what = f"it begins in {edit.since(first)}, the years asked for end in {last}"
            return (Wrong("start", what, "give more years or begin sooner"),)
        if end is not None and end > last:
            what = f"it ends in {end}, the years asked for in {last}"
            return (Wrong("end", what, "give more years or end it sooner"),)
        if end is not None and end <= first:
            return (
                Wrong("end", f"it ends in {end}, before the years asked for, which begin in {first}", "end it later"),
            )
        return ()

    def span(self, found: IndustryFile) -> tuple[int, int]:
        """First and last year. Raises BadInput where they cannot be."""
        first, last = self.years or (found.start, found.start + 30)
        problems = Problems("the years cannot be")
        if first != found.start:
            problems.add(
                f"years: the industry file starts in {found.start}, so the first year must be that (given: {first})"
            )
        if not first < last <= first + MOST_YEARS:
            problems.add(f"years: the last must lie 1 to {MOST_YEARS} years after the first (given: {first} to {last})")
        if found.facts is not None and self.target.by <= found.start:
            problems.add(f"target.by: must lie after {found.start}, the start of the file (given: {self.target.by})")
        if found.facts is not None and self.target.by > first + MOST_YEARS:
            problems.add(f"target.by: must lie at most {MOST_YEARS} years after the start (given: {self.target.by})")
        if (self.draws + 1) * max(last - first, BEYOND) > MOST_CELLS:
            problems.add(f"draws: {self.draws} draws of {last - first} years do not fit in memory")
        problems.raise_if(BadInput)
        return first, last

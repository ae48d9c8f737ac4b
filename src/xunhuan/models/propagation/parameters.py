"""Parameters of the short-run model, each with its unit and source, and the bundled ratings behind the defaults."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from xunhuan.data.records import Positive, Share, Strict
from xunhuan.models.edits.base import Edit, Wrong
from xunhuan.models.edits.demand import DAYS_A_YEAR
from xunhuan.models.edits.destruction import Destruction

RUN_STEPS = 20_000
"""Most steps of a run: on a table of a hundred economies by thirty sectors some minutes."""
RUN_WINDOWS = 2_200
"""Most windows a run records: on such a table some 0.5 GB."""
_CENTURY = 36_525.0
_Days = Annotated[float, Field(gt=0, le=_CENTURY)]
_DaysOrZero = Annotated[float, Field(ge=0, le=_CENTURY)]
_Times = Annotated[float, Field(gt=0, le=1000)]


class PropagationParameters(Strict):
    """How industries stock, order, produce, ration and recover. Time is in days.

    horizon_days        length of the run, days, at most 20,000 steps and 2,200 windows. 365: the table's year.
    step_days           length of a step, days; no longer than the shortest stock or the restocking time. 1 [Pichler2022].
    record_days         length of the windows whose means the path holds, days; a whole number of steps. 7.
    criticality         which inputs stop an industry: "ratings" of industry analysts (critical, important, not
                        critical), a missing important input stopping half of output (IHS2), all of it,
                        "ratings_critical" (IHS1), or none, "ratings_ignored" (IHS3) [Pichler2022]; "leontief": all
                        inputs, "linear": inputs replace each other one for one.
    critical_shares     share of output that stops when an input is gone, by input and by industry (sector codes or groups),
                        in the place of what criticality says; None: nothing of one's own.
    inventory_set       bundled stocks of inputs: "pichler" [Pichler2022], "ons" (United Kingdom, input stocks over output),
                        "beijing" (raw materials of Beijing's industry in 2017, elsewhere as pichler), "colon", by kind of
                        input [ColonHallegatteRozenberg2021], or "juhel", 90 days of all [Juhel2024].
    inventory_days      stock of inputs held, days of use: one number, by industry (sector code or group), or None: the
                        bundled set. 0: none, industries live on what arrived the step before.
    inventory_scale     factor on the days of stock, one number or by industry (sector code or group), 1.
    shelf_days          how long a good keeps or a service can wait, days, by good (sector code or group); None: the bundled
                        table (assumed); {} keeps all.
    restock_days        time in which a gap between stock and target is ordered, days, 10 [Pichler2022]; never longer than
                        the target stock lasts.
    target              what the target stock follows: "base" use of the table's year [Pichler2022] or the use that orders
                        and capacity allow, "demand" [Hallegatte2013].
    expect_days         time over which industries come to expect the orders they get, days, 90 (assumed: a quarter); a
                        target that follows demand follows those. 0: the orders of the last step, as [Hallegatte2013] has it,
                        which amplifies them from user to supplier.
    destock             whether orders fall below use while stocks exceed the target. True [Pichler2022].
    reorder             whom industries ask for what did not arrive: the "supplier" that failed, so that others take over
                        only at the speed of substitution, or "all" suppliers by their shares [Hallegatte2013].
    allotment           how industries of a region share what arrives of a good: current "needs" first, then restocking, or
                        by "orders", restocking included [Hallegatte2013].
    caution             share ψ of the target stock below which output is cut in proportion [Hallegatte2013]; 0 uses stocks
                        to the last [Pichler2022].
    rationing           who is served when supply is short: industries before final users, "final_last" [Henriet2012], all
                        alike, "proportional" [Hallegatte2013], or the supplier's own nation first, "home_first".
    overproduction_max  largest capacity under sustained scarcity, ratio to the table's year, 1.25 [Hallegatte2013].
    overproduction_days time in which it is reached, days, 365 [Hallegatte2013].
    slack               capacity beyond the table's output that is there at once, share, 0.
    substitution        whether sourcing shares move between the suppliers a region already has. True.
    revise_days         how often sourcing shares are revised, days, rounded to whole steps. 7.
    elasticity_year     trade elasticity after one year, 0.76 [BoehmLevchenkoPandalaiNayar2023].
    elasticity_long     trade elasticity in the long run, 2.0 [BoehmLevchenkoPandalaiNayar2023].
    below, recovered    an industry counts as hit below this share of its base output, 0.9, and as recovered above, 0.99.
    unstable            whether to run also where a small loss at rest would grow by itself. False: refused, saying what
                        would be stable; what is run nevertheless is never called converged.

    >>> PropagationParameters().substitution_rate  # per day
    0.0013096871258712324
    """

    horizon_days: Positive = 365.0
    step_days: Annotated[float, Field(ge=1e-3, le=_CENTURY)] = 1.0
    record_days: Positive = 7.0
    criticality: Literal["ratings", "ratings_critical", "ratings_ignored", "leontief", "linear"] = "ratings"
    critical_shares: Mapping[str, Mapping[str, Share]] | None = None
    inventory_set: Literal["pichler", "ons", "beijing", "colon", "juhel"] = "pichler"
    inventory_days: _DaysOrZero | Mapping[str, _DaysOrZero] | None = None
    inventory_scale: _Times | Mapping[str, _Times] = 1.0
    shelf_days: Mapping[str, _Days] | None = None
    restock_days: _Days = 10.0
    target: Literal["base", "demand"] = "base"
    expect_days: _DaysOrZero = 90.0
    destock: bool = True
    reorder: Literal["supplier", "all"] = "supplier"
    allotment: Literal["needs", "orders"] = "needs"
    caution: Share = 0.0
    rationing: Literal["proportional", "final_last", "home_first"] = "final_last"
    overproduction_max: Annotated[float, Field(ge=1, le=10)] = 1.25
    overproduction_days: _Days = 365.0
    slack: Annotated[float, Field(ge=0, le=10)] = 0.0
    substitution: bool = True
    revise_days: _Days = 7.0
    elasticity_year: Positive = 0.76
    elasticity_long: Positive = 2.0
    below: Share = 0.9
    recovered: Share = 0.99
    unstable: bool = False

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.substitution and self.elasticity_year >= self.elasticity_long:
            raise ValueError("elasticity_year must lie below elasticity_long: responses grow with time")
        if self.step_days > self.restock_days:
            raise ValueError(
                f"step_days ({self.step_days:g}) is longer than restock_days ({self.restock_days:g}): orders would "
                "overshoot; take a shorter step"
            )
        for name in ("record_days", "horizon_days"):
            ratio = getattr(self, name) / self.step_days
            if ratio > RUN_STEPS:
                raise ValueError(
                    f"{name} ({getattr(self, name):g}) is more than {RUN_STEPS:,} steps of {self.step_days:g} days; "
                    "take fewer days or a longer step"
                )
            if abs(ratio - round(ratio)) > 1e-9 or round(ratio) < 1:
                raise ValueError(
                    f"{name} ({getattr(self, name):g}) is not a whole number of steps of {self.step_days:g} days"
                )
        if self.horizon_days / self.record_days > RUN_WINDOWS:
            raise ValueError(
                f"record_days ({self.record_days:g}) is more than {RUN_WINDOWS:,} times in horizon_days "
                f"({self.horizon_days:g}); record less often"
            )
        if self.below > self.recovered:
            raise ValueError("below must not exceed recovered: an industry cannot recover before it is hit")
        return self

    def fits(self, edit: Edit) -> tuple[Wrong, ...]:
        """What is wrong with the days of an edit that a run of so many days reads, or is handed by the model before it."""
        if isinstance(edit, Destruction) and edit.start >= self.horizon_days:
            return (Wrong("start", f"it happens on day {edit.start:g}, the run ends on day {self.horizon_days:g}"),)
        if edit.period is not None and edit.period[1] > self.horizon_days:
            what = f"the period ends on day {edit.period[1]:g}, the run on day {self.horizon_days:g}"
            return (Wrong("end", what, "lengthen horizon_days or end it sooner"),)
        return ()

    @property
    def steps(self) -> int:
        """Number of steps of the run."""
        return round(self.horizon_days / self.step_days)

    @property
    def substitution_rate(self) -> float:
        """Rate λ at which sourcing shares move towards what suppliers deliver, per day; 0 without substitution.

        λ = −ln(1 − ε_year/ε_long) / 365, so that after a year the share ε_year/ε_long of the way is gone.
        """
        if not self.substitution:
            return 0.0
        return -math.log(1 - self.elasticity_year / self.elasticity_long) / DAYS_A_YEAR

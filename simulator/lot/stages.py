"""How many mocks are on over time, in stages: up to a number, hold it, down again.

Rule: who is on follows from a mock's number, the time and the size of the lot alone: always those
with the lowest numbers. The moments themselves are made in ``simulator/fleet/staging.py``.
"""

from collections.abc import Sequence
from itertools import pairwise

from pydantic import Field

from simulator.definition.quantities.units import Seconds
from simulator.lot.base import Model
from simulator.lot.ramp import Ramp, SomeMocks, how_many

MAX_STAGES = 100

Point = tuple[float, int]  # s since the run's start, mocks that are on


class Stage(Model):
    """From the stage before (at first from none) evenly to so many mocks; none said: held."""

    until: Seconds = Field(description="s since the start of the run; when the stage ends")
    mocks: SomeMocks | None = Field(
        default=None,
        description="How many mocks are on at its end: 5000, or 10%; else as many as before it",
    )


def points(stages: Sequence[Stage], total: int) -> list[Point]:
    """Return the corners of how many mocks are on, straight lines between them, from (0, 0) on."""
    corners: list[Point] = [(0.0, 0)]
    for stage in stages:
        mocks = corners[-1][1] if stage.mocks is None else how_many(stage.mocks, total)
        corners.append((stage.until, mocks))
    return corners


def ramp_points(ramp: Ramp, total: int) -> list[Point]:
    """Return the same of a ramp; two corners of one moment are a step."""
    corners: list[Point] = [(0.0, 0)]
    for step in ramp.steps:
        corners += [(step.after, corners[-1][1]), (step.after, how_many(step.mocks, total))]
    corners += [(point.after, round(point.share * total)) for point in ramp.curve]
    if not ramp.steps and not ramp.curve:
        corners.append((ramp.over, total))
    return corners


def stages_problem(stages: Sequence[Stage], *, total: int, duration: float) -> str:
    """Return what is wrong with the stages of a lot of ``total`` mocks; empty: nothing."""
    if not stages:
        return ""
    corners = points(stages, total)
    for (before, _), (after, _) in pairwise(corners):
        if after <= before:
            return f"each must end after the one before, got {before:g} and {after:g} s"
    if corners[-1][0] > duration:
        return f"must end within the run's {duration:g} s, got {corners[-1][0]:g} s"
    peak = max(mocks for _, mocks in corners)
    if peak != total:
        return f"must have all {total:,} mocks on once, and no more, got {peak:,}"
    return ""

"""What a run must reach: ``latency p99 < 200ms``, ``failed <= 0.1%``, one sentence each.

Rule: read here, held against what was measured in ``simulator/verdict.py``.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import ge, gt, le, lt
from typing import Any, ClassVar, Self

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema
from pydantic_core.core_schema import no_info_plain_validator_function, to_string_ser_schema

from simulator.definition.model import Read, nearest, reader
from simulator.definition.quantities.units import DURATIONS
from simulator.errors import DefinitionError, Problem
from simulator.lot.target import Target
from simulator.lot.way_back import Subscription

MAX_THRESHOLDS = 50  # of one lot
MAX_TEXT = 100  # characters of one; three times what the longest needs

DURATION, SHARE, PER_SECOND = "duration", "share", "messages/s"
END_TO_END = "end to end"
# What can be held, and what its limit is: a duration of a percentile, a count or share, a rate.
FIGURES: Mapping[str, str] = {
    "latency": DURATION,  # from sending to the acknowledgement
    END_TO_END: DURATION,  # from sending to the arrival at the target's way back
    "lateness": DURATION,  # from the planned moment to sending: the generator's own
    "failed": SHARE,  # of the sends that were due
    "delivered": SHARE,  # of the sends that were due
    "connected": SHARE,  # of the mocks; those that were connected at any time
    "lost": SHARE,  # connections that were lost or never came to be, of all that were tried
    "rate": PER_SECOND,  # messages delivered per second, over the whole run
}
COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge}

_NUMBER = r"[0-9]+(?:\.[0-9]+)?"
_SENTENCE = re.compile(
    rf"\s*(?P<figure>[a-z]+(?: [a-z]+)*?)(?:\s+(?:p(?P<share>{_NUMBER})|(?P<most>max)))?"
    rf"\s*(?P<comparison><=|>=|<|>)\s*(?P<number>{_NUMBER})\s*(?P<unit>\S*)\s*"
)
_EXAMPLE = "such as latency p99 < 200ms, failed <= 0.1% or rate >= 900"


@dataclass(frozen=True, slots=True)
class Threshold(Read):
    """One limit: a figure, how it is compared, and with what.

    ``share`` is the percentile of a duration, 100 for its maximum. ``limit`` is in s for a
    duration, in messages/s for a rate, else a count, or with ``is_share`` a share from 0 to 1.
    """

    schema: ClassVar[Any] = {
        "type": "string",
        "maxLength": MAX_TEXT,
        "description": f"A limit of a run, {_EXAMPLE}. Figures: {', '.join(FIGURES)}",
        "examples": ["latency p99 < 200ms", "failed <= 0.1%", "connected >= 99%", "rate >= 900"],
    }

    text: str
    figure: str
    comparison: str
    limit: float
    share: float | None = None
    is_share: bool = False

    def __str__(self) -> str:
        return self.text

    def holds(self, measured: float) -> bool:
        """Return whether ``measured``, in the limit's unit, keeps the limit."""
        return COMPARISONS[self.comparison](measured, self.limit)

    @classmethod
    def read(cls, value: Any) -> Self:
        """Return the threshold that a sentence says.

        Raises:
            DefinitionError: An unknown figure, or a limit that does not fit it.
        """
        match = _SENTENCE.fullmatch(value) if isinstance(value, str) and _fits(value) else None
        if match is None:
            raise DefinitionError(f"needs a figure, a comparison and a limit, {_EXAMPLE}")
        figure = match["figure"]
        if figure not in FIGURES:
            raise DefinitionError(f"unknown figure {figure!r}, {nearest(figure, FIGURES)}")
        share = _percentile(match, figure)
        limit, is_share = _limit(match, figure)
        return cls(" ".join(value.split()), figure, match["comparison"], limit, share, is_share)

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type[Any], handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        read = reader(cls.read)
        return no_info_plain_validator_function(
            lambda value: value if isinstance(value, cls) else read(value),
            serialization=to_string_ser_schema(),
        )


def threshold_problems(thresholds: Sequence[Threshold], target: Target) -> tuple[Problem, ...]:
    """Return the limits of what is never measured at a target, with their places in the lot."""
    if isinstance(target.way_back, Subscription):
        return ()
    text = f"{END_TO_END} is measured by a subscription: give the target a way_back of that kind"
    return tuple(
        Problem(f"thresholds[{place}]", text)
        for place, each in enumerate(thresholds)
        if each.figure == END_TO_END
    )


def _fits(text: str) -> bool:
    return len(text) <= MAX_TEXT


def _percentile(match: re.Match[str], figure: str) -> float | None:
    """Return which percentile is meant, None where there is none to name."""
    named = match["share"] or match["most"]
    if FIGURES[figure] != DURATION:
        if named:
            raise DefinitionError(f"{figure} has no percentiles, got {match[0].strip()!r}")
        return None
    share = 100.0 if match["most"] else float(match["share"] or 0)
    if not 0 < share <= 100:
        raise DefinitionError(f"{figure} needs p50, p90, p99, p99.9 or max after it")
    return share


def _limit(match: re.Match[str], figure: str) -> tuple[float, bool]:
    """Return the limit in the figure's unit, and whether it is a share."""
    number, unit, kind = float(match["number"]), match["unit"], FIGURES[figure]
    if kind == DURATION:
        if unit not in DURATIONS:
            raise DefinitionError(f"{figure} needs a unit of time: {', '.join(DURATIONS)}")
        return number * DURATIONS[unit], False
    if kind == SHARE and unit == "%":
        if number > 100:
            raise DefinitionError(f"{figure} must be at most 100%, got {number:g}%")
        return number / 100, True
    if unit and not (kind == PER_SECOND and unit in {"/s", "messages/s"}):
        allowed = "% or nothing" if kind == SHARE else "/s or nothing"
        raise DefinitionError(f"{figure} takes {allowed} after its number, got {unit!r}")
    return number, False

"""The lot document: what a run needs to know, as it lies in the object store.

Rule: no secret stands in it in the clear; ``Target.secrets`` are sealed by whoever wrote it and are
handed to the tower apart, in ``Credentials``.
"""

from operator import itemgetter
from typing import Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from simulator.lot.base import Model, Text
from simulator.lot.faults import MAX_FAULTS, AnyFault
from simulator.lot.growth import Addition, additions, sizes_of
from simulator.lot.orders import MAX_ORDERS, AnyOrder, Count
from simulator.lot.pace import Pace, with_pace
from simulator.lot.presence import Presence
from simulator.lot.records import Records
from simulator.lot.stages import stages_problem
from simulator.lot.targets import AnyTarget
from simulator.lot.thresholds import MAX_THRESHOLDS, Threshold

MAX_MOCKS = 50_000  # in one lot; the product's promise, and what three towers here carry
MAX_DURATION = 7 * 86_400.0  # s; a run longer than a week is a service, not a test
MAX_RATE = 1_000.0  # messages/s of one mock


class Part(Model):
    """One definition of a lot and how many mocks follow it."""

    name: Text
    document: dict[str, Any]  # the definition, parsed from its text
    first: int = Field(default=0, ge=0)  # number of its first mock in the run
    count: int = Field(ge=1, le=MAX_MOCKS)
    # messages/s of each mock, over all its messages; None: as the definition says
    rate: float | None = Field(default=None, gt=0, le=MAX_RATE)


class Lot(Model):
    """The immutable snapshot of a lot that a run executes."""

    version: Literal[1] = 1
    run: Text = ""
    name: Text = ""
    seed: int = Field(default=1, ge=0, lt=2**63)
    duration: float = Field(gt=0, le=MAX_DURATION)  # s
    pace: Pace = Field(default=Pace(), description="Ramp, caps, and what is done when late")
    parts: list[Part] = Field(min_length=1, max_length=20)
    target: AnyTarget
    datasets: dict[str, str] = Field(default_factory=dict)  # name in definitions -> object's key
    faults: list[AnyFault] = Field(default_factory=list, max_length=MAX_FAULTS)
    orders: list[AnyOrder] = Field(
        default_factory=list,
        max_length=MAX_ORDERS,
        description="What the run is ordered at its moments: pause, resume, rate, count, status, "
        "send, stop, abort",
    )
    thresholds: list[Threshold] = Field(default_factory=list, max_length=MAX_THRESHOLDS)
    records: Records = Field(default=Records(), description="How payloads are kept in the log")

    @classmethod
    def _fold(cls, data: dict[Any, Any]) -> dict[Any, Any]:
        return super()._fold(with_pace(data))

    @field_validator("parts")
    @classmethod
    def _not_too_many(cls, parts: list[Part]) -> list[Part]:
        if (mocks := sum(part.count for part in parts)) > MAX_MOCKS:
            raise ValueError(f"a lot has at most {MAX_MOCKS:,} mocks over all parts, got {mocks:,}")
        return parts

    @model_validator(mode="after")
    def _ramp_fits(self) -> Self:
        if problem := self.pace.ramp.problem(self.mocks):
            raise ValueError(f"pace.ramp: {problem}")
        stages = self.pace.stages
        if problem := stages_problem(stages, total=self.mocks, duration=self.duration):
            raise ValueError(f"pace.stages: {problem}")
        return self

    @property
    def mocks(self) -> int:
        """How many mocks the whole lot has, without those that its orders add."""
        return sum(part.count for part in self.parts)

    @property
    def additions(self) -> list[Addition]:
        """The mocks that its orders add."""
        return additions([part.count for part in self.parts], sizes_of(self.orders))

    @property
    def presence(self) -> Presence:
        """How many mocks are to be on when."""
        counts = [(o.at, o.mocks) for o in self.orders if isinstance(o, Count)]
        corners = self.pace.corners(self.mocks, self.duration)
        return Presence(own=self.mocks, corners=corners, counts=sorted(counts, key=itemgetter(0)))

    @property
    def most_mocks(self) -> int:
        """How many mocks its runs have in the end."""
        return max([self.mocks, *sizes_of(self.orders)])

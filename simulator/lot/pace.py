"""How fast a lot goes: its ramp, the most that it connects and sends, and what is done when late.

Rule: caps and lateness change when a message leaves, or whether it does, and never what is in it.
"""

from typing import Any, Self

from pydantic import Field, model_validator

from simulator.definition.quantities.units import Seconds, SomeSeconds
from simulator.lot.base import Model
from simulator.lot.ramp import AnyRamp, Ramp
from simulator.lot.stages import MAX_STAGES, Point, Stage, points, ramp_points

MAX_CONNECT_RATE = 100_000.0  # connections/s of a lot; above what any machine's ports allow
MAX_SEND_RATE = 50_000_000.0  # messages/s of a lot: 50,000 mocks, 1,000 messages/s each
MAX_MOCK_RATE = 1_000.0  # messages/s of a mock; as MAX_RATE of a part
MAX_GIVE_UP = 86_400.0  # s; who tests refusals for longer says 0
MAX_BURST = 1_000  # messages of a mock in a second of catching up


class Late(Model):
    """What becomes of messages that the generator is late with. By default they are sent, late."""

    skip_after: SomeSeconds | None = Field(
        default=None,
        description="s; what is later than this is not sent, and fails with the reason",
    )
    burst: int | None = Field(
        default=None,
        ge=1,
        le=MAX_BURST,
        description="Late messages of one mock that are sent within a second; the rest of them are "
        "not sent. Late is what is later than lateness_limit",
    )


class Pace(Model):
    """How fast a lot goes. Rates are those of the whole lot, but for ``mock_rate``.

    A shard of n of a lot's N mocks has n/N of each rate, so that all shards together keep it,
    wherever they run.
    """

    ramp: AnyRamp = Field(default=Ramp(), description="When mocks are switched on")
    stages: tuple[Stage, ...] = Field(
        default=(),
        max_length=MAX_STAGES,
        description="How many mocks are on over time, in the place of a ramp: [{until: 10min, "
        "mocks: 100%}, {until: 30min}, {until: 40min, mocks: 0}] is up, hold, down",
    )
    jitter: Seconds = Field(
        default=0.0,
        description="s; each mock is switched on by up to this later, drawn by the seed",
    )
    start_within: Seconds = Field(
        default=10.0,
        description="s; a mock's messages are first due at a random moment of their interval, and "
        "of at most this",
    )
    connect_rate: float | None = Field(
        default=None, gt=0, le=MAX_CONNECT_RATE, description="Connections/s, at most"
    )
    send_rate: float | None = Field(
        default=None, gt=0, le=MAX_SEND_RATE, description="Messages/s, at most"
    )
    mock_rate: float | None = Field(
        default=None, gt=0, le=MAX_MOCK_RATE, description="Messages/s of each mock, at most"
    )
    give_up_after: Seconds | None = Field(
        default=None,
        le=MAX_GIVE_UP,
        description="s that the target may refuse nearly all that is sent, or every connection, "
        "before the run ends; it is sent less and less meanwhile. 0: never; empty: 5 min in the "
        "console, never on the command line. Where nobody has proved whose the target is, it is "
        "1 min",
    )
    late: Late = Field(default=Late(), description="What is done with what is late")
    lateness_limit: SomeSeconds = Field(
        default=0.25,
        description="s; when 1 % of a second's messages leave later than this, the run is "
        "generator-limited: its figures say more about the generator than about the target",
    )

    @model_validator(mode="after")
    def _ramp_or_stages(self) -> Self:
        if self.stages and self.ramp.length:
            raise ValueError("needs a ramp or stages, not both")
        return self

    def all_on(self, total: int) -> float:
        """Return when the last of a lot's mocks has been switched on, s since the start."""
        corners = points(self.stages, total)
        reached = [t for t, mocks in corners if mocks >= total]
        return (reached[0] if self.stages and reached else self.ramp.length) + self.jitter

    def corners(self, total: int, duration: float) -> list[Point]:
        """Return how many of a lot's mocks are on, as corners of lines: (s, mocks), to the end.

        ``jitter`` is left out. Two corners of one moment are a step.
        """
        found = points(self.stages, total) if self.stages else ramp_points(self.ramp, total)
        inside = [corner for corner in found if corner[0] <= duration]
        return [*inside, (duration, inside[-1][1])]


def with_pace(data: dict[Any, Any]) -> dict[Any, Any]:
    """Return a lot's words with its pace; a ``ramp`` of before there was one becomes part of it."""
    if "ramp" not in data:
        return data
    rest = {word: value for word, value in data.items() if word != "ramp"}
    pace = rest.get("pace", {})
    return rest | {"pace": {"ramp": data["ramp"], **pace} if isinstance(pace, dict) else pace}

"""What may be wrong on purpose with the connection of a mock.

Rule: a plain value; ``faults`` says it, ``transports`` does it.
"""

from dataclasses import dataclass
from math import inf


@dataclass(frozen=True, slots=True, kw_only=True)
class Impairment:
    """All that is wrong with one connection, at once; times in s.

    ``sent`` and ``received`` are delays: the middle and how far from it each is drawn, by ``seed``.
    ``is_away``: there is no connection, and none is made. ``retry`` is the wait between attempts in
    place of the growing one. ``why`` is the reason that is told while it is away.
    """

    is_silent: bool = False
    reads: float = inf  # bytes/s
    window: int | None = None  # bytes of the socket's receive buffer
    sent: tuple[float, float] = (0.0, 0.0)
    received: tuple[float, float] = (0.0, 0.0)
    seed: int = 0
    is_away: bool = False
    retry: float | None = None
    why: str = ""

    @property
    def is_felt(self) -> bool:
        """Whether a connection that stands is other than it should be."""
        return self.is_silent or self.reads < inf or self.sent[0] > 0 or self.received[0] > 0


WELL = Impairment()

"""A subscriber that knows when each message was due: how late what waited for a tower came."""

import json
import time

from tests.chaos.witness import Witness

LATE = 1.0  # s after its moment from which on a message counts as one that waited


class Punctual(Witness):
    """Notes of each message when it came, and how long after the moment that it names."""

    def __init__(self, ports: list[int], *, topic: str) -> None:
        self.came: list[tuple[float, float]] = []  # monotonic s, and s after its moment
        super().__init__(ports, topic=topic)

    def _take(self, payload: bytes, mark: str) -> None:
        super()._take(payload, mark)
        self.came.append((time.monotonic(), time.time() - float(json.loads(payload)["at"])))

    def last_late(self, *, since: float) -> float:
        """Return when the last message came that had waited; ``since`` itself if none had."""
        late = [at for at, delay in list(self.came) if at > since and delay > LATE]
        return max(late, default=since)

    def latest(self, *, since: float) -> float:
        """Return how late the latest message since then came, s."""
        return max((delay for at, delay in list(self.came) if at > since), default=0.0)

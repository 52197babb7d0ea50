"""The roads to the servers that a target sends its mocks to.

Rule: as many as are named, up to a limit; each is like the target's own but for host and port.
"""

from simulator.lot import Target
from simulator.transports.road import Road, shared_road

MAX_DETOURS = 20  # servers; a cluster that balances its load names a few


class Detours:
    """Roads by host and port. Belongs to the loop that it was made in."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._roads: dict[tuple[str, int], Road] = {}

    def road(self, place: tuple[str, int]) -> Road:
        """Return the road to a server; the one that was named first is forgotten past the limit."""
        if place not in self._roads:
            if len(self._roads) >= MAX_DETOURS:
                self._roads.pop(next(iter(self._roads))).close()
            host, port = place
            there = self._target.model_copy(update={"host": host, "port": port})
            self._roads[place] = shared_road(there, Road)
        return self._roads[place]

    def close(self) -> None:
        """Let all of them go."""
        for road in self._roads.values():
            road.close()
        self._roads.clear()

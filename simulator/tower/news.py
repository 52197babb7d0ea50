"""What the exchange told of a shard's connections and sends, on its way to the fleet.

Rule: noting it is all that the exchange waits for; the fleet is told in the order that it happened.
"""

from itertools import groupby
from operator import itemgetter

from simulator.fleet import Fleet


class News:
    """What happened since the fleet was told last."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self.links: list[tuple[int, bool]] = []  # rows, and whether each has a connection now
        # Rows, and whether a send of each went well; only where a transition waits for failures.
        self.results: list[tuple[int, bool]] = []

    def tell(self, t: float) -> bool:
        """Tell the fleet at ``t``, s of the run; return whether a connection was made."""
        fleet = self._fleet
        links, self.links = self.links, []
        results, self.results = self.results, []
        for happened, good, bad in (
            (links, fleet.connected, fleet.disconnected),
            (results, fleet.delivered, fleet.failed),
        ):
            for is_good, each in groupby(happened, key=itemgetter(1)):
                (good if is_good else bad)([row for row, _ in each], t)
        return any(is_up for _, is_up in links)

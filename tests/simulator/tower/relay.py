"""Towers one after the other, in virtual time: a shard runs in one and goes on in the next."""

import asyncio
from dataclasses import replace
from typing import Any

from simulator.tower import Resume, Snapshot
from tests.simulator.tower.staging import Broker, Theatre, assignment


def sent(broker: Broker) -> list[tuple[int, int, float, bytes]]:
    """What arrived, each mock's in its order; the broker is the independent witness."""
    return sorted((p.row, p.sequence, round(p.scheduled, 9), p.payload) for p in broker.got)


class Relay:
    """Towers one after the other, on one loop and one broker."""

    def __init__(self, broker: Broker | None = None, **fields: Any) -> None:
        self.broker = broker or Broker()
        self.given = assignment(**{"duration": 12.0, **fields})
        self.theatres: list[Theatre] = []

    def theatre(self) -> Theatre:
        self.theatres.append(Theatre(self.broker, keep_every=10.0))
        return self.theatres[-1]

    async def first(self, until: float, resume: Resume | None = None) -> Snapshot:
        """Run a tower, hand over at ``until`` (s of the loop) and return its last word."""
        theatre = self.theatre()
        theatre.loop.call_at(until, theatre.tower.hand_over)
        await theatre.run(replace(self.given, resume=resume))
        return theatre.last()

    async def then(self, resume: Resume, *, after: float = 0.0) -> Theatre:
        """Run another tower to the end, ``after`` s later."""
        await asyncio.sleep(after)
        theatre = self.theatre()
        await theatre.run(replace(self.given, resume=resume))
        return theatre

    def records(self) -> list[dict[str, Any]]:
        return [record for theatre in self.theatres for record in theatre.records()]

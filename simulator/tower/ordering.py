"""The orders of one shard at work: each is obeyed at its moment, by the fleet or by the shard.

Rule: told the time of the run. A lot's stages go by the same door as the order ``count``, and the
first such order ends them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.faults import Crowd, Span
from simulator.fleet import Batch, Due, Fleet
from simulator.fleet.checkpoint import objects, part_of, under
from simulator.fleet.packing import batches_of, columns_of
from simulator.fleet.staging import Staging
from simulator.lot.order import Order
from simulator.lot.orders import Abort, Count, Force, Pause, Rate, Resume, Send, Stop
from simulator.orders import Agenda, Entry
from simulator.tower.assignment import Assignment

ENDED_PAUSED = "run ended while it was paused"

Met = tuple[Due, int]  # what is to be done, and how many mocks of the shard it met


class Ordering:
    """What people order of one shard; all times are of the run, in s."""

    def __init__(
        self,
        assignment: Assignment,
        fleet: Fleet,
        *,
        crowd: Crowd,
        stop: Callable[[], None],
        abort: Callable[[], None],
    ) -> None:
        """
        Args:
            crowd: The mocks of the shard, whom orders may meet; told when the run grows.
            stop: Ends the shard in order.
            abort: Ends it at once.
        """
        self._crowd = crowd
        self._fleet = fleet
        self._agenda = Agenda(assignment.lot.orders)
        self._staging = Staging(
            assignment.lot.pace.stages,
            first=assignment.first,
            count=assignment.count,
            total=assignment.lot.mocks,
        )
        self._kept: list[Batch] = []
        self._ends: dict[type[Order], Callable[[], None]] = {Stop: stop, Abort: abort}

    @property
    def spans(self) -> tuple[Span, ...]:
        """What was in force when, for charts."""
        return self._agenda.spans

    def next_due(self) -> float:
        """When something is to be obeyed next; inf: never."""
        return min(self._agenda.next_due(), self._staging.next_due())

    def give(self, order: Order, name: str, since: float, *, now: float) -> None:
        """Take an order, its ``at`` counted from ``since``; one that is known is left out.

        An end that is due by ``now`` comes at once: it does not wait for what is due before it.

        Raises:
            DefinitionError: There are too many.
        """
        end = self._ends.get(type(order))
        if end and since + order.at <= now:
            end()
        else:
            self._agenda.give(order, name, since)

    def pass_to(self, t: float) -> Iterator[Due]:
        """Obey what is due up to ``t``, and yield what is to be done for it.

        To be called once the fleet was asked for everything up to ``t``.
        """
        if (mocks := self._staging.take(t)) is not None:
            yield self._keep_on(mocks, t)
        for entry in self._agenda.take(t):
            order = entry.order
            if end := self._ends.get(type(order)):
                self._agenda.obeyed(entry, t, mocks=self._crowd.present)
                end()
                return
            due, met = _DEEDS[type(order)](self, entry, order, t)
            self._agenda.obeyed(entry, t, mocks=met)
            yield due

    @property
    def is_paused(self) -> bool:
        """Whether nothing may be sent now."""
        return self._fleet.steering.is_still

    def keep(self, batches: Sequence[Batch]) -> None:
        """Keep what faults let go while the run is paused: they held it back within limits."""
        self._kept += batches

    def release(self, now: float) -> list[Batch]:
        """Take out what was kept, saying how long it waited on purpose."""
        kept, self._kept = self._kept, []
        return [replace(b, held=np.maximum(0.0, now - b.scheduled)) for b in kept]

    @property
    def waiting(self) -> int:
        """How many messages are kept."""
        return sum(map(len, self._kept))

    def state(self) -> dict[str, NDArray[Any]]:
        """Return what goes on elsewhere, but for what the fleet remembers itself."""
        agenda = objects([self._agenda.state()])
        stages = np.array([self._staging.place, self._crowd.total])
        return {"agenda": agenda, "stages": stages, **under("kept", columns_of(self._kept))}

    def restore(self, state: Mapping[str, NDArray[Any]], *, is_lost: bool) -> None:
        """Go on where ``state`` of the same shard was taken.

        ``is_lost``: what was kept may have gone out since, and is forgotten.
        """
        self._agenda.restore(state["agenda"][0])
        self._staging.place, *size = state["stages"].tolist()
        self._crowd.grow(max(size, default=0))  # a tower of before knows no size
        if not is_lost:
            self._kept = list(batches_of(part_of(state, "kept")))

    # What each kind does; the fleet knows how.

    def _pause(self, _entry: Entry, order: Pause, t: float) -> Met:
        gone = self._fleet.steering.pause(t, is_connected=order.connected)
        return Due(disconnect=gone), self._crowd.present

    def _resume(self, _entry: Entry, _order: Resume, t: float) -> Met:
        return Due(connect=self._fleet.steering.resume(t)), self._crowd.present

    def _rate(self, _entry: Entry, order: Rate, t: float) -> Met:
        self._fleet.steering.set_rate(order.factor, order.messages, t)
        return Due(), self._crowd.present

    def _count(self, _entry: Entry, order: Count, t: float) -> Met:
        self._staging.drop()
        self._crowd.grow(order.mocks)
        return self._keep_on(order.mocks, t), int(np.sum(self._crowd.numbers < order.mocks))

    def _keep_on(self, mocks: int, t: float) -> Due:
        off, on = self._fleet.steering.keep_on(mocks, t)
        return Due(connect=on, disconnect=off)

    def _force(self, entry: Entry, order: Force, t: float) -> Met:
        rows, steering = self._crowd.met(order.aim, entry.draw), self._fleet.steering
        return self._fleet.ordered(lambda found: steering.force(order.status, rows, t, found), t)

    def _send(self, entry: Entry, order: Send, t: float) -> Met:
        rows, steering = self._crowd.met(order.aim, entry.draw), self._fleet.steering
        return self._fleet.ordered(lambda found: steering.send(order.message, rows, t, found), t)


_DEEDS: dict[type[Order], Callable[[Ordering, Entry, Any, float], Met]] = {
    Pause: Ordering._pause,
    Resume: Ordering._resume,
    Rate: Ordering._rate,
    Count: Ordering._count,
    Force: Ordering._force,
    Send: Ordering._send,
}

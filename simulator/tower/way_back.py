"""What one shard learns of what arrived: from the observer of its run, or the receiver's counter.

Rule: a target that offers no way back costs nothing and tells nothing.
"""

from collections.abc import Callable

from simulator.recording import Second
from simulator.tower.assignment import Assignment
from simulator.tower.counting import receiver_of
from simulator.tower.observing import Observer, Watch


class WayBack:
    """The target's way back, as far as one shard looks at it."""

    def __init__(
        self, assignment: Assignment, observer: Observer | None, clock: Callable[[], float]
    ) -> None:
        """``observer``: that of the shard's run, if there is one."""
        self.watch = Watch(observer, clock) if observer else None
        self._receiver = receiver_of(assignment, clock)

    @property
    def is_awaiting(self) -> bool:
        """Whether it may still tell of something."""
        seers = (self.watch, self._receiver)
        return any(seer is not None and seer.is_awaiting for seer in seers)

    def end_second(self, now: float) -> None:
        """Once a second, at the clock's moment ``now``: look, where it is time."""
        if self._receiver:
            self._receiver.end_second(now)

    def look_once_more(self) -> None:
        """Have a last look taken, for nothing more is sent."""
        if self._receiver:
            self._receiver.look_once_more()

    def end(self, *, is_moving: bool) -> None:
        """Await nothing any more; ``is_moving``: what may still arrive is not missing."""
        if self.watch:
            end = self.watch.let_go if is_moving else self.watch.give_up
            end()

    def put_into(self, second: Second) -> None:
        """Add what arrived since the last time."""
        if self._receiver:
            second.counted += self._receiver.take()
        if self.watch:
            self.watch.arrivals.put_into(second)

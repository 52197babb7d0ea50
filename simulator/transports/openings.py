"""Which connections of an exchange are being opened, and which wait for their turn.

Rule: at most ``MAX_OPENING`` at once, first come first, and no faster than the valve lets them
begin; a task exists only while a connection is being opened.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from simulator.transports.line import Line
from simulator.transports.valve import Valve
from simulator.transports.wire import Wire

# Connections being opened at once. Listen backlogs go from 100 (Mosquitto) to 4,096 (Linux): past
# them a SYN is dropped and tried again only after 1 s. A loop accepts 200 in some 10 ms.
MAX_OPENING = 200


class Openings:
    """The lines that want a connection. Belongs to the loop that it was made in."""

    def __init__(
        self,
        *,
        make: Callable[[Line], Wire[Any] | None],
        open_wire: Callable[[Wire[Any]], Coroutine[Any, Any, None]],
        ended: Callable[[], None],
        clock: Callable[[], float],
    ) -> None:
        """
        Args:
            make: Gives the wire of a line's next connection, made now; None: there can be none.
            open_wire: Opens its connection.
            ended: Is called after each attempt, whatever came of it.
            clock: Seconds.
        """
        self._make, self._open_wire, self._ended, self._clock = make, open_wire, ended, clock
        self._loop = asyncio.get_running_loop()
        self._queue: OrderedDict[Line, None] = OrderedDict()  # first come first
        self._tasks: dict[Wire[Any], asyncio.Task[None]] = {}  # at most MAX_OPENING
        self._valve: Valve | None = None  # where the lot limits its connections
        self._timer: asyncio.TimerHandle | None = None  # until one may begin

    def __len__(self) -> int:
        """How many are being opened now."""
        return len(self._tasks)

    def limit(self, rate: float, phase: float) -> None:
        """Let at most ``rate`` begin in a second from now on; see ``Valve``."""
        self._valve = Valve(rate, phase)

    def put(self, line: Line) -> None:
        """Have a connection opened for the line, as soon as fewer are being opened."""
        self._queue[line] = None
        self._open_next()

    def is_waiting(self, line: Line) -> bool:
        """Whether the line waits for its turn."""
        return line in self._queue

    def forget(self, line: Line) -> bool:
        """Let the line wait no longer; False: it did not."""
        is_waiting = line in self._queue
        self._queue.pop(line, None)
        return is_waiting

    def cancel(self, wire: Wire[Any]) -> None:
        """Give up the attempt to open the wire's connection, if there is one."""
        if wire in self._tasks:
            self._tasks[wire].cancel()

    def close(self) -> None:
        """Let none begin later."""
        if self._timer:
            self._timer.cancel()

    def _open_next(self) -> None:
        """Open what may be opened. A wire, 20 µs, is made only now: a thousand mocks that are
        wanted at one stroke do not hold up those who send."""
        while self._queue and len(self._tasks) < MAX_OPENING and self._may_open():
            line, _ = self._queue.popitem(last=False)
            wire = self._make(line)
            if wire is not None:
                task = self._loop.create_task(self._open_wire(wire))
                self._tasks[wire] = task
                task.add_done_callback(partial(self._opened, wire))

    def _may_open(self) -> bool:
        """Whether a connection may begin now; else it is tried again when one may."""
        wait = self._valve.wait(self._clock()) if self._valve and not self._timer else 0.0
        if wait:
            self._timer = self._loop.call_later(wait, self._open_later)
        return self._timer is None

    def _open_later(self) -> None:
        self._timer = None
        self._open_next()

    def _opened(self, wire: Wire[Any], _task: asyncio.Task[None]) -> None:
        # As a callback, for a task that is cancelled before its first step runs no "finally".
        del self._tasks[wire]
        self._open_next()
        self._ended()

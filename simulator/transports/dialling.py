"""When the next connection of each mock is opened: now, in its turn, or some time after a loss.

Rule: told who is wanted; a mock that is to be away on purpose is not tried.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from simulator.transports.impairments import Impairments
from simulator.transports.line import Line
from simulator.transports.openings import Openings
from simulator.transports.redial import Redial, Wake
from simulator.transports.wire import Wire


class Dialling:
    """The attempts of one exchange. Belongs to the loop that it was made in."""

    def __init__(
        self,
        *,
        make: Callable[[Line], Wire[Any] | None],
        open_wire: Callable[[Wire[Any]], Coroutine[Any, Any, None]],
        ended: Callable[[], None],
        lost: Callable[[int, str], None],
        impairments: Impairments,
        draw: Callable[[], float],
        clock: Callable[[], float],
    ) -> None:
        """
        Args:
            make: Gives the wire of a line's next connection, made now; None: there can be none.
            open_wire: Opens its connection.
            ended: Is called after each attempt, whatever came of it.
            lost: Is told the row of a mock that is not tried, and why.
            impairments: Say who is to be away.
            draw: From [0, 1), for the waits between attempts.
            clock: Seconds.
        """
        self._lost = lost
        self._impairments = impairments
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self.redial = Redial(draw)
        self._wake = Wake(self.redial, clock, self.put)
        self.openings = Openings(make=make, open_wire=open_wire, ended=ended, clock=clock)

    def put(self, line: Line) -> None:
        """Have a new connection opened for the line, as soon as fewer are being opened."""
        impairment = self._impairments.of(line.row)
        if impairment.is_away:
            line.reason = impairment.why
            self._loop.call_soon(self._lost, line.row, line.reason)
            return
        self.openings.put(line)

    def plan(self, line: Line, now: float) -> None:
        """Plan the next attempt of a mock whose connection is lost."""
        impairment = self._impairments.of(line.row)
        if not impairment.is_away:
            self._plan(line, now, impairment.retry)

    def again(self, line: Line, wait: float) -> None:
        """Try a line in ``wait`` s and not when it would be, unless its turn has come already."""
        if not self.openings.is_waiting(line):
            self._plan(line, self._clock(), wait)

    def put_off(self, line: Line) -> None:
        """Plan no attempt any more."""
        self.redial.cancel(line)

    def drop(self, line: Line) -> None:
        """Want no connection any more."""
        self.redial.cancel(line)
        self.openings.forget(line)

    def close(self) -> None:
        """Begin nothing later."""
        self._wake.close()
        self.openings.close()

    def _plan(self, line: Line, now: float, wait: float | None) -> None:
        self.redial.plan(line, now, wait=wait)
        self._wake.arm(now)

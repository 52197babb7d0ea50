"""How many connections begin at once, and how fast: so that a storm leaves time for sending.

Rule: first come, first served; told the time, asks the loop only to be called again.
"""

import asyncio
from collections import deque

# Connections to one target being opened at once. Listen backlogs go from 100 (Mosquitto) to 4,096
# (Linux): past them a SYN is dropped and tried again only after 1 s.
MAX_OPENING = 100
# A connection to Mosquitto costs 75 to 100 µs of the loop until its CONNACK, on a core of its own,
# of which a third is the connect call itself; the rest follows in later turns. At this pace opening
# takes at most half of the time, and some 5 ms of one turn: 10,000 mocks begin within 2 s. Half of
# the burst took twice as long beside a tower that sends, whose turns are 10 to 30 ms.
PER_SECOND = 5_000.0
BURST = 100
# A handshake of TLS costs 0.5 to 1 ms.
TLS_PER_SECOND = 800.0
TLS_BURST = 8
TICK = 0.001  # s between two looks at an empty bucket; timers of loops are no finer


class Turnstile:
    """A bucket of tokens, and so many places behind it."""

    def __init__(self, *, has_tls: bool) -> None:
        self._loop = asyncio.get_running_loop()
        self._places = MAX_OPENING  # that are free
        self._per_second = TLS_PER_SECOND if has_tls else PER_SECOND
        self._burst = TLS_BURST if has_tls else BURST
        self._tokens = float(self._burst)
        self._filled_at = self._loop.time()
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    async def enter(self) -> None:
        """Wait for a place and a token; ``leave`` must follow. Cancelled, it has taken nothing."""
        self._fill()
        if not self._waiting and self._take():
            return
        ticket = self._loop.create_future()
        self._waiting.append(ticket)
        self._plan()
        try:
            await ticket
        except asyncio.CancelledError:
            if ticket.done() and not ticket.cancelled():  # it was let in at this very moment
                self.leave()
            raise

    def leave(self) -> None:
        """Give the place back."""
        self._places += 1
        self._plan()

    def _take(self) -> bool:
        if self._places and self._tokens >= 1:
            self._places -= 1
            self._tokens -= 1
            return True
        return False

    def _fill(self) -> None:
        now = self._loop.time()
        new = (now - self._filled_at) * self._per_second
        self._tokens, self._filled_at = min(self._burst, self._tokens + new), now

    def _plan(self) -> None:
        """Have the next ones let in at the loop's next turn, or as soon as there are tokens."""
        if self._timer or not self._waiting or not self._places:
            return
        wait = 0.0 if self._tokens >= 1 else TICK
        self._timer = self._loop.call_later(wait, self._let_in)

    def _let_in(self) -> None:
        self._timer = None
        self._fill()
        while self._waiting:
            if self._waiting[0].done():  # cancelled
                self._waiting.popleft()
            elif self._take():
                self._waiting.popleft().set_result(None)
            else:
                break
        self._plan()

"""All mocks of one shard towards one broker, by one client.

Rule: all mocks share what the client has: its connection, its credentials, and its end.
"""

import asyncio
import logging
import random
import time
from collections.abc import Callable, Sequence
from math import inf
from typing import Any

from simulator.errors import DefinitionError, MocklotError, Unreachable
from simulator.impairment import WELL, Impairment
from simulator.lot.producer_target import ProducerTarget
from simulator.transports.line import Line
from simulator.transports.parcel import Identity, Listener, Parcel
from simulator.transports.producers.producer import Consignment, MakeProducer, Producer
from simulator.transports.producers.pump import Pump
from simulator.transports.redial import LASTED, Redial
from simulator.transports.traffic import Traffic

logger = logging.getLogger(__name__)

CONNECT_WITHIN = 20.0  # s until the client says that it is connected
CLOSE_WITHIN = 5.0  # s for what is under way at the end, and as much for the client's goodbye
RETRY_TICK = 0.01  # s; retries due within it are woken together

DISCONNECTED = "the mock disconnected"


class ProducerExchange:
    """The mocks of a shard, named by their row. Belongs to the loop that it was made in.

    All of them are connected while the client is; it is opened again after each loss, with
    exponential backoff, as long as one mock is wanted.
    """

    def __init__(
        self,
        target: ProducerTarget,
        *,
        make: MakeProducer,
        listener: Listener,
        jitter: Callable[[], float] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """
        Args:
            make: Makes a client for each attempt to connect.
            jitter: Draws from [0, 1) for the waits between attempts; by default a fixed seed.
            clock: Seconds; all times that the listener is told.
        """
        self.target = target
        self.traffic = Traffic()  # bytes of payloads: what libraries add is theirs
        self.clock = clock
        self._make = make
        self._listener = listener
        self._loop = asyncio.get_running_loop()
        self._redial = Redial(jitter or random.Random(0).random)
        self._lines: dict[int, Line] = {}
        self._trunk = Line(-1, Identity())  # the connection that all share
        self._producer: Producer[Any] | None = None  # being opened, or open
        self._opening: asyncio.Task[None] | None = None
        self._ends: set[asyncio.Task[None]] = set()  # clients that say goodbye
        self._impairments: dict[int, Impairment] = {}  # by row
        self._timer: asyncio.TimerHandle | None = None
        self._is_closing = False
        self._pump = Pump(
            target,
            settled=listener.settled,
            failed=self._fail,
            traffic=self.traffic,
            clock=clock,
        )

    # What the tower asks.

    def connect(self, row: int, identity: Identity) -> None:
        """Want the mock connected from now on; ``opened`` or ``lost`` follows."""
        if row in self._lines:
            return
        line = self._lines[row] = Line(row, identity)
        if self._trunk.is_open or self._of(row).is_away:
            self._loop.call_soon(self._open_line, line)
        elif self._is_idle:
            self._dial(identity)

    def disconnect(self, row: int) -> None:
        """Let the mock go; ``lost`` is not told. What it sent may still be acknowledged."""
        line = self._lines.pop(row, None)
        if line:
            self._redial.cancel(line)
            line.is_open = line.is_wanted = False

    def send(self, row: int, parcel: Parcel) -> None:
        """Send a parcel; it is settled now or later, with the reason when it failed."""
        line = self._lines.get(row)
        if line is None or not line.is_open:
            why = line.reason if line else "disconnected"
            self._listener.settled(parcel, self.clock(), f"not connected: {why}")
        elif self._impairments and self._of(row).is_silent:
            self._pump.swallow(parcel)
        else:
            self._pump.put(Consignment(parcel, parcel.device or line.identity.id))

    def send_all(self, row: int, parcels: Sequence[Parcel]) -> None:
        """Send several parcels of one mock, in their order."""
        for parcel in parcels:
            self.send(row, parcel)

    def renew(self, row: int, identity: Identity) -> bool:
        """Let a mock show something else when the shared connection is opened anew; what stands
        goes on, for its client alone can say whether it must end."""
        self.identify(row, identity)
        return False

    def limit_connects(self, rate: float, phase: float = 0.0) -> None:
        """Nothing to limit: one connection is made, whatever the number of mocks."""

    def sweep(self, now: float) -> None:
        """End what waited too long; to be called once a second."""
        self._pump.sweep(now)

    def sessions(self, *, leave: bool = False) -> dict[int, Any]:  # noqa: ARG002
        """Nothing to go on with elsewhere: no mock has a session of its own."""
        return {}

    def adopt(self, row: int, session: Any) -> None:
        """Nothing to go on with; see ``sessions``."""

    async def close(self) -> None:
        """Disconnect every mock, and wait at most ``CLOSE_WITHIN`` s for what is under way."""
        for row in list(self._lines):
            self.disconnect(row)
        if self._timer:
            self._timer.cancel()
        self._is_closing = True
        await self._pump.run_dry(CLOSE_WITHIN)
        self._trunk.is_open = False
        self._hang_up(DISCONNECTED)
        if self._opening:
            self._opening.cancel()
            self._ends.add(self._opening)
        await self._pump.close()
        await asyncio.gather(*self._ends, return_exceptions=True)

    # Faults on purpose. Mocks have no connection of their own, so nothing makes one of them slow.

    def impair(self, row: int, impairment: Impairment | None) -> None:
        """Let a mock be away, or silent, from now on; None: nothing is wrong any more."""
        if impairment is None:
            self._impairments.pop(row, None)
            self.redial(row, 0.0)
            return
        self._impairments[row] = impairment
        if impairment.is_away:
            self.break_off(row, impairment.why)
            if line := self._lines.get(row):
                self._redial.cancel(line)
        else:
            self.redial(row, 0.0)

    def _of(self, row: int) -> Impairment:
        return self._impairments.get(row, WELL)

    def break_off(self, row: int, why: str) -> None:
        """Take a mock off the shared connection; it comes back as after any other loss."""
        line = self._lines.get(row)
        if line and line.is_open:
            self._lose_line(line, why)
            self._redial.plan(line, self.clock())
            self._arm()

    def redial(self, row: int, wait: float) -> None:
        """Have a mock that is not connected try again in ``wait`` s, and not when it would."""
        line = self._lines.get(row)
        if line and not line.is_open:
            self._redial.plan(line, self.clock(), wait=wait)
            self._arm()

    def identify(self, row: int, identity: Identity) -> None:
        """Let a mock be somebody else; the credentials of the shared connection stay."""
        if line := self._lines.get(row):
            line.identity = identity

    def scribble(self, row: int, data: bytes) -> bool:
        """Write bytes that mean nothing; False: they would reach the others' connection."""
        del row, data
        return False

    # The connection.

    @property
    def _is_idle(self) -> bool:
        """Whether no client is there, and none will be unless somebody asks for one."""
        is_opening = self._opening is not None and not self._opening.done()
        return self._producer is None and self._trunk.retry_at == inf and not is_opening

    def _dial(self, identity: Identity) -> None:
        self._trunk.identity = identity
        self._opening = self._loop.create_task(self._open(identity))
        self._opening.add_done_callback(self._dialled)

    def _dialled(self, task: asyncio.Task[None]) -> None:
        """What a library was not expected to raise is a loss too: no mock waits for ever."""
        if not task.cancelled() and (error := task.exception()):
            logger.error("connecting failed", exc_info=error)
            self._fail(f"internal error: {type(error).__name__}")

    async def _open(self, identity: Identity) -> None:
        """Make one attempt to connect."""

        def lost(why: str) -> None:
            if self._producer is producer and self._trunk.is_open:
                self._fail(why)

        try:
            producer = self._make(self.target, identity, settle=self._pump.settle, lost=lost)
            self._producer = producer
            async with asyncio.timeout(CONNECT_WITHIN):
                await producer.open()
        except TimeoutError:
            self._fail(f"no connection within {CONNECT_WITHIN:g} s")
        except MocklotError as error:
            self._fail(str(error), is_final=isinstance(error, DefinitionError))
        else:
            self._opened(producer)

    def _opened(self, producer: Producer[Any]) -> None:
        self._pump.begin(producer)
        self._trunk.is_open, self._trunk.opened_at = True, self.clock()
        for line in list(self._lines.values()):
            self._open_line(line)

    def _open_line(self, line: Line) -> None:
        if line.is_open or not line.is_wanted:
            return
        impairment = self._of(line.row)
        if impairment.is_away:
            self._lose_line(line, impairment.why)
        elif self._trunk.is_open:
            line.is_open, line.opened_at = True, self.clock()
            self._listener.opened(line.row)

    def _fail(self, why: str, *, is_final: bool = False) -> None:
        """The connection broke, or was never made: settle, tell, and plan the next attempt."""
        trunk, now = self._trunk, self.clock()
        if trunk.is_open and now - trunk.opened_at >= LASTED:
            trunk.failures = 0
        trunk.is_open, trunk.reason = False, why
        self._hang_up(why)
        if not is_final and not self._is_closing:
            self._redial.plan(trunk, now)
            self._arm()
        for line in list(self._lines.values()):
            self._redial.cancel(line)
            self._lose_line(line, why)

    def _lose_line(self, line: Line, why: str) -> None:
        line.is_open, line.reason = False, why
        self._listener.lost(line.row, why)

    def _hang_up(self, why: str) -> None:
        """Let the client go, and settle all that it did not."""
        producer, self._producer = self._producer, None
        self._pump.end(why)
        if producer:
            task = self._loop.create_task(_end(producer))
            self._ends.add(task)
            task.add_done_callback(self._ends.discard)

    def _arm(self) -> None:
        """Have the one timer fire for the next attempt."""
        if self._timer:
            self._timer.cancel()
        self._timer = None
        if (at := self._redial.next()) < inf and not self._is_closing:
            wait = max(RETRY_TICK, at - self.clock())
            self._timer = self._loop.call_later(wait, self._retry)

    def _retry(self) -> None:
        self._timer = None
        for line in self._redial.due(self.clock()):
            if line is not self._trunk:
                self._open_line(line)
            elif self._lines:
                self._dial(next(iter(self._lines.values())).identity)
        self._arm()


async def _end(producer: Producer[Any]) -> None:
    try:
        async with asyncio.timeout(CLOSE_WITHIN):
            await producer.close()
    except (TimeoutError, Unreachable):
        logger.info("a client did not end in time")

"""The way of parcels to the client of a broker: what waits, what is handed over, how each ends.

Rule: one task hands over, whatever the number of mocks; every parcel is settled exactly once, and
no more of them wait than the limits say.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from simulator.errors import MocklotError
from simulator.lot.producer_target import ProducerTarget
from simulator.transports.parcel import Parcel
from simulator.transports.producers.producer import Consignment, Producer
from simulator.transports.traffic import Traffic

logger = logging.getLogger(__name__)

MAX_WAITING = 20_000  # messages of a shard that wait to be handed over: some seconds' worth


class Pump:
    """Hands over to one client at a time. Belongs to the loop that it was made in."""

    def __init__(
        self,
        target: ProducerTarget,
        *,
        settled: Callable[[Parcel, float, str], None],
        failed: Callable[[str], None],
        traffic: Traffic,
        clock: Callable[[], float],
    ) -> None:
        """
        Args:
            settled: Is told of each parcel once, when, and why it failed; empty: it did not.
            failed: Is told why the client can take no more.
            traffic: The bytes of payloads that are handed over are counted there.
            clock: Seconds.
        """
        self._target = target
        self._settled = settled
        self._failed = failed
        self._traffic = traffic
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._producer: Producer[Any] | None = None  # that takes parcels
        self._pumping: asyncio.Task[None] | None = None
        self._waiting: deque[Consignment] = deque()
        self._since: deque[float] = deque()  # s since when each of them waits
        self._in_flight: dict[Parcel, None] = {}  # handed over, the oldest first
        self._room = asyncio.Event()
        self._emptied: asyncio.Event | None = None  # set when nothing is under way any more

    def begin(self, producer: Producer[Any]) -> None:
        """Hand over to a client that is connected, from now on."""
        self._producer = producer

    def put(self, consignment: Consignment) -> None:
        """Let a parcel wait for its turn; settle it when too many do."""
        if len(self._waiting) >= MAX_WAITING:
            why = f"target takes messages too slowly: {MAX_WAITING} wait already"
            self._settled(consignment.parcel, self._clock(), why)
            return
        self._waiting.append(consignment)
        self._since.append(self._clock())
        self._start()

    def swallow(self, parcel: Parcel) -> None:
        """Let a parcel count as handed over that nobody will answer."""
        parcel.sent = self._clock()
        self._in_flight[parcel] = None

    def settle(self, parcel: Parcel, why: str) -> None:
        """Tell the end of a parcel; one that was told already is left alone."""
        try:
            del self._in_flight[parcel]
        except KeyError:
            return
        self._room.set()
        self._settled(parcel, self._clock(), why)
        self._check_emptied()

    def sweep(self, now: float) -> None:
        """End what waited too long; to be called once a second."""
        limit = self._target.acknowledge_within
        while self._in_flight:
            parcel = next(iter(self._in_flight))
            if now - parcel.sent < limit:
                break
            self.settle(parcel, f"no acknowledgement within {limit:g} s")
        while self._since and now - self._since[0] >= limit:
            parcel, _ = self._take_first()
            self._settled(parcel, now, f"not sent within {limit:g} s: others are in flight")

    def end(self, why: str) -> None:
        """Hand over no more, and settle all that the client did not."""
        self._producer = None
        for parcel in list(self._in_flight):
            self.settle(parcel, f"connection lost before acknowledgement: {why}")
        while self._waiting:
            parcel, _ = self._take_first()
            self._settled(parcel, self._clock(), f"connection lost before sending: {why}")

    async def run_dry(self, within: float) -> None:
        """Wait until nothing is under way any more, at most so many s."""
        self._emptied = asyncio.Event()
        self._check_emptied()
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                await self._emptied.wait()

    async def close(self) -> None:
        """End the task that hands over."""
        if self._pumping:
            self._pumping.cancel()
            await asyncio.gather(self._pumping, return_exceptions=True)

    def _start(self) -> None:
        if self._pumping is None and self._producer:
            self._pumping = self._loop.create_task(self._pump())
            self._pumping.add_done_callback(self._pumped)

    def _pumped(self, task: asyncio.Task[None]) -> None:
        self._pumping = None
        if not task.cancelled() and (error := task.exception()):
            logger.error("handing over failed", exc_info=error)
            self._failed(f"internal error: {type(error).__name__}")
        if self._waiting:
            self._start()
        self._check_emptied()

    async def _pump(self) -> None:
        """Hand over what waits, until nothing does or the connection is gone."""
        while self._waiting and (producer := self._producer):
            if producer.linger and len(self._waiting) < producer.at_once:
                await asyncio.sleep(producer.linger)
            if len(self._in_flight) >= self._target.in_flight:
                self._room.clear()
                await self._room.wait()
                continue
            await self._hand_over(producer)

    async def _hand_over(self, producer: Producer[Any]) -> None:
        room = self._target.in_flight - len(self._in_flight)
        consignments = self._taken(min(room, producer.at_once), producer.linger)
        try:
            async with asyncio.timeout(self._target.acknowledge_within):
                await producer.hand_over(consignments)
        except TimeoutError:
            self._settle_all(consignments, "the client took no more messages in time")
        except MocklotError as error:
            self._settle_all(consignments, str(error))

    def _taken(self, most: int, linger: float) -> list[Consignment]:
        """Take out what is handed over now; to wait ``linger`` s for others is no lateness."""
        consignments, now = [], self._clock()
        for _ in range(min(most, len(self._waiting))):
            waited = now - self._since[0]
            consignment = self._take_first()
            parcel = consignment.parcel
            parcel.sent = now
            parcel.held += min(waited, linger)
            self._in_flight[parcel] = None
            self._traffic.written += len(parcel.payload)
            consignments.append(consignment)
        return consignments

    def _take_first(self) -> Consignment:
        self._since.popleft()
        return self._waiting.popleft()

    def _settle_all(self, consignments: Sequence[Consignment], why: str) -> None:
        for parcel, _ in consignments:
            self.settle(parcel, why)

    def _check_emptied(self) -> None:
        if self._emptied and not self._in_flight and not self._waiting:
            self._emptied.set()

"""An exchange of mocks with one shared client, in virtual time; the client is scripted."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from simulator.lot import target_of
from simulator.transports import Identity, Parcel
from simulator.transports.producers import Consignment, Producer, ProducerExchange
from tests.simulator.transports.virtual import Diary, run


class Scripted(Producer[Any]):
    """A client that does what the stage says."""

    stage: "Stage"

    async def open(self) -> None:
        self.linger = self.stage.linger
        self.stage.producers.append(self)
        self.stage.attempts.append(self.stage.loop.time())
        await self.stage.gate.wait()
        if self.stage.failure:
            raise self.stage.failure

    async def hand_over(self, consignments: Sequence[Consignment]) -> None:
        self.stage.handed.append(list(consignments))
        await self.stage.way.wait()
        if self.stage.refusal:
            raise self.stage.refusal
        if self.stage.answers:
            for parcel, _ in consignments:
                self.settle(parcel, "")

    async def close(self) -> None:
        self.stage.closed.append(self)


class Stage:
    """An exchange, its listener, and the far side."""

    def __init__(self, **target: Any) -> None:
        self.loop = asyncio.get_running_loop()
        self.diary = Diary()
        self.failure: Exception | None = None  # of the next attempts
        self.refusal: Exception | None = None  # of what is handed over
        self.answers = True  # whether all is acknowledged at once
        self.linger = 0.0
        self.gate, self.way = asyncio.Event(), asyncio.Event()
        self.gate.set()
        self.way.set()
        self.attempts: list[float] = []
        self.producers: list[Scripted] = []
        self.closed: list[Scripted] = []
        self.handed: list[list[Consignment]] = []
        kind = type("Of", (Scripted,), {"stage": self})
        self.exchange = ProducerExchange(
            target_of({"protocol": "nats", "host": "h", "port": 1, **target}),  # type: ignore[arg-type]
            make=kind,  # type: ignore[arg-type]
            listener=self.diary,
            jitter=lambda: 0.5,
            clock=self.loop.time,
        )

    async def connect(self, mocks: int = 1) -> None:
        for row in range(mocks):
            self.exchange.connect(row, Identity(id=f"m{row}"))
        await self.settle()

    async def settle(self) -> None:
        for _ in range(8):
            await asyncio.sleep(0)

    async def pass_time(self, seconds: float) -> None:
        end = self.loop.time() + seconds
        while self.loop.time() < end:
            await asyncio.sleep(min(1.0, end - self.loop.time()))
            self.exchange.sweep(self.loop.time())

    def send(self, row: int = 0, **fields: Any) -> Parcel:
        parcel = Parcel(**{"row": row, "address": "a/b", "payload": b"x", **fields})
        self.exchange.send(row, parcel)
        return parcel


def staged(main: Callable[[Stage], Coroutine[Any, Any, None]], **target: Any) -> None:
    async def whole() -> None:
        stage = Stage(**target)
        await main(stage)
        await stage.exchange.close()
        await stage.settle()

    run(whole)

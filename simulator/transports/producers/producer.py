"""What the exchange asks of the client of a library, and what it is told.

Rule: a producer settles each parcel that it took at most once more than it should: what is late, or
told twice, the exchange leaves alone.
"""

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, ClassVar, Generic, NamedTuple, Protocol, TypeVar

from simulator.errors import DefinitionError
from simulator.lot.producer_target import ProducerTarget
from simulator.transports.parcel import Identity, Parcel

logger = logging.getLogger(__name__)

Settle = Callable[[Parcel, str], None]  # with the reason why it failed; empty: acknowledged
Kind = TypeVar("Kind", bound=ProducerTarget)


class Consignment(NamedTuple):
    """A parcel, and the id of who sends it: the mock, or the device behind it."""

    parcel: Parcel
    sender: str


class Producer(ABC, Generic[Kind]):
    """One connection to a broker, from the wish to open it to its end; opened once."""

    at_once: ClassVar[int] = 500  # parcels that are handed over together at most
    linger: float = 0.0  # s that a parcel waits for others to be handed over with

    def __init__(
        self,
        target: Kind,
        identity: Identity,
        *,
        settle: Settle,
        lost: Callable[[str], None],
    ) -> None:
        """
        Args:
            identity: Whose credentials are shown.
            settle: To be called for each parcel that was handed over.
            lost: To be called when the connection is gone, with the reason.

        Raises:
            DefinitionError: the target's authorities are no certificates.
        """
        self.target = target
        self.identity = identity
        self.settle = settle
        self.lost = lost
        self._begun: set[asyncio.Task[None]] = set()

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something beside what is handed over next; ``cancel_begun`` ends it."""
        task = asyncio.get_running_loop().create_task(work)
        self._begun.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        """What a library was not expected to raise costs the connection, and is told."""
        self._begun.discard(task)
        if not task.cancelled() and (error := task.exception()):
            logger.error("the client of a library failed", exc_info=error)
            self.lost(f"internal error: {type(error).__name__}")

    def cancel_begun(self) -> None:
        """End all that was begun and is not done."""
        for task in list(self._begun):
            task.cancel()

    @abstractmethod
    async def open(self) -> None:
        """Connect, and make sure that there is something to publish to.

        Raises:
            TargetError: with the reason in words; ``close`` follows all the same.
            DefinitionError: the target asks for what the library cannot do.
        """

    @abstractmethod
    async def hand_over(self, consignments: Sequence[Consignment]) -> None:
        """Give parcels to the client, in their order; return when it has taken them.

        Waiting here holds back all that follows. ``settle`` is called for each, now or later.

        Raises:
            TargetError: those that are not settled yet fail with its text.
        """

    @abstractmethod
    async def close(self) -> None:
        """End the connection, whatever state it is in; raises nothing."""


class MakeProducer(Protocol):
    """Makes the producer of a target: the class of its module."""

    def __call__(
        self,
        target: Any,
        identity: Identity,
        *,
        settle: Settle,
        lost: Callable[[str], None],
    ) -> Producer[Any]: ...


def dotted(address: str) -> str:
    """Return a topic as brokers write it whose names have dots: ``plants/a/t`` is ``plants.a.t``.

    Raises:
        DefinitionError: it has an empty level, or none.
    """
    levels = address.strip("/").split("/")
    if not all(levels):
        raise DefinitionError(f"topic must have no empty level, got {address[:80]!r}")
    return ".".join(levels)


def headers_of(parcel: Parcel) -> Mapping[str, str]:
    """Return what a message says beside its payload, headers and user properties in one."""
    if not parcel.properties:
        return parcel.headers or {}
    return {**(parcel.headers or {}), **parcel.properties}


def when_done(future: "asyncio.Future[Any]", then: Callable[[BaseException | None], None]) -> None:
    """Call ``then`` with the error of a future when it is done; with None when it went well."""

    def call(done: "asyncio.Future[Any]") -> None:
        then(asyncio.CancelledError() if done.cancelled() else done.exception())

    future.add_done_callback(call)

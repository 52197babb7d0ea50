"""Datagrams instead of a stream: one socket a mock, for its port is its identity.

Rule: what is written is one datagram, and so is what is read; nothing is put together or cut.
"""

import asyncio
from collections.abc import Callable
from math import inf
from typing import Any, TypeVar, cast

from simulator.lot import Target
from simulator.transports import reasons
from simulator.transports.line import Line
from simulator.transports.road import Address, Road
from simulator.transports.wire import Office, Wire

Kind = TypeVar("Kind", bound=Target)


class DatagramWire(Wire[Kind]):
    """A socket that hears one far side alone. That it is open says nothing of the far side."""

    __slots__ = ("alarm_at",)

    def __init__(self, office: Office, line: Line) -> None:
        super().__init__(office, line)
        self.alarm_at = inf  # s; see Alarms

    def say(self, data: bytes) -> None:
        """Send a datagram."""
        cast(asyncio.DatagramTransport, self.transport).sendto(data)

    def datagram_received(self, data: bytes, _address: object) -> None:
        self.data_received(data)

    def error_received(self, error: Exception) -> None:
        """The road told that a datagram did not arrive, mostly that nobody listens there."""
        self.end(reasons.reason(error))

    def wake(self, now: float) -> None:
        """What was asked of the alarms has come."""


class DatagramRoad(Road):
    """The road of datagrams: each mock has a socket of its own."""

    async def _connect(
        self, factory: Callable[[], asyncio.Protocol], address: Address, *_how: Any
    ) -> None:
        family, host, port = address
        await self._loop.create_datagram_endpoint(
            cast(Callable[[], asyncio.DatagramProtocol], factory),
            remote_addr=(host, port),
            family=family,
        )

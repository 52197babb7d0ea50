"""Datagrams instead of a stream: one socket a mock, for its port is its identity.

Rule: what is written is one datagram, and so is what is read; nothing is put together or cut.
"""

import asyncio
import socket
from collections.abc import Callable
from typing import Any, cast

from simulator.transports import reasons
from simulator.transports.line import Line
from simulator.transports.road import Address, Road
from simulator.transports.wire import Wire


class Datagrams:
    """What the wires of datagrams have beside those of streams: that a socket is open says nothing
    of the far side."""

    __slots__ = ()

    transport: asyncio.Transport

    def say(self, data: bytes) -> None:
        """Send a datagram."""
        cast(asyncio.DatagramTransport, self.transport).sendto(data)

    def datagram_received(self, data: bytes, _address: object) -> None:
        cast(Wire[Any], self).data_received(data)

    def error_received(self, error: Exception) -> None:
        """The road told that a datagram did not arrive, mostly that nobody listens there."""
        cast(Wire[Any], self).end(reasons.reason(error))


class DatagramRoad(Road):
    """The road of datagrams: each mock has a socket of its own."""

    async def _connect(
        self,
        factory: Callable[[], asyncio.Protocol],
        address: Address,
        turn: int,
        _line: Line | None,
    ) -> None:
        family, host, port = address
        wire = cast(Callable[[], asyncio.DatagramProtocol], factory)
        if self._sources:
            bound = await self._bound(address, turn, kind=socket.SOCK_DGRAM)
            await self._loop.create_datagram_endpoint(wire, sock=bound)
        else:
            await self._loop.create_datagram_endpoint(wire, remote_addr=(host, port), family=family)

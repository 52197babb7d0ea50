"""The addresses behind the name of a target: asked for once, tried in turn, failing ones last.

Rule: one question to the name server for all connections; it is asked again only when no address
works any more.
"""

import asyncio
import socket
from collections.abc import Sequence
from typing import Any, NamedTuple

from simulator.errors import Unreachable
from simulator.transports import reasons

AVOID = 30.0  # s that an address is tried only after the others, once it has failed
ASK_AGAIN = 30.0  # s between two questions, when every address has failed: a name may have moved


class Address(NamedTuple):
    """Where a connection goes to."""

    family: socket.AddressFamily
    host: str  # an IP address; of IPv6 with its zone
    port: int


class Addresses:
    """What a name stands for. Belongs to the loop that it was made in."""

    def __init__(self, host: str, port: int) -> None:
        self._loop = asyncio.get_running_loop()
        self._host, self._port = host, port
        self._lookup: asyncio.Task[tuple[list[Address], str]] | None = None
        self._asked_at = 0.0  # s
        self._failed: dict[Address, float] = {}  # when, in s

    async def in_turn(self, turn: int) -> list[Address]:
        """Return all addresses in the order to try them, beginning with number ``turn`` of them.

        Those that failed within ``AVOID`` come last.

        Raises:
            Unreachable: the name is not known, or the name server does not answer.
        """
        found = await self._resolve()
        first = turn % len(found)
        ordered = found[first:] + found[:first]
        if not self._failed:
            return ordered
        now = self._loop.time()
        return sorted(ordered, key=lambda address: now - self._failed.get(address, -AVOID) < AVOID)

    def failed(self, address: Address) -> None:
        """No connection came about."""
        self._failed[address] = self._loop.time()

    def worked(self, address: Address) -> None:
        """A connection stands."""
        if self._failed:
            self._failed.pop(address, None)

    def forget(self) -> None:
        """Wait for no name server any more."""
        lookup, self._lookup = self._lookup, None
        if lookup:
            lookup.cancel()

    async def _resolve(self) -> list[Address]:
        """All addresses; a failure is told to all who wait and then forgotten."""
        if self._lookup is None or self._is_stale():
            self._asked_at = self._loop.time()
            self._failed.clear()
            self._lookup = self._loop.create_task(self._ask())
        lookup = self._lookup
        addresses, why = await asyncio.shield(lookup)
        if not addresses and self._lookup is lookup:
            self._lookup = None
        if not addresses:
            raise Unreachable(why)
        return addresses

    def _is_stale(self) -> bool:
        """Whether no address works, and the name server was not asked just now."""
        if not self._failed or self._loop.time() - self._asked_at < ASK_AGAIN:
            return False
        assert self._lookup is not None
        return self._lookup.done() and self._failed.keys() >= set(self._lookup.result()[0])

    async def _ask(self) -> tuple[list[Address], str]:
        try:
            found = await self._loop.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)
        except (OSError, ValueError) as error:
            return [], reasons.reason(error)
        made = [Address(family, _host(where), int(where[1])) for family, *_, where in found]
        return list(dict.fromkeys(made)), ""


def _host(where: Sequence[Any]) -> str:
    """The address as text; a link-local one of IPv6 is one only together with its interface."""
    zone = where[3] if len(where) == 4 else 0
    return f"{where[0]}%{zone}" if zone and "%" not in str(where[0]) else str(where[0])

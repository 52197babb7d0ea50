"""The road to one target: its addresses, asked for once, and its TLS, set up once.

Rule: the only module that opens a socket.
"""

import asyncio
import socket
import ssl
from collections.abc import Callable

from simulator.errors import DefinitionError, Problem, Unreachable
from simulator.lot import Target, Tls
from simulator.transports import reasons

CONNECT_WITHIN = 20.0  # s for TCP and TLS; Linux itself gives up a SYN only after 127 s
CLOSE_TLS_WITHIN = 3.0  # s for the far side's close_notify; the bytes are out, nothing is lost

_Address = tuple[socket.AddressFamily, str, int]


class Road:
    """Opens connections to one target. Belongs to the loop that it was made in."""

    def __init__(self, target: Target) -> None:
        """Raises DefinitionError when the target's own authorities are not PEM certificates."""
        self._loop = asyncio.get_running_loop()
        self._target = target
        self._lookup: asyncio.Task[tuple[list[_Address], str]] | None = None
        self._tls = tls_context(target.tls) if target.tls else None

    async def open(self, factory: Callable[[], asyncio.Protocol], turn: int) -> None:
        """Connect ``factory()`` to the target.

        The addresses of the target are tried one after the other, beginning with number ``turn``,
        so that many mocks spread over all of them.

        Raises:
            Unreachable: with the reason in words. A cancelled call leaves no socket behind.
        """
        try:
            async with asyncio.timeout(CONNECT_WITHIN):
                await self._try_addresses(factory, turn)
        except TimeoutError:
            raise Unreachable(f"no connection within {CONNECT_WITHIN:g} s") from None

    async def _try_addresses(self, factory: Callable[[], asyncio.Protocol], turn: int) -> None:
        addresses = await self._resolve()
        why = ""
        for shift in range(len(addresses)):
            address = addresses[(turn + shift) % len(addresses)]
            try:
                await self._connect(factory, address)
            except (OSError, ValueError) as error:
                why = reasons.handshake_reason(error) if self._tls else reasons.reason(error)
            else:
                return
        raise Unreachable(why)

    async def _connect(self, factory: Callable[[], asyncio.Protocol], address: _Address) -> None:
        # TCP_NODELAY is set by both asyncio and uvloop, and a test holds them to it: messages are
        # small and each must leave at once.
        family, host, port = address
        if self._tls is None or self._target.tls is None:
            await self._loop.create_connection(factory, host, port, family=family)
            return
        await self._loop.create_connection(
            factory,
            host,
            port,
            family=family,
            ssl=self._tls,
            server_hostname=self._target.tls.server_name or self._target.host,
            ssl_handshake_timeout=CONNECT_WITHIN,
            ssl_shutdown_timeout=CLOSE_TLS_WITHIN,
        )

    def close(self) -> None:
        """Wait for no name server any more."""
        if self._lookup:
            self._lookup.cancel()

    async def _resolve(self) -> list[_Address]:
        """All addresses, asked for once; a failure is told to all who wait and then forgotten."""
        if self._lookup is None:
            self._lookup = self._loop.create_task(self._ask_addresses())
        lookup = self._lookup
        addresses, why = await asyncio.shield(lookup)
        if not addresses and self._lookup is lookup:
            self._lookup = None
        if not addresses:
            raise Unreachable(why)
        return addresses

    async def _ask_addresses(self) -> tuple[list[_Address], str]:
        try:
            found = await self._loop.getaddrinfo(
                self._target.host, self._target.port, type=socket.SOCK_STREAM
            )
        except (OSError, ValueError) as error:
            return [], reasons.reason(error)
        addresses = [(family, str(where[0]), int(where[1])) for family, *_, where in found]
        return list(dict.fromkeys(addresses)), ""


def tls_context(tls: Tls) -> ssl.SSLContext:
    """Return the client's side of ``tls``: at least TLS 1.2, verified unless told not to.

    Raises:
        DefinitionError: ``tls.ca`` has no PEM certificate.
    """
    try:
        context = ssl.create_default_context(cadata=tls.ca or None)
    except (ssl.SSLError, ValueError):
        problem = Problem("target.tls.ca", "must be certificates in PEM, got something else")
        raise DefinitionError(problem) from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if not tls.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context

"""The road to one target: its addresses, its TLS, its WebSocket, and how fast it is entered.

Rule: the only module that opens a stream. All exchanges of a loop to one target share one road, so
that it is asked for, set up and paced once.
"""

import asyncio
import errno
import resource
import socket
import time
from collections.abc import Callable
from typing import Any, TypeVar, cast
from weakref import WeakKeyDictionary, WeakValueDictionary

from simulator.errors import DefinitionError, Problem, Unreachable
from simulator.lot import Target, WebSocket
from simulator.lot.websocket import SigV4
from simulator.protocols import websocket
from simulator.transports import reasons
from simulator.transports.addresses import Address, Addresses
from simulator.transports.line import Line
from simulator.transports.parcel import Identity, shown
from simulator.transports.sources import Sources
from simulator.transports.streams import WebSocketStream
from simulator.transports.tls import Contexts, Resumption, make_context, resuming
from simulator.transports.tuning import tune
from simulator.transports.turnstile import Turnstile

__all__ = ["Address", "Road", "shared_road"]

CONNECT_WITHIN = 20.0  # s for TCP, TLS and WebSocket; Linux itself gives up a SYN after 127 s
# s for one address while there are others: a SYN that was dropped is repeated after 1 and 3 s.
ADDRESS_WITHIN = 5.0
CLOSE_TLS_WITHIN = 3.0  # s for the far side's close_notify; the bytes are out, nothing is lost

# Of connect, or of bind where the system chooses the port that early.
_NO_PORT = {errno.EADDRNOTAVAIL, errno.EADDRINUSE}

Factory = Callable[[], asyncio.Protocol]


class Road:
    """Opens connections to one target. Belongs to the loop that it was made in."""

    def __init__(self, target: Target) -> None:
        """
        Raises:
            DefinitionError: the target's own authorities are not PEM certificates, a source address
                is not of this machine, or the opening of WebSocket cannot be asked like that.
        """
        self._loop = asyncio.get_running_loop()
        self._target = target
        self._addresses = Addresses(target.host, target.port)
        self._sources = Sources(target.sources)
        self._contexts = Contexts(target.tls) if target.tls else None
        self._turnstile = Turnstile(has_tls=target.tls is not None)
        self.users = 0  # exchanges that share it
        if target.websocket:
            _check_opening(target.websocket, target.host)

    async def open(self, factory: Factory, turn: int, line: Line | None = None) -> None:
        """Connect ``factory()`` to the target.

        The addresses of the target are tried one after the other, beginning with number ``turn``,
        so that many mocks spread over all of them; so they do over the source addresses. ``line``
        is the mock whose certificate is shown and whose session is resumed.

        Raises:
            Unreachable: with the reason in words. A cancelled call leaves no socket behind.
        """
        await self._turnstile.enter()
        try:
            async with asyncio.timeout(CONNECT_WITHIN):
                await self._try_addresses(factory, turn, line)
        except TimeoutError:
            raise Unreachable(f"no connection within {CONNECT_WITHIN:g} s") from None
        finally:
            self._turnstile.leave()

    def close(self) -> None:
        """One exchange needs it no more; the last one waits for no name server any more."""
        self.users -= 1
        if self.users <= 0:
            self._addresses.forget()

    async def _try_addresses(self, factory: Factory, turn: int, line: Line | None) -> None:
        addresses = await self._addresses.in_turn(turn)
        why = ""
        for tried, address in enumerate(addresses, 1):
            try:
                if tried < len(addresses):
                    async with asyncio.timeout(ADDRESS_WITHIN):
                        await self._connect(factory, address, turn, line)
                else:  # the last one has the time that is left
                    await self._connect(factory, address, turn, line)
            except (OSError, ValueError) as error:  # a TimeoutError is an OSError
                why = self._reason(error, address)
                self._addresses.failed(address)
            except Unreachable as error:
                why = str(error)
                self._addresses.failed(address)
            else:
                self._addresses.worked(address)
                return
        raise Unreachable(why)

    async def _connect(
        self, factory: Factory, address: Address, turn: int, line: Line | None
    ) -> None:
        """Open one stream to one address: what a road of datagrams does in another way."""
        options = self._target.websocket
        if options is None:
            await self._connect_plain(factory, address, turn, line)
            return
        who = line.identity if line else Identity()
        stream = WebSocketStream(self._session(options, who), factory)
        try:
            await self._connect_plain(lambda: stream, address, turn, line)
            await stream.opened
        except BaseException:
            stream.abort()
            raise

    def _session(self, options: WebSocket, who: Identity) -> websocket.Session:
        authority, path = self._target.authority, options.path
        if options.sigv4:
            signing = _signing(options.sigv4, self._target.host, who)
            path = websocket.presigned(path, signing, host=authority, now=time.time())
        return websocket.Session(
            authority,
            path,
            subprotocols=(options.subprotocol,) if options.subprotocol else (),
            headers=options.headers,
            is_stream=True,
        )

    async def _connect_plain(
        self, factory: Factory, address: Address, turn: int, line: Line | None
    ) -> None:
        family, host, port = address
        if self._sources:
            bound = await self._bound(address, turn)
            made = self._loop.create_connection(factory, sock=bound, **self._tls_options(line))
        else:
            made = self._loop.create_connection(
                factory, host, port, family=family, **self._tls_options(line)
            )
        transport, _ = await made
        tune(transport)

    async def _bound(
        self, address: Address, turn: int, *, kind: socket.SocketKind = socket.SOCK_STREAM
    ) -> socket.socket:
        """A connected socket that comes from one of our source addresses."""
        bound = self._sources.socket(address.family, turn, kind=kind)
        try:
            await self._loop.sock_connect(bound, (address.host, address.port))
        except BaseException:
            bound.close()
            raise
        return bound

    def _tls_options(self, line: Line | None) -> dict[str, Any]:
        """What ``create_connection`` is told of TLS; nothing where there is none.

        Each connection is opened in a task of its own: what is set for it ends with the task.
        """
        tls, contexts = self._target.tls, self._contexts
        if tls is None or contexts is None:
            return {}
        if tls.resumption and line:
            line.resumption = line.resumption or Resumption()
        resuming.set(line.resumption if line else None)
        who = line.identity if line else Identity()
        return {
            "ssl": contexts.context(who.certificate, who.key),
            "server_hostname": tls.server_name or self._target.host,
            "ssl_handshake_timeout": CONNECT_WITHIN,
            "ssl_shutdown_timeout": CLOSE_TLS_WITHIN,
        }

    def _reason(self, error: OSError | ValueError, address: Address) -> str:
        number = error.errno if isinstance(error, OSError) else None
        if number in _NO_PORT and _is_ours(address):
            return f"no free local port towards {self._target.address}: give more source addresses"
        if number == errno.EMFILE:
            most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
            return f"too many open files: this process may have {most}"
        return reasons.handshake_reason(error) if self._contexts else reasons.reason(error)


def _is_ours(address: Address) -> bool:
    """Whether this machine has an address to go there from: of IPv6 it may have none.

    The kernel names both errors alike. Connecting a datagram socket sends nothing.
    """
    try:
        with socket.socket(address.family, socket.SOCK_DGRAM) as tried:
            tried.connect((address.host, address.port))
    except OSError:
        return False
    return True


def _signing(options: SigV4, host: str, who: Identity) -> websocket.Signing:
    """Raises DefinitionError where no region is known."""
    return websocket.Signing(
        access_key=who.username,
        secret_key=shown(who.password),
        token=shown(who.token),
        region=options.region or websocket.region_of(host),
        service=options.service,
        expires=options.expires,
    )


def _check_opening(options: WebSocket, host: str) -> None:
    if options.sigv4:
        try:
            _signing(options.sigv4, host, Identity())
        except DefinitionError as error:
            raise DefinitionError(Problem("target.websocket.sigv4.region", str(error))) from None
    subprotocols = (options.subprotocol,) if options.subprotocol else ()
    try:
        websocket.check_opening(options.path, subprotocols, options.headers)
    except DefinitionError as error:
        raise DefinitionError(Problem("target.websocket", str(error))) from None


def check_road(target: Target) -> None:
    """Refuse before a run what no tower could open connections with.

    Raises:
        DefinitionError: As ``Road`` does; the sources are held against this machine.
    """
    if target.tls:
        make_context(target.tls)
    Sources(target.sources)
    if target.websocket:
        _check_opening(target.websocket, target.host)


Kind = TypeVar("Kind", bound=Road)
_Roads = WeakValueDictionary[str, Road]

_SHARED: WeakKeyDictionary[asyncio.AbstractEventLoop, _Roads] = WeakKeyDictionary()


def shared_road(target: Target, kind: type[Kind]) -> Kind:
    """Return the road of this loop to the target; whoever takes it calls ``close`` in the end.

    It lives as long as somebody holds it: the next run asks the name server anew.

    Raises:
        DefinitionError: what ``kind`` refuses.
    """
    roads = _SHARED.setdefault(asyncio.get_running_loop(), WeakValueDictionary())
    key = f"{kind.__qualname__} {target.model_dump_json()}"
    road = roads.get(key)
    if road is None:
        road = roads[key] = kind(target)
    road.users += 1
    return cast(Kind, road)

"""Where connections pass: what a name stands for is looked up once, judged, and connected to.

Rule: the address that was judged is the address that is connected to; nothing behind this door
looks a name up again. Streams and datagrams of a loop pass it in the loop itself, so that no
library goes past it; what blocks in a thread calls ``Gate.connect``.
"""

import asyncio
import socket
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import lru_cache
from ipaddress import ip_address
from typing import Any, TypeAlias

from simulator.errors import Unreachable
from simulator.reach import NOTHING, OPEN, Closed, NoHost, Reach, host_in, is_odd

Found: TypeAlias = tuple[Any, ...]  # family, kind, protocol, name, address: as getaddrinfo has it
_Loop: Any = object  # that a class of a loop follows, mypy cannot know
LookUp: TypeAlias = Callable[[str, int], list[Found]]
MAX_JUDGED = 4_096  # judgements that are remembered
MAX_NAMED = 1_024  # addresses that names of the operator's list led to
MAX_CAUSES = 10  # errors behind an error that are looked through
CLOSED = "not allowed: the target is a host that the operators of this service have closed"


class Forbidden(Unreachable, OSError):
    """Nothing may be connected to there. For libraries it is an error of the road like others."""


class Gate:
    """Judges by a ``Reach``; may be called in any thread."""

    def __init__(
        self,
        reach: Reach = OPEN,
        *,
        look_up: LookUp | None = None,
        closed: Callable[[], Closed] = lambda: NOTHING,
    ) -> None:
        """
        Args:
            look_up: Returns what a name stands for, as ``socket.getaddrinfo`` does; it may block.
                None: the system's resolver.
            closed: Returns the hosts that are closed at the moment; it must not block.
        """
        self.reach = reach
        self.look_up = look_up
        self._closed = closed
        self._refusal = lru_cache(MAX_JUDGED)(reach.refusal)
        self._named: OrderedDict[str, None] = OrderedDict()  # see ``hold``

    def hold(self, address: str, *, host: str = "") -> None:
        """Refuse an IP address, which the name ``host`` led to.

        What a name of the operator's list has led to is let through by its address from then on:
        whoever looks a name up here comes back with its address.

        Raises:
            Forbidden: It may not be connected to; the text names its kind and no address.
        """
        if self._closed().has_address(address):
            raise Forbidden(CLOSED)
        words = self._refusal(address, host=host)
        if words and address not in self._named:
            raise Forbidden(f"not allowed: the target is {words}")

    def hold_all(self, host: str, found: Sequence[Found]) -> None:
        """Refuse a name if one of the addresses that it stands for is refused.

        Raises:
            Forbidden: One is, or the name is closed. A name that leads inside as well as outside
                is no mistake.
        """
        if self._closed().has_name(host):
            raise Forbidden(CLOSED)
        for each in found:
            address = str(each[4][0])
            self.hold(address, host=host)
            if self.reach.allows_name(host):
                self._named[address] = None
        while len(self._named) > MAX_NAMED:
            self._named.popitem(last=False)

    def literal(self, host: str) -> str | None:
        """Return the IP address that a host is, in any writing; None: it is a name.

        Raises:
            Forbidden: It may not be connected to, or is nothing at all.
        """
        if not self.reach.is_limited:
            return host if _is_address(host) else None
        try:
            meant = host_in(host)
        except NoHost:
            raise Forbidden("not allowed: the target is no host") from None
        if isinstance(meant, str):
            return None
        address = host if _is_address(host) else str(meant)
        self.hold(address)
        if is_odd(host, meant) and not self.reach.allows(meant):
            raise Forbidden("not allowed: the target is an address in an unusual writing")
        return address

    def resolved(self, host: str, port: int) -> list[str]:
        """Return the IP addresses that a host stands for now, each once and allowed; it blocks.

        Raises:
            Forbidden: One of them is not allowed.
            OSError: There is no such name.
        """
        if address := self.literal(host):
            return [address]
        found = (self.look_up or look_up)(host, port)
        self.hold_all(host, found)
        return list(dict.fromkeys(_text(each[4]) for each in found))

    def connect(self, host: str, port: int, *, timeout: float | None) -> socket.socket:
        """Return a connection to the first address of a host that answers; it blocks.

        Args:
            timeout: s for each address, and for each wait on the socket afterwards.

        Raises:
            Forbidden: The name leads to where nothing may be connected to.
            OSError: None of its addresses answers, or there is no such name.
        """
        failure: OSError = OSError("the name has no address")
        for address in self.resolved(host, port):
            try:
                return socket.create_connection((address, port), timeout=timeout)
            except OSError as error:
                failure = error
        raise failure


OPEN_GATE = Gate()


def forbidden_of(error: BaseException | None) -> Forbidden | None:
    """Return the refusal of a gate that lies behind an error of a library; None: none does."""
    for _ in range(MAX_CAUSES):
        if error is None or isinstance(error, Forbidden):
            break
        error = error.__cause__ or error.__context__ or getattr(error, "kwargs", {}).get("error")
    return error if isinstance(error, Forbidden) else None


def look_up(host: str, port: int) -> list[Found]:
    """Return what the system's resolver knows of a name. Raises OSError."""
    try:
        return list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
    except UnicodeError:  # what IDNA cannot encode
        raise OSError("no such name") from None


def gate_here() -> Gate:
    """Return the gate of the loop that runs; an open one where nobody put one there."""
    gate: Gate = getattr(asyncio.get_running_loop(), "gate", OPEN_GATE)
    return gate


class HeldConnections(_Loop):  # type: ignore[misc]
    """Before the class of a loop: one that connects to nothing that its gate refuses."""

    gate: Gate = OPEN_GATE

    async def getaddrinfo(self, host: Any, port: Any, **options: Any) -> list[Found]:
        text = host.decode() if isinstance(host, bytes) else host
        if text is None:
            return list(await super().getaddrinfo(host, port, **options))
        address = self.gate.literal(text)
        if self.gate.look_up and not address:
            found = await self.run_in_executor(None, self.gate.look_up, text, port)
        else:
            found = await super().getaddrinfo(address or host, port, **options)
        self.gate.hold_all(text, found)
        return list(found)

    async def create_connection(
        self, factory: Any, host: Any = None, port: Any = None, **options: Any
    ) -> Any:
        if host is None:  # over a socket that ``sock_connect`` has connected
            return await super().create_connection(factory, **options)
        if options.get("ssl") and not options.get("server_hostname"):
            options["server_hostname"] = host
        failure: OSError = OSError("the name has no address")
        for address in await self._addresses(host, port):
            try:
                return await super().create_connection(factory, address, port, **options)
            except OSError as error:
                failure = error
        raise failure

    async def create_datagram_endpoint(
        self, factory: Any, local_addr: Any = None, remote_addr: Any = None, **options: Any
    ) -> Any:
        if remote_addr is not None:
            host, port = remote_addr[:2]
            remote_addr = ((await self._addresses(host, port))[0], port)
        return await super().create_datagram_endpoint(
            factory, local_addr=local_addr, remote_addr=remote_addr, **options
        )

    async def sock_connect(self, sock: socket.socket, address: Any) -> Any:
        if sock.family in (socket.AF_INET, socket.AF_INET6):
            host, *rest = address
            address = ((await self._addresses(host, rest[0]))[0], *rest)
        return await super().sock_connect(sock, address)

    async def _addresses(self, host: str, port: int) -> list[str]:
        """What a host stands for, allowed; an address stands for itself."""
        address = self.gate.literal(host)
        if address:
            return [address]
        found = await self.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        return list(dict.fromkeys(_text(each[4]) for each in found))


def held(base: type, gate: Gate) -> Callable[[], asyncio.AbstractEventLoop]:
    """Return the class of loops of the class ``base`` whose connections all pass the gate."""
    kind: type[asyncio.AbstractEventLoop] = type(
        "HeldLoop", (HeldConnections, base), {"gate": gate}
    )
    return kind


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _text(address: Sequence[Any]) -> str:
    """An address as text; a link-local one of IPv6 is one only together with its interface."""
    zone = address[3] if len(address) == 4 else 0
    return f"{address[0]}%{zone}" if zone and "%" not in str(address[0]) else str(address[0])

"""The platform's router: ends TLS, sets the forwarded headers, and cuts what takes too long.

Rule: knows nothing of what it passes on; each request is a connection of its own to a dyno.

Source: the platform's documentation of HTTP routing, request timeouts and error codes (H12: 30 s to
the first byte; H15: 55 s between bytes; H20: 75 s for a dyno to come up).
"""

import asyncio
import contextlib
import secrets
import ssl
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

MOST_HEAD = 64 * 1024  # bytes of the head of a request or an answer
MOST_BODY = 64 * 1024 * 1024  # bytes that are taken on for a dyno
BLOCK = 64 * 1024  # bytes
TRY_AGAIN = 0.1  # s between two tries to reach a dyno that comes up
CONNECT_WITHIN = 5.0  # s; the platform's own
OWN_HEADERS = {  # set here, whatever the client says of them; X-Forwarded-For is added to
    b"connection",
    b"keep-alive",
    b"via",
    b"x-forwarded-port",
    b"x-forwarded-proto",
    b"x-request-id",
    b"x-request-start",
}


class Refused(Exception):
    """A request that goes no further; the text is the platform's code."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What the platform allows, in seconds."""

    first_byte: float = 30.0
    between_bytes: float = 55.0
    dyno_up: float = 75.0


@dataclass
class Traffic:
    """What went through: counts by status and by the platform's code, and the slowest request."""

    requests: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0  # s from the dyno's taking a request to the end of its answer
    slowest_path: str = ""
    over_30: int = 0

    def add(self, path: str, *, status: int, service: float, code: str) -> None:
        """Count one request, which a dyno worked on for ``service`` seconds."""
        self.requests += 1
        self.statuses[status] += 1
        self.over_30 += service > 30.0
        if code:
            self.codes[code] += 1
        if service > self.slowest:
            self.slowest, self.slowest_path = service, path


@dataclass(frozen=True, kw_only=True)
class Request:
    """The head of a request, and its body as it is on the wire."""

    method: str
    path: str  # without its query
    lines: list[bytes]  # request line and headers
    body: bytes


class Router:
    """Listens on a port of this machine; ``dynos`` are the ports that it sends requests to."""

    def __init__(
        self,
        *,
        port: int,
        tls: ssl.SSLContext,
        limits: Limits,
        log: Callable[[str], None],
    ) -> None:
        self.port, self.traffic = port, Traffic()
        self.dynos: dict[str, int] = {}  # name -> port; told from another thread, as a whole
        self._tls, self._limits, self._log = tls, limits, log
        self._turn = 0

    async def serve(self) -> None:
        """Serve until cancelled."""
        server = await asyncio.start_server(
            self._accept, "127.0.0.1", self.port, ssl=self._tls, limit=MOST_HEAD
        )
        async with server:
            await server.serve_forever()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            async with asyncio.timeout(self._limits.between_bytes):
                request = await read_request(reader)
            await self._pass_on(request, writer)
        writer.close()
        with contextlib.suppress(OSError, ssl.SSLError):
            await writer.wait_closed()

    async def _pass_on(self, request: Request, writer: asyncio.StreamWriter) -> None:
        """Give the request to a dyno and its answer to the client; log it as the platform does."""
        came, code, status, name = time.time(), "", 503, ""
        began = time.monotonic()
        request_id = secrets.token_hex(18)
        try:
            name, (reader, dyno) = await self._reach()
            began = time.monotonic()
            client = writer.get_extra_info("peername")[0]
            dyno.write(forwarded(request, client, self.port, request_id, came))
            try:
                status = await self._answer(reader, dyno, writer)
            finally:
                dyno.close()
        except Refused as refused:
            code = str(refused)
            if code != "H15":
                writer.write(b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n\r\n")
        service = time.monotonic() - began
        self.traffic.add(request.path, status=status, service=service, code=code)
        self._log(
            f"at={'error' if code else 'info'} code={code or '-'} method={request.method} "
            f'path="{request.path}" request_id={request_id} dyno={name or "-"} '
            f"service={service * 1000:.0f}ms status={status}"
        )

    async def _reach(self) -> tuple[str, tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        """Return a dyno and a connection to it, in turn; wait for one that comes up."""
        deadline = time.monotonic() + self._limits.dyno_up
        while time.monotonic() < deadline:
            for name, port in self._in_turn():
                with contextlib.suppress(OSError, TimeoutError):
                    async with asyncio.timeout(CONNECT_WITHIN):
                        return name, await asyncio.open_connection("127.0.0.1", port)
            await asyncio.sleep(TRY_AGAIN)
        raise Refused("H20")

    def _in_turn(self) -> list[tuple[str, int]]:
        self._turn += 1
        dynos = list(self.dynos.items())
        first = self._turn % len(dynos) if dynos else 0
        return dynos[first:] + dynos[:first]

    async def _answer(
        self,
        reader: asyncio.StreamReader,
        dyno: asyncio.StreamWriter,
        writer: asyncio.StreamWriter,
    ) -> int:
        """Pass an answer on to its end; return its status."""
        try:
            async with asyncio.timeout(self._limits.first_byte):
                await dyno.drain()
                block = await reader.read(BLOCK)
        except TimeoutError:
            raise Refused("H12") from None
        except OSError:
            block = b""
        if not block:
            raise Refused("H13")  # closed without an answer
        status = int(block.split(b" ", 2)[1])
        while block:
            writer.write(block)
            try:
                async with asyncio.timeout(self._limits.between_bytes):
                    await writer.drain()
                    block = await reader.read(BLOCK)
            except TimeoutError:
                raise Refused("H15") from None
        return status


async def read_request(reader: asyncio.StreamReader) -> Request:
    """Return one request, with its whole body.

    Raises:
        OSError: It is longer than the router takes, or says no length.
    """
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head[:-4].split(b"\r\n")
    method, target, _ = lines[0].decode("latin-1").split(" ", 2)
    told = {name.strip().lower(): value for name, _, value in (x.partition(b":") for x in lines)}
    if b"transfer-encoding" in told or int(told.get(b"content-length", b"0")) > MOST_BODY:
        raise OSError("a body of unknown or excessive length")
    body = await reader.readexactly(int(told.get(b"content-length", b"0")))
    return Request(method=method, path=target.partition("?")[0], lines=lines, body=body)


def forwarded(request: Request, client: str, port: int, request_id: str, came: float) -> bytes:
    """Return what the dyno is sent; ``came`` is the Unix time at which the request did, in s."""
    kept, seen = [request.lines[0]], []
    for line in request.lines[1:]:
        name = line.partition(b":")[0].strip().lower()
        if name == b"x-forwarded-for":
            seen.append(line.partition(b":")[2].strip().decode("latin-1"))
        elif name not in OWN_HEADERS:
            kept.append(line)
    own = {
        "Connection": "close",
        "Via": "1.1 router",
        "X-Forwarded-For": ", ".join([*seen, client]),
        "X-Forwarded-Port": str(port),
        "X-Forwarded-Proto": "https",
        "X-Request-ID": request_id,
        "X-Request-Start": str(round(came * 1000)),
    }
    kept += [f"{name}: {value}".encode("latin-1") for name, value in own.items()]
    return b"\r\n".join(kept) + b"\r\n\r\n" + request.body

"""An HTTP/1.1 connection of one mock: one request at a time, the next when the answer is whole.

Rule: a request that was written is never written again. The far side may have acted on it even
when no answer came, and a record stands for one request; so such a parcel fails, and says so.
"""

from math import inf, isnan

from simulator.errors import DefinitionError, ProtocolViolation
from simulator.lot import HttpTarget
from simulator.protocols import http
from simulator.transports import reasons
from simulator.transports.line import Line
from simulator.transports.parcel import Identity, Parcel, shown
from simulator.transports.wire import LINGER, Office, Orphan, Wire

MAX_WAITING = (
    10  # requests of a mock that wait for their turn; more means a target that is too slow
)


class HttpWire(Wire[HttpTarget]):
    """One kept connection. A far side that closes it between two requests has done nothing wrong:
    the next parcel opens another one, and nothing is told as lost."""

    __slots__ = ("base", "has_answered", "parcel", "response")

    def __init__(self, office: Office, line: Line) -> None:
        super().__init__(office, line)
        if line.kept is None or line.identity.is_made_anew:
            line.kept = compile_request(self.target, line.identity)
        own = line.identity.path
        self.base: str = self.target.path if own is None else own  # of every path
        self.parcel: Parcel | None = None  # whose answer is awaited
        self.response: http.Response | None = None  # of an answer that has begun
        self.has_answered = False  # at least one request on this connection

    def start(self) -> None:
        self.office.wire_ready(self)
        self._write_next()

    def send(self, parcel: Parcel) -> None:
        """Write the request, or keep it until the answer to the one before is whole."""
        if self.parcel is None and not isnan(self.made_at):
            self._write(parcel)
        else:
            self.wait(parcel, MAX_WAITING, f"{MAX_WAITING} requests wait for an answer already")

    def _write(self, parcel: Parcel) -> None:
        office = self.office
        if self.is_paused:
            self.refuse(parcel, self.too_slow())
            return
        try:
            path = http.target_path(self.base, parcel.address)
            method = parcel.method or self.target.method
            request = self.line.kept.encode(method, path, parcel.payload, parcel.headers)
        except DefinitionError as error:
            self.refuse(parcel, str(error))
            return
        self.parcel = parcel
        parcel.sent = office.clock()
        self.transport.write(request)

    def _write_next(self) -> None:
        while self.waiting and self.parcel is None and not self.is_over:
            self._write(self.waiting.popleft()[0])

    def read(self, data: bytes) -> None:
        if self.parcel is None:  # some servers say 408 before they close an idle connection
            self._retire()
            return
        try:
            answer = http.whole_answer(data) if self.response is None else None
            if answer is None:
                self.response = self.response or http.Response()
                answer = self.response.receive(data)
        except ProtocolViolation as error:
            self._settle(str(error))
            self.end(str(error))
            return
        if answer:
            self._take(answer)

    def _take(self, answer: http.Answer) -> None:
        self.has_answered = True
        if not answer.keep_alive:
            self._retire()
        self._settle(http.reason(answer))
        self._write_next()
        if self.finish_by != inf and self.parcel is None and not self.is_over:
            self.close()

    def _settle(self, why: str) -> None:
        parcel, self.parcel, self.response = self.parcel, None, None
        if parcel:
            self.office.settled(parcel, self.office.clock(), why)

    def _retire(self) -> None:
        """Use the connection no more; what waits goes to the next one."""
        self.is_over = True
        waiting, self.waiting = self.waiting or (), None
        self.close()
        self.office.wire_idle(self, [parcel for parcel, _ in waiting])

    def hung_up(self, why: str) -> None:
        answer = self.response.close() if self.response and why == reasons.CLOSED else None
        if answer:
            self._take(answer)
        elif self.parcel is None:
            self._retire()
        else:
            self._break_off(why)

    def _break_off(self, why: str) -> None:
        """The connection ended before the answer was whole.

        When it had served before and no byte of the answer came, the far side most likely closed
        it as idle while the request was on its way: the parcel fails, the mock is not lost.
        """
        is_stale = self.has_answered and self.response is None
        how = "connection closed" if why == reasons.CLOSED else why
        if is_stale:
            self._retire()
        self._settle(f"{how} before the answer")
        self.end(why)

    def finish(self) -> None:
        if self.parcel is None:
            self.close()
        else:
            self.finish_by = self.office.clock() + LINGER

    def orphans(self, why: str) -> list[Orphan]:
        lost, self.parcel = self.parcel, None
        in_flight = [(lost, f"connection lost before the answer: {why}")] if lost else []
        return in_flight + self.waiting_orphans(why)

    def sweep_open(self, now: float) -> None:
        limit = self.target.acknowledge_within
        self.expire_waiting(now, limit)
        if now >= self.finish_by:
            self.end("the mock disconnected")
        elif self.parcel and now - self.parcel.sent >= limit:
            self._give_up(f"no acknowledgement within {limit:g} s")

    def _give_up(self, why: str) -> None:
        """The answer may still come, and must not be taken for the next one's: cut."""
        self._retire()
        self.cut()
        self._settle(why)


def compile_request(target: HttpTarget, identity: Identity) -> http.Request:
    """Return the part that all requests of a mock share.

    Raises:
        DefinitionError: a header, user name or token that HTTP cannot carry.
    """
    usual_port = 443 if target.tls else 80
    bare = f"[{target.host}]" if ":" in target.host else target.host
    return http.Request(
        bare if target.port == usual_port else target.address,
        headers=target.headers if identity.headers is None else identity.headers,
        username=identity.username,
        password=shown(identity.password),
        token=shown(identity.token),
    )

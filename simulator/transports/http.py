"""An HTTP/1.1 connection of one mock: one request at a time, the next when the answer is whole.

Rule: a request that was written is never written again. The far side may have acted on it even
when no answer came, and a record stands for one request; so such a parcel fails, and says so.
"""

from collections.abc import Mapping, Sequence
from math import inf, isnan
from typing import NamedTuple

from simulator.errors import DefinitionError, MocklotError, ProtocolViolation
from simulator.lot import HttpTarget
from simulator.protocols import http
from simulator.transports import reasons
from simulator.transports.desk import Desk
from simulator.transports.line import Line
from simulator.transports.oauth import Tokens, lease
from simulator.transports.parcel import Parcel
from simulator.transports.wire import LINGER, Office, Orphan, Wire

# Requests of a mock that wait for their turn; more means a target that is too slow.
MAX_WAITING = 10
FULL = f"{MAX_WAITING} requests wait for an answer already"


class Trail(NamedTuple):
    """What a redirect is followed with: the request that is under way."""

    hops: int
    method: str
    path: bytes
    body: bytes
    headers: Mapping[str, str] | None


class HttpWire(Wire[HttpTarget]):
    """One kept connection. A far side that closes it between two requests has done nothing wrong:
    the next parcel opens another one, and nothing is told as lost."""

    __slots__ = ("alarm_at", "asked", "desk", "gathered", "has_answered", "response", "trail")
    takes_all = True

    def __init__(self, office: Office, line: Line) -> None:
        super().__init__(office, line)
        if line.kept is None:
            tokens = _tokens(office, self.target, line.identity.client_secret)
            line.kept = Desk(self.target, line.identity, tokens=tokens)
        elif line.identity.is_made_anew:
            line.kept.dress(line.identity)
        self.desk: Desk = line.kept
        self.alarm_at = inf  # s; see Alarms
        self.asked: Sequence[Parcel] = ()  # those whose answer is awaited
        self.response: http.Response | None = None  # of an answer that has begun
        self.has_answered = False  # at least one request on this connection
        self.trail: Trail | None = None  # of the request under way, where redirects are followed
        together = self.target.together
        self.gathered: http.Gathered[Parcel] | None = http.Gathered(together) if together else None

    async def prepare(self) -> None:
        """Have a token before the connection is opened. Raises Unreachable."""
        if self.target.oauth:
            await self.office.common.tokens.ready()

    def start(self) -> None:
        self.office.wire_ready(self)
        self._write_next()

    def renew(self) -> bool:
        """The next request shows it; the one under way has what was good when it was written."""
        self.desk.dress(self.line.identity)
        return True

    # Sending.

    def send(self, parcel: Parcel) -> None:
        """Write the request, or keep it until the answer to the one before is whole."""
        if self.gathered is not None:
            self._gather(self.gathered, parcel)
        elif self.asked or self.waiting or isnan(self.made_at) or self.desk.held_until:
            self.wait(parcel, MAX_WAITING, FULL)
            if not self.asked:
                self._write_next()
        else:
            self._write((parcel,), self.office.clock())

    def send_all(self, parcels: Sequence[Parcel]) -> None:
        """Send what finds room; the others are refused at one stroke, 0.1 µs each instead of 0.6,
        for a mock whose target is too slow may have many."""
        for place, parcel in enumerate(parcels):
            if self.waiting and len(self.waiting) >= MAX_WAITING:
                self._refuse(parcels[place:], FULL)
                return
            self.send(parcel)

    def _gather(self, gathered: http.Gathered[Parcel], parcel: Parcel) -> None:
        assert self.target.together
        try:
            http.check_fits(self.target.together, parcel.payload, parcel.headers)
        except DefinitionError as error:
            self.refuse(parcel, str(error))
            return
        if len(gathered) >= gathered.limit:
            self.refuse(parcel, f"{gathered.limit} messages wait for an answer already")
            return
        since = self.desk.since.pop(parcel, self.office.clock())
        place = parcel.method, parcel.address, tuple((parcel.headers or {}).items())
        gathered.add(place, parcel, size=len(parcel.payload), since=since)
        self._write_next()

    def _write_next(self) -> None:
        """Write what is due, if it is its turn; ring the alarm for what will be."""
        while not self.asked and not self.is_over and not isnan(self.made_at):
            if self._is_held():
                self.office.alarms.set(self, self.desk.held_until)
                return
            parcels = self._due()
            if not parcels:
                return
            self._write(parcels, self.office.clock())

    def _is_held(self) -> bool:
        """Whether the target asked to wait, and the time is not over."""
        if self.desk.held_until and self.office.clock() >= self.desk.held_until:
            self.desk.held_until = 0.0
        return bool(self.desk.held_until)

    def _due(self) -> Sequence[Parcel]:
        """Take out what makes the next request; nothing when none is due."""
        if self.gathered is None:
            return (self.waiting.popleft()[0],) if self.waiting else ()
        now = self.office.clock()
        taken = self.gathered.take(now, is_last=self.finish_by != inf)
        if not taken and len(self.gathered):
            self.office.alarms.set(self, self.gathered.due())
        for parcel, since in taken:  # to wait for others is no lateness
            parcel.held += min(now - since, self.gathered.age)
        return [parcel for parcel, _ in taken]

    def wake(self, now: float) -> None:
        """The alarm rings."""
        del now
        self._write_next()

    def _write(self, parcels: Sequence[Parcel], now: float) -> None:
        first = parcels[0]
        if self.is_paused:
            self._refuse(parcels, self.too_slow())
            return
        try:
            path = http.target_path(self.desk.base, first.address)
            method = first.method or self.target.method
            body, headers = first.payload, first.headers
            if self.gathered is not None:
                body, headers = self._joined(parcels)
            data = self.desk.encode(method, path, body, headers)
        except MocklotError as error:  # what HTTP cannot carry, or a token that there is not
            self._refuse(parcels, str(error))
            return
        if self.target.follow:
            self.trail = Trail(0, method, path, body, headers)
        self.asked = parcels
        for parcel in parcels:
            parcel.sent = now
        self.transport.write(data)

    def _joined(self, parcels: Sequence[Parcel]) -> tuple[bytes, Mapping[str, str] | None]:
        """Body and headers of a request that has all of these."""
        rule, headers = self.target.together, parcels[0].headers
        assert rule
        if headers and http.content_type(rule):  # the type is that of the whole, not of one
            headers = {n: value for n, value in headers.items() if n.lower() != "content-type"}
        return http.joined(rule, [parcel.payload for parcel in parcels]), headers

    def _refuse(self, parcels: Sequence[Parcel], why: str) -> None:
        now, settled = self.office.clock(), self.office.settled
        for parcel in parcels:
            settled(parcel, now, why)

    # What is answered.

    def read(self, data: bytes) -> None:
        if not self.asked:  # some servers say 408 before they close an idle connection
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
        self.has_answered, self.response = True, None
        if answer.status >= 300:
            why = self._take_refusal(answer)
            if why is None:
                return
        else:
            why = ""
        if not answer.keep_alive:
            self._retire()
        now = self._settle(why)
        if self.waiting and not (self.asked or self.is_over or self.desk.held_until):
            self._write((self.waiting.popleft()[0],), now)  # as `_write_next` does, in one call
        if not self.asked and (self.waiting or self.gathered is not None):
            self._write_next()
        if self.finish_by != inf and not self._is_busy and not self.is_over:
            self.close()

    def _take_refusal(self, answer: http.Answer) -> str | None:
        """Do what the answer asks for; return its reason, None when a redirect is followed."""
        if answer.retry_after and self.target.heed_retry_after:
            self.desk.held_until = self.office.clock() + answer.retry_after
        if answer.status == 401:
            self.desk.doubt_token()
        if self.trail and http.is_redirect(answer):
            return self._follow(self.trail, answer)
        return http.reason(answer)

    def _follow(self, trail: Trail, answer: http.Answer) -> str | None:
        """Write the request that a redirect asks for, or return why not."""
        hop = http.next_hop(
            answer,
            origin=f"{'https' if self.target.tls else 'http'}://{self.target.authority}",
            method=trail.method,
            path=trail.path,
        )
        if isinstance(hop, str):
            return hop
        if trail.hops == self.target.follow:
            return f"{http.reason(answer)}, not followed: {trail.hops} hops were"
        if not answer.keep_alive:
            return f"{http.reason(answer)}, not followed: the connection ends with it"
        try:
            data = self._encoded(hop, trail)
        except MocklotError as error:
            return str(error)
        self.trail = trail._replace(hops=trail.hops + 1, method=hop.method, path=hop.path)
        self.transport.write(data)
        return None

    def _encoded(self, hop: http.Hop, trail: Trail) -> bytes:
        if hop.method == "GET":
            return self.desk.encode_bare(hop.method, hop.path, trail.headers)
        return self.desk.encode(hop.method, hop.path, trail.body, trail.headers)

    def _settle(self, why: str) -> float:
        """Settle what was asked, and return the moment, s."""
        asked, office = self.asked, self.office
        self.asked, self.response, self.trail = (), None, None
        now, settled = office.clock(), office.settled
        for parcel in asked:
            settled(parcel, now, why)
        return now

    # How it ends.

    @property
    def _is_busy(self) -> bool:
        """Whether an answer is awaited, or something waits to be written."""
        return bool(self.asked or self.waiting or self.gathered)

    def _retire(self) -> None:
        """Use the connection no more; what waits goes to the next one."""
        self.is_over = True
        waiting = self._drain()
        self.close()
        self.office.wire_idle(self, waiting)

    def _drain(self) -> list[Parcel]:
        """Take out what waits; what gathers keeps its age."""
        waiting, self.waiting = [parcel for parcel, _ in self.waiting or ()], None
        if self.gathered:
            self.desk.since = dict(self.gathered.drain())
            waiting += self.desk.since
        return waiting

    def hung_up(self, why: str) -> None:
        answer = self.response.close() if self.response and why == reasons.CLOSED else None
        if answer:
            self._take(answer)
        elif not self.asked:
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
        self.finish_by = self.office.clock() + LINGER
        self._write_next()
        if not self._is_busy and not self.is_over:
            self.close()

    def orphans(self, why: str) -> list[Orphan]:
        lost, self.asked = self.asked, ()
        how = "not connected" if isnan(self.made_at) else "connection lost before sending"
        unsent = [(parcel, f"{how}: {why}") for parcel in self._drain()]
        self.desk.since.clear()
        return [(parcel, f"connection lost before the answer: {why}") for parcel in lost] + unsent

    def sweep_open(self, now: float) -> None:
        limit = self.target.acknowledge_within
        self._expire(now, limit)
        if now >= self.finish_by:
            self.end("the mock disconnected")
        elif self.asked and now - self.asked[0].sent >= limit:
            self._give_up(f"no acknowledgement within {limit:g} s")

    def _expire(self, now: float, limit: float) -> None:
        """Settle what waited ``limit`` seconds for its turn."""
        expired = self.gathered.expire(now, limit) if self.gathered is not None else []
        while self.waiting and now - self.waiting[0][1] >= limit:
            expired.append(self.waiting.popleft()[0])
        if expired:
            cause = "the target asked to wait" if self._is_held() else "others are in flight"
            self._refuse(expired, f"not sent within {limit:g} s: {cause}")

    def _give_up(self, why: str) -> None:
        """The answer may still come, and must not be taken for the next one's: cut."""
        self._retire()
        self.cut()
        self._settle(why)


def _tokens(office: Office, target: HttpTarget, secret: str) -> Tokens | None:
    """The tokens of the target, in which its exchange has one share for all of its wires."""
    if target.oauth is None:
        return None
    if office.common is None:
        office.common = lease(target.oauth, secret)
    tokens: Tokens = office.common.tokens
    return tokens

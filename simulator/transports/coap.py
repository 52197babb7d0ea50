"""One mock's end of CoAP: a socket, a session, and the parcels that wait for their answer.

Rule: a confirmable parcel is settled by its response, not by the acknowledgement alone: the code
says whether the server took it.
"""

from collections.abc import Callable, Mapping
from functools import partial
from math import inf
from typing import Any
from urllib.parse import quote

from simulator.errors import DefinitionError, TargetError
from simulator.lot import CoapTarget
from simulator.protocols import coap
from simulator.transports.datagram import Datagrams
from simulator.transports.filling import filled
from simulator.transports.line import Line
from simulator.transports.parcel import Parcel
from simulator.transports.wire import LINGER, Office, Orphan, Wire

MAX_WAITING = 10  # messages of a mock that wait for their turn; more means a server too slow
JSON = 50  # the Content-Format of a message that says none

_quoted = partial(quote, safe="")


class CoapWire(Datagrams, Wire[CoapTarget]):
    """A mock is connected once the server has answered its first ping, where the target asks for
    pings, and observes every resource that the mock wants to hear of."""

    __slots__ = ("alarm_at", "heard_at", "host", "is_pinging", "is_ready", "is_released", "prefix",
                 "session", "unheard")  # fmt: skip

    def __init__(self, office: Office, line: Line) -> None:
        super().__init__(office, line)
        target, identity = self.target, line.identity
        path = target.path if identity.path is None else identity.path
        self.prefix = filled(path, identity, _quoted)
        self.host = target.uri_host or coap.host_option(target.host)
        self.session = coap.Session(_timing(target), draw=office.draw, block_size=target.block_size)
        self.unheard = {path: self._watched(path) for path in identity.subscriptions}
        self.is_ready = False
        self.is_pinging = False
        self.is_released = False  # the server was told that nothing is observed any more
        self.heard_at = -inf  # s
        self.alarm_at = inf  # s; see Alarms

    def start(self) -> None:
        now = self.office.clock()
        for path, address in self.unheard.items():
            self.session.observe(path, address, now)
        if self.target.keep_alive:
            self._ping(now)
        self._become_ready()
        self._follow(now)

    def send(self, parcel: Parcel) -> None:
        """Send the message, or keep it until the ones before it are answered."""
        if self.is_ready and self.session.is_free and not self.waiting:
            now = self.office.clock()
            self._write(parcel, now)
            self._follow(now)
        else:
            self.wait(parcel, MAX_WAITING, f"{MAX_WAITING} messages wait for an answer already")

    def read(self, data: bytes) -> None:
        now = self.heard_at = self.office.clock()
        self.session.receive(data, now)
        self._follow(now)

    def wake(self, now: float) -> None:
        """Repeat, give up or renew what is due: see ``Alarms``."""
        self.session.pass_time(now)
        self._follow(now)

    def finish(self) -> None:
        if self.is_ready:
            now = self.office.clock()
            self.finish_by = now + LINGER
            self._follow(now)
        else:
            self.close()

    def orphans(self, why: str) -> list[Orphan]:
        lost = f"connection lost before acknowledgement: {why}"
        return [(parcel, lost) for parcel in self.session.orphans()] + self.waiting_orphans(why)

    def sweep_open(self, now: float) -> None:
        self.expire_waiting(now, self.target.acknowledge_within)
        if now >= self.finish_by:
            self.end("the mock disconnected")
        elif self.target.keep_alive and now - self.heard_at >= self.target.keep_alive:
            self._ping(now)
            self._follow(now)

    def _write(self, parcel: Parcel, now: float) -> None:
        target, payload = self.target, parcel.payload
        is_confirmable = target.confirmable == "always" or (
            target.confirmable == "by_qos" and parcel.qos > 0
        )
        is_told = not (is_confirmable or target.awaits_answers)
        try:
            options = self._address(parcel.address) + coap.format_options(
                _format(target, parcel.headers)
            )
            code = coap.METHODS[parcel.method or target.method]
            if is_told and len(payload) <= target.block_size:
                self.session.tell(code, options, payload, now)
            else:
                self.session.request(
                    parcel, code, options, payload, now, is_confirmable=is_confirmable
                )
                is_told = False
        except (DefinitionError, TargetError) as error:
            self.refuse(parcel, str(error))
            return
        parcel.sent = now
        if is_told:
            self.office.settled(parcel, now, "")

    def _follow(self, now: float) -> None:
        """Send what the session has to send, take what happened, and write what waits."""
        session = self.session
        while not self.is_over:
            outgoing, events = session.outgoing[:], session.events[:]
            session.outgoing.clear()
            session.events.clear()
            for datagram in outgoing:
                if not self.is_paused:  # else it is lost, as on any road, and repeated
                    self.say(datagram)
            for event in events:
                _HANDLERS[type(event)](self, event)
            if not outgoing and not events and not self._go_on(now):
                break
        if not self.is_over:
            self.office.alarms.set(self, session.next_at)

    def _go_on(self, now: float) -> bool:
        """Do what comes next when nothing is left to be told; return whether there is more."""
        session = self.session
        if self.is_ready and self.waiting and session.is_free:
            self._write(self.waiting.popleft()[0], now)
            return True
        if self.finish_by == inf or self.waiting or not session.is_idle:
            return False
        if self.is_released:
            self.close()
            return False
        self.is_released = True
        session.release(now)
        return True

    def _answered(self, event: coap.Answered) -> None:
        parcel: Parcel = event.tag
        self.office.settled(parcel, self.office.clock(), coap.reason(event.code, event.payload))
        if event.payload and coap.is_success(event.code):
            path = parcel.address.partition("?")[0].removeprefix("/")
            self.office.received(self.line.row, path, event.payload)

    def _failed(self, event: coap.Failed) -> None:
        self.office.settled(event.tag, self.office.clock(), event.why)

    def _observed(self, event: coap.Observed) -> None:
        self.unheard.pop(event.path, None)
        self._become_ready()

    def _notified(self, event: coap.Notified) -> None:
        self.office.received(self.line.row, event.path, event.payload)

    def _unobserved(self, event: coap.Unobserved) -> None:
        self.end(f"{event.path} is not observed: {event.why}")

    def _ponged(self, _event: coap.Ponged) -> None:
        self.is_pinging = False
        self._become_ready()

    def _silent(self, event: coap.Silent) -> None:
        self.end(f"no answer to a ping: {event.why}")

    def _become_ready(self) -> None:
        if not (self.is_ready or self.unheard or self.is_pinging):
            self.is_ready = True
            self.office.wire_ready(self)

    def _ping(self, now: float) -> None:
        if not self.is_pinging:
            self.is_pinging = True
            self.session.ping(now)

    def _address(self, path: str) -> tuple[tuple[int, bytes], ...]:
        return coap.resource_options(self.prefix, path, host=self.host)

    def _watched(self, path: str) -> tuple[tuple[int, bytes], ...]:
        """Return the address of a resource that is observed.

        Raises:
            DefinitionError: It is a filter of several.
        """
        if any(level in ("+", "#") for level in path.split("/")):
            raise DefinitionError(f"a resource is observed by its own path, got {path}")
        return self._address(path)


def _timing(target: CoapTarget) -> coap.Timing:
    return coap.Timing(
        ack_timeout=target.ack_timeout,
        ack_random_factor=target.ack_random_factor,
        max_retransmit=target.max_retransmit,
        nstart=target.nstart,
        within=target.acknowledge_within,
    )


def _format(target: CoapTarget, headers: Mapping[str, str] | None) -> int | None:
    """Return the Content-Format of a message; None where its media type has no number."""
    if target.content_format is not None or not headers:
        return JSON if target.content_format is None else target.content_format
    said = {name.lower(): value for name, value in headers.items()}
    media_type = said.get("content-type", "application/json")
    return coap.content_format(media_type, said.get("content-encoding", ""))


_HANDLERS: dict[type[coap.Event], Callable[[CoapWire, Any], None]] = {
    coap.Answered: CoapWire._answered,
    coap.Failed: CoapWire._failed,
    coap.Observed: CoapWire._observed,
    coap.Notified: CoapWire._notified,
    coap.Unobserved: CoapWire._unobserved,
    coap.Ponged: CoapWire._ponged,
    coap.Silent: CoapWire._silent,
}

"""An MQTT connection of one mock.

Rule: the session decides what may be said; the wire keeps the parcels and watches the time.
"""

from collections.abc import Callable
from math import inf, nan
from typing import Any

from simulator.errors import DefinitionError, TargetError
from simulator.lot import MqttTarget
from simulator.protocols import mqtt
from simulator.transports.line import Line
from simulator.transports.parcel import Parcel
from simulator.transports.patience import expire, keep_alive
from simulator.transports.presenting import opening_of
from simulator.transports.redial import LASTED
from simulator.transports.redirects import follow
from simulator.transports.said import said, says_always
from simulator.transports.wire import LINGER, WRITE_LIMIT, Office, Orphan, Wire

ACCEPT_WITHIN = 20.0  # s from the connection to CONNACK and SUBACK
MAX_IN_FLIGHT = mqtt.MAX_IN_FLIGHT
MAX_WAITING = 100  # messages of a mock that wait for an acknowledgement to make room
MAX_ANSWERS = 4 * WRITE_LIMIT  # bytes that wait while a target sends and does not read
# Messages of a mock that wait while its connection is replaced, which takes some round trips: as
# many as one mock may send in a second (``MAX_RATE``).
MAX_HELD = 1_000
FAREWELL_WITHIN = 1.0  # s for a broker to hang up on a mock that goes on with another connection


class MqttWire(Wire[MqttTarget]):
    """One connection: CONNECT, SUBSCRIBE, then parcels, until something ends it.

    At QoS 0 a parcel is settled once its bytes are handed to the socket; above it by its last
    acknowledgement, PUBACK or PUBCOMP. What a session keeps for its next connection lies in
    ``line.kept`` meanwhile, and its parcels are not orphans before it is over.
    """

    joins_writes = True
    is_metered = False

    __slots__ = (
        "is_ready",
        "pinged_at",
        "ready_at",
        "says_always",
        "session",
        "speaks_5",
        "via",
        "written_at",
    )

    def __init__(self, office: Office, line: Line) -> None:
        super().__init__(office, line)
        target = self.target
        memory = line.kept if isinstance(line.kept, mqtt.Memory) else None
        if memory and office.clock() >= memory.kept_until and not memory.tokens():
            memory = line.kept = line.unsettled = None  # it ended while the mock was let go
        self.session: mqtt.Session[Parcel] = mqtt.SESSIONS[target.version](
            opening_of(line, target), memory
        )
        if not line.wire:  # else the connection before still answers for what is in flight
            self.session.take_over()
        for text in line.identity.subscriptions:
            mqtt.encode_filter(text)  # a bad one shows before anything is opened
        self.speaks_5 = target.version == "5"
        self.says_always = self.speaks_5 and says_always(target)
        self.is_ready = False  # accepted and subscribed
        self.ready_at = nan  # s
        self.via = line.detour  # where it goes instead of to the target
        self.written_at = nan  # s
        self.pinged_at = nan  # s; nan: no PINGREQ waits for its answer

    def start(self) -> None:
        if self.office.wire_follows(self):
            self.is_paused = True  # until it is accepted; see ``_hold``
        else:
            self.write(self.session.connect(), self.made_at)

    def begin(self) -> None:
        """The connection before has said goodbye, so that its will is not published."""
        if not self.is_over:
            self.session.take_over()
            self.write(self.session.connect(), self.office.clock())

    def send(self, parcel: Parcel) -> None:
        """Write the parcel, or keep it while too many are in flight.

        0.9 µs from ``Exchange.send`` to the transport at QoS 0, 2.6 µs at QoS 1 with the PUBACK,
        4.1 µs at QoS 2 with PUBREC, PUBREL and PUBCOMP; MQTT 5 adds 0.3 µs;
        the loop and the kernel take 6 to 7 µs to write a message and as much to read a PUBACK
        (tests/benchmarks/wire.py, other processes on the same two cores).
        """
        session = self.session
        if self.is_paused:
            self._hold(parcel)
        elif parcel.qos and (
            self.waiting or len(session.in_flight) + len(session.awaited) >= session.window
        ):
            why_not = f"{session.quota + MAX_WAITING} messages are not acknowledged yet"
            self.wait(parcel, MAX_WAITING, why_not)
        else:
            self._publish(parcel)

    def _hold(self, parcel: Parcel) -> None:
        """Keep what is sent while connections change; a target that reads too slowly has its own
        to take first."""
        if self.is_ready:
            self.refuse(parcel, self.too_slow())
        else:
            self.wait(parcel, MAX_HELD, f"{MAX_HELD} messages wait for the new connection already")

    def _publish(self, parcel: Parcel) -> None:
        office = self.office
        try:
            data = self.session.publish(
                parcel.address,
                parcel.payload,
                parcel,
                parcel.qos,
                parcel.retain,
                self._said(parcel) if self.speaks_5 else b"",
            )
        except (DefinitionError, TargetError) as error:
            if parcel.fault and not self.session.breaks_terms:
                self._publish_anyway(parcel)
            else:
                self.refuse(parcel, str(error))
            return
        now = office.clock()
        office.traffic.written += len(data)
        self.transport.write(data)
        parcel.sent = self.written_at = now
        if not parcel.qos:
            office.settled(parcel, now, "")

    def _publish_anyway(self, parcel: Parcel) -> None:
        """Write what the broker said it does not take: a fault on purpose made it so."""
        self.session.breaks_terms = True
        try:
            self._publish(parcel)
        finally:
            self.session.breaks_terms = False

    def _said(self, parcel: Parcel) -> bytes:
        """The properties of MQTT 5; most parcels have none, which is 0.1 µs."""
        if parcel.headers or parcel.properties or parcel.response_topic or parcel.correlation:
            return said(parcel, self.target)
        return said(parcel, self.target) if self.says_always else b""

    def data_received(self, data: bytes) -> None:
        """Take what the target sent. 0.5 µs less for a PUBACK than by ``read``, which is asked for
        what is anything else, and the broker mostly sends each alone (tests/benchmarks/stages.py).
        """
        office = self.office
        office.traffic.read += len(data)
        if self.is_over:
            return
        tokens, taken = self.session.acknowledged(data)
        if tokens:
            now = office.clock()
            for parcel in tokens:
                office.settled(parcel, now, "")
        if taken < len(data):
            self.read(data[taken:])
        elif (self.waiting or self.finish_by != inf) and not self.is_over:
            self._move_on()

    def read(self, data: bytes) -> None:
        office, session = self.office, self.session
        for event in session.receive(data):
            if type(event) is mqtt.PubAck:
                office.settled(event.token, office.clock(), event.reason)
            elif not self.is_over or type(event) in _SETTLING:  # whatever the others have led to
                _HANDLERS[type(event)](self, event)
        if session.answers:
            self._answer()
        if (self.waiting or self.finish_by != inf) and not self.is_over:
            self._move_on()

    def _answer(self) -> None:
        """Write all acknowledgements of a read at once. A far side that sends and does not read
        must not grow memory."""
        if self.is_over:
            return
        if self.is_paused and self.transport.get_write_buffer_size() > MAX_ANSWERS:
            self.end(self.too_slow())
            return
        self.write(self.session.take_answers(), self.office.clock())

    def _move_on(self) -> None:
        """Acknowledgements have made room: write what waited, or leave when nothing is left."""
        while self.waiting and not self.is_paused and self._has_room:
            self._publish(self.waiting.popleft()[0])
        if self.finish_by != inf and not self.waiting and self.session.is_settled:
            self._say_goodbye()

    @property
    def _has_room(self) -> bool:
        session = self.session
        return len(session.in_flight) + len(session.awaited) < session.window

    def _accepted(self, _event: mqtt.ConnAck) -> None:
        session = self.session
        self._keep_session()
        if session.answers:
            self._answer()  # what is sent again goes before anything new
        filters = self.line.identity.subscriptions
        if not filters or (session.is_resumed and session.memory.subscribed == filters):
            self._get_ready()
            return
        try:
            self.write(session.subscribe(filters), self.office.clock())
        except TargetError as error:
            self.end(str(error))

    def _keep_session(self) -> None:
        line, memory = self.line, self.session.memory
        is_kept = self.session.keeps_for > 0
        line.kept, line.unsettled = (memory, memory.abandon) if is_kept else (None, None)

    def _subscribed(self, _event: mqtt.SubAck) -> None:
        self._get_ready()

    def _get_ready(self) -> None:
        self.is_ready, self.is_paused = True, False
        self.ready_at = self.office.clock()
        self.office.wire_ready(self)

    def _received(self, event: mqtt.Publish) -> None:
        self.office.received(self.line.row, event.topic, event.payload)

    def _settled(self, event: mqtt.PubComp | mqtt.PubRec | mqtt.Dropped) -> None:
        self.office.settled(event.token, self.office.clock(), event.reason)

    def _ponged(self, _event: mqtt.PingResp) -> None:
        self.pinged_at = nan

    def _ended(self, event: mqtt.Ended) -> None:
        why = str(event.error)
        if isinstance(event.error, mqtt.Redirected) and self.target.follow_redirects:
            if self.office.clock() - self.ready_at >= LASTED:
                self.line.hops = 0
            why += follow(self.line, event.error, self.target)
        if not event.farewell:
            self.end(why)
            return
        self.write(event.farewell, self.office.clock())
        self.is_over = True
        self.office.wire_lost(self, why)
        self.close()

    def finish(self) -> None:
        if self.is_ready:
            self.finish_by = self.office.clock() + LINGER
            self._move_on()
            return
        for parcel, reason in self.orphans("the mock disconnected"):
            self.refuse(parcel, reason)
        self.close()

    def _say_goodbye(self) -> None:
        self.write(self.session.disconnect(), self.office.clock())
        self._outlives()
        self.session.memory.last_id = self.session.last_id
        if self.line.is_wanted:  # an heir waits until the broker has taken the DISCONNECT
            self.is_over = True
            self.close_by = self.office.clock() + FAREWELL_WITHIN
        else:
            self.close()

    def orphans(self, why: str) -> list[Orphan]:
        """Hand out what is not settled, but for what the session's next connection takes up."""
        self._leave_detour()
        waiting = self.waiting_orphans(why)
        memory, is_kept = self.session.memory, self._outlives()
        if not self.session.is_latest or (is_kept and self.line.is_wanted):
            return waiting
        lost = f"connection lost before acknowledgement: {why}"
        tokens = memory.abandon() if is_kept else memory.clear()
        return [(parcel, lost) for parcel in tokens] + waiting

    def _outlives(self) -> bool:
        """Whether the session may go on with the mock's next connection; its time runs from now."""
        line, memory, now = self.line, self.session.memory, self.office.clock()
        if line.kept is not memory:
            return False
        if self.session.is_accepted:
            memory.kept_until = now + self.session.keeps_for
        if now >= memory.kept_until:
            line.kept = line.unsettled = None
        return line.kept is memory

    def _leave_detour(self) -> None:
        """Go back to the target itself after this connection, unless it has moved for good."""
        line = self.line
        if line.detour and line.detour == self.via and not (line.is_moved and self.is_ready):
            line.detour = None

    def sweep_open(self, now: float) -> None:
        if not self.is_ready:
            if now - self.made_at >= ACCEPT_WITHIN:
                awaited = "CONNACK" if self.session.state is mqtt.State.CONNECTING else "SUBACK"
                self.end(f"no {awaited} within {ACCEPT_WITHIN:g} s")
            return
        expire(self, now)
        keep_alive(self, now)
        if now >= self.finish_by and not self.is_over:
            self.office.wire_lost(self, "the mock disconnected")
            self._say_goodbye()

    def write(self, data: bytes, now: float) -> None:
        """Write what is no parcel."""
        self.office.traffic.written += len(data)
        self.transport.write(data)
        self.written_at = now


_SETTLING = frozenset({mqtt.PubRec, mqtt.PubComp, mqtt.Dropped})
_HANDLERS: dict[type[mqtt.Event], Callable[[MqttWire, Any], None]] = {
    mqtt.ConnAck: MqttWire._accepted,
    mqtt.SubAck: MqttWire._subscribed,
    mqtt.Publish: MqttWire._received,
    mqtt.PubRec: MqttWire._settled,
    mqtt.PubComp: MqttWire._settled,
    mqtt.Dropped: MqttWire._settled,
    mqtt.PingResp: MqttWire._ponged,
    mqtt.Ended: MqttWire._ended,
}

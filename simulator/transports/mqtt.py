"""An MQTT connection of one mock.

Rule: the session decides what may be said; the wire keeps the parcels and watches the time.
"""

from collections.abc import Callable
from math import inf, isnan, nan
from typing import Any

from simulator.errors import DefinitionError, TargetError
from simulator.lot import MqttTarget
from simulator.protocols import mqtt
from simulator.transports.line import Line
from simulator.transports.parcel import Parcel, shown
from simulator.transports.wire import LINGER, Office, Orphan, Wire

ACCEPT_WITHIN = 20.0  # s from the connection to CONNACK and SUBACK
MAX_IN_FLIGHT = 100  # unacknowledged messages of a mock; AWS IoT Core takes no more of one client
MAX_WAITING = 100  # messages of a mock that wait for an acknowledgement to make room
PING_AHEAD = 1.0  # s; a sweep comes once a second, and the silence must not pass keep_alive


class MqttWire(Wire[MqttTarget]):
    """One connection: CONNECT, SUBSCRIBE, then parcels, until something ends it.

    At QoS 0 a parcel is settled once its bytes are handed to the socket; at QoS 1 by its PUBACK.
    """

    joins_writes = True

    __slots__ = ("is_ready", "pinged_at", "session", "written_at")

    def __init__(self, office: Office, line: Line) -> None:
        super().__init__(office, line)
        identity, target = line.identity, self.target
        own = identity.will() if callable(identity.will) else identity.will
        self.session: mqtt.Session[Parcel] = mqtt.Session(
            client_id=identity.client_id,
            username=identity.username,
            password=shown(identity.password),
            will=own or target.will,
            keep_alive=target.keep_alive,
        )
        for text in identity.subscriptions:
            mqtt.encode_filter(text)  # a bad one shows before anything is opened
        self.is_ready = False  # accepted and subscribed
        self.written_at = nan  # s
        self.pinged_at = nan  # s; nan: no PINGREQ waits for its answer

    def start(self) -> None:
        self._write(self.session.connect(), self.made_at)

    def send(self, parcel: Parcel) -> None:
        """Write the parcel, or keep it while too many are in flight.

        1.3 µs from ``Exchange.send`` to the transport at QoS 0, 3.3 µs at QoS 1 with the PUBACK;
        the loop and the kernel take 6 to 7 µs to write a message and as much to read a PUBACK
        (tests/benchmarks/wire.py, other processes on the same two cores).
        """
        if self.is_paused:
            self.refuse(parcel, self.too_slow())
        elif parcel.qos and (self.waiting or not self._has_room):
            why_not = f"{MAX_IN_FLIGHT + MAX_WAITING} messages are not acknowledged yet"
            self.wait(parcel, MAX_WAITING, why_not)
        else:
            self._publish(parcel)

    def _publish(self, parcel: Parcel) -> None:
        office = self.office
        try:
            data = self.session.publish(
                parcel.address,
                parcel.payload,
                token=parcel,
                qos=parcel.qos,
                retain=parcel.retain,
            )
        except (DefinitionError, TargetError) as error:
            self.refuse(parcel, str(error))
            return
        now = office.clock()
        self.transport.write(data)
        parcel.sent = self.written_at = now
        if not parcel.qos:
            office.settled(parcel, now, "")

    def read(self, data: bytes) -> None:
        office = self.office
        for event in self.session.receive(data):
            if type(event) is mqtt.PubAck:
                office.settled(event.token, office.clock(), "")
            elif not self.is_over:
                _HANDLERS[type(event)](self, event)
        if (self.waiting or self.finish_by != inf) and not self.is_over:
            self._move_on()

    def _move_on(self) -> None:
        """Acknowledgements have made room: write what waited, or leave when nothing is left."""
        while self.waiting and not self.is_paused and self._has_room:
            self._publish(self.waiting.popleft()[0])
        if self.finish_by != inf and not self.waiting and not self.session.in_flight:
            self._say_goodbye()

    @property
    def _has_room(self) -> bool:
        session = self.session
        return len(session.in_flight) + len(session.forsaken) < MAX_IN_FLIGHT

    def _accepted(self, _event: mqtt.ConnAck) -> None:
        filters = self.line.identity.subscriptions
        if filters:
            self._write(self.session.subscribe(filters), self.office.clock())
        else:
            self._get_ready()

    def _subscribed(self, _event: mqtt.SubAck) -> None:
        self._get_ready()

    def _get_ready(self) -> None:
        self.is_ready = True
        self.office.wire_ready(self)

    def _received(self, event: mqtt.Publish) -> None:
        if event.qos:
            self._write(self.session.acknowledge(event.packet_id), self.office.clock())
        self.office.received(self.line.row, event.topic, event.payload)

    def _ponged(self, _event: mqtt.PingResp) -> None:
        self.pinged_at = nan

    def _ended(self, event: mqtt.Ended) -> None:
        self.end(str(event.error))

    def finish(self) -> None:
        if self.is_ready:
            self.finish_by = self.office.clock() + LINGER
            self._move_on()
        else:
            self.close()

    def _say_goodbye(self) -> None:
        self.transport.write(self.session.disconnect())
        self.close()

    def orphans(self, why: str) -> list[Orphan]:
        lost = f"connection lost before acknowledgement: {why}"
        in_flight = [(parcel, lost) for parcel in self.session.in_flight.values()]
        self.session.in_flight.clear()
        return in_flight + self.waiting_orphans(why)

    def sweep_open(self, now: float) -> None:
        if not self.is_ready:
            if now - self.made_at >= ACCEPT_WITHIN:
                awaited = "CONNACK" if self.session.state is mqtt.State.CONNECTING else "SUBACK"
                self.end(f"no {awaited} within {ACCEPT_WITHIN:g} s")
            return
        self._expire(now)
        self._keep_alive(now)
        if now >= self.finish_by and not self.is_over:
            self.office.wire_lost(self, "the mock disconnected")
            self._say_goodbye()

    def _expire(self, now: float) -> None:
        limit, in_flight = self.target.acknowledge_within, self.session.in_flight
        while in_flight:
            packet_id, parcel = next(iter(in_flight.items()))
            if now - parcel.sent < limit:
                break
            self.session.forsake(packet_id)
            self.office.settled(parcel, now, f"no acknowledgement within {limit:g} s")
        self.expire_waiting(now, limit)

    def _keep_alive(self, now: float) -> None:
        keep_alive = self.target.keep_alive
        if now - self.pinged_at > 1.5 * keep_alive:  # as long as a server waits, section 3.1.2.10
            self.end(f"no answer to a ping within {1.5 * keep_alive:g} s")
        elif isnan(self.pinged_at) and now - self.written_at >= keep_alive - PING_AHEAD:
            self.pinged_at = now
            self._write(self.session.ping(), now)

    def _write(self, data: bytes, now: float) -> None:
        self.transport.write(data)
        self.written_at = now


_HANDLERS: dict[type[mqtt.Event], Callable[[MqttWire, Any], None]] = {
    mqtt.ConnAck: MqttWire._accepted,
    mqtt.SubAck: MqttWire._subscribed,
    mqtt.Publish: MqttWire._received,
    mqtt.PingResp: MqttWire._ponged,
    mqtt.Ended: MqttWire._ended,
}

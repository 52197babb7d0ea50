"""What an MQTT connection does as time passes: it gives up what is not acknowledged, and pings.

Rule: told the time, once a second, for a connection that is accepted.
"""

from math import isnan
from typing import TYPE_CHECKING

from simulator.transports.parcel import Parcel

if TYPE_CHECKING:
    from simulator.transports.mqtt import MqttWire

PING_AHEAD = 1.0  # s; a sweep comes once a second, and the silence must not pass keep_alive


def expire(wire: "MqttWire", now: float) -> None:
    """Settle what was not acknowledged in time; what is sent again gets its time anew."""
    session = wire.session
    while session.in_flight:
        packet_id, parcel = next(iter(session.in_flight.items()))
        if not _is_late(wire, parcel, now):
            break
        _give_up(wire, packet_id, now)
    if session.awaited:
        for packet_id, parcel in session.memory.others():
            if _is_late(wire, parcel, now):
                _give_up(wire, packet_id, now)
    wire.expire_waiting(now, wire.target.acknowledge_within)


def keep_alive(wire: "MqttWire", now: float) -> None:
    """Ping where the connection was silent for long, and end it where no answer came."""
    limit = wire.session.keep_alive
    if not limit:
        return  # the server has switched it off
    if now - wire.pinged_at > 1.5 * limit:  # as long as a server waits, section 3.1.2.10
        wire.end(f"no answer to a ping within {1.5 * limit:g} s")
    elif isnan(wire.pinged_at) and now - wire.written_at >= limit - PING_AHEAD:
        wire.pinged_at = now
        wire.write(wire.session.ping(), now)


def _is_late(wire: "MqttWire", parcel: Parcel, now: float) -> bool:
    return now - max(parcel.sent, wire.ready_at) >= wire.target.acknowledge_within


def _give_up(wire: "MqttWire", packet_id: int, now: float) -> None:
    parcel = wire.session.forsake(packet_id)
    limit = wire.target.acknowledge_within
    wire.office.settled(parcel, now, f"no acknowledgement within {limit:g} s")

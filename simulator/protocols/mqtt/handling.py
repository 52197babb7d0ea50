"""What a session does about each packet that it reads: the other half of its table of states.

Rule: one function a packet; it changes the session, adds what is to be told to ``events`` and what
is to be written to ``session.answers``, or raises what ends the connection.
"""

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from simulator.errors import Refused
from simulator.protocols.mqtt import packets
from simulator.protocols.mqtt.encoding import encode_ack
from simulator.protocols.mqtt.memory import NOBODY, SUBSCRIBING
from simulator.protocols.mqtt.packets import (
    ConnAck,
    Disconnect,
    Dropped,
    Event,
    PingResp,
    PubAck,
    PubComp,
    Publish,
    PubRec,
    PubRel,
    SubAck,
    UnsubAck,
)
from simulator.protocols.mqtt.reasons import RECEIVE_MAXIMUM_EXCEEDED, Violation

if TYPE_CHECKING:
    from simulator.protocols.mqtt.session import Session as _Session

    Session: TypeAlias = _Session[Any]

Events: TypeAlias = list[Event]

SESSION_LOST = "the broker has lost the session: it has nothing of it any more"
_NOTHING = (0, None)


def conn_ack(session: "Session", event: ConnAck, events: Events) -> None:
    """Take up the session where both sides have it, else forget what is left of it."""
    if event.session_present and session.is_clean:  # [MQTT-3.2.2-1]; of MQTT 5 [MQTT-3.2.2-2]
        raise Violation("CONNACK with a session present to a clean session")
    session.agree(event.terms)
    session.is_resumed = event.session_present
    session.memory.has_begun = True
    events.append(event)
    if event.session_present:
        _resume(session, events)
    else:
        events.extend(Dropped(token, SESSION_LOST) for token in session.memory.clear())


def _resume(session: "Session", events: Events) -> None:
    """Send again what is not acknowledged: PUBRELs and PUBLISHs, each in their order
    ([MQTT-4.4.0-1], [MQTT-4.6.0-1])."""
    for packet_id, (kind, _) in list(session.awaited.items()):
        if kind in SUBSCRIBING:
            del session.awaited[packet_id]
        elif kind == packets.PUBCOMP:
            session.answers.append(encode_ack(packets.PUBREL, packet_id))
    session.unsent = deque(session.memory.packets)
    send_again(session, events)


def send_again(session: "Session", events: Events) -> None:
    """Send what the window allows of the messages of a resumed session, before any new one."""
    memory = session.memory
    # Without those that a broker acknowledges before it has them again: it had them before.
    unsent = session.unsent = deque(each for each in session.unsent if each in memory.packets)
    while unsent and len(memory.in_flight) + len(memory.awaited) - len(unsent) < session.quota:
        packet_id = unsent.popleft()
        packet = memory.packets[packet_id]
        if why := session.refusal(packet[0], len(packet)):
            events.extend(_drop(session, packet_id, why))
        else:
            session.answers.append(bytes((packet[0] | packets.DUP,)) + packet[1:])
    session.window = 0 if unsent else session.quota


def _drop(session: "Session", packet_id: int, why: str) -> Events:
    token = session.forsake(packet_id)
    del session.awaited[packet_id], session.memory.packets[packet_id]
    return [] if token is NOBODY else [Dropped(token, why)]


def publish(session: "Session", event: Publish, events: Events) -> None:
    """Tell of a message once, and acknowledge it as often as it comes."""
    event = session.resolve(event)
    if event.qos > session.opening.subscribe_qos and not session.is_resumed:
        most = session.opening.subscribe_qos
        raise Violation(f"PUBLISH at QoS {event.qos}, asked for at most {most}")
    if event.qos == 2:
        session.answers.append(encode_ack(packets.PUBREC, event.packet_id))
        if not _is_new(session, event.packet_id):
            return
    elif event.qos:
        session.answers.append(encode_ack(packets.PUBACK, event.packet_id))
    events.append(event)


def _is_new(session: "Session", packet_id: int) -> bool:
    """Whether a message at QoS 2 comes for the first time ([MQTT-4.3.3-2], method B)."""
    unreleased = session.memory.unreleased
    if packet_id in unreleased:
        return False
    most = session.dialect.most_unreleased(session.opening)
    if len(unreleased) >= most:
        text = f"more than {most} messages at QoS 2 that the broker has not released"
        raise Violation(text, RECEIVE_MAXIMUM_EXCEEDED)
    unreleased[packet_id] = None
    return True


def pub_rel(session: "Session", event: PubRel, _events: Events) -> None:
    """Complete a message to us; also one that we have no more, for the PUBCOMP may be lost."""
    unreleased = session.memory.unreleased
    code = b"" if event.packet_id in unreleased else session.dialect.not_found
    unreleased.pop(event.packet_id, None)
    session.answers.append(encode_ack(packets.PUBCOMP, event.packet_id, code))


def pub_ack(session: "Session", event: PubAck, events: Events) -> None:
    """Settle a message at QoS 1."""
    packet_id, memory = event.packet_id, session.memory
    if packet_id in memory.in_flight:
        events.append(PubAck(packet_id, memory.in_flight.pop(packet_id), event.reason))
    elif memory.awaited.get(packet_id, _NOTHING)[0] == packets.PUBACK:
        del memory.awaited[packet_id]
    else:
        raise _stray("PUBACK", packet_id)
    memory.packets.pop(packet_id, None)


def pub_rec(session: "Session", event: PubRec, events: Events) -> None:
    """Release a message at QoS 2 that has arrived, or settle one that was refused."""
    packet_id, memory = event.packet_id, session.memory
    kind, token = memory.awaited.get(packet_id, _NOTHING)
    if kind == packets.PUBREC:
        memory.packets.pop(packet_id, None)
        del memory.awaited[packet_id]
        if event.reason:
            if token is not NOBODY:
                events.append(PubRec(packet_id, token, event.reason))
            return
        memory.awaited[packet_id] = (packets.PUBCOMP, token)  # as the last: PUBRELs keep this order
    elif kind != packets.PUBCOMP and not session.is_resumed:
        raise _stray("PUBREC", packet_id)
    code = session.dialect.not_found if kind not in (packets.PUBREC, packets.PUBCOMP) else b""
    session.answers.append(encode_ack(packets.PUBREL, packet_id, code))


def pub_comp(session: "Session", event: PubComp, events: Events) -> None:
    """Settle a message at QoS 2."""
    packet_id, awaited = event.packet_id, session.awaited
    kind, token = awaited.get(packet_id, _NOTHING)
    if kind != packets.PUBCOMP:
        raise _stray("PUBCOMP", packet_id)
    del awaited[packet_id]
    # What was completed before a loss is not found after it, and that is no failure (3.7.2.1).
    reason = "" if session.is_resumed else event.reason
    if token is not NOBODY:
        events.append(PubComp(packet_id, token, reason))


def sub_ack(session: "Session", event: SubAck, events: Events) -> None:
    """Hold the answer against what was asked for: any refusal ends the connection."""
    filters = _answered(session, "SUBACK", packets.SUBACK, event)
    for text, code in zip(filters, event.codes, strict=True):
        words = session.dialect.sub_refusal(code, event.reason)
        if words is not None:
            raise Refused(f"broker refused: subscription to {text}{words and f': {words}'}")
        if code > session.opening.subscribe_qos:
            asked = session.opening.subscribe_qos
            raise Violation(f"SUBACK with code {code}, asked for QoS {asked}")
    session.memory.subscribed += filters
    events.append(event)


def unsub_ack(session: "Session", event: UnsubAck, events: Events) -> None:
    """Forget the filters that the server has let go."""
    filters = _answered(session, "UNSUBACK", packets.UNSUBACK, event)
    for text, code in zip(filters, event.codes, strict=False):  # 3.1.1 has no codes
        if words := session.dialect.sub_refusal(code, event.reason):
            raise Refused(f"broker refused: the end of the subscription to {text}: {words}")
    session.memory.subscribed = tuple(
        text for text in session.memory.subscribed if text not in filters
    )
    events.append(event)


def _answered(
    session: "Session", name: str, kind: int, event: SubAck | UnsubAck
) -> tuple[str, ...]:
    """Return the filters that were asked for."""
    waiting, filters = session.awaited.get(event.packet_id, _NOTHING)
    if waiting != kind or filters is None:
        raise _stray(name, event.packet_id)
    is_counted = kind == packets.SUBACK or session.dialect.is_unsub_counted
    if is_counted and len(event.codes) != len(filters):
        raise Violation(f"{name} with {len(event.codes)} codes, not {len(filters)}")
    del session.awaited[event.packet_id]
    found: tuple[str, ...] = filters
    return found


def ping_resp(session: "Session", event: PingResp, events: Events) -> None:
    """Take the answer to a ping."""
    if not session.pings:
        raise Violation("PINGRESP without a PINGREQ")
    session.pings -= 1
    events.append(event)


def disconnect(_session: "Session", event: Disconnect, _events: Events) -> None:
    """End as the server says."""
    raise event.error


def _stray(name: str, packet_id: int) -> Violation:
    return Violation(f"{name} for packet {packet_id}, which is not in flight")


HANDLERS: dict[type[Event], Callable[[Any, Any, Events], None]] = {
    ConnAck: conn_ack,
    Publish: publish,
    PubAck: pub_ack,
    PubRec: pub_rec,
    PubRel: pub_rel,
    PubComp: pub_comp,
    SubAck: sub_ack,
    UnsubAck: unsub_ack,
    PingResp: ping_resp,
    Disconnect: disconnect,
}

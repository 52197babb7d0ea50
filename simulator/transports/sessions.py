"""What of a mock's session outlives its connection, and goes along to another tower.

Rule: plain columns; only a protocol whose far side keeps a session has one, which is MQTT.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields
from math import inf
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from simulator.protocols import mqtt
from simulator.protocols.mqtt.memory import NOBODY, SUBSCRIBING
from simulator.transports.line import Line
from simulator.transports.parcel import Parcel

Session: TypeAlias = mqtt.Memory[Parcel]
Time: TypeAlias = Callable[[float], float]

# Packet identifiers that a lost tower has surely not given since its last checkpoint begin here
# after the last one that is known: half of all there are.
APART = 32_768
_MOST_ID = 65_535
_PARCEL = tuple(each.name for each in fields(Parcel) if each.name not in ("payload", "sent"))


def left(line: Line, now: float, *, leave: bool) -> Session | None:
    """Return a copy of the session that a line keeps for its next connection; None: it has none.

    Args:
        line: The mock's.
        now: The exchange's clock, s.
        leave: Take what is in flight out of the line: nobody here settles it any more.
    """
    memory = line.kept
    if line.unsettled is None or not isinstance(memory, mqtt.Memory):
        return None
    copy: Session = mqtt.Memory()
    copy.client_id, copy.has_begun = memory.client_id, memory.has_begun
    copy.subscribed, copy.kept_until = memory.subscribed, memory.kept_until
    copy.unreleased = dict(memory.unreleased)
    session = getattr(line.wire, "session", None)
    copy.last_id = memory.last_id if session is None else session.last_id
    if session is not None and session.is_accepted:
        copy.kept_until = now + session.keeps_for
    if leave:
        copy.in_flight, copy.packets = dict(memory.in_flight), dict(memory.packets)
        kept = memory.awaited.items()
        copy.awaited = {i: each for i, each in kept if each[0] not in SUBSCRIBING}
        memory.clear()
    return copy


def rested(session: Session) -> Session:
    """Return a copy of the session of a mock that was let go: nobody waits for what is in flight
    but the connection that ends."""
    copy: Session = mqtt.Memory()
    for name in ("client_id", "has_begun", "subscribed", "kept_until", "last_id"):
        setattr(copy, name, getattr(session, name))
    copy.unreleased, copy.packets = dict(session.unreleased), dict(session.packets)
    copy.in_flight, copy.awaited = dict(session.in_flight), dict(session.awaited)
    copy.abandon()
    return copy


def take_up(line: Line, session: Session | None) -> None:
    """Let a line go on with a session that another one has left."""
    if session is not None:
        line.kept, line.unsettled = session, session.abandon


def apart(session: Session) -> Session:
    """Let a session go on whose last tower was lost: what that sent since nobody knows.

    Nothing is sent again, for it may have been acknowledged; the next packet identifiers are none
    that it can have used.
    """
    session.last_id = (session.last_id + APART) % _MOST_ID
    return session


class Resting:
    """Sessions for the next connections of mocks that have none, by row: from elsewhere, or of
    mocks that were let go. At most one a mock, and bounded as that of a connected one."""

    def __init__(self) -> None:
        self._sessions: dict[int, Any] = {}

    def adopt(self, row: int, session: Any) -> None:
        """Let a mock's first connection go on with a session of another exchange."""
        self._sessions[row] = session

    def wake(self, line: Line) -> None:
        """Let a line that is new go on with what rests here for it."""
        if self._sessions:
            take_up(line, self._sessions.pop(line.row, None))

    def rest(self, line: Line) -> None:
        """Keep the session of a mock that is let go, if it is to outlast its connection."""
        if line.unsettled:
            self._sessions[line.row] = line.kept

    def all(self, lines: Mapping[int, Line], now: float, *, leave: bool) -> dict[int, Any]:
        """Return copies of what rests here, and of what ``lines`` keep; see ``left``."""
        found = ((row, left(line, now, leave=leave)) for row, line in lines.items())
        resting = {row: rested(session) for row, session in self._sessions.items()}
        return resting | {row: session for row, session in found if session is not None}


def columns_of(sessions: Mapping[int, Session], unix: Time) -> dict[str, NDArray[Any]]:
    """Return sessions as columns; ``unix`` makes Unix seconds of the exchange's."""
    each = list(sessions.values())
    return {
        "rows": np.array(list(sessions), dtype=np.int64),
        "begun": np.array([one.has_begun for one in each], dtype=bool),
        "until": np.array([_moment(one.kept_until, unix) for one in each]),
        "last": np.array([one.last_id for one in each], dtype=np.int64),
        "told": _objects([_told(one, unix) for one in each]),
    }


def sessions_of(columns: Mapping[str, NDArray[Any]], clock: Time) -> dict[int, Session]:
    """Return the sessions of which ``columns_of`` made columns.

    ``clock`` makes the exchange's seconds of Unix seconds.
    """
    found: dict[int, Session] = {}
    names = ("rows", "begun", "until", "last", "told")
    for row, begun, until, last, told in zip(*(columns[n].tolist() for n in names), strict=True):
        session: Session = mqtt.Memory()
        session.has_begun, session.last_id = begun, last
        session.kept_until = _moment(until, clock)
        if told:
            _hear(session, told, clock)
        found[row] = session
    return found


def _moment(at: float, other: Time) -> float:
    return at if at == inf else other(at)


def _told(session: Session, unix: Time) -> list[Any]:
    """Return the rest of a session as plain data; most have nothing of it."""
    under_way = session.in_flight or session.awaited or session.packets
    if not (session.client_id or session.subscribed or session.unreleased or under_way):
        return []
    flight = [[i, 0, _parcel(each, session, i, unix)] for i, each in session.in_flight.items()]
    flight += [
        [i, kind, None if token is NOBODY else _parcel(token, session, i, unix)]
        for i, (kind, token) in session.awaited.items()
    ]
    packets = [list(each) for each in session.packets.items()]
    held = [*session.unreleased]
    return [session.client_id, list(session.subscribed), held, flight, packets]


def _hear(session: Session, told: list[Any], clock: Time) -> None:
    session.client_id, subscribed, held, flight, packets = told
    session.subscribed = tuple(subscribed)
    session.unreleased = dict.fromkeys(held)
    session.packets = dict(packets)
    for packet_id, kind, said in flight:
        token = NOBODY if said is None else _read(said, session.packets.get(packet_id, b""), clock)
        if kind:
            session.awaited[packet_id] = (kind, token)
        else:
            session.in_flight[packet_id] = token


def _parcel(parcel: Parcel, session: Session, packet_id: int, unix: Time) -> list[Any]:
    """Return a parcel as plain data; its payload is the end of its packet, where that is kept."""
    payload = len(parcel.payload) if packet_id in session.packets else parcel.payload
    return [unix(parcel.sent), payload, *(getattr(parcel, name) for name in _PARCEL)]


def _read(said: list[Any], packet: bytes, clock: Time) -> Parcel:
    sent, payload, *rest = said
    values = dict(zip(_PARCEL, rest, strict=True))
    if isinstance(payload, int):
        payload = packet[len(packet) - payload :]
    return Parcel(payload=payload, sent=clock(sent), **values)


def _objects(values: list[Any]) -> NDArray[Any]:
    column = np.empty(len(values), dtype=object)
    for place, value in enumerate(values):
        column[place] = value
    return column

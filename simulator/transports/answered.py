"""A connection on which messages go one way and frames come back: TCP, WebSocket, datagrams.

Rule: a message is settled when it is written, or by the frame that answers it; the order of the
answers is all that tells them apart.
"""

from abc import abstractmethod
from math import inf
from typing import Any, ClassVar, TypeVar, cast

from simulator.errors import DefinitionError
from simulator.lot import Target
from simulator.lot.framing import Acknowledgement
from simulator.transports.answers import MAX_IN_FLIGHT, Answers
from simulator.transports.line import Line
from simulator.transports.parcel import Parcel
from simulator.transports.wire import LINGER, Office, Orphan, Wire

ACCEPT_WITHIN = 20.0  # s until the far side lets a mock in
MAX_WAITING = 100  # messages of a mock that wait for an answer to make room

Kind = TypeVar("Kind", bound=Target)


class AnsweredWire(Wire[Kind]):
    """What such connections have in common. The target has a field ``acknowledgement``."""

    __slots__ = ("answers", "is_ready")

    most_in_flight: ClassVar[int] = MAX_IN_FLIGHT

    def __init__(self, office: Office, line: Line) -> None:
        super().__init__(office, line)
        acknowledgement: Acknowledgement | None = cast(Any, self.target).acknowledgement
        self.answers = Answers(office, line.row, acknowledgement)
        self.is_ready = False

    @abstractmethod
    def encode(self, payload: bytes) -> bytes:
        """Return what is written for a payload; raises DefinitionError when it cannot be."""

    @abstractmethod
    def say(self, data: bytes) -> None:
        """Write that."""

    def awaited(self) -> str:
        """Return what a mock that is not let in waits for."""
        return "answer"

    def become_ready(self) -> None:
        """The mock is in."""
        self.is_ready = True
        self.office.wire_ready(self)

    def send(self, parcel: Parcel) -> None:
        """Write the message, or keep it while too many are in flight."""
        if len(self.answers.in_flight) < self.most_in_flight and not self.waiting:
            self._write(parcel)
        else:
            self.wait(parcel, MAX_WAITING, f"{MAX_WAITING} messages wait for an answer already")

    def heard(self, frame: bytes) -> None:
        """Take a whole frame."""
        self.answers.heard(frame)
        self._move_on()

    def finish(self) -> None:
        if self.is_ready:
            self.finish_by = self.office.clock() + LINGER
            self._move_on()
        else:
            self.close()

    def orphans(self, why: str) -> list[Orphan]:
        return self.answers.orphans(why) + self.waiting_orphans(why)

    def sweep_open(self, now: float) -> None:
        if not self.is_ready:
            if now - self.made_at >= ACCEPT_WITHIN:
                self.end(f"no {self.awaited()} within {ACCEPT_WITHIN:g} s")
            return
        limit = self.target.acknowledge_within
        self.expire_waiting(now, limit)
        if self.answers.expire(now, limit):
            self.overdue(f"no acknowledgement within {limit:g} s")
        if now >= self.finish_by:
            self.end("the mock disconnected")

    def overdue(self, why: str) -> None:
        """A message was not answered. The answer may still come, and must not be taken for that of
        the next message: cut."""
        self.end(why)

    def _write(self, parcel: Parcel) -> None:
        if self.is_paused:
            self.refuse(parcel, self.too_slow())
            return
        try:
            data = self.encode(parcel.payload)
        except DefinitionError as error:
            self.refuse(parcel, str(error))
            return
        parcel.sent = self.office.clock()
        self.say(data)
        self.answers.written(parcel)

    def _move_on(self) -> None:
        """Write what waits, as far as there is room; close when a mock that leaves has nothing."""
        in_flight = self.answers.in_flight
        while self.waiting and len(in_flight) < self.most_in_flight and not self.is_over:
            self._write(self.waiting.popleft()[0])
        if self.finish_by != inf and not in_flight and not self.waiting and not self.is_over:
            self.close()

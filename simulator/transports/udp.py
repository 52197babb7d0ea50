"""Messages of one mock as datagrams.

Rule: one message is one datagram. Where answers are awaited, one message is in flight at a time:
nothing else tells which message an answer is to.
"""

from typing import ClassVar

from simulator.errors import DefinitionError
from simulator.lot import UdpTarget
from simulator.transports.answered import AnsweredWire
from simulator.transports.datagram import Datagrams


class UdpWire(Datagrams, AnsweredWire[UdpTarget]):
    """A socket; whether anybody receives is not known before an answer, or a refusal, comes."""

    __slots__ = ()

    most_in_flight: ClassVar[int] = 1

    def start(self) -> None:
        self.become_ready()

    def encode(self, payload: bytes) -> bytes:
        if not payload:
            raise DefinitionError("an empty datagram says nothing and is not sent")
        if len(payload) > self.target.max_size:
            text = f"a datagram has at most {self.target.max_size:,} bytes, got {len(payload):,}"
            raise DefinitionError(text)
        return payload

    def read(self, data: bytes) -> None:
        self.heard(data)

    def overdue(self, _why: str) -> None:
        """Datagrams get lost: the next message has its turn."""
        self._move_on()

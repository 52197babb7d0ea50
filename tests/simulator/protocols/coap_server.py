"""The server's side of a CoAP session, played by hand, its bytes made by an independent codec."""

from typing import Any

from aiocoap import Message
from aiocoap.message import Direction
from aiocoap.numbers import ACK, CON, NON, RST
from aiocoap.numbers.codes import Code

from simulator.protocols import coap
from simulator.protocols.coap import codes

ADDRESS = coap.resource_options("", "/up")


class Play:
    """A session, and the moment that it is."""

    def __init__(self, *, block_size: int = 1_024, **timing: Any) -> None:
        self.now = 0.0
        self.session = coap.Session(
            coap.Timing(**timing), draw=lambda: 0.5 + self._count() / 1e6, block_size=block_size
        )

    def _count(self) -> int:
        self._draws = getattr(self, "_draws", 0) + 1
        return self._draws

    def request(self, tag: str = "a", payload: bytes = b"x", **how: Any) -> None:
        self.session.request(tag, codes.METHODS["POST"], ADDRESS, payload, self.now, **how)

    def sent(self) -> list[Message]:
        """What was sent since, as the server reads it."""
        datagrams = self.session.outgoing[:]
        self.session.outgoing.clear()
        return [Message.decode(each) for each in datagrams]

    def only(self) -> Message:
        (message,) = self.sent()
        return message

    def hear(self, data: bytes) -> list[coap.Event]:
        """Hand in a datagram and return what happened."""
        self.session.receive(data, self.now)
        return self.events()

    def wait(self, seconds: float) -> list[coap.Event]:
        """Let time go by, in steps of what is due."""
        end = self.now + seconds
        while self.session.next_at <= end:
            self.now = max(self.now, self.session.next_at)
            self.session.pass_time(self.now)
        self.now = end
        return self.events()

    def events(self) -> list[coap.Event]:
        events = self.session.events[:]
        self.session.events.clear()
        return events


def data(
    kind: Any, code: Code, message_id: int, token: bytes = b"", payload: bytes = b"", **options: Any
) -> bytes:
    """A datagram; options by the names of aiocoap."""
    message = Message(code=code, payload=payload, _mtype=kind, _mid=message_id, _token=token)
    for name, value in options.items():
        setattr(message.opt, name, value)
    message.direction = Direction.OUTGOING
    encoded: bytes = message.encode()
    return encoded


def answer(request: Message, code: Code, payload: bytes = b"", **options: Any) -> bytes:
    """A response in the acknowledgement of a request."""
    return data(ACK, code, request.mid, request.token, payload, **options)


__all__ = ["ACK", "ADDRESS", "CON", "NON", "RST", "Code", "Message", "Play", "answer", "data"]

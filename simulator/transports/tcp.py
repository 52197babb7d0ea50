"""Framed messages of one mock on a stream of TCP.

Rule: where frames begin and end is decided in ``protocols/framing``.
"""

from typing import ClassVar

from simulator.errors import ProtocolViolation
from simulator.lot import TcpTarget
from simulator.lot.octets import octets
from simulator.protocols import framing
from simulator.transports.answered import AnsweredWire
from simulator.transports.answers import words
from simulator.transports.filling import filled
from simulator.transports.line import Line
from simulator.transports.wire import Office


class TcpWire(AnsweredWire[TcpTarget]):
    """A mock is connected once the server has let it in, where the target awaits a welcome."""

    __slots__ = ("_decoder", "_encode", "_preamble")

    joins_writes: ClassVar[bool] = True

    def __init__(self, office: Office, line: Line) -> None:
        super().__init__(office, line)
        target, identity = self.target, line.identity
        if line.kept is None:
            line.kept = framing.encoder(target.framing)
        self._encode: framing.Encode = line.kept
        self._decoder = framing.decoder(target.incoming or target.framing)
        preamble = target.preamble if identity.preamble is None else identity.preamble
        self._preamble = octets(filled(preamble, identity, _escaped))

    def start(self) -> None:
        if self._preamble:
            self.transport.write(self._preamble)
        if not self.target.welcome:
            self.become_ready()

    def encode(self, payload: bytes) -> bytes:
        return self._encode(payload)

    def say(self, data: bytes) -> None:
        self.transport.write(data)

    def awaited(self) -> str:
        return "welcome"

    def read(self, data: bytes) -> None:
        try:
            for frame in self._decoder.receive(data):
                if self.is_ready:
                    self.heard(frame)
                else:
                    self._let_in(frame)
                if self.is_over:
                    return
        except ProtocolViolation as error:
            self.end(str(error))

    def _let_in(self, frame: bytes) -> None:
        if framing.Pattern(self.target.welcome).matches(frame):
            self.become_ready()
        else:
            self.end(f"not let in: {words(frame)}")


def _escaped(text: str) -> str:
    """Return what octets reads as the text itself."""
    return text.replace("\\", "\\\\")

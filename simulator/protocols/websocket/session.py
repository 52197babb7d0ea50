"""One WebSocket connection of a client: a table of states, and messages put together.

Rule: told bytes, answers events; every misdeed of the far side ends it with one ``Ended`` event.
"""

from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from enum import Enum, auto
from os import urandom

from simulator.errors import ProtocolViolation, Refused, TargetError
from simulator.protocols.websocket import frames
from simulator.protocols.websocket.closing import (
    NO_CODE,
    NORMAL,
    NOT_TEXT,
    VIOLATION,
    close_reason,
    decode_close,
    encode_close,
)
from simulator.protocols.websocket.events import Accepted, Ended, Event, Message, Ping, Pong
from simulator.protocols.websocket.frames import FIN, Frame, FrameReader, encode_frame
from simulator.protocols.websocket.opening import (
    MAX_HEAD,
    check_answer,
    check_opening,
    encode_opening,
    refuse_early,
)

MAX_MESSAGE = 1024 * 1024  # bytes; what is larger is no command to a device, but an attack


class State(Enum):
    """Where a session stands."""

    NEW = auto()
    OPENING = auto()
    OPEN = auto()
    CLOSING = auto()  # our closing frame is out, the far side's has not come
    CLOSED = auto()


# Bound here once: an attribute of an enum costs as much as a method call.
_OPEN, _CLOSED = State.OPEN, State.CLOSED
_BINARY = frames.BINARY


class _NotText(ProtocolViolation):
    """A text that is not UTF-8, which has a close code of its own."""


class Session:
    """A client's connection. The caller writes what its methods return and hands in what it reads.

    A method called in a state that does not allow it is our own bug: AssertionError.
    """

    __slots__ = (
        "_frames", "_head", "_headers", "_host", "_is_stream", "_is_text", "_key", "_most",
        "_parts", "_path", "_subprotocols", "state",
    )  # fmt: skip

    def __init__(
        self,
        host: str,
        path: str = "/",
        *,
        subprotocols: Sequence[str] = (),
        headers: Mapping[str, str] | None = None,
        is_stream: bool = False,
        most: int = MAX_MESSAGE,
        entropy: Callable[[int], bytes] = urandom,
    ) -> None:
        """
        Args:
            host: Host and port as in a URL; the port left out when it is the scheme's own.
            path: Path and query, already percent-encoded.
            subprotocols: In the order of preference; the far side must choose one of them.
            headers: Any but those of the opening itself.
            is_stream: Messages carry a stream of bytes: fragments are told as they come.
            most: Bytes of a message received; 125 at least.
            entropy: Makes the key of the opening, 16 bytes.

        Raises:
            DefinitionError: what a request cannot carry; the text has no value of a header.
        """
        check_opening(path, subprotocols, headers or {})
        self.state = State.NEW
        self._host, self._path = host, path
        self._subprotocols, self._headers = tuple(subprotocols), headers or {}
        self._is_stream, self._most = is_stream, most
        self._key = b64encode(entropy(16)).decode()
        self._head = b""  # of the answer, as far as it has come
        self._frames = FrameReader(most)
        self._parts: bytearray | None = None  # of a message in fragments
        self._is_text = False  # that message

    def connect(self) -> bytes:
        """Return the request that opens the connection."""
        assert self.state is State.NEW
        self.state = State.OPENING
        return encode_opening(
            self._host,
            self._path,
            key=self._key,
            subprotocols=self._subprotocols,
            headers=self._headers,
        )

    def binary(self, payload: bytes) -> bytes:
        """Return a binary message in one frame."""
        assert self.state is _OPEN
        return encode_frame(_BINARY, payload)

    def text(self, payload: bytes) -> bytes:
        """Return a text message in one frame; ``payload`` is UTF-8."""
        assert self.state is _OPEN
        return encode_frame(frames.TEXT, payload)

    def ping(self, payload: bytes = b"") -> bytes:
        """Return a ping with at most 125 bytes, which its pong brings back."""
        assert self.state is _OPEN
        assert len(payload) <= frames.MAX_CONTROL
        return encode_frame(frames.PING, payload)

    def pong(self, payload: bytes) -> bytes:
        """Return the answer to a ping; empty where nothing may be sent any more."""
        return encode_frame(frames.PONG, payload) if self.state is _OPEN else b""

    def close(self, code: int = NORMAL) -> bytes:
        """Return the closing frame; the far side answers with its own, told as ``Ended``.

        Empty where there is nothing to close: before the opening, or when it was closed already.
        """
        if self.state is not _OPEN:
            return b""
        self.state = State.CLOSING
        return encode_frame(frames.CLOSE, encode_close(code))

    def receive(self, data: bytes) -> list[Event]:
        """Take what was read; after ``Ended`` nothing is read any more."""
        events: list[Event] = []
        try:
            if self.state is State.OPENING:
                data = self._open(data, events)
            if data and self.state is not _CLOSED:
                self._read(data, events)
        except TargetError as error:
            if self.state is not _CLOSED:  # else what came after a closing frame, which was legal
                events.append(self._end(error))
        return events

    def _open(self, data: bytes, events: list[Event]) -> bytes:
        """Take the answer to the opening; return what follows it."""
        data, self._head = self._head + data, b""
        end = data.find(b"\r\n\r\n")
        refuse_early(data if end < 0 else data[:end])
        if end > MAX_HEAD or (end < 0 and len(data) > MAX_HEAD):
            raise ProtocolViolation(f"WebSocket: an answer longer than {MAX_HEAD} bytes")
        if end < 0:
            self._head = data
            return b""
        chosen = check_answer(data[:end], key=self._key, subprotocols=self._subprotocols)
        self.state = _OPEN
        events.append(Accepted(chosen))
        return data[end + 4 :]

    def _read(self, data: bytes, events: list[Event]) -> None:
        read: list[Frame] = []
        try:
            self._frames.receive(data, read)
        finally:  # what came before an illegal frame was legal
            for first, payload in read:
                self._take(first, payload, events)

    def _take(self, first: int, payload: bytes, events: list[Event]) -> None:
        opcode = first & 0x0F
        if self.state is _CLOSED:
            return
        if first == FIN | _BINARY and self._parts is None:
            events.append(Message(payload, False))
        elif opcode == frames.PING:
            events.append(Ping(payload))
        elif opcode == frames.PONG:
            events.append(Pong(payload))
        elif opcode == frames.CLOSE:
            events.append(self._closed(payload))
        else:
            self._take_fragment(opcode, bool(first & FIN), payload, events)

    def _take_fragment(
        self, opcode: int, is_last: bool, payload: bytes, events: list[Event]
    ) -> None:
        """A frame of a message (section 5.4); a message may be one frame."""
        if (opcode == frames.CONTINUATION) is (self._parts is None):
            raise ProtocolViolation("WebSocket: a message's fragments are out of order")
        if opcode == frames.TEXT and self._is_stream:
            raise ProtocolViolation("WebSocket: text, where the protocol above has binary frames")
        if self._parts is None:
            self._parts, self._is_text = bytearray(), opcode == frames.TEXT
        self._parts += payload
        if len(self._parts) > self._most:
            raise ProtocolViolation(f"WebSocket: a message longer than {self._most} bytes")
        if is_last or self._is_stream:
            events.append(self._message(self._parts))
            self._parts = None if is_last else bytearray()

    def _message(self, parts: bytearray) -> Message:
        if self._is_text:
            try:
                parts.decode()
            except UnicodeDecodeError:
                raise _NotText("WebSocket: a text message is not UTF-8") from None
        return Message(bytes(parts), self._is_text)

    def _closed(self, payload: bytes) -> Ended:
        code, text = decode_close(payload)
        answer = encode_close(code) if code != NO_CODE else b""
        farewell = encode_frame(frames.CLOSE, answer) if self.state is _OPEN else b""
        self.state = _CLOSED
        why = f"WebSocket closed by the far side, {close_reason(code, text)}"
        return Ended(Refused(why), farewell)

    def _end(self, error: TargetError) -> Ended:
        """End by a misdeed of the far side (section 7.1.7)."""
        code = NOT_TEXT if isinstance(error, _NotText) else VIOLATION
        is_open = self.state is _OPEN
        self.state = _CLOSED
        return Ended(error, encode_frame(frames.CLOSE, encode_close(code)) if is_open else b"")

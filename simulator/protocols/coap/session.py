"""One client's end of CoAP: requests and their answers, whole, and resources that are observed.

Rule: told the time and given datagrams; what is to be sent lies in ``outgoing``, what happened in
``events``, until the caller takes them. Nothing that comes from the server ends a session.
Source: RFC 7252, RFC 7641 (observe), RFC 7959 (blocks).
"""

from collections import deque
from collections.abc import Callable
from typing import Any

from simulator.errors import DefinitionError, ProtocolViolation, TargetError
from simulator.protocols.coap import codes, options
from simulator.protocols.coap.delivery import Delivery, Transmission
from simulator.protocols.coap.identifiers import Seen
from simulator.protocols.coap.message import (
    ACKNOWLEDGEMENT,
    CONFIRMABLE,
    RESET,
    Malformed,
    Message,
    decode,
    encode_empty,
)
from simulator.protocols.coap.observing import Watch, Watching
from simulator.protocols.coap.options import BLOCK_1, BLOCK_2, OBSERVE, SIZE_1, Option
from simulator.protocols.coap.request import (
    Answered,
    Event,
    Failed,
    Ponged,
    Request,
    Role,
    Silent,
)
from simulator.protocols.coap.timing import Timing
from simulator.protocols.coap.transfer import MAX_BODY, Download, Upload, exponent_of

MAX_AWAITED = 100  # requests that the server has acknowledged, and whose answer is still to come
TOKEN_BYTES = 4  # RFC 7252, section 5.3.1: 32 bits of randomness at least
_RESPONSES = {2, 4, 5}  # classes of codes


class Session:
    """The client. ``unreadable`` says what came last that could not be used, empty for nothing."""

    __slots__ = ("_awaited", "_block_size", "_delivery", "_draw", "_queue", "_seen", "_timing",
                 "_watching", "events", "unreadable")  # fmt: skip

    def __init__(
        self, timing: Timing, *, draw: Callable[[], float], block_size: int = 1_024
    ) -> None:
        """
        Args:
            draw: Draws from [0, 1), for ids, tokens and waits.
            block_size: Bytes of a block: 16, 32, ... 1,024. A longer payload goes out in several.
        """
        self._timing = timing
        self._draw = draw
        self._block_size = block_size
        self._delivery: Delivery[Request] = Delivery(timing, draw)
        self._seen = Seen(timing.exchange_lifetime)
        self._awaited: dict[bytes, Request] = {}  # by token, until the answer came
        self._queue: deque[Request] = deque()  # not begun, or to go on with its next block
        self.events: list[Event] = []
        self._watching = Watching(self.events, begin=self._begin, draw=draw)
        self.unreadable = ""

    @property
    def outgoing(self) -> list[bytes]:
        """Datagrams to be sent, in order; the caller empties it."""
        return self._delivery.outgoing

    @property
    def is_free(self) -> bool:
        """Whether another message would be sent at once."""
        is_open = len(self._delivery) < self._timing.nstart
        return is_open and not self._queue and len(self._awaited) < MAX_AWAITED

    @property
    def is_idle(self) -> bool:
        """Whether nothing is under way."""
        return not (self._queue or self._awaited or len(self._delivery))

    @property
    def next_at(self) -> float:
        """When ``pass_time`` has something to do, in s; inf for never."""
        limits = [request.by for request in (*self._awaited.values(), *self._queue)]
        return min(self._delivery.next_at, self._watching.next_at, *limits)

    # What the caller asks for.

    def request(
        self,
        tag: Any,
        code: int,
        address: tuple[Option, ...],
        payload: bytes,
        now: float,
        *,
        is_confirmable: bool = True,
    ) -> None:
        """Send a message; ``Answered`` or ``Failed`` follows, with its tag.

        Raises:
            DefinitionError: The payload is too long.
        """
        request = Request(
            Role.MESSAGE, tag, code, address, payload=payload, is_confirmable=is_confirmable
        )
        if len(payload) > self._block_size:
            if len(payload) > MAX_BODY:
                text = f"a message has at most {MAX_BODY:,} bytes, got {len(payload):,}"
                raise DefinitionError(text)
            request.upload = Upload(payload, exponent_of(self._block_size))
        request.token = self._new_token()
        self._begin(request, now)

    def tell(self, code: int, address: tuple[Option, ...], payload: bytes, now: float) -> None:
        """Send a message once, non-confirmable, and forget it; it fits into one block.

        Raises:
            TargetError: No message id is free.
        """
        self._delivery.tell(code, options.encode_options(address), payload, now)

    def observe(self, path: str, address: tuple[Option, ...], now: float) -> None:
        """Observe a resource; ``Observed`` or ``Unobserved`` follows.

        Raises:
            DefinitionError: Too many are observed.
        """
        self._watching.observe(path, address, self._new_token(), now)

    def release(self, now: float) -> None:
        """Observe nothing any more, and say so (RFC 7641, section 3.6)."""
        self._watching.release(now)

    def ping(self, now: float) -> None:
        """Ask whether the server is there; ``Ponged`` or ``Silent`` follows (section 4.3)."""
        self._begin(Request(Role.PING, None, codes.EMPTY), now)

    def orphans(self) -> list[Any]:
        """Take out the tags of all messages that have no answer yet; used once, at the end."""
        requests = (*self._awaited.values(), *self._queue)
        self._awaited.clear()
        self._queue.clear()
        return [request.tag for request in requests if request.role is Role.MESSAGE]

    def pass_time(self, now: float) -> None:
        """Repeat, give up and renew what is due."""
        for sent in self._delivery.repeat(now):
            self._fail(sent.owner, f"no acknowledgement to {sent.sends} transmissions")
        for request in [each for each in self._awaited.values() if now >= each.by]:
            self._fail(request, self._overdue(request))
        while self._queue and now >= self._queue[0].by:
            request = self._queue.popleft()
            self._fail(request, self._overdue(request))
        self._watching.renew(now)
        self._pump(now)

    # What the server says.

    def receive(self, data: bytes, now: float) -> None:
        """Take a datagram."""
        try:
            message = decode(data)
        except Malformed as error:
            self.unreadable = str(error)
            if error.rejection:
                self.outgoing.append(error.rejection)
            return
        if message.kind in (ACKNOWLEDGEMENT, RESET):
            self._receive_answer(message, now)
        else:
            self._receive_message(message, now)
        self._pump(now)

    def _receive_answer(self, message: Message, now: float) -> None:
        """Take what answers a message of ours by its id; what is late or strays is left alone."""
        sent = self._delivery.find(message.message_id)
        if sent is None:
            return
        if message.kind == RESET:
            self._receive_reset(sent.owner)
        elif why := _unanswerable(sent, message):
            self.unreadable = why
        elif message.code == codes.EMPTY:
            self._delivery.end(message.message_id)
            sent.owner.is_acknowledged = True
        else:
            self._answer(sent.owner, message, now)

    def _receive_reset(self, request: Request) -> None:
        if request.role is Role.PING:
            self._delivery.end(request.message_id)
            self.events.append(Ponged())
        else:
            self._fail(request, "rejected by the far side (reset)")

    def _receive_message(self, message: Message, now: float) -> None:
        """Take what came by itself: a response of its own, a notification, or a ping."""
        known = self._seen.reply(message.message_id, now)
        if known is not None:
            self.outgoing.extend([known] if known else [])
            return
        is_response = message.code >> 5 in _RESPONSES
        owner: Request | Watch | None = None
        if is_response:
            owner = self._awaited.get(message.token) or self._watching.find(message.token)
        is_taken = owner is not None or (is_response and not message.token)
        try:
            options.usable(message.options)
        except ProtocolViolation as error:
            is_taken, self.unreadable = False, str(error)
        reply = _reply(message, is_taken)
        self.outgoing.extend([reply] if reply else [])
        self._seen.keep(message.message_id, reply, now)
        if isinstance(owner, Request):
            self._answer(owner, message, now)
        elif owner is not None:
            rest = self._watching.notice(owner, message, now)
            if rest:
                rest.token = self._new_token()
                self._begin(rest, now)

    def _answer(self, request: Request, message: Message, now: float) -> None:
        """Take a response: the answer is whole, or its next block is asked for."""
        self._end(request)
        try:
            found = options.usable(message.options)
            request.found = request.found or found
            body = self._body(request, message, found)
        except ProtocolViolation as error:
            self._fail(request, str(error))
            return
        if body is None:
            self._queue.appendleft(request)
            return
        self.unreadable = ""
        if request.role is Role.MESSAGE:
            self.events.append(Answered(request.tag, message.code, body))
        else:
            self._watching.answered(request, message.code, body, now)

    def _body(self, request: Request, message: Message, found: dict[int, bytes]) -> bytes | None:
        """Return the whole answer, or None when another block is to be sent or asked for."""
        if request.upload and _goes_on(request.upload, message.code, found):
            return None
        if message.code == codes.CONTINUE:
            raise ProtocolViolation("2.31 Continue to a message that has no more blocks")
        if not codes.is_success(message.code):
            return message.payload
        if BLOCK_2 not in found:
            if request.download:
                raise ProtocolViolation("an answer without the block that was asked for")
            return message.payload
        block = options.read_block(found[BLOCK_2])
        request.upload = None
        request.download = request.download or Download()
        request.download.take(block, message.payload, found.get(options.ETAG))
        return None if block.has_more else request.download.body

    # Requests on their way.

    def _begin(self, request: Request, now: float) -> None:
        request.by = now + self._timing.within
        self._queue.append(request)
        self._pump(now)

    def _pump(self, now: float) -> None:
        """Send what waits, as long as fewer are open than the server is to have."""
        while self._queue and len(self._delivery) < self._timing.nstart:
            self._transmit(self._queue.popleft(), now)

    def _transmit(self, request: Request, now: float) -> None:
        asked, payload = _content(request)
        request.is_acknowledged = False
        try:
            request.message_id = self._delivery.send(
                request,
                request.code,
                request.token,
                options=options.encode_options(asked),
                payload=payload,
                is_confirmable=request.is_confirmable,
                now=now,
            )
        except TargetError as error:
            self._fail(request, str(error))
            return
        if request.role is not Role.PING:
            self._awaited[request.token] = request

    def _end(self, request: Request) -> None:
        self._delivery.end(request.message_id)
        if self._awaited.get(request.token) is request:
            del self._awaited[request.token]

    def _fail(self, request: Request, why: str) -> None:
        self._end(request)
        if self.unreadable:
            why, self.unreadable = f"{why}; what came could not be used: {self.unreadable}", ""
        if request.role is Role.MESSAGE:
            self.events.append(Failed(request.tag, why))
        elif request.role is Role.PING:
            self.events.append(Silent(why))
        else:
            self._watching.failed(request, why)

    def _overdue(self, request: Request) -> str:
        limit = f"within {self._timing.within:g} s"
        if request.is_acknowledged:
            return f"acknowledged, but no response {limit}"
        return f"no {'acknowledgement' if request.is_confirmable else 'response'} {limit}"

    def _new_token(self) -> bytes:
        """Return a token that nothing has which is under way: a random one, or the next free."""
        number = int(self._draw() * 2**32)
        while True:
            token = (number % 2**32).to_bytes(TOKEN_BYTES)
            if token not in self._awaited and not self._watching.find(token):
                return token
            number += 1


def _unanswerable(sent: Transmission[Request], message: Message) -> str:
    """Return why an acknowledgement does not answer a message of ours; empty when it does."""
    if not sent.is_confirmable:
        return "an acknowledgement of a message that asked for none"
    if sent.owner.role is Role.PING:
        return "an acknowledgement of a ping, which is answered by a reset"
    if message.code == codes.EMPTY:
        return ""
    if message.code >> 5 not in _RESPONSES:
        return "an acknowledgement with a request in it"
    return "" if message.token == sent.owner.token else "an acknowledgement with another token"


def _reply(message: Message, is_taken: bool) -> bytes:
    """Return what is said to a message that came by itself; empty for nothing."""
    if message.kind == CONFIRMABLE:
        return encode_empty(ACKNOWLEDGEMENT if is_taken else RESET, message.message_id)
    is_notification = any(number == OBSERVE for number, _ in message.options)
    return encode_empty(RESET, message.message_id) if is_notification and not is_taken else b""


def _goes_on(upload: Upload, code: int, found: dict[int, bytes]) -> bool:
    """Return whether another block is to be sent, and turn to it.

    Raises:
        ProtocolViolation: The answer is of another block, or there is none.
    """
    block = options.read_block(found[BLOCK_1]) if BLOCK_1 in found else None
    if code == codes.REQUEST_TOO_LARGE and block:
        return upload.shrink(block.exponent)
    if not codes.is_success(code) or not upload.has_more:
        return False
    if block is None:
        raise ProtocolViolation(f"answered {codes.words(code)} before the last block")
    upload.go_on(block)
    return True


def _content(request: Request) -> tuple[tuple[Option, ...], bytes]:
    """Return options and payload of the next message of a request."""
    if request.download:
        number = (BLOCK_2, request.download.next_block.value())
        kept = (each for each in request.options if each[0] != OBSERVE)
        return (*kept, number), b""
    upload = request.upload
    if upload is None:
        return request.options, request.payload
    block = (BLOCK_1, upload.block.value())
    size = ((SIZE_1, options.uint(len(upload.body))),) if not upload.offset else ()
    return (*request.options, block, *size), upload.piece

"""The resources that a mock observes: what came of each, in which order, and how long it holds.

Rule: told the time. Source: RFC 7641, sections 3.3 to 3.6.
"""

from collections.abc import Callable
from math import inf
from typing import Protocol

from simulator.errors import DefinitionError, ProtocolViolation
from simulator.protocols.coap import codes, options
from simulator.protocols.coap.message import Message
from simulator.protocols.coap.options import BLOCK_2, MAX_AGE, OBSERVE, Option
from simulator.protocols.coap.request import Event, Notified, Observed, Request, Role, Unobserved
from simulator.protocols.coap.transfer import Download

REGISTER, DEREGISTER = b"", b"\x01"  # values of the option in a request
MAX_WATCHES = 20  # resources that one mock observes
DEFAULT_MAX_AGE = 60.0  # s; RFC 7252, section 5.10.5
LEAST_PATIENCE, MORE_PATIENCE = 5.0, 10.0  # s past its age before a client asks again, 5 to 15
REORDERED_WITHIN = 128.0  # s; a notification that is later than that is fresh, whatever its number
HALF = 1 << 23  # of the numbers of notifications, 24 bits


class Watch:
    """One resource that is observed, by the path that a mock knows it by."""

    __slots__ = ("_heard_at", "_number", "fetch", "is_on", "last", "options", "path", "renew_at",
                 "token")  # fmt: skip

    def __init__(self, path: str, options: tuple[Option, ...], token: bytes) -> None:
        self.path = path
        self.options = options  # of its address
        self.token = token
        self.is_on = False  # the server said that it will notify
        self.renew_at = inf  # s
        self.last: bytes | None = None  # what was heard last
        self.fetch: Request | None = None  # the request for the rest of a notification
        self._number = 0
        self._heard_at = -inf  # s

    def hear(self, found: dict[int, bytes], now: float, draw: float) -> bool:
        """Take the options of a notification; return whether it is newer than what is known.

        ``draw`` is of [0, 1): when many mocks observe, they do not all ask again at once.
        """
        number = int.from_bytes(found[OBSERVE])
        ahead = (number - self._number) % (2 * HALF)
        is_fresh = 0 < ahead < HALF or now > self._heard_at + REORDERED_WITHIN
        if is_fresh:
            self.count_from(found, now, draw)
        return is_fresh

    def count_from(self, found: dict[int, bytes], now: float, draw: float) -> None:
        """Take the options of a registration's answer; its number counts from then on."""
        self._number, self._heard_at = int.from_bytes(found[OBSERVE]), now
        age = int.from_bytes(found[MAX_AGE]) if MAX_AGE in found else DEFAULT_MAX_AGE
        self.renew_at = now + age + LEAST_PATIENCE + MORE_PATIENCE * draw
        self.is_on = True


class Begin(Protocol):
    """Sends a request, now or when its turn comes."""

    def __call__(self, request: Request, now: float) -> None: ...


class Watching:
    """All resources that a session observes."""

    __slots__ = ("_begin", "_draw", "_events", "_watches")

    def __init__(self, events: list[Event], *, begin: Begin, draw: Callable[[], float]) -> None:
        """``events``: where to say what happened; ``draw()`` draws from [0, 1)."""
        self._events = events
        self._begin = begin
        self._draw = draw
        self._watches: dict[bytes, Watch] = {}  # by token

    @property
    def next_at(self) -> float:
        """When a registration is to be renewed, in s; inf for never."""
        return min((watch.renew_at for watch in self._watches.values()), default=inf)

    def find(self, token: bytes) -> Watch | None:
        """Return the resource whose notifications have a token."""
        return self._watches.get(token)

    def observe(self, path: str, address: tuple[Option, ...], token: bytes, now: float) -> None:
        """Ask for notifications.

        Raises:
            DefinitionError: Too many are observed.
        """
        if len(self._watches) >= MAX_WATCHES:
            raise DefinitionError(f"a mock observes at most {MAX_WATCHES} resources")
        watch = self._watches[token] = Watch(path, address, token)
        self._register(watch, now)

    def renew(self, now: float) -> None:
        """Ask again where what is known is too old."""
        for watch in list(self._watches.values()):
            if now >= watch.renew_at:
                self._register(watch, now)

    def release(self, now: float) -> None:
        """Ask for no more notifications."""
        watches, self._watches = self._watches, {}
        for watch in watches.values():
            if watch.is_on:
                asked = (*watch.options, (OBSERVE, DEREGISTER))
                request = Request(Role.RELEASE, watch, codes.GET, asked, token=watch.token)
                self._begin(request, now)

    def notice(self, watch: Watch, message: Message, now: float) -> Request | None:
        """Take a notification, or what ends them; return what asks for the rest of a long one.

        The caller gives it a token of its own, and sends it (RFC 7959, section 3.4).
        """
        try:
            found = options.usable(message.options)
            if not codes.is_success(message.code) or OBSERVE not in found:
                why = codes.reason(message.code, message.payload) or codes.words(message.code)
                raise ProtocolViolation(f"the server ended it: {why}")
            if not watch.hear(found, now, self._draw()):
                return None
            return self._heard(watch, message, found)
        except ProtocolViolation as error:
            self._drop(watch, str(error))
            return None

    def answered(self, request: Request, code: int, body: bytes, now: float) -> None:
        """Take the whole answer to a request of ours."""
        watch: Watch = request.tag
        if request.role is Role.REGISTER:
            self._registered(watch, request.found, code, body, now)
        elif request.role is Role.FETCH and watch.fetch is request:
            watch.fetch = None
            if codes.is_success(code):
                self._tell(watch, body)
            else:
                self._drop(watch, codes.reason(code, body))

    def failed(self, request: Request, why: str) -> None:
        """Take that a request has no answer."""
        watch: Watch = request.tag
        if request.role is Role.REGISTER or watch.fetch is request:
            self._drop(watch, why)

    def _registered(
        self, watch: Watch, found: dict[int, bytes], code: int, body: bytes, now: float
    ) -> None:
        if watch.token not in self._watches:
            return  # it was released meanwhile
        if not codes.is_success(code):
            self._drop(watch, codes.reason(code, body))
        elif OBSERVE not in found:
            self._drop(watch, f"answered {codes.words(code)}, without notifications")
        else:
            if not watch.is_on:
                self._events.append(Observed(watch.path))
            watch.count_from(found, now, self._draw())
            if body != watch.last:  # what a renewal says again is no news
                self._tell(watch, body)

    def _heard(self, watch: Watch, message: Message, found: dict[int, bytes]) -> Request | None:
        watch.fetch = None
        block = options.read_block(found[BLOCK_2]) if BLOCK_2 in found else None
        if block is None or not block.has_more:
            self._tell(watch, message.payload)
            return None
        request = watch.fetch = Request(Role.FETCH, watch, codes.GET, watch.options)
        request.download = Download()
        request.download.take(block, message.payload, found.get(options.ETAG))
        return request

    def _register(self, watch: Watch, now: float) -> None:
        watch.renew_at = inf
        asked = (*watch.options, (OBSERVE, REGISTER))
        self._begin(Request(Role.REGISTER, watch, codes.GET, asked, token=watch.token), now)

    def _tell(self, watch: Watch, body: bytes) -> None:
        watch.last = body
        if body:
            self._events.append(Notified(watch.path, body))

    def _drop(self, watch: Watch, why: str) -> None:
        if self._watches.pop(watch.token, None):
            self._events.append(Unobserved(watch.path, why))

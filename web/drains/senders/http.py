"""Sending to an HTTP endpoint: JSON Lines or a JSON array, signed, with a key against doubles.

Rule: a redirect is not followed, and nothing of an answer but its status and Retry-After is read
or shown. Source: RFC 9110; the signature is described in docs/drains.md.
"""

import gzip
import http.client
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from threading import Timer

from django.utils import timezone

from web.drains.documents import Line, array_of, text_of
from web.drains.models import Drain
from web.drains.senders.base import Failing, Limits, LineSender, Load, Refusal, Time
from web.platform.destinations import address_of
from web.platform.hosts import AddressError
from web.platform.outgoing import Connection, named, signature, waiting, words_of

ANSWER_WITHIN = 15.0  # s from the request's beginning to the end of its answer's head
MOST_ANSWER = 16_384  # bytes of an answer that are read, and thrown away, to keep its connection
MOST_HALVES = 32  # requests for one load, after which what is refused is not cut further
# What is said of the records; anything else is said of the endpoint, and may be mended.
OF_RECORDS = frozenset({400, 413, 422})
TYPES = {"lines": "application/x-ndjson", "array": "application/json"}


class HttpSender(LineSender):
    """One connection that is kept from request to request."""

    limits = Limits(lines=1_000, size=1_000_000)

    def __init__(
        self, drain: Drain, *, time: Time | None = None, within: float = ANSWER_WITHIN
    ) -> None:
        super().__init__(drain, time=time)
        try:
            self.address = address_of(drain.settings["url"])
        except AddressError as error:
            raise Failing(str(error)) from error
        self.secrets = drain.secrets
        self.within = within
        self._connection: Connection | None = None

    def deliver(self, load: Load) -> list[Refusal]:
        budget = [MOST_HALVES]
        return list(self._delivered(load, budget))

    def close(self) -> None:
        if self._connection:
            self._connection.close()
            self._connection = None

    def _delivered(self, load: Load, budget: list[int]) -> Iterator[Refusal]:
        """Send a load; one whose records are refused, half by half, to find those that are."""
        budget[0] -= 1
        status = self._post(load)
        if 200 <= status < 300:
            return
        reason = f"The endpoint answered {named(status)}."
        if len(load.lines) == 1 or budget[0] < 2:
            yield Refusal(load.lines, reason)
            return
        middle = len(load.lines) // 2
        for half, lines in (("a", load.lines[:middle]), ("b", load.lines[middle:])):
            yield from self._delivered(Load(load.name + half, load.stream, lines), budget)

    def _post(self, load: Load) -> int:
        """Return the status: 2xx, or one that is said of the records.

        Raises:
            Failing: It is another one, or none came.
        """
        body = self._body(load.lines)
        status, wait = self._exchange(body, self._headers(load, body))
        if 200 <= status < 300 or status in OF_RECORDS:
            return status
        if 300 <= status < 400:
            raise Failing(f"The endpoint answered {named(status)}. Redirects are not followed: "
                          "give the address that they lead to.")  # fmt: skip
        raise Failing(f"The endpoint answered {named(status)}.", wait=wait)

    def _body(self, lines: Sequence[Line]) -> bytes:
        body = array_of(lines) if self.drain.settings["form"] == "array" else text_of(lines)
        return gzip.compress(body, 5, mtime=0) if self.drain.settings["gzip"] else body

    def _headers(self, load: Load, body: bytes) -> dict[str, str]:
        headers = {
            "Content-Type": TYPES[self.drain.settings["form"]],
            "User-Agent": "Mocklot-Drain/1",
            "Idempotency-Key": key_of(self.drain, load),
            "Mocklot-Drain": str(self.drain.code),
            "Mocklot-Records": str(len(load.lines)),
        }
        if self.drain.settings["gzip"]:
            headers["Content-Encoding"] = "gzip"
        if token := self.secrets.get("authorization"):
            headers["Authorization"] = token
        if secret := self.secrets.get("signing"):
            headers["Mocklot-Signature"] = signature(secret, body, at=timezone.now())
        return headers

    def _exchange(self, body: bytes, headers: dict[str, str]) -> tuple[int, float | None]:
        """Return the status and how many s the endpoint wants us to wait."""
        try:
            return self._asked(body, headers)
        except (OSError, http.client.HTTPException, AddressError) as error:
            self.close()
            raise Failing(words_of(error, self.address)) from error

    def _asked(self, body: bytes, headers: dict[str, str]) -> tuple[int, float | None]:
        """Ask once; twice where the first time went over a connection that had been closed."""
        is_kept = self._connection is not None
        try:
            return self._once(body, headers)
        except ConnectionError:
            self.close()
            if not is_kept:
                raise
        return self._once(body, headers)

    def _once(self, body: bytes, headers: dict[str, str]) -> tuple[int, float | None]:
        with self._within_time() as connection:
            connection.request("POST", self.address.path, body=body, headers=headers)
            answer = connection.getresponse()
            wait = waiting(answer.getheader("Retry-After"), now=timezone.now())
            self._end(answer)
            return answer.status, wait

    def _end(self, answer: http.client.HTTPResponse) -> None:
        """Keep the connection only where the rest of the answer is short."""
        is_short = answer.length is not None and answer.length <= MOST_ANSWER
        if is_short and not answer.will_close:
            answer.read()
        else:
            self.close()

    @contextmanager
    def _within_time(self) -> Iterator[Connection]:
        """Cut the connection when the time is over, also where the other end drips."""
        if self._connection is None:
            self._connection = Connection(self.address, within=self.within)
            self._connection.connect()
        connection = self._connection
        timer = Timer(self.within, connection.cut)
        timer.start()
        try:
            yield connection
        finally:
            timer.cancel()
            if connection.is_cut:
                # Whatever came of it: http.client takes half a head for a whole one.
                raise TimeoutError("the answer took too long")


def key_of(drain: Drain, load: Load) -> str:
    """Return what is the same for the same lines sent to the same drain in the same form."""
    return sha256(f"{drain.code}/{drain.revision}/{load.name}".encode()).hexdigest()[:32]

"""Publishing to NATS, by nats-py.

Rule: NATS acknowledges nothing by itself, so a batch counts once the server has answered a PING
behind it; what it refuses it says before. With JetStream each message has its own acknowledgement.
"""

import asyncio
import re
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import Any

import nats.errors
import nats.js.errors
from nats.aio.client import Client

from simulator.errors import (
    DefinitionError,
    ProtocolViolation,
    Refused,
    TargetError,
    Unreachable,
)
from simulator.lot.nats import NatsTarget
from simulator.transports import reasons
from simulator.transports.parcel import Parcel, shown
from simulator.transports.producers.producer import (
    Consignment,
    Producer,
    dotted,
    headers_of,
    when_done,
)
from simulator.transports.producers.words import words_of
from simulator.transports.tls import make_context

PENDING_BYTES = 1_048_576  # that the client holds before it waits for the server to read

_REFUSED = re.compile(r'permissions violation for publish to "([^"]*)"')
_FAILURES = (nats.errors.Error, OSError, asyncio.TimeoutError)
# What the client raises of a greeting that is none: a line without end, JSON of another shape.
_NONSENSE = (ValueError, TypeError, AttributeError, KeyError)
_FOREIGN = "NATS: the far side does not speak NATS"
MAX_SAID = 200  # characters of a server's own words


class NatsProducer(Producer[NatsTarget]):
    """One connection."""

    _client: Any = None

    async def open(self) -> None:
        target, password = self.target, shown(self.identity.password)
        self._is_open = self._is_ending = False
        self._refused: set[str] = set()  # subjects, in lower case as the client tells them
        self._client = Client()
        options: dict[str, Any] = {}
        if target.tls:
            options["tls"] = make_context(target.tls)
            options["tls_hostname"] = target.tls.server_name or target.host
        if self.identity.username:
            options |= {"user": self.identity.username, "password": password}
        elif token := shown(self.identity.token):
            options["token"] = token
        try:
            await self._client.connect(
                f"{'tls' if target.tls else 'nats'}://{target.address}",
                name="mocklot",
                allow_reconnect=False,
                pending_size=PENDING_BYTES,
                error_cb=self._told,
                closed_cb=self._closed,
                **options,
            )
            if not self._client.is_connected:  # it had neither a PONG nor an error to our PING
                raise ProtocolViolation(_FOREIGN)
            self._is_open = True
            await self._check_stream()
        except _FAILURES as error:
            raise _refusal(error) from None
        except _NONSENSE:
            raise ProtocolViolation(_FOREIGN) from None

    async def _check_stream(self) -> None:
        if not self.target.jetstream:
            return
        self._stream = self._client.jetstream(publish_async_max_pending=self.target.in_flight)
        try:
            await self._stream.account_info()
        except (nats.js.errors.ServiceUnavailableError, nats.errors.NoRespondersError):
            raise Refused("the server has no JetStream") from None

    async def _told(self, error: Exception) -> None:
        """The server refuses something; it does so in order, before it answers the next PING.

        Before the connection stands this is told each failed attempt. Raising ends them: the client
        would try again and again by itself, and never say why.
        """
        if not self._is_open:
            raise error
        if refused := _REFUSED.search(str(error).lower()):
            self._refused.add(refused[1])

    async def _closed(self) -> None:
        if not self._is_ending:
            error = self._client.last_error
            self.lost(_words(error) if error else reasons.CLOSED)

    async def hand_over(self, consignments: Sequence[Consignment]) -> None:
        written = []
        for parcel, _ in consignments:
            try:
                subject = subject_of(self.target, parcel.address)
                await self._publish(parcel, subject)
            except DefinitionError as error:
                self.settle(parcel, str(error))
            except _FAILURES as error:
                self.settle(parcel, _words(error))
            else:
                written.append((parcel, subject))
        if written and not self.target.jetstream:
            self.begin(self._confirm(written))

    async def _publish(self, parcel: Parcel, subject: str) -> None:
        headers = dict(headers_of(parcel))
        if parcel.correlation:
            headers["correlation-id"] = parcel.correlation
        if self.target.jetstream:
            stored = await self._stream.publish_async(subject, parcel.payload, headers=headers)
            when_done(stored, partial(self._stored, parcel))
            return
        reply = dotted(parcel.response_topic) if parcel.response_topic else ""
        await self._client.publish(subject, parcel.payload, reply=reply, headers=headers or None)

    def _stored(self, parcel: Parcel, error: BaseException | None) -> None:
        self.settle(parcel, _words(error) if error else "")

    async def _confirm(self, written: Sequence[tuple[Parcel, str]]) -> None:
        try:
            await self._client.flush(self.target.acknowledge_within)
        except _FAILURES as error:
            for parcel, _ in written:
                self.settle(parcel, _words(error))
            if isinstance(error, asyncio.TimeoutError):  # who does not answer a PING is gone
                limit = self.target.acknowledge_within
                self.lost(f"NATS: no answer to a ping within {limit:g} s")
            return
        for parcel, subject in written:
            is_refused = subject.lower() in self._refused
            self.settle(
                parcel, "server refused: not allowed to publish there" if is_refused else ""
            )

    async def close(self) -> None:
        self._is_ending = True
        self.cancel_begun()
        if self._client:
            with suppress(*_FAILURES):
                await self._client.close()


def subject_of(target: NatsTarget, address: str) -> str:
    """Return the subject of a message. Raises DefinitionError when NATS has no such subject."""
    subject = target.subject or dotted(address)
    levels = subject.split(".")
    if not all(levels) or "*" in levels or ">" in levels or any(c.isspace() for c in subject):
        raise DefinitionError(
            f"a subject of NATS has levels without blanks, * and >, got {subject[:80]!r}"
        )
    return subject


def _refusal(error: BaseException) -> TargetError:
    if isinstance(error, nats.errors.AuthorizationError) or "authorization" in str(error).lower():
        return Refused("server refused: user name, password or token")
    words = _words(error)
    if words == _FOREIGN:
        return ProtocolViolation(words)
    return Refused(words) if words.startswith("server refused") else Unreachable(words)


def _words(error: BaseException) -> str:
    if isinstance(error, nats.js.errors.NoStreamResponseError | nats.errors.NoRespondersError):
        return "NATS: no stream takes this subject"
    if isinstance(error, nats.errors.UnexpectedEOF | nats.errors.StaleConnectionError):
        return reasons.CLOSED
    if isinstance(error, nats.errors.ProtocolError):
        return "NATS: the far side said what is no packet of NATS"
    if type(error) is nats.errors.Error:  # what a server says in its own words
        return _quoted(str(error))
    return words_of(error, "NATS")


def _quoted(text: str) -> str:
    """Return the words of an -ERR, or that what came was no greeting of NATS."""
    said = text.removeprefix("nats: ").strip(" '")
    if said.startswith(("empty response", "info message")):
        return _FOREIGN
    shown = "".join(each if each.isprintable() else " " for each in said[:MAX_SAID])
    return f"server refused: {shown.lower()}"

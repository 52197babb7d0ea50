"""Publishing to a broker of AMQP 0-9-1, by aiormq, with publisher confirms.

Rule: one channel of one connection; what the broker confirms has arrived, what it rejects, returns
or never confirms has not. Source: AMQP 0-9-1, and the extension "Publisher confirms" of RabbitMQ.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import aiormq
from aiormq.exceptions import (
    AMQPConnectionError,
    AMQPError,
    AuthenticationError,
    ChannelAccessRefused,
    ChannelNotFoundEntity,
    ConnectionClosed,
    ConnectionNotAllowed,
    DeliveryError,
    IncompatibleProtocolError,
    InvalidFrameError,
    ProbableAuthenticationError,
    ProtocolSyntaxError,
    PublishError,
)
from pamqp.commands import Basic
from yarl import URL

from simulator.errors import (
    DefinitionError,
    ProtocolViolation,
    Refused,
    TargetError,
    Unreachable,
)
from simulator.lot.amqp import AmqpTarget
from simulator.transports import reasons
from simulator.transports.gate import forbidden_of
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

MAX_KEY = 255  # bytes of a routing key; a short string, section 4.2.5.3
KEPT_ON_DISK = 2  # delivery mode

# aiormq tells of failures of the road by errors of its own, of sockets and of asyncio.
_FAILURES = (AMQPError, OSError, RuntimeError, asyncio.IncompleteReadError)


class AmqpProducer(Producer[AmqpTarget]):
    """One connection and its channel."""

    _connection: Any = None

    async def open(self) -> None:
        context = make_context(self.target.tls) if self.target.tls else None
        self._connection = aiormq.Connection(self._url(), context=context)
        try:
            await self._connection.connect({"connection_name": "mocklot"})
            self._channel = await self._connection.channel(publisher_confirms=True)
            if self.target.exchange:
                await self._channel.exchange_declare(self.target.exchange, passive=True)
        except _FAILURES as error:
            raise self._refusal(error) from None
        for closing in (self._connection.closing, self._channel.closing):
            when_done(closing, self._closed)

    def _url(self) -> URL:
        target = self.target
        return URL.build(
            scheme="amqps" if target.tls else "amqp",
            host=target.host,
            port=target.port,
            user=self.identity.username or "guest",
            password=shown(self.identity.password) or "guest",
            path="/" if target.virtual_host == "/" else "/" + target.virtual_host,
            query={"heartbeat": str(target.heartbeat)},
        )

    def _refusal(self, error: BaseException) -> TargetError:
        target = self.target
        if isinstance(error, AuthenticationError | ProbableAuthenticationError):
            return Refused("broker refused: user name or password")
        # What RabbitMQ says to a wrong virtual host is a close that aiormq did not wait for.
        is_closed = isinstance(error, InvalidFrameError) and "Connection.Close" in str(error)
        if is_closed or isinstance(error, ConnectionNotAllowed):
            return Refused(f"broker refused: virtual host {target.virtual_host[:80]}")
        if isinstance(error, ChannelNotFoundEntity):
            return Refused(f"broker refused: no exchange {target.exchange[:80]}")
        if isinstance(error, ChannelAccessRefused):
            return Refused(f"broker refused: access to exchange {target.exchange[:80]}")
        return _opening_error(error)

    def _closed(self, error: BaseException | None) -> None:
        if error is None or isinstance(error, asyncio.CancelledError):
            self.lost(reasons.CLOSED)
        else:
            self.lost(_words(error))

    async def hand_over(self, consignments: Sequence[Consignment]) -> None:
        """A task for each message, for each waits for its own confirmation; they take the channel
        in the order in which they are made."""
        for parcel, _ in consignments:
            self.begin(self._publish(parcel))

    async def _publish(self, parcel: Parcel) -> None:
        try:
            await self._channel.basic_publish(
                parcel.payload,
                exchange=self.target.exchange,
                routing_key=routing_key(self.target, parcel.address),
                properties=self._properties(parcel),
                mandatory=self.target.mandatory,
                wait=False,
            )
        except DefinitionError as error:
            self.settle(parcel, str(error))
        except PublishError:
            self.settle(parcel, "broker refused: no queue takes the message")
        except DeliveryError:
            self.settle(parcel, "broker refused: not taken (nack)")
        except _FAILURES as error:
            self.settle(parcel, _words(error))
        else:
            self.settle(parcel, "")

    def _properties(self, parcel: Parcel) -> Basic.Properties:
        headers = dict(headers_of(parcel))
        own = {name.lower(): name for name in headers}
        kind = headers.pop(own.get("content-type", ""), "application/json")
        encoding = headers.pop(own.get("content-encoding", ""), None)
        return Basic.Properties(
            content_type=kind,
            content_encoding=encoding,
            headers=dict(headers) or None,
            delivery_mode=KEPT_ON_DISK if self.target.persistent else 1,
            correlation_id=parcel.correlation or None,
            reply_to=parcel.response_topic or None,
            app_id="mocklot",
        )

    async def close(self) -> None:
        if self._connection:
            with suppress(*_FAILURES):
                await self._connection.close()
        self.cancel_begun()


def routing_key(target: AmqpTarget, address: str) -> str:
    """Return the routing key of a message. Raises DefinitionError when it is too long."""
    key = target.routing_key or dotted(address)
    if len(key.encode()) > MAX_KEY:
        raise DefinitionError(f"a routing key has at most {MAX_KEY} bytes, got {len(key.encode())}")
    return key


def _opening_error(error: BaseException) -> TargetError:
    """Return what is said of an opening that did not get as far as a refusal."""
    if isinstance(error, ProtocolSyntaxError | IncompatibleProtocolError):
        return ProtocolViolation("AMQP: the far side does not speak AMQP 0-9-1")
    if type(error) is AMQPConnectionError and error.errno is None and not forbidden_of(error):
        text = "closed by the far side in the opening, it may not speak AMQP 0-9-1"
        return Unreachable(f"AMQP: {text}")
    return Unreachable(_words(error))


def _words(error: BaseException) -> str:
    if isinstance(error, asyncio.IncompleteReadError):
        return reasons.CLOSED
    if type(error) is ConnectionClosed and len(error.args) > 1:  # code and text: NAME - details
        said = str(error.args[1]).partition(" - ")[0].replace("_", " ").lower()
        return f"broker disconnected: {said[:80]}"
    if isinstance(error, ConnectionError) and error.errno is None and not forbidden_of(error):
        return f"AMQP: {words_of(error, '').removeprefix(': ')}"
    return words_of(error, "AMQP")

"""Publishing to Kafka, by aiokafka.

Rule: the library keeps the connections to all servers of the cluster and opens them again itself; a
message that it gives up fails, with Kafka's own error in words.
"""

import asyncio
import re
from collections import OrderedDict, deque
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaConnectionError, KafkaError

from simulator.errors import DefinitionError, Unreachable
from simulator.lot.kafka import KafkaTarget
from simulator.transports.gate import Forbidden, gate_here
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

# s for the cluster to say where a topic is that was not used before.
TOPIC_WITHIN = 5.0
TOPIC_AGAIN = 30.0  # s until a topic that there was not is asked for again
MAX_TOPICS = 10_000  # that are remembered

_TOPIC = re.compile(r"[A-Za-z0-9._-]{1,249}")  # Kafka's own rule, Topic.java
_ACKS: dict[str, int | str] = {"all": "all", "1": 1, "0": 0}


class KafkaProducer(Producer[KafkaTarget]):
    """One producer of a cluster."""

    _client: Any = None

    async def open(self) -> None:
        # Topics that the cluster does not have, until when (s) and why; and those that it has.
        self._missing: OrderedDict[str, tuple[float, str]] = OrderedDict()
        self._known: OrderedDict[str, None] = OrderedDict()
        self._asked: dict[str, deque[Consignment]] = {}  # and those that it is asked for
        self._client = AIOKafkaProducer(**self._options())
        await self._hold([place_of(each) for each in self._servers()])
        try:
            await self._client.start()
        except (KafkaError, OSError) as error:
            raise Unreachable(_words(error)) from None
        brokers = self._client.client.cluster.brokers()
        await self._hold([(str(each.host), int(each.port)) for each in brokers])

    async def _hold(self, servers: list[tuple[str, int]]) -> None:
        """Say why where the loop's gate refuses a server: the library would only say that it
        cannot be reached.

        Raises:
            Forbidden: It does, be it one that the cluster itself has named.
        """
        loop, gate = asyncio.get_running_loop(), gate_here()
        if not gate.reach.is_limited:
            return
        for host, port in servers:
            try:
                await loop.getaddrinfo(host, port)
            except Forbidden:
                raise
            except OSError:
                continue  # told by the library

    def _servers(self) -> list[str]:
        return [self.target.address, *self.target.servers]

    def _options(self) -> dict[str, Any]:
        target, has_sasl = self.target, self.target.sasl != "none"
        security = ("SASL_" if has_sasl else "") + ("SSL" if target.tls else "PLAINTEXT")
        return {
            "bootstrap_servers": self._servers(),
            "client_id": "mocklot",
            "acks": _ACKS[target.acks],
            "compression_type": None if target.compression == "none" else target.compression,
            "linger_ms": round(target.linger * 1_000),
            "max_batch_size": target.batch_bytes,
            "request_timeout_ms": round(target.acknowledge_within * 1_000),
            "security_protocol": security,
            "ssl_context": make_context(target.tls) if target.tls else None,
            **(self._sasl() if has_sasl else {}),
        }

    def _sasl(self) -> dict[str, str]:
        return {
            "sasl_mechanism": self.target.sasl.upper(),
            "sasl_plain_username": self.identity.username,
            "sasl_plain_password": shown(self.identity.password),
        }

    async def hand_over(self, consignments: Sequence[Consignment]) -> None:
        for consignment in consignments:
            parcel = consignment.parcel
            try:
                topic = topic_of(self.target, parcel.address)
                if topic in self._known:
                    await self._send(topic, consignment)
                else:
                    self._wait_for(topic, consignment)
            except DefinitionError as error:
                self.settle(parcel, str(error))

    async def _send(self, topic: str, consignment: Consignment) -> None:
        parcel, sender = consignment
        headers = [(name, value.encode()) for name, value in headers_of(parcel).items()]
        if parcel.response_topic:
            headers.append(("response-topic", parcel.response_topic.encode()))
        if parcel.correlation:
            headers.append(("correlation-id", parcel.correlation.encode()))
        key = key_of(self.target, parcel, sender)
        try:
            sent = await self._client.send(topic, value=parcel.payload, key=key, headers=headers)
        except KafkaError as error:
            self.settle(parcel, _words(error))
        else:
            when_done(sent, partial(self._sent, parcel))

    def _sent(self, parcel: Parcel, error: BaseException | None) -> None:
        self.settle(parcel, _words(error) if error else "")

    def _wait_for(self, topic: str, consignment: Consignment) -> None:
        """Keep a message until the cluster has said where its topic is; the others go on.

        Raises:
            DefinitionError: it was asked a moment ago, and there is no such topic.
        """
        until, why = self._missing.get(topic, (0.0, ""))
        if asyncio.get_running_loop().time() < until:
            raise DefinitionError(why)
        if topic in self._asked:
            self._asked[topic].append(consignment)
            return
        self._asked[topic] = deque([consignment])
        self.begin(self._ask(topic))

    async def _ask(self, topic: str) -> None:
        """Have the cluster say where a topic is, and send what waited for that."""
        waiting = self._asked[topic]
        try:
            async with asyncio.timeout(TOPIC_WITHIN):
                await self._client.partitions_for(topic)
        except (TimeoutError, KafkaError):
            why = f"Kafka: no topic {topic[:80]}"
            until = asyncio.get_running_loop().time() + TOPIC_AGAIN
            _remember(self._missing, topic, (until, why))
            for parcel, _ in waiting:
                self.settle(parcel, why)
        else:
            while waiting:
                await self._send(topic, waiting.popleft())
            _remember(self._known, topic, None)
        del self._asked[topic]

    async def close(self) -> None:
        if self._client:
            with suppress(KafkaError, OSError):
                await self._client.stop()
        self.cancel_begun()


def place_of(server: str) -> tuple[str, int]:
    """Return host and port of ``broker.example:9092`` or ``[::1]:9092``."""
    host, _, port = server.rpartition(":")
    return host.removeprefix("[").removesuffix("]"), int(port)


def topic_of(target: KafkaTarget, address: str) -> str:
    """Return the topic of a message. Raises DefinitionError when Kafka has no such name."""
    topic = target.topic or dotted(address)
    if not _TOPIC.fullmatch(topic) or topic in (".", ".."):
        raise DefinitionError(
            f"a topic of Kafka has letters, digits, dots, _ and - alone, got {topic[:80]!r}"
        )
    return topic


def key_of(target: KafkaTarget, parcel: Parcel, sender: str) -> bytes | None:
    """Return what decides on the partition of a message; None: nothing does."""
    if target.key == "none":
        return None
    return (sender if target.key == "mock" else parcel.address).encode()


def _remember(known: "OrderedDict[str, Any]", topic: str, what: object) -> None:
    known[topic] = what
    if len(known) > MAX_TOPICS:
        known.popitem(last=False)


def _words(error: BaseException) -> str:
    if isinstance(error, KafkaConnectionError):
        return "Kafka: no server of the cluster can be reached"
    return words_of(error, "Kafka")

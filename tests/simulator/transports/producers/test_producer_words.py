"""What the libraries of brokers raise, in words, without an address."""

import asyncio

import pytest
from aiokafka import errors as kafka_errors
from aiormq import exceptions as amqp_errors

from simulator.lot import target_of
from simulator.transports import Identity
from simulator.transports.producers import amqp, kafka


@pytest.mark.parametrize("error", sorted(kafka_errors.kafka_errors.values(), key=str))
def test_every_error_of_the_protocol_of_kafka_has_words_of_its_own(
    error: type[kafka_errors.KafkaError],
) -> None:
    words = kafka._words(error("10.0.0.1:9092"))

    assert words.startswith("Kafka: ")
    assert "10.0.0.1" not in words
    others = set(kafka_errors.kafka_errors.values()) - {error}
    assert words not in {kafka._words(other()) for other in others}


VHOST = "Expected one of ['Connection.OpenOk'], got <Connection.Close object at 0x7>"
NO_AMQP = "AMQP: the far side does not speak AMQP 0-9-1"
HUNG_UP = "AMQP: closed by the far side in the opening, it may not speak AMQP 0-9-1"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (amqp_errors.AuthenticationError("x"), "broker refused: user name or password"),
        (amqp_errors.ProbableAuthenticationError("x"), "broker refused: user name or password"),
        (amqp_errors.ConnectionNotAllowed("x"), "broker refused: virtual host v"),
        (amqp_errors.InvalidFrameError(VHOST), "broker refused: virtual host v"),
        (amqp_errors.ChannelNotFoundEntity("x"), "broker refused: no exchange e"),
        (amqp_errors.ChannelAccessRefused("x"), "broker refused: access to exchange e"),
        (amqp_errors.InvalidFrameError("No frame length"), NO_AMQP),
        (amqp_errors.ProtocolSyntaxError("x"), NO_AMQP),
        (amqp_errors.IncompatibleProtocolError("x"), NO_AMQP),
        (amqp_errors.AMQPConnectionError("Server connection unexpectedly closed"), HUNG_UP),
        (amqp_errors.AMQPConnectionError(111, "10.0.0.1"), "connection refused"),
        (
            amqp_errors.ConnectionClosed(320, "CONNECTION_FORCED - broker shut down by 10.0.0.1"),
            "broker disconnected: connection forced",
        ),
        (amqp_errors.ConnectionResourceError("x"), "AMQP: connection resource"),
        (amqp_errors.ChannelPreconditionFailed("x"), "AMQP: channel precondition failed"),
        (asyncio.IncompleteReadError(b"", 7), "closed by the far side"),
    ],
)
def test_what_aiormq_raises_in_the_opening_has_its_words(error: Exception, words: str) -> None:
    target = target_of(
        {"protocol": "amqp", "host": "h", "port": 1, "exchange": "e", "virtual_host": "v"}
    )
    producer = amqp.AmqpProducer(target, Identity(), settle=lambda *_: None, lost=lambda _: None)

    assert str(producer._refusal(error)) == words

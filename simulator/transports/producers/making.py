"""Which module speaks with which broker, and what it needs to be installed.

Rule: a library that is missing is an error of the target, in words, with the command that brings
it; nothing is imported before a target asks for it.
"""

import logging
from importlib import import_module
from typing import NamedTuple, cast

from simulator.errors import DefinitionError
from simulator.transports.producers.producer import MakeProducer

REQUIREMENTS = "requirements-brokers.txt"


class Library(NamedTuple):
    """How a broker is spoken to: a module of this package, its class, and the package it needs."""

    module: str
    name: str
    package: str  # as pip knows it
    words: str  # of the protocol
    logger: str  # by which the package says what it does; empty: others need to hear it


KINDS: dict[str, Library] = {
    "kafka": Library("kafka", "KafkaProducer", "aiokafka", "Kafka", "aiokafka"),
    "amqp": Library("amqp", "AmqpProducer", "aiormq", "AMQP", "aiormq"),
    "nats": Library("nats", "NatsProducer", "nats-py", "NATS", "nats"),
    "kinesis": Library("kinesis", "KinesisProducer", "boto3", "Kinesis", ""),
}


def maker_of(protocol: str) -> MakeProducer:
    """Return what makes the producers of a protocol.

    Raises:
        DefinitionError: its library is not installed.
    """
    library = KINDS[protocol]
    try:
        module = import_module(f"simulator.transports.producers.{library.module}")
    except ModuleNotFoundError as error:
        if error.name and error.name.startswith("simulator"):
            raise
        raise DefinitionError(
            f"{library.words} needs the package {library.package}, which is not installed: "
            f"pip install -r {REQUIREMENTS}"
        ) from None
    # What a library would log of each attempt and message is told as a reason already, once.
    if library.logger:
        logging.getLogger(library.logger).setLevel(logging.CRITICAL)
    return cast(MakeProducer, getattr(module, library.name))

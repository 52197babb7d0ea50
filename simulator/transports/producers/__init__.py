"""Brokers that mocks share one client of: Kafka, AMQP, NATS, Kinesis.

Rule: what all have in common is decided here once; a module for each speaks with its library, and
is imported only when a target asks for it.
"""

from simulator.transports.producers.exchange import ProducerExchange
from simulator.transports.producers.making import KINDS, maker_of
from simulator.transports.producers.producer import Consignment, MakeProducer, Producer

__all__ = [
    "KINDS",
    "Consignment",
    "MakeProducer",
    "Producer",
    "ProducerExchange",
    "maker_of",
]

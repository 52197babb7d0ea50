"""Which exchange a target gets, and what is said where its library is not installed."""

import sys
from importlib import import_module

import pytest

from simulator.errors import DefinitionError
from simulator.lot import target_of
from simulator.transports import Exchange, exchange_to
from simulator.transports.producers import KINDS, ProducerExchange, maker_of
from tests.simulator.transports.virtual import Diary, run


def target(protocol: str) -> dict[str, object]:
    return {"protocol": protocol, "host": "h", "port": 1}


@pytest.mark.parametrize("protocol", KINDS)
def test_a_broker_with_a_shared_client_gets_an_exchange_of_its_own(protocol: str) -> None:
    async def main() -> None:
        exchange = exchange_to(target_of(target(protocol)), listener=Diary())

        assert isinstance(exchange, ProducerExchange)
        await exchange.close()

    run(main)


def test_what_mocks_connect_to_themselves_gets_the_usual_one() -> None:
    async def main() -> None:
        exchange = exchange_to(target_of(target("mqtt")), listener=Diary())

        assert isinstance(exchange, Exchange)
        await exchange.close()

    run(main)


@pytest.mark.parametrize(
    ("protocol", "package", "words"),
    [
        ("kafka", "aiokafka", "Kafka needs the package aiokafka"),
        ("amqp", "aiormq", "AMQP needs the package aiormq"),
        ("nats", "nats", "NATS needs the package nats-py"),
        ("kinesis", "boto3", "Kinesis needs the package boto3"),
    ],
)
def test_a_library_that_is_not_installed_is_named_with_the_command_that_brings_it(
    protocol: str, package: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == package]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)  # as if it were not there
    monkeypatch.delitem(sys.modules, f"simulator.transports.producers.{protocol}", raising=False)

    with pytest.raises(DefinitionError) as caught:
        maker_of(protocol)

    command = "pip install -r requirements-brokers.txt"
    assert str(caught.value) == f"{words}, which is not installed: {command}"


@pytest.mark.parametrize("protocol", KINDS)
def test_the_module_of_a_broker_has_its_class(protocol: str) -> None:
    library = KINDS[protocol]

    assert import_module(f"simulator.transports.producers.{library.module}")
    assert maker_of(protocol).__name__ == library.name  # type: ignore[attr-defined]

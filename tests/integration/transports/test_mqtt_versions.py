"""Both versions of MQTT against a real Mosquitto, and an independent client (paho) beyond it."""

from typing import Any

import pytest

from simulator.transports import Identity, Parcel
from tests.integration.transports.conftest import WITHIN, exchange_to, run, until
from tests.integration.transports.listening import Brokers, observer

pytestmark = pytest.mark.parts("mosquitto")

VERSIONS = ["3.1.1", "5"]


def identity(row: int, **fields: Any) -> Identity:
    return Identity(**{"client_id": f"mock-{row}", **fields})


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("qos", [0, 1, 2])
def test_every_message_arrives_once_and_in_order(broker: Brokers, qos: int, version: str) -> None:
    # By default Mosquitto 2.0.11 leaves messages at QoS 2 lying, once more than 20 are under way.
    port = broker("allow_anonymous true", "max_inflight_messages 0").port

    async def main() -> None:
        async with exchange_to(port, version=version) as (exchange, diary):
            for row in range(5):
                exchange.connect(row, identity(row))
            await until(lambda: len(diary.opens) == 5)
            for number in range(50):
                for row in range(5):
                    exchange.send(row, Parcel(row, f"out/{row}", b"%d" % number, qos))
            await until(lambda: len(diary.ends) == 250)
            assert set(diary.reasons) == {""}

    with observer(port, "out/#", qos=2) as messages:
        run(main)
        arrived = [messages.get(timeout=WITHIN) for _ in range(250)]

    for row in range(5):
        mine = [int(message.payload) for message in arrived if message.topic == f"out/{row}"]
        assert mine == list(range(50))
    assert messages.empty()


def test_properties_arrive_at_an_independent_client(broker: Brokers) -> None:
    port = broker().port
    said = {"message_expiry": 600, "payload_format": True}

    async def main() -> None:
        async with exchange_to(port, version="5", **said) as (exchange, diary):
            exchange.connect(0, identity(0))
            await until(lambda: diary.opens)
            parcel = Parcel(
                0,
                "out",
                "4 °C".encode(),
                1,
                headers={"Content-Type": "text/plain", "x": "of HTTP alone"},
                properties={"site": "kyoto", "unit": "°C"},
                response_topic="answers/0",
                correlation="c-1",
            )
            exchange.send(0, parcel)
            await until(lambda: diary.ends)

    with observer(port, "out", version="5") as messages:
        run(main)
        found = messages.get(timeout=WITHIN).properties

    assert found.UserProperty == [("site", "kyoto"), ("unit", "°C")]
    assert (found.ContentType, found.PayloadFormatIndicator) == ("text/plain", 1)
    assert (found.ResponseTopic, found.CorrelationData) == ("answers/0", b"c-1")
    assert 0 < found.MessageExpiryInterval <= 600

"""Both versions of MQTT against a real Mosquitto, and an independent client (paho) beyond it."""

import asyncio
import queue
from collections import Counter
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest

from simulator.transports import Identity, Parcel
from tests.integration.transports.conftest import WITHIN, exchange_to, run, until
from tests.integration.transports.gates import Gate
from tests.integration.transports.listening import Brokers, observer
from tests.integration.transports.test_mosquitto import password_line

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


@pytest.mark.parametrize("version", VERSIONS)
def test_a_retained_message_is_kept_by_the_broker(broker: Brokers, version: str) -> None:
    port = broker().port

    async def main() -> None:
        async with exchange_to(port, version=version) as (exchange, diary):
            exchange.connect(0, identity(0))
            await until(lambda: diary.opens)
            exchange.send(0, Parcel(0, "kept", b"x", 2, retain=True))
            await until(lambda: diary.ends)

    run(main)
    with observer(port, "kept") as messages:
        assert messages.get(timeout=WITHIN).retain


LASTING: dict[str, dict[str, Any]] = {
    "3.1.1": {"version": "3.1.1", "clean_start": False},
    "5": {"version": "5", "session_expiry": 600},
}


@pytest.mark.parametrize("version", VERSIONS)
def test_over_broken_connections_a_session_brings_each_message_once(
    broker: Brokers, version: str
) -> None:
    """The connection is cut again and again while messages at QoS 2 are under way."""
    port = broker("allow_anonymous true", "max_inflight_messages 0").port
    cuts = 6

    async def main() -> None:
        async with (
            Gate(port) as gate,
            exchange_to(gate.port, **LASTING[version]) as (exchange, diary),
        ):
            exchange.connect(0, identity(0))
            await until(lambda: diary.opens)
            for cut in range(cuts):
                # The answers of the broker are lost: all is under way when the cut comes.
                gate.hold_answers(after=cut * 7)
                for number in range(20):
                    exchange.send(0, Parcel(0, "out", b"%d" % (cut * 20 + number), 2))
                await until(lambda: gate.is_holding)
                gate.cut()
                await until(lambda known=cut: len(diary.losses) == known + 1)
                exchange.redial(0, 0.0)  # at once, and not after a longer wait each time
                await until(lambda known=cut: len(diary.opens) == known + 2)
                await until(lambda known=cut: len(diary.ends) == (known + 1) * 20)
            assert set(diary.reasons) == {""}

    with observer(port, "out", qos=2) as messages:
        run(main)
        arrived = [int(messages.get(timeout=WITHIN).payload) for _ in range(cuts * 20)]

    assert Counter(arrived) == Counter(range(cuts * 20))
    assert messages.empty()


@pytest.mark.parametrize("version", VERSIONS)
def test_a_session_that_the_broker_lost_is_told(broker: Brokers, version: str) -> None:
    server = broker()

    async def main() -> None:
        async with (
            Gate(server.port) as gate,
            exchange_to(gate.port, **LASTING[version]) as (exchange, diary),
        ):
            exchange.connect(0, identity(0))
            await until(lambda: diary.opens)
            gate.hold_answers(after=0)
            exchange.send(0, Parcel(0, "a", b"x", 1))
            await until(lambda: gate.is_holding)
            server.stop()  # without persistence: it forgets every session
            server.start()
            await until(lambda: diary.ends)
            words = "the broker has lost the session: it has nothing of it any more"
            assert diary.reasons == [words]

    run(main)


@pytest.mark.parametrize("version", VERSIONS)
def test_commands_wait_for_a_mock_whose_session_lasts_and_come_once(
    broker: Brokers, version: str
) -> None:
    port = broker().port
    client = paho.Client(paho.CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", port)
    client.loop_start()

    async def main() -> None:
        async with (
            Gate(port) as gate,
            exchange_to(gate.port, subscribe_qos=2, **LASTING[version]) as (exchange, diary),
        ):
            exchange.connect(0, identity(0, subscriptions=("cmd/0",)))
            await until(lambda: diary.opens)
            gate.is_open = False
            gate.cut()
            await until(lambda: diary.losses)
            for number in range(10):
                client.publish("cmd/0", b"%d" % number, qos=2).wait_for_publish(WITHIN)
            gate.is_open = True
            await until(lambda: len(diary.messages) >= 10)
            await asyncio.sleep(0)
            assert [payload for _, _, payload in diary.messages] == [b"%d" % n for n in range(10)]

    try:
        run(main)
    finally:
        client.disconnect()
        client.loop_stop()


def test_a_will_waits_for_its_delay_and_says_its_properties(broker: Brokers) -> None:
    port = broker().port

    def lasting(delay: int) -> dict[str, Any]:
        will = {"topic": "gone", "payload": f"away for {delay} s", "delay": delay}
        return {**LASTING["5"], "will": {**will, "properties": {"site": "kyoto"}}}

    async def main() -> None:
        async with (
            Gate(port) as gate,
            exchange_to(port, **lasting(600)) as (patient, diary),
            exchange_to(gate.port, **lasting(1)) as (hasty, other),
        ):
            patient.connect(0, identity(0))
            hasty.connect(1, identity(1))
            await until(lambda: diary.opens and other.opens)
            patient.break_off(0, "cut on purpose")  # is back long before the delay is over
            await until(lambda: len(diary.opens) == 2)
            gate.is_open = False
            gate.cut()
            await until(lambda: other.losses)

    with observer(port, "gone", version="5") as messages:
        run(main)
        found = messages.get(timeout=WITHIN)

    assert found.payload == b"away for 1 s"
    assert found.properties.UserProperty == [("site", "kyoto")]
    assert messages.empty()


def test_topics_are_said_by_number(broker: Brokers) -> None:
    port = broker("allow_anonymous true", "max_topic_alias 5").port
    topics = [f"plants/tokyo/device/{number}/telemetry" for number in range(8)]

    async def main() -> None:
        async with exchange_to(port, version="5", topic_aliases=10) as (exchange, diary):
            exchange.connect(0, identity(0))
            await until(lambda: diary.opens)
            for number in range(40):
                topic = topics[number % len(topics)]
                exchange.send(0, Parcel(0, topic, topic.encode(), number % 3))
            await until(lambda: len(diary.ends) == 40)
            assert set(diary.reasons) == {""}

    with observer(port, "plants/#", version="5") as messages:
        run(main)
        found = [messages.get(timeout=WITHIN) for _ in range(40)]

    assert all(message.topic == message.payload.decode() for message in found)
    assert Counter(message.topic for message in found) == dict.fromkeys(topics, 5)


def test_the_brokers_receive_maximum_is_held(broker: Brokers) -> None:
    port = broker("allow_anonymous true", "max_inflight_messages 3").port

    async def main() -> None:
        async with exchange_to(port, version="5") as (exchange, diary):
            exchange.connect(0, identity(0))
            await until(lambda: diary.opens)
            (wire,) = exchange._wires
            assert wire.session.window == 3
            for number in range(60):
                exchange.send(0, Parcel(0, "a", b"x", 1 + number % 2))
            await until(lambda: len(diary.ends) == 60)
            assert (set(diary.reasons), diary.losses) == ({""}, [])

    run(main)


def test_what_is_too_large_for_the_broker_is_refused_here_and_the_rest_is_sent(
    broker: Brokers,
) -> None:
    port = broker("allow_anonymous true", "max_packet_size 2000").port

    async def main() -> None:
        async with exchange_to(port, version="5") as (exchange, diary):
            exchange.connect(0, identity(0))
            await until(lambda: diary.opens)
            for size in (3_000, 1_000):
                exchange.send(0, Parcel(0, "a", b"x" * size, 1))
            await until(lambda: len(diary.ends) == 2)
            words = "the broker takes packets of at most 2000 bytes, got 3009"
            assert sorted(diary.reasons) == ["", words]
            assert diary.losses == []

    run(main)


@pytest.mark.parametrize(
    ("lines", "terms", "parcel", "words"),
    [
        (["retain_available false"], {}, {"retain": True}, "the broker takes no retained messages"),
        (["max_qos 1"], {}, {"qos": 2}, "the broker takes QoS 0 to 1, got QoS 2"),
    ],
)
def test_what_the_broker_does_not_offer_is_refused_here(
    broker: Brokers, lines: list[str], terms: dict[str, Any], parcel: dict[str, Any], words: str
) -> None:
    port = broker("allow_anonymous true", *lines).port

    async def main() -> None:
        async with exchange_to(port, version="5", **terms) as (exchange, diary):
            exchange.connect(0, identity(0))
            await until(lambda: diary.opens)
            exchange.send(0, Parcel(**{"row": 0, "address": "a", "payload": b"x", **parcel}))
            await until(lambda: diary.ends)
            assert (diary.reasons, diary.losses) == ([words], [])

    run(main)


def test_a_wrong_password_and_a_forbidden_topic_are_refused_in_words(
    broker: Brokers, tmp_path: Path
) -> None:
    (tmp_path / "passwords").write_text(password_line("mock", "right"))
    (tmp_path / "acl").write_text("user mock\ntopic write out/#\n")
    lines = (f"password_file {tmp_path}/passwords", f"acl_file {tmp_path}/acl")
    port = broker("allow_anonymous false", *lines).port

    async def main() -> None:
        async with exchange_to(port, version="5") as (exchange, diary):
            exchange.connect(0, identity(0, username="mock", password="wrong"))
            exchange.connect(1, identity(1, username="mock", password="right"))
            await until(lambda: diary.losses and diary.opens)
            assert diary.losses[0] == (0, "broker refused: not authorised")
            for qos, topic in ((1, "out/1"), (1, "elsewhere"), (2, "elsewhere")):
                exchange.send(1, Parcel(1, topic, b"x", qos))
            await until(lambda: len(diary.ends) == 3)
            assert sorted(diary.reasons) == ["", *["broker refused: not authorised"] * 2]

    run(main)


def test_a_broker_that_ends_the_connection_is_quoted(broker: Brokers) -> None:
    port = broker().port

    async def main() -> None:
        async with exchange_to(port, version="5") as (exchange, diary):
            exchange.connect(0, identity(0))
            await until(lambda: diary.opens)
            exchange.scribble(0, b"\x36\x06\0\x01a\0\x01\0")  # a PUBLISH at QoS 3
            await until(lambda: diary.losses)
            assert diary.losses[0] == (0, "broker disconnected: malformed packet")

    run(main)


def test_a_mock_without_a_client_id_has_the_one_that_the_broker_assigned(broker: Brokers) -> None:
    port = broker().port
    found: queue.Queue[str] = queue.Queue()

    async def main() -> None:
        async with exchange_to(port, version="5", session_expiry=60) as (exchange, diary):
            exchange.connect(0, identity(0, client_id=""))
            await until(lambda: diary.opens)
            (wire,) = exchange._wires
            found.put(wire.session.memory.client_id)
            exchange.break_off(0, "cut on purpose")
            await until(lambda: len(diary.opens) == 2)
            (wire,) = exchange._wires
            assert wire.session.is_resumed
            found.put(wire.session.memory.client_id)

    run(main)
    first, second = found.get_nowait(), found.get_nowait()
    assert first
    assert first == second

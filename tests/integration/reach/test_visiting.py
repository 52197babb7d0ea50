"""Visits to a real broker: who is let in, and whether the key is heard on its topic."""

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest

from simulator.lot import Credentials, MqttTarget
from simulator.reach import Reach
from simulator.tower.loop import run_in_loop
from simulator.tower.visiting import Visit, first_mock, visit, visitors_of
from simulator.transports import Identity
from tests.integration.transports.conftest import WITHIN, Broker, broker
from tests.integration.transports.test_mosquitto import password_line

__all__ = ["broker"]
KEY = b"abcdefghijklmnopqrstuvwx"
KEPT, ASKED, ANSWERED = "mocklot/k", "mocklot/k/challenge", "mocklot/k/answer"
HERE = Reach.of(["127.0.0.1"])


@pytest.fixture
def closed(broker: Callable[..., Broker], tmp_path: Path) -> MqttTarget:
    """A broker that knows one user."""
    passwords = tmp_path / "passwords"
    passwords.write_text(password_line("plant", "secret"))
    made = broker("allow_anonymous false", f"password_file {passwords}")
    return MqttTarget(host="127.0.0.1", port=made.port)


SECRETS = Credentials(username="plant", password="secret")


def visits(target: MqttTarget, **more: Any) -> tuple[Visit, Visit]:
    both = visitors_of(target, SECRETS, None, subscriptions=(KEPT, ANSWERED), **more)
    found: tuple[Visit, Visit] = run_in_loop(both(), reach=HERE)
    return found


def heard(*wanted: tuple[str, bytes]) -> Callable[[Visit], bool]:
    return lambda visit: bool(set(wanted) & set(visit.heard))


@pytest.mark.parts("mosquitto")
def test_a_broker_that_lets_everybody_in_shows_it(broker: Callable[..., Broker]) -> None:
    unknown, mock = visits(MqttTarget(host="127.0.0.1", port=broker().port))

    assert unknown.is_in
    assert mock.is_in


@pytest.mark.parts("mosquitto")
def test_only_who_is_known_is_let_in(closed: MqttTarget) -> None:
    unknown, mock = visits(closed)

    assert (unknown.is_in, mock.is_in) == (False, True)
    assert "refused" in unknown.reason


@pytest.mark.parts("mosquitto")
def test_a_retained_key_is_heard(closed: MqttTarget) -> None:
    keep(closed, KEPT, KEY)

    _, mock = visits(closed, until=heard((KEPT, KEY)))

    assert (KEPT, KEY) in mock.heard


def keep(target: MqttTarget, topic: str, payload: bytes) -> None:
    """Have the broker keep a message, as an owner's program does."""
    client, is_in = paho.Client(paho.CallbackAPIVersion.VERSION2), threading.Event()
    client.username_pw_set("plant", "secret")
    client.on_connect = lambda *_: is_in.set()
    client.connect("127.0.0.1", target.port)
    client.loop_start()
    assert is_in.wait(WITHIN)
    client.publish(topic, payload, qos=1, retain=True).wait_for_publish(WITHIN)
    client.disconnect()
    client.loop_stop()


@pytest.mark.parts("mosquitto")
def test_an_answer_to_a_challenge_is_heard(closed: MqttTarget) -> None:
    async def main() -> Visit:
        is_there = asyncio.Event()
        echoing = asyncio.create_task(echo(closed, is_there))
        async with asyncio.timeout(WITHIN):
            await is_there.wait()
        own = first_mock(closed, SECRETS, None, subscriptions=(ANSWERED,))
        found = await visit(closed, own, say=(ASKED, b"c1"), until=heard((ANSWERED, b"c1")))
        echoing.cancel()
        return found

    assert (ANSWERED, b"c1") in run_in_loop(main(), reach=HERE).heard


async def echo(target: MqttTarget, is_there: asyncio.Event) -> None:
    """Answer on the third topic what comes on the second, as an owner's program does."""

    def is_asked(visit: Visit) -> bool:
        if visit.is_in:
            is_there.set()
        return (ASKED, b"c1") in visit.heard

    me = Identity(client_id="owner", username="plant", password="secret", subscriptions=(ASKED,))
    found = await visit(target, me, until=is_asked)
    again = Identity(client_id="owner-2", username="plant", password="secret")
    assert found.heard
    await visit(target, again, say=(ANSWERED, b"c1"), until=lambda _: False, within=2.0)


def test_a_silent_broker_costs_its_time_alone() -> None:
    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(100):
            pass
        writer.close()

    async def main() -> Visit:
        server = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
        target = MqttTarget(host="127.0.0.1", port=server.sockets[0].getsockname()[1])
        found = await visit(target, Identity(client_id="m"), within=1)
        server.close()
        await asyncio.sleep(0.1)  # for what the other side says last
        return found

    found = run_in_loop(main(), reach=HERE)
    assert not found.is_in
    assert found.reason == "no answer within 1 s"

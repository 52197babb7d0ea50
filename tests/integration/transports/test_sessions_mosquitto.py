"""Sessions and tokens that outlive a connection, against a real Mosquitto."""

import asyncio
from typing import Any

import pytest

from simulator.transports import Identity, Parcel
from tests.integration.transports.conftest import WITHIN, exchange_to, run, until
from tests.integration.transports.gates import Gate
from tests.integration.transports.listening import Brokers, observer

pytestmark = pytest.mark.parts("mosquitto")

LASTING: dict[str, dict[str, Any]] = {
    "3.1.1": {"version": "3.1.1", "clean_start": False},
    "5": {"version": "5", "session_expiry": 600},
}
RENEWALS = 5
OPEN = 50  # messages under way at once; a mock takes 200


@pytest.mark.parametrize("version", LASTING)
def test_a_mock_that_was_let_go_uses_no_identifier_that_the_broker_holds(
    broker: Brokers, version: str
) -> None:
    """Else the broker takes the next message for the one that it has, and throws it away."""
    port = broker("allow_anonymous true").port
    who = Identity(client_id="mock-0")

    async def main() -> None:
        async with (
            Gate(port) as gate,
            exchange_to(gate.port, **LASTING[version]) as (exchange, diary),
        ):
            exchange.connect(0, who)
            await until(lambda: diary.opens)
            gate.hold_answers(after=0)
            exchange.send(0, Parcel(0, "out", b"first", 2))
            await until(lambda: gate.is_holding)  # the broker has it, and waits for a PUBREL
            gate.cut()
            await until(lambda: diary.losses)
            exchange.disconnect(0)
            exchange.connect(0, who)
            await until(lambda: len(diary.opens) == 2)
            second = Parcel(0, "out", b"second", 2)
            exchange.send(0, second)
            await until(lambda: any(parcel is second for parcel, _, _ in diary.ends))
            assert diary.reasons[-1] == ""

    with observer(port, "out", qos=2) as messages:
        run(main)
        arrived = [messages.get(timeout=WITHIN).payload for _ in range(2)]

    assert sorted(arrived) == [b"first", b"second"]


class Counting(Gate):
    """Counts the connections that came, and those that have ended in whatever way."""

    came = gone = 0

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.came += 1
        try:
            await super()._join(reader, writer)
        finally:
            self.gone += 1


@pytest.mark.parametrize("version", ["3.1.1", "5"])
@pytest.mark.parametrize("qos", [0, 1, 2])
def test_a_token_is_renewed_without_a_will_a_loss_or_a_failure(
    broker: Brokers, qos: int, version: str
) -> None:
    port = broker("allow_anonymous true", "max_inflight_messages 0", "max_queued_messages 0").port
    will = {"will": {"topic": "gone", "payload": "x"}}
    sent: list[Parcel] = []

    async def main() -> None:
        async with (
            Counting(port) as gate,
            exchange_to(gate.port, version=version, **will) as (exchange, diary),
        ):

            def send() -> None:
                sent.append(Parcel(0, "out", b"%d" % len(sent), qos))
                exchange.send(0, sent[-1])

            async def renew(turn: int) -> None:
                who = Identity(client_id="mock-0", username="u", password=str(turn))
                assert exchange.renew(0, who)
                async with asyncio.timeout(WITHIN):
                    while gate.gone < turn:
                        if len(sent) - len(diary.ends) < OPEN:
                            send()
                        await asyncio.sleep(0.002)
                send()  # which goes out once the broker has accepted the new connection
                await until(lambda: len(diary.ends) == len(sent))

            exchange.connect(0, Identity(client_id="mock-0", username="u", password="0"))
            await until(lambda: diary.opens)
            for turn in range(1, RENEWALS + 1):
                await renew(turn)
            assert gate.came == RENEWALS + 1
            assert set(diary.reasons) == {""}
            assert (diary.opens, diary.losses) == ([0], [])

    with observer(port, "#", qos=2) as messages:
        run(main)
        arrived = [messages.get(timeout=WITHIN) for _ in sent]

    assert [message.payload for message in arrived] == [parcel.payload for parcel in sent]
    assert {message.topic for message in arrived} == {"out"}  # no will was published

"""The exchange against a real Mosquitto, and an independent client (paho) on its other side."""

from base64 import b64encode
from hashlib import pbkdf2_hmac
from math import isnan
from pathlib import Path

import pytest
from workshop.supervisor import free_port

from simulator.transports import Identity, Parcel
from tests.integration.transports.certificates import DAY, Authority
from tests.integration.transports.conftest import WITHIN, exchange_to, run, until
from tests.integration.transports.listening import Brokers, observer

pytestmark = pytest.mark.parts("mosquitto")


def identity(row: int, **fields: object) -> Identity:
    return Identity(**{"client_id": f"mock-{row}", **fields})


@pytest.mark.parametrize("qos", [0, 1])
def test_every_message_arrives_once_and_in_order(broker: Brokers, qos: int) -> None:
    port = broker("allow_anonymous true", "max_queued_messages 0").port

    async def main() -> None:
        async with exchange_to(port) as (exchange, diary):
            for row in range(10):
                exchange.connect(row, identity(row))
            await until(lambda: len(diary.opens) == 10)
            for number in range(50):
                for row in range(10):
                    payload = b"%d" % number
                    exchange.send(row, Parcel(row, f"out/{row}", payload, qos, sequence=number))
            await until(lambda: len(diary.ends) == 500)
            assert set(diary.reasons) == {""}
            assert all(parcel.sent <= at for parcel, at, _ in diary.ends)

    with observer(port, "out/#") as messages:
        run(main)
        arrived = [messages.get(timeout=WITHIN) for _ in range(500)]

    for row in range(10):
        mine = [int(message.payload) for message in arrived if message.topic == f"out/{row}"]
        assert mine == list(range(50))
    assert messages.empty()


def test_a_retained_message_is_kept_by_the_broker(broker: Brokers) -> None:
    port = broker().port

    async def main() -> None:
        async with exchange_to(port) as (exchange, diary):
            exchange.connect(0, identity(0))
            await until(lambda: diary.opens)
            exchange.send(0, Parcel(0, "kept", b"x" * 20_000, 1, retain=True))
            await until(lambda: diary.ends)

    run(main)
    with observer(port, "kept") as messages:
        message = messages.get(timeout=WITHIN)

    assert (message.retain, len(message.payload)) == (True, 20_000)


def test_a_command_reaches_its_mock(broker: Brokers) -> None:
    port = broker().port

    async def main() -> None:
        async with exchange_to(port) as (exchange, diary):
            exchange.connect(0, identity(0, subscriptions=("cmd/0", "all/#")))
            exchange.connect(1, identity(1))
            await until(lambda: len(diary.opens) == 2)
            for qos, topic in enumerate(("all/x", "cmd/0")):
                exchange.send(1, Parcel(1, topic, b"go", qos))
            await until(lambda: len(diary.messages) == 2)
            assert diary.messages == [(0, "all/x", b"go"), (0, "cmd/0", b"go")]

    run(main)


def test_a_mock_that_vanishes_leaves_its_will_and_one_that_disconnects_does_not(
    broker: Brokers,
) -> None:
    port = broker().port
    will = {"topic": "gone", "payload": "away", "qos": 1}

    async def main() -> None:
        async with exchange_to(port, will=will) as (exchange, diary):
            exchange.connect(0, identity(0, will=None))
            await until(lambda: diary.opens)
            async with exchange_to(port) as (other, _):
                other.connect(0, identity(0))  # takes over: the broker cuts the first one off
                await until(lambda: diary.losses)
            assert diary.losses[0] == (0, "closed by the far side")
            await until(lambda: len(diary.opens) == 2)

    with observer(port, "gone") as messages:
        run(main)
        assert messages.get(timeout=WITHIN).payload == b"away"

    assert messages.empty()


def test_a_wrong_password_is_refused_in_words_and_costs_one_mock(
    broker: Brokers, tmp_path: Path
) -> None:
    # mosquitto_passwd may be missing; this is its format 7 (PBKDF2-SHA512) made by hand.
    (tmp_path / "passwords").write_text(password_line("mock", "right"))
    port = broker("allow_anonymous false", f"password_file {tmp_path}/passwords").port

    async def main() -> None:
        async with exchange_to(port) as (exchange, diary):
            exchange.connect(0, identity(0, username="mock", password="wrong"))
            exchange.connect(1, identity(1, username="mock", password="right"))
            exchange.connect(2, identity(2))
            await until(lambda: diary.opens and len({row for row, _ in diary.losses}) == 2)
            assert diary.opens == [1]
            assert {reason for _, reason in diary.losses} == {"broker refused: not authorised"}

    run(main)


def password_line(user: str, password: str) -> str:
    salt, turns = b"0123456789ab", 101
    digest = pbkdf2_hmac("sha512", password.encode(), salt, turns)
    return f"{user}:$7${turns}${b64encode(salt).decode()}${b64encode(digest).decode()}\n"


def test_a_refused_subscription_is_the_reason(broker: Brokers, tmp_path: Path) -> None:
    (tmp_path / "acl").write_text("topic write out/#\n")
    port = broker("allow_anonymous true", f"acl_file {tmp_path}/acl").port

    async def main() -> None:
        async with exchange_to(port) as (exchange, diary):
            exchange.connect(0, identity(0, subscriptions=("cmd/0",)))
            await until(lambda: diary.losses or diary.opens)
            # Mosquitto grants it and then sends nothing, or refuses it, as its version decides.
            assert diary.opens == [0] or diary.losses[0] == (
                0,
                "broker refused: subscription to cmd/0",
            )

    run(main)


def test_mocks_come_back_when_the_broker_does(broker: Brokers) -> None:
    server = broker()

    async def main() -> None:
        async with exchange_to(server.port) as (exchange, diary):
            for row in range(5):
                exchange.connect(row, identity(row))
            await until(lambda: len(diary.opens) == 5)

            server.stop()
            await until(
                lambda: {(row, "connection refused") for row in range(5)} <= {*diary.losses}
            )
            exchange.send(0, Parcel(0, "a", b"", 1))
            server.start()
            await until(lambda: len(diary.opens) == 10)

            reasons = {reason for _, reason in diary.losses}
            assert reasons == {"closed by the far side", "connection refused"}
            assert diary.reasons == ["not connected: connection refused"]
            exchange.send(0, Parcel(0, "a", b"", 1))
            await until(lambda: len(diary.ends) == 2)
            assert diary.reasons[-1] == ""

    run(main)


def test_a_silent_mock_is_kept_alive_by_its_pings(broker: Brokers) -> None:
    port = broker().port

    async def main() -> None:
        async with exchange_to(port, keep_alive=5) as (exchange, diary):
            exchange.connect(0, identity(0))
            await until(lambda: diary.opens)
            (wire,) = exchange._wires
            exchange.sweep(wire.written_at + 4.0)  # what the clock will say when it is due
            assert not isnan(wire.pinged_at)
            await until(lambda: isnan(wire.pinged_at))  # the answer came
            assert diary.losses == []

    run(main)


def test_a_port_where_nobody_listens_is_connection_refused() -> None:
    async def main() -> None:
        async with exchange_to(free_port()) as (exchange, diary):
            exchange.connect(0, identity(0))
            await until(lambda: diary.losses)
            assert diary.losses[0] == (0, "connection refused")

    run(main)


def test_a_name_that_nobody_knows_is_not_found() -> None:
    async def main() -> None:
        async with exchange_to(1, host="no-such-host.invalid") as (exchange, diary):
            for row in range(3):
                exchange.connect(row, identity(row))
            await until(lambda: len(diary.losses) >= 3)
            assert all(reason.startswith("name not found") for _, reason in diary.losses)

    run(main)


TLS_CASES = {
    "good": "",
    "expired": "TLS: certificate expired",
    "another name": "TLS: certificate is for another name",
    "unknown authority": "TLS: unknown certificate authority",
}


@pytest.mark.parametrize("case", TLS_CASES)
def test_a_certificate_is_verified(broker: Brokers, tmp_path: Path, case: str) -> None:
    authority = Authority()
    certificate, key = authority.issue(
        tmp_path,
        ends_in=-DAY if case == "expired" else DAY,
        names=("elsewhere.example",) if case == "another name" else (),
    )
    port = broker("allow_anonymous true", f"certfile {certificate}", f"keyfile {key}").port
    known = Authority("Somebody else").pem if case == "unknown authority" else authority.pem

    async def main() -> None:
        async with exchange_to(port, tls={"ca": known}) as (exchange, diary):
            exchange.connect(0, identity(0))
            await until(lambda: diary.opens or diary.losses)
            if TLS_CASES[case]:
                assert diary.losses[0] == (0, TLS_CASES[case])
                return
            exchange.send(0, Parcel(0, "a", b"x" * 50_000, 1))
            await until(lambda: diary.ends)
            assert diary.reasons == [""]

    run(main)


@pytest.mark.parametrize("tls", [{"verify": False}, {"server_name": "elsewhere.example"}])
def test_a_certificate_for_another_name_is_taken_when_told_so(
    broker: Brokers, tmp_path: Path, tls: dict[str, object]
) -> None:
    authority = Authority()
    certificate, key = authority.issue(tmp_path, names=("elsewhere.example",))
    port = broker("allow_anonymous true", f"certfile {certificate}", f"keyfile {key}").port

    async def main() -> None:
        async with exchange_to(port, tls={"ca": authority.pem, **tls}) as (exchange, diary):
            exchange.connect(0, identity(0))
            await until(lambda: diary.opens)

    run(main)


def test_a_broker_without_tls_is_said_so(broker: Brokers) -> None:
    port = broker().port

    async def main() -> None:
        async with exchange_to(port, tls={}) as (exchange, diary):
            exchange.connect(0, identity(0))
            await until(lambda: diary.losses)
            assert diary.losses[0][1] in {
                "TLS: the far side does not speak TLS",
                "TLS: closed by the far side in the handshake, it may not speak TLS",
            }

    run(main)


def test_a_broker_with_tls_hangs_up_on_a_mock_without(broker: Brokers, tmp_path: Path) -> None:
    certificate, key = Authority().issue(tmp_path)
    port = broker("allow_anonymous true", f"certfile {certificate}", f"keyfile {key}").port

    async def main() -> None:
        async with exchange_to(port) as (exchange, diary):
            exchange.connect(0, identity(0))
            await until(lambda: diary.losses)
            assert diary.losses[0][1] in {
                "the far side does not speak plain MQTT but TLS, it seems",
                "closed by the far side",
                "connection reset",
            }

    run(main)

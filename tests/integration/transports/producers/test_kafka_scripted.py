"""Publishing to Kafka by its real client, against a scripted server: no real one is packaged."""

import pytest

from simulator.transports import Identity, Parcel
from tests.integration.transports.conftest import run, until
from tests.integration.transports.producers.conftest import producing
from tests.integration.transports.producers.scripted_cluster import TOPIC_REFUSED, cluster


def test_what_mocks_publish_reaches_a_scripted_cluster_by_topic_and_key() -> None:
    async def main() -> None:
        async with (
            cluster("plants.a.t") as server,
            producing(server.port, protocol="kafka") as (exchange, diary),
        ):
            for row in range(10):
                exchange.connect(row, Identity(id=f"m{row}"))
            await until(lambda: len(diary.opens) == 10)
            for number in range(1_000):
                row = number % 10
                exchange.send(row, Parcel(row, "plants/a/t", b"%d" % number))
            exchange.send(
                0,
                Parcel(
                    0,
                    "plants/a/t",
                    b"?",
                    headers={"X-A": "1"},
                    response_topic="answers",
                    correlation="7",
                    device="m0-1",
                ),
            )
            await until(lambda: len(diary.ends) == 1_001)

            assert set(diary.reasons) == {""}
            for row in range(10):
                mine = [each for each in server.stored if each.key == b"m%d" % row]
                assert [each.value for each in mine] == [b"%d" % n for n in range(row, 1_000, 10)]
                assert len({each.partition for each in mine}) == 1
            (last,) = (each for each in server.stored if each.key == b"m0-1")
            assert last.headers == [
                ("X-A", b"1"),
                ("response-topic", b"answers"),
                ("correlation-id", b"7"),
            ]

    run(main)


@pytest.mark.parametrize(
    ("key", "expected"), [("mock", b"m0"), ("address", b"plants/a"), ("none", None)]
)
def test_one_topic_of_a_scripted_cluster_takes_all_by_the_key_that_is_asked_for(
    key: str, expected: bytes | None
) -> None:
    async def main() -> None:
        async with (
            cluster("all") as server,
            producing(server.port, protocol="kafka", topic="all", key=key) as (exchange, diary),
        ):
            exchange.connect(0, Identity(id="m0"))
            await until(lambda: diary.opens)
            exchange.send(0, Parcel(0, "plants/a", b"x"))
            await until(lambda: diary.ends)

            assert diary.reasons == [""]
            assert [(each.topic, each.key) for each in server.stored] == [("all", expected)]

    run(main)


def test_a_topic_that_a_scripted_cluster_does_not_have_holds_nobody_back() -> None:
    async def main() -> None:
        async with (
            cluster("here") as server,
            producing(server.port, protocol="kafka") as (exchange, diary),
        ):
            exchange.connect(0, Identity(id="m"))
            await until(lambda: diary.opens)
            for address in ("gone", "gone", "here", "not a topic"):
                exchange.send(0, Parcel(0, address, b"x"))
            await until(lambda: len(diary.ends) == 4)

            assert [parcel.address for parcel, _, _ in diary.ends][-2:] == ["gone", "gone"]
            assert {parcel.address: reason for parcel, _, reason in diary.ends} == {
                "gone": "Kafka: no topic gone",
                "here": "",
                "not a topic": "a topic of Kafka has letters, digits, dots, _ and - alone, "
                "got 'not a topic'",
            }
            exchange.send(0, Parcel(0, "gone", b"x"))
            await until(lambda: len(diary.ends) == 5)
            assert diary.reasons[4] == "Kafka: no topic gone"

    run(main)


def test_what_a_scripted_cluster_refuses_has_its_words() -> None:
    async def main() -> None:
        async with (
            cluster("secret", "open") as server,
            producing(server.port, protocol="kafka") as (exchange, diary),
        ):
            server.errors["secret"] = TOPIC_REFUSED
            exchange.connect(0, Identity(id="m"))
            await until(lambda: diary.opens)
            for address in ("secret", "open"):
                exchange.send(0, Parcel(0, address, b"x"))
            await until(lambda: len(diary.ends) == 2)

            reasons = {parcel.address: reason for parcel, _, reason in diary.ends}
            assert reasons == {"secret": "Kafka: topic authorization failed", "open": ""}

    run(main)


def test_a_scripted_cluster_that_says_nothing_is_waited_for_only_so_long() -> None:
    async def main() -> None:
        async with (
            cluster("t") as server,
            producing(server.port, protocol="kafka", acknowledge_within=3.0) as (exchange, diary),
        ):
            server.is_deaf = True
            exchange.connect(0, Identity(id="m"))
            await until(lambda: diary.opens)
            exchange.send(0, Parcel(0, "t", b"x"))
            await until(lambda: diary.ends)

            assert diary.reasons[0] in (
                "no acknowledgement within 3 s",
                "Kafka: kafka timeout",
                "Kafka: request timed out",
            )

    run(main)


def test_without_a_server_of_kafka_every_mock_is_told() -> None:
    async def main() -> None:
        async with producing(1, protocol="kafka") as (exchange, diary):
            for row in range(3):
                exchange.connect(row, Identity())
            await until(lambda: len(diary.losses) >= 3)

            text = "Kafka: no server of the cluster can be reached"
            assert diary.losses[:3] == [(row, text) for row in range(3)]

    run(main)

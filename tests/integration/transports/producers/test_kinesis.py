"""Publishing to Kinesis as another implementation of it speaks, read by its own client."""

from collections import Counter
from typing import Any
from urllib.parse import urlsplit

import pytest

from simulator.transports import Identity, Parcel
from tests.integration.transports.conftest import run, until
from tests.integration.transports.producers.conftest import producing

pytestmark = pytest.mark.parts("s3")  # the same server

KEY = {"username": "key", "password": "secret"}


@pytest.fixture
def stream(kinesis: Any) -> str:
    kinesis.create_stream(StreamName="plants", ShardCount=2)
    yield "plants"  # type: ignore[misc]
    kinesis.delete_stream(StreamName="plants")


def port_of(client: Any) -> int:
    return urlsplit(client.meta.endpoint_url).port or 0


def records(client: Any, stream: str) -> list[tuple[str, bytes]]:
    """Partition keys and data of all records, those of each shard in their order."""
    found = []
    for shard in client.list_shards(StreamName=stream)["Shards"]:
        iterator = client.get_shard_iterator(
            StreamName=stream, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        while answer := client.get_records(ShardIterator=iterator, Limit=1_000):
            found += [(each["PartitionKey"], each["Data"]) for each in answer["Records"]]
            if not answer["Records"]:
                break
            iterator = answer["NextShardIterator"]
    return found


def test_what_mocks_publish_arrives_by_the_key_of_its_sender(kinesis: Any, stream: str) -> None:
    async def main() -> None:
        async with producing(port_of(kinesis), protocol="kinesis", stream=stream) as (
            exchange,
            diary,
        ):
            for row in range(10):
                exchange.connect(row, Identity(id=f"m{row}", **KEY))
            await until(lambda: len(diary.opens) == 10)
            for number in range(1_000):
                exchange.send(number % 10, Parcel(number % 10, "t", b"%d" % number))
            exchange.send(0, Parcel(0, "t", b"child", device="m0-1"))
            await until(lambda: len(diary.ends) == 1_001)

            assert set(diary.reasons) == {""}
            found = records(kinesis, stream)
            assert Counter(key for key, _ in found) == {
                **{f"m{row}": 100 for row in range(10)},
                "m0-1": 1,
            }

    run(main)


def test_a_record_that_is_too_large_fails_alone(kinesis: Any, stream: str) -> None:
    async def main() -> None:
        async with producing(port_of(kinesis), protocol="kinesis", stream=stream) as (
            exchange,
            diary,
        ):
            exchange.connect(0, Identity(id="m", **KEY))
            await until(lambda: diary.opens)
            exchange.send(0, Parcel(0, "t", b"x" * 1_100_000))
            exchange.send(0, Parcel(0, "t", b"x" * 1_000_000))
            await until(lambda: len(diary.ends) == 2)

            assert sorted(diary.reasons) == ["", "a record of Kinesis has at most 1,048,320 bytes"]

    run(main)


def test_a_stream_by_topic_that_there_is_not_fails_and_no_other(kinesis: Any, stream: str) -> None:
    async def main() -> None:
        async with producing(port_of(kinesis), protocol="kinesis") as (exchange, diary):
            exchange.connect(0, Identity(id="m", **KEY))
            await until(lambda: diary.opens)
            for address in (stream, "no/such", "ä b"):
                exchange.send(0, Parcel(0, address, b"x"))
            await until(lambda: len(diary.ends) == 3)

            assert {parcel.address: reason for parcel, _, reason in diary.ends} == {
                stream: "",
                "no/such": "Kinesis refused: resource not found",
                "ä b": "Kinesis has no stream of that name: 'ä b'",
            }
            assert diary.losses == []

    run(main)


def test_a_stream_that_there_is_not_and_a_missing_key_are_told(kinesis: Any) -> None:
    async def main() -> None:
        async with producing(port_of(kinesis), protocol="kinesis", stream="nope") as (
            exchange,
            diary,
        ):
            exchange.connect(0, Identity(**KEY))
            await until(lambda: diary.losses)
            assert diary.losses[0] == (0, "Kinesis refused: resource not found")
        async with producing(port_of(kinesis), protocol="kinesis") as (exchange, diary):
            exchange.connect(0, Identity())
            await until(lambda: diary.losses)
            text = "Kinesis needs an access key: its id as user name, its secret as password"
            assert diary.losses == [(0, text)]

    run(main)


def test_an_endpoint_that_is_not_there_is_told() -> None:
    async def main() -> None:
        async with producing(1, protocol="kinesis") as (exchange, diary):
            exchange.connect(0, Identity(**KEY))
            await until(lambda: diary.losses)

            assert diary.losses[0] == (0, "Kinesis: the endpoint cannot be reached")

    run(main)

"""Sending to a stream of another implementation, read with Amazon's own deaggregation."""

import base64
from hashlib import md5
from uuid import UUID

import orjson
import pytest
from aws_kinesis_agg.deaggregator import deaggregate_records

from tests.web.logs.conftest import record
from web.drains import shipping, trials
from web.drains.models import Drain
from web.drains.senders.aggregation import MAGIC

pytestmark = pytest.mark.parts("s3")  # the same server


@pytest.fixture
def kinesis(amazon):
    client = amazon.client("kinesis")
    client.create_stream(StreamName="theirs", ShardCount=3)
    yield client
    client.delete_stream(StreamName="theirs")


def records_by_shard(client):
    """Records of each shard with its range of hashes, as they lie in the stream."""
    found = []
    for shard in client.list_shards(StreamName="theirs")["Shards"]:
        iterator = client.get_shard_iterator(
            StreamName="theirs", ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        records = []
        while (answer := client.get_records(ShardIterator=iterator, Limit=1_000))["Records"]:
            records += answer["Records"]
            iterator = answer["NextShardIterator"]
        hashes = shard["HashKeyRange"]
        found.append((int(hashes["StartingHashKey"]), int(hashes["EndingHashKey"]), records))
    return found


def taken_apart(records):
    """Partition key and document of each record that was put into these."""
    events = [
        {
            "kinesis": {
                "kinesisSchemaVersion": "1.0",
                "partitionKey": each["PartitionKey"],
                "sequenceNumber": each["SequenceNumber"],
                "approximateArrivalTimestamp": 0,
                "data": base64.b64encode(each["Data"]),
            }
        }
        for each in records
    ]
    return [
        (each["kinesis"]["partitionKey"], orjson.loads(base64.b64decode(each["kinesis"]["data"])))
        for each in deaggregate_records(events)
    ]


def shipped(drain):
    shipping.ship(UUID(str(drain.code)))
    drain.refresh_from_db()
    return drain


def test_records_arrive_aggregated_each_in_the_shard_of_its_own_key(drain_to, kinesis, store):
    store([record(n % 50, n, at=n / 100) for n in range(1, 2_001)])

    drain = shipped(drain_to("kinesis", stream="theirs"))

    shards = records_by_shard(kinesis)
    everything = [pair for _, _, records in shards for pair in taken_apart(records)]
    assert sorted(document["sequence"] for _, document in everything) == list(range(1, 2_001))
    assert all(key == document["device"] for key, document in everything)
    for first, last, records in shards:
        assert records
        assert all(each["Data"].startswith(MAGIC) for each in records)
        for key, _ in taken_apart(records):
            assert first <= int(md5(key.encode()).hexdigest(), 16) <= last
    assert sum(len(records) for _, _, records in shards) < 30
    assert (drain.shipped, drain.shards, drain.last_error) == (2_000, 3, "")


def test_the_records_of_one_device_keep_their_order(drain_to, kinesis, store):
    store([record(n % 5, n, at=n / 100) for n in range(1, 501)])

    shipped(drain_to("kinesis", stream="theirs"))

    for _, _, records in records_by_shard(kinesis):
        by_device = {}
        for key, document in taken_apart(records):
            by_device.setdefault(key, []).append(document["sequence"])
        assert all(numbers == sorted(numbers) for numbers in by_device.values())


def test_a_stream_that_is_not_there_is_said(drain_to, amazon, sends):
    sends(1)

    drain = shipped(drain_to("kinesis", stream="theirs"))

    assert drain.last_error == "Kinesis has no such stream in this region."


def test_a_wrong_secret_is_said(drain_to, kinesis, sends):
    sends(1)

    drain = shipped(drain_to("kinesis", stream="theirs", secret="wrong"))

    assert "secret" in drain.last_error
    assert "wrong" in drain.last_error


def test_a_test_is_a_record_that_says_so(drain_to, kinesis):
    drain = drain_to("kinesis", stream="theirs")
    Drain.objects.update(test_asked=drain.created)

    trials.try_out(UUID(str(drain.code)))

    (pair,) = [pair for _, _, records in records_by_shard(kinesis) for pair in taken_apart(records)]
    assert pair[1]["test"] is True
    assert Drain.objects.get().test_went_well

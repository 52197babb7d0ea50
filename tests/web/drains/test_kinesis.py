"""What a stream that refuses, changes or is slow does to records; its answers are scripted."""

import base64
from collections import Counter
from hashlib import md5

import orjson
import pytest
from aws_kinesis_agg.deaggregator import deaggregate_records

from tests.web.drains.conftest import KEYS
from tests.web.drains.endpoints import Answer
from web.drains.documents import Line
from web.drains.senders import aws
from web.drains.senders.aggregation import Aggregate, aggregates, varint
from web.drains.senders.base import Failing, Load
from web.drains.senders.kinesis import (
    MAX_KEY,
    Entry,
    KinesisSender,
    Pace,
    Shard,
    requests,
    shard_of,
)

HALF = 2**127
WHOLE = 2**128 - 1


class Stream:
    """Answers as Kinesis does; ``script`` says of each record in a request what becomes of it."""

    def __init__(self, endpoint, *, shards=2, name="shardId-"):
        endpoint.decide = self.answer
        self.shards = [
            (f"{name}{n}", WHOLE // shards * n + bool(n), WHOLE // shards * (n + 1))
            for n in range(shards)
        ]
        self.shards[-1] = (*self.shards[-1][:2], WHOLE)
        self.script = lambda entry: None
        self.puts = []
        self.taken = []
        self.listed = 0

    def answer(self, request):
        said = orjson.loads(request.body)
        name = request.headers["X-Amz-Target"].partition(".")[2]
        answer = {"ListShards": self.list, "PutRecords": self.put}[name](said)
        return Answer(200, {"Content-Type": "application/x-amz-json-1.1"}, orjson.dumps(answer))

    def list(self, said):
        self.listed += 1
        return {
            "Shards": [
                {
                    "ShardId": name,
                    "HashKeyRange": {"StartingHashKey": str(first), "EndingHashKey": str(last)},
                    "SequenceNumberRange": {"StartingSequenceNumber": "1"},
                }
                for name, first, last in self.shards
            ]
        }

    def put(self, said):
        self.puts.append(said["Records"])
        results = [self.take(entry) for entry in said["Records"]]
        failed = sum("ErrorCode" in result for result in results)
        return {"FailedRecordCount": failed, "Records": results}

    def take(self, entry):
        if code := self.script(entry):
            return {"ErrorCode": code, "ErrorMessage": "scripted"}
        hashed = int(entry["ExplicitHashKey"])
        name = next(name for name, first, last in self.shards if first <= hashed <= last)
        self.taken.append((name, base64.b64decode(entry["Data"])))
        return {"ShardId": name, "SequenceNumber": "1"}

    def numbers(self):
        return Counter(orjson.loads(data)["n"] for _, each in self.taken for data in apart(each))


def apart(data):
    """Records in an aggregate, by Amazon's own module."""
    event = {
        "kinesis": {
            "kinesisSchemaVersion": "1.0",
            "partitionKey": "x",
            "sequenceNumber": "1",
            "approximateArrivalTimestamp": 0,
            "data": base64.b64encode(data),
        }
    }
    return [base64.b64decode(each["kinesis"]["data"]) for each in deaggregate_records([event])]


def lines(count, *, size=20, senders=40):
    return [
        Line(orjson.dumps({"n": n, "pad": "x" * size}), n, f"m{n % senders}") for n in range(count)
    ]


@pytest.fixture
def stream(endpoint):
    return Stream(endpoint)


@pytest.fixture
def sender(make_drain, endpoint, stream, waits):
    settings = KEYS | {"stream": "theirs", "endpoint": endpoint.url}
    drain = make_drain(kind="kinesis", settings=settings, secrets={"secret_key": "secret"})
    return KinesisSender(drain, time=waits.time)


def test_records_that_are_refused_come_again_and_no_others(sender, stream, waits):
    refused = Counter()

    def script(entry):
        refused[entry["Data"]] += 1
        first = refused[entry["Data"]] == 1
        return "ProvisionedThroughputExceededException" if first and len(refused) % 2 else None

    stream.script = script
    left = sender.deliver(Load("a", "s", lines(2_000, size=400)))

    assert left == []
    assert stream.numbers() == Counter(range(2_000))
    assert len(stream.puts) > 1
    assert len(stream.puts[1]) < len(stream.puts[0])
    assert waits.waits


def test_a_stream_that_goes_on_refusing_is_failing_after_six_tries(sender, stream, waits):
    stream.script = lambda entry: "ProvisionedThroughputExceededException"

    with pytest.raises(Failing, match=r"over the limit of its shards\. Give it more\."):
        sender.deliver(Load("a", "s", lines(3, senders=1)))

    assert len(stream.puts) == 6
    assert waits.waits == sorted(waits.waits)


def test_when_the_stream_is_split_records_go_to_the_shard_that_is_theirs_now(
    sender, stream, endpoint
):
    sender.deliver(Load("a", "s", lines(100)))
    stream.taken.clear()
    four = Stream(endpoint, shards=4, name="child-")

    sender.deliver(Load("b", "s", lines(100)))

    placed = {name: (first, last) for name, first, last in four.shards}
    right = Counter()
    for name, data in four.taken:
        for each in apart(data):
            number = orjson.loads(each)["n"]
            first, last = placed[name]
            hashed = int(md5(f"m{number % 40}".encode()).hexdigest(), 16)
            right[number] += first <= hashed <= last
    assert all(right[number] >= 1 for number in range(100))
    assert four.listed == 1


def test_a_shard_is_given_no_more_than_it_takes_in_a_second(sender, stream, waits):
    stream.shards = [("shardId-0", 0, WHOLE)]

    sender.deliver(Load("a", "s", lines(5_000, size=900)))

    # 4.6 MB for a shard that takes 1 MB/s, the first of them at once.
    assert 3 < waits.at < 5
    assert stream.numbers() == Counter(range(5_000))


def test_a_record_that_is_too_large_is_refused_for_good_alone(sender, stream):
    large = Line(b"x" * 1_048_576, 0, "m0")

    (refusal,) = sender.deliver(Load("a", "s", [*lines(2), large]))

    assert refusal.lines == [large]
    assert (
        refusal.reason == "A record of 1,048,576 bytes is larger than the 1 MiB that Kinesis takes."
    )
    assert sum(stream.numbers().values()) == 2


def test_an_error_of_the_whole_request_is_failing(sender, stream, endpoint):
    sender.shards()
    body = orjson.dumps({"__type": "AccessDeniedException", "message": "no"})
    endpoint.decide = lambda request: Answer(
        400, {"Content-Type": "application/x-amz-json-1.1"}, body
    )

    with pytest.raises(Failing, match="Kinesis refuses: the key may not do this"):
        sender.deliver(Load("a", "s", lines(2)))


def test_a_name_that_leads_elsewhere_once_it_is_connected_to_is_refused(
    make_drain, endpoint, stream, waits, settings, monkeypatch
):
    monkeypatch.setattr(aws, "hold_endpoint", lambda endpoint: None)  # the name led elsewhere then
    settings.ALLOWED_TARGETS = []
    said = KEYS | {"stream": "theirs", "endpoint": endpoint.url}
    drain = make_drain(kind="kinesis", settings=said, secrets={"secret_key": "secret"})

    with pytest.raises(Failing, match="an address of the machine itself"):
        KinesisSender(drain, time=waits.time).deliver(Load("a", "s", lines(3)))

    assert not stream.puts


def test_a_request_has_at_most_500_records_and_5_mb():
    def sizes(count, size, *, shards):
        entries = [
            Entry(Shard(f"s{n % shards}", 0, WHOLE), Aggregate(), b"x" * (size - MAX_KEY))
            for n in range(count)
        ]
        return [len(request) for request in requests(entries)]

    assert sizes(1_200, 300, shards=2) == [500, 500, 200]
    assert sizes(25, 500_000, shards=25) == [10, 10, 5]
    assert sizes(25, 500_000, shards=1) == [2] * 12 + [1]
    assert sizes(2, 2_000_000, shards=1) == [1, 1]


def test_a_shard_is_held_to_its_bytes_and_to_its_records():
    pace = Pace()
    pace.give("s", 600_000, now=0.0)
    for _ in range(500):
        pace.give("t", 10, now=0.0)

    assert pace.delay("s", now=0.0) == pytest.approx(0.6)
    assert pace.delay("t", now=0.0) == pytest.approx(0.5)
    assert pace.delay("s", now=0.7) == 0
    assert pace.delay("other", now=0.0) == 0


def test_every_hash_is_of_one_shard():
    shards = [Shard("a", 0, HALF - 1), Shard("b", HALF, WHOLE)]
    found = Counter(shard_of(f"m{n}", shards).name for n in range(1_000))

    assert set(found) == {"a", "b"}
    with pytest.raises(Failing, match="changing the shards"):
        shard_of("m1", [])


@pytest.mark.parametrize(
    ("number", "wire"), [(0, "00"), (1, "01"), (127, "7f"), (128, "8001"), (300, "ac02")]
)
def test_numbers_are_written_as_protocol_buffers_does(number, wire):
    assert varint(number).hex() == wire


def test_the_format_is_that_of_the_producer_library():
    # What another implementation of it, ex_kpl, shows in its documentation.
    made = Aggregate()
    made.add(0, "partition_key", b"data")

    assert made.finish().hex() == (
        "f3899ac20a0d706172746974696f6e5f6b65791a0808001a0464617461d03699da5a222fa32108ad1bd955a14e"
    )


def test_aggregates_are_no_longer_than_they_may_be_and_keep_the_order():
    records = [(n, f"key-{n % 7}", b"x" * (n % 300)) for n in range(3_000)]

    made = list(aggregates(records, most=5_000))

    assert [member for each in made for member in each.members] == list(range(3_000))
    assert all(len(each.finish()) == each.size <= 5_000 for each in made)
    assert min(each.size for each in made[:-1]) > 4_000
    assert [data for each in made for data in apart(each.finish())] == [d for _, _, d in records]


def test_a_record_that_is_longer_than_an_aggregate_has_one_of_its_own():
    made = list(aggregates([(0, "k", b"a"), (1, "k", b"x" * 9_000), (2, "k", b"b")], most=5_000))

    assert [each.members for each in made] == [[0], [1], [2]]

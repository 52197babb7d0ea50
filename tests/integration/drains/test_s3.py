"""Sending to a bucket of a server that checks signatures."""

import gzip
import io
from uuid import UUID

import orjson
import pyarrow.parquet as parquet
import pytest

from tests.web.logs.conftest import record
from web.drains import shipping, trials
from web.drains.models import Drain, Progress
from web.logs.models import Chunk

pytestmark = pytest.mark.parts("s3")


@pytest.fixture
def bucket(amazon):
    """Return the objects of a new bucket, by key."""
    client = amazon.client("s3")
    client.create_bucket(Bucket="theirs")

    def objects():
        found = client.list_objects_v2(Bucket="theirs").get("Contents", [])
        return {
            each["Key"]: client.get_object(Bucket="theirs", Key=each["Key"])["Body"].read()
            for each in found
        }

    yield objects
    for key in objects():
        client.delete_object(Bucket="theirs", Key=key)
    client.delete_bucket(Bucket="theirs")


def to_bucket(drain_to, **said):
    return drain_to("s3", **{"bucket": "theirs", "folder": "lab/", "form": "parquet"} | said)


def shipped(drain):
    shipping.ship(UUID(str(drain.code)))
    drain.refresh_from_db()
    return drain


def test_a_chunk_that_is_wanted_whole_goes_as_it_is(drain_to, bucket, run, sends, object_store):
    sends(30)
    chunk = Chunk.objects.get()

    drain = shipped(to_bucket(drain_to))

    ((key, data),) = bucket().items()
    assert key == f"lab/date=2065-01-15/run={run.code}/shard=00000/1-000000.parquet"
    assert data == object_store.objects[chunk.key]
    assert (drain.shipped, drain.shipped_bytes, drain.last_error) == (30, chunk.size, "")


def test_a_chunk_that_is_sent_twice_is_there_once(drain_to, bucket, sends):
    sends(3)
    drain = shipped(to_bucket(drain_to))
    first = bucket()

    Progress.objects.update(places={})
    shipped(drain)

    assert bucket() == first


def test_part_of_a_chunk_goes_as_parquet_of_the_same_columns(drain_to, bucket, store):
    store([record(0, n, at=n, result="failed" if n % 3 else "sent") for n in range(1, 10)])

    drain = shipped(to_bucket(drain_to, filter={"results": ["failed"]}))

    (data,) = bucket().values()
    table = parquet.read_table(io.BytesIO(data))
    assert table["sequence"].to_pylist() == [1, 2, 4, 5, 7, 8]
    assert "payload" in table.column_names
    assert drain.shipped == 6


def test_json_lines_are_gzipped(drain_to, bucket, sends):
    sends(5)

    shipped(to_bucket(drain_to, form="lines"))

    ((key, data),) = bucket().items()
    documents = [orjson.loads(line) for line in gzip.decompress(data).splitlines()]
    assert key.endswith("/1-000000.jsonl.gz")
    assert [document["sequence"] for document in documents] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("form", ["parquet", "lines"])
def test_where_the_filter_leaves_nothing_no_object_is_made(drain_to, bucket, sends, form):
    sends(5)

    drain = shipped(to_bucket(drain_to, form=form, filter={"events": ["lost"]}))

    assert bucket() == {}
    assert (drain.shipped, drain.last_error) == (0, "")
    assert Progress.objects.get().places != {}


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"bucket": "nobodys"}, "S3 has no such bucket."),
        ({"secret": "wrong"}, "S3 says that the secret of the access key is wrong."),
        ({"endpoint": "http://127.0.0.1:1"}, "S3 cannot be reached at its endpoint."),
        ({"endpoint": "http://nowhere.invalid"}, "There is no host nowhere.invalid."),
        ({"endpoint": "http://169.254.169.254"}, "Nothing may be sent to 169.254.169.254: "),
    ],
)
def test_what_is_wrong_is_said_in_words(drain_to, bucket, sends, said, words):
    sends(1)

    drain = shipped(to_bucket(drain_to, **said))

    assert drain.last_error.startswith(words)
    assert drain.failing_since is not None
    assert bucket() == {}


def test_without_a_secret_nothing_of_ours_is_taken_in_its_place(drain_to, sends):
    sends(1)
    drain = to_bucket(drain_to)
    Drain.objects.update(sealed={})

    assert shipped(drain).last_error == "The access key or its secret is missing."


def test_a_test_is_an_object_that_says_so(drain_to, bucket):
    drain = to_bucket(drain_to)
    Drain.objects.update(test_asked=drain.created)

    trials.try_out(UUID(str(drain.code)))

    drain.refresh_from_db()
    ((key, data),) = bucket().items()
    assert key.startswith("lab/test/")
    assert orjson.loads(gzip.decompress(data))["test"] is True
    assert (drain.test_went_well, drain.test_result) == (True, trials.ARRIVED)
    assert drain.test_asked is None
    trials.try_out(UUID(str(drain.code)))
    assert len(bucket()) == 1

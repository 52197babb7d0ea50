"""Sending to a log group of another implementation."""

from uuid import UUID

import orjson
import pytest

from tests.web.logs.conftest import record
from web.drains import shipping, trials
from web.drains.models import Drain

pytestmark = pytest.mark.parts("s3")  # the same server


@pytest.fixture
def logs(amazon):
    client = amazon.client("logs")
    client.create_log_group(logGroupName="/theirs")
    yield client
    client.delete_log_group(logGroupName="/theirs")


def events_of(client, stream):
    """Timestamp and document of each event of a log stream."""
    found, token = [], None
    while True:
        more = {"nextToken": token} if token else {}
        answer = client.get_log_events(
            logGroupName="/theirs", logStreamName=stream, startFromHead=True, **more
        )
        found += [(e["timestamp"], orjson.loads(e["message"])) for e in answer["events"]]
        if not answer["events"] or answer["nextForwardToken"] == token:
            return found
        token = answer["nextForwardToken"]


def shipped(drain):
    shipping.ship(UUID(str(drain.code)))
    drain.refresh_from_db()
    return drain


def test_records_are_events_in_order_of_time(drain_to, logs, run, store):
    store([record(n % 7, n, at=n / 1_000) for n in range(1, 1_001)])

    drain = shipped(drain_to("cloudwatch", group="/theirs"))

    events = events_of(logs, f"{run.code}/0")
    assert [document["sequence"] for _, document in events] == list(range(1, 1_001))
    assert [at for at, _ in events] == [2_999_232_000_000 + n for n in range(1, 1_001)]
    assert (drain.shipped, drain.last_error) == (1_000, "")


def test_a_log_stream_that_is_there_is_used_again(drain_to, logs, run, sends):
    drain = drain_to("cloudwatch", group="/theirs")
    sends(1)
    shipped(drain)
    sends(1, first=2)

    shipped(drain)

    assert len(events_of(logs, f"{run.code}/0")) == 2


def test_a_group_that_is_not_there_is_said(drain_to, amazon, sends):
    sends(1)

    drain = shipped(drain_to("cloudwatch", group="/theirs"))

    assert drain.last_error == "CloudWatch has no such log group in this region."


def test_a_test_is_an_event_that_says_so(drain_to, logs):
    drain = drain_to("cloudwatch", group="/theirs")
    Drain.objects.update(test_asked=drain.created)

    trials.try_out(UUID(str(drain.code)))

    ((_, document),) = events_of(logs, "test")
    assert document["test"] is True
    assert Drain.objects.get().test_went_well

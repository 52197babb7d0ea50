"""What a log group refuses of a batch; its answers are scripted."""

import orjson
import pytest

from tests.web.drains.conftest import KEYS
from tests.web.drains.endpoints import Answer
from web.drains.documents import Line
from web.drains.senders.base import Failing, Load
from web.drains.senders.cloudwatch import TOO_NEW, TOO_OLD, CloudWatchSender

HOUR = 60 * 60 * 1_000_000  # µs


class Group:
    """Answers as CloudWatch Logs does; ``rejects`` is what PutLogEvents answers beside."""

    def __init__(self, endpoint):
        endpoint.decide = self.answer
        self.rejects = {}
        self.error = ""
        self.calls = []

    def answer(self, request):
        name = request.headers["X-Amz-Target"].partition(".")[2]
        said = orjson.loads(request.body)
        self.calls.append((name, said))
        kind = {"Content-Type": "application/x-amz-json-1.1"}
        if self.error and name == "PutLogEvents":
            return Answer(400, kind, orjson.dumps({"__type": self.error, "message": ""}))
        if name == "CreateLogStream":
            exists = {"__type": "ResourceAlreadyExistsException", "message": ""}
            return Answer(400, kind, orjson.dumps(exists))
        answer = {"rejectedLogEventsInfo": self.rejects} if self.rejects else {}
        return Answer(200, kind, orjson.dumps(answer))

    @property
    def batches(self):
        return [said["logEvents"] for name, said in self.calls if name == "PutLogEvents"]


@pytest.fixture
def group(endpoint):
    return Group(endpoint)


@pytest.fixture
def sender(make_drain, endpoint, group, waits):
    settings = KEYS | {"group": "/theirs", "endpoint": endpoint.url}
    drain = make_drain(kind="cloudwatch", settings=settings, secrets={"secret_key": "secret"})
    return CloudWatchSender(drain, time=waits.time)


def lines(*times, size=10):
    return [Line(b"x" * size, at, "m") for at in times]


def sizes(sender, given):
    return [len(load.lines) for load in sender.cut("a", "s", given)]


def test_batches_are_cut_by_events_bytes_and_hours(sender):
    assert sizes(sender, lines(*range(25_000))) == [10_000, 10_000, 5_000]
    assert sizes(sender, lines(*range(10), size=200_000)) == [5, 5]
    # Each event counts 26 bytes more than its message: 1,048,576 / (262,118 + 26) is 4 exactly.
    assert sizes(sender, lines(*range(5), size=262_118)) == [4, 1]
    assert sizes(sender, lines(0, 24 * HOUR, 24 * HOUR + 1, 30 * HOUR)) == [2, 2]


def test_events_are_in_order_of_time_whatever_the_order_of_mocks(sender, group):
    (load,) = sender.cut("a", "run/0", lines(3_000, 1_000, 2_000))
    sender.deliver(load)

    (batch,) = group.batches
    assert [event["timestamp"] for event in batch] == [1, 2, 3]


def test_what_is_too_old_or_too_new_is_refused_for_good_and_the_rest_taken(sender, group):
    given = lines(*range(10))
    group.rejects = {"tooOldLogEventEndIndex": 2, "tooNewLogEventStartIndex": 8}

    refusals = sender.deliver(Load("a", "run/0", given))

    assert [(list(each.lines), each.reason) for each in refusals] == [
        (given[:2], TOO_OLD),
        (given[8:], TOO_NEW),
    ]


def test_what_has_expired_is_too_old(sender, group):
    group.rejects = {"expiredLogEventEndIndex": 3}

    (refusal,) = sender.deliver(Load("a", "run/0", lines(*range(10))))

    assert (len(refusal.lines), refusal.reason) == (3, TOO_OLD)


def test_an_event_that_is_too_large_is_refused_for_good_alone(sender, group):
    large = lines(1, size=262_119)

    (refusal,) = sender.deliver(Load("a", "run/0", [*lines(0), *large]))

    assert refusal.lines == large
    assert "262,119 bytes is larger than the 256 kB" in refusal.reason
    assert len(group.batches[0]) == 1


def test_a_log_stream_is_made_once(sender, group):
    for name in ("a", "b"):
        sender.deliver(Load(name, "run/0", lines(0)))

    assert [name for name, _ in group.calls] == ["CreateLogStream", "PutLogEvents", "PutLogEvents"]


def test_a_refusal_of_the_key_is_failing(sender, group):
    group.error = "AccessDeniedException"

    with pytest.raises(Failing, match="CloudWatch refuses: the key may not do this"):
        sender.deliver(Load("a", "run/0", lines(0)))

"""What messages that a mock receives do to its status."""

import orjson
import pytest

from simulator.fleet import Fleet
from simulator.fleet.inbox import MAX_INBOX
from tests.simulator.fleet.lives import fleet

STATUSES = {
    "idle": {
        "send": ["ping"],
        "go": [
            {"to": "busy", "on": {"topic": "cmd/{id}", "where": {"do.what": "work", "n": 1}}},
            {"to": "off", "on": {"topic": "all/#"}},
        ],
    },
    "busy": {"go": [{"to": "idle", "on": {"topic": "cmd/+/stop"}}]},
    "off": {"end": True},
}
WORK = b'{"do": {"what": "work"}, "n": 1.0, "more": [1]}'


@pytest.fixture
def mocks() -> Fleet:
    started = fleet(count=3, statuses=STATUSES)
    started.connected(started.due(0.0).connect, 0.0)
    return started


def status(mocks: Fleet) -> list[str]:
    return [mocks.statuses[code] for code in mocks.status]


def test_a_command_changes_the_status_of_the_mock_that_it_reached(mocks: Fleet) -> None:
    mocks.received(1, "cmd/d-1", WORK, 0.5)

    due = mocks.due(0.6)

    assert status(mocks) == ["idle", "busy", "idle"]
    (move,) = due.moves
    assert (move.row, move.t, move.cause) == (1, 0.5, "command on cmd/d-1")


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        ("cmd/d-0", WORK),
        ("cmd/d-1", b'{"do": {"what": "play"}, "n": 1}'),
        ("cmd/d-1", b'{"do": {"what": "work"}, "n": true}'),
        ("cmd/d-1", b'{"do": "work", "n": 1}'),
        ("cmd/d-1", b"[1, 2]"),
        ("cmd/d-1", b"\xff\x00 not JSON"),
        ("cmd/d-1", b""),
        ("other", WORK),
    ],
)
def test_what_is_not_meant_does_nothing(mocks: Fleet, topic: str, payload: bytes) -> None:
    mocks.received(1, topic, payload, 0.5)

    assert mocks.due(5.0).moves == []


def test_commands_are_read_in_order_each_in_the_status_of_its_time(mocks: Fleet) -> None:
    mocks.received(0, "cmd/d-0", WORK, 0.5)
    mocks.received(0, "cmd/d-0/stop", b"", 0.6)
    mocks.received(0, "all/off", b"", 0.6)

    due = mocks.due(1.0)

    ways = [(move.t, mocks.statuses[move.after]) for move in due.moves]
    assert ways == [(0.5, "busy"), (0.6, "idle"), (0.6, "off")]
    assert due.ended == [0]


def test_what_was_due_before_a_command_comes_before_it(mocks: Fleet) -> None:
    mocks.received(0, "all/off", b"", 2.5)

    due = mocks.due(10.0)

    sent = [row for batch in due.sends for row in batch.rows.tolist()]
    assert sent.count(0) in (2, 3)  # one in each second but the one that was cut
    assert sent.count(1) == 10
    assert due.ended == [0]


def test_next_due_knows_of_a_command(mocks: Fleet) -> None:
    before = mocks.next_due()

    mocks.received(0, "all/off", b"", 0.0)

    assert before > 0.0
    assert mocks.next_due() == 0.0


def test_a_flood_of_commands_is_bounded(mocks: Fleet) -> None:
    for n in range(1_000):
        mocks.received(0, "cmd/d-0", orjson.dumps({"n": n}), 0.5)

    assert len(mocks._incoming.state()["inbox.rows"]) == MAX_INBOX
    causes = [move.cause for move in mocks.due(1.0).moves]
    assert causes == [f"{1_000 - MAX_INBOX} messages not read: {MAX_INBOX} were waiting"]
    assert len(mocks._incoming.state()["inbox.rows"]) == 0


def test_a_mock_listens_to_the_topics_of_all_its_statuses(mocks: Fleet) -> None:
    assert mocks.subscriptions(2) == ("cmd/d-2", "all/#", "cmd/+/stop")
    assert fleet().subscriptions(0) == ()

"""The log through the API: each filter, in pages, and payloads as text or in base64."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.web.api.conftest import is_problem
from tests.web.logs.conftest import record
from tests.web.runs.conftest import START
from web.runs.holding import packed
from web.runs.models import Board

AT = datetime.fromtimestamp(START, UTC)


@pytest.fixture
def path(run, lease, store) -> str:
    """Return the path of a log with five sends of mocks 1 and 2, and a loss of connection."""
    names = packed([f"f-{number:03d}" for number in range(20)])
    Board.objects.create(shard_id=lease.shard, at=run.created, data=b"", identities=names)
    store(
        [
            record(1, 1, at=1),
            record(1, 2, at=2, result="failed", reason="timed out", status="broken"),
            record(2, 3, at=3, message="alarm", payload=b"\xff\x00"),
        ]
    )
    store(
        [
            record(2, 4, at=4, payload=b'{"t": 9.9}'),
            record(1, 5, at=5, payload=None),
            record(2, None, at=6, event="lost", result=None, payload=None, message=None),
        ]
    )
    return f"runs/{run.code}/log"


def numbers(page) -> list[int | None]:
    return [each["sequence"] for each in page["items"]]


def moment(at: float) -> str:
    return (AT + timedelta(seconds=at)).isoformat().replace("+", "%2B")


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ("", [None, 5, 4, 3, 2, 1]),
        ("result=failed", [2]),
        ("result=failed&result=lost", [None, 2]),
        ("result=send", [5, 4, 3, 2, 1]),
        ("reason=timed%20out", [2]),
        ("reason=timed", []),
        ("text=9.9", [4]),
        ("message=alarm", [3]),
        ("status=broken", [2]),
        ("mock=1", [5, 2, 1]),
        ("mock=f-002", [None, 4, 3]),
        ("mock=0-1,7", [5, 2, 1]),
        (f"since={moment(4)}", [None, 5, 4]),
        (f"until={moment(2)}", [1]),
        (f"since={moment(2)}&until={moment(5)}&mock=2", [4, 3]),
        ("order=oldest&mock=1", [1, 2, 5]),
    ],
)
def test_each_filter_leaves_what_it_says(onlooker, path, filters, found):
    assert numbers(onlooker.get(f"{path}?{filters}")) == found


@pytest.mark.parametrize("order", ["newest", "oldest"])
def test_pages_of_the_log_follow_each_other(onlooker, path, order):
    seen, cursor = [], ""
    while cursor is not None:
        page = onlooker.get(f"{path}?result=send&order={order}&limit=2&cursor={cursor}")
        assert len(page["items"]) <= 2
        seen += numbers(page)
        cursor = page["next"]

    assert seen == ([5, 4, 3, 2, 1] if order == "newest" else [1, 2, 3, 4, 5])


def test_one_mock_has_a_log_of_its_own(onlooker, run, path):
    page = onlooker.get(f"runs/{run.code}/mocks/1/log?order=oldest")

    assert numbers(page) == [1, 2, 5]
    assert is_problem(onlooker.ask("GET", f"runs/{run.code}/mocks/20/log"), "missing")


def test_a_record_is_told_whole(onlooker, path):
    [told] = onlooker.get(f"{path}?result=failed")["items"]

    assert (told["event"], told["mock"], told["id"]) == ("send", 1, "f-001")
    assert (told["result"], told["reason"], told["status"]) == ("failed", "timed out", "broken")
    assert (told["payload"], told["encoding"], told["latency"]) == ('{"t": 4.5}', "utf-8", None)
    assert datetime.fromisoformat(told["sent"]) == AT + timedelta(seconds=2)


def test_bytes_that_are_no_text_come_in_base64(onlooker, path):
    [told] = onlooker.get(f"{path}?message=alarm")["items"]

    assert (told["payload"], told["encoding"], told["latency"]) == ("/wA=", "base64", 0.012)


@pytest.mark.parametrize(
    ("filters", "pointer"),
    [
        (f"since={moment(2)}&until={moment(2)}", "/until"),
        ("since=2065-01-15T08:00:00", "/since"),
        ("result=none", "/result/0"),
        ("order=upwards", "/order"),
        ("limit=201", "/limit"),
        ("cursor=here", "/cursor"),
        (f"text={'x' * 1_001}", "/text"),
        ("mock=nobody", "/mock"),
    ],
)
def test_a_filter_that_cannot_be_is_told_at_its_place(onlooker, path, filters, pointer):
    answer = onlooker.ask("GET", f"{path}?{filters}")

    assert is_problem(answer, "invalid"), answer.content
    assert [each["pointer"] for each in answer.json()["errors"]] == [pointer]
    assert [each["in"] for each in answer.json()["errors"]] == ["query"]

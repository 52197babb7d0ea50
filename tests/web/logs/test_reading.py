import io
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random

import pytest
from django.utils import timezone
from pyarrow import parquet

from simulator.recording.schema import RECORD_SCHEMA
from tests.web.logs.conftest import parquet_of, record
from tests.web.runs.conftest import START
from web.logs.models import Chunk, Reader
from web.logs.reading import (
    SEND,
    Cursor,
    Limits,
    Query,
    TooWide,
    batches,
    find,
    objects,
    records_of,
)

AT = datetime.fromtimestamp(START, UTC)
ONE = Query(mocks=(1,))


def numbers(page):
    return [each.sequence for each in page.records]


def test_a_mocks_records_come_newest_first_from_all_chunks(run, store):
    store([record(m, n, at=n) for m in range(3) for n in (1, 2)])
    store([record(m, n, at=n) for m in range(3) for n in (3, 4)])

    page = find(run, ONE)

    assert numbers(page) == [4, 3, 2, 1]
    assert {each.id for each in page.records} == {"f-001"}
    assert page.more is None


def test_a_record_that_was_settled_late_is_still_in_its_place(run, store):
    store([record(1, n, at=n) for n in (1, 2, 4, 5)])
    store([record(1, 3, at=3), record(1, 6, at=6)])

    assert numbers(find(run, ONE)) == [6, 5, 4, 3, 2, 1]
    assert numbers(find(run, ONE, limit=2)) == [6, 5]


def test_pages_follow_each_other_without_gap_or_repetition(run, store):
    for chunk in range(6):
        store([record(1, n, at=n) for n in range(chunk * 5 + 1, chunk * 5 + 6)])

    seen, cursor = [], None
    while True:
        page = find(run, ONE, before=cursor, limit=4)
        seen += numbers(page)
        cursor = page.more
        if cursor is None:
            break

    assert seen == list(range(30, 0, -1))


def test_records_of_one_moment_stay_on_one_page(run, store):
    store([record(1, n, at=1) for n in range(1, 7)] + [record(1, 7, at=2)])

    page = find(run, ONE, limit=3)

    assert numbers(page) == [7, 6, 5, 4, 3, 2, 1]


@pytest.mark.parametrize(
    ("only", "expected"), [("failed", [3]), ("acknowledged", [4, 2, 1]), ("lost", [None])]
)
def test_records_can_be_filtered_by_what_became_of_them(run, store, only, expected):
    event = {"event": "lost", "result": None, "payload": None}
    store(
        [
            record(1, 1, at=1),
            record(1, 2, at=2),
            record(1, 3, at=3, result="failed", reason="HTTP 503"),
            record(1, None, at=3.5, **event, reason="connection reset"),
            record(1, 4, at=4),
        ]
    )

    assert numbers(find(run, Query(mocks=(1,), results=(only,)))) == expected


def test_chunks_without_a_failure_are_not_opened_for_failures(run, store, object_store):
    store([record(1, 1, at=1)])
    store([record(1, 2, at=2, result="failed", reason="HTTP 503")])
    del object_store.objects[Chunk.objects.earliest("id").key]

    assert numbers(find(run, Query(mocks=(1,), results=("failed",)))) == [2]


def test_a_look_that_finds_little_ends_and_can_be_gone_on_with(run, store):
    store([record(1, 1, at=1)])
    for n in range(2, 9):
        store([record(2, n, at=n), record(3, n, at=n)])
    nobody = Query(mocks=(1,), status="running")
    Chunk.objects.update(first_mock=None, last_mock=None)  # as of rows that cannot say

    pages, cursor = [], None
    while True:
        page = find(run, nobody, before=cursor, limits=Limits(chunks=3))
        pages.append((numbers(page), page.searched and (page.searched - AT).total_seconds()))
        cursor = page.more
        if cursor is None:
            break

    assert pages[-1] == ([1], None)
    assert len(pages) < 5
    assert all(found == [] for found, _ in pages[:-1])
    assert [until for _, until in pages[:-1]] == sorted(
        (until for _, until in pages[:-1]), reverse=True
    )


def test_what_no_limit_suffices_for_is_said(run, store):
    for n in range(8):
        store([record(n, 1, at=1), record(n, 2, at=2)])

    with pytest.raises(TooWide, match="Too much happened at once"):
        find(run, Query(text="nowhere"), limits=Limits(chunks=1))
    with pytest.raises(TooWide):
        find(run, Query(text="nowhere"), limits=Limits(bytes=1, text_bytes=1))


def test_only_row_groups_that_can_hold_the_mock_are_read(run, store, object_store, monkeypatch):
    store([record(m, n, at=n) for m in range(20) for n in range(1, 101)], row_group=100)
    monkeypatch.setattr(objects, "WHOLE", 0)
    fetched = []
    whole = object_store.get_range

    def counted(key, start, length):
        fetched.append(length)
        return whole(key, start, length)

    monkeypatch.setattr(objects.storage, "get_range", counted)

    page = find(run, Query(mocks=(7,)), limit=100)

    assert numbers(page) == list(range(100, 0, -1))
    chunk = Chunk.objects.get()
    assert fetched[0] == chunk.footer
    assert sum(fetched[1:]) < chunk.size / 10


def test_all_sends_come_in_order_of_chunks_without_other_events(run, store):
    event = {"event": "connect", "result": None, "payload": None}
    store([record(m, 1, at=m) for m in range(3)] + [record(1, None, at=0, **event)])
    store([record(m, 2, at=10 + m) for m in range(3)])

    found = list(batches(run, Query(results=(SEND,))))

    assert [batch["mock"].to_pylist() for batch in found] == [[0, 1, 2], [0, 1, 2]]
    assert {event for batch in found for event in batch["event"].to_pylist()} == {"send"}


def test_a_run_without_a_log_has_no_records(run):
    assert find(run, ONE).records == []
    assert list(batches(run, Query(results=(SEND,)))) == []


def test_a_chunk_of_before_payloads_had_a_size_is_still_read():
    data = parquet_of([record(1, 1, at=1)])
    old = parquet.ParquetFile(io.BytesIO(data)).read().drop_columns(["size", "digest"])
    sink = io.BytesIO()
    parquet.write_table(old, sink)

    [found] = records_of(sink.getvalue())

    assert (found.sequence, found.size, found.digest) == (1, None, None)


def sent(page):
    return [(each.mock, each.sequence) for each in page.records]


def test_the_whole_run_is_searched_in_order_of_time(run, store):
    store([record(m, n, at=n + m / 10) for m in range(3) for n in (1, 2)])
    store([record(m, n, at=n + m / 10) for m in range(3) for n in (3, 4)])

    assert sent(find(run, limit=4)) == [(2, 4), (1, 4), (0, 4), (2, 3)]
    assert sent(find(run, limit=4, is_rising=True)) == [(0, 1), (1, 1), (2, 1), (0, 2)]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"since": AT + timedelta(seconds=2)}, [4, 3, 2]),
        ({"until": AT + timedelta(seconds=2)}, [1]),
        ({"reason": "HTTP 503"}, [2]),
        ({"reason": "HTTP 50"}, []),
        ({"text": "needle"}, [3]),
        ({"message": "alarm"}, [4]),
        ({"status": "broken"}, [3, 1]),
        ({"results": ("failed", "sent")}, [4, 2]),
        ({"mocks": (0, 5)}, [4, 1]),
        ({"status": "broken", "text": "t"}, [1]),
    ],
)
@pytest.mark.parametrize("whole", [0, 10**9])
def test_records_are_found_by(run, store, monkeypatch, asked, expected, whole):
    monkeypatch.setattr(objects, "WHOLE", whole)
    store([record(0, 1, at=1, status="broken")])
    store(
        [
            record(1, 2, at=2, result="failed", reason="HTTP 503"),
            record(1, 3, at=3, status="broken", payload=b'{"needle": "\xc3\xbc"}'),
            record(5, 4, at=4, message="alarm", result="sent"),
        ],
        row_group=1,
    )

    assert numbers(find(run, Query(**asked))) == expected


def test_chunks_whose_row_says_that_they_cannot_hold_it_are_not_opened(run, store, object_store):
    store([record(1, 1, at=1, reason="HTTP 503", result="failed", message="a", status="b")])
    store([record(2, 2, at=100)])

    for query in (
        Query(reason="HTTP 500"),
        Query(message="x"),
        Query(status="y"),
        Query(results=("lost",)),
        Query(mocks=(3,)),
        Query(since=AT + timedelta(seconds=101)),
        Query(until=AT),
    ):
        page = find(run, query)
        assert (page.records, page.requests) == ([], 0)


def test_a_row_that_cannot_say_is_opened(run, store):
    store([record(1, 1, at=1, reason="HTTP 503", result="failed")])
    Chunk.objects.update(reasons=None, kinds=None, messages=None, statuses=None, first_mock=None)

    page = find(run, Query(reason="HTTP 503", results=("failed",), message="telemetry", mocks=(1,)))

    assert numbers(page) == [1]


def matching(every, asked):
    """Return what a query asks for, found the slow way."""
    query = Query(**asked)
    return [
        each
        for each in every
        if (not query.mocks or each["mock"] in query.mocks)
        and (not query.results or each["result"] in query.results)
        and query.text.encode() in each["payload"]
    ]


@pytest.mark.parametrize("is_rising", [False, True])
@pytest.mark.parametrize(
    "asked", [{}, {"mocks": (3,)}, {"results": ("failed",)}, {"text": "7"}, {"mocks": (1, 9)}]
)
@pytest.mark.parametrize("limits", [Limits(), Limits(chunks=2, most=9)])
def test_pages_give_every_record_once_and_in_order(run, store, asked, is_rising, limits):
    random = Random(7)
    numbers_of = {mock: count(1) for mock in range(12)}
    every = []
    for chunk in range(9):
        some = [
            record(
                mock,
                next(numbers_of[mock]),
                at=chunk * 3 + random.choice([1.5, random.uniform(0, 5)]),
                payload=str(random.randrange(99)).encode(),
                result=random.choice(["acknowledged", "failed"]),
            )
            for mock in random.choices(range(12), k=15)
        ]
        store(some, row_group=4)
        every += some

    seen, cursor, pages = [], None, 0
    while True:
        place = {"after" if is_rising else "before": cursor}
        page = find(run, Query(**asked), is_rising=is_rising, limit=7, limits=limits, **place)
        seen += [(each.at, each.mock, each.sequence) for each in page.records]
        cursor, pages = page.more, pages + 1
        if cursor is None:
            break

    wanted = [(each["sent"], each["mock"], each["sequence"]) for each in matching(every, asked)]
    assert seen == sorted(wanted, reverse=not is_rising)
    assert len(wanted) > 10


def test_what_is_found_in_payloads_is_read_of_columns_first(run, store, monkeypatch):
    monkeypatch.setattr(objects, "WHOLE", 0)
    monkeypatch.setattr(objects, "GAP", 0)
    store(
        [record(m, n, at=n + m, payload=b"x") for m in range(20) for n in range(50)], row_group=50
    )

    none = find(run, Query(text="y"))

    chunk = Chunk.objects.get()
    assert none.records == []
    assert none.bytes < chunk.footer + (chunk.size - chunk.footer) / 2


@pytest.fixture
def in_parts(monkeypatch):
    """Have every chunk read by its parts, as large ones are, and each part by itself."""
    monkeypatch.setattr(objects, "WHOLE", 0)
    monkeypatch.setattr(objects, "GAP", -1)


def of_each_mock(store, *, chunks, mocks):
    """Store chunks that lie over the same time, with a row group of 50 records for each mock."""
    for chunk in range(chunks):
        first = chunk * mocks
        some = range(first, first + mocks)
        store([record(m, n, at=n + m / 1_000) for m in some for n in range(1, 51)], row_group=50)


@pytest.mark.parametrize("is_rising", [False, True])
def test_of_all_mocks_only_row_groups_that_hold_the_first_are_read(run, store, in_parts, is_rising):
    of_each_mock(store, chunks=6, mocks=10)

    page = find(run, limit=3, is_rising=is_rising)

    expected = [(0, 1), (1, 1), (2, 1)] if is_rising else [(59, 50), (58, 50), (57, 50)]
    assert sent(page) == expected
    columns = len(RECORD_SCHEMA)
    assert page.requests <= 6 + 4 * columns  # a footer each, and three row groups and one
    assert page.bytes < sum(chunk.size for chunk in Chunk.objects.all()) / 4


def test_a_footer_is_read_once(run, store, in_parts):
    of_each_mock(store, chunks=3, mocks=2)

    before = find(run, limit=3)
    again = find(run, limit=3)

    assert before.records == again.records
    assert again.requests == before.requests - 2  # the third chunk ends too early to be opened


def test_footers_that_nobody_asked_for_go_first():
    known = objects.Footers(10)

    known.keep("a", b"12345")
    known.keep("b", b"12345")
    known.get("a")
    known.keep("c", b"1")
    known.keep("c", b"12345")

    assert [known.get(key) for key in "abc"] == [b"12345", None, b"12345"]


def test_a_chunk_that_holds_all_of_the_page_is_read_without_its_elders(run, store, object_store):
    for n in range(8):
        store([record(m, n, at=10 * n + m / 10) for m in range(60)])

    page = find(run)

    assert len(page.records) == 50
    assert page.requests == 2  # the first two are looked into together


def test_a_query_is_the_same_after_it_was_stored():
    query = Query(
        mocks=(1, 2), since=AT, results=("failed",), reason="r", text="t", message="m", status="s"
    )

    assert Query.from_json(query.to_json()) == query
    assert Query.from_json({}) == Query()


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"mocks": tuple(range(101))}, "at most 100 mocks, got 101"),
        ({"results": ("lost", "x")}, r"got \['x'\]"),
        ({"text": "x" * 1_001}, "at most 1,000 characters, got 1,001"),
    ],
)
def test_a_query_that_makes_no_sense_is_refused(asked, words):
    with pytest.raises(ValueError, match=words):
        Query(**asked)


@pytest.mark.parametrize("text", ["", "x", "1.2.3", "-1", "9" * 19, "1."])
def test_what_is_no_cursor_is_none(text):
    assert Cursor.read(text) is None
    assert Cursor.read(str(Cursor(5, 3))) == (5, 3)
    assert Cursor.read("5") == (5, 0)


def test_who_goes_through_a_log_keeps_its_objects(run, store):
    store([record(m, 1, at=m) for m in range(3)])

    going = batches(run)
    next(going)
    is_kept = Reader.objects.filter(run=run, until__gt=timezone.now()).exists()
    going.close()

    assert is_kept
    assert not Reader.objects.exists()


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, 3),
        ({"mocks": (1,)}, 1),
        ({"since": AT + timedelta(seconds=1)}, 2),
        ({"mocks": (9,)}, 0),
    ],
)
def test_batches_hold_what_matches(run, store, asked, expected):
    store([record(m, 1, at=m) for m in range(3)])

    assert sum(batch.num_rows for batch in batches(run, Query(**asked))) == expected

import io

import pytest
from pyarrow import parquet

from tests.web.logs.conftest import parquet_of, record
from web.logs import reading
from web.logs.models import Chunk
from web.logs.reading import all_sends, mock_records, records_of


def numbers(page):
    return [each.sequence for each in page.records]


def test_a_mocks_records_come_newest_first_from_all_chunks(run, store):
    store([record(m, n, at=n) for m in range(3) for n in (1, 2)])
    store([record(m, n, at=n) for m in range(3) for n in (3, 4)])

    page = mock_records(run, 1)

    assert numbers(page) == [4, 3, 2, 1]
    assert {each.id for each in page.records} == {"f-001"}
    assert page.older is None


def test_a_record_that_was_settled_late_is_still_in_its_place(run, store):
    store([record(1, n, at=n) for n in (1, 2, 4, 5)])
    store([record(1, 3, at=3), record(1, 6, at=6)])

    assert numbers(mock_records(run, 1)) == [6, 5, 4, 3, 2, 1]
    assert numbers(mock_records(run, 1, limit=2)) == [6, 5]


def test_pages_follow_each_other_without_gap_or_repetition(run, store):
    for chunk in range(6):
        store([record(1, n, at=n) for n in range(chunk * 5 + 1, chunk * 5 + 6)])

    seen, cursor = [], None
    while True:
        page = mock_records(run, 1, before=cursor, limit=4)
        seen += numbers(page)
        cursor = page.older
        if cursor is None:
            break

    assert seen == list(range(30, 0, -1))


def test_records_of_one_moment_stay_on_one_page(run, store):
    store([record(1, n, at=1) for n in range(1, 7)] + [record(1, 7, at=2)])

    page = mock_records(run, 1, limit=3)

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

    assert numbers(mock_records(run, 1, only=only)) == expected


def test_chunks_without_a_failure_are_not_opened_for_failures(run, store, object_store):
    store([record(1, 1, at=1)])
    store([record(1, 2, at=2, result="failed", reason="HTTP 503")])
    del object_store.objects[Chunk.objects.earliest("id").key]

    assert numbers(mock_records(run, 1, only="failed")) == [2]


def test_a_look_that_finds_little_ends_and_can_be_gone_on_with(run, store, monkeypatch):
    monkeypatch.setattr(reading, "MOST_CHUNKS", 3)
    store([record(1, 1, at=1)])
    for n in range(2, 9):
        store([record(2, n, at=n)])

    pages, cursor = [], None
    while True:
        page = mock_records(run, 1, before=cursor)
        pages.append(numbers(page))
        cursor = page.older
        if cursor is None:
            break

    assert pages == [[], [], [1]]


def test_only_row_groups_that_can_hold_the_mock_are_read(run, store, object_store, monkeypatch):
    store([record(m, n, at=n) for m in range(20) for n in range(1, 101)], row_group=100)
    monkeypatch.setattr(reading, "WHOLE", 0)
    fetched = []
    whole = object_store.get_range

    def counted(key, start, length):
        fetched.append(length)
        return whole(key, start, length)

    monkeypatch.setattr(reading.storage, "get_range", counted)

    page = mock_records(run, 7, limit=100)

    assert numbers(page) == list(range(100, 0, -1))
    assert fetched[0] == reading.TAIL
    assert sum(fetched[1:]) < Chunk.objects.get().size / 10


def test_all_sends_come_in_order_of_chunks_without_other_events(run, store):
    event = {"event": "connect", "result": None, "payload": None}
    store([record(m, 1, at=m) for m in range(3)] + [record(1, None, at=0, **event)])
    store([record(m, 2, at=10 + m) for m in range(3)])

    batches = list(all_sends(run))

    assert [batch["mock"].to_pylist() for batch in batches] == [[0, 1, 2], [0, 1, 2]]
    assert {event for batch in batches for event in batch["event"].to_pylist()} == {"send"}


def test_a_run_without_a_log_has_no_records(run):
    assert mock_records(run, 1).records == []
    assert list(all_sends(run)) == []


def test_a_chunk_of_before_payloads_had_a_size_is_still_read():
    data = parquet_of([record(1, 1, at=1)])
    old = parquet.ParquetFile(io.BytesIO(data)).read().drop_columns(["size", "digest"])
    sink = io.BytesIO()
    parquet.write_table(old, sink)

    [found] = records_of(sink.getvalue())

    assert (found.sequence, found.size, found.digest) == (1, None, None)

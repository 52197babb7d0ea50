from datetime import UTC, datetime

import orjson
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from tests.web.logs.conftest import parquet_of, record
from web.drains import documents
from web.drains.documents import Line
from web.drains.filters import Filter


def table_of(records):
    return parquet.read_table(pa.BufferReader(parquet_of(records)))


def said(records):
    lines = documents.lines_of(table_of(records), run="r1", lot="Night")
    return [orjson.loads(line.data) for line in lines]


def test_a_send_says_what_the_log_says_of_it():
    (document,) = said([record(3, 7, at=1.5)])

    assert document == {
        "id": "r1:3:send:7:2999232001500000:2999232001512000",
        "run": "r1",
        "lot": "Night",
        "event": "send",
        "mock": 3,
        "device": "f-003",
        "sequence": 7,
        "status": "running",
        "message": "telemetry",
        "address": "fridges/f-003",
        "payload": '{"t": 4.5}',
        "scheduled": "2065-01-15T08:00:01.499000Z",
        "sent": "2065-01-15T08:00:01.500000Z",
        "settled": "2065-01-15T08:00:01.512000Z",
        "latency_ms": 12.0,
        "result": "acknowledged",
    }


def test_what_is_null_is_left_out_and_a_failure_has_no_latency():
    (document,) = said(
        [record(3, 7, at=1, result="failed", reason="connection refused", payload=None)]
    )

    assert document["reason"] == "connection refused"
    assert {"payload", "latency_ms", "fault", "sha256"}.isdisjoint(document)


@pytest.mark.parametrize("payload", [b"\xff\x00", b"\x1f\x8bzip", b"bell\x07"])
def test_what_is_no_text_is_base64_and_says_so(payload):
    (document,) = said([record(3, 7, at=1, payload=payload)])

    assert document["payload_encoding"] == "base64"
    assert documents.base64.b64decode(document["payload"]) == payload


def test_copies_of_one_send_that_agree_in_all_have_ids_of_their_own():
    names = [document["id"] for document in said([record(3, 7, at=1)] * 3)]

    assert len(set(names)) == 3
    assert names[1] == f"{names[0]}:2"


def test_an_id_does_not_depend_on_the_chunk_that_a_record_lies_in():
    records = [record(mock, 1, at=mock / 10) for mock in range(5)]

    apart = [document["id"] for each in records for document in said([each])]

    assert [document["id"] for document in said(records)] == apart


def test_lines_come_back_as_they_were():
    lines = documents.lines_of(table_of([record(3, 7, at=1.25)]), run="r1", lot="Night")

    assert documents.lines_from(documents.text_of(lines)) == lines
    assert lines[0].at == 2_999_232_001_250_000
    assert lines[0].sender == "f-003"


def test_an_array_is_one_json_text():
    assert orjson.loads(documents.array_of([Line(b"{}", 0, ""), Line(b'{"a":1}', 0, "")])) == [
        {},
        {"a": 1},
    ]


def test_the_record_of_a_test_says_that_it_is_one():
    line = documents.trial("To us", at=datetime(2026, 11, 23, tzinfo=UTC), number="7")

    assert orjson.loads(line.data) == {
        "id": "test:7",
        "test": True,
        "event": "test",
        "drain": "To us",
        "sent": "2026-11-23T00:00:00.000000Z",
    }
    assert documents.lines_from(line.data)[0].at == line.at


MIXED = [
    record(1, 1, at=1),
    record(1, 2, at=2, result="failed", reason="refused"),
    record(1, None, at=3, event="lost", result=None, reason="reset"),
    record(2, 1, at=1, result="sent"),
]


def kept(**filter_):
    table = Filter(**filter_).taken(table_of(MIXED))
    return [(row["mock"], row["event"], row["result"]) for row in table.to_pylist()]


def test_a_filter_that_says_nothing_takes_all():
    table = table_of(MIXED)

    assert Filter().taken(table) is table


def test_events_and_results_are_chosen():
    assert kept(events=["lost"]) == [(1, "lost", None)]
    assert kept(results=["failed"]) == [(1, "send", "failed"), (1, "lost", None)]
    assert kept(events=["send"], results=["failed", "sent"]) == [
        (1, "send", "failed"),
        (2, "send", "sent"),
    ]


def test_a_share_takes_about_so_many_always_the_same_and_every_failure():
    many = table_of(
        [
            record(n % 50, n, at=n / 100, result="failed" if n % 10 == 0 else "sent")
            for n in range(1, 5_001)
        ]
    )

    first, again = (Filter(share=0.2).taken(many) for _ in range(2))

    assert first.equals(again)
    results = first["result"].cast(pa.string()).to_pylist()
    assert results.count("failed") == 500
    assert 800 < results.count("sent") < 1_000


def test_what_is_null_of_one_record_is_left_out_of_that_alone():
    failed = {"result": "failed", "reason": "connection lost"}

    whole, broken = said([record(3, 7, at=1.5), record(3, 8, at=2.5, **failed)])

    assert "reason" not in whole
    assert "latency_ms" not in broken
    assert broken["reason"] == "connection lost"

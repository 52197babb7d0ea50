"""A chunk read back by pyarrow holds what happened, sorted, in the documented columns."""

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq

from simulator.recording import RECORD_SCHEMA, Chunk, Kind, Roster
from simulator.recording.chunks import (
    MOST_LETTERS,
    MOST_NAMES,
    ROW_GROUP,
    Contents,
    build_chunk,
    names_of,
)
from tests.simulator.recording.making import EPOCH, ROSTER, block, event, sent, unsent

START = datetime.fromtimestamp(EPOCH, UTC)


def rows(chunk: Chunk) -> list[dict]:
    return pq.read_table(io.BytesIO(chunk.data)).to_pylist()


def test_a_send_has_every_column() -> None:
    made = build_chunk("s1", 0, [block(sent(1, t=2.0, after=0.25, took=0.5, status=1))], ROSTER)

    assert rows(made) == [
        {
            "event": "send",
            "mock": 101,
            "id": "b",
            "sequence": 1,
            "status": "alarm",
            "message": "telemetry",
            "address": "plants/a",
            "payload": b'{"t":1}',
            "scheduled": START + timedelta(seconds=2),
            "sent": START + timedelta(seconds=2.25),
            "settled": START + timedelta(seconds=2.75),
            "result": "acknowledged",
            "reason": None,
            "fault": None,
            "size": 7,
            "digest": None,
        }
    ]


def test_a_send_that_a_fault_touched_names_it() -> None:
    entries = [sent(0, fault="late+corrupt"), sent(1)]
    blocks = [block(sent(2)), block(*entries, has_faults=True)]

    made = rows(build_chunk("s1", 0, blocks, ROSTER))

    assert [row["fault"] for row in made] == ["late+corrupt", None, None]


def test_a_send_of_a_device_behind_a_mock_has_its_id() -> None:
    entries = [sent(1, t=1.0), sent(1, t=2.0, device="b-01"), sent(2, t=1.0, device="c-01")]

    made = rows(build_chunk("s1", 0, [block(sent(0)), block(*entries)], ROSTER))

    assert [row["id"] for row in made] == ["a", "b", "b-01", "c-01"]
    assert [row["mock"] for row in made] == [100, 101, 101, 102]


def test_a_send_that_never_left_says_when_it_was_given_up_and_why() -> None:
    (row,) = rows(build_chunk("s1", 0, [block(unsent(t=3.0))], ROSTER))

    assert row["sent"] == row["settled"] == START + timedelta(seconds=3)
    assert (row["result"], row["reason"]) == ("failed", "not connected")


def test_an_event_has_neither_message_nor_payload_nor_result() -> None:
    lost = event(Kind.LOST, 2, t=1.5, reason="connection refused")

    (row,) = rows(build_chunk("s1", 0, [block(lost)], ROSTER))

    assert (row["event"], row["mock"], row["reason"]) == ("lost", 102, "connection refused")
    assert row["settled"] == START + timedelta(seconds=1.5)
    for name in ("sequence", "message", "address", "payload", "result"):
        assert row[name] is None


def test_records_are_sorted_by_mock_and_then_by_time() -> None:
    blocks = [block(sent(2, t=1.0), sent(0, t=9.0)), block(sent(0, t=3.0), sent(1, t=2.0))]

    made = build_chunk("s1", 4, blocks, ROSTER)

    assert [(row["mock"], row["sent"].second) for row in rows(made)] == [
        (100, (START + timedelta(seconds=3)).second),
        (100, (START + timedelta(seconds=9)).second),
        (101, (START + timedelta(seconds=2)).second),
        (102, (START + timedelta(seconds=1)).second),
    ]


def test_a_chunk_says_what_it_holds() -> None:
    made = build_chunk(
        "s1", 4, [block(sent(t=1.0), unsent(t=8.0), event(Kind.CONNECT, t=0.5))], ROSTER
    )

    assert (made.shard, made.number, made.rows, made.sends, made.failed) == ("s1", 4, 3, 2, 1)
    assert (made.first, made.last) == (EPOCH + 0.5, EPOCH + 8.0)


def test_the_schema_survives_the_file() -> None:
    made = build_chunk("s1", 0, [block()], ROSTER)

    assert pq.read_schema(io.BytesIO(made.data)).equals(RECORD_SCHEMA)


def test_statistics_tell_which_row_groups_hold_a_mock() -> None:
    roster = Roster(0, [f"m{row}" for row in range(3)], ("running",))
    count = ROW_GROUP // 2 + 1
    many = block(*(sent(row, t=float(t)) for t in range(count) for row in range(3)))

    metadata = pq.read_metadata(io.BytesIO(build_chunk("s1", 0, [many], roster).data))

    place = RECORD_SCHEMA.names.index("mock")
    bounds = [
        (statistics.min, statistics.max)
        for group in range(metadata.num_row_groups)
        if (statistics := metadata.row_group(group).column(place).statistics)
    ]
    assert bounds == [(0, 1), (1, 2)]


def test_a_row_group_holds_the_ids_and_addresses_of_its_own_mocks_alone() -> None:
    roster = Roster(0, [f"mock-{row}" for row in range(ROW_GROUP + 2)], ("running",))
    sends = [sent(row, address=f"a/{row}") for row in range(ROW_GROUP + 2)]

    chunk = build_chunk("a", 0, [block(*sends)], roster)

    second = pq.ParquetFile(io.BytesIO(chunk.data)).read_row_group(1)
    for name, values in (("id", ["mock-4096", "mock-4097"]), ("address", ["a/4096", "a/4097"])):
        assert second[name].chunk(0).dictionary.to_pylist() == values
        assert second[name].to_pylist() == values


def test_a_record_costs_at_most_40_bytes_beside_its_payload() -> None:
    roster = Roster(0, [f"cc-{row:06d}" for row in range(1_000)], ("running",))
    entries = [
        sent(
            (i * 7) % 1_000,
            t=i / 200 + (i * 7919 % 1000) / 1e6,
            after=(i * 31 % 977) / 1e6,
            took=0.001 + (i * 17 % 991) / 1e6,
            sequence=i,
        )
        for i in range(5_000)
    ]

    made = build_chunk("s1", 0, [block(*entries)], roster)

    assert len(made.data) / 5_000 <= 40


def test_every_column_is_documented() -> None:
    page = Path("docs/reference/log.md").read_text("utf-8")

    assert [name for name in RECORD_SCHEMA.names if f"| `{name}` |" not in page] == []


def test_a_chunk_says_what_is_in_it() -> None:
    lost = event(Kind.LOST, 2, reason="connection reset", status=1)

    made = build_chunk("s1", 0, [block(sent(1), unsent(2)), block(lost)], ROSTER).contents

    assert made == Contents(
        mocks=(101, 102),
        acknowledged=1,
        kinds=("acknowledged", "failed", "lost", "send"),
        messages=("telemetry",),
        statuses=("alarm", "running"),
        reasons=("connection reset", "not connected"),
    )


def test_contents_of_too_many_or_too_long_words_are_not_named() -> None:
    assert names_of(["b", "", "a", "b"]) == ("a", "b")
    assert names_of(map(str, range(MOST_NAMES + 1))) is None
    assert names_of(["x" * (MOST_LETTERS + 1)]) is None


def test_row_groups_have_bounds_of_their_words() -> None:
    entries = [sent(row, sequence=n) for row in range(3) for n in range(ROW_GROUP // 2)]
    entries += [unsent(2, reason="HTTP 503"), unsent(2, reason="\u00e9teint")]

    metadata = pq.ParquetFile(
        io.BytesIO(build_chunk("s1", 0, [block(*entries)], ROSTER).data)
    ).metadata

    place = RECORD_SCHEMA.get_field_index("reason")
    first, last = (metadata.row_group(group).column(place).statistics for group in (0, 1))
    assert (first.null_count, first.has_min_max) == (ROW_GROUP, False)
    assert (last.min, last.max, last.null_count) == ("HTTP 503", "\u00e9teint", ROW_GROUP // 2)

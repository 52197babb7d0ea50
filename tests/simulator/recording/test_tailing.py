"""What a live tail copies of records, and what it leaves out."""

import pytest

from simulator.lot.records import Records
from simulator.recording import Board, Kind, Recorder, Second, Watch, Writer, new_board
from simulator.recording.roster import Roster
from simulator.recording.tailing import TAIL_BYTES, TAIL_MOST, Tail
from tests.simulator.recording.making import EPOCH, ROSTER, ZERO, block, event, sent, unsent

MICROSECONDS = 1_000_000


def test_records_of_watched_mocks_and_reasons_are_copied() -> None:
    tail = Tail(Watch(frozenset({101, 7}), frozenset({"HTTP 503"})), ROSTER)

    tail.take(block(sent(0), sent(1, sequence=4), unsent(2, reason="HTTP 503"), unsent(2)))
    seen, left_out = tail.told()

    assert [(each["mock"], each["id"], each["sequence"], each["reason"]) for each in seen] == [
        (101, "b", 4, ""),
        (102, "c", 9, "HTTP 503"),
    ]
    assert left_out == 0
    assert tail.told() == ([], 0)


def test_a_copy_says_what_the_log_will_say() -> None:
    tail = Tail(Watch(frozenset({100})), ROSTER)

    tail.take(block(sent(0, t=2.0, took=0.5, status=1), event(Kind.LOST, 0, reason="reset")))
    [send, lost], _ = tail.told()

    assert send == {
        "event": "send",
        "mock": 100,
        "id": "a",
        "sequence": 1,
        "status": "alarm",
        "message": "telemetry",
        "address": "plants/a",
        "payload": b'{"t":1}',
        "scheduled": int((EPOCH + 2) * MICROSECONDS),
        "sent": int((EPOCH + 2) * MICROSECONDS),
        "settled": int((EPOCH + 2.5) * MICROSECONDS),
        "result": "acknowledged",
        "reason": "",
        "fault": "",
        "size": 7,
    }
    assert (lost["event"], lost["reason"], lost["sequence"]) == ("lost", "reset", None)
    assert (lost["payload"], lost["size"], lost["result"]) == (None, None, "")


def test_what_is_too_much_for_a_second_is_counted() -> None:
    tail = Tail(Watch(frozenset({100})), ROSTER)

    for _ in range(3):
        tail.take(block(*(sent(0) for _ in range(TAIL_MOST // 2 + 5))))
    seen, left_out = tail.told()

    assert (len(seen), left_out) == (TAIL_MOST, 3 * (TAIL_MOST // 2 + 5) - TAIL_MOST)


@pytest.mark.parametrize(
    ("records", "shown"),
    [
        (Records(), TAIL_BYTES),
        (Records(payload="truncated", limit=3), 3),
        (Records(payload="hashed"), None),
        (Records(payload="sampled", share=0), None),
    ],
)
def test_no_more_of_a_payload_is_shown_than_the_log_keeps(
    records: Records, shown: int | None
) -> None:
    roster = Roster(100, ["a"], ("running",), records=records)
    tail = Tail(Watch(frozenset({100})), roster)
    entry = sent(0)
    entry[1].payload = b"x" * 2_000

    tail.take(block(entry))
    [[copy], _] = tail.told()

    assert copy["size"] == 2_000
    assert (copy["payload"] and len(copy["payload"])) == shown


def test_a_recorder_copies_only_while_somebody_watches() -> None:
    board: Board = new_board(100, 3)
    writer = Writer(None, name="t")
    log = writer.open("s1", ROSTER)
    recorder = Recorder(writer=writer, log=log, board=board, zero=ZERO, acknowledged_from=1)
    told = []

    for watch in (None, Watch(frozenset({100})), None):
        recorder.watch(watch)
        recorder.settled(sent(0))
        recorder.fold(Second(at=0))
        told.append(len(recorder.told()[0]))

    assert told == [0, 1, 0]

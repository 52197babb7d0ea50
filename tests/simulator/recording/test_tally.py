"""What records add to counts and board."""

import pytest

from simulator.recording.block import Kind
from simulator.recording.board import MOST_LATE, new_board
from simulator.recording.counters import Second
from simulator.recording.reasons import Reason, Reasons
from simulator.recording.tally import count, mark
from tests.simulator.recording.making import EPOCH, block, event, sent, unsent


def counted(*entries, acknowledged_from: int = 1) -> Second:
    second = Second(at=0)
    count(block(*entries, acknowledged_from=acknowledged_from), second)
    return second


def test_each_send_counts_once_by_how_it_ended() -> None:
    second = counted(sent(), sent(qos=0), sent(reason="HTTP 503"), unsent())

    assert (second.acknowledged, second.sent, second.failed) == (1, 1, 2)
    assert second.delivered == 2
    assert second.bytes == 2 * len(b'{"t":1}')


def test_a_protocol_that_acknowledges_everything_acknowledges_qos_0() -> None:
    second = counted(sent(qos=0), acknowledged_from=0)

    assert (second.acknowledged, second.sent) == (1, 0)


def test_a_protocol_that_acknowledges_nothing_has_only_sent_whatever_the_qos() -> None:
    second = counted(sent(qos=2), acknowledged_from=3)

    assert (second.acknowledged, second.sent) == (0, 1)


def test_latency_is_of_acknowledged_sends_and_lateness_of_written_ones() -> None:
    second = counted(sent(after=0.5, took=0.02), sent(qos=0, after=0.1), unsent())

    assert second.latency.total == 1
    assert second.latency.maximum == pytest.approx(0.02, abs=1e-6)
    assert second.lateness.total == 2
    assert second.lateness.maximum == pytest.approx(0.5, abs=1e-6)


def test_what_a_mock_kept_in_its_buffer_is_not_late() -> None:
    second = counted(sent(after=60.5, held=60.0))

    assert second.lateness.maximum == pytest.approx(0.5, abs=1e-6)


def test_events_count_as_connects_and_losts_alone() -> None:
    second = counted(
        event(Kind.CONNECT), event(Kind.LOST, reason="timed out"), event(Kind.STATUS, reason="x")
    )

    assert (second.connects, second.losts, second.failed, second.sent) == (1, 1, 0, 0)
    assert second.lateness.total == 0


def test_seconds_add_up_and_survive_json_types() -> None:
    whole = Second.summed([counted(sent()), counted(sent(took=0.3), unsent())])

    assert (whole.acknowledged, whole.failed, whole.latency.total) == (2, 1, 2)
    assert Second.from_dict(whole.to_dict()) == whole


def test_the_board_counts_by_mock_and_keeps_the_latest_send() -> None:
    board = new_board(0, 3)

    mark(block(sent(1, t=5.0), sent(1, t=2.0), sent(2, qos=0), unsent(2)), board, Reasons())

    assert board["acknowledged"].tolist() == [0, 2, 0]
    assert board["sent"].tolist() == [0, 0, 1]
    assert board["failed"].tolist() == [0, 0, 1]
    assert board["last"].tolist() == [0, EPOCH + 5.0, EPOCH + 1.0]


def test_the_board_keeps_how_late_the_latest_send_went_out() -> None:
    board = new_board(0, 3)

    mark(block(sent(0, after=0.5), sent(1, after=90.0)), board, Reasons())
    mark(block(sent(0, after=0.0075), unsent(1)), board, Reasons())

    assert board["late"].tolist() == [7, MOST_LATE, 0]


def test_a_mock_is_failing_until_something_goes_well_but_its_reason_stays() -> None:
    board, reasons = new_board(0, 2), Reasons()

    mark(block(sent(0, reason="HTTP 503"), sent(0), sent(1), unsent(1)), board, reasons)

    assert board["failing"].tolist() == [0, 1]
    assert board["reason"].tolist() == [1, 2]
    assert reasons.table() == [Reason("HTTP 503", 1, 0), Reason("not connected", 1, 0)]


def test_a_lost_connection_is_a_failure_and_a_change_of_status_is_neither() -> None:
    board, reasons = new_board(0, 2), Reasons()

    mark(
        block(
            event(Kind.LOST, 0, reason="connection refused"),
            event(Kind.STATUS, 0, reason="2% per hour"),
            event(Kind.LOST, 1, reason="connection refused"),
            event(Kind.CONNECT, 1),
        ),
        board,
        reasons,
    )

    assert board["failing"].tolist() == [1, 0]
    assert reasons.table() == [Reason("connection refused", 0, 2)]


def test_a_second_of_before_observers_is_still_read() -> None:
    old = {"at": 7, "due": 3, "sent": 3, "acknowledged": 0, "failed": 0, "bytes": 30}
    old |= {"connects": 1, "losts": 0, "latency": {"max": 0, "buckets": []}}
    old |= {"lateness": {"max": 0.01, "buckets": [[100, 3]]}}

    second = Second.from_dict(old)

    assert (second.at, second.due, second.arrived, second.wire_out) == (7, 3, 0, 0)
    assert second.lateness.total == 3
    with pytest.raises(KeyError, match="due"):
        Second.from_dict({name: value for name, value in old.items() if name != "due"})

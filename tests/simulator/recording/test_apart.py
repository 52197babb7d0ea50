"""What records add to the counts by message and by status."""

import numpy as np

from simulator.recording.apart import Apart
from simulator.recording.block import Kind
from simulator.recording.breakdown import MOST_NAMES, OTHERS
from simulator.recording.counters import Second
from simulator.recording.tally import count
from tests.simulator.recording.making import block, event, sent, unsent

STATUSES = ("running", "alarm")
SIZE = len(b'{"t":1}')


def counted(*entries, messages=("telemetry", "hello"), statuses=STATUSES) -> Second:
    second = Second(at=0)
    told = block(*entries)
    count(told, second)
    Apart(messages=messages, statuses=statuses).count(told, second)
    return second


def test_each_message_has_its_own_counts() -> None:
    second = counted(
        sent(), sent(), sent(message="hello", qos=0), sent(message="hello", reason="HTTP 503")
    )

    telemetry, hello = second.messages.of("telemetry"), second.messages.of("hello")
    assert telemetry == {"sent": 0, "acknowledged": 2, "failed": 0, "bytes": 2 * SIZE, "present": 0}
    assert hello == {"sent": 1, "acknowledged": 0, "failed": 1, "bytes": SIZE, "present": 0}


def test_each_status_has_the_sends_of_who_was_in_it() -> None:
    second = counted(sent(status=0), sent(status=1), sent(status=1), unsent())

    assert second.statuses.of("running")["acknowledged"] == 1
    assert second.statuses.of("running")["failed"] == 1
    assert second.statuses.of("alarm")["acknowledged"] == 2


def test_the_parts_add_up_to_the_whole() -> None:
    second = counted(*(sent(message=f"m{i % 5}", status=i % 2, qos=i % 2) for i in range(50)))

    for apart in (second.messages, second.statuses):
        sums = apart.counts.sum(axis=0).tolist()
        assert sums == [second.sent, second.acknowledged, second.failed, second.bytes, 0]


def test_a_message_that_the_definition_does_not_name_is_learned() -> None:
    second = counted(sent(message="NBIRTH"), sent(message="hello"))

    assert second.messages.names == (OTHERS, "telemetry", "hello", "NBIRTH")
    assert second.messages.of("NBIRTH")["acknowledged"] == 1


def test_too_many_names_count_as_others() -> None:
    names = [f"m{i}" for i in range(MOST_NAMES + 5)]
    statuses = [f"s{i}" for i in range(MOST_NAMES + 5)]
    entries = [sent(message=name, status=place) for place, name in enumerate(names)]

    second = counted(*entries, messages=names, statuses=statuses)

    for apart in (second.messages, second.statuses):
        assert len(apart.names) == MOST_NAMES
        assert apart.of(OTHERS)["acknowledged"] == 6
        assert int(apart.counts[:, 1].sum()) == len(entries)


def test_events_are_no_sends() -> None:
    second = counted(event(Kind.CONNECT), event(Kind.STATUS, status=1, reason="x"))

    assert not second.messages
    assert not second.statuses


def test_who_is_in_a_status_counts_a_mock_second() -> None:
    second = Second(at=0)
    apart = Apart(messages=(), statuses=STATUSES)

    for status in ([0, 0, 1], [0, 1, 1]):
        apart.dwell(np.array(status, np.uint8), second)

    assert second.statuses.of("running")["present"] == 3
    assert second.statuses.of("alarm")["present"] == 3


def test_counts_apart_add_up_over_seconds_and_survive_json() -> None:
    whole = Second.summed([counted(sent()), Second(at=1), counted(sent(message="hello"))])

    assert whole.messages.of("telemetry")["acknowledged"] == 1
    assert whole.messages.of("hello")["acknowledged"] == 1
    assert Second.from_dict(whole.to_dict()) == whole
    assert "messages" not in Second(at=1).to_dict()

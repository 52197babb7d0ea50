"""How mocks go from status to status: each trigger, alternatives, off line, the end."""

import math
from typing import Any

import numpy as np
import pytest

from tests.simulator.fleet.lives import EPOCH, fleet, live, steps

PING = {"ping": {"every": "1s", "topic": "t", "json": {"n": "{seq}", "is": "{status}"}}}
HOUR = 3_600.0


def leaving(*go: dict[str, Any]) -> dict[str, Any]:
    """Statuses that all send: the first is left by ``go``, those it leads to are not left."""
    statuses: dict[str, Any] = {each["to"]: {"send": ["ping"]} for each in go}
    return {"first": {"send": ["ping"], "go": list(go)}, **statuses}


def test_after_is_drawn_once_at_entry() -> None:
    mocks = fleet(count=2_000, statuses=leaving({"to": "second", "after": "5s ± 2s"}))

    life = live(mocks, [0.0, 10.0])

    times = np.array([t for t, *_ in life.moves])
    assert len(times) == 2_000
    assert 3.0 <= times.min() < 3.02
    assert 6.98 < times.max() <= 7.0
    assert abs(times.mean() - 5.0) < 0.1
    assert {cause for *_, cause in life.moves} == {"after 5s ± 2s"}


def test_a_chance_in_a_time_is_a_constant_hazard() -> None:
    mocks = fleet(
        count=4_000, statuses=leaving({"to": "second", "chance": "20% per hour"}), rate=0.001
    )

    life = live(mocks, [0.0, HOUR, 2 * HOUR, 5 * HOUR])

    for hours in (1, 2, 5):
        gone = sum(t <= hours * HOUR for t, *_ in life.moves) / 4_000
        expected = 1 - 0.8**hours
        assert abs(gone - expected) < 4 * math.sqrt(expected * (1 - expected) / 4_000)
    assert {cause for *_, cause in life.moves} == {"20% per hour"}


def test_a_clock_time_is_the_same_moment_for_all() -> None:
    # The run starts 1.5 s before 22:00.
    mocks = fleet(
        count=3,
        statuses=leaving({"to": "second", "at": "0 0 22 * * *"}),
        epoch=EPOCH + 22 * HOUR - 1.5,
    )

    life = live(mocks, steps(10.0, 0.4))

    assert [(t, mock) for t, mock, *_ in life.moves] == [(1.5, 0), (1.5, 1), (1.5, 2)]
    assert life.moves[0][-1] == "at 0 0 22 * * *"


def test_a_clock_time_comes_again_when_chance_let_a_mock_stay() -> None:
    mocks = fleet(
        count=1_000, statuses=leaving({"to": "second", "at": "*/10 * * * * *", "chance": "50%"})
    )

    life = live(mocks, [0.0, 35.0])

    at = [sum(t == moment for t, *_ in life.moves) for moment in (10.0, 20.0, 30.0)]
    assert sum(at) == len(life.moves)
    for gone, expected in zip(at, (500, 250, 125), strict=True):
        assert abs(gone - expected) < 70


def test_a_condition_is_looked_at_before_each_message_goes_out() -> None:
    mocks = fleet(
        metrics={"level": {"counter": {"start": 1}}},
        messages={"ping": {"every": "1s", "topic": "t", "json": ["{level}", "{status}"]}},
        statuses=leaving({"to": "second", "when": "level >= 3"}),
    )

    life = live(mocks, steps(6.0, 0.1))

    assert [each.payload for each in life.sent][:4] == [
        b'[1,"first"]', b'[2,"first"]', b'[3,"second"]', b'[4,"second"]',
    ]  # fmt: skip
    assert [each.status for each in life.sent][:4] == ["first", "first", "second", "second"]
    (t, _, before, after, cause), *_ = life.moves
    assert (before, after, cause) == ("first", "second", "level >= 3")
    assert t == life.sent[2].t
    assert life.sent[3].t == pytest.approx(t + 1.0)


def test_a_condition_may_read_what_no_message_carries() -> None:
    mocks = fleet(
        metrics={"hidden": {"counter": {"start": 1}}, "limit": {"formula": "hidden * 10"}},
        messages=PING,
        statuses=leaving({"to": "second", "when": "limit >= 30"}),
    )

    life = live(mocks, steps(6.0, 0.1))

    assert [each.status for each in life.sent][:4] == ["first", "first", "second", "second"]


def test_a_message_that_the_new_status_does_not_send_is_held_back() -> None:
    mocks = fleet(
        metrics={"level": {"counter": {"start": 1}}},
        messages={"ping": {"every": "1s", "topic": "t", "json": "{level}"}},
        statuses={
            "first": {"send": ["ping"], "go": [{"to": "silent", "when": "level >= 3"}]},
            "silent": {},
        },
    )

    life = live(mocks, steps(9.0, 0.1))

    assert [each.payload for each in life.sent] == [b"1", b"2"]
    assert [each.sequence for each in life.sent] == [1, 2]


def test_a_condition_is_looked_at_each_second_where_nothing_is_sent() -> None:
    mocks = fleet(
        messages=PING,
        statuses={
            "silent": {"go": [{"to": "loud", "when": "time_in_status > 4.5"}]},
            "loud": {"send": ["ping"]},
        },
    )

    life = live(mocks, [0.0, 5.9])

    assert [t for t, *_ in life.moves] == [5.0]


def test_conditions_are_tried_in_the_order_of_the_document() -> None:
    mocks = fleet(
        metrics={"x": {"constant": 5}},
        messages={"ping": {"every": "1s", "topic": "t", "json": "{x}"}},
        statuses=leaving({"to": "second", "when": "x > 4"}, {"to": "third", "when": "x > 3"}),
    )

    life = live(mocks, [0.0, 3.0])

    assert [after for _, _, _, after, _ in life.moves] == ["second"]


def test_alternatives_share_a_trigger_by_their_chances_and_the_rest_stays() -> None:
    statuses = leaving(
        {"to": "second", "after": "5s", "chance": "70%"}, {"to": "third", "chance": "10%"}
    )

    life = live(fleet(count=3_000, statuses=statuses), [0.0, 12.0])

    ways = [after for _, _, _, after, _ in life.moves]
    assert abs(ways.count("second") - 2_100) < 80
    assert abs(ways.count("third") - 300) < 60
    assert {t for t, *_ in life.moves} == {5.0}


def test_the_first_of_a_group_without_a_chance_gets_what_the_others_leave() -> None:
    statuses = leaving({"to": "second", "after": "5s"}, {"to": "third", "chance": "25%"})

    life = live(fleet(count=2_000, statuses=statuses), [0.0, 12.0])

    ways = [after for _, _, _, after, _ in life.moves]
    assert len(ways) == 2_000
    assert abs(ways.count("third") - 500) < 75


def test_a_status_begins_its_messages_one_interval_after_its_entry() -> None:
    statuses = {
        "first": {"send": ["ping"], "every": "10s", "go": [{"to": "second", "after": "12s"}]},
        "second": {"send": ["ping"], "every": "4s"},
    }

    life = live(fleet(count=5, messages=PING, statuses=statuses), [0.0, 21.0])

    for mock in range(5):
        times = [each.t for each in life.sent if each.mock == mock and each.status == "second"]
        assert times == [16.0, 20.0]


def test_off_line_asks_for_the_connection_to_end_and_to_come_back() -> None:
    statuses = {
        "on": {"send": ["ping"], "go": [{"to": "off", "after": "3s"}]},
        "off": {"connected": False, "go": [{"to": "on", "after": "5s"}]},
    }

    life = live(fleet(messages=PING, statuses=statuses), steps(12.0, 1.0))

    assert life.connects == [(0.0, 0), (8.0, 0)]
    assert life.disconnects == [(3.0, 0), (11.0, 0)]
    assert not [each for each in life.sent if 3.0 < each.t < 9.0]
    assert [each.t for each in life.sent if each.t >= 9.0] == [9.0, 10.0]  # leaves before 11.0


def test_who_went_and_came_back_within_one_call_makes_a_new_connection() -> None:
    statuses = {
        "on": {"send": ["ping"], "go": [{"to": "off", "after": "3s"}]},
        "off": {"connected": False, "go": [{"to": "on", "after": "5s"}]},
    }
    mocks = fleet(messages=PING, statuses=statuses)
    mocks.connected(mocks.due(0.0).connect, 0.0)

    due = mocks.due(10.0)

    assert (due.connect, due.disconnect, due.reconnect) == ([], [], [0])
    assert len(due.moves) == 2


def test_a_mock_that_begins_off_line_lives_without_a_connection() -> None:
    statuses = {
        "off": {"connected": False, "go": [{"to": "on", "after": "5s"}]},
        "on": {"send": ["ping"]},
    }

    life = live(fleet(messages=PING, statuses=statuses), steps(8.0, 1.0))

    assert life.connects == [(5.0, 0)]
    assert [each.t for each in life.sent] == [6.0, 7.0, 8.0]


def test_the_end_is_told_once_and_for_ever() -> None:
    statuses = {
        "on": {"send": ["ping"], "go": [{"to": "over", "after": "3s"}]},
        "over": {"end": True},
    }
    mocks = fleet(count=3, messages=PING, statuses=statuses)

    life = live(mocks, steps(20.0, 1.0))
    mocks.connected([0, 1], 21.0)
    mocks.received(0, "t", b"", 21.0)

    assert life.ended == [0, 1, 2]
    assert life.disconnects == []
    assert mocks.live == 0
    assert mocks.next_due() == math.inf
    assert max(each.t for each in life.sent) <= 3.0


def test_a_status_that_is_left_and_entered_again_keeps_no_old_timer() -> None:
    # Every 4 s the clock sends the mock away for 1 s; the timer of 10 s must never go off.
    statuses = {
        "on": {
            "send": ["ping"],
            "go": [{"to": "pause", "at": "*/4 * * * * *"}, {"to": "over", "after": "10s"}],
        },
        "pause": {"go": [{"to": "on", "after": "1s"}]},
        "over": {"end": True},
    }

    life = live(fleet(messages=PING, statuses=statuses), [0.0, 60.0])

    assert life.ended == []
    assert len([1 for _, _, _, after, _ in life.moves if after == "pause"]) == 15


def test_a_status_may_lead_to_itself() -> None:
    statuses = {"on": {"send": ["ping"], "go": [{"to": "on", "after": "2.5s"}]}}

    life = live(fleet(messages=PING, statuses=statuses), [0.0, 10.0])

    assert [t for t, *_ in life.moves] == [2.5, 5.0, 7.5, 10.0]

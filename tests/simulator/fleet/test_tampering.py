"""What may be done to mocks on purpose, and that it leaves nothing behind."""

import json
from typing import Any

import numpy as np
import pytest

from simulator import parse_document
from simulator.definition.behaviour.buffer import Buffer
from simulator.fleet import Due, Fleet
from tests.simulator.fleet.lives import EPOCH, fleet

READINGS = {
    "ping": {
        "every": "1s",
        "topic": "t/{id}",
        "json": {
            "seq": "{seq}",
            "t": "{t}",
            "more": "{t + 100}",
            "lat": "{at.lat}",
            "now": "{now:epoch}",
            "clock": "{clock}",
        },
    }
}
METRICS = {
    "t": {"counter": {"start": 0}},
    "at": {"route": {"points": [[0, 0], [10, 0]], "speed": "1 km/h"}},
    "clock": {"timestamp": "epoch"},
}
ROWS = np.array([0])


def sensors(**more: Any) -> Fleet:
    mocks = fleet(count=2, metrics=METRICS, messages=READINGS, **more)
    said(mocks, 0.0)
    return mocks


def said(mocks: Fleet, t: float) -> dict[int, list[dict[str, Any]]]:
    """What each mock says up to ``t``, in its order; whoever asks for a connection has it."""
    due = mocks.due(t)
    mocks.connected([*due.connect, *due.reconnect], t)
    return documents(due)


def documents(due: Due) -> dict[int, list[dict[str, Any]]]:
    told: dict[int, list[dict[str, Any]]] = {0: [], 1: []}
    for batch in due.sends:
        for row, payload in zip(batch.rows.tolist(), batch.payloads, strict=True):
            told[row].append(json.loads(payload))
    return told


def plain(t: float) -> dict[int, list[dict[str, Any]]]:
    return said(sensors(), t)


def test_frozen_readings_stick_and_what_is_computed_of_them_too() -> None:
    mocks = sensors()
    said(mocks, 5.0)

    mocks.tampering.freeze((), ROWS)
    during = said(mocks, 10.0)
    mocks.tampering.thaw((), ROWS)
    after = said(mocks, 15.0)

    for name in ("t", "more", "lat"):
        assert len({each[name] for each in during[0]}) == 1
        assert len({each[name] for each in during[1]}) == len(during[1])
    assert len({each["now"] for each in during[0]}) == len(during[0])
    assert after == {row: plain(15.0)[row][-len(each) :] for row, each in after.items()}


def test_only_named_readings_stick_and_twice_frozen_is_thawed_twice() -> None:
    mocks = sensors()
    mocks.tampering.freeze(("at",), ROWS)
    mocks.tampering.freeze(("at",), ROWS)
    first = said(mocks, 4.0)[0]
    mocks.tampering.thaw(("at",), ROWS)
    second = said(mocks, 8.0)[0]
    mocks.tampering.thaw(("at",), ROWS)
    third = said(mocks, 12.0)[0]

    assert len({each["lat"] for each in [*first, *second]}) == 1
    assert len({each["t"] for each in first}) == len(first)
    assert len({each["lat"] for each in third}) == len(third)


def test_text_readings_stick_too() -> None:
    mocks = fleet(
        count=2,
        metrics={"door": {"pick": ["open", "shut"], "order": "in_order"}},
        messages={"ping": {"every": "1s", "topic": "t", "json": "{door}"}},
    )
    said(mocks, 0.0)
    mocks.tampering.freeze((), ROWS)

    during = said(mocks, 6.0)

    assert len(set(during[0])) == 1
    assert len(set(during[1])) == 2


def test_a_clock_that_is_wrong_shows_in_timestamps_and_nowhere_else() -> None:
    mocks, others = sensors(), plain(5.0)
    mocks.tampering.shift_clocks(ROWS, by=-3600.0, drift=0.0, since=0.0)

    told = said(mocks, 5.0)

    assert told[1] == others[1]
    for wrong, right in zip(told[0], others[0], strict=True):
        assert wrong == right | {"now": right["now"] - 3600, "clock": right["clock"] - 3600}


def test_clocks_drift_and_are_right_again() -> None:
    mocks = sensors()
    mocks.tampering.shift_clocks(ROWS, by=100.0, drift=500_000, since=2.0)
    mocks.tampering.shift_clocks(ROWS, by=1_000.0, drift=0, since=2.0)
    during = said(mocks, 10.0)[0][-1]["now"] - EPOCH
    mocks.tampering.set_clocks(ROWS, by=1_000.0, drift=0, since=2.0)
    mocks.tampering.set_clocks(ROWS, by=100.0, drift=500_000, since=2.0)

    assert 1_100 + 9 + 3 <= during <= 1_100 + 10 + 4.1
    assert said(mocks, 20.0)[0] == plain(20.0)[0][-10:]


@pytest.mark.parametrize("hours", [0.01, 1])
def test_without_power_nothing_happens_and_then_all_goes_on_where_it_was(hours: float) -> None:
    mocks, away = sensors(), hours * 3600
    said(mocks, 5.2)

    assert mocks.tampering.cut_power(ROWS, 5.2) == [0]
    assert mocks.tampering.cut_power(ROWS, 5.3) == []
    dead = said(mocks, 5.2 + away)
    assert mocks.wanted == [1]
    assert mocks.tampering.restore_power(ROWS, 5.2 + away) == [0]
    mocks.connected([0], 5.2 + away)
    back = said(mocks, 15.2 + away)[0]

    assert dead[0] == []
    expected = plain(15.2)[0][-len(back) :]
    assert [(each["seq"], each["t"]) for each in back] == [(e["seq"], e["t"]) for e in expected]


def test_a_status_without_power_lasts_longer_but_a_clock_time_stays() -> None:
    mocks = fleet(
        count=2,
        statuses={
            "a": {"send": ["ping"], "go": [{"to": "b", "after": "10s"}]},
            "b": {"send": ["ping"], "go": [{"to": "c", "at": "0 1 * * * *"}]},
            "c": {"send": ["ping"]},
        },
    )
    said(mocks, 0.0)
    mocks.tampering.cut_power(ROWS, 5.0)
    said(mocks, 25.0)
    mocks.connected(mocks.tampering.restore_power(ROWS, 25.0), 25.0)

    def statuses(t: float) -> list[str]:
        said(mocks, t)
        return [mocks.statuses[code] for code in mocks.status.tolist()]

    assert statuses(29.0) == ["a", "b"]
    assert statuses(30.1) == ["b", "b"]
    assert statuses(60.0) == ["c", "c"]


def test_power_that_was_cut_in_a_status_with_a_clock_time_misses_what_came_meanwhile() -> None:
    mocks = fleet(
        count=2,
        statuses={
            "a": {"send": ["ping"], "go": [{"to": "b", "at": "30 * * * * *"}]},
            "b": {"send": ["ping"]},
        },
    )
    said(mocks, 0.0)
    mocks.tampering.cut_power(ROWS, 20.0)
    said(mocks, 40.0)
    mocks.connected(mocks.tampering.restore_power(ROWS, 40.0), 40.0)

    said(mocks, 89.0)
    assert mocks.status.tolist() == [0, 1]
    said(mocks, 90.0)
    assert mocks.status.tolist() == [1, 1]


def test_who_was_not_switched_on_yet_is_switched_on_when_the_power_is_back() -> None:
    mocks = fleet(
        count=2,
        statuses={"off": {"connected": False, "go": [{"to": "on", "after": "5s"}]}, "on": {}},
    )
    mocks.tampering.cut_power(np.array([0, 1]), 0.0)

    assert mocks.due(3.0).connect == []
    mocks.tampering.restore_power(np.array([0, 1]), 3.0)
    assert mocks.due(7.9).connect == []
    assert mocks.due(8.0).connect == [0, 1]


def test_a_checkpoint_knows_who_has_no_power() -> None:
    mocks = sensors()
    said(mocks, 5.2)
    mocks.tampering.cut_power(ROWS, 5.2)
    said(mocks, 8.0)
    other = fleet(count=2, metrics=METRICS, messages=READINGS)

    other.restore(mocks.state())
    other.connected([1], 8.0)

    for each in (mocks, other):
        each.connected(each.tampering.restore_power(ROWS, 9.0), 9.0)
    assert said(other, 12.0) == said(mocks, 12.0)


def test_children_share_the_power_of_their_gateway() -> None:
    child = {
        "count": 2,
        "id": "{parent}-{child}",
        "messages": {"c": {"every": "1s", "topic": "c/{id}", "json": "{seq}"}},
    }
    document = {
        "name": "Gateway",
        "id": "g-{index}",
        "children": child,
        "messages": {"p": {"every": "1s", "topic": "t", "json": 1}},
    }
    mocks = Fleet(parse_document(document), count=2, epoch=EPOCH)
    mocks.connected(mocks.due(0.0).connect, 0.0)
    mocks.due(5.0)

    mocks.tampering.cut_power(ROWS, 5.0)
    due = mocks.due(10.0)
    assert {int(row) for batch in due.sends for row in batch.rows} == {1}
    assert due.drops == []

    mocks.connected(mocks.tampering.restore_power(ROWS, 10.0), 10.0)
    due = mocks.due(15.0)
    assert {row for b in due.sends for row in b.rows.tolist() if b.message == "c"} == {0, 1}
    assert due.drops == []


def test_a_buffer_that_is_lent_keeps_what_cannot_be_sent_and_all_comes_after() -> None:
    mocks = sensors()
    said(mocks, 5.0)
    mocks.tampering.lend_buffer(np.array([0]), Buffer(size=3))
    mocks.disconnected([0, 1], 5.0)

    away = mocks.due(12.0)
    mocks.connected([0, 1], 12.0)
    mocks.tampering.take_buffer([0])
    back = mocks.due(12.0)
    mocks.disconnected([0], 12.5)
    later = mocks.due(20.0)

    assert documents(away)[0] == []
    assert {why for _, why in away.drops} == {
        "the buffer of 3 messages is full, the oldest message goes"
    }
    assert len(documents(back)[0]) == 3
    assert all(b.held is not None for b in back.sends)
    assert len(documents(later)[0]) == 8  # not kept any more: they are the connection's own loss

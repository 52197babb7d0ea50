"""Caps of a shard: of each mock and of all, told the time."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from simulator.fleet import Batch
from simulator.lot.pace import Pace
from simulator.tower import caps as module
from simulator.tower.caps import Caps
from simulator.transports.valve import BUCKET


def batch(rows: list[int], *, t: float = 0.0, **fields: Any) -> Batch:
    count = len(rows)
    return Batch(
        message="m",
        qos=0,
        retain=False,
        method=None,
        rows=np.array(rows),
        scheduled=np.full(count, t),
        sequences=np.arange(1, count + 1),
        statuses=np.zeros(count, dtype=np.uint8),
        addresses=["a"] * count,
        payloads=[str(row).encode() for row in rows],
        **fields,
    )


def rows_of(batches: list[Batch]) -> list[int]:
    return [row for each in batches for row in each.rows.tolist()]


def released(caps: Caps, until: float) -> list[tuple[float, int]]:
    """Everything that leaves up to a time, with when."""
    left = []
    while (t := caps.next_due()) <= until:
        going, refused = caps.due(t)
        assert not refused
        left += [(round(t, 3), row) for row in rows_of(going)]
    return left


def test_without_caps_nothing_waits() -> None:
    caps = Caps(Pace(), first=0, count=3, total=3)

    assert not caps.is_used
    assert rows_of(caps.take([batch([0, 1, 2])], 0.0)[0]) == [0, 1, 2]


def test_what_waited_by_a_slower_pace_goes_by_the_faster_one() -> None:
    caps = Caps(Pace(), first=0, count=3, total=3)
    caps.slow(10.0, 0.0)
    caps.take([batch([0, 1, 2])], 0.0)

    going, refused = caps.slow(1.0, 2.0)

    assert (rows_of(going), refused) == ([1], [])
    assert going[0].held is not None
    assert going[0].held.tolist() == [2.0]
    assert released(caps, 100.0) == [(3.0, 2)]


def test_nothing_waits_on_once_the_pace_is_its_own_again() -> None:
    caps = Caps(Pace(), first=0, count=3, total=3)
    caps.slow(10.0, 0.0)
    caps.take([batch([0, 1, 2])], 0.0)

    going, _ = caps.slow(0.0, 2.0)

    assert rows_of(going) == [1, 2]
    assert [each.held.tolist() for each in going if each.held is not None] == [[2.0], [2.0]]
    assert (caps.waiting, caps.next_due(), caps.is_used) == (0, np.inf, False)


def test_a_mock_sends_no_faster_than_its_rate() -> None:
    caps = Caps(Pace(mock_rate=10), first=0, count=2, total=2)

    at_once, _ = caps.take([batch([0, 1]), batch([0]), batch([0, 1])], 0.0)

    assert rows_of(at_once) == [0, 1]
    assert released(caps, 10) == [(0.1, 0), (0.1, 1), (0.2, 0)]


def test_a_gateway_that_comes_twice_in_a_batch_is_one_mock() -> None:
    caps = Caps(Pace(mock_rate=10), first=0, count=2, total=2)

    at_once, _ = caps.take([batch([0, 1, 0, 0], devices=["a", "b", "c", "d"])], 0.0)

    assert [each.devices for each in at_once] == [["a", "b"]]
    assert released(caps, 10) == [(0.1, 0), (0.2, 0)]


def test_all_mocks_together_keep_the_lots_rate() -> None:
    caps = Caps(Pace(send_rate=100), first=0, count=50, total=50)

    at_once, _ = caps.take([batch(list(range(50)))], 1.0)
    later = released(caps, 10)

    assert len(at_once[0]) == 100 * BUCKET + 1
    assert [row for _, row in later] == list(range(6, 50))
    assert later[-1][0] == pytest.approx(1.0 - BUCKET + 49 / 100, abs=0.011)


def test_a_shard_has_its_share_of_the_lots_rate() -> None:
    def last(count: int) -> float:
        caps = Caps(Pace(send_rate=100), first=0, count=count, total=100)
        caps.take([batch(list(range(count)))], 0.0)
        return released(caps, 100)[-1][0]

    assert last(25) == pytest.approx(last(100), abs=0.05)


def test_in_any_second_no_more_leaves_than_the_rate_and_its_bucket() -> None:
    caps = Caps(Pace(send_rate=200, mock_rate=3), first=0, count=300, total=300)
    rng = np.random.default_rng(7)
    sent: list[float] = []

    for tick in range(400):
        now = tick * 0.01
        going, _ = caps.due(now)
        fresh, _ = caps.take([batch(rng.choice(300, 4, replace=False).tolist(), t=now)], now)
        sent += [now] * len(rows_of(going + fresh))

    times = np.array(sent)
    assert len(times) > 700
    for begin in np.arange(0, 3, 0.1):
        within = np.count_nonzero((times >= begin) & (times < begin + 1))
        assert within <= 200 * (1 + BUCKET) + 2


@pytest.mark.parametrize("cuts", [[0, 40], [0, 10, 20, 30, 40], [0, 1, 9, 25, 40]])
def test_all_shards_together_keep_the_lots_rate(cuts: list[int]) -> None:
    bounds = list(pairwise(cuts))
    shards = [
        Caps(Pace(send_rate=5), first=first, count=end - first, total=40) for first, end in bounds
    ]
    sent: list[float] = []

    for tick in range(3_000):
        now = tick * 0.01
        for caps, (first, end) in zip(shards, bounds, strict=True):
            going, _ = caps.due(now)
            if tick % 1_000 == 0:  # all at once, after a rest
                going += caps.take([batch(list(range(end - first)), t=now)], now)[0]
            sent += [now] * len(rows_of(going))

    times = np.array(sent)
    assert len(times) == 3 * 40
    for begin in np.arange(0, 29, 0.1):
        within = np.count_nonzero((times >= begin - 1e-9) & (times < begin + 1 - 1e-9))
        assert within <= 5 * (1 + BUCKET) + len(bounds) / 4 + 1


def test_the_wait_is_held_on_purpose_and_no_lateness() -> None:
    caps = Caps(Pace(mock_rate=2), first=0, count=1, total=1)
    caps.take([batch([0])], 0.0)
    caps.take([batch([0], t=0.1, held=np.array([3.0]))], 0.2)

    [late], _ = caps.due(0.5)

    assert late.held is not None
    assert late.held.tolist() == pytest.approx([3.3])


def test_messages_of_a_mock_keep_their_order() -> None:
    caps = Caps(Pace(mock_rate=50, send_rate=90), first=0, count=3, total=3)
    left: list[tuple[int, int]] = []

    for tick in range(300):
        now = tick * 0.01
        going, _ = caps.due(now)
        if tick < 100:
            fresh = batch([0, 1, 2], t=now)
            fresh.sequences[:] = tick
            going += caps.take([fresh], now)[0]
        for each in going:
            left += zip(each.rows.tolist(), each.sequences.tolist(), strict=True)

    for mock in range(3):
        numbers = [sequence for row, sequence in left if row == mock]
        assert numbers == sorted(numbers)


def test_what_finds_no_room_to_wait_is_handed_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_WAITING", 5)
    caps = Caps(Pace(send_rate=1), first=0, count=20, total=20)

    going, refused = caps.take([batch(list(range(20)))], 0.0)

    assert rows_of(going) == [0]
    assert rows_of(refused) == list(range(6, 20))
    assert sorted(rows_of(caps.clear())) == [1, 2, 3, 4, 5]
    assert caps.next_due() == float("inf")

"""What people order of the mocks of a fleet while it runs."""

from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from simulator.fleet import Fleet
from tests.simulator.fleet.lives import Life, Sent, fleet, live, steps
from tests.simulator.fleet.memory import differences

RARE = [{"to": name, "on": {"topic": f"to/{name}"}} for name in ("alarm", "gone", "away")]
STATUSES = {
    "busy": {"send": ["ping"], "go": [{"to": "calm", "after": "7s ± 2s"}, *RARE]},
    "calm": {"send": {"ping": "2s"}, "go": [{"to": "busy", "after": "5s"}]},
    "alarm": {"enter": {"send": ["hello"]}, "send": {"ping": "500ms"}},
    "gone": {"end": True},
    "away": {"connected": False, "go": [{"to": "busy", "after": "1h"}]},
}
MESSAGES = {
    "ping": {"every": "1s ± 300ms", "topic": "t/{id}", "json": {"n": "{seq}", "s": "{status}"}},
    "hello": {"every": "1h", "topic": "t/{id}/hello", "json": "{seq}"},
}
COUNT = 10
Order = tuple[float, Callable[[Fleet, float], Any]]


def lived(mocks: Fleet, orders: Iterable[Order], until: float, *, step: float, first: int) -> Life:
    """A life in which orders take effect at their moments."""
    life, begin = Life(), 0.0
    for t, do in [*orders, (until, lambda mocks, t: None)]:
        times = [begin, *(begin + each for each in steps(t - begin, step))]
        part = live(mocks, times, first=first)
        for name in ("sent", "moves", "connects", "disconnects", "ended"):
            getattr(life, name).extend(getattr(part, name))
        do(Obeying(mocks, life, first), t)
        begin = t
    return life


class Obeying:
    """A fleet that obeys, and whose life is written down; everybody is connected at once."""

    def __init__(self, mocks: Fleet, life: Life, first: int) -> None:
        self.mocks, self.life, self.first = mocks, life, first

    def force(self, status: str, t: float, chosen: Iterable[int] = range(COUNT)) -> int:
        return self._noted(self.mocks.steering.force, status, t, chosen)

    def send(self, message: str, t: float, chosen: Iterable[int] = range(COUNT)) -> int:
        return self._noted(self.mocks.steering.send, message, t, chosen)

    def _noted(self, do: Any, what: str, t: float, chosen: Iterable[int]) -> int:
        rows = np.array([n - self.first for n in chosen], dtype=np.int64)
        rows = rows[(rows >= 0) & (rows < len(self.mocks.status))]
        due, met = self.mocks.ordered(lambda found: do(what, rows, t, found), t)
        self.life.note(self.mocks, t, due, self.first)
        self.mocks.connected([*due.connect, *due.reconnect], t)
        return met

    def pause(self, t: float, **more: Any) -> list[int]:
        gone = self.mocks.steering.pause(t, **more)
        self.life.disconnects += [(t, self.first + row) for row in gone]
        return gone

    def resume(self, t: float) -> list[int]:
        return self._connected(self.mocks.steering.resume(t), t)

    def rate(self, factor: float, t: float, names: Iterable[str] = ()) -> None:
        self.mocks.steering.set_rate(factor, tuple(names), t)

    def keep_on(self, count: int, t: float) -> tuple[list[int], list[int]]:
        off, on = self.mocks.steering.keep_on(count, t)
        self.life.disconnects += [(t, self.first + row) for row in off]
        return off, self._connected(on, t)

    def _connected(self, rows: list[int], t: float) -> list[int]:
        self.life.connects += [(t, self.first + row) for row in rows]
        self.mocks.connected(rows, t)
        return rows


def run(
    *orders: Order,
    until: float = 30.0,
    shards: int = 1,
    step: float = 0.25,
    document: dict[str, Any] | None = None,
) -> list[Sent]:
    """What ten mocks send, in order of time, whatever shards and steps."""
    document = plain() if document is None else document
    return sorted(whole(orders, until, shards, step, document).sent)


def plain() -> dict[str, Any]:
    return {"messages": MESSAGES, "statuses": STATUSES}


def whole(
    orders: Iterable[Order], until: float, shards: int, step: float, document: dict[str, Any]
) -> Life:
    life, orders = Life(), list(orders)
    bounds = [COUNT * place // shards for place in range(shards + 1)]
    for first, last in pairwise(bounds):
        mocks = fleet(first=first, count=last - first, total=COUNT, **document)
        own = lived(mocks, orders, until, step=step, first=first)
        life.sent += own.sent
        life.moves += own.moves
        life.connects += own.connects
        life.disconnects += own.disconnects
    return life


def within(sent: Iterable[Sent], begin: float, end: float) -> list[Sent]:
    return [each for each in sent if begin < each.t <= end]


PAUSED: tuple[Order, ...] = ((10.0, lambda o, t: o.pause(t)), (16.0, lambda o, t: o.resume(t)))
ALL: tuple[Order, ...] = (
    (3.0, lambda o, t: o.rate(2.5, t)),
    (6.5, lambda o, t: o.force("alarm", t, range(2, 5))),
    (9.0, lambda o, t: o.keep_on(7, t)),
    (10.0, lambda o, t: o.pause(t, is_connected=False)),
    (11.0, lambda o, t: o.keep_on(8, t)),
    (16.0, lambda o, t: o.resume(t)),
    (17.0, lambda o, t: o.send("hello", t, range(9))),
    (19.0, lambda o, t: o.rate(0.5, t, ["ping"])),
    (21.0, lambda o, t: o.keep_on(10, t)),
)


def test_a_pause_sends_nothing_and_what_was_to_come_comes_as_much_later() -> None:
    before = run()
    paused = run(*PAUSED)

    assert not within(paused, 10.0, 16.0)
    assert within(paused, 0.0, 10.0) == within(before, 0.0, 10.0)
    moved = [(round(e.t - 6.0, 9), e.mock, e.payload) for e in within(paused, 16.0, 30.0)]
    assert moved == [(round(e.t, 9), e.mock, e.payload) for e in within(before, 10.0, 24.0)]


def test_a_pause_without_connections_lets_them_go_and_makes_them_again() -> None:
    orders = [(10.0, lambda o, t: o.pause(t, is_connected=False)), PAUSED[1]]

    life = whole(orders, 30.0, 1, 0.25, plain())

    assert sorted(life.disconnects) == [(10.0, mock) for mock in range(COUNT)]
    again = [each for each in life.connects if each[0] >= 10.0]
    assert sorted(again) == [(16.0, mock) for mock in range(COUNT)]
    assert not within(life.sent, 10.0, 16.0)
    assert {each.mock for each in within(life.sent, 16.0, 19.0)} == set(range(COUNT))


def test_what_comes_to_a_paused_mock_is_not_answered() -> None:
    replies = {"pong": {"on": {"topic": "cmd/{id}"}, "send": {"topic": "ack", "json": "{seq}"}}}

    def told(obeying: Obeying, t: float) -> None:
        obeying.mocks.received(0, "cmd/d-0", b"", t)

    orders = (PAUSED[0], (12.0, told), PAUSED[1], (20.0, told))
    answers = [e for e in run(*orders, document={"replies": replies}) if e.address == "ack"]

    assert [e.t for e in answers] == [20.0]


def test_a_connection_that_comes_and_goes_in_a_pause_is_told_afterwards() -> None:
    statuses = {
        "on": {"send": ["ping"], "go": [{"to": "cut", "connection": "lost"}]},
        "cut": {"send": ["ping"]},
    }

    def blinks(obeying: Obeying, t: float) -> None:
        obeying.mocks.disconnected([0], t)
        obeying.mocks.connected([0], t)

    document = {"messages": MESSAGES, "statuses": statuses}
    life = whole((PAUSED[0], (12.0, blinks), PAUSED[1]), 30.0, 1, 0.25, document)

    assert [(t, mock, after) for t, mock, _, after, _ in life.moves] == [(16.0, 0, "cut")]


def test_a_rate_holds_from_its_moment_on_and_back() -> None:
    orders = ((10.0, lambda o, t: o.rate(10.0, t)), (20.0, lambda o, t: o.rate(1.0, t)))
    sent = run(*orders, document={})

    assert len(within(sent, 0.0, 10.0)) == pytest.approx(90, abs=12)
    assert len(within(sent, 10.0, 20.0)) == 1000
    assert len(within(sent, 20.0, 30.0)) == 100


def test_a_rate_of_one_message_leaves_the_others() -> None:
    messages = {name: {**MESSAGES["ping"], "topic": name} for name in ("a", "b")}
    orders = ((10.0, lambda o, t: o.rate(4.0, t, ["a"])),)

    sent = within(run(*orders, document={"messages": messages}), 10.0, 30.0)

    plain = within(run(document={"messages": messages}), 10.0, 30.0)
    counts = [sum(e.message == name for e in some) for some in (sent, plain) for name in "ab"]
    assert counts == [pytest.approx(each, abs=20) for each in (800, 200, 200, 200)]


def test_a_computed_interval_and_its_spread_follow_the_rate() -> None:
    messages = {"ping": {"every": "{gap} s ± 100ms", "topic": "t", "json": "{seq}"}}
    document = {"messages": messages, "variables": {"gap": {"constant": 1}}}

    sent = within(run((10.0, lambda o, t: o.rate(2.0, t)), document=document), 12.0, 30.0)

    gaps = np.diff([e.t for e in sent if e.mock == 0])
    assert gaps.min() >= 0.45
    assert gaps.max() <= 0.55


def test_fewer_mocks_are_those_with_the_lowest_numbers_and_more_come_back() -> None:
    orders = ((10.0, lambda o, t: o.keep_on(4, t)), (20.0, lambda o, t: o.keep_on(8, t)))

    life = whole(orders, 30.0, 1, 0.25, plain())

    assert {e.mock for e in within(life.sent, 10.0, 20.0)} == set(range(4))
    assert {e.mock for e in within(life.sent, 20.0, 30.0)} == set(range(8))
    assert sorted(life.disconnects) == [(10.0, mock) for mock in range(4, 10)]
    assert sorted(c for c in life.connects if c[0] == 20.0) == [(20.0, m) for m in range(4, 8)]


def test_a_mock_that_is_switched_off_stays_so_when_its_battery_is_changed() -> None:
    mocks = fleet(count=2)
    live(mocks, steps(5.0, 0.5))
    rows = np.array([0, 1])

    mocks.tampering.cut_power(rows, 5.0)
    assert mocks.steering.keep_on(1, 6.0) == ([], [])
    assert mocks.tampering.restore_power(rows, 8.0) == [0]

    assert mocks.steering.keep_on(2, 9.0) == ([], [1])


def test_a_status_is_forced_on_those_who_are_at_work_and_not_in_it() -> None:
    met: list[int] = []
    orders = (
        (5.0, lambda o, t: met.append(o.force("alarm", t, [0, 1]))),
        (6.0, lambda o, t: met.append(o.force("alarm", t, [1, 2]))),
        (7.0, lambda o, t: met.append(o.force("gone", t, [2]))),
        (8.0, lambda o, t: met.append(o.force("alarm", t, [2]))),
        (9.0, lambda o, t: met.append(o.force("nowhere", t))),
        (10.0, lambda o, t: met.append(o.force("away", t, [3]))),
    )

    life = whole(orders, 20.0, 1, 0.25, plain())

    assert met == [2, 1, 1, 0, 0, 1]
    forced = [(t, mock, after) for t, mock, _, after, cause in life.moves if cause == "ordered"]
    assert forced == [
        (5.0, 0, "alarm"), (5.0, 1, "alarm"), (6.0, 2, "alarm"), (7.0, 2, "gone"),
        (10.0, 3, "away"),
    ]  # fmt: skip
    assert [(e.t, e.mock) for e in life.sent if e.message == "hello"] == [(5, 0), (5, 1), (6, 2)]
    assert (10.0, 3) in life.disconnects


def test_a_message_is_sent_beside_its_rhythm() -> None:
    before = run()
    sent = run((10.0, lambda o, t: o.send("hello", t, [3, 4])))

    assert [(e.t, e.mock) for e in sent if e.message == "hello"] == [(10.0, 3), (10.0, 4)]
    pings = [(e.t, e.mock) for e in sent if e.message == "ping"]
    assert pings == [(e.t, e.mock) for e in before if e.message == "ping"]


def test_nothing_is_done_by_paused_mocks() -> None:
    met: list[int] = []
    orders = (
        (10.0, lambda o, t: o.pause(t)),
        (11.0, lambda o, t: met.append(o.force("alarm", t))),
        (12.0, lambda o, t: met.append(o.send("hello", t))),
        (16.0, lambda o, t: o.resume(t)),
    )

    assert run(*orders) == run(*PAUSED)
    assert met == [0, 0]


@pytest.mark.parametrize(("shards", "step"), [(2, 0.25), (7, 0.1), (1, 3.0)])
def test_the_same_orders_give_the_same_bytes_whatever_shards_and_steps(
    shards: int, step: float
) -> None:
    assert run(*ALL, shards=shards, step=step) == run(*ALL)


@pytest.mark.parametrize("at", [4.0, 9.5, 10.5, 12.0, 18.0])
def test_a_fleet_that_goes_on_elsewhere_obeys_what_was_ordered_before(at: float) -> None:
    before = [each for each in ALL if each[0] <= at]
    after = [each for each in ALL if each[0] > at]
    first, other = (fleet(count=COUNT, messages=MESSAGES, statuses=STATUSES) for _ in range(2))
    lived(first, before, at, step=0.25, first=0)

    other.restore(first.state())

    assert differences(first, other) == []
    assert rest(first, after, at) == rest(other, after, at)


def rest(mocks: Fleet, orders: Iterable[Order], at: float) -> list[Sent]:
    life = Life()
    begin = at
    for t, do in [*orders, (30.0, lambda o, t: None)]:
        life.sent += live(mocks, [begin + each for each in steps(t - begin, 0.25)]).sent
        do(Obeying(mocks, life, 0), t)
        begin = t
    return sorted(life.sent)

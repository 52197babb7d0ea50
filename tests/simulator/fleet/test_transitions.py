# ruff: noqa: E501 - tables, one row a line
"""Ways out of a status that are drawn, held, counted or told from outside."""

from typing import Any

import numpy as np
import pytest
from scipy import stats

from simulator import check
from simulator.fleet import Fleet
from simulator.fleet.departures import HOP_PAUSE, MAX_HOPS
from tests.simulator.fleet.lives import EPOCH, fleet, live, steps

PING = {"ping": {"every": "1s", "topic": "t", "json": "{level}"}}
COUNTING = {"level": {"counter": {"start": 1}}}


def leaving(**way: Any) -> dict[str, Any]:
    return {
        "first": {"send": ["ping"], "go": [{"to": "second", **way}]},
        "second": {"send": ["ping"]},
    }


def times(mocks: Fleet, until: float) -> np.ndarray[Any, Any]:
    return np.array([t for t, *_ in live(mocks, [0.0, until]).moves])


@pytest.mark.parametrize(
    ("after", "distribution", "cause"),
    [
        ({"uniform": {"min": "2min", "max": "8min"}}, stats.uniform(120, 360), "after 120s to 480s"),
        ({"normal": {"mean": "5min", "deviation": "30s"}}, stats.norm(300, 30), "after normal, 300s and deviation 30s"),
        ({"exponential": {"mean": "1min"}}, stats.expon(scale=60), "after exponential, 60s on average"),
        ({"exponential": "1min"}, stats.expon(scale=60), "after exponential, 60s on average"),
        ({"lognormal": {"median": "1min", "sigma": 0.7}}, stats.lognorm(0.7, scale=60), "after lognormal, median 60s, sigma 0.7"),
    ],
)  # fmt: skip
def test_a_time_is_drawn_from_its_distribution(after: Any, distribution: Any, cause: str) -> None:
    mocks = fleet(
        count=2_000, statuses={"first": {"go": [{"to": "second", "after": after}]}, "second": {}}
    )

    life = live(mocks, [0.0, 50_000.0])

    assert len(life.moves) == 2_000
    assert stats.kstest([t for t, *_ in life.moves], distribution.cdf).pvalue > 0.01
    assert life.moves[0][-1] == cause


def test_a_time_is_cut_at_its_bounds_and_chosen_by_weight() -> None:
    cut = {"normal": {"mean": "5s", "deviation": "5s", "min": "2s", "max": "6s"}}
    chosen = {"choice": {"10s": 3, "1min": 1}}

    drawn = times(
        fleet(count=500, statuses={"a": {"go": [{"to": "b", "after": cut}]}, "b": {}}), 99.0
    )
    picked = times(
        fleet(count=2_000, statuses={"a": {"go": [{"to": "b", "after": chosen}]}, "b": {}}), 99.0
    )

    assert (drawn.min(), drawn.max()) == (2.0, 6.0)
    assert set(picked) == {10.0, 60.0}
    assert np.mean(picked == 10.0) == pytest.approx(0.75, abs=0.03)


def test_a_clock_time_is_of_its_zone() -> None:
    at = {"cron": "0 0 9 * * *", "zone": "Asia/Tokyo"}  # 00:00 in UTC
    mocks = fleet(statuses={"a": {"go": [{"to": "b", "at": at}]}, "b": {}}, epoch=EPOCH - 3.0)

    life = live(mocks, steps(5.0, 1.0))

    assert [(t, cause) for t, *_, cause in life.moves] == [(3.0, "at 0 0 9 * * * Asia/Tokyo")]


def test_a_condition_must_hold_without_a_break() -> None:
    # The level goes 1, 2, 3, 0, 1, 2, ...: above 0 for three readings, then not.
    metrics = {"level": {"formula": "(age // 1 + 1) % 4"}}
    sent = {"ping": {"every": "1s", "topic": "t", "json": "{level}"}}
    short = fleet(metrics=metrics, messages=sent, statuses=leaving(when="level > 0", held="1.5s"))
    long = fleet(metrics=metrics, messages=sent, statuses=leaving(when="level > 0", held="3.5s"))

    left, stayed = (live(mocks, steps(12.0, 0.1)) for mocks in (short, long))

    (t, *_, cause), *_ = left.moves
    first = next(each.t for each in left.sent if each.payload != b"0.0" and each.payload != b"0")
    assert t == pytest.approx(first + 1.5)
    assert cause == "level > 0 for 1.5s"
    assert stayed.moves == []


def test_an_edge_is_not_a_level() -> None:
    # It holds from the start, breaks off at the fourth reading, and begins again.
    metrics = {"level": {"formula": "(age // 1 + 1) % 4"}}
    sent = {"ping": {"every": "1s", "topic": "t", "json": "{level:.0f}"}}

    def payload_at_move(edge: str | None) -> bytes:
        way = {"when": "level > 0", **({"edge": edge} if edge else {})}
        life = live(fleet(metrics=metrics, messages=sent, statuses=leaving(**way)), steps(9.0, 0.1))
        (t, *_), *_ = life.moves
        return next(each.payload for each in life.sent if each.t == t)

    assert payload_at_move(None) != b"0"
    assert payload_at_move("rising") == b"1"
    assert payload_at_move("falling") == b"0"


def test_an_edge_must_be_seen_in_the_status_itself() -> None:
    statuses = {
        "a": {"send": ["ping"], "go": [{"to": "b", "after": "5.5s"}]},
        "b": {"send": ["ping"], "go": [{"to": "c", "when": "level > 2", "edge": "rising"}]},
        "c": {},
    }

    life = live(fleet(metrics=COUNTING, messages=PING, statuses=statuses), [0.0, 20.0])

    assert [after for *_, after, _ in life.moves] == ["b"]


def test_a_number_of_sends_is_counted_from_the_entry() -> None:
    statuses = {
        "a": {"send": ["ping"], "go": [{"to": "b", "sends": 3}]},
        "b": {"send": ["ping"], "go": [{"to": "a", "sends": 2}]},
    }

    life = live(fleet(metrics=COUNTING, messages=PING, statuses=statuses), [0.0, 10.5])

    assert "".join(each.status for each in life.sent) == "aaabbaaabb"
    assert {cause for *_, cause in life.moves} == {"3 messages sent", "2 messages sent"}


def test_sends_that_stayed_by_chance_are_counted_anew() -> None:
    statuses = {
        "a": {"send": ["ping"], "go": [{"to": "b", "sends": 4, "chance": "50%"}]},
        "b": {},
    }

    life = live(fleet(count=400, metrics=COUNTING, messages=PING, statuses=statuses), [0.0, 30.0])

    sent = {mock: sum(each.mock == mock for each in life.sent) for _, mock, *_ in life.moves}
    assert {count % 4 for count in sent.values()} == {0}
    assert sum(count == 4 for count in sent.values()) == pytest.approx(200, abs=40)


def started(**way: Any) -> Fleet:
    mocks = fleet(metrics=COUNTING, messages=PING, statuses=leaving(**way))
    mocks.connected(mocks.due(0.0).connect, 0.0)
    return mocks


def test_failures_one_after_the_other_end_with_a_send_that_goes_well() -> None:
    mocks = started(fails=3)

    mocks.failed([0, 0], 1.0)
    mocks.delivered([0], 2.0)
    mocks.failed([0, 0], 3.0)
    before = mocks.due(4.0).moves
    mocks.failed([0], 5.0)

    assert before == []
    (move,) = mocks.due(6.0).moves
    assert (move.t, move.cause) == (5.0, "3 sends failed one after the other")


def test_failures_may_be_counted_from_the_entry() -> None:
    mocks = started(fails={"total": 3})

    for t in (1.0, 2.0, 3.0):
        mocks.failed([0], t)
        mocks.delivered([0], t + 0.5)

    (move,) = mocks.due(6.0).moves
    assert (move.t, move.cause) == (3.0, "3 sends failed")
    assert mocks.counts_results
    assert not fleet().counts_results


def test_a_connection_that_is_lost_and_made_leads_on() -> None:
    statuses = {
        "up": {"send": ["ping"], "go": [{"to": "down", "connection": "lost"}]},
        "down": {"go": [{"to": "up", "connection": "made"}]},
    }
    mocks = fleet(count=2, metrics=COUNTING, messages=PING, statuses=statuses)
    mocks.connected(mocks.due(0.0).connect, 0.0)

    mocks.disconnected([1], 2.5)
    mocks.disconnected([1], 2.6)  # it tries again, in vain
    mocks.connected([1], 4.0)

    due = mocks.due(6.0)
    told = [(m.row, m.t, mocks.statuses[m.after], m.cause) for m in due.moves]
    assert told == [(1, 2.5, "down", "connection lost"), (1, 4.0, "up", "connection made")]


def test_a_loop_that_takes_no_time_is_cut_and_says_so() -> None:
    statuses = {
        "a": {"send": ["ping"], "go": [{"to": "b", "after": "0s"}]},
        "b": {"go": [{"to": "a", "after": "0s"}]},
    }
    mocks = fleet(count=3, metrics=COUNTING, messages=PING, statuses=statuses)

    life = live(mocks, [0.0, 0.5])

    mine = [(t, cause) for t, mock, *_, cause in life.moves if mock == 0]
    assert len(mine) == MAX_HOPS + 1
    assert mine[-1] == (0.0, f"held for {HOP_PAUSE:g}s: {MAX_HOPS} moves at one moment")
    assert mocks.next_due() == HOP_PAUSE


def test_a_choice_at_the_entry_takes_no_time() -> None:
    statuses = {
        "draw": {
            "go": [{"to": "good", "after": "0s", "chance": "90%"}, {"to": "bad", "chance": "10%"}]
        },
        "good": {},
        "bad": {},
    }

    life = live(fleet(count=2_000, statuses=statuses, messages={}), [0.0, 0.0])

    assert len(life.moves) == 2_000
    assert {t for t, *_ in life.moves} == {0.0}
    assert sum(after == "bad" for *_, after, _ in life.moves) == pytest.approx(200, abs=50)


DOCUMENT = """
name: x
id: "x-{index}"
metrics: {t: {constant: 1}}
statuses:
  a: {go: [{to: b, WAY}]}
  b: {}
"""


@pytest.mark.parametrize(
    ("way", "problem"),
    [
        ("after: {nromal: {mean: 5}}", "statuses.a.go[0].after.nromal: unknown word 'nromal', did you mean 'normal'?"),
        ("after: {normal: {mean: 5, deviation: x}}", "statuses.a.go[0].after.normal.deviation: needs a duration such as 10s, got 'x'"),
        ("after: {uniform: {min: 5, max: 3}}", "statuses.a.go[0].after.uniform: min must not be above max, got 5 and 3 s"),
        ("after: {lognormal: {median: 5, sigma: 0}}", "statuses.a.go[0].after.lognormal.sigma: must be above 0, got 0"),
        ("after: 5s ± 6s", "statuses.a.go[0].after: spread must be from 0 s to 5 s, got 6 s"),
        ("at: {cron: '0 0 9 * * *', zone: Asia/Tokio}", "statuses.a.go[0].at: unknown time zone 'Asia/Tokio', did you mean 'Asia/Tokyo'?"),
        ("at: {zone: UTC}", "statuses.a.go[0].at: cron needs a clock time such as '0 0 22 * * *', got nothing"),
        ("fails: 0", "statuses.a.go[0].fails: must be from 1 to 1,000,000,000, got 0"),
        ("fails: {totl: 3}", "statuses.a.go[0].fails: needs a number such as 3, or {total: 10}"),
        ("sends: 1.5", "statuses.a.go[0].sends: needs a whole number, got 1.5"),
        ("connection: lots", "statuses.a.go[0].connection: must be 'lost' or 'made', got 'lots', did you mean 'lost'?"),
        ("when: t > 3, held: 0s", "statuses.a.go[0].held: must be above 0 s, got '0s'"),
        ("when: t > 3, edge: up", "statuses.a.go[0].edge: must be 'rising' or 'falling', got 'up'"),
        ("after: 5s, priority: 101", "statuses.a.go[0].priority: must be at most 100, got 101"),
        ("on: {topic: a, where: {x: {abov: 3}}}", "statuses.a.go[0].on.where.x.abov: unknown word 'abov', did you mean 'above'?"),
        ("on: {topic: a, where: {x: {}}}", "statuses.a.go[0].on.where.x: needs one or more of: equal, not, above, below, at_least, at_most, one_of, exists, like"),
        ("on: {topic: 'a/{t}'}", "statuses.a.go[0].on.topic: unknown name 't', allowed: id, index"),
        ("after: 5s, sends: 3", "statuses.a.go[0]: needs only one of after, at, when, on, sends, fails, connection, got after and sends"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_at_its_place(way: str, problem: str) -> None:
    problems = [str(each) for each in check(DOCUMENT.replace("WAY", way)).problems]

    assert problem in problems

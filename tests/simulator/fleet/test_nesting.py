# ruff: noqa: E501 - tables, one row a line
"""Statuses in statuses: what is inherited, what goes on, history, and the way back."""

from typing import Any

import pytest

from simulator import check, parse_document
from simulator.definition.behaviour.nesting import leaves
from tests.simulator.fleet.lives import fleet, live, steps

PING = {"ping": {"every": "1s", "topic": "t", "json": {"n": "{seq}", "is": "{status}"}}}


def moves(mocks: Any, until: float, step: float = 1.0) -> list[tuple[float, str]]:
    return [(t, after) for t, _, _, after, _ in live(mocks, steps(until, step)).moves]


def test_a_mock_is_in_the_first_status_of_its_first_status() -> None:
    statuses = {
        "on": {"statuses": {"idle": {"go": [{"to": "busy", "after": "2s"}]}, "busy": {}}},
    }

    mocks = fleet(messages=PING, statuses=statuses)

    assert mocks.statuses == ("idle", "busy")
    assert moves(mocks, 5.0) == [(2.0, "busy")]


def test_what_is_around_a_status_counts_on_and_keeps_its_rhythm() -> None:
    # The parent's 10 s and its pings go on while its children take turns every 3 s.
    turns = {
        "idle": {"go": [{"to": "busy", "after": "3s"}]},
        "busy": {"go": [{"to": "idle", "after": "3s"}]},
    }
    statuses = {
        "on": {"send": ["ping"], "statuses": turns, "go": [{"to": "off", "after": "10s"}]},
        "off": {"end": True},
    }

    life = live(fleet(messages=PING, statuses=statuses), steps(12.0, 0.5))

    assert [(t, after) for t, _, _, after, _ in life.moves] == [
        (3.0, "busy"), (6.0, "idle"), (9.0, "busy"), (10.0, "off"),
    ]  # fmt: skip
    gaps = {round(b.t - a.t, 9) for a, b in zip(life.sent, life.sent[1:], strict=False)}
    assert gaps == {1.0}
    assert {each.status for each in life.sent} == {"idle", "busy"}


def test_a_child_says_first_how_often_and_may_be_silent() -> None:
    messages = {**PING, "pong": {"every": "2s", "topic": "t", "json": 1}}
    inner = {
        "calm": {"send": {"ping": "never"}, "go": [{"to": "wild", "after": "10s"}]},
        "wild": {"send": {"ping": "500ms"}},
    }
    statuses = {"on": {"send": ["ping", "pong"], "statuses": inner}}

    life = live(fleet(messages=messages, statuses=statuses), [0.0, 20.0])

    def count(name: str, start: float, end: float) -> int:
        return sum(each.message == name and start < each.t <= end for each in life.sent)

    assert count("ping", 0.0, 10.0) == 0
    assert count("ping", 10.0, 20.0) == 20
    assert count("pong", 0.0, 20.0) == 10


@pytest.mark.parametrize(("history", "comes_to"), [(True, "b"), (False, "a")])
def test_history_goes_on_where_it_was_left(history: bool, comes_to: str) -> None:
    statuses = {
        "work": {
            "history": history,
            "statuses": {"a": {"go": [{"to": "b", "after": "2s"}]}, "b": {}},
            "go": [{"to": "pause", "after": "5s"}],
        },
        "pause": {"go": [{"to": "work", "after": "1s"}]},
    }

    found = moves(fleet(messages=PING, statuses=statuses), 6.0)

    assert found == [(2.0, "b"), (5.0, "pause"), (6.0, comes_to)]


def test_back_is_where_the_mock_came_from() -> None:
    statuses = {
        "a": {
            "go": [{"to": "pause", "after": "2s", "chance": "50%"}, {"to": "b", "chance": "50%"}]
        },
        "b": {"go": [{"to": "pause", "after": "2s"}]},
        "pause": {"go": [{"to": "back", "after": "1s"}]},
    }

    life = live(fleet(count=40, messages=PING, statuses=statuses), [0.0, 5.5])

    came = {(mock, t): before for t, mock, before, after, _ in life.moves if after == "pause"}
    back = [(mock, t, after) for t, mock, before, after, _ in life.moves if before == "pause"]
    assert {after for *_, after in back} == {"a", "b"}
    assert all(came[mock, t - 1.0] == after for mock, t, after in back)


def test_the_inner_status_goes_first_unless_the_outer_has_priority() -> None:
    def statuses(priority: int) -> dict[str, Any]:
        inner = {"in": {"go": [{"to": "mine", "after": "2s"}]}}
        outer = {"to": "yours", "after": "2s", "priority": priority}
        return {"on": {"statuses": inner, "go": [outer]}, "mine": {}, "yours": {}}

    assert moves(fleet(messages=PING, statuses=statuses(0)), 3.0) == [(2.0, "mine")]
    assert moves(fleet(messages=PING, statuses=statuses(1)), 3.0) == [(2.0, "yours")]


def test_of_two_in_one_status_the_higher_priority_then_the_first_goes() -> None:
    def go(*priorities: int) -> list[tuple[float, str]]:
        names = ["a", "b", "c"]
        ways = [
            {"to": name, "after": "2s", "priority": priority}
            for name, priority in zip(names, priorities, strict=True)
        ]
        statuses = {"on": {"go": ways}, **{name: {} for name in names}}
        return moves(fleet(messages=PING, statuses=statuses), 3.0)

    assert go(0, 0, 0) == [(2.0, "a")]
    assert go(0, 5, 5) == [(2.0, "b")]
    assert go(-1, -2, 0) == [(2.0, "c")]


def test_conditions_too_go_by_priority() -> None:
    ways = [{"to": "a", "when": "x > 3"}, {"to": "b", "when": "x > 4", "priority": 1}]
    statuses = {"on": {"send": ["ping"], "go": ways}, "a": {}, "b": {}}

    mocks = fleet(metrics={"x": {"constant": 5}}, messages=PING, statuses=statuses)

    assert [after for _, after in moves(mocks, 2.0)] == ["b"]


def test_entering_and_leaving_go_outwards_and_inwards() -> None:
    def doing(name: str) -> dict[str, Any]:
        return {"enter": {"send": [f"in {name}"]}, "leave": {"send": [f"out {name}"]}}

    names = ["out", "a", "b"]
    messages = {
        f"{way} {name}": {"topic": "t", "json": "{status}"}
        for name in names
        for way in ("in", "out")
    }
    inner = {
        "a": {**doing("a"), "go": [{"to": "b", "after": "1s"}]},
        "b": {**doing("b"), "go": [{"to": "end", "after": "1s"}]},
    }
    statuses = {"out": {**doing("out"), "statuses": inner}, "end": {}}

    life = live(fleet(messages=messages, statuses=statuses), steps(3.0, 0.5))

    assert [(each.t, each.message, each.status) for each in life.sent] == [
        (0.0, "in out", "a"), (0.0, "in a", "a"), (1.0, "out a", "a"), (1.0, "in b", "b"),
        (2.0, "out b", "b"), (2.0, "out out", "b"),
    ]  # fmt: skip


def test_an_inner_override_comes_before_an_outer_one() -> None:
    messages = {"m": {"every": "1s", "topic": "t", "json": "{x}"}}
    inner = {
        "a": {"go": [{"to": "b", "after": "3s"}]},
        "b": {"metrics": {"x": {"constant": 3}}, "go": [{"to": "plain", "after": "3s"}]},
    }
    statuses = {
        "on": {"send": ["m"], "metrics": {"x": {"constant": 2}}, "statuses": inner},
        "plain": {"send": ["m"]},
    }

    life = live(
        fleet(metrics={"x": {"constant": 1}}, messages=messages, statuses=statuses), [0.0, 9.5]
    )

    assert "".join(each.payload.decode() for each in life.sent) == "222333111"


def test_a_metric_goes_on_where_it_was_after_it_was_overridden() -> None:
    messages = {"m": {"every": "1s", "topic": "t", "json": "{n}"}}
    statuses = {
        "on": {"send": ["m"], "go": [{"to": "off", "after": "3.5s"}]},
        "off": {
            "send": ["m"],
            "metrics": {"n": {"constant": -1}},
            "go": [{"to": "again", "after": "2.5s"}],
        },
        "again": {"send": ["m"]},
    }
    metrics = {"n": {"formula": "previous + 1 if previous >= 0 else 0"}}

    life = live(fleet(metrics=metrics, messages=messages, statuses=statuses), [0.0, 9.5])

    values = [int(float(each.payload)) for each in life.sent]
    own = [value for value in values if value >= 0]
    assert values.count(-1) == 2
    assert own == sorted(own)


@pytest.mark.parametrize("other", [{"uniform": {"min": 0, "max": 9}}, {"bernoulli": 0.5}])
def test_mocks_in_other_statuses_do_not_change_what_is_computed_of_a_value(other: Any) -> None:
    def sent(first: int, count: int, step: float) -> list[Any]:
        mocks = fleet(
            metrics={"n": {"counter": {"start": 1}}, "sum": {"formula": "n + 1"}},
            messages={"m": {"every": "1s", "topic": "t", "json": "{sum}"}},
            statuses={
                "on": {"send": ["m"], "go": [{"to": "odd", "chance": "30% per second"}]},
                "odd": {
                    "send": ["m"],
                    "metrics": {"n": other},
                    "go": [{"to": "on", "after": "3s"}],
                },
            },
            first=first,
            count=count,
            total=6,
            is_instant=True,
        )
        return sorted(
            (e.mock, e.t, e.payload) for e in live(mocks, steps(30.0, step), first=first).sent
        )

    apart = [each for first in range(6) for each in sent(first, 1, 2.5)]

    assert sent(0, 6, 30.0) == sorted(apart)


def test_mocks_in_other_statuses_do_not_change_how_a_value_is_written() -> None:
    # Whole numbers of one status stay whole beside numbers with decimals of another.
    messages = {"m": {"every": "1s", "topic": "t", "json": "{x}"}}
    statuses = {
        "a": {"send": ["m"], "go": [{"to": "b", "chance": "30% per second"}]},
        "b": {"send": ["m"], "metrics": {"x": {"constant": 2.5}}},
    }

    life = live(
        fleet(count=30, metrics={"x": {"constant": 1}}, messages=messages, statuses=statuses),
        [0.0, 4.0],
    )

    assert {each.payload for each in life.sent} == {b"1", b"2.5"}


NESTED = """
name: Nested
id: "n-{index}"
messages: {m: {every: 1s, json: 1}}
statuses:
  on:
    send: [m]
    statuses:
      idle: {go: [{to: busy, after: 1s}]}
      busy: {}
    go: [{to: off, after: 5s}]
  off: {}
"""


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("{to: busy", "{to: bsy", "statuses.on.statuses.idle.go[0].to: unknown status 'bsy', did you mean 'busy'?"),
        ("[{to: busy, after: 1s}]", "[]", "statuses.on.statuses.busy: cannot be reached from 'on': no transition goes to it; if an order is to lead there, say ordered: true"),
        ("busy: {}", "off: {}", "statuses.off: there is a status 'off' already, choose another name"),
        ("busy: {}", "busy: {history: true}", "statuses.on.statuses.busy.history: only a status with statuses of its own has a history"),
        ("busy: {}", "busy: {send: {x: never}}", "statuses.on.statuses.busy.send.x: unknown message 'x', allowed: m" ),
        ("off: {}", "off: {send: {m: never}}", "statuses.off.send.m: 'never' is for what the status around it sends; 'm' is not sent there"),
        ("busy: {}", "busy: {end: true, statuses: {x: {}}}", "statuses.on.statuses.busy.statuses: a status with 'end: true' is the last one of a mock"),
        ("busy: {}", "busy: {statuses: {a: {statuses: {b: {statuses: {c: {statuses: {d: {}}}}}}}}}", "statuses.on.statuses.busy.statuses.a.statuses.b.statuses.c.statuses.d: statuses lie at most 5 levels deep"),
        ("off: {}", "off: {metrics: {t: {constant: 1}}}", "statuses.off.metrics.t: unknown metric 't', there is none"),
        ("{to: off, after: 5s}", "{to: off, after: 5s, edge: rising}", "statuses.on.go[0].edge: 'edge' stands beside 'when' only"),
        ("off: {}", "off: {enter: {send: [n], set: {v: 1}}}", "statuses.off.enter.set.v: unknown variable 'v', there is none"),
        ("off: {}", 'off: {every: "{pace} s"}', "statuses.off.every: unknown name 'pace', allowed: index"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_at_its_place(old: str, new: str, problem: str) -> None:
    assert old in NESTED

    problems = [str(each) for each in check(NESTED.replace(old, new)).problems]

    assert problem in problems


def test_more_than_fifty_statuses_on_all_levels_are_refused() -> None:
    inner = {f"s{i}": {"go": [{"to": f"s{i + 1}", "after": "1s"}]} for i in range(60)}
    document = {
        "name": "x",
        "id": "{index}",
        "statuses": {"on": {"statuses": {**inner, "s60": {}}}},
    }

    with pytest.raises(Exception, match="at most 50 statuses on all levels, got 62"):
        parse_document(document)


def test_a_plain_definition_has_its_statuses_as_they_stand() -> None:
    definition = parse_document({"name": "x", "id": "{index}"})

    assert leaves(definition.statuses) == ("running",)

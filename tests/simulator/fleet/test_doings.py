"""What statuses do as they are entered and left, and what becomes of variables that are set."""

from typing import Any

import orjson
import pytest

from simulator.fleet import Fleet
from tests.simulator.fleet.lives import fleet, live, steps

MESSAGES = {
    "ping": {"every": "{pace} s", "topic": "t", "json": ["{pace}", "{label}"]},
    "hello": {"topic": "hello", "json": {"n": "{seq}", "is": "{status}", "pace": "{pace}"}},
    "bye": {"topic": "bye", "json": {"n": "{seq}", "is": "{status}"}},
}
VARIABLES = {"pace": {"choice": [2]}, "label": {"choice": ["none"]}, "on": {"choice": [False]}}


def mocks(statuses: dict[str, Any], **settings: Any) -> Fleet:
    return fleet(messages=MESSAGES, variables=VARIABLES, statuses=statuses, **settings)


def test_what_is_set_on_entry_is_what_the_entry_sends() -> None:
    statuses = {
        "a": {"send": ["ping"], "go": [{"to": "b", "after": "5s"}], "leave": {"send": ["bye"]}},
        "b": {"enter": {"set": {"pace": "pace / 2 + 2"}, "send": ["hello"]}, "send": ["ping"]},
    }

    life = live(mocks(statuses), [0.0, 20.0])

    turn = [(each.message, orjson.loads(each.payload)) for each in life.sent if each.t == 5.0]
    assert turn == [
        ("bye", {"n": turn[0][1]["n"], "is": "a"}),
        ("hello", {"n": turn[0][1]["n"] + 1, "is": "b", "pace": 3}),
    ]


def test_a_set_interval_holds_from_the_moment_it_is_set() -> None:
    statuses = {
        "a": {"send": ["ping"], "go": [{"to": "b", "after": "5s"}]},
        "b": {
            "enter": {"set": {"pace": 0.5}},
            "send": ["ping"],
            "go": [{"to": "c", "after": "3s"}],
        },
        "c": {"enter": {"set": {"pace": 3}}, "send": ["ping"]},
    }
    variables = {**VARIABLES, "pace": {"uniform": {"min": 2.0, "max": 2.0}}}

    life = live(fleet(messages=MESSAGES, variables=variables, statuses=statuses), [0.0, 18.0])

    late = [each.t for each in life.sent if each.t > 5.0]
    assert late == [5.5, 6.0, 6.5, 7.0, 7.5, 11.0, 14.0, 17.0]


@pytest.mark.parametrize(
    ("value", "gap"), [(0, 0.001), (-5, 0.001), ("'x'", None), ("1 / 0", None)]
)
def test_an_interval_is_never_too_short_and_odd_values_change_nothing(
    value: Any, gap: float | None
) -> None:
    statuses = {
        "a": {"send": ["ping"], "go": [{"to": "b", "after": "5s"}]},
        "b": {"enter": {"set": {"pace": value}}, "send": ["ping"]},
    }

    life = live(mocks(statuses), [0.0, 5.01, 9.0] if gap is None else [0.0, 5.01])

    late = [each.t for each in life.sent if each.t > 5.0]
    if gap is None:
        assert late == [7.0, 9.0]
    else:
        assert late[:3] == pytest.approx([5.001, 5.002, 5.003])


def test_a_variable_keeps_its_kind() -> None:
    def after(**sets: Any) -> list[Any]:
        messages = {"m": {"every": "1s", "topic": "t", "json": ["{pace}", "{label}", "{on}"]}}
        statuses = {"a": {"send": ["m"], "enter": {"set": sets}}}
        life = live(fleet(messages=messages, variables=VARIABLES, statuses=statuses), [0.0, 1.5])
        return list(orjson.loads(life.sent[0].payload))

    assert after(pace=7.6) == [8, "none", False]
    assert after(pace="'fast'") == [2, "none", False]
    assert after(label="'x'", on="1 < 2") == [2, "x", True]
    assert after(label=5, on=1) == [2, 5, False]


def test_values_are_computed_before_any_is_set() -> None:
    variables = {"a": {"choice": [1]}, "b": {"choice": [2]}}
    messages = {"m": {"every": "1s", "topic": "t", "json": ["{a}", "{b}"]}}
    statuses = {"s": {"send": ["m"], "enter": {"set": {"a": "b", "b": "a"}}}}

    life = live(fleet(messages=messages, variables=variables, statuses=statuses), [0.0, 1.5])

    assert life.sent[0].payload == b"[2,1]"


def test_what_is_sent_on_entry_waits_for_the_connection() -> None:
    statuses = {
        "off": {"connected": False, "go": [{"to": "on", "after": "2s"}]},
        "on": {"enter": {"send": ["hello"]}},
    }
    fleet_ = mocks(statuses, count=2)
    fleet_.due(0.0)
    asked = fleet_.due(3.0)
    before = asked.sends

    fleet_.connected([1], 4.5)
    due = fleet_.due(10.0)

    assert (asked.connect, before) == ([0, 1], [])
    assert [(b.message, b.rows.tolist(), b.scheduled.tolist()) for b in due.sends] == [
        ("hello", [1], [4.5])
    ]


def test_who_goes_off_again_before_the_connection_says_nothing() -> None:
    statuses = {
        "off": {"connected": False, "go": [{"to": "on", "after": "2s"}]},
        "on": {"enter": {"send": ["hello"]}, "go": [{"to": "gone", "after": "3s"}]},
        "gone": {"connected": False},
    }
    fleet_ = mocks(statuses)
    fleet_.due(6.0)

    fleet_.connected([0], 7.0)

    assert fleet_.due(9.0).sends == []


def test_connections_that_are_made_at_once_need_nobody_to_tell() -> None:
    statuses = {
        "on": {"enter": {"send": ["hello"]}, "go": [{"to": "off", "after": "2s"}]},
        "off": {"connected": False, "go": [{"to": "on", "after": "3s"}]},
    }

    due = mocks(statuses, is_instant=True).due(11.0)

    assert [each for b in due.sends for each in b.scheduled.tolist()] == [0.0, 5.0, 10.0]


def test_uptime_counts_from_the_last_start() -> None:
    messages = {"m": {"every": "1s", "topic": "t", "json": ["{uptime:.0f}", "{age:.0f}"]}}
    statuses = {
        "on": {"send": ["m"], "go": [{"to": "down", "after": "5s"}]},
        "down": {"connected": False, "restart": True, "go": [{"to": "up", "after": "3s"}]},
        "up": {"send": ["m"]},
    }

    life = live(fleet(messages=messages, statuses=statuses), steps(10.0, 0.5))

    assert life.sent[-1].payload == b"[2,10]"


def test_progress_goes_to_one() -> None:
    messages = {"m": {"every": "1s", "topic": "t", "json": "{progress}"}}
    statuses = {
        "a": {"send": ["m"], "go": [{"to": "b", "after": "4.5s"}]},
        "b": {"send": ["m"]},
    }

    life = live(fleet(messages=messages, statuses=statuses), [0.0, 6.0])

    shares = [orjson.loads(each.payload) for each in life.sent]
    expected = [each.t / 4.5 for each in life.sent if each.status == "a"]
    assert shares[: len(expected)] == pytest.approx(expected)
    assert shares[-1] is None


def test_a_name_that_a_document_gives_is_the_documents() -> None:
    messages = {"m": {"every": "1s", "topic": "t", "json": "{uptime}"}}

    life = live(fleet(metrics={"uptime": {"constant": 7}}, messages=messages), [0.0, 1.0])

    assert {each.payload for each in life.sent} == {b"7"}

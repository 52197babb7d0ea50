# ruff: noqa: E501 - tables, one row a line
"""What mocks answer, when, how often, and what they do not answer."""

from typing import Any

import numpy as np
import orjson
import pytest
from scipy import stats

from simulator import check
from simulator.fleet import Due, Fleet
from simulator.fleet.pending import MAX_PENDING
from simulator.fleet.replying import MAX_A_SECOND
from tests.simulator.fleet.lives import fleet

ON = {"topic": "cmd/{id}/#"}
ACK = {"topic": "ack/{id}", "json": "{in.payload.id}"}


def mocks(count: int = 1, **replies: Any) -> Fleet:
    """Mocks that are connected and send nothing by themselves."""
    started = fleet(
        count=count,
        variables={"limit": {"choice": [5]}, "label": {"choice": ["x"]}},
        messages={"note": {"topic": "note", "json": ["{limit}", "{label}", "{status}"]}},
        statuses={"on": {"go": [{"to": "off", "after": "1d"}]}, "off": {}},
        replies=replies,
    )
    started.connected(started.due(0.0).connect, 0.0)
    started.due(0.0)
    return started


def ask(fleet_: Fleet, payload: Any, *, t: float = 1.0, row: int = 0, to: str = "x") -> None:
    data = payload if isinstance(payload, bytes) else orjson.dumps(payload)
    fleet_.received(row, f"cmd/d-{row}/{to}", data, t)


def sent(due: Due) -> list[tuple[str, float, str, Any]]:
    return [
        (batch.message, float(batch.scheduled[i]), batch.addresses[i], orjson.loads(payload))
        for batch in due.sends
        for i, payload in enumerate(batch.payloads)
    ]


def test_an_answer_echoes_what_came() -> None:
    body = {
        "id": "{in.payload.id}",
        "deep": "{in.payload.a[1]['b-c']}",
        "all": "{in.payload}",
        "text": "got {in.payload.id} on {in.topic[2]}",
        "double": "{in.payload.n * 2}",
        "none": "{in.payload.nothing.here}",
        "topic": "{in.topic}",
    }
    fleet_ = mocks(echo={"on": ON, "send": {"topic": "ack/{in.topic[1]}", "json": body}})
    came = {"id": "q-1", "a": [0, {"b-c": True}], "n": 4}

    ask(fleet_, came, to="get")

    ((name, t, address, answer),) = sent(fleet_.due(2.0))
    assert (name, t, address) == ("echo", 1.0, "ack/d-0")
    assert answer == {
        "id": "q-1", "deep": True, "all": came, "text": "got q-1 on get", "double": 8,
        "none": None, "topic": "cmd/d-0/get",
    }  # fmt: skip


@pytest.mark.parametrize("payload", [b"", b"\xff\xfe", b"[1]", b'"text"', b"[" * 5_000])
def test_what_a_message_lacks_is_no_value(payload: bytes) -> None:
    text = {"topic": "t", "json": ["{in.payload.id}", "{in.topic[9]}", "{in.payload.a + 1}"]}
    fleet_ = mocks(echo={"on": ON, "send": text, "set": {"limit": "in.payload.limit"}})

    ask(fleet_, payload)

    assert sent(fleet_.due(2.0))[0][-1] == [None, None, None]


@pytest.mark.parametrize(
    ("wanted", "good", "bad"),
    [
        (5, [5, 5.0], ["5", True, None, 6]),
        ({"equal": True}, [True], [1, "true"]),
        ({"not": 5}, [6, "5", None], [5]),
        ({"above": 3, "below": 5}, [4, 4.5], [3, 5, "4", True]),
        ({"at_least": 3, "at_most": 5}, [3, 5], [2.9, 5.1]),
        ({"one_of": ["a", 2]}, ["a", 2.0], ["b", "2"]),
        ({"exists": True}, [None, 0, ""], []),
        ({"like": "fw-?.*"}, ["fw-2.", "fw-3.10"], ["fw-10.1", "xfw-2.1", 5]),
        ({"not": {"at_least": 1, "at_most": 9}}, [0, 10, "x"], [1, 5, 9]),
        ("{id}", ["d-0"], ["d-1"]),
    ],
)
def test_a_field_is_held_against_what_is_wanted(
    wanted: Any, good: list[Any], bad: list[Any]
) -> None:
    def answers(value: Any) -> bool:
        fleet_ = mocks(ack={"on": {**ON, "where": {"f.v": wanted}}, "send": ACK})
        ask(fleet_, {"f": {"v": value}})
        return bool(sent(fleet_.due(2.0)))

    assert [value for value in good if not answers(value)] == []
    assert [value for value in bad if answers(value)] == []


def test_a_pattern_takes_no_longer_than_its_length_allows() -> None:
    fleet_ = mocks(ack={"on": {**ON, "where": {"v": {"like": "*a" * 200 + "b"}}}, "send": ACK})

    ask(fleet_, {"v": "a" * 5_000})

    assert sent(fleet_.due(2.0)) == []


def test_the_first_that_matches_answers() -> None:
    fleet_ = mocks(
        big={"on": ON, "if": "in.payload.v > limit", "send": {"topic": "t", "json": "big"}},
        odd={
            "on": ON,
            "if": "in.payload.v % 2 == 1",
            "more": True,
            "send": {"topic": "t", "json": "odd"},
        },
        rest={"on": ON, "send": {"topic": "t", "json": "rest"}},
    )

    for t, value in enumerate([9, 3, 2], start=1):
        ask(fleet_, {"v": value}, t=float(t))

    assert [name for name, *_ in sent(fleet_.due(5.0))] == ["big", "odd", "rest", "rest"]


def test_a_reply_may_be_for_some_statuses_only_and_lead_to_others() -> None:
    fleet_ = mocks(
        stop={"on": ON, "in": "on", "go": "off", "send": "note"},
        rest={"on": ON, "send": ACK},
    )

    ask(fleet_, {"id": 1}, t=1.0)
    ask(fleet_, {"id": 2}, t=2.0)

    due = fleet_.due(3.0)
    assert [(name, body) for name, _, _, body in sent(due)] == [
        ("note", [5, "x", "on"]),
        ("rest", 2),
    ]
    assert [(m.t, fleet_.statuses[m.after], m.cause) for m in due.moves] == [
        (1.0, "off", "reply stop to cmd/d-0/x")
    ]


def test_what_is_set_is_what_the_answer_says() -> None:
    reply = {"on": ON, "set": {"limit": "in.payload.v", "label": "in.payload.l"}, "send": "note"}
    fleet_ = mocks(count=3, set=reply)

    ask(fleet_, {"v": 7, "l": "new"}, row=1)
    ask(fleet_, {"v": "seven", "l": {"no": "text"}}, row=2)

    assert [body for *_, body in sent(fleet_.due(2.0))] == [
        [7, "new", "on"],
        [5, '{"no":"text"}', "on"],
    ]


def test_a_delay_is_drawn_and_answers_come_in_its_order() -> None:
    fleet_ = mocks(
        count=3_000, ack={"on": ON, "send": ACK, "delay": {"exponential": {"mean": "2s"}}}
    )
    for row in range(3_000):
        ask(fleet_, {"id": row}, row=row)

    answers = sent(fleet_.due(60.0))

    delays = np.array([t for _, t, *_ in answers]) - 1.0
    assert len(delays) == 3_000
    assert stats.kstest(delays, stats.expon(scale=2).cdf).pvalue > 0.01


def test_some_messages_are_left_unanswered_on_purpose() -> None:
    fleet_ = mocks(count=2_000, ack={"on": ON, "send": ACK, "chance": "70%"})
    for row in range(2_000):
        ask(fleet_, {"id": row}, row=row)

    assert len(sent(fleet_.due(2.0))) == pytest.approx(1_400, abs=80)


def test_several_answers_come_all_by_weight_or_by_turns() -> None:
    def answers(choose: str, times: int) -> list[Any]:
        several = [
            {"topic": "t", "json": "a", "weight": 3},
            {"topic": "t", "json": "b", "delay": "500ms"},
        ]
        fleet_ = mocks(some={"on": ON, "send": several, "choose": choose})
        found = []
        for n in range(times):
            ask(fleet_, {}, t=1.0 + n)
            found += sent(fleet_.due(1.9 + n))
        return [(t, body) for _, t, _, body in found]

    assert answers("all", 1) == [(1.0, "a"), (1.5, "b")]
    assert [body for _, body in answers("next", 5)] == ["a", "b", "a", "b", "a"]
    drawn = [body for _, body in answers("random", 400)]
    assert drawn.count("a") == pytest.approx(300, abs=35)
    assert len(drawn) == 400


def test_names_of_its_own_are_computed_once() -> None:
    reply = {
        "on": ON,
        "with": {"celsius": "(in.payload.f - 32) / 1.8", "is_hot": "celsius > 30"},
        "send": {"topic": "t", "json": ["{celsius:.1f}", "{is_hot}"]},
    }
    fleet_ = mocks(read=reply)

    ask(fleet_, {"f": 95})

    assert sent(fleet_.due(2.0))[0][-1] == [35.0, True]


def test_a_storm_is_answered_in_part_and_the_log_says_so() -> None:
    fleet_ = mocks(ack={"on": ON, "send": ACK})

    for n in range(500):
        ask(fleet_, {"id": n}, t=1.0)
        if n % 50 == 0:
            fleet_.due(1.0)
    due = fleet_.due(1.5)
    ask(fleet_, {"id": "later"}, t=2.5)

    assert fleet_.sequence[0] <= MAX_A_SECOND
    assert sent(fleet_.due(3.0))[-1][-1] == "later"
    assert due.moves == [] or "left unanswered" in due.moves[0].cause


def test_what_waits_to_be_answered_is_bounded() -> None:
    fleet_ = mocks(ack={"on": ON, "send": ACK, "delay": "1h"})

    causes = []
    for second in range(4):
        for n in range(60):
            ask(fleet_, {"id": n}, t=1.0 + second + n / 100)
        causes += [move.cause for move in fleet_.due(1.9 + second).moves]

    assert len(fleet_._parts.replying.state()["agenda.times"]) == MAX_PENDING
    assert set(causes) == {f"left unanswered: more than {MAX_PENDING} replies wait"}


def test_a_mock_listens_for_its_replies() -> None:
    assert mocks(ack={"on": ON, "send": ACK}).subscriptions(0) == ("cmd/d-0/#",)


DOCUMENT = """
name: x
id: "x-{index}"
variables: {v: {choice: [1]}, w: {choice: [1]}}
metrics: {t: {constant: 1}}
messages: {m: {every: 1s, json: 1}, ack: {json: "{t}"}}
statuses: {a: {enter: {set: {w: 1}}, go: [{to: b, after: 1h}]}, b: {}}
replies:
  r: {on: {topic: "c/{id}"}, send: ack}
"""


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("send: ack", "send: akc", "replies.r.send: unknown message 'akc', did you mean 'ack'?"),
        ("send: ack", "send: [ack, akc]", "replies.r.send[1]: unknown message 'akc', did you mean 'ack'?"),
        ("send: ack", "send: {message: ack, qos: 1}", "replies.r.send: 'qos' is said by the message 'ack' itself"),
        ("send: ack", "go: c", "replies.r.go: unknown status 'c', allowed: a, b"),
        ("send: ack", "in: [aa]", "replies.r.in[0]: unknown status 'aa', did you mean 'a'?"),
        ("send: ack", "set: {vv: 1}", "replies.r.set.vv: unknown variable 'vv', did you mean 'v'?"),
        ("send: ack", "if: in.payload.x > tt", "replies.r.if: unknown metric 'tt', did you mean 't'?"),
        ("send: ack", "with: {t: 1}", "replies.r.with.t: 't' means something already, choose another name"),
        ("send: ack", 'send: {json: "{tt}"}', "replies.r.send.json: unknown metric 'tt', did you mean 't'?"),
        ('json: "{t}"', 'json: "{in.payload.x}"', "messages.ack.json: 'in', what came in, is known to replies only"),
        ('"c/{id}"', '"c/{w}"', "replies.r.on.topic: 'w' is set by a status or a reply; what is waited for stays the same"),
        ('"x-{index}"', '"x-{index}-{w}"', "statuses.a.enter.set.w: 'w' is part of the mock's id, which stays the same"),
        ("  r: {", "  m: {", "replies.m: there is a message 'm' already, choose another name"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_at_its_place(old: str, new: str, problem: str) -> None:
    assert old in DOCUMENT

    problems = [str(each) for each in check(DOCUMENT.replace(old, new)).problems]

    assert any(each.startswith(problem) for each in problems)

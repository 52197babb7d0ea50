"""Store and forward: what cannot be sent at its time is kept, bounded, and sent later."""

import re
from typing import Any

import numpy as np
import orjson
import pytest

from simulator import parse_document
from simulator.definition.behaviour.buffer import MAX_MESSAGES_KEPT
from simulator.errors import DefinitionError
from simulator.fleet import Due, Fleet, backlog
from tests.simulator.fleet.lives import EPOCH, fleet, live, steps

PING = {"ping": {"every": "1s", "topic": "t/{id}", "json": {"seq": "{seq}", "at": "{now:epoch}"}}}


def tunnel(buffer: Any, *, away: str = "5s", **more: Any) -> Fleet:
    """A mock that pings once a second, and is off line from 10 s on for some seconds."""
    statuses = {
        "on": {"send": ["ping"], "go": [{"to": "off", "after": "10s"}]},
        "off": {
            "connected": False,
            "send": ["ping"],
            "buffer": buffer,
            "go": [{"to": "back", "after": away}],
        },
        "back": {"send": ["ping"]},
    }
    return fleet(messages=PING, statuses=statuses, **more)


def sequences(due: Due) -> list[int]:
    return [int(n) for batch in due.sends for n in batch.sequences]


def at(mocks: Fleet, t: float, *, connect: bool = True) -> Due:
    """What is due up to ``t``; whoever asks for a connection has it then."""
    due = mocks.due(t)
    if connect:
        mocks.connected([*due.connect, *due.reconnect], t)
    return due


def test_what_is_made_off_line_waits_and_keeps_its_time() -> None:
    mocks = tunnel(100)
    at(mocks, 0.0)
    before = sequences(at(mocks, 10.5))

    away = at(mocks, 14.9)
    at(mocks, 15.2)
    back = at(mocks, 15.2)

    assert sequences(away) == []
    assert sequences(back) == [before[-1] + n for n in range(1, 1 + len(back.sends))]
    scheduled = np.concatenate([batch.scheduled for batch in back.sends])
    held = np.concatenate([batch.held for batch in back.sends if batch.held is not None])
    assert len(scheduled) >= 4
    assert scheduled.max() <= 15.0
    assert held == pytest.approx(15.2 - scheduled)
    for batch in back.sends:
        payload = orjson.loads(batch.payloads[0])
        assert payload["seq"] == batch.sequences[0]
        assert payload["at"] == round(EPOCH + batch.scheduled[0])
        assert mocks.statuses[batch.statuses[0]] == "off"


def test_without_a_buffer_it_is_sent_and_lost() -> None:
    mocks = tunnel(0)
    at(mocks, 0.0)
    at(mocks, 10.5)

    assert len(sequences(at(mocks, 14.9))) == 4


@pytest.mark.parametrize(
    ("drop", "kept"),
    [("oldest", slice(-3, None)), ("newest", slice(0, 3))],
)
def test_a_full_buffer_drops_and_says_so(drop: str, kept: slice) -> None:
    mocks = tunnel({"size": 3, "drop": drop}, away="10s")
    at(mocks, 0.0)
    last = sequences(at(mocks, 10.5))[-1]

    away = at(mocks, 19.9)
    at(mocks, 20.1)
    back = sequences(at(mocks, 20.1))

    made = list(range(last + 1, last + 1 + 3 + len(away.drops)))
    assert back == made[kept]
    assert {why for _, why in away.drops} == {
        f"the buffer of 3 messages is full, the {drop} message goes"
    }
    gone = [int(batch.sequences[0]) for batch, _ in away.drops]
    assert sorted(gone + back) == made


def test_a_buffer_may_be_bounded_in_bytes() -> None:
    mocks = tunnel({"size": 1_000, "bytes": "100 B"}, away="10s")
    at(mocks, 0.0)
    at(mocks, 10.5)

    away = at(mocks, 19.9)
    at(mocks, 20.1)
    back = at(mocks, 20.1)

    sizes = [len(b.payloads[0]) + len(b.addresses[0]) for b in back.sends]
    assert sum(sizes) <= 100 < sum(sizes) + max(sizes)
    assert away.drops[0][1] == "the buffer of 100 bytes is full, the oldest message goes"


def test_a_message_larger_than_the_buffer_is_not_kept() -> None:
    mocks = tunnel({"size": 10, "bytes": 20})
    at(mocks, 0.0)
    at(mocks, 10.5)

    away = at(mocks, 12.0)

    assert re.fullmatch(r"the message has \d+ bytes, the buffer 20", away.drops[0][1])


def test_a_shard_keeps_only_so_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backlog, "MAX_BYTES", 200)
    mocks = tunnel(1_000, count=20)
    at(mocks, 0.0)
    at(mocks, 10.5)

    away = at(mocks, 14.9)

    assert {why for _, why in away.drops} == {backlog.NO_ROOM}
    assert (
        sum(
            len(p) + len(a)
            for b in mocks.backlog()
            for p, a in zip(b.payloads, b.addresses, strict=True)
        )
        <= 200
    )


def test_the_backlog_is_sent_at_its_rate_beside_new_messages() -> None:
    mocks = tunnel({"size": 100, "rate": "2 per second"}, away="8s")
    at(mocks, 0.0)
    at(mocks, 17.9)
    at(mocks, 18.0)

    life = live(mocks, steps(30.0, 0.1)[180:])

    old = [sent for sent in life.sent if sent.status == "off"]
    new = [sent for sent in life.sent if sent.status == "back"]
    assert [sent.sequence for sent in old] == sorted(sent.sequence for sent in old)
    assert len(old) >= 7
    places = [life.sent.index(sent) for sent in (old[0], new[0], old[-1])]
    assert places == sorted(places)


def test_the_newest_may_go_first() -> None:
    mocks = tunnel({"size": 100, "first": "newest"})
    at(mocks, 0.0)
    at(mocks, 15.2)

    back = sequences(at(mocks, 15.2))

    assert back == sorted(back, reverse=True)
    assert len(back) >= 4


def test_new_messages_may_have_to_wait_for_the_old_ones() -> None:
    mocks = tunnel({"size": 100, "rate": "2 per second", "live": "after"}, away="8s")

    life = live(mocks, steps(40.0, 0.1))

    assert [sent.sequence for sent in life.sent] == list(range(1, len(life.sent) + 1))
    assert len(life.sent) >= 38


def test_what_is_made_while_the_connection_is_lost_waits_too() -> None:
    statuses = {"on": {"send": ["ping"], "buffer": {"size": 10, "rate": 5}}}
    mocks = fleet(messages=PING, statuses=statuses)
    at(mocks, 0.0)
    first = sequences(at(mocks, 5.0))
    mocks.disconnected([0], 5.0)

    lost = sequences(at(mocks, 9.0))
    mocks.connected([0], 9.0)
    back = sequences(at(mocks, 9.9))

    assert lost == []
    assert first + back == list(range(1, len(first + back) + 1))


def test_a_buffer_may_be_meant_for_statuses_only() -> None:
    statuses = {"on": {"send": ["ping"], "buffer": {"size": 10, "connection_loss": False}}}
    mocks = fleet(messages=PING, statuses=statuses)
    at(mocks, 0.0)
    mocks.disconnected([0], 0.0)

    assert len(sequences(at(mocks, 5.0))) >= 4


def test_a_buffer_of_the_document_holds_in_every_status() -> None:
    device = {"name": "x", "id": "x-{index}", "messages": PING, "buffer": 10}
    mocks = Fleet(parse_document(device), epoch=EPOCH)
    at(mocks, 0.0)
    mocks.disconnected([0], 0.0)

    assert sequences(at(mocks, 5.0)) == []
    assert len(mocks.backlog()) >= 4


def test_who_ends_leaves_a_reason_for_what_it_kept() -> None:
    statuses = {
        "on": {"send": ["ping"], "buffer": 10, "go": [{"to": "off", "after": "5s"}]},
        "off": {"end": True},
    }
    mocks = fleet(messages=PING, statuses=statuses)
    at(mocks, 0.0)
    mocks.disconnected([0], 0.0)

    due = at(mocks, 6.0)

    assert due.ended == [0]
    assert {why for _, why in due.drops} == {backlog.ENDED}
    assert len(due.drops) >= 4


def test_a_backlog_moves_with_its_fleet() -> None:
    settings = {"size": 4, "rate": "2 per second"}
    mocks, other = tunnel(settings, count=3), tunnel(settings, count=3)
    at(mocks, 0.0)
    at(mocks, 12.5)

    other.restore(mocks.state())

    times = steps(30.0, 0.5)[26:]
    assert live(other, times) == live(mocks, times)


def test_neither_steps_nor_shards_show() -> None:
    settings = {"size": 4, "rate": "2 per second"}
    whole = live(tunnel(settings, count=6), steps(30.0, 0.5))

    parts = [
        live(tunnel(settings, count=2, first=n, total=6), steps(30.0, 0.5), first=n)
        for n in (0, 2, 4)
    ]

    assert sorted(whole.sent) == sorted(sent for part in parts for sent in part.sent)


@pytest.mark.parametrize(
    ("buffer", "text"),
    [
        (-1, "statuses.on.buffer: must be at least 0, got -1"),
        (MAX_MESSAGES_KEPT + 1, "must be at most 100000"),
        ({"size": 5, "drop": "all"}, "statuses.on.buffer.drop"),
        ({"size": 5, "rate": "5 per day"}, "needs messages in a time such as 5 per second, got '5 per day'; allowed: second, minute, hour"),  # noqa: E501
        ({"size": 5, "rate": 0}, "must be above 0 to 1,000 per second, got 0"),
        ({"size": 5, "rate": "x per hour"}, "needs a number before 'per', got 'x per hour'"),
        ({"size": 5, "bytes": "1 GB"}, "wrong unit 'GB', allowed: B, kB, MB, KiB, MiB"),
        ({"size": 5, "bytes": 0}, "must be from 1 B to 64 MiB, got 0"),
        ({"sise": 5}, "did you mean 'size'"),
        ({}, "statuses.on.buffer"),
    ],
)  # fmt: skip
def test_a_buffer_that_cannot_be_is_refused_at_its_place(buffer: Any, text: str) -> None:
    with pytest.raises(DefinitionError) as refusal:
        fleet(statuses={"on": {"send": ["ping"], "buffer": buffer}})

    assert text in str(refusal.value)

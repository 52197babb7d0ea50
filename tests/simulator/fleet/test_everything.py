# ruff: noqa: E501 - tables, one row a line
"""One definition that uses every kind of behaviour: shards, steps and checkpoints never show."""

from itertools import pairwise
from typing import Any

import orjson
import pytest

from simulator.fleet import Due, Fleet
from simulator.lot.pace import Pace
from simulator.lot.ramp import Ramp
from tests.simulator.fleet.lives import fleet

COUNT, UNTIL = 7, 50.0

EVERYTHING: dict[str, Any] = {
    "variables": {
        "pace": {"uniform": {"min": 0.5, "max": 2.0}},
        "fw": {"choice": ["1.0"]},
        "faults": {"choice": [0]},
    },
    "metrics": {
        "level": {"walk": {"start": 5, "step": 2, "min": 0, "max": 10}},
        "load": {"formula": "level * 2"},
    },
    "messages": {
        "ping": {
            "every": "{pace} s ± 200ms",
            "topic": "t/{id}",
            "json": [
                "{seq}",
                "{level:.2f}",
                "{load}",
                "{status}",
                "{uptime:.3f}",
                "{progress}",
                "{pace}",
            ],
        },
        "hello": {"topic": "hello", "json": ["{seq}", "{status}", "{faults}"]},
        "bye": {"topic": "bye", "json": ["{seq}", "{status}"]},
    },
    "statuses": {
        "work": {
            "send": ["ping"],
            "history": True,
            "enter": {"send": ["hello"]},
            "leave": {"send": ["bye"], "set": {"faults": "faults + 1"}},
            "statuses": {
                "idle": {
                    "go": [
                        {"to": "busy", "after": {"lognormal": {"median": "3s", "sigma": 0.7}}},
                        {"to": "hot", "when": "level > 7", "edge": "rising", "priority": 3},
                    ]
                },
                "busy": {
                    "every": "700ms",
                    "metrics": {"level": {"normal": {"mean": 6, "deviation": 2}}},
                    "go": [
                        {"to": "idle", "sends": 5, "chance": "80%"},
                        {"to": "hot", "when": "level > 6", "held": "1.2s"},
                    ],
                },
                "hot": {"go": [{"to": "back", "after": {"exponential": {"mean": "2s"}}}]},
            },
            "go": [
                {"to": "away", "chance": "4% per second"},
                {"to": "silent", "at": {"cron": "*/17 * * * * *", "zone": "Asia/Tokyo"}},
                {"to": "silent", "connection": "lost"},
                {"to": "away", "fails": 2},
            ],
        },
        "away": {
            "connected": False,
            "restart": True,
            "buffer": 5,
            "send": ["ping"],
            "go": [{"to": "work", "after": {"normal": {"mean": "2s", "deviation": "500ms"}}}],
        },
        "silent": {"go": [{"to": "work", "when": "level < 9"}]},
    },
    "replies": {
        "pace": {
            "on": {"topic": "cmd/{id}/pace", "where": {"v": {"above": 0.1, "at_most": 5}}},
            "delay": {"uniform": {"min": "100ms", "max": "900ms"}},
            "set": {"pace": "in.payload.v"},
            "send": {"topic": "ack/{in.topic[1]}", "json": ["{seq}", "{in.payload}", "{pace}"]},
        },
        "echo": {
            "on": {"topic": "cmd/{id}/#"},
            "chance": "80%",
            "choose": "random",
            "send": [
                "hello",
                {"topic": "e", "json": ["{seq}", "{in.payload.v}"], "delay": "300ms"},
            ],
        },
    },
    "methods": {
        "boot": {"reboot": {"on": {"topic": "boot/{id}"}, "takes": "3s ± 1s", "birth": ["hello"]}},
        "update": {
            "firmware": {
                "on": {"topic": "fw/{id}"},
                "version": "fw",
                "every": "1s",
                "stages": {"load": {"takes": "4s ± 2s"}, "apply": {"takes": "2s", "fails": "40%"}},
                "roll_back": "2s",
            }
        },
    },
}


def everything(first: int = 0, count: int = COUNT) -> Fleet:
    return fleet(
        **EVERYTHING,
        first=first,
        count=count,
        total=COUNT,
        is_instant=True,
        pace=Pace(ramp=Ramp(over=5.0)),
    )


def from_outside(mock: int) -> list[tuple[float, Any]]:
    """What happens to a mock, the same whoever it is with: commands, failures, lost connections."""
    start = 8.0 + mock * 0.37
    return [
        (start, lambda f, r: f.received(r, f"cmd/d-{mock}/pace", b'{"v": 0.6}', start)),
        (start + 0.1, lambda f, r: f.received(r, f"cmd/d-{mock}/x", b'{"v": [1]}', start + 0.1)),
        (20.0, lambda f, r: f.failed([r, r], 20.0) if mock % 3 == 0 else None),
        (25.0, lambda f, r: f.disconnected([r], 25.0) if mock % 4 == 0 else None),
        (27.0, lambda f, r: f.connected([r], 27.0) if mock % 4 == 0 else None),
        (30.0, lambda f, r: f.received(r, f"boot/d-{mock}", b"", 30.0) if mock % 2 else None),
        (40.0, lambda f, r: f.received(r, f"fw/d-{mock}", b'{"version": "2.0"}', 40.0)),
    ]


def note(fleet_: Fleet, due: Due, first: int, story: list[Any]) -> None:
    for batch in due.sends:
        for i, row in enumerate(batch.rows.tolist()):
            entry = first + row, int(batch.sequences[i]), float(batch.scheduled[i]), batch.message
            story.append(("sent", *entry, batch.addresses[i], batch.payloads[i]))
    for batch, why in due.drops:
        for i, row in enumerate(batch.rows.tolist()):
            entry = first + row, int(batch.sequences[i]), float(batch.scheduled[i]), batch.message
            story.append(("lost", *entry, why, batch.payloads[i]))
    for move in due.moves:
        after = fleet_.statuses[move.after]
        story.append(("move", first + move.row, move.t, after, move.cause))


def lived(first: int, count: int, step: float, *, restart_at: float | None = None) -> list[Any]:
    """All that some mocks do, told of what happens to them when its time has come."""
    fleet_ = everything(first, count)
    events = sorted(
        (
            (t, mock - first, what)
            for mock in range(first, first + count)
            for t, what in from_outside(mock)
        ),
        key=lambda event: event[:2],
    )
    stops = sorted(
        {*(i * step for i in range(int(UNTIL / step) + 1)), UNTIL, *(t for t, *_ in events)}
    )
    story: list[Any] = []
    for t in stops:
        while True:
            note(fleet_, fleet_.due(t), first, story)
            if fleet_.next_due() > t:
                break
        for _, row, what in (event for event in events if event[0] == t):
            what(fleet_, row)
        if restart_at is not None and t >= restart_at:
            state, restart_at = fleet_.state(), None
            fleet_ = everything(first, count)
            fleet_.restore(state)
    return sorted(story, key=lambda each: (each[1], each[0], each[2:]))


@pytest.fixture(scope="module")
def whole() -> list[Any]:
    return lived(0, COUNT, 10.0)


def test_it_uses_all_of_it(whole: list[Any]) -> None:
    statuses = {after for kind, _, _, after, *_ in whole if kind == "move"}
    causes = " ".join(each[-1] for each in whole if each[0] == "move")
    messages = {each[4] for each in whole if each[0] == "sent"}

    assert statuses >= {
        "idle", "busy", "hot", "away", "silent", "boot", "boot done", "update load",
        "update apply", "update done", "update rolls back", "update failed",
    }  # fmt: skip
    for word in (
        "lognormal", "begins", "for 1.2s", "messages sent", "per second", "Asia/Tokyo", "failed one after",
        "connection lost", "reply boot", "exponential", "normal", "level < 9",
    ):  # fmt: skip
        assert word in causes, word
    assert messages >= {"ping", "hello", "bye", "pace", "echo", "update progress", "update gave up"}


@pytest.mark.parametrize("cuts", [(0, 3, 7), tuple(range(8))])
def test_shards_do_not_show(whole: list[Any], cuts: tuple[int, ...]) -> None:
    story = [each for a, b in pairwise(cuts) for each in lived(a, b - a, 10.0)]

    assert sorted(story, key=lambda each: (each[1], each[0], each[2:])) == whole


@pytest.mark.parametrize("step", [0.7, 50.0])
def test_steps_do_not_show(whole: list[Any], step: float) -> None:
    assert lived(0, COUNT, step) == whole


@pytest.mark.parametrize("moment", [8.5, 31.0])
def test_a_checkpoint_does_not_show(whole: list[Any], moment: float) -> None:
    assert lived(0, COUNT, 10.0, restart_at=moment) == whole


def test_each_mock_counts_its_messages_without_gap_or_repeat(whole: list[Any]) -> None:
    for mock in range(COUNT):
        mine = [each for each in whole if each[0] != "move" and each[1] == mock]

        assert sorted(each[2] for each in mine) == list(range(1, len(mine) + 1))
        assert all(orjson.loads(e[-1])[0] == e[2] for e in mine if e[4] in ("ping", "hello", "bye"))

"""The statuses of a mock: what each binds, and every way in which one leads to another."""

from itertools import pairwise
from typing import Any

import pytest

from tests.rows.devices import START, Said, sent_by
from tests.simulator.tower.staging import Theatre, assignment, play

PING = {"ping": {"every": "1s", "json": "{status}"}}


def first_in(said: list[Said], status: str) -> dict[int, float]:
    """Return when each mock first sent in a status, s since the start."""
    return {each.mock: each.t for each in reversed(said) if each.status == status}


def going(*ways: dict[str, Any], **others: Any) -> dict[str, Any]:
    """Return statuses: from ``begun`` by these ways to those that follow it."""
    return {"begun": {"send": ["ping"], "go": list(ways)}, **others}


def test_a_status_binds_a_template_and_a_minimum_and_maximum_send_interval() -> None:
    said = sent_by(
        duration=20_000,
        messages={
            "calm": {"every": "10s ± 2s", "json": {"kind": "calm"}},
            "loud": {"every": "2s ± 500ms", "json": {"kind": "loud", "at": "{now:iso}"}},
        },
        statuses={
            "idle": {"send": ["calm"], "go": [{"to": "busy", "after": "1h"}]},
            "busy": {"send": ["loud"]},
        },
    )

    for status, kind, least, most in (("idle", "calm", 8, 12), ("busy", "loud", 1.5, 2.5)):
        here = [each for each in said if each.status == status]
        gaps = [after.t - before.t for before, after in pairwise(here)]
        assert {each.payload["kind"] for each in here} == {kind}
        assert least <= min(gaps) < least * 1.05
        assert most * 0.95 < max(gaps) <= most + 1e-6


def test_a_status_changes_at_a_clock_time_to_the_second() -> None:
    said = sent_by(
        mocks=3,
        duration=120,
        messages={"ping": {"every": "100ms", "json": "{now:ms}"}},
        statuses=going(
            {"to": "night", "at": {"cron": "17 1 9 * * *", "zone": "Asia/Tokyo"}},
            night={"send": ["ping"]},
        ),
    )

    assert START % 86_400 == 0  # so 9:00 in Tokyo is the start
    moved = first_in(said, "night")
    assert len(moved) == 3
    for mock, t in moved.items():
        last = max(each.t for each in said if each.mock == mock and each.status == "begun")
        assert last <= 77 <= t
        assert t - last < 0.3


def test_a_status_changes_after_an_elapsed_time() -> None:
    said = sent_by(
        mocks=50,
        duration=60,
        messages=PING,
        statuses=going({"to": "later", "after": "20s ± 5s"}, later={"send": ["ping"]}),
    )

    moved = first_in(said, "later")
    assert len(moved) == 50
    assert all(16 <= t <= 27 for t in moved.values())  # the first ping comes 1 s after
    assert max(moved.values()) - min(moved.values()) > 5


@pytest.mark.parametrize("action", ["update", "ping"])
def test_a_status_changes_on_data_received_from_the_target(action: str) -> None:
    text = """
name: Listener
id: "s-{index}"
messages: {ping: {every: 1s, topic: "up/{id}", qos: 1, json: "{status}"}}
statuses:
  begun: {send: [ping], go: [{to: updating, "on": {topic: "cmd/{id}", where: {action: update}}}]}
  updating: {send: [ping]}
"""
    said: dict[int, list[str]] = {0: [], 1: []}

    async def main() -> None:
        theatre = Theatre()

        def told() -> None:
            payload = b'{"action": "%s"}' % action.encode()
            theatre.exchanges[0].listener.received(1, "cmd/s-1", payload)

        theatre.loop.call_at(5.0, told)
        await theatre.run(assignment(text=text, count=2, duration=10.0))
        for parcel in theatre.broker.got:
            after = parcel.scheduled > 5.0
            said[parcel.row] += [parcel.payload.decode()] if after else []

    play(main)

    assert set(said[0]) == {'"begun"'}
    assert set(said[1]) == {'"updating"' if action == "update" else '"begun"'}


def test_a_status_changes_by_probability() -> None:
    said = sent_by(
        mocks=2_000,
        duration=15,
        messages=PING,
        statuses=going(
            {"to": "well", "after": "10s", "chance": "97%"},
            {"to": "broken", "chance": "3%"},
            well={"send": ["ping"]},
            broken={"send": ["ping"]},
        ),
    )

    well, broken = first_in(said, "well"), first_in(said, "broken")
    assert not well.keys() & broken.keys()
    assert len(well) + len(broken) == 2_000
    assert 0.02 < len(broken) / 2_000 < 0.04


def test_a_status_terminates_a_mock() -> None:
    said = sent_by(
        mocks=3,
        duration=600,
        messages=PING,
        statuses=going({"to": "off", "after": "20s"}, off={"end": True}),
    )

    last = {each.mock: each.t for each in said}
    assert sorted(last) == [0, 1, 2]
    assert all(18 < t <= 20 for t in last.values())


def test_terminated_mocks_end_their_run_before_its_time() -> None:
    text = """
name: Ender
id: "s-{index}"
messages: {ping: {every: 1s, topic: "up/{id}", qos: 1, json: "{status}"}}
statuses:
  begun: {send: [ping], go: [{to: gone, after: 5s}]}
  gone: {end: true}
"""

    async def main() -> None:
        theatre = Theatre()

        await theatre.run(assignment(text=text, count=3, duration=3_600.0))

        assert theatre.loop.time() < 60
        assert theatre.exchanges[0].open == set()
        assert theatre.last().state == "ended"

    play(main)

"""A shard that goes on in another tower, handed over in order or after a loss, in virtual time."""

import asyncio
import logging
from collections import Counter
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from simulator.tower import Resume, Snapshot
from simulator.tower.ending import MOVED_ON
from tests.simulator.tower.staging import EPOCH, Broker, Theatre, assignment, lot, play

SLOW = """
name: Sensor
id: "s-{index}"
messages:
  telemetry: {every: 700ms ± 300ms, topic: "p/{id}", qos: 1, json: {n: "{seq}", v: "{v:.3f}"}}
metrics: {v: {walk: {start: 20, step: 0.2}}}
statuses:
  busy: {send: [telemetry], go: [{to: quiet, after: 4s ± 2s}]}
  quiet: {send: {telemetry: 2s}, go: [{to: busy, after: 3s ± 1s}]}
"""


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)


def sent(broker: Broker) -> list[tuple[int, int, float, bytes]]:
    """What arrived, each mock's in its order; the broker is the independent witness."""
    return sorted((p.row, p.sequence, round(p.scheduled, 9), p.payload) for p in broker.got)


class Relay:
    """Towers one after the other, on one loop and one broker."""

    def __init__(self, broker: Broker | None = None, **fields: Any) -> None:
        self.broker = broker or Broker()
        self.given = assignment(**{"text": SLOW, "duration": 12.0, **fields})
        self.theatres: list[Theatre] = []

    def theatre(self) -> Theatre:
        self.theatres.append(Theatre(self.broker, keep_every=10.0))
        return self.theatres[-1]

    async def first(self, until: float) -> Snapshot:
        """Run the first tower, hand over at ``until`` and return its last word."""
        theatre = self.theatre()
        theatre.loop.call_at(until, theatre.tower.hand_over)
        await theatre.run(self.given)
        return theatre.last()

    async def then(self, resume: Resume, *, after: float = 0.0) -> Theatre:
        """Run another tower to the end, ``after`` s later."""
        await asyncio.sleep(after)
        theatre = self.theatre()
        await theatre.run(replace(self.given, resume=resume))
        return theatre

    def records(self) -> list[dict[str, Any]]:
        return [record for theatre in self.theatres for record in theatre.records()]


@cache
def whole() -> list[tuple[int, int, float, bytes]]:
    """What the same shard sends when nothing happens to its tower."""
    relay = Relay()

    async def main() -> None:
        await relay.theatre().run(relay.given)

    play(main)
    return sent(relay.broker)


@pytest.mark.parametrize("until", [0.3, 4.44, 11.2])
@pytest.mark.parametrize("gap", [0.0, 3.0])
def test_a_shard_that_is_handed_over_sends_what_it_would_have_sent(
    until: float, gap: float
) -> None:
    relay = Relay()

    async def main() -> None:
        last = await relay.first(until)
        assert (last.state, last.error) == ("moved", "")
        await relay.then(Resume(checkpoint=last.checkpoint, at=last.t), after=gap)

    play(main)

    assert sent(relay.broker) == whole()


def test_every_send_of_a_shard_that_was_handed_over_has_one_record() -> None:
    relay = Relay()

    async def main() -> None:
        last = await relay.first(6.0)
        theatre = await relay.then(Resume(checkpoint=last.checkpoint, at=last.t), after=2.0)
        total = theatre.total()
        assert total.due == total.acknowledged == len(relay.broker.got)
        assert theatre.last().board["acknowledged"].sum() == total.due
        assert theatre.last().limited is None

    play(main)

    sends = Counter((r["mock"], r["sequence"]) for r in relay.records() if r["event"] == "send")
    assert set(sends.values()) == {1}
    assert len(sends) == len(relay.broker.got)


def test_each_mock_that_moved_says_from_which_number_and_why() -> None:
    relay = Relay()

    async def main() -> None:
        last = await relay.first(6.0)
        await relay.then(Resume(checkpoint=last.checkpoint, at=last.t))

    play(main)

    moved = [r for r in relay.records() if r["event"] == "moved"]
    assert [r["mock"] for r in moved] == list(range(10))
    assert {r["reason"] for r in moved} == {"handed over by tower test to tower test"}
    for record in moved:
        later = [p for p in relay.broker.got if p.row == record["mock"] and p.sent > 6.001]
        assert record["sequence"] == min(parcel.sequence for parcel in later)


def test_after_a_loss_no_number_comes_twice_and_the_gap_is_explained() -> None:
    relay = Relay(duration=60.0)

    async def main() -> None:
        theatre = relay.theatre()
        run = asyncio.ensure_future(theatre.run(relay.given))
        await asyncio.sleep(25.0)
        run.cancel()  # killed: nothing is flushed, nothing is said
        stored = [s for _, s in theatre.told if s.checkpoint][-1]
        await asyncio.sleep(12.0)
        lost = Resume(checkpoint=stored.checkpoint, reason="test was lost", at=stored.t)
        await relay.then(lost)

    play(main)

    numbers = Counter((p.row, p.sequence) for p in relay.broker.got)
    assert set(numbers.values()) == {1}
    assert not any(25.5 < p.scheduled < 37.0 for p in relay.broker.got)
    moved = [r for r in relay.theatres[1].records() if r["event"] == "moved"]
    assert len(moved) == 10
    assert all(r["reason"].startswith("test was lost; tower test went on") for r in moved)
    for record in moved:
        assert record["sequence"] > 1_000
    total = relay.theatres[1].total()
    assert total.due == total.acknowledged + total.failed


def test_a_loss_before_the_first_checkpoint_leaves_out_the_first_block() -> None:
    relay = Relay()

    async def main() -> None:
        await relay.then(Resume(reason="test was lost", at=EPOCH))

    play(main)

    assert min(parcel.sequence for parcel in relay.broker.got) == 1_001


def test_what_is_not_acknowledged_in_time_says_that_its_mock_moved() -> None:
    relay = Relay(Broker(latency=None))

    async def main() -> None:
        last = await relay.first(3.0)
        assert last.total.due == last.total.failed > 0
        assert last.reasons[0].text == MOVED_ON

    play(main)


@pytest.mark.parametrize(
    ("spoil", "text"),
    [
        (lambda c: c[:-1], "checkpoint is damaged"),
        (lambda c: c[:2] + b"\x01" + c[3:], "must be of version 2, got version 1"),
    ],
)
def test_a_damaged_checkpoint_is_refused_with_the_reason(spoil, text: str) -> None:
    relay = Relay()

    async def main() -> None:
        last = await relay.first(3.0)
        theatre = await relay.then(Resume(checkpoint=spoil(last.checkpoint)))
        assert theatre.last().state == "ended"
        assert theatre.last().error.startswith("cannot go on: ")
        assert text in theatre.last().error

    play(main)


def test_the_checkpoint_of_another_run_is_refused() -> None:
    relay, other = Relay(), Relay(lot=lot(SLOW, run="another"))

    async def main() -> None:
        last = await other.first(3.0)
        theatre = await relay.then(Resume(checkpoint=last.checkpoint))
        assert "checkpoint is of another fleet: run must be ''" in theatre.last().error

    play(main)

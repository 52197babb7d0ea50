"""A shard that goes on in another tower, handed over in order or after a loss, in virtual time."""

import asyncio
import logging
from collections import Counter
from functools import cache
from typing import Any

import pytest

from simulator.tower import Resume
from simulator.tower.ending import MOVED_ON
from tests.simulator.tower.relay import Relay, sent
from tests.simulator.tower.staging import EPOCH, Broker, lot, play

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


def relay_of(broker: Broker | None = None, **fields: Any) -> Relay:
    return Relay(broker, **{"text": SLOW, **fields})


@cache
def whole() -> list[tuple[int, int, float, bytes]]:
    """What the same shard sends when nothing happens to its tower."""
    relay = relay_of()

    async def main() -> None:
        await relay.theatre().run(relay.given)

    play(main)
    return sent(relay.broker)


@pytest.mark.parametrize("until", [0.3, 4.44, 11.2])
@pytest.mark.parametrize("gap", [0.0, 3.0])
def test_a_shard_that_is_handed_over_sends_what_it_would_have_sent(
    until: float, gap: float
) -> None:
    relay = relay_of()

    async def main() -> None:
        last = await relay.first(until)
        assert (last.state, last.error) == ("moved", "")
        await relay.then(Resume(checkpoint=last.checkpoint, at=last.t), after=gap)

    play(main)

    assert sent(relay.broker) == whole()


def test_every_send_of_a_shard_that_was_handed_over_has_one_record() -> None:
    relay = relay_of()

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
    relay = relay_of()

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
    relay = relay_of(duration=60.0)

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
    relay = relay_of()

    async def main() -> None:
        await relay.then(Resume(reason="test was lost", at=EPOCH))

    play(main)

    assert min(parcel.sequence for parcel in relay.broker.got) == 1_001


def test_what_is_not_acknowledged_in_time_says_that_its_mock_moved() -> None:
    relay = relay_of(Broker(latency=None))

    async def main() -> None:
        last = await relay.first(3.0)
        assert last.total.due == last.total.failed > 0
        assert last.reasons[0].text == MOVED_ON

    play(main)


@pytest.mark.parametrize(
    ("spoil", "text"),
    [
        (lambda c: c[:-1], "checkpoint is damaged"),
        (lambda c: c[:2] + b"\x01" + c[3:], "must be of version 3, got version 1"),
    ],
)
def test_a_damaged_checkpoint_is_refused_with_the_reason(spoil, text: str) -> None:
    relay = relay_of()

    async def main() -> None:
        last = await relay.first(3.0)
        theatre = await relay.then(Resume(checkpoint=spoil(last.checkpoint)))
        assert theatre.last().state == "ended"
        assert theatre.last().error.startswith("cannot go on: ")
        assert text in theatre.last().error

    play(main)


def test_the_checkpoint_of_another_run_is_refused() -> None:
    relay, other = relay_of(), relay_of(lot=lot(SLOW, run="another"))

    async def main() -> None:
        last = await other.first(3.0)
        theatre = await relay.then(Resume(checkpoint=last.checkpoint))
        assert "checkpoint is of another fleet: run must be ''" in theatre.last().error

    play(main)


def test_an_edge_node_is_born_anew_before_it_sends_data() -> None:
    node = """
name: Node
id: "n-{index}"
metrics: {speed: {walk: {start: 5, step: 1}}}
sparkplug: {group: plant, node: "{id}", every: 1s, metrics: {Speed: "{speed:.0f}"}}
"""
    relay = relay_of(text=node)
    first = []

    async def main() -> None:
        last = await relay.first(4.0)
        first.append(len(relay.broker.got))
        await relay.then(Resume(checkpoint=last.checkpoint))

    play(main)

    later = relay.broker.got[first[0] :]
    assert len(later) > 20
    for row in range(10):
        assert next(parcel.message for parcel in later if parcel.row == row) == "NBIRTH"

"""Sequence numbers that are reserved, and what happens while no checkpoint is stored."""

import asyncio
import logging

import numpy as np
import pytest

from simulator.tower.reserve import COVERED, LEAST_BLOCK, Reserve, block_of
from tests.simulator.tower.staging import Theatre, assignment, play

STEADY = """
name: Sensor
id: "s-{index}"
messages:
  telemetry: {every: 300ms, topic: "p/{id}", json: {seq: "{seq}"}}
"""


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)


def test_a_block_covers_an_outage_of_the_database_twice() -> None:
    assert block_of(100.0) == 2 * COVERED * 100
    assert block_of(0.1) == LEAST_BLOCK


def test_nobody_may_pass_what_the_last_stored_checkpoint_reserves() -> None:
    reserve = Reserve(np.array([0, 5]), rate=1.0)

    assert reserve.beyond(np.array([0, 5])).tolist() == [1_000, 1_005]
    assert not reserve.is_low(np.array([250, 5]))
    assert reserve.is_low(np.array([251, 5]))
    assert not reserve.is_short(np.array([500, 5]))
    assert reserve.is_short(np.array([501, 5]))


def test_only_what_is_stored_counts() -> None:
    reserve = Reserve(np.array([0]), rate=1.0)
    reserve.asked(10.0, np.array([1_400]))
    reserve.asked(20.0, np.array([1_900]))

    assert reserve.is_short(np.array([600]))
    reserve.stored(10.0)
    assert not reserve.is_short(np.array([600]))
    assert reserve.is_short(np.array([1_000]))
    reserve.stored(25.0)
    assert not reserve.is_short(np.array([1_000]))


def test_a_tower_whose_checkpoints_are_not_stored_stops_before_numbers_run_out() -> None:
    async def main() -> None:
        theatre = Theatre(keep_every=10.0)

        # A block of 1,000 lasts 150 s to its half.
        await theatre.run(assignment(text=STEADY, count=1, duration=200.0))

        assert 500 <= max(parcel.sequence for parcel in theatre.broker.got) < 520

    play(main)


def test_a_tower_goes_on_once_a_checkpoint_is_stored() -> None:
    async def main() -> None:
        theatre = Theatre(keep_every=10.0)
        told = theatre.each_second

        async def each_second() -> None:
            await told()
            for at, snapshot in theatre.told[-1:]:
                if snapshot.checkpoint and at > 170.0:
                    theatre.tower.stored("a", snapshot.t)

        theatre.each_second = each_second  # type: ignore[method-assign]
        await theatre.run(assignment(text=STEADY, count=1, duration=200.0))

        assert max(parcel.sequence for parcel in theatre.broker.got) > 560

    play(main)


def test_a_tower_without_checkpoints_reserves_nothing() -> None:
    async def main() -> None:
        theatre = Theatre()

        await theatre.run(assignment(text=STEADY, count=1, duration=200.0))

        assert max(parcel.sequence for parcel in theatre.broker.got) > 660

    play(main)


def test_a_frozen_tower_sends_nothing_before_it_is_told_to_go_on() -> None:
    async def main() -> None:
        theatre = Theatre(frozen_after=5.0)
        loop = theatre.loop
        told = theatre.each_second

        async def each_second() -> None:
            await told()
            if loop.time() > 33.0:
                theatre.tower.go_on()

        def freeze() -> None:
            loop._selector.now += 20.0  # type: ignore[attr-defined]

        theatre.each_second = each_second  # type: ignore[method-assign]
        loop.call_at(10.0, freeze)
        await theatre.run(assignment(duration=40.0))

        sent = sorted(parcel.sent for parcel in theatre.broker.got)
        assert not [at for at in sent if 10.1 < at < 33.0]
        assert [at for at in sent if at > 33.0]

    play(main)


def test_a_shard_that_another_tower_holds_ends_at_once() -> None:
    async def main() -> None:
        theatre = Theatre()
        theatre.loop.call_at(4.0, lambda: theatre.tower.abandon("a"))

        await asyncio.wait_for(theatre.run(assignment(duration=1_000.0)), 60)

        assert theatre.last().error == "another tower holds this shard now"
        assert theatre.loop.time() < 12.0

    play(main)

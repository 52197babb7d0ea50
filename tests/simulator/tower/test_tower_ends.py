"""How shards of a tower end: told to, by a bug, without a store; and what that costs the others."""

import asyncio
import logging

import pytest

from simulator.errors import StaleLease
from tests.simulator.tower.staging import Broker, Theatre, assignment, lot, play


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)


def test_stopping_a_shard_leaves_the_others_alone() -> None:
    async def main() -> None:
        theatre = Theatre()
        shared = lot(count=20)

        theatre.loop.call_at(4.0, lambda: theatre.tower.stop("a"))
        await theatre.run(assignment("a", lot=shared), assignment("b", lot=shared, first=10))

        ended = {s.shard: at for at, s in theatre.told if s.state == "ended"}
        assert 4.0 < ended["a"] < 6.0
        assert 10.0 < ended["b"] < 13.0
        assert theatre.total("a").due < theatre.total("b").due

    play(main)


def test_draining_ends_every_shard_and_lets_run_return() -> None:
    async def main() -> None:
        theatre = Theatre()
        shared = lot(count=20, duration=1_000.0)

        theatre.loop.call_at(4.0, theatre.tower.drain)
        await theatre.run(assignment("a", lot=shared), assignment("b", lot=shared, first=10))

        assert theatre.loop.time() < 7.0
        for shard in ("a", "b"):
            assert theatre.last(shard).state == "ended"
            assert theatre.total(shard).due == theatre.total(shard).acknowledged > 20
            assert len(theatre.records(shard)) == theatre.total(shard).due + 10
        with pytest.raises(ValueError, match="cannot take c: it is draining"):
            theatre.tower.add(assignment("c"))

    play(main)


def test_a_bug_in_one_shard_ends_it_with_its_error_and_the_others_go_on() -> None:
    async def main() -> None:
        theatre = Theatre()
        shared = lot(count=20)

        def break_one() -> None:
            theatre.exchanges[0].broker = Broker(broken="send")

        theatre.loop.call_at(4.0, break_one)
        await theatre.run(assignment("a", lot=shared), assignment("b", lot=shared, first=10))

        broken, sound = theatre.last("a"), theatre.last("b")
        assert (broken.state, broken.error) == ("ended", "internal error: RuntimeError")
        assert (sound.state, sound.error) == ("ended", "")
        assert theatre.exchanges[0].is_closed
        assert sound.total.due > broken.total.due > 0

    play(main)


@pytest.mark.parametrize("where", ["connect", "sweep", "close"])
def test_whatever_breaks_the_shard_ends_and_run_returns(where: str) -> None:
    async def main() -> None:
        theatre = Theatre(Broker(broken=where))

        await theatre.run(assignment(duration=3.0))

        assert theatre.last().state == "ended"
        assert theatre.loop.time() < 15.0

    play(main)


def test_what_cannot_be_simulated_ends_at_once_and_says_why() -> None:
    async def main() -> None:
        theatre = Theatre()

        await theatre.run(assignment(text="name: Broken\nid: '{index}'\nmessagess: {}\n"))

        assert theatre.last().state == "ended"
        assert "messagess" in theatre.last().error
        assert len(theatre.last().board) == 10

    play(main)


def test_a_shard_is_taken_once() -> None:
    async def main() -> None:
        theatre = Theatre()
        theatre.tower.add(assignment("a"))

        with pytest.raises(ValueError, match="cannot take a: it holds it already"):
            theatre.tower.add(assignment("a"))

    play(main)


def test_a_slow_call_of_each_second_holds_nothing_up_and_is_not_made_twice() -> None:
    async def main() -> None:
        theatre = Theatre()
        running = []

        async def slow() -> None:
            assert not running
            running.append(True)
            await asyncio.sleep(2.5)
            running.clear()
            await theatre.each_second()

        theatre.tower.add(assignment())
        await theatre.tower.run(each_second=slow)

        assert theatre.total().lateness.maximum <= 0.0101
        assert sum(s.due for _, snap in theatre.told for s in snap.seconds) == theatre.total().due

    play(main)


def test_a_call_of_each_second_that_fails_does_not_end_the_tower() -> None:
    async def main() -> None:
        theatre = Theatre()
        calls = []

        async def fails() -> None:
            calls.append(theatre.loop.time())
            if len(calls) < 4:
                raise RuntimeError("the database is away")
            await theatre.each_second()

        theatre.tower.add(assignment())
        await theatre.tower.run(each_second=fails)

        assert len(calls) > 8
        assert theatre.total().due == theatre.total().acknowledged

    play(main)


def test_an_outage_of_the_store_does_not_stop_sending() -> None:
    async def main() -> None:
        theatre = Theatre()
        theatre.outage = OSError("no route to the store")

        def mend() -> None:
            theatre.outage = None

        theatre.loop.call_at(25.0, mend)
        await theatre.run(assignment(duration=30.0))

        assert theatre.total().due == theatre.total().acknowledged > 290
        assert theatre.last().dropped == 0
        assert len(theatre.records()) == theatre.total().due + 10

    play(main)


def test_a_store_that_stays_away_does_not_keep_the_shard_and_the_loss_is_told() -> None:
    async def main() -> None:
        theatre = Theatre()
        theatre.outage = OSError("no route to the store")

        await theatre.run()

        assert theatre.last().state == "ended"
        assert theatre.last().dropped == theatre.total().due + 10
        assert theatre.loop.time() < 20.0

    play(main)


def test_a_stale_lease_ends_the_shard_at_once() -> None:
    async def main() -> None:
        theatre = Theatre()
        theatre.outage = StaleLease("shard a is another tower's")

        await theatre.run(assignment(duration=1_000.0))

        assert theatre.last().error == "another tower holds this shard now"
        assert theatre.loop.time() < 15.0
        assert theatre.chunks == []

    play(main)

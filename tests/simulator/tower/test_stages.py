"""A tower whose lot has stages, in virtual time."""

import logging
from itertools import pairwise
from typing import Any

import pytest

from simulator.lot.orders import order_of
from simulator.lot.pace import Pace
from simulator.recording import Link
from simulator.tower import Resume
from tests.simulator.tower.relay import Relay, sent
from tests.simulator.tower.staging import Theatre, assignment, lot, play

STAGES = [{"until": 2, "mocks": 10}, {"until": 5}, {"until": 6, "mocks": 3}, {"until": 8}]


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)


def pace(*stages: dict[str, Any]) -> Pace:
    return Pace.model_validate({"stages": list(stages) or STAGES, "start_within": 0.0})


def shown(*stages: dict[str, Any], shards: int = 1, **fields: Any) -> Theatre:
    """A run of ten mocks for 10 s, in so many shards."""
    stage: list[Theatre] = []

    async def main() -> None:
        theatre = Theatre()
        stage.append(theatre)
        whole = lot(pace=pace(*stages), **fields)
        bounds = [10 * place // shards for place in range(shards + 1)]
        await theatre.run(
            *(
                assignment(str(shard), first=first, count=last - first, lot=whole)
                for shard, (first, last) in enumerate(pairwise(bounds))
            )
        )

    play(main)
    return stage[0]


def senders(theatre: Theatre, begin: float, end: float) -> set[str]:
    return {p.address for p in theatre.broker.got if begin < p.scheduled <= end}


def test_mocks_go_on_are_held_and_go_off_in_order() -> None:
    theatre = shown()

    assert len(senders(theatre, 0.0, 1.0)) == 5
    assert len(senders(theatre, 3.0, 4.0)) == 10
    assert len(senders(theatre, 6.0, 9.9)) == 3
    boards = [snapshot.board for t, snapshot in theatre.told if t <= 8.0]
    assert (boards[-1]["link"] == Link.CONNECTED).tolist() == [True] * 3 + [False] * 7
    total = theatre.total("0")
    assert total.failed == 0
    assert total.due == total.acknowledged


def test_mocks_come_back_in_a_second_hill() -> None:
    up = ({"until": 2, "mocks": 10}, {"until": 4, "mocks": 0}, {"until": 6, "mocks": "100%"})

    theatre = shown(*up)

    assert len(senders(theatre, 7.0, 8.0)) == 10
    rows = [row for row in theatre.records("0") if row["event"] == "send" and row["mock"] == 9]
    assert [row["sequence"] for row in rows] == list(range(1, len(rows) + 1))


@pytest.mark.parametrize("shards", [2, 7])
def test_stages_are_the_same_whatever_the_sharding(shards: int) -> None:
    def told(theatre: Theatre) -> list[tuple[str, int, bytes]]:
        return sorted((p.address, p.sequence, bytes(p.payload)) for p in theatre.broker.got)

    assert told(shown(shards=shards)) == told(shown())


def test_a_number_that_is_ordered_ends_the_stages() -> None:
    theatre = shown(orders=[order_of({"order": "count", "mocks": 8, "at": 4})])

    assert len(senders(theatre, 6.0, 9.9)) == 8


@pytest.mark.parametrize("until", [3.0, 5.5, 7.0])
def test_a_shard_that_is_handed_over_goes_on_with_its_stages(until: float) -> None:
    whole, parts = Relay(pace=pace()), Relay(pace=pace())

    async def main() -> None:
        await whole.theatre().run(whole.given)

    play(main)

    async def moved() -> None:
        last = await parts.first(until)
        await parts.then(Resume(checkpoint=last.checkpoint, at=last.t))

    play(moved)
    assert sent(parts.broker) == sent(whole.broker)


def test_stages_that_an_order_ended_stay_so_in_another_tower() -> None:
    relay = Relay(pace=pace(), orders=[order_of({"order": "count", "mocks": 8, "at": 4})])

    async def main() -> None:
        last = await relay.first(5.0)
        await relay.then(Resume(checkpoint=last.checkpoint, at=last.t))

    play(main)
    assert {p.row for p in relay.broker.got if p.scheduled > 7.0} == set(range(8))

"""What a tower tells by message, by status and by place: every second, and across a hand-over."""

import logging
from collections import Counter

import numpy as np
import pytest

from simulator.recording import Second
from simulator.tower import Resume
from tests.simulator.tower.relay import Relay
from tests.simulator.tower.staging import EPOCH, Theatre, assignment, play

VAN = """
name: Van
id: "v-{index}"
metrics:
  way: {route: {points: [[47.37, 8.54], [47.40, 8.54]], speed: 60 km/h, offset: 100 m}}
messages:
  position: {every: 1s, topic: "p/{id}", qos: 1, json: {lat: "{way.lat}", lon: "{way.lon}"}}
  hello: {every: 5s, topic: "h/{id}", json: {id: "{id}"}}
statuses:
  driving: {send: {position: 500ms}, go: [{to: parked, after: 4s}]}
  parked: {send: {hello: 1s}}
"""


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)


def test_sends_are_told_by_message_and_by_status() -> None:
    async def main() -> None:
        theatre = Theatre()
        await theatre.run(assignment(text=VAN, duration=10.0))
        total = theatre.total()
        sends = [record for record in theatre.records() if record["event"] == "send"]

        by_message = Counter(record["message"] for record in sends)
        by_status = Counter(record["status"] for record in sends)
        assert total.messages.of("position")["acknowledged"] == by_message["position"] > 0
        assert total.messages.of("hello")["sent"] == by_message["hello"] > 0
        assert total.statuses.of("driving")["acknowledged"] == by_status["driving"]
        assert total.statuses.of("parked")["sent"] == by_status["parked"]
        assert total.messages.names == ("", "position", "hello")

    play(main)


def test_each_second_tells_how_many_mocks_are_in_each_status() -> None:
    async def main() -> None:
        theatre = Theatre()
        await theatre.run(assignment(text=VAN, duration=10.0))
        seconds = [second for _, snapshot in theatre.told for second in snapshot.seconds]

        present = [second.statuses.counts[:, -1].sum() for second in seconds]
        assert present[:10] == [10] * 10
        at = {second.at - int(EPOCH): second.statuses for second in seconds}
        assert [at[t].of("driving")["present"] for t in (1, 8)] == [10, 0]
        assert Second.summed(seconds) == theatre.total()

    play(main)


def test_where_mocks_are_goes_on_in_the_next_tower() -> None:
    relay = Relay(text=VAN)

    async def main() -> None:
        last = await relay.first(9.0)
        assert last.places is not None
        assert last.places.shape == (10, 2)
        assert (np.abs(last.places[:, 0] - 47.38) < 0.02).all()

        theatre = await relay.then(Resume(checkpoint=last.checkpoint, at=last.t))

        places = theatre.last().places  # nobody has read its position here
        assert places is not None
        assert places.tolist() == last.places.tolist()
        told = theatre.total().messages
        assert [told.of(name)["sent"] > 0 for name in ("position", "hello")] == [False, True]
        assert told.of("position") == last.total.messages.of("position")

    play(main)


def test_mocks_without_a_position_tell_of_none() -> None:
    async def main() -> None:
        theatre = Theatre()
        await theatre.run(assignment(duration=2.0))
        assert theatre.last().places is None

    play(main)

"""What mocks of a tower keep, drop and notice while they have no connection."""

import json
from collections import Counter

import pytest

from tests.simulator.tower.staging import Theatre, assignment, lot, play

BUFFERED = """
name: Sensor
id: "s-{index}"
messages:
  telemetry: {every: 1s, topic: "plants/{id}", qos: 1, json: {seq: "{seq}", at: "{now:ms}"}}
buffer: {size: 4, rate: 5 per second}
"""


def test_what_is_buffered_through_an_outage_arrives_late_and_is_not_called_late() -> None:
    async def main() -> None:
        theatre = Theatre()
        text = BUFFERED.replace("size: 4", "size: 100")
        theatre.loop.call_at(4.0, lambda: theatre.exchanges[0].lose(5))
        theatre.loop.call_at(8.0, lambda: theatre.exchanges[0].regain(5))

        await theatre.run(assignment(lot=lot(text, count=10, duration=12.0)))

        total = theatre.total()
        assert total.due == total.acknowledged == theatre.last().board["sequence"].sum()
        sends = [row for row in theatre.records() if row["event"] == "send" and row["mock"] == 5]
        delays = [(row["sent"] - row["scheduled"]).total_seconds() for row in sends]
        assert 3 <= sum(delay > 0.5 for delay in delays) <= 4
        assert max(delays) > 3
        for row in sends:
            at = json.loads(row["payload"])["at"] / 1000
            assert at == pytest.approx(row["scheduled"].timestamp(), abs=0.002)
        assert total.lateness.maximum < 0.05

    play(main)


def test_what_a_full_buffer_drops_is_a_record_with_the_reason() -> None:
    async def main() -> None:
        theatre = Theatre()
        theatre.loop.call_at(2.0, lambda: theatre.exchanges[0].lose(5))

        await theatre.run(assignment(lot=lot(BUFFERED, count=10, duration=12.0)))

        total = theatre.total()
        assert total.due == total.acknowledged + total.failed
        failed = [row for row in theatre.records() if row["result"] == "failed"]
        assert {row["mock"] for row in failed} == {5}
        reasons = Counter(row["reason"] for row in failed)
        assert reasons.pop("the buffer of 4 messages is full, the oldest message goes") >= 5
        assert reasons == {"run ended with the message in the mock's buffer": 4}

    play(main)


def test_sends_that_fail_are_told_to_the_mocks_that_count_them() -> None:
    text = """
name: Sensor
id: "s-{index}"
messages: {telemetry: {every: 1s, topic: "plants/{id}", qos: 1, json: "{seq}"}}
statuses:
  up: {send: [telemetry], go: [{to: quiet, fails: 3}]}
  quiet: {send: []}
"""

    async def main() -> None:
        theatre = Theatre()
        theatre.loop.call_at(4.0, lambda: theatre.exchanges[0].lose(5))

        await theatre.run(assignment(lot=lot(text, count=10, duration=12.0)))

        moves = [row for row in theatre.records() if row["event"] == "status"]
        assert [(row["mock"], row["status"]) for row in moves] == [(5, "quiet")]
        failed = [row for row in theatre.records() if row["result"] == "failed"]
        assert len(failed) == 3

    play(main)

"""Whatever a definition or a lot says: a shard that moves sends what it would have sent."""

import logging
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from simulator import parse, target_problems
from simulator.lot import HttpTarget, MqttTarget, Part
from simulator.lot.faults import fault_of
from simulator.lot.pace import Pace
from simulator.tower import Resume
from tests.simulator.fleet.lives import datasets_of
from tests.simulator.tower.relay import Relay, sent
from tests.simulator.tower.staging import lot, play

FOLDER = Path(__file__).parents[2] / "definitions"
PATHS = sorted(path for path in FOLDER.iterdir() if path.is_file())
LONG = 6.0  # s of a run
MOCKS = 3

READINGS = """
name: Sensor
id: "s-{index}"
metrics: {t: {walk: {start: 5, step: 1}}}
buffer: 20
messages:
  telemetry:
    every: 300ms ± 100ms
    topic: "plants/{id}"
    qos: 1
    json: {seq: "{seq}", t: "{t}", at: "{now:epoch}"}
statuses:
  awake: {send: [telemetry], go: [{to: away, after: 2s ± 1s}, {to: tired, sends: 7}]}
  tired: {send: {telemetry: 500ms}, go: [{to: awake, after: 1s ± 500ms}]}
  away: {connected: false, send: [telemetry], go: [{to: awake, after: 1s}]}
"""
SHORT = """
name: Sensor
id: "s-{index}"
messages:
  telemetry: {every: 200ms, topic: "plants/{id}", qos: 1, json: {seq: "{seq}"}}
statuses:
  busy: {send: [telemetry], go: [{to: idle, after: 2s}]}
  idle: {send: []}
"""
ALL = {"at": 0.5, "for": 4}
FAULTS: dict[str, dict[str, Any]] = {
    "loss": {"share": "40%"},
    "duplicate": {"copies": 2, "after": "700ms"},
    "reorder": {"window": 3, "within": "2s"},
    "late": {"by": "1500ms ± 1s"},
    "replay": {"memory": 4, "share": "50%"},
    "truncate": {},
    "corrupt": {},
    "wrong_schema": {},
    "oversize": {"size": 2_000},
    "wrong_topic": {},
    "clock_skew": {"by": "1h", "drift": 100},
    "frozen": {},
}


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)


@cache
def given(name: str) -> dict[str, Any]:
    """A lot of one definition, over a protocol that carries it."""
    device = parse((FOLDER / name).read_text())
    targets = MqttTarget(host="h", port=1, version="5"), HttpTarget(host="h", port=1)
    target = next(each for each in targets if not target_problems(device, each.speech))
    part = Part(name="x", document=dict(device.source), count=MOCKS)
    return {
        "lot": lot(duration=LONG, parts=[part], target=target),
        "count": MOCKS,
        "datasets": datasets_of(*device.metrics.values(), *device.variables.values()),
    }


def uncut(fields: dict[str, Any]) -> list[Any]:
    relay = Relay(**fields)

    async def main() -> None:
        await relay.theatre().run(relay.given)

    play(main)
    return sent(relay.broker)


def cut(fields: dict[str, Any], *moments: float) -> list[Any]:
    """What arrives when the shard moves at each of these moments."""
    relay = Relay(**fields)

    async def main() -> None:
        resume = None
        for moment in moments:
            last = await relay.first(moment, resume)
            assert (last.state, last.error) == ("moved", ""), (last.state, last.error, moment)
            resume = Resume(checkpoint=last.checkpoint, at=last.t)
        assert resume is not None
        await relay.then(resume)

    play(main)
    return sent(relay.broker)


@pytest.mark.parametrize("name", [path.name for path in PATHS])
def test_every_definition_goes_on_as_if_nothing_had_happened(name: str) -> None:
    assert cut(given(name), 1.7, 3.9) == uncut(given(name))


@pytest.mark.parametrize("kind", FAULTS)
def test_faults_in_force_go_on_too(kind: str) -> None:
    fault = fault_of({"fault": kind, **ALL, **FAULTS[kind]})
    fields = {"lot": lot(READINGS, count=MOCKS, duration=LONG, faults=[fault]), "count": MOCKS}

    assert cut(fields, 1.3, 3.3) == uncut(fields)


@pytest.mark.parametrize("pace", [{"mock_rate": 3}, {"send_rate": 8}])
def test_what_waits_for_a_cap_is_sent_by_the_next_tower(pace: dict[str, Any]) -> None:
    whole = lot(SHORT, count=MOCKS, duration=LONG, pace=Pace.model_validate(pace))
    fields = {"lot": whole, "count": MOCKS}

    assert cut(fields, 1.3, 3.3) == uncut(fields)

"""What faults name and a lot does not have is told before the run, at its place."""

import pytest

from simulator.definition import parse
from simulator.faults.checks import fault_problems
from simulator.lot.faults import fault_of

SENSOR = parse("""
name: Sensor
id: "s-{index}"
constants: {firmware: 2}
variables:
  site: {choice: [osaka, tokyo]}
  interval: {constant: 10}
metrics: {temperature: {constant: 20}}
messages: {telemetry: {every: 10s, topic: t, json: "{temperature}"}}
statuses:
  running:
    send: [telemetry]
    enter: {set: {interval: 20}}
    statuses: {idle: {go: [{to: busy, after: 1min}]}, busy: {}}
    go: [{to: off, after: 1h}]
  off: {connected: false, go: [{to: running, after: 1h}]}
""")
OTHER = parse("{name: Other, id: 'o-{index}', messages: {m: {every: 1s, topic: t, json: 1}}}")
PARTS = [("sensors", SENSOR, 60), ("others", OTHER, 40)]


def told(**aim) -> list[str]:
    faults = [fault_of({"fault": "drop"}), fault_of({"fault": "drop", "aim": aim})]
    return [str(problem) for problem in fault_problems(faults, PARTS, duration=100.0)]


@pytest.mark.parametrize(
    "aim",
    [
        {},
        {"where": {"site": "osaka", "firmware": 2, "index": 5, "id": "s-1"}},
        {"status": ["running", "idle", "off"]},
        {"parts": ["sensors", "others"]},
        {"index": [99, 500]},
    ],
)
def test_what_a_part_of_the_lot_knows_is_right(aim) -> None:
    assert told(**aim) == []


@pytest.mark.parametrize(
    ("aim", "text"),
    [
        ({"where": {"sit": 1}}, "aim.where.sit: unknown variable 'sit', did you mean 'site'?"),
        ({"where": {"temperature": 1}}, "aim.where.temperature: unknown variable 'temperature'"),
        ({"where": {"interval": 10}}, "aim.where.interval: may change during the run, and must"),
        ({"status": ["off", "idel"]}, "aim.status[1]: unknown status 'idel', did you mean 'idle'?"),
        ({"parts": "sensor"}, "aim.parts[0]: unknown part 'sensor', did you mean 'sensors'?"),
        ({"index": [100, 200]}, "aim.index: the lot has 100 mocks, from 0 to 99, got 100"),
    ],
)
def test_what_no_part_knows_is_told_at_its_place(aim, text: str) -> None:
    (problem,) = told(**aim)

    assert problem.startswith(f"faults[1].{text}")


def test_a_metric_that_is_not_there_cannot_freeze() -> None:
    fault = fault_of({"fault": "frozen", "metrics": ["temperature", "humidity"]})

    (problem,) = fault_problems([fault], PARTS)

    assert str(problem) == ("faults[0].metrics[1]: unknown metric 'humidity', allowed: temperature")


def test_a_fault_after_the_end_of_the_run_is_a_mistake() -> None:
    fault = fault_of({"fault": "drop", "at": "2min"})

    (problem,) = fault_problems([fault], PARTS, duration=120.0)

    assert str(problem) == "faults[0].at: must be before the run's end at 120 s, got 120 s"
    assert fault_problems([fault], PARTS) == ()

"""What one mock will do: figures and charts of a day, in bounded work."""

import pytest

from simulator import outlook, parse, preview, series
from simulator.course import MAX_WORK

DEVICE = """
name: Pump
id: "p-{index}"
metrics:
  load: {sine: {mean: 50, amplitude: 10, period: 1h}}
  door: {pick: [closed, open]}
  hours: {ramp: {from: 0, to: 24, over: 24h}}
messages:
  state: {every: 60s, topic: "{id}/state", json: {load: "{load}", door: "{door}"}}
  alive: {every: 10min, json: "{seq}"}
statuses:
  day: {send: [state, alive], go: [{to: night, after: 8h}]}
  night: {send: [alive], go: [{to: day, after: 16h}]}
"""


def test_it_counts_what_a_preview_shows() -> None:
    device = parse(DEVICE)

    found = outlook(device, duration=7_200.0)

    sent = list(preview(device, duration=7_200.0))
    for name, each in found.messages.items():
        sizes = [len(message.payload) for message in sent if message.message == name]
        assert (each.count, each.bytes, each.largest) == (len(sizes), sum(sizes), max(sizes))
    assert found.is_exact
    assert found.duration == 7_200.0


def test_it_tells_the_time_in_each_status_and_the_moves() -> None:
    found = outlook(parse(DEVICE))

    assert found.statuses == pytest.approx({"day": 8 * 3600.0, "night": 16 * 3600.0}, abs=1)
    assert [move[:3] for move in found.moves[:1]] == [(8 * 3600.0, "day", "night")]


def test_a_number_has_its_range_and_a_text_its_shares() -> None:
    found = outlook(parse(DEVICE), duration=14_400.0).metrics

    load, door = found["load"], found["door"]
    assert load.low == pytest.approx(40, abs=0.1)
    assert load.high == pytest.approx(60, abs=0.1)
    assert load.mean == pytest.approx(50, abs=0.1)
    assert load.readings == len(load.t) == 240
    assert load.last == load.values[-1]
    assert door.shares == pytest.approx({"closed": 0.5, "open": 0.5}, abs=0.05)
    assert door.low is None


def test_a_metric_that_no_message_reads_is_read_for_its_chart() -> None:
    hours = outlook(parse(DEVICE), points=25).metrics["hours"]

    assert hours.t == pytest.approx([3600.0 * n for n in range(25)])
    assert hours.values == pytest.approx(list(range(25)))


def test_a_chart_keeps_the_peaks() -> None:
    load = outlook(parse(DEVICE), duration=28_000.0, points=20).metrics["load"]

    assert len(load.t) <= 20
    assert list(load.t) == sorted(load.t)
    assert max(load.values) == load.high
    assert min(load.values) == load.low


def test_too_many_messages_are_estimated_and_that_is_said() -> None:
    device = parse(DEVICE.replace("every: 60s", "every: 100ms"))

    found = outlook(device)

    assert not found.is_exact
    assert found.duration == 86_400.0
    assert found.messages["state"].count == pytest.approx(8 * 36_000, rel=0.01)
    assert found.messages["alive"].count == pytest.approx(6 * 24, rel=0.05)
    assert found.statuses["day"] == pytest.approx(8 * 3600.0, abs=1)
    assert sum(metric.readings for metric in found.metrics.values()) < 3 * MAX_WORK


def test_two_looks_are_equal_and_mocks_are_not() -> None:
    device = parse(DEVICE.replace("pick: [closed, open]", "uniform: {min: 0, max: 1}"))

    assert outlook(device, duration=600.0) == outlook(device, duration=600.0)
    assert outlook(device, duration=600.0) != outlook(device, duration=600.0, mock=1)


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"duration": -1.0}, "duration must be from 0 to 604800, got -1"),
        ({"points": 1}, "points must be from 2 to 10000, got 1"),
        ({"mock": -1}, "mock must be from 0 to 50000, got -1"),
    ],
)
def test_a_number_out_of_range_is_refused(settings: dict[str, float], text: str) -> None:
    with pytest.raises(ValueError, match=text):
        outlook(parse(DEVICE), **settings)  # type: ignore[arg-type]


def test_a_series_follows_the_statuses() -> None:
    ramp = "ramp: {from: 0, to: 24, over: 24h}"
    device = parse(DEVICE.replace(ramp, "formula: time_in_status"))

    hours = series(device, duration=86_400.0, points=25)["hours"]

    assert hours[7] == pytest.approx(7 * 3600)
    assert hours[9] == pytest.approx(3600, abs=1)
    assert hours[23] == pytest.approx(15 * 3600, abs=1)

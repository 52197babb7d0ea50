"""A recording may have the rows of several devices, and local times that go back by an hour."""

from datetime import UTC, datetime, timedelta
from math import sin, tau

import pytest

import simulator
from simulator.inference import compare, infer_recording
from tests.simulator.inference.made import definition, note, payloads

START = datetime(2026, 10, 24, tzinfo=UTC)


def recording(lines: list[str]) -> simulator.Dataset:
    return simulator.read_dataset("meters.csv", "\n".join(["meter,at,kW", *lines]).encode())


def row(meter: str, quarter: int) -> str:
    at = START + timedelta(minutes=15 * quarter)
    return f"{meter},{at:%Y-%m-%dT%H:%M:%SZ},{2 + sin(tau * quarter / 96):.3f}"


METERS = ("DE001", "DE002", "DE003")
ONE_AFTER_THE_OTHER = [row(meter, quarter) for meter in METERS for quarter in range(288)]
BESIDE_EACH_OTHER = [row(meter, quarter) for quarter in range(288) for meter in METERS]


@pytest.mark.parametrize("lines", [ONE_AFTER_THE_OTHER, BESIDE_EACH_OTHER], ids=["long", "wide"])
def test_a_column_that_tells_devices_apart_is_their_identity(lines: list[str]) -> None:
    inferred = infer_recording(recording(lines))

    meters = {payload["meter"] for payload in payloads(inferred, count=6, mocks=3)}
    assert meters == {"DE000", "DE001", "DE002"}
    assert list(payloads(inferred, count=1)[0]) == ["at", "meter", "kW"]
    assert definition(inferred).messages["recording"].every is not None
    assert "every: 15min" in inferred.text
    assert note(inferred, "id") == "3 devices by 'meter'; values are those of the first one"
    assert note(inferred, "kW").startswith("its shape over day")


def test_a_recording_of_several_devices_is_compared_with_the_first() -> None:
    meters = recording(ONE_AFTER_THE_OTHER)

    (load,) = compare(meters, infer_recording(meters).text)

    assert len(load.recorded) == 288
    assert load.after.mean == pytest.approx(load.before.mean, abs=0.1)
    assert load.after.memory > 0.9


def test_times_of_the_hour_that_clocks_show_twice_are_times() -> None:
    berlin = [START + timedelta(hours=22, minutes=15 * n) for n in range(40)]
    local = [
        at + timedelta(hours=2 if at < datetime(2026, 10, 25, 1, tzinfo=UTC) else 1)
        for at in berlin
    ]
    lines = [f"m,{at:%Y-%m-%d %H:%M:%S},{1 + n % 3}" for n, at in enumerate(local)]

    assert "every: 15min" in infer_recording(recording(lines)).text


def test_times_that_go_back_far_are_no_times() -> None:
    lines = [row("m", quarter) for quarter in (*range(10), *range(10))]

    assert "no column of times" in note(infer_recording(recording(lines)), "messages.recording")

"""The smart meter of ThingsBoard's performance tests (tools/service/msg/smartMeter)."""

from functools import cache
from itertools import pairwise

from tests.simulator.fleet.lives import Sent, live, steps
from tests.simulator.scenarios.scenes import (
    DAY,
    FLAG,
    MILLISECONDS,
    a_day,
    faults,
    fleet,
    payloads,
    whole,
)  # fmt: skip

METER = {
    "pulseCounter": whole(0, 999_999),
    "leakage": FLAG,  # one in a hundred, as its comment says and its code does not
    "batteryLevel": whole(10, 99),  # telemetry: 50 to 99, or 10 for an alarm; attributes: 0 to 99
}
TELEMETRY = {"ts": MILLISECONDS, "values": METER}


@cache
def days() -> list[Sent]:
    """What forty meters send in two days, one message of each kind an hour."""
    return live(fleet("tb-smart-meter", count=40, rate=2 / 3_600), steps(2 * DAY, 3_600.0)).sent


def of(mock: int) -> list[dict[str, int]]:
    sent = payloads((each for each in days() if each.mock == mock), "telemetry")
    return [each["values"] for each in sent]


def test_a_day_of_it_is_as_the_original_has_it() -> None:
    telemetry, attributes = (a_day("tb-smart-meter", kind) for kind in ("telemetry", "attributes"))

    assert len(telemetry) > 200
    assert len(attributes) > 200
    assert [fault for each in telemetry for fault in faults(each, TELEMETRY)] == []
    assert [fault for each in attributes for fault in faults(each, METER)] == []


def test_topics_are_those_of_a_device() -> None:
    assert {(each.message, each.address) for each in days()} == {
        ("telemetry", "v1/devices/me/telemetry"),
        ("attributes", "v1/devices/me/attributes"),
    }


def test_an_alarm_is_a_battery_of_ten_percent() -> None:
    levels = {
        state: {
            values["values"]["batteryLevel"]
            for values in payloads((s for s in days() if s.status == state), "telemetry")
        }
        for state in ("metering", "alarm")
    }

    assert levels["alarm"] == {10}
    assert min(levels["metering"]) >= 50


def test_pulses_are_counted_and_a_leak_adds_to_them() -> None:
    still: list[int] = []
    leaking: list[int] = []
    for mock in range(40):
        for before, after in pairwise(of(mock)):
            flowed = (after["pulseCounter"] - before["pulseCounter"]) % 1_000_000
            (leaking if before["leakage"] and after["leakage"] else still).append(flowed)

    assert max(still + leaking) < 3_600 * 2
    assert min(leaking) >= 3_600 * 0.2 - 1
    assert min(still) == 0


def test_one_in_a_hundred_leaks() -> None:
    seen = [values["leakage"] for mock in range(40) for values in of(mock)]

    assert 0.004 < sum(seen) / len(seen) < 0.02

"""The tracker of ThingsBoard's performance tests (tools/service/msg/smartTracker)."""

from functools import cache
from itertools import pairwise
from typing import Any

import pytest
from geographiclib.geodesic import Geodesic

from tests.simulator.fleet.lives import live, steps
from tests.simulator.scenarios.scenes import (
    MILLISECONDS,
    Field,
    a_day,
    faults,
    fleet,
    payloads,
    whole,
)  # fmt: skip

# Texts of 0 to 100, with six decimals or one: so does the original write them.
DEGREES = Field(str, like=r"\d\d?(\.\d{1,6})?")
TRACKER = {
    "latitude": DEGREES,
    "longitude": DEGREES,
    "speed": Field(str, like=r"\d\d?(\.\d)?"),
    "fuel": whole(0, 99),
    "batteryLevel": whole(0, 99),
}
TELEMETRY = {"ts": MILLISECONDS, "values": TRACKER}


@cache
def drive() -> list[dict[str, Any]]:
    """What one tracker tells in an hour and a half."""
    return payloads(live(fleet("tb-tracker"), steps(5_400.0, 300.0)).sent, "telemetry")


def test_a_day_of_it_is_as_the_original_has_it() -> None:
    telemetry, attributes = (a_day("tb-tracker", kind) for kind in ("telemetry", "attributes"))

    assert len(telemetry) > 200
    assert [fault for each in telemetry for fault in faults(each, TELEMETRY)] == []
    assert [fault for each in attributes for fault in faults(each, TRACKER)] == []


def test_it_is_where_its_speed_takes_it() -> None:
    ways, wanted = 0.0, 0.0
    for before, after in pairwise(drive()):
        ways += metres(before["values"], after["values"])
        speeds = float(before["values"]["speed"]) + float(after["values"]["speed"])
        wanted += speeds / 2 / 3.6 * (after["ts"] - before["ts"]) / 1_000

    assert wanted > 30_000
    assert ways == pytest.approx(wanted, rel=0.05)


def metres(before: dict[str, str], after: dict[str, str]) -> float:
    places = [float(each[part]) for each in (before, after) for part in ("latitude", "longitude")]
    return float(Geodesic.WGS84.Inverse(*places)["s12"])


def test_fuel_goes_with_the_way() -> None:
    fuel = [each["values"]["fuel"] for each in drive()]

    assert all(after <= before for before, after in pairwise(fuel))
    assert 5 < fuel[0] - fuel[-1] < 30

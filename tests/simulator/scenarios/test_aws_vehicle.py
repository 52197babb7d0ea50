"""The vehicle of AWS's simulator (its VehicleDemoPayload and vehicle/dynamics)."""

from functools import cache
from itertools import pairwise
from typing import Any

import pytest

from tests.simulator.fleet.lives import live, steps
from tests.simulator.scenarios.scenes import (
    FLAG,
    Field,
    a_day,
    faults,
    fleet,
    number,
    one_of,
    payloads,
)  # fmt: skip

GEARS = ("neutral", "first", "second", "third", "fourth", "fifth", "sixth")

VEHICLE = {
    "timestamp": Field(str, like=r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{9}"),
    "trip_id": Field(str, like=r"\w+"),
    "VIN": Field(str, like=r"[A-Z0-9]{17}"),
    "brake": number(0, 100),
    "steeringWheelAngle": number(0, 900),
    "torqueAtTransmission": number(0, 9_000),
    "engineSpeed": number(0, 13_563),
    "vehicleSpeed": number(0, 500),
    "acceleration": number(-500, 500),  # the payload says from 0, its dynamics go below
    "acceleratorPedalPos": number(0, 100),
    "parkingBrakeStatus": FLAG,
    "brakePedalStatus": FLAG,
    "transmissionGearPosition": one_of(*GEARS),
    "gearLeverPosition": one_of("drive", "park"),
    "odometer": number(0, 1_000),
    "ignitionStatus": one_of("run", "off"),
    "fuelLevel": number(0, 100),
    "fuelConsumedSinceRestart": number(0, 40),
    "oilTemp": number(0, 320),
    "location": {"latitude": number(40.7, 40.8), "longitude": number(-74.1, -73.9)},
    "_id_": Field(str, like=r"vehicle-\d{5}"),
}


@cache
def trips() -> list[list[dict[str, Any]]]:
    """What each of five vehicles sends in 25 minutes, a message every 2 s while it drives."""
    life = live(fleet("aws-vehicle", count=5), steps(1_500.0, 300.0))
    return [payloads((s for s in life.sent if s.mock == mock), "vehicle") for mock in range(5)]


def all_of_them() -> list[dict[str, Any]]:
    return [each for trip in trips() for each in trip]


def test_a_day_of_it_is_as_the_original_has_it() -> None:
    sent = a_day("aws-vehicle", "vehicle")

    assert len(sent) > 300
    assert [fault for each in sent for fault in faults(each, VEHICLE)] == []
    assert [fault for each in all_of_them() for fault in faults(each, VEHICLE)] == []


def test_the_engine_turns_as_speed_and_gear_say() -> None:
    for each in all_of_them():
        gear = GEARS.index(each["transmissionGearPosition"])
        turns = 163.82 * each["vehicleSpeed"] / max(gear, 1)
        assert each["engineSpeed"] == pytest.approx(turns, abs=1)
        assert (gear == 0) == (each["vehicleSpeed"] == 0)


def test_it_shifts_up_above_a_speed_and_down_below_a_lower_one() -> None:
    bands = {"first": (0, 25), "second": (20, 50), "third": (45, 75), "fourth": (70, 100)}
    slack = 9 * 2  # km/h that it brakes in the 2 s between two messages

    seen = {each["transmissionGearPosition"] for each in all_of_them()}

    assert seen >= {*bands}
    for each in all_of_them():
        low, high = bands.get(each["transmissionGearPosition"], (0, 500))
        assert low - slack <= each["vehicleSpeed"] <= high + slack


def test_pedals_do_what_the_speed_shows() -> None:
    for trip in trips():
        for each in trip:
            assert each["acceleratorPedalPos"] == 0 or each["brake"] == 0
            assert each["brakePedalStatus"] == (each["brake"] > 0)
            assert -11.5 < each["acceleration"] < 6  # km/h/s; some drive harder than others


def test_the_way_and_the_fuel_go_on() -> None:
    for trip in trips():
        for before, after in pairwise(trip):
            assert after["odometer"] >= before["odometer"]
            assert after["fuelLevel"] == pytest.approx(
                100 * (40 - after["fuelConsumedSinceRestart"]) / 40, abs=0.01
            )
            if before["trip_id"] == after["trip_id"]:
                assert after["fuelConsumedSinceRestart"] >= before["fuelConsumedSinceRestart"]


def test_each_start_of_the_engine_is_a_trip_of_its_own() -> None:
    for trip in trips():
        ids = list(dict.fromkeys(each["trip_id"] for each in trip))
        off = [each for each in trip if each["ignitionStatus"] == "off"]
        assert len(ids) >= 2
        assert off
        assert all(each["parkingBrakeStatus"] and each["vehicleSpeed"] == 0 for each in off)


def test_oil_is_warm_after_two_minutes() -> None:
    early = [trip[2]["oilTemp"] for trip in trips()]
    warm = [each["oilTemp"] for trip in trips() for each in trip[60:100]]

    assert max(early) < 120
    assert all(225 < each < 320 for each in warm)

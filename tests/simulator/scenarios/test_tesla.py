"""The Tesla of MQTTX's examples (emqx/MQTTX, scripts-example/IoT-data-scenarios/tesla.js).

The original draws 45 of its fields anew for each message, each by itself: that is where these
ranges are from. Eight belong to the car, and one is the time.
"""

import datetime
from functools import cache
from itertools import pairwise
from typing import Any

import pytest

from tests.simulator.fleet.lives import EPOCH, live, steps
from tests.simulator.scenarios.scenes import (
    FLAG,
    ISO,
    MILLISECONDS,
    TEXT,
    Field,
    a_day,
    faults,
    fleet,
    number,
    one_of,
    payloads,
    whole,
)  # fmt: skip

DEGREES = number(-20, 50)
RANGE = number(0, 1_000)  # km
BAR = number(2.0, 3.5)

CAR = {
    "car_id": Field(str, like=r"[A-HJ-NPR-Z0-9]{17}"),
    "display_name": Field(str, like=r".+'s Tesla"),
    "model": one_of("S", "3", "X", "Y"),
    "trim_badging": TEXT,
    "exterior_color": TEXT,
    "wheel_type": TEXT,
    "spoiler_type": TEXT,
    "geofence": TEXT,
    "state": one_of("online", "asleep", "charging"),
    "since": ISO,
    "healthy": FLAG,
    "version": Field(str, like=r"\d+\.\d+\.\d+"),
    "update_available": FLAG,
    "update_version": Field(str, like=r"\d+\.\d+\.\d+"),
    "latitude": number(-90, 90),
    "longitude": number(-180, 180),
    "shift_state": one_of("D", "N", "R", "P"),
    "power": whole(-10_000, 10_000),
    "speed": whole(0, 200),
    "heading": whole(0, 359),
    "elevation": whole(-100, 5_000),
    "locked": FLAG,
    "sentry_mode": FLAG,
    "windows_open": FLAG,
    "doors_open": FLAG,
    "trunk_open": FLAG,
    "frunk_open": FLAG,
    "is_user_present": FLAG,
    "is_climate_on": FLAG,
    "inside_temp": DEGREES,
    "outside_temp": DEGREES,
    "is_preconditioning": FLAG,
    "odometer": whole(0, 1_000_000),
    "est_battery_range_km": RANGE,
    "rated_battery_range_km": RANGE,
    "ideal_battery_range_km": RANGE,
    "battery_level": whole(0, 100),
    "usable_battery_level": whole(0, 100),
    "plugged_in": FLAG,
    "charge_energy_added": number(0, 100),
    "charge_limit_soc": whole(0, 100),
    "charge_port_door_open": FLAG,
    "charger_actual_current": number(0, 100),
    "charger_power": whole(0, 100),  # the original: from 1, though most cars do not charge
    "charger_voltage": whole(220, 240),
    "charge_current_request": whole(10, 50),
    "charge_current_request_max": whole(10, 50),
    "scheduled_charging_start_time": ISO,
    "time_to_full_charge": number(0, 10),  # the original: from 0.5 h, though some are full
    "tpms_pressure_fl": BAR,
    "tpms_pressure_fr": BAR,
    "tpms_pressure_rl": BAR,
    "tpms_pressure_rr": BAR,
    "timestamp": MILLISECONDS,
}


@cache
def three_hours() -> list[list[dict[str, Any]]]:
    """What each of ten cars sends in three hours, one message a minute."""
    life = live(fleet("tesla", count=10, rate=1 / 60), steps(3 * 3_600.0, 600.0))
    return [payloads((s for s in life.sent if s.mock == mock), "car") for mock in range(10)]


def pairs(state: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Messages that follow each other while a car is and stays in a state."""
    return [
        (before, after)
        for car in three_hours()
        for before, after in pairwise(car)
        if before["since"] == after["since"] and before["state"] == state
    ]


def test_a_day_of_it_is_as_the_original_has_it() -> None:
    sent = a_day("tesla", "car")

    assert len(CAR) == 8 + 45 + 1
    assert len(sent) > 300
    assert [fault for each in sent for fault in faults(each, CAR)] == []
    assert {each["state"] for each in sent} == {"online", "charging", "asleep"}


def test_ranges_and_currents_follow_from_battery_and_power() -> None:
    for each in [each for car in three_hours() for each in car]:
        assert each["rated_battery_range_km"] == pytest.approx(5 * each["battery_level"], abs=3)
        assert each["est_battery_range_km"] <= each["ideal_battery_range_km"]
        watts = each["charger_actual_current"] * each["charger_voltage"]
        assert watts == pytest.approx(1_000 * each["charger_power"], rel=0.01)
        assert each["plugged_in"] == (each["charger_power"] > 0)


def test_the_battery_is_emptied_by_the_way_and_filled_where_it_stands() -> None:
    online, charging = pairs("online"), pairs("charging")

    way = sum(after["odometer"] - before["odometer"] for before, after in online)
    used = sum(b["rated_battery_range_km"] - a["rated_battery_range_km"] for b, a in online)
    assert way > 300
    assert 0.5 < used / way < 2
    assert len(charging) > 100
    assert all(a["battery_level"] >= b["battery_level"] for b, a in charging)
    assert all(b["odometer"] == a["odometer"] and b["speed"] == 0 for b, a in charging)
    assert all(after["charger_power"] == 11 for _, after in charging)
    assert all(after["charger_power"] == 0 for _, after in online)


def test_it_sleeps_once_it_is_full() -> None:
    first = [car[i] for car in three_hours() for i in range(len(car)) if _falls_asleep(car, i)]

    assert first
    assert all(each["battery_level"] >= each["charge_limit_soc"] for each in first)


def _falls_asleep(car: list[dict[str, Any]], i: int) -> bool:
    return i > 0 and (car[i - 1]["state"], car[i]["state"]) == ("charging", "asleep")


def test_it_drives_in_gear_with_its_doors_shut_and_its_user_in_it() -> None:
    assert all((each["shift_state"] == "D") == (each["speed"] > 0) for _, each in pairs("online"))
    assert all(each["is_user_present"] and not each["sentry_mode"] for _, each in pairs("online"))
    assert all(each["sentry_mode"] and not each["plugged_in"] for _, each in pairs("asleep"))
    assert not [each for _, each in pairs("online") if each["doors_open"] and each["speed"] > 0]


def test_times_are_those_of_the_state_and_of_the_night_to_come() -> None:
    sent = [each for car in three_hours() for each in car]

    at = [each["timestamp"] / 1_000 for each in sent]

    assert all(EPOCH <= moment(each["since"]) <= t for each, t in zip(sent, at, strict=True))
    assert all(
        0 < moment(each["scheduled_charging_start_time"]) - t <= 86_400
        for each, t in zip(sent, at, strict=True)
    )


def moment(text: str) -> float:
    return datetime.datetime.fromisoformat(text).timestamp()

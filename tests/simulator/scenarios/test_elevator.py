"""The elevator of Azure's device simulation (devicemodels/elevator-01.json and its scripts)."""

from itertools import pairwise

from tests.simulator.fleet.lives import live, steps
from tests.simulator.scenarios.scenes import (
    a_day,
    faults,
    fleet,
    number,
    one_of,
    payloads,
    started,
    status,
    told,
    whole,
)  # fmt: skip

SENSORS = {
    "floor": whole(1, 15),
    "vibration": number(0, 20),  # 10 mm ± 5 % while it moves, else 0
    "vibration_unit": one_of("mm"),
    "temperature": number(74.25, 75.75),  # 75 °F ± 1 %
    "temperature_unit": one_of("F"),
}
ASK = "$iothub/methods/POST/{}/?$rid=7"
ANSWER = "$iothub/methods/res/200/?$rid=7"


def test_a_day_of_it_is_as_the_original_has_it() -> None:
    sent = a_day("elevator", "sensors")

    assert len(sent) > 400
    assert [fault for each in sent for fault in faults(each, SENSORS)] == []
    assert all(9.5 <= each["vibration"] <= 10.5 for each in sent)
    assert {each["floor"] for each in sent} == set(range(1, 16))


def test_it_goes_one_floor_at_a_time() -> None:
    sent = payloads(live(fleet("elevator"), steps(3_600.0, 60.0)).sent, "sensors")

    moves = [abs(after["floor"] - before["floor"]) for before, after in pairwise(sent)]

    assert len(moves) > 300
    assert set(moves) == {1}


def test_it_stops_and_starts_by_command() -> None:
    mocks = started("elevator")

    standing = told(mocks, ASK.format("StopElevator"), {}, t=60.0, until=120.0)
    was = status(mocks)
    moving = told(mocks, ASK.format("StartElevator"), {}, t=120.0, until=180.0)

    assert was == "stopped"
    assert standing[0].address == moving[0].address == ANSWER
    assert {each["vibration"] for each in payloads(standing, "sensors")} == {0.0}
    assert len({each["floor"] for each in payloads(standing, "sensors")}) == 1
    assert status(mocks) == "moving"
    assert len({each["floor"] for each in payloads(moving, "sensors")}) > 1


def test_an_update_silences_it_until_it_has_the_new_version() -> None:
    mocks = started("elevator")

    sent = told(mocks, ASK.format("FirmwareUpdate"), {"Firmware": "1.1"}, t=60.0, until=100.0)

    assert [each.t for each in sent if each.message == "FirmwareUpdate succeeded"] == [87.5]
    assert not [each for each in sent if each.message == "sensors" and each.t < 87.5]
    assert status(mocks) == "moving"

"""The chiller of Azure's device simulation (devicemodels/chiller-01.json and its scripts)."""

import json

import numpy as np

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
)  # fmt: skip

SENSORS = {
    "temperature": number(71.25, 78.75),  # 75 °F ± 5 %
    "temperature_unit": one_of("F"),
    "humidity": number(66.5, 73.5),  # 70 % ± 5 %
    "humidity_unit": one_of("%"),
    "pressure": number(50, 300),  # 150 psig ± 10 %; while it is high 250 psig ± 25 %
    "pressure_unit": one_of("psig"),
}
ASK = "$iothub/methods/POST/{}/?$rid=7"
ANSWER = "$iothub/methods/res/200/?$rid=7"


def test_a_day_of_it_is_as_the_original_has_it() -> None:
    sent = a_day("chiller", "sensors")

    assert len(sent) > 400
    assert [fault for each in sent for fault in faults(each, SENSORS)] == []
    assert all(135 <= each["pressure"] <= 165 for each in sent)


def test_pressure_goes_with_temperature() -> None:
    sent = payloads(live(fleet("chiller"), steps(3_600.0, 60.0)).sent, "sensors")

    seen = np.array([(each["temperature"], each["pressure"]) for each in sent])

    assert len(seen) == 360
    assert np.corrcoef(seen.T)[0, 1] > 0.99


def test_pressure_rises_by_command_until_the_valve_is_opened() -> None:
    mocks = started("chiller")
    rising = told(mocks, ASK.format("IncreasePressure"), {}, t=60.0, until=120.0)
    was = status(mocks)

    falling = told(mocks, ASK.format("EmergencyValveRelease"), {}, t=120.0, until=180.0)

    assert was == "high pressure"
    assert [each.t for each in rising if each.address == ANSWER] == [65.0]
    assert all(190 < each["pressure"] <= 300 for each in payloads(rising, "sensors")[2:])
    assert status(mocks) == "normal pressure"
    assert [each.t for each in falling if each.address == ANSWER] == [120.0]
    assert all(135 <= each["pressure"] <= 165 for each in payloads(falling, "sensors")[1:])


def test_a_reboot_is_twenty_seconds_of_silence() -> None:
    mocks = started("chiller")

    sent = told(mocks, ASK.format("Reboot"), {}, t=60.0, until=100.0)

    assert sent[0].address == ANSWER
    assert (sent[1].t, sent[1].message) == (80.0, "properties")
    assert json.loads(sent[1].payload) == {
        "Type": "Chiller",
        "Firmware": "1.0",
        "Model": "CH101",
        "Location": "Building 2",
        "Latitude": 47.640792,
        "Longitude": -122.126258,
    }
    assert status(mocks) == "normal pressure"


def test_an_update_tells_its_stages_and_ends_with_the_new_version() -> None:
    mocks = started("chiller")

    sent = told(mocks, ASK.format("FirmwareUpdate"), {"Firmware": "1.1"}, t=60.0, until=100.0)

    told_of = [json.loads(each.payload) for each in sent if "reported" in each.address]
    stages = [each.get("FirmwareUpdate") for each in told_of]
    assert list(dict.fromkeys(stages)) == ["prepare", "download", "apply", None]
    assert told_of[-1] == {"Firmware": "1.1"}
    assert [each.t for each in sent if each.message == "FirmwareUpdate succeeded"] == [87.5]
    assert not [each for each in sent if each.message == "sensors" and each.t < 87.5]
    assert status(mocks) == "normal pressure"

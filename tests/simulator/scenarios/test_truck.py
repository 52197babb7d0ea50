"""The truck of Azure's device simulation (devicemodels/truck-01.json and its scripts)."""

from itertools import pairwise

import pytest
from geographiclib.geodesic import Geodesic

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
    "latitude": number(47.4, 47.5),  # about 47.445301, -122.296307
    "longitude": number(-122.4, -122.2),
    "speed": number(0, 80),  # 30 mph ± 5 %; the original stays where it is and says so too
    "speed_unit": one_of("mph"),
    "cargotemperature": number(35, 50),  # 38 °F ± 1 %
    "cargotemperature_unit": one_of("F"),
}
ASK = "$iothub/methods/POST/{}/?$rid=7"


def test_a_day_of_it_is_as_the_original_has_it() -> None:
    sent = a_day("truck", "sensors")

    assert len(sent) > 400
    assert [fault for each in sent for fault in faults(each, SENSORS)] == []
    assert all(each["speed"] <= 31.5 for each in sent)
    assert all(abs(each["cargotemperature"] - 38) < 0.6 for each in sent)


def test_it_is_where_its_speed_takes_it() -> None:
    sent = payloads(live(fleet("truck"), steps(1_800.0, 60.0)).sent, "sensors")
    steady = [
        (before, after)
        for before, after in pairwise(sent)
        if before["speed"] == after["speed"] > 28 or before["speed"] == after["speed"] == 0
    ]

    ways = [metres(before, after) for before, after in steady]

    wanted = [before["speed"] * 0.44704 * 10 for before, _ in steady]
    assert len(steady) > 80
    assert sum(ways) == pytest.approx(sum(wanted), rel=0.1)
    assert all(way <= most + 1 for way, most in zip(ways, wanted, strict=True))


def metres(before: dict[str, float], after: dict[str, float]) -> float:
    places = [each[part] for each in (before, after) for part in ("latitude", "longitude")]
    return float(Geodesic.WGS84.Inverse(*places)["s12"])


@pytest.mark.parametrize(("wanted", "reached"), [(45, 45.0), (0, 35.4), (100, 49.6)])
def test_the_cargo_room_follows_what_it_is_set_to(wanted: int, reached: float) -> None:
    mocks = started("truck")

    sent = told(mocks, ASK.format("SetTemperature"), {"Temperature": wanted}, t=60.0, until=120.0)
    later = payloads(live(mocks, steps(3_000.0, 60.0)[2:]).sent, "sensors")

    assert sent[0].address == "$iothub/methods/res/200/?$rid=7"
    temperatures = [each["cargotemperature"] for each in payloads(sent, "sensors")]
    assert abs(temperatures[0] - 38) < 2  # it takes its time
    assert later[-1]["cargotemperature"] == pytest.approx(reached, abs=0.5)
    assert all(35 <= each["cargotemperature"] <= 50 for each in later)


def test_a_temperature_that_no_cargo_has_is_refused() -> None:
    sent = told(
        started("truck"), ASK.format("SetTemperature"), {"Temperature": 101}, t=60, until=61
    )

    assert sent[0].address == "$iothub/methods/res/400/?$rid=7"
    assert sent[0].payload == b'{"error":"Temperature must be at least 0 and at most 100"}'


def test_it_goes_a_degree_up_or_down() -> None:
    mocks = started("truck")

    up = told(mocks, ASK.format("TempIncrease"), {}, t=60.0, until=61.0)
    down = told(mocks, ASK.format("TempDecrease"), {}, t=62.0, until=63.0)

    assert up[0].payload == b'{"target":39}'
    assert down[0].payload == b'{"target":38}'


def test_an_update_silences_it_until_it_has_the_new_version() -> None:
    mocks = started("truck")

    sent = told(mocks, ASK.format("FirmwareUpdate"), {"Firmware": "1.1"}, t=60.0, until=100.0)

    assert [each.t for each in sent if each.message == "FirmwareUpdate succeeded"] == [87.5]
    assert not [each for each in sent if each.message == "sensors" and each.t < 87.5]
    assert status(mocks) == "running"

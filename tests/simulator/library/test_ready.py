"""Every ready definition is sound, says what it is, and sends what a device of its kind would."""

import base64
import json
import re

import pytest

import simulator
from simulator.library import Ready, ready, ready_named

DAY = 86_400.0


@pytest.fixture(params=ready(), ids=lambda one: one.name)
def one(request: pytest.FixtureRequest) -> Ready:
    return request.param


def test_there_are_twenty_kinds_of_device() -> None:
    assert len(ready()) == 20
    assert len({each.title for each in ready()}) == 20


def test_it_is_sound_and_says_what_it_is(one: Ready) -> None:
    checked = simulator.check(one.text)

    assert checked.problems == ()
    assert checked.definition is not None
    assert checked.definition.name == one.title
    assert one.text.startswith("# ")
    assert re.fullmatch(r"[A-Z].{30,400}\.", one.summary)


def test_it_sends_each_of_its_regular_messages(one: Ready) -> None:
    definition = simulator.parse(one.text)
    first = next(iter(definition.statuses.values()))

    sent = simulator.preview(definition, mocks=40, duration=1_800.0, limit=4_000)

    assert first.send
    assert set(first.send) - {message.message for message in sent} == set()


def test_two_mocks_differ_and_two_runs_do_not(one: Ready) -> None:
    definition = simulator.parse(one.text)

    def run(seed: int) -> list[bytes]:
        sent = simulator.preview(definition, mocks=30, duration=1_200.0, limit=300, seed=seed)
        return [message.payload for message in sent]

    assert run(1) == run(1)
    assert run(1) != run(2)


def test_it_is_found_by_its_name() -> None:
    assert ready_named("smart-meter").title == "Smart meter"
    with pytest.raises(KeyError):
        ready_named("flying-carpet")


def values(name: str, metric: str, **settings: float) -> list[float]:
    """What the first mock of a ready definition reads over a day."""
    read = simulator.series(
        simulator.parse(ready_named(name).text), duration=DAY, points=97, **settings
    )
    return [value for value in read[metric] if isinstance(value, int | float)]


def test_a_smart_meter_never_runs_backwards() -> None:
    energy = values("smart-meter", "energy")

    assert energy == sorted(energy)
    assert 3 < energy[-1] - energy[0] < 60  # kWh of a household


def test_a_solar_inverter_sleeps_at_night_and_begins_each_day_at_zero() -> None:
    power = values("solar-inverter", "dc_power")

    assert max(power) > 1_000
    assert power[:17] == [0.0] * 17  # until four in the morning, UTC


def test_all_plants_of_a_site_have_the_same_clouds() -> None:
    definition = simulator.parse(ready_named("solar-inverter").text)
    clouds: dict[str, set[tuple[float, ...]]] = {}
    for mock in range(8):
        settings = {"duration": 7_200.0, "mock": mock}
        course = simulator.series(definition, points=50, **settings)["clouds"]
        clouds.setdefault(site_of(definition, mock), set()).add(tuple(course))

    assert len(clouds) > 1
    assert [len(courses) for courses in clouds.values()] == [1] * len(clouds)
    assert len(set().union(*clouds.values())) == len(clouds)


def site_of(definition: simulator.Definition, mock: int) -> str:
    """The site of a plant, as its topic says."""
    sent = simulator.preview(definition, mocks=mock + 1, duration=1_200.0)
    return next(m.topic.split("/")[1] for m in sent if m.mock == mock and m.topic)


def test_a_van_stays_on_its_round() -> None:
    assert all(52.48 < lat < 52.56 for lat in values("gps-van", "position.lat"))


def test_a_lorawan_sensors_frame_is_what_its_decoder_expects() -> None:
    definition = simulator.parse(ready_named("lorawan-sensor").text)
    sent = next(simulator.preview(definition, duration=3_600.0))
    message = json.loads(sent.payload)["uplink_message"]
    frame = base64.b64decode(message["frm_payload"])

    assert len(frame) == 11
    assert 2.4 < int.from_bytes(frame[0:2], "big") / 1000 < 3.1  # V
    assert 5 < int.from_bytes(frame[2:4], "big", signed=True) / 100 < 40  # °C
    assert 0 < int.from_bytes(frame[4:6], "big") / 10 < 100  # %

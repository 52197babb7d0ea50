"""A definition is made of sample payloads, and sends their like."""

import json
import re
from pathlib import Path

import pytest

from simulator import DefinitionError, preview
from simulator.inference import infer
from tests.simulator.inference.made import definition, note, payloads

SAMPLES = Path(__file__).parents[2] / "definitions" / "payloads"
ALL = sorted(SAMPLES.glob("*.json"))


def made(*payloads: object, name: str = "Device"):
    return infer([("sample", json.dumps(list(payloads)))], name=name)


def kinds(value: object) -> object:
    """The keys and JSON types of a payload; whole and broken numbers are one."""
    if isinstance(value, dict):
        return {key: kinds(child) for key, child in value.items()}
    if isinstance(value, list):
        return [kinds(child) for child in value]
    return "number" if type(value) in (int, float) else type(value).__name__


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_what_real_devices_send_comes_back_with_the_same_keys_and_types(path: Path) -> None:
    inferred = infer([(path.name, path.read_bytes())])

    sent = payloads(inferred, count=20, mocks=3)

    assert len(sent) == 20
    assert {json.dumps(kinds(payload)) for payload in sent} == {
        json.dumps(kinds(json.loads(path.read_bytes())))
    }


def test_numbers_stay_in_the_range_that_was_seen() -> None:
    inferred = made(*({"pressure_bar": 2.0 + step / 10} for step in (0, 3, 1, 4, 2, 5)))

    values = [payload["pressure_bar"] for payload in payloads(inferred, count=500)]

    assert min(values) >= 1.9
    assert max(values) <= 2.6
    assert len(set(values)) > 3
    assert note(inferred, "pressure_bar") == "6 samples from 2 to 2.5"


def test_a_name_tells_the_unit_and_the_range_of_a_number_seen_once() -> None:
    metrics = definition(made({"Humidity": 99.5, "rssi": -71})).metrics

    assert metrics["humidity"].unit == "%"
    values = [payload["Humidity"] for payload in payloads(made({"Humidity": 99.5}), count=300)]
    assert max(values) <= 100
    assert metrics["rssi"].unit == "dBm"


def test_a_value_that_a_name_makes_impossible_is_believed_and_not_the_name() -> None:
    inferred = made({"temperature": 900.0})

    assert definition(inferred).metrics["temperature"].unit == ""
    values = [payload["temperature"] for payload in payloads(inferred)]
    assert all(810 <= value <= 990 for value in values)


@pytest.mark.parametrize(
    ("seen", "pattern"),
    [
        ("2026-03-02T09:14:07", r"2026-\d\d-\d\dT\d\d:\d\d:\d\d"),
        ("2026-03-02T09:14:07.123Z", r"2026-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"),
        ("2026-03-02T09:14:07.123456+00:00", r"2026-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00"),
        ("02.03.2026 09:14:07", r"\d\d\.\d\d\.2026 \d\d:\d\d:\d\d"),
        ("20260302T091407Z", r"2026\d{4}T\d{6}Z"),
        ("Mon, 02 Mar 2026 09:14:07 GMT", r"[A-Z][a-z]{2}, \d\d Jan 2026 \d\d:\d\d:\d\d GMT"),
        (1_772_442_847, r"17672\d{5}"),
        (1_772_442_847_123, r"17672\d{8}"),
        (1_772_442_847_123_456, r"17672\d{11}"),
        (1_772_442_847.25, r"17672\d{5}\.\d{1,2}"),
    ],
)
def test_a_moment_is_written_as_the_device_writes_it(seen: object, pattern: str) -> None:
    sent = payloads(made({"time": seen}), count=5)

    assert all(re.fullmatch(pattern, str(payload["time"])) for payload in sent), sent
    assert type(sent[0]["time"]) is type(seen)


def test_moments_tell_how_often_a_message_comes() -> None:
    inferred = made(*({"ts": 1_772_442_000 + 30 * n, "v": n % 3} for n in range(6)))

    assert definition(inferred).messages["telemetry"].every.interval == 30.0


def test_moments_of_several_devices_are_told_apart() -> None:
    samples = [
        {"device_id": f"d-{n % 2:02d}", "ts": 1_772_442_000 + 60 * (n // 2) + n % 2}
        for n in range(8)
    ]

    assert definition(made(*samples)).messages["telemetry"].every.interval == 60.0


def test_a_counter_goes_on_and_a_sequence_counts_messages() -> None:
    inferred = made(*({"starts": 40 + n, "seq": 7 + n} for n in range(4)))

    sent = payloads(inferred, count=4)

    assert [payload["starts"] for payload in sent] == [40, 41, 42, 43]
    assert [payload["seq"] for payload in sent] == [1, 2, 3, 4]


def test_an_identity_makes_one_for_each_mock_wherever_it_stands() -> None:
    sample = {"topic": "plant/press-0042/state", "payload": {"deviceId": "press-0042", "v": 1.5}}
    inferred = infer([("log", json.dumps(sample))])

    sent = list(preview(definition(inferred), mocks=3, duration=30.0, limit=3))

    assert {message.topic for message in sent} == {f"plant/press-{n:04d}/state" for n in range(3)}
    assert all(json.loads(message.payload)["deviceId"] in message.topic for message in sent)


@pytest.mark.parametrize(
    ("seen", "pattern"),
    [
        ("AA:BB:CC:00:11:22", r"AA:BB:CC:00:00:0\d"),
        ("a8032abe54dc1234", r"a8032abe5400000\d"),
        ("356938035643809", r"35693803000000\d"),
        ("sensor-17", r"sensor-0\d"),
        ("boiler", r"boiler-000\d"),
    ],
)
def test_identities_of_every_usual_form_are_counted_up(seen: str, pattern: str) -> None:
    sent = payloads(made({"device_id": seen}), count=3, mocks=3)

    found = {payload["device_id"] for payload in sent}
    assert len(found) == 3
    assert all(re.fullmatch(pattern, each) for each in found), found


def test_states_come_as_often_as_they_were_seen() -> None:
    samples = [{"mode": "idle"}] * 6 + [{"mode": "busy"}] * 2
    sent = payloads(made(*samples), count=400)

    share = sum(payload["mode"] == "idle" for payload in sent) / len(sent)
    assert 0.65 < share < 0.85


def test_true_and_false_come_as_often_as_they_were_seen() -> None:
    samples = [{"open": n == 0} for n in range(10)]
    sent = payloads(made(*samples), count=500)

    assert 0.04 < sum(payload["open"] for payload in sent) / len(sent) < 0.2


def test_a_text_that_never_changed_stays() -> None:
    sent = payloads(made({"model": "TH {v2}"}, {"model": "TH {v2}"}), count=3)

    assert {payload["model"] for payload in sent} == {"TH {v2}"}


def test_positions_that_were_seen_become_a_way() -> None:
    samples = [{"lat": 45.0 + n / 100, "lon": 14.0, "v": n} for n in range(4)]
    sent = payloads(made(*samples), count=60)

    assert all(44.99 <= payload["lat"] <= 45.04 for payload in sent)
    assert all(abs(payload["lon"] - 14.0) < 0.001 for payload in sent)
    assert len({payload["lat"] for payload in sent}) > 20


def test_one_position_that_was_seen_becomes_a_neighbourhood() -> None:
    sent = payloads(made({"location": {"latitude": 45.38, "longitude": 14.144}}), mocks=20)

    places = [payload["location"] for payload in sent]
    assert all(abs(place["latitude"] - 45.38) < 0.005 for place in places)
    assert len({place["latitude"] for place in places}) > 5


def test_geojson_coordinates_are_a_position_longitude_first() -> None:
    point = {"type": "Point", "coordinates": [14.144, 45.38]}
    sent = payloads(made({"geometry": point}), count=5)

    assert all(abs(payload["geometry"]["coordinates"][1] - 45.38) < 0.01 for payload in sent)


def test_a_temperature_in_fahrenheit_follows_the_one_in_celsius() -> None:
    sent = payloads(made({"tempC": 41.3, "tempF": 106.3}), count=30)

    assert all(abs(p["tempF"] - (p["tempC"] * 1.8 + 32)) < 0.2 for p in sent)


def test_a_dew_point_follows_temperature_and_humidity() -> None:
    inferred = made({"Temperature": 24.6, "Humidity": 58.2, "DewPoint": 15.8})

    assert "dew_point(temperature, humidity)" in inferred.text
    assert all(payload["DewPoint"] < payload["Temperature"] for payload in payloads(inferred))


def test_a_current_follows_power_and_voltage() -> None:
    sent = payloads(made({"power": 42.7, "voltage": 231.4, "current": 0.189}), count=30)

    assert all(
        abs(p["power"] / p["voltage"] / p["current"] - 0.976) < 0.02 for p in sent if p["current"]
    )


def test_an_energy_counts_what_the_power_says() -> None:
    inferred = made({"power": 1_000.0, "energy": {"total": 12.5}})

    meters = [payload["energy"]["total"] for payload in payloads(inferred, count=361)]

    assert "integral: {of: power" in inferred.text
    assert meters[0] == 12.5
    assert 0.8 < meters[-1] - meters[0] < 1.2  # kWh in an hour of about 1 kW


def test_a_long_list_becomes_a_burst_of_samples() -> None:
    sent = payloads(made({"samples": [0.1 * n for n in range(20)]}), count=2)

    assert [len(payload["samples"]) for payload in sent] == [20, 20]


def test_messages_of_several_kinds_are_told_apart() -> None:
    log = "\n".join(
        [
            'home/th-01/state {"temperature": 20.5, "humidity": 41}',
            'home/th-01/alarm {"alarm": "smoke", "level": 3}',
            'home/th-02/state {"temperature": 21.5, "humidity": 43}',
        ]
    )
    messages = definition(infer([("log", log)])).messages

    assert list(messages) == ["state", "alarm"]
    assert messages["alarm"].topic.text.endswith("/alarm")
    assert "{id}" in messages["state"].topic.text


def test_two_values_with_one_key_are_two_metrics() -> None:
    inferred = made({"inside": {"temperature": 20.5}, "outside": {"temperature": 3.5}})

    assert len(definition(inferred).metrics) == 2
    assert all(
        p["outside"]["temperature"] < 10 < p["inside"]["temperature"] for p in payloads(inferred)
    )


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "needs a JSON object, got nothing"),
        ("[1, 2]", "needs a JSON object, or a list of them, got a list"),
        ("42", "needs a JSON object, or a list of them, got a number"),
        ("{}", "needs at least one message with a value in it"),
        ("not json at all", "not JSON"),
        ('{"a": 1}\n{"a": ', "not JSON"),
    ],
)
def test_what_is_no_sample_is_refused_with_a_reason(text: str, error: str) -> None:
    with pytest.raises(DefinitionError, match=re.escape(error)):
        infer([("sample", text)])


def test_a_payload_of_odd_keys_and_values_still_makes_a_definition() -> None:
    odd = {"": 1.5, "a b": None, "{x}": "{y}", "seq": "x", "id": {"class": [], "üñí": [{}, 1]}}

    assert payloads(made(odd), count=2)

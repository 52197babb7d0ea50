import json
from pathlib import Path
from typing import Any

import pytest

import simulator
from web.definitions import sample

SAMPLES = sorted((Path(__file__).parent / "samples").glob("*.json"))


def made(text: str) -> simulator.Definition:
    return simulator.parse(sample.definition_from(text, name="Device"))


def first_payload(text: str) -> Any:
    message = next(iter(simulator.preview(made(text), duration=60, start=1_790_000_000)))
    return json.loads(message.payload)


def shape(value: Any) -> Any:
    match value:
        case dict():
            return {key: shape(inner) for key, inner in value.items()}
        case list():
            return [shape(inner) for inner in value]
        case _:
            return "number" if isinstance(value, int | float) else type(value).__name__


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_what_is_sent_has_the_shape_of_the_sample(path):
    text = path.read_text()

    assert shape(first_payload(text)) == shape(json.loads(text))


def test_numbers_begin_at_their_value_with_its_decimals():
    payload = first_payload('{"a": {"TempC": 27.81, "n": 12, "low": -3.5, "zero": 0}}')

    assert payload == {"a": {"TempC": 27.81, "n": 12, "low": -3.5, "zero": 0}}


def test_numbers_wander():
    definition = made('{"v": 231.4}')

    values = simulator.series(definition, duration=600, points=50)["v"]

    assert len(set(values)) > 40
    assert all(185 <= value <= 278 for value in values)


@pytest.mark.parametrize(
    ("stamp", "expected"),
    [
        ("2026-03-02T09:14:07", "2026-09-21T14:"),
        ("2026-03-02 09:14:07", "2026-09-21 14:"),
        ("2026-03-02T09:14:07Z", "2026-09-21T14:"),
        ("2026-03-02T09:14:07.250+09:00", "2026-09-21T14:"),
    ],
)
def test_a_time_stamp_becomes_the_time_of_sending(stamp, expected):
    at = first_payload(json.dumps({"at": stamp}))["at"]

    assert at.startswith(expected)
    assert at != stamp


def test_seconds_and_milliseconds_since_1970_become_now():
    payload = first_payload('{"ts": 1731659120.43, "time": 1731659120430, "count": 1731659120}')

    assert abs(payload["ts"] - 1_790_000_000) < 100
    assert abs(payload["time"] - 1_790_000_000_000) < 100_000
    assert abs(payload["count"] - 1_731_659_120) < 0.2 * 1_731_659_120


def test_a_total_only_grows():
    definition = made('{"energy_total": 1841.302}')

    messages = simulator.preview(definition, duration=120)
    totals = [json.loads(message.payload)["energy_total"] for message in messages]

    assert totals[0] == 1841.302
    assert totals == sorted(set(totals))


def test_the_identity_is_numbered_like_the_sample():
    definition = made('{"src": "shellyplus1pm-a8032abe54dc"}')

    message = next(iter(simulator.preview(definition, duration=60)))

    assert json.loads(message.payload) == {"src": "shellyplus1pm-000000000000"}
    assert message.topic == "devices/shellyplus1pm-000000000000/telemetry"


def test_text_stays_as_it_is_even_with_brackets():
    payload = first_payload('{"a": "{x}", "b": null, "c": "", "d": [], "e": {}, "f": "no"}')

    assert payload == {"a": "{x}", "b": None, "c": "", "d": [], "e": {}, "f": "no"}


def test_equal_keys_in_different_places_become_different_metrics():
    definition = made('{"a": {"v": 1.5}, "b": {"v": 2.5}, "now": 3.5, "id": 4}')

    assert list(definition.metrics) == ["v", "b_v", "metric_3"]


def test_more_numbers_than_a_definition_can_have_stay_as_they_are():
    payload = first_payload(json.dumps({"v": [1.5] * 300}))

    assert len(payload["v"]) == 300
    assert payload["v"][-1] == 1.5


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no JSON: Expecting value, line 1, column 1"),
        ('{"a": }', "no JSON: Expecting value, line 1, column 7"),
        ("[1]", "is a JSON object"),
        ("{}", "is a JSON object"),
        ("7", "is a JSON object"),
        ('{"a": NaN}', "JSON has no NaN"),
        ('{"a": 1e999}', "too large"),
        ('{"a":' * 30 + "1" + "}" * 30, "deeper than 20 levels"),
        ('{"a":' * 30_000 + "1", "At most 64,000 characters"),
        ("[" * 20_000, "no JSON|deeper than 20 levels"),
    ],
)
def test_what_is_no_payload_is_refused_in_words(text, reason):
    with pytest.raises(sample.SampleError, match=reason):
        sample.definition_from(text, name="Device")

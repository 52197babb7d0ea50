"""Lists in payloads: bursts whose samples have moments, and entries with names of their own."""

import json
from itertools import pairwise

import pytest

from simulator import DefinitionError
from simulator.inference import infer
from tests.simulator.inference.made import definition, note, payloads

PACK = [
    {"bn": "urn:dev:mac:0024befffe804ff1/", "bt": 1276020076, "n": "temp", "u": "Cel", "v": 23.1},
    {"n": "humidity", "u": "%RH", "v": 45},
    {"n": "current", "t": -60, "v": 1.2},
    {"n": "door", "vb": True},
]


def made(document: object):
    return infer([("sample", json.dumps(document))])


def test_the_moments_in_a_burst_tell_its_step_and_how_often_it_comes() -> None:
    samples = [{"ts": 1731659100000 + 100 * n, "x": 0.1 + n / 50} for n in range(4)]

    inferred = made({"deviceId": "v-17", "samples": samples})
    first, second = payloads(inferred, count=2)

    assert "bulk: {count: 4, step: 100ms" in inferred.text
    moments = [sample["ts"] for sample in first["samples"] + second["samples"]]
    assert {after - before for before, after in pairwise(moments)} == {100}


def test_a_moment_beside_a_burst_tells_how_often_it_comes() -> None:
    messages = [
        {"at": 1731659100 + 600 * n, "log": [{"ts": 1731659000 + 60 * k, "x": k} for k in range(3)]}
        for n in range(3)
    ]

    inferred = made(messages)

    assert "every: 10min" in inferred.text
    assert "step: 1min" in inferred.text


def test_pairs_of_moment_and_value_are_a_burst() -> None:
    sent = payloads(made({"values": [[1731659100000 + 500 * n, 1.5] for n in range(3)]}), count=1)

    assert len(sent[0]["values"]) == 3
    assert sent[0]["values"][1][0] - sent[0]["values"][0][0] == 500


def test_moments_at_odd_steps_make_no_burst() -> None:
    entries = [{"ts": 1731659100000 + step, "x": 1.5} for step in (0, 100, 5_000)]

    assert "bulk" not in made({"last": entries}).text


def test_values_are_called_what_their_entries_are() -> None:
    entries = [{"name": "temperature", "value": 21.5}, {"name": "humidity", "value": 48}]
    more = [{"name": f"probe {n}", "value": 20.5 + n} for n in range(10)]

    inferred = made({"metrics": entries + more})
    sent = payloads(inferred, count=1)[0]["metrics"]

    metrics = definition(inferred).metrics
    assert metrics["humidity"].unit == "%"
    assert [entry["name"] for entry in sent] == [entry["name"] for entry in entries + more]
    assert "probe_9" in metrics


def test_a_senml_pack_is_one_message() -> None:
    inferred = made(PACK)
    sent = payloads(inferred, count=1)[0]

    assert [sorted(record) for record in sent] == [sorted(record) for record in PACK]
    assert sent[0]["bn"] == "urn:dev:mac:0024befffe000000/"
    assert sent[0]["bt"] > 1.7e9
    assert [record["n"] for record in sent] == ["temp", "humidity", "current", "door"]
    assert sent[2]["t"] == -60
    assert definition(inferred).metrics["temp"].unit == "°C"
    assert definition(inferred).metrics["humidity"].unit == "%"


def test_a_pack_of_one_record_calls_its_value_by_its_name() -> None:
    inferred = made([{"bn": "urn:dev:mac:0024befffe804ff1/", "n": "temperature", "v": 23.1}])

    assert list(definition(inferred).metrics) == ["temperature"]


def test_lists_within_samples_stay_lists() -> None:
    samples = [{"ts": 1731659100000 + 1000 * n, "axes": [1.5] * (n + 1)} for n in range(3)]

    sent = payloads(made({"samples": samples}), count=1)[0]["samples"]

    assert len(sent) == 3
    assert [len(sample["axes"]) for sample in sent] == [3, 3, 3]


def test_a_list_of_other_objects_is_a_list_of_messages() -> None:
    inferred = made([{"v": 1.5, "rssi": -70}, {"v": 1.6, "rssi": -71}])

    assert note(inferred, "messages.telemetry").startswith("2 samples")


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b'{"a": 1}\n{"a": 2}\nnope', "not JSON in line 3: nope"),
        (b'{\n  "a": 1,\n  "b" 2\n}', "at line 3, column 7"),
        (b'\xff\xfe{"a": 1}', "not UTF-8, from byte 0 on"),
        (b"[]", "got an empty list"),
        (b"[1, 2]", "got a list of something else"),
        (b'a {"x": 1}\nb [1]', "got a list of something else in line 2"),
    ],
)
def test_what_is_wrong_with_samples_is_told_at_its_place(data: bytes, text: str) -> None:
    with pytest.raises(DefinitionError, match=text):
        infer([("sample", data)])


def test_settings_stay_as_they_are() -> None:
    sent = payloads(made({"interval": 60, "installed_version": 16777241, "v": 2.5}), count=5)

    assert {payload["interval"] for payload in sent} == {60}
    assert {payload["installed_version"] for payload in sent} == {16777241}


def test_each_message_has_a_uuid_of_its_own() -> None:
    sent = payloads(made({"deduplicationId": "3ac7e3c4-4401-4b8d-9386-a5c902f9202d"}), count=5)

    assert len({payload["deduplicationId"] for payload in sent}) == 5


@pytest.mark.parametrize(
    ("key", "seen", "expected"),
    [
        ("iothub-connection-device-id", "dev-001", "dev-002"),
        ("ieeeAddr", "0x00158d0001ab23cd", "0x00158d0001000002"),
    ],
)
def test_an_identity_is_known_by_its_key(key: str, seen: str, expected: str) -> None:
    sent = payloads(made({key: seen, "x": 1.5}), count=3, mocks=3)

    assert expected in {payload[key] for payload in sent}


def test_a_unit_in_a_name_is_one_word() -> None:
    metrics = definition(made({"Load kWh": 1.5, "supply_mV": 3300.5})).metrics

    assert list(metrics) == ["load_kwh", "supply_mv"]
    assert metrics["load_kwh"].unit == "kWh"

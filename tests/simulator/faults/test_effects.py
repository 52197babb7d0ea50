"""A fault that could show nothing at its target, or meet nobody, is refused before the run."""

from typing import Any

import pytest

from simulator.credentials import CredentialTable, credential_problems
from simulator.datasets import read_dataset
from simulator.definition import parse
from simulator.faults.checks import fault_problems
from simulator.lot import Credentials
from simulator.lot.faults import KINDS, fault_of
from simulator.lot.targets import target_of

SENSOR = parse("""
name: Sensor
id: "s-{index}"
variables: {site: {choice: [osaka, tokyo]}}
metrics: {t: {constant: 20}}
messages:
  telemetry:
    every: 10s
    topic: t
    json: {id: "{id}", pos: {lat: 1, lon: "{t}"}, list: [{a: 1}], any: "{t}", "{site}_t": 1}
  plain: {every: 10s, topic: t, cbor: {hidden: 1}}
statuses:
  running: {send: [telemetry, plain], go: [{to: off, after: 1h}]}
  off: {connected: false, go: [{to: running, after: 1h}]}
""")
FIXED = parse("""
name: Fixed
id: 'f-{index}'
messages:
  m: {every: 1s, topic: t, json: {pos: {lat: 1}, bulk: {bulk: {count: 2, step: 1s, of: {b: 1}}}}}
""")
PARTS = [("sensors", SENSOR, 60), ("fixed", FIXED, 40)]
SHARED = ("kafka", "amqp", "nats", "kinesis")
OWN = ("mqtt", "http", "coap", "tcp", "udp", "websocket")
TARGETS = {
    protocol: target_of({"protocol": protocol, "host": "h", "port": 1})
    for protocol in (*OWN, *SHARED)
}


def told(fault: dict[str, Any], *, parts=PARTS, **given: Any) -> list[str]:
    """What is wrong with the second of two faults."""
    faults = [fault_of({"fault": "drop"}), fault_of(fault)]
    return [str(each) for each in fault_problems(faults, parts, **given)]


@pytest.mark.parametrize("protocol", SHARED)
@pytest.mark.parametrize(
    "fault",
    [
        {"fault": "slow_reader"},
        {"fault": "latency", "sent": "1s"},
        {"fault": "malformed"},
        {"fault": "credential"},
    ],
    ids=lambda fault: fault["fault"],
)
def test_nothing_is_done_to_one_connection_where_all_share_a_client(
    fault: dict[str, Any], protocol: str
) -> None:
    (problem,) = told(fault, target=TARGETS[protocol])

    assert problem == (
        f"faults[1].fault: all mocks share one client of {protocol}: "
        f"{fault['fault']} has no connection to work on"
    )


@pytest.mark.parametrize("kind", ["drop", "silence", "storm", "flapping", "offline", "loss"])
@pytest.mark.parametrize("protocol", SHARED)
def test_a_mock_may_be_away_from_a_client_that_others_share(kind: str, protocol: str) -> None:
    assert told({"fault": kind}, target=TARGETS[protocol]) == []


def test_every_kind_may_meet_mocks_of_mqtt() -> None:
    words = {"latency": {"sent": 1}, "clock_skew": {"by": 1}}
    for kind in KINDS:
        assert told({"fault": kind, **words.get(kind, {})}, target=TARGETS["mqtt"]) == []


@pytest.mark.parametrize("protocol", ["coap", "udp"])
def test_datagrams_are_not_read_slowly(protocol: str) -> None:
    (problem,) = told({"fault": "slow_reader"}, target=TARGETS[protocol])

    assert problem.endswith(f"{protocol} has no connection whose reading could be slow")


@pytest.mark.parametrize("protocol", ["tcp", "udp", "websocket"])
def test_what_names_no_receiver_goes_to_no_wrong_one(protocol: str) -> None:
    (problem,) = told({"fault": "wrong_topic"}, target=TARGETS[protocol])

    assert problem.endswith(f"messages of {protocol} have neither topic nor path")


@pytest.mark.parametrize(
    ("protocol", "word"),
    [("kafka", "topic"), ("amqp", "routing_key"), ("nats", "subject"), ("kinesis", "stream")],
)
def test_where_all_messages_go_to_one_place_none_goes_astray(protocol: str, word: str) -> None:
    fault, target = {"fault": "wrong_topic"}, TARGETS[protocol]
    fixed = target.model_copy(update={word: "one"})

    (problem,) = told(fault, target=fixed)

    assert problem.startswith(f"faults[1].fault: target.{word} says where all messages go")
    assert told(fault, target=target) == []


def test_a_key_of_kafka_that_is_the_topic_does_go_astray() -> None:
    target = TARGETS["kafka"].model_copy(update={"topic": "one", "key": "address"})

    assert told({"fault": "wrong_topic"}, target=target) == []


@pytest.mark.parametrize(
    "field", ["", "id", "pos", "pos.lat", "pos.lon", "any.deeper", "osaka_t", "pos.lon.x"]
)
def test_a_field_that_a_message_may_have_can_be_wrong(field: str) -> None:
    assert told({"fault": "wrong_schema", "field": field}) == []


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("pos.alt", "no message has a field 'pos.alt', did you mean 'pos.lat'?"),
        ("hidden", "no message has a field 'hidden', allowed: pos, pos.lat, bulk"),
        ("bulk.b", "no message has a field 'bulk.b'"),
        ("pos.lat.x", "no message has a field 'pos.lat.x'"),
    ],
)
def test_a_field_that_no_message_has_is_told(field: str, text: str) -> None:
    fault = {"fault": "wrong_schema", "field": field, "aim": {"parts": "fixed"}}

    (problem,) = told(fault)

    assert problem.startswith(f"faults[1].field: {text}")


def test_a_field_of_a_compressed_message_cannot_be_changed() -> None:
    packed = parse(
        "{name: P, id: 'p-{index}', messages: "
        "{m: {every: 1s, topic: t, json: {a: 1}, compress: gzip}}}"
    )

    (problem,) = told({"fault": "wrong_schema", "field": "a"}, parts=[("packed", packed, 1)])

    assert problem.endswith("no message has a field 'a', there is none")


@pytest.mark.parametrize(
    "aim",
    [
        {"where": {"site": "osaka"}},
        {"where": {"site": ["osaka", "kyoto"]}, "share": "1%"},
        {"ids": ["s-0", "f-60"]},
        {"index": [59, 60], "parts": "fixed"},
        {"status": ["running"], "where": {"site": "tokyo"}},
    ],
)
def test_an_aim_that_meets_somebody_is_right(aim: dict[str, Any]) -> None:
    assert told({"fault": "drop", "aim": aim}, datasets={}) == []


@pytest.mark.parametrize(
    ("aim", "text"),
    [
        ({"where": {"site": "kyoto"}}, "aim: meets no mock of the lot"),
        ({"where": {"site": "osaka"}, "parts": "fixed"}, "aim: meets no mock of the lot"),
        ({"index": [0, 59], "parts": "fixed"}, "aim: meets no mock of the lot"),
        ({"status": "off", "parts": "fixed"}, "aim: meets no mock of the lot"),
        ({"ids": ["s-0", "s-60"]}, "aim.ids[1]: no mock of the lot has the id 's-60'"),
        ({"ids": "s-0", "index": [1, 5]}, "aim: meets no mock of the lot"),
    ],
)
def test_an_aim_that_meets_nobody_is_told_at_its_place(aim: dict[str, Any], text: str) -> None:
    (problem,) = told({"fault": "drop", "aim": aim}, datasets={})

    assert problem.startswith(f"faults[1].{text}")


def test_many_ids_that_nobody_has_are_told_by_the_first_of_them() -> None:
    problems = told({"fault": "drop", "aim": {"ids": [f"x-{n}" for n in range(9)]}}, datasets={})

    assert len(problems) == 4
    assert problems[-1] == "faults[1].aim.ids: 6 more are of no mock of the lot"


def test_values_of_a_dataset_are_looked_for_where_it_is_at_hand() -> None:
    definition = parse(
        "{name: D, id: 'd-{index}', variables: {site: {dataset: sites.csv, column: site}}, "
        "messages: {m: {every: 1s, topic: t, json: 1}}}"
    )
    parts = [("d", definition, 2)]
    datasets = {"sites.csv": read_dataset("sites.csv", b"site\nosaka\ntokyo\nkyoto\n")}
    faults = [{"fault": "drop", "aim": {"where": {"site": site}}} for site in ("tokyo", "kyoto")]

    assert told(faults[0], parts=parts, datasets=datasets) == []
    (problem,) = told(faults[1], parts=parts, datasets=datasets)  # of a third mock
    assert "meets no mock" in problem
    assert told(faults[1], parts=parts) == []  # not known, without the file


@pytest.mark.parametrize(
    ("secrets", "columns", "count"),
    [
        ({}, None, 1),
        ({"password": "p"}, None, 0),
        ({"username": "u"}, None, 0),
        ({"token": {"kind": "jwt", "key": "k" * 32}}, None, 0),
        ({}, {"id": ["s-0"], "password": ["x"]}, 0),
        ({}, {"id": ["s-0"], "client_id": ["x"]}, 1),
    ],
)
def test_only_a_credential_that_is_there_can_be_wrong(
    secrets: dict[str, Any], columns: dict[str, list[str]] | None, count: int
) -> None:
    faults = [fault_of({"fault": "drop"}), fault_of({"fault": "credential"})]
    table = CredentialTable("users.csv", columns) if columns else None

    found = credential_problems(faults, secrets=Credentials(**secrets), table=table)

    assert [each.place for each in found] == ["faults[1].fault"] * count

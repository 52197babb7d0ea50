"""Who mocks are towards the target."""

import re
from typing import Any

import pytest

from simulator.errors import DefinitionError
from simulator.lot import Credentials, MqttTarget, Will
from simulator.tower.build import build_fleet
from simulator.tower.identities import Identities
from tests.simulator.tower.staging import EPOCH, assignment, lot

SENSOR = """
name: Sensor
id: "s-{index}"
constants: {firmware: 2.4.1}
variables: {site: {choice: [kyoto]}}
metrics: {temperature: {constant: 4}}
messages: {telemetry: {every: 1s, json: "{temperature}"}}
"""


def identity_of(row: int, *, client_id: str = "{id}", will: Will | None = None, **secrets: str):
    target = MqttTarget(host="h", port=1, client_id=client_id, will=will)
    given = assignment(lot=lot(SENSOR, count=20, target=target), first=10, count=10)
    make = Identities(
        build_fleet(given),
        first=10,
        target=target,
        secrets=Credentials(**secrets),
        table=None,
        clock=lambda: EPOCH,
    )
    return make(row)


def test_client_id_and_user_name_take_the_mocks_own_id_and_number() -> None:
    found = identity_of(2, client_id="dev-{id}", username="u{index:04d}", password="p")

    assert (found.client_id, found.username, found.password) == ("dev-s-12", "u0012", "p")


def test_each_mock_leaves_its_own_will() -> None:
    found = identity_of(2, will=Will(topic="status/{id}", payload='{"online": false}', retain=True))

    assert found.will == Will(topic="status/s-12", payload='{"online": false}', retain=True)
    assert identity_of(2).will is None


def test_all_that_is_fixed_for_a_mock_may_stand_in_its_identity() -> None:
    payload = '{"online": false, "site": "{site}", "n": {index:03d}, "x": {}}'

    found = identity_of(
        2,
        client_id="{site}-{id}",
        username="{site}/{firmware}",
        will=Will(topic="{site}/{index}/status", payload=payload),
    )

    assert (found.client_id, found.username) == ("kyoto-s-12", "kyoto/2.4.1")
    assert found.will is not None
    assert found.will.topic == "kyoto/12/status"
    assert found.will.payload == '{"online": false, "site": "kyoto", "n": 012, "x": {}}'


@pytest.mark.parametrize(
    ("identity", "text"),
    [
        ({"client_id": "{sit}"}, "target.client_id: unknown placeholder {sit}, did you mean"),
        ({"client_id": "{temperature}"}, "target.client_id: unknown placeholder {temperature}"),
        ({"username": "{x}"}, "target.username: unknown placeholder {x}, allowed: firmware"),
        ({"will": Will(topic="{place}/gone")}, "target.will.topic: unknown placeholder {place}"),
        ({"client_id": "{id"}, "target.client_id: '{' without '}' after it"),
        ({"will": Will(topic="a", payload="{index:zz}")}, "target.will.payload: unknown format"),
    ],
)
def test_what_is_not_fixed_for_a_mock_is_refused_at_its_place(
    identity: dict[str, Any], text: str
) -> None:
    with pytest.raises(DefinitionError, match=re.escape(text)):
        identity_of(0, **identity)


def test_a_part_that_the_lot_does_not_have_is_refused() -> None:
    given = assignment()
    object.__setattr__(given, "part", 3)

    with pytest.raises(DefinitionError, match="part must be from 0 to 0, got 3"):
        build_fleet(given)

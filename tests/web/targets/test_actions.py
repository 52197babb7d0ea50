import pytest

import simulator
from web.targets import actions
from web.targets.models import Target


def test_a_secret_is_stored_sealed_and_travels_sealed(target):
    document = actions.lot_target(target)

    assert "hunter2" not in target.sealed_password
    assert "hunter2" not in document.model_dump_json()
    assert actions.credentials(document.secrets).password == "hunter2"


def test_a_secret_is_kept_replaced_and_forgotten(target, owner):
    actions.save_target(target, by=owner)
    kept = actions.credentials(actions.lot_target(target).secrets).password
    actions.save_target(target, password="swordfish", by=owner)
    replaced = actions.credentials(actions.lot_target(target).secrets).password
    actions.save_target(target, password="", by=owner)

    assert (kept, replaced) == ("hunter2", "swordfish")
    assert target.password_set is None
    assert actions.lot_target(target).secrets == ""


def test_a_target_without_secrets_has_none_to_seal(workspace, owner):
    target = Target(workspace=workspace, name="Open", host="b", port=1883)
    actions.save_target(target, by=owner)

    assert actions.lot_target(target).secrets == ""
    assert actions.credentials("").password == ""


def test_the_lot_gets_everything_that_the_form_took(workspace, owner):
    target = Target(
        workspace=workspace,
        name="Everything",
        protocol="http",
        host="api.example",
        port=8443,
        has_tls=True,
        ca="PEM",
        verify=False,
        server_name="inner.example",
        method="PUT",
        path="/v1",
        headers={"X-Site": "tokyo"},
        username="van",
        acknowledge_within=7.5,
    )
    actions.save_target(target, token="abc", by=owner)

    document = actions.lot_target(target)

    assert (document.tls.ca, document.tls.verify) == ("PEM", False)
    assert document.tls.server_name == "inner.example"
    assert (document.protocol, document.address) == ("http", "api.example:8443")
    assert (document.method, document.path) == ("PUT", "/v1")
    assert (document.headers, "tokyo" in document.model_dump_json()) == ({}, False)
    assert actions.opened(document).headers == {"X-Site": "tokyo"}
    assert document.acknowledge_within == 7.5
    secrets = actions.credentials(document.secrets)
    assert (secrets.username, secrets.token) == ("van", "abc")


def test_a_will_belongs_to_mqtt_and_needs_a_topic(target):
    assert actions.lot_target(target).will is None
    target.will_topic, target.will_qos, target.will_retain = "gone/{id}", 1, True
    assert actions.lot_target(target).will.topic == "gone/{id}"
    target.protocol = "http"
    assert isinstance(actions.lot_target(target), simulator.HttpTarget)


def test_a_name_is_given_once_in_a_workspace(target, workspace, owner):
    with pytest.raises(actions.NameTaken, match="has this name"):
        actions.save_target(Target(workspace=workspace, name="Broker", host="b", port=1), by=owner)


def test_options_go_into_the_lot_over_the_fields(workspace, owner):
    target = Target(workspace=workspace, name="Open", host="b", port=8883, has_tls=True, ca="PEM")
    target.options = "sources: [127.0.0.1]\ntls: {server_name: inner.example}\n"
    actions.save_target(target, by=owner)

    document = actions.lot_target(target)

    assert document.sources == ["127.0.0.1"]
    assert (document.tls.ca, document.tls.server_name) == ("PEM", "inner.example")


def test_options_that_are_no_longer_sound_are_named(target):
    target.options = "fast: true"

    with pytest.raises(actions.OptionsOutdated, match="unknown word 'fast'"):
        actions.lot_target(target)

    assert actions.speech_of(target).words == "MQTT 3.1.1"

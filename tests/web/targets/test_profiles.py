"""A target from a ready profile: its inputs alone, and what its page says then."""

import pytest
from django.urls import reverse

import simulator
from tests.web.datasets.conftest import nudged  # noqa: F401  # a fixture
from web.datasets import actions as datasets
from web.datasets import jobs
from web.datasets.models import Dataset
from web.targets import actions
from web.targets.models import Target

HUB = {
    "target_name": "Hub",
    "hub": "h.azure-devices.net",
    "lifetime": "60",
    "way": "mqtt",
    "target_table": "later",
}
POLICY = {**HUB, "shows": "policy_key", "policy": "device", "key": "c2VzYW1l"}
AWS = {
    "target_name": "AWS",
    "endpoint": "x-ats.iot.eu-central-1.amazonaws.com",
    "client_id": "{id}",
}
BROKER = {"target_name": "Broker", "host": "b.example", "way": "wss", "password": "sesame"}
# Inputs that make each profile's target; all others are left as the form shows them.
INPUTS = {
    "broker": {"host": "b.example", "way": "mqtts"},
    "aws": {"endpoint": "x-ats.iot.eu-central-1.amazonaws.com", "port": "443"},
    "aws_authoriser": {"endpoint": "x-ats.iot.eu-central-1.amazonaws.com"},
    "aws_websocket": {
        "endpoint": "x-ats.iot.eu-central-1.amazonaws.com",
        "access_key": "AKIDEXAMPLE",
        "secret_key": "wJalrXUtnFEMI",
    },
    "azure": HUB | {"shows": "device_key"},
    "thingsboard": {"host": "tb.example", "way": "mqtts", "shows": "token"},
    "hivemq": {"host": "x.hivemq.cloud", "way": "wss"},
    "emqx": {"host": "x.emqxsl.com", "way": "mqtts"},
    "google_style": {"project": "p", "registry": "r", "algorithm": "ES256"},
}


def page_of(workspace, name):
    return reverse("targets:profile", args=[workspace.code, name])


def post(client, workspace, name, values):
    return client.post(page_of(workspace, name), values, follow=True)


def credentials(target):
    return actions.credentials(actions.lot_target(target).secrets)


def test_the_beginning_offers_every_profile_an_address_and_the_whole_form(
    client_of, teammate, workspace
):
    page = client_of(teammate).get(reverse("targets:begin", args=[workspace.code]))

    text = page.content.decode()
    for profile in simulator.PROFILES.values():
        assert profile.title in text
        assert page_of(workspace, profile.name) in text
    assert "Paste an address" in text
    assert reverse("targets:create", args=[workspace.code]) in text


@pytest.mark.parametrize("name", simulator.PROFILES)
def test_every_profile_asks_for_its_inputs_and_makes_what_it_builds(
    client_of, teammate, workspace, name
):
    client = client_of(teammate)

    page = client.get(page_of(workspace, name)).content.decode()
    values = {"target_name": "Made", "target_table": "later", **INPUTS[name]}
    post(client, workspace, name, values)

    for asked in simulator.PROFILES[name].inputs:
        assert asked.label in page
    target = Target.objects.get()
    asked = {each.name for each in simulator.PROFILES[name].inputs}
    built = simulator.PROFILES[name].build(
        {word: value for word, value in INPUTS[name].items() if word in asked}
    )
    made = actions.lot_target(target)
    assert made.model_copy(update={"secrets": ""}) == simulator.target_of(built.target)
    assert credentials(target) == simulator.Credentials.model_validate(built.credentials)
    assert target.profile == name


def test_a_made_target_shows_what_its_service_wants(client_of, teammate, workspace):
    page = post(client_of(teammate), workspace, "azure", HUB | {"shows": "device_key"})

    text = page.content.decode()
    assert "Hub is saved." in text
    assert "QoS 2 ends the connection." in text
    assert "devices/{id}/messages/events/" in text
    assert "column <code>shared_key</code>" in text
    assert reverse("targets:edit", args=[workspace.code, Target.objects.get().code]) in text


def test_a_key_goes_in_and_never_comes_out(client_of, teammate, workspace):
    client = client_of(teammate)

    page = post(client, workspace, "azure", POLICY).content.decode()

    target = Target.objects.get()
    edit = client.get(reverse("targets:edit", args=[workspace.code, target.code]))
    assert credentials(target).password.key == "c2VzYW1l"
    assert "c2VzYW1l" not in page + edit.content.decode() + target.sealed_secrets
    assert "set, and not shown" in page


def test_a_token_that_is_a_user_name_is_kept_sealed(client_of, teammate, workspace):
    values = {"target_name": "TB", "host": "tb.example", "way": "mqtt", "shows": "token"}

    page = post(client_of(teammate), workspace, "thingsboard", values | {"token": "A1_TEST_TOKEN"})

    target = Target.objects.get()
    assert target.username == ""
    assert credentials(target).username == "A1_TEST_TOKEN"
    assert "A1_TEST_TOKEN" not in page.content.decode()


def test_a_mistake_is_told_at_its_input_and_only_secrets_are_lost(client_of, teammate, workspace):
    values = BROKER | {"port": "lots", "username": "van", "ca": "-----BEGIN CERTIFICATE-----"}

    answer = post(client_of(teammate), workspace, "broker", values)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="id_port_error"' in page
    assert 'value="van"' in page
    assert "-----BEGIN CERTIFICATE-----</textarea>" in page
    assert "sesame" not in page
    assert not Target.objects.exists()


@pytest.mark.parametrize(
    ("name", "values", "text"),
    [
        ("azure", HUB | {"hub": "", "shows": "device_key"}, "This field is required."),
        ("azure", POLICY | {"key": ""}, "Is needed."),
        ("azure", HUB | {"shows": "a smile"}, "is not one of the available choices"),
        ("aws", AWS | {"port": "8883", "certificate": "sesame"}, "Must be PEM text"),
    ],
)
def test_bad_input_gets_its_sentence(client_of, teammate, workspace, name, values, text):
    answer = post(client_of(teammate), workspace, name, values)

    assert answer.status_code == 422
    assert text in answer.content.decode()


def test_a_name_that_is_taken_is_refused(client_of, teammate, workspace, target):
    answer = post(client_of(teammate), workspace, "broker", BROKER)

    assert "Another target of this workspace has this name." in answer.content.decode()


def test_there_is_no_page_of_a_profile_that_nobody_made(client_of, teammate, workspace):
    assert client_of(teammate).get(page_of(workspace, "gopher")).status_code == 404


def test_a_viewer_makes_nothing(client_of, viewer, workspace):
    client = client_of(viewer)

    assert client.get(page_of(workspace, "broker")).status_code == 403
    assert client.post(page_of(workspace, "broker"), BROKER).status_code == 403
    assert client.get(reverse("targets:begin", args=[workspace.code])).status_code == 403


@pytest.fixture
def keys(workspace, owner, object_store, nudged):  # noqa: F811
    """Return a credential table with a key for each device."""
    csv = b"id,shared_key\nf-000,c2VzYW1l\n"
    ticket = datasets.new_upload(
        workspace, name="keys.csv", size=len(csv), by=owner, is_credentials=True
    )
    object_store.put(ticket.upload.key, csv)
    datasets.uploaded(ticket.upload.dataset)
    jobs.read_upload(str(ticket.upload.code))
    return Dataset.objects.get()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"target_table": ""}, "with shared_key: choose one, or say that it comes later."),
        ({"target_table": "", "shows": "certificate"}, "with certificate and key: choose one"),
        ({"shows": "certificate"}, "keys.csv has no certificate and key: it has id, shared_key."),
    ],
)
def test_a_profile_whose_mocks_need_a_table_asks_for_it(
    client_of, teammate, workspace, keys, changes, sentence
):
    values = HUB | {"shows": "device_key", "target_table": str(keys.code)} | changes

    answer = post(client_of(teammate), workspace, "azure", values)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="id_target_table_error"' in page
    assert sentence in page
    assert not Target.objects.exists()


def test_the_table_that_was_chosen_is_dealt(client_of, teammate, workspace, keys):
    values = HUB | {"shows": "device_key", "target_table": str(keys.code), "target_dealing": "key"}

    page = post(client_of(teammate), workspace, "azure", values).content.decode()

    target = Target.objects.get()
    assert (target.table, target.dealing) == (keys, "key")
    assert "Mocks need a credential table" not in page


def test_a_profile_that_needs_no_table_does_not_insist_on_one(client_of, teammate, workspace):
    post(client_of(teammate), workspace, "azure", POLICY | {"target_table": ""})

    assert Target.objects.get().table is None


def test_a_table_of_another_workspace_cannot_be_chosen(client_of, teammate, stranger, keys):
    elsewhere = stranger.memberships.get().workspace
    client = client_of(stranger)

    answer = post(client, elsewhere, "azure", HUB | {"target_table": str(keys.code)})

    assert "is not one of the available choices" in answer.content.decode()

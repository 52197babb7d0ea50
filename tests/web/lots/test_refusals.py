"""A lot that cannot run is refused when it is saved, and again when it is started."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from web.datasets import loading
from web.definitions import actions as definitions
from web.definitions.models import Version
from web.lots.actions import PartPlan, save_lot
from web.lots.models import Lot
from web.runs.actions import CannotStart, start_run
from web.targets import actions as targets
from web.targets.models import Target

LISTED = """\
name: Pump
id: "{serial}"
variables: {serial: {dataset: pumps.csv, column: serial}}
messages: {level: {every: 10s, json: {id: "{id}"}}}
"""
HEARS = """\
name: Lamp
id: "lamp-{index}"
messages: {on: {every: 10s, json: 1}}
replies: {ping: {on: {topic: "ping/{id}"}, send: on}}
"""
GATEWAY = """\
name: Gateway
id: "gw-{index}"
messages: {up: {every: 10s, json: 1}}
children: {count: 3, id: "{parent}-{child}", messages: {level: {every: 5s, json: 1}}}
"""


def pumps(rows):
    return "\n".join(["serial", *(f"P{row:05d}" for row in range(rows))]).encode()


@pytest.fixture
def listed(workspace, owner, put):
    put(pumps(20), "pumps.csv")
    return definitions.create_definition(workspace, text=LISTED, by=owner)


@pytest.fixture
def receiver(workspace, owner):
    stored = Target(workspace=workspace, name="Receiver", protocol="http", host="h.example", port=1)
    return targets.save_target(stored, by=owner)


@pytest.fixture
def save(client_of, teammate, workspace, target):
    """Return a function that posts a lot of parts, and returns the answer."""

    def post(*parts, to=target):
        form = {"name": "Night", "target": str(to.pk), "duration": "30s", "ramp": "", "seed": ""}
        form |= {"parts-TOTAL_FORMS": str(len(parts)), "parts-INITIAL_FORMS": "0"}
        for number, (definition, count) in enumerate(parts):
            form |= {f"parts-{number}-definition": str(definition.pk)}
            form |= {f"parts-{number}-count": str(count), f"parts-{number}-rate": ""}
        return client_of(teammate).post(reverse("lots:create", args=[workspace.code]), form)

    return post


def errors(answer):
    return [form.non_field_errors() for form in answer.context["page"].rows]


def test_more_mocks_than_rows_are_refused_at_their_part(save, listed, fridge):
    answer = save((fridge, 5), (listed, 21))

    assert answer.status_code == 422
    assert errors(answer) == [
        [],
        [
            "“Pump” cannot run like this on “Broker”: pumps.csv has 20 rows, and 21 mocks need one "
            "each; add rows, or say deal: wrap or deal: random."
        ],
    ]
    assert not Lot.objects.exists()


def test_parts_that_would_have_the_same_ids_are_refused(save, listed):
    answer = save((listed, 3), (listed, 1))

    assert "a mock of a part before it has the id &#x27;P00000&#x27;" in answer.content.decode()
    assert errors(answer)[0] == []


def test_a_definition_with_errors_is_refused_at_its_part(save, fridge):
    Version.objects.update(text="name: Fridge\nid: f\nmessages: {}\n")

    answer = save((fridge, 2))

    assert "The definition “Fridge” has an error: id: needs {index}" in errors(answer)[0][0]
    assert errors(answer)[0][0].endswith("Mend it first.")


def test_commands_over_http_are_refused(save, workspace, owner, receiver):
    lamp = definitions.create_definition(workspace, text=HEARS, by=owner)

    answer = save((lamp, 1), to=receiver)

    assert errors(answer) == [
        [
            "“Lamp” cannot run like this on “Receiver”: replies.ping.on: over HTTP nothing comes "
            "to a mock: take this out, or choose a target of MQTT."
        ]
    ]
    assert save((lamp, 1)).status_code == 302


def test_a_silent_store_is_said_and_nothing_is_saved(save, listed, object_store):
    object_store.is_down = True
    object_store.objects.clear()  # and nothing of it is known here
    loading._tables.clear()

    answer = save((listed, 1))

    assert "The object store does not answer" in answer.content.decode()
    assert not Lot.objects.exists()


def test_a_list_that_became_too_short_is_told_at_the_start(
    workspace,
    owner,
    target,
    listed,
    put,
    asked,
    object_store,
):
    lot = Lot(workspace=workspace, name="Night", target=target, duration=timedelta(minutes=1))
    save_lot(lot, parts=[PartPlan(listed, 20)], by=owner)
    lot.refresh_from_db()
    put(pumps(19), "pumps.csv")

    with pytest.raises(CannotStart, match=r"pumps\.csv has 19 rows, and 20 mocks need one each"):
        start_run(lot, by=owner)

    assert not [key for key in object_store.objects if key.endswith("lot.json")]


def test_a_long_list_counts_with_all_its_rows(save, listed, put, monkeypatch):
    monkeypatch.setattr(loading, "MOST_WHOLE", 50)
    monkeypatch.setattr(loading, "BEGINNING", 70)
    put(pumps(40), "pumps.csv")

    assert save((listed, 40)).status_code == 302
    assert "pumps.csv has 40 rows" in errors(save((listed, 41)))[0][0]


def test_devices_behind_gateways_are_in_the_estimate(workspace, owner, target, client_of, viewer):
    gateway = definitions.create_definition(workspace, text=GATEWAY, by=owner)
    lot = Lot(workspace=workspace, name="Night", target=target, duration=timedelta(minutes=1))
    save_lot(lot, parts=[PartPlan(gateway, 10)], by=owner)

    page = client_of(viewer).get(lot.get_absolute_url()).content.decode()

    assert re.search(r"; (6\.[5-9]\d*|7(\.[0-4]\d*)?) messages/s on the average", page)


def test_what_the_service_of_a_target_would_not_take_is_refused(workspace, owner, target, save):
    target.profile = "azure"
    targets.save_target(target, by=owner)
    up = "{every: 10s, topic: plants/up, qos: 2, json: 1}"
    text = f'name: S\nid: "s-{{index}}"\nmessages: {{up: {up}}}\n'
    definition = definitions.create_definition(workspace, text=text, by=owner)

    page = save((definition, 3)).content.decode()

    assert "the service takes QoS 0 to 1, got 2" in page
    assert "must begin with devices/{id}/messages/events/" in page
    assert not Lot.objects.exists()
    target.profile = ""
    targets.save_target(target, by=owner)
    save((definition, 3))
    assert Lot.objects.exists()

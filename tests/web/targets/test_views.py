from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from web.lots.models import Lot
from web.targets.models import Target

PAGES = ["detail", "edit", "delete"]


def address(page, workspace, target=None):
    return reverse(f"targets:{page}", args=[workspace.code, *([target.code] if target else [])])


def test_a_target_is_made_and_shown(client_of, teammate, workspace, form):
    posted = form(password="hunter2", port="")

    answer = client_of(teammate).post(address("create", workspace), posted, follow=True)

    page = answer.content.decode()
    target = Target.objects.get(workspace=workspace)
    assert target.port == 1883
    assert target.edited_by == teammate
    assert "Broker is saved." in page
    assert "mqtt://broker.example:1883" in page
    assert "hunter2" not in page


def test_a_target_is_changed_and_its_secret_kept(client_of, teammate, workspace, target, form):
    client_of(teammate).post(address("edit", workspace, target), form(host="192.0.2.7"))

    changed = Target.objects.get()
    assert changed.host == "192.0.2.7"
    assert changed.sealed_password == target.sealed_password


def test_a_stored_secret_is_never_shown_but_can_be_forgotten(
    client_of, teammate, workspace, target, form
):
    client = client_of(teammate)

    page = client.get(address("edit", workspace, target)).content.decode()
    client.post(address("edit", workspace, target), form(clear_password="on"))

    assert "hunter2" not in page
    assert f"Set on {target.password_set:%-d %b %Y}" in page
    assert Target.objects.get().password_set is None


def test_a_pasted_address_fills_the_form_and_saves_nothing(client_of, teammate, workspace):
    posted = {"address": "https://van:hunter2@api.example/v1"}

    page = client_of(teammate).post(address("fill", workspace), posted).content.decode()

    assert 'value="api.example"' in page
    assert 'value="/v1"' in page
    assert 'value="443"' in page
    assert 'value="hunter2"' in page
    assert not Target.objects.exists()


def test_a_pasted_text_that_is_no_address_gets_its_reason(client_of, teammate, workspace):
    answer = client_of(teammate).post(address("fill", workspace), {"address": "broker:1883"})

    assert answer.status_code == 422
    assert "must begin with one of mqtt://" in answer.content.decode()


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"name": ""}, "This field is required."),
        ({"host": "mqtt://b"}, "Only the host belongs here"),
        ({"port": "0"}, "greater than or equal to 1"),
        ({"port": "x"}, "Enter a whole number."),
        ({"keep_alive": "4"}, "greater than or equal to 5"),
        ({"acknowledge_within": "0"}, "greater than or equal to 0.1"),
        ({"acknowledge_within": "nan"}, "Enter a number."),
        ({"headers": "broken"}, "Line 1: write it as"),
        ({"ca": "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----"}, "no PEM certificate"),
        ({"ca": "-----BEGIN PRIVATE KEY-----"}, "holds a private key"),
        ({"will_topic": "gone/#"}, "holds no + and no #"),
        ({"will_topic": "gone/{site"}, "without"),
        ({"will_payload": "ü" * 32_768}, "at most 65,535 bytes, not 65,536"),
        ({"client_id": "{id"}, "without"),
        ({"protocol": "udp", "has_tls": "on"}, "UDP is not encrypted here."),
        ({"protocol": "tcp", "port": ""}, "This protocol has no usual port: say which."),
        ({"protocol": "gopher"}, "not one of the available choices"),
        ({"options": "keep_alive: 9"}, "keep_alive: is not said here, it has a field"),
        ({"options": "\nreceive: 1"}, "Line 2: receive: unknown word"),
        ({"options": "host: x"}, "host: is not said here, it has a field of its own."),
        ({"path": "/a b"}, "holds no blanks"),
        ({"password": "a", "clear_password": "on"}, "Either a new password"),
        ({"protocol": "http", "username": "a", "token": "b"}, "Either a user name"),
    ],
)
def test_bad_input_gets_its_sentence(client_of, teammate, workspace, form, changes, text):
    answer = client_of(teammate).post(address("create", workspace), form(**changes))

    assert answer.status_code == 422
    assert text in answer.content.decode().replace("&#x27;", "'")
    assert not Target.objects.exists()


def test_a_name_that_is_taken_is_refused(client_of, teammate, workspace, target, form):
    answer = client_of(teammate).post(address("create", workspace), form())

    assert "Another target of this workspace has this name." in answer.content.decode()


def test_an_own_authority_is_taken(client_of, teammate, workspace, form, certificate):
    client_of(teammate).post(address("create", workspace), form(has_tls="on", ca=certificate))

    assert Target.objects.get().ca == certificate.strip()


def test_a_target_is_deleted_after_a_question(client_of, teammate, workspace, target):
    client = client_of(teammate)

    question = client.get(address("delete", workspace, target)).content.decode()
    answer = client.post(address("delete", workspace, target), follow=True)

    assert "Delete this target?" in question
    assert "Broker is deleted." in answer.content.decode()
    assert not Target.objects.exists()


def test_a_target_that_a_lot_uses_is_not_deleted(client_of, teammate, workspace, target):
    Lot.objects.create(
        workspace=workspace, name="Night", target=target, duration=timedelta(minutes=1)
    )

    answer = client_of(teammate).post(address("delete", workspace, target), follow=True)

    assert "still used by “Night”" in answer.content.decode()
    assert Target.objects.exists()


def test_a_viewer_looks_and_changes_nothing(client_of, viewer, workspace, target, form):
    client = client_of(viewer)

    assert client.get(address("index", workspace)).status_code == 200
    assert client.get(address("detail", workspace, target)).status_code == 200
    for page in ("edit", "delete"):
        assert client.get(address(page, workspace, target)).status_code == 403
        assert client.post(address(page, workspace, target), form()).status_code == 403
    for page in ("create", "fill"):
        assert client.post(address(page, workspace), form()).status_code == 403


@pytest.mark.parametrize("page", PAGES)
def test_a_stranger_finds_nothing(client_of, stranger, workspace, target, page):
    own = stranger.memberships.get().workspace
    client = client_of(stranger)

    assert client.get(address(page, workspace, target)).status_code == 404
    assert client.get(address(page, own, target)).status_code == 404


@pytest.mark.parametrize("page", PAGES)
def test_a_visitor_is_asked_to_sign_in(client, workspace, target, page):
    answer = client.get(address(page, workspace, target))

    assert answer.status_code == 302
    assert answer.url.startswith(reverse("sign_in"))


def test_a_wrong_method_is_refused(client_of, owner, workspace, target):
    client = client_of(owner)

    assert client.post(address("index", workspace)).status_code == 405
    assert client.post(address("detail", workspace, target)).status_code == 405
    assert client.get(address("fill", workspace)).status_code == 405
    assert client.put(address("edit", workspace, target)).status_code == 405


def test_the_list_asks_the_database_as_often_for_many(client_of, owner, workspace, target):
    client = client_of(owner)
    client.get(address("index", workspace))

    with CaptureQueriesContext(connection) as few:
        client.get(address("index", workspace))
    for number in range(5):
        Target.objects.create(
            workspace=workspace, name=f"T{number}", host="b", port=1, edited_by=owner
        )
    with CaptureQueriesContext(connection) as many:
        client.get(address("index", workspace))

    assert len(many) == len(few)


@pytest.fixture
def certificate() -> str:
    return (Path(__file__).parent / "authority.pem").read_text()


def test_targets_are_found_by_a_part_of_name_or_host_in_the_order_that_is_asked(
    client_of, teammate, workspace
):
    for name, host in (("Plant", "a.example"), ("staging", "c.example"), ("Lab", "b.plant")):
        Target.objects.create(workspace=workspace, name=name, host=host, port=1883)

    def names(query):
        answer = client_of(teammate).get(address("index", workspace), query)
        return [target.name for target in answer.context["page"]]

    assert names({}) == ["Lab", "Plant", "staging"]
    assert names({"order": "-host"}) == ["staging", "Lab", "Plant"]
    assert names({"order": "password"}) == ["Lab", "Plant", "staging"]
    assert names({"words": "plant"}) == ["Lab", "Plant"]
    answer = client_of(teammate).get(address("index", workspace), {"words": "nowhere"})
    assert "No target is like this" in answer.content.decode()

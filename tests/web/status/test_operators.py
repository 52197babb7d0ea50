"""What operators write: drafts, updates, publication, all audited; staff alone."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from web.alerts.models import Incident
from web.audit.models import Entry
from web.status.models import Announcement, Update

FIELDS = {
    "kind": "incident",
    "title": "Mails are late",
    "impact": "minor",
    "components": ["mail", "reports"],
    "ends": "",
    "effect": "",
    "stage": "investigating",
    "words": "We look.",
}
ACTIONS = ("edit", "publish", "withdraw", "delete", "tell", "explain")


@pytest.fixture
def client(client_of, staff):
    return client_of(staff)


@pytest.fixture
def draft(announce):
    return announce(is_public=False)


def moment(hours=-1.0):
    """Return a time that is so many hours ahead, as a form has it."""
    return f"{timezone.now() + timedelta(hours=hours):%Y-%m-%dT%H:%M}"


def fields(**others):
    return {**FIELDS, "begins": moment(), **others}


def path(made, action=""):
    name = f"operations_announcement{f'_{action}' if action else ''}"
    return reverse(name, args=[made.code])


def deeds():
    entries = Entry.objects.filter(action__startswith="operation.announcement").order_by("id")
    return [each.action.partition("_")[2] for each in entries]


def pages(made):
    update = made.updates.get()
    return [
        reverse("operations_status"),
        reverse("operations_announce"),
        path(made),
        *(path(made, action) for action in ACTIONS),
        reverse("operations_announcement_correct", args=[made.code, update.code]),
    ]


def test_the_pages_are_there_for_staff_alone(client_of, owner, draft):
    for address in pages(draft):
        assert Client().get(address).status_code in (302, 405)
        stranger = client_of(owner)
        answers = {stranger.get(address).status_code, stranger.post(address).status_code}
        assert answers <= {404, 405}
        assert 404 in answers


def test_the_pages_answer_staff_and_refuse_other_methods(client, draft):
    for address in pages(draft):
        assert client.get(address).status_code in (200, 405)
        assert client.put(address).status_code == 405


def test_nothing_yet_is_said_so(client):
    page = client.get(reverse("operations_status")).content.decode()

    assert "Nothing was announced yet" in page
    assert "Dead man’s switch" in page


def test_a_new_announcement_is_a_draft_and_public_when_published(client):
    led = client.post(reverse("operations_announce"), fields())
    made = Announcement.objects.get()
    assert led.url == path(made)
    assert (made.published, made.stage, made.components) == (
        None,
        "investigating",
        ["mail", "reports"],
    )

    asked = client.get(path(made, "publish")).content.decode()
    assert "Publish this?" in asked
    assert "We look." in asked
    client.post(path(made, "publish"))
    client.post(path(made, "publish"))

    made.refresh_from_db()
    assert made.published
    assert "Mails are late" in Client().get("/status").content.decode()
    assert deeds() == ["drafted", "published"]


def test_an_update_moves_it_and_the_last_one_ends_it(client, announce):
    made = announce()

    client.post(path(made, "tell"), {"stage": "identified", "words": "It is the disk."})
    client.post(path(made, "tell"), {"stage": "resolved", "words": "Over."})

    made.refresh_from_db()
    assert (made.stage, made.is_over) == ("resolved", True)
    assert made.ends is not None
    assert [each.words for each in made.updates.all()] == ["Over.", "It is the disk.", "We look."]
    assert deeds()[-2:] == ["updated", "updated"]


def test_an_update_can_be_corrected(client, announce):
    made = announce()
    update = made.updates.get()
    address = reverse("operations_announcement_correct", args=[made.code, update.code])

    client.post(address, {"stage": "monitoring", "words": "We watch."})

    made.refresh_from_db()
    assert (made.stage, made.updates.get().words) == ("monitoring", "We watch.")
    assert deeds()[-1] == "corrected"
    other = reverse("operations_announcement_correct", args=[made.code, uuid4()])
    assert client.get(other).status_code == 404


def test_it_can_be_changed_withdrawn_and_then_deleted(client, announce):
    made = announce()

    client.post(path(made, "edit"), fields(title="Mails wait", components=["mail"]))
    client.post(path(made, "delete"))
    made.refresh_from_db()
    assert (made.title, bool(made.published)) == ("Mails wait", True)

    client.post(path(made, "withdraw"))
    client.post(path(made, "withdraw"))
    client.post(path(made, "delete"))
    assert not Announcement.objects.exists()
    assert deeds() == ["drafted", "published", "changed", "withdrawn", "deleted"]


def test_a_post_mortem_is_told_to_everybody(client, announce):
    made = announce()

    client.post(path(made, "explain"), {"post_mortem": "The disk <was> full."})

    page = Client().get(f"/status/incidents/{made.code}").content.decode()
    assert "The disk &lt;was&gt; full." in page
    assert deeds()[-1] == "explained"


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        ({"title": ""}, "This field is required"),
        ({"components": []}, "Tick at least one."),
        ({"components": ["nothing"]}, "nothing is not one of the available choices"),
        ({"ends": -2}, "It ends after it begins"),
        ({"ends": 24 * 91}, "lasts 90 days at most"),
        ({"begins": 1}, "An incident has begun"),
        ({"begins": -24 * 91}, "It began 90 days ago at most"),
        ({"kind": "maintenance", "stage": "scheduled"}, "Say until when"),
        ({"stage": "scheduled"}, "Of this kind one of these: Investigating"),
        ({"words": ""}, "This field is required"),
        ({"begins": "tomorrow"}, "Enter a valid date/time"),
    ],
)
def test_bad_input_is_told_at_its_place(client, changed, text):
    moments = {name: moment(each) for name, each in changed.items() if isinstance(each, int)}

    answer = client.post(reverse("operations_announce"), fields(**changed) | moments)

    assert answer.status_code == 422
    assert text in answer.content.decode()
    assert not Announcement.objects.exists()


def test_an_update_without_words_or_of_another_kind_is_refused(client, announce):
    made = announce()

    for told in ({"stage": "identified", "words": ""}, {"stage": "going", "words": "x"}):
        assert client.post(path(made, "tell"), told).status_code == 422
    assert Update.objects.count() == 1


def test_there_is_an_end_to_updates(client, announce):
    made = announce()
    Update.objects.bulk_create(
        Update(announcement=made, stage="identified", words="x") for _ in range(99)
    )

    page = client.post(path(made, "tell"), {"stage": "identified", "words": "x"}, follow=True)

    assert "at most 100 updates" in page.content.decode()


def test_a_draft_begins_from_an_incident_of_the_service(client):
    alert = Incident.objects.create(
        subject="service:mail", subject_name="mail", key="k", kind="queue", words="Jobs wait."
    )
    address = f"{reverse('operations_announce')}?incident={alert.code}"

    page = client.get(address).content.decode()
    client.post(address, fields())

    assert 'value="Mails are late"' in page
    assert "Jobs wait." in page
    assert Announcement.objects.get().alert == alert
    assert "Announce this" in client.get(alert.get_absolute_url()).content.decode()


def test_an_incident_of_a_workspace_begins_none(client, workspace):
    theirs = Incident.objects.create(
        workspace=workspace, subject="run:x", subject_name="x", key="k", kind="silent"
    )

    for code in (theirs.code, uuid4(), "x"):
        address = f"{reverse('operations_announce')}?incident={code}"
        assert client.get(address).status_code == 404


def test_the_list_is_filtered_and_sorted(client, announce):
    announce("Aaa", is_public=False)
    announce("Bbb", stage="resolved", ends=timezone.now())
    soon = timezone.now() + timedelta(hours=1)
    announce("Ccc", kind="maintenance", stage="scheduled", begins=soon, ends=soon)

    def titles(query):
        page = client.get(reverse("operations_status") + query).context["page"]
        return [each.title for each in page]

    assert titles("?standing=draft") == ["Aaa"]
    assert titles("?standing=over") == ["Bbb"]
    assert titles("?standing=open") == ["Ccc"]
    assert titles("?kind=maintenance") == ["Ccc"]
    assert titles("?order=-title") == ["Ccc", "Bbb", "Aaa"]
    assert titles("?order=password&standing=x") == ["Ccc", *titles("?kind=incident")]
    assert titles("?kind=maintenance&standing=draft") == []

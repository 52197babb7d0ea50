"""Signed events of the mail service: right, wrong, replayed, old, reordered and doubled."""

import base64
import json
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from django.test import Client
from django.utils import timezone

from tests.web.mail.service import Signer, deliver, event
from web.mail import actions, events
from web.mail.models import Cause, Delivery, Event, Mail, OptOut, State, Suppression
from web.mail.signatures import OLDEST, is_signed

# From the tests of the service's own library, sendgrid-python: a signature that it made itself.
VECTOR = {
    "keys": [
        "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEDr2LjtURuePQzplybdC+u4CwrqDqBaWjcMMsTbhdbcwHBcepxo7yAQG"
        "hHPTnlvFYPAZFceEu/1FwCM/QmGUhA=="
    ],
    "signature": (
        "MEUCIQCtIHJeH93Y+qpYeWrySphQgpNGNr/U+UyUlBkU6n7RAwIgJTz2C+8a8xonZGi6BpSzoQsbVRamr2nlxFDWYNH"
        "2j/0="
    ),
    "timestamp": "1588788367",
}
VECTOR_BODY = b'{"category":"example_payload","event":"test_event","message_id":"message_id"}'
VECTOR_AT = datetime.fromtimestamp(1588788367, UTC)


@pytest.fixture
def mail(post_to) -> Mail:
    return post_to("anna@example.org")


@pytest.fixture
def told(mail, signer):
    """Return a function that delivers events of the mail, signed, and gives the status."""

    def tell(*said: dict, at: datetime | None = None) -> int:
        body = json.dumps(list(said)).encode()
        return deliver(body, signer.headers(body, at or timezone.now()))

    return tell


def minutes_ago(count: float) -> datetime:
    return timezone.now() - timedelta(minutes=count)


def test_a_signature_that_the_service_made_itself_is_good():
    assert is_signed(VECTOR_BODY, now=VECTOR_AT, **VECTOR)


@pytest.mark.parametrize(
    ("body", "changed"),
    [
        (VECTOR_BODY + b"\n", {}),
        (VECTOR_BODY.replace(b"test_event", b"test_evens"), {}),
        (VECTOR_BODY, {"timestamp": "1588788368"}),
        (VECTOR_BODY, {"timestamp": "01588788367"}),
        (VECTOR_BODY, {"timestamp": ""}),
        (VECTOR_BODY, {"timestamp": "soon"}),
        (VECTOR_BODY, {"timestamp": "1588788367.0"}),
        (VECTOR_BODY, {"timestamp": "٣٣٣"}),
        (VECTOR_BODY, {"signature": ""}),
        (VECTOR_BODY, {"signature": "=="}),
        (VECTOR_BODY, {"signature": "ü"}),
        (VECTOR_BODY, {"signature": base64.b64encode(b"x" * 71).decode()}),
        (VECTOR_BODY, {"keys": []}),
        (VECTOR_BODY, {"keys": ["nonsense"]}),
        (VECTOR_BODY, {"keys": [Signer().public]}),
    ],
)
def test_a_signature_of_something_else_is_bad(body, changed):
    assert not is_signed(body, now=VECTOR_AT, **(VECTOR | changed))


@pytest.mark.parametrize(
    ("away", "is_good"),
    [
        (OLDEST, True),
        (-OLDEST, True),
        (OLDEST + timedelta(seconds=1), False),
        (-OLDEST - timedelta(seconds=1), False),
    ],
)
def test_an_old_signature_is_bad_and_so_is_one_of_tomorrow(away, is_good):
    assert is_signed(VECTOR_BODY, now=VECTOR_AT + away, **VECTOR) == is_good


def test_of_two_keys_either_is_good():
    keys = [Signer().public, *VECTOR["keys"]]

    assert is_signed(VECTOR_BODY, now=VECTOR_AT, **(VECTOR | {"keys": keys}))


def test_a_right_delivery_is_taken(mail, told):
    assert told(event(mail, "delivered", minutes_ago(1), response="250 OK")) == 204

    mail.refresh_from_db()
    assert (mail.delivery, mail.delivery_text) == (Delivery.DELIVERED, "250 OK")


def test_a_wrong_delivery_is_refused_and_changes_nothing(mail, told):
    body = json.dumps([event(mail, "bounce", minutes_ago(1), type="bounce")]).encode()

    assert deliver(body, Signer().headers(body, timezone.now())) == 403
    assert deliver(body, {}) == 403

    assert not Event.objects.exists()
    assert not Suppression.objects.exists()


def test_an_old_delivery_is_refused(mail, told):
    assert told(event(mail, "delivered", minutes_ago(60)), at=minutes_ago(11)) == 403


def test_without_a_key_every_delivery_is_refused(mail, told, settings):
    settings.SENDGRID_WEBHOOK_KEYS = []

    assert told(event(mail, "delivered", minutes_ago(1))) == 403


def test_a_replayed_delivery_does_nothing_more(mail, signer):
    body = json.dumps([event(mail, "bounce", minutes_ago(5), type="bounce")]).encode()
    headers = signer.headers(body, minutes_ago(4))
    assert deliver(body, headers) == 204
    events.lift(Suppression.objects.get(), by="Sam", now=minutes_ago(1))

    assert deliver(body, headers) == 204

    assert Event.objects.count() == 1
    assert Suppression.objects.get().lifted is not None


def test_a_doubled_event_counts_once_within_a_delivery_and_across_two(mail, told):
    once = event(mail, "delivered", minutes_ago(2), name="e-1")

    assert told(once, once) == 204
    assert told(once, event(mail, "open", minutes_ago(1), name="e-2")) == 204

    assert Event.objects.count() == 2


def test_reordered_deliveries_come_to_the_same(post_to, told):
    story = [
        ("deferred", 9, Delivery.DEFERRED),
        ("delivered", 8, Delivery.DELIVERED),
        ("open", 7, Delivery.OPENED),
        ("spamreport", 6, Delivery.COMPLAINED),
    ]
    for order in permutations(story):
        mail = post_to("anna@example.org")
        for kind, minutes, _ in order:
            assert told(event(mail, kind, minutes_ago(minutes))) == 204
        mail.refresh_from_db()
        assert mail.delivery == Delivery.COMPLAINED


@pytest.mark.parametrize(
    ("story", "end"),
    [
        (["processed"], ""),
        (["deferred", "deferred"], Delivery.DEFERRED),
        (["deferred", "delivered"], Delivery.DELIVERED),
        (["delivered", "open", "open"], Delivery.OPENED),
        (["delivered", "click"], Delivery.OPENED),
        (["delivered", "bounce"], Delivery.BOUNCED),
        (["open", "bounce"], Delivery.BOUNCED),
        (["deferred", "dropped"], Delivery.DROPPED),
        (["dropped"], Delivery.DROPPED),
        (["spamreport", "open"], Delivery.COMPLAINED),
    ],
)
def test_what_became_of_a_mail_is_found_from_when_things_happened(story, end):
    at = datetime(2027, 1, 1, tzinfo=UTC)
    told = [
        Event(name=str(number), kind=kind, at=at + timedelta(minutes=number))
        for number, kind in enumerate(story)
    ]

    assert {events.standing(order).delivery for order in permutations(told)} == {end}


def test_a_bounced_address_gets_no_more_mail(mail, told, post_to):
    told(event(mail, "bounce", minutes_ago(1), type="bounce", reason="550 no such user"))

    following = post_to("Anna@Example.org")

    assert Suppression.objects.get().cause == Cause.BOUNCED
    assert following.state == State.STOPPED
    assert "550 no such user" in following.reason


def test_a_mail_that_waits_is_stopped_too_when_its_address_bounces(mail, told, post_to, service):
    waiting = post_to("anna@example.org")
    told(event(mail, "bounce", minutes_ago(1), type="bounce"))

    actions.send(waiting.code)

    waiting.refresh_from_db()
    assert (waiting.state, waiting.attempts, service.mails) == (State.STOPPED, 0, [])


def test_an_address_that_complained_gets_no_more_mail(mail, told):
    told(event(mail, "spamreport", minutes_ago(1)))

    assert Suppression.objects.get().cause == Cause.COMPLAINED


def test_a_bounce_that_may_pass_stops_nothing(mail, told):
    told(event(mail, "bounce", minutes_ago(1), type="blocked", reason="mailbox full"))

    mail.refresh_from_db()
    assert mail.delivery == Delivery.BLOCKED
    assert not Suppression.objects.exists()


@pytest.mark.parametrize(
    ("reason", "is_lasting"),
    [
        ("Bounced Address", True),
        ("Spam Reporting Address", True),
        ("Invalid", True),
        ("Recipient List over Package Quota", False),
        ("Spam Content (if spam checker app enabled)", False),
        ("", False),
    ],
)
def test_a_dropped_mail_stops_others_only_when_its_address_is_why(mail, told, reason, is_lasting):
    told(event(mail, "dropped", minutes_ago(1), reason=reason))

    assert Suppression.objects.exists() == is_lasting


def test_an_address_that_was_lifted_is_stopped_again_by_a_later_bounce_alone(mail, told):
    told(event(mail, "bounce", minutes_ago(30), type="bounce"))
    events.lift(Suppression.objects.get(), by="Sam", now=minutes_ago(20))

    told(event(mail, "bounce", minutes_ago(25), type="bounce"))
    assert Suppression.objects.get().lifted is not None
    told(event(mail, "bounce", minutes_ago(10), type="bounce"))

    assert Suppression.objects.get().lifted is None


def test_what_a_mail_program_opens_for_everybody_is_not_read(mail, told):
    told(event(mail, "delivered", minutes_ago(2)))
    told(event(mail, "open", minutes_ago(1), sg_machine_open=True))

    mail.refresh_from_db()
    assert mail.delivery == Delivery.DELIVERED


def test_unsubscribing_in_the_services_own_way_stops_such_mails(mail, told):
    told(event(mail, "unsubscribe", minutes_ago(1)))

    assert OptOut.objects.get().topic == mail.topic


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"event": "delivered"},
        7,
        None,
        {"event": "bounce", "sg_event_id": "x", "timestamp": "soon", "email": "a", "mail": "b"},
        {"event": "bounce", "sg_event_id": "x", "timestamp": 9e99, "email": "a", "mail": "b"},
        {"event": "bounce", "sg_event_id": "x", "timestamp": 1588788367, "email": "a@b.cc"},
    ],
)
def test_what_is_no_event_of_ours_is_left_out_and_the_rest_is_taken(mail, told, said):
    assert told(said, event(mail, "delivered", minutes_ago(1))) == 204

    assert Event.objects.get().kind == "delivered"


@pytest.mark.parametrize("body", [b"", b"{", b"{}", b'"x"', b"[" + b"1," * 5_000 + b"1]"])
def test_what_is_no_list_is_refused(db, signer, body):
    assert deliver(body, signer.headers(body, timezone.now())) == 400


def test_a_huge_delivery_is_refused_unread(db, signer):
    body = b" " * 1_500_001

    assert deliver(body, signer.headers(body, timezone.now())) == 413


def test_events_are_posted_and_not_read(db):
    assert Client().get("/hooks/mail/events/").status_code == 405


def test_two_thousand_events_take_few_queries(
    workspace, post_to, signer, django_assert_max_num_queries
):
    mails = [post_to(f"a{number}@example.org") for number in range(20)]
    said = [
        event(mail, kind, minutes_ago(1), name=f"{mail.id}-{kind}-{number}")
        for number in range(25)
        for mail in mails
        for kind in ("processed", "deferred", "delivered", "open")
    ]
    body = json.dumps(said).encode()

    with django_assert_max_num_queries(30):
        assert deliver(body, signer.headers(body, timezone.now())) == 204

    assert Event.objects.count() == 2_000
    assert set(Mail.objects.values_list("delivery", flat=True)) == {Delivery.OPENED}

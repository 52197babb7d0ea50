"""The month's quota: what is above it waits in order, and nothing else does."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.web.mail.conftest import NOW, subjects
from web.mail import actions, quota
from web.mail.models import Gate, GateName, Mail, Month, State

NEXT_MONTH = datetime(2027, 4, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _db(db):
    pass


def send_all(now: datetime) -> None:
    """Do what clock and jobs do until nothing is due."""
    actions.release(now)
    for mail in list(Mail.objects.filter(actions.due(now)).order_by("priority", "id")):
        actions.send(mail.code, now=now)


def queue(post_to, *names: str, template: str = "mail/edition") -> None:
    for name in names:
        mail = post_to(f"{name}@example.org", subject=name, template=template)
        Mail.objects.filter(id=mail.id).update(next_attempt_at=NOW)


def test_an_exhausted_quota_holds_mails_back_and_counts_no_attempt(service, settings, post_to):
    settings.MAIL_QUOTA = 2
    queue(post_to, "one", "two", "three", "four")

    send_all(NOW)

    assert subjects(service) == ["one", "two"]
    held = Mail.objects.filter(state=State.HELD).order_by("id")
    assert [(mail.subject, mail.attempts) for mail in held] == [("three", 0), ("four", 0)]
    assert quota.share(NOW) == 100


def test_held_mails_go_out_in_their_order_when_the_next_month_begins(service, settings, post_to):
    settings.MAIL_QUOTA = 1
    queue(post_to, "one", "two", "three")
    send_all(NOW)
    settings.MAIL_QUOTA = 10

    send_all(NEXT_MONTH)

    assert subjects(service) == ["one", "two", "three"]


def test_a_new_month_releases_as_many_as_it_has_room_for(service, settings, post_to):
    settings.MAIL_QUOTA = 2
    queue(post_to, "a", "b", "c", "d", "e")

    send_all(NOW)
    send_all(NEXT_MONTH - timedelta(seconds=1))
    assert subjects(service) == ["a", "b"]
    send_all(NEXT_MONTH)

    assert subjects(service) == ["a", "b", "c", "d"]
    assert Mail.objects.get(state=State.HELD).subject == "e"


def test_many_held_mails_are_released_as_few_are(settings, post_to, django_assert_num_queries):
    settings.MAIL_QUOTA = 100
    queue(post_to, *(f"mail {number}" for number in range(20)))
    Mail.objects.update(state=State.HELD)

    with django_assert_num_queries(4):  # the gate, the mails, the month, and one update
        assert actions.release(NOW) == 20


def test_held_mails_go_out_when_the_quota_is_raised(service, settings, post_to):
    settings.MAIL_QUOTA = 1
    queue(post_to, "one", "two")
    send_all(NOW)

    settings.MAIL_QUOTA = 2
    send_all(NOW)

    assert subjects(service) == ["one", "two"]


def test_of_what_was_held_mails_for_signing_in_go_first(service, settings, post_to):
    settings.MAIL_QUOTA = 1
    queue(post_to, "first")
    send_all(NOW)
    queue(post_to, "report", template="mail/edition")
    queue(post_to, "notice", template="mail/invitation")
    send_all(NOW)
    quota.close(GateName.QUOTA, until=NEXT_MONTH, reason="used up", now=NOW)
    queue(post_to, "password", template="mail/password")
    send_all(NOW)
    assert subjects(service) == ["first"]

    settings.MAIL_QUOTA = 10
    send_all(NOW)

    assert subjects(service) == ["first", "password", "notice", "report"]


def test_some_of_the_quota_is_kept_for_signing_in(service, settings, post_to):
    settings.MAIL_QUOTA = 100
    Month.objects.update_or_create(first=quota.month_of(NOW), defaults={"taken": 98})
    queue(post_to, "report")
    queue(post_to, "password", "again", "third", template="mail/password")

    send_all(NOW)

    assert subjects(service) == ["password", "again"]


def test_a_new_mail_does_not_overtake_those_that_were_held(service, settings, post_to):
    settings.MAIL_QUOTA = 1
    queue(post_to, "one", "two")
    send_all(NOW)
    settings.MAIL_QUOTA = 10
    queue(post_to, "three")

    actions.send(Mail.objects.get(subject="three").code, now=NOW)

    assert Mail.objects.get(subject="three").state == State.HELD
    send_all(NOW)
    assert subjects(service) == ["one", "two", "three"]


def test_the_services_own_refusal_holds_all_back_whatever_we_counted(service, settings, post_to):
    settings.MAIL_QUOTA = 0
    service.credits = 1
    queue(post_to, "one", "two", "three")

    send_all(NOW)

    assert subjects(service) == ["one"]
    assert set(Mail.objects.filter(state=State.HELD).values_list("subject", flat=True)) == {
        "two",
        "three",
    }
    assert Mail.objects.get(subject="two").tries.get().result.endswith("Maximum credits exceeded")
    assert Mail.objects.get(subject="three").tries.count() == 0
    assert quota.gate(GateName.QUOTA, NOW).until == NEXT_MONTH


def test_a_used_up_plan_is_asked_with_one_mail_an_hour_and_then_opens(service, post_to):
    service.credits = 0
    queue(post_to, "one", "two", "three")
    send_all(NOW)

    send_all(NOW + timedelta(minutes=59))
    assert Mail.objects.get(subject="one").tries.count() == 1
    send_all(NOW + timedelta(hours=1))
    assert Mail.objects.get(subject="one").tries.count() == 2
    assert Mail.objects.get(subject="two").tries.count() == 0

    service.credits = 9
    send_all(NOW + timedelta(hours=2, minutes=1))
    assert subjects(service) == ["one"]
    send_all(NOW + timedelta(hours=2, minutes=2))

    assert subjects(service) == ["one", "two", "three"]
    assert not Gate.objects.exists()


def test_the_quota_is_never_passed_however_many_send(settings):
    settings.MAIL_QUOTA = 50
    month = quota.month_of(NOW)

    taken = [quota.take(2, NOW) for _ in range(60)]

    assert taken.count(True) == 49
    assert Month.objects.get(first=month).taken == 49


def test_what_the_service_did_not_take_is_not_counted(service, settings, post_to):
    settings.MAIL_QUOTA = 10
    service.status = 503
    queue(post_to, "one")

    send_all(NOW)

    assert quota.used(NOW) == 0


def test_too_many_at_once_holds_every_mail_until_the_service_said(service, post_to):
    service.status = 429
    service.headers = {"X-RateLimit-Reset": "9999999999"}
    queue(post_to, "one", "two")

    send_all(NOW)

    assert Mail.objects.get(subject="one").tries.get().result == "429 too many requests"
    two = Mail.objects.get(subject="two")
    assert (two.attempts, two.tries.count()) == (0, 0)
    assert two.next_attempt_at == quota.gate(GateName.RATE, NOW).until == NOW + timedelta(hours=1)
    service.status = 202
    send_all(NOW + timedelta(hours=1, seconds=1))
    assert "two" in subjects(service)


@pytest.mark.parametrize(
    ("now", "first"),
    [
        ("2027-03-31T23:59:59+00:00", "2027-03-01"),
        ("2027-04-01T00:00:00+00:00", "2027-04-01"),
        ("2027-04-01T01:30:00+02:00", "2027-03-01"),
        ("2027-12-31T23:59:59-01:00", "2028-01-01"),
    ],
)
def test_a_month_is_one_of_utc(now, first):
    assert quota.month_of(datetime.fromisoformat(now)).isoformat() == first


def test_the_next_month_begins_on_its_first_day():
    assert quota.next_month(datetime(2027, 12, 31, 23, 59, tzinfo=UTC)) == datetime(
        2028, 1, 1, tzinfo=UTC
    )

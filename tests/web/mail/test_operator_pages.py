"""The operators' pages of mail, and the list of a workspace's owners."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from web.mail import actions, events, quota
from web.mail.backends import Outcome
from web.mail.models import Cause, GateName, Incoming, Mail, State, Suppression


@pytest.fixture
def staff(make_user):
    user = make_user("Sam")
    call_command("staff", user.email)
    user.refresh_from_db()
    return user


@pytest.fixture
def failed(post_to) -> Mail:
    mail = post_to("anna@example.org", subject="Monthly: March")
    claimed = actions.claim(mail.code, now=timezone.now())
    refused = Outcome(is_sent=False, text="refused with 400: no such sender")
    actions.settle(claimed, refused, backend="sendgrid", now=timezone.now())
    return mail


@pytest.fixture
def suppression(db) -> Suppression:
    events.suppress("ben@example.org", Cause.BOUNCED, text="550 gone", at=timezone.now())
    return Suppression.objects.get()


def pages(mail: Mail, suppression: Suppression) -> list[str]:
    names = ("mails", "mail_addresses", "mail_incoming", "mails_release")
    return [
        *(reverse(f"operations_{name}") for name in names),
        reverse("operations_mail", args=[mail.code]),
        reverse("operations_mail_again", args=[mail.code]),
        reverse("operations_mail_lift", args=[suppression.code]),
    ]


def test_they_are_there_for_staff_alone(client_of, owner, failed, suppression):
    for path in pages(failed, suppression):
        assert Client().get(path).status_code in (302, 405)
        answers = {client_of(owner).get(path).status_code, client_of(owner).post(path).status_code}
        assert 404 in answers
        assert answers <= {404, 405}


def test_the_outbox_says_how_the_month_stands_and_what_holds_mails_back(
    client_of, staff, post_to, settings
):
    settings.MAIL_QUOTA = 1_000
    mail = post_to("anna@example.org")
    Mail.objects.filter(id=mail.id).update(state=State.HELD)
    now = timezone.now()
    until = now + timedelta(days=1)  # the next month may begin before the page is asked for
    quota.close(GateName.QUOTA, until=until, reason="Maximum credits exceeded", now=now)

    page = client_of(staff).get(reverse("operations_mails")).content.decode()

    assert "of 1\u202f000" in page or "of 1,000" in page or "of 1 000" in page
    assert "Maximum credits exceeded" in page
    assert "Let them go on now" in page


def test_a_mails_page_has_each_try_with_its_answer_and_no_body(client_of, staff, failed):
    page = client_of(staff).get(reverse("operations_mail", args=[failed.code])).content.decode()

    assert "refused with 400: no such sender" in page
    assert "Send it again" in page
    assert "x.example" not in page


def test_a_failed_mail_is_sent_again(client_of, staff, failed):
    client_of(staff).post(reverse("operations_mail_again", args=[failed.code]))

    failed.refresh_from_db()
    assert (failed.state, failed.attempts) == (State.QUEUED, 0)


def test_opening_the_way_lets_held_mails_go_on(client_of, staff, post_to):
    mail = post_to("anna@example.org")
    Mail.objects.filter(id=mail.id).update(state=State.HELD)
    now = timezone.now()
    quota.close(GateName.QUOTA, until=now + timedelta(days=1), reason="used up", now=now)

    client_of(staff).post(reverse("operations_mails_release"))

    assert Mail.objects.get().state == State.QUEUED
    assert quota.gate(GateName.QUOTA, timezone.now()) is None


def test_addresses_are_found_and_lifted(client_of, staff, suppression):
    path = reverse("operations_mail_addresses")
    assert "ben@example.org" in client_of(staff).get(f"{path}?to=ben").content.decode()
    assert "ben@example.org" not in client_of(staff).get(f"{path}?to=anna").content.decode()

    client_of(staff).post(reverse("operations_mail_lift", args=[suppression.code]))

    assert "by Sam" in client_of(staff).get(f"{path}?lifted=1").content.decode()


def test_what_came_in_is_listed(client_of, staff):
    Incoming.objects.create(name="1", sender="anna@example.org", to="x", result="It is stopped.")

    page = client_of(staff).get(reverse("operations_mail_incoming")).content.decode()

    assert "It is stopped." in page


@pytest.mark.parametrize("query", ["state=failed", "to=ANNA", "topic=report", "state=nonsense"])
def test_the_list_can_be_narrowed(client_of, staff, failed, query):
    path = reverse("operations_mails")
    page = client_of(staff).get(f"{path}?{query}").content.decode()
    none = client_of(staff).get(f"{path}?state=sent&{query}").content.decode()

    assert "Monthly: March" in page
    assert "No mail is like this" in none or "state=" in query


def test_owners_see_the_mails_of_their_workspace_and_nobody_elses(
    client_of, owner, teammate, workspace, post_to
):
    post_to("anna@example.org", subject="Ours", workspace=workspace)
    post_to("anna@example.org", subject="Theirs")
    path = reverse("mails", args=[workspace.code])

    page = client_of(owner).get(path).content.decode()

    assert "Ours" in page
    assert "Theirs" not in page
    assert client_of(teammate).get(path).status_code == 403


def test_the_list_takes_few_queries(client_of, staff, post_to, django_assert_max_num_queries):
    for number in range(30):
        post_to(f"a{number}@example.org")
    client = client_of(staff)

    with django_assert_max_num_queries(20):
        client.get(reverse("operations_mails"))

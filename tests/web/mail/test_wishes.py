"""Stopping mails: by one click in a mail program, by a page, and what one gets at all."""

from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from web.accounts import actions as accounts
from web.mail import events, jobs, tokens, wishes
from web.mail.models import Cause, Mail, OptOut, State, Suppression, Topic
from web.mail.plain import WIDTH, wrapped


@pytest.fixture
def mail(post_to) -> Mail:
    return post_to("anna@example.org", thread="report:x", thread_name="Monthly")


def link_of(mail: Mail) -> str:
    return urlsplit(tokens.stop_link(mail)).path


def test_one_click_stops_it_without_cookie_or_token(mail):
    client = Client(enforce_csrf_checks=True)

    answer = client.post(
        link_of(mail),
        "List-Unsubscribe=One-Click",
        content_type="application/x-www-form-urlencoded",
    )

    assert answer.status_code == 200  # RFC 8058, section 3.1: no redirect
    said = OptOut.objects.get()
    assert (said.address, said.thread, said.how) == ("anna@example.org", "report:x", "one click")


def test_a_look_at_the_link_stops_nothing(mail, client):
    page = client.get(link_of(mail)).content.decode()

    assert "Stop these mails?" in page
    assert "“Monthly”" in page
    assert not OptOut.objects.exists()


def test_the_page_stops_this_or_everything_and_undoes_it(mail, client):
    assert (
        "gets no more mails about “Monthly”"
        in client.post(link_of(mail), {"do": "stop"}).content.decode()
    )
    client.post(link_of(mail), {"do": "all"})
    assert set(OptOut.objects.values_list("thread", flat=True)) == {"", "report:x"}

    client.post(link_of(mail), {"do": "resume"})

    assert not OptOut.objects.exists()


def test_the_link_works_when_the_mail_is_gone(mail, client):
    link = link_of(mail)
    mail.delete()

    assert client.post(link, {"do": "stop"}).status_code == 200


def test_a_link_that_was_changed_is_not_there(mail, client):
    link = link_of(mail)

    assert client.post(f"{link[:-3]}x/").status_code == 404
    assert not OptOut.objects.exists()


def test_mails_about_an_account_cannot_be_stopped(post_to, client):
    mail = post_to("anna@example.org", template="mail/password")

    assert tokens.stop_link(mail) == ""
    path = reverse("mail_stop", args=[tokens.stop_token(mail)])
    assert client.post(path, {"do": "stop"}).status_code == 404
    with pytest.raises(ValueError, match="cannot be stopped"):
        wishes.stop("anna@example.org", Topic.ACCOUNT, how="link")


def test_what_was_stopped_is_a_row_that_says_so_and_other_mails_come(mail, post_to):
    wishes.stop("Anna@example.org", Topic.REPORT, thread="report:x", how="link")

    stopped = post_to("anna@example.org", thread="report:x")
    other = post_to("anna@example.org", thread="report:y")
    account = post_to("anna@example.org", template="mail/password")

    assert (stopped.state, "does not want it" in stopped.reason) == (State.STOPPED, True)
    assert [other.state, account.state] == [State.QUEUED, State.QUEUED]


def test_the_page_of_ones_mails_shows_and_changes_what_one_gets(client_of, owner):
    wishes.stop(owner.email, Topic.REPORT, thread="report:x", name="Monthly", how="reply")
    client = client_of(owner)
    page = client.get(reverse("mail_wishes")).content.decode()
    assert "Monthly" in page
    assert "They always come." in page

    wanted = dict.fromkeys(("report", "invitation", "letter", "proof"), "on")
    client.post(reverse("mail_wishes"), wanted)

    assert {(each.topic, each.thread) for each in wishes.opt_outs_of(owner.email)} == {
        ("schedule", ""),
        ("report", "report:x"),
    }
    client.post(reverse("mail_resume"), {"topic": "report", "thread": "report:x"})
    assert wishes.opt_out_of(owner.email, Topic.REPORT, "report:x") is None


def test_what_one_does_not_want_goes_along_to_a_new_address(owner):
    wishes.stop(owner.email, Topic.REPORT, thread="report:x", name="Monthly", how="reply")

    assert accounts.change_email(owner, "olga.new@example.org")

    (wish,) = wishes.opt_outs_of("olga.new@example.org")
    assert (wish.thread, wish.how) == ("report:x", "reply")


def test_who_gets_no_mail_for_a_bounce_is_told_and_can_mend_it(client_of, owner):
    events.suppress(owner.email, Cause.BOUNCED, text="550 no such user", at=timezone.now())
    client = client_of(owner)
    assert "550 no such user" in client.get(reverse("mail_wishes")).content.decode()

    client.post(reverse("mail_lift"))

    assert Suppression.objects.get().lifted_by == owner.name
    assert "550 no such user" not in client.get(reverse("mail_wishes")).content.decode()


def test_lifting_an_address_asks_the_service_to_forget_it_too(service, db):
    service.suppressed = {"spam_reports": {"anna@example.org"}}

    jobs.lift("anna@example.org", "complained")

    assert service.suppressed == {"spam_reports": set()}


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("short", ["short"]),
        ("a " * 40, [("a " * 36).strip(), "a a a a"]),
        ("x" * 100, ["x" * 100]),
        ("see https://x.example/" + "y" * 90, ["see", "https://x.example/" + "y" * 90]),
        ("one\n\n\ntwo", ["one", "", "", "two"]),
    ],
)
def test_the_plain_part_is_as_wide_as_every_mail_program_shows(text, lines):
    assert wrapped(text).rstrip("\n").split("\n") == lines


def test_every_mail_has_a_plain_part_without_wide_lines(post_to):
    for template in ("mail/edition", "mail/edition_failed", "mail/password", "mail/invitation"):
        mail = post_to("anna@example.org", template=template)
        wide = [line for line in mail.text.split("\n") if len(line) > WIDTH and "/" not in line]
        assert wide == []
        assert "\n-- \n" in mail.text or "\n--\n" in mail.text

"""The pages of the second factor: adding it, signing in with it, and what a workspace may want."""

import re
from io import StringIO
from time import time

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from tests.web.conftest import PASSWORD
from tests.web.letters import said
from web.accounts import entering, visits
from web.audit.models import Entry
from web.factors import actions, codes
from web.factors.models import CodeApp, Passkey
from web.factors.passkey_views import name_of
from web.mail.models import Mail

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code_of(secret, *, later=0):
    return codes.totp(secret).generate(int(time()) + later).decode()


@pytest.fixture
def guarded(owner):
    """Return the owner, who has an app, and their recovery codes."""
    return owner, actions.add_code_app(owner, SECRET, step=0)


def with_password(user) -> Client:
    browser = Client()
    browser.post(reverse("sign_in"), {"email": user.email, "password": PASSWORD})
    return browser


def is_in(browser) -> bool:
    return browser.get(reverse("account")).status_code == 200


def test_an_app_is_added_with_its_first_code_and_gives_recovery_codes_once(client_of, owner):
    client = client_of(owner)
    page = client.get(reverse("add_code_app")).content.decode()
    secret = re.search(r'qr-secret">([A-Z2-7]{32})<', page)[1]
    assert "<svg" in page

    answer = client.post(reverse("add_code_app"), {"code": code_of(secret)})

    owner.refresh_from_db()
    assert owner.has_two_factors
    assert len(re.findall(r"(?:[0-9a-z]{6}-){3}[0-9a-z]{6}", answer.content.decode())) == 10
    assert "no-store" in answer.headers["Cache-Control"]
    assert {mail.to for mail in Mail.objects.all()} == {owner.email}
    assert Entry.objects.filter(user=owner, action="account.code_app_added").exists()


def test_a_wrong_first_code_adds_nothing(client_of, owner):
    client = client_of(owner)
    client.get(reverse("add_code_app"))

    answer = client.post(reverse("add_code_app"), {"code": "000000"})

    assert "This is not the code of now" in answer.content.decode()
    assert not CodeApp.objects.exists()


def test_adding_a_factor_ends_the_other_sessions(client_of, owner):
    other, client = with_password(owner), client_of(owner)
    page = client.get(reverse("add_code_app")).content.decode()
    secret = re.search(r'qr-secret">([A-Z2-7]{32})<', page)[1]

    client.post(reverse("add_code_app"), {"code": code_of(secret)})

    assert (is_in(client), is_in(other)) == (True, False)


def test_removing_a_factor_ends_the_other_sessions(client_of, owner):
    passkey = Passkey.objects.create(user=owner, name="Blue", credential="c", public="p", count=0)
    for page in (
        reverse("remove_passkey", args=[passkey.code]),
        reverse("remove_code_app"),
    ):
        other, client = with_password(owner), client_of(owner)
        actions.add_code_app(owner, SECRET, step=0)
        assert is_in(other)

        client.post(page)

        assert (is_in(client), is_in(other)) == (True, False)
        actions.remove_code_app(owner)


def test_a_password_alone_opens_nothing_any_more(guarded):
    user, _ = guarded

    browser = with_password(user)

    assert not is_in(browser)
    assert "One more step" in browser.get(reverse("second_factor")).content.decode()


def test_password_and_code_open_a_session(guarded):
    user, _ = guarded
    browser = with_password(user)

    browser.post(reverse("second_factor"), {"code": code_of(SECRET)})

    assert is_in(browser)
    assert visits.visits_of(user).get().way == "password and code"


def test_a_recovery_code_stands_for_the_app_once(guarded):
    user, fresh = guarded
    first, second = with_password(user), with_password(user)

    first.post(reverse("second_factor"), {"code": fresh[0]})
    answer = second.post(reverse("second_factor"), {"code": fresh[0]})

    assert (is_in(first), is_in(second)) == (True, False)
    assert "was used before" in answer.content.decode()


def test_codes_cannot_be_guessed(guarded, settings):
    settings.RATE_LIMITS = True
    user, _ = guarded
    browser = with_password(user)

    answers = [
        browser.post(reverse("second_factor"), {"code": f"{n:06}"}).status_code for n in range(12)
    ]

    assert answers[-1] == 429
    assert not is_in(browser)


def test_the_second_step_waits_only_for_minutes(guarded, monkeypatch):
    browser = with_password(guarded[0])
    monkeypatch.setattr(entering, "LIFE", -1)

    assert browser.post(reverse("second_factor"), {"code": code_of(SECRET)}).url == "/sign-in/"
    assert not is_in(browser)


def test_without_the_password_there_is_no_second_step(client, guarded):
    assert client.get(reverse("second_factor")).url == "/sign-in/"


def test_signing_in_goes_on_to_where_the_user_wanted_to_go(guarded):
    browser = Client()
    fields = {"email": guarded[0].email, "password": PASSWORD, "next": "/account/activity/"}
    browser.post(reverse("sign_in"), fields)

    answer = browser.post(reverse("second_factor"), {"code": code_of(SECRET)})

    assert answer.url == "/account/activity/"


def test_removing_the_last_factor_removes_the_recovery_codes(client_of, guarded):
    user, _ = guarded
    client = client_of(user)
    assert "Remove your app for codes" in client.get(reverse("remove_code_app")).content.decode()

    client.post(reverse("remove_code_app"))

    user.refresh_from_db()
    assert not user.has_two_factors
    assert not user.recovery_codes.exists()
    assert is_in(with_password(user))


def test_recovery_codes_are_made_anew(client_of, guarded):
    user, old = guarded

    page = client_of(user).post(reverse("remake_recovery_codes")).content.decode()

    assert old[0] not in page
    assert not codes.is_right(user, old[0])
    fresh = re.search(r"(?:[0-9a-z]{6}-){3}[0-9a-z]{6}", page)[0]
    assert codes.is_right(user, fresh)


def test_without_a_factor_there_are_no_recovery_codes(client_of, owner):
    client_of(owner).post(reverse("remake_recovery_codes"))

    assert not owner.recovery_codes.exists()


def test_who_has_two_factors_proves_by_both(client_of, guarded):
    user, fresh = guarded
    client = client_of(user)

    refused = client.post(reverse("prove"), {"password": PASSWORD})
    wrong = client.post(reverse("prove"), {"password": "wrong", "code": fresh[0]})
    done = client.post(reverse("prove"), {"password": PASSWORD, "code": fresh[0]})

    assert (refused.status_code, wrong.status_code, done.status_code) == (200, 200, 302)


@pytest.fixture
def passkey(owner) -> Passkey:
    actions.add_passkey(owner, name="Laptop", credential="abc", public="def", count=1)
    return owner.passkeys.get()


def test_a_passkey_is_removed_by_its_owner_alone(client_of, owner, stranger, passkey):
    path = reverse("remove_passkey", args=[passkey.code])

    assert client_of(stranger).post(path).status_code == 404
    client_of(owner).post(path)

    assert not owner.passkeys.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("body", ["", "[]", "{}", '{"answer": {"id": "abc"}}', "x" * 30_000])
def test_an_answer_that_nobody_asked_for_is_refused_in_words(client, body):
    answer = client.post(reverse("finish_entering"), data=body, content_type="application/json")

    assert answer.status_code == 422
    assert "Try again" in answer.json()["error"]


def test_an_unknown_passkey_is_refused(client, passkey):
    client.post(reverse("begin_entering"))

    answer = client.post(
        reverse("finish_entering"), {"answer": {"id": "zzz"}}, content_type="application/json"
    )

    assert "not known here" in answer.json()["error"]


def test_an_answer_that_was_not_signed_is_refused_and_cannot_be_tried_again(client, owner):
    public = "AAAA"
    actions.add_passkey(owner, name="Laptop", credential="abc", public=public, count=1)
    client.post(reverse("begin_entering"))

    answers = [
        client.post(
            reverse("finish_entering"), {"answer": {"id": "abc"}}, content_type="application/json"
        )
        for _ in range(2)
    ]

    assert [answer.status_code for answer in answers] == [422, 422]
    assert "took too long" in answers[1].json()["error"]


def test_a_workspace_that_wants_two_factors_lets_in_only_who_has_them(
    client_of, guarded, teammate, workspace
):
    client_of(guarded[0]).post(
        reverse("want_two_factors", args=[workspace.code]), {"wanted": "yes"}
    )

    refused = client_of(teammate).get(workspace.get_absolute_url())
    assert refused.status_code == 403
    assert "This workspace wants two factors" in refused.content.decode()
    assert client_of(guarded[0]).get(workspace.get_absolute_url()).status_code == 200
    actions.add_code_app(teammate, SECRET, step=0)
    assert client_of(teammate).get(workspace.get_absolute_url()).status_code == 200


def test_an_owner_with_one_factor_cannot_shut_everybody_out(client_of, owner, workspace):
    answer = client_of(owner).post(
        reverse("want_two_factors", args=[workspace.code]), {"wanted": "yes"}, follow=True
    )

    workspace.refresh_from_db()
    assert not workspace.needs_two_factors
    assert "Set up two factors for yourself first" in answer.content.decode()


def test_only_an_owner_decides_that(client_of, teammate, workspace):
    path = reverse("want_two_factors", args=[workspace.code])

    assert client_of(teammate).post(path, {"wanted": "yes"}).status_code == 403


def test_a_new_password_by_mail_does_not_stand_for_the_second_factor(client, guarded):
    user, _ = guarded
    client.post(reverse("ask_password"), {"email": user.email})
    texts = " ".join(map(said, Mail.objects.all()))
    link = re.search(r"https?://[^/]+(/password/reset/\S+)", texts)[1]

    client.post(link, {"password": "another long one 0815"})
    client.post(reverse("sign_in"), {"email": user.email, "password": "another long one 0815"})

    assert not is_in(client)


def test_an_operator_removes_what_a_user_has_lost(guarded, passkey):
    user, _ = guarded

    call_command("remove_factors", user.email, stdout=StringIO())

    user.refresh_from_db()
    assert not user.has_two_factors
    assert not user.recovery_codes.exists()
    assert is_in(with_password(user))
    assert "was removed from your account" in " ".join(map(said, Mail.objects.all()))
    for email in (user.email, "nobody@example.org"):
        with pytest.raises(CommandError, match=r"has no second factor|nobody signs in"):
            call_command("remove_factors", email)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        (" Anna's key ", "Anna's key"),
        ("Key\0 of \ud800Anna\n", "Key of Anna"),
        ("", "Passkey"),
        (None, "Passkey"),
        ("x" * 99, "x" * 60),
    ],
)
def test_a_passkey_is_called_what_a_column_can_hold(typed, name):
    assert name_of(typed) == name

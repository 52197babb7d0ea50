"""Signing up, in and out, and a new password."""

import re
from html import unescape

import pytest
from django.urls import reverse

import simulator
from tests.web.conftest import PASSWORD
from web.accounts import actions
from web.accounts.models import Role, User
from web.mail.models import Mail

NEW = "another long one 0815"


def signed_in(client) -> bool:
    return "_auth_user_id" in client.session


@pytest.fixture
def link(owner, client) -> str:
    """Return the path that the mail for a new password leads to."""
    client.post(reverse("ask_password"), {"email": owner.email.upper()})
    return re.search(r"https?://[^/]+(/password/reset/\S+)", Mail.objects.get().text)[1]


@pytest.mark.django_db
def test_signing_up_makes_a_user_who_owns_a_workspace_and_is_signed_in(client):
    fields = {"name": "Aoi", "email": "Aoi@Example.org", "password": NEW}

    answer = client.post(reverse("sign_up"), fields, follow=True)

    user = User.objects.get(email="aoi@example.org")
    membership = user.memberships.get()
    assert membership.role == Role.OWNER
    assert answer.redirect_chain[-1][0] == membership.workspace.get_absolute_url()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("said", "zone"), [("Asia/Tokyo", "Asia/Tokyo"), ("", "UTC"), ("Moon/Tranquility", "UTC")]
)
def test_times_are_at_first_in_the_zone_that_the_browser_says(client, said, zone):
    fields = {"name": "Aoi", "email": "aoi@example.org", "password": NEW, "time_zone": said}

    client.post(reverse("sign_up"), fields)

    assert User.objects.get().time_zone == zone


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("name", "", "This field is required"),
        ("email", "nobody", "Enter a valid email address"),
        ("email", "", "This field is required"),
        ("password", "short1", "at least 10 characters"),
        ("password", "1234567890123", "entirely numeric"),
        ("password", "password1234", "too common"),
        ("password", "aoi@example.org", "too similar"),
    ],
)
def test_a_sign_up_that_is_wrong_says_so_at_the_field(client, field, value, text):
    fields = {"name": "Aoi", "email": "aoi@example.org", "password": NEW, field: value}

    answer = client.post(reverse("sign_up"), fields)

    assert text in str(answer.context["form"].errors[field])
    assert f'aria-describedby="id_{field}' in answer.content.decode()
    assert not User.objects.exists()


def test_an_address_that_is_taken_is_refused_however_it_is_written(client, owner):
    fields = {"name": "Aoi", "email": owner.email.upper(), "password": NEW}

    answer = client.post(reverse("sign_up"), fields)

    assert "There is an account with this address" in answer.content.decode()


def test_signing_in_takes_the_address_however_it_is_written(client, owner, workspace):
    fields = {"email": f" {owner.email.upper()} ", "password": PASSWORD}

    answer = client.post(reverse("sign_in"), fields, follow=True)

    assert answer.redirect_chain[-1][0] == workspace.get_absolute_url()


@pytest.mark.parametrize("fields", [{"password": "wrong"}, {"email": "nobody@example.org"}])
def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(client, owner, fields):
    answer = client.post(reverse("sign_in"), {"email": owner.email, "password": PASSWORD, **fields})

    assert "do not go together" in answer.content.decode()
    assert not signed_in(client)


def test_who_may_not_be_active_cannot_sign_in(client, owner):
    owner.is_active = False
    owner.save()

    client.post(reverse("sign_in"), {"email": owner.email, "password": PASSWORD})

    assert not signed_in(client)


@pytest.mark.parametrize(
    ("wanted", "leads"),
    [("/account/", "/account/"), ("https://evil.example/", "/"), ("//evil.example", "/")],
)
def test_signing_in_goes_on_only_to_a_page_of_ours(client, owner, wanted, leads):
    fields = {"email": owner.email, "password": PASSWORD, "next": wanted}

    answer = client.post(reverse("sign_in"), fields)

    assert answer.url == leads


def test_a_page_that_needs_a_user_leads_to_signing_in_and_back(client):
    answer = client.get("/account/")

    assert answer.url == "/sign-in/?next=/account/"


def test_signing_out_is_a_post(client, owner):
    client.force_login(owner)

    assert client.get(reverse("sign_out")).status_code == 405
    assert signed_in(client)
    client.post(reverse("sign_out"))
    assert not signed_in(client)


def test_the_mailed_link_sets_a_new_password_once(client, owner, link):
    answer = client.post(link, {"password": NEW})

    assert answer.url == reverse("sign_in")
    owner.refresh_from_db()
    assert owner.check_password(NEW)
    assert client.get(link).status_code == 404


def test_the_mailed_link_holds_four_hours(client, link, settings):
    settings.PASSWORD_RESET_TIMEOUT = -1

    assert client.get(link).status_code == 404


def test_a_new_password_that_is_too_weak_is_refused_at_the_field(client, owner, link):
    answer = client.post(link, {"password": "short"})

    assert "at least 10 characters" in answer.content.decode()
    owner.refresh_from_db()
    assert owner.check_password(PASSWORD)


@pytest.mark.django_db
@pytest.mark.parametrize("uid", ["MQ", "OTk5OTk5", "!!", "____", "MTA" * 40])
def test_a_link_that_is_not_ours_is_not_there(client, uid):
    assert client.get(reverse("reset_password", args=[uid, "x-y"])).status_code == 404


@pytest.mark.django_db
def test_asking_for_an_unknown_address_says_the_same_and_mails_nothing(client):
    answer = client.post(reverse("ask_password"), {"email": "nobody@example.org"})

    assert answer.url == reverse("asked_password")
    assert not Mail.objects.exists()


def test_changing_the_password_keeps_this_session_and_ends_the_others(client_of, owner):
    here, elsewhere = client_of(owner), client_of(owner)

    here.post(reverse("change_password"), {"current": PASSWORD, "password": NEW})

    assert here.get(reverse("account")).status_code == 200
    assert elsewhere.get(reverse("account")).status_code == 302


def test_changing_the_password_needs_the_current_one(client_of, owner):
    answer = client_of(owner).post(
        reverse("change_password"), {"current": "wrong", "password": NEW}
    )

    assert "This is not your current password" in answer.content.decode()


def test_the_landing_page_says_what_this_is(client):
    assert "Virtual IoT devices" in client.get("/").content.decode()


def test_the_definition_on_the_landing_page_can_be_run(client):
    page = client.get("/").content.decode()

    shown = re.search(r'<pre class="code-sample">(.+?)</pre>', page, re.DOTALL)[1]
    document = unescape(re.sub(r"</?[bi]>", "", shown))
    assert simulator.check(document, datasets=None).problems == ()


def test_the_first_page_leads_to_the_workspace_that_was_open_last(client_of, owner, workspace):
    actions.create_workspace("Another", by=owner)
    client = client_of(owner)
    assert client.get("/").url != workspace.get_absolute_url()

    client.get(workspace.get_absolute_url())

    assert client.get("/").url == workspace.get_absolute_url()


def test_a_user_without_a_workspace_is_asked_to_make_one(client_of, make_user):
    assert client_of(make_user("Nils")).get("/").url == reverse("create_workspace")

"""Sessions, another address, proofs, and what the account's own log tells."""

import re
from io import StringIO

import pytest
from django.conf import settings as configured
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from tests.web.conftest import PASSWORD
from tests.web.letters import said
from web.accounts import access, proving, visits
from web.accounts.models import Visit
from web.audit.models import Entry
from web.mail.models import Mail
from web.platform.agents import device_words

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/140.0.0.0 Safari/537.36"
)


@pytest.fixture
def sign_in():
    """Return a function that opens a session as a browser does."""

    def opened(user, *, agent=FIREFOX, address="198.51.100.7", client=None):
        browser = client or Client(headers={"User-Agent": agent}, REMOTE_ADDR=address)
        browser.post(reverse("sign_in"), {"email": user.email, "password": PASSWORD})
        return browser

    return opened


@pytest.fixture(autouse=True)
def _no_router(settings):
    settings.TRUSTED_PROXIES = 0


def mailed_link(part: str) -> str:
    texts = [mail.text for mail in Mail.objects.all()]
    found = [re.search(rf"https?://[^/]+(/{part}/\S+)", text) for text in texts]
    return next(match[1] for match in found if match)


def test_sessions_are_listed_with_browser_and_address(sign_in, owner):
    sign_in(owner, agent=CHROME, address="203.0.113.9")

    page = sign_in(owner).get(reverse("sessions")).content.decode()

    assert page.count("<tr>") == 3
    assert "Firefox on Linux" in page
    assert "Chrome on Windows" in page
    assert "203.0.113.9" in page
    assert "This one" in page


def test_a_session_is_ended_from_another_one(sign_in, owner):
    here, there = sign_in(owner), sign_in(owner, agent=CHROME)
    visit = Visit.objects.get(agent=CHROME)

    here.post(reverse("end_session", args=[visit.code]))

    assert there.get(reverse("account")).status_code == 302
    assert here.get(reverse("account")).status_code == 200


def test_all_other_sessions_are_ended_at_once(sign_in, owner):
    here = sign_in(owner)
    others = [sign_in(owner, agent=CHROME) for _ in range(2)]

    answer = here.post(reverse("end_other_sessions"), follow=True)

    assert "2 other sessions ended" in answer.content.decode()
    assert {other.get(reverse("account")).status_code for other in others} == {302}


def test_a_session_of_somebody_else_is_not_there(sign_in, owner, stranger):
    sign_in(owner)

    answer = sign_in(stranger).post(reverse("end_session", args=[owner.visits.get().code]))

    assert answer.status_code == 404
    assert owner.visits.exists()


def test_signing_out_takes_the_session_off_the_list(sign_in, owner):
    sign_in(owner).post(reverse("sign_out"))

    assert not owner.visits.exists()


def test_a_new_password_ends_the_other_sessions_and_keeps_this_one_on_the_list(sign_in, owner):
    here, _ = sign_in(owner), sign_in(owner, agent=CHROME)

    here.post(
        reverse("change_password"), {"current": PASSWORD, "password": "another long one 0815"}
    )

    assert [visit.agent for visit in owner.visits.all()] == [FIREFOX]
    assert "This one" in here.get(reverse("sessions")).content.decode()
    assert "The password of your Mocklot account was changed" in said(Mail.objects.get())


def test_a_session_is_seen_again_after_some_minutes(sign_in, owner, monkeypatch):
    client = sign_in(owner)
    Visit.objects.update(address="")

    client.get(reverse("account"))
    assert owner.visits.get().address == ""
    monkeypatch.setattr(visits, "SEEN_EVERY", -1)
    client.get(reverse("account"))

    assert owner.visits.get().address == "198.51.100.7"


def test_a_session_ends_however_busy_it_is(sign_in, owner, monkeypatch):
    client = sign_in(owner)

    monkeypatch.setattr(visits, "LONGEST", -1)

    assert client.get(reverse("account")).status_code == 302


def test_sessions_that_expired_are_forgotten(sign_in, owner, settings):
    sign_in(owner)
    settings.SESSION_COOKIE_AGE = -1

    visits.forget()

    assert not Visit.objects.exists()


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox on Linux"),
        (CHROME, "Chrome on Windows"),
        (CHROME + " Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) Safari/604.1", "Safari on iPhone"),
        ("curl/8.5.0", "curl/8.5.0"),
        ("", "An unnamed program"),
    ],
)
def test_a_browser_is_named_in_short(agent, words):
    assert device_words(agent) == words


def test_another_address_is_confirmed_from_there_and_told_to_the_old_one(client_of, owner):
    client, old = client_of(owner), owner.email
    client.post(reverse("change_email"), {"email": "Olga.New@example.org"})
    owner.refresh_from_db()
    assert owner.email == old

    client.post(mailed_link("account/email"))

    owner.refresh_from_db()
    assert owner.email == "olga.new@example.org"
    told = [(mail.to, mail.subject) for mail in Mail.objects.order_by("id")]
    assert [to for to, _ in told] == ["olga.new@example.org", old, old]
    assert told[-1][1] == "You sign in to Mocklot with olga.new@example.org now"


def test_a_new_address_ends_the_other_sessions(sign_in, owner):
    here, other = sign_in(owner), sign_in(owner)
    link = reverse("confirm_email", args=[access.email_token(owner, "new@example.com")])

    here.post(link)

    assert here.get(reverse("account")).status_code == 200
    assert other.get(reverse("account")).status_code == 302


def test_the_link_for_an_address_holds_once_and_for_its_user_alone(client_of, owner, stranger):
    client = client_of(owner)
    client.post(reverse("change_email"), {"email": "new@example.org"})
    link = mailed_link("account/email")

    assert client_of(stranger).post(link).status_code == 404
    assert client.get(link).status_code == 200
    client.post(link)
    assert client.post(link).status_code == 404


def test_an_address_that_was_taken_meanwhile_is_refused(client_of, owner, stranger):
    client = client_of(owner)
    client.post(reverse("change_email"), {"email": "new@example.org"})
    stranger.email = "new@example.org"
    stranger.save()

    answer = client.post(mailed_link("account/email"), follow=True)

    assert "Another account signs in with this address by now" in answer.content.decode()


@pytest.mark.parametrize(
    ("whose", "words"),
    [("owner", "your address already"), ("stranger", "Another account signs in")],
)
def test_an_address_that_is_taken_is_refused_at_the_field(client_of, owner, stranger, whose, words):
    email = {"owner": owner, "stranger": stranger}[whose].email

    answer = client_of(owner).post(reverse("change_email"), {"email": email})

    assert words in answer.content.decode()


DANGEROUS = ["change_email", "add_code_app", "remove_code_app", "add_passkey"]


@pytest.mark.parametrize("name", DANGEROUS)
def test_what_is_dangerous_asks_for_the_password_again(client_of, owner, monkeypatch, name):
    client = client_of(owner)
    monkeypatch.setattr(proving, "RECENT", -1)

    answer = client.get(reverse(name))

    assert answer.url.startswith(f"{reverse('prove')}?next=")


@pytest.mark.parametrize("name", ["delete_workspace", "keys:create"])
def test_what_is_dangerous_in_a_workspace_asks_too(client_of, owner, workspace, monkeypatch, name):
    client = client_of(owner)
    monkeypatch.setattr(proving, "RECENT", -1)

    assert "prove" in client.post(reverse(name, args=[workspace.code])).url


def test_a_proof_leads_back_to_what_was_wanted(client_of, owner):
    fields = {"password": PASSWORD, "next": reverse("change_email")}

    answer = client_of(owner).post(reverse("prove"), fields)

    assert answer.url == reverse("change_email")


def test_a_wrong_proof_is_refused_noted_and_limited(client_of, owner, settings):
    settings.RATE_LIMITS = True
    client = client_of(owner)

    answers = [client.post(reverse("prove"), {"password": "wrong"}) for _ in range(11)]

    assert "This is not your password" in answers[0].content.decode()
    assert answers[-1].status_code == 429
    assert Entry.objects.filter(action="account.proof_refused", user=owner).count() == 10


def test_the_accounts_own_log_tells_of_sign_ins(sign_in, owner, stranger):
    browser = sign_in(owner)
    browser.post(reverse("account"), {"name": "Olga M", "time_zone": "UTC", "theme": "auto"})

    page = browser.get(reverse("activity")).content.decode()
    other = sign_in(stranger).get(reverse("activity")).content.decode()

    assert "Account signed in" in page
    assert "Account saved" in page
    assert "Account saved" not in other


def test_cookies_are_held_to_this_host():
    names = {configured.SESSION_COOKIE_NAME, configured.CSRF_COOKIE_NAME}

    assert {name.startswith("__Host-") for name in names} == {configured.HTTPS}


def test_a_proof_gives_the_session_another_key(sign_in, owner):
    browser = sign_in(owner)
    before = browser.session.session_key

    browser.post(reverse("prove"), {"password": PASSWORD})

    assert browser.session.session_key != before
    assert [visit.key for visit in owner.visits.all()] == [browser.session.session_key]


def test_signing_out_clears_what_the_browser_keeps(sign_in, owner):
    assert sign_in(owner).post(reverse("sign_out")).headers["Clear-Site-Data"] == '"storage"'


def test_an_operator_ends_the_sessions_of_a_user_or_of_all(sign_in, owner, stranger):
    browsers = [sign_in(owner), sign_in(stranger)]

    call_command("end_sessions", owner.email, stdout=StringIO())
    assert [each.get(reverse("account")).status_code for each in browsers] == [302, 200]
    call_command("end_sessions", "--all", stdout=StringIO())
    assert browsers[1].get(reverse("account")).status_code == 302


def test_an_operator_is_told_of_an_address_that_nobody_has(db):
    with pytest.raises(CommandError, match="nobody signs in with no@example"):
        call_command("end_sessions", "no@example.org")


def test_who_may_not_be_active_any_more_is_out_at_once(sign_in, owner):
    browser = sign_in(owner)
    owner.is_active = False
    owner.save()

    assert browser.get(reverse("account")).status_code == 302


@pytest.mark.parametrize("password", ["m0ckl0t-2026", "MQTT broker 1883", "IoT-Device-1"])
def test_a_word_of_the_trade_is_no_password(client_of, owner, password):
    fields = {"current": PASSWORD, "password": password}

    page = client_of(owner).post(reverse("change_password"), fields).content.decode()

    assert "a word that everybody here would try" in page


def test_long_passwords_and_blanks_are_taken_as_they_are(client_of, owner):
    password = " violet harbour " + "x" * 200 + " "

    client_of(owner).post(reverse("change_password"), {"current": PASSWORD, "password": password})

    owner.refresh_from_db()
    assert owner.check_password(password)
    assert not owner.check_password(password.strip())

"""The pages of channels and accounts: proof, tests, secrets that are never shown."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.web.alerts.addresses import address, words
from tests.web.alerts.conftest import send_all
from web.alerts import actions
from web.alerts.models import (
    Account,
    Attempt,
    Channel,
)
from web.mail.models import Mail
from web.platform.secrets import unseal


def test_a_mail_channel_is_told_nothing_before_its_code_was_typed(client_of, owner, workspace):
    client = client_of(owner)
    client.post(
        address("new_channel", workspace) + "?kind=mail",
        {"name": "Team", "address": "team@example.org"},
    )
    channel = Channel.objects.get()
    assert channel.verified is None

    client.post(address("send_code", workspace, channel))
    send_all()
    code = re.search(r"code (\d{6})", Mail.objects.get().text)[1]
    wrong = str((int(code) + 1) % 10**6).zfill(6)

    answer = client.post(address("prove", workspace, channel), {"code": wrong})
    assert "another code than was sent" in words(answer)
    client.post(address("prove", workspace, channel), {"code": f" {code} "})

    channel.refresh_from_db()
    assert channel.verified is not None
    assert channel.proof == ""
    assert code not in Attempt.objects.get().note


def test_a_code_is_good_for_a_quarter_of_an_hour_and_five_tries(
    client_of, owner, workspace, make_channel
):
    channel = make_channel("phone", "+8190", verified=None)
    actions.send_code(channel)
    for _ in range(actions.MOST_CODE_TRIES):
        with pytest.raises(actions.Refused, match="another code"):
            actions.prove(Channel.objects.get(id=channel.id), "x")

    with pytest.raises(actions.Refused, match="too often"):
        actions.prove(Channel.objects.get(id=channel.id), "x")

    Channel.objects.update(proof_ends=timezone.now() - timedelta(seconds=1))
    with pytest.raises(actions.Refused, match="too old"):
        actions.prove(Channel.objects.get(id=channel.id), "x")


def test_so_many_codes_and_tests_go_to_a_channel_in_an_hour(make_channel):
    channel = make_channel("mail", "x@example.org", verified=None)
    for _ in range(actions.MOST_SENDS):
        actions.send_code(channel)

    with pytest.raises(actions.Refused, match="At most 5"):
        actions.send_code(channel)


def test_another_address_has_to_be_proved_again(client_of, owner, workspace, make_channel):
    channel = make_channel("mail", "old@example.org")
    client = client_of(owner)
    path = address("channel", workspace, channel)

    client.post(path, {"name": "Renamed", "address": "old@example.org"})
    channel.refresh_from_db()
    assert channel.verified is not None

    client.post(path, {"name": "Renamed", "address": "new@example.org"})
    channel.refresh_from_db()
    assert channel.verified is None


def test_a_webhooks_address_and_secret_are_sealed_and_never_shown(client_of, owner, workspace):
    client = client_of(owner)
    client.post(
        address("new_channel", workspace) + "?kind=webhook",
        {"name": "Hook", "url": "https://hooks.example/T0/secret", "secret": "s" * 16},
    )

    channel = Channel.objects.get()
    page = words(client.get(address("channel", workspace, channel)))
    assert channel.address == "hooks.example"
    assert unseal(channel.secret_address) == "https://hooks.example/T0/secret"
    assert "T0/secret" not in page
    assert "s" * 16 not in page
    assert "T0/secret" not in channel.secret_address


@pytest.mark.parametrize(
    ("kind", "form", "text"),
    [
        ("mail", {"address": "x"}, "valid email"),
        ("webhook", {"url": "ftp://x.example", "secret": "s" * 16}, "https:// or http://"),
        ("webhook", {"url": "http://169.254.169.254/", "secret": "s" * 16}, "metadata"),
        ("webhook", {"url": "https://x.example", "secret": "short"}, "at least 16"),
        ("phone", {"address": "0901234"}, "with its country"),
        ("slack", {"address": "#ops"}, "Give the id"),
        ("slack", {"address": "C0OPS"}, "Choose one, or make one"),
    ],
)
def test_a_wrong_channel_is_told_at_its_place(client_of, owner, workspace, kind, form, text):
    answer = client_of(owner).post(
        f"{address('new_channel', workspace)}?kind={kind}", {"name": "x"} | form
    )

    assert answer.status_code == 422
    assert text in words(answer)


def test_an_account_is_the_owners_and_its_secrets_are_sealed(client_of, owner, teammate, workspace):
    path = address("new_account", workspace) + "?kind=slack"
    form = {"name": "Ops", "token": "xoxb-1", "signing_secret": "sssh"}

    assert client_of(teammate).post(path, form).status_code == 403
    client_of(owner).post(path, form)

    account = Account.objects.get()
    page = words(client_of(owner).get(address("account", workspace, account)))
    assert unseal(account.token) == "xoxb-1"
    assert f"https://mocklot.example/hooks/slack/{account.code}/" in page
    assert "xoxb-1" not in page

    changed = {"name": "Renamed", "token": "", "signing_secret": ""}
    client_of(owner).post(address("account", workspace, account), changed)
    account.refresh_from_db()
    assert (account.name, unseal(account.token)) == ("Renamed", "xoxb-1")


def test_a_test_notice_shows_what_came_of_it(
    client_of, owner, workspace, make_channel, slack_app, slack
):
    channel = make_channel("slack", "C0OPS", account=slack_app, verified=None)
    client = client_of(owner)

    client.post(address("test", workspace, channel))
    send_all()

    page = words(client.get(address("channel", workspace, channel)))
    assert "posted" in page
    assert "not proved" not in page

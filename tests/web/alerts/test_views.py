"""The pages of watching: what they show, what they store, and what they refuse in words."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.web.alerts.conftest import send_all
from web.alerts import actions, incidents, roster
from web.alerts.models import (
    Account,
    Attempt,
    Chain,
    ChainChange,
    Channel,
    Incident,
    Person,
    Rule,
    Watch,
)
from web.mail.models import Mail
from web.platform.secrets import unseal


def address(page, workspace, *codes):
    return reverse(f"alerts:{page}", args=[workspace.code, *(each.code for each in codes)])


def words(answer):
    return answer.content.decode()


# Incidents.


def test_incidents_are_listed_open_first_then_newest(
    client_of, owner, workspace, run, django_assert_max_num_queries
):
    for number, state in enumerate(("resolved", "open", "acknowledged", "open")):
        Incident.objects.create(
            workspace=workspace,
            run=run,
            subject=f"run:{number}",
            subject_name=f"Lot {number}",
            key="k",
            kind="silent",
            words="Nothing.",
            state=state,
        )
    client = client_of(owner)
    client.get(address("index", workspace))

    with django_assert_max_num_queries(12):
        page = words(client.get(address("index", workspace)))

    assert re.findall(r">(Lot \d)<", page) == ["Lot 3", "Lot 1", "Lot 2", "Lot 0"]


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("?state=resolved", ["Lot 0"]),
        ("?kind=failures", []),
        ("?order=subject_name", ["Lot 0", "Lot 1"]),
        ("?order=-subject_name", ["Lot 1", "Lot 0"]),
        ("?state=nonsense&order=password&run=x", ["Lot 1", "Lot 0"]),
    ],
)
def test_incidents_are_filtered_and_sorted(client_of, owner, workspace, query, shown):
    for number, state in enumerate(("resolved", "open")):
        Incident.objects.create(
            workspace=workspace,
            subject=f"run:{number}",
            subject_name=f"Lot {number}",
            key="k",
            kind="silent",
            state=state,
        )

    page = words(client_of(owner).get(address("index", workspace) + query))

    assert re.findall(r">(Lot \d)<", page) == shown


def test_an_incidents_page_shows_every_attempt_and_who_did_what(
    client_of, owner, incident, clock, workspace, twilio
):
    twilio.answer(400, {"code": 21211, "message": "no", "status": 400})
    clock.wait(61)
    send_all()
    incidents.comment(incident, "Broker restarts <now>.", by=owner)
    incidents.acknowledge(incident, who="Olga", how="on the page")

    page = words(client_of(owner).get(address("incident", workspace, incident)))

    assert "Rings Anna, attempt 1: Phone call" in page
    assert "Rings Anna, attempt 2: Phone call" in page
    assert "refused: 400, code 21211" in page
    assert "Broker restarts &lt;now&gt;." in page
    assert "Olga on the page" in page


def test_a_page_that_is_open_asks_only_for_what_changes(client_of, owner, incident, workspace):
    path = address("incident", workspace, incident)

    part = words(client_of(owner).get(path, headers={"HX-Request": "true"}))

    assert 'id="incident"' in part
    assert "<html" not in part


@pytest.mark.parametrize(
    ("page", "state"), [("acknowledge", "acknowledged"), ("resolve", "resolved")]
)
def test_an_editor_acknowledges_and_closes_and_a_viewer_does_not(
    client_of, teammate, viewer, incident, workspace, page, state
):
    path = address(page, workspace, incident)

    assert client_of(viewer).post(path).status_code == 403
    assert client_of(teammate).post(path).status_code == 302

    incident.refresh_from_db()
    assert incident.state == state
    assert "had been" in words(client_of(teammate).post(path, follow=True)) or state == "resolved"


def test_an_empty_comment_is_refused_in_words(client_of, owner, incident, workspace):
    answer = client_of(owner).post(address("comment", workspace, incident), {"words": " "})

    assert answer.status_code == 422
    assert "Write something first." in words(answer)


def test_a_run_shows_its_open_incidents_until_they_are_over(
    client_of, owner, run, incident, workspace
):
    client = client_of(owner)

    assert "Nothing has been sent for 61 s." in words(client.get(run.get_absolute_url()))

    incidents.resolve(incident, words="Well again.")
    assert "Nothing has been sent for 61 s." not in words(client.get(run.get_absolute_url()))


# Watches.


@pytest.fixture
def typed():
    """Return what a browser posts for a watch of one rule."""
    return {
        "name": "Press",
        "tag": "press",
        "is_on": "on",
        "chain": "",
        "calm": "60",
        "reopen_within": "30",
        "failures-is_on": "on",
        "failures-limit": "5",
        "failures-clear": "2",
        "failures-window": "60",
        "failures-least": "100",
        "failures-hold": "30",
        "failures-rings": "on",
        "failures-remedy": "restart_run",
        "failures-budget": "2",
    }


def test_a_new_watch_offers_the_rules_that_most_want(client_of, owner, workspace):
    page = words(client_of(owner).get(address("new_watch", workspace)))

    on = re.findall(r'name="(\w+)-is_on"[^>]* checked', page)
    assert on == ["silent", "failures", "unconnected", "ended", "no_data"]


def test_a_watch_is_saved_with_its_rules_and_changed(
    client_of, owner, workspace, chain, typed, make_channel
):
    team = make_channel("mail", "ops@example.org")
    client = client_of(owner)

    client.post(
        address("new_watch", workspace), typed | {"chain": str(chain.pk), "channels": [team.pk]}
    )

    watch = Watch.objects.get()
    rule = watch.rules.get()
    assert (watch.tag, watch.chain, list(watch.channels.all())) == ("press", chain, [team])
    assert (rule.kind, rule.limit, rule.clear, rule.remedy) == ("failures", 5.0, 2.0, "restart_run")
    assert rule.hold == timedelta(seconds=30)

    client.post(address("watch", workspace, watch), typed | {"failures-limit": "7.5"})
    changed = watch.rules.get()
    assert (changed.code, changed.limit) == (rule.code, 7.5)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"name": ""}, "Give the watch a name."),
        ({"tag": "a b"}, "A watch is for one tag."),
        ({"tag": "ä"}, "is no tag"),
        ({"failures-limit": "101"}, "less than or equal to 100"),
        ({"failures-clear": "6"}, "It is fine again at 5 at most"),
        ({"failures-budget": "0"}, "greater than or equal to 1"),
        ({"failures-remedy": "format_disk"}, "Select a valid choice"),
        ({"calm": "-1"}, "greater than or equal to 0"),
        ({"chain": "99999"}, "Select a valid choice"),
    ],
)
def test_a_wrong_watch_is_told_at_its_place(client_of, owner, workspace, typed, change, text):
    answer = client_of(owner).post(address("new_watch", workspace), typed | change)

    assert answer.status_code == 422
    assert text in words(answer)
    assert not Watch.objects.exists()


def test_what_stands_at_a_rule_that_is_off_is_not_looked_at(client_of, owner, workspace, typed):
    odd = typed | {"silent-limit": "-5", "silent-hold": "x"}

    assert client_of(owner).post(address("new_watch", workspace), odd).status_code == 302


def test_a_channel_of_another_workspace_cannot_be_chosen(
    client_of, owner, workspace, stranger, typed
):
    other = Channel.objects.create(
        workspace=stranger.memberships.get().workspace, kind="mail", name="x", address="x@y.zz"
    )

    answer = client_of(owner).post(
        address("new_watch", workspace), typed | {"channels": [other.pk]}
    )

    assert answer.status_code == 422


def test_a_rule_that_is_taken_out_ends_its_incidents(
    client_of, owner, workspace, watch, incident, typed
):
    client_of(owner).post(address("watch", workspace, watch), typed)

    incident.refresh_from_db()
    assert incident.state == "resolved"
    assert not Rule.objects.filter(kind="silent").exists()


def test_a_watch_is_silent_for_as_long_as_was_said(client_of, owner, workspace, watch):
    client = client_of(owner)

    client.post(address("mute", workspace, watch), {"hours": "2"})
    watch.refresh_from_db()
    assert timedelta(hours=1.9) < watch.muted_until - timezone.now() <= timedelta(hours=2)

    client.post(address("mute", workspace, watch), {"hours": "0"})
    watch.refresh_from_db()
    assert watch.muted_until is None

    client.post(address("mute", workspace, watch), {"hours": "10000"})
    watch.refresh_from_db()
    assert watch.muted_until is None


def test_a_deleted_watch_ends_its_incidents_which_stay(
    client_of, owner, workspace, watch, incident
):
    client = client_of(owner)
    assert "Delete this watch?" in words(client.get(address("delete_watch", workspace, watch)))

    client.post(address("delete_watch", workspace, watch))

    incident.refresh_from_db()
    assert (incident.state, incident.watch) == ("resolved", None)
    assert client.get(address("incident", workspace, incident)).status_code == 200


# Channels.


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

    Channel.objects.update(proof_ends=timezone.now())
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
        ("webhook", {"url": "http://169.254.169.254/", "secret": "s" * 16}, "Nothing is sent"),
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


# On call.


def turns_of(*rows):
    """Return what a browser posts for the people of a chain."""
    form = {"turns-TOTAL_FORMS": str(len(rows)), "turns-INITIAL_FORMS": "0"}
    for place, row in enumerate(rows):
        fresh = {"begins": "00:00", "ends": "00:00", "zone": "UTC", "days": list("0123456")}
        for name, value in (fresh | {"ORDER": str(place + 1)} | row).items():
            form[f"turns-{place}-{name}"] = value
    return form


CHAIN = {"name": "Days", "attempts": "5", "seconds": "60", "at_end": "start_over", "rounds": "3"}


@pytest.fixture
def people(workspace):
    return [Person.objects.create(workspace=workspace, name=name) for name in ("Anna", "Ben")]


def test_a_chain_is_saved_in_the_order_that_was_given(client_of, owner, workspace, people):
    anna, ben = people
    office = {"begins": "09:00", "ends": "18:00", "zone": "Asia/Tokyo", "days": list("01234")}
    rows = turns_of({"person": anna.pk, "ORDER": "2"}, {"person": ben.pk, "ORDER": "1"} | office)
    client = client_of(owner)

    client.post(address("new_chain", workspace), CHAIN | rows)

    chain = Chain.objects.get()
    assert [turn.person for turn in chain.turns.all()] == [ben, anna]
    assert chain.turns.first().hours.words == "Mon–Fri 09:00–18:00, Asia/Tokyo"
    page = words(client.get(address("on_call", workspace)))
    assert "Mon–Fri 09:00–18:00, Asia/Tokyo" in page
    assert client.get(address("chain", workspace, chain)).status_code == 200


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"name": ""}, "Give the chain a name."),
        ({"seconds": "10"}, "greater than or equal to 30"),
        ({"attempts": "21"}, "less than or equal to 20"),
        ({"turns-0-days": []}, "Choose a day."),
        ({"turns-0-zone": "Mars/North"}, "Select a valid choice"),
        ({"turns-0-begins": "25:00"}, "Enter a valid time"),
    ],
)
def test_a_wrong_chain_is_told_at_its_place(client_of, owner, workspace, people, change, text):
    form = CHAIN | turns_of({"person": people[0].pk}) | change

    answer = client_of(owner).post(address("new_chain", workspace), form)

    assert answer.status_code == 422
    assert text in words(answer)


def test_an_exception_overrides_the_hours_and_is_deleted_again(client_of, owner, workspace, chain):
    ben = Person.objects.get(name="Ben")
    client = client_of(owner)
    form = {"person": ben.pk, "begins": "2026-12-24T18:00", "ends": "2026-12-27T08:00"}

    client.post(address("new_change", workspace, chain), form)

    change = ChainChange.objects.get()
    assert roster.people_on_duty(chain, now=change.begins) == [ben]
    assert "stands in" not in words(client.get(address("chain", workspace, chain)))
    client.post(address("delete_change", workspace, chain, change))
    assert not ChainChange.objects.exists()


def test_an_exception_that_ends_before_it_begins_is_refused(client_of, owner, workspace, chain):
    ben = Person.objects.get(name="Ben")
    form = {"person": ben.pk, "begins": "2026-12-24T18:00", "ends": "2026-12-24T18:00"}

    answer = client_of(owner).post(address("new_change", workspace, chain), form)

    assert answer.status_code == 422
    assert "It ends after it begins" in words(answer)


def test_two_people_have_two_names(client_of, owner, workspace, people):
    answer = client_of(owner).post(address("new_person", workspace), {"name": "Anna"})

    assert answer.status_code == 422
    assert "Somebody of this name" in words(answer)


def test_a_persons_ways_are_rung_in_their_order_once_they_are_proved(
    client_of, owner, workspace, people, slack_app, twilio_account
):
    anna = people[0]
    client = client_of(owner)
    path = f"{address('new_channel', workspace)}?person={anna.code}"
    for kind, form in (
        ("phone", {"address": "+819011111111", "account": twilio_account.pk}),
        ("slack", {"address": "U0ANNA", "account": slack_app.pk}),
    ):
        client.post(f"{path}&kind={kind}", {"name": kind} | form)

    assert roster.ways_to(anna) == []
    Channel.objects.update(verified=timezone.now())
    assert [way.kind for way in roster.ways_to(anna)] == ["phone", "slack"]
    assert "webhook" not in words(client.get(path)).lower().replace("webhooks", "")


@pytest.mark.parametrize("kind", ["person", "channel", "chain", "account"])
def test_each_is_deleted_after_a_question(client_of, owner, workspace, chain, slack_app, kind):
    rows = {
        "person": Person.objects.get(name="Ben"),
        "channel": Channel.objects.get(person__name="Anna"),
        "chain": chain,
        "account": slack_app,
    }
    row = rows[kind]
    client = client_of(owner)
    path = address(f"delete_{kind}", workspace, row)

    assert f"Delete this {kind}?" in words(client.get(path))
    assert type(row).objects.filter(id=row.id).exists()
    client.post(path)
    assert not type(row).objects.filter(id=row.id).exists()


def test_a_workspace_has_room_for_so_many_of_each(client_of, owner, workspace, monkeypatch, typed):
    monkeypatch.setattr(actions, "MOST_OF_EACH", 1)
    client = client_of(owner)
    client.post(address("new_watch", workspace), typed)

    answer = client.post(address("new_watch", workspace), typed | {"name": "Another"})

    assert answer.status_code == 422
    assert "at most 1 of them" in words(answer)

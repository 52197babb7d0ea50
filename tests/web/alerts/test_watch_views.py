"""The pages of watches: what is stored, and what is refused in words."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.web.alerts.addresses import address, words
from web.alerts import actions
from web.alerts.models import (
    Channel,
    Rule,
    Watch,
)


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


def test_a_workspace_has_room_for_so_many_of_each(client_of, owner, workspace, monkeypatch, typed):
    monkeypatch.setattr(actions, "MOST_OF_EACH", 1)
    client = client_of(owner)
    client.post(address("new_watch", workspace), typed)

    answer = client.post(address("new_watch", workspace), typed | {"name": "Another"})

    assert answer.status_code == 422
    assert "at most 1 of them" in words(answer)

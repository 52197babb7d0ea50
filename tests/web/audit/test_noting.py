"""What the audit log writes down, from where, and for how long."""

from datetime import timedelta

import pytest
from django.test import RequestFactory
from django.utils import timezone

from web.audit import actions, middleware, ticks
from web.audit.models import Entry
from web.audit.origin import NOWHERE, Origin, current
from web.platform import logfmt
from web.platform.addresses import client_address, network_of, plain


@pytest.fixture
def request_of():
    """Return a function that sets where changes come from, until the test ends."""
    tokens = []

    def begin(user, address="198.51.100.7", agent="Browser/1"):
        request = RequestFactory().get("/")
        request.user = user
        tokens.append(current.set(Origin(address, agent, request=request)))

    yield begin
    for token in reversed(tokens):
        current.reset(token)


def test_an_entry_says_who_what_when_and_from_where(workspace, owner, request_of):
    request_of(owner)
    token = logfmt.request_id.set("router-4711")

    entry = actions.note("workspace.renamed", about=workspace, words="Was Warm chain.")

    logfmt.request_id.reset(token)
    assert (entry.user, entry.who) == (owner, f"Olga <{owner.email}>")
    assert (entry.workspace, entry.about, entry.words) == (
        workspace,
        "Cold chain",
        "Was Warm chain.",
    )
    assert (entry.address, entry.agent) == ("198.51.100.7", "Browser/1")
    assert (entry.request_id, entry.link) == ("router-4711", workspace.get_absolute_url())
    assert entry.title == "Workspace renamed"


def test_what_no_request_does_is_the_systems(workspace):
    entry = actions.note("run.started", workspace=workspace)

    assert (entry.who, entry.user, entry.address) == ("system", None, "")


def test_somebody_without_a_user_is_named(workspace, request_of):
    request_of(None)

    assert actions.note("incident.acknowledged", workspace=workspace).who == "not signed in"
    assert actions.note("incident.resolved", workspace=workspace, user="Anna").who == "Anna"


def test_what_is_gone_has_no_page(workspace):
    assert actions.note("workspace.deleted", about=workspace).link == ""


@pytest.mark.parametrize("action", ["fridge.opened", "target", "", "target."])
def test_an_action_of_an_unknown_kind_is_refused(workspace, action):
    with pytest.raises(ValueError, match="known kind"):
        actions.note(action, workspace=workspace)


def test_long_texts_are_cut(workspace, make_user):
    entry = actions.note("run.started", about=workspace, user="n" * 999, words="w" * 999)

    entry.refresh_from_db()
    assert (len(entry.who), len(entry.words)) == (200, 500)


def test_the_middleware_keeps_the_address_while_a_request_is_answered(rf, settings):
    settings.TRUSTED_PROXIES = 1
    seen = []
    respond = middleware.origin(lambda request: seen.append(current.get()))

    respond(
        rf.get("/", headers={"X-Forwarded-For": "6.6.6.6, 203.0.113.9", "User-Agent": "A" * 999})
    )

    assert (seen[0].address, len(seen[0].agent)) == ("203.0.113.9", 300)
    assert current.get() is NOWHERE


@pytest.mark.parametrize(
    ("count", "header", "address"),
    [
        (0, "6.6.6.6", "127.0.0.1"),
        (1, "6.6.6.6, 203.0.113.9", "203.0.113.9"),
        (2, "6.6.6.6, 203.0.113.9, 10.0.0.1", "203.0.113.9"),
        (2, "203.0.113.9", "127.0.0.1"),
        (1, "", "0.0.0.0"),
        (1, "::ffff:203.0.113.9", "203.0.113.9"),
        (1, "2001:DB8:0::1", "2001:db8::1"),
        (1, "nobody", "0.0.0.0"),
        (1, "'; drop table", "0.0.0.0"),
    ],
)
def test_only_what_our_own_routers_wrote_is_believed(rf, settings, count, header, address):
    settings.TRUSTED_PROXIES = count

    assert client_address(rf.get("/", headers={"X-Forwarded-For": header})) == address


def test_one_household_is_one_network():
    assert network_of("203.0.113.9") == "203.0.113.9"
    assert (
        network_of("2001:db8:1:2:3:4:5:6") == network_of("2001:db8:1:2::9") == "2001:db8:1:2::/64"
    )
    assert plain(" [2001:db8::1] ") == "2001:db8::1"


def test_entries_are_forgotten_when_they_are_old_or_too_many(workspace, monkeypatch, settings):
    settings.AUDIT_KEEP_DAYS = 30
    monkeypatch.setattr(ticks, "MOST_OF_A_WORKSPACE", 3)
    now = timezone.now()
    Entry.objects.all().delete()
    for days in (31, 29, 4, 3, 2):
        actions.note("run.started", workspace=workspace, words=f"{days}")
        Entry.objects.filter(words=f"{days}").update(at=now - timedelta(days=days))

    ticks.forget(now)

    assert [entry.words for entry in Entry.objects.all()] == ["2", "3", "4"]


def test_forgetting_twice_is_harmless(workspace):
    actions.note("run.started", workspace=workspace)

    assert ticks.forget() == ticks.forget() == 0

"""API keys: made, shown once, good for what they say, revoked."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from web.accounts import actions as accounts
from web.accounts.models import Role
from web.audit.models import Entry
from web.factors import actions as factors
from web.keys import access, actions
from web.keys.models import Key
from web.platform.limits import Limit, OverLimit


@pytest.fixture
def made(workspace, owner):
    """Return an editor's key of the owner, and its text."""
    return actions.make_key(workspace, name="Build", role=Role.EDITOR, life=None, by=owner)


def shown(rf, text, scheme="Bearer"):
    return access.authenticate(rf.get("/", headers={"Authorization": f"{scheme} {text}"}))


def test_a_key_opens_its_workspace_with_its_role(rf, made, workspace, owner):
    key, text = made

    found = shown(rf, text)

    assert (found, found.workspace, found.created_by) == (key, workspace, owner)
    assert found.allowed == Role.EDITOR
    key.refresh_from_db()
    assert key.last_used is not None


def test_only_a_digest_of_it_is_kept(made):
    key, text = made

    held = Key.objects.filter(id=key.id).values()[0]
    assert text not in str(held)
    assert text.startswith(f"{key.prefix}_")
    assert len(text) > 50


@pytest.mark.parametrize("change", ["x", "", "mlk_00000000_x"])
def test_another_text_is_no_key(rf, made, change):
    assert shown(rf, f"{made[1]}{change}" if change == "x" else change) is None


@pytest.mark.parametrize("scheme", ["Basic", "Token", ""])
def test_another_scheme_is_no_key(rf, made, scheme):
    assert shown(rf, made[1], scheme) is None


def test_a_revoked_key_opens_nothing(rf, made, owner):
    assert actions.revoke(made[0], by=owner)
    assert not actions.revoke(made[0], by=owner)

    assert shown(rf, made[1]) is None


def test_a_key_ends_when_it_says(made):
    key, text = made
    Key.objects.filter(id=key.id).update(expires=timezone.now() + timedelta(days=1))

    assert access.good_key(text, now=timezone.now()) is not None
    assert access.good_key(text, now=timezone.now() + timedelta(days=1)) is None


def test_a_key_never_may_more_than_who_made_it(rf, workspace, teammate):
    _, text = actions.make_key(workspace, name="x", role=Role.EDITOR, life=None, by=teammate)

    accounts.change_role(teammate.memberships.get(), Role.VIEWER)

    assert shown(rf, text).allowed == Role.VIEWER


def test_a_member_who_goes_takes_the_keys_along(rf, workspace, teammate):
    key, text = actions.make_key(workspace, name="x", role=Role.VIEWER, life=None, by=teammate)

    accounts.remove_member(teammate.memberships.get())

    assert shown(rf, text) is None
    key.refresh_from_db()
    assert key.revoked


def test_a_key_of_a_workspace_that_is_gone_opens_nothing(rf, made, workspace):
    accounts.delete_workspace(workspace)

    assert shown(rf, made[1]) is None


def test_a_workspace_that_wants_two_factors_wants_them_of_who_made_a_key(
    rf, made, workspace, owner
):
    workspace.needs_two_factors = True
    workspace.save()
    assert shown(rf, made[1]) is None

    factors.add_passkey(owner, name="Laptop", credential="abc", public="def", count=1)

    assert shown(rf, made[1]) is not None


def test_requests_with_one_key_are_limited(rf, made, settings, monkeypatch):
    settings.RATE_LIMITS = True
    monkeypatch.setattr(access, "API_KEY", Limit("few", 3, 3 * 3_600, "requests with this API key"))
    for _ in range(3):
        shown(rf, made[1])

    with pytest.raises(OverLimit, match="requests with this API key"):
        shown(rf, made[1])


def test_a_key_is_shown_once(client_of, owner, workspace):
    client = client_of(owner)
    fields = {"name": "Nightly", "role": "editor", "life": "30"}

    page = client.post(reverse("keys:create", args=[workspace.code]), fields)

    text = re.search(r"mlk_[0-9a-f]{8}_[\w-]{43}", page.content.decode())[0]
    assert access.good_key(text, now=timezone.now()).name == "Nightly"
    assert "no-store" in page.headers["Cache-Control"]
    listed = client.get(reverse("keys:index", args=[workspace.code])).content.decode()
    assert "Nightly" in listed
    assert text not in listed
    assert text not in " ".join(Entry.objects.values_list("words", flat=True))


def test_a_role_above_the_own_is_refused_at_the_field(client_of, teammate, workspace):
    fields = {"name": "x", "role": "owner", "life": ""}

    answer = client_of(teammate).post(reverse("keys:create", args=[workspace.code]), fields)

    assert "Select a valid choice" in str(answer.context["form"].errors["role"])


def test_an_editor_sees_the_own_keys_and_an_owner_all(client_of, owner, teammate, workspace, made):
    actions.make_key(workspace, name="Mine", role=Role.VIEWER, life=None, by=teammate)
    path = reverse("keys:index", args=[workspace.code])

    own, every = (client_of(user).get(path).content.decode() for user in (teammate, owner))

    assert ("Mine" in own, "Build" in own) == (True, False)
    assert ("Mine" in every, "Build" in every) == (True, True)
    assert (
        client_of(teammate)
        .post(reverse("keys:revoke", args=[workspace.code, made[0].code]))
        .status_code
        == 404
    )


def test_a_viewer_has_no_keys(client_of, viewer, workspace):
    assert client_of(viewer).get(reverse("keys:index", args=[workspace.code])).status_code == 403


def test_revoking_asks_first(client_of, owner, workspace, made):
    path = reverse("keys:revoke", args=[workspace.code, made[0].code])
    client = client_of(owner)
    assert "Revoke Build?" in client.get(path).content.decode()

    client.post(path)

    made[0].refresh_from_db()
    assert made[0].revoked


def test_a_workspace_has_only_so_many(workspace, owner, monkeypatch, made):
    monkeypatch.setattr(actions, "MOST", 1)

    with pytest.raises(actions.TooMany, match="at most 1 keys"):
        actions.make_key(workspace, name="x", role=Role.VIEWER, life=None, by=owner)

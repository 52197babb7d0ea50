"""Workspaces, who is in them, and invitations."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from web.accounts import access, actions
from web.accounts.models import Invitation, Membership, Role, Workspace
from web.audit.models import Entry
from web.mail.models import Mail


def membership(workspace, user) -> Membership:
    return Membership.objects.get(workspace=workspace, user=user)


@pytest.fixture
def invitation(owner, workspace) -> Invitation:
    return actions.invite(workspace, "New@Example.org", role=Role.EDITOR, by=owner)


@pytest.fixture
def link(invitation) -> str:
    """Return the path that the mail of the invitation leads to."""
    return re.search(r"https?://[^/]+(/invitations/\S+)", Mail.objects.get().text)[1]


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("needed", Role)
def test_a_role_may_what_the_ones_before_it_may(role, needed):
    order = [Role.VIEWER, Role.EDITOR, Role.OWNER]

    assert role.may(needed) == (order.index(role) >= order.index(needed))


def test_the_overview_lists_what_leads_to_a_first_run(client_of, owner, workspace):
    page = client_of(owner).get(workspace.get_absolute_url()).content.decode()

    for step in ("Define a device", "Name a target", "Put a lot together", "Run it"):
        assert step in page


def test_the_overview_takes_a_fixed_number_of_queries(
    client_of, owner, workspace, django_assert_max_num_queries
):
    client = client_of(owner)
    client.get(workspace.get_absolute_url())

    with django_assert_max_num_queries(9):
        client.get(workspace.get_absolute_url())


def test_the_members_page_takes_as_many_queries_for_many(
    client_of, owner, workspace, make_user, django_assert_num_queries
):
    for number in range(5):
        user = make_user(f"User{number}")
        Membership.objects.create(user=user, workspace=workspace, role=Role.VIEWER)
    client = client_of(owner)
    client.get(reverse("members", args=[workspace.code]))

    # session, user, membership with workspace, members, invitations, workspaces of the menu
    with django_assert_num_queries(6):
        client.get(reverse("members", args=[workspace.code]))


def test_members_are_listed_owners_first(owner, teammate, viewer, workspace):
    listed = [member.user for member in access.members_of(workspace)]

    assert listed == [owner, teammate, viewer]


def test_too_low_a_role_is_told_which_one_is_needed_and_who_gives_it(
    client_of, owner, teammate, workspace
):
    answer = client_of(teammate).get(reverse("invite_member", args=[workspace.code]))

    page = answer.content.decode()
    assert answer.status_code == 403
    assert "<strong>owner</strong>" in page
    assert "<strong>editor</strong>" in page
    assert owner.email in page


@pytest.mark.parametrize(
    "name", ["home", "members", "invite_member", "workspace_settings", "delete_workspace"]
)
def test_a_workspace_is_not_there_for_a_stranger(client_of, stranger, workspace, name):
    assert client_of(stranger).get(reverse(name, args=[workspace.code])).status_code == 404


def test_members_of_another_workspace_cannot_be_reached_through_ones_own(
    client_of, owner, workspace, stranger
):
    theirs = stranger.memberships.get()
    url = reverse("change_role", args=[workspace.code, theirs.code])

    assert client_of(owner).post(url, {"role": "viewer"}).status_code == 404


def test_an_owner_changes_a_role(client_of, owner, viewer, workspace):
    member = membership(workspace, viewer)
    url = reverse("change_role", args=[workspace.code, member.code])

    client_of(owner).post(url, {"role": "editor"})

    assert membership(workspace, viewer).role == Role.EDITOR


def test_the_same_role_again_changes_nothing_and_says_so(client_of, owner, viewer, workspace):
    url = reverse("change_role", args=[workspace.code, membership(workspace, viewer).code])
    before = Entry.objects.count()

    page = client_of(owner).post(url, {"role": "viewer"}, follow=True).content.decode()

    assert "is viewer already." in page
    assert Entry.objects.count() == before


def test_a_role_that_is_none_is_refused(client_of, owner, viewer, workspace):
    member = membership(workspace, viewer)
    url = reverse("change_role", args=[workspace.code, member.code])

    answer = client_of(owner).post(url, {"role": "emperor"}, follow=True)

    assert "The role must be one of Viewer, Editor, Owner" in answer.content.decode()
    assert membership(workspace, viewer).role == Role.VIEWER


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR])
def test_the_last_owner_stays_one(owner, teammate, workspace, role):
    with pytest.raises(actions.LastOwner, match="needs an owner"):
        actions.change_role(membership(workspace, owner), role)
    with pytest.raises(actions.LastOwner, match="needs an owner"):
        actions.remove_member(membership(workspace, owner))


def test_one_of_two_owners_may_leave(client_of, owner, teammate, workspace):
    actions.change_role(membership(workspace, teammate), Role.OWNER)

    answer = client_of(owner).post(reverse("leave_workspace", args=[workspace.code]))

    assert answer.url == "/"
    assert client_of(owner).get(workspace.get_absolute_url()).status_code == 404


def test_removing_a_member_is_confirmed_first(client_of, owner, viewer, workspace):
    url = reverse("remove_member", args=[workspace.code, membership(workspace, viewer).code])
    client = client_of(owner)

    assert "Remove Vera" in client.get(url).content.decode()
    client.post(url)

    assert client_of(viewer).get(workspace.get_absolute_url()).status_code == 404


def test_an_invitation_is_mailed_and_makes_a_member(client_of, owner, workspace, make_user):
    client_of(owner).post(
        reverse("invite_member", args=[workspace.code]),
        {"email": "New@Example.org", "role": "viewer"},
    )
    mail = Mail.objects.get()
    link = re.search(r"https?://[^/]+(/invitations/\S+)", mail.text)[1]
    newcomer = make_user("Nina")
    client = client_of(newcomer)

    assert workspace.name in client.get(link).content.decode()
    client.post(f"{link}accept/")

    assert mail.to == "new@example.org"
    assert membership(workspace, newcomer).role == Role.VIEWER


def test_an_invitation_works_once(client_of, make_user, link, workspace):
    client_of(make_user("Nina")).post(f"{link}accept/")
    late = client_of(make_user("Mia"))

    assert late.get(link).status_code == 404
    assert late.post(f"{link}accept/").status_code == 404


def test_an_invitation_expires(client, invitation, link):
    Invitation.objects.update(expires=timezone.now() - timedelta(seconds=1))

    assert client.get(link).status_code == 404


def test_a_link_that_was_changed_is_not_there(client, link):
    assert client.get(link.replace(":", "x", 1)).status_code == 404


def test_accepting_does_not_lower_the_role_that_a_member_has(owner, workspace, invitation):
    actions.accept(invitation, by=owner)

    assert membership(workspace, owner).role == Role.OWNER


def test_a_withdrawn_invitation_is_useless(client_of, owner, workspace, invitation, link):
    url = reverse("withdraw_invitation", args=[workspace.code, invitation.code])

    client_of(owner).post(url)

    assert client_of(owner).get(link).status_code == 404


def test_an_invitation_that_is_sent_again_holds_anew(client_of, owner, workspace, invitation):
    Invitation.objects.update(expires=timezone.now() - timedelta(days=1))
    url = reverse("resend_invitation", args=[workspace.code, invitation.code])

    client_of(owner).post(url)

    invitation.refresh_from_db()
    assert invitation.expires > timezone.now()
    assert Mail.objects.count() == 2


def test_inviting_the_same_address_again_renews_the_invitation(owner, workspace, invitation):
    again = actions.invite(workspace, "new@example.org", role=Role.VIEWER, by=owner)

    assert again.code == invitation.code
    assert Invitation.objects.get().role == Role.VIEWER


def test_a_member_is_not_invited(client_of, owner, viewer, workspace):
    answer = client_of(owner).post(
        reverse("invite_member", args=[workspace.code]),
        {"email": viewer.email, "role": "editor"},
    )

    assert "This person is a member already" in answer.content.decode()
    assert not Mail.objects.exists()


def test_open_invitations_are_bounded(owner, workspace, monkeypatch, invitation):
    monkeypatch.setattr(actions, "MAX_INVITATIONS", 1)

    with pytest.raises(actions.CannotInvite, match="1 invitations are open"):
        actions.invite(workspace, "other@example.org", role=Role.VIEWER, by=owner)


def test_a_workspace_is_made_and_renamed(client_of, owner):
    client = client_of(owner)
    client.post(reverse("create_workspace"), {"name": "Fleet"})
    made = Workspace.objects.get(name="Fleet")

    client.post(reverse("workspace_settings", args=[made.code]), {"name": "Vans"})

    made.refresh_from_db()
    assert made.name == "Vans"


def test_one_user_owns_only_so_many_workspaces(client_of, owner, workspace):
    for number in range(actions.MAX_WORKSPACES - owner.memberships.count()):
        actions.create_workspace(f"Number {number}", by=owner)

    answer = client_of(owner).post(reverse("create_workspace"), {"name": "One more"})

    assert "You own 20 workspaces" in answer.content.decode()
    assert owner.memberships.count() == actions.MAX_WORKSPACES


def test_a_workspace_without_a_name_is_refused(client_of, owner):
    answer = client_of(owner).post(reverse("create_workspace"), {"name": " "})

    assert "This field is required" in answer.content.decode()


def test_deleting_a_workspace_needs_its_name(client_of, owner, workspace):
    url = reverse("delete_workspace", args=[workspace.code])

    answer = client_of(owner).post(url, {"name": "Cold"})

    assert "Type Cold chain to confirm" in answer.content.decode()
    assert client_of(owner).get(workspace.get_absolute_url()).status_code == 200


def test_a_deleted_workspace_is_gone_at_once_and_its_rows_by_the_clock(
    client_of, owner, viewer, workspace, invitation, link
):
    url = reverse("delete_workspace", args=[workspace.code])

    client_of(owner).post(url, {"name": workspace.name})

    assert client_of(viewer).get(workspace.get_absolute_url()).status_code == 404
    assert client_of(viewer).get(link).status_code == 404
    actions.remove_deleted()
    assert not Workspace.objects.filter(code=workspace.code).exists()


@pytest.mark.parametrize(
    ("name", "method"),
    [("change_role", "get"), ("home", "post"), ("members", "delete"), ("invite_member", "put")],
)
def test_another_method_is_refused(client_of, owner, workspace, name, method):
    codes = [workspace.code]
    if name == "change_role":
        codes.append(membership(workspace, owner).code)

    assert getattr(client_of(owner), method)(reverse(name, args=codes)).status_code == 405

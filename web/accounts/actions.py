"""Everything that changes users, workspaces and who is in them."""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from web.accounts import access, notices, visits
from web.accounts.models import (
    INVITATION_LIFE,
    Invitation,
    Membership,
    Role,
    User,
    Workspace,
)
from web.audit.actions import note
from web.mail import actions as mail
from web.mail import wishes
from web.platform.removal import remove_later

MAX_INVITATIONS = 50  # open ones in a workspace; each is a mail that we answer for
# That one user owns: what a plan allows, and what may go to unproved hosts, is of each workspace.
MAX_WORKSPACES = 20

STRAGGLERS = timedelta(minutes=10)  # in which a tower learns that its run is gone


class LastOwner(Exception):
    """The change would leave the workspace without an owner. The text is for people."""


class LacksFactors(Exception):
    """The user has no second factor. The text is for people."""


class TooManyWorkspaces(Exception):
    """The user owns enough of them. The text is for people."""


class CannotInvite(Exception):
    """This address cannot be invited. The text is for people."""


@transaction.atomic
def sign_up(*, email: str, name: str, password: str, time_zone: str = "UTC") -> User:
    """Return a new user, who owns a first workspace."""
    user = User.objects.create_user(email, password, name=name, time_zone=time_zone)
    note("account.made", user=user)
    create_workspace(f"{name}'s workspace", by=user)
    return user


@transaction.atomic
def create_workspace(name: str, *, by: User) -> Workspace:
    """Return a new workspace that ``by`` owns.

    Raises:
        TooManyWorkspaces: They own ``MAX_WORKSPACES`` already.
    """
    User.objects.select_for_update().get(pk=by.pk)  # of two at once the second sees the first
    if by.memberships.filter(role=Role.OWNER).count() >= MAX_WORKSPACES:
        raise TooManyWorkspaces(
            f"You own {MAX_WORKSPACES} workspaces. Delete one, or make somebody else its owner, "
            "before you make another."
        )
    workspace = Workspace.objects.create(name=name)
    Membership.objects.create(workspace=workspace, user=by, role=Role.OWNER)
    note("workspace.made", user=by, about=workspace)
    return workspace


def rename_workspace(workspace: Workspace, name: str) -> None:
    """Give the workspace another name."""
    note("workspace.renamed", about=workspace, words=f"Now {name}.")
    workspace.name = name
    workspace.save(update_fields=["name"])


@transaction.atomic
def delete_workspace(workspace: Workspace) -> None:
    """Take the workspace from all its members; the clock then removes what is in it."""
    note("workspace.deleted", about=workspace)
    workspace.memberships.all().delete()
    workspace.invitations.all().delete()
    workspace.deleted = timezone.now()
    workspace.save(update_fields=["deleted"])


def remove_deleted() -> None:
    """Remove the rows and the objects of one workspace that was deleted; a clock's tick.

    Not in the request: a workspace may have a million rows. Its towers stop by themselves, as
    their leases are gone with the rows.
    """
    with transaction.atomic():
        workspace = Workspace.objects.select_for_update().exclude(deleted=None).first()
        if workspace is None:
            return
        remove_later(f"workspaces/{workspace.code}/", wait=STRAGGLERS)
        # What protects other rows goes first: a lot its target, that and a definition its datasets.
        workspace.lots.all().delete()
        workspace.targets.all().delete()
        workspace.definitions.all().delete()
        workspace.delete()


@transaction.atomic
def change_role(membership: Membership, role: Role) -> None:
    """Give a member another role.

    Raises:
        LastOwner: Nobody else owns the workspace.
    """
    if role != Role.OWNER:
        hold_an_owner(membership)
    membership.role = role
    membership.save(update_fields=["role"])
    told_of(membership, "role_changed", words=f"Now {role.label.lower()}.")


@transaction.atomic
def remove_member(membership: Membership) -> None:
    """Take a member out of the workspace; the API keys that they made are revoked.

    Raises:
        LastOwner: Nobody else owns the workspace.
    """
    hold_an_owner(membership)
    told_of(membership, "removed")
    membership.workspace.api_keys.filter(created_by=membership.user, revoked=None).update(
        revoked=timezone.now()
    )
    membership.delete()


def told_of(membership: Membership, deed: str, *, words: str = "") -> None:
    """Note what became of a member; the entry names the person."""
    person = f"{membership.user.name} <{membership.user.email}>"
    note(f"member.{deed}", workspace=membership.workspace, words=f"{person} {words}".strip())


def hold_an_owner(membership: Membership) -> None:
    """Refuse when the workspace has no other owner than this member.

    The workspace's row is locked, or two owners could step back at the same moment.
    """
    workspace = Workspace.objects.select_for_update().get(id=membership.workspace_id)
    owners = workspace.memberships.filter(role=Role.OWNER)
    if owners.filter(id=membership.id).exists() and owners.count() == 1:
        raise LastOwner("A workspace needs an owner. Make somebody else an owner first.")


@transaction.atomic
def invite(workspace: Workspace, email: str, *, role: Role, by: User) -> Invitation:
    """Return an invitation that is on its way by mail; an open one for this address is renewed.

    Raises:
        CannotInvite: The address is a member's, or too many invitations are open.
    """
    address = email.strip().lower()
    if access.members_of(workspace).filter(user__email=address).exists():
        raise CannotInvite("This person is a member already.")
    known = workspace.invitations.filter(accepted=None)
    if known.exclude(email=address).count() >= MAX_INVITATIONS:
        raise CannotInvite(
            f"{MAX_INVITATIONS} invitations are open. Withdraw one before you send another."
        )
    invitation, _ = known.update_or_create(
        email=address,
        defaults={"role": role, "invited_by": by, "expires": timezone.now() + INVITATION_LIFE},
        create_defaults={
            "workspace": workspace,
            "email": address,
            "role": role,
            "invited_by": by,
            "expires": timezone.now() + INVITATION_LIFE,
        },
    )
    mail_invitation(invitation)
    note(
        "member.invited", workspace=workspace, user=by, words=f"{address} as {role.label.lower()}."
    )
    return invitation


@transaction.atomic
def resend(invitation: Invitation) -> None:
    """Send the mail again, and let the link hold for its whole life from now on."""
    invitation.expires = timezone.now() + INVITATION_LIFE
    invitation.save(update_fields=["expires"])
    mail_invitation(invitation)
    note("member.invited_again", workspace=invitation.workspace, words=invitation.email)


def mail_invitation(invitation: Invitation) -> None:
    """Put the mail with the link into the outbox."""
    path = reverse("invitation", args=[access.invitation_token(invitation)])
    mail.post(
        invitation.email,
        f"Join {invitation.workspace.name} on Mocklot",
        "mail/invitation",
        {"invitation": invitation, "link": f"{settings.SITE_URL}{path}"},
        workspace=invitation.workspace,
    )


def withdraw(invitation: Invitation) -> None:
    """Make the link of an invitation useless."""
    note("member.invitation_withdrawn", workspace=invitation.workspace, words=invitation.email)
    invitation.delete()


@transaction.atomic
def accept(invitation: Invitation, *, by: User, now: datetime | None = None) -> bool:
    """Make ``by`` a member. Return False when the invitation was used or withdrawn meanwhile."""
    moment = now or timezone.now()
    taken = Invitation.objects.filter(id=invitation.id, accepted=None, expires__gt=moment).update(
        accepted=moment
    )
    if not taken:
        return False
    Membership.objects.get_or_create(
        workspace=invitation.workspace, user=by, defaults={"role": invitation.role}
    )
    words = f"As {invitation.get_role_display().lower()}, invited as {invitation.email}."
    note("member.joined", workspace=invitation.workspace, user=by, words=words)
    return True


def ask_for_password(email: str) -> None:
    """Mail a link for a new password to this address, if somebody signs in with it.

    Says nothing either way, so that nobody learns who has an account.
    """
    user = access.user_with_email(email)
    if user is None or not user.is_active:
        return
    note("account.password_link_sent", user=user)
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    path = reverse("reset_password", args=[uid, default_token_generator.make_token(user)])
    mail.post(
        user.email,
        "Your new password for Mocklot",
        "mail/password",
        {"user": user, "link": f"{settings.SITE_URL}{path}"},
    )


def set_password(user: User, password: str) -> None:
    """Give the user a new password, and tell them by mail.

    Every session opened with the old one is good no more; ``visits.end`` takes them off the list.
    """
    user.set_password(password)
    user.save(update_fields=["password"])
    note("account.password_changed", user=user)
    notices.tell(user, "The password of your Mocklot account was changed.")


def ask_for_email(user: User, email: str) -> None:
    """Mail a link to the new address that makes it the user's, and tell the old one."""
    path = reverse("confirm_email", args=[access.email_token(user, email)])
    context = {"user": user, "email": email, "link": f"{settings.SITE_URL}{path}"}
    mail.post(email, "Your new e-mail address for Mocklot", "mail/new_email", context)
    note("account.new_email_asked_for", user=user, words=email)
    notices.tell(user, f"Somebody asked to change your e-mail address for Mocklot to {email}.")


@transaction.atomic
def change_email(user: User, email: str) -> bool:
    """Let the user sign in with another address, and tell the old one; False: it is taken."""
    if User.objects.select_for_update().filter(email=email).exclude(pk=user.pk).exists():
        return False
    old, user.email = user.email, email
    user.save(update_fields=["email"])
    wishes.move(old, email)
    note("account.email_changed", user=user, words=f"Was {old}.")
    notices.tell(user, f"You sign in to Mocklot with {email} now.", to=old)
    return True


def change_account(user: User, *, name: str, time_zone: str, theme: str) -> None:
    """Save what the user says about themselves."""
    user.name, user.time_zone, user.theme = name, time_zone, theme
    user.save(update_fields=["name", "time_zone", "theme"])
    note("account.saved", user=user)


@transaction.atomic
def want_two_factors(workspace: Workspace, wanted: bool, *, by: User) -> None:
    """Let only members in who sign in with two factors, or all again.

    Raises:
        LacksFactors: Who wants it has one factor alone, and would be shut out.
    """
    if wanted and not by.has_two_factors:
        raise LacksFactors("Set up two factors for yourself first, or you would be shut out.")
    workspace.needs_two_factors = wanted
    workspace.save(update_fields=["needs_two_factors"])
    deed = "two_factors_required" if wanted else "two_factors_no_longer_required"
    note(f"workspace.{deed}", user=by, about=workspace)


def forget_sessions() -> None:
    """Remove the sessions that have expired; a clock's tick."""
    SessionStore.clear_expired()
    visits.forget()


def choose_theme(user: User, theme: str) -> None:
    """Remember whether the user wants it light or dark."""
    user.theme = theme
    user.save(update_fields=["theme"])

"""The door to a workspace and to what belongs to accounts.

Every view of a workspace begins with :func:`open_workspace`; "not yours" answers as "not there".
"""

from datetime import datetime
from uuid import UUID

from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db.models import Case, QuerySet, Value, When
from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.encoding import force_str
from django.utils.http import urlsafe_base64_decode

from web.accounts.models import Invitation, Membership, Role, User, Workspace

INVITATION_SALT = "mocklot.invitation"
EMAIL_SALT = "mocklot.email"
EMAIL_LINK_LIFE = 4 * 60 * 60  # s


class UserRequest(HttpRequest):
    """A request of a signed-in user, with the workspace once :func:`open_workspace` opened it."""

    user: User
    workspace: Workspace
    role: Role


class RoleTooLow(PermissionDenied):
    """The user is a member, but the role is not enough; the page says which one is."""

    def __init__(self, *, role: Role, needed: Role, workspace: Workspace) -> None:
        self.role = role
        self.needed = needed
        self.workspace = workspace
        super().__init__(f"needs the role {needed}, has {role}")


class FactorsNeeded(PermissionDenied):
    """The workspace lets in only who signs in with two factors; the page says how."""


def hold_staff(request: UserRequest) -> None:
    """Let operators of the service pass. Raises Http404 for everybody else."""
    if not request.user.is_staff:
        raise Http404("no such page")


def open_workspace(request: UserRequest, code: UUID, *, role: Role = Role.VIEWER) -> Workspace:
    """Return the workspace, and set ``request.workspace`` and ``request.role`` for the templates.

    Args:
        request: Of a signed-in user: the view has ``login_required``.
        code: The workspace's code, from the URL.
        role: The least role that may go on.

    Raises:
        Http404: There is none, or the user is no member of it.
        RoleTooLow: The user's role is not enough; answered as 403 with a page that says so.
        FactorsNeeded: The workspace wants two factors, and the user has one; the same.
    """
    membership = (
        Membership.objects.select_related("workspace")
        .filter(workspace__code=code, user=request.user)
        .first()
    )
    if membership is None:
        raise Http404("no such workspace")
    request.workspace = membership.workspace
    request.role = Role(membership.role)
    if not request.role.may(role):
        raise RoleTooLow(role=request.role, needed=role, workspace=request.workspace)
    if request.workspace.needs_two_factors and not request.user.has_two_factors:
        raise FactorsNeeded(f"needs two factors: {request.workspace}")
    if request.session.get("workspace") != str(code):
        request.session["workspace"] = str(code)
    return request.workspace


def workspaces_of(user: User) -> QuerySet[Workspace]:
    """Return the workspaces that the user is a member of, by name."""
    return Workspace.objects.filter(memberships__user=user).order_by("name", "created")


def last_workspace(request: UserRequest) -> Workspace | None:
    """Return the workspace that the user had open last, else the first, else None."""
    mine = workspaces_of(request.user)
    code = request.session.get("workspace")
    return (mine.filter(code=code).first() if code else None) or mine.first()


def members_of(workspace: Workspace) -> QuerySet[Membership]:
    """Return the memberships with their users, owners first, then by name."""
    rank = Case(
        *(When(role=role, then=Value(number)) for number, role in enumerate(reversed(Role))),
        default=Value(len(Role)),
    )
    return workspace.memberships.select_related("user").order_by(rank, "user__name", "created")


def member_of(workspace: Workspace, code: UUID) -> Membership:
    """Return one membership of the workspace.

    Raises:
        Http404: There is none with this code here.
    """
    membership = members_of(workspace).filter(code=code).first()
    if membership is None:
        raise Http404("no such member")
    return membership


def own_membership(workspace: Workspace, user: User) -> Membership:
    """Return the user's own membership.

    Raises:
        Http404: The user is no member.
    """
    membership = members_of(workspace).filter(user=user).first()
    if membership is None:
        raise Http404("no such member")
    return membership


def owners_of(workspace: Workspace) -> list[User]:
    """Return who can give roles, by name."""
    owners = workspace.memberships.filter(role=Role.OWNER).select_related("user")
    return [membership.user for membership in owners.order_by("user__name")]


def open_invitations(workspace: Workspace) -> QuerySet[Invitation]:
    """Return the invitations that nobody has accepted yet, also expired ones, newest first."""
    return workspace.invitations.filter(accepted=None).order_by("-created")


def invitation_of(workspace: Workspace, code: UUID) -> Invitation:
    """Return one open invitation of the workspace.

    Raises:
        Http404: There is none with this code here.
    """
    invitation = open_invitations(workspace).filter(code=code).first()
    if invitation is None:
        raise Http404("no such invitation")
    return invitation


def invitation_token(invitation: Invitation) -> str:
    """Return the signed text that the link in the mail carries."""
    return signing.dumps(str(invitation.code), salt=INVITATION_SALT)


def invitation_from_token(token: str, *, now: datetime | None = None) -> Invitation:
    """Return the open invitation that the link of a mail is for.

    Raises:
        Http404: The link is not ours, was used, withdrawn, or has expired.
    """
    try:
        code = signing.loads(token, salt=INVITATION_SALT)
    except signing.BadSignature as bad:
        raise Http404("no such invitation") from bad
    invitation = (
        Invitation.objects.select_related("workspace", "invited_by")
        .filter(code=code, accepted=None, expires__gt=now or timezone.now())
        .first()
    )
    if invitation is None:
        raise Http404("no such invitation")
    return invitation


def user_with_email(email: str) -> User | None:
    """Return the user who signs in with this address, if there is one."""
    return User.objects.filter(email=email.strip().lower()).first()


def user_with_code(code: str) -> User | None:
    """Return the active user with this code; None for what is no code too."""
    try:
        return User.objects.filter(code=UUID(str(code)), is_active=True).first()
    except ValueError:
        return None


def user_of_reset(uid: str) -> User | None:
    """Return the user whom the link for a new password names; its token is checked elsewhere."""
    try:
        number = int(force_str(urlsafe_base64_decode(uid)))
    except (ValueError, OverflowError, UnicodeDecodeError):
        return None
    return User.objects.filter(pk=number, is_active=True).first()


def email_token(user: User, email: str) -> str:
    """Return the signed text of the link that makes ``email`` the user's address."""
    return signing.dumps([str(user.code), user.email, email], salt=EMAIL_SALT)


def email_from_token(token: str, user: User) -> str:
    """Return the address that a link gives to this user.

    Raises:
        Http404: It is not ours, too old, another user's, or the address was changed since.
    """
    try:
        code, old, email = signing.loads(token, salt=EMAIL_SALT, max_age=EMAIL_LINK_LIFE)
    except (signing.BadSignature, ValueError) as bad:
        raise Http404("no such link") from bad
    if (code, old) != (str(user.code), user.email):
        raise Http404("no such link")
    return str(email)

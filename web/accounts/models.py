"""Users, the workspaces that they share, and who may do what in them."""

from datetime import timedelta
from typing import Any, ClassVar
from uuid import uuid4

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone

INVITATION_LIFE = timedelta(days=7)


class UserRows(BaseUserManager["User"]):
    """The only way to a new user: the address in lower case, the password hashed."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Return a saved user. ``password`` None makes one that cannot sign in with any."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save()
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the user with this e-mail address, however it is capitalised."""
        return self.get(email=(username or "").strip().lower())


class Theme(models.TextChoices):
    AUTO = "auto", "As the system says"
    LIGHT = "light", "Light"
    DARK = "dark", "Dark"


class User(AbstractBaseUser):
    """A person. The e-mail address is the name to sign in with."""

    code = models.UUIDField(default=uuid4, unique=True, editable=False)
    email = models.EmailField("e-mail address", unique=True)
    name = models.CharField(max_length=80)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)  # operates the service: `manage.py staff`
    time_zone = models.CharField(max_length=64, default="UTC")
    theme = models.CharField(max_length=5, choices=Theme.choices, default=Theme.AUTO)
    has_two_factors = models.BooleanField(default=False, db_default=False)  # as web.factors says
    created = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar[UserRows] = UserRows()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")), name="user_email_is_lower_case"
            )
        ]

    def __str__(self) -> str:
        return self.name or self.email


class Role(models.TextChoices):
    """What a member may do; each may also do what the ones before it may."""

    VIEWER = "viewer", "Viewer"
    EDITOR = "editor", "Editor"
    OWNER = "owner", "Owner"

    def may(self, needed: "Role") -> bool:
        """Return whether this role is enough where ``needed`` is asked for."""
        order = list(Role)
        return order.index(self) >= order.index(needed)


class Workspace(models.Model):
    """A tenant: everything that a group of people shares lies in one."""

    code = models.UUIDField(default=uuid4, unique=True, editable=False)
    name = models.CharField(max_length=80)
    created = models.DateTimeField(default=timezone.now, editable=False)
    deleted = models.DateTimeField(null=True, editable=False)  # gone for people; the clock follows
    longest_run = models.DurationField(null=True, blank=True)  # None: as long as a lot may last
    # Whether members get in only when they sign in with two factors.
    needs_two_factors = models.BooleanField(default=False, db_default=False)

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("home", args=[self.code])


class Membership(models.Model):
    """A user is in a workspace, with a role."""

    code = models.UUIDField(default=uuid4, unique=True, editable=False)
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=6, choices=Role.choices)
    created = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "user"], name="member_once"),
            models.CheckConstraint(
                condition=models.Q(role__in=Role.values), name="member_role_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.workspace}"


class Invitation(models.Model):
    """Somebody was asked by mail to join a workspace; the link works once, until ``expires``."""

    code = models.UUIDField(default=uuid4, unique=True, editable=False)
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="invitations")
    email = models.EmailField("e-mail address")
    role = models.CharField(max_length=6, choices=Role.choices)
    invited_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created = models.DateTimeField(default=timezone.now, editable=False)
    expires = models.DateTimeField()
    accepted = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "email"],
                condition=models.Q(accepted=None),
                name="one_open_invitation_for_an_address",
            )
        ]

    def __str__(self) -> str:
        return f"{self.email} to {self.workspace}"


class Visit(models.Model):
    """A session of a user: where it was opened, and when it was seen last.

    Ending it deletes this row and the session itself; a session without a row gets one.
    """

    code = models.UUIDField(default=uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="visits")
    key = models.CharField(max_length=40, unique=True)  # of the session
    created = models.DateTimeField(default=timezone.now, editable=False)
    seen = models.DateTimeField(default=timezone.now)
    address = models.CharField(max_length=45, blank=True)
    agent = models.CharField(max_length=300, blank=True)
    way = models.CharField(max_length=40, blank=True)  # "password and code"

    class Meta:
        ordering: ClassVar = ["-seen"]

    def __str__(self) -> str:
        return f"{self.user} from {self.address}"

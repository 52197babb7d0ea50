"""What the account pages take, with their limits and texts."""

import logging
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib.auth import authenticate, password_validation
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from web.accounts import access, guard
from web.accounts.models import Role, Theme, User, Workspace
from web.audit.actions import note
from web.factors import codes as second
from web.platform.addresses import client_address
from web.platform.selects import LongSelect

logger = logging.getLogger(__name__)


@cache  # it goes through some 600 files
def zone_choices() -> tuple[tuple[str, str], ...]:
    """Return every zone of a place, and UTC, for a select."""
    places = sorted(zone for zone in available_timezones() if "/" in zone and "Etc/" not in zone)
    return (("UTC", "UTC"), *((zone, zone.replace("_", " ")) for zone in places))


def password_field(label: str, *, autocomplete: str, help_text: str = "") -> forms.CharField:
    """Return a field whose blanks belong to the password."""
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
    return forms.CharField(label=label, strip=False, widget=widget, help_text=help_text)


class EmailField(forms.EmailField):
    """An e-mail address, in lower case."""

    def clean(self, value: Any) -> str:
        return str(super().clean(value)).lower()


class SignUp(forms.Form):
    name = forms.CharField(
        label="Your name",
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "name", "autofocus": True}),
    )
    email = EmailField(
        label="E-mail address",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    password = password_field(
        "Password", autocomplete="new-password", help_text="At least 10 characters."
    )
    # The browser's, by js/forms.js; of one that says none, or one that is not known here: UTC.
    time_zone = forms.CharField(
        required=False, widget=forms.HiddenInput(attrs={"data-time-zone": True})
    )

    def clean_time_zone(self) -> str:
        zone: str = self.cleaned_data["time_zone"]
        return zone if zone in dict(zone_choices()) else "UTC"

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        if access.user_with_email(email):
            raise ValidationError("There is an account with this address. Sign in instead.")
        return email

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if password := data.get("password"):
            person = User(email=data.get("email", ""), name=data.get("name", ""))
            check_password(self, "password", password, person)
        return data


def check_password(form: forms.Form, field: str, password: str, user: User) -> None:
    """Put at ``field`` why the password is too weak, if it is."""
    try:
        password_validation.validate_password(password, user)
    except ValidationError as weak:
        form.add_error(field, weak)


class SignIn(forms.Form):
    email = EmailField(
        label="E-mail address",
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = password_field("Password", autocomplete="current-password")

    def __init__(self, data: Any = None, *, request: HttpRequest) -> None:
        super().__init__(data)
        self.request = request
        self.user: User | None = None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if "email" not in data or "password" not in data:
            return data
        guard.hold_try(self.request, data["email"])
        user = authenticate(self.request, username=data["email"], password=data["password"])
        if not isinstance(user, User):
            logger.warning("sign-in refused", extra={"address": client_address(self.request)})
            if known := access.user_with_email(data["email"]):
                note("account.sign_in_refused", user=known, words="Wrong password.")
            raise ValidationError(
                "This e-mail address and password do not go together. Check both, or ask for a "
                "new password."
            )
        self.user = user
        return data


class AskPassword(forms.Form):
    email = EmailField(
        label="E-mail address",
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )


class NewPassword(forms.Form):
    password = password_field(
        "New password", autocomplete="new-password", help_text="At least 10 characters."
    )

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data)
        self.user = user

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        password_validation.validate_password(password, self.user)
        return password


class ChangePassword(NewPassword):
    current = password_field("Current password", autocomplete="current-password")
    field_order = ("current", "password")

    def clean_current(self) -> str:
        current: str = self.cleaned_data["current"]
        if not self.user.check_password(current):
            raise ValidationError("This is not your current password.")
        return current


class Account(forms.Form):
    name = forms.CharField(
        label="Your name", max_length=60, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    time_zone = forms.ChoiceField(
        label="Time zone",
        choices=zone_choices,
        widget=LongSelect,
        help_text="Times are shown in it.",
    )
    theme = forms.ChoiceField(label="Appearance", choices=Theme.choices)

    def __init__(self, data: Any = None, *, user: User) -> None:
        known = ("name", "time_zone", "theme")
        super().__init__(data, initial={field: getattr(user, field) for field in known})


class ChangeEmail(forms.Form):
    email = EmailField(
        label="New e-mail address",
        max_length=254,
        help_text="A link goes there. Once it is followed, you sign in with this address.",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data)
        self.user = user

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        other = access.user_with_email(email)
        if other == self.user:
            raise ValidationError("This is your address already.")
        if other is not None:
            raise ValidationError("Another account signs in with this address.")
        return email


class NameWorkspace(forms.Form):
    name = forms.CharField(
        label="Name of the workspace",
        max_length=80,
        help_text="A team or a project. Everything in it is shared by its members.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class DeleteWorkspace(forms.Form):
    name = forms.CharField(
        label="Name of the workspace",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, data: Any = None, *, workspace: Workspace) -> None:
        super().__init__(data)
        self.workspace = workspace
        self.fields["name"].help_text = f"Type {workspace.name} to confirm."

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if name != self.workspace.name:
            raise ValidationError(f"This is not the name. Type {self.workspace.name} to confirm.")
        return name


class ChangeRole(forms.Form):
    role = forms.TypedChoiceField(label="Role", choices=Role.choices, coerce=Role)


class Invite(ChangeRole):
    email = EmailField(label="E-mail address", max_length=254)
    field_order = ("email", "role")
    role = forms.TypedChoiceField(
        label="Role", choices=Role.choices, coerce=Role, initial=Role.EDITOR
    )


class Prove(forms.Form):
    """Who is signed in proves it again: by the password, and a code where there are two factors."""

    password = password_field("Password", autocomplete="current-password")
    code = forms.CharField(
        label="Code",
        max_length=60,
        help_text="Of your app, or one of your recovery codes.",
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "text"}),
    )

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data)
        self.user = user
        if not user.has_two_factors:
            del self.fields["code"]

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        if not self.user.check_password(password):
            raise ValidationError("This is not your password.")
        return password

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        if not self.errors and not second.is_right(self.user, code):
            raise ValidationError("This code is wrong, or was used before. Wait for the next one.")
        return code

"""The only door to a user's factors."""

from dataclasses import dataclass
from uuid import UUID

from django.http import Http404

from web.accounts.models import User
from web.factors.models import CodeApp, Passkey


@dataclass(frozen=True, slots=True)
class Factors:
    """What a user signs in with beside the password."""

    code_app: CodeApp | None
    passkeys: list[Passkey]
    recovery_codes: int  # that were not used yet


def factors_of(user: User) -> Factors:
    """Return what a user has."""
    app = CodeApp.objects.filter(user=user).first()
    unused = user.recovery_codes.filter(used=None).count()
    return Factors(app, list(user.passkeys.all()), unused)


def passkey_of(user: User, code: UUID) -> Passkey:
    """Return one of the user's passkeys. Raises Http404: there is none with this code."""
    found = Passkey.objects.select_related("user").filter(user=user, code=code).first()
    if found is None:
        raise Http404("no such passkey")
    return found

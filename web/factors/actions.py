"""Everything that changes what users sign in with beside the password.

Rule: every change is noted, and told by mail; ``User.has_two_factors`` follows.
"""

from django.db import IntegrityError, transaction

from web.accounts import notices
from web.accounts.models import User
from web.audit.actions import note
from web.factors import codes
from web.factors.models import CodeApp, Passkey, RecoveryCode
from web.platform.secrets import seal

MOST_PASSKEYS = 20  # of a user


class Refused(Exception):
    """It cannot be done; a sentence."""


@transaction.atomic
def add_code_app(user: User, secret: str, *, step: int) -> list[str]:
    """Let the codes of an app stand for the second factor; return new recovery codes, if any.

    Args:
        user: Whose.
        secret: In base32; an app that there was before is good no more.
        step: Of the code that proved that the app has the secret; it is not taken again.
    """
    CodeApp.objects.update_or_create(user=user, defaults={"secret": seal(secret), "step": step})
    told(user, "account.code_app_added", "An app for codes was added to your Mocklot account.")
    return first_recovery_codes(user)


@transaction.atomic
def remove_code_app(user: User) -> bool:
    """Let the app's codes be good no more; False where there is none."""
    removed, _ = CodeApp.objects.filter(user=user).delete()
    if removed:
        told(user, "account.code_app_removed", "The app for codes was removed from your account.")
    return bool(removed)


@transaction.atomic
def add_passkey(user: User, *, name: str, credential: str, public: str, count: int) -> list[str]:
    """Let a passkey stand for the second factor, or for both; return new recovery codes, if any.

    Raises:
        Refused: The user has enough of them, or this one is known already.
    """
    if user.passkeys.count() >= MOST_PASSKEYS:
        raise Refused(f"You have {MOST_PASSKEYS} passkeys. Remove one that you do not use.")
    try:
        with transaction.atomic():
            Passkey.objects.create(
                user=user, name=name, credential=credential, public=public, count=count
            )
    except IntegrityError as error:
        raise Refused("This passkey is known already.") from error
    told(user, "account.passkey_added", f"The passkey “{name}” was added to your Mocklot account.")
    return first_recovery_codes(user)


@transaction.atomic
def remove_passkey(passkey: Passkey) -> None:
    """Let a passkey be good no more."""
    user, name = passkey.user, passkey.name
    passkey.delete()
    told(user, "account.passkey_removed", f"The passkey “{name}” was removed from your account.")


@transaction.atomic
def remake_recovery_codes(user: User) -> list[str]:
    """Return new recovery codes; the old ones are good no more."""
    fresh = codes.new_recovery_codes()
    user.recovery_codes.all().delete()
    RecoveryCode.objects.bulk_create(
        RecoveryCode(user=user, digest=codes.digest_of(code)) for code in fresh
    )
    told(user, "account.recovery_codes_made", "New recovery codes were made for your account.")
    return fresh


def first_recovery_codes(user: User) -> list[str]:
    """Return recovery codes for who has none that holds; else nothing."""
    return [] if user.recovery_codes.filter(used=None).exists() else remake_recovery_codes(user)


def told(user: User, action: str, words: str) -> None:
    """Note a change, tell the user, and keep ``has_two_factors``; codes alone are no factor."""
    user.has_two_factors = (
        CodeApp.objects.filter(user=user).exists() or Passkey.objects.filter(user=user).exists()
    )
    user.save(update_fields=["has_two_factors"])
    if not user.has_two_factors:
        user.recovery_codes.all().delete()
    note(action, user=user)
    notices.tell(user, words)

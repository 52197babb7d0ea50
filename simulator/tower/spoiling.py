"""Credentials that are not right: wrong, expired, or none.

Rule: who a mock claims to be stays, but where it shows nothing at all; what proves it does not.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from simulator.transports import Identity

WRONG = "not-the-right-one"  # in place of whatever secret a mock has


def spoilt(identity: Identity, how: str, expired: Callable[[], Identity]) -> Identity:
    """Return an identity whose credential is not right.

    Args:
        identity: The right one.
        how: ``wrong``: another secret of each kind that it has, and a name with one where it has
            none at all; ``expired``: what it showed long ago, where that runs out, else ``wrong``;
            ``none``: nothing.
        expired: Makes who it was long ago.
    """
    if how == "none":
        nothing: dict[str, Any] = dict.fromkeys(_secrets(identity), "")
        return replace(identity, username="", **nothing)
    if how == "expired" and identity.is_made_anew:
        old = expired()
        return replace(identity, password=_kept(old.password), token=_kept(old.token))
    secrets = _secrets(identity)
    if not secrets:
        return replace(identity, username=identity.username or WRONG, password=WRONG)
    # A certificate cannot be made wrong without an authority: it is not shown.
    shown = ("certificate", "key")
    changed: dict[str, Any] = {name: "" if name in shown else WRONG for name in secrets}
    return replace(identity, **changed)


def _kept(secret: Any) -> str:
    """Return a secret as it is now, so that it gets no younger."""
    return str(secret() if callable(secret) else secret)


def _secrets(identity: Identity) -> list[str]:
    """Return the names of what an identity proves itself with."""
    names = ("password", "token", "hmac_key", "client_secret", "certificate", "key")
    return [name for name in names if getattr(identity, name, "")]
